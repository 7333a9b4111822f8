"""Whoever waits for a file is told why bytes that were here are fetched again, and why it gets another
name than the one that was asked for: in the row, in the log, and by `haul get` on a line."""

import os
import signal

from harness import case, expect, expect_equal, plant_partial, run, until

SIZE = 300_000
CAME = 100_000
OLD = "Sat, 01 Jan 2022 00:00:00 GMT"
SAME = None  # the validators that the server is going to show

# What lies there, how the server sends the file, and why that is not gone on with.
REASONS = {
    "etag": ('etag "old"\n', {}, "its ETag is another one"),
    "date": (f"modified {OLD}\n", {"etag": "none"}, "its date is another one"),
    "mute": ("", {}, "nothing proves that the file is still the same"),
    "weak": ('etag W/"x"\n', {"etag": 'W/"x"'}, "nothing proves that the file is still the same"),
    "silent": ('etag "old"\n', {"etag": "none", "modified": "none", "ranges": "off"},
               "the server gives no proof that it is still the same file"),
    "start": (SAME, {"range_lie": "start"}, "the server sends other bytes than were asked for"),
    "whole": (SAME, {"range_lie": "whole"}, "the server sends other bytes than were asked for"),
    "missing": (SAME, {"range_lie": "missing"}, "the server does not say which bytes it sends"),
    "overflow": (SAME, {"range_lie": "overflow"}, "the server does not say which bytes it sends"),
    "star": (SAME, {"range_lie": "star"}, "the server does not say how large the file is now"),
    "total": (SAME, {"range_lie": "total"}, f"its size was {SIZE} and is {SIZE + 1} bytes now"),
}


def etag_of(file):
    """As tests/origin makes it."""
    return f'etag "s{file.seed}-n{file.size}-v0"\n'


def plant(t, name, file, validators):
    """Zeros, which are not the file's, so that nothing of them may be in it."""
    plant_partial(t, name, file.url, file.size, bytes(CAME),
                  etag_of(file) if validators is SAME else validators)


def lines(result, kind):
    """The lines of that kind that a get wrote, by the file's name."""
    told = [line[8:].partition(": ") for line in result.err.decode().splitlines()
            if line.startswith(f"{kind:8}")]
    return {name: text for name, _, text in told}


def other_boot(t, name):
    """The machine was started anew since, before anything was synced."""
    path = t.path(name + ".haul")
    with open(path, encoding="ascii") as record:
        text = record.read()
    at = text.index("boot ") + 5
    with open(path, "w", encoding="ascii") as record:
        record.write(text[:at] + "00000000-0000-4000-8000-000000000000" + text[at + 36:])


@case
def get_tells_each_reason(t):
    log = t.write("log", "")
    files = {f"{kind}.bin": t.file(f"{kind}.bin", SIZE, **script)
             for kind, (_, script, _) in REASONS.items()}
    for name, file in files.items():
        plant(t, name, file, REASONS[name[:-4]][0])
    result = t.get("-j", 20, "-x", 1, "--retry-wait", 0, "--log", log,
                   *[file.url for file in files.values()])
    told = lines(result, "note")
    with open(log, encoding="utf-8") as text:
        logged = text.read()
    for number, (kind, (_, _, why)) in enumerate(REASONS.items(), 1):
        expect_equal(told.get(f"{kind}.bin"), f"starting over: {why}", f"what is said of {kind}")
        expect(f"item {number}: starting over: {why}\n" in logged, f"{kind} is not in {logged}")
    t.expect_names(*files)
    for name, file in files.items():
        t.expect_file(name, file)


@case
def the_row_tells_it_for_as_long_as_it_runs(t):
    kinds = ("etag", "date", "mute", "missing")
    files = [t.file(f"{kind}.bin", SIZE, stall=CAME, **REASONS[kind][1]) for kind in kinds]
    for kind, file in zip(kinds, files):
        plant(t, f"{kind}.bin", file, REASONS[kind][0])
    ids = t.add("-x", 1, *[file.url for file in files])
    for number, kind in zip(ids, kinds):
        wanted = f"starting over: {REASONS[kind][2]}"
        until(f"the row of {kind} says {wanted}", lambda n=number, w=wanted:
              t.items()[n]["note"] == w)
        events = [one["text"] for one in t.ok("show", "--json", number).json()["events"]]
        expect_equal(events.count(wanted), 1, f"how often the log of {kind} tells it: {events}")
        expect(wanted in t.daemon_log(), "the daemon's log does not tell it")
    t.ok("remove", "all")
    t.keeps(*[f"{kind}.bin.part" for kind in kinds])


