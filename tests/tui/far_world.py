"""What the stories of a line that drops have in common."""

import contextlib
import os
import re

from story import PROMPT, Screen, children_of, program_of
from far import Far
from harness import expect, until


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


@contextlib.contextmanager
def far_screen(t):
    """A World and its screen, which is left to the background in the end."""
    world = World(t)
    with Screen(t) as screen:
        world.open(screen)
        yield world, screen
        screen.type("q", "b")
        screen.wait(PROMPT)
    world.stop()


def moves(screen):
    return re.search(r" [1-9][\d.]* [KM]?B/s", screen.row("moving.bin"))


def ssh_of(screen):
    """The ssh of the screen's haul."""
    def found():
        return [pid for pid in children_of(screen.haul_pid())
                if os.path.basename(program_of(pid)) == "ssh"]
    return until("ssh runs", found)[0]


def expect_last_state(screen):
    screen.wait("No line for")
    expect("as of" in screen.lines()[0], screen.text())
    expect("moving.bin" in screen.text() and "done.bin" in screen.text(),
           f"the last state is gone:\n{screen.text()}")
