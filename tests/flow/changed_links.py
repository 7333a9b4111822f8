"""`haul change`: another link to the same file. The bytes that are here are kept when the new link
proves to have the same file, and only then."""

import os
import signal

from harness import case, expect, expect_equal, header, recorded, run, until

SIZE = 1_500_000
SLOW = {"stall": 400_000, "faults": 1}  # the first answer stops there
CHANGED = 1000003  # what tests/origin/plan.c adds to the seed of a changed file


def name_of(file):
    return os.path.basename(file.url.split("?")[0])


def half(t, file, *options):
    """Adds FILE to the queue, waits for some bytes, pauses; its record tells of them then."""
    (number,) = t.add(*options, file.url)
    until("bytes arrive", lambda: t.items()[number]["done"] >= 300_000)
    t.ok("pause", number)
    until("they are recorded", lambda: recorded(t.path(name_of(file) + ".haul")) >= 300_000)
    return number


def link(t, file, path, port=None, **script):
    """A link to the file, by another path; with its own validators."""
    return t.origin.url(path, port=port, size=file.size, seed=file.seed, **script)


def ends(t, number, state="done"):
    t.haul("wait", number)
    item = t.items()[number]
    expect_equal(item["state"], state, f"state ({item['note']})")
    return item


def events(t, number):
    return [event["text"] for event in t.ok("show", "--json", number).json()["events"]]


def ranges(t, path):
    return [header(one, "Range") for one in t.origin.requests(path)]


def sent(t, path):
    """First bytes asked for, but for what was only compared."""
    return [int(one[6:].split("-")[0]) for one in ranges(t, path) if one]


@case
def the_same_validator_keeps_the_bytes(t):
    file = t.file("a.bin", SIZE, etag='"same"', **SLOW)
    number = half(t, file)
    t.ok("change", number, "--url", link(t, file, "new/a.bin", etag='"same"'))
    expect_equal(t.items()[number]["state"], "paused", "state of a paused item")
    t.ok("resume", number)
    ends(t, number)
    t.expect_file("a.bin", file)
    expect(sent(t, "new/a.bin")[-1] >= 300_000, f"fetched again: {ranges(t, 'new/a.bin')}")
    t.expect_names("a.bin")


@case
def a_sample_keeps_them_where_the_validator_is_of_the_host(t):
    for kind, other in (("etag", {"etag": '"other"'}), ("none", {"etag": "none"}),
                        ("mute", {"etag": "none", "modified": "none"})):
        name = f"{kind}.bin"
        file = t.file(name, SIZE, **SLOW)
        number = half(t, file)
        t.ok("change", number, "--url", link(t, file, f"new/{name}", port=t.origin.other, **other))
        t.ok("resume", number)
        ends(t, number)
        t.expect_file(name, file)
        asked = ranges(t, f"new/{name}")
        expect(2 <= len(asked) <= 8 and all(asked), f"what was asked: {asked}")
        expect(max(sent(t, f"new/{name}")) >= 300_000, f"fetched again: {asked}")
        expect(any("a sample of it is the same" in text for text in events(t, number)),
               f"history: {events(t, number)}")
    t.expect_names("etag.bin", "none.bin", "mute.bin")


@case
def another_file_starts_over_and_says_so(t):
    file = t.file("a.bin", SIZE, **SLOW)
    number = half(t, file)
    other = t.file("other/a.bin", SIZE)
    t.ok("change", number, "--url", other.url)
    t.ok("resume", number)
    ends(t, number)
    t.expect_file("a.bin", other)
    expect(any("starting over: a sample" in text for text in events(t, number)),
           f"history: {events(t, number)}")
    t.expect_names("a.bin")


@case
def another_size_starts_over_without_a_sample(t):
    file = t.file("s.bin", SIZE, **SLOW)
    number = half(t, file)
    other = t.file("other/s.bin", SIZE + 1)
    t.ok("change", number, "--url", other.url)
    t.ok("resume", number)
    ends(t, number)
    t.expect_file("s.bin", other)
    expect_equal(len(ranges(t, "other/s.bin")), 2, "requests")
    expect(any("its size is another one" in text for text in events(t, number)),
           f"history: {events(t, number)}")


