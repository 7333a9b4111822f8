"""A disk that fills up: the item says so, and goes on by itself when there is room again."""

import os
import subprocess

from harness import Skip, case, expect, expect_equal, header, run, until


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
    (number,) = t.add("--retry-wait", 1, file.url)
    until("the full disk is noticed", lambda: t.items()[number]["error"] == "disk-full")
    expect(t.items()[number]["state"] != "failed", "it gave up")
    os.unlink(t.path("ballast"))
    expect_equal(t.haul("wait", timeout=120).status, 0, "status of wait")
    t.expect_file("late.bin", file)


run()
