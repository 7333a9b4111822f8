"""A daemon that is told to end does so, whatever does not answer it, and nothing is lost by that."""

import os
import pty
import signal
import socket

from harness import DEADLINE, case, expect, expect_equal, need, run, until
from control_socket import Client

TORTURE = os.environ.get("HAUL_TORTURE", "")
MIB = 1 << 20


def serve(t, **env):
    """A daemon of our own, whose end we are told, with parts that fail."""
    t.env.update(env)
    daemon = t.start("daemon", program=need(TORTURE))
    for name in env:
        del t.env[name]
    until("it listens", lambda: os.path.exists(t.socket_path()) and t.haul("list").status == 0)
    return daemon


def end(t, daemon, number=signal.SIGTERM):
    daemon.signal(number)
    result = daemon.wait()
    expect_equal(result.status, 0, str(result))
    expect(not os.path.exists(t.socket_path()), "the socket is left")
    return result


def by_itself(end_one):
    """What END_ONE ends has put all away, and not lost its patience: a busy machine may see that,
    but not each time."""
    expect(any(b"not all could be put away" not in end_one().err for _ in range(4)),
           "it waits for what can't be had")


@case
def though_a_name_is_never_resolved(t):
    def ended():
        daemon = serve(t, HAUL_TORTURE_DNS="never")
        if not t.items():
            t.add("http://name.invalid/a.bin")
        t.ok("set", "-j", 2)  # awake
        until("it asks", lambda: [item["state"] for item in t.items().values()] == ["active"])
        return end(t, daemon)

    by_itself(ended)
    number = 1
    expect_equal(t.ok("pause", "all").status, 0, "pause")
    expect_equal(list(t.items()), [number], "items")


@case
def though_the_disk_never_answers(t):
    """A worker waits for the file's sync; the queue knows the item all the same."""
    daemon = serve(t, HAUL_TORTURE_FAIL="fsync:1:-2:ever")
    file = t.file("a.bin", MIB)
    (number,) = t.add("-x", 1, file.url)
    until("all of it is here",
          lambda: "a.bin.part" in t.names() and t.items()[number]["done"] == MIB)
    waiting = t.start("stop")
    result = daemon.wait()
    expect_equal(result.status, 0, str(result))
    expect(b"not all could be put away in time" in result.err, str(result))
    expect_equal(waiting.wait().status, 0, "haul stop")
    expect(not os.path.exists(t.socket_path()), "the socket is left")
    t.ok("wait", number)
    t.expect_file("a.bin", file)
    t.expect_names("a.bin")


@case
def though_a_command_of_the_user_goes_on(t):
    began = os.path.join(t.home, "began")
    script = t.write("hook", f"#!/bin/sh\necho $$ > {began}.new\nmv {began}.new {began}\nexec sleep 1000\n")
    os.chmod(script, 0o700)

    def ended():
        daemon = serve(t, HAUL_ON_DONE=script)
        t.add(t.file("a.bin").url)
        until("the command runs", lambda: os.path.exists(began))
        result = end(t, daemon)
        with open(began, encoding="ascii") as file:
            pid = int(file.read())
        os.kill(pid, signal.SIGKILL)  # it goes on: what it does is not ours to end
        until("the command is gone", lambda: not t.daemons())
        os.unlink(began)
        return result

    by_itself(ended)


@case
def though_a_client_does_not_read(t):
    daemon = serve(t)
    t.add(*[t.file(f"{i}.bin", status=404).url for i in range(50)], "--retries", 0)
    with socket.socket(socket.AF_UNIX) as deaf:
        deaf.connect(t.socket_path())
        deaf.sendall(b'{"jsonrpc":"2.0","id":1,"method":"hello","params":{"major":1,"minor":0}}\n' +
                     b'{"jsonrpc":"2.0","id":2,"method":"list","params":{}}\n' * 200)
        t.ok("list")
        end(t, daemon)


@case
def a_second_signal_is_not_argued_with(t):
    def ended():
        daemon = serve(t, HAUL_TORTURE_FAIL="fsync:1:-2:ever")
        (number,) = t.add("-x", 1, t.file("a.bin", MIB).url)
        until("all of it is here", lambda: t.items()[number]["done"] == MIB)
        daemon.signal(signal.SIGINT)
        until("it ends", lambda: not os.path.exists(t.socket_path()))
        daemon.signal(signal.SIGINT)
        result = daemon.wait()
        expect_equal(result.status, 0, str(result))
        t.ok("remove", "all")
        t.stop()
        return result

    by_itself(ended)


@case
def who_waits_is_told(t):
    daemon = serve(t, HAUL_TORTURE_FAIL="fsync:1:-2:ever")
    (number,) = t.add("-x", 1, t.file("a.bin", MIB).url)
    client = Client(t)
    client.send({"jsonrpc": "2.0", "id": 9, "method": "wait", "params": {"ids": [number]}})
    until("all of it is here", lambda: t.items()[number]["done"] == MIB)
    end(t, daemon)
    answer = client.line()
    expect_equal(answer["error"]["data"]["name"], "daemon-lost", str(answer))
    expect(client.line() is None, "the connection stays")
    client.close()
    t.ok("remove", "all")


@case
def a_terminal_that_closes_is_left(t):
    """SIGHUP comes from it then, and not from somebody who wants the configuration read."""
    ours, theirs = pty.openpty()
    pid = os.fork()
    if pid == 0:
        os.close(ours)
        os.login_tty(theirs) if hasattr(os, "login_tty") else become_leader(theirs)
        os.execve(t.program, [t.program, "daemon"], t.env)
    os.close(theirs)
    until("it listens", lambda: os.path.exists(t.socket_path()) and t.haul("list").status == 0)
    file = t.file("a.bin", 400_000, rate=400_000, tick=20)
    t.add(file.url)
    os.close(ours)
    until("it tells", lambda: "the terminal is gone" in log_if_there(t))
    t.ok("wait")
    t.expect_file("a.bin", file)
    os.kill(pid, signal.SIGTERM)
    expect_equal(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), 0, "status")
    expect("signal 15" in t.daemon_log(), t.daemon_log())


def become_leader(terminal):
    """In the child: TERMINAL is its own, as a login makes it."""
    import fcntl
    import termios
    os.setsid()
    fcntl.ioctl(terminal, termios.TIOCSCTTY, 0)
    for fd in range(3):
        os.dup2(terminal, fd)


def log_if_there(t):
    try:
        return t.daemon_log()
    except FileNotFoundError:
        return ""


run()
