"""One server on 127.0.0.1 that plays STS, the SSO portal, OIDC, sign-in, IMDS and the container agent.

    from fake_aws import FakeAWS, sts_document, keys

    with FakeAWS() as aws:                       # port 0; aws.url is "http://127.0.0.1:PORT", no slash
        aws.reply("POST /", body=sts_document("AssumeRole", keys()))
        aws.reply("/agent", 500, body="ill")     # the replies of one route come one after the other,
        aws.reply("/agent", body=keys())         # the last one again and again
        aws.reply(lambda r: r.form.get("Action") == "GetCallerIdentity", 403, body=sts_error("X", "no"))
        ... run the thing ...
        r = aws.requests[0]                      # method, path, query, headers, pairs, body, form, json
        aws.reset()                              # forgets replies and requests

A route is "METHOD /prefix", "/prefix" (of the path with its query; the longest one wins), or a function
of the request, which goes before all of those. A host is never looked at. With no route: 404.

reply(route, status=200, headers=(), body=b"", delay=0, cut=None, close=False, unsaid=False, reset=False)
    body    bytes, str, or anything else, which goes as JSON; or a function of the request that gives one of
            these, or a tuple (status, headers, body)
    delay   seconds before the first byte (a request that nobody waits for any more is still recorded)
    cut     only so many bytes of the body are sent, then the connection ends; -1: not even the head
    close   the connection ends behind the reply
    unsaid  ... and no field says how long the body is
    reset   ... and by a reset, not a FIN

As a program it plays all parts with good answers, prints its URL, then each request as one line of JSON,
until its standard input ends:  python3 tests/lib/fake_aws.py
"""
import json
import socket
import struct
import sys
import threading
import time
import urllib.parse
from datetime import datetime, timedelta, timezone
from http.client import responses
from xml.sax.saxutils import escape

ROLE = "fake-role"


class Request:
    """What came: header names in lower case, `pairs` as they were written."""

    def __init__(self, line, pairs, body):
        self.method, self.target, self.version = line.split(" ")
        self.path = self.target if self.target.startswith("/") else \
            "/" + self.target.split("://", 1)[-1].partition("/")[2]
        self.pairs, self.body = pairs, body
        self.headers = {name.lower(): value for name, value in pairs}

    @property
    def query(self):
        return dict(urllib.parse.parse_qsl(self.path.partition("?")[2], keep_blank_values=True))

    @property
    def form(self):
        return dict(urllib.parse.parse_qsl(self.body.decode("latin-1"), keep_blank_values=True))

    @property
    def json(self):
        return json.loads(self.body)

    def __repr__(self):
        return f"{self.method} {self.target} {self.headers} {self.body!r}"


class _Reply:
    def __init__(self, status=200, headers=(), body=b"", delay=0, cut=None, close=False, unsaid=False, reset=False):
        self.status, self.headers, self.body = status, headers, body
        self.delay, self.cut, self.reset, self.unsaid = delay, cut, reset, unsaid
        self.close = close or reset or unsaid or cut is not None

    def resolve(self, request):
        """Status, header pairs and body for this request."""
        status, headers, body = self.status, self.headers, self.body
        if callable(body):
            body = body(request)
            if isinstance(body, tuple):
                status, headers, body = body
        if not isinstance(body, (bytes, str)):
            body = json.dumps(body)
        pairs = list(headers.items() if isinstance(headers, dict) else headers)
        return status, pairs, body.encode() if isinstance(body, str) else body


class _Route:
    def __init__(self, match):
        self.match, self.replies, self.used = match, [], 0

    def strength(self, request):
        """How well it fits, or -1."""
        if callable(self.match):
            return 1 << 20 if self.match(request) else -1
        method, _, prefix = self.match.rpartition(" ")
        if method not in ("", request.method) or not request.path.startswith(prefix):
            return -1
        return 2 * len(prefix) + bool(method)

    def next(self):
        self.used += 1
        return self.replies[min(self.used, len(self.replies)) - 1]


