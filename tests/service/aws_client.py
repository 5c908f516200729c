"""The calls that looking for keys takes: what is sent, tried again and said, at a loopback server."""
import calendar
import concurrent.futures
import json
import os
import re
import subprocess
import tempfile
import time

import find_botocore
from fake_aws import FakeAWS, error_headers
from fault_server import closed_port
from tap import done, is_equal, ok

BUILD_DIR = os.environ.get("BUILD_DIR", ".")
PROBE = os.path.join(BUILD_DIR, "tests", "service", "aws_client_probe")
HOME = tempfile.mkdtemp()
KEYS = {"AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "CANARY/c0ffee+secret",
        "AWS_REGION": "eu-west-1"}
FORM = "content-type=application/x-www-form-urlencoded; charset=utf-8"
LATER = []


def probe(*args, env=None, config=None):
    """The documents that the probe prints, and its exit code."""
    given = {"HOME": HOME, "PATH": "/usr/bin:/bin", "AWS_CONFIG_FILE": "/dev/null",
             "AWS_SHARED_CREDENTIALS_FILE": "/dev/null", **KEYS, **(env or {})}
    for key in ("ASAN_OPTIONS", "UBSAN_OPTIONS"):
        if key in os.environ:
            given[key] = os.environ[key]
    if config is not None:
        given["AWS_CONFIG_FILE"] = os.path.join(HOME, "config")
        with open(given["AWS_CONFIG_FILE"], "w", encoding="utf-8") as file:
            file.write(config)
    run = subprocess.run([PROBE, *args], env=given, capture_output=True, text=True, timeout=60, check=False)
    if run.stderr or "CANARY" in run.stdout:
        return [{"stderr": run.stderr, "stdout": run.stdout}], run.returncode
    return [json.loads(line) for line in run.stdout.splitlines()], run.returncode


# ---- what is sent -----------------------------------------------------------------------------

def signature_by_botocore(request, url, service, token):
    """The Authorization header that botocore makes of the same request at the same time."""
    from botocore.auth import SigV4Auth
    from botocore.awsrequest import AWSRequest
    from botocore.credentials import Credentials
    who = Credentials(KEYS["AWS_ACCESS_KEY_ID"], KEYS["AWS_SECRET_ACCESS_KEY"], token)
    auth = SigV4Auth(who, service, KEYS["AWS_REGION"])
    signed = re.search("SignedHeaders=([^,]*)", request.headers["authorization"]).group(1).split(";")
    made = AWSRequest(request.method, url + request.path, data=request.body,
                      headers={name: request.headers[name] for name in signed if name != "host"})
    made.context["timestamp"] = request.headers["x-amz-date"]
    text = auth.string_to_sign(made, auth.canonical_request(made))
    return (f"AWS4-HMAC-SHA256 Credential={auth.scope(made)}, SignedHeaders={';'.join(signed)}, "
            f"Signature={auth.signature(text, made)}")


def check_signatures():
    body = "Action=AssumeRole&Version=2011-06-15&RoleArn=a%3Ab"
    for title, args, token, signed in (
            ("a POST", ("-H", FORM, "-b", body), None, "content-type;host;x-amz-date"),
            ("a POST with a session token of 2500 bytes", ("-H", FORM, "-b", body), "t" * 2500,
             "content-type;host;x-amz-date;x-amz-security-token"),
            ("a GET", ("-X", "GET"), None, "host;x-amz-date"),
            ("a PUT", ("-X", "PUT", "-b", "x"), None, "host;x-amz-date")):
        with FakeAWS() as aws:
            aws.reply("/", body="good", headers={"Content-Type": "text/xml"})
            got, code = probe("-s", "sts", *args, f"{aws.url}/a%20b/?q=1&b=%2F",
                              env={"AWS_SESSION_TOKEN": token or ""})
            is_equal((got, code), ([{"status": 200, "body": "good", "type": "text/xml", "retries": 0,
                                     "used_up": False}], 0), f"signed: {title} is answered")
            request = aws.requests[0]
            ok(f"SignedHeaders={signed}," in request.headers["authorization"],
               f"signed: {title} signs what botocore signs", request)
            is_equal(request.headers["authorization"], signature_by_botocore(request, aws.url, "sts", token),
                     f"signed: {title} is signed as by botocore", request)
            at = calendar.timegm(time.strptime(request.headers["x-amz-date"], "%Y%m%dT%H%M%SZ"))
            ok(abs(at - time.time()) < 60, f"signed: {title} is of this minute", request)


