"""ssm-resume-session: how it runs its stages. They are played by scripts beside a copy of it."""
import json
import os
import re
import signal
import subprocess

from resume_stages import Stages, outcome
from tap import done, is_equal, ok

BUILD_DIR = os.environ.get("BUILD_DIR", ".")

SECRETS = {"AWS_SECRET_ACCESS_KEY": "canary-secret", "AWS_SESSION_TOKEN": "canary-token",
           "AWS_SECURITY_TOKEN": "canary-old-token"}


def check_results():
    with Stages(request="echo made", sign="sed s/made/signed/", call="sed s/signed/answered/") as stages:
        is_equal(outcome(stages.run()), (0, "answered\n", ""), "the stages are joined by pipes")
    with Stages(request="echo bad request >&2; exit 252", sign="cat; echo nothing >&2; exit 255",
                call="cat; echo nothing >&2; exit 255") as stages:
        is_equal(outcome(stages.run()), (252, "", "bad request\n"),
                 "the first failing stage gives the code and the message")
    with Stages(sign="cat; echo no keys >&2; exit 253", call="cat; exit 255") as stages:
        is_equal(outcome(stages.run()), (253, "", "no keys\n"), "a failing stage in the middle counts too")
    with Stages(call="echo warning >&2; echo answer") as stages:
        is_equal(outcome(stages.run()), (0, "answer\n", "warning\n"), "a warning of a good stage is printed")
    with Stages(request="exec yes", sign="exec cat", call="echo over >&2; exit 1") as stages:
        is_equal(outcome(stages.run()), (1, "", "over\n"), "a stage that lost its reader is not the failure")
    with Stages(call="kill -9 $$") as stages:
        is_equal(outcome(stages.run()),
                 (255, "", "ssm-resume-session: ssm-call was ended by signal 9 (Killed)\n"),
                 "a stage that dies is told")
    with Stages(sign=None) as stages:
        is_equal(outcome(stages.run()),
                 (255, "", "ssm-resume-session: cannot start ssm-sign: No such file or directory\n"),
                 "a stage that is not there is told")
    with Stages(request="head -c 3000000 /dev/zero | tr '\\0' x >&2; exit 252") as stages:
        run = stages.run()
        ok(run.returncode == 252 and 0 < len(run.stderr) <= 1 << 20, "messages without an end are cut")


def check_few_processes():
    """JSON is ssm-call's, and the profile's format is known before a stage starts."""
    with Stages(request="echo made", format=None) as stages:
        is_equal(outcome(stages.run()), (0, "made\n", ""), "the AWS CLI's JSON needs no ssm-format")
        with open(stages.path("config"), "w", encoding="utf-8") as file:
            file.write("[default]\noutput = yaml\n[profile p]\noutput = json\n")
        config = {"AWS_CONFIG_FILE": stages.path("config")}
        is_equal(outcome(stages.run("--profile", "p", **config)), (0, "made\n", ""), "nor does a profile's json")
        is_equal(outcome(stages.run(**config)),
                 (255, "", "ssm-resume-session: cannot start ssm-format: No such file or directory\n"),
                 "a profile's yaml does")
    with Stages(request="echo ${0##*/} $* >> ran; echo made", format="echo ${0##*/} >> ran; cat") as stages:
        stages.run("--profile", "none")
        is_equal(stages.read("ran"), "ssm-request resume-session --session-id=s --profile=none --error-format=json\n",
                 "a profile that is not there is for ssm-request to tell, which runs once")


ANSWER = '{"SessionId":"s","TokenValue":"t","StreamUrl":"u"}'


