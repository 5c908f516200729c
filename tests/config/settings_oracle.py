#!/usr/bin/python3
"""The settings against botocore: which value counts, which are refused, where services are.

Environments and shared files are drawn by chance; what settings makes of them (tests/config/dump_settings) is
compared with botocore's own configuration. Where version 2 of the AWS CLI differs from botocore, or we
differ on purpose, the case stands in a table here with the reason. SEED=N repeats a run, COUNT=N sets
how many configurations are made up.
"""
import json
import os
import random
import subprocess
import tempfile

import find_botocore
import tap

import botocore.args
import botocore.config
import botocore.endpoint_provider
import botocore.exceptions
import botocore.session

try:
    from botocore.useragent import sanitize_user_agent_string_component as clean
except ImportError:  # older ones name no application
    clean = None

DUMP = os.path.join(os.environ.get("BUILD_DIR", "."), "tests", "config", "dump_settings")
PATH = os.environ.get("PATH", "")
LOADER = botocore.session.Session().get_component("data_loader")

# Our name, botocore's, its variables.
TEXTS = [
    ("output", None, "AWS_DEFAULT_OUTPUT"),
    ("ca_bundle", "ca_bundle", "AWS_CA_BUNDLE"),
    ("retry_mode", "retry_mode", "AWS_RETRY_MODE"),
    ("defaults_mode", "defaults_mode", "AWS_DEFAULTS_MODE"),
    ("sdk_ua_app_id", "user_agent_appid", "AWS_SDK_UA_APP_ID"),
    ("ec2_metadata_service_endpoint", "ec2_metadata_service_endpoint", "AWS_EC2_METADATA_SERVICE_ENDPOINT"),
    ("ec2_metadata_service_endpoint_mode", "ec2_metadata_service_endpoint_mode",
     "AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE"),
]
BOOLEANS = [
    ("use_fips_endpoint", "AWS_USE_FIPS_ENDPOINT"),
    ("use_dualstack_endpoint", "AWS_USE_DUALSTACK_ENDPOINT"),
    ("ignore_configured_endpoint_urls", "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"),
    ("imds_use_ipv6", "AWS_IMDS_USE_IPV6"),
    ("ec2_metadata_v1_disabled", "AWS_EC2_METADATA_V1_DISABLED"),
]
NUMBERS = [
    ("max_attempts", "AWS_MAX_ATTEMPTS"),
    ("metadata_service_timeout", "AWS_METADATA_SERVICE_TIMEOUT"),
    ("metadata_service_num_attempts", "AWS_METADATA_SERVICE_NUM_ATTEMPTS"),
]
SERVICES = [("ssm", "ssm"), ("sts", "sts"), ("sso", "sso"), ("sso_oidc", "sso-oidc"), ("signin", "signin")]

# botocore's defaults; that of retry_mode is standard in version 2 of the AWS CLI, and here.
DEFAULTS = {"retry_mode": "legacy", "defaults_mode": "legacy"}


def run_dump(environment, *arguments, lines=None):
    run = subprocess.run([DUMP, *arguments], env=environment, capture_output=True, check=True,
                         input=None if lines is None else "".join(f"{line}\n" for line in lines).encode())
    return [json.loads(line) for line in run.stdout.splitlines()]


def session_of(environment, profile=None):
    os.environ.clear()
    os.environ.update(environment)
    session = botocore.session.Session(profile=profile)
    session.register_component("data_loader", LOADER)
    session.set_credentials("AKIDEXAMPLE", "secret")
    return session


