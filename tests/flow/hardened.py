"""The daemon where nothing can be written but its own folders, as ProtectSystem=strict with
ReadWritePaths= has it, without a way to more rights (NoNewPrivileges=), and with the system calls
alone that the unit for systemd allows."""

import configparser
import ctypes
import errno
import os
import signal
import subprocess
import sys

from harness import HAUL, Skip, case, expect, expect_equal, need, run, until

UNIT = os.path.join(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))),
                    "assets/systemd/haul@.service.in")

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


# linux/seccomp.h through libseccomp, linux/sched.h, linux/prctl.h.
ALLOW = 0x7FFF0000
FAIL = 0x00050000
MASKED_EQ = 7
NAMESPACES = 0x7E020080
NO_NEW_PRIVS = 38


class Argument(ctypes.Structure):
    _fields_ = [("number", ctypes.c_uint), ("compare", ctypes.c_int),
                ("mask", ctypes.c_uint64), ("value", ctypes.c_uint64)]


def members(group):
    """The calls in one of systemd's groups, and in the groups that it holds."""
    listed = subprocess.run([need("systemd-analyze"), "syscall-filter", group], check=True,
                            capture_output=True, text=True).stdout
    for word in (line.strip() for line in listed.splitlines()[1:]):
        if word.startswith("@"):
            yield from members(word)
        elif word and not word.startswith("#"):
            yield word


def restrictions():
    """The calls that the unit allows: its own words, so that it can't say something else."""
    unit = configparser.RawConfigParser(strict=False)
    unit.read(UNIT)
    service = unit["Service"]
    expect_equal((service["RestrictNamespaces"], service["SystemCallErrorNumber"],
                  service["NoNewPrivileges"]), ("yes", "EPERM", "yes"), "the unit")
    return {call for group in service["SystemCallFilter"].split() for call in members(group)}


def make_filter(calls):
    """What systemd makes of that: with RestrictNamespaces=yes no clone() into a name space, and a
    clone3(), whose flags can't be looked at, that is not there."""
    try:
        lib = ctypes.CDLL("libseccomp.so.2")
    except OSError as missing:
        raise Skip(f"no libseccomp: {missing}") from missing
    lib.seccomp_init.restype = ctypes.c_void_p
    rules = ctypes.c_void_p(lib.seccomp_init(FAIL | errno.EPERM))
    unchanged = Argument(0, MASKED_EQ, NAMESPACES, 0)
    for call in calls - {"unshare", "setns"}:
        number = lib.seccomp_syscall_resolve_name(call.encode())
        if number < 0:  # not of this machine
            continue
        action = FAIL | errno.ENOSYS if call == "clone3" else ALLOW
        count, condition = (1, ctypes.byref(unchanged)) if call == "clone" else (0, None)
        expect_equal(lib.seccomp_rule_add_array(rules, ctypes.c_uint32(action), number, count,
                                                condition), 0, call)

    def take():
        ctypes.CDLL(None).prctl(NO_NEW_PRIVS, 1, 0, 0, 0)
        if lib.seccomp_load(rules) != 0:
            os._exit(101)

    return take


def lines(path):
    """What is in the file at PATH, which may not be there yet, in order."""
    if not os.path.exists(path):
        return []
    with open(path, encoding="ascii") as file:
        return sorted(file.read().split())


TRACE = "import ctypes, sys; sys.exit(ctypes.CDLL(None).ptrace(0, 0, 0, 0) != 0)"


@case
def it_makes_no_other_calls_than_the_unit_allows(t):
    """Nor do a hook, a reload, a name that is looked up, TLS and the end."""
    take = make_filter(restrictions())
    for expected, options in ((0, {}), (1, {"preexec_fn": take})):
        done = subprocess.run([sys.executable, "-c", TRACE], check=False, **options)
        if done.returncode == 101:
            raise Skip("filters of calls can't be had here")
        expect_equal(done.returncode, expected, "a call that is not allowed")
    told = os.path.join(t.home, "told")
    hook = t.write("hook", f'#!/bin/sh\necho "$HAUL_NAME" >>{told}\n')
    os.chmod(hook, 0o700)
    t.env["HAUL_ON_DONE"] = hook
    t.env["ASAN_OPTIONS"] += ":detect_leaks=0"  # which traces
    daemon = t.start("daemon", preexec_fn=take)
    until("it listens", lambda: os.path.exists(t.socket_path()) and t.haul("list").status == 0)
    with open(f"/proc/{daemon.pid}/status", encoding="ascii") as status:
        expect("Seccomp:\t2\n" in status.read(), "the daemon runs without the filter")
    daemon.signal(signal.SIGHUP)
    large = t.file("large.bin", 20 << 20)
    small = t.file("small.bin", 3000)
    t.add("-x", 4, "--min-split", "1M", "--checksum", large.digest(), large)
    t.add(small.url.replace("127.0.0.1", "localhost"))
    secure = t.file("tls.bin", 3_000_000, scheme="https")
    t.add("--cacert", t.origin.cert, secure)
    t.ok("wait")
    t.expect_file("large.bin", large)
    t.expect_file("small.bin", small)
    t.expect_file("tls.bin", secure)
    until("the hook ran for each", lambda: lines(told) == ["large.bin", "small.bin", "tls.bin"])
    t.ok("remove", "all")
    t.ok("history", "--clear")
    t.ok("stop")
    expect_equal(daemon.wait().status, 0, "status")
    expect(b"read the configuration" in daemon.err(), "it was not read again")


run()
