"""--adopt: a partial that haul did not begin is gone on with after a sample of it was found equal,
else it is refused and stays exactly as it was."""

import os

from harness import case, expect, expect_equal, header, plant_partial, run

SIZE = 1_500_000
HERE = 700_000


def stranger(t, name, data):
    """A partial that somebody else left."""
    with open(t.path(name + ".part"), "wb") as part:
        part.write(data)
    os.utime(t.path(name + ".part"), (1_000_000_000, 1_000_000_000))


def expect_untouched(t, name, data):
    t.keeps(name + ".part")
    with open(t.path(name + ".part"), "rb") as part:
        expect(part.read() == data, "the partial was changed")
    expect_equal(os.stat(t.path(name + ".part")).st_mtime, 1_000_000_000, "its date")


def firsts(t, path):
    """The first bytes of the ranges that were asked for."""
    return [int((header(one, "Range") or "bytes=0-")[6:].split("-")[0])
            for one in t.origin.requests(path)]


def refused(t, name, file, data, why):
    """FILE can't go on with DATA: exit 6, nothing changed, the reason told."""
    stranger(t, name, data)
    result = t.get("--adopt", file.url, status=6)
    expect(why in result.err and b"is not adopted" in result.err, f"what is told: {result}")
    expect_untouched(t, name, data)
    expect_equal([one for one in t.names() if one.startswith(name)], [name + ".part"], "left there")


@case
def equal_bytes_are_gone_on_with(t):
    for kind, script in (("proved", {}), ("mute", {"etag": "none", "modified": "none"})):
        name = f"{kind}.bin"
        file = t.file(name, SIZE, **script)
        stranger(t, name, file.data()[:HERE])
        t.get("--adopt", file.url)
        t.expect_file(name, file)
        expect_equal(max(firsts(t, name)), HERE, "where the rest began")
        expect(len(firsts(t, name)) <= 8, f"requests: {firsts(t, name)}")
    t.expect_names("proved.bin", "mute.bin")


@case
def without_the_option_it_is_left_alone(t):
    file = t.file("alone.bin", SIZE)
    data = file.data()[:HERE]
    stranger(t, "alone.bin", data)
    t.get(file.url)
    t.expect_file("alone.bin", file)
    expect_untouched(t, "alone.bin", data)


@case
def only_the_partial_of_the_very_name_is_adopted(t):
    file = t.file("very.bin", SIZE)
    data = file.data()[:HERE]
    stranger(t, "very (1).bin", data)
    t.get("--adopt", file.url)
    t.expect_file("very.bin", file)
    expect_untouched(t, "very (1).bin", data)


@case
def other_bytes_are_refused(t):
    file = t.file("first.bin", SIZE)
    right = file.data()
    refused(t, "first.bin", file, b"x" + right[1:HERE], b"a sample of it is not the same")
    file = t.file("last.bin", SIZE)
    right = file.data()
    refused(t, "last.bin", file, right[:HERE - 1] + bytes([right[HERE - 1] ^ 1]),
            b"a sample of it is not the same")


@case
def more_bytes_than_the_file_has_are_refused(t):
    file = t.file("long.bin", SIZE)
    refused(t, "long.bin", file, file.data() + b"x", b"its size is another one")


@case
def a_server_that_sends_no_parts_is_no_proof(t):
    file = t.file("whole.bin", SIZE, ranges="off")
    refused(t, "whole.bin", file, file.data()[:HERE], b"can't send parts")


@case
def a_hole_ends_what_is_believed(t):
    file = t.file("hole.bin", 4_000_000)
    right = file.data()
    with open(t.path("hole.bin.part"), "wb") as part:
        part.write(right[:1_048_576])
        part.seek(3_145_728)
        part.write(right[3_145_728:])
    t.get("--adopt", file.url)
    t.expect_file("hole.bin", file)
    expect_equal(firsts(t, "hole.bin")[-1], 1_048_576, "where the rest began")


@case
def a_file_that_is_all_there_only_gets_its_name(t):
    file = t.file("all.bin", SIZE)
    stranger(t, "all.bin", file.data())
    t.get("--adopt", file.url)
    t.expect_names("all.bin")
    t.expect_file("all.bin", file)


@case
def the_partial_of_another_link_is_gone_on_with(t):
    """What `haul change` is to the queue: a new link for what `haul get` left."""
    file = t.file("link.bin", SIZE)
    data = file.data()[:HERE]
    plant_partial(t, "link.bin", "http://127.0.0.1:9/old/link.bin", SIZE, data, 'etag "old"\n')
    t.get("--adopt", file.url)
    t.expect_names("link.bin")
    t.expect_file("link.bin", file)
    expect_equal(firsts(t, "link.bin")[-1], HERE, "where the rest began")


@case
def the_partial_of_another_file_stays_with_its_record(t):
    file = t.file("not.bin", SIZE)
    plant_partial(t, "not.bin", "http://127.0.0.1:9/old/not.bin", SIZE, bytes(HERE), 'etag "o"\n')
    with open(t.path("not.bin.haul"), "rb") as record:
        before = record.read()
    t.get("--adopt", file.url, status=6)
    t.keeps("not.bin.part", "not.bin.haul")
    with open(t.path("not.bin.haul"), "rb") as record:
        expect_equal(record.read(), before, "the record")
    expect_equal(os.path.getsize(t.path("not.bin.part")), HERE, "size")
    t.expect_names("not.bin.part", "not.bin.haul")


@case
def a_refused_server_changes_nothing(t):
    file = t.file("no.bin", SIZE, status=503)
    data = file.data()[:HERE]
    stranger(t, "no.bin", data)
    t.get("--adopt", "--retries", 0, file.url, status=4)
    expect_untouched(t, "no.bin", data)
    t.expect_names("no.bin.part")


@case
def a_sample_that_ends_early_proves_nothing(t):
    """Whether its length was announced or not."""
    for length in "65536", "none":
        name = f"early-{length}.bin"
        file = t.file(name, SIZE, close=0, length=length, faults=20)
        stranger(t, name, bytes(HERE))
        t.get("--adopt", "--retries", 0, file.url, status=3)
        expect_untouched(t, name, bytes(HERE))


@case
def with_nothing_to_adopt_it_is_a_download_as_any(t):
    file = t.file("none.bin", SIZE)
    t.get("--adopt", file.url)
    t.expect_names("none.bin")
    t.expect_file("none.bin", file)


@case
def links_and_fifos_are_not_adopted(t):
    file = t.file("sym.bin", SIZE)
    elsewhere = t.write("elsewhere", file.data()[:HERE])
    os.symlink(elsewhere, t.path("sym.bin.part"))
    os.mkfifo(t.path("pipe.bin.part"))
    t.keeps("sym.bin.part", "pipe.bin.part")
    t.get("--adopt", file.url, t.file("pipe.bin").url)
    t.expect_file("sym.bin", file)
    expect_equal(os.path.getsize(elsewhere), HERE, "size of the file behind the link")


run()
