"""What was removed or cancelled comes back, in its place and with its bytes, as long as it can."""

from harness import case, expect, expect_equal, recorded, run, until

MIB = 1024 * 1024
SLOW = 400 * 1024


def slow(t, name, **script):
    return t.file(name, 4 * MIB, rate=SLOW, faults=1, **script)


def some_bytes(t, number):
    until("bytes come", lambda: t.items()[number]["done"] > 100000)


@case
def a_removed_item_comes_back_with_its_bytes(t):
    file = slow(t, "a.bin")
    first, second, third = t.add("-j", 1, "-x", 1, file.url, t.file("b.bin").url, t.file("c.bin").url)
    some_bytes(t, first)
    t.ok("pause", third)
    t.ok("remove", first, third)
    expect_equal(list(t.items()), [second], "the list")
    t.ok("wait", second)
    until("it is put away", lambda: recorded(t.path("a.bin.haul")) > 100000)
    came = recorded(t.path("a.bin.haul"))
    result = t.ok("undo")
    expect_equal(result.out, b"2 back in the list\n", "what it says")
    items = t.items()
    expect_equal(list(items), [first, second, third], "ids and order")
    expect_equal(items[third]["state"], "paused", "the paused one")
    expect(items[first]["added_at"] <= items[second]["added_at"], "it is added anew")
    t.ok("wait", first)
    t.expect_file("a.bin", file)
    last = t.origin.requests("a.bin")[-1]
    expect(any(key.lower() == "range" and int(value[6:].split("-")[0]) >= came
               for key, value in last["headers"]), f"fetched from the start: {last['headers']}")
    t.stop()  # and the queue knows them again
    expect_equal({number: item["state"] for number, item in t.items().items()},
                 {first: "done", second: "done", third: "paused"}, "after a restart")


@case
def several_steps_go_back_one_by_one(t):
    ids = t.add("-j", 1, "--retry-wait", 60, *[slow(t, f"{i}.bin").url for i in range(4)])
    t.ok("pause", ids[3])
    t.ok("cancel", *ids[1:])
    t.ok("remove", ids[2])
    t.ok("cancel", ids[0])
    expect_equal(t.ok("undo").out, b"1 not cancelled any more\n", "the newest step")
    expect_equal(t.ok("undo", "--json").json(), {"action": "remove", "count": 1}, "the one before")
    expect_equal(t.items()[ids[2]]["state"], "cancelled", "as it was removed")
    expect_equal(t.ok("undo").out, b"3 not cancelled any more\n", "the first")
    until("they are as they were", lambda: [item["state"] for item in t.items().values()] ==
          ["active", "queued", "queued", "paused"])
    result = t.haul("undo")
    expect(result.status == 1 and b"there is nothing to undo" in result.err, result)
    # A cancelled item that was resumed since is nothing to undo.
    t.ok("cancel", ids[1])
    t.ok("resume", ids[1])
    expect_equal(t.haul("undo").status, 1, "status")
    t.ok("remove", "all")


@case
def what_is_not_undone_goes_from_the_disk(t):
    (number,) = t.add("-x", 1, slow(t, "a.bin").url)
    some_bytes(t, number)
    t.ok("remove", number)
    until("it is put away", lambda: recorded(t.path("a.bin.haul")) > 0)
    t.stop()
    t.expect_names()


@case
def after_a_minute_it_is_too_late(t):
    """Also when the daemon goes on, since something still waits."""
    t.hurry(20)
    t.add("--retry-on", "404:9x9h", t.file("later.bin", status=404).url)
    (number,) = t.add("-x", 1, slow(t, "a.bin").url)
    some_bytes(t, number)
    daemons = t.daemons()
    t.ok("remove", number)
    until("it goes from the disk", lambda: not t.names())
    expect(b"nothing to undo" in t.haul("undo").err, "it can be undone")
    expect_equal(t.daemons(), daemons, "the daemon")
    t.ok("remove", "all")


@case
def a_finished_one_comes_back_too(t):
    file = t.file("a.bin")
    (number,) = t.add(file.url)
    t.ok("wait", number)
    t.ok("remove", number)
    t.ok("undo")
    item = t.items()[number]
    expect_equal((item["state"], item["done"]), ("done", file.size), "the item")
    t.expect_file("a.bin", file)


@case
def a_partial_that_another_item_goes_on_with_stays(t):
    file = slow(t, "a.bin")
    (number,) = t.add("-x", 1, file.url)
    some_bytes(t, number)
    t.ok("remove", number)
    until("it is put away", lambda: recorded(t.path("a.bin.haul")) > 0)
    (again,) = t.add("-x", 1, file.url)
    t.ok("wait", again)
    t.expect_file("a.bin", file)
    t.stop()
    t.expect_names("a.bin")


@case
def without_a_daemon_there_is_nothing(t):
    result = t.haul("undo")
    expect_equal(result.status, 1, "status")
    expect(b"nothing to undo: no daemon is running" in result.err, str(result))
    expect_equal(t.daemons(), [], "daemons that were started for it")


@case
def the_log_is_told_to_clients(t):
    (number,) = t.add(t.file("a.bin", status=404).url)
    t.haul("wait", number)
    from control_socket import Client
    client = Client(t)
    answer = client.call("log")
    texts = [line["text"] for line in answer["lines"]]
    expect(any("404" in text for text in texts), texts)
    expect(all(line["number"] > 0 and line["at"] > 0 for line in answer["lines"]), answer)
    expect_equal(client.call("log", after=answer["last"])["lines"], [], "nothing new")
    expect_equal(len(client.call("log", lines=1)["lines"]), 1, "a bound")
    expect_equal(client.call("log", level="error")["lines"], [], "only errors")
    about = [line for line in answer["lines"] if line.get("item") == number]
    expect(about and all(line["name"] == "a.bin" for line in about), answer)
    client.close()


@case
def the_log_is_pushed_as_it_is_written(t):
    from control_socket import Client
    t.ok("list")
    client = Client(t)
    client.call("watch_log", level="info")
    before = client.notice()
    expect_equal(before["method"], "log", "notification")
    last = before["params"]["last"]
    (number,) = t.add(t.file("a.bin", status=404).url)
    t.haul("wait", number)
    lines = []
    while not any("404" in line["text"] for line in lines):  # a notice has a deadline
        params = client.notice()["params"]
        expect(params["lines"] and params["lines"][0]["number"] > last, params)
        last = params["last"]
        lines += params["lines"]
    expect_equal([line["name"] for line in lines if line.get("item") == number][0], "a.bin", "name")
    client.call("unwatch_log")
    client.notices.clear()
    other = Client(t)
    other.call("watch_log", after=last)
    (number,) = t.add(t.file("b.bin", status=404).url)
    while not any(line.get("item") == number for line in other.notice()["params"]["lines"]):
        pass
    client.call("list")
    expect_equal(client.notices, [], "after unwatch_log")
    other.close()
    client.close()


run()
