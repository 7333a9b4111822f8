"""Certificates of ours (--cert, --key, --key-pass): shown to the server they are for, to no other."""

import os
import subprocess

from harness import Origin, case, expect, expect_equal, need, run

PASS = "key-hunter2"


class Papers:
    """A certificate with its key, the key with a passphrase, both in one file; and a stranger's."""

    def __init__(self, t):
        openssl = need("openssl")

        def make(name, *more):
            subprocess.run([openssl, "req", "-x509", "-newkey", "ec", "-pkeyopt",
                            "ec_paramgen_curve:P-256", "-days", "2", "-subj", f"/CN={name}",
                            "-keyout", t.home + f"/{name}.key", "-out", t.home + f"/{name}.pem",
                            *more], check=True, capture_output=True)
            return t.home + f"/{name}.pem", t.home + f"/{name}.key"

        self.cert, self.key = make("client", "-nodes")
        self.stranger, self.stranger_key = make("stranger", "-nodes")
        self.locked = t.home + "/locked.key"
        subprocess.run([openssl, "ec", "-in", self.key, "-aes256", "-passout", "pass:" + PASS,
                        "-out", self.locked], check=True, capture_output=True)
        with open(self.cert, encoding="ascii") as cert, open(self.key, encoding="ascii") as key:
            self.both = t.write("both.pem", cert.read() + key.read())

    def origin(self, t, *more):
        origin = Origin("--clients", self.cert, *more)
        t.closers.append(origin.close)
        return origin


def get(t, origin, url, *words, status=0):
    return t.get("--retries", 0, "--cacert", origin.cert, *words, url, status=status)


@case
def a_server_that_demands_one_gets_it(t):
    papers = Papers(t)
    origin = papers.origin(t, "--demand")
    ways = (["--cert", papers.cert, "--key", papers.key], ["--cert", papers.both],
            ["--cert", papers.cert, "--key", papers.locked, "--key-pass", PASS])
    for number, words in enumerate(ways):
        file = origin.file(f"{number}.bin", scheme="https")
        get(t, origin, file.url, *words)
        t.expect_file(f"{number}.bin", file)
        expect(origin.requests(f"{number}.bin")[0]["client"], "no certificate was shown")
    for wrong in ([], ["--cert", papers.stranger, "--key", papers.stranger_key]):
        result = get(t, origin, origin.url("closed.bin", scheme="https"), *wrong, status=3)
        expect(b"127.0.0.1" in result.err, f"the host is not named: {result}")
    expect_equal(origin.requests("closed.bin"), [], "requests")


@case
def a_large_file_in_parts_shows_it_on_each_connection(t):
    papers = Papers(t)
    origin = papers.origin(t, "--demand")
    file = origin.file("big.bin", 20 << 20, scheme="https")
    get(t, origin, file.url, "-x", 4, "--min-split", "2M", "--cert", papers.both)
    t.expect_file("big.bin", file)
    requests = origin.requests("big.bin")
    expect(len({entry["connection"] for entry in requests}) > 1, "one connection only")
    expect(all(entry["client"] for entry in requests), "a connection without it")


@case
def another_server_does_not_see_it(t):
    """Not after a redirect to another port or host, nor when it is of another item."""
    papers = Papers(t)
    origin = papers.origin(t)
    away = origin.file("away.bin", scheme="https", port=origin.other)
    named = origin.file("named.bin", scheme="https", host="localhost")
    words = ["--cert", papers.both]
    for file in (away, named):
        name = os.path.basename(file.url.partition("?")[0])
        get(t, origin, origin.url("from-" + name, scheme="https", redirect=file.url), *words)
        expect(origin.requests("from-" + name)[0]["client"], "the first server saw none")
        expect_equal([entry["client"] for entry in origin.requests(name)], [False], name)
    listed = ""
    for number in range(4):
        listed += origin.url(f"item{number}.bin", scheme="https") + "\n"
        if number % 2 == 0:
            listed += f"  cert={papers.both}\n"
    t.get("-j", 1, "--cacert", origin.cert, "-i", t.write("list", listed))
    expect_equal([origin.requests(f"item{number}.bin")[0]["client"] for number in range(4)],
                 [True, False, True, False], "items that showed it")


@case
def a_mirror_elsewhere_does_not_see_it(t):
    papers = Papers(t)
    origin = papers.origin(t)
    first = origin.file("mirrored.bin", 4 << 20, scheme="https", rate="1M", tick=20)
    second = origin.url("mirrored.bin", scheme="https", port=origin.other, size=4 << 20,
                        seed=first.seed)
    t.get("--cacert", origin.cert, "-x", 4, "--min-split", "256K", "-i",
          t.write("list", f"{first.url}\t{second}\n  cert={papers.both}\n"))
    seen = {(entry["port"], entry["client"]) for entry in origin.requests("mirrored.bin")}
    expect_equal(seen, {(origin.port, True), (origin.other, False)}, "who saw it")


@case
def what_can_not_be_used_is_said_and_asks_nobody_for_a_passphrase(t):
    papers = Papers(t)
    origin = papers.origin(t, "--demand")
    url = origin.url("none.bin", scheme="https")
    locked = ["--cert", papers.cert, "--key", papers.locked]
    for words in (locked, [*locked, "--key-pass", "wrong-hunter2"], ["--cert", papers.cert],
                  ["--cert", papers.cert, "--key", papers.stranger_key]):
        result = get(t, origin, url, *words, status=3)
        expect(b"--key" in result.err and b"hunter2" not in result.err, f"{result}")
    for words, named in ((["--cert", "/no/such.pem"], b"certificate /no/such.pem can't be read"),
                         (["--cert", papers.cert, "--key", "/no/key"], b"key /no/key can't be read"),
                         (["--key", papers.key], b"--key goes with --cert"),
                         (["--key-pass", "x"], b"--key-pass goes with --cert")):
        result = get(t, origin, url, *words, status=1)
        expect(named in result.err, f"{named}: {result}")
    expect_equal(origin.requests("none.bin"), [], "requests")


@case
def a_section_of_the_configuration_gives_it_to_its_host_only(t):
    papers = Papers(t)
    origin = papers.origin(t)
    host = f'[host "127.0.0.1"]\ncert = {papers.cert}\nkey = {papers.locked}\nkey-pass = {PASS}\n'
    config = t.write("haul.conf", f"cacert = {origin.cert}\n{host}")
    os.chmod(config, 0o600)
    t.get("--config", config, origin.url("here.bin", scheme="https"),
          origin.url("there.bin", scheme="https", host="localhost"))
    expect_equal([origin.requests(name)[0]["client"] for name in ("here.bin", "there.bin")],
                 [True, False], "who saw it")
    bad = t.write("bad.conf", f"cert = {papers.both}\n")
    result = t.get("--config", bad, origin.url("bad.bin", scheme="https"), status=1)
    expect(b"[host" in result.err, f"the reason is not named: {result}")


@case
def the_queue_keeps_it_and_shows_no_passphrase(t):
    papers = Papers(t)
    origin = papers.origin(t, "--demand")
    file = origin.file("kept.bin", scheme="https")
    work, t.work = t.work, t.home
    (number,) = t.add("--cacert", origin.cert, "--cert", "client.pem", "--key", "locked.key",
                      "--key-pass", PASS, "--start-at", "+1h", file.url)
    t.work = work
    for words in (["list", "--json"], ["show", number], ["show", "--json", number]):
        expect(b"hunter2" not in t.ok(*words).out, f"the passphrase is in {words}")
    t.stop()
    t.ok("change", number, "--start-at", "now")
    t.ok("wait", number)
    t.expect_file("kept.bin", file)


run()
