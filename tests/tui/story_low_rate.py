"""A screen that may send next to nothing: what moves by itself waits, what a key does is shown."""

from story import Screen, Throttled, finish, received
from harness import case, run, until

COUNT = 4
SIZE = 6_000_000
RATE = 60_000
STANDING = COUNT * RATE  # bytes: a second of downloading
SOON = 8  # seconds; a frame that nobody asked for waits 20 at this rate


def stands_still(t, screen):
    """Waits until bytes come and nothing of it is drawn."""
    def still():
        before, shown = received(t), screen.text()
        until("bytes come", lambda: received(t) >= before + STANDING)
        return screen.text() == shown
    until("the screen saves its bytes", still)


@case
def keys_do_not_wait_for_the_budget(t):
    with Screen(t) as screen:
        server = Throttled(t, COUNT, SIZE, RATE)
        screen.haul("--ui-rate", "1", *server.urls())
        screen.until("all run", lambda: f"{COUNT}/8 jobs" in screen.lines()[0])
        for key, seen in (("?", True), ("Escape", False)) * 2:
            stands_still(t, screen)
            screen.type(key)
            until(f"{key} is drawn", lambda seen=seen: ("you see them first" in screen.text()) == seen, SOON)
        screen.type("q", "b")
        finish(t, server)


run()
