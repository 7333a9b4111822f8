"""Requests other than GET: what is sent, what a redirect makes of it, and that nothing is sent twice
which must not be."""

import os
import signal

from harness import case, command_line, expect, expect_equal, header, run, until

POST = ["--data", "a=1&b=2", "-o", "out.bin"]


def only(requests):
    expect_equal(len(requests), 1, "requests")
    return requests[0]


@case
def data_is_posted_as_a_form(t):
    file = t.file("export")
    t.get(*POST, file.url)
    t.expect_file("out.bin", file)
    request = only(t.origin.requests("export"))
    expect_equal((request["method"], request["body"]), ("POST", "a=1&b=2"), "request")
    expect_equal(header(request, "Content-Type"), "application/x-www-form-urlencoded", "type")
    expect_equal(header(request, "Expect"), None, "expectation")


@case
def what_is_sent_is_of_the_kind_that_was_asked_for(t):
    file = t.file("kinds")
    t.get("-X", "PUT", *POST, "-H", "Content-Type: text/plain", file.url)
    t.get("--json-data", '{"a": "\u00fc\n"}', "-o", "2.bin", file.url)
    t.get("--form", "a=1", "--form", "b=x=y", "-o", "3.bin", file.url)
    t.get("-X", "POST", "-o", "4.bin", file.url)
    t.get("-X", "OPTIONS", "-o", "5.bin", file.url)
    for name in ("out.bin", "2.bin", "3.bin", "4.bin", "5.bin"):
        t.expect_file(name, file)
    put, posted, form, bare, options = t.origin.requests("kinds")
    expect_equal((put["method"], put["body"], header(put, "Content-Type")),
                 ("PUT", "a=1&b=2", "text/plain"), "PUT")
    expect_equal(posted["body"].encode("latin-1").decode(), '{"a": "\u00fc\n"}', "JSON")
    expect_equal((header(posted, "Content-Type"), header(posted, "Accept")),
                 ("application/json", "application/json"), "types of JSON")
    kind, _, boundary = header(form, "Content-Type").partition("; boundary=")
    expect_equal(kind, "multipart/form-data", "type of a form")
    parts = form["body"].split("--" + boundary)
    expect_equal([part.strip().split("\r\n\r\n") for part in parts[1:3]],
                 [['Content-Disposition: form-data; name="a"', "1"],
                  ['Content-Disposition: form-data; name="b"', "x=y"]], "parts")
    expect_equal((bare["method"], header(bare, "Content-Length"), header(bare, "Content-Type")),
                 ("POST", "0", None), "POST without data")
    expect_equal(options["method"], "OPTIONS", "method")


@case
def what_makes_no_sense_is_refused_before_anything_is_asked(t):
    url = t.file("nonsense").url
    for words in (["--data", "a", "--json-data", "{}"], ["-X", "HEAD"], ["-X", "G T"],
                  ["--form", "a"], ["--data", "\udcff"]):
        t.get(*words, url, status=1)
    t.get("--data", "a", "ftp://127.0.0.1/x", status=1)
    listed = t.write("list.txt", f"{url}\t{url}2\n  data=x\n")
    t.get("-i", listed, status=1)
    expect_equal(t.origin.requests("nonsense"), [], "requests")


@case
def a_redirect_makes_a_get_of_it(t):
    file = t.file("result.bin")
    for status in (301, 302, 303):
        t.get(*POST, "--if-exists", "overwrite", "-H", "Content-Type: text/plain", "-H", "X-A: 1",
              t.origin.url(f"s{status}", status=status, redirect=file.url))
        t.expect_file("out.bin", file)
        request = t.origin.requests("result.bin")[-1]
        expect_equal((request["method"], request["body"], header(request, "Content-Type"),
                      header(request, "X-A")), ("GET", "", None, "1"), f"after {status}")


@case
def some_redirects_repeat_it(t):
    file = t.file("result.bin")
    for status in (307, 308):
        t.get(*POST, "--if-exists", "overwrite",
              t.origin.url(f"s{status}", status=status, redirect=file.url))
        t.expect_file("out.bin", file)
        request = t.origin.requests("result.bin")[-1]
        expect_equal((request["method"], request["body"]), ("POST", "a=1&b=2"), f"after {status}")


