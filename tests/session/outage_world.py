"""A session of a sandbox whose network a test breaks, and ssm-stream in it, on pipes, with all that it does noted."""
import http.client
import json
import os
import subprocess
import tempfile
import threading
import time

from clock import Clock
from sandbox_running import BUILD_DIR, Sandbox
from tcp_gate import Gate

TARGET = "i-0a1b2c3d4e5f60001"
PATIENCE = 180                              # seconds, for what must come
# Says back what it is told, with a number of its own, so that what is lost or comes twice shows; and a last word, for
# output that was made behind a cut tells that nothing is missing.
COUNTS = ('stty raw -echo; n=0; echo ready; '
          'while read -r word && [ "$word" != end ]; do n=$((n + 1)); echo "$n $word"; done; echo over')
LAST = b"over\n"


class Place:
    """A sandbox with two ways to it, one for its calls and one for its data channels, of which a byte takes `delay` seconds."""

    def __init__(self, *rules, delay=0, options=(), **environment):
        self.directory = tempfile.TemporaryDirectory()
        self.sandbox = Sandbox("--shell", "/bin/sh", *options, *(word for rule in rules for word in ("--fault", rule)), **environment)
        self.port = int(self.sandbox.environment["AWS_ENDPOINT_URL_SSM"].rpartition(":")[2])
        self.calls, self.data = Gate(self.port), Gate(self.port, delay)
        self.environment = {"PATH": f"{BUILD_DIR}:/usr/bin:/bin", "LC_ALL": "C.UTF-8", "AWS_EC2_METADATA_DISABLED": "true",
                            "HOME": self.directory.name, "AWS_MAX_ATTEMPTS": "1", **self.sandbox.environment, **environment}
        self.environment.update({name: os.environ[name] for name in ("ASAN_OPTIONS", "UBSAN_OPTIONS")
                                 if name in os.environ and name not in environment})

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.calls.stop()
        self.data.stop()
        self.sandbox.stop()
        self.directory.cleanup()

    def path(self, name):
        return os.path.join(self.directory.name, name)

    def ask(self, method, path="/sandbox/faults", body=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        connection.request(method, path, body)
        answer = json.loads(connection.getresponse().read())
        connection.close()
        return answer["Faults"]

    def rule(self, text):
        self.ask("POST", body=text)

    def no_rules(self):
        self.ask("DELETE")

    def strike(self, what):
        """Ends the connections that stand, or has them fall silent."""
        self.ask("POST", "/sandbox/faults/now", what)

    def is_there(self, session):
        """The service still has it."""
        listed = self.pipeline("describe-sessions", "--state", "Active", "--filters", f"key=SessionId,value={session}")
        return json.loads(listed)["Sessions"] != []

    def pipeline(self, operation, *arguments):
        return subprocess.run(["sh", "-c", 'ssm-request "$@" | ssm-sign | ssm-call', "sh", operation, *arguments],
                              env=self.environment, capture_output=True, text=True, check=False, timeout=PATIENCE).stdout

    def session(self, command):
        """The document of a new one."""
        return self.pipeline("start-session", "--target", TARGET, "--document-name", "AWS-StartInteractiveCommand",
                             "--parameters", json.dumps({"command": [command]}))


class Client:
    """
    ssm-stream, at work. seen is its output, said its messages, events what it tells of itself, each with the time at
    which it came as At. Its time goes pace times as fast.
    """

    def __init__(self, place, *options, command=COUNTS, pace=1, tool=os.path.join(BUILD_DIR, "ssm-stream"), **environment):
        self.place, self.pace, document = place, pace, place.session(command)
        self.name = json.loads(document)["SessionId"]
        path = place.path(self.name)
        with open(path, "w", encoding="utf-8") as file:
            file.write(document)
        self.clock = Clock(place.path(self.name + "-clock"), pace=pace)
        if pace != 1:
            environment = {**self.clock.environment, **environment}
        events, write = os.pipe()
        ways = {"AWS_ENDPOINT_URL_SSM": place.calls.url, "AWS_ENDPOINT_URL_SSMMESSAGES": place.data.url}
        self.process = subprocess.Popen(
            [tool, "--no-adopt", "--session", path, "--events", f"/dev/fd/{write}", *options],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, pass_fds=[write],
            env={name: value for name, value in {**place.environment, **ways, **environment}.items() if value is not None})
        os.close(write)
        self.seen, self.said, self.events, self.news = b"", [], [], threading.Condition()
        self.readers = [threading.Thread(target=self.read, args=arguments, daemon=True) for arguments in (
            (self.process.stdout, self.take_output), (self.process.stderr, self.take_lines(self.said.append)),
            (open(events, "rb", buffering=0), self.take_lines(self.take_event)))]
        for reader in self.readers:
            reader.start()

    def read(self, file, take):
        with file:
            while data := os.read(file.fileno(), 65536):
                with self.news:
                    take(data)
                    self.news.notify_all()

    def take_output(self, data):
        self.seen += data

    @staticmethod
    def take_lines(take):
        rest = b""

        def cut(data):
            nonlocal rest
            *lines, rest = (rest + data).split(b"\n")
            for line in lines:
                take(line.decode(errors="replace"))

        return cut

    def take_event(self, line):
        self.events.append({**json.loads(line), "At": time.monotonic()})

    def count(self, name):
        return sum(event["Event"] == name for event in self.events)

    def last(self, name):
        return next(event for event in reversed(self.events) if event["Event"] == name)

    def waits(self, condition, seconds=PATIENCE):
        with self.news:
            return self.news.wait_for(condition, seconds)

    def sees(self, text):
        return self.waits(lambda: text in self.seen)

    def has(self, name, count=1):
        """So many events of that name, or more."""
        return self.waits(lambda: self.count(name) >= count)

    def since(self, moment, until=None):
        """Seconds of its own time."""
        return (time.monotonic() - moment if until is None else until - moment) * self.pace

    def type(self, text):
        self.process.stdin.write(text)
        self.process.stdin.flush()

    def wait(self):
        """Its code, when it has ended."""
        code = self.process.wait(timeout=PATIENCE)
        for reader in self.readers:
            reader.join(PATIENCE)
        self.process.stdin.close()
        return code

    def __repr__(self):
        return f"{self.seen[-400:]!r}, {self.said[-8:]}, {[event['Event'] for event in self.events[-12:]]}"
