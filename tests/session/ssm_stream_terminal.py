"""ssm-stream at terminals and without one, in sessions of the sandbox: what is typed is the node's, and the terminal is
as it was at every end.

A session's shell is a real one, behind the sandbox's agent. Nothing here waits for time: a test waits for what the shell
prints, or for the process.
"""
import fcntl
import json
import os
import pty
import re
import resource
import select
import signal
import struct
import subprocess
import tempfile
import termios
import time
import urllib.request

from tap import done, is_equal, ok, together
from terminal_screen import Screen
from typist import PATIENCE, TOOL, Service, Typist

LEAVES = "the session goes on"


def begun(service, *options, **how):
    """At work: the shell has printed its prompt, and the keys are its."""
    return at_work(Typist(service, *options, **how))


def at_work(typist):
    ok(typist.sees(rb"[$#] ") and typist.is_raw(), "a shell, and a raw terminal", typist.seen)
    return typist


def check_keys(service):
    typist = begun(service, size=(31, 97))
    typist.type(b"stty size; echo one-$((1 + 1))\r")
    ok(typist.sees(rb"31 97\r\n") and typist.sees(rb"one-2\r\n"), "what is typed is the shell's, which knows the size", typist.seen)
    typist.type(b"sh -c 'trap \"echo got-$((6 * 7)); exit\" INT; echo loop-$((1 + 2)); while :; do sleep 0.1; done'\r")
    ok(typist.sees(rb"loop-3\r\n"), "a program that runs", typist.seen)
    typist.type(b"\x03")
    ok(typist.sees(rb"got-42"), "Ctrl-C is a byte for the node", typist.seen)
    fcntl.ioctl(typist.slave, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 132, 0, 0))
    typist.process.send_signal(signal.SIGWINCH)
    typist.type(b"until stty size | grep 132; do :; done\r")
    ok(typist.sees(rb"40 132\r\n"), "and so is a change of the size", typist.seen)
    typist.type(b"\r~?")
    ok(typist.sees(rb"escapes.*~\..*~d.*~\^Z.*~~"), "~? lists the escapes", typist.seen)
    typist.type(b"\r~~echo x\r")
    ok(typist.sees(rb"~echo"), "~~ is the character", typist.seen)
    typist.type(b"exit 3\r")
    is_equal((typist.wait(), typist.is_restored()), (0, True), "exit: the code, and the terminal as it was", typist.seen)
    ok(service.is_over(typist.session), "and the session is over")
    typist.close()


def check_advice(service, typist):
    """What is said of a session that was left is true: the command is in it again. Its input is over: the shell ends."""
    match = re.search(rb"the session goes on.*:\r\n(ssm-start-session --resume [^\r]*)\r\n", typist.seen, re.S)
    told = match.group(1).decode() if match else "false"
    code = subprocess.run(["sh", "-c", told], env=service.environment, stdin=subprocess.DEVNULL, capture_output=True,
                          check=False, start_new_session=True, timeout=60).returncode
    ok(code == 0 and service.is_over(typist.session), "the command that it tells is in the session", told, typist.seen)


def check_endings(service):
    """How it is ended, what comes of it, and whether the session is."""
    rows = [
        ("~.", b"~.", None, 0, True), ("~. behind a line", b"true\r~.", None, 0, True), ("~d", b"\r~d", None, 0, False),
        ("SIGTERM", None, signal.SIGTERM, -15, True), ("SIGINT", None, signal.SIGINT, -2, True),
        ("SIGHUP", None, signal.SIGHUP, -1, False), ("SIGQUIT", None, signal.SIGQUIT, -3, False),
        ("SIGSEGV", None, signal.SIGSEGV, -11, False), ("SIGABRT", None, signal.SIGABRT, -6, False),
        ("SIGUSR1", None, signal.SIGUSR1, -10, False), ("SIGXCPU", None, signal.SIGXCPU, -24, False),
    ]
    typists = [Typist(service) for _ in rows]           # the agent's first second is the same for all
    for (title, typed, number, code, over), typist in zip(rows, typists):
        at_work(typist)
        if typed:
            typist.type(typed)
        else:
            typist.process.send_signal(number)
        got = typist.wait()
        if number == signal.SIGSEGV and os.environ.get("SANITIZERS") == "yes":
            got = code if got else got          # the sanitizer's handler is next, and has a code of its own
        is_equal((got, typist.is_restored()), (code, True), f"{title}: the code, and the terminal as it was", typist.seen)
        is_equal(service.is_over(typist.session), over, f"{title}: the session is {'over' if over else 'left'}")
        if title[0] == "~":
            ok(re.search(rb"\r\nssm-stream: (ending|leaving) the session\n\r", typist.seen), "a line of its own says so", typist.seen)
        if title == "~d":
            check_advice(service, typist)
        typist.close()


