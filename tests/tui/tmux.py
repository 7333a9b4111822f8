"""A terminal of our own: one tmux server a test, in a temp folder, with nothing of the user's in it.

Every wait is for something to be seen, with a deadline; nothing sleeps for a guessed time."""

import os
import shutil
import subprocess
import sys
import tempfile
import time

SKIP = 77
DEADLINE_S = 20


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


class Terminal:
    """A pane with a shell in it."""

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
        self.tmux("kill-server", check=False)
        self.until("the end of all processes", lambda: not any(map(is_alive, pids)))
        self.dir.cleanup()

    def processes(self):
        """The server, the shells in its panes and what runs below them."""
        words = self.tmux("list-panes", "-a", "-F", "#{pid} #{pane_pid}", check=False).split()
        pids = {int(word) for word in words}
        for pid in list(pids):
            pids.update(children_of(pid))
        return pids

    def tmux(self, *words, check=True, data=None):
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

    def paste(self, data, bracketed=True):
        self.tmux("load-buffer", "-", data=data)
        self.tmux("paste-buffer", "-r", *(["-p"] if bracketed else []))

    def until(self, what, check):
        end = time.monotonic() + DEADLINE_S
        while time.monotonic() < end:
            if check():
                return
            time.sleep(0.02)
        raise AssertionError(f"did not come: {what}")

    def wait(self, text):
        self.until(repr(text), lambda: text in self.text())

    def wait_gone(self, text):
        self.until(f"the end of {text!r}", lambda: text not in self.text())

    def calls(self):
        try:
            with open(self.log, encoding="utf-8") as file:
                return file.read().splitlines()
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
