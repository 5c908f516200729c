"""ssm-check: a thousand sessions, waiting, signals, targets, metrics that others can read, no token anywhere.

Where the sandbox cannot do a thing, its stages are played by scripts beside a copy of it.
"""
import json
import os
import re
import shutil
import signal
import subprocess
import tempfile

from tap import done, is_equal, ok

BUILD_DIR = os.path.abspath(os.environ.get("BUILD_DIR", "."))
PLUGINS = "/usr/lib/nagios/plugins"
PATIENCE = 120
SECRETS = {"AWS_SECRET_ACCESS_KEY": "canary-secret", "AWS_SESSION_TOKEN": "canary-token"}


def sandbox(directory, script, sessions=None, stdin=""):
    """A shell in a sandbox that has these sessions."""
    options = []
    if sessions:
        with open(os.path.join(directory, "sessions.json"), "w", encoding="utf-8") as file:
            json.dump(sessions, file)
        options = ["--sessions", "sessions.json"]
    return subprocess.run([os.path.join(BUILD_DIR, "ssm-sandbox"), *options, "--", "sh", "-c", script], input=stdin,
                          capture_output=True, text=True, timeout=PATIENCE, check=False, cwd=directory,
                          env={"PATH": f"{BUILD_DIR}:/usr/bin:/bin", "HOME": directory, "LC_ALL": "C.UTF-8",
                               "AWS_EC2_METADATA_DISABLED": "true"})


# The metrics: what promtool checks, as far as gauges go

SAMPLE = re.compile(r'([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{((?:[a-zA-Z_]\w*="(?:[^"\\\n]|\\["\\n])*",?)*)\})? (-?[0-9.]+)')


def families(text):
    """{family: [(labels, value)]}; ValueError when it is no exposition format or a family is not whole."""
    found, name, state = {}, None, ""
    if not text.endswith("\n"):
        raise ValueError("no line end at the end")
    for line in text[:-1].split("\n"):
        if line.startswith("# HELP "):
            name, state = line.split(" ", 3)[2], "help"
            if name in found or not line.split(" ", 3)[3]:
                raise ValueError(f"{name} twice, or without help")
            found[name] = []
        elif line.startswith("# TYPE "):
            if state != "help" or line != f"# TYPE {name} gauge":
                raise ValueError(line)
            state = "type"
        else:
            sample = SAMPLE.fullmatch(line)
            if not sample or sample.group(1) != name or state != "type":
                raise ValueError(line)
            labels = sample.group(2) or ""
            if labels in [other for other, _ in found[name]]:
                raise ValueError(f"{line}: the same sample twice")
            found[name].append((labels, float(sample.group(3))))
    return found


def check_metrics(text, title):
    try:
        read, why = families(text), ""
    except ValueError as error:
        read, why = None, error
    ok(read is not None, f"{title}: the metrics are sound", why, text)
    promtool = shutil.which("promtool")
    if promtool:
        run = subprocess.run([promtool, "check", "metrics"], input=text, capture_output=True, text=True, check=False)
        is_equal((run.returncode, run.stdout + run.stderr), (0, ""), f"{title}: promtool finds nothing")
    else:
        ok(True, f"{title}: promtool finds nothing # SKIP no promtool")
    try:
        from prometheus_client.parser import text_string_to_metric_families as parse
    except ImportError:
        ok(True, f"{title}: prometheus_client reads the same # SKIP no prometheus_client")
        return read
    parsed = {family.name: [sample.value for sample in family.samples] for family in parse(text)}
    is_equal(parsed, {name: [value for _, value in samples] for name, samples in (read or {}).items()},
             f"{title}: prometheus_client reads the same")
    return read


# A thousand

SLOWEST = 9                     # seconds, more than any other may take on a slow machine
THOUSAND = {"over": "terminated", "throttled": {"state": "throttled", "times": 1000},
            "slow": {"state": "slow", "delay_ms": SLOWEST * 1000}, "*": "disconnected"}


