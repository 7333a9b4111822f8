"""ftp from a stock server."""

import os
import pwd
import signal
import subprocess
import time

from harness import (Skip, case, child_server, content, dead_port, expect, free_port, need, recorded,
                     resumes, run, until)

SIZE = 300_000
DAY = 24 * 3600


def start_vsftpd(t, more=""):
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
{more}
""")
    os.chmod(config, 0o600)
    child_server(t, [program, config], port)
    return port


def served(t):
    return os.path.join(t.home, "ftp", "file.bin")


@case
def a_file_arrives(t):
    port = start_vsftpd(t)
    t.get(f"ftp://127.0.0.1:{port}/file.bin")
    with open(t.path("file.bin"), "rb") as file:
        expect(file.read() == content(7, SIZE), "file.bin differs")


@case
def a_file_is_not_cut(t):
    """Though its time proves its version, and there is time for more connections."""
    log = os.path.join(t.home, "vsftpd.log")
    port = start_vsftpd(t, f"""anon_max_rate=200000
xferlog_enable=YES
log_ftp_protocol=YES
vsftpd_log_file={log}
""")
    when = int(time.time()) - 3 * DAY
    os.utime(served(t), (when, when))
    t.get("-x", 4, "--min-split", "64K", f"ftp://127.0.0.1:{port}/file.bin")

    def asked():
        with open(log, encoding="utf-8") as file:
            return file.read().count('"RETR ')

    until("the server tells of it", asked)
    expect(asked() == 1, "it was asked for more than once")


@case
def files_arrive_over_tls(t):
    """One after the other: each has two handshakes, and answers come while the second one runs."""
    key, cert = os.path.join(t.home, "key.pem"), os.path.join(t.home, "cert.pem")
    subprocess.run([need("openssl"), "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2",
                    "-subj", "/CN=ftp", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key,
                    "-out", cert], check=True, capture_output=True)
    port = start_vsftpd(t, f"""ssl_enable=YES
implicit_ssl=YES
allow_anon_ssl=YES
force_anon_data_ssl=YES
require_ssl_reuse=NO
rsa_cert_file={cert}
rsa_private_key_file={key}
""")
    for _ in range(4):
        t.get("--cacert", cert, "--retries", 0, "--if-exists", "overwrite",
              f"ftps://127.0.0.1:{port}/file.bin")
        with open(t.path("file.bin"), "rb") as file:
            expect(file.read() == content(7, SIZE), "file.bin differs")


@case
def an_equal_size_is_enough_with_trust_size(t):
    link = f"ftp://127.0.0.1:{start_vsftpd(t)}/file.bin"
    right = content(7, SIZE)
    expect(not resumes(t, link, right), "nothing proves that it is the same file")
    expect(resumes(t, link, right, "--trust-size"), "the size was to be trusted")


@case
def the_time_of_the_file_proves_that_it_is_the_same(t):
    link = f"ftp://127.0.0.1:{start_vsftpd(t)}/file.bin"
    right = content(7, SIZE)
    when = int(time.time()) - 3 * DAY
    os.utime(served(t), (when, when))
    expect(resumes(t, link, right, modified=when), "it began anew")
    expect(not resumes(t, link, right, modified=when - 1), "of another time")
    expect(not resumes(t, link, right, modified=when, size=SIZE + 1), "of another size")
    for size in (100_000, 50_000):
        os.truncate(served(t), size)
        os.utime(served(t), (when, when))
        expect(not resumes(t, link, right[:size], modified=when, size=SIZE), "it is shorter now")


@case
def a_killed_one_goes_on_if_the_file_was_old(t):
    """A young one could have changed twice in a second that a wrong clock puts in the past."""
    link = f"ftp://127.0.0.1:{start_vsftpd(t, 'anon_max_rate=100000')}/file.bin"
    right = content(7, SIZE)
    for age, goes_on in ((3 * DAY, True), (DAY // 2, False)):
        when = int(time.time()) - age
        os.utime(served(t), (when, when))
        running = t.start("get", "-q", "-d", t.dir, "--if-exists", "overwrite", link)
        until("bytes are recorded", lambda: recorded(t.path("file.bin.haul")) > 0)
        running.signal(signal.SIGKILL)
        running.wait()
        with open(t.path("file.bin.part"), "r+b") as part:
            part.write(bytes([right[0] ^ 1]))  # to tell by
        t.get("--if-exists", "overwrite", link)
        with open(t.path("file.bin"), "rb") as file:
            got = file.read()
        expect(got[1:] == right[1:], "file.bin differs")
        expect((got != right) == goes_on, f"it went on though of {when}")


@case
def a_missing_file_is_a_refusal(t):
    port = start_vsftpd(t)
    t.get("--retries", 0, f"ftp://127.0.0.1:{port}/no-such.bin", status=4)
    t.expect_names()


@case
def a_refused_login_is_a_refusal(t):
    port = start_vsftpd(t)
    t.get("--retries", 0, "-u", "me:wrong", f"ftp://127.0.0.1:{port}/file.bin", status=4)


@case
def folders_are_refused(t):
    """Their listing is no file."""
    port = dead_port(t)
    for link in (f"ftp://127.0.0.1:{port}/dir/", f"ftp://127.0.0.1:{port}", "sftp://127.0.0.1/dir/",
                 f"ftp://127.0.0.1:{port}/dir;type=d"):
        result = t.get(link, status=1)
        expect(b"names a folder" in result.err, f"{result}")
    t.expect_names()


run()
