"""Measures haul beside other tools. Called by run.sh, which builds what it needs; see README.md."""

import argparse
import json
import mmap
import os
import resource
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile

from cases import CASES
from servers import Hold, Nginx, Relay

FIGURES = {"wall": "wall s", "cpu": "CPU s", "mem": "peak MiB", "first": "first byte s",
           "again": "again MiB", "fetched": "fetched/size", "kills": "kills", "rate": "got/asked",
           "screen": "screen ms/s", "daemon": "daemon ms/s", "screen-rate": "by rate",
           "daemon-rate": "by rate", "screen-scroll": "scrolling", "daemon-scroll": "scrolling",
           "pass": "pass ms", "sort": "sort/pass", "bytes": "drawn B/s", "key": "key s",
           "reload": "reload s", "item": "B an item"}
COMPARE_BLOCK = 1024 * 1024
LARGE = 256 * 1024 * 1024


class Failed(Exception):
    """A run that did not do its work; the text says what was wrong."""


def use_once(size):
    """Touches that much memory. What a virtual machine does not use its host may have taken back:
    the first use takes seconds a GiB then, and whose file that hits is chance."""
    flags = mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS | mmap.MAP_POPULATE
    if size >= LARGE:
        mmap.mmap(-1, size + size // 4, flags=flags).close()


class Bench:
    """What the cases use: programs, servers, true files, folders. Everything is under ->top and
    ->disk_top and goes away with close()."""

    def __init__(self, options):
        self.haul, self.loop, self.meter_program = options.haul, options.loop, options.meter
        self.top = tempfile.mkdtemp(prefix="haul-bench.", dir=options.memory)
        self.disk_top = tempfile.mkdtemp(prefix="haul-bench.", dir=options.disk)
        self.data = f"{self.top}/data"
        os.makedirs(self.data)
        os.makedirs(f"{self.top}/home")
        self.env = {"PATH": os.environ["PATH"], "HOME": f"{self.top}/home", "LC_ALL": "C.UTF-8",
                    "XDG_RUNTIME_DIR": f"{self.top}/home"}
        self.help = self.ask(self.haul, "get", "--help")
        self.spawned = []
        self.relays = {}
        self.lists = 0
        self.hold = Hold()
        self.descriptors = options.descriptors
        self.nginx = self.crowd_nginx = None
        self.nginx = Nginx(f"{self.top}/nginx", self.data, self.descriptors)

    def close(self):
        for process in self.spawned:
            if process.poll() is None:
                process.terminate()
                process.wait()
        for server in [*self.relays.values(), self.hold, self.nginx, self.crowd_nginx]:
            if server:
                server.close()
        shutil.rmtree(self.top, ignore_errors=True)
        shutil.rmtree(self.disk_top, ignore_errors=True)

    @staticmethod
    def ask(*command):
        return subprocess.run(command, capture_output=True, text=True, check=False).stdout

    def haul_has(self, option):
        return option in self.help

    # --- data

    def big(self, name, size):
        """A file of random bytes, made once."""
        path = f"{self.data}/{name}"
        if not os.path.exists(path):
            with open(path, "wb") as file:
                for start in range(0, size, COMPARE_BLOCK):
                    file.write(os.urandom(min(COMPARE_BLOCK, size - start)))
        return path

    def many(self, count, size):
        """A folder of that many files, each different."""
        folder = f"{self.data}/{count}x{size}"
        if not os.path.exists(folder):
            os.makedirs(folder)
            pool = os.urandom(size + count)
            for number in range(count):
                with open(f"{folder}/f{number:05}", "wb") as file:
                    file.write(pool[number:number + size])
        return folder

    def write_list(self, name, lines):
        self.lists += 1
        path = f"{self.top}/{name}-{self.lists}"
        with open(path, "w", encoding="ascii") as file:
            file.writelines(line + "\n" for line in lines)
        return path

    def crowd(self):
        """An nginx with more workers, for more connections than one may have."""
        if not self.crowd_nginx:
            self.crowd_nginx = Nginx(f"{self.top}/crowd", self.data, self.descriptors, 4)
        return self.crowd_nginx

    def relay(self, delay):
        if delay not in self.relays:
            self.relays[delay] = Relay(self.nginx.plain, delay)
        return self.relays[delay]

    # --- running

    def spawn(self, command):
        """Starts a command, in a process group of its own, that the case ends itself."""
        process = subprocess.Popen(command, env=self.env, stdin=subprocess.DEVNULL,
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                                   start_new_session=True)
        self.spawned.append(process)
        return process

    def meter(self, command, seconds, stdin=None):
        """Runs a command to its end: the figures. Fails when it failed or took too long."""
        report, errors = f"{self.top}/report", f"{self.top}/errors"
        with open(stdin or os.devnull, "rb") as source, open(errors, "wb") as sink:
            process = subprocess.Popen([self.meter_program, report, str(seconds), *command],
                                       env=self.env, stdin=source, stdout=sink, stderr=sink)
            self.spawned.append(process)
            process.wait()
            self.spawned.remove(process)
        with open(report, encoding="ascii") as file:
            figures = json.load(file)
        status, late = figures.pop("status"), figures.pop("late")
        if late:
            raise Failed(f"not done after {seconds} s")
        if status != 0:
            with open(errors, encoding="utf-8", errors="replace") as file:
                raise Failed(f"status {status}: {file.read(300).strip()}")
        return figures

    def measure(self, case, tool):
        """One run of one tool, its files verified and removed."""
        folder = f"{self.disk_top if case.disk else self.top}/out"
        os.makedirs(folder)
        try:
            if case.disk:
                os.sync()
            use_once(sum(os.path.getsize(true) for true in tool.files.values()))
            if tool.run:
                figures = tool.run(folder)
            else:
                figures = self.meter(tool.command(folder), case.seconds, tool.stdin)
            verify(folder, tool.files)
            return figures
        finally:
            shutil.rmtree(folder)


def same(path, other):
    with open(path, "rb") as one, open(other, "rb") as two:
        while True:
            left, right = one.read(COMPARE_BLOCK), two.read(COMPARE_BLOCK)
            if left != right:
                return False
            if not left:
                return True


def verify(folder, files):
    """Every file must be there, byte for byte."""
    for name, true in files.items():
        path = f"{folder}/{name}"
        if not os.path.exists(path):
            raise Failed(f"{name} is missing")
        if not same(path, true):
            raise Failed(f"{name} has other bytes")


# --- figures --------------------------------------------------------------------------------------

def collect(bench, case, runs):
    """Medians of each tool; the tools take turns, so that all see the same weather."""
    tools = list(case.tools(bench))
    results = {tool.name: [] for tool in tools}
    failures = {}
    for _ in range(runs):
        for tool in tools:
            if failures.get(tool.name, 0) >= 2:
                continue
            try:
                results[tool.name].append(bench.measure(case, tool))
            except (Failed, RuntimeError) as error:
                failures[tool.name] = failures.get(tool.name, 0) + 1
                print(f"  {tool.name}: {error}", file=sys.stderr, flush=True)
    return {name: medians(all_runs) for name, all_runs in results.items()}


def medians(runs):
    if not runs:
        return None
    return {figure: statistics.median(run[figure] for run in runs) for figure in runs[0]}


def judge(goal, results):
    """A goal's row: what was reached, or None when a tool is missing."""
    haul = results.get(goal.of)
    if goal.against == "curl-h2":
        haul = results.get("haul-h2", haul)
    if not haul:
        return None
    if not goal.against:
        return haul[goal.figure]
    other = results.get(goal.against)
    return haul[goal.figure] / other[goal.figure] if other and other[goal.figure] else None


def number(value):
    return f"{value:.3f}" if value < 10 else f"{value:.1f}"


def show(case, results):
    print(f"\n### {case.name}: {case.title}\n")
    figures = [figure for figure in FIGURES
               if any(result and figure in result for result in results.values())]
    print("| tool | " + " | ".join(FIGURES[figure] for figure in figures) + " |")
    print("|---" * (len(figures) + 1) + "|")
    for name, result in results.items():
        cells = [number(result[figure]) if figure in result else "" for figure in figures] \
            if result else ["failed"] * len(figures)
        print(f"| {name} | " + " | ".join(cells) + " |")
    print(flush=True)


def summary(outcomes):
    """The table at the end; the count of goals that were missed."""
    missed = 0
    print("\n### Goals\n\n| case | goal | reached | |\n|---|---|---|---|")
    for case, results in outcomes:
        for goal in case.goals:
            reached = judge(goal, results)
            verdict = "not measured" if reached is None else \
                "met" if reached <= goal.most else "**missed**"
            missed += verdict == "**missed**"
            shown = "" if reached is None else number(reached)
            print(f"| {case.name} | {goal} | {shown} | {verdict} |")
    return missed


def versions(bench):
    for command in ([bench.haul, "--version"], ["curl", "--version"], ["wget2", "--version"],
                    ["aria2c", "--version"], ["axel", "--version"]):
        print("    " + bench.ask(*command).split("\n", 1)[0])
    print(f"    {os.cpu_count()} processors, Linux {os.uname().release}")


def main():
    parser = argparse.ArgumentParser()
    for name in ("haul", "loop", "meter", "memory", "disk"):
        parser.add_argument(f"--{name}", required=True)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("cases", nargs="*")
    options = parser.parse_args()
    unknown = [name for name in options.cases if name not in CASES]
    if unknown:
        sys.exit(f"There is no case {unknown[0]}; there are: {' '.join(CASES)}")
    options.descriptors = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (options.descriptors, options.descriptors))
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: sys.exit("interrupted"))
    bench = Bench(options)
    outcomes = []
    try:
        versions(bench)
        for name in options.cases or CASES:
            case = CASES[name]
            runs = min(case.runs or options.runs, options.runs)
            results = collect(bench, case, runs)
            show(case, results)
            outcomes.append((case, results))
        summary(outcomes)
    finally:
        bench.close()


main()
