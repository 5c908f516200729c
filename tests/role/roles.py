"""Keys of roles: provider_probe beside botocore, before one server that plays STS."""
import calendar
import os
import re
import subprocess
import time
from email.utils import formatdate

from fake_aws import XML, FakeAWS, keys, sts_document, sts_error
from fault_server import closed_port
from role_world import World, raw
from tap import done, is_equal, ok

BUILD_DIR = os.environ.get("BUILD_DIR", ".")
VERIFIER = os.path.join(BUILD_DIR, "tests", "sandbox", "verify_request")
ARN = "arn:aws:iam::111122223333:role/"
LONG_TOKEN = "canary-token-" + "x" * 2487
GIVEN = keys("ASIAROLE", "canary/role+secret", LONG_TOKEN)
STATIC = "aws_access_key_id = AKIDS\naws_secret_access_key = canary-static-secret\n"
TOKEN = "canary-web-identity-token"
SANDBOX = ("ASIASANDBOXEXAMPLE00", "SandboxTemporaryKeyIsNoSecret+at/EXAMPLE",
           "SandboxSessionToken+NotASecret/EXAMPLE==")


def profile(name, *lines):
    return f"[profile {name}]\n" + "".join(line.rstrip("\n") + "\n" for line in lines)


def role(name, source="source_profile = s", arn=None, *more):
    return profile(name, f"role_arn = {arn or ARN + name}", source, *more)


S = profile("s", STATIC)
WEB = "web_identity_token_file = {home}/token"


def play(world):
    """Every role gets keys that say whose they are."""
    def answer(request):
        name = request.form.get("RoleArn", "/?").rpartition("/")[2]
        given = {**GIVEN, "AccessKeyId": "ASIA" + name.upper()}
        return sts_document(request.form["Action"], given, f"arn:aws:sts::111122223333:assumed-role/{name}/x")
    world.aws.reply("POST /", headers=XML, body=answer)


def both(world, title, config, credentials="", method="assume-role", reply=None, env=None, error=None,
         calls=None, code=None, **how):
    """Ours and botocore's: the same keys or the same text, the same calls."""
    def ready():
        world.forget()
        world.write(config.replace("{home}", world.home), credentials)
        with open(world.path("token"), "w", encoding="utf-8") as file:
            file.write(TOKEN)
        world.env = {name: value and value.replace("{home}", world.home)
                     for name, value in (env or {}).items()}
        if reply:
            world.aws.reply("POST /", **reply)
        play(world)
    ready()
    ours = world.probe(method, code=code, **how)
    ready()
    theirs = world.botocore(code=code, **how)
    is_equal(ours.comparable, theirs.comparable, title)
    is_equal(ours.calls, theirs.calls, f"{title}: the calls")
    is_equal(ours.prompts, theirs.prompts, f"{title}: the questions")
    if error is not None:
        is_equal(ours.error, error, f"{title}: the text")
    if calls is not None:
        is_equal(len(ours.calls), calls, f"{title}: how many calls")
    return ours


def check_profiles(world):
    """credentials §3, the profile's keys."""
    def one(title, config, **how):
        return both(world, title, config + S, profile="a", **how)

    one("a role", role("a"), calls=1)
    one("a short role_arn", role("a", arn="arn:x"), calls=0,
        error="Parameter validation failed: Invalid length for parameter RoleArn, value: 5, valid min length: 20")
    one("both sources", role("a") + "credential_source = Environment\n",
        error='The profile "a" contains both source_profile and credential_source.')
    one("no source", profile("a", f"role_arn = {ARN}a"),
        error="Partial credentials found in assume-role, missing: source_profile or credential_source")
    for bad in ("environment", "Nowhere", ""):
        one(f"credential_source '{bad}'", role("a", f"credential_source = {bad}"),
            error=f'The credential source "{bad}" referenced in profile "a" is not valid.')
    one("all settings of a role", role("a", "source_profile = s", None, "role_session_name = me@x",
        "external_id = a b&c=d/é", "duration_seconds = 900"), calls=1)
    one("an empty role_session_name", role("a", "source_profile = s", None, "role_session_name =",
        "external_id = ab"), calls=1)
    for text in ("x", "", "9.5", "1_000", "1__0", "_900", "900_", "+900", "-900", "0", "0900", "12 34", "7",
                 "99999999999"):
        one(f"duration_seconds = {text}", role("a", "source_profile = s", None, f"duration_seconds = {text}"))
    one("texts that are too short", role("a", "source_profile = s", None, "role_session_name = x",
        "external_id =", "duration_seconds = 899"), calls=0)
    serial = "mfa_serial = arn:aws:iam::1:mfa/u"
    mfa = one("an MFA device", role("a", "source_profile = s", None, serial), code="123456", calls=1)
    is_equal(mfa.prompts, ["Enter MFA code for arn:aws:iam::1:mfa/u: "], "the question")
    one("a short MFA code", role("a", "source_profile = s", None, serial), code="12345", calls=0)
    one("CRLF files", role("a").replace("\n", "\r\n"), calls=1)


