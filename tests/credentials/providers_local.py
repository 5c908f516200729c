"""The container agent and the metadata service, beside botocore at the same loopback server."""
import concurrent.futures
import json
import os
import re
import socket
import subprocess
import tempfile
import time

import clock

clock.stop()                            # before anything looks at it

import find_botocore
from fake_aws import FakeAWS, ROLE, imds_document, keys
from fault_server import closed_port
from tap import done, ok

BUILD_DIR = os.environ.get("BUILD_DIR", ".")
PROBE = [*os.environ.get("PROBE_UNDER", "").split(), os.path.join(BUILD_DIR, "tests", "credentials", "provider_probe")]
HOME = tempfile.mkdtemp()
CANARY = "CANARYc0ffee/secret"
ROLE_PATH = "/latest/meta-data/iam/security-credentials/"
TOKEN_PATH = "/latest/api/token"
NOW = int(time.time())
GOOD = keys()
CASES = []


class Case:
    """One provider, one environment, what the server does, what is expected of both.

    expect: keys(...), or a pattern: of why_not, or with exit= of the error's text. Texts have URL for the
    server's. beside: "all" botocore ends in the same way, with the same error text, after the same
    requests; "requests" only these; None: it is not asked, since we do better (the title says how).
    """

    def __init__(self, method, title, play=None, env=None, expect=None, exit=None, beside="all",
                 requests=None, expiration=None, args=(), origin=None, config=None, host="127.0.0.1"):
        self.method, self.title, self.play, self.env = method, title, play, env or {}
        self.expect, self.exit, self.beside, self.count = expect, exit, beside, requests
        self.expiration, self.args, self.origin, self.config = expiration, args, origin, config
        self.host = host
        CASES.append(self)

    def environment(self, aws, name):
        env = {"HOME": HOME, "PATH": "/usr/bin:/bin", "AWS_CONFIG_FILE": "/dev/null",
               "AWS_SHARED_CREDENTIALS_FILE": "/dev/null", "AWS_EC2_METADATA_SERVICE_ENDPOINT": aws.url, **clock.inherited()}
        if self.config is not None:
            env["AWS_CONFIG_FILE"] = os.path.join(HOME, f"{id(self)}-{name}")
            with open(env["AWS_CONFIG_FILE"], "w", encoding="utf-8") as file:
                file.write(self.config.replace("URL", aws.url))
        if "UBSAN_OPTIONS" in os.environ:
            env["UBSAN_OPTIONS"] = os.environ["UBSAN_OPTIONS"]
        env.update({key: value.replace("URL", aws.url) for key, value in self.env.items()})
        return {key: value for key, value in env.items() if value != "UNSET"}

    def with_server(self, name, run):
        with FakeAWS(self.host) as aws:
            if self.play is not None:
                self.play(aws)
            outcome = run(self, self.environment(aws, name))
            text = json.dumps(outcome).replace(aws.url, "URL")
            return json.loads(text), [shape(r, aws) for r in aws.take()]


def shape(request, aws):
    """What must be the same: all but who we are and what the transport says."""
    ours = {"user-agent", "connection"}
    fields = {name: value.replace(aws.url[7:], "HOST") for name, value in request.headers.items()
              if name not in ours}
    return [request.method, request.path, fields, request.body.decode("latin-1")]


def run_ours(case, env):
    run = subprocess.run([*PROBE, *case.args, case.method], env=env, capture_output=True, text=True,
                         timeout=60, check=False)
    try:
        return {**json.loads(run.stdout), "stderr": run.stderr, "code": run.returncode}
    except ValueError:
        return {"error": {"message": f"no document: {run!r}", "exit": -1}, "stderr": run.stderr}


def run_botocore(case, env):
    import botocore.credentials
    import botocore.exceptions
    import botocore.session
    from botocore.httpsession import URLLib3Session
    from botocore.utils import ContainerMetadataFetcher
    kept = dict(os.environ)
    os.environ.clear()
    os.environ.update(env)
    try:
        session = botocore.session.Session()
        resolver = botocore.credentials.create_credential_resolver(session)
        provider = next(p for p in resolver.providers if p.METHOD == case.method)
        if case.method == "container-role":
            provider._fetcher._sleep = lambda _: None           # its patience is not what is compared
            provider._fetcher._session = URLLib3Session(timeout=ContainerMetadataFetcher.TIMEOUT_SECONDS)
            assert ContainerMetadataFetcher.SLEEP_TIME == 1
        found = provider.load()
        if found is None:
            return {"found": False}
        return {"found": True, "credentials": {
            "AccessKeyId": found._access_key, "SecretAccessKey": found._secret_key,
            "SessionToken": found._token, "Expiration": int(found._expiry_time.timestamp())}}
    except Exception as error:                  # whatever it is: it is what the user sees
        return {"error": {"code": type(error).__name__, "message": str(error)}}
    finally:
        os.environ.clear()
        os.environ.update(kept)


