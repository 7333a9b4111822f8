"""What may heal is tried again, what can't is not."""

from harness import case, expect, expect_equal, header, run, until


def tries(t, path):
    return len(t.origin.requests(path))


def get_all(t, files, *options):
    """Gets all FILES at once, by name, so that their waits go by together."""
    t.get("-j", 20, "--retry-wait", 0, *options, *[file.url for file in files.values()])
    for name, file in files.items():
        t.expect_file(name, file)


@case
def statuses_that_may_pass_are_retried(t):
    files = {f"s{status}.bin": t.file(f"s{status}.bin", status=status, faults=2)
             for status in (408, 429, 500, 502, 503, 504)}
    get_all(t, files)
    for name in files:
        expect_equal(tries(t, name), 3, f"requests for {name}")


@case
def refusals_are_not_retried(t):
    for status in (400, 401, 403, 404, 410, 416, 501):
        t.get("--retry-wait", 0, t.file(f"r{status}.bin", status=status, faults=1).url, status=4)
        expect_equal(tries(t, f"r{status}.bin"), 1, f"requests after {status}")
    t.expect_names()


def leave_connections(t, name, count):
    """COUNT connections that rest, more than libcurl tries."""
    files = [t.file(f"{name}{i}.bin", 10_000, key=name, meet=count) for i in range(count)]
    t.add("-j", count, "--per-host", 0, *[file.url for file in files])
    t.ok("wait")
    made = {request["connection"] for i in range(count)
            for request in t.origin.requests(f"{name}{i}.bin")}
    expect_equal(len(made), count, "connections")


@case
def connections_that_the_server_closed_cost_no_try(t):
    """libcurl gives up after five. Nothing of that was refused by the server."""
    leave_connections(t, "gone", 12)
    file = t.file("next.bin", refuse_reuse=1)
    (item,) = t.add("--retries", 0, file.url)
    t.ok("wait", item)
    t.expect_file("next.bin", file)
    expect(len(t.origin.requests("next.bin")) > 5, "libcurl did not give up")


@case
def an_upload_begins_anew_where_all_connections_were_closed(t):
    leave_connections(t, "shut", 12)
    sent = t.write("sent.txt", "0123456789" * 500)
    (item,) = t.add("--retries", 0, "--upload", sent,
                    t.origin.url("sent.txt", status=201, size=0, refuse_reuse=1))
    t.ok("wait", item)
    requests = t.origin.requests("sent.txt")
    expect(len(requests) > 5, "libcurl did not give up")
    expect_equal(requests[-1]["body"], "0123456789" * 500, "what arrived")


@case
def rules_of_the_user_override_both_ways(t):
    file = t.file("r1.bin", status=403, faults=2)
    t.get("--retry-wait", 0, "--retry-on", "403,404:2", file.url)
    t.expect_file("r1.bin", file)
    t.get("--retry-wait", 0, "--retry-on", "403:2x0", t.file("r2.bin", status=403).url, status=4)
    expect_equal(tries(t, "r2.bin"), 3, "requests")
    t.get("--retry-on", "5xx:never", t.file("r3.bin", status=503, faults=1).url, status=4)
    expect_equal(tries(t, "r3.bin"), 1, "requests")
    t.expect_names("r1.bin")


@case
def a_rule_holds_for_its_item_and_after_a_restart(t):
    (number,) = t.add("--retry-on", "404:3x1h", t.file("r4.bin", status=404).url)
    until("it waits", lambda: t.items()[number]["state"] == "waiting")
    item = t.items()[number]
    expect(item["retry_at"] - item["added_at"] >= 3_600_000, f"the next try is too early: {item}")
    t.stop()
    until("it waits again", lambda: t.items()[number]["state"] == "waiting"
          or t.haul("resume", number).status > 0)
    expect_equal(tries(t, "r4.bin"), 2, "requests")
    t.ok("remove", number)


@case
def a_rule_that_is_none_is_refused(t):
    result = t.get("--retry-on", "403:often", t.file("r5.bin").url, status=1)
    expect(b"retry-on" in result.err and b"403:5x10m" in result.err, f"no help: {result}")


