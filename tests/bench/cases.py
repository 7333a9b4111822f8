"""The cases: what is fetched, by which tools, and what haul is to reach.

A case is a generator function of the bench: it yields the tools, and its decorator holds its name,
title and goals. A goal compares a figure of haul with that of another tool of the same run, or with
a number."""

import fcntl
import os
import pty
import random
import select
import shutil
import signal
import struct
import subprocess
import sys
import termios
import time
from dataclasses import dataclass, field
from typing import Callable

HERE = os.path.dirname(os.path.abspath(__file__))
MIB = 1024 * 1024


@dataclass
class Goal:
    figure: str  # wall, cpu, mem, or one that a tool's own run returns
    most: float
    against: str = ""  # tool; "" for an absolute number
    of: str = "haul"  # the way of haul whose figure it is

    def __str__(self):
        figure = self.figure if self.of == "haul" else f"{self.figure} of {self.of}"
        return f"{figure} ≤ {self.most:g}" + (f" × {self.against}" if self.against else "")


@dataclass
class Tool:
    """One way to do the case's work. COMMAND gets the folder that the files shall appear in; RUN
    does more than one command and returns the figures itself. FILES: name → the true file."""
    name: str
    files: dict
    command: Callable = None
    run: Callable = None
    stdin: str = None
    env: dict = field(default_factory=dict)


@dataclass
class Case:
    name: str
    title: str
    goals: list
    tools: Callable
    runs: int = 0  # 0: as many as asked for
    seconds: int = 120  # a tool's longest run
    disk: bool = False  # the files go to a disk


CASES = {}


def case(name, title, *goals, **more):
    def add(function):
        CASES[name] = Case(name, title, list(goals), function, **more)
        return function
    return add


# --- one large file -------------------------------------------------------------------------------

def curl(folder, url, name, *more):
    return ["curl", "-q", "-s", "-S", "-f", *more, "-o", f"{folder}/{name}", url]


def wget2(folder, url, name, *more):
    return ["wget2", "--no-config", "-q", "--no-hsts", *more, "-O", f"{folder}/{name}", url]


def aria2c(folder, url, name, *more):
    return ["aria2c", "--no-conf", "-q", "--file-allocation=none", "-x1", "-s1", *more,
            "-d", folder, "-o", name, url]


def axel(folder, url, name, *more):
    return ["axel", "-q", *more, "-o", f"{folder}/{name}", url]


def haul(bench, folder, url, *more, connections=1):
    split = ["-x", str(connections)] if bench.haul_has("--connections") else []
    return [bench.haul, "get", "-q", *split, "-d", folder, *more, url]


def single(bench, url, loop, cacert=None):
    name = "1g"
    files = {name: bench.big(name, 1024 * MIB)}
    ca = lambda option: [f"{option}={cacert}"] if cacert else []
    yield Tool("haul", files, lambda out: haul(bench, out, url, *ca("--cacert")))
    yield Tool("curl", files,
               lambda out: curl(out, url, name, *(["--cacert", cacert] if cacert else [])))
    yield Tool("wget2", files, lambda out: wget2(out, url, name, *ca("--ca-certificate")))
    yield Tool("aria2c", files, lambda out: aria2c(out, url, name, *ca("--ca-certificate")))
    yield Tool("loop", files, lambda out: [bench.loop, *loop, f"{out}/{name}"] +
               ([cacert] if cacert else []))


@case("single-tmpfs", "1 GiB, plain HTTP, one connection, to a tmpfs",
      Goal("cpu", 0.75, "curl"), Goal("cpu", 1.15, "loop"), Goal("wall", 0.9, "curl"))
def single_tmpfs(bench):
    yield from single(bench, bench.nginx.url("/1g"), ["one", str(bench.nginx.plain), "/1g"])


@case("single-disk", "1 GiB, plain HTTP, one connection, to a disk",
      Goal("cpu", 0.4, "curl"), disk=True)
def single_disk(bench):
    yield from single(bench, bench.nginx.url("/1g"), ["one", str(bench.nginx.plain), "/1g"])


