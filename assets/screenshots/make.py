#!/usr/bin/env python3
"""Makes the pictures of the README from a real run: assets/screenshots/make.py [HAUL]

Starts nginx on the loopback as a proxy that holds slow, small, missing and refused files, haul in a
tmux of its own, presses the keys a user would, and writes what is on the screen as SVG beside this
file. Home, sockets and downloads are in a temporary folder. Needs tmux, nginx and about 3 GB there;
as root the picture shows a neutral host name. HAUL is the program, by default the build of
assets/run.sh."""

import contextlib
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.parse

import svg

HERE = os.path.dirname(os.path.abspath(__file__))
DEADLINE_S = 40
MIB = 1024 * 1024

# (host, name, size in MiB, MiB/s, MiB that come at once), the last two for each connection
SLOW = (
    ("cdimage.example.org", "debian-12.7.0-amd64-DVD-1.iso", 1400, 2.4, 60),
    ("reports.example.com", "annual-report-2026.pdf", 48, 0.7, 9),
    ("backup.example.net", "backup-2026-11-20.tar", 240, 0.5, 22),
    ("kernel.example.org", "linux-6.12.tar.xz", 141, 0.7, 6),
    ("media.example.net", "lecture-04.mkv", 96, 0.3, 2),
    ("cdimage.example.org", "debian-12.7.0-amd64-netinst.iso", 200, 0.7, 25),
    ("photos.example.com", "photos-2026-01.zip", 60, 0.1, 1),
)
QUEUED = tuple(("photos.example.com", f"photos-2026-{month:02}.zip", 60, 0.1, 0)
               for month in range(2, 9))
WHOLE = SLOW[1][1]  # its server sends no parts
SMALL = (
    ("docs.example.jp", "資料-2026年度-第三版.pdf", 18, 0, 0),
    ("kernel.example.org", "linux-6.12.tar.sign", 1, 0, 0),
)
BUSY = ("data.example.org", "dataset-part-0007.tar.zst")
REFUSED = ("media.example.net", "lecture-03.mkv")
PAUSED, CANCELLED = "backup-2026-11-20.tar", "lecture-04.mkv"

PASTED = b"""Hi, the files for Friday:
 - slides: https://talks.example.org/2026/slides-final.pdf
 - recording (large!): <https://talks.example.org/2026/recording.mp4>
 - data: [part 1](https://data.example.net/part%201.csv), [part 2](https://data.example.net/part%202.csv)
again the slides: https://talks.example.org/2026/slides-final.pdf
old mirror: gopher://old.example.org/9/slides
See you, M. (https://calendar.example.com/invite/7f3a.ics)
"""


def url(host, name):
    return f"http://{host}/{urllib.parse.quote(name)}"


def until(what, check, seen=lambda: ""):
    """Waits until CHECK() is true; gives up with WHAT and what is SEEN."""
    end = time.monotonic() + DEADLINE_S
    while not check():
        if time.monotonic() > end:
            sys.exit(f"did not come: {what}\n{seen()}")
        time.sleep(0.05)


@contextlib.contextmanager
def own_folder():
    """A temporary folder with a name that is fit to be seen; removed at the end."""
    folder = f"{tempfile.gettempdir()}/haul-pictures"
    os.mkdir(folder, mode=0o700)
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def nginx_config(folder, port):
    """Each connection has its file's rate; limit_rate_after lets a part come at once."""
    slow = SLOW + QUEUED
    rates = "\n".join(f'"/{name}" {int(rate * MIB)};' for _, name, _, rate, _ in slow)
    heads = "\n".join(f'"/{name}" {head * MIB};' for _, name, _, _, head in slow)
    return f"""
daemon off; master_process off; pid {folder}/nginx.pid; error_log {folder}/nginx.log;
events {{ worker_connections 256; }}
http {{
  access_log off; sendfile off; default_type application/octet-stream;
  client_body_temp_path {folder}/t1; proxy_temp_path {folder}/t2; fastcgi_temp_path {folder}/t3;
  uwsgi_temp_path {folder}/t4; scgi_temp_path {folder}/t5;
  map $uri $rate {{ default 0; {rates} }}
  map $uri $head {{ default 0; {heads} }}
  server {{
    listen 127.0.0.1:{port}; server_name _; root {folder}/www;
    limit_rate $rate; limit_rate_after $head;
    location = /{BUSY[1]} {{ add_header Retry-After 95 always; return 503; }}
    location = /{REFUSED[1]} {{ return 403; }}
    location = /{WHOLE} {{ max_ranges 0; }}
  }}
}}
"""