def check_sources(world):
    """credentials §3, the source's rules."""
    def one(title, config, **how):
        return both(world, title, config, profile="a", **how)

    one("a source that is not there", role("a", "source_profile = b"),
        error='The source_profile "b" referenced in the profile "a" does not exist.')
    one("a source with keys and a role of its own", role("a", "source_profile = b")
        + role("b", "source_profile = s") + STATIC, calls=1)
    one("a role of a role of a role", role("a", "source_profile = b") + role("b", "source_profile = c")
        + role("c") + S, calls=3)
    one("a chain of 20", "".join(role(chr(97 + i), f"source_profile = {chr(98 + i)}") for i in range(20))
        + profile("u", STATIC), calls=20)
    one("a web identity as the source", role("a", "source_profile = b") + profile("b", f"role_arn = {ARN}b",
        WEB), calls=2, env={"AWS_ROLE_SESSION_NAME": "not-used", "AWS_ROLE_ARN": "not used"})
    one("a process as the source", role("a", "source_profile = b") + profile("b", "credential_process = "
        "echo '{\"Version\":1,\"AccessKeyId\":\"AKP\",\"SecretAccessKey\":\"canary-process\"}'"), calls=1)
    one("keys of the credentials file", role("a", "source_profile = b"), credentials="[b]\n" + STATIC, calls=1)
    one("a session token", role("a", "source_profile = b"),
        credentials="[b]\n" + STATIC + "aws_session_token = canary-source-token\n", calls=1)
    one("half of a key in each file", role("a", "source_profile = b") + profile("b", STATIC.split("\n")[1]),
        credentials="[b]\n" + STATIC.split("\n")[0] + "\n", calls=0)
    one("a source with nothing", role("a", "source_profile = b") + profile("b", "region = x"),
        error='The source profile "b" must have credentials.')
    one("a source with a secret alone", role("a", "source_profile = b")
        + profile("b", "aws_secret_access_key = canary"), error='The source profile "b" must have credentials.')
    one("the environment's keys are no source profile's", role("a", "source_profile = b")
        + profile("b", "region = x"), env={"AWS_ACCESS_KEY_ID": "AKE", "AWS_SECRET_ACCESS_KEY": "canary"})
    one("its own source", role("a", "source_profile = a") + STATIC, calls=1)
    loop = "Infinite loop in credential configuration detected. Attempting to load from profile {} which " \
        "has already been visited. Visited profiles: {}"
    one("its own source without keys", role("a", "source_profile = a"), error=loop.format("a", "['a']"))
    one("two that need each other", role("a", "source_profile = b") + role("b", "source_profile = a"),
        error=loop.format("a", "['a', 'b']"))
    one("two further on", role("a", "source_profile = b") + role("b", "source_profile = it's")
        + role('"it\'s"', "source_profile = b", ARN + "c"), error=loop.format("b", "['a', 'b', \"it's\"]"))
    one("a later profile that is its own source", role("a", "source_profile = b")
        + role("b", "source_profile = b") + STATIC, calls=1)
    one("a web identity's profile is not this provider's", role("a") + WEB + "\n" + S, calls=1,
        method="assume-role-with-web-identity")
    names = ["p" * 79 + c for c in "xy"]
    one("profile names of 80 bytes", role("a", f"source_profile = {names[0]}")
        + role(names[0], f"source_profile = {names[1]}", ARN + "b") + profile(names[1], STATIC), calls=2)
    one("200 profiles", "".join(role(f"p{i}", "source_profile = s") for i in range(200)) + S
        + role("a", "source_profile = p199"), calls=2)


