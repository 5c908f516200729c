#!/usr/bin/python3
"""ssm-request against botocore: which parameters are right, what is said of others, what is sent.

Objects are drawn by chance and go through in one run. Where botocore says several things on lines of
their own, ours are on one, with "; " between them. SEED=N repeats a run.
"""
import json
import os
import random
import subprocess

import find_botocore
import tap

import botocore.model
import botocore.serialize
import botocore.session
import botocore.validate

TOOL = os.path.join(os.environ.get("BUILD_DIR", "."), "ssm-request")


class Parameters:
    """JSON objects, drawn by chance; strings stay printable, since our repr() escapes no others above ASCII."""

    def __init__(self, rng):
        self.rng = rng

    def text(self, length=8):
        letters = "abcXYZ019 _-'\"\\/{}[],:\u00e9\u20ac\U0001f600\n\t\x01\x7f"
        return "".join(self.rng.choice(letters) for _ in range(self.rng.randrange(length)))

    def value(self, depth=2):
        rng = self.rng
        kind = rng.randrange(9 if depth else 6)
        if kind < 2:
            return rng.choice([None, True, False, 0, -1, 7, 10 ** 20])
        if kind == 2:
            return rng.choice([0.0, -0.0, 1.5, 1e16, 1e-7, -2.5e300, 123456.789, rng.random()])
        if kind < 6:
            return self.text()
        if kind < 8:
            return [self.value(depth - 1) for _ in range(rng.randrange(4))]
        return {self.text(): self.value(depth - 1) for _ in range(rng.randrange(4))}

    def of_shape(self, shape):
        """A value that is mostly what the shape wants."""
        rng = self.rng
        if rng.random() < 0.12:
            return self.value()
        if shape.type_name == "structure":
            names = [name for name in shape.members if rng.random() < 0.8]
            names += [rng.choice(["Key", "", self.text()])] * (rng.random() < 0.1)
            rng.shuffle(names)
            return {name: self.of_shape(shape.members[name]) if name in shape.members else self.value()
                    for name in names}
        if shape.type_name == "list":
            return [self.of_shape(shape.member) for _ in range(rng.choice([0, 1, 1, 2, 4]))]
        if shape.type_name == "map":
            return {self.text(): self.of_shape(shape.value) for _ in range(rng.choice([0, 1, 2, 3]))}
        if shape.type_name == "integer":
            return rng.choice([1, 200, 201, 0, -1, 10 ** 20, -10 ** 20, 7.0, "5", True, False])
        return rng.choice([self.text(), self.text(30), "x", "" if rng.random() < 0.3 else "y"])

    def object(self, shape):
        rng = self.rng
        own = list(shape.members)
        required = shape.metadata["required"]
        names = [name for name in own if rng.random() < (0.85 if name in required else 0.5)]
        names += ["id"] * (rng.random() < 0.2)
        names += [rng.choice(["Foo", "sessionId", "SessionID", "", "Target", self.text(), self.text()])
                  for _ in range(rng.choice([0, 0, 0, 0, 0, 1, 2, 4]))]
        rng.shuffle(names)
        members = {name: self.value() for name in names if name != "Error"}
        for name in names:
            if name in own:
                members[name] = self.of_shape(shape.members[name])
        if len(own) == 1 and own[0] in members:
            members[own[0]] = rng.choice([self.text(), self.text(30), "", "x" * 97, self.value()])
        return members


def expected_message(parameters, shape):
    """botocore's lines, joined, or None."""
    report = botocore.validate.ParamValidator().validate(parameters, shape)
    if not report.has_errors():
        return None
    lines = []
    for error in report._errors:  # the report's text is these by lines, but names may hold line ends
        lines.append(report._format_error(error))
    if "\n".join(lines) != report.generate_report():
        raise AssertionError("botocore's report is put together in another way")
    return "Parameter validation failed: " + "; ".join(lines)


def run_parameters(command, objects):
    """For each object (message, None) or (None, document)."""
    lines = "".join(json.dumps(entry, ensure_ascii=bool(number % 2)) + "\n" for number, entry in enumerate(objects))
    run = subprocess.run([TOOL, command, "--region", "us-east-1", "--input", "-", "--errors", "inline", "--quiet"],
                         input=lines.encode(), stdout=subprocess.PIPE, env={"PATH": ""}, check=False)
    for line in run.stdout.decode().split("\n")[:-1]:
        document = json.loads(line)
        yield (document["Error"]["Message"], document) if "Error" in document else (None, document)


def check_document(document, parameters, operation):
    """What is wrong with the request, against what botocore would send."""
    request = botocore.serialize.create_serializer("json").serialize_to_request(parameters, operation)
    headers = {name.lower(): value for name, value in request["headers"].items()}
    body = request["body"].decode() if isinstance(request["body"], bytes) else request["body"]
    wanted = {"method": "POST", "headers": headers, "body": body, "service": operation.service_model.signing_name, "operation": operation.name}
    return [f"{name}: expected {value!r}, got {document[name]!r}" for name, value in wanted.items()
            if document[name] != value]


def operation_of(service, name):
    """Without what newer models have of GenerateDataKey that leads to an answer without a key."""
    model = botocore.session.Session().get_component("data_loader").load_service_model(service, "service-2")
    for member in ("Recipient", "DryRun"):
        model["shapes"].get("GenerateDataKeyRequest", {"members": {}})["members"].pop(member, None)
    return botocore.model.ServiceModel(model, service).operation_model(name)


def test_parameters(rng, command, name, count, service="ssm"):
    make = Parameters(rng)
    operation = operation_of(service, name)
    objects = [make.object(operation.input_shape) for _ in range(count)]
    got = list(run_parameters(command, objects))
    wrong, refused = [], 0
    for entry, (message, document) in zip(objects, got):
        own = {key: value for key, value in entry.items() if key != "id"}
        expected = expected_message(own, operation.input_shape)
        refused += expected is not None
        if message != expected:
            wrong.append(f"{json.dumps(entry)}\n  expected {expected}\n  got      {message}")
        elif message is None:
            wrong += check_document(document, own, operation)
        if document.get("id") != entry.get("id"):
            wrong.append(f"{json.dumps(entry)}: id {document.get('id')!r}")
    tap.ok(not wrong and len(got) == count, f"{name}: {count} parameter objects, {refused} refused, as botocore says",
           f"{len(wrong)} differ", *wrong[:6])
    tap.ok(refused * 5 > count and refused * 10 < count * 9, f"{name}: neither all nor none are refused", refused)


def main():
    seed = int(os.environ.get("SEED") or 96)
    rng = random.Random(seed)
    print(f"# seed {seed}, botocore {find_botocore.VERSION}")
    test_parameters(rng, "resume-session", "ResumeSession", 2000)
    test_parameters(rng, "terminate-session", "TerminateSession", 500)
    test_parameters(rng, "start-session", "StartSession", 3000)
    test_parameters(rng, "describe-sessions", "DescribeSessions", 3000)
    test_parameters(rng, "get-connection-status", "GetConnectionStatus", 500)
    test_parameters(rng, "generate-data-key", "GenerateDataKey", 3000, "kms")
    tap.done()


if __name__ == "__main__":
    main()
