"""ssm-call and proxies: which one is taken, what it gets to see, and every way it can fail."""
import re
import shutil

from call_cases import (CANARY, GOOD, HOME, JOB, SERVER, answer, case, clean_up, compact, document, one, put,
                        run_cases, said)
from certificates import Certificates
from fault_server import Proxy, Reply, Server, closed_port, hang_up, http
from tap import done, skip

TWICE = ("--max-attempts", "2")
QUICK = (*TWICE, "--connect-timeout", "2")      # where the time to connect is to end
PROXY = Proxy()


# ---- which proxy ------------------------------------------------------------------------------

def check_target(expected):
    def check(this):
        heads = [head for head, _ in SERVER.requests.get(this.paths[0], [])]
        got = heads[0].split(" ")[1] if heads else "none"
        return [] if got == expected else [f"target: got {got}, expected {expected}"]
    return check


def choice():
    def through(title, env, proxied=True, host="far.example"):
        path = put(GOOD)
        url = f"http://{host}{path}" if proxied else SERVER.url(path)
        case(title, document(url), ["--max-attempts", "1"], compact(answer()), paths=path, env=env,
             check=check_target(url if proxied else path))

    proxy = f"127.0.0.1:{SERVER.port}"
    through("http goes to a proxy with the whole URL", {"http_proxy": f"http://{proxy}"})
    through("a proxy without a scheme", {"http_proxy": proxy})
    through("a proxy in capitals", {"HTTP_PROXY": proxy})
    through("the name in lower case goes before it", {"HTTP_PROXY": "127.0.0.1:1", "http_proxy": proxy})
    through("an empty one removes it", {"HTTP_PROXY": "127.0.0.1:1", "http_proxy": ""}, False)
    through("HTTP_PROXY is not heeded in a CGI program", {"HTTP_PROXY": "127.0.0.1:1",
            "REQUEST_METHOD": "GET"}, False)
    through("ALL_PROXY and https_proxy are none of http", {"ALL_PROXY": "127.0.0.1:1",
            "all_proxy": "127.0.0.1:1", "https_proxy": "127.0.0.1:1"}, False)
    for value, why in (("socks5://" + CANARY, "a scheme that is neither http nor https"),
                       ("ftp://" + CANARY, "a scheme that is neither http nor https"),
                       (f"http://u:{CANARY}@", "no host at character 27"),
                       (f"http://u:{CANARY}@h:x", "a port that is no number at character 29")):
        one(f"a proxy's URL with {why}", GOOD, count=0, code=253, env={"http_proxy": value},
            err=said(f"http_proxy: the proxy's URL: {why}"))


def no_proxy():
    """Which of what no_proxy holds lets a request by the proxy; the rest of the rules is in test_proxy.c."""
    rows = (("127.0.0.1", "127.0.0.1", True), ("127.0.0.1", "127.0.0.1:PORT", True),
            ("127.0.0.1", "127.0.0.1:1", False), ("127.0.0.1", "127.0.0.0/8", False),
            ("127.0.0.1", "0.0.1", True), ("127.0.0.1", ".0.0.1", True), ("127.0.0.1", "27.0.0.1", False),
            ("127.0.0.1", "*", True), ("127.0.0.1", "x,*", False), ("127.0.0.1", "*.0.0.1", False),
            ("127.0.0.1", "x, 127.0.0.1 ,y", True), ("localhost", "LOCALHOST", True),
            ("localhost", "localhost:PORT", True), ("localhost", "127.0.0.1", False),
            ("localhost", "host", False), ("127.0.0.1", "", False))
    for host, value, direct in rows:
        for name in "no_proxy", "NO_PROXY":
            path = put(GOOD)
            url = SERVER.url(path, host=host)
            env = {"http_proxy": f"127.0.0.1:{SERVER.port}", name: value.replace("PORT", str(SERVER.port))}
            case(f"{name} {value!r}: {host} is reached {'directly' if direct else 'through the proxy'}",
                 document(url), ["--max-attempts", "1"], compact(answer()), paths=path, env=env,
                 check=check_target(path if direct else url))


# ---- what the proxy and the server see --------------------------------------------------------