def check_ignored(service):
    """What it was started to ignore neither ends it nor changes its terminal."""
    typist = begun(service, ignored=[signal.SIGUSR1, signal.SIGQUIT])
    for number in (signal.SIGUSR1, signal.SIGQUIT):
        typist.process.send_signal(number)
    typist.type(b"echo on-$((5 * 5))\r")
    ok(typist.sees(rb"on-25\r\n") and typist.is_raw(), "signals that are ignored: it goes on, raw", typist.seen)
    typist.close()


def check_suspend(service):
    for title, suspend in (("~^Z", lambda t: t.type(b"\r~\x1a")), ("SIGTSTP", lambda t: t.process.send_signal(signal.SIGTSTP))):
        typist = begun(service, ignored=[signal.SIGTSTP, signal.SIGINT])
        suspend(typist)
        # The leader of a session has nobody to wake it, so its default course stops it not: it goes on at once, raw.
        typist.type(b"echo back-$((2 * 2))\r")
        ok(typist.sees(rb"back-4\r\n") and typist.is_raw(), f"{title} in a session of its own: it goes on", typist.seen)
        typist.process.send_signal(signal.SIGSTOP)
        os.waitid(os.P_PID, typist.process.pid, os.WSTOPPED | os.WNOWAIT)
        termios.tcsetattr(typist.slave, termios.TCSANOW, typist.before)
        typist.process.send_signal(signal.SIGCONT)
        typist.type(b"echo again-$((3 * 3))\r")
        ok(typist.sees(rb"again-9\r\n") and typist.is_raw(), "SIGCONT: the terminal is raw again", typist.seen)
        typist.process.send_signal(signal.SIGINT)
        is_equal((typist.wait(), typist.is_restored()), (-2, True), "SIGINT, though it was ignored: the end", typist.seen)
        typist.close()


def check_job_control(service):
    """Under a shell with jobs, ~^Z stops it with the terminal as it was, and fg brings it back."""
    session = service.session()
    pid, master = pty.fork()
    if pid == 0:
        os.execve("/bin/sh", ["sh", "-m"], {**service.environment, "PS1": "local> "})
    typist = Typist.__new__(Typist)
    typist.master, typist.seen = master, b""
    ok(typist.sees(rb"local> "), "a shell with jobs", typist.seen)
    typist.type(b"ssm-stream --session %s\r" % session.encode())
    ok(typist.sees(rb"[$#] (?!.*local)"), "a session in its foreground", typist.seen)
    typist.type(b"\r~\x1a")
    ok(typist.sees(rb"Stopped.*local> "), "~^Z stops it", typist.seen)
    typist.type(b"stty -a | grep -o -e '-*icanon' -e '-*opost' -e '-*isig' | sort | tr '\\n' ,\n")
    ok(typist.sees(rb"\nicanon,isig,opost,"), "with the terminal as it was", typist.seen)
    typist.type(b"fg\n")
    ok(typist.sees(rb"ssm-stream"), "fg", typist.seen)
    typist.type(b"echo fore-$((5 * 5))\r")
    ok(typist.sees(rb"fore-25\r\n"), "brings it back", typist.seen)
    typist.type(b"~.")
    ok(typist.sees(rb"local> "), "and ~. behind the line ends it", typist.seen)
    typist.type(b"stty -a | grep -o ' icanon'; exit\n")
    ok(typist.sees(rb" icanon\r\n"), "with the terminal as it was", typist.seen)
    os.waitpid(pid, 0)
    os.close(master)


