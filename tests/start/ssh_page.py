"""The commands of ssm-ssh(7) do what it shows, each in the order in which they stand there, with contrib/ssh_config."""
import os
import re
import shutil

from ssh_world import SRC_DIR, SshWorld, contrib
from tap import done, is_equal, ok, skip, skip_all


def steps(page):
    """Pairs of a command and what it prints; "..." at the end of a line stands for what differs."""
    for block in re.findall(r"^\.Bd .*?\n(.*?)^\.Ed", page, re.M | re.S):
        lines = block.replace("\\&", "").replace("\\e", "\\").splitlines()
        starts = [n for n, line in enumerate(lines) if line.startswith("$ ")]
        for n, end in zip(starts, starts[1:] + [len(lines)]):
            yield lines[n][2:], "".join(f"{line}\n" for line in lines[n + 1:end])


def missing(command):
    """Which program of another package, that this machine need not have."""
    return [name for name in ("git", "rsync") if f"{name} " in command and not shutil.which(name, path="/usr/bin:/bin")]


def main():
    with open(os.path.join(SRC_DIR, "man", "ssm-ssh.7"), encoding="utf-8") as file:
        page = file.read()
    proxy = re.search(r"^Host .*?\n    ProxyCommand .*?$", page, re.M | re.S).group()
    ok(proxy in contrib(), "the page and the example have the same ProxyCommand")
    world = SshWorld()
    try:
        if why := world.start():
            skip_all(why)
        key = world.daemon.path("host_key.pub")
        script = "".join(f"printf '\\001'\n{command}\n" for command, _ in steps(page))
        run = world.run("sh", "-c", f"exec 2>&1\n{script}".replace("/etc/ssh/ssh_host_ed25519_key.pub", key))
        got = run.stdout.split("\1")[1:]
        is_equal(len(got), len(list(steps(page))), "every command was run", run.stdout)
        for (command, printed), text in zip(steps(page), got):
            if missing(command):
                skip(command, f"no {missing(command)[0]} here")
                continue
            pattern = ".*".join(re.escape(part) for part in printed.split("..."))
            ok(re.fullmatch(pattern, text), command, f"expected: {printed}", f"got:      {text}")
        with open(world.path("home/.ssh/known_hosts"), encoding="utf-8") as file:
            keys = {line.split()[2] for line in file if " ssh-ed25519 " in line}
        is_equal(len(keys), 1, "the key that the session brought is the one that ssh had taken", keys)
    finally:
        world.stop()
    done()


main()
