"""Completions in real shells: bash and zsh at a terminal, with keys pressed; fish asked by `complete -C`.

What the tools answer the shells is in complete.table; here every tool's answer is held against its
--help and against what its options take. A shell that is not installed is skipped.
"""
import fcntl
import os
import pty
import re
import select
import shlex
import shutil
import signal
import struct
import subprocess
import tempfile
import termios
import time

from tap import done, is_equal, ok, skip

BUILD_DIR = os.path.abspath(os.environ.get("BUILD_DIR", "."))
TOOLS = sorted(os.listdir(os.path.join(BUILD_DIR, "completions", "bash")))
SHELL_FILES = os.path.join(BUILD_DIR, "completions")
DEADLINE = 60           # of one answer; a busy machine may need a part of it
TAB, SHOW, CLEAR = "\t", "\x07", "\x15"         # SHOW begins no longer sequence of keys, which would be waited for

# What is typed, the line that is there then, and what that is.
LINES = [
    ("ssm-call --retr\t", "ssm-call --retry-mode", "an option"),
    ("ssm-call --retry-mode leg\t", "ssm-call --retry-mode legacy", "a word"),
    ("ssm-call --progress=al\t", "ssm-call --progress=always", "a word joined to the option"),
    ("ssm-call --retry-mode adaptive --max-a\t7 --no-v\t", "ssm-call --retry-mode adaptive --max-attempts 7 --no-verify-ssl",
     "options behind values"),
    ("ssm-call --ca-bundle au\t", r"ssm-call --ca-bundle auth\ ority.pem", "a file"),
    ("ssm-call --ca-bundle=ot\t", "ssm-call --ca-bundle=other.pem", "a file joined to the option"),
    ("ssm-call --rate o\t", "ssm-call --rate o", "nothing for a value of another kind"),
    ("ssm-sign o\t", "ssm-sign o", "nothing for an operand that there is none"),
    ("ssm-resume-session --profile my\t", r"ssm-resume-session --profile my\ own", "a profile with a blank"),
    ("ssm-resume-session --profile=pr\t", "ssm-resume-session --profile=prod", "a profile joined to the option"),
    ("ssm-resume-session --profile a:\t", "ssm-resume-session --profile a:b", "a profile with a colon"),
    ("ssm-sign --region us-gov-e\t", "ssm-sign --region us-gov-east-1", "a region"),
    ("ssm-parse-url -f cell\t-f sess\t", "ssm-parse-url -f cell-number -f session-id", "fields"),
    ("ssm-request res\t--reg\tsa\t", "ssm-request resume-session --region sa-east-1", "an operation and its options"),
    ("ssm-sandbox --temp\t-- ssm-call --unord\t", "ssm-sandbox --temporary-keys -- ssm-call --unordered",
     "a command behind --"),            # bash alone has no way to it
]

SET_UP = {
    "bash": """
        PS1='READY> '
        bind 'set bell-style none'
        bind -x '"\\C-g": printf "\\n<%s>\\n" "$READLINE_LINE"'
        if [[ -z $WITHOUT_PACKAGE && -f /usr/share/bash-completion/bash_completion ]]; then
            BASH_COMPLETION_USER_DIR=$HOME/found-by-name
            . /usr/share/bash-completion/bash_completion
        else
            for file in "$HOME"/found-by-name/completions/*; do . "$file"; done
        fi
    """,
    "zsh": """
        PROMPT='READY> '
        unsetopt prompt_cr prompt_sp beep
        fpath=($HOME/zsh-functions $fpath)
        autoload -Uz compinit
        compinit -u -D
        show() { print; print -r -- "<$BUFFER>"; zle reset-prompt }
        zle -N show
        bindkey '^G' show
    """,
}
COMMANDS = {"bash": ["bash", "--noprofile", "--rcfile", "set-up", "-i"], "zsh": ["zsh", "-d", "-i"]}


def environment(home):
    return {"HOME": home, "ZDOTDIR": home, "PATH": f"{BUILD_DIR}:/usr/bin:/bin", "LC_ALL": "C.UTF-8", "TERM": "dumb",
            "XDG_DATA_HOME": home, "XDG_CONFIG_HOME": home, "AWS_EC2_METADATA_DISABLED": "true"}


def fill(home):
    """Files, profiles, and the completions under the names that shells look for."""
    os.mkdir(os.path.join(home, ".aws"))
    texts = {".aws/config": '[profile prod]\n[profile "my own"]\n[profile a:b]\n', ".aws/credentials": "[stage]\n",
             "auth ority.pem": "", "other.pem": "", "set-up": SET_UP["bash"], ".zshrc": SET_UP["zsh"]}
    for name, text in texts.items():
        with open(os.path.join(home, name), "w", encoding="utf-8") as file:
            file.write(text)
    os.mkdir(os.path.join(home, "found-by-name"))
    os.symlink(os.path.join(SHELL_FILES, "bash"), os.path.join(home, "found-by-name", "completions"))
    os.symlink(os.path.join(SHELL_FILES, "zsh"), os.path.join(home, "zsh-functions"))


