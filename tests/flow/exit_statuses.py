"""The exit status of `haul get` tells what happened (DESIGN.md, section 7)."""

import os
import signal
import socket

from harness import case, dead_port, expect, expect_equal, run, until


@case
def complete_is_0(t):
    t.get(t.file("a.bin").url)


@case
def usage_is_1(t):
    for arguments in ([], ["--no-such-option", "http://x/"], ["-j", "0", "http://x/"],
                      ["-j", "many", "http://x/"], ["not a link"], ["gopher://x/"],
                      ["file:///etc/passwd"], ["--if-exists", "maybe", "http://x/"],
                      ["-i", os.path.join(t.home, "no-such-list")], ["-o", "a/b", "http://x/"]):
        result = t.haul("get", *arguments)
        expect(result.status == 1, f"expected 1: {result}")
        expect(result.err, f"no sentence: {result}")
        expect(result.out == b"", f"something on standard output: {result}")


@case
def several_kinds_are_2(t):
    t.get("--retries", 0, t.file("good.bin").url, t.origin.url("bad", status=404),
          f"http://127.0.0.1:{dead_port(t)}/x", status=2)
    t.expect_names("good.bin")


@case
def network_is_3(t):
    t.get("--retries", 0, f"http://127.0.0.1:{dead_port(t)}/x", status=3)
    t.get("--retries", 0, "http://no-such-host.invalid/x", status=3)
    t.get("--retries", 0, t.origin.url("tls", scheme="https"), status=3)  # unknown authority


@case
def a_server_that_speaks_something_else_is_3(t):
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        run_ = t.start("get", "-q", "-d", t.dir, "--retries", 0,
                       f"https://127.0.0.1:{server.getsockname()[1]}/x")
        client, _ = server.accept()
        with client:
            client.sendall(b"220 smtp ready\r\n" * 10)
            result = run_.wait()
    expect(result.status == 3, f"expected 3: {result}")


@case
def refusal_is_4(t):
    for status in (400, 401, 403, 404, 405, 410, 416, 451, 500, 503):
        t.get("--retries", 0, t.origin.url("refused", status=status), status=4)
    t.get("--retries", 0, t.origin.url("a", status=404), t.origin.url("b", status=500), status=4)
    t.get("--retries", 0, "-u", "me:wrong", t.origin.url("login", auth="basic"), status=4)
    t.expect_names()


@case
def disk_is_5(t):
    with open(t.path("taken"), "wb"):
        pass
    t.get("-d", t.path("taken"), t.file("a.bin").url, status=5)


@case
def integrity_is_6(t):
    file = t.origin.file("cut.bin", 4096, scheme="https", length="none", truncate=1)
    t.keeps("cut.bin.part", "cut.bin.haul")
    t.get("--retries", 0, "--cacert", t.origin.cert, file.url, status=6)


@case
def interrupted_is_7(t):
    file = t.file("slow.bin", 100_000, rate=1000)
    run_ = t.start("get", "-d", t.dir, "--progress", "plain", file.url)
    t.keeps("slow.bin.part", "slow.bin.haul")
    until("the request comes", lambda: t.origin.requests("slow.bin"))
    run_.signal(signal.SIGINT)
    result = run_.wait()
    expect(result.status == 7, f"expected 7: {result}")


@case
def one_kind_in_many_items_is_that_kind(t):
    good = [t.file(f"g{i}.bin").url for i in range(5)]
    bad = [t.origin.url(f"b{i}", status=404) for i in range(5)]
    t.get("--retries", 0, *good, *bad, status=4)
    t.expect_names(*[f"g{i}.bin" for i in range(5)])


@case
def help_and_version_succeed(t):
    for arguments in (["--help"], ["--version"], ["help"], ["get", "--help"], ["add", "-h"]):
        result = t.ok(*arguments)
        expect(result.out and not result.err, f"help belongs on standard output: {result}")
    expect(b"libcurl" in t.ok("--version").out, "the libraries' versions are missing")


@case
def closed_standard_descriptors_change_nothing(t):
    """As cron and some service managers start programs."""
    for closed in ((0,), (2,), (0, 1, 2)):
        name = f"c{len(closed)}{closed[0]}.bin"
        file = t.file(name, 3000)
        result = t.haul("get", "-d", t.dir, file.url,
                        preexec_fn=lambda fds=closed: [os.close(fd) for fd in fds])
        expect_equal(result.status, 0, f"status with {closed} closed")
        t.expect_file(name, file)


run()
