"""A window as its user has it: read as a screen reader reads it, worked with mouse and keyboard.

Reading goes over AT-SPI, by accessible name and role; clicks and keys are X events, so what is
tested is what a hand can reach. Everything that waits polls, because a busy machine is slow and not
wrong. Wants a display, a session bus, xdotool and ImageMagick.
"""

import functools
import os
import re
import subprocess
import time
from pathlib import Path

import gi

gi.require_version("Atspi", "2.0")
from gi.repository import Atspi, Gio, GLib  # noqa: E402

# Long enough for a machine that compiles beside us; waiting ends as soon as there is an answer.
PATIENCE_S = 60
STATUS = re.compile(r"(Ready$|Measuring: |Finished: |Stopped: |Failed: |Interrupted: )")
# The accessible name of the points' table.
TABLE = "Figures of the points"


class Failure(Exception):
    """What was expected, and what was there instead."""


def expect(is_so, what):
    """Fails with `what` unless it is so."""
    if not is_so:
        raise Failure(what)


def saw(text):
    """Says what a check has seen."""
    print(f"    {text}", flush=True)


def wait(what, probe, seconds=PATIENCE_S):
    """The first thing that `probe` gives that is neither None nor false."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            found = probe()
        except GLib.GError:
            # The tree changed while it was read.
            found = None
        if found is not None and found is not False:
            return found
        if time.monotonic() > deadline:
            raise Failure(f"waited {seconds} s in vain: {what}")
        time.sleep(0.05)


def steady(read):
    """Has a reading of the window begun anew where the window changed under it."""

    @functools.wraps(read)
    def reading(window, *arguments):
        # In a list, because what is read may be nothing.
        return window.wait(read.__doc__, lambda: [read(window, *arguments)])[0]

    return reading


def switch_accessibility_on():
    """Tells the session's programs that a screen reader is there."""
    value = GLib.Variant("(ssv)", ("org.a11y.Status", "IsEnabled", GLib.Variant("b", True)))
    Gio.bus_get_sync(Gio.BusType.SESSION, None).call_sync(
        "org.a11y.Bus", "/org/a11y/bus", "org.freedesktop.DBus.Properties", "Set",
        value, None, Gio.DBusCallFlags.NONE, PATIENCE_S * 1000, None,
    )
    Atspi.init()


def xdotool(*arguments):
    """What xdotool prints."""
    command = ["xdotool", *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE_S)
    return done.stdout.strip()


def picture(path, area=None):
    """Writes what the display shows, or an area (x, y, width, height) of it, to a file."""
    command = ["import", "-window", "root"]
    if area:
        x, y, width, height = area
        command += ["-crop", f"{width}x{height}+{x}+{y}", "+repage"]
    subprocess.run([*command, str(path)], check=True, timeout=PATIENCE_S)


def pixels_changed(before, after):
    """In how many pixels two pictures of one size differ."""
    command = ["compare", "-metric", "AE", str(before), str(after), "null:"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE_S)
    return float(done.stderr.split()[0])


class Node:
    """A control or a text in the window."""

    def __init__(self, accessible):
        self.accessible = accessible
        self.name = accessible.get_name() or ""
        self.role = accessible.get_role_name()

    def children(self):
        """Its children, in reading order."""
        for place in range(self.accessible.get_child_count()):
            child = self.accessible.get_child_at_index(place)
            if child:
                yield Node(child)

    def walk(self):
        """It and everything below it, in reading order."""
        yield self
        for child in self.children():
            yield from child.walk()

    def has(self, state):
        """Whether it is in a state of AT-SPI."""
        return self.accessible.get_state_set().contains(state)

    def is_enabled(self):
        """Whether it can be used."""
        return self.has(Atspi.StateType.SENSITIVE)

    def is_checked(self):
        """Whether a switch is on."""
        return self.has(Atspi.StateType.CHECKED)

    def is_pressed(self):
        """Whether a button that stays down is down."""
        return self.has(Atspi.StateType.PRESSED)

    def text(self):
        """What is written in a field."""
        return Atspi.Text.get_text(self.accessible, 0, -1)

    def area(self):
        """Where it stands on the display: x, y, width, height."""
        extents = self.accessible.get_extents(Atspi.CoordType.SCREEN)
        return extents.x, extents.y, extents.width, extents.height


