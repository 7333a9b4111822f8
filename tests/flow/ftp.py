"""ftp from a stock server."""

import os
import pwd

from harness import Skip, case, child_server, content, expect, free_port, need, plant_partial, run

SIZE = 300_000


def start_vsftpd(t):
    """A vsftpd for anonymous users; returns its port."""
    program = need("vsftpd")
    if os.getuid() != 0:
        raise Skip("vsftpd needs root")
    try:
        pwd.getpwnam("ftp")
        user = "ftp"
    except KeyError:
        user = "nobody"
    port = free_port()
    root = t.folder("ftp")
    with open(os.path.join(root, "file.bin"), "wb") as file:
        file.write(content(7, SIZE))
    os.chmod(root, 0o555)
    os.chmod(t.home, 0o711)
    secure = t.folder("secure")
    config = t.write("vsftpd.conf", f"""listen=YES
listen_address=127.0.0.1
listen_port={port}
background=NO
anonymous_enable=YES
anon_root={root}
ftp_username={user}
nopriv_user=nobody
secure_chroot_dir={secure}
seccomp_sandbox=NO
xferlog_enable=NO
pasv_address=127.0.0.1
""")
    os.chmod(config, 0o600)
    child_server(t, [program, config], port)
    return port


@case
def a_file_arrives(t):
    port = start_vsftpd(t)
    t.get(f"ftp://127.0.0.1:{port}/file.bin")
    with open(t.path("file.bin"), "rb") as file:
        expect(file.read() == content(7, SIZE), "file.bin differs")


@case
def an_equal_size_is_enough_with_trust_size(t):
    link = f"ftp://127.0.0.1:{start_vsftpd(t)}/file.bin"
    right = content(7, SIZE)
    for options, resumes in ((), False), (("--trust-size",), True):
        plant_partial(t, "file.bin", link, SIZE, right[:100_000][::-1])  # wrong, to tell by
        t.get(*options, "--if-exists", "overwrite", link)
        with open(t.path("file.bin"), "rb") as file:
            got = file.read()
        expect(got[100_000:] == right[100_000:], "the end differs")
        expect((got == right) != resumes, f"resumed with {options}")
        t.expect_names("file.bin")


@case
def a_missing_file_is_a_refusal(t):
    port = start_vsftpd(t)
    t.get("--retries", 0, f"ftp://127.0.0.1:{port}/no-such.bin", status=4)
    t.expect_names()


@case
def a_refused_login_is_a_refusal(t):
    port = start_vsftpd(t)
    t.get("--retries", 0, "-u", "me:wrong", f"ftp://127.0.0.1:{port}/file.bin", status=4)


run()