# ---- the container agent ----------------------------------------------------------------------

FULL = "AWS_CONTAINER_CREDENTIALS_FULL_URI"
RELATIVE = "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"
TOKEN = "AWS_CONTAINER_AUTHORIZATION_TOKEN"
TOKEN_FILE = "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"
RETRIEVAL = "Error when retrieving credentials from container-role: "
METADATA = RETRIEVAL + "Error retrieving metadata: "
ALLOWED = ("Can only retrieve metadata from a loopback address or one of these hosts: 169.254.170.2, "
           "169.254.170.23, fd00:ec2::23, localhost")


# What an agent says: a title, its text, and what of it is shown.
KEY = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYzEXAMPLEK7"
ROLE_ARN = "arn:aws:iam::111122223333:role/MyCompany/Application/Production01/TaskRoleForTheWorkers"
SAID = (
    ("words in brackets", "[4f1e]: (AccessDeniedException): Unauthorized, role " + ROLE_ARN,
     "[4f1e]: (AccessDeniedException): Unauthorized, role " + ROLE_ARN),
    ("a request's id and a URL", "id 0f3a7c1e-9b2d-4a5e-8c7f-1d2e3f4a5b6c at https://a.example/Some/Long/Path01/x/y/z/A/B",
     "id 0f3a7c1e-9b2d-4a5e-8c7f-1d2e3f4a5b6c at https://a.example/Some/Long/Path01/x/y/z/A/B"),
    ("a secret key", f"bad key ({KEY})", "bad key (***)"),
    ("a token", "token=" + "Ab1/" * 40 + ", sorry", "***, sorry"),
    ("a JWT", "no eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOjF9.c2ln here", "no *** here"),
    ("what acts on a terminal", "a\x1b]0;x\x07b\u009bc\td", "a ]0;x b c d"),
)
SOON = "Invalid timestamp in response: 'Expiration' is 'soon', not a time like 2099-04-22T22:56:00Z"
EXPIRATIONS = ("2099-04-22T22:56Z", "2099-04-22T22:56:01+02", "2099-04-22T22:56:01Z ", " 20990422T2256Z",
               "Wed, 22 Apr 2099 22:56:01 GMT", "22 Apr 2099 22:56:01 +0200", "wed, 2 apr 2099 22:56 UTC",
               "Wednesday, 22 April 2099 22:56:01 -0000")


def end_of(text):
    """Seconds from now, as dateutil reads it: what botocore asks."""
    import dateutil.parser
    left = int(dateutil.parser.parse(text).timestamp()) - NOW
    return left, left


def container(title, *replies, env=None, **how):
    def play(aws):
        for reply in replies:
            aws.reply("GET /agent", **reply)

    how.setdefault("beside", "all")
    Case("container-role", title, play, {FULL: "URL/agent?a=b", **(env or {})}, **how)


def write(name, text):
    path = os.path.join(HOME, name)
    with open(path, "wb") as file:
        file.write(text.encode())
    return path


def container_answers():
    container("a full URI", {"body": GOOD}, expect=GOOD, requests=1, origin="URL/")
    container("an account id", {"body": keys(AccountId="123456789012")},
              expect=keys(AccountId="123456789012"), requests=1)
    for name, value in (("a token", "Bearer abc def"), ("an empty token, which is sent", "")):
        container(name, {"body": GOOD}, env={TOKEN: value}, expect=GOOD, requests=1)
    container("a token of 2500 bytes", {"body": GOOD}, env={TOKEN: "t" * 2500}, expect=GOOD, requests=1)
    path = write("token", "from-file")
    container("a token's file beats the variable", {"body": GOOD}, env={TOKEN: "x", TOKEN_FILE: path},
              expect=GOOD, requests=1)
    refused = "Auth token value is not a legal header value"
    for name, text in (("a newline behind it", "abc\n"), ("a CR", "a\rb"), ("a newline inside", "a\nb: c")):
        container(f"a token's file with {name}", {"body": GOOD}, exit=253, expect=refused,
                  env={TOKEN_FILE: write(f"token-{len(CASES)}", text)}, requests=0)
        container(f"a token with {name}", {"body": GOOD}, exit=253, expect=refused, env={TOKEN: text},
                  requests=0)
    container("a token with a control character, before it is sent", exit=253, expect=refused,
              env={TOKEN: "a\x01b"}, requests=0, beside=None)
    container("a token's file that is not there", exit=253, requests=0, env={TOKEN_FILE: "/none"},
              expect=RETRIEVAL + "cannot read the authorization token '/none': No such file or directory",
              beside="requests")
    big = {"body": keys(token="T" * 2500)}
    container("a session token of 2500 bytes", big, expect=keys(token="T" * 2500), requests=1)
    container("a redirect is not followed", {"status": 302, "headers": {"Location": "/else"}, "body": "r"},
              expect=METADATA + "Received non 200 response 302 from container metadata: r", exit=253,
              requests=3)


