"""The doors of a session: who may come in, how much may come in, and what is told outside."""

import contextlib
import json
import os
import signal
import stat

from harness import Skip, case, command_line, expect, expect_equal, marked_processes, run, size_of, until
from control_socket import Client

NOBODY = 65534
LINE_MAX = 4 << 20
DEPTH_MAX = 16


@case
def a_folder_of_another_user_is_refused(t):
    """Planted in the folder for temporary files, where anybody may make any name."""
    if os.getuid() != 0:
        raise Skip("another user's folder takes root to make")
    path = t.env.pop("XDG_RUNTIME_DIR")
    try:
        planted_folders_are_refused(t, os.path.join(t.env["TMPDIR"], f"haul-{os.getuid()}"))
    finally:
        t.env["XDG_RUNTIME_DIR"] = path


def planted_folders_are_refused(t, folder):
    os.mkdir(folder, 0o700)
    os.chown(folder, NOBODY, NOBODY)
    for command in (["add", t.file("a.bin")], ["list"], ["daemon"]):
        result = t.haul(*command)
        expect_equal(result.status, 1, str(result))
        expect(folder.encode() in result.err and b"another user" in result.err, str(result))
    expect_equal(os.listdir(folder), [], "what lies in the planted folder")
    os.rmdir(folder)
    os.symlink(t.folder("mine"), folder)
    result = t.haul("list")
    expect_equal(result.status, 1, str(result))
    expect(b"is not a folder" in result.err, str(result))
    expect_equal(os.listdir(os.path.join(t.home, "mine")), [], "what lies behind the link")
    os.unlink(folder)


def padded(length):
    """A request of exactly LENGTH bytes, without its newline."""
    head = b'{"jsonrpc":"2.0","id":7,"method":"list","params":{"search":"'
    return head + b"x" * (length - len(head) - 3) + b'"}}'


@case
def a_line_has_a_cap_to_the_byte(t):
    t.ok("set", "--jobs", 3)
    for length, fits in ((LINE_MAX, True), (LINE_MAX + 1, False)):
        client = Client(t)
        client.send(padded(length) + b"\n")
        answer = client.line()
        expect_equal("result" in answer, fits, f"{length} bytes: {str(answer)[:300]}")
        if not fits:
            expect_equal(answer["error"]["code"], -32600, str(answer))
            expect(client.line() is None, "the connection stays")
        client.close()


@case
def who_says_nothing_keeps_nobody_out(t):
    """A thousand connections, of which some begin to say something."""
    t.ok("set", "--jobs", 3)
    early = Client(t)
    silent = [Client(t, greet=False) for _ in range(900)]
    for one in silent:
        with contextlib.suppress(OSError):
            one.send(b'{"jsonrpc":"2.0","id":1,')
    expect_equal(t.ok("set", "--json").json()["settings"]["jobs"], "3", "a client's answer")
    expect_equal(early.call("list")["items"], [], "who was there is served")
    silent[-1].send(b'"method":"hello","params":{"major":1,"minor":0}}\n')
    expect(silent[-1].line()["result"]["session"] == t.session, "half a line, and then the rest")
    expect(silent[0].line() is None, "the first of them is still there")
    for one in (early, *silent):
        one.close()


@case
def nesting_has_a_cap_to_the_level(t):
    t.ok("set", "--jobs", 3)
    client = Client(t)
    for depth, code in ((DEPTH_MAX, -32602), (DEPTH_MAX + 1, -32600)):
        inner = depth - 2  # the message and its params
        client.send(b'{"jsonrpc":"2.0","id":1,"method":"list","params":{"x":'
                    + b"[" * inner + b"]" * inner + b"}}\n")
        expect_equal(client.line()["error"]["code"], code, f"depth {depth}")
    client.close()


@case
def what_is_kept_is_for_the_user_alone_whatever_the_umask(t):
    t.keeps("slow.bin.part", "slow.bin.haul")
    url = t.file("slow.bin", 5_000_000, rate=100_000, tick=20)
    t.ok("add", "-d", t.dir, url, preexec_fn=lambda: os.umask(0))
    until("a record is there", lambda: "slow.bin.haul" in t.names())
    for top in (t.env["XDG_STATE_HOME"], t.env["XDG_RUNTIME_DIR"]):
        found = 0
        for folder, _, names in os.walk(os.path.join(top, "haul")):
            for path in [folder, *(os.path.join(folder, name) for name in names)]:
                mode = stat.S_IMODE(os.lstat(path).st_mode)
                expect_equal(mode & 0o077, 0, f"{path} for others")
                found += 1
        expect(found >= 3, f"only {found} things in {top}")
    expect_equal(stat.S_IMODE(os.stat(t.path("slow.bin.haul")).st_mode) & 0o077, 0, "the record")


