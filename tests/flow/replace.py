"""`haul daemon --replace`: the next daemon takes the place of the one that runs, and nothing is lost
on the way: not an item, not a byte, not a client; and when it can't, the old one goes on."""

import array
import json
import os
import socket
import sqlite3

from harness import DEADLINE, case, command_line, expect, expect_equal, recorded, run, until
from control_socket import Client


def replace(t, **options):
    """Replaces the daemon; returns the pids of both."""
    before = t.daemon()
    result = t.ok("daemon", "--replace", **options)
    expect(b"now" in result.out, str(result))
    until("the old one is gone", lambda: before not in t.daemons())
    after = t.daemon()
    expect(before != after, "it is the same process")
    return before, after


@case
def a_segmented_transfer_goes_on_with_its_bytes(t):
    size = 24 << 20
    before = t.origin.stats()["bytes"]
    big = t.file("big.bin", size, rate=3_000_000, tick=20, gate=size // 2)
    more = [t.file(f"{i}.bin", 30_000) for i in range(5)]
    t.ok("set", "--jobs", 1)
    numbers = t.add("-x", 4, "--min-split", "1M", big)
    numbers += t.add(*more)
    waiting = t.start("wait")
    record = t.path("big.bin.haul")
    until("half is here", lambda: recorded(record) > size // 3)
    connections = [span for span in t.ok("show", "--json", numbers[0]).json()["spans"]
                   if span["active"]]
    expect(len(connections) > 1, "only one connection")
    expect(waiting.alive(), f"wait is over: {waiting.err()}")
    replace(t)
    here = recorded(record)
    expect(here > size // 3, f"{here} bytes after the change")
    expect_equal(list(t.items()), numbers, "items in order")
    t.origin.open("big.bin")
    expect_equal(waiting.wait().status, 0, "status of the wait that was begun before")
    t.expect_file("big.bin", big)
    for i, file in enumerate(more):
        t.expect_file(f"{i}.bin", file)
    again = t.origin.stats()["bytes"] - before - size - 5 * 30_000
    expect(again < 4 << 20, f"{again} bytes were fetched again")
    expect_equal([item["state"] for item in t.items().values()], ["done"] * 6, "states")


@case
def who_connects_meanwhile_waits_and_is_served(t):
    files = [t.file(f"{i}.bin") for i in range(12)]
    t.ok("set", "--jobs", 2)
    before = t.daemon()
    for _ in range(3):
        change = t.start("daemon", "--replace")
        asks = [t.start("add", "--json", "-d", t.dir, files.pop()) for _ in range(4)]
        for one in (change, *asks):
            result = one.wait()
            expect_equal(result.status, 0, str(result))
    expect(t.daemon() != before, "the first one is still there")
    t.ok("wait")
    expect_equal(len(t.items()), 12, "items")
    expect_equal(sorted(t.names()), sorted(f"{i}.bin" for i in range(12)), "files")


@case
def clients_are_told(t):
    t.keeps("slow.bin.part", "slow.bin.haul")
    (number,) = t.add(t.file("slow.bin", 5_000_000, rate=50_000, tick=20))
    watcher, waiter = Client(t), Client(t)
    watcher.call("watch", rows=5)
    waiter.send({"jsonrpc": "2.0", "id": 9, "method": "wait", "params": {"ids": [number]}})
    waiter.call("settings")
    replace(t)
    told = list(iter(watcher.line, None))
    expect_equal(told[-1]["method"], "replaced", "the last that a watcher hears")
    told = list(iter(waiter.line, None))
    expect_equal([message.get("id") or message["method"] for message in told], [9, "replaced"],
                 "what one that waits hears")
    expect_equal(told[0]["error"]["data"], {"name": "replaced", "retryable": True}, "the answer")
    watcher.close()
    waiter.close()


def ask(t):
    """A younger daemon, as far as its first request; returns the connection."""
    talk = socket.socket(socket.AF_UNIX)
    talk.settimeout(DEADLINE)
    talk.connect(t.socket_path())
    talk.sendall(b'{"jsonrpc":"2.0","id":5,"method":"replace","params":{"version":"9.9"}}\n')
    return talk


def receive(talk):
    """The answer and the descriptors that come with it."""
    fds = array.array("i")
    text, parts, _, _ = talk.recvmsg(4096, socket.CMSG_SPACE(8 * fds.itemsize))
    for level, kind, data in parts:
        expect_equal((level, kind), (socket.SOL_SOCKET, socket.SCM_RIGHTS), "what came")
        fds.frombytes(data)
    return json.loads(text), list(fds)


@case
def who_took_the_door_and_ended_gives_it_back(t):
    """The next daemon dies between two steps: clients that came meanwhile are served all the same."""
    t.keeps("slow.bin.part", "slow.bin.haul")
    (number,) = t.add(t.file("slow.bin", 20_000_000, rate=200_000, tick=20))
    record = t.path("slow.bin.haul")
    until("bytes are here", lambda: recorded(record) > 0)
    pid = t.daemon()
    talk = ask(t)
    answer, fds = receive(talk)
    expect_equal((answer["id"], answer["result"]["pid"], answer["result"]["held"]),
                 (5, pid, False), "the answer")
    expect_equal(len(fds), 2, "descriptors")
    here = recorded(record)
    meanwhile = t.start("list", "--json")
    waits = t.start("wait", number)
    door = socket.socket(fileno=fds[0])
    until("they have connected", lambda: len(open("/proc/net/unix").read().split(
        t.socket_path())) >= 3)
    door.close()
    os.close(fds[1])
    talk.close()
    result = meanwhile.wait()
    expect_equal(result.json()["items"][0]["id"], number, str(result))
    expect_equal(t.daemon(), pid, "the daemon")
    until("it goes on", lambda: recorded(record) > here)
    expect(waits.alive(), f"the wait is over: {waits.err()}")
    t.ok("cancel", number)
    expect_equal(waits.wait().status, 7, "status of the wait")


@case
def a_next_daemon_that_can_not_run_changes_nothing(t):
    """Its queue is of a still newer haul, which it finds out only when it has the door."""
    t.keeps("slow.bin.part", "slow.bin.haul")
    t.add(t.file("slow.bin", 20_000_000, rate=200_000, tick=20))
    record = t.path("slow.bin.haul")
    until("bytes are here", lambda: recorded(record) > 0)
    pid = t.daemon()
    elsewhere = t.folder("elsewhere")
    os.makedirs(os.path.join(elsewhere, "haul", t.session))
    with sqlite3.connect(os.path.join(elsewhere, "haul", t.session, "queue.db")) as db:
        db.execute("PRAGMA user_version = 99999")
    result = t.haul("daemon", "--replace", env={"XDG_STATE_HOME": elsewhere})
    expect_equal(result.status, 1, str(result))
    expect(b"newer" in result.err and b"goes on" in result.err, str(result))
    here = recorded(record)
    until("the old one goes on", lambda: recorded(record) > here)
    expect_equal(t.daemon(), pid, "the daemon")
    replace(t)
    until("the next one too", lambda: recorded(record) > here + 1_000_000)


@case
def a_broken_configuration_is_found_before_anybody_is_disturbed(t):
    t.ok("set", "--jobs", 2)
    client = Client(t)
    result = t.haul("daemon", "--replace", "--config", t.write("broken.conf", "jops = 3\n"))
    expect_equal(result.status, 1, str(result))
    expect(b"jops" in result.err, str(result))
    client.call("settings")
    client.close()


@case
def without_one_that_runs_it_is_a_start(t):
    result = t.ok("daemon", "--replace")
    expect(t.session.encode() in result.out, str(result))
    pid = t.daemon()
    expect_equal(os.getsid(pid), pid, "its session")
    expect_equal(os.readlink(f"/proc/{pid}/cwd"), "/", "its folder")
    for name in "012":
        expect_equal(os.readlink(f"/proc/{pid}/fd/{name}"), "/dev/null", f"descriptor {name}")
    expect("--replace" in command_line(pid), command_line(pid))


@case
def a_queue_at_rest_stays_at_rest(t):
    t.keeps("slow.bin.part", "slow.bin.haul")
    (number,) = t.add(t.file("slow.bin", 5_000_000, rate=50_000, tick=20))
    until("it runs", lambda: t.items()[number]["state"] == "active")
    t.stop()
    asked = len(t.origin.requests("slow.bin"))
    t.ok("list")
    replace(t)
    expect_equal(t.items()[number]["state"], "queued", "state")
    expect_equal(len(t.origin.requests("slow.bin")), asked, "requests")


@case
def an_older_daemon_that_can_not_hand_over_is_told_apart(t):
    path = t.socket_path()
    os.makedirs(os.path.dirname(path), mode=0o700)
    door = socket.socket(socket.AF_UNIX)
    door.bind(path)
    door.listen(1)
    t.keeps(os.path.basename(path))
    change = t.start("daemon", "--replace")
    peer, _ = door.accept()
    peer.recv(4096)
    peer.sendall(b'{"jsonrpc":"2.0","id":1,"error":{"code":-32000,"message":"the first call must be '
                 b'\\"hello\\"","data":{"name":"rpc","retryable":false}}}\n')
    result = change.wait()
    expect_equal(result.status, 1, str(result))
    expect(b"older haul that can't hand over" in result.err and b"haul stop" in result.err,
           str(result))
    peer.close()
    door.close()


@case
def only_a_first_request_may_ask_for_the_door(t):
    t.ok("set", "--jobs", 2)
    client = Client(t)
    expect("error" in client.ask("replace"), "a client that said hello got the door")
    client.call("settings")
    client.close()


run()
