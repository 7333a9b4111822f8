"""A daemon whose socket was taken away, as a system does with the runtime folder of a user who has
logged out: the next client finds it again, and it is never there twice."""

import os
import shutil
import signal
import sqlite3

from harness import case, expect, expect_equal, run, stop, until
from control_socket import Client


def runtime(t):
    return os.path.dirname(t.socket_path())


def queue(t):
    return os.path.join(t.env["XDG_STATE_HOME"], "haul", t.session, "queue.db")


@case
def the_next_client_finds_it_again(t):
    file = t.file("a.bin", 300_000, rate=300_000, tick=20)
    (number,) = t.add(file.url)
    pid = t.daemon()
    old = Client(t)
    shutil.rmtree(runtime(t))
    expect_equal(list(t.items()), [number], "items")
    expect_equal(t.daemon(), pid, "the daemon")
    expect_equal(old.call("list")["items"][0]["id"], number, "who was there is served")
    old.close()
    t.ok("wait")
    t.expect_file("a.bin", file)
    expect_equal(os.stat(runtime(t)).st_mode & 0o777, 0o700, "the folder")
    expect_equal(os.stat(t.socket_path()).st_mode & 0o777, 0o600, "the socket")
    expect_equal(t.haul("daemon").status, 1, "a second one")
    t.stop()
    expect(not os.path.exists(t.socket_path()), "the socket is left")


@case
def a_socket_alone_is_made_again_too(t):
    (number,) = t.add(t.file("a.bin").url)
    pid = t.daemon()
    os.unlink(t.socket_path())
    expect_equal(list(t.items()), [number], "items")
    expect_equal(t.daemon(), pid, "the daemon")
    os.unlink(t.socket_path())
    os.kill(pid, signal.SIGHUP)  # as a person may
    until("it is there again", lambda: os.path.exists(t.socket_path()))
    expect_equal(list(t.items()), [number], "items")


@case
def many_clients_at_once_find_the_same(t):
    t.add(t.file("first.bin").url)
    pid = t.daemon()
    shutil.rmtree(runtime(t))
    runs = [t.start("add", "-d", t.dir, t.file(f"{i}.bin")) for i in range(5)]
    for one in runs:
        result = one.wait()
        expect_equal(result.status, 0, str(result))
    t.ok("wait")
    expect_equal(t.daemon(), pid, "the daemon")
    expect_equal(len(t.items()), 6, "items")


@case
def a_daemon_that_does_not_answer_is_told_of(t):
    t.hurry(20)
    t.add(t.file("a.bin").url)
    pid = t.daemon()
    shutil.rmtree(runtime(t))
    stop(pid)
    result = t.haul("list")
    os.kill(pid, signal.SIGCONT)
    expect_equal(result.status, 1, str(result))
    expect(f"process {pid} has the queue of session {t.session}".encode() in result.err and
           f"kill {pid}".encode() in result.err, str(result))
    until("it serves again", lambda: t.haul("list").status == 0)
    expect_equal(t.daemon(), pid, "the daemon")


@case
def who_only_looks_at_the_queue_is_sent_no_signal(t):
    """Another program may have the file open: it is named, and lives."""
    t.add(t.file("a.bin").url)
    t.stop()
    with sqlite3.connect(queue(t), isolation_level=None) as looker:
        looker.execute("PRAGMA locking_mode = EXCLUSIVE")
        looker.execute("BEGIN EXCLUSIVE")
        result = t.haul("list")
        expect_equal(result.status, 1, str(result))
        expect(f"process {os.getpid()} has the queue".encode() in result.err, str(result))
        waiting = t.start("list")
        until("it waits", lambda: len(t.daemons()) == 1)
        looker.execute("ROLLBACK")
    looker.close()
    expect_equal(waiting.wait().status, 0, "who comes while another program looks")
    expect_equal(len(t.items()), 1, "items")


run()
