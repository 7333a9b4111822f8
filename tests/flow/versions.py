"""Client and daemon of different versions: who can talk does, who can't says what to do."""

import contextlib
import json
import os
import re
import socket
import threading

from harness import case, expect, expect_equal, run
from control_socket import Client

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


def ours():
    """The protocol's version in this build: major and minor."""
    with open(os.path.join(TOP, "include/haul/version.h.in"), encoding="utf-8") as file:
        text = file.read()
    return tuple(int(re.search(rf"PROTOCOL_{name} (\d+)", text)[1]) for name in ("MAJOR", "MINOR"))


class Daemon:
    """A daemon of some other haul: answers each line with what ANSWER makes of it."""

    def __init__(self, t, hello, answer=None):
        path = t.socket_path()
        os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)
        self.hello = hello
        self.answer = answer or (lambda request: {"result": {}})
        self.asked = []
        self.door = socket.socket(socket.AF_UNIX)
        self.door.bind(path)
        os.chmod(path, 0o600)
        self.door.listen(8)
        t.keeps(os.path.basename(path))
        t.closers.append(self.close)
        threading.Thread(target=self.serve, daemon=True).start()

    def close(self):
        """Ends the wait for the next client."""
        with contextlib.suppress(OSError):
            self.door.shutdown(socket.SHUT_RDWR)
        self.door.close()

    def serve(self):
        with contextlib.suppress(OSError):
            while True:
                peer, _ = self.door.accept()
                with peer, peer.makefile("rb") as lines, contextlib.suppress(OSError):
                    for line in lines:
                        peer.sendall(self.reply(json.loads(line)))

    def reply(self, request):
        self.asked.append(request["method"])
        answer = self.hello if request["method"] == "hello" else self.answer(request)
        return json.dumps({"jsonrpc": "2.0", "id": request["id"], **answer}).encode() + b"\n"


def greeting(major, minor, **more):
    return {"result": {"major": major, "minor": minor, "version": "9.9.9", "session": "x",
                       "host": "box", "pid": 1, **more}}


NO_METHOD = {"error": {"code": -32601, "message": "there is no method",
                       "data": {"name": "rpc", "retryable": False}}}


@case
def an_older_daemon_is_to_be_replaced(t):
    major, _ = ours()
    daemon = Daemon(t, greeting(major - 1, 7))
    result = t.haul("list")
    expect_equal(result.status, 1, str(result))
    expect(b"older haul (9.9.9)" in result.err
           and f"haul daemon --replace --session {t.session}".encode() in result.err, str(result))
    expect_equal(daemon.asked, ["hello"], "asked")


@case
def a_newer_daemon_asks_for_a_newer_client(t):
    major, _ = ours()
    daemon = Daemon(t, greeting(major + 1, 0))
    result = t.haul("add", "http://127.0.0.1:9/a")
    expect_equal(result.status, 1, str(result))
    expect(b"newer haul (9.9.9)" in result.err and b"update this one" in result.err, str(result))
    expect_equal(daemon.asked, ["hello"], "asked")


@case
def what_a_daemon_of_another_major_says_itself_is_told(t):
    Daemon(t, {"error": {"code": -32000, "message": "come back with \u001b[31mhaul 12",
                         "data": {"name": "version", "retryable": False}}})
    result = t.haul("list")
    expect_equal(result.status, 1, str(result))
    expect(b"haul 12" in result.err and b"\x1b" not in result.err, str(result))


@case
def a_method_that_an_older_daemon_lacks_is_explained(t):
    major, minor = ours()
    Daemon(t, greeting(major, minor - 1), lambda request: NO_METHOD)
    result = t.haul("undo")
    expect_equal(result.status, 1, str(result))
    expect(b"older haul (9.9.9) that can't do this" in result.err
           and b"haul daemon --replace" in result.err, str(result))


@case
def a_param_that_an_older_daemon_lacks_is_explained(t):
    major, minor = ours()
    Daemon(t, greeting(major, minor - 1), lambda request: {"error": {
        "code": -32602, "message": "list has no param \"filter\"", "data": {"name": "rpc"}}})
    result = t.haul("list")
    expect_equal(result.status, 1, str(result))
    expect(b"has no param" in result.err and b"haul daemon --replace" in result.err, str(result))


@case
def an_option_that_an_older_daemon_lacks_is_explained(t):
    major, minor = ours()
    refusal = {"error": {"code": -32000, "message": "there is no item option \"any-time\"",
                         "data": {"name": "bad-option"}}}
    Daemon(t, greeting(major, minor - 1), lambda request: refusal)
    result = t.haul("add", "--any-time", "http://127.0.0.1:1/")
    expect_equal(result.status, 1, str(result))
    expect(b"no item option" in result.err and b"haul daemon --replace" in result.err, str(result))


@case
def a_daemon_that_can_not_hand_over_is_to_be_stopped(t):
    major, _ = ours()
    Daemon(t, greeting(major, 3), lambda request: NO_METHOD)
    result = t.haul("undo")
    expect(f"haul stop --session {t.session}".encode() in result.err
           and b"--replace" not in result.err, str(result))


