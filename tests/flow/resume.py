"""kill -9 costs bytes, never truth: what is started again ends in the right file, whatever became
of the server's file, the partial one or its record in between."""

import os
import signal

from harness import (case, content, expect, expect_equal, has_content, header, plant_partial,
                     record_row, run, size_of, until)

SIZE = 900_000
SLOW = {"rate": 400_000, "tick": 20, "gate": 500_000}  # until finished() opens it
CHANGED = 1000003  # what tests/origin/plan.c adds to the seed of a changed file


def killed(t, files, enough=1):
    """Gets FILES, by name, until ENOUGH bytes of each and a record of them are on the disk, then
    kills it."""
    running = t.start("get", "-q", "-j", 20, "-d", t.dir, *[file.url for file in files.values()])

    def begun(name):
        return size_of(t.path(name + ".part")) >= enough and size_of(t.path(name + ".haul")) > 0

    until("bytes arrive", lambda: all(begun(name) for name in files))
    running.signal(signal.SIGKILL)
    running.wait()
    for name in files:
        t.keeps(name + ".part", name + ".haul")
        expect(name not in t.names(), f"{name} is not complete, but there")


def finished(t, files, *options):
    """Gets FILES again: they are there, alone, under their names."""
    t.origin.open(*files)
    t.get("-j", 20, "--retry-wait", 0, *options, *[file.url for file in files.values()])
    t.expect_names(*files)
    for name, file in files.items():
        t.expect_file(name, file)


@case
def again_and_again_until_it_is_there(t):
    files = {"a.bin": t.file("a.bin", 2 * SIZE, **{**SLOW, "gate": 1_700_000})}
    for enough in (1, 700_000, 1_100_000, 1_500_000):
        killed(t, files, enough)
    finished(t, files)
    requests = t.origin.requests("a.bin")
    starts = [int((header(one, "Range") or "bytes=0-")[6:].split("-")[0]) for one in requests]
    expect_equal(starts, sorted(starts), "where each try began")
    expect(starts[-1] >= 1_000_000, f"bytes that were here are fetched again: {starts}")


@case
def after_ctrl_c_too(t):
    file = t.file("a.bin", SIZE, **SLOW)
    running = t.start("get", "-q", "-d", t.dir, file.url)
    until("bytes arrive", lambda: size_of(t.path("a.bin.part")) > 0)
    running.signal(signal.SIGINT)
    expect_equal(running.wait().status, 7, "status")
    finished(t, {"a.bin": file})


@case
def the_file_changed_meanwhile(t):
    files = {}
    for what in ("all", "validators"):
        for etag in ("strong", "weak", "none"):
            name = f"{what}-{etag}.bin"
            files[name] = t.file(name, SIZE, change_after=1, change=what, etag=etag, **SLOW)
    killed(t, files)
    for name, file in files.items():
        file.seed += CHANGED if name.startswith("all") else 0
    finished(t, files)


@case
def the_file_changed_and_nothing_tells_so(t):
    file = t.file("a.bin", SIZE, change_after=1, etag="none", modified="none", **SLOW)
    killed(t, {"a.bin": file})
    file.seed += CHANGED
    finished(t, {"a.bin": file})


def asked_for(t, path):
    """What was asked for after the first time: the range, and whether with If-Range."""
    return [(header(one, "Range"), header(one, "If-Range") is not None)
            for one in t.origin.requests(path)[1:]]


@case
def a_server_that_refuses_if_range_is_asked_once_without_it(t):
    file = t.file("r1.bin", SIZE, if_range="fail", **SLOW)
    killed(t, {"r1.bin": file}, 300_000)
    finished(t, {"r1.bin": file})
    (first, with_it), (second, without) = asked_for(t, "r1.bin")
    expect_equal((first, with_it, without), (second, True, False), "what was asked for")
    expect(int(first[6:].split("-")[0]) >= 64_000, f"the rest of it: {first}")


@case
def a_server_that_refuses_ranges_too_is_not_asked_for_ever(t):
    file = t.file("r2.bin", SIZE, ranges="off", **SLOW)
    killed(t, {"r2.bin": file}, 300_000)
    finished(t, {"r2.bin": file})
    expect_equal([with_it for _, with_it in asked_for(t, "r2.bin")], [True, False], "If-Range")


@case
def nor_is_one_asked_twice_that_says_so_or_knows_no_etag(t):
    files = {"r4.bin": t.file("r4.bin", 600_000, ranges="off", header="Accept-Ranges: none", **SLOW),
             "r5.bin": t.file("r5.bin", 600_000, ranges="off", etag="none", **SLOW)}
    killed(t, files, 100_000)
    finished(t, files, "--min-split", "64K")  # it sends all of the file: no part is asked for
    for name in files:
        expect_equal([with_it for _, with_it in asked_for(t, name)], [True], f"{name}: If-Range")


@case
def what_was_cut_comes_with_the_rest_where_all_of_it_is_sent(t):
    size, came, cut = 200_000, 50_000, 100_000  # killed when the second part was to be asked for
    file = t.file("r6.bin", size, ranges="off", etag='"x"')
    plant_partial(t, "r6.bin", file.url, size, content(file.seed, came), 'etag "x"\n')
    with open(t.path("r6.bin.haul"), "r+", encoding="ascii") as record:
        head = record.read().partition("ranges 1\n")[0]
        record.seek(0)
        record.write(f"{head}ranges 2\n{record_row(0, cut, came, came)}"
                     f"{record_row(cut, size, cut, cut)}")
    finished(t, {"r6.bin": file})
    expect_equal([header(one, "Range") is not None for one in t.origin.requests("r6.bin")],
                 [True, True], "requests: the second one without If-Range")


