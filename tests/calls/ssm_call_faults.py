"""ssm-call and servers that fail: a table of fault, exit code, message, attempts and time.

Each row is tried with two attempts. Whatever the server does, nothing but a whole, checked answer is a
success, and nothing of another comes out.
"""
import gzip
import re
import socket
import zlib

from call_cases import (GOOD, ID, JOB, SERVER, STREAM, answer, case, clean_up, closed, compact, document,
                        put, run_cases, said)
from fault_server import Reply, chunked, closed_port, http
from tap import done

TRIES = 2
LIMIT = 8 * 1024 * 1024
BODY = answer().encode()
HEAD = GOOD[:-len(BODY)]
KEEP = []
QUICK = ("--read-timeout", "3", "--connect-timeout", "3")

CLOSED = object()               # as botocore has it, with or without a reason and the request's id
READ_TIMEOUT = 'Read timeout on endpoint URL: "URL"'
TOO_LONG = 'an answer of more than 8 MiB from "URL"'
HALF = (CLOSED, "its JSON ends in the middle")
NOT_JSON = re.compile(r"ssm-call: the service's answer is not JSON: .*\n")


def row(title, reply, code, message, attempts=TRIES, options=(), seconds=0, out=""):
    """message: a text, with or without a request id; CLOSED, or CLOSED and why; a regex; None for none."""
    path = put(reply)
    url = SERVER.url(path)
    if message is CLOSED:
        err = closed(url)
    elif isinstance(message, tuple):
        err = closed(url, message[1])
    elif isinstance(message, str):
        text = re.escape(said(message.replace('"URL"', f'"{url}"'))[:-1])
        err = re.compile(text + r"( \(request id req-1\))?\n")
    else:
        err = message or ""
    case(f"{title}: {code}", document(url), ("--max-attempts", str(TRIES), *options), out, err, code, path,
         attempts, seconds=seconds)


# ---- the connection ---------------------------------------------------------------------------

def full_listener():
    """A port whose queue is full, so that nobody more is connected, nor refused."""
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen(0)
    KEEP.append(listener)
    for _ in range(3):
        KEEP.append(socket.socket())
        KEEP[-1].setblocking(False)
        KEEP[-1].connect_ex(listener.getsockname())
    return listener.getsockname()[1]


def connection_rows():
    silent = socket.socket()
    silent.bind(("127.0.0.1", 0))
    silent.listen(5)
    KEEP.append(silent)
    rows = (("refuses", f"http://127.0.0.1:{closed_port()}/x",
             'Could not connect to the endpoint URL: "URL"', 0),
            ("stalls at connect", f"http://127.0.0.1:{full_listener()}/x",
             'Connect timeout on endpoint URL: "URL"', 5.8),
            ("stalls at TLS", f"https://127.0.0.1:{silent.getsockname()[1]}/x",
             'Connect timeout on endpoint URL: "URL"', 5.8))
    for title, url, message, seconds in rows:
        err = re.compile("(?s).*" + re.escape(said(message.replace('"URL"', f'"{url}"'))))
        case(f"{title}: 75, after {TRIES} attempts", document(url),
             ("-v", "--max-attempts", str(TRIES), *QUICK), "", AttemptsSaid(err, TRIES), 75, seconds=seconds)


class AttemptsSaid:
    """Stands for a regex: the last line is as it must be, and -v has told so many attempts."""

    def __init__(self, pattern, attempts):
        self.pattern, self.attempts = pattern, attempts

    def __repr__(self):
        return f"{self.attempts} attempts, {self.pattern.pattern}"

    def __eq__(self, text):
        return self.pattern.fullmatch(text) is not None and text.count(": attempt ") == self.attempts


