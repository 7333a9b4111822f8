"""Cells that lead somewhere: what a terminal that knows links makes of all that is sent to it.

A terminal of our own, of the type haul-plain, keeps for each cell its character and its link. What
curses draws piece by piece must be what it draws at once, cell for cell, and every name of a file
that is there must lead to it, and nothing else anywhere."""

import concurrent.futures
import contextlib
import fcntl
import os
import pty
import random
import re
import select
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import termios
import time
import unicodedata
import urllib.parse

DEADLINE = 60
CLEAR = b"\x1b[H\x1b[2J"
FOLDER = tempfile.mkdtemp(prefix="haul-links-")
LINK = re.compile(rb"8;([^;]*);(.*)", re.DOTALL)
NAME = re.compile(r"(photo-\d{3}\.zip|\u8cc7\u6599 \d{3}#e\u0301\.pdf)")


class Broken(Exception):
    pass


def expect(holds, what):
    if not holds:
        raise Broken(what)


def at_a_time(function, calls):
    """The results of FUNCTION for each of CALLS, which mostly wait."""
    with concurrent.futures.ThreadPoolExecutor() as pool:
        return list(pool.map(lambda words: function(*words), calls))


def width_of(character):
    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


class Cells:
    """The terminal: rows of [character, link]; the right half of a wide one is ""."""

    def __init__(self, columns, rows):
        self.size = columns, rows
        self.link, self.y, self.x = "", 0, 0
        self.before_clear = None
        self.clear()

    def clear(self):
        columns, rows = self.size
        self.rows = [[[" ", ""] for _ in range(columns)] for _ in range(rows)]

    def put(self, character):
        if width_of(character) == 0:
            expect(self.x > 0, "a combining character without another one")
            x = self.x - 1 - (self.rows[self.y][self.x - 1][0] == "")
            self.rows[self.y][x][0] += character
            return
        expect(not 0xE0000 <= ord(character) < 0xF0000, f"a mark is sent: {ord(character):x}")
        self.rows[self.y][self.x] = [character, self.link]
        self.x += 1
        if width_of(character) == 2:
            self.rows[self.y][self.x] = ["", self.link]
            self.x += 1

    def control(self, words):
        if match := re.fullmatch(r"(\d+);(\d+)H", words):
            self.y, self.x = int(match[1]) - 1, int(match[2]) - 1
        elif words == "H":
            self.y = self.x = 0
        elif words == "2J":
            self.before_clear = self.rows
            self.clear()
        else:
            expect(words[-1] in "mhlpt", f"an unknown sequence: {words}")
        expect(not self.link, f"{words} within a link")

    def command(self, words):
        if match := LINK.fullmatch(words):
            link = match[2].decode("ascii")
            expect(bool(link) != bool(self.link), f"a link within a link: {link}")
            expect(all(0x21 <= ord(c) <= 0x7e for c in link), f"more than ASCII: {link!r}")
            self.link = link

    def feed(self, output):
        at = 0
        pieces = re.compile(rb"\x1b\[([0-9;?$]*[@-~])|\x1b\](.*?)\x1b\\|([\x00-\x1f])"
                            rb"|([^\x00-\x1f]+)", re.DOTALL)
        while match := pieces.match(output, at):
            at = match.end()
            if match[1]:
                self.control(match[1].decode())
            elif match[2]:
                self.command(match[2])
            elif match[3]:
                expect(match[3] in b"\r\n", f"a control character: {match[3]}")
                self.x, self.y = (0, self.y) if match[3] == b"\r" else (self.x, self.y + 1)
            else:
                for character in match[4].decode():
                    self.put(character)
        expect(at == len(output), f"what is this: {output[at:at + 20]}")

    def text(self):
        return "".join("".join(cell[0] for cell in row).rstrip() + "\n" for row in self.rows)


def said(folder):
    """What the program wrote to its standard error."""
    with contextlib.suppress(OSError), open(os.path.join(folder, "log"), encoding="utf-8") as file:
        return file.read()
    return ""


