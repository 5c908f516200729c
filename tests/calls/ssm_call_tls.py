"""ssm-call over TLS: whom it trusts, what it says of whom it does not, sessions that go on."""
import os
import re
import shutil
import ssl

from call_cases import (GOOD, HOME, JOB, SERVER, answer, case, clean_up, compact, document, put, run_cases,
                        said)
from certificates import Certificates
from fault_server import Reply, Server, hang_up, http
from tap import done, skip_all

WARNING = said("certificates are not verified: any server can take the host's place")


def over(title, server, options, out="", err="", code=0, count=1, reply=GOOD, **kw):
    """A case of one document to a TLS server. What is expected behind the URL is a regex."""
    path = put(reply, server=server)
    url = server.url(path, "https")
    if err:
        err = re.compile(err.replace("URL!", re.escape(url)))
    case(title, document(url), options, out, err, code, path, count, server=server, **kw)


def refused(words):
    return rf"ssm-call: SSL validation failed for URL! {words}\n"


def trust(made, servers):
    bundle = ("--ca-bundle", made.bundle)
    good = servers["good"]
    over("TLS with --ca-bundle", good, bundle, compact(answer()))
    over("TLS with AWS_CA_BUNDLE", good, (), compact(answer()), env={"AWS_CA_BUNDLE": made.bundle})
    config = made.write("config", f"[default]\nca_bundle = {made.bundle}\n")
    over("TLS with a profile's ca_bundle", good, (), compact(answer()), env={"AWS_CONFIG_FILE": config})
    keylog = made.path("keylog")
    over("SSLKEYLOGFILE gets nothing", good, bundle, compact(answer()), env={"SSLKEYLOGFILE": keylog},
         check=lambda _: ["the file is there"] if os.path.exists(keylog) else [])
    for name in "good", "other", "expired", "self":
        over(f"--no-verify-ssl takes the {name} certificate, with a warning", servers[name],
             ("--no-verify-ssl",), compact(answer()), re.escape(WARNING))
    over("--no-verify-ssl is not asked for a bundle", good, ("--no-verify-ssl", "--ca-bundle", "/none"),
         compact(answer()), re.escape(WARNING))
    over("an answer in TLS of which the end is missing is none", good, (*bundle, "--max-attempts", "1"),
         err=r'ssm-call: Connection was closed before we received .* "URL!"\. \(request id req-1\)\n', code=75,
         reply=Reply(GOOD[:-3], "close"))


def refusals(made, servers):
    """Server, what is trusted, what is said: each in its own words, and not tried again."""
    system = ()
    bundle = ("--ca-bundle", made.bundle)
    issuer = "SSL certificate problem: unable to get local issuer certificate"
    rows = (
        ("an authority that the system does not know", "good", system, issuer),
        ("an authority that is not in the bundle", "stranger", bundle, issuer),
        ("a certificate that signed itself", "self", bundle,
         "SSL certificate problem: self-signed certificate"),
        ("a certificate that is over", "expired", bundle,
         "SSL certificate problem: certificate has expired"),
        ("a certificate that is not yet", "early", bundle,
         "SSL certificate problem: certificate is not yet valid"),
        ("a name that is not the certificate's", "other", bundle,
         "SSL: no alternative certificate subject name matches target .*127\\.0\\.0\\.1.*"),
        ("TLS 1.1", "old", bundle,
         r"the server speaks no TLS of version 1\.2 or newer \(alert protocol version\)"),
        ("nothing in common", "strange", bundle,
         r"the server finds nothing in common with us, or wants a certificate of the client .*"),
        ("a client's certificate that is asked for, TLS 1.2", "client12", bundle,
         r"the server .*wants a certificate of the client.*"),
    )
    for title, name, options, words in rows:
        over(title, servers[name], options, err=refused(words), code=255, count=0)
    over("a client's certificate that is asked for, TLS 1.3: known only once the request is out",
         servers["client"], bundle, code=255, count=0,
         err=refused(r"the server wants a certificate of the client, and there is none .*"))
    junk = made.write("junk.pem", "junk\n")
    for title, name in (("that is not there", "/none.pem"), ("that is none", junk),
                        ("that is a directory", HOME)):
        over(f"a CA bundle {title}", servers["good"], ("--ca-bundle", name), code=253, count=0,
             err=refused(re.escape(f"cannot load the CA bundle '{name}'")))


