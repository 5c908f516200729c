"""Sessions of ssm-start-session in a sandbox that breaks by rules: every byte comes, once and in order, both ways."""
import http.client
import json
import os
import subprocess
import threading

from sandbox_running import BUILD_DIR, Sandbox
from tap import done, is_equal, ok

TARGET = "i-0a1b2c3d4e5f60001"
PATIENCE = 120                              # seconds, for what must come
LINES = 12000
SCREEN = b"".join(b"%d\n" % number for number in range(1, LINES + 1))
SPEAKS = f"stty -opost -echo; seq {LINES}; read end; exit 0"
LISTENS = "stty raw -echo; echo ready; head -c 20000 | cksum; head -c 1 >/dev/null"
CUTS = "rst:every=60", "fin:every=70", "close=1001:every=80"
HARMS = "loss=3%:seed=7", "duplicate=20%:seed=1", "reorder=20%:seed=2", "silence:after=60", "agent-away:after=60:for=1s"


class World:
    """A sandbox with rules, and its control path."""

    def __init__(self, *rules):
        self.sandbox = Sandbox("--shell", "/bin/sh", *(word for rule in rules for word in ("--fault", rule)))
        self.port = int(self.sandbox.environment["AWS_ENDPOINT_URL_SSM"].rpartition(":")[2])
        self.environment = {"PATH": f"{BUILD_DIR}:/usr/bin:/bin", "LC_ALL": "C.UTF-8", "AWS_EC2_METADATA_DISABLED": "true",
                            "HOME": "/nonexistent", **self.sandbox.environment}
        self.environment.update({name: os.environ[name] for name in ("ASAN_OPTIONS", "UBSAN_OPTIONS") if name in os.environ})

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
        session = Session(world, SPEAKS, *(("--ping", "2") if "silence:after=60" in rules else ()))
        session.sees(lambda seen: len(seen) >= len(SCREEN))
        acted = world.acted()
        world.ask("DELETE")
        session.type(b"\n")
        is_equal((session.wait(), len(session.seen)), (0, len(SCREEN)), f"{' '.join(rules)}: the session has its end")
        ok(session.seen == SCREEN, "its output is what the node wrote, byte for byte", session.error)
        ok(all(acted.get(rule) for rule in rules), "though each rule was at work", acted)
        return acted


def check_input(rule):
    data = bytes(range(250)) * 80
    summed = subprocess.run(["cksum"], input=data, capture_output=True, check=True).stdout.split()
    with World() as world:
        session = Session(world, LISTENS)
        ok(session.sees(lambda seen: b"ready" in seen), f"{rule}: a program that reads")
        world.ask("POST", body=rule)
        session.type(data)
        ok(session.sees(lambda seen: b"ready" in seen and b" ".join(summed) in seen), "it gets what was typed", session.seen[-300:])
        ok(world.acted()[rule], "though the rule was at work")
        world.ask("DELETE")
        session.type(b"\n")
        is_equal(session.wait(), 0, "it has its end", session.error)


def check_refusals():
    acted = check_output("rst:after=60", "refuse-resume=429:times=2")
    is_equal(acted["refuse-resume=429:times=2"], 2, "a resume that is refused is tried again until it is not")
    acted = check_output("rst:after=60", "refuse-upgrade=503:after=1:times=2")
    is_equal(acted["refuse-upgrade=503:after=1:times=2"], 2, "an upgrade, too")
    check_output("rst:after=60", "expired-cell:after=1:times=1")
    with World("rst:after=60", "no-token") as world:
        session = Session(world, SPEAKS)
        is_equal(session.wait(), 1, "a resume without a token is the end of the session", session.error)
        ok(0 < len(session.seen) < len(SCREEN) and SCREEN.startswith(session.seen), "and of its output", len(session.seen))


def check_control():
    with World() as world:
        is_equal(world.ask("GET"), (200, {"Faults": []}), "no rules")
        is_equal(world.ask("POST", body="loss=1%\n\nrefuse-start=403:times=1\n"),
                 (200, {"Faults": [{"Rule": "loss=1%", "Acted": 0}, {"Rule": "refuse-start=403:times=1", "Acted": 0}]}), "two")
        status, answer = world.ask("POST", body="rst:every=9\nrost")
        ok((status, len(world.acted())) == (400, 2) and "unknown fault 'rost'" in answer["message"], "all of a body or none", answer)
        is_equal(world.ask("POST", body="\n")[0], 400, "a body without a rule")
        is_equal(world.ask("POST", body="rst\n" * 31)[0], 400, "more rules than there can be")
        is_equal([world.ask(method, body="rst", Origin="http://example.com")[0] for method in ("POST", "DELETE")], [403, 403],
                 "no web page's")
        is_equal(world.ask("PUT", body="rst")[0], 400, "another method")
        is_equal([world.ask("POST", "/sandbox/faults/now", body=rule)[0] for rule in ("loss", "rst:after=3", "", "rst")],
                 [400, 400, 400, 200], "what ends connections can be done at once, without conditions")
        is_equal(Session(world, SPEAKS).wait(), 254, "a start that is refused")
        is_equal(world.ask("DELETE"), (200, {"Faults": []}), "none any more")


def check_strike():
    """A connection is ended when the test says so."""
    with World() as world:
        session = Session(world, "stty -opost -echo; echo ready; while read word; do echo got $word; done")
        expected = b"ready\n"
        ok(session.sees(lambda seen: seen == expected), "a program that answers", session.seen)
        for rule in ("rst", "fin", "close=1012"):
            session.type(rule.encode() + b"\n")
            expected += b"got %s\n" % rule.encode()
            ok(session.sees(lambda seen: seen.endswith(expected)), f"{rule}: an answer before", session.seen)
            is_equal(world.ask("POST", "/sandbox/faults/now", body=rule)[0], 200, "now")
        session.type(b"last\n")
        ok(session.sees(lambda seen: seen == expected + b"got last\n"), "the session goes on", session.seen)
        session.type(b"\x04")
        is_equal(session.wait(), 0, "to its end", session.error)


def main():
    for rule in CUTS + HARMS:
        check_output(rule)
    for rule in ("rst:every=30", "loss=10%:seed=5:way=in", "reorder=30%:seed=5:way=in"):
        check_input(rule)
    check_refusals()
    check_control()
    check_strike()
    done()


main()
