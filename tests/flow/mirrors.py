"""One file from several sources: all of them bring bytes, none that is another file brings one, and what
fails is not waited for."""

import os
import signal

from harness import (Origin, Remote, case, dead_port, expect, expect_equal, header, need,
                     recorded, run, size_of, until)

TORTURE = os.environ.get("HAUL_TORTURE", "")
SIZE = 4_000_000
CHANGED = 1000003  # added to the seed of a file that changes
SPLIT = ("-x", 4, "--min-split", "64K")
SLOW = {"rate": 500_000, "tick": 20}


def mirror(t, file, path, **script):
    """The same content at the other server, with a validator of its own."""
    query = {"size": file.size, "seed": file.seed, "etag": f'"{path}"', **SLOW, **script}
    return t.origin.url(path, port=t.origin.other, **query)


def listed(t, *urls):
    """Arguments for one item with several links."""
    return ("-i", t.write("list.txt", "\t".join(map(str, urls)) + "\n"))


def asked(t, path):
    """The first bytes of the parts that were asked for."""
    wanted = [header(one, "Range") for one in t.origin.requests(path)]
    return [int(one.split("=")[1].split("-")[0]) for one in wanted if one]


@case
def parts_come_from_all_sources(t):
    file = t.file("m1.bin", SIZE, **SLOW)
    t.get(*SPLIT, *listed(t, file, mirror(t, file, "m1-b.bin")))
    t.expect_file("m1.bin", file)
    expect(len(asked(t, "m1-b.bin")) >= 2, "the mirror was not used")
    sample = header(t.origin.requests("m1-b.bin")[0], "Range")
    first, last = map(int, sample.split("=")[1].split("-"))
    expect_equal(last - first + 1, 65536, "the first thing asked of a mirror is a sample")
    expect(all(header(one, "If-Range") == '"m1-b.bin"'
               for one in t.origin.requests("m1-b.bin")[1:]), "the mirror's own validator")


@case
def another_file_is_never_used(t):
    other_content = {"seed": 7}
    other_size = {"size": SIZE + 1}
    whole = {"ranges": "off"}
    nameless = {"etag": "none", "modified": "none"}
    for number, other in enumerate((other_content, other_size, whole, nameless)):
        name = f"m2-{number}.bin"
        file = t.file(name, SIZE, **SLOW)
        t.get(*SPLIT, *listed(t, file, mirror(t, file, "other-" + name, **other)))
        t.expect_file(name, file)
        expect_equal(len(t.origin.requests("other-" + name)), 1, f"requests for {other}")


