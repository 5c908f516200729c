"""smux, version 1, over a session of channel_client: many connections, written from the description alone."""
import struct

from channel_client import OUTPUT

SYN, FIN, PSH, NOP = range(4)
CHUNK = 1024


def frame(command, stream, data=b"", version=1):
    return struct.pack("<BBHI", version, command, len(data), stream) + data


class Stream:
    def __init__(self, mux, number):
        self.mux, self.number, self.received, self.ended = mux, number, bytearray(), False

    def send(self, data):
        for begin in range(0, len(data), 32768):
            self.mux.write(frame(PSH, self.number, data[begin:begin + 32768]))
        return self

    def end(self):
        self.mux.write(frame(FIN, self.number))
        return self

    def until(self, count):
        self.mux.run(lambda: len(self.received) >= count or self.ended)
        return bytes(self.received)

    def until_ended(self):
        self.mux.run(lambda: self.ended)
        return bytes(self.received)


class Mux:
    """The client's half; frames may be cut anywhere into messages, and are."""

    def __init__(self, channel):
        self.channel, self.streams, self.next, self.nops, self.seen = channel, {}, 3, 0, []
        channel.until_ready()

    def write(self, data):
        for begin in range(0, len(data), CHUNK):
            self.channel.send(OUTPUT, data[begin:begin + CHUNK])

    def open(self):
        stream = self.streams[self.next] = Stream(self, self.next)
        self.write(frame(SYN, self.next))
        self.next += 2
        return stream

    def parse(self):
        data = self.channel.output
        at = 0
        while len(data) - at >= 8:
            version, command, length, number = struct.unpack_from("<BBHI", data, at)
            assert version == 1 and command <= NOP and (command == PSH or not length), (version, command, length)
            if len(data) - at < 8 + length:
                break
            self.take(command, number, data[at + 8:at + 8 + length])
            at += 8 + length
        self.channel.output = data[at:]

    def take(self, command, number, data):
        assert command != SYN, "the server opens no streams"
        stream = self.streams.get(number)
        if command == NOP:
            self.nops += 1
        elif command == PSH and not stream.ended:
            stream.received += data
        elif command == FIN:
            assert not stream.ended, "one FIN a stream"
            stream.ended = True

    def run(self, until):
        while not until() and self.channel.closing is None:
            self.channel.step()
            self.parse()
