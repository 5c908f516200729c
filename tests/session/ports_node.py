"""A forwarded port, and a node that does what it should not, or ends: a model of a few lines, and of every form of frame."""
import fcntl
import os
import re
import socket
import struct
import tempfile
import termios
import threading
import time

import datachannel_message as messages
from datachannel import Emulator
from datachannel_host import TERMINATE, Host
from datachannel_programs import Program
from stream_running import Stream
from tap import done, is_equal, ok, together

SYN, FIN, PSH, NOP = range(4)
LIMIT = 60


def frame(command, stream, data=b""):
    return struct.pack("<BBHI", 1, command, len(data), stream) + data


def until(condition, seconds=LIMIT):
    """Nobody tells of lines that are written, or of all that a session does."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            return False
        threading.Event().wait(0.01)
    return True


class Node(Program):
    """Has the frames that came, as (command, stream, data), and says what a test wants."""

    kind = "port"

    def __init__(self, version="3.3.987.0", **more):
        self.agent_version = version
        self.properties = {"portNumber": "80", "type": "LocalPortForwarding", "localPortNumber": "0", **more}
        self.bytes, self.frames, self.flags, self.session = b"", [], [], None

    def start(self, session):
        self.session = session

    def input(self, session, payload_type, payload):
        if payload_type == messages.FLAG:
            self.flags.append(payload[-1])
            if payload[-1] == 2:
                session.end()
            return
        self.bytes += payload
        while len(self.bytes) >= 8:
            version, command, length, stream = struct.unpack_from("<BBHI", self.bytes)
            if version != 1 or command > NOP or (length and command != PSH):
                session.blame(f"a frame {self.bytes[:8]}")
            if len(self.bytes) < 8 + length:
                break
            self.frames.append((command, stream, self.bytes[8:8 + length]))
            self.bytes = self.bytes[8 + length:]

    def has(self, command, stream):
        return any(found[:2] == (command, stream) for found in self.frames)

    def awaits(self, command, stream):
        return until(lambda: self.has(command, stream))


class Late(Node):
    """One step of its handshake, "begin" or "answered", waits for go_on(). asks: for what no client can do."""

    def __init__(self, step, asks=None, **more):
        super().__init__(**more)
        self.step, self.asks, self.waits = step, asks, threading.Event()

    def take(self, step, session):
        if step == self.step:
            self.waits.set()
        else:
            getattr(super(), step)(session)

    def begin(self, session):
        self.take("begin", session)

    def answered(self, session):
        self.take("answered", session)

    def go_on(self, session):
        with session.lock:
            if self.asks:
                self.say(session, messages.REQUEST, {"AgentVersion": self.agent_version, "RequestedClientActions": self.asks})
            else:
                getattr(super(), self.step)(session)


class Run:
    def __init__(self, emulator, name, node=None, *options):
        self.node = node or Node()
        self.session = emulator.session(name, self.node)
        self.stream = Stream(emulator, self.session.document(), *options)
        until(lambda: self.address() is not None)

    def address(self):
        found = re.search(rb"listening on ([0-9.]+):(\d+)\D", self.stream.err())
        return found and (found[1].decode(), int(found[2]))

    def connect(self):
        return socket.create_connection(self.address(), timeout=LIMIT)

    def say(self, *frames, size=1024):
        data = b"".join(frames)
        for at in range(0, len(data), size):
            self.session.output(data[at:at + size])

    def is_told(self):
        """The node ends it when it is told to, or the service, whichever is first."""
        return self.node.flags == [2] or self.session.terminated == 1

    def finish(self):
        ended = self.stream.finish()
        return ended.code, [line for line in ended.err.decode().splitlines() if "listening on" not in line]


def rest(connection):
    """What comes until the end, and whether it is one."""
    parts = []
    try:
        while data := connection.recv(65536):
            parts.append(data)
    except ConnectionResetError:
        return b"".join(parts), "reset"
    return b"".join(parts), "end"


def cut_anywhere(emulator):
    """Frames in messages of one byte, in many at once, for streams that there are not, and NOPs between them."""
    run = Run(emulator, "cut")
    with run.connect() as connection:
        connection.sendall(b"hello")
        ok(run.node.awaits(PSH, 3), "a connection is stream 3, and what it says its data", run.node.frames)
        run.say(frame(NOP, 0), frame(PSH, 3, b"one "), frame(PSH, 99, b"nobody's"), frame(FIN, 99), frame(SYN, 4), size=1)
        run.say(frame(PSH, 3, b"two "), frame(PSH, 3), frame(NOP, 7), frame(PSH, 3, bytes(65535)), frame(FIN, 3))
        is_equal(rest(connection), (b"one two " + bytes(65535), "end"), "frames come whole however they are cut")
    ok(run.node.awaits(FIN, 3), "the end is answered")
    with run.connect():
        ok(run.node.awaits(SYN, 5), "the next one is stream 5")
    run.session.end()
    is_equal(run.finish(), (0, []), "the node's end is 0")


def garbage(emulator):
    run = Run(emulator, "garbage")
    with run.connect() as connection:
        ok(run.node.awaits(SYN, 3), "a connection")
        run.say(frame(PSH, 3, b"whole"), b"\x02garbage of any length")
        is_equal(rest(connection), (b"whole", "reset"), "what cannot be read ends connections as lost")
    is_equal(run.finish(), (255, ["ssm-stream: what the node sends for local connections cannot be read"]), "a line, and 255")
    ok(run.is_told(), "the session is ended")


def ended_by_service(emulator):
    run = Run(emulator, "ended")
    with run.connect() as connection:
        ok(run.node.awaits(SYN, 3), "a connection")
        run.say(frame(PSH, 3, b"so far"))
        run.session.end("Your session timed out due to inactivity and has been terminated.")
        is_equal(rest(connection), (b"so far", "reset"), "a session's end is no end of its connections")
    is_equal(run.finish(), (1, ["ssm-stream: Your session timed out due to inactivity and has been terminated."]),
             "the service's reason, and 1")


def slow_reader(emulator):
    """Who reads late gets everything, also when the session has ended meanwhile."""
    run = Run(emulator, "slow")
    data = bytes(range(256)) * 12000
    with run.connect() as connection:
        ok(run.node.awaits(SYN, 3), "a connection")
        for at in range(0, len(data), 32768):
            run.say(frame(PSH, 3, data[at:at + 32768]))
        run.say(frame(FIN, 3))
        until(lambda: not run.session.unacknowledged and not run.session.pending)
        run.session.end()
        until(lambda: run.session.over)
        got = rest(connection)
        ok(got == (data, "end"), "a slow reader gets all of it", len(got[0]), got[1])
    is_equal(run.finish(), (0, []), "and the code is 0")


def unsent(session):
    """Bytes that are not in ssm-stream's kernel."""
    return struct.unpack("i", fcntl.ioctl(session.connection.socket, termios.TIOCOUTQ, bytes(4)))[0]


