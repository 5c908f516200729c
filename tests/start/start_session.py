"""ssm-start-session: how it runs its stages and becomes ssm-stream. They are played by scripts beside a copy of it."""
import fcntl
import json
import os
import pty
import signal
import subprocess
import termios

from resume_stages import Stages, outcome
from tap import done, is_equal, ok

TIME_LIMIT = 120
SESSION = "anna-0a1b2c3d4e5f67890"
TOKEN = "canary-token-value"
URL = f"wss://ssmmessages.eu-west-1.amazonaws.com/v1/data-channel/{SESSION}?role=publish_subscribe"
ANSWER = json.dumps({"SessionId": SESSION, "TokenValue": TOKEN, "StreamUrl": URL})
SECRETS = {"AWS_SECRET_ACCESS_KEY": "canary-secret", "AWS_SESSION_TOKEN": "canary-session-token"}
TELL = 'echo "${0##*/} $*" >> told; '
REQUEST = TELL + "echo $1"
SIGN = TELL + "cat"
CALL = TELL + f"case $(cat) in start-session) echo '{ANSWER}' ;; esac"
STREAM = TELL + "exec python3 stream.py \"$@\""
STREAM_PY = """
import os, signal, sys
masked = signal.pthread_sigmask(signal.SIG_BLOCK, [])
print("held", *sorted(one.name for one in masked))
for argument in sys.argv:
    if argument.startswith("--session="):
        print(open(argument[10:]).read(), end="")
print("stdin", sys.stdin.read())
sys.exit(7)
"""


class StartStages(Stages):
    """The stages that play their parts, but for those that a test names."""

    tool = "ssm-start-session"
    names = ("ssm-request", "ssm-sign", "ssm-call", "ssm-stream")

    def __init__(self, **scripts):
        super().__init__(**{"request": REQUEST, "sign": SIGN, "call": CALL, "stream": STREAM, **scripts})
        with open(self.path("stream.py"), "w", encoding="utf-8") as file:
            file.write(STREAM_PY)

    def command(self, *arguments, ids="s"):
        return [self.path(self.tool), "--target", "i-0a1b2c3d", *arguments]

    def told(self):
        return sorted(self.read("told").splitlines())

    def start(self, *arguments, **more):
        return subprocess.Popen(self.command(*arguments), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE, text=True, env={"PATH": "/usr/bin:/bin"}, **more)

    def ran(self, tool):
        return self.has("told") and any(line.startswith(tool) for line in self.told())

    def is_terminated(self):
        return [line for line in self.told() if " terminate-session " in line] == [
            f"ssm-request terminate-session --session-id={SESSION} --error-format=json"]


def check_session():
    with StartStages() as stages:
        got = stages.run("--ping", "5", text="typed")
        is_equal(outcome(got), (7, f"held SIGHUP SIGINT SIGTERM\n{ANSWER}\nstdin typed\n", ""),
                 "ssm-stream has the document, standard input and output, the signals held; its exit code is the tool's")
        is_equal(stages.told(), [
            "ssm-call --error-format=json", "ssm-request start-session --target=i-0a1b2c3d --error-format=json",
            "ssm-sign --error-format=json", "ssm-stream --session=/dev/fd/3 --target=i-0a1b2c3d --no-adopt --ping=5"], "what runs, with which arguments")
    show = "env > environment-${0##*/}; "
    with StartStages(request=show + REQUEST, sign=show + SIGN, call=show + CALL, stream=show + STREAM) as stages:
        stages.run(OPENSSL_CONF="conf", **SECRETS)
        for stage in stages.names:
            text = stages.read(f"environment-{stage}")
            expected = sorted(SECRETS.values()) if stage in ("ssm-sign", "ssm-stream") else []
            is_equal(sorted(value for value in SECRETS.values() if value in text), expected,
                     f"{stage} has {'the keys' if expected else 'no secret'} in its environment")
            ok(TOKEN not in text and "OPENSSL_CONF=conf" in text, f"{stage}: no token there, and what else there was", text)