def check_named_sources(world):
    """credential_source."""
    env = {"AWS_ACCESS_KEY_ID": "AKE", "AWS_SECRET_ACCESS_KEY": "canary-environment",
           "AWS_SESSION_TOKEN": "canary-environment-token"}
    both(world, "the environment, though --profile is given", role("a", "credential_source = Environment"),
         profile="a", env=env, calls=1)
    none = "Error when retrieving credentials from {}: No credentials found in credential_source " \
        "referenced in profile a"
    for source in ("Environment", "EcsContainer", "Ec2InstanceMetadata"):
        both(world, f"{source} has nothing", role("a", f"credential_source = {source}"), profile="a",
             calls=0, error=none.format(source))
    both(world, "the environment has half", role("a", "credential_source = Environment"), profile="a",
         env={"AWS_ACCESS_KEY_ID": "AKE"}, calls=0)
    world.forget()
    world.write(role("a", "credential_source = EcsContainer"))
    world.env = {"AWS_CONTAINER_CREDENTIALS_FULL_URI": world.aws.url + "/keys"}
    world.aws.reply("GET /keys", body=keys("AKC", "canary-container"))
    play(world)
    ours = world.probe("assume-role", profile="a")
    is_equal([r.method for r in ours.requests], ["GET", "POST"], "a container's keys ask for a role's",
             ours.error)
    is_equal(ours.keys and ours.keys[0], "ASIAA", "and get it")


def check_web_identity(world):
    """credentials §4."""
    def one(title, config="", env=None, **how):
        return both(world, title, config, env=env, method="assume-role-with-web-identity", **how)

    file_env = {"AWS_WEB_IDENTITY_TOKEN_FILE": "{home}/token"}
    all_env = {**file_env, "AWS_ROLE_ARN": ARN + "e", "AWS_ROLE_SESSION_NAME": "env-name"}
    web = profile("w", f"role_arn = {ARN}w", WEB, "role_session_name = own")
    ours = one("from the environment", env=all_env, calls=1)
    is_equal((ours.requests[0].headers.get("authorization"), ours.requests[0].headers.get("x-amz-date")),
             (None, None), "the call is not signed")
    one("from the profile", web, profile="w", calls=1)
    one("the environment does not count beside --profile", web, profile="w", calls=1,
        env={**all_env, "AWS_WEB_IDENTITY_TOKEN_FILE": "/nowhere"})
    one("the environment goes before AWS_PROFILE's", web, env={**all_env, "AWS_PROFILE": "w"}, calls=1)
    one("a role of the environment, the rest of the profile", web,
        env={"AWS_PROFILE": "w", "AWS_ROLE_ARN": ARN + "e"}, calls=1)
    one("a token of the environment, a name of the profile", profile("w", "role_session_name = own"),
        env={**file_env, "AWS_PROFILE": "w", "AWS_ROLE_ARN": ARN + "e"}, calls=1)
    one("an empty session name", web, env={"AWS_PROFILE": "w", "AWS_ROLE_SESSION_NAME": ""}, calls=1)
    one("a source_profile beside it, and what only AssumeRole takes", web + "source_profile = s\n"
        "external_id = abc\nduration_seconds = 900\nmfa_serial = 123456789\n" + S, profile="w", calls=1)
    missing = "The provided profile or the current environment is configured to assume role with web " \
        "identity but has no role ARN configured. Ensure that the profile has the role_arnconfiguration " \
        "set or the AWS_ROLE_ARN env var is set."
    one("no role", profile("w", WEB), profile="w", error=missing)
    one("an empty role", web, env={"AWS_PROFILE": "w", "AWS_ROLE_ARN": ""}, error=missing)
    one("a short role", profile("w", WEB, "role_arn = arn:x"), profile="w", calls=0)

    def ours_only(title, config, env=None, token=TOKEN, **how):
        world.forget()
        world.write(config.replace("{home}", world.home))
        world.env = {name: value.replace("{home}", world.home) for name, value in (env or {}).items()}
        with open(world.path("token"), "wb") as file:
            file.write(token if isinstance(token, bytes) else token.encode())
        play(world)
        return world.probe("assume-role-with-web-identity", **how)
    ours = ours_only("absent", web, {"AWS_WEB_IDENTITY_TOKEN_FILE": "", "AWS_PROFILE": "w"})
    is_equal((ours.keys, ours.document.get("why_not")), (None, "AWS_WEB_IDENTITY_TOKEN_FILE is empty"),
             "an empty variable hides the profile's file")
    ours = ours_only("absent", S, profile="s")
    is_equal(ours.document.get("why_not"), "profile 's' has no web_identity_token_file", "nothing configured")
    ours = ours_only("absent", "")
    is_equal(ours.document.get("why_not"), "AWS_WEB_IDENTITY_TOKEN_FILE is not set and profile 'default' "
             "has no web_identity_token_file", "nothing at all")
    ours = ours_only("", web.replace("{home}", "~"), profile="w")
    is_equal((ours.code, ours.error, ours.keys is not None), (0, None, True), "tilde: in the path, which botocore takes "
             "as it is")
    for title, token, sent in (("a token's last line end is sent", "abcd\n", "abcd%0A"),
                               ("CRLF is LF", "ab\r\ncd\r", "ab%0Acd%0A"),
                               ("a token of 20,000 characters", "x" * 20000, "x" * 20000)):
        ours = ours_only("", web, token=token, profile="w")
        is_equal(ours.requests and ours.requests[0].body.decode().rpartition("=")[2], sent, title, ours.error)
    ours = ours_only("", web, token="abc", profile="w")
    is_equal(ours.error, "Parameter validation failed: Invalid length for parameter WebIdentityToken, "
             "value: 3, valid min length: 4", "a token that is too short")
    ours = ours_only("", web, token=b"canary\xff\xfe", profile="w")
    is_equal(ours.error and ours.error.rpartition(": ")[2], "not UTF-8", "a token that is no text")
    for how in ({"AWS_ROLE_ARN": "arn:aws:iam::1:role/\udcff"}, {"AWS_ROLE_SESSION_NAME": "\udcff"}):
        ours = ours_only("", web, {**all_env, **how})
        is_equal(ours.error, f"{next(iter(how))} is not UTF-8", "an environment that is no text")


