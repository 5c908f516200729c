"""What the suite is measured beside, and by: is it there, and which version."""
import os
import re
import subprocess
import sys

# Name: the command that prints its version, and what the version looks like in it.
PEERS = {
    "aws": ("aws --version", r"aws-cli/(\S+)"),
    "boto3": ('"$PYTHON" -c "import boto3; print(boto3.__version__)"', r"(\S+)"),
    "botocore": ('"$PYTHON" -c "import botocore; print(botocore.__version__)"', r"(\S+)"),
    "curl": ("curl --help all | grep -q aws-sigv4 && curl --version", r"curl (\S+)"),
    "gnuplot": ("gnuplot --version", r"gnuplot (\S+) patchlevel (\S+)"),
    "jq": ("jq --version", r"jq-(\S+)"),
    "nginx": ("nginx -v 2>&1", r"nginx/(\S+)"),
    "openssl": ("openssl version", r"OpenSSL (\S+)"),
    "perf": ("perf stat -x, -e instructions:u true 2>&1 | grep -q '^[0-9]' && perf --version", r"perf version (\S+)"),
    "sed": ("sed --version", r"sed \(GNU sed\) (\S+)"),
    "session-manager-plugin": ('"$PLUGIN" --version', r"^([\d.]+)$"),
    "trurl": ("trurl --version", r"trurl version (\S+)"),
    "valgrind": ("valgrind --version", r"valgrind-(\S+)"),
    "xargs": ("xargs --version", r"xargs \(GNU findutils\) (\S+)"),
}


def find_plugin(ours):
    """AWS's session-manager-plugin, or "": this suite has one of that name, in the directories `ours` and, installed, in
    libexec/ssm-tools."""
    for directory in os.get_exec_path():
        found = os.path.realpath(os.path.join(directory, "session-manager-plugin"))
        if os.access(found, os.X_OK) and os.path.dirname(found) not in ours and "/ssm-tools/" not in found:
            return found
    return ""


def version(command, pattern):
    """None when it is not installed, or not of the kind that is wanted."""
    run = subprocess.run(["sh", "-c", command], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                         stderr=subprocess.DEVNULL, text=True, timeout=60, check=False)
    found = re.search(pattern, run.stdout)
    return ".".join(found.groups()) if run.returncode == 0 and found else None


class Peers:
    def __init__(self, without):
        os.environ["PYTHON"] = sys.executable
        os.environ["PLUGIN"] = find_plugin([os.path.realpath(os.environ.get("BUILD_DIR", "."))])
        self.without = without
        self.versions = {name: version(*how) for name, how in PEERS.items() if name not in without}

    def why_not(self, needs):
        """Why something that needs these cannot run, or None when it can."""
        for name in needs:
            if name in self.without:
                return f"skipped: without {name}, as asked for"
            if self.versions[name] is None:
                return f"skipped: {name} is not installed"
        return None

    def missing(self):
        return [name for name in PEERS if self.why_not([name])]
