"""ssm-call: what becomes of answers, good, bad and broken; of documents; of standard output."""
import gzip
import json
import os
import re
import signal
import subprocess
import time

from call_cases import (CALL, CANARY, CLOSED, GOOD, ID, SERVER, STREAM, answer, case, clean_up, compact,
                        document, environment, line, one, put, run_cases, said)
from fault_server import Reply, chunked, http
from tap import done, ok

LIMIT = 8 * 1024 * 1024


# ---- answers that are good --------------------------------------------------------------------

def good_answers():
    one("a good answer comes out", GOOD, out=compact(answer()))
    body = ('{ "Zeta" : [1.0, 2e400, 12345678901234567890,\n"\\u00e9\\/"], "StreamUrl":"' + STREAM +
            '", "TokenValue":"t", "SessionId":"\\u0073-1" }')
    one("members, their order, numbers and escapes come out as they came", http(200, body),
        out='{"Zeta":[1.0,2e400,12345678901234567890,"\\u00e9\\/"],"StreamUrl":"' + STREAM +
        '","TokenValue":"t","SessionId":"\\u0073-1"}\n')
    one("the id comes back", GOOD, members={"id": {"a": [1, None]}},
        out=compact(answer(id={"a": [1, None]})))
    one("the request's id takes the place of a member id of the service",
        http(200, '{"id":"theirs",' + answer()[1:]), members={"id": 7}, out=compact(answer(id=7)))
    one("a service's member id stays when the request has none", http(200, answer(id="theirs")),
        out=compact(answer(id="theirs")))
    one("a 201 is as good as a 200", http(201, answer()), out=compact(answer()))
    one("an answer in chunks", chunked(answer().encode(), size=7), out=compact(answer()))
    one("an answer that comes byte by byte", Reply(pieces=[bytes([b]) for b in GOOD]),
        out=compact(answer()))
    one("HTTP/1.0 with a length", Reply(http(200, answer(), version="1.0"), "close"),
        out=compact(answer()))
    one("an interim answer is passed over", b"HTTP/1.1 100 Continue\r\n\r\n" + GOOD,
        out=compact(answer()))
    one("eight interim answers are passed over", b"HTTP/1.1 102 Wait\r\n\r\n" * 8 + GOOD,
        out=compact(answer()))
    one("nine are none of a service", Reply(b"HTTP/1.1 102 Wait\r\n\r\n" * 9 + GOOD, "close"),
        err=CLOSED, code=75)
    own = "ws://127.0.0.1:9/v1/data-channel/s-1"
    one("an endpoint that is not AWS's may name its own host", http(200, answer(stream=own)),
        out=compact(answer(stream=own)))
    one("an unknown operation's answer is not looked into", http(200, '{"a":{}}'), out='{"a":{}}\n',
        members={"operation": "GetParameter", "body": "x"})
    one("an answer without members", http(200, "{}"), out="{}\n", members={"operation": None})
    one("TerminateSession needs no more than the session", http(200, '{"SessionId":"s-1"}'),
        out='{"SessionId":"s-1"}\n', members={"operation": "TerminateSession"})
    one("an unsigned request is sent too", GOOD, out=compact(answer()), members={"headers": {}})
    case("an earlier stage's error document passes through", '{"Error":{"Code":"X","Message":"m"},"id":1}\n', (),
         '{"Error":{"Code":"X","Message":"m"},"id":1}\n')


