"""A clock that a test sets: of one program (Clock), or of the test and all that it starts (stop())."""
import atexit
import os
import sys
import tempfile
import time

NAMES = "LD_PRELOAD", "CLOCK_FILE", "ASAN_OPTIONS"
PRELOAD = os.path.join(os.path.abspath(os.environ.get("BUILD_DIR", ".")), "tests", "preload", "setclock.so")


class Clock:
    """The time of what runs with .environment; it stands still between two set(). Limits and pauses go pace times as fast."""

    def __init__(self, path, now=None, pace=1):
        self.path, self.slept = os.path.abspath(path), 0
        asan = ":".join(filter(None, (os.environ.get("ASAN_OPTIONS"), "verify_asan_link_order=0")))
        self.environment = dict(zip(NAMES, (PRELOAD, self.path, asan)))
        self.environment["CLOCK_PACE"] = str(pace)
        self.set(int(time.time()) if now is None else now)

    def set(self, now):
        self.now = now
        with open(self.path + ".new", "w", encoding="ascii") as file:
            file.write(f"{now} {self.slept}")
        os.replace(self.path + ".new", self.path)

    def advance(self, seconds):
        self.set(self.now + seconds)

    def sleep(self, seconds):
        """The machine has slept so long."""
        self.slept += seconds
        self.advance(seconds)


def stop():
    """Begins the test anew, in a time that stands still."""
    if "CLOCK_FILE" not in os.environ:
        handle, path = tempfile.mkstemp(prefix="clock-")
        os.close(handle)
        os.execve(sys.executable, [sys.executable, *sys.argv], {**os.environ, **Clock(path).environment})
    atexit.register(os.unlink, os.environ["CLOCK_FILE"])


def inherited():
    """What a program with an environment of its own needs to have the test's time, when that was stopped."""
    return {name: os.environ[name] for name in NAMES if "CLOCK_FILE" in os.environ}
