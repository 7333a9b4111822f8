"""The daemon starts once, trusts nobody, and ends cleanly however it is told to."""

import json
import os
import shutil
import signal
import socket
import stat

from harness import DEADLINE, case, expect, expect_equal, run, size_of, until
from control_socket import Client

NOBODY = 65534


@case
def starts_at_once_give_one_daemon(t):
    files = [t.file(f"{i}.bin") for i in range(6)]
    runs = [t.start("add", "-d", t.dir, file.url) for file in files]
    for one in runs:
        result = one.wait()
        expect_equal(result.status, 0, str(result))
    t.daemon()  # and no other
    t.ok("wait")
    for i, file in enumerate(files):
        t.expect_file(f"{i}.bin", file)


@case
def a_second_daemon_is_refused(t):
    t.add(t.file("a.bin").url)
    result = t.haul("daemon")
    expect_equal(result.status, 1, str(result))
    expect_equal(result.err.count(b"already running"), 1, f"how often it is said: {result}")
    t.daemon()  # and no other


@case
def socket_and_folder_are_for_the_user_alone(t):
    t.add(t.file("a.bin").url)
    path = t.socket_path()
    expect_equal(stat.S_IMODE(os.stat(os.path.dirname(path)).st_mode), 0o700, "folder")
    expect_equal(stat.S_IMODE(os.stat(path).st_mode), 0o600, "socket")


@case
def a_folder_open_to_others_is_refused(t):
    folder = os.path.dirname(t.socket_path())
    for prepare in (lambda: os.mkdir(folder, 0o777) or os.chmod(folder, 0o777),
                    lambda: os.symlink(t.folder("elsewhere"), folder)):
        prepare()
        result = t.haul("add", t.file("a.bin").url)
        expect_equal(result.status, 1, str(result))
        expect(folder.encode() in result.err, f"the folder is not named: {result}")
        expect_equal(t.daemons(), [], "daemons")
        if os.path.islink(folder):
            os.unlink(folder)
        else:
            shutil.rmtree(folder)


@case
def without_a_runtime_folder_the_temporary_one_is_used(t):
    path = t.env.pop("XDG_RUNTIME_DIR")
    file = t.file("a.bin")
    t.add(file.url)
    t.ok("wait")
    t.expect_file("a.bin", file)
    folder = os.path.join(t.env["TMPDIR"], f"haul-{os.getuid()}")
    expect_equal(stat.S_IMODE(os.stat(folder).st_mode), 0o700, "folder")
    t.stop()
    shutil.rmtree(folder)
    t.env["XDG_RUNTIME_DIR"] = path


@case
def another_user_is_refused(t):
    """With rights of root the folder can be opened, so the check of the peer itself is seen."""
    if os.getuid() != 0:
        return
    t.add(t.file("a.bin").url)
    path = t.socket_path()
    folders = [t.home, t.env["XDG_RUNTIME_DIR"], os.path.dirname(path)]
    for folder in folders:
        os.chmod(folder, 0o711)
    os.chmod(path, 0o666)
    child = os.fork()
    if child == 0:
        answer = 1
        try:
            os.setgroups([])
            os.setgid(NOBODY)
            os.setuid(NOBODY)
            with socket.socket(socket.AF_UNIX) as sock:
                sock.settimeout(DEADLINE)
                sock.connect(path)
                sock.sendall(b'{"jsonrpc":"2.0","id":1,"method":"hello",'
                             b'"params":{"major":1,"minor":0}}\n')
                answer = 0 if b'"result"' not in sock.recv(65536) else 2
        except ConnectionError:
            answer = 0
        finally:
            os._exit(answer)
    _, status = os.waitpid(child, 0)
    for folder in folders:
        os.chmod(folder, 0o700)
    os.chmod(path, 0o600)
    expect_equal(os.waitstatus_to_exitcode(status), 0, "what the other user got (0: refused)")
    t.ok("list")


@case
def a_stale_socket_is_taken_over(t):
    t.add(t.file("a.bin").url)
    t.ok("wait")
    pid = t.daemon()
    os.kill(pid, signal.SIGKILL)
    until("it is gone", lambda: not t.daemons())
    expect(os.path.exists(t.socket_path()), "no stale socket to test with")
    file = t.file("b.bin")
    t.add(file.url)
    t.ok("wait")
    t.expect_file("b.bin", file)


@case
def a_daemon_that_dies_between_two_words_is_told_of(t):
    """Whoever asks writes to nobody then, and is not ended by that."""
    path = t.socket_path()
    os.makedirs(os.path.dirname(path), mode=0o700)
    t.keeps(os.path.basename(path))
    with socket.socket(socket.AF_UNIX) as door:
        door.settimeout(DEADLINE)
        door.bind(path)
        door.listen(1)
        asking = t.start("list")
        peer, _ = door.accept()
        with peer, peer.makefile("rb") as lines:
            number = json.loads(lines.readline())["id"]
            peer.shutdown(socket.SHUT_RD)
            peer.sendall(json.dumps({"jsonrpc": "2.0", "id": number, "result": {
                "major": 1, "minor": 0, "version": "0", "session": t.session, "host": "box",
                "pid": 1}}).encode() + b"\n")
            result = asking.wait()
    expect_equal(result.status, 1, str(result))
    expect(b"daemon" in result.err, str(result))


@case
def something_else_at_the_sockets_place_is_not_removed(t):
    folder = os.path.dirname(t.socket_path())
    os.mkdir(folder, 0o700)
    os.mkdir(t.socket_path())
    result = t.haul("add", t.file("a.bin").url)
    expect_equal(result.status, 1, str(result))
    os.rmdir(t.socket_path())


@case
def signals_end_it_cleanly(t):
    for number in (signal.SIGTERM, signal.SIGINT):
        name = f"{number}.bin"
        t.keeps(name + ".part", name + ".haul")
        t.add(t.file(name, 50_000_000, rate=50_000, tick=20).url)
        part = t.path(name + ".part")
        until("bytes come", lambda p=part: size_of(p) > 0)
        pid = t.daemon()
        os.kill(pid, number)
        until("it ends", lambda: not t.daemons())
        expect(not os.path.exists(t.socket_path()), "the socket is left")
        expect(name + ".part" in t.names(), "the part is gone")


@case
def it_survives_the_terminal(t):
    """SIGHUP to the client's process group, as when a terminal is closed."""
    file = t.file("a.bin", 400_000, rate=400_000, tick=20)
    running = t.start("add", "-d", t.dir, file.url, start_new_session=True)
    expect_equal(running.wait().status, 0, "add")
    pid = t.daemon()
    expect(os.getsid(pid) == pid, "it is in the session of its client")
    os.kill(pid, signal.SIGHUP)
    t.ok("wait")
    t.expect_file("a.bin", file)


@case
def its_streams_are_not_the_clients(t):
    t.add(t.file("a.bin").url)
    pid = t.daemon()
    for name in "012":
        target = os.readlink(f"/proc/{pid}/fd/{name}")
        expect("pipe" not in target and ".out" not in target, f"descriptor {name} is {target}")


def listens(path):
    with socket.socket(socket.AF_UNIX) as probe:
        return os.path.exists(path) and probe.connect_ex(path) == 0


@case
def the_foreground_daemon_serves_too(t):
    running = t.start("daemon")
    until("it listens", lambda: listens(t.socket_path()))
    client = Client(t)
    expect_equal(client.hello["session"], t.session, "session")
    client.close()
    running.signal(signal.SIGTERM)
    expect_equal(running.wait().status, 0, "status")


run()
