"""What may heal is tried again, what can't is not."""

from harness import case, expect, expect_equal, run


def tries(t, path):
    return len(t.origin.requests(path))


@case
def statuses_that_may_pass_are_retried(t):
    for status in (408, 429, 500, 502, 503, 504):
        file = t.file(f"s{status}.bin", status=status, faults=2)
        t.get("--retry-wait", 0, file.url)
        t.expect_file(f"s{status}.bin", file)
        expect_equal(tries(t, f"s{status}.bin"), 3, "requests")


@case
def refusals_are_not_retried(t):
    for status in (400, 401, 403, 404, 410, 416, 501):
        t.get("--retry-wait", 0, t.file(f"r{status}.bin", status=status, faults=1).url, status=4)
        expect_equal(tries(t, f"r{status}.bin"), 1, f"requests after {status}")
    t.expect_names()


@case
def the_number_of_retries_is_the_users(t):
    t.get("--retry-wait", 0, "--retries", 0, t.file("n0.bin", status=503).url, status=4)
    expect_equal(tries(t, "n0.bin"), 1, "requests")
    t.get("--retry-wait", 0, "--retries", 3, t.file("n3.bin", status=503).url, status=4)
    expect_equal(tries(t, "n3.bin"), 4, "requests")
    file = t.file("ever.bin", status=503, faults=9)
    t.get("--retry-wait", 0, "--retries", -1, file.url)
    t.expect_file("ever.bin", file)


@case
def broken_transfers_are_retried(t):
    faults = {"close": 20_000, "reset": 20_000, "raw": "", "chunked": "no-end", "length": "60000"}
    for fault, value in faults.items():
        file = t.file(f"{fault}.bin", 50_000, faults=2, **{fault: value})
        t.get("--retry-wait", 0, file.url)
        t.expect_file(f"{fault}.bin", file)
        expect(tries(t, f"{fault}.bin") >= 3, "too few requests")


@case
def stalls_are_retried(t):
    file = t.file("stall.bin", 50_000, stall=20_000, faults=1)
    t.get("--retry-wait", 0, "--stall-timeout", 1, file.url)
    t.expect_file("stall.bin", file)


@case
def a_file_that_changes_between_tries_is_never_spliced(t):
    for what in ("all", "content", "validators"):
        file = t.file(f"{what}.bin", 90_000, close=40_000, faults=1, change_after=1, change=what)
        t.get("--retry-wait", 0, file.url)
        if what != "validators":
            file.seed += 1000003  # the second version, see tests/origin/plan.c
        t.expect_file(f"{what}.bin", file)


@case
def retry_after_is_obeyed_in_all_its_forms(t):
    for value in ("1", "date:1", "soon", "-1", "0"):
        file = t.file(f"after{value.strip(':-')}.bin", status=429, faults=1, retry_after=value)
        t.get("--retry-wait", 0, file.url)
        t.expect_file(f"after{value.strip(':-')}.bin", file)


@case
def a_wait_of_hours_fails_now_and_says_so(t):
    result = t.get("--retries", 1, t.file("late.bin", status=503, retry_after=7200).url, status=4)
    expect_equal(tries(t, "late.bin"), 1, "requests")
    expect(b"503" in result.err, f"the status is not named: {result}")


@case
def one_failing_item_does_not_hold_the_others(t):
    good = [t.file(f"good{i}.bin") for i in range(20)]
    bad = [t.origin.url(f"bad{i}", status=404) for i in range(3)]
    t.get("-j", 2, "--retry-wait", 0, *bad, *[file.url for file in good], status=4)
    for i, file in enumerate(good):
        t.expect_file(f"good{i}.bin", file)


run()
