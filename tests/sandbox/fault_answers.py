"""What each rule of --fault is on the wire, as a small client of data channels meets it."""
from channel_client import Closed, Refused, Service, signed
from tap import done, is_equal, ok

SESSION = "sandbox-connected"


def service(*rules):
    return Service("--shell", "/bin/sh", *(word for rule in rules for word in ("--fault", rule)))


def resume(here, session=SESSION):
    return here.call("ResumeSession", SessionId=session)


def end_of(channel):
    """How the connection ends: its close frame, RST or FIN. Nothing is sent: what is not read makes a RST of a FIN."""
    try:
        while True:
            channel.socket.receive()
    except Closed as closed:
        return (closed.code, closed.reason) if closed.code else "rst" if channel.socket.reset else "fin"


def check_ends():
    reason = f"Channel {SESSION}: a rule of --fault closes it."
    for rule, expected in (("rst:after=1", "rst"), ("fin:after=1", "fin"), ("close:after=1", (1000, reason)),
                           ("close=4001:after=1", (4001, reason)), ("close=1012:every=50ms", (1012, reason))):
        with service(rule) as here:
            is_equal(end_of(here.open(resume(here))), expected, f"{rule}: how a connection ends")


def answer_of(operation):
    """The error's name, if it is one."""
    return operation.get("__type", "").rpartition("#")[2] or ("no token" if "TokenValue" not in operation else "token")


def check_calls():
    for status, name in ((404, "DoesNotExistException"), (429, "ThrottlingException"), (401, "AccessDeniedException"),
                         (503, "InternalServerError")):
        with service(f"refuse-resume={status}:times=2", f"refuse-start={status}:after=1:times=1") as here:
            is_equal([answer_of(resume(here)) for _ in range(3)], [name, name, "token"], f"refuse-resume={status}, two times")
            is_equal([answer_of(here.start()) for _ in range(3)], ["token", name, "token"],
                     f"refuse-start={status}, the second one")
    with service("no-token:times=1", "refuse-resume=429:for=600:session=sandbox-disconnected") as here:
        is_equal([answer_of(resume(here)) for _ in range(2)], ["no token", "token"], "no-token, once")
        is_equal(answer_of(resume(here, "sandbox-disconnected")), "ThrottlingException", "refuse-resume for one session")
    with service("agent-away") as here:
        is_equal((answer_of(here.start()), here.call("GetConnectionStatus", Target="i-0a1b2c3d4e5f60001")["Status"]),
                 ("TargetNotConnected", "notconnected"), "agent-away: there is no node")


def opens(here, answer, **more):
    """The status of the request for a data channel."""
    try:
        here.open(answer, **more).socket.close()
    except Refused as refused:
        return refused.status
    return 101


def sign(here, answer, keys):
    target = "/" + answer["StreamUrl"].split("/", 3)[3]
    return {"fields": signed(keys, here.region, "ssmmessages", "GET", f"127.0.0.1:{here.port}", target)}


def check_upgrades():
    with service("refuse-upgrade:times=1", "refuse-upgrade=503:times=1") as here:
        answer = resume(here)
        is_equal([opens(here, answer) for _ in range(3)], [403, 503, 101], "refuse-upgrade, in turn")
    with service("expired-cell:times=1") as here:
        answer = resume(here)
        is_equal([opens(here, answer), opens(here, answer), opens(here, resume(here))], [403, 403, 101],
                 "expired-cell, until it is resumed")
    with service("rotated-keys") as here:
        is_equal(answer_of(resume(here)), "ExpiredTokenException", "rotated-keys: a call")
        here.keys = ("ASIASANDBOXEXAMPLE00", "SandboxTemporaryKeyIsNoSecret+at/EXAMPLE")
        ok(answer_of(resume(here)) != "ExpiredTokenException", "not with other keys")
    with service("rotated-keys:after=2") as here:
        answer = resume(here)
        is_equal(opens(here, answer, **sign(here, answer, here.keys)), 101, "rotated-keys:after=2: a data channel before")
        is_equal([opens(here, answer, **sign(here, answer, here.keys)), opens(here, answer)], [403, 101],
                 "one that is signed is refused then, one that is not has no keys")


def main():
    check_ends()
    check_calls()
    check_upgrades()
    done()


main()
