"""A power cut at any moment: what is started again ends in the right file, and what was told as
complete is there.

haul-torture (tests/torture/layer.c) notes every change it makes to files and folders. A cut is a
place in that journal and a choice, made by chance, of what of the changes that were not synced the
disk had taken all the same: none, all, the first ones, single blocks, lengths without bytes; of the
entries of a folder likewise. What is synced is kept, and nothing else is promised: an entry is safe
when its folder is synced, bytes when their file is. From each of 200 such disks haul goes on, under
another boot id."""

import copy
import os
import random
import re
import signal

from harness import case, expect, expect_equal, has_content, header, need, run

CUTS = 200
SIZE = 1 << 20
TORTURE = os.environ.get("HAUL_TORTURE", "")
OTHER_BOOT = b"00000000-0000-4000-8000-000000000000"
SECTOR, BLOCK = 512, 4096


# What was done.

def read_journal(path):
    """The journal as tuples."""
    with open(path, "rb") as file:
        data = file.read()
    at, steps = 0, []
    while at < len(data):
        end = data.index(b"\n", at)
        kind, *words = data[at:end].decode().split(" ", 3)
        at = end + 1
        if kind == "write":
            ino, offset, length = map(int, words)
            steps.append((kind, ino, offset, data[at:at + length]))
            at += length + 1
        elif kind in ("truncate", "sync"):
            steps.append((kind, *map(int, words)))
        else:
            steps.append((kind, int(words[0]), int(words[1]), words[2]))
    return steps


class File:
    def __init__(self, data=b""):
        self.safe = bytearray(data)
        self.open = []  # writes and truncations since the last sync


class Folder:
    def __init__(self):
        self.safe = {}  # name: index of the node
        self.open = []  # functions on such a dict


class World:
    """What is on the disk, and what only may be. Begins with what lies in TOP."""

    def __init__(self, top):
        self.nodes = []
        self.by_ino = {}  # numbers of files that are gone are given again: the newest counts
        self.top = self.load(top)

    def add(self, ino, node):
        self.by_ino[ino] = len(self.nodes)
        self.nodes.append(node)
        return self.by_ino[ino]

    def load(self, path):
        ino = os.stat(path).st_ino
        if not os.path.isdir(path):
            with open(path, "rb") as file:
                return self.add(ino, File(file.read()))
        folder = Folder()
        folder.safe = {name: self.load(os.path.join(path, name)) for name in os.listdir(path)}
        return self.add(ino, folder)

    def do(self, step):
        kind, ino, *rest = step
        node = self.nodes[self.by_ino[ino]]
        if kind in ("create", "mkdir"):
            made, name = rest
            node.open.append(naming(name, self.add(made, File() if kind == "create" else Folder())))
        elif kind == "nameless":
            self.add(rest[0], File())
        elif kind == "link":
            node.open.append(naming(rest[1], self.by_ino[rest[0]]))
        elif kind == "rename":
            old, new = rest[1].split("/")
            node.open.append(renaming(old, new, self.by_ino[rest[0]]))
        elif kind == "unlink":
            node.open.append(lambda names: names.pop(rest[1], None))
        elif kind == "sync":
            self.sync(node)
        else:
            node.open.append((kind, *rest))

    @staticmethod
    def sync(node):
        for change in node.open:
            if isinstance(node, Folder):
                change(node.safe)
            else:
                apply(node.safe, change)
        node.open = []


def naming(name, node):
    return lambda names: names.update({name: node})


def renaming(old, new, node):
    def rename(names):
        if names.get(old) == node:
            del names[old]
        names[new] = node
    return rename


def apply(data, change):
    """Makes one change to a file's bytes."""
    if change[0] == "truncate":
        del data[change[1]:]
        data.extend(bytes(change[1] - len(data)))
        return
    _, offset, piece = change
    data.extend(bytes(max(0, offset - len(data))))
    data[offset:offset + len(piece)] = piece


# What is left of it.

def blocks_of(change):
    """A write as the pieces that a disk may take or lose each for itself."""
    if change[0] == "truncate":
        return [change]
    _, offset, data = change
    unit = BLOCK if len(data) >= 4 * BLOCK else SECTOR
    pieces, at = [], 0
    while at < len(data):
        step = min(len(data) - at, unit - (offset + at) % unit)
        pieces.append(("write", offset + at, data[at:at + step]))
        at += step
    return pieces