def fill(run):
    """Says more than is read while nobody takes it, and more than its kernel keeps."""
    for _ in range(100):
        run.say(*[frame(PSH, 3, bytes(32768))] * 8)
        if not until(lambda: not unsent(run.session), 1):
            break


def cut_unread(emulator):
    """A reader that takes nothing keeps the session from being read, not what came from being taken when it is cut."""
    run = Run(emulator, "unread", None, "--ping", "1")
    run.session.window = 100000
    with socket.socket() as reader:
        reader.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        reader.settimeout(LIMIT)
        reader.connect(run.address())
        ok(run.node.awaits(SYN, 3), "cut: a connection")
        fill(run)
        with run.session.lock:
            waiting = run.session.unacknowledged
            before, not_there = len(waiting), unsent(run.session) // len(waiting[min(waiting)].message.data) + 1
            run.session.cut("rst")
        ok(until(lambda: run.session.connections == 2), "cut: it is seen, and resumed")
        came = min(before - not_there, 1000)
        ok(until(lambda: before - len(waiting) >= came), "cut: what had come is not lost, as far as there is room", came,
           before - len(waiting))
    run.stream.process.terminate()
    run.finish()


def error_output(emulator):
    """What a port has none of, as a terminal would take it."""
    run = Run(emulator, "error")
    with run.connect() as connection:
        ok(run.node.awaits(SYN, 3), "a connection")
        run.session.output(b"\x1b[2J\n", messages.STDERR)
        run.say(frame(PSH, 3, b"bytes"), frame(FIN, 3))
        is_equal(rest(connection), (b"bytes", "end"), "error output is none of a connection's")
    run.session.end()
    is_equal(run.finish(), (0, []), "nor the terminal's")


def flags(emulator):
    run = Run(emulator, "flags", Node(host="db.internal\x1b[1m"))
    run.session.output(struct.pack(">I", 3), messages.FLAG)
    run.session.output(struct.pack(">I", 3), messages.FLAG)
    until(lambda: run.stream.err().count(b"cannot connect") == 2)
    run.stream.process.terminate()
    code, lines = run.finish()
    is_equal((code, lines[0]), (-15, r"ssm-stream: the node cannot connect to port 80 of db.internal\x1b[1m"),
             "whom the node cannot reach, without what a terminal would do")
    ok(run.is_told(), "the session is ended")


