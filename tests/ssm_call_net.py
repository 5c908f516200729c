"""ssm-call on the network: retries, connections, time limits, TLS, proxies."""
import os
import re
import shutil
import socket
import ssl
import subprocess
import time
from email.utils import formatdate

from call_cases import (CANARY, GOOD, HOME, ID, SERVER, answer, case, clean_up, compact, document, one, put,
                        run_cases, said)
from fault_server import Reply, Server, Tunnel, hang_up, http
from tap import done, ok

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
        one(title, http(400, f'{{"__type":"{code}","message":"m"}}', date(shift)), code=254,
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
        options=["--max-attempts", "1", "--error-format", "json"], code=254,
        err=re.compile(r'\{"Error":\{.*"ExitCode":254,"ClockSkew":3\d{3}\},.*\n'))


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


# ---- TLS --------------------------------------------------------------------------------------

def openssl(*args):
    subprocess.run(["openssl", *args], cwd=HOME, check=True, capture_output=True)


def make_certificates():
    openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout",
            "ca.key", "-out", "ca.pem", "-subj", "/CN=Test CA", "-days", "2")
    openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", "leaf.key",
            "-out", "leaf.csr", "-subj", "/CN=leaf")
    with open(os.path.join(HOME, "ca.conf"), "w", encoding="ascii") as conf:
        conf.write("[ca]\ndefault_ca=d\n[d]\ndatabase=index\nnew_certs_dir=.\nserial=serial\n"
                   "default_md=sha256\npolicy=p\nunique_subject=no\n[p]\ncommonName=supplied\n"
                   "[here]\nsubjectAltName=IP:127.0.0.1\n[there]\nsubjectAltName=DNS:example.test\n")
    for name, text in (("index", ""), ("serial", "01\n")):
        with open(os.path.join(HOME, name), "w", encoding="ascii") as file:
            file.write(text)
    for name, names, start, end in (("good", "here", "20200101000000Z", "20991231000000Z"),
                                    ("other", "there", "20200101000000Z", "20991231000000Z"),
                                    ("expired", "here", "20200101000000Z", "20200102000000Z")):
        openssl("ca", "-batch", "-config", "ca.conf", "-cert", "ca.pem", "-keyfile", "ca.key", "-in",
                "leaf.csr", "-out", f"{name}.pem", "-startdate", start, "-enddate", end, "-extensions",
                names, "-notext")


def tls_server(name, **settings):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(os.path.join(HOME, f"{name}.pem"), os.path.join(HOME, "leaf.key"))
    if "version" in settings:
        context.set_ciphers("DEFAULT:@SECLEVEL=0")
        context.minimum_version = context.maximum_version = settings["version"]
    return Server(context)


