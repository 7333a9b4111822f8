"""What a user can do on the screen while there is no line to the other machine."""

import os

from story import harness
from far_world import far_screen
from harness import case, expect, expect_equal, run, until


@case
def what_ssh_would_ask_is_not_asked_on_the_screen(t):
    """Without a key there is nothing to be tried until the user has seen to it."""
    key = os.path.join(t.home, "near-key")
    with far_screen(t) as (world, screen):
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


@case
def links_stay_on_the_sheet_until_the_line_is_back(t):
    late = t.file("late.bin", 20_000)
    with far_screen(t) as (world, screen):
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
    expect(harness.has_content(t.path("late.bin"), late.seed, late.size), "late.bin")


@case
def a_daemon_that_was_stopped_is_not_started_by_itself(t):
    with far_screen(t) as (world, screen):
        calls = world.wire.calls
        t.ok("stop", "--host", "box")
        screen.wait("on box was stopped")
        until("no daemon", lambda: not any("daemon" in harness.command_line(pid).split()
                                           for pid in t.daemons()))
        expect_equal(world.wire.calls, calls + 1, "connections: that of the stop")
        screen.type("r")
        world.back(screen)
        expect_equal(world.wire.calls, calls + 2, "connections")


run()
