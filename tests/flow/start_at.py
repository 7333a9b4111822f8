"""Items that wait for a time. When text is a time: unit/base_when. Clocks that jump:
unit/engine_starts, unit/base_alarm."""

import datetime
import time

from harness import case, expect, expect_equal, run, until

HOUR = 3600


def waits(t, number):
    item = t.items()[number]
    expect_equal(item["state"], "queued", "state")
    expect(item["start_at"] is not None, f"it does not wait: {item}")
    return item


@case
def it_starts_at_its_time_and_others_pass_it(t):
    file = t.file("later.bin", 5000)
    before = time.time()
    (number,) = t.add("-j", 1, "--start-at", "+1h", file.url)
    (other,) = t.add(t.file("now.bin", 5000).url)
    t.ok("wait", other)
    item = waits(t, number)
    expect(item["start_at"] >= (before + HOUR) * 1000, f"too early: {item}")
    before = time.time()
    t.ok("change", number, "--start-at", "+2s")
    t.ok("wait", number)
    t.expect_file("later.bin", file)
    done = t.items()[number]
    expect(done["started_at"] >= (before + 2) * 1000, f"it began before its time: {done}")
    expect_equal(done["start_at"], None, "what is told of one that is done")


@case
def the_list_and_the_details_say_why_it_waits(t):
    (number,) = t.add("--start-at", "2099-12-01 02:00", t.file("a.bin").url)
    (paused,) = t.add("--start-at", "+5h", t.file("b.bin").url)
    t.ok("pause", paused)
    lines = t.ok("list").out.decode().splitlines()
    expect("a.bin: starts on 2099-12-01 02:00" in lines[1], lines)
    expect("paused" in lines[2] and "b.bin: starts " in lines[2], lines)
    shown = t.ok("show", "--json", number).json()
    expect_equal(shown["diagnosis"],
                 "queued: it was told to start on 2099-12-01 02:00; resume starts it now", "why")


@case
def it_goes_on_waiting_after_a_restart_and_starts_when_it_is_told_to(t):
    ids = t.add("--start-at", "+20h", *[t.file(f"{i}.bin", 3000).url for i in range(4)])
    wanted = waits(t, ids[0])["start_at"]
    t.stop()
    expect_equal([waits(t, number)["start_at"] for number in ids], [wanted] * 4, "after a restart")
    expect_equal(t.ok("change", ids[0], "--start-at", "now").out, b"1 changed\n", "what it says")
    expect_equal(t.ok("resume", ids[1]).out, b"1 resumed\n", "what it says")
    expect_equal(t.ok("retry", ids[2]).out, b"1 to be tried again\n", "what it says")
    t.ok("wait", *ids[:3])
    waits(t, ids[3])
    t.ok("pause", "all")
    t.ok("resume", "all")  # that is not a word on when
    waits(t, ids[3])
    t.ok("change", "all", "--start-at", "+1s")
    t.ok("wait")
    expect_equal({item["state"] for item in t.items().values()}, {"done"}, "states")


@case
def what_was_told_to_start_while_no_daemon_ran_starts_with_it(t):
    (number,) = t.add("--start-at", "+1s", t.file("a.bin", 3000).url)
    start_at = t.items()[number]["start_at"] or 0
    t.stop()
    until("its time is over", lambda: time.time() * 1000 > start_at)
    t.ok("resume", "all")  # a question alone would not let it run
    t.ok("wait", number)


@case
def a_daemon_with_nothing_else_to_do_does_not_leave(t):
    before = time.time()
    (number,) = t.add("--start-at", "+3s", t.file("a.bin", 3000).url, env={"HAUL_GRACE_SECONDS": "1"})
    until("it came by itself", lambda: "a.bin" in t.names())
    expect(t.items()[number]["started_at"] >= (before + 3) * 1000, "it began before its time")


@case
def get_waits_too(t):
    file = t.file("a.bin", 3000)
    before = time.time()
    result = t.get("--start-at", "+1s", file.url)
    expect(time.time() >= before + 1, "it did not wait")
    expect(b"haul: waiting: starts at " in result.err, result)
    t.expect_file("a.bin", file)


@case
def a_list_may_tell_a_time_for_each(t):
    listed = t.write("list.txt", f"{t.file('a.bin').url}\n  start-at=2099-01-01\n"
                                 f"{t.file('b.bin').url}\n")
    first, second = t.add("-i", listed)
    waits(t, first)
    t.ok("wait", second)
    there = datetime.datetime.fromtimestamp(waits(t, first)["start_at"] / 1000)
    expect_equal(str(there), "2099-01-01 00:00:00", "by the clock here")


@case
def what_is_no_time_is_refused(t):
    result = t.haul("add", "--start-at", "teatime", "http://127.0.0.1/x")
    expect(result.status == 1 and b'start-at: "teatime" is not a time like 22:00, tomorrow 06:30'
           in result.err, result)
    result = t.haul("add", "--start-at", "tomorrow", "http://127.0.0.1/x")
    expect(result.status == 1 and b"needs a time behind the day" in result.err, result)
    config = t.write("haul.conf", "start-at = 22:00\n")
    result = t.haul("add", "--config", config, "http://127.0.0.1/x")
    expect(result.status == 1 and b"start-at" in result.err, result)


run()
