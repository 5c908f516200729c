#!/usr/bin/python3
"""ssm-request against the AWS CLI 2's own code: shorthand, starting tokens and skeletons.

Shorthand texts are drawn by chance and go through one run of shorthand_probe. SEED=N repeats a run.
"""
import io
import json
import os
import random
import re
import subprocess

import tap

try:
    import awscli.botocore.model
    import awscli.botocore.session
    from awscli.botocore.paginate import TokenEncoder
    from awscli.botocore.utils import ArgumentGenerator
    from awscli.customizations.generatecliskeleton import YAMLArgumentGenerator
    from awscli.shorthand import DuplicateKeyInObjectError, ShorthandParser, ShorthandParseSyntaxError, _NamedRegex
    from ruamel.yaml import YAML
except ImportError:
    tap.skip_all("no AWS CLI 2 in this python3")

# As newer versions than Debian 12's read it: a backslash in quotes escapes the quote alone, not another backslash.
ShorthandParser._SINGLE_QUOTED = _NamedRegex("singled quoted", r"'(?:\\'|[^'])*'")
ShorthandParser._DOUBLE_QUOTED = _NamedRegex("double quoted", r'"(?:\\"|[^"])*"')

BUILD_DIR = os.environ.get("BUILD_DIR", ".")
TOOL = os.path.join(BUILD_DIR, "ssm-request")
ENVIRONMENT = {"PATH": "", "AWS_REGION": "us-east-1", "AWS_EC2_METADATA_DISABLED": "true"}
OPERATIONS = {"resume-session": "ResumeSession", "start-session": "StartSession",
              "terminate-session": "TerminateSession", "describe-sessions": "DescribeSessions",
              "get-connection-status": "GetConnectionStatus", "generate-data-key": "GenerateDataKey"}
REQUIRED = {"resume-session": ["--session-id", "s"], "terminate-session": ["--session-id", "s"],
            "start-session": ["--target", "t"], "get-connection-status": ["--target", "t"],
            "describe-sessions": ["--state", "Active"], "generate-data-key": ["--key-id", "k"]}


class Texts:
    """Shorthand, mostly right, and noise. Without @, which versions of the AWS CLI read differently."""

    PIECES = ["a", "b1", "Key", "x y", "é", "\U0001f600", "\\", "\\,", "\\\\", "'", '"', "\\'", '\\"', "=", ",", "[",
              "]", "{", "}", " ", "\t", "\n", "\u00a0", "\x1c", "\x01", "-", "<", "~", "|", "\x7f", ":", "/", "."]

    def __init__(self, rng):
        self.rng = rng

    def noise(self, length):
        return "".join(self.rng.choice(self.PIECES) for _ in range(self.rng.randrange(length)))

    def word(self):
        rng = self.rng
        kind = rng.randrange(8)
        if kind == 0:
            return "'" + self.noise(5).replace("'", "\\'") + "'"
        if kind == 1:
            return '"' + self.noise(5).replace('"', '\\"') + '"'
        if kind == 2:
            return self.noise(4)
        return "".join(rng.choice("abcXYZ01 ._-é/") for _ in range(rng.randrange(6)))

    def item(self, depth):
        rng = self.rng
        kind = rng.randrange(7) if depth else 6
        if kind == 0:
            return "[" + rng.choice([",", ", "]).join(self.item(depth - 1) for _ in range(rng.randrange(4))) + "]"
        if kind == 1:
            return "{" + ",".join(f"k{n}={self.item(depth - 1)}" for n in range(rng.randrange(3))) + "}"
        return self.word()

    def text(self):
        rng = self.rng
        if rng.random() < 0.2:
            return self.noise(12)
        pairs = []
        for _ in range(rng.choice([1, 1, 2, 3])):
            key = rng.choice(["a", "b", "key", "value", "a-b_c.d#e/f:g", "", "é"])
            values = [self.item(2)] + [self.word() for _ in range(rng.choice([0, 0, 0, 1, 2]))]
            pairs.append(rng.choice(["{}={}", "{} = {}"]).format(key, ",".join(values)))
        text = rng.choice([",", ",", " , "]).join(pairs)
        if rng.random() < 0.2:
            at = rng.randrange(len(text) + 1)
            text = text[:at] + rng.choice(self.PIECES) + text[at:]
        return text


def expected_shorthand(text):
    try:
        return {"value": ShorthandParser().parse(text)}
    except ShorthandParseSyntaxError as error:
        return {"error": f"Error parsing parameter '--x': Expected: '{error.expected}', received: '{error.actual}'"
                         f" at character {error.index} of: {text}"}
    except DuplicateKeyInObjectError as error:
        return {"error": f"Error parsing parameter '--x': Second instance of key \"{error.key}\" encountered at"
                         f" character {error.index} of: {text}. This is often because there is a preceding \",\""
                         " instead of a space."}


