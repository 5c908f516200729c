"""ssm-resume-session with many sessions: order, messages as they come, memory, signals, stages that die.

Some cases play stages by scripts, beside a copy of the tool; the others run the real ones in the sandbox.
"""
import json
import os
import pty
import re
import select
import signal
import subprocess
import tempfile
import time

from resume_stages import Stages, outcome
from sandbox_running import Sandbox
from tap import done, is_equal, ok

BUILD_DIR = os.path.abspath(os.environ.get("BUILD_DIR", "."))
TOOL = os.path.join(BUILD_DIR, "ssm-resume-session")
SANITIZERS = os.environ.get("SANITIZERS") == "yes"


def sandbox(*arguments, text="", options=(), **kw):
    """Runs the tool in the sandbox."""
    with tempfile.TemporaryDirectory() as home:
        return subprocess.run([os.path.join(BUILD_DIR, "ssm-sandbox"), *options, "--", TOOL, *arguments],
                              input=text, capture_output=True, text=True, timeout=60, check=False, cwd=home,
                              env={"PATH": "/usr/bin:/bin", "HOME": home, "LC_ALL": "C.UTF-8",
                                   "AWS_EC2_METADATA_DISABLED": "true"}, **kw)


def documents(text):
    return [json.loads(line) for line in text.splitlines()]


def check_answers():
    states = ["disconnected", "terminated", "connected", "denied"]
    ids = [f"sandbox-{states[i % 4]}-{i}" for i in range(300)]
    run = sandbox("--session-id", "-", "--max-attempts", "1", text="".join(f"{i}\n" for i in ids))
    is_equal([d["SessionId"] for d in documents(run.stdout)], [i for i in ids if "connected" in i],
             "one id a line: every answer comes out, in order")
    lines = run.stderr.splitlines()
    told = [int(n) for n in re.findall(r"^ssm-call: record (\d+): ", run.stderr, re.M)]
    is_equal((told, run.returncode), ([n for n, i in enumerate(ids, 1) if "connected" not in i], 1),
             "each failure is a line that names its record, and the first one's code is the run's", lines[:5])

    records = "".join(json.dumps({"SessionId": i, "id": n}) + "\n" for n, i in enumerate(ids))
    run = sandbox("--input", "-", "--errors", "inline", "--quiet", text=records)
    out = documents(run.stdout)
    is_equal(([d["id"] for d in out], run.returncode, run.stderr), (list(range(300)), 1, ""),
             "--input with --errors inline: a line out for each line in, with its id")
    ok(all(("Error" in d) == ("connected" not in i) for d, i in zip(out, ids)), "each is what it should be")

    run = sandbox("--input", "-", "--errors", "inline", "--quiet",
                  text='{"SessionId":"sandbox-disconnected"}\n{"SessionId":7}\nnonsense\n{"SessionId":"gone"}\n')
    is_equal(([d.get("Error", {}).get("Code") for d in documents(run.stdout)], run.returncode),
             ([None, "ParamValidationError", "InvalidDocument", "DoesNotExistException"], 252),
             "what no stage can use is accounted for as well", run.stdout)


def check_input_file():
    with tempfile.NamedTemporaryFile("w", suffix=".ndjson") as file:
        file.write('{"SessionId":"sandbox-disconnected","id":"a"}')
        file.flush()
        run = sandbox("--input", file.name)
        is_equal(([d["id"] for d in documents(run.stdout)], run.stderr), (["a"], ""), "--input FILE")
        is_equal(outcome(sandbox("--input", file.name, "--session-id", "x")),
                 (252, "", "ssm-resume-session: --session-id and --input exclude each other;"
                  " see 'ssm-resume-session --help'\n"), "--input beside --session-id")
    is_equal(outcome(sandbox("--input", "/nonexistent")),
             (252, "", "ssm-request: cannot open '/nonexistent': No such file or directory\n"),
             "a file that is not there is told once")
    is_equal(outcome(sandbox("--session-id", "-")), (255, "", "ssm-request: no id on standard input\n"),
             "no id at all is told once")


