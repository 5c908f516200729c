"""What a client of a session with a KMS key does beside channel_client.Channel: data key, challenge, AES-256-GCM."""
import base64
import json
import os

from channel_client import EXIT_CODE, HANDSHAKE_REQUEST, HANDSHAKE_RESPONSE, OUTPUT, STDERR, Channel, signed
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

CHALLENGE_REQUEST, CHALLENGE_RESPONSE, COMPLETE = 8, 9, 7
TARGET = "i-0a1b2c3d4e5f60001"


def decoded(text):
    return base64.b64decode(text, validate=True)


def encoded(data):
    return base64.b64encode(data).decode()


def call(service, target, signing_name, **parameters):
    """The answer of a service that is spoken to in JSON; an error's has __type."""
    body = json.dumps(parameters).encode()
    fields = signed(service.keys, service.region, signing_name, "POST", f"127.0.0.1:{service.port}", "/",
                    [("content-type", "application/x-amz-json-1.1"), ("x-amz-target", target)], body)
    service.connection.request("POST", "/", body, dict(fields))
    return json.loads(service.connection.getresponse().read())


class KeyChannel(Channel):
    """A session whose node asks for a key. What a test makes wrong stands in `fault`."""

    def __init__(self, service, answer, fault=None):
        super().__init__()
        self.service, self.session, self.fault = service, answer["SessionId"], fault
        self.key = self.action = self.complete = None
        self.order, self.nonces, self.sealed = [], [], b""
        self.connect(service.port, answer)

    # What the client says.

    def context(self):
        context = {"aws:ssm:SessionId": self.session, "aws:ssm:TargetId": TARGET}
        if self.action.get("Challenge") and self.fault != "no random challenge":
            context["aws:ssm:RandomChallenge"] = self.action["Challenge"]
        if self.fault in ("aws:ssm:SessionId", "aws:ssm:TargetId", "aws:ssm:RandomChallenge"):
            context[self.fault] += "x"
        return context

    def result(self):
        size = 32 if self.fault == "half a key" else 64
        answer = call(self.service, "TrentService.GenerateDataKey", "kms", KeyId=self.action["KMSKeyId"], NumberOfBytes=size,
                      EncryptionContext=self.context())
        if "Plaintext" not in answer:
            return 2, None, answer["__type"].rpartition("#")[2]
        self.key = decoded(answer["Plaintext"])
        blob = decoded(answer["CiphertextBlob"])
        if self.fault == "another blob":
            blob = blob[:-1] + bytes([blob[-1] ^ 1])
        result = {"KMSCipherTextKey": encoded(blob), "KMSCipherTextHash": None}
        if "aws:ssm:RandomChallenge" in self.context():
            result["ChallengeAcknowledgement"] = True
        return 1, result, ""

    def answer_handshake(self, message):
        actions = json.loads(message["payload"])["RequestedClientActions"]
        done = []
        for action in actions:
            status, result, error = 1, None, ""
            if action["ActionType"] == "KMSEncryption":
                if self.fault == "no word of the key":
                    continue
                self.action = action["ActionParameters"]
                status, result, error = self.result()
            done.append({"ActionType": action["ActionType"], "ActionStatus": status, "ActionResult": result, "Error": error})
        self.requested = actions
        self.send(HANDSHAKE_RESPONSE, json.dumps({"ClientVersion": "1.2.764.0", "ProcessedClientActions": done,
                                                  "Errors": None}).encode())

    def seal(self, text):
        nonce = os.urandom(12)
        return nonce + AESGCM(self.key[32:]).encrypt(nonce, text, None)

    def unseal(self, sealed):
        self.nonces.append(int.from_bytes(sealed[:12], "little"))
        self.sealed += sealed
        return AESGCM(self.key[:32]).decrypt(sealed[:12], sealed[12:], None)

    def prove(self, text):
        self.send(CHALLENGE_RESPONSE, json.dumps({"Challenge": encoded(self.seal(text))}).encode())

    def type(self, text):
        self.send(OUTPUT, self.seal(text.encode()))

    # What the node says.

    def take(self, message):
        kind = message["payload_type"]
        self.order.append(kind)
        if kind in (OUTPUT, STDERR, EXIT_CODE):
            message = {**message, "payload": self.unseal(message["payload"])}
        elif kind == CHALLENGE_REQUEST:
            self.challenge = self.unseal(decoded(json.loads(message["payload"])["Challenge"]))
            if self.fault != "no proof":
                self.prove(self.challenge if self.fault != "another proof" else bytes(64))
        elif kind == COMPLETE:
            self.complete = json.loads(message["payload"])
        super().take(message)

    def until_kind(self, kind):
        while kind not in self.order:
            self.step()
        return self
