"""ssm-start-session with the tools that it runs and a service on loopback: what is asked, and what is left behind."""
import json
import signal
import threading

from start_world import SESSION, TIME_LIMIT, World
from tap import done, is_equal, ok

TARGET = "i-0a1b2c3d4e5f60001"


def check_session(world):
    got = world.run("--target", TARGET, "--reason", "to look")
    is_equal((got.returncode, got.stderr), (7, ""), "in the session")
    is_equal(json.loads(got.stdout.removeprefix("in ")), world.answer(), "with the service's answer as it came")
    is_equal(world.requests(), [("StartSession", {"Target": TARGET, "Reason": "to look"})], "which was asked once")


def check_command(world):
    world.reset()
    world.run("--target", TARGET, "--", "printf", "%s\n", "it's", "")
    is_equal(world.requests(), [("StartSession", {
        "Target": TARGET, "DocumentName": "AWS-StartNonInteractiveCommand",
        "Parameters": {"command": ["printf '%s\n' 'it'\\''s' ''"], "separateOutputStream": ["true"]}})], "a command")


def check_refusals(world):
    for status, code, expected in ((400, "TargetNotConnected", 254), (400, "AccessDeniedException", 254),
                                   (400, "ThrottlingException", 75), (500, "InternalServerError", 75),
                                   (400, "ExpiredTokenException", 253), (400, "InvalidDocument", 254)):
        world.reset()
        world.aws.reply("POST /", status, body={"__type": code, "message": "no"})
        world.aws.routes = world.aws.routes[-1:]
        got = world.run("--target", TARGET)
        ok(got.returncode == expected and got.stdout == "" and got.stderr.startswith(f"ssm-call: {code}: no"),
           f"{code} is {expected}", got)
    world.reset()
    got = world.run("--target", TARGET, AWS_ENDPOINT_URL="http://127.0.0.1:1")
    is_equal((got.returncode, got.stderr), (75, 'ssm-call: Could not connect to the endpoint URL: "http://127.0.0.1:1/"\n'),
             "nobody there")
    got = world.run("--target", "")
    is_equal((got.returncode, world.requests()), (252, []), "what can be no node is not asked for")


def check_giving_up(world):
    """The signal comes when the request is there; then the service answers."""
    for number in signal.SIGTERM, signal.SIGINT, signal.SIGHUP:
        asked, go_on = threading.Event(), threading.Event()

        def answer(_):
            asked.set()
            go_on.wait(TIME_LIMIT)
            return world.answer()

        world.aws.reset()
        world.aws.reply(lambda r: r.headers["x-amz-target"].endswith(".StartSession"), body=answer)
        world.aws.reply("POST /", body={"SessionId": SESSION})
        process = world.start("--target", TARGET)
        ok(asked.wait(TIME_LIMIT), "the service is asked")
        process.send_signal(number)
        ok("waiting for the service's answer" in process.stderr.readline(), "its answer is waited for")
        go_on.set()
        out, err = process.communicate(timeout=TIME_LIMIT)
        is_equal((process.returncode, out, err), (-number, "", ""), f"{number.name} while it has not answered yet")
        is_equal(world.requests()[1:], [("TerminateSession", {"SessionId": SESSION})], "no session is left behind")


def check_stream_that_cannot_start(world):
    world.reset()
    with open(world.path("ssm-stream"), "w", encoding="utf-8") as file:
        file.write("no program\n")
    got = world.run("--target", TARGET, "--region", "eu-west-1")
    is_equal((got.returncode, got.stdout, got.stderr),
             (255, "", "ssm-start-session: cannot start ssm-stream: Exec format error\n"), "no ssm-stream")
    is_equal([name for name, _ in world.requests()], ["StartSession", "TerminateSession"], "no session either")
    ok(all("/eu-west-1/" in request.headers["authorization"] for request in world.aws.requests), "both in the same region")


def main():
    with World() as world:
        check_session(world)
        check_command(world)
        check_refusals(world)
        check_giving_up(world)
        check_stream_that_cannot_start(world)
    done()


main()