SECRETS = {
    "user": "me:secret-user", "cookie": "id=secret-cookie", "bearer": "secret-bearer",
    "header": "X-Key: secret-header", "proxy": "http://p:secret-proxy@127.0.0.1:9",
}


@case
def a_secret_in_any_option_comes_out_nowhere(t):
    """Neither in what commands print, nor in files, nor in a process's command line: only the
    queue's database may hold it, for it has to go on after a restart."""
    listed = t.origin.url("b.bin", status=404).replace("http://", "http://me:secret-url@") + "\n"
    listed += "".join(f"  {name}={value}\n" for name, value in SECRETS.items())
    listed += t.origin.url("c.bin", status=404) + "\n  data=secret-data\n  retries=0\n"
    listed += t.origin.url("d.bin", status=404) + "\n  form=a=secret-form\n"
    listed += t.origin.url("e.bin", status=404) + "\n  json-data={\"a\":\"secret-json\"}\n"
    listed += t.origin.url("f.bin", status=404, key="secret-query") + "\t"
    listed += t.origin.url("f.bin", status=404, key="secret-mirror", port=t.origin.other) + "\n"
    hidden = t.origin.url("g.bin", status=404, key="secret-final")
    listed += t.origin.url("g.bin", redirect=hidden, key="secret-start") + "\n"
    listed += t.origin.url("h.bin", status=404) + "\n  referer=http://x.test/?token=secret-page\n"
    hook = os.path.join(t.home, "told")
    t.env["HAUL_ON_FAILED"] = f"/bin/sh -c 'cat >> {hook}; env | grep ^HAUL_ >> {hook}'"
    numbers = t.ok("add", "--json", "-d", t.dir, "--retries", 0, "-i",
                   t.write("list", listed)).json()["ids"]
    t.haul("wait")
    until("the hook ran for each",
          lambda: size_of(hook) and open(hook).read().count("HAUL_ID=") >= len(numbers))
    outputs = [["list"], ["list", "--json"], ["config"], ["config", "--json"], ["history"],
               ["history", "--json"], ["doctor"], ["sessions"],
               ["add", "-d", t.dir, "--retries", 0, t.origin.url("i", status=404, key="secret-i")],
               ["get", "http://a b/?key=secret-in-a-wrong-link"],
               ["get", "curl", "http://a/?key=secret-in-a-copied-link", "-d", "@file"]]
    outputs += [["show", *words, number] for number in numbers for words in ([], ["--json"])]
    for words in outputs:
        result = t.haul(*words)
        expect(b"secret-" not in result.out + result.err, f"a secret in {result}")
    client = Client(t)
    expect("secret-" not in json.dumps(client.call("log", level="trace")), "a secret in the log")
    client.close()
    for pid in marked_processes(t.home):
        expect("secret-" not in command_line(pid), f"a secret in the command line of {pid}")
    t.stop()
    os.unlink(os.path.join(t.home, "list"))
    kept = b""
    for folder, _, names in os.walk(t.home):
        for name in names:
            with open(os.path.join(folder, name), "rb") as file:
                text = file.read()
            if name.startswith("queue.db"):
                kept += text
            else:
                expect(b"secret-" not in text, f"a secret in {folder}/{name}")
    for name in (*SECRETS, "url", "data", "form", "json", "query", "mirror", "start", "page"):
        expect(f"secret-{name}".encode() in kept, f"the secret of {name} was never there")


@case
def what_is_secret_is_told_who_asks_for_it(t):
    link = t.origin.url("b.bin", status=404, key="secret-query").replace("//", "//me:secret-url@", 1)
    words = [word for name, value in SECRETS.items() for word in ("--" + name, value)]
    (number,) = t.add(*words, "--retries", 0, link)
    t.haul("wait")
    masked = t.ok("show", number).out
    for told in (b"key=***", b"X-Key: ***", b"id=***", b"retries        0"):
        expect(told in masked, f"{told}: {masked}")
    expect(b"secret" not in masked, masked)
    told = t.ok("show", "--secrets", number).out.decode()
    for value in (link, *SECRETS.values()):
        expect(value in told, f"{value} is not in {told}")
    answer = t.ok("show", "--secrets", "--json", number).json()
    options = {row["name"]: row["value"] for row in answer["options"]}
    expect_equal({name: options[name] for name in SECRETS}, SECRETS, "options")
    expect_equal(answer["item"]["url"], link, "the link")
    (item,) = t.ok("list", "--json", "--secrets").json()["items"]
    expect_equal(item["url"], link, "the link in the list")
    (item,) = t.ok("list", "--json").json()["items"]
    expect(item["url"].endswith("key=***"), item["url"])


