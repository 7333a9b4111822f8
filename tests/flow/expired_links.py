"""A link that is refused after it gave bytes: the bytes are kept, it is said what to do, and nobody
is bothered again by itself."""

import os

from harness import case, expect, expect_equal, header, run, size_of, until

SIZE = 2_000_000
SLOW = {"gate": SIZE // 4}


def with_bytes(t, file, *options):
    """Adds FILE to the queue, waits for bytes and their record, pauses; returns the item's id."""
    name = os.path.basename(file.url.split("?")[0])
    (number,) = t.add(*options, file.url)
    until("bytes arrive", lambda: t.items()[number]["done"] >= 100_000)
    until("a record is written", lambda: name + ".haul" in t.names())
    t.ok("pause", number)
    until("it is put away", lambda: t.items()[number]["connections"] == 0)
    return number


def come_to_rest(t, number):
    t.haul("wait", number)
    return t.items()[number]


@case
def a_refusal_after_bytes_is_an_expired_link(t):
    for status in (401, 403, 404, 410):
        name = f"a{status}.bin"
        file = t.file(name, SIZE, sound=1, status=status, **SLOW)
        number = with_bytes(t, file)
        t.keeps(name + ".part", name + ".haul")
        t.ok("resume", number)
        expect_equal(t.haul("wait", number).status, 4, "status of wait")
        item = t.items()[number]
        expect_equal((item["state"], item["error"], item["http_status"]),
                     ("failed", "expired", status), "the item")
        expect(item["note"].startswith(f"expired link ({status})"), f"the note: {item['note']}")
        expect(f"'haul change {number} --url NEW'" in item["note"], f"the note: {item['note']}")
        expect(item["done"] >= 100_000, f"the bytes are forgotten: {item['done']}")
        expect_equal(len(t.origin.requests(name)), 2, "requests")


@case
def other_refusals_are_what_they_were(t):
    (fresh,) = t.add(t.origin.url("fresh.bin", status=403))
    expect_equal(come_to_rest(t, fresh)["error"], "http", "without bytes")
    file = t.file("odd.bin", SIZE, sound=1, status=451, **SLOW)
    number = with_bytes(t, file)
    t.keeps("odd.bin.part", "odd.bin.haul")
    t.ok("resume", number)
    expect_equal(come_to_rest(t, number)["error"], "http", "with another status")


@case
def a_retry_asks_the_old_link_again(t):
    file = t.file("back.bin", SIZE // 2, sound=1, faults=2, status=403, **SLOW)
    number = with_bytes(t, file)
    t.ok("resume", number)
    expect_equal(come_to_rest(t, number)["error"], "expired", "error")
    t.origin.open("back.bin")
    t.ok("retry", number)
    expect_equal(come_to_rest(t, number)["state"], "done", "state after the retry")
    t.expect_file("back.bin", file)
    expect(header(t.origin.requests("back.bin")[-1], "Range"), "it was fetched from the start")


@case
def get_tells_it_too(t):
    file = t.file("g.bin", SIZE, sound=1, status=404, close=300_000, **SLOW)
    running = t.start("get", "-q", "-d", t.dir, file.url)
    until("bytes arrive", lambda: "g.bin.haul" in t.names()
          and size_of(t.path("g.bin.part")) >= 100_000)
    running.signal(2)
    running.wait()
    t.keeps("g.bin.part", "g.bin.haul")
    result = t.get(file.url, status=4)
    expect(b"expired link (404)" in result.err, f"what is told: {result}")


run()
