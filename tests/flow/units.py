"""The units for systemd are what systemd takes, without a word."""

import os
import shutil
import subprocess

from harness import HAUL, case, expect, expect_equal, need, run

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


@case
def systemd_finds_nothing_to_say(t):
    verify = need("systemd-analyze")
    folder = t.folder("units")
    os.symlink(HAUL, os.path.join(folder, "haul"))
    with open(os.path.join(TOP, "assets/systemd/haul@.service.in"), encoding="utf-8") as file:
        service = file.read().replace("@CMAKE_INSTALL_FULL_BINDIR@", folder)
    expect("@" not in service.split("ExecStart=")[1].splitlines()[0], "a path is not filled in")
    units = [os.path.join(folder, f"haul@{t.session}.{kind}") for kind in ("service", "socket")]
    with open(units[0], "w", encoding="utf-8") as file:
        file.write(service)
    shutil.copy(os.path.join(TOP, "assets/systemd/haul@.socket"), units[1])
    done = subprocess.run([verify, "verify", "--user", "--man=no", *units], env=t.env, check=False,
                          capture_output=True, timeout=60)
    expect_equal((done.returncode, done.stdout, done.stderr), (0, b"", b""), "systemd-analyze")


run()
