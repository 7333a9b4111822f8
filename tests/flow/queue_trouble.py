"""The queue's own disk fails: what can be told is told, what can be found again is found again, and
the downloads go on."""

import contextlib
import os
import signal
import subprocess

from harness import Skip, case, expect, expect_equal, header, run, until

SLOW = {"rate": 300_000, "tick": 20}


def state_folder(t):
    return os.path.join(t.env["XDG_STATE_HOME"], "haul", t.session)


def kill_daemon(t):
    (pid,) = t.daemons()
    os.kill(pid, signal.SIGKILL)
    until("the daemon is gone", lambda: not t.daemons())


def damage(t):
    with open(os.path.join(state_folder(t), "queue.db"), "r+b") as file:
        file.write(b"this is no database any more" * 100)
    log = os.path.join(state_folder(t), "queue.db-wal")
    if os.path.exists(log):
        os.truncate(log, 0)


def trouble(t):
    return t.ok("list", "--json").json()["totals"].get("trouble", "")


@case
def unfinished_downloads_of_a_lost_queue_are_found_again(t):
    other = t.folder("other")
    files = [t.file(f"a{i}.bin", 1_500_000, **SLOW) for i in range(2)]
    t.add("-x", 1, files[0].url)
    t.ok("add", "-x", 1, "-d", other, files[1].url)
    for folder, name in ((t.dir, "a0.bin"), (other, "a1.bin")):
        until(f"bytes of {name} are on record", lambda path=os.path.join(folder, name + ".part"):
              os.path.exists(path) and os.path.getsize(path) > 300_000)
    kill_daemon(t)
    damage(t)
    listed = t.ok("list")
    expect(b"damaged" in listed.err and b"found again: 2" in listed.err, f"not told: {listed}")
    items = t.items()
    expect_equal({item["state"] for item in items.values()}, {"paused"}, "states")
    expect(all("found again" in item["note"] for item in items.values()), "rows don't tell why")
    expect(all(item["done"] > 0 and item["total"] == 1_500_000 for item in items.values()),
           f"what is here is not known: {items}")
    t.ok("resume", "all")
    expect_equal(trouble(t), "", "trouble after the user has seen to it")
    t.ok("wait")
    t.expect_file("a0.bin", files[0])
    with open(os.path.join(other, "a1.bin"), "rb") as got:
        expect(got.read() == files[1].data(), "a1.bin is another file")
    for i in range(2):
        expect(header(t.origin.requests(f"a{i}.bin")[-1], "Range"), f"a{i}.bin from the start")
    expect(any(".damaged-" in name for name in os.listdir(state_folder(t))), "it is not kept")


@case
def what_was_found_again_is_kept(t):
    file = t.file("b.bin", 1_500_000, **SLOW)
    t.add("-x", 1, file.url)
    until("bytes are on record", lambda: os.path.exists(t.path("b.bin.part"))
          and os.path.getsize(t.path("b.bin.part")) > 300_000)
    kill_daemon(t)
    damage(t)
    t.ok("list")
    t.stop()
    (item,) = t.items().values()
    expect_equal((item["state"], item["name"]), ("paused", "b.bin"), "after another start")
    t.ok("remove", "all")
    t.stop()
    t.expect_names()  # the partial goes with it


@case
def foreign_files_are_not_taken_for_downloads(t):
    t.add(t.file("c.bin", 100).url)
    t.ok("wait")
    kill_daemon(t)
    names = ["x.haul", "x.part", "y.haul", "z.haul", "z.part"]
    texts = [b"haul 1\nurl http://127.0.0.1:1/x\n", b"x", b"", b"\xff\x1b[31m" * 50, b"z"]
    for name, text in zip(names, texts):
        with open(t.path(name), "wb") as file:
            file.write(text)
    damage(t)
    expect_equal(t.items(), {}, "items")
    for name, text in zip(names, texts):
        with open(t.path(name), "rb") as file:
            expect_equal(file.read(), text, name)
        os.unlink(t.path(name))


@case
def on_a_full_state_folder_the_queue_goes_on_and_catches_up(t):
    folder = state_folder(t)
    os.makedirs(folder, mode=0o700, exist_ok=True)
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=4M,mode=0700", "haul-test", folder],
                          capture_output=True, check=False)
    if done.returncode != 0:
        raise Skip("mounting a tmpfs is not permitted")
    t.closers.append(lambda: subprocess.run(["umount", "-l", folder], check=True))
    file = t.file("d.bin", 600_000, **SLOW)
    (number,) = t.add(file.url)
    with open(os.path.join(folder, "ballast"), "wb", buffering=0) as ballast:
        with contextlib.suppress(OSError):
            while True:
                ballast.write(bytes(4096))
    refused = t.haul("add", "-d", t.dir, *[t.file("e.bin", 10).url + "?" + "q" * 3000] * 60)
    expect(refused.status != 0 and b"can't keep the queue" in refused.err, f"taken: {refused}")
    expect("it goes on in memory" in trouble(t), f"not told: {trouble(t)!r}")
    t.ok("wait")
    t.expect_file("d.bin", file)
    os.unlink(os.path.join(folder, "ballast"))
    until("it is written again", lambda: trouble(t) == "")
    kill_daemon(t)
    t.ok("set", "-j", 4)
    expect_equal(t.items()[number]["state"], "done", "what was kept in memory")


run()
