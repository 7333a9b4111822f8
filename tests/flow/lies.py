"""A server that lies about what it sends gets no file under its name, and haul says so with the
right status: 3 for broken transfers, 4 for refusals, 6 for what can't be trusted."""

import os

from harness import case, expect, expect_equal, run


def refused(t, statuses, scheme="http", name="lie.bin", options=(), **script):
    """Asks for a file with a fault that must end in one of STATUSES and in no file."""
    script.setdefault("size", 4096)
    file = t.origin.file(name, scheme=scheme, **script)
    result = t.haul("get", "-d", t.dir, "--progress", "plain", "--retries", 0, "--cacert",
                    t.origin.cert, *options, file.url)
    expect(result.status in statuses, f"expected one of {statuses} for {script}: {result}")
    expect(b": " in result.err and len(result.err) > 10, f"no sentence: {result}")
    for unfinished in t.partials():
        os.unlink(t.path(unfinished))
    expect_equal(t.names(), [], f"files under a final name for {script}")


@case
def a_body_shorter_than_announced(t):
    refused(t, [3, 6], length=5000)
    refused(t, [3, 6], close=100)
    refused(t, [3, 6], close=0)
    refused(t, [3, 6], reset=2000)
    refused(t, [3, 6], scheme="https", close=2000)
    refused(t, [3, 6], scheme="https", close=2000, truncate=1)


@case
def lengths_that_make_no_sense(t):
    for length in ("-1", "99999999999999999999999", "12abc", "0x1000", "4096, 4097", "1 2"):
        refused(t, [3, 6], length=length)
    refused(t, [3, 6], length=4096, length2=99)


@case
def an_announced_length_that_no_disk_holds(t):
    refused(t, [3, 5, 6], length=str(1 << 62))


@case
def chunks_that_do_not_end_or_make_no_sense(t):
    for kind in ("no-end", "cut", "bad-size", "huge-size", "negative"):
        refused(t, [3, 6], chunked=kind)


@case
def an_end_over_tls_that_anyone_could_have_made(t):
    refused(t, [6], scheme="https", length="none", truncate=1)


@case
def answers_that_are_no_answer(t):
    refused(t, [3], raw="")
    refused(t, [3], raw="", reset=0)
    refused(t, [3], raw="garbage\0\1\2 and more\r\n\r\n")
    refused(t, [3], raw="HTTP/1.1 200 OK\r\nContent-Le")
    refused(t, [3], raw="HTTP/9.9 200 OK\r\n\r\nbody")
    refused(t, [3], http09=1)
    refused(t, [3], header=b"X-Nul: a\0b")


@case
def floods_of_headers_and_interim_answers(t):
    refused(t, [3], headers="forever")
    refused(t, [3], headers=100_000)
    refused(t, [3], header_size="1M", headers=1)
    refused(t, [3], interim="forever")


@case
def statuses_that_were_not_asked_for(t):
    refused(t, [3, 4, 6], status=204)
    refused(t, [3, 4, 6], status=304)
    refused(t, [3, 4, 6], status=302)
    refused(t, [3, 4, 6], status=300)
    refused(t, [3, 4, 6], range_lie="unasked")
    refused(t, [3, 4, 6], raw="HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n")


run()
