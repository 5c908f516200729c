"""Instructions that a command takes in user space: what else the machine does is not among them."""
import re

import measure

WAYS = {
    "perf": ("perf stat -x, -e instructions:u -o counted -- sh -c '{}'", r"^(\d+),[^,]*,[^,]*instructions"),
    "valgrind": ("rm -f counted-*; valgrind --tool=callgrind --callgrind-out-file=/dev/null"
                 " --trace-children=yes --log-file=counted-%p sh -c '{}' && cat counted-* >counted",
                 r"Collected : (\d+)"),
}


def count(way, command):
    """Of a command for the shell, the shell's start included. Raises Failed."""
    line, pattern = WAYS[way]
    measure.run(line.format(command.replace("'", "'\\''")))
    with open("counted", encoding="utf-8") as file:
        counts = re.findall(pattern, file.read(), re.M)
    if not counts:
        raise measure.Failed("nothing was counted")
    return sum(int(count) for count in counts)


def find(peers):
    """The first way that is here, or None."""
    return next((way for way in WAYS if not peers.why_not([way])), None)
