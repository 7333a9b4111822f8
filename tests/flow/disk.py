"""Folders that are missing, closed or booby-trapped."""

import os
import resource
import shutil
import subprocess

from harness import (Skip, case, content_at, expect, expect_equal, header, plant_partial, recorded,
                     run, until)

NOBODY = 65534


def as_nobody():
    os.setgroups([])
    os.setgid(NOBODY)
    os.setuid(NOBODY)


def open_to_nobody(t):
    """Lets nobody work in this case's home; rights of root would hide what is tested. The program
    comes along: where it was built may be closed, as root's own home is."""
    if os.getuid() != 0:
        return None
    t.program = shutil.copy(t.program, t.home)
    for folder, names, _ in os.walk(t.home):
        for name in [".", *names]:
            os.chown(os.path.join(folder, name), NOBODY, NOBODY)
    return as_nobody


def mount(t, kind, *arguments):
    done = subprocess.run(["mount", "-t", kind, *arguments[:-1], "haul-test", arguments[-1]],
                          capture_output=True, check=False)
    if done.returncode != 0:
        raise Skip(f"mounting a {kind} is not permitted")
    t.closers.append(lambda: subprocess.run(["umount", "-l", arguments[-1]], check=True))


@case
def a_missing_folder_is_made(t):
    file = t.file("a.bin")
    t.get("-d", t.path("x/y/z"), file.url)
    t.expect_file("x/y/z/a.bin", file)


@case
def a_read_only_folder_is_a_disk_failure(t):
    nobody = open_to_nobody(t)
    os.chmod(t.dir, 0o500)
    result = t.get("--retries", 0, t.file("closed.bin").url, status=5, preexec_fn=nobody)
    expect(b"ermission" in result.err, f"the reason is not named: {result}")
    result = t.get("-d", t.path("sub"), "--retries", 0, t.file("below.bin").url, status=5,
                   preexec_fn=nobody)
    expect(b"ermission" in result.err, f"the reason is not named: {result}")
    os.chmod(t.dir, 0o700)
    t.expect_names()
    expect_equal(t.origin.requests("closed.bin") + t.origin.requests("below.bin"), [], "requests")


@case
def a_read_only_file_system_is_a_disk_failure(t):
    mount(t, "tmpfs", "-o", "ro,size=1M", t.dir)
    result = t.get("--retries", 0, t.file("ro.bin").url, status=5)
    expect(b"ead-only" in result.err, f"the reason is not named: {result}")
    expect_equal(t.origin.requests("ro.bin"), [], "requests")


@case
def the_daemon_looks_again_at_a_folder_that_refused(t):
    mount(t, "tmpfs", "-o", "ro,size=1M", t.dir)
    file = t.file("again.bin")
    (number,) = t.add(file.url)
    expect_equal(t.haul("wait").status, 5, "status of wait")
    expect_equal(t.origin.requests("again.bin"), [], "requests")
    subprocess.run(["mount", "-o", "remount,rw", t.dir], check=True)
    t.ok("retry", number)
    t.ok("wait", number)
    t.expect_file("again.bin", file)


@case
def a_file_where_the_folder_should_be_is_a_disk_failure(t):
    with open(t.path("taken"), "wb"):
        pass
    for folder in ("taken", "taken/below", "taken/further/below"):
        t.get("-d", t.path(folder), t.file("c.bin").url, status=5)
    t.expect_names("taken")
    expect_equal(t.origin.requests("c.bin"), [], "requests")


@case
def a_folder_may_be_a_link_and_is_not_made_through_one(t):
    """A link as the folder is what the user asked for; one that leads nowhere is refused."""
    file = t.file("linked.bin")
    os.mkdir(t.path("real"))
    os.symlink(t.path("real"), t.path("link"))
    t.get("-d", t.path("link"), file.url)
    t.expect_file("real/linked.bin", file)
    os.symlink(os.path.join(t.home, "nowhere"), t.path("dangling"))
    t.get("-d", t.path("dangling"), t.file("d.bin").url, status=5)
    expect(not os.path.exists(os.path.join(t.home, "nowhere")), "a folder behind the link")


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
def links_at_the_record_are_not_followed(t):
    for name in ("a.bin.haul", "a.bin.haul.new"):
        path = victim(t)
        os.symlink(path, t.path(name))
        file = t.file("a.bin", 300_000, chunked=1, rate=600_000)
        t.get("--if-exists", "overwrite", "--retries", 0, file.url)
        expect_unharmed(path)
        t.expect_file("a.bin", file)
        for left in t.names():
            os.unlink(t.path(left))


def begun_below(t, name):
    """A download that has begun in a folder of its own, and only goes on when its limit is lifted;
    its number, file and folder."""
    folder = t.path(f"of-{name}")
    file = t.file(name, 600_000)
    (number,) = t.add("-d", folder, "-x", 1, "--retries", 0, "--item-limit", "64K", file.url)
    record = os.path.join(folder, name + ".haul")
    until("it is recorded", lambda: os.path.exists(record) and t.items()[number]["done"] > 0)
    return number, file, folder


