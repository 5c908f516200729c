"""Many requests in flight: order, window, back-pressure, signals and deadlines; every document accounted for.

The server holds back the answers that a test tells it to, so that no test waits for time to pass.
"""
import fcntl
import os
import re
import resource
import signal
import socket
import subprocess
import sys
import tempfile
import termios
import threading
import time

from call_cases import CALL, answer, clean_up, document, environment, take_summary
from fault_server import Reply, Server, http
from tap import done, ok, skip

BUILD = os.path.dirname(CALL)
PATIENCE = 60


class GatedServer(Server):
    """Answers /N with N's session; not before its gate is opened, when it has one."""

    def __init__(self):
        self.gates, self.failing, self.padding = {}, {}, ""
        self.flying = self.peak = self.count = 0
        self.changed = threading.Condition()
        super().__init__()

    def answer(self, peer, request, number):
        path = request[0].split(" ")[1]
        with self.changed:
            self.count += 1
            self.flying += 1
            self.peak = max(self.peak, self.flying)
            self.changed.notify_all()
        if path in self.gates:
            self.gates[path].wait(PATIENCE)
        with self.changed:
            self.flying -= 1
        peer.sendall(self.failing.get(path) or http(200, answer(f"token-of-{path[1:]}" + self.padding)))
        return True

    def wait_for(self, count):
        """Until so many requests have arrived."""
        with self.changed:
            return self.changed.wait_for(lambda: self.count >= count, PATIENCE)


    def come_to_rest(self):
        """How many requests arrived, once none but those that are held back is in flight, and none comes."""
        quiet, seen = 0, -1
        while quiet < 60:
            quiet, seen = (quiet + 1 if self.flying == 1 and self.count == seen else 0), self.count
            time.sleep(0.005)
        return seen


class Run:
    """ssm-call with documents 1 to count, each to a path of its own; some are held back."""

    def __init__(self, count, *options, held=(), failing=None, padding="", close=True, stdout=subprocess.PIPE):
        self.server = GatedServer()
        self.server.gates = {f"/{n}": threading.Event() for n in held}
        self.server.failing = {f"/{n}": reply for n, reply in (failing or {}).items()}
        self.server.padding = padding
        self.process = subprocess.Popen([CALL, "--max-attempts=1", *options], stdin=subprocess.PIPE, stdout=stdout,
                                        stderr=subprocess.PIPE, env=environment({}))
        text = "".join(document(self.server.url(f"/{n}"), id=n) for n in range(1, count + 1))
        self.feeder = threading.Thread(target=self.feed, args=(text.encode(), close), daemon=True)
        self.feeder.start()

    def feed(self, data, close):
        try:
            self.process.stdin.write(data)
            self.process.stdin.flush()
            if close:
                self.process.stdin.close()
        except BrokenPipeError:
            pass

    def open(self, *numbers):
        for n in numbers:
            self.server.gates[f"/{n}"].set()

    def line(self):
        """The id of the next answer."""
        return number(self.process.stdout.readline())

    def finish(self):
        """The ids of the answers left, what it said, its code."""
        watchdog = threading.Timer(PATIENCE, self.process.kill)
        watchdog.start()
        out = self.process.stdout.read() if self.process.stdout else b""
        err = self.process.stderr.read().decode()
        code = self.process.wait()
        watchdog.cancel()
        for gate in self.server.gates.values():
            gate.set()
        if self.process.stdout:
            self.process.stdout.close()
        self.process.stderr.close()
        try:
            self.process.stdin.close()
        except BrokenPipeError:
            pass
        return [number(text) for text in out.splitlines()], take_summary(err, 2), code


def number(text):
    found = re.search(rb'"TokenValue":"token-of-(\d+)', text)
    return int(found.group(1)) if found else text


def order():
    run = Run(8, "-j8", held=range(1, 9))
    run.server.wait_for(8)
    run.open(*range(8, 0, -1))
    got = run.finish()
    ok(got == (list(range(1, 9)), "", 0), "answers keep the order of the requests", repr(got))

    run = Run(8, "-j8", "--unordered", held=range(1, 9))
    run.server.wait_for(8)
    seen = []
    for n in range(8, 0, -1):
        run.open(n)
        seen.append(run.line())
    got = run.finish()
    ok(seen == list(range(8, 0, -1)) and got == ([], "", 0), "--unordered: answers as they come",
       repr((seen, got)))


