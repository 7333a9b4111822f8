"""Each call that changes files fails once, at each place where haul makes it: no crash, no wrong
file, nothing called complete that is not, a status and a sentence that tell. And what is tried again
after that succeeds.

haul-torture (tests/torture/layer.c) lets the Nth such call fail. First a run in which nothing fails
counts the calls; then there is a run for each of them, and in the end all of what they left goes on."""

import concurrent.futures
import errno
import os
import subprocess

from harness import case, expect, expect_equal, has_content, need, run

TORTURE = os.environ.get("HAUL_TORTURE", "")
SIZE = 300_000

# How each call fails. 0: a write takes one byte less than it was given.
WAYS = {
    "openat": (errno.EACCES, errno.EMFILE, errno.EROFS, errno.ENOSPC),
    "pwrite": (errno.ENOSPC, errno.EIO, errno.EDQUOT, errno.EFBIG, 0),
    "splice": (errno.ENOSPC, errno.EIO, errno.EDQUOT, errno.EINVAL),
    "fsync": (errno.EIO, errno.ENOSPC),
    "dirsync": (errno.EIO, errno.EINVAL),
    "fdatasync": (errno.EIO, errno.ENOSPC),
    "ftruncate": (errno.EIO, errno.EFBIG),
    "fallocate": (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EOPNOTSUPP),
    "renameat": (errno.EIO, errno.ENOSPC, errno.EACCES),
    "renameat2": (errno.EIO, errno.EXDEV, errno.ENOSYS, errno.EINVAL),
    "unlinkat": (errno.EIO, errno.EACCES),
    "linkat": (errno.ENOENT, errno.EIO, errno.EPERM, errno.ENOSPC),
    "mkdir": (errno.EACCES, errno.ENOSPC, errno.EROFS),
    "flock": (errno.EWOULDBLOCK, errno.ENOLCK),
}
WORDS = {errno.EACCES: "ermission", errno.EMFILE: "Too many open files", errno.EROFS: "ead-only",
         errno.ENOSPC: "o space", errno.EIO: "nput/output error", errno.EDQUOT: "uota",
         errno.EFBIG: "too large", errno.EXDEV: "cross-device"}


class Job:
    """One download, each time of a file and into a folder of its own. BEFORE, if given, is run in
    front of it."""

    def __init__(self, t, name, *options, before=None, **script):
        self.t, self.name, self.options, self.before = t, name, options, before
        self.script = script

    def get(self, what, **env):
        """Runs it; returns the result, the folder and the file."""
        folder = os.path.join(self.t.home, what, "below")
        file = self.t.file("a.bin", key=self.t.session + what, **self.script)
        if self.before:
            self.before(self.t, folder, file)
        result = self.t.haul("get", "--progress", "plain", "-d", folder, "--retries", 0,
                             "--stall-timeout", 0, *self.options, file.url, program=TORTURE,
                             env={"HAUL_TORTURE_HASTE": "200", **env})
        return result, folder, file

    def counts(self):
        """How often each call is made when none fails."""
        path = os.path.join(self.t.home, "counts-" + self.name)
        result, _, _ = self.get("whole-" + self.name, HAUL_TORTURE_COUNT=path)
        expect_equal(result.status, 0, f"{self.name}: {result}")
        with open(path, encoding="ascii") as file:
            return {call: int(count) for call, count in (line.split() for line in file)}

    def check(self, call, number, code, once_named=False):
        """One run in which the call fails, with ONCE_NAMED each from the NUMBERth on that finds the
        file under its final name; its status, and what there is to go on with."""
        what = f"{self.name}: {call} {number} fails with {errno.errorcode.get(code, 'a part')}"
        place = f"{self.name}-{call}-{number}-{code}"
        named = os.path.join(self.t.home, place, "below", "a.bin")
        failure = f"{call}:{number}:{code}" + (f":{named}" if once_named else "")
        result, folder, file = self.get(place, HAUL_TORTURE_FAIL=failure)
        expect(result.status in (0, 5), f"{what}: {result}")
        found = self.complete(folder, file, what)
        expect(result.status != 0 or found, f"{what}: told as complete, but it is not there")
        if result.status == 5:
            self.check_sentence(result, code, what)
        return result.status, (folder, file, what)

    @staticmethod
    def complete(folder, remote, what):
        """Whether the file is there; whatever else has a final name is an error."""
        names = os.listdir(folder) if os.path.isdir(folder) else []
        names = [name for name in names if not name.endswith((".part", ".haul", ".new"))]
        for name in names:
            expect(has_content(os.path.join(folder, name), remote.seed, remote.size),
                   f"{what}: {name} is a wrong file")
        return bool(names)

    @staticmethod
    def check_sentence(result, code, what):
        word = WORDS.get(code, "")
        expect(b"can't" in result.err or b"no room" in result.err, f"{what}: no sentence: {result}")
        expect(word.encode() in result.err, f"{what}: the cause is not named: {result}")


def interrupted(t, folder, file):
    """A part of it is there: the connection broke."""
    t.haul("get", "-q", "-d", folder, "--retries", 0, file.url)
    expect("a.bin.part" in os.listdir(folder), "no partial to begin with")


