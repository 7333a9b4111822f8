"""Large bodies come past libcurl (net/direct.c): over plain HTTP from the socket into the file, over
TLS from the session in large pieces. Whatever happens on that way, it is as on the ordinary one: the
file is right, or what came is kept and it is said why not."""

import contextlib
import os
import signal
import socket
import struct

from harness import (DEADLINE, Skip, case, content, expect, expect_equal, header, run, size_of, stop,
                     until)

MIB = 1024 * 1024
SIZE = 24 * MIB  # more than DIRECT_LEAST


def short_ways(t, *arguments, status=0):
    """Runs a get and returns how many bodies took the short way."""
    log = os.path.join(t.home, "get.log")
    t.get("-x", 1, "--retry-wait", 0, "--log", log, "-v", "--cacert", t.origin.cert, *arguments,
          status=status)
    with open(log, encoding="utf-8") as file:
        return file.read().count("take the short way")


@case
def a_large_body_takes_the_short_way(t):
    for scheme in ("http", "https"):
        name = f"{scheme}.bin"
        file = t.file(name, SIZE, scheme=scheme)
        expect_equal(short_ways(t, file.url), 1, "short ways")
        t.expect_file(name, file)
        expect_equal(len(t.origin.requests(name)), 1, "requests")
        os.unlink(os.path.join(t.home, "get.log"))


@case
def what_has_no_length_does_not(t):
    for name, more in (("c.bin", {"chunked": 1}), ("n.bin", {"length": "none"})):
        file = t.file(name, SIZE, **more)
        expect_equal(short_ways(t, file.url), 0, f"short ways of {name}")
        t.expect_file(name, file)


@case
def a_proxy_in_between_changes_nothing(t):
    for scheme in ("http", "https"):
        name = f"by-{scheme}.bin"
        file = t.file(name, SIZE, scheme=scheme, host="files.test")
        proxy = f"http://127.0.0.1:{t.origin.port}"
        expect(short_ways(t, "--proxy", proxy, file.url) >= 1, "the short way was not taken")
        t.expect_file(name, file)


@case
def the_file_keeps_its_date(t):
    file = t.file("d2.bin", SIZE, modified=1_600_000_000)
    t.get(file.url)
    expect_equal(int(os.path.getmtime(t.path("d2.bin"))), 1_600_000_000, "mtime")


@case
def a_body_that_breaks_goes_on_where_it_broke(t):
    for scheme in ("http", "https"):
        for how in ("close", "reset", "stall"):
            name = f"{scheme}-{how}.bin"
            file = t.file(name, SIZE, scheme=scheme, **{how: 8 * MIB, "faults": 1})
            ways = short_ways(t, "--stall-timeout", 1, file.url)
            expect(ways >= 1, f"{name} did not take the short way")
            t.expect_file(name, file)
            again = header(t.origin.requests(name)[1], "Range")
            expect(again and not again.startswith("bytes=0"), f"{name} was asked for anew: {again}")


