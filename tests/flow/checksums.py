"""--checksum: a file has its name only when it has its digest."""

import hashlib
import json
import os
import signal

from harness import case, expect, expect_equal, header, plant_partial, run, size_of, until

KINDS = ("md5", "sha1", "sha224", "sha256", "sha384", "sha512")
LARGE = 2_000_000
CHANGED = 1000003  # what tests/origin/plan.c adds to the seed of a changed file
WRONG = "sha256:" + "0" * 64


def get_all(t, files, status):
    """Gets FILES, pairs of a file and the digest it shall have; returns the last event of each, by
    the file's name."""
    names = t.write("list", "".join(f"{file.url}\n  checksum={wanted}\n" for file, wanted in files))
    result = t.haul("get", "-d", t.dir, "-j", 20, "--progress", "json", "-i", names)
    expect_equal(result.status, status, str(result))
    lines = [json.loads(line) for line in result.err.splitlines()]
    return {line["item"]["name"]: line for line in lines if line["event"] in ("done", "failed")}


@case
def every_kind_is_verified(t):
    files = {f"{kind}-{size}.bin": (kind, t.file(f"right/{kind}-{size}.bin", size))
             for kind in KINDS for size in (0, 5000, LARGE)}
    ends = get_all(t, [(file, file.digest(kind).upper()) for kind, file in files.values()], 0)
    for name, (kind, file) in files.items():
        expect_equal(ends[name]["item"]["note"], f"{kind} verified", f"note of {name}")
        t.expect_file(name, file)
    expect_equal(t.partials(), [], "partials")


@case
def another_digest_is_a_failure_that_keeps_the_bytes(t):
    files = {f"{kind}-{size}.bin": (kind, t.file(f"wrong/{kind}-{size}.bin", size))
             for kind in KINDS for size in (0, 5000, LARGE)}
    zeros = {kind: "0" * hashlib.new(kind).digest_size * 2 for kind in KINDS}
    ends = get_all(t, [(file, f"{kind}:{zeros[kind]}") for kind, file in files.values()], 6)
    for name, (kind, file) in files.items():
        note, right = ends[name]["item"]["note"], file.digest(kind).partition(":")[2]
        expect(right[:64] in note and zeros[kind][:64] in note, f"both are told: {note}")
        expect_equal(ends[name]["item"]["error"], "checksum", f"error of {name}")
        expect(name not in t.names(), f"{name} has its name")
        t.expect_file(name + ".part", file)
        expect_equal(len(t.origin.requests("wrong/" + name)), 1, "requests")
        t.keeps(name + ".part", name + ".haul")


@case
def what_failed_is_fetched_anew(t):
    """The server's file is another one now, though nothing tells so: only the digest does."""
    for size in (5000, LARGE):
        name = f"{size}.bin"
        file = t.file(name, size, change_after=1, change="content")
        file.seed += CHANGED
        t.get("--checksum", file.digest(), file.url, status=6)
        t.get("--checksum", file.digest(), file.url)
        expect_equal([header(one, "Range") for one in t.origin.requests(name)], [None, None],
                     "ranges asked for")
        t.expect_file(name, file)
    t.expect_names("5000.bin", f"{LARGE}.bin")


@case
def bytes_with_another_digest_are_not_taken_without_one(t):
    file = t.file("a.bin", LARGE)
    t.get("--checksum", WRONG, file.url, status=6)
    t.get(file.url)
    expect_equal(len(t.origin.requests("a.bin")), 2, "requests")
    t.expect_names("a.bin")


@case
def a_mistyped_digest_costs_no_second_transfer(t):
    for size in (5000, LARGE):
        name = f"typo{size}.bin"
        file = t.file(name, size)
        t.get("--checksum", WRONG, file.url, status=6)
        t.get("--checksum", file.digest(), file.url)
        expect_equal(len(t.origin.requests(name)), 1, "requests")
        t.expect_file(name, file)
    t.expect_names("typo5000.bin", f"typo{LARGE}.bin")


@case
def a_retry_in_the_queue_begins_anew(t):
    file = t.file("q.bin", LARGE, change_after=1, change="content")
    file.seed += CHANGED
    (number,) = t.add("--checksum", file.digest(), file.url)
    expect_equal(t.haul("wait", number).status, 6, "status")
    item = t.items()[number]
    expect_equal((item["state"], item["error"]), ("failed", "checksum"), "the item")
    t.ok("retry", number)
    t.ok("wait", number)
    expect_equal(t.items()[number]["note"], "sha256 verified", "note")
    facts = {fact["name"]: fact["value"] for fact in t.ok("show", "--json", number).json()["facts"]}
    expect_equal(facts["checksum"], file.digest(), "the fact")
    t.expect_names("q.bin")
    t.expect_file("q.bin", file)


