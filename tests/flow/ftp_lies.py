"""An FTP server that lies, dies or says nothing: no file gets its name unless all of it came, and
nobody is held up. The server stands in this file, as no stock one does such things."""

import contextlib
import os
import socket
import threading

from harness import case, content, expect, expect_equal, run, until

SIZE = 400_000
DATA = content(1, SIZE)
AGAIN = ("--retries", 2)
HASTE = 5
NOTHING = "00000000:00000000"  # to be sent, and to be read
PATIENCE = ("--stall-timeout", 0, "--connect-timeout", 0)


def all_read(line):
    """Whether the other end of LINE has read all that was sent to it."""
    there, here = (f":{port:04X}" for port in (line.getpeername()[1], line.getsockname()[1]))
    with open("/proc/net/tcp", encoding="ascii") as sockets:
        rows = [row.split() for row in sockets]
    ends = {(row[1][-5:], row[2][-5:]): row[4] for row in rows}
    return (ends.get((here, there), NOTHING).startswith(NOTHING[:8]) and
            ends.get((there, here), NOTHING).endswith(NOTHING[8:]))


class Server:
    """Serves one file. HOW: what it does differently, see talk()."""

    def __init__(self, t, **how):
        self.how = how
        self.said = []
        self.sent = 0  # transfers
        self.lines = []  # of data, that stay open
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"ftp://127.0.0.1:{self.listener.getsockname()[1]}/file.bin"
        self.connections = 0
        self.over = threading.Event()
        threading.Thread(target=self.accept, daemon=True).start()
        t.closers.append(self.close)

    def close(self):
        self.over.set()
        self.listener.close()

    def accept(self):
        with contextlib.suppress(OSError):
            while True:
                line, _ = self.listener.accept()
                self.connections += 1
                threading.Thread(target=self.serve, args=(line,), daemon=True).start()

    def serve(self, line):
        with contextlib.suppress(OSError), line:
            self.talk(line)

    def talk(self, line):
        """greeting: in place of "220"; busy: so many connections get 421; size: what SIZE tells;
        rest: what REST is answered, and then it begins at 0; cut: where the first transfer ends;
        more: bytes behind the file; last: what is said then, "" for nothing, only the first time
        with once; when: what to wait for before that; together: it is said in one breath with what
        comes before the file; open: the data has no end; mute: says nothing to QUIT."""
        how = self.how
        begin, data = 0, None

        def say(text):
            line.sendall(text.encode() + b"\r\n")

        say("421 too many users" if self.connections <= how.get("busy", 0)
            else how.get("greeting", "220 hello"))
        for raw in line.makefile("rb"):
            self.said.append(raw.decode().strip())
            word, _, argument = self.said[-1].partition(" ")
            if word == "QUIT" and how.get("mute"):
                self.over.wait()
            elif word == "EPSV":
                data = socket.create_server(("127.0.0.1", 0))
                say(f"229 here (|||{data.getsockname()[1]}|)")
            elif word == "REST" and "rest" in how:
                say(how["rest"])
            elif word == "REST":
                begin = int(argument)
                say("350 from there")
            elif word == "RETR":
                if not how.get("together"):
                    say("150 it comes")
                self.send(data, begin)
                begin = 0
                if "when" in how:
                    how["when"](line)
                word = how.get("last", "226 that was all")
                if how.get("once") and self.sent > 1:
                    word = "226 that was all"
                if how.get("together"):
                    say("150 it comes\r\n" + word)
                elif word:
                    say(word)
            else:
                say({"USER": "331 password", "PASS": "230 fine", "PWD": '257 "/"',
                     "SIZE": f"213 {how.get('size', SIZE)}", "TYPE": "200 fine",
                     "QUIT": "221 bye"}.get(word, "500 unknown"))

    def send(self, data, begin):
        self.sent += 1
        line, _ = data.accept()
        cut = self.how.get("cut") if self.sent == 1 else None
        with data:
            line.sendall((DATA + self.how.get("more", b""))[begin:cut])
            if "when" in self.how:
                until("the file is read", lambda: all_read(line))
        if self.how.get("open"):
            self.lines.append(line)
        else:
            line.close()

    def words(self, word):
        return [said for said in self.said if said.split()[0] == word]


def expect_right(t):
    with open(t.path("file.bin"), "rb") as file:
        expect(file.read() == DATA, "file.bin differs")
    os.unlink(t.path("file.bin"))
    t.expect_names()


def refused(t, server, status, words, *options):
    result = t.get("--retries", 0, *options, server.url, status=status)
    expect(words in result.err, f"{words} is not said: {result}")
    for unfinished in t.partials():
        os.unlink(t.path(unfinished))
    t.expect_names()


@case
def an_honest_one_is_believed(t):
    for how in {}, {"greeting": "220-hello\r\n226-226\r\n 220 no end\r\n220 end"}, {"size": "x 400000"}:
        t.get(Server(t, **how).url)
        expect_right(t)


@case
def a_size_that_is_none_is_refused(t):
    for size in "-5", "99999999999999999999", "4e5x", "":
        refused(t, Server(t, size=size), 3, b"a size that is none")


