"""Mirrors and their hosts: what a source is asked for counts there as anything else, and one that
wants to be left alone is, also by its mirrors' files."""

import os
import time

from harness import (Origin, case, expect, expect_equal, has_content, header, plant_partial, run,
                     until)

SIZE = 1_000_000
SPLIT = ("-x", 4, "--min-split", "64K")


def own_origin(t):
    """A server whose figures are of this case alone."""
    origin = Origin()
    t.closers.append(origin.close)
    return origin


def mirror(origin, file, path, **script):
    """The same content at another server, with a validator of its own."""
    return origin.url(path, size=file.size, seed=file.seed, etag=f'"{path}"', **script)


def listed(t, name, *urls):
    """Arguments for one item with several links."""
    return ("-i", t.write(name, "\t".join(map(str, urls)) + "\n"))


def item(t, number):
    return t.items()[number]


def sources(t, number):
    facts = t.ok("show", "--json", number).json()["facts"]
    return [fact["value"] for fact in facts if fact["name"] == "source"]


def make_it_rest(t, server, seconds):
    """Adds an item whose server wants to be left alone; returns it."""
    (number,) = t.add("--retry-wait", 0, server.file("first.bin", status=429, retry_after=seconds,
                                                     faults=1, key=f"for {seconds} s").url)
    until("it waits", lambda: item(t, number)["state"] == "waiting")
    return number


@case
def a_mirror_is_not_asked_beyond_its_hosts_connections(t):
    server = own_origin(t)
    busy = server.file("busy.bin", delay="forever")
    (first,) = t.add("-j", 4, "--per-host", 1, busy.url)
    until("it is asked for", lambda: server.stats()["active"] == 1)
    file = t.file("a.bin", SIZE, rate=1_000_000, tick=20)
    (second,) = t.add(*SPLIT, *listed(t, "list", file, mirror(server, file, "b.bin")))
    t.ok("wait", second)
    t.expect_file("a.bin", file)
    expect_equal(server.requests("b.bin"), [], "requests for the mirror")
    t.ok("remove", first)


@case
def no_connection_is_kept_for_a_mirror_that_may_not_be_asked(t):
    """What its check would be given is the first one's meanwhile."""
    server = own_origin(t)
    (first,) = t.add("-j", 4, server.file("busy.bin", delay="forever").url)
    until("it is asked for", lambda: server.stats()["active"] == 1)
    make_it_rest(t, server, 200)
    file = t.file("a.bin", 40_000_000, rate=100_000, tick=20)
    t.keeps("a.bin.part")
    (second,) = t.add(*SPLIT, *listed(t, "list", file, mirror(server, file, "b.bin"),
                                      mirror(server, file, "c.bin")))
    until("the first one has all of them", lambda: item(t, second)["connections"] == 4)
    expect_equal(server.requests("b.bin") + server.requests("c.bin"), [], "requests for mirrors")
    expect_equal(sum("backing off" in text for text in sources(t, second)), 2, "told of mirrors")
    t.ok("remove", first, second)


