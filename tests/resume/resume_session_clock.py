"""ssm-resume-session on a machine whose clock is wrong: signed once more, with the service's time, and told."""
import json
import os
import re
import subprocess
import tempfile
import time

from resume_stages import Stages, outcome
from tap import done, is_equal, ok

BUILD_DIR = os.path.abspath(os.environ.get("BUILD_DIR", "."))
TEXT = "ssm-call: InvalidSignatureException: Signature expired: no; this machine's clock is %d s %s (request id r)"
def document(seconds, way):
    """What ssm-call says in place of TEXT when it is to say it as a document."""
    message = f"Signature expired: no; this machine's clock is {seconds} s {way}"
    return json.dumps({"Error": {"Code": "InvalidSignatureException", "Message": message, "Retryable": False,
                                 "ExitCode": 254, "ClockSkew": seconds if way == "ahead" else -seconds},
                       "ResponseMetadata": {"RequestId": "r", "HTTPStatusCode": 400}})


AGAIN = "ssm-resume-session: this machine's clock is %d s %s; signed again with the service's time\n"


def refusing(message, code=254):
    """ssm-call that refuses what was not signed for a --time; ssm-sign is `echo "$*"`."""
    return (f"read options; case $options in *--time=*) echo \"$options\" ;; "
            f"*) cat >&2 <<'END'\n{message}\nEND\nexit {code} ;; esac")


def seconds_of(text):
    stamp = re.search(r"--time=(\d{8}T\d{6}Z)", text)
    return time.mktime(time.strptime(stamp.group(1), "%Y%m%dT%H%M%SZ")) - time.timezone if stamp else 0


def run(message, *arguments, sign='echo "sign $*"', ids="s", **kw):
    with Stages(request="echo request", sign=sign, call=refusing(message, **kw)) as stages:
        return stages.run(*arguments, ids=ids, TZ="UTC")


def check_second_signature():
    for seconds, way, sign in (420, "ahead", -1), (3600, "behind", 1):
        got = run(document(seconds, way))
        is_equal((got.returncode, got.stderr), (0, AGAIN % (seconds, way)), f"{seconds} s {way}: signed again, and told")
        ok(abs(seconds_of(got.stdout) - (time.time() + sign * seconds)) < 60, "with the service's time", got.stdout)
    got = run(document(420, "ahead"), "--error-format", "json")
    is_equal((got.returncode, got.stderr), (0, AGAIN % (420, "ahead")), "the same when messages are documents")
    ok("--time=" in got.stdout, "with --error-format json too the time is corrected", got.stdout)
    got = run(document(420, "ahead"), "--quiet")
    is_equal((got.returncode, got.stderr, "--time=" in got.stdout), (0, "", True), "with --quiet it is not told, but done")
    got = run(document(420, "ahead"), "--verbose")
    is_equal((got.returncode, got.stderr), (0, TEXT % (420, "ahead") + "\n" + AGAIN % (420, "ahead")),
             "with --verbose the first refusal is seen as well")


def check_once():
    twice = f"echo x >> tries; cat > /dev/null; cat >&2 <<'END'\n{document(420, 'ahead')}\nEND\nexit 254"
    with Stages(request="echo request", sign="cat", call=twice) as stages:
        is_equal((outcome(stages.run()), stages.read("tries")),
                 ((254, "", AGAIN % (420, "ahead") + TEXT % (420, "ahead") + "\n"), "x\nx\n"),
                 "refused again, that is the result: there is no third time")
    for title, message, arguments, ids in (
            ("another refusal", "ssm-call: AccessDeniedException: no (request id r)", (), "s"),
            ("a batch", TEXT % (420, "ahead"), (), "-"),
            ("a sentence, which is for people", TEXT % (420, "ahead"), (), "s"),
            ("--errors inline, whose document is out already", TEXT % (420, "ahead"), ("--errors", "inline"), "s"),
            ("a time before 1970", document(3999999999, "ahead"), (), "s")):
        got = run(message, *arguments, ids=ids)
        text = TEXT % (3999999999, "ahead") if message[0] == "{" else message
        is_equal(outcome(got), (254, "", text + "\n"), f"not signed again: {title}")


def sandbox(offset, *arguments, text=""):
    with tempfile.TemporaryDirectory() as home:
        return subprocess.run([os.path.join(BUILD_DIR, "ssm-sandbox"), f"--clock-offset={offset}", "--",
                               os.path.join(BUILD_DIR, "ssm-resume-session"), *arguments],
                              input=text, capture_output=True, text=True, timeout=30, check=False, cwd=home,
                              env={"PATH": "/usr/bin:/bin", "HOME": home, "LC_ALL": "C.UTF-8",
                                   "AWS_EC2_METADATA_DISABLED": "true"})


def check_real():
    """A service whose clock differs by seven minutes. Seconds may pass on the way."""
    for offset, way in (-420, "ahead"), (420, "behind"):
        got = sandbox(offset, "--session-id", "sandbox-disconnected")
        said = AGAIN.replace("%d", r"(41[0-9]|42[0-9])").replace("%s", way, 1)
        ok(got.returncode == 0 and re.fullmatch(said, got.stderr) and
           json.loads(got.stdout)["SessionId"] == "sandbox-disconnected",
           f"a clock seven minutes {way} of the service's: an answer all the same", got)
    got = sandbox(-420, "--session-id", "sandbox-terminated")
    ok(got.returncode == 1 and len(got.stderr.splitlines()) == 2 and got.stdout == "",
       "the second try's result counts", got)
    got = sandbox(-420, "--session-id", "sandbox-throttled")
    ok(got.returncode == 0 and len(got.stderr.splitlines()) == 1 and "sandbox-throttled" in got.stdout,
       "what is signed for the service's time may be tried again", got)
    got = sandbox(-420, "--session-id", "-", text="sandbox-disconnected\n")
    ok(got.returncode == 253 and re.search(r"; this machine's clock is 4\d\d s ahead \(request id", got.stderr),
       "in a batch the message says how far the clock is off", got)
    got = sandbox(240, "--session-id", "sandbox-disconnected")
    is_equal((got.returncode, got.stderr), (0, ""), "four minutes matter to nobody")


def main():
    check_second_signature()
    check_once()
    check_real()
    done()


main()
