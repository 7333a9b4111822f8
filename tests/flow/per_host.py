"""--per-host: how many connections one host gets over the whole queue, and who gets them."""

import http.server
import re
import socket
import struct
import threading

from harness import Origin, Remote, case, content, expect, expect_equal, recorded, run, until

SLOW = {"rate": 100_000, "tick": 20}


def own_origin(t):
    """A server whose figures are of this case alone."""
    origin = Origin()
    t.closers.append(origin.close)
    return origin


def connections(t):
    """Open connections by item."""
    return {number: item["connections"] for number, item in t.items().items()}


@case
def a_host_never_has_more_than_it_may(t):
    server = own_origin(t)
    files = [server.file(f"{i}.bin", 5000, delay=30) for i in range(30)]
    t.get("-j", 30, "--per-host", 3, "--retries", 0, *[file.url for file in files])
    for i, file in enumerate(files):
        t.expect_file(f"{i}.bin", file)
    expect(server.stats()["peak_active"] <= 3, "more requests at once")


@case
def sixteen_is_what_nobody_asked_for(t):
    server = own_origin(t)
    ids = t.add("-j", 40, *[server.url(f"mute{i}", delay="forever") for i in range(40)])
    until("sixteen are asked for", lambda: server.stats()["active"] == 16)
    t.ok("cancel", *ids[:8])
    until("eight more", lambda: len(server.log()) == 24 and server.stats()["active"] == 16)
    expect_equal(server.stats()["peak_active"], 16, "requests at once")
    t.ok("remove", "all")


@case
def none_is_no_limit(t):
    server = own_origin(t)
    files = [server.file(f"{i}.bin", 5000, stall=2500) for i in range(40)]
    t.keeps(*[f"{i}.bin.part" for i in range(40)])
    ids = t.add("-j", 40, "--per-host", 0, *[file.url for file in files])
    until("all are asked for", lambda: server.stats()["active"] == 40)
    t.ok("remove", *ids)


@case
def parts_of_files_count_too(t):
    server = own_origin(t)
    files = [server.file(f"{i}.bin", 400_000, **SLOW) for i in range(3)]
    t.get("-x", 8, "--min-split", "64K", "--per-host", 5, *[file.url for file in files])
    for i, file in enumerate(files):
        t.expect_file(f"{i}.bin", file)
    expect_equal(server.stats()["peak_active"], 5, "requests at once")


@case
def items_that_look_at_the_disk_first_count_too(t):
    """Their first request comes later than the decision that they may run."""
    server = own_origin(t)
    files = [server.file(f"{i}.bin", 5000, delay=30) for i in range(20)]
    t.get("-j", 20, "--per-host", 2, "--if-exists", "skip", *[file.url for file in files])
    expect(server.stats()["peak_active"] <= 2, "more requests at once")


@case
def one_that_compares_what_is_here_keeps_its_place(t):
    """Between the pieces of its sample it asks for nothing."""
    server = own_origin(t)
    files = [server.file(f"{i}.bin", 700_000, etag="none") for i in range(2)]
    with open(t.path("0.bin.part"), "wb") as part:
        part.write(files[0].data()[:600_000])
    t.get("-j", 2, "--per-host", 1, "--adopt", *[file.url for file in files])
    for i, file in enumerate(files):
        t.expect_file(f"{i}.bin", file)
    expect_equal(server.stats()["peak_active"], 1, "requests at once")


@case
def a_busy_host_lets_the_others_pass(t):
    """However many items wait for it, and wherever in the queue the other one stands."""
    busy = [t.origin.url(f"busy{i}", delay="forever") for i in range(3000)]
    other = t.file("other.bin", port=t.origin.other)
    listed = t.write("list.txt", "".join(url + "\n" for url in busy + [other.url]))
    ids = t.add("-j", 50, "--per-host", 2, "-i", listed)
    t.ok("wait", ids[-1])
    t.expect_file("other.bin", other)
    expect_equal(t.origin.stats()["active"], 2, "requests to the busy host")
    expect_equal([number for number, item in t.items().items() if item["state"] == "active"],
                 ids[:2], "the items that run")


