"""git, rsync, scp and sftp through ssh through the sandbox, whose connections are cut meanwhile: complete, and equal.

SSH_OVER_MEGABYTES is how much git and rsync carry; make check-long asks for 200, with a cut every 5 seconds. And ssh's own
keepalive, which outlives a loss as long as its two numbers say.
"""
import filecmp
import os
import shutil
import subprocess
import time

from ssh_world import TARGET, SshWorld
from tap import done, is_equal, ok, skip, skip_all, tell, together

MEGABYTES = int(os.environ.get("SSH_OVER_MEGABYTES", "0"))
SIZE = MEGABYTES * 1024 * 1024 or 100 * 1024
SESSIONS = 5                        # of a short run: each is cut once, in the middle
CUTS = ["rst:every=5s"] if MEGABYTES else [f"rst:after=100:session={n}" for n in range(1, SESSIONS + 1)]
LIMIT = 3600 if MEGABYTES else 120
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


def carried(world, title, *command, **how):
    """A command that must go through."""
    began = time.monotonic()
    run = world.run(*command, limit=LIMIT, **how)
    tell(f"{title}: {SIZE / 1e6:.1f} MB, {time.monotonic() - began:.1f} s")
    is_equal(run.returncode, 0, f"{title}: 0", run.stdout, run.stderr)


def check_git(world):
    if why := have("git"):
        skip("git clone", why)
        return
    here = world.path("repository")
    fill(here)
    settings = ["-c", "user.name=a", "-c", "user.email=a@b", "-c", "commit.gpgsign=false"]
    for arguments in ("init", "-q"), ("config", "core.compression", "0"), ("config", "pack.window", "0"), ("add", "."), \
            (*settings, "commit", "-qm", "c"):
        subprocess.run(["git", "-C", here, *arguments], check=True, env=world.environment)
    carried(world, "git clone", "git", "clone", "-q", f"{TARGET}:{here}", world.path("clone"))
    ok(is_same(here, world.path("clone")), "git clone: every file is the same")


def check_rsync(world, up):
    name = "rsync up" if up else "rsync down"
    if why := have("rsync"):
        skip(name, why)
        return
    here, there = world.path(f"tree-{up}"), world.path(f"copy-{up}")
    fill(here)
    places = (f"{here}/", f"{TARGET}:{there}/") if up else (f"{TARGET}:{here}/", f"{there}/")
    carried(world, name, "rsync", "-a", *places)
    ok(is_same(here, there), f"{name}: every file is the same")


def check_copy(world, name):
    here = world.path(f"file.{name}")
    with open(here, "wb") as file:
        file.write(os.urandom(SIZE))
    if name == "scp":
        carried(world, name, "scp", "-q", here, f"{TARGET}:{here}.copy")
    else:
        carried(world, name, "sftp", "-q", "-b", "-", TARGET, input=f"get {here} {here}.copy\n")
    ok(filecmp.cmp(here, f"{here}.copy", shallow=False), f"{name}: the file is the same")


def check_cut():
    world = SshWorld(*CUTS, own="ControlPath none\n")
    cases = [lambda: check_git(world), lambda: check_rsync(world, True), lambda: check_rsync(world, False)]
    try:
        if why := world.start():
            skip_all(why)
        if MEGABYTES:
            for case in cases:
                case()
        else:
            together(*cases, lambda: check_copy(world, "scp"), lambda: check_copy(world, "sftp"))
        tell(f"{sum(world.faults())} cuts")
        if not have("git", "rsync"):
            ok(sum(world.faults()) >= SESSIONS, "cut on their way", world.faults())
    finally:
        world.stop()


def hold_out(count, seconds):
    """ssh at work, with a sign of life every second, in a session that is lost then, for so long or for ever."""
    world = SshWorld(own="ControlPath none\n")
    try:
        if why := world.start():
            return why
        with subprocess.Popen(["ssh", "-o", "ServerAliveInterval=1", "-o", f"ServerAliveCountMax={count}", TARGET,
                               "echo begun; sleep 4; echo here; exit 5"], env=world.environment, cwd=world.path("home"),
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as ssh:
            begun = ssh.stdout.readline()
            world.add_fault("refuse-resume=500")
            world.add_fault("rst", "/now")
            if seconds is not None:
                time.sleep(seconds)
                world.no_faults()
            try:
                out = ssh.communicate(timeout=LIMIT)[0]
            except subprocess.TimeoutExpired:
                ssh.kill()
                return "ssh hangs"
        return ssh.returncode, begun + out
    finally:
        world.stop()


def main():
    if MEGABYTES:
        check_cut()
    else:
        together(check_cut,
                 lambda: is_equal(hold_out(60, 6), (5, "begun\nhere\n"), "ssh's keepalive outlives a loss that is shorter than it"),
                 lambda: is_equal(hold_out(2, None), (255, "begun\n"), "and does not outlive a longer one"))
    done()


main()
