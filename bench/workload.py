"""What the commands work on: files in the directory of the run, which is the current one."""
import json
import re
import socket
import subprocess

from measure import Failed

SESSION = "sandbox-disconnected-0a1b2c3d4e5f60001"
URL = ("wss://ssmmessages.us-east-2.amazonaws.com/v1/data-channel/first.last@corp.com-{:017x}"
       "?role=publish_subscribe&cell-number=AAEAAWUQ/x+y==")
REFUSAL = b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n"
SEGMENT = 100_000       # lines that are made at once


def lines_file(name, count, form):
    with open(name, "w", encoding="utf-8") as file:
        for start in range(0, count, SEGMENT):
            file.writelines(f"{form.format(i)}\n" for i in range(start, min(start + SEGMENT, count)))


def ids(count):
    """A file of session ids, all different; its name."""
    name = f"ids-{count}"
    lines_file(name, count, "sandbox-disconnected-{:017x}")
    return name


def urls(count):
    name = f"urls-{count}"
    lines_file(name, count, URL)
    return name


def through(tools, source, name):
    """A file of what a pipeline makes of another file."""
    with open(source, "rb") as stdin, open(name, "wb") as stdout:
        subprocess.run(["sh", "-c", tools], stdin=stdin, stdout=stdout, check=True)
    return name


def requests(count):
    return through("ssm-request resume-session --session-id -", ids(count), f"requests-{count}")


def signed(count):
    """Good for five minutes from now on."""
    return through("ssm-sign", requests(count), f"signed-{count}")


def sent_fields(document):
    """The header fields of the HTTP request that ssm-call makes of a document; Host and length are libcurl's."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(20)
        there = dict(document, url=f"http://127.0.0.1:{server.getsockname()[1]}/")
        with subprocess.Popen(["ssm-call", "--quiet"], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL) as call:
            call.stdin.write(json.dumps(there).encode())
            call.stdin.close()
            connection, _ = server.accept()
            with connection:
                head = b""
                while b"\r\n\r\n" not in head:
                    head += connection.recv(65536)
                connection.sendall(REFUSAL)
    lines = head.split(b"\r\n\r\n")[0].decode().split("\r\n")[1:]
    return [line for line in lines if line.split(":")[0].lower() not in ("host", "content-length")]


def wire(source):
    """The documents as lines for bench/multi: URL, header fields and body as ssm-call sends them."""
    name = f"{source}-wire"
    with open(source, encoding="utf-8") as documents, open(name, "w", encoding="utf-8") as file:
        fields = None
        for line in documents:
            document = json.loads(line)
            fields = fields or sent_fields(document)
            own = [f"{name}: {value}" for name, value in document["headers"].items()]
            more = [field for field in fields if field.split(":")[0] not in document["headers"]]
            file.write("\t".join([document["url"], *own, *more, document["body"]]) + "\n")
    return name


def answers_in_order(source):
    """A check that every session of a file of ids has its answer, once, in the order of the file."""
    return lambda output: check_answers(source, output, in_order=True)


def answers(source):
    return lambda output: check_answers(source, output, in_order=False)


def check_answers(source, output, in_order):
    with open(source, encoding="utf-8") as file:
        wanted = file.read().split()
    with open(output, encoding="utf-8") as file:
        got = re.findall(r'"SessionId": ?"([^"]+)"', file.read())
    if len(got) != len(wanted):
        raise Failed(f"{len(got)} answers for {len(wanted)} documents")
    if (got if in_order else sorted(got)) != wanted:
        raise Failed("answers of other sessions, or out of order")


def line_count(count):
    """A check that there are so many lines."""
    def check(output):
        with open(output, "rb") as file:
            got = sum(1 for _ in file)
        if got != count:
            raise Failed(f"{got} lines for {count}")
    return check
