"""The queue outlives the daemon, however it ends: every item that was acknowledged is there again, in
its place and state, with its bytes, and what ran goes on."""

import os
import re
import signal

from harness import case, expect, expect_equal, header, record_row, recorded, run, until

SLOW = {"rate": 300_000, "tick": 20, "gate": 600_000}  # the rest when it is opened


def order(t):
    items = t.items()
    return sorted(items, key=lambda number: items[number]["position"])


def wake(t):
    """A client that starts the daemon again, and adds nothing."""
    t.ok("set", "-j", 8)


@case
def everything_is_there_after_kill_9(t):
    names = [f"k{i}.bin" for i in range(6)]
    files = [t.file(name, 900_000, **SLOW) for name in names]
    ids = t.add("-j", 2, *[file.url for file in files])
    t.ok("move", "top", ids[5])
    t.ok("pause", ids[3])
    t.ok("cancel", ids[4])
    until("bytes come", lambda: t.items()[ids[0]]["done"] > 100_000)
    before = {number: item["state"] for number, item in t.items().items()}
    placed = order(t)
    t.kill_daemon()
    wake(t)
    expect_equal(order(t), placed, "order")
    after = t.items()
    expect_equal(after[ids[3]]["state"], before[ids[3]], "the paused one")
    expect_equal(after[ids[4]]["state"], before[ids[4]], "the cancelled one")
    t.ok("resume", ids[3], ids[4])
    t.origin.open(*names)
    t.ok("wait")
    for name, file in zip(names, files):
        t.expect_file(name, file)
    t.expect_names(*names)


@case
def what_came_is_not_fetched_again(t):
    file = t.file("w.bin", 1_500_000, gate=1_000_000)
    (number,) = t.add("-x", 1, file.url)
    until("bytes are on record", lambda: recorded(t.path("w.bin.haul")) > 500_000)
    t.kill_daemon()
    t.origin.open("w.bin")
    wake(t)
    t.ok("wait")
    expect_equal(t.items()[number]["state"], "done", "state")
    t.expect_file("w.bin", file)
    starts = [header(one, "Range") for one in t.origin.requests("w.bin")]
    expect(starts[-1] and starts[-1] != "bytes=0-", f"asked for again from the start: {starts}")


@case
def what_came_of_those_that_wait_is_told_after_kill_9(t):
    """A daemon that is only asked starts nothing, so no transfer is there to say it."""
    names = [f"v{i}.bin" for i in range(3)]
    ids = t.add("-j", 3, "-x", 1, *[t.file(name, 3_000_000, gate=1_000_000).url
                                   for name in names])
    until("records are there", lambda: all(recorded(t.path(name + ".haul")) > 200_000
                                           for name in names))
    expect_equal([t.items()[number]["state"] for number in ids], ["active"] * 3, "states")
    t.kill_daemon()
    came = [recorded(t.path(name + ".haul")) for name in names]
    os.unlink(t.path("v2.bin.part"))
    until("it is told", lambda: [t.items()[number]["done"] for number in ids[:2]] == came[:2])
    items = t.items()
    expect_equal([items[number]["state"] for number in ids], ["queued"] * 3, "states")
    expect_equal([items[number]["total"] for number in ids], [3_000_000] * 3, "sizes")
    expect_equal(items[ids[2]]["done"], 0, "bytes of a partial that is gone")
    t.ok("remove", "all")
    os.unlink(t.path("v2.bin.haul"))


def lose_what_was_not_synced(t, name, synced, boot):
    """What a machine that went down leaves of a partial: SYNCED bytes are on the disk, zeros behind
    them, and the record tells of all that were written. BOOT: it says so since another start."""
    came = recorded(t.path(name + ".haul"))
    with open(t.path(name + ".haul"), encoding="ascii") as file:
        text = file.read()
    (row,) = re.findall(r"^0[0-9 ]+ [0-9a-f]{8}\n", text, re.MULTILINE)
    start, end = map(int, row.split()[:2])
    text = text.replace(row, record_row(start, end, came, synced))
    if boot:
        text = re.sub(r"\nboot [^\n]{36}\n", f"\nboot {boot}\n", text)
        with open(t.path(name + ".part"), "r+b") as part:
            part.seek(synced)
            part.write(bytes(came - synced))
    with open(t.path(name + ".haul"), "w", encoding="ascii") as file:
        file.write(text)
    return came