def check_lost_peer(service, directory):
    """A service that is gone: with --no-resume that is the end, else it is given up in time."""
    for options in ["--no-resume"], ["--give-up-after", "1"]:
        own = Service(directory)
        typist = begun(own, *options)
        own.sandbox.stop()
        is_equal((typist.wait(), typist.is_restored()), (75, True), f"a lost service, {' '.join(options)}: 75, the terminal as it was",
                 typist.seen)
        ok(LEAVES.encode() in typist.seen, "and what becomes of the session", typist.seen)
        typist.close()
    ok(service.sandbox.process.poll() is None, "the other service is there")


def check_slow_start(directory):
    """A node that lets wait: who waits is told, as long as it does."""
    service = Service(directory, "--fault", "slow:delay=5s")
    typist, quiet = Typist(service), Typist(service, "--quiet")
    screen, waits = Screen(), r"\[ssm-stream: connected; the node has not said anything yet, \d+ s\]"
    match = typist.sees(waits.encode() + rb"\x1b\[0m\x1b\[K\x1b8")
    ok(match, "a node that is silent at first: a line says so", typist.seen)
    screen.feed(match.string[:match.end()] if match else b"")
    ok(re.fullmatch(waits, screen.lines()[-1]) and not any(screen.lines()[:-1]) and (screen.row, screen.column) == (0, 0),
       "at the bottom of the screen", screen.state())
    match = typist.sees(rb"[$#] ")
    screen.feed(match.string[:match.end()] if match else b"")
    ok(re.search(r"^\S*[$#]$", screen.lines()[0]) and not any(screen.lines()[1:]),
       "with the prompt it is gone", screen.state())
    match = quiet.sees(rb"[$#] ")
    ok(match and b"ssm-stream" not in match.string, "--quiet: nothing is said", quiet.seen)
    for one in typist, quiet:
        one.close()
    service.sandbox.stop()


def check_surroundings(service):
    """A shell that is told to end, wherever it is started."""
    bare = {name: value for name, value in service.environment.items() if name != "TERM"}
    rows = [
        ("a terminal of size 0 x 0", {"size": (0, 0)}), ("no TERM", {"environment": bare}),
        ("SIGINT and SIGTSTP ignored", {"ignored": [signal.SIGINT, signal.SIGTSTP, signal.SIGQUIT]}),
    ]
    typists = [Typist(service, **how) for _, how in rows]
    for (title, _), typist in zip(rows, typists):
        at_work(typist)
        typist.type(b"echo here-$((7 * 7)); exit\r")
        ok(typist.sees(rb"here-49\r\n"), f"{title}: what it prints", typist.seen)
        is_equal((typist.wait(), typist.is_restored()), (0, True), f"{title}: 0, and the terminal as it was")
        typist.close()


def stream(service, session, *options, data=None, **how):
    return subprocess.run([TOOL, "--session", session, *options], input=data, capture_output=True, check=False, timeout=PATIENCE,
                          env=service.environment, **({} if data is not None else {"stdin": subprocess.DEVNULL}), **how)


def check_pipes(service):
    got = stream(service, service.session(), data=b"stty -echo; PS1=\nstty size; echo end-$((8 * 8))\nexit\n")
    ok(got.returncode == 0 and b"100 300\r\n" in got.stdout and b"end-64" in got.stdout and not got.stderr,
       "a pipe: a terminal of 300 x 100 on the node", got)
    got = stream(service, service.session(), data=b"sleep 1; echo late-$((4 * 4))\n", start_new_session=True)
    ok(got.returncode == 0 and b"late-16" in got.stdout, "input that ends while a command runs, without a terminal at all", got)
    got = stream(service, service.session())
    ok(got.returncode == 0 and not got.stderr, "/dev/null: the shell is told of the end", got)
    closed = subprocess.run(["sh", "-c", '"$0" --session "$1" <&-', TOOL, service.session()], capture_output=True, check=False,
                            env=service.environment, timeout=PATIENCE)
    ok(closed.returncode == 0 and not closed.stderr, "a closed standard input: the same", closed)