class Drawing:
    """An environment and two files, drawn by chance."""

    def __init__(self, rng, directory):
        self.rng = rng
        self.environment = {"PATH": PATH, "HOME": directory,
                            "AWS_CONFIG_FILE": os.path.join(directory, "config"),
                            "AWS_SHARED_CREDENTIALS_FILE": os.path.join(directory, "credentials")}
        self.config = "".join(self.section(name) for name in ("default", "profile one", 'profile "a b"'))
        self.config += "".join(f"[services {name}]\n{self.services()}" for name in ("dev", "more"))
        self.credentials = "".join(self.section(name, 0.1) for name in ("default", "one", "two")
                                   if rng.random() < 0.3)
        for name, _, variable in TEXTS:
            self.maybe_set(variable, name)
        for name, variable in BOOLEANS + NUMBERS:
            self.maybe_set(variable, name)
        for suffix in ("", "_SSM", "_STS", "_SSO", "_SSO_OIDC", "_SIGNIN"):
            self.maybe_set(f"AWS_ENDPOINT_URL{suffix}", "endpoint_url")
        self.maybe_set("AWS_DEFAULT_REGION", "region")
        if rng.random() < 0.5:
            self.environment["AWS_PROFILE"] = rng.choice(["one", "a b", "default", "one", "a b", "two", "nobody"])

    def maybe_set(self, variable, name):
        if self.rng.random() < 0.25:
            self.environment[variable] = self.value(name)

    def value(self, name):
        rng = self.rng
        if name in {row[0] for row in BOOLEANS}:
            return rng.choice(["true", "TRUE", "True", "false", "", "1", "yes", " true"])
        return rng.choice({
            "max_attempts": ["1", "2", "7", " 4 ", "1000", "0", "-1", "x", "1.5", "", "007"],
            "metadata_service_timeout": ["1", "5", " 2", "0.5", "soon", ""],
            "metadata_service_num_attempts": ["0", "1", "3", "many", ""],
            "retry_mode": ["legacy", "standard", "adaptive", "standard", "Standard", "fast", ""],
            "defaults_mode": ["legacy", "standard", "in-region", "cross-region", "mobile", "Mobile", "slow", ""],
            "output": ["json", "text", "table"],
            "ca_bundle": ["/a/bundle.pem", "~/bundle.pem", "relative", "/a b"],
            "sdk_ua_app_id": ["app", "my app/1#2", "x" * 60, "\u00e9t\u00e9", ""],
            "ec2_metadata_service_endpoint": ["http://127.0.0.1:1/", "http://[::1]/", ""],
            "ec2_metadata_service_endpoint_mode": ["ipv4", "ipv6", "IPv6", "ipv5", ""],
            "endpoint_url": ["http://one.example:8000", "https://two.example/base", "https://three", ""],
            "services": ["dev", "more", "dev", "more", "missing"],
            "region": ["eu-west-1", "us-gov-west-1", ""],
        }[name])

    def section(self, name, chance=0.3):
        names = [row[0] for row in TEXTS + BOOLEANS + NUMBERS] + ["endpoint_url", "services", "region"]
        lines = [f"{key} = {self.value(key)}" for key in names if self.rng.random() < chance]
        return "\n".join([f"[{name}]", *lines]) + "\n"

    def services(self):
        return "".join(f"{name} =\n  endpoint_url = {self.value('endpoint_url')}\n"
                       for name in ("ssm", "sts", "sso", "sso_oidc", "SIGNIN") if self.rng.random() < 0.6) or "x =\n"

    def write(self):
        for variable, text in (("AWS_CONFIG_FILE", self.config), ("AWS_SHARED_CREDENTIALS_FILE", self.credentials)):
            with open(self.environment[variable], "w", encoding="utf-8") as file:
                file.write(text)

    def __str__(self):
        own = {name: value for name, value in self.environment.items() if name.startswith("AWS_")}
        return f"{own}\n{self.config}--\n{self.credentials}"


class Comparison:
    """Counts what agrees by its title; keeps what differs to show it."""

    def __init__(self):
        self.counts, self.errors, self.wrong = {}, {}, {}

    def add(self, title, label, got, expected, error=False):
        self.counts[title] = self.counts.get(title, 0) + 1
        self.errors[title] = self.errors.get(title, 0) + error
        if got != expected:
            self.wrong.setdefault(title, []).append(f"expected {expected!r}, got {got!r}\n{label}")

    def report(self):
        for title, count in self.counts.items():
            wrong = self.wrong.get(title, [])
            tap.ok(not wrong, f"{title}: {count} cases, {self.errors[title]} of them errors",
                   f"{len(wrong)} differ", *wrong[:3])


def knows(session, name):
    """Whether this botocore, which may be an older one, has the setting."""
    return name in session.get_component("config_store")._mapping


