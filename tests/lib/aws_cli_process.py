"""The AWS CLI in one process: a line of JSON in with arguments and environment, one out with what came of it.

Run by aws_cli.py, which names the command's words, with the interpreter of the installed aws, which needs half a second to
start otherwise.
"""
import base64
import contextlib
import io
import json
import os
import sys

import awscli.clidriver

DATA_PATH = {name: value for name, value in os.environ.items() if name == "AWS_DATA_PATH"}    # set by awscli


def call(arguments):
    """The exit code, and what went to stdout and stderr."""
    out = io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True)
    err = io.TextIOWrapper(io.BytesIO(), encoding="utf-8", errors="surrogateescape", write_through=True)
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            sys.argv = ["aws", *arguments]
            code = awscli.clidriver.main()
        except SystemExit as end:
            code = end.code
    return code or 0, out.buffer.getvalue(), err.buffer.getvalue()


def main():
    command = sys.argv[1:]
    for line in sys.stdin:
        task = json.loads(line)
        os.environ.clear()
        os.environ.update({**task["environment"], **DATA_PATH})
        os.chdir(task["directory"])
        code, out, err = call([*command, *task["arguments"]])
        print(json.dumps({"code": code, "out": base64.b64encode(out).decode(),
                          "err": err.decode("utf-8", "backslashreplace")}), flush=True)


main()
