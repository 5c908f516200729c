#!/usr/bin/python3
"""SSO: configuration, the token file and its refresh, the portal; beside botocore."""
import json
import os
import re
import shutil
import time

import clock

clock.stop()                            # before anything looks at it

import find_botocore
import provider_home
from fake_aws import FakeAWS, JSON, error_headers, keys, oidc_document, sso_document
from fault_server import closed_port
from provider_home import count_said, leaks, secret, sent, three
from sso_cases import (FAILED, KEYS, LEGACY, NEW, NEW_REFRESH, OVER, SESSION, SIDES, START, TOKEN,
                       file_of, home_for, play, token)
from tap import done, is_equal, ok


ADVICE = re.compile(r"; (try again later|mend the profile with '.*'|log in with '.*'|check sso_account_id .*)$")


def message(got):
    """Without what we advise: botocore does not."""
    text = provider_home.message(got)
    return text and ADVICE.sub("", text)


# ---- configuration --------------------------------------------------------------------------------

SECTION = f"[sso-session my-sso]\nsso_start_url = {START}\nsso_region = us-east-1\n"
CONFIGURATIONS = [
    ("no role and no account", "[default]\nregion = us-east-1\nsso_start_url = u\n", None),
    ("a role alone", "[default]\nsso_role_name = R\n", "account_id, sso_start_url, sso_region"),
    ("an account alone", "[default]\nsso_account_id = 1\n", "role_name, sso_start_url, sso_region"),
    ("no URL", "[default]\nsso_account_id = 1\nsso_role_name = R\nsso_region = r\n", "start_url"),
    ("no region", "[default]\nsso_account_id = 1\nsso_role_name = R\nsso_start_url = u\n", "region"),
    ("a session, no role", "[default]\nsso_account_id = 1\nsso_session = my-sso\n" + SECTION, "role_name"),
    ("a session, no account", "[default]\nsso_role_name = 1\nsso_session = my-sso\n" + SECTION, "account_id"),
    ("a session without region", "[default]\nsso_role_name = R\nsso_account_id = 1\nsso_session = my-sso\n"
     "[sso-session my-sso]\nsso_start_url = u\n", "region"),
    ("a session without anything", "[default]\nsso_role_name = R\nsso_account_id = 1\nsso_session = my-sso\n"
     "[sso-session my-sso]\n", "start_url, sso_region"),
]
SESSIONS = [
    ("a session that is not there", "sso_role_name = R\nsso_account_id = 1\nsso_session = gone\n" + SECTION,
     'The specified sso-session does not exist: "gone"'),
    ("a session without a name", "sso_role_name = R\nsso_account_id = 1\nsso_session =\n" + SECTION,
     'The specified sso-session does not exist: ""'),
    ("another region in the profile",
     "sso_role_name = R\nsso_account_id = 1\nsso_region = us-west-2\nsso_session = my-sso\n" + SECTION,
     "The value for sso_region is inconsistent between profile (us-west-2) and sso-session (us-east-1)."),
    ("another URL in the profile",
     "sso_role_name = R\nsso_account_id = 1\nsso_start_url = x\nsso_session = my-sso\n" + SECTION,
     f"The value for sso_start_url is inconsistent between profile (x) and sso-session ({START})."),
    ("a region that the profile alone says",
     "sso_role_name = R\nsso_account_id = 1\nsso_region = us-west-2\nsso_session = my-sso\n"
     "[sso-session my-sso]\nsso_start_url = u\n",
     'The profile "default" is configured to use the SSO token provider but is missing the following '
     "configuration: ['sso_region']."),
    ("everything in the profile, nothing in the session",
     "sso_role_name = R\nsso_account_id = 1\nsso_start_url = u\nsso_region = us-west-2\n"
     "sso_session = my-sso\n[sso-session my-sso]\n",
     'The profile "default" is configured to use the SSO token provider but the "my-sso" sso_session '
     "configuration does not exist."),
]
ALONE = ("[default]\nsso_session = gone\n", 'The profile "default" is configured to use the SSO token '
         'provider but the "gone" sso_session configuration does not exist.')


