"""session-manager-plugin as its callers call it: their arguments, the official lines, signals, and what is survived."""
import contextlib
import json
import os
import re
import select
import shutil
import signal
import socket
import threading

from fault_server import closed_port
from plugin_world import BUILD_DIR, LIMIT, PLUGIN, REGION, TARGET, VARIABLE, World, exits, open_terminal, read_terminal, starts, wait_for
from tap import done, is_equal, ok

TYPED = b"echo $((6 * 7)); exit\n"             # in one line: the echo of a second one would fall where it likes
CUTS = ["--fault", "rst:after=4", "--fault", "close:after=9"]
COMMAND = ["--document-name", "AWS-StartNonInteractiveCommand", "--parameters"]


def three(document):
    return [json.dumps(document), REGION, "StartSession"]


def six(document, endpoint, request=f'{{"Target":"{TARGET}"}}', profile=""):
    return [*three(document), profile, request, endpoint]


def is_whole(got, document):
    """The official lines around a shell's output, and nothing else."""
    name = document.get("SessionId") or document["sessionId"]
    code, out, err = got
    return code == 0 and err == "" and out.startswith(starts(name)) and out.endswith(exits(name)) and \
        out.count("\n42\r\n") + out.count("\r\n42\r\n") >= 1


def check_callers(world):
    """Copilot's and VS Code's, the AWS CLI's, ECS's, Ansible's and Packer's."""
    lower = lambda document: {name[0].lower() + name[1:]: text for name, text in document.items()}
    callers = {
        "three arguments, keys of small letters (VS Code)": lambda d: three(lower(d)),
        "the endpoint in use, a request of much (the AWS CLI)": lambda d: six(
            d, world.endpoint, json.dumps({"Target": TARGET, "DocumentName": "d", "Parameters": {"a": ["b"]}})),
        "the endpoint of ECS (aws ecs execute-command)": lambda d: six(
            lower(d), f"https://ecs.{REGION}.amazonaws.com", '{"Target":"ecs:c_t_r"}'),
        "a boto3 answer (Ansible)": lambda d: six({**d, "ResponseMetadata": {"HTTPHeaders": {"a": "b"}}}, world.endpoint),
        "the StreamUrl as the endpoint (Packer)": lambda d: six(d, d["StreamUrl"]),
        "a request of nothing": lambda d: six(d, world.endpoint, "{}"),
        "a request that is none": lambda d: six(d, world.endpoint, ""),
        "a profile that there is not": lambda d: six(d, world.endpoint, profile="nobody"),
        "four arguments": lambda d: [*three(d), ""],
    }
    for title, arguments in callers.items():
        document = world.session()
        got = world.run(arguments(document), TYPED)
        ok(is_whole(got, document), title, got)


def check_variable(world):
    document = world.session()
    name = VARIABLE + "_1"
    run = world.start([name, REGION, "StartSession"], **{name: json.dumps(document)})
    first = run.stdout.readline() + run.stdout.readline()
    with open(f"/proc/{run.pid}/environ", "rb") as file:
        kept = file.read()
    out, err = run.communicate(TYPED, timeout=LIMIT)
    ok(is_whole((run.returncode, (first + out).decode(), err.decode()), document), "a variable of the environment", first + out, err)
    ok(document["TokenValue"].encode() not in kept, "which is gone from it")


def check_arguments(world):
    document = world.session()
    run = world.start(six(document, world.endpoint), plugin=PLUGIN)
    run.stdout.readline()
    run.stdout.readline()
    with open(f"/proc/{run.pid}/cmdline", "rb") as file:
        shown = file.read().decode().split("\0")
    run.communicate(b"exit\n", timeout=LIMIT)
    want = [PLUGIN, *six({**document, "TokenValue": "*" * len(document["TokenValue"])}, world.endpoint), ""]
    is_equal(shown, want, "a token of the command line is shown to nobody, all else of it is")
    document = world.session()
    response, token = json.dumps(document), document["TokenValue"]
    escaped = "".join(f"\\u{ord(character):04X}" for character in token)
    run = world.start([response.replace(token, escaped), REGION, "StartSession"], plugin=PLUGIN)
    run.stdout.readline()
    run.stdout.readline()
    with open(f"/proc/{run.pid}/cmdline", "rb") as file:
        shown = file.read().decode().split("\0")
    run.communicate(b"exit\n", timeout=LIMIT)
    is_equal((run.returncode, shown[1]), (0, response.replace(token, "*" * len(escaped))), "nor is one with JSON's escapes")


