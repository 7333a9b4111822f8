"""Ten thousand small files from a stock server, all byte-equal, in flat memory."""

import os

from harness import case, child_server, content, expect, expect_equal, free_port, need, run, until

COUNT = 10_000
SIZE = 8192
GROWTH = 48 << 20  # bytes that the second half may add: items, not buffers


def start_nginx(t, port, root):
    config = t.write("nginx.conf", f"""
        worker_processes 1; daemon off; master_process off;
        pid {t.home}/nginx.pid; error_log {t.home}/nginx.err;
        events {{ worker_connections 4096; }}
        http {{ access_log off; keepalive_requests 100000;
               client_body_temp_path {t.home}/nb; proxy_temp_path {t.home}/np;
               fastcgi_temp_path {t.home}/nf; uwsgi_temp_path {t.home}/nu;
               scgi_temp_path {t.home}/ns;
               server {{ listen 127.0.0.1:{port}; root {root}; }} }}""")
    child_server(t, [need("nginx"), "-e", f"{t.home}/nginx.err", "-c", config, "-p", t.home], port)


def resident(pid):
    with open(f"/proc/{pid}/status", encoding="ascii") as file:
        for line in file:
            if line.startswith("VmRSS"):
                return int(line.split()[1]) * 1024
    return 0


@case
def ten_thousand_files_arrive(t):
    port = free_port()
    root = t.folder("www")
    for i in range(COUNT):
        with open(os.path.join(root, f"f{i}.bin"), "wb") as file:
            file.write(content(i, SIZE))
    start_nginx(t, port, root)
    urls = [f"http://127.0.0.1:{port}/f{i}.bin\n" for i in range(COUNT)]
    listed = t.write("list.txt", "".join(urls))
    running = t.start("get", "-q", "-j", 16, "-d", t.dir, "-i", listed)
    until("the first half arrives",
          lambda: not running.alive() or len(os.listdir(t.dir)) >= COUNT // 2, 120)
    half = resident(running.pid) if running.alive() else 0
    highest = half

    def ended():
        nonlocal highest
        highest = max(highest, resident(running.pid))
        return not running.alive()

    until("all arrive", ended, 120)
    result = running.wait(120)
    expect(result.status == 0, str(result))
    expect_equal(len(t.names()), COUNT, "files")
    for i in range(COUNT):
        with open(t.path(f"f{i}.bin"), "rb") as file:
            expect(file.read() == content(i, SIZE), f"f{i}.bin differs")
    expect(highest - half <= GROWTH, f"memory grew from {half} to {highest}")


run()