def container_retries():
    bad = {"status": 500, "body": "ill"}
    said = METADATA + "Received non 200 response {} from container metadata: {}"
    container("one failure, then keys", bad, {"body": GOOD}, expect=GOOD, requests=2)
    container("two failures, then keys", bad, {"body": "{"}, {"body": GOOD}, expect=GOOD, requests=3)
    container("three failures of the server", bad, expect=said.format(500, "ill"), exit=75, requests=3)
    container("a refusal, tried three times too", {"status": 403, "body": "no"},
              expect=said.format(403, "no"), exit=253, requests=3)
    container("a refusal in JSON", {"status": 400, "body": '{"code":"Invalid","message":"m"}'}, exit=253,
              expect=said.format(400, '{"code":"Invalid","message":"m"}'), requests=3)
    for title, text, shown in SAID:
        container(f"reason: {title}", {"status": 400, "body": text}, exit=253, requests=3, beside="requests",
                  expect=re.escape(said.format(400, shown)))
        container(f"reason: {title}, in the place of keys", {"body": {"code": "Failed", "message": text}}, exit=253,
                  requests=1, beside="requests",
                  expect=re.escape(RETRIEVAL + "Missing required key in response: 'AccessKeyId': Failed: " + shown))
    container("reason: words that name keys but hold none", {"status": 400, "body": "the SessionToken is too old"},
              expect=said.format(400, "the SessionToken is too old"), exit=253, requests=3)
    for text in ('SecretAccessKey=' + CANARY, '[{"SecretAccessKey":"' + CANARY + '"}]', 'a <SessionToken>' + CANARY,
                 '"' + CANARY):
        container(f"reason: not {text[:18]}", {"status": 400, "body": text}, exit=253, requests=3, beside="requests",
                  expect=re.escape(said.format(400, "(not shown)")))
    container("a refusal of two lines is told in one", {"status": 400, "body": "a\nb"}, exit=253,
              expect=said.format(400, "a b"), requests=3, beside="requests")
    container("a refusal that repeats the token", {"status": 401, "body": f"who is {CANARY}?"},
              expect=said.format(401, "who is ***?"), exit=253, requests=3, env={TOKEN: CANARY},
              beside="requests")
    container("a refusal that holds keys", {"status": 500, "body": keys(secret=CANARY)}, exit=75,
              expect=said.format(500, "(not shown)"), requests=3, beside="requests")
    container("a refusal of broken JSON", {"status": 500, "body": '{"S":"' + CANARY}, exit=75,
              expect=said.format(500, "(not shown)"), requests=3, beside="requests")
    parse = METADATA + "Unable to parse JSON returned from container metadata services"
    container("an answer that is no JSON", {"body": f"<{CANARY}>"}, expect=parse, exit=253, requests=3)
    container("an empty answer", {"body": b""}, expect=parse, exit=253, requests=3)
    container("a JSON array is no document", {"body": [CANARY]}, expect=parse, exit=253, requests=3,
              beside=None)
    closed = METADATA + ("Received error when attempting to retrieve container metadata: Connection was "
                         'closed before we received a valid response from endpoint URL: "URL/agent".')
    container("cut inside the body, then keys", {"body": GOOD, "cut": 20}, {"body": GOOD}, expect=GOOD,
              requests=2, beside=None)
    container("closed without an answer", {"cut": -1}, exit=75, expect=closed, requests=3,
              beside="requests")
    Case("container-role", "nobody listens", None, {FULL: f"http://127.0.0.1:{closed_port()}/a"}, exit=75,
         expect=METADATA + "Received error when attempting to retrieve container metadata: Could not "
         'connect to the endpoint URL: "http://127.0.0.1:[0-9]+/a"', requests=0)
    container("silence, then keys", {"body": GOOD, "delay": 2.5}, {"body": GOOD}, expect=GOOD, requests=2)
    container("silence", {"body": GOOD, "delay": 2.5}, exit=75, requests=3, beside="requests",
              expect=METADATA + "Received error when attempting to retrieve container metadata: Read "
              'timeout on endpoint URL: "URL/agent"')


