"""sftp from a stock server."""

import getpass
import os
import subprocess

from harness import case, child_server, content, expect, free_port, need, run

SIZE = 300_000


def start_sshd(t):
    """An sshd that lets this user in with a key; returns its port and the key's path."""
    program = need("sshd")
    keygen = need("ssh-keygen")
    if os.getuid() == 0 and not os.path.isdir("/run/sshd"):
        os.makedirs("/run/sshd", 0o755)
    for name in ("host", "user"):
        subprocess.run([keygen, "-q", "-t", "ed25519", "-N", "", "-f", os.path.join(t.home, name)],
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
Subsystem sftp internal-sftp
""")
    child_server(t, [program, "-D", "-e", "-f", config], port)
    return port, os.path.join(t.home, "user")


@case
def a_wrong_login_is_a_refusal(t):
    """The server is not known either: whichever is noticed first, no file comes of it."""
    port, _ = start_sshd(t)
    result = t.haul("get", "-q", "-d", t.dir, "--retries", 0, "-u", "nobody-here:wrong",
                    f"sftp://127.0.0.1:{port}{t.home}/host.pub")
    expect(result.status in (3, 4), f"an odd status: {result}")
    t.expect_names()


@case
def a_file_arrives_for_a_user_with_a_key(t):
    port, key = start_sshd(t)
    ssh = os.path.join(t.env["HOME"], ".ssh")
    os.mkdir(ssh, 0o700)
    os.rename(key, os.path.join(ssh, "id_ed25519"))
    os.rename(key + ".pub", os.path.join(ssh, "id_ed25519.pub"))
    with open(os.path.join(t.home, "host.pub"), encoding="ascii") as file:
        host_key = " ".join(file.read().split()[:2])
    with open(os.path.join(ssh, "known_hosts"), "w", encoding="ascii") as file:
        file.write(f"[127.0.0.1]:{port} {host_key}\n")
    path = t.write("file.bin", content(8, SIZE))
    try:
        t.get("--retries", 0, "-u", getpass.getuser() + ":",
              f"sftp://127.0.0.1:{port}{path}")
        with open(t.path("file.bin"), "rb") as file:
            expect(file.read() == content(8, SIZE), "file.bin differs")
    finally:
        for name in os.listdir(ssh):
            os.unlink(os.path.join(ssh, name))


run()