def configurations(aws):
    play(aws)
    for title, config, missing in CONFIGURATIONS:
        with home_for(aws, config) as home:
            got = home.probe("sso")
            text = missing and ('The profile "default" is configured to use SSO but is missing required '
                                f"configuration: sso_{missing}")
            is_equal(message(got), text, f"{title}: what is missing")
            if find_botocore.NEW:
                is_equal(message(home.botocore()), text, f"{title}: botocore's text")
            ok(text or got.get("found") is False, f"{title}: absent or an error", got)
    for title, config, text in SESSIONS:
        with home_for(aws, "[default]\n" + config) as home:
            is_equal(message(home.probe("sso")), text, title)
            if find_botocore.NEW:
                is_equal(message(home.botocore()), text, f"{title}: botocore's text")
    with home_for(aws, ALONE[0]) as home:
        is_equal(message(home.probe("sso")), ALONE[1], "a session that is not there, and nothing else")
    ok(not aws.requests, "none of them asks anybody", aws.requests)
    config = SESSION.replace("[sso-session", "sso_start_url = " + START + "\n[sso-session")
    with home_for(aws, config, token()) as home:
        is_equal(three(home.probe("sso")), three({"credentials": {**KEYS, "SessionToken": KEYS["Token"]}}),
                 "the same URL in both is fine")
    with home_for(aws, SESSION, token()) as home:
        ok(home.probe("-n", "sso").get("found") is False, "without a network it does not answer")


# ---- the token file ---------------------------------------------------------------------------------

def token_files(aws):
    for form, config, name in (("legacy", LEGACY, START), ("session", SESSION, "my-sso")):
        absent = f"Error loading SSO Token: Token for {name} does not exist"
        invalid = f"Error loading SSO Token: Token for {START} is invalid"
        for title, kept, text, same in (
                ("no file", None, absent, True), ("broken JSON", '{"accessToken": "' + TOKEN, absent, False),
                ("an empty file", "", absent, False), ("no token", token(accessToken=None), invalid, True),
                ("no expiry", token(expiresAt=None), invalid, True),
                ("an expiry that is no time", token(expiresAt="soon " + TOKEN), invalid, False)):
            play(aws)
            with home_for(aws, config, kept) as home:
                got = home.probe("sso")
                is_equal(message(got), text, f"{form}, {title}: the message")
                is_equal(got["error"]["exit"], 253, f"{form}, {title}: the exit code")
                if same and find_botocore.NEW:
                    is_equal(message(home.botocore()), text, f"{form}, {title}: botocore's text")
                ok(not aws.requests, f"{form}, {title}: nobody is asked")


# Seconds left, what OIDC would say, changes to the file -> asked OIDC, the token used or a message.
STATES = [
    (3600, "good", {}, False, TOKEN), (901, "good", {}, False, TOKEN), (900, "good", {}, False, TOKEN),
    (899, "good", {}, True, NEW), (60, "good", {}, True, NEW), (1, "good", {}, True, NEW),
    (0, "good", {}, True, NEW), (-3600, "good", {}, True, NEW), (899, "bare", {}, True, NEW),
    (899, "refused", {}, True, TOKEN), (60, "refused", {}, True, TOKEN), (1, "refused", {}, True, TOKEN),
    (0, "refused", {}, True, FAILED), (-3600, "refused", {}, True, FAILED),
    (60, "ill", {}, True, TOKEN), (-60, "ill", {}, True, FAILED),
    (60, "nonsense", {}, True, TOKEN), (-60, "nonsense", {}, True, FAILED),
    (60, "good", {"registrationExpiresAt": "2001-01-01T00:00:00Z"}, False, TOKEN),
    (-60, "good", {"registrationExpiresAt": "2001-01-01T00:00:00Z"}, False, FAILED),
    (60, "good", {"registrationExpiresAt": "never"}, False, TOKEN),
    *[(left, "good", {name: None}, False, outcome)
      for name in ("refreshToken", "clientId", "clientSecret", "registrationExpiresAt")
      for left, outcome in ((60, TOKEN), (-60, FAILED))],
]
LEGACY_STATES = [(3600, TOKEN), (899, TOKEN), (60, TOKEN), (1, TOKEN), (0, OVER), (-3600, OVER)]


