#!/usr/bin/python3
"""ssm-request against botocore: where a request goes, and for which region.

The URL is the one that botocore would send to, taken by a hook that stops before sending. Where we
differ on purpose the case stands in a table here, with the reason. SEED=N repeats a run, COMBINATIONS=N
sets how many configurations are made up.
"""
import json
import os
import random
import re
import subprocess
import tempfile

import find_botocore
import tap

import botocore.awsrequest
import botocore.config
import botocore.session

TOOL = os.path.join(os.environ.get("BUILD_DIR", "."), "ssm-request")
PATH = os.environ.get("PATH", "")
LOADER = botocore.session.Session().get_component("data_loader")
PARTITIONS = LOADER.load_data("partitions")["partitions"]
KNOWN = {partition["id"] for partition in PARTITIONS}


# What ssm-request says.

def ours(environment, *options):
    """(url, region), or the error's message."""
    run = subprocess.run([TOOL, "resume-session", "--session-id", "s", "--error-format", "json", *options],
                         env=environment, capture_output=True, check=False)
    if run.returncode != 0:
        return json.loads(run.stderr.splitlines()[-1])["Error"]["Message"]
    document = json.loads(run.stdout)
    return document["url"], document["region"]


# What botocore says.

class Body:
    """An empty answer."""

    @staticmethod
    def stream(*_args, **_kwargs):
        return iter([b"{}"])


def session_of(environment, profile=None):
    os.environ.clear()
    os.environ.update(environment)
    session = botocore.session.Session(profile=profile)
    session.register_component("data_loader", LOADER)
    session.set_credentials("AKIDEXAMPLE", "secret")
    return session


def sent_by(client):
    """(url, region) of the request that the client would send."""
    seen = []

    def stop(request, **_kwargs):
        scope = request.headers["Authorization"]
        scope = scope.decode() if isinstance(scope, bytes) else scope
        seen.append((request.url, scope.split("/")[2]))
        return botocore.awsrequest.AWSResponse(request.url, 200, {}, Body())

    client.meta.events.register_last("before-send", stop)
    client.resume_session(SessionId="s")
    return seen[0]


def theirs(session, **arguments):
    """The same as ours(), and what the client reports as its endpoint."""
    try:
        client = session().create_client("ssm", **arguments)
        return sent_by(client), client.meta.endpoint_url
    except Exception as error:  # any: some are plain crashes
        return f"{error}", None


TEXTS = ("You must specify a region", "Provided region_name", "The config profile", "Unable to parse",
         "The profile is configured", "Invalid endpoint")


def agree(got, expected):
    """The same, or both an error. When both speak of the same fault, with botocore's words in ours:
    of several faults another may come first."""
    if isinstance(got, str) and isinstance(expected, str):
        same = [text for text in TEXTS if text in got and text in expected]
        return not same or expected.rstrip(".") in got
    return got == expected


class Comparison:
    """Counts agreements; keeps what differs to show it."""

    def __init__(self):
        self.count, self.errors, self.wrong = 0, 0, []

    def add(self, label, got, expected):
        self.count += 1
        self.errors += isinstance(expected, str)
        if not agree(got, expected):
            self.wrong.append(f"{label}\n  expected {expected!r}\n  got      {got!r}")

    def report(self, title):
        tap.ok(not self.wrong and self.count, f"{title}: {self.count} cases, {self.errors} of them errors",
               f"{len(self.wrong)} differ", *self.wrong[:6])


# Regions.

# botocore builds a client from older data that lacks the dual-stack hosts of two partitions.
HOLE = "Unable to construct a modeled endpoint with the following variant(s) ["

# The partitions data of an older botocore; what it does not know cannot be compared.
OLDER = ("DualStack is enabled but this partition", "FIPS and DualStack are enabled, but this partition")


def differs_in_report(region, dual_stack):
    """The older data gives another host than the request goes to."""
    return dual_stack and region.startswith(("us-iso-", "us-isob-"))


def has_partition(region):
    """Whether this botocore's data has the partition that ours puts the region in."""
    for prefix, partition in (("eusc-", "aws-eusc"), ("eu-isoe-", "aws-iso-e"), ("us-isof-", "aws-iso-f")):
        if region.startswith(prefix):
            return partition in KNOWN
    return True


def lacks_dual_stack(region):
    """Whether this botocore's data is of a time when the region's partition had no dual-stack hosts."""
    for partition in PARTITIONS:
        if re.match(partition["regionRegex"], region):
            outputs = partition["outputs"]
            return not outputs["supportsDualStack"] or outputs["dualStackDnsSuffix"] == outputs["dnsSuffix"]
    return False


