#!/usr/bin/python3
"""Login sessions: the file that `aws login` leaves, its refresh with proof of a key, beside botocore."""
import base64
import hashlib
import json
import re
import shutil
import subprocess
import tempfile
import time

import clock

clock.stop()                            # before anything looks at it

import find_botocore
import tap
from fake_aws import FakeAWS, JSON, error_headers, keys, signin_document
from fault_server import closed_port
from provider_home import Home, count_said, leaks, message, secret, sent, three
from rivals import Rivals
from tap import done, is_equal, ok

SESSION = "arn:aws:sts::012345678910:assumed-role/Admin/admin"
NAME = hashlib.sha256(SESSION.encode()).hexdigest() + ".json"
FILE = ".aws/login/cache/" + NAME
CONFIG = f"[default]\nregion = us-east-1\nlogin_session = {SESSION}\n"
CLIENT = "arn:aws:signin:::devtools/same-device"
OLD = {"accessKeyId": "ASIAOLD", "secretAccessKey": secret("canary/old+secret"),
       "sessionToken": secret("canary-old-token=="), "accountId": "012345678910"}
NEW = keys("ASIANEW", secret("canary/new+secret"), secret("canary-new-token=="))
REFRESH, NEXT = secret("canary-refresh-token"), secret("canary-next-refresh-token")
OPENSSL = shutil.which("openssl", path="/usr/local/bin:/usr/bin:/bin")
PREFIX = "Error loading login session token: "
ABSENT = (PREFIX + f"Unable to load a existing login session for session {SESSION}. Please reauthenticate "
          "with 'aws login'.")
EXPIRED = "Your session has expired or credentials have changed. Please reauthenticate using 'aws login'."
DENIED = ("Unable to create or refresh login credentials due to insufficient permissions. You may be missing "
          "permission for the 'signin:CreateOAuth2Token' action.")
UNSPECIFIED = ("An unspecified error happened when resolving AWS credentials or refreshing a login session "
               "profile.")
INVALID = (PREFIX + "Unable to refresh access token due to an invalid service response. Please try running "
           "'aws login' again. If the issue persists, there may be a temporary signin service problem.")
BAD_KEY = PREFIX + "Unable to load private key from cached token."


# ---- keys, by the openssl program: libcrypto, but not our use of it ---------------------------------

def openssl(*arguments, data=None):
    return subprocess.run([OPENSSL, *arguments], input=data, capture_output=True, check=True).stdout


def der_integer(number):
    body = number.lstrip(b"\0") or b"\0"
    body = b"\0" + body if body[0] & 0x80 else body
    return bytes([2, len(body)]) + body


class Key:
    """A private key and what botocore would do with it (the part of awscrt's EC that it calls)."""

    def __init__(self, pem):
        self.pem = pem
        self.public = openssl("pkey", "-pubout", "-outform", "DER", data=pem)

    @classmethod
    def make(cls, curve="prime256v1"):
        return cls(openssl("ecparam", "-name", curve, "-genkey", "-noout"))

    @classmethod
    def new_key_from_der_data(cls, der):
        return cls(openssl("ec", "-inform", "DER", data=der))

    def get_public_coords(self):
        return self.public[-64:-32], self.public[-32:]

    def sign(self, digest):
        with tempfile.NamedTemporaryFile() as key:
            key.write(self.pem)
            key.flush()
            return openssl("pkeyutl", "-sign", "-inkey", key.name, data=digest)

    def verify(self, data, raw):
        """Whether raw is r and s, 32 bytes each, of a signature of data."""
        if len(raw) != 64:
            return False
        pair = der_integer(raw[:32]) + der_integer(raw[32:])
        with tempfile.NamedTemporaryFile() as key, tempfile.NamedTemporaryFile() as signature:
            key.write(openssl("pkey", "-pubout", data=self.pem))
            key.flush()
            signature.write(bytes([0x30, len(pair)]) + pair)
            signature.flush()
            run = subprocess.run([OPENSSL, "dgst", "-sha256", "-verify", key.name, "-signature",
                                  signature.name], input=data, capture_output=True, check=False)
            return run.returncode == 0

    @staticmethod
    def decode_der_signature_to_padded_pair(der, pad_to):
        out, rest = b"", der[2:]
        for _ in range(2):
            out += rest[2:2 + rest[1]].lstrip(b"\0").rjust(pad_to, b"\0")
            rest = rest[2 + rest[1]:]
        return out


def base64url(text):
    ok(re.fullmatch(r"[A-Za-z0-9_-]+", text), "a part of the proof is base64url without padding", text)
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


