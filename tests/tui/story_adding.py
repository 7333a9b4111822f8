"""From a browser's clipboard to files: a copied request that only works with its cookie, links with
their sizes, duplicates, and a new link for a download whose own has expired."""

import os
import signal

from story import PROMPT, Screen
import harness
from harness import case, expect, expect_equal, header, run, until


@case
def a_copied_request_is_downloaded(t):
    file = t.file("export.csv", 60_000, require="Cookie: session=hunter2")
    with Screen(t, columns=120) as screen:
        screen.haul()
        screen.paste(f"curl '{file.url}' \\\n  -H 'Accept: text/csv' -H 'Accept-Encoding: gzip, br' \\\n"
                     f"  -b 'session=hunter2' --data-raw $'a=\\u00fc' --compressed\n".encode())
        screen.until("the sheet", lambda: "1 link" in screen.text() and "POST" in screen.text())
        expect("hunter2" not in screen.text(), f"the cookie is on the screen:\n{screen.text()}")
        screen.type("Enter")
        until("the file", lambda: "export.csv" in t.names())
        screen.until("its row", lambda: "done" in screen.row("export.csv"))
        screen.type("q")
    t.expect_file("export.csv", file)
    [request] = t.origin.requests("export.csv")
    expect_equal((request["method"], request["body"].encode("latin-1").decode(),
                  header(request, "Accept"), header(request, "Accept-Encoding")),
                 ("POST", "a=\u00fc", "text/csv", "identity"), "request")


@case
def sizes_and_duplicates_are_seen(t):
    there, new = t.file("there.bin", 30_000), t.file("new.bin", 3 << 20)
    gone = t.origin.url("missing.bin", status=404)
    [number] = t.add(there.url)
    t.ok("wait", number)
    with Screen(t) as screen:
        screen.haul()
        screen.paste(f"{there.url} {new.url} {gone}\n".encode())
        screen.until("the size", lambda: "3.0 MiB" in screen.text())
        screen.until("the refusal", lambda: "the server says 404" in screen.text())
        expect(f"as {number}" in screen.text(), f"the duplicate is not marked:\n{screen.text()}")
        expect("3 links, 2 chosen" in screen.text(), f"it is still chosen:\n{screen.text()}")
        screen.type("G", "x", "Enter")
        screen.until("the end", lambda: "done" in screen.row("new.bin"))
        screen.type("q")
    t.expect_file("new.bin", new)
    expect_equal(len(t.items()), 2, "items")


@case
def what_is_here_already_is_told(t):
    file = t.file("kept.bin", 20_000)
    [number] = t.add(file.url)
    t.ok("wait", number)
    t.ok("remove", number)
    with Screen(t) as screen:
        screen.command(harness.HAUL, f"'{file.url}'")
        screen.until("the notice", lambda: "0 added, 1 here already" in screen.text())
        expect_equal(t.items(), {}, "items")
        screen.paste(f"{file.url}\n".encode())
        screen.until("the mark", lambda: "1 link, 0 chosen" in screen.text())
        expect(f"have it: {t.path('kept.bin')}" in screen.text(), f"where:\n{screen.text()}")
        screen.type("Space")
        screen.until("it is chosen", lambda: "✓  kept.bin" in screen.text())
        screen.type("Enter")
        screen.until("it is fetched, since it was chosen", lambda: "done" in screen.row("kept"))
        screen.type("q")
    expect_equal(sorted(t.names()), ["kept (1).bin", "kept.bin"], "files")


@case
def a_long_list_of_the_command_line_is_added_whole_and_in_its_order(t):
    """Each line with a name of its own, so that none shares its options with another."""
    names = [f"part-{number * 7919 % 3000:04}.bin" for number in range(3000)]
    url = t.origin.url("never.bin")
    links = t.write("links", "".join(f"{url}&n={name}\n  out={name}\n" for name in names))
    with Screen(t) as screen:
        screen.haul("--start-at", "+20h", "-i", links)
        screen.until("what came of it", lambda: "3000 added" in screen.text())
        screen.type("q", "b")
        screen.wait(PROMPT)
    expect_equal([item["name"] for item in t.items().values()], names, "items")
    t.ok("remove", "all")


@case
def a_long_list_arrives_whole_though_the_terminal_goes(t):
    url = t.origin.url("never.bin")
    links = t.write("links", "".join(f"{url}&n={number}\n  out={number}.bin\n"
                                     for number in range(8000)))
    t.ok("set", "-j", 1)  # there is a daemon
    with Screen(t) as screen:
        screen.command(harness.HAUL, "--start-at", "+20h", "-i", links)
        screen.until("the terminal is taken", lambda: screen.format("alternate_on") == "1")
        os.kill(screen.haul_pid(), signal.SIGTERM)
        screen.until("the end", lambda: screen.format("alternate_on") == "0")
        screen.until("all of it", lambda: len(t.items()) == 8000)
    t.ok("remove", "all")


def expired(t, name, size):
    """The number of an item with bytes whose link is refused by now."""
    [number] = t.add(t.origin.file(name, size, sound=1, status=403, gate=size // 2).url)
    until("bytes arrive", lambda: t.items()[number]["done"] >= 100_000)
    until("a record is written", lambda: name + ".haul" in t.names())
    t.ok("pause", number)
    until("it is put away", lambda: t.items()[number]["connections"] == 0)
    t.ok("resume", number)
    t.haul("wait", number)
    expect_equal(t.items()[number]["error"], "expired", "error")
    return number


@case
def a_pasted_link_mends_a_download(t):
    number = expired(t, "film.mp4", 2_000_000)
    done = t.items()[number]["done"]
    seed = next(r for r in t.origin.requests("film.mp4"))["target"].split("seed=")[1].split("&")[0]
    fresh = t.origin.url("new/film.mp4", size=2_000_000, seed=seed)
    other = t.file("other.bin")
    with Screen(t) as screen:
        screen.haul()
        screen.paste(f"{fresh}\n{other.url}\n".encode())
        screen.until("the offer", lambda: "would mend" in screen.text())
        screen.type("h")
        screen.until("it is taken", lambda: f"becomes the link of {number}" in screen.text())
        screen.type("Enter")
        screen.until("what was done", lambda: "1 added, 1 mended" in screen.text() or
                     "done" in screen.row("film.mp4"))
        until("all is done", lambda: [i["state"] for i in t.items().values()] == ["done"] * 2)
        screen.type("q")
    expect_equal([item["id"] for item in t.items().values()], [number, number + 1], "items")
    t.expect_file("other.bin", other)
    asked = [header(r, "Range") for r in t.origin.requests("new/film.mp4")]
    expect(any(r and not r.startswith("bytes=0-") for r in asked),
           f"nothing of the {done} bytes was kept: {asked}")
    expect_equal(t.names(), ["film.mp4", "other.bin"], "files")


run()
