"""A hundred thousand links at once are no effort."""

from harness import case, expect_equal, run

COUNT = 100_000


@case
def a_hundred_thousand_lines_of_standard_input_are_queued(t):
    text = "".join(f"http://127.0.0.1:9/{i}\n" for i in range(COUNT)).encode()
    t.ok("set", "--jobs", 1)
    (busy,) = t.add(t.file("slow.bin", 1_000_000, rate=1).url)
    answer = t.ok("add", "--json", "-d", t.dir, "-i", "-", stdin=text).json()
    expect_equal(len(answer["ids"]), COUNT, "ids")
    expect_equal(answer["ids"], sorted(set(answer["ids"])), "ids in order")
    listed = t.ok("list", "--json", "state:active").json()
    expect_equal([item["id"] for item in listed["items"]], [busy], "what runs")
    expect_equal(listed["totals"]["counts"]["queued"], COUNT, "items")
    t.ok("remove", busy)
    t.stop()


run()
