"""Cookies that servers set, kept in a file (--save-cookies): sent back where they belong, within a
run, by the next one and by a queue; and the file is whole, private, and written or said not to be."""

import os
import signal

from harness import case, expect, expect_equal, run, until


def sets(t, name, cookie, **more):
    return t.origin.url(name, header=f"Set-Cookie: {cookie}", **more)


def cookies(t, name):
    """What the last request for NAME had, in order, and in one header."""
    request = t.origin.requests(name)[-1]
    found = [value for key, value in request["headers"] if key == "Cookie"]
    expect(len(found) <= 1, f"several headers: {found}")
    return sorted("".join(found).split("; ")) if found else []


def jar_lines(path):
    with open(path, encoding="utf-8") as file:
        return [line.rstrip("\n").split("\t") for line in file
                if line.strip() and (not line.startswith("#") or line.startswith("#HttpOnly_"))]


@case
def what_a_server_sets_comes_back_in_the_same_run(t):
    jar = t.home + "/jar"
    t.get("-j", 1, "--save-cookies", jar, sets(t, "login", "id=hunter2; Path=/"),
          sets(t, "next", "seen=1; Path=/deep"), t.origin.url("deep/file.bin"),
          t.origin.url("other.bin", host="localhost"))
    expect_equal([cookies(t, name) for name in ("login", "next", "deep/file.bin", "other.bin")],
                 [[], ["id=hunter2"], ["id=hunter2", "seen=1"], []], "cookies")
    expect_equal(sorted((row[0], row[2], row[5], row[6]) for row in jar_lines(jar)),
                 [("127.0.0.1", "/", "id", "hunter2"), ("127.0.0.1", "/deep", "seen", "1")], "jar")
    expect_equal(os.stat(jar).st_mode & 0o777, 0o600, "mode")
    expect_equal([name for name in os.listdir(t.home) if "jar" in name], ["jar"], "files")


@case
def the_next_run_goes_on_with_them_and_the_old_file_is_private_now(t):
    jar = t.write("jar", "# Netscape HTTP Cookie File\n"
                         "127.0.0.1\tFALSE\t/\tFALSE\t0\told\tone\n")
    os.chmod(jar, 0o644)
    t.get("--save-cookies", jar, sets(t, "first", "new=two; Path=/"))
    t.get("--save-cookies", jar, sets(t, "second", "old=gone; Max-Age=0; Path=/"))
    t.get("--save-cookies", jar, t.origin.url("third"))
    expect_equal([cookies(t, name) for name in ("first", "second", "third")],
                 [["old=one"], ["new=two", "old=one"], ["new=two"]], "cookies")
    expect_equal(os.stat(jar).st_mode & 0o777, 0o600, "mode")


@case
def a_redirect_takes_along_what_belongs_there(t):
    """As a login does: the answer sets a cookie and sends on."""
    jar = t.home + "/jar"
    file = t.file("inside.bin", require="Cookie: id=1")
    away = t.origin.url("away", host="localhost", redirect=file.url,
                        header="Set-Cookie: theirs=2; Path=/")
    t.get("--save-cookies", jar, "-o", "inside.bin",
          sets(t, "door", "id=1; Path=/", redirect=away))
    t.expect_file("inside.bin", file)
    expect_equal([cookies(t, name) for name in ("away", "inside.bin")], [[], ["id=1"]], "cookies")


@case
def no_site_sets_cookies_for_others(t):
    """Not for another host, nor for all hosts below a public suffix; a secure one stays on https."""
    jar, port = t.home + "/jar", t.origin.port
    rules = [word for host in ("a.co.uk", "b.co.uk") for word in
             ("--resolve", f"{host}:{port}:127.0.0.1")]
    t.get("-j", 1, "--save-cookies", jar, "--insecure", *rules,
          sets(t, "one", "all=1; Domain=co.uk; Path=/", host="a.co.uk"),
          sets(t, "two", "else=1; Domain=b.co.uk; Path=/", host="a.co.uk"),
          sets(t, "three", "mine=1; Path=/; Secure", host="a.co.uk", scheme="https"),
          t.origin.url("b.bin", host="b.co.uk"), t.origin.url("a.bin", host="a.co.uk"),
          t.origin.url("safe.bin", host="a.co.uk", scheme="https"))
    expect_equal([cookies(t, name) for name in ("b.bin", "a.bin", "safe.bin")],
                 [[], [], ["mine=1"]], "cookies")