class Terminal:
    """A shell with a person in front of it."""

    def __init__(self, command, home, **variables):
        self.pid, self.descriptor = pty.fork()
        if self.pid == 0:
            os.chdir(home)
            os.execvpe(command[0], command, {**environment(home), **variables})
        fcntl.ioctl(self.descriptor, termios.TIOCSWINSZ, struct.pack("HHHH", 50, 400, 0, 0))
        self.seen = ""

    def press(self, keys):
        os.write(self.descriptor, keys.encode())

    def wait_for(self, pattern):
        """The match of what comes from here on; None when nothing does."""
        end = time.monotonic() + DEADLINE
        while not (match := re.search(pattern, self.seen)) and time.monotonic() < end:
            if select.select([self.descriptor], [], [], 1)[0]:
                try:
                    self.seen += os.read(self.descriptor, 65536).decode(errors="replace")
                except OSError:
                    break
        if match:
            self.seen = self.seen[match.end():]
        return match

    def close(self):
        os.close(self.descriptor)
        try:
            os.kill(self.pid, signal.SIGHUP)
        except ProcessLookupError:
            pass
        os.waitpid(self.pid, 0)


def check_keys(shell, home, name, **variables):
    terminal = Terminal(COMMANDS[shell], home, **variables)
    try:
        if not ok(terminal.wait_for("READY> "), f"{name} starts", terminal.seen):
            return
        for typed, expected, title in LINES[:-1] if "WITHOUT_PACKAGE" in variables else LINES:
            terminal.press(CLEAR + typed + SHOW)
            match = terminal.wait_for(r"\n<([^\n]*)>\r*\n")
            is_equal(re.sub(" +", " ", match.group(1)).strip() if match else None, expected,
                     f"{name} completes {title}", terminal.seen)
    finally:
        terminal.close()


def check_fish(home):
    script = f"set fish_complete_path {SHELL_FILES}/fish $fish_complete_path\n"
    lines = [(typed.split(TAB)[0], expected, title) for typed, expected, title in LINES]
    for typed, _, _ in lines:
        script += f"echo '<'\ncomplete -C{shlex.quote(typed)}\n"
    run = subprocess.run(["fish", "--no-config", "-c", script], cwd=home, env=environment(home), capture_output=True,
                         text=True, timeout=DEADLINE, check=False)
    answers = run.stdout.split("<\n")[1:]
    for (typed, expected, title), answer in zip(lines, answers):
        last = typed.split(" ")[-1]
        word = expected.replace("\\ ", "\0").split(" ")[len(typed.split(" ")) - 1].replace("\0", " ")
        candidates = [line.split("\t")[0] for line in answer.splitlines()]
        wanted = [] if word == last else [word]
        is_equal(candidates, wanted, f"fish completes {title}", answer, run.stderr)
    is_equal(len(answers), len(lines), "fish answers them all", run.stderr)


def output(*command, **options):
    """All that it says: monitoring reads messages on standard output."""
    return subprocess.run(command, text=True, timeout=DEADLINE, check=False, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, **options).stdout


def words_of(message):
    """What a refusal says that there is to choose from, in the suite's words or in argparse's."""
    choices = re.search("valid choices are: (.*), not '", message)
    return choices.group(1).split(", ") if choices else re.findall("'([^' ]+)'", message.split("takes")[-1].split(", not")[0])


def check_tool(tool, home):
    """Its answer is the table of --help; words are what the option takes, and all that it takes."""
    path = os.path.join(BUILD_DIR, tool)
    text = output(path, "--help").split("\nExamples:")[0]
    helped = re.findall(r"^  (?:-\w, |    )(--[a-z-]+)", text, re.M)
    offered = [line.split("\t")[0] for line in output(path, "--complete", "--").splitlines() if line[0] != ":"]
    is_equal(offered, helped, f"{tool} offers the options of its --help")
    ok(all(len(line) <= 80 for line in text.splitlines()), f"{tool} --help fits in 80 columns", text)
    for option in offered:
        words = output(path, "--complete", f"{option}=").splitlines()
        if option in ("--region", "--profile") or not words or words[0] == ":files":
            continue
        messages = [output(path, word, "--frobnicate", cwd=home) for word in words]
        ok(all("unknown option '--frobnicate'" in message for message in messages),
           f"{tool} {option} takes each of its words", messages)
        message = output(path, f"{option}=frobnicate", cwd=home)
        is_equal(sorted(words_of(message)), sorted(word.split("=", 1)[1] for word in words), f"{tool} {option} takes no other", message)


def main():
    with tempfile.TemporaryDirectory() as home:
        fill(home)
        for tool in TOOLS:
            check_tool(tool, home)
        for shell, name, variables in (("bash", "bash", {}), ("zsh", "zsh", {}),
                                       ("bash", "bash without bash-completion", {"WITHOUT_PACKAGE": "yes"})):
            if name == "bash" and not os.path.exists("/usr/share/bash-completion/bash_completion"):
                skip(f"{name} completes", "no bash-completion")
            elif shutil.which(shell):
                check_keys(shell, home, name, **variables)
            else:
                skip(f"{name} completes", f"no {shell}")
        if shutil.which("fish"):
            check_fish(home)
        else:
            skip("fish completes", "no fish")
    done()


main()
