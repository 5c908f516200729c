"""The machine that something was measured on, and the versions of what was measured."""
import os
import platform
import re
import subprocess


def first(path, pattern):
    try:
        with open(path, encoding="utf-8") as file:
            found = re.search(pattern, file.read(), re.M)
    except OSError:
        return None
    return found.group(1) if found else None


def memory():
    kib = first("/proc/meminfo", r"^MemTotal:\s*(\d+)")
    return f"{int(kib) / 2 ** 20:.0f} GiB" if kib else "unknown"


def output_of(*command):
    return subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout


def describe():
    """What it is and what runs on it, as rows."""
    processor = first("/proc/cpuinfo", r"^model name\s*:\s*(.+)$") or platform.machine()
    system = first("/etc/os-release", r'^PRETTY_NAME="?([^"\n]+)') or platform.system()
    return [("processor", f"{processor}, {len(os.sched_getaffinity(0))} cores"),
            ("memory", memory()),
            ("system", f"{system}, Linux {platform.release().split('-')[0]}, glibc {platform.libc_ver()[1]}"),
            ("load before the run", f"{os.getloadavg()[0]:.1f}"),
            ("suite", f"ssm-tools {output_of('ssm-call', '--version').split()[2]}, "
                      + ", ".join(output_of("multi", "--version").split()[:2]).replace("/", " ")),
            ("Python", platform.python_version())]