def check_answers(world):
    """The rows of credentials §3 on what STS answers; §4's codes."""
    def one(title, status=200, body="", **how):
        return both(world, title, role("a") + S, profile="a", reply={"status": status, "headers": XML,
                                                                      "body": body, **how})

    good = sts_document("AssumeRole", GIVEN)
    one("prefixes", body=re.sub("<(/?)", r"<\1n:", good).replace("xmlns", "xmlns:n"))
    one("entities and CDATA", body=good.replace("canary/role+secret", "a&amp;&#x42;<![CDATA[&c;]]>&lt;"))
    one("no role user", body=re.sub("<AssumedRoleUser>.*</AssumedRoleUser>", "", good))
    one("a declaration, comments, blanks", body='<?xml version="1.0"?>\n<!-- x -->\n' +
        good.replace("<Credentials>", "\n <Credentials><!-- y -->\n"))
    one("access denied", 403, sts_error("AccessDenied", "User: arn is not authorized & so on"))
    one("the other form of an error", 400, "<Response><Errors><Error><Code>X</Code><Message>y</Message>"
        "</Error></Errors><RequestID>1</RequestID></Response>")
    one("an expired token", 403, sts_error("ExpiredToken", "The security token included in the request is expired"))
    one("over at once", body=sts_document("AssumeRole", keys("ASIAX", "canary", "canary-t", seconds=-5)))
    for title, status, body, text, code in (
            ("no secret key", 200, good.replace("SecretAccessKey", "Other"),
             "Error when retrieving credentials from assume-role: Missing required key in response: "
             "'SecretAccessKey'", 253),
            ("no XML", 200, "canary", "Error when retrieving credentials from assume-role: Unable to parse "
             "response, invalid XML received: text outside of the element", 253),
            ("a DOCTYPE", 200, "<!DOCTYPE a>" + good, "Error when retrieving credentials from assume-role: "
             "Unable to parse response, invalid XML received: a DOCTYPE or another declaration", 253),
            ("more than 64 KiB", 200, good + " " * 65536, "Error when retrieving credentials from "
             "assume-role: Unable to parse response, invalid XML received: longer than 65536 bytes", 253),
            ("a message that quotes the secret", 403, sts_error("X", "canary-static-secret is bad"),
             "An error occurred (X) when calling the AssumeRole operation: *** is bad", 254)):
        world.forget()
        world.write(role("a") + S)
        world.aws.reply("POST /", status=status, headers=XML, body=body)
        ours = world.probe("assume-role", profile="a")
        is_equal((ours.error, ours.code, len(ours.requests), ours.document.get("keys_left")), (text, code, 1, 0), title)


