"""A link that redirects to a file which was fetched before and is still there."""

import os

from harness import case, expect_equal, run
from control_socket import Client


def received(t):
    return t.ok("list", "--json").json()["totals"]["received"]


@case
def a_redirect_to_what_is_here_ends_with_its_headers(t):
    file = t.file("final.bin", 3_000_000)
    t.fetched(file.url)
    before = received(t)
    start = t.origin.url("start", redirect=file.url)
    (number,) = t.add(start)
    t.ok("wait", number)
    item = t.items()[number]
    expect_equal((item["state"], item["done"], item["total"]), ("done", 0, None), "the item")
    expect_equal(item["note"], f"already here: {t.path('final.bin')}; --again fetches it", "note")
    expect_equal(received(t), before, "bytes that came")
    t.expect_names("final.bin")
    entry = t.ok("history", "--json").json()["entries"][0]
    expect_equal((entry["skipped"], entry["final_url"]), (True, file.url), "in the history")
    t.fetched("--again", start)
    t.expect_file("final (1).bin", file)


@case
def a_redirect_to_what_is_not_here_is_followed(t):
    """Small and large, with a digest that fits or not, and when somebody said to take it all."""
    for size in (2_000, 3_000_000):
        file, other = t.file("a.bin", size), t.file("b.bin", size)
        t.fetched(file.url)
        t.fetched(t.origin.url(f"start-{size}", redirect=other.url))
        t.expect_file("b.bin", other)
        os.unlink(t.path("a.bin"))
        t.fetched(t.origin.url(f"again-{size}", redirect=file.url))
        t.expect_file("a.bin", file)
        os.unlink(t.path("b.bin"))
        client = Client(t)
        answer = client.call("add", items=[{"url": t.origin.url("all", redirect=file.url)}],
                             options={"dir": t.dir})
        client.close()
        t.ok("wait", *answer["ids"])
        t.expect_file("a (1).bin", file)
        for name in t.names():
            os.unlink(t.path(name))
    file = t.file("c.bin", 3_000_000)
    t.fetched("--checksum", file.digest(), file.url)
    (number,) = t.add("--checksum", "sha1:" + 40 * "0",
                      t.origin.url("sum", redirect=file.url))
    t.haul("wait", number)
    expect_equal(t.items()[number]["state"], "failed", "with another digest")
    t.keeps(*t.partials())


@case
def a_signed_link_behind_a_redirect_is_asked(t):
    file = t.file("a.bin", 5_000, key="secret")
    t.fetched(file.url)
    t.fetched(t.origin.url("start", redirect=file.url))
    t.expect_file("a (1).bin", file)


@case
def the_next_daemon_looks_too(t):
    """Whether it has to look for the link itself, or only for where it leads."""
    file, other = t.file("mine.bin", 3000), t.file("yours.bin", 3000)
    t.fetched(file.url, other.url)
    start = t.origin.url("start", redirect=file.url)
    ids = t.add("--start-at", "+5h", start)
    client = Client(t)
    ids += client.call("add", items=[{"url": other.url}], new=True, token="once",
                       options={"dir": t.dir, "start-at": "+5h"})["ids"]
    client.close()
    t.stop()
    t.ok("set", "-j", 2)
    t.kill_daemon()
    t.ok("resume", *ids)
    t.ok("wait", *ids)
    for number, name in zip(ids, ("mine.bin", "yours.bin")):
        expect_equal(t.items()[number]["note"], f"already here: {t.path(name)}; --again fetches it",
                     "note")
    expect_equal(len(t.origin.requests("yours.bin")), 1, "requests")
    t.expect_names("mine.bin", "yours.bin")


@case
def who_is_stopped_while_it_looks_is_stopped(t):
    file = t.file("a.bin", 3_000_000)
    t.fetched(file.url)
    ids = t.add("-j", 40, *[t.origin.url(f"start-{i}", redirect=file.url) for i in range(40)])
    t.ok("pause", *ids[:20])
    t.ok("remove", *ids[20:])
    t.ok("resume", *ids[:20])
    t.ok("wait", *ids[:20])
    expect_equal({item["done"] for item in t.items().values()}, {0}, "bytes")
    t.expect_names("a.bin")

@case
def an_add_that_may_be_sent_again_looks_when_its_turn_comes(t):
    """As one over a line to another machine: all of it gets numbers, which can be told twice."""
    file, other = t.file("a.bin", 5_000), t.file("b.bin", 5_000)
    t.fetched(file.url)
    before = len(t.origin.log())
    client = Client(t)
    request = {"items": [{"url": file.url}, {"url": other.url}], "options": {"dir": t.dir},
               "token": "t-1", "new": True}
    ids = client.call("add", **request)["ids"]
    expect_equal(client.call("add", **request)["ids"], ids, "the second answer")
    t.ok("wait", *ids)
    expect_equal(t.items()[ids[0]]["note"], f"already here: {t.path('a.bin')}; --again fetches it",
                 "note")
    expect_equal({entry["path"] for entry in t.origin.log()[before:]}, {"/b.bin"}, "asked for")
    t.expect_names("a.bin", "b.bin")
    request["options"]["again"] = "true"
    request["token"] = "t-2"
    t.ok("wait", *client.call("add", **request)["ids"])
    t.expect_file("a (1).bin", file)
    client.close()


run()
