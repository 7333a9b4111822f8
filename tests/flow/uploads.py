"""Sending a file (--upload): all of it and nothing else arrives, once or not at all where asking twice
would do harm, and what the server says is what the exit status tells."""

import base64
import http.server
import os
import signal
import threading
import time

from harness import case, content, expect, expect_equal, run, until

HELD = 100_000


class Taker(http.server.BaseHTTPRequestHandler):
    """Takes what is sent; the path says how: see do()."""

    protocol_version = "HTTP/1.1"

    def handle_expect_100(self):
        if self.wants_login() or self.path.startswith("/refuse"):
            return True  # answered by do(), without the body
        return super().handle_expect_100()

    def wants_login(self):
        wanted = "Basic " + base64.b64encode(b"me:hunter2").decode()
        return self.path.startswith("/login") and self.headers.get("Authorization") != wanted

    def body(self, most=None):
        left = int(self.headers.get("Content-Length", 0))
        left, parts = min(left, most or left), []
        while left > 0:
            part = self.rfile.read1(min(left, 65536))
            if not part:
                break
            parts.append(part)
            left -= len(part)
            self.server.came += len(part)
        return b"".join(parts)

    def answer(self, status, body=b"", **headers):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do(self):
        """/login: Basic; /status/N: that, first time only, then 201; /refuse/N: before the body,
        and hangs up; /break/N: the same after a part of it; /drop/N: hangs up after N bytes, first time only; /to/N?URL: a redirect;
        /early: 200 after a few bytes; /slow: as it may; /held: a part of it, and the rest as it may;
        /chatty: a long answer."""
        words = self.path.partition("?")[0].split("/")
        first = self.path not in self.server.seen
        self.server.seen.add(self.path)
        entry = {"method": self.command, "path": self.path, "headers": dict(self.headers)}
        self.server.requests.append(entry)
        if words[1] == "refuse":
            self.close_connection = True
            self.answer(int(words[2]), b"no", Connection="close")
            return
        if words[1] == "break":
            self.body(100_000)
            self.close_connection = True
            self.answer(int(words[2]), Connection="close")
            return
        if words[1] in ("drop", "early") and first:
            self.body(int(words[2]))
            self.close_connection = True
            if words[1] == "early":
                self.answer(200, Connection="close")
            return
        if words[1] == "slow":
            self.server.gate.wait(60)
        if words[1] == "held":
            self.body(HELD)
            self.server.gate.wait(60)
            self.body(int(self.headers["Content-Length"]) - HELD)
            self.answer(201)
            return
        if self.wants_login() and not self.headers.get("Expect"):
            self.body()
        if self.wants_login():
            self.close_connection = bool(self.headers.get("Expect"))
            self.answer(401, WWW_Authenticate='Basic realm="x"')
            return
        entry["body"] = self.body()
        if words[1] == "to":
            self.answer(int(words[2]), Location=self.path.partition("?")[2])
        elif words[1] == "status" and first:
            self.answer(int(words[2]), b"later", Retry_After="0")
        else:
            self.answer(201, b"x" * (3 << 20 if words[1] == "chatty" else 9))

    do_PUT = do_POST = do_GET = do

    def log_message(self, *_):
        pass


class Quiet(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_):
        """A client that has gone."""


def taker(t):
    server = Quiet(("127.0.0.1", 0), Taker)
    server.seen, server.requests, server.came = set(), [], 0
    server.gate = threading.Event()
    server.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()

    def close():
        server.gate.set()
        server.shutdown()
        thread.join()
        server.server_close()

    t.closers.append(close)
    return server


def source(t, size, name="source.bin"):
    data = content(7, size)
    return t.write(name, data), data


@case
def a_file_arrives_as_it_is_and_nothing_is_left_here(t):
    server = taker(t)
    for number, size in enumerate((0, 1, 65536, 5 << 20)):
        path, data = source(t, size)
        result = t.get("--upload", path, f"{server.url}/up{number}.bin")
        request = server.requests[-1]
        expect_equal((request["method"], request["headers"]["Content-Length"]), ("PUT", str(size)),
                     "request")
        expect(request["body"] == data, f"what came of {size} bytes is not what was sent")
        expect(b"done" in result.err, f"{result}")
    expect_equal(len(server.requests), 4, "requests")
    expect_equal(t.names(), [], "the download folder")


