"""What the tests of role keys share: a home, a server that plays STS, provider_probe, and botocore beside it.

    world = World(aws)                   # aws: a FakeAWS
    world.write(config="...", credentials="...")
    ours = world.probe("assume-role", profile="a")       # an Outcome
    theirs = world.botocore(profile="a")
"""
import contextlib
import json
import os
import re
import shutil
import subprocess
import tempfile

from find_botocore import NEW       # puts a newer botocore in place, when there is one
import botocore.session
from botocore.credentials import JSONFileCache, create_credential_resolver

PROBE = os.path.join(os.environ.get("BUILD_DIR", "."), "tests", "credentials", "provider_probe")
CACHE = os.path.join(".aws", "cli", "cache")


class Outcome:
    """What came of a look for keys: `keys` (key id, secret, token, account) or `error`, and the calls."""

    def __init__(self, keys, error, requests, prompts, said="", document=None, code=0):
        self.keys, self.error, self.requests, self.prompts = keys, error, requests, prompts
        self.said, self.document, self.code = said, document or {}, code

    @property
    def comparable(self):
        """Keys and error, as far as this botocore knows of them: an old one has no account."""
        return self.keys and self.keys[:4 if NEW else 3], self.error

    @property
    def calls(self):
        """Of each call what must be the same: its body, and how it is signed."""
        return [(r.method, plain(r.body), r.headers.get("content-type"), *signed(r)) for r in self.requests]


def plain(body):
    return re.sub(r"botocore-session-\d+", "botocore-session-N", body.decode("latin-1"))


def signed(request):
    """Key id, scope without its date, signed headers, and the session token."""
    found = re.match(r"AWS4-HMAC-SHA256 Credential=([^/]*)/\d{8}/([^,]*), ?SignedHeaders=([^,]*),",
                     request.headers.get("authorization", ""))
    return (found.groups() if found else ("authorization" in request.headers,)) + \
        ("x-amz-date" in request.headers, request.headers.get("x-amz-security-token"))


def raw(request):
    """The message as it was sent."""
    lines = [f"{request.method} {request.target} {request.version}"] + [f"{name}: {value}" for name, value in request.pairs]
    return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + request.body


class World:
    def __init__(self, aws):
        self.aws = aws
        self.home = tempfile.mkdtemp(prefix="roles.")
        self.env = {}
        self.said = []
        os.mkdir(os.path.join(self.home, ".aws"))
        self.write()

    def close(self):
        shutil.rmtree(self.home)

    def path(self, *parts):
        return os.path.join(self.home, *parts)

    def write(self, config="", credentials=""):
        for name, text in (("config", config), ("credentials", credentials)):
            with open(self.path(".aws", name), "w", encoding="utf-8", newline="") as file:
                file.write(text)

    def entries(self):
        """The names in the cache, without the lock's."""
        directory = self.path(CACHE)
        return sorted(n for n in os.listdir(directory) if n != ".lock") if os.path.isdir(directory) else []

    def forget(self):
        """An empty cache, an empty environment, no replies."""
        shutil.rmtree(self.path(".aws"))
        os.mkdir(self.path(".aws"))
        self.write()
        self.env = {}
        self.aws.reset()

    def environment(self):
        return {"HOME": self.home, "PATH": os.environ["PATH"], "AWS_ENDPOINT_URL_STS": self.aws.url,
                "AWS_REGION": "us-west-2", "AWS_DEFAULT_REGION": "us-west-2", "AWS_MAX_ATTEMPTS": "3",
                "AWS_EC2_METADATA_DISABLED": "true", "AWS_RETRY_MODE": "standard",
                **{name: os.environ[name] for name in ("ASAN_OPTIONS", "LD_PRELOAD") if name in os.environ},
                **self.env}

    def start(self, method, *options, profile=None, region=None, code=None):
        """provider_probe, running."""
        command = [PROBE, *options, *(["-m", code] if code is not None else []),
                   *(["-r", region] if region else []), *(["-p", profile] if profile else []), method]
        env = {name: value for name, value in self.environment().items() if value is not None}
        return subprocess.Popen(command, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                stdin=subprocess.DEVNULL)

    def finish(self, probe, line=-1):
        out, said = (part.decode("utf-8", "replace") for part in probe.communicate(timeout=60))
        document = json.loads(out.splitlines()[line]) if out else {"message": f"exit {probe.returncode}: {said}"}
        document.update(document.pop("error", {}))
        self.said.append(said + "".join(document.get(name, "") for name in ("message", "why_not", "origin")))
        keys = document.get("credentials") if document.get("found") else None
        if keys:
            keys = tuple(keys.get(name, "") for name in ("AccessKeyId", "SecretAccessKey", "SessionToken", "AccountId"))
        return Outcome(keys, document.get("message"), self.aws.take(), said.splitlines(), said, document,
                       probe.returncode)

    def probe(self, method, *options, line=-1, **more):
        return self.finish(self.start(method, *options, **more), line)

    @contextlib.contextmanager
    def in_environment(self):
        before, env = dict(os.environ), self.environment()
        os.environ.clear()
        os.environ.update({name: value for name, value in env.items() if value is not None})
        try:
            yield
        finally:
            os.environ.clear()
            os.environ.update(before)

    def botocore(self, profile=None, region=None, code=None, cache=False):
        """The same by botocore's own chain."""
        prompts = []
        with self.in_environment():
            session = botocore.session.Session(profile=profile)
            create = session.create_client
            session.create_client = lambda name, **more: create(
                name, **{"endpoint_url": self.environment()["AWS_ENDPOINT_URL_STS"], **more})
            try:
                resolver = create_credential_resolver(
                    session, JSONFileCache(self.path(CACHE)) if cache else {}, region)
                resolver.get_provider("assume-role")._prompter = lambda text: prompts.append(text) or code
                found = resolver.load_credentials()
                keys = found and found.get_frozen_credentials()
                keys = keys and (keys.access_key, keys.secret_key, keys.token or "",
                                 getattr(keys, "account_id", None) or "")
                error = None
            except Exception as problem:          # whatever it is, its text is what a user sees
                keys, error = None, re.sub(r"(?<=failed:)\n", " ", str(problem)).replace("\n", "; ")
        return Outcome(keys, error, self.aws.take(), prompts)
