#!/usr/bin/python3
"""table.py [--quick] [--valgrind] FILE.table ... -- runs tables of cases, prints TAP.

A table is a text file of cases, written as a user would type them:

    # a sentence that titles the case, and starts it
    $ a command line for sh -c; more lines of it follow with $ again
    < a line of standard input; without any, standard input is empty
    << a line of standard input with no line end behind it
    > a line of standard output
    ! a line of standard error
    ? the exit code, 0 when there is no such line; 128 and more for a signal, as a shell has it
    = NAME=VALUE, set in the environment of the case
    @ FILE, made in the working directory; its lines follow:
    | a line of that file
    ~ much work: --quick leaves the case out

What many cases share is written once, before the first of them:

    % NAME a text, for which %{NAME} stands in every line but titles
    [NAME] starts a block: lines of a case, with no case of their own
    + NAME ..., in a case or a block: the lines of these blocks, here
    [default] starts what goes for the cases behind it, until another one does: a mark's lines ($, < and <<,
      >, !, ?) where a case has none of that mark, the variables that it does not set, the files that it
      does not make. A case whose standard input is empty then has a << with nothing behind it.

Standard output, standard error and the exit code are always compared. A line of > or ! that ends in
" (re)" is a regular expression for the whole line; one that ends in " (no-eol)" has no line end.
Empty lines and lines that begin with ## are for the reader.

A case runs in a new empty directory, which is HOME too, with nothing else in the environment than
PATH (the directory that BUILD_DIR names first), LC_ALL=C.UTF-8, TZ=UTC and
AWS_EC2_METADATA_DISABLED=true (no test asks a network that is not its own), for two minutes at most.
--valgrind runs the tools of BUILD_DIR under valgrind: an error or a definite leak fails the case.
"""
import argparse
import concurrent.futures
import glob
import os
import re
import signal
import subprocess
import sys
import tempfile

TIME_LIMIT = 120
SHOWN_LINES, SHOWN_WIDTH = 50, 2000
VALGRIND = ("valgrind -q --log-fd=9 --vgdb=no --leak-check=full --errors-for-leak-kinds=definite"
            " --show-leak-kinds=definite --error-exitcode=99")


def bail_out(why):
    print(f"Bail out! {why}")
    sys.exit(1)


class Case:
    """What a case says; None is what it does not say."""

    def __init__(self, place="", title="", default=()):
        self.place, self.title, self.default = place, title, default
        self.command = self.stdin = self.out = self.err = self.code = None
        self.environment, self.files, self.file = {}, {}, None
        self.much = False

    def add(self, mark, text):
        """One line of the table; ValueError when it makes no sense."""
        if mark == "$":
            self.command = [*(self.command or []), text]
        elif mark in ("<", "<<"):
            self.stdin = (self.stdin or "") + text + ("\n" if mark == "<" else "")
        elif mark == ">":
            self.out = [*(self.out or []), text]
        elif mark == "!":
            self.err = [*(self.err or []), text]
        elif mark == "?":
            self.code = int(text)
        elif mark == "=":
            name, equals, value = text.partition("=")
            if not name or not equals:
                raise ValueError("= without NAME=VALUE")
            self.environment[name] = value
        elif mark == "@":
            self.files[text], self.file = "", text
        elif mark == "~" and not text:
            self.much = True
        elif mark == "|" and self.file is not None:
            self.files[self.file] += text + "\n"
        else:
            raise ValueError("a line that is no part of a case")

    def complete(self):
        """Takes the defaults for what it does not say."""
        default = Case()
        for line in self.default:
            default.add(*line)
        for name, nothing in ("command", []), ("stdin", ""), ("out", []), ("err", []), ("code", 0):
            said = [value for value in (getattr(self, name), getattr(default, name)) if value is not None]
            setattr(self, name, said[0] if said else nothing)
        self.environment = {**default.environment, **self.environment}
        self.files = {**default.files, **self.files}
        if not self.command:
            raise ValueError("a case without a command")