def check_unsigned():
    with FakeAWS() as aws:
        aws.reply("/", body="x")
        probe("-X", "GET", "-H", "x-amz-sso_bearer_token=tok en", aws.url + "/federation?a=b%2F")
        probe("-b", '{"a":1}', "-H", "content-type=application/json", aws.url + "/token")
        probe("-X", "PUT", "-d", aws.url + "/latest")
        get, post, put = aws.requests
        ok(not any("authorization" in r.headers or "x-amz-date" in r.headers for r in aws.requests),
           "unsigned: no trace of a signature")
        is_equal((get.method, get.path, get.headers["x-amz-sso_bearer_token"], get.body),
                 ("GET", "/federation?a=b%2F", "tok en", b""), "unsigned: a GET goes as it is")
        ok("content-length" not in get.headers and "content-type" not in get.headers,
           "unsigned: a GET has no body, not even an empty one", get)
        is_equal((post.method, post.body, post.headers["content-type"]),
                 ("POST", b'{"a":1}', "application/json"), "unsigned: a POST has the body's bytes")
        is_equal((put.method, put.headers.get("content-length")), ("PUT", "0"),
                 "unsigned: a PUT without a body says so")
        for request in (get, post):
            ok(request.headers["amz-sdk-request"] == "attempt=1" and re.fullmatch(
                "[0-9a-f-]{36}", request.headers["amz-sdk-invocation-id"]),
               f"unsigned: the {request.method} has the SDKs' own fields", request)
        ok(not any(name.startswith("amz-sdk") for name in put.headers), "direct: no field of an SDK")
        ok(all(re.fullmatch(r"ssm-tools/\S+ ua/2\.1 os/linux#\S+ md/arch#\S+ lang/c "
                            r"cfg/retry-mode#standard", r.headers["user-agent"]) for r in aws.requests),
           "all: the user agent", aws.requests)


# ---- what is tried again ----------------------------------------------------------------------

def tries(title, replies, requests, *args, env=None, retries=0, used_up=False, **expected):
    """Notes a case for the pool: replies one after the other, the last again and again."""
    def run():
        with FakeAWS() as aws:
            for reply in replies:
                aws.reply("/", **reply)
            got, _ = probe(*args, aws.url + "/", env=env)
            faults = [f"requests {len(aws.requests)}"] if len(aws.requests) != requests else []
            wanted = {"retries": retries, "used_up": used_up, **expected}
            have = {key: got[-1].get(key) for key in wanted}
            if isinstance(have.get("message"), str):
                have["message"] = have["message"].replace(aws.url, "URL")
            if have != wanted:
                faults.append(f"got {have}, expected {wanted}")
            ids = {r.headers.get("amz-sdk-invocation-id") for r in aws.requests}
            if len(ids) > 1 and "-n" not in args:
                faults.append(f"names of one call: {ids}")
            return title, faults, aws.requests[:5]
    LATER.append(run)


def throttled(code="Throttling", status=400):
    return {"status": status, "headers": error_headers(code), "body": {"message": "slow"}}


def check_retries():
    good = {"body": "good"}
    tries("503, then an answer", [{"status": 503}, good], 2, status=200, body="good", retries=1)
    for status in (500, 502, 504):
        tries(f"{status} to the end of 2 attempts", [{"status": status}], 2, "-a", "2", status=status,
              retries=1, used_up=True)
    tries("three attempts unless configured", [{"status": 500, "body": "b"}], 3, status=500, retries=2,
          used_up=True, body="b")
    tries("AWS_MAX_ATTEMPTS", [{"status": 500}], 1, env={"AWS_MAX_ATTEMPTS": "1"}, status=500, used_up=True)
    for status in (400, 401, 403, 404, 301):
        tries(f"{status} is an answer", [{"status": status, "body": "no"}], 1, status=status, body="no")
    tries("a code of throttling in the head", [throttled(), good], 2, status=200, retries=1)
    tries("a code of throttling in a JSON body", [{"status": 400, "body": {"__type": "a.b#SlowDown"}}, good],
          2, status=200, retries=1)
    tries("an unknown code", [throttled("AccessDenied")], 1, status=400)
    tries("an XML body is not asked for JSON", [{"status": 400, "body": "<Error/>"}], 1, status=400)
    tries("the caller's own rule", [{"status": 404}, good], 2, "-w", "-p", "10", status=200, retries=1)
    tries("the caller's own rule, to the end", [{"status": 404}], 4, "-w", "-p", "10", "-a", "4", status=404,
          retries=3, used_up=True)
    tries("a fixed pause asks no quota", [{"status": 500}], 200, "-w", "-p", "1", "-a", "200", status=500,
          retries=199, used_up=True)
    closed = ('Connection was closed before we received a valid response from endpoint URL: "URL/".')
    tries("a connection closed, then an answer", [{"cut": -1}, good], 2, status=200, retries=1)
    tries("closed each time", [{"cut": -1}], 2, "-a", "2", code="ConnectionClosedError", exit=75, retries=1,
          used_up=True, message=closed)
    tries("cut inside the body", [{"body": "0123456789", "cut": 4}], 1, "-a", "1", exit=75, used_up=True,
          code="ConnectionClosedError", message=closed)
    tries("reset inside the body", [{"body": "0123456789", "cut": 4, "reset": True}], 1, "-a", "1", exit=75,
          used_up=True, code="ConnectionClosedError", message=closed)
    tries("an answer whose end is not said", [{"body": "x", "headers": {"Transfer-Encoding": "odd"}}], 1,
          "-a", "1", exit=75, used_up=True, code="ConnectionClosedError",
          message=closed + " (an unknown Transfer-Encoding)")
    tries("JSON whose end is that of the connection", [{"body": '{"a":1}', "unsaid": True}], 1, status=200, body='{"a":1}')
    tries("a text whose end is that of the connection", [{"body": "a-role", "unsaid": True}], 1, status=200, body="a-role")
    for title, reply in (("half a document, and the connection ends", {"body": '{"a":1', "unsaid": True}),
                         ("half a document that has its length", {"body": '{"a":{}'})):
        tries(title, [reply], 2, "-a", "2", code="ConnectionClosedError", exit=75, retries=1, used_up=True,
              message=closed + " (its JSON ends in the middle)")
    tries("half a document, then a whole one", [{"body": '{"a":1', "unsaid": True}, good], 2, status=200, retries=1)
    tries("silence", [{"body": "x", "delay": 2}], 1, "-a", "1", "-t", "300", exit=75, used_up=True,
          code="ReadTimeoutError", message='Read timeout on endpoint URL: "URL/"')
    tries("silence, then an answer", [{"delay": 2}, good], 2, "-t", "300", status=200, retries=1)
    tries("a body of any bytes", [{"body": bytes(range(1, 128))}], 1, status=200,
          body=bytes(range(1, 128)).decode())
    tries("a body of more than 8 MiB", [{"body": b"x" * (9 << 20)}], 1, code="ResponseTooLong", exit=255)
    tries("connections are kept", [good], 5, "-n", "5", status=200)