def compare_raw(comparison, drawing, got, session):
    """The value that counts. Of an empty one botocore says that it is set, and then does without it."""
    for name, theirs, variable in TEXTS:
        if theirs is not None and not knows(session, theirs):
            continue
        expected = session.get_config_variable(theirs) if theirs else os.environ.get(
            variable, session.get_scoped_config().get(name))
        if expected == "" and name != "ca_bundle":
            continue  # for us it is none: ON_PURPOSE
        text, origin = got["raw"][name]
        text = DEFAULTS.get(name) if text is None else text
        comparison.add(f"{name}: the value that counts", drawing, text, expected)
        comparison.add("values of the environment name their variable", drawing,
                       not os.environ.get(variable) or origin == variable, True)
    for name, variable in BOOLEANS:
        if not knows(session, name):
            continue
        text, _ = got["raw"][name]
        comparison.add(f"{name}: the value that counts", drawing, text is not None and text.lower() == "true",
                       bool(session.get_config_variable(name)))


def compare_endpoints(comparison, drawing, got, session):
    for service, client in SERVICES:
        try:
            if session.get_config_variable("ignore_configured_endpoint_urls"):
                expected = None
            else:
                expected = botocore.configprovider.ConfiguredEndpointProvider(
                    full_config=session.full_config, scoped_config=session.get_scoped_config(),
                    client_name=client).provide() or None
        except botocore.exceptions.InvalidConfigError as error:
            expected = str(error)
        value = got[service]
        failed = isinstance(value, dict)
        comparison.add(f"{service}: the configured endpoint", drawing, value["error"] if failed else value[0],
                       expected, failed)


def their_number(session, name):
    """(number or None, whether it is refused)"""
    try:
        return session.get_config_variable(name), False
    except ValueError:
        return None, True


def is_empty(session, name, variable):
    """Whether what botocore finds is set to nothing."""
    return os.environ.get(variable, session.get_scoped_config().get(name, "x")) == ""


def retries_of(session):
    """(mode, attempts) that a client's configuration comes to, or the error's text."""
    creator = botocore.args.ClientArgsCreator(event_emitter=None, user_agent=None, response_parser_factory=None,
                                              loader=LOADER, exceptions_factory=None,
                                              config_store=session.get_component("config_store"))
    kwargs = {}
    creator._compute_retry_config(kwargs)
    mode, attempts = kwargs["retries"]["mode"], kwargs["retries"].get("total_max_attempts")
    try:
        botocore.config.Config(retries={"mode": mode})
        if attempts is not None:
            botocore.config.Config(retries={"total_max_attempts": attempts})
    except botocore.exceptions.InvalidRetryConfigurationError as error:
        return str(error)
    return mode, attempts


def compare_app_id(comparison, drawing, got, session):
    app_id = session.get_config_variable("user_agent_appid")
    expected = [f"app/{clean(app_id, allow_hash=True)}"] if app_id else []
    if app_id or not is_empty(session, "sdk_ua_app_id", "AWS_SDK_UA_APP_ID"):
        comparison.add("the application's id in the User-Agent", drawing, got["user_agent"].split(" ")[6:], expected)


def compare_checked(comparison, drawing, got, session):
    modes = ("AWS_RETRY_MODE", "AWS_DEFAULTS_MODE")
    if not is_empty(session, "max_attempts", "AWS_MAX_ATTEMPTS") and not is_empty(session, "retry_mode", modes[0]):
        value, failed = got["attempts"], isinstance(got["attempts"], dict)
        mode = got["raw"]["retry_mode"][0]
        try:
            expected = retries_of(session)
        except ValueError:
            expected = "not a number"
        if isinstance(expected, str):
            comparison.add("retries: refused", drawing, failed, True, True)
            if failed and expected != "not a number":
                comparison.add("retries: botocore's text", drawing, expected in value["error"], True, True)
        else:
            usual = 5 if mode == "legacy" else 3
            comparison.add("retries: attempts", drawing, value, expected[1] or usual)
    number, refused = their_number(session, "metadata_service_timeout")
    if not is_empty(session, "metadata_service_timeout", "AWS_METADATA_SERVICE_TIMEOUT"):
        value = got["metadata_timeout"]
        comparison.add("metadata_service_timeout: a number or refused", drawing,
                       (None, True) if isinstance(value, dict) else (value, False), (number, refused), refused)
    if not is_empty(session, "defaults_mode", modes[1]):
        compare_defaults(comparison, drawing, got, session)