@case
def bytes_of_an_earlier_run_are_checked_too(t):
    def begun(name):
        file = t.file(name, LARGE, gate=LARGE * 3 // 4)
        running = t.start("get", "-q", "-d", t.dir, file.url)
        until("bytes arrive", lambda: os.path.exists(t.path(name + ".haul"))
              and size_of(t.path(name + ".part")) > 1_000_000)
        running.signal(signal.SIGINT)
        running.wait()
        t.origin.open(name)
        return file

    good, bad = begun("good.bin"), begun("bad.bin")
    with open(t.path("bad.bin.part"), "r+b") as part:
        part.seek(500_000)
        byte = part.read(1)
        part.seek(500_000)
        part.write(bytes([byte[0] ^ 1]))
    t.get("--checksum", good.digest(), good.url)
    t.expect_file("good.bin", good)
    t.get("--checksum", bad.digest(), bad.url, status=6)
    for file in (good, bad):
        path = file.url.split("/")[3].split("?")[0]
        expect(header(t.origin.requests(path)[-1], "Range"), f"{path} was fetched from the start")
    t.keeps("bad.bin.part", "bad.bin.haul")
    expect("bad.bin" not in t.names(), "a damaged file has its name")


@case
def parts_out_of_order_make_one_digest(t):
    file = t.file("parts.bin", 6_000_000, rate=3_000_000, tick=20)
    t.get("-x", 4, "--min-split", "64K", "--checksum", file.digest("sha512"), file.url)
    expect(len(t.origin.requests("parts.bin")) > 1, "one connection only")
    t.expect_file("parts.bin", file)


@case
def each_item_of_a_list_has_its_own(t):
    good, bad = t.file("good.bin"), t.file("bad.bin")
    names = t.write("list", f"{good.url}\n  checksum={good.digest()}\n"
                            f"{bad.url}\n  checksum={good.digest()}\n")
    t.get("-i", names, status=6)
    t.expect_file("good.bin", good)
    t.keeps("bad.bin.part", "bad.bin.haul")
    t.expect_names("good.bin", "bad.bin.part", "bad.bin.haul")


@case
def what_is_no_digest_is_refused_before_anything_is_asked(t):
    file = t.file("no.bin")
    for text, why in (("sha256:12", b"64 hexadecimal digits"), ("crc32:00000000", b"sha256"),
                      ("0" * 64, b"ALGORITHM:HEX"), ("md5:" + "g" * 32, b"32 hexadecimal")):
        result = t.get("--checksum", text, file.url, status=1)
        expect(why in result.err, f"{text}: {result}")
        names = t.write("list", f"{file.url}\n  checksum={text}\n")
        result = t.get("-i", names, status=1)
        expect(why in result.err and b"2" in result.err, f"{text} in a list: {result}")
    result = t.get("--checksum", WRONG, file.url, t.file("other.bin").url, status=1)
    expect(b"checksum= in a list file" in result.err, f"{result}")
    expect_equal(t.origin.requests("no.bin"), [], "requests")


@case
def it_outlives_the_daemon(t):
    file = t.file("last.bin", LARGE)
    t.ok("add", "-d", t.dir, "--checksum", file.digest(), file.url)
    t.ok("wait")
    t.expect_file("last.bin", file)
    bad = t.file("bad.bin", LARGE, rate=1_000_000, tick=20)
    (number,) = t.add("--checksum", WRONG, bad.url)
    until("it runs", lambda: t.items()[number]["done"] > 0)
    t.stop()
    t.haul("wait", number)
    expect_equal(t.items()[number]["error"], "checksum", "error after the restart")
    t.keeps("bad.bin.part", "bad.bin.haul")



def checking(t, number):
    until("its digest is looked at", lambda: t.items()[number]["phase"] == "checking")


@case
def a_pause_ends_a_look_at_the_digest(t):
    """What is here is whole, so that nothing but the digest is left; zeros need no room."""
    size = 2 << 30
    url = t.origin.url("z.bin", size=size)
    plant_partial(t, "z.bin", url, size, size, 'etag "e"\n')
    (number,) = t.add("--checksum", "sha512:" + "0" * 128, url)
    checking(t, number)
    t.ok("pause", number)
    until("it stops", lambda: t.items()[number]["state"] == "paused")
    until("it is put away", lambda: t.names() == ["z.bin.haul", "z.bin.part"])
    expect_equal(t.items()[number]["error"], None, "the digest was found wrong all the same")
    t.ok("resume", number)
    checking(t, number)
    t.ok("remove", number)
    t.stop()
    t.expect_names()
    expect_equal(t.origin.requests("z.bin"), [], "requests")


run()
