"""A session over a network that loses packets, is slow, goes, and comes back as another.

In it is a real shell, with a counter that never stops, and somebody types all the while. Every byte that comes out is
compared, and every byte that the shell has read. There are three namespaces: ours, a wire's, and that of a sandbox
behind TLS; so it is the kernel that tells of links, addresses and routes, and that sends again what is lost.

Each thing happens once, for as short as may be. With NETWORK_SECONDS they happen again and again, for so long in all,
and each for a while, drawn from NETWORK_SEED; make check-network asks for some minutes. How soon losses are known and
told, and sessions are back, is printed; what is demanded is only that they are.
"""
import collections
import json
import os
import random
import signal
import statistics
import sys
import tempfile
import time

from busy_shell import BUILD_DIR, Session
from certificates import Certificates
from netns import Helper, find_command, run, send_whole
from tap import done, ok

HERE = os.path.dirname(os.path.abspath(__file__))
ADDRESSES, GATEWAY, FAR, PORT = ("10.99.0.1", "10.99.0.2"), "10.99.0.254", "127.99.0.2", "8443"
LOCALNET = "echo 1 > /proc/sys/net/ipv4/conf/all/route_localnet"
SECONDS = float(os.environ.get("NETWORK_SECONDS", "0"))
SEED = int(os.environ.get("NETWORK_SEED", "1"))
BOUND = 60                                  # seconds, for what should be a matter of one


class World:
    """Our end of the network, which can be broken in many ways, and what is behind it."""

    def __init__(self, directory):
        Certificates(directory).leaf("far", f"IP:{FAR}")
        self.address = 0
        self.wire = Helper(os.path.join(HERE, "wire.py"))
        self.far = Helper(os.path.join(HERE, "far_sandbox.py"), os.path.join(directory, "far"), FAR, PORT)
        run("ip", "link", "add", "wan", "type", "veth", "peer", "name", "near", "netns", str(self.wire.pid))
        send_whole("wan")
        self.wire.order(run=[["ip", "link", "add", "farther", "type", "veth", "peer", "name", "wan", "netns",
                              str(self.far.pid)], ["ip", "link", "set", "near", "up"],
                             ["ip", "link", "set", "farther", "up"]], ends=["near", "farther"])
        self.environment = self.lead(directory, self.far.order(run=[
            ["sh", "-c", LOCALNET], ["ip", "addr", "add", f"{GATEWAY}/24", "dev", "wan"],
            ["ip", "link", "set", "wan", "up"], ["ip", "link", "set", "lo", "up"]]))
        run("sh", "-c", LOCALNET)
        run("ip", "link", "set", "wan", "up")
        self.new_address()

    @staticmethod
    def lead(directory, environment):
        """Loopback stays down here: its addresses are beyond the gateway."""
        url = f"https://{FAR}:{PORT}"
        own = {"PATH": f"{BUILD_DIR}:/usr/bin:/bin", "HOME": directory, "LC_ALL": "C.UTF-8", "TERM": "xterm",
               "AWS_EC2_METADATA_DISABLED": "true", "AWS_CA_BUNDLE": os.path.join(directory, "ca.pem")}
        own.update({name: os.environ[name] for name in ("ASAN_OPTIONS", "UBSAN_OPTIONS") if name in os.environ})
        return {**{name: url if name.startswith("AWS_ENDPOINT_URL") else value
                   for name, value in environment.items()}, **own}

    def new_address(self):
        run("ip", "addr", "flush", "dev", "wan", "scope", "global")
        self.address += 1
        run("ip", "addr", "add", f"{ADDRESSES[self.address % 2]}/24", "dev", "wan")
        self.route()

    @staticmethod
    def route():
        run("ip", "route", "add", "default", "via", GATEWAY)

    @staticmethod
    def no_route():
        run("ip", "route", "del", "default")

    @staticmethod
    def down():
        run("ip", "link", "set", "wan", "down")

    def up(self):
        run("ip", "link", "set", "wan", "up")
        self.route()

    def up_elsewhere(self):
        run("ip", "link", "set", "wan", "up")
        self.new_address()

    def unplug(self):
        self.wire.order(run=[["ip", "link", "set", "near", "down"]])

    def plug(self):
        self.wire.order(run=[["ip", "link", "set", "near", "up"]])

    def quality(self, loss=0, delay=0):
        """Percent and milliseconds, each way."""
        return self.wire.order(loss=loss, delay=delay)

    def stop(self):
        self.far.stop()
        self.wire.stop()


class Figures:
    """What was measured, by title."""

    def __init__(self):
        self.rows = collections.defaultdict(list)

    def add(self, title, seconds):
        self.rows[title].append(seconds)
        print(f"# {title}:", ", ".join(f"{name} {value:.2f} s" for name, value in seconds.items()), flush=True)

    def tell(self):
        for title, rows in sorted(self.rows.items()):
            for name in rows[0]:
                values = sorted(row[name] for row in rows)
                print(f"# {len(rows):3} times {title}: {name} median {statistics.median(values):.2f},"
                      f" most {values[-1]:.2f} s")


def is_event(name):
    return lambda event: event["Event"] == name


def is_loss(line):
    return line.endswith("; resuming the session")


