"""The screen of another machine's queue, in tmux, through a real ssh and sshd."""

import os
import subprocess

from story import PROMPT, Screen, harness
from far import Far
from harness import case, expect, expect_equal, need, run, until


@case
def ssh_asks_before_the_screen_opens(t):
    """A host that is not known and a key with a passphrase: both are asked for on the plain
    terminal. What is pasted then is fetched there, into the folder that the sheet names."""
    far = Far(t)
    far.write_config(strict="ask")
    t.write("known_hosts", "")
    subprocess.run([need("ssh-keygen"), "-q", "-p", "-N", "open sesame", "-f",
                    os.path.join(t.home, "near-key")], check=True, stdout=subprocess.DEVNULL)
    file = t.file("pasted.bin", 200_000)
    with Screen(t) as screen:
        modes = screen.modes()
        screen.command(harness.HAUL, "--host", "box")
        screen.wait("yes/no")
        expect_equal(screen.format("alternate_on"), "0", "the alternate screen")
        screen.command("yes")
        screen.wait("passphrase")
        expect_equal(screen.format("alternate_on"), "0", "the alternate screen")
        screen.command("open sesame")
        screen.wait_screen()
        expect(f"{t.session}@box" in screen.lines()[0], f"no host in the header: {screen.lines()[0]}")
        screen.paste(file.url.encode())
        screen.wait("the download folder of box")
        screen.type("d")
        screen.wait("Into folder there:")
        screen.write("in/ho")
        screen.type("Tab")
        screen.wait("on box are not completed")
        expect("in/ho" in screen.lines()[-1], "Tab changed what was typed")
        screen.write("use")
        screen.type("Enter")
        screen.wait("box:~/in/house")
        screen.type("Enter")
        path = os.path.join(far.home, "in", "house", "pasted.bin")
        screen.wait("1 done")
        expect(harness.has_content(path, file.seed, file.size), "not the file that was sent")
        screen.type("d")
        screen.wait_gone("pasted.bin")
        screen.paste(file.url.encode())  # the history of the other machine knows it
        screen.wait("1 link, 0 chosen")
        screen.wait("have it: /")
        screen.type("Escape")
        screen.wait_gone("1 link")
        screen.type("q")
        screen.expect_sane(modes)
    os.remove(path)
    far.write_config()
    far.take_keys()
    far.stop()


@case
def a_paste_whose_answer_is_lost_is_there_once(t):
    far = Far(t)
    t.env["HAUL_REMOTE_PROGRAM"] = far.loses_an_answer("lossy")
    t.env["HAUL_HOST"] = "box"
    files = [t.file(f"{name}.bin", 1000) for name in "abc"]
    with Screen(t) as screen:
        screen.command(harness.HAUL, "-d", t.dir)
        screen.wait_screen()
        screen.paste("\n".join(file.url for file in files).encode())
        screen.wait("3 links")
        screen.type("Enter")
        screen.until("the answer was lost", lambda: os.path.exists(t.home + "/lossy-"))
        screen.wait("3 added")
        screen.wait("3 done")
        expect_equal(len(screen.rows()), 3, "rows")
        screen.type("q")
        screen.wait(PROMPT)
    for name, file in zip("abc", files):
        t.expect_file(f"{name}.bin", file)
    far.stop()


@case
def no_way_there_is_told_on_the_terminal(t):
    far = Far(t)
    t.env["HAUL_REMOTE_PROGRAM"] = "haul-is-not-here"
    with Screen(t) as screen:
        screen.command(harness.HAUL, "--host", far.host)
        screen.wait("haul: there is no haul to be run on box")
        expect_equal(screen.format("alternate_on"), "0", "the alternate screen")


run()
