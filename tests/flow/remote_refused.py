"""What is told when there is no way to another machine."""

import os

from harness import case, dead_port, expect, expect_equal, run
from far import Far


def refused(t, *words, **options):
    """`haul list --host box`, which must fail with a sentence that has WORDS, and nothing else."""
    result = t.haul("list", "--json", "--host", "box", **options)
    expect_equal(result.status, 1, str(result))
    expect_equal(result.out, b"", "standard output")
    expect(result.err.startswith(b"haul: ") and result.err.count(b"\n") == 1,
           f"not one sentence: {result}")
    for word in words:
        expect(word.encode() in result.err, f"{word} is not named: {result}")


@case
def each_way_to_fail_has_its_sentence(t):
    far = Far(t)
    t.env["HAUL_REMOTE_PROGRAM"] = "haul-is-not-here"
    refused(t, "there is no haul", "HAUL_REMOTE_PROGRAM=")
    t.env["HAUL_REMOTE_PROGRAM"] = "echo Welcome to box; haul"
    refused(t, "Welcome to box", "start silently")
    t.env["HAUL_REMOTE_PROGRAM"] = "haul nonsense"
    refused(t, "on box: ")
    del t.env["HAUL_REMOTE_PROGRAM"]
    t.write("known_hosts", "")
    refused(t, "host key of box", "ssh box")
    far.trust()
    os.rename(os.path.join(t.home, "near-key"), os.path.join(t.home, "away"))
    refused(t, "does not let you in", "ssh box")
    os.rename(os.path.join(t.home, "away"), os.path.join(t.home, "near-key"))
    os.makedirs(far.socket_folder(), exist_ok=True)
    os.chmod(far.socket_folder(), 0o777)
    refused(t, "on box: ", "chmod 700")
    os.chmod(far.socket_folder(), 0o700)
    far.stop()
    far.port = dead_port(t)
    far.write_config()
    refused(t, "can't reach box", "refused")
    t.env["HAUL_SSH"] = "/nowhere/ssh"
    refused(t, "can't run ssh", "HAUL_SSH")


@case
def a_host_is_never_an_option_of_ssh(t):
    for host in ("-oProxyCommand=touch pwned", "-V", "", "a b", "box;touch pwned", "$(touch pwned)",
                 "box\nx"):
        result = t.haul("list", f"--host={host}")
        expect_equal(result.status, 1, str(result))
        expect(b"--host" in result.err or b"host" in result.err, str(result))
    t.env["HAUL_HOST"] = "-V"
    expect_equal(t.haul("list").status, 1, "HAUL_HOST")
    del t.env["HAUL_HOST"]
    result = t.haul("get", "--host", "box", "http://127.0.0.1/x")
    expect_equal(result.status, 1, str(result))
    expect(b"haul add --host" in result.err, f"get does not say what to do: {result}")
    result = t.haul("doctor", "--host", "box")
    expect_equal(result.status, 1, str(result))
    expect(b"ssh USER@BOX haul doctor" in result.err, f"doctor does not say what to do: {result}")


@case
def what_works_on_this_machine_does_so_with_a_host_in_the_environment(t):
    t.env["HAUL_HOST"] = "box"
    file = t.file("here.bin")
    t.get(file)
    t.expect_file("here.bin", file)
    expect_equal(t.ok("doctor", "--json", env={"TERM": "xterm"}).json()["findings"][-1]["what"],
                 "daemon", "what is looked at last")


run()
