"""Which addresses are connected to: of one kind only (-4, -6), or the one that is given for a name
(--resolve), which holds for the item that it was given with and for nobody else."""

import socket

from harness import Origin, Skip, case, expect, expect_equal, run


def both_kinds(t):
    """An origin at 127.0.0.1 and at ::1, on one port."""
    try:
        with socket.socket(socket.AF_INET6) as sock:
            sock.bind(("::1", 0))
    except OSError:
        raise Skip("this machine has no ::1") from None
    origin = Origin("--six")
    t.closers.append(origin.close)
    return origin


@case
def one_kind_of_address_is_asked_for(t):
    origin = both_kinds(t)
    for word, six in (("-4", False), ("-6", True), ("--ipv4", False), ("--ipv6", True)):
        file = origin.file(f"kind{word}.bin", host="localhost")
        t.get(word, file.url)
        t.expect_file(f"kind{word}.bin", file)
        expect_equal([entry["six"] for entry in origin.requests(f"kind{word}.bin")], [six], word)


@case
def the_other_kind_is_not_fallen_back_to(t):
    for word, host, kind in (("-6", "127.0.0.1", "IPv6"), ("-4", "[::1]", "IPv4")):
        result = t.get(word, "--retries", 0, t.origin.url("other.bin", host=host), status=3)
        expect(host.strip("[]").encode() in result.err, f"the host is not named: {result}")
    expect_equal(t.origin.requests("other.bin"), [], "requests")


@case
def a_name_that_is_known_by_one_kind_is_asked_for_anew_by_the_other(t):
    """One process, one name: neither an idle connection nor a kept name makes them the same."""
    origin = both_kinds(t)
    listed = ""
    for number, kind in enumerate(("ipv4", "ipv6", "ipv4", "ipv6")):
        listed += origin.url(f"{number}.bin", host="localhost") + f"\n  {kind}=true\n"
    t.get("-j", 1, "-i", t.write("list", listed))
    expect_equal([origin.requests(f"{number}.bin")[0]["six"] for number in range(4)],
                 [False, True, False, True], "at ::1")


@case
def of_both_the_later_one_counts(t):
    origin = both_kinds(t)
    config = t.write("haul.conf", "ipv4 = true\n")
    url = origin.url("later.bin", host="localhost")
    t.get("--config", config, url)
    t.get("--config", config, "-6", url)
    t.get("-6", "-4", url)
    t.get("--config", config, "-i", t.write("list", url + "\n  ipv6=true\n"))
    expect_equal([entry["six"] for entry in origin.requests("later.bin")],
                 [False, True, False, True], "at ::1")


@case
def a_name_that_does_not_exist_is_found(t):
    """One after the other: a handle that served one of them serves the next."""
    file, later = (t.file(name, host="no-such-host.invalid") for name in ("there.bin", "later.bin"))
    rule = f"no-such-host.invalid:{t.origin.port}:127.0.0.1"
    t.get("-j", 1, "--retries", 0, "--resolve", rule, file.url, later.url)
    t.expect_file("there.bin", file)
    t.expect_file("later.bin", later)
    (request,) = t.origin.requests("there.bin")
    expect_equal(dict(request["headers"])["Host"], f"no-such-host.invalid:{t.origin.port}", "Host")


@case
def the_certificate_is_of_the_name(t):
    """That the address is given makes nobody trust who is there."""
    for host, status in (("files.test", 0), ("stranger.test", 3)):
        url = t.origin.url(f"{host}.bin", scheme="https", host=host)
        t.get("--retries", 0, "--cacert", t.origin.cert, "--resolve",
              f"{host}:{t.origin.port}:127.0.0.1", url, status=status)
        expect_equal(len(t.origin.requests(f"{host}.bin")), status == 0, f"requests at {host}")


@case
def it_is_for_that_port_only_and_the_last_one_counts(t):
    host, port, other = "here.invalid", t.origin.port, t.origin.other
    t.get("--retries", 0, "--resolve", f"{host}:{other}:127.0.0.1",
          t.origin.url("port.bin", host=host), status=3)
    t.get("--retries", 0, "--resolve", f"{host}:{port}:127.255.255.254", "--resolve",
          f"{host}:{port}:127.0.0.1", t.origin.url("last.bin", host=host))
    expect_equal(t.origin.requests("port.bin"), [], "requests")


@case
def addresses_of_ipv6_are_taken_with_and_without_brackets(t):
    origin = both_kinds(t)
    for number, address in enumerate(("::1", "[::1]")):
        t.get("--retries", 0, "--resolve", f"six.invalid:{origin.port}:{address}",
              origin.url(f"six{number}.bin", host="six.invalid"))
        expect(origin.requests(f"six{number}.bin")[0]["six"], "it was not at ::1")


@case
def other_items_do_not_find_it(t):
    """Neither by the name nor by a connection that is still open, one after the other in a process."""
    host = "only-mine.invalid"
    listed = ""
    for number in range(4):
        listed += t.origin.url(f"mine{number}.bin", host=host) + "\n"
        if number % 2 == 0:
            listed += f"  resolve={host}:{t.origin.port}:127.0.0.1\n"
    t.get("-j", 1, "--retries", 0, "-i", t.write("list", listed), status=3)
    expect_equal([len(t.origin.requests(f"mine{number}.bin")) for number in range(4)],
                 [1, 0, 1, 0], "requests")


@case
def a_redirect_finds_it_too_and_a_queue_keeps_it(t):
    file = t.file("end.bin", host="target.invalid")
    (number,) = t.add("--retries", 0, "--resolve", f"target.invalid:{t.origin.port}:127.0.0.1",
                      "-4", "--start-at", "+1h", t.origin.url("start", redirect=file.url))
    t.stop()
    shown = t.ok("show", "--json", number).json()
    expect_equal(t.origin.requests("end.bin"), [], "requests")
    t.ok("change", number, "--start-at", "now")
    t.ok("wait", number)
    t.expect_file("end.bin", file)
    expect(shown, "nothing is shown")


@case
def what_is_no_address_is_refused(t):
    for wrong in ("", "x", "x:80", "x:80:", ":80:127.0.0.1", "x:0:127.0.0.1", "x:65536:127.0.0.1",
                  "x:80:name.example", "x:80:127.0.0.1,127.0.0.2", "x:80:[::1", "x:y:127.0.0.1",
                  "+x:80:127.0.0.1:1", "[::1:80:127.0.0.1", "a b:80:127.0.0.1", "x:80:1.2.3"):
        result = t.get("--resolve", wrong, t.file("refused.bin").url, status=1)
        expect(b"HOST:PORT:ADDRESS" in result.err, f"{wrong!r}: {result}")
    expect_equal(t.origin.requests("refused.bin"), [], "requests")


run()