def check_what_stages_get():
    with StartStages() as stages:
        got = stages.run("--region", "eu-west-1", "--profile", "p", "--endpoint-url", "http://127.0.0.1:1", "--reason", "a b",
                         "--cli-read-timeout", "5", "--cli-connect-timeout=6", "--max-time", "7", "--max-attempts", "2",
                         "--ca-bundle", "f", "--no-verify-ssl", "--retry-mode", "standard", "--quiet", "--escape", "none",
                         "--ping", "1", "--give-up-after", "2", "--linger", "3", "--events", "/dev/null", "--no-resume",
                         "--stream-endpoint-url", "ws://127.0.0.1:2", "--error-format", "json", "--output", "text",
                         "--query", "x")
        is_equal(got.returncode, 7, "all options")
        is_equal(stages.told(), [
            "ssm-call --connect-timeout=6 --read-timeout=5 --max-time=7 --retry-mode=standard --max-attempts=2"
            " --ca-bundle=f --no-verify-ssl --error-format=json --quiet",
            "ssm-request start-session --target=i-0a1b2c3d --reason=a b --region=eu-west-1 --profile=p"
            " --endpoint-url=http://127.0.0.1:1 --error-format=json --quiet",
            "ssm-sign --error-format=json --quiet",
            "ssm-stream --session=/dev/fd/3 --target=i-0a1b2c3d --no-adopt --escape=none --ping=1 --give-up-after=2 --linger=3 --events=/dev/null"
            " --stream-endpoint-url=ws://127.0.0.1:2 --no-resume --region=eu-west-1 --profile=p"
            " --endpoint-url=http://127.0.0.1:1 --cli-connect-timeout=6 --cli-read-timeout=5 --ca-bundle=f"
            " --no-verify-ssl --error-format=json --quiet"], "each option goes to the tool whose own it is")
    with StartStages(sign=None) as stages:
        is_equal(stages.run("--no-sign-request").returncode, 7, "--no-sign-request needs no ssm-sign")


def check_failures():
    message = '{"Error":{"Code":"AccessDenied","Message":"not for you","ExitCode":254}}'
    with StartStages(call=f"cat > /dev/null; echo '{message}' >&2; exit 254") as stages:
        is_equal(outcome(stages.run()), (254, "", "ssm-call: not for you\n"), "a refused session")
        is_equal(outcome(stages.run("--error-format", "json")), (254, "", message + "\n"), "the same as a document")
        ok(not stages.ran("ssm-stream"), "is none to be in", stages.told())
    fault = '{"Error":{"Code":"AccessDenied","Message":"not for you","ExitCode":254},"ResponseMetadata":{"HTTPStatusCode":400}}'
    with StartStages(call=f"cat > /dev/null; echo '{fault}' >&2; exit 254") as stages:
        sentence = "\nAn error occurred (AccessDenied) when calling the StartSession operation: not for you\n"
        is_equal(outcome(stages.run("--cli-error-format", "legacy")), (254, "", sentence), "in the AWS CLI's words")
        is_equal(outcome(stages.run(AWS_CLI_ERROR_FORMAT="legacy")), (254, "", sentence), "the environment asks for them")
    with StartStages(sign="exit 253", call="cat; exit 255") as stages:
        is_equal(stages.run().returncode, 253, "the first failing stage's code")
    with StartStages(call=CALL + "; echo careful >&2") as stages:
        is_equal(stages.run().stderr, "careful\n", "a warning is printed before the session begins")
    with StartStages(call="kill -9 $$") as stages:
        is_equal(outcome(stages.run()), (255, "", "ssm-start-session: ssm-call was ended by signal 9 (Killed)\n"),
                 "a stage that dies is told")
    with StartStages(stream=None) as stages:
        is_equal(outcome(stages.run()), (255, "", "ssm-start-session: cannot start ssm-stream: No such file or directory\n"),
                 "no ssm-stream")
        ok(not stages.has("told"), "nothing is asked of the service then")


