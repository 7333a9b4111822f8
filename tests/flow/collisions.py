"""A name that is taken is never written over unless the user says so."""

import errno
import os

from harness import (TORTURE, case, expect, expect_equal, has_content, need, plant_partial, run)


def taken(t, name="a.bin"):
    with open(t.path(name), "wb") as file:
        file.write(b"mine")


def read(t, name):
    with open(t.path(name), "rb") as file:
        return file.read()


@case
def a_taken_name_gets_a_number(t):
    taken(t)
    files = [t.file("a.bin", 1000 + i) for i in range(3)]
    for file in files:
        t.get(file.url)
    t.expect_names("a.bin", "a (1).bin", "a (2).bin", "a (3).bin")
    expect_equal(read(t, "a.bin"), b"mine", "what was there")
    for i, file in enumerate(files):
        t.expect_file(f"a ({i + 1}).bin", file)


@case
def skip_leaves_the_file_and_succeeds(t):
    taken(t)
    t.get("--if-exists", "skip", t.file("a.bin").url)
    t.expect_names("a.bin")
    expect_equal(read(t, "a.bin"), b"mine", "what was there")


@case
def overwrite_replaces_it(t):
    taken(t)
    file = t.file("a.bin")
    t.get("--if-exists", "overwrite", file.url)
    t.expect_names("a.bin")
    t.expect_file("a.bin", file)


@case
def overwrite_replaces_it_only_when_all_is_there(t):
    taken(t)
    t.keeps("a.bin.part", "a.bin.haul")
    t.get("--if-exists", "overwrite", "--retries", 0, t.file("a.bin", 9000, close=5000).url,
          status=3)
    expect_equal(read(t, "a.bin"), b"mine", "what was there")


@case
def fail_fails_as_a_disk_error(t):
    taken(t)
    t.keeps("a.bin.part", "a.bin.haul")
    t.get("--if-exists", "fail", t.file("a.bin").url, status=5)
    expect_equal(read(t, "a.bin"), b"mine", "what was there")


@case
def a_folder_with_the_name_stays(t):
    os.mkdir(t.path("a.bin"))
    file = t.file("a.bin")
    t.get(file.url)
    t.expect_file("a (1).bin", file)
    for size in (4096, 200_000):
        result = t.get("--if-exists", "overwrite", t.file("a.bin", size).url, status=5)
        expect(b"can't replace" in result.err and b"Is a directory" in result.err, str(result))
        expect(os.path.isdir(t.path("a.bin")), "the folder is gone")
        t.expect_names("a.bin", "a (1).bin")


@case
def what_is_no_file_is_not_the_one_that_is_skipped(t):
    make = {"folder": os.mkdir, "fifo": os.mkfifo,
            "nowhere": lambda path: os.symlink(t.path("nothing"), path)}
    for name, how in make.items():
        how(t.path(name))
        for size in (4096, 200_000):
            result = t.get("--if-exists", "skip", "-o", name, t.file(name, size).url, status=5)
            expect(b"is there, and is no file" in result.err, str(result))
    t.expect_names(*make)
    with open(t.path("file"), "wb"):
        pass
    os.symlink("file", t.path("link"))
    result = t.get("--if-exists", "skip", "-o", "link", t.file("link").url)
    expect(b"skipped" in result.err, str(result))


@case
def equal_names_of_one_batch_never_meet_in_one_file(t):
    files = [t.file(f"{i}/same.bin", 50_000 + i, tick=10, rate=400_000) for i in range(10)]
    t.get("-j", 10, *[file.url for file in files])
    t.expect_names("same.bin", *[f"same ({i}).bin" for i in range(1, 10)])
    for file in files:
        owners = [name for name in t.names() if has_content(t.path(name), file.seed, file.size)]
        expect_equal(len(owners), 1, f"files with the bytes of {file}")


@case
def equal_names_from_the_server_never_meet_either(t):
    files = [t.file(f"n{i}", 50_000 + i, disposition="attachment; filename=same.bin")
             for i in range(10)]
    t.get("-j", 10, *[file.url for file in files])
    expect_equal(len(t.names()), 10, "files")
    for file in files:
        owners = [name for name in t.names() if has_content(t.path(name), file.seed, file.size)]
        expect_equal(len(owners), 1, f"files with the bytes of {file}")


@case
def nor_do_they_where_the_file_system_knows_no_locks(t):
    t.program = need(TORTURE)
    t.env["HAUL_TORTURE_FAIL"] = f"flock:1:{errno.ENOLCK}:ever"
    files = [t.file(f"{i}/same.bin", 300_000 + i) for i in range(8)]
    t.get("-j", 8, *[file.url for file in files])
    expect_equal(len(t.names()), 8, "files")  # their numbers may have gaps
    for file in files:
        owners = [name for name in t.names() if has_content(t.path(name), file.seed, file.size)]
        expect_equal(len(owners), 1, f"files with the bytes of {file}")


@case
def nor_in_one_that_an_earlier_run_left(t):
    """All of the same link, so that each could take it up. Two that look at the same moment leave it
    to each other."""
    file = t.file("same.bin", 400_000, rate=400_000, tick=20)
    t.program = need(TORTURE)
    t.env["HAUL_TORTURE_FAIL"] = f"flock:1:{errno.ENOLCK}:ever"
    plant_partial(t, "same.bin", file.url, file.size, file.data()[:65536])
    t.get("-j", 3, "--trust-size", "-i", t.write("list", f"{file.url}\n" * 3))
    t.keeps("same.bin.part", "same.bin.haul")
    for name in ("same.bin", "same (1).bin", "same (2).bin"):
        t.expect_file(name, file)


@case
def two_hauls_never_meet_in_one_file(t):
    files = [t.file(f"{i}/both.bin", 40_000 + i, rate=100_000, tick=20) for i in range(2)]
    runs = [t.start("get", "-q", "-d", t.dir, file.url) for file in files]
    statuses = [one.wait().status for one in runs]
    t.keeps("both.bin.part", "both.bin.haul")
    complete = [name for name in t.names() if not name.endswith((".part", ".haul"))]
    expect_equal(len(complete), statuses.count(0), f"complete files {complete} of {statuses}")
    expect(0 in statuses, f"none succeeded: {statuses}")
    for name in complete:
        expect(any(has_content(t.path(name), file.seed, file.size) for file in files),
               f"{name} is a mixture")


@case
def nor_do_two_daemons(t):
    """Each with its own queue; the names are the folder's."""
    sessions = [f"{t.session}{i}" for i in range(2)]
    files = [t.file(f"{i}/shared.bin", 300_000 + i, rate=600_000, tick=20) for i in range(8)]
    for session, own in zip(sessions, (files[0::2], files[1::2])):
        t.ok("add", "--session", session, "-d", t.dir, "-x", 1, *[file.url for file in own])
    for session in sessions:
        t.ok("wait", "--session", session)
        t.ok("stop", "--session", session)
    expect_equal(len(t.names()), len(files), "files")
    for file in files:
        owners = [name for name in t.names() if has_content(t.path(name), file.seed, file.size)]
        expect_equal(len(owners), 1, f"files with the bytes of {file}")


run()