@case
def another_host_gets_no_body(t):
    """After 307 it would be asked for; after 302 a GET without what was for the first one."""
    file = t.origin.file("elsewhere.bin", port=t.origin.other)
    result = t.get(*POST, t.origin.url("s307", status=307, redirect=file.url), status=4)
    expect(b"redirects a POST to another host" in result.err, f"the reason is not named: {result}")
    expect_equal(t.origin.requests("elsewhere.bin"), [], "requests at the other host")
    t.get(*POST, "-H", "X-A: 1", t.origin.url("s302", status=302, redirect=file.url))
    request = only(t.origin.requests("elsewhere.bin"))
    expect_equal((request["method"], request["body"], header(request, "X-A")), ("GET", "", None),
                 "after 302")


@case
def it_is_never_split_and_never_resumed(t):
    """A GET would be split, and the partial of the first run continued."""
    file = t.file("big.bin", 3 << 20, rate="8M", close=1 << 20, faults=1)
    words = ["--min-split", "64K", "-x", "4", "-o", "big.bin"]
    t.get(*words, "-X", "POST", file.url, status=3)
    t.keeps("big.bin")
    t.get(*words, "-X", "POST", file.url)
    t.expect_file("big.bin", file)
    requests = t.origin.requests("big.bin")
    expect_equal([r["method"] for r in requests], ["POST", "POST"], "requests")
    expect_equal([header(r, "Range") for r in requests], [None, None], "ranges")


@case
def a_post_is_not_sent_again_once_a_server_may_have_seen_it(t):
    retry = ["--retries", 3, "--retry-wait", 0]
    for fault in ({"raw": ""}, {"status": 500}, {"close": 100}, {"status": 504}):
        name = "f" + "".join(map(str, fault.values()))
        result = t.get(*POST, *retry, "--no-resume", t.origin.url(name, **fault),
                       status=4 if "status" in fault else 3)
        only(t.origin.requests(name))
        expect(b"does not send it again" in result.err, f"nothing is said of it: {result}")
    t.expect_names()


@case
def a_post_that_did_nothing_is_sent_again(t):
    """The server says so, or it never got it; and what may be done twice is."""
    retry = ["--retries", 3, "--retry-wait", 0, "--if-exists", "overwrite"]
    for name, words, fault in (("busy", [], {"status": 503}), ("slow", [], {"status": 429}),
                               ("put", ["-X", "PUT"], {"raw": ""}),
                               ("said", ["--retry-on", "500:2"], {"status": 500})):
        file = t.file(name, faults=1, **fault)
        t.get(*POST, *retry, *words, file.url)
        t.expect_file("out.bin", file)
        bodies = [r["body"] for r in t.origin.requests(name)]
        expect_equal(bodies, ["a=1&b=2"] * 2, f"bodies of {name}")


@case
def an_old_connection_is_not_used_for_it(t):
    """libcurl would send a POST again when a connection that it kept turns out to be closed."""
    first = t.file("first.bin", **{"refuse-reuse": 1})
    second = t.file("second.bin", **{"refuse-reuse": 1})
    listed = t.write("list.txt", f"{first.url}\n{second.url}\n  data=x\n  retries=0\n")
    t.get("-j", "1", "-i", listed)
    t.expect_file("second.bin", second)
    a, b = t.origin.requests("first.bin") + t.origin.requests("second.bin")
    expect(a["connection"] != b["connection"], "both came over one connection")


@case
def the_body_outlives_the_daemon_and_is_never_told(t):
    file = t.file("kept.bin", require="X-Key: 7")
    body = 'a=hunter2\nb=\thunter2\n\n'
    url = file.url + "&status=503&faults=1"
    [number] = t.add("--data", body, "-H", "X-Key: 7", "--retry-wait", "1h", url)
    until("the refusal", lambda: t.items()[number]["state"] == "waiting")
    for pid in t.daemons():
        expect("hunter2" not in command_line(pid), "the body is in the process list")
    shown = t.ok("show", "--json", number)
    expect(b"hunter2" not in shown.out, "show tells the body")
    t.stop()
    t.ok("retry", number)
    t.ok("wait", number)
    sent = t.origin.requests("kept.bin")
    expect_equal([r["body"] for r in sent], [body, body], "bodies")


