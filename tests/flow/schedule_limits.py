"""Hours of the day with other limits ([schedule]), and how the schedule is set, read and shown."""

import datetime
import time

from control_socket import Client
from harness import case, expect, expect_equal, run, until
from hours import MIB, clock, is_held, reload, schedule, totals


@case
def a_limit_of_the_hours_counts_instead_of_the_files(t):
    schedule(t, "22:00-06:00 = 200K", "else = full", general="limit = 100K\n")
    clock(t, "23:00:00")
    t.ok("set")  # starts the daemon

    def told():
        all_told = totals(t)
        return all_told["limit"], all_told["limit_scheduled"]

    expect_equal(told(), (200 << 10, True), "of the hours")
    t.ok("set", "--limit", "50K")
    expect_equal(told(), (50 << 10, False), "a lower one of the user")
    t.ok("set", "--limit", "5M")
    expect_equal(told(), (200 << 10, True), "a higher one")
    t.ok("set", "--schedule", "off")
    expect_equal(told(), (5 << 20, False), "without the schedule")
    t.ok("set", "--schedule", "on", "--reset", "limit")
    expect_equal(told(), (200 << 10, True), "as it began")
    schedule(t, "else = full", general="limit = 100K\n")
    reload(t)
    until("the file's own counts", lambda: told() == (100 << 10, False))


@case
def bytes_come_as_fast_as_the_hours_let_them(t):
    schedule(t, "else = 100K")
    file = t.file("slow.bin", 120 << 10)
    begin = time.monotonic()
    t.get(file.url)
    expect(time.monotonic() - begin > 0.9, "faster than the limit")
    t.get("--schedule", "off", t.file("quick.bin", 200 << 10).url)


@case
def jobs_of_the_hours_count(t):
    schedule(t, "else = 1 job")
    slow = [t.file(f"{i}.bin", MIB, gate=MIB // 4).url for i in range(3)]
    ids = t.add(*slow)
    until("one runs", lambda: totals(t)["counts"]["active"] == 1)
    shown = t.ok("show", "--json", ids[2]).json()
    expect_equal(shown["diagnosis"], "queued: 1 of 1 jobs run", "why")
    expect_equal((totals(t)["jobs"], totals(t)["jobs_scheduled"]), (1, True), "jobs")
    t.ok("set", "--schedule", "off")
    until("all run", lambda: totals(t)["counts"]["active"] == 3)
    t.ok("remove", "all")


@case
def config_and_set_show_what_holds(t):
    schedule(t, "mon-sun 06:00-22:00 = off", "else = 2M")
    clock(t, "12:00:00")
    shown = [line.split() for line in t.ok("config").out.decode().splitlines()]
    at = shown.index(["[schedule]"])
    expect_equal(shown[at + 1:], ["mon-sun 06:00-22:00 off line 2, now, until 22:00".split(),
                                  "else 2M line 3".split()], "in words")
    rows = t.ok("config", "--json").json()["schedule"]
    expect_equal([(row["hours"], row["then"], row["line"], row["now"]) for row in rows],
                 [("mon-sun 06:00-22:00", "off", 2, True), ("else", "2M", 3, False)], "in JSON")
    said = t.ok("set").out.decode().splitlines()
    expect_equal(said[-1].split(None, 1), ["now", "no downloads before 22:00 (schedule)"], "set")
    said = t.ok("set", "--schedule", "off").out.decode()
    expect("no downloads" not in said, said)
    expect("now, until" not in t.ok("config").out.decode(), "it is not in force")


@case
def what_is_skipped_counts_again_at_the_next_change(t):
    schedule(t, "06:00-22:00 = off", "22:00-06:00 = 1M")
    began = clock(t, "12:00:00")
    (number,) = t.add(t.file("a.bin", 3000).url)
    expect(is_held(t, number), t.items()[number])
    t.ok("set", "--schedule", "skip")
    t.ok("wait", number)
    counts = datetime.datetime.fromtimestamp(began + 10 * 3600, datetime.timezone.utc)
    expect_equal(t.ok("set", "--json").json()["settings"]["schedule"],
                 counts.strftime("%Y-%m-%dT%H:%M:%SZ"), "from when on it counts")
    t.stop()
    expect_equal(totals(t)["hours_until"], (began + 10 * 3600) * 1000, "after a restart")
    t.stop()
    clock(t, "22:00:01")  # the day before, or after: in any case not the same hours
    t.ok("set", "--schedule", "+1s")
    until("it counts", lambda: totals(t)["limit_scheduled"])
    expect_equal(t.ok("set", "--json").json()["settings"]["schedule"], "on", "what is set")


@case
def a_mistake_refuses_the_whole_file_and_what_runs_keeps_what_it_had(t):
    path = schedule(t, "06:00-22:00 = off")
    clock(t, "12:00:00")
    (number,) = t.add(t.file("a.bin").url)
    for line, wrong in (("22-06 = full", '"22-06" are no hours; write them as 22:00-06:00'),
                        ("22:00-06:00 = fast", '"fast" is not what hours can be; write full, off'),
                        ("else = full\nmon = off", "nothing behind else, in line 2, ever counts")):
        schedule(t, line)
        refused = t.haul("config")
        said = f"{path}, line {3 if 'mon' in line else 2}: {wrong}"
        expect(refused.status == 1 and said in refused.err.decode(), refused)
        begin = t.daemon_log().count("the configuration stays as it was")
        reload(t)
        until("it is refused",
              lambda b=begin: t.daemon_log().count("the configuration stays as it was") > b)
    expect(wrong in t.daemon_log(), t.daemon_log())
    schedule(t)
    expect(is_held(t, number), t.items()[number])
    reload(t)
    t.ok("wait", number)


@case
def older_clients_are_not_told_what_they_can_not_read(t):
    schedule(t, "06:00-22:00 = off")
    clock(t, "12:00:00")
    (number,) = t.add(t.file("a.bin").url)
    client = Client(t)  # says that it is of minor 0
    expect("schedule" not in client.call("settings")["settings"], "a row that it refuses")
    item = client.call("show", id=number)["item"]
    expect_equal(item["state"], "queued", "a state that it knows")
    expect(item["start_at"] is not None, "it can say when it starts")
    client.close()


run()