def metadata():
    fields = ["Date: today", "X-Two: a", "X-Two:  b ", "X-Latin: caf\u00e9", 'X-Quote: "\\']
    meta = ('"ResponseMetadata":{"RequestId":"req-1","HTTPStatusCode":200,"HTTPHeaders":{'
            '"x-amzn-requestid":"req-1","date":"today","x-two":"a, b","x-latin":"caf\u00e9",'
            '"x-quote":"\\"\\\\","content-length":"%d"},"RetryAttempts":0}')
    body = answer(ResponseMetadata=1)
    one("--metadata adds boto3's ResponseMetadata, in place of a member of that name",
        http(200, body, fields), options=["--metadata"], members={"id": 1},
        out=answer(id=1).replace('": ', '":').replace(', "', ',"')[:-1] + "," + meta % len(body) + "}\n")
    one("a retry is counted in it", http(503, "{}"), GOOD, options=["--metadata"], count=2,
        out=re.compile(r'.*"RetryAttempts":1\}\}\n'))
    one("--timing adds how long it took, too, with the pauses between attempts", http(503, "{}"), GOOD,
        options=["--timing"], count=2, out=re.compile(r'.*"RetryAttempts":1,"ElapsedMs":\d+\}\}\n'))
    one("also to an error of the service", http(400, '{"__type":"V","message":"m"}'),
        options=["--timing", "-q", "--errors", "inline"], code=254,
        out=re.compile(r'\{"Error":.*"RetryAttempts":0,"ElapsedMs":\d+\}\}\n'))
    one("and to an answer that does not come", Reply(b"", "close"), code=75,
        options=["--timing", "-q", "--errors", "inline", "--max-attempts", "1"],
        out=re.compile(r'\{"Error":.*"ResponseMetadata":\{"RetryAttempts":0,"ElapsedMs":\d+\}\}\n'))


# ---- errors of the service --------------------------------------------------------------------

def service_errors():
    def refused(title, status, body, text, code=254, fields=(), **kw):
        one(title, http(status, body, fields), err=said(text + ID), code=code, **kw)

    gone = '{"__type":"%s","message":"Session is gone"}'
    for name, kind in (("bare", "DoesNotExistException"),
                       ("with a namespace", "com.amazonaws.ssm#DoesNotExistException"),
                       ("with a URI", "DoesNotExistException:http://internal.amazon.com/x/#y"),
                       ("with both", "a.b#DoesNotExistException:http://x/")):
        refused(f"__type {name}", 400, gone % kind, "DoesNotExistException: Session is gone", 1)
    refused("x-amzn-ErrorType", 400, '{"Message":"gone"}', "DoesNotExistException: gone", 1,
            ["x-amzn-ErrorType: DoesNotExistException:http://x/"])
    refused("x-amzn-query-error goes before __type", 400, '{"__type":"B","message":"m"}', "A: m",
            fields=["x-amzn-query-error: A;Sender"])
    refused("code", 403, '{"code":"AccessDeniedException","Message":"no"}', "AccessDeniedException: no")
    refused("message goes before Message", 400, '{"__type":"V","Message":"M","message":"m"}', "V: m")
    refused("Message, when message is null", 400, '{"__type":"V","Message":"M","message":null}', "V: M")
    refused("no message", 400, '{"__type":"ValidationException"}', "ValidationException: Bad Request")
    refused("neither code nor message", 403, "{}", "403: Forbidden")
    refused("a __type that is null", 403, '{"__type":null}', "403: Forbidden")
    refused("a __type that is no word", 403, '{"__type":"a b\\n","message":"m"}', "403: m")
    refused("an empty body", 403, "", "403: Forbidden")
    refused("an unknown status with an empty body", 499, "", "499: HTTP status 499")
    refused("HTML", 403, "<html><body>no</body></html>", "403: Forbidden")
    refused("HTML with a 503", 503, "<!DOCTYPE html>\n", "503: Service Unavailable "
            "(reached max retries: 0)", 75)
    refused("plain text is the message", 400, "oops\n", "400: oops")
    refused("text that is no UTF-8 is not shown", 400, b"\xff\xfe", "400: Bad Request")
    refused("nor is text with a NUL, of which it would be the end", 400, b"no\0way", "400: Bad Request")
    refused("broken JSON is not shown", 400, '{"TokenValue":"secret', "400: Bad Request")
    refused("a message of many lines is one line", 400, '{"__type":"V","message":"a\\nb\\u001b[0m"}',
            "V: a\\nb\\x1b[0m")
    refused("a long message is cut at the end of a character", 400,
            '{"__type":"V","message":"' + "x" * 1403 + "\u00e9" * 900 + '"}',
            "V: " + "x" * 1403 + "\u00e9" * 3 + "...")
    for status in (301, 302, 303, 307, 308):
        refused(f"a {status} is not followed", status, "", re_phrase(status),
                fields=["Location: " + SERVER.url("/elsewhere")])
    for status, code, text in ((400, 75, "ThrottlingException"), (500, 75, "InternalServerError"),
                               (400, 254, "InternalServerError"), (400, 75, "RequestTimeout"),
                               (403, 254, "AccessDeniedException"), (403, 253, "ExpiredTokenException"),
                               (501, 75, "NotImplemented"), (400, 254, "ValidationException"),
                               (429, 75, "Busy"), (408, 75, "Slow"), (500, 75, "DoesNotExistException")):
        last = "" if text in ("NotImplemented", "Busy", "Slow") or code in (253, 254) else \
            " (reached max retries: 0)"
        refused(f"{text} with status {status} ends with {code}", status,
                '{"__type":"%s","message":"m"}' % text, f"{text}: m{last}", code)
    one("gzip nobody asked for is no JSON", http(200, gzip.compress(answer().encode()),
        ["Content-Encoding: gzip"]), code=255,
        err=re.compile(r"ssm-call: the service's answer is not JSON: .*\n"))
    one("a transfer coding nobody asked for is no answer", Reply(http(200, gzip.compress(b"{}"),
        ["Transfer-Encoding: gzip, chunked"], length=False), "close"), err=CLOSED, code=75)


