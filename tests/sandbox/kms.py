"""ssm-sandbox's key service, by boto3, and its sessions with a key, by a client that has nothing of ours."""
import json

from tap import done, is_equal, ok, skip_all

try:
    from boto_clients import client_of, error_of
    from kms_client import (CHALLENGE_REQUEST, CHALLENGE_RESPONSE, COMPLETE, HANDSHAKE_REQUEST, OUTPUT, KeyChannel, call,
                            decoded, encoded)
except ImportError as missing:
    skip_all(f"{missing.name} is not installed")

from channel_client import Service

KEY = "0a1b2c3d-4e5f-4a6b-8c7d-000000000001"
PREFIX = "arn:aws:kms:us-east-1:123456789012:"
ARN = f"{PREFIX}key/{KEY}"
COMMAND, INTERACTIVE = "AWS-StartNonInteractiveCommand", "AWS-StartInteractiveCommand"
BEGINNING = "\n----------ERROR-------\nEncountered error while initiating handshake. "
NO_KEY = ("Fetching data key failed: Unable to retrieve data key, Error when decrypting data key "
          "InvalidCiphertextException: ")


def check_keys(service):
    kms = client_of(service, "kms")
    for name in KEY, ARN, "alias/sandbox", PREFIX + "alias/sandbox":
        answer = kms.generate_data_key(KeyId=name, NumberOfBytes=64)
        is_equal((len(answer["Plaintext"]), answer["KeyId"]), (64, ARN), f"a data key of {name}")
    for size in {"NumberOfBytes": 1}, {"NumberOfBytes": 1024}, {"KeySpec": "AES_256"}, {"KeySpec": "AES_128"}:
        wanted = {"AES_256": 32, "AES_128": 16}.get(size.get("KeySpec"), size.get("NumberOfBytes"))
        is_equal(len(kms.generate_data_key(KeyId=KEY, **size)["Plaintext"]), wanted, f"its size: {size}")
    ok(len({kms.generate_data_key(KeyId=KEY, NumberOfBytes=16)["Plaintext"] for _ in range(3)}) == 3, "another one each time")
    generate = kms.generate_data_key
    for title, wanted, parameters in [
        ("an alias that there is not", ("NotFoundException", f"Alias {PREFIX}alias/nowhere is not found."), {"KeyId": "alias/nowhere"}),
        ("a key that there is not", ("NotFoundException", f"Key '{ARN[:-1]}9' does not exist"), {"KeyId": KEY[:-1] + "9"}),
        ("the same, by its ARN", ("NotFoundException", f"Key '{ARN[:-1]}9' does not exist"), {"KeyId": ARN[:-1] + "9"}),
        ("one of another region", ("NotFoundException", f"Invalid keyId '{ARN.replace('us-east-1', 'us-west-1')}'"),
         {"KeyId": ARN.replace("us-east-1", "us-west-1")}),
        ("no name of a key", ("NotFoundException", "Invalid keyId 'nowhere'"), {"KeyId": "nowhere"}),
        ("a key that is disabled", ("DisabledException", f"{ARN[:-1]}3 is disabled."), {"KeyId": "alias/sandbox-disabled"}),
        ("a key that is not for the caller", ("AccessDeniedException",
         "User: arn:aws:iam::123456789012:user/sandbox is not authorized to perform: kms:GenerateDataKey on resource: "
         f"{ARN[:-1]}2 because no identity-based policy allows the kms:GenerateDataKey action"), {"KeyId": "alias/sandbox-denied"}),
    ]:
        is_equal(error_of(generate, NumberOfBytes=64, **parameters), wanted, title)
    for title, parameters in [("no size", {}), ("two sizes", {"NumberOfBytes": 16, "KeySpec": "AES_128"})]:
        is_equal(error_of(generate, KeyId=KEY, **parameters),
                 ("ValidationException", "Please specify either number of bytes or key spec."), title)
    is_equal(error_of(generate, KeyId=KEY, KeySpec="AES_512")[0], "ValidationException", "a cipher that there is not")
    is_equal([call(service, "TrentService.GenerateDataKey", "kms", KeyId=KEY, NumberOfBytes=size)["message"].rpartition(": ")[2]
              for size in (0, 1025)], ["Member must have value greater than or equal to 1",
                                       "Member must have value less than or equal to 1024"], "a size below 1, and above 1024")
    is_equal(call(service, "TrentService.GenerateDataKey", "kms", NumberOfBytes=1)["__type"],
             "com.amazon.coral.validate#ValidationException", "no key")
    is_equal(call(service, "TrentService.GenerateDataKey", "kms", KeyId=KEY, NumberOfBytes=1, EncryptionContext={"a": 1})["__type"],
             "com.amazon.coral.service#SerializationException", "a context that is no texts")
    answer = call(service, "TrentService.GenerateDataKey", "ssm", KeyId=KEY, NumberOfBytes=64)
    is_equal(answer["message"], "Credential should be scoped to correct service: 'kms'. ".strip(), "signed for another service")
    is_equal(call(service, "TrentService.Encrypt", "kms", KeyId=KEY)["__type"],
             "com.amazon.coral.service#UnknownOperationException", "an operation that there is not")