@case
def a_copied_command_may_follow_the_word_curl(t):
    file = t.file("copied.csv", require="Cookie: s=hunter2")
    words = ["curl", file.url, "-H", "Accept: text/csv", "-H", "Accept-Encoding: gzip", "-b",
             "s=hunter2", "--data-raw", "a=1", "--compressed", "--resolve", "x:1:2", "-o", "c.csv"]
    result = t.get("--if-exists", "fail", *words)
    expect(b"not done: --resolve" in result.err, f"what is not done is not told: {result}")
    t.expect_file("c.csv", file)
    request = t.origin.requests("copied.csv")[-1]
    expect_equal((request["method"], request["body"], header(request, "Accept"),
                  header(request, "Accept-Encoding")), ("POST", "a=1", "text/csv", "identity"),
                 "request")
    [number] = t.add("-o", "own.csv", *words)
    t.ok("wait", number)
    t.expect_file("own.csv", file)
    broken = t.get("curl", t.origin.url("never.csv"), "-b", "s=hunter2", "-d", "@body.json", status=1)
    expect(b"in a file" in broken.err and b"hunter2" not in broken.err, f"sentence: {broken}")
    t.get("curl", "-s", status=1)


def cookie_line(host, name, value, path="/"):
    return "\t".join([host, "FALSE", path, "FALSE", "2000000000", name, value]) + "\n"


@case
def cookies_of_a_file_go_to_their_hosts_only(t):
    jar = t.write("cookies.txt", "# Netscape HTTP Cookie File\n" +
                  cookie_line("127.0.0.1", "here", "hunter2") +
                  cookie_line("localhost", "there", "two") +
                  cookie_line("127.0.0.1", "deep", "three", path="/deep"))
    there = t.origin.url("there.bin", host="localhost", header="Set-Cookie: kept=no")
    t.get("--cookies", jar, t.origin.url("start.bin", redirect=there))
    t.get("--cookies", jar, t.origin.url("deep/file.bin"))
    other = t.write("list", t.origin.url("a.bin", header="Set-Cookie: kept=no") + "\n  cookies=" +
                    jar + "\n" + t.origin.url("b.bin") + "\n")
    t.get("-j", 1, "-i", other)

    def cookies(name):
        return sorted((header(t.origin.requests(name)[-1], "Cookie") or "").split("; "))

    expect_equal(cookies("start.bin"), ["here=hunter2"], "at the first host")
    expect_equal(cookies("there.bin"), ["there=two"], "at the other host")
    expect_equal(cookies("deep/file.bin"), ["deep=three", "here=hunter2"], "below a folder")
    expect_equal(cookies("a.bin"), ["here=hunter2"], "of the first of a list")
    expect_equal(cookies("b.bin"), [""], "of the next one, which has no file")


@case
def a_cookie_file_is_found_by_the_daemon_or_said_to_be_missing(t):
    t.write("jar", cookie_line("127.0.0.1", "a", "1"))
    file = t.file("jarred.bin", require="Cookie: a=1")
    t.haul("list")
    work, t.work = t.work, t.home
    [number] = t.add("--cookies", "jar", file.url)
    t.work = work
    t.ok("wait", number)
    t.expect_file("jarred.bin", file)
    result = t.get("--cookies", "/no/such/jar", file.url, status=1)
    expect(b"/no/such/jar can't be read" in result.err, f"sentence: {result}")


@case
def a_post_under_way_is_not_sent_by_the_next_daemon(t):
    file = t.file("killed.bin", 1 << 20, rate="64K")
    [number] = t.add("-X", "POST", file.url)
    until("bytes", lambda: t.items()[number]["done"] > 0)
    os.kill(t.daemon(), signal.SIGKILL)
    until("the daemon's end", lambda: not t.daemons())
    item = t.items()[number]
    expect_equal(item["state"], "failed", "state")
    expect("does not send" in item["note"], f"the note does not tell: {item['note']}")
    only(t.origin.requests("killed.bin"))
    t.ok("remove", number)


run()