class Block(list):
    """Lines for cases to take."""

    def add(self, mark, text):
        self.append((mark, text))


class Table:
    """A file of cases, and what they share."""

    def __init__(self, path):
        self.path, self.cases, self.current = path, [], None
        self.texts, self.blocks, self.unused = {}, {}, {}
        with open(path, encoding="utf-8") as lines:
            for number, line in enumerate(lines, 1):
                if line != "\n" and not line.startswith("##"):
                    self.place = f"{path}:{number}"
                    self.make_sense(self.read, *line.rstrip("\n").partition(" ")[::2])
        for case in self.cases:
            self.place = case.place
            self.make_sense(case.complete)
        for name, self.place in self.unused.items():
            bail_out(f"{self.place}: {name} is used by no case")

    def make_sense(self, function, *arguments):
        try:
            function(*arguments)
        except ValueError as error:
            bail_out(f"{self.place}: {error}")

    def define(self, kind, name, value):
        if not re.fullmatch(r"[\w-]+", name) or name in kind and name != "default":
            raise ValueError(f"'{name}' is no name, or one that is taken")
        kind[name] = value
        if name != "default":
            self.unused[name] = self.place
        return value

    def find(self, kind, name):
        if name not in kind:
            raise ValueError(f"nothing has the name '{name}'")
        self.unused.pop(name, None)
        return kind[name]

    def read(self, mark, text):
        if mark == "#":
            self.current = Case(self.place, text, self.blocks.get("default", ()))
            self.cases.append(self.current)
            return
        text = re.sub(r"%\{([^}]*)\}", lambda found: self.find(self.texts, found[1]), text)
        if mark == "%":
            self.define(self.texts, *text.partition(" ")[::2])
        elif mark.startswith("[") and mark.endswith("]") and not text:
            self.current = self.define(self.blocks, mark[1:-1], Block())
        elif self.current is None:
            raise ValueError("a line before the first case")
        elif mark == "+":
            for name in text.split():
                for line in self.find(self.blocks, name):
                    self.current.add(*line)
        else:
            self.current.add(mark, text)


def lines_of(data):
    lines = data.decode("utf-8", "backslashreplace").split("\n")
    if lines[-1]:
        lines[-1] += " (no-eol)"
    else:
        lines.pop()
    return lines


def line_matches(got, expected):
    if expected.endswith(" (re)"):
        return re.fullmatch(expected[:-len(" (re)")], got) is not None
    return got == expected


def same_lines(got, expected):
    return len(got) == len(expected) and all(map(line_matches, got, expected))


def tool_names(build_dir):
    for path in sorted(glob.glob(os.path.join(build_dir, "ssm-*"))):
        if os.path.isfile(path) and os.access(path, os.X_OK):
            with open(path, "rb") as tool:
                if tool.read(4) == b"\x7fELF":
                    yield os.path.basename(path)