def check_readers(service):
    session = service.session()
    got = subprocess.run(["sh", "-c", '{ "$0" --session "$1"; echo $? >&2; } | head -c 3', TOOL, session],
                         input=b"while :; do echo more; done\n", capture_output=True, check=False, env=service.environment,
                         timeout=PATIENCE)
    is_equal(got.stderr.strip(), b"141", "a reader that has gone ends it by SIGPIPE", got)
    ok(service.is_over(session), "and the session")
    with subprocess.Popen([TOOL, "--session", service.session(), "--ping", "1"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, env=service.environment) as process:
        process.stdout.read(1)
        process.stdout.close()
        said = process.stderr.read()
        is_equal((process.wait(PATIENCE), said), (-signal.SIGPIPE, b""), "also when the node has nothing more to say")
    check_reader_of_typist(service)
    with open("/dev/full", "wb") as full:
        got = subprocess.run([TOOL, "--session", service.session()], input=b"echo x\n", stdout=full, stderr=subprocess.PIPE,
                             check=False, env=service.environment, timeout=PATIENCE)
    ok(got.returncode == 255 and b"cannot write standard output" in got.stderr, "a full disk is no success", got)
    session = service.session()
    with tempfile.TemporaryFile() as file:
        got = subprocess.run([TOOL, "--session", session], input=b"seq 10000\n", stdout=file, stderr=subprocess.PIPE, check=False,
                             env=service.environment, timeout=PATIENCE,
                             preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000)))
    ok(got.returncode == 255 and b"cannot write standard output: File too large" in got.stderr and service.is_over(session),
       "nor is a file that may not grow: the session is ended", got)


def check_reader_of_typist(service):
    """What is typed comes from a terminal, what is printed goes to a pipe."""
    typist = Typist(service, command=["sh", "-c", '{ "$0" --session "$1" --ping 1; echo code-$? >&2; } | head -c 1', TOOL,
                                      service.session()])
    ok(typist.sees(rb"code-141"), "and when its input is a terminal, at which nobody types", typist.seen)
    ok(typist.is_restored(), "which is as it was", typist.seen)
    typist.close()


def check_stopped_reader(service, directory):
    """Who reads all that it says has stopped: it is resumed nevertheless, and a signal ends it."""
    session, events = service.session(), os.path.join(directory, "stopped-events")
    with open(session, encoding="utf-8") as file:
        name = json.load(file)["SessionId"]
    read, write = os.pipe()
    with subprocess.Popen([TOOL, "--session", session, "--events", events], stdin=subprocess.PIPE, stdout=write, stderr=write,
                          env=service.environment) as process:
        process.stdin.write(b"yes\n")
        process.stdin.flush()
        comes(lambda: not select.select([], [write], [], 0)[1])
        urllib.request.urlopen(service.environment["AWS_ENDPOINT_URL_SSM"] + "/sandbox/faults/now",
                               f"rst:session={name}".encode(), PATIENCE).close()
        ok(comes(lambda: '"Resumed"' in text_of(events)), "a reader of everything that has stopped: it is resumed", text_of(events))
        process.send_signal(signal.SIGTERM)
        ok(comes(lambda: process.poll() == -signal.SIGTERM), "and a signal ends it", process.poll())
        process.kill()
    ok(service.is_over(session), "and the session")
    os.close(read)
    os.close(write)


def comes(is_there):
    until = time.monotonic() + PATIENCE
    while not is_there() and time.monotonic() < until:
        time.sleep(0.01)
    return is_there()


