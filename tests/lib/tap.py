"""TAP for the tests in Python: ok(), is_equal(), together(), done(). Importing it gives signals their usual effect."""
import concurrent.futures
import signal
import sys
import threading
import traceback

for _number in signal.SIGINT, signal.SIGQUIT, signal.SIGHUP, signal.SIGTERM, signal.SIGCHLD:
    if signal.getsignal(_number) == signal.SIG_IGN:     # as in what a shell runs in the background
        signal.signal(_number, signal.SIG_DFL)

_count = _failed = 0
_mine = threading.local()           # of a thread of together(): .kept, its checks


def ok(condition, title, *details):
    """One check; the details are printed when it fails."""
    global _count, _failed
    if hasattr(_mine, "kept"):
        _mine.kept.append((condition, title, *details))
        return bool(condition)
    _count += 1
    print(f"{'ok' if condition else 'not ok'} {_count} - {' '.join(title.replace('#', '').split())}")
    if not condition:
        _failed += 1
        for detail in details:
            for line in str(detail).split("\n")[:60]:
                print(f"# {line[:2000]}")
    sys.stdout.flush()
    return bool(condition)


def tell(line):
    """A remark, which is no check."""
    if hasattr(_mine, "kept"):
        _mine.kept.append(line)
    else:
        print(f"# {line}", flush=True)


def together(*cases):
    """Runs all of these at once, each in a thread; what they check and tell comes in the order in which they stand here."""
    def run(case):
        _mine.kept = []
        try:
            case()
        except Exception:           # pylint: disable=broad-except ; it is told, and the others go on
            ok(False, f"{case} goes through", traceback.format_exc())
        return _mine.__dict__.pop("kept")

    with concurrent.futures.ThreadPoolExecutor(len(cases)) as pool:
        for kept in pool.map(run, cases):
            for row in kept:
                tell(row) if isinstance(row, str) else ok(*row)


def skip(title, why):
    """A check, or several, that cannot be made here."""
    global _count
    _count += 1
    print(f"ok {_count} - {title} # SKIP {why}", flush=True)


def is_equal(got, expected, title, *details):
    return ok(got == expected, title, f"expected: {expected!r}", f"got:      {got!r}", *details)


def skip_all(why):
    """Ends the test: nothing was run, and why."""
    print(f"1..0 # SKIP {why}")
    sys.exit(0)


def done():
    """Prints the plan and ends the test."""
    print(f"1..{_count}")
    sys.exit(1 if _failed or not _count else 0)