def no_tls():
    """What comes in place of a handshake."""
    other = r"the server does not speak TLS on this port \(wrong version number\)"
    rows = (("plain HTTP", b"HTTP/1.1 400 No\r\nContent-Length: 0\r\n\r\n", other, 255),
            ("SSH", b"SSH-2.0-OpenSSH_9.2\r\n", other, 255),
            ("a name that it does not know", b"\x15\x03\x03\x00\x02\x02\x70",
             r"the server does not know the host's name .*", 255),
            ("a fault of its own, which may pass", b"\x15\x03\x03\x00\x02\x02\x50",
             r"the server failed in the handshake .*", 75),
            ("the end, which may go better later", b"", r"the connection broke off in the handshake .*", 75),
            ("half a record", b"\x16\x03\x03\x00", r"the connection broke off in the handshake .*", 75))
    for title, data, words, code in rows:
        url = f"https://127.0.0.1:{hang_up(data)}/"
        case(f"in place of a handshake: {title}", document(url), ("--max-attempts", "1"), code=code,
             err=re.compile(refused(words).replace("URL!", re.escape(url))))
    path = put(GOOD)
    alert = hang_up(b"\x15\x03\x01\x00\x02\x02\x16")
    url = f"http://127.0.0.1:{alert}{path}"
    case("an http URL to a port with TLS", document(url), ("--max-attempts", "1"), code=75, count=0,
         err=said("Connection was closed before we received a valid response from endpoint URL: "
                  f'"{url}". (what came is no HTTP)'))


def sessions(made):
    """Connections that the server closes: all after the first go on with its TLS session."""
    number = 12
    for title, versions in (("1.3", None), ("1.2", ssl.TLSVersion.TLSv1_2)):
        server = Server(made.context("good", versions))
        reply = Reply(http(200, answer(), ["Connection: close"]), "close_notify")
        paths = [put(reply, server=server) for _ in range(number)]

        def resumed(_, server=server):
            known = sum(server.resumed)
            return [] if len(server.resumed) == number and known == number - 1 else \
                [f"{len(server.resumed)} handshakes, {known} of them resumed"]

        case(f"TLS {title}: a session goes on over new connections",
             "".join(document(server.url(path, "https")) for path in paths),
             ("--ca-bundle", made.bundle, *JOB), compact(answer()) * number, paths=paths, server=server,
             check=resumed)


def main():
    if not shutil.which("openssl"):
        skip_all("there is no openssl command")
    made = Certificates(HOME)
    here = "IP:127.0.0.1"
    made.leaf("good", here)
    made.leaf("other", "DNS:example.test")
    made.leaf("expired", here, years=("2020", "2021"))
    made.leaf("early", here, years=("2098", "2099"))
    made.leaf("stranger", here, ca="other-ca")
    made.self_signed("self", here)
    servers = {name: Server(made.context(name))
               for name in ("good", "other", "expired", "early", "stranger", "self")}
    servers["old"] = Server(made.context("good", versions=ssl.TLSVersion.TLSv1_1))
    servers["strange"] = Server(made.context("good", ciphers="PSK-AES128-CBC-SHA:@SECLEVEL=0"))
    servers["client12"] = Server(made.context("good", versions=ssl.TLSVersion.TLSv1_2, client=True))
    servers["client"] = Server(made.context("good", client=True))
    trust(made, servers)
    refusals(made, servers)
    no_tls()
    sessions(made)
    path = put(GOOD)
    case("a CA bundle is not opened for http", document(SERVER.url(path)), ("--ca-bundle", "/none"),
         compact(answer()), paths=path)
    run_cases()
    clean_up()
    done()


main()
