"""Asked to end in any turn of its loop, the program ends well: everything is freed, nothing is said,
and the terminal is given back. The fake client counts the turns ($HAUL_FAKE_END), so each moment of
a short life is met, however fast the machine is."""

import contextlib
import fcntl
import os
import pty
import select
import struct
import subprocess
import tempfile
import termios

from tmux import DEADLINE_S, fail, program

AT_ONCE = 12  # they mostly wait for their next frame
TURNS_MAX = 1000  # a life that is longer than that is another one than below
SCRIPT = """<Enter>
:paste-file {paste}
h<Esc>
6
!
qqb
"""


class Life:
    """One run, in which the program is asked to end in that TURN unless it ends before."""

    def __init__(self, path, folder, turn):
        self.turn = turn
        self.calls = os.path.join(folder, f"calls-{turn}")
        self.stderr = os.path.join(folder, f"stderr-{turn}")
        self.report = os.path.join(folder, f"report-{turn}")
        self.master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 120, 0, 0))
        environment = {"PATH": os.environ["PATH"], "HOME": folder, "LC_ALL": "C.UTF-8", "TZ": "UTC",
                       "TERM": "xterm-256color", "HAUL_FAKE": "review", "HAUL_FAKE_END": str(turn),
                       "HAUL_FAKE_LOG": self.calls, "HAUL_FAKE_STDERR": self.stderr,
                       "HAUL_SCRIPT": os.path.join(folder, "script"),
                       "ASAN_OPTIONS": f"exitcode=99:log_path={self.report}"}
        self.process = subprocess.Popen([path], stdin=slave, stdout=slave, stderr=slave,
                                        env=environment, start_new_session=True)
        os.close(slave)

    def end(self):
        """Waits for it and looks at what it left. False: it was not asked."""
        seen = b""
        with contextlib.suppress(OSError):  # the end of a pseudo-terminal
            while select.select([self.master], [], [], DEADLINE_S)[0]:
                seen += os.read(self.master, 65536)
            self.process.kill()
        os.close(self.master)
        status = self.process.wait()
        said = text_of(self.stderr) + text_of(f"{self.report}.{self.process.pid}")
        given_back = seen.count(b"\x1b[?1049h") == seen.count(b"\x1b[?1049l")
        if status != 0 or said or not given_back:
            fail(f"asked to end in turn {self.turn}: status {status}, it said\n{said}\nand the "
                 f"terminal got {seen[-2000:]!r}")
        return "asked to end" in text_of(self.calls)


def text_of(path):
    with contextlib.suppress(FileNotFoundError), open(path, errors="replace") as file:
        return file.read()
    return ""


def main():
    path = program()
    with tempfile.TemporaryDirectory(prefix="haul-ending-") as folder:
        paste = os.path.join(folder, "paste")
        with open(paste, "w", encoding="ascii") as file:
            file.write("https://new.example.net/film.mp4 https://example.org/new.bin\n")
        with open(os.path.join(folder, "script"), "w", encoding="ascii") as file:
            file.write(SCRIPT.format(paste=paste))
        lives, asked = [], True
        for turn in range(1, TURNS_MAX):
            if not asked:
                break
            lives.append(Life(path, folder, turn))
            if len(lives) == AT_ONCE:
                asked = lives.pop(0).end()
        for life in lives:
            life.end()
        print(f"{turn - AT_ONCE} turns")
        if asked:
            fail("it never ended by itself")


main()