@case
def the_method_headers_and_a_long_answer_are_as_asked_for(t):
    server = taker(t)
    path, data = source(t, 3000)
    t.get("--upload", path, "-X", "POST", "-H", "Content-Type: text/x", "-H", "X-A: 1", "-b", "c=1",
          server.url + "/chatty")
    (request,) = server.requests
    expect_equal((request["method"], request["body"] == data), ("POST", True), "request")
    expect_equal([request["headers"].get(name) for name in ("Content-Type", "X-A", "Cookie")],
                 ["text/x", "1", "c=1"], "headers")
    expect_equal(t.names(), [], "the download folder")


@case
def a_login_is_asked_for_first_and_then_all_of_it_is_sent(t):
    server = taker(t)
    for size in (3000, 3 << 20):
        path, data = source(t, size)
        t.get("--upload", path, "-u", "me:hunter2", f"{server.url}/login/{size}")
        expect(server.requests[-1]["body"] == data, "what came is not what was sent")
        result = t.get("--upload", path, "--retries", 0, f"{server.url}/login/none{size}", status=4)
        expect(b"401" in result.err, f"{result}")


@case
def what_a_server_refuses_is_told_though_it_hangs_up(t):
    server = taker(t)
    for status, size in ((403, 100), (404, 5 << 20), (413, 20 << 20)):
        path, _ = source(t, size)
        result = t.get("--upload", path, "--retries", 0, f"{server.url}/refuse/{status}", status=4)
        expect(str(status).encode() in result.err, f"{result}")
    expect_equal(len(server.requests), 3, "requests")


@case
def one_that_resets_the_connection_behind_its_answer_is_a_failure(t):
    """Which of the two comes first is chance: libcurl does not look for an answer once sending
    failed."""
    server = taker(t)
    path, _ = source(t, 20 << 20)
    for number in range(3):
        result = t.haul("get", "-d", t.dir, "--upload", path, "--retries", 0,
                        f"{server.url}/break/413/{number}")
        told = b"413" if result.status == 4 else b"broke"
        expect(result.status in (3, 4) and told in result.err, f"{result}")


@case
def it_is_sent_again_only_where_that_does_no_harm(t):
    server = taker(t)
    path, data = source(t, 300_000)
    words = ["--upload", path, "--retries", 3, "--retry-wait", 0]
    for name in ("drop/100000", "status/503"):
        t.get(*words, f"{server.url}/{name}/put")
        got = [request for request in server.requests if request["path"] == f"/{name}/put"]
        expect_equal((len(got), got[-1]["body"] == data), (2, True), name)
    for name, status in (("drop/100000", 3), ("status/500", 4)):
        result = t.get(*words, "-X", "POST", f"{server.url}/{name}/post", status=status)
        got = [request for request in server.requests if request["path"] == f"/{name}/post"]
        expect_equal(len(got), 1, f"POST, {name}")
        expect(b"does not send it again" in result.err, f"{result}")


@case
def a_server_that_did_not_take_all_of_it_has_not_got_it(t):
    server = taker(t)
    path, _ = source(t, 8 << 20)
    t.get("--upload", path, "--retries", 0, f"{server.url}/early/1000", status=3)
    expect_equal(len(server.requests), 1, "requests")


@case
def a_file_that_changes_on_the_way_fails(t):
    server = taker(t)
    size = 16 << 20  # much more than the system takes for somebody who does not read
    for number, change in enumerate(("append", "replace", "shrink")):
        path, _ = source(t, size)
        came = server.came
        server.gate.clear()
        going = t.start("get", "-d", t.dir, "--upload", path, f"{server.url}/held/{number}")
        until("bytes", lambda: server.came >= came + HELD)
        if change == "append":
            with open(path, "ab") as file:
                file.write(b"more")
        elif change == "replace":
            os.rename(source(t, size, "other.bin")[0], path)
        else:
            os.truncate(path, 1000)
        server.gate.set()
        result = going.wait()
        expect_equal(result.status, 6, f"{change}: {result}")
        expect(b"changed while it was sent" in result.err, f"{change}: {result}")


