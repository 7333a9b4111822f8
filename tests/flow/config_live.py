"""What is in force and where it is from; changes while a daemon runs."""

import os
import signal

from harness import case, expect, expect_equal, run, until


def configure(t, text):
    folder = os.path.join(t.home, "conf")
    os.makedirs(os.path.join(folder, "haul"), exist_ok=True)
    t.env["XDG_CONFIG_HOME"] = folder
    path = os.path.join(folder, "haul", "haul.conf")
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    os.chmod(path, 0o600)
    return path


def rows(t, *arguments):
    """The options that `haul config` tells of, by name."""
    return {row["name"]: row for row in t.ok("config", "--json", *arguments).json()["options"]}


def settings(t):
    return t.ok("set", "--json").json()["settings"]


@case
def config_tells_each_value_and_its_place(t):
    path = configure(t, "dir = ~/dl\nretries = 3\n[host \"a.org\"]\nretries = 4\n"
                     "user = me:hush\nheader = X: hush\nretry-on = 404:1\nretry-on = 5xx:2\n")
    t.env["HAUL_TIMEOUT"] = "2m"
    told = rows(t, "-A", "me", "http://a.org/x")
    wanted = [("dir", os.path.join(t.env["HOME"], "dl"), "file", 1, None),
              ("retries", "4", "host", 4, "a.org"), ("timeout", "120", "environment", None, None),
              ("user-agent", "me", "command-line", None, None),
              ("user", None, "host", 5, "a.org"), ("header", None, "host", 6, "a.org"),
              ("retry-on", ["404:1", "5xx:2"], "host", 8, "a.org"),
              ("jobs", "8", "default", None, None), ("progress", "auto", "default", None, None)]
    for name, value, origin, line, host in wanted:
        row = told[name]
        expect_equal((row["value"], row["from"], row.get("line"), row.get("host")),
                     (value, origin, line, host), name)
    expect_equal(rows(t)["retries"]["value"], "3", "retries without a link")
    text = t.ok("config", "http://a.org/x")
    expect(b"hush" not in text.out + text.err, f"a password is shown: {text}")
    lines = text.out.decode().splitlines()
    expect_equal(lines[0], f"# {path}", "first line")
    expect_equal([line.split(None, 2) for line in lines if line.startswith(("retries", "user "))],
                 [["user", "(hidden)", 'line 5, [host "a.org"]'],
                  ["retries", "4", 'line 4, [host "a.org"]']], "rows")
    for name in ("out", "checksum", "data", "json"):
        expect(name not in told, f"{name} can't be configured, but is told of")


@case
def config_tells_what_keys_are_bound_to(t):
    path = configure(t, "[keys]\npause = p F5\nremove = x\nstop = none\n")
    keys = {row["action"]: row for row in t.ok("config", "--json").json()["keys"]}
    for action, names, origin, line in [("pause", ["p", "F5"], "file", 2), ("stop", [], "file", 4),
                                        ("remove", ["x"], "file", 3), ("cancel", [], "default", None),
                                        ("quit", ["q", "Ctrl-C"], "default", None)]:
        row = keys[action]
        expect_equal((row["keys"], row["from"], row.get("line")), (names, origin, line), action)
    lines = t.ok("config").out.decode().split("[keys]\n")[1].splitlines()
    told = {line.split(None, 1)[0]: " ".join(line.split()[1:]) for line in lines}
    for action, text in [("pause", "p F5 line 2"), ("stop", "none line 4"), ("up", "k Up default"),
                         ("cancel", "none default, but for line 3")]:
        expect_equal(told[action], text, action)

    configure(t, "[keys]\npuase = p\n")
    wanted = f'{path}, line 2: keys have no action "puase"; did you mean "pause"?'
    for command in [[], ["config"], ["config", "--json"]]:
        result = t.haul(*command)
        expect_equal((result.status, result.err.decode().splitlines()[0]), (1, f"haul: {wanted}"),
                     f"haul {command}")
    expect_equal(t.ok("list", "--json").json()["items"], [], "what has no keys goes on")


