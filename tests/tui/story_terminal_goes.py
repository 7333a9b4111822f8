"""The terminal goes, or the screen's process does: downloads go on in the daemon, what survives of
the terminal is as it was, and the next haul finds everything."""

import os
import signal
import termios

from story import (SHELL, Screen, Throttled, daemon_of, expect_going_on, finish, screens_of, sessions)
from tmux import is_alive
from harness import case, expect, expect_equal, run, until

COUNT = 4
SIZE = 1_500_000
RATE = 15_000


class Story:
    """COUNT slow downloads in a screen, and what they have to survive."""

    def __init__(self, case, screen):
        self.case = case
        self.screen = screen
        self.server = Throttled(case, COUNT, SIZE, RATE)
        self.modes = screen.modes()
        self.pid = screen.haul(*self.server.urls())
        screen.until("all run", lambda: f"{COUNT}/8 jobs" in screen.lines()[0])
        self.daemon = daemon_of(case)
        self.queue = sessions(case)

    def is_gone(self):
        """The screen's process has ended; the daemon and its downloads have not."""
        until("the screen's process ends", lambda: not is_alive(self.pid))
        expect_equal(screens_of(self.case), [], "screens that are left")
        expect_equal(daemon_of(self.case), self.daemon, "the daemon")
        expect_equal(sessions(self.case), self.queue, "the queue")
        expect_going_on(self.case, 20_000)

    def goes_on(self):
        """A new haul attaches, shows and steers; everything arrives."""
        self.screen.haul()
        for name in self.server.names:
            self.screen.wait(name)
        self.screen.select(1)
        self.screen.type("p")
        self.screen.until("paused", lambda: "paused" in self.screen.row(self.server.names[1]))
        self.screen.type("q", "b")
        self.screen.expect_sane(self.modes)
        finish(self.case, self.server)


def ends_by(t, number):
    with Screen(t) as screen:
        story = Story(t, screen)
        os.kill(story.pid, number)
        story.is_gone()
        screen.expect_sane(story.modes)
        story.goes_on()


@case
def closed_pane(t):
    with Screen(t) as screen:
        story = Story(t, screen)
        screen.tmux("kill-pane")
        story.is_gone()
        screen.tmux("new-session", "-d", "-x", "80", "-y", "24", "-c", t.work, SHELL)
        screen.wait("prompt$")
        story.goes_on()


@case
def hang_up(t):
    ends_by(t, signal.SIGHUP)


@case
def asked_to_end(t):
    ends_by(t, signal.SIGTERM)


@case
def interrupted_from_outside(t):
    ends_by(t, signal.SIGINT)


@case
def killed(t):
    """Nobody can give the terminal back then; the user does, and goes on."""
    with Screen(t) as screen:
        story = Story(t, screen)
        os.kill(story.pid, signal.SIGKILL)
        story.is_gone()
        screen.write("stty sane; tput rmcup; tput cnorm; printf '\\033[?2004l'")
        screen.type("C-j")
        screen.until("the shell", lambda: screen.format("alternate_on") == "0")
        expect(screen.modes()[3] & termios.ECHO, "echo is off")
        story.modes = screen.modes()
        story.goes_on()


@case
def two_screens_one_dies(t):
    """Another screen of the same session is not touched by the death of one."""
    with Screen(t) as screen, Screen(t) as other:
        story = Story(t, screen)
        other.haul()
        other.wait(story.server.names[COUNT - 1])
        os.kill(story.pid, signal.SIGKILL)
        until("the screen's process ends", lambda: not is_alive(story.pid))
        name = story.server.names[0]
        before = other.percent(name)
        other.until("it goes on", lambda: other.percent(name) > before)
        other.type("q", "b")
        other.wait("prompt$")
        finish(t, story.server)


run()