def check_thousand(directory):
    ids = [f"live-{n}" for n in range(1, 998)] + ["over", "throttled", "slow"]
    run = sandbox(directory, "ssm-check -w 8.5 -c 100 -t 100 -j 32 --prometheus ssm.prom -", THOUSAND,
                  "".join(f"{name}\n" for name in ids))
    lines = run.stdout.splitlines() + [""]
    ok(re.fullmatch(r"SSM CRITICAL - 1000 sessions: 998 resumable, 1 over, 1 unknown \(Rate exceeded \(reached max"
                    r" retries: 2\)\); slowest \d+\.\d{3} s \| time=\d+\.\d{3}s;8\.5;100;0 ok=998;;;0;1000"
                    r" over=1;;0;0;1000 unknown=1;;;0;1000", lines[0]), "1,000 sessions: the right line", run)
    is_equal([re.sub(r"\d+\.\d{3} s", "N s", line) for line in lines[1:4]],
             ["session over is over, N s: DoesNotExistException: Session over does not exist.",
              "session throttled is unknown: ThrottlingException: Rate exceeded (reached max retries: 2)",
              "session slow is resumable, N s"], "1,000 sessions: those that are not well, in order")
    is_equal((run.returncode, run.stderr), (2, ""), "1,000 sessions: the right code, nothing on standard error")
    with open(os.path.join(directory, "ssm.prom"), encoding="utf-8") as file:
        metrics = check_metrics(file.read(), "1,000 sessions") or {}
    values = {f"{name}{{{labels}}}": value for name, samples in metrics.items() for labels, value in samples}
    expected = {'ssm_check_state{check="ssm"}': 2, 'ssm_check_sessions{check="ssm",state="resumable"}': 998,
                'ssm_check_sessions{check="ssm",state="over"}': 1, 'ssm_check_sessions{check="ssm",state="unknown"}': 1}
    is_equal({name: values.get(name) for name in expected}, expected, "1,000 sessions: the right metrics")
    slowest = values.get('ssm_check_slowest_response_seconds{check="ssm"}', 0)
    ok(SLOWEST <= slowest <= values.get('ssm_check_duration_seconds{check="ssm"}', 0), "1,000 sessions: the slowest's time",
       slowest)
    is_equal(sum(map(len, metrics.values())), 10, "1,000 sessions: no sample for each")


def check_time(directory):
    run = sandbox(directory, "ssm-check -t 12 fast slow fast2", {"slow": {"state": "slow", "delay_ms": 100000},
                                                               "fast": "connected", "fast2": "connected"})
    ok(run.stdout.startswith("SSM UNKNOWN - 3 sessions: 2 resumable, 1 unknown (no answer in time); slowest ")
       and run.returncode == 3, "--timeout: those that answered in time are told", run)


def check_names(directory):
    """A name that needs escapes, and texts that do, which are no ids."""
    ids = ['quo"te', "back\\slash", "b|ar", "\u00e4", "twice", "twice"]
    script = "ssm-check -q --prometheus - --prometheus-ids --name 'n\"\\\n' -"
    run = sandbox(directory, script, {"*": "terminated"}, "".join(f"{name}\n" for name in ids))
    metrics = check_metrics(run.stdout, "odd names") or {}
    is_equal([labels for labels, _ in metrics.get("ssm_check_up", [])],
             ['check="n\\"\\\\\\n",kind="session",id="twice"'], "odd names: escaped, each once; what is no id has none")
    run = sandbox(directory, "ssm-check --json -", {"*": "connected"}, "".join(f"{name}\n" for name in ids))
    is_equal([row["SessionId"] for row in json.loads(run.stdout)["Results"]], ids, "odd names: in JSON")


def check_token(directory):
    """Whatever is told, the token is not: a canary of the sandbox's own."""
    for options in "-v", "-v --json", "--prometheus - --prometheus-ids":
        script = ("token=$(ssm-resume-session --session-id sandbox-connected | jq -r .TokenValue);"
                  f" ssm-check {options} sandbox-connected sandbox-cut >out 2>&1;"
                  " test ${#token} -gt 20 && grep -c \"$(echo \"$token\" | cut -c1-8)\\|TokenValue\" out")
        run = sandbox(directory, script)
        is_equal((run.stdout, run.stderr), ("0\n", ""), f"{options}: no token is told")


