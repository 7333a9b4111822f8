"""The configuration: a file, the environment and the command line over one table of options."""

import os

from harness import case, expect, expect_equal, header, run


def configure(t, text, mode=0o600):
    """Writes haul.conf; returns its path."""
    folder = os.path.join(t.home, "conf")
    os.makedirs(os.path.join(folder, "haul"), exist_ok=True)
    t.env["XDG_CONFIG_HOME"] = folder
    path = os.path.join(folder, "haul", "haul.conf")
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    os.chmod(path, mode)
    return path


def asked(t, name):
    """The one request for a file."""
    requests = t.origin.requests(name)
    expect_equal(len(requests), 1, f"requests for {name}")
    return requests[0]


@case
def a_file_sets_what_the_command_line_does_not(t):
    other = t.folder("other")
    configure(t, f"# mine\ndir = {other}\nuser-agent = from the file/1 (a; b) # all of it\n")
    one = t.file("one.bin")
    t.ok("get", "--progress", "none", one)
    expect(os.path.exists(os.path.join(other, "one.bin")), "the file's folder is not used")
    expect_equal(header(asked(t, "one.bin"), "User-Agent"), "from the file/1 (a; b) # all of it",
                 "user agent")
    two = t.file("two.bin")
    t.get("-A", "from the line", two)
    t.expect_file("two.bin", two)
    expect_equal(header(asked(t, "two.bin"), "User-Agent"), "from the line", "user agent")


@case
def each_place_overrules_the_ones_below(t):
    host = f"[host \"127.0.0.1:{t.origin.port}\"]\nuser-agent = host\n"
    path = configure(t, "user-agent = general\n")
    env = {"HAUL_USER_AGENT": "environment"}
    steps = [("general", [], {}, False), ("host", [], {}, True), ("environment", [], env, True),
             ("line", ["-A", "line"], env, True)]
    for wanted, words, variables, with_host in steps:
        with open(path, "w", encoding="utf-8") as file:
            file.write("user-agent = general\n" + (host if with_host else ""))
        one = t.file(wanted)
        t.get(*words, one, env=variables)
        expect_equal(header(asked(t, wanted), "User-Agent"), wanted, "user agent")
    lists = t.write("list", f"{t.file('listed')}\n  user-agent=list\n")
    t.get("-A", "line", "-i", lists, env=env)
    expect_equal(header(asked(t, "listed"), "User-Agent"), "list", "user agent")


@case
def sections_hold_for_their_hosts_alone(t):
    configure(t, "[host \"127.0.0.1\"]\nbearer = " + "t" * 3000 + "\n"
                 "[host \"127.0.0.2\"]\nbearer = other\n"
                 "[host \"127.0.0.1:1\"]\nbearer = port\n")
    here = t.file("here")
    there = t.origin.url("there", host="localhost", size=10)
    t.get(here, there)
    expect_equal(header(asked(t, "here"), "Authorization"), "Bearer " + "t" * 3000, "token")
    expect_equal(header(asked(t, "there"), "Authorization"), None, "token elsewhere")


@case
def clients_of_a_daemon_apply_it_to_what_they_add(t):
    configure(t, "retries = 3\nuser-agent = conf/1\n"
                 "[host \"127.0.0.1\"]\ncookie = a=1\ncookie = b=2\n")
    one = t.file("added.bin")
    t.add(one)
    t.ok("wait")
    expect_equal(header(asked(t, "added.bin"), "User-Agent"), "conf/1", "user agent")
    expect_equal(header(asked(t, "added.bin"), "Cookie"), "a=1; b=2", "cookies")


@case
def the_daemon_begins_with_its_settings(t):
    configure(t, "jobs = 3\nlimit = 5M\n")
    t.env["HAUL_LIMIT"] = "6M"
    t.ok("set", "--per-host", "2")
    now = t.ok("set", "--json").json()["settings"]
    expect_equal((now["jobs"], now["limit"], now["per-host"]), ("3", "6M", "2"), "settings")