@case
def redirects_lead_nowhere_by_surprise(t):
    server, other = taker(t), taker(t)
    path, data = source(t, 200_000)
    words = ["--upload", path, "--retries", 0]
    t.get(*words, f"{server.url}/to/307?/again")
    expect(server.requests[-1]["method"] == "PUT" and server.requests[-1]["body"] == data,
           "after 307 it is not sent again")
    t.get(*words, f"{server.url}/to/303?/see")
    expect_equal((server.requests[-1]["method"], server.requests[-1]["path"]), ("GET", "/see"), "303")
    for status in (301, 302):
        result = t.get(*words, f"{server.url}/to/{status}?/moved", status=4)
        expect(b"does not follow" in result.err, f"{result}")
    result = t.get(*words, f"{server.url}/to/308?{other.url}/x", status=4)
    expect(b"another host" in result.err, f"{result}")
    expect_equal((other.requests, [one for one in server.requests if one["path"] == "/moved"]),
                 ([], []), "requests")


@case
def a_limit_holds_for_what_is_sent_too(t):
    server = taker(t)
    path, data = source(t, 450_000)
    for option in ("--limit", "--item-limit"):
        began = time.monotonic()
        t.get("--upload", path, option, "300K", f"{server.url}/limited")
        expect(time.monotonic() - began > 0.4, f"{option} is not kept")
        expect(server.requests[-1]["body"] == data, "what came is not what was sent")


@case
def what_makes_no_sense_is_refused_before_anything_is_asked(t):
    server = taker(t)
    path, _ = source(t, 10)
    url = server.url + "/no"
    os.mkfifo(t.home + "/pipe")
    for words in (["--upload", t.home + "/none"], ["--upload", t.home],
                  ["--upload", t.home + "/pipe"], ["--upload", ""],
                  ["--upload", path, "-o", "name"], ["--upload", path, "--data", "x"],
                  ["--upload", path, "--checksum", "md5:" + "0" * 32]):
        t.get(*words, url, status=1)
    t.get("--upload", path, "ftp://127.0.0.1/x", status=1)
    t.get("-i", t.write("list", f"{url}\t{url}2\n  upload={path}\n"), status=1)
    result = t.get("--config", t.write("haul.conf", f"upload = {path}\n"), url, status=1)
    expect(b"upload" in result.err, f"{result}")
    expect_equal(server.requests, [], "requests")


@case
def a_queue_sends_it_tells_how_far_and_begins_anew(t):
    server = taker(t)
    path, data = source(t, 4 << 20)
    work, t.work = t.work, t.home
    (number,) = t.add("--upload", "source.bin", "--item-limit", "200K", server.url + "/queued")
    t.work = work

    def under_way():
        item = t.items()[number]
        return item["phase"] == "sending" and item["total"] == len(data) and 0 < item["done"]

    until("it is being sent", under_way)
    t.ok("pause", number)
    until("it is paused", lambda: t.items()[number]["state"] == "paused")
    t.ok("resume", number)
    until("it is being sent", under_way)
    os.kill(t.daemon(), signal.SIGKILL)
    until("the daemon's end", lambda: not t.daemons())
    t.ok("change", number, "--item-limit", 0)
    t.ok("wait", number)
    expect(server.requests[-1]["body"] == data, "what came is not what was sent")
    item = t.items()[number]
    expect_equal((item["state"], item["done"]), ("done", len(data)), "item")
    expect("answered 201" in item["note"], f"note: {item['note']}")
    expect_equal(t.names(), [], "the download folder")


@case
def another_link_gets_the_file_only_if_that_is_said(t):
    server, other = taker(t), taker(t)
    path, data = source(t, 3000)
    (number,) = t.add("--upload", path, "--start-at", "+1h", server.url + "/first")
    result = t.haul("change", number, "--url", other.url + "/second")
    expect(result.status == 1 and b"--upload FILE" in result.err, f"{result}")
    t.ok("change", number, "--url", other.url + "/second", "--upload", path, "--start-at", "now")
    t.ok("wait", number)
    expect_equal([(one["method"], one["body"] == data) for one in other.requests], [("PUT", True)],
                 "requests at the other server")
    expect_equal(server.requests, [], "requests at the first one")


@case
def a_slow_answer_does_not_lose_it_and_an_interrupt_ends_it(t):
    server = taker(t)
    path, data = source(t, 100_000)
    going = t.start("get", "-d", t.dir, "--upload", path, server.url + "/slow")
    until("asked", lambda: server.requests)
    server.gate.set()
    expect_equal(going.wait().status, 0, "status")
    expect(server.requests[-1]["body"] == data, "what came is not what was sent")
    server.gate.clear()
    going = t.start("get", "-d", t.dir, "--upload", path, server.url + "/slow/2")
    until("asked again", lambda: len(server.requests) == 2)
    going.signal(signal.SIGINT)
    expect_equal(going.wait().status, 7, "status")


run()
