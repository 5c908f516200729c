"""Cases of ssm-call: documents whose paths name canned replies.

A case always compares standard output, standard error, the exit code and the number of requests that
arrived. The cases run a few at a time, each with paths of its own.
"""
import concurrent.futures
import itertools
import json
import os
import re
import shutil
import subprocess
import tempfile
import time

from fault_server import Reply, Server, http
from tap import ok

CALL = os.path.join(os.path.abspath(os.environ.get("BUILD_DIR", ".")), "ssm-call")
HOME = tempfile.mkdtemp(prefix="ssm-call-test.")
STREAM = "wss://ssmmessages.us-east-1.amazonaws.com/v1/data-channel/s-1?role=publish_subscribe"
SIGNED = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
CANARY = "cAnArY0123456789"
SERVER = Server()
COUNTER = itertools.count(1)
CASES = []


def answer(token="tok", stream=STREAM, session="s-1", **more):
    return json.dumps({"SessionId": session, "TokenValue": token, "StreamUrl": stream, **more})


def put(*replies, server=SERVER):
    """A new path that gets these replies."""
    path = f"/{next(COUNTER)}"
    server.replies[path] = [r if isinstance(r, Reply) else Reply(r) for r in replies]
    return path


def document(address, **members):
    headers = {"content-type": "application/x-amz-json-1.1", "x-amz-target": "AmazonSSM.ResumeSession",
               "x-amz-date": SIGNED, "authorization": f"AWS4-HMAC-SHA256 {CANARY}-auth"}
    made = {"method": "POST", "url": address, "headers": headers,
            "body": json.dumps({"SessionId": "s-1"}), "service": "ssm", "region": "us-east-1",
            "operation": "ResumeSession", **members}
    return json.dumps({k: v for k, v in made.items() if v is not None}) + "\n"


def environment(extra):
    return {"PATH": "/usr/bin:/bin", "HOME": HOME, "LC_ALL": "C.UTF-8", "TZ": "UTC",
            "AWS_EC2_METADATA_DISABLED": "true", **extra}


def call(text, *options, env=None, **kw):
    data = text.encode() if isinstance(text, str) else text
    return subprocess.run([CALL, *options], input=data, capture_output=True, timeout=300, check=False,
                          env=environment(env or {}), cwd=HOME, **kw)


def take_summary(text, count):
    """The messages without the summary, which ends those of a run over several documents where some failed."""
    found = re.fullmatch(r"((?:.*\n)*?)ssm-call: (\d+) requests in \d+\.\d s: (\d+) answered, (\d+) failed "
                         r"\((.*)\)(?:, (\d+) not finished)?\n", text)
    if found is None or count < 2:
        return text
    said, whole, answered, failed, codes, rest = found.groups()
    parts = sum(int(number) for number in re.findall(r"(?:^|, )(\d+) ", codes))
    if int(whole) != int(answered) + int(failed) + int(rest or 0) or parts != int(failed):
        return text
    return said


class Case:
    def __init__(self, title, text, options=(), out="", err="", code=0, paths=(), count=None,
                 env=None, check=None, server=SERVER, seconds=0):
        self.title, self.text, self.options, self.out, self.err = title, text, options, out, err
        self.code, self.env, self.check, self.server = code, env, check, server
        self.paths = [paths] if isinstance(paths, str) else list(paths)
        self.count = len(self.paths) if count is None else count
        self.several_fail = code != 0 and len(self.paths) > 1 and err != "" and self.count != 1 and \
            "--error-format=json" not in options
        self.seconds = seconds          # the least that it may take

    def run(self):
        """What is wrong, as lines; none when all is well."""
        start, now = time.monotonic(), time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
        text = self.text.replace(SIGNED, now)       # it may have waited for its turn longer than a signature is good
        result = call(text, *self.options, env=self.env)
        took = time.monotonic() - start
        faults = []
        for name, got, expected in (("stdout", result.stdout, self.out), ("stderr", result.stderr,
                                                                         self.err)):
            got = got.decode("utf-8", "backslashreplace")
            if name == "stderr" and self.several_fail:
                summed, got = got, take_summary(got, len(self.paths))
                faults += ["no summary at the end"] if got == summed else []
            if not (expected.fullmatch(got) if isinstance(expected, re.Pattern) else got == expected):
                faults += [f"{name}: got      {got[:1500]!r}", f"{name}: expected {expected!r:.1500}"]
        if result.returncode != self.code:
            faults.append(f"exit code: got {result.returncode}, expected {self.code}")
        count = sum(len(self.server.requests.get(path, [])) for path in self.paths)
        if count not in (self.count if isinstance(self.count, range) else [self.count]):
            faults.append(f"requests: got {count}, expected {self.count}")
        if took < self.seconds:
            faults.append(f"seconds: took {took:.1f}, expected {self.seconds} at least")
        if self.check is not None:
            faults += self.check(self)
        return faults


def case(title, *args, **kw):
    CASES.append(Case(title, *args, **kw))


def one(title, *replies, out="", err="", code=0, options=("--max-attempts", "1"), count=1, members=None,
        **kw):
    """A case of one document. URL in err is its URL."""
    path = put(*replies)
    url = SERVER.url(path)
    if err is CLOSED:
        err = closed(url)
    elif isinstance(err, str):
        err = err.replace('"URL"', f'"{url}"')
    case(title, document(url, **(members or {})), options, out, err, code, path, count, **kw)
    return path


def closed(url, words="[a-z][^()]*"):
    """What is said of an answer that is none: why, where it is known; the request id, if it came."""
    return re.compile(re.escape(CLOSED.replace('"URL"', f'"{url}"')[:-1]) + rf"( \({words}\))?"
                      r"( \(request id req-1\))?\n")


def line(text):
    return text + "\n"


def said(text):
    return f"ssm-call: {text}\n"


def compact(text):
    return json.dumps(json.loads(text), separators=(",", ":")) + "\n"


GOOD = http(200, answer())
CLOSED = said('Connection was closed before we received a valid response from endpoint URL: "URL".')
ID = " (request id req-1)"
JOB = ("-j", "1")               # one after the other


def run_cases(workers=6):
    """Runs what was collected; the slow ones first, so that they run beside all the others."""
    with concurrent.futures.ThreadPoolExecutor(workers) as pool:
        slow_first = sorted(CASES, key=lambda c: len(c.paths), reverse=True)
        results = {c: pool.submit(c.run) for c in slow_first}
        for this in CASES:
            faults = results[this].result()
            ok(not faults, this.title, *faults)


def clean_up():
    SERVER.release.set()
    shutil.rmtree(HOME, ignore_errors=True)
