"""ssm-start-session beside aws ssm start-session: its options, what is asked of the service, and the exit codes."""
import json
import os
import re
import subprocess

from aws_cli import Aws, find_aws
from start_world import World
from tap import done, is_equal

BUILD_DIR = os.path.abspath(os.environ.get("BUILD_DIR", "."))
OPTIONS = """
import awscli.clidriver
driver = awscli.clidriver.create_clidriver()
command = driver.subcommand_table["ssm"].subcommand_table["start-session"]
print(*driver.arg_table, *command.arg_table)
"""
# The AWS CLI's helper for the session itself: nothing is to be done.
PLUGIN = "#!/bin/sh\ntest \"$1\" != --version || echo 1.2.677.0\n"
TARGET = ["--target", "i-0a1b2c3d4e5f60001"]
CASES = [
    TARGET,
    [*TARGET, "--document-name", "AWS-StartPortForwardingSession", "--parameters", "portNumber=80,localPortNumber=8080"],
    [*TARGET, "--document-name", "d", "--parameters", '{"portNumber":["80"],"x":["a","b"]}'],
    [*TARGET, "--parameters", "file://parameters.json"],
    [*TARGET, "--parameters", "command=uname -a"],
    [*TARGET, "--parameters", "command='a,b',c=d,e"],
    [*TARGET, "--reason", "to look, \u00e9"],
    ["--cli-input-json", '{"Target":"i-1","Reason":"r"}'],
    ["--cli-input-json", '{"Target":"i-1","Reason":"r"}', "--reason", "other"],
    ["--cli-input-json", "file://input.json"],
    ["--cli-input-yaml", "Target: i-1\nParameters: {command: [a b]}"],
    [*TARGET, "--region", "eu-west-1", "--output", "text", "--query", "SessionId", "--color", "off", "--no-cli-pager"],
    [*TARGET, "--no-paginate", "--cli-binary-format", "base64", "--cli-read-timeout", "5", "--cli-connect-timeout", "5"],
    [*TARGET, "--no-sign-request"],
    [],
    ["--reason", "x"],
    [*TARGET, "--reason", ""],
    ["--target", ""],
    [*TARGET, "--parameters", "x"],
    [*TARGET, "--parameters", "{"],
    [*TARGET, "--parameters", '{"a":"b"}'],
    [*TARGET, "--parameters", "file://none"],
    [*TARGET, "--nonsense"],
    [*TARGET, "--output", "nonsense"],
    ["--cli-input-json", "{}", "--cli-input-yaml", "{}"],
    ["--cli-input-json", '{"Target":5}'],
]


def ours(world, arguments):
    got = world.run(*arguments)
    return (0 if got.returncode == 7 else got.returncode), got


def asked(world):
    """With which parameters, and signed for which region."""
    return world.requests(), [re.findall(r"/([a-z0-9-]+)/ssm/", request.headers.get("authorization", ""))
                              for request in world.aws.requests]


def check_case(world, aws, arguments):
    world.reset()
    our_code, got = ours(world, arguments)
    our_requests = asked(world)
    world.reset()
    their_code, *said = aws.run(arguments, world.environment(PATH=f"{world.directory.name}:/usr/bin:/bin"),
                                world.directory.name)
    is_equal((our_code, our_requests), (their_code, asked(world)), f"as the AWS CLI: {json.dumps(arguments)}", got, said)


def check_options(python):
    names = subprocess.run([python, "-c", OPTIONS], capture_output=True, text=True, check=True).stdout.split()
    shown = subprocess.run([os.path.join(BUILD_DIR, "ssm-start-session"), "--help"], capture_output=True, text=True,
                           check=True).stdout
    is_equal(sorted(set(names) - set(re.findall(r"--([a-z][a-z-]+)", shown))), [], "every option of aws ssm start-session")


def main():
    _, python = find_aws()
    check_options(python)
    aws = Aws(python, "start-session")
    with World() as world:
        for name, text in (("session-manager-plugin", PLUGIN), ("parameters.json", '{"command":["x"]}'),
                           ("input.json", '{"Target":"i-1"}')):
            with open(world.path(name), "w", encoding="utf-8") as file:
                file.write(text)
        os.chmod(world.path("session-manager-plugin"), 0o755)
        for arguments in CASES:
            check_case(world, aws, ["--endpoint-url", world.aws.url, *arguments])
    aws.stop()
    done()


main()
