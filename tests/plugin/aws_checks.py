"""The AWS CLI, with session-manager-plugin on its PATH: shells, commands, ssh, ports and containers."""
import os
import re
import signal
import socket
import subprocess
import threading

from aws_cli import find_aws
from plugin_world import LIMIT, TARGET, World, exits, starts, wait_for
from sshd import Sshd
from tap import done, is_equal, ok, skip
from typist import Typist

TASK = "0a1b2c3d4e5f4a6b8c7d000000000001"
INSTALLED = "\nThe Session Manager plugin was installed successfully. Use the AWS CLI to start a session.\n\n"
STARTED = re.compile(r"\nStarting session with SessionId: (\S+)\n")
DATA = bytes(range(256)) * 100 + b"\n"


def start_session(aws, world, *arguments):
    return [aws, "--endpoint-url", world.endpoint, "ssm", "start-session", "--target", TARGET, *arguments]


def run(command, world, typed=b""):
    got = subprocess.run(command, input=typed, capture_output=True, env=world.environment, timeout=LIMIT, check=False)
    return got.returncode, got.stdout.decode(), got.stderr.decode()


def session_of(out):
    found = STARTED.search(out)
    return found.group(1) if found else "none"


def check_shell(aws, world, title):
    """Typed at a terminal, and Ctrl-C for the node; it is as it was at the end."""
    typist = Typist(None, command=start_session(aws, world), environment=world.environment)
    try:
        name = typist.sees(rb"\r\nStarting session with SessionId: (\S+)\r\n")
        ok(name and typist.sees(rb"[#$] ") and typist.is_raw(), f"{title}: a shell", typist.seen)
        typist.type(b"i=0; while [ $i -lt 20 ]; do i=$((i+1)); echo line $i.; sleep 0.05; done; sleep 100\r")
        ok(typist.sees(rb"\nline 20\.\r"), f"{title}: what is typed is run", typist.seen)
        typist.type(b"\x03")
        ok(typist.sees(rb"\^C\r\n"), f"{title}: Ctrl-C is the node's", typist.seen)
        typist.type(b"exit\r")
        line = name and rb"\r\n\r\nExiting session with sessionId: " + name.group(1) + rb"\.\r\n\r\n"
        ok(line and typist.sees(line), f"{title}: its end", typist.seen)
        is_equal((typist.wait(), typist.is_restored()), (0, True), f"{title}: and the terminal's")
    finally:
        typist.close()


def check_pipe(aws, world, title):
    code, out, err = run(start_session(aws, world), world, b"seq 11 13; sleep 1; echo $((6 * 7)); exit\n")
    name = session_of(out)
    ok((code, err) == (0, "") and out.startswith(starts(name)) and out.endswith(exits(name)) and "\n11\r\n12\r\n13\r\n" in
       out.replace("# ", "").replace("$ ", "") and "42\r\n" in out, f"{title}: a script on standard input", code, out, err)


def check_command(aws, world, title):
    code, out, err = run(start_session(aws, world, "--document-name", "AWS-StartNonInteractiveCommand", "--parameters",
                                       '{"command":["seq 4"]}'), world)
    name = session_of(out)
    is_equal((code, out, err), (0, starts(name) + "1\n2\n3\n4\n" + exits(name), ""), f"{title}: a command")
    code, out, err = run(start_session(aws, world, "--document-name", "AWS-StartNonInteractiveCommand", "--parameters",
                                       '{"command":["sh -c \\"echo x >&2; exit 3\\""],"separateOutputStream":["true"]}'), world)
    name = session_of(out)
    ok((code, out) == (255, starts(name) + exits(name)) and "x\n" in err and
       "returned non-zero exit status 3." in err, f"{title}: a command's code, as the CLI tells it", code, out, err)


def check_ssh(aws, world, title):
    daemon = Sshd([TARGET], {"SESSION": "1"})
    why = daemon.start()
    if why:
        skip(f"{title}: ssh", why)
        return
    try:
        with open(daemon.path("client"), encoding="utf-8") as file:
            port = next(line.split()[1] for line in file if line.startswith("Port "))
        proxy = " ".join([*start_session(aws, world), "--document-name AWS-StartSSHSession --parameters portNumber=" + port])
        got = subprocess.run([*daemon.ssh_command.split(), "-o", f"ProxyCommand={proxy}", TARGET, "cksum; exit 7"], input=DATA,
                             capture_output=True, env=world.environment, timeout=LIMIT, check=False)
        want = subprocess.run(["cksum"], input=DATA, capture_output=True, check=True).stdout
        is_equal((got.returncode, got.stdout), (7, want), f"{title}: ssh, with the CLI's session as its ProxyCommand", got.stderr)
    finally:
        daemon.stop()


def echo(server):
    with server:
        for _ in range(2):
            with server.accept()[0] as connection:
                while data := connection.recv(65536):
                    connection.sendall(data)


def check_port(aws, world, title):
    """Two connections through the port that it opens; Ctrl-C, which the CLI ignores, is the end."""
    server = socket.create_server(("127.0.0.1", 0))
    threading.Thread(target=echo, args=(server,), daemon=True).start()
    run_ = subprocess.Popen(start_session(aws, world, "--document-name", "AWS-StartPortForwardingSession", "--parameters",
                                          f'portNumber={server.getsockname()[1]}'), stdin=subprocess.DEVNULL, bufsize=0,
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=world.environment, start_new_session=True)
    seen = wait_for(run_.stdout, b"Waiting for connections...\n")
    port = re.search(rb"\nPort (\d+) opened for sessionId ", seen)
    got = []
    for _ in range(2 if port else 0):
        with socket.create_connection(("127.0.0.1", int(port.group(1)))) as connection:
            connection.settimeout(LIMIT)
            threading.Thread(target=lambda: connection.sendall(DATA), daemon=True).start()
            back = b""
            while len(back) < len(DATA) and (data := connection.recv(65536)):
                back += data
            got.append(back == DATA)
    os.killpg(run_.pid, signal.SIGINT)
    out, err = run_.communicate(timeout=LIMIT)
    out = (seen + out).decode()
    name = session_of(out)
    is_equal(got, [True, True], f"{title}: two connections to a port", err)
    is_equal((run_.returncode, re.sub(r"^Port \d+ opened", "Port PORT opened", out, flags=re.M), err), (0, starts(name) +
             f"Port PORT opened for sessionId {name}.\nWaiting for connections...\n\nConnection accepted for session [{name}]\n"
             f"Terminate signal received, exiting.\n{exits(name)}", b""), f"{title}: what is said of it")


def check_container(aws, world, title):
    command = [aws, "--endpoint-url", world.environment["AWS_ENDPOINT_URL_ECS"], "ecs", "execute-command", "--interactive",
               "--command", "sh -c 'read a; seq 11 13; sleep 1; echo $((6 * 7))'", "--task", TASK]
    code, out, err = run(command, world, b"x\n")
    name = session_of(out)
    is_equal((code, out, err), (0, INSTALLED + starts(name) + "x\r\n11\r\n12\r\n13\r\n42\r\n" + exits(name), ""),
             f"{title}: aws ecs execute-command")


def check_all(title, *options):
    aws, _ = find_aws()
    with World("--stream-url", "local", *options) as world:
        for check in check_shell, check_pipe, check_command, check_ssh, check_port, check_container:
            check(aws, world, title)
    done()