def check_stream_that_cannot_start():
    with StartStages() as stages:
        with open(stages.path("ssm-stream"), "w", encoding="utf-8") as file:
            file.write("no program\n")
        is_equal(outcome(stages.run()), (255, "", "ssm-start-session: cannot start ssm-stream: Exec format error\n"),
                 "an ssm-stream that cannot be started")
        ok(stages.is_terminated(), "leaves no session behind", stages.told())
        got = stages.run("--verbose", "--error-format", "json", **SECRETS)
        ok(not any(secret in got.stderr + got.stdout for secret in (TOKEN, *SECRETS.values())), "and no secret", got)
    for code, document, expected in (
            (254, '{"Error":{"Code":"AccessDenied","Message":"not for you","ExitCode":254}}', "not for you"),
            (254, '{"Error":{"Code":"ValidationException","Message":"over","ExitCode":254}}', None),
            (1, '{"Error":{"Code":"DoesNotExistException","Message":"none","ExitCode":1}}', None)):
        call = CALL.replace(";; esac", f";; *) echo '{document}' >&2; exit {code} ;; esac")
        with StartStages(call=call) as stages:
            with open(stages.path("ssm-stream"), "w", encoding="utf-8") as file:
                file.write("no program\n")
            more = "" if expected is None else f"ssm-start-session: the session '{SESSION}' could not be ended: {expected}\n"
            is_equal(stages.run().stderr, "ssm-start-session: cannot start ssm-stream: Exec format error\n" + more,
                     f"ending it: {document}")


def check_refused_url():
    """What ssm-stream would refuse is known before it is started: no session is left behind that nobody can be in."""
    for url in URL.replace("amazonaws", "example"), "x":
        with StartStages(call=CALL.replace(URL, url)) as stages:
            got = stages.run()
            ok(got.returncode == 1 and got.stdout == "" and got.stderr.startswith("ssm-start-session: StreamUrl: ")
               and got.stderr.count("\n") == 1, f"the StreamUrl '{url}' is refused", got)
            ok(stages.is_terminated() and not stages.ran("ssm-stream"), "the session is ended, and nobody is in it", stages.told())
    with StartStages(call=CALL.replace(URL, URL.replace("ssmmessages.eu-west-1.amazonaws.com", "127.0.0.1"))) as stages:
        is_equal(stages.run().returncode, 1, "one of this machine is refused, too")
        is_equal(stages.run("--endpoint-url", "http://127.0.0.1:9").returncode, 7, "unless the service is on it")
        is_equal(stages.run(AWS_ENDPOINT_URL="http://127.0.0.1:9").returncode, 7, "as the environment may say")


def check_stream_endpoint():
    """What ssm-stream says of the endpoint in place of a StreamUrl's host is said before there is a session."""
    cases = (("ftp://h", "the endpoint of the data channel must begin with https:// or wss://"),
             ("https://h/path", "the endpoint of the data channel has more than a host and a port"))
    with StartStages() as stages:
        config = stages.path("config")
        for url, words in cases:
            expected = 252, "", f"ssm-start-session: {words}\n"
            is_equal(outcome(stages.run(AWS_ENDPOINT_URL_SSMMESSAGES=url)), expected, f"the variable: {url}")
            with open(config, "w", encoding="utf-8") as file:
                file.write(f"[default]\nservices = s\n[services s]\nssmmessages =\n  endpoint_url = {url}\n")
            is_equal(outcome(stages.run(AWS_CONFIG_FILE=config)), expected, f"a services section: {url}")
            is_equal(stages.run(AWS_ENDPOINT_URL=url).returncode, 7, "what is for calls is left to those who make them")
            os.unlink(config)
        with open(config, "w", encoding="utf-8") as file:
            file.write("[default]\nservices = none\n")
        got = stages.run(AWS_CONFIG_FILE=config)
        ok(got.returncode == 253 and "none" in got.stderr, "a services section that is not there", got)
        started = [line for line in stages.told() if "start-session" in line]
        is_equal(len(started), len(cases), "the service is asked for no session that nobody could be in", started)


WAITING = """exec python3 -c '
import signal
numbers = {signal.SIGTERM, signal.SIGINT, signal.SIGHUP}
signal.pthread_sigmask(signal.SIG_BLOCK, numbers)
open("started", "w").close()
open("got", "w").write(signal.Signals(signal.sigwait(numbers)).name)
'"""
# Answers when the test lets it; a signal would end it.
SLOW_CALL = CALL.replace("start-session)", "start-session) : > started; read line < go; ")