def silence_rows():
    row("says nothing", Reply(end="stall"), 75, READ_TIMEOUT, options=QUICK, seconds=5.8)
    row("stalls in the status line", Reply(b"HTTP/1.1 2", "stall"), 75, READ_TIMEOUT, options=QUICK,
        seconds=5.8)
    row("stalls in the head", Reply(HEAD[:-2], "stall"), 75, READ_TIMEOUT, options=QUICK, seconds=5.8)
    row("stalls in the body", Reply(GOOD[:-1], "stall"), 75, READ_TIMEOUT, options=QUICK, seconds=5.8)
    row("stalls in an interim answer", Reply(b"HTTP/1.1 100 Continue\r\n\r\n", "stall"), 75, READ_TIMEOUT,
        options=QUICK, seconds=5.8)
    row("drips, and each pause is longer than --read-timeout", Reply(GOOD[:-2], pieces=[b"x"] * 9, pause=4),
        75, READ_TIMEOUT, options=QUICK, seconds=5.8)
    parts = [GOOD[i:i + 1] for i in range(len(GOOD) - 14, len(GOOD))]
    row("drips for longer than --read-timeout, in shorter pauses", Reply(GOOD[:-14], pieces=parts, pause=0.3),
        0, None, 1, options=("--read-timeout", "4"), seconds=4, out=compact(answer()))
    row("drips without an end", Reply(chunked(b"", end=b""), pieces=[b"1\r\n \r\n"] * 60, pause=0.2), 75,
        'no answer in the time of --max-time from "URL"', 1, options=("--max-time", "5"), seconds=4.8)


# ---- the end of an answer ---------------------------------------------------------------------

def length_rows():
    for end in "close", "reset":
        row(f"says too long a length, then {end}",
            Reply(http(200, BODY, ["Content-Length: 9999"], False), end), 75, CLOSED)
    row("says too long a length, then stays",
        Reply(http(200, BODY, ["Content-Length: 9999"], False), "stall"), 75, READ_TIMEOUT, options=QUICK,
        seconds=5.8)
    row("says too short a length", http(200, BODY, ["Content-Length: 9"], False), 75, HALF)
    row("says no length", Reply(http(200, BODY, length=False), "close"), 0, None, 1, out=compact(answer()))
    row("says no length, and half of it comes", Reply(http(200, BODY[:-9], length=False), "close"), 75, HALF)
    twice = f"Content-Length: {len(BODY)}"
    why = (CLOSED, "the length of the body is said twice")
    row("says the length twice", http(200, BODY, [twice]), 75, why)
    row("says two lengths", http(200, BODY, ["Content-Length: 5"]), 75, why)
    row("says a list of lengths", http(200, BODY, ["Content-Length: 5, 5"], False), 75, CLOSED)
    row("says a length that is no number", http(200, BODY, ["Content-Length: 0x10"], False), 75, CLOSED)
    row("says a negative length", http(200, BODY, ["Content-Length: -1"], False), 75, CLOSED)
    row("says a length of more than 64 bits",
        Reply(http(200, BODY, ["Content-Length: 99999999999999999999999"], False), "close"), 255, TOO_LONG, 1)
    row("says length and chunks", chunked(BODY, fields=[twice]), 75, why)
    row("says chunks and length", http(200, BODY, ["Transfer-Encoding: chunked"]), 75, why)
    row("says chunks twice", chunked(BODY, fields=["Transfer-Encoding: chunked"]), 75, why)
    row("leaves the last chunk away", Reply(chunked(BODY, end=b""), "close"), 75, CLOSED)
    row("leaves the end of the last chunk away", Reply(chunked(BODY, end=b"0\r\n"), "close"), 75, CLOSED)
    for title, chunk in (("no size", b"\r\n{}\r\n0\r\n\r\n"), ("a negative size", b"-2\r\n{}\r\n0\r\n\r\n"),
                         ("more than its size", b"1\r\n{}\r\n0\r\n\r\n"),
                         ("2^64 bytes", b"10000000000000000\r\n{}")):
        row(f"has a chunk of {title}", Reply(chunked(b"", end=chunk), "close"), 75, CLOSED)