def check_faults():
    url = f"http://127.0.0.1:{closed_port()}"
    got, code = probe("-a", "2", url + "/x?token=CAN")
    is_equal((got[0]["message"], got[0]["code"], got[0]["exit"], got[0]["retries"], code),
             (f'Could not connect to the endpoint URL: "{url}/x"', "EndpointConnectionError", 75, 1, 75),
             "nobody listens: the URL is told without its query")
    for title, text, said in (
            ("no scheme", "127.0.0.1/x", "the endpoint URL: no scheme (https://, wss:// ...) at character 1"),
            ("another scheme", "ftp://127.0.0.1/", "the endpoint URL: a scheme that is neither http nor "
             "https at character 1"),
            ("a blank", "http://a b/", "the endpoint URL: a character that no URL holds at character 9")):
        got, code = probe(text)
        is_equal((got[0]["message"], code), (said, 253), f"a URL with {title}")
    got, code = probe("-H", "x-a=CANARY\nb: c", "http://127.0.0.1/")
    is_equal((got[0]["message"], code), ("header 'x-a' would hold a control character", 253),
             "a header of two lines is not sent")
    for name, value, said in (("AWS_MAX_ATTEMPTS", "0", "must be an integer"),
                              ("AWS_RETRY_MODE", "odd", 'Invalid value provided to "mode"'),
                              ("http_proxy", "socks5://CANARY/", "http_proxy: the proxy's URL: a scheme")):
        got, code = probe("http://127.0.0.1:1/", env={name: value})
        ok(code == 253 and said in got[0]["message"], f"{name}={value.split('CANARY')[0]} is refused", got)


def check_proxies():
    with FakeAWS() as aws:
        aws.reply("/", body="good")
        got, _ = probe("-X", "GET", "http://far.example/path", env={"http_proxy": aws.url})
        is_equal((got[0].get("body"), aws.requests[0].target), ("good", "http://far.example/path"),
                 "a proxy of the environment is used")
        aws.take()
        got, _ = probe("-X", "GET", "-d", aws.url + "/near", env={"http_proxy": f"127.0.0.1:{closed_port()}"})
        is_equal((got[0].get("body"), aws.requests[0].target), ("good", "/near"), "but not by a direct call")


def check_trust():
    with FakeAWS() as aws:
        aws.reply("/", body="x")
        bundle = {"AWS_CA_BUNDLE": "/none.pem"}
        got, code = probe(aws.url + "/", env=bundle)
        is_equal((got[0].get("status"), code), (200, 0), "a CA bundle is not opened for http")
        url = aws.url.replace("http", "https") + "/"
        got, code = probe("-a", "1", url, env=bundle)
        is_equal((got[0].get("message"), code), (f"SSL validation failed for {url} cannot load the CA bundle "
                                                 "'/none.pem'", 253), "but for https")
        for name in ("AWS_CA_BUNDLE", "REQUESTS_CA_BUNDLE", "ca_bundle"):
            config = None if name.isupper() else "[default]\nca_bundle = ~/a.pem\n"
            got, code = probe("-a", "1", url, env={name: "~/a.pem"} if name.isupper() else {}, config=config)
            is_equal((got[0].get("message"), code), (f"SSL validation failed for {url} cannot load the CA bundle "
                                                     f"'{HOME}/a.pem'", 253), f"tilde: in {name}")


def main():
    for group in (check_signatures, check_unsigned, check_faults, check_proxies, check_trust, check_retries):
        group()
    start = time.time()
    with concurrent.futures.ThreadPoolExecutor(24) as pool:
        for title, faults, requests in pool.map(lambda run: run(), LATER):
            ok(not faults, f"tries: {title}", *faults, requests)
    ok(time.time() - start < 50, "tries: no pause is longer than it should be")
    print(f"# signatures compared with botocore {find_botocore.VERSION}")
    done()


main()
