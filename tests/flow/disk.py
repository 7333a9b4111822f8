"""Folders that are missing, closed or booby-trapped."""

import os
import resource

from harness import case, expect, expect_equal, run, until

NOBODY = 65534


def as_nobody():
    os.setgroups([])
    os.setgid(NOBODY)
    os.setuid(NOBODY)


def open_to_nobody(t):
    """Lets nobody work in this case's home; rights of root would hide what is tested."""
    if os.getuid() != 0:
        return None
    for folder, names, _ in os.walk(t.home):
        for name in [".", *names]:
            os.chown(os.path.join(folder, name), NOBODY, NOBODY)
    return as_nobody


@case
def a_missing_folder_is_made(t):
    file = t.file("a.bin")
    t.get("-d", t.path("x/y/z"), file.url)
    t.expect_file("x/y/z/a.bin", file)


@case
def a_read_only_folder_is_a_disk_failure(t):
    nobody = open_to_nobody(t)
    os.chmod(t.dir, 0o500)
    result = t.get("--retries", 0, t.file("a.bin").url, status=5, preexec_fn=nobody)
    expect(b"ermission" in result.err, f"the reason is not named: {result}")
    result = t.get("-d", t.path("sub"), "--retries", 0, t.file("a.bin").url, status=5,
                   preexec_fn=nobody)
    os.chmod(t.dir, 0o700)
    t.expect_names()


@case
def a_file_where_the_folder_should_be_is_a_disk_failure(t):
    with open(t.path("taken"), "wb"):
        pass
    t.get("-d", t.path("taken/below"), t.file("a.bin").url, status=5)
    t.expect_names("taken")


def victim(t):
    return t.write("victim.txt", "precious")


def expect_unharmed(path):
    with open(path, "rb") as file:
        expect_equal(file.read(), b"precious", "the file behind the link")


@case
def a_link_at_the_final_name_is_not_followed(t):
    path = victim(t)
    os.symlink(path, t.path("a.bin"))
    file = t.file("a.bin")
    t.get(file.url)
    expect_unharmed(path)
    expect(os.path.islink(t.path("a.bin")), "the link is gone")
    t.expect_file("a (1).bin", file)


@case
def overwrite_replaces_a_link_not_its_target(t):
    path = victim(t)
    os.symlink(path, t.path("a.bin"))
    file = t.file("a.bin")
    t.get("--if-exists", "overwrite", file.url)
    expect_unharmed(path)
    expect(not os.path.islink(t.path("a.bin")), "the link is still there")
    t.expect_file("a.bin", file)


@case
def a_dangling_link_makes_no_file_elsewhere(t):
    elsewhere = os.path.join(t.home, "elsewhere.txt")
    os.symlink(elsewhere, t.path("a.bin"))
    file = t.file("a.bin")
    t.get(file.url)
    expect(not os.path.exists(elsewhere), "a file behind the link")
    t.expect_file("a (1).bin", file)


@case
def a_link_at_the_part_is_not_followed(t):
    path = victim(t)
    t.keeps("a.bin.part", "a.bin.haul")
    os.symlink(path, t.path("a.bin.part"))
    result = t.haul("get", "-q", "-d", t.dir, "--retries", 0, t.file("a.bin").url)
    expect(result.status in (0, 5), f"an odd status: {result}")
    expect_unharmed(path)
    expect(os.path.islink(t.path("a.bin.part")), "the link is gone")


@case
def special_files_at_the_part_are_not_opened(t):
    t.keeps("a.bin.part", "a.bin.haul")
    os.mkfifo(t.path("a.bin.part"))
    result = t.haul("get", "-q", "-d", t.dir, "--retries", 0, t.file("a.bin").url, timeout=20)
    expect(result.status in (0, 5), f"an odd status: {result}")


@case
def a_folder_that_vanishes_while_it_runs_is_a_disk_failure(t):
    folder = t.path("gone")
    file = t.file("a.bin", 300_000, rate=100_000, tick=20)
    running = t.start("get", "-q", "-d", folder, "--retries", 0, file.url)
    until("bytes arrive", lambda: os.path.exists(os.path.join(folder, "a.bin.part")))
    os.rename(folder, t.path("moved"))
    result = running.wait()
    for name in os.listdir(t.path("moved")):
        os.unlink(t.path("moved/" + name))
    expect(result.status in (0, 5), f"an odd status: {result}")
    expect(not os.path.exists(os.path.join(folder, "a.bin")), "a file in a folder that is gone")


@case
def a_file_larger_than_allowed_is_a_disk_failure(t):
    def small_files():
        resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))

    t.keeps("big.bin.part", "big.bin.haul")
    result = t.haul("get", "-q", "-d", t.dir, "--retries", 0, t.file("big.bin", 1_000_000).url,
                    preexec_fn=small_files)
    expect_equal(result.status, 5, str(result))
    expect("big.bin" not in t.names(), "a final name without a complete file")


@case
def permissions_follow_the_umask(t):
    t.get(t.file("a.bin").url, preexec_fn=lambda: os.umask(0o027))
    expect_equal(os.stat(t.path("a.bin")).st_mode & 0o777, 0o640, "permissions")


run()
