"""The queue of another machine, through ssh: commands and folders."""

import os

from harness import case, expect, expect_equal, run, until
from far import Far


@case
def commands_go_to_the_other_machine(t):
    far = Far(t)
    file = t.file("a.bin", 300_000)
    added = t.ok("add", "--json", "--host", far.host, "-d", t.dir, file.url).json()
    t.ok("wait", "--host", far.host)
    t.expect_file("a.bin", file)
    listed = t.ok("list", "--json", "--host", far.host).json()["items"]
    expect_equal([item["id"] for item in listed], added["ids"], "ids over there")
    expect_equal(t.ok("list", "--json").json()["items"], [], "the queue here")
    t.env["HAUL_HOST"] = far.host
    expect(b"a.bin" in t.ok("show", *added["ids"]).out, "HAUL_HOST is not used")
    t.ok("stop")
    del t.env["HAUL_HOST"]
    until("only the daemon here is left", lambda: len(t.daemons()) == 1)


@case
def what_the_other_machine_has_is_not_fetched_again(t):
    far = Far(t)
    file = t.file("here.bin", 300_000)
    add = ["add", "--json", "--host", far.host, "-d", t.dir, file.url]
    t.ok(*add)
    t.ok("wait", "--host", far.host)
    (number,) = t.ok(*add).json()["ids"]
    t.ok("wait", "--host", far.host)
    expect(b"already here" in t.ok("show", "--host", far.host, number).out, "why it is done")
    expect_equal(len(t.origin.requests("here.bin")), 1, "requests")
    t.ok(*add, "--again")
    t.ok("wait", "--host", far.host)
    t.expect_names("here.bin", "here (1).bin")
    far.stop()


@case
def folders_are_those_of_the_other_machine(t):
    """Lists are read here. What is not absolute lies below the home over there, as does what has no
    folder at all."""
    far = Far(t)
    files = [t.file(f"{i}.bin") for i in range(5)]
    words = t.write("list", f"{files[3].url}\n dir=in/list\n{files[4].url}\n")
    for arguments in (["-d", "sub/a", files[0].url], ["-d", "~/b", files[1].url], [files[2].url],
                      ["-i", words]):
        t.ok("add", "--host", far.host, *arguments)
    t.ok("wait", "--host", far.host)
    found = sorted(os.path.relpath(os.path.join(folder, name), far.home)
                   for folder, _, names in os.walk(far.home) for name in names)
    expect_equal(found, ["2.bin", "4.bin", "b/1.bin", "in/list/3.bin", "sub/a/0.bin"], "files")
    far.stop()


@case
def all_words_of_the_users_ssh_are_used(t):
    far = Far(t)
    t.env["HAUL_SSH"] = far.ssh + " -q" * 40 + f" -F {t.home}/ssh_config"
    expect_equal(t.ok("list", "--json", "--host", far.host).json()["items"], [], "items")
    far.stop()


@case
def who_only_asks_does_not_start_the_queue(t):
    far = Far(t)
    file = t.file("slow.bin", 400_000, rate=50_000)
    t.keeps("slow.bin.part", "slow.bin.haul")
    t.ok("add", "--host", far.host, "-d", t.dir, file.url)
    t.ok("stop", "--host", far.host)
    (item,) = t.ok("list", "--json", "--host", far.host).json()["items"]
    expect_equal(item["state"], "queued", "state after a question")
    t.ok("remove", "--host", far.host, "all")
    far.stop()


run()
