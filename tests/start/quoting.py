"""ssm-start-session's command: each argument arrives as it was typed, by the agent's rules, a shell's and Python's."""
import json
import os
import random
import shlex
import subprocess

from tap import done, is_equal, ok

BUILD_DIR = os.path.abspath(os.environ.get("BUILD_DIR", "."))
TOOL = os.path.join(BUILD_DIR, "ssm-start-session")
ROUNDS = 120
PIECES = ["a", "B7", "é", "\U0001f600", " ", "  ", "\t", "\n", "\r", "'", '"', "\\", "\\\\", "'\\''", "#", "$HOME", "`id`",
          "$(id)", "*", "?", "~", "{{x}}", "%", ";", "&", "|", "<", ">", "(", "!", "=", "-", "--", "/", "\x01", "\x7f",
          "\u00a0", "\u2028"]


def parameters_of(*command, document=None):
    """What ssm-request is told, out of the pipeline as it is shown."""
    more = [] if document is None else ["--document-name", document]
    shown = subprocess.run([TOOL, "--target", "t", *more, "--show-pipeline", "--", *command], capture_output=True,
                           text=True, check=True, env={"LC_ALL": "C.UTF-8"}, timeout=20).stdout
    argument = next(word for word in shlex.split(shown) if word.startswith("--parameters="))
    return json.loads(argument.removeprefix("--parameters="))


def agent_words(text):
    """The words that the agent on the node takes: blanks part, # begins a comment, a backslash holds within "..." too."""
    words, word, quote, at = [], None, "", 0
    while at < len(text):
        c, at = text[at], at + 1
        if quote != "'" and c == "\\":
            word, at = (word or "") + text[at], at + 1
        elif quote and c == quote:
            quote = ""
        elif quote:
            word += c
        elif c in "'\"":
            quote, word = c, word or ""
        elif c in " \t\r\n":
            words, word = words + [word] if word is not None else words, None
        elif c == "#" and word is None:
            at = (text + "\n").index("\n", at) + 1
        else:
            word = (word or "") + c
    assert not quote
    return words + [word] if word is not None else words


def shell_words(text):
    """What a program gets that sh -c runs with the text."""
    got = subprocess.run(["sh", "-c", "printf '%s\\0' " + text], capture_output=True, check=True, timeout=20)
    return got.stdout.decode().split("\0")[:-1]


def commands(rng):
    yield from (["uname", "-a"], [""], ["", ""], ["a", "", "b"], ["'"], ["#", "a"], ["a\nb"], ["\\"], ["a'b\"c"], [" "],
                ["-"], ["--", "--target", "x"], ["sh", "-c", "echo \"$1\" | tr a b", "sh", "it's"], ["é"], ["{{ssm:x}}"])
    for _ in range(ROUNDS):
        yield ["".join(rng.choice(PIECES) for _ in range(rng.randrange(6))) for _ in range(rng.randint(1, 5))]


def main():
    seed = int(os.environ.get("SEED", random.randrange(1 << 30)))
    rng, tried = random.Random(seed), 0
    for command in commands(rng):
        text, = parameters_of(*command)["command"]
        rules = {"the agent's": agent_words, "shlex's": shlex.split, "a shell's": shell_words}
        wrong = {name: words(text) for name, words in rules.items() if words(text) != command}
        tried += 1
        if wrong:
            ok(False, "arguments arrive as they were typed", f"SEED={seed}", command, text, wrong)
    ok(tried == ROUNDS + 15, "arguments arrive as they were typed, by the agent's rules, shlex's and a shell's", tried)
    is_equal(parameters_of("x"), {"command": ["x"], "separateOutputStream": ["true"]}, "outputs apart, and an exit code")
    is_equal(parameters_of("x", document="AWS-StartInteractiveCommand"), {"command": ["x"]}, "another document has its own way")
    long = ["x" * 20000, "'" * 5000]
    is_equal(agent_words(parameters_of(*long)["command"][0]), long, "a long one")
    got = subprocess.run([TOOL, "--target", "t", "--", "x" * 100000, "x" * 100000], capture_output=True, text=True, timeout=20)
    ok(got.returncode == 252 and "the command is too long" in got.stderr, "one that is too long", got)
    done()


main()
