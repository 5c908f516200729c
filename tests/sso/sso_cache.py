#!/usr/bin/python3
"""SSO: the cache that is shared with the AWS CLI, more than one process at once, and where calls go."""
import hashlib
import json
import shutil
import subprocess
import time

import find_botocore
from fake_aws import FakeAWS, JSON, XML, error_headers, oidc_document, sso_document, sts_document, when
from provider_home import count_said, leaks, three
from rivals import Rivals
from sso_cases import KEYS, LEGACY, NEW, NEW_REFRESH, SESSION, START, file_of, home_for, play, token
from tap import done, is_equal, ok


# ---- the cache of keys ------------------------------------------------------------------------------

KEY = "18b461446a81fa6f48b49ce0616af7b1f7db7b1f.json"     # account 000011112222, Role, my-sso
ENTRY = ".aws/cli/cache/" + KEY


def key_cache(aws):
    play(aws)
    with home_for(aws, SESSION, token()) as home:
        got = home.probe("-c", "sso")
        is_equal(home.names(".aws/cli/cache"), [KEY], "the entry's name")
        is_equal((home.mode(ENTRY), home.mode(".aws/cli/cache"), home.mode(".aws/cli")),
                 ("0o600", "0o700", "0o700"), "modes of the entry and its directories")
        entry = json.loads(home.read(ENTRY))
        is_equal(entry, {"ProviderType": "sso", "Credentials": {
            "AccessKeyId": KEYS["AccessKeyId"], "SecretAccessKey": KEYS["SecretAccessKey"],
            "SessionToken": KEYS["Token"], "AccountId": "000011112222",
            "Expiration": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(got["credentials"]["Expiration"]))}},
            "what it holds")
        aws.take()
        again = home.probe("-c", "sso")
        is_equal(again["credentials"], got["credentials"], "the second time the same keys")
        ok(not aws.requests and "cached in " in again["origin"], "from the cache", again["origin"])
        if find_botocore.NEW:
            is_equal(three(home.botocore(cache=True)), three(got), "botocore finds our entry")
            ok(not aws.take(), "and asks nobody")
        home.probe("sso")
        is_equal(len(aws.take()), 1, "--no-cache does not look there")
        for title, text in (("broken", "{"), ("empty", ""), ("of another shape", "[1]"),
                            ("about to expire", {**entry, "Credentials": {**entry["Credentials"],
                                                                         "Expiration": when(890)}})):
            home.write(ENTRY, text, 0o644)
            fresh = home.probe("-c", "sso")
            is_equal((len(aws.take()), fresh.get("found")), (1, True), f"an entry that is {title} is as none")
            is_equal((json.loads(home.read(ENTRY)).get("ProviderType"), home.mode(ENTRY)), ("sso", "0o600"),
                     "and is replaced")
    with home_for(aws, SESSION, token()) as home:
        home.probe("sso")
        is_equal(home.names(".aws/cli"), [], "--no-cache keeps nothing")
    if not find_botocore.NEW:
        return
    play(aws)
    with home_for(aws, LEGACY, token()) as home:
        theirs = home.botocore(cache=True)
        name = hashlib.sha1(json.dumps({"accountId": "000011112222", "roleName": "Role", "startUrl": START},
                                       separators=(",", ":")).encode()).hexdigest()
        is_equal(home.names(".aws/cli/cache"), [name + ".json"], "legacy: the name that botocore gives")
        aws.take()
        is_equal(three(home.probe("-c", "sso")), three(theirs), "legacy: we find botocore's entry")
        ok(not aws.take(), "and ask nobody")


def endpoint_rules(url):
    """A rule set that leads to one URL: for releases of the AWS CLI that know no endpoint variables."""
    parameters = {name: {"builtIn": f"{space}::{name}", "required": False, "type": kind, "documentation": "."}
                  for name, space, kind in (("Region", "AWS", "String"), ("UseFIPS", "AWS", "Boolean"),
                                            ("UseDualStack", "AWS", "Boolean"), ("Endpoint", "SDK", "String"))}
    rule = {"conditions": [], "type": "endpoint", "endpoint": {"url": url, "properties": {}, "headers": {}}}
    return {"version": "1.0", "parameters": parameters, "rules": [rule]}


