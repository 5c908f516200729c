"""Processes that meet at a lock: a server that answers the first of them when all have come proves that they wait."""
import glob
import os
import time

PATIENCE = 60


class Rivals:
    """Called with a request, the first time, it returns when so many processes have the lock's file open."""

    def __init__(self, lock, count):
        self.lock, self.count, self.met = os.path.realpath(lock), count, None

    def __call__(self):
        if self.met is None:
            self.met = False
            end = time.monotonic() + PATIENCE
            while not self.met and time.monotonic() < end:
                time.sleep(0.01)
                self.met = len({path.split("/")[2] for path in glob.glob("/proc/[0-9]*/fd/*") if self.is_lock(path)}) >= self.count

    def is_lock(self, path):
        try:
            return os.readlink(path) == self.lock
        except OSError:
            return False
