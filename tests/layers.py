"""Includes go one way only, each library enters in one file, and headers stand alone."""
import glob
import os
import re
import subprocess
import sys
import tempfile

from tap import done, ok

SRC_DIR = os.environ.get("SRC_DIR", ".")
CC = os.environ.get("CC", "cc").split()

# From the bottom up: a module includes only from its own row and from rows above it in this list.
LAYERS = [
    # nothing but libc
    "adaptiverate arena atomicfile blank bytes child clock err filelock httpdate interrupt io iso8601 pathexpand"
    " nearest"
    " percent progress pythonfloat pythonstring scrub secretenv sendrate shellwords terminal toolpath useragent"
    " utf8"
    " perfdata promtext threshold",
    # texts: JSON, XML, URLs, the shared files
    "agenturl chunks clockskew configtext digest dpop json jsonitems jsonscan jsontext nested sharedini sharedini_tables"
    " tlsfault url value value_parse valuetext xmlscan yamltext",
    # the query language
    "jmespath jmespath_arrays jmespath_ast jmespath_bigint jmespath_brackets jmespath_builtins"
    " jmespath_compare jmespath_eval jmespath_functions jmespath_lexer jmespath_literal jmespath_numbers"
    " jmespath_parse jmespath_parser jmespath_sort jmespath_strings",
    # what is printed
    "charcase charwidth format format_json format_table format_text format_yaml jqfilter jqmessage placemap"
    " tabledraw tablegrid valueorder yamlplain",
    # the documents and their rules
    "agentkeys credentials endpoint exportformat hostpattern httphead operation outgoing"
    " partition profiles proxy pythonrepr request responsemeta retry settings"
    " settings_values streamurl"
    " parameters parameters_given paramfile shape shorthand shorthandwords shownmembers signatureage skeleton"
    " startingtoken",
    # signatures, calls, answers
    "answer answerfault http httpfault httpsetup signer sigv4",
    # where keys come from
    "apicall chain keycache keys loginsession profilechain provider"
    " provider_assume_role provider_container provider_env provider_files provider_imds provider_login"
    " provider_process provider_sso provider_web_identity resterror rolecall roleprofile ssoconfig ssotoken sts"
    " sts_answer",
    # what tools are made of
    "askcredentials call callprogress calls callsettings chain_tell cli complete input keyring options output pipeline"
    " pipeline_run pipeline_stage records requestoptions"
    " configuredoutput errorstyle resumeoptions"
    " settings_tell usage",
    # the pages' own
    "heldpipe pagerun pages",
    # the check's own
    "checkjudge checklist checklist_answer checkpipe checkreport checkreport_data checkrun",
    # the sandbox's own
    "sandbox_answer sandbox_authorization sandbox_command sandbox_connection sandbox_describe"
    " sandbox_environment sandbox_http sandbox_judge sandbox_keys sandbox_listen sandbox_operations"
    " sandbox_random sandbox_server sandbox_service sandbox_sessions",
]

# A library's header, and the only modules that may include it.
LIBRARY_HEADERS = {
    "jv.h": {"json", "jqmessage"},
    "jq.h": {"jqfilter"},
    "yaml.h": {"format_yaml", "yamltext"},
    "ini.h": {"sharedini"},
    "openssl/": {"digest", "dpop"},
    "curl/": {"http", "httpfault", "httpsetup"},
    "libwebsockets.h": {"sandbox_server"},
}


def module_of(path):
    return os.path.splitext(os.path.basename(path))[0]


def includes(path):
    with open(path, encoding="utf-8") as source:
        return re.findall(r'^\s*#\s*include\s+([<"])([^>"]+)[>"]', source.read(), re.M)


def check_layers(sources):
    level = {name: row for row, names in enumerate(LAYERS) for name in names.split()}
    modules = {module_of(path) for path in sources}
    ok(modules == set(level), "every module of common/ has a layer",
       f"without: {sorted(modules - set(level))}", f"gone: {sorted(set(level) - modules)}")
    for path in sources:
        own = module_of(path)
        wrong = [name for quote, name in includes(path) if quote == '"'
                 and level.get(module_of(name), 99) > level.get(own, 0)]
        ok(not wrong, f"{os.path.basename(path)} includes nothing from a higher layer", wrong)


def check_libraries(sources):
    for header, allowed in LIBRARY_HEADERS.items():
        users = {module_of(path) for path in sources
                 if any(name == header or (header.endswith("/") and name.startswith(header))
                        for quote, name in includes(path) if quote == "<")}
        ok(users <= allowed, f"{header} enters in {', '.join(sorted(allowed)) or 'no file'} only",
           f"included by: {sorted(users)}")


def check_headers(headers):
    with tempfile.TemporaryDirectory() as directory:
        for path in headers:
            unit = os.path.join(directory, "unit.c")
            with open(unit, "w", encoding="utf-8") as source:
                source.write(f'#include "{os.path.basename(path)}"\nint unit_is_not_empty;\n')
            run = subprocess.run([*CC, "-std=gnu11", "-D_GNU_SOURCE", "-fsyntax-only", "-Wall", "-Werror",
                                  "-I", os.path.dirname(path), unit], capture_output=True, text=True)
            ok(run.returncode == 0, f"{os.path.basename(path)} compiles alone", run.stderr)


def main():
    sources = sorted(glob.glob(os.path.join(SRC_DIR, "common", "*.[ch]")))
    tools = sorted(glob.glob(os.path.join(SRC_DIR, "tools", "*.c")))
    if not sources:
        sys.exit("no sources in SRC_DIR")
    check_layers(sources)
    check_libraries(sources + tools)
    check_headers([path for path in sources if path.endswith(".h")])
    done()


main()
