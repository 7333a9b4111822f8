"""A queue in which nothing moves: its screens sleep and send nothing, and so does the daemon; also a
screen that is high enough to look at the hosts."""

import os
import re
import time

from story import PROMPT, Screen, daemon_of
from harness import case, expect_equal, run, until


def stirrings(pid):
    """How often each thread of the process went to sleep, and how much the process wrote."""
    def count(path, name):
        try:
            with open(path, encoding="ascii") as file:
                return int(re.search(rf"^{name}:\s*(\d+)", file.read(), re.M).group(1))
        except (FileNotFoundError, ProcessLookupError):
            return -1  # a thread that ended meanwhile
    tasks = f"/proc/{pid}/task"
    sleeps = {task: count(f"{tasks}/{task}/status", "voluntary_ctxt_switches")
              for task in os.listdir(tasks)}
    return sleeps, count(f"/proc/{pid}/io", "wchar")


@case
def nothing_moves_and_nothing_wakes_up(t):
    """One item of each kind that waits for somebody, for the hours, or for tomorrow. A process of
    its own tells when three seconds are over."""
    clock = t.file("clock.bin", 30, rate=10)
    paused, failed = t.file("paused.bin").url, t.file("failed.bin", status=404).url
    done, later = t.file("done.bin").url, t.file("later.bin").url
    hour = time.gmtime().tm_hour
    t.env["HAUL_CONFIG"] = t.write("haul.conf", "[schedule]\n"
                                   f"{hour:02}:00-{(hour + 12) % 24:02}:00 = off\n")
    t.env["TZ"] = "UTC"
    (number,) = t.add("--any-time", done)
    t.ok("wait", number)
    t.ok("pause", *t.add("--start-at", "+20h", paused))
    (number,) = t.add("--any-time", "--retries", 0, failed)
    t.haul("wait", number)
    t.add("--start-at", "+20h", later)
    t.add(t.file("hours.bin").url)
    with Screen(t) as screen, Screen(t, 120, 50) as high:
        pids = [screen.haul(), high.haul(), daemon_of(t)]
        for one in (screen, high):  # in the afternoon the hours last until tomorrow
            one.until("all rows", lambda one=one: "starts " in one.row("later.bin") and
                      re.search("no downloads before|off until tomorrow", one.row("hours.bin")) and
                      "paused" in one.row("paused.bin") and "done" in one.row("done.bin"))
        high.until("the hosts below the list", lambda: "127.0.0.1:" in high.text())

        def sleep_through():
            before = [stirrings(pid) for pid in pids]
            t.get("--schedule", "off", "--if-exists", "overwrite", clock.url)
            return before == [stirrings(pid) for pid in pids]

        until("screens and daemon sleep for three seconds", sleep_through)
        for one in (screen, high):
            one.select(1)  # and are awake at once
            one.type("Enter")
            one.wait("paused.bin")
            one.type("q", "b")
            one.wait(PROMPT)
    t.daemon()  # and no other
    t.ok("remove", "all")


run()
