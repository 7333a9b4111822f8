"""What a terminal does to a program: sizes, job control, hanging up; and what the program must leave
behind when it ends in any way."""

import os
import signal

from tmux import Terminal, is_alive, program


def is_whole(lines):
    """All of the screen at 100 columns and 12 lines."""
    return (len(lines) == 12 and lines[0].endswith("failed") and lines[2].startswith("── name ─")
            and "debian-12.7.0-amd64-DVD-1.iso" in lines[3] and lines[3].endswith("×4")
            and lines[11].endswith("quit"))


def resizes_end_in_the_last_size(path):
    with Terminal() as terminal:
        terminal.start(path)
        for step in range(40):
            terminal.resize(1 + step * 37 % 190, 1 + step * 13 % 60)
        terminal.resize(1, 1)
        terminal.resize(100, 12)
        terminal.until("the last layout", lambda: is_whole(terminal.text().splitlines()))
        # There and back again: the size is the same, what is shown was cut.
        terminal.resize(30, 5)
        terminal.resize(100, 12)
        terminal.until("the same layout", lambda: is_whole(terminal.text().splitlines()))
        terminal.type("q", "b")
        terminal.wait("prompt$")


def suspends_and_comes_back(path):
    with Terminal() as terminal:
        terminal.start(path)
        terminal.type("C-z")
        terminal.wait("Stopped")
        terminal.write("echo in the sh''ell")
        terminal.type("Enter")
        terminal.wait("in the shell")
        terminal.write("fg")
        terminal.type("Enter")
        terminal.wait("debian-12")
        terminal.wait_gone("in the shell")
        terminal.type("j", "p")
        terminal.until("the pause", lambda: terminal.calls() == ["pause 2"])


def stopped_from_outside_comes_back(path):
    with Terminal() as terminal:
        terminal.start(path)
        (pid,) = terminal.children()
        os.kill(pid, signal.SIGTSTP)
        terminal.wait("Stopped")
        terminal.write("fg")
        terminal.type("Enter")
        terminal.wait("debian-12")


def is_cat(pid):
    try:
        with open(f"/proc/{pid}/comm", encoding="ascii", errors="replace") as file:
            return file.read() == "cat\n"
    except (FileNotFoundError, ProcessLookupError):
        return False


def terminal_is_sane(terminal):
    """Echo and line mode are on, the main screen is shown, a paste is not marked."""
    terminal.wait("prompt$")
    terminal.write("clear; stty -a | tr ';' '\\n'; echo sho''wn")
    terminal.type("Enter")
    terminal.wait("shown")
    words = terminal.text().split()
    for word in ("icanon", "echo", "isig", "icrnl", "onlcr", "opost"):
        assert word in words, (word, words)
    flags = terminal.tmux("display-message", "-p", "#{alternate_on} #{cursor_flag}").strip()
    assert flags == "0 1", flags
    terminal.write("clear; cat -v")
    terminal.type("Enter")
    terminal.until("cat", lambda: any(map(is_cat, terminal.children())))
    terminal.paste(b"as it is")
    terminal.wait("as it is")
    assert "200~" not in terminal.text(), terminal.text()


def signal_leaves_the_terminal_sane(path, signum):
    with Terminal(rows=40) as terminal:
        # What a sanitizer says of a fault is no part of this.
        terminal.start(path, ASAN_OPTIONS="handle_segv=0:handle_abort=0:allow_user_segv_handler=1")
        (pid,) = terminal.children()
        os.kill(pid, signum)
        terminal.until("the end", lambda: not is_alive(pid))
        terminal_is_sane(terminal)


def closed_pane_ends_the_program(path):
    with Terminal() as terminal:
        terminal.start(path)
        (pid,) = terminal.children()
        terminal.tmux("set-option", "-g", "exit-empty", "off")
        terminal.tmux("kill-pane")
        terminal.until("the end", lambda: not is_alive(pid))


def main():
    path = program()
    resizes_end_in_the_last_size(path)
    suspends_and_comes_back(path)
    stopped_from_outside_comes_back(path)
    for signum in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT, signal.SIGSEGV, signal.SIGABRT):
        signal_leaves_the_terminal_sane(path, signum)
    closed_pane_ends_the_program(path)


main()
