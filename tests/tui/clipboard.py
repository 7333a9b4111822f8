"""Copying through the terminal: what it gets, and what tmux does with it, in both of its ways."""

import base64
import os
import pty
import re
import select
import subprocess
import time

from tmux import DEADLINE_S, Terminal, program

LINK = "https://example.org/files/debian-12.7.0-amd64-DVD-1.iso"
PATH = "/home/user/Downloads/debian-12.7.0-amd64-DVD-1.iso"
SENT = re.compile(rb"\033\]52;c;([A-Za-z0-9+/=]*)(?:\a|\033\\)")


def a_link_and_a_path_come_to_tmux(path):
    with Terminal() as terminal:
        terminal.tmux("set-option", "-s", "set-clipboard", "on")
        terminal.start(path)
        for key, text in ("y", LINK), ("Y", PATH):
            terminal.type(key)
            terminal.until(text, lambda: text in terminal.tmux("show-buffer", check=False))
            terminal.wait("sent to the terminal")
        assert terminal.calls() == [], terminal.calls()


def what_is_selected_is_copied_a_line_each(path):
    with Terminal() as terminal:
        terminal.tmux("set-option", "-s", "set-clipboard", "on")
        terminal.start(path)
        terminal.type("Space", "Space", "y")
        terminal.wait("2 links")
        lines = terminal.tmux("show-buffer").splitlines()
        assert lines == [LINK, "https://example.org/files/2024-annual-report.pdf"], lines
        terminal.type("v", "j", "Y")
        terminal.wait("4 paths")
        assert len(terminal.tmux("show-buffer").splitlines()) == 4


def too_much_is_refused_with_a_sentence(path):
    with Terminal() as terminal:
        terminal.write(f"env HAUL_FAKE=long {path}")
        terminal.type("Enter")
        terminal.wait("item-000001")
        terminal.type("f")
        terminal.write("item-000")
        terminal.type("Enter", "*")
        terminal.wait("999 selected")
        terminal.type("y")
        terminal.wait("too much for a terminal's clipboard")


def a_terminal_without_one_is_told_of(path):
    with Terminal() as terminal:
        terminal.start(path, TERM="linux")
        terminal.type("y")
        terminal.wait("takes nothing for a clipboard")


def read_until(fd, what, check):
    """What a pseudo-terminal shows, until CHECK finds what it wants in it."""
    seen = b""
    end = time.monotonic() + DEADLINE_S
    while time.monotonic() < end:
        if select.select([fd], [], [], 0.1)[0]:
            seen += os.read(fd, 65536)
        found = check(seen)
        if found:
            return found
    raise AssertionError(f"did not come: {what}; seen: {seen[-400:]!r}")


def tmux_passes_it_on_to_its_terminal(path):
    """With set-clipboard off tmux takes nothing for itself: the wrapped one comes through."""
    with Terminal() as terminal:
        terminal.tmux("set-option", "-s", "set-clipboard", "off")
        terminal.tmux("set-option", "-g", "allow-passthrough", "on")
        terminal.start(path)
        main, side = pty.openpty()
        client = subprocess.Popen(["tmux", "attach"], stdin=side, stdout=side, stderr=side,
                                  env={**terminal.environment, "TERM": "xterm-256color"},
                                  start_new_session=True)
        try:
            os.close(side)
            read_until(main, "the screen", lambda seen: b"debian" in seen)
            terminal.type("y")
            sent = read_until(main, "the link", SENT.search)
            assert base64.b64decode(sent.group(1)).decode() == LINK, sent
        finally:
            terminal.tmux("detach-client", check=False)
            client.wait(DEADLINE_S)
            os.close(main)


def main():
    path = program()
    for story in (a_link_and_a_path_come_to_tmux,
                  what_is_selected_is_copied_a_line_each,
                  too_much_is_refused_with_a_sentence,
                  a_terminal_without_one_is_told_of,
                  tmux_passes_it_on_to_its_terminal):
        story(path)


main()