@case
def more_bytes_than_announced_are_refused(t):
    for size in SIZE - 1000, 1, 0:
        refused(t, Server(t, size=size), 6, b"announces %d bytes and sends more" % size)


@case
def less_bytes_than_announced_are_refused(t):
    refused(t, Server(t, size=SIZE + 1), 3, b"before the announced length")


@case
def its_last_word_counts(t):
    t.hurry(HASTE)
    for last in "426 broken off", "451 can't read it":
        refused(t, Server(t, last=last), 3, last.split()[0].encode())
        server = Server(t, last=last, once=True)
        t.get(*AGAIN, server.url)
        expect_right(t)
        expect_equal(server.sent, 2, f"transfers after {last}")


@case
def one_that_says_nothing_at_the_end_is_not_waited_for(t):
    t.hurry(20)
    refused(t, Server(t, last=""), 3, b"does not say whether this was all", *PATIENCE)


@case
def nor_is_its_good_bye(t):
    server = Server(t, mute=True)
    t.get(server.url)
    expect_right(t)
    expect_equal(len(server.words("QUIT")), 1, "good-byes")


@case
def while_one_is_waited_for_others_go_on(t):
    """The second half of another file is sent once all of this one is here, and the last word is
    said once that other file is."""
    sent = threading.Event()

    def half_by_half(listener):
        line, _ = listener.accept()
        with contextlib.suppress(OSError), line:
            line.recv(65536)
            line.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % SIZE + DATA[:1000])
            sent.wait()
            line.sendall(DATA[1000:])

    def until_it_is_here(line):
        sent.set()
        line.settimeout(0.01)
        while not os.path.exists(t.path("other.bin")):
            with contextlib.suppress(TimeoutError):
                if not line.recv(1):
                    return

    listener = socket.create_server(("127.0.0.1", 0))
    t.closers.append(listener.close)
    threading.Thread(target=half_by_half, args=(listener,), daemon=True).start()
    t.get("--retries", 0, Server(t, when=until_it_is_here).url,
          f"http://127.0.0.1:{listener.getsockname()[1]}/other.bin")
    expect(t.names() == ["file.bin", "other.bin"], f"there are {t.names()}")
    os.unlink(t.path("other.bin"))
    expect_right(t)


@case
def a_last_word_that_came_early_is_heard(t):
    """Read together with the first one; and in front of the end of the data, which never comes."""
    t.get("--retries", 0, Server(t, together=True).url)
    expect_right(t)
    t.hurry(20)
    t.get("--retries", 0, *PATIENCE, Server(t, open=True).url)
    expect_right(t)


@case
def the_last_byte_keeps_to_the_limit(t):
    servers = [Server(t) for _ in range(3)]
    t.get("--limit", "1M", *[server.url for server in servers])
    expect_equal(len(t.names()), 3, "files")
    for name in t.names():
        with open(t.path(name), "rb") as file:
            expect(file.read() == DATA, f"{name} differs")


@case
def through_a_proxy_it_is_http(t):
    """Which has its own rules for lengths, and connections that stay."""
    def proxy(listener):
        line, _ = listener.accept()
        with contextlib.suppress(OSError), line, line.makefile("rb") as lines:
            while lines.readline().strip():
                continue
            line.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % SIZE + DATA + b"more")
            lines.read()

    listener = socket.create_server(("127.0.0.1", 0))
    t.closers.append(listener.close)
    threading.Thread(target=proxy, args=(listener,), daemon=True).start()
    t.get("--proxy", f"http://127.0.0.1:{listener.getsockname()[1]}", "ftp://far.test/file.bin")
    expect_right(t)


@case
def a_busy_one_is_asked_again(t):
    t.hurry(HASTE)
    server = Server(t, busy=1)
    result = t.get(*AGAIN, server.url)
    expect(b"takes no further connection for now: 421 too many users" in result.err, str(result))
    expect_right(t)
    refused(t, Server(t, greeting="530 members only"), 4, b"refuses: 530 members only")


@case
def what_broke_goes_on_with_trust_size(t):
    t.hurry(HASTE)
    server = Server(t, cut=100_000, last="426 broken off", once=True)
    t.get(*AGAIN, "--trust-size", server.url)
    expect_right(t)
    expect_equal(server.words("REST"), ["REST 100000"], "where it went on")


@case
def one_that_can_not_begin_in_the_middle_begins_anew(t):
    t.hurry(HASTE)
    server = Server(t, cut=100_000, last="426 broken off", once=True, rest="502 no such thing")
    result = t.get(*AGAIN, "--trust-size", server.url)
    expect_right(t)
    expect(len(server.words("REST")) == 1 and server.sent == 2, f"{server.said} {result}")


@case
def one_that_says_so_and_begins_anew_is_found_out(t):
    t.hurry(HASTE)
    server = Server(t, cut=100_000, last="426 broken off", once=True, rest="350 from there")
    result = t.get(*AGAIN, "--trust-size", server.url, status=6)
    expect(b"announces 300000 bytes and sends more" in result.err, str(result))
    t.keeps("file.bin.part", "file.bin.haul")


run()
