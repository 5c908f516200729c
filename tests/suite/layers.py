"""The plan of the rooms: who may look at whom, which library enters where, what a tool is made of."""
import concurrent.futures
import glob
import graphlib
import os
import re
import subprocess
import sys
import tempfile

from tap import done, is_equal, ok

SRC_DIR = os.environ.get("SRC_DIR", ".")
CC = os.environ.get("CC", "cc").split()
FOLDER_MAX = 40         # files

# Each room of common/, and the rooms that it may include.
ROOMS = {
    "core": "",
    "process": "core",
    "json": "core",
    "retry": "core",
    "http": "core process",
    "aws": "core json",
    "config": "core retry aws",
    "cli": "core process json retry aws config",
    "request": "core json aws cli",
    "sign": "core json aws",
    "service": "core json retry aws config sign http",
    "calls": "core process json retry config cli http service format",
    "credentials": "core process json retry aws config cli sign service",
    "role": "core process json retry aws config sign service credentials",
    "sso": "core process json retry aws config sign service credentials role",
    "jmespath": "core json",
    "format": "core json aws",
    "pipeline": "core process cli",
    "resume": "core process json config cli request jmespath format aws pipeline",
    "pages": "core process json cli jmespath aws pipeline",
    "check": "core process json cli jmespath aws pipeline",
    "start": "core process json aws config cli pipeline resume ports",
    "stream": "core json sign http",
    "ports": "core process stream",
    "console": "core process cli",
    "session": "core process json retry aws config cli sign http service pipeline stream console ports",
    "plugin": "core json session",
    "sandbox": "core process json aws sign http stream",
}

# Each tool, and the rooms that its own file may include.
TOOLS = {
    "session-manager-plugin": "cli core http plugin process session sign",
    "ssm-call": "calls cli retry",
    "ssm-check": "check cli core",
    "ssm-credentials": "cli credentials http process role service sign",
    "ssm-describe-sessions": "core pages pipeline request",
    "ssm-format": "cli format jmespath process service",
    "ssm-parse-url": "aws cli json",
    "ssm-request": "cli json request",
    "ssm-resume-session": "cli core pipeline resume",
    "ssm-sandbox": "aws cli core sandbox sign",
    "ssm-sign": "aws cli core credentials json sign",
    "ssm-start-session": "aws cli core ports process resume start",
    "ssm-stream": "cli console core http ports process session sign",
}

# A library's header, and the only rooms that see it, directly or through others' headers.
LIBRARY_HEADERS = {
    "jv.h": {"format"},
    "jq.h": {"format"},
    "yaml.h": {"format", "request"},
    "ini.h": {"config"},
    "openssl/": {"sign", "sso", "stream", "sandbox"},    # the last one through libwebsockets.h
    "curl/": {"http"},
    "expat.h": {"role"},
    "libwebsockets.h": {"sandbox"},
}


def module_of(path):
    return os.path.splitext(os.path.relpath(path, os.path.join(SRC_DIR, "common")))[0]


def includes(path):
    with open(path, encoding="utf-8") as source:
        return re.findall(r'^\s*#\s*include\s+([<"])([^>"]+)[>"]', source.read(), re.M)


def ours(path):
    return [name for quote, name in includes(path) if quote == '"']


def check_rooms(sources):
    found = {module_of(path).partition("/")[0] for path in sources}
    is_equal(sorted(found), sorted(ROOMS), "every folder of common/ is a room, every room a folder")
    for path in sources:
        room = module_of(path).partition("/")[0]
        allowed = {room, *ROOMS.get(room, "").split()}
        wrong = [name for name in ours(path) if name.partition("/")[0] not in allowed]
        ok(not wrong, f"{os.path.relpath(path, SRC_DIR)} looks into no room that is not its room's to see", wrong)


def circle_in(graph):
    """Names that lead back to the first one, or none."""
    try:
        graphlib.TopologicalSorter(graph).prepare()
    except graphlib.CycleError as error:
        return error.args[1]
    return []


def check_circles(sources):
    """A module may use what is below it: sorted so that each comes after all that it includes."""
    graph = {}
    for path in sources:
        graph.setdefault(module_of(path), set()).update(
            name for name in (os.path.splitext(name)[0] for name in ours(path)) if name != module_of(path))
    circle = circle_in(graph)
    ok(not circle, "no circle of modules", " -> ".join(circle))
    circle = circle_in({room: uses.split() for room, uses in ROOMS.items()})
    ok(not circle, "no circle of rooms", " -> ".join(circle))