def compare_defaults(comparison, drawing, got, session):
    resolver = botocore.configprovider.DefaultConfigResolver(LOADER.load_data("sdk-default-configuration"))
    mode, value = session.get_config_variable("defaults_mode").lower(), got["connect_timeout"]
    if mode == "legacy":
        comparison.add("defaults_mode: time to connect", drawing, value, 0)
    elif mode not in resolver.get_default_modes():
        text = str(botocore.exceptions.InvalidDefaultsMode(
            mode=session.get_config_variable("defaults_mode"),
            valid_modes=", ".join(resolver.get_default_modes())))
        comparison.add("defaults_mode: refused with botocore's text", drawing,
                       isinstance(value, dict) and value["error"].endswith(text), True, True)
    else:
        expected = resolver.get_default_config_values(mode)["connectTimeoutInMillis"]
        comparison.add("defaults_mode: time to connect", drawing, value, expected)


def test_drawings():
    seed, count = int(os.environ.get("SEED", random.randrange(1 << 32))), int(os.environ.get("COUNT", "250"))
    print(f"# SEED={seed}")
    rng, comparison = random.Random(seed), Comparison()
    with tempfile.TemporaryDirectory() as directory:
        for _ in range(count):
            drawing = Drawing(rng, directory)
            drawing.write()
            got = run_dump(drawing.environment)[0]
            session = session_of(drawing.environment)
            try:
                session.get_scoped_config()
            except botocore.exceptions.ProfileNotFound as error:
                comparison.add("a profile that is not there", drawing, got.get("open", {}).get("error"), str(error), True)
                continue
            compare_raw(comparison, drawing, got, session)
            if find_botocore.NEW:
                compare_endpoints(comparison, drawing, got, session)
            compare_checked(comparison, drawing, got, session)
            if clean:
                compare_app_id(comparison, drawing, got, session)
    comparison.report()


# Where we differ from botocore on purpose: the environment, the property, the value, why.
ON_PURPOSE = [
    ({"AWS_REGION": "us-east-1", "AWS_DEFAULT_REGION": "eu-west-1"}, "region", "us-east-1",
     "version 2 of the AWS CLI reads AWS_REGION, and first"),
    ({"AWS_REGION": "", "AWS_DEFAULT_REGION": "eu-west-1"}, "region", "eu-west-1", "an empty variable is none"),
    ({"AWS_RETRY_MODE": ""}, "retry_mode", None, "an empty variable is none"),
    ({"REQUESTS_CA_BUNDLE": "/last"}, "ca_bundle", "/last", "the last of the CA bundles"),
    ({"REQUESTS_CA_BUNDLE": "/last", "AWS_CA_BUNDLE": "/first"}, "ca_bundle", "/first", "behind AWS_CA_BUNDLE"),
]

REFUSED = [
    ({"AWS_MAX_ATTEMPTS": "+3"}, "attempts", "a sign, which Python takes"),
    ({"AWS_MAX_ATTEMPTS": "1_0"}, "attempts", "a separator, which Python takes"),
    ({"AWS_CA_BUNDLE": ""}, "ca_bundle", "older releases trust anybody then"),
    ({"AWS_CA_BUNDLE": " \t"}, "ca_bundle", "the same for blanks"),
    ({"REQUESTS_CA_BUNDLE": ""}, "ca_bundle", "the same for the last of them"),
]


def test_on_purpose():
    base = {"PATH": PATH, "HOME": "/nonexistent"}
    for environment, name, expected, reason in ON_PURPOSE:
        got = run_dump({**base, **environment})[0]["raw"][name][0]
        tap.is_equal(got, expected, f"{environment}: {reason}")
    for environment, name, reason in REFUSED:
        got = run_dump({**base, **environment})[0][name]
        variable = next(iter(environment))
        tap.ok(isinstance(got, dict) and got["error"].startswith(f"{variable}: "), f"refused: {environment}: {reason}", got)


