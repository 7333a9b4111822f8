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
        # What comes and ends between two frames is not told of, so each is seen before it ends.
        t.add("--out", "first \u8cc7\u6599;.iso", t.file("first.iso", gate=0).url)
        screen.until("the first", lambda: screen.row("first"))
        t.origin.open("first.iso")
        told.wait("first \u8cc7\u6599,.iso done")
        t.keeps("gone.iso.part", "gone.iso.haul")
        t.add("--retries", 0, t.file("gone.iso", gate=0, close=0).url)
        screen.until("the second", lambda: screen.row("gone"))
        t.origin.open("gone.iso")
        told.wait("first \u8cc7\u6599,.iso done", "gone.iso failed")
        several = [f"several-{n}.bin" for n in range(2)]
        t.add("-j", 2, *[t.file(name, gate=0).url for name in several])
        screen.until("both", lambda: all(screen.row(name) for name in several))
        t.origin.open(*several)
        screen.until("both ends", lambda: all("done" in screen.row(name) for name in several))
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
