"""Mirrors that lie: whatever one of them sends, and however late it begins to, the file is the one
that the first link's server has, or the item fails; no byte of another file is ever under its name."""

import os
import signal

from harness import (Remote, case, dead_port, expect, expect_equal, header, recorded, run, until)

SIZE = 600_000
CHANGED = 1000003  # added to the seed of a file that changes
SPLIT = ("-x", 4, "--min-split", "64K", "--retries", 0)
PACE = {"rate": 300_000, "tick": 20}
SLOW = {"rate": 100_000, "tick": 20}
FRESH = {"date": "Tue, 14 Nov 2023 22:13:20 GMT"}  # in the second of its Last-Modified
SAME = {"etag": '"same"'}  # a validator that proves nothing, as everybody has it


def mirror(t, file, path, **script):
    """A mirror of FILE at the other server."""
    query = {"size": file.size, "seed": file.seed, "etag": f'"{path}"', **PACE, **script}
    return t.origin.url(path, port=t.origin.other, **query)


def listed(t, *items):
    """Arguments for items with several links each."""
    lines = ["\t".join(map(str, urls)) + "\n" for urls in items]
    return ("-i", t.write("list.txt", "".join(lines)))


def get_beside(t, mirrors, **script):
    """Fetches a file for each of the MIRRORS, by name, all of them at once; returns the files."""
    files = {name: t.file(name, SIZE, **{**PACE, **script}) for name in mirrors}
    t.get("-j", len(files), "--per-host", 0, *SPLIT,
          *listed(t, *[(file, mirror(t, file, "m-" + name, **mirrors[name]))
                       for name, file in files.items()]))
    for name, file in files.items():
        t.expect_file(name, file)
    return files


@case
def one_that_lies_from_the_start_is_not_used(t):
    lies = {"content": {"seed": 7}, "same-etag": {"seed": 7, **SAME},
            "no-etag": {"seed": 7, "etag": "none"},
            "nothing": {"seed": 7, "etag": "none", "modified": "none"},
            "fresh-date": {"etag": "none", **FRESH},
            "fresh-etag": {"etag": f'"{1700000000:x}-{SIZE:x}"', **FRESH},
            "larger": {"size": SIZE + 1}, "smaller": {"size": SIZE - 1},
            "shifted": {"range_lie": "shift"}, "short": {"range_lie": "short"},
            "start": {"range_lie": "start"}, "total": {"range_lie": "total"},
            "whole": {"range_lie": "whole"}, "parts": {"range_lie": "multipart"},
            "page": {"type": "text/html", "seed": 8}, "gzip": {"encoding": "gzip", "seed": 9},
            "dead": {"redirect": f"http://127.0.0.1:{dead_port(t)}/"}, "loop": {"redirect": "loop"},
            "file": {"redirect": "file:///etc/passwd"}, "cut": {"close": 1}}
    get_beside(t, lies, **SAME)
    for name in lies:
        asked = [one for one in t.origin.requests("m-" + name) if header(one, "If-Range")]
        expect_equal(asked, [], f"{name} was asked for more than a sample")