def check_foreign_id(world):
    """At a terminal; a program has it as it is."""
    document = {**world.session(*COMMAND, '{"command":["seq 3"]}'), "SessionId": "a\x1b]0;b\x07c"}
    master, slave = open_terminal()
    run = world.start(three(document), stdout=slave)
    os.close(slave)
    seen = read_terminal(master).decode().replace("\r\n", "\n")
    run.communicate(timeout=LIMIT)
    shown = r"a\x1b]0;b\x07c"
    is_equal((run.returncode, seen), (0, starts(shown) + "1\n2\n3\n" + exits(shown)), "an id that would control the terminal")
    document = {**world.session(*COMMAND, '{"command":["seq 3"]}'), "SessionId": document["SessionId"]}
    is_equal(world.run(three(document))[1].splitlines()[1], starts(document["SessionId"]).splitlines()[1], "is as it is in a pipe")


def check_hangup(world):
    """The official client never says anything on standard error."""
    run = world.start(three(world.session()))
    wait_for(run.stdout, b"$ " if os.geteuid() else b"# ")
    run.send_signal(signal.SIGHUP)
    _, err = run.communicate(timeout=LIMIT)
    is_equal((run.returncode, err), (-signal.SIGHUP, b""), "SIGHUP: nothing on standard error that is no terminal")


def check_command(world):
    """Its code is passed on, its outputs are apart."""
    document = world.session(*COMMAND, '{"command":["sh -c \\"echo out; echo err >&2; exit 3\\""],"separateOutputStream":["true"]}')
    name = document["SessionId"]
    is_equal(world.run(three(document)), (3, starts(name) + "out\n" + exits(name), "err\n"), "a command's outputs and code")
    document = world.session(*COMMAND, '{"command":["seq 3"]}')
    name = document["SessionId"]
    is_equal(world.run(three(document)), (0, starts(name) + "1\n2\n3\n" + exits(name), ""), "a command's output")


def check_ansible(world):
    """Input from a pipe, output to a terminal of no size; it says exit, and waits."""
    document = world.session()
    master, slave = open_terminal()
    run = world.start(six(document, world.endpoint), stdout=slave)
    os.close(slave)
    run.stdin.write(b"stty size; echo $((6 * 7))\n")
    seen = b""
    while b"\n42\r" not in seen and select.select([master], [], [], LIMIT)[0]:
        seen += os.read(master, 65536)
    run.stdin.write(b"\nexit\n")
    run.stdin.close()
    seen = (seen + read_terminal(master)).replace(b"\r\r\n", b"\r\n").decode().replace("\r\n", "\n")
    code, err = run.wait(LIMIT), run.stderr.read()
    run.stderr.close()
    name = document["SessionId"]
    ok(seen.startswith(starts(name)) and seen.endswith(exits(name)) and "\n42\n" in seen, "Ansible's pipe and terminal", seen)
    is_equal((code, err), (0, b""), "and nothing on standard error")
    ok(re.search(r"\n(24 80|0 0)\n", seen), "a terminal of no size tells none", seen)


def check_keys(world):
    """Signals that the caller ignored are keys of the node's terminal."""
    for number, shown, code in (signal.SIGINT, b"^C", 130), (signal.SIGQUIT, b"^\\", 131):
        run = world.start(three(world.session()))
        run.stdin.write(b"sh -c 'echo r''eady; exec sleep 1000'\n")
        run.stdin.flush()
        wait_for(run.stdout, b"\r\nready\r\n")
        run.send_signal(number)
        wait_for(run.stdout, shown)
        run.stdin.write(b"echo code $?\n")
        run.stdin.flush()
        seen = wait_for(run.stdout, f"code {code}\r\n".encode())
        ok(f"code {code}\r\n".encode() in seen, f"{number.name} in a shell is the node's", seen)
        run.communicate(b"exit\n", timeout=LIMIT)
        is_equal(run.returncode, 0, "whose session goes on")


def fill(pipe):
    """Until nothing more is taken: a second without is enough, for what is to come must hold with less, too."""
    os.set_blocking(pipe.fileno(), False)
    for _ in range(1024):
        if not select.select([], [pipe], [], 1)[1]:
            return
        with contextlib.suppress(BlockingIOError):
            os.write(pipe.fileno(), 65536 * b"x")


def check_keys_without_room(world):
    """Signals that nobody has room for are no end of a session."""
    run = world.start(three(world.session()))
    run.stdin.write(b"stty raw -echo; sh -c 'echo r''eady; exec sleep 1000'\n")
    run.stdin.flush()
    wait_for(run.stdout, b"\nready\n")
    fill(run.stdin)
    for number in signal.SIGINT, signal.SIGQUIT:
        run.send_signal(number)
    ended = select.select([run.stdout], [], [], 1)[0]
    is_equal((ended, run.poll()), ([], None), "a full line: SIGINT and SIGQUIT are lost, and the session goes on")
    run.kill()
    run.communicate()