def check_negate(directory):
    negate = os.path.join(PLUGINS, "negate")
    if not os.access(negate, os.X_OK):
        ok(True, "negate of the Monitoring Plugins # SKIP not installed")
        return
    for name, options, code, state in (("connected", "", 2, "OK"), ("terminated", "", 0, "CRITICAL"),
                                       ("denied", "", 3, "UNKNOWN"), ("denied", "-u OK -s", 0, "OK"),
                                       ("connected", "-o WARNING -s", 1, "WARNING")):
        run = sandbox(directory, f"{negate} -t 60 {options} {BUILD_DIR}/ssm-check -t 50 sandbox-{name}")
        ok(run.returncode == code and run.stdout.startswith(f"SSM {state} - session sandbox-{name} is "),
           f"negate {options} of {name}: {code}", run)


# Stages that are scripts

class Stages:
    """A directory with ssm-check and stages that do what they are told."""

    def __init__(self, **scripts):
        self.directory = tempfile.TemporaryDirectory()
        shutil.copy(os.path.join(BUILD_DIR, "ssm-check"), self.directory.name)
        for stage in "request", "sign", "call":
            script = scripts.get(stage, "exec cat")
            if script is not None:
                with open(self.path(f"ssm-{stage}"), "w", encoding="utf-8") as file:
                    file.write(f"#!/bin/sh\ncd '{self.directory.name}'\n{script}\n")
                os.chmod(self.path(f"ssm-{stage}"), 0o755)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.directory.cleanup()

    def path(self, name):
        return os.path.join(self.directory.name, name)

    def command(self, *arguments):
        return [self.path("ssm-check"), *arguments]

    def run(self, *arguments, stdin="", **environment):
        return subprocess.run(self.command(*arguments), input=stdin, capture_output=True, text=True, timeout=PATIENCE,
                              check=False, env={"PATH": "/usr/bin:/bin", **environment})

    def read(self, name):
        with open(self.path(name), encoding="utf-8") as file:
            return file.read()


def first(run):
    """The line, its performance data aside, and the code."""
    return run.stdout.split(" | ")[0], run.returncode


def check_stages():
    show = 'echo "${0##*/} $*" >> arguments; env > environment-${0##*/}-$2; cat'
    with Stages(request=show, sign=show, call=show) as stages:
        stages.run("--region", "eu-west-1", "--profile", "p", "--endpoint-url", "http://127.0.0.1:1", "-j5",
                   "--read-timeout", "5", "--connect-timeout=6", "--max-attempts", "2", "--ca-bundle", "f",
                   "--rate=9", "--retry-mode=legacy", "--no-verify-ssl", "s", "mi-0a1b2c3d4e5f67890", **SECRETS)
        messages = " --error-format=json --errors=inline"
        where = " --input=- --region=eu-west-1 --profile=p --endpoint-url=http://127.0.0.1:1" + messages
        call = ("ssm-call --timing --unordered --compact --max-concurrency=5 --rate=9 --connect-timeout=6"
                " --read-timeout=5 --retry-mode=legacy --max-attempts=2 --ca-bundle=f --no-verify-ssl" + messages)
        is_equal(sorted(stages.read("arguments").splitlines()),
                 [call, call, "ssm-request get-connection-status" + where, "ssm-request resume-session" + where,
                  "ssm-sign" + messages, "ssm-sign" + messages], "each option goes to the stage whose own it is")
        seen = {name: sorted(key for key, value in SECRETS.items() if value in stages.read(name))
                for name in os.listdir(stages.directory.name) if name.startswith("environment-")}
        ok(seen and all((keys == sorted(SECRETS)) == ("ssm-sign" in name) and (not keys or "ssm-sign" in name)
                        for name, keys in seen.items()), "only ssm-sign inherits the keys", seen)
    with Stages(request="exec tee got") as stages:
        stages.run("a", "b\"\u00e4", "b+c")
        is_equal(stages.read("got"), '{"SessionId":"a","id":0}\n{"SessionId":"b+c","id":2}\n',
                 "ssm-request gets the ids with their numbers")


