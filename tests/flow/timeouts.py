"""No server makes haul wait for ever."""

import contextlib
import signal
import socket
import time

from harness import case, expect, expect_equal, run, until


@contextlib.contextmanager
def full_listener():
    """A listener whose queue is full drops further connections without a word; yields its port."""
    with contextlib.ExitStack() as sockets:
        server = sockets.enter_context(socket.socket())
        server.bind(("127.0.0.1", 0))
        server.listen(0)
        for _ in range(4):
            filler = sockets.enter_context(socket.socket())
            filler.setblocking(False)
            filler.connect_ex(server.getsockname())
        yield server.getsockname()[1]


@case
def a_connection_that_is_never_made(t):
    with full_listener() as port:
        result = t.get("--retries", 0, "--connect-timeout", 1, "--stall-timeout", 60,
                       f"http://127.0.0.1:{port}/x", status=3)
        expect(b"127.0.0.1 took too long" in result.err, f"another reason: {result}")


@case
def a_connection_to_a_proxy_that_is_never_made(t):
    """The proxy is named, and not the server, which nobody has asked."""
    with full_listener() as port:
        result = t.get("--retries", 0, "--connect-timeout", 1, "--stall-timeout", 60, "--proxy",
                       f"http://me:secret@127.0.0.1:{port}", "http://files.test/x", status=3)
    words = f"no connection to the proxy 127.0.0.1:{port}, for files.test: Connection timed out"
    expect(words.encode() in result.err and b"secret" not in result.err, f"{result}")


@case
def a_handshake_that_is_never_answered(t):
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        t.get("--retries", 0, "--connect-timeout", 1, "--stall-timeout", 60,
              f"https://127.0.0.1:{server.getsockname()[1]}/x", status=3)


@case
def a_handshake_without_a_time_for_connecting(t):
    """Then the time without a byte holds for it too."""
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        result = t.get("--retries", 0, "--connect-timeout", 0, "--stall-timeout", 1,
                       f"https://127.0.0.1:{server.getsockname()[1]}/x", status=3)
        expect(b"--stall-timeout" in result.err, f"another reason: {result}")


@case
def a_proxy_that_never_answers(t):
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        proxy = f"http://127.0.0.1:{server.getsockname()[1]}"
        for url in ("http://files.test/x", "https://files.test/x"):
            t.get("--retries", 0, "--connect-timeout", 1, "--stall-timeout", 1, "--proxy", proxy,
                  url, status=3)
            t.get("--retries", 0, "--connect-timeout", 0, "--stall-timeout", 1, "--proxy", proxy,
                  url, status=3)


@case
def an_answer_that_never_comes(t):
    t.get("--retries", 0, "--stall-timeout", 1, t.origin.url("mute", delay="forever"), status=3)


@case
def a_body_that_stops(t):
    t.keeps("stop.bin.part", "stop.bin.haul")
    result = t.get("--retries", 0, "--stall-timeout", 1, t.file("stop.bin", 9000, stall=5000).url,
                   status=3)
    expect(result.err, "no sentence")
    expect("stop.bin" not in t.names(), "a final name without a complete file")


@case
def a_body_that_stops_before_its_first_byte(t):
    t.keeps("none.bin.part", "none.bin.haul")
    t.get("--retries", 0, "--stall-timeout", 1, t.file("none.bin", 9000, stall=0).url, status=3)


@case
def an_item_that_takes_too_long(t):
    t.keeps("long.bin.part", "long.bin.haul")
    t.get("--retries", 0, "--timeout", 1, t.file("long.bin", 90_000, rate=1000).url, status=3)
    expect("long.bin" not in t.names(), "a final name without a complete file")


@case
def slowness_alone_is_no_stall(t):
    file = t.file("slow.bin", 30, rate=10)
    t.get("--retries", 0, "--stall-timeout", 2, file.url)
    t.expect_file("slow.bin", file)


@case
def time_in_which_haul_is_stopped_is_no_silence(t):
    """Ctrl-Z, and on: what came meanwhile is there to be read. One that is silent stays so."""
    files = [t.file("stopped.bin", 3_000_000, rate=400_000, tick=20),
             t.file("parts.bin", 3_000_000, rate=200_000, tick=20),
             t.file("secret.bin", 3_000_000, rate=400_000, tick=20, scheme="https")]
    getting = t.start("get", "-q", "-d", t.dir, "--retries", 0, "--stall-timeout", 4,
                      "--cacert", t.origin.cert, "--min-split", "1M", *[file.url for file in files])
    until("bytes are here", lambda: t.origin.stats()["bytes"] > 600_000)
    getting.signal(signal.SIGSTOP)
    time.sleep(5)  # what is shown is that this time is not counted
    getting.signal(signal.SIGCONT)
    expect_equal(getting.wait().status, 0, "status")
    for file in files:
        t.expect_file(file.url.split("/")[3].split("?")[0], file)


@case
def slower_than_the_user_wants_is_a_stall(t):
    t.keeps("crawl.bin.part", "crawl.bin.haul")
    result = t.get("--retries", 0, "--stall-timeout", 1, "--min-speed", "10K", "-x", 1,
                   t.file("crawl.bin", 90_000, rate=1000).url, status=3)
    expect(b"--min-speed" in result.err, f"another reason: {result}")
    file = t.file("quick.bin", 90_000, rate=30_000, tick=20)
    t.get("--retries", 0, "--stall-timeout", 1, "--min-speed", "10K", file.url)
    t.expect_file("quick.bin", file)


@case
def a_slow_connection_is_dropped_and_the_file_goes_on(t):
    file = t.file("heals.bin", 90_000, rate=30_000, tick=20)
    t.get("--retries", 1, "--retry-wait", 0, "--stall-timeout", 1, "--min-speed", "100K", "-x", 1,
          file.url)
    t.expect_file("heals.bin", file)
    expect(len(t.origin.requests("heals.bin")) >= 2, "it was never dropped")


@case
def our_own_limit_is_neither_stall_nor_slowness(t):
    file = t.file("limited.bin", 60_000)
    t.get("--retries", 0, "--limit", "20K", "--stall-timeout", 1, "--min-speed", "100K", file.url)
    t.expect_file("limited.bin", file)


run()
