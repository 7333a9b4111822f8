"""Twenty links in the middle of a letter: pasted, watched, steered, left and found again; and every
byte of every file."""

from story import (Screen, Throttled, daemon_of, expect_going_on, received, screens_of, sessions)
from harness import case, expect, expect_equal, run, until

SIZE = 1_400_000
RATE = 14_000
PAUSED, CANCELLED = 1, 2


def letter(server):
    """A text with all links in it, in every dress; the first one twice."""
    url = server.url
    listed = "\n".join(f"  {n + 1}. {url(n)}" for n in range(12, 20))
    return f"""Hi, as promised \u2014 the files for Friday (mail me: a@example.org).
<p>First <a href="{url(0)}">one</a>, then <a class='x' href='{url(1)}'>another</a>;
<img src={url(2)} alt=x><br>
- [notes]({url(3)}), <{url(4)}>, "{url(5)}" and ({url(6)}).
See {url(7)}, {url(8)}; or {url(9)}!
\t{url(10)}\t{url(11)}
{listed}
\u3053\u308c\u306f\u30ea\u30f3\u30af\u3067\u3059\u3002 Again: {url(0)}
Bye \u2013 q b s x d y
""".encode()


def header(screen):
    return screen.lines()[0]


def wait_jobs(t, screen, running, limit):
    """Both the header and `haul list --json` say so many of so many."""
    screen.until(f"{running}/{limit} jobs", lambda: f"{running}/{limit} jobs" in header(screen))
    totals = t.ok("list", "--json").json()["totals"]
    expect_equal((totals["counts"]["active"], totals["jobs"]), (running, limit), "list --json")


def paste_and_accept(screen, server):
    screen.paste(letter(server))
    screen.until("the review sheet", lambda: "20 links, 1 repeated" in screen.text())
    for name in server.names[:8]:
        expect(name in screen.text(), f"{name} is not on the sheet:\n{screen.text()}")
    screen.type("Enter")
    screen.until("twenty rows", lambda: len(screen.rows()) == 20)


def bars_move(screen, name):
    screen.until("a percentage", lambda: screen.percent(name) >= 0)
    before = screen.percent(name)
    screen.until("the bar moves", lambda: screen.percent(name) > before)


def steer(t, screen, server):
    """More and fewer at once, one paused, one cancelled."""
    wait_jobs(t, screen, 8, 8)
    screen.type("+", "+")
    wait_jobs(t, screen, 10, 10)
    screen.type("-", "-", "-")
    wait_jobs(t, screen, 10, 7)
    screen.select(PAUSED)
    screen.type("p")
    wait_jobs(t, screen, 9, 7)
    screen.until("paused", lambda: "paused" in screen.row(server.names[PAUSED]))
    screen.select(CANCELLED)
    screen.type("x")
    wait_jobs(t, screen, 8, 7)
    screen.until("cancelled", lambda: "cancelled" in screen.row(server.names[CANCELLED]))


def leave_to_the_background(t, screen, modes):
    pid = screen.haul_pid()
    screen.type("q")
    screen.wait("Quit?")
    screen.type("b")
    screen.expect_sane(modes)
    expect(pid not in screens_of(t) and not screens_of(t), "the screen's process is still there")


def wait_progress(t, name):
    def done():
        return next(item["done"] for item in t.items().values() if item["name"] == name)
    before = done()
    until("its bytes come", lambda: done() > before)


@case
def twenty_links_in_a_letter(t):
    server = Throttled(t, 20, SIZE, RATE)
    with Screen(t) as screen:
        modes = screen.modes()
        screen.haul()
        daemon = daemon_of(t)
        paste_and_accept(screen, server)
        expect_equal([name for name, _ in sessions(t)], server.names, "the order of the text")
        bars_move(screen, server.names[0])
        steer(t, screen, server)

        states = sessions(t)
        leave_to_the_background(t, screen, modes)
        expect_equal(daemon_of(t), daemon, "the daemon")
        expect_going_on(t, 100_000)

        screen.haul()
        screen.until("twenty rows", lambda: len(screen.rows()) == 20)
        for name, row in zip(server.names, screen.rows()):
            expect(name in row, f"{name} is not in its place: {row!r}")
        expect_equal(sessions(t), states, "the queue when it was left")
        expect("paused" in screen.row(server.names[PAUSED]), "the paused one")
        expect("cancelled" in screen.row(server.names[CANCELLED]), "the cancelled one")
        bars_move(screen, server.names[0])

        arrive(t, screen, server)
    t.keeps(server.names[CANCELLED] + ".part", server.names[CANCELLED] + ".haul")


def arrive(t, screen, server):
    """The paused one goes on; then all may come quickly."""
    server.hurry()
    screen.select(PAUSED)
    screen.type("p")
    screen.until("no longer paused", lambda: "paused" not in screen.row(server.names[PAUSED]))
    screen.type("P")
    screen.until("all paused", lambda: t.ok("list", "--json").json()["totals"]["counts"]["paused"]
                 == 19)
    screen.until("the screen knows", lambda: sum("paused" in row for row in screen.rows()) == 19
                 and "0/7 jobs" in header(screen))  # it decides what the key means
    screen.type("P")
    screen.until("none paused", lambda: t.ok("list", "--json").json()["totals"]["counts"]["paused"]
                 == 0)
    going = [number for number, item in t.items().items() if item["state"] != "cancelled"]
    expect_equal(len(going), 19, "all but the cancelled one go on")
    expect_equal(t.haul("wait", *going).status, 0, "status of wait")
    for index in range(20):
        if index != CANCELLED:
            server.expect_equal(index)
    expect_equal(t.haul("wait").status, 7, "a cancelled one is not complete")
    screen.until("all marked done", lambda: sum("done" in row for row in screen.rows()) == 19)
    expect(server.names[CANCELLED] not in t.names(), "the cancelled one has its final name")
    expect(received(t) >= 19 * SIZE, "bytes of all")
    screen.type("q")
    screen.wait("prompt$")


run()
