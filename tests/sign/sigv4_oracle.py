#!/usr/bin/python3
"""ssm-sign against botocore: the same requests must come out with the same signatures.

Request documents are made up at random, signed by botocore's SigV4Auth and, as one stream for each
set of keys, by ssm-sign. Whole lines are compared: the headers that signing adds, and every byte of
what only passes through. Then broken documents, which must end in an exit code of the table and leave
the good ones between them alone. SEED=N repeats a run, REQUESTS=N and MUTANTS=N set how many.
ssm-sign is looked for in BUILD_DIR.
"""
import collections
import datetime
import hashlib
import json
import os
import random
import resource
import subprocess
import tempfile
import types

from tap import done, ok, skip_all

try:
    import botocore.auth
    import botocore.awsrequest
    import botocore.credentials
except ImportError as reason:
    skip_all(f"botocore cannot be imported: {reason}")

from sigv4_requests import (REPLACED, UNRESERVED, Request, members_of, mutate, one_of, random_request,
                            word, write_document)

TOOL = os.path.join(os.path.abspath(os.environ.get("BUILD_DIR", ".")), "ssm-sign")
SEED = int(os.environ.get("SEED", random.SystemRandom().randrange(10**9)))
REQUESTS = int(os.environ.get("REQUESTS", 3000))
MUTANTS = int(os.environ.get("MUTANTS", 20000))
KEY_SETS, SHOWN, TIMED, FAILURES_SHOWN = 12, 60, 4000, 3
STAGES = ("canonical-request", "string-to-sign", "signed-headers", "signature")
EXIT_CODES = (0, 252, 253, 255)

# A document's text, the line that must come out, the stages.
Case = collections.namedtuple("Case", "text expected stages")


class Keys:
    """One set of credentials and the time to sign at."""

    def __init__(self, random_, number):
        printable = "".join(chr(c) for c in range(0x21, 0x7F))
        self.key_id = "AKID" + word(random_, UNRESERVED, 20)
        self.secret = word(random_, printable, one_of(random_, (1, 40, 40, 200)))
        self.token = word(random_, printable, 700) if number % 4 else None
        self.when = datetime.datetime(1970, 1, 1) + datetime.timedelta(
            seconds=random_.randrange(253402300800))
        self.amz_date = self.when.strftime("%Y%m%dT%H%M%SZ")

    def arguments(self, number, directory):
        """How ssm-sign gets them: from the environment, from a document, from a profile."""
        environment = {"HOME": directory, "LC_ALL": "C.UTF-8", "AWS_EC2_METADATA_DISABLED": "true"}
        names = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")
        pairs = [pair for pair in zip(names, (self.key_id, self.secret, self.token)) if pair[1]]
        path = os.path.join(directory, f"keys{number}")
        with open(path, "w", encoding="utf-8") as file:
            if number % 3 == 1:
                members = ("AccessKeyId", "SecretAccessKey", "SessionToken")
                json.dump({"Version": 1, **dict(zip(members, (value for _, value in pairs)))}, file)
                return ["--credentials", path], environment
            if number % 3 == 2:
                lines = [f"{name.lower()} = {value}\n" for name, value in pairs]
                file.write("[other]\naws_access_key_id = no\n[mine]\n" + "".join(lines))
                environment["AWS_SHARED_CREDENTIALS_FILE"] = path
                return ["--profile=mine"], environment
        environment.update(pairs)
        return [], environment


def freeze_clock(when):
    """Stops the clock that botocore.auth reads, whichever way this release does it."""
    class Stopped(datetime.datetime):
        @classmethod
        def utcnow(cls):
            return when

        @classmethod
        def now(cls, tz=None):
            return when

    botocore.auth.datetime = types.SimpleNamespace(
        datetime=Stopped, timezone=datetime.timezone, timedelta=datetime.timedelta)
    botocore.auth.get_current_datetime = lambda *_, **__: when


class RecordingAuth(botocore.auth.SigV4Auth):
    """Keeps the stages."""

    def canonical_request(self, request):
        self.canonical = super().canonical_request(request)
        return self.canonical

    def string_to_sign(self, request, canonical_request):
        self.to_sign = super().string_to_sign(request, canonical_request)
        return self.to_sign


def sign(request, keys):
    """(authorization, stages) by botocore."""
    aws = botocore.awsrequest.AWSRequest(request.method, request.url, data=(request.body or "").encode())
    for name, value in request.headers.items():
        # An old token stays when botocore has none of its own; ssm-sign always replaces it.
        if keys.token or name.lower() != "x-amz-security-token":
            for one in [value] if isinstance(value, str) else value:
                aws.headers[name] = one
    auth = RecordingAuth(botocore.credentials.Credentials(keys.key_id, keys.secret, keys.token),
                         request.service, request.region)
    auth.add_auth(aws)
    authorization = aws.headers["Authorization"]
    signed_headers = authorization.split("SignedHeaders=")[1].split(",")[0]
    return authorization, (auth.canonical, auth.to_sign, signed_headers, authorization[-64:])


