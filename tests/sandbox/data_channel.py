"""Sessions of ssm-sandbox from its data channel's other end: shells, commands, tokens, resuming, what is left."""
import contextlib
import json
import os
import signal
import time

from channel_client import OUTPUT, TIMEOUT, Channel, Closed, Refused, Service, WebSocket, encode, signed
from tap import done, is_equal, ok

TABLE_ID = "sandbox-disconnected-0a1b2c3d4e5f60001"
COMMAND, INTERACTIVE = "AWS-StartNonInteractiveCommand", "AWS-StartInteractiveCommand"


def ending(channel):
    """How the connection ends."""
    try:
        while True:
            channel.step()
    except Closed as closed:
        return closed.code, closed.reason


def kind(answer):
    return answer["__type"].rpartition("#")[2]


def target_of(answer):
    return "/" + answer["StreamUrl"].split("/", 3)[3]


def opening(answer, **changes):
    fields = {"MessageSchemaVersion": "1.0", "RequestId": "0123456789abcdef", "TokenValue": answer.get("TokenValue"),
              "ClientId": "0123456789abcdef", "ClientVersion": "1.2.764.0", **changes}
    return json.dumps({name: value for name, value in fields.items() if value is not None}).encode()


def refused(service, answer, message, text=True):
    """The close frame that a first message gets."""
    channel = Channel()
    channel.socket = WebSocket(service.port, target_of(answer))
    channel.socket.send(message, text)
    return ending(channel)


def check_shell(service):
    answer = service.start()
    channel = service.open(answer)
    is_equal(channel.step()["type"], "start_publication", "a shell: the client is told that the node is there")
    channel.resize(100, 40)
    channel.type("echo a''b $TERM; stty size\r")
    ok("ab xterm-256color\r\n40 100\r\n" in channel.until("100\r\n"), "a shell on a terminal of the size that was sent")
    channel.resize(132, 50)
    channel.type("stty size\r")
    ok(channel.until("50 132\r\n"), "its size changes")
    channel.type("sh -c 'echo up; exec sleep 1000'\r")
    channel.until("1000'\r\n")
    channel.until("up\r\n")
    channel.type("\x03echo still''here\r")
    ok(channel.until("stillhere"), "what is typed as ^C interrupts")
    is_equal(service.status(answer["SessionId"]), "Connected", "it is listed as connected")
    channel.type("exit\r")
    closing = channel.until_closed().closing
    is_equal((closing["Output"], closing["SessionId"], closing["MessageType"], closing["head"], closing["padding"]),
             ("", answer["SessionId"], "channel_closed", 112, b"\0"), "its end, as the service says it")
    is_equal(ending(channel)[0], 1000, "and the connection's")
    is_equal((service.status(answer["SessionId"]), service.call("ResumeSession", SessionId=answer["SessionId"])["__type"]),
             ("Terminated", "DoesNotExistException"), "it is over then")


def check_commands(service):
    channel = service.open(service.start(COMMAND, command="sh -c 'echo out; echo err >&2; exit 7'", separateOutputStream="true"))
    channel.until_closed()
    is_equal((channel.output, channel.errors, channel.exit_code), (b"out\n", b"err\n", "EXIT_CODE: 7"),
             "a command with its output apart, and its exit code")
    channel = service.open(service.start(COMMAND, command="sh -c 'echo out; echo err >&2; exit 7'")).until_closed()
    is_equal((channel.output, channel.errors, channel.exit_code), (b"out\nerr\n", b"", None), "a command with joined output")
    channel = service.open(service.start(COMMAND, command="echo $HOME '*' a\\ b")).until_closed()
    is_equal(channel.output, b"$HOME * a b\n", "its words are no shell's")
    channel = service.open(service.start(COMMAND, command="cat")).until_closed()
    is_equal(channel.output, b"", "it has no standard input")
    channel = service.open(service.start(COMMAND, command="sh -c 'trap \"echo told; exit 4\" INT; echo up; while :; do sleep 1; done'",
                                         separateOutputStream="true"))
    channel.until("up\n")
    channel.type("x\x03")
    channel.until_closed()
    is_equal((channel.output, channel.exit_code), (b"told\n", "EXIT_CODE: 4"), "^C is SIGINT to it")
    channel = service.open(service.start(COMMAND, command="/nowhere/at/all", separateOutputStream="true")).until_closed()
    is_equal((channel.exit_code, channel.errors), ("EXIT_CODE: 1", b"fork/exec /nowhere/at/all: No such file or directory"),
             "one that cannot be started: which, and why")
    channel = service.open(service.start(COMMAND, command="'an open quote")).until_closed()
    ok(channel.errors, "and one whose words are none", channel.output, channel.errors)
    channel = service.open(service.start(INTERACTIVE, command="test -t 0 && read line && echo got=$line; tty"))
    channel.type("typed\r")
    ok("got=typed\r\n/dev/" in channel.until("/dev/"), "an interactive command has a terminal, and a shell")
    channel.until_closed()
    channel = service.open(service.start(COMMAND, command="seq 1 100000")).until_closed()
    is_equal(channel.output, b"".join(b"%d\n" % number for number in range(1, 100001)), "much output, whole and in order")


