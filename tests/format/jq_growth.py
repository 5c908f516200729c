"""What libjq loses at each document is given back: a program that grew the process by 90 bytes a call.

A document costs 90 KB here, so that 3,000 of them are what 3 million were. With a libjq that loses nothing the
same must come out.
"""
import os
import resource
import signal
import subprocess

from tap import done, is_equal, ok, skip_all

if os.environ.get("SANITIZERS", "no") != "no":
    skip_all("a sanitizer keeps what is lost, and tells it")

TOOL = os.path.join(os.environ.get("BUILD_DIR", "."), "ssm-format")
LOSE = '([range(1000) | "a" | ltrimstr(1)] | length)'
COUNT = 3000
LIMIT = 160 * 1024          # KiB: what may be lost, twice, and what a process has anyway


def run(program, *options, count=COUNT):
    documents = "".join(f'{{"n":{number}}}\n' for number in range(count))
    return subprocess.run([TOOL, "--jq", program, *options], input=documents, capture_output=True, text=True,
                          timeout=120, check=False)


def check_memory():
    got = run(f"{LOSE}, .n")
    wanted = "".join(f"1000\n{number}\n" for number in range(COUNT))
    is_equal((got.returncode, got.stdout, got.stderr), (0, wanted, ""), f"{COUNT} documents are worked on in order")
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    ok(peak < LIMIT, f"in less than {LIMIT // 1024} MiB", f"{peak // 1024} MiB")


def check_failures():
    got = run(f'if .n % 1000 == 900 then error("n is \\(.n)") else {LOSE} end')
    is_equal(got.stderr.splitlines(), [f"ssm-format: record {n + 1}: jq: n is {n}" for n in (900, 1900, 2900)],
             "errors are told with their record, early and late")
    is_equal((got.returncode, got.stdout), (252, "1000\n" * (COUNT - 3)), "all others are there")
    got = run(f"if .n == 2900 then halt else {LOSE} end")
    is_equal((got.returncode, got.stdout, got.stderr), (0, "1000\n" * 2900, ""), "halt ends the run, late too")
    got = run(f'if .n == 2900 then "bye" | halt_error else {LOSE} end')
    is_equal((got.returncode, got.stdout, got.stderr), (252, "1000\n" * 2900, "ssm-format: record 2901: jq: bye\n"),
             "so does halt_error")
    got = run(f'{LOSE} | "x" * 3 + "\\u001b"', "-j")
    is_equal(got.stdout, "xxx\x1b" * COUNT, "results keep their form")


def children_of(pid):
    with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as children:
        return [int(child) for child in children.read().split()]


def check_worker(number, message):
    """The process that works in place of the tool, once it has been started, and what its end brings."""
    with subprocess.Popen([TOOL, "--jq", LOSE], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE) as tool:
        asked, workers = 0, []
        while not workers and asked < COUNT:
            tool.stdin.write(b"{}\n")
            tool.stdin.flush()
            tool.stdout.readline()
            asked, workers = asked + 1, children_of(tool.pid)
        if not workers:
            ok(True, "the worker # SKIP this libjq loses nothing")
            tool.stdin.close()
            return
        with open(f"/proc/{workers[0]}/limits", encoding="ascii") as limits:
            files = next(line.split()[3] for line in limits if line.startswith("Max open files"))
        is_equal(files, "3", "the worker cannot open files either")
        os.kill(workers[0], number)
        out, err = tool.communicate(b"{}\n{}\n", timeout=60)
        is_equal((tool.returncode, out, err.decode()), (255, b"", message.format(asked + 1)),
                 f"signal {number} to it is told, and ends the run")


check_memory()
check_failures()
check_worker(signal.SIGKILL, "ssm-format: record {}: jq: the process that ran the program was ended by signal 9\n")
check_worker(signal.SIGSEGV, "ssm-format: jq: libjq failed on this and cannot go on\n")
done()