def container_documents():
    for name in ("AccessKeyId", "SecretAccessKey", "Token", "Expiration"):
        left = {key: value for key, value in keys().items() if key != name}
        missing = f"Missing required key in response: '{name}'"
        container(f"an answer without {name}", {"body": left}, expect=RETRIEVAL + missing, exit=253,
                  requests=1, beside="requests")
        container(f"{name} is null", {"body": {**left, name: None}}, expect=RETRIEVAL + missing, exit=253,
                  requests=1, beside=None)
        container(f"{name} is a number", {"body": {**left, name: 7}}, expect=RETRIEVAL + missing, exit=253,
                  requests=1, beside=None)
    container("an expiration that is no time", {"body": keys(Expiration="soon")}, exit=253, requests=1,
              expect=RETRIEVAL + SOON, beside="requests")
    for text in EXPIRATIONS:
        container(f"expiration: {text!r} is a time", {"body": keys(Expiration=text)}, expect=keys(Expiration=text),
                  requests=1, expiration=end_of(text))
    for text in ("tomorrow", "2099-02-30T00:00:00Z", "1 Foo 2099 00:00 GMT", "\x1b]0;x\x07"):
        shown = "".join(c if " " <= c < "\x7f" else "?" for c in text)
        container(f"expiration: {text!r} is none, and shown", {"body": keys(Expiration=text)}, exit=253, requests=1,
                  beside="requests", expect=RETRIEVAL + re.escape(SOON.replace("soon", shown)))
    container("expiration: what is as long as a key is not shown", {"body": keys(Expiration=CANARY * 3)}, exit=253,
              requests=1, beside="requests",
              expect=RETRIEVAL + SOON.replace("'soon'", f"a text of {3 * len(CANARY)} bytes"))
    container("agent: an empty Token is none", {"body": keys(token="")}, expect=keys(token=""), requests=1)
    container("agent: an account id that is a number", {"body": {**keys(), "AccountId": 123456789012}},
              expect=keys(AccountId="123456789012"), requests=1)
    container("agent: an account id of another kind is none", {"body": {**keys(), "AccountId": [1]}},
              expect=GOOD, requests=1)
    for name, path in (("a blank", "/agent/a b"), ("a bar and a quote", '/agent?a=b|"c'), ("an umlaut", "/agent/ü")):
        container(f"agent: {name} in its URL", {"body": GOOD}, env={FULL: "URL" + path}, expect=GOOD, requests=1)
    container("a secret with a newline", {"body": keys(secret="a\nb")}, exit=253, requests=1, beside=None,
              expect=RETRIEVAL + "the secret access key holds a control character.*")
    container("keys that are over already", {"body": keys(seconds=-5)}, exit=253, requests=1, beside=None,
              expect="Credentials were refreshed, but the refreshed credentials are still expired.")
    container("keys that are over now", {"body": keys(seconds=0)}, exit=253, requests=1, beside=None,
              expect="Credentials were refreshed, but the refreshed credentials are still expired.")
    container("keys for a second more", {"body": keys(seconds=1)}, expect=keys(seconds=1), requests=1)