def aws_cli(aws):
    """Version 2 of the AWS CLI, where there is one."""
    program = shutil.which("aws", path="/usr/local/bin:/usr/bin:/bin")
    version = program and subprocess.run([program, "--version"], capture_output=True, text=True, check=False).stdout
    if not version or not version.startswith("aws-cli/2"):
        ok(True, "the AWS CLI, version 2, is not here")
        return

    def export(home):
        for service in ("sso", "sso-oidc"):
            home.write(f".aws/models/{service}/2019-06-10/endpoint-rule-set-1.json", endpoint_rules(aws.url))
        run = subprocess.run([program, "configure", "export-credentials"], capture_output=True, text=True,
                             env={**home.environment, "AWS_PAGER": ""}, check=False)
        return {"credentials": json.loads(run.stdout)} if run.returncode == 0 else {"message": run.stderr}

    play(aws)
    with home_for(aws, SESSION, token()) as home:
        got = home.probe("-c", "sso")
        aws.take()
        is_equal(three(export(home)), three(got), "the AWS CLI finds our entry")
        ok(not aws.take(), "and asks nobody")
    for form, config in (("session", SESSION), ("legacy", LEGACY)):
        play(aws)
        with home_for(aws, config, token()) as home:
            theirs = export(home)
            ok("credentials" in theirs and len(aws.take()) == 1, f"{form}: the AWS CLI gets keys", theirs)
            got = home.probe("-c", "sso")
            is_equal(three(got), three(theirs), "and we find its entry")
            is_equal(got.get("credentials", {}).get("AccountId"), "000011112222", "with its account")
            ok(not aws.take(), "and ask nobody")
    play(aws)
    with home_for(aws, SESSION, token(60)) as home:
        theirs = export(home)
        is_equal([r.path for r in aws.take()][:1], ["/token"], "the AWS CLI refreshes the token", theirs)
        home.probe("sso")
        is_equal([r.headers.get("x-amz-sso_bearer_token") for r in aws.take()], [NEW], "and we use it")
    play(aws)
    with home_for(aws, SESSION, token(60)) as home:
        home.probe("sso")
        aws.take()
        export(home)
        is_equal([r.headers.get("x-amz-sso_bearer_token") for r in aws.take()], [NEW],
                 "the AWS CLI uses the token that we refreshed")


def source_profile(aws):
    """The keys of a profile that serves another one go into no cache."""
    config = SESSION.replace("[default]", "[profile base]") + (
        "[default]\nregion = us-east-1\nrole_arn = arn:aws:iam::111122223333:role/r\nsource_profile = base\n")
    play(aws)
    aws.reply("POST /", headers=XML, body=lambda _: sts_document(given=KEYS))
    with home_for(aws, config, token()) as home:
        got = home.probe("-c", "assume-role")
        ok(got.get("found") is True and len(aws.take()) == 2, "a role whose source is SSO", got)
        is_equal(len(home.names(".aws/cli/cache")), 1, "has one entry in the cache")
        ok(KEY not in home.names(".aws/cli/cache"), "the role's own")


