"""`haul hosts`, and the protocol's hosts: what is told of each host agrees with its items, whatever
becomes of them, and moves with them."""

import random
from urllib.parse import urlsplit

from harness import Origin, case, expect, expect_equal, run, until
from control_socket import Client

SLOW = {"rate": 50_000, "tick": 20}
ACTIONS = ("pause", "resume", "cancel", "retry", "remove")


def hosts(t, *arguments):
    """`haul hosts --json`, by name."""
    answer = t.ok("hosts", "--json", *arguments).json()
    expect_equal(answer["matching"], len(answer["hosts"]), "matching")
    return {host["name"]: host for host in answer["hosts"]}


def expect_agreement(client, what):
    """The counts of the hosts are those of the items."""
    told = {host["name"]: {state: count for state, count in host["counts"].items() if count > 0}
            for host in client.call("hosts")["hosts"]}
    counts = {}
    items = client.call("list")["items"]
    for item in items:
        host = counts.setdefault(urlsplit(item["url"]).netloc, {})
        host[item["state"]] = host.get(item["state"], 0) + 1
    expect_equal({name: count for name, count in told.items() if count}, counts, what)
    return items


def local(port):
    return f"127.0.0.1:{port}"


@case
def counts_follow_the_items_whatever_becomes_of_them(t):
    chance = random.Random(11)
    urls = [f"http://host{chance.randrange(40)}.invalid/{n}.bin" for n in range(400)]
    t.ok("set", "--jobs", 1)
    t.keeps("slow.bin.part", "slow.bin.haul")
    t.add(t.file("slow.bin", 5_000_000, **SLOW).url)  # has the only slot
    client = Client(t)
    expect_agreement(client, "before there are many")
    ids = t.add(*urls)
    for step in range(60):
        items = {item["id"]: item for item in expect_agreement(client, f"before step {step}")}
        some = [number for number in chance.sample(ids, 12) if number in items]
        client.ask("act", action=chance.choice(ACTIONS), ids=some)
        if step % 5 == 0:
            client.ask("undo")
        for number in [id for id in ids if id in items and items[id]["state"] == "paused"][:2]:
            client.ask("change", id=number, url=f"http://other{step}.invalid/x.bin")
        client.ask("move", how="top", ids=some[:1])
    client.close()
    t.stop()
    t.ok("list")
    client = Client(t)
    expect(len(expect_agreement(client, "after a restart")) > 100, "there are no items left")
    client.close()


@case
def connections_and_rates_are_those_of_the_host(t):
    names = [f"{i}.bin" for i in range(3)] + ["other.bin"]
    files = [t.file(name, 3_000_000, **SLOW) for name in names[:3]]
    other = t.file(names[3], 3_000_000, port=t.origin.other, **SLOW)
    t.keeps(*[name + end for name in names for end in (".part", ".haul")])
    t.add("-x", 1, *[file.url for file in files], other.url)

    def all_run():
        told = hosts(t)
        main, second = told.get(local(t.origin.port)), told.get(local(t.origin.other))
        return main and second and main["connections"] == 3 and second["connections"] == 1 and \
            main["rate"] > second["rate"] > 0
    until("three here, one there", all_run)
    told = hosts(t)[local(t.origin.port)]
    expect_equal((told["cap"], told["learned"], told["rest_until"]), (16, False, None), "the cap")
    text = t.ok("hosts").out.decode()
    expect(f"{local(t.origin.port)} " in text and " 3/16 " in text, text)
    expect("2 hosts; up to 16 connections to each" in text, text)
    t.ok("pause", "all")
    until("no connection", lambda: all(host["connections"] == 0 and host["rate"] == 0
                                       for host in hosts(t).values()))


@case
def the_cap_is_set_while_it_runs(t):
    t.keeps(*[f"{i}.bin{end}" for i in range(4) for end in (".part", ".haul")])
    files = [t.file(f"{i}.bin", 3_000_000, **SLOW) for i in range(4)]
    t.ok("set", "--per-host", 2)
    t.add("-x", 1, *[file.url for file in files])
    name = local(t.origin.port)
    until("two connections", lambda: hosts(t)[name]["connections"] == 2)
    expect_equal(hosts(t)[name]["cap"], 2, "cap")
    expect_equal(hosts(t)[name]["counts"]["queued"], 2, "those that wait for it")
    t.ok("set", "--per-host", 3)
    until("three connections", lambda: hosts(t)[name]["connections"] == 3)
    t.ok("set", "--per-host", 0)
    until("all four", lambda: hosts(t)[name]["connections"] == 4)
    expect_equal(hosts(t)[name]["cap"], 0, "no cap")
    expect("no limit of connections to each" in t.ok("hosts").out.decode(), "the foot")


