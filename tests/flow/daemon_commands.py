"""What scripts say to the daemon, and that it does it."""

from harness import case, expect, expect_equal, run, until

SLOW = {"size": 50_000_000, "rate": 50_000, "tick": 50}


def state(t, number):
    return t.items()[number]["state"]


def wait_state(t, number, *states):
    until(f"item {number} is {' or '.join(states)}", lambda: state(t, number) in states)


def slow(t, name):
    t.keeps(name + ".part", name + ".haul")
    return t.file(name, **SLOW)


@case
def added_files_arrive_in_the_background(t):
    files = [t.file(f"{i}.bin", 100_000) for i in range(5)]
    ids = t.add(*[file.url for file in files])
    expect_equal(len(set(ids)), 5, "ids")
    expect_equal(t.haul("wait").status, 0, "status of wait")
    for i, file in enumerate(files):
        t.expect_file(f"{i}.bin", file)
    expect_equal([item["state"] for item in t.items().values()], ["done"] * 5, "states")
    t.stop()


@case
def relative_folders_are_the_clients(t):
    file = t.file("a.bin")
    t.work = t.dir
    t.ok("add", "-d", "sub", file.url)
    t.ok("wait")
    t.expect_file("sub/a.bin", file)


@case
def wait_tells_what_get_would(t):
    (good,) = t.add(t.file("good.bin").url)
    (gone,) = t.add("--retries", 0, t.origin.url("gone", status=404))
    expect_equal(t.haul("wait", good).status, 0, "the good one")
    expect_equal(t.haul("wait", gone).status, 4, "the missing one")
    expect_equal(t.haul("wait").status, 4, "all")
    expect_equal(t.haul("wait", "--json", gone).json()["exit_status"], 4, "in JSON")
    expect_equal(t.haul("wait", 999).status, 1, "an unknown one")


@case
def pause_and_resume(t):
    (number,) = t.add(slow(t, "a.bin").url)
    wait_state(t, number, "active")
    t.ok("pause", number)
    wait_state(t, number, "paused")
    until("its connection is closed", lambda: t.origin.stats()["active"] == 0)
    t.ok("resume", number)
    wait_state(t, number, "active")
    t.ok("pause", "all")
    wait_state(t, number, "paused")
    expect_equal(t.haul("wait", number).status, 7, "a paused item is not complete")


@case
def a_paused_item_arrives_whole_after_all(t):
    file = t.file("a.bin", 400_000, gate=200_000)
    (number,) = t.add(file.url)
    until("bytes come", lambda: t.items()[number]["done"] > 0)
    t.ok("pause", number)
    wait_state(t, number, "paused")
    t.origin.open("a.bin")
    t.ok("resume", number)
    t.ok("wait", number)
    t.expect_file("a.bin", file)


@case
def cancel_resume_remove(t):
    (number,) = t.add(slow(t, "a.bin").url)
    wait_state(t, number, "active")
    t.ok("cancel", number)
    wait_state(t, number, "cancelled")
    t.ok("resume", number)
    wait_state(t, number, "active")
    t.ok("remove", number)
    expect_equal(t.items(), {}, "items")
    t.stop()  # nobody can undo it any more
    t.expect_names()


@case
def remove_leaves_complete_files(t):
    file = t.file("a.bin")
    (number,) = t.add(file.url)
    t.ok("wait")
    t.ok("remove", number)
    t.expect_file("a.bin", file)


@case
def retry_takes_up_what_failed(t):
    file = t.file("a.bin", status=404, faults=1)
    (number,) = t.add("--retries", 0, file.url)
    expect_equal(t.haul("wait").status, 4, "first try")
    expect_equal(t.items()[number]["http_status"], 404, "status")
    t.ok("retry", number)
    t.ok("wait")
    t.expect_file("a.bin", file)


@case
def move_changes_what_comes_next(t):
    t.add(t.file("now.bin").url)
    t.ok("set", "--jobs", 1)
    blocker = slow(t, "blocker.bin")
    (first,) = t.add(blocker.url)
    wait_state(t, first, "active")
    ids = t.add(*[t.file(f"{i}.bin").url for i in range(4)])

    def order():
        return [number for number in t.items() if number in ids]

    expect_equal(order(), ids, "order")
    t.ok("move", "top", ids[3])
    expect_equal(order(), [ids[3], *ids[:3]], "order")
    t.ok("move", "down", ids[3])
    t.ok("move", "bottom", ids[0])
    expect_equal(order()[-1], ids[0], "last")
    t.ok("move", 1, ids[2], ids[1])
    positions = {number: item["position"] for number, item in t.items().items()}
    expect_equal(min(positions, key=positions.get) in (ids[1], ids[2]), True, "first")
    t.ok("remove", first)
    t.ok("wait")


@case
def jobs_are_raised_and_lowered_live(t):
    links = [slow(t, f"{i}.bin").url for i in range(8)]
    t.ok("add", "-j", 2, "-x", 1, "-d", t.dir, *links)

    def active():
        return sum(item["state"] == "active" for item in t.items().values())

    until("two run", lambda: t.origin.stats()["active"] == 2)
    t.ok("set", "-j", 6)
    until("six run", lambda: active() == 6 and t.origin.stats()["active"] == 6)
    t.ok("set", "-j", 3)
    expect_equal(active(), 6, "running ones end by themselves")
    running = [number for number, item in t.items().items() if item["state"] == "active"]
    t.ok("remove", *running[:4])
    until("three run", lambda: active() == 3)
    answer = t.ok("set", "--json").json()
    expect_equal(answer["settings"]["jobs"], "3", "jobs")


