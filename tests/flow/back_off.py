"""A host that says it has enough, or says nothing at all, is left alone: by all its items."""

import re
import time

from harness import Origin, case, dead_port, expect, expect_equal, run, until

BACKING_OFF = re.compile(r"^host is backing off until \d\d:\d\d:\d\d$")


def own_origin(t):
    """A server whose figures are of this case alone."""
    origin = Origin()
    t.closers.append(origin.close)
    return origin


def state(t, number):
    return t.items()[number]["state"]


def make_it_rest(t, seconds, **more):
    """Adds an item that is told to come again later; returns it."""
    (first,) = t.add("-j", 10, t.file("first.bin", status=429, retry_after=seconds, faults=1,
                                      **more).url)
    until("it waits", lambda: state(t, first) == "waiting")
    return first


@case
def no_item_of_the_host_starts_before_it_is_over(t):
    first = make_it_rest(t, 60)
    second = t.file("second.bin")
    elsewhere = t.file("elsewhere.bin", port=t.origin.other)
    number, other = t.add(second.url, elsewhere.url)
    t.ok("wait", other)
    t.expect_file("elsewhere.bin", elsewhere)
    item = t.items()[number]
    expect_equal(item["state"], "queued", "the item of the same host")
    expect(BACKING_OFF.match(item["note"]), f"it does not say why: {item['note']!r}")
    expect_equal(t.origin.requests("second.bin"), [], "requests meanwhile")
    waiting = t.items()[first]
    expect(waiting["retry_at"] - waiting["added_at"] >= 60_000, f"too early: {waiting}")
    # Whoever says "retry" wants it now.
    t.ok("retry", first)
    t.ok("wait")
    t.expect_file("second.bin", second)


@case
def it_outlives_the_daemon(t):
    """In both forms; who is added to the next daemon waits, too. The list says until when."""
    for form in (60, "date:60"):
        first = make_it_rest(t, form, key=f"lasts {form}")
        expect(b"next try in " in t.ok("list").out, "the list does not tell when")
        name = f"after-{str(form)[:4]}.bin"
        t.stop()
        (second,) = t.add(t.file(name).url)
        for number in (first, second):
            until("it says why it waits",
                  lambda n=number: BACKING_OFF.match(t.items()[n]["note"]), 20)
        expect_equal(state(t, second), "queued", "the next one")
        expect_equal(t.origin.requests(name), [], "requests meanwhile")
        t.ok("retry", first)  # ends the rest
        t.ok("wait")
        t.ok("remove", "all")


@case
def one_goes_first_when_it_is_over(t):
    for seconds in (1, 5, 25):  # a busy machine may take longer to add them
        good = [t.file(f"good{seconds}-{i}.bin") for i in range(5)]
        first = make_it_rest(t, seconds, key=f"for {seconds} s")
        silent = t.origin.url(f"mute{seconds}", delay="forever")
        added = t.add(silent, silent, *[file.url for file in good])
        t.ok("cancel", first)
        items = t.items()
        if all(BACKING_OFF.match(items[number]["note"]) for number in added):
            break
        t.ok("remove", "all")
    mute, ids = added[:2], added[2:]
    until("one asks", lambda: len(t.origin.requests(f"mute{seconds}")) == 1)
    expect_equal([state(t, number) for number in mute + ids], ["active"] + ["queued"] * 6,
                 "the items")
    t.ok("cancel", mute[0])
    until("the next one asks", lambda: len(t.origin.requests(f"mute{seconds}")) == 2)
    expect_equal([state(t, number) for number in ids], ["queued"] * 5, "the items")
    t.ok("cancel", mute[1])
    t.ok("wait", *ids)
    for i, file in enumerate(good):
        t.expect_file(f"good{seconds}-{i}.bin", file)


@case
def both_forms_of_retry_after_hold_for_all(t):
    for form in ("1", "date:2"):
        file = t.file(f"{form[0]}.bin", status=503, retry_after=form, faults=1)
        more = [t.file(f"{form[0]}{i}.bin") for i in range(3)]
        begin = time.monotonic()
        t.get("-j", 1, "--retry-wait", 0, file.url, *[one.url for one in more])
        expect(time.monotonic() - begin >= 1, "it was not waited for")
        expect_equal(len(t.origin.requests(f"{form[0]}.bin")), 2, "requests")


@case
def what_runs_goes_on(t):
    running = t.file("runs.bin", 90_000, rate=50_000, tick=20)
    (number,) = t.add("-x", 1, running.url)
    until("it runs", lambda: t.items()[number]["done"] > 0)
    refused = t.file("refused.bin", status=429, retry_after=1, faults=1)
    t.add(refused.url)
    t.ok("wait")
    t.expect_file("runs.bin", running)
    t.expect_file("refused.bin", refused)
    expect_equal(len(t.origin.requests("runs.bin")), 1, "requests of the one that ran")


@case
def a_wait_of_hours_is_not_asked_for_again_and_again(t):
    first = t.file("late0.bin", status=503, retry_after=7200).url
    result = t.get("-j", 1, first, *[t.file(f"late{i}.bin").url for i in range(1, 20)], status=4)
    asked = [request["path"] for request in t.origin.log() if "late" in request["path"]]
    expect_equal(asked, ["/late0.bin"], "what was asked for")
    expect(b"asked to be left alone until" in result.err, f"the time is not told: {result}")


@case
def a_refusal_because_of_others_costs_an_item_nothing(t):
    """Not even with --retries 0."""
    server = own_origin(t)
    files = [server.file(f"one{i}.bin", 20_000, rate=100_000, tick=20, key="one", max=1)
             for i in range(5)]
    t.get("-j", 5, "--retries", 0, "--retry-wait", 0, *[file.url for file in files])
    for i, file in enumerate(files):
        t.expect_file(f"one{i}.bin", file)


@case
def how_many_a_host_allows_is_remembered(t):
    server = own_origin(t)
    files = [server.file(f"two{i}.bin", 20_000, rate=100_000, tick=20, key="two", max=2)
             for i in range(12)]
    t.get("-j", 6, "--retries", 0, "--retry-wait", 0, *[file.url for file in files])
    asked = len(server.log())
    expect(asked <= 12 + 10, f"{asked} requests for 12 files: it is not remembered")


@case
def a_dead_host_ends_all_its_items_and_no_others(t):
    """What one of them tried counts for all, so that they don't fail one after the other for
    hours."""
    port = dead_port(t)
    dead = [f"http://127.0.0.1:{port}/dead{i}" for i in range(40)]
    good = t.file("good.bin")
    result = t.get("--retries", 3, "--retry-wait", 0, *dead, good.url, status=3)
    t.expect_file("good.bin", good)
    expect_equal(result.err.count(b"\nfailed"), 40, f"failed items: {result}")


@case
def an_answer_ends_the_series(t):
    """The host comes back before the last try: all items are there, none has failed."""
    files = [t.file(f"back{i}.bin", status=503, faults=4, key="back") for i in range(10)]
    t.get("-j", 2, "--retries", 4, "--retry-wait", 0, *[file.url for file in files])
    for i, file in enumerate(files):
        t.expect_file(f"back{i}.bin", file)


@case
def a_permanent_503_among_good_ones_fails_alone(t):
    good = [t.file(f"g{i}.bin") for i in range(10)]
    bad = t.origin.url("bad", status=503)
    t.get("--retries", 2, "--retry-wait", 0, bad, *[file.url for file in good], status=4)
    for i, file in enumerate(good):
        t.expect_file(f"g{i}.bin", file)


run()