def all_regions():
    for partition in PARTITIONS:
        for region in partition["regions"]:
            if not region.endswith("-global"):
                yield region


def random_regions(rng, count):
    heads = ["us", "eu", "ap", "il", "mx", "cn", "us-gov", "us-iso", "us-isob", "us-isof", "eu-isoe",
             "eusc-de", "eusc-fr", "US", "us-gova", "xx", "fips-us", "eu-fips", "fips-us-gov", "us-fips-iso"]
    words = ["east", "west", "central", "north2", "fips", "a_b", "", "x", "EAST", "gov", "iso"]
    tails = ["1", "2", "10", "", "1a", "x", "-1", "1-fips", "1 ", "1.evil.example", "1/", "1\n2", "1\u00e9"]
    for _ in range(count):
        yield "-".join([rng.choice(heads), rng.choice(words), rng.choice(tails[:3] * 4 + tails)])


def flags(fips, dual_stack):
    environment = {"PATH": PATH, "HOME": "/nonexistent"}
    if fips:
        environment["AWS_USE_FIPS_ENDPOINT"] = "true"
    if dual_stack:
        environment["AWS_USE_DUALSTACK_ENDPOINT"] = "true"
    return environment


def test_candidates():
    """What completions offer for --region: all that this botocore knows, each in its partition."""
    listed = subprocess.run([TOOL, "--region", "--complete", ""], capture_output=True, text=True, check=True).stdout
    ours = dict(line.split("\t") for line in listed.splitlines())
    missing = [region for region in all_regions() if region not in ours]
    tap.ok(not missing, "every region of botocore's is a candidate", missing)
    wrong = [region for region, name in ours.items() for partition in PARTITIONS
             if re.match(partition["regionRegex"], region) and has_partition(region) and partition["id"] != name]
    tap.ok(not wrong, "and stands in botocore's partition", wrong)


def test_regions(title, regions):
    comparison, reported, session = Comparison(), [], session_of(flags(False, False))
    for region in regions:
        if not has_partition(region):
            continue
        for fips, dual_stack in (False, False), (False, True), (True, False), (True, True):
            config = botocore.config.Config(use_fips_endpoint=fips, use_dualstack_endpoint=dual_stack)
            expected, report = theirs(lambda: session, region_name=region, config=config)
            got = ours(flags(fips, dual_stack), "--region", region)
            label = f"{region!r}, FIPS {fips}, dual-stack {dual_stack}"
            if isinstance(expected, str) and expected.startswith(OLDER) or (
                    dual_stack and lacks_dual_stack(region)):
                continue
            if isinstance(expected, str) and expected.startswith(HOLE):
                comparison.add(label, got, by_rules(region, fips))
                continue
            comparison.add(label, got, expected)
            if not isinstance(got, str) and f"{report}/" != got[0] and not differs_in_report(got[1], dual_stack):
                reported.append(f"{label}: the client reports {report}")
    comparison.report(title)
    tap.ok(not reported, f"{title}: the client's own endpoint is the same, but in the iso partitions",
           *reported[:6])


def by_rules(region, fips):
    """What the partitions data says where botocore's older data has no answer."""
    suffix = next(partition["outputs"]["dualStackDnsSuffix"] for partition in PARTITIONS
                  if re.fullmatch(partition["regionRegex"].strip("^$"), region))
    return f"https://ssm{'-fips' if fips else ''}.{region}.{suffix}/", region


# Where we refuse what botocore takes: why, and what we say.
REFUSED_REGIONS = [
    ("aws-global", "no alias for Systems Manager", "'aws-global' is not a region of Systems Manager"),
    ("aws-cn-global", "no alias for Systems Manager", "'aws-cn-global' is not a region of Systems Manager"),
    ("fips-aws-us-gov-global", "the same in FIPS form",
     "'fips-aws-us-gov-global' is not a region of Systems Manager"),
    ("us-east-1\n", "a line end that Python's $ overlooks",
     "Provided region_name 'us-east-1\n' doesn't match a supported format."),
]


def test_refused_regions():
    for region, reason, message in REFUSED_REGIONS:
        tap.is_equal(ours(flags(False, False), "--region", region), message,
                     f"refused on purpose: {reason} ({region!r})")


# Custom endpoints.

