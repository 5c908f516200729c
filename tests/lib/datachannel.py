"""A judge of clients of the data channel: service and agent as ssm-data-channel(7) has them, who note each thing that a client does wrong.

An Emulator listens on loopback: upgrades, and ResumeSession and TerminateSession of the same sessions. A session
(datachannel_session.py) is a node's end with a program behind it (datachannel_programs.py). session.wrong is what was
wrong, and emulator.wrong what belongs to no session; a good client leaves both empty.
"""
import json
import socket
import threading

import datachannel_message as messages
import sigv4_judge
import websocket_server as websocket
from datachannel_session import TICK, Session
from tcp_gate import listen_on_own_port

STUCK = 20                                  # seconds after which a client that reads nothing is cut


class Emulator:
    """Service and agents on a port of loopback. hostile, when given, is called in place of all that follows an upgrade's head."""

    def __init__(self, keys=None, mark="cell", region="us-east-1", hostile=None):
        self.keys, self.mark, self.region, self.hostile = keys or sigv4_judge.Keys(), mark, region, hostile
        self.sessions, self.wrong, self.resume_answer = {}, [], None
        self.start = lambda parameters: None                    # StartSession's, to a session
        self.stream_host = f"wss://ssmmessages.{region}.amazonaws.com"
        self.listener = listen_on_own_port(100)
        self.port = self.listener.getsockname()[1]
        self.host = f"127.0.0.1:{self.port}"
        self.url = self.service_url = f"http://{self.host}"
        self.stopped = threading.Event()
        threading.Thread(target=self.accept, daemon=True).start()
        threading.Thread(target=self.tick, daemon=True).start()

    def session(self, name, program, **options):
        self.sessions[name] = Session(self, name, program, **options)
        return self.sessions[name]

    def stop(self):
        self.stopped.set()
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        for session in self.sessions.values():
            session.cut("fin")

    def tick(self):
        while not self.stopped.wait(TICK):
            for session in list(self.sessions.values()):
                session.tick()

    def accept(self):
        while not self.stopped.is_set():
            try:
                peer, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self.serve, args=(websocket.Stream(peer),), daemon=True).start()

    def serve(self, stream):
        try:
            head = stream.head()
            while head.method == "POST":
                self.call(stream, head)
                head = stream.head()
            if self.hostile:
                self.hostile(stream, head)
            else:
                self.upgrade(stream, head)
        except websocket.Gone:
            pass
        stream.end()

    # The calls of ssm.

    def call(self, stream, head):
        body = stream.take(int(head.headers.get("content-length", "0")))
        wrong = sigv4_judge.judge(self.keys, "ssm", self.region, (head.method, head.target, head.headers), body)
        operation, parameters = head.headers.get("x-amz-target", ""), {}
        try:
            parameters = messages.read_json(body)
        except ValueError as error:
            wrong.append(f"the body: {error}")
        self.wrong += [f"call of {operation}: {text}" for text in wrong]
        session = self.start(parameters) if operation == "AmazonSSM.StartSession" else self.sessions.get(parameters.get("SessionId"))
        if self.resume_answer and operation == "AmazonSSM.ResumeSession":
            status, answer = self.resume_answer(session)
        else:
            status, answer = self.answer(operation, session)
        data = json.dumps(answer).encode()
        stream.send(f"HTTP/1.1 {status} Phrase\r\nContent-Type: application/x-amz-json-1.1\r\nx-amzn-RequestId: request-1\r\n"
                    f"Content-Length: {len(data)}\r\n\r\n".encode() + data)

    def answer(self, operation, session):
        if session is None:
            return 400, {"__type": "DoesNotExistException", "message": "no such session"}
        if operation == "AmazonSSM.StartSession":
            return 200, session.document()
        if operation == "AmazonSSM.ResumeSession":
            session.resumes += 1
            if session.over:
                return 400, {"__type": "DoesNotExistException", "message": "the session is over"}
            session.renew()
            return 200, session.document()
        if operation == "AmazonSSM.TerminateSession":
            session.terminated += 1
            session.close()
            return 200, {"SessionId": session.name}
        self.wrong.append(f"call: the operation {operation}")
        return 400, {"__type": "InvalidAction", "message": operation}

    # The data channel.

    def upgrade(self, stream, head):
        wrong = websocket.judge_upgrade(head, self.host)
        wrong += sigv4_judge.judge(self.keys, "ssmmessages", self.region, (head.method, head.target, head.headers))
        session = next((s for s in self.sessions.values() if s.target == head.target), None)
        if session is None:
            self.wrong += wrong + [f"upgrade: the target is {head.target}"]
            stream.send(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")
            return
        if head.headers.get("sec-websocket-key") in session.upgrade_keys:
            wrong.append("upgrade: the key is not new")
        session.upgrade_keys.add(head.headers.get("sec-websocket-key"))
        if head.headers.get("x-amz-content-sha256"):
            wrong.append("upgrade: x-amz-content-sha256 is sent")
        session.blame(*wrong)
        stream.send(websocket.switching(head.headers.get("sec-websocket-key", "")))
        self.converse(stream, session)

    @staticmethod
    def converse(stream, session):
        stream.socket.settimeout(None)
        stream.socket.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, STUCK.to_bytes(8, "little") + bytes(8))
        wrong = []
        frames = websocket.Frames(stream, wrong)
        opened = False
        try:
            while True:
                opcode, payload = frames.next()
                session.blame(*wrong)
                wrong.clear()
                if opcode == websocket.CLOSE:
                    session.events.append(("close", payload))
                    return
                if opcode == websocket.TEXT:
                    session.blame(*(["a second text"] if opened else messages.judge_open(payload, session)))
                    opened = True
                    session.connected(stream)
                elif not opened:
                    session.blame("a binary message before the text")
                else:
                    session.received(payload)
        finally:
            session.blame(*wrong)
            session.lost(stream)
