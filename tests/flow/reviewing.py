"""Before links are added: what the queue knows of them, and what their servers tell of the files."""

from harness import case, expect, expect_equal, header, run, until
from control_socket import Client


def begun(t):
    """A daemon, and a client of it."""
    t.haul("list")
    t.ok("set", "--jobs", 8)
    return Client(t)


@case
def what_the_queue_has_is_known(t):
    client = begun(t)
    done, failed = t.file("done.bin"), t.origin.url("none.bin", status=404)
    [one, two] = t.add(done.url, failed)
    t.haul("wait")
    urls = ["http://127.0.0.1:1/new.bin", done.url + "#top", failed]
    login = done.url.replace("http://", "http://me:hunter2@")
    known = client.call("known", urls=urls + [login])["known"]
    expect_equal([(row["index"], row["id"], row["state"]) for row in known],
                 [(1, one, "done"), (2, two, "failed"), (3, one, "done")], "known")
    expect(known[0]["finished_at"] > 0, f"no end is told: {known[0]}")
    expect_equal([row["heals"] for row in known], [None] * 3, "healing")
    client.close()


@case
def the_one_that_still_comes_counts_more(t):
    client = begun(t)
    file = t.file("twice.bin", 1 << 20, rate=20_000, tick=50, sound=0)
    [first] = t.add("-o", "a.bin", file.url)
    t.ok("cancel", first)
    [second] = t.add("-o", "b.bin", file.url)
    until("it runs", lambda: t.items()[second]["state"] == "active")
    [known] = client.call("known", urls=[file.url])["known"]
    expect_equal((known["id"], known["state"]), (second, "active"), "known")
    t.ok("remove", first, second)
    client.close()


