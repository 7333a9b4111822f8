"""`haul doctor`: what is wrong here, with what to do; the exit status says whether anything is."""

import os
import pwd
import resource

from harness import case, expect, expect_equal, run


def findings(t, status=0, **options):
    """What it finds, by name. Without systemd, in a terminal that every system knows, unless the
    case says otherwise. STATUS None: any."""
    env = {"HAUL_DOCTOR_ROOT": os.path.join(t.home, "root"), "TERM": "xterm",
           **options.pop("env", {})}
    result = t.haul("doctor", "--json", env=env, **options)
    if status is not None:
        expect_equal(result.status, status, f"status of {result}")
    return {row["what"]: row for row in result.json()["findings"]}


def system(t, *paths, **files):
    """A tree of systemd's: PATHS are made as empty files, FILES hold text."""
    root = os.path.join(t.home, "root")
    for path in ["/run/systemd/system/x", *paths]:
        os.makedirs(os.path.dirname(root + path), exist_ok=True)
        with open(root + path, "w", encoding="utf-8") as file:
            file.write(files.get(os.path.basename(path).partition(".")[0], ""))


@case
def a_sound_machine_is_told_so(t):
    told = findings(t)
    for what in ("configuration", "socket folder", "download folder", "queue folder",
                 "logging out", "cleaners", "locale", "terminal", "descriptors", "libcurl",
                 "daemon"):
        expect(what in told, f"{what} is not looked at: {sorted(told)}")
    for what in ("configuration", "socket folder", "logging out", "locale", "terminal", "daemon"):
        expect_equal(told[what]["state"], "ok", what)
    expect_equal(t.daemons(), [], "daemons: it starts none")
    text = t.haul("doctor").out.decode()
    expect("ok    socket folder" in text and os.path.join(t.env["XDG_RUNTIME_DIR"], "haul") in text,
           text)


@case
def a_folder_open_to_others_is_bad(t):
    folder = os.path.join(t.env["XDG_RUNTIME_DIR"], "haul")
    os.mkdir(folder)
    os.chmod(folder, 0o755)
    row = findings(t, status=1)["socket folder"]
    expect_equal(row["state"], "bad", "state")
    expect("chmod 700" in row["text"], row["text"])


@case
def what_the_screen_would_not_start_with_is_bad(t):
    theme = t.write("mine.theme", "accent = #010203\nbda = red\n")
    path = t.write("conf", f"theme = {theme}\n[keys]\npuase = p\n")
    os.chmod(path, 0o600)
    told = findings(t, status=1, env={"HAUL_CONFIG": path})
    expect_equal(told["theme"]["state"], "bad", "the theme")
    expect(f'{theme}, line 2: there is no role "bda"; did you mean "bad"?' in told["theme"]["text"],
           str(told["theme"]))
    expect('line 3: keys have no action "puase"' in told["keys"]["text"], str(told["keys"]))
    told = findings(t)
    expect_equal((told["theme"]["state"], told["theme"]["text"]), ("ok", "default"), "the theme")
    expect("keys" not in told, "keys that are as they should be")


@case
def a_broken_configuration_is_bad(t):
    path = t.write("conf", "jbos = 3\n")
    os.chmod(path, 0o600)
    row = findings(t, status=1, env={"HAUL_CONFIG": path})["configuration"]
    expect("line 1" in row["text"] and row["state"] == "bad", str(row))


@case
def folders_that_take_nothing_are_bad(t):
    if os.geteuid() == 0:
        env = {"XDG_DOWNLOAD_DIR": "/proc/self", "XDG_STATE_HOME": "/proc/self/state"}
    else:
        env = {"XDG_DOWNLOAD_DIR": "/", "XDG_STATE_HOME": "/state"}
    told = findings(t, status=1, env=env)
    for what in ("download folder", "queue folder"):
        expect_equal(told[what]["state"], "bad", f"{what}: {told[what]}")


