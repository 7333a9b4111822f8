"""--limit holds for the session as a whole."""

import time

from control_socket import Client
from harness import case, expect, expect_equal, run, until


def seconds(work):
    start = time.monotonic()
    work()
    return time.monotonic() - start


@case
def one_file_stays_below_the_limit(t):
    file = t.file("a.bin", 600_000)
    took = seconds(lambda: t.get("--limit", "200K", file.url))
    t.expect_file("a.bin", file)
    expect(took >= 2.8, f"600 KB at 200 KiB/s took only {took:.2f} s")


@case
def many_files_share_the_limit(t):
    files = [t.file(f"{i}.bin", 60_000) for i in range(10)]
    took = seconds(lambda: t.get("-j", 10, "--limit", "200K", *[file.url for file in files]))
    for i, file in enumerate(files):
        t.expect_file(f"{i}.bin", file)
    expect(took >= 2.8, f"600 KB at 200 KiB/s took only {took:.2f} s")


@case
def each_item_has_a_limit_of_its_own(t):
    """Both kinds hold at once, and an item without one is not held up by another's."""
    slow = [t.file(f"slow{i}.bin", 200_000) for i in range(3)]
    quick = t.file("quick.bin", 300_000)  # at their pace it would come after them
    ids = t.add("--item-limit", "100K", *[file.url for file in slow])
    (free,) = t.add(quick.url)
    t.ok("wait", free)
    t.ok("wait")
    items = t.items()
    for number, file in zip(ids, slow):
        took = items[number]["finished_at"] - items[number]["started_at"]
        expect(took >= 1800, f"200 KB at 100 KiB/s took only {took} ms")
    expect(items[free]["finished_at"] < min(items[number]["finished_at"] for number in ids),
           "the free one waited for the others")


@case
def parts_of_an_item_share_its_limit(t):
    file = t.file("parts.bin", 600_000)
    took = seconds(lambda: t.get("-x", 4, "--min-split", "64K", "--item-limit", "200K", file.url))
    t.expect_file("parts.bin", file)
    expect(took >= 2.8, f"600 KB at 200 KiB/s took only {took:.2f} s")


@case
def tls_is_held_to_it_too(t):
    file = t.file("tls.bin", 600_000, scheme="https")
    took = seconds(lambda: t.get("--insecure", "--item-limit", "300K", "--limit", "200K", file.url))
    t.expect_file("tls.bin", file)
    expect(took >= 2.8, f"600 KB at 200 KiB/s took only {took:.2f} s")


@case
def the_limit_is_changed_while_they_run(t):
    """Up, at once; and down, whatever the buffers held."""
    file = t.file("live.bin", 40_000_000)
    (number,) = t.add("--limit", "100K", file.url)
    until("it runs", lambda: t.items()[number]["done"] > 0)
    t.ok("set", "--limit", "4M")
    until("more comes", lambda: t.items()[number]["rate"] > 2_500_000)
    t.ok("set", "--limit", "1M")
    told = t.ok("list", "--json").json()
    expect(0 < told["totals"]["rate"] < 1_500_000, f"the rate does not follow: {told['totals']}")
    expect(0 < told["items"][0]["rate"] < 1_500_000, f"the item's does not: {told['items'][0]}")
    done = t.items()[number]["done"]
    begin = time.monotonic()
    until("more comes", lambda: t.items()[number]["done"] > done + 3 * 1024 * 1024)
    took = time.monotonic() - begin
    expect(took >= 2.5, f"3 MiB at 1 MiB/s took only {took:.2f} s")
    t.ok("set", "--limit", 0)
    t.ok("wait", number)
    t.expect_file("live.bin", file)


@case
def an_items_limit_is_changed_while_it_runs(t):
    file = t.file("changed.bin", 30_000_000)
    (number,) = t.add("-x", 1, "--item-limit", "50K", file.url)
    until("it runs", lambda: t.items()[number]["done"] > 0)
    t.ok("change", number, "--item-limit", "60K")
    expect(t.items()[number]["done"] < file.size, "the limit is not obeyed")
    t.ok("change", number, "--item-limit", 0)
    t.ok("wait")
    t.expect_file("changed.bin", file)
    expect(len(t.origin.requests("changed.bin")) == 1, "it was started again")


@case
def several_items_get_a_limit_at_once(t):
    """By their ids, or as they are marked; what is done is left out, an unknown one refuses all."""
    slow = [t.file(f"{name}.bin", 30_000_000) for name in "ab"]
    (done,) = t.add(t.file("done.bin").url)
    t.ok("wait", done)
    numbers = t.add("-x", 1, "--item-limit", "50K", *[file.url for file in slow])
    until("they run", lambda: all(t.items()[number]["done"] > 0 for number in numbers))
    client = Client(t)
    answer = client.ask("change", ids=[*numbers, 99], options={"item-limit": "0"})
    expect(answer["error"]["data"]["name"] == "no-item", f"not refused: {answer}")
    answer = client.ask("change", ids=numbers, url=slow[0].url, options={"item-limit": "0"})
    expect("error" in answer, f"a link for several: {answer}")
    expect_equal(client.call("change", ids=[done, *numbers], options={"item-limit": "60K"}),
                 {"count": 2}, "the answer")
    client.call("watch", rows=9)
    client.call("mark", how="add")
    expect_equal([item["id"] for item in client.call("list", marked=True)["items"]],
                 [done, *numbers], "what is marked")
    expect(all(t.items()[number]["state"] == "active" for number in numbers),
           "the limits were let go of")
    expect_equal(client.call("change", marked=True, options={"item-limit": "0"}), {"count": 2},
                 "the answer")
    client.close()
    t.ok("wait")
    for file in slow:
        t.expect_file(file.url.rsplit("/", 1)[1].split("?")[0], file)


@case
def a_changed_limit_is_kept(t):
    file = t.file("kept.bin", 30_000_000)
    (number,) = t.add("-x", 1, "--item-limit", "50K", file.url)
    t.ok("change", number, "--item-limit", 0)
    t.ok("pause", number)
    t.stop()
    t.ok("resume", number)
    t.ok("wait")
    t.expect_file("kept.bin", file)


@case
def without_a_new_link_only_limits_are_changed(t):
    file = t.file("odd.bin", 30_000_000)
    (number,) = t.add("--item-limit", "50K", file.url)
    result = t.haul("change", number)
    expect(result.status == 1 and b"--item-limit" in result.err, f"not refused: {result}")
    result = t.haul("change", number, "-H", "A: b", "--item-limit", "60K")
    expect(result.status == 1 and b"new link" in result.err, f"not refused: {result}")
    t.ok("remove", number)


@case
def who_shares_a_limit_gets_an_equal_share(t):
    """However the bytes come: through libcurl (no length, so never past it) or past it."""
    plain = t.file("plain.bin", 30_000_000)
    secret = t.file("secret.bin", 30_000_000, scheme="https")
    chunked = t.file("chunked.bin", 30_000_000, chunked=1)
    t.ok("set", "--limit", "1M")  # far below what a machine under load can do
    ids = t.add("-x", 1, "--cacert", t.origin.cert, plain.url, secret.url, chunked.url)

    def done():
        return [item["done"] for item in t.items().values()]

    until("enough came", lambda: sum(done()) > 3_000_000)
    shares = done()
    expect(min(shares) * 2 > max(shares), f"unequal shares: {shares}")
    t.ok("remove", *ids)


run()
