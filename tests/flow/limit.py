"""--limit holds for the session as a whole."""

import time

from harness import case, expect, run


def seconds(work):
    start = time.monotonic()
    work()
    return time.monotonic() - start


@case
def one_file_stays_below_the_limit(t):
    file = t.file("a.bin", 600_000)
    took = seconds(lambda: t.get("--limit", "200K", file.url))
    t.expect_file("a.bin", file)
    expect(took >= 1.5, f"600 KB at 200 KiB/s took only {took:.2f} s")


@case
def many_files_share_the_limit(t):
    files = [t.file(f"{i}.bin", 60_000) for i in range(10)]
    took = seconds(lambda: t.get("-j", 10, "--limit", "200K", *[file.url for file in files]))
    for i, file in enumerate(files):
        t.expect_file(f"{i}.bin", file)
    expect(took >= 1.5, f"600 KB at 200 KiB/s took only {took:.2f} s")


run()
