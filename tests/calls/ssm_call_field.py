"""ssm-call: what people report about such tools. Titles begin with the kind, so that the next one finds its place."""
import os
import re
import signal
import subprocess
import threading

from call_cases import (CALL, CLOSED, GOOD, HOME, ID, SERVER, STREAM, answer, case, clean_up, compact, document, environment,
                        one, put, run_cases, said)
from certificates import Certificates
from clock import Clock
from fault_server import Reply, Server, chunked, http
from tap import done, ok

LONG_AGO = "Date: Thu, 01 Jan 1970 00:00:00 GMT"
DEFAULT = ()                    # as many attempts as there are by default


# ---- a wait that the answer asks for ----------------------------------------------------------

def waits():
    old = re.compile(r"ssm-call: the signature was made \d+ s ago and would be too old in (2000000|301)\.0 s, at the next "
                     r"attempt \(300 s\): the request must be signed again; the last attempt failed: 503: Service "
                     r"Unavailable \(request id req-1\)\n")
    for name, fields in (("for years", [LONG_AGO, "Retry-After: 99999999"]),
                         ("until the end of time", [LONG_AGO, "Retry-After: Fri, 31 Dec 9999 23:59:59 GMT"]),
                         ("for a second more than a signature lasts", [LONG_AGO, "Retry-After: 301"]),
                         ("for years, with no Date", ["Retry-After: 99999999"])):
        one(f"a wait {name} is not waited for, whatever date the answer claims", http(503, fields=fields), code=75,
            options=DEFAULT, err=old)
    for name, seconds in ("for years", 99999999), ("for a second more than answers may ask for", 301):
        shown = min(seconds, 2000000)
        one(f"a wait {name}: nor is it of a request that is not signed", code=75, options=DEFAULT,
            *[http(503, fields=[f"Retry-After: {seconds}"])], members={"headers": {}},
            err=said(f"503: Service Unavailable; it asks to wait {shown} s, and answers may ask for 300 s in all" + ID))
    paths = [put(http(503, fields=[LONG_AGO, "Retry-After: 99999999"])), put(GOOD)]
    case("a wait for years: who stands behind it in order has its answer", "".join(
        document(SERVER.url(p)) for p in paths), ["-j1"], compact(answer()),
        re.compile(old.pattern.replace("ssm-call: the", "ssm-call: record 1: the")), 75, paths)


def told_wait(title, fields, said_of_it, *options):
    """A wait of more than a minute is told; it is not waited for here."""
    text = document(SERVER.url(put(http(503, fields=fields)))) * 3
    with subprocess.Popen([CALL, *options], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          env=environment({})) as process:
        process.stdin.write(text.encode())
        process.stdin.flush()
        line = process.stderr.readline().decode()
        process.send_signal(signal.SIGTERM)
        rest = process.communicate()[1].decode()
    ok(line == said(said_of_it) and "waits" not in rest and process.returncode == -signal.SIGTERM, title, repr(line),
       repr(rest))


def told_waits():
    told_wait("a wait of more than a minute is told, and of several at a time one", ["Retry-After: 90"],
              "record 1 waits 90 s for attempt 2, as '127.0.0.1' asks; --max-time sets a limit", "-j1")
    told_wait("a wait of more than a minute, as a date", [LONG_AGO, "Retry-After: Thu, 01 Jan 1970 00:01:01 GMT"],
              "record 1 waits 61 s for attempt 2, as '127.0.0.1' asks; --max-time sets a limit", "-j1")


# ---- bytes that nobody asked for --------------------------------------------------------------

def of_session(name, token):
    return answer(token, session=name, stream=STREAM.replace("s-1", name))


EVIL = http(200, of_session("s-2", "evil"))
HEAD, BODY = GOOD[:-len(answer())], GOOD[-len(answer()):]


class Prompter(Server):
    """Sends the first answer, pieces of it one by one, and what is unasked before or after the client has that."""

    def __init__(self, pieces, late=b"", context=None):
        self.pieces, self.late, self.go, self.sent = pieces, late, threading.Event(), threading.Event()
        self.count = 0
        super().__init__(context)

    def answer(self, peer, request, number):
        self.count += 1
        self.connections.setdefault("", set()).add(number)
        if self.count > 1:
            peer.sendall(http(200, of_session("s-2", "good")))
            return True
        for piece in self.pieces:
            peer.sendall(piece)
        if self.late:
            self.go.wait(20)
            peer.sendall(self.late)
        self.sent.set()
        return True


