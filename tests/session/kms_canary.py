"""The data key of an encrypted session leaves by no way but the one that brings it: from ssm-call to ssm-stream, in a pipe.

A copy of the suite notes what each tool is started with, and what ssm-call has answered; neither the key nor its base64 is
in anything else that is written, nor, once the session is at work, in ssm-stream's memory as it came.
"""
import base64
import glob
import json
import os
import shutil
import stat
import subprocess

from outage_world import BUILD_DIR, TARGET, Client, Place
from tap import done, ok, skip

TOOLS = "ssm-sign", "ssm-request", "ssm-call", "ssm-resume-session", "ssm-describe-sessions", "ssm-credentials"


def read(path):
    with open(path, "rb") as file:
        return file.read()


def copy_of_suite(place):
    """ssm-stream and ssm-start-session beside scripts that note, and start the tool itself."""
    directory, notes = place.path("bin"), place.path("notes")
    os.mkdir(directory)
    os.mkdir(notes)
    for tool in TOOLS:
        path = os.path.join(directory, tool)
        then = f'exec "{BUILD_DIR}/{tool}" "$@"'
        if tool == "ssm-call":      # noted before anybody has it
            then = f'"{BUILD_DIR}/{tool}" "$@" >"{notes}/answer.$$"; code=$?; cat "{notes}/answer.$$"; exit $code'
        with open(path, "w", encoding="utf-8") as script:
            script.write(f'#!/bin/sh\n{{ tr "\\0" "\\n" </proc/$$/cmdline; tr "\\0" "\\n" </proc/$$/environ; }} >"{notes}/{tool}.$$"\n'
                         f'{then}\n')
        os.chmod(path, stat.S_IRWXU)
    for tool in "ssm-stream", "ssm-start-session":
        shutil.copy(os.path.join(BUILD_DIR, tool), directory)
    return directory


def keys_of(place):
    """The plaintexts that came, in base64."""
    answers = [json.loads(text) for path in glob.glob(place.path("notes/answer.*")) if (text := read(path).strip())]
    return [answer["Plaintext"] for answer in answers if "Plaintext" in answer]


def forms(key):
    """As it may be found: in base64, as it is, its halves, in hexadecimal digits."""
    raw = base64.b64decode(key)
    return [key.encode(), raw, raw[:32], raw[32:], raw.hex().encode(), raw.hex().upper().encode()]


def in_memory(process, text):
    with open(f"{process}/maps", encoding="utf-8") as maps, open(f"{process}/mem", "rb") as memory:
        for line in maps:
            begin, _, end = line.split()[0].partition("-")
            size = int(end, 16) - int(begin, 16)
            if " rw" in line and "[v" not in line and size < 1 << 28:
                memory.seek(int(begin, 16))
                if text in memory.read(size):
                    return True
    return False


def check_memory(client, key):
    process = f"/proc/{client.process.pid}"
    try:
        ok(in_memory(process, client.name.encode()), "its memory can be looked at")
        ok(not in_memory(process, key.encode()), "the key's base64 is wiped from it")
        ok(not in_memory(process, base64.b64decode(key)), "so is the key, but for what libcrypto has of each half")
    except OSError as error:
        skip("its memory", error)


def check_session(place):
    client = Client(place, "--target", TARGET, "--verbose", tool=place.path("bin/ssm-stream"))
    ok(client.sees(b"ready\n"), "a session", client)
    keys = keys_of(place)
    ok(len(keys) == 1 and len(base64.b64decode(keys[0])) == 64, "one data key was made for it", len(keys))
    check_memory(client, keys[0])
    place.strike("rst")
    ok(client.has("Resumed"), "it is resumed", client)
    client.type(b"end\n")
    ok(client.wait() == 0 and len(keys_of(place)) == 1, "with the same key", client)
    written = {"output": client.seen, "messages": "\n".join(client.said).encode(), "events": json.dumps(client.events).encode()}
    for path in glob.glob(place.path("notes/*")):
        if "answer." not in path:
            written["what was started: " + os.path.basename(path)] = read(path)
    found = [what for what, text in written.items() if any(form in text for form in forms(keys[0]))]
    ok(not found and len(written) > 5, "neither it nor its base64 is in output, messages, events, arguments, environments", *found)


def check_start(place):
    """The same from the first tool on, of a command, with messages of all kinds."""
    for number, way in enumerate((["--verbose"], ["--error-format", "json"]), 2):
        got = subprocess.run([place.path("bin/ssm-start-session"), "--target", TARGET, *way, "--", "sh", "-c", "echo out; exit 3"],
                             capture_output=True, stdin=subprocess.DEVNULL, env=place.environment, check=False, timeout=60)
        keys = keys_of(place)
        texts = [got.stdout, got.stderr] + [read(path) for path in glob.glob(place.path("notes/*")) if "answer." not in path]
        ok(got.returncode == 3 and len(keys) == number and len(set(keys)) == number, f"a command, {way}: another key", got)
        ok(not any(form in text for key in keys for form in forms(key) for text in texts), "which is nowhere else")


def main():
    with Place(options=("--kms-key", "alias/sandbox")) as place:
        copy_of_suite(place)
        check_session(place)
        check_start(place)
    done()


main()