CUSTOM = [
    "http://localhost:8000", "http://localhost:8000/", "http://[::1]:8080", "https://h.", "https://h/",
    "https://h/base", "https://h/base/", "https://h/base/x?a=b&c=d", "https://h?a=b", "https://h:443/",
    "http://h:80", "https://127.0.0.1:1/", "https://x.y.example:8443/a//b",
    "https://vpce-0.ssm.us-east-1.vpce.amazonaws.com",
    "https://" + "a" * 63 + ".b", "https://" + "a" * 64, "https://", "https://under~score.example", "https://a b",
    "https://-a.example", "https://a-.example", "https://a..b", "https://.a", "ssm.example.com", "https:///x",
    "https://h%2e/", "https://*.h/", "https://h\t/",
]

CUSTOM_REFUSED = [
    ("//h/", "no scheme"),
    ("https://" + ".".join(["a" * 63] * 4), "a name of 255 bytes, where DNS has room for 253"),
    ("https://user:pw@h/", "user information would stay in logs"),
    ("ftp://h/", "no scheme that requests can use"),
    ("https://h:99999/", "no such port"),
    ("https://h:abc/", "no port"),
    ("https://h/#fragment", "a fragment is never sent"),
    ("https://h/a b", "a blank is no part of a URL, and its signature would not fit"),
    ("https://h/\u00e9", "nor are bytes above ASCII"),
    ("https://h/{x}", "nor are braces"),
]


def normal(url):
    """botocore's URL as we write it: what is signed and sent has no dot behind the host and no default port."""
    return re.sub(r"^(https?)://([^/:]*?)\.?(:\d+)?/", lambda part: "%s://%s%s/" % (
        part[1], part[2].lower(), "" if part[3] == {"http": ":80", "https": ":443"}[part[1]] else part[3] or ""), url)


def test_custom():
    comparison = Comparison()
    session = session_of(flags(False, False))
    for url in CUSTOM:
        if "?" in url and not find_botocore.NEW:
            continue  # older ones lose the whole URL
        expected, _ = theirs(lambda: session, region_name="us-east-1", endpoint_url=url)
        expected = (normal(expected[0]), expected[1]) if isinstance(expected, tuple) else expected
        got = ours(flags(False, False), "--region", "us-east-1", "--endpoint-url", url)
        if isinstance(got, str) and got.startswith("Bad value for --endpoint-url"):
            got = f"Invalid endpoint: {url}"  # the AWS CLI's message comes first
        comparison.add(url, got, expected)
    comparison.report("custom endpoints")
    for url, reason in CUSTOM_REFUSED:
        got = ours(flags(False, False), "--region", "us-east-1", "--endpoint-url", url)
        tap.ok(isinstance(got, str) and got.startswith(("Invalid endpoint: ", "Bad value for --endpoint-url ")),
               f"refused on purpose: {reason} ({url!r})", got)
    tap.is_equal(ours(flags(False, False), "--region", "us-east-1", "--endpoint-url", "http://local_stack:4566"),
                 ("http://local_stack:4566/", "us-east-1"), "taken on purpose: the name of a container")
    tap.is_equal(ours(flags(True, True), "--region", "fips-us-west-2", "--endpoint-url", "http://h"),
                 ("http://h/", "us-west-2"), "FIPS and dual-stack are left alone with a custom endpoint")


# Configurations.