def text_of(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


def check_late_reader(service, directory):
    """One who reads when the node has long begun gets it at the network's speed, not at that of repetitions."""
    printed = os.path.join(directory, "printed")
    with subprocess.Popen([TOOL, "--session", service.session()], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, env=service.environment) as process:
        process.stdin.write(b"stty -echo; seq 1000000; : > %s; echo all-$((7 * 7))\n" % printed.encode())
        process.stdin.flush()
        late, until, out = time.monotonic() + 1.5, time.monotonic() + 5 * PATIENCE, b""    # repetitions take twice as long
        while not os.path.exists(printed) and time.monotonic() < late:      # a node that is told to wait is not done yet
            time.sleep(0.01)
        while b"all-49" not in out[-100:] and select.select([process.stdout], [], [], max(0, until - time.monotonic()))[0]:
            out += process.stdout.read1(1 << 20)
        expected = b"".join(b"%d\r\n" % i for i in range(1, 1000001))
        ok(expected in out and b"all-49" in out, "a reader who comes late has everything soon", len(out))
        process.stdin.write(b"exit\n")
        process.stdin.close()
        is_equal((process.wait(PATIENCE), process.stderr.read()), (0, b""), "and the session goes on")


def check_linger(service):
    session = service.session()
    got = stream(service, session, "--linger", "0", "-q", data=b"")
    ok(got.returncode in (0, 255) and service.is_over(session), "--linger: the session is ended behind its input", got)


def check_events(service, directory):
    path = os.path.join(directory, "events")
    got = stream(service, service.session(), "--events", path, data=b"exit\n")
    with open(path, encoding="utf-8") as file:
        events = [json.loads(line) for line in file]
    is_equal([event["Event"] for event in events], ["Opened", "Ready", "Ended"], "events", got)
    ok(all(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", event["Time"]) for event in events), "have times", events)
    ok(events[-1]["ExitCode"] == 0 and events[-1]["BytesOut"] >= 5 and events[-1]["BytesIn"] > 0, "and counters", events)
    got = stream(service, service.session(), "--events", "/dev/full", data=b"exit\n")
    ok(got.returncode == 255 and b"events were lost" in got.stderr, "events that are lost are no success", got)
    check_pipe_of_events(service, os.path.join(directory, "pipe"))


def check_pipe_of_events(service, path):
    os.mkfifo(path)
    got = stream(service, service.session(), "--events", path, data=b"exit\n")
    is_equal((got.returncode, got.stderr.decode()), (252, f"ssm-stream: cannot write events to '{path}': nobody reads them\n"),
             "a pipe of events that nobody reads is not waited for without end")
    with open(path, encoding="utf-8", opener=lambda name, flags: os.open(name, flags | os.O_NONBLOCK)) as reader:
        got = stream(service, service.session(), "--events", path, data=b"exit\n")
        read = [json.loads(line)["Event"] for line in reader]
    is_equal((got.returncode, read), (0, ["Opened", "Ready", "Ended"]), "one that is read has them all", got)


def check_keyboard(service):
    """The document on standard input: the keyboard is the terminal."""
    session = service.session()
    pid, master = pty.fork()
    if pid == 0:
        os.execve("/bin/sh", ["sh", "-c", f"cat {session} | ssm-stream; echo code-$?"], service.environment)
    typist = Typist.__new__(Typist)
    typist.master, typist.seen = master, b""
    ok(typist.sees(rb"[$#] "), "a document on standard input", typist.seen)
    typist.type(b"echo key-$((9 * 9)); exit\r")
    ok(typist.sees(rb"key-81\r\n") and typist.sees(rb"code-0"), "and the keyboard is the terminal", typist.seen)
    os.waitpid(pid, 0)
    os.close(master)


def main():
    with tempfile.TemporaryDirectory() as directory:
        service = Service(directory)
        check_keys(service)
        check_endings(service)
        check_ignored(service)
        check_suspend(service)
        check_job_control(service)
        check_lost_peer(service, directory)
        check_slow_start(directory)
        check_surroundings(service)
        together(lambda: check_pipes(service), lambda: check_readers(service), lambda: check_linger(service),
                 lambda: check_events(service, directory), lambda: check_stopped_reader(service, directory))
        check_late_reader(service, directory)
        check_keyboard(service)
        service.sandbox.stop()
    done()


main()
