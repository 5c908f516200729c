"""A throw-away sshd on 127.0.0.1 for the current user: its own keys, port and configuration."""
import os
import pwd
import shutil
import subprocess
import tempfile

from fault_server import closed_port

SSHD = shutil.which("sshd", path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin")
PRIVSEP = "/run/sshd"           # which sshd wants when root starts it; it stays, others may be using it


class Sshd:
    """`ssh_command host1` logs in. start() returns why it can't be had, or None."""

    def __init__(self, hosts, environment):
        self.directory = tempfile.mkdtemp(prefix="ssm-sshd.")
        self.process = None
        self.hosts, self.environment = hosts, environment
        self.ssh_command = f"ssh -F {self.path('client')}"

    def path(self, name):
        return os.path.join(self.directory, name)

    def write(self, name, text):
        with open(self.path(name), "w", encoding="utf-8") as file:
            file.write(text)
        os.chmod(self.path(name), 0o600)

    def configure(self, port):
        for name in "host_key", "key":
            subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", self.path(name)], check=True)
        shutil.copy(self.path("key.pub"), self.path("authorized_keys"))
        # bash reads no ~/.bashrc then: what that does is slow, and may wait for another one that a test has killed in it.
        variables = " ".join(f'"{name}={value}"' for name, value in {**self.environment, "SHLVL": "1"}.items())
        self.write("server", f"""ListenAddress 127.0.0.1:{port}
HostKey {self.path('host_key')}
PidFile none
AuthorizedKeysFile {self.path('authorized_keys')}
StrictModes no
UsePAM no
PasswordAuthentication no
KbdInteractiveAuthentication no
PermitRootLogin prohibit-password
MaxStartups 100
SetEnv {variables}
Subsystem sftp internal-sftp
""")
        self.write("client", f"""Host {' '.join(self.hosts)}
HostName 127.0.0.1
Port {port}
User {pwd.getpwuid(os.geteuid()).pw_name}
IdentityFile {self.path('key')}
IdentitiesOnly yes
IdentityAgent none
BatchMode yes
ConnectTimeout 20
StrictHostKeyChecking no
UserKnownHostsFile /dev/null
LogLevel ERROR
""")

    def start(self):
        if SSHD is None or shutil.which("ssh") is None or shutil.which("ssh-keygen") is None:
            return "no OpenSSH server and client here"
        if os.geteuid() == 0:
            os.makedirs(PRIVSEP, 0o755, exist_ok=True)
        self.configure(closed_port())
        self.process = subprocess.Popen([SSHD, "-D", "-e", "-f", self.path("server")], stdin=subprocess.DEVNULL,
                                        stderr=subprocess.PIPE, text=True)
        for line in self.process.stderr:
            if line.startswith("Server listening"):
                return self.log_in()
        return "sshd does not start"

    def log_in(self):
        with open(self.path("log"), "w", encoding="utf-8") as log:       # sshd's own messages: never a full pipe
            self.copier = subprocess.Popen(["cat"], stdin=self.process.stderr, stdout=log)
        run = subprocess.run([*self.ssh_command.split(), self.hosts[0], "true"], stdin=subprocess.DEVNULL,
                             capture_output=True, text=True, timeout=60, check=False)
        return None if run.returncode == 0 else f"cannot log in: {run.stderr.strip()}"

    def stop(self):
        if self.process is not None:
            self.process.terminate()
            self.process.wait(timeout=30)
            self.process.stderr.close()
        shutil.rmtree(self.directory, ignore_errors=True)