def check_tools(tools):
    is_equal(sorted(os.path.splitext(os.path.basename(path))[0] for path in tools), sorted(TOOLS), "every tool has a row")
    for path in tools:
        name = os.path.splitext(os.path.basename(path))[0]
        got = sorted({include.partition("/")[0] for include in ours(path)})
        is_equal(got, sorted(TOOLS.get(name, "").split()), f"{name} is made of the rooms of its row")


def compile_all(paths, *options):
    """What the compiler prints about these files, and says of them; as many of it at once as there are processors."""
    count = os.cpu_count() or 1
    parts = [part for part in (paths[n::count] for n in range(count)) if part]
    with concurrent.futures.ThreadPoolExecutor(count) as threads:
        runs = list(threads.map(lambda part: subprocess.run(
            [*CC, "-std=gnu11", "-D_GNU_SOURCE", "-I", os.path.join(SRC_DIR, "common"), *options, *part],
            capture_output=True, text=True, check=False), parts))
    return "".join(run.stdout for run in runs), "".join(run.stderr for run in runs if run.returncode != 0)


def brought_by(names):
    """The files that come with each header of the system or a library."""
    with tempfile.TemporaryDirectory() as directory:
        units = {os.path.join(directory, f"{n}.c"): name for n, name in enumerate(names)}
        for path, name in units.items():
            with open(path, "w", encoding="utf-8") as unit:
                unit.write(f"#include <{name}>\n")
        rules, said = compile_all(list(units), "-M")
        ok(not said, "every header of a library is found", said)
        files = [rule.split()[1:] for rule in rules.replace("\\\n", " ").splitlines()]
        return {units[rule[0]]: rule[1:] for rule in files}


def seen_by(path, seen):
    """The headers of the system and libraries that a source includes, by itself or by a header of ours."""
    if path not in seen:
        seen[path] = set()
        for quote, name in includes(path):
            seen[path] |= {name} if quote == "<" else seen_by(os.path.join(SRC_DIR, "common", name), seen)
    return seen[path]


def check_libraries(sources):
    seen, users = {}, {header: set() for header in LIBRARY_HEADERS}
    for path in sources:
        seen_by(path, seen)
    files = brought_by(sorted(set().union(*seen.values())))
    for path in sources:
        for name in {file for header in seen[path] for file in files.get(header, [])}:
            for header in LIBRARY_HEADERS:
                if name.endswith("/" + header) or header.endswith("/") and f"/{header}" in name:
                    users[header].add(module_of(path).partition("/")[0])
    for header, allowed in LIBRARY_HEADERS.items():
        is_equal(sorted(users[header]), sorted(allowed), f"{header} is seen by its rooms alone")


def check_headers(headers):
    """Each compiles alone: a module's source begins with its header, so that the build shows it; the others are tried."""
    others = []
    for path in headers:
        source = path[:-2] + ".c"
        if os.path.exists(source):
            first = [name for _, name in includes(source)][:1]
            is_equal(first, [os.path.relpath(path, os.path.join(SRC_DIR, "common"))],
                     f"{os.path.relpath(source, SRC_DIR)} begins with its own header")
        else:
            others.append(path)
    _, said = compile_all(others, "-fsyntax-only", "-Wall", "-Werror", "-Wno-unused-function", "-x", "c")
    ok(not said, f"headers without a source compile alone: {len(others)}", said)


def check_folders():
    for top in "common", "tests", "tools", "man", "bench":
        for directory, _, files in os.walk(os.path.join(SRC_DIR, top)):
            files = [name for name in files if not name.endswith(".pyc")]
            ok(len(files) <= FOLDER_MAX, f"{os.path.relpath(directory, SRC_DIR)} has {FOLDER_MAX} files at most",
               len(files))


def main():
    sources = sorted(glob.glob(os.path.join(SRC_DIR, "common", "**", "*.[ch]"), recursive=True))
    tools = sorted(glob.glob(os.path.join(SRC_DIR, "tools", "*.c")))
    if not sources:
        sys.exit("no sources in SRC_DIR")
    check_rooms(sources)
    check_circles(sources)
    check_tools(tools)
    check_libraries([path for path in sources if path.endswith(".c")])
    check_headers([path for path in sources if path.endswith(".h")])
    check_folders()
    done()


main()
