"""A home directory with shared files, and what finds keys there: provider_probe, and botocore beside it.

    with Home(config="...", secrets=["..."]) as home:
        got = home.probe("sso")             # {"found":..,"origin":..,"credentials":..} or {"error":..}
        theirs = home.botocore()            # {"credentials":..} or {"message":..}, in this process

What the probe says outside of its credentials is kept: leaks() names the secrets that are in it.
"""
import json
import os
import shutil
import subprocess
import tempfile

import clock

PROBE = os.path.join(os.environ.get("BUILD_DIR", "."), "tests", "credentials", "provider_probe")
BASE = {"AWS_RETRY_MODE": "standard", "AWS_MAX_ATTEMPTS": "1", "AWS_EC2_METADATA_DISABLED": "true",
        "PATH": os.environ.get("PATH", "/usr/bin:/bin"), **clock.inherited()}

_said = []
_secrets = set()


def secret(text):
    """Notes that no message may hold this text."""
    _secrets.add(text)
    return text


def leaks():
    """The messages that hold a secret."""
    return [text for text in _said if any(one in text for one in _secrets)]


def count_said():
    return len(_said)


class Home:
    def __init__(self, config="", environment=None):
        self.path = tempfile.mkdtemp(prefix="home-")
        self.environment = {**BASE, "HOME": self.path, **(environment or {})}
        self.write(".aws/config", config)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        shutil.rmtree(self.path)

    def full(self, name):
        return os.path.join(self.path, name)

    def write(self, name, content, mode=0o600):
        """A file; what is no text goes as JSON."""
        os.makedirs(os.path.dirname(self.full(name)), exist_ok=True)
        with open(self.full(name), "w", encoding="utf-8") as out:
            out.write(content if isinstance(content, str) else json.dumps(content))
        os.chmod(self.full(name), mode)

    def read(self, name):
        with open(self.full(name), encoding="utf-8") as file:
            return file.read()

    def names(self, directory):
        """The files that are not hidden."""
        try:
            return sorted(name for name in os.listdir(self.full(directory)) if name[0] != ".")
        except FileNotFoundError:
            return []

    def mode(self, name):
        return oct(os.stat(self.full(name)).st_mode & 0o7777)

    def start(self, *arguments):
        return subprocess.Popen([PROBE, *arguments], env=self.environment, stdin=subprocess.DEVNULL,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def finish(self, process):
        out, err = process.communicate(timeout=60)
        try:
            got = json.loads(out)
        except ValueError:
            got = {"error": {"code": "", "message": f"no JSON: {out!r} {err!r}", "exit": process.returncode}}
        _said.append(json.dumps({k: v for k, v in got.items() if k != "credentials"}) + err)
        got["stderr"] = err
        return got

    def probe(self, *arguments):
        return self.finish(self.start(*arguments))

    def botocore(self, profile=None, cache=False):
        """What botocore finds, by its provider of the profile alone."""
        import botocore.credentials
        import botocore.session
        import botocore.tokens
        import botocore.utils
        kept = dict(os.environ)
        os.environ.clear()
        os.environ.update(self.environment)
        tokens = self.full(".aws/sso/cache")
        botocore.credentials.SSOProvider._SSO_TOKEN_CACHE_DIR = tokens
        botocore.tokens.SSOTokenProvider._SSO_TOKEN_CACHE_DIR = tokens
        try:
            session = botocore.session.Session(profile=profile)
            if cache:
                session.register_component("credential_provider", botocore.credentials.create_credential_resolver(
                    session, cache=botocore.utils.JSONFileCache(self.full(".aws/cli/cache"))))
            found = session.get_credentials()
            if found is None:
                return {"message": None}
            frozen = found.get_frozen_credentials()
            return {"credentials": {"AccessKeyId": frozen.access_key, "SecretAccessKey": frozen.secret_key,
                                    "SessionToken": frozen.token}}
        except Exception as error:  # the comparison is with whatever it raises
            return {"message": str(error), "class": type(error).__name__}
        finally:
            os.environ.clear()
            os.environ.update(kept)


def three(got):
    """The keys of an answer without what botocore does not give, or None."""
    keys = got.get("credentials")
    return keys and {name: keys.get(name) for name in ("AccessKeyId", "SecretAccessKey", "SessionToken")}


def message(got):
    """Why there are no keys, or None."""
    return got["error"]["message"] if "error" in got else got.get("message")


def sent(requests, *headers):
    """Of requests, what both of two clients must say alike."""
    wanted = ("content-type", "x-amz-sso_bearer_token", *headers)
    return [(r.method, r.target, r.body, {name: r.headers.get(name) for name in wanted}) for r in requests]
