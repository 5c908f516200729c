"""What comes first in every tool: dumps are off and libraries are kept from foreign code, before any library starts.

A library of the test's own tells from its constructor, which runs long before main(). Programs that are not ours
get the variables all the same.
"""
import json
import os
import shutil
import subprocess
import tempfile

from tap import done, is_equal, ok, skip, skip_all

BUILD_DIR = os.path.abspath(os.environ.get("BUILD_DIR", "."))
LIBRARY = os.path.join(BUILD_DIR, "tests", "preload", "earlystart.so")
TOOLS = sorted([*os.listdir(os.path.join(BUILD_DIR, "completions", "bash")), "session-manager-plugin"])
CRYPTO = ["ssm-call", "ssm-credentials", "ssm-sandbox", "ssm-sign"]
SIGNED = {"method": "POST", "url": "http://127.0.0.1:9/", "headers": {}, "body": "{}", "service": "ssm", "region": "eu-west-1"}
MODULE = """
openssl_conf = init
[init]
providers = list
[list]
default = own
marker = module
[own]
activate = 1
[module]
module = %s
activate = 1
""" % LIBRARY


def environment(home):
    foreign = {name: os.path.join(home, "openssl.cnf") for name in (
        "OPENSSL_CONF", "OPENSSL_CONF_INCLUDE", "OPENSSL_ENGINES", "OPENSSL_MODULES", "SSL_CERT_FILE", "SSL_CERT_DIR",
        "SSLKEYLOGFILE")}
    return {"HOME": home, "PATH": f"{BUILD_DIR}:/usr/bin:/bin", "LC_ALL": "C.UTF-8", "AWS_REGION": "eu-west-1",
            "AWS_EC2_METADATA_DISABLED": "true", **foreign}


def run(command, home, stdin="", **more):
    return subprocess.run(command, input=stdin, env={**environment(home), **more}, capture_output=True, text=True,
                          cwd=home, timeout=60)


def check_first(home):
    for tool in TOOLS:
        got = run([os.path.join(BUILD_DIR, tool), "--version"], home, LD_PRELOAD=LIBRARY)
        is_equal((got.returncode, got.stdout), (7, "dumpable 0, core 0"), f"{tool}: before its libraries start")


def check_crypto(home):
    """With the configuration that loads the library into a program that lets it."""
    keys = {"AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "example"}
    commands = {"ssm-sign": [], "ssm-call": ["--max-attempts", "1"], "ssm-credentials": [], "ssm-sandbox": ["--", "true"]}
    if shutil.which("openssl") and run(["openssl", "list", "-providers"], home).returncode == 7:
        ok(True, "openssl loads what OPENSSL_CONF names, so that the next checks can fail")
    else:
        skip("openssl loads what OPENSSL_CONF names", "there is no openssl(1), or none that does")
    for tool in CRYPTO:
        got = run([os.path.join(BUILD_DIR, tool), *commands[tool]], home, json.dumps(SIGNED), **keys)
        is_equal((got.returncode, "dumpable" in got.stdout), (75 if tool == "ssm-call" else 0, False),
                 f"{tool}: OPENSSL_CONF loads nothing", got)


def check_others(home):
    got = run([os.path.join(BUILD_DIR, "ssm-sandbox"), "--", "sh", "-c", "echo $OPENSSL_CONF $SSLKEYLOGFILE"], home)
    name = os.path.join(home, "openssl.cnf")
    is_equal(got.stdout, f"{name} {name}\n", "ssm-sandbox's command has the variables", got)
    helper, seen = os.path.join(home, "helper"), os.path.join(home, "seen")
    with open(os.path.join(home, "config"), "w", encoding="utf-8") as config:
        config.write(f"[profile p]\ncredential_process = sh {helper}\n")
    with open(helper, "w", encoding="utf-8") as script:
        script.write(f"echo $OPENSSL_CONF >{seen}; echo '{{\"Version\":1,\"AccessKeyId\":\"A\",\"SecretAccessKey\":\"b\"}}'\n")
    for tool in "ssm-credentials", "ssm-sign":
        got = run([os.path.join(BUILD_DIR, tool), "--profile", "p"], home, json.dumps(SIGNED), AWS_CONFIG_FILE="config")
        with open(seen, encoding="utf-8") as text:
            is_equal((got.returncode, text.read()), (0, f"{name}\n"), f"{tool}: a credential_process has them", got)
        os.unlink(seen)


def main():
    if not os.path.exists(LIBRARY) or os.environ.get("SANITIZERS") == "yes":
        skip_all("a build with sanitizers has their start first")
    with tempfile.TemporaryDirectory() as home:
        with open(os.path.join(home, "openssl.cnf"), "w", encoding="utf-8") as config:
            config.write(MODULE)
        check_first(home)
        check_crypto(home)
        check_others(home)
    done()


if __name__ == "__main__":
    main()
