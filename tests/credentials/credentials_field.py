"""ssm-credentials and who it asks over the network: what people report. Titles begin with the kind."""
import json
import os
import re
import shutil
import subprocess
import tempfile

from clock import Clock
from fake_aws import imds_document, keys
from fault_server import Reply, Server, http
from tap import done, ok

TOOL = os.path.join(os.path.abspath(os.environ.get("BUILD_DIR", ".")), "ssm-credentials")
HOME = tempfile.mkdtemp(prefix="credentials-field.")
SERVER = Server()
ROLE = "/latest/meta-data/iam/security-credentials/"


def run(env):
    given = {"PATH": "/usr/bin:/bin", "HOME": HOME, "LC_ALL": "C.UTF-8", "AWS_CONFIG_FILE": "/dev/null",
             "AWS_SHARED_CREDENTIALS_FILE": "/dev/null", "AWS_REGION": "eu-west-1", **env}
    given.update({name: os.environ[name] for name in ("ASAN_OPTIONS", "UBSAN_OPTIONS") if name in os.environ})
    return subprocess.run([TOOL, "--no-cache"], env=given, capture_output=True, text=True, timeout=60, check=False)


def agent(*replies):
    """The environment of a container whose agent replies so."""
    SERVER.requests.clear()
    SERVER.replies["/agent"] = list(replies)
    return {"AWS_CONTAINER_CREDENTIALS_FULL_URI": SERVER.url("/agent"), "AWS_EC2_METADATA_DISABLED": "true"}


def metadata(role, document):
    SERVER.requests.clear()
    SERVER.replies.update({"/latest/api/token": [Reply(http(200, "t"))], ROLE: [role], ROLE + "role": [document]})
    return {"AWS_EC2_METADATA_SERVICE_ENDPOINT": SERVER.url("")}


def unsaid(body):
    """A reply that ends with its connection."""
    return Reply(http(200, body, length=False), "close")


def has_keys(title, env):
    got = run(env)
    ok(got.returncode == 0 and json.loads(got.stdout or "{}").get("AccessKeyId") == "ASIAFAKE", title, got)


def fails(title, env, code, text):
    got = run(env)
    ok((got.returncode, got.stdout) == (code, "") and re.search(text, got.stderr), title, got)


def connection_ends():
    document, middle = json.dumps(keys()), r"Connection was closed .* \(its JSON ends in the middle\)\n"
    has_keys("an answer that ends with its connection: an agent's", agent(unsaid(document)))
    has_keys("an answer that ends with its connection: the metadata service's, its text too",
             metadata(unsaid("role"), unsaid(json.dumps(imds_document()))))
    fails("half an answer that ends with its connection: an agent's", agent(unsaid(document[:-5])), 75, middle)
    fails("half an answer that has its length: an agent's", agent(Reply(http(200, document[:-5]))), 75, middle)


def slow_answers():
    fast = Clock(os.path.join(HOME, "clock"), pace=60).environment          # a second is a minute
    drip = Reply(http(200, "{", ["Content-Length: 9999"], False), pieces=[b" "] * 100, pause=0.05)
    env = {**metadata(Reply(http(200, "role")), drip), **fast, "AWS_METADATA_SERVICE_TIMEOUT": "59"}
    fails("an answer without an end: the metadata service's comes byte by byte", {**env}, 253,
          r"iam-role: \S+: its answer came too slowly\n")


def main():
    connection_ends()
    slow_answers()
    shutil.rmtree(HOME, ignore_errors=True)
    done()


main()