@contextlib.contextmanager
def server(folder):
    """nginx as a proxy for the made-up hosts; yields its address."""
    os.mkdir(f"{folder}/www")
    for _, name, size, _, _ in SLOW + QUEUED + SMALL:
        with open(f"{folder}/www/{name}", "wb") as file:
            file.truncate(size * MIB)
        # Of an hour ago: what is of this very second is known by nothing, and so not fetched in parts.
        os.utime(f"{folder}/www/{name}", (time.time() - 3600,) * 2)
    port = free_port()
    with open(f"{folder}/nginx.conf", "w", encoding="utf-8") as file:
        file.write(nginx_config(folder, port))
    process = subprocess.Popen(["nginx", "-e", f"{folder}/nginx.log", "-p", folder,
                                "-c", f"{folder}/nginx.conf"])

    def answers():
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", port)) == 0

    try:
        until("nginx", answers)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait()


class Terminal:
    """A tmux of our own with a shell in it, whose environment holds nothing of the user's."""

    def __init__(self, folder, haul):
        self.haul = haul
        self.environment = {
            "PATH": os.environ["PATH"], "HOME": folder, "TMUX_TMPDIR": folder,
            "XDG_RUNTIME_DIR": f"{folder}/run", "XDG_STATE_HOME": f"{folder}/state",
            "XDG_DOWNLOAD_DIR": f"{folder}/Downloads", "LC_ALL": "C.UTF-8", "TZ": "UTC",
        }
        for name in ("Downloads", "run", "state"):
            os.makedirs(f"{folder}/{name}", mode=0o700)

    def tmux(self, *words, data=None):
        return subprocess.run(["tmux", *words], env=self.environment, input=data, check=True,
                              timeout=DEADLINE_S, stdout=subprocess.PIPE).stdout.decode()

    def start(self, columns, rows):
        shell = "env PS1='$ ' HISTFILE= bash --norc --noprofile"
        if os.geteuid() == 0:  # a host name of its own
            shell = f'unshare --uts sh -c "hostname box; exec {shell}" || {shell}'
        self.tmux("-f", "/dev/null", "new-session", "-d", "-x", str(columns), "-y", str(rows),
                  shell)
        self.tmux("set-option", "-g", "status", "off")
        self.resize(columns, rows)
        self.wait("$")

    def stop(self):
        subprocess.run([self.haul, "stop"], env=self.environment, check=False,
                       stdout=subprocess.DEVNULL)
        subprocess.run(["tmux", "kill-server"], env=self.environment, check=False)

    def resize(self, columns, rows):
        self.columns = columns
        self.tmux("resize-window", "-x", str(columns), "-y", str(rows))

    def type(self, *keys):
        for key in keys:
            self.tmux("send-keys", "--", key)

    def run(self, *words):
        self.tmux("send-keys", "-l", "--", " ".join(words))
        self.type("Enter")

    def paste(self, data):
        self.tmux("load-buffer", "-", data=data)
        self.tmux("paste-buffer", "-r", "-p")

    def text(self):
        return self.tmux("capture-pane", "-p")

    def until(self, what, check):
        until(what, check, seen=self.text)

    def wait(self, *wanted):
        self.until(", ".join(wanted), lambda: all(word in self.text() for word in wanted))

    def row_says(self, name, word):
        """True when the row of the file NAME says WORD; a long name shows its beginning."""
        return any(name[:8] in line and word in line for line in self.text().splitlines())

    def press_on(self, name, key, word):
        """Shows the item NAME alone, presses KEY on it, and waits until its row says WORD."""
        self.type("f")
        self.tmux("send-keys", "-l", "--", name)
        self.until(name, lambda: self.row_says(name, "%") and self.text().count("%") == 1)
        self.type("Enter", key)
        self.until(f"{name}: {word}", lambda: self.row_says(name, word))
        self.type("Escape")
        self.until("the whole list", lambda: "filter:" not in self.text())

    def escape(self, gone):
        """Leaves a view, until GONE is not seen: a key at once after Escape would be one with Alt."""
        self.type("Escape")
        self.until(f"no {gone}", lambda: gone not in self.text())

    def shoot(self, name, title):
        screen = self.tmux("capture-pane", "-p", "-e", "-N")
        with open(os.path.join(HERE, name), "w", encoding="utf-8") as file:
            file.write(svg.render(screen, self.columns, title))
        print(f"{name}: {title}")


