"""The daemon where nothing can be written but its own folders, as ProtectSystem=strict with
ReadWritePaths= has it, and without a way to more rights (NoNewPrivileges=)."""

import os
import subprocess

from harness import HAUL, Skip, case, expect, expect_equal, need, run, until

# The case's folder is mounted on itself first, and so stays as it is.
LOCK = 'mount --bind "$0" "$0" && mount -o remount,bind,ro / && exec setpriv --no-new-privs "$@"'


def locked(t, *words):
    """A command for a system that is read only but for the case's folder."""
    return [need("unshare"), "--mount", "--propagation", "private", "sh", "-c", LOCK, t.home, *words]


@case
def it_needs_no_folders_but_its_own(t):
    need("setpriv")
    probe = subprocess.run(locked(t, "sh", "-c", "! touch /haul-was-here 2>/dev/null"), check=False,
                           capture_output=True)
    if probe.returncode != 0:
        raise Skip(f"a read-only system can't be made here: {probe.stderr.decode().strip()}")
    program, *words = locked(t, HAUL, "daemon")
    daemon = t.start(*words, program=program)
    until("it listens", lambda: os.path.exists(t.socket_path()) and t.haul("list").status == 0)
    small, large = t.file("small.bin", 3000), t.file("large.bin", 3 << 20)
    ids = t.add(small, large)
    t.ok("wait")
    t.expect_file("small.bin", small)
    t.expect_file("large.bin", large)
    (number,) = t.ok("add", "--json", "-d", "/usr/share", t.file("c.bin").url).json()["ids"]
    t.haul("wait", number)
    item = t.items()[number]
    expect_equal((item["state"], item["error"]), ("failed", "disk"), f"elsewhere: {item}")
    expect("Read-only file system" in item["note"], item["note"])
    expect_equal(t.ok("history", "--json").json()["entries"][-1]["id"], ids[0], "the history")
    t.ok("stop")
    expect_equal(daemon.wait().status, 0, "status")


run()
