"""ssm-call on the network: retries, connections, time limits."""
import re
import socket
import time
from email.utils import formatdate

from call_cases import (GOOD, ID, SERVER, answer, case, clean_up, compact, document, one, put, run_cases,
                        said)
from fault_server import Reply, closed_port, http
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


def modes():
    def legacy(this):
        heads = "".join(head for head, _ in SERVER.requests[this.paths[0]])
        return [] if "attempt=2; max=5" in heads and "cfg/retry-mode#legacy" in heads else [heads]

    def has_ttl(this):
        head = SERVER.requests[this.paths[0]][1][0]
        found = re.search(r"(?m)^amz-sdk-request: ttl=(\d{8}T\d{6}Z); attempt=2; max=3\r?$", head)
        return [] if found and found.group(1).startswith("20400101T00") else [head]

    for mode in ("legacy", "standard", "adaptive"):
        one(f"--retry-mode {mode} goes before the variable, and into the User-Agent", GOOD,
            options=["--retry-mode", mode], env={"AWS_RETRY_MODE": "other"}, out=compact(answer()),
            check=lambda this, mode=mode: [] if f"cfg/retry-mode#{mode}\r\n" in SERVER.requests[this.paths[0]][0][0]
            + "\r\n" else [SERVER.requests[this.paths[0]][0][0]])
    one("--retry-mode legacy makes five attempts", http(503), GOOD, options=["--retry-mode", "legacy"], count=2,
        out=compact(answer()), check=legacy)
    one("retries a 429 without a code", http(429), GOOD, options=["--retry-mode", "legacy"], count=2,
        out=compact(answer()))
    one("and not what only standard mode knows", http(400, '{"__type":"SlowDown","message":"m"}'),
        options=["--retry-mode", "legacy"], code=75, err=said("SlowDown: m" + ID))
    one("Retry-After is waited for when it is longer than the back-off",
        http(503, fields=["Retry-After: 1"]), GOOD, options=["-v"], count=2, out=compact(answer()),
        err=re.compile(r"(ssm-call: .*\n)*ssm-call: waiting 1000 ms\n(ssm-call: .*\n)*"))
    one("the second attempt says until when, by the service's clock",
        http(503, fields=["Date: Sun, 01 Jan 2040 00:00:00 GMT"]), GOOD, options=[], count=2,
        out=compact(answer()), check=has_ttl)


def clocks():
    def date(shift):
        return [f"Date: {formatdate(time.time() + shift, usegmt=True)}"]

    def refused(title, shift, text, code="RequestTimeTooSkewed", **kw):
        one(title, http(400, f'{{"__type":"{code}","message":"m"}}', date(shift)), code=253,
            err=re.compile(rf"ssm-call: {code}: m{text} \(request id req-1\)\n"), **kw)

    refused("a clock that is ahead", -3600, r"; this machine's clock is 3\d{3} s ahead")
    refused("one that is behind", 3600, r"; this machine's clock is 3\d{3} s behind", "InvalidSignatureException")
    refused("one that is right", 0, "", "InvalidSignatureException")
    refused("a request that was signed long ago", 0, r"; the request was signed \d{9} s ago",
            members={"headers": {"x-amz-date": "20150830T123600Z", "authorization": "AWS4-HMAC-SHA256 x"}})
    signed = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(time.time() - 200))
    one("no attempt that would come too late for the signature", http(503, fields=["Retry-After: 105"]), code=75,
        options=[], members={"headers": {"x-amz-date": signed, "authorization": "AWS4-HMAC-SHA256 x"}},
        err=re.compile(r"ssm-call: the signature was made 2\d\d s ago and would be too old in 105\.0 s, at the next "
                       r"attempt \(300 s\): the request must be signed again; the last attempt failed: 503: Service "
                       r"Unavailable \(request id req-1\)\n"))
    one("what is not signed is sent again", http(503), GOOD, options=[], count=2, out=compact(answer()),
        members={"headers": {"x-amz-date": "20150830T123600Z"}})
    one("the document has the difference", http(400, '{"__type":"RequestExpired","message":"m"}', date(-3600)),
        options=["--max-attempts", "1", "--error-format", "json"], code=253,
        err=re.compile(r'\{"Error":\{.*"ExitCode":253,"ClockSkew":3\d{3}\},.*\n'))


def connections():
    def connected(number):
        def check(this):
            got = len(set().union(*(SERVER.connections.get(p, set()) for p in this.paths)))
            return [] if got == number else [f"connections: got {got}, expected {number}"]
        return check

    def many(title, replies, out, number, **kw):
        paths = [put(*r) if isinstance(r, tuple) else put(r) for r in replies]
        case(title, "".join(document(SERVER.url(p)) for p in paths), ["-j1", "--max-attempts", "1"], out,
             paths=paths, check=connected(number), **kw)

    many("a connection is kept for the next document", [GOOD] * 5, compact(answer()) * 5, 1)
    many("also behind an error", [GOOD, http(400, '{"__type":"V","message":"m"}'), GOOD],
         compact(answer()) * 2, 1, code=254, err=said("record 2: V: m" + ID))
    many("one that the server closes is opened again", [Reply(GOOD, "close")] * 3, compact(answer()) * 3,
         3)
    many("a kept connection that dies as it is used is no failure",
         [GOOD, (Reply(b"", "close"), Reply(GOOD))], compact(answer()) * 2, 2, count=3)
    port = closed_port()
    case("nobody listens", document(f"http://127.0.0.1:{port}/x?y=1"), ["--max-attempts", "1"], code=75,
         err=said(f'Could not connect to the endpoint URL: "http://127.0.0.1:{port}/x"'))
    case("nobody listens, and the URL has no path", document(f"http://127.0.0.1:{port}"),
         ["--max-attempts", "1"], code=75,
         err=said(f'Could not connect to the endpoint URL: "http://127.0.0.1:{port}/"'))


def timeouts():
    quick = ["--max-attempts", "1", "--read-timeout", "4"]
    one("a server that says nothing", Reply(end="stall"), options=quick, code=75,
        err=said('Read timeout on endpoint URL: "URL"'))
    one("a server that stops in its answer", Reply(GOOD[:-20], "stall"), options=quick, code=75,
        err=said('Read timeout on endpoint URL: "URL"' + ID))
    one("a slow answer is none of --read-timeout", Reply(GOOD[:-8], pieces=[GOOD[i:i + 1] for i in
        range(len(GOOD) - 8, len(GOOD))], pause=0.6), options=quick, seconds=4, out=compact(answer()))
    one("but one of --max-time", Reply(GOOD[:-9], pieces=[b" "] * 12, pause=0.9), code=75,
        options=["--max-time", "4"], err=said('no answer in the time of --max-time from "URL"' + ID))
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
    for group in (retries, modes, clocks, connections, timeouts):
        group()
    run_cases()
    clean_up()
    done()


main()
