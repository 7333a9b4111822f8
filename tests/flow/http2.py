"""HTTP/2, against nginx: files that fit into memory share connections, larger ones do not."""

import contextlib
import http.client
import os
import socket
import socketserver
import ssl
import subprocess
import threading

from harness import (DEADLINE, Failure, Remote, case, content, expect, expect_equal, free_port, need,
                     run, until, whole_lines)

CONFIG = """
daemon off;
{user}
pid {top}/pid;
error_log {top}/error.log warn;
events {{ worker_connections 512; }}
http {{
    log_format facts "$server_protocol $connection $uri $status";
    access_log {top}/access.log facts;
    client_body_temp_path {top}/t1;
    proxy_temp_path {top}/t2;
    fastcgi_temp_path {top}/t3;
    uwsgi_temp_path {top}/t4;
    scgi_temp_path {top}/t5;
    keepalive_requests {requests};
    ssl_certificate {top}/cert.pem;
    ssl_certificate_key {top}/key.pem;
    server {{
        listen 127.0.0.1:{port} ssl http2;
        listen 127.0.0.1:{old} ssl;
        location / {{ root {top}/data; }}
        location /slow/ {{ alias {top}/data/; limit_rate 20k; }}
        location /old/ {{ return 302 /new.bin; }}
    }}
}}
"""


class Nginx:
    """Serves files of known content over TLS with HTTP/2."""

    def __init__(self, t, requests=100_000):
        program = need("nginx")
        need("openssl")
        built = subprocess.run([program, "-V"], capture_output=True, text=True, check=False).stderr
        expect("http_v2" in built, "this nginx speaks no HTTP/2")
        self.top, self.asked = t.folder("nginx"), 0
        os.chmod(self.top, 0o755)
        os.mkdir(f"{self.top}/data")
        self.cert, self.port, self.old, self.seed = (f"{self.top}/cert.pem", free_port(),
                                                     free_port(), 7000)
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                        "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj", "/CN=h2",
                        "-addext", "subjectAltName=IP:127.0.0.1", "-keyout",
                        f"{self.top}/key.pem", "-out", self.cert], check=True,
                       capture_output=True)
        config = f"{self.top}/nginx.conf"
        with open(config, "w", encoding="ascii") as file:
            file.write(CONFIG.format(top=self.top, port=self.port, old=self.old,
                                     requests=requests,
                                     user="user root;" if os.getuid() == 0 else ""))
        self.process = subprocess.Popen([program, "-p", self.top, "-c", config, "-e",
                                         f"{self.top}/error.log"], stderr=subprocess.DEVNULL)
        t.closers.append(self.close)
        until("nginx is up", self.is_up)

    def is_up(self):
        if self.process.poll() is not None:
            with open(f"{self.top}/error.log", encoding="utf-8") as file:
                raise Failure("nginx did not start: " + file.read())
        return os.path.exists(f"{self.top}/pid")

    def close(self):
        self.process.terminate()
        self.process.wait()

    def file(self, name, size, place=""):
        self.seed += 1
        with open(f"{self.top}/data/{name}", "wb") as file:
            file.write(content(self.seed, size))
        return Remote(f"https://127.0.0.1:{self.port}/{place}{name}", self.seed, size)

    def log(self):
        """(protocol, connection, path, status) of each answer that was sent to its end. The log is
        written behind that: it is whole once it tells of a request that came later."""
        self.asked += 1
        mark = f"/mark-{self.asked}"
        trusting = ssl._create_unverified_context()
        line = http.client.HTTPSConnection("127.0.0.1", self.old, context=trusting,
                                           timeout=DEADLINE)
        line.request("GET", mark)
        line.getresponse().read()
        line.close()

        def entries():
            with open(f"{self.top}/access.log", encoding="ascii") as file:
                return [tuple(line.split()) for line in whole_lines(file.read())]

        until("the log is written", lambda: mark in [entry[2] for entry in entries()])
        return [entry for entry in entries() if not entry[2].startswith("/mark-")]

    def protocols(self, path):
        return [entry[0] for entry in self.log() if entry[2] == path]


def expect_all(t, files):
    """They are called f0.bin, f1.bin and so on."""
    for i, file in enumerate(files):
        t.expect_file(f"f{i}.bin", file)


@case
def small_files_share_connections(t):
    server = Nginx(t)
    files = [server.file(f"f{i}.bin", 1 + i * 97) for i in range(600)]
    t.get("--http2", "-j", 30, "--retries", 0, "--cacert", server.cert,
          *[file.url for file in files])
    expect_all(t, files)
    expect_equal({entry[0] for entry in server.log()}, {"HTTP/2.0"}, "protocols")
    connections = {entry[1] for entry in server.log()}
    expect(len(connections) <= 3, f"{len(connections)} connections for 30 at once")