def promptness():
    run = Run(3, "-j4", held=[2, 3], close=False)
    seen = [run.line()]
    run.open(2)
    seen.append(run.line())
    run.open(3)
    seen.append(run.line())
    run.process.stdin.close()
    got = run.finish()
    ok(seen == [1, 2, 3] and got == ([], "", 0),
       "an answer goes out when its turn has come, with standard input open and quiet", repr((seen, got)))


def limits():
    run = Run(60, "-j5", held=range(1, 61))
    run.server.wait_for(5)
    for n in range(1, 61):
        run.open(n)
    got = run.finish()
    ok(got == (list(range(1, 61)), "", 0) and run.server.peak == 5, "never more than -j requests in flight",
       repr(got), f"peak {run.server.peak}")

    run = Run(40, held=range(1, 41))
    arrived = run.server.wait_for(16)
    run.open(*range(1, 41))
    got = run.finish()
    ok(arrived and got[2] == 0 and run.server.peak == 16, "16 when nothing else is said", repr(got),
       f"peak {run.server.peak}")

    run = Run(200, "-j2", held=[1])
    all_sent = run.server.wait_for(200)
    run.open(1)
    got = run.finish()
    ok(all_sent and got == (list(range(1, 201)), "", 0), "order: one that hangs does not keep those behind it from being "
       "sent", repr(got))

    run = Run(200, "-j2", held=range(1, 201))
    run.server.wait_for(2)
    waiting = run.server.count
    run.open(*range(1, 201))
    got = run.finish()
    ok(waiting == 2 and got == (list(range(1, 201)), "", 0), "nor are more sent than may be in flight", repr(got),
       f"{waiting} sent")

    run = Run(100, "-j2", held=[1], padding="x" * (1 << 19))
    run.server.wait_for(32)
    kept = run.server.come_to_rest()
    run.open(1)
    got = run.finish()
    ok(32 <= kept <= 72 and got == (list(range(1, 101)), "", 0),
       "order: answers that wait for one are kept up to so many bytes, and no more are asked for", repr(got)[-300:],
       f"{kept} sent")


def order_and_pauses():
    """The pause of one idles no other: nobody waits for it here."""
    again = http(503, fields=["Retry-After: 40"])
    for name, paused in ("the first", [1]), ("some", [1, 2, 30, 31, 32]):
        run = Run(100, "-j2", "--max-attempts=2", failing={n: again for n in paused})
        all_sent = run.server.wait_for(100)
        run.process.send_signal(signal.SIGTERM)
        numbers, said, code = run.finish()
        missing = set(range(1, 101)) - set(numbers) - set(paused)      # two may be in flight still
        ok(all_sent and numbers == sorted(set(numbers) - set(paused)) and len(missing) <= 2 and
           said == unanswered("SIGTERM", 100 - len(numbers), 100) and code == -signal.SIGTERM,
           f"order: while {name} of 100 wait for the next attempt, all others are sent, and kept",
           repr((numbers, said, code)))


def slow_reader():
    run = Run(400, "-j4", padding="x" * 4000)
    first = run.line()
    run.server.wait_for(16)
    # a pipe, what is pending, the window, and one of each that is on its way
    bound = (65536 + 65536 + 65536) // 4000 + 16 + 4
    early = run.server.count
    got = run.finish()
    ok(first == 1 and got == (list(range(2, 401)), "", 0), "a slow reader gets everything in the end",
       repr(got)[:300])
    ok(early <= bound, "and before it read no more was asked for than the pipe and the window hold",
       f"{early} requests, at most {bound} expected")


def reader_gone():
    run = Run(400, "-j4", padding="x" * 4000)
    seen = [run.line() for _ in range(3)]
    run.process.stdout.close()
    run.process.stdout = None
    got = run.finish()
    ok(seen == [1, 2, 3] and got == ([], "", -signal.SIGPIPE) and run.server.count < 400,
       "a reader that has what it wanted ends the run by SIGPIPE, quietly", repr((seen, got)),
       f"{run.server.count} requests")

    run = Run(2, "-j2", held=[2], close=False)
    first = run.line()
    run.process.stdout.close()
    run.process.stdout = None
    got = run.finish()
    ok(first == 1 and got == ([], "", -signal.SIGPIPE),
       "also while nothing is there to be written and an answer is waited for", repr((first, got)))


