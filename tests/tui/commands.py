"""The line of commands: what its words ask of the session, and how it helps to type them."""

import os
import stat

from tmux import Terminal, program

LINK = "https://example.org/new.zip"


def begin(terminal, line):
    """What is typed at once is a paste where no line is open yet."""
    terminal.type(":")
    terminal.wait("add  pause")
    terminal.write(line)
    terminal.wait(line[-20:].strip())


def command(terminal, line, *calls):
    """LINE leads to CALLS and to no other."""
    begin(terminal, line)
    terminal.asks(["Enter"], *calls)


def words_of_the_command_line_are_obeyed(path):
    with Terminal() as terminal:
        terminal.start(path)
        command(terminal, "pause 2", "pause 2")
        command(terminal, "resume 2", "resume 2")
        command(terminal, "cancel 1-3", "cancel 1", "cancel 2", "cancel 3")
        command(terminal, "retry failed", "retry 5")
        command(terminal, "remove 5 11", "remove 5", "remove 11")
        command(terminal, "pause all", "pause all")
        command(terminal, "set limit 2M", "set jobs 8 limit 2097152")
        command(terminal, "set --jobs=3 --limit 0", "set jobs 3 limit 0")
        command(terminal, "move bottom 2", "move bottom 2")
        command(terminal, f"change 4 --url {LINK}", f"change 4 to {LINK} with 0 cookies")
        command(terminal, "change 4 --item-limit 1M", "limit of 4 1048576")
        command(terminal, f"add {LINK} -d /tmp/there", f"add 1 first {LINK} into /tmp/there")
        command(terminal, "clear", "remove 6")
        command(terminal, "undo", "undo")
        begin(terminal, "set")
        terminal.type("Enter")
        terminal.wait("jobs 3")


def files_are_named_as_whoever_reads_them_finds_them(path):
    """By their whole path here; for another machine as they were typed."""
    for environment, named in (({}, "{}/mine.pem"), ({"HAUL_FAKE_HOST": "box"}, "mine.pem")):
        with Terminal() as terminal:
            terminal.start(path, **environment)
            named = "  certificate " + named.format(os.getcwd())
            for line, call in ((f"change 4 --url {LINK}", f"change 4 to {LINK} with 0 cookies"),
                               (f"add {LINK} -d /tmp/there", f"add 1 first {LINK} into /tmp/there")):
                command(terminal, f"{line} --cert mine.pem", call, named)


def without_items_what_is_selected_is_meant(path):
    with Terminal() as terminal:
        terminal.start(path)
        terminal.type("j")
        command(terminal, "pause", "pause 2")
        command(terminal, "move top", "move top 2")
        terminal.type("j", "Space", "Space")
        terminal.wait("2 selected")
        command(terminal, "cancel", "cancel 1", "cancel 3")
        command(terminal, "change --item-limit 2M", "limit of 2 selected 2097152")
        begin(terminal, f"change --url {LINK}")
        terminal.type("Enter")
        terminal.wait("--url is for one item")


def what_is_shown_is_changed_by_words_too(path):
    with Terminal() as terminal:
        terminal.start(path)
        for line, seen in (("sort name", "sort: name"), ("sort size down", "sort: size"),
                           ("filter video", "filter: video"), ("find mp4", "1 of 1")):
            begin(terminal, line)
            terminal.type("Enter")
            terminal.wait(seen)
        begin(terminal, "filter")
        terminal.type("Enter")
        terminal.wait_gone("filter: video")
        begin(terminal, "help")
        terminal.type("Enter")
        terminal.wait("paste any text")
        assert terminal.calls() == [], terminal.calls()
        terminal.type("Escape")
        terminal.wait_gone("paste any text")
        begin(terminal, "quit")
        terminal.type("Enter")
        terminal.wait("Quit?")