class Runner:
    def __init__(self, build_dir, top, valgrind):
        self.top, self.valgrind = top, valgrind
        self.path = f"{build_dir}:/usr/bin:/bin"
        self.limit = TIME_LIMIT * (5 if valgrind else 1)
        if valgrind:
            self.wrap_tools(build_dir, os.path.join(top, "valgrind"))

    def wrap_tools(self, build_dir, wrappers):
        os.mkdir(wrappers)
        for name in tool_names(build_dir):
            wrapper = os.path.join(wrappers, name)
            with open(wrapper, "w", encoding="utf-8") as script:
                script.write(f"#!/bin/sh\nexec {VALGRIND} '{build_dir}/{name}' \"$@\" "
                             '9>"$VALGRIND_LOGS/$$"\n')
            os.chmod(wrapper, 0o755)
        self.path = f"{wrappers}:{self.path}"

    def environment(self, case, home, logs):
        environment = {"PATH": self.path, "HOME": home, "LC_ALL": "C.UTF-8", "TZ": "UTC",
                       "AWS_EC2_METADATA_DISABLED": "true"}
        if self.valgrind:
            environment["VALGRIND_LOGS"] = logs
        environment.update(case.environment)
        return environment

    def execute(self, case, home, logs):
        """(stdout, stderr, exit code), the code None when the time was over."""
        with open(os.memfd_create("stdin"), "w+b") as stdin:
            stdin.write(case.stdin.encode())  # a file: all of it is there from the start
            stdin.seek(0)
            with subprocess.Popen(["sh", "-c", "\n".join(case.command)], cwd=home,
                                  env=self.environment(case, home, logs), stdin=stdin,
                                  stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                  start_new_session=True) as process:
                try:
                    out, err = process.communicate(timeout=self.limit)
                    code = process.returncode
                except subprocess.TimeoutExpired:
                    os.killpg(process.pid, signal.SIGKILL)
                    out, err = process.communicate()
                    code = None
        return out, err, 128 - code if code is not None and code < 0 else code

    def run(self, case):
        """What is wrong, as lines; none when all is as expected."""
        with tempfile.TemporaryDirectory(dir=self.top) as place:
            home, logs = os.path.join(place, "home"), os.path.join(place, "logs")
            os.mkdir(home)
            if self.valgrind:
                os.mkdir(logs)
            for name, text in case.files.items():
                with open(os.path.join(home, name), "w", encoding="utf-8") as file:
                    file.write(text)
            out, err, code = self.execute(case, home, logs)
            return list(differences(case, lines_of(out), lines_of(err), code)) + read_logs(logs)


def read_logs(logs):
    """Errors; not that valgrind has not heard of a system call, as of pidfd_open: it fails then."""
    lines = []
    for path in sorted(glob.glob(os.path.join(logs, "*"))):
        with open(path, encoding="utf-8", errors="backslashreplace") as log:
            text = log.read()
        if text and "Process terminating with default action of signal 13" not in text:
            lines += [line for line in text.splitlines() if not line.startswith("--")]
    return lines


def differences(case, out, err, code):
    if code is None:
        yield "the time was over"
    elif code != case.code:
        yield f"exit code: expected {case.code}, got {code}"
    for name, got, expected in ("stdout", out, case.out), ("stderr", err, case.err):
        if not same_lines(got, expected):
            for label, lines in ("expected", expected), ("got", got):
                yield f"{name} {label}: {len(lines)} lines"
                yield from (f"  {line[:SHOWN_WIDTH]}" for line in lines[:SHOWN_LINES])


def report(number, case, wrong):
    print(f"{'not ok' if wrong else 'ok'} {number} - {case.title}")
    if wrong:
        print(f"# {case.place}")
        for line in [f"$ {line}" for line in case.command] + wrong:
            print(f"# {line}")
    sys.stdout.flush()


def main(arguments=None):
    for number in signal.SIGINT, signal.SIGQUIT, signal.SIGHUP:      # ignored in the background
        signal.signal(number, signal.SIG_DFL)
    parser = argparse.ArgumentParser(description="Runs tables of cases, prints TAP.")
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--valgrind", action="store_true")
    parser.add_argument("tables", nargs="+", metavar="FILE.table")
    options = parser.parse_args(arguments)
    cases = [case for path in options.tables for case in Table(path).cases if not (options.quick and case.much)]
    if not cases:
        bail_out("no case in the tables")
    print(f"1..{len(cases)}")
    failed = 0
    with tempfile.TemporaryDirectory(prefix="table.") as top:
        runner = Runner(os.path.abspath(os.environ.get("BUILD_DIR", ".")), top, options.valgrind)
        with concurrent.futures.ThreadPoolExecutor(2) as threads:
            for number, (case, wrong) in enumerate(zip(cases, threads.map(runner.run, cases)), 1):
                report(number, case, wrong)
                failed += bool(wrong)
    if failed:
        print(f"# {failed} of {len(cases)} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