def check_failing_stages():
    for stage in "request", "sign", "call":
        with Stages(**{stage: None}) as stages:
            is_equal(first(stages.run("s")), ("SSM UNKNOWN - session s is unknown: cannot start"
                                              f" ssm-{stage}: No such file or directory", 3), f"ssm-{stage} is missing")
    with Stages(call="cat >/dev/null; kill -9 $$") as stages:
        is_equal(first(stages.run("s")), ("SSM UNKNOWN - session s is unknown: ssm-call was ended by signal 9 (Killed)", 3),
                 "a stage that dies")
    with Stages(call="cat; echo 'a warning' >&2") as stages:
        run = stages.run("s")
        is_equal((first(run)[1], run.stderr), (0, "a warning\n"), "a stage's warning is passed on")
        is_equal(stages.run("-q", "s").stderr, "", "but not with -q")
    with Stages(call="echo no JSON; echo '{\"id\":'; echo '[]'; cat; echo '{\"id\":0,\"Error\":{\"ExitCode\":1}}'") as stages:
        is_equal(first(stages.run("s")), ("SSM OK - session s is resumable", 0),
                 "what is no answer is passed over, and the first answer counts")
    with Stages(call="head -c 100000000 /dev/zero; cat") as stages:
        is_equal(first(stages.run("-t60", "s"))[1], 3, "an answer without an end")


def check_targets():
    with Stages(call="cat >/dev/null; echo '{\"Target\":\"i-12345678\",\"Status\":\"connected\",\"id\":0}'") as stages:
        is_equal(first(stages.run("i-12345678")), ("SSM OK - target i-12345678 is connected", 0), "a target that is connected")
        is_equal(stages.run("i-12345678").stdout.split(" | ")[1],
                 "time=U;;;0 ok=1;;;0;1 notconnected=0;;0;0;1 unknown=0;;;0;1\n", "and its performance data")
    for document in ('{"Status":"notconnected","id":0}', '{"Error":{"ExitCode":1},"id":0}'):
        with Stages(call=f"cat >/dev/null; echo '{document}'") as stages:
            is_equal(first(stages.run("--target", "x")), ("SSM CRITICAL - target x is not connected", 2),
                     f"a target that is not: {document}")
    with Stages() as stages:
        run = stages.run("s", "mi-0a1b2c3d4e5f67890", "--json")
        document = json.loads(run.stdout)
        is_equal((run.returncode, document["Sessions"]["Resumable"], document["Targets"]["Unknown"]), (3, 1, 1),
                 "sessions and targets in one run")


def check_sandbox_targets(directory):
    if "get-connection-status" not in sandbox(directory, "ssm-request --list").stdout:
        ok(True, "targets in the sandbox # SKIP ssm-request does not know get-connection-status")
        return
    run = sandbox(directory, "ssm-check -c 100 i-0a1b2c3d4e5f60001")
    ok(re.fullmatch(r"SSM OK - target i-0a1b2c3d4e5f60001 is connected, \d+\.\d{3} s \| time=\S+;;100;0 ok=1;;;0;1"
                    r" notconnected=0;;0;0;1 unknown=0;;;0;1\n", run.stdout) and run.returncode == 0,
       "a target of the sandbox that is connected", run)
    run = sandbox(directory, "ssm-check mi-00000000000000000 i-0a1b2c3d4e5f60001 sandbox-connected")
    ok(run.stdout.startswith("SSM CRITICAL - 1 session: 1 resumable; 2 targets: 1 connected, 1 not connected; slowest ")
       and "\ntarget mi-00000000000000000 is not connected" in run.stdout and run.returncode == 2,
       "one that is not, and a session beside", run)


