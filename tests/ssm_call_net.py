"""ssm-call on the network: retries, connections, time limits."""
import re
import socket

from call_cases import (GOOD, ID, SERVER, answer, case, clean_up, compact, document, one, put, run_cases,
                        said)
from fault_server import Reply, http
from tap import done

KEEP = []


def retries():
    def same_invocation(this):
        heads = [head for head, _ in SERVER.requests[this.paths[0]]]
        names = {re.search(r"(?m)^amz-sdk-invocation-id: ([0-9a-f-]{36})\r?$", h).group(1) for h in heads}
        tries = [re.search(r"(?m)^amz-sdk-request: (.*?)\r?$", h).group(1) for h in heads]
        faults = [] if len(names) == 1 else [f"invocation ids: {names}"]
        if tries != ["attempt=1", "attempt=2; max=3"]:
            faults.append(f"amz-sdk-request: {tries}")
        return faults

    one("a 503 is tried again, as the same call", http(503), GOOD, options=[], count=2,
        out=compact(answer()), check=same_invocation)
    one("of five with retry_mode legacy", http(503), GOOD, options=[], count=2, out=compact(answer()),
        env={"AWS_RETRY_MODE": "legacy"}, check=lambda this: [] if b"attempt=2; max=5" in "".join(
            head for head, _ in SERVER.requests[this.paths[0]]).encode() else ["no max=5"])
    one("so is a throttled one", http(400, '{"__type":"x#ThrottlingException"}'), GOOD, options=[],
        count=2, out=compact(answer()))
    one("and a closed connection", Reply(b"", "close"), GOOD, options=[], count=2, out=compact(answer()))
    one("and a cut answer", Reply(GOOD[:-5], "reset"), GOOD, options=[], count=2, out=compact(answer()))
    one("three attempts are made", http(500, "{}"), options=[], count=3, code=75,
        err=said("500: Internal Server Error (reached max retries: 2)" + ID))
    one("--max-attempts says how many", http(500, "{}"), options=["--max-attempts=2"], count=2, code=75,
        err=said("500: Internal Server Error (reached max retries: 1)" + ID))
    one("AWS_MAX_ATTEMPTS does", http(500, "{}"), options=[], count=1, code=75,
        env={"AWS_MAX_ATTEMPTS": "1"}, err=said("500: Internal Server Error (reached max retries: 0)" + ID))
    one("the option goes before it", http(500, "{}"), options=["--max-attempts", "1"], count=1, code=75,
        env={"AWS_MAX_ATTEMPTS": "2"}, err=said("500: Internal Server Error (reached max retries: 0)" + ID))
    for bad, limit in (("0", "greater than or equal to 1"), ("x", "greater than or equal to 1"),
                       ("-1", "greater than or equal to 1"), ("1.5", "greater than or equal to 1"),
                       ("99999999999999999999", "less than or equal to 1000")):
        one(f"AWS_MAX_ATTEMPTS={bad}", GOOD, options=[], count=0, code=253, env={"AWS_MAX_ATTEMPTS": bad},
            err=said(f'AWS_MAX_ATTEMPTS: Value provided to "max_attempts": {bad} must be an integer {limit}.'))
    for status, body in ((400, '{"__type":"AccessDeniedException","message":"m"}'), (404, "x"), (501, ""),
                         (302, ""), (429, ""), (400, '{"__type":"InternalServerError"}')):
        one(f"a {status} {body!r} is not tried again", http(status, body), options=[], count=1,
            code=75 if status in (501, 429) else 254, err=re.compile(r"ssm-call: .*\n"))
    one("a 200 that is no JSON is not tried again", http(200, "x"), options=[], count=1, code=255,
        err=re.compile(r"ssm-call: the service's answer is not JSON.*\n"))
    one("no retry when --max-time would be over", http(500, "{}"), Reply(end="stall"), code=75,
        count=range(1, 3), options=["--max-time", "1"], err=re.compile(
            r'ssm-call: (500: .*|no answer in the time of --max-time from "[^"]*")\n'))


def connections():
    def connected(number):
        def check(this):
            got = len(set().union(*(SERVER.connections.get(p, set()) for p in this.paths)))
            return [] if got == number else [f"connections: got {got}, expected {number}"]
        return check

    def many(title, replies, out, number, **kw):
        paths = [put(*r) if isinstance(r, tuple) else put(r) for r in replies]
        case(title, "".join(document(SERVER.url(p)) for p in paths), ["--max-attempts", "1"], out,
             paths=paths, check=connected(number), **kw)

    many("a connection is kept for the next document", [GOOD] * 5, compact(answer()) * 5, 1)
    many("also behind an error", [GOOD, http(400, '{"__type":"V","message":"m"}'), GOOD],
         compact(answer()) * 2, 1, code=254, err=said("record 2: V: m" + ID))
    many("one that the server closes is opened again", [Reply(GOOD, "close")] * 3, compact(answer()) * 3,
         3)
    many("a kept connection that dies as it is used is no failure",
         [GOOD, (Reply(b"", "close"), Reply(GOOD))], compact(answer()) * 2, 2, count=3)
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    port = listener.getsockname()[1]
    listener.close()
    case("nobody listens", document(f"http://127.0.0.1:{port}/x?y=1"), ["--max-attempts", "1"], code=75,
         err=said(f'Could not connect to the endpoint URL: "http://127.0.0.1:{port}/x"'))
    case("nobody listens, and the URL has no path", document(f"http://127.0.0.1:{port}"),
         ["--max-attempts", "1"], code=75,
         err=said(f'Could not connect to the endpoint URL: "http://127.0.0.1:{port}/"'))


def timeouts():
    quick = ["--max-attempts", "1", "--read-timeout", "1"]
    one("a server that says nothing", Reply(end="stall"), options=quick, code=75,
        err=said('Read timeout on endpoint URL: "URL"'))
    one("a server that stops in its answer", Reply(GOOD[:-20], "stall"), options=quick, code=75,
        err=said('Read timeout on endpoint URL: "URL"' + ID))
    one("a slow answer is none of --read-timeout", Reply(GOOD[:-6], pieces=[GOOD[i:i + 1] for i in
        range(len(GOOD) - 6, len(GOOD))], pause=0.3), options=quick, out=compact(answer()))
    one("but one of --max-time", Reply(GOOD[:-9], pieces=[b" "] * 12, pause=0.3), code=75,
        options=["--max-time", "1"], err=said('no answer in the time of --max-time from "URL"' + ID))
    one("no limits", GOOD, options=["--read-timeout=0", "--connect-timeout=0", "--max-time=0"],
        out=compact(answer()))
    silent = socket.socket()
    silent.bind(("127.0.0.1", 0))
    silent.listen(5)
    KEEP.append(silent)
    url = f"https://127.0.0.1:{silent.getsockname()[1]}/"
    case("a handshake that nobody answers", document(url), ["--connect-timeout", "1", "--max-attempts", "1"],
         code=75, err=said(f'Connect timeout on endpoint URL: "{url}"'))
    case("and one as long as defaults_mode has it", document(url), ["--max-attempts", "1"], code=75,
         env={"AWS_DEFAULTS_MODE": "auto", "AWS_EXECUTION_ENV": "here", "AWS_REGION": "us-east-1"},
         err=said(f'Connect timeout on endpoint URL: "{url}"'))


def main():
    for group in (retries, connections, timeouts):
        group()
    run_cases()
    clean_up()
    done()


main()
