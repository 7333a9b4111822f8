"""The hosts on the screen: what each has moves as it moves in the daemon, the cap follows a key at
once, and a host leads to its downloads."""

import re

from story import Screen
from harness import case, expect, run, until

SLOW = {"rate": 40_000, "tick": 20}


def connections(screen, name):
    """(in use, cap) of that host's row; None while it is not seen."""
    found = re.search(re.escape(name) + r" +(\d+)/?(\d*) ", screen.row(name) + " ")
    return found and (int(found.group(1)), int(found.group(2) or 0))


@case
def a_key_changes_how_many_connections_each_host_gets(t):
    main, other = (f"127.0.0.1:{port}" for port in (t.origin.port, t.origin.other))
    names = [f"{i}.bin" for i in range(4)]
    t.keeps(*[name + end for name in names + ["other.bin"] for end in (".part", ".haul")])
    t.ok("set", "--per-host", 3)
    t.add("-x", 1, *[t.file(name, 4_000_000, **SLOW).url for name in names],
          t.file("other.bin", 4_000_000, port=t.origin.other, **SLOW).url)
    with Screen(t, 100, 24) as screen:
        screen.haul()
        screen.type("6")
        screen.until("both hosts", lambda: connections(screen, main) == (3, 3) and
                     connections(screen, other) == (1, 3))
        screen.until("their rates", lambda: "KB/s" in screen.row(main) and
                     "KB/s" in screen.row(other))
        expect("3 per host" in screen.text(), screen.text())
        screen.type("+")
        screen.until("one more", lambda: connections(screen, main) == (4, 4))
        expect(t.ok("set", "--json").json()["settings"]["per-host"] == "4", "what is set")
        t.ok("set", "--per-host", 9)
        screen.until("what another client set", lambda: connections(screen, main) == (4, 9))
        # The order turns, and the cursor stays on its host.
        screen.type("g" if screen.rows()[0].split()[1] == main else "G", "s", "n", "S")
        screen.type("Enter")
        screen.until("its downloads", lambda: screen.row("0.bin") and not screen.row("other.bin"))
        expect(f"host={main}" in screen.text(), screen.text())
        screen.type("Escape")
        screen.until("the whole list", lambda: screen.row("other.bin"))
        screen.type("6")
        t.ok("pause", "all")
        screen.until("all rest", lambda: connections(screen, main) == (0, 9) and
                     "KB/s" not in screen.row(main))


@case
def a_back_off_and_a_host_that_goes_are_seen(t):
    name = f"127.0.0.1:{t.origin.port}"
    with Screen(t) as screen:
        screen.haul()
        screen.type("6")
        screen.until("nothing yet", lambda: "No hosts" in screen.text())
        (number,) = t.add(t.file("first.bin", status=404).url)
        screen.until("the failed item", lambda: screen.row(name))
        t.ok("remove", number)
        screen.until("it is gone", lambda: "No hosts" in screen.text())
        t.add(t.file("second.bin", status=429, retry_after=60, faults=1).url)
        screen.until("its back-off", lambda: re.search(r"until \d\d:\d\d:\d\d", screen.row(name)))
        t.ok("remove", "all")


run()
