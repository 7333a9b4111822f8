"""What every flow test stands on: a home of its own, servers that misbehave on demand, haul itself,
and the certainty that nothing is left behind.

A test is a file in this folder: functions marked @case, then `run()`. Each case gets a fresh Case:
its own HOME, XDG folders, TMPDIR, session and download folder. Waiting is always for an event with
a deadline. When a case ends, no process of its own may live, no file may lie outside the folder it
was told to use, no unfinished download may lie in that folder unless the case said so, and no
sanitizer may have reported anything.

Environment: HAUL_BIN, the program; HAUL_ORIGIN, the test server (tests/origin); HAUL_TORTURE, the
program whose calls fail and whose clock runs ahead when told to (tests/torture).
Status: 0 all passed, 1 a case failed, 77 none failed and one was skipped, with its reason.
"""

import contextlib
import hashlib
import email.utils
import json
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import traceback
import urllib.parse

OWN_SOURCES = os.path.dirname(os.path.abspath(__file__))
HAUL = os.environ.get("HAUL_BIN", "")
ORIGIN = os.environ.get("HAUL_ORIGIN", "")
TORTURE = os.environ.get("HAUL_TORTURE", "")
DEADLINE = 60  # seconds; sanitizers and a loaded machine are slow, a hang is for ever
WHOLE = 165  # seconds for a file of cases: less than ctest gives, so that all is cleared up

BLOCK = 65536
MASK = (1 << 64) - 1


class Failure(AssertionError):
    """A case did not see what it should."""


class Skip(Exception):
    """What the test needs is not on this machine."""


# Content: the same function as tests/origin/content.c.

def _mix(value):
    value = (value + 0x9E3779B97F4A7C15) & MASK
    value = ((value ^ (value >> 30)) * 0xBF58476D1CE4E5B9) & MASK
    value = ((value ^ (value >> 27)) * 0x94D049BB133111EB) & MASK
    return value ^ (value >> 31)