def is_outcome(title, got, requests, outcome):
    if outcome.startswith("canary"):
        bearer = [r.headers.get("x-amz-sso_bearer_token") for r in requests if r.method == "GET"]
        is_equal(bearer, [outcome], f"{title}: the portal's token", got)
        ok(got.get("found") is True, f"{title}: keys", got)
    else:
        is_equal(message(got), outcome, f"{title}: the message")
        ok(not any(r.method == "GET" for r in requests), f"{title}: the portal is not asked")


def states(aws):
    now = int(time.time())
    for left, answer, changes, asked, outcome in STATES:
        title = f"session, {left} s left, refresh {answer}, {', '.join(changes) or 'nothing'} changed"
        play(aws, answer)
        with home_for(aws, SESSION, token(left, now, **changes)) as home:
            got = home.probe("-t", str(now), "sso")
            requests = aws.take()
            is_equal(any(r.path == "/token" for r in requests), asked, f"{title}: whether OIDC is asked")
            is_outcome(title, got, requests, outcome)
            if outcome == FAILED:
                is_equal(got["error"]["exit"], 75 if answer == "ill" else 253, f"{title}: the exit code")
    for left, outcome in LEGACY_STATES:
        title = f"legacy, {left} s left"
        play(aws)
        with home_for(aws, LEGACY, token(left, now)) as home:
            got = home.probe("-t", str(now), "sso")
            requests = aws.take()
            ok(not any(r.path == "/token" for r in requests), f"{title}: OIDC is not asked")
            is_outcome(title, got, requests, outcome)


def uses_expired_tokens():
    """An older botocore takes a legacy token without a look at its end."""
    import botocore.credentials
    return not hasattr(botocore.credentials, "LoginProvider")


def states_beside_botocore(aws):
    for config, left, answer in ((SESSION, 3600, "good"), (SESSION, 850, "good"), (SESSION, 850, "refused"),
                                 (SESSION, -9, "good"), (SESSION, -9, "refused"), (LEGACY, 850, "good"),
                                 (LEGACY, -9, "good"), (SESSION, 60, "ill"), (SESSION, -9, "ill")):
        title = f"{'session' if config == SESSION else 'legacy'}, {left} s left, refresh {answer}"
        if config == LEGACY and left < 0 and len(SIDES) > 1 and uses_expired_tokens():
            continue
        sides, kept = [], token(left)
        for side in SIDES:
            play(aws, answer)
            with home_for(aws, config, kept) as home:
                got = side(home)
                after = json.loads(home.read(file_of("my-sso" if config == SESSION else START)))
            after.pop("expiresAt")
            sides.append((three(got), message(got), sent(aws.take()), after))
        is_equal(sides[0], sides[-1], f"{title}: keys, message, requests and file as botocore's")


def unreachable(aws):
    gone = f"http://127.0.0.1:{closed_port()}"
    for left, text in ((60, None), (-60, f'Could not connect to the endpoint URL: "{gone}/token"')):
        play(aws)
        with home_for(aws, SESSION, token(left), {"AWS_ENDPOINT_URL_SSO_OIDC": gone}) as home:
            got = home.probe("sso")
            is_equal(message(got), text, f"OIDC cannot be reached, {left} s left")
            is_equal(got.get("error", {}).get("exit"), text and 75, "the exit code")
    play(aws)
    with home_for(aws, SESSION, token(), {"AWS_ENDPOINT_URL_SSO": gone}) as home:
        got = home.probe("sso")
        is_equal(message(got), f'Could not connect to the endpoint URL: "{gone}/federation/credentials"',
                 "the portal cannot be reached")
        is_equal(got["error"]["exit"], 75, "which may pass")