KEY = Key.make() if OPENSSL else tap.skip_all("no openssl program")
secret(KEY.pem.decode().splitlines()[1])


# ---- the file and the service -------------------------------------------------------------------------

def stamp(at):
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(at))


def session(left=3600, now=None, **changes):
    """A session's file; a change to None leaves a member out, of accessToken by its bare name."""
    at = (time.time() if now is None else now) + left
    inner = {**OLD, "expiresAt": stamp(at), **{k: v for k, v in changes.items() if k in OLD or k == "expiresAt"}}
    outer = {"accessToken": {k: v for k, v in inner.items() if v is not None}, "tokenType": "aws_sigv4",
             "refreshToken": REFRESH, "idToken": "id-token", "clientId": CLIENT, "dpopKey": KEY.pem.decode(),
             **{k: v for k, v in changes.items() if k not in inner}}
    return {k: v for k, v in outer.items() if v is not None}


def play(aws, body=None, status=200, headers=None, seconds=900):
    aws.reset()
    aws.reply("POST /v1/token", status, headers=JSON if headers is None else headers,
              body=signin_document(NEW, seconds, NEXT) if body is None else body)


def home_for(aws, kept=None, config=CONFIG, environment=None):
    home = Home(config, {"AWS_ENDPOINT_URL_SIGNIN": aws.url, **(environment or {})})
    if kept is not None:
        home.write(FILE, kept)
    return home


def beside():
    """Whether this botocore knows login sessions; if so it can do without awscrt."""
    import botocore.credentials
    if not hasattr(botocore.credentials, "LoginProvider"):
        return False
    botocore.credentials.EC = Key
    return True


BESIDE = bool(find_botocore.VERSION) and beside()
KEPT = {"AccessKeyId": OLD["accessKeyId"], "SecretAccessKey": OLD["secretAccessKey"],
        "SessionToken": OLD["sessionToken"]}
FRESH = {"AccessKeyId": NEW["AccessKeyId"], "SecretAccessKey": NEW["SecretAccessKey"],
         "SessionToken": NEW["Token"]}


# ---- the acceptance set: file, answer, outcome ----------------------------------------------------------

def missing(names):
    return PREFIX + f"Failed to load access token from token cache, missing required fields: {names}."


ACCEPTED = [
    ("keys that last are used", session(), None, KEPT, 0),
    ("no file", None, None, ABSENT, 0),
    ("no accessToken", session(accessToken=None), None, missing("accessToken"), 0),
    ("no refreshToken", session(refreshToken=None), None, missing("refreshToken"), 0),
    ("no clientId", session(clientId=None), None, missing("clientId"), 0),
    ("no dpopKey", session(dpopKey=None), None, missing("dpopKey"), 0),
    ("two are missing", session(dpopKey=None, refreshToken=None), None, missing("refreshToken, dpopKey"), 0),
    ("keys that are over are refreshed", session(-3600), "good", FRESH, 1),
    ("a refresh that is refused", session(-3600), "TOKEN_EXPIRED", EXPIRED, 1),
    ("a user that changed", session(-3600), "USER_CREDENTIALS_CHANGED", EXPIRED, 1),
    ("a permission that is missing", session(-3600), "INSUFFICIENT_PERMISSIONS", DENIED, 1),
    ("another refusal", session(-3600), "AUTHCODE_EXPIRED", UNSPECIFIED, 1),
    ("a refusal without a reason", session(-3600), None, UNSPECIFIED, 1),
]


def accepted(aws):
    for title, kept, answer, outcome, asked in ACCEPTED:
        sides = []
        for side in (lambda home: home.probe("login"), lambda home: home.botocore()):
            if answer == "good":
                play(aws)
            else:
                play(aws, {**({"error": answer} if answer else {}), "message": "m"}, 401,
                     error_headers("AccessDeniedException"))
            with home_for(aws, kept) as home:
                sides.append((side(home), len(aws.requests)))
            if not BESIDE:
                break
        for name, (got, count) in zip(("ours", "botocore's"), sides):
            is_equal((three(got) or message(got), count), (outcome, asked), f"{title}: {name}", got)
        if "error" in sides[0][0]:
            is_equal(sides[0][0]["error"]["exit"], 253, f"{title}: the exit code")