def re_phrase(status):
    names = {301: "Moved Permanently", 302: "Found", 303: "See Other", 307: "Temporary Redirect",
             308: "Permanent Redirect"}
    return f"{status}: {names[status]}; a redirect is not followed"


# ---- 200 and yet no success -------------------------------------------------------------------

def bad_successes():
    bad = "the service's answer cannot be right: "

    def wrong(title, body, err, code=255, **kw):
        err = err if isinstance(err, re.Pattern) else said(err + ID)
        one(title, http(200, body), err=err, code=code, **kw)

    for name, body in (("empty", ""), ("blank", " \n")):
        wrong(f"a 200 with a body that is {name}", body, "the service's answer is empty")
    for name, body in (("an array", "[]"), ("null", "null"), ("a string", '"x"'),
                       ("two objects", "{}{}"), ("an object and a letter", "{}x")):
        wrong(f"a 200 with {name}", body, "the service's answer is not one JSON object")
    broken = re.compile(r"ssm-call: the service's answer is not JSON: line \d+, column \d+: .*\n")
    for name, body in (("HTML", "<html>"), ("NaN", '{"a":NaN}'),
                       ("a NUL", b'{"a":\0}'), ("a NUL in a string", b'{"a":"\0"}'),
                       ("an escaped NUL", '{"a":"\\u0000"}'), ("bad UTF-8", b'{"a":"\xff"}'),
                       ("a byte order mark", b"\xef\xbb\xbf{}"), ("a lone surrogate", '{"a":"\\ud800"}'),
                       ("65 levels", '{"a":' * 65 + "1" + "}" * 65)):
        wrong(f"a 200 with {name}", body, broken)
    wrong("a member that is there twice", '{"TokenValue":"a","TokenValue":"b"}',
          "the service's answer: member 'TokenValue' is there twice")
    for member in ("TokenValue", "StreamUrl"):
        body = json.loads(answer())
        for name, value in (("empty", ""), ("null", None)):
            wrong(f"{member} {name}: the session is over", json.dumps({**body, member: value}),
                  f"the session is over: the answer has no '{member}'", 1)
        wrong(f"{member} of another kind", json.dumps({**body, member: [CANARY]}),
              f"{bad}member '{member}' is an array")
        del body[member]
        wrong(f"no {member}: the session is over", json.dumps(body),
              f"the session is over: the answer has no '{member}'", 1)
    wrong("an empty object: the session is over", "{}",
          "the session is over: the answer has no 'TokenValue'", 1)
    wrong("another session's answer", answer(session="s-2"),
          bad + "member 'SessionId' is not the one that was asked for")
    wrong("no SessionId", json.dumps({"TokenValue": "t", "StreamUrl": STREAM}),
          bad + "member 'SessionId' is missing")
    wrong("a SessionId that is a number", answer(session=1), bad + "member 'SessionId' is a number")
    host = "ssmmessages.us-east-1.amazonaws.com"
    for name, old, new in (("for another session", "s-1", "s-2"), ("in another region", "east", "west"),
                           ("of another host", host, "evil.example"), ("with user info", host, "a@" + host),
                           ("over http", "wss:", "http:"), ("to another port", host, host + ":8443")):
        wrong(f"a StreamUrl {name}", answer(stream=STREAM.replace(old, new)), re.compile(
            r"ssm-call: the service's answer cannot be right: StreamUrl: .* at character \d+ "
            r"\(request id req-1\)\n"))


