"""A terminal of our own: one tmux server a test, in a temp folder, with nothing of the user's in it.

Every wait is for something to be seen, with a deadline; nothing sleeps for a guessed time."""

import os
import select
import shutil
import subprocess
import sys
import tempfile
import time

SKIP = 77
DEADLINE_S = 60  # a machine under load is slow, a hang is for ever


def fail(text):
    print(text, file=sys.stderr)
    sys.exit(1)


def program():
    path = os.environ.get("HAUL_FAKE_UI")
    if not path:
        fail("HAUL_FAKE_UI must name the program")
    if not shutil.which("tmux"):
        print("tmux is not installed")
        sys.exit(SKIP)
    return path


class Control:
    """A client of tmux in its control mode, which runs one command after the other without a
    process for each. Only what is looked at again and again comes this way: keys keep their pace."""

    COMMANDS = ("capture-pane", "display-message")

    def __init__(self, environment):
        self.client = subprocess.Popen(["tmux", "-C", "attach-session", "-f",
                                        "ignore-size,no-output"], env=environment, bufsize=0,
                                       stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                       stderr=subprocess.DEVNULL)
        self.came = b""
        self.block()  # of the attaching itself

    def line(self):
        """The next line; EOFError when the session has ended."""
        while b"\n" not in self.came:
            if not select.select([self.client.stdout], [], [], DEADLINE_S)[0]:
                raise AssertionError("tmux does not answer")
            data = self.client.stdout.read(65536)
            if not data:
                raise EOFError
            self.came += data
        line, _, self.came = self.came.partition(b"\n")
        return line + b"\n"

    def block(self):
        """The next answer: whether the command succeeded, and what it printed."""
        while not (line := self.line()).startswith(b"%begin "):
            pass
        number, printed = line.split()[2], []
        while (line := self.line()).split()[:3:2] not in ([b"%end", number], [b"%error", number]):
            printed.append(line)
        return line.startswith(b"%end"), b"".join(printed)

    def run(self, words):
        """What `tmux WORDS` prints, or None when it can't be asked this way."""
        if words[0] not in self.COMMANDS or any(set(word) & set("\n\r\0") for word in words):
            return None
        command = " ".join("'" + word.replace("'", "'\\''") + "'" for word in words)
        try:
            self.client.stdin.write(command.encode() + b"\n")
            succeeded, printed = self.block()
        except (EOFError, OSError):
            return None
        return printed if succeeded else None

    def close(self):
        self.client.kill()
        self.client.wait()
        self.client.stdin.close()
        self.client.stdout.close()