def check_decrypt(service):
    kms = client_of(service, "kms")
    context = {"aws:ssm:SessionId": "a", "aws:ssm:TargetId": "b"}
    made = kms.generate_data_key(KeyId=KEY, NumberOfBytes=64, EncryptionContext=context)
    blob = made["CiphertextBlob"]
    for title, more in [("", {}), (", which is named", {"KeyId": "alias/sandbox"})]:
        answer = kms.decrypt(CiphertextBlob=blob, EncryptionContext=dict(reversed(context.items())), **more)
        is_equal((answer["Plaintext"], answer["KeyId"], answer["EncryptionAlgorithm"]), (made["Plaintext"], ARN, "SYMMETRIC_DEFAULT"),
                 "a blob is opened with the same context, in any order" + title)
    for title, changes in [
        ("no context", {"EncryptionContext": {}}), ("another value", {"EncryptionContext": {**context, "aws:ssm:TargetId": "c"}}),
        ("one member more", {"EncryptionContext": {**context, "c": "d"}}),
        ("the same bytes, cut elsewhere", {"EncryptionContext": {"aws:ssm:SessionI": "da", "aws:ssm:TargetId": "b"}}),
        ("another first byte", {"CiphertextBlob": b"\0" + blob[1:]}), ("another last one", {"CiphertextBlob": blob[:-1] + bytes([blob[-1] ^ 1])}),
        ("half of it", {"CiphertextBlob": blob[:40]}), ("a byte", {"CiphertextBlob": b"\1"}),
    ]:
        is_equal(error_of(kms.decrypt, **{"CiphertextBlob": blob, "EncryptionContext": context, **changes})[0],
                 "InvalidCiphertextException", f"it is not with {title}")
    is_equal(error_of(kms.decrypt, CiphertextBlob=blob, EncryptionContext=context, KeyId="alias/sandbox-denied")[0],
             "IncorrectKeyException", "nor by another key")
    is_equal(call(service, "TrentService.Decrypt", "kms", CiphertextBlob="*")["__type"], "InvalidCiphertextException", "nor what is no base64")
    with Service() as other:
        is_equal(error_of(client_of(other, "kms").decrypt, CiphertextBlob=blob, EncryptionContext=context)[0], "InvalidCiphertextException",
                 "nor by another sandbox")


def check_shell(service):
    channel = KeyChannel(service, service.start()).until_kind(COMPLETE)
    is_equal(channel.order[:3], [HANDSHAKE_REQUEST, CHALLENGE_REQUEST, COMPLETE], "a shell with a key: request, challenge, end")
    is_equal(channel.requested, [
        {"ActionType": "SessionType", "ActionParameters": {"SessionType": "Standard_Stream", "Properties": None}},
        {"ActionType": "KMSEncryption", "ActionParameters": {"KMSKeyId": "alias/sandbox", "Challenge": channel.action["Challenge"]}}],
        "what the node asks for")
    is_equal((len(decoded(channel.action["Challenge"])), len(channel.challenge)), (16, 64), "the sizes of both challenges")
    is_equal(channel.complete["CustomerMessage"], "This session is encrypted using AWS KMS.", "and what the user is told")
    ok(channel.complete["HandshakeTimeToComplete"] >= 0, "with the time it took")
    channel.resize(100, 40)
    channel.type("echo a''b; stty size\r")
    ok("ab\r\n40 100\r\n" in channel.until("100\r\n"), "it runs, a size is not encrypted")
    ok(b"40 100" not in channel.sealed, "what it says is")
    is_equal([after - before for before, after in zip(channel.nonces, channel.nonces[1:])], [1] * (len(channel.nonces) - 1),
             "nonces count")
    plain = channel.next
    channel.send(OUTPUT, b"echo pl''ain\r")
    channel.type("echo never\r")
    while len(channel.unacknowledged) > 1:
        channel.step()
    is_equal(list(channel.unacknowledged), [plain], "what is not encrypted is not acknowledged")


def check_resume(service):
    answer = service.start(INTERACTIVE, command="read a; echo got=$a; read b; echo got=$b; exit 3")
    channel = KeyChannel(service, answer).until_kind(COMPLETE)
    is_equal(channel.requested[0]["ActionParameters"]["SessionType"], "InteractiveCommands", "an interactive command with a key")
    channel.type("one\r")
    channel.until("got=one\r\n")
    channel.socket.cut()
    channel.connect(service.port, service.call("ResumeSession", SessionId=channel.session))
    channel.type("two\r")
    channel.until("got=two\r\n")
    channel.until_closed()
    is_equal((channel.order.count(HANDSHAKE_REQUEST), channel.closing["Output"]), (1, ""), "it is resumed with the same key, to its end")


