"""The real tools in a directory of their own, an ssm-stream that tells what it got, and a service on loopback."""
import glob
import json
import os
import shutil
import subprocess
import tempfile

from fake_aws import FakeAWS

BUILD_DIR = os.path.abspath(os.environ.get("BUILD_DIR", "."))
TIME_LIMIT = 60
SESSION = "anna-0a1b2c3d4e5f67890"
STREAM = """#!/usr/bin/python3
import sys
document = next(argument[10:] for argument in sys.argv if argument.startswith("--session="))
print("in", open(document).read().strip())
sys.exit(7)
"""
USUAL = {"AWS_REGION": "us-east-1", "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "not-a-key",
         "AWS_MAX_ATTEMPTS": "1", "AWS_EC2_METADATA_DISABLED": "true", "AWS_PAGER": "", "PATH": "/usr/bin:/bin",
         "LC_ALL": "C.UTF-8", "COLUMNS": "80"}


class World:
    """tool() gives command lines of ssm-start-session; requests() what the service was asked."""

    def __init__(self):
        self.directory = tempfile.TemporaryDirectory()
        for tool in glob.glob(os.path.join(BUILD_DIR, "ssm-*")):
            shutil.copy(tool, self.directory.name)
        if os.path.exists(self.path("ssm-stream")):
            os.unlink(self.path("ssm-stream"))
        with open(self.path("ssm-stream"), "w", encoding="utf-8") as file:
            file.write(STREAM)
        os.chmod(self.path("ssm-stream"), 0o755)
        self.aws = FakeAWS()
        self.reset()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.aws.stop()
        self.directory.cleanup()

    def reset(self):
        self.aws.reset()
        self.aws.reply(lambda r: is_for(r, "StartSession"), body=self.answer())
        self.aws.reply(lambda r: is_for(r, "TerminateSession"), body={"SessionId": SESSION})

    def answer(self):
        return {"SessionId": SESSION, "TokenValue": "canary-token",
                "StreamUrl": f"ws://127.0.0.1:{self.aws.port}/v1/data-channel/{SESSION}?role=publish_subscribe"}

    def path(self, name):
        return os.path.join(self.directory.name, name)

    def environment(self, **changes):
        return {**USUAL, "HOME": self.directory.name, "AWS_ENDPOINT_URL": self.aws.url, **changes}

    def command(self, *arguments):
        return [self.path("ssm-start-session"), *arguments]

    def run(self, *arguments, **changes):
        return subprocess.run(self.command(*arguments), stdin=subprocess.DEVNULL, capture_output=True, text=True,
                              timeout=TIME_LIMIT, check=False, env=self.environment(**changes), cwd=self.directory.name)

    def start(self, *arguments):
        return subprocess.Popen(self.command(*arguments), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE, text=True, env=self.environment())

    def requests(self):
        return [(operation_of(request), json.loads(request.body)) for request in self.aws.requests]


def operation_of(request):
    return request.headers.get("x-amz-target", "").rpartition(".")[2]


def is_for(request, operation):
    return operation_of(request) == operation