def shoot_all(terminal, proxy):
    items = (SLOW[:2] + (BUSY,) + SLOW[2:3] + (REFUSED,) + SMALL + SLOW[3:] + QUEUED)
    links = f"{terminal.environment['HOME']}/links.txt"
    with open(links, "w", encoding="utf-8") as file:
        file.writelines(url(*item[:2]) + "\n" for item in items)
    terminal.run(terminal.haul, "-j", "5", "--proxy", proxy, "-i", links)
    terminal.wait("queued", "403", "next try", "done in")
    terminal.until("bytes of what will be cancelled", lambda: terminal.row_says(CANCELLED, "%"))
    terminal.press_on(PAUSED, "p", "paused")
    terminal.press_on(CANCELLED, "x", "cancelled")
    terminal.type("g")
    terminal.wait("5/5 jobs")
    time.sleep(25)  # the sparkline is a history: the burst at the start shall leave it
    terminal.shoot("main.svg", "haul's screen: downloads in every state")
    terminal.resize(80, 24)
    terminal.type("Enter")
    terminal.wait("link ")
    time.sleep(1)
    terminal.shoot("details.svg", "haul's details of one download")
    terminal.escape("digest ")
    terminal.type("6")
    terminal.wait("data.example.org", "until ")
    time.sleep(2)  # rates come with the next look
    terminal.shoot("hosts.svg", "haul's hosts, one of which backs off")
    terminal.type("1", "!")
    terminal.wait("engine", "frames/s")
    terminal.shoot("log.svg", "haul's log")
    terminal.escape("engine")
    terminal.resize(160, 48)
    terminal.type("g", "Enter")
    terminal.wait("── facts", "── events", "── rate")
    time.sleep(2)
    terminal.shoot("wide.svg", "haul's screen in a large terminal")
    terminal.escape("── facts")
    terminal.resize(80, 24)
    terminal.paste(PASTED)
    terminal.wait("repeated")
    terminal.shoot("review.svg", "haul's review of the links in a pasted text")
    terminal.type("Escape")
    terminal.wait("next try")
    terminal.resize(40, 10)
    terminal.wait("again in")
    time.sleep(1)
    terminal.shoot("small.svg", "haul's screen in a terminal of 40 columns and 10 rows")


def main():
    haul = os.path.abspath(sys.argv[1] if len(sys.argv) > 1
                           else f"{HERE}/../../.build/release/haul")
    if not os.access(haul, os.X_OK):
        sys.exit(f"{haul} is not there; run assets/run.sh first, or name the program")
    with own_folder() as folder:
        terminal = Terminal(folder, haul)
        with server(folder) as proxy:
            terminal.start(100, 24)
            try:
                shoot_all(terminal, proxy)
            finally:
                terminal.stop()


main()
