"""Ctrl-Z: the shell has the terminal for a while, the downloads don't notice, and `fg` shows what
has become of them."""

import os
import signal

from story import Screen, Throttled, daemon_of, expect_going_on, finish, received
from harness import case, expect, expect_equal, run, until

COUNT = 6
SIZE = 1_800_000
RATE = 15_000


def state_of(pid):
    with open(f"/proc/{pid}/stat", encoding="ascii", errors="replace") as file:
        return file.read().rsplit(")", 1)[1].split()[0]


def start(t, screen):
    server = Throttled(t, COUNT, SIZE, RATE)
    pid = screen.haul(*server.urls())
    screen.until("all run", lambda: f"{COUNT}/8 jobs" in screen.lines()[0])
    return server, pid


def in_the_shell(t, screen, pid, modes, enough):
    """The shell works, and at least ENOUGH bytes come in the meantime."""
    screen.wait("Stopped")
    expect_equal(state_of(pid), "T", "the screen's process")
    screen.expect_sane(modes)
    active = t.ok("list", "--json").json()["totals"]["counts"]["active"]
    expect_equal(active, COUNT, "downloads that run")
    expect_going_on(t, enough)


def back(t, screen, server):
    """The screen is there again with the newest state, keys and pastes work."""
    known = min(item["done"] * 100 // SIZE for item in t.items().values())
    screen.command("fg")
    screen.wait_screen()
    for name in server.names:
        screen.until("the newest state", lambda name=name: screen.percent(name) >= known)
    screen.select(2)
    screen.type("p")
    screen.until("paused", lambda: "paused" in screen.row(server.names[2]))
    screen.type("p")
    screen.until("not paused", lambda: "paused" not in screen.row(server.names[2]))
    screen.paste(b"q and http://127.0.0.1:1/pasted.bin and x")
    screen.wait("1 link")
    screen.type("Escape")
    screen.wait_gone("1 link")


@case
def suspended_by_key(t):
    with Screen(t) as screen:
        modes = screen.modes()
        server, pid = start(t, screen)
        for _ in range(3):
            screen.type("C-z")
            in_the_shell(t, screen, pid, modes, 60_000)
            back(t, screen, server)
        screen.type("q", "b")
        screen.expect_sane(modes)
        finish(t, server)


@case
def stopped_hard(t):
    """SIGSTOP can't be handled: the screen is left as it is, and comes back all the same; the
    daemon neither waits for the one who does not read nor drops the downloads."""
    with Screen(t) as screen:
        modes = screen.modes()
        server, pid = start(t, screen)
        daemon = daemon_of(t)
        os.kill(pid, signal.SIGSTOP)
        screen.until("the stop", lambda: state_of(pid) == "T")
        t.ok("pause", *t.items())
        until("all are paused", lambda: {item["state"] for item in t.items().values()} == {"paused"})
        t.ok("resume", *t.items())
        expect_going_on(t, 60_000)
        back(t, screen, server)
        expect_equal(daemon_of(t), daemon, "the daemon")
        screen.type("q", "b")
        screen.expect_sane(modes)
        finish(t, server)


@case
def all_arrives_in_the_meantime(t):
    with Screen(t) as screen:
        modes = screen.modes()
        server, pid = start(t, screen)
        screen.type("C-z")
        in_the_shell(t, screen, pid, modes, 1)
        finish(t, server)
        expect_equal(received(t), COUNT * SIZE, "bytes")
        screen.command("fg")
        screen.wait_screen()
        screen.until("all done", lambda: sum("done" in row for row in screen.rows()) == COUNT)
        expect(f"{COUNT} done" in screen.lines()[0], screen.lines()[0])
        screen.type("q")
        screen.expect_sane(modes)


run()