@case
def a_plain_list_asks_for_nothing_new(t):
    """Which the first daemons answer, too: they know no filter."""
    major, _ = ours()
    seen = []

    def answer(request):
        seen.append(sorted(request["params"]))
        return {"result": {"items": [], "matching": 0, "totals": {}}}

    Daemon(t, greeting(major, 0), answer)
    t.ok("list")
    expect_equal(seen, [["descending", "offset", "rows", "sort", "states"]], "params")


@case
def ranges_and_states_are_looked_up_in_an_older_daemons_list(t):
    major, minor = ours()
    acts = []
    items = [{"id": number, "state": state} for number, state in
             ((1, "failed"), (2, "queued"), (3, "done"), (4, "failed"), (6, "queued"))]

    def answer(request):
        if request["method"] == "list":
            return {"result": {"items": items, "matching": len(items), "totals": {}}}
        acts.append(request["params"])
        return {"result": {"count": 2}}

    theirs = Daemon(t, greeting(major, 6), answer)
    t.ok("retry", "failed")
    t.ok("cancel", "2-4", "9")
    expect_equal(acts, [{"action": "retry", "ids": [1, 4]},
                        {"action": "cancel", "ids": [9, 2, 3, 4]}], "what was asked for by number")
    failed = t.haul("pause", "paused")
    expect_equal((failed.status, len(acts)), (1, 2), failed.err)
    expect(b"no item in that state" in failed.err, failed.err)
    expect_equal(theirs.asked.count("list"), 3, "lists")
    theirs.hello = greeting(major, minor)
    t.ok("retry", "failed", "3-7", "9")
    expect_equal(acts[2:], [{"action": "retry", "ids": [[3, 7], 9], "states": ["failed"]}],
                 "what a daemon of our age finds itself")
    expect_equal(theirs.asked.count("list"), 3, "lists after that")


@case
def an_older_daemon_that_can_not_tell_what_is_secret_is_told_of(t):
    """Instead of an answer that looks as if there was nothing secret."""
    major, _ = ours()
    daemon = Daemon(t, greeting(major, 4))
    for words in (["list"], ["show", 1]):
        result = t.haul(*words, "--secrets")
        expect_equal(result.status, 1, str(result))
        expect(b"older haul (9.9.9) that can't do this" in result.err
               and b"haul daemon --replace" in result.err, str(result))
    expect_equal(set(daemon.asked), {"hello"}, "what was asked")


@case
def a_daemon_of_our_age_is_not_called_old(t):
    Daemon(t, greeting(*ours()), lambda request: NO_METHOD)
    result = t.haul("undo")
    expect_equal(result.status, 1, str(result))
    expect(b"older" not in result.err, str(result))


@case
def settings_that_an_older_daemon_lacks_are_not_shown_as_its_own(t):
    major, _ = ours()
    Daemon(t, greeting(major, 2), lambda request: {"result": {
        "settings": {"jobs": "3", "per-host": "16", "limit": "0"}, "set": ["jobs"]}})
    told = t.ok("set").out.decode()
    expect_equal([line.split() for line in told.splitlines()],
                 [["jobs", "3"], ["per-host", "16"], ["limit", "0"]], "settings")
    told = t.ok("config", env={"HAUL_HISTORY_KEEP": "77"}).out.decode()
    (row,) = [line for line in told.splitlines() if "history-keep" in line]
    expect("77" in row and "daemon" not in row, row)


@case
def what_a_newer_daemon_adds_is_left_alone(t):
    """Members, states and notifications that did not exist when this client was made."""
    major, minor = ours()
    item = {"id": 7, "state": "verifying-signature", "phase": "asking", "error": "gone-fishing",
            "name": "a.iso", "url": "http://x/a.iso", "dir": "/d", "colour": {"deep": [1, 2]}}
    totals = {"rate": 0, "counts": {"queued": 0, "verifying-signature": 1}, "mood": "good"}
    Daemon(t, greeting(major, minor + 9, tongue="x"), lambda request: {"result": {
        "totals": totals, "matching": 1, "offset": 0, "items": [item], "weather": []}})
    result = t.ok("list")
    expect(b"a.iso" in result.out and b"verifying-signature" in result.out, str(result))
    expect(b"weather" in t.ok("list", "--json").out, "--json is not what the daemon sent")


@case
def the_daemon_tells_clients_of_other_majors_what_to_do(t):
    major, _ = ours()
    t.ok("set", "--jobs", 3)
    for theirs, words in ((major + 1, "haul daemon --replace"), (major - 1, "update this one")):
        client = Client(t, greet=False)
        answer = client.ask("hello", major=theirs, minor=4, version="7.7.7")
        expect_equal(answer["error"]["data"]["name"], "version", "name")
        message = answer["error"]["message"]
        expect(words in message and "7.7.7" in message and f"{theirs}.4" in message, message)
        expect(client.line() is None, "the connection stays")
        client.close()


@case
def the_daemon_talks_to_clients_of_other_minors(t):
    major, minor = ours()
    t.ok("set", "--jobs", 3)
    for theirs in (0, minor + 9):
        client = Client(t, greet=False)
        hello = client.call("hello", major=major, minor=theirs)
        expect_equal((hello["major"], hello["minor"]), (major, minor), "the daemon's own")
        answer = client.ask("sing")
        expect_equal(answer["error"]["code"], -32601, str(answer))
        answer = client.ask("list", song="x")
        expect_equal(answer["error"]["code"], -32602, str(answer))
        expect_equal(client.call("list")["matching"], 0, "matching")
        client.close()


run()