def container_hosts():
    def host(title, uri, expect, **how):
        how.setdefault("env", {FULL: uri})
        Case("container-role", title, None, expect=expect, exit=253, requests=0, **how)

    for name in ("127.1", "2130706433", "[::ffff:10.0.0.1]", "169.254.170.23.evil.com", "169.254.169.254",
                 "10.0.0.1", "example.com", "169.254.170.3", "0.0.0.0", "localhost.example.com",
                 "[fd00:ec2::24]", "LOCALHOST.evil.com"):
        shown = name.strip("[]").lower()
        host(f"http to {name}", f"http://{name}/", re.escape(f"Unsupported host '{shown}'.  {ALLOWED}"))
    host("http to an IPv4 loopback address in IPv6", "http://[::ffff:127.0.0.1]/", beside=None,
         expect=re.escape(f"Unsupported host '::ffff:127.0.0.1'.  {ALLOWED}"))
    host("a relative URI that is a host", None, re.escape(f"Unsupported host 'evil.com'.  {ALLOWED}"),
         env={RELATIVE: "@evil.com/x", FULL: "UNSET"})
    host("a user name in the URL", "http://u:p@127.0.0.1/", f"{FULL}: a user name at character 8",
         beside=None)
    host("another scheme", "ftp://127.0.0.1/", f"{FULL}: a scheme that is neither http nor https.*",
         beside=None)
    host("no scheme", "127.0.0.1/x", f"{FULL}: no scheme .*", beside=None)
    host("an empty full URI", "", f"{FULL}: no scheme .*", beside=None)
    container("localhost in capitals", {"body": GOOD}, expect=GOOD, requests=1, beside=None,
              origin="http://localhost:[0-9]+/", env={FULL: "CAPITALS"})
    if has_ipv6():
        Case("container-role", "an agent at ::1", lambda aws: aws.reply("GET /agent", body=GOOD),
             {FULL: "URL/agent"}, expect=GOOD, requests=1, host="::1")
    proxy = f"127.0.0.1:{closed_port()}"
    container("never a proxy", {"body": GOOD}, expect=GOOD, requests=1,
              env={"http_proxy": proxy, "HTTP_PROXY": proxy, "https_proxy": proxy})
    Case("container-role", "nothing is set", expect=f"{RELATIVE} and {FULL} are not set", requests=0)
    Case("container-role", "no network", env={FULL: "URL/agent"}, args=["-n"], requests=0, beside=None,
         expect="the network is not used")


# ---- the metadata service ---------------------------------------------------------------------

V1_OFF = {"AWS_EC2_METADATA_V1_DISABLED": "true"}
NO_TOKEN = ("Error retrieving metadata: Unable to retrieve token for use in IMDSv2 call and IMDSv1 has been "
            "disabled")


def imds(title, play=None, env=None, **how):
    """A second is little on a busy machine: it is left where a time limit is what the case is about."""
    patience = {} if "silence" in title or "config" in how else {"AWS_METADATA_SERVICE_TIMEOUT": "30"}
    Case("iam-role", title, play or playing(), {**patience, **(env or {})}, **how)


def playing(**routes):
    """The three routes, each with its own list of replies in place of the good one."""
    def play(aws):
        plain = {"token": [{"body": "metadata-token"}], "role": [{"body": ROLE}],
                 "document": [{"body": imds_document(GOOD)}], **routes}
        for name, path in (("token", "PUT " + TOKEN_PATH), ("role", "GET " + ROLE_PATH),
                           ("document", "GET " + ROLE_PATH + ROLE)):
            for reply in plain[name]:
                aws.reply(path, **reply)
    return play


def attempts(number):
    return {"AWS_METADATA_SERVICE_NUM_ATTEMPTS": str(number)}


def imds_tokens():
    imds("version 2", expect=GOOD, requests=3, origin=f"URL, role {ROLE}")
    imds("version 2, and version 1 is off", env=V1_OFF, expect=GOOD, requests=3)
    imds("an empty token is sent", playing(token=[{"body": b""}]), expect=GOOD, requests=3)
    imds("an empty token is none where version 1 is off", playing(token=[{"body": b""}]), V1_OFF,
         expect=NO_TOKEN, exit=253, requests=1)
    for status in (403, 404, 405):
        imds(f"status {status} for the token: version 1", playing(token=[{"status": status}]), attempts(3),
             expect=GOOD, requests=3)
        imds(f"status {status}, and version 1 is off", playing(token=[{"status": status}]), V1_OFF,
             expect=NO_TOKEN, exit=253, requests=1)
    imds("status 400 for the token ends it", playing(token=[{"status": 400}]), attempts(3), requests=1,
         expect="URL: HTTP status 400 for a token")
    imds("status 500 for the token: version 1", playing(token=[{"status": 500}]), expect=GOOD, requests=3)
    imds("status 500 for the token is tried again", playing(token=[{"status": 500}, {"body": "t"}]),
         attempts(2), expect=GOOD, requests=4)
    imds("status 302 for the token is no redirect", playing(token=[{"status": 302, "headers": {
        "Location": "/x"}}]), attempts(2), expect=GOOD, requests=4)
    imds("a connection closed is tried again", playing(token=[{"cut": -1}, {"body": "t"}]), attempts(2),
         expect=GOOD, requests=4)
    imds("a connection closed: version 1", playing(token=[{"cut": -1}]), expect=GOOD, requests=3)
    imds("a silence: version 1 at once", playing(token=[{"body": "t", "delay": 1.5}]), attempts(3),
         expect=GOOD, requests=3)
    imds("a silence, and version 1 is off", playing(token=[{"body": "t", "delay": 1.5}]), V1_OFF,
         expect=NO_TOKEN, exit=75, requests=1)
    imds("a token with a newline is not sent", playing(token=[{"body": "a\r\nb: c"}]), requests=1,
         expect="URL: a token that is no header value", beside=None)
    imds("a token of 2500 bytes", playing(token=[{"body": "t" * 2500}]), expect=GOOD, requests=3)