def tunnels(made):
    """https by CONNECT: the proxy sees the host and its own log-in, the server neither."""
    server = Server(made.context("good"))
    for title, user, sent in (("with user and password, percent-decoded", "us%65r:p%40ss@", "dXNlcjpwQHNz"),
                              ("with an @ as it is", "user:p@ss@", "dXNlcjpwQHNz"),
                              ("with what URLs have not", 'd\\us%65r:[1]"%@', "ZFx1c2VyOlsxXSIl"),
                              ("with an empty password", "user:@", "dXNlcjo="),
                              ("without a log-in", "", None),
                              ("with half a log-in, which is none", "user@", None)):
        path, host = put(GOOD, server=server), f"{len(PROXY.hosts)}.far.example"
        PROXY.hosts[f"{host}:443"] = server.port

        def check(this, server=server, target=f"{host}:443", sent=sent):
            if not (target in PROXY.requests and this.paths[0] in server.requests):
                return ["it did not get there"]
            asked = PROXY.requests[target][0][0].lower()
            got = server.requests[this.paths[0]][0][0].lower()
            want = f"proxy-authorization: basic {sent}".lower() if sent else None
            faults = [f"to the proxy: no {f}" for f in (f"host: {target}", want) if f and f not in asked]
            faults += ["the proxy got a log-in"] if not sent and "authorization" in asked else []
            faults += ["our fields went to the proxy"] if CANARY.lower() in asked or "amz" in asked else []
            return faults + (["the log-in went to the server"] if "proxy-" in got else [])

        case(f"https by CONNECT {title}", document(f"https://{host}{path}"), ("--ca-bundle", made.bundle),
             compact(answer()), paths=path, server=server, check=check,
             env={"HTTPS_PROXY": f"http://{user}127.0.0.1:{PROXY.port}"})
    paths = [put(GOOD, server=server) for _ in range(5)]
    PROXY.hosts["kept.far.example:443"] = server.port
    case("a tunnel is kept for the next document",
         "".join(document("https://kept.far.example" + p) for p in paths), ("--ca-bundle", made.bundle, *JOB), compact(answer()) * 5,
         paths=paths, server=server, env={"https_proxy": f"127.0.0.1:{PROXY.port}"},
         check=lambda _: [] if len(PROXY.requests["kept.far.example:443"]) == 1 else ["more than one CONNECT"])


def proxies_with_tls(made):
    server = Server(made.context("good"))
    proxy, stranger = Proxy(made.context("good")), Proxy(made.context("stranger"))
    proxy.hosts["tls.far.example:443"] = server.port
    trusted = ("--ca-bundle", made.bundle, *TWICE)

    def over(title, port, out="", words="", code=0, options=trusted, paths=(), scheme="https"):
        url = f"{scheme}://tls.far.example{paths[0] if paths else '/'}"
        shown = re.escape(f'Failed to connect to proxy URL: "https://***:***@127.0.0.1:{port}": ')
        case(title, document(url), options, out, re.compile(f"ssm-call: {shown}{words}\n") if words else "",
             code, paths, server=server, env={f"{scheme}_proxy": f"https://u:{CANARY}@127.0.0.1:{port}"})

    over("a proxy over TLS, and TLS within", proxy.port, compact(answer()), paths=[put(GOOD, server=server)])
    over("a proxy of an authority that nobody knows", stranger.port, code=255,
         words="SSL certificate problem: unable to get local issuer certificate")
    over("the same for http", stranger.port, code=255, scheme="http",
         words="SSL certificate problem: unable to get local issuer certificate")
    over("a proxy that does not speak TLS", hang_up(b"HTTP/1.1 400 No\r\n\r\n"), code=255,
         words=r"the server does not speak TLS on this port .*")
    over("a handshake with a proxy that breaks off", hang_up(b""), code=75,
         words=r"the connection broke off in the handshake .*")


# ---- how it fails -----------------------------------------------------------------------------

def status(number, *fields):
    return Reply(http(number, "no", fields), "close")


BASIC, NEGOTIATE = 'Proxy-Authenticate: Basic realm="x"', "Proxy-Authenticate: Negotiate"
# what the proxy does with CONNECT; log-in; exit code; what is said; attempts of two
TUNNEL_FAULTS = (
    ("asks for a log-in", status(407, BASIC), "", 253,
     "the proxy asks for a user name and password (status 407)", 1),
    ("does not take the log-in", status(407, BASIC), f"u:{CANARY}@", 253,
     "the proxy does not take the user name and password (status 407)", 1),
    ("asks for another kind of log-in", status(407, NEGOTIATE), f"u:{CANARY}@", 253,
     "the proxy asks for another log-in than by user name and password (status 407)", 1),
    ("says 403", status(403), "", 75, "the proxy refuses to connect with status 403", 2),
    ("says 502", status(502), f"u:{CANARY}@", 75, "the proxy refuses to connect with status 502", 2),
    ("says 504 and stays", Reply(http(504, "no")), "", 75, "the proxy refuses to connect with status 504", 2),
    ("sends elsewhere", status(302, "Location: http://127.0.0.1:1/"), "", 75,
     "the proxy refuses to connect with status 302", 2),
    ("says 403 and 10 MB", Reply(http(403, b"x" * 10_000_000), "close"), "", 75,
     "the proxy refuses to connect with status 403", 2),
    ("closes", Reply(b"", "close"), "", 75, "the proxy gives no whole answer", 2),
    ("resets", Reply(b"", "reset"), "", 75, "the proxy gives no whole answer", 2),
    ("closes in its answer", Reply(b"HTTP/1.1 200 Conn", "close"), "", 75,
     "the proxy gives no whole answer", 2),
    ("closes behind the status", Reply(b"HTTP/1.1 200 Connected\r\nX: y\r\n", "close"), "", 75,
     "the proxy gives no whole answer", 2),
    ("talks no HTTP", Reply(b"hello\r\n\r\n", "close"), "", 75, "the proxy gives no whole answer", 2),
    ("has no end of fields", Reply(b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 100000, "close"), "", 75,
     "the proxy gives no whole answer", 2),
    ("hangs", Reply(b"", "stall"), f"u:{CANARY}@", 75, "no connection through it in the time to connect", 2),
    ("hangs in its answer", Reply(b"HTTP/1.1 2", "stall"), "", 75,
     "no connection through it in the time to connect", 2),
)


