"""Links come from the command line, from list files and from standard input."""

import json
import os

from harness import case, expect, expect_equal, run


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


@case
def a_bad_line_at_the_end_of_a_long_list_stops_all_before_anything_starts(t):
    file = t.file("never.bin")
    lines = [file.url] * 100_000 + ["not a link"]
    result = t.haul("get", "-d", t.dir, "-i", t.write("list.txt", "\n".join(lines)))
    expect_equal(result.status, 1, str(result))
    expect(b"line 100001: " in result.err, f"the line is not named: {result}")
    expect_equal(t.origin.requests("never.bin"), [], "requests")
    t.expect_names()


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
