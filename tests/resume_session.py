"""ssm-resume-session: how it runs its stages. They are played by scripts beside a copy of it."""
import json
import os
import signal
import subprocess

from resume_stages import Stages, outcome
from tap import done, is_equal, ok

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


def check_what_stages_get():
    show = 'echo "${0##*/} $*" >> arguments; env > environment-${0##*/}; cat'
    with Stages(request=show, sign=show, call=show, format=show) as stages:
        stages.run("--region", "eu-west-1", "--profile", "p", "--endpoint-url", "http://127.0.0.1:1",
                   "--cli-read-timeout", "5", "--cli-connect-timeout=6", "--max-time", "7",
                   "--max-attempts", "2", "--ca-bundle", "f", "--no-verify-ssl", "--metadata", "--quiet",
                   **SECRETS)
        is_equal(sorted(stages.read("arguments").splitlines()), [
            "ssm-call --connect-timeout=6 --read-timeout=5 --max-time=7 --max-attempts=2 --ca-bundle=f"
            " --no-verify-ssl --metadata",
            "ssm-format --output-of=p --operation=ResumeSession --metadata --quiet",
            "ssm-request resume-session --session-id=s --region=eu-west-1 --profile=p"
            " --endpoint-url=http://127.0.0.1:1 --quiet",
            "ssm-sign --quiet"], "each option goes to the stage whose own it is")
        for stage, expected in ("ssm-request", []), ("ssm-sign", sorted(SECRETS)), ("ssm-call", []), ("ssm-format", []):
            seen = [name for name, value in SECRETS.items() if value in stages.read(f"environment-{stage}")]
            is_equal(sorted(seen), expected,
                     f"{stage} inherits {'the keys' if expected else 'no secret'}")
    with Stages() as stages:
        is_equal(stages.run("--show-pipeline", "--region", "x y", "--error-format", "json").stdout,
                 "ssm-request resume-session --session-id=s '--region=x y' --error-format=json |"
                 " ssm-sign --error-format=json | ssm-call --error-format=json |"
                 " ssm-format --output-of= --operation=ResumeSession --error-format=json\n",
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


check_results()
check_what_stages_get()
check_signals()
check_ignored_children()
check_output_lost()
check_errors_as_json()
done()