def expired(t, name, size=900_000):
    """The number of an item with bytes whose link is refused by now."""
    [number] = t.add(t.origin.file(name, size, sound=1, status=403, gate=size // 2).url)
    until("bytes arrive", lambda: t.items()[number]["done"] >= 100_000)
    until("a record is written", lambda: name + ".haul" in t.names())
    t.ok("pause", number)
    until("it is put away", lambda: t.items()[number]["connections"] == 0)
    t.ok("resume", number)
    t.haul("wait", number)
    expect_equal(t.items()[number]["error"], "expired", "error")
    t.keeps(name + ".part", name + ".haul")
    return number


@case
def a_link_that_could_heal_an_item_is_named(t):
    client = begun(t)
    number = expired(t, "film.mp4")
    other = t.origin.url("new/film.mp4", size=5)
    known = client.call("known", urls=[other, t.origin.url("other.mp4")])["known"]
    expect_equal([(row["index"], row["id"], row["heals"]) for row in known], [(0, None, number)],
                 "known")
    by_size = client.call("probe", url=t.origin.url("x7.bin", size=900_000))
    expect_equal((by_size["size"], by_size["heals"]), (900_000, number), "by size")
    by_name = client.call("probe", url=t.origin.url(
        "x8", size=7, disposition='attachment; filename="film.mp4"'))
    expect_equal((by_name["name"], by_name["heals"]), ("film.mp4", number), "by name")
    client.close()


@case
def a_link_that_never_worked_can_be_healed_too(t):
    client = begun(t)
    refused = t.origin.url("film.mp4", size=3000, status=403)
    [number] = t.add(refused)
    t.haul("wait", number)
    fresh = t.origin.url("new/film.mp4", size=3000)
    known = client.call("known", urls=[fresh, refused])["known"]
    expect_equal([(row["index"], row["id"], row["heals"]) for row in known],
                 [(0, None, number), (1, number, None)], "known")
    t.ok("change", number, "--url", fresh)
    t.ok("wait", number)
    expect_equal(t.names(), ["film.mp4"], "files")
    expect_equal(client.call("known", urls=[fresh])["known"][0]["heals"], None, "afterwards")
    client.close()


@case
def a_probe_tells_size_and_name(t):
    client = begun(t)
    for url, size, name, ranges in (
            (t.origin.url("plain.bin", size=123_456), 123_456, "plain.bin", True),
            (t.origin.url("whole.bin", size=777_777, ranges="off"), 777_777, "whole.bin", False),
            (t.origin.url("chunks.bin", size=5000, ranges="off", chunked=1), None, "chunks.bin",
             False),
            (t.origin.url("empty.bin", size=0), 0, "empty.bin", False),
            (t.origin.url("get.php", size=9, disposition='attachment; filename="../a b.pdf"'), 9,
             "a b.pdf", True),
            (t.origin.url("r", redirect=t.origin.url("final.iso", size=11)), 11, "final.iso", True)):
        told = client.call("probe", url=url)
        expect_equal((told["size"], told["name"], told["ranges"]), (size, name, ranges), url)
    request = t.origin.requests("plain.bin")[0]
    expect_equal((request["method"], header(request, "Range")), ("GET", "bytes=0-0"), "request")
    t.expect_names()
    client.close()


@case
def a_probe_ends_at_the_head(t):
    """The body would last for ever."""
    client = begun(t)
    told = client.call("probe", url=t.origin.url("long.bin", size="1G", rate="10K", ranges="off"))
    expect_equal(told["size"], 1 << 30, "size")
    until("it is hung up", lambda: t.origin.stats()["active"] == 0)
    client.close()


@case
def secrets_go_where_a_transfers_go(t):
    client = begun(t)
    final = t.origin.file("there.bin", port=t.origin.other)
    options = {"header": "X-Key: hunter2", "cookie": "a=hunter2", "user": "me:hunter2"}
    told = client.call("probe", options=options, url=t.origin.url("here", redirect=final.url))
    expect_equal(told["size"], final.size, "size")
    expect_equal(header(t.origin.requests("here")[-1], "X-Key"), "hunter2", "at the first")
    sent = t.origin.requests("there.bin")[-1]
    expect_equal([header(sent, n) for n in ("X-Key", "Cookie", "Authorization")], [None] * 3,
                 "at the other")
    client.close()


@case
def a_post_is_not_sent_to_find_out(t):
    client = begun(t)
    answer = client.ask("probe", url=t.origin.url("export.bin"), options={"data": "a=1"})
    expect("not asked in advance" in answer["error"]["message"], str(answer))
    expect_equal(t.origin.requests("export.bin"), [], "requests")
    client.close()


@case
def a_refusal_is_told(t):
    client = begun(t)
    answer = client.ask("probe", url=t.origin.url("gone.bin", status=404))
    expect_equal((answer["error"]["data"]["name"], answer["error"]["data"]["http_status"]),
                 ("http", 404), "error")
    answer = client.ask("probe", url="gopher://a.org/x")
    expect_equal(answer["error"]["data"]["name"], "bad-url", "error")
    client.close()


def send_probes(client, urls):
    for url in urls:
        client.number += 1
        client.send({"jsonrpc": "2.0", "id": client.number, "method": "probe",
                     "params": {"url": url}})


@case
def few_are_asked_at_a_time(t):
    """Two of one host; the others wait, and all are answered."""
    client = begun(t)
    send_probes(client, [t.origin.url(f"p{i}.bin", delay=100, size=i) for i in range(8)])
    sizes = [client.line()["result"]["size"] for _ in range(8)]
    expect_equal(sorted(sizes), list(range(8)), "sizes")
    expect(t.origin.stats()["peak_active"] <= 2, f"{t.origin.stats()['peak_active']} at once")
    client.close()


@case
def who_closes_the_sheet_is_asked_for_no_longer(t):
    client = begun(t)
    send_probes(client, [t.origin.url(f"q{i}.bin", delay=60_000) for i in range(4)])
    until("two are asked", lambda: t.origin.stats()["open"] >= 2)
    expect_equal(client.call("unprobe"), {}, "answer")
    names = [notice["error"]["data"]["name"] for notice in client.notices]
    expect_equal(names, ["cancelled"] * 4, "answers")
    until("the requests are gone", lambda: t.origin.stats()["open"] <= 1)
    send_probes(client, [t.origin.url("q5.bin", delay=60_000)])
    until("it is asked", lambda: t.origin.stats()["open"] >= 2)
    client.close()
    until("it goes with its client", lambda: t.origin.stats()["open"] <= 1)
    expect_equal(t.origin.requests("q2.bin") + t.origin.requests("q3.bin"), [], "further requests")


@case
def a_host_that_rests_is_left_alone(t):
    client = begun(t)
    url = t.origin.url("busy.bin", status=503, **{"retry-after": 30})
    expect_equal(client.ask("probe", url=url)["error"]["data"]["http_status"], 503, "status")
    send_probes(client, [t.origin.url("next.bin")])
    expect_equal(client.call("probe", url=t.origin.url("b.bin", host="localhost", size=3))["size"],
                 3, "another host meanwhile")
    expect_equal(client.call("unprobe"), {}, "answer")
    expect_equal(t.origin.requests("next.bin"), [], "requests")
    client.close()


run()
