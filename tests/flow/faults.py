"""The faults that tests/origin/README.md numbers: one row each of what a server, a proxy or the way
to it does wrong, and what becomes of it. Each row is shown three things: the exit status, that no
file has the final name unless its bytes are right, and that the sentence names the cause. The daemon
ends each of them as `haul get` does.

`faults.py --list` prints the table for the README; a case sees that both are the same."""

import concurrent.futures
import os
import re
import sys

from harness import Origin, case, content, expect, expect_equal, has_content, run

README = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../origin/README.md")
SIZE = 8192
ZONE = "files.localhost"  # of names that are always this machine's
LARGE = 300_000  # goes to the disk as it comes
OK = b"HTTP/1.1 200 OK\r\n"

FAULTS = []


def fault(text, ends, words, options=(), secure=False, size=SIZE, host=None, other=0, proxy=False,
          server="", **script):
    """A row: haul ENDS with that status, with WORDS in its sentence (where there is one). SERVER:
    arguments of an origin of its own; OTHER: the seed that arrives is that much larger; SCRIPT: the
    origin's parameters."""
    FAULTS.append({"text": text, "ends": ends, "words": words, "options": options, "host": host,
                   "secure": secure, "size": size, "other": other, "proxy": proxy, "server": server,
                   "script": script})


# A body that is not as announced.
fault("ends before the announced length", 3, "before the announced length", length=9000)
fault("FIN before the first byte of the body", 3, "before the announced length", close=0)
fault("FIN in the middle of the body", 3, "before the announced length", close=5000)
fault("RST in the middle of the body", 3, "broke", reset=5000)
fault("RST in the middle of a large body", 3, "broke", size=LARGE, reset=200_000)
fault("FIN in the middle of the body, with close_notify", 3, "before the announced length",
      secure=True, close=5000)
fault("FIN in the middle of the body, without close_notify", 3, "broke|before the announced",
      secure=True, close=5000, truncate=1)
fault("no length and no close_notify", 6, "cut off", secure=True, length="none", truncate=1)
fault("more bytes than announced, and a connection that goes on", 6, "sends more",
      length=str(SIZE), behind="surplus")