# Services.

def regions(partitions):
    for partition in partitions["partitions"]:
        yield from (region for region in partition["regions"] if not region.endswith("-global"))
    yield from ("us-newregion-9", "us-gov-future-1", "cn-new-1", "banana", "US-EAST-1", "us-east-1extra", "eusc-fr-west-1")


def flags(fips, dual_stack):
    return {"PATH": PATH, "HOME": "/nonexistent", "AWS_USE_FIPS_ENDPOINT": str(fips),
            "AWS_USE_DUALSTACK_ENDPOINT": str(dual_stack)}


def ruleset_of(client, partitions):
    try:
        data = LOADER.load_service_model(client, "endpoint-rule-set-1")
    except botocore.exceptions.BotoCoreError:
        return None  # an older botocore has no such service, or no rules for it
    return botocore.endpoint_provider.EndpointProvider(data, partitions)


def resolve(rules, region, fips, dual_stack):
    """The URL by botocore's rules, None where its older data has no answer."""
    try:
        return rules.resolve_endpoint(Region=region, UseFIPS=fips, UseDualStack=dual_stack).url.rstrip("/") + "/"
    except botocore.exceptions.BotoCoreError:
        return None


def is_older_rule(region, expected):
    """Older rules have no GovCloud exception for SSO."""
    return (find_botocore.version_of(find_botocore.VERSION) < (1, 43) and region.startswith("us-gov-")
            and "-fips." in expected and expected.endswith(".amazonaws.com/"))


def test_services():
    partitions = LOADER.load_data("partitions")
    known, combinations = list(regions(partitions)), [(f, d) for f in (False, True) for d in (False, True)]
    for service, client in SERVICES:
        rules, wrong, count = ruleset_of(client, partitions), [], 0
        if rules is None:
            continue
        for fips, dual_stack in combinations:
            got = run_dump(flags(fips, dual_stack), "-u", lines=[f"{service} {region}" for region in known])
            for region, answer in zip(known, got):
                expected = resolve(rules, region, fips, dual_stack)
                if expected is None or is_older_rule(region, expected):
                    continue
                count += 1
                if answer.get("url") != expected:
                    wrong.append(f"{region}, FIPS {fips}, dual-stack {dual_stack}: {answer}, not {expected}")
        tap.ok(not wrong and count, f"{service}: {count} hosts, all regions and partitions", *wrong[:6])


def test_clients():
    """A few through whole clients: what botocore does besides the rules changes nothing."""
    for region, service, client, fips in (
            ("us-east-1", "sts", "sts", False), ("us-west-2", "sts", "sts", True),
            ("fips-us-west-2", "sts", "sts", False), ("us-gov-west-1", "sts", "sts", True),
            ("eu-west-1", "sso", "sso", False), ("us-west-2-fips", "sso", "sso", False),
            ("cn-north-1", "sso_oidc", "sso-oidc", False), ("us-east-2", "sso_oidc", "sso-oidc", True)):
        session = session_of({**flags(fips, False), "AWS_STS_REGIONAL_ENDPOINTS": "regional"})
        expected = session.create_client(client, region_name=region).meta.endpoint_url + "/"
        got = run_dump(flags(fips, False), "-u", lines=[f"{service} {region}"])[0]
        tap.is_equal(got.get("url"), expected, f"a client of {client} for {region}{', FIPS' if fips else ''}")


def test_pseudo_regions():
    for region in ("aws-global", "aws-us-gov-global", "fips-aws-global", "bad_one", ""):
        got = run_dump(flags(False, False), "-u", lines=[f"sts {region}"])[0]
        tap.ok("error" in got, f"no region: '{region}'", got)
    got = run_dump({**flags(False, False), "AWS_STS_REGIONAL_ENDPOINTS": "legacy"}, "-u", lines=["sts us-east-1"])[0]
    tap.is_equal(got, {"url": "https://sts.us-east-1.amazonaws.com/"}, "STS is regional, whatever the legacy setting says")


def main():
    path = dict(os.environ)
    test_drawings()
    test_on_purpose()
    test_services()
    test_clients()
    test_pseudo_regions()
    os.environ.update(path)
    tap.done()


main()
