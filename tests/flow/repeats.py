"""Adds that are sent again because their answer was lost: nothing is there twice, and nothing is
lost."""

import os
import re
import signal

from control_socket import Client
from far import Far
from harness import case, expect, expect_equal, run, until


def paused(t, *names):
    return {"items": [{"url": t.origin.url(name), "paused": True} for name in names],
            "options": {"dir": t.dir}}


@case
def a_token_adds_once(t):
    t.ok("set", "--jobs", "2")  # starts the daemon
    client = Client(t)
    first = client.call("add", token="abc-1", **paused(t, "a", "b"))["ids"]
    expect_equal(client.call("add", token="abc-1", **paused(t, "a", "b"))["ids"], first, "again")
    expect_equal(Client(t).call("add", token="abc-1", **paused(t, "other"))["ids"], first,
                 "from another client")
    other = client.call("add", token="abc-2", **paused(t, "a", "b"))["ids"]
    expect(not set(other) & set(first), f"another token got the same ids: {other}")
    expect_equal(len(t.items()), 4, "items")
    for bad in ("", "x" * 65, "a b", "ä"):
        expect("error" in client.ask("add", token=bad, **paused(t, "c")), f"{bad!r} is taken")
    refused = client.ask("add", token="abc-3", items=[{"url": "nonsense:"}],
                         options={"dir": t.dir})
    expect("error" in refused, "a bad link is taken")
    expect_equal(len(client.call("add", token="abc-3", **paused(t, "c"))["ids"]), 1,
                 "a token whose add was refused")
    t.ok("remove", "all")
    t.stop()


@case
def a_token_is_known_after_a_kill(t):
    """As soon as the first one is answered."""
    t.ok("set", "--jobs", "2")
    pid = t.daemon()
    ids = Client(t).call("add", token="k-1", **paused(t, "a", "b", "c"))["ids"]
    os.kill(pid, signal.SIGKILL)
    until("it is gone", lambda: pid not in t.daemons())
    t.ok("list")
    expect_equal(Client(t).call("add", token="k-1", **paused(t, "a", "b", "c"))["ids"], ids, "ids")
    expect_equal(list(t.items()), ids, "the queue")
    t.ok("remove", "all")
    t.stop()


@case
def two_at_once_with_one_token_are_one(t):
    """The second one comes while the first is on its way to the disk."""
    t.ok("set", "--jobs", "2")
    client = Client(t)
    names = [f"n{i}" for i in range(2000)]
    for number in (1001, 1002, 1003):
        client.send({"jsonrpc": "2.0", "id": number, "method": "add",
                     "params": {"token": "twice", **paused(t, *names)}})
    answers = [client.line() for _ in range(3)]
    ids = [answer["result"]["ids"] for answer in answers]
    expect_equal((len(ids[0]), ids[1:]), (2000, [ids[0], ids[0]]), "ids")
    expect_equal(len(t.items()), 2000, "items")
    t.ok("remove", "all")
    t.stop()


@case
def a_lost_answer_doubles_nothing(t):
    """The line ends when the answer is on its way, and the second time the daemon is killed too."""
    far = Far(t)
    for number, killed in enumerate((False, True)):
        lossy = far.loses_an_answer(f"lossy-{number}", killed)
        files = [t.file(f"{number}{i}.bin", 1000) for i in range(3)]
        t.env["HAUL_REMOTE_PROGRAM"] = lossy
        added = t.ok("add", "--host", "box", "-d", t.dir, "--limit", "9M",
                     *[file.url for file in files])
        expect(b"trying again" in added.err, f"the answer was not lost: {added}")
        del t.env["HAUL_REMOTE_PROGRAM"]
        ids = [int(word) for word in re.findall(rb"^\d+", added.out, re.M)]
        t.ok("wait", "--host", "box")
        items = t.ok("list", "--json", "--host", "box").json()["items"]
        expect_equal([item["id"] for item in items][-3:], ids, "ids")
        expect_equal(len(items), 3 * (number + 1), "items")
        for i, file in enumerate(files):
            t.expect_file(f"{number}{i}.bin", file)
    far.stop()


run()