@case
def the_number_of_retries_is_the_users(t):
    t.get("--retry-wait", 0, "--retries", 0, t.file("n0.bin", status=503).url, status=4)
    expect_equal(tries(t, "n0.bin"), 1, "requests")
    t.get("--retry-wait", 0, "--retries", 2, t.file("n2.bin", status=503).url, status=4)
    expect_equal(tries(t, "n2.bin"), 3, "requests")
    file = t.file("ever.bin", raw="", faults=6)
    t.get("--retry-wait", 0, "--retries", -1, file.url)
    t.expect_file("ever.bin", file)


@case
def broken_transfers_are_retried(t):
    faults = {"close": 20_000, "reset": 20_000, "raw": "", "chunked": "no-end", "length": "60000"}
    files = {f"{fault}.bin": t.file(f"{fault}.bin", 50_000, faults=2, **{fault: value})
             for fault, value in faults.items()}
    get_all(t, files)
    for name in files:
        expect(tries(t, name) >= 3, f"too few requests for {name}")


@case
def progress_resets_the_counter(t):
    """Five tries in all, where two in a row are allowed, each where the last one ended; one that
    brings nothing counts."""
    t.hurry(10)
    file = t.file("far.bin", 500_000, close=100_000, faults=4)
    t.get("-x", 1, "--retries", 1, "--retry-wait", 0, file.url)
    t.expect_file("far.bin", file)
    expect_equal([header(one, "Range") for one in t.origin.requests("far.bin")],
                 [None] + [f"bytes={at}00000-499999" for at in range(1, 5)], "ranges")
    t.get("-x", 1, "--retries", 1, "--retry-wait", 0, t.file("near.bin", 500_000, close=0).url,
          status=3)
    expect_equal(tries(t, "near.bin"), 2, "requests for what never brings a byte")


@case
def bytes_that_have_to_come_again_are_no_progress(t):
    """A file of which each try brings the same half would be asked for until the end of time."""
    t.hurry(10)
    cut = {"size": 300_000, "close": 150_000}
    for name, script in {"off": {"ranges": "off"}, "mute": {"etag": "none", "modified": "none"},
                         "new": {"etag": "request"}}.items():
        file = t.file(f"again-{name}.bin", **cut, **script)
        t.get("-x", 1, "--retries", 2, "--retry-wait", 0, file.url, status=3)
        expect(3 <= tries(t, f"again-{name}.bin") <= 6, "it was asked for again and again")
        t.keeps(f"again-{name}.bin.part", f"again-{name}.bin.haul")


@case
def stalls_are_retried(t):
    file = t.file("stall.bin", 50_000, stall=20_000, faults=1)
    t.get("--retry-wait", 0, "--stall-timeout", 1, file.url)
    t.expect_file("stall.bin", file)


@case
def a_file_that_changes_between_tries_is_never_spliced(t):
    files = {}
    for what in ("all", "validators"):
        for etag in ("strong", "weak", "none"):
            name = f"{what}-{etag}.bin"
            files[name] = t.file(name, 90_000, close=40_000, faults=1, change_after=1, change=what,
                                 etag=etag)
            if what == "all":
                files[name].seed += 1000003  # the second version, see tests/origin/plan.c
    get_all(t, files)


@case
def a_file_without_validators_is_never_spliced(t):
    file = t.file("none.bin", 90_000, close=40_000, faults=1, change_after=1, etag="none",
                  modified="none")
    t.get("--retry-wait", 0, file.url)
    file.seed += 1000003
    t.expect_file("none.bin", file)


@case
def answers_to_a_resumed_request_are_checked(t):
    cut = {"size": 90_000, "close": 40_000}
    files = {}
    for lie in ("start", "total", "overflow", "garbage", "missing", "star", "whole"):
        files[f"{lie}.bin"] = t.file(f"{lie}.bin", faults=3, range_lie=lie, **cut)
    for ranges in ("off", "silent", "refuse"):
        files[f"{ranges}.bin"] = t.file(f"{ranges}.bin", faults=1, ranges=ranges, **cut)
    for judged in ("ignore", "fail"):
        files[f"{judged}.bin"] = t.file(f"{judged}.bin", faults=1, if_range=judged, **cut)
    get_all(t, files, "--retries", 8)


@case
def retry_after_is_obeyed_in_all_its_forms(t):
    values = ["1", "date:1", "soon", "-1", "0", "date:-100", "1e9"]
    get_all(t, {f"{i}.bin": t.file(f"{i}.bin", status=429, faults=1, retry_after=value)
                for i, value in enumerate(values)})


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