class Terminal:
    """A pane with a shell in it."""

    control = None

    def __init__(self, columns=80, rows=24):
        self.dir = tempfile.TemporaryDirectory(prefix="haul-tui-")
        self.log = os.path.join(self.dir.name, "calls")
        self.stderr = os.path.join(self.dir.name, "stderr")
        self.environment = {
            "PATH": os.environ["PATH"],
            "HOME": self.dir.name,
            "TMUX_TMPDIR": self.dir.name,
            "LC_ALL": "C.UTF-8",
            "TZ": "UTC",
            "INPUTRC": os.path.join(self.dir.name, "inputrc"),
            "HAUL_FAKE_LOG": self.log,
            "HAUL_FAKE_STDERR": self.stderr,
            "ASAN_OPTIONS": f"exitcode=99:log_path={self.dir.name}/sanitizer",
        }
        self.size = (columns, rows)

    def __enter__(self):
        columns, rows = self.size
        # The shell's own line editor must not mark pastes: only the program may.
        with open(self.environment["INPUTRC"], "w", encoding="ascii") as file:
            file.write("set enable-bracketed-paste off\n")
        self.tmux("-f", "/dev/null", "new-session", "-d", "-x", str(columns), "-y", str(rows),
                  "env PS1='prompt$ ' bash --norc --noprofile")
        self.tmux("set-option", "-g", "status", "off")
        self.tmux("set-option", "-g", "remain-on-exit", "on")
        self.control = Control(self.environment)
        self.resize(columns, rows)
        self.wait("prompt$")
        return self

    def __exit__(self, kind, value, traceback):
        if kind:
            print(self.text(), file=sys.stderr)
            if os.path.exists(self.stderr):
                with open(self.stderr, encoding="utf-8", errors="replace") as file:
                    print(file.read(), file=sys.stderr)
        pids = self.processes()
        self.hang_up()
        self.tmux("kill-server", check=False)
        self.until("the end of all processes", lambda: not any(map(is_alive, pids)))
        reports = self.reports()
        self.dir.cleanup()
        if reports:
            fail("\n".join(reports))

    def reports(self):
        """What a sanitizer said of the program."""
        found = []
        for name in sorted(os.listdir(self.dir.name)):
            if name.startswith("sanitizer"):
                with open(os.path.join(self.dir.name, name), errors="replace") as file:
                    found.append(file.read())
        return found

    def processes(self):
        """The server, the shells in its panes and what runs below them."""
        words = self.tmux("list-panes", "-a", "-F", "#{pid} #{pane_pid}", check=False).split()
        pids = {int(word) for word in words}
        for pid in list(pids):
            pids.update(children_of(pid))
        return pids

    def hang_up(self):
        if self.control:
            self.control.close()
            self.control = None

    def asked(self, words):
        """What WORDS print, asked through the control client, or None when it can't tell."""
        printed = self.control.run(words) if self.control else None
        return None if printed is None else printed.decode(errors="replace")

    def tmux(self, *words, check=True, data=None):
        printed = self.asked(words)
        if printed is not None:
            return printed
        done = subprocess.run(["tmux", *words], env=self.environment, input=data, timeout=DEADLINE_S,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
        if check and done.returncode != 0:
            fail(f"tmux {' '.join(words)}: {done.stderr.decode(errors='replace')}")
        return done.stdout.decode(errors="replace")

    def text(self):
        return self.tmux("capture-pane", "-p", check=False)

    def resize(self, columns, rows):
        self.tmux("resize-window", "-x", str(columns), "-y", str(rows))

    def type(self, *keys):
        for key in keys:
            self.tmux("send-keys", "--", key)

    def write(self, text):
        """As if typed at once."""
        self.tmux("send-keys", "-l", "--", text)

    def enter(self, text):
        """TEXT and Enter, apart: what comes with the end of a line in one read is a paste."""
        self.write(text)
        self.wait(text)
        self.type("Enter")

    def paste(self, data, bracketed=True):
        self.tmux("load-buffer", "-", data=data)
        self.tmux("paste-buffer", "-r", *(["-p"] if bracketed else []))

    def until(self, what, check):
        end = time.monotonic() + DEADLINE_S
        while (looked := time.monotonic()) < end:
            if check():
                return
            time.sleep(min(max(0.01, time.monotonic() - looked), 0.2))  # as long as it looks
        raise AssertionError(f"did not come: {what}")

    def wait(self, text):
        self.until(repr(text), lambda: text in self.text())

    def wait_gone(self, text):
        self.until(f"the end of {text!r}", lambda: text not in self.text())

    def calls(self):
        """What was asked of the session. A line that is not there to its end is none."""
        try:
            with open(self.log, encoding="utf-8") as file:
                return file.read().split("\n")[:-1]
        except FileNotFoundError:
            return []

    def asks(self, keys, *calls):
        """KEYS lead to CALLS and to no other."""
        known = len(self.calls())
        self.type(*keys)
        self.until(str(calls), lambda: len(self.calls()) >= known + len(calls))
        assert self.calls()[known:] == list(calls), self.calls()[known:]

    def start(self, path, fake="busy", **environment):
        words = [f"{name}={value}" for name, value in environment.items()]
        self.write(" ".join(["env", f"HAUL_FAKE={fake}", *words, path]))
        self.type("Enter")
        self.wait({"empty": "Nothing here yet", "review": "film.mp4"}.get(fake, "debian-12"))

    def children(self):
        """The ids of what runs below the pane's shell."""
        return children_of(int(self.tmux("display-message", "-p", "#{pane_pid}")))


def children_of(pid):
    try:
        with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as file:
            return [int(word) for word in file.read().split()]
    except (FileNotFoundError, ProcessLookupError):
        return []


def is_alive(pid):
    """A process that ended but was not waited for does not count."""
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii", errors="replace") as file:
            return file.read().rsplit(")", 1)[1].split()[0] not in "ZX"
    except (FileNotFoundError, ProcessLookupError):
        return False
