"""What was fetched before and is still there is not fetched again, unless somebody says so."""

import json
import os

from harness import case, expect, expect_equal, run
from control_socket import Client


def added(t, *arguments):
    return t.ok("add", "--json", "-d", t.dir, *arguments).json()


@case
def the_same_link_is_not_queued_again(t):
    file, other = t.file("a.bin"), t.file("b.bin")
    (number,) = t.fetched(file.url)
    t.stop()  # it is not a matter of memory
    result = t.ok("add", "-d", t.folder("elsewhere"), file.url + "#top", other.url)
    expect(t.path("a.bin").encode() in result.err and b"--again" in result.err, result)
    expect_equal(result.out.split(), [b"%d" % (number + 1), other.url.encode()], "what is added")
    answer = added(t, other.url.replace("b.bin", "c.bin"), file.url)
    expect_equal(answer["ids"], [number + 2, None], "ids")
    (had,) = answer["had"]
    expect(had.pop("finished_at") > 0, "when")
    expect_equal(had, {"index": 1, "path": t.path("a.bin"), "size": 4096, "by": "link"}, "had")
    t.ok("wait")


@case
def again_fetches_it(t):
    file = t.file("a.bin")
    t.fetched(file.url)
    t.fetched("--again", file.url)
    t.expect_names("a.bin", "a (1).bin")
    t.expect_file("a (1).bin", file)
    before = len(t.origin.requests("a.bin"))
    t.fetched("--if-exists", "overwrite", file.url)
    expect_equal(len(t.origin.requests("a.bin")), before + 1, "requests")


@case
def a_list_may_say_so_for_one_item(t):
    file, other = t.file("a.bin"), t.file("b.bin")
    t.fetched(file.url, other.url)
    links = t.write("links", f"{file.url}\n\tagain=true\n{other.url}\n")
    answer = added(t, "-i", links)
    expect_equal([number is None for number in answer["ids"]], [False, True], "ids")
    t.ok("wait")


@case
def a_file_that_is_gone_or_another_one_is_fetched(t):
    file = t.file("a.bin")
    t.fetched(file.url)
    os.unlink(t.path("a.bin"))
    t.fetched(file.url)
    t.expect_file("a.bin", file)
    with open(t.path("a.bin"), "ab") as grown:
        grown.write(b"x")
    t.fetched(file.url)
    t.expect_file("a (1).bin", file)
    os.unlink(t.path("a.bin"))
    expect_equal(added(t, file.url)["ids"], [None], "the second one is found")
    t.fetched("--again", file.url)
    os.unlink(t.path("a.bin"))
    expect_equal(added(t, file.url)["ids"], [None], "the one before the last is found")


@case
def the_link_behind_a_redirect_is_known_too(t):
    file = t.file("final.bin")
    t.fetched(t.origin.url("start", redirect=file.url))
    expect_equal(added(t, file.url)["ids"], [None], "ids")


@case
def the_same_digest_is_the_same_file(t):
    file = t.file("a.bin")
    t.fetched("--checksum", file.digest(), file.url)
    other = t.origin.url("mirror.bin", size=file.size, seed=file.seed)
    answer = added(t, "--checksum", file.digest().upper().replace("SHA", "sha"), other)
    expect_equal((answer["ids"], answer["had"][0]["by"]), ([None], "digest"), "answer")
    result = t.ok("add", "-d", t.dir, "--checksum", file.digest(), other)
    expect(b"the same digest" in result.err, result)


@case
def another_digest_of_the_link_is_another_file(t):
    file = t.file("a.bin")
    t.fetched("--checksum", file.digest(), file.url)
    (number,) = added(t, "--checksum", "sha256:" + 64 * "0", file.url)["ids"]
    expect(number is not None, "taken for the same")
    t.haul("wait", number)
    t.keeps("a.bin.part", "a.bin.haul", "a (1).bin.part", "a (1).bin.haul")
    t.fetched(file.url.replace("a.bin", "b.bin"))  # without a digest, nothing to compare with
    (number,) = added(t, "--checksum", file.digest(),
                      file.url.replace("a.bin", "b.bin"), "-o", "c.bin")["ids"] or [0]
    expect(number is None, "the digest is here")


