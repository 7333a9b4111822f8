"""Who is asked for names: a server of one's own by DNS over HTTPS (--doh); and what this libcurl
can't do is refused before anything starts (--dns-servers, --http3)."""

import http.server
import socket
import ssl
import struct
import subprocess
import threading

from harness import case, expect, expect_equal, need, run, until


class Answers(http.server.BaseHTTPRequestHandler):
    """RFC 8484: one question in, one answer out."""

    protocol_version = "HTTP/1.1"

    def do_POST(self):
        query = self.rfile.read(int(self.headers["Content-Length"]))
        name, at = [], 12
        while query[at]:
            name.append(query[at + 1:at + 1 + query[at]].decode())
            at += 1 + query[at]
        kind = struct.unpack("!H", query[at + 1:at + 3])[0]
        name = ".".join(name)
        self.server.asked.append((name, kind))
        address = self.server.names.get(name) if kind == 1 else None
        flags = 0x8180 if name in self.server.names else 0x8183
        body = query[:2] + struct.pack("!HHHHH", flags, 1, 1 if address else 0, 0, 0)
        body += query[12:at + 5]
        if address:
            body += struct.pack("!HHHIH", 0xC00C, 1, 1, 60, 4) + socket.inet_aton(address)
        self.send_response(200)
        self.send_header("Content-Type", "application/dns-message")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


class Quiet(http.server.ThreadingHTTPServer):
    daemon_threads = True
    allow_reuse_address = True

    def handle_error(self, *_):
        """A client that does not trust us, or that has what it wanted."""


def resolver(t, **names):
    """A server for names on the loopback: its link is ->url, those who trust it take ->ca."""
    cert, key = t.home + "/doh.pem", t.home + "/doh.key"
    subprocess.run([need("openssl"), "req", "-x509", "-newkey", "ec", "-pkeyopt",
                    "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj", "/CN=doh",
                    "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", cert],
                   check=True, capture_output=True)
    server = Quiet(("127.0.0.1", 0), Answers)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert, key)
    server.socket = context.wrap_socket(server.socket, server_side=True,
                                        do_handshake_on_connect=False)
    server.names = {name.replace("_", "."): address for name, address in names.items()}
    server.asked = []
    server.url = f"https://127.0.0.1:{server.server_port}/dns-query"
    server.ca = cert
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()

    def close():
        server.shutdown()
        thread.join()
        server.server_close()

    t.closers.append(close)
    return server


@case
def names_are_asked_of_the_server_that_is_given(t):
    server = resolver(t, only_there_invalid="127.0.0.1")
    files = [t.file(f"{number}.bin", host="only.there.invalid") for number in range(3)]
    t.get("-j", 1, "--retries", 0, "--doh", server.url, "--cacert", server.ca,
          *[file.url for file in files])
    for number, file in enumerate(files):
        t.expect_file(f"{number}.bin", file)
    expect({("only.there.invalid", 1)} <= set(server.asked), f"asked: {server.asked}")


@case
def one_kind_of_address_is_all_that_is_asked_for(t):
    server = resolver(t, four_invalid="127.0.0.1")
    t.get("-4", "--doh", server.url, "--cacert", server.ca,
          t.origin.url("four.bin", host="four.invalid"))
    expect_equal(set(server.asked), {("four.invalid", 1)}, "asked")


@case
def what_it_tells_is_for_those_items_only(t):
    """Not the others of one run, neither before nor after; and what the system says is not used."""
    server = resolver(t, mine_invalid="127.0.0.1")
    listed = ""
    for number in range(3):
        listed += t.origin.url(f"mine{number}.bin", host="mine.invalid", keep=0) + "\n"
        if number == 1:
            listed += f"  doh={server.url}\n  cacert={server.ca}\n"
    t.get("-j", 1, "--retries", 0, "-i", t.write("list", listed), status=3)
    expect_equal([len(t.origin.requests(f"mine{number}.bin")) for number in range(3)], [0, 1, 0],
                 "requests")