def unasked(title, server, scheme="http", bundle=None):
    """The second document goes out when the first has its answer and the unasked bytes have arrived."""
    options = ["--ca-bundle", bundle] if bundle else []
    with subprocess.Popen([CALL, "-j1", *options], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, env=environment({})) as process:
        process.stdin.write(document(server.url("/", scheme)).encode())
        process.stdin.flush()
        first = process.stdout.readline().decode()
        server.go.set()
        server.sent.wait(20)
        out, err = process.communicate(document(server.url("/", scheme), body='{"SessionId":"s-2"}').encode())
    ok((first, out.decode(), err, process.returncode) == (compact(answer()), compact(of_session("s-2", "good")), b"", 0),
       f"unasked bytes on a kept connection: {title}", repr((first, out, err, process.returncode)))
    ok(len(server.connections[""]) == 2, "... which is not used again", server.connections)


def unasked_bytes():
    chunks = chunked(answer().encode())
    unasked("an answer", Prompter([GOOD], EVIL))
    unasked("half an answer", Prompter([GOOD], EVIL[:40]))
    unasked("an answer, come with the one that was asked for", Prompter([GOOD + EVIL]))
    unasked("an answer, come with the body of the one that was asked for", Prompter([HEAD, BODY + EVIL]))
    unasked("an answer, come with the last chunk", Prompter([chunks + EVIL]))
    unasked("a line end, come with the last chunk", Prompter([chunks + b"\r\n"]))
    made = Certificates(HOME)
    made.leaf("good", "IP:127.0.0.1")
    for title, pieces, late in (("an answer, in TLS", [GOOD], EVIL), ("an answer, in one record of TLS", [GOOD + EVIL], b""),
                                ("an answer, in the record of the body", [HEAD, BODY + EVIL], b""),
                                ("an answer, in a record of its own", [HEAD, BODY, EVIL], b"")):
        unasked(title, Prompter(pieces, late, made.context("good")), "https", made.bundle)


# ---- an answer that ends with its connection --------------------------------------------------

def connection_ends():
    def unsaid(body, status=200, version="1.1", fields=()):
        return http(status, body, fields, length=False, version=version)

    half = answer()[:-9]
    error = '{"__type":"V","message":"m"}'
    for name, data in (("HTTP/1.0", unsaid(answer(), version="1.0")), ("Connection: close",
            unsaid(answer(), fields=["Connection: close"])), ("no field at all", unsaid(answer())),
            ("blanks behind the document", unsaid(answer() + "\r\n "))):
        one(f"an answer that ends with its connection, by {name}", Reply(data, "close"), out=compact(answer()))
    one("a refusal that ends with its connection", Reply(unsaid(error, 400), "close"), code=254, err=said("V: m" + ID))
    one("a page that ends with its connection", Reply(unsaid("<html>Forbidden</html>", 403), "close"), code=254,
        err=said("403: Forbidden" + ID))
    one("an answer that ends with its connection, and is no JSON", Reply(unsaid("<html>", 200), "close"), code=255,
        err=re.compile(r"ssm-call: the service's answer is not JSON: .*\n"))
    closed = 'Connection was closed before we received a valid response from endpoint URL: "URL". '
    middle, nothing = said(closed + "(its JSON ends in the middle)" + ID), said(
        closed + "(no length is said, and nothing came)" + ID)
    for name, data, err in (("ends with its connection", unsaid(half), middle),
                            ("ends with its connection, behind a nested object", unsaid('{"a":{}'), middle),
                            ("has that length", http(200, half), middle),
                            ("came in chunks", chunked(half.encode()), middle),
                            ("is a refusal", unsaid(error[:-1], 400), middle), ("is nothing", unsaid(""), nothing)):
        one(f"half an answer that {name}", Reply(data, "close"), code=75, err=err)
    one("half an answer that ends with a reset", Reply(unsaid(answer()), "reset"), code=75, err=CLOSED)
    one("half an answer, and then a whole one", Reply(unsaid(half), "close"), Reply(unsaid(answer()), "close"),
        options=DEFAULT, count=2, out=compact(answer()))


