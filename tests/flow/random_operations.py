"""A daemon takes hundreds of operations that chance chooses, on files of servers that do everything
wrong, while a client watches. In the end what is done is right, nothing else bears a final name, and
the daemon has as many descriptors as before.

HAUL_SEED repeats a run, HAUL_OPERATIONS makes it longer."""

import json
import os
import random
import socket

from harness import DEADLINE, case, expect, expect_equal, has_content, run, until

OPERATIONS = int(os.environ.get("HAUL_OPERATIONS", 250))
SEED = int(os.environ.get("HAUL_SEED", random.randrange(1 << 32)))
KEPT = 40  # more items than that, and some are removed

KINDS = (
    {"size": 5_000}, {"size": 300_000}, {"size": 1 << 20, "rate": 2_000_000, "tick": 10},
    {"size": 400_000, "close": 90_000, "faults": 2}, {"size": 400_000, "reset": 70_000, "faults": 1},
    {"size": 200_000, "ranges": "off", "close": 50_000, "faults": 1},
    {"size": 60_000, "status": 503, "faults": 1}, {"size": 50_000, "status": 404},
    {"size": 90_000, "etag": "none", "modified": "none", "close": 30_000, "faults": 1},
    {"size": 150_000, "change-after": 1, "close": 40_000, "faults": 1, "change": "validators"},
    {"size": 80_000, "chunked": "1"}, {"size": 80_000, "chunked": "cut"},
    {"size": 3 << 20, "range-lie": "start"}, {"size": 3 << 20, "max": 1},
    {"size": 100_000, "stall": 20_000, "stall-ms": 300}, {"size": 0}, {"size": 1},
)
HARMLESS = {"bad-state", "not-found", "usage"}  # chance asks for much that makes no sense


class Peer:
    """A connection that asks one thing after the other, and reads over what is pushed to it."""

    def __init__(self, t):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(DEADLINE)
        self.sock.connect(t.socket_path())
        self.file = self.sock.makefile("rb")
        self.last = 0
        self.ask("hello", major=1, minor=0)

    def ask(self, method, **params):
        self.last += 1
        message = {"jsonrpc": "2.0", "id": self.last, "method": method, "params": params}
        self.sock.sendall(json.dumps(message).encode() + b"\n")
        while (answer := json.loads(self.file.readline())).get("id") != self.last:
            expect("method" in answer, f"an answer to nothing: {answer}")
        return answer

    def do(self, method, **params):
        """The result; None for what was refused because it makes no sense."""
        answer = self.ask(method, **params)
        if "error" in answer:
            code = answer["error"].get("data", {}).get("name")
            expect(code in HARMLESS, f"{method} {params}: {answer}")
        return answer.get("result")

    def close(self):
        self.file.close()
        self.sock.close()


class Chance:
    def __init__(self, t, seed):
        self.t, self.dice = t, random.Random(seed)
        self.peer = Peer(t)
        self.files = {}  # name → remote file

    def some(self):
        items = self.peer.do("list")["items"]
        ids = [item["id"] for item in items]
        return self.dice.sample(ids, min(len(ids), self.dice.randint(1, 4)))

    def add(self):
        kind = dict(self.dice.choice(KINDS))
        name = f"f{len(self.files)}.bin"
        self.files[name] = self.t.file(name, kind.pop("size"), **kind)
        options = {"dir": self.t.dir, "retry-wait": "0", "retries": "3",
                   "connections": str(self.dice.randint(1, 6)), "min-split": "64K"}
        self.peer.do("add", items=[{"url": self.files[name].url,
                                    "paused": self.dice.random() < 0.1}], options=options)

    def act(self):
        ids = self.some()
        if ids:
            action = self.dice.choice(("pause", "resume", "cancel", "retry", "remove", "pause",
                                       "resume"))
            self.peer.do("act", action=action, ids=ids)

    def move(self):
        ids = self.some()
        if ids:
            self.peer.do("move", how=self.dice.choice(("up", "down", "top", "bottom")), ids=ids)

    def settings(self):
        name, values = self.dice.choice((("jobs", "1 2 5 9"), ("limit", "0 300K 3M"),
                                         ("per-host", "0 1 3 16")))
        self.peer.do("set", settings={name: self.dice.choice(values.split())})

    def change(self):
        ids = self.some()
        if ids:
            self.peer.do("change", id=ids[0],
                         options={"item-limit": self.dice.choice(("0", "200K"))})

    def look(self):
        method = self.dice.choice(("watch", "unwatch", "show"))
        ids = self.some()
        if method == "show" and ids:
            self.peer.do("show", id=ids[0])
        elif method == "watch":
            self.peer.do("watch", rows=self.dice.randint(1, 50), interval_ms=50,
                         sort=self.dice.choice(("queue", "name", "rate", "state", "done")))
        elif method == "unwatch":
            self.peer.do("unwatch")

    def undo(self):
        self.peer.do("undo")

    def thin_out(self):
        items = self.peer.do("list")["items"]
        if len(items) > KEPT:
            self.peer.do("act", action="remove", ids=[item["id"] for item in items[:10]])

    def step(self):
        deeds = (self.add,) * 6 + (self.act,) * 6 + (self.move, self.settings, self.change,
                                                     self.look, self.undo, self.thin_out)
        self.dice.choice(deeds)()


def descriptors(pid):
    return len(os.listdir(f"/proc/{pid}/fd"))


def expect_right(t, files, items):
    """Each file that is there is whole, and each item that is done has its file."""
    for name in t.names():
        if not name.endswith((".part", ".haul")):
            expect(name in files, f"a file nobody asked for: {name}")
            file = files[name]
            expect(has_content(t.path(name), file.seed, file.size), f"{name} has other bytes")
    for item in items:
        if item["state"] == "done":
            expect(item["name"] in t.names(), f"{item['name']} is done and not there")


@case
def whatever_chance_asks_for(t):
    print(f"HAUL_SEED={SEED}")
    t.ok("set", "--jobs", 4)
    daemon = t.daemon()
    before = descriptors(daemon)
    chance = Chance(t, SEED)
    for _ in range(OPERATIONS):
        chance.step()
    chance.peer.do("set", settings={"jobs": "8", "limit": "0", "per-host": "0"})
    chance.peer.do("act", action="resume", all=True)
    chance.peer.do("wait", all=True)
    items = chance.peer.do("list")["items"]
    expect_equal({item["state"] for item in items} - {"done", "failed"}, set(), "states")
    chance.peer.do("act", action="remove", all=True)
    chance.peer.close()
    expect_right(t, chance.files, items)
    until("descriptors are given back", lambda: descriptors(daemon) <= before + 1)
    t.stop()
    expect_equal(t.partials(), [], "partials of what was removed")


run()