def run(script, fake="done", columns=80, rows=24, links="on", term="haul-plain", **environment):
    """What is sent while SCRIPT is typed, and after Ctrl-L until all is there that the program says
    it shows; and what is sent at its end."""
    folder = tempfile.mkdtemp(dir=FOLDER)
    dump, path = os.path.join(folder, "dump"), os.path.join(folder, "script")
    with open(path, "w", encoding="utf-8") as file:
        file.write(f"{script}\n<Ctrl-L>\n:dump-screen {dump}\n")
    env = {"PATH": os.environ["PATH"], "HOME": folder, "TERM": term, "TZ": "UTC",
           "TERMINFO_DIRS": os.environ["TERMINFO_DIRS"], "LC_ALL": "C.UTF-8", "HAUL_FAKE": fake,
           "HAUL_SCRIPT": path, "HAUL_HYPERLINKS": links,
           "HAUL_FAKE_STDERR": os.path.join(folder, "log"), **environment}
    ours, theirs = pty.openpty()
    fcntl.ioctl(ours, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
    child = subprocess.Popen([os.environ["HAUL_FAKE_UI"]], env=env, stdin=theirs, stdout=theirs,
                             stderr=theirs, start_new_session=True)
    os.close(theirs)
    output, end = b"", time.monotonic() + DEADLINE
    while not shows(dump, output, columns, rows):
        expect(time.monotonic() < end, f"{script}: no end; {output[-500:]}")
        if select.select([ours], [], [], 0.05)[0]:
            output += os.read(ours, 65536)
    child.send_signal(signal.SIGTERM)
    left = b""
    try:
        while data := os.read(ours, 65536):
            left += data
    except OSError:
        pass
    os.close(ours)
    status = child.wait(timeout=DEADLINE)
    expect(status == 0, f"{script}: exit status {status}; {left[-500:]}; {said(folder)}")
    return output, left


def shows(dump, output, columns, rows):
    """Is all on the terminal that the program says it shows, drawn anew once more?"""
    try:
        with open(dump, encoding="utf-8") as file:
            text = file.read()
    except FileNotFoundError:
        return False
    if output.count(CLEAR) < 2:  # one of the first frame
        return False
    cells = Cells(columns, rows)
    try:
        cells.feed(output[output.rindex(CLEAR):])
    except (Broken, UnicodeDecodeError):
        return False  # half a sequence: more is to come
    return cells.text() == text


def file_link(name):
    return "file://box/home/user/Downloads/" + urllib.parse.quote(name)


def expected(row):
    """The links of a row of the list, by its text."""
    text, at = "", []
    for x, cell in enumerate(row):
        at += [x] * len(cell[0])
        text += cell[0]
    links = [""] * len(row)
    for match in NAME.finditer(text):
        if "done" not in text:
            continue
        for x in range(at[match.start()], at[match.end() - 1] + 1):
            links[x] = file_link(match[0])
    return links


def drawn_at_once(script, fake, columns, rows):
    """Runs SCRIPT; the terminal, after it has been compared with itself."""
    sent, _ = run(script, fake, columns, rows)
    cells = Cells(columns, rows)
    cells.feed(sent)
    for one, other in zip(cells.before_clear, cells.rows):
        expect(one == other, f"{script!r} at {columns}x{rows}: piece by piece\n{one}\n"
                             f"at once\n{other}")
    return cells


def wander():
    """Here and there, for half a hundred frames. The seed is printed, and taken from HAUL_SEED."""
    seed = int(os.environ.get("HAUL_SEED", random.randrange(1 << 32)))
    print(f"HAUL_SEED={seed}")
    random.seed(seed)
    steps = ["j", "jjj", "k", "<PageDown>", "<PageUp>", "g", "G", "<Tab>", "1", "4", "6", "?", "!",
             "<Esc>", "<Enter>", "sn", "S", "/5<Enter>", "n", "N", "*", "v", "f1<Enter>"]
    return "\n".join([random.choice(steps) for _ in range(50)] + ["1"])  # which ends any notice


def every_piece_is_as_if_drawn_at_once():
    """Scrolled by a line the letters of the names stand where others of another file stood; paged
    through, there are more files than a screen has links for."""
    pages = "\n".join(["<PageDown>"] * 8)
    runs = [("j\n<PageDown>\nj\nj\nk\n<PageUp>\nG\nk\ng\nG", "done", 80, 24),
            ("sn\nS\nj\n/photo-02<Enter>\nn\nn", "done", 80, 24),
            ("v\njjj\nv\nf12<Enter>\nj\nf5<Enter>", "done", 80, 24),
            (f"{pages}\nj\n?\nj\n<Esc>", "done", 80, 45),
            (f"{pages}\n<Enter>\nj\nj\n<Enter>\nk", "done", 161, 45),
            ("G\n*\n6\nj\n1\nd\nn", "done", 40, 10),
            ("<Enter>\nj\nj\n<Esc>\nj", "busy", 80, 24),
            (wander(), "done", random.choice((60, 110, 150)), random.choice((10, 30)))]
    for what, cells in zip(runs, at_a_time(drawn_at_once, runs)):
        if what[1] == "done" and what[2] == 80:
            for row in cells.rows[3:-1]:
                links = [link for _, link in row]
                expect(links == expected(row), f"{what}: the links of {row}")


def details_lead_to_the_file_the_folder_and_the_link():
    runs = [("jj\n<Enter>\nj\nj\nk\n<Esc>\n<Enter>", "done", *size) for size in ((80, 24), (161, 45))]
    for cells in at_a_time(drawn_at_once, runs):
        links = {link for row in cells.rows for _, link in row if link}
        for link in (file_link("photo-004.zip"), "file://box/home/user/Downloads",
                     "https://example.org/files/photo-004.zip"):
            expect(link in links, f"{link} is not there: {links}")


def details_lead_to_redirects_and_mirrors():
    """Of the first item, which has both."""
    runs = [("<Enter>\nj\nk\n", "busy", *size) for size in ((80, 60), (161, 60))]
    for cells in at_a_time(drawn_at_once, runs):
        links = {link for row in cells.rows for _, link in row if link}
        for link in ("https://mirror.example.net/pub/debian-12.7.0-amd64-DVD-1.iso",
                     "https://example.org/files/debian-12.7.0-amd64-DVD-1.iso",
                     "https://mirror.example.net/debian.iso"):
            expect(link in links, f"{link} is not there: {links}")


def only_terminals_that_know_links_get_them():
    wanted = [({"links": "off"}, False), ({"links": "auto"}, False),
              ({"links": "auto", "VTE_VERSION": "6800"}, True),
              ({"links": "on", "HAUL_UI_RATE": "500"}, False),  # a slow line
              ({"links": "on", "LC_ALL": "C"}, False)]
    sent = at_a_time(lambda words: run("j", **words), [(words,) for words, _ in wanted])
    for (words, holds), (output, left) in zip(wanted, sent):
        expect((b"\x1b]8;id=" in output) == holds, f"links with {words}")
        expect(not holds or b"\x1b]8;;\x1b\\" in left, f"no end when it is given back: {words}")


def main():
    try:
        every_piece_is_as_if_drawn_at_once()
        details_lead_to_the_file_the_folder_and_the_link()
        details_lead_to_redirects_and_mirrors()
        only_terminals_that_know_links_get_them()
    except Broken as broken:
        sys.exit(f"broken: {str(broken)[:4000]}")
    finally:
        shutil.rmtree(FOLDER)


main()