class FakeAWS:
    """The server; see the head of this file."""

    def __init__(self, host="127.0.0.1", context=None, on_request=None):
        self.context, self.on_request = context, on_request
        self.lock, self.gone = threading.Lock(), threading.Event()
        self.routes, self.requests = [], []
        self.socket = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.bind((host, 0))
        self.socket.listen(100)
        self.port = self.socket.getsockname()[1]
        name = f"[{host}]" if ":" in host else host
        self.url = f"{'http' if context is None else 'https'}://{name}:{self.port}"
        threading.Thread(target=self._accept, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def stop(self):
        self.gone.set()
        try:
            self.socket.shutdown(socket.SHUT_RDWR)      # ends accept()
        except OSError:
            pass
        self.socket.close()

    def reply(self, match, status=200, headers=(), body=b"", **how):
        """Adds a reply to a route."""
        with self.lock:
            route = next((r for r in self.routes if r.match == match), None)
            if route is None:
                route = _Route(match)
                self.routes.append(route)
            route.replies.append(_Reply(status, headers, body, **how))

    def reset(self):
        """Forgets replies and requests."""
        with self.lock:
            self.routes, self.requests = [], []

    def take(self):
        """The requests so far, which are then forgotten."""
        with self.lock:
            taken, self.requests = self.requests, []
        return taken

    def _accept(self):
        while not self.gone.is_set():
            try:
                peer, _ = self.socket.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(peer,), daemon=True).start()

    def _serve(self, peer):
        try:
            peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if self.context is not None:
                peer = self.context.wrap_socket(peer, server_side=True)
            stream = peer.makefile("rb")
            while True:
                request = _read(stream)
                if request is None or not self._answer(peer, request):
                    break
        except (OSError, ValueError):
            pass
        finally:
            try:
                peer.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
            peer.close()

    def _find(self, request):
        with self.lock:
            self.requests.append(request)
            routes = [(r.strength(request), r) for r in self.routes]
            best = max(routes, key=lambda pair: pair[0], default=(-1, None))
            return best[1].next() if best[0] >= 0 else _Reply(404, body="no such route")

    def _answer(self, peer, request):
        if self.on_request is not None:
            self.on_request(request)
        reply = self._find(request)
        if reply.delay:
            self.gone.wait(reply.delay)
        status, pairs, body = reply.resolve(request)
        lines = [f"HTTP/1.1 {status} {responses.get(status, 'Unknown')}"]
        lines += [f"{name}: {value}" for name, value in pairs]
        if not reply.unsaid and not any(name.lower() in ("content-length", "transfer-encoding") for name, _ in pairs):
            lines.append(f"Content-Length: {len(body)}")
        head = "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n"
        if reply.cut is None:
            peer.sendall(head + body)
        elif reply.cut >= 0:
            peer.sendall(head + body[:reply.cut])
        if reply.reset:
            peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        return not reply.close


def _read(stream):
    """The next request, or None at the end."""
    line = stream.readline(65536)
    if not line.strip():
        return None
    pairs = []
    while (field := stream.readline(1 << 20)).strip():
        name, _, value = field.decode("latin-1").partition(":")
        pairs.append((name, value.strip(" \t\r\n")))
    length = int(next((value for name, value in pairs if name.lower() == "content-length"), 0))
    body = stream.read(length)
    if len(body) < length:
        return None
    return Request(line.decode("latin-1").strip(), pairs, body)


# ---- what the services say ------------------------------------------------------------------------

def when(seconds, text="%Y-%m-%dT%H:%M:%SZ"):
    """The time so many seconds from now."""
    return (datetime.now(timezone.utc) + timedelta(seconds=seconds)).strftime(text)


def keys(key_id="ASIAFAKE", secret="fake/secret+key", token="fake-token==", seconds=3600, **more):
    """A container agent's document, and the stuff of the others."""
    return {"AccessKeyId": key_id, "SecretAccessKey": secret, "Token": token,
            "Expiration": when(seconds), **more}


def imds_document(given=None):
    """What the metadata service says of a role's keys."""
    return {"Code": "Success", "LastUpdated": when(-60), "Type": "AWS-HMAC", **(given or keys())}


