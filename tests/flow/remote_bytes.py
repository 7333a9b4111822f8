"""What a line to another machine carries: only what changed, and over one connection where the user
shares them."""

import json
import subprocess

from far import Far
from harness import case, expect, expect_equal, run, until

IDLE = 1000
ROWS = 500
FRAMES = 20


class Bridge:
    """The protocol over ssh."""

    def __init__(self, t, far):
        self.process = subprocess.Popen(
            [*t.env["HAUL_SSH"].split(), far.host, "haul", "bridge", "--session", t.session],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=t.env)
        self.ask(1, "hello", major=1, minor=0)

    def ask(self, number, method, **params):
        self.process.stdin.write(json.dumps({"jsonrpc": "2.0", "id": number, "method": method,
                                             "params": params}).encode() + b"\n")
        self.process.stdin.flush()
        answer = json.loads(self.process.stdout.readline())
        expect("result" in answer, f"{method}: {answer}")
        return answer["result"]

    def frame(self):
        """The next one, and how long it is."""
        line = self.process.stdout.readline()
        return json.loads(line)["params"], len(line)

    def close(self):
        self.process.stdin.close()
        self.process.stdout.close()
        self.process.wait()


@case
def only_changed_rows_cross_the_wire(t):
    """Of 1,000 idle items and one that moves, after the first frame only that one."""
    far = Far(t)
    moving = t.file("moving.bin", 50_000_000, rate=300_000)
    t.keeps("moving.bin.part", "moving.bin.haul")
    t.ok("add", "--host", "box", "-d", t.dir, moving.url)
    wire = far.wire()
    bridge = Bridge(t, far)
    bridge.ask(2, "add", options={"dir": t.dir}, items=[
        {"url": t.origin.url(f"idle-{number}"), "paused": True} for number in range(IDLE)])
    bridge.ask(3, "watch", rows=ROWS, interval_ms=50)
    before = wire.down
    first, first_bytes = bridge.frame()
    expect_equal(len(first["rows"]), ROWS, "rows of the first frame")
    until("it came over the wire", lambda: wire.down - before >= first_bytes)
    start = wire.down
    for _ in range(FRAMES):
        frame, _ = bridge.frame()
        expect_equal([row["name"] for row in frame["rows"]], ["moving.bin"], "rows that came")
    carried = wire.down - start
    expect(carried < first_bytes / 2, f"{carried} bytes for {FRAMES} frames, {first_bytes} at first")
    bridge.close()
    t.ok("remove", "--host", "box", "all")
    far.stop()


@case
def a_shared_connection_is_used(t):
    far = Far(t)
    wire = far.wire()
    far.write_config(f"ControlMaster auto\nControlPath {t.home}/shared\nControlPersist 60")
    file = t.file("a.bin", 10_000)
    t.ok("add", "--host", "box", "-d", t.dir, file.url)
    t.ok("wait", "--host", "box")
    t.ok("stop", "--host", "box")
    expect_equal(wire.calls, 1, "connections")
    t.expect_file("a.bin", file)
    subprocess.run([*t.env["HAUL_SSH"].split(), "-O", "exit", "box"], check=True, env=t.env,
                   stderr=subprocess.DEVNULL)
    until("nothing is left", lambda: not t.daemons())


run()