@case
def a_file_of_unknown_size_is_asked_for_without_it_too(t):
    file = t.file("r7.bin", 200_000, if_range="fail", etag='"x"')
    came = content(file.seed, 50_000)
    plant_partial(t, "r7.bin", file.url, 0, came, 'etag "x"\n')
    with open(t.path("r7.bin.haul"), "r+", encoding="ascii") as record:
        head = record.read().partition("ranges 1\n")[0].replace("size 0\n", "size unknown\n")
        record.seek(0)
        record.write(f"{head}ranges 1\n{record_row(0, 2**64 - 1, len(came), len(came))}")
    finished(t, {"r7.bin": file})
    expect_equal([(header(one, "Range"), header(one, "If-Range"))
                  for one in t.origin.requests("r7.bin")],
                 [("bytes=50000-", '"x"'), ("bytes=50000-", None)], "what was asked for")


@case
def a_file_that_changes_before_it_is_asked_for_without_it_is_not_spliced(t):
    file = t.file("r3.bin", SIZE, if_range="fail", change_after=2, **SLOW)
    killed(t, {"r3.bin": file}, 300_000)
    file.seed += CHANGED
    finished(t, {"r3.bin": file})
    (_, with_it), (_, without), (last, _) = asked_for(t, "r3.bin")
    expect_equal((with_it, without, last), (True, False, None), "what was asked for")


@case
def another_file_has_the_name_now(t):
    killed(t, {"a.bin": t.file("one/a.bin", SIZE, **SLOW)})
    other = t.file("two/a.bin", SIZE)
    t.get(other.url)
    complete = [name for name in t.names() if name not in t.kept]
    expect_equal(len(complete), 1, f"complete files ({t.names()})")
    t.expect_file(complete[0], other)


@case
def the_record_is_damaged(t):
    damages = {
        "empty": lambda data: b"",
        "cut": lambda data: data[:len(data) // 2],
        "noise": lambda data: os.urandom(300),
        "zeros": lambda data: bytes(len(data)),
        "boast": lambda data: data.replace(b"0", b"9"),
    }
    files = {f"{kind}.bin": t.file(f"{kind}.bin", SIZE, **SLOW) for kind in damages}
    killed(t, files)
    for kind, damage in damages.items():
        record = t.path(f"{kind}.bin.haul")
        with open(record, "rb") as old:
            data = old.read()
        with open(record, "wb") as new:
            new.write(damage(data))
    t.origin.open(*files)
    t.get("-j", 20, "--retry-wait", 0, *[file.url for file in files.values()])
    for name, file in files.items():
        complete = [one for one in t.names() if one.startswith(name[:-4]) and one not in t.kept]
        expect_equal(len(complete), 1, f"complete files ({t.names()})")
        t.expect_file(complete[0], file)


@case
def the_partial_is_shorter_than_its_record(t):
    file = t.file("a.bin", SIZE, **SLOW)
    killed(t, {"a.bin": file}, 100_000)
    os.truncate(t.path("a.bin.part"), 10)
    finished(t, {"a.bin": file})


@case
def the_partial_became_a_link(t):
    file = t.file("a.bin", SIZE, **SLOW)
    killed(t, {"a.bin": file}, 100_000)
    elsewhere = os.path.join(t.home, "elsewhere.bin")
    os.rename(t.path("a.bin.part"), elsewhere)
    os.symlink(elsewhere, t.path("a.bin.part"))
    before = os.stat(elsewhere)
    t.origin.open("a.bin")
    t.haul("get", "-q", "-d", t.dir, file.url)
    after = os.stat(elsewhere)
    expect_equal((after.st_size, after.st_mtime_ns), (before.st_size, before.st_mtime_ns),
                 "the file behind the link")
    for name in t.names():
        right = name in t.kept or has_content(t.path(name), file.seed, file.size)
        expect(right, f"{name} is not the file that was sent")


@case
def a_partial_that_haul_did_not_begin_is_not_believed(t):
    with open(t.path("a.bin.part"), "wb") as stranger:
        stranger.write(b"x" * 1000)
    file = t.file("a.bin", SIZE)
    t.get(file.url)
    t.keeps("a.bin.part")
    complete = [name for name in t.names() if name != "a.bin.part"]
    expect_equal(len(complete), 1, f"complete files ({t.names()})")
    t.expect_file(complete[0], file)


@case
def bytes_that_are_here_are_not_fetched_again(t):
    file = t.file("a.bin", 4_000_000, close=3_000_000, faults=1)
    t.get("--retry-wait", 0, file.url)
    t.expect_file("a.bin", file)
    asked = header(t.origin.requests("a.bin")[-1], "Range") or "bytes=0-"
    expect(int(asked[6:].split("-")[0]) >= 2_500_000, f"the second request asks for {asked}")
    condition = header(t.origin.requests("a.bin")[-1], "If-Range")
    expect(condition and condition.startswith('"s'), f"If-Range is {condition}")


run()
