"""Links come from the command line, from list files and from standard input."""

import json
import os
import signal
import urllib.parse

from harness import TORTURE, case, expect, expect_equal, free_port, header, need, run, until


@case
def a_list_file_and_standard_input_are_read(t):
    files = {f"{i}.bin": t.file(f"{i}.bin") for i in range(6)}
    urls = [file.url for file in files.values()]
    listed = t.write("list.txt", "\n".join(["# a comment", "", *urls[:3]]))
    t.get("-i", listed, "-i", "-", urls[5], stdin=("\r\n".join(urls[3:5]) + "\r\n").encode())
    t.expect_names(*files)
    for name, file in files.items():
        t.expect_file(name, file)


@case
def options_of_one_item_stand_below_it(t):
    file = t.file("a.bin", require="X-One: 1")
    other = t.file("b.bin")
    listed = f"{file.url}\n  out=named.bin\n  header=X-One: 1\n{other.url}\n"
    t.get("-i", t.write("list.txt", listed))
    t.expect_file("named.bin", file)
    t.expect_file("b.bin", other)


@case
def a_line_that_is_no_link_stops_all_before_anything_starts(t):
    file = t.file("a.bin")
    result = t.haul("get", "-d", t.dir, "-i", t.write("list.txt", f"{file.url}\nnot a link\n"))
    expect_equal(result.status, 1, str(result))
    expect(b"2" in result.err, f"the line is not named: {result}")
    t.expect_names()


def long_list(t, folder, end, options=""):
    """Many links to a FOLDER of the server, and a last line that is wrong."""
    lines = [t.origin.url(f"{folder}/{i}.bin") + options for i in range(20_000)] + [end]
    return t.write("list.txt", "\n".join(lines)), len("\n".join(lines).splitlines())


def expect_refused(t, listed, last, *words):
    result = t.haul(*words, "-d", t.dir, "-i", listed)
    expect_equal((result.status, result.out), (1, b""), str(result))
    expect(b"line %d: " % last in result.err, f"the line is not named: {result}")
    t.expect_names()
    return result


def asked(t, folder):
    return [entry["path"] for entry in t.origin.log() if entry["path"].startswith(f"/{folder}/")]


@case
def a_bad_line_at_the_end_of_a_long_list_is_told_before_anything_comes(t):
    """The first transfers don't wait until all lines are read, but none of them brings anything."""
    listed, last = long_list(t, "early", "not a link")

    def first_asked():
        """Not so when the machine is too busy to connect in a tenth of a second."""
        before = len(asked(t, "early"))
        result = expect_refused(t, listed, last, "get", "-j", 3)
        expect(b"haul get --help" in result.err, f"no hint: {result}")
        t.origin.stats()
        new = len(asked(t, "early")) - before
        expect(new <= 3, f"asked for: {asked(t, 'early')}")
        return new > 0

    until("the first were asked for", first_asked)


@case
def only_the_bad_line_is_told_where_transfers_fail_at_once(t):
    """Here the first items fail before anything is asked for: that tells and starts nothing."""
    port = free_port()
    lines = [f"http://127.0.0.1:{port}/{i}.bin" for i in range(3000)]
    listed = t.write("list.txt", "\n".join(lines + ["not a link"]))
    hook = t.write("hook", "#!/bin/sh\necho called\n")
    os.chmod(hook, 0o700)
    result = expect_refused(t, listed, 3001, "get", "--retries", 0, "--on-failed", hook)
    expect(b"failed" not in result.err and b"called" not in result.err, str(result))
    t.write("list.txt", "\n".join(lines))
    result = t.haul("get", "-d", t.dir, "--retries", 0, "-i", listed)
    expect(b"0 of 3000 complete, 3000 failed" in result.err, str(result))


@case
def nor_is_told_what_waits_for_its_time(t):
    listed, last = long_list(t, "waits", "not a link")
    result = expect_refused(t, listed, last, "get", "--start-at", "2999-01-01")
    expect(b"waiting" not in result.err, str(result))


@case
def what_changes_something_at_the_server_waits_for_the_whole_list(t):
    listed, last = long_list(t, "post", "not a link", "\n  data=x=1")
    expect_refused(t, listed, last, "get")
    expect_equal(asked(t, "post"), [], "requests")


@case
def nothing_of_a_list_with_a_bad_line_is_queued(t):
    listed, last = long_list(t, "add", "not a link")
    expect_refused(t, listed, last, "add")
    expect_equal((asked(t, "add"), t.daemons()), ([], []), "requests and daemons")


@case
def a_second_list_may_be_the_wrong_one(t):
    t.write("good.txt", t.origin.url("1.bin"))
    listed, last = long_list(t, "second", "  no-option=1")
    expect_refused(t, listed, last, "get", "-i", os.path.join(t.home, "good.txt"))


@case
def a_list_between_others_may_be_the_wrong_one(t):
    """The first items fail before anything is asked for: one refusal is enough for all of them."""
    port = free_port()
    links = [f"http://127.0.0.{i + 1}:{port}/x.bin" for i in range(200)]
    good = t.write("good.txt", "\n".join(links))
    bad = t.write("bad.txt", "not a link")
    hook = t.write("hook", "#!/bin/sh\necho called\n")
    os.chmod(hook, 0o700)
    result = t.haul("get", "-d", t.dir, "-j", 200, "--retries", 0, "--on-failed", hook, "-i", good,
                    "-i", bad, "-i", good)
    expect(result.status == 1 and b"line 1: " in result.err, str(result))
    expect(b"failed" not in result.err and b"called" not in result.err, str(result))
    expect(b"haul get --help" in result.err, f"no hint: {result}")
    t.expect_names()