def unanswered(name, lost, total):
    return f"ssm-call: ended by {name} with {lost} of {total} requests unanswered\n"


def signals():
    run = Run(8, "-j8", "--unordered", held=[3, 6], close=False)
    seen = sorted(run.line() for _ in range(6))
    run.process.send_signal(signal.SIGTERM)
    got = run.finish()
    ok(seen == [1, 2, 4, 5, 7, 8] and got == ([], unanswered("SIGTERM", 2, 8), -signal.SIGTERM),
       "SIGTERM: what was answered is out, the rest is counted", repr((seen, got)))

    run = Run(300, "-j8", held=[5, 200], close=False)
    first = run.line()
    run.server.wait_for(20)
    run.process.send_signal(signal.SIGINT)
    numbers, said, code = run.finish()
    lost = re.fullmatch(r"ssm-call: ended by SIGINT with (\d+) of (\d+) requests unanswered\n", said)
    whole = lost is not None and 1 + len(numbers) + int(lost.group(1)) == int(lost.group(2))
    ok(first == 1 and whole and code == -signal.SIGINT and numbers == sorted(set(numbers)),
       "SIGINT in the middle: answers in order and those without one add up", repr((numbers, said, code)))

    run = Run(400, "-j4", padding="x" * 4000)
    run.server.wait_for(16)
    run.process.send_signal(signal.SIGHUP)
    code = run.process.wait(PATIENCE)
    run.finish()
    ok(code == -signal.SIGHUP, "SIGHUP ends it also while nobody reads its output", repr(code))

    run = Run(0, close=False)
    while not waits_for_signals(run.process.pid):
        time.sleep(0.005)
    run.process.send_signal(signal.SIGTERM)
    got = run.finish()
    ok(got == ([], "", -signal.SIGTERM), "with nothing to do it ends by SIGTERM and says nothing", repr(got))


def wait_for_output(run, count):
    """Until so many bytes wait to be read."""
    waiting, end = bytearray(4), time.monotonic() + PATIENCE
    while int.from_bytes(waiting, sys.byteorder) < count and time.monotonic() < end:
        fcntl.ioctl(run.process.stdout, termios.FIONREAD, waiting)
        time.sleep(0.005)


LOST = (r"ssm-call: ended by SIGTERM with (?:(\d+) of \d+ requests unanswered)?(?: and )?(?:(\d+) answers? not written"
        r"(, but for (?:its beginning|the beginning of the first))?)?\n")


def half_records():
    """A record that was begun is ended, if its reader reads on; what is lost is counted."""
    for name, count, held in ("one", 1, []), ("three", 3, []), ("two, of which one has no answer", 2, [2]):
        run = Run(count, "-j4", held=held, padding="x" * (1 << 20), close=False)
        run.server.wait_for(count)
        wait_for_output(run, 65536)
        run.process.send_signal(signal.SIGTERM)
        code = run.process.wait(PATIENCE)
        said = run.finish()[1]
        lost = re.fullmatch(LOST, said)
        ok(code == -signal.SIGTERM and lost is not None and lost.group(3) is not None and
           int(lost.group(1) or 0) + int(lost.group(2)) == count and int(lost.group(1) or 0) >= len(held),
           f"half a record: SIGTERM while nobody reads: {name}", repr(said), code)

    run = Run(6, "-j4", padding="x" * (1 << 20), close=False)
    run.server.wait_for(6)
    wait_for_output(run, 65536)
    run.process.send_signal(signal.SIGTERM)
    numbers, said, code = run.finish()
    lost = re.fullmatch(f"(?:{LOST})?", said)
    whole = lost is not None and 6 - int(lost.group(1) or 0) - int(lost.group(2) or 0)
    ok(lost is not None and len(numbers) == whole and numbers == sorted(set(numbers)) and code == -signal.SIGTERM,
       "half a record: none, when its reader reads on", repr((numbers, said, code))[-300:])

    run = Run(3, "-j4", "--deadline=5", padding="x" * (1 << 20))
    run.server.wait_for(3)
    code = run.process.wait(PATIENCE)
    got = run.finish()
    ok(code == 75 and re.fullmatch(r"(ssm-call: record . .*: no answer before the deadline of 5 s\n)*ssm-call: at the "
       r"deadline of 5 s: [123] answers? not written, but for (the beginning of the first|its beginning)\n", got[1]),
       "half a record: a deadline while nobody reads", repr(got)[-300:], code)