def check_own_work():
    """What is plain is done without a process, and what is not by the stage: in the same words."""
    arguments = ("--region", "eu-west-1", "--compact")
    made = subprocess.run([os.path.join(BUILD_DIR, "ssm-request"), "resume-session", "--session-id", "s",
                           *arguments], capture_output=True, text=True, check=True,
                          env={"PATH": "/usr/bin:/bin"}).stdout
    with Stages(request=None) as stages:
        is_equal(outcome(stages.run(*arguments)), (0, made, ""), "the request of a plain id needs no ssm-request")
        is_equal(stages.run(*arguments, "--verbose").returncode, 255, "with --verbose it does")
    with Stages(call=f"echo '{ANSWER}'", format=None) as stages:
        for options, expected in ((("--query", "StreamUrl", "--output", "text"), "u\n"),
                                  (("--output", "text"), "s\tu\tt\n"), (("--query", "[StreamUrl]"), '[\n    "u"\n]\n'),
                                  (("--query", "[StreamUrl]", "--compact"), '["u"]\n')):
            is_equal(outcome(stages.run(*options)), (0, expected, ""), f"no ssm-format: {options}")
        is_equal(stages.run("--output", "table").returncode, 255, "a table is ssm-format's")
    for call in f"echo '{ANSWER}'", "echo text", f"echo '{ANSWER}{ANSWER}'":
        with Stages(sign="echo signed >&2", call=f"cat > /dev/null; {call}", format='echo "$*"; cat; echo formatted >&2; exit 5') as stages:
            query = "abs(SessionId)" if call.endswith("}'") else "SessionId"
            code, out, err = outcome(stages.run("--query", query))
            lines = out.splitlines()
            is_equal((code, lines[1:], err), (5, [call[5:].strip("'")], "signed\nformatted\n"), f"ssm-format's to tell: {call}")
            ok(f"--query={query}" in lines[0], "and it has the query", lines)
    with Stages(call=f"echo '{ANSWER}'", format="cat") as stages, open("/dev/full", "w", encoding="utf-8") as full:
        run = subprocess.run(stages.command("--output", "text"), stdout=full, stderr=subprocess.PIPE, text=True,
                             check=False, env={"PATH": "/usr/bin:/bin"})
        ok(run.returncode == 1 and run.stderr.startswith("cat: "), "a lost output is told by ssm-format, here cat",
           outcome(run))


def check_what_stages_get():
    show = 'echo "${0##*/} $*" >> arguments; env > environment-${0##*/}; cat'
    with Stages(request=show, sign=show, call=show, format=show) as stages:
        stages.run("--region", "eu-west-1", "--profile", "p", "--endpoint-url", "http://127.0.0.1:1",
                   "--cli-read-timeout", "5", "--cli-connect-timeout=6", "--max-time", "7",
                   "--max-attempts", "2", "--ca-bundle", "f", "--no-verify-ssl", "--metadata", "--quiet",
                   "--output", "table", **SECRETS)
        is_equal(sorted(stages.read("arguments").splitlines()), [
            "ssm-call --connect-timeout=6 --read-timeout=5 --max-time=7 --max-attempts=2 --ca-bundle=f"
            " --no-verify-ssl --metadata --error-format=json",
            "ssm-format --output=table --operation=ResumeSession --metadata --error-format=json --quiet",
            "ssm-request resume-session --session-id=s --region=eu-west-1 --profile=p"
            " --endpoint-url=http://127.0.0.1:1 --error-format=json --quiet",
            "ssm-sign --error-format=json --quiet"], "each option goes to the stage whose own it is")
        for stage, expected in ("ssm-request", []), ("ssm-sign", sorted(SECRETS)), ("ssm-call", []), ("ssm-format", []):
            seen = [name for name, value in SECRETS.items() if value in stages.read(f"environment-{stage}")]
            is_equal(sorted(seen), expected,
                     f"{stage} inherits {'the keys' if expected else 'no secret'}")
    with Stages() as stages:
        is_equal(stages.run("--show-pipeline", "--region", "x y", "--error-format", "json").stdout,
                 "ssm-request resume-session --session-id=s '--region=x y' --error-format=json |"
                 " ssm-sign --error-format=json | ssm-call --output=json --error-format=json\n",
                 "--show-pipeline quotes as a shell needs it")


WAITING = """exec python3 -c '
import os, signal
numbers = {signal.SIGTERM, signal.SIGINT, signal.SIGHUP}
signal.pthread_sigmask(signal.SIG_BLOCK, numbers)
open("started", "w").write(str(os.getpid()))
open("got", "w").write(signal.Signals(signal.sigwait(numbers)).name)
'"""


def check_signals():
    """A stage tells through a FIFO that it runs; then the command gets the signal."""
    for number in signal.SIGTERM, signal.SIGINT, signal.SIGHUP:
        with Stages(request=WAITING, sign="cat", call="cat") as stages:
            os.mkfifo(stages.path("started"))
            process = subprocess.Popen(stages.command(), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                       stderr=subprocess.PIPE, start_new_session=True,
                                       env={"PATH": "/usr/bin:/bin"})
            with open(stages.path("started"), encoding="utf-8") as started:
                stage_pid = int(started.read())
            process.send_signal(number)
            process.wait(timeout=20)
            is_equal(process.returncode, -number, f"{number.name} ends it by {number.name}")
            is_equal(stages.read("got"), number.name, f"{number.name} goes on to the stages")
            ok(not os.path.exists(f"/proc/{stage_pid}"), f"{number.name} leaves no stage behind")
            process.communicate()


