"""The botocore to compare with: the one here, or a newer one that another python3 of PATH has."""
import os
import subprocess
import sys

import tap

WANTED = (1, 31)


def version_of(text):
    return tuple(int(part) for part in text.split(".")[:2])


def find():
    """The version here; another interpreter takes over when it has one that is new enough."""
    try:
        import botocore
        here = botocore.__version__
    except ImportError:
        here = None
    if here is not None and version_of(here) >= WANTED or "BOTOCORE_FOUND" in os.environ:
        return here
    for directory in os.environ.get("PATH", "").split(":"):
        python = os.path.join(directory or ".", "python3")
        if not os.access(python, os.X_OK):
            continue
        run = subprocess.run([python, "-c", "import botocore; print(botocore.__version__)"],
                             capture_output=True, text=True, check=False)
        if run.returncode == 0 and version_of(run.stdout.strip()) >= WANTED:
            os.environ["BOTOCORE_FOUND"] = "1"
            os.execv(python, [python] + sys.argv)
    return here


VERSION = find()
if VERSION is None:
    tap.skip_all("no python3 has botocore")
NEW = version_of(VERSION) >= WANTED
