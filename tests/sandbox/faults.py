"""Sessions of ssm-start-session in a sandbox that breaks by rules: every byte comes, once and in order, both ways.

Most of it is waiting, for a client that tries again or finds a connection silent: cases run side by side, each in a
sandbox of its own, and yield their checks, which are told in order.
"""
import concurrent.futures
import http.client
import json
import os
import re
import shutil
import subprocess
import tempfile
import threading
import time

from sandbox_running import BUILD_DIR, Sandbox
from tap import done, ok, skip

TARGET = "i-0a1b2c3d4e5f60001"
SRC_DIR = os.environ.get("SRC_DIR", ".")
PATIENCE = 120                              # seconds, for what must come
SIDE_BY_SIDE = 6
LINES = 12000
SCREEN = b"".join(b"%d\n" % number for number in range(1, LINES + 1))
SPEAKS = f"stty -opost -echo; seq {LINES}; read end; echo end; exit 0"
ALL = SCREEN + b"end\n"                       # a last word: output behind a cut says that nothing is missing
ANSWERS = "stty -opost -echo; echo ready; while read word; do echo got $word; done; echo end"
LISTENS = "stty raw -echo; echo ready; head -c 20000 | cksum; head -c 1 >/dev/null"
RATE = 50000
HARMS = (
    ["agent-away:after=60:for=200ms"], ["slow:delay=5ms:rate=200000", "duplicate=10%:seed=3", "rst:after=20"],
    ["rst:every=60:times=2"], ["fin:every=70:times=2"], ["close=1001:every=80:times=2"],
    ["loss=3%:seed=7"], ["duplicate=20%:seed=1"], ["reorder=20%:seed=2"],
    ["slow:delay=20ms"], ["slow:delay=500ms:after=60:times=1"])
ENVIRONMENT = {"PATH": f"{BUILD_DIR}:/usr/bin:/bin", "LC_ALL": "C.UTF-8", "HOME": "/nonexistent",
               "AWS_EC2_METADATA_DISABLED": "true"}
ENVIRONMENT.update({name: os.environ[name] for name in ("ASAN_OPTIONS", "UBSAN_OPTIONS") if name in os.environ})
KEYS = {"long": ("AKIASANDBOXEXAMPLE00", "SandboxSecretAccessKeyNotASecret+EXAMPLE"),
        "temporary": ("ASIASANDBOXEXAMPLE00", "SandboxTemporaryKeyIsNoSecret+at/EXAMPLE",
                      "SandboxSessionToken+NotASecret/EXAMPLE==")}


def equal(got, expected, title, *details):
    return got == expected, title, f"expected: {expected!r}", f"got:      {got!r}", *details