def check_retries(world):
    """retries.md on STS."""
    for title, status, body, tries, code, text in (
            ("503 without a body", 503, "", 2, 75, "(503) when calling the AssumeRole operation (reached max "
             "retries: 1): Service Unavailable"),
            ("HTML", 502, "<html>x</html>", 2, 75, "(502) when calling the AssumeRole operation (reached max "
             "retries: 1): Bad Gateway"),
            ("throttled", 400, sts_error("Throttling", "Rate exceeded"), 2, 75, "(Throttling) when calling the "
             "AssumeRole operation (reached max retries: 1): Rate exceeded"),
            ("IDPCommunicationError", 400, sts_error("IDPCommunicationError", "m"), 2, 75,
             "(IDPCommunicationError) when calling the AssumeRole operation (reached max retries: 1): m"),
            ("IDPRejectedClaim", 403, sts_error("IDPRejectedClaim", "m"), 1, 253,
             "(IDPRejectedClaim) when calling the AssumeRole operation: m"),
            ("InvalidIdentityToken", 400, sts_error("InvalidIdentityToken", "m"), 1, 253,
             "(InvalidIdentityToken) when calling the AssumeRole operation: m")):
        world.forget()
        world.write(role("a") + S)
        world.env = {"AWS_MAX_ATTEMPTS": "2"}
        world.aws.reply("POST /", status=status, headers=XML, body=body)
        ours = world.probe("assume-role", profile="a")
        is_equal((ours.error, ours.code, len(ours.requests)), ("An error occurred " + text, code, tries), title)
    world.forget()
    world.write(role("a") + S)
    world.env = {"AWS_MAX_ATTEMPTS": "2"}
    world.aws.reply("POST /", 500, body="")
    play(world)
    ours = world.probe("assume-role", profile="a")
    is_equal((ours.keys and ours.keys[0], len(ours.requests)), ("ASIAA", 2), "a second try that succeeds")
    world.env = {"AWS_ENDPOINT_URL_STS": f"http://127.0.0.1:{closed_port()}"}
    ours = world.probe("assume-role", profile="a")
    is_equal((ours.error, ours.code), (f'Could not connect to the endpoint URL: "{world.env["AWS_ENDPOINT_URL_STS"]}/"',
                                       75), "nobody there")