def break_with_much_behind(t, name, server, getting, data):
    """Sends DATA's first half, more of it while GETTING is asleep, and then an RST, which overtakes
    nothing: the system keeps what is there."""
    half = len(data) // 2
    with server.accept()[0] as client:
        client.settimeout(DEADLINE)
        client.recv(65536)
        client.sendall(b'HTTP/1.1 200 OK\r\nETag: "a"\r\nContent-Length: %d\r\n\r\n' % len(data))
        client.sendall(data[:half])
        until("they are here", lambda: size_of(t.path(name + ".part")) == half)
        stop(getting.pid)
        client.settimeout(0.5)  # when there is no room for more
        with contextlib.suppress(TimeoutError):
            client.sendall(data[half:-1])
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def came_before_the_break(t, name, data):
    """How many bytes came though their getter was asleep; they are right, and the break is told."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(DEADLINE)
        getting = t.start("get", "-q", "-d", t.dir, "-x", 1, "--retries", 0,
                          f"http://127.0.0.1:{server.getsockname()[1]}/{name}")
        try:
            break_with_much_behind(t, name, server, getting, data)
        finally:
            getting.signal(signal.SIGCONT)
        result = getting.wait()
    expect_equal(result.status, 3, str(result))
    expect(b"broke" in result.err, f"the break was not seen: {result}")
    t.keeps(name + ".part", name + ".haul")
    with open(t.path(name + ".part"), "rb") as part:
        came = part.read()
    expect(came == data[:len(came)], "other bytes")
    return len(came) - len(data) // 2


@case
def what_lies_before_a_break_is_taken_and_the_break_seen(t):
    """However many turns that takes: the system tells of a break once, in front of all that."""
    data = content(1, 3 * SIZE)
    for attempt in range(8):  # how much it keeps is the system's choice
        came = came_before_the_break(t, f"behind{attempt}.bin", data)
        if came > 5 * MIB:
            return
    raise Skip(f"the system keeps no more than {came} bytes of what nobody reads")


@case
def one_that_never_ends_well_fails_and_keeps_what_came(t):
    file = t.file("cut.bin", SIZE, close=8 * MIB)
    log = os.path.join(t.home, "get.log")
    result = t.get("-x", 1, "--retries", 0, "--log", log, file.url, status=3)
    expect(b"ended" in result.err or b"closed" in result.err or b"broke" in result.err,
           f"the reason is not told: {result}")
    t.keeps("cut.bin.part", "cut.bin.haul")
    expect(os.path.getsize(t.path("cut.bin.part")) > 0, "nothing was kept")
    expect("cut.bin" not in t.names(), "a part under the final name")


@case
def a_limit_holds_there_too(t):
    for scheme in ("http", "https"):
        file = t.file(f"limit-{scheme}.bin", SIZE, scheme=scheme)
        number = t.add("-x", 1, "--cacert", t.origin.cert, "--limit", "2M", file.url)[0]
        until("it runs", lambda n=number: t.items()[n]["done"] > 0)
        expect(t.items()[number]["done"] < SIZE, "the limit is not obeyed")
        t.ok("set", "--limit", 0)
        t.ok("wait")
        t.expect_file(f"limit-{scheme}.bin", file)


@case
def pauses_and_kills_lose_nothing(t):
    for scheme in ("http", "https"):
        pause_and_kill(t, scheme)


def pause_and_kill(t, scheme):
    name = f"paused-{scheme}.bin"
    file = t.file(name, 2 * SIZE, scheme=scheme, rate=2 * MIB, tick=20, gate=2 * SIZE)
    number = t.add("-x", 1, "--cacert", t.origin.cert, file.url)[0]
    for _ in range(3):
        before = t.items()[number]["done"]
        until("bytes come", lambda b=before: t.items()[number]["done"] > b)
        t.ok("pause", number)
        until("it is put away", lambda: t.origin.stats()["active"] == 0)
        t.ok("resume", number)
    before = t.items()[number]["done"]
    until("bytes come", lambda: t.items()[number]["done"] > before)
    for pid in t.daemons():
        os.kill(pid, signal.SIGKILL)
    until("it is dead", lambda: not t.daemons())
    t.origin.open(name)
    t.ok("resume", "all")
    t.ok("wait")
    t.expect_file(name, file)
    sent = [header(one, "Range") for one in t.origin.requests(name)]
    expect(all(sent[1:]), f"it began anew: {sent}")


@case
def parts_are_cut_from_a_body_on_the_short_way(t):
    for scheme in ("http", "https"):
        name = f"many-{scheme}.bin"
        file = t.file(name, 4 * SIZE, scheme=scheme, rate=40 * MIB, tick=20)
        log = os.path.join(t.home, "get.log")
        t.get("-x", 4, "--min-split", "1M", "--log", log, "-v", "--cacert", t.origin.cert, file.url)
        t.expect_file(name, file)
        with open(log, encoding="utf-8") as text:
            expect(text.read().count("take the short way") >= 2, "the short way was not taken")
        expect(len(t.origin.requests(name)) >= 4, "it was not cut")


@case
def a_full_disk_is_told(t):
    file = t.file("big.bin", SIZE)
    import resource

    def small_files():
        resource.setrlimit(resource.RLIMIT_FSIZE, (12 * MIB, 12 * MIB))

    result = t.get("-x", 1, file.url, status=5, preexec_fn=small_files)
    expect(b"big.bin" in result.err, f"the file is not named: {result}")
    expect("big.bin" not in t.names(), "a part under the final name")
    t.keeps("big.bin.part", "big.bin.haul")


run()
