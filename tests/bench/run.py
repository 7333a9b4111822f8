"""Speed, CPU time and memory of `haul get` beside other tools, from the test origin over loopback to
a folder: one large file, ten thousand small ones, two thousand slow ones at once.

    python3 tests/bench/run.py HAUL ORIGIN [FOLDER]

Build both with CMAKE_BUILD_TYPE=Release; FOLDER should be on a tmpfs. Tools that are not installed
are left out. Each row is the best of three runs."""

import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time

RUNS = 3


class Origin:
    def __init__(self, program):
        self.process = subprocess.Popen([program], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.port = json.loads(self.process.stdout.readline())["port"]

    def url(self, name, **script):
        query = "&".join(f"{key}={value}" for key, value in script.items())
        return f"http://127.0.0.1:{self.port}/{name}?{query}"

    def close(self):
        self.process.stdin.close()
        self.process.wait()


def measure(command, folder):
    """Seconds, CPU seconds and MiB of one run; None when it failed."""
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder)
    start = time.monotonic()
    process = subprocess.Popen(command, cwd=folder, stdin=subprocess.DEVNULL,
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = status
    if status != 0:
        return None
    return (time.monotonic() - start, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def best(command, folder):
    runs = [run for run in (measure(command, folder) for _ in range(RUNS)) if run]
    return min(runs) if runs else None


def write_list(path, urls, form):
    with open(path, "w", encoding="ascii") as file:
        file.writelines(form(number, url) + "\n" for number, url in enumerate(urls))


def commands(haul, folder, urls, jobs):
    """How each tool is told to fetch URLS into the working directory."""
    plain = folder + ".urls"
    config = folder + ".curl"
    write_list(plain, urls, lambda number, url: url)
    write_list(config, urls, lambda number, url: f'url="{url}"\noutput="f{number}"')
    yield "haul", [haul, "get", "-q", "-j", str(jobs), "-d", ".", "-i", plain]
    if shutil.which("curl"):
        yield "curl", ["curl", "-s", "--no-progress-meter", "-Z", "--parallel-max",
                       str(min(jobs, 300)), "-K", config]
    if shutil.which("aria2c"):
        yield "aria2c", ["aria2c", "-q", f"-j{jobs}", "-x1", "-i", plain]


def main():
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    haul, program = map(os.path.abspath, sys.argv[1:3])
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    top = tempfile.mkdtemp(prefix="haul-bench.", dir=sys.argv[3] if len(sys.argv) > 3 else None)
    origin = Origin(program)
    loads = {
        "1 file of 2 GiB": ([origin.url("big", size="2G")], 1),
        "10,000 files of 8 KiB": ([origin.url(f"s{i}", size=8192) for i in range(10_000)], 16),
        "2,000 slow ones at once": ([origin.url(f"t{i}", size=2000, rate=500)
                                     for i in range(2000)], 2000),
    }
    try:
        print(f"{'load':26} {'tool':8} {'seconds':>9} {'CPU s':>9} {'MiB':>9}")
        for load, (urls, jobs) in loads.items():
            folder = os.path.join(top, "out")
            for tool, command in commands(haul, folder, urls, jobs):
                result = best(command, folder)
                numbers = "".join(f" {one:9.2f}" for one in result) if result else "   failed"
                print(f"{load:26} {tool:8}{numbers}", flush=True)
    finally:
        origin.close()
        shutil.rmtree(top)


main()