# ---- framing ----------------------------------------------------------------------------------

def framing():
    def cut(title, data, end="close", **kw):
        one(title, Reply(data, end), err=CLOSED, code=75, **kw)

    cut("nothing at all", b"")
    cut("no HTTP", b"hello\r\n\r\n")
    cut("HTTP/0.9", answer().encode())
    cut("a head without an end", b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n")
    cut("the length twice", http(200, answer(), [f"Content-Length: {len(answer())}"]))
    cut("length and chunks", chunked(answer().encode(), fields=["Content-Length: 3"]))
    cut("a length that is no number", http(200, answer(), ["Content-Length: 5x"], length=False))
    cut("a negative length", http(200, answer(), ["Content-Length: -5"], length=False))
    cut("a field without a colon", http(200, answer(), ["Nonsense"]))
    cut("a name with a blank", http(200, answer(), ["Bad name: x"]))
    cut("a NUL in the head", http(200, answer(), ["X: a\0b"]))
    cut("a line of more than 8 KiB", http(200, answer(), ["X: " + "x" * 8192]))
    cut("a line of more than 128 KiB", http(200, answer(), ["X: " + "x" * 131072]))
    cut("a head of more than 64 KiB", http(200, answer(), [f"X-{i}: " + "x" * 8000 for i in range(9)]))
    cut("more than 128 fields", http(200, answer(), [f"X-{i}: x" for i in range(130)]))
    cut("chunks without an end", chunked(answer().encode(), end=b""))
    cut("a chunk's size that is no number", chunked(b"", end=b"zz\r\n{}\r\n0\r\n\r\n"))
    fit = "X: " + "x" * (8192 - len("X: \r\n"))
    one("a line of 8 KiB", http(200, answer(), [fit]), out=compact(answer()))
    frame = len('{"a":""}')
    for name, make in (("said", lambda body: http(200, body)), ("in chunks", chunked)):
        fits = b'{"a":"' + b"x" * (LIMIT - frame) + b'"}'
        one(f"8 MiB, {name}", make(fits), out=line(fits.decode()), members={"operation": None})
        one(f"8 MiB and a byte, {name}", Reply(make(fits + b" "), "close"), members={"operation": None},
            err=re.compile(r'ssm-call: an answer of more than 8 MiB from "[^"]*"( \(request id req-1\))?\n'),
            code=255)


    endless = (b"1;" + b"x" * 60000 + b"\r\n ") + b"\r\n" + b"1;" + b"x" * 60000 + b"\r\n \r\n"
    one("chunks that say much and hold little", Reply(chunked(b"", end=endless * 150), "close"),
        err=re.compile(r'ssm-call: an answer of more than 8 MiB from "[^"]*"( \(request id req-1\))?\n'),
        code=255)
    fits = b'{"a":"' + b"x" * (LIMIT // 64) + b'"}'
    one("small chunks", chunked(fits, size=7), out=line(fits.decode()), members={"operation": None})


def cut_points():
    """Every cut of one good answer; --max-attempts 1, all cuts of a kind in one run."""
    for end, name in (("close", "closed"), ("reset", "reset")):
        for kind, data in (("said", GOOD), ("in chunks", chunked(answer().encode(), size=50))):
            paths = [put(Reply(data[:k], end)) for k in range(len(data))]
            text = "".join(document(SERVER.url(p)) for p in paths)
            err = "".join(said(f"record {n}: Connection was closed before we received a valid response"
                               f' from endpoint URL: "{SERVER.url(p)}".')
                          for n, p in enumerate(paths, 1))
            pattern = re.escape(err).replace(re.escape('".\n'), r'"\.(?: \(request id req-1\))?\n')
            case(f"an answer with its length {kind}, {name} at each of {len(paths)} places, is none",
                 text, ["--max-attempts", "1"], "", re.compile(pattern), 75, paths)


# ---- documents --------------------------------------------------------------------------------

def documents():
    def refused(title, err, **members):
        one(title, GOOD, count=0, code=252, err=said(err), members=members)

    refused("another method", "member 'method' is not POST", method="GET")
    refused("no URL", "member 'url' is missing", url=None)
    refused("a URL that is a number", "member 'url' is a number, not a string", url=1)
    refused("another scheme", "member 'url': a scheme that is neither https nor http at character 1",
            url="ftp://h/")
    refused("user information", "member 'url': user information at character 9", url="https://u:p@h/")
    refused("a body that is no JSON", "member 'body' is empty", body="")
    refused("a body without the session", "member 'body': member 'SessionId' is missing", body="{}")
    refused("a header of two lines", "header 'x' holds a control character", headers={"x": "a\r\nb: c"})
    refused("a header whose name is none", "header 'a b' has a name that HTTP does not allow",
            headers={"a b": "c"})
    refused("two hosts", "header 'host' is there twice", headers={"host": ["a", "b"]})
    refused("a length that is another", "header 'content-length' is not the length of the body",
            headers={"content-length": "5"})

    def sent(expected, absent=()):
        def check(this):
            head, body = SERVER.requests[this.paths[0]][0]
            faults = [f"not sent: {e}" for e in expected if e not in head + "\r\n"]
            faults += [f"sent: {a}" for a in absent if a.lower() in head.lower()]
            return faults + ([] if body == b'{"SessionId": "s-1"}' else [f"body: {body}"])
        return check

    one("the fields of the document go out, and no others of libcurl's", GOOD, out=compact(answer()),
        members={"headers": {"host": "a.example", "x-two": ["1", "2"], "x-empty": "", "user-agent": "me",
                             "connection": "close", "transfer-encoding": "chunked", "expect": "x",
                             "content-length": "20", "x-latin": "caf\u00e9"}},
        check=sent(["\r\nHost: a.example\r\n", "\r\nx-two: 1\r\n", "\r\nx-two: 2\r\n", "\r\nx-empty:\r\n",
                    "\r\nuser-agent: me\r\n", "\r\nContent-Length: 20\r\n", "\r\naccept-encoding: identity"],
                   ["connection:", "transfer-encoding", "expect:", "accept:", "content-type"]))
    one("our user agent names the suite", GOOD, out=compact(answer()), members={"headers": {}},
        check=sent(["\r\nuser-agent: ssm-tools/", "\r\nHost: 127.0.0.1:", " cfg/retry-mode#standard\r\n"],
                   ["content-type"]))
    one("and the application, when it has an id", GOOD, out=compact(answer()), members={"headers": {}},
        env={"AWS_SDK_UA_APP_ID": "my app/\u00e9"},
        check=sent([" cfg/retry-mode#standard app/my-app--\r\n"]))
    one("a document's profile that is not here is no obstacle", GOOD, out=compact(answer()),
        members={"profile": "elsewhere"})
    one("but one that AWS_PROFILE names is", GOOD, count=0, code=253, env={"AWS_PROFILE": "nope"},
        err=said("The config profile (nope) could not be found"))

    paths = [put(GOOD) for _ in range(3)]
    good = [document(SERVER.url(p), id=n) for n, p in enumerate(paths)]
    outs = [compact(answer(id=n)) for n in range(3)]
    case("a bad document among good ones", good[0] + "{bad}\n" + good[1], (), outs[0] + outs[1],
         re.compile(r"ssm-call: record 2: standard input is not JSON: line 2, column 2: .*\n"), 252, paths[:2])
    paths = [put(GOOD), put(http(400, '{"__type":"DoesNotExistException","message":"m"}')), put(GOOD)]
    good = [document(SERVER.url(p), id=n) for n, p in enumerate(paths)]
    case("the first failure's code is the run's", "".join(good) + "{}\n", (), outs[0] + outs[2],
         re.compile(r"ssm-call: record 2 \(id 1\): DoesNotExistException: m \(request id req-1\)\n"
                    r"ssm-call: record 4: member 'method' is missing\n"), 1, paths)
    paths = [put(http(400, '{"__type":"V","message":"m"}')), put(GOOD)]
    case("--fail-fast stops at the first failure", "".join(document(SERVER.url(p)) for p in paths),
         ["-j1", "--fail-fast"], "", said("record 1: V: m" + ID), 254, paths, 1)
    meta = ('"ResponseMetadata":{"RequestId":"req-1","HTTPStatusCode":400,"HTTPHeaders":{'
            '"x-amzn-requestid":"req-1","content-length":"28"},"RetryAttempts":0}')
    error = '{"Error":{"Code":"V","Message":"m","Retryable":false,"ExitCode":254},' + meta + ',"id":"k"}\n'
    reply = http(400, '{"__type":"V","message":"m"}')
    one("--errors inline", reply, options=["--errors", "inline"], members={"id": "k"}, out=error, code=254,
        err=said('id "k": V: m' + ID))
    one("--error-format json", reply, options=["--error-format", "json"], members={"id": "k"}, err=error,
        code=254)
    one("--quiet", reply, options=["-q"], code=254)
    last = ('{"Error":{"Code":"500","Message":"Internal Server Error (reached max retries: 0)",'
            '"Retryable":true,"ExitCode":75},"ResponseMetadata":{"RequestId":"req-1","HTTPStatusCode":500,'
            '"HTTPHeaders":{"x-amzn-requestid":"req-1","content-length":"0"},"RetryAttempts":0,'
            '"MaxAttemptsReached":true}}\n')
    one("attempts used up, as boto3 has it", http(500), options=["--max-attempts=1", "--error-format=json"],
        err=last, code=75)
    case("no document", "", (), err=said("no document on standard input"), code=255)


def secrets():
    token, session_token = CANARY + "-TokenValue", CANARY + "-session-token"
    signature = CANARY + "0" * 16
    headers = {"authorization": f"AWS4-HMAC-SHA256 Credential=x, Signature={signature}",
               "x-amz-security-token": session_token}
    quiet = re.compile("(?s)(?!.*" + CANARY + ").*")
    echo = json.dumps({"__type": "InvalidSignatureException", "message":
                       f"should have been 'x-amz-security-token:{session_token}\n' not {signature} "
                       f"of {headers['authorization']} end"})
    one("a service that quotes the request's credentials is cleaned",
        http(403, echo, [f"X-Echo: {session_token}"]), members={"headers": headers}, code=253,
        options=["--error-format=json"],
        err=re.compile(r'.*should have been .x-amz-security-token:\*\*\*\\n. not \*\*\* of \*\*\* end.*'
                       r'"x-echo":"\*\*\*".*\n'))
    replies = {"a good answer": http(200, answer(token)),
               "no StreamUrl": http(200, answer(token, stream="")),
               "a bad StreamUrl": http(200, answer(token, stream=f"wss://{token}/")),
               "another session": http(200, answer(token, session=token)),
               "a token of another kind": http(200, answer([token])),
               "JSON that is cut": http(200, answer(token)[:-3]),
               "two tokens": http(200, f'{{"TokenValue":"{token}",' + answer(token)[1:]),
               "an answer that is cut": Reply(http(200, answer(token))[:-3], "close"),
               "an error that is no JSON": http(500, answer(token)[:-3]),
               "an error with a token": http(400, answer(token))}
    for name, reply in replies.items():
        one(f"no secret in what -v says: {name}", reply, out=re.compile(".*\n|"), err=quiet,
            options=["-v", "--max-attempts", "1"], members={"headers": headers},
            code=CODES.get(name, 255))


CODES = {"a good answer": 0, "no StreamUrl": 1, "an answer that is cut": 75, "JSON that is cut": 75,
         "an error that is no JSON": 75, "an error with a token": 254}


# ---- standard output, tested one by one -------------------------------------------------------

def run_shell(command, text):
    result = subprocess.run(["sh", "-c", command], input=text.encode(), capture_output=True, timeout=30,
                            env=environment({"CALL": CALL}), check=False)
    return result.stdout.decode(), result.stderr.decode(), result.returncode


def stream_case(title, command, text, expected):
    got = run_shell(command, text)
    return title, [] if got == expected else [f"got      {got!r}", f"expected {expected!r}"]


def stream_cases():
    text = document(SERVER.url(put(GOOD)))
    yield stream_case("a full disk is no success", '"$CALL" > /dev/full', text,
                      ("", said("cannot write standard output: No space left on device"), 255))
    yield stream_case("a closed standard output is no success", '"$CALL" >&-', text,
                      ("", said("cannot write standard output: Bad file descriptor"), 255))
    yield reader_gone()
    yield prompt_answer()
    yield from ended_by_signal()


def reader_gone():
    paths = [put(GOOD) for _ in range(20)]
    text = "".join(document(SERVER.url(p)) for p in paths)
    reader, writer = os.pipe()
    os.close(reader)
    with subprocess.Popen([CALL], stdin=subprocess.PIPE, stdout=writer, stderr=subprocess.PIPE,
                          env=environment({})) as process:
        os.close(writer)
        said_so = process.communicate(text.encode())[1]
    sent = sum(len(SERVER.requests.get(p, [])) for p in paths)
    good = (said_so, process.returncode, sent) == (b"", -signal.SIGPIPE, 0)
    return ("without a reader it ends by SIGPIPE, silently, and sends nothing",
            [] if good else [f"{said_so!r} {process.returncode}, {sent} sent"])


UNANSWERED = b"ssm-call: ended by SIG%s with %d of %d requests unanswered\n"


def prompt_answer():
    """A finished answer is out before the next document is there, and while the next call hangs."""
    slow = put(Reply(end="stall"))
    with subprocess.Popen([CALL], stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment({}),
                          stderr=subprocess.PIPE) as process:
        process.stdin.write((document(SERVER.url(put(GOOD))) + document(SERVER.url(slow))).encode())
        process.stdin.flush()
        first = process.stdout.readline().decode()
        process.send_signal(signal.SIGTERM)
        rest = process.communicate()
    faults = [] if first == compact(answer()) else [f"first line: {first!r}"]
    faults += [] if (rest, process.returncode) == ((b"", UNANSWERED % (b"TERM", 1, 2)), -signal.SIGTERM) else \
        [f"end: {rest!r} {process.returncode}"]
    return "a finished answer is not held back by the next call, and SIGTERM ends by SIGTERM", faults


def ended_by_signal():
    path = put(Reply(end="stall"))
    with subprocess.Popen([CALL], stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment({}),
                          stderr=subprocess.PIPE) as process:
        process.stdin.write(document(SERVER.url(path)).encode())
        process.stdin.flush()
        while path not in SERVER.requests:
            time.sleep(0.005)
        process.send_signal(signal.SIGINT)
        result = process.communicate()
    good = result == (b"", UNANSWERED % (b"INT", 1, 1)) and process.returncode == -signal.SIGINT
    yield "SIGINT ends it by SIGINT", [] if good else [f"{result!r} {process.returncode}"]


def main():
    for group in (good_answers, metadata, service_errors, bad_successes, framing, cut_points,
                  documents, secrets):
        group()
    run_cases()
    for title, faults in stream_cases():
        ok(not faults, title, *faults)
    clean_up()
    done()


main()