for where, secure in (("plain", False), ("https", True)):
    for size in (SIZE, 60_000, LARGE):
        fault(f"{size // 3} bytes announced, and {size} sent, {where}", 6, "sends more",
              secure=secure, size=size, length=str(size // 3))
fault("a line end behind the body", 0, "", behind="\r\n")
fault("another answer behind the body, unasked", 0, "",
      behind="HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nbad")
fault("a length of 2^62", 3, "announces the length", length=str(1 << 62))
fault("a length that no number holds", 3, "length", length="99999999999999999999999")
fault("a negative length", 3, "Length", length="-1")
fault("a length with a sign", 3, "length", length="+8192")
fault("a length in hexadecimal", 3, "length", length="0x2000")
fault("a length with letters behind it", 3, "length", length="8192abc")
fault("a length with a space in it", 3, "length", length="81 92")
fault("an empty length", 3, "Length", length="")
fault("a list of two lengths", 3, "length", length="8192, 8193")
fault("two lengths that differ", 3, "two lengths", length="8192", length2="99")
fault("two lengths that are equal", 0, "", length="8192", length2="8192")
fault("a length that is less than the chunks hold", 6, "announces 99 bytes and sends 8192",
      chunked=1, header="Content-Length: 99")
fault("the same with a large file", 6, "announces 70000", chunked=1, size=LARGE,
      header="Content-Length: 70000")
fault("a length that is more than the chunks hold", 6, "announces 400000", chunked=1, size=LARGE,
      header="Content-Length: 400000")
fault("a length of none, and chunks that hold something", 6, "announces 0 bytes and sends 8192",
      chunked=1, header="Content-Length: 0")
fault("a length that the chunks keep to", 0, "", chunked=1, header=f"Content-Length: {SIZE}")

# The same past libcurl (src/net/direct.c), in plain text and over TLS.
HUGE = 17 << 20
for secure, where in ((False, "plain"), (True, "https")):
    fault(f"FIN in the middle of 17 MiB, {where}", 3, "before the announced length|broke",
          secure=secure, size=HUGE, close=HUGE - 100)
    fault(f"RST in the middle of 17 MiB, {where}", 3, "broke|before the announced", secure=secure, size=HUGE,
          reset=HUGE - 1_000_000)
    fault(f"17 MiB that end a byte early, {where}", 3, "before the announced length|broke",
          secure=secure, size=HUGE, length=str(HUGE + 1))
    fault(f"17 MiB that stop, {where}", 3, "no data", ("--stall-timeout", 1), secure=secure,
          size=HUGE, stall=HUGE - 5000)
    fault(f"more of the file than the 17 MiB announced, {where}", 6, "sends more", secure=secure,
          size=HUGE, length=str(HUGE - 70_000))
    fault(f"another answer behind the 17 MiB, unasked, {where}", 0, "", secure=secure, size=HUGE,
          length=str(HUGE), behind="HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nbad")
fault("17 MiB with a length and no close_notify", 0, "", secure=True, size=HUGE, truncate=1)
fault("17 MiB cut over TLS, without close_notify", 3, "before the announced length|broke",
      secure=True, size=HUGE, close=HUGE - 100, truncate=1)

# Chunks.
fault("chunks without an end", 3, "chunk|before|closed", chunked="no-end")
fault("a chunk that is cut", 3, "chunk|before|closed", chunked="cut")
fault("a chunk size that is no number", 3, "chunk|encoding|sense", chunked="bad-size")
fault("a chunk size that overflows", 3, "chunk|encoding|sense", chunked="huge-size")
fault("a negative chunk size", 3, "chunk|encoding|sense", chunked="negative")
fault("a chunk size with a space in it", 3, "chunk|encoding|sense|closed", chunked="size-space")
fault("a chunk without its line end", 3, "chunk|encoding|sense", chunked="no-break")
fault("a chunk extension of 10 MB", 0, "", chunked=1, extension="10M")
fault("trailers", 0, "", chunked="trailer")
fault("trailers that contradict the head", 0, "", chunked="trailer-lies")
fault("an answer among the trailers", 3, "no sense", chunked="trailer-answer")
fault("a transfer coding that is not asked for", "3", "encoding|sense|failed",
      header="Transfer-Encoding: gzip, chunked", length="none")

# Heads.
fault("an answer without a byte", 3, "without an answer", raw="")
fault("RST before the answer", 3, "broke", raw="", reset=0)
fault("garbage for an answer", 3, "HTTP", raw="garbage\0\1\2 and more\r\n\r\n")
fault("an end within the headers", 3, "within its headers", raw="HTTP/1.1 200 OK\r\nContent-Le")
fault("an end within the headers of a refusal", 3, "within its headers",
      raw="HTTP/1.1 404 Not Found\r\nContent-Le")
fault("HTTP/9.9", 3, "HTTP|version", raw="HTTP/9.9 200 OK\r\n\r\nbody")
fault("HTTP/0.9", 3, "HTTP", http09=1)
fault("an HTTP/2 preface", 3, "HTTP", raw=b"\0\0\x12\4\0\0\0\0\0\0\3\0\0\0d\0\4\0\1\0\0\0\2\0\0\0\0")
fault("status 000", 3, "HTTP|answer", raw="HTTP/1.1 000 None\r\nContent-Length: 2\r\n\r\nab")
fault("status 999", 4, "999", status=999)
fault("a status of four digits", 3, "HTTP|answer|sense",
      raw="HTTP/1.1 2000 OK\r\nContent-Length: 2\r\n\r\nab")
fault("a reason with escape sequences", 4, "404",
      raw="HTTP/1.1 404 \x1b[2J\x1b]0;x\7\r\nContent-Length: 0\r\n\r\n")
fault("a NUL in a header", 3, "sense|Nul|header", header=b"X-Nul: a\0b")
fault("line ends without CR", 0, "", header="X-A: b\nX-C: d")
fault("a CR in a header", 0, "", header="X-A: b\rETag: c")
fault("a CR in the ETag", 0, "", size=LARGE, etag='"a\rb"')
fault("a header without a colon", 3, "without colon", header="no colon here")
fault("a header that goes on in the next line", 0, "", header="X-A: b\r\n Content-Length: 5")
fault("an ETag that goes on in the next line", 3, "two lines", etag='"a\r\n b"')
fault("a space in front of a header's colon", 3, "space behind", header="Content-Length : 5")
fault("a header of 1 MB", 3, "too long|too many headers", headers=1, header_size="1M")
fault("100,000 headers", 3, "too many headers", headers=100_000)
fault("headers without an end", 3, "too many headers", headers="forever")
fault("interim answers without an end", 3, "too many", interim="forever")
fault("five interim answers", 0, "", interim=5)
fault("a head that comes byte by byte", 3, "no data", ("--stall-timeout", 1), trickle=300)
fault("Date: garbage", 0, "", date="soon")
fault("Date: 1970, and a file that changes", 0, "", ("--retries", 5), size=LARGE,
      date="Thu, 01 Jan 1970 00:00:00 GMT", etag="none", close=200_000, faults=1, change_after=1,
      other=1000003)

# Answers that were not asked for.
fault("204", 3, "204|no content", status=204)
fault("205", 3, "204|205|no content", status=205)
fault("304", 4, "304", status=304)
fault("300", 4, "300", status=300)
fault("101", 3, "101|answer", raw="HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n")
fault("206", 3, "206", range_lie="unasked")
fault("a Content-Range in a 200", 0, "", header="Content-Range: bytes 5-9/10")
fault("an encoding that was not asked for", 0, "", encoding="gzip")
fault("cookies", 0, "", header="Set-Cookie: id=1; Domain=.test")

# Ranges, where a first connection broke. The file still arrives.
CUT = {"size": LARGE, "close": 200_000}
for lie in ("start", "end", "total", "overflow", "garbage", "missing", "star", "whole", "short",
            "multipart"):
    fault({"start": "a range that begins elsewhere",
           "end": "a range that claims to end later",
           "total": "a range of a file of another size",
           "overflow": "a Content-Range that no number holds",
           "garbage": "a Content-Range that is no such thing",
           "missing": "206 without Content-Range",
           "star": "206 of an unknown total",
           "whole": "206 with the whole file",
           "short": "a range that ends earlier",
           "multipart": "206 as multipart/byteranges"}[lie],
          0, "", ("--retries", 5), faults=3, range_lie=lie, **CUT)
fault("206 that ends before its first byte", 3, "200000 of 300000 bytes came", ("--retries", 1),
      range_lie="nothing", **CUT)
fault("ranges ignored", 0, "", ("--retries", 5), ranges="off", faults=1, **CUT)
fault("ranges refused (416)", 0, "", ("--retries", 5), ranges="refuse", faults=1, **CUT)
fault("If-Range ignored, of a file that changed", 0, "", ("--retries", 5), if_range="ignore",
      faults=1, change_after=1, other=1000003, **CUT)
fault("If-Range never holds", 0, "", ("--retries", 5), if_range="fail", faults=1, **CUT)
fault("a file that changed", 0, "", ("--retries", 5), faults=1, change_after=1, other=1000003, **CUT)
fault("a file that changed under its old validators", "0", "", ("--retries", 5), faults=1,
      change_after=1, etag="none", modified="none", other=1000003, **CUT)
fault("another ETag with each request", 0, "", ("--retries", 5), faults=1, etag="request", **CUT)
fault("another ETag on each connection", 0, "", ("--retries", 5), faults=1, etag="connection",
      **CUT)
fault("an ETag without quotes", 0, "", ("--retries", 5), faults=1, etag="abc", modified="none",
      **CUT)

# Redirects.
fault("a redirect without Location", 4, "nowhere", status=302)
fault("a redirect to a file", 4, "another scheme", redirect="file:///etc/passwd")
fault("a redirect to ftp", 4, "another scheme", redirect="ftp://127.0.0.1/x")
fault("a redirect to script", 4, "another scheme|nowhere", redirect="javascript:alert(1)")
fault("a redirect with an empty Location", 4, "nowhere", redirect="")
fault("a redirect to a port that is none", 4, "nowhere",
      redirect="http://127.0.0.1:99999/")
fault("a redirect of 70 KB", 4, "nowhere", redirect_size=70_000)
fault("a redirect of 110 KB", 3, "too long", redirect_size=110_000)
fault("a redirect with a line end in it", 0, "", redirect="/a%0d%0aX-Evil:%201{query}")
fault("a redirect with a fragment", 0, "", redirect="{target}#part")
fault("a redirect with a login", 0, "", redirect="{login}")
fault("a redirect without a scheme", 0, "", redirect="//{host}/a{query}")
fault("a redirect that begins with a question mark", 0, "", redirect="{query}")
fault("redirects to itself", 4, "redirects", redirect="loop")
fault("thirty redirects", 4, "redirects", hops=30)
fault("from https to http", 4, "--allow-downgrade", secure=True, redirect="http://127.0.0.1:9/x")

# Refusals.
for status, word in ((400, "bad request"), (401, "user name"), (403, "denies"), (404, "not found"),
                     (407, "proxy"), (410, "gone"), (416, "range"), (429, "too many requests"),
                     (451, "legal"), (500, "server error"), (502, "behind it"),
                     (503, "not available"), (504, "behind it"), (520, "server error")):
    fault(f"status {status}", 4, f"{status}.*{word}", status=status)
for value, meaning in (("soon", "that is no time"), ("-5", "that is negative"),
                       ("date:-100", "in the past")):
    fault(f"Retry-After {meaning}", 0, "", ("--retries", 1), status=503, retry_after=value, faults=1)
fault("Retry-After that overflows", 4, "asks to wait", ("--retries", 1), status=503,
      retry_after="99999999999999999999")
fault("Retry-After of two hours", 4, "503", ("--retries", 1), status=503, retry_after="7200")
fault("a body that never comes behind a refusal", 4, "404", ("--stall-timeout", 0), status=404,
      stall=3)
fault("a body that is cut behind a refusal", 4, "404",
      raw="HTTP/1.1 404 Not Found\r\nContent-Length: 99\r\n\r\nno")
fault("RST instead of an answer to a login", 3, "broke", ("-u", "user:pass"), auth="digest",
      sound=1, raw="", reset=0)
fault("a login that is never right", 4, "user name", ("-u", "me:no"), auth="basic")
fault("a nonce that is stale", 0, "", ("-u", "user:pass"), auth="digest", nonce_stale=1, faults=2)
fault("a nonce that is always stale", 4, "the same login again",
      ("-u", "user:pass"), auth="digest", nonce_stale=1)

# Time.
fault("no answer at all", 3, "no data", ("--stall-timeout", 1), delay="forever")
fault("a body that stops", 3, "no data", ("--stall-timeout", 1), size=LARGE, stall=100_000)
fault("a body that stops before its first byte", 3, "no data", ("--stall-timeout", 1), stall=0)
fault("a body that drips", 3, "--timeout", ("--timeout", 1), rate=100)
fault("a connection that is closed when it is used again", 0, "", ("--retries", 1), refuse_reuse=1)

# TLS and proxies.
fault("a certificate of an unknown authority", 3, "ertificate", ("--cacert", "/dev/null"),
      secure=True)
fault("a certificate of another host", 3, "prove", secure=True, server="--names DNS:other.test")
fault("a certificate that expired", 3, "expired", secure=True, server="--expires -3600")
fault("a proxy that refuses the host", 3, "proxy", proxy=True, host="refused.test", secure=True)
fault("a proxy behind which nobody answers", 3, "proxy", proxy=True, host="broken.test", secure=True)
fault("a proxy that answers garbage", 3, "proxy|sense|broke|tunnel|HTTP", proxy=True,
      host="garbage.test", secure=True)
fault("a proxy that hangs up", 3, "proxy|broke|closed", proxy=True, host="hangup.test", secure=True)
fault("a proxy that never answers", 3, "took too long|no data", ("--connect-timeout", 1,
      "--stall-timeout", 1), proxy=True, host="mute.test", secure=True)
fault("a proxy that wants a login", 3, "407|proxy", proxy=True, host="files.test", secure=True,
      server="--proxy-user who:pass")


# What is written of them.

def parameters(row):
    """The origin's parameters of a row, as the README gives them."""
    words = [f"`{name.replace('_', '-')}={shorten(value)}`" for name, value in row["script"].items()
             if name not in ("size", "seed")]
    if row["secure"]:
        words.append("https")
    if row["proxy"]:
        words.append(f"proxy for `{row['host']}`")
    elif row["host"]:
        words.append(f"host `{row['host']}`")
    if row["server"]:
        words.append(f"`{row['server']}`")
    return " ".join(words)


def shorten(value):
    text = value.decode("latin-1") if isinstance(value, bytes) else str(value)
    text = "".join(c if c.isprintable() and c != "|" else f"%{ord(c):02x}" for c in text)
    return text if len(text) <= 60 else text[:50] + "…"


def outcome(row):
    return str(row["ends"]).replace("|", " or ")


def table():
    lines = ["| # | what goes wrong | parameters | status | flow test |", "|---|---|---|---|---|"]
    for number, row in enumerate(FAULTS, 1):
        lines.append(f"| {number} | {row['text']} | {parameters(row)} | {outcome(row)} | `faults` |")
    return "\n".join(lines)


# What becomes of them.

def link(origin, number, row):
    """The file of a row."""
    script = dict(row["script"])
    scheme = "https" if row["secure"] else "http"
    where = {"host": row["host"]} if row["host"] else {}
    if row["proxy"]:
        where["port"] = 443
    if "{" in str(script.get("redirect")):
        final = origin.file(f"final{number}.bin", row["size"])
        query = "?" + final.url.split("?")[1]
        script["redirect"] = script["redirect"].format(
            target=final.url, query=query, host=f"127.0.0.1:{origin.port}",
            login=final.url.replace("http://", "http://me:hunter2@"))
        script["seed"] = final.seed
    return origin.file(f"f{number}.bin", row["size"], scheme=scheme, **where, **script)


def check(t, origin, number, row):
    """One fault; returns what is wrong, or None."""
    file = link(origin, number, row)
    file.seed += row["other"]
    folder = os.path.join(t.home, f"fault-{number}")
    options = ["--retries", 0, "--retry-wait", 0, "--cacert", origin.cert, *row["options"]]
    if row["proxy"]:
        options += ["--proxy", f"http://127.0.0.1:{origin.port}"]
    # The second file comes over the same connection, where there still is one.
    second = origin.file(f"g{number}.bin", 100) if row["ends"] == 0 and not row["proxy"] else None
    urls = [file.url, *([second.url] if second else [])]
    result = t.haul("get", "-d", folder, "-j", 1, "-x", 1, "--progress", "plain", *options, *urls)
    return judge(row, folder, file, second, result)


def judge(row, folder, file, second, result):
    names = os.listdir(folder) if os.path.isdir(folder) else []
    whole = [name for name in names if not name.endswith((".part", ".haul"))]
    problems = []
    for name in whole:
        remote = second if second and name == os.path.basename(second.url.split("?")[0]) else file
        with open(os.path.join(folder, name), "rb") as got:
            if got.read() != content(remote.seed, remote.size):
                problems.append(f"{name} is a wrong file")
    statuses = str(row["ends"]).split("|")
    if str(result.status) not in statuses:
        problems.append(f"status {result.status}, expected {row['ends']}")
    if result.status == 0 and len(whole) != 1 + bool(second):
        problems.append(f"{names} for a success")
    if result.status != 0 and whole:
        problems.append(f"{whole} for a failure")
    said = result.err.decode(errors="replace")
    if result.status != 0 and not re.search(row["words"], said):
        problems.append(f"the cause ({row['words']}) is not named")
    if any(ord(c) < 0x20 and c != "\n" for c in said):
        problems.append("control characters are printed")
    return f"{'; '.join(problems)}: {result}" if problems else None


@case
def each_fault_ends_in_the_right_file_or_a_refusal(t):
    origins = {"": t.origin}
    for row in FAULTS:
        if row["server"] not in origins:
            origins[row["server"]] = own = Origin(*row["server"].split())
            t.closers.append(own.close)
    with concurrent.futures.ThreadPoolExecutor(6) as pool:
        found = pool.map(lambda pair: check(t, origins[pair[1]["server"]], *pair),
                         enumerate(FAULTS, 1))
        wrong = [f"{number} ({row['text']}): {problem}"
                 for (number, row), problem in zip(enumerate(FAULTS, 1), found) if problem]
    expect(not wrong, f"{len(wrong)} of {len(FAULTS)} faults:\n" + "\n".join(wrong))


def lines_of(row, file, folder, origin):
    """A row as an item of a list."""
    given = {"dir": folder, "retries": 0, "retry-wait": 0, "cacert": origin.cert, "connections": 1}
    if row["proxy"]:
        given["proxy"] = f"http://127.0.0.1:{origin.port}"
    names = [name.removeprefix("--") for name in row["options"][0::2]]
    given.update(zip(["user" if name == "-u" else name for name in names], row["options"][1::2]))
    return "".join([f"{file.url}\n", *[f"  {name}={value}\n" for name, value in given.items()]])


def judge_item(row, folder, file, item):
    names = os.listdir(folder) if os.path.isdir(folder) else []
    whole = [name for name in names if not name.endswith((".part", ".haul"))]
    right = [name for name in whole if has_content(os.path.join(folder, name), file.seed, file.size)]
    if whole != right:
        return f"{whole} is a wrong file"
    if item["state"] == "done":
        return None if "0" in str(row["ends"]) and len(whole) == 1 else f"done, with {names}"
    if str(row["ends"]) == "0" or item["state"] != "failed" or whole:
        return f"it ended with {names}"
    return None if re.search(row["words"], item["note"]) else f"({row['words']}) is not named"


@case
def the_daemon_ends_them_the_same_way(t):
    """All in one queue, each with a host of its own, so that no fault holds up another."""
    origins, listed, rows = {}, "", []
    for number, row in enumerate(FAULTS, 1):
        if row["server"] not in origins:
            arguments = row["server"] or f"--names DNS:*.{ZONE},DNS:files.test,IP:127.0.0.1"
            origins[row["server"]] = own = Origin(*arguments.split())
            t.closers.append(own.close)
        origin, folder = origins[row["server"]], os.path.join(t.home, f"fault-{number}")
        file = link(origin, number, row)
        file.seed += row["other"]
        if not row["host"] and not row["server"]:
            file.url = file.url.replace("//127.0.0.1:", f"//f{number}.{ZONE}:", 1)
        listed += lines_of(row, file, folder, origin)
        rows.append((row, folder, file))
    ids = t.add("-j", 12, "-i", t.write("list", listed))
    t.haul("wait", timeout=120)
    items = t.items()
    found = [(row, items[number], judge_item(row, folder, file, items[number]))
             for number, (row, folder, file) in zip(ids, rows)]
    wrong = [f"{row['text']}: {problem}: {item}" for row, item, problem in found if problem]
    expect(not wrong, f"{len(wrong)} of {len(FAULTS)} faults:\n" + "\n".join(wrong))


@case
def a_redirect_gives_no_login_and_no_header(t):
    """The two rows above, seen from the server."""
    final = t.file("final.bin")
    login = final.url.replace("http://", "http://me:hunter2@")
    evil = "/evil%0d%0aX-Evil:%201?" + final.url.split("?")[1]
    for target in (login, evil):
        t.get("-o", "a.bin", "--if-exists", "overwrite", t.origin.url("start", redirect=target))
    for entry in t.origin.log():
        if entry["path"] == "/final.bin" or entry["path"].startswith("/evil"):
            names = {name.lower() for name, _ in entry["headers"]}
            expect(not names & {"authorization", "x-evil"}, f"{entry}")
    t.expect_file("a.bin", final)


@case
def the_readme_lists_them(_):
    with open(README, encoding="utf-8") as file:
        expect(table() in file.read(), "`faults.py --list` prints another table than the README's")
    expect(len(FAULTS) >= 60, f"only {len(FAULTS)} faults")
    expect_equal(len({row["text"] for row in FAULTS}), len(FAULTS), "faults that differ")


if "--list" in sys.argv:
    print(table())
    sys.exit(0)
run()
