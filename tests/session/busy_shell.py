"""A session at work: a shell in which a counter runs, and somebody who types all the while."""
import json
import os
import random
import subprocess
import threading
import time

from tap import is_equal, ok

BUILD_DIR = os.path.abspath(os.environ.get("BUILD_DIR", "."))
TARGET = "i-0a1b2c3d4e5f60001"
PATIENCE = 300                              # seconds, for what must come
GIVE_UP = 600                               # seconds; so that nothing stays when this process is killed
TICK = 0.25                                 # seconds between two numbers, and two lines; what an agent has sent into
                                            # a broken network it repeats by ten a second, for which we wait each time

# What the shell runs: what is typed goes to a file, and comes back, while the counter counts.
ON_THE_NODE = f"""
stty -echo -onlcr
cd "$1"
count() {{
    i=0
    while [ ! -e stop ]; do echo "c $i"; i=$((i + 1)); sleep {TICK}; done
    echo $i > counted
}}
echo begin
count &
while IFS= read -r line && [ "$line" != end ]; do
    printf '%s\\n' "$line" >> seen
    printf 't %s\\n' "$line"
done
: > stop
wait
echo over
"""


def lines(seed):
    """What is typed: numbered, of all lengths, with all that is no key for the terminal."""
    dice, number = random.Random(seed), 0
    while True:
        text = "".join(dice.choices(" !\"#$%&'()*\\/?@[]^_`{|}~abcXYZ019äß→☃𝄞", k=dice.randrange(80)))
        yield f"{number} {text}".encode()
        number += 1


class Session:
    """ssm-start-session, the one who types, and those who look at all that it prints."""

    def __init__(self, environment, directory, seed):
        self.directory, self.seed = os.path.join(directory, "node"), seed
        os.mkdir(self.directory)
        with open(os.path.join(directory, "node.sh"), "w", encoding="utf-8") as file:
            file.write(ON_THE_NODE)
        self.news, self.events, self.said, self.faults = threading.Condition(), [], [], []
        self.begun = self.over = self.ended = False
        self.typed = self.echoed = self.counted = 0
        self.echoes = lines(seed)
        self.echo = next(self.echoes)
        events, to_events = os.pipe()
        self.process = subprocess.Popen(
            [os.path.join(BUILD_DIR, "ssm-start-session"), "--target", TARGET, "--events", f"/dev/fd/{to_events}",
             "--give-up-after", str(GIVE_UP)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            env=environment, pass_fds=[to_events])
        os.close(to_events)
        self.type(f"sh {directory}/node.sh {self.directory}\n".encode())
        self.readers = [threading.Thread(target=self.read, args=how, daemon=True) for how in (
            (self.process.stdout, self.take_output), (self.process.stderr, self.take_message),
            (os.fdopen(events, "rb"), self.take_event))]
        for reader in self.readers:
            reader.start()
        self.enough, self.silent = threading.Event(), False
        self.typist = threading.Thread(target=self.type_on, daemon=True)

    def read(self, pipe, take):
        with pipe:
            for line in pipe:
                with self.news:
                    take(line)
                    self.news.notify_all()
        with self.news:
            self.ended = True
            self.news.notify_all()

    def take_output(self, line):
        if not self.begun:
            self.begun = line == b"begin\n"
        elif line == b"c %d\n" % self.counted:
            self.counted += 1
        elif line == b"t %s\n" % self.echo:
            self.echoed += 1
            self.echo = next(self.echoes)
        elif line == b"over\n" and not self.over:
            self.over = True
        elif len(self.faults) < 5 and not self.over:
            self.faults.append(f"{line!r} where {self.counted} or {self.echo!r} is due")

    def take_message(self, line):
        self.said.append((time.monotonic(), line.decode().strip()))

    def take_event(self, line):
        self.events.append((time.monotonic(), json.loads(line)))

    def type(self, data):
        self.process.stdin.write(data)
        self.process.stdin.flush()

    def type_on(self):
        for line in lines(self.seed):
            if self.enough.wait(TICK):
                return
            while self.silent and not self.enough.wait(TICK):
                pass
            self.type(line + b"\n")
            self.typed += 1

    def waits(self, condition, limit=PATIENCE):
        """Until it is so; False when it is not, in time or at the end."""
        with self.news:
            self.news.wait_for(lambda: condition() or self.ended, limit)
            return condition()

    @staticmethod
    def find(what, rows, since):
        """When the first of the rows came that has it in them, or None."""
        return next((at for at, row in rows[since:] if what(row)), None)

    def awaits(self, rows, since, what):
        """When it came, or None."""
        self.waits(lambda: self.find(what, rows, since) is not None)
        return self.find(what, rows, since)

    def catches_up(self):
        """All that is typed now and some more is answered, and the counter has gone on."""
        typed, counted = self.typed + 2, self.counted + 2
        return self.waits(lambda: self.echoed >= typed and self.counted >= counted)

    def rest(self, seconds):
        self.waits(lambda: self.ended, seconds)

    def __repr__(self):
        return (f"{self.counted} counted, {self.echoed} of {self.typed} echoed, {self.faults}, "
                f"{[event for _, event in self.events[-8:]]}, {self.said[-5:]}")

    def finish(self):
        """Its end, in good order."""
        self.enough.set()
        self.typist.join(PATIENCE)
        self.type(b"end\n")
        if not ok(self.waits(lambda: self.over), "the counter comes to its end", self):
            return
        with open(os.path.join(self.directory, "counted"), encoding="utf-8") as file:
            is_equal(self.counted, int(file.read()), "every number that was printed has come, once and in order")
        again = lines(self.seed)
        with open(os.path.join(self.directory, "seen"), "rb") as file:
            is_equal(file.read(), b"".join(next(again) + b"\n" for _ in range(self.typed)),
                     "the shell has read what was typed, byte for byte")
        is_equal((self.echoed, self.faults), (self.typed, []), "and all of that has come back, and nothing else")
        self.type(b"exit\n")
        is_equal(self.process.wait(PATIENCE), 0, "the shell's end is the session's", self)
        for reader in self.readers:
            reader.join(PATIENCE)

    def stop(self):
        self.enough.set()
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