def check_clock(world):
    """A clock that is wrong: STS is asked again with its own time, and that is told."""
    def serve(shift, given):
        def answer(request):
            now = time.time() + shift
            signed = calendar.timegm(time.strptime(request.headers["x-amz-date"], "%Y%m%dT%H%M%SZ"))
            date = {"Date": formatdate(now, usegmt=True), **XML}
            if abs(now - signed) > 300:
                return 403, date, sts_error("SignatureDoesNotMatch", f"Signature expired: {signed} is now earlier")
            return 200, date, sts_document("AssumeRole", given)
        world.forget()
        world.write(role("a") + S)
        world.aws.reply("POST /", body=answer)

    tool = os.path.join(BUILD_DIR, "ssm-credentials")
    for shift, way in (3600, "behind"), (-1800, "ahead"), (301, "behind"):
        serve(shift, keys("ASIAC", "s", "t", seconds=7200))
        ours = world.probe("assume-role", profile="a")
        is_equal((ours.error, ours.keys and ours.keys[0], len(ours.requests)), (None, "ASIAC", 2),
                 f"clock: {abs(shift)} s {way}: signed again with the service's time")
        env = {name: value for name, value in world.environment().items() if value is not None}
        got = subprocess.run([tool, "--profile", "a", "--no-cache", "--format", "json"], env=env, capture_output=True,
                             text=True, check=False)
        told = re.fullmatch(rf"ssm-credentials: this machine's clock is (\d+) s {way}; signed again with the service's time\n",
                            got.stderr)
        ok(got.returncode == 0 and told and abs(int(told.group(1)) - abs(shift)) < 30, "clock: and told", got)
    serve(-7200, keys("ASIAC", "s", "t", seconds=-3600))
    ours = world.probe("assume-role", profile="a")
    ok(ours.code == 253 and re.fullmatch(r"Credentials were refreshed, but the refreshed credentials are still expired. "
                                         r"This machine's clock is 7[12]\d\d s ahead: set it\.", ours.error),
       "clock: so far ahead that new keys seem to be over: the seconds are told", ours.error)
    for title, date, said, count in (
            ("no Date in the refusal", {}, sts_error("SignatureDoesNotMatch", "m"), 1),
            ("a Date that agrees", {"Date": formatdate(time.time(), usegmt=True)}, sts_error("SignatureDoesNotMatch", "m"), 1),
            ("another refusal", {"Date": formatdate(time.time() + 3600, usegmt=True)}, sts_error("AccessDenied", "m"), 1),
            ("refused again", {"Date": formatdate(time.time() + 3600, usegmt=True)}, sts_error("RequestExpired", "m"), 2)):
        world.forget()
        world.write(role("a") + S)
        world.aws.reply("POST /", 403, headers={**XML, **date}, body=said)
        ours = world.probe("assume-role", profile="a")
        is_equal((len(ours.requests), ours.code), (count, 254 if "another" in title else 253), f"clock: {title}")


def check_places(world):
    """endpoints §8: which host is asked, seen by the proxy that the connection is to go through."""
    def ask(region, env, config=""):
        world.forget()
        world.write(role("a", "source_profile = s", None, config) + S)
        world.env = {"AWS_ENDPOINT_URL_STS": None, "AWS_REGION": None, "AWS_DEFAULT_REGION": None,
                     "HTTPS_PROXY": world.aws.url, "AWS_MAX_ATTEMPTS": "1", **env}
        world.aws.reply(lambda r: r.method == "CONNECT", 403, close=True)
        ours = world.probe("assume-role", profile="a", region=region)
        return ours.requests[0].target if ours.requests else ours.error

    fips, dual = {"AWS_USE_FIPS_ENDPOINT": "true"}, {"AWS_USE_DUALSTACK_ENDPOINT": "true"}
    for region, env, host in (
            ("eu-south-2", {}, "sts.eu-south-2.amazonaws.com"), ("us-east-1", {}, "sts.us-east-1.amazonaws.com"),
            ("us-east-1", fips, "sts-fips.us-east-1.amazonaws.com"), ("us-east-1", dual, "sts.us-east-1.api.aws"),
            ("us-east-1", {**fips, **dual}, "sts-fips.us-east-1.api.aws"),
            ("us-gov-west-1", fips, "sts.us-gov-west-1.amazonaws.com"),
            ("cn-north-1", {}, "sts.cn-north-1.amazonaws.com.cn"), ("us-iso-east-1", {}, "sts.us-iso-east-1.c2s.ic.gov"),
            ("eusc-de-east-1", {}, "sts.eusc-de-east-1.amazonaws.eu"),
            ("fips-us-east-2", {}, "sts-fips.us-east-2.amazonaws.com"),
            (None, {"AWS_REGION": "ap-south-1"}, "sts.ap-south-1.amazonaws.com"),
            (None, {}, "sts.amazonaws.com")):
        is_equal(ask(region, env), host + ":443", f"STS of {region} {' '.join(env)}")
    is_equal(ask(None, {}, "region = eu-west-3"), "sts.eu-west-3.amazonaws.com:443", "the profile's region")
    ours = ask("us-east-1", {"AWS_ENDPOINT_URL_STS": "ftp://x"})
    ok(ours.startswith("Invalid endpoint: ftp://x"), "a place that is none", ours)
    ok("Provided region_name 'a_b' doesn't match a supported format." in ask("a_b", {}), "a bad region")
    ours = ask(None, {"AWS_ENDPOINT_URL_STS": world.aws.url})
    ok(ours.startswith("You must specify a region."), "a configured place gives no region to sign for", ours)
    both(world, "the region of the call that the keys are for", role("a") + S, profile="a", region="eu-south-2")


