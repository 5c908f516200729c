"""ssm-stream, run against the judge of clients."""
import contextlib
import json
import os
import subprocess
import tempfile
import threading
import time

BUILD_DIR = os.path.abspath(os.environ.get("BUILD_DIR", "."))
TOOL = os.path.join(BUILD_DIR, "ssm-stream")
MEMORY = 40 * 1024                          # KiB that ssm-stream may have, libraries included
CODES = 0, 1, 75, 252, 253, 254, 255        # of ssm-tools(7)


def is_sanitized():
    with open(TOOL, "rb") as binary:
        return b"__asan_init" in binary.read()


class Ended:
    """How a run has ended; peak is the most memory it had, in KiB."""

    def __init__(self, code, out, err, peak, seconds):
        self.code, self.out, self.err, self.peak, self.seconds = code, out, err, peak, seconds

    def __repr__(self):
        return f"code {self.code}, {self.seconds:.1f} s, {self.peak} KiB, {self.out[-300:]!r}, {self.err[-600:]!r}"


def environment(emulator, **more):
    keys = emulator.keys
    own = {"PATH": f"{BUILD_DIR}:/usr/bin:/bin", "HOME": "/nonexistent", "LC_ALL": "C.UTF-8", "AWS_REGION": emulator.region,
           "AWS_EC2_METADATA_DISABLED": "true", "AWS_ENDPOINT_URL_SSM": emulator.service_url, "AWS_ACCESS_KEY_ID": keys.key_id,
           "AWS_SECRET_ACCESS_KEY": keys.secret, "AWS_MAX_ATTEMPTS": "1"}
    if keys.token:
        own["AWS_SESSION_TOKEN"] = keys.token
    own.update({name: os.environ[name] for name in ("ASAN_OPTIONS", "UBSAN_OPTIONS") if name in os.environ})
    return {**own, **more}


class Stream:
    """
    A run that goes on: start, feed, wait. The document is in a file that is gone with the run. With adopts a node that is
    silent at first, also for want of a processor, is taken for one that another process has left; the judge plays none.
    """

    def __init__(self, emulator, document, *options, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                 tool=TOOL, env=None, endpoint=True, adopts=False, **how):
        self.directory = tempfile.TemporaryDirectory()
        path = os.path.join(self.directory.name, "session.json")
        with open(path, "w", encoding="utf-8", opener=lambda name, flags: os.open(name, flags, 0o600)) as file:
            json.dump(document, file)
        self.started = time.monotonic()
        leads = ["--stream-endpoint-url", emulator.url] if endpoint else []
        leads += [] if adopts else ["--no-adopt"]
        self.process = subprocess.Popen([tool, "--session", path, *leads, *options],
                                        stdin=stdin, stdout=stdout, stderr=stderr,
                                        env=environment(emulator) if env is None else env, **how)

        self.parts = {"out": [], "err": []}
        self.readers = [threading.Thread(target=self.read, args=(pipe, self.parts[name]), daemon=True)
                        for name, pipe in (("out", self.process.stdout), ("err", self.process.stderr)) if pipe]
        for reader in self.readers:
            reader.start()

    @staticmethod
    def read(pipe, parts):
        while data := pipe.read1(65536):
            parts.append(data)

    def out(self):
        return b"".join(self.parts["out"])

    def err(self):
        return b"".join(self.parts["err"])

    def feed(self, data):
        with contextlib.suppress(BrokenPipeError):
            self.process.stdin.write(data)
            self.process.stdin.flush()

    def eof(self):
        with contextlib.suppress(BrokenPipeError):
            self.process.stdin.close()

    def memory(self):
        """The most it had so far, in KiB (what a process had before its exec would be in its resource usage)."""
        with contextlib.suppress(OSError), open(f"/proc/{self.process.pid}/status", encoding="utf-8") as status:
            return max([int(line.split()[1]) for line in status if line.startswith("VmHWM")], default=0)
        return 0

    def finish(self, seconds=60.0):
        """Waits for the end; a run that hangs is killed, and has the code "hangs"."""
        killed = threading.Event()
        limit = threading.Timer(seconds, lambda: (killed.set(), self.process.kill()))
        limit.start()
        peak = 0
        while self.process.poll() is None:
            peak = max(peak, self.memory())
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(0.01)
        limit.cancel()
        spent = time.monotonic() - self.started
        for reader in self.readers:
            reader.join(60)
        self.directory.cleanup()
        return Ended("hangs" if killed.is_set() else self.process.returncode, self.out(), self.err(), peak, spent)


def run(emulator, document, *options, data=None, seconds=60.0, **how):
    """One run from start to end; data is its input, which then ends; without, it stays open."""
    stream = Stream(emulator, document, *options, **how)
    if data is not None:
        threading.Thread(target=lambda: (stream.feed(data), stream.eof()), daemon=True).start()
    return stream.finish(seconds)