def check_documents(service):
    is_equal(service.start("No-Such-Document")["__type"], "InvalidDocument", "an unknown document is refused")
    is_equal(kind(service.start(COMMAND)), "InvalidParameters", "a command document wants a command")
    is_equal(kind(service.call("StartSession", Target="i-0a1b2c3d4e5f60001", DocumentName=COMMAND,
                               Parameters={"command": ["a", "b"]})), "InvalidParameters", "one command")
    channel = service.open(service.start("SSM-SessionManagerRunShell"))
    channel.type("exit\r")
    ok(channel.until_closed(), "the document of a shell is known")


def check_tokens(service):
    answer, other = service.start(), service.start()
    prefix = f"Channel {answer['SessionId']}: "
    for title, message, text, wanted in [
        ("no token", opening(answer, TokenValue=None), True,
         (1003, prefix + "request to open data channel does not contain token.")),
        ("no JSON", b"hello", True, (1003, prefix + "request to open data channel is no JSON object.")),
        ("a binary message", encode("input_stream_data", 0, 0, OUTPUT, b"ls\r"), False,
         (1003, prefix + "request to open data channel is not the first message.")),
        ("another session's token", opening(other), True, (1008, prefix + "the token is not valid for this session.")),
        ("a short RequestId", opening(answer, RequestId="short"), True,
         (1003, prefix + "request to open data channel has no RequestId of 16 characters or more.")),
    ]:
        is_equal(refused(service, answer, message, text), wanted, f"refused: {title}")
    channel = service.open(answer)
    channel.type("echo o''ne\r")
    channel.until("one\r\n")
    is_equal(refused(service, answer, opening(answer)), (1008, prefix + "the token has been used already."),
             "refused: a token once more")
    channel.type("exit\r")
    channel.until_closed()


def upgrade(service, target, fields=(), host=None):
    try:
        WebSocket(service.port, target, fields, host).close()
        return 101
    except Refused as answer:
        return answer.status


def check_upgrades(service):
    answer = service.start()
    target, host = target_of(answer), f"127.0.0.1:{service.port}"
    aws = f"ssmmessages.{service.region}.amazonaws.com"
    stale = target_of(service.call("ResumeSession", SessionId=answer["SessionId"]))

    def sign(to=target, keys=service.keys, service_name="ssmmessages", name=host, **more):
        return signed(keys, service.region, service_name, "GET", name, to, **more)

    target, stale = stale, target
    for title, status, arguments in [
        ("unsigned", 101, (target,)),
        ("signed, '+' as a blank", 101, (target, sign(target, plus="%20"))),
        ("signed, '+' as itself", 101, (target, sign(target))),
        ("signed for the StreamUrl's host", 101, (target, sign(target, name=aws), aws)),
        ("another service's signature", 403, (target, sign(target, service_name="ssm"))),
        ("a wrong secret", 403, (target, sign(target, keys=(service.keys[0], "x" * 40)))),
        ("another query than was signed", 403, (target + "&a=b", sign(target))),
        ("the cell number before the last", 403, (stale,)),
        ("no cell number", 403, (target.split("?")[0],)),
        ("an unknown session", 403, (target.replace(answer["SessionId"], "sandbox-unknown"),)),
        ("a page's Host", 403, (target, (), "evil.example")),
    ]:
        is_equal(upgrade(service, *arguments), status, f"upgrade: {title}: {status}")
    service.connection.request("GET", target)
    got = service.connection.getresponse()
    is_equal((got.status, json.loads(got.read())["__type"].split("#")[-1]), (400, "ValidationException"),
             "upgrade: a request without the WebSocket's fields: 400")
    with Service("--signed-channels") as strict:
        target = target_of(strict.start())
        is_equal(upgrade(strict, target), 403, "--signed-channels: unsigned: 403")
        is_equal(upgrade(strict, target, signed(strict.keys, strict.region, "ssmmessages", "GET",
                                                f"127.0.0.1:{strict.port}", target)), 101, "--signed-channels: signed: 101")
    with Service("--keep-cell-numbers") as kept:
        answer = kept.start()
        again = kept.call("ResumeSession", SessionId=answer["SessionId"])
        is_equal((again["StreamUrl"], again["TokenValue"] != answer["TokenValue"]), (answer["StreamUrl"], True),
                 "--keep-cell-numbers: ResumeSession has a new token for the StreamUrl of before")
        is_equal(upgrade(kept, target_of(answer)), 101, "--keep-cell-numbers: which is good")
        is_equal(upgrade(kept, target_of(answer).replace("AAEAA", "AAEAB")), 403, "--keep-cell-numbers: another: 403")
    with Service("--stream-url", "local") as local:
        url = local.start()["StreamUrl"]
        ok(url.startswith(f"ws://127.0.0.1:{local.port}/v1/data-channel/sandbox-"), "--stream-url local", url)


