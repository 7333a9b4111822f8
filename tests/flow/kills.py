"""kill -9 again and again in the middle of one file over eight connections: it ends equal, has its
name only then, and what was here is not fetched again.

The kills come with events, a random number of bytes that the server sent or that the record tells
of, drawn from HAUL_SEED."""

import os
import random
import signal

from harness import case, expect, expect_equal, recorded, run, until

SEED = int(os.environ.get("HAUL_SEED") or random.SystemRandom().randrange(1 << 32))
KILLS = 50
DAEMON_KILLS = 5
SIZE = 12_000_000
CONNECTIONS = 8
SPLIT = ("-x", CONNECTIONS, "--min-split", "64K")
PACE = {"rate": 250_000, "tick": 20}
# What a kill may cost on average. A record is due once 64 KiB came and 100 ms went by: at 2 MB/s up
# to 200,000 bytes, and a kill finds half of that. As much again is for a processor that lets haul
# wait meanwhile; a record four times as rare would cost more.
LOST = 300_000
# Once for all of them, for what the sockets hold at the first.
WAITED = 1024 * 1024


def served(t):
    return t.origin.stats()["bytes"]


def watch_for(t, dice, name, least, most):
    """A check that is true after some bytes more than now."""
    enough = dice.randint(least, most)
    record = t.path(name + ".haul")
    if dice.random() < 0.5:
        before = served(t)
        return lambda: served(t) - before >= enough
    before = recorded(record)
    return lambda: recorded(record) - before >= enough


def not_complete(t, name):
    expect(name not in t.names(), f"{name} is not complete, but there")


def killed(t, dice, file, name):
    """Gets FILE until a random moment; false when it was complete before."""
    happened = watch_for(t, dice, name, 1, 2 * SIZE // KILLS)
    running = t.start("get", "-q", "-d", t.dir, *SPLIT, file.url)
    until("bytes come, or all are here", lambda: not running.alive() or happened())
    if not running.alive():
        result = running.wait()
        expect_equal(result.status, 0, str(result))
        return False
    not_complete(t, name)
    running.signal(signal.SIGKILL)
    return running.wait().status == -signal.SIGKILL


def check_cost(cost, kills):
    print(f"{kills} kills cost {cost} bytes, {cost / SIZE:.3f} of the file", flush=True)
    expect(cost <= WAITED + kills * LOST, f"{kills} kills made it fetch {cost} bytes again")


@case
def fifty_kills_of_get(t):
    print(f"HAUL_SEED={SEED}", flush=True)
    dice = random.Random(SEED)
    left, number, cost = KILLS, 0, 0
    while left > 0:
        number += 1
        name = f"k{number}.bin"
        file = t.file(name, SIZE, **PACE)
        before = served(t)
        while left > 0 and killed(t, dice, file, name):
            left -= 1
        if name not in t.names():
            t.get(*SPLIT, file.url)
        t.expect_file(name, file)
        cost += served(t) - before - SIZE
    t.expect_names(*[f"k{i + 1}.bin" for i in range(number)])
    check_cost(cost, KILLS)


@case
def kills_of_the_daemon(t):
    print(f"HAUL_SEED={SEED}", flush=True)
    dice = random.Random(SEED)
    size = 3 * SIZE  # what comes while they are killed and started is no part of the plan
    file = t.file("d.bin", size, gate=size, **PACE)
    before = served(t)
    (number,) = t.add(*SPLIT, file.url)
    for _ in range(DAEMON_KILLS):
        until("bytes come", watch_for(t, dice, "d.bin", 1, SIZE // DAEMON_KILLS // 2))
        not_complete(t, "d.bin")
        pid = t.daemon()
        os.kill(pid, signal.SIGKILL)
        until("the daemon is gone", lambda: not t.daemons())
        t.ok("resume", "all")  # which starts it again
    t.origin.open("d.bin")
    t.ok("wait", number)
    expect_equal(t.items()[number]["state"], "done", "state")
    t.expect_names("d.bin")
    t.expect_file("d.bin", file)
    check_cost(served(t) - before - size, DAEMON_KILLS)


run()