def outage(emulator):
    """Who has said everything waits for the answer as long as the session is lost, and its time behind that."""
    run, back = Run(emulator, "outage"), threading.Event()
    with run.connect() as connection:
        connection.sendall(b"question")
        ok(run.node.awaits(PSH, 3), "a question", run.node.frames)
        until(lambda: not run.session.unacknowledged)
        emulator.resume_answer = lambda session: back.wait(LIMIT) and emulator.answer("AmazonSSM.ResumeSession", session)
        run.session.cut("rst")
        connection.shutdown(socket.SHUT_WR)
        ok(not until(lambda: run.node.has(FIN, 3), 11.2), "it is not ended while the session is lost")
        back.set()
        run.say(frame(PSH, 3, b"answer"), frame(FIN, 3))
        is_equal(rest(connection), (b"answer", "end"), "and the answer comes")
    run.stream.process.terminate()
    run.finish()


def places(emulator):
    """The node says on which port to listen, or at which path; which address, or which descriptor, is not its to say."""
    with tempfile.TemporaryDirectory() as directory, socket.create_server(("127.0.0.1", 0)) as handed:
        path = os.path.join(directory, "left")
        with socket.socket(socket.AF_UNIX) as left:
            left.bind(path)
        before = os.stat(path)
        descriptor = f"/dev/fd/{handed.fileno()}"
        for count, place in enumerate(("*:0", "127.0.0.1:0", "65536", "+1", path, descriptor)):
            refused(emulator, f"port-{count}", place, "port", handed, localPortNumber=place)
        for count, place in enumerate(("8089", "left", descriptor, "")):
            refused(emulator, f"path-{count}", place, "path of a socket", handed, localConnectionType="unix",
                    localUnixSocket=place)
        refused(emulator, "path-long", "/" + 1024 * "x", "path of a socket", handed, localConnectionType="unix",
                localUnixSocket="/" + 1024 * "x")
        is_equal(os.stat(path), before, "a socket that somebody has left is as it was")


def refused(emulator, name, place, what, handed, **properties):
    node = Node(**properties)
    session = emulator.session(name, node)
    ended = Stream(emulator, session.document(), pass_fds=[handed.fileno()]).finish(LIMIT)
    is_equal((ended.code, ended.err.decode(), node.flags == [2] or session.terminated == 1),
             (255, f"ssm-stream: cannot listen where the session says: '{place[:256]}' is no {what}\n", True),
             f"{what}: '{place[:20]}'")


def flag_first(emulator):
    session = emulator.session("flag-first", Late("begin"))
    stream = Stream(emulator, session.document())
    ok(session.program.waits.wait(LIMIT), "a node that has said nothing")
    session.output(struct.pack(">I", 3), messages.FLAG)
    ok(session.wait(lambda: not session.unacknowledged, LIMIT), "a flag is its first word", stream.err())
    session.program.go_on(session)
    ok(until(lambda: b"listening on" in stream.err()), "the session is ready nevertheless", stream.err())
    stream.process.terminate()
    is_equal(stream.finish().code, -15, "and ends")


def ended_early(host, title, node):
    """A signal came before the session was ready. What the node says while the service is told changes nothing."""
    def last_words():
        node.go_on(session)
        session.wait(lambda: not session.unacknowledged and (session.answered or not node.asks), LIMIT)
        code.append(stream.process.poll())

    code, session = [], host.session(re.sub(r"\W+", "-", title), node)
    host.before[TERMINATE] = last_words
    stream = Stream(host, session.document())
    ok(node.waits.wait(LIMIT), f"{title}: not yet", stream.err())
    stream.process.terminate()
    ended = stream.finish(3 * LIMIT)
    is_equal((ended.code, ended.err, code, session.terminated), (-15, b"", [None], 1),
             f"{title}: the service is told, and no more")


def early(host):
    ended_early(host, "ready when it ends", Late("answered"))
    with socket.create_server(("127.0.0.1", 0)) as taken:
        ended_early(host, "ready when it ends, and no port", Late("answered", localPortNumber=str(taken.getsockname()[1])))
    ended_early(host, "failing when it ends", Late("begin", [{"ActionType": "Dance", "ActionParameters": {}}]))


def main():
    emulator, other, host = Emulator(), Emulator(), Host()
    try:
        together(lambda: outage(other), lambda: [case(emulator) for case in (
            cut_anywhere, garbage, ended_by_service, slow_reader, cut_unread, error_output, flags, flag_first, places)],
                 lambda: early(host))
        is_equal(emulator.wrong + [text for session in emulator.sessions.values() for text in session.wrong], [],
                 "and nothing that was said was wrong")
    finally:
        emulator.stop()
        other.stop()
        host.stop()
    done()


main()
