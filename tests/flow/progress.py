"""What `haul get` tells while it works."""

import json

from harness import case, expect, expect_equal, run


def events(t, *arguments, status=0):
    """The lines of --progress json, parsed."""
    result = t.haul("get", "-d", t.dir, "--progress", "json", *arguments)
    expect_equal(result.status, status, str(result))
    expect(result.out == b"", f"something on standard output: {result}")
    return [json.loads(line) for line in result.err.decode("utf-8").splitlines()]


def kinds(lines):
    return [line["event"] for line in lines]


@case
def json_is_one_object_a_line(t):
    lines = events(t, t.file("a.bin").url, t.file("b.bin", rate=4000).url)
    told = kinds(lines)
    for kind, count in {"added": 2, "started": 2, "done": 2, "summary": 1}.items():
        expect_equal(told.count(kind), count, f"{kind} in {told}")
    expect_equal(told[-1], "summary", "last")
    known = {"added", "started", "progress", "retry", "done", "failed", "summary"}
    expect(set(told) <= known, f"unknown events in {told}")
    names = {line["item"]["name"] for line in lines if line["event"] == "done"}
    expect_equal(names, {"a.bin", "b.bin"}, "names")


@case
def json_tells_of_retries_and_failures(t):
    lines = events(t, "--retry-wait", 0, t.file("a.bin", status=503, faults=2).url,
                   t.origin.url("gone", status=404), status=4)
    told = kinds(lines)
    expect_equal(told.count("retry"), 2, f"retries in {told}")
    failed = [line["item"] for line in lines if line["event"] == "failed"]
    expect_equal([item["http_status"] for item in failed], [404], "failures")


@case
def json_shows_progress_on_the_way(t):
    lines = events(t, t.file("slow.bin", 90_000, rate=30_000).url)
    seen = [line["item"]["done"] for line in lines if line["event"] == "progress"]
    expect(seen, "no progress")
    expect_equal(seen, sorted(seen), "progress")


@case
def plain_is_for_people(t):
    result = t.get(t.file("a.bin").url)
    expect(b"a.bin" in result.err, f"the file is not named: {result}")
    expect(b"\r" not in result.err and b"\x1b" not in result.err, "controls in plain text")


@case
def auto_is_plain_where_there_is_no_terminal(t):
    result = t.ok("get", "-d", t.dir, t.file("a.bin").url)
    expect(b"\r" not in result.err and b"\x1b" not in result.err, "controls in plain text")


@case
def quiet_tells_only_what_failed(t):
    expect_equal(t.ok("get", "-q", "-d", t.dir, t.file("a.bin").url).err, b"", "standard error")
    result = t.haul("get", "-q", "-d", t.dir, "--retries", 0, t.origin.url("gone", status=404))
    expect(b"404" in result.err, f"the failure is not named: {result}")


@case
def none_tells_nothing_of_the_way(t):
    result = t.ok("get", "--progress", "none", "-d", t.dir, t.file("a.bin").url)
    expect_equal(result.err, b"", "standard error")


run()
