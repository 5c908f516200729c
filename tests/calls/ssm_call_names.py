"""ssm-call and where hosts are: IPv6, several addresses, names that lead nowhere, VPC endpoints."""
import json
import os
import shutil
import socket
import subprocess
import sys

from call_cases import (CALL, GOOD, HOME, SERVER, answer, call, case, clean_up, compact, document,
                        environment, put, run_cases, said)
from certificates import Certificates
from fault_server import Proxy, Reply, Server, closed_port, http
from tap import done, is_equal, ok, skip

BUILD_DIR = os.path.dirname(CALL)
TWICE = ("--max-attempts", "2")
NO_NAME = 'Could not connect to the endpoint URL: "URL": the host\'s name cannot be resolved'
KEEP = []


def ipv6_server(*args):
    try:
        return Server(*args, host="::1")
    except OSError:
        return None


# ---- addresses --------------------------------------------------------------------------------

def ipv6(made):
    server = ipv6_server()
    if server is None:
        skip("IPv6", "this machine has no ::1")
        return

    def fetch(title, env=None, check=None):
        path = put(GOOD, server=server)
        case(title, document(server.url(path)), TWICE, compact(answer()), paths=path, server=server,
             env=env, check=check)

    def host(this):
        head = server.requests[this.paths[0]][0][0]
        return [] if f"\r\nHost: [::1]:{server.port}\r\n" in head + "\r\n" else [head]

    fetch("an IPv6 address", check=host)
    fetch("an IPv6 address in no_proxy", {"http_proxy": "127.0.0.1:1", "no_proxy": "[::1]"})
    fetch("an IPv6 address and its port in no_proxy",
          {"http_proxy": "127.0.0.1:1", "no_proxy": f"[::1]:{server.port}"})
    path = put(GOOD)
    proxy = f"http://[::1]:{server.port}"
    server.replies[path] = SERVER.replies[path]
    case("a proxy with an IPv6 address", document(f"http://far.example{path}"), TWICE, compact(answer()),
         paths=path, server=server, env={"http_proxy": proxy})
    url = f"http://[::1]:{closed_port('::1')}/"
    case("an IPv6 address where nobody listens", document(url), TWICE, code=75,
         err=said(f'Could not connect to the endpoint URL: "{url}"'))
    if made is not None:
        secure = ipv6_server(made.context("good"))
        path = put(GOOD, server=secure)
        case("the certificate of an IPv6 address", document(secure.url(path, "https")),
             (*TWICE, "--ca-bundle", made.bundle), compact(answer()), paths=path, server=secure)
        tunnel = Proxy()
        path, target = put(GOOD, server=secure), f"[::1]:{secure.port}"
        relay = Server(made.context("good"))        # a tunnel ends at 127.0.0.1
        relay.replies[path] = secure.replies[path]
        tunnel.hosts[target] = relay.port
        case("CONNECT to an IPv6 address", document(f"https://{target}{path}"),
             (*TWICE, "--ca-bundle", made.bundle), compact(answer()), paths=path, server=relay,
             env={"https_proxy": f"127.0.0.1:{tunnel.port}"},
             check=lambda _: [] if target in tunnel.requests else [f"asked for {list(tunnel.requests)}"])


def several_addresses():
    """localhost is ::1 and 127.0.0.1 for libcurl; the first refuses, or says nothing."""
    path = put(GOOD)
    case("an address that refuses is followed by the next", document(SERVER.url(path, host="localhost")),
         TWICE, compact(answer()), paths=path)
    try:
        silent = socket.socket(socket.AF_INET6)
        silent.bind(("::1", SERVER.port))
        silent.listen(0)
    except OSError:
        skip("an address that says nothing", "there is no such port at ::1")
        return
    KEEP.append(silent)
    for _ in range(3):
        KEEP.append(socket.socket(socket.AF_INET6))
        KEEP[-1].setblocking(False)
        KEEP[-1].connect_ex(silent.getsockname())
    path = put(GOOD)
    case("an address that says nothing does not use up the time to connect",
         document(SERVER.url(path, host="localhost")), ("--max-attempts", "1", "--connect-timeout", "8"),
         compact(answer()), paths=path)


# ---- names ------------------------------------------------------------------------------------

URL = "https://ssm.us-east-1.amazonaws.invalid/"
HTTP_URL = "http://localstack.invalid:4566/"
PROXY = {"https_proxy": "http://me:secret@proxy.invalid:3128"}
BEHIND = "http://***:***@proxy.invalid:3128"
# title, URL, environment, what is said without a network, what is said where the resolver hangs
NAMES = (
    ("a name", URL, {}, NO_NAME.replace('"URL"', f'"{URL}"'), f'Connect timeout on endpoint URL: "{URL}"'),
    ("a name, for http", HTTP_URL, {}, NO_NAME.replace('"URL"', f'"{HTTP_URL}"'),
     f'Connect timeout on endpoint URL: "{HTTP_URL}"'),
    ("a proxy's name", URL, PROXY, f'Failed to connect to proxy URL: "{BEHIND}": its name cannot be resolved',
     f'Failed to connect to proxy URL: "{BEHIND}": no connection through it in the time to connect'),
)