def broken_files(aws):
    for title, kept, text in (
            ("broken JSON", '{"accessToken": "' + OLD["secretAccessKey"], ABSENT), ("an empty file", "", ABSENT),
            ("a list", "[]", ABSENT), ("no key id", session(accessKeyId=None), missing("accessToken.accessKeyId")),
            ("no expiry", session(expiresAt=None), missing("accessToken.expiresAt")),
            ("an expiry that is no time", session(expiresAt="soon"), missing("accessToken.expiresAt")),
            ("no keys at all", session(accessToken="x"), missing("accessToken"))):
        play(aws)
        with home_for(aws, kept) as home:
            got = home.probe("login")
            is_equal((message(got), got.get("keys_left")), (text, 0), title)
            ok(not aws.requests, f"{title}: nobody is asked")
    with home_for(aws, None, "[default]\nregion = us-east-1\n") as home:
        is_equal(home.probe("login").get("why_not"), "profile 'default' has no login_session", "no session")
    with home_for(aws, session()) as home:
        ok(home.probe("-n", "login").get("found") is False, "without a network it does not answer")


def windows(aws):
    now = int(time.time())
    for left, asked in ((900, 0), (599, 0), (301, 0), (300, 1), (299, 1), (0, 1), (-9, 1)):
        play(aws)
        with home_for(aws, session(left, now)) as home:
            got = home.probe("-t", str(now), "login")
            is_equal((len(aws.requests), three(got)), (asked, FRESH if asked else KEPT), f"{left} s left", got)
            is_equal(got["credentials"]["Expiration"], now + (900 if asked else left), "their expiry")
            is_equal(got["credentials"]["AccountId"], OLD["accountId"], "their account")
    for left in (200, -200):
        play(aws, "", 500)
        with home_for(aws, session(left)) as home:
            got = home.probe("login")
            is_equal((message(got), got["error"]["exit"]),
                     ("An error occurred (500) when calling the CreateOAuth2Token operation (reached max "
                      "retries: 0): Internal Server Error", 75), f"a service that is ill, {left} s left")
    gone = f"http://127.0.0.1:{closed_port()}"
    with home_for(aws, session(-9), environment={"AWS_ENDPOINT_URL_SIGNIN": gone}) as home:
        got = home.probe("login")
        is_equal((message(got), got["error"]["exit"]),
                 (f'Could not connect to the endpoint URL: "{gone}/v1/token"', 75), "a service that is not there")
    with home_for(aws, session(-9), CONFIG.replace("region", "no_region")) as home:
        ok((message(home.probe("login")) or "").startswith("You must specify a region."), "no region")


def rewritten(aws):
    play(aws)
    kept = session(-9, other={"a": [1, None]})
    with home_for(aws, kept) as home:
        got = home.probe("login")
        after = json.loads(home.read(FILE))
        ends = after["accessToken"].pop("expiresAt")
        is_equal(ends, stamp(time.time() + 900), "the file's expiry")
        is_equal(after, {**kept, "refreshToken": NEXT, "accessToken": {
            "accessKeyId": NEW["AccessKeyId"], "secretAccessKey": NEW["SecretAccessKey"],
            "sessionToken": NEW["Token"], "accountId": OLD["accountId"]}}, "the file's members")
        is_equal(list(after), list(kept), "their order")
        is_equal((home.mode(FILE), home.names(".aws/login/cache")), ("0o600", [NAME]), "its mode, and no other")
        ok(got["origin"] == home.full(FILE) + ", refreshed", "the origin says so", got["origin"])
        aws.take()
        if BESIDE:
            is_equal((three(home.botocore()), aws.requests), (FRESH, []), "botocore uses what we wrote")
    if not BESIDE:
        return
    play(aws)
    with home_for(aws, session(-9)) as home:
        is_equal(three(home.botocore()), FRESH, "botocore refreshes")
        aws.take()
        is_equal((three(home.probe("login")), aws.requests), (FRESH, []), "and we use what it wrote")


# ---- the request ------------------------------------------------------------------------------------

def proof_of(request):
    """The texts of header and payload, what was signed, and the signature."""
    header, payload, signature = request.headers["dpop"].split(".")
    return (base64url(header).decode(), base64url(payload).decode(), f"{header}.{payload}".encode(),
            base64url(signature))


