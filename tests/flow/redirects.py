"""Redirects are followed where that is safe, and refused with a sentence where it is not."""

from harness import case, expect, expect_equal, header, run


@case
def relative_and_absolute_ones_are_followed(t):
    final = t.file("final/file.bin", 50_000)
    relative = final.url.partition(str(t.origin.port))[2]
    without_scheme = f"//127.0.0.1:{t.origin.port}{relative}"
    for i, target in enumerate([final.url, relative, without_scheme]):
        t.get("-o", f"{i}.bin", t.origin.url(f"start{i}", redirect=target))
        t.expect_file(f"{i}.bin", final)
    for status in (301, 302, 303, 307, 308):
        t.get("-o", f"{status}.bin", t.origin.url(f"s{status}", status=status, redirect=final.url))
        t.expect_file(f"{status}.bin", final)


@case
def another_server_is_fine(t):
    final = t.origin.file("file.bin", port=t.origin.other)
    t.get(t.origin.url("start", redirect=final.url))
    t.expect_file("file.bin", final)


@case
def several_in_a_row_are_followed(t):
    file = t.file("hops.bin", hops=10)
    t.get(file.url)
    t.expect_file("hops.bin", file)


@case
def each_request_begins_at_the_asked_link(t):
    """Where a redirect leads is often signed for a while: the rest, and each part, is asked for
    where the user said."""
    final = t.file("signed.bin", 400_000, close=200_000, faults=1)
    t.get("--retries", 1, "--retry-wait", 0, t.origin.url("asked.bin", redirect=final.url))
    t.expect_file("asked.bin", final)
    asked = [header(one, "Range") for one in t.origin.requests("asked.bin")]
    expect_equal(asked, [header(one, "Range") for one in t.origin.requests("signed.bin")], "ranges")
    expect(len(asked) == 2 and asked[1], f"the rest was not asked for: {asked}")
    final = t.file("signed2.bin", 600_000, rate=100_000, tick=20)
    t.get("-x", 4, "--min-split", "64K", t.origin.url("parts.bin", redirect=final.url))
    t.expect_file("parts.bin", final)
    parts = t.origin.requests("parts.bin")
    expect_equal(len(parts), len(t.origin.requests("signed2.bin")), "requests")
    expect(len(parts) >= 3, f"it was not cut: {len(parts)} requests")


@case
def too_many_are_refused(t):
    t.get("--retry-wait", 0, t.file("hops.bin", hops=30).url, status=4)
    t.get("--retry-wait", 0, t.origin.url("loop.bin", redirect="loop"), status=4)
    t.expect_names()
    expect(len(t.origin.requests("loop.bin")) <= 21, "followed more than 20 times, or retried")


@case
def other_schemes_are_refused(t):
    """Before anybody is asked for them, and wherever the redirect comes from."""
    secret = t.write("secret.txt", "not for download")
    targets = (f"file://{secret}", "file:///etc/passwd", "FILE:///etc/passwd", "file:/etc/passwd",
               " file:///etc/passwd", "ftp://127.0.0.1/x", "sftp://127.0.0.1/x",
               "gopher://127.0.0.1/", "dict://127.0.0.1/", "scp://127.0.0.1/x",
               "ldap://127.0.0.1/", "telnet://127.0.0.1", "javascript:alert(1)",
               "data:text/plain,hello", "smb://127.0.0.1/x")
    starts = [t.origin.url(f"{scheme}{i}", scheme=scheme, redirect=target)
              for i, target in enumerate(targets) for scheme in ("http", "https")]
    result = t.get("-j", 40, "--retries", 0, "--insecure", *starts, status=4)
    failed = dict(line[8:].split(": ", 1) for line in result.err.decode().splitlines()
                  if line.startswith("failed  "))
    expect_equal(len(failed), len(starts), "refusals")
    for name, why in failed.items():
        expect(why.startswith("the server redirects "), f"{name}: {why}")
    t.expect_names()


@case
def addresses_that_are_none_are_refused(t):
    for target in ("http:///nowhere", "http://127.0.0.1:99999/", "http://[::1/"):
        result = t.haul("get", "-d", t.dir, "--retries", 0, t.origin.url("s", redirect=target))
        expect(result.status in (3, 4), f"expected a refusal of {target}: {result}")
        t.expect_names()


@case
def https_does_not_become_http(t):
    final = t.file("plain.bin")
    start = t.origin.url("start", scheme="https", redirect=final.url)
    result = t.get("--retries", 0, "--cacert", t.origin.cert, start, status=4)
    expect(b"--allow-downgrade" in result.err, f"the way out is not named: {result}")
    expect_equal(t.origin.requests("plain.bin"), [], "requests in plain text")
    t.expect_names()
    t.get("--cacert", t.origin.cert, "--allow-downgrade", start)
    t.expect_file("plain.bin", final)


@case
def a_body_that_does_not_come_holds_nobody_up(t):
    final = t.file("there.bin")
    t.get("--stall-timeout", 0, t.origin.url("start", redirect=final.url, stall=3))
    t.expect_file("there.bin", final)
    result = t.get("--stall-timeout", 0, "--retries", 0, t.file("no.bin", status=404, stall=3).url,
                   status=4)
    expect(b"404" in result.err, f"the answer is not named: {result}")


@case
def http_becomes_https(t):
    final = t.origin.file("safe.bin", scheme="https")
    t.get("--cacert", t.origin.cert, t.origin.url("start", redirect=final.url))
    t.expect_file("safe.bin", final)


run()
