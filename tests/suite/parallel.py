"""The recipes for GNU parallel: run as README.md has them, on two logins to a loopback sshd where one can be had.

What comes out has to be what one process gives, in the same order, and exit codes have to be told.
"""
import json
import os
import re
import shutil
import subprocess
import tempfile

from sandbox_running import Sandbox
from sshd import Sshd
from tap import done, is_equal, ok, skip_all

BUILD_DIR = os.path.abspath(os.environ.get("BUILD_DIR", "."))
SRC_DIR = os.path.abspath(os.environ.get("SRC_DIR", "."))
HOSTS = ["host1", "host2"]
REGIONS = {"us-east-1": "prod", "eu-west-1": "staging"}


class World:
    """A directory with what the recipes name, and PATH, HOME and keys for them."""

    def __init__(self):
        self.directory = tempfile.mkdtemp(prefix="ssm-parallel.")
        self.sandboxes = {region: Sandbox("--region", region) for region in REGIONS}
        first = self.sandboxes["us-east-1"].environment
        self.environment = {
            **first, "HOME": self.directory, "PARALLEL_HOME": self.path("parallel"), "LC_ALL": "C.UTF-8",
            "PATH": f"{self.path('bin')}:{BUILD_DIR}:/usr/bin:/bin", "AWS_EC2_METADATA_DISABLED": "true"}
        self.write("parallel/will-cite", "")
        self.add_regions()
        self.add_profiles()

    def path(self, name):
        return os.path.join(self.directory, name)

    def write(self, name, text):
        os.makedirs(os.path.dirname(self.path(name)), exist_ok=True)
        with open(self.path(name), "w", encoding="utf-8") as file:
            file.write(text)

    def read(self, name):
        with open(self.path(name), encoding="utf-8") as file:
            return file.read()

    def add_regions(self):
        """AWS has an endpoint in each region; here a script in front of the tool finds the sandbox of one."""
        other = self.sandboxes["eu-west-1"].environment["AWS_ENDPOINT_URL_SSM"]
        self.write("bin/ssm-resume-session", f"""#!/bin/sh
case "$*" in *eu-west-1*) export AWS_ENDPOINT_URL_SSM='{other}' ;; esac
exec '{BUILD_DIR}/ssm-resume-session' "$@"
""")
        os.chmod(self.path("bin/ssm-resume-session"), 0o755)

    def add_profiles(self):
        config = "".join(f"[profile {profile}]\nregion = {region}\n"
                         f"endpoint_url = {self.sandboxes[region].environment['AWS_ENDPOINT_URL_SSM']}\n"
                         for region, profile in REGIONS.items())
        keys = self.environment
        self.write("config", config)
        self.write("credentials", "".join(
            f"[{profile}]\naws_access_key_id = {keys['AWS_ACCESS_KEY_ID']}\n"
            f"aws_secret_access_key = {keys['AWS_SECRET_ACCESS_KEY']}\n" for profile in REGIONS.values()))

    def of_profiles(self):
        """The environment of one who has profiles, and nothing else."""
        names = {"HOME", "PATH", "PARALLEL_HOME", "LC_ALL", "AWS_EC2_METADATA_DISABLED"}
        return {**{name: value for name, value in self.environment.items() if name in names},
                "AWS_CONFIG_FILE": self.path("config"), "AWS_SHARED_CREDENTIALS_FILE": self.path("credentials")}

    def run(self, command, environment=None, **more):
        result = subprocess.run(["bash", "-c", command], stdin=subprocess.DEVNULL, capture_output=True, text=True,
                                timeout=300, check=False, cwd=self.directory,
                                env={**(environment or self.environment), **more})
        # where there is no /sys, parallel's search for processors is heard
        result.stderr = re.sub(r"(?m)^lscpu: .*\n", "", result.stderr)
        return result

    def stop(self):
        for sandbox in self.sandboxes.values():
            sandbox.stop()
        shutil.rmtree(self.directory, ignore_errors=True)


def recipes():
    """The commands that README.md shows, by their first words; the man page has the same ones."""
    with open(os.path.join(SRC_DIR, "README.md"), encoding="utf-8") as readme:
        section = re.search(r"^## Beyond one machine\n(.*?)^## ", readme.read(), re.M | re.S).group(1)
    found = [re.sub(r"\n    ", "\n", command) for command in
             re.findall(r"^    ((?:parallel|ssm-request) (?:.*\\\n|.*\|\n)*.*)$", section, re.M)]
    with open(os.path.join(SRC_DIR, "man", "ssm-tools.7"), encoding="utf-8") as page:
        text = page.read().replace("\\e", "\\").replace("\\-", "-")
    ok(len(found) == 4 and all(command in text for command in found),
       "README.md has the four recipes, and ssm-tools(7) the same", *found)
    return found


