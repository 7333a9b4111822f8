"""A storm of sizes while downloads run: the last size is the one that is painted, keys work, and
nobody else notices."""

import random

from story import (Screen, Throttled, daemon_of, expect_going_on, finish, sessions)
from harness import case, expect, expect_equal, run, until

COUNT = 8
SIZE = 3_000_000
RATE = 15_000


def start(t, screen):
    server = Throttled(t, COUNT, SIZE, RATE)
    pid = screen.haul(*server.urls())
    screen.until("all run", lambda: f"{COUNT}/8" in screen.lines()[0])
    return server, pid


def is_right(screen, server, width, height):
    """The whole screen is painted for that size, nothing of another size is left."""
    lines = screen.lines()
    if len(lines) != height or any(len(line) > width for line in lines):
        return False
    if "▼" not in lines[0] or f"{COUNT}/8 jobs" not in lines[0]:
        return False
    if not lines[1].startswith(" [All]") or "quit" not in lines[-1]:
        return False
    rules = [n for n, line in enumerate(lines) if line.startswith("──")]
    overview = height >= 48 and width >= 100  # below the list
    if rules[:1] != ([2] if height >= 12 else []) or len(rules) > 1 + overview:
        return False
    if rules and not width - 3 < len(lines[2]) <= width:
        return False
    if overview and not (len(rules) == 2 and " rate " in lines[rules[1]]):
        return False
    rows = screen.rows()
    room = height - 3 - len(rules)
    return len(rows) == min(COUNT, room) and \
        all(name in row and "▶" in row for name, row in zip(server.names, rows))


def expect_right(screen, server, width, height):
    screen.resize(width, height)
    screen.until(f"{width}×{height} is painted", lambda: is_right(screen, server, width, height))


def storm(screen, steps, seed):
    """Sizes as fast as tmux takes them; nobody waits for a frame."""
    chance = random.Random(seed)
    for _ in range(steps):
        screen.resize(chance.choice((1, 2, 10, 40, 79, 80, 81, 132, 200)),
                      chance.choice((1, 2, 3, 4, 5, 10, 24, 25, 50)))


@case
def sizes_one_after_the_other(t):
    with Screen(t, 200, 50) as screen:
        modes = screen.modes()
        server, _ = start(t, screen)
        expect_right(screen, server, 200, 50)
        screen.resize(1, 1)
        screen.until("one cell", lambda: len(screen.lines()) == 1)
        expect_right(screen, server, 80, 24)
        expect_right(screen, server, 40, 10)
        for width, height in ((19, 3), (30, 2)):
            screen.resize(width, height)
            screen.until("one line of numbers", lambda: f" {COUNT}/8" in screen.lines()[0])
            expect(not any(screen.lines()[1:]), f"more than one line:\n{screen.text()}")
        expect_right(screen, server, 300, 100)
        screen.resize(2, 60)
        expect_right(screen, server, 80, 24)
        screen.type("q", "b")
        screen.expect_sane(modes)
        finish(t, server)


@case
def storm_with_keys(t):
    with Screen(t, 200, 50) as screen:
        modes = screen.modes()
        server, pid = start(t, screen)
        daemon = daemon_of(t)
        for seed in range(3):
            storm(screen, 60, seed)
            expect_right(screen, server, 80, 24)
            storm(screen, 20, seed + 100)
            expect_right(screen, server, 40, 10)
            expect_equal(screen.haul_pid(), pid, "the screen's process")
        expect_going_on(t, 50_000)
        expect_equal(daemon_of(t), daemon, "the daemon")
        keys_work(t, screen, server)
        screen.type("q", "b")
        screen.expect_sane(modes)
        finish(t, server)


def keys_work(t, screen, server):
    screen.select(3)
    screen.type("p")
    until("the pause", lambda: dict(sessions(t))[server.names[3]] == "paused")
    screen.until("it is told", lambda: "paused" in screen.row(server.names[3]))
    screen.type("p")
    until("it goes on", lambda: dict(sessions(t))[server.names[3]] == "active")
    screen.type("G", "Enter")
    screen.until("the details", lambda: server.names[-1] in screen.text() and
                 "Esc back" in screen.text())
    screen.resize(120, 30)
    screen.until("details beside the list", lambda: server.names[0] in screen.text() and
                 "folder" in screen.text())
    screen.type("Escape")
    screen.wait_gone("folder")


@case
def storm_over_a_sheet_and_a_question(t):
    """What is open stays open, whatever the size does."""
    with Screen(t) as screen:
        modes = screen.modes()
        server, _ = start(t, screen)
        screen.paste(b"http://127.0.0.1:1/pasted.bin")
        screen.wait("1 link")
        storm(screen, 40, 7)
        screen.resize(80, 24)
        screen.wait("1 link")
        screen.wait("pasted.bin")
        screen.type("Escape")
        screen.wait_gone("1 link")
        screen.type("q")
        screen.wait("Quit?")
        storm(screen, 40, 8)
        screen.resize(40, 10)
        screen.wait("Quit?")
        screen.type("Escape")
        screen.wait_gone("Quit?")
        expect_right(screen, server, 80, 24)
        expect(len(t.items()) == COUNT, "nothing was added")
        screen.type("q", "b")
        screen.expect_sane(modes)
        finish(t, server)


run()
