"""The daemon is killed again and again, at points that chance chooses, while items are added, moved,
paused, fetched and completed. What was acknowledged is there each time: every item, in its order and
state, and in the end every file, once.

HAUL_SEED repeats a run."""

import json
import os
import random
import signal
import socket
import time

from harness import DEADLINE, case, expect, expect_equal, run, until

KILLS = 200
LANES = 2        # sessions that are tried side by side
ITEMS_MOST = 60  # then finished ones are removed
SEED = int(os.environ.get("HAUL_SEED", random.randrange(1 << 32)))


class Line:
    """A connection to the daemon that asks one thing after the other."""

    def __init__(self, t, session):
        self.path = os.path.join(t.env["XDG_RUNTIME_DIR"], "haul", session + ".sock")
        self.sock = None
        self.last = 0

    def connect(self):
        try:
            self.sock = socket.socket(socket.AF_UNIX)
            self.sock.settimeout(DEADLINE)
            self.sock.connect(self.path)
        except OSError:
            self.sock.close()
            return False
        self.file = self.sock.makefile("rb")
        self.ask("hello", major=1, minor=0)
        return True

    def send(self, method, **params):
        self.last += 1
        message = {"jsonrpc": "2.0", "id": self.last, "method": method, "params": params}
        self.sock.sendall(json.dumps(message).encode() + b"\n")
        return self.last

    def ask(self, method, **params):
        number = self.send(method, **params)
        answer = json.loads(self.file.readline())
        expect_equal(answer["id"], number, "answer to")
        expect("error" not in answer, f"{method} {params}: {answer}")
        return answer["result"]

    def close(self):
        self.file.close()
        self.sock.close()


class Lane:
    """A session, and what was acknowledged of it."""

    def __init__(self, t, number, chance):
        self.t, self.chance = t, chance
        self.session = f"{t.session}x{number}"
        self.number = number
        self.daemon = None
        self.line = None
        self.order = []    # ids, as they stand
        self.resting = {}  # id → the state that holds until somebody changes it
        self.files = {}    # name → remote file, of all that were acknowledged
        self.hurried = {}  # the same of those that may have been added
        self.made = 0

    def start(self):
        self.daemon = self.t.start("daemon", "--session", self.session)
        self.line = Line(self.t, self.session)
        until("the daemon answers", self.line.connect)

    def kill(self):
        os.kill(self.daemon.pid, signal.SIGKILL)
        self.daemon.process.wait()
        self.line.close()

    def look(self):
        """All that was acknowledged is there, and nothing twice."""
        items = self.line.ask("list")["items"]
        ids = [item["id"] for item in items]
        expect_equal(len(set(ids)), len(ids), "ids")
        known = set(self.order)
        expect_equal([one for one in ids if one in known], self.order, "order of what was told")
        for item in items:
            told = self.resting.get(item["id"], item["state"])
            expect_equal(item["state"], told, f"state of item {item['id']}")
            if item["state"] == "done":
                self.resting[item["id"]] = "done"
        self.order = ids
        return items

    def new_items(self):
        items, files = [], {}
        for _ in range(self.chance.randint(1, 4)):
            self.made += 1
            name = f"l{self.number}f{self.made}.bin"
            size = self.chance.choice((3_000, 60_000, 200_000))
            file = self.t.file(name, size, rate=600_000, tick=10)
            items.append({"url": file.url})
            files[name] = file
        options = {"dir": self.t.dir, "connections": "2", "min-split": "64K"}
        return {"items": items, "options": options}, files

    def step(self):
        """One thing, acknowledged."""
        what = self.chance.choice(("add", "add", "top", "pause", "resume", "set", "look"))
        if what == "add" and len(self.order) < ITEMS_MOST:
            params, files = self.new_items()
            self.order += self.line.ask("add", **params)["ids"]
            self.files.update(files)
        elif what == "top" and self.order:
            one = self.chance.choice(self.order)
            self.line.ask("move", how="top", ids=[one])
            self.order.remove(one)
            self.order.insert(0, one)
        elif what in ("pause", "resume") and self.order:
            self.change_state(what, self.chance.choice(self.order))
        elif what == "set":
            self.line.ask("set", settings={"jobs": str(self.chance.randint(2, 6))})
        else:
            self.look()
        if len(self.order) >= ITEMS_MOST:
            self.forget_done()

    def change_state(self, action, one):
        changed = self.line.ask("act", action=action, ids=[one])["count"]
        if changed and action == "pause":
            self.resting[one] = "paused"
        elif changed:
            self.resting.pop(one)

    def forget_done(self):
        done = [item["id"] for item in self.look() if item["state"] == "done"]
        if done:
            self.line.ask("act", action="remove", ids=done)
            self.order = [one for one in self.order if one not in done]

    def hurry(self):
        """Something that is not acknowledged any more: it may be there or not."""
        params, files = self.new_items()
        self.line.send("add", **params)
        self.hurried.update(files)

    def round(self):
        self.start()
        self.look()
        for _ in range(self.chance.randint(0, 6)):
            self.step()
        if self.chance.random() < 0.5:
            self.hurry()
        time.sleep(self.chance.uniform(0, 0.03))  # chance, not synchronisation
        self.kill()

    def finish(self):
        self.start()
        items = self.look()
        self.line.ask("set", settings={"jobs": "16"})
        self.line.ask("act", action="resume", all=True)
        self.line.ask("wait", all=True)
        for item in self.line.ask("list")["items"]:
            expect_equal(item["state"], "done", f"state of {item['name']}: {item}")
        self.line.ask("stop")
        self.line.close()
        self.daemon.wait()
        return items


@case
def killed_at_random_it_keeps_what_it_acknowledged(t):
    print(f"HAUL_SEED={SEED}")
    lanes = [Lane(t, number, random.Random(SEED + number)) for number in range(LANES)]
    for _ in range(KILLS // LANES):
        for lane in lanes:
            lane.round()
    there = set()
    for lane in lanes:
        lane.finish()
        for name, file in lane.files.items():
            t.expect_file(name, file)
            there.add(name)
        for name, file in lane.hurried.items():
            if os.path.exists(t.path(name)):
                t.expect_file(name, file)
                there.add(name)
            # It may have begun before it was kept, so that nobody knows of it: who adds it again
            # goes on there.
            there.update((name + ".part", name + ".haul"))
    t.keeps(*there)
    left = set(t.names()) - there
    expect(not left, f"nobody asked for {sorted(left)}")


run()
