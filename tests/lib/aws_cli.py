"""The AWS CLI to compare with: where it is, and a command of it that need not start for each case."""
import base64
import json
import os
import shutil
import subprocess

from tap import skip_all

SRC_DIR = os.path.abspath(os.environ.get("SRC_DIR", "."))


def look_for_aws():
    """A version 2 of aws in Python, and its interpreter; Debian's before another one; None where there is none."""
    for path in "/usr/bin/aws", shutil.which("aws"):
        if path is None or not os.path.exists(path):
            continue
        with open(path, "rb") as file:
            first = file.readline().decode("utf-8", "replace").split()
        python = first[0][2:] if len(first) == 1 and first[0].startswith("#!") else "false"
        got = subprocess.run([python, "-c", "import awscli; print(awscli.__version__)"], capture_output=True,
                             text=True, check=False)
        if got.returncode == 0 and got.stdout.startswith("2."):
            return path, python
    return None


def find_aws():
    """The same; without one, the test ends."""
    return look_for_aws() or skip_all("there is no aws of version 2 in Python")


class Aws:
    """One command of aws, of ssm or another service, in a process that stays."""

    def __init__(self, python, command, service="ssm"):
        self.process = subprocess.Popen([python, os.path.join(SRC_DIR, "tests/lib/aws_cli_process.py"), service, command],
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def run(self, arguments, environment, directory):
        print(json.dumps({"arguments": arguments, "environment": environment, "directory": directory}),
              file=self.process.stdin, flush=True)
        got = json.loads(self.process.stdout.readline())
        return got["code"], base64.b64decode(got["out"]), got["err"]

    def stop(self):
        self.process.stdin.close()
        self.process.wait(timeout=30)
        self.process.stdout.close()
