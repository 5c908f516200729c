"""git, rsync, scp and sftp through ssh through the sandbox, whose connections are cut meanwhile: complete, and equal.

SSH_OVER_MEGABYTES is how much git and rsync carry; make check-long asks for 200, with a cut every 5 seconds. And ssh's own
keepalive, which outlives a cut as long as its two numbers say.
"""
import filecmp
import os
import shutil
import subprocess
import sys
import time

from ssh_world import TARGET, SshWorld
from tap import done, is_equal, ok, skip, skip_all, tell

MEGABYTES = int(os.environ.get("SSH_OVER_MEGABYTES", "0"))
SIZE = MEGABYTES * 1024 * 1024 if MEGABYTES else 1500 * 1024
CUT = "rst:every=5s" if MEGABYTES else "rst:every=700"          # messages, of a kilobyte or an acknowledgement
LIMIT = 120 if not MEGABYTES else 3600
PIECES = 10


def have(*programs):
    """Why a case cannot be run here, or None."""
    missing = [program for program in programs if not shutil.which(program, path="/usr/bin:/bin")]
    return f"no {' and no '.join(missing)} here" if missing else None


def fill(directory):
    os.makedirs(directory)
    for n in range(PIECES):
        with open(os.path.join(directory, f"piece-{n}"), "wb") as file:
            file.write(os.urandom(SIZE // PIECES + n))


def is_same(one, other):
    found = filecmp.dircmp(one, other, ignore=[".git"])
    return not (found.left_only or found.right_only) and \
        filecmp.cmpfiles(one, other, found.common_files, shallow=False)[0] == found.common_files


def timed(world, title, *command, **how):
    """A command that must go through, and how it was cut on its way."""
    cuts, began = sum(world.faults()), time.monotonic()
    run = world.run(*command, limit=LIMIT, **how)
    cuts = sum(world.faults()) - cuts
    tell(f"{title}: {SIZE / 1e6:.1f} MB, {time.monotonic() - began:.1f} s, {cuts} cuts")
    is_equal(run.returncode, 0, f"{title}: 0", run.stdout, run.stderr)
    return cuts


def check_git(world):
    if why := have("git"):
        skip("git clone", why)
        return
    here = world.path("repository")
    fill(here)
    for arguments in ("init", "-q"), ("add", "."), ("-c", "user.name=a", "-c", "user.email=a@b", "-c", "commit.gpgsign=false",
                                                   "commit", "-qm", "c"):
        subprocess.run(["git", "-C", here, "-c", "core.compression=0", *arguments], check=True, env=world.environment)
    cuts = timed(world, "git clone", "git", "clone", "-q", f"{TARGET}:{here}", world.path("clone"))
    ok(is_same(here, world.path("clone")), "git clone: every file is the same")
    ok(cuts > 0, "git clone: cut on its way", cuts)


def check_rsync(world):
    if why := have("rsync"):
        skip("rsync", why)
        return
    here = world.path("tree")
    fill(here)
    up = timed(world, "rsync up", "rsync", "-a", f"{here}/", f"{TARGET}:{world.path('up')}/")
    ok(is_same(here, world.path("up")), "rsync up: every file is the same")
    down = timed(world, "rsync down", "rsync", "-a", f"{TARGET}:{here}/", f"{world.path('down')}/")
    ok(is_same(here, world.path("down")), "rsync down: every file is the same")
    ok(up > 0 and down > 0, "rsync: cut on its way, both ways", up, down)


def check_copies(world):
    here = world.path("file")
    with open(here, "wb") as file:
        file.write(os.urandom(1000 * 1024))
    timed(world, "scp", "scp", "-q", here, f"{TARGET}:{here}.scp")
    ok(filecmp.cmp(here, here + ".scp", shallow=False), "scp: the file is the same")
    timed(world, "sftp", "sftp", "-q", "-b", "-", TARGET, input=f"get {here} {here}.sftp\n")
    ok(filecmp.cmp(here, here + ".sftp", shallow=False), "sftp: the file is the same")


def check_cut():
    world = SshWorld(CUT)
    try:
        if why := world.start():
            skip_all(why)
        check_git(world)
        check_rsync(world)
        if not MEGABYTES:
            check_copies(world)
    finally:
        world.stop()


def away(world, count, seconds):
    """ssh, its keepalive every second, in a session that cannot be resumed for so long."""
    world.add_fault("rst:after=2s:times=1")
    world.add_fault(f"refuse-resume=500:for={seconds}s")
    return world.run("ssh", "-o", "ControlPath=none", "-o", "ServerAliveInterval=1", "-o", f"ServerAliveCountMax={count}",
                     TARGET, "sleep 4; echo here; exit 5")


def check_keepalive():
    for count, code, out, title in ((60, 5, "here\n", "outlives what is shorter than its two numbers"),
                                    (2, 255, "", "ends what is longer")):
        world = SshWorld()
        try:
            if why := world.start():
                skip(title, why)
                return
            run = away(world, count, 6)
            is_equal((run.returncode, run.stdout), (code, out), f"ssh's keepalive {title}", run.stderr)
        finally:
            world.stop()


def main():
    if MEGABYTES:
        check_cut()
        done()
        sys.exit(0)
    check_cut()
    check_keepalive()
    done()


main()
