"""The review sheet: a copied request, a link that mends a download, folders, options, and lines that
a terminal types in."""

import os

from tmux import Terminal, program

CURL = (b"curl 'https://example.org/export.csv' \\\r\n  -H 'Accept: text/csv' \\\r\n"
        b"  -b 'session=hunter2' --data-raw 'a=hunter2' --resolve x:1:2\r\n"
        b"and https://example.org/plain.iso\r\n")


def a_copied_request_keeps_its_secrets(path):
    with Terminal(columns=120) as terminal:
        terminal.start(path, fake="empty")
        terminal.paste(CURL)
        terminal.wait("2 links")
        terminal.wait("POST")
        terminal.wait("not done: --resolve")
        assert "hunter2" not in terminal.text(), terminal.text()
        terminal.type("Enter")
        terminal.wait("2 added")
        assert terminal.calls() == [
            "add 2 first https://example.org/export.csv into /home/user/Downloads",
            "  POST https://example.org/export.csv, 1 cookies, 1 headers, 4 connections"], \
            terminal.calls()


def a_link_mends_a_download(path):
    with Terminal() as terminal:
        terminal.start(path, fake="review")
        terminal.paste(b"https://new.example.net/9/film.mp4 https://example.org/other.bin\n")
        terminal.wait("1 link would mend a failed download: h")
        terminal.type("h")
        terminal.wait("becomes the link of 3")
        terminal.type("Enter")
        terminal.wait("1 added, 1 mended")
        assert terminal.calls() == [
            "change 3 to https://new.example.net/9/film.mp4 with 0 cookies",
            "add 1 first https://example.org/other.bin into /home/user/Downloads"], terminal.calls()


def tab_completes_folders(path):
    with Terminal() as terminal:
        for name in ("images", "isos"):
            os.mkdir(os.path.join(terminal.dir.name, name))
        terminal.start(path, fake="empty")
        terminal.paste(b"https://example.org/a.iso\n")
        terminal.wait("1 link")
        terminal.type("d")
        terminal.wait("Into folder:")
        terminal.type("C-u")
        terminal.write("~/i")
        terminal.type("Tab")
        terminal.wait("images/  isos/")
        terminal.type("s", "Tab")
        terminal.wait("Into folder: ~/isos/")
        terminal.type("Tab")
        terminal.wait("no folders in there")
        terminal.write("new")
        terminal.type("Tab")
        terminal.wait("it will be made")
        terminal.type("BSpace", "BSpace", "BSpace")
        terminal.wait_gone("new")
        terminal.type("Enter")
        terminal.wait_gone("Into folder:")
        terminal.type("Enter")
        terminal.wait("1 added")
        assert terminal.calls()[0].endswith(f"into {terminal.dir.name}/isos/"), terminal.calls()


def options_are_those_of_the_command_line(path):
    with Terminal() as terminal:
        terminal.start(path, fake="empty")
        terminal.paste(b"https://example.org/a.iso https://example.org/b.iso\n")
        terminal.wait("2 links")
        terminal.type("o")
        terminal.enter("-x nine")
        terminal.wait('"nine" is not a whole number')
        terminal.wait("Options: -x nine")  # it stays to be mended
        terminal.type("C-w")
        terminal.enter("9")
        terminal.wait("--connections 9")
        terminal.type("Enter")
        terminal.wait("2 added")
        assert sum("9 connections" in call for call in terminal.calls()) == 2, terminal.calls()


def typed_in_a_rush(terminal):
    """A line, and right behind its Enter the next one's beginning, in one piece that is too short
    for a paste. False: this machine took so long between two keys of it that somebody may have
    typed them one after the other, and the sheet is open."""
    terminal.type("a")
    terminal.wait("Add link:")
    for piece in ("https:", "//example.org/1.iso"):
        terminal.write(piece)
    terminal.paste(b"\rhttps:", bracketed=False)
    terminal.until("the second line, or the sheet", lambda: "Add link: https:" in terminal.text() or
                   "1 link," in terminal.text())
    return "Add link: https:" in terminal.text()


def typed_in_lines_are_reviewed(path):
    """The second line comes right behind the first one's Enter, in pieces that look like keys."""
    with Terminal() as terminal:
        terminal.start(path, fake="empty")
        tries = 0
        while not typed_in_a_rush(terminal):
            tries += 1
            assert tries < 10, terminal.text()
            terminal.type("Escape")
            terminal.until("the list", lambda: "1 link," not in terminal.text())
        terminal.enter("//example.org/qdx.iso")
        terminal.wait("2 links")
        terminal.wait("qdx.iso")
        assert terminal.calls() == [], terminal.calls()


def main():
    path = program()
    a_copied_request_keeps_its_secrets(path)
    a_link_mends_a_download(path)
    tab_completes_folders(path)
    options_are_those_of_the_command_line(path)
    typed_in_lines_are_reviewed(path)


main()
