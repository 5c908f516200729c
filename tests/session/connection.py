"""A connection to a WebSocket: with libwebsockets at the other end, through proxies and TLS, and with servers that do wrong."""
import os
import re
import shutil
import socket
import struct
import subprocess
import tempfile
import threading

from certificates import Certificates
from fault_server import Proxy, Reply, closed_port, http
from tap import done, is_equal, ok, skip
from ws_server import WsServer, accept, field, frame

BUILD_DIR = os.environ.get("BUILD_DIR", ".")
PROBE = os.path.join(BUILD_DIR, "tests/session/connection_probe")
OPEN = ["dialled", "opened"]


def probe(url, *options):
    run = subprocess.run([PROBE, url, *options], capture_output=True, text=True, timeout=90, check=False)
    return run.stdout.splitlines() + run.stderr.splitlines()


def sums(count=0, wrong=0, drained="no"):
    return f"sent {count} back {count} wrong {wrong} drained {drained}"


class Echo:
    """libwebsockets."""

    def __init__(self, *arguments):
        self.process = subprocess.Popen([os.path.join(BUILD_DIR, "tests/session/ws_echo"), *arguments],
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.port = int(self.process.stdout.readline())

    def url(self, scheme="http", host="127.0.0.1"):
        return f"{scheme}://{host}:{self.port}/v1/data-channel/id?role=x&cell-number=a+b/=="

    def close(self):
        self.process.stdin.close()
        self.process.wait()
        self.process.stdout.close()


# ---- with libwebsockets -------------------------------------------------------------------------

def echoes(url, *options, title):
    is_equal(probe(url, "text=hello", *options), [*OPEN, "text hello", sums()], f"{title}: a text comes back")
    got = probe(url, "size=1000", "count=3000", *options)
    ok(got[:2] == OPEN and got[2].startswith("sent 3000 back 3000 wrong 0 "), f"{title}: 3,000 messages of 1,000 bytes", got)


def plain():
    echo = Echo()
    echoes(echo.url(), title="plain")
    echoes(echo.url(host="localhost"), title="by name")
    for size in 0, 1, 7, 8, 125, 126, 65535, 65536:
        is_equal(probe(echo.url(), f"size={size}", "count=3"), [*OPEN, sums(3)], f"messages of {size} bytes come back")
    is_equal(probe(echo.url(), "size=900000", "count=12")[2], sums(12, drained="yes"), "large ones, more than wait at a time")
    return echo


def with_tls(made, plain_echo):
    echo = Echo(made.path("good.pem"), made.path("good.key"))
    url = echo.url("https")
    echoes(url, f"ca={made.bundle}", title="TLS")
    is_equal(probe(url, "size=500000", "count=4", f"ca={made.bundle}")[2].split(" drained")[0], "sent 4 back 4 wrong 0",
             "TLS: large messages")
    is_equal(probe(url, "text=x", "no-verify="), [*OPEN, "text x", sums()], "TLS that nobody verifies")
    is_equal(probe(url), [f'lost rc=6 status=0 close=0 opened=0 SSLError: SSL validation failed for wss://127.0.0.1:{echo.port}/ '
                          'SSL certificate problem: unable to get local issuer certificate', sums()],
             "TLS of an authority that the system does not know")
    missing = made.path("missing.pem")
    is_equal(probe(url, f"ca={missing}"), [f"lost rc=4 status=0 close=0 opened=0 SSLError: SSL validation failed for "
                                           f"wss://127.0.0.1:{echo.port}/ cannot load the CA bundle '{missing}'", sums()],
             "a CA bundle that is not there")
    got = probe(plain_echo.url("https"), f"ca={made.bundle}")
    ok("SSLError: SSL validation failed" in got[0] and "rc=6" in got[0], "TLS with a server that speaks none", got)
    return echo


def proxies(made, plain_echo, tls_echo):
    proxy = Proxy()
    proxy.hosts.update({"near.example:443": tls_echo.port, "near.example:80": plain_echo.port,
                        "no.example:443": Reply(http(403, "no"), "close"),
                        "login.example:443": Reply(http(407, "no", fields=["Proxy-Authenticate: Basic"]), "close")})
    through = f"proxy=http://us%65r:p%40ss@127.0.0.1:{proxy.port}"
    is_equal(probe("https://near.example/", through, f"ca={made.bundle}", "text=x")[:3], [*OPEN, "text x"],
             "TLS through a proxy, by CONNECT")
    is_equal(probe("http://near.example/x", through, "text=x")[:3], [*OPEN, "text x"], "http by CONNECT, too")
    asked = proxy.requests["near.example:80"][0][0].lower()
    ok("proxy-authorization: basic dxnlcjpwqhnz" in asked and "authorization: aws4" not in asked,
       "the proxy gets its own log-in", asked)
    shown = f'ProxyConnectionError: Failed to connect to proxy URL: "http://***:***@127.0.0.1:{proxy.port}": '
    is_equal(probe("https://no.example/", through)[0], f"lost rc=2 status=0 close=0 opened=0 {shown}the proxy refuses to connect "
             "with status 403", "a proxy that refuses")
    is_equal(probe("https://login.example/", through)[0], f"lost rc=4 status=0 close=0 opened=0 {shown}the proxy does not take "
             "the user name and password (status 407)", "a proxy that wants another log-in")
    port = closed_port()
    is_equal(probe("https://no.example/", f"proxy=http://127.0.0.1:{port}")[0], "lost rc=2 status=0 close=0 opened=0 "
             f'ProxyConnectionError: Failed to connect to proxy URL: "http://127.0.0.1:{port}": the connection is refused',
             "a proxy that is not there")


def unreachable():
    port = closed_port()
    where = "lost rc=2 status=0 close=0 opened=0 {}: {} URL: \"ws://{}/\"{}"
    is_equal(probe(f"http://127.0.0.1:{port}/x?cell-number=secret")[0], where.format(
        "EndpointConnectionError", "Could not connect to the endpoint", f"127.0.0.1:{port}", ""), "nobody listens")
    is_equal(probe("http://host.invalid/x")[0], where.format(
        "EndpointConnectionError", "Could not connect to the endpoint", "host.invalid",
        ": the host's name cannot be resolved"), "a name that is none")
    got = probe("http://host.invalid/x", "again=3")
    is_equal([line.rpartition(": ")[2] for line in got[:4]], ["the host's name cannot be resolved"] * 4,
             "and the same at each dial that follows")
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        is_equal(probe(f"https://127.0.0.1:{port}/", "connect=300")[0], "lost rc=2 status=0 close=0 opened=0 ConnectTimeoutError: "
                 f'Connect timeout on endpoint URL: "wss://127.0.0.1:{port}/"', "nobody answers in TLS")


# ---- with servers of our own --------------------------------------------------------------------

def with_script(script, *options, target="/v1/data-channel/id?role=x"):
    server = WsServer(script)
    got = probe(server.url(target), *options)
    server.close()
    return got + server.faults


def lost(got):
    return next((line.removeprefix("lost ") for line in got if line.startswith("lost ")), got)


def the_request():
    requests = []

    def script(peer):
        requests.append(peer.request())
        peer.send(accept(requests[-1]))
        requests.append(peer.frame()[::2])

    target = "/v1/data-channel/a@b,c=?role=publish_subscribe&cell-number=A+b/c=="
    with_script(script, "text=token", "host=ssmmessages.example", "field=authorization:AWS4-HMAC-SHA256 x",
                "field=x-amz-date:20260101T000000Z", "linger=", target=target)
    lines = requests[0].split("\r\n")
    key = field(requests[0], "sec-websocket-key")
    is_equal(lines, [f"GET {target} HTTP/1.1", "Host: ssmmessages.example", "User-Agent: connection_probe", "Connection: Upgrade",
                     "Upgrade: websocket", "Sec-WebSocket-Version: 13", f"Sec-WebSocket-Key: {key}",
                     "authorization: AWS4-HMAC-SHA256 x", "x-amz-date: 20260101T000000Z", ""],
             "the request, its target byte for byte")
    is_equal(requests[1], (1, b"token"), "the first frame is the text")


def refusals():
    quoted = "AWS4-HMAC-SHA256 Credential=AKID, Signature=0123abcd"

    def refuse(body, status="403 Forbidden", more="", ends=True):
        def script(peer):
            peer.request()
            length = f"Content-Length: {len(body)}\r\n" if ends else ""
            peer.send(f"HTTP/1.1 {status}\r\n{length}{more}\r\n{body}".encode())
            if ends:
                peer.read(1)
        return lost(with_script(script, f"field=authorization:{quoted}", "field=x-amz-security-token:s3cr3t-t0ken",
                                target="/v1/data-channel/id?role=x&cell-number=c3ll+number/=="))

    start = "127.0.0.1 refuses the connection with status"
    is_equal(refuse("no\x1b[31m\nway"), "rc=5 status=403 close=0 opened=0 UpgradeRefused: "
             f"{start} 403 (Forbidden): no\\x1b[31m\\nway", "a refusal, its body made printable")
    is_equal(refuse("Not for you."), f"rc=5 status=403 close=0 opened=0 UpgradeRefused: {start} 403 (Forbidden): Not for you",
             "a sentence, without its full stop")
    is_equal(refuse("", ends=False), f"rc=5 status=403 close=0 opened=0 UpgradeRefused: {start} 403 (Forbidden)", "one without a body")
    is_equal(refuse("busy", "503 Busy"), "rc=2 status=503 close=0 opened=0 UpgradeRefused: "
             f"{start} 503 (Service Unavailable): busy", "one that passes")
    is_equal(refuse('{"__type":"x#ExpiredTokenException"}'), "rc=4 status=403 close=0 opened=0 ExpiredTokenException: "
             f'{start} 403 (Forbidden): {{"__type":"x#ExpiredTokenException"}}', "keys that have expired")
    got = refuse(f"you sent {quoted} and s3cr3t-t0ken to c3ll+number/== or C3LL%2Bnumber%2F==")
    ok("***" in got and not re.search("0123abcd|s3cr3t|(?i:c3ll)", got), "what the request had in secret is not told", got)
    got = refuse("x" * 100000)
    ok(len(got) < 500 and got.endswith("..."), "of a long body the beginning", got)


def ends():
    def script(say, reset=False):
        def run(peer):
            say(peer, peer.request())
            if reset:
                peer.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        return run

    def opened(data):
        return lambda peer, request: peer.send(accept(request) + data)

    for data, words, title in (
            (frame(b"\x03\xe8Bye!\x1b", 8), "rc=2 status=0 close=1000 opened=1 ConnectionClosedError: 127.0.0.1 has closed the "
             "connection with code 1000: Bye!\\x1b", "a close frame with a reason"),
            (frame(b"\x03\xe9It ends.", 8), "rc=2 status=0 close=1001 opened=1 ConnectionClosedError: 127.0.0.1 has closed the "
             "connection with code 1001: It ends", "a reason with a full stop, behind which more is said"),
            (frame(b"\x03\xe9Wait...", 8), "rc=2 status=0 close=1001 opened=1 ConnectionClosedError: 127.0.0.1 has closed the "
             "connection with code 1001: Wait...", "one that is left open"),
            (frame(b"", 8), "rc=2 status=0 close=0 opened=1 ConnectionClosedError: 127.0.0.1 has closed the connection",
             "an empty close frame"),
            (b"", "rc=2 status=0 close=0 opened=1 ConnectionClosedError: the connection to 127.0.0.1 was cut: it ended without a word",
             "an end without a close frame"),
            (b"\x81\x80abcd", "rc=6 status=0 close=0 opened=1 WebSocketError: 127.0.0.1 breaks the WebSocket's protocol: a masked "
             "frame from a server", "a frame that is none")):
        is_equal(lost(with_script(script(opened(data)), "linger=")), words, title)
    got = lost(with_script(script(opened(b""), reset=True), "linger="))
    ok(got.startswith("rc=2 status=0 close=0 opened=1 ConnectionClosedError: the connection to 127.0.0.1 was cut: ") and
       "reset" in got, "a connection that is reset", got)
    got = with_script(script(opened(frame(b"last", 1)), reset=False), "linger=")
    is_equal(got[2], "text last", "what came before the end is told")
    is_equal(lost(with_script(lambda peer: peer.read(100000), "upgrade=300")), "rc=2 status=0 close=0 opened=0 ConnectionClosedError: "
             "the connection to 127.0.0.1 was cut: no answer to the request for a WebSocket in the time for it", "no answer")

    codes = []

    def closing(peer):
        peer.send(accept(peer.request()) + frame(b"\x0b\xb8", 8))
        codes.append(peer.frame()[::2])

    with_script(closing, "linger=")
    is_equal(codes, [(8, b"\x0b\xb8")], "a close frame is answered by one")


def cuts():
    """The answer ends, or comes in two pieces, behind each of its bytes."""
    at = [0]
    wrong = []

    def cut(peer):
        peer.send(accept(peer.request())[:at[0]])

    def pieces(peer):
        text = accept(peer.request()) + frame(b"hi", 1)
        peer.send(text[:at[0]])
        peer.send(text[at[0]:])

    server, other = WsServer(cut), WsServer(pieces)
    whole = 129
    for at[0] in range(whole):
        why = "no answer came" if at[0] == 0 else "the answer is not whole"
        want = f"rc=2 status=0 close=0 opened=0 WebSocketError: 127.0.0.1 opens no WebSocket: {why}"
        got = lost(probe(server.url()))
        wrong += [(at[0], got)] if got != want else []
        got = probe(other.url(), "linger=")
        wrong += [(at[0], got)] if got[:3] != [*OPEN, "text hi"] else []
    ok(not wrong, "an answer that is cut at every byte", wrong[:3])
    server.close()
    other.close()


def pieces_of_frames():
    """Frames that come byte by byte, and a message of many frames."""
    def script(peer):
        peer.send(accept(peer.request()))
        for byte in frame(b"ab", 1, False) + frame(b"?", 9) + frame(b"cd", 0) + frame(b"x" * 130):
            peer.send(bytes([byte]))
        parts = [frame(b"y" * 1000, 2, False), *[frame(b"y" * 1000, 0, False)] * 1000, frame(b"", 0)]
        peer.send(b"".join(parts))
        pongs.append(peer.frame()[::2])
    pongs = []
    got = with_script(script, "linger=")
    is_equal(got[:5], [*OPEN, "text abcd", "binary 130", "binary 1001000"], "frames byte by byte, and a message of 1,002 frames")
    is_equal(pongs, [(10, b"?")], "a ping between them has its pong")


def pings():
    """More pings than a client should keep pongs for, from a server that reads none of them for a while."""
    facts, started = {}, threading.Event()

    def resident(pid):
        with open(f"/proc/{pid}/status", encoding="ascii") as status:
            return int(re.search(r"VmHWM:\s+(\d+)", status.read())[1])

    def script(peer):
        peer.send(accept(peer.request()))
        started.wait(20)
        before = resident(facts["client"].pid)
        for n in range(300):
            peer.send(b"".join(frame(b"%06d" % (n * 1000 + k) + b"." * 119, 9) for k in range(1000)))
        facts["grown"] = resident(facts["client"].pid) - before
        peer.send(frame(b"done", 1))
        last = b""
        while not last.startswith(b"299999"):
            opcode, _, last = peer.frame()
            assert opcode == 10 and len(last) == 125, opcode
        facts["last"] = last[:6]

    server = WsServer(script)
    with subprocess.Popen([PROBE, server.url(), "linger="], stdout=subprocess.PIPE, text=True) as facts["client"]:
        started.set()
        said = facts["client"].stdout.read()
    server.close()
    ok("text done" in said and facts.get("last") == b"299999" and not server.faults,
       "a flood of pings: the last has its pong", said, facts, server.faults)
    ok(facts.get("grown", 10**9) < 4000, "it does not grow by them", facts)


def masks():
    """Frames have masks that differ, and an own ping comes as it was given."""
    seen = []

    def script(peer):
        peer.send(accept(peer.request()))
        while len(seen) < 602:
            seen.append(peer.frame())
        peer.send(frame(b"\x03\xe8", 8))

    with_script(script, "ping=here", "count=601", "size=300", "linger=")
    ok(len({mask for _, mask, _ in seen}) > 599, "each frame has a mask of its own")
    ok((9, b"here") in [frame_[::2] for frame_ in seen], "a ping of ours")
    ok(sorted(int.from_bytes(payload[:8], "little") for opcode, _, payload in seen if opcode == 2) == list(range(601)),
       "messages in their order, whole")


def lives():
    """One connection, dialled again and again: in `lost`, and by a callback that closes it with more behind in the same bytes."""
    count = [0]

    def script(peer):
        count[0] += 1
        peer.send(accept(peer.request()) + frame(b"one", 1) + (frame(b"close", 1) + frame(b"never", 1) if count[0] == 1 else
                                                                frame(b"", 8)))
        closes.append(peer.frame()[::2])
        peer.read(1)        # the next one is accepted when this one has ended
    closes = []
    bye = "lost rc=2 status=0 close=0 opened=1 ConnectionClosedError: 127.0.0.1 has closed the connection"
    for late in [], ["late="]:
        count[0] = 0
        closes.clear()
        is_equal(with_script(script, "linger=", "again=2", *late),
                 [*OPEN, "text one", "text close", *[*OPEN, "text one", bye] * 2, sums()],
                 "three dials of one connection" + (", asked to upgrade when they are there" if late else ""))
        is_equal(closes, [(8, b"\x03\xe8"), (8, b""), (8, b"")], "each with its close frame")


def silence():
    """TCP_USER_TIMEOUT is what was asked for, on the connection in use."""
    if shutil.which("strace") is None:
        skip("TCP_USER_TIMEOUT", "strace is not installed")
        return
    server = WsServer(lambda peer: peer.send(accept(peer.request()) + frame(b"", 8)))
    run = subprocess.run(["strace", "-f", "-e", "trace=setsockopt", PROBE, server.url(), "linger=", "silence=4321"],
                         capture_output=True, text=True, timeout=60, check=False)
    server.close()
    if "setsockopt" not in run.stderr:
        skip("TCP_USER_TIMEOUT", "strace may not trace here")
        return
    ok("TCP_USER_TIMEOUT, [4321]" in run.stderr and "TCP_NODELAY, [1]" in run.stderr, "TCP_USER_TIMEOUT and TCP_NODELAY", run.stderr)


def main():
    unreachable()
    the_request()
    refusals()
    ends()
    cuts()
    pieces_of_frames()
    pings()
    masks()
    lives()
    silence()
    echo = plain()
    if shutil.which("openssl") is None:
        skip("TLS and proxies", "openssl is not installed")
        echo.close()
        done()
    with tempfile.TemporaryDirectory() as home:
        made = Certificates(home)
        made.leaf("good", "IP:127.0.0.1,DNS:near.example")
        tls_echo = with_tls(made, echo)
        proxies(made, echo, tls_echo)
        tls_echo.close()
    echo.close()
    done()


main()
