"""The StreamUrl's host apart from the service that is asked for it: which connections there are to it, and what is on them."""
import contextlib
import socket
import threading

from datachannel import Emulator
from websocket_server import Stream

PATIENCE = 60                               # seconds for what must come
RESUME, TERMINATE = "AmazonSSM.ResumeSession", "AmazonSSM.TerminateSession"


class Line:
    """A connection to the host: over, once either side has closed it."""

    def __init__(self, stream):
        self.stream, self.over = stream, False

    def is_silent(self):
        """The client has sent nothing."""
        return self.stream.data == b""


class Host(Emulator):
    """Lines are in the order they came. `before`: by operation, what is called before it is answered, and may answer itself."""

    def __init__(self):
        self.lines, self.noted = [], threading.Condition()
        self.before, self.greetings = {}, {}                    # greetings: by a line's number, what is said at once
        self.service = socket.create_server(("127.0.0.1", 0), backlog=100)
        super().__init__()
        self.service_url = f"http://127.0.0.1:{self.service.getsockname()[1]}"
        threading.Thread(target=self.accept_calls, daemon=True).start()

    def accept_calls(self):
        with contextlib.suppress(OSError):
            while True:
                threading.Thread(target=super().serve, args=(Stream(self.service.accept()[0]),), daemon=True).start()

    def answer(self, operation, session):
        return self.before.get(operation, lambda: None)() or super().answer(operation, session)

    def serve(self, stream):
        line = Line(stream)
        with self.noted:
            stream.send(self.greetings.get(len(self.lines), b""))
            self.lines.append(line)
            self.noted.notify_all()
        super().serve(stream)
        with self.noted:
            line.over = True
            self.noted.notify_all()

    def waits(self, condition):
        with self.noted:
            return self.noted.wait_for(condition, PATIENCE)

    def has_lines(self, count):
        return self.waits(lambda: len(self.lines) >= count)

    def is_over(self, number):
        return self.waits(lambda: len(self.lines) > number and self.lines[number].over)

    def refuse(self):
        """Nobody listens at the port, which stays taken."""
        self.listener.shutdown(socket.SHUT_RDWR)

    def listen(self):
        self.listener.listen(100)
        threading.Thread(target=self.accept, daemon=True).start()

    def stop(self):
        super().stop()
        self.service.shutdown(socket.SHUT_RDWR)
        self.service.close()