def head_rows():
    flood = b"HTTP/1.1 100 Continue\r\n\r\n"
    why = (CLOSED, "too many interim answers")
    row("floods with 5000 interim answers", Reply(flood * 5000 + GOOD, "close"), 75, why)
    hint = b"HTTP/1.1 103 Hint\r\nLink: " + b"x" * 8000 + b"\r\n\r\n"
    row("floods with interim answers of 8 KiB", Reply(hint * 2000 + GOOD, "close"), 75, CLOSED)
    row("drips interim answers", Reply(pieces=[flood] * 40, pause=0.1), 75, why)
    row("has a field of 1 MiB", Reply(http(200, BODY, ["X: " + "x" * (1 << 20)]), "close"), 75, CLOSED)
    row("has 100,000 fields", Reply(http(200, BODY, ["X: y"] * 100000), "close"), 75, CLOSED)
    row("talks HTTP/0.9", Reply(BODY, "close"), 75, (CLOSED, "what came is no HTTP"))
    row("talks SSH", Reply(b"SSH-2.0-OpenSSH_9.2\r\n", "close"), 75, (CLOSED, "what came is no HTTP"))
    row("answers 101 and speaks another protocol",
        Reply(b"HTTP/1.1 101 Go\r\nUpgrade: x\r\n\r\n\0\0", "close"), 75, CLOSED)


def size_rows():
    big = b'{"a":"' + b"x" * LIMIT + b'"}'
    row("sends more than 8 MiB, and says how long", Reply(http(200, big), "close"), 255, TOO_LONG, 1)
    row("sends more than 8 MiB in chunks", Reply(chunked(big), "close"), 255, TOO_LONG, 1)
    row("sends more than 8 MiB until it closes", Reply(http(200, big, length=False), "close"), 255,
        TOO_LONG, 1)
    row("says a terabyte and sends nothing", Reply(http(200, b"", ["Content-Length: 1000000000000"], False),
        "stall"), 255, TOO_LONG, 1)
    row("sends a refusal of more than 8 MiB", Reply(http(400, big), "close"), 255, TOO_LONG, 1)
    bomb = gzip.compress(b'{"a":"' + b"x" * (50 << 20) + b'"}')
    for name, data in (("small", gzip.compress(BODY)), ("that unpacks to 50 MiB", bomb)):
        row(f"packs a body {name} as Content-Encoding", http(200, data, ["Content-Encoding: gzip"]), 255,
            NOT_JSON, 1)
        row(f"packs a body {name} as Transfer-Encoding", Reply(http(200, data, ["Transfer-Encoding: gzip"],
            False), "close"), 75, (CLOSED, "an unknown Transfer-Encoding"))
    row("packs chunks", Reply(http(200, gzip.compress(BODY), ["Transfer-Encoding: gzip, chunked"], False),
        "close"), 75, (CLOSED, "an unknown Transfer-Encoding"))
    row("packs by deflate", http(200, zlib.compress(BODY), ["Content-Encoding: deflate"]), 255, NOT_JSON, 1)


# ---- statuses and codes -----------------------------------------------------------------------

LISTED = ("Throttling", "ThrottlingException", "ThrottledException", "RequestThrottledException",
          "ProvisionedThroughputExceededException")
LISTED_IN_STANDARD = ("RequestThrottled", "TooManyRequestsException", "TransactionInProgressException",
                      "RequestLimitExceeded", "BandwidthLimitExceeded", "LimitExceededException", "SlowDown",
                      "PriorRequestNotComplete", "EC2ThrottledException", "RequestTimeout",
                      "RequestTimeoutException")
FINAL = ("InternalServerError", "InternalFailure", "ServiceUnavailable", "AccessDeniedException", "OptInRequired",
         "NotAuthorized", "ExpiredIteratorException", "InvalidTokenX")
# What no permission mends: keys that have expired, that nobody knows, whose secret is another; the clock.
OF_KEYS = ("ExpiredToken", "ExpiredTokenException", "RequestExpired", "TokenRefreshRequired", "AuthFailure",
           "IncompleteSignature", "IncompleteSignatureException", "InvalidAccessKeyId", "InvalidClientTokenId",
           "InvalidToken", "MissingAuthenticationToken", "MissingAuthenticationTokenException",
           "UnrecognizedClientException", "InvalidSignatureException", "RequestInTheFuture", "RequestTimeTooSkewed",
           "SignatureDoesNotMatch", "IDPRejectedClaim", "InvalidIdentityToken")
