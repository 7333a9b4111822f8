"""A clock on the wall that shows what a case needs, and a schedule for it; shared by the tests of
hours of the day. The hours are those of the time zone of the process, so a case sets that."""

import os
import signal
import time

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
    pid = t.daemon()
    os.kill(pid, signal.SIGHUP)


def totals(t):
    return t.ok("list", "--json").json()["totals"]


def is_held(t, number):
    item = t.items()[number]
    return item["state"] == "queued" and item["off_hours"]
