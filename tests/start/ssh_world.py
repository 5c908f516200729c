"""A home with contrib/ssh_config in it, a sshd that is the node's, and a sandbox that leads there."""
import json
import os
import re
import subprocess
import tempfile
import urllib.request

from sandbox_running import BUILD_DIR, Sandbox
from sshd import Sshd

SRC_DIR = os.path.abspath(os.environ.get("SRC_DIR", "."))
TARGET = "i-0a1b2c3d4e5f60001"
OURS = "HostName", "StrictHostKeyChecking", "UserKnownHostsFile"     # what the test of sshd itself wants another way


def contrib():
    with open(os.path.join(SRC_DIR, "contrib", "ssh_config"), encoding="utf-8") as file:
        return file.read()


class SshWorld:
    """start() is None, or why there is none. ssh looks for its files in the home of the password file, so that those on
    the PATH here are handed theirs."""

    def __init__(self, *faults, own=""):
        self.own = own              # what stands before all else in the configuration
        self.directory = tempfile.TemporaryDirectory()
        self.daemon = Sshd([TARGET], {"SESSION": "1"})
        self.sandbox = Sandbox(*(word for fault in faults for word in ("--fault", fault)))
        self.config = self.path("home/.ssh/config")

    def path(self, name):
        return os.path.join(self.directory.name, name)

    def write(self, name, text, mode=0o600):
        os.makedirs(os.path.dirname(self.path(name)), exist_ok=True)
        with open(self.path(name), "w", encoding="utf-8") as file:
            file.write(text)
        os.chmod(self.path(name), mode)

    def start(self, **environment):
        why = self.daemon.start()
        if why:
            return why
        with open(self.daemon.path("client"), encoding="utf-8") as file:
            own = self.own + "".join(line for line in file if line.split()[0] not in OURS)
        known = f"UserKnownHostsFile {self.path('home/.ssh/known_hosts')}\n"
        self.write("home/.ssh/config", own + known + contrib().replace("~/.ssh/", self.path("home/.ssh/")))
        for program in "ssh", "sftp":
            self.write(f"bin/{program}", f'#!/bin/sh\nexec /usr/bin/{program} -F {self.config} "$@"\n', 0o700)
        self.write("bin/scp", f'#!/bin/sh\nexec /usr/bin/scp -F {self.config} -S {self.path("bin/ssh")} "$@"\n', 0o700)
        self.environment = {**self.sandbox.environment, "PATH": f"{self.path('bin')}:{BUILD_DIR}:/usr/bin:/bin",
                            "HOME": self.path("home"), "SHELL": "/bin/sh", "LC_ALL": "C.UTF-8",
                            "AWS_EC2_METADATA_DISABLED": "true", **environment}
        for name in "ASAN_OPTIONS", "UBSAN_OPTIONS":
            if name in os.environ:
                self.environment[name] = os.environ[name]
        return None

    def run(self, *command, limit=120, **how):
        return subprocess.run(command, env=self.environment, cwd=self.path("home"), timeout=limit, check=False,
                              stdin=how.pop("stdin", None if "input" in how else subprocess.DEVNULL),
                              **{"capture_output": True, "text": True, **how})

    def faults(self):
        """How often each rule has acted."""
        with urllib.request.urlopen(self.sandbox.environment["AWS_ENDPOINT_URL_SSM"] + "/sandbox/faults", timeout=30) as answer:
            return [rule["Acted"] for rule in json.load(answer)["Faults"]]

    def add_fault(self, rule, path=""):
        urllib.request.urlopen(self.sandbox.environment["AWS_ENDPOINT_URL_SSM"] + "/sandbox/faults" + path, rule.encode(),
                               timeout=30).close()

    def no_faults(self):
        urllib.request.urlopen(urllib.request.Request(self.sandbox.environment["AWS_ENDPOINT_URL_SSM"] + "/sandbox/faults",
                                                      method="DELETE"), timeout=30).close()

    def stop(self):
        for name in os.listdir(self.path("home/.ssh")) if os.path.exists(self.config) else []:
            if re.match("ssm-", name):      # a connection that is kept for the next one
                self.run("ssh", "-o", f"ControlPath={self.path('home/.ssh/' + name)}", "-O", "exit", TARGET)
        self.sandbox.stop()
        self.daemon.stop()
        self.directory.cleanup()