def test_shorthand(rng, count):
    make = Texts(rng)
    texts = [make.text() for _ in range(count)]
    run = subprocess.run([os.path.join(BUILD_DIR, "tests", "request", "shorthand_probe")], stdout=subprocess.PIPE, check=False,
                         input="".join(text + "\0" for text in texts).encode())
    got = [json.loads(line) for line in run.stdout.decode().split("\n")[:-1]]
    expected = [expected_shorthand(text) for text in texts]
    refused = sum("error" in entry for entry in expected)
    wrong = [f"{text!r}\n  expected {want}\n  got      {have}" for text, want, have in zip(texts, expected, got)
             if want != have]
    tap.ok(not wrong and len(got) == count, f"{count} shorthand texts, {refused} refused, as the AWS CLI reads them",
           f"{len(wrong)} differ, {len(got)} lines", *wrong[:6])
    tap.ok(refused * 10 > count and refused * 10 < count * 9, "neither all nor none are refused", refused)


def ssm_request(*arguments):
    run = subprocess.run([TOOL, *arguments], capture_output=True, text=True, env=ENVIRONMENT, check=False)
    return run.stdout, run.stderr


def expected_skeletons(model):
    text = io.StringIO()
    YAML().dump(YAMLArgumentGenerator().generate_skeleton(model.input_shape), text)
    return {"input": json.dumps(ArgumentGenerator().generate_skeleton(model.input_shape), indent=4) + "\n",
            "yaml-input": text.getvalue(),
            "output": json.dumps(ArgumentGenerator(use_member_names=True).generate_skeleton(model.output_shape),
                                 indent=4, default=lambda when: when.isoformat()) + "\n"}


def operation_of(name):
    """Of KMS's without what there is no answer with a key to."""
    service = "kms" if name == "GenerateDataKey" else "ssm"
    model = awscli.botocore.session.Session().get_component("data_loader").load_service_model(service, "service-2")
    for request, member in (("GenerateDataKeyRequest", "Recipient"), ("GenerateDataKeyRequest", "DryRun"),
                            ("GenerateDataKeyResponse", "CiphertextForRecipient"),
                            ("GenerateDataKeyResponse", "KeyMaterialId")):
        model["shapes"].get(request, {"members": {}})["members"].pop(member, None)
    return awscli.botocore.model.ServiceModel(model, service).operation_model(name)


def test_skeletons():
    for command, name in OPERATIONS.items():
        for kind, expected in expected_skeletons(operation_of(name)).items():
            got = list(ssm_request(command, *REQUIRED[command], "--generate-cli-skeleton", kind))
            if kind == "yaml-input":        # what the comments say is in words of our own
                expected, got[0] = (re.sub(r"(?m)(# (?:\[REQUIRED\] )?).*$", r"\1", text)
                                    for text in (expected, got[0]))
            tap.is_equal(got[0], expected, f"{command}: the skeleton '{kind}' of the AWS CLI", got[1])


def plain_scalar(rng):
    """Text like a number that stands in YAML without quotes, and what the AWS CLI's reader makes of it."""
    text = "".join(rng.choice(["0", "1", "7", "9", "_", ".", "e", "E", "+", "-", "0x", "0b", "0o", "f", "2024-01-02"])
                   for _ in range(rng.randrange(1, 7)))
    try:
        value = YAML(typ="safe", pure=True).load(f"- {text}\n")[0]
    except Exception:           # what it cannot read, we need not
        return None, None
    if isinstance(value, float) and (value - value != 0):
        return None, None
    return (text, value) if isinstance(value, (str, int, float)) and value != text[1:] else (None, None)


def test_plain_scalars(rng, count):
    scalars = [(text, value) for text, value in (plain_scalar(rng) for _ in range(count)) if text is not None]
    yaml = "Target: i-1\nParameters:\n  a:\n" + "".join(f"  - {text}\n" for text, _ in scalars)
    out, err = ssm_request("start-session", "--cli-input-yaml", yaml)
    got = {int(index): (value, kind) for index, value, kind in re.findall(
        r"Parameters\.a\[(\d+)\], value: (\S+), type: <class '(\w+)'>", err)}
    expected = {index: (repr(value), type(value).__name__) for index, (_, value) in enumerate(scalars)
                if not isinstance(value, str)}
    wrong = [(scalars[index][0], expected.get(index, "a string"), got.get(index, "a string"))
             for index in sorted({*got, *expected}) if got.get(index) != expected.get(index)]
    tap.ok(len(scalars) > count // 2 and not wrong and expected and len(expected) < len(scalars),
           f"{len(scalars)} plain scalars of YAML, {len(expected)} numbers among them, as the AWS CLI reads them",
           *wrong[:20], err[:400], out[:100])


def test_starting_tokens(rng):
    encode = TokenEncoder().encode
    for number in range(12):
        token = "".join(rng.choice("abcXYZ019+/=_é\U0001f600 ") for _ in range(rng.randrange(1, 30)))
        state = {"NextToken": token}
        if number % 2:
            state["boto_truncate_amount"] = rng.randrange(50)
        out, err = ssm_request("describe-sessions", "--state", "Active", "--starting-token", encode(state))
        sent = json.loads(json.loads(out)["body"])
        tap.ok(sent == {"State": "Active", "NextToken": token} and bool(err) == bool(state.get("boto_truncate_amount")),
               f"a starting token of the AWS CLI: {json.dumps(state)}", sent, err)


def main():
    seed = int(os.environ.get("SEED") or 17)
    rng = random.Random(seed)
    print(f"# seed {seed}")
    test_shorthand(rng, 6000)
    test_skeletons()
    for _ in range(10):
        test_plain_scalars(rng, 40)
    test_starting_tokens(rng)
    tap.done()


if __name__ == "__main__":
    main()