def imds_steps():
    for status in (400, 403, 404, 500, 204):
        imds(f"status {status} for the role", playing(role=[{"status": status}]), requests=2,
             expect=f"URL: HTTP status {status} for the role's name")
        imds(f"status {status} for the keys", playing(document=[{"status": status}]), requests=3,
             expect=f"URL: HTTP status {status} for the role's keys")
    imds("no role", playing(role=[{"body": b""}]), attempts(2), expect="URL: no role", requests=3)
    imds("the role at the second try", playing(role=[{"status": 500}, {"body": ROLE}]), attempts(2),
         expect=GOOD, requests=4)
    imds("the keys at the third try", playing(document=[{"status": 500}, {"body": b""}, {
        "body": imds_document(GOOD)}]), attempts(3), expect=GOOD, requests=5)
    imds("keys that are no JSON", playing(document=[{"body": "<html>"}]), attempts(2), requests=4,
         expect="URL: an answer that is no JSON object")
    imds("cut inside the keys", playing(document=[{"body": imds_document(), "cut": 9}]), requests=3,
         expect="URL: the connection was closed", beside=None)
    imds("a silence for the keys", playing(document=[{"body": "x", "delay": 1.5}]), requests=3,
         expect="URL: timed out after 1 s")
    unauthorized = {"Code": "AssumeRoleUnauthorizedAccess", "Message": "EC2 cannot assume the role"}
    imds("reason: an error document", playing(document=[{"body": unauthorized}]), requests=3,
         expect="URL: an answer without 'AccessKeyId': AssumeRoleUnauthorizedAccess: EC2 cannot assume the role")
    for title, text, shown in SAID:
        imds(f"reason: {title}", playing(document=[{"body": {"Code": "Failed", "Message": text}}]), requests=3,
             expect=f"URL: an answer without 'AccessKeyId': Failed: {re.escape(shown)}")
        imds(f"reason: a status and {title}", playing(document=[{"status": 403, "body": text}]), requests=3,
             expect=f"URL: HTTP status 403 for the role's keys: {re.escape(shown)}")
    imds("reason: HTML says nothing", playing(role=[{"status": 404, "body": "<html>no</html>"}]), requests=2,
         expect="URL: HTTP status 404 for the role's name")
    for name in ("AccessKeyId", "SecretAccessKey", "Token", "Expiration"):
        left = {key: value for key, value in imds_document().items() if key != name}
        imds(f"keys without {name}", playing(document=[{"body": left}]), requests=3,
             expect=f"URL: an answer without '{name}'")
    imds("another Code with all four is read", playing(document=[{"body": {**imds_document(GOOD),
         "Code": "Odd"}}]), expect=GOOD, requests=3)
    imds("an account id is not taken", playing(document=[{"body": imds_document(keys(AccountId="1"))}]),
         expect=GOOD, requests=3)
    imds("the role is the first line", playing(role=[{"body": ROLE + "\nother\n"}]), expect=GOOD,
         requests=3, beside=None)
    for name, text in (("a control byte", "a\x01b"), ("a blank", "a b"), ("a path", "../../x"),
                       ("a query", "a?b"), ("a percent sign", "a%2e"), ("no name", "\nx")):
        imds(f"a role's name with {name}", playing(role=[{"body": text}]), requests=2, beside=None,
             expect="URL: a role's name that cannot be one")
    imds("an expiration that is no time", playing(document=[{"body": imds_document(
        keys(Expiration="soon"))}]), exit=253, requests=3, beside="requests", expect="Error when retrieving "
        "credentials from iam-role: " + SOON)
    for text in EXPIRATIONS[:3]:
        imds(f"expiration: {text!r} is a time", playing(document=[{"body": imds_document(keys(Expiration=text))}]),
             requests=3, expect=keys(Expiration=text), expiration=end_of(text))
    imds("agent: the metadata service with an empty Token", playing(document=[{"body": imds_document(keys(token=""))}]),
         requests=3, expect=keys(token=""))
    imds("a session token of 2500 bytes", playing(document=[{"body": imds_document(keys(token="T" * 2500))}]),
         expect=keys(token="T" * 2500), requests=3)


