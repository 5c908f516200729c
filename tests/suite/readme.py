"""The transcripts of README.md are true: what it shows is typed again, in the sandbox.

Indented lines that begin with "$ " are commands; what follows is what they print, on stdout and stderr.
"…" stands for what differs from run to run. A block's commands share one shell.
"""
import os
import re
import subprocess
import tempfile

from tap import done, ok

BUILD_DIR = os.path.abspath(os.environ.get("BUILD_DIR", "."))
SRC_DIR = os.environ.get("SRC_DIR", ".")


def blocks(text):
    """Lists of (command, what it prints), a list for each section."""
    for section in re.split(r"^#+ ", text, flags=re.M):
        steps = []
        for line in section.splitlines():
            if line.startswith("    $ "):
                steps.append((line[6:], []))
            elif steps and line.startswith("    "):
                steps[-1][1].append(line[4:])
            elif steps and line:
                steps.append(("", []))      # prose ends what a command prints
        yield [(command, "".join(f"{line}\n" for line in lines)) for command, lines in steps if command]


def run(commands):
    script = "".join(f"printf '\\001'\n{command}\n" for command in commands)
    with tempfile.TemporaryDirectory() as directory:
        shell = subprocess.run([os.path.join(BUILD_DIR, "ssm-sandbox"), "--", "sh", "-c", f"exec 2>&1\n{script}"],
                               stdout=subprocess.PIPE, text=True, cwd=directory, timeout=300, check=False,
                               env={"HOME": directory, "PATH": f"{BUILD_DIR}:/usr/bin:/bin", "LC_ALL": "C.UTF-8",
                                    "AWS_EC2_METADATA_DISABLED": "true"})
    return shell.stdout.split("\1")[1:]


def check_cron(text):
    """The crontab's command is silent as long as all is well."""
    line = re.search(r"^    \*/5 \* \* \* \*  (ssm-check .* )- < /etc/ssm-sessions$", text, re.M).group(1)
    for state, printed in (("disconnected", ""), ("terminated", "SSM CRITICAL - session sandbox-terminated is over"),
                           ("denied", "SSM UNKNOWN - session sandbox-denied is unknown")):
        got, = run([f"echo sandbox-{state} | {line} -"])
        ok(got.startswith(printed) and bool(got) == bool(printed), f"the check from cron, {state}", got)


def main():
    with open(os.path.join(SRC_DIR, "README.md"), encoding="utf-8") as readme:
        text = readme.read()
    check_cron(text)
    sections = [steps for steps in blocks(text) if steps]
    for steps in sections:
        steps = [(command, printed) for command, printed in steps if not command.startswith("ssm-sandbox -- sh")]
        for (command, printed), got in zip(steps, run([command for command, _ in steps])):
            pattern = ".*".join(re.escape(part) for part in printed.split("…"))
            ok(re.fullmatch(pattern, got), command, f"expected: {printed}", f"got:      {got}")
    done()


main()
