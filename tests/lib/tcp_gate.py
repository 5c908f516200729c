"""A way to a server on loopback that can be closed, with all that is on it, and opened again; a long one, if that is wanted."""
import contextlib
import queue
import socket
import threading
import time


def listen_on_own_port(backlog=64):
    """One that was asked for by its number: a socket keeps it when it listens no more, and one that was given with 0 not."""
    while True:
        with socket.create_server(("127.0.0.1", 0)) as given:
            address = given.getsockname()
        with contextlib.suppress(OSError):          # somebody was quicker
            return socket.create_server(address, backlog=backlog)


class Gate:
    """Connections to url go to the server at `port`, while the gate is open; each byte takes `delay` seconds."""

    def __init__(self, port, delay=0):
        self.port, self.delay, self.is_open, self.lock, self.pairs = port, delay, True, threading.Lock(), []
        self.came, self.stopped, self.listens = [], False, threading.Event()     # came: when each connection did
        self.listener = listen_on_own_port()
        self.url = f"http://127.0.0.1:{self.listener.getsockname()[1]}"
        self.listens.set()
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while not self.stopped:
            self.listens.wait()
            with contextlib.suppress(OSError):
                self.let_in(self.listener.accept()[0])

    def let_in(self, client):
        with self.lock:
            self.came.append(time.monotonic())
            if not self.is_open:
                client.close()
                return
            try:
                server = socket.create_connection(("127.0.0.1", self.port))
            except OSError:
                client.close()
                return
            self.pairs.append((client, server))
        for source, to in (client, server), (server, client):
            threading.Thread(target=self.carry_late if self.delay else self.carry, args=(source, to), daemon=True).start()

    @staticmethod
    def end(source, to):
        for end in source, to:
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def carry(self, source, to):
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                to.sendall(data)
        self.end(source, to)

    def carry_late(self, source, to):
        """As many bytes as there are may be on the way."""
        way = queue.SimpleQueue()
        threading.Thread(target=self.arrive, args=(way, source, to), daemon=True).start()
        data = None
        while data != b"":
            try:
                data = source.recv(65536)
            except OSError:
                data = b""
            way.put((time.monotonic() + self.delay, data))

    def arrive(self, way, source, to):
        with contextlib.suppress(OSError):
            while True:
                at, data = way.get()
                time.sleep(max(0, at - time.monotonic()))
                if not data:
                    break
                to.sendall(data)
        self.end(source, to)

    def close(self):
        """Also those that stand."""
        with self.lock:
            self.is_open = False
            for pair in self.pairs:
                self.end(*pair)
            self.pairs = []

    def shut(self):
        """Nobody listens any more: who connects is refused by the kernel. The port stays this gate's."""
        self.close()
        self.listens.clear()
        self.listener.shutdown(socket.SHUT_RDWR)

    def open(self):
        with self.lock:
            self.is_open = True
        if not self.listens.is_set():
            self.listener.listen(64)
            self.listens.set()

    def stop(self):
        self.close()
        self.stopped = True
        self.listens.set()
        with contextlib.suppress(OSError):
            self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
