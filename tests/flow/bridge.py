"""The far end of --host: what joins standard input and output to a daemon."""

import json
import subprocess

from harness import DEADLINE, HAUL, case, expect_equal, run, until


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
    expect_equal(json.loads(first.stdout.read())["method"], "bye", "what a stop says last")
    expect_equal(first.wait(DEADLINE), 0, "status")
    second = bridge(t)
    second.stdin.write(hello())
    second.stdin.flush()
    second.stdout.readline()
    second.stdout.close()
    expect_equal(second.wait(DEADLINE), 0, "status when nobody reads")
    until("one daemon is left", lambda: len(t.daemons()) == 1)


run()
