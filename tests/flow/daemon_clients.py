"""Many clients, rude clients, and clients that die: the daemon serves the others."""

import os
import re
import signal

from harness import case, expect, expect_equal, run, until
from control_socket import Client


TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
SPECIFICATION = os.path.join(TOP, "src/control/PROTOCOL.md")


def begin(t):
    """A daemon with one item that lasts."""
    t.keeps("slow.bin.part", "slow.bin.haul")
    (number,) = t.add(t.file("slow.bin", 50_000_000, rate=50_000, tick=50).url)
    return number


@case
def two_clients_see_the_same(t):
    number = begin(t)
    one, two = Client(t), Client(t)
    expect_equal(one.hello["pid"], two.hello["pid"], "daemon")
    one.call("act", action="pause", ids=[number])
    until("the other sees it", lambda: two.call("list")["items"][0]["state"] == "paused")
    one.close()
    two.call("act", action="resume", ids=[number])
    two.close()


@case
def ranges_and_states_name_items(t):
    """Where a queue is long, no client has to know what is in it to act on a part."""
    t.ok("list")
    client = Client(t)
    items = [{"url": t.file(f"{name}.bin", 100).url, "paused": True} for name in "abcdef"]
    first = client.call("add", items=items, options={"dir": t.dir})["ids"][0]

    def states():
        return [item["state"] for item in client.call("list")["items"]]

    def act(action, **named):
        return client.call("act", action=action, **named)["count"]

    client.call("act", action="remove", ids=[first + 2])
    expect_equal(act("cancel", ids=[[first + 1, first + 3], first + 5]), 3, "of a range with a hole")
    expect_equal(states(), ["paused", "cancelled", "cancelled", "paused", "cancelled"], "states")
    moved = client.call("move", how="top", ids=[first + 4], states=["cancelled"])["count"]
    expect_equal(moved, 4, "moved: by number and by state")
    expect_equal([item["id"] for item in client.call("list")["items"]],
                 [first + 1, first + 3, first + 4, first + 5, first], "order")
    changed = client.call("change", states=["paused", "cancelled"], options={"priority": "high"})
    expect_equal(changed["count"], 5, "changed")
    expect_equal(act("remove", states=["cancelled"], ids=[first + 1]), 3, "each once")
    for params, sentence in (({"states": ["done"]}, "no item in that state"),
                             ({"ids": [[90, 99]]}, "no item in that range"),
                             ({"states": ["gone"]}, "is no state"),
                             ({"ids": [], "states": []}, "names no item"),
                             ({"ids": [[7, 3]]}, "like [3, 7]"),
                             ({"ids": [[1, 2, 3]]}, "like [3, 7]"),
                             ({"ids": [[0, 3]]}, "like [3, 7]"),
                             ({"ids": [["a", "b"]]}, "like [3, 7]"),
                             ({"ids": [[1, 2]] * 1001}, "no more than 1000 ranges"),
                             ({"states": ["failed"], "all": True}, "one of")):
        error = client.ask("act", action="cancel", **params)["error"]
        expect(sentence in error["message"], f"{str(params)[:60]}: {error}")
    expect_equal(states(), ["paused", "paused"], "in the end")
    client.close()


@case
def a_view_gets_what_changed(t):
    begin(t)
    client = Client(t)
    client.call("watch", rows=10, interval_ms=50)
    first = client.notice()
    expect(first["method"] == "frame", str(first))
    begun = first["params"]["rows"][0]["done"]
    while True:  # the notice has a deadline; a change may be one of state only
        rows = client.notice()["params"]["rows"]
        expect_equal(len(rows), 1, "rows")
        if rows[0]["done"] > begun:
            break
    client.close()


@case
def a_killed_client_changes_nothing(t):
    begin(t)
    waiting = t.start("wait")
    client = Client(t)
    until("both are connected", lambda: client.call("list")["totals"]["connections"] >= 1)
    waiting.signal(signal.SIGKILL)
    waiting.wait()
    expect_equal(client.call("list")["items"][0]["state"], "active", "state")
    client.close()


@case
def the_versions_must_fit(t):
    begin(t)
    client = Client(t, greet=False)
    answer = client.ask("hello", major=999, minor=0)
    expect("error" in answer and "999" in answer["error"]["message"], str(answer))
    expect_equal(answer["error"]["data"]["name"], "version", "name")
    client.close()
    client = Client(t)
    client.close()


@case
def nothing_is_answered_before_hello(t):
    begin(t)
    client = Client(t, greet=False)
    expect("error" in client.ask("list"), "an answer without hello")
    client.close()


