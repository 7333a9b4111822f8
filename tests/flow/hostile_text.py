"""Whatever a server sends as text, nothing that haul prints or logs moves a cursor."""

import os
import unicodedata

from harness import case, expect, run

NASTY = [b"\x1b[2J\x1b[H", b"\x1b]52;c;aGVsbG8=\x07", b"\x1b]0;title\x1b\\", b"\x9b31m", b"\x85",
         "\u202egpj.exe\u2066".encode(), b"\x08\x08\x08", b"\rover", b"\x7f", b"\xff\xfe\xc0",
         "\u2028\u2029\ufeff".encode(), b"x" * 4000]


def expect_harmless(data, what):
    """DATA is valid UTF-8 without controls (but newlines) and without bidi controls."""
    text = data.decode("utf-8")
    for char in text:
        bad = (char != "\n" and unicodedata.category(char) in ("Cc", "Zl", "Zp")) or \
            unicodedata.bidirectional(char) in ("RLO", "LRO", "RLE", "LRE", "PDF", "RLI", "LRI",
                                                "FSI", "PDI")
        expect(not bad, f"{char!r} in {what}: {text[max(0, text.index(char) - 80):][:200]!r}")


def expect_quiet(t, *urls):
    """Runs `get` on URLS with everything it can tell, and looks at all of it."""
    log = os.path.join(t.home, "log.txt")
    for progress in ("plain", "json", "bar"):
        result = t.haul("get", "-v", "--log", log, "-d", t.dir, "--retries", 0, "--progress",
                        progress, *urls)
        expect(result.status in (0, 2, 3, 4), f"an odd status: {result}")
        expect(result.out == b"", f"something on standard output: {result}")
        if progress != "bar":
            expect_harmless(result.err, f"--progress {progress}")
        for sequence in (b"\x1b]", b"\x9b", b"\x07", b"\x08", b"\x7f"):
            expect(sequence not in result.err, f"{sequence!r} on standard error: {result}")
    with open(log, "rb") as file:
        expect_harmless(file.read(), "the log")
    for name in t.partials():
        t.keeps(name)


@case
def in_file_names(t):
    expect_quiet(t, *[
        t.file("n.bin", disposition=b'attachment; filename="a' + nasty + b'b.txt"').url
        for nasty in NASTY])


@case
def in_reasons_and_headers(t):
    expect_quiet(t, *[t.origin.url("r", raw=b"HTTP/1.1 404 No " + nasty + b"\r\nServer: evil" + nasty +
                                   b"\r\nContent-Length: 0\r\n\r\n") for nasty in NASTY])
    expect_quiet(t, *[t.file("h.bin", header=b"Server: evil" + nasty, type=b"text/" + nasty).url
                      for nasty in NASTY])


@case
def in_redirects(t):
    expect_quiet(t, *[t.origin.url("l", redirect=b"http://127.0.0.1:1/" + nasty)
                      for nasty in NASTY])
    expect_quiet(t, *[t.origin.url("s", redirect=b"evil" + nasty + b"://x/") for nasty in NASTY])


@case
def in_answers_that_are_none(t):
    expect_quiet(t, *[t.origin.url("g", raw=nasty + b"\r\n\r\n") for nasty in NASTY])
    expect_quiet(t, *[t.origin.url("w", raw=b'HTTP/1.1 401 No\r\nWWW-Authenticate: Basic realm="' +
                                   nasty + b'"\r\nContent-Length: 0\r\n\r\n')
                      for nasty in NASTY])


@case
def in_urls_that_users_paste(t):
    for nasty in NASTY[:9]:
        result = t.haul("get", "-i", "-", stdin=b"http://127.0.0.1/" + nasty + b"\nnot " + nasty)
        expect(result.status == 1, f"an odd status: {result}")
        expect_harmless(result.err, "standard error")


@case
def in_what_the_daemon_tells(t):
    for nasty in NASTY:
        named = t.file("d.bin", disposition=b'attachment; filename="' + nasty + b'"')
        refused = b"HTTP/1.1 404 " + nasty + b"\r\nContent-Length: 0\r\n\r\n"
        t.add("--retries", 0, named.url, t.origin.url("e", raw=refused))
    t.haul("wait")
    for arguments in (["list"], ["list", "--json"]):
        expect_harmless(t.ok(*arguments).out, f"{arguments}")
    for number in t.items():
        expect_harmless(t.ok("show", number).out, "show")
        expect_harmless(t.ok("show", "--json", number).out, "show --json")


run()