def told(login, port, words):
    shown = "***:***@" if login else ""
    return f'Failed to connect to proxy URL: "http://{shown}127.0.0.1:{port}": {words}'


def faults():
    for number, (title, reply, login, code, words, attempts) in enumerate(TUNNEL_FAULTS):
        target = f"fault-{number}.example:443"
        PROXY.hosts[target] = reply
        case(f"a proxy that {title}", document(f"https://fault-{number}.example/"),
             QUICK if title.startswith("hangs") else TWICE, code=code,
             err=said(told(login, PROXY.port, words)), paths=target, count=attempts, server=PROXY,
             env={"https_proxy": f"{login}127.0.0.1:{PROXY.port}"})
    port = closed_port()
    for scheme in "http", "https":
        case(f"a proxy that is not there, {scheme}", document(f"{scheme}://far.example/"), TWICE, code=75,
             err=said(told("u", port, "the connection is refused")),
             env={f"{scheme}_proxy": f"u:{CANARY}@127.0.0.1:{port}"})
    in_one_run()


def in_one_run():
    """What became of one request through the proxy says nothing about the next."""
    chosen = "does not take the log-in", "closes", "says 502", "talks no HTTP"
    rows = [row for row in TUNNEL_FAULTS if row[0] in chosen]
    text = err = ""
    for turn, (_, reply, _, _, words, _) in enumerate(rows * 2):
        PROXY.hosts[f"turn-{turn}.example:443"] = reply
        text += document(f"https://turn-{turn}.example/")
        err += said(f"record {turn + 1}: " + told("u", PROXY.port, words))
    case("a proxy that fails each time in another way", text, ("--max-attempts", "1", *JOB), err=err, code=253,
         paths=[f"turn-{turn}.example:443" for turn in range(len(rows) * 2)], server=PROXY,
         env={"https_proxy": f"u:{CANARY}@127.0.0.1:{PROXY.port}"})


def http_faults():
    """Without CONNECT only a 407 is sure to be the proxy's own answer."""
    def through(title, reply, err, code, attempts=1, login=""):
        path = put(reply)
        case(f"http through a proxy that {title}", document(f"http://far.example{path}"), TWICE, err=err,
             code=code, paths=path, count=attempts, env={"http_proxy": f"{login}127.0.0.1:{SERVER.port}"})

    request = " (request id req-1)"
    through("asks for a log-in", http(407, "no", [BASIC]), said(told(
        "", SERVER.port, "the proxy asks for a user name and password (status 407)") + request), 253)
    through("does not take the log-in", http(407, "no", [BASIC]), said(told(
        "u", SERVER.port, "the proxy does not take the user name and password (status 407)") + request),
            253, login=f"u:{CANARY}@")
    through("says 403", http(403, "<html>"), said("403: Forbidden" + request), 254)
    through("says 502", http(502, "<html>"),
            said("502: Bad Gateway (reached max retries: 1)" + request), 75, 2)
    one("a 407 without a proxy is the server's", http(407, ""), code=254,
        err=said("407: Proxy Authentication Required" + request))


def main():
    for group in (choice, no_proxy, faults, http_faults):
        group()
    if shutil.which("openssl"):
        made = Certificates(HOME)
        for name, ca in (("good", "ca"), ("stranger", "other-ca")):
            made.leaf(name, "IP:127.0.0.1,DNS:*.far.example", ca=ca)
        tunnels(made)
        proxies_with_tls(made)
    else:
        skip("https through proxies", "there is no openssl command")
    run_cases(12)
    PROXY.release.set()
    clean_up()
    done()


main()
