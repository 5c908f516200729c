"""A wire between two links of this namespace: carries each Ethernet frame from one to the other, some not, all late.

A program for netns.Helper. Orders are objects: "run" has commands for this namespace, "ends" the names of the two
links; "loss" is in percent, "delay" in milliseconds, each for one way. Answers count the frames that came and that were
lost. The kernel's own netem does the same where there is one, which is not everywhere.
"""
import contextlib
import heapq
import itertools
import json
import random
import select
import socket
import sys
import time

from netns import run

EVERY_PROTOCOL, FRAME_MAX = 3, 65536        # ETH_P_ALL


class Wire:
    def __init__(self):
        self.ends, self.loss, self.delay, self.came, self.lost = [], 0.0, 0.0, 0, 0
        self.under_way, self.numbers, self.dice = [], itertools.count(), random.Random(1)

    def order(self, what):
        for command in what.get("run", ()):
            run(*command)
        for name in what.get("ends", ()):
            end = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
            end.bind((name, EVERY_PROTOCOL))
            self.ends.append(end)
        self.loss = what.get("loss", self.loss * 100) / 100
        self.delay = what.get("delay", self.delay * 1000) / 1000
        return {"came": self.came, "lost": self.lost}

    def take(self, end, other):
        """Also what this program sent, and that a link has gone down, come here."""
        with contextlib.suppress(OSError):
            frame, address = end.recvfrom(FRAME_MAX)
            if address[2] == socket.PACKET_OUTGOING:
                return
            self.came += 1
            if self.dice.random() < self.loss:
                self.lost += 1
            else:
                heapq.heappush(self.under_way, (time.monotonic() + self.delay, next(self.numbers), other, frame))

    def deliver(self):
        """The time until the next is due, or None."""
        while self.under_way and self.under_way[0][0] <= time.monotonic():
            _, _, end, frame = heapq.heappop(self.under_way)
            with contextlib.suppress(OSError):
                end.send(frame)
        return max(0, self.under_way[0][0] - time.monotonic()) if self.under_way else None

    def work(self):
        """Until its input ends."""
        while True:
            ready = select.select([sys.stdin, *self.ends], [], [], self.deliver())[0]
            for end, other in zip(self.ends, reversed(self.ends)):
                if end in ready:
                    self.take(end, other)
            if sys.stdin in ready:
                line = sys.stdin.readline()
                if not line:
                    return
                print(json.dumps(self.order(json.loads(line))), flush=True)


if __name__ == "__main__":
    print("{}", flush=True)
    with contextlib.suppress(KeyboardInterrupt):
        Wire().work()
