"""Themes of users, and what is sent to terminals of all kinds: the bytes, without an emulator."""

import fcntl
import os
import pty
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

DEADLINE = 60
FOLDER = tempfile.mkdtemp(prefix="haul-themes-")
THEMES = os.path.join(FOLDER, "haul", "themes")

# TERM, the depth of its colours, and what selects one there.
TERMINALS = [
    ("xterm-256color", {}, rb"\x1b\[38;5;74m"),
    ("xterm-256color", {"COLORTERM": "truecolor"}, rb"\x1b\[38;2;95;179;220m"),
    ("xterm-256color", {"COLORTERM": "24bit"}, rb"\x1b\[38;2;95;179;220m"),
    ("tmux-256color", {"TMUX": "/tmp/x,1,0"}, rb"\x1b\[38;5;74m"),
    ("screen-256color", {"COLORTERM": "truecolor", "STY": "1.x"}, rb"\x1b\[38;5;74m"),
    ("xterm", {}, rb"\x1b\[36m"),
    ("linux", {}, rb"\x1b\[36m"),
    ("screen", {}, rb"\x1b\[36m"),
    ("vt100", {}, None),
    ("xterm-mono", {}, None),
    ("xterm-256color", {"NO_COLOR": "1", "COLORTERM": "truecolor"}, None),
]


def expect(holds, what, output=b""):
    if not holds:
        sys.stdout.buffer.write(output + b"\n")
        sys.exit(f"broken: {what}")


def run(term="xterm-256color", until=b"debian-12", **environment):
    """What the screen sends until it is asked to end, and its exit status."""
    env = {"PATH": os.environ["PATH"], "HOME": FOLDER, "XDG_CONFIG_HOME": FOLDER, "TERM": term,
           "LC_ALL": "C.UTF-8", "HAUL_FAKE": "busy",
           "HAUL_FAKE_STDERR": os.path.join(FOLDER, "log"), **environment}
    ours, theirs = pty.openpty()
    fcntl.ioctl(ours, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    child = subprocess.Popen([os.environ["HAUL_FAKE_UI"]], env=env, stdin=theirs, stdout=theirs,
                             stderr=theirs, start_new_session=True)
    os.close(theirs)
    output = b""
    asked = False
    deadline = time.monotonic() + DEADLINE
    while time.monotonic() < deadline:
        if not select.select([ours], [], [], 0.1)[0]:
            continue
        try:
            data = os.read(ours, 65536)
        except OSError:
            break
        if not data:
            break
        output += data
        if until in output and not asked:
            asked = True
            child.send_signal(signal.SIGTERM)
    os.close(ours)
    return output, child.wait(timeout=DEADLINE)


def theme(name, text):
    with open(os.path.join(THEMES, f"{name}.theme"), "w", encoding="utf-8") as file:
        file.write(text)


def each_terminal_is_sent_what_it_understands():
    for term, environment, accent in TERMINALS:
        for locale in ("C.UTF-8", "C"):
            output, status = run(term, LC_ALL=locale, **environment)
            what = f"{term} {environment} {locale}"
            expect(status == 0, f"{what}: the exit status is {status}", output)
            colors = re.findall(rb"\x1b\[(?:[0-9;]*;)?(?:[34][0-7]|[34]8;[0-9;]*)m", output)
            if accent:
                expect(re.search(accent, output), f"{what}: the accent is not there", output)
            else:
                expect(not colors, f"{what}: there are colours: {colors[:3]}", output)
            if accent and b"38;2" not in accent:
                expect(b"8;2;" not in output, f"{what}: it is sent true colours", output)
            expect(locale != "C" or output.isascii(), f"{what}: more than ASCII", output)


def a_theme_of_ones_own_is_found_by_name_and_by_path():
    theme("mine", "accent = #010203\n[256]\naccent = 99\n")
    path = os.path.join(THEMES, "mine.theme")
    for name in ("mine", path):
        output, _ = run(HAUL_THEME=name)
        expect(b"\x1b[38;5;99m" in output, f"{name} with 256 colours", output)
        output, _ = run(HAUL_THEME=name, COLORTERM="truecolor")
        expect(b"\x1b[38;2;1;2;3m" in output, f"{name} with true colour", output)


def a_broken_theme_is_told_before_the_screen_opens():
    theme("broken", "accent = #010203\nbda = red\n")
    for name, sentence in (("broken", f"haul: {THEMES}/broken.theme, line 2: there is no role "
                                      "\"bda\"; did you mean \"bad\"?\r\n"),
                           ("ligth", "haul: there is no theme \"ligth\"; did you mean \"light\"?\r\n")):
        output, status = run(HAUL_THEME=name)
        expect(status == 1, f"{name}: the exit status is {status}", output)
        expect(output == sentence.encode(), f"{name}: another sentence", output)


def a_terminal_without_a_screen_is_told():
    output, status = run("dumb")
    expect(status == 1 and b"can't show a screen" in output and b"\x1b" not in output,
           "a dumb terminal", output)


def main():
    os.makedirs(THEMES)
    try:
        each_terminal_is_sent_what_it_understands()
        a_theme_of_ones_own_is_found_by_name_and_by_path()
        a_broken_theme_is_told_before_the_screen_opens()
        a_terminal_without_a_screen_is_told()
    finally:
        shutil.rmtree(FOLDER)


main()
