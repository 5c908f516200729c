"""What is secret in a session leaves ssm-stream by the wire alone: the token, the cell number, the keys.

A marker stands in each of them; the tool runs into successes and failures with --verbose, --events and errors as documents,
and none of what it writes, starts or leaves behind has the marker.
"""
import glob
import json
import os
import re
import shutil
import subprocess
import tempfile

import datachannel_programs as programs
from datachannel import Emulator
from hostile_service import Peer
from sigv4_judge import Keys
from stream_running import BUILD_DIR, TOOL, Stream, environment, run
from tap import done, ok, skip, skip_all

MARK = "CANARY0SECRET0"
WAYS = ["--verbose"], ["--error-format", "json"], ["--verbose", "--error-format=json"]
TOOLS = [name for name in ("ssm-sign", "ssm-request", "ssm-call", "ssm-resume-session", "ssm-credentials")
         if os.path.exists(os.path.join(BUILD_DIR, name))]


def has_mark(*texts):
    return any(MARK in (text if isinstance(text, str) else text.decode("latin-1")) for text in texts)


def read(path):
    with open(path, "rb") as file:
        return file.read()


def silent(title, got, *more):
    ok(got.code != "hangs" and not has_mark(got.err, *more), title, got, *more)


def check_sessions(emulator):
    """A session that is cut and resumed, in each way of telling."""
    for i, way in enumerate(WAYS):
        events = f"events-{i}"
        session = emulator.session(f"cut-{i}", programs.Shell())
        session.watch = lambda number, s=session: s.cut("close") if number == 0 else None
        got = run(emulator, session.document(), "--events", events, *way, data=b"exit\n")
        ok(got.code == 0 and session.resumes == 1 and not has_mark(got.out), f"a session, cut and resumed ({' '.join(way)})", got)
        silent(f"{' '.join(way)}: its messages and events", got, read(events))
        ok(b'"Event"' in read(events), f"{' '.join(way)}: there are events", read(events))


def check_refusals(emulator):
    """The service's own words may have what was sent to it."""
    def echo(stream, head):
        body = json.dumps({"message": f"The Canonical String should have been {head.target} {head.headers}"}).encode()
        stream.send(b"HTTP/1.1 403 Forbidden\r\nContent-Length: %d\r\n\r\n" % len(body) + body)

    def reason(stream, head):
        peer = Peer(stream, head)
        token = json.loads(peer.open())["TokenValue"]
        peer.raw(b"\x88%c\x03\xeb" % (len(token) + 2) + token.encode())
        peer.drain()

    for name, hostile in ("a refusal that repeats the request", echo), ("a close frame with the token", reason):
        emulator.hostile = hostile
        for i, way in enumerate(WAYS):
            session = emulator.session(f"{name}-{i}".replace(" ", "-"), programs.Shell())
            got = run(emulator, session.document(), "--no-resume", "--events", f"{name}-{i}", *way)
            silent(f"{name} ({' '.join(way)})", got, got.out, read(f"{name}-{i}"))
    emulator.hostile = None
    emulator.resume_answer = lambda s: (400, {"__type": "AccessDeniedException", "message": f"not with {s.token} for {s.cell}"})
    session = emulator.session("denied", programs.Shell())
    session.watch = lambda number: session.cut("rst")
    got = run(emulator, session.document(), "--verbose", "--give-up-after", "1")
    silent("a resume that is refused with the session's secrets", got, got.out)
    emulator.resume_answer = None


def check_documents(emulator):
    session = emulator.session("documents", programs.Shell())
    text = json.dumps(session.document())
    for name, wrong in (("cut short", [text[:i] for i in range(1, len(text), 13)]),
                        ("a byte changed", [f"{text[:i]}\x01{text[i + 1:]}" for i in range(0, len(text), 13)]),
                        ("another host", [text.replace("amazonaws.com", "example.com")]),
                        ("a token that is a list", [text.replace(f'"{session.token}"', f'["{session.token}"]')])):
        for document in wrong:
            with open("document", "w", encoding="utf-8") as file:
                file.write(document)
            got = subprocess.run([TOOL, "--session", "document", "--verbose"], capture_output=True, check=False, timeout=60,
                                 stdin=subprocess.DEVNULL, env=environment(emulator, AWS_ENDPOINT_URL_SSM="http://127.0.0.1:1"))
            if has_mark(got.stderr, got.stdout) or got.returncode not in (1, 75, 252, 253):
                ok(False, f"a document, {name}", document, got)
        ok(True, f"documents, {name}: {len(wrong)} of them")


