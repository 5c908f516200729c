"""Sessions one after the other, four at a time, on one sandbox: none leaves anything behind.

Commands on pipes, and one session in four a shell on a terminal. What the sandbox has in the end is what it had
before: descriptors (a terminal's master is one), processes, files. It remembers the newest 4,000 sessions; past these
its memory stays as it is. MANY_SESSIONS says how many there are; make check-long asks for 10,000.
"""
import concurrent.futures
import contextlib
import glob
import os
import subprocess
import tempfile
import time

from sandbox_running import Sandbox
from tap import done, is_equal, ok

BUILD_DIR = os.path.abspath(os.environ.get("BUILD_DIR", "."))
SESSIONS = int(os.environ.get("MANY_SESSIONS", "24"))
PARALLEL = 4
REMEMBERED = 4000                   # sessions; SANDBOX_STARTED_MAX, SANDBOX_CHANNELS_IDLE
REMEMBERED_SIZE = 4                 # KiB for one of them
SLACK = 1024                        # KiB of memory that comes and goes
TARGET = "i-0a1b2c3d4e5f60001"
TIME_LIMIT = 120
MARK = "MANY_SESSIONS_RUN"          # who has it in its environment belongs to this run


def marked(value):
    """The processes of this run, by what is in their environments, which children inherit."""
    found = set()
    for path in glob.glob("/proc/[0-9]*/environ"):
        with contextlib.suppress(OSError), open(path, "rb") as file:
            if f"{MARK}={value}".encode() in file.read().split(b"\0"):
                found.add(int(path.split("/")[2]))
    return found


def has_more(now, before):
    return any(after > earlier for after, earlier in zip(now, before))


class World:
    """A sandbox and its clients, with a directory of their own for files that somebody may leave."""

    def __init__(self):
        self.directory = tempfile.TemporaryDirectory()
        self.run = f"{os.getpid()}-{time.monotonic_ns()}"
        common = {"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "AWS_EC2_METADATA_DISABLED": "true",
                  "HOME": self.directory.name, "TMPDIR": self.directory.name, MARK: self.run}
        common.update({name: os.environ[name] for name in ("ASAN_OPTIONS", "UBSAN_OPTIONS") if name in os.environ})
        usual = dict(os.environ)
        os.environ.clear()
        os.environ.update(common)
        self.sandbox = Sandbox("--shell", "/bin/sh")
        os.environ.clear()
        os.environ.update(usual)
        self.pid = self.sandbox.process.pid
        self.environment = {**common, **self.sandbox.environment}

    def client(self, *arguments, text=None):
        return subprocess.run([os.path.join(BUILD_DIR, arguments[0]), *arguments[1:]], input=text or "", capture_output=True,
                              text=True, timeout=TIME_LIMIT, check=False, env=self.environment)

    def session(self, number):
        """What is wrong with it, or None."""
        start = "ssm-start-session", "--quiet", "--target", TARGET
        if number % 4 == 3:
            got = self.client(*start, text=f"echo $((700000000 + {number}))\nexit\n")
            right = got.returncode == 0 and str(700000000 + number) in got.stdout
        else:
            got = self.client(*start, "--", "sh", "-c", f"echo {number}; exit {number % 3}")
            right = (got.returncode, got.stdout) == (number % 3, f"{number}\n")
        return None if right else f"{number}: {got}"

    def sessions(self, begin, end):
        with concurrent.futures.ThreadPoolExecutor(PARALLEL) as pool:
            return [fault for fault in pool.map(self.session, range(begin, end)) if fault]

    def descriptors(self):
        return len(os.listdir(f"/proc/{self.pid}/fd"))

    def memory(self):
        """KiB that are no file's: of a library's pages a process accounts for more when others that have them end."""
        with open(f"/proc/{self.pid}/smaps_rollup", encoding="utf-8") as file:
            return next(int(line.split()[1]) for line in file if line.startswith("Anonymous:"))

    def has(self):
        """After a call, with which its loop has turned: it may not have seen yet that this one's client is gone."""
        self.client("ssm-describe-sessions", "--state", "Active")
        return self.descriptors(), len(marked(self.run)), sorted(os.listdir(self.directory.name))

    def settle(self, before):
        limit = time.monotonic() + TIME_LIMIT
        while has_more(now := self.has(), before) and time.monotonic() < limit:
            pass
        return now


def grown(world, begin, end):
    before = world.memory()
    faults = world.sessions(begin, end)
    return faults, world.memory() - before


def main():
    world = World()
    before = min(world.has() for _ in range(10))
    is_equal(before[1:], (1, []), "a sandbox, alone")
    warm = min(SESSIONS // 2, REMEMBERED + REMEMBERED // 8)
    faults, growth = grown(world, 0, warm)
    is_equal(faults[:3], [], f"{warm} sessions say what they should, and end with their codes")
    now = world.settle(before)
    ok(not has_more(now, before), "descriptors, processes and files are what they were", now, before)
    limit = SLACK + REMEMBERED_SIZE * min(warm, REMEMBERED)
    sanitized = os.environ.get("SANITIZERS") == "yes"       # freed memory is kept for a while then
    ok(sanitized or growth <= limit, f"its memory has grown by {limit} KiB at most", f"grown: {growth} KiB")
    faults, growth = grown(world, warm, SESSIONS)
    is_equal(faults[:3], [], f"so do {SESSIONS - warm} more")
    now = world.settle(before)
    ok(not has_more(now, before), "and leave nothing", now, before)
    limit = SLACK if warm >= REMEMBERED else SLACK + REMEMBERED_SIZE * (SESSIONS - warm)
    ok(sanitized or growth <= limit, f"memory: by {limit} KiB at most", f"grown: {growth} KiB")
    print(f"# {SESSIONS} sessions: descriptors, processes, files {now}; {growth} KiB more in the second part,"
          f" {world.memory()} KiB in all")
    world.sandbox.stop()
    is_equal(marked(world.run), set(), "with the sandbox everything is gone")
    world.directory.cleanup()
    done()


main()