def check_resume(service):
    answer = service.start()
    session, channel = answer["SessionId"], service.open(answer)
    channel.type("x=kept; echo rea''dy\r")
    channel.until("ready\r\n")
    channel.socket.cut()
    channel.socket = None
    answer = service.call("ResumeSession", SessionId=session)
    is_equal(sorted(answer), ["SessionId", "StreamUrl", "TokenValue"], "ResumeSession has a token for it")
    channel.connect(service.port, answer)
    channel.type("echo $x''$x\r")
    ok(channel.until("keptkept\r\n"), "the same shell goes on, and so do the numbers")
    channel.socket.close()
    while service.status(session) == "Connected":
        pass
    is_equal(service.status(session), "Disconnected", "a client that has left: Disconnected")
    later = service.open(service.call("ResumeSession", SessionId=session))
    later.expected, later.next = channel.expected, channel.next
    later.type("echo $x''er\r")
    ok(later.until("kepter\r\n"), "another client that knows the numbers goes on")
    last = Channel().connect(service.port, service.call("ResumeSession", SessionId=session))
    is_equal(ending(later), (1000, f"Channel {session}: another client has opened it."), "the later one takes the session")
    is_equal(service.call("TerminateSession", SessionId=session), {"SessionId": session}, "TerminateSession")
    is_equal(last.until_closed().closing["Output"], "", "the client is told of it")
    is_equal(service.call("ResumeSession", SessionId=session)["__type"], "DoesNotExistException", "it is over")


def check_table(service):
    """Sessions of the table have a shell as well, once they are resumed."""
    channel = service.open(service.call("ResumeSession", SessionId=TABLE_ID))
    channel.type("echo sh''ell\r")
    ok(channel.until("shell\r\n"), "a session of the table")
    channel.type("exit\r")
    channel.until_closed()
    is_equal(service.call("ResumeSession", SessionId=TABLE_ID)["__type"], "DoesNotExistException", "is over when its shell is")
    one = service.call("ResumeSession", SessionId="sandbox-connected-load-1")
    channel = service.open(one)
    channel.type("exit\r")
    channel.until_closed()
    is_equal(service.call("ResumeSession", SessionId="sandbox-connected-load-1")["__type"], "DoesNotExistException",
             "so is one that a pattern stands for")
    ok("TokenValue" in service.call("ResumeSession", SessionId="sandbox-connected-load-2"), "and the others are not")