@case
def one_byte_in_the_sample_tells(t):
    file = t.file("b.bin", SIZE, **SLOW)
    number = half(t, file)
    with open(t.path("b.bin.part"), "r+b") as part:
        byte = part.read(1)
        part.seek(0)
        part.write(bytes([byte[0] ^ 1]))
    t.ok("change", number, "--url", link(t, file, "new/b.bin", etag='"other"'))
    t.ok("resume", number)
    ends(t, number)
    t.expect_file("b.bin", file)


@case
def a_server_without_ranges_starts_over(t):
    file = t.file("r.bin", SIZE, **SLOW)
    number = half(t, file)
    t.ok("change", number, "--url", link(t, file, "new/r.bin", etag='"other"', ranges="off"))
    t.ok("resume", number)
    ends(t, number)
    t.expect_file("r.bin", file)


@case
def a_file_that_changes_while_it_is_compared_is_not_spliced(t):
    file = t.file("c.bin", SIZE, **SLOW)
    number = half(t, file)
    url = link(t, file, "new/c.bin", etag="strong", change_after=2, modified=1600000000)
    t.ok("change", number, "--url", url)
    t.ok("resume", number)
    ends(t, number)
    file.seed += CHANGED
    t.expect_file("c.bin", file)
    expect(any("changes while it is compared" in text for text in events(t, number)),
           f"history: {events(t, number)}")


# Of that second: what changes within it keeps them.
FRESH = {"modified": 1700000000, "date": "Tue, 14 Nov 2023 22:13:20 GMT"}


@case
def nor_is_one_that_changes_behind_the_sample_without_a_word(t):
    """Nothing tells then but the bytes that were here, once more: validators that came with the
    sample and prove nothing are not taken for proof."""
    for kind, told in (("none", {"etag": "none", "modified": "none"}),
                       ("date", {"etag": "none", **FRESH}),
                       ("made", {"etag": f'"{1700000000:x}-{SIZE:x}"', **FRESH})):
        change = {"change_after": 1000}
        for name in f"{kind}-before.bin", f"{kind}-after.bin":
            file = t.file(name, SIZE, **SLOW)
            number = half(t, file)
            t.ok("change", number, "--url", link(t, file, f"new/{name}", change="content", **told,
                                                 **change))
            t.ok("resume", number)
            ends(t, number)
            samples = len(ranges(t, f"new/{name}")) - 2  # then the rest, and the last look
            if change["change_after"] < 1000:
                file.seed += CHANGED
                expect(any("is not of this file any more" in text for text in events(t, number)),
                       f"history: {events(t, number)}")
            t.expect_file(name, file)
            change = {"change_after": samples}


