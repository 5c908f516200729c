"""A way to a server on loopback that can be closed, with all that is on it, and opened again."""
import contextlib
import socket
import threading


class Gate:
    """Connections to url go to the server at `port`, while the gate is open."""

    def __init__(self, port):
        self.port, self.is_open, self.lock, self.pairs = port, True, threading.Lock(), []
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.url = f"http://127.0.0.1:{self.listener.getsockname()[1]}"
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        with contextlib.suppress(OSError):
            while True:
                client = self.listener.accept()[0]
                with self.lock:
                    if not self.is_open:
                        client.close()
                        continue
                    server = socket.create_connection(("127.0.0.1", self.port))
                    self.pairs.append((client, server))
                for source, to in (client, server), (server, client):
                    threading.Thread(target=self.carry, args=(source, to), daemon=True).start()

    @staticmethod
    def carry(source, to):
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                to.sendall(data)
        for end in source, to:
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def close(self):
        """Also those that stand."""
        with self.lock:
            self.is_open = False
            for pair in self.pairs:
                for end in pair:
                    with contextlib.suppress(OSError):
                        end.shutdown(socket.SHUT_RDWR)
            self.pairs = []

    def open(self):
        with self.lock:
            self.is_open = True

    def stop(self):
        self.close()
        with contextlib.suppress(OSError):
            self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
