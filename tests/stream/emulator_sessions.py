"""ssm-stream in sessions of all kinds, before a judge: each byte once, the node's exit code, and nothing wrong in what it sends."""
import os
import signal
import threading
import time

import datachannel_programs as programs
from datachannel import Emulator
from datachannel_message import OUTPUT, STDERR
from sigv4_judge import Keys
from stream_running import BUILD_DIR, MEMORY, TOOL, Stream, environment, is_sanitized, run
from tap import done, is_equal, ok, skip_all

FLOOD = bytes(range(256)) * 4 * 6144        # 6 MiB
SOON = 120                                  # seconds; as repetitions, one in 100 ms, it would take five times as long
SHY = os.path.join(BUILD_DIR, "tests", "preload", "shywrite.so")
LISTING = b"".join(b"line %d\n" % i for i in range(12000))


def judged(session, title, *details):
    ok(not session.wrong and not session.emulator.wrong, f"{title}: nothing is wrong", *session.wrong, *session.emulator.wrong,
       *details)


def check_shell(emulator):
    for handshake in False, True:
        shell = programs.Shell(handshake=handshake)
        session = emulator.session(f"shell-{handshake}", shell)
        got = run(emulator, session.document(), data=b"echo one\nexit\n")
        title = f"a shell {'with' if handshake else 'without'} a handshake"
        out = got.out.rstrip(b"\x04")       # the end of input, which the shell says back, unless its own end is sooner
        is_equal((got.code, out, shell.typed[:14]), (0, b"sh$ echo one\nexit\n", b"echo one\nexit\n"), title, got)
        judged(session, title)


def check_late_shell(emulator):
    """Input that is there before the session is, is not lost, and not sent before its time."""
    shell = programs.Shell()
    shell.start = lambda session: None
    session = emulator.session("late", shell)
    stream = Stream(emulator, session.document())
    stream.feed(b"early\n")
    ok(session.wait(lambda: session.connections == 1), "a session that says nothing yet")
    ok(not session.wait(lambda: shell.typed, 0.5), "gets no input", shell.typed)
    session.output(b"sh$ ")
    ok(session.wait(lambda: shell.typed == b"early\n"), "and has it once it has spoken", shell.typed)
    stream.feed(b"exit\n")
    is_equal(stream.finish().code, 0, "and ends well")
    judged(session, "a session that says nothing yet")


def check_commands(emulator):
    joined = emulator.session("joined", programs.Command([(OUTPUT, LISTING)]))
    got = run(emulator, joined.document())
    ok((got.code, got.out) == (0, LISTING), "a command, joined: its output", got)
    judged(joined, "a command, joined")
    for code in 0, 7, 255:
        apart = emulator.session(f"apart-{code}", programs.Command([(OUTPUT, b"out\n" * 500), (STDERR, b"err\n" * 500)], code))
        got = run(emulator, apart.document())
        is_equal((got.code, got.out, b"err\n" * 500 in got.err), (code, b"out\n" * 500, True),
                 f"a command, apart: both streams and the code {code}", got)
        judged(apart, f"a command, apart, code {code}")
    failed = emulator.session("failed", programs.Command([(STDERR, b"no such command\n")], None))
    got = run(emulator, failed.document())
    ok(got.code != "hangs" and b"no such command" in got.err, "a command that did not start", got)
    judged(failed, "a command that did not start")


def check_away(emulator):
    """While the agent is away its input waits, and is repeated less often; it arrives once when the agent is back."""
    shell = programs.Shell()
    session = emulator.session("away", shell)
    stream = Stream(emulator, session.document())
    ok(session.wait(lambda: session.sent and not session.unacknowledged), "a shell whose agent goes away")
    session.away = True
    stream.feed(b"one\n")
    ok(session.wait(lambda: session.repeats_in >= 1), "is sent its input again")
    before, begun = session.repeats_in, time.monotonic()
    session.wait(lambda: session.repeats_in > before + 6, 1.5)
    repeats, spent = session.repeats_in - before, time.monotonic() - begun
    ok(repeats <= 4 * max(spent, 1.5), "but no storm of it", repeats, spent)
    session.away = False
    session.publish("start_publication")
    ok(session.wait(lambda: shell.typed == b"one\n"), "and has it when it is back", shell.typed)
    stream.feed(b"exit\n")
    got = stream.finish()
    is_equal((got.code, got.out), (0, b"sh$ one\nexit\n"), "a shell whose agent was away", got)
    judged(session, "a shell whose agent was away")


class Flood(programs.Program):
    """Says much, and ends when it is told to."""

    def __init__(self, text=FLOOD):
        self.text = text

    def start(self, session):
        session.output(self.text)


def check_full(emulator):
    """A reader who does not read: the node is told to wait, by no acknowledgement, and nothing grows."""
    session = emulator.session("full", Flood(), window=10)
    read, write = os.pipe()
    stream = Stream(emulator, session.document(), stdout=write)
    os.close(write)
    ok(session.wait(lambda: any(sent.repeats > 2 for sent in session.unacknowledged.values())), "output that nobody reads waits")
    taken = 1024 * (len(session.sent) - len(session.unacknowledged))
    ok(taken < 8 << 20, "and is not acknowledged without end", taken)
    parts = []
    reader = threading.Thread(target=lambda: parts.extend(iter(lambda: os.read(read, 1 << 20), b"")))
    reader.start()
    ok(session.wait(lambda: not session.pending and not session.unacknowledged, SOON), "it comes when it is read", len(session.pending))
    session.end()
    ended = stream.finish()
    reader.join()
    ok(ended.code == 0 and b"".join(parts) == FLOOD, "all of it, once", sum(map(len, parts)), ended)
    ok(ended.peak < MEMORY or is_sanitized(), "in bounded memory", ended)
    judged(session, "output that nobody reads")