def waits_for_signals(pid):
    """Whether SIGTERM is blocked, to be read with the rest: of a process whose descriptors are not for us to see."""
    with open(f"/proc/{pid}/status", encoding="utf-8") as status:
        blocked = next(line.split()[1] for line in status if line.startswith("SigBlk:"))
    return int(blocked, 16) >> (signal.SIGTERM - 1) & 1 == 1


def full_backlog():
    """A port that lets nobody in any more."""
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen(0)
    others = []
    for _ in range(3):
        other = socket.socket()
        other.setblocking(False)
        other.connect_ex(listener.getsockname())
        others.append(other)
    return listener, others


def connecting(port):
    """How many wait to be let in."""
    with open("/proc/net/tcp", encoding="ascii") as table:
        rows = [line.split() for line in table]
    return sum(row[2] == f"0100007F:{port:04X}" and row[3] == "02" for row in rows[1:])


def stalled_connect():
    listener, others = full_backlog()
    port = listener.getsockname()[1]
    before, text = connecting(port), document(f"http://127.0.0.1:{port}/")
    with subprocess.Popen([CALL], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          env=environment({})) as process:
        process.stdin.write(text.encode())
        process.stdin.flush()
        while connecting(port) == before:
            time.sleep(0.005)
        process.send_signal(signal.SIGTERM)
        out, err = process.communicate(timeout=PATIENCE)
    for each in (listener, *others):
        each.close()
    ok((out, process.returncode) == (b"", -signal.SIGTERM) and err.decode() == unanswered("SIGTERM", 1, 1),
       "SIGTERM ends a connection that is never made", repr((out, err, process.returncode)))


def deadlines():
    run = Run(3, "-j3", "--deadline=8", held=[2], close=False)
    inline = Run(2, "-j2", "--deadline=8", "--errors=inline", held=[2])
    got = run.finish()
    expected = ('ssm-call: record 2 (id 2): no answer before the deadline of 8 s\n'
                'ssm-call: standard input was not read to its end before the deadline of 8 s\n')
    ok(got == ([1, 3], expected, 75), "--deadline: each document has its answer or its message", repr(got))

    out, err, code = inline.finish()
    ok(out[0] == 1 and len(out) == 2 and b'"Code":"DeadlineExceeded"' in out[1] and
       b'"Retryable":true,"ExitCode":75' in out[1] and code == 75, "and with --errors inline its line",
       repr((out, err, code)))

    run = Run(2, "-j2", "--deadline=100")
    got = run.finish()
    ok(got == ([1, 2], "", 0), "a deadline that is far away changes nothing", repr(got))


REFUSED = http(400, '{"__type":"V","message":"m"}')


def failures():
    failing = {n: REFUSED for n in range(3, 40, 4)}
    run = Run(40, "-j8", "--errors=inline", "-q", failing=failing)
    out, err, code = run.finish()
    shape = [n if isinstance(n, int) else "error" for n in out]
    expected = ["error" if n in failing else n for n in range(1, 41)]
    ok((shape, err, code) == (expected, "", 254), "--errors inline: one line out for each line in, in order",
       repr((shape, err, code)))

    run = Run(40, "-j8", failing=failing)
    out, err, code = run.finish()
    said = [f"ssm-call: record {n} (id {n}): V: m (request id req-1)" for n in failing]
    ok((out, code) == ([n for n in range(1, 41) if n not in failing], 254) and err.splitlines()[:len(said)] == said,
       "each failure is told with its record's number", repr((out, err, code)))

    run = Run(40, "-j8", "--fail-fast", failing={3: REFUSED})
    out, err, code = run.finish()
    ok((out, err, code) == ([1, 2], "ssm-call: record 3 (id 3): V: m (request id req-1)\n", 254) and
       run.server.count <= 40, "--fail-fast: the answers before the first failure, and no others",
       repr((out, err, code)))


def back_off():
    """A call that waits for its next attempt is in nobody's way."""
    run = Run(6, "-j1", "--unordered", "--max-attempts=3", failing={1: http(503)})
    out, err, code = run.finish()
    ok(out == [2, 3, 4, 5, 6] and "(reached max retries: 2)" in err and code == 75,
       "while one waits for its next attempt others are sent", repr((out, err, code)))