@case
def a_theme_that_cant_be_read_is_told_before_anything_begins(t):
    theme = t.write("mine.theme", "accent = #010203\nbda = red\n")
    configure(t, f"theme = {theme}\n")
    for command in [[], ["config"], ["config", "--json"], ["watch"]]:
        result = t.haul(*command)
        expect_equal((result.status, result.err.decode().splitlines()[0]),
                     (1, f'haul: {theme}, line 2: there is no role "bda"; did you mean "bad"?'),
                     f"haul {command}")
    configure(t, "theme = ligth\n")
    expect('there is no theme "ligth"; did you mean "light"?' in t.haul("config").err.decode(),
           "a name that is not known")
    expect_equal(t.daemons(), [], "daemons")
    expect_equal(t.ok("list", "--json").json()["items"], [], "what shows no screen goes on")


@case
def config_asks_a_running_daemon(t):
    configure(t, "jobs = 3\n")
    t.ok("set", "--limit", "2M")
    configure(t, "jobs = 4\n")
    told = rows(t)
    expect_equal([(told[name]["value"], told[name]["from"]) for name in ("jobs", "limit")],
                 [("3", "daemon"), ("2M", "set")], "settings")
    t.stop()
    told = rows(t)
    expect_equal((told["jobs"]["value"], told["jobs"]["from"]), ("4", "file"), "jobs")
    expect_equal(t.daemons(), [], "daemons")


@case
def hangup_reads_the_configuration_again(t):
    configure(t, "jobs = 3\nlimit = 5M\n")
    t.ok("set", "--limit", "2M")
    pid = t.daemon()
    configure(t, "jobs = 4\nlimit = 6M\nper-host = 7\n")
    os.kill(pid, signal.SIGHUP)
    until("the new file counts", lambda: settings(t)["jobs"] == "4")
    now = settings(t)
    expect_equal((now["limit"], now["per-host"]), ("2M", "7"), "what was set stays")
    path = configure(t, "jobs = 5\njbos = 3\n")
    os.kill(pid, signal.SIGHUP)
    until("the mistake is told",
          lambda: f"{path}, line 2: there is no option \"jbos\"" in t.daemon_log())
    expect_equal(settings(t)["jobs"], "4", "jobs after a broken file")
    expect_equal(t.daemon(), pid, "the daemon")


@case
def a_pipe_in_the_place_of_the_configuration_holds_up_nobody(t):
    path = configure(t, "jobs = 3\n")
    t.ok("set", "--limit", "2M")
    os.unlink(path)
    os.mkfifo(path, 0o600)
    os.kill(t.daemon(), signal.SIGHUP)
    until("it is told", lambda: f"{path} is not a file of the usual kind" in t.daemon_log())
    os.unlink(path)
    expect_equal((settings(t)["jobs"], settings(t)["limit"]), ("3", "2M"), "as it was")


@case
def what_is_set_is_kept_until_it_is_let_go(t):
    configure(t, "jobs = 3\n")
    t.ok("set", "-j", "5", "--limit", "1M")
    t.stop()
    now = settings(t)
    expect_equal((now["jobs"], now["limit"]), ("5", "1M"), "after a restart")
    answer = t.ok("set", "--reset", "jobs", "--json").json()
    expect_equal((answer["settings"]["jobs"], answer["set"]), ("3", ["limit"]), "let go")
    t.stop()
    expect_equal(settings(t)["jobs"], "3", "after another restart")
    for words, sentence in [(["--reset", "lmit"], b'no option "lmit"; did you mean "limit"?'),
                            (["--reset", "dir"], b'the session has no option "dir"'),
                            (["--reset", "jobs", "-j", "3"], b"can't go together")]:
        result = t.haul("set", *words)
        expect(result.status == 1 and sentence in result.err, str(result))


@case
def what_the_daemon_was_started_with_overrules_the_file(t):
    configure(t, "jobs = 3\n")
    daemon = t.start("daemon", "-j", "6")
    until("it listens", lambda: os.path.exists(t.socket_path()))  # else asking starts another
    expect_equal(settings(t)["jobs"], "6", "jobs")
    daemon.signal(signal.SIGHUP)
    until("it is read again", lambda: b"read the configuration" in daemon.err())
    expect_equal(settings(t)["jobs"], "6", "jobs after a hangup")
    t.stop()
    expect_equal(daemon.wait().status, 0, "status")


run()
