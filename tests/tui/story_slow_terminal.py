"""A terminal that stops reading while downloads run: the screen waits without burning the
processor, the downloads don't notice, and the newest state shows when the terminal reads again.

The terminal is tmux itself, stopped; sizes that change all the time fill its pty."""

import contextlib
import fcntl
import os
import select
import signal
import struct
import termios
import time

from story import Screen, Throttled, daemon_of, finish, received, screens_of
from tmux import is_alive
from harness import case, expect, expect_equal, run, until

COUNT = 8
SIZE = 1_800_000
RATE = 15_000
WINDOW = 3 * COUNT * RATE  # bytes: some three seconds of downloading
SLACK = 0.10  # of a processor, for a clock that ticks in hundredths


def cpu_seconds(pid):
    with open(f"/proc/{pid}/stat", encoding="ascii", errors="replace") as file:
        fields = file.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def load_of(t, pid):
    """The share of a processor that PID takes while WINDOW bytes are downloaded."""
    begin, cpu, bytes_before = time.monotonic(), cpu_seconds(pid), received(t)
    until("bytes come", lambda: received(t) >= bytes_before + WINDOW)
    return (cpu_seconds(pid) - cpu) / (time.monotonic() - begin)


def start(t, screen):
    server = Throttled(t, COUNT, SIZE, RATE)
    pid = screen.haul(*server.urls())
    screen.until("all run", lambda: f"{COUNT}/8 jobs" in screen.lines()[0])
    return server, pid


def set_size(tty, width, height):
    fcntl.ioctl(tty, termios.TIOCSWINSZ, struct.pack("HHHH", height, width, 0, 0))


def is_writable(tty):
    poll = select.poll()
    poll.register(tty, select.POLLOUT)
    return any(events & select.POLLOUT for _, events in poll.poll(0))


@contextlib.contextmanager
def stopped(screen):
    """The terminal does not read, and its pty is full. Yields the pty."""
    width, height = screen.size
    tty = os.open(screen.format("pane_tty"), os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
    os.kill(screen.server, signal.SIGSTOP)
    try:
        turn = 0

        def full():
            nonlocal turn
            turn += 1
            set_size(tty, width - turn % 2, height)
            return not is_writable(tty)

        until("the pty is full", full)
        set_size(tty, width, height)
        yield tty
    finally:
        os.close(tty)
        if is_alive(screen.server):
            os.kill(screen.server, signal.SIGCONT)


@case
def stalled_and_back(t):
    with Screen(t, 200, 50) as screen:
        modes = screen.modes()
        server, pid = start(t, screen)
        daemon = daemon_of(t)
        reading = load_of(t, pid)
        with stopped(screen) as tty:
            (first, *_) = t.items()
            t.ok("pause", first)
            until("paused", lambda: t.items()[first]["state"] == "paused")
            stalled = load_of(t, pid)
            expect(not is_writable(tty), "the pty was read")
            known = min(item["done"] * 100 // SIZE for item in t.items().values())
        expect(stalled <= reading + SLACK, f"a stalled terminal takes {stalled:.2f} of a processor,"
                                           f" one that reads {reading:.2f}")
        newest_state(screen, server, known)
        expect_equal(daemon_of(t), daemon, "the daemon")
        screen.type("q", "b")
        screen.expect_sane(modes)
        finish(t, server)


def newest_state(screen, server, known):
    screen.until("the paused one", lambda: "paused" in screen.row(server.names[0]))
    for name in server.names:
        screen.until(f"{name} has {known} %", lambda name=name: screen.percent(name) >= known)
    lines = screen.lines()
    expect(f"{COUNT - 1}/8 jobs" in lines[0] and "quit" in lines[-1], f"{screen.text()}")
    for name in server.names:
        expect_equal(screen.text().count(name), 1, f"{name} on the screen:\n{screen.text()}\n")
    screen.select(1)
    screen.type("p")
    screen.until("keys work", lambda: "paused" in screen.row(server.names[1]))


@case
def asked_to_end_while_it_stalls(t):
    """It ends, though nothing is read; the line has its modes back and the downloads go on."""
    with Screen(t, 200, 50) as screen:
        modes = screen.modes()
        server, pid = start(t, screen)
        with stopped(screen) as tty:
            os.kill(pid, signal.SIGTERM)
            until("the screen's process ends", lambda: not is_alive(pid))
            expect_equal(termios.tcgetattr(tty)[:4], modes[:4], "the line's modes")
        finish(t, server)


@case
def closed_while_it_stalls(t):
    with Screen(t, 200, 50) as screen:
        server, pid = start(t, screen)
        with stopped(screen):
            os.kill(screen.server, signal.SIGKILL)
            until("the screen's process ends", lambda: not is_alive(pid))
        expect_equal(screens_of(t), [], "hauls that are left")
        finish(t, server)


run()
