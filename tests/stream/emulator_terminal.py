"""ssm-stream on a terminal, before a judge: raw while the session is, as it was behind every end, and its size told."""
import fcntl
import os
import signal
import struct
import termios
import threading

import datachannel_programs as programs
from datachannel import Emulator
from datachannel_message import OUTPUT
from hostile_service import Peer, output
from sigv4_judge import Keys
from stream_running import TOOL, Stream
from tap import done, is_equal, ok, skip_all

PATIENCE = 20                               # seconds, for what must come


class Terminal:
    """A terminal with ssm-stream in its foreground, and what was written to it."""

    def __init__(self, emulator, document, *options, columns=100, rows=40):
        self.main, self.end = os.openpty()
        self.resize(columns, rows)
        self.before = termios.tcgetattr(self.end)
        self.text = b""
        self.stream = Stream(emulator, document, *options, stdin=self.end, stdout=self.end, stderr=self.end,
                             start_new_session=True, preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0))
        self.reader = threading.Thread(target=self.read, daemon=True)
        self.reader.start()

    def read(self):
        try:
            while data := os.read(self.main, 65536):
                self.text += data
        except OSError:
            pass

    def resize(self, columns, rows):
        fcntl.ioctl(self.main, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def type(self, data):
        os.write(self.main, data)

    def is_raw(self):
        flags = termios.tcgetattr(self.end)[3]
        return not flags & (termios.ICANON | termios.ECHO | termios.ISIG)

    def finish(self):
        got = self.stream.finish()
        self.restored = termios.tcgetattr(self.end) == self.before
        os.close(self.end)
        self.reader.join(PATIENCE)          # all that was written has been read then
        return got


def at_work(emulator, name, *options):
    """A shell that has spoken, on a terminal."""
    shell = programs.Shell()
    session = emulator.session(name, shell)
    terminal = Terminal(emulator, session.document(), *options)
    ok(session.wait(lambda: shell.sizes and not session.unacknowledged), f"{name}: at work", terminal.text, *session.wrong)
    return session, shell, terminal


def ended(terminal, session, title, codes):
    got = terminal.finish()
    ok(got.code in codes, f"{title}: its code", got, terminal.text)
    ok(terminal.restored, f"{title}: the terminal is as it was")
    ok(not session.wrong, f"{title}: nothing is wrong", *session.wrong)


def check_shell(emulator):
    session, shell, terminal = at_work(emulator, "shell")
    is_equal(shell.sizes, [{"cols": 100, "rows": 40}], "the size is told once")
    ok(terminal.is_raw(), "the terminal is raw")
    typed = bytes(byte for byte in range(1, 256) if byte not in b"\x04")
    terminal.type(typed)
    ok(session.wait(lambda: shell.typed == typed), "every key is the node's: ^C, ^Z, ^S and all others", shell.typed)
    terminal.resize(81, 25)
    ok(session.wait(lambda: shell.sizes[-1] == {"cols": 81, "rows": 25}), "a new size is told", *shell.sizes)
    session.cut("rst")
    terminal.type(b"after")
    ok(session.wait(lambda: shell.typed.endswith(b"after")), "keys behind a cut arrive", shell.typed)
    ok(terminal.is_raw() and session.wait(lambda: shell.sizes[-1] == {"cols": 81, "rows": 25}), "and the terminal is still raw")
    terminal.type(b"\rexit\r")
    ended(terminal, session, "a shell", {0})


def check_ends(emulator):
    for name, act, codes in (
            ("channel_closed with a text", lambda s, t: s.close("timed out\x1b[2J"), {1, 75, 254, 255}),
            ("a cut", lambda s, t: s.cut("rst"), {75}), ("SIGTERM", lambda s, t: t.stream.process.terminate(), {-15, 143}),
            ("SIGHUP", lambda s, t: t.stream.process.send_signal(signal.SIGHUP), {-1, 129}),
            ("the escape ~.", lambda s, t: t.type(b"\r~."), set(range(256)))):
        session, _, terminal = at_work(emulator, name.replace(" ", "-").replace("~.", "disconnect"), "--no-resume")
        act(session, terminal)
        ended(terminal, session, name, codes)
        ok(b"\x1b" not in terminal.text, f"{name}: no escape sequence of a message is written", terminal.text)


def check_refused(emulator):
    """Ends before a session is: the terminal was never, or is no more, another."""
    def refuse(stream, head):
        stream.send(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno")

    def garbage(stream, head):
        peer = Peer(stream, head)
        peer.open()
        peer.send(output(b"sh$ "))
        peer.raw(b"\xff" * 100)
        peer.drain()

    for name, hostile in ("a refused upgrade", refuse), ("frames that are none", garbage):
        emulator.hostile = hostile
        session = emulator.session(name.replace(" ", "-"), programs.Shell())
        ended(Terminal(emulator, session.document(), "--no-resume"), session, name, {75, 254, 255})
    emulator.hostile = None


def check_command(emulator):
    """A command on a terminal: its output as it came, and no size wanted of it."""
    session = emulator.session("command", programs.Command([(OUTPUT, b"a\tb\n")]))
    terminal = Terminal(emulator, session.document())
    ended(terminal, session, "a command", {0})
    ok(b"a\tb" in terminal.text, "a command: its output is on the terminal", terminal.text)


def main():
    if not os.path.exists(TOOL):
        skip_all("no ssm-stream")
    emulator = Emulator(Keys(token="session/token+=="))
    check_shell(emulator)
    check_ends(emulator)
    check_refused(emulator)
    check_command(emulator)
    emulator.stop()
    done()


main()
