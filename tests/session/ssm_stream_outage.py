"""ssm-stream while its connection is lost: what a person at a terminal sees of it, and that nothing is left of it.

Between it and the sandbox is a gate that a test closes and opens. Nothing here waits for time: for what is on the screen,
in the events, or for the end.
"""
import json
import os
import re
import subprocess
import sys
import tempfile
import time
import urllib.parse

from tap import done, is_equal, ok
from tcp_gate import Gate
from terminal_screen import Screen
from typist import PATIENCE, TOOL, Service, Typist

TOLD = 3                                    # times
LOST = re.compile(r"\[(?:ssm-stream: )?(?:connection )?lost \d+ s ago(?:, resuming)?(?:; .*?)?(; (\d+) typed)?"
                  r"(?:; ~\. ends(?:, ~d leaves)?)?\]")

# A program with the screen for itself, every row of it; a size that is no other it takes no notice of, as ncurses does.
FULL_SCREEN = """
import os, signal, termios, tty
last = None
def paint(*_):
    global last
    size = os.get_terminal_size()
    if size == last:
        return
    last = size
    rows = "".join(f"\\x1b[{row};1H\\x1b[7mrow {row}\\x1b[m of {size.lines}\\x1b[K" for row in range(1, size.lines + 1))
    os.write(1, f"\\x1b[2J{rows}\\x1b[5;7H".encode())
before = termios.tcgetattr(0)
tty.setraw(0)
os.write(1, b"\\x1b[?1049h")
signal.signal(signal.SIGWINCH, paint)
paint()
while (key := os.read(0, 1)) != b"q":
    os.write(1, b"\\x1b[10;1Hkey " + key + b"\\x1b[5;7H")
os.write(1, b"\\x1b[?1049l")
termios.tcsetattr(0, termios.TCSADRAIN, before)
"""


class Watched(Typist):
    """A person who looks at the screen."""

    def __init__(self, service, gate, *options, **how):
        self.events_name = os.path.join(service.directory, f"events-{service.count}")
        super().__init__(service, "--stream-endpoint-url", gate.url, "--events", self.events_name, *options, **how)
        self.screen, self.gate, self.all = Screen(*how.get("size", (24, 80))), gate, b""

    def read(self, limit):
        before = len(self.seen)
        if not super().read(limit):
            return False
        self.screen.feed(self.seen[before:])
        self.all += self.seen[before:]
        return True

    def waits(self, condition):
        until = time.monotonic() + PATIENCE
        while not condition():
            if time.monotonic() > until:
                return False
            self.read(0.05)
        return True

    def events(self):
        with open(self.events_name, encoding="utf-8") as file:
            return [json.loads(line) for line in file if line.endswith("\n")]

    def count(self, name):
        return sum(event["Event"] == name for event in self.events())

    def is_told(self):
        return LOST.match(self.screen.lines()[-1])

    def at_work(self):
        ok(self.sees(rb"[$#] "), "a shell", self.seen)
        return self

    def lose(self):
        self.gate.close()
        ok(self.waits(self.is_told), "a lost connection is told on the last row", self.screen.lines())

    def come_back(self):
        before = self.count("Resumed")
        self.gate.open()
        ok(self.waits(lambda: self.count("Resumed") > before), "it is back", self.events())

    def finish(self, title, code=0):
        is_equal((self.wait(), self.is_restored()), (code, True), f"{title}: the code, and the terminal as it was", self.all[-2000:])
        is_equal(self.screen.unknown, [], f"{title}: no other sequences")
        ok(not any(LOST.search(line) for line in self.screen.scrolled + self.screen.lines()), f"{title}: nothing is left of it",
           self.screen.transcript())
        self.close()
        self.gate.open()


def check_shell(service, gate):
    """A prompt on the last row, after much that was printed."""
    typist = Watched(service, gate).at_work()
    typist.type(b"i=1; while [ $i -le 40 ]; do echo line-$i; i=$((i + 1)); done\r")
    ok(typist.sees(rb"line-40\r\n[$#] "), "a screen that has scrolled", typist.seen)
    before = typist.screen.transcript()
    is_equal(typist.screen.row, 23, "with the prompt on its last row")
    typist.lose()
    is_equal(typist.screen.transcript().rpartition("\n")[0], before, "which hides nothing", typist.screen.lines())
    ok(b" s ago" in typist.all and b"resuming the session" not in typist.all, "no other line says so", typist.all[-500:])
    typist.type(b"echo typed-$((20 + 1))\r")
    ok(typist.waits(lambda: (match := typist.is_told()) and match.group(2) == "23"), "what is typed is counted", typist.screen.lines())
    typist.come_back()
    ok(typist.sees(rb"typed-21\r\n[$#] "), "and delivered", typist.seen)
    is_equal(typist.screen.transcript(), f"{before} echo typed-$((20 + 1))\ntyped-21\n{before[-1]}",
             "once; the screen is as if nothing had been")
    typist.type(b"exit\r")
    typist.finish("a shell")


def check_fresh(service, gate):
    """A prompt at the top of an empty screen, and no key until the end."""
    typist = Watched(service, gate).at_work()
    before = typist.screen.state()
    typist.lose()
    is_equal(typist.screen.lines()[:-1], before[0][:-1], "what was on the screen is there")
    ok(typist.waits(lambda: typist.screen.state()[1] == before[1]), "and the cursor", typist.screen.state())
    typist.come_back()
    ok(typist.waits(lambda: typist.screen.state() == before), "and behind it, the last row too", typist.screen.state())
    typist.type(b"exit\r")
    typist.finish("an empty screen")


