"""What `show` says of an item that is slow or does not run, from what really happens: the sentences
themselves are the matter of unit/engine_diagnose.c."""

import re

from harness import case, expect, expect_equal, run, until

MIB = 1024 * 1024
SLOW = 300 * 1024


def shown(t, number):
    return t.ok("show", "--json", number).json()


def diagnosis(t, number):
    return shown(t, number)["diagnosis"]


def until_said(t, number, pattern):
    """The sentence, once it matches all of PATTERN."""
    said = [""]

    def look():
        said[0] = diagnosis(t, number)
        return re.fullmatch(pattern, said[0])

    try:
        until(f"it says {pattern!r}", look)
    except AssertionError as late:
        raise AssertionError(f"{late}; it says {said[0]!r}") from None
    return said[0]


def facts(answer):
    """Facts by name, each with the values in their order."""
    found = {}
    for fact in answer["facts"]:
        found.setdefault(fact["name"], []).append(fact["value"])
    return found


def forget(t, *numbers):
    t.ok("remove", *numbers)


@case
def each_connection_brings_the_same(t):
    many = t.file("many.bin", 64 * MIB, rate=SLOW, tick=20)
    one = t.file("one.bin", 64 * MIB, rate=SLOW, tick=20, ranges="off", port=t.origin.other)
    wide = t.file("wide.bin", 64 * MIB, rate=SLOW, tick=20)
    # The cap is shared: three connections each for two items of one host.
    (number,) = t.add("-x", 4, "--min-split", "1M", many.url)
    (single,) = t.add("-x", 4, "--min-split", "1M", one.url)
    until_said(t, number, r"server allows about \d+ KB/s per connection, 4 in use")
    until_said(t, single, r"server allows about \d+ KB/s per connection, 1 in use; "
                          r"server does not take ranges: one connection")
    until("its rates of some seconds", lambda: len(shown(t, number)["rates"]) >= 4)
    answer = shown(t, number)
    expect_equal(len(answer["connections"]), 4, "connections")
    for connection in answer["connections"]:
        expect_equal(connection["doing"], "receiving", "what it does")
        expect_equal(connection["source"], f"127.0.0.1:{t.origin.port}", "its source")
        expect(connection["pos"] < connection["end"] and connection["rate"] > 0, connection)
    expect(max(answer["rates"]) > 2 * SLOW,
           f"the item's rates: {answer['rates']}")
    # The same cap for all items of the host, and those that came too late.
    t.ok("set", "--per-host", 4)
    (late,) = t.add(wide.url)
    until_said(t, late, r"queued: 4 connections are the cap of this host \(--per-host\)|"
                        r"4 connections are the cap of this host \(--per-host\)")
    # In text too, and what was known of it outlives the run.
    text = t.ok("show", number).out.decode()
    expect("\ndiagnosis      " in text and "\nconnection     127.0.0.1:" in text, text)
    t.ok("pause", number)
    until("it is put away", lambda: not shown(t, number)["connections"])
    answer = shown(t, number)
    expect_equal(answer["diagnosis"], "paused: goes on when it is resumed", "the sentence")
    expect(answer["spans"] and answer["rates"], "its ranges and rates are gone")
    expect_equal(facts(answer)["protocol"], ["HTTP/1.1"], "its facts")
    expect_equal(facts(answer)["status"], ["200"], "its facts")
    forget(t, number, single, late)


@case
def limits_of_ours(t):
    (number,) = t.add("--limit", "2M", t.file("a.bin", 64 * MIB).url)
    until_said(t, number, r"limited by --limit: 2.0 MB/s")
    (other,) = t.add("--item-limit", "100K", t.file("b.bin", 64 * MIB).url)
    until_said(t, other, r"limited by --item-limit: 100 KB/s")
    until_said(t, number, r"limited by --limit: 2.0 MB/s(, shared by 2 items)?")
    forget(t, number, other)


@case
def what_it_waits_for(t):
    (resting,) = t.add(t.file("rest.bin", status=503, retry_after=60, faults=1).url)
    until_said(t, resting, r"waiting: host is backing off until \d\d:\d\d:\d\d")
    (queued,) = t.add(t.file("second.bin").url)
    until_said(t, queued, r"waiting: host is backing off until \d\d:\d\d:\d\d")
    other = t.origin.other
    (failing,) = t.add("--retry-wait", 60, t.file("x.bin", status=502, port=other).url)
    until_said(t, failing, r"waiting after 502: tries again at \d\d:\d\d:\d\d \(retry 1 of 5\)")
    history = shown(t, failing)["events"]
    expect(re.fullmatch(r"waiting: .*502.*; next try at \d\d:\d\d:\d\d", history[-1]["text"]),
           f"the history: {history}")
    (mute,) = t.add(t.origin.url("mute", delay="forever", port=other))
    until_said(t, mute, r"connected: the server has thought about its answer for \d s")
    t.ok("set", "--jobs", 1)
    (late,) = t.add(t.file("late.bin", port=other).url)
    until_said(t, late, r"queued: 1 of 1 jobs run")
    forget(t, resting, queued, failing, mute, late)


@case
def the_log_tells_an_error_once(t):
    (number,) = t.add("--retry-wait", 1, t.file("again.bin", status=502, faults=1).url)
    t.ok("wait", number)
    told = [event["text"] for event in shown(t, number)["events"]]
    expect_equal([re.sub(r":.*", "", text) for text in told],
                 ["added", "active", "waiting", "queued", "active, try 2", "done"], "the log")
    expect("502" in told[2] and "502" not in "".join(told[3:]), told)
    t.ok("remove", number)


@case
def what_it_ended_with(t):
    file = t.file("a.bin", 3 * MIB, hops=2, disposition='attachment; filename="b.bin"')
    (number,) = t.add(file.url)
    t.ok("wait", number)
    t.expect_file("b.bin", file)
    answer = shown(t, number)
    expect(re.fullmatch(r"came in \S+( s)?, \S+ .B/s on average", answer["diagnosis"]),
           answer["diagnosis"])
    found = facts(answer)
    expect_equal(found["redirect"], [f"302 {file.url}"] * 2, "the redirects")
    expect_equal(found["disposition"], ['attachment; filename="b.bin"'], "a header that matters")
    expect_equal(found["digest"], ["none given"], "the digest")
    expect_equal([(span["pos"], span["end"]) for span in answer["spans"]][-1][1], file.size,
                 "its ranges")
    expired = t.file("old.bin", 8 * MIB, rate=MIB, sound=1, status=403)
    (number,) = t.add(expired.url)
    until("bytes come", lambda: t.items()[number]["done"] > 0)
    t.ok("pause", number)
    t.ok("resume", number)
    until_said(t, number, r"expired link \(403\): paste a new one")
    forget(t, number)


@case
def a_secure_connection_is_told_of(t):
    file = t.origin.file("s.bin", 9000, scheme="https")
    (number,) = t.add("--cacert", t.origin.cert, file.url)
    t.ok("wait", number)
    (tls,) = facts(shown(t, number))["tls"]
    expect(re.fullmatch(r"TLSv1\.[23], [A-Z0-9_-]+", tls), tls)


run()