@case
def an_expired_link_is_healed(t):
    file = t.file("x.bin", SIZE, sound=1, status=403, gate=SIZE // 2)
    number = half(t, file)
    t.ok("resume", number)
    expect_equal(ends(t, number, "failed")["error"], "expired", "error")
    t.ok("change", number, "--url", link(t, file, "new/x.bin", etag='"other"'))
    ends(t, number)
    t.expect_file("x.bin", file)
    expect(sent(t, "new/x.bin")[-1] >= 300_000, "fetched again")
    expect_equal(t.items()[number]["id"], number, "its number")


@case
def a_running_item_changes_at_once(t):
    file = t.file("run.bin", SIZE, stall=400_000)
    (number,) = t.add(file.url)
    until("bytes are recorded", lambda: recorded(t.path("run.bin.haul")) >= 300_000)
    t.ok("change", number, "--url", link(t, file, "new/run.bin", etag='"other"'))
    ends(t, number)
    t.expect_file("run.bin", file)
    expect(sent(t, "new/run.bin")[-1] >= 300_000, "fetched again")


@case
def it_outlives_a_killed_daemon(t):
    file = t.file("k.bin", SIZE, **SLOW)
    number = half(t, file)
    t.ok("change", number, "--url", link(t, file, "new/k.bin", etag='"other"'))
    for pid in t.daemons():
        os.kill(pid, signal.SIGKILL)
    until("the daemon is gone", lambda: not t.daemons())
    t.ok("resume", number)
    ends(t, number)
    expect("new/k.bin" in t.items()[number]["url"], "the old link is back")
    t.expect_file("k.bin", file)
    expect(sent(t, "new/k.bin")[-1] >= 300_000, "fetched again")
    t.expect_names("k.bin")


@case
def removing_takes_the_partial_of_the_old_link_too(t):
    file = t.file("d.bin", SIZE, **SLOW)
    number = half(t, file)
    t.ok("change", number, "--url", link(t, file, "new/d.bin"))
    t.ok("remove", number)
    t.stop()  # nobody can undo it any more
    t.expect_names()


@case
def going_back_to_the_old_link_needs_no_sample(t):
    file = t.file("o.bin", SIZE, **SLOW)
    number = half(t, file)
    t.ok("change", number, "--url", link(t, file, "new/o.bin"))
    t.ok("change", number, "--url", file.url)
    t.ok("resume", number)
    ends(t, number)
    t.expect_file("o.bin", file)
    expect_equal(ranges(t, "new/o.bin"), [], "requests by the new link")
    expect_equal(len(ranges(t, "o.bin")), 2, "requests by the old one")


@case
def secrets_stay_with_the_origin_they_were_given_for(t):
    secret = ("-H", "X-Key: one", "-b", "a=one", "--bearer", "one", "-e", "http://page.test/")
    sent_once = ["one", "a=one", "Bearer one", "http://page.test/"]

    def sent_to(path):
        last = t.origin.requests(path)[-1]
        return [header(last, name) for name in ("X-Key", "Cookie", "Authorization", "Referer")]

    for path, port, given, expected in (
            ("same", t.origin.port, (), sent_once),
            ("other", t.origin.other, (), [None] * 4),
            ("given", t.origin.other, ("-H", "X-Key: two"), ["two", None, None, None])):
        file = t.file(f"{path}.bin", 5000)
        (number,) = t.add(*secret, t.origin.url(f"{path}.bin", status=404))
        ends(t, number, "failed")
        t.ok("change", number, "--url", link(t, file, f"new/{path}.bin", port=port), *given)
        ends(t, number)
        expect_equal(sent_to(f"new/{path}.bin"), expected, f"{path}: what was sent")


@case
def a_login_goes_to_its_own_origin_only(t):
    for path, port, given, state in (("home", t.origin.port, (), "done"),
                                     ("away", t.origin.other, (), "failed"),
                                     ("anew", t.origin.other, ("-u", "me:word"), "done")):
        file = t.file(f"{path}.bin", 5000)
        (number,) = t.add("-u", "me:word", t.origin.url(f"{path}.bin", status=404))
        ends(t, number, "failed")
        t.ok("change", number, "--url", link(t, file, f"new/{path}.bin", port=port, auth="basic",
                                             user="me:word"), *given)
        ends(t, number, state)


@case
def what_can_not_be_changed_is_refused(t):
    file = t.file("done.bin", 5000)
    (number,) = t.add(file.url)
    ends(t, number)
    result = t.haul("change", number, "--url", file.url)
    expect(result.status == 1 and b"is complete" in result.err, f"a done item: {result}")
    result = t.haul("change", number + 1, "--url", file.url)
    expect(result.status == 1 and b"there is no item 2; 'haul list' tells" in result.err,
           f"no item: {result}")
    (number,) = t.add(t.origin.url("gone.bin", status=404))
    ends(t, number, "failed")
    for bad in ("file:///etc/passwd", "nonsense", ""):
        result = t.haul("change", number, "--url", bad)
        expect(result.status == 1, f"{bad!r}: {result}")
    expect(t.haul("change", number).status == 1, "without a link")
    expect(t.haul("change", number, "--url", file.url, "-o", "x").status == 1, "with --out")
    expect("gone.bin" in t.items()[number]["url"], "the link changed all the same")


@case
def what_could_not_be_added_is_not_made_by_a_change(t):
    """Together with what the item has already, too."""
    (number,) = t.add("--data", "a=1", t.origin.url("gone.bin", status=404))
    ends(t, number, "failed")
    here = t.origin.url("else.bin")
    for given, why in ((["--url", here, "--json-data", "{}"], b"only one of --data"),
                       (["--url", "ftp://127.0.0.1/a", "--data", "a=1"], b"http and https only"),
                       (["--url", here, "--key", "/tmp/key"], b"goes with --cert")):
        result = t.haul("change", number, *given)
        expect(result.status == 1 and why in result.err, f"{given}: {result}")
    expect("gone.bin" in t.items()[number]["url"], "the link changed all the same")


run()