# status, code, exit code, tried again in legacy mode, in standard mode
ANSWERS = (
    *((status, None, 75, True, True) for status in (500, 502, 503, 504)),
    (509, None, 75, True, False), (429, None, 75, True, False), (429, "Odd", 75, True, False),
    (429, "ThrottlingException", 75, True, True), (503, "AccessDeniedException", 75, True, True),
    *((status, None, 254, False, False) for status in (400, 401, 403, 404, 413, 300, 301, 302, 307, 308)),
    (408, None, 75, False, False), (501, None, 75, False, False), (599, None, 75, False, False),
    *((400, code, 75, True, True) for code in LISTED),
    *((400, code, 75, False, True) for code in LISTED_IN_STANDARD),
    (403, "SlowDown", 75, False, True),
    *((400, code, 254, False, False) for code in FINAL), *((403, code, 253, False, False) for code in OF_KEYS),
    (503, "ExpiredTokenException", 75, True, True),
    (400, "DoesNotExistException", 1, False, False),
)
MODES = {"standard": 4, "legacy": 3, "adaptive": 4}


def answer_rows():
    """Every row of what the SDKs retry, in each mode that there is."""
    for mode in MODES:
        options = ("--retry-mode", mode)
        for this in ANSWERS:
            status, code, exit_code = this[:3]
            again = this[MODES[mode]]
            body = "" if code is None else '{"__type":"%s","message":"m"}' % code
            used_up = r" \(reached max retries: 1\)" if again else ""
            text = rf"ssm-call: {status}: .*{used_up}" if code is None else f"ssm-call: {code}: m{used_up}"
            row(f"{mode}: answers {status} {code or ''}", http(status, body), exit_code,
                re.compile(text + re.escape(ID) + "\n"), TRIES if again else 1, options)


def good_after_bad():
    """A fault that passes is none: the second attempt's answer comes out, once."""
    faults = {"a 503": http(503), "a throttled one": http(400, '{"__type":"SlowDown"}'),
              "a cut answer": Reply(GOOD[:-1], "close"), "a reset": Reply(b"", "reset"),
              "an answer whose length is said twice": http(200, BODY, ["Content-Length: 1"]),
              "no HTTP": Reply(b"SSH-2.0\r\n", "close")}
    for title, fault in faults.items():
        path = put(fault, GOOD)
        case(f"{title}, and then an answer: 0", document(SERVER.url(path)), ("--max-attempts", str(TRIES)),
             compact(answer()), paths=path, count=TRIES)
    stalls = put(Reply(end="stall"), GOOD)
    case("silence, and then an answer: 0", document(SERVER.url(stalls)), ("--max-attempts", "2", *QUICK),
         compact(answer()), paths=stalls, count=TRIES)


# ---- cuts -------------------------------------------------------------------------------------

def refusal_cuts():
    """A refusal that was cut is no refusal: it says neither that a session is over nor anything else."""
    whole = http(400, '{"__type":"DoesNotExistException","message":"gone"}')
    for end in "close", "reset":
        paths = [put(Reply(whole[:k], end)) for k in range(len(whole))]
        err = "".join(closed(SERVER.url(p)).pattern.replace("ssm\\-call:", f"ssm\\-call:\\ record\\ {n}:", 1)
                      for n, p in enumerate(paths, 1))
        case(f"a refusal that ends in a {end} at each of {len(paths)} places is none", "".join(
            document(SERVER.url(p)) for p in paths), ("--max-attempts", "1"), "", re.compile(err), 75, paths)


def excess():
    """What comes behind an answer on a connection is not the next one's."""
    evil = http(200, answer("evil", session="s-2", stream=STREAM.replace("s-1", "s-2")))
    first = put(GOOD + evil)
    second = put(http(200, answer(session="s-2", stream=STREAM.replace("s-1", "s-2"))))
    text = document(SERVER.url(first)) + document(SERVER.url(second), body='{"SessionId": "s-2"}')
    case("an answer with another one behind it", text, ("--max-attempts", "1", *JOB), compact(answer()) +
         compact(answer(session="s-2", stream=STREAM.replace("s-1", "s-2"))), paths=[first, second])


def main():
    for group in (connection_rows, silence_rows, length_rows, head_rows, size_rows, answer_rows,
                  good_after_bad, refusal_cuts, excess):
        group()
    run_cases(16)
    clean_up()
    done()


main()