@case
def what_a_logout_ends_is_told(t):
    user = pwd.getpwuid(os.getuid()).pw_name
    system(t)
    expect_equal(findings(t)["logging out"]["state"], "ok", "a folder of our own")
    row = findings(t, status=1, env={"XDG_RUNTIME_DIR": "/run/user/none"})["logging out"]
    expect(row["state"] == "ok" and "finds the daemon all the same" in row["text"], str(row))
    # Root is left alone unless somebody says otherwise.
    system(t, "/etc/systemd/logind.conf", logind="[Login]\nKillUserProcesses=no\nKillExcludeUsers=\n")
    system(t, "/etc/systemd/logind.conf.d/50-kill.conf", **{"50-kill": "KillUserProcesses=yes\n"})
    row = findings(t, status=1)["logging out"]
    expect("KillUserProcesses" in row["text"] and row["advice"] == "run: loginctl enable-linger",
           str(row))
    # By the names of the files, wherever they lie; of one name, that of the administrator.
    system(t, "/usr/lib/systemd/logind.conf.d/60-keep.conf",
           **{"60-keep": "[Login]\nKillUserProcesses = off\n"})
    expect_equal(findings(t)["logging out"]["state"], "ok", "a later file says no")
    system(t, "/run/systemd/logind.conf.d/60-keep.conf",
           **{"60-keep": "  KillUserProcesses =  True \n"})
    expect_equal(findings(t, status=1)["logging out"]["state"], "bad", "one in its place says yes")
    system(t, f"/var/lib/systemd/linger/{user}")
    expect_equal(findings(t)["logging out"]["state"], "ok", "lingering")


@case
def whom_a_logout_spares_is_told(t):
    user = pwd.getpwuid(os.getuid()).pw_name
    for number, (lines, state) in enumerate((
            (["KillUserProcesses=yes"], "ok" if user == "root" else "bad"),
            (["KillExcludeUsers="], "bad"),
            (["KillExcludeUsers = somebody", f"KillExcludeUsers=else {user} more"], "ok"),
            ([f"KillExcludeUsers=not{user} {user}2"], "ok"),  # it adds to those before
            (["KillExcludeUsers=", f"KillExcludeUsers=not{user} {user}2"], "bad"),
            (["KillOnlyUsers=somebody"], "ok"),
            ([f"KillOnlyUsers={user}", "KillUserProcesses=no"], "bad"),
            (["KillOnlyUsers="], "ok"),
            (["KillUserProcesses=yes"], "bad"))):
        name = f"{number}-x"
        system(t, f"/etc/systemd/logind.conf.d/{name}.conf", **{name: "\n".join(lines) + "\n"})
        row = findings(t, status=None)["logging out"]
        expect_equal(row["state"], state, f"after {lines}")


@case
def cleaners_of_the_folder_for_temporary_files_are_told(t):
    system(t, "/usr/lib/tmpfiles.d/tmp.conf", tmp="# x\nq /tmp 1777 root root 10d\n")
    env = {"XDG_RUNTIME_DIR": "", "TMPDIR": t.folder("tmpdir")}
    row = findings(t, env=env)["cleaners"]
    expect_equal(row["state"], "note", str(row))
    expect("after 10d" in row["text"], row["text"])
    system(t, "/etc/tmpfiles.d/tmp.conf", tmp="q /tmp 1777 root root -\n")
    expect_equal(findings(t, env=env)["cleaners"]["state"], "ok", "switched off")
    system(t, "/run/tmpfiles.d/abc.conf", abc="d /tmp 1777 root root 3h\n")
    row = findings(t, env=env)["cleaners"]
    expect("after 3h" in row["text"], f"the first file by name counts: {row}")


@case
def a_poor_terminal_is_a_note(t):
    told = findings(t, env={"TERM": "dumb", "LC_ALL": "C"})
    expect_equal((told["terminal"]["state"], told["locale"]["state"]), ("note", "note"), "states")
    expect_equal(findings(t, env={"TERM": "no-such"})["terminal"]["state"], "note", "unknown type")


@case
def what_is_told_is_clean(t):
    folder = os.fsencode(t.home) + b"/\033[31m-\xff"
    told = findings(t, env={"TERM": "\033]0;x", "XDG_DOWNLOAD_DIR": folder})
    expect("^[]0;x" in told["terminal"]["text"], told["terminal"])
    expect("/^[[31m-\ufffd" in told["download folder"]["text"], told["download folder"])


@case
def few_descriptors_are_a_note(t):
    told = findings(t, preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (256, 256)))
    expect_equal(told["descriptors"]["state"], "note", "state")


@case
def a_running_daemon_is_told_with_its_version(t):
    t.ok("set", "--limit", "1M")
    row = findings(t)["daemon"]
    expect("process" in row["text"] and str(t.daemon()) in row["text"], str(row))


run()
