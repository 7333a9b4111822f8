"""What a terminal is told when downloads end while nobody looks: by name, where there is one to tell."""

import os
import re

from story import PROMPT, Screen
from harness import case, expect, expect_equal, run

NOTE = re.compile(rb"\x1bPtmux;\x1b\x1b\]9;haul: (.*?)\x1b\x1b\\\x1b\\", re.DOTALL)


class Told:
    """What the program sends to its pane."""

    def __init__(self, t, screen):
        self.path = os.path.join(t.home, "sent")
        self.screen = screen
        screen.tmux("pipe-pane", "-O", f"cat >>'{self.path}'")

    def notes(self):
        if not os.path.exists(self.path):
            return []
        with open(self.path, "rb") as file:
            return [note.decode() for note in NOTE.findall(file.read())]

    def wait(self, *notes):
        self.screen.until(f"the notes {notes}", lambda: len(self.notes()) >= len(notes))
        expect_equal(self.notes(), list(notes), "notes")


@case
def the_one_that_ended_is_named_and_several_are_counted(t):
    with Screen(t) as screen:
        told = Told(t, screen)
        screen.haul("--notify", "osc9")
        # Each lasts for some frames: what comes and ends between two of them is not told of.
        t.add("--out", "first \u8cc7\u6599;.iso", t.file("first.iso", delay=1000).url)
        told.wait("first \u8cc7\u6599,.iso done")
        t.add("--retries", 0, t.file("gone.iso", status=404, delay=1000).url)
        told.wait("first \u8cc7\u6599,.iso done", "gone.iso failed")
        t.add("-j", 2, *[t.file(f"several-{n}.bin", 300_000, rate=300_000, tick=20).url
                         for n in range(2)])
        screen.until("both", lambda: all("done" in screen.row(f"several-{n}") for n in range(2)))
        told.wait("first \u8cc7\u6599,.iso done", "gone.iso failed", "2 done")
        screen.type("q")
        screen.until("the end", lambda: PROMPT in screen.text() or "Quit?" in screen.text())
        expect("Quit?" not in screen.text(), screen.text())


@case
def a_terminal_that_wants_none_is_left_alone(t):
    with Screen(t) as screen:
        told = Told(t, screen)
        screen.haul("--notify", "off")
        t.add(t.file("a.iso", 40_000).url)
        screen.until("its end", lambda: "done" in screen.row("a.iso"))
        screen.type("q")
        screen.wait(PROMPT)
        expect_equal(told.notes(), [], "notes")


run()
