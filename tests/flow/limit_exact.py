"""A limit is met, from above and from below: within 3 % over ten seconds, for all items together and
for each, and after it was changed."""

import time

from control_socket import Client
from harness import case, expect, run, until

HASTE = 4  # ten seconds of haul's clock are two and a half
WINDOW = 10 / HASTE
TOLERANCE = 0.03
KIB = 1024


def look(client):
    """What all items have and what each has, and between which points of time that was so."""
    before = time.monotonic()
    done = [item["done"] for item in client.call("list")["items"]]
    return before, [sum(done), *done], time.monotonic()


def rates(client):
    """Bytes a second in a window, of all and of each: no less than this, and no more than that."""
    begin, had, began = look(client)
    time.sleep(WINDOW)  # what is measured is how much comes in a time
    end, has, ended = look(client)
    came = [(now - then) / HASTE for then, now in zip(had, has)]
    return [(one / (ended - begin), one / (end - began)) for one in came]


def expect_met(client, limit, which):
    """Never more, in any window; and no less, in one in which the machine let haul run."""
    def is_met():
        told = rates(client)[which]
        most = max(least for least, _ in told)
        expect(most <= limit * (1 + TOLERANCE), f"{most:.0f} bytes a second, not {limit}")
        return min(most for _, most in told) >= limit * (1 - TOLERANCE)

    until(f"{limit} bytes a second come", is_met)


def begin(t, count, *options):
    t.hurry(HASTE)
    t.keeps(*[f"{i}.bin{end}" for i in range(count) for end in (".part", ".haul")])
    t.add("-j", count, "--per-host", 0, "--stall-timeout", 0, *options,
          *[t.file(f"{i}.bin", 30_000_000).url for i in range(count)])
    until("all run", lambda: all(item["done"] > 0 for item in t.items().values()))
    return Client(t)


@case
def the_limit_of_all_is_met(t):
    client = begin(t, 12, "--limit", "100K", "-x", 1)
    for limit in (400 * KIB, 200 * KIB):
        t.ok("set", "--limit", limit)
        expect_met(client, limit, slice(0, 1))
    client.close()
    t.ok("remove", "all")


@case
def the_limit_of_each_is_met(t):
    """Over several connections, too."""
    client = begin(t, 4, "--item-limit", "100K", "-x", 3, "--min-split", "64K")
    for limit in (300 * KIB, 150 * KIB):
        client.call("change", ids=list(t.items()), options={"item-limit": str(limit)})
        expect_met(client, limit, slice(1, None))
    client.close()
    t.ok("remove", "all")


run()
