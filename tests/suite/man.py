"""The man pages: sound mdoc, every option of --help in them and the other way round, examples that run;
and --help itself: short, with examples.

In EXAMPLES a line that begins with "$ " is a command; the lines up to the next one are what it
prints. They are run in the sandbox, in an empty directory.
"""
import glob
import os
import re
import shutil
import subprocess
import tempfile

from tap import done, is_equal, ok, skip

BUILD_DIR = os.path.abspath(os.environ.get("BUILD_DIR", "."))
SRC_DIR = os.environ.get("SRC_DIR", ".")
CODES = ["0", "1", "75", "252", "253", "254", "255"]
PLUGIN_CODES = ["0", "1", "2", "3"]         # of monitoring plugins
SUBJECTS = "ssm-data-channel.7", "ssm-ssh.7"    # pages about no program of ours: these end with nothing
PLUGIN = "session-manager-plugin.1"         # AWS's client has no --help, nor options


def run(*command, **options):
    return subprocess.run(command, capture_output=True, text=True, timeout=300, check=False, **options)


def read(path):
    with open(path, encoding="utf-8") as page:
        return page.read()


def check_lint(path):
    if shutil.which("mandoc"):
        lint = run("mandoc", "-Tlint", "-W", "warning", path)
        ok(lint.returncode == 0, f"{os.path.basename(path)} is sound mdoc", lint.stdout)
    else:
        skip(f"{os.path.basename(path)} is sound mdoc", "no mandoc")


def check_options(tool, page):
    text = run(os.path.join(BUILD_DIR, tool), "--help").stdout
    helped = set(re.findall(r"--([a-z][a-z-]+)", text.split("\nExamples:")[0]))
    written = set(re.findall(r" -([a-z][a-z-]+)", "\n".join(re.findall(r"^\.It Fl .*$", page, re.M))))
    is_equal(sorted(written), sorted(helped), f"{tool}(1) has the options of {tool} --help")
    check_help(tool, text)
    check_synopsis(tool, page)


def check_help(tool, text):
    """Short, for a terminal of 80 columns, with examples that begin where the reader's lines do."""
    wide = [line for line in text.splitlines() if len(line) > 80]
    ok(not wide, f"{tool} --help fits in 80 columns", *wide)
    shown = re.findall(r"^  \S.*", text.partition("\nExamples:\n")[2], re.M)
    ok(len(shown) >= 3, f"{tool} --help has three examples", text)
    ok(text.endswith(f"\nMore: man {tool}, man ssm-tools\n"), f"{tool} --help names the man pages", text)


def check_synopsis(tool, page):
    """Every option and letter of the synopsis is described."""
    synopsis, _, rest = page.partition("\n.Sh SYNOPSIS\n")[2].partition("\n.Sh ")
    items = " ".join(re.findall(r"^\.It Fl .*$", rest, re.M))
    options = set(re.findall(r" -([a-z][a-z-]+)", synopsis))
    letters = {letter for group in re.findall(r"\.?Fl ([a-zA-Z]+)\b(?: \| ([a-zA-Z])\b)?", synopsis)
               for letter in "".join(group)}
    missing = [name for name in options if not re.search(rf" -{name}\b", items)]
    missing += [letter for letter in letters if not re.search(rf"Fl {letter}\b", items)]
    ok(options | letters and not missing, f"{tool}(1) describes every option of its synopsis", f"not described: {missing}")


def check_codes(name, page):
    section = re.search(r"^\.Sh EXIT STATUS\n(.*?)^\.Sh ", page, re.M | re.S)
    listed = re.findall(r"^\.It (?:Li )?(\d+)\b", section.group(1) if section else "", re.M)
    codes = PLUGIN_CODES if name == "ssm-check.1" else CODES
    ok(section and set(listed) <= set(codes) and "0" in listed,
       f"{name} has a table of exit codes, all of the contract", listed)


def examples(page):
    """Pairs of a command and what it prints."""
    section = re.search(r"^\.Sh EXAMPLES\n(.*?)(?=^\.Sh |\Z)", page, re.M | re.S)
    for block in re.findall(r"^\.Bd .*?\n(.*?)^\.Ed", section.group(1) if section else "", re.M | re.S):
        lines = block.replace("\\&", "").replace("\\e", "\\").replace("\\-", "-").splitlines()
        for i, line in enumerate(lines):
            if line.startswith("$ "):
                command, i = [line[2:]], i + 1
                while command[-1].endswith(("\\", "|")):     # it goes on
                    command.append(lines[i])
                    i += 1
                rest = [n for n, later in enumerate(lines[i:], i) if later.startswith("$ ")]
                yield "\n".join(command), "".join(f"{text}\n" for text in lines[i:rest[0] if rest else None])


def check_examples(name, page):
    with tempfile.TemporaryDirectory() as directory:
        environment = {"HOME": directory, "PATH": f"{BUILD_DIR}:/usr/bin:/bin", "LC_ALL": "C.UTF-8",
                       "AWS_EC2_METADATA_DISABLED": "true"}
        for command, expected in examples(page):
            got = run(os.path.join(BUILD_DIR, "ssm-sandbox"), "--", "sh", "-c", command,
                      cwd=directory, env=environment)
            is_equal(got.stdout, expected, f"{name}: {command}", got.stderr)


def main():
    for path in sorted(glob.glob(os.path.join(SRC_DIR, "man", "*.[17]"))):
        page, name = read(path), os.path.basename(path)
        check_lint(path)
        if name not in SUBJECTS:
            check_codes(name, page)
        check_examples(name, page)
        if name.endswith(".1") and name != PLUGIN:
            check_options(name[:-2], page)
    done()


main()