@case("single-tls", "1 GiB, TLS 1.3, one connection, to a tmpfs",
      Goal("cpu", 0.95, "curl"), Goal("cpu", 0.55, "aria2c"))
def single_tls(bench):
    yield from single(bench, bench.nginx.url("/1g", "https"),
                      ["tls", str(bench.nginx.tls), "/1g"], bench.nginx.cacert)


# --- many files -----------------------------------------------------------------------------------

class Batch:
    """COUNT files of SIZE bytes under a path, and how each tool is told to fetch them."""

    def __init__(self, bench, path, count, size, jobs, scheme="http", port=None):
        self.bench, self.jobs = bench, jobs
        folder = bench.many(count, size)
        names = sorted(os.listdir(folder))
        self.files = {name: f"{folder}/{name}" for name in names}
        prefix = f"{path}/{os.path.basename(folder)}"
        root = bench.nginx.url("", scheme)
        if port:
            root = f"http://127.0.0.1:{port}"
        self.tls = scheme != "http"
        self.list = bench.write_list("urls", (f"{root}{prefix}/{name}" for name in names))
        self.paths = bench.write_list("paths", (f"{prefix}/{name}" for name in names))
        self.curl_list = bench.write_list("curl", (
            f'url="{root}{prefix}/{name}"\noutput="{name}"' for name in names))

    def _ca(self, option):
        return [f"{option}={self.bench.nginx.cacert}"] if self.tls else []

    def haul(self, name="haul", *more):
        if self.jobs > 16 and self.bench.haul_has("--per-host"):
            more += ("--per-host=0",)
        return Tool(name, self.files, lambda out: [
            self.bench.haul, "get", "-q", "-j", str(self.jobs), "-d", out, "-i", self.list,
            *self._ca("--cacert"), *more])

    def curl(self, name="curl", *more):
        """-Z takes at most 300 at once."""
        return Tool(name, self.files, lambda out: [
            "curl", "-q", "-s", "-S", "-f", "-Z", "--parallel-max", str(min(self.jobs, 300)),
            *(["--cacert", self.bench.nginx.cacert] if self.tls else []), *more,
            "--output-dir", out, "-K", self.curl_list])

    def wget2(self):
        return Tool("wget2", self.files, lambda out: [
            "wget2", "--no-config", "-q", "--no-hsts", f"--max-threads={self.jobs}", "-P", out,
            *self._ca("--ca-certificate"), "-i", self.list])

    def aria2c(self):
        return Tool("aria2c", self.files, lambda out: [
            "aria2c", "--no-conf", "-q", "--file-allocation=none", "-x1", "-s1",
            f"-j{self.jobs}", "-d", out, *self._ca("--ca-certificate"), "-i", self.list])

    def aiohttp(self):
        return Tool("aiohttp", self.files, lambda out: [
            sys.executable, "-B", f"{HERE}/fetch_aiohttp.py", str(self.jobs), out, self.list])

    def loop(self):
        return Tool("loop", self.files, lambda out: [
            self.bench.loop, "many", str(self.bench.nginx.plain), str(self.jobs), out],
            stdin=self.paths)


@case("small-files", "10,000 files of 8 KiB, keep-alive, 16 at once",
      Goal("cpu", 1.0, "curl"), Goal("wall", 1.0, "curl"), Goal("cpu", 0.35, "aria2c"),
      Goal("wall", 0.35, "aria2c"))
def small_files(bench):
    batch = Batch(bench, "", 10_000, 8192, 16)
    yield from (batch.haul(), batch.curl(), batch.wget2(), batch.aria2c(), batch.loop())


@case("small-files-disk", "the same to a disk", Goal("cpu", 1.0, "curl"), disk=True)
def small_files_disk(bench):
    batch = Batch(bench, "", 10_000, 8192, 16)
    yield from (batch.haul(), batch.curl(), batch.wget2(), batch.aria2c(), batch.loop())


@case("small-files-tls", "10,000 files of 8 KiB over TLS 1.3, 16 at once",
      Goal("cpu", 1.0, "curl"), Goal("wall", 1.0, "curl"),
      Goal("cpu", 1.0, "curl-h2"), Goal("wall", 1.0, "curl-h2"))