@case
def a_queued_item_gets_a_connection_of_one_that_has_several(t):
    big = t.file("big.bin", 60_000_000, **SLOW)  # no part of it ends in time
    t.keeps("big.bin.part", "second.bin.part")
    (first,) = t.add("-x", 4, "--min-split", "64K", "--per-host", 4, big.url)
    until("it has all of them", lambda: connections(t)[first] == 4)
    (second,) = t.add("-x", 4, "--min-split", "64K", t.file("second.bin", 4_000_000, **SLOW).url)
    until("the second one runs", lambda: t.items()[second]["done"] > 100_000)
    now = connections(t)
    expect(now[first] < 4 and sum(now.values()) <= 4, f"connections: {now}")
    t.ok("remove", "all")


@case
def an_item_that_waits_for_a_connection_says_so(t):
    """And not what an earlier try ended with, which its history tells."""
    server = own_origin(t)
    failing = server.url("failing", status=502)
    (failed,) = t.add("--per-host", 1, "--retries", -1, "--retry-wait", 0, failing)
    t.add("--priority", "high", server.url("mute", delay="forever"))
    until("the other one has the connection and it is queued", lambda:
          [item["state"] for item in t.items().values()] == ["queued", "active"])
    until("it says why", lambda: t.items()[failed]["note"] ==
          "host has all the connections it may have")
    shown = t.ok("show", "--json", failed).json()
    expect("502" in " ".join(event["text"] for event in shown["events"]), shown["events"])
    t.ok("remove", "all")


@case
def the_number_is_changed_while_they_run(t):
    server = own_origin(t)
    ids = t.add("-j", 20, "--per-host", 2,
                *[server.url(f"mute{i}", delay="forever") for i in range(20)])
    until("two are asked for", lambda: server.stats()["active"] == 2)
    t.ok("set", "--per-host", 7)
    until("seven are asked for", lambda: server.stats()["active"] == 7)
    t.ok("set", "--per-host", 1)
    t.ok("cancel", *ids[:7])
    until("one is asked for", lambda: server.stats()["active"] == 1)
    expect_equal(server.stats()["peak_active"], 7, "requests at once")
    t.ok("remove", "all")


@case
def schemes_at_one_port_are_one_host_and_ports_are_not(t):
    """Here one port speaks both http and https."""
    server = own_origin(t)
    where = [{"scheme": "http"}, {"scheme": "https"}, {"port": server.other}]
    t.add("-j", 20, "--per-host", 2, "--insecure",
          *[server.url(f"{i}-{j}", delay="forever", **one)
            for i, one in enumerate(where) for j in range(5)])
    until("each has its two", lambda: server.stats()["active"] == 4)
    asked = [request["path"] for request in server.log()]
    expect_equal(sorted(asked), ["/0-0", "/0-1", "/2-0", "/2-1"], "what was asked for")
    t.ok("remove", "all")


class Stingy(http.server.BaseHTTPRequestHandler):
    """Sends parts of one file over two connections at once, and refuses a third one."""
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def do_GET(self):
        server = self.server
        with server.lock:
            server.active += 1
            full = server.active > 2
            server.refused += full
        try:
            if full:
                self.refuse()
            else:
                self.send()
        except ConnectionError:
            pass
        with server.lock:
            server.active -= 1

    def refuse(self):
        self.close_connection = True
        if self.server.how == "reset":
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                                       struct.pack("ii", 1, 0))
            self.connection.close()
        else:
            self.send_error(self.server.how)

    def send(self):
        data = self.server.data
        first, last = 0, len(data) - 1
        asked = self.headers.get("Range")
        if asked:
            start, end = asked[6:].split("-")
            first, last = int(start), int(end or last)
        self.send_response(206 if asked else 200)
        if asked:
            self.send_header("Content-Range", f"bytes {first}-{last}/{len(data)}")
        self.send_header("ETag", '"one"')
        self.send_header("Content-Length", str(last - first + 1))
        self.end_headers()
        for at in range(first, last + 1, 20_000):
            self.wfile.write(data[at:min(at + 20_000, last + 1)])
            self.wfile.flush()
            self.server.pause.wait(0.02)


