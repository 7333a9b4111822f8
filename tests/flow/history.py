"""What became of items is told when they are long removed, without a word that is secret."""

import glob
import os

from harness import case, expect, expect_equal, run, until
from control_socket import Client


def entries(t, *words):
    return t.ok("history", "--json", *words).json()["entries"]


def lines(t, *words):
    return t.ok("history", *words).out.decode().splitlines()


def names(t, *words):
    return [entry["name"] for entry in entries(t, *words)]


def database(t):
    """All bytes of the queue's files, with the daemon's log of them."""
    t.stop()
    found = glob.glob(os.path.join(t.home, "**", "queue.db*"), recursive=True)
    expect(found, "there is no database")
    return b"".join(open(path, "rb").read() for path in found)


@case
def what_is_removed_is_still_told_of(t):
    file = t.file("a.bin", 5000)
    (number,) = t.add(file.url)
    t.ok("wait", number)
    t.ok("remove", number)
    t.stop()  # it is on the disk
    (entry,) = entries(t)
    expect(0 < entry.pop("added_at") <= entry.pop("finished_at"), "times")
    expect_equal(entry, {"id": number, "state": "done", "skipped": False, "error": None,
                         "http_status": 0, "size": 5000, "name": "a.bin",
                         "dir": os.path.dirname(t.path("a.bin")), "url": file.url,
                         "final_url": None, "host": "127.0.0.1", "digest": None}, "entry")
    (head, line) = lines(t)
    expect_equal(head.split(), ["FINISHED", "STATE", "SIZE", "NAME", "LINK"], "head")
    expect_equal(line.split()[2:], ["done", "4.9", "KiB", "a.bin", file.url], "line")
    expect_equal(head.index("STATE"), line.index("done"), "column of states")
    expect_equal(head.index("NAME"), line.index("a.bin"), "column of names")
    expect_equal(head.index("LINK"), line.index("http://"), "column of links")


@case
def a_failure_is_told_until_a_retry_works(t):
    url = t.origin.url("a.bin", status=404)
    (number,) = t.add(url, "-o", "a.bin")
    t.haul("wait", number)
    (entry,) = entries(t)
    expect_equal((entry["state"], entry["error"], entry["http_status"], entry["size"]),
                 ("failed", "http", 404, None), "entry")
    expect(b"404: http://" in t.ok("history").out, "why it failed is not told")
    file = t.file("b.bin")
    t.ok("change", number, "--url", file.url)
    t.ok("wait", number)
    (entry,) = entries(t)
    expect_equal((entry["id"], entry["state"], entry["error"], entry["url"]),
                 (number, "done", None, file.url), "after the retry")


@case
def cancelled_and_removed_ones_are_not_in_it(t):
    url = t.origin.file("a.bin", 1 << 20, rate=20_000).url
    (number,) = t.add(url)
    t.ok("cancel", number)
    t.ok("remove", number)
    expect_equal(entries(t), [], "entries")
    expect(b"the history is empty" in t.ok("history").err, "not said")


@case
def a_file_that_was_there_is_told_as_skipped(t):
    with open(t.path("a.bin"), "wb") as file:
        file.write(b"mine")
    (number,) = t.add("--if-exists", "skip", t.origin.file("a.bin").url)
    t.ok("wait", number)
    (entry,) = entries(t)
    expect_equal((entry["state"], entry["skipped"]), ("done", True), "entry")
    expect(b"  skipped " in t.ok("history").out, "not shown")
    expect_equal(open(t.path("a.bin"), "rb").read(), b"mine", "the file")


@case
def where_a_redirect_led_is_told(t):
    file = t.origin.file("final.bin")
    start = t.origin.url("start", redirect=file.url)
    (number,) = t.add("-o", "final.bin", start)
    t.ok("wait", number)
    t.expect_file("final.bin", file)
    (entry,) = entries(t)
    expect_equal((entry["url"], entry["final_url"]), (start, file.url), "links")


def many(t, count):
    """Items that are done, in the order in which they were added."""
    ids = t.add("-j", 1, *[t.file(f"{i}.bin", 100 + i).url for i in range(count)])
    t.ok("wait")
    return ids


