"""What runs tells behind its name that it starts over, and why: not only in the log."""

from story import Screen
from harness import case, expect, plant_partial, run


@case
def the_row_says_why(t):
    names = ("a.bin", "a-name-that-leaves-no-room-for-any-word-behind-it.bin")
    with Screen(t, 120, 24) as screen:
        screen.haul()
        for name in names:
            file = t.file(name, 300_000, stall=100_000)
            plant_partial(t, name, file.url, file.size, bytes(50_000), 'etag "old"\n')
            t.keeps(name + ".part")
            t.add("-x", 1, file.url)
        screen.until("its reason", lambda: "starting over: its ETag is another one"
                     in screen.row("a.bin"))
        screen.until("the other one's bytes", lambda: "33%" in screen.row("a-name"))
        expect("starting" not in screen.row("a-name"), screen.text())
        t.ok("remove", "all")
        screen.type("q")


run()
