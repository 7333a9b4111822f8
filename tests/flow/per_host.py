"""--per-host: how many connections one host gets over the whole queue, and who gets them."""

from harness import Origin, case, expect, expect_equal, run, until

SLOW = {"rate": 100_000, "tick": 20}


def own_origin(t):
    """A server whose figures are of this case alone."""
    origin = Origin()
    t.closers.append(origin.close)
    return origin


def connections(t):
    """Open connections by item."""
    return {number: item["connections"] for number, item in t.items().items()}


@case
def a_host_never_has_more_than_it_may(t):
    server = own_origin(t)
    files = [server.file(f"{i}.bin", 5000, delay=30) for i in range(30)]
    t.get("-j", 30, "--per-host", 3, "--retries", 0, *[file.url for file in files])
    for i, file in enumerate(files):
        t.expect_file(f"{i}.bin", file)
    expect_equal(server.stats()["peak_active"], 3, "requests at once")


@case
def sixteen_is_what_nobody_asked_for(t):
    server = own_origin(t)
    files = [server.file(f"{i}.bin", 5000, delay=100) for i in range(40)]
    t.get("-j", 40, *[file.url for file in files])
    expect_equal(server.stats()["peak_active"], 16, "requests at once")


@case
def none_is_no_limit(t):
    server = own_origin(t)
    files = [server.file(f"{i}.bin", 5000, stall=2500) for i in range(40)]
    t.keeps(*[f"{i}.bin.part" for i in range(40)])
    ids = t.add("-j", 40, "--per-host", 0, *[file.url for file in files])
    until("all are asked for", lambda: server.stats()["active"] == 40)
    t.ok("remove", *ids)


@case
def parts_of_files_count_too(t):
    server = own_origin(t)
    files = [server.file(f"{i}.bin", 400_000, **SLOW) for i in range(3)]
    t.get("-x", 8, "--min-split", "64K", "--per-host", 5, *[file.url for file in files])
    for i, file in enumerate(files):
        t.expect_file(f"{i}.bin", file)
    expect_equal(server.stats()["peak_active"], 5, "requests at once")


@case
def items_that_look_at_the_disk_first_count_too(t):
    """Their first request comes later than the decision that they may run."""
    server = own_origin(t)
    files = [server.file(f"{i}.bin", 5000, delay=30) for i in range(20)]
    t.get("-j", 20, "--per-host", 2, "--if-exists", "skip", *[file.url for file in files])
    expect_equal(server.stats()["peak_active"], 2, "requests at once")


@case
def a_busy_host_lets_the_others_pass(t):
    """However many items wait for it, and wherever in the queue the other one stands."""
    busy = [t.origin.url(f"busy{i}", delay="forever") for i in range(3000)]
    other = t.file("other.bin", port=t.origin.other)
    listed = t.write("list.txt", "".join(url + "\n" for url in busy + [other.url]))
    ids = t.add("-j", 50, "--per-host", 2, "-i", listed)
    t.ok("wait", ids[-1])
    t.expect_file("other.bin", other)
    expect_equal(t.origin.stats()["active"], 2, "requests to the busy host")
    expect_equal([number for number, item in t.items().items() if item["state"] == "active"],
                 ids[:2], "the items that run")


@case
def a_queued_item_gets_a_connection_of_one_that_has_several(t):
    big = t.file("big.bin", 60_000_000, **SLOW)  # no part of it ends in time
    t.keeps("big.bin.part", "second.bin.part")
    (first,) = t.add("-x", 4, "--min-split", "64K", "--per-host", 4, big.url)
    until("it has all of them", lambda: connections(t)[first] == 4)
    (second,) = t.add("-x", 4, "--min-split", "64K", t.file("second.bin", 4_000_000, **SLOW).url)
    until("the second one runs", lambda: t.items()[second]["done"] > 100_000)
    now = connections(t)
    expect(now[first] < 4 and sum(now.values()) <= 4, f"connections: {now}")
    t.ok("remove", "all")


@case
def the_number_is_changed_while_they_run(t):
    server = own_origin(t)
    ids = t.add("-j", 20, "--per-host", 2,
                *[server.url(f"mute{i}", delay="forever") for i in range(20)])
    until("two are asked for", lambda: server.stats()["active"] == 2)
    t.ok("set", "--per-host", 7)
    until("seven are asked for", lambda: server.stats()["active"] == 7)
    t.ok("set", "--per-host", 1)
    t.ok("cancel", *ids[:7])
    until("one is asked for", lambda: server.stats()["active"] == 1)
    expect_equal(server.stats()["peak_active"], 7, "requests at once")
    t.ok("remove", "all")


@case
def schemes_at_one_port_are_one_host_and_ports_are_not(t):
    """Here one port speaks both http and https."""
    server = own_origin(t)
    where = [{"scheme": "http"}, {"scheme": "https"}, {"port": server.other}]
    t.add("-j", 20, "--per-host", 2, "--insecure",
          *[server.url(f"{i}-{j}", delay="forever", **one)
            for i, one in enumerate(where) for j in range(5)])
    until("each has its two", lambda: server.stats()["active"] == 4)
    asked = [request["path"] for request in server.log()]
    expect_equal(sorted(asked), ["/0-0", "/0-1", "/2-0", "/2-1"], "what was asked for")
    t.ok("remove", "all")


run()
