"""A forwarded port: how fast a client carries bytes, and what they cost it."""
import dataclasses
import os
import socket
import statistics
import subprocess
import threading
import typing

import session
from contest import Contest
from measure import Contender, Failed, ratio
from report import Section, commands, number, table, times

STREAM, PLUGIN = "ssm-stream", "session-manager-plugin"
WAYS = "up", "down"
CHUNK = 1 << 20
MB = 1_000_000
COMMANDS = [(STREAM, "ssm-stream --session FILE"),
            (PLUGIN, "session-manager-plugin DOCUMENT REGION StartSession '' '{\"Target\": …}' ENDPOINT"),
            ("the other end", "porter up|down MIB")]


def carry(connection, way, size):
    """The bytes that came; none come up but the node's end."""
    def say():
        left = size
        while left > 0:
            left -= connection.send(bytes(min(left, CHUNK)))

    if way == "up":
        threading.Thread(target=say, daemon=True).start()
    received = 0
    while more := connection.recv(CHUNK):
        received += len(more)
    return received


@dataclasses.dataclass
class Carried:
    """What comes of a run beside the time."""
    scale: typing.Any
    processor: dict = dataclasses.field(default_factory=dict)   # name: seconds, round by round

    def run(self, name, command, way):
        size = self.scale.stream_mib << 20
        with session.porter(way, self.scale.stream_mib) as document, \
                session.Client(command(document), os.environ, stderr=subprocess.STDOUT) as client:
            port = session.listening_port(client)
            begin = client.seconds()
            with socket.create_connection(("127.0.0.1", port), timeout=session.LIMIT) as connection:
                received = carry(connection, way, size)
            seconds = client.seconds() - begin
            if way == "down" and not size <= received < size + 2048:
                raise Failed(f"{received} bytes for {size}")
            self.processor.setdefault(name, []).append(client.rest().processor)
        return seconds

    def per_gigabyte(self, name):
        """Seconds of the processor; those of the warm-up do not count."""
        return statistics.median(self.processor[name][1:]) * 1000 * MB / (self.scale.stream_mib << 20)

    def as_much(self, name, base):
        return ratio(self.processor.get(name, [])[1:], self.processor.get(base, [])[1:])


def contest(bench, carried, way):
    clients = [(f"{STREAM}, {way}", session.port_stream), (f"{PLUGIN}, {way}", session.port_plugin)]
    runs = [Contender(name, "", timed=lambda name=name, command=command: carried.run(name, command, way),
                      needs=(PLUGIN,) if name.startswith(PLUGIN) else (), count=(bench.scale.stream_mib << 20) / MB)
            for name, command in clients]
    return Contest(bench, runs, bench.scale.batch_rounds, clients[1][0])


def run(bench):
    carried = Carried(bench.scale)
    rows, speeds = [], []
    for way in WAYS:
        of_way = contest(bench, carried, way)
        rows += of_way.rows(lambda name, of_way=of_way: (
            number(1 / of_way.median(name)), times(of_way.as_fast_as(name)), number(carried.per_gigabyte(name)),
            times(carried.as_much(name, of_way.base))))
        ours = of_way.contenders[0].name
        if of_way.samples(ours):
            speeds.append(f"{number(1 / of_way.median(ours))} MB/s {way} with {number(carried.per_gigabyte(ours))} s/GB of"
                          " the processor")
    section = Section(
        "A forwarded port",
        f"{bench.scale.stream_mib} MiB over one connection to a local port, each way, with `bench/porter` at the other end of"
        " the session, which reads and acknowledges message by message and does no more; with the seconds that a client"
        " and its children have of the processor.",
        [table((f"{bench.scale.stream_mib} MiB", "MB/s", f"{PLUGIN} = 1", "CPU s/GB", f"{PLUGIN} = 1"), rows),
         commands(COMMANDS)])
    if speeds:
        section.headlines.append(f"A port that `ssm-stream` forwards carries {', and '.join(speeds)}.")
    return section
