"""`haul list`: page by page, and what of it fits an expression."""

from harness import case, expect, expect_equal, run

COUNT = 2_345  # more than two pages


def queue(t):
    """A list whose items wait for one that never ends."""
    t.ok("set", "--jobs", 1)
    t.add(t.file("hung.bin", size=1_000_000, rate=1).url)
    root = "http://127.0.0.1:9"
    listed = t.write("list", "".join(f"{root}/one-{i}.bin\n" for i in range(1, COUNT)))
    t.ok("add", "-d", t.dir, "-i", listed)


@case
def all_pages_are_one_list(t):
    queue(t)
    answer = t.ok("list", "--json").json()
    expect_equal([item["id"] for item in answer["items"]], list(range(1, COUNT + 1)), "ids")
    expect_equal((answer["matching"], answer["offset"]), (COUNT, 0), "what is told of them")
    lines = t.ok("list").out.decode().splitlines()
    expect_equal(len(lines), COUNT + 2, "lines: a head, the items, the sums")
    expect_equal(len({line.index("queued") for line in lines[2:-1]}), 1, "columns")
    t.ok("remove", 1)
    t.stop()


@case
def words_choose_items(t):
    queue(t)
    expect_equal([item["name"] for item in t.ok("list", "--json", "name:one-77").json()["items"]],
                 [f"one-{n}.bin" for n in (77, *range(770, 780))], "one word")
    expect_equal(t.ok("list", "--json", "state:queued", "one-2345").json()["items"], [], "none")
    expect_equal(len(t.ok("list", "--json", "--", "-state:queued").json()["items"]), 1, "the other")
    for words, says in ((["size>>"], "size"), (["state:gone"], '"gone"'),
                        (["a" * 1100], "1023 characters")):
        result = t.haul("list", *words)
        expect(result.status == 1 and says in result.err.decode(), f"{words}: {result}")
    t.ok("remove", 1)
    t.stop()


run()