@case
def a_client_can_not_name_a_way_out_of_the_folder(t):
    """Over the bare socket, where no command line has looked at it before."""
    t.ok("set", "--jobs", 3)
    client = Client(t)
    good = t.file("good.bin", 100)
    bad = [{"dir": t.dir, "out": name} for name in ("../x", "/tmp/x", "a/../../x", "..", ".", "")]
    for options in (*bad, {"dir": "../relative"}, {"dir": ""}):
        answer = client.ask("add", items=[{"url": good.url}], options=options)
        expect_equal(answer.get("error", {}).get("data", {}).get("name"), "bad-option", options)
    client.call("add", items=[{"url": good.url}], options={"dir": t.dir, "out": "plain.bin"})
    t.ok("wait")
    client.close()
    t.expect_names("plain.bin")
    expect_equal(len(t.items()), 1, "items")


@case
def a_client_can_not_make_the_daemon_wait_for_a_pipe(t):
    """Nobody writes into it, so reading it would be for ever, and for everybody."""
    pipe = os.path.join(t.home, "pipe")
    os.mkfifo(pipe)
    (number,) = t.add("--start-at", "+5h", t.file("a.bin"))
    client = Client(t)
    link = t.origin.url("b.bin", scheme="https")
    for name in ("cookies", "cacert", "cert", "key", "upload", "save-cookies"):
        options = {"dir": t.dir, name: pipe, **({"cert": t.origin.cert} if name == "key" else {})}
        answers = [client.ask("add", items=[{"url": link}], options=options),
                   client.ask("add", items=[{"url": link}], options=options, new=True),
                   client.ask("probe", url=link, options=options)]
        for answer in answers:
            expect_equal(answer.get("error", {}).get("data", {}).get("name"), "bad-option",
                         f"{name}: {answer}")
    client.close()
    expect_equal(list(t.items()), [number], "items")
    os.unlink(pipe)


def queue_files(t):
    """What the queue's files hold, byte for byte."""
    folder = os.path.join(t.env["XDG_STATE_HOME"], "haul", t.session)
    kept = b""
    for name in os.listdir(folder):
        if name.startswith("queue.db"):
            with open(os.path.join(folder, name), "rb") as file:
                kept += file.read()
    return kept


def secretive(t, count):
    """Items that fail, with secrets of their own; their ids."""
    lines = ""
    for number in range(count):
        url = t.origin.url(f"{number}.bin", status=404, key=f"hunter2-link{number}")
        lines += (url.replace("http://", "http://me:hunter2-url@") +
                  f"\n  bearer=hunter2-bearer{number}\n  cookie=id=hunter2-cookie\n")
    return t.add("--retries", 0, "-i", t.write("list", lines))


@case
def what_is_removed_leaves_no_secret_in_the_queues_files(t):
    """With the answer that it is kept, not only when the daemon ends."""
    t.ok("set", "--per-host", 0)
    ids = secretive(t, 300)
    stays = t.add(t.origin.url("stays.bin", status=404), "--retries", 0, "--user-agent", "harmless")
    t.haul("wait")
    expect(b"hunter2-bearer7" in queue_files(t), "the test looks at the wrong files")
    t.ok("remove", *ids[:150])
    t.ok("change", ids[200], "--url", t.origin.url("other.bin", status=404))
    kept = queue_files(t)
    expect(b"hunter2-link201" in kept and b"hunter2-link200" not in kept, "a link before is there")
    expect(b"hunter2-bearer42" not in kept and b"hunter2-link42" not in kept, "a removed one is")
    t.ok("remove", *ids[150:])
    kept = queue_files(t)
    expect(b"hunter2" not in kept, f"left: {kept[kept.find(b'hunter2') - 80:][:160]}")
    t.stop()
    kept = queue_files(t)
    expect(b"hunter2" not in kept and b"harmless" in kept, "a secret is left, or all is gone")
    os.unlink(os.path.join(t.home, "list"))
    expect_equal(list(t.items()), stays, "items")


@case
def a_term_signal_ends_it_whatever_runs(t):
    """Two hundred transfers, some of which never get an answer; what came is kept."""
    count = 200
    files = [t.file(f"{i}.bin", 400_000, rate=20_000, tick=50, gate=200_000) if i % 4
             else t.file(f"{i}.bin", 400_000, stall=0) for i in range(count)]
    t.ok("set", "--jobs", count, "--per-host", 0)
    t.add("-x", 1, *files)
    until("they run", lambda: sum(item["done"] > 0 for item in t.items().values()) > count // 2)
    pid = t.daemon()
    os.kill(pid, signal.SIGTERM)
    until("it ends", lambda: not t.daemons())
    expect(not os.path.exists(t.socket_path()), "the socket is left")
    t.keeps(*t.partials())
    items = t.items()
    expect_equal(len(items), count, "items")
    expect_equal({item["state"] for item in items.values()}, {"queued"}, "states")
    expect(sum(item["done"] > 0 for item in items.values()) > count // 2, "bytes are lost")


run()
