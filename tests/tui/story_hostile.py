"""Names, headers, links, redirects and error texts that want to be more than text. What reaches the
terminal holds haul's own sequences only, each text stays in its own cell, and the commands print
none of it either."""

import itertools
import os

from story import Screen, columns, expect_own_sequences, screens_of
from harness import HAUL, case, expect, expect_equal, run

NASTY = {
    "clear": b"\x1b[2J\x1b[H",
    "clipboard": b"\x1b]52;c;aGF1bGVk\x07",
    "title": b"\x1b]0;owned\x1b\\",
    "c1": "\x9b31m\x9d0;owned\x9c\x85\x90q\x9c".encode(),
    "raw c1": b"\x9b31m\x9d0;owned\x9c\x85",
    "bidi": "\u202egpj.exe\u2066\u200f\u061c".encode(),
    "lines": b"\r\nover\x0b\x0cdown\ttab\x08\x08\x08",
    "separators": "\u2028\u2029\ufeff".encode(),
    "dcs": b"\x1bP$q q\x1b\\\x1b_apc\x1b\\\x1b^pm\x1b\\\x1b(0\x0e",
    "invalid": b"\xff\xfe\xc0\x80\xed\xa0\x80\xf4\x90\x80\x80",
    "marks": ("e" + "\u0301" * 300).encode(),
    "wide": "\u8cc7\u6599\uff21\u200d\ufe0f".encode(),
    "long": b"x" * 4000,
    "long wide": "\u8cc7".encode() * 1300,
    "tags": "\U000e0001\U000e0061\U000e007f\u2060\u180e".encode(),
}
BEFORE, AFTER = "aaaa-good.bin", "zzzz-good.bin"


def in_a_header(raw):
    """A header can't hold a line's end: there it is given in its encoded form."""
    return raw.replace(b"\r", b"").replace(b"\n", b"")


def hostile(t, raw):
    """Links whose answers hold RAW in every place that haul shows something of."""
    header = in_a_header(raw)
    escaped = b"".join(b"%%%02X" % byte for byte in raw)
    small = header[:2000]
    return [
        t.file("named", disposition=b'attachment; filename="n' + header + b'.bin"').url,
        t.file("encoded", disposition=b"attachment; filename*=UTF-8''" + escaped + b".bin").url,
        t.origin.url("p" + escaped[:600].decode() + ".bin", size=10),
        t.file("served.bin", header=b"Server: s" + header, type=b"text/" + small).url,
        t.origin.url("reason", raw=b"HTTP/1.1 404 No " + header +
                     b"\r\nServer: evil" + header + b"\r\nContent-Length: 0\r\n\r\n"),
        t.origin.url("realm", raw=b'HTTP/1.1 401 No\r\nWWW-Authenticate: Basic realm="' + header +
                     b'"\r\nContent-Length: 0\r\n\r\n'),
        t.origin.url("scheme", redirect=b"evil" + small + b"://x/"),
        t.origin.url("nowhere", redirect=b"http://127.0.0.1:1/" + small),
        t.origin.url("nothing", raw=raw + b"\r\n\r\n"),
        t.origin.url("range", size=10, header=b"Content-Range: " + small, status=206),
        t.origin.url("later", status=503, retry_after=small),
    ]


def good(t, name):
    return t.file(name, 2048).url


class Recorded(Screen):
    """A pane whose bytes are kept."""

    def record(self):
        self.bytes_path = os.path.join(self.dir.name, "bytes")
        self.tmux("pipe-pane", "-O", f"cat >> '{self.bytes_path}'")
        self.title = self.format("pane_title")

    def expect_own(self, what):
        """Nothing but haul's own has come, and the terminal's other parts are untouched."""
        with open(self.bytes_path, "rb") as file:
            expect_own_sequences(file.read(), what)
        expect_equal(self.format("pane_title"), self.title, "the title")
        expect_equal(self.tmux("list-buffers").strip(), "", "the clipboard")
        for line in self.tmux("capture-pane", "-p", "-e").split("\n"):
            expect_own_sequences(line.encode(), f"the screen of {what}")


def cells(row):
    """The row's cells, '' for the second half of a wide character."""
    found = []
    for char in row:
        width = columns(char)
        if width == 0 and found:
            found[-1] += char
        else:
            found += [char] + [""] * (width - 1)
    return found


def expect_grid(screen, width, height, at, what):
    """One row an item, each telling its state in column AT, nothing outside of its cells."""
    lines = screen.lines()
    damage = f"; {what} the screen is\n{screen.text()}"
    expect_equal(len(lines), height, "lines" + damage)
    expect("jobs" in lines[0] and "[All]" in lines[1] and "quit" in lines[-1], "the frame" + damage)
    rows = screen.rows()
    expect_equal(len(rows), rows_of(height), "rows" + damage)
    for row in rows:
        place = cells(row)
        expect(place[:3] in ([" ", "✓", " "], [" ", "✗", " "]), f"the mark: {row!r}" + damage)
        expect(len(place) <= width, f"too wide: {row!r}" + damage)
        expect(place[at - 2:at] == [" ", " "], f"the name's column: {row!r}" + damage)
        expect(row_tells("".join(place[at:])), f"the state's column: {row!r}" + damage)


def rows_of(height):
    return height - (4 if height >= 12 else 3)


def row_tells(text):
    return text.startswith("done") or text[:1].isprintable() and text[:1] != " "


def rest(t):
    """All is done or failed."""
    t.haul("wait")
    states = {item["state"] for item in t.items().values()}
    expect(states <= {"done", "failed"}, f"states: {states}")


