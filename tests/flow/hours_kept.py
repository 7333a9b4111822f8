"""Hours without downloads, and a daemon that is killed within them."""

from harness import case, expect, expect_equal, header, run, until
from hours import MIB, clock, is_held, reload, schedule, totals


def order(t):
    items = t.items()
    return sorted(items, key=lambda number: items[number]["position"])


@case
def a_kill_within_the_hours_changes_nothing(t):
    """What was halted keeps its bytes, what waits its place, and what may run does."""
    schedule(t, "22:00-06:00 = off")
    clock(t, "12:00:00")
    files = [t.file(f"{i}.bin", MIB, gate=MIB // 2) for i in range(4)]
    ids = t.add("-j", 2, "-x", 1, *files)
    until("two have bytes", lambda: all(t.items()[number]["done"] > 70_000 for number in ids[:2]))
    schedule(t, "08:00-18:00 = off")
    reload(t)
    until("all wait", lambda: all(is_held(t, number) for number in ids))
    t.ok("move", "top", ids[3])
    placed, came = order(t), [t.items()[number]["done"] for number in ids]
    for _ in range(2):
        t.kill_daemon()
        t.ok("set", "-j", 4)  # awake, and not only asked
        expect(totals(t)["off_hours"], "the hours are forgotten")
        expect(all(is_held(t, number) for number in ids), f"something runs: {t.items()}")
        expect_equal(order(t), placed, "order")
    small = t.file("urgent.bin")
    t.ok("wait", *t.add("--any-time", small))
    expect(all(is_held(t, number) for number in ids), f"something runs: {t.items()}")
    expect_equal(len(t.origin.requests("2.bin")), 0, "requests for one that never ran")
    t.origin.open(*[f"{i}.bin" for i in range(4)])
    schedule(t, "22:00-06:00 = off")
    reload(t)
    t.ok("wait")
    for name, file in [*((f"{i}.bin", file) for i, file in enumerate(files)), ("urgent.bin", small)]:
        t.expect_file(name, file)
    for i in range(2):
        start = int(header(t.origin.requests(f"{i}.bin")[-1], "Range").split("=")[1].split("-")[0])
        expect(0 < start <= came[i], f"{i}.bin goes on at {start} of {came[i]}")


run()