def copy_of_suite(directory):
    """A copy of ssm-stream beside tools that note what they were started with."""
    for tool in TOOLS:
        path = os.path.join(directory, tool)
        with open(path, "w", encoding="utf-8") as script:
            script.write(f'#!/bin/sh\n{{ tr "\\0" "\\n" </proc/$$/cmdline; tr "\\0" "\\n" </proc/$$/environ; }} >"$NOTES/{tool}.$$"\n'
                         f'exec "{BUILD_DIR}/{tool}" "$@"\n')
        os.chmod(path, 0o755)
    return shutil.copy(TOOL, os.path.join(directory, "ssm-stream"))


def check_children(emulator):
    """Arguments and environment of what it starts: keys as they were given to it, and no token, no cell number."""
    os.mkdir("bin")
    os.mkdir("notes")
    session = emulator.session("children", programs.Shell())
    session.watch = lambda number: session.cut("rst") if number == 0 else None
    stream = Stream(emulator, session.document(), tool=copy_of_suite(os.path.abspath("bin")),
                    env=environment(emulator, NOTES=os.path.abspath("notes")))
    stream.feed(b"exit\n")
    got = stream.finish()
    notes = {os.path.basename(path): read(path).decode() for path in glob.glob("notes/*")}
    ok(got.code == 0 and any(name.startswith("ssm-sign") for name in notes), "tools are started for a signature", got, *notes)
    found = [f"{name}: {line}" for name, text in notes.items() for line in text.splitlines()
             if has_mark(line) and not re.match(r"AWS_(SECRET_ACCESS_KEY|SESSION_TOKEN)=", line)]
    ok(not found, "and get no secret of the session as an argument or a variable", *found)


def check_process(emulator):
    """Of the process itself: its arguments and environment, its core, files, and its memory once the token is sent."""
    session = emulator.session("process", programs.Shell())
    before = sorted(os.listdir("."))
    stream = Stream(emulator, session.document())
    ok(session.wait(lambda: session.sent and not session.unacknowledged), "a session that is at work")
    process = f"/proc/{stream.process.pid}"
    try:
        lines = read(f"{process}/environ").split(b"\0") + read(f"{process}/cmdline").split(b"\0")
        found = [line for line in lines if has_mark(line) and not line.startswith((b"AWS_SECRET_ACCESS_KEY=", b"AWS_SESSION_TOKEN="))]
        ok(not found, "its arguments and environment have no secret of the session", *found)
        ok(found_in_memory(process, session.name), "its memory can be looked at")
        ok(not found_in_memory(process, session.tokens[0]), "the token is wiped from it once it is sent")
    except OSError as error:
        skip("what /proc tells of it, but for its limits", error)
    core = [line.split() for line in read(f"{process}/limits").decode().splitlines() if line.startswith("Max core file size")][0]
    ok(core[4] == "0", "no core file is allowed", core)
    stream.process.send_signal(6)
    stream.finish()
    ok(sorted(os.listdir(".")) == before, "none is left, nor any other file", os.listdir("."))


def found_in_memory(process, text):
    """Where the text stands in what the process can write to."""
    found = []
    with open(f"{process}/maps", encoding="utf-8") as maps, open(f"{process}/mem", "rb") as memory:
        for line in maps:
            match = re.match(r"([0-9a-f]+)-([0-9a-f]+) rw", line)
            if match and "[v" not in line and (size := int(match[2], 16) - int(match[1], 16)) < 1 << 28:
                memory.seek(int(match[1], 16))
                if text.encode() in memory.read(size):
                    found.append(line)
    return found


def main():
    if not os.path.exists(TOOL):
        skip_all("no ssm-stream")
    emulator = Emulator(Keys(secret=MARK + "secret", token=MARK + "token"), mark=MARK)
    with tempfile.TemporaryDirectory() as directory:
        os.chdir(directory)
        check_sessions(emulator)
        check_refusals(emulator)
        check_documents(emulator)
        check_children(emulator)
        check_process(emulator)
        os.chdir("/")
    emulator.stop()
    done()


main()