class Window:
    """The program with its window open. What it keeps, it keeps in `folder`."""

    SIZE = (1600, 1100)

    def __init__(self, program, folder, *arguments):
        folder = Path(folder)
        folder.mkdir(parents=True, exist_ok=True)
        self.errors = folder / "standard-error.txt"
        environment = {**os.environ, "HOME": str(folder)}
        environment["ECHOGRAPH_CONFIG_DIR"] = str(folder / "config")
        with self.errors.open("a") as errors:
            self.process = subprocess.Popen(
                [program, *map(str, arguments)], cwd=folder, env=environment,
                stdin=subprocess.DEVNULL, stderr=errors,
            )
        self.application = self.wait("the window's accessible tree", self._find_application)
        self.handle = self.wait("the window on the display", self._find_handle)
        # No window manager here: this is what one would do when the window is maximised.
        xdotool("windowmove", self.handle, 0, 0, "windowsize", self.handle, *self.SIZE)
        self.to_front()
        self.wait("the window at its full size", self._is_full_size)

    def _find_application(self):
        desktop = Atspi.get_desktop(0)
        desktop.set_cache_mask(Atspi.Cache.NONE)
        for place in range(desktop.get_child_count()):
            child = desktop.get_child_at_index(place)
            if child and child.get_process_id() == self.process.pid:
                # Without an event loop of our own, what is cached would never be renewed.
                child.set_cache_mask(Atspi.Cache.NONE)
                return Node(child)
        return None

    def _find_handle(self):
        handles = xdotool("search", "--onlyvisible", "--pid", self.process.pid).split()
        return handles[0] if handles else None

    def _is_full_size(self):
        frame = self.find("frame", "")
        return frame and frame.area()[2:] == self.SIZE and self.find("push button", "Run")

    # Reading.

    def wait(self, what, probe, seconds=PATIENCE_S):
        """As `wait`, but a program that ends meanwhile is a failure at once."""

        def probe_alive():
            if self.process.poll() is not None:
                raise Failure(
                    f"the program ended with {self.process.returncode} instead of: {what}\n"
                    + self.errors.read_text()
                )
            return probe()

        return wait(what, probe_alive, seconds)

    def find(self, role, name):
        """The first control of that role and accessible name that is there now."""
        nodes = self.application.walk()
        return next((node for node in nodes if node.role == role and node.name == name), None)

    def get(self, role, name, seconds=PATIENCE_S):
        """As `find`, once it is there."""
        return self.wait(f"{role} \"{name}\"", lambda: self.find(role, name), seconds)

    def gone(self, role, name):
        """Waits until there is no such control."""
        self.wait(f"no more {role} \"{name}\"", lambda: self.find(role, name) is None)

    @steady
    def labels(self):
        """Every text that is shown, in reading order."""
        return [node.name for node in self.application.walk() if node.role == "label"]

    def says(self, pattern, seconds=PATIENCE_S):
        """Waits for a text that matches, and gives the match."""

        def probe():
            for node in self.application.walk():
                match = node.role in ("label", "link") and re.search(pattern, node.name)
                if match:
                    return match
            return None

        return self.wait(f"a text like \"{pattern}\"", probe, seconds)

    @steady
    def status(self):
        """The line at the bottom."""
        for node in self.application.walk():
            if node.role == "label" and STATUS.match(node.name):
                return node.name
        return ""

    def until_status(self, start, seconds=PATIENCE_S):
        """The line at the bottom, once it begins like that."""

        def probe():
            status = self.status()
            return status if status.startswith(start) else None

        return self.wait(f"the status \"{start}\"", probe, seconds)

    @steady
    def field(self, name):
        """What is written in a field."""
        return self.get("entry", name).text()

    @steady
    def form(self):
        """Every field that can be changed, by its name."""
        nodes = [node for node in self.application.walk() if node.role == "entry"]
        return {node.name: node.text() for node in nodes if node.is_enabled()}

    @steady
    def can_run(self):
        """Whether Run can be pressed."""
        return self.get("push button", "Run").is_enabled()

    def server_address(self):
        """Where the server's card says that it listens: host, port."""

        def probe():
            text = " ".join(self.labels())
            return re.search(r"Listening on (\S+):(\d+)", text)

        match = self.wait("an address in the server's card", probe)
        return match.group(1), int(match.group(2))

    @steady
    def rows_shown(self):
        """The points' table as far as it is shown: its units by column, its rows by column."""
        table = self.find("table", TABLE)
        if table is None:
            return {}, []
        left, top, width, height = table.area()
        cells = []
        for node in self.application.walk():
            if node.role != "label":
                continue
            x, y, text_width, text_height = node.area()
            # Text is centred in its row, whatever its size, and aligned at its right.
            middle, right = y + text_height // 2, x + text_width
            if left <= right <= left + width and top <= middle <= top + height:
                cells.append((middle, right, node.name))
        lines = []
        for middle, right, text in sorted(cells):
            if not lines or middle - lines[-1][0] > 4:
                lines.append((middle, []))
            lines[-1][1].append((right, text))
        if len(lines) < 2:
            return {}, []
        # Cells stand under the right edge of their column's name. A cell that vanished while the
        # tree was read is missing then, and leaves the others where they belong.
        columns = sorted((right, name) for right, name in lines[0][1])

        def by_column(line):
            nearest = ((min(columns, key=lambda column: abs(column[0] - right)), right, text)
                       for right, text in line)
            return {name: text for (edge, name), right, text in nearest if abs(edge - right) <= 8}

        units, *rows = [by_column(line) for _, line in lines[1:]]
        return units, rows

    def table(self, points):
        """The whole table of so many points, scrolled through as far as needed."""
        found = {}

        def probe():
            units, rows = shown = self.rows_shown()
            if shown != self.rows_shown():
                # It still moves; rows read meanwhile could be mixed up.
                return None
            found.update(((row.get("Size"), row.get("Delay")), row) for row in rows)
            if len(found) >= points:
                return units, list(found.values())
            self.scroll_under("Size")
            return None

        return self.wait(f"{points} rows in the table", probe)

    def probes_counted(self):
        """How many samples the table counts, over the rows that are shown."""
        return sum(int(row.get("n", "0").replace(",", "")) for row in self.rows_shown()[1])

    # Doing.

    def to_front(self):
        """Raises it and gives it the keyboard."""

        def probe():
            xdotool("windowraise", self.handle, "windowfocus", self.handle)
            return xdotool("getwindowfocus") == self.handle

        self.wait("the keyboard's focus", probe)

    def click(self, role, name):
        """Clicks the middle of a control, once it is there and can be used."""

        def probe():
            node = self.find(role, name)
            return node if node and node.is_enabled() else None

        node = self.wait(f"{role} \"{name}\" that can be used", probe)
        x, y, width, height = node.area()
        x, y = x + width // 2, y + height // 2
        inside = 0 <= x < self.SIZE[0] and 0 <= y < self.SIZE[1]
        expect(inside, f"{role} \"{name}\" is outside the window, at {x}, {y}")
        xdotool("mousemove", x, y)
        time.sleep(0.05)
        xdotool("click", 1)

    def drag(self, start, end, button=1):
        """Drags from a place on the display to another, as a hand does: not in one leap."""
        xdotool("mousemove", *start, "mousedown", button)
        for step in range(1, 11):
            time.sleep(0.02)
            at = [round(a + (b - a) * step / 10) for a, b in zip(start, end)]
            xdotool("mousemove", *at)
        time.sleep(0.05)
        xdotool("mouseup", button)

    def press(self, keys):
        """Presses keys, such as F5 or ctrl+s."""
        xdotool("key", keys)

    def scroll_under(self, head):
        """Turns the wheel, a little down, over the table under a column's head."""
        x, y = self.get("label", head).area()[:2]
        xdotool("mousemove", x + 5, y + 50, "click", 5)

    def scroll_to(self, head, text):
        """Scrolls the table under a column's head until a text is shown."""

        def probe():
            if text in self.labels():
                return True
            self.scroll_under(head)
            return False

        self.wait(f"\"{text}\" further down", probe)

    def write(self, name, text):
        """Replaces what is written in a field."""
        self.click("entry", name)
        self.wait(f"the keyboard in \"{name}\"", lambda: self.has_keyboard(name))
        self.press("ctrl+a")
        xdotool("type", "--delay", 15, "--", text)
        self.wait(f"\"{text}\" in \"{name}\"", lambda: self.field(name) == text)

    def has_keyboard(self, name):
        """Whether what is typed goes into a field."""
        return self.get("entry", name).has(Atspi.StateType.FOCUSED)

    def give_path(self, heading, path):
        """Answers the question for a path, which has the keyboard already."""
        self.get("label", heading)
        self.wait("the keyboard in \"Path\"", lambda: self.has_keyboard("Path"))
        self.press("ctrl+a")
        xdotool("type", "--delay", 15, "--", path)
        self.wait("the path as typed", lambda: self.field("Path") == str(path))
        self.press("Return")
        self.gone("entry", "Path")

    # Ending.

    def ticks(self):
        """Processor time used so far, in clock ticks."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return int(fields[11]) + int(fields[12])

    def exit_code(self, seconds=PATIENCE_S):
        """Waits for the program's end."""
        try:
            return self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            raise Failure(f"the program still runs after {seconds} s") from None

    def close(self):
        """Ends the program if it still runs, and gives what it wrote to standard error."""
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        return self.errors.read_text()
