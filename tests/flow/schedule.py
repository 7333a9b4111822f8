"""Hours of the day in which nothing runs ([schedule]). Those with limits: flow/schedule_limits.
What a line may say and when it counts: unit/config_schedule. Clocks that jump: flow/clock_jumps."""

import time

from harness import case, expect, expect_equal, header, run, until
from hours import MIB, clock, is_held, reload, schedule, totals


@case
def what_waits_for_the_hours_says_so_and_starts_by_itself(t):
    schedule(t, "06:00-22:00 = off")
    began = clock(t, "21:59:58")
    file = t.file("a.bin", 5000)
    (number,) = t.add(file.url, env={"HAUL_GRACE_SECONDS": "1"})  # nor does the daemon leave
    until("it came by itself", lambda: "a.bin" in t.names())
    t.expect_file("a.bin", file)
    started = t.items()[number]["started_at"]
    expect(started >= (began + 2) * 1000, f"it began {(began + 2) * 1000 - started} ms too early")


@case
def list_and_details_tell_until_when(t):
    schedule(t, "06:00-22:00 = off")
    began = clock(t, "12:00:00")
    (number,) = t.add(t.file("a.bin").url)
    item = t.items()[number]
    expect_equal((item["state"], item["off_hours"]), ("queued", True), "what it does")
    expect_equal(item["start_at"], (began + 10 * 3600) * 1000, "when it may start")
    told = totals(t)
    expect_equal((told["off_hours"], told["hours_until"]), (True, item["start_at"]), "in all")
    lines = t.ok("list").out.decode().splitlines()
    expect("a.bin: no downloads before 22:00" in lines[1], lines)
    shown = t.ok("show", "--json", number).json()
    expect_equal(shown["diagnosis"],
                 "waiting: no downloads before 22:00 (schedule); resume starts it now", "why")
    t.stop()
    expect(is_held(t, number), f"after a restart: {t.items()[number]}")


@case
def hours_halt_it_when_they_begin_and_let_it_go_on_with_its_bytes(t):
    """A minute that it had to wait is none of its time."""
    schedule(t, "22:00-06:00 = off")
    file = t.file("b.bin", 4 * MIB)
    for ahead in (2, 4, 8):  # should the machine be slow to start it
        clock(t, f"21:59:{60 - ahead}")
        begin = time.monotonic()
        (number,) = t.add("--timeout", ahead + 1, "--retries", 0, "--item-limit", "100K", file.url)
        until("it runs or waits", lambda n=number: t.items()[n]["done"] > 0 or is_held(t, n))
        if t.items()[number]["done"] > 0:
            break
        t.ok("remove", number)
        t.stop()
    until("it is halted", lambda: is_held(t, number))
    expect_equal(t.items()[number]["connections"], 0, "connections")
    until("its time would be over", lambda: time.monotonic() - begin > ahead + 1.1)
    t.ok("change", number, "--item-limit", 0)
    schedule(t, "08:00-18:00 = off")
    reload(t)
    t.ok("wait", number)
    t.expect_file("b.bin", file)
    ranges = [header(request, "range") for request in t.origin.requests("b.bin")]
    expect(ranges[-1], f"it began again from the first byte: {ranges}")
    told = [event["text"] for event in t.ok("show", "--json", number).json()["events"]]
    expect("halted: these are hours without downloads" in told, told)


@case
def what_can_not_be_asked_for_twice_comes_to_its_end(t):
    schedule(t, "22:00-06:00 = off")
    clock(t, "12:00:00")
    file = t.file("sent.bin", 4 * MIB)
    (number,) = t.add("--data", "a=1", "-o", "sent.bin", "--item-limit", "100K", file.url)
    until("it runs", lambda: t.items()[number]["done"] > 0)
    schedule(t, "08:00-18:00 = off")
    reload(t)
    until("the hours are off", lambda: totals(t)["off_hours"])
    expect_equal(t.items()[number]["state"], "active", "what it does")
    t.ok("change", number, "--item-limit", 0)
    t.ok("wait", number)
    t.expect_file("sent.bin", file)
    expect_equal(len(t.origin.requests("sent.bin")), 1, "requests")


@case
def who_says_so_runs_all_the_same(t):
    schedule(t, "06:00-22:00 = off")
    clock(t, "12:00:00")
    ids = t.add(*[t.file(f"{i}.bin", 3000).url for i in range(4)])
    (urgent,) = t.add("--any-time", t.file("urgent.bin", 3000).url)
    t.ok("wait", urgent)
    expect_equal(t.ok("resume", "all").out, b"nothing to resume\n", "that is not a word on when")
    expect(all(is_held(t, number) for number in ids), t.items())
    expect_equal(t.ok("resume", ids[0]).out, b"1 resumed\n", "what it says")
    expect_equal(t.ok("retry", ids[1]).out, b"1 to be tried again\n", "what it says")
    t.ok("change", ids[2], "--any-time")
    t.ok("wait", *ids[:3])
    expect(is_held(t, ids[3]), t.items()[ids[3]])


@case
def who_may_run_no_longer_is_halted(t):
    schedule(t, "06:00-22:00 = off")
    clock(t, "12:00:00")
    (number,) = t.add("--any-time", t.file("a.bin", 8 * MIB, gate=4 * MIB).url)
    until("it runs", lambda: t.items()[number]["done"] > 0)
    t.ok("change", number, "--any-time=false")
    until("it is halted", lambda: is_held(t, number))
    t.ok("remove", number)


@case
def the_next_daemon_halts_and_lets_go_as_the_one_before(t):
    schedule(t, "06:00-22:00 = off")
    clock(t, "12:00:00")
    held, urgent = t.add(*[t.file(f"{i}.bin", MIB, rate=MIB, tick=20).url for i in range(2)])
    t.ok("resume", urgent)
    until("it runs", lambda: t.items()[urgent]["done"] > 0)
    t.ok("daemon", "--replace")
    expect(is_held(t, held), f"after the other took over: {t.items()[held]}")
    t.ok("wait", urgent)
    expect(is_held(t, held), t.items()[held])


@case
def get_waits_and_says_why(t):
    schedule(t, "06:00-22:00 = off")
    began = clock(t, "21:59:59")
    file = t.file("a.bin", 3000)
    result = t.get(file.url)
    if b"no downloads" in result.err:  # else it began after them
        expect(b"waiting: no downloads before 22:00 (schedule); see --schedule off" in result.err,
               result)
    expect(time.time() >= began + 1, "it did not wait")
    t.expect_file("a.bin", file)
    clock(t, "12:00:00")
    t.get("--schedule", "off", t.file("b.bin").url)
    t.get("--any-time", t.file("c.bin").url)


run()
