"""ssm-sandbox in the background."""
import os
import re
import subprocess

BUILD_DIR = os.path.abspath(os.environ.get("BUILD_DIR", "."))


class Sandbox:
    """One endpoint, and the environment that leads to it."""

    def __init__(self, *arguments, stderr=None, **environment):
        self.process = subprocess.Popen([os.path.join(BUILD_DIR, "ssm-sandbox"), *arguments], stdin=subprocess.DEVNULL,
                                        stdout=subprocess.PIPE, stderr=stderr, text=True,
                                        env={**os.environ, **environment})
        exports = re.findall(r"^export (\w+)=(.*)$", self.process.stdout.read(), re.M)
        self.environment = {name: value.strip("'") for name, value in exports}

    def stop(self):
        self.process.terminate()
        self.process.wait(timeout=30)
        self.process.stdout.close()
