"""What haul does not do: ask twice, spin, leak, hold on, ask the wrong way."""

import os

from harness import case, expect, expect_equal, header, run, until
from control_socket import Client

CLOCK = os.sysconf("SC_CLK_TCK")


def cpu_seconds(pid):
    with open(f"/proc/{pid}/stat", "rb") as file:
        fields = file.read().rpartition(b")")[2].split()
    return (int(fields[11]) + int(fields[12])) / CLOCK


def descriptors(pid):
    """What the process has open: paths, and "socket:[…]" and the like. What it closes while it is
    looked at is left out."""
    folder, found = f"/proc/{pid}/fd", []
    for name in os.listdir(folder):
        try:
            found.append(os.readlink(os.path.join(folder, name)))
        except FileNotFoundError:
            continue
    return found


@case
def one_request_for_one_file(t):
    files = [t.file(f"{i}.bin", 100_000) for i in range(20)]
    t.get(*[file.url for file in files])
    for i in range(20):
        (request,) = t.origin.requests(f"{i}.bin")
        expect_equal(request["method"], "GET", "method")
        expect_equal(header(request, "Range"), None, "Range of a first request")
        expect_equal(header(request, "Cookie"), None, "Cookie")


@case
def connections_are_used_again(t):
    files = [t.file(f"{i}.bin", 2000) for i in range(200)]
    before = t.origin.stats()["connections"]
    t.get("-j", 4, *[file.url for file in files])
    made = t.origin.stats()["connections"] - before - 1
    expect(made <= 12, f"{made} connections for 4 jobs")


@case
def waiting_costs_no_time(t):
    """While many transfers stand still, the processor rests; a paced one tells when to look."""
    still = [t.file(f"still{i}.bin", 9000, stall=5000, etag="none") for i in range(100)]
    clock = t.file("clock.bin", 30, rate=10)
    for i in range(100):
        t.keeps(f"still{i}.bin.part", f"still{i}.bin.haul")
    ids = t.add("-j", 200, "--per-host", 0, "--stall-timeout", 0, *[file.url for file in still])
    until("all stand still", lambda: t.origin.stats()["active"] == 100)
    pid = t.daemon()
    begin = cpu_seconds(pid)
    (number,) = t.add(clock.url)
    t.ok("wait", number)
    spent = cpu_seconds(pid) - begin
    expect(spent < 1.5, f"{spent} s of processor time in about 3 s of waiting")
    t.ok("remove", *ids)


@case
def connections_that_end_between_requests_cost_nothing(t):
    """A server may close a connection that it said to keep: nothing fails, nothing spins, and the
    next request takes another one. The clock is at another server, so nobody looks at them."""
    ended = [t.file(f"e{i}.bin", 4096, close=4096) for i in range(40)]
    clock = t.origin.url("clock.bin", port=t.origin.other, size=30, rate=10)
    t.add("-j", 4, "--retries", 0, *[file.url for file in ended])
    t.ok("wait")
    pid = t.daemon()
    begin = cpu_seconds(pid)
    (number,) = t.add(clock)
    t.ok("wait", number)
    spent = cpu_seconds(pid) - begin
    expect(spent < 1.5, f"{spent} s of processor time in about 3 s beside closed connections")
    for i, file in enumerate(ended):
        t.expect_file(f"e{i}.bin", file)


@case
def waiting_for_a_host_costs_no_time(t):
    """Three hundred items of a host that rests, and nothing else to do."""
    first = t.add(t.file("first.bin", status=429, retry_after=200, faults=1).url)
    until("it is told to wait", lambda: t.items()[first[0]]["state"] == "waiting")
    t.add(*[t.file(f"later{i}.bin").url for i in range(300)])
    until("all are looked at", lambda: all("backing off" in item["note"]
                                           for item in list(t.items().values())[1:]))
    pid = t.daemon()
    begin = cpu_seconds(pid)
    t.get(t.file("clock.bin", 30, rate=10).url)  # in a process of its own: three seconds
    spent = cpu_seconds(pid) - begin
    expect(spent < 0.3, f"{spent} s of processor time in about 3 s of waiting")
    t.ok("remove", "all")


@case
def descriptors_are_given_back(t):
    for batch in range(4):
        t.add("--retries", 0, *[t.file(f"b{batch}-{i}.bin").url for i in range(50)],
              t.origin.url("gone", status=404), t.origin.url("cut", length=9999))
        t.haul("wait")
    pid = t.daemon()
    t.keeps(*[name for name in t.names() if name.startswith("cut")])
    until("files are closed",
          lambda: not [one for one in descriptors(pid) if one.startswith(t.dir + "/")])
    sockets = sum(one.startswith("socket:") for one in descriptors(pid))
    expect(sockets <= 20, f"{sockets} sockets are open after 200 files with 8 jobs")


@case
def no_process_is_left_by_get(t):
    t.get(t.file("a.bin").url)
    expect_equal(t.daemons(), [], "processes")


@case
def the_daemon_leaves_when_there_is_nothing_to_do(t):
    t.env["HAUL_GRACE_SECONDS"] = "1"
    file = t.file("a.bin", 50_000, rate=100_000, tick=20)
    t.add(file.url)
    until("it ends by itself", lambda: not t.daemons())
    t.expect_file("a.bin", file)
    expect(not os.path.exists(t.socket_path()), "the socket is left")


@case
def who_connects_and_says_nothing_does_not_keep_the_daemon(t):
    t.env["HAUL_GRACE_SECONDS"] = "1"
    t.add(t.file("a.bin", 150_000, gate=100_000).url)
    silent = Client(t, greet=False)
    t.origin.open("a.bin")
    until("it ends by itself", lambda: not t.daemons())
    silent.close()
    expect_equal(t.names(), ["a.bin"], "files")


@case
def who_is_sent_away_and_stays_is_not_kept_for_ever(t):
    t.add(t.file("a.bin").url)
    pid = t.daemon()
    refused = []
    for _ in range(400):
        refused.append(Client(t, greet=False))
        refused[-1].send(b"nonsense\n")
        expect("error" in refused[-1].line(), "nonsense is answered")
    sockets = sum(one.startswith("socket:") for one in descriptors(pid))
    expect(sockets <= 300, f"{sockets} sockets are open")
    for one in refused:
        one.close()


@case
def a_bare_environment_is_enough(t):
    file = t.file("a.bin")
    whole = t.env
    t.env = {key: value for key, value in whole.items()
             if key.startswith(("ASAN", "UBSAN", "LSAN", "HAUL_TEST"))}
    t.get(file.url)
    t.env = whole
    t.expect_file("a.bin", file)


@case
def output_that_can_not_be_written_is_a_failure(t):
    t.add(t.file("a.bin").url)
    with open("/dev/full", "wb") as full:
        for arguments in (["list"], ["list", "--json"], ["help"], ["--version"], ["config"],
                          ["config", "--json"], ["doctor"], ["sessions"], ["hosts"], ["show", "1"]):
            result = t.into(full, *arguments)
            expect_equal((result.status, result.err),
                         (5, b"haul: can't write the answer: No space left on device\n"),
                         f"{arguments} into a full disk")


run()
