"""A far machine for tests: an sshd of our own on loopback, whose other side has a home, folders and a
session of its own, so that nothing is found there by being here."""

import atexit
import functools
import os
import select
import shutil
import socket
import subprocess
import tempfile
import threading

from harness import HAUL, child_server, command_line, free_port, need, until


@functools.cache
def keys():
    """A folder with a key of the host and one of the user, made once a file."""
    folder = tempfile.mkdtemp(prefix="haul-keys.")
    atexit.register(shutil.rmtree, folder)
    for name in ("far-host", "near-key"):
        subprocess.run([need("ssh-keygen"), "-q", "-N", "", "-t", "ed25519", "-f",
                        os.path.join(folder, name)], check=True)
    return folder


LOSSY = """#!/usr/bin/python3
import json, os, signal, subprocess, sys
if os.path.exists({once!r}):
    os.execv({haul!r}, [{haul!r}, *sys.argv[1:]])
bridge = subprocess.Popen([{haul!r}, *sys.argv[1:]], stdout=subprocess.PIPE)
for line in bridge.stdout:
    answer = json.loads(line).get("result", {{}})
    pid = answer.get("pid") or pid
    if "ids" in answer:
        open({once!r}, "w").close()
        if {kills}:
            os.kill(pid, signal.SIGKILL)
        bridge.kill()
        break
    sys.stdout.buffer.write(line)
    sys.stdout.buffer.flush()
"""


class Wire:
    """What lies between: carries connections to a port, counts their bytes, and can be cut, or go
    silent without anybody being told."""

    def __init__(self, t, port):
        self.to = port
        self.lock = threading.Lock()
        self.pairs = []        # (near, far) sockets
        self.calls = 0         # connections that were taken
        self.up = self.down = 0  # bytes, to the other machine and from there
        self.silent = set()    # "up", "down": what is not carried any more
        self.refuses = False
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.wake = socket.socketpair()
        self.over = False
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()
        t.closers.append(self.close)

    def _run(self):
        while not self.over:
            with self.lock:
                ways = {}
                for near, far in self.pairs:
                    if "up" not in self.silent:
                        ways[near] = (far, "up")
                    if "down" not in self.silent:
                        ways[far] = (near, "down")
            ready, _, _ = select.select([self.listener, self.wake[0], *ways], [], [])
            for one in ready:
                if one is self.listener:
                    self._take()
                elif one is self.wake[0]:
                    one.recv(4096)
                else:
                    self._carry(one, *ways[one])

    def _take(self):
        near, _ = self.listener.accept()
        with self.lock:
            self.calls += 1
            if self.refuses:
                near.close()
            else:
                self.pairs.append((near, socket.create_connection(("127.0.0.1", self.to))))

    def _carry(self, one, other, way):
        try:
            data = one.recv(1 << 16)
            if data:
                other.sendall(data)
        except OSError:
            data = b""
        with self.lock:
            if way == "up":
                self.up += len(data)
            else:
                self.down += len(data)
            if not data:
                self._drop(lambda pair: one in pair)

    def _drop(self, which):
        for pair in [pair for pair in self.pairs if which(pair)]:
            self.pairs.remove(pair)
            for end in pair:
                end.close()

    def _change(self, change):
        with self.lock:
            change()
        self.wake[1].send(b".")

    def go_silent(self, *ways):
        """Carries nothing any more that way ("up", "down"; both by default); nobody is told."""
        self._change(lambda: self.silent.update(ways or ("up", "down")))

    def cut(self, refuses=False):
        """Ends all connections; what comes anew is carried again, unless it is to be refused."""
        def change():
            self.refuses = refuses
            self.silent.clear()
            self._drop(lambda pair: True)
        self._change(change)

    def close(self):
        self.over = True
        self.wake[1].send(b".")
        self.thread.join()
        self.listener.close()
        with self.lock:
            self._drop(lambda pair: True)
        for end in self.wake:
            end.close()


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

    def wire(self):
        """Puts a Wire between here and there."""
        wire = Wire(self.t, self.port)
        self.port = wire.port
        self.write_config()
        self.trust()
        return wire

    def loses_an_answer(self, name, kills=False):
        """A haul for the other machine whose first bridge ends when the answer to an add passes,
        which it swallows; KILLS: the daemon too."""
        path = self.t.write(name, LOSSY.format(haul=HAUL, once=os.path.join(self.t.home, name + "-"),
                                               kills=kills))
        os.chmod(path, 0o755)
        return path

    def daemon(self):
        """The pid of the daemon over there."""
        return until("one daemon there", lambda: [
            pid for pid in self.t.daemons() if "daemon" in command_line(pid).split()])[0]

    def socket_folder(self):
        return os.path.join(self.env["XDG_RUNTIME_DIR"], "haul")

    def stop(self):
        """Ends the daemon over there and waits until nothing of it is left."""
        self.t.ok("stop", "--host", self.host)
        until("the far side ends", lambda: not self.t.daemons())
