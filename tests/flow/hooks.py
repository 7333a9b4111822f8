"""Commands that run when items end: which facts they get, and that nothing else does."""

import json
import os

from harness import case, expect, expect_equal, run, until

NOTE = """#!/bin/sh
# Writes what it was told into a file of its own.
{ env | grep ^HAUL_ | sort; printf 'ARGS=%s|' "$@"; echo; printf 'JSON='; cat; echo; } >"$NOTES/$$.part"
mv "$NOTES/$$.part" "$NOTES/$HAUL_EVENT.${HAUL_ID-all}"
echo "line one"; echo "line two" >&2
exit ${HOOK_STATUS-0}
"""


def script(t, text=NOTE):
    path = t.write("hook", text)
    os.chmod(path, 0o700)
    t.env["NOTES"] = os.path.join(t.home, "notes")
    os.makedirs(t.env["NOTES"], exist_ok=True)
    return path


def notes(t):
    """What the commands were told, by event and item."""
    found = {}
    for name in os.listdir(t.env["NOTES"]):
        if not name.endswith(".part"):
            with open(os.path.join(t.env["NOTES"], name), encoding="utf-8") as file:
                found[name] = dict(line.split("=", 1) for line in file.read().splitlines()
                                   if "=" in line)
    return found


@case
def get_tells_each_end_and_waits_for_the_commands(t):
    hook = script(t)
    one = t.file("one%20file;%20touch%20x.bin")
    bad = t.file("bad", status=404)
    url = str(one).replace("http://", "http://me:hush@")
    t.get("--on-done", f"{hook} 'a b' \"c\" '$HOME'", "--on-failed", hook, "--on-batch-done", hook,
          url, bad, status=4)
    told = notes(t)
    expect_equal(sorted(told), ["batch-done.all", "done.1", "failed.2"], "runs")
    done = told["done.1"]
    expect_equal((done["HAUL_EVENT"], done["HAUL_PATH"], done["HAUL_SIZE"]),
                 ("done", t.path("one file; touch x.bin"), "4096"), "facts")
    expect_equal(done["ARGS"], "a b|ARGS=c|ARGS=$HOME|", "arguments")
    expect("hush" not in str(told), "a password is told")
    item = json.loads(done["JSON"])
    expect_equal((item["id"], item["state"], item["name"]), (1, "done", done["HAUL_NAME"]), "JSON")
    expect_equal((told["failed.2"]["HAUL_ERROR"]), "http", "error")
    expect_equal(json.loads(told["batch-done.all"]["JSON"]), {"done": 1, "failed": 1}, "batch")


@case
def the_daemon_tells_what_happens_and_nothing_of_before(t):
    hook = script(t)
    t.env["HAUL_ON_DONE"] = t.env["HAUL_ON_BATCH_DONE"] = hook
    t.add(t.file("first"))
    until("both have run", lambda: sorted(notes(t)) == ["batch-done.all", "done.1"])
    expect_equal(notes(t)["done.1"]["HAUL_SESSION"], t.session, "session")
    until("its output is in the log", lambda: "on-done, item 1: line one" in t.daemon_log()
          and "on-done, item 1: line two" in t.daemon_log())
    t.stop()
    for name in os.listdir(t.env["NOTES"]):
        os.unlink(os.path.join(t.env["NOTES"], name))
    t.add(t.file("second"))
    until("the new one is told", lambda: "done.2" in notes(t) and "batch-done.all" in notes(t))
    expect("done.1" not in notes(t), "an old item is told again")


@case
def commands_that_fail_or_hang_are_told_and_ended(t):
    hook = script(t)
    log_path = os.path.join(t.home, "log")
    t.get("--log", log_path, "--on-done", hook, t.file("x"), env={"HOOK_STATUS": "3"})
    with open(log_path, encoding="utf-8") as file:
        expect("on-done, item 1: ended with status 3" in file.read(), "the status is not logged")
    t.get("--log", log_path, "--on-done", "sleep 100", "--hook-timeout", "1", t.file("y"))
    with open(log_path, encoding="utf-8") as file:
        text = file.read()
    expect("takes longer than --hook-timeout" in text and "ended by signal 15" in text, text)
    t.get("--log", log_path, "--on-done", "/nowhere/at/all", t.file("z"))
    with open(log_path, encoding="utf-8") as file:
        expect("can't run /nowhere/at/all" in file.read(), "what can't be run is not logged")


WAITS = """#!/bin/sh
# Counts those that run with it, and waits to be let go.
mkdir "$NOTES/run.$HAUL_ID"
ls -d "$NOTES"/run.* | wc -l >"$NOTES/part.$HAUL_ID"
mv "$NOTES/part.$HAUL_ID" "$NOTES/seen.$HAUL_ID"
while [ ! -e "$NOTES/go" ]; do sleep 0.02; done
rmdir "$NOTES/run.$HAUL_ID"
"""


@case
def only_a_few_run_at_once(t):
    t.env["HAUL_ON_DONE"] = script(t, WAITS)
    ids = t.add(*[t.file(f"f{number}") for number in range(9)])
    t.ok("wait", *ids)

    def seen():
        return [name for name in os.listdir(t.env["NOTES"]) if name.startswith("seen.")]

    until("as many run as may", lambda: len(seen()) == 4)
    with open(os.path.join(t.env["NOTES"], "go"), "wb"):
        pass
    until("all have run", lambda: len(seen()) == 9)
    for name in seen():
        with open(os.path.join(t.env["NOTES"], name), encoding="ascii") as file:
            expect(int(file.read()) <= 4, "more than four ran at once")


@case
def much_output_is_cut(t):
    hook = script(t, "#!/bin/sh\nyes 0123456789abcdef | head -c 300000\nexit 9\n")
    log_path = os.path.join(t.home, "log")
    t.get("--log", log_path, "--on-done", hook, t.file("x"))
    with open(log_path, encoding="utf-8") as file:
        text = file.read()
    expect("ended with status 9" in text, f"it did not come to its end: {text[-500:]}")
    expect(text.count("0123456789abcdef") * 17 <= 8192, "all of it is logged")
    expect(text.count("0123456789abcdef") > 100, "none of it is logged")


@case
def what_needs_a_shell_is_refused(t):
    for command, sentence in [("x $HAUL_PATH", b"nothing is filled in"), ("x; y", b"more than one"),
                              ("x 'y", b"a quote is not closed"), ("x | y", b"more than one")]:
        result = t.haul("get", "--on-done", command, "http://127.0.0.1:1/")
        expect(result.status == 1 and b"on-done: " in result.err and sentence in result.err,
               f"{command!r}: {result}")


run()