# ---- an answer that never comes to its end ----------------------------------------------------

def slow_answers():
    # Six seconds are five minutes, so that neither this machine nor the server is the one that is late.
    fast = {**Clock(os.path.join(HOME, "clock"), pace=50).environment}
    drip = {"the body": Reply(http(200, answer(), ["Content-Length: 9999"], False), pieces=[b" "] * 120, pause=0.1),
            "chunks": Reply(chunked(b"", end=b""), pieces=[b"1\r\n \r\n"] * 120, pause=0.1),
            "the head": Reply(b"HTTP/1.1 200 OK\r\n", pieces=[b"X: y\r\n"] * 120, pause=0.1)}
    for name, reply in drip.items():
        one(f"an answer without an end: {name} comes byte by byte", reply, env=fast, code=75, seconds=5,
            options=["--max-attempts", "1", "--connect-timeout", "299", "--read-timeout", "299"],
            err=re.compile(r'ssm-call: Read timeout on endpoint URL: "[^"]*" \(no whole answer in 300 s\)( \(request id '
                           r'req-1\))?\n'))
    for name, options in (("--attempt-timeout 0", ["--attempt-timeout", "0", "--read-timeout", "299"]),
                          ("--read-timeout 0", ["--read-timeout", "0"]),
                          ("a longer --read-timeout", ["--read-timeout", "2000"])):
        pieces = [GOOD[i:i + 10] for i in range(0, len(GOOD), 10)]
        one(f"an answer that takes more than five minutes, with {name}", Reply(pieces=pieces, pause=7 / len(pieces)), env=fast,
            options=["--connect-timeout", "299", *options], seconds=6, out=compact(answer()))


# ---- a secret that the service quotes ---------------------------------------------------------

def quoted_secrets():
    signature = "0123456789abcdef" * 4
    headers = {"authorization": f"AWS4-HMAC-SHA256 Credential=A/b, SignedHeaders=host, Signature={signature}",
               "x-amz-security-token": "sT+7"}

    def nameless(status, body, *fields):
        """A reply without a request id."""
        return http(status, body, fields).replace(b"x-amzn-RequestId: req-1\r\n", b"")

    def quoted(title, reply, *texts):
        """In the error document, in the line of text, in what -v says and with --metadata: nowhere."""
        for options in (["--error-format", "json"], [], ["-v"], ["--errors", "inline"], ["--metadata"]):
            def check(text, options=options):
                faults = [f"has {secret!r}" for secret in (signature, "sT+7", "st+7", "sT%2b7") if secret in text]
                return faults + [f"has no {t!r}" for t in texts if options[:1] == ["--error-format"] and t not in text]
            path = put(reply)
            got = subprocess.run([CALL, "--max-attempts", "1", *options], input=document(SERVER.url(path), headers=headers),
                                 capture_output=True, text=True, env=environment({}), timeout=30, check=False)
            faults = check(got.stdout + got.stderr)
            ok(not faults and got.returncode == (0 if b" 200 " in reply else 254), f"a quoted secret, {title}: {options}",
               *faults, got)

    refusal = '{"__type":"V","message":"m"}'
    quoted("as the code", nameless(400, refusal.replace("V", signature)), '"Code":"400"')
    quoted("as a code in a field", nameless(400, refusal, "x-amzn-query-error: a#sT+7;S"), '"x-amzn-query-error":"a#***;S"')
    for name, field in (("the request id", "x-amzn-RequestId: id-sT+7"), ("another request id", "x-amz-request-id: sT+7"),
                        ("a field, twice", f"x-echo: {signature}\r\nx-echo: sT+7"),
                        ("a field, percent-encoded and in capitals", f"location: /?a=sT%2b7&b={signature.upper()}"),
                        ("the name of a field", f"x-{signature}: 1")):
        quoted("in " + name, nameless(400, refusal, field), '"Code":"V"')
        quoted("in " + name + " of a good answer", nameless(200, answer(), field))


def main():
    waits()
    connection_ends()
    slow_answers()
    run_cases()
    told_waits()
    quoted_secrets()
    unasked_bytes()
    clean_up()
    done()


main()
