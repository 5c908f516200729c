"""Runs fuzz targets, each for some seconds: run.py SECONDS DIRECTORY TARGET...

RUNS in the environment ends each when it has had so many inputs, if that is sooner; JOBS is how many run at a time.
A target starts from its corpus and from what it found worth keeping before, in DIRECTORY/corpus; an input that
breaks a property, takes long or much memory is left in DIRECTORY/found, and makes the run a failure.
"""
import concurrent.futures
import os
import re
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
GRACE = 60              # seconds that a target may take to read its corpus, and to end
LENGTHS = {"stream_channel": 128}       # bytes of an input at most: a long play shows what short ones do
LENGTH = 4096
# No run frees more than that, so a block that it has freed is still known; with ASan's 256 MB memory is always cold.
ASAN_OPTIONS = "quarantine_size_mb=16"


def limits(name, seconds):
    return [f"-max_total_time={seconds}", f"-runs={os.environ.get('RUNS') or -1}", "-timeout=10", "-rss_limit_mb=1024",
            f"-max_len={LENGTHS.get(name, LENGTH)}", "-print_final_stats=1"]


def run(target, seconds, directory):
    """Whether all went well, and what to say about it."""
    name = os.path.basename(target)
    seeds, grown = os.path.join(HERE, "..", "fuzz", "corpus", name), os.path.join(directory, "corpus", name)
    found = os.path.join(directory, "found", name)
    if not os.path.isdir(seeds):
        return False, f"{name}: no corpus in {seeds}"
    os.makedirs(grown, exist_ok=True)
    os.makedirs(found, exist_ok=True)
    command = [target, *limits(name, seconds), f"-artifact_prefix={found}/", grown, seeds]
    try:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                              timeout=seconds + GRACE, check=False,
                              env={"ASAN_OPTIONS": ASAN_OPTIONS, **os.environ})
    except subprocess.TimeoutExpired as late:
        return False, f"{name}: does not end\n" + (late.stderr or b"").decode("utf-8", "replace")[-2000:]
    text = done.stderr.decode("utf-8", "replace")
    executions = re.search(r"^stat::number_of_executed_units: +(\d+)", text, re.M)
    speed = re.findall(r"(?m)^stat::average_exec_per_sec: +(\d+)", text) or ["?"]
    edges = re.findall(r"\bcov: (\d+)", text) or ["0"]
    if done.returncode == 0 and executions and int(executions.group(1)) > 0:
        return True, f"{name}: {executions.group(1)} executions, {speed[-1]} a second, {edges[-1]} edges"
    said = re.sub(r"(?m)^(#\d|\s*NEW_FUNC|INFO:).*\n", "", text)
    return False, f"{name}: FAILED\n{said[:6000]}again: {target} {found}/..."


def main():
    seconds, directory, targets = int(sys.argv[1]), sys.argv[2], sys.argv[3:]
    jobs = int(os.environ.get("JOBS") or os.cpu_count() or 1)
    good = bool(targets)
    with concurrent.futures.ThreadPoolExecutor(jobs) as threads:
        for went_well, said in threads.map(lambda target: run(target, seconds, directory), targets):
            print(said, flush=True)
            good = good and went_well
    return 0 if good else 1


sys.exit(main())
