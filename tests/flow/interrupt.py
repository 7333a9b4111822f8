"""Ctrl-C keeps the work; a second one does not wait."""

import os
import signal

from harness import case, expect, expect_equal, run, size_of, until


def begun(t, name="slow.bin", **script):
    """A download that has begun and won't end soon."""
    file = t.file(name, 10_000_000, rate=200_000, tick=20, **script)
    running = t.start("get", "-d", t.dir, "--progress", "plain", file.url)
    part = t.path(name + ".part")
    t.keeps(name + ".part", name + ".haul")
    until("bytes arrive", lambda: size_of(part) > 0)
    return running


@case
def once_keeps_what_came(t):
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        running = begun(t, f"s{number}.bin")
        running.signal(number)
        result = running.wait()
        expect_equal(result.status, 7, str(result))
        expect(result.out == b"", f"something on standard output: {result}")
        expect(f"s{number}.bin.part" in t.names(), "the part is gone")
        expect(f"s{number}.bin" not in t.names(), "a final name without a complete file")


@case
def twice_ends_at_once(t):
    running = begun(t)
    running.signal(signal.SIGINT)
    running.signal(signal.SIGINT)
    result = running.wait()
    expect(result.status in (7, 130, -signal.SIGINT), f"an odd status: {result}")
    expect("slow.bin" not in t.names(), "a final name without a complete file")


@case
def an_item_that_waits_for_a_retry_ends_too(t):
    running = t.start("get", "-d", t.dir, "--progress", "plain", "--retry-wait", "1h",
                      t.origin.url("later", status=503))
    until("the request comes", lambda: t.origin.requests("later"))
    until("the wait begins", lambda: b"503" in running.err())
    running.signal(signal.SIGINT)
    expect_equal(running.wait().status, 7, "status")


@case
def an_item_that_gets_no_answer_ends_too(t):
    running = t.start("get", "-d", t.dir, "--progress", "plain",
                      t.origin.url("mute", delay="forever"))
    until("the request comes", lambda: t.origin.requests("mute"))
    running.signal(signal.SIGINT)
    expect_equal(running.wait().status, 7, "status")


@case
def what_was_complete_stays_complete(t):
    done = t.file("done.bin")
    slow = t.file("slow.bin", 10_000_000, rate=10_000)
    running = t.start("get", "-d", t.dir, "--progress", "plain", done.url, slow.url)
    t.keeps("slow.bin.part", "slow.bin.haul")
    until("the first is complete", lambda: "done.bin" in t.names())
    running.signal(signal.SIGINT)
    expect_equal(running.wait().status, 7, "status")
    t.expect_file("done.bin", done)


@case
def closed_standard_streams_do_no_harm(t):
    file = t.file("a.bin", 300_000)
    running = t.start("get", "-d", t.dir, "--progress", "plain", file.url,
                      preexec_fn=lambda: [os.close(fd) for fd in (0, 1, 2)])
    running.wait()
    t.expect_file("a.bin", file)


run()