_TABLE = b"".join(_mix(i).to_bytes(8, "little") for i in range(BLOCK // 8)) * 2


def content_blocks(seed, size):
    """The file's blocks, in order."""
    base = _mix(seed)
    for block in range((size + BLOCK - 1) // BLOCK):
        turn = _mix(base ^ block) % BLOCK
        yield _TABLE[turn:turn + min(BLOCK, size - block * BLOCK)]


def content_at(seed, offset, size):
    """SIZE bytes of file SEED from OFFSET on, both whole blocks."""
    base = _mix(seed)
    turns = (_mix(base ^ block) % BLOCK
             for block in range(offset // BLOCK, (offset + size) // BLOCK))
    return b"".join(_TABLE[turn:turn + BLOCK] for turn in turns)


def content(seed, size):
    return b"".join(content_blocks(seed, size))


def has_content(path, seed, size):
    """True when the file at PATH is exactly file SEED of that size."""
    if os.path.getsize(path) != size:
        return False
    with open(path, "rb") as file:
        return all(file.read(len(block)) == block for block in content_blocks(seed, size))


def size_of(path):
    """How many bytes the file at PATH has; 0 when there is none, or none any more."""
    try:
        return os.path.getsize(path)
    except FileNotFoundError:
        return 0


def whole_lines(text):
    """The lines of a file that is being written, without what has no end so far."""
    return text[:text.rfind("\n") + 1].splitlines()


def until(what, check, seconds=DEADLINE):
    """Returns CHECK()'s first true value; fails when it has none in time. It rests as long as it
    looks, so that checks which start processes leave the processor to what they wait for."""
    begin = time.monotonic()
    while True:
        looked = time.monotonic()
        value = check()
        if value:
            return value
        now = time.monotonic()
        if now > begin + seconds:
            raise Failure(f"not in {seconds} s: {what}")
        time.sleep(min(max(0.01, now - looked), 0.2))


def ask_socket(path, method):
    """What the daemon at the socket PATH answers to one request, or None when none answers."""
    with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX) as sock:
        sock.settimeout(DEADLINE)
        sock.connect(path)
        with sock.makefile("rwb") as line:
            for number, (name, params) in enumerate((("hello", {"major": 1, "minor": 0}),
                                                     (method, {}))):
                request = {"jsonrpc": "2.0", "id": number, "method": name, "params": params}
                line.write(json.dumps(request).encode() + b"\n")
                line.flush()
                text = line.readline()
                if not text:
                    return None
            return json.loads(text).get("result")
    return None


def need(program):
    """The path of PROGRAM, also from the folders of system programs."""
    path = shutil.which(program, path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin")
    if not path:
        raise Skip(f"{program} is not installed")
    return path


def expect(condition, message):
    if not condition:
        raise Failure(message)


def expect_equal(got, wanted, what):
    if got != wanted:
        raise Failure(f"{what}: got {got!r}, expected {wanted!r}")


class Remote:
    """A file on the origin: its URL and what it holds."""

    def __init__(self, url, seed, size):
        self.url = url
        self.seed = seed
        self.size = size

    def data(self):
        return content(self.seed, self.size)

    def digest(self, kind="sha256"):
        """As --checksum takes it."""
        return f"{kind}:{hashlib.new(kind, self.data()).hexdigest()}"

    def __str__(self):
        return self.url


class Origin:
    """A running tests/origin."""

    seeds = 100

    def __init__(self, *arguments):
        self.folder = tempfile.mkdtemp(prefix="haul-origin.")
        self.cert = os.path.join(self.folder, "cert.pem")
        self.log_path = os.path.join(self.folder, "log")
        self.process = subprocess.Popen(
            [ORIGIN, "--log", self.log_path, "--cert", self.cert, *arguments],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        ports = json.loads(self.process.stdout.readline())
        self.port = ports["port"]
        self.other = ports["other"]

    def close(self):
        self.process.stdin.close()
        self.process.stdout.close()
        status = self.process.wait(DEADLINE)
        shutil.rmtree(self.folder)
        expect(status == 0, f"the origin ended with {status}")

    def url(self, path, scheme="http", host="127.0.0.1", port=None, **script):
        """A URL; parameters are those of tests/origin/README.md, with _ for -."""
        pairs = []
        for name, value in script.items():
            for one in value if isinstance(value, list) else [value]:
                raw = one if isinstance(one, bytes) else str(one).encode()
                pairs.append(name.replace("_", "-") + "=" + urllib.parse.quote(raw, safe=""))
        query = "?" + "&".join(pairs) if pairs else ""
        return f"{scheme}://{host}:{port or self.port}/{path.lstrip('/')}{query}"

    def file(self, path, size=4096, **script):
        """A Remote with content that no other file of this run has."""
        Origin.seeds += 1
        seed = script.pop("seed", Origin.seeds)
        return Remote(self.url(path, size=size, seed=seed, **script), seed, size)

    def log(self):
        """All requests so far. One whose line is not yet there to its end is none."""
        with open(self.log_path, encoding="utf-8") as file:
            return [json.loads(line) for line in whole_lines(file.read())]

    def requests(self, path):
        """The requests for PATH, oldest first."""
        return [entry for entry in self.log() if entry["path"] == "/" + path.lstrip("/")]

    def stats(self):
        return self.ask("_stats")

    def open(self, *paths):
        """Lets the files that have a gate come to their ends, until the next case."""
        for path in paths:
            self.ask("_open/" + path)

    def ask(self, path):
        """What the origin itself tells."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=DEADLINE) as sock:
            sock.sendall(b"GET /%s HTTP/1.1\r\nHost: origin\r\nConnection: close\r\n\r\n"
                         % path.encode())
            with sock.makefile("rb") as answer:
                return json.loads(answer.read().partition(b"\r\n\r\n")[2])


def header(request, name):
    """The value of a logged request's header, or None."""
    for key, value in request["headers"]:
        if key.lower() == name.lower():
            return value
    return None


def record_row(*numbers):
    """A row of a record: start, end, written, synced (src/disk/state.h)."""
    text = "".join(f"{number:020} " for number in numbers)
    check = 2166136261
    for byte in text.encode():
        check = (check ^ byte) * 16777619 & 0xFFFFFFFF
    return f"{text}{check:08x}\n"


def plant_partial(t, name, url, size, data, validators=""):
    """A partial of URL that holds DATA (a number: so many zeros, which need no room), with a record
    as haul makes it. VALIDATORS: its lines."""
    came = data if isinstance(data, int) else len(data)
    with open("/proc/sys/kernel/random/boot_id", encoding="ascii") as boot:
        text = (f"haul 1\nurl {url}\nsize {size}\n{validators}boot {boot.read().strip()}\n"
                f"ranges 1\n{record_row(0, size, came, came)}")
    with open(t.path(name + ".part"), "wb") as part:
        if isinstance(data, int):
            part.truncate(data)
        else:
            part.write(data)
    with open(t.path(name + ".haul"), "w", encoding="ascii") as record:
        record.write(text)


def resumes(t, url, right, *options, modified=None, size=None, came=100_000):
    """Does a partial of URL with CAME bytes, and a record of SIZE and time, go on where it ends? Its
    bytes are wrong, to tell by. RIGHT: the file that is there."""
    name = url.rsplit("/", 1)[1]
    date = email.utils.formatdate(modified, usegmt=True)
    plant_partial(t, name, url, size or len(right), came,
                  f"modified {date}\n" if modified is not None else "")
    t.get(*options, "--if-exists", "overwrite", url)
    t.expect_names(name)
    with open(t.path(name), "rb") as file:
        got = file.read()
    expect(got[came:] == right[came:], "the end differs")
    return got != right


def recorded(path):
    """How many bytes are here, as the record at PATH tells; 0 when there is none, or none any
    more."""
    try:
        with open(path, encoding="utf-8") as record:
            rows = [line.split() for line in record.read().splitlines() if line.startswith("0")]
    except FileNotFoundError:
        return 0
    return sum(int(row[2]) - int(row[0]) for row in rows)


class Result:
    """How a run of haul ended."""

    def __init__(self, arguments, status, out, err):
        self.arguments = arguments
        self.status = status
        self.out = out
        self.err = err

    def json(self):
        try:
            return json.loads(self.out)
        except ValueError:
            raise Failure(f"{self} did not write JSON") from None

    def lines(self):
        return [json.loads(line) for line in self.out.splitlines() if line.strip()]

    def __str__(self):
        words = " ".join(str(word)[:120] for word in self.arguments[:12])
        return (f"haul {words}\n  status {self.status}\n"
                f"  stdout {self.out[-2000:]!r}\n  stderr {self.err[-4000:]!r}")


class Running:
    """A haul in the background. Its output goes to files, so it never waits for a reader."""

    def __init__(self, case, arguments, stdin=subprocess.DEVNULL, program=None, **options):
        self.arguments = arguments
        number = len(case.running)
        self.out_path = os.path.join(case.home, f".out{number}")
        self.err_path = os.path.join(case.home, f".err{number}")
        with open(self.out_path, "wb") as out, open(self.err_path, "wb") as err:
            self.process = subprocess.Popen([program or case.program, *map(str, arguments)], stdin=stdin,
                                            stdout=out, stderr=err, env=case.env, cwd=case.work,
                                            **options)
        self.pid = self.process.pid
        case.running.append(self)

    def signal(self, number):
        os.kill(self.pid, number)

    def alive(self):
        return self.process.poll() is None

    def out(self):
        with open(self.out_path, "rb") as file:
            return file.read()

    def err(self):
        with open(self.err_path, "rb") as file:
            return file.read()

    def wait(self, seconds=DEADLINE):
        try:
            status = self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise Failure(f"still running after {seconds} s: "
                          f"{Result(self.arguments, None, self.out(), self.err())}") from None
        return Result(self.arguments, status, self.out(), self.err())


class Case:
    """One behaviour's own small world. ORIGIN is shared by the cases of a file."""

    def __init__(self, origin):
        self.origin = origin
        self.program = HAUL
        self.home = tempfile.mkdtemp(prefix="haul.", dir="/tmp")
        self.dir = self.folder("dl")    # downloads go here
        self.work = self.folder("work")  # working directory; must stay empty
        self.kept = set()                # unfinished names that may stay in the download folder
        self.running = []
        self.seen = {}                   # processes with the case's mark: when each began
        self.closers = []
        self.session = "t" + os.path.basename(self.home)[5:].replace(".", "")
        self.env = {
            "PATH": os.environ.get("PATH", "/usr/bin:/bin"),
            "HOME": self.folder("home"),
            "XDG_RUNTIME_DIR": self.folder("run"),
            "XDG_CONFIG_HOME": self.folder("config"),
            "XDG_STATE_HOME": self.folder("state"),
            "XDG_CACHE_HOME": self.folder("cache"),
            "XDG_DATA_HOME": self.folder("data"),
            "TMPDIR": self.folder("tmp"),
            "LC_ALL": "C.UTF-8",
            "TERM": "dumb",
            "HAUL_SESSION": self.session,
            "HAUL_TEST_CASE": self.home,
            "ASAN_OPTIONS": f"exitcode=99:abort_on_error=0:log_path={self.home}/sanitizer",
            "UBSAN_OPTIONS": f"print_stacktrace=1:exitcode=99:log_path={self.home}/sanitizer",
            "LSAN_OPTIONS": "exitcode=99",
            "TSAN_OPTIONS": f"exitcode=99:log_path={self.home}/sanitizer:"
                            f"suppressions={OWN_SOURCES}/threads.supp",
        }

    def folder(self, name):
        path = os.path.join(self.home, name)
        os.mkdir(path, 0o700)
        return path

    def path(self, name):
        """A path in the download folder."""
        return os.path.join(self.dir, name)

    def write(self, name, text):
        """A file of the case's own, outside the download folder; returns its path."""
        path = os.path.join(self.home, name)
        with open(path, "wb") as file:
            file.write(text if isinstance(text, bytes) else text.encode())
        return path

    def file(self, path, size=4096, **script):
        return self.origin.file(path, size, **script)

    def hurry(self, times):
        """From now on haul's own waits are so many times as short: its clock and its timers run
        ahead (tests/torture), while bytes and processes take the time they take."""
        self.program = need(TORTURE)
        self.env["HAUL_TORTURE_HASTE"] = str(times)

    # Running haul

    def haul(self, *arguments, stdin=None, timeout=DEADLINE, env=None, preexec_fn=None,
             program=None):
        """Runs haul, or another PROGRAM, to its end."""
        try:
            done = subprocess.run([program or self.program, *map(str, arguments)], input=stdin or b"",
                                  capture_output=True, timeout=timeout, cwd=self.work,
                                  env={**self.env, **(env or {})}, preexec_fn=preexec_fn,
                                  check=False)
        except subprocess.TimeoutExpired as late:
            raise Failure("still running: " + str(Result(arguments, None, late.stdout or b"",
                                                         late.stderr or b""))) from None
        return Result(arguments, done.returncode, done.stdout, done.stderr)

    def get(self, *arguments, status=0, **options):
        """`haul get` into the download folder, which must end with STATUS and print nothing on
        standard output."""
        result = self.haul("get", "-d", self.dir, "--progress", "plain", *arguments, **options)
        expect(result.status == status, f"expected status {status}: {result}")
        expect(result.out == b"", f"something on standard output: {result}")
        return result

    def ok(self, *arguments, **options):
        """Runs haul, which must succeed."""
        result = self.haul(*arguments, **options)
        expect(result.status == 0, f"expected success: {result}")
        return result

    def into(self, stream, *arguments):
        """Runs haul to its end with its standard output going to STREAM."""
        return self.haul(*arguments, preexec_fn=lambda: os.dup2(stream.fileno(), 1))

    def start(self, *arguments, **options):
        """Starts haul in the background."""
        return Running(self, arguments, **options)

    # Looking at what came of it

    def names(self):
        """What lies in the download folder, sorted."""
        return sorted(os.listdir(self.dir))

    def expect_names(self, *names):
        expect_equal(self.names(), sorted(names), "the download folder")

    def expect_file(self, name, remote):
        path = self.path(name)
        expect(os.path.lexists(path), f"{name} is missing; there are {self.names()}")
        expect(has_content(path, remote.seed, remote.size), f"{name} is not the file that was sent")

    def keeps(self, *names):
        """Unfinished downloads that the case leaves on purpose."""
        self.kept.update(names)

    def partials(self):
        return [name for name in self.names() if name.endswith((".part", ".haul"))]

    # The daemon

    def items(self):
        """The queue as `haul list --json` gives it, by id. A daemon that runs is asked without
        it, as this is asked again and again, unless its answer takes several pages."""
        answer = ask_socket(self.socket_path(), "list")
        if not answer or len(answer["items"]) < answer["matching"]:
            answer = self.ok("list", "--json").json()
        return {item["id"]: item for item in answer["items"]}

    def add(self, *arguments, **options):
        """Adds to the daemon's queue, returns the ids."""
        answer = self.ok("add", "--json", "-d", self.dir, *arguments, **options).json()
        return answer["ids"]

    def fetched(self, *arguments):
        """Adds and lets them come; the numbers of items that are done, and not in the list any
        more."""
        ids = self.add(*arguments)
        self.ok("wait", *ids)
        self.ok("remove", *ids)
        return ids

    def socket_path(self):
        return os.path.join(self.env["XDG_RUNTIME_DIR"], "haul", self.session + ".sock")

    def daemons(self):
        """Pids of the processes that carry this case's mark and were not started by hand. One that
        dies loses the mark before it lets go of its sockets and locks: it counts until then."""
        own = {run.pid for run in self.running if run.alive()}
        for pid in marked_processes(self.home):
            self.seen[pid] = began_at(pid)
        self.seen = {pid: begin for pid, begin in self.seen.items()
                     if begin is not None and began_at(pid) == begin}
        return [pid for pid in self.seen if pid not in own]

    def daemon(self):
        """The pid of the case's one daemon. Others that were started, and found it there, may take
        a moment to end."""
        def only():
            found = self.daemons()
            return found if len(found) == 1 else None

        return until("there is one daemon", only)[0]

    def state_folder(self):
        return os.path.join(self.env["XDG_STATE_HOME"], "haul", self.session)

    def daemon_log(self):
        with open(os.path.join(self.state_folder(), "haul.log"), encoding="utf-8") as file:
            return file.read()

    def trouble(self):
        """What `haul list` tells of the session's trouble, "" without any."""
        return self.ok("list", "--json").json()["totals"].get("trouble", "")

    def kill_daemon(self):
        os.kill(self.daemon(), signal.SIGKILL)
        until("the daemon is gone", lambda: not self.daemons())

    def stop(self):
        """Stops the daemon and waits until it is gone."""
        self.ok("stop")
        until("the daemon ends", lambda: not self.daemons())

    # The end

    def close(self):
        """Ends what still runs, then tells what should not have been there."""
        wrong = []
        for run in self.running:
            if run.alive():
                run.process.kill()
                run.process.wait()
        if self.daemons():
            with contextlib.suppress(Failure):
                self.haul("stop")
                until("the daemon ends", lambda: not self.daemons())
        for pid in self.daemons():
            wrong.append(f"process {pid} survived: {command_line(pid)}")
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        try:
            for closer in reversed(self.closers):
                closer()
            wrong += self.reports() + self.strays()
        finally:
            shutil.rmtree(self.home, onerror=make_removable)
        return wrong

    def reports(self):
        """What the sanitizers wrote."""
        found = []
        for name in sorted(os.listdir(self.home)):
            if name.startswith("sanitizer"):
                path = os.path.join(self.home, name)
                with open(path, encoding="utf-8", errors="replace") as file:
                    found.append(f"{name}: {file.read()[:6000]}")
        return found

    def strays(self):
        """Files where haul has no business to leave any."""
        found = [f"left in the download folder: {name}" for name in self.partials()
                 if name not in self.kept and name + ".part" not in self.kept]
        for name in ("work", "home", "config", "cache", "data", "tmp"):
            for folder, _, names in os.walk(os.path.join(self.home, name)):
                found += [f"left behind: {os.path.join(folder, one)}" for one in names]
        runtime = os.path.join(self.env["XDG_RUNTIME_DIR"], "haul")
        if os.path.isdir(runtime):
            found += [f"left behind: {name}" for name in os.listdir(runtime)
                      if name.endswith(".sock") and name not in self.kept]
        return found


def marked_processes(mark):
    """Pids of living processes with this HAUL_TEST_CASE."""
    wanted = b"HAUL_TEST_CASE=" + mark.encode()
    found = []
    for name in os.listdir("/proc"):
        if not name.isdigit():
            continue
        with contextlib.suppress(OSError):
            with open(f"/proc/{name}/environ", "rb") as file:
                if wanted not in file.read().split(b"\0"):
                    continue
            if began_at(name) is not None:
                found.append(int(name))
    return found


def began_at(pid):
    """When the process began, as the system counts time; None when it has ended."""
    with contextlib.suppress(OSError):
        with open(f"/proc/{pid}/stat", "rb") as file:
            fields = file.read().rpartition(b")")[2].split()
        if fields[0] not in (b"Z", b"X"):
            return int(fields[19])
    return None


def stop(pid):
    """Stops the process, and waits until none of its threads does anything any more."""
    def stands_still():
        states = []
        for task in os.listdir(f"/proc/{pid}/task"):
            with contextlib.suppress(FileNotFoundError, ProcessLookupError):
                with open(f"/proc/{pid}/task/{task}/stat", "rb") as file:
                    states.append(file.read().rpartition(b")")[2].split()[0])
        return set(states) == {b"T"}

    os.kill(pid, signal.SIGSTOP)
    until(f"process {pid} stands still", stands_still)


def command_line(pid):
    with contextlib.suppress(OSError):
        with open(f"/proc/{pid}/cmdline", "rb") as file:
            return file.read().replace(b"\0", b" ").decode(errors="replace")
    return "gone"


def make_removable(function, path, _):
    """For rmtree: folders that a case made read-only."""
    os.chmod(os.path.dirname(path), 0o700)
    with contextlib.suppress(OSError):
        os.chmod(path, 0o700)
    function(path)


def child_server(case, arguments, port, **options):
    """Starts a stock server that listens on PORT and is killed when the case ends."""
    process = subprocess.Popen(arguments, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                               stderr=subprocess.DEVNULL, **options)

    def close():
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    case.closers.append(close)

    def answers():
        expect(process.poll() is None, f"{arguments[0]} ended with {process.returncode}")
        with contextlib.suppress(OSError):
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return True
        return False

    until(f"{arguments[0]} listens", answers)
    return process


def free_port():
    """A port for a server that has to be told one. It was free a moment ago, and the system gives
    it to nobody who does not ask for it by its number."""
    with open("/proc/sys/net/ipv4/ip_local_port_range", encoding="ascii") as file:
        given_away = int(file.read().split()[0])
    while True:
        port = random.randrange(min(10_000, given_away - 1000), given_away)
        with socket.socket() as sock, contextlib.suppress(OSError):
            sock.bind(("127.0.0.1", port))
            return port


def dead_port(case):
    """A port at which nobody answers for as long as the case lasts."""
    sock = socket.socket()
    case.closers.append(sock.close)
    sock.bind(("127.0.0.1", 0))
    return sock.getsockname()[1]


_cases = []


def case(function):
    """Marks a function as a case of this file."""
    _cases.append(function)
    return function


def run_case(function, origin):
    """True when it passed."""
    begin = time.monotonic()
    origin.ask("_shut")
    world = Case(origin)
    problem = None
    try:
        function(world)
    except Skip:
        world.close()
        raise
    except Exception:  # a case may fail in any way; all are reported
        problem = traceback.format_exc(limit=-3)
        state = os.path.join(world.env["XDG_STATE_HOME"], "haul")
        for folder, _, names in os.walk(state):
            for name in names:
                if name.endswith("log"):
                    with open(os.path.join(folder, name), errors="replace") as file:
                        problem += f"\n{name}:\n" + file.read()[-3000:]
    wrong = world.close()
    if problem or wrong:
        print(f"FAILED {function.__name__}\n{problem or ''}" + "\n".join(wrong), flush=True)
        return False
    print(f"ok {function.__name__}, {time.monotonic() - begin:.1f} s", flush=True)
    return True


def on_alarm(*_):
    raise Failure(f"the file took longer than {WHOLE} s")


def run(*origin_arguments):
    """Runs the file's cases, or those named on the command line, and exits."""
    if not os.access(HAUL, os.X_OK) or not os.access(ORIGIN, os.X_OK):
        sys.exit("set HAUL_BIN and HAUL_ORIGIN")
    wanted = sys.argv[1:]
    chosen = [one for one in _cases if not wanted or one.__name__ in wanted]
    signal.signal(signal.SIGALRM, on_alarm)
    signal.alarm(WHOLE)
    origin = Origin(*origin_arguments)
    failed = skipped = 0
    try:
        for function in chosen:
            try:
                failed += not run_case(function, origin)
            except Skip as reason:
                print(f"skipped: {function.__name__}: {reason}", flush=True)
                skipped += 1
    finally:
        origin.close()
    sys.exit(1 if failed else 77 if skipped else 0)