def inside():
    """In a network of our own: names are looked up without any network, then with a resolver that hangs."""
    results = [ask(*this[1:3], "2") for this in NAMES]
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    silent = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    silent.bind(("127.0.0.1", 53))
    resolver = os.path.join(HOME, "resolv.conf")
    with open(resolver, "w", encoding="ascii") as file:
        file.write("nameserver 127.0.0.1\n")
    subprocess.run(["mount", "--bind", resolver, "/etc/resolv.conf"], check=True)
    results += [ask(*this[1:3], "1", "--connect-timeout", "1") for this in NAMES]
    print(json.dumps(results))
    silent.close()
    clean_up()


def ask(url, env, attempts, *options):
    result = call(document(url), "--max-attempts", attempts, *options, env=env)
    return result.stdout.decode(), result.stderr.decode(), result.returncode


def names():
    """The names end in .invalid, and nobody outside is asked for them."""
    for command in ["unshare", "-nm"], ["unshare", "-rnm"]:
        try:
            tried = subprocess.run([*command, sys.executable, os.path.abspath(__file__), "inside"],
                                   capture_output=True, text=True, timeout=60, check=False)
        except FileNotFoundError:
            break
        if tried.returncode == 0 and tried.stdout:
            results = json.loads(tried.stdout)
            for this, alone, silent in zip(NAMES, results, results[len(NAMES):]):
                is_equal(alone, ["", said(this[3]), 75], f"{this[0]}, and no network at all")
                is_equal(silent, ["", said(this[4]), 75],
                         f"{this[0]}, and a resolver that says nothing: the time to connect ends it")
            return
    skip("names that lead nowhere", "no namespaces can be made here")


# ---- VPC endpoints ----------------------------------------------------------------------------

def vpc_endpoint(made):
    """The whole pipeline to an endpoint of a VPC, reached through a proxy that stands for its network."""
    host = "vpce-0a1b2c3d4e5f60001-k9x2m4q7.ssm.us-east-1.vpce.amazonaws.com"
    made.leaf("vpce", "DNS:*.ssm.us-east-1.vpce.amazonaws.com")
    server, proxy = Server(made.context("vpce")), Proxy()
    proxy.hosts[f"{host}:443"] = server.port
    keys = {"AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "secret", "AWS_REGION": "us-east-1"}
    stream = "wss://%s/v1/data-channel/s-1?role=publish_subscribe"
    rows = (("its region's name", "ssmmessages.us-east-1.amazonaws.com", 0),
            ("the name of a VPC endpoint", "vpce-0a1b-x.ssmmessages.us-east-1.vpce.amazonaws.com", 0),
            ("its own name, which is no Session Manager's", host, 255),
            ("another region's", "vpce-0a1b-x.ssmmessages.us-west-2.vpce.amazonaws.com", 255),
            ("a name below it", "ssmmessages.us-east-1.vpce.amazonaws.com.evil.example", 255))
    for title, name, code in rows:
        body = answer(stream=stream % name)
        server.replies["/"] = [Reply(http(200, body))]
        command = (f"{BUILD_DIR}/ssm-request resume-session --session-id s-1 --endpoint-url https://{host} | "
                   f"{BUILD_DIR}/ssm-sign | {CALL} --ca-bundle {made.bundle}")
        result = subprocess.run(["sh", "-c", command], capture_output=True, text=True, timeout=60,
                                check=False, env=environment({**keys, "https_proxy": f"127.0.0.1:{proxy.port}"}))
        ok((result.stdout, result.returncode) == (compact(body) if code == 0 else "", code),
           f"a VPC endpoint, and a StreamUrl with {title}: {code}", result.stdout, result.stderr)
    head = server.requests["/"][0][0]
    ok(f"\r\nHost: {host}\r\n" in head + "\r\n" and "/us-east-1/ssm/aws4_request" in head,
       "its name is sent and signed", head)
    ok(list(proxy.requests) == [f"{host}:443"], "and asked for", *proxy.requests)


def main():
    if sys.argv[1:] == ["inside"]:
        inside()
        return
    made = None
    if shutil.which("openssl"):
        made = Certificates(HOME)
        made.leaf("good", "IP:::1,IP:127.0.0.1")
    ipv6(made)
    several_addresses()
    run_cases()
    names()
    if made is not None:
        vpc_endpoint(made)
    else:
        skip("VPC endpoints", "there is no openssl command")
    clean_up()
    done()


main()