@case
def bytes_that_may_not_have_lasted_are_told_of(t):
    file = t.file("boot.bin", SIZE)
    plant_partial(t, "boot.bin", file.url, SIZE, bytes(1000), etag_of(file))
    other_boot(t, "boot.bin")
    told = lines(t.get(file.url), "note")
    expect_equal(told, {"boot.bin": "starting over: none of what came is known to have lasted"},
                 "what is said")
    t.expect_file("boot.bin", file)


@case
def a_name_that_only_the_answer_tells_makes_no_difference(t):
    """There is a partial of that name: nobody could know before."""
    scripts = {"late.bin": ('etag "old"\n', "its ETag is another one"),
               "little.bin": (SAME, "so little is here that it comes with the answer sooner")}
    files = {name: t.file(f"answer-{name[:-4]}", SIZE, disposition=f"attachment; filename={name}")
             for name in scripts}
    for name, (validators, _) in scripts.items():
        plant(t, name, files[name], validators)
    told = lines(t.get("-x", 1, *[file.url for file in files.values()]), "note")
    expect_equal(told, {name: f"starting over: {why}" for name, (_, why) in scripts.items()},
                 "what is said")
    for name, file in files.items():
        t.expect_file(name, file)


@case
def a_record_that_nobody_can_read_is_told_of(t):
    """Not so where nothing had come."""
    file = t.file("hurt.bin", SIZE, stall=CAME, faults=1)
    (number,) = t.add("-x", 1, file.url)
    until("bytes came", lambda: t.items()[number]["done"] == CAME)
    t.ok("pause", number)
    t.stop()  # nothing is written any more
    os.truncate(t.path("hurt.bin.haul"), 50)
    t.keeps("hurt.bin.part", "hurt.bin.haul")
    t.ok("resume", number)
    t.ok("wait", number)
    events = [one["text"] for one in t.ok("show", "--json", number).json()["events"]]
    expect("starting over: what came is gone, or its record can't be read" in events, f"{events}")
    expect(any(one.startswith("hurt.bin.part is left alone: ") for one in events), f"{events}")
    t.expect_file("hurt.bin", file)


@case
def a_partial_of_somebody_else_is_told_of(t):
    file = t.file("theirs.bin", SIZE)
    with open(t.path("theirs.bin.part"), "wb") as part:
        part.write(bytes(CAME))
    t.keeps("theirs.bin.part")
    told = lines(t.get(file.url), "note")["theirs.bin"]
    expect(told.startswith("theirs.bin.part is left alone: ") and "--adopt" in told, told)
    expect_equal(os.path.getsize(t.path("theirs.bin.part")), CAME, "the size of what they have")
    t.expect_file("theirs.bin", file)
    # Where --adopt would not help it is not named.
    os.symlink("elsewhere", t.path("link.bin.part"))
    t.keeps("link.bin.part")
    told = lines(t.get(t.file("link.bin", SIZE).url), "note")["link.bin"]
    expect_equal(told, "link.bin.part is left alone: it is no plain file of yours", "of a link")


@case
def the_second_haul_on_a_file_is_told(t):
    slow = t.file("both.bin", SIZE, stall=CAME, faults=1)
    first = t.start("get", "-q", "-d", t.dir, slow.url)
    until("it has the name", lambda: "both.bin.part" in t.names())
    other = t.file("other/both.bin", SIZE)
    told = lines(t.get(other.url), "note")
    expect_equal(told, {"both.bin": "both.bin is being fetched already: "
                                    "this one is going to be both (1).bin"}, "rename")
    t.expect_file("both (1).bin", other)
    told = lines(t.get("--if-exists", "skip", other.url), "done")
    expect("is being fetched already" in told["both.bin"], f"skip: {told}")
    told = lines(t.get("--if-exists", "fail", other.url, status=5), "failed")
    expect("is being fetched already" in told["both.bin"], f"fail: {told}")
    told = lines(t.get("--if-exists", "overwrite", other.url), "note")
    expect_equal(told, {"both.bin": "both.bin is being fetched already: the last one to end stays"},
                 "overwrite")
    t.expect_file("both.bin", other)
    first.signal(signal.SIGINT)
    expect_equal(first.wait().status, 7, "the first one's status")
    t.keeps("both.bin.part", "both.bin.haul")


run()