class World:
    """A sandbox with rules, and its control path."""

    def __init__(self, *rules):
        self.sandbox = Sandbox("--shell", "/bin/sh", *(word for rule in rules for word in ("--fault", rule)))
        self.port = int(self.sandbox.environment["AWS_ENDPOINT_URL_SSM"].rpartition(":")[2])
        self.environment = ENVIRONMENT | self.sandbox.environment

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.sandbox.stop()

    def ask(self, method, path="/sandbox/faults", body=None, **headers):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        status, document = answer.status, json.loads(answer.read())
        connection.close()
        return status, document

    def acted(self):
        return {row["Rule"]: row["Acted"] for row in self.ask("GET")[1]["Faults"]}

    def waits_for(self, rule):
        """Whether it acts."""
        late = time.monotonic() + PATIENCE
        while not self.acted()[rule] and time.monotonic() < late:
            time.sleep(0.01)
        return self.acted()[rule] > 0

    def has_keys(self, name, path):
        """From a file, which the next one who looks finds as a whole."""
        words = ("aws_access_key_id", "aws_secret_access_key", "aws_session_token")
        with open(f"{path}.new", "w", encoding="utf-8") as file:
            file.write("[default]\n" + "".join(f"{word} = {value}\n" for word, value in zip(words, KEYS[name])))
        os.rename(f"{path}.new", path)
        self.environment["AWS_SHARED_CREDENTIALS_FILE"] = path
        self.environment = {key: value for key, value in self.environment.items() if key not in
                            ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")}


class Session:
    """A command on a terminal, with pipes at this end."""

    def __init__(self, world, command, *options):
        self.process = subprocess.Popen(
            [os.path.join(BUILD_DIR, "ssm-start-session"), "--quiet", "--target", TARGET, "--document-name",
             "AWS-StartInteractiveCommand", "--parameters", json.dumps({"command": [command]}), *options],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=world.environment)
        self.seen, self.news, self.ended = b"", threading.Condition(), False
        self.reader = threading.Thread(target=self.read, daemon=True)
        self.reader.start()

    def read(self):
        while data := self.process.stdout.read1(65536):
            with self.news:
                self.seen += data
                self.news.notify()
        with self.news:
            self.ended = True
            self.news.notify()

    def sees(self, there):
        with self.news:
            self.news.wait_for(lambda: there(self.seen) or self.ended, PATIENCE)
            return there(self.seen)

    def type(self, data):
        self.process.stdin.write(data)
        self.process.stdin.flush()

    def wait(self):
        code = self.process.wait(timeout=PATIENCE)
        self.reader.join(PATIENCE)
        self.process.stdin.close()
        self.error = self.process.stderr.read()
        self.process.stderr.close()
        self.process.stdout.close()
        return code


def check_output(*rules):
    """What is at work when all has come is dropped before the end: it would be another case."""
    with World(*rules) as world:
        session = Session(world, SPEAKS)
        session.sees(lambda seen: len(seen) >= len(SCREEN))
        acted = world.acted()
        world.ask("DELETE")
        session.type(b"\n")
        yield equal((session.wait(), len(session.seen)), (0, len(ALL)), f"{' '.join(rules)}: the session has its end")
        yield session.seen == ALL, "its output is what the node wrote, byte for byte", session.error
        yield all(acted.get(rule) for rule in rules), "though each rule was at work", acted


def check_silence(rule):
    """What is typed and not answered for has the client look."""
    with World(rule) as world:
        session = Session(world, SPEAKS.replace("read end", "read first; read end"))
        yield world.waits_for(rule), f"{rule}: nothing comes any more"
        session.type(b"\n")
        yield (session.sees(lambda seen: len(seen) >= len(SCREEN)) and session.seen == SCREEN, "all output comes",
               len(session.seen))
        session.type(b"\n")
        yield equal(session.wait(), 0, "and the end", session.error)


def check_input(rule):
    data = bytes(range(250)) * 80
    summed = subprocess.run(["cksum"], input=data, capture_output=True, check=True).stdout.split()
    with World() as world:
        session = Session(world, LISTENS)
        yield session.sees(lambda seen: b"ready" in seen), f"{rule}: a program that reads"
        world.ask("POST", body=rule)
        session.type(data)
        yield (session.sees(lambda seen: b"ready" in seen and b" ".join(summed) in seen), "it gets what was typed",
               session.seen[-300:])
        yield world.acted()[rule], "though the rule was at work"
        world.ask("DELETE")
        session.type(b"\n")
        yield equal(session.wait(), 0, "it has its end", session.error)


def check_refusals(rule, often, title):
    """Each refusal is met, and the session goes on."""
    with World("rst:after=60", rule) as world:
        session = Session(world, SPEAKS)
        session.sees(lambda seen: len(seen) >= len(SCREEN))
        yield equal(world.acted()[rule], often, f"{rule}: {title}")
        session.type(b"\n")
        yield equal((session.wait(), session.seen == ALL), (0, True), "the session has all its output", session.error)


def check_no_token():
    lines = 10 * LINES                          # more than 60 messages hold, if nothing of them is acknowledged
    screen = b"".join(b"%d\n" % number for number in range(1, lines + 1))
    with World("rst:after=60", "no-token") as world:
        session = Session(world, SPEAKS.replace(f"seq {LINES}", f"seq {lines}"))
        yield equal(session.wait(), 1, "no-token: a resume without one is the end of the session", session.error)
        yield 0 < len(session.seen) < len(screen) and screen.startswith(session.seen), "and of its output", len(session.seen)


def check_rotated_keys():
    """A client that looks for its keys anew goes on with what it finds."""
    with tempfile.TemporaryDirectory() as directory, World() as world:
        path = os.path.join(directory, "credentials")
        world.has_keys("long", path)
        session = Session(world, ANSWERS)
        yield session.sees(lambda seen: seen == b"ready\n"), "rotated-keys: a program that answers", session.seen
        world.ask("POST", body="rotated-keys")
        world.ask("POST", "/sandbox/faults/now", body="rst")
        yield world.waits_for("rotated-keys"), "the keys are good no more"
        world.has_keys("temporary", path)
        session.type(b"last\n")
        yield session.sees(lambda seen: seen == b"ready\ngot last\n"), "with others the session goes on", session.seen
        session.type(b"\x04")
        yield equal(session.wait(), 0, "to its end", session.error)


def check_slow_rate():
    with World(f"slow:rate={RATE}:way=out") as world:
        began = time.monotonic()
        session = Session(world, SPEAKS)
        yield (session.sees(lambda seen: len(seen) >= len(SCREEN)) and session.seen == SCREEN,
               "slow:rate: a session has all its output", len(session.seen))
        took = time.monotonic() - began
        session.type(b"\n")
        yield equal(session.wait(), 0, "and its end", session.error)
        yield took >= len(SCREEN) / RATE, "at so many bytes a second", took


def check_slow_delay():
    with World() as world:
        session = Session(world, ANSWERS)
        yield session.sees(lambda seen: seen == b"ready\n"), "slow:delay: a program that answers", session.seen
        world.ask("POST", body="slow:delay=150ms")
        began = time.monotonic()
        session.type(b"word\n")
        yield session.sees(lambda seen: seen == b"ready\ngot word\n"), "it still does", session.seen
        took = time.monotonic() - began
        yield took >= 0.29, "as late as both ways are", took
        session.type(b"\x04")
        yield equal(session.wait(), 0, "and has its end", session.error)


def check_close_by_time():
    """As the service does each hour."""
    rule = "close:every=300ms:times=3"
    with World(rule) as world:
        session, expected = Session(world, ANSWERS), b"ready\n"
        while session.sees(lambda seen: seen == expected) and world.acted()[rule] < 3:
            session.type(b"word\n")
            expected += b"got word\n"
        yield equal((session.seen == expected, world.acted()[rule]), (True, 3), f"{rule}: it answers through all of them")
        session.type(b"\x04")
        yield equal(session.wait(), 0, "to its end", session.error)


def check_agent_away():
    with World("agent-away:for=600") as world:
        yield equal(Session(world, SPEAKS).wait(), 254, "agent-away: no session is started")
        status = subprocess.run([os.path.join(BUILD_DIR, "ssm-check"), TARGET], env=world.environment,
                                stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=PATIENCE, check=False)
        yield status.returncode == 2 and "not connected" in status.stdout, "since its node is not connected", status
        world.ask("DELETE")
        session = Session(world, SPEAKS)
        session.type(b"\n")
        yield equal(session.wait(), 0, "when it is back there is one", session.error)


def check_one_session():
    """Of two sessions one is broken, by the order of opening, and then by its name."""
    with World("rst:after=3:session=2") as world:
        sessions = []
        for number in (1, 2):
            sessions.append(Session(world, ANSWERS))
            yield sessions[-1].sees(lambda seen: seen == b"ready\n"), f"session={number}: a program that answers"
        for session in sessions:
            session.type(b"word\n")
            yield session.sees(lambda seen: seen == b"ready\ngot word\n"), "it still does", session.seen
        yield equal(world.acted(), {"rst:after=3:session=2": 1}, "the second one's connection was ended, once")
        world.ask("POST", body="refuse-resume:session=sandbox-none-*\nrst:session=sandbox-none-1")
        yield equal(world.ask("POST", "/sandbox/faults/now", body="fin:session=1")[0], 200, "now the first one's")
        for session in sessions:
            session.type(b"last\n")
            yield session.sees(lambda seen: seen.endswith(b"got last\n")), "both go on", session.seen
            session.type(b"\x04")
            yield equal(session.wait(), 0, "to their ends", session.error)
        yield equal(list(world.acted().values())[1:], [0, 0], "rules for others are for others", world.acted())


def check_control():
    with World() as world:
        yield equal(world.ask("GET"), (200, {"Faults": []}), "no rules")
        yield equal(world.ask("POST", body="loss=1%\n\nrefuse-start=403:times=1\n"),
                    (200, {"Faults": [{"Rule": "loss=1%", "Acted": 0}, {"Rule": "refuse-start=403:times=1", "Acted": 0}]}), "two")
        status, answer = world.ask("POST", body="rst:every=9\nrost")
        yield ((status, len(world.acted())) == (400, 2) and "unknown fault 'rost'" in answer["message"],
               "all of a body or none", answer)
        yield equal(world.ask("POST", body="\n")[0], 400, "a body without a rule")
        yield equal(world.ask("POST", body="rst\n" * 31)[0], 400, "more rules than there can be")
        yield equal([world.ask(method, body="rst", Origin="http://example.com")[0] for method in ("POST", "DELETE")], [403, 403],
                    "no web page's")
        yield equal(world.ask("PUT", body="rst")[0], 400, "another method")
        yield equal([world.ask("POST", "/sandbox/faults/now", body=rule)[0] for rule in
                     ("loss", "rst:after=3", "slow:rate=9", "", "rst:session=", "rst", "rst:session=9")],
                    [400, 400, 400, 400, 400, 200, 200], "what ends connections can be done at once, with no other condition")
        yield equal(Session(world, SPEAKS).wait(), 254, "a start that is refused")
        yield equal(world.ask("DELETE"), (200, {"Faults": []}), "none any more")


def check_strike():
    """A connection is ended when the test says so."""
    with World() as world:
        session = Session(world, ANSWERS)
        expected = b"ready\n"
        yield session.sees(lambda seen: seen == expected), "a program that answers", session.seen
        for rule in ("rst", "fin", "close=1012"):
            session.type(rule.encode() + b"\n")
            expected += b"got %s\n" % rule.encode()
            yield session.sees(lambda seen: seen.endswith(expected)), f"{rule}: an answer before", session.seen
            yield equal(world.ask("POST", "/sandbox/faults/now", body=rule)[0], 200, "now")
        session.type(b"last\n")
        yield session.sees(lambda seen: seen == expected + b"got last\n"), "the session goes on", session.seen
        session.type(b"\x04")
        yield equal(session.wait(), 0, "to its end", session.error)


def check_recipe():
    """The one for any client in ssm-sandbox(1), as it is printed."""
    with open(os.path.join(SRC_DIR, "man", "ssm-sandbox.1"), encoding="utf-8") as page:
        blocks = re.findall(r"^\.Bd .*?\n(.*?)^\.Ed", page.read(), re.M | re.S)
    recipe = next(block for block in blocks if "mkfifo typed" in block).replace("\\e", "\\")
    if not shutil.which("curl"):
        yield None, "the recipe of ssm-sandbox(1)", "no curl"
        return
    with tempfile.TemporaryDirectory() as directory:
        got = subprocess.run(["sh", "-c", recipe], cwd=directory, env=ENVIRONMENT, stdin=subprocess.DEVNULL,
                             capture_output=True, text=True, timeout=PATIENCE, check=False)
    expected = (r'(\{"Faults":.*\}\n){2}survived\n\{"Faults":.*every.*"Acted":[123]\},.*"Acted":1\}\]\}\n\{"Faults":\[\]\}\n'
                r"exit status 0\n")
    yield re.fullmatch(expected, got.stdout), "the recipe of ssm-sandbox(1), as it is printed", got


def cases():
    """Those that wait the longest first."""
    yield check_silence("silence:after=60")
    yield from (check_output(*rules) for rules in HARMS)
    yield check_refusals("refuse-resume=429:times=2", 2, "a resume that is refused is tried again until it is not")
    yield check_refusals("refuse-upgrade=503:after=1:times=2", 2, "an upgrade, too")
    yield check_refusals("expired-cell:after=1:times=1", 1, "a cell number that has expired has the session resumed again")
    yield from map(check_input, ("rst:every=30:times=3", "loss=10%:seed=5:way=in", "reorder=30%:seed=5:way=in",
                                 "duplicate=30%:seed=5:way=in", "slow:rate=20000:way=in"))
    yield from (check() for check in (check_close_by_time, check_slow_rate, check_slow_delay, check_recipe, check_no_token,
                                      check_rotated_keys, check_agent_away, check_one_session, check_control, check_strike))


def main():
    with concurrent.futures.ThreadPoolExecutor(SIDE_BY_SIDE) as threads:
        for checks in threads.map(list, cases()):
            for check in checks:
                skip(*check[1:]) if check[0] is None else ok(*check)
    done()


main()