@case
def links_that_appear_while_it_runs_are_not_followed(t):
    """At the final name, and in the place of the partial, of its record, of its folder."""
    path = victim(t)
    ends = {}
    for place in ("final", "part", "haul", "folder"):
        number, file, folder = begun_below(t, place + ".bin")
        name = os.path.join(folder, place + ".bin")
        if place == "folder":
            os.rename(folder, folder + "-moved")
            os.mkdir(os.path.join(t.home, "elsewhere"))
            os.symlink(os.path.join(t.home, "elsewhere"), folder)
        elif place == "final":
            os.symlink(path, name)
        else:
            os.rename(f"{name}.{place}", f"{name}.moved")
            os.symlink(path, f"{name}.{place}")
        t.ok("change", number, "--item-limit", 0)
        t.haul("wait", number)
        ends[place] = t.items()[number]
        expect_unharmed(path)
    expect_equal({place: item["state"] for place, item in ends.items()},
                 {"final": "done", "part": "failed", "haul": "done", "folder": "done"}, "the ends")
    expect("replaced by somebody else" in ends["part"]["note"], ends["part"]["note"])
    expect_equal(ends["final"]["name"], "final (1).bin", "the name beside the link")
    expect_equal(os.listdir(os.path.join(t.home, "elsewhere")), [], "files behind the folder's link")
    for name in ("of-final.bin/final (1).bin", "of-haul.bin/haul.bin",
                 "of-folder.bin-moved/folder.bin"):
        expect_equal(os.path.getsize(t.path(name)), file.size, f"the size of {name}")


@case
def a_file_of_more_than_4_gib_is_taken_up(t):
    """The last megabyte of 5 GiB is fetched, onto a partial that is a hole but for its record."""
    size, came = 5 << 30, (5 << 30) - (1 << 20)
    file = t.file("huge.bin", size, etag='"v1"')
    plant_partial(t, "huge.bin", file.url, size, came, 'etag "v1"\n')
    t.get("--retries", 0, file.url)
    t.expect_names("huge.bin")
    expect_equal(os.path.getsize(t.path("huge.bin")), size, "size")
    (request,) = t.origin.requests("huge.bin")
    expect_equal(header(request, "Range"), f"bytes={came}-{size - 1}", "Range")
    with open(t.path("huge.bin"), "rb") as got:
        got.seek(came)
        expect(got.read() == content_at(file.seed, came, 1 << 20), "the end is not what was sent")
        got.seek((4 << 30) - 5)
        expect_equal(got.read(10), bytes(10), "the bytes around 4 GiB")


@case
def special_files_at_the_part_are_not_opened(t):
    t.keeps("a.bin.part", "a.bin.haul")
    os.mkfifo(t.path("a.bin.part"))
    result = t.haul("get", "-q", "-d", t.dir, "--retries", 0, t.file("a.bin").url)
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
def bytes_that_somebody_cuts_off_are_no_zeros_of_the_file(t):
    """Whoever writes behind them makes the file as long as before."""
    for connections in (1, 4):
        name = f"cut{connections}.bin"
        file = t.file(name, 600_000, rate=100_000, tick=20, gate=300_000)
        arguments = ("get", "-q", "-d", t.dir, "--min-split", "64K", "--retries", 0, file.url, "-x")
        running = t.start(*arguments, connections)
        until("bytes are here", lambda p=t.path(name + ".haul"): recorded(p) >= 100_000)
        os.truncate(t.path(name + ".part"), 1000)
        t.origin.open(name)
        result = running.wait()
        expect_equal(result.status, 5, str(result))
        expect(b"was cut short by somebody" in result.err, str(result))
        expect(recorded(t.path(name + ".haul")) <= 1000, "the record tells of bytes that are gone")
        t.ok(*arguments, 8)
        t.expect_file(name, file)


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
def a_file_larger_than_the_file_system_can_hold_is_refused_at_once(t):
    """Not when its limit is reached. FAT has one of 4 GiB, ext4 one of 16 TiB."""
    size = 1 << 60
    with open(t.write("empty", ""), "rb") as file:
        try:
            file.seek(size)
            raise Skip("the file system knows no limit")
        except OSError:
            pass
    link = t.origin.url("big.bin", size=1000, length=size)
    result = t.haul("get", "-d", t.dir, "--retries", 0, link)
    expect_equal(result.status, 5, str(result))
    expect(b"holds no file of %d bytes" % size in result.err, str(result))
    t.expect_names()


@case
def permissions_follow_the_umask(t):
    t.get(t.file("a.bin").url, preexec_fn=lambda: os.umask(0o027))
    expect_equal(os.stat(t.path("a.bin")).st_mode & 0o777, 0o640, "permissions")


run()