@case
def nonsense_is_answered_with_an_error(t):
    number = begin(t)
    client = Client(t)
    for line, code in ((b"garbage", -32700), (b"[1,2]", -32600), (b"{}", -32600),
                       (b'{"jsonrpc":"2.0","id":1}', -32600), (b"null", -32700),
                       (b'{"jsonrpc":"1.0","id":1,"method":"list"}', -32600),
                       (b'{"jsonrpc":"2.0","method":"list"}', -32600),
                       (b'"\xff\xfe"', -32700), (b"\0\0", -32700), (b'{"a":' * 50, -32600)):
        client.send(line + b"\n")
        expect_equal(client.line().get("error", {}).get("code"), code, f"answer to {line!r}")
    link = {"url": "http://127.0.0.1:9/x"}
    for method, params, code in (("no-such", {}, -32601),
                                 ("act", {"action": "fly", "ids": [number]}, -32602),
                                 ("show", {"id": "seven"}, -32602), ("show", {"x": 1}, -32602),
                                 ("add", {"items": "x"}, -32602),
                                 ("add", {"items": [7], "options": {}}, -32602),
                                 ("add", {"items": [link | {"pause": True}], "options": {}}, -32602),
                                 ("add", {"items": [link | {"paused": "no"}], "options": {}}, -32602),
                                 ("add", {"items": [link | {"mirrors": "x"}], "options": {}}, -32602),
                                 ("change", {"id": number, "all": True,
                                             "options": {"item-limit": "1M"}}, -32602),
                                 ("change", {"id": number, "states": ["failed"],
                                             "options": {"item-limit": "1M"}}, -32602),
                                 ("move", {"how": 7}, -32602), ("watch", {"rows": -1}, -32602),
                                 ("set", {"settings": {"jobs": "0"}}, -32000),
                                 ("wait", {"ids": [0]}, -32602)):
        answer = client.ask(method, **params)
        expect_equal(answer.get("error", {}).get("code"), code, f"{method} {params}: {answer}")
    listed = client.call("list")["items"]
    expect_equal([item["state"] for item in listed], ["active"], "states")
    client.close()


@case
def a_line_without_end_is_cut_off(t):
    begin(t)
    rude = Client(t)
    try:
        for _ in range(80):
            rude.send(b"x" * (1 << 20))
        ended = rude.line()
    except OSError:
        ended = None
    expect(ended is None or "error" in ended, f"an answer: {ended}")
    rude.close()
    t.ok("list")


@case
def a_client_that_does_not_read_is_dropped_or_skipped(t):
    begin(t)
    rude = Client(t)
    rude.call("watch", rows=500, interval_ms=50)
    try:
        for number in range(20_000):
            rude.send({"jsonrpc": "2.0", "id": number, "method": "list", "params": {}})
    except OSError:
        pass  # dropped: just as well
    other = Client(t)
    expect_equal(len(other.call("list")["items"]), 1, "items")
    other.close()
    rude.close()


@case
def a_client_that_leaves_in_the_middle_does_no_harm(t):
    begin(t)
    for text in (b'{"jsonrpc":"2.0","id":1,"met', b"",
                 b'{"jsonrpc":"2.0","id":1,"method":"list"}\n'):
        client = Client(t)
        client.send(text)
        client.close()
    many = [Client(t) for _ in range(40)]
    for client in many:
        client.close()
    t.ok("list")


@case
def large_batches_are_taken_whole(t):
    begin(t)
    t.ok("set", "-j", 1)
    client = Client(t)
    items = [{"url": f"http://127.0.0.1:9/{i}", "paused": True} for i in range(5000)]
    ids = client.call("add", items=items, options={"dir": t.dir})["ids"]
    expect_equal(len(ids), 5000, "ids")
    items[100] = {"url": "no link"}
    answer = client.ask("add", items=items, options={"dir": t.dir})
    expect("error" in answer, "a batch with a bad link was taken")
    expect_equal(client.call("list")["matching"], 5001, "items")
    client.close()


@case
def too_many_clients_are_told_so(t):
    number = begin(t)
    clients = [Client(t) for _ in range(64)]
    late = Client(t, greet=False)
    answer = late.ask("hello", major=1, minor=0)
    expect("error" in answer, f"the 65th client was let in: {answer}")
    late.close()
    expect_equal(clients[-1].call("list")["items"][0]["id"], number, "item")
    clients.pop().close()

    def let_in():
        client = Client(t, greet=False)
        answer = client.ask("hello", major=1, minor=0)
        client.close()
        return "result" in answer

    until("there is room again", let_in)
    for client in clients:
        client.close()


@case
def the_specification_names_every_method(t):
    begin(t)
    client = Client(t)
    there = {method["name"] for method in client.call("methods")["methods"]}
    client.close()
    with open(SPECIFICATION, encoding="utf-8") as file:
        titles = re.findall(r"^### (.+)$", file.read().split("\n## Methods\n")[1]
                            .split("\n## ")[0], re.MULTILINE)
    written = {name for title in titles for name in title.split(", ")}
    expect_equal(written, there, "methods in PROTOCOL.md")


@case
def the_daemon_ends_while_clients_wait(t):
    begin(t)
    client, waiting = Client(t), Client(t)
    client.call("watch", rows=10, interval_ms=50)
    waiting.send({"jsonrpc": "2.0", "id": 99, "method": "wait", "params": {"all": True}})
    waiting.call("methods")  # answered, so the one before it is being worked on
    t.ok("stop")
    while client.line() is not None:
        pass
    answers = iter(waiting.line, None)
    told = [answer for answer in answers if answer.get("id") == 99]
    expect(told and "error" in told[0], f"wait says that all is over: {told}")
    until("the daemon ends", lambda: not t.daemons())
    client.close()
    waiting.close()


run()