def small_files_tls(bench):
    http1 = Batch(bench, "", 10_000, 8192, 16, "https")
    http2 = Batch(bench, "", 10_000, 8192, 16, "h2")
    yield http1.haul()
    yield http1.curl("curl", "--http1.1")
    if bench.haul_has("--http2"):
        yield http2.haul("haul-h2", "--http2")
    yield http2.curl("curl-h2", "--http2")
    yield http1.wget2()
    yield http1.aria2c()


@case("slow-2000", "2,000 files of 64 KiB at 16 KiB/s each, all at once",
      Goal("wall", 1.1, "loop"), Goal("mem", 45), runs=3)
def slow_2000(bench):
    batch = Batch(bench, "/16k", 2000, 65536, 2000)
    yield from (batch.haul(), batch.loop(), batch.wget2(), batch.aiohttp(), batch.curl(),
                batch.aria2c())


@case("slow-10000", "10,000 files of 64 KiB at 16 KiB/s each, all at once",
      Goal("mem", 10_000 * 25 / 1024), runs=2)
def slow_10000(bench):
    yield Batch(bench, "/16k", 10_000, 65536, 10_000, port=bench.crowd().plain).haul()


@case("latency-100ms", "200 files of 64 KiB over a 100 ms round trip, 8 at once",
      Goal("wall", 1.0, "curl"), runs=3)
def latency(bench):
    batch = Batch(bench, "", 200, 65536, 8, port=bench.relay(0.05).port)
    yield from (batch.haul(), batch.curl(), batch.wget2(), batch.aria2c())


# --- connections ----------------------------------------------------------------------------------

def split(bench, path):
    """`loop`: a bare epoll loop over as many connections; `limit`: what one of them takes alone."""
    name = "64m"
    files = {name: bench.big(name, 64 * MIB)}
    pieces = {f"4m-{number:02}": bench.big(f"4m-{number:02}", 4 * MIB) for number in range(16)}
    url = bench.nginx.url(f"{path}/{name}")
    if bench.haul_has("--connections"):
        yield Tool("haul", files, lambda out: haul(bench, out, url, "--min-split=1M",
                                                    connections=16))
    yield Tool("loop", pieces, lambda out: [bench.loop, "many", str(bench.nginx.plain), "16", out],
               stdin=bench.write_list("pieces", (f"{path}/{piece}" for piece in pieces)))
    yield Tool("limit", {"4m-00": pieces["4m-00"]}, lambda out: [
        bench.loop, "one", str(bench.nginx.plain), f"{path}/4m-00", f"{out}/4m-00"])
    yield Tool("aria2c", files, lambda out: aria2c(out, url, name, "-x16", "-s16", "-k1M"))
    yield Tool("axel", files, lambda out: axel(out, url, name, "-n", "16"))


@case("split-16", "64 MiB over 16 connections of 2 MiB/s each, handed out 256 KiB at a time",
      Goal("wall", 1.02, "loop"), Goal("wall", 1.02, "limit"), Goal("wall", 1.0, "aria2c"), runs=5)
def split_even(bench):
    yield from split(bench, "/2m-even")


@case("split-16-bursts", "the same, handed out 2 MiB at a time",
      Goal("wall", 1.02, "loop"), Goal("wall", 1.02, "limit"), Goal("wall", 1.0, "aria2c"), runs=5)
def split_bursts(bench):
    yield from split(bench, "/2m")


@case("split-16-uneven", "the same with every fourth connection at an eighth",
      Goal("wall", 0.98, "aria2c"), runs=3)
def split_uneven(bench):
    name = "64m"
    files = {name: bench.big(name, 64 * MIB)}
    url = bench.nginx.url("/uneven/64m")
    if bench.haul_has("--connections"):
        yield Tool("haul", files, lambda out: haul(bench, out, url, "--min-split=1M",
                                                    connections=16))
    yield Tool("aria2c", files, lambda out: aria2c(out, url, name, "-x16", "-s16", "-k1M"))
    yield Tool("axel", files, lambda out: axel(out, url, name, "-n", "16"))


