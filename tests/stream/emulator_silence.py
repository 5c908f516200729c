"""ssm-stream over connections that fall silent without an end: what is typed, and a network that changes, find it out.

With --ping 300 the next ping of habit is beyond all patience: what comes of a silence, a doubt has brought. Servers that
come late on a busy machine may cost a resume more.
The part about the network runs in a network namespace of its own, which goes away with its process.
"""
import fcntl
import os
import shutil
import socket
import struct
import subprocess
import sys

import datachannel_programs as programs
from datachannel import Emulator
from datachannel_host import RESUME, Host
from stream_running import TOOL, Stream
from tap import done, is_equal, ok, skip, skip_all, together

PATIENCE = 120                              # seconds for what must come, on a slow machine
PONG = 0x8A                                 # the first byte of its frame
SIOCSIFADDR, SIOCSIFFLAGS, IFF_UP = 0x8916, 0x8914, 1


class Lines(Emulator):
    """Counts pongs, and can say nothing any more on the connections that there are."""

    def __init__(self):
        super().__init__()
        self.streams, self.pongs = [], 0

    def converse(self, stream, session):    # pylint: disable=arguments-differ
        say = stream.send

        def send(data):
            told = say(data)
            if data[0] == PONG:
                with session.changed:
                    self.pongs += 1
                    session.changed.notify_all()
            return told

        stream.send = send
        self.streams.append(stream)
        Emulator.converse(stream, session)

    def fall_silent(self):
        for stream in self.streams:
            stream.send = lambda data: True


def judged(session, title):
    ok(not session.wrong and not session.emulator.wrong, f"{title}: nothing is wrong", *session.wrong, *session.emulator.wrong)


def begun(emulator, name, title):
    shell = programs.Shell()
    session = emulator.session(name, shell)
    emulator.pongs = 0
    stream = Stream(emulator, session.document(), "--ping", "300")
    ok(session.wait(lambda: session.sent and not session.unacknowledged and emulator.pongs > 0, PATIENCE),
       f"{title}: a prompt, and one ping", emulator.pongs)
    return shell, session, stream


def ends(session, stream, title):
    stream.feed(b"exit\n")
    got = stream.finish(PATIENCE)
    is_equal(got.code, 0, f"{title}: it ends well", got)
    judged(session, title)


def check_typing():
    emulator, title = Lines(), "input that is not answered"
    shell, session, stream = begun(emulator, "typing", title)
    emulator.fall_silent()
    stream.feed(b"hello\n")
    ok(session.wait(lambda: session.connections > 1 and shell.typed == b"hello\n", PATIENCE), f"{title}: resumed, and there once",
       shell.typed, session.connections)
    ends(session, stream, title)
    emulator.stop()


class Mute(Emulator):
    """Answers no upgrade but the first."""

    def __init__(self):
        super().__init__()
        self.upgrades = 0

    def upgrade(self, stream, head):
        self.upgrades += 1
        if self.upgrades == 1:
            super().upgrade(stream, head)
        else:
            stream.more()


def check_given_up():
    """Before the upgrade's own limit, which would say so."""
    emulator, title = Mute(), "an upgrade that is not answered"
    session = emulator.session("given-up", programs.Shell())
    stream = Stream(emulator, session.document(), "--give-up-after", "2")
    ok(session.wait(lambda: session.sent and not session.unacknowledged, PATIENCE), f"{title}: a prompt")
    session.cut("fin")
    got = stream.finish(PATIENCE)
    is_equal(got.code, 75, f"{title}: given up", got)
    ok(b"no answer to the request" not in got.err, f"{title}: in time", got)
    judged(session, title)
    emulator.stop()


# ---- in a namespace ---------------------------------------------------------------------------

def configure(request, name, value):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        fcntl.ioctl(any_socket, request, struct.pack("16s16s", name, value))


def change(number):
    """Another address of the loopback: something that no connection minds."""
    address = socket.inet_aton(f"10.99.{number // 250}.{number % 250 + 1}")
    configure(SIOCSIFADDR, b"lo:1", struct.pack("HH4s", socket.AF_INET, 0, address))


def check_change():
    emulator, title = Lines(), "an address that changes"
    _, session, stream = begun(emulator, "change", title)
    change(1)
    ok(session.wait(lambda: emulator.pongs > 1, PATIENCE), f"{title}: a ping")
    for number in range(2, 1000):
        change(number)
    ok(session.wait(lambda: emulator.pongs > 2, PATIENCE) and emulator.pongs < 50, f"{title}: a thousand times are some pings",
       emulator.pongs)
    ends(session, stream, title)
    emulator.stop()


def check_silent_change():
    emulator, title = Lines(), "a network that changes, and then nothing"
    _, session, stream = begun(emulator, "silent", title)
    emulator.fall_silent()
    change(1)
    ok(session.wait(lambda: session.connections > 1, PATIENCE), f"{title}: resumed, though nobody types", session.connections)
    ends(session, stream, title)
    emulator.stop()


def check_change_while_asked():
    """The connection that is dialled meanwhile may have begun on a way that is no more."""
    host, title, seen = Host(), "an address that changes while a token is asked for", []
    session = host.session("asked", programs.Shell())
    stream = Stream(host, session.document(), "--ping", "300")
    ok(session.wait(lambda: session.sent and not session.unacknowledged, PATIENCE), f"{title}: a prompt")

    def before():
        seen.append(host.has_lines(2))
        change(2)
        seen.append(host.is_over(1) and host.has_lines(3))

    host.before[RESUME] = before
    session.cut("rst")
    ok(session.wait(lambda: session.connections > 1, PATIENCE), f"{title}: resumed", stream.err())
    is_equal((seen, len(host.lines)), ([True, True], 3), f"{title}: it is dialled anew, once")
    ends(session, stream, title)
    host.stop()


def find_namespace():
    for command in (["unshare", "-n"], ["unshare", "-rn"]):
        if shutil.which("unshare") and subprocess.run([*command, "true"], capture_output=True, check=False).returncode == 0:
            return command
    return None


def inside():
    configure(SIOCSIFFLAGS, b"lo", struct.pack("H", IFF_UP))
    check_change()
    check_silent_change()
    check_change_while_asked()
    done()


def run_inside():
    """Its lines are this test's, but for the plan."""
    command = find_namespace()
    if command is None:
        skip("a network that changes", "no network namespaces can be made here")
        return
    got = subprocess.run([*command, sys.executable, os.path.abspath(__file__), "inside"], capture_output=True, text=True, check=False)
    lines = [line for line in got.stdout.splitlines() if line.startswith(("ok ", "not ok "))]
    for line in lines:
        ok(line.startswith("ok "), line.partition(" - ")[2], got.stdout)
    ok(got.returncode == 0 and lines, "all of it in a namespace", got.stdout, got.stderr)


def main():
    if not os.path.exists(TOOL):
        skip_all("no ssm-stream")
    if sys.argv[1:] == ["inside"]:
        inside()
        return
    together(check_typing, check_given_up, run_inside)
    done()


main()
