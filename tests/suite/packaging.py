"""What the packages say agrees with the project: versions, libraries, tools; a release has every file."""
import os
import re
import shutil
import stat
import subprocess
import tempfile

from tap import done, is_equal, ok, skip

BUILD_DIR = os.path.abspath(os.environ.get("BUILD_DIR", "."))
SRC_DIR = os.path.abspath(os.environ.get("SRC_DIR", "."))

# Debian's package of a library, and what the RPM spec asks for in its place.
RPM_NAMES = {
    "libcurl4-openssl-dev": "pkgconfig(libcurl)",
    "libexpat1-dev": "pkgconfig(expat)",
    "libinih-dev": "inih-devel",
    "libjq-dev": "jq-devel",
    "libssl-dev": "pkgconfig(libcrypto)",
    "libwebsockets-dev": "libwebsockets-devel",
    "libyaml-dev": "pkgconfig(yaml-0.1)",
}


def read(name):
    with open(os.path.join(SRC_DIR, name), encoding="utf-8") as file:
        return file.read()


def find(pattern, name):
    found = re.search(pattern, read(name), re.M | re.S)
    return found.group(1) if found else None


def check_versions():
    version = find(r"^AC_INIT\(\[ssm-tools\], \[(.*?)\]\)", "configure.ac")
    for name, pattern in (("debian/changelog", r"\Assm-tools \((.*?)\)"),
                          ("packaging/ssm-tools.spec", r"^Version:\s*(\S+)$"),
                          ("NEWS.md", r"^## (\S+)")):
        is_equal(find(pattern, name), version, f"{name} has the version of configure.ac")


def check_libraries():
    """configure names the package of each library that it misses: that is the list."""
    configure = read("configure.ac")
    wanted = set(re.findall(r"SSM_MISSING\(\[[^\]]*\], \[([^\]]+)\]\)", configure))
    is_equal(wanted, set(RPM_NAMES), "the libraries of configure.ac are the ones known here")
    build_depends = find(r"^Build-Depends:\n(.*?)^\S", "debian/control")
    is_equal(set(re.findall(r"lib\S+-dev\b", build_depends)), wanted, "debian/control asks for them")
    quickstart = find(r'^build_packages="(.*?)"', "quickstart").split()
    is_equal({name for name in quickstart if re.fullmatch("lib.*-dev", name)} - {"libc6-dev"}, wanted,
             "quickstart installs them")
    required = set(re.findall(r"^BuildRequires:\s*(\S+)", read("packaging/ssm-tools.spec"), re.M))
    is_equal(set(RPM_NAMES.values()) - required, set(), "the RPM spec asks for them")


def check_tools():
    with open(os.path.join(BUILD_DIR, "Makefile"), encoding="utf-8") as makefile:
        built = set(re.findall(r"\b(?:ssm|session)-[a-z-]+\b(?=\$\(EXEEXT\))", makefile.read()))
    pages = {name[:-2] for name in os.listdir(os.path.join(SRC_DIR, "man")) if name.endswith(".1")}
    is_equal(pages, built, "each tool has a man page, and no page is without a tool")
    for tool in sorted(built):
        ok(re.search(rf"\b{tool}\b", read("README.md")), f"README.md names {tool}")


def check_places():
    """The files and directories that two pages send the reader to, but for what is any room's, or new."""
    places = r"`((?!\S*(?:[-_]new|ROOM)\b)(?:\.ci|bench|common|contrib|debian|man|packaging|tests|tools)/[\w./-]+)`"
    for page in "CONTRIBUTING.md", "SECURITY.md":
        named = re.findall(places, read(page))
        gone = [name for name in named if not os.path.exists(os.path.join(SRC_DIR, name.rstrip("/")))]
        ok(named and not gone, f"{page} names files that are there", gone)


def tracked():
    run = subprocess.run(["git", "-C", SRC_DIR, "ls-files", "-z"], capture_output=True, text=True, check=False)
    return {name for name in run.stdout.split("\0") if name} if run.returncode == 0 else None


def files_under(top):
    for directory, _, names in os.walk(top):
        for name in names:
            yield os.path.relpath(os.path.join(directory, name), top)


def check_release():
    """The tree that `make dist` packs."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "MFLAGS"))}
    environment["SOURCE_DATE_EPOCH"] = "1234567890"
    with tempfile.TemporaryDirectory() as directory:
        top = os.path.join(directory, "release")
        made = subprocess.run(["make", "-s", "-C", BUILD_DIR, "distdir", f"distdir={top}", f"top_distdir={top}"],
                              capture_output=True, text=True, env=environment, check=False)
        if not ok(made.returncode == 0, "the tree of a release can be made", made.stdout, made.stderr):
            return
        packed = set(files_under(top))
        mine = tracked() if os.path.exists(os.path.join(SRC_DIR, ".git")) and shutil.which("git") else None
        if mine:
            is_equal(mine - packed - {".gitignore"}, set(), "every file of the repository is in it")
        else:
            skip("every file of the repository is in it", "this is no repository")
        status = [os.lstat(os.path.join(top, name)) for name in sorted(packed)]
        is_equal({int(file.st_mtime) for file in status}, {1234567890}, "its files have the release's time")
        ok({stat.S_IMODE(file.st_mode) for file in status} <= {0o644, 0o755}, "and a plain mode")


def main():
    check_versions()
    check_libraries()
    check_tools()
    check_places()
    check_release()
    done()


main()
