"""A link with a token in it: the screen shows a mask, and what is copied leads somewhere."""

from story import PROMPT, Screen
from harness import case, expect, run


@case
def a_token_is_not_shown_but_copied(t):
    links = [t.origin.url(f"{name}.bin", status=404, key="hunter2") for name in "ab"]
    t.add("--retries", 0, *[link.replace("//", "//me:secret@", 1) for link in links])
    t.haul("wait")
    with Screen(t) as screen:
        screen.haul()
        screen.wait("2 failed")
        screen.type("Enter")
        screen.wait("key=***")
        expect("hunter2" not in screen.text() and "secret" not in screen.text(), screen.text())
        screen.type("Escape")
        screen.wait("b.bin")
        screen.type("y")
        screen.wait("sent to the terminal")
        expect("hunter2" not in screen.text(), screen.text())
        copied = screen.tmux("show-buffer").strip()
        expect(copied in links, f"copied: {copied}")
        screen.type("*", "y")
        screen.wait("2 links")
        copied = screen.tmux("show-buffer").split()
        expect(sorted(copied) == links, f"copied: {copied}")
        screen.type("q", "b")
        screen.wait(PROMPT)


run()
