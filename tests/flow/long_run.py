"""Memory and descriptors do not grow over a long run: what is done and removed leaves nothing."""

import os
import signal

from harness import case, expect, need, run, until

ROUNDS, FILES = 3, 600
STEPS = 33  # so many can be taken back: what was removed before them is forgotten
GROWTH = 1 << 17  # bytes that another round may add: a hundred a file
LINES = 24  # descriptors: connections that are kept for the next request


def in_use(t, pid, path):
    """Bytes of memory that the daemon uses now, as tests/torture counts them."""
    def lines():
        if not os.path.exists(path):
            return []
        with open(path, encoding="ascii") as file:
            return file.read().splitlines(keepends=True)

    before = len(lines())
    os.kill(pid, signal.SIGUSR2)
    until("it tells", lambda: len(lines()) > before and lines()[-1].endswith("\n"))
    return int(lines()[-1])


@case
def a_daemon_is_as_small_after_many_files_as_before(t):
    """Small ones, some of them refused or broken: large ones leave blocks in a pool, as many as were
    needed at once, which is a matter of time."""
    heap = os.path.join(t.home, "heap")
    t.program = need(os.environ.get("HAUL_TORTURE", ""))
    t.env["HAUL_TORTURE_HEAP"] = heap

    def fetch(number):
        urls = [t.origin.url(f"{number}/f{i}.bin", size=i % 3000) for i in range(FILES)]
        urls += [t.origin.url(f"{number}/gone{i}", status=404) for i in range(40)]
        urls += [t.origin.url(f"{number}/cut{i}", length=9000) for i in range(40)]
        t.add("-j", 16, "--retries", 0, "--history-keep", 0, "--if-exists", "overwrite", "-i",
              t.write("list.txt", "\n".join(urls)))
        t.haul("wait", timeout=120)
        t.ok("remove", "all")
        for _ in range(STEPS):
            t.ok("remove", *t.add(t.origin.url("idle", delay="forever")))
        pid = t.daemon()
        return pid, in_use(t, pid, heap), len(os.listdir(f"/proc/{pid}/fd"))

    pid, memory, descriptors = fetch(0)
    for number in range(1, ROUNDS):
        again, more, lines = fetch(number)
        expect(again == pid, "it is not the daemon that it was")
        expect(more <= memory + GROWTH, f"{memory} bytes were in use, and then {more}")
        expect(lines <= descriptors + LINES, f"{descriptors} descriptors were open, then {lines}")


run()