def check_full_screen(service, gate):
    """A program that has no processor for half a second sees one size where there were two: it is told again, then."""
    name = os.path.join(service.directory, "full.py")
    with open(name, "w", encoding="utf-8") as file:
        file.write(FULL_SCREEN)
    typist = Watched(service, gate).at_work()
    typist.type(f"{sys.executable} {name}\r".encode())
    ok(typist.waits(lambda: typist.screen.lines()[-1] == "row 24 of 24" and typist.screen.row == 4), "a program on the whole screen",
       typist.screen.lines())
    before = typist.screen.state()
    for _ in range(TOLD):
        typist.lose()
        ok(typist.waits(lambda: (typist.screen.lines()[:-1], typist.screen.state()[1]) == (before[0][:-1], before[1])),
           "one row is hidden, no other moved", typist.screen.state())
        typist.come_back()
        told = typist.sees(rb"row 23\x1b\[m of 23", PATIENCE / TOLD)
        if told:
            break
    ok(told, "the program is told another size", typist.seen)
    ok(typist.waits(lambda: typist.screen.state() == before), "and paints the screen as it was", typist.screen.state())
    typist.type(b"q")
    ok(typist.sees(rb"1049l.*[$#] "), "its end", typist.seen)
    typist.type(b"exit\r")
    typist.finish("a program on the whole screen")


def check_escapes(service, gate):
    for typed, over in (b"\r~.", True), (b"\r~d", False):
        typist = Watched(service, gate).at_work()
        typist.lose()
        typist.type(typed)
        typist.finish(f"{typed[1:].decode()} while it is lost")
        is_equal(service.is_over(typist.session), over, f"and the session is {'over' if over else 'left'}")


def check_full(service, gate):
    """More is typed than can be kept: that is told, and the way out is open."""
    typist = Watched(service, gate, size=(24, 200)).at_work()
    typist.lose()
    os.set_blocking(typist.master, False)

    def type_on():
        try:
            typist.type(b"x" * 4095 + b"\r")
        except BlockingIOError:
            pass
        return "NO ROOM" in typist.screen.lines()[-1]

    ok(typist.waits(type_on), "that there is no room for more is on the screen", typist.screen.lines())
    ok(typist.waits(lambda: typist.screen.bells == 1), "and heard", typist.screen.bells)
    os.set_blocking(typist.master, True)
    typist.type(b"\r~.")
    typist.finish("~. behind it")
    is_equal(typist.screen.bells, 1, "heard once")


def check_plain(service, gate):
    """Terminals that show no such line get one a change."""
    dumb = {**service.environment, "TERM": "dumb"}
    bare = {name: value for name, value in service.environment.items() if name != "TERM"}
    for title, how, options, told in (("TERM=dumb", {"environment": dumb}, [], 1), ("no TERM", {"environment": bare}, [], 1),
                                      ("a terminal of size 0 x 0", {"size": (0, 0)}, [], 1), ("--quiet", {}, ["-q"], 0)):
        typist = Watched(service, gate, *options, **how)
        typist.screen = Screen()
        typist.at_work()
        gate.close()
        ok(typist.waits(lambda: sum(event["Event"] == "Attempt" for event in typist.events()) > 2), f"{title}: lost", typist.events())
        typist.come_back()
        typist.type(b"exit\r")
        typist.wait()
        is_equal((typist.all.count(b"resuming the session"), typist.all.count(b"connected again")), (told, told),
                 f"{title}: what is said", typist.all)
        ok(b"\x1b" not in typist.all.replace(b"\x1b[?2004", b""), f"{title}: no sequences", typist.all)
        typist.close()


def check_pipe(service, gate):
    name = os.path.join(service.directory, "events-pipe")
    with subprocess.Popen([TOOL, "--session", service.session(), "--stream-endpoint-url", gate.url, "--events", name],
                          stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=service.environment) as process:
        process.stdout.read(1)
        gate.close()
        until = time.monotonic() + PATIENCE

        def events():
            with open(name, encoding="utf-8") as file:
                return [json.loads(line) for line in file if line.endswith("\n")]

        while sum(event["Event"] == "Attempt" for event in events()) < 4 and time.monotonic() < until:
            time.sleep(0.02)
        gate.open()
        out, err = process.communicate(b"echo piped-$((6 * 7))\nexit\n", timeout=PATIENCE)
    lines = err.decode().splitlines()
    said = [line for line in lines if "shortly before the end" not in line]
    ok(len(said) == 3 and said[0].endswith("; resuming the session") and said[1].startswith("ssm-stream: cannot resume yet: ")
       and said[2] == "ssm-stream: connected again", "a pipe: one line of the loss, one of the reason, one of the return", err)
    ok(b"piped-42" in out and b"\x1b[7m" not in out, "and nothing else among the output", out)
    attempts = [event for event in events() if event["Event"] == "Attempt"]
    is_equal([event["Attempt"] for event in attempts], list(range(1, len(attempts) + 1)), "events: each attempt is there")
    ok(len(attempts) >= 4 and all(event.get("Reason") for event in attempts), "and has its reason", attempts)


def main():
    with tempfile.TemporaryDirectory() as directory:
        service = Service(directory)
        gate = Gate(urllib.parse.urlsplit(service.environment["AWS_ENDPOINT_URL_SSMMESSAGES"]).port)
        for check in check_shell, check_fresh, check_full_screen, check_escapes, check_full, check_plain, check_pipe:
            gate.open()
            check(service, gate)
        gate.stop()
        service.sandbox.stop()
    done()


main()