@case
def the_items_own_connection_is_no_other_ones(t):
    """With one connection to the host of all its sources, an item that lost one asks the next."""
    file = t.file("own.bin", SIZE)
    dead = t.origin.url("own-dead.bin", status=404)
    t.get(*SPLIT, "--per-host", 1, "--retries", 0, "-o", "whole", *listed(t, "one", dead, file))
    t.expect_file("whole", file)
    # And when there is something to compare with.
    plant_partial(t, "rest", dead, SIZE, file.data()[:SIZE // 2], 'etag "old"\n')
    t.get(*SPLIT, "--per-host", 1, "--retries", 0, "-o", "rest", *listed(t, "two", dead, file))
    t.expect_file("rest", file)
    expect(all(header(one, "Range") for one in t.origin.requests("own.bin")[-2:]),
           "the rest was not asked for")


@case
def two_that_lack_each_others_host_get_it(t):
    here, there = own_origin(t), own_origin(t)
    files = [here.file("a.bin", 5000), there.file("b.bin", 5000)]
    lists = [f"{origin.url('dead', status=404, delay=300)}\t{file}\n"
             for origin, file in zip((there, here), files)]
    t.get("-j", 2, "--per-host", 1, "--retries", 0, "-i", t.write("list", "".join(lists)))
    expect_equal(len(t.names()), 2, "files")
    for file in files:
        expect(any(has_content(t.path(name), file.seed, file.size) for name in t.names()), f"{file} is not there")
    for origin in (here, there):
        expect_equal(origin.stats()["peak_active"], 1, "requests at once")


@case
def one_that_is_busy_is_waited_for(t):
    server = own_origin(t)
    file = server.file("b.bin", SIZE)
    (first,) = t.add("-j", 2, "--per-host", 1, server.file("busy.bin", delay="forever").url)
    until("it is asked for", lambda: server.stats()["active"] == 1)
    (second,) = t.add("--retries", 0, "-o", "out",
                      *listed(t, "list", t.origin.url("dead", status=404), file))
    until("it waits", lambda: "has all the connections" in item(t, second)["note"])
    expect_equal(item(t, second)["state"], "active", "the one that waits")
    expect("has all the connections" in t.ok("show", second).out.decode(), "it is not explained")
    # An item that was queued for the same host comes later.
    (third,) = t.add(server.file("third.bin").url)
    t.ok("cancel", first)
    t.ok("wait", second, third)
    t.expect_file("out", file)
    expect("has all the connections" not in item(t, second)["note"], "its row still says so")
    order = [one["path"] for one in server.log()]
    expect(order.index("/b.bin") < order.index("/third.bin"), f"the order: {order}")
    expect_equal(server.stats()["peak_active"], 1, "requests at once")


@case
def one_that_rests_is_left_alone_by_its_mirrors(t):
    server = own_origin(t)
    make_it_rest(t, server, 200)
    file = t.file("a.bin", SIZE, rate=1_000_000, tick=20)
    (second,) = t.add(*SPLIT, *listed(t, "list", file, mirror(server, file, "b.bin")))
    t.ok("wait", second)
    t.expect_file("a.bin", file)
    expect_equal(server.requests("b.bin"), [], "requests for the mirror")
    t.ok("remove", "all")


@case
def the_only_one_left_is_waited_for_when_it_rests(t):
    server = own_origin(t)
    file = server.file("b.bin", SIZE)
    for seconds in (3, 9, 27):  # a busy machine may take longer to add it
        dead = t.origin.url(f"dead-{seconds}", status=404)
        first = make_it_rest(t, server, seconds)
        begin = time.monotonic()
        t.ok("cancel", first)
        (second,) = t.add("--retries", 0, "-o", "out", *listed(t, "list", dead, file))
        until("it waits or is done", lambda: item(t, second)["state"] in ("waiting", "done"))
        now = item(t, second)
        if now["state"] == "waiting":
            break
        t.ok("remove", second)
        os.unlink(t.path("out"))
    expect("404" in now["note"] and "is backing off" in now["note"], f"its row: {now}")
    expect(now["retry_at"] > 0, f"it does not tell until when: {now}")
    t.ok("wait", second)
    t.expect_file("out", file)
    expect(time.monotonic() - begin >= 2, "it was not waited for")
    expect_equal(len(t.origin.requests(f"dead-{seconds}")), 2, "requests to the other one")


@case
def the_rest_of_a_file_waits_for_its_host_too(t):
    """What runs goes on, but a new request waits, and costs no try."""
    server = own_origin(t)
    file = server.file("a.bin", SIZE, range_lie="short")
    (number,) = t.add("-x", 1, "--retries", 0, "--item-limit", "50K", "-o", "out", file.url)
    until("some of it is here", lambda: item(t, number)["done"] > 0)
    t.ok("pause", number)
    until("it stopped", lambda: item(t, number)["state"] == "paused")
    t.ok("resume", number)  # from now on each answer holds half of what is missing
    until("the rest is asked for", lambda: len(server.requests("a.bin")) == 2)
    first = make_it_rest(t, server, 60)
    t.ok("change", number, "--item-limit", 0)
    t.ok("cancel", first)
    until("it waits", lambda: item(t, number)["state"] == "waiting")
    expect("is backing off" in item(t, number)["note"], f"its row: {item(t, number)}")
    expect_equal(len(server.requests("a.bin")), 2, "requests meanwhile")
    t.ok("retry", number)  # ends the rest
    t.ok("wait", number)
    t.expect_file("out", file)


@case
def a_check_that_is_told_to_come_later_does(t):
    server = own_origin(t)
    file = t.file("a.bin", 40 * SIZE, rate=200_000, tick=20)
    (number,) = t.add(*SPLIT, *listed(t, "list", file, mirror(server, file, "b.bin", status=503,
                                                              retry_after=200)))
    until("it rests", lambda: "backing off" in str(sources(t, number)))
    other = server.file("other.bin")
    (second,) = t.add(other.url)
    expect("backing off" in item(t, second)["note"], f"another item of it: {item(t, second)}")
    expect_equal(len(server.requests("b.bin")), 1, "requests for the mirror")
    t.ok("remove", number, second)


@case
def the_last_source_may_send_the_whole_file(t):
    """Its bytes are right, wherever they begin: that is no failure, and costs no try."""
    file = t.file("last.bin", SIZE, if_range="fail", close=SIZE // 2, faults=1)
    dead = t.origin.url("dead", status=404)
    t.get(*SPLIT, "--retries", 0, "-o", "out", *listed(t, "list", dead, file))
    t.expect_file("out", file)
    expect(header(t.origin.requests("last.bin")[-1], "Range"), "it was begun anew")


@case
def one_of_several_that_sends_the_whole_file_is_asked_in_other_words(t):
    """If-Range brings the whole from it: it is said once, and the ETags of the parts are proof."""
    file = t.file("a.bin", SIZE, rate=300_000, tick=20)
    whole = mirror(t.origin, file, "whole.bin", if_range="fail")
    t.get("-x", 2, "--min-split", "64K", *listed(t, "list", file, whole))
    t.expect_file("a.bin", file)
    check, *parts = t.origin.requests("whole.bin")
    expect(header(check, "If-Range") is None and len(parts) >= 2, parts)
    expect_equal([header(part, "If-Range") for part in parts],
                 ['"whole.bin"'] + [None] * (len(parts) - 1), "If-Range of its parts")
    expect(all(header(part, "Range") for part in parts), "parts are asked for")


run()