def link_replaced(aws):
    play(aws)
    with home_for(aws, SESSION, token(60)) as home:
        shutil.rmtree(home.full(".aws/sso"))
        home.write("elsewhere", token(60))
        os.makedirs(home.full(".aws/sso/cache"))
        os.symlink(home.full("elsewhere"), home.full(file_of("my-sso")))
        home.probe("sso")
        is_equal(json.loads(home.read(file_of("my-sso")))["accessToken"], NEW, "a link is replaced by a file")
        is_equal(json.loads(home.read("elsewhere"))["accessToken"], TOKEN, "where it led to is left alone")


def rewritten(aws):
    for answer in ("good", "bare"):
        play(aws, answer)
        with home_for(aws, SESSION, token(60, other="kept?")) as home:
            os.chmod(home.full(file_of("my-sso")), 0o644)
            got = home.probe("sso")
            after = json.loads(home.read(file_of("my-sso")))
            ends = after.pop("expiresAt")
            expected = {**token(accessToken=NEW, refreshToken=NEW_REFRESH if answer == "good" else None)}
            expected.pop("expiresAt")
            is_equal(after, expected, f"refresh {answer}: the file's members")
            is_equal(ends, time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 28800)), "its expiry")
            is_equal(home.mode(file_of("my-sso")), "0o600", "its mode")
            is_equal(home.names(".aws/sso/cache"), [os.path.basename(file_of("my-sso"))], "no other file")
            is_equal(set(os.listdir(home.full(".aws/sso/cache"))) - set(home.names(".aws/sso/cache")), {".lock"},
                     "but the lock")
            ok("token refreshed" in got["origin"], "the origin says so", got["origin"])
            if not find_botocore.NEW:
                continue
            play(aws, "refused")
            is_equal(three(home.botocore()), three(got), "botocore uses the token that we wrote")
            is_equal([r.headers.get("x-amz-sso_bearer_token") for r in aws.take()], [NEW], "that one")
    link_replaced(aws)
    if not find_botocore.NEW:
        return
    play(aws)
    with home_for(aws, SESSION, token(60)) as home:
        theirs = home.botocore()
        aws.take()
        is_equal(three(home.probe("sso")), three(theirs), "we use the token that botocore wrote")
        is_equal([r.headers.get("x-amz-sso_bearer_token") for r in aws.take()], [NEW], "that one")


# ---- the portal -----------------------------------------------------------------------------------

def refused(code, text):
    return f"An error occurred ({code}) when calling the GetRoleCredentials operation: {text}"


ANSWERS = [
    ("unauthorized", 401, error_headers("UnauthorizedException"), {"message": "Session token not found"}, OVER, 253),
    ("unauthorized by another status", 403, error_headers("UnauthorizedException:http://x/"), {"message": "m"},
     OVER, 253),
    ("forbidden", 403, error_headers("ForbiddenException"), {"message": "No access"},
     refused("ForbiddenException", "No access"), 254),
    ("forbidden with a URI", 403, error_headers("ForbiddenException:http://internal.amazon.com/x/"),
     {"Message": "No"}, refused("ForbiddenException", "No"), 254),
    ("a code in the body", 400, JSON, {"code": "InvalidRequestException", "message": "m"},
     refused("InvalidRequestException", "m"), 254),
    ("a type in the body", 404, JSON, {"__type": "com.amazonaws#ResourceNotFoundException", "message": "m"},
     refused("ResourceNotFoundException", "m"), 254),
    ("header before body", 400, error_headers("InvalidRequestException"), {"__type": "Other", "message": "m"},
     refused("InvalidRequestException", "m"), 254),
    ("no code", 418, JSON, {"message": "m"}, refused("418", "m"), 254),
    ("no message", 400, error_headers("InvalidRequestException"), {}, refused("InvalidRequestException", ""), 254),
    ("too many", 429, error_headers("TooManyRequestsException"), {"message": "slow"}, None, 75),
    ("ill with HTML", 503, {"Content-Type": "text/html"}, "<html>gone</html>", None, 75),
    ("ill with nothing", 500, {}, "", None, 75),
]
MALFORMED = [
    ("no JSON", "nonsense", "roleCredentials"), ("nothing", "", "roleCredentials"),
    ("an empty object", {}, "roleCredentials"),
    ("null", {"roleCredentials": None}, "roleCredentials"), ("a list", {"roleCredentials": []}, "roleCredentials"),
]


