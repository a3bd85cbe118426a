"""Drops files on a window, as a file manager does: the side of the source of XDND, version 5.

https://www.freedesktop.org/wiki/Specifications/XDND/ names the messages. The pointer is not needed:
the messages say where it would be.
"""

import select
import time
from pathlib import Path

from Xlib import X, display
from Xlib.protocol import event

VERSION = 5
LIST = "text/uri-list"


class Drag:
    """Files that are held over a window, until they are dropped."""

    def __init__(self, target, paths, patience_s):
        self.display = display.Display()
        self.target = self.display.create_resource_object("window", int(target))
        self.text = "".join(f"{Path(path).resolve().as_uri()}\r\n" for path in paths).encode()
        self.patience_s = patience_s
        root = self.display.screen().root
        self.source = root.create_window(0, 0, 1, 1, 0, X.CopyFromParent)
        self.source.set_selection_owner(self.atom("XdndSelection"), X.CurrentTime)
        self.send("XdndEnter", VERSION << 24, self.atom(LIST), 0, 0)

    def atom(self, name):
        """The number of a name."""
        return self.display.intern_atom(name)

    def send(self, kind, *values):
        """Tells the window something; the first of five values is always who tells it."""
        data = (32, [self.source.id, *values])
        message = event.ClientMessage(
            window=self.target, client_type=self.atom(kind), data=data
        )
        self.target.send_event(message)
        self.display.flush()

    def hover(self, x, y):
        """Holds the files over a place on the display; whether the window would take them."""
        copy = self.atom("XdndActionCopy")
        self.send("XdndPosition", 0, x << 16 | y, X.CurrentTime, copy)
        return bool(self.answer("XdndStatus").data[1][1] & 1)

    def drop(self):
        """Lets them go; returns once the window has them."""
        self.send("XdndDrop", 0, X.CurrentTime, 0, 0)
        self.answer("XdndFinished")
        self.display.close()

    def answer(self, kind):
        """Waits for what the window tells; hands it the list of files whenever it asks."""
        deadline = time.monotonic() + self.patience_s
        while time.monotonic() < deadline:
            if not self.display.pending_events():
                select.select([self.display], [], [], 0.1)
                continue
            told = self.display.next_event()
            if told.type == X.SelectionRequest:
                self.hand_over(told)
            elif told.type == X.ClientMessage and told.client_type == self.atom(kind):
                return told
        raise TimeoutError(f"no {kind} from the window in {self.patience_s} s")

    def hand_over(self, request):
        """Answers a question for the list of files."""
        request.requestor.change_property(
            request.property, request.target, 8, self.text
        )
        done = event.SelectionNotify(
            time=request.time, requestor=request.requestor, selection=request.selection,
            target=request.target, property=request.property,
        )
        request.requestor.send_event(done)
        self.display.flush()
