"""ssm-stream over connections that are cut in every way: each byte once, in order, and nothing wrong in what it sends."""
import os

import datachannel_programs as programs
from datachannel import Emulator
from datachannel_message import OUTPUT
from sigv4_judge import Keys
from stream_running import TOOL, Stream, run
from tap import done, is_equal, ok, skip_all

LISTING = b"".join(b"line %d\n" % i for i in range(12000))
WINDOW = 5                                  # messages in flight: each that is lost costs the agent a tick


def judged(session, title):
    ok(not session.wrong and not session.emulator.wrong, f"{title}: nothing is wrong", *session.wrong, *session.emulator.wrong)


def check_output(emulator, how):
    session = emulator.session(f"output-{how}", programs.Command([(OUTPUT, LISTING)], kind=None), window=WINDOW)
    session.watch = lambda number: session.cut(how) if number in (20, 60) else None
    got = run(emulator, session.document())
    title = f"output, cut twice by {how}"
    ok(got.code == 0 and got.out == LISTING, f"{title}: every byte once, and success", got)
    is_equal((session.connections, session.resumes), (3, 2), f"{title}: a resume for each cut")
    judged(session, title)


def check_input(emulator, how):
    """Lines that are typed before, while and after the connection is gone."""
    shell = programs.Shell()
    session = emulator.session(f"input-{how}", shell)
    stream = Stream(emulator, session.document())
    ok(session.wait(lambda: 0 in range(len(session.sent)) and not session.unacknowledged), f"input, cut by {how}: a prompt")
    expected = b""
    for i in range(3):
        stream.feed(b"before %d\n" % i)
        session.cut(how)
        stream.feed(b"behind %d\n" % i)
        expected += b"before %d\nbehind %d\n" % (i, i)
        ok(session.wait(lambda e=expected: shell.typed == e), f"input, cut by {how}: line {i} arrives once", shell.typed)
    stream.feed(b"exit\n")
    got = stream.finish()
    is_equal((got.code, got.out), (0, b"sh$ " + expected + b"exit\n"), f"input, cut by {how}: what is shown", got)
    judged(session, f"input, cut by {how}")


def check_handshake(emulator):
    """Cuts inside the handshake: behind its request, and before its end."""
    for cut_at in 0, 1:
        session = emulator.session(f"handshake-{cut_at}", programs.Command([(OUTPUT, b"done\n")]))
        session.watch = lambda number, s=session, at=cut_at: s.cut("rst") if number == at else None
        got = run(emulator, session.document())
        ok(got.out == b"done\n" and (got.code == 0 or b"may be incomplete" in got.err), f"a handshake, cut at message {cut_at}", got)
        judged(session, f"a handshake, cut at message {cut_at}")


def check_lost_acknowledgements(emulator):
    """Acknowledgements that died with the connection are sent again: without, the agent would stand still."""
    session = emulator.session("lost", programs.Command([(OUTPUT, LISTING)], kind=None), window=WINDOW)
    session.lose_acknowledgements = {25, 26, 27, 28, 29}
    session.watch = lambda number: session.cut("rst") if number == 32 else None
    got = run(emulator, session.document())
    ok(got.code == 0 and got.out == LISTING, "acknowledgements lost with the connection", got)
    judged(session, "acknowledgements lost with the connection")


def check_command(emulator):
    """Output that comes at a command's end, cut in the middle: all of it arrives; without an exit code nobody knows that."""
    session = emulator.session("command", programs.Command([(OUTPUT, LISTING)]), window=WINDOW)
    session.watch = lambda number: session.cut("rst") if number == 30 else None
    got = run(emulator, session.document())
    ok(got.out == LISTING and (got.code == 0 or got.code == 255 and b"incomplete" in got.err), "a command's output, cut", got)
    judged(session, "a command's output, cut")


def check_no_exit_code(emulator):
    """A command that ends without an exit code, as when the node was away at that moment."""
    for options, expected in ([], (0, b"out\n", b"")), (["--separate-output"], (
            255, b"out\n", b"ssm-stream: the session has ended without the command's exit code\n")):
        session = emulator.session("no-code", programs.Command([(OUTPUT, b"out\n")]))
        got = run(emulator, session.document(), *options)
        is_equal((got.code, got.out, got.err), expected, f"no exit code {' '.join(options)}")


