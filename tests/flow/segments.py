"""One file over several connections: the parts meet without a seam, and whatever a server does to one
of them, the file is right or is refused."""

import os
import re
import signal

from harness import Origin, case, expect, expect_equal, header, run, until

SIZE = 2_000_000
ALONE = 400_000  # what one connection brings in time
SPLIT = ("-x", 8, "--min-split", "64K")
SLOW = {"rate": 1_000_000, "tick": 20}  # a second for each connection until it shares


def ranges(t, path):
    """The first bytes of the ranges that were asked for."""
    asked = [header(one, "Range") for one in t.origin.requests(path)]
    return [int(re.match(r"bytes=(\d+)-", one)[1]) for one in asked if one]


@case
def parts_meet_without_a_seam(t):
    file = t.file("p1.bin", SIZE, **SLOW)
    t.get(*SPLIT, file.url)
    t.expect_file("p1.bin", file)
    starts = ranges(t, "p1.bin")
    expect(len(starts) >= 7, f"asked for too few parts: {starts}")
    expect_equal(len(starts), len(set(starts)), "no part is asked for twice")
    for one in t.origin.requests("p1.bin"):
        if header(one, "Range"):
            expect(header(one, "If-Range"), "a part was asked for without If-Range")


@case
def small_files_are_not_split(t):
    file = t.file("p2.bin", ALONE, **SLOW)
    t.get("-x", 8, "--min-split", "8M", file.url)
    expect_equal(len(t.origin.requests("p2.bin")), 1, "requests")


@case
def one_connection_is_one(t):
    file = t.file("p3.bin", ALONE, **SLOW)
    t.get("-x", 1, "--min-split", "64K", file.url)
    t.expect_file("p3.bin", file)
    expect_equal(len(t.origin.requests("p3.bin")), 1, "requests")


@case
def a_server_that_allows_one_connection_gets_one(t):
    file = t.file("p4.bin", ALONE, max=1, **SLOW)
    t.get(*SPLIT, "--retries", 0, file.url)
    t.expect_file("p4.bin", file)