def check_commands(service):
    channel = KeyChannel(service, service.start(COMMAND, command="sh -c 'echo out; echo err >&2; exit 7'", separateOutputStream="true"))
    channel.until_closed()
    is_equal((channel.output, channel.errors, channel.exit_code), (b"out\n", b"err\n", "EXIT_CODE: 7"), "a command: both outputs, the code")
    is_equal(channel.requested[0]["ActionParameters"]["SessionType"], "NonInteractiveCommands", "its type")
    ok(not [text for text in (b"out\n", b"err\n", b"EXIT_CODE") if text in channel.sealed], "all three are encrypted")
    channel = KeyChannel(service, service.start(COMMAND, command="seq 1 20000")).until_closed()
    is_equal(channel.output, b"".join(b"%d\n" % number for number in range(1, 20001)), "much output, joined")


def ended(service, fault):
    return KeyChannel(service, service.start(), fault).until_closed().closing["Output"]


def check_faults(service):
    for fault in "aws:ssm:SessionId", "aws:ssm:TargetId", "aws:ssm:RandomChallenge", "another blob":
        is_equal(ended(service, fault), BEGINNING + NO_KEY, f"{fault} is another than it should be")
    is_equal(ended(service, "half a key"), BEGINNING + "Fetching data key failed: Error creating NewCipher, crypto/aes: invalid key size 16",
             "a data key of half the size")
    channel = KeyChannel(service, service.start(), "no random challenge").until_kind(COMPLETE)
    ok(channel.complete, "who says nothing of the random challenge need not use it")


def check_proofs(service):
    """A wrong answer is neither acknowledged nor counted; the time it has is for test_agent_key."""
    channel = KeyChannel(service, service.start(), "no proof").until_kind(CHALLENGE_REQUEST)
    channel.until_acknowledged()
    channel.send(CHALLENGE_RESPONSE, b"no document")
    channel.next -= 1
    channel.prove(bytes(64))
    channel.next -= 1
    channel.prove(channel.challenge)
    channel.until_closed()
    is_equal(channel.closing["Output"], BEGINNING + "Encryption challenge does not match!",
             "an answer that is right does not mend one that was wrong")
    channel = KeyChannel(service, service.start(), "no proof").until_kind(CHALLENGE_REQUEST)
    channel.until_acknowledged()
    channel.send(CHALLENGE_RESPONSE, json.dumps({"Challenge": encoded(bytes(92))}).encode())
    channel.next -= 1
    channel.prove(channel.challenge)
    channel.until_closed()
    is_equal(channel.closing["Output"], BEGINNING + "Error decrypting encrypted text, cipher: message authentication failed",
             "nor one that was not encrypted with the key")


def check_random_challenge():
    with Service("--kms-key", ARN, "--kms-challenge", "required") as service:
        is_equal(ended(service, "no random challenge"),
                 BEGINNING + "client does not support required encryption context random challenge", "a random challenge that is required")
        channel = KeyChannel(service, service.start()).until_kind(COMPLETE)
        is_equal(channel.action["KMSKeyId"], ARN, "who uses it is let in; the key is named as it was given")
    with Service("--kms-key", KEY, "--kms-challenge", "none") as service:
        channel = KeyChannel(service, service.start()).until_kind(COMPLETE)
        is_equal(channel.action, {"KMSKeyId": KEY}, "an agent without one")
    with Service("--kms-key", KEY, "--agent-version", "3.3.807.0") as service:
        is_equal(KeyChannel(service, service.start()).until_kind(COMPLETE).action, {"KMSKeyId": KEY}, "and one that is too old for it")


def check_denied():
    for key, error in [("alias/sandbox-denied", "AccessDeniedException"), ("alias/nowhere", "NotFoundException")]:
        with Service("--kms-key", key) as service:
            is_equal(ended(service, None), f"{BEGINNING}KMSEncryption failed on client with status 2 error: {error}",
                     f"a session with a key that cannot be used: {error}")


def check_ports(service):
    channel = service.open(service.start("AWS-StartSSHSession", portNumber=str(service.port)))
    while channel.expected < 2:
        channel.step()
    channel.send(OUTPUT, b"GET / HTTP/1.0\r\n\r\n")
    ok("HTTP/1.1 404" in channel.until("404"), "a session with a port has no key")


def main():
    with Service("--kms-key", "alias/sandbox") as service:
        check_keys(service)
        check_decrypt(service)
        check_shell(service)
        check_resume(service)
        check_commands(service)
        check_faults(service)
        check_proofs(service)
        check_ports(service)
    check_random_challenge()
    check_denied()
    done()


main()