def check_options():
    with Stages(request="echo; exec cat", sign="exec cat", call='cat > /dev/null; echo "$*"') as stages:
        run = stages.run("--show-pipeline", "-j", "64", "--unordered", "--rate", "10/s", "--deadline", "60",
                         "--retry-mode", "adaptive", "--max-attempts", "5", "--progress", "--fail-fast",
                         "--errors", "inline", ids="-")
        is_equal(outcome(run), (0, "ssm-request resume-session --session-id=- --errors=inline --fail-fast |"
                                " ssm-sign --errors=inline --fail-fast |"
                                " ssm-call --max-concurrency=64 --unordered --rate=10/s --deadline=60"
                                " --retry-mode=adaptive --max-attempts=5 --progress --errors=inline --fail-fast\n",
                                ""), "--show-pipeline shows them all")
        got = stages.run("--max-concurrency=2", "--progress=never", ids="-").stdout
        is_equal(got, "--max-concurrency=2 --progress=never\n", "ssm-call gets what is its own")
        got = stages.run("--progress", "always", ids="-")
        is_equal((got.returncode, got.stderr), (252, "ssm-resume-session: unexpected argument 'always';"
                                                " see 'ssm-resume-session --help'\n"),
                 "--progress takes no word that is not joined to it")


def check_order_of_codes():
    with Stages(request="echo a; echo b >&2; exit 252", sign="cat; exit 253", call="cat; exit 1") as stages:
        is_equal(outcome(stages.run(ids="-")), (252, "a\n", "b\n"), "the first failing stage gives the code")
    with Stages(request="echo a", sign="cat", call="cat >/dev/null; echo no >&2; exit 1") as stages:
        is_equal(outcome(stages.run(ids="-")), (1, "", "no\n"), "the last one's, when the others are well")
    with Stages(request="exit 252", sign="touch sign; echo nothing >&2", call="touch call") as stages:
        is_equal((outcome(stages.run(ids="-")), stages.has("sign"), stages.has("call")),
                 ((252, "", ""), False, False), "a stage that gets nothing from one that failed is not run")
    with Stages(request="exit 0", sign="cat; echo none >&2; exit 255", call="cat") as stages:
        is_equal(outcome(stages.run(ids="-")), (255, "", "none\n"),
                 "one that gets nothing from one that did not fail is")
    with Stages(request="exec sleep 60", sign="exec cat", call="exit 75") as stages:
        start = time.monotonic()
        is_equal((outcome(stages.run("--deadline", "1", ids="-")), time.monotonic() - start < 30),
                 ((75, "", ""), True), "with --deadline all are started at once; when the last ends the others do")


class Running:
    """A batch under way: ids are written as the test goes on."""

    def __init__(self, stages, *arguments, **kw):
        self.process = subprocess.Popen(stages.command(*arguments, ids="-"), stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, bufsize=1,
                                        env={"PATH": "/usr/bin:/bin"}, **kw)

    def say(self, text):
        self.process.stdin.write(text + "\n")
        self.process.stdin.flush()

    def end(self):
        self.process.stdin.close()
        code = self.process.wait(timeout=30)
        rest = self.process.stdout.read(), self.process.stderr.read()
        self.process.stdout.close()
        self.process.stderr.close()
        return code, *rest


PASSING = "exec python3 -uc 'import sys\nfor line in sys.stdin: %s'"


def check_as_they_come():
    call = PASSING % 'print(line, end=""); print("said", line, end="", file=sys.stderr)'
    with Stages(request="exec cat", sign="exec cat", call=call) as stages:
        running = Running(stages)
        for word in "one", "two":
            running.say(word)
            is_equal((running.process.stdout.readline(), running.process.stderr.readline()),
                     (f"{word}\n", f"said {word}\n"), "answers and messages come while input is still open")
        is_equal(running.end(), (0, "", ""), "and nothing after its end")
    with Stages(request="exec cat", sign="exec cat", call="[ -t 2 ] && echo terminal; cat") as stages:
        main, end = pty.openpty()
        run = subprocess.run(stages.command(ids="-"), input=b"", stdout=subprocess.PIPE, stderr=end, check=False)
        os.close(main)
        os.close(end)
        is_equal(run.stdout, b"terminal\n", "stages see a terminal where there is one, for progress")


def peak(pid):
    with open(f"/proc/{pid}/status", encoding="utf-8") as status:
        return int(re.search(r"VmHWM:\s+(\d+)", status.read()).group(1))


def check_memory():
    """20 MB of messages, and 20 MB of answers that nobody reads at first."""
    noise = "head -c 20000000 /dev/zero | tr '\\0' '\\n'"
    with Stages(request="exec cat", sign="exec cat", call=f"cat; {noise}; {noise} >&2; cat stop; exit 0") as stages:
        os.mkfifo(stages.path("stop"))
        with subprocess.Popen(stages.command(ids="-"), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, env={"PATH": "/usr/bin:/bin"}) as process:
            counts = {process.stdout: 0, process.stderr: 0}
            while sum(counts.values()) < 40000000:
                for stream in select.select(list(counts), [], [])[0]:
                    counts[stream] += len(os.read(stream.fileno(), 1 << 20))
            used = 0 if SANITIZERS else peak(process.pid)
            with open(stages.path("stop"), "w", encoding="utf-8"):
                pass
            process.communicate(timeout=30)
        ok(used < 16384 and process.returncode == 0, "messages without number take no memory", used)


