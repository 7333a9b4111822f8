"""A disk that fills up: the item says so, and goes on by itself when there is room again."""

import contextlib
import errno
import os
import subprocess

from harness import Skip, case, expect, expect_equal, header, need, run, size_of, until

TORTURE = os.environ.get("HAUL_TORTURE", "")


def small_disk(t, size):
    """A tmpfs of SIZE bytes at the download folder."""
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "haul-test", t.dir],
                          capture_output=True, check=False)
    if done.returncode != 0:
        raise Skip("mounting a tmpfs is not permitted")
    t.closers.append(lambda: subprocess.run(["umount", "-l", t.dir], check=True))


@case
def a_file_that_does_not_fit_is_a_disk_failure(t):
    small_disk(t, 1 << 20)
    t.keeps("big.bin.part", "big.bin.haul", "open.bin.part", "open.bin.haul")
    for file in (t.file("big.bin", 4 << 20), t.file("open.bin", 4 << 20, length="none")):
        result = t.get("--retries", 0, file.url, status=5)
        expect(b"full" in result.err or b"space" in result.err, f"the reason is missing: {result}")
        for name in t.names():
            expect(name.endswith((".part", ".haul")), f"{name} is there")
            os.unlink(t.path(name))


@case
def where_room_can_not_be_reserved_the_disk_is_not_filled_for_nothing(t):
    if not TORTURE:
        raise Skip("the build has no layer that fails system calls")
    small_disk(t, 2 << 20)
    file = t.file("unreserved.bin", 8 << 20)
    result = t.get("--retries", 0, file.url, status=5, program=TORTURE,
                   env={"HAUL_TORTURE_FAIL": f"fallocate:1:{errno.EOPNOTSUPP}:ever"})
    expect(b"no room for 8388608 bytes" in result.err, f"the reason is missing: {result}")
    t.expect_names()


@case
def what_filled_the_disk_is_not_fetched_again(t):
    small_disk(t, 1 << 20)
    file = t.file("open.bin", 4 << 20, chunked=1)
    t.get("--retries", 0, file.url, status=5)
    t.expect_names("open.bin.part", "open.bin.haul")
    subprocess.run(["mount", "-o", "remount,size=8M", t.dir], check=True)
    t.get("--retries", 0, file.url)
    t.expect_file("open.bin", file)
    t.expect_names("open.bin")
    expect(header(t.origin.requests("open.bin")[-1], "Range"), "it was fetched from the start")


@case
def the_daemon_waits_for_room_and_goes_on(t):
    small_disk(t, 2 << 20)
    with open(t.path("ballast"), "wb") as file:
        file.write(bytes(1536 << 10))
    file = t.file("late.bin", 1 << 20)
    (number,) = hasty_add(t, file.url)
    until("the full disk is noticed", lambda: t.items()[number]["error"] == "disk-full")
    expect(t.items()[number]["state"] != "failed", "it gave up")
    os.unlink(t.path("ballast"))
    expect_equal(t.haul("wait", timeout=120).status, 0, "status of wait")
    t.expect_file("late.bin", file)


def hasty_add(t, *arguments):
    """Adds to a daemon whose clock runs 20 times as fast, so that it looks twice a second whether
    there is room."""
    t.env["HAUL_TORTURE_HASTE"] = "20"
    return t.add("--stall-timeout", 0, *arguments, program=need(TORTURE))


def ballast(t, size):
    """Fills the disk but for what SIZE leaves."""
    with open(t.path("ballast"), "wb") as file:
        file.write(bytes(size))


def wait_full(t, numbers):
    until("the full disk is noticed",
          lambda: all(t.items()[number]["error"] == "disk-full" for number in numbers))
    for number in numbers:
        item = t.items()[number]
        expect(item["state"] != "failed", f"it gave up: {item}")
        expect("space" in item["note"] or "room" in item["note"] or "full" in item["note"],
               f"the row does not say why: {item}")


def look_again(t, number):
    """Waits until the item found once or twice more that there is no room."""
    def planned():
        """When it looks again; while it looks that is not known."""
        return t.items()[number]["retry_at"] or 0

    first = until("it waits", planned)
    until("it looked again", lambda: planned() > first + 800)
    wait_full(t, [number])


@case
def several_items_wait_and_all_go_on(t):
    """Of known and unknown lengths, cut and whole, small and large."""
    small_disk(t, 4 << 20)
    ballast(t, (4 << 20) - (160 << 10))
    files = {"known.bin": t.file("known.bin", 600_000),
             "open.bin": t.file("open.bin", 600_000, chunked=1),
             "cut.bin": t.file("cut.bin", 900_000),
             "small.bin": t.file("small.bin", 60_000),
             "little.bin": t.file("little.bin", 50_000, chunked=1)}
    ids = hasty_add(t, "--min-split", "64K", *[file.url for file in files.values()])
    until("the full disk is noticed",
          lambda: [one for one in t.items().values() if one["error"] == "disk-full"])
    for name in t.names():
        whole = not name.endswith((".part", ".haul", ".new")) and name != "ballast"
        if whole:
            t.expect_file(name, files[name])
    os.unlink(t.path("ballast"))
    expect_equal(t.haul("wait", *ids, timeout=120).status, 0, "status of wait")
    t.expect_names(*files)
    for name, file in files.items():
        t.expect_file(name, file)