# --- limits ---------------------------------------------------------------------------------------

def limited(bench, command, out, size, rate):
    """What came in a second / what was asked for."""
    figures = bench.meter(command(out), 60)
    figures["rate"] = size / (rate * figures["wall"])
    return figures


@case("limit", "--limit for ten seconds, plain and over TLS: bytes a second, got / asked", runs=1)
def limit(bench):
    for rate in (50 * 1024, MIB, 20 * MIB, 100 * MIB):
        name = f"limit-{rate}"
        files = {name: bench.big(name, 10 * rate)}
        for scheme, connections in (("http", 1), ("http", 4), ("http", 32), ("https", 1),
                                    ("https", 32)):
            more = [f"--limit={rate}", "--min-split=64K", "--per-host=0"]
            if scheme == "https":
                more.append(f"--cacert={bench.nginx.cacert}")
            url = bench.nginx.url(f"/{name}", scheme)

            def command(out, url=url, more=tuple(more), connections=connections):
                return haul(bench, out, url, *more, connections=connections)

            yield Tool(f"{rate // 1024}K-{scheme}-{connections}", files,
                       run=lambda out, command=command, rate=rate: limited(
                           bench, command, out, 10 * rate, rate))


# --- start and queue ------------------------------------------------------------------------------

@case("start-to-exit", "one file of 1 KiB, from start to exit", Goal("wall", 1.3, "curl"))
def start_to_exit(bench):
    name = "1k"
    files = {name: bench.big(name, 1024)}
    url = bench.nginx.url("/1k")
    tools = {"haul": lambda out: haul(bench, out, url), "curl": lambda out: curl(out, url, name),
             "wget2": lambda out: wget2(out, url, name),
             "aria2c": lambda out: aria2c(out, url, name)}
    for tool, command in tools.items():
        yield Tool(tool, files, run=lambda out, command=command: fastest(bench, command, out))


