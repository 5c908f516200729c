"""Certificates for tests of TLS, made by the openssl command: an authority, and leaves that are good or not."""
import os
import ssl
import subprocess
import warnings

KEY = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes")
CONFIG = """[ca]
default_ca=d
[d]
database={name}.index
new_certs_dir=.
serial={name}.serial
default_md=sha256
policy=p
unique_subject=no
[p]
commonName=supplied
[names]
subjectAltName={names}
"""


class Certificates:
    """Files NAME.pem and NAME.key in a directory; ca.pem is the authority that tests trust."""

    def __init__(self, home):
        self.home = home
        for name in "ca", "other-ca":
            self.openssl("req", "-x509", *KEY, "-keyout", f"{name}.key", "-out", f"{name}.pem", "-subj",
                         f"/CN={name}", "-days", "2")
        self.bundle = self.path("ca.pem")

    def openssl(self, *args):
        subprocess.run(["openssl", *args], cwd=self.home, check=True, capture_output=True)

    def path(self, name):
        return os.path.join(self.home, name)

    def write(self, name, text):
        with open(self.path(name), "w", encoding="ascii") as file:
            file.write(text)
        return self.path(name)

    def leaf(self, name, names, ca="ca", years=("2020", "2099")):
        """names as subjectAltName has them: IP:127.0.0.1,DNS:example.test."""
        self.openssl("req", *KEY, "-keyout", f"{name}.key", "-out", f"{name}.csr", "-subj", "/CN=leaf")
        self.write(f"{name}.conf", CONFIG.format(name=name, names=names))
        self.write(f"{name}.index", "")
        self.write(f"{name}.serial", "01\n")
        start, end = (f"{year}0101000000Z" for year in years)
        self.openssl("ca", "-batch", "-config", f"{name}.conf", "-cert", f"{ca}.pem", "-keyfile", f"{ca}.key",
                     "-in", f"{name}.csr", "-out", f"{name}.pem", "-startdate", start, "-enddate", end,
                     "-extensions", "names", "-notext")

    def self_signed(self, name, names):
        self.openssl("req", "-x509", *KEY, "-keyout", f"{name}.key", "-out", f"{name}.pem", "-subj",
                     "/CN=itself", "-addext", f"subjectAltName={names}", "-days", "2")

    def context(self, name, versions=None, client=False, ciphers=None):
        """A server's: versions is the only one it speaks, client whether it wants a certificate."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.path(f"{name}.pem"), self.path(f"{name}.key"))
        if versions is not None:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", DeprecationWarning)
                context.set_ciphers("DEFAULT:@SECLEVEL=0")
                context.minimum_version = context.maximum_version = versions
        if ciphers is not None:
            context.maximum_version = ssl.TLSVersion.TLSv1_2
            context.set_ciphers(ciphers)
        if client:
            context.verify_mode = ssl.CERT_REQUIRED
            context.load_verify_locations(self.bundle)
        return context
