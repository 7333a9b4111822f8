"""The queue's own disk fails: what can be told is told, what can be found again is found again, and
the downloads go on."""

import os

from harness import case, expect, expect_equal, header, plant_partial, recorded, run, until

SLOW = {"gate": 700_000}  # the rest when it is opened


def damage(t):
    with open(os.path.join(t.state_folder(), "queue.db"), "r+b") as file:
        file.write(b"this is no database any more" * 100)
    log = os.path.join(t.state_folder(), "queue.db-wal")
    if os.path.exists(log):
        os.truncate(log, 0)


@case
def unfinished_downloads_of_a_lost_queue_are_found_again(t):
    other = t.folder("other")
    files = [t.file(f"a{i}.bin", 1_500_000, **SLOW) for i in range(2)]
    t.add("-x", 1, files[0].url)
    t.ok("add", "-x", 1, "-d", other, files[1].url)
    for folder, name in ((t.dir, "a0.bin"), (other, "a1.bin")):
        until(f"bytes of {name} are on record",
              lambda path=os.path.join(folder, name + ".haul"): recorded(path) > 300_000)
    t.kill_daemon()
    damage(t)
    listed = t.ok("list")
    expect(b"damaged" in listed.err and b"found again: 2" in listed.err, f"not told: {listed}")
    items = t.items()
    expect_equal({item["state"] for item in items.values()}, {"paused"}, "states")
    expect(all("found again" in item["note"] for item in items.values()), "rows don't tell why")
    expect(all(item["done"] > 0 and item["total"] == 1_500_000 for item in items.values()),
           f"what is here is not known: {items}")
    t.origin.open("a0.bin", "a1.bin")
    t.ok("resume", "all")
    expect_equal(t.trouble(), "", "trouble after the user has seen to it")
    t.ok("wait")
    t.expect_file("a0.bin", files[0])
    with open(os.path.join(other, "a1.bin"), "rb") as got:
        expect(got.read() == files[1].data(), "a1.bin is another file")
    for i in range(2):
        expect(header(t.origin.requests(f"a{i}.bin")[-1], "Range"), f"a{i}.bin from the start")
    expect(any(".damaged-" in name for name in os.listdir(t.state_folder())), "it is not kept")


@case
def what_was_found_again_is_kept(t):
    file = t.file("b.bin", 1_500_000, **SLOW)
    t.add("-x", 1, file.url)
    until("bytes are on record", lambda: recorded(t.path("b.bin.haul")) > 300_000)
    t.kill_daemon()
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
    t.kill_daemon()
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
def no_more_is_found_than_what_is_there(t):
    """A record tells of more bytes than its file has; another one is beside a link. The number of
    what was complete is another item's now."""
    t.add(t.file("c.bin", 100).url)
    t.ok("wait")
    t.kill_daemon()
    for name in "cut.bin", "led.bin":
        plant_partial(t, name, t.origin.url(name, status=404), 500_000, bytes(300_000))
    os.truncate(t.path("cut.bin.part"), 100_000)
    os.rename(t.path("led.bin.part"), os.path.join(t.home, "led"))
    os.symlink(os.path.join(t.home, "led"), t.path("led.bin.part"))
    damage(t)
    expect_equal([(item["name"], item["done"]) for item in t.items().values()],
                 [("cut.bin", 100_000)], "what is found")
    t.keeps("led.bin.part", "led.bin.haul", "cut.bin.part", "cut.bin.haul")
    t.ok("remove", "all")
    t.stop()


run()