@case
def after_a_reboot_only_what_was_synced_is_believed(t):
    synced = 98_304
    for name, boot in (("same.bin", ""), ("other.bin", "00000000-0000-4000-8000-000000000000")):
        file = t.file(name, 700_000, gate=400_000)
        t.add("-x", 1, file.url)
        until("bytes are on record", lambda n=name: recorded(t.path(n + ".haul")) > 2 * synced)
        t.kill_daemon()
        came = lose_what_was_not_synced(t, name, synced, boot)
        t.origin.open(name)
        wake(t)
        t.ok("wait")
        t.expect_file(name, file)
        asked = header(t.origin.requests(name)[-1], "Range")
        start = int(re.fullmatch(r"bytes=([0-9]+)-[0-9]+", asked)[1])
        expect(synced - 8192 <= start <= synced if boot else start == came,
               f"{name} goes on at {start} of {came}")


@case
def stop_and_start_go_on_where_it_was(t):
    file = t.file("s.bin", 1_200_000, **SLOW)
    (number,) = t.add(file.url)
    until("bytes come", lambda: t.items()[number]["done"] > 0)
    t.stop()
    expect("s.bin" not in t.names(), "a final name without a complete file")
    t.origin.open("s.bin")
    wake(t)
    t.ok("wait")
    t.expect_file("s.bin", file)


@case
def ids_are_never_used_again(t):
    first = t.add("--", t.file("i1.bin", 100).url)
    t.ok("wait")
    t.ok("remove", "all")
    t.stop()
    second = t.add(t.file("i2.bin", 100).url)
    expect(second[0] > first[0], f"{second} after {first}")
    t.ok("wait")


@case
def options_and_secrets_survive(t):
    script = {"auth": "basic", "user": "me:secret", **SLOW}
    file = t.file("o.bin", 900_000, require="X-Key: 42", **script)
    (number,) = t.add("-u", "me:secret", "-H", "X-Key: 42", "-o", "named.bin", file.url)
    until("bytes come", lambda: t.items()[number]["done"] > 0)
    t.kill_daemon()
    t.origin.open("o.bin")
    wake(t)
    t.ok("wait")
    t.expect_file("named.bin", file)
    state = os.path.join(t.env["XDG_STATE_HOME"], "haul", t.session)
    for name in os.listdir(state):
        mode = os.stat(os.path.join(state, name)).st_mode & 0o777
        expect_equal(mode, 0o600, f"mode of {name}")
    expect_equal(os.stat(state).st_mode & 0o777, 0o700, "mode of the folder")


@case
def each_item_keeps_its_own_options(t):
    """Also the neighbours of one: their folders, and what is secret."""
    folders = [t.folder(name) for name in ("one", "two", "six")]
    files = [t.file(f"e{i}.bin", 900_000, **SLOW) for i in range(3)]
    for i, (folder, file) in enumerate(zip(folders, files)):
        t.ok("add", "-d", folder, "-H", f"X-Key: alpha{i}", file.url)
    until("all are asked for", lambda: all(t.origin.requests(f"e{i}.bin") for i in range(3)))
    t.stop()
    t.origin.open(*[f"e{i}.bin" for i in range(3)])
    wake(t)
    t.ok("wait")
    for i, folder in enumerate(folders):
        with open(os.path.join(folder, f"e{i}.bin"), "rb") as got:
            expect(got.read() == files[i].data(), f"e{i}.bin is another file")
        keys = {header(one, "X-Key") for one in t.origin.requests(f"e{i}.bin")}
        expect_equal(keys, {f"alpha{i}"}, f"the key sent for e{i}.bin")


@case
def settings_changed_live_are_kept(t):
    t.add("--", t.file("l.bin", 100).url)
    t.ok("set", "-j", 3, "--limit", "5M")
    t.stop()
    t.add("--", t.file("m.bin", 100).url)
    settings = t.ok("set", "--json").json()["settings"]
    expect_equal((settings["jobs"], settings["limit"]), ("3", "5M"), "settings")
    t.ok("wait")


