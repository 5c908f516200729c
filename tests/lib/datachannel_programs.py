"""What runs behind an agent in tests: a shell, a command, a port, each a model of a few lines."""
import threading

import datachannel_message as messages

SESSION_TYPES = {"command": "NonInteractiveCommands", "port": "Port", "interactive": "InteractiveCommands"}


class Program:
    """What they share: the handshake, which is asked for by a type of session."""

    kind = None                             # of SESSION_TYPES, or none: no handshake
    properties = None
    customer_message = ""
    agent_version = "3.3.987.0"

    def begin(self, session):
        if self.kind is None:
            session.ready = True
            self.start(session)
            return
        session.actions = [{"ActionType": "SessionType", "ActionParameters": {
            "SessionType": SESSION_TYPES[self.kind], "Properties": self.properties}}]
        self.say(session, messages.REQUEST, {"AgentVersion": self.agent_version, "RequestedClientActions": session.actions})

    def answered(self, session):
        session.ready = True
        self.say(session, messages.COMPLETE, {"HandshakeTimeToComplete": 1234567, "CustomerMessage": self.customer_message})
        self.start(session)

    @staticmethod
    def say(session, payload_type, document):
        session.pending.append((messages.json.dumps(document).encode(), payload_type))
        session.pump()

    def start(self, session):
        pass

    def input(self, session, payload_type, payload):
        pass


class Shell(Program):
    """Says a prompt, then back what it is told; sizes are noted; ^D or a line "exit" is the end."""

    def __init__(self, prompt=b"sh$ ", handshake=False, ends=True):
        self.prompt, self.sizes, self.typed, self.ends = prompt, [], b"", ends
        self.kind = "interactive" if handshake else None

    def start(self, session):
        session.output(self.prompt)

    def input(self, session, payload_type, payload):
        if payload_type == messages.SIZE:
            self.sizes.append(messages.read_json(payload))
        elif payload_type == messages.OUTPUT:
            self.typed += payload
            session.output(payload)
            if self.ends and (b"\x04" in payload or self.typed.replace(b"\r", b"\n").endswith(b"exit\n")):
                session.end()


class Command(Program):
    """Output joined or apart, an exit code when apart, or none at all."""

    kind = "command"

    def __init__(self, output=(), code=None, end="", kind="command"):
        self.parts, self.code, self.text = list(output), code, end
        self.kind = kind

    def start(self, session):
        for payload_type, data in self.parts:
            session.output(data, payload_type)
        if self.code is not None:
            session.output(self.code if isinstance(self.code, bytes) else b"EXIT_CODE: %d" % self.code, messages.EXIT_CODE)
        session.end(self.text)


class Port(Program):
    """A connection of SSH: a greeting, then back what came, until the byte that ends it."""

    kind = "port"
    properties = {"portNumber": "22"}

    def __init__(self, greeting=b"SSH-2.0-model\r\n", last=None):
        self.greeting, self.last, self.typed, self.flags = greeting, last, b"", []
        self.changed = threading.Event()

    def start(self, session):
        session.output(self.greeting)

    def input(self, session, payload_type, payload):
        if payload_type == messages.FLAG:
            self.flags.append(payload)
            session.end()
        elif payload_type == messages.SIZE:
            session.blame("a size in a port session")
        else:
            self.typed += payload
            session.output(payload)
            if self.last is not None and len(self.typed) >= self.last:
                session.end()
