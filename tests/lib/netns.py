"""Network namespaces of a test: one for itself, and one for each of its helpers. They go away with their processes."""
import ctypes
import fcntl
import json
import os
import shutil
import socket
import struct
import subprocess
import sys

from tap import skip_all

SIOCETHTOOL, ETHTOOL_STXCSUM = 0x8946, 0x17


def run(*command):
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=30).stdout


def find_command(tools, probe, why):
    """The command that makes a namespace in which the shell's words `probe` work; without one there is no test."""
    os.environ["PATH"] += ":/usr/sbin:/sbin"
    for name in "unshare", *tools:
        if not shutil.which(name):
            skip_all(f"there is no command {name}")
    for command in (["unshare", "-n"], ["unshare", "-rn"]):
        if subprocess.run([*command, "sh", "-c", probe], capture_output=True, check=False).returncode == 0:
            return command
    skip_all(why)


def send_whole(link):
    """Has the kernel cut what it sends into packets, with checksums: it takes it that a virtual link needs neither."""
    value = ctypes.create_string_buffer(struct.pack("II", ETHTOOL_STXCSUM, 0))
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        fcntl.ioctl(any_socket, SIOCETHTOOL, struct.pack("16sP16x", link.encode(), ctypes.addressof(value)))


class Helper:
    """A program in Python in a namespace of its own, made from within ours. It takes an order a line, each of which it
    answers with a line, and ends with its input: when this process does, whichever way."""

    def __init__(self, program, *arguments):
        self.process = subprocess.Popen(["unshare", "-n", sys.executable, program, *arguments],
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.pid = self.process.pid
        self.hear()                             # it is there, and so is its namespace

    def hear(self):
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError(f"{self.process.args[3:]} has ended with code {self.process.wait()}")
        return json.loads(line)

    def order(self, **what):
        print(json.dumps(what), file=self.process.stdin, flush=True)
        return self.hear()

    def stop(self):
        self.process.stdin.close()
        self.process.wait(timeout=60)
        self.process.stdout.close()
