"""The servers that the cases fetch from, all on loopback, all with ports of the kernel's choice:
nginx over plain HTTP and TLS 1.3, a relay that makes the way long, and a server that never ends."""

import asyncio
import contextlib
import os
import selectors
import socket
import struct
import subprocess
import threading
import time

# What a location adds to the tree under it, by the first part of the path.
LIMITS = {
    "": "",
    "/16k": "limit_rate 16k;",
    "/2m": "limit_rate 2m;",
    "/2m-even": "limit_rate 2m; sendfile_max_chunk 256k;",
    "/uneven": "limit_rate $uneven;",
    "/4m": "limit_rate 4m;",
    "/25m": "limit_rate 25m;",
    "/32m": "limit_rate 32m;",
    "/200m": "limit_rate 200m;",
}

CONFIG = """
{user}
daemon off;
worker_processes {workers};
worker_rlimit_nofile {descriptors};
pid {top}/pid;
error_log {top}/error.log warn;
events {{ worker_connections {connections}; multi_accept on; }}
http {{
    default_type application/octet-stream;
    access_log off;
    log_format bytes "$request_uri $body_bytes_sent";
    sendfile on;
    tcp_nopush on;
    tcp_nodelay on;
    keepalive_requests 1000000;
    keepalive_timeout 60;
    open_file_cache max=20000 inactive=600s;
    open_file_cache_valid 600s;
    client_body_temp_path {top}/t1;
    proxy_temp_path {top}/t2;
    fastcgi_temp_path {top}/t3;
    uwsgi_temp_path {top}/t4;
    scgi_temp_path {top}/t5;
    ssl_certificate {top}/cert.pem;
    ssl_certificate_key {top}/key.pem;
    ssl_protocols TLSv1.3;
    ssl_session_cache shared:bench:4m;
    ssl_buffer_size 16k;
    # Every fourth connection is slow.
    map $connection $uneven {{
        default 2m;
        "~^([48]|.*([02468][048]|[13579][26]))$" 256k;
    }}
    server {{
        listen 127.0.0.1:{plain} backlog=16384;
        listen 127.0.0.1:{tls} ssl backlog=4096;
        listen 127.0.0.1:{h2} ssl http2 backlog=4096;
        http2_max_concurrent_streams 256;
        {locations}
    }}
}}
"""

LOCATION = """
        location {path}/ {{ {limit} {log} alias {data}/; }}"""


def free_ports(count):
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports


def make_certificate(top):
    """A self-made authority that is its own server's certificate."""
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                    "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1",
                    "-addext", "subjectAltName=IP:127.0.0.1,DNS:localhost",
                    "-keyout", f"{top}/key.pem", "-out", f"{top}/cert.pem"],
                   check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return f"{top}/cert.pem"


def wait_for(port, process):
    """Until the port answers; fails when the process ends before."""
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        if process.poll() is not None:
            break
        try:
            socket.create_connection(("127.0.0.1", port)).close()
            return
        except ConnectionRefusedError:
            time.sleep(0.01)
    raise RuntimeError("nginx did not start")


class Nginx:
    """Serves the folder DATA as /…, and again under /16k/…, /2m/… at that rate a connection."""

    def __init__(self, top, data, descriptors, workers=1):
        os.makedirs(top)
        self.top = top
        self.plain, self.tls, self.h2 = free_ports(3)
        self.cacert = make_certificate(top)
        self.log = f"{top}/bytes.log"
        log = f"access_log {self.log} bytes;"
        locations = "".join(LOCATION.format(path=path, limit=limit, data=data,
                                            log=log if path else "")
                            for path, limit in LIMITS.items())
        config = CONFIG.format(user="user root;" if os.getuid() == 0 else "", top=top,
                               workers=workers, descriptors=descriptors,
                               connections=(descriptors - 400) // 2,
                               plain=self.plain, tls=self.tls, h2=self.h2, locations=locations)
        with open(f"{top}/nginx.conf", "w", encoding="ascii") as file:
            file.write(config)
        self.process = subprocess.Popen(["nginx", "-p", top, "-c", f"{top}/nginx.conf",
                                         "-e", f"{top}/error.log"], stderr=subprocess.DEVNULL)
        try:
            wait_for(self.plain, self.process)
        except RuntimeError:
            with open(f"{top}/error.log", encoding="utf-8") as file:
                raise RuntimeError("nginx did not start: " + file.read()) from None

    def url(self, path, scheme="http"):
        port = {"http": self.plain, "https": self.tls, "h2": self.h2}[scheme]
        return f"{'http' if scheme == 'http' else 'https'}://127.0.0.1:{port}{path}"

    def mark(self):
        """Where the log ends now."""
        return os.path.getsize(self.log)

    def sent_since(self, mark, settle=0.5):
        """Bytes of bodies that were sent since the mark, once nothing is added any more."""
        size = -1
        while size != os.path.getsize(self.log):
            size = os.path.getsize(self.log)
            time.sleep(settle)
        with open(self.log, "rb") as file:
            file.seek(mark)
            return sum(int(line.split()[-1]) for line in file)

    def close(self):
        self.process.terminate()
        self.process.wait()


