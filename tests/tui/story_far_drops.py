"""The line to another machine drops below the screen: by an end of ssh, in silence, by an end of
the daemon over there."""

import os
import re
import signal

from story import PROMPT, Screen, children_of, harness
from far import Far
from harness import case, expect, expect_equal, run, until


class World:
    """Another machine with a wire between, and the screen of its queue: an item that moves and some
    that are done."""

    def __init__(self, t):
        self.t = t
        self.far = Far(t)
        self.wire = self.far.wire()
        self.moving = t.file("moving.bin", 40_000_000, rate=200_000)
        self.done = t.file("done.bin", 10_000)
        t.keeps("moving.bin.part", "moving.bin.haul")
        t.env["HAUL_KEEPALIVE"] = "1"

    def open(self, screen):
        screen.haul("--host", "box", "-d", self.t.dir, f"'{self.moving}'",
                    f"'{self.done}'")
        screen.until("an item moves", lambda: moves(screen))
        screen.wait("1 done")

    def back(self, screen):
        """The screen is of this moment again, and things move on it."""
        screen.until("the line is back", lambda: "as of" not in screen.lines()[0] and
                     moves(screen) and "No line" not in screen.text())

    def stop(self):
        self.t.ok("remove", "--host", "box", "all")
        self.far.stop()


def moves(screen):
    return re.search(r" [1-9][\d.]* [KM]?B/s", screen.row("moving.bin"))


def ssh_of(screen):
    """The ssh of the screen's haul."""
    def found():
        return [pid for pid in children_of(screen.haul_pid())
                if os.path.basename(os.readlink(f"/proc/{pid}/exe")) == "ssh"]
    return until("ssh runs", found)[0]


def expect_last_state(screen):
    screen.wait("No line for")
    expect("as of" in screen.lines()[0], screen.text())
    expect("moving.bin" in screen.text() and "done.bin" in screen.text(),
           f"the last state is gone:\n{screen.text()}")


@case
def the_screen_comes_back_by_itself_when_ssh_ends(t):
    world = World(t)
    with Screen(t) as screen:
        world.open(screen)
        world.wire.cut(refuses=True)
        expect_last_state(screen)
        screen.wait("next try in")
        screen.type("Enter")  # what is known can be looked at
        screen.wait("Only its row is known")
        screen.type("Escape")
        screen.wait("done.bin")
        world.wire.cut()
        world.back(screen)
        os.kill(ssh_of(screen), signal.SIGKILL)
        screen.until("the end of ssh is seen", lambda: "as of" in screen.lines()[0] or
                     "the line is there again" in screen.text())
        world.back(screen)
        os.kill(world.far.daemon(), signal.SIGKILL)
        screen.wait("the line is there again")
        world.back(screen)
        screen.type("q", "b")
        screen.wait(PROMPT)
    world.stop()


@case
def a_line_that_is_silent_is_found_dead(t):
    """Half-open: nobody is told of the end."""
    world = World(t)
    with Screen(t) as screen:
        world.open(screen)
        world.wire.go_silent()
        screen.wait("box does not answer any more")
        expect_last_state(screen)
        world.wire.cut()
        screen.type("r")
        world.back(screen)
        screen.type("q", "b")
        screen.wait(PROMPT)
    world.stop()


@case
def what_ssh_would_ask_is_not_asked_on_the_screen(t):
    """Without a key there is nothing to be tried until the user has seen to it."""
    world = World(t)
    key = os.path.join(t.home, "near-key")
    with Screen(t) as screen:
        world.open(screen)
        os.rename(key, key + "-away")
        world.wire.cut()
        screen.wait("use ssh-add, or quit")
        screen.wait("r: try again")
        calls = world.wire.calls
        screen.type("p")
        screen.wait("nothing was done")
        until("it is tried once", lambda: world.wire.calls == calls + 1)
        screen.type("Escape")
        screen.wait("r: try again")
        expect_equal(world.wire.calls, calls + 1, "tries")
        os.rename(key + "-away", key)
        screen.type("r")
        world.back(screen)
        screen.type("q", "b")
        screen.wait(PROMPT)
    world.stop()


@case
def links_stay_on_the_sheet_until_the_line_is_back(t):
    world = World(t)
    late = t.file("late.bin", 20_000)
    with Screen(t) as screen:
        world.open(screen)
        world.wire.cut(refuses=True)
        screen.wait("No line for")
        screen.paste(late.url.encode())
        screen.wait("1 link")
        screen.type("Enter")
        screen.wait("the links stay here")
        world.wire.cut()
        screen.type("Enter")  # tries at once
        screen.until("the line is back", lambda: "as of" not in screen.lines()[0])
        screen.type("Enter")
        screen.wait("2 done")
        screen.type("q", "b")
        screen.wait(PROMPT)
    expect(harness.has_content(t.path("late.bin"), late.seed, late.size), "late.bin")
    world.stop()


@case
def a_daemon_that_was_stopped_is_not_started_by_itself(t):
    world = World(t)
    with Screen(t) as screen:
        world.open(screen)
        calls = world.wire.calls
        t.ok("stop", "--host", "box")
        screen.wait("on box was stopped")
        until("no daemon", lambda: not any("daemon" in harness.command_line(pid).split()
                                           for pid in t.daemons()))
        expect_equal(world.wire.calls, calls + 1, "connections: that of the stop")
        screen.type("r")
        world.back(screen)
        expect_equal(world.wire.calls, calls + 2, "connections")
        screen.type("q", "b")
        screen.wait(PROMPT)
    world.stop()


run()