@case
def one_that_lies_later_spoils_nothing(t):
    """Its sample is right, and so are the first parts."""
    for sound in (1, 2):
        get_beside(t, {
            f"{name}-{sound}": {"sound": sound, **fault} for name, fault in {
                "shift": {"range_lie": "shift"}, "short": {"range_lie": "short"},
                "total": {"range_lie": "total"}, "whole": {"range_lie": "whole"},
                "busy": {"status": 503}, "gone": {"status": 404}, "close": {"close": 50_000},
                "reset": {"reset": 50_000}, "dead": {"redirect": f"http://127.0.0.1:{dead_port(t)}/"},
                "nothing": {"raw": ""}, "chunks": {"chunked": "cut"}, "tail": {"twist": SIZE // 4},
            }.items()})


@case
def other_bytes_under_the_same_validator_are_found_out(t):
    """The sample was right, all that came behind it is not: only the end can tell."""
    file = t.file("a.bin", SIZE, **PACE)
    bad = mirror(t, file, "bad.bin", change_after=1, change="content")
    (number,) = t.add(*SPLIT, *listed(t, (file, bad)))
    t.ok("wait", number)
    t.expect_file("a.bin", file)
    expect(len(t.origin.requests("bad.bin")) > 1, "the mirror was not used, so nothing is shown")
    shown = t.ok("show", number).out.decode()
    expect("its sources do not send the same file" in shown, shown)


@case
def what_was_right_proves_nothing_of_what_came_from_there_later(t):
    """The quick mirror sends the end of the file as it is, and then, of what was cut off the slow
    lead's part, other bytes."""
    file = t.file("below", SIZE, **SLOW)
    bad = mirror(t, file, "m-below", sound=2, twist=1, rate=3_000_000)
    t.get("-x", 2, "--min-split", "64K", "--retries", 0,
          *listed(t, (file, bad)))
    parts = [header(one, "Range") for one in t.origin.requests("m-below")]
    expect(len(parts) >= 3, f"no part was asked for after the right one: {parts}")
    t.expect_file("below", file)


@case
def with_a_digest_that_decides(t):
    file = t.file("digest", SIZE, **PACE)
    t.keeps("digest.part", "digest.haul")
    result = t.get(*SPLIT, "--checksum", file.digest(),
                   *listed(t, (file, mirror(t, file, "m-digest", change_after=1,
                                            change="content"))), status=6)
    expect(b"sha256" in result.err, str(result))
    expect(not os.path.exists(t.path("digest")), "it has its name")


def kill_in_the_middle(t, name, connections, arguments, least=150_000):
    """Starts a get and kills it when some of the file is on record, long before all of it is."""
    running = t.start("get", "-q", "-d", t.dir, *SPLIT, "-x", connections, "-o", name, *arguments)
    until("some of it is recorded", lambda: recorded(t.path(name + ".haul")) >= least)
    running.signal(signal.SIGKILL)
    running.wait()


def go_on(t, name, *arguments):
    t.get(*SPLIT, "-x", 16, "-o", name, *arguments)


@case
def the_validator_of_one_source_proves_nothing_of_another(t):
    """The first link was dead, and is back with another file under the very same ETag."""
    old = t.file("old1", SIZE, **SLOW, **SAME)
    first = t.origin.url("first1", size=SIZE, seed=old.seed + 1, status=404, faults=1, **SLOW,
                         **SAME)
    kill_in_the_middle(t, "r1", 1, listed(t, (first, old)))
    with open(t.path("r1.haul"), encoding="utf-8") as record:
        expect("\nsource " in record.read(), "the record does not say whose validator it is")
    go_on(t, "r1", *listed(t, (first, old)))
    t.expect_file("r1", old)


@case
def nor_when_the_other_is_alone(t):
    """The next run is told of the first link only, so that link's file is the one that is wanted."""
    old = t.file("old2", SIZE, **SLOW, **SAME)
    first = t.origin.url("first2", size=SIZE, seed=old.seed + 1, status=404, faults=1, **SLOW,
                         **SAME)
    kill_in_the_middle(t, "r2", 1, listed(t, (first, old)))
    go_on(t, "r2", first)
    t.expect_file("r2", Remote(first, old.seed + 1, SIZE))


@case
def a_file_that_changed_at_its_source_is_not_proven_by_a_sample(t):
    """Its second half is another one now, and the mirror is dead: what is here of the first half
    looks as ever."""
    dead = t.origin.url("dead3", status=404)
    old = t.file("r3", SIZE, change="tail", change_after=1, **SLOW)
    kill_in_the_middle(t, "r3", 1, listed(t, (old, dead)))
    before = len(t.origin.requests("r3"))
    go_on(t, "r3", *listed(t, (old, dead)))
    asked = [header(one, "Range") is not None for one in t.origin.requests("r3")[before:]]
    expect_equal(asked[:2], [True, False], "for the rest, and then for all of it")
    with open(t.path("r3"), "rb") as file:
        data = file.read()
    changed = Remote(old.url, old.seed + CHANGED, SIZE).data()
    expect(data == old.data()[:SIZE // 2] + changed[SIZE // 2:], "r3 is not the file that was sent")


@case
def what_an_earlier_run_left_is_in_doubt_too(t):
    """A mirror spoils the parts that it brings, and the run is killed before anybody looks."""
    file = t.file("r4", 4 * SIZE, **SLOW)
    bad = mirror(t, file, "bad4", change_after=1, change="content", rate=100_000)
    kill_in_the_middle(t, "r4", 4, listed(t, (file, bad)), SIZE)
    expect(len(t.origin.requests("bad4")) > 1, "the mirror was not used, so nothing is shown")
    go_on(t, "r4", *listed(t, (file, mirror(t, file, "bad4", status=404))))
    t.expect_file("r4", file)


run()