def places(count, ways):
    """Which of COUNT calls fail, and how: the first one in all WAYS, the others in turns. Of the
    many alike in the middle some do."""
    yield from ((1, way) for way in ways)
    for number in sorted({*range(2, min(count, 8) + 1), count} - {1}):
        yield number, ways[number % len(ways)]


def try_again(t, left):
    """All that was left goes on, without failures, and is there."""
    listed = "".join(f"{file.url}\n  dir={folder}\n" for folder, file, _ in left)
    result = t.haul("get", "-q", "-j", 50, "--if-exists", "overwrite", "--stall-timeout", 0, "-i",
                    t.write("again.txt", listed))
    expect_equal(result.status, 0, f"the second time: {result}")
    for folder, file, what in left:
        expect(Job.complete(folder, file, what), f"{what}, then again: it is not there")


def on_tmpfs(path):
    done = subprocess.run(["stat", "-f", "-c", "%T", path], capture_output=True, check=True)
    return done.stdout == b"tmpfs\n"


def fail_each(t, job, calls):
    """Fails each of CALLS at each place; returns the statuses by call."""
    need(TORTURE)
    counts = job.counts()
    tasks = []
    for call in calls:
        if call == "fallocate" and on_tmpfs(t.home):
            continue  # nothing is reserved there
        expect(counts[call] > 0, f"{job.name}: {call} is never made")
        tasks += [(call, number, code) for number, code in places(counts[call], WAYS[call])]
    statuses, left = {}, []
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        for task, (status, rest) in zip(tasks, pool.map(lambda task: job.check(*task), tasks)):
            statuses.setdefault(task[0], []).append(status)
            left.append(rest)
    print(f"{len(tasks)} failures", flush=True)
    try_again(t, left)
    return statuses


SLOW = {"size": SIZE, "rate": 2_000_000, "tick": 10}
ALL = ("openat", "pwrite", "fsync", "dirsync", "fdatasync", "ftruncate", "fallocate", "renameat",
       "renameat2", "flock", "unlinkat")


@case
def a_large_file_survives_each_failure(t):
    statuses = fail_each(t, Job(t, "large", "-x", 1, **SLOW), (*ALL, "mkdir"))
    fatal = {"openat", "pwrite", "fsync", "fdatasync", "ftruncate", "fallocate", "mkdir"}
    for call in fatal.intersection(statuses):
        expect(5 in statuses[call], f"{call} never failed: {statuses}")


@case
def bytes_that_are_moved_from_the_socket_survive_each_failure(t):
    statuses = fail_each(t, Job(t, "moved", "-x", 1, size=17 << 20), ("splice",))
    expect(5 in statuses["splice"], f"nothing failed: {statuses}")


@case
def a_small_file_survives_each_failure(t):
    calls = ("openat", "pwrite", "fsync", "dirsync", "linkat", "mkdir")
    statuses = fail_each(t, Job(t, "small", size=5000), calls)
    for call in ("pwrite", "fsync", "mkdir"):
        expect(5 in statuses[call], f"{call} never failed: {statuses}")
    expect(0 in statuses["openat"] and 0 in statuses["linkat"], "it can be made in another way")


@case
def a_small_file_that_replaces_another_survives_each_failure(t):
    calls = ("openat", "pwrite", "fsync", "dirsync", "renameat", "flock")
    statuses = fail_each(t, Job(t, "replacing", "--if-exists", "overwrite", size=5000), calls)
    for call in ("openat", "pwrite", "fsync", "renameat"):
        expect(5 in statuses[call], f"{call} never failed: {statuses}")


@case
def a_partial_that_is_taken_up_survives_each_failure(t):
    job = Job(t, "resumed", "-x", 1, before=interrupted, close=SIZE // 2, faults=1, **SLOW)
    statuses = fail_each(t, job, ALL)
    expect(5 in statuses["pwrite"] and 5 in statuses["fsync"], f"nothing failed: {statuses}")


@case
def a_sync_that_fails_ends_the_download(t):
    """The system tells only once of bytes that it lost: a later sync that succeeds means nothing."""
    need(TORTURE)
    t.keeps("a.bin.part")
    job = Job(t, "sync", "-x", 1, **SLOW)
    result, folder, file = job.get("sync", HAUL_TORTURE_FAIL=f"fdatasync:1:{errno.EIO}")
    expect_equal(result.status, 5, f"{result}")
    expect(b"can't sync" in result.err, f"the cause is not named: {result}")
    expect(not job.complete(folder, file, "sync"), "bytes that were lost got a final name")


@case
def a_name_that_a_power_cut_may_take_is_told(t):
    """The folder is synced last: when the disk fails then, the file is there, but not for certain. A
    file system that syncs no folders is none that fails."""
    need(TORTURE)
    for job in (Job(t, "large", "-x", 1, **SLOW), Job(t, "small", size=5000)):
        status, (_, _, what) = job.check("dirsync", 1, errno.EIO, once_named=True)
        expect_equal(status, 5, what)
        status, (_, _, what) = job.check("dirsync", 1, errno.EINVAL, once_named=True)
        expect_equal(status, 0, what)


run()