def fastest(bench, command, out, times=20):
    """The median of several runs: one alone is too short to be measured well."""
    runs = []
    for _ in range(times):
        for name in os.listdir(out):
            os.unlink(f"{out}/{name}")
        runs.append(bench.meter(command(out), 20))
    runs.sort(key=lambda run: run["wall"])
    return runs[times // 2]


def resident(pid):
    """Peak memory in MiB of a process that runs."""
    with open(f"/proc/{pid}/status", encoding="ascii") as file:
        return next(int(line.split()[1]) / 1024 for line in file if line.startswith("VmHWM"))


def cpu_of(pid):
    with open(f"/proc/{pid}/stat", encoding="ascii") as file:
        fields = file.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def ran(pid):
    """Seconds on a processor, of a process with one thread that works; finer than cpu_of()."""
    with open(f"/proc/{pid}/schedstat", encoding="ascii") as file:
        return int(file.read().split()[0]) / 1e9


def held(bench, command, connections):
    """Starts the command against the server that never ends, waits for that many requests (3 s at
    most: curl may wait for the first to end), and tells how late the first one was and what the
    process holds a second later."""
    bench.hold.reset()
    began = time.monotonic()
    process = bench.spawn(command)
    try:
        bench.hold.wait(connections, 3)
        if process.poll() is not None or bench.hold.first is None:
            raise RuntimeError(f"no request; its status: {process.returncode}")
        time.sleep(1)
        return {"first": bench.hold.first - began, "mem": resident(process.pid),
                "cpu": cpu_of(process.pid), "wall": bench.hold.first - began}
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


@case("queue-100k", "100,000 URLs queued, 4 running", Goal("mem", 22), Goal("first", 1.0, "haul-1"),
      runs=3)
def queue_100k(bench):
    root = f"http://127.0.0.1:{bench.hold.port}"
    urls = [f"{root}/file-{number:06}.bin" for number in range(100_000)]
    plain = bench.write_list("urls", urls)
    config = bench.write_list("curl", (f'url="{url}"\noutput="{url[-15:]}"' for url in urls))
    tools = {
        "haul": lambda out: [bench.haul, "get", "-q", "-j", "4", "-d", out, "-i", plain],
        "curl": lambda out: ["curl", "-q", "-s", "-Z", "--parallel-max", "4", "--output-dir", out,
                             "-K", config],
        "aria2c": lambda out: ["aria2c", "--no-conf", "-q", "-j4", "-x1", "-s1", "-d", out,
                               "--deferred-input=true", "--file-allocation=none", "-i", plain],
        "wget2": lambda out: ["wget2", "--no-config", "-q", "--max-threads=4", "-P", out,
                              "-i", plain],
    }
    yield Tool("haul-1", {}, run=lambda out: held(bench, haul(bench, out, urls[0]), 1))
    for tool, command in tools.items():
        yield Tool(tool, {}, run=lambda out, command=command: held(bench, command(out), 4))


class Queue:
    """A session whose daemon runs, with nothing in its queue."""

    def __init__(self, bench, name):
        self.home = f"{bench.top}/{name}"
        os.makedirs(self.home)
        self.env = {**bench.env, "HOME": self.home, "XDG_RUNTIME_DIR": self.home}
        self.haul = bench.haul
        self.ask("set")

    def ask(self, *words):
        subprocess.run([self.haul, *words, "--session", "q"], env=self.env, check=True,
                       stdout=subprocess.DEVNULL)

    def daemon(self):
        """The process that has the session's database open."""
        for name in filter(str.isdigit, os.listdir("/proc")):
            try:
                open_files = [os.readlink(f"/proc/{name}/fd/{fd}")
                              for fd in os.listdir(f"/proc/{name}/fd")]
            except OSError:
                continue
            if self.database() in open_files:
                return int(name)
        raise RuntimeError("there is no daemon")

    def database(self):
        return f"{self.home}/.local/state/haul/q/queue.db"


def holds(pid):
    """Bytes of memory now."""
    with open(f"/proc/{pid}/statm", encoding="ascii") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def queued_and_back(bench, out, urls, keep=None):
    """Seconds until all is queued, until the first request, and until a new daemon knows them all
    again; KEEP takes the database that they make."""
    queue = Queue(bench, "queue")
    try:
        before = holds(queue.daemon())
        bench.hold.reset()
        began = time.monotonic()
        queue.ask("add", "-j", "1", "-d", out, "-i", bench.write_list("urls", urls))
        figures = {"wall": time.monotonic() - began, "cpu": cpu_of(queue.daemon()),
                   "mem": resident(queue.daemon())}
        if not bench.hold.wait(1, 60):
            raise RuntimeError("the daemon asks for nothing")
        figures["first"] = bench.hold.first - began
        figures["item"] = max(holds(queue.daemon()) - before, 1) / len(urls)
        queue.ask("stop")
        if keep:
            shutil.copy(queue.database(), keep)
        began = time.monotonic()
        queue.ask("set")
        figures["reload"] = time.monotonic() - began
        queue.ask("stop")
        return figures
    finally:
        shutil.rmtree(queue.home)


def sqlite3_shell(bench, database):
    """The same rows by SQLite's own shell, as durable."""
    rows, other = f"{bench.top}/rows.csv", f"{bench.top}/other.db"

    def shell(db, *words, to=subprocess.DEVNULL):
        subprocess.run(["sqlite3", db, *words], check=True, stdout=to)

    with open(rows, "w", encoding="utf-8") as file:
        shell(database, ".mode csv", "SELECT * FROM items", to=file)
        began = time.monotonic()
        shell(database, "SELECT * FROM items")
        reload = time.monotonic() - began
    schema = subprocess.run(["sqlite3", database, ".schema"], check=True, capture_output=True,
                            text=True).stdout
    shell(other, "PRAGMA journal_mode = WAL", schema)
    began = time.monotonic()
    shell(other, "PRAGMA synchronous = FULL", ".mode csv", f".import {rows} items")
    figures = {"wall": time.monotonic() - began, "reload": reload}
    for path in (rows, other):
        os.unlink(path)
    return figures


@case("store-100k", "100,000 items into the queue's database, and back (sqlite3: its shell)",
      Goal("wall", 3, "sqlite3"), Goal("reload", 3, "sqlite3"), Goal("item", 400),
      runs=3)
def store_100k(bench):
    urls = [f"http://127.0.0.1:{bench.hold.port}/dir/file-{n:06}.bin" for n in range(100_000)]
    database = f"{bench.top}/taken.db"
    yield Tool("haul-1", {}, run=lambda out: queued_and_back(bench, out, urls[:1]))
    yield Tool("haul", {}, run=lambda out: queued_and_back(bench, out, urls, database))
    yield Tool("sqlite3", {}, run=lambda out: sqlite3_shell(bench, database))


# --- kills ----------------------------------------------------------------------------------------

def killed_once(bench, command, out, path, size):
    """kill -9 in the middle, then to the end: MiB that were sent again."""
    mark = bench.nginx.mark()
    process = bench.spawn(command(out))
    time.sleep(2.5)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    figures = bench.meter(command(out), 60)
    figures["again"] = (bench.nginx.sent_since(mark) - size) / MIB
    return figures


def kill_tools(bench, rate, size, name, connections, kills):
    """The tools that can go on with a partial file, at RATE a connection."""
    files = {name: bench.big(name, size)}
    url = bench.nginx.url(f"/{rate}/{name}")
    many = str(connections)
    tools = {}
    if connections == 1 or bench.haul_has("--connections"):
        tools["haul"] = lambda out: haul(bench, out, url, connections=connections)
    if connections == 1:
        tools["curl"] = lambda out: curl(out, url, name, "-C", "-")
    tools["aria2c"] = lambda out: aria2c(out, url, name, f"-x{many}", f"-s{many}", "-c")
    tools["axel"] = lambda out: axel(out, url, name, "-n", many)
    for tool, command in tools.items():
        yield Tool(tool, files, run=lambda out, command=command: kills(command, out))


@case("kill-refetch", "kill -9 in the middle of 1 GiB at 200 MB/s, one connection, then finish",
      Goal("again", 4), runs=3)
def kill_refetch(bench):
    size = 1024 * MIB
    yield from kill_tools(bench, "200m", size, "1g", 1, lambda command, out: killed_once(
        bench, command, out, "1g", size))


@case("kill-refetch-8", "the same with 8 connections of 25 MB/s", Goal("again", 10), runs=3)
def kill_refetch_8(bench):
    size = 1024 * MIB
    yield from kill_tools(bench, "25m", size, "1g", 8, lambda command, out: killed_once(
        bench, command, out, "1g", size))


def killed_often(bench, command, out, size, kills=20):
    """Killed at random points until it was killed so often, then to the end."""
    dice = random.Random(3)
    mark = bench.nginx.mark()
    count = 0
    while count < kills:
        process = bench.spawn(command(out))
        try:
            process.wait(dice.uniform(0.5, 2.0))
            break
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            count += 1
    figures = bench.meter(command(out), 120) if count == kills else {"wall": 0, "cpu": 0, "mem": 0}
    figures["fetched"] = bench.nginx.sent_since(mark) / size
    figures["kills"] = count
    return figures


@case("kills-20", "20 kills in one file of 1 GiB with 8 connections of 4 MiB/s: fetched / size",
      Goal("fetched", 1.05), runs=1, seconds=300)
def kills_20(bench):
    size = 1024 * MIB
    yield from kill_tools(bench, "4m", size, "1g", 8, lambda command, out: killed_often(
        bench, command, out, size))


@case("kills-20-single", "the same with one connection of 32 MiB/s", Goal("fetched", 1.05), runs=1,
      seconds=300)
def kills_20_single(bench):
    size = 1024 * MIB
    yield from kill_tools(bench, "32m", size, "1g", 1, lambda command, out: killed_often(
        bench, command, out, size))


# --- the screen -----------------------------------------------------------------------------------

class Watched:
    """A session of COUNT items, 20 of which run at 20 KiB/s, and a screen of 120×40 that shows it."""

    RUNNING = 20

    def __init__(self, bench, out, count):
        self.home = f"{bench.top}/watched"
        os.makedirs(self.home)
        self.env = {**bench.env, "HOME": self.home, "XDG_RUNTIME_DIR": self.home,
                    "XDG_DATA_HOME": self.home, "XDG_CONFIG_HOME": self.home,
                    "XDG_STATE_HOME": self.home, "TERM": "xterm-256color", "LC_ALL": "C.UTF-8"}
        self.haul = bench.haul
        bench.big("1g", 1024 * MIB)
        root = f"http://127.0.0.1:{bench.hold.port}"
        self.ask("add", "-d", out, "--item-limit", "20K",
                 *[bench.nginx.url(f"/1g?{number}") for number in range(self.RUNNING)])
        self.ask("set", "-j", str(self.RUNNING))
        self.ask("add", "-d", out, "-i",
                 bench.write_list("urls", (f"{root}/file-{number * 7919 % count:06}.bin"
                                           for number in range(count - self.RUNNING))))
        self.master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 120, 0, 0))
        self.screen = subprocess.Popen([self.haul], env=self.env, stdin=slave, stdout=slave,
                                       stderr=slave, start_new_session=True)
        os.close(slave)
        self.daemon = int(self.pid())

    def ask(self, *words):
        done = subprocess.run([self.haul, *words], env=self.env, capture_output=True, text=True,
                              check=False)
        if done.returncode != 0:
            raise RuntimeError(done.stderr)
        return done.stdout

    def pid(self):
        """The daemon's: the process whose environment is ours and which is not the screen."""
        for name in os.listdir("/proc"):
            if not name.isdigit() or int(name) == self.screen.pid:
                continue
            try:
                with open(f"/proc/{name}/environ", "rb") as file:
                    ours = f"HOME={self.home}".encode() in file.read().split(b"\0")
            except OSError:
                continue
            if ours:
                return name
        raise RuntimeError("there is no daemon")

    def watch(self, seconds, keys=b""):
        """Types KEYS, one each tenth of a second, and lets go what is drawn: the CPU that screen and
        daemon took, and the bytes drawn."""
        before = ran(self.screen.pid), ran(self.daemon)
        drawn, due, end = 0, time.monotonic(), time.monotonic() + seconds
        while time.monotonic() < end or keys:
            if keys and time.monotonic() >= due:
                os.write(self.master, keys[:1])
                keys, due = keys[1:], time.monotonic() + 0.1
            if select.select([self.master], [], [], 0.02)[0]:
                drawn += len(os.read(self.master, 65536))
        return (ran(self.screen.pid) - before[0], ran(self.daemon) - before[1], drawn)

    def close(self):
        self.ask("stop")
        self.screen.kill()
        self.screen.wait()
        os.close(self.master)
        shutil.rmtree(self.home)