@case
def what_failed_or_was_skipped_or_posted_is_no_reason(t):
    failed = t.origin.url("failed.bin", status=404)
    posted = t.file("posted.bin")
    skipped = t.file("skipped.bin")
    with open(t.path("skipped.bin"), "wb") as file:
        file.write(b"mine")
    ids = t.add("--retries", 0, failed)
    ids += t.add("--data", "x=1", posted.url)
    ids += t.add("--if-exists", "skip", skipped.url)
    t.haul("wait")
    t.ok("remove", *ids)
    expect_equal([number is None for number in added(t, failed, posted.url, skipped.url)["ids"]],
                 [False, False, False], "ids")
    t.haul("wait")


@case
def a_signed_link_is_asked(t):
    file = t.file("a.bin", key="one")
    t.fetched(file.url)
    ids = t.fetched(file.url.replace("key=one", "key=two"))
    expect(ids[0] is not None, "a link that was masked was taken for the same")


@case
def a_sheet_may_ask_before_it_adds(t):
    file, gone, new = t.file("a.bin"), t.file("gone.bin"), t.file("new.bin")
    t.ok("list")  # there is a daemon
    client = Client(t)
    expect_equal(client.call("known", urls=[file.url], had=True), {"known": [], "had": []},
                 "with an empty history")
    (number, _) = t.fetched(file.url, gone.url)
    os.unlink(t.path("gone.bin"))
    answer = client.call("known", urls=[new.url, gone.url, file.url + "#top"], had=True)
    (had,) = answer["had"]
    expect_equal((answer["known"], had["index"], had["path"], had["size"]),
                 ([], 2, t.path("a.bin"), 4096), "what is here")
    expect_equal(client.call("known", urls=[file.url]), {"known": []}, "unasked")
    expect("error" in client.ask("known", urls=[7], had=True), "a link that is a number")
    client.close()
    expect(t.items() == {} and number > 0, "something was added")


@case
def who_asks_and_leaves_is_not_waited_for(t):
    file = t.file("a.bin")
    t.fetched(file.url)
    for _ in range(20):
        client = Client(t)
        client.send(json.dumps({"jsonrpc": "2.0", "id": 9, "method": "known", "params": {
            "urls": [file.url] * 500, "had": True}}).encode() + b"\n")
        client.close()
    expect_equal(added(t, file.url)["ids"], [None], "ids")


@case
def old_clients_add_all(t):
    file = t.file("a.bin")
    t.fetched(file.url)
    client = Client(t)
    params = {"items": [{"url": file.url}], "options": {"dir": t.dir}}
    (number,) = client.call("add", **params)["ids"]
    client.close()
    t.ok("wait", number)
    t.expect_names("a.bin", "a (1).bin")


@case
def long_adds_keep_their_order_and_their_indices(t):
    file = t.file("a.bin")
    t.fetched(file.url)
    t.ok("set", "-j", 1)
    paused = t.origin.url("slow.bin", size=1 << 20, rate=1000)
    urls = [f"http://127.0.0.1:1/{i}" for i in range(12000)]
    urls[7000] = urls[11999] = file.url
    urls[0] = paused
    links = t.write("links", "\n".join(urls) + "\n")
    answer = added(t, "--retries", 0, "-i", links)
    expect_equal([had["index"] for had in answer["had"]], [7000, 11999], "indices")
    ids = [number for number in answer["ids"] if number is not None]
    expect_equal((len(ids), answer["ids"][7000]), (11998, None), "ids")
    expect_equal(ids, list(range(ids[0], ids[0] + 11998)), "order")
    t.ok("remove", "all")


@case
def the_history_is_cut(t):
    ids = t.fetched(*[t.file(f"{i}.bin").url for i in range(5)])

    def numbers():
        return sorted(entry["id"] for entry in t.ok("history", "--json").json()["entries"])

    expect_equal(numbers(), sorted(ids), "all")
    t.ok("set", "--history-keep", 3)
    expect_equal(len(numbers()), 3, "after the setting")
    t.ok("set", "--history-age", "30d")
    expect_equal(len(numbers()), 3, "none is that old")
    t.ok("set", "--history-keep", 0)
    expect_equal(numbers(), [], "no history")
    t.fetched(t.file("5.bin").url)
    expect_equal(numbers(), [], "none is kept")
    t.ok("set", "--reset", "history-keep")
    t.fetched(t.file("6.bin").url)
    expect_equal(len(numbers()), 1, "kept again")
    result = t.haul("get", "--history-keep", 3, "http://127.0.0.1:1/")
    expect(result.status == 1 and b"takes no option" in result.err, result)


if __name__ == "__main__":
    run()
