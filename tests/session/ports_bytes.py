"""A forwarded port carries bytes as they are: all values, all lengths, many connections at once, over connections that break.

PORTS_LENGTHS=all tries each length from 1 to 70,000, PORTS_MEGABYTES=1024 sends so much each way, and PORTS_STREAM_BYTES=6000
so many over each of the connections that are cut; make check-long does.
"""
import hashlib
import os
import random
import subprocess
import threading

from port_running import LIMIT, Tunnel, document, echo, receive
from sandbox_running import Sandbox
from tap import done, is_equal, ok, together

ALL = os.environ.get("PORTS_LENGTHS") == "all"
MEGABYTES = int(os.environ.get("PORTS_MEGABYTES") or 24)
STREAMS = 64
STREAM_BYTES = int(os.environ.get("PORTS_STREAM_BYTES") or 1500)
PERIOD = 251                                # of the bytes of source.sandbox
EDGES = 1016, 1017, 1018, 2040, 2041, 2042  # where a frame fills messages but for a byte, which official clients spoil
LENGTHS = range(1, 70001) if ALL else sorted({*EDGES, 1, 2, 3, 7, 8, 9, 16, 255, 256, 1023, 1024, 1025, 4095, 4096, 4097,
                                              16383, 16384, 16385, 32760, 32767, 32768, 32769, 65527, 65528, 65535, 65536,
                                              65537, 70000})
CUT = "rst:every=200"                       # of 500 messages at least, half of them acknowledgements


def pattern(length):
    return (bytes(range(PERIOD)) * (length // PERIOD + 1))[:length]


def lengths(sandbox):
    """One connection; each text ends with a line feed, and is all values but for that."""
    tunnel = Tunnel(sandbox, document(sandbox, host="echo.sandbox", portNumber=7))
    text = bytes(range(256)) * 300
    wrong = []
    with tunnel.connect() as connection:
        is_equal(echo(connection, bytes(range(256))), bytes(range(256)), "all values of a byte")
        for length in LENGTHS:
            data = text[:length - 1] + b"\n"
            if echo(connection, data) != data:
                wrong.append(length)
                break
    ok(not wrong, f"{len(LENGTHS)} lengths, up to {max(LENGTHS)}, with a line feed at the end", wrong)
    tunnel.stop()


def lone_connections(sandbox):
    """The same, each as the first and last that a connection says."""
    tunnel = Tunnel(sandbox, document(sandbox, host="echo.sandbox", portNumber=7))
    wrong = []
    for length in EDGES:
        data = bytes([length % 256]) * (length - 1) + b"\n"
        with tunnel.connect() as connection:
            if echo(connection, data) != data:
                wrong.append(length)
    ok(not wrong, "a connection each", wrong)
    tunnel.stop()


def check_stream(tunnel, seed, wrong):
    data = random.Random(seed).randbytes(STREAM_BYTES + 16 * seed)
    with tunnel.connect() as connection:
        connection.settimeout(LIMIT * STREAM_BYTES // 1000)
        if hashlib.sha256(echo(connection, data)).digest() != hashlib.sha256(data).digest():
            wrong.append(seed)


def streams():
    """Side by side, while the session's connection is cut again and again."""
    sandbox = Sandbox("--fault", CUT)
    try:
        tunnel = Tunnel(sandbox, document(sandbox, host="echo.sandbox", portNumber=7))
        wrong = []
        threads = [threading.Thread(target=check_stream, args=(tunnel, seed, wrong), daemon=True) for seed in range(STREAMS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(LIMIT * STREAM_BYTES // 1000)
        ok(not any(thread.is_alive() for thread in threads), f"{STREAMS} connections come to their end")
        is_equal(wrong, [], "with what was sent")
        tunnel.stop()
        losses = tunnel.events("Ended")[0]["Losses"]
        ok(losses > 1, f"{losses} connections of the session were cut meanwhile")
    finally:
        sandbox.stop()


def download(sandbox):
    """More than any buffer; the node ends the connection."""
    kilobytes = min(MEGABYTES * 1024, 60000)
    for _ in range(MEGABYTES * 1024 // kilobytes):
        tunnel = Tunnel(sandbox, document(sandbox, host="source.sandbox", portNumber=kilobytes))
        with tunnel.connect() as connection:
            got = receive(connection)
        if not ok(got == pattern(kilobytes * 1024), f"{kilobytes} KiB from the node are whole", len(got)):
            break
        tunnel.stop()


def upload(sandbox):
    """To a program that is no part of this, and says how much it got."""
    code = ("import hashlib, socket\n"
            "s = socket.create_server(('127.0.0.1', 0)); print(s.getsockname()[1], flush=True); c = s.accept()[0]\n"
            "h = hashlib.sha256()\n"
            f"left = {MEGABYTES << 20}\n"
            "while left and (d := c.recv(min(left, 65536))): h.update(d); left -= len(d)\n"
            "c.sendall(h.hexdigest().encode())\n")
    with subprocess.Popen(["python3", "-c", code], stdout=subprocess.PIPE) as target:
        tunnel = Tunnel(sandbox, document(sandbox, "AWS-StartPortForwardingSession",
                                          portNumber=int(target.stdout.readline())))
        digest = hashlib.sha256()
        with tunnel.connect() as connection:
            connection.settimeout(None)
            block = random.Random(1).randbytes(1 << 20)
            for _ in range(MEGABYTES):
                digest.update(block)
                connection.sendall(block)
            is_equal(receive(connection).decode(), digest.hexdigest(), f"{MEGABYTES} MiB to the node are whole")
    tunnel.stop()


def main():
    sandbox = Sandbox()
    try:
        together(lambda: lengths(sandbox), lambda: lone_connections(sandbox))
        together(lambda: download(sandbox), lambda: upload(sandbox))
    finally:
        sandbox.stop()
    streams()
    done()


main()