def imds_expiration():
    for seconds, extended in ((7200, False), (1501, False), (1020, True), (60, True), (-3600, True)):
        given = keys(seconds=seconds)
        imds(f"keys that end in {seconds} s: {'extended' if extended else 'as they are'}",
             playing(document=[{"body": imds_document(given)}]), expect=given, requests=3,
             expiration=(1020, 1500) if extended else None,
             origin=f"URL, role {ROLE}" + (", expiration extended" if extended else ""))


def imds_settings():
    for value in ("true", "True", "TRUE"):
        imds(f"AWS_EC2_METADATA_DISABLED={value}", env={"AWS_EC2_METADATA_DISABLED": value}, requests=0,
             expect="AWS_EC2_METADATA_DISABLED is true")
    for value in ("false", "1", "yes", ""):
        imds(f"AWS_EC2_METADATA_DISABLED={value or 'nothing'} is none",
             env={"AWS_EC2_METADATA_DISABLED": value}, expect=GOOD, requests=3)
    imds("0 attempts", env=attempts(0), requests=0, expect="URL: metadata_service_num_attempts is 0")
    for base, env in (("http://169.254.169.254/", {}),
                      ("http://[fd00:ec2::254]/", {"AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE": "IPv6"}),
                      ("http://[fd00:ec2::254]/", {"AWS_IMDS_USE_IPV6": "true"}),
                      ("http://169.254.169.254/", {"AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE": "ipv4",
                                                   "AWS_IMDS_USE_IPV6": "true"})):
        imds(f"{base} is asked with {env or 'nothing set'}", requests=0, expect=re.escape(base) + ": meta.*",
             env={"AWS_EC2_METADATA_SERVICE_ENDPOINT": "UNSET", **attempts(0), **env})
    imds("attempts that are no number", env=attempts("many"), requests=0, exit=253, beside="requests",
         expect='AWS_METADATA_SERVICE_NUM_ATTEMPTS: Value provided to "metadata_service_num_attempts": many .*')
    imds("a timeout that is no whole number", env={"AWS_METADATA_SERVICE_TIMEOUT": "0.5"}, requests=0,
         exit=253, beside="requests", expect="AWS_METADATA_SERVICE_TIMEOUT: Value provided .*")
    imds("a longer timeout", playing(token=[{"body": "t", "delay": 1.3}]), env={
        "AWS_METADATA_SERVICE_TIMEOUT": "30", **V1_OFF}, expect=GOOD, requests=3)
    imds("a profile's endpoint, timeout and attempts", playing(token=[{"status": 500}, {"body": "t"}]),
         {"AWS_EC2_METADATA_SERVICE_ENDPOINT": "UNSET"}, expect=GOOD, requests=4, config="[default]\n"
         "ec2_metadata_service_endpoint = URL\nmetadata_service_timeout = 2\n"
         "metadata_service_num_attempts = 2\nec2_metadata_v1_disabled = true\n")
    imds("an endpoint with a blank tail", env={"AWS_EC2_METADATA_SERVICE_ENDPOINT": "URL/"}, expect=GOOD,
         requests=3, origin=f"URL/, role {ROLE}")
    imds("an endpoint beats the IPv6 mode", env={"AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE": "IPv6"},
         expect=GOOD, requests=3)
    imds("a mode that is none", env={"AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE": "ipv5"}, exit=253,
         beside="requests", requests=0, expect=r"AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE: Invalid EC2 Instance "
         r"Metadata endpoint mode: ipv5 Valid endpoint modes \(case-insensitive\): \('ipv4', 'ipv6'\)\.")
    for text in ("127.0.0.1", "ftp://127.0.0.1/", "http://a b/", "http://u:p@127.0.0.1/"):
        imds(f"an endpoint like {text}", env={"AWS_EC2_METADATA_SERVICE_ENDPOINT": text}, exit=253,
             expect="Invalid endpoint EC2 Instance Metadata endpoint: " + re.escape(text) + " .*", requests=0,
             beside=None)
    proxy = f"127.0.0.1:{closed_port()}"
    imds("never a proxy", env={"http_proxy": proxy, "HTTP_PROXY": proxy}, expect=GOOD, requests=3,
         beside=None)
    imds("nobody listens", env={"AWS_EC2_METADATA_SERVICE_ENDPOINT": f"http://127.0.0.1:{closed_port()}/"},
         requests=0, expect="http://127.0.0.1:[0-9]+/: no connection")
    imds("no network", args=["-n"], requests=0, expect="the network is not used", beside=None)
    if has_ipv6():
        imds("an IPv6 address", expect=GOOD, requests=3, host="::1")


