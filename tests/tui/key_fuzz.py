"""Ten thousand random keys, clicks and pastes, with the memory checked: the screen survives all of them.

The seed is printed, and taken from HAUL_SEED, so that a failure can be had again. Keys that end the
program are among them: it is then started again, and goes on with the next ones. Ctrl-Z is left out:
nobody would wake it."""

import fcntl
import os
import pty
import random
import signal
import struct
import subprocess
import sys
import tempfile
import termios
import time

from tmux import fail, program

STEPS = 10000
A_RUN = 500  # then it is begun anew, with another size and queue
AT_ONCE = 3  # more in one go would be taken for a paste
DEADLINE = 60
ESCAPE_S = 0.06  # with nothing behind it for so long it is the key, not the beginning of one
SIZES = [(24, 80), (10, 40), (40, 120), (50, 200), (4, 20), (3, 19), (1, 1)]
QUEUES = ["busy", "hostile", "empty", "busy", "done"]

SEQUENCES = [b"\033", b"\r", b"\t", b"\033[Z", b"\033[A", b"\033[B", b"\033[C", b"\033[D", b"\033[5~",
             b"\033[6~", b"\033[H", b"\033[F", b"\033[3~", b"\177", b"\033OB", b"\033[1;5A",
             b"\033[999~", b"\033OP", b"\033[24~", b"\033[[C", b"\033x", b"\033[15;2~", b"\033]11;rgb:0/0/0\007",
             b"\007", b"\007", b"\007", b"\007", b"\r", b"Q", b"q"]
WORDS = [b"state:failed", b"size>1G", b"-photos", b'"a b', b"host:", b"done<50%", b"rate>", b"tar",
         b"https://example.org/x.zip", "資料".encode(), b"\xff\xfe", b"2M", b"/tmp/"]
PASTES = [b"https://example.org/a\nhttps://example.org/b\n", b"no link at all", b"\033[31mred\033[0m",
          b"", b"curl 'https://example.org/c' -H 'A: b'", b"x" * 5000, b"\x00\x01\xff"]


def mouse(chance):
    """A press, or what else a terminal tells of the mouse, in the old form too."""
    if chance.randrange(20) == 0:
        return b"\033[M" + bytes(chance.randrange(32, 256) for _ in range(3))
    button = chance.choice([0, 0, 0, 0, 64, 65, 2, 4, 32, 35, 66, 99999])
    column, line = chance.randrange(0, 130), chance.randrange(0, 45)
    return b"\033[<%d;%d;%d%c" % (button, column, line, chance.choice(b"MMm"))


def step(chance):
    kind = chance.randrange(110)
    if kind >= 100:
        return mouse(chance)
    if kind < 70:
        return bytes([chance.randrange(0x20, 0x7f)])
    if kind < 85:
        return chance.choice(SEQUENCES)
    if kind < 92:
        return chance.choice(WORDS)
    if kind < 95:
        return b"\033[200~" + chance.choice(PASTES) + b"\033[201~"
    control = chance.randrange(1, 0x20)
    return b"" if control == 0x1a else bytes([control])


class Run:
    """The program in a terminal of its own."""

    def __init__(self, path, chance, directory):
        self.master, self.slave = pty.openpty()
        rows, columns = chance.choice(SIZES)
        fcntl.ioctl(self.slave, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        # Before the program has the terminal, and after it, keys are no signals and hold nothing up.
        modes = termios.tcgetattr(self.slave)
        modes[0] &= ~(termios.IXON | termios.IXOFF)
        modes[3] &= ~(termios.ISIG | termios.ICANON | termios.ECHO)
        termios.tcsetattr(self.slave, termios.TCSANOW, modes)
        self.log = os.path.join(directory, "stderr")
        environment = {**os.environ, "HAUL_FAKE": chance.choice(QUEUES), "TERM": "xterm-256color",
                       "LC_ALL": "C.UTF-8", "HAUL_FAKE_STDERR": self.log, "HOME": directory,
                       "HAUL_ASCII": chance.choice(["", "1"]),
                       "HAUL_HYPERLINKS": chance.choice(["on", "off"])}
        self.process = subprocess.Popen([path], stdin=self.slave, stdout=self.slave,
                                        stderr=subprocess.PIPE, env=environment,
                                        start_new_session=True)
        os.set_blocking(self.master, False)
        deadline = time.monotonic() + DEADLINE
        while not self.read() and self.process.poll() is None and time.monotonic() < deadline:
            time.sleep(0.001)  # from its first output on, what it reads are keys

    def read(self):
        """What it wrote is let go."""
        try:
            return bool(os.read(self.master, 65536))
        except BlockingIOError:
            return False

    def taken(self):
        """Bytes that it has read from anywhere."""
        with open(f"/proc/{self.process.pid}/io", encoding="ascii") as file:
            return int(file.readline().split()[1])

    def give(self, data):
        """True when all was read; False when the program ended before."""
        deadline = time.monotonic() + DEADLINE
        try:
            goal = self.taken() + len(data)
            while self.process.poll() is None:
                try:
                    data = data[os.write(self.master, data):] if data else data
                except BlockingIOError:
                    pass
                if not self.read():
                    if not data and self.taken() >= goal:
                        return True
                    time.sleep(0.0001)
                if time.monotonic() > deadline:
                    self.process.kill()
                    fail("it reads no keys any more")
        except (FileNotFoundError, ProcessLookupError, PermissionError):
            pass  # it ended between two looks
        return False

    def end(self):
        """A signal may come when a key has ended the program and it listens to none any more."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        deadline = time.monotonic() + DEADLINE
        while self.process.poll() is None and time.monotonic() < deadline:
            if not self.read():
                time.sleep(0.001)
        said = self.process.stderr.read().decode(errors="replace")
        self.process.stderr.close()
        if os.path.exists(self.log):
            with open(self.log, encoding="utf-8", errors="replace") as file:
                said += file.read()
        os.close(self.master)
        os.close(self.slave)
        if self.process.returncode not in (0, -signal.SIGTERM) or said:
            fail(f"it ended with {self.process.returncode} and said:\n{said}")


def main():
    seed = int(os.environ.get("HAUL_SEED", random.randrange(1 << 32)))
    print(f"HAUL_SEED={seed}")
    sys.stdout.flush()
    chance = random.Random(seed)
    path = program()
    run = None
    with tempfile.TemporaryDirectory(prefix="haul-keys-") as directory:
        left, begun, runs = STEPS, STEPS, 0
        while left > 0:
            if run and begun - left >= A_RUN:
                run.end()
                run = None
            if not run:
                run = Run(path, chance, directory)
                begun, runs = left, runs + 1
            count = chance.randrange(1, AT_ONCE + 1)
            left -= count
            keys = b"".join(step(chance) for _ in range(count))
            if not run.give(keys):
                run.end()
                run = None
            elif keys.endswith(b"\033") and chance.randrange(3) == 0:
                time.sleep(ESCAPE_S)
        if run:
            run.end()
        print(f"{runs} runs")


main()
