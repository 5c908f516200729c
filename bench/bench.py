"""bench.py: the suite beside what people use today, on the same machine, in the same run.

    bench.py [--scale full|quick|tiny] [--into DIRECTORY] [--without NAME,...] [STAGE ...]

Prints a report of ratios, for on a busy machine single times say little. Everything goes to the suite's
own sandbox on this machine. With --into, the report is also BENCHMARKS.md there, its plot
bench/growth.svg, and its headlines the list in README.md under "How fast". A peer that is not installed
is left out, with a word. `make bench` runs it.
"""
import argparse
import os
import re
import signal
import subprocess
import sys
import tempfile
import time

import publish
import report
import stage_batch
import stage_cost
import stage_crowd
import stage_growth
import stage_memory
import stage_one
import stage_ports
import stage_signing
import stage_stream
import stage_tls
import stage_urls
from peers import PEERS, Peers
from scales import SCALES

STAGES = {"one": stage_one, "tls": stage_tls, "batch": stage_batch, "crowd": stage_crowd, "signing": stage_signing,
          "urls": stage_urls, "memory": stage_memory, "stream": stage_stream, "ports": stage_ports, "cost": stage_cost,
          "growth": stage_growth}
BUILD_DIR = os.path.abspath(os.environ.get("BUILD_DIR", "."))
HERE = os.path.dirname(os.path.abspath(__file__))


class Bench:
    """What every stage needs to know."""

    def __init__(self, scale, without, plots):
        self.scale = scale
        self.begin = time.monotonic()
        self.peers = Peers(without)
        self.plots = plots
        self.failures = []
        help_text = subprocess.run(["ssm-call", "--help"], stdout=subprocess.PIPE, text=True, check=True).stdout
        self.many = re.search(r"^\s*-j,", help_text, re.M) is not None

    def time_taken(self):
        return time.monotonic() - self.begin

    def time_left(self):
        return self.scale.limit - self.time_taken()

    def in_flight(self, count):
        """The option of ssm-call, where it has one."""
        return f" -j {count}" if self.many else ""

    def about_in_flight(self):
        return "" if self.many else "This `ssm-call` has no -j: it makes one call at a time."


def arguments():
    parser = argparse.ArgumentParser(description="The suite beside what people use today.")
    parser.add_argument("--scale", choices=SCALES, default="full")
    parser.add_argument("--into", metavar="DIRECTORY", help="where BENCHMARKS.md and bench/growth.svg are written")
    parser.add_argument("--without", metavar="NAME,...", default="", help=f"peers to leave out: {', '.join(PEERS)}")
    parser.add_argument("stages", metavar="STAGE", nargs="*", help=f"of: {', '.join(STAGES)} [all]")
    given = parser.parse_args()
    given.without = [name for name in given.without.split(",") if name]
    for name, known in [(name, STAGES) for name in given.stages] + [(name, PEERS) for name in given.without]:
        if name not in known:
            parser.error(f"'{name}' is none of {', '.join(known)}")
    return given


def run_stages(bench, names):
    """A section for each; a stage that there is no time for is left out, with a word."""
    for name in names:
        if bench.time_left() < 0:
            yield report.Section(f"Not run: {name}", f"There was no time left after {bench.time_taken():.0f} s.")
            continue
        print(f"bench: {name}, after {bench.time_taken():.0f} s", file=sys.stderr)
        yield STAGES[name].run(bench)


def as_typed(given):
    words = ["make bench"] + [f"BENCH={given.scale}"] * (given.scale != "full")
    return " ".join(words + [f"STAGES='{' '.join(given.stages)}'"] * bool(given.stages))


def into_sandbox():
    """Starts this once more with the sandbox's endpoint and keys in the environment."""
    os.environ["PATH"] = f"{BUILD_DIR}:{BUILD_DIR}/bench:/usr/bin:/bin:/usr/sbin:{os.environ['PATH']}"
    os.environ.update(BENCH=HERE, BENCH_IN_SANDBOX="1", AWS_EC2_METADATA_DISABLED="true", LC_ALL="C.UTF-8",
                      PYTHONDONTWRITEBYTECODE="1", AWS_CONFIG_FILE="/dev/null",
                      AWS_SHARED_CREDENTIALS_FILE="/dev/null")
    os.execvp("ssm-sandbox", ["ssm-sandbox", "--port", "0", "--", sys.executable, *sys.argv])


def main():
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))     # no command of a run outlives it
    given = arguments()
    if "BENCH_IN_SANDBOX" not in os.environ:
        into_sandbox()
    into = os.path.abspath(given.into) if given.into else None
    with tempfile.TemporaryDirectory() as directory:
        os.chdir(directory)
        plots = os.path.join(into, "bench") if into else directory
        os.makedirs(plots, exist_ok=True)
        bench = Bench(SCALES[given.scale], given.without, plots)
        sections = list(run_stages(bench, given.stages or STAGES))
        os.chdir("/")
    whole = publish.text(bench, as_typed(given), sections)
    print(whole)
    if into:
        publish.write(into, whole, publish.headlines(sections))
    if bench.failures:
        sys.exit("bench: failed: " + "; ".join(bench.failures))


main()
