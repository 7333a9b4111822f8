"""Somebody sets the clock while haul waits: what it waits for takes as long as it was to take, and
what it tells is told by the new time."""

import os
import time

from harness import case, expect, expect_equal, need, run, until

TORTURE = os.environ.get("HAUL_TORTURE", "")
DAY = 86400
REST = 100


class Clock:
    """The time of day, as the daemon of the case sees it."""

    def __init__(self, t):
        self.path = os.path.join(t.home, "jump")
        self.jump = 0
        t.env["HAUL_TORTURE_JUMP"] = self.path

    def set(self, seconds):
        """SECONDS later than it is, or earlier."""
        with open(self.path + ".new", "w", encoding="ascii") as file:
            file.write(str(seconds))
        os.rename(self.path + ".new", self.path)
        self.jump = seconds

    def ms(self):
        return (time.time() + self.jump) * 1000


def add(t, *arguments):
    return t.add(*arguments, program=need(TORTURE))


def state(t, number):
    return t.items()[number]["state"]


@case
def a_wait_is_as_long_as_it_was(t):
    clock = Clock(t)
    for jump in (DAY, -DAY):
        begin = time.monotonic()
        file = t.file(f"by{jump}.bin", status=503, retry_after=3, faults=1)
        (number,) = add(t, "--retry-wait", 0, file.url)
        until("it waits", lambda n=number: state(t, n) == "waiting")
        clock.set(clock.jump + jump)
        t.ok("wait", number)
        expect(time.monotonic() - begin >= 3, "the clock made it shorter")
        t.expect_file(f"by{jump}.bin", file)


@case
def the_row_tells_the_next_try_by_the_new_time(t):
    clock = Clock(t)
    (number,) = add(t, t.file("a.bin", status=503, retry_after=REST, faults=1).url)
    until("it waits", lambda: state(t, number) == "waiting")
    for jump in (DAY, -DAY, 0):
        clock.set(jump)
        left = t.items()[number]["retry_at"] - clock.ms()
        expect(0 < left <= REST * 1000 + 2000, f"after a jump of {jump} s it is {left} ms away")
    t.ok("remove", number)


@case
def what_runs_is_not_held_up(t):
    clock = Clock(t)
    file = t.file("b.bin", 8_000_000)
    (number,) = add(t, "--limit", "200K", "--stall-timeout", 5, "--timeout", 50, "--retries", 0,
                    file.url)
    for jump in (DAY, -DAY):
        had = t.items()[number]["done"]
        clock.set(jump)
        until("bytes come", lambda h=had: t.items()[number]["done"] > h)
    t.ok("set", "--limit", 0)
    t.ok("wait", number)
    t.expect_file("b.bin", file)


@case
def a_rest_that_outlives_the_daemon_does_not_grow(t):
    clock = Clock(t)
    (first,) = add(t, t.file("c.bin", status=429, retry_after=REST, faults=1).url)
    until("it waits", lambda: state(t, first) == "waiting")
    t.stop()
    clock.set(-DAY)
    (second,) = add(t, t.file("d.bin").url)
    note = until("it is held up", lambda: t.items()[second]["note"])
    expect("backing off until" in note, note)
    expect_equal(state(t, second), "queued", "the state")
    now = time.gmtime(clock.ms() / 1000)
    hours, minutes, seconds = map(int, note.rsplit(" ", 1)[1].split(":"))
    left = (hours - now.tm_hour) * 3600 + (minutes - now.tm_min) * 60 + seconds - now.tm_sec
    expect(left % DAY <= REST + 2, f"{left % DAY} s are left")
    t.ok("remove", first, second)


@case
def the_hours_are_those_of_the_new_time(t):
    clock = Clock(t)
    t.env["TZ"] = "UTC"
    hour = time.gmtime().tm_hour
    lines = f"[schedule]\n{hour:02}:00-{(hour + 6) % 24:02}:00 = full\nelse = off\n"
    t.env["HAUL_CONFIG"] = t.write("haul.conf", lines)
    file = t.file("e.bin", 8_000_000)
    (number,) = add(t, "--item-limit", "200K", file.url)  # it is not done before the last jump
    until("it runs", lambda: t.items()[number]["done"] > 0)
    for jump, wanted in ((12 * 3600, "queued"), (0, "active"), (-12 * 3600, "queued"),
                         (DAY, "active")):
        clock.set(jump)
        t.ok("set", "--schedule", "on")  # looks at the clock, as the alarm does when it is set
        until(f"it is {wanted} after a jump of {jump} s",
              lambda w=wanted: state(t, number) == w)
    t.ok("change", number, "--item-limit", 0)
    t.ok("wait", number)
    t.expect_file("e.bin", file)


run()