class Background:
    """Runs an asyncio server in a thread of its own."""

    def __init__(self):
        self.loop = asyncio.new_event_loop()
        self.port = 0
        ready = threading.Event()
        self.thread = threading.Thread(target=self._run, args=(ready,), daemon=True)
        self.thread.start()
        ready.wait()

    def _run(self, ready):
        asyncio.set_event_loop(self.loop)
        server = self.loop.run_until_complete(
            asyncio.start_server(self.serve, "127.0.0.1", 0, backlog=1024))
        self.port = server.sockets[0].getsockname()[1]
        ready.set()
        self.loop.run_forever()

    async def serve(self, reader, writer):
        raise NotImplementedError

    def close(self):
        asyncio.run_coroutine_threadsafe(self._end(), self.loop).result()
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join()

    async def _end(self):
        tasks = asyncio.all_tasks() - {asyncio.current_task()}
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


class Relay(Background):
    """Hands bytes on to a port, each after DELAY seconds, in both directions."""

    def __init__(self, port, delay):
        self.to, self.delay = port, delay
        super().__init__()

    async def serve(self, reader, writer):
        try:
            far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self.to)
            await asyncio.gather(self._carry(reader, far_writer), self._carry(far_reader, writer))
        except OSError:
            writer.close()

    async def _carry(self, reader, writer):
        while True:
            try:
                data = await reader.read(65536)
            except OSError:
                data = b""
            self.loop.call_later(self.delay, self._put, writer, data)
            if not data:
                return

    @staticmethod
    def _put(writer, data):
        if writer.is_closing():
            return
        if data:
            writer.write(data)
        else:
            writer.close()


class Hold:
    """Answers each request with a head and one byte of a megabyte, and leaves it at that. Tells
    when the first request came, by the kernel's clock: as a number of time.monotonic(), whatever
    keeps this thread from looking; and how many there were."""

    HEAD = b"HTTP/1.1 200 OK\r\nContent-Length: 1048576\r\n\r\nx"
    SO_TIMESTAMPNS = 35  # Linux

    def __init__(self):
        self.first = None
        self.requests = 0
        self.news = threading.Condition()
        self.ready = selectors.DefaultSelector()
        listener = socket.create_server(("127.0.0.1", 0), backlog=1024)
        listener.setsockopt(socket.SOL_SOCKET, self.SO_TIMESTAMPNS, 1)
        self.port = listener.getsockname()[1]
        self.ready.register(listener, selectors.EVENT_READ, self.accept)
        self.ended, self.end = socket.socketpair()
        self.ready.register(self.ended, selectors.EVENT_READ, None)
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()

    def reset(self):
        with self.news:
            self.first, self.requests = None, 0

    def wait(self, count, seconds):
        """Until so many requests came; False: they did not in that time."""
        with self.news:
            return self.news.wait_for(lambda: self.requests >= count, seconds)

    def run(self):
        while True:
            for key, _ in self.ready.select():
                if key.data is None:
                    return
                key.data(key.fileobj)

    def accept(self, listener):
        self.ready.register(listener.accept()[0], selectors.EVENT_READ, self.answer)

    def answer(self, connection):
        try:
            data, notes, _, _ = connection.recvmsg(65536, 1024)
        except OSError:
            data = b""
        if not data:
            self.ready.unregister(connection)
            connection.close()
        elif data.endswith(b"\r\n\r\n"):
            with self.news:
                self.first = self.first or self.moment(notes)
                self.requests += 1
                self.news.notify_all()
            with contextlib.suppress(OSError):  # it is gone: that is read next
                connection.send(self.HEAD)

    @staticmethod
    def moment(notes):
        """When the bytes with these NOTES came."""
        (_, _, stamp), = notes
        seconds, nanoseconds = struct.unpack("qq", stamp)
        return seconds + nanoseconds / 1e9 - time.time() + time.monotonic()

    def close(self):
        self.end.close()
        self.thread.join()
        for key in list(self.ready.get_map().values()):
            key.fileobj.close()
        self.ready.close()