def check_slow(emulator):
    """A node that sends all it has at once, and a reader who is late: what cannot be kept is held back, not dropped."""
    session = emulator.session("late", Flood(), window=2 * len(FLOOD) // 1024)
    read, write = os.pipe()
    stream = Stream(emulator, session.document(), stdout=write)
    os.close(write)
    session.wait(lambda: len(session.sent) * 1024 > len(FLOOD), 2)
    parts = []
    reader = threading.Thread(target=lambda: parts.extend(iter(lambda: os.read(read, 1 << 20), b"")))
    reader.start()
    ok(session.wait(lambda: session.sent and not session.pending and not session.unacknowledged, SOON),
       "output that is read late comes at once then", len(session.unacknowledged))
    session.end()
    ended = stream.finish()
    reader.join()
    ok(ended.code == 0 and b"".join(parts) == FLOOD, "all of it, in order", sum(map(len, parts)), ended)
    ok(ended.peak < MEMORY or is_sanitized(), "also in bounded memory", ended)
    judged(session, "output that is read late")


def check_late_end(emulator):
    """The end has come, and then the connection's, while a reader is late: nobody asks for another one."""
    session = emulator.session("late-end", Flood(FLOOD[:1 << 19]), window=1 << 19)
    read, write = os.pipe()
    stream = Stream(emulator, session.document(), stdout=write)
    os.close(write)
    ok(session.wait(lambda: session.sent and not session.pending and not session.unacknowledged, 60), "output that waits here",
       len(session.unacknowledged))
    session.close()
    session.cut("close")
    with open(read, "rb") as out:
        got = out.read()
    ended = stream.finish()
    is_equal((ended.code, got == FLOOD[:1 << 19], ended.err, session.resumes), (0, True, b"", 0), "an end that is read late", ended)


def check_shy(emulator):
    """A pipe that is full when it is written to and empty right afterwards: of room that is there again nobody tells."""
    session = emulator.session("shy", programs.Shell())
    asan = ":".join(filter(None, (os.environ.get("ASAN_OPTIONS"), "verify_asan_link_order=0")))
    stream = Stream(emulator, session.document(), env=environment(emulator, LD_PRELOAD=SHY, ASAN_OPTIONS=asan))
    session.wait(lambda: session.sent and not session.unacknowledged)
    stream.process.send_signal(signal.SIGSTOP)
    session.window = len(LISTING)
    session.output(FLOOD[:1 << 19])
    stream.process.send_signal(signal.SIGCONT)
    session.wait(lambda: not session.unacknowledged)
    session.end()
    ended = stream.finish()
    ok(ended.code == 0 and ended.out[4:] == FLOOD[:1 << 19], "a pipe that is full now and then gets it all", len(ended.out), ended.code, ended.err)


def check_linger(emulator):
    """Input ends, and the node says nothing: the session is ended, not left."""
    shell = programs.Shell(ends=False)
    says = shell.input
    shell.input = lambda session, kind, payload: payload != b"\x04" and says(session, kind, payload)
    session = emulator.session("linger", shell)
    got = run(emulator, session.document(), "--linger", "4", data=b"one\n")
    ok(got.code != "hangs" and session.terminated == 1 and shell.typed.startswith(b"one\n"), "--linger: the session is terminated", got)
    ok(got.out.startswith(b"sh$ one\n"), "--linger: its output is shown", got)
    judged(session, "--linger")


def check_port(emulator):
    data = bytes(range(256)) * 300 + b"\n"
    port = programs.Port(last=len(data))
    session = emulator.session("port", port)
    stream = Stream(emulator, session.document())
    stream.feed(data)
    got = stream.finish()
    ok((got.code, got.out, port.typed) == (0, b"SSH-2.0-model\r\n" + data, data), "a port: every byte there and back", got)
    judged(session, "a port")


def check_losses(emulator):
    """Acknowledgements and input that are lost on the way are sent again."""
    shell = programs.Shell()
    session = emulator.session("losses", shell)
    session.lose_acknowledgements, session.lose_input = {0, 1}, {0, 2}
    stream = Stream(emulator, session.document())
    for text in b"one\n", b"two\n", b"three\n":
        stream.feed(text)
        ok(session.wait(lambda t=text: shell.typed.endswith(t)), f"input arrives: {text.decode().strip()}", shell.typed)
    stream.feed(b"exit\n")
    got = stream.finish()
    is_equal((got.code, got.out), (0, b"sh$ one\ntwo\nthree\nexit\n"), "what is lost is repeated", got)
    ok(session.repeats_in >= 2 and session.wait(lambda: not session.unacknowledged), "and acknowledged when it comes again",
       session.repeats_in, session.unacknowledged)
    judged(session, "losses")


def check_end(emulator):
    """What the end says is told, and is no success."""
    session = emulator.session("text", programs.Command(end="Your session timed out.\x1b[31m\x07"))
    got = run(emulator, session.document())
    ok(got.code not in (0, "hangs") and b"timed out" in got.err and b"\x1b" not in got.err and b"\x07" not in got.err
       and not got.out, "an end with a text: told, printable, no success", got)
    judged(session, "an end with a text")


def main():
    if not os.path.exists(TOOL):
        skip_all("no ssm-stream")
    emulator = Emulator(Keys(token="session/token+=="))
    check_shell(emulator)
    check_late_shell(emulator)
    check_commands(emulator)
    check_away(emulator)
    check_full(emulator)
    check_slow(emulator)
    check_late_end(emulator)
    check_shy(emulator)
    check_linger(emulator)
    check_port(emulator)
    check_losses(emulator)
    check_end(emulator)
    emulator.stop()
    done()


main()