def watched(bench, out, count):
    """Milliseconds of CPU for a second of the plain list, of one sorted by rate, of scrolling, and
    for one pass of all items, and for sorting them all."""
    watched = Watched(bench, out, count)
    try:
        watched.watch(3)
        screen, daemon, drawn = watched.watch(10)
        watched.watch(2, b"sr")
        rate = watched.watch(10)
        watched.watch(1, b"sq")
        scroll = watched.watch(5, b"\x06\x02" * 20)
        passes = watched.watch(3, b"fqqqqqqqqqqqqqqqqqqqq\x1b")
        sorts = watched.watch(3, b"snsz" * 10)
        return {"screen": screen * 100, "daemon": daemon * 100, "bytes": drawn / 10,
                "screen-rate": rate[0] * 100, "daemon-rate": rate[1] * 100,
                "screen-scroll": scroll[0] * 200, "daemon-scroll": scroll[1] * 200,
                "pass": passes[1] * 50, "sort": sorts[1] / passes[1],
                "mem": resident(watched.screen.pid), "cpu": screen + daemon, "wall": 10}
    finally:
        watched.close()


@case("screen-100k", "a screen on 100,000 items, 20 of them running (haul-100: on 100)",
      Goal("screen", 1.2, "haul-100"), Goal("daemon", 1.2, "haul-100"),
      Goal("screen-rate", 1.2, "haul-100"), Goal("daemon-rate", 1.2, "haul-100"),
      Goal("screen-scroll", 1.2, "haul-100"), Goal("daemon-scroll", 1.2, "haul-100"),
      Goal("sort", 3), Goal("mem", 12), runs=3)
