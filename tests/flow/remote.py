"""The queue of another machine, through ssh: commands, folders, and what is told when there is no
way there."""

import json
import os
import subprocess

from harness import DEADLINE, HAUL, case, expect, expect_equal, free_port, run, until
from far import Far


@case
def commands_go_to_the_other_machine(t):
    far = Far(t)
    file = t.file("a.bin", 300_000)
    added = t.ok("add", "--json", "--host", far.host, "-d", t.dir, file.url).json()
    t.ok("wait", "--host", far.host)
    t.expect_file("a.bin", file)
    listed = t.ok("list", "--json", "--host", far.host).json()["items"]
    expect_equal([item["id"] for item in listed], added["ids"], "ids over there")
    expect_equal(t.ok("list", "--json").json()["items"], [], "the queue here")
    t.env["HAUL_HOST"] = far.host
    expect(b"a.bin" in t.ok("show", *added["ids"]).out, "HAUL_HOST is not used")
    t.ok("stop")
    del t.env["HAUL_HOST"]
    until("only the daemon here is left", lambda: len(t.daemons()) == 1)


@case
def folders_are_those_of_the_other_machine(t):
    """Lists are read here. What is not absolute lies below the home over there, as does what has no
    folder at all."""
    far = Far(t)
    files = [t.file(f"{i}.bin") for i in range(5)]
    words = t.write("list", f"{files[3].url}\n dir=in/list\n{files[4].url}\n")
    for arguments in (["-d", "sub/a", files[0].url], ["-d", "~/b", files[1].url], [files[2].url],
                      ["-i", words]):
        t.ok("add", "--host", far.host, *arguments)
    t.ok("wait", "--host", far.host)
    found = sorted(os.path.relpath(os.path.join(folder, name), far.home)
                   for folder, _, names in os.walk(far.home) for name in names)
    expect_equal(found, ["2.bin", "4.bin", "b/1.bin", "in/list/3.bin", "sub/a/0.bin"], "files")
    far.stop()


@case
def who_only_asks_does_not_start_the_queue(t):
    far = Far(t)
    file = t.file("slow.bin", 400_000, rate=50_000)
    t.keeps("slow.bin.part", "slow.bin.haul")
    t.ok("add", "--host", far.host, "-d", t.dir, file.url)
    t.ok("stop", "--host", far.host)
    (item,) = t.ok("list", "--json", "--host", far.host).json()["items"]
    expect_equal(item["state"], "queued", "state after a question")
    t.ok("remove", "--host", far.host, "all")
    far.stop()


def refused(t, *words, **options):
    """`haul list --host box`, which must fail with a sentence that has WORDS, and nothing else."""
    result = t.haul("list", "--json", "--host", "box", timeout=DEADLINE, **options)
    expect_equal(result.status, 1, str(result))
    expect_equal(result.out, b"", "standard output")
    expect(result.err.startswith(b"haul: ") and result.err.count(b"\n") == 1,
           f"not one sentence: {result}")
    for word in words:
        expect(word.encode() in result.err, f"{word} is not named: {result}")


@case
def each_way_to_fail_has_its_sentence(t):
    far = Far(t)
    t.env["HAUL_REMOTE_PROGRAM"] = "haul-is-not-here"
    refused(t, "there is no haul", "HAUL_REMOTE_PROGRAM=")
    t.env["HAUL_REMOTE_PROGRAM"] = "echo Welcome to box; haul"
    refused(t, "Welcome to box", "start silently")
    t.env["HAUL_REMOTE_PROGRAM"] = "haul nonsense"
    refused(t, "on box: ")
    del t.env["HAUL_REMOTE_PROGRAM"]
    t.write("known_hosts", "")
    refused(t, "host key of box", "ssh box")
    far.trust()
    os.rename(os.path.join(t.home, "near-key"), os.path.join(t.home, "away"))
    refused(t, "does not let you in", "ssh box")
    os.rename(os.path.join(t.home, "away"), os.path.join(t.home, "near-key"))
    os.makedirs(far.socket_folder(), exist_ok=True)
    os.chmod(far.socket_folder(), 0o777)
    refused(t, "on box: ", "chmod 700")
    os.chmod(far.socket_folder(), 0o700)
    far.stop()
    far.port = free_port()
    far.write_config()
    refused(t, "can't reach box", "refused")
    t.env["HAUL_SSH"] = "/nowhere/ssh"
    refused(t, "can't run ssh", "HAUL_SSH")


@case
def a_host_is_never_an_option_of_ssh(t):
    for host in ("-oProxyCommand=touch pwned", "-V", "", "a b", "box;touch pwned", "$(touch pwned)",
                 "box\nx"):
        result = t.haul("list", f"--host={host}")
        expect_equal(result.status, 1, str(result))
        expect(b"--host" in result.err or b"host" in result.err, str(result))
    t.env["HAUL_HOST"] = "-V"
    expect_equal(t.haul("list").status, 1, "HAUL_HOST")
    del t.env["HAUL_HOST"]
    result = t.haul("get", "--host", "box", "http://127.0.0.1/x")
    expect_equal(result.status, 1, str(result))
    expect(b"haul add --host" in result.err, f"get does not say what to do: {result}")


def bridge(t, **options):
    return subprocess.Popen([HAUL, "bridge"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                            stderr=subprocess.PIPE, env=t.env, cwd=t.work, **options)


def hello(number=1):
    return (json.dumps({"jsonrpc": "2.0", "id": number, "method": "hello",
                        "params": {"major": 1, "minor": 0}}) + "\n").encode()


@case
def a_bridge_carries_bytes_and_nothing_else(t):
    """A great line in small pieces, and answers of megabytes to a reader who takes its time."""
    process = bridge(t)
    process.stdin.write(hello())
    process.stdin.flush()
    expect_equal(json.loads(process.stdout.readline())["result"]["session"], t.session, "session")
    urls = [{"url": f"http://127.0.0.1:1/{i}/{'x' * 180}", "paused": True} for i in range(4000)]
    process.stdin.write((json.dumps({"jsonrpc": "2.0", "id": 2, "method": "add", "params": {
        "items": urls, "options": {"dir": t.dir}}}) + "\n").encode())
    process.stdin.flush()
    expect_equal(len(json.loads(process.stdout.readline())["result"]["ids"]), 4000, "ids")
    for number in range(3, 7):
        process.stdin.write((json.dumps({"jsonrpc": "2.0", "id": number, "method": "list",
                                         "params": {}}) + "\n").encode())
    process.stdin.flush()
    for number in range(3, 7):
        answer = json.loads(process.stdout.readline())
        expect_equal((answer["id"], len(answer["result"]["items"])), (number, 4000), "a list")
    process.stdin.close()
    expect_equal(process.wait(DEADLINE), 0, "status")
    expect_equal(process.stderr.read(), b"", "standard error")
    expect_equal(process.stdout.read(), b"", "what is left")


@case
def a_bridge_ends_with_either_side(t):
    first = bridge(t)
    first.stdin.write(hello())
    first.stdin.flush()
    first.stdout.readline()
    t.stop()
    expect_equal(first.stdout.read(), b"", "after the daemon's end")
    expect_equal(first.wait(DEADLINE), 0, "status")
    second = bridge(t)
    second.stdin.write(hello())
    second.stdin.flush()
    second.stdout.readline()
    second.stdout.close()
    expect_equal(second.wait(DEADLINE), 0, "status when nobody reads")
    until("one daemon is left", lambda: len(t.daemons()) == 1)


run()