class Configuration:
    """An environment, two files and options, drawn by chance."""

    def __init__(self, rng, directory):
        self.rng, self.directory = rng, directory
        self.options, self.profile, self.region = [], None, None
        self.environment = {"PATH": PATH, "HOME": directory,
                            "AWS_CONFIG_FILE": os.path.join(directory, "config"),
                            "AWS_SHARED_CREDENTIALS_FILE": os.path.join(directory, "credentials")}
        self.config = "".join(self.section(name) for name in ("default", "profile one", 'profile "a b"'))
        self.config += self.services()
        self.credentials = self.section(rng.choice(["default", "one", "two"])) if rng.random() < 0.2 else ""
        if rng.random() < 0.03:
            self.config += rng.choice(["[default]\n", "rubbish\n", "region = x\nregion = y\n", "[x\n"])
        self.set_environment()
        self.set_options()

    def url(self, name):
        return self.rng.choice([f"http://{name}.example:8000", f"https://{name}.example/base", "",
                                f"https://{name}"] * 3 + [f"http://{name}-"])

    def boolean(self):
        return self.rng.choice(["true", "TRUE", "True", "false", "", "1", "yes", " true"])

    def section(self, name):
        rng = self.rng
        lines = [f"[{name}]"]
        for key, chance, make in (
                ("region", 0.7, lambda: rng.choice(["eu-west-1", "us-gov-west-1", "cn-north-1", "fips-us-west-2"] * 3
                                                   + ["bad region"])),
                ("endpoint_url", 0.3, lambda: self.url("profile")),
                ("services", 0.4, lambda: rng.choice(["dev", "dev", "upper", "other"] * 3 + ["empty", "missing"])),
                ("use_fips_endpoint", 0.25, self.boolean), ("use_dualstack_endpoint", 0.25, self.boolean),
                ("ignore_configured_endpoint_urls", 0.2, self.boolean)):
            if rng.random() < chance:
                lines.append(f"{key} = {make()}")
        return "\n".join(lines) + "\n"

    def services(self):
        return (f"[services dev]\nssm =\n  endpoint_url = {self.url('services')}\n"
                "[services upper]\nSSM =\n  endpoint_url = http://upper.example\n"
                "[services other]\ns3 =\n  endpoint_url = http://s3.example\n[services empty]\n")

    def set_environment(self):
        rng = self.rng
        for name, chance, make in (
                ("AWS_DEFAULT_REGION", 0.5, lambda: rng.choice(["us-east-1", "us-isob-east-1", "eu-west-3"] * 3
                                                               + ["bad_one"])),
                ("AWS_REGION", 0.2, lambda: rng.choice(["us-east-2", "us-gov-east-1"])),
                ("AWS_ENDPOINT_URL_SSM", 0.2, lambda: self.url("env-ssm")),
                ("AWS_ENDPOINT_URL_STS", 0.1, lambda: self.url("env-sts")),
                ("AWS_ENDPOINT_URL", 0.2, lambda: self.url("env")),
                ("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", 0.15, self.boolean),
                ("AWS_USE_FIPS_ENDPOINT", 0.2, self.boolean),
                ("AWS_USE_DUALSTACK_ENDPOINT", 0.2, self.boolean),
                ("AWS_PROFILE", 0.3, lambda: rng.choice(["one", "a b", "default"] * 4 + ["nobody", "two"]))):
            if rng.random() < chance:
                self.environment[name] = make()

    def set_options(self):
        rng = self.rng
        self.arguments = {}
        if rng.random() < 0.2:
            self.profile = rng.choice(["one", "a b", "default"] * 3 + ["nobody"])
            self.options += ["--profile", self.profile]
        if rng.random() < 0.2:
            self.arguments["region_name"] = rng.choice(["sa-east-1", "us-iso-east-1", "fips-ca-west-1"] * 3 + ["no-"])
            self.options += ["--region", self.arguments["region_name"]]
        if rng.random() < 0.15:
            self.arguments["endpoint_url"] = self.url("option") or "http://option"
            self.options += ["--endpoint-url", self.arguments["endpoint_url"]]

    def write(self):
        for name, text in ("config", self.config), ("credentials", self.credentials):
            with open(os.path.join(self.directory, name), "w", encoding="utf-8") as file:
                file.write(text)

    def session(self):
        """AWS_REGION comes first with us, as with all SDKs but this one, which does not read it."""
        environment = dict(self.environment)
        if "AWS_REGION" in environment:
            environment["AWS_DEFAULT_REGION"] = environment["AWS_REGION"]
        return session_of(environment, self.profile)

    def label(self):
        shown = {name: value for name, value in self.environment.items() if name.startswith("AWS_")}
        return f"{shown}\n  {self.options}\n  {self.config!r}\n  {self.credentials!r}"


def test_configurations(rng, count):
    comparison = Comparison()
    with tempfile.TemporaryDirectory(prefix="endpoint.") as directory:
        for _ in range(count):
            configuration = Configuration(rng, directory)
            configuration.write()
            expected, _ = theirs(configuration.session, **configuration.arguments)
            if isinstance(expected, str) and expected.startswith(OLDER):
                continue
            comparison.add(configuration.label(), ours(configuration.environment, *configuration.options),
                           expected)
    comparison.report("configurations")
    tap.ok(comparison.errors * 10 > count and comparison.errors * 2 < count, "errors are some, not most")


def main():
    seed, count = int(os.environ.get("SEED") or 63), int(os.environ.get("COMBINATIONS") or 600)
    rng = random.Random(seed)
    print(f"# seed {seed}, botocore {find_botocore.VERSION}")
    test_regions("known regions", all_regions())
    test_regions("regions by chance", random_regions(rng, 70))
    test_candidates()
    test_refused_regions()
    test_custom()
    if find_botocore.NEW:
        test_configurations(rng, count)
    else:
        print("# configurations are left out: this botocore does not know configured endpoints")
    tap.done()


if __name__ == "__main__":
    main()
