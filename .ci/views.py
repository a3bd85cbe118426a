"""Checks of what is looked at and taken along: plots, presenter view, files, comparisons, exports."""

import json
import socket
import struct
import threading
import time
from pathlib import Path

from desk import Failure, expect, picture, pixels_changed, saw, wait, xdotool
from drop import Drag

RTT = "Plot of round-trip time against message size; the table has its figures"
RATE = "Plot of throughput against message size; the table has its figures"
SIZES = "1..64K:x4"
POINTS = 9
# Two pictures that differ in less show the same.
SAME = 60
PEERS = Path(__file__).resolve().parent.parent / "assets" / "golden" / "peers"
# How long the slow path holds back what the client sends.
HELD_BACK_S = 0.004


class Plots:
    """Pictures of both plots. What the pointer adds is not in them: it stands elsewhere meanwhile."""

    def __init__(self, window, folder):
        self.window = window
        self.folder = folder
        self.areas = {name: self.area(name) for name in (RTT, RATE)}
        self.taken = 0

    def area(self, name):
        """A plot without its edge, which tells who has the keyboard."""
        x, y, width, height = self.window.get("image", name).area()
        return x + 4, y + 4, width - 8, height - 8

    def at(self, name, right, down):
        """A place in a plot, in shares of its width and height."""
        x, y, width, height = self.areas[name]
        return round(x + right * width), round(y + down * height)

    def take(self):
        """Pictures of both."""
        heading = self.window.get("label", "Round-trip time").area()
        xdotool("mousemove", heading[0] + heading[2] // 2, heading[1] + 2)
        time.sleep(0.3)
        self.taken += 1
        paths = {name: self.folder / f"{self.taken}-{name[8:11]}.png" for name in self.areas}
        for name, path in paths.items():
            picture(path, self.areas[name])
        return paths

    def await_change(self, before, what):
        """Waits until both differ from what they were; the pixels that do."""

        def probe():
            now = self.take()
            changed = [pixels_changed(before[name], now[name]) for name in self.areas]
            return changed if min(changed) > 500 else None

        changed = self.window.wait(what, probe)
        saw(f"{what}: {changed[0]:.0f} and {changed[1]:.0f} pixels of the plots have changed")

    def await_same(self, before, what):
        """Waits until both are as they were."""

        def probe():
            now = self.take()
            return all(pixels_changed(before[name], now[name]) <= SAME for name in self.areas)

        self.window.wait(what, probe)


def measured(stage):
    """A window in which a few sizes were measured."""
    window = stage.open()
    window.write("Message sizes", SIZES)
    window.click("toggle button", "1 round")
    window.press("F5")
    window.until_status("Finished: ")
    return window


def moving_in_the_plots(stage):
    """The plots are zoomed with wheel and box and moved by dragging; Fit and a double click show all"""
    window = measured(stage)
    plots = Plots(window, stage.folder)
    whole = plots.take()
    middle = plots.at(RTT, 0.5, 0.5)

    xdotool("mousemove", *middle, "click", "--repeat", 4, "--delay", 60, 4)
    plots.await_change(whole, "turning the wheel over one plot")
    window.click("push button", "Fit")
    plots.await_same(whole, "all of both plots after Fit")

    window.drag(middle, plots.at(RTT, 0.25, 0.5))
    plots.await_change(whole, "dragging one plot to the left")
    xdotool("mousemove", *plots.at(RTT, 0.1, 0.1), "click", "--repeat", 2, "--delay", 60, 1)
    plots.await_same(whole, "all of both plots after a double click")

    window.drag(plots.at(RTT, 0.3, 0.3), plots.at(RTT, 0.7, 0.9), button=3)
    plots.await_change(whole, "a box drawn with the right button")
    window.click("push button", "Fit")
    plots.await_same(whole, "all of both plots after Fit")
    saw("Fit and a double click brought all of both back each time")


def presenter_view(stage):
    """F11 shows the plots alone and large; Esc leaves that, and stops no run"""
    window = measured(stage)
    height = window.get("label", "Round-trip time").area()[3]
    window.press("F11")
    window.gone("entry", "Message sizes")
    window.gone("toggle button", "Points")
    larger = window.get("label", "Round-trip time").area()[3] / height
    expect(1.4 < larger < 1.8, f"the heading is {larger:.2f} times as high")
    window.get("image", RTT)
    window.get("image", RATE)
    window.press("Escape")
    window.get("entry", "Message sizes")
    saw(f"F11: no form, no tabs, type {larger:.2f} times as large; Esc: all of it is back")

    window.write("Server delay (ms)", "200")
    window.click("push button", "Run")
    window.until_status("Measuring: ")
    window.press("F11")
    window.gone("entry", "Message sizes")
    window.press("Escape")
    window.get("entry", "Message sizes")
    status = window.status()
    expect(status.startswith("Measuring: "), f"Esc in the presenter view: {status!r}")
    window.press("Escape")
    window.until_status("Stopped: ")
    saw("during a run Esc left the view first, and stopped the run when pressed again")


def document(stage, name, *arguments):
    """A run of 8 rounds as a document."""
    path = stage.folder / name
    run = stage.measure("--sizes", "1,1K", "--rounds", 8, *arguments)
    path.write_text(json.dumps(run))
    return path


def names(window):
    """The names in the list of what is in the window, oldest first."""
    number, found = 1, []
    while entry := window.find("entry", f"Name of {number}"):
        found.append(entry.text())
        number += 1
    return found


def await_names(window, wanted):
    """Waits until these are in the window."""

    def probe():
        found = names(window)
        if found == wanted:
            return True
        return None

    try:
        window.wait(f"{wanted} in the window", probe)
    except Failure as failure:
        raise Failure(f"{failure}; there are {names(window)}") from failure


def files(stage):
    """Files come in as arguments, by path and by dropping, and a bad one says what is wrong where"""
    first = document(stage, "first.json")
    window = stage.open("settings", first)
    window.until_status("Finished: 320 echoes")
    window.table(2)
    window.click("toggle button", "Compare")
    await_names(window, ["first"])
    saw("a run document named as an argument is shown")

    window.press("ctrl+o")
    window.give_path("Open", document(stage, "second.json"))
    await_names(window, ["first", "second"])
    saw("a second one, opened by its path, stands beside it")

    netpipe = PEERS / "netpipe-3.out"
    drag = Drag(window.handle, [document(stage, "third.json"), netpipe], 20)
    expect(drag.hover(800, 500), "the window does not take files")
    window.get("label", "Drop to open")
    drag.drop()
    window.gone("label", "Drop to open")
    await_names(window, ["first", "second", "third", "netpipe-3"])
    window.says("^cannot be said: a result of NetPIPE has no rounds")
    saw("a run and a result of NetPIPE, dropped together, are laid over what was there")

    broken = stage.folder / "broken.json"
    broken.write_text(first.read_text().replace('"probes"', '"prob', 1))
    drag = Drag(window.handle, [broken], 20)
    expect(drag.hover(800, 500), "the window does not take files")
    drag.drop()
    message = window.says(r"broken\.json: .+").group(0)
    expect("line" in message, f"it is not said where the file is broken: {message}")
    await_names(window, ["first", "second", "third", "netpipe-3"])
    saw(f"a broken file changes nothing and says: {message}")


class SlowPath:
    """A port that leads to another, and holds back what goes there."""

    def __init__(self, port):
        self.to = port
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        """Leads every connection on, until the port is closed."""
        while True:
            try:
                near, _ = self.listener.accept()
                far = socket.create_connection(("127.0.0.1", self.to))
            except OSError:
                return
            for end in (near, far):
                end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            for source, target, held_back in [(near, far, HELD_BACK_S), (far, near, 0)]:
                threading.Thread(
                    target=self.carry, args=(source, target, held_back), daemon=True
                ).start()

    @staticmethod
    def carry(source, target, held_back):
        """Carries bytes one way until there are no more."""
        try:
            while data := source.recv(65536):
                time.sleep(held_back)
                target.sendall(data)
            target.shutdown(socket.SHUT_WR)
        except OSError:
            pass

    def close(self):
        """Takes no more connections."""
        self.listener.close()


def comparing(stage):
    """A run over a slower path is said to be slower, with its ratio, and the plots show ratios"""
    port = stage.serve()
    slow = SlowPath(port)
    quick_file = document(stage, "quick.json", "--host", "127.0.0.1", "--port", port)
    slow_file = document(stage, "slow.json", "--host", "127.0.0.1", "--port", slow.port)
    slow.close()
    window = stage.open("settings", quick_file, slow_file)
    window.click("toggle button", "Compare")
    verdict = window.says("^RTT: slower at both points.*|^RTT: slower at all 2 points.*").group(0)
    labels = window.labels()
    expect(labels.count("\u2212 slower") == 2, f"not two verdicts: {labels}")
    window.says("measure in turn")
    saw(f"slow.json beside quick.json: {verdict}")

    plots = Plots(window, stage.folder)
    values = plots.take()
    window.click("toggle button", "Ratio to baseline")
    plots.await_change(values, "the plots as ratios")
    window.click("toggle button", "Values")
    plots.await_same(values, "the plots as figures again")

    window.click("radio button", "Baseline slow")
    window.says("^RTT: faster at")
    saw("with the other as baseline the verdict is turned round")


def exporting(stage):
    """What the plots show is exported: SVG, PNG at its size, a report without addresses, samples"""
    window = stage.open("settings", document(stage, "run.json"))
    window.until_status("Finished: ")

    def export(kind, name, prepare=lambda: None):
        path = stage.folder / name
        window.press("ctrl+e")
        window.click("radio button", kind)
        prepare()
        window.click("push button", "Save…")
        window.give_path("Export", path)
        window.says(rf"^Saved to .*{name}")
        window.click("push button", "Dismiss")
        return wait(name, lambda: path.exists() and path.read_bytes())

    dots = export("Plots as SVG", "plots.svg").count(b'class="dot"')
    expect(dots == 4, f"the SVG has {dots} marks, not 2 in each plot")
    png = export("Plots as PNG", "plots.png", lambda: window.write("Width", "1000"))
    size = struct.unpack(">II", png[16:24])
    expect(size[0] == 2000, f"the PNG is {size[0]} pixels wide, not twice 1000")
    report = export("Lab report (HTML)", "open.html")
    expect(b"127.0.0.1" in report, "the report does not say what was measured")

    def hide():
        window.click("check box", "Hide addresses")

    report = export("Lab report (HTML)", "closed.html", hide)
    expect(b"127.0.0.1" not in report, "an address is in the report, though it is to be hidden")
    rows = len(export("Samples (CSV)", "samples.csv").splitlines())
    expect(rows == 1 + 2 * 8 * 20, f"the CSV has {rows} lines")
    saw(f"{dots} marks in the SVG, {size[0]} by {size[1]} pixels, a report of {len(report)} bytes "
        f"without addresses, {rows} lines of samples")


CHECKS = [moving_in_the_plots, presenter_view, files, comparing, exporting]
