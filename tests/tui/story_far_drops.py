"""The line to another machine drops below the screen: by an end of ssh or of the daemon over there,
and in silence."""

import os
import signal

from far_world import expect_last_state, far_screen, ssh_of
from harness import case, run


@case
def the_screen_comes_back_by_itself_when_ssh_ends(t):
    with far_screen(t) as (world, screen):
        os.kill(ssh_of(screen), signal.SIGKILL)
        screen.until("the end of ssh is seen", lambda: "as of" in screen.lines()[0] or
                     "the line is there again" in screen.text())
        world.back(screen)
        world.wire.cut(refuses=True)
        expect_last_state(screen)
        screen.wait("next try in")
        screen.type("Enter")  # what is known can be looked at
        screen.wait("Only its row is known")
        screen.type("Escape")
        screen.wait("done.bin")
        world.wire.cut()
        screen.type("r")
        world.back(screen)
        os.kill(world.far.daemon(), signal.SIGKILL)
        screen.wait("as of")
        screen.type("r")
        world.back(screen)


@case
def a_line_that_is_silent_is_found_dead(t):
    """Half-open: nobody is told of the end."""
    with far_screen(t) as (world, screen):
        world.wire.go_silent()
        screen.wait("box does not answer any more")
        expect_last_state(screen)
        world.wire.cut()
        screen.type("r")
        world.back(screen)


run()
