"""Hours of the day in which nothing runs, or other limits hold ([schedule]). What a line may say and
when it counts: unit/config_schedule.

The hours are those of the time zone of the process, so a case sets that for the clock to show what
it needs: 3 s before the hours begin, or the middle of them."""

import datetime
import os
import signal
import time

from control_socket import Client
from harness import case, expect, expect_equal, header, run, until

MIB = 1 << 20


def clock(t, text):
    """Lets the clock of what is started from here show TEXT now; returns when that was."""
    hours, minutes, seconds = map(int, text.split(":"))
    now = int(time.time())
    ahead = (hours * 3600 + minutes * 60 + seconds - now) % 86400
    ahead -= 86400 if ahead > 43200 else 0
    sign, ahead = ("-", ahead) if ahead >= 0 else ("+", -ahead)
    t.env["TZ"] = f"HAUL{sign}{ahead // 3600}:{ahead // 60 % 60:02}:{ahead % 60:02}"
    return now


def schedule(t, *lines, general=""):
    """Writes a configuration with these lines of the schedule."""
    path = t.write("haul.conf", general + "[schedule]\n" + "".join(f"{line}\n" for line in lines))
    t.env["HAUL_CONFIG"] = path
    return path


def reload(t):
    (pid,) = t.daemons()
    os.kill(pid, signal.SIGHUP)


def totals(t):
    return t.ok("list", "--json").json()["totals"]


def log(t):
    path = os.path.join(t.env["XDG_STATE_HOME"], "haul", t.session, "haul.log")
    with open(path, encoding="utf-8") as file:
        return file.read()


def is_held(t, number):
    item = t.items()[number]
    return item["state"] == "queued" and item["off_hours"]


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
def what_runs_is_halted_and_goes_on_with_its_bytes(t):
    schedule(t, "22:00-06:00 = off")
    clock(t, "12:00:00")
    file = t.file("b.bin", 3 * MIB, rate=MIB, tick=20)
    (number,) = t.add(file.url)
    until("it runs", lambda: t.items()[number]["done"] > MIB // 2)
    schedule(t, "08:00-18:00 = off")
    reload(t)
    until("it is halted", lambda: is_held(t, number))
    had = until("what came was put away", lambda: [n for n in t.names() if n.endswith(".part")])
    expect(had, "nothing is kept")
    schedule(t, "22:00-06:00 = off")
    reload(t)
    t.ok("wait", number)
    t.expect_file("b.bin", file)
    ranges = [header(request, "range") for request in t.origin.requests("b.bin")]
    expect(any(ranges[1:]), f"it began again from the first byte: {ranges}")
    told = [event["text"] for event in t.ok("show", "--json", number).json()["events"]]
    expect("halted: these are hours without downloads" in told, told)


@case
def hours_halt_it_when_they_begin(t):
    schedule(t, "22:00-06:00 = off")
    file = t.file("c.bin", 8 * MIB, rate=MIB // 2, tick=20)
    for ahead in (3, 6, 12):  # should the machine be slow to start it
        clock(t, f"21:59:{60 - ahead}")
        (number,) = t.add(file.url)
        until("it runs or waits", lambda n=number: t.items()[n]["done"] > 0 or is_held(t, n))
        if t.items()[number]["done"] > 0:
            break
        t.stop()
    until("it is halted", lambda: is_held(t, number))
    expect_equal(t.items()[number]["connections"], 0, "connections")
    t.ok("remove", number)


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
def who_may_run_no_longer_is_halted(t):
    schedule(t, "06:00-22:00 = off")
    clock(t, "12:00:00")
    (number,) = t.add("--any-time", t.file("a.bin", 8 * MIB, rate=MIB, tick=20).url)
    until("it runs", lambda: t.items()[number]["done"] > 0)
    t.ok("change", number, "--any-time=false")
    until("it is halted", lambda: is_held(t, number))
    t.ok("remove", number)


@case
def what_can_not_be_asked_for_twice_comes_to_its_end(t):
    schedule(t, "22:00-06:00 = off")
    clock(t, "12:00:00")
    file = t.file("sent.bin", 2 * MIB, rate=MIB, tick=20)
    (number,) = t.add("--data", "a=1", "-o", "sent.bin", file.url)
    until("it runs", lambda: t.items()[number]["done"] > 0)
    schedule(t, "08:00-18:00 = off")
    reload(t)
    until("the hours are off", lambda: totals(t)["off_hours"])
    expect_equal(t.items()[number]["state"], "active", "what it does")
    t.ok("wait", number)
    t.expect_file("sent.bin", file)
    expect_equal(len(t.origin.requests("sent.bin")), 1, "requests")


@case
def the_wait_is_no_time_of_the_items(t):
    schedule(t, "22:00-06:00 = off")
    clock(t, "12:00:00")
    file = t.file("timed.bin", 3 * MIB, rate=2 * MIB, tick=20)
    begin = time.monotonic()
    (number,) = t.add("--timeout", 2, "--retries", 0, file.url)
    until("it runs", lambda: t.items()[number]["done"] > MIB)
    schedule(t, "08:00-18:00 = off")
    reload(t)
    until("it is halted", lambda: is_held(t, number))
    until("its time would be over", lambda: time.monotonic() - begin > 2.1)
    schedule(t, "22:00-06:00 = off")
    reload(t)
    t.ok("wait", number)
    t.expect_file("timed.bin", file)


@case
def the_next_daemon_halts_and_lets_go_as_the_one_before(t):
    schedule(t, "06:00-22:00 = off")
    clock(t, "12:00:00")
    held, urgent = t.add(*[t.file(f"{i}.bin", 2 * MIB, rate=MIB, tick=20).url for i in range(2)])
    t.ok("resume", urgent)
    until("it runs", lambda: t.items()[urgent]["done"] > 0)
    t.ok("daemon", "--replace")
    expect(is_held(t, held), f"after the other took over: {t.items()[held]}")
    t.ok("wait", urgent)
    expect(is_held(t, held), t.items()[held])


@case
def bytes_come_as_fast_as_the_hours_let_them(t):
    schedule(t, "else = 100K")
    file = t.file("slow.bin", 200 << 10)
    begin = time.monotonic()
    t.get(file.url)
    expect(time.monotonic() - begin > 1.5, "faster than the limit")
    t.get("--schedule", "off", t.file("quick.bin", 200 << 10).url)


@case
def jobs_of_the_hours_count(t):
    schedule(t, "else = 1 job")
    slow = [t.file(f"{i}.bin", MIB, rate=MIB // 4, tick=20).url for i in range(3)]
    ids = t.add(*slow)
    until("one runs", lambda: totals(t)["counts"]["active"] == 1)
    shown = t.ok("show", "--json", ids[2]).json()
    expect_equal(shown["diagnosis"], "queued: 1 of 1 jobs run", "why")
    expect_equal((totals(t)["jobs"], totals(t)["jobs_scheduled"]), (1, True), "jobs")
    t.ok("set", "--schedule", "off")
    until("all run", lambda: totals(t)["counts"]["active"] == 3)
    t.ok("remove", "all")


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
        begin = log(t).count("the configuration stays as it was")
        reload(t)
        until("it is refused",
              lambda b=begin: log(t).count("the configuration stays as it was") > b)
    expect(wrong in log(t), log(t))
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
