"""`haul watch --plain`: a line for each change, for readers and logs; and how it ends."""

import fcntl
import os
import re
import subprocess

from harness import DEADLINE, HAUL, case, expect, expect_equal, run, until, whole_lines

LINE = re.compile(r"\d\d:\d\d:\d\d (\d+) (\w+)[^\n]*: ([^\n]+)")


def told(output):
    """(number, word) of each line. The last one may not be there to its end."""
    lines = whole_lines(output.decode())
    found = [LINE.fullmatch(line) for line in lines]
    expect(all(found), f"a line has another form: {lines}")
    return [(int(match.group(1)), match.group(2)) for match in found]


@case
def it_tells_what_becomes_of_items_and_ends_with_them(t):
    good, bad = t.add("--retries", 0, t.file("good.bin", 2_000_000, gate=1_000_000).url,
                      t.file("bad.bin", status=404).url)
    watch = t.start("watch", "--plain", "--until-done")
    until("it tells of it", lambda: b"good.bin" in watch.out())
    t.origin.open("good.bin")
    result = watch.wait()
    expect_equal(result.status, t.haul("wait").status, "the exit status is that of wait")
    lines = told(result.out)
    expect((good, "done") == [line for line in lines if line[0] == good][-1], lines)
    expect(all(word == "failed" for number, word in lines if number == bad), lines)
    expect(b"\033" not in result.out, "there are escapes in it")
    t.expect_names("good.bin")


@case
def it_changes_nothing_and_sees_what_others_do(t):
    (number,) = t.add("-x", 1, t.file("a.bin", 30_000_000, rate=200_000, faults=9).url)
    watch = t.start("watch", "--plain")
    until("it tells of it", lambda: b"a.bin" in watch.out())
    t.ok("pause", number)
    until("it tells the pause", lambda: (number, "paused") in told(watch.out()))
    t.ok("resume", number)
    t.ok("cancel", number)
    until("it tells the end", lambda: (number, "cancelled") in told(watch.out()))
    t.ok("remove", number)
    t.ok("stop")  # and the daemon is gone
    expect(watch.wait() != 0, "the loss of the daemon is no success")
    expect(b"daemon" in watch.err(), watch.err())


@case
def nobody_is_woken_for_it(t):
    result = t.haul("watch", "--plain")
    expect(result.status != 0 and b"no daemon" in result.err, result)
    expect_equal(t.daemons(), [], "daemons")


@case
def a_reader_that_goes_away_ends_it_quietly(t):
    """Also while there is nothing to tell."""
    (number,) = t.add("-x", 1, t.file("a.bin", 30_000_000, rate=200_000, faults=9).url)
    until("it runs", lambda: t.items()[number]["state"] == "active")
    watch = subprocess.Popen([HAUL, "watch", "--plain"], stdin=subprocess.DEVNULL, env=t.env,
                             stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    expect(b"a.bin" in watch.stdout.readline(), "it tells what runs")
    t.ok("pause", number)
    expect(b"paused" in watch.stdout.readline(), "it tells the pause")
    watch.stdout.close()
    expect_equal(watch.wait(DEADLINE), 0, "its exit status")
    expect_equal(watch.stderr.read(), b"", "what it says")
    watch.stderr.close()
    t.ok("resume", number)
    with open("/dev/full", "wb") as full:
        expect(t.into(full, "watch", "--plain").status != 0, "a full disk is no success")
    t.ok("cancel", number)
    t.ok("remove", number)


@case
def a_reader_that_is_slow_misses_nothing(t):
    """Lines wait for it, and the pipe that it shares with others stays as it was."""
    numbers = t.add("--start-at", "+10h", *[t.origin.url(f"slow-{i}.bin") for i in range(400)])
    read, write = os.pipe()
    fcntl.fcntl(write, fcntl.F_SETPIPE_SZ, 4096)
    with open(read, "rb") as reader:
        watch = subprocess.Popen([HAUL, "watch", "--plain"], stdin=subprocess.DEVNULL, env=t.env,
                                 stdout=write, stderr=subprocess.PIPE)
        os.set_inheritable(write, False)
        t.add("-x", 1, "--stall-timeout", 0, t.file("a.bin", 30_000_000, rate=20_000, faults=9).url)
        expect(b"a.bin" in reader.readline(), "it tells what runs")
        t.ok("cancel", "all")
        expect(not fcntl.fcntl(write, fcntl.F_GETFL) & os.O_NONBLOCK, "the pipe blocks as before")
        os.close(write)
        missing = set(numbers)
        while missing:
            missing -= {number for number, word in told(reader.readline()) if word == "cancelled"}
        watch.terminate()
        watch.wait(DEADLINE)
    expect_equal(watch.stderr.read(), b"", "what it says")
    watch.stderr.close()
    t.ok("remove", "all")


run()