def check_back_pressure():
    """The first stage writes without end; full pipes hold it up."""
    with Stages(request="exec yes", sign="exec cat", call="exec cat") as stages:
        with subprocess.Popen(stages.command(ids="-"), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, env={"PATH": "/usr/bin:/bin"}) as process:
            process.stdout.read(1 << 20)
            process.stdout.close()
            is_equal((process.wait(timeout=30), process.stderr.read()), (-signal.SIGPIPE, b""),
                     "a reader that goes ends all of it quietly, by SIGPIPE")


def check_reader_gone():
    """The first stage waits for input that does not come: it is told that nobody needs it."""
    with Stages(request="echo a; exec cat", sign="exec cat", call="head -n 1; exit 1") as stages:
        with subprocess.Popen(stages.command(ids="-"), stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, text=True, env={"PATH": "/usr/bin:/bin"}) as process:
            is_equal((process.wait(timeout=30), process.stdout.read(), process.stderr.read()), (1, "a\n", ""),
                     "when the last stage ends, the others end, with input still open")
    with Stages(request="exec cat", sign="exec cat", call="exec cat") as stages:
        running = Running(stages)
        running.say("a")
        running.process.stdout.readline()
        running.process.stdout.close()
        running.process.stdin.write("b\n")
        running.process.stdin.flush()
        is_equal((running.process.wait(timeout=30), running.process.stderr.read()), (-signal.SIGPIPE, ""),
                 "the same when standard output goes")
        running.process.stderr.close()


def check_stage_that_dies():
    for stage in "request", "sign", "call":
        scripts = {name: "exec cat" for name in ("request", "sign", "call")}
        scripts[stage] = "head -n 1; kill -9 $$"
        with Stages(**scripts) as stages:
            with subprocess.Popen(stages.command(ids="-"), stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                  stderr=subprocess.PIPE, text=True, env={"PATH": "/usr/bin:/bin"}) as process:
                process.stdin.write("a\n")
                process.stdin.flush()
                is_equal((process.wait(timeout=30), process.stdout.read(), process.stderr.read()),
                         (255, "a\n", f"ssm-resume-session: ssm-{stage} was ended by signal 9 (Killed)\n"),
                         f"ssm-{stage} dies: what was finished is out, and it is told")
    with Stages(request="exec cat", sign=None, call="exec cat") as stages:
        is_equal(outcome(stages.run(ids="-", text="a\n")),
                 (255, "", "ssm-resume-session: cannot start ssm-sign: No such file or directory\n"),
                 "a stage that cannot be started")


# Says that it runs, waits for a signal, writes what is finished, and dies of the signal.
FINISHING = """exec python3 -c '
import os, signal, sys
numbers = {signal.SIGTERM, signal.SIGINT, signal.SIGHUP}
signal.pthread_sigmask(signal.SIG_BLOCK, numbers)
sys.stdin.readline()
print("started", flush=True)
number = signal.sigwait(numbers)
print("finished", flush=True)
print("not answered", file=sys.stderr, flush=True)
again = signal.sigtimedwait(numbers, 0.05)
print("again" if again else "once", flush=True)
signal.signal(number, signal.SIG_DFL)
signal.pthread_sigmask(signal.SIG_UNBLOCK, numbers)
os.kill(os.getpid(), number)
'"""


def check_signals():
    tell = "echo $$ >> pids"
    for number in signal.SIGTERM, signal.SIGINT, signal.SIGHUP:
        with Stages(request=f"{tell}; exec cat", sign=f"{tell}; exec cat", call=f"{tell}; {FINISHING}") as stages:
            running = Running(stages)
            running.say("go")
            running.process.stdout.readline()
            running.process.send_signal(number)
            code = running.process.wait(timeout=30)
            pids = stages.read("pids").split()
            left = [pid for pid in pids if os.path.exists(f"/proc/{pid}")]
            is_equal((code, running.process.stdout.read(), running.process.stderr.read(), len(pids), left),
                     (-number, "finished\nonce\n", "not answered\n", 3, []),
                     f"{number.name}: what is finished is written, nothing is left, the end is by {number.name}")
            running.end()
    with Stages(request="echo > started; exec cat", sign="exec cat", call="exec cat") as stages:
        os.mkfifo(stages.path("started"))
        running = Running(stages)
        stages.read("started")
        running.process.send_signal(signal.SIGTERM)
        is_equal((running.process.wait(timeout=30), running.process.stdout.read()), (-signal.SIGTERM, ""),
                 "a signal before the first record")
        running.end()