def echo_once(server):
    with server.accept()[0] as connection:
        connection.sendall(b"hello\n")
        while data := connection.recv(65536):
            connection.sendall(data)


def check_port(world):
    """Any of the keyboard's signals is the end of a port session."""
    for number in signal.SIGINT, signal.SIGQUIT, signal.SIGTSTP:
        server = socket.create_server(("127.0.0.1", 0))
        thread = threading.Thread(target=echo_once, args=(server,), daemon=True)
        thread.start()
        document = world.session("--document-name", "AWS-StartSSHSession", "--parameters",
                                 f"portNumber={server.getsockname()[1]}")
        name = document["SessionId"]
        run = world.start(six(document, world.endpoint))
        seen = wait_for(run.stdout, b"hello\n")
        run.send_signal(number)
        out, err = run.communicate(timeout=LIMIT)
        thread.join(LIMIT)
        is_equal((run.returncode, (seen + out).decode(), err, thread.is_alive()),
                 (0, starts(name) + "hello\nTerminate signal received, exiting.\n" + exits(name), b"", False),
                 f"{number.name} ends a port session")
        server.close()


def check_refused(world):
    document = world.session("--document-name", "AWS-StartSSHSession", "--parameters", f"portNumber={closed_port()}")
    name = document["SessionId"]
    code, out, err = world.run(three(document))
    ok(code == 1 and out.startswith(f"{starts(name)}\n\nSessionId: {name} : ") and out.endswith("Connection refused\n\n"),
       "a target that refuses: why, and 1", code, out)
    ok(err.startswith("session-manager-plugin: ") and err.count("\n") == 1, "for whom standard output is no terminal, again", err)


def check_terminated(world):
    """By somebody else."""
    document = world.session()
    name = document["SessionId"]
    run = world.start(six(document, world.endpoint))
    seen = wait_for(run.stdout, b"$ " if os.geteuid() else b"# ")
    world.terminate(name)
    out, err = run.communicate(timeout=LIMIT)
    is_equal((run.returncode, (seen + out).decode()[len(starts(name)) + 2:], err), (0, exits(name), b""), "somebody ends the session")


def check_over():
    """The service has forgotten it when it is to be resumed."""
    with World("--fault", "rst:after=3", "--fault", "no-token") as world:
        document = world.session()
        name = document["SessionId"]
        code, out, err = world.run(six(document, world.endpoint), b"sleep 2; seq 20; sleep 2; seq 20\n")
        ok(code == 1 and out.startswith(starts(name)) and out.endswith(f"Session: {name} timed out.\n") and
           err.startswith("session-manager-plugin: ") and err.count("\n") == 1, "a session that the service has forgotten", code, out, err)


def check_cuts():
    """Connections that are lost are nobody's business, as long as they come back."""
    with World(*CUTS) as world:
        document = world.session()
        got = world.run(six(document, f"https://ecs.{REGION}.amazonaws.com"), b"i=0; while [ $i -lt 30 ]; do i=$((i+1)); "
                        b"echo line $i; sleep 0.05; done; echo $((6 * 7)); exit\n")
        lines = re.findall(r"^line (\d+)\r$", got[1], re.M)
        ok(is_whole(got, document) and lines == [str(n) for n in range(1, 31)],
           "a shell over connections that are cut, though the endpoint is that of ECS", got)


def check_installed():
    """Where the package has it, and a link to it from elsewhere: the tools are those of its own bin."""
    with World(*CUTS) as world:
        for directory, names in ("usr/bin", [name for name in os.listdir(BUILD_DIR) if re.fullmatch("ssm-[a-z-]+", name)]), \
                ("usr/libexec/ssm-tools", ["session-manager-plugin"]):
            os.makedirs(world.path(directory))
            for name in names:
                shutil.copy(os.path.join(BUILD_DIR, name), world.path(directory))
        link = world.path("plugin")
        os.symlink(world.path("usr/libexec/ssm-tools/session-manager-plugin"), link)
        document = world.session()
        got = world.run(six(document, world.endpoint), b"sleep 1; seq 3 9; sleep 1; echo $((6 * 7)); exit\n", plugin=link)
        ok(is_whole(got, document), "installed apart, by a link, with cuts", got)


def main():
    with World() as world:
        check_callers(world)
        check_variable(world)
        check_arguments(world)
        check_foreign_id(world)
        check_hangup(world)
        check_command(world)
        check_ansible(world)
        check_keys(world)
        check_keys_without_room(world)
        check_port(world)
        check_refused(world)
        check_terminated(world)
    check_over()
    check_cuts()
    check_installed()
    done()


main()