def check_wrong(service):
    """Frames in pieces, messages that are not right, input that nobody reads."""
    channel = service.open(service.start())
    message = encode("input_stream_data", 0, 0, OUTPUT, b"echo spl''it\r")
    channel.next = 1
    channel.socket.socket.sendall(channel.socket.frame(2, message[:50], False) + channel.socket.frame(9, b"ping") +
                                  channel.socket.frame(0, message[50:]))
    ok(channel.until("split\r\n"), "a message in two frames with a ping between them")
    channel.socket.send(b"short")
    channel.socket.send(message[:-1] + b"X")
    channel.socket.send(encode("output_stream_data", 1, 0, OUTPUT, b"echo wro''ng\r"))
    channel.socket.send(b"text", text=True)
    channel.type("echo ri''ght\r")
    ok("wrong" not in channel.until("right\r\n"), "messages that are not right are dropped")
    channel.type("exit\r")
    channel.until_closed()
    early = encode("input_stream_data", 0, 0, OUTPUT, b"echo ear''ly\r")
    answer = service.start()
    channel = Channel()
    frames = WebSocket.frame(1, opening(answer)) + WebSocket.frame(2, early)
    channel.socket, channel.next = WebSocket(service.port, target_of(answer), early=frames), 1
    ok(channel.until("early\r\n"), "frames that come with the request are not lost")
    channel.type("exit\r")
    channel.until_closed()


def open_files(pid):
    return sorted(os.listdir(f"/proc/{pid}/fd"))


def children(pid):
    found = []
    for name in filter(str.isdigit, os.listdir("/proc")):
        with contextlib.suppress(OSError), open(f"/proc/{name}/stat", encoding="utf-8", errors="replace") as stat:
            if stat.read().rpartition(")")[2].split()[1] == str(pid):
                found.append(int(name))
    return found


def is_gone(pid):
    """Waits for the end of a process that was killed: it may be a zombie that nobody asks for."""
    with contextlib.suppress(OSError):
        until = time.monotonic() + TIMEOUT
        while time.monotonic() < until:
            with open(f"/proc/{pid}/stat", encoding="utf-8") as stat:
                if stat.read().rpartition(")")[2].split()[0] == "Z":
                    return True
        return False
    return True


def check_many(service):
    """Hundreds one after the other, in all the ways in which they end."""
    files = len(open_files(service.pid))
    for number in range(300):
        if number % 3 == 0:
            channel = service.open(service.start(COMMAND, command="echo x"))
        else:
            channel = service.open(service.start())
        channel.step()
        if number % 3 == 1:
            channel.type("exec true\r")
        if number % 3 == 2:
            service.call("TerminateSession", SessionId=channel.session)
        channel.until_closed()
        channel.socket.close()
    channel = service.open(service.start())
    channel.type("exit\r")
    channel.until_closed()
    ending(channel)
    channel.socket.close()
    until = time.monotonic() + TIMEOUT
    while (len(open_files(service.pid)) > files or children(service.pid)) and time.monotonic() < until:
        pass
    ok(len(open_files(service.pid)) <= files and not children(service.pid), "300 sessions leave no file and no process",
       files, open_files(service.pid), children(service.pid))


def processor_time(pid):
    with open(f"/proc/{pid}/stat", encoding="utf-8") as file:
        return sum(map(int, file.read().rpartition(")")[2].split()[11:13])) / os.sysconf("SC_CLK_TCK")


def check_idle(service):
    """A session in which nothing happens costs no processor; one that is never idle would take all of a second."""
    channel = service.open(service.start())
    channel.step()
    before = processor_time(service.pid)
    time.sleep(1)
    spent = processor_time(service.pid) - before
    ok(spent < 0.5, "a session in which nothing happens takes no processor", spent)
    service.call("TerminateSession", SessionId=channel.session)
    channel.until_closed()
    channel.socket.close()


def check_end():
    """What sessions left in the background, and sessions that go on, end with the session, and with the sandbox."""
    with Service("--shell", "/bin/sh") as service:
        channel = service.open(service.start())
        channel.type("sleep 1000 & echo left=$!.\r")
        channel.until("left=$!.")
        left = int(channel.until(".").rpartition("=")[2][:-1])
        channel.type("exit\r")
        channel.until_closed()
        ok(is_gone(left), "what a shell has left in the background is killed")
        channel = service.open(service.start())
        channel.type("trap '' HUP TERM; echo shell=$$.\r")
        channel.until("shell=$$.")
        shell = int(channel.until(".").rpartition("=")[2][:-1])
        os.kill(service.pid, signal.SIGTERM)
        service.sandbox.process.wait(30)
        ok(is_gone(shell), "a shell that goes on ends with the sandbox")


def main():
    with Service("--shell", "/bin/sh") as service:
        for check in [check_shell, check_commands, check_documents, check_tokens, check_upgrades, check_resume, check_table,
                      check_wrong, check_many, check_idle]:
            check(service)
    check_end()
    done()


main()