def tls():
    make_certificates()
    bundle = os.path.join(HOME, "ca.pem")
    servers = {name: tls_server(name) for name in ("good", "other", "expired")}
    servers["old"] = tls_server("good", version=ssl.TLSVersion.TLSv1_1)

    def over(title, name, options=("--ca-bundle", bundle), out="", err="", code=0, count=1, **kw):
        server = servers[name]
        path = put(GOOD, server=server)
        url = server.url(path, "https")
        if isinstance(err, str):
            err = re.compile(err.replace("URL!", re.escape(url)))
        case(title, document(url), options, out, err, code, path, count, server=server, **kw)

    refused = r"ssm-call: SSL validation failed for URL! .+\n"
    over("TLS with --ca-bundle", "good", out=compact(answer()))
    over("TLS with AWS_CA_BUNDLE", "good", (), compact(answer()), env={"AWS_CA_BUNDLE": bundle})
    config = os.path.join(HOME, "config")
    with open(config, "w", encoding="ascii") as file:
        file.write(f"[default]\nca_bundle = {bundle}\n")
    over("TLS with a profile's ca_bundle", "good", (), compact(answer()), env={"AWS_CONFIG_FILE": config})
    over("an authority that nobody knows, once", "good", (), err=refused, code=255, count=0)
    over("a name that is not the certificate's", "other", err=refused, code=255, count=0)
    over("a certificate that is over", "expired", err=refused, code=255, count=0)
    over("TLS 1.1", "old", err=refused, code=255, count=0)
    over("a CA bundle that is not there", "good", ("--ca-bundle", "/none.pem"), count=0, code=253,
         err=r"ssm-call: SSL validation failed for URL! cannot load the CA bundle '/none\.pem'\n")
    warning = r"ssm-call: certificates are not verified: any server can take the host's place\n"
    for name in ("good", "other", "expired"):
        over(f"--no-verify-ssl takes the {name} certificate, with a warning", name, ("--no-verify-ssl",),
             compact(answer()), warning)
    over("--no-verify-ssl is not asked for a bundle", "good", ("--no-verify-ssl", "--ca-bundle", "/none"),
         compact(answer()), warning)
    for title, data, code in (("a server that talks no TLS", b"HTTP/1.1 400 No\r\n\r\n", 255),
                              ("a handshake that breaks off may go better later", b"", 75)):
        url = f"https://127.0.0.1:{hang_up(data)}/"
        case(title, document(url), ("--max-attempts", "1"), code=code,
             err=re.compile(refused.replace("URL!", re.escape(url))))
    path = put(GOOD)
    case("a CA bundle is not opened for http", document(SERVER.url(path)), ("--ca-bundle", "/none"),
         compact(answer()), paths=path)
    keylog = os.path.join(HOME, "keylog")
    over("SSLKEYLOGFILE gets nothing", "good", out=compact(answer()), env={"SSLKEYLOGFILE": keylog},
         check=lambda _: ["the file is there"] if os.path.exists(keylog) else [])
    tunnel = Tunnel(servers["good"].port)
    over("https goes through a proxy's tunnel, and our headers do not go to the proxy", "good",
         out=compact(answer()), env={"https_proxy": f"us%65r:p%40ss@127.0.0.1:{tunnel.port}"},
         check=lambda _: check_tunnel(tunnel))
    refusing = Tunnel(None)
    over("a proxy that refuses; its password is not shown", "good", ("--max-attempts", "1"), count=0, code=75,
         env={"HTTPS_PROXY": f"http://user:{CANARY}@127.0.0.1:{refusing.port}"},
         err=r'ssm-call: Failed to connect to proxy URL: "http://\*\*\*:\*\*\*@127\.0\.0\.1:%d"\n'
         % refusing.port)


def check_tunnel(tunnel):
    head = "".join(tunnel.heads)
    faults = [] if "Basic dXNlcjpwQHNz" in head else ["no Proxy-Authorization"]
    return faults + (["our headers went to the proxy"] if CANARY in head else [])


def proxies():
    def through(title, env, proxied=True, host="far.example", **kw):
        path = put(GOOD)
        url = f"http://{host}{path}" if proxied else SERVER.url(path)
        case(title, document(url), ["--max-attempts", "1"], compact(answer()), paths=path, env=env,
             check=lambda this: check_target(this, url if proxied else path), **kw)

    def check_target(this, expected):
        got = SERVER.requests[this.paths[0]][0][0].split(" ")[1]
        return [] if got == expected else [f"target: got {got}, expected {expected}"]

    proxy = f"127.0.0.1:{SERVER.port}"
    through("http goes to a proxy with the whole URL", {"http_proxy": f"http://{proxy}"})
    through("a proxy without a scheme", {"http_proxy": proxy})
    through("a proxy in capitals", {"HTTP_PROXY": proxy})
    through("the name in lower case goes before it", {"HTTP_PROXY": "127.0.0.1:1", "http_proxy": proxy})
    through("an empty one removes it", {"HTTP_PROXY": "127.0.0.1:1", "http_proxy": ""}, False)
    through("HTTP_PROXY is not heeded in a CGI program", {"HTTP_PROXY": "127.0.0.1:1",
            "REQUEST_METHOD": "GET"}, False)
    through("no_proxy names a host", {"http_proxy": "127.0.0.1:1", "no_proxy": "x, 127.0.0.1"}, False)
    through("no_proxy names all", {"http_proxy": "127.0.0.1:1", "NO_PROXY": "*"}, False)
    through("ALL_PROXY and https_proxy are none of http", {"ALL_PROXY": "127.0.0.1:1",
            "all_proxy": "127.0.0.1:1", "https_proxy": "127.0.0.1:1"}, False)
    one("a proxy that is none", GOOD, count=0, code=253, env={"http_proxy": f"socks5://{CANARY}"},
        err=said("http_proxy: the proxy's URL: a scheme that is neither http nor https"))
    one("a proxy that is not there", GOOD, count=0, code=75, env={"http_proxy": "u:p@127.0.0.1:1"},
        err=said('Failed to connect to proxy URL: "http://***:***@127.0.0.1:1"'))


def main():
    for group in (retries, modes, clocks, connections, timeouts, proxies):
        group()
    if shutil.which("openssl"):
        tls()
    else:
        ok(True, "TLS # SKIP there is no openssl command")
    run_cases()
    clean_up()
    done()


main()