@case
def failures_and_ends_are_remembered(t):
    good, bad = t.file("g.bin", 100), t.file("b.bin", 100, status=404)
    ids = t.add(good.url, bad.url)
    t.haul("wait")
    t.kill_daemon()
    wake(t)
    items = t.items()
    expect_equal(items[ids[0]]["state"], "done", "the good one")
    expect_equal(items[ids[1]]["state"], "failed", "the bad one")
    expect_equal(items[ids[1]]["http_status"], 404, "its status")
    expect_equal(len(t.origin.requests("b.bin")), 1, "requests for what failed")


@case
def what_a_host_allows_is_known_after_kill_9(t):
    """A server that takes two connections is not offered six by the next daemon."""
    first = [t.file(f"h{i}.bin", 20_000, gate=10_000, key="few", max=2) for i in range(8)]
    t.add("-j", 6, "--retry-wait", 0, *[file.url for file in first])
    until("it is learned", lambda: t.ok("hosts", "--json").json()["hosts"][0]["learned"])
    t.origin.open(*[f"h{i}.bin" for i in range(8)])
    t.ok("wait")
    before = len(t.origin.log())
    expect(before > 8, "nothing was refused, so nothing was learned")
    t.kill_daemon()
    second = [t.file(f"n{i}.bin", 20_000, rate=200_000, tick=20, key="few", max=2) for i in range(6)]
    t.add("-j", 6, *[file.url for file in second])
    t.ok("wait")
    expect_equal(len(t.origin.log()) - before, 6, "requests for six files")


@case
def a_rest_that_a_host_asked_for_is_kept_after_kill_9(t):
    busy = t.file("busy.bin", status=503, faults=1, retry_after=120)
    (number,) = t.add(busy.url)
    until("it waits", lambda: t.items()[number]["state"] == "waiting")
    t.kill_daemon()
    wake(t)
    until("the row says why", lambda: "backing off until" in t.items()[number]["note"])
    expect_equal(len(t.origin.requests("busy.bin")), 1, "requests to a host that rests")
    t.ok("retry", number)
    t.ok("wait")
    t.expect_file("busy.bin", busy)


@case
def a_file_that_was_complete_at_the_kill_is_not_fetched_again(t):
    """Killed between the rename and the moment when the queue was told. Hooks are for what ends from
    now on."""
    file = t.file("z.bin", 900_000, **SLOW)
    (number,) = t.add("-x", 1, file.url)
    until("bytes are on record", lambda: recorded(t.path("z.bin.haul")) > 100_000)
    t.kill_daemon()
    with open(t.path("z.bin.part"), "r+b") as part:
        part.write(file.data())
    os.rename(t.path("z.bin.part"), t.path("z.bin"))
    st = os.stat(t.path("z.bin"))
    state = os.path.join(t.env["XDG_STATE_HOME"], "haul", t.session)
    with open(os.path.join(state, "queue.db.ends"), "a", encoding="ascii") as ends:
        ends.write(f"{number} {st.st_dev} {st.st_ino}\n99 1 1\n{number} torn")
    asked = len(t.origin.requests("z.bin"))
    os.unlink(t.socket_path())  # of the one that was killed
    daemon = t.start("daemon", "--on-done", "/bin/false")
    until("it answers or ends", lambda: os.path.exists(t.socket_path()) or not daemon.alive())
    item = t.items()[number]
    expect_equal((item["state"], item["done"], item["total"]), ("done", 900_000, 900_000), "item")
    expect_equal(len(t.origin.requests("z.bin")), asked, "requests")
    t.expect_names("z.bin")
    t.expect_file("z.bin", file)
    expect(daemon.alive(), f"the daemon has died: {daemon.err()}")
    os.kill(daemon.pid, signal.SIGKILL)
    daemon.process.wait()
    expect_equal(t.items()[number]["state"], "done", "after another kill")


@case
def the_list_of_files_that_got_their_names_is_cut_while_they_do(t):
    """What is in it is in the queue by then."""
    state = os.path.join(t.env["XDG_STATE_HOME"], "haul", t.session)

    def lines(name):
        with open(os.path.join(state, name), encoding="ascii") as ends:
            return len(ends.readlines())

    t.add(*[t.file(f"f{i}.bin", 10).url for i in range(300)])
    t.ok("wait")
    until("most of it is put aside", lambda: lines("queue.db.ends.old") >= 256)
    expect(lines("queue.db.ends") <= 44, "what was put aside is still there")


run()