@case
def nothing_is_asked_for_while_a_list_is_waited_for(t):
    """It can be interrupted, and no server waits for it."""
    pipe = os.path.join(t.home, "pipe")
    os.mkfifo(pipe)
    link = t.origin.url("waits.bin")
    running = t.start("get", "-d", t.dir, link, "-i", pipe)
    with open(pipe, "wb"):  # it has opened the pipe as well
        running.signal(signal.SIGINT)
        expect_equal(running.wait().status, -signal.SIGINT, "status")
    reading, writing = os.pipe()
    running = t.start("get", "-d", t.dir, link, "-i", "-", stdin=reading)
    os.close(reading)
    os.write(writing, b"not a link")
    os.close(writing)
    result = running.wait()
    expect(result.status == 1 and b"standard input, line 1: " in result.err, str(result))
    expect_equal(t.origin.requests("waits.bin"), [], "requests")
    t.expect_names()


def catches(pid, number):
    with open(f"/proc/{pid}/status", encoding="ascii") as file:
        caught = next(line for line in file if line.startswith("SigCgt:")).split()[1]
    return int(caught, 16) >> (number - 1) & 1


@case
def an_interrupted_run_tells_of_what_it_has_read(t):
    """No request goes out where no name is known, so that a long list is unchecked for a while. Not
    so long that it is in every run."""
    listed = t.write("list.txt", "\n".join(["http://files.test/x.bin"] * 20_000))
    t.env["HAUL_TORTURE_DNS"] = "never"
    for _ in range(5):
        running = t.start("get", "-d", t.dir, "--progress", "json", "-i", listed,
                          program=need(TORTURE))
        until("the signal is caught", lambda: catches(running.pid, signal.SIGINT))
        running.signal(signal.SIGINT)
        result = running.wait()
        summary = json.loads(result.err.splitlines()[-1])
        expect(0 < summary["items"] <= 20_000, str(result))
        expect_equal(result.status, 7, "status")


@case
def an_answer_that_comes_at_once_waits_for_the_check(t):
    """It is there when the loop goes on after the request, and a timer looks at it."""
    whole = urllib.parse.quote("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi")
    listed, last = long_list(t, "once", "not a link", "?raw=" + whole)
    result = t.haul("get", "-v", "-j", 3, "-d", t.dir, "-i", listed, program=need(TORTURE),
                    env={"HAUL_TORTURE_SEND": "late"})
    expect(result.status == 1 and b"line %d: " % last in result.err, str(result))
    t.expect_names()
    expect(asked(t, "once"), "nothing was asked for")


@case
def a_refused_list_leaves_what_is_there(t):
    """The first item of the list has a partial from before; it goes on when the list is right."""
    file = t.file("left/0.bin", 400_000, rate=200_000)
    running = t.start("get", "-q", "-d", t.dir, file.url)
    until("bytes are on record", lambda: os.path.exists(t.path("0.bin.haul"))
          and os.path.getsize(t.path("0.bin.part")) > 100_000)
    running.signal(signal.SIGINT)
    running.wait()
    before = t.names()
    listed, last = long_list(t, "left", "not a link")
    result = t.haul("get", "-d", t.dir, "-i", listed)
    expect(result.status == 1 and b"line %d: " % last in result.err, str(result))
    expect_equal(t.names(), before, "files")
    t.get(file.url)
    t.expect_file("0.bin", file)
    expect(header(t.origin.requests("left/0.bin")[-1], "Range") is not None, "it began anew")


@case
def a_list_of_several_parts_is_fetched_in_its_order(t):
    files = [t.file(f"{i}.bin", 100) for i in range(3)]
    padding = "\n# " + "x" * 100_000 + "\n"
    listed = t.write("list.txt", padding.join(f"{file.url}\n  out={i}.out" for i, file in
                                              enumerate(files)))
    result = t.get("--progress", "json", "-j", 1, "-i", listed)
    told = [json.loads(line) for line in result.err.splitlines()]
    added = [line["item"] for line in told if line["event"] == "added"]
    expect_equal([(item["id"], item["name"]) for item in added],
                 [(i + 1, f"{i}.out") for i in range(3)], "items in order")
    t.expect_names("0.out", "1.out", "2.out")


@case
def a_list_without_links_is_nothing_to_do(t):
    for text in ("", "\n\n", "# only a comment\n"):
        t.get("-i", t.write("list.txt", text))
        expect_equal(t.ok("add", "--json", "-i", os.path.join(t.home, "list.txt")).json(),
                     {"ids": [], "had": []}, "what is added")
    expect_equal(t.daemons(), [], "daemons")
    t.ok("add", "-j", "3", "-i", t.write("list.txt", ""))
    expect_equal(t.ok("set", "--json").json()["settings"]["jobs"], "3", "jobs that came with it")
    t.expect_names()


@case
def a_word_that_is_no_link_is_called_so(t):
    """Only where a command could stand it may have been meant as one."""
    for words, told in ((["get", "list"], b'"list" is no link'), (["add", "lst"], b'"lst" is no link'),
                        (["lst"], b"did you mean 'haul list'?"),
                        (["-d", t.dir, "get", "x"], b"the command comes first: haul get")):
        result = t.haul(*words)
        expect(result.status == 1 and told in result.err, str(result))


@case
def a_folder_is_not_a_list(t):
    result = t.haul("get", "-d", t.dir, "-i", t.home)
    expect_equal(result.status, 1, str(result))
    expect(os.path.basename(t.home).encode() in result.err, f"the file is not named: {result}")


run()