def check_terminal_interrupt():
    """^C reaches every process of the foreground; none gets it twice."""
    with Stages(request="exec cat", sign="exec cat", call=FINISHING) as stages:
        out, out_end = os.pipe()
        pid, terminal = pty.fork()
        if pid == 0:
            os.dup2(out_end, 1)
            signal.signal(signal.SIGINT, signal.SIG_DFL)
            os.execve(stages.command(ids="-")[0], stages.command(ids="-"), {"PATH": "/usr/bin:/bin"})
        os.close(out_end)
        with os.fdopen(out, encoding="utf-8") as answers:
            os.write(terminal, b"go\n")
            answers.readline()
            os.write(terminal, b"\x03")
            rest = answers.read()
        _, status = os.waitpid(pid, 0)
        os.close(terminal)
        is_equal((rest, os.WIFSIGNALED(status) and os.WTERMSIG(status)), ("finished\nonce\n", signal.SIGINT),
                 "^C at a terminal reaches each stage once")


def check_ignored_signals():
    with Stages(request="exec cat", sign="exec cat", call="exec cat") as stages:
        running = Running(stages, preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_IGN))
        running.say("a")
        running.process.stdout.readline()
        running.process.send_signal(signal.SIGHUP)
        running.say("b")
        is_equal((running.process.stdout.readline(), running.end()), ("b\n", (0, "", "")),
                 "what it was started to ignore, as under nohup, it ignores")


def asked(log, name):
    """How often the sandbox was asked for this session: it says so at once, whenever the answer comes."""
    with open(log, encoding="utf-8") as lines:
        return sum(line.startswith(f"ssm-sandbox: ResumeSession {name}: ") for line in lines)


def check_real_end(world, log):
    """The real stages: one session answers after ten minutes, and the others are long done."""
    for number in signal.SIGTERM, signal.SIGINT:
        before, until = asked(log, "late"), time.monotonic() + 60
        with subprocess.Popen([TOOL, "--session-id", "-"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, text=True, env=world) as process:
            process.stdin.write("quick-1\nquick-2\nlate\nquick-3\n")
            process.stdin.flush()
            got = [json.loads(process.stdout.readline())["SessionId"] for _ in range(2)]
            while asked(log, "late") == before and time.monotonic() < until:
                time.sleep(0.01)
            process.send_signal(number)
            code = process.wait(timeout=30)
            got += [document["SessionId"] for document in documents(process.stdout.read())]
            said = process.stderr.read()
        ok(code == -number and got[:2] == ["quick-1", "quick-2"] and set(got[2:]) <= {"quick-3"} and
           re.search(r"^ssm-call: ended by " + number.name + r" with \d of \d requests unanswered$", said, re.M),
           f"{number.name} in the middle: what was answered is out, what was not is counted", code, got, said)
    with subprocess.Popen([TOOL, "--session-id", "-"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, text=True, env=world) as process:
        process.stdin.write("quick-1\n")
        process.stdin.flush()
        process.stdout.readline()
        process.stdout.close()
        is_equal((process.wait(timeout=30), process.stderr.read()), (-signal.SIGPIPE, ""),
                 "a reader that took what it wanted: all ends, with the input still open")
    run = subprocess.run([TOOL, "--session-id", "-", "--deadline", "8"], input="quick-1\nlate\n", text=True,
                         capture_output=True, timeout=60, check=False, env=world)
    answered = [document["SessionId"] for document in documents(run.stdout)]
    ok(run.returncode == 75 and answered == ["quick-1"] and "ssm-call: record 2: " in run.stderr,
       "--deadline ends the run, what was answered is out", run)


def in_sandbox(check):
    with tempfile.TemporaryDirectory() as home:
        table = os.path.join(home, "table.json")
        with open(table, "w", encoding="utf-8") as file:
            json.dump({"late": {"state": "slow", "delay_ms": 600000}, "*": "disconnected"}, file)
        log = os.path.join(home, "log")
        with open(log, "w", encoding="utf-8") as file:
            endpoint = Sandbox("--verbose", "--sessions", table, stderr=file)
        try:
            check({**endpoint.environment, "PATH": "/usr/bin:/bin", "HOME": home, "LC_ALL": "C.UTF-8",
                   "AWS_EC2_METADATA_DISABLED": "true"}, log)
        finally:
            endpoint.stop()


def main():
    check_answers()
    check_input_file()
    check_options()
    check_order_of_codes()
    check_as_they_come()
    check_memory()
    check_back_pressure()
    check_reader_gone()
    check_stage_that_dies()
    check_signals()
    check_terminal_interrupt()
    check_ignored_signals()
    in_sandbox(check_real_end)
    done()


main()