def screen_100k(bench):
    yield Tool("haul-100", {}, run=lambda out: watched(bench, out, 100))
    yield Tool("haul", {}, run=lambda out: watched(bench, out, 100_000))


def read_for(master, seconds):
    """Bytes that come from the pseudo-terminal in that time."""
    count, end = 0, time.monotonic() + seconds
    while (left := end - time.monotonic()) > 0:
        if select.select([master], [], [], left)[0]:
            try:
                count += len(os.read(master, 65536))
            except OSError:  # the other side is closed
                break
    return count


def until_drawn(master):
    """Presses a key; seconds until something is drawn for it, which a mere change of the downloads
    would not be within the same time."""
    read_for(master, 0.2)
    began = time.monotonic()
    os.write(master, b"j")
    select.select([master], [], [], 5)
    return time.monotonic() - began


def screen_figures(bench, out, count, *options, size=(120, 40), seconds=20, more=None):
    """What the screen costs while COUNT items move and nobody touches it, then how soon a key is
    seen. `key`: the median of eleven."""
    names = [f"move-{number:04}.bin" for number in range(count)]
    links = bench.write_list("moving", (bench.nginx.url(f"/16k/2m?{name}") + f"\n  out={name}"
                                        for name in names))
    env = {**bench.env, "TERM": "xterm-256color", "LC_ALL": "C.UTF-8", **(more or {})}
    command = [bench.haul, "--session", "bench", "-j", str(count), "--per-host", "0",
               "--connections", "1", "-d", out, "-i", links, *options]
    pid, master = pty.fork()
    if pid == 0:
        os.execve(command[0], command, env)
    try:
        fcntl.ioctl(master, termios.TIOCSWINSZ, struct.pack("HHHH", size[1], size[0], 0, 0))
        read_for(master, 8)
        cpu = cpu_of(pid)
        came = read_for(master, seconds)
        cpu = cpu_of(pid) - cpu
        figures = {"bytes": came / seconds, "cpu": 100 * cpu / seconds, "mem": resident(pid)}
        figures["wall"] = seconds
        figures["key"] = sorted(until_drawn(master) for _ in range(11))[5]
        return figures
    finally:
        os.kill(pid, signal.SIGTERM)
        read_for(master, 0.5)
        os.close(master)
        os.waitpid(pid, 0)
        subprocess.run([bench.haul, "stop", "--session", "bench"], env=env, check=False,
                       stdout=subprocess.DEVNULL)


@case("ui-bytes", "the screen at 120x40: bytes a second, % of a core, seconds until a key is drawn",
      Goal("bytes", 2500), Goal("cpu", 1.0), Goal("mem", 12), Goal("key", 0.15),
      Goal("bytes", 2500, of="haul-500"), Goal("bytes", 500, of="haul-low"),
      Goal("bytes", 2500, of="haul-2000"), Goal("cpu", 1.0, of="haul-2000"),
      Goal("mem", 12, of="haul-2000"), Goal("key", 0.15, of="haul-2000"),
      Goal("bytes", 2500, of="haul-true"), runs=1)
def ui_bytes(bench):
    bench.big("2m", 2 * MIB)  # nothing becomes whole, so nothing is compared
    for name, count, options, more in (
            ("haul", 50, (), {}), ("haul-500", 500, (), {}),
            ("haul-low", 50, ("--ui-rate", "480"), {}), ("haul-2000", 2000, (), {}),
            ("haul-true", 50, (), {"COLORTERM": "truecolor"})):
        yield Tool(name, {}, run=lambda out, count=count, options=options, more=more:
                   screen_figures(bench, out, count, *options, more=more))
