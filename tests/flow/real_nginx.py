"""nginx while its files, its limits and its configuration change under a download: the file is one
of the versions that were there, or the item says what is wrong."""

import http.client
import os
import signal

from harness import (Remote, case, child_server, content, expect, expect_equal, free_port,
                     has_content, need, run, size_of, until)

SIZE = 400_000
SPLIT = ("-x", 4, "--min-split", "64K")


class Nginx:
    """One with a folder of files. It has a master, so that it can be told to read its
    configuration anew."""

    def __init__(self, t, http="", location=""):
        self.t = t
        self.port = free_port()
        self.root = t.folder("www")
        os.chmod(t.home, 0o711)
        os.chmod(self.root, 0o755)
        self.pid = os.path.join(t.home, "nginx.pid")
        self.http = http
        config = self.write(location)
        child_server(t, [need("nginx"), "-e", f"{t.home}/nginx.err", "-c", config, "-p", t.home],
                     self.port)

    def write(self, location):
        home = self.t.home
        temporary = "".join(f"{name}_temp_path {home}/n-{name};" for name in
                            ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
        return self.t.write("nginx.conf", f"""
            worker_processes 2; daemon off; master_process on; user root;
            pid {self.pid}; error_log {home}/nginx.err;
            events {{ worker_connections 256; }}
            http {{ access_log {home}/nginx.log; {temporary} {self.http}
                   server {{ listen 127.0.0.1:{self.port}; root {self.root};
                            location / {{ {location} }} }} }}""")

    def reload(self, location):
        """Takes another configuration, and waits until that counts."""
        self.write(location + " add_header X-Now yes always;")
        with open(self.pid, encoding="ascii") as file:
            os.kill(int(file.read()), signal.SIGHUP)
        until("the new configuration counts", self.says_now)

    def says_now(self):
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        line.request("HEAD", "/")
        answer = line.getresponse()
        line.close()
        return answer.getheader("X-Now") is not None

    def put(self, name, seed, size=SIZE, age=3600):
        """A file that is AGE seconds old, put there as a whole."""
        path = os.path.join(self.root, name)
        with open(path + ".new", "wb") as file:
            file.write(content(seed, size))
        when = os.stat(path + ".new").st_mtime - age
        os.utime(path + ".new", (when, when))
        os.rename(path + ".new", path)
        return Remote(f"http://127.0.0.1:{self.port}/{name}", seed, size)

    def statuses(self):
        with open(os.path.join(self.t.home, "nginx.log"), encoding="utf-8") as log:
            return [int(line.split('" ')[1].split()[0]) for line in log]


@case
def a_file_that_is_replaced_in_the_middle_is_never_spliced(t):
    for connections in (1, 4):
        server = server_of(t, location="limit_rate 200k;")
        name = f"a{connections}.bin"
        old = server.put(name, 1)
        running = t.start("get", "-d", t.dir, "-x", connections, "--min-split", "64K",
                          "--retry-wait", 0, old.url)
        until("bytes are here", lambda p=t.path(name + ".part"): size_of(p) > 70_000)
        server.put(name, 2, age=60)
        result = running.wait()
        expect_equal(result.status, 0, str(result))
        expect(any(has_content(t.path(name), seed, SIZE) for seed in (1, 2)),
               f"{connections}: it is neither version")


def server_of(t, **settings):
    """The case's only one."""
    if not hasattr(t, "nginx"):
        t.nginx = Nginx(t, **settings)
    return t.nginx


@case
def a_file_of_this_very_second_is_not_known_by_its_etag(t):
    """nginx makes the ETag of the second and the size: what is written within it looks the same. The
    date lies ahead, so that the test need not be quick."""
    server = server_of(t, location="limit_rate 200k;")
    old = server.put("a.bin", 1, age=-3600)
    when = os.stat(os.path.join(server.root, "a.bin")).st_mtime
    running = t.start("get", "-d", t.dir, *SPLIT, "--retry-wait", 0, old.url)
    until("bytes are here", lambda: os.path.exists(t.path("a.bin.part")))
    server.put("a.bin", 2)
    os.utime(os.path.join(server.root, "a.bin"), (when, when))
    result = running.wait()
    expect_equal(result.status, 0, str(result))
    expect(any(has_content(t.path("a.bin"), seed, SIZE) for seed in (1, 2)), "it is neither")
    until("it is logged", server.statuses)
    expect_equal(len(server.statuses()), 1, "requests")


@case
def connections_beyond_its_limit_cost_the_item_nothing(t):
    server = server_of(t, http="limit_conn_zone $server_port zone=one:1m;",
                       location="limit_conn one 2; limit_rate 100k;")
    file = server.put("a.bin", 1)
    t.get(*SPLIT, "--retries", 0, file.url)
    t.expect_file("a.bin", file)
    until("it is logged that something was refused", lambda: 503 in server.statuses())
    files = [server.put(f"f{i}.bin", i, 40_000) for i in range(6)]
    t.get("-j", 8, "--retries", 0, *[one.url for one in files])
    for i, one in enumerate(files):
        t.expect_file(f"f{i}.bin", one)


@case
def what_it_would_compress_comes_as_it_is(t):
    server = server_of(t, http="gzip on; gzip_types *; gzip_min_length 1;",
                       location="limit_rate 300k;")
    file = server.put("page.html", 1)
    t.get(*SPLIT, "--retries", 0, file.url)
    t.expect_file("page.html", file)


@case
def a_new_configuration_breaks_nothing(t):
    """Old workers end with what they have under way, and the next ones go on."""
    server = server_of(t, location="limit_rate 100k;")
    file = server.put("a.bin", 1)
    running = t.start("get", "-q", "-d", t.dir, *SPLIT, "--retries", 0, file.url)
    until("bytes are here", lambda: os.path.exists(t.path("a.bin.part")))
    server.reload("limit_rate 200k;")
    result = running.wait()
    expect_equal(result.status, 0, str(result))
    t.expect_file("a.bin", file)


run()
