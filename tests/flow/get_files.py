"""A file that is offered soundly arrives byte-equal, whatever its size and framing."""

import os

from harness import case, expect, expect_equal, header, run


@case
def sizes_around_the_borders_of_blocks_arrive(t):
    sizes = [0, 1, 2, 16383, 16384, 16385, 65535, 65536, 65537, 262143, 262144, 262145, 5_000_000]
    files = {f"s{size}.bin": t.file(f"s{size}.bin", size) for size in sizes}
    t.get(*[file.url for file in files.values()])
    t.expect_names(*files)
    for name, file in files.items():
        t.expect_file(name, file)


@case
def chunked_and_closed_bodies_arrive(t):
    files = {
        "chunked.bin": t.file("chunked.bin", 300_000, chunked=1, chunk_size=777),
        "trailer.bin": t.file("trailer.bin", 70_000, chunked="trailer"),
        "empty.bin": t.file("empty.bin", 0, chunked=1),
        "closed.bin": t.file("closed.bin", 300_000, length="none"),
        "nokeep.bin": t.file("nokeep.bin", 300_000, keep=0),
    }
    t.get(*[file.url for file in files.values()])
    t.expect_names(*files)
    for name, file in files.items():
        t.expect_file(name, file)


@case
def interim_answers_are_passed_over(t):
    file = t.file("hints.bin", interim=3)
    t.get(file.url)
    t.expect_file("hints.bin", file)


@case
def an_encoding_that_was_not_asked_for_is_stored_as_it_came(t):
    file = t.file("page.tar", 10_000, encoding="gzip")
    t.get(file.url)
    t.expect_file("page.tar", file)
    asked = header(t.origin.requests("page.tar")[0], "Accept-Encoding")
    expect(asked in (None, "identity"), f"asked for {asked}")


@case
def the_file_has_the_servers_time(t):
    file = t.file("dated.bin", modified=1_600_000_000)
    t.get(file.url)
    expect_equal(int(os.stat(t.path("dated.bin")).st_mtime), 1_600_000_000, "mtime")


@case
def a_slow_trickle_arrives(t):
    file = t.file("slow.bin", 40, rate=40, tick=50)
    t.get(file.url)
    t.expect_file("slow.bin", file)


@case
def a_pause_in_the_body_is_waited_for(t):
    file = t.file("pause.bin", 200_000, stall=100_000, stall_ms=300)
    t.get(file.url)
    t.expect_file("pause.bin", file)


@case
def the_request_says_what_the_user_said(t):
    file = t.file("asked.bin", require="X-Token: abc")
    t.get("-A", "tester/1", "-e", "http://page.test/", "-H", "X-Token: abc", file.url)
    request = t.origin.requests("asked.bin")[0]
    expect_equal(header(request, "User-Agent"), "tester/1", "User-Agent")
    expect_equal(header(request, "Referer"), "http://page.test/", "Referer")
    expect_equal(header(request, "X-Token"), "abc", "X-Token")


@case
def logins_are_used(t):
    basic = t.file("basic.bin", auth="basic", user="me:secret")
    digest = t.file("digest.bin", auth="digest", user="me:secret", delay=1500)
    t.get("-u", "me:secret", basic.url, digest.url)
    t.expect_file("basic.bin", basic)
    t.expect_file("digest.bin", digest)
    file = t.file("inside.bin", auth="basic", user="me:secret")
    t.get(file.url.replace("http://", "http://me:secret@"))
    t.expect_file("inside.bin", file)


@case
def parallel_items_share_the_work(t):
    files = {f"p{i}.bin": t.file(f"p{i}.bin", 30_000 + i) for i in range(100)}
    t.get("-j", 16, *[file.url for file in files.values()])
    t.expect_names(*files)
    for name, file in files.items():
        t.expect_file(name, file)
    expect(t.origin.stats()["peak_open"] <= 32, "more connections than 16 jobs need")


@case
def no_more_items_run_than_jobs_allow(t):
    files = [t.file(f"j{i}.bin", 2_000, max=3, key="jobs", rate=20_000) for i in range(12)]
    t.get("-j", 3, "--retries", 0, *[file.url for file in files])


@case
def the_working_directory_is_used_without_a_folder(t):
    file = t.file("here.bin")
    t.work = t.dir
    t.ok("get", "-q", file.url)
    t.expect_file("here.bin", file)


run()
