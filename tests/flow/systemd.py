"""The daemon as a service: the socket that a service manager made, and what that one is told. The
test plays systemd: it makes the socket, sets the environment, and listens."""

import os
import signal
import socket

from harness import case, expect, expect_equal, run, until

START = "LISTEN_PID=${LISTEN_PID-$$} WATCHDOG_PID=$$ exec \"$@\""


class Manager:
    """A service manager that is told things."""

    def __init__(self, t, abstract=False):
        path = os.path.join(t.home, "notify")
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind("\0" + path if abstract else path)
        self.socket.setblocking(False)
        self.env = {"NOTIFY_SOCKET": ("@" if abstract else "") + path}
        self.told = []
        t.closers.append(self.socket.close)

    def hears(self, state):
        """True once it was told STATE."""
        try:
            while True:
                self.told += self.socket.recv(4096).decode().splitlines()
        except BlockingIOError:
            return state in self.told


def listen(t, path=None):
    path = path or t.socket_path()
    os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)
    door = socket.socket(socket.AF_UNIX)
    door.bind(path)
    os.chmod(path, 0o600)
    door.listen(8)
    t.closers.append(door.close)
    t.keeps(os.path.basename(path))
    return door


def serve(t, manager, door=None, **env):
    """Starts the daemon as a service."""
    t.env.update(manager.env)
    t.env.update(env)
    if door:
        t.env["LISTEN_FDS"] = "1"

    def hand_over():
        if door:
            os.dup2(door.fileno(), 3)

    daemon = t.start("-c", START, "sh", os.environ["HAUL_BIN"], "daemon", program="/bin/sh",
                     preexec_fn=hand_over, close_fds=False)
    for name in [*manager.env, *env, "LISTEN_FDS"]:
        t.env.pop(name, None)
    return daemon


@case
def the_managers_socket_is_served_and_stays(t):
    manager = Manager(t)
    door = listen(t)
    daemon = serve(t, manager, door)
    until("it is ready", lambda: manager.hears("READY=1"))
    one = t.file("one")
    t.add(one)
    t.ok("wait")
    t.expect_file("one", one)
    expect_equal(t.daemons(), [], "daemons besides the service")
    t.ok("stop")
    expect_equal(daemon.wait().status, 0, "status")
    expect(manager.hears("STOPPING=1"), f"told: {manager.told}")
    expect(os.path.exists(t.socket_path()), "the manager's socket is gone")
    again = Manager(t, abstract=True)
    daemon = serve(t, again, door)
    until("the next one is ready", lambda: again.hears("READY=1"))
    expect_equal(len(t.items()), 1, "items")
    t.ok("stop")
    daemon.wait()


@case
def it_is_the_managers_to_replace(t):
    """A daemon that a manager watches would be missed; its socket lets clients wait meanwhile."""
    manager = Manager(t)
    door = listen(t)
    daemon = serve(t, manager, door)
    until("it is ready", lambda: manager.hears("READY=1"))
    t.ok("set", "--jobs", 5)
    result = t.haul("daemon", "--replace")
    expect_equal(result.status, 1, str(result))
    expect(f"systemctl --user restart haul@{t.session}".encode() in result.err, str(result))
    expect(daemon.alive(), "the service has ended")
    daemon.signal(signal.SIGTERM)
    expect_equal(daemon.wait().status, 0, "status")
    asks = t.start("list", "--json")
    again = Manager(t, abstract=True)
    daemon = serve(t, again, door)
    result = asks.wait()
    expect_equal(result.json()["totals"]["jobs"], 5, f"what the next one says: {result}")
    t.ok("stop")
    daemon.wait()


@case
def a_name_that_is_in_no_folder_is_told_too(t):
    manager = Manager(t, abstract=True)
    daemon = serve(t, manager)
    until("it is ready", lambda: manager.hears("READY=1"))
    daemon.signal(signal.SIGTERM)
    until("it says that it ends", lambda: manager.hears("STOPPING=1"))
    expect_equal(daemon.wait().status, 0, "status")


@case
def reading_the_configuration_is_told(t):
    manager = Manager(t)
    daemon = serve(t, manager)
    until("it is ready", lambda: manager.hears("READY=1"))
    manager.told.clear()
    daemon.signal(signal.SIGHUP)
    until("it is ready again", lambda: manager.hears("READY=1"))
    expect_equal([line.partition("=")[0] for line in manager.told],
                 ["RELOADING", "MONOTONIC_USEC", "READY"], "told")
    t.ok("stop")
    daemon.wait()


@case
def a_watchdog_gets_signs_of_life(t):
    manager = Manager(t)
    daemon = serve(t, manager, WATCHDOG_USEC="100000")
    until("three signs", lambda: manager.hears("WATCHDOG=1")
          and manager.told.count("WATCHDOG=1") >= 3)
    t.ok("stop")
    daemon.wait()


@case
def nothing_is_told_that_was_not_asked_for(t):
    manager = Manager(t)
    daemon = serve(t, manager)
    until("it is ready", lambda: manager.hears("READY=1"))
    t.ok("stop")
    daemon.wait()
    expect(not manager.hears("WATCHDOG=1"), f"told: {manager.told}")


@case
def a_daemon_that_a_client_starts_tells_nobody(t):
    manager = Manager(t)
    t.ok("set", "--limit", "1M", env=manager.env)
    t.stop()
    expect(not manager.hears("READY=1") and not manager.told, f"told: {manager.told}")


@case
def a_socket_elsewhere_is_refused(t):
    door = listen(t, os.path.join(t.home, "elsewhere.sock"))
    result = serve(t, Manager(t), door).wait()
    expect_equal(result.status, 1, "status")
    expect(f"ListenStream={t.socket_path()}".encode() in result.err, str(result))


@case
def a_socket_for_another_process_is_left_alone(t):
    manager = Manager(t)
    door = listen(t, os.path.join(t.home, "elsewhere.sock"))
    daemon = serve(t, manager, door, LISTEN_PID="1")
    until("it is ready", lambda: manager.hears("READY=1"))
    t.ok("stop")
    expect_equal(daemon.wait().status, 0, "status")


run()