def check_ignored_children():
    """Whoever started us may ignore SIGCHLD; then no stage would leave a status."""
    with Stages(request="echo made", call="cat; exit 1") as stages:
        got = subprocess.run(["python3", "-c", "import os, signal, sys; signal.signal(signal.SIGCHLD, signal.SIG_IGN);"
                              " os.execv(sys.argv[1], sys.argv[1:])", *stages.command()],
                             capture_output=True, text=True, timeout=20, check=False, env={"PATH": "/usr/bin:/bin"})
        is_equal(outcome(got), (1, "made\n", ""), "with SIGCHLD ignored the stages' codes still count")


def check_output_lost():
    with Stages(request="echo x", call="cat; exit 255") as stages:
        run = subprocess.run(["sh", "-c", f"'{stages.path('ssm-resume-session')}' --session-id s"
                              " --show-pipeline > /dev/full"], capture_output=True, text=True, check=False)
        is_equal(outcome(run), (255, "", "ssm-resume-session: cannot write standard output:"
                                " No space left on device\n"), "--show-pipeline on a full disk is told")


def check_errors_as_json():
    with Stages(sign=None) as stages:
        run = stages.run("--error-format", "json")
        is_equal(json.loads(run.stderr)["Error"],
                 {"Code": "PipelineError", "Message": "cannot start ssm-sign: No such file or directory",
                  "Retryable": False, "ExitCode": 255}, "its own errors come as documents on request")


def check_told_in_lines():
    """Stages of a single call speak in documents; the user reads lines, as the stage itself would write them."""
    refused = {"Error": {"Code": "AccessDeniedException", "Message": "You may \u20ac\u0007 not", "Retryable": False,
                         "ExitCode": 254}, "ResponseMetadata": {"RequestId": "r-1", "HTTPStatusCode": 400}, "id": [7]}
    cut = {"Error": {"Code": "ConnectionClosedError", "Message": "closed", "Retryable": True, "ExitCode": 75,
                     "Service": False}, "ResponseMetadata": {"HTTPStatusCode": 500}}
    own = {"Error": {"Code": "NoRegionError", "Message": "no region", "Retryable": False, "ExitCode": 253}}
    for document, line, code in (
            (refused, "ssm-call: id [7]: AccessDeniedException: You may \u20ac\\x07 not (request id r-1)", 254),
            (cut, "ssm-call: closed", 75), (own, "ssm-call: no region", 253)):
        text = json.dumps(document)
        with Stages(call=f"cat > /dev/null; echo a warning >&2; cat >&2 <<'END'\n{text}\nEND\n"
                         f"printf unfinished >&2; exit {code}") as stages:
            expected = (code, "", f"a warning\n{line}\nunfinished")
            is_equal(outcome(stages.run()), expected, f"a line in place of a document: {line}")
            is_equal(outcome(stages.run("--verbose")), expected, "with --verbose too, once")
            is_equal(outcome(stages.run("--error-format=json")), (code, "", f"a warning\n{text}\nunfinished"),
                     "the document when documents are wanted")
            is_equal(outcome(stages.run("--quiet")), (code, "", ""), "nothing with --quiet")
    sandbox = os.path.join(BUILD_DIR, "ssm-sandbox")
    tool = os.path.join(BUILD_DIR, "ssm-resume-session")
    for name in "sandbox-terminated", "sandbox-broken", "sandbox-cut", "sandbox-dropped", "none":
        command = f"'{tool}' --session-id {name} --max-attempts 1 --compact"
        got = [re.sub(r"request id [-0-9a-z]+|http://[^/]*", "...", subprocess.run(
            [sandbox, "--", "sh", "-c", shell], capture_output=True, text=True, timeout=30, check=False, cwd="/",
            env={"PATH": f"{os.path.abspath(BUILD_DIR)}:/usr/bin:/bin", "HOME": "/", "LC_ALL": "C.UTF-8"}).stderr)
               for shell in (command, f'eval "$({command} --show-pipeline)"')]
        ok(got[0] == got[1] and got[0].startswith("ssm-call: "), f"{name}: the same line as the pipeline's own", got)


check_results()
check_few_processes()
check_own_work()
check_told_in_lines()
check_what_stages_get()
check_signals()
check_ignored_children()
check_output_lost()
check_errors_as_json()
done()