def has_ipv6():
    try:
        with socket.socket(socket.AF_INET6) as sock:
            sock.bind(("::1", 0))
        return True
    except OSError:
        return False


# ---- the checks -------------------------------------------------------------------------------

def as_credentials(given):
    names = {"AccessKeyId": "AccessKeyId", "SecretAccessKey": "SecretAccessKey", "Token": "SessionToken",
             "AccountId": "AccountId"}
    return {names[key]: value for key, value in given.items() if key in names}


def faults_of_end(case, got, name):
    """Whether it ended as expected; name is who."""
    kind = "keys" if isinstance(case.expect, dict) else "absent" if case.exit is None else "error"
    is_kind = "error" if "error" in got else "keys" if got["found"] else "absent"
    if kind != is_kind:
        return [f"{name}: {is_kind} in place of {kind}: {got}"]
    if kind != "keys":
        return []
    wanted, have = as_credentials(case.expect), dict(got["credentials"])
    if wanted["SessionToken"] == "" and name == "ours":     # has no place in a document
        del wanted["SessionToken"]
    end = have.pop("Expiration")
    if name == "botocore":
        wanted.pop("AccountId", None)
    faults = [] if have == wanted else [f"{name}: keys {have}, expected {wanted}"]
    low, high = case.expiration or [parse(case.expect["Expiration"]) - NOW] * 2
    if not low <= end - NOW <= high:
        faults.append(f"{name}: expiration {end - NOW} s from now")
    return faults


def parse(text):
    import calendar
    return calendar.timegm(time.strptime(text, "%Y-%m-%dT%H:%M:%SZ"))


def faults_of_texts(case, got, requests):
    faults = []
    if CANARY in json.dumps(got) or got["stderr"]:
        faults.append(f"a secret, or something on stderr: {got}")
    if case.exit is not None and "error" in got:
        text = got["error"]["message"]
        if got["error"]["exit"] != case.exit or got["keys_left"] != 0:
            faults.append(f"exit code {got['error']['exit']}, keys left {got['keys_left']}")
        if text != case.expect and not re.fullmatch(case.expect, text):
            faults.append(f"text {text!r}, expected {case.expect!r}")
    if isinstance(case.expect, str) and case.exit is None and "error" not in got and \
            not re.fullmatch(case.expect, got["why_not"]):
        faults.append(f"why not: {got['why_not']!r}, expected {case.expect!r}")
    if case.origin is not None and not re.fullmatch(case.origin, got.get("origin", "")):
        faults.append(f"origin: {got.get('origin')!r}")
    if case.count is not None and len(requests) != case.count:
        faults.append(f"{len(requests)} requests, expected {case.count}: {requests}")
    return faults


def check(case, ours):
    got, requests = ours
    faults = faults_of_end(case, got, "ours") + faults_of_texts(case, got, requests)
    if case.beside is not None and find_botocore.NEW:
        theirs, their_requests = case.with_server("botocore", run_botocore)
        if requests != their_requests:
            faults.append(f"requests differ:\n ours     {requests}\n botocore {their_requests}")
        if case.beside == "all":
            faults += faults_of_end(case, theirs, "botocore")
            if "error" in got and "error" in theirs and not same_text(got, theirs):
                faults.append(f"texts differ:\n ours     {got['error']}\n botocore {theirs['error']}")
    ok(not faults, f"{case.method}: {case.title}", *faults)


def same_text(got, theirs):
    """But for the query, which may hold anything and is left out of ours."""
    return got["error"]["message"] == theirs["error"]["message"].replace("?a=b", "")


def capitals(case):
    """The one URL that names the server otherwise."""
    def run(this, env):
        env = dict(env)
        env[FULL] = env["AWS_EC2_METADATA_SERVICE_ENDPOINT"].replace("127.0.0.1", "LOCALHOST") + "/agent"
        return run_ours(this, env)
    return run if case.env.get(FULL) == "CAPITALS" else run_ours


def main():
    for group in (container_answers, container_retries, container_documents, container_hosts, imds_tokens,
                  imds_steps, imds_expiration, imds_settings):
        group()
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        results = list(pool.map(lambda case: case.with_server("ours", capitals(case)), CASES))
    for case, ours in zip(CASES, results):
        check(case, ours)
    print(f"# botocore {find_botocore.VERSION}"
          f"{'' if find_botocore.NEW else ' knows too little of this to be asked'}")
    done()


main()
