"""ssm-stream whose hosts have names, and no server for names answers for a while: told why, back when one does.

The names are a preload's, and so is what becomes of them: with addresses alone, as elsewhere, nothing is resolved.
"""
import datetime
import json
import os
import tempfile
import threading
import time

import datachannel_programs as programs
from datachannel import Emulator
from stream_running import BUILD_DIR, Stream, environment
from tap import done, is_equal, ok, tell

PRELOAD = os.path.join(BUILD_DIR, "tests", "preload", "lostname.so")
TRIES = 4                                   # in vain; there are two seconds between the first and the last
PATIENCE = 180                              # seconds, for what must come
UNKNOWN = "the host's name cannot be resolved"


class Names:
    """Those that are known, while there is a file."""

    def __init__(self, directory):
        self.path = os.path.join(directory, "names")
        self.find()
        asan = ":".join(filter(None, (os.environ.get("ASAN_OPTIONS"), "verify_asan_link_order=0")))
        self.environment = {"NAMES_FILE": self.path, "LD_PRELOAD": PRELOAD, "ASAN_OPTIONS": asan}

    def find(self):
        with open(self.path, "w", encoding="ascii"):
            pass

    def lose(self):
        os.unlink(self.path)


def named_emulator():
    """One that is asked by a name, which its callers sign."""
    emulator = Emulator()
    emulator.host = f"service.test:{emulator.port}"
    emulator.url = emulator.service_url = f"http://{emulator.host}"
    return emulator


def now():
    """As events have it."""
    return datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def until(events, name, count=1, since=""):
    """The last of so many events of that name, and how many attempts there were on the way, from that moment on."""
    attempts = 0
    for event in map(json.loads, events):
        attempts += event["Event"] == "Attempt" and event["Time"] > since
        count -= event["Event"] == name
        if count == 0:
            return event, attempts
    return {"Event": "none", "Reason": ""}, attempts


def check_outage(emulator, session, names, events, stream):
    ok(session.wait(lambda: session.sent and not session.unacknowledged, PATIENCE), "a session of a name: a prompt", stream.err())
    names.lose()
    lost = time.monotonic()
    session.cut("rst")
    again, _ = until(events, "Attempt", 2)
    told = time.monotonic() - lost
    ok(UNKNOWN in again["Reason"], "without names: it tries again, since they are not resolved", again)
    stream.feed(b"while\n")
    until(events, "Attempt", TRIES - 2)
    is_equal((session.resumes, session.connections), (0, 1), "without names: nobody is asked and nobody dialled")
    names.find()
    found, since = time.monotonic(), now()
    back, attempts = until(events, "Resumed", since=since)
    tell(f"the second attempt {told:.2f} s after the loss, back {time.monotonic() - found:.2f} s after the names are")
    is_equal(back["Event"], "Resumed", "with names it is back", stream.err())
    ok(attempts <= 2, "with the next call, or the one behind it", attempts)
    stream.feed(b"exit\n")
    got = stream.finish(PATIENCE)
    is_equal((got.code, session.program.typed, got.out), (0, b"while\nexit\n", b"sh$ while\nexit\n"), "every byte comes once", got)
    lines = got.err.decode().splitlines()
    ok(len(lines) == 3 and lines[0].endswith("; resuming the session"), "the loss is told", got.err)
    is_equal(lines[1:], [f'ssm-stream: cannot resume yet: Could not connect to the endpoint URL: "{emulator.url}/": {UNKNOWN}',
                         "ssm-stream: connected again"], "why it is not back is told once, and that it is")
    is_equal((session.wrong, emulator.wrong), ([], []), "nothing is done that a client may not do")


def main():
    emulator = named_emulator()
    session = emulator.session("named", programs.Shell())
    told, write = os.pipe()
    with tempfile.TemporaryDirectory() as directory, open(told, encoding="utf-8") as events:
        names = Names(directory)
        stream = Stream(emulator, session.document(), "--events", f"/dev/fd/{write}", pass_fds=[write],
                        env=environment(emulator, **names.environment))
        os.close(write)
        limit = threading.Timer(PATIENCE, stream.process.kill)      # which ends the events
        limit.start()
        check_outage(emulator, session, names, events, stream)
        limit.cancel()
    emulator.stop()
    done()


main()
