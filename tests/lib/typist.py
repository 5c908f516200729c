"""ssm-stream at terminals, in sessions of a sandbox whose shell is a real one."""
import fcntl
import itertools
import json
import os
import pty
import re
import select
import signal
import struct
import subprocess
import termios
import time

from sandbox_running import BUILD_DIR, Sandbox

TOOL = os.path.join(BUILD_DIR, "ssm-stream")
TARGET = "i-0a1b2c3d4e5f60001"
PATIENCE = 60                               # seconds, for what must come


class Service:
    """A sandbox, and sessions of it."""

    def __init__(self, directory, *options):
        self.sandbox = Sandbox("--shell", "/bin/sh", *options)
        self.directory, self.count, self.numbers = directory, 0, itertools.count(1)
        self.environment = {**self.sandbox.environment, "PATH": f"{BUILD_DIR}:/usr/bin:/bin", "HOME": directory,
                            "LC_ALL": "C.UTF-8", "TERM": "xterm", "AWS_EC2_METADATA_DISABLED": "true"}
        self.environment.update({name: os.environ[name] for name in ("ASAN_OPTIONS", "UBSAN_OPTIONS") if name in os.environ})

    def pipeline(self, operation, *arguments):
        command = f'ssm-request {operation} "$@" | ssm-sign | ssm-call'
        return subprocess.run(["sh", "-c", command, "sh", *arguments], env=self.environment, capture_output=True, text=True,
                              check=False, timeout=60).stdout

    def session(self):
        """The name of a file with a new session's document."""
        number = self.count = next(self.numbers)
        path = os.path.join(self.directory, f"session-{number}.json")
        with open(path, "w", encoding="utf-8") as file:
            file.write(self.pipeline("start-session", "--target", TARGET))
        return path

    def is_over(self, path):
        with open(path, encoding="utf-8") as file:
            name = json.load(file)["SessionId"]
        return subprocess.run([os.path.join(BUILD_DIR, "ssm-resume-session"), "--session-id", name], env=self.environment,
                              capture_output=True, check=False, timeout=60).returncode == 1


class Typist:
    """ssm-stream, or a command in its place, at a terminal of its own, the leader of its session."""

    def __init__(self, service, *options, size=(24, 80), session=None, ignored=(), environment=None, command=None):
        self.session = session or (command is None and service.session())
        self.master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", *size, 0, 0))
        self.name, self.before = os.ttyname(slave), termios.tcgetattr(slave)

        def prepare():
            fcntl.ioctl(0, termios.TIOCSCTTY, 0)
            for number in ignored:
                signal.signal(number, signal.SIG_IGN)

        command = command or [TOOL, "--session", self.session, *options]
        self.process = subprocess.Popen(command, stdin=slave, stdout=slave, stderr=slave,
                                        env=environment or service.environment, start_new_session=True, preexec_fn=prepare)
        self.slave, self.seen = slave, b""

    def read(self, limit):
        if not select.select([self.master], [], [], limit)[0]:
            return False
        try:
            data = os.read(self.master, 65536)
        except OSError:                     # nobody has the other side any more
            return False
        self.seen += data
        return bool(data)

    def sees(self, pattern, patience=PATIENCE):
        """Waits until what was printed since the last time has this in it; the match, or None."""
        until = time.monotonic() + patience
        while not (match := re.search(pattern, self.seen, re.S)):
            if time.monotonic() > until or not self.read(until - time.monotonic()):
                return None
        self.seen = self.seen[match.end():]
        return match

    def type(self, text):
        os.write(self.master, text)

    def is_raw(self):
        return not termios.tcgetattr(self.slave)[3] & (termios.ICANON | termios.ECHO | termios.ISIG)

    def is_restored(self):
        return termios.tcgetattr(self.slave) == self.before

    def wait(self):
        """Its end, as subprocess tells it; what it prints meanwhile is read."""
        until = time.monotonic() + PATIENCE
        while self.process.poll() is None and time.monotonic() < until:
            self.read(0.05)
        if self.process.poll() is None:
            self.process.kill()
            return f"hangs: {self.seen!r}"
        while self.read(0):
            pass
        return self.process.returncode

    def close(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        os.close(self.slave)
        os.close(self.master)
