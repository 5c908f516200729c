"""nginx with TLS in front of the sandbox, on 127.0.0.1; it notes which connection each request came over."""
import contextlib
import os
import socket
import subprocess
import time
import urllib.parse

from measure import Failed

START_LIMIT = 10        # seconds
NEEDS = ("nginx", "openssl")
CONFIG = """daemon off;
master_process off;
pid {home}/nginx.pid;
error_log {home}/nginx.error;
events {{ worker_connections 512; }}
http {{
    log_format connection '$connection $ssl_session_reused';
    access_log {home}/connections connection;
    client_body_temp_path {home}/body; proxy_temp_path {home}/proxy; fastcgi_temp_path {home}/fastcgi;
    uwsgi_temp_path {home}/uwsgi; scgi_temp_path {home}/scgi;
    keepalive_requests 1000000;
    upstream sandbox {{ server {sandbox}; keepalive 128; }}
    server {{
        listen 127.0.0.1:{port} ssl;
        ssl_certificate {home}/front.pem;
        ssl_certificate_key {home}/front.key;
        ssl_session_cache shared:sessions:1m;
        location / {{
            proxy_pass http://sandbox;
            proxy_http_version 1.1;
            proxy_set_header Connection "";
            proxy_set_header Host $http_host;
        }}
    }}
}}
"""


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


def listens(port):
    with contextlib.closing(socket.socket()) as client:
        return client.connect_ex(("127.0.0.1", port)) == 0


class Front:
    """While it lasts: $TLS_URL and $TLS_CA in the environment."""

    def __init__(self):
        self.home = os.getcwd()
        self.port = free_port()
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                        "-keyout", "front.key", "-out", "front.pem", "-subj", "/CN=front", "-days", "2",
                        "-addext", "subjectAltName=IP:127.0.0.1"], check=True, capture_output=True)
        with open("front.conf", "w", encoding="ascii") as file:
            file.write(CONFIG.format(home=self.home, port=self.port,
                                     sandbox=urllib.parse.urlsplit(os.environ["AWS_ENDPOINT_URL_SSM"]).netloc))
        os.environ.update(TLS_URL=f"https://127.0.0.1:{self.port}", TLS_CA=f"{self.home}/front.pem")

    def __enter__(self):
        self.process = subprocess.Popen(["nginx", "-c", f"{self.home}/front.conf", "-p", self.home],
                                        stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        end = time.monotonic() + START_LIMIT
        while not listens(self.port):
            if self.process.poll() is not None or time.monotonic() > end:
                self.process.kill()
                self.process.wait()
                raise Failed("nginx does not start")
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()

    def connections(self, work):
        """How many connections work() makes, and how many of them with a whole handshake."""
        with open("connections", "w", encoding="ascii"):
            pass
        work()
        with open("connections", encoding="ascii") as file:
            made = dict(line.split() for line in file)
        return len(made), sum(how != "r" for how in made.values())