@case
def show_tells_everything_of_one_item(t):
    (number,) = t.add(t.file("a.bin").url)
    t.ok("wait")
    detail = t.ok("show", "--json", number).json()
    expect("a.bin" in str(detail), f"{detail}")
    events = detail["events"]
    expect_equal([event["text"] for event in events], ["added", "active", "done"], "history")
    expect_equal(events[0]["at"], detail["item"]["added_at"], "when it was added")
    expect(b"a.bin" in t.ok("show", number).out, "for people")
    expect_equal(t.haul("show", 12345).status, 1, "an unknown item")


@case
def what_fits_no_item_is_refused(t):
    (number,) = t.add(t.file("a.bin").url)
    t.ok("wait")
    for arguments in (["pause", "999"], ["cancel", "x"], ["move", "sideways", number],
                      ["move", 0, number], ["set", "-j", "0"], ["show"], ["retry"],
                      ["add"], ["add", "not a link"], ["list", "--bogus"]):
        result = t.haul(*arguments)
        expect_equal(result.status, 1, str(result))
        expect(result.err, f"no sentence: {result}")


@case
def sessions_are_apart(t):
    t.add(t.file("a.bin").url)
    other = t.session[:24] + "-b"
    t.ok("add", "--session", other, "-d", t.dir, t.file("b.bin").url, t.file("c.bin").url)
    t.ok("wait", "--session", other)
    t.ok("wait")
    expect_equal(len(t.items()), 1, "items of the first")
    expect_equal(len(t.ok("list", "--json", "--session", other).json()["items"]), 2, "of the other")
    t.ok("stop", "--session", other)


@case
def stop_keeps_what_came_and_starts_nothing_again(t):
    (number,) = t.add(slow(t, "a.bin").url)
    until("bytes come", lambda: t.items()[number]["done"] > 0)
    t.stop()
    expect("a.bin.part" in t.names(), "the part is gone")
    expect("a.bin" not in t.names(), "a final name without a complete file")
    expect_equal(t.items()[number]["state"], "queued", "state after the stop")


@case
def waiting_means_that_somebody_works(t):
    file = t.file("w.bin", 300_000, rate=300_000)
    t.add(file.url)
    t.stop()
    t.ok("wait")
    t.expect_file("w.bin", file)


@case
def an_action_reaches_the_queue_at_rest(t):
    file = t.file("r.bin", 3000)
    (number,) = t.add("-d", t.dir, file.url)
    t.ok("wait")
    t.stop()
    t.ok("remove", number)
    expect_equal(t.items(), {}, "items")


@case
def a_question_wakes_the_queue_but_starts_nothing(t):
    file = t.file("q.bin", 400_000, gate=200_000)
    (number,) = t.add("-d", t.dir, file.url)
    until("bytes come", lambda: t.items()[number]["done"] > 0)
    t.stop()
    asked = len(t.origin.requests("q.bin"))
    expect_equal(t.items()[number]["state"], "queued", "state")
    t.ok("show", number)
    t.ok("set", "--json")
    expect_equal(len(t.origin.requests("q.bin")), asked, "requests after mere questions")
    expect_equal(t.items()[number]["state"], "queued", "state")
    t.origin.open("q.bin")
    t.ok("wait")
    t.expect_file("q.bin", file)


@case
def stop_starts_no_daemon(t):
    t.ok("stop")
    expect_equal(t.daemons(), [], "daemons")


@case
def states_name_items_and_finished_ones_are_cleared(t):
    (done,) = t.add(t.file("done.bin").url)
    t.ok("wait", done)
    failed = t.add("--retries", 0, *[t.file(f"gone{i}.bin", status=404).url for i in range(2)])
    t.haul("wait")
    result = t.ok("remove", "failed")
    expect_equal(result.out, b"2 removed\n", "what it says")
    expect_equal(list(t.items()), [done], f"the list without {failed}")
    result = t.haul("remove", "faild")
    expect(result.status == 1 and b"did you mean failed?" in result.err, result)
    result = t.haul("retry", "failed")
    expect(result.status != 0 and b"there is no item in that state" in result.err, result)
    expect_equal(t.ok("clear").out, b"1 removed\n", "what it says")
    expect_equal(t.ok("clear").out, b"nothing to remove\n", "with nothing to clear")
    t.expect_names("done.bin")


@case
def settings_are_set_in_words(t):
    t.ok("set", "limit", "2M", "jobs=3")
    settings = t.ok("set", "--json").json()["settings"]
    expect(settings["limit"] == "2M" and settings["jobs"] == "3", settings)
    for words, said in (("limt", "2M"), b'did you mean "limit"?'), (("limit",), b"needs a value"):
        result = t.haul("set", *words)
        expect(result.status == 1 and said in result.err, result)


run()