REFUSALS = [
    ("jbos = 3", 1, 'there is no option "jbos"; did you mean "jobs"?'),
    ("jobs = none", 1, 'jobs: "none" is not a whole number'),
    ("jobs = 3\n\njobs = 4", 3, "jobs is set already, in line 1"),
    ("jobs 3", 1, "there is no '='; write: key = value"),
    (" = 3", 1, "there is nothing before the '='; write: key = value"),
    ("host = box", 1, "host belongs to one call of haul; give it on the command line"),
    ("cookies = mine.txt", 1, "cookies: must begin with '/' or '~/' in a file"),
    ("out = x", 1, "out belongs to one call of haul; give it on the command line"),
    ("user = me:secret", 1,
     'user would go to every server; put it into a section like [host "example.org"]'),
    ("dir = here", 1, "dir: must begin with '/' or '~/' in a file"),
    ('dir = "/tmp/x"', 1, "dir: values are written without quotes"),
    ("[hots \"a\"]", 1, "there is no section [hots]; did you mean [host]?"),
    ("[ui]\ntheme = light", 1, "there is no section [ui]"),
    ("[host]", 1, 'a section for a host is written [host "example.org"]'),
    ("[host \"a/b\"]", 1, 'a section for a host is written [host "example.org"]'),
    ("[host \"a\"", 1, 'a section is written [name] or [host "example.org"]'),
    ("[keys \"a\"]", 1, "the section is written [keys]"),
    ('[host "a"]\njobs = 3', 2, "jobs is not of single hosts; it stands before the first section"),
    ('[host "a"]\nconections = 3', 2,
     'there is no option "conections"; did you mean "connections"?'),
    ('[host "a"]\nuser = :secret', 2, "user: the value must have the form NAME:PASSWORD"),
    ("dir = \udcff", 1, "this is not text in UTF-8"),
]


@case
def mistakes_are_told_with_their_place(t):
    path = configure(t, "")
    for text, line, sentence in REFUSALS:
        with open(path, "wb") as file:
            file.write(text.encode(errors="surrogateescape") + b"\n")
        for command in [["get", "http://127.0.0.1:1/"], ["add", "http://127.0.0.1:1/"], ["daemon"]]:
            result = t.haul(*command)
            expect_equal(result.status, 1, f"{text!r}: {result}")
            expect_equal(result.err.decode().splitlines()[0],
                         f"haul: {path}, line {line}: {sentence}", repr(text))
    expect_equal(t.daemons(), [], "daemons")


@case
def mistakes_of_the_environment_are_told(t):
    result = t.haul("get", "http://127.0.0.1:1/", env={"HAUL_JOBS": "many"})
    expect_equal((result.status, result.err),
                 (1, b'haul: $HAUL_JOBS: jobs: "many" is not a whole number\n'), "refusal")


@case
def a_broken_file_does_not_keep_from_the_queue(t):
    t.ok("set", "--per-host", "2")
    configure(t, "jbos = 3\n")
    expect_equal(t.ok("list", "--json").json()["items"], [], "items")
    t.stop()
    result = t.haul("set")
    expect(result.status == 1 and b"jbos" in result.err and b"no daemon can run" in result.err,
           f"the reason is not told: {result}")


@case
def another_file_is_named_by_option_or_variable(t):
    configure(t, "user-agent = usual\n")
    other = t.write("other.conf", "user-agent = other\njobs = 5\n")
    t.get("--config", other, t.file("one"))
    t.get(t.file("two"), env={"HAUL_CONFIG": other})
    t.get(t.file("three"))
    for name, wanted in [("one", "other"), ("two", "other"), ("three", "usual")]:
        expect_equal(header(asked(t, name), "User-Agent"), wanted, name)
    t.add("--config", other, t.file("four"))  # its daemon reads it too
    expect_equal(t.ok("set", "--json").json()["settings"]["jobs"], "5", "jobs")
    missing = t.haul("get", "--config", "nowhere", "http://127.0.0.1:1/")
    expect(missing.status == 1 and b"can't open the configuration" in missing.err, str(missing))


@case
def passwords_that_others_can_read_are_told_of(t):
    text = "[host \"a.org\"]\nuser = me:hush\n"
    path = configure(t, text, 0o644)
    one = t.file("one")
    result = t.get(one)
    expect(f"others can read the passwords in {path}; run: chmod 600".encode() in result.err,
           str(result))
    expect(b"hush" not in result.err, "the password is told")
    os.chmod(path, 0o600)
    expect(b"chmod" not in t.get(t.file("two")).err, "told without need")
    os.chmod(path, 0o666)
    result = t.haul("get", one)
    expect(result.status == 1 and b"everybody can write" in result.err, str(result))


run()
