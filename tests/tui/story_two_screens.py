"""Several screens of different size on one daemon: each is right for its size, what one does is seen
in the others, and one that only watches changes nothing."""

from story import Screen, Throttled, finish
from harness import case, expect, expect_equal, run

COUNT = 3


def is_right(screen, server, width, height):
    lines = screen.lines()
    return len(lines) == height and all(len(line) <= width for line in lines) and \
        (f"{COUNT}/8" in lines[0] or f"{COUNT}/9" in lines[0]) and all(screen.row(name[:6]) for name in server.names)


@case
def what_one_does_the_others_show(t):
    with Screen(t, 80, 24) as small, Screen(t, 120, 40) as large, Screen(t, 60, 12) as watch:
        server = Throttled(t, COUNT, 3_000_000, 15_000)
        small.haul(*server.urls())
        small.until("all run", lambda: f"{COUNT}/8" in small.lines()[0])
        large.haul()
        watch.haul("watch")
        for screen, width, height in (small, 80, 24), (large, 120, 40), (watch, 60, 12):
            screen.until(f"its size, {width}x{height}",
                         lambda s=screen, w=width, h=height: is_right(s, server, w, h))
        expect("haul watch" in watch.lines()[0], watch.text())
        first = server.names[0]
        small.type("p")
        for screen in small, large, watch:
            screen.until("the pause", lambda s=screen: "paused" in s.row(first))
        large.type("p")
        for screen in small, large, watch:
            screen.until("it goes on", lambda s=screen: "paused" not in s.row(first))
        large.type("+")
        for screen in small, large, watch:
            screen.until("nine jobs", lambda s=screen: f"{COUNT}/9" in s.lines()[0])
        before = t.items()
        for key in "pPxrRdTBJK+-c:uQ":
            watch.type(key)
            watch.until("it says so", lambda: "only watches" in watch.text())
            watch.type("j")  # which may be done
            watch.until("it is gone", lambda: "only watches" not in watch.text())
        states = {number: item["state"] for number, item in t.items().items()}
        expect_equal(states, {number: item["state"] for number, item in before.items()}, "states")
        small.resize(40, 10)
        small.until("another size", lambda: is_right(small, server, 40, 10))
        large.until("as before", lambda: is_right_for_nine(large, server))
        watch.type("q")  # asks nothing
        watch.until("the shell", lambda: watch.format("alternate_on") == "0")
        for screen in small, large:
            screen.type("q", "b")
        finish(t, server)


def is_right_for_nine(screen, server):
    return f"{COUNT}/9" in screen.lines()[0] and all(screen.row(name) for name in server.names)


run()