def summary(text):
    """What of answers does not differ from call to call."""
    return [[d.get("id"), d.get("SessionId"), d.get("Error", {}).get("Code")]
            for d in map(json.loads, text.splitlines())]


def ids(name, count, bad=()):
    return [f"sandbox-{'terminated' if n in bad else 'disconnected'}-{name}-{n}" for n in range(count)]


def check_files(world, recipe, names, environment, what):
    """A file of ids for each name: a process each, the answers in the order of the names."""
    for name in names:
        world.write(f"{name}.txt", "".join(f"{i}\n" for i in ids(name, 20)))
    run = world.run(recipe, environment)
    is_equal((run.returncode, [row[1] for row in summary(world.read("answers.ndjson"))], run.stderr),
             (0, [i for name in names for i in ids(name, 20)], ""), f"many {what}: all answers, in order")
    world.write(f"{names[1]}.txt", "sandbox-disconnected\nsandbox-terminated\n")
    run = world.run(recipe, environment)
    answers = [row[1] for row in summary(world.read("answers.ndjson"))]
    is_equal((run.returncode, answers), (1, ids(names[0], 20) + ["sandbox-disconnected"]),
             f"many {what}: one that fails is counted in the exit code", run.stderr)
    ok(re.match(r"ssm-call: record 2: DoesNotExistException: .*\n", run.stderr), "and says why", run.stderr)


def check_hosts(world, recipe, **more):
    records = [{"SessionId": i, "id": n} for n, i in enumerate(ids("h", 1200, bad=(3, 700)))]
    world.write("sessions.ndjson", "".join(json.dumps(record) + "\n" for record in records))
    one = world.run("ssm-resume-session --input sessions.ndjson --errors inline --quiet")
    run = world.run(recipe, **more)
    got = summary(world.read("answers.ndjson"))
    ok(got == summary(one.stdout) and len(got) == 1200, "many hosts: the lines of one process, in its order",
       f"{len(got)} lines", got[:3], run.stderr)
    jobs = [line.split("\t") for line in world.read("jobs.log").splitlines()[1:]]
    is_equal((run.returncode, sorted(job[6] for job in jobs)), (2, ["0", "1", "1"]),
             "the exit code is the number of jobs that failed, the job log has each one's own", run.stderr)
    if more:
        is_equal({job[1] for job in jobs}, set(HOSTS), "both hosts had a part", *jobs)
    halt = world.run(recipe.replace("--joblog", "--halt now,fail=1 --joblog", 1), **more)
    is_equal(halt.returncode, 1, "with --halt now,fail=1 it is the first failure's own", halt.stderr)


def check_call_on_hosts(world, recipe, **more):
    world.write("ids.txt", "".join(f"{i}\n" for i in ids("c", 900)))
    run = world.run(recipe, **more)
    is_equal((run.returncode, [row[1] for row in summary(world.read("answers.ndjson"))] == ids("c", 900), run.stderr),
             (0, True, ""), "requests signed here, called there: all answers, in order")


def without_logins(recipe):
    return recipe.replace("--sshlogin host1,host2", "-j2")


def main():
    version = shutil.which("parallel") and subprocess.run(["parallel", "--version"], capture_output=True, text=True,
                                                          check=False, stdin=subprocess.DEVNULL).stdout
    if not version or "GNU parallel" not in version:
        skip_all("no GNU parallel here")
    world = World()
    sshd = Sshd(HOSTS, {name: world.environment[name] for name in world.environment if name != "HOME"})
    try:
        regions, accounts, hosts, calls = recipes()
        check_files(world, regions, list(REGIONS), world.environment, "regions")
        check_files(world, accounts, list(REGIONS.values()), world.of_profiles(), "accounts")
        why = sshd.start()
        if why is None:
            check_hosts(world, hosts, PARALLEL_SSH=sshd.ssh_command)
            check_call_on_hosts(world, calls, PARALLEL_SSH=sshd.ssh_command)
        else:
            print(f"# {why}: two jobs on this machine instead")
            check_hosts(world, without_logins(hosts))
            check_call_on_hosts(world, without_logins(calls))
    finally:
        sshd.stop()
        world.stop()
    done()


main()