def requests(aws):
    for title, environment in (("an endpoint", {}), ("one with a path", {"AWS_ENDPOINT_URL_SIGNIN": aws.url + "/b"}),
                               ("one with a slash", {"AWS_ENDPOINT_URL_SIGNIN": aws.url + "/b/"})):
        sides = []
        for side in (lambda home: home.probe("login"), lambda home: home.botocore())[:2 if BESIDE else 1]:
            aws.reset()
            aws.reply(lambda r: r.path.endswith("/v1/token"), headers=JSON, body=signin_document(NEW, 900, NEXT))
            with home_for(aws, session(-9, clientId="a\u00e9\"b"), environment=environment) as home:
                side(home)
            (request,) = aws.take()
            header, payload, signed, signature = proof_of(request)
            ok(KEY.verify(signed, signature), f"{title}: the proof is signed with the key")
            said = json.loads(payload)
            is_equal(said.pop("iat"), time.time(), f"{title}: the proof's time")
            ok(re.fullmatch(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}",
                            said.pop("jti")), f"{title}: the proof's UUID", payload)
            url = environment.get("AWS_ENDPOINT_URL_SIGNIN", aws.url).rstrip("/") + "/v1/token"
            is_equal(said, {"htm": "POST", "htu": url}, f"{title}: the proof's method and URL")
            ok("authorization" not in request.headers, f"{title}: no signature of version 4")
            payload = re.sub(r'"iat":\d+,"jti":"[^"]+"', "", payload)
            sides.append((sent([request]), header, payload))
        is_equal(sides[0], sides[-1], f"{title}: request and proof as botocore's")
    seen = set()
    for _ in range(3):
        play(aws)
        with home_for(aws, session(-9)) as home:
            home.probe("login")
            seen.add(json.loads(proof_of(aws.take()[0])[1])["jti"])
    is_equal(len(seen), 3, "every proof has its own name")


def private_keys(aws):
    """What stands for the key, and what does not."""
    eight = openssl("pkcs8", "-topk8", "-nocrypt", data=KEY.pem).decode()
    for title, pem in (("PKCS #8", eight), ("line ends of Windows", KEY.pem.decode().replace("\n", "\r\n"))):
        play(aws)
        with home_for(aws, session(-9, dpopKey=pem)) as home:
            is_equal(three(home.probe("login")), FRESH, f"a key in {title}")
            _, _, signed, signature = proof_of(aws.take()[0])
            ok(KEY.verify(signed, signature), "signs")
    locked = openssl("pkcs8", "-topk8", "-passout", "pass:x", data=KEY.pem).decode()
    rsa = openssl("genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:1024").decode()
    for title, pem in (("nothing of a key", "nonsense"), ("half a key", KEY.pem.decode()[:100]),
                       ("P-384", Key.make("secp384r1").pem.decode()),
                       ("secp256k1", Key.make("secp256k1").pem.decode()), ("RSA", rsa), ("an encrypted key", locked),
                       ("a public key", openssl("pkey", "-pubout", data=KEY.pem).decode()),
                       ("too much", "x" * 20000)):
        play(aws)
        with home_for(aws, session(-9, dpopKey=pem)) as home:
            got = home.probe("login")
            is_equal((message(got), len(aws.requests)), (BAD_KEY, 0), f"{title} is refused")
        with home_for(aws, session(900, dpopKey=pem)) as home:
            is_equal(three(home.probe("login")), KEPT, "and is not looked at before it is needed")
    for _ in range(8):                      # a coordinate or half of a signature that begins with zeros
        play(aws)
        key = Key.make()
        with home_for(aws, session(-9, dpopKey=key.pem.decode())) as home:
            home.probe("login")
            header, _, signed, signature = proof_of(aws.take()[0])
            x, y = (base64url(json.loads(header)["jwk"][name]) for name in "xy")
            ok((x, y) == key.get_public_coords() and key.verify(signed, signature), "a key of its own")


# ---- answers that are none ------------------------------------------------------------------------------

def answers(aws):
    good = signin_document(NEW, 900, NEXT)
    bad = [("no JSON", "nonsense"), ("nothing", ""), ("an empty object", {})]
    bad += [(f"no {name}", {k: v for k, v in good.items() if k != name})
            for name in ("accessToken", "expiresIn", "refreshToken")]
    bad += [(f"no {name}", {**good, "accessToken": {k: v for k, v in good["accessToken"].items() if k != name}})
            for name in good["accessToken"]]
    bad += [("a life of nothing", {**good, "expiresIn": 0}), ("a life without end", {**good, "expiresIn": 1e300}),
            ("a life that is text", {**good, "expiresIn": "900"}), ("keys that are text", {**good, "accessToken": "x"})]
    for title, body in bad:
        play(aws, body)
        kept = session(-9)
        with home_for(aws, kept) as home:
            got = home.probe("login")
            is_equal((message(got), got.get("keys_left")), (INVALID, 0), f"an answer with {title}")
            is_equal(json.loads(home.read(FILE)), kept, "leaves the file alone")
    for status, code, exit_code in ((400, "ValidationException", 254), (429, "TooManyRequestsError", 75)):
        play(aws, {"error": "INVALID_REQUEST", "message": f"m {REFRESH}"}, status, error_headers(code))
        with home_for(aws, session(-9), environment={"AWS_MAX_ATTEMPTS": "2"}) as home:
            got = home.probe("login")
            is_equal((message(got), got["error"]["exit"]),
                     (f"An error occurred ({code}) when calling the CreateOAuth2Token operation: m ***",
                      exit_code), f"a refusal: {code}")


