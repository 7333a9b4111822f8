"""sftp from a stock server."""

import getpass
import os
import shutil
import subprocess
import time

from harness import case, child_server, content, expect, free_port, need, resumes, run

SIZE = 300_000
OWN_SOURCES = os.path.dirname(os.path.abspath(__file__))
USER = getpass.getuser() + ":"


def start_sshd(t):
    """An sshd that lets this user in with a key; returns its port and the key's path."""
    program = need("sshd")
    t.env["ASAN_OPTIONS"] += f":suppressions={OWN_SOURCES}/sftp.supp"
    t.env["LSAN_OPTIONS"] += f":suppressions={OWN_SOURCES}/sftp_leaks.supp:print_suppressions=0"
    keygen = need("ssh-keygen")
    if os.getuid() == 0 and not os.path.isdir("/run/sshd"):
        os.makedirs("/run/sshd", 0o755)
    for name, kind in {"host": ["ed25519"], "user": ["rsa", "-b", "2048", "-m", "PEM"]}.items():
        subprocess.run([keygen, "-q", "-N", "", "-f", os.path.join(t.home, name), "-t", *kind],
                       check=True)
    port = free_port()
    config = t.write("sshd_config", f"""Port {port}
ListenAddress 127.0.0.1
HostKey {t.home}/host
AuthorizedKeysFile {t.home}/user.pub
StrictModes no
UsePAM no
PidFile none
PermitRootLogin yes
PubkeyAcceptedAlgorithms +ssh-rsa
Subsystem sftp internal-sftp
""")
    child_server(t, [program, "-D", "-e", "-f", config], port)
    return port, os.path.join(t.home, "user")


def take_key(t, key):
    """Puts the key where libcurl looks for one."""
    ssh = os.path.join(t.env["HOME"], ".ssh")
    os.mkdir(ssh, 0o700)
    os.rename(key, os.path.join(ssh, "id_rsa"))
    shutil.copy(key + ".pub", os.path.join(ssh, "id_rsa.pub"))


@case
def a_wrong_login_is_a_refusal(t):
    """The server is not known either: whichever is noticed first, no file comes of it."""
    port, _ = start_sshd(t)
    result = t.haul("get", "-q", "-d", t.dir, "--retries", 0, "-u", "nobody-here:wrong",
                    f"sftp://127.0.0.1:{port}{t.home}/host.pub")
    expect(result.status in (3, 4), f"an odd status: {result}")
    t.expect_names()


def known(t, port):
    """Makes the server's key known to the user."""
    with open(os.path.join(t.home, "host.pub"), encoding="ascii") as file:
        host_key = " ".join(file.read().split()[:2])
    with open(os.path.join(t.env["HOME"], ".ssh", "known_hosts"), "w", encoding="ascii") as file:
        file.write(f"[127.0.0.1]:{port} {host_key}\n")


def forget(t):
    """Takes the user's ssh folder away, which haul has no business with."""
    shutil.rmtree(os.path.join(t.env["HOME"], ".ssh"))


@case
def a_server_with_an_unknown_key_is_refused(t):
    port, key = start_sshd(t)
    take_key(t, key)
    path = t.write("file.bin", content(8, SIZE))
    result = t.get("--retries", 0, "-u", USER, f"sftp://127.0.0.1:{port}{path}", status=3)
    expect(b"known_hosts" in result.err, f"where keys are known is not named: {result}")
    t.expect_names()
    forget(t)


@case
def a_file_arrives_for_a_user_with_a_key(t):
    port, key = start_sshd(t)
    take_key(t, key)
    known(t, port)
    path = t.write("file.bin", content(8, SIZE))
    t.get("--retries", 0, "-u", USER, f"sftp://127.0.0.1:{port}{path}")
    with open(t.path("file.bin"), "rb") as file:
        expect(file.read() == content(8, SIZE), "file.bin differs")
    t.get("--retries", 0, "-u", USER, f"sftp://127.0.0.1:{port}{path}-not", status=4)
    forget(t)


@case
def the_time_of_the_file_proves_that_it_is_the_same(t):
    port, key = start_sshd(t)
    take_key(t, key)
    known(t, port)
    right = content(8, SIZE)
    path = t.write("file.bin", right)
    link = f"sftp://127.0.0.1:{port}{path}"
    when = int(time.time()) - 2 * 3600
    os.utime(path, (when, when))
    expect(resumes(t, link, right, "-u", USER, modified=when), "it began anew")
    expect(not resumes(t, link, right, "-u", USER, modified=when - 1), "of another time")
    os.truncate(path, 50_000)
    os.utime(path, (when, when))
    expect(not resumes(t, link, right[:50_000], "-u", USER, modified=when, size=SIZE),
           "it is shorter now")
    forget(t)


run()