def check_signatures(world):
    """Signed with the sandbox's keys: its verifier checks the calls."""
    for name, more in (("with a token", f"aws_session_token = {SANDBOX[2]}\n"), ("in a chain", None)):
        world.forget()
        static = f"aws_access_key_id = {SANDBOX[0]}\naws_secret_access_key = {SANDBOX[1]}\n" \
            f"aws_session_token = {SANDBOX[2]}\n"
        world.write(role("a", "source_profile = s" if more else "source_profile = b", None, "external_id = a b/é~*")
                    + role("b") + profile("s", static))
        world.aws.reply("POST /", headers=XML, body=lambda r: sts_document("AssumeRole", keys(*SANDBOX)))
        ours = world.probe("assume-role", profile="a", region="eu-south-2")
        for number, request in enumerate(ours.requests):
            run = subprocess.run([VERIFIER, "eu-south-2", "sts"], input=raw(request), capture_output=True)
            is_equal(run.stdout.decode(), "good\n", f"the sandbox takes signature {number} {name}", raw(request))
            spoilt = raw(request).replace(b"a%20b", b"a+c").replace(b"a+b", b"a+c").replace(b"RoleArn", b"RoleArm")
            run = subprocess.run([VERIFIER, "eu-south-2", "sts"], input=spoilt, capture_output=True)
            ok(b"InvalidSignatureException" in run.stdout, "and not that of another body", run.stdout)
        is_equal(len(ours.requests), 1 if more else 2, f"the calls {name}")


def check_prompts(world):
    """Nobody to ask; a refresh."""
    world.write(role("a", "source_profile = s", None, "mfa_serial = 12345678") + S)
    ours = world.probe("assume-role", profile="a", code="123456")
    is_equal((ours.prompts, ours.error), ([], "Parameter validation failed: Invalid length for parameter "
             "SerialNumber, value: 8, valid min length: 9"), "what cannot be right is not asked for")
    world.write(role("a", "source_profile = s", None, "mfa_serial = arn:aws:iam::1:mfa/u") + S)
    play(world)
    ours = world.probe("assume-role", profile="a")
    is_equal((ours.error, ours.code, len(ours.requests)), ("Error when retrieving credentials from assume-role: an MFA "
             "code for arn:aws:iam::1:mfa/u is needed, and there is nobody to ask", 253, 0), "nobody can be asked")
    ours = world.probe("assume-role", "-a", profile="a", code="123456")
    is_equal((ours.error, ours.document.get("code"), len(ours.requests), len(ours.prompts)),
             ("Cannot refresh credentials: MFA token required.", "RefreshWithMFAUnsupportedError", 1, 1),
             "a refresh does not ask again")
    ours = world.probe("assume-role", "-n", profile="a")
    is_equal(ours.document.get("why_not"), f"role '{ARN}a' needs the network", "without a network")
    ours = world.probe("assume-role", profile="s")
    is_equal(ours.document.get("why_not"), "profile 's' has no role_arn", "a profile that is no role's")
    world.write(role("w") + "web_identity_token_file = x\n")
    ours = world.probe("assume-role", profile="w")
    is_equal(ours.document.get("why_not"), "profile 'w' has a web_identity_token_file", "a web identity's")


def main():
    with FakeAWS() as aws:
        world = World(aws)
        try:
            for check in (check_profiles, check_sources, check_named_sources, check_web_identity, check_answers,
                          check_retries, check_clock, check_places, check_signatures, check_prompts):
                world.forget()
                check(world)
        finally:
            world.close()
        ok(not any("canary" in said for said in world.said), "no message, reason or origin has a secret in it",
           *[said for said in world.said if "canary" in said][:3])
    done()


main()