@case
def without_the_option_or_with_http1_it_is_http_1_1(t):
    server = Nginx(t)
    files = [server.file(f"f{i}.bin", 5000) for i in range(3)]
    t.get("--cacert", server.cert, files[0].url)
    t.get("--cacert", server.cert, "--http1", files[1].url)
    t.get("--cacert", server.cert, "--http2", "--http1", files[2].url)
    expect_all(t, files)
    expect_equal({entry[0] for entry in server.log()}, {"HTTP/1.1"}, "protocols")


@case
def a_large_file_comes_over_connections_of_its_own(t):
    server = Nginx(t)
    large = [server.file(f"l{i}.bin", 65537 + i * 3_000_000) for i in range(4)]
    small = [server.file(f"s{i}.bin", 65536) for i in range(20)]
    t.get("--http2", "-x", 3, "--min-split", "1M", "--retries", 0, "--cacert", server.cert,
          *[file.url for pair in zip(large, small) for file in pair],
          *[file.url for file in small[4:]])
    for i, file in enumerate(large):
        t.expect_file(f"l{i}.bin", file)
        used = server.protocols(f"/l{i}.bin")
        expect("HTTP/1.1" in used, f"l{i}.bin came over {used}")
    for i, file in enumerate(small):
        t.expect_file(f"s{i}.bin", file)
        expect_equal(len(server.protocols(f"/s{i}.bin")), 1, f"requests for s{i}.bin")
    shared = [entry for entry in server.log() if entry[0] == "HTTP/2.0" and "/s" in entry[2]]
    expect(shared, "no small file came over HTTP/2")


@case
def a_server_that_ends_connections_early_mixes_nothing_up(t):
    """GOAWAY after three requests: what then looks for another connection must not get one that is
    in use for a larger file over HTTP/1.1."""
    server = Nginx(t, requests=3)
    files = [server.file(f"f{i}.bin", (300_000, 70_000, 70_000, 8_000)[i % 4]) for i in range(100)]
    t.get("--http2", "-j", 16, "--retry-wait", 0, "--cacert", server.cert,
          *[file.url for file in files])
    expect_all(t, files)
    expect_equal({entry[0] for entry in server.log()}, {"HTTP/1.1", "HTTP/2.0"}, "protocols")


@case
def buffers_of_shared_connections_are_as_large_as_is_read_into_them(t):
    """What a handle keeps of a time when many ran, and each had little memory, must not be read into
    when few do. A sanitizer tells."""
    server = Nginx(t)
    files = [server.file(f"f{i}.bin", (70_000, 60_000, 1, 8_000)[i % 4]) for i in range(280)]
    t.get("--http2", "-j", 250, "--retry-wait", 0, "--cacert", server.cert, "-i",
          t.write("list", "".join(f"{file.url}\n" for file in files)))
    expect_all(t, files)