@case
def what_a_host_allows_is_told_as_learned(t):
    server = Origin()
    t.closers.append(server.close)
    files = [server.file(f"two{i}.bin", 300_000, key="two", max=2, **SLOW) for i in range(6)]
    ids = t.add("-x", 1, "--retry-wait", 0, *[file.url for file in files])
    until("it is learned", lambda: hosts(t)[local(server.port)]["learned"])
    told = hosts(t)[local(server.port)]
    expect(1 <= told["cap"] <= 3, told)
    expect(f"allows {told['cap']}" in t.ok("hosts").out.decode(), told)
    t.ok("remove", *ids)


@case
def a_back_off_is_told_with_its_end(t):
    (number,) = t.add(t.file("first.bin", status=429, retry_after=60, faults=1).url)
    until("it waits", lambda: t.items()[number]["state"] == "waiting")
    told = hosts(t)[local(t.origin.port)]
    item = t.items()[number]
    expect(abs(told["rest_until"] - item["retry_at"]) < 5_000, (told, item))
    expect_equal(told["counts"]["waiting"], 1, "items that wait")
    expect("back-off until " in t.ok("hosts").out.decode(), "the note")
    t.ok("remove", number)  # the host is left alone all the same
    asking = Client(t)
    ends = {asking.call("hosts")["hosts"][0]["rest_until"] for _ in range(300)}
    expect_equal(ends, {told["rest_until"]}, "the end of its rest, whenever it is asked for")


@case
def too_many_requests_give_a_host_its_rest_while_it_works_for_others(t):
    """Without a Retry-After. One that has enough connections (503) need not rest for that."""
    t.keeps(*[f"{name}{end}" for name in ("runs.bin", "runs (1).bin") for end in (".part", ".haul")])
    for status, rests in (429, True), (503, False):
        server = Origin()
        t.closers.append(server.close)
        (running,) = t.add("-x", 1, server.file("runs.bin", 3_000_000, **SLOW).url)
        until("it runs", lambda n=running: t.items()[n]["done"] > 0)
        (refused,) = t.add("--retry-wait", 40, server.file("no.bin", status=status, faults=1).url)
        until("it was refused", lambda s=server: s.requests("no.bin"))
        until("it waits", lambda n=refused: t.items()[n]["state"] != "active")
        told = hosts(t)[local(server.port)]
        expect_equal(told["rest_until"] is not None, rests, f"whether it rests ({told})")
        t.ok("remove", running, refused)


@case
def hosts_are_pushed_when_they_change(t):
    t.keeps("a.bin.part", "a.bin.haul")
    t.ok("list")
    client = Client(t)
    client.call("watch_hosts", rows=10, interval_ms=50)
    first = client.notice()
    expect_equal((first["method"], first["params"]["order"]), ("hosts", []), "nothing yet")
    (number,) = t.add(t.file("a.bin", 5_000_000, **SLOW).url)
    name = local(t.origin.port)
    rows = {}
    while not (name in rows and rows[name]["rate"] > 0):  # a notice has a deadline
        params = client.notice()["params"]
        rows.update({row["name"]: row for row in params["rows"]})
        rows = {one: rows[one] for one in params["order"]}
    t.ok("remove", number)
    while name in rows:
        params = client.notice()["params"]
        rows = {one: rows.get(one) for one in params["order"]}
    answer = client.ask("watch_hosts", rows=0)
    expect("rows" in answer["error"]["message"], answer)
    answer = client.ask("hosts", sort="size")
    expect("sort" in answer["error"]["message"], answer)
    client.call("unwatch_hosts")
    client.close()


@case
def nobody_is_asked_for_nothing(t):
    expect_equal(t.ok("hosts").out.decode(), "no hosts; up to 16 connections to each\n", "empty")
    expect_equal(t.ok("hosts", "--json").json()["hosts"], [], "empty")


run()