@case
def a_refusal_that_comes_late_costs_no_try(t):
    # The first connection has reached its end by then, so that none works there any more.
    file = t.file("late.bin", ALONE, max=1, **{"range-delay": 500}, **SLOW)
    t.get(*SPLIT, "--retries", 0, "--retry-wait", 1, file.url)
    t.expect_file("late.bin", file)
    # What was cut for those that were refused is asked for at once then.
    last = header(t.origin.requests("late.bin")[-1], "range")
    start, end = re.fullmatch(r"bytes=(\d+)-(\d+)", last).groups()
    expect(int(end) == ALONE - 1 and int(start) < ALONE // 2, f"the last one: {start}-{end}")


@case
def a_server_that_ignores_ranges_gets_one(t):
    for how in ({"ranges": "off"}, {"ranges": "refuse"}):
        file = t.file(f"{list(how.values())[0]}.bin", ALONE, **how, **SLOW)
        t.get(*SPLIT, "--retries", 0, file.url)
        t.expect_file(os.path.basename(file.url.split("?")[0]), file)


@case
def what_a_host_can_not_do_is_remembered_for_it(t):
    """In the next item, and by the next daemon: it sends no parts, or to one connection only."""
    for what, how in (("none", {"ranges": "off"}), ("refused", {"ranges": "refuse"}),
                      ("one", {"max": 1})):
        server = Origin()
        t.closers.append(server.close)
        files = [server.file(f"{what}{i}.bin", ALONE, key="all", **how, **SLOW) for i in range(3)]
        t.fetched(*SPLIT, files[0].url)
        first = len(server.log())
        expect(first > 1, f"{what}: it was not tried")
        t.fetched(*SPLIT, files[1].url)
        t.stop()
        t.fetched(*SPLIT, files[2].url)
        t.stop()
        expect_equal(len(server.log()) - first, 2, f"{what}: requests for two files more")
        for i, file in enumerate(files):
            t.expect_file(f"{what}{i}.bin", file)


@case
def one_that_refuses_if_range_is_asked_without_it(t):
    """And the log says so once, not for each connection."""
    file = t.file("p15.bin", SIZE, if_range="fail", **SLOW)
    log = os.path.join(t.home, "log")
    t.get(*SPLIT, "--retries", 0, "-v", "--log", log, file.url)
    t.expect_file("p15.bin", file)
    parts = [one for one in t.origin.requests("p15.bin") if header(one, "Range")]
    without = [one for one in parts if not header(one, "If-Range")]
    expect(len(without) >= 2, f"{len(without)} of {len(parts)} parts were asked for without it")
    with open(log, encoding="utf-8") as lines:
        expect_equal(lines.read().count("asking without If-Range"), 1, "lines of the log")


@case
def parts_that_lie_are_not_used(t):
    for lie in ("start", "end", "total", "overflow", "garbage", "missing", "star", "whole"):
        file = t.file(f"{lie}.bin", ALONE, **{"range-lie": lie}, **SLOW)
        result = t.haul("get", "-d", t.dir, *SPLIT, "--retries", 1, "--retry-wait", 0, file.url)
        name = f"{lie}.bin"
        if name in t.names():
            t.expect_file(name, file)
        else:
            expect(result.status != 0, f"{lie}: {result}")


@case
def parts_that_are_refused_late_cost_no_loop(t):
    """The first connection is at its end, and is gone, before the answers come that are of no use:
    what they leave is asked for once more, and taken as it comes."""
    for how, most in (({"ranges": "off"}, 8), ({"if-range": "fail"}, 11),
                      ({"range-lie": "start"}, 8)):
        file = t.file(f"late-{list(how.values())[0]}.bin", ALONE, **{"range-delay": 300}, **how)
        name = os.path.basename(file.url.split("?")[0])
        t.get(*SPLIT, "--retries", 0, file.url)
        t.expect_file(name, file)
        expect(len(t.origin.requests(name)) <= most, "it was asked for again and again")


@case
def nor_do_those_of_a_server_that_refuses_all_parts(t):
    """The answer comes when the first connection is at its end: the file is begun anew, once."""
    file = t.file("late-416.bin", 250_000, ranges="refuse", **{"range-delay": 500}, **SLOW)
    t.get("-x", 2, "--min-split", "64K", "--retries", 0, file.url)
    t.expect_file("late-416.bin", file)
    expect(len(t.origin.requests("late-416.bin")) <= 5, "it was begun anew again and again")


@case
def without_a_validator_there_are_no_parts(t):
    file = t.file("p7.bin", ALONE, etag="none", modified="none", **SLOW)
    t.get(*SPLIT, file.url)
    t.expect_file("p7.bin", file)
    expect_equal(len(t.origin.requests("p7.bin")), 1, "requests")


@case
def a_file_that_changes_between_the_parts_is_never_spliced(t):
    file = t.file("p8.bin", SIZE, **{"change-after": 3}, **SLOW)
    t.haul("get", "-d", t.dir, *SPLIT, "--retries", 1, "--retry-wait", 0, file.url)
    if "p8.bin" in t.names():
        t.expect_file("p8.bin", file)


@case
def broken_parts_are_asked_for_again_where_they_broke(t):
    file = t.file("p9.bin", SIZE, reset=200_000, faults=6, key="broken", **SLOW)
    t.get(*SPLIT, "--retries", 3, "--retry-wait", 0, file.url)
    t.expect_file("p9.bin", file)


@case
def a_stalled_part_is_dropped_and_asked_for_again(t):
    file = t.file("p10.bin", SIZE, stall=100_000, faults=2, key="stalled", **SLOW)
    t.get(*SPLIT, "--stall-timeout", 1, "--retries", 3, "--retry-wait", 0, file.url)
    t.expect_file("p10.bin", file)
    # Each sent 100,000 bytes: what is asked for next begins right behind them.
    asked = [int(re.match(r"bytes=(\d+)-", header(one, "Range") or "bytes=0-")[1])
             for one in t.origin.requests("p10.bin")]
    for stalled in asked[:2]:
        expect(stalled + 100_000 in asked, f"not from its last byte: {stalled} of {asked}")


def written_at(path):
    """When the file at PATH was written last; 0 when there is none."""
    try:
        return os.path.getmtime(path)
    except FileNotFoundError:
        return 0


@case
def a_killed_one_goes_on_with_all_its_parts(t):
    file = t.file("p11.bin", 2 * SIZE, rate=50_000, tick=20, gate=2 * SIZE)
    for _ in range(3):
        running = t.start("get", "-q", "-d", t.dir, *SPLIT, file.url)
        record = t.path("p11.bin.haul")
        begun = written_at(record)
        until("a record is written", lambda r=record, b=begun: written_at(r) > b)
        running.signal(signal.SIGKILL)
        running.wait()
        expect("p11.bin" not in t.names(), "it is not complete, but there")
    t.origin.open("p11.bin")
    t.get(*SPLIT, "--retry-wait", 0, file.url)
    t.expect_file("p11.bin", file)
    t.expect_names("p11.bin")


@case
def pausing_keeps_the_parts(t):
    file = t.file("p12.bin", 2 * SIZE, rate=100_000, tick=20)
    number = t.add("-d", t.dir, *SPLIT, file.url)[0]
    until("parts come", lambda: t.items()[number]["connections"] >= 4)
    for _ in range(3):
        t.ok("pause", number)
        until("it is put away", lambda: t.origin.stats()["active"] == 0)
        done = t.items()[number]["done"]
        t.ok("resume", number)
        until("it goes on, or was complete", lambda d=done: t.items()[number]["done"] > d
              or t.items()[number]["state"] == "done")
    t.ok("wait")
    t.expect_file("p12.bin", file)


run()