class Spreader:
    """One address, behind it servers that get a connection each in turn."""

    def __init__(self, t, *ports):
        self.ports, self.pairs = ports, []
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port = self.listener.getsockname()[1]
        self.threads = [threading.Thread(target=self.accept)]
        self.threads[0].start()
        t.closers.append(self.close)

    def accept(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            server = socket.create_connection(
                ("127.0.0.1", self.ports[len(self.pairs) % len(self.ports)]))
            self.pairs.append((client, server))
            for pair in ((client, server), (server, client)):
                self.threads.append(threading.Thread(target=self.carry, args=pair))
                self.threads[-1].start()

    def carry(self, source, sink):
        try:
            while data := source.recv(65536):
                sink.sendall(data)
            sink.shutdown(socket.SHUT_WR)
        except OSError:
            pass

    def close(self):
        self.listener.shutdown(socket.SHUT_RDWR)
        self.threads[0].join()
        for pair in self.pairs:
            for sock in pair:
                with contextlib.suppress(OSError):
                    sock.shutdown(socket.SHUT_RDWR)
        for thread in self.threads[1:]:
            thread.join()
        for sock in (self.listener, *(sock for pair in self.pairs for sock in pair)):
            sock.close()


@case
def servers_of_which_not_all_can_share_mix_nothing_up(t):
    """Behind one address some agree to HTTP/2 and others don't. Who wants to share must not join
    somebody on a connection that can't be shared."""
    server = Nginx(t)
    spread = Spreader(t, server.old, server.port)
    files = [server.file(f"f{i}.bin", 30_000, place="slow/") for i in range(4)]
    files += [server.file(f"f{i}.bin", (66_000, 1, 64_500, 0, 8_000)[i % 5]) for i in range(4, 60)]
    t.get("--http2", "-j", 8, "--retry-wait", 0, "--cacert", server.cert,
          *[file.url.replace(str(server.port), str(spread.port)) for file in files])
    expect_all(t, files)
    expect_equal({entry[0] for entry in server.log()}, {"HTTP/1.1", "HTTP/2.0"}, "protocols")


class NoHttp1(socketserver.BaseRequestHandler):
    """Ends each handshake: a fatal alert, no_application_protocol."""

    def handle(self):
        self.request.recv(65536)
        self.request.sendall(bytes.fromhex("15 0303 0002 02 78"))


@contextlib.contextmanager
def no_http1():
    """Yields the port of a server that speaks only HTTP/2, as one sees it who does not."""
    with socketserver.TCPServer(("127.0.0.1", 0), NoHttp1) as server:
        serving = threading.Thread(target=server.serve_forever, args=(0.02,))
        serving.start()
        try:
            yield server.server_address[1]
        finally:
            server.shutdown()
            serving.join()


@case
def a_server_that_speaks_only_http2_is_told_of(t):
    """Small files can be had of it; one that is found to be larger, over HTTP/2, can not."""
    server = Nginx(t)
    file = server.file("large.bin", 70_000)
    with no_http1() as port:
        result = t.get("--retries", 0, f"https://127.0.0.1:{port}/x", status=3)
        expect(b"127.0.0.1 speaks no HTTP/1.1; --http2 fetches files up to 64 KiB" in result.err,
               f"{result}")
        spread = Spreader(t, server.port, port)
        result = t.get("--http2", "--retries", 0, "--cacert", server.cert,
                       file.url.replace(str(server.port), str(spread.port)), status=3)
        expect(b"speaks no HTTP/1.1, over which haul fetches all but files up to 64 KiB" in
               result.err, f"{result}")


@case
def links_with_http2_and_without_mix_nothing_up(t):
    """In one queue, and the server ends connections early."""
    server = Nginx(t, requests=3)
    files = [server.file(f"f{i}.bin", 40_000, place="slow/") for i in range(2)]
    files += [server.file(f"f{i}.bin", 8_000) for i in range(2, 40)]
    ids = t.add("--cacert", server.cert, *[file.url for file in files[:2]])
    until("bytes come", lambda: all(item["done"] > 0 for item in t.items().values()))
    ids += t.add("--http2", "--retry-wait", 0, "--cacert", server.cert,
                 *[file.url for file in files[2:]])
    t.ok("wait", *ids)
    expect_all(t, files)
    expect_equal({entry[0] for entry in server.log()}, {"HTTP/1.1", "HTTP/2.0"}, "protocols")


@case
def a_limit_keeps_to_http_1_1(t):
    """Under a limit bodies pause."""
    server = Nginx(t)
    files = [server.file(f"f{i}.bin", 40_000) for i in range(6)]
    for limit, some in (("--limit", files[:3]), ("--item-limit", files[3:])):
        t.get("--http2", limit, "200K", "--cacert", server.cert, *[file.url for file in some])
    expect_all(t, files)
    expect_equal({entry[0] for entry in server.log()}, {"HTTP/1.1"}, "protocols")


@case
def a_refusal_and_a_redirect_are_understood(t):
    server = Nginx(t)
    file = server.file("new.bin", 3000)
    t.get("--http2", "--cacert", server.cert, file.url.replace("new.bin", "old/x.bin"))
    t.get("--http2", "--cacert", server.cert, file.url.replace("new.bin", "none.bin"), status=4)
    t.expect_file("x.bin", file)
    expect_equal([entry[::3] for entry in server.log()],
                 [("HTTP/2.0", "302"), ("HTTP/2.0", "200"), ("HTTP/2.0", "404")], "answers")


@case
def show_tells_the_protocol(t):
    server = Nginx(t)
    slow = server.file("slow.bin", 60_000, place="slow/")
    (number,) = t.add("--http2", "--cacert", server.cert, slow.url)
    until("bytes come", lambda: t.items()[number]["done"] > 0)
    shown = t.ok("show", number).out.decode()
    expect("HTTP/2" in shown, shown)
    t.ok("wait", number)
    t.expect_file("slow.bin", slow)


@case
def streams_can_be_ended_one_by_one(t):
    """Cancelled ones do not take their neighbours with them."""
    server = Nginx(t)
    slow = [server.file(f"f{i}.bin", 60_000, place="slow/") for i in range(8)]
    ids = t.add("--http2", "--retries", 0, "--cacert", server.cert, *[file.url for file in slow])
    until("bytes come", lambda: all(item["done"] > 0 for item in t.items().values()))
    t.ok("remove", *ids[::2])
    t.ok("wait", *ids[1::2])
    for i in range(1, 8, 2):
        t.expect_file(f"f{i}.bin", slow[i])
    expect_equal(len(t.names()), 4, "files")


run()