def portal_answers(aws):
    for title, status, headers, body, text, code in ANSWERS:
        sides = []
        for side in SIDES:
            aws.reset()
            aws.reply("GET /federation/credentials", status, headers=headers, body=body)
            with home_for(aws, SESSION, token(), {"AWS_MAX_ATTEMPTS": "2"}) as home:
                sides.append(side(home))
        is_equal(message(sides[0]), message(sides[-1]), f"the portal, {title}: botocore's text")
        if text is not None:
            is_equal(message(sides[0]), text, f"the portal, {title}: the text")
        is_equal(sides[0].get("error", {}).get("exit"), code, f"the portal, {title}: the exit code")
    good = sso_document(KEYS)["roleCredentials"]
    lacking = [(f"no {name}", {"roleCredentials": {k: v for k, v in good.items() if k != name}}, name)
               for name in good]
    lacking += [(f"{name} null", {"roleCredentials": {**good, name: None}}, name) for name in good]
    lacking += [("a time before all", {"roleCredentials": {**good, "expiration": -1}}, "expiration"),
                ("a time as text", {"roleCredentials": {**good, "expiration": "2099"}}, "expiration"),
                ("a time without end", {"roleCredentials": {**good, "expiration": 1e300}}, "expiration")]
    for title, body, name in MALFORMED + lacking:
        aws.reset()
        aws.reply("GET /federation/credentials", headers=JSON, body=body)
        with home_for(aws, SESSION, token()) as home:
            got = home.probe("sso")
            is_equal(message(got), "Error when retrieving credentials from sso: the answer of "
                     f"GetRoleCredentials has no '{name}'", f"the portal says {title}")
            is_equal((got.get("error", {}).get("exit"), got.get("keys_left")), (253, 0), "and no keys stay")


def advice(aws):
    """What each message ends with, but that of a 401, which says it itself."""
    def ends(title, home, end, *arguments):
        said = provider_home.message(home.probe(*arguments, "sso")) or ""
        ok(said.endswith(end), f"what to do next: {title}", said)

    named = SESSION.replace("[default]", "[profile dev]")
    assert named != SESSION
    play(aws)
    with home_for(aws, SESSION) as home:
        ends("no token", home, "does not exist; log in with 'aws sso login'")
    with home_for(aws, named) as home:
        ends("no token, another profile", home, "does not exist; log in with 'aws sso login --profile dev'", "-p", "dev")
    with home_for(aws, SESSION.replace("[default]", "[profile 'a b']")) as home:
        ends("no token, a profile with a blank", home, "; log in with 'aws sso login --profile \"a b\"'", "-p", "a b")
    with home_for(aws, SESSION, token(accessToken=None)) as home:
        ends("a token that is none", home, "is invalid; log in with 'aws sso login'")
    with home_for(aws, SESSION, token(-60, refreshToken=None)) as home:
        ends("a token that is over", home, "refresh failed; log in with 'aws sso login'")
    play(aws, "ill")
    with home_for(aws, SESSION, token(-60)) as home:
        ends("OIDC is ill", home, "refresh failed; try again later")
    with home_for(aws, "[default]\nsso_role_name = R\n") as home:
        ends("a profile that lacks something", home, "sso_region; mend the profile with 'aws configure sso'")
    with home_for(aws, ALONE[0]) as home:
        ends("a session that is not there", home, "does not exist.; mend the profile with 'aws configure sso'")
    for status, code, end in ((403, "ForbiddenException", "no; check sso_account_id and sso_role_name, 'aws configure "
                               "sso' offers those that are yours"), (429, "TooManyRequestsException", "; try again later"),
                              (401, "UnauthorizedException", "run aws sso login with the corresponding profile.")):
        aws.reset()
        aws.reply("GET /federation/credentials", status, headers=error_headers(code), body={"message": "no"})
        with home_for(aws, SESSION, token(), {"AWS_MAX_ATTEMPTS": "1"}) as home:
            ends(f"the portal says {code}", home, end)
    aws.reset()
    aws.reply("GET /federation/credentials", body={})
    with home_for(aws, SESSION, token()) as home:
        ends("the portal says nothing", home, "no 'roleCredentials'; log in with 'aws sso login'")


