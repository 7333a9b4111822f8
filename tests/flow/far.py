"""A far machine for tests: an sshd of our own on loopback, whose other side has a home, folders and a
session of its own, so that nothing is found there by being here."""

import atexit
import functools
import os
import shutil
import subprocess
import tempfile

from harness import HAUL, child_server, free_port, need, until


@functools.cache
def keys():
    """A folder with a key of the host and one of the user, made once a file."""
    folder = tempfile.mkdtemp(prefix="haul-keys.")
    atexit.register(shutil.rmtree, folder)
    for name in ("far-host", "near-key"):
        subprocess.run([need("ssh-keygen"), "-q", "-N", "", "-t", "ed25519", "-f",
                        os.path.join(folder, name)], check=True)
    return folder


class Far:
    """The other machine of a case. `t.haul("list", "--host", far.host)` goes there."""

    def __init__(self, t, more=""):
        self.t = t
        self.home = t.folder("far-home")
        self.host = "box"
        self.sshd = need("sshd")
        self.ssh = need("ssh")
        if os.getuid() == 0 and not os.path.isdir("/run/sshd"):
            os.makedirs("/run/sshd", 0o755)
        self.take_keys()
        self.port = free_port()
        self.env = {"HOME": self.home, "XDG_RUNTIME_DIR": t.folder("far-run"),
                    "XDG_STATE_HOME": t.folder("far-state"), "PATH": self.program_folder(),
                    "HAUL_SESSION": "unused", "HAUL_TEST_CASE": t.home, "LC_ALL": "C.UTF-8",
                    "TMPDIR": t.env["TMPDIR"],
                    "ASAN_OPTIONS": t.env["ASAN_OPTIONS"], "UBSAN_OPTIONS": t.env["UBSAN_OPTIONS"]}
        config = t.write("sshd_config", f"""Port {self.port}
ListenAddress 127.0.0.1
HostKey {t.home}/far-host
AuthorizedKeysFile {t.home}/near-key.pub
StrictModes no
UsePAM no
PidFile none
PrintMotd no
PermitRootLogin yes
KexAlgorithms curve25519-sha256
SetEnv {" ".join(f'"{name}={value}"' for name, value in self.env.items())}
{more}
""")
        child_server(t, [self.sshd, "-D", "-e", "-f", config], self.port)
        self.write_config()
        self.trust()
        t.env["HAUL_SSH"] = f"{self.ssh} -F {t.home}/ssh_config"

    def program_folder(self):
        """A PATH in which haul is found."""
        folder = self.t.folder("far-bin")
        os.symlink(HAUL, os.path.join(folder, "haul"))
        return folder + ":/usr/bin:/bin"

    def take_keys(self):
        for name in os.listdir(keys()):
            shutil.copy(os.path.join(keys(), name), self.t.home)

    def write_config(self, more="", strict="yes"):
        self.t.write("ssh_config", f"""Host box
HostName 127.0.0.1
Port {self.port}
IdentityFile {self.t.home}/near-key
IdentitiesOnly yes
UserKnownHostsFile {self.t.home}/known_hosts
GlobalKnownHostsFile /dev/null
StrictHostKeyChecking {strict}
{more}
""")

    def trust(self):
        """Makes the other machine's key known."""
        with open(os.path.join(self.t.home, "far-host.pub"), encoding="ascii") as file:
            key = " ".join(file.read().split()[:2])
        self.t.write("known_hosts", f"[127.0.0.1]:{self.port} {key}\n")

    def socket_folder(self):
        return os.path.join(self.env["XDG_RUNTIME_DIR"], "haul")

    def stop(self):
        """Ends the daemon over there and waits until nothing of it is left."""
        self.t.ok("stop", "--host", self.host)
        until("the far side ends", lambda: not self.t.daemons())
