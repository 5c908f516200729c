"""table.py itself: what its lines mean, that a wrong outcome fails, and that a table that makes no sense is refused."""
import contextlib
import io
import os
import tempfile

import table
from tap import done, is_equal, ok

# Tables, and what becomes of their cases in their order.
TABLES = {
    "a case": ("# t\n$ cat; cat f; echo $A >&2; exit 3\n< in\n<< put\n@ f\n| line\n= A=x y\n"
               "> in\n> putline\n! x y\n? 3\n", [True]),
    "what is not said is empty": ("# t\n$ cat; ls -A\n", [True]),
    "an output that is not expected fails": ("# t\n$ echo a\n# t\n$ echo a\n> b\n# t\n$ echo a >&2\n", [False] * 3),
    "an output that does not come fails": ("# t\n$ true\n> a\n# t\n$ true\n! a\n# t\n$ echo a\n> a\n> b\n", [False] * 3),
    "another exit code fails": ("# t\n$ exit 1\n# t\n$ true\n? 1\n# t\n$ kill $$\n? 143\n", [False, False, True]),
    "a pattern is for the whole line": ("# t\n$ echo abc\n> a.c (re)\n# t\n$ echo abcd\n> a.c (re)\n", [True, False]),
    "a line end that lacks is told": ("# t\n$ printf a\n> a (no-eol)\n# t\n$ printf a\n> a\n", [True, False]),
    "texts stand for names, in all lines but titles, and in later texts":
        ("% a b c\n% d %{a}d\n# %{x}\n$ echo '%{d}'; cat\n< %{a}\n> b cd\n> b c\n", [True]),
    "a text may be empty, and the shell's own braces are left": ("% a \n# t\n$ x=1; echo ${x}%{a}%\n> 1%\n", [True]),
    "blocks are lines of the cases that take them":
        ("[in]\n< 1\n\n[both]\n+ in\n= A=2\n@ f\n# t\n$ cat - f; echo $A\n+ both\n| 3\n> 1\n> 3\n> 2\n# t\n$ cat; ls\n",
         [True, True]),
    "defaults are for what a case does not say":
        ("[default]\n$ cat; cat f; echo $A$B\n< in\n= A=1\n= B=2\n@ f\n| file\n> in\n> file\n> 12\n# t\n"
         "# t\n<<\n= B=3\n> file\n> 13\n# t\n@ f\n| mine\n< x\n> x\n> mine\n> 12\n# t\n$ exit 1\n? 1\n",
         [True, True, True, False]),
    "much work is done where nobody is in a hurry": ("# t\n~\n$ exit 1\n# t\n$ true\n", [False, True]),
    "defaults end where others start": ("[default]\n< in\n# t\n$ cat\n> in\n[default]\n# t\n$ cat\n", [True, True]),
}

NONSENSE = {
    "a line before the first case": "$ true\n",
    "a case without a command": "# t\n< x\n",
    "a mark that is none": "# t\n$ true\n; x\n",
    "a line of no file": "# t\n$ true\n| x\n",
    "a variable without a value": "# t\n$ true\n= A\n",
    "an exit code that is no number": "# t\n$ true\n? x\n",
    "a text that is not there": "# t\n$ echo %{x}\n",
    "a block that is not there": "# t\n$ true\n+ x\n",
    "a name that is taken": "% a b\n% a c\n# t\n$ echo %{a}\n> b\n",
    "a name that is none": "% a.b c\n# t\n$ true\n",
    "a text that nobody uses": "% a b\n# t\n$ true\n",
    "a block that nobody takes": "[a]\n< b\n# t\n$ true\n",
    "no case": "## nothing\n",
}


def run(directory, text, *options):
    """What table.py prints, and its exit code."""
    path = os.path.join(directory, "a.table")
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    with contextlib.redirect_stdout(io.StringIO()) as out:
        try:
            code = table.main([*options, path])
        except SystemExit as end:
            code = end.code
    return out.getvalue(), code


def main():
    with tempfile.TemporaryDirectory() as directory:
        for title, (text, expected) in TABLES.items():
            out, code = run(directory, text)
            is_equal(([line.startswith("ok ") for line in out.splitlines() if not line.startswith("#")][1:], code),
                     (expected, 0 if all(expected) else 1), title, out)
        out, code = run(directory, TABLES["much work is done where nobody is in a hurry"][0], "--quick")
        is_equal((out, code), ("1..1\nok 1 - t\n", 0), "--quick leaves it out")
        for title, text in NONSENSE.items():
            out, code = run(directory, text)
            ok(out.startswith("Bail out! ") and code == 1, f"{title} is refused", out)
    done()


main()
