"""Which partial files are taken up, and which go away: haul's own, wherever their numbers are, and no
others."""

import os
import signal

from harness import (Skip, case, need, expect, expect_equal, header, plant_partial, recorded, run,
                     size_of, stop, until)

TORTURE = os.environ.get("HAUL_TORTURE", "")
SIZE = 900_000
SLOW = {"rate": 400_000, "tick": 20}
HALF = {"gate": SIZE // 2}  # the rest stays away until somebody opens it
NOBODY = 65534


def begun(t, file, *options, enough=1):
    """Gets FILE until ENOUGH bytes and a record are there, then interrupts; returns the partial's
    name."""
    running = t.start("get", "-q", "-d", t.dir, *options, file.url)

    def records():
        return [name for name in t.names() if name.endswith(".haul")
                and size_of(t.path(name[:-5] + ".part")) >= enough]

    (record,) = until("a record is written", records)
    running.signal(signal.SIGINT)
    running.wait()
    t.origin.open(os.path.basename(file.url.split("?")[0]))
    return record[:-5]


def move(t, old, new):
    for end in (".part", ".haul"):
        os.rename(t.path(old + end), t.path(new + end))


def expect_resumed(t, path):
    expect(header(t.origin.requests(path)[-1], "Range"), "it was fetched from the start")


@case
def a_partial_is_found_behind_a_gap(t):
    file = t.file("gap.bin", SIZE, **HALF)
    move(t, begun(t, file), "gap (10).bin")
    t.get("--if-exists", "fail", file.url)
    expect_resumed(t, "gap.bin")
    t.expect_names("gap.bin")
    t.expect_file("gap.bin", file)


@case
def a_foreign_partial_does_not_change_the_name(t):
    file = t.file("ow.bin", 4_000_000, gate=2_000_000)
    with open(t.path("ow.bin.part"), "wb") as foreign:
        foreign.write(b"foreign")
    with open(t.path("ow.bin"), "wb") as old:
        old.write(b"old")
    t.keeps("ow.bin.part")
    name = begun(t, file, "--if-exists", "overwrite", enough=1_500_000)
    expect_equal(name, "ow (1).bin", "the partial")
    t.get("--if-exists", "overwrite", file.url)
    expect_resumed(t, "ow.bin")
    t.expect_names("ow.bin", "ow.bin.part")
    t.expect_file("ow.bin", file)


@case
def removing_takes_the_partial_whatever_has_its_name(t):
    for policy in ("rename", "skip", "fail", "overwrite"):
        file = t.file(f"{policy}.bin", SIZE, **HALF)
        (number,) = t.add("--if-exists", policy, file.url)
        record = f"{policy}.bin.haul"
        until("a record is written", lambda r=record: r in t.names())
        t.ok("pause", number)
        with open(t.path(f"{policy}.bin"), "wb"):
            pass
        t.ok("remove", number)
        t.stop()  # nobody can undo it any more
        expect_equal(t.partials(), [], "what is left of it")


@case
def a_partial_of_somebody_else_is_not_believed(t):
    if os.getuid() != 0:
        raise Skip("only root can give files away")
    file = t.file("evil.bin", SIZE)
    for kind in (".part", ".haul"):
        plant_partial(t, "evil.bin", file.url, file.size, bytes(500_000), 'etag \"x\"\n')
        os.chown(t.path("evil.bin" + kind), NOBODY, NOBODY)
        t.keeps("evil.bin.part", "evil.bin.haul")
        t.get("--if-exists", "overwrite", file.url)
        expect_equal(header(t.origin.requests("evil.bin")[-1], "Range"), None, "Range")
        t.expect_file("evil.bin", file)
        expect_equal(os.stat(t.path("evil.bin")).st_uid, 0, "owner")


@case
def a_partial_with_another_name_is_not_believed(t):
    file = t.file("twice.bin", SIZE)
    plant_partial(t, "twice.bin", file.url, file.size, bytes(500_000), 'etag \"x\"\n')
    os.link(t.path("twice.bin.part"), t.path("other"))
    t.keeps("twice.bin.part", "twice.bin.haul")
    t.get(file.url)
    expect_equal(os.path.getsize(t.path("other")), 500_000, "size of the other name")
    t.expect_file("twice.bin", file)


@case
def a_partial_keeps_its_name_when_its_link_leads_elsewhere(t):
    """A name that a later redirect brings is not that of the partial, which would be lost."""
    slow = {"rate": 100_000, "tick": 20, "etag": '"x"', "gate": 1_000_000}
    later = t.file("later.bin", 1_000_000, **slow)
    link = t.origin.url("", size=later.size, seed=later.seed, sound=1, redirect=later.url, **slow)
    (number,) = t.add("-d", t.dir, link)
    done = 100_000
    for _ in range(2):
        until("bytes come", lambda least=done: t.items()[number]["done"] > least)
        t.ok("pause", number)
        until("it is put away", lambda: t.origin.stats()["active"] == 0)
        done = t.items()[number]["done"]
        t.ok("resume", number)
    t.origin.open("later.bin")
    t.ok("wait")
    (name,) = t.names()
    expect(name != "later.bin", "it has the name of the second answer")
    with open(t.path(name), "rb") as file:
        expect(file.read() == later.data(), "the file differs")
    expect(all(header(one, "Range") for one in t.origin.requests("later.bin")),
           "it was begun anew")


@case
def an_old_partial_that_was_emptied_does_not_stay(t):
    file = t.file("empty.bin", 1 << 50)  # no disk has room for it
    plant_partial(t, "empty.bin", file.url, file.size, bytes(500_000), 'etag \"another\"\n')
    t.get("--retries", 0, file.url, status=5)
    t.expect_names()


@case
def who_moves_a_partial_away_and_begins_anew_is_not_disturbed(t):
    """The first haul goes on with its file, wherever that is, and keeps off the second one's."""
    file = t.file("anew.bin", SIZE, gate=SIZE // 2, **SLOW)
    part, record = t.path("anew.bin.part"), t.path("anew.bin.haul")
    first = t.start("get", "-q", "-d", t.dir, "--item-limit", "100K", file.url)
    until("bytes are recorded", lambda: recorded(record) > 100_000)
    os.unlink(part)
    os.unlink(record)
    second = t.start("get", "-q", "-d", t.dir, file.url)
    until("bytes are recorded", lambda: recorded(record) > 0)
    stop(second.pid)
    with open(record, encoding="ascii") as text:
        before = text.read()
    first.signal(signal.SIGINT)
    expect_equal(first.wait().status, 7, "status of the first one")
    with open(record, encoding="ascii") as text:
        expect_equal(text.read(), before, "the record of the second one")
    t.origin.open("anew.bin")
    second.signal(signal.SIGCONT)
    expect_equal(second.wait().status, 0, "status of the second one")
    t.expect_file("anew.bin", file)


@case
def one_that_is_being_removed_at_a_kill_is_nobodys_waste(t):
    """Its name was taken meanwhile, and it is to be skipped then: there are two files to remove."""
    need(TORTURE)
    names = [f"away{number}.bin" for number in (1, 2, 3)]
    files = [t.file(name, SIZE, **HALF) for name in names]
    for number, (name, file) in enumerate(zip(names, files), 1):
        t.env["HAUL_TORTURE_FAIL"] = f"unlinkat:{number}:-1"
        running = t.start("get", "-q", "-d", t.dir, "--if-exists", "skip", file.url,
                          program=TORTURE)
        record = t.path(name + ".haul")
        until("there is a record", lambda path=record: os.path.exists(path))
        t.write(t.path(name), "mine")
        t.origin.open(name)
        running.wait()
    del t.env["HAUL_TORTURE_FAIL"]
    for name, file in zip(names, files):
        os.unlink(t.path(name))
        t.get(file.url)
        t.expect_file(name, file)
    t.expect_names(*names)


run()
