"""`haul sessions`: what runs, what is at rest, what is left over."""

import os
import socket

from harness import case, expect, expect_equal, run


def sessions(t):
    return {row["name"]: row for row in t.ok("sessions", "--json").json()["sessions"]}


@case
def each_is_listed_with_its_state(t):
    expect_equal(sessions(t), {}, "sessions before any")
    t.add(t.file("one"))
    t.ok("wait")
    t.ok("add", "--session", "other", "-d", t.dir, t.file("two"))
    t.ok("wait", "--session", "other")
    t.ok("stop", "--session", "other")
    told = sessions(t)
    expect_equal(sorted(told), sorted([t.session, "other"]), "names")
    here, other = told[t.session], told["other"]
    expect_equal((here["state"], here["counts"]["done"], here["socket"]),
                 ("running", 1, t.socket_path()), "the running one")
    expect_equal((other["state"], other["counts"], other["queue"], other["folder"]),
                 ("at rest", None, True,
                  os.path.join(t.env["XDG_STATE_HOME"], "haul", "other")), "the one at rest")
    lines = t.ok("sessions").out.decode().splitlines()
    expect_equal([line.split()[0] for line in lines], sorted(told), "order")
    expect(any("running" in line and "1 done" in line for line in lines), f"rows: {lines}")
    t.daemon()  # and no other: looking starts none


@case
def a_socket_that_nobody_answers_is_told(t):
    t.ok("set", "--limit", "1M")
    t.stop()
    path = t.socket_path()
    with socket.socket(socket.AF_UNIX) as left:
        left.bind(path)
    told = sessions(t)[t.session]
    expect_equal((told["state"], told["socket"]), ("stale", path), "session")
    text = t.ok("sessions").out.decode()
    expect(f"nobody answers at {path}" in text, text)
    expect(os.path.exists(path), "looking removed it")
    t.ok("set", "--limit", "2M")
    expect_equal(sessions(t)[t.session]["state"], "running", "state")


run()