class Abrupt(programs.Program):
    """Its connection ends in the moment in which it does."""

    def __init__(self, how):
        self.how = how

    def start(self, session):
        session.output(b"fine\n" * 3)
        session.close()
        session.cut(self.how)


def check_abrupt(emulator):
    """channel_closed and the end of the connection at once: that is an end, and no loss."""
    for how in "fin", "close":
        for options in [], ["--no-resume"]:
            for _ in range(5):
                session = emulator.session("abrupt", Abrupt(how))
                got = run(emulator, session.document(), *options)
                if (got.code, got.out, got.err, session.resumes) != (0, b"fine\n" * 3, b"", 0):
                    break
            is_equal((got.code, got.out, got.err, session.resumes), (0, b"fine\n" * 3, b"", 0),
                     f"the connection ends with the session, by {how} {' '.join(options)}")


def check_over(emulator):
    """A session that is over when it is resumed: told so, with 1."""
    for title, answer in (("without a token", (200, {"SessionId": "x"})),
                          ("DoesNotExistException", (400, {"__type": "DoesNotExistException", "message": "gone\x1b[2J"}))):
        session = emulator.session("over", programs.Shell())
        emulator.resume_answer = lambda _, a=answer: a
        session.watch = lambda number, s=session: s.cut("close")
        got = run(emulator, session.document())
        ok(got.code == 1 and got.err and b"\x1b" not in got.err, f"a session that is over: {title}", got)
        judged(session, f"a session that is over: {title}")
    emulator.resume_answer = None


def check_again(emulator):
    """A service that has trouble with ResumeSession for a while."""
    troubles = [(400, {"__type": "ThrottlingException", "message": "slow down"}), (500, {"__type": "InternalServerError"}),
                (403, {"__type": "AccessDeniedException", "message": "not now"})]
    for trouble in troubles:
        left = [trouble]
        session = emulator.session("again", programs.Command([(OUTPUT, LISTING)], kind=None), window=WINDOW)
        session.watch = lambda number, s=session: s.cut("rst") if number == 20 else None
        emulator.resume_answer = lambda s, waiting=left: waiting.pop() if waiting else emulator.answer("AmazonSSM.ResumeSession", s)
        got = run(emulator, session.document())
        ok(got.code == 0 and got.out == LISTING, f"ResumeSession fails once: {trouble[1]['__type']}", got)
        judged(session, f"ResumeSession fails once: {trouble[1]['__type']}")
    emulator.resume_answer = None


def check_options(emulator):
    """What is said of calls holds for those of a resume, under the names that ssm-resume-session has for it."""
    options = ["--connect-timeout", "5", "--read-timeout=7", "--no-verify-ssl", f"--endpoint-url={emulator.url}"]
    session = emulator.session("options", programs.Command([(OUTPUT, LISTING)], kind=None), window=WINDOW)
    session.watch = lambda number: session.cut("rst") if number == 20 else None
    got = run(emulator, session.document(), *options)
    is_equal((got.code, session.resumes, got.out == LISTING), (0, 1, True), "options of calls, and a resume", got)
    judged(session, "options of calls, and a resume")


def check_without(emulator):
    session = emulator.session("no-resume", programs.Shell())
    session.watch = lambda number: session.cut("fin")
    got = run(emulator, session.document(), "--no-resume")
    is_equal((got.code, session.connections, session.resumes), (75, 1, 0), "--no-resume: a cut is the end, 75", got)
    judged(session, "--no-resume")


def main():
    if not os.path.exists(TOOL):
        skip_all("no ssm-stream")
    emulator = Emulator(Keys(token="session/token+=="))
    for how in "rst", "fin", "close":
        check_output(emulator, how)
        check_input(emulator, how)
    check_handshake(emulator)
    check_lost_acknowledgements(emulator)
    check_command(emulator)
    check_no_exit_code(emulator)
    check_abrupt(emulator)
    check_over(emulator)
    check_again(emulator)
    check_options(emulator)
    check_without(emulator)
    emulator.stop()
    done()


main()
