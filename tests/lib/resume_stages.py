"""Stages of ssm-resume-session, or of another tool that runs the pipeline, that are played by scripts."""
import os
import shutil
import subprocess
import tempfile

BUILD_DIR = os.environ.get("BUILD_DIR", ".")


class Stages:
    """A directory with the tool and stages that do what they are told."""

    tool = "ssm-resume-session"
    names = ("ssm-request", "ssm-sign", "ssm-call", "ssm-format")

    def __init__(self, **scripts):
        self.directory = tempfile.TemporaryDirectory()
        shutil.copy(os.path.join(BUILD_DIR, self.tool), self.directory.name)
        for stage in self.names:
            script = scripts.get(stage[4:], "cat")
            if script is not None:
                path = self.path(stage)
                with open(path, "w", encoding="utf-8") as file:
                    file.write(f"#!/bin/sh\ncd '{self.directory.name}'\n{script}\n")
                os.chmod(path, 0o755)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.directory.cleanup()

    def path(self, name):
        return os.path.join(self.directory.name, name)

    def command(self, *arguments, ids="s"):
        return [self.path(self.tool), "--session-id", ids, *arguments]

    def run(self, *arguments, ids="s", text="", **environment):
        return subprocess.run(self.command(*arguments, ids=ids), capture_output=True, text=True, timeout=120,
                              input=text, check=False, env={"PATH": "/usr/bin:/bin", **environment})

    def read(self, name):
        with open(self.path(name), encoding="utf-8") as file:
            return file.read()

    def has(self, name):
        return os.path.exists(self.path(name))


def outcome(run):
    return run.returncode, run.stdout, run.stderr