@case
def the_newest_is_the_first_and_words_look_for_some(t):
    many(t, 12)
    expect_equal(names(t), [f"{i}.bin" for i in reversed(range(12))], "all")
    expect_equal(names(t, "-n", 2), ["11.bin", "10.bin"], "the newest two")
    result = t.ok("history", "-n", 2)
    expect(len(result.out.splitlines()) == 3 and b"-n 0 shows all" in result.err, result)
    expect_equal(names(t, "size<=102"), ["2.bin", "1.bin", "0.bin"], "by size")
    expect_equal(names(t, "--", "name:1.bin", "-11.bin"), ["1.bin"], "by words")
    expect_equal(names(t, "host:127.0.0.1", "state:failed"), [], "none")
    expect_equal(names(t, "finished<1h", "name=3.bin"), ["3.bin"], "by age")
    expect(b"nothing in the history fits" in t.ok("history", "nowhere").err, "not said")
    result = t.haul("history", "size>>3")
    expect(result.status == 1 and b"filter" in result.err, result)


@case
def pages_come_one_behind_the_other(t):
    many(t, 7)
    client = Client(t)
    got, page = [], {"next": None}
    while True:
        params = {"rows": 3}
        if page["next"]:
            params["from"] = page["next"]
        page = client.call("history", **params)
        expect(len(page["entries"]) <= 3, "too many in one answer")
        got += [entry["name"] for entry in page["entries"]]
        if page["next"] is None:
            break
    expect_equal(got, [f"{i}.bin" for i in reversed(range(7))], "entries")
    for params in ({"from": "yesterday"}, {"rows": 0}, {"rows": 5001}, {"filter": "size>>1"}):
        expect("error" in client.ask("history", **params), f"taken: {params}")
    client.close()


@case
def it_is_cleared_as_a_whole_and_in_part(t):
    many(t, 4)
    t.ok("remove", "all")
    result = t.haul("history", "--clear", "bin", "x" * 70_000)
    expect(result.status == 1 and b"at most 1023 characters" in result.err, f"a word is lost: {result}")
    expect_equal(t.ok("history", "--clear", "--json", "name=2.bin").json(), {"count": 1}, "one")
    expect_equal(names(t), ["3.bin", "1.bin", "0.bin"], "after one")
    expect_equal(t.ok("history", "--clear", "finished>30d").out, b"0 forgotten\n", "by age")
    expect(b"3.bin" in database(t), "the test looks into the wrong file")
    expect_equal(t.ok("history", "--clear").out, b"3 forgotten\n", "all")
    expect_equal(names(t), [], "after all")
    bytes_left = database(t)
    for i in range(4):
        expect(b"/%d.bin" % i not in bytes_left, f"{i}.bin is still in the file")


@case
def old_entries_go_by_number_and_by_age(t):
    many(t, 6)
    t.ok("set", "--history-keep", 4)
    until("the oldest two are gone", lambda: names(t) == ["5.bin", "4.bin", "3.bin", "2.bin"])
    t.stop()
    t.ok("wait", *t.add(t.file("late.bin")))
    expect_equal(names(t)[:2], ["late.bin", "5.bin"], "the newest")
    t.stop()
    until("a start cuts too", lambda: names(t) == ["late.bin", "5.bin", "4.bin", "3.bin"])

    def aged():
        t.ok("set", "--history-age", "1s")
        return names(t) == []

    until("all are more than a second old", aged)
    t.ok("set", "--history-keep", 0)
    t.ok("wait", *t.add(t.file("unseen.bin")))
    expect_equal(names(t), [], "with none to be kept")


@case
def nothing_secret_is_in_it(t):
    login = t.origin.file("a.bin").url.replace("http://", "http://me:hunter2@")
    final = t.origin.file("b.bin", key="hunter2")
    start = t.origin.url("start", redirect=final.url.replace("hunter2", "other2"), key="hunter2")
    ids = t.add("-u", "me:hunter2", "-H", "X-Key: hunter2", "-b", "id=hunter2", login)
    ids += t.add("-o", "b.bin", start + "#hunter2")
    ids += t.add("-o", "c.bin", final.url)
    t.ok("wait")
    t.expect_file("b.bin", final)
    t.ok("remove", "all")
    shown = entries(t)
    expect_equal(sorted(entry["id"] for entry in shown), sorted(ids), "entries")
    links = {entry["name"]: entry for entry in shown}
    expect("key=***" in links["b.bin"]["url"], links)
    expect(links["b.bin"]["final_url"].endswith("key=***"), links)
    expect(links["c.bin"]["url"].endswith("key=***"), links)
    bytes_left = database(t)
    expect(b"a.bin" in bytes_left, "the test looks into the wrong file")
    expect(b"hunter2" not in bytes_left and b"other2" not in bytes_left, "a secret is in it")


if __name__ == "__main__":
    run()