def get_from_stingy(t, how, name, *arguments, status=0, paths=1, size=1_000_000):
    """Runs a get from a Stingy that refuses as HOW says; returns the files, how many requests were
    refused, and the numbers of connections that its host was found to allow."""
    log = t.write("log", "")
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Stingy) as server:
        server.how, server.active, server.refused = how, 0, 0
        server.data = content(1, size)
        server.lock, server.pause = threading.Lock(), threading.Event()
        serving = threading.Thread(target=server.serve_forever)
        serving.start()
        try:
            files = [Remote(f"http://127.0.0.1:{server.server_port}/{name}{i}.bin", 1, size)
                     for i in range(paths)]
            t.get("--log", log, "--retries", 0, *arguments, *[file.url for file in files],
                  status=status)
        finally:
            server.shutdown()
            serving.join()
    with open(log, encoding="utf-8") as text:
        told = re.findall(rf":{server.server_port} allows (\d+) connections", text.read())
    return files, server.refused, [int(number) for number in told]


@case
def whatever_refuses_a_further_connection_lowers_the_hosts_number(t):
    for how in (403, 429, 503, "reset"):
        # A reset tells only when others go on for a while after it.
        (file,), refused, told = get_from_stingy(t, how, f"{how}-", "-x", 6, "--min-split", "64K",
                                                 size=3_000_000)
        t.expect_file(f"{how}-0.bin", file)
        expect(refused > 0, f"{how}: nothing was refused")
        expect(told and told[-1] <= 2, f"{how}: what it was found to allow: {told}")


@case
def a_server_that_ends_is_none_that_allows_less(t):
    """All its connections break, and it lets nobody in: not because of others."""
    server, log = Origin(), t.write("log", "")
    try:
        file = server.file("ends.bin", 60_000_000, rate=2_000_000, tick=20)
        getting = t.start("get", "-q", "-d", t.dir, "-x", 4, "--min-split", "64K", "--retries", 0,
                          "--log", log, file.url)
        until("four bring bytes", lambda: server.stats()["peak_active"] == 4 and
              recorded(t.path("ends.bin.haul")) > 3_000_000)
    finally:
        server.close()
    expect_equal(getting.wait().status, 3, "status")
    t.keeps("ends.bin.part", "ends.bin.haul")
    with open(log, encoding="utf-8") as text:
        told = text.read()
    expect("connection failed" in told, f"none broke beside others: {told}")
    expect(" allows " not in told, f"it was found to allow less: {told}")


@case
def whatever_refuses_a_further_item_does_so_too(t):
    """Different files, one connection each. Whoever comes too early loses nothing by it; a reset
    costs a try where nobody was answered so far, which is chance on a busy machine."""
    for how, retries in ((429, 0), (503, 0), ("reset", 3)):
        files, refused, told = get_from_stingy(t, how, f"item-{how}-", "-j", 6, "-x", 1,
                                               "--retries", retries, "--retry-wait", 0, paths=4)
        for i, file in enumerate(files):
            t.expect_file(f"item-{how}-{i}.bin", file)
        expect(refused > 0, f"{how}: nothing was refused")
        expect(told and told[-1] <= 2, f"{how}: what it was found to allow: {told}")


@case
def a_403_of_a_whole_file_is_the_files_own(t):
    """It says who may not, and not how many: nothing is learned of the host, and others go on."""
    _, refused, told = get_from_stingy(t, 403, "mine", "-j", 6, "-x", 1, paths=6, status=4)
    expect(refused > 0, "nothing was refused")
    expect_equal(told, [], "what its host was found to allow")
    expect_equal(len(t.names()), 6 - refused, "files that came")


run()
