"""What the stories stand on: the real haul in a real tmux, downloads from a real nginx that is held
back, and a look at everything from outside.

The shell in the pane is one without a line editor of its own, so the line's modes at its prompt are
the terminal's, and are looked at through the pane's device, not through a program that may set
them. Every wait has a deadline; nothing sleeps for a guessed time."""

import codecs
import contextlib
import os
import re
import signal
import subprocess
import sys
import termios
import unicodedata

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "flow"))

import harness  # noqa: E402
from harness import Failure, child_server, content, expect, free_port, need, until  # noqa: E402
from tmux import Control, Terminal, children_of, is_alive  # noqa: E402

PROMPT = "prompt$"
SHELL = f"env PS1='{PROMPT} ' bash --norc --noprofile --noediting"


class Screen(Terminal):
    """A pane with a plain shell in which CASE's haul runs."""

    def __init__(self, case, columns=80, rows=24):
        need("tmux")
        super().__init__(columns, rows)
        self.case = case
        keep = {name: value for name, value in case.env.items() if name != "TERM"}
        self.environment = {**keep, "TMUX_TMPDIR": self.dir.name, "XDG_DOWNLOAD_DIR": case.dir,
                            "HISTFILE": "", "TZ": "UTC"}

    def __enter__(self):
        try:
            self.open(*self.size)
        except BaseException:
            self.__exit__(*sys.exc_info())
            raise
        return self

    def open(self, columns, rows):
        self.tmux("-f", "/dev/null", "new-session", "-d", "-x", str(columns), "-y", str(rows),
                  "-c", self.case.work, SHELL)
        self.server = int(self.format("pid"))
        for option, value in (("status", "off"), ("exit-empty", "off"), ("set-clipboard", "on")):
            self.tmux("set-option", "-g", option, value)
        self.control = Control(self.environment)
        self.resize(columns, rows)
        self.wait(PROMPT)

    def __exit__(self, kind, value, traceback):
        if kind:
            print(self.text(), file=sys.stderr)
        pids = self.processes()
        self.hang_up()
        self.tmux("kill-server", check=False)
        for pid in pids:
            with contextlib.suppress(Failure):
                until(f"the end of {pid}", lambda pid=pid: not is_alive(pid), 5)
            if is_alive(pid):
                os.kill(pid, signal.SIGKILL)
        self.dir.cleanup()

    def tmux(self, *words, check=True, data=None):
        printed = self.asked(words)
        if printed is not None:
            return printed
        done = subprocess.run(["tmux", *words], env=self.environment, input=data, check=False,
                              timeout=harness.DEADLINE, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE)
        expect(not check or done.returncode == 0, f"tmux {words}: {done.stderr!r}")
        return done.stdout.decode(errors="replace")

    def until(self, what, check):
        try:
            until(what, check)
        except Failure as failure:
            raise Failure(f"{failure}; the screen:\n{self.text()}") from None

    def format(self, name):
        return self.tmux("display-message", "-p", "#{%s}" % name).strip()

    def lines(self):
        """The screen, exactly as many lines as it has."""
        return self.text().split("\n")[:-1]

    def window(self):
        """A new window with its own shell, which becomes the one that is looked at."""
        self.tmux("new-window", "-c", self.case.work, SHELL)
        self.resize(*self.size)
        self.wait(PROMPT)

    # haul

    def haul(self, *arguments):
        """Runs haul as a user would, and waits for its screen; returns its pid."""
        self.command(harness.HAUL, *arguments)
        self.wait_screen()
        return self.haul_pid()

    def command(self, *words):
        self.write(" ".join(map(str, words)))
        self.type("Enter")

    def wait_screen(self):
        self.until("haul's screen", lambda: self.format("alternate_on") == "1" and
                   re.search(r"/[1-9]\d*( jobs|$)", self.lines()[0]))

    def haul_pid(self):
        def own():
            return [pid for pid in children_of(int(self.format("pane_pid")))
                    if program_of(pid) == os.path.realpath(harness.HAUL)]
        return until("haul runs below the shell", own)[0]

    def rows(self):
        """The list's rows, without what a large screen has room for beside and below them."""
        body = self.lines()[2:-1]
        if body and body[0].startswith("──"):
            body = body[1:]
        rules = [n for n, line in enumerate(body) if line.startswith("──")]
        body = [line.split("│")[0] for line in body[:rules[0] if rules else None]]
        return [line for line in body if line.strip()]

    def row(self, name):
        """The list's row of that file, '' when it is not seen."""
        return next((row for row in self.rows() if name in row), "")

    def percent(self, name):
        found = re.search(r"(\d+)%", self.row(name))
        return int(found.group(1)) if found else -1

    def select(self, index):
        """Puts the cursor on the list's row of that number."""
        self.type("g", *["j"] * index)

    # The terminal

    def modes(self):
        """The line's modes, read from outside."""
        tty = os.open(self.format("pane_tty"), os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
        try:
            return termios.tcgetattr(tty)
        finally:
            os.close(tty)

    def expect_sane(self, modes):
        """The shell has its terminal back as it was: MODES, main screen, cursor, plain pastes."""
        self.wait(PROMPT)
        self.until("the main screen", lambda: self.format("alternate_on") == "0")
        self.until("the line's modes as before", lambda: self.modes() == modes)
        expect(self.format("cursor_flag") == "1", "the cursor is hidden")
        for flag in ("mouse_any_flag", "keypad_flag", "insert_flag", "origin_flag"):
            expect(self.format(flag) == "0", f"{flag} is still on")
        expect(self.format("keypad_cursor_flag") == "0", "application cursor keys are still on")
        expect(self.format("wrap_flag") == "1", "no wrapping")
        self.command("clear; echo rea''dy; cat -v")
        self.wait("ready")
        self.paste(b"as it is")
        self.wait("as it is")
        expect("200~" not in self.text(), f"pastes are marked:\n{self.text()}")
        self.type("C-c")
        self.until("the shell again", lambda: self.text().rstrip().endswith("\n" + PROMPT))
        self.command("clear")
        self.until("a clean prompt", lambda: self.text().strip() == PROMPT)


def program_of(pid):
    with contextlib.suppress(OSError):
        return os.readlink(f"/proc/{pid}/exe")
    return ""


def screens_of(case):
    """Pids of the case's hauls that are not its daemon."""
    found = []
    for pid in harness.marked_processes(case.home):
        words = harness.command_line(pid).split()
        if program_of(pid) == os.path.realpath(harness.HAUL) and "daemon" not in words:
            found.append(pid)
    return found


def daemon_of(case):
    """The pid of the case's one daemon."""
    def only():
        found = [pid for pid in harness.marked_processes(case.home)
                 if program_of(pid) == os.path.realpath(harness.HAUL) and
                 "daemon" in harness.command_line(pid).split()]
        return found if len(found) == 1 else None

    return until("there is one daemon", only)[0]


def received(case):
    """Bytes of all items."""
    return sum(item["done"] for item in case.items().values())


def expect_going_on(case, enough=1):
    """Downloads go on: bytes come, at least so many."""
    before = received(case)
    until("bytes come", lambda: received(case) >= before + enough)


def sessions(case):
    """(name, state) of the queue in its order."""
    return [(item["name"], item["state"]) for item in case.items().values()]


# A server that is held back

class Throttled:
    """nginx with COUNT files, each sent at RATE bytes per second until `hurry()`; whatever is asked
    for after that comes as fast as it goes."""

    def __init__(self, case, count, size, rate, name="file-%02d.bin"):
        self.case = case
        self.size = size
        self.names = [name % number for number in range(1, count + 1)]
        self.port = free_port()
        self.root = case.folder("www")
        self.gate = os.path.join(case.home, "hurry")
        for seed, one in enumerate(self.names):
            with open(os.path.join(self.root, one), "wb") as file:
                file.write(content(seed, size))
        home = case.home
        config = case.write("nginx.conf", f"""
            worker_processes 1; daemon off; master_process off;
            pid {home}/nginx.pid; error_log {home}/nginx.err;
            events {{ worker_connections 256; }}
            http {{ access_log off; sendfile off;
                   client_body_temp_path {home}/nb; proxy_temp_path {home}/np;
                   fastcgi_temp_path {home}/nf; uwsgi_temp_path {home}/nu;
                   scgi_temp_path {home}/ns;
                   server {{ listen 127.0.0.1:{self.port}; root {self.root};
                     location / {{
                       set $limit_rate {rate};
                       if (-f {self.gate}) {{ set $limit_rate 0; }}
                     }} }} }}""")
        child_server(case, [need("nginx"), "-e", f"{home}/nginx.err", "-c", config, "-p", home],
                     self.port)

    def url(self, index):
        return f"http://127.0.0.1:{self.port}/{self.names[index]}"

    def urls(self):
        return [self.url(index) for index in range(len(self.names))]

    def hurry(self):
        with open(self.gate, "wb"):
            pass

    def expect_equal(self, index):
        """That file is here, byte for byte."""
        path = self.case.path(self.names[index])
        expect(os.path.exists(path), f"{self.names[index]} is missing: {self.case.names()}")
        expect(harness.has_content(path, index, self.size), f"{path} is not the file that was sent")


def finish(case, server):
    """Lets everything that is not cancelled arrive, quickly, and looks at all of it."""
    server.hurry()
    case.ok("set", "--jobs", len(server.names))
    going = [number for number, item in case.items().items() if item["state"] != "cancelled"]
    case.ok("pause", *going)
    case.ok("resume", *going)
    case.ok("wait", *going)
    for number, item in case.items().items():
        if number in going:
            server.expect_equal(server.names.index(item["name"]))


# What may be in the bytes for a terminal

TOLD = rb"\](?:2|9|9;4|777);(?:[\x20-\x7e]|\xc2[\xa0-\xbf]|[\xc3-\xf4][\x80-\xbf]+)*"  # no controls
SEQUENCES = re.compile(
    rb"\x1bPtmux;\x1b\x1b" + TOLD + rb"\x1b\x1b\\\x1b\\|\x1b" + TOLD + rb"\x1b\\|"
    rb"\x1b\[2[23];2t|"                       # the title, put aside and back
    rb"\x1b\[[0-9;]*[ABCDGHJKLMPSTXZdmr@`]|"  # cursor, erase, scroll, colours
    rb"\x1b\[\d+b|"                            # repeat
    rb"\x1b\[\?(?:1|7|12|25|1000|1006|1049|2004|2026)(?:;(?:12|25))?[hl]|"
    rb"\x1b\[\?2026\$p|"                      # asks whether frames may be held together
    rb"\x1b\[4l|\x1b\[34[hl]|\x1b\[![p]|"
    rb"\x1b[=>78MH]|\x1b[()][AB0]|\x1b\[\?1[hl]\x1b[=>]|"
    rb"[\r\n\b\t\x0e\x0f]")


def expect_own_sequences(data, what):
    """DATA, bytes that went to a terminal, holds nothing but plain text and harmless sequences."""
    rest = SEQUENCES.sub(b"", data)
    decoder = codecs.getincrementaldecoder("utf-8")("surrogateescape")  # the end may yet come
    for char in decoder.decode(rest):
        if harmless(char):
            continue
        at = data.find(char.encode("utf-8", "surrogateescape"))
        raise Failure(f"{char!r} in {what}: {data[max(0, at - 60):at + 60]!r}")


def harmless(char):
    """CHAR moves nothing, turns nothing round and breaks no line."""
    return unicodedata.category(char) not in ("Cc", "Zl", "Zp", "Cs") and \
        unicodedata.bidirectional(char) not in ("RLO", "LRO", "RLE", "LRE", "PDF", "RLI", "LRI",
                                                "FSI", "PDI") and char != "\ufeff"


def columns(text):
    """How many cells TEXT takes."""
    wide = {"W": 2, "F": 2}
    return sum(0 if unicodedata.combining(char) or unicodedata.category(char) in ("Mn", "Me", "Cf")
               else wide.get(unicodedata.east_asian_width(char), 1) for char in text)
