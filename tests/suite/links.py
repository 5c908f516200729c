"""Each tool links the libraries that the contract allows it, and no other but those that come with libcurl."""
import os
import re
import subprocess

from tap import done, ok, skip_all

BUILD_DIR = os.environ.get("BUILD_DIR", ".")

LIBRARIES = {
    "session-manager-plugin": {"libcrypto", "libcurl", "libinih"},
    "ssm-call": {"libcurl", "libinih"},
    "ssm-check": set(),
    "ssm-credentials": {"libcrypto", "libcurl", "libexpat", "libinih"},
    "ssm-describe-sessions": set(),
    "ssm-format": {"libjq", "libyaml-0"},
    "ssm-parse-url": set(),
    "ssm-request": {"libinih", "libyaml-0"},
    "ssm-resume-session": {"libinih"},
    "ssm-sandbox": {"libcrypto", "libwebsockets"},
    "ssm-sign": {"libcrypto", "libinih"},
    "ssm-start-session": {"libinih"},
    "ssm-stream": {"libcrypto", "libcurl", "libinih"},
}
EVERY_TOOL = {"libc"}


def needed(path):
    text = subprocess.run(["readelf", "-d", path], capture_output=True, text=True, check=True).stdout
    return {name for name in re.findall(r"\(NEEDED\).*\[([^\]]+?)\.so", text)
            if not name.startswith("ld-linux")}


def brought(path, library):
    """What a library of the program at path needs and what that needs, so that it is loaded with it anyway."""
    def loaded(name):
        text = subprocess.run(["ldd", name], capture_output=True, text=True, check=True).stdout
        return dict(re.findall(r"(\S+)\.so\S* => (\S+)", text))
    return set(loaded(loaded(path)[library]))


def check_libraries(tool, path):
    allowed = LIBRARIES[tool] | EVERY_TOOL
    got = needed(path)
    more = brought(path, "libcurl") if "libcurl" in allowed else set()
    ok(allowed <= got <= allowed | more, f"{tool} links {' and '.join([*sorted(LIBRARIES[tool]), 'libc'])} alone",
       f"NEEDED: {sorted(got)}", f"with libcurl: {sorted(more)}")


def main():
    if os.environ.get("SANITIZERS") == "yes":
        skip_all("a build with sanitizers links them, and has other flags")
    with open(os.path.join(BUILD_DIR, "Makefile"), encoding="utf-8") as makefile:
        built = set(re.findall(r"\b(?:ssm|session)-[a-z-]+\b(?=\$\(EXEEXT\))", makefile.read()))
    ok(built == set(LIBRARIES), "the table names every tool that is built",
       f"built: {sorted(built)}", f"table: {sorted(LIBRARIES)}")
    for tool in sorted(LIBRARIES):
        check_libraries(tool, os.path.join(BUILD_DIR, tool))
    for tool in sorted(LIBRARIES):
        header = subprocess.run(["readelf", "-hldW", os.path.join(BUILD_DIR, tool)],
                                capture_output=True, text=True, check=True).stdout
        ok("DYN " in header and "GNU_RELRO" in header and "NOW" in header,
           f"{tool} is position independent, its relocations read-only")
        ok(re.search(r"GNU_STACK\s.*\sRW\s", header), f"{tool} has no executable stack")
    done()


main()