HOSTS = [
    ("us-east-1", {}, "portal.sso.us-east-1.amazonaws.com", "oidc.us-east-1.amazonaws.com"),
    ("cn-north-1", {}, "portal.sso.cn-north-1.amazonaws.com.cn", "oidc.cn-north-1.amazonaws.com.cn"),
    ("us-gov-west-1", {}, "portal.sso.us-gov-west-1.amazonaws.com", "oidc.us-gov-west-1.amazonaws.com"),
    ("us-iso-east-1", {}, "portal.sso.us-iso-east-1.c2s.ic.gov", "oidc.us-iso-east-1.c2s.ic.gov"),
    ("us-east-1", {"AWS_USE_FIPS_ENDPOINT": "true"}, "portal.sso-fips.us-east-1.amazonaws.com",
     "oidc-fips.us-east-1.amazonaws.com"),
    ("us-gov-west-1", {"AWS_USE_FIPS_ENDPOINT": "true"}, "portal.sso.us-gov-west-1.amazonaws.com",
     "oidc.us-gov-west-1.amazonaws.com"),
    ("us-east-1", {"AWS_USE_DUALSTACK_ENDPOINT": "true"}, "portal.sso.us-east-1.api.aws", "oidc.us-east-1.api.aws"),
    ("us-east-1", {"AWS_USE_DUALSTACK_ENDPOINT": "true", "AWS_USE_FIPS_ENDPOINT": "true"},
     "portal.sso-fips.us-east-1.api.aws", "oidc-fips.us-east-1.api.aws"),
]


def hosts(aws):
    """Where a call goes, seen by a proxy that lets none through: OIDC with a token that is over."""
    for region, environment, portal, oidc in HOSTS:
        for left, expected in ((3600, portal), (-60, oidc)):
            aws.reset()
            config = SESSION.replace("sso_region = us-east-1", f"sso_region = {region}")
            with home_for(aws, config, token(left), {"HTTPS_PROXY": aws.url, **environment}) as home:
                del home.environment["AWS_ENDPOINT_URL"]
                got = home.probe("sso")
                is_equal([(r.method, r.target) for r in aws.take()], [("CONNECT", expected + ":443")],
                         f"{region} {' '.join(environment)}: the host", got)


# ---- more than one at once ------------------------------------------------------------------------------

def at_once(aws):
    play(aws)
    aws.routes = [route for route in aws.routes if "federation" not in str(route.match)]
    with home_for(aws, SESSION, token()) as home:
        rivals = Rivals(home.full(".aws/cli/cache/.lock"), 8)
        aws.reply("GET /federation/credentials", headers=JSON, body=lambda _: (rivals(), sso_document(KEYS))[1])
        running = [home.start("-c", "sso") for _ in range(8)]
        got = [home.finish(one) for one in running]
        is_equal(([three(one) for one in got], rivals.met), ([three(got[0])] * 8, True), "eight at once: all get keys")
        is_equal(len(aws.take()), 1, "by one request")
    spent = set()

    def redeem(request):
        offered = request.json["refreshToken"]
        if offered in spent:
            return 400, error_headers("InvalidGrantException"), {"error": "invalid_grant"}
        spent.add(offered)
        rivals()
        return 200, JSON, oidc_document(NEW, 28800, NEW_REFRESH)

    for left in (60, -60):
        spent.clear()
        aws.reset()
        aws.reply("GET /federation/credentials", headers=JSON, body=lambda _: sso_document(KEYS))
        aws.reply("POST /token", body=redeem)
        config = SESSION + "".join(SESSION.split("[sso-")[0].replace("default", f"profile p{i}")
                                   .replace("Role", f"Role{i}") for i in range(4))
        with home_for(aws, config, token(left)) as home:
            rivals = Rivals(home.full(".aws/sso/cache/.lock"), 4)
            running = [home.start("-c", "-p", f"p{i}", "sso") for i in range(4)]
            got = [home.finish(one) for one in running]
            after = json.loads(home.read(file_of("my-sso")))
            is_equal(([one.get("found", False) for one in got], rivals.met), ([True] * 4, True),
                     f"four roles, {left} s left, a refresh token that is good once: all get keys", got)
            is_equal(sum(r.path == "/token" for r in aws.take()), 1, "by one refresh")
            is_equal((after["accessToken"], after["refreshToken"]), (NEW, NEW_REFRESH),
                     "the file holds the new token")


def main():
    with FakeAWS() as aws:
        key_cache(aws)
        aws_cli(aws)
        source_profile(aws)
        hosts(aws)
        at_once(aws)
    ok(count_said() > 30 and not leaks(), "no message, reason or origin holds a secret", *leaks())
    done()


main()