def make_case(random_, keys):
    request = random_request(random_)
    authorization, stages = sign(request, keys)
    headers, members = members_of(random_, request)
    added = [('"x-amz-date"', f'"{keys.amz_date}"'), ('"authorization"', json.dumps(authorization))]
    if keys.token:
        added.insert(1, ('"x-amz-security-token"', json.dumps(keys.token)))
    kept = [pair for pair in headers if json.loads(pair[0]).lower() not in REPLACED]
    expected = [(name, kept + added if name == "headers" else value) for name, value in members]
    if "headers" not in dict(members):
        expected.append(("headers", added))
    blanks = one_of(random_, ("", "", "", " ", " \t\r\n"))
    text = write_document(members, lambda: word(random_, blanks, 3) if blanks else "")
    return Case(text, write_document(expected), stages)


def run(arguments, environment, text):
    finished = subprocess.run([TOOL] + arguments, input=text, env=environment, capture_output=True,
                          timeout=60, check=False)
    return finished.returncode, finished.stdout, finished.stderr


def compare_documents(number, cases, keys, command):
    code, out, err = run(command[0], command[1], one_text(cases))
    lines = out.decode().split("\n")[:-1]
    wrong = [line for case, got in zip(cases, lines) if got != case.expected
             for line in (f"document {case.text}", f"expected {case.expected}", f"got      {got}")]
    ok(code == 0 and err == b"" and len(lines) == len(cases) and not wrong,
       f"{len(cases)} requests {'with' if keys.token else 'without'} a token, set {number}",
       f"exit code {code}, {len(lines)} lines", err.decode(), *wrong[:3 * FAILURES_SHOWN])


def compare_stages(number, cases, command):
    shown = cases[:SHOWN]
    for i, stage in enumerate(STAGES):
        code, out, _ = run(command[0] + ["--show", stage], command[1], one_text(shown))
        expected = "".join(case.stages[i] + "\n" for case in shown)
        lines = zip(out.decode().split("\n"), expected.split("\n"))
        different = next((pair for pair in lines if pair[0] != pair[1]), "")
        ok(code == 0 and out.decode() == expected,
           f"--show {stage} for {len(shown)} requests of set {number}",
           f"exit code {code}, the first line that differs, got and expected:", *different)


def one_text(cases):
    return "".join(case.text + "\n" for case in cases).encode()