def rate():
    begin = time.monotonic()
    run = Run(11, "-j11", "--rate=10/s")
    got = run.finish()
    took = time.monotonic() - begin
    ok(got == (list(range(1, 12)), "", 0) and took > 0.99, "--rate=10/s: 11 requests take a second at least",
       repr(got), f"{took} s")


def progress():
    run = Run(2, "-j2", held=[1, 2])
    run.server.wait_for(2)
    run.open(1, 2)
    ok(run.finish()[1] == "", "no line of progress where standard error is no terminal")

    count = 3
    master, slave = os.openpty()
    server = GatedServer()
    server.gates = {f"/{n}": threading.Event() for n in range(1, count + 1)}
    text = "".join(document(server.url(f"/{n}")) for n in range(1, count + 1))
    stdin = tempfile.TemporaryFile()
    stdin.write(text.encode())
    stdin.seek(0)
    with stdin, subprocess.Popen([CALL], stdin=stdin, stdout=subprocess.PIPE, stderr=slave,
                                 env=environment({})) as process:
        os.close(slave)
        shown = read_until(master, b"0 done, 0 failed, 3 in flight")
        for gate in server.gates.values():
            gate.set()
        answers = process.stdout.read().count(b"\n")
        shown += read_until(master, None)
    os.close(master)
    last = shown.replace(b"\r\n", b"\n").split(b"\r")[-1]
    ok(answers == count and re.fullmatch(rb"ssm-call: 3 requests in \d+\.\d s: 3 answered\n", last),
       "on a terminal a line is drawn, wiped, and the summary put in its place", repr(shown), f"{answers} answers")


def read_until(fd, wanted):
    """What comes from the terminal up to that text, or to its end."""
    got = b""
    while wanted is None or wanted not in got:
        try:
            more = os.read(fd, 4096)
        except OSError:             # the other side has closed it
            break
        if not more:
            break
        got += more
    return got


def sandbox(script, *arguments):
    return subprocess.run([os.path.join(BUILD, "ssm-sandbox"), "--", "sh", "-c", script, "sh", *arguments],
                          capture_output=True, timeout=300, check=False,
                          env=environment({"PATH": BUILD + ":/usr/bin:/bin", "BUILD_DIR": BUILD,
                                           "PYTHONPATH": os.pathsep.join(sys.path)}))


def many():
    count = 20000
    script = """seq -f 'sandbox-disconnected-%.0f' "$1" | ssm-request resume-session --session-id - | ssm-sign |
        ssm-call -j 64"""
    result = sandbox(script, str(count))
    got = re.findall(rb'"SessionId":"sandbox-disconnected-(\d+)"', result.stdout)
    ok(got == [b"%d" % n for n in range(1, count + 1)] and result.stderr == b"" and result.returncode == 0,
       "20,000 documents, 64 in flight: every answer once, in order", f"{len(got)} answers",
       repr(result.stderr[:300]))


def has_sanitizer():
    with open(CALL, "rb") as binary:
        return b"__asan_init" in binary.read()


def peak(directory, count):
    """The memory of ssm-call over so many documents, in KB."""
    script = """cd "$1" && seq -f 'sandbox-disconnected-%.0f' "$2" | ssm-request resume-session --session-id - |
        ssm-sign > signed && "$3" "$4" signed ssm-call -j 64"""
    result = sandbox(script, directory, str(count), sys.executable, os.path.abspath(__file__))
    return int(result.stdout)


def print_peak(path, command):
    with open(path, "rb") as stdin:
        subprocess.run(command, stdin=stdin, stdout=subprocess.DEVNULL, check=True)
    print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)


def memory():
    if has_sanitizer():
        skip("memory does not grow with the number of documents", "under a sanitizer")
        return
    with tempfile.TemporaryDirectory() as directory:
        few, more = peak(directory, 1000), peak(directory, 20000)
    ok(more <= few + 4096 and more <= 24 * 1024, "memory does not grow with the number of documents",
       f"{few} KB for 1,000, {more} KB for 20,000")


def main():
    for group in (order, promptness, limits, order_and_pauses, slow_reader, reader_gone, signals, half_records, stalled_connect, deadlines,
                  failures, back_off, rate, progress, many, memory):
        group()
    clean_up()
    done()


if len(sys.argv) > 2:
    print_peak(sys.argv[1], sys.argv[2:])
else:
    main()
