"""https: trusted when the user says so, refused otherwise."""

from harness import Origin, case, expect, run


@case
def a_trusted_authority_is_enough(t):
    files = {f"{i}.bin": t.origin.file(f"{i}.bin", 500_000, scheme="https") for i in range(8)}
    t.get("--cacert", t.origin.cert, *[file.url for file in files.values()])
    for name, file in files.items():
        t.expect_file(name, file)


@case
def an_unknown_authority_is_refused_and_not_retried(t):
    result = t.get("--retry-wait", 0, t.origin.url("a.bin", scheme="https"), status=3)
    expect(b"ertificate" in result.err, f"the reason is not named: {result}")
    expect(not t.origin.requests("a.bin"), "a request was sent")


@case
def another_host_name_is_refused(t):
    other = Origin("--names", "DNS:other.test")
    t.closers.append(other.close)
    result = t.get("--retries", 0, "--cacert", other.cert, other.url("a.bin", scheme="https"),
                   status=3)
    expect(b"can't prove who it is" in result.err, f"the reason is not named: {result}")


@case
def insecure_takes_anything(t):
    file = t.origin.file("a.bin", scheme="https")
    t.get("--insecure", file.url)
    t.expect_file("a.bin", file)


@case
def an_authority_file_that_is_not_there_is_said(t):
    result = t.haul("get", "-d", t.dir, "--retries", 0, "--cacert", t.home + "/none.pem",
                    t.origin.url("a.bin", scheme="https"))
    expect(result.status in (1, 3, 5), f"an odd status: {result}")
    expect(b"none.pem" in result.err, f"the file is not named: {result}")


@case
def a_proper_end_over_tls_is_an_end(t):
    file = t.origin.file("a.bin", 100_000, scheme="https", length="none")
    t.get("--cacert", t.origin.cert, file.url)
    t.expect_file("a.bin", file)


@case
def a_connection_outlives_the_one_that_watched_its_end(t):
    empty = [t.origin.url(f"{i}.bin", scheme="https", status=204) for i in range(3)]
    file = t.origin.file("a.bin", scheme="https", keep=0)
    t.get("-j", 1, "--retries", 0, "--cacert", t.origin.cert, *empty, file.url, status=3)
    t.expect_file("a.bin", file)


@case
def many_short_ones_arrive(t):
    files = {f"{i}.bin": t.origin.file(f"{i}.bin", 2000, scheme="https") for i in range(300)}
    listed = t.write("list.txt", "".join(file.url + "\n" for file in files.values()))
    t.get("-j", 16, "--cacert", t.origin.cert, "-i", listed)
    for name, file in files.items():
        t.expect_file(name, file)


run()
