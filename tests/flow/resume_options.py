"""The options that decide what a partial may be continued with: --trust-size, --no-resume and
--allow-unclean-end. Each with what it permits and what it does not."""

import json
import os
import signal

from harness import case, expect, expect_equal, header, plant_partial, recorded, run, until

SIZE = 900_000
SLOW = {"gate": 500_000}  # until killed() opens it
MUTE = {"etag": "none", "modified": "none"}  # no proof of anything but the size


def killed(t, file, *options):
    """Gets FILE until a record tells of some bytes, then kills it."""
    name = os.path.basename(file.url.split("?")[0])
    record = t.path(name + ".haul")
    running = t.start("get", "-q", "-d", t.dir, *options, file.url)
    until("bytes are recorded", lambda: recorded(record) >= 100_000)
    running.signal(signal.SIGKILL)
    running.wait()
    t.origin.open(name)


def asked_range(t, file):
    """The Range of the newest request for FILE."""
    return header(t.origin.requests(file.url.split("/")[3].split("?")[0])[-1], "Range")


@case
def an_equal_size_is_enough_with_trust_size(t):
    file = t.file("mute.bin", SIZE, **MUTE, **SLOW)
    killed(t, file)
    t.get("--trust-size", file.url)
    expect(asked_range(t, file), "it was fetched from the start")
    expect_equal(header(t.origin.requests("mute.bin")[-1], "If-Range"), None, "If-Range")
    t.expect_names("mute.bin")
    t.expect_file("mute.bin", file)


@case
def another_size_is_not(t):
    file = t.file("grown.bin", SIZE, **MUTE)
    plant_partial(t, "grown.bin", file.url, SIZE + 1, file.data()[:500_000])
    t.get("--trust-size", file.url)
    expect_equal([bool(header(one, "Range")) for one in t.origin.requests("grown.bin")],
                 [True, False], "requests with a Range")
    t.expect_names("grown.bin")
    t.expect_file("grown.bin", file)


@case
def nor_is_an_equal_size_with_another_validator(t):
    file = t.file("other.bin", SIZE, change_after=1, change="validators", etag="weak", **SLOW)
    killed(t, file)
    t.get("--trust-size", file.url)
    expect_equal(asked_range(t, file), None, "Range of the last request")
    t.expect_file("other.bin", file)


@case
def a_weak_etag_that_is_the_same_needs_the_users_word(t):
    for options, resumes in (((), False), (("--trust-size",), True)):
        file = t.file(f"weak{resumes}.bin", SIZE, etag="weak", modified="none", **SLOW)
        killed(t, file)
        t.get(*options, file.url)
        expect_equal(asked_range(t, file) is not None, resumes, f"resumed with {options}")
        t.expect_file(f"weak{resumes}.bin", file)


@case
def no_resume_drops_what_an_earlier_run_left(t):
    file = t.file("anew.bin", SIZE, **SLOW)
    killed(t, file)
    t.get("--no-resume", file.url)
    expect(all(header(one, "Range") is None for one in t.origin.requests("anew.bin")),
           "a part was asked for")
    t.expect_names("anew.bin")
    t.expect_file("anew.bin", file)


@case
def no_resume_leaves_the_partials_of_others_alone(t):
    with open(t.path("mine.bin.part"), "wb") as stranger:
        stranger.write(b"x" * 1000)
    t.keeps("mine.bin.part")
    file = t.file("mine.bin", SIZE)
    t.get("--no-resume", file.url)
    t.expect_names("mine.bin", "mine.bin.part")
    t.expect_file("mine.bin", file)
    expect_equal(os.path.getsize(t.path("mine.bin.part")), 1000, "size of the stranger")


@case
def no_resume_goes_on_with_its_own_bytes(t):
    file = t.file("own.bin", 4_000_000, close=3_000_000, faults=1)
    t.get("--no-resume", "--retry-wait", 0, file.url)
    expect(asked_range(t, file), "a broken connection cost all bytes")
    t.expect_file("own.bin", file)


@case
def an_unclean_end_needs_the_users_word(t):
    script = {"scheme": "https", "size": SIZE, "length": "none", "truncate": 1}
    link = t.origin.url("cut.bin", seed=5, **script)
    cert = ("--cacert", t.origin.cert)
    result = t.get(*cert, "--retries", 0, link, status=6)
    expect(b"--allow-unclean-end" in result.err, f"the way out is not named: {result}")
    t.keeps("cut.bin.part", "cut.bin.haul")
    expect("cut.bin" not in t.names(), "an uncertain file has its name")
    result = t.haul("get", "-d", t.dir, *cert, "--progress", "json", "--allow-unclean-end", link)
    expect_equal(result.status, 0, "status")
    (done,) = [line for line in map(json.loads, result.err.splitlines())
               if line.get("event") == "done"]
    expect("its end is not certain" in str(done), f"nothing is said of it: {done}")
    expect_equal(os.path.getsize(t.path("cut.bin")), SIZE, "size")


@case
def a_clean_end_is_not_called_unclean(t):
    link = t.origin.url("clean.bin", seed=6, scheme="https", size=SIZE, length="none")
    result = t.haul("get", "-d", t.dir, "--cacert", t.origin.cert, "--progress", "json",
                    "--allow-unclean-end", link)
    expect_equal(result.status, 0, "status")
    expect(b"not certain" not in result.err, f"{result}")


run()