def a_wrong_line_comes_back_with_the_nearest_name(path):
    with Terminal() as terminal:
        terminal.start(path)
        begin(terminal, "pase 3")
        terminal.type("Enter")
        terminal.wait("did you mean pause?")
        terminal.type("C-a", "C-k")
        for line, said in (("remove faild", "did you mean failed?"),
                           ("add x://y", "x"),
                           ("set limt 2M", 'did you mean "limit"?'),
                           ("change 4 --item-limt 2M", "did you mean --item-limit?"),
                           ("sort nam", "did you mean name?"),
                           ("daemon", "for the shell"),
                           ("pause 3 --json", "no option --json here"),
                           ("change 4 --url 'x", "a quote is missing"),
                           ("set limit much", "limit"),
                           ("filter size>", "size")):
            terminal.type("C-a", "C-k")
            terminal.enter(line)
            terminal.wait(said)
            terminal.wait(f": {line}".split("'")[0].rstrip())
        assert terminal.calls() == [], terminal.calls()
        terminal.type("Escape")
        terminal.wait("debian")


def tab_completes_what_the_tables_know(path):
    with Terminal() as terminal:
        os.makedirs(os.path.join(terminal.dir.name, "films", "old"))
        terminal.start(path)
        begin(terminal, "pa")
        terminal.type("Tab")
        terminal.wait("pause ID")
        terminal.write("fa")
        terminal.asks(["Tab", "Enter"], "pause 5")
        begin(terminal, "re")
        terminal.type("Tab")
        terminal.wait("resume  retry  remove")
        terminal.type("C-u")
        terminal.write("change 4 --item")
        terminal.type("Tab")
        terminal.write("2M")
        terminal.asks(["Enter"], "limit of 4 2097152")
        begin(terminal, f"add {LINK} --if-exists o")
        terminal.type("Tab")
        terminal.wait("overwrite")
        terminal.write(f"-d {terminal.dir.name}/fi")
        terminal.wait("/fi")
        terminal.type("Tab")
        terminal.asks(["Enter"], f"add 1 first {LINK} into {terminal.dir.name}/films/")
        begin(terminal, "set j")
        terminal.type("Tab")
        terminal.wait("set jobs")
        terminal.write("7")
        terminal.asks(["Enter"], "set jobs 7 limit 0")


def lines_come_back_without_their_secrets(path):
    with Terminal() as terminal:
        history = os.path.join(terminal.dir.name, "state", "haul", "default", "commands")
        terminal.start(path, HAUL_FAKE_HISTORY=history)
        command(terminal, "pause 2", "pause 2")
        for line in (f"add {LINK} -u me:hidden", f"add {LINK} -H 'X-Key: hidden'",
                     "add https://me:hidden@example.org/a", "add https://example.org/b?sig=hidden"):
            known = len(terminal.calls())
            begin(terminal, line)
            terminal.type("Enter")
            terminal.until(line, lambda: len(terminal.calls()) > known)
        command(terminal, "resume 2", "resume 2")
        begin(terminal, "half")
        terminal.type("Up")
        terminal.wait(": resume 2")
        terminal.type("Up")
        terminal.wait("sig=hidden")  # this screen still knows it
        terminal.type("Down", "Down")
        terminal.wait(": half")
        terminal.type("Escape")
        terminal.wait_gone(": half")
        terminal.type("q")
        terminal.wait("Quit?")
        terminal.type("b")
        terminal.wait("prompt$")
        with open(history, encoding="utf-8") as file:
            assert file.read() == "pause 2\nresume 2\n"
        assert stat.S_IMODE(os.stat(history).st_mode) == 0o600, oct(os.stat(history).st_mode)
        with open(history, "ab") as file:
            file.write(b"pause \033]0;x\a 3\n")
        terminal.start(path, HAUL_FAKE_HISTORY=history)
        terminal.type(":", "Up")
        terminal.wait(": pause ^[]0;x^G 3")
        terminal.type("Up")
        terminal.wait(": resume 2")
        terminal.asks(["Enter"], "resume 2")


def main():
    path = program()
    for story in (words_of_the_command_line_are_obeyed,
                  files_are_named_as_whoever_reads_them_finds_them,
                  without_items_what_is_selected_is_meant,
                  what_is_shown_is_changed_by_words_too,
                  a_wrong_line_comes_back_with_the_nearest_name,
                  tab_completes_what_the_tables_know,
                  lines_come_back_without_their_secrets):
        story(path)


main()
