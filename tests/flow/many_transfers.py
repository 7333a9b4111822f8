"""Two thousand slow transfers at once in one process, with the descriptors a login shell gives."""

import os
import resource

from harness import case, expect, expect_equal, run, until

COUNT = 2000


def shell_limits():
    resource.setrlimit(resource.RLIMIT_NOFILE, (1024, 4096))


@case
def two_thousand_slow_transfers_run_at_once(t):
    files = [t.file(f"t{i}.bin", 1500, rate=500, tick=1000, key="all", meet=COUNT)
             for i in range(COUNT)]
    listed = t.write("list.txt", "".join(file.url + "\n" for file in files))
    t.get("-j", COUNT, "--per-host", 0, "--retries", 0, "--stall-timeout", 0, "-i", listed,
          preexec_fn=shell_limits, timeout=150)
    for i, file in enumerate(files):
        t.expect_file(f"t{i}.bin", file)
    peak = t.origin.stats()["peak_active"]
    expect(peak >= COUNT, f"at most {peak} ran at once")


@case
def too_few_descriptors_queue_and_never_fail(t):
    def tight():
        resource.setrlimit(resource.RLIMIT_NOFILE, (128, 128))

    files = [t.file(f"q{i}.bin", 1500, rate=3000) for i in range(400)]
    listed = t.write("list.txt", "".join(file.url + "\n" for file in files))
    t.get("-j", 400, "--per-host", 0, "--retries", 0, "-i", listed, preexec_fn=tight, timeout=150)
    for i, file in enumerate(files):
        t.expect_file(f"q{i}.bin", file)


@case
def where_thousands_may_run_few_files_are_held_in_memory(t):
    files = [t.file(f"m{i}.bin", 65536, gate=30000) for i in range(40)]
    running = t.start("get", "-q", "-d", t.dir, "-j", 2000, "--per-host", 0,
                      *(file.url for file in files))
    until("all but eight, 512 KiB of them, are on the disk",
          lambda: len([name for name in t.names() if name.endswith(".part")]) == 32)
    t.origin.open(*[f"m{i}.bin" for i in range(40)])
    expect_equal(running.wait().status, 0, "its status")
    for i, file in enumerate(files):
        t.expect_file(f"m{i}.bin", file)


@case
def a_crowd_reads_past_libcurl(t):
    files = [t.file(f"c{i}.bin", 100_000, key="crowd", meet=300) for i in range(300)]
    listed = t.write("list.txt", "".join(file.url + "\n" for file in files))
    log = os.path.join(t.home, "get.log")
    t.get("-j", 300, "-x", 1, "--per-host", 0, "--stall-timeout", 0, "--log", log, "-v", "-i", listed)
    for i, file in enumerate(files):
        t.expect_file(f"c{i}.bin", file)
    with open(log, encoding="utf-8") as text:
        expect(text.read().count("take the short way") > 0, "the short way was not taken")


@case
def a_crowd_uses_its_connections_again(t):
    files = [t.file(f"r{i}.bin", 2000) for i in range(900)]
    listed = t.write("list.txt", "".join(file.url + "\n" for file in files))
    before = t.origin.stats()["connections"]
    t.get("-j", 300, "--per-host", 0, "-i", listed)
    for i, file in enumerate(files):
        t.expect_file(f"r{i}.bin", file)
    made = t.origin.stats()["connections"] - before
    expect(made <= 450, f"{made} connections for 900 files, 300 at once")


run()