@case
def nor_for_one_that_runs_at_the_same_time(t):
    server = resolver(t, mine_invalid="127.0.0.1")
    t.keeps("with.bin.part", "with.bin.haul")
    slow = t.origin.url("with.bin", host="mine.invalid", size=1 << 20, rate="100K", tick=20)
    (asking,) = t.add("--doh", server.url, "--cacert", server.ca, slow)
    until("it knows the name", lambda: t.items()[asking]["done"] > 0)
    (other,) = t.add("--retries", 0, t.origin.url("without.bin", host="mine.invalid"))
    until("the other one has asked", lambda: "resolved" in t.items()[other]["note"] or
          t.origin.requests("without.bin"))
    expect_equal(t.origin.requests("without.bin"), [], "requests of the other one")
    expect_equal(t.items()[asking]["state"], "active", "the one that asks")
    t.ok("remove", asking, other)


@case
def a_name_that_it_does_not_know_is_not_asked_of_others(t):
    server = resolver(t)
    result = t.get("--retries", 0, "--doh", server.url, "--cacert", server.ca,
                   "http://nobody.invalid/x.bin", status=3)
    expect(b"nobody.invalid can't be resolved" in result.err, f"{result}")
    expect(("nobody.invalid", 1) in server.asked, f"asked: {server.asked}")


@case
def one_that_is_not_trusted_or_not_there_is_a_failure(t):
    """Also with --insecure, which is for the server that has the file."""
    server = resolver(t, far_invalid="127.0.0.1")
    url = t.origin.url("far.bin", host="far.invalid")
    t.get("--retries", 0, "--insecure", "--doh", server.url, url, status=3)
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        gone = f"https://127.0.0.1:{sock.getsockname()[1]}/"
        t.get("--retries", 0, "--doh", gone, url, status=3)
    expect_equal((server.asked, t.origin.requests("far.bin")), ([], []), "questions, requests")


@case
def a_queue_asks_it_too(t):
    server = resolver(t, queued_invalid="127.0.0.1")
    file = t.file("queued.bin", host="queued.invalid")
    t.ok("wait", *t.add("--doh", server.url, "--cacert", server.ca, file.url))
    t.expect_file("queued.bin", file)


def built_with(t, word):
    """Whether the libcurl that haul names was built with WORD."""
    return word in t.ok("--version").out.decode().lower()


@case
def what_this_libcurl_lacks_is_refused_by_name(t):
    url = t.file("lacking.bin").url
    for words, lacks, word in ((["--http3"], b"without HTTP/3", "http3"),
                               (["--dns-servers", "192.0.2.1"], b"without c-ares", "c-ares")):
        if built_with(t, word):
            continue
        for command in ("get", "add"):
            result = t.haul(command, "-d", t.dir, *words, url, t.file("other.bin").url)
            expect_equal(result.status, 1, f"{result}")
            expect(words[0].encode() in result.err and lacks in result.err, f"{result}")
        listed = t.write("list", url + "\n" + url + f"2\n  {words[0][2:]}={(words + ['true'])[1]}\n")
        t.get("-i", listed, status=1)
    expect_equal(t.items(), {}, "items")
    expect_equal([t.origin.requests(name) for name in ("lacking.bin", "other.bin")], [[], []],
                 "requests")


@case
def http1_overrules_http3_as_it_does_http2(t):
    file = t.file("one.bin")
    t.get("--http1", "--http3", file.url)
    t.expect_file("one.bin", file)


@case
def values_that_make_no_sense_are_refused(t):
    for option, wrongs in (("--doh", ("", "http://a.example/", "https://", "https:///q", "a.example",
                                      "https://a b/")),
                           ("--dns-servers", ("", "dns.example", "192.0.2.1,", "192.0.2.1:0",
                                              "192.0.2.1:x", "[::1", "1" * 100))):
        for wrong in wrongs:
            result = t.get(option, wrong, t.file("wrong.bin").url, status=1)
            expect(b"must" in result.err, f"{option} {wrong!r}: {result}")
    expect_equal(t.origin.requests("wrong.bin"), [], "requests")


run()
