"""The whole report, and where it goes."""
import os
import re
import sys

import machine
import report

ABOUT = """\
Made by `{command}`, which runs everything side by side on one machine, the server included (`ssm-sandbox`,
on 127.0.0.1). The commands of a table take turns, round by round. Times and rates are medians; ratios are the
median of the ratios of each round, in brackets the quartiles. Every answer is looked at: a command that lost
one has failed. `$PYTHON` is the Python of the table below, `$BENCH` the directory bench/."""
ITEM = r"- [^\n]*\n(?:  [^\n]*\n)*"
QUOTED = rf"(\n## How fast\n.*?\n\n)(?:{ITEM})+"


def headlines(sections):
    return report.bullets(line for section in sections for line in section.headlines)


def text(bench, command, sections):
    rows = machine.describe() + [(name, version) for name, version in bench.peers.versions.items() if version]
    rows += [(name, bench.peers.why_not([name])) for name in bench.peers.missing()]
    parts = ["# Benchmarks", ABOUT.format(command=command), "## In short", headlines(sections),
             "## Machine and versions", report.table(("", ""), rows)]
    for section in sections:
        parts += [f"## {section.title}", section.text, *section.body]
    with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "notes.md"), encoding="utf-8") as notes:
        parts.append(notes.read())
    parts.append(f"The run took {bench.time_taken():.0f} s.")
    return "\n\n".join(part.rstrip("\n") for part in parts if part.strip()) + "\n"


def write(directory, whole, quote):
    """BENCHMARKS.md, and the headlines in the place of README.md's list of them."""
    with open(os.path.join(directory, "BENCHMARKS.md"), "w", encoding="utf-8") as file:
        file.write(whole)
    with open(os.path.join(directory, "README.md"), "r+", encoding="utf-8") as file:
        readme, found = re.subn(QUOTED, lambda match: match.group(1) + quote, file.read(), count=1, flags=re.S)
        if not found:
            sys.exit("bench: README.md has no list under 'How fast'")
        file.seek(0)
        file.write(readme)
        file.truncate()