def directories(aws):
    for value in ("~/elsewhere", "$HOME/elsewhere", "{home}/elsewhere", "{home}/elsewhere/"):
        play(aws)
        with home_for(aws) as home:
            home.environment["AWS_LOGIN_CACHE_DIRECTORY"] = value.format(home=home.path)
            home.write("elsewhere/" + NAME, session(-9))
            is_equal(three(home.probe("login")), FRESH, f"AWS_LOGIN_CACHE_DIRECTORY={value}")
            is_equal(json.loads(home.read("elsewhere/" + NAME))["refreshToken"], NEXT, "is written to as well")
    with home_for(aws, session(), environment={"AWS_LOGIN_CACHE_DIRECTORY": ""}) as home:
        is_equal(three(home.probe("login")), KEPT, "an empty one is none")
    is_equal(NAME[:8] + NAME[-14:-5], "4b0ba8f9" + "1bab2e255", "the vector of the name")


HOSTS = [
    ("us-east-1", {}, "us-east-1.signin.aws.amazon.com"), ("cn-north-1", {}, "cn-north-1.signin.amazonaws.cn"),
    ("us-gov-west-1", {}, "us-gov-west-1.signin.amazonaws-us-gov.com"),
    ("us-iso-east-1", {}, "signin.us-iso-east-1.c2s.ic.gov"),
    ("us-east-1", {"AWS_USE_FIPS_ENDPOINT": "true"}, "signin-fips.us-east-1.amazonaws.com"),
    ("fips-us-east-1", {}, "signin-fips.us-east-1.amazonaws.com"),
    ("us-east-1", {"AWS_USE_DUALSTACK_ENDPOINT": "true"}, "signin.us-east-1.api.aws"),
]


def hosts(aws):
    """Where the call goes, seen by a proxy that lets none through."""
    for region, environment, expected in HOSTS:
        aws.reset()
        with home_for(aws, session(-9), CONFIG.replace("us-east-1", region),
                      {"HTTPS_PROXY": aws.url, **environment}) as home:
            del home.environment["AWS_ENDPOINT_URL_SIGNIN"]
            got = home.probe("login")
            is_equal([(r.method, r.target) for r in aws.take()], [("CONNECT", expected + ":443")],
                     f"{region} {' '.join(environment)}: the host", got)


def at_once(aws):
    spent = set()

    def redeem(request):
        offered = request.json["refreshToken"]
        if offered in spent:
            return 401, error_headers("AccessDeniedException"), {"error": "TOKEN_EXPIRED", "message": "m"}
        spent.add(offered)
        rivals()
        return 200, JSON, signin_document(NEW, 900, NEXT)

    aws.reset()
    aws.reply("POST /v1/token", body=redeem)
    with home_for(aws, session(-9)) as home:
        rivals = Rivals(home.full(".aws/login/cache/.lock"), 4)
        got = [home.finish(one) for one in [home.start("login") for _ in range(4)]]
        is_equal(([three(one) for one in got], rivals.met), ([FRESH] * 4, True), "four at once, a refresh token that is good once")
        is_equal(len(aws.take()), 1, "one refresh")

    def faster(request):                        # by a program that knows no lock
        home.write(FILE, session(900, accessKeyId=NEW["AccessKeyId"]))
        return 401, error_headers("AccessDeniedException"), {"error": "TOKEN_EXPIRED", "message": "m"}

    aws.reset()
    aws.reply("POST /v1/token", body=faster)
    with home_for(aws, session(-9)) as home:
        is_equal(three(home.probe("login")), {**KEPT, "AccessKeyId": NEW["AccessKeyId"]},
                 "another program was faster: its keys are used")


def main():
    with FakeAWS() as aws:
        accepted(aws)
        broken_files(aws)
        windows(aws)
        rewritten(aws)
        requests(aws)
        private_keys(aws)
        answers(aws)
        directories(aws)
        hosts(aws)
        at_once(aws)
    ok(count_said() > 60 and not leaks(), "no message, reason or origin holds a secret", *leaks())
    done()


main()
