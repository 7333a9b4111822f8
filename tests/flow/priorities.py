"""What is more important starts first; what runs is left alone. See also unit/engine_queue."""

from harness import case, expect, expect_equal, run, until

MIB = 1024 * 1024


def occupied(t, *options):
    """A queue with one job, which a slow item has."""
    (number,) = t.add("-j", 1, *options, t.file("slow.bin", 8 * MIB, rate=200_000, faults=1).url)
    until("it runs", lambda: t.items()[number]["state"] == "active")
    return number


def small(t, *names):
    return [t.file(name, 3000).url for name in names]


def started(t, *ids):
    """IDS in the order in which they began."""
    items = t.items()
    return sorted(ids, key=lambda number: items[number]["started_at"])


@case
def high_ones_start_first_and_low_ones_last(t):
    busy = occupied(t)
    low = t.add("--priority", "low", *small(t, "l1", "l2"))
    normal = t.add(*small(t, "n1", "n2"))
    high = t.add("--priority", "high", *small(t, "h1", "h2"))
    expect_equal([item["priority"] for item in t.items().values()],
                 ["normal", "low", "low", "normal", "normal", "high", "high"], "priorities")
    expect_equal(list(t.items()), [busy, *low, *normal, *high], "the order, which is the user's")
    t.ok("remove", busy)
    t.ok("wait", *low)
    expect_equal(started(t, *low, *normal, *high), [*high, *normal, *low], "started")


@case
def a_running_item_is_not_stopped_for_a_higher_one(t):
    busy = occupied(t, "--priority", "low")
    (high,) = t.add("--priority", "high", *small(t, "h"))
    items = t.items()
    expect_equal([items[busy]["state"], items[high]["state"]], ["active", "queued"], "states")
    t.ok("remove", busy)
    t.ok("wait", high)


@case
def priorities_are_changed_for_many_and_outlive_the_daemon(t):
    t.ok("set", "-j", 1)
    busy = occupied(t)
    ids = t.add(*small(t, "a", "b", "c", "d", "e"))
    expect_equal(t.ok("change", f"{ids[3]}-{ids[4]}", "--priority", "high").out, b"2 changed\n",
                 "what it says")
    t.ok("change", ids[0], "--priority", "low")
    t.ok("move", "top", ids[4])
    t.ok("pause", "all")
    t.stop()
    expect_equal([item["priority"] for item in t.items().values()],
                 ["high", "normal", "low", "normal", "normal", "high"], "after a restart")
    t.ok("remove", busy)
    t.ok("resume", "all")
    t.ok("wait")
    expect_equal(started(t, *ids), [ids[4], ids[3], ids[1], ids[2], ids[0]], "started")
    expect_equal(t.ok("change", "all", "--priority", "low").out,
                 b"nothing to change: what is complete stays as it is\n", "what is done")


@case
def a_section_of_the_configuration_sets_it_for_a_host(t):
    config = t.write("haul.conf", '[host "127.0.0.1"]\npriority = low\n')
    t.ok("set", "-j", 1)
    busy = occupied(t)
    (one,) = t.add("--config", config, *small(t, "one"))
    (two,) = t.add("--config", config, "--priority", "high", *small(t, "two"))
    items = t.items()
    expect_equal([items[one]["priority"], items[two]["priority"]], ["low", "high"], "priorities")
    t.ok("remove", busy, one, two)


@case
def what_is_no_priority_is_refused(t):
    result = t.haul("add", "--priority", "urgent", "http://127.0.0.1/x")
    expect(result.status == 1 and b'"urgent" is not one of normal, high, low' in result.err, result)
    result = t.haul("change", 7, "--priority", "high")
    expect(result.status == 1 and b"there is no item 7" in result.err, result)
    result = t.haul("change", 1, 2, "--priority", "high", "--url", "http://127.0.0.1/x")
    expect(result.status == 1 and b"--url is for one item" in result.err, result)


run()
