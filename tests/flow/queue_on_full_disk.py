"""No room for the queue: it goes on in memory, says so, and catches up when there is room again."""

import contextlib
import os
import subprocess

from control_socket import Client
from harness import Skip, case, expect, expect_equal, run, until

SLOW = {"rate": 300_000, "tick": 20}


class SmallDisk:
    """The session's state folder on a disk of its own, which can be filled."""

    def __init__(self, t, size):
        self.folder = t.state_folder()
        os.makedirs(self.folder, mode=0o700, exist_ok=True)
        done = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size},mode=0700", "haul-test",
                               self.folder], capture_output=True, check=False)
        if done.returncode != 0:
            raise Skip("mounting a tmpfs is not permitted")
        t.closers.append(lambda: subprocess.run(["umount", "-l", self.folder], check=True))

    def fill(self):
        with open(os.path.join(self.folder, "ballast"), "ab", buffering=0) as ballast:
            with contextlib.suppress(OSError):
                while True:
                    ballast.write(bytes(4096))

    def clear(self):
        os.unlink(os.path.join(self.folder, "ballast"))


@case
def on_a_full_state_folder_the_queue_goes_on_and_catches_up(t):
    t.hurry(10)
    disk = SmallDisk(t, "4M")
    file = t.file("d.bin", 600_000, **SLOW)
    (number,) = t.add(file.url)
    disk.fill()
    refused = t.haul("add", "-d", t.dir, *[t.file("e.bin", 10).url + "?" + "q" * 3000] * 60)
    expect(refused.status != 0 and b"can't keep the queue" in refused.err, f"taken: {refused}")
    expect("it goes on in memory" in t.trouble(), f"not told: {t.trouble()!r}")
    t.ok("wait")
    t.expect_file("d.bin", file)
    disk.clear()
    until("it is written again", lambda: t.trouble() == "")
    t.kill_daemon()
    t.ok("set", "-j", 4)
    expect_equal(t.items()[number]["state"], "done", "what was kept in memory")


@case
def what_could_not_be_kept_is_not_answered_as_if_it_had_been(t):
    """A token whose add failed may come again: then it is an add, not a memory."""
    t.hurry(10)
    disk = SmallDisk(t, "4M")
    t.ok("set", "-j", 1)
    client = Client(t)
    items = [{"url": t.origin.url(f"{i}.bin", key="q" * 3000), "paused": True} for i in range(60)]
    add = {"token": "again-1", "items": items, "options": {"dir": t.dir}}
    disk.fill()
    for _ in range(2):
        refused = client.ask("add", **add)
        expect("can't keep the queue" in refused.get("error", {}).get("message", ""), str(refused))
    for number in (1001, 1002):  # the second one mostly comes before the first is decided
        client.send({"jsonrpc": "2.0", "id": number, "method": "add", "params": add})
    for _ in range(2):
        refused = client.line()
        name = refused.get("error", {}).get("data", {}).get("name")
        expect(name in ("disk-full", "store"), str(refused))
    disk.clear()
    until("it is written again", lambda: t.trouble() == "")
    ids = client.call("add", **add)["ids"]
    expect_equal(list(t.items()), ids, "the queue")
    t.kill_daemon()
    expect_equal(list(t.items()), ids, "the queue after a kill")


def seen(t):
    """What a person sees of the queue: names, states and notes in their order."""
    items = sorted(t.items().values(), key=lambda item: item["position"])
    return [(item["id"], item["state"], item["url"]) for item in items]


@case
def what_is_done_on_a_full_disk_is_kept_when_there_is_room(t):
    """Moves, removals, settings and files that are complete; twice, as the disk may be full again.
    Another link is refused as an add is, since nothing else knows it."""
    t.hurry(10)
    disk = SmallDisk(t, "4M")
    t.ok("set", "-j", 1)
    running = t.file("run.bin", 900_000, **SLOW)
    (first,) = t.add(running.url)
    ids = t.add(*[t.origin.url(f"{i}.bin", status=404, key="q" * 2000) for i in range(200)])
    t.ok("pause", *ids)
    for turn in range(2):
        some = ids[turn * 100:][:100]
        disk.fill()
        t.ok("move", "top", *some[90:])
        t.ok("remove", *some[:40])
        refused = t.haul("change", some[50], "--url", t.origin.url("other.bin", status=404))
        expect(refused.status == 5 and b"can't keep the queue" in refused.err, str(refused))
        t.ok("set", "--per-host", 3 + turn)
        until("it has no room", lambda: "it goes on in memory" in t.trouble())
        expect(b"it goes on in memory" in t.ok("list").err, "haul list does not say so")
        if turn == 0:
            t.ok("wait", first)
        wanted = seen(t)
        disk.clear()
        until("it is written again", lambda: t.trouble() == "")
        t.ok("pause", some[60])  # the answer comes when all before is kept
        t.kill_daemon()
        expect_equal(seen(t), wanted, "after a kill")
        expect_equal(t.ok("set", "--json").json()["settings"]["per-host"], str(3 + turn), "set")
    t.expect_file("run.bin", running)
    log = t.daemon_log()
    expect_equal((log.count("it goes on in memory"), log.count("the queue is written again")),
                 (2, 2), "what the log tells")


@case
def the_daemon_stays_for_as_long_as_its_queue_is_in_memory_only(t):
    t.env["HAUL_GRACE_SECONDS"] = "1"
    disk = SmallDisk(t, "4M")
    t.add(t.file("a.bin").url)
    client = Client(t)  # for whom it stays so far
    t.ok("wait")
    disk.fill()
    t.ok("set", "--per-host", 7)
    expect("it goes on in memory" in t.trouble(), "it found room")
    client.close()
    pid = t.daemon()
    t.get(t.file("clock.bin", 500_000, rate=300_000, tick=20).url)  # takes longer than that
    expect_equal(t.daemon(), pid, "the daemon")
    disk.clear()
    until("it ends by itself", lambda: not t.daemons())
    expect_equal(t.ok("set", "--json").json()["settings"]["per-host"], "7", "what was kept")


run()