def check_signals_before_the_call():
    """A stage tells through a FIFO that it runs; then the command gets the signal."""
    for stage in "request", "sign":
        for number in signal.SIGTERM, signal.SIGINT, signal.SIGHUP:
            with StartStages(**{stage: WAITING}) as stages:
                os.mkfifo(stages.path("started"))
                process = stages.start(start_new_session=True)
                open(stages.path("started"), encoding="utf-8").close()
                process.send_signal(number)
                out, err = process.communicate(timeout=TIME_LIMIT)
                is_equal((process.returncode, out, err), (-number, "", ""), f"{number.name} while ssm-{stage} works")
                is_equal(stages.read("got"), number.name, "goes on to it")
                ok(not stages.ran("ssm-stream"), "there is no session")


def check_signals_during_the_call():
    for number in signal.SIGTERM, signal.SIGINT, signal.SIGHUP:
        with StartStages(call=SLOW_CALL) as stages:
            os.mkfifo(stages.path("started"))
            os.mkfifo(stages.path("go"))
            process = stages.start()
            open(stages.path("started"), encoding="utf-8").close()
            process.send_signal(number)
            with open(stages.path("go"), "w", encoding="utf-8") as go:
                go.write("\n")
            out, _ = process.communicate(timeout=TIME_LIMIT)
            is_equal((process.returncode, out), (-number, ""), f"{number.name} while the answer is on its way")
            ok(stages.is_terminated() and not stages.ran("ssm-stream"), "the session is ended, and nobody is in it",
               stages.told())
    with StartStages(call=CALL + "; kill -TERM $PPID") as stages:
        is_equal(stages.run().returncode, -signal.SIGTERM, "a signal at the last moment")
        ok(stages.is_terminated(), "ends the session too", stages.told())


def check_typed_signal():
    """Ctrl-C at a terminal reaches the whole process group; ssm-call goes on."""
    with StartStages(call=SLOW_CALL) as stages:
        os.mkfifo(stages.path("started"))
        os.mkfifo(stages.path("go"))
        master, slave = pty.openpty()
        process = subprocess.Popen(stages.command(), stdin=slave, stdout=slave, stderr=slave, start_new_session=True,
                                   preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0), env={"PATH": "/usr/bin:/bin"})
        os.close(slave)
        open(stages.path("started"), encoding="utf-8").close()
        os.write(master, b"\x03")
        read_until(master, b"a second signal ends this at once")
        with open(stages.path("go"), "w", encoding="utf-8") as go:
            go.write("\n")
        is_equal(process.wait(timeout=TIME_LIMIT), -signal.SIGINT, "Ctrl-C while the answer is on its way")
        ok(stages.is_terminated() and not stages.ran("ssm-stream"), "the session is ended", stages.told())
        os.close(master)


def read_until(fd, text):
    got = b""
    while text not in got:
        got += os.read(fd, 1000)


LEFT = ("ssm-start-session: the service has not answered; if a session was opened, ssm-describe-sessions --state Active"
        " shows it\n")


def check_impatience():
    for again in True, False:
        with StartStages(call=SLOW_CALL) as stages:
            os.mkfifo(stages.path("started"))
            os.mkfifo(stages.path("go"))
            process = stages.start()
            open(stages.path("started"), encoding="utf-8").close()
            process.send_signal(signal.SIGINT)
            ok("waiting for the service's answer" in process.stderr.readline(), "what is waited for is said")
            if again:
                process.send_signal(signal.SIGTERM)
            err = process.communicate(timeout=TIME_LIMIT)[1]
            is_equal((process.returncode, err), (-signal.SIGINT, LEFT),
                     "a second signal ends the wait" if again else "and so does time")
            ok(not stages.ran("ssm-request terminate"), "there is no id of a session that could be ended", stages.told())


def main():
    check_session()
    check_what_stages_get()
    check_failures()
    check_stream_that_cannot_start()
    check_refused_url()
    check_stream_endpoint()
    check_signals_before_the_call()
    check_signals_during_the_call()
    check_typed_signal()
    check_impatience()
    done()


main()