@case
def what_was_refused_stands_in_the_history(t):
    pace = {"rate": 50_000, "gate": SIZE}  # slow until they are opened
    file = t.file("m3.bin", SIZE // 2, **pace)
    good = mirror(t, file, "m3-good.bin", **pace)
    bad = mirror(t, file, "m3-bad.bin", seed=7)
    number = t.add(*SPLIT, *listed(t, file, good, bad))[0]

    def sources():
        facts = t.ok("show", "--json", number).json()["facts"]
        return [fact["value"] for fact in facts if fact["name"] == "source"]

    until("both mirrors are known", lambda: "dropped" in str(sources()) and
          str(sources()).count("in use") == 2)
    expect_equal(len(sources()), 3, "sources")
    t.origin.open("m3.bin", "m3-good.bin")
    t.ok("wait")
    events = str(t.ok("show", "--json", number).json()["events"])
    expect("sends the same file" in events, events)
    expect("m3-bad.bin" in events and "another file" in events, events)
    t.expect_file("m3.bin", file)


@case
def the_next_one_goes_on_where_the_first_is_dead(t):
    file = t.file("m4.bin", SIZE, rate=20_000_000)
    dead = f"http://127.0.0.1:{dead_port(t)}/m4.bin"
    for number, first in enumerate((t.origin.url("m4.bin", status=404), dead)):
        t.get(*SPLIT, "--retries", 0, "-o", f"m4-{number}", *listed(t, first, file))
        t.expect_file(f"m4-{number}", file)


@case
def the_error_of_all_says_how_many(t):
    urls = [t.origin.url(f"m5-{number}.bin", status=404) for number in range(3)]
    result = t.get(*SPLIT, *listed(t, *urls), status=4)
    expect(b"none of 3 sources works" in result.err, str(result))


@case
def one_that_dies_in_the_middle_is_replaced(t):
    for connections in (1, 4):
        first = Origin()
        try:
            name = f"m6-{connections}.bin"
            file = first.file(name, SIZE, rate=200_000, tick=20)
            spare = mirror(t, file, "spare-" + name, rate=2_000_000)
            running = t.start("get", "-q", "-d", t.dir, "-x", connections, "--min-split", "64K",
                              "--retries", 0, *listed(t, file, spare))
            part = t.path(name + ".part")
            until("something is here", lambda p=part: size_of(p) > 200_000)
        finally:
            first.close()
        expect_equal(running.wait().status, 0, f"{connections}: {running.err()}")
        t.expect_file(name, file)
        starts = asked(t, "spare-" + name)
        expect(len(starts) >= 2, "the mirror was compared, and used")


@case
def what_a_mirror_left_is_gone_on_with(t):
    file = t.file("m7.bin", SIZE, rate=300_000, tick=20)
    first = t.origin.url("dead.bin", status=404)
    arguments = ("get", "-q", "-d", t.dir, *SPLIT, "-o", "m7.bin", *listed(t, first, file))
    running = t.start(*arguments)
    until("some of it is recorded", lambda: recorded(t.path("m7.bin.haul")) > 300_000)
    running.signal(signal.SIGKILL)
    running.wait()
    before = len(t.origin.requests("m7.bin"))
    t.ok(*arguments)
    t.expect_file("m7.bin", file)
    t.expect_names("m7.bin")
    for one in t.origin.requests("m7.bin")[before:]:
        expect(header(one, "Range"), "it was begun anew")


@case
def secrets_stay_with_the_first_links_server(t):
    file = t.file("m8.bin", SIZE, auth="basic", **SLOW)
    own = mirror(t, file, "m8-own.bin", auth="basic", user="mine:secret")
    own = own.replace("http://", "http://mine:secret@")
    t.get(*SPLIT, "-u", "user:pass", "-H", "X-Key: value", "-e", "http://from.test/",
          "-b", "k=v",
          *listed(t, file, own, mirror(t, file, "m8-other.bin")))
    t.expect_file("m8.bin", file)
    expect(all(header(one, "X-Key") for one in t.origin.requests("m8.bin")), "the first one")
    for name in ("m8-own.bin", "m8-other.bin"):
        requests = t.origin.requests(name)
        expect(len(requests) >= 2, f"{name} was not used")
        for one in requests:
            expect(not any(header(one, key) for key in ("X-Key", "Referer", "Cookie")),
                   f"{name}: {one}")
    expect(not any(header(one, "Authorization") for one in t.origin.requests("m8-other.bin")),
           "a password went to another server")
    expect(any(header(one, "Authorization") for one in t.origin.requests("m8-own.bin")),
           "the mirror's own password was not used")


@case
def a_slow_one_gets_less(t):
    file = t.file("m9.bin", 2 * SIZE, rate=1_000_000, tick=20)
    slow = mirror(t, file, "m9-slow.bin", rate=20_000)
    t.get("-x", 6, "--min-split", "64K", *listed(t, file, slow))
    t.expect_file("m9.bin", file)
    expect(len(asked(t, "m9-slow.bin")) < len(t.origin.requests("m9.bin")),
           "the slow one was asked as often")


@case
def without_proof_a_break_ends_the_try(t):
    nameless = {"etag": "none", "modified": "none"}
    file = t.file("m10.bin", SIZE, close=SIZE // 2, faults=1, **nameless)
    other = mirror(t, file, "m10-other.bin", **nameless)
    t.get("-x", 2, "--retry-wait", 0, *listed(t, file, other))
    t.expect_file("m10.bin", file)


@case
def the_host_that_refused_is_the_one_that_rests(t):
    """A mirror that wants to be left alone says nothing of the first link's host."""
    refused = t.file("m11.bin", SIZE, status=404)
    (number,) = t.add("-j", 4, *listed(t, refused, mirror(t, refused, "m11-b.bin", status=503,
                                                         retry_after=200)))
    until("it waits", lambda: t.items()[number]["state"] == "waiting")
    own = t.file("m11-own.bin")
    (third,) = t.add(own.url)
    (fourth,) = t.add(t.origin.url("m11-there.bin", port=t.origin.other, size=10))
    t.ok("wait", third)
    t.expect_file("m11-own.bin", own)
    item = t.items()[fourth]
    expect_equal(item["state"], "queued", "an item of the mirror's host")
    expect("backing off until" in item["note"], f"its row does not tell why: {item}")
    expect_equal(t.origin.requests("m11-there.bin"), [], "requests to a host that rests")


@case
def a_silent_one_is_dropped_while_others_work(t):
    """Long before --stall-timeout is over, and while nothing else ends; the clock of haul runs ten
    times as fast."""
    t.env["HAUL_TORTURE_HASTE"] = "10"
    file = t.file("m12.bin", 40 * SIZE, rate=100_000, tick=20)
    mute = mirror(t, file, "m12-mute.bin", rate=4_000_000, stall=100_000)
    (number,) = t.add("-x", 2, "--min-split", "64K", "--stall-timeout", 36000,
                      *listed(t, file, mute), program=need(TORTURE))
    until("it was compared, asked, and replaced",
          lambda: len(t.origin.requests("m12-mute.bin")) + len(t.origin.requests("m12.bin")) >= 4)
    expect_equal(t.items()[number]["state"], "active", "the item")
    t.ok("remove", number)


@case
def a_file_that_changed_everywhere_is_begun_anew(t):
    """The first answer breaks, and from then on both send another file."""
    for connections in (1, 4):
        name = f"m13-{connections}.bin"
        changed = {"change_after": 1, "rate": 2_000_000, "tick": 20}
        file = t.file(name, SIZE // 2, close=SIZE // 4, faults=1, **changed)
        other = t.origin.url("other-" + name, port=t.origin.other, size=file.size, seed=file.seed,
                             change_after=0, etag='"b"')
        number = t.add("-x", connections, "--min-split", "64K", "--retries", 0,
                       *listed(t, file, other))[0]
        t.ok("wait", number)
        t.expect_file(name, Remote(file.url, file.seed + CHANGED, file.size))
        events = str(t.ok("show", "--json", number).json()["events"])
        expect("all sources have another file now" in events, events)


run()