def play_imds(aws, given=None, role=ROLE, token="metadata-token"):
    """The three routes of the metadata service. token None: the first version only."""
    base = "/latest/meta-data/iam/security-credentials/"
    if token is not None:
        aws.reply("PUT /latest/api/token", body=token,
                  headers={"x-aws-ec2-metadata-token-ttl-seconds": "21600"})
    aws.reply("GET " + base, headers={"Content-Type": "text/plain"}, body=role)
    aws.reply("GET " + base + urllib.parse.quote(role), headers={"Content-Type": "text/plain"},
              body=imds_document(given))


def sts_document(action="AssumeRole", given=None, arn="arn:aws:sts::123456789012:assumed-role/r/s"):
    """The XML of AssumeRole and its kin."""
    given = given or keys()
    parts = {"AccessKeyId": given["AccessKeyId"], "SecretAccessKey": given["SecretAccessKey"],
             "SessionToken": given["Token"], "Expiration": given["Expiration"]}
    texts = "".join(f"<{name}>{escape(text)}</{name}>" for name, text in parts.items())
    return (f'<{action}Response xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><{action}Result>'
            f"<AssumedRoleUser><AssumedRoleId>AROA:s</AssumedRoleId><Arn>{escape(arn)}</Arn>"
            f"</AssumedRoleUser><Credentials>{texts}</Credentials></{action}Result>"
            f"<ResponseMetadata><RequestId>req-sts</RequestId></ResponseMetadata></{action}Response>")


def sts_error(code, message, kind="Sender"):
    """The XML of a refusal."""
    return ('<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error>'
            f"<Type>{kind}</Type><Code>{escape(code)}</Code><Message>{escape(message)}</Message></Error>"
            "<RequestId>req-sts</RequestId></ErrorResponse>")


XML = {"Content-Type": "text/xml", "x-amzn-RequestId": "req-sts"}
JSON = {"Content-Type": "application/json", "x-amzn-RequestId": "req-json"}


def sso_document(given=None, seconds=3600):
    """The portal's GetRoleCredentials."""
    given = given or keys()
    return {"roleCredentials": {
        "accessKeyId": given["AccessKeyId"], "secretAccessKey": given["SecretAccessKey"],
        "sessionToken": given["Token"], "expiration": int((time.time() + seconds)) * 1000}}


def oidc_document(token="new-access-token", seconds=28800, refresh="new-refresh-token"):
    """OIDC's CreateToken; refresh None leaves the refresh token out."""
    document = {"accessToken": token, "expiresIn": seconds, "tokenType": "Bearer"}
    return document if refresh is None else {**document, "refreshToken": refresh}


def signin_document(given=None, seconds=900, refresh="new-login-refresh-token"):
    """Sign-in's /v1/token, for `login` sessions."""
    given = given or keys()
    return {"accessToken": {"accessKeyId": given["AccessKeyId"],
                            "secretAccessKey": given["SecretAccessKey"], "sessionToken": given["Token"]},
            "expiresIn": seconds, "refreshToken": refresh, "tokenType": "aws_sigv4"}


def error_headers(code):
    """Header fields of a refusal in JSON; its body is {"message": ...}."""
    return {**JSON, "x-amzn-ErrorType": code}


def play_all(aws):
    """All parts, with good answers."""
    aws.reply("POST /", headers=XML, body=lambda r: sts_document(r.form.get("Action", "AssumeRole")))
    aws.reply("GET /federation/credentials", headers=JSON, body=lambda _: sso_document())
    aws.reply("POST /token", headers=JSON, body=lambda _: oidc_document())
    aws.reply("POST /v1/token", headers=JSON, body=lambda _: signin_document())
    aws.reply("GET /v2/credentials", headers=JSON, body=lambda _: keys())
    play_imds(aws)


def main():
    def tell(request):
        print(json.dumps({"method": request.method, "path": request.path, "headers": request.pairs,
                          "body": request.body.decode("latin-1")}), flush=True)

    with FakeAWS(on_request=tell) as aws:
        play_all(aws)
        print(aws.url, flush=True)
        sys.stdin.read()


if __name__ == "__main__":
    main()
