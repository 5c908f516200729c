"""Each tool links the libraries that the contract allows it, and no other."""
import os
import re
import subprocess

from tap import done, ok, skip_all

BUILD_DIR = os.environ.get("BUILD_DIR", ".")

LIBRARIES = {
    "ssm-call": {"libcurl", "libinih", "libjq"},
    "ssm-check": {"libjq"},
    "ssm-credentials": {"libcrypto", "libcurl", "libinih", "libjq"},
    "ssm-describe-sessions": {"libjq"},
    "ssm-format": {"libjq", "libyaml-0"},
    "ssm-parse-url": {"libjq"},
    "ssm-request": {"libinih", "libjq", "libyaml-0"},
    "ssm-resume-session": {"libjq"},
    "ssm-sandbox": {"libcrypto", "libjq", "libwebsockets"},
    "ssm-sign": {"libcrypto", "libinih", "libjq"},
}
EVERY_TOOL = {"libc"}


def needed(path):
    text = subprocess.run(["readelf", "-d", path], capture_output=True, text=True, check=True).stdout
    return {name for name in re.findall(r"\(NEEDED\).*\[([^.\]]+)\.so", text)
            if not name.startswith("ld-linux")}


def main():
    if os.environ.get("SANITIZERS") == "yes":
        skip_all("a build with sanitizers links them, and has other flags")
    with open(os.path.join(BUILD_DIR, "Makefile"), encoding="utf-8") as makefile:
        built = set(re.findall(r"\bssm-[a-z-]+\b(?=\$\(EXEEXT\))", makefile.read()))
    ok(built == set(LIBRARIES), "the table names every tool that is built",
       f"built: {sorted(built)}", f"table: {sorted(LIBRARIES)}")
    for tool, libraries in sorted(LIBRARIES.items()):
        got = needed(os.path.join(BUILD_DIR, tool))
        ok(got == libraries | EVERY_TOOL, f"{tool} links {', '.join(sorted(libraries))} and libc",
           f"NEEDED: {sorted(got)}")
    for tool in sorted(LIBRARIES):
        header = subprocess.run(["readelf", "-hldW", os.path.join(BUILD_DIR, tool)],
                                capture_output=True, text=True, check=True).stdout
        ok("DYN " in header and "GNU_RELRO" in header and "NOW" in header,
           f"{tool} is position independent, its relocations read-only")
        ok(re.search(r"GNU_STACK\s.*\sRW\s", header), f"{tool} has no executable stack")
    done()


main()