@case
def items_without_the_option_and_other_jars_know_nothing_of_it(t):
    listed = sets(t, "set", "id=1; Path=/") + f"\n  save-cookies={t.home}/one\n"
    for number, name in enumerate(("one", "", "two", "one")):
        listed += t.origin.url(f"{number}.bin") + "\n"
        listed += f"  save-cookies={t.home}/{name}\n" if name else ""
    t.get("-j", 1, "-i", t.write("list", listed))
    expect_equal([cookies(t, f"{number}.bin") for number in range(4)], [["id=1"], [], [], ["id=1"]],
                 "cookies")


@case
def it_goes_with_cookies_of_a_browser_and_of_the_command_line(t):
    """What the server said later goes before what was exported; all of it is one header."""
    given = t.write("given", "127.0.0.1\tFALSE\t/\tFALSE\t0\tid\told\n"
                             "127.0.0.1\tFALSE\t/\tFALSE\t0\tlang\ten\n")
    words = ["-j", 1, "--cookies", given, "--save-cookies", t.home + "/jar", "-b", "own=3"]
    t.get(*words, sets(t, "turn", "id=new; Path=/"), t.origin.url("then.bin"))
    t.get(*words, t.origin.url("later.bin"))
    expect_equal([cookies(t, name) for name in ("turn", "then.bin", "later.bin")],
                 [["id=old", "lang=en", "own=3"], ["id=new", "lang=en", "own=3"],
                  ["id=new", "lang=en", "own=3"]], "cookies")
    expect("own" not in [row[5] for row in jar_lines(t.home + "/jar")], "-b is in the jar")


@case
def a_queue_keeps_them_from_item_to_item_and_over_restarts(t):
    work, t.work = t.work, t.home
    (first,) = t.add("--save-cookies", "jar", sets(t, "q1", "id=1; Path=/"))
    t.work = work
    t.ok("wait", first)
    until("the jar is there", lambda: os.path.exists(t.home + "/jar"))
    until("it is written", lambda: jar_lines(t.home + "/jar"))
    (second,) = t.add("--save-cookies", t.home + "/jar", "--start-at", "+1h", t.origin.url("q2"))
    t.stop()
    t.ok("change", second, "--start-at", "now")
    t.ok("wait", second)
    expect_equal(cookies(t, "q2"), ["id=1"], "cookies")


@case
def an_interrupted_run_has_saved_what_came(t):
    t.keeps("slow.bin.part", "slow.bin.haul")
    slow = t.origin.url("slow.bin", size=1 << 20, rate="64K", header="Set-Cookie: id=1; Path=/")
    going = t.start("get", "-d", t.dir, "--save-cookies", t.home + "/jar", slow)
    until("bytes", lambda: "slow.bin.part" in t.names())
    going.signal(signal.SIGINT)
    expect_equal(going.wait().status, 7, "status")
    expect_equal([row[5] for row in jar_lines(t.home + "/jar")], ["id"], "jar")


@case
def a_place_that_takes_no_file_is_refused_before_anything_is_asked(t):
    url = t.file("refused.bin").url
    os.mkdir(t.home + "/folder")
    os.symlink("/dev/null", t.home + "/link")
    for wrong, status in (("/no/such/folder/jar", 5), (t.home + "/folder", 1),
                          (t.home + "/link", 1), (t.home + "/folder/", 1), ("", 1)):
        result = t.get("--save-cookies", wrong, url, status=status)
        expect(wrong.rstrip("/").encode() in result.err, f"{result}")
    expect_equal(t.origin.requests("refused.bin"), [], "requests")


@case
def one_that_can_not_be_written_in_the_end_is_told(t):
    jar = t.home + "/there/jar"
    for progress, told in (("plain", b"haul: %s can't be written"),
                           ("json", b'{"event":"trouble","error":"disk","note":"%s can\'t be written')):
        os.mkdir(t.home + "/there", 0o700)
        slow = sets(t, f"{progress}.bin", "id=hunter2; Path=/", size=200_000, gate=100_000)
        going = t.start("get", "-d", t.dir, "--progress", progress, "--save-cookies", jar, slow)
        until("it runs", lambda: t.origin.requests(f"{progress}.bin"))
        os.rmdir(t.home + "/there")
        t.origin.open(f"{progress}.bin")
        result = going.wait()
        expect_equal(result.status, 5, f"{result}")
        (line,) = [line for line in result.err.splitlines() if jar.encode() in line]
        expect(told % jar.encode() in line and b"hunter2" not in line, f"{result}")
    expect_equal(t.names(), ["json.bin", "plain.bin"], "the downloads are complete all the same")


run()