def add_all(t):
    """All hostile links at once, between two good ones: the list is long enough for many screens,
    and what has to be waited for is waited for once. Returns the ids of each kind."""
    kinds = {what: hostile(t, raw) for what, raw in NASTY.items()}
    t.write("links", "".join(link + "\n" for links in kinds.values() for link in links))
    first = t.add("--retries", 0, good(t, BEFORE))
    t.haul("add", "--retries", 0, "-d", t.dir, "-i", os.path.join(t.home, "links"))
    t.add("--retries", 0, good(t, AFTER))
    rest(t)
    ids = iter([number for number in t.items() if number not in first])
    return {what: list(itertools.islice(ids, len(links))) for what, links in kinds.items()}


def wait_for_rest(screen):
    """The screen may be a frame behind the daemon."""
    screen.until("all is over", lambda: " 0/" in screen.lines()[0] and
                 "queued" not in screen.lines()[0] and "failed" in screen.lines()[0])


def seen(screen, width, height):
    """Every page of the list in that size."""
    screen.resize(width, height)
    screen.until("the size", lambda: len(screen.lines()) == height and screen.lines()[-1].strip())
    screen.type("g")
    screen.until("the first", lambda: "done" in screen.row(BEFORE[:4]))
    at = columns(screen.row(BEFORE[:4]).partition("done")[0])
    while True:
        screen.until("all rows", lambda: len(screen.rows()) == rows_of(height))
        expect_grid(screen, width, height, at, f"at {width}x{height}")
        if screen.row(AFTER[:4]):
            return
        before = screen.tmux("capture-pane", "-p", "-e")  # the first key moves the cursor only
        screen.type("NPage")
        screen.until("the next page", lambda before=before:
                     screen.tmux("capture-pane", "-p", "-e") != before)


# Bells and the title are haul's own; tui/announcing looks at them.
QUIET = {"HAUL_NOTIFY": "off", "HAUL_TITLE": "off"}


@case
def in_the_list(t):
    t.env |= QUIET
    with Recorded(t) as screen:
        screen.record()
        screen.haul()
        add_all(t)
        wait_for_rest(screen)
        seen(screen, 80, 24)
        seen(screen, 40, 10)
        screen.expect_own("the list")
        screen.type("q")
        screen.wait("prompt$")


def pane(screen):
    """The text of the details, without the list beside it, as if it had no lines."""
    return "".join((line.partition("│")[2] or line).strip() for line in screen.lines())


def find_by_paging(screen, text):
    """Pages down and up until the details show TEXT; a key only when the last one has been seen.
    Beside the list they have room for all of it."""
    keys = itertools.cycle(["NPage"] * 3 + ["PPage"] * 3)
    before = ""

    def found():
        nonlocal before
        now = pane(screen)
        if text in now:
            return True
        if now == before and "Esc back" in screen.text():
            screen.type(next(keys))
        before = now
        return False

    screen.until(f"details with {text}", found)


@case
def in_the_details(t):
    t.env |= QUIET
    with Recorded(t) as screen:
        screen.record()
        screen.haul()
        kinds = add_all(t)
        wait_for_rest(screen)
        urls = {number: item["url"][:30] for number, item in t.items().items()}
        screen.type("g")
        screen.wait(BEFORE[:4])
        for number, (what, ids) in enumerate(kinds.items()):
            screen.resize(*((80, 24), (40, 10), (120, 30))[number % 3])
            for index in range(len(ids)):
                screen.type("j")
                if index not in (0, 3, 6):  # a name, a server and a reason, a redirect
                    continue
                screen.type("Enter")
                find_by_paging(screen, urls[ids[index]])
                expect("jobs" in screen.lines()[0], f"the header with {what}:\n{screen.text()}")
                # Beside the list the page keys are the list's.
                screen.type(*[] if "│" in screen.text() else ["NPage"] * 3, "Enter")
                screen.until("the list alone", lambda: "Esc back" not in screen.text() and
                             "│" not in screen.text())
            screen.expect_own(what)
        screen.type("q")
        screen.wait("prompt$")


@case
def on_the_review_sheet(t):
    t.env |= QUIET
    with Recorded(t) as screen:
        screen.record()
        screen.haul()
        for what, raw in NASTY.items():
            text = (b"see http://127.0.0.1/a.bin " + raw + b" and http://127.0.0.1/" + raw +
                    b"b.bin\nx://" + raw + b" http://u:p@" + raw + b"/ http://127.0.0.1/last.bin\n")
            screen.paste(text)
            screen.tmux("delete-buffer")  # what is there from now on, haul has set
            screen.until(f"a sheet for {what}", lambda: "a.bin" in screen.text() and
                         "links" in screen.text())
            expect("into" in screen.lines()[2 + 1], f"the title with {what}:\n{screen.text()}")
            screen.expect_own(what)
            screen.type("Escape")
            screen.wait("Nothing here yet")
        screen.type("q")
        screen.wait("prompt$")


@case
def in_what_the_commands_print(t):
    """On a terminal, where `get` draws a bar too."""
    with Recorded(t) as screen:
        screen.record()
        kinds = add_all(t)
        numbers = " ".join(map(str, [number for ids in kinds.values() for number in ids[::2]]))
        script = t.write("commands", f"""
            {HAUL} list; {HAUL} list --json
            for n in {numbers}; do {HAUL} show $n; done
            {HAUL} show --json {numbers.split()[0]}
            {HAUL} get -v --retries 0 --if-exists overwrite -d {t.dir} -i {t.home}/links
            {HAUL} remove all; clear; echo that was al''l
            """)
        screen.command("sh", script)
        screen.wait("that was all")
        screen.expect_own("the commands")
        expect_equal(screens_of(t), [], "hauls that are left")


run()