def quoted(aws):
    """A service that says what it was sent."""
    aws.reset()
    aws.reply("GET /federation/credentials", 403, headers=error_headers("ForbiddenException"),
              body={"message": f"token {TOKEN}\nis bad"})
    with home_for(aws, SESSION, token()) as home:
        is_equal(message(home.probe("sso")), refused("ForbiddenException", "token *** is bad"),
                 "a token in the portal's message is not shown, and it is one line")
    aws.reset()
    aws.reply("GET /federation/credentials", headers=JSON, body=sso_document({**KEYS, "Token": KEYS["Token"] + "\n"}))
    with home_for(aws, SESSION, token()) as home:
        ok("the session token holds" in (message(home.probe("sso")) or ""), "a token with a line end is refused")


def requests(aws):
    """Names that need encoding, endpoints with a path: as botocore asks."""
    odd = SESSION.replace("Role\n", "Rôle +=,.@-_~/x y\n")
    slash = {"AWS_ENDPOINT_URL": aws.url + "/base/"}
    for title, config, environment in (
            ("a plain role", SESSION, {}), ("an odd role", odd, {}), ("an endpoint with a slash", SESSION, slash),
            ("an endpoint with a path", SESSION, {"AWS_ENDPOINT_URL": aws.url + "/base"}),
            ("an endpoint of each service", SESSION, {"AWS_ENDPOINT_URL": "http://127.0.0.1:1",
             "AWS_ENDPOINT_URL_SSO": aws.url + "/sso", "AWS_ENDPOINT_URL_SSO_OIDC": aws.url + "/oidc"})):
        sides = []
        for side in SIDES:
            play(aws)
            aws.reply(lambda r: r.path.endswith("/token"), headers=JSON, body=oidc_document(NEW))
            aws.reply(lambda r: "/federation/" in r.path, headers=JSON, body=sso_document(KEYS))
            with home_for(aws, config, token(60), environment) as home:
                side(home)
            sides.append(sent(aws.take()))
        is_equal(len(sides[0]), 2, f"{title}: two requests")
        is_equal(sides[0], sides[-1], f"{title}: method, target, body and headers as botocore's")
    play(aws)
    with home_for(aws, SESSION, token(60)) as home:
        home.probe("sso")
        ok(not any("authorization" in r.headers or "x-amz-date" in r.headers for r in aws.take()),
           "nothing is signed")
    long = keys("ASIA", "s", secret("canary" * 400 + "=" * 100))
    aws.reset()
    aws.reply("GET /federation/credentials", headers=JSON, body=sso_document(long))
    with home_for(aws, SESSION, token()) as home:
        is_equal(home.probe("sso")["credentials"]["SessionToken"], long["Token"],
                 "a session token of 2,500 bytes")


def main():
    with FakeAWS() as aws:
        configurations(aws)
        token_files(aws)
        states(aws)
        states_beside_botocore(aws)
        unreachable(aws)
        rewritten(aws)
        portal_answers(aws)
        advice(aws)
        quoted(aws)
        requests(aws)
    ok(count_said() > 100 and not leaks(), "no message, reason or origin holds a secret", *leaks())
    done()


main()