def compare_all(random_, directory):
    texts = []
    for number in range(KEY_SETS):
        keys = Keys(random_, number)
        freeze_clock(keys.when)
        arguments, environment = keys.arguments(number, directory)
        command = arguments + ["--time", keys.amz_date], environment
        cases = [make_case(random_, keys) for _ in range(-(-REQUESTS // KEY_SETS))]
        compare_documents(number, cases, keys, command)
        compare_stages(number, cases, command)
        texts += [case.text for case in cases[:20] if len(case.text) < 2000]
    return texts


def sent_by_client(service, method, **parameters):
    """The headers that botocore's own client sends, by its model, and the body."""
    import botocore.session
    seen = []

    def grab(request, **_):
        seen.append(request)
        return botocore.awsrequest.AWSResponse(request.url, 200, {}, types.SimpleNamespace(
            stream=lambda: iter([b"{}"]), read=lambda *_: b"{}"))

    client = botocore.session.Session().create_client(service, region_name="us-east-1", aws_access_key_id="A",
                                                      aws_secret_access_key="s")
    client.meta.events.register("before-send", grab)
    getattr(client, method)(**parameters)
    return seen[0]


def compare_payload_headers(directory):
    """Services that want x-amz-content-sha256: as botocore signs a request that has it."""
    text = "h\u00e9"
    digest = hashlib.sha256(text.encode()).hexdigest()
    glacier = sent_by_client("glacier", "upload_archive", vaultName="v", body=text.encode())
    ok(glacier.headers["x-amz-content-sha256"].decode() == digest and
       b"x-amz-content-sha256" in glacier.headers["Authorization"], "services: botocore's Glacier signs the header")
    keys = Keys(random.Random(1), 1)
    freeze_clock(keys.when)
    arguments, environment = keys.arguments(1, directory)
    for service, value in (("aoss", digest), ("glacier", digest), ("vpc-lattice-svcs", "UNSIGNED-PAYLOAD"),
                           ("ssm", None), ("aos", None), ("aosss", None)):
        for body in (text, None) if value in (digest, None) else (text,):
            value = value and (value if body or value != digest else hashlib.sha256(b"").hexdigest())
            document = {"method": "POST", "url": "https://a.example/x", "service": service, "region": "us-east-1",
                        "headers": {"a": "b"}, **({} if body is None else {"body": body})}
            headers = {**document["headers"], **({"x-amz-content-sha256": value} if value else {})}
            expected, _ = sign(Request("POST", document["url"], headers, body, service, "us-east-1"), keys)
            _, out, _ = run([*arguments, "--time", keys.amz_date], environment, json.dumps(document).encode())
            got = json.loads(out)["headers"]
            ok(got.get("authorization") == expected and got.get("x-amz-content-sha256") == value,
               f"services: {service}, {'a body' if body else 'no body'}: {value}", got, expected)
            document["headers"]["X-Amz-Content-SHA256"] = "given"
            headers = {**document["headers"]}
            expected, _ = sign(Request("POST", document["url"], headers, body, service, "us-east-1"), keys)
            _, out, _ = run([*arguments, "--time", keys.amz_date], environment, json.dumps(document).encode())
            got = json.loads(out)["headers"]
            ok(got.get("authorization") == expected and "x-amz-content-sha256" not in got,
               f"services: {service}: a header of the document stays", got, expected)


def is_json(line):
    try:
        json.loads(line.decode("utf-8"), parse_constant=int)
        return True
    except ValueError:
        return False


def break_documents(random_, texts, directory):
    """Every tenth line of the stream is followed by two good documents, which must come out signed.

    Two, as an unfinished document takes the next one for a part of itself before it is known as bad.
    """
    texts = [text.replace("\n", " ").replace("\r", " ").encode() for text in texts]
    good = b'{"method":"GET","url":"https://a/","service":"a","region":"a","good":1}\n'
    environment = Keys(random_, 0).arguments(0, directory)[1]
    batches = max(1, MUTANTS // 500)
    odd = collections.Counter()
    for batch in range(batches):
        arguments = [[], ["--errors", "inline"], ["--pretty", "--errors=inline"]][batch % 3]
        stream = b"".join(mutate(random_, texts) + b"\n" + (2 * good if i % 10 == 9 else b"")
                          for i in range(500))
        code, out, err = run(["--error-format", "json"] + arguments, environment, stream)
        odd["exit code outside the table"] += code not in EXIT_CODES
        odd["line of stderr that is no JSON"] += not all(map(is_json, err.splitlines()))
        if batch % 3 == 2:
            continue
        lines = out.split(b"\n")
        odd["line of stdout that is no JSON"] += not all(map(is_json, lines[:-1])) or lines[-1] != b""
        signed = [line for line in lines if b'"good":1' in line and b"Signature=" in line]
        odd["good document lost"] += len(signed) < 100
    for what, count in odd.items():
        ok(count == 0, f"{500 * batches} broken documents: no {what}", f"in {count} of {batches} runs")


def seconds_used(who):
    usage = resource.getrusage(who)
    return usage.ru_utime + usage.ru_stime


def measure(random_, directory):
    """Documents a second of processor time, JSON in and out included."""
    keys = Keys(random_, 0)
    freeze_clock(keys.when)
    documents = [json.dumps({
        "method": "POST", "url": "https://ssm.us-east-1.amazonaws.com/",
        "headers": {"content-type": "application/x-amz-json-1.1",
                    "x-amz-target": "AmazonSSM.ResumeSession"},
        "body": json.dumps({"SessionId": f"user-{i:017x}"}), "service": "ssm", "region": "us-east-1"})
        for i in range(5 * TIMED)]
    began = seconds_used(resource.RUSAGE_SELF)
    for line in documents[:TIMED // 2]:
        document = json.loads(line)
        request = Request(*(document[name] for name in Request._fields))
        document["headers"]["authorization"] = sign(request, keys)[0]
        json.dumps(document)
    theirs = TIMED / 2 / (seconds_used(resource.RUSAGE_SELF) - began)
    began = seconds_used(resource.RUSAGE_CHILDREN)
    run([], keys.arguments(0, directory)[1], "\n".join(documents).encode())
    ours = len(documents) / (seconds_used(resource.RUSAGE_CHILDREN) - began)
    print(f"# ssm-sign {ours:.0f} documents/s, botocore {theirs:.0f}, ratio {ours / theirs:.1f}")


def main():
    print(f"# SEED={SEED}, botocore {botocore.__version__}")
    random_ = random.Random(SEED)
    with tempfile.TemporaryDirectory(prefix="sigv4.") as directory:
        texts = compare_all(random_, directory)
        compare_payload_headers(directory)
        break_documents(random_, texts, directory)
        measure(random_, directory)
    done()


if __name__ == "__main__":
    main()
