"""The daemon's log on the screen: what is written while it is open is seen, with the items' names;
and what the screen costs."""

from story import Screen
from harness import case, expect, run


def log_lines(screen):
    return [line for line in screen.rows() if " engine " in line or " control " in line]


@case
def lines_come_as_they_are_written(t):
    with Screen(t, 120, 30) as screen:
        screen.haul("--ui-rate", "5000")
        screen.type("!")
        screen.until("the log", lambda: any(" Log " in line for line in screen.rows()))
        screen.until("its first lines", lambda: any("daemon" in row for row in screen.rows()))
        (number,) = t.add(t.file("missing.bin", status=404).url)
        screen.until("the item's line",
                     lambda: any(f"missing.bin ({number}): 404" in row for row in screen.rows()))
        expect("--ui-rate 4.9 KB/s" in screen.text(), screen.text())
        screen.type("q")
        screen.until("the list", lambda: screen.row("missing.bin") and "Log" not in screen.text())


@case
def finding_goes_up_from_the_newest_line(t):
    with Screen(t, 80, 24) as screen:
        screen.haul()
        numbers = t.add(*(t.file(f"file-{i}.bin", status=404).url for i in range(40)))
        t.haul("wait", *numbers)
        screen.type("!")
        screen.until("the newest line", lambda: any("(40)" in row for row in screen.rows()))
        screen.type("/")
        screen.write("file-1.bin")
        screen.until("the match", lambda: any("file-1.bin (2)" in row for row in screen.rows()))
        screen.type("Enter", "Escape")
        screen.until("nothing is looked for", lambda: "/file-1" not in screen.text())
        screen.type("G")
        screen.until("the end again", lambda: any("(40)" in row for row in screen.rows()))
        screen.type("l")
        screen.until("only warnings", lambda: "warnings and errors" in screen.text() and
                     not log_lines(screen))
        screen.type("!")
        screen.until("the list", lambda: screen.row("file-0.bin"))


run()
