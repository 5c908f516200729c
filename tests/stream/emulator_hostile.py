"""ssm-stream and a service that means harm: each case ends in an exit code of the table, or goes on; never a crash, a hang,
memory without bound, or a control character for the terminal.

Cases run side by side, each a process of its own against one connection of its own, without resuming.
"""
import concurrent.futures
import os

import hostile_cases
from datachannel import Emulator
from hostile_service import Peer
from stream_running import CODES, MEMORY, TOOL, is_sanitized, run
from tap import done, ok, skip_all

LIMIT = 60                                  # seconds that a case may take
WAITED = b"in the time for it", b"silent"   # said of what was waited for, and is no way to end here


def attack(script, *options):
    """One run against the script."""
    emulator = Emulator(hostile=lambda stream, head: script(Peer(stream, head)))
    document = {"SessionId": "s-0123456789abcdef0", "TokenValue": "token", "StreamUrl":
                f"{emulator.stream_host}/v1/data-channel/s-0123456789abcdef0?role=publish_subscribe&cell-number=a+/b&X-Amz-Signature=00"}
    try:
        return run(emulator, document, "--no-resume", *options, seconds=LIMIT, adopts=True)
    finally:
        emulator.stop()


def is_clean(data):
    """No control character but a line's end, a tab, and those of a terminal that goes back to a line's start."""
    return not any(byte < 0x20 and byte not in b"\n\t\r" or byte == 0x7f for byte in data)


def judge(case, got):
    name, _, codes, out = case
    faults = []
    if got.code not in (codes or CODES):
        faults.append(f"code {got.code}, not of {codes or 'the table'}")
    if out is not None and got.out != out:
        faults.append(f"output {got.out[:100]!r}, not {out[:100]!r}")
    if not is_clean(got.err):
        faults.append("control characters in its messages")
    if got.code in CODES and got.code != 0 and not got.err:
        faults.append("it fails without a word")
    if any(words in got.err for words in WAITED):
        faults.append("it has waited for its own limit")
    if got.peak > MEMORY and not is_sanitized():
        faults.append(f"{got.peak} KiB")
    ok(not faults, name, *faults, got)


def main():
    if not os.path.exists(TOOL):
        skip_all("no ssm-stream")
    cases = hostile_cases.cases()
    with concurrent.futures.ThreadPoolExecutor(6) as pool:
        for case, got in zip(cases, pool.map(lambda case: attack(case[1]), cases)):
            judge(case, got)
    done()


main()