class Trouble:
    """All that can be done to the session; `hold` is for how long in seconds, beyond what it takes to be noticed."""

    def __init__(self, world, session, figures):
        self.world, self.session, self.figures = world, session, figures

    def broken(self, title, breaks, mends, hold):
        """A network that is gone until that is known, and for a while more."""
        session, events, said = self.session, len(self.session.events), len(self.session.said)
        changed = time.monotonic()
        breaks()
        lost = session.awaits(session.events, events, is_event("Lost"))
        told = session.awaits(session.said, said, is_loss)
        session.rest(hold)
        mends()
        whole = time.monotonic()
        back = session.awaits(session.events, events, is_event("Resumed"))
        if ok(None not in (lost, told, back) and session.catches_up(), f"{title}: lost, told, and back", session):
            seconds = {"known": lost - changed, "told": told - lost, "back": back - max(whole, lost),
                       "caught up": time.monotonic() - back}
            self.figures.add(title, seconds)
            ok(max(seconds["told"], seconds["back"]) < BOUND, f"{title}: told and back soon", seconds)

    def worse(self, title, hold, **quality):
        """A network that is there: what becomes of the connection is its own affair."""
        session, before = self.session, self.world.quality(**quality)
        session.rest(hold)
        began = time.monotonic()
        answered, after = session.catches_up(), self.world.quality(**quality)
        while answered and quality.get("loss") and after["lost"] == before["lost"]:
            answered, after = session.catches_up(), self.world.quality(**quality)
        self.world.quality()
        ok(answered, f"{title}: all is answered; of {after['came'] - before['came']} packets "
           f"{after['lost'] - before['lost']} were lost", session)
        self.figures.add(title, {"answered": time.monotonic() - began})

    def loss(self, hold):
        self.worse("30 % loss", hold, loss=30)

    def slow(self, hold):
        self.worse("300 ms there and back", hold, delay=150)

    def lossy_and_slow(self, hold):
        self.worse("30 % loss, 300 ms", hold, loss=30, delay=150)

    def down(self, hold):
        self.broken("interface down", self.world.down, self.world.up, hold)

    def down_for_long(self, hold):
        self.broken("interface down for 175 s", self.world.down, self.world.up, 175 if hold else 0)

    def moved(self, hold):
        self.broken("interface down, and up with another address", self.world.down, self.world.up_elsewhere, hold)

    def unplugged(self, hold):
        self.broken("cable unplugged", self.world.unplug, self.world.plug, hold)

    def route(self, hold):
        self.broken("route gone", self.world.no_route, self.world.route, hold)

    def looked_on(self, hold):
        """Nothing that goes out arrives, and nobody types; what comes in does, while there is room for it on its way."""
        self.session.silent = True
        self.broken("route gone, and nobody types", self.world.no_route, self.route_back, hold)

    def route_back(self):
        self.world.route()
        self.session.silent = False

    def silent(self, hold):
        self.broken("packets swallowed", lambda: self.world.quality(loss=100), self.world.quality, hold)

    def address(self, hold):
        self.broken("address changed", self.world.new_address, lambda: None, 0)
        self.session.rest(hold)

    def flaps(self, hold):
        for _ in range(5):
            self.world.down()
            self.session.rest(hold / 10)
            self.world.up()
            self.session.rest(hold / 10)
        began = time.monotonic()
        ok(self.session.catches_up(), "link down and up, five times: all is answered", self.session)
        self.figures.add("link down and up, five times", {"answered": time.monotonic() - began})


SHORT = Trouble.slow, Trouble.loss, Trouble.moved, Trouble.flaps
LONG = *SHORT, Trouble.lossy_and_slow, Trouble.down, Trouble.address, Trouble.route, Trouble.looked_on, \
    Trouble.unplugged, Trouble.silent


def run_troubles(trouble):
    until, dice, rounds = time.monotonic() + SECONDS, random.Random(SEED), 0
    for what in SHORT if not SECONDS else ():
        what(trouble, 0)
    while time.monotonic() < until and not trouble.session.ended:
        for what in dice.sample(LONG, len(LONG)):
            what(trouble, dice.uniform(0, 30))
            trouble.session.rest(dice.uniform(0, 12))
            if time.monotonic() > until or trouble.session.ended:
                break
        else:
            if rounds % 4 == 0:
                trouble.down_for_long(175)
            rounds += 1


def check(directory):
    world = World(directory)
    session, figures = Session(world.environment, directory, SEED), Figures()
    try:
        ok(session.waits(lambda: session.begun), "a shell, and what runs in it", session)
        session.typist.start()
        run_troubles(Trouble(world, session, figures))
        session.finish()
        figures.tell()
        print("#", json.dumps(session.events[-1][1]))
    finally:
        session.stop()
        world.stop()


def main():
    if sys.argv[1:] == ["inside"]:
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
        with tempfile.TemporaryDirectory() as directory:
            check(directory)
        done()
    command = find_command(("ip", "openssl"), f"ip link add here type veth peer name there && {LOCALNET}",
                           "no network namespaces with links can be made here")
    os.execvp(command[0], [*command, sys.executable, os.path.abspath(__file__), "inside"])


main()