COUNTING = 'echo x >> runs; if [ $(wc -l < runs) -ge {} ]; then sed "{}"; else sed "{}"; fi'
NOT_YET = 's/.*Target.*/{\\"Status\\":\\"notconnected\\",\\"id\\":0}/'
CONNECTED = NOT_YET.replace("not", "")
THROTTLED = 's/.*/{\\"Error\\":{\\"ExitCode\\":75,\\"Message\\":\\"m\\"},\\"id\\":0}/'
OVER = THROTTLED.replace("75", "1")
DENIED = THROTTLED.replace("75", "254")


def check_wait(directory):
    with Stages(call=COUNTING.format(3, CONNECTED, NOT_YET)) as stages:
        is_equal((first(stages.run("--wait", "60", "i-12345678")), stages.read("runs")),
                 (("SSM OK - target i-12345678 is connected", 0), "x\n" * 3), "--wait: until a target is connected")
    with Stages(call=COUNTING.format(2, "", THROTTLED)) as stages:
        is_equal((first(stages.run("--wait", "60", "s")), stages.read("runs")),
                 (("SSM OK - session s is resumable", 0), "x\n" * 2), "--wait: until it is no longer throttled")
    for name, script, code in (("over", OVER, 2), ("denied", DENIED, 3)):
        with Stages(call=COUNTING.format(9, "", script)) as stages:
            is_equal((first(stages.run("--wait", "60", "s"))[1], stages.read("runs")), (code, "x\n"),
                     f"--wait: what is {name} stays so, and is asked once")
    with Stages(call=COUNTING.format(99, "", NOT_YET)) as stages:
        is_equal((first(stages.run("--wait", "6", "i-12345678"))[1], len(stages.read("runs")) > 2), (2, True),
                 "--wait: in vain")
    with Stages(call=COUNTING.format(2, "", THROTTLED)) as stages:
        stages.run("s")
        is_equal(stages.read("runs"), "x\n", "without --wait each is asked once")
    run = sandbox(directory, "ssm-check -t 60 --wait 50 --max-attempts 1 throttled connected",
                  {"throttled": {"state": "throttled", "times": 2}, "connected": "connected"})
    ok(run.stdout.startswith("SSM OK - 2 sessions: 2 resumable; ") and run.returncode == 0,
       "--wait: in the sandbox", run)


WAITING = """exec python3 -c '
import os, signal
numbers = {signal.SIGTERM, signal.SIGINT, signal.SIGHUP}
signal.pthread_sigmask(signal.SIG_BLOCK, numbers)
open("started", "w").write(str(os.getpid()))
open("got", "w").write(signal.Signals(signal.sigwait(numbers)).name)
'"""


def check_signals():
    """A stage tells through a FIFO that it runs; then ssm-check gets the signal."""
    for number in signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGKILL:
        with Stages(request=WAITING) as stages:
            os.mkfifo(stages.path("started"))
            os.mkfifo(stages.path("got"))
            process = subprocess.Popen(stages.command("-t", "100", "s"), stdin=subprocess.DEVNULL,
                                       stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True,
                                       env={"PATH": "/usr/bin:/bin"})
            stages.read("started")
            process.send_signal(number)
            expected = signal.SIGTERM if number == signal.SIGKILL else number
            is_equal(stages.read("got"), expected.name, f"{number.name}: the stages get {expected.name}")
            out, _ = process.communicate(timeout=PATIENCE)
            is_equal((process.returncode, out), (-number, b""), f"{number.name}: it ends by that, and says nothing")
    stubborn = "trap '' TERM; echo $$ > pid; while :; do sleep 1; done"
    with Stages(call=stubborn) as stages:
        is_equal(first(stages.run("-t", "1", "s")), ("SSM UNKNOWN - session s is unknown: Timeout: no answer in time", 3),
                 "a stage that does not end is killed")
        if os.path.exists(stages.path("pid")):
            ok(not os.path.exists(f"/proc/{stages.read('pid').strip()}"), "it is gone then")


def main():
    with tempfile.TemporaryDirectory() as directory:
        for check in (check_thousand, check_time, check_names, check_token, check_negate, check_wait,
                      check_sandbox_targets):
            check(directory)
    check_stages()
    check_failing_stages()
    check_targets()
    check_signals()
    done()


main()