@case
def room_that_others_are_going_to_need_is_taken(t):
    """Not even asked for where nothing is reserved: a tmpfs. Three that fill the disk together would
    all stop in the middle."""
    small_disk(t, 5 << 20)
    first, second = (t.file(f"{name}.bin", 2 << 20, stall=64 << 10, faults=1)
                     for name in ("first", "second"))
    ids = hasty_add(t, "--connections", 1, first.url, second.url)
    until("both have begun", lambda: all(part_size(t, name)
                                         for name in ("first.bin", "second.bin")))
    third = t.file("third.bin", 2 << 20)
    ids += hasty_add(t, "--connections", 1, third.url)
    wait_full(t, ids[2:])
    expect_equal(part_size(t, "third.bin"), 0, "bytes that took room which others need")
    asked = len(t.origin.requests("third.bin"))
    look_again(t, ids[2])
    expect_equal(len(t.origin.requests("third.bin")), asked, "requests while there is no room")
    t.ok("pause", *ids)  # the third one too, for those that are paused need no room
    t.ok("resume", *ids[:2])
    expect_equal(t.haul("wait", *ids[:2], timeout=120).status, 0, "status of wait")
    t.ok("resume", ids[2])
    wait_full(t, ids[2:])
    os.unlink(t.path("first.bin"))
    expect_equal(t.haul("wait", *ids, timeout=120).status, 0, "status of wait")
    for name, file in (("second.bin", second), ("third.bin", third)):
        t.expect_file(name, file)


@case
def room_that_is_too_little_is_no_reason_to_ask_again(t):
    small_disk(t, 4 << 20)
    ballast(t, (4 << 20) - (64 << 10))
    file = t.file("late.bin", 2 << 20)
    (number,) = hasty_add(t, file.url)
    wait_full(t, [number])
    asked = len(t.origin.requests("late.bin"))
    os.truncate(t.path("ballast"), 3 << 20)  # a megabyte is free now, two are needed
    look_again(t, number)
    expect_equal(len(t.origin.requests("late.bin")), asked, "requests while there is no room")
    os.unlink(t.path("ballast"))
    expect_equal(t.haul("wait", timeout=120).status, 0, "status of wait")
    t.expect_file("late.bin", file)


@case
def what_a_quota_keeps_is_no_room(t):
    """No file system tells of it but one that is asked to reserve: that needs no server."""
    try:
        os.close(os.open(t.dir, os.O_TMPFILE | os.O_RDWR))
    except OSError:
        raise Skip("the file system knows no files without a name") from None
    if os.statvfs(t.dir).f_bavail * os.statvfs(t.dir).f_frsize < 8 << 20:
        raise Skip("the disk is full")
    quota = t.write("quota", "")
    t.env["HAUL_TORTURE_FAIL"] = f"fallocate:1:{errno.EDQUOT}:{quota}"
    file = t.file("quota.bin", 2 << 20)
    (number,) = hasty_add(t, file.url)
    wait_full(t, [number])
    look_again(t, number)
    expect_equal(len(t.origin.requests("quota.bin")), 1, "requests while there is no room")
    expect("uota" in t.items()[number]["note"], f"the row does not say why: {t.items()[number]}")
    os.unlink(quota)
    expect_equal(t.haul("wait", timeout=120).status, 0, "status of wait")
    t.expect_names("quota.bin")
    t.expect_file("quota.bin", file)


@case
def a_disk_that_fills_again_and_again_corrupts_nothing(t):
    """Whatever was being written when it filled: bytes, a record, its rows."""
    small_disk(t, 4 << 20)
    file = t.file("slow.bin", 2 << 20, chunked=1, rate=2 << 20, tick=10)
    (number,) = hasty_add(t, "-x", 1, file.url)
    for share in (3, 2, 1):
        enough = (2 << 20) // (2 * share)
        until("bytes arrive", lambda size=enough: t.items()[number]["state"] == "done" or
              part_size(t, "slow.bin") >= size)
        fill(t)
        until("it is noticed", lambda: t.items()[number]["error"] == "disk-full" or
              t.items()[number]["state"] == "done")
        os.unlink(t.path("ballast"))
        until("it goes on", lambda: t.items()[number]["error"] != "disk-full")
    expect_equal(t.haul("wait", timeout=120).status, 0, "status of wait")
    t.expect_file("slow.bin", file)
    t.expect_names("slow.bin")


def part_size(t, name):
    return size_of(t.path(name + ".part"))


def fill(t):
    """Takes all the room there is."""
    with open(t.path("ballast"), "wb", buffering=0) as file:
        with contextlib.suppress(OSError):
            while True:
                file.write(bytes(4096))


run()