def bytes_left(chance, node):
    data = bytearray(node.safe)
    how = chance.choice(["none", "all", "first", "blocks", "blocks", "lengths"])
    changes = node.open
    if how == "none":
        changes = []
    elif how == "first":
        changes = changes[:chance.randint(0, len(changes))]
    elif how == "blocks":
        share = chance.choice([0.1, 0.5, 0.9])
        changes = [piece for change in changes for piece in blocks_of(change)
                   if chance.random() < share]
    elif how == "lengths":
        changes = [change if change[0] == "truncate" else
                   ("truncate", max(len(data), change[1] + len(change[2]))) for change in changes]
    for change in changes:
        if how == "lengths" and change[0] == "truncate" and change[1] < len(data):
            continue
        apply(data, change)
    return bytes(data)


def names_left(chance, node):
    names = dict(node.safe)
    changes = node.open
    how = chance.choice(["none", "none", "all", "first", "some"])
    if how == "none":
        changes = []
    elif how == "first":
        changes = changes[:chance.randint(0, len(changes))]
    elif how == "some":
        changes = [change for change in changes if chance.random() < 0.5]
    for change in changes:
        change(names)
    return names


class Nothing:
    """Instead of chance: whatever is not safe is lost."""

    @staticmethod
    def choice(_):
        return "none"


def put_down(world, index, path, chance):
    """Makes at PATH what the cut left of a node."""
    node = world.nodes[index]
    if isinstance(node, Folder):
        os.mkdir(path)
        for name, below in names_left(chance, node).items():
            put_down(world, below, os.path.join(path, name), chance)
        return
    data = bytes_left(chance, node)
    if path.endswith(".haul"):
        data = re.sub(rb"\nboot [^\n]{36}\n", b"\nboot " + OTHER_BOOT + b"\n", data)
    with open(path, "wb") as file:
        file.write(data)


# The downloads that are cut.

class Download:
    """One run of haul-torture, its journal, and the file it fetches."""

    def __init__(self, t, name, file, *options, below="", before=(), kill_at=0,
                 haste=50):
        self.t, self.name, self.file, self.below, self.kill_at = t, name, file, below, kill_at
        self.haste = haste  # 50: a sync every fifth of a second
        self.options = options
        self.folder = t.folder("run-" + name)
        self.journal = os.path.join(t.home, name + ".journal")
        for one in before:
            one(self)
        self.world = World(self.folder)

    def start(self):
        t = self.t
        t.env["HAUL_TORTURE_JOURNAL"] = self.journal
        t.env["HAUL_TORTURE_HASTE"] = str(self.haste)
        if self.kill_at:
            t.env["HAUL_TORTURE_FAIL"] = f"pwrite:{self.kill_at}:-1"
            expect_equal(self.get().wait().status, -signal.SIGKILL, self.name)
            del t.env["HAUL_TORTURE_FAIL"]
        self.run = self.get()

    def get(self):
        return self.t.start("get", "-q", "-d", os.path.join(self.folder, self.below), "--retry-wait",
                            0, "--stall-timeout", 0, *self.options, self.file.url, program=TORTURE)

    def finish(self):
        result = self.run.wait()
        expect_equal(result.status, 0, f"{self.name}: {result}")
        self.steps = read_journal(self.journal)
        expect(any(step[0] == "sync" for step in self.steps), f"{self.name}: nothing was synced")

    def cut(self, number, at, chance):
        """What is left of the first AT steps; returns the folder."""
        world = copy.deepcopy(self.world)
        for step in self.steps[:at]:
            world.do(step)
        path = os.path.join(self.t.home, f"cut-{number}")
        put_down(world, world.top, path, chance)
        return path

    def complete(self, folder):
        """The complete files in the cut FOLDER."""
        folder = os.path.join(folder, self.below)
        names = os.listdir(folder) if os.path.isdir(folder) else []
        return [os.path.join(folder, name) for name in names
                if not name.endswith((".part", ".haul", ".haul.new"))]


def begun(download):
    """An earlier run got a part of it, and the connection broke."""
    t = download.t
    t.haul("get", "-q", "-d", download.folder, "--retries", 0, download.file.url)
    expect("a.bin.part" in os.listdir(download.folder), "no partial to begin with")


def taken(download):
    with open(os.path.join(download.folder, "a.bin"), "wb") as file:
        file.write(b"mine")


def downloads(t):
    slow = {"rate": SIZE, "tick": 10}

    def file(key, **more):
        return t.file("a.bin", SIZE, key=t.session + key, **{**slow, **more})

    return [
        Download(t, "one", file("one"), "-x", 1),
        Download(t, "four", file("four", rate=SIZE // 3), "-x", 4, "--min-split", "64K"),
        Download(t, "unknown", file("unknown", chunked=1)),
        Download(t, "resumed", file("resumed", close=SIZE // 2, faults=1), before=[begun]),
        Download(t, "killed", file("killed"), "-x", 1, kill_at=70),
        Download(t, "anew", file("anew", close=SIZE // 2, range_lie="garbage", faults=2), "-x", 1,
                 before=[begun], haste=5),
        Download(t, "overwrite", file("overwrite"), "--if-exists", "overwrite", before=[taken]),
        Download(t, "made", file("made"), below="x/y"),
        Download(t, "small", t.file("a.bin", 20_000)),
    ]


def go_on(t, cuts):
    """Runs haul once for all CUTS."""
    lines = []
    for download, folder in cuts:
        lines += [download.file.url, "  dir=" + os.path.join(folder, download.below)]
        if "overwrite" in download.options:
            lines += ["  if-exists=overwrite"]
    listed = t.write("list.txt", "\n".join(lines) + "\n")
    t.env.pop("HAUL_TORTURE_JOURNAL", None)
    t.env.pop("HAUL_TORTURE_HASTE", None)
    result = t.haul("get", "-q", "-j", 100, "--stall-timeout", 0, "-i", listed,
                    timeout=120)
    expect_equal(result.status, 0, f"{result}")


def may_stay(download, path):
    """The file that was there before, where it is not replaced yet."""
    if "overwrite" not in download.options:
        return False
    with open(path, "rb") as file:
        return file.read() == b"mine"


def check_complete(download, folder, what):
    """Whatever has a final name is whole and right; returns how many there are."""
    found = download.complete(folder)
    for path in found:
        expect(has_content(path, download.file.seed, download.file.size) or
               may_stay(download, path), f"{what}: {path} is a wrong file")
    return len(found)


@case
def whatever_is_left_ends_in_the_right_file(t):
    need(TORTURE)
    seed = int(os.environ.get("HAUL_SEED", "0")) or random.randrange(1 << 32)
    print(f"seed {seed} (HAUL_SEED repeats the choice of cuts)", flush=True)
    chance = random.Random(seed)
    runs = downloads(t)
    for download in runs:
        download.start()
    for download in runs:
        download.finish()
    cuts = []
    for number in range(CUTS):
        download = runs[number % len(runs)]
        at = chance.randint(1, len(download.steps))
        folder = download.cut(number, at, chance)
        what = f"{download.name}, cut {number} after step {at} of {len(download.steps)}"
        check_complete(download, folder, what)
        cuts.append((download, folder, what))
    before = len(t.origin.requests("a.bin"))
    go_on(t, [cut[:2] for cut in cuts])
    for download, folder, what in cuts:
        expect(check_complete(download, folder, what) > 0, f"{what}: no file")
    asked = [header(one, "Range") for one in t.origin.requests("a.bin")[before:]]
    resumed = [one for one in asked if one and not one.startswith("bytes=0-")]
    expect(len(resumed) >= CUTS // 10, f"only {len(resumed)} of {CUTS} went on where they were")


@case
def what_was_told_as_complete_is_there(t):
    need(TORTURE)
    runs = downloads(t)
    for download in runs:
        download.start()
    for number, download in enumerate(runs):
        download.finish()
        folder = download.cut(number, len(download.steps), Nothing)
        expect_equal(check_complete(download, folder, download.name), 1, f"{download.name}: files")


@case
def a_record_is_whole_before_it_replaces_a_synced_one(t):
    """Else a power cut could leave neither, and all synced bytes would be fetched again."""
    need(TORTURE)
    (resumed,) = [download for download in downloads(t) if download.name == "resumed"]
    resumed.start()
    resumed.finish()
    synced, replaced = set(), 0
    for kind, *rest in resumed.steps:
        if kind == "sync":
            synced.add(rest[0])
        elif kind == "rename" and rest[2].endswith(".haul"):
            replaced += 1
            expect(rest[1] in synced, "a record was moved to its place before it was synced")
    expect(replaced > 0, "no record was replaced")


run()
