"""Keys as they are typed: what each asks of the session."""

import os

from tmux import Terminal, program


def keys_act_on_the_item_under_the_cursor(path):
    with Terminal() as terminal:
        terminal.start(path)
        terminal.asks(["j", "p"], "pause 2")
        terminal.asks(["p"], "resume 2")
        terminal.asks(["x"], "cancel 2")
        terminal.asks(["r"], "retry 2")
        terminal.asks(["J"], "move down 2")
        terminal.asks(["J"], "move down 2")
        terminal.asks(["K"], "move up 2")
        terminal.asks(["+"], "set jobs 9 limit 0")
        terminal.asks(["-"], "set jobs 8 limit 0")
        terminal.type("l")
        terminal.wait("Limit")
        terminal.write("2M")
        terminal.wait("2M")
        terminal.asks(["Enter"], "set jobs 8 limit 2097152")
        terminal.asks(["G", "g", "j", "j", "j", "j", "p"], "pause 5")
        terminal.wait("nothing to pause here")
        terminal.asks(["R"], "retry 5")
        terminal.asks(["c"], "remove 6")
        terminal.asks(["u"], "undo")
        terminal.wait("1 taken back")
        terminal.asks(["P"], "pause all")


def items_go_to_both_ends_of_the_queue(path):
    with Terminal() as terminal:
        terminal.start(path)
        terminal.asks(["j", "B"], "move bottom 2")
        terminal.asks(["T"], "move top 2")
        terminal.asks(["p"], "pause 2")
        terminal.type("Space", "Space")
        terminal.wait("2 selected")
        terminal.asks(["B"], "move bottom 2 selected")


def an_item_has_a_limit_of_its_own(path):
    with Terminal() as terminal:
        terminal.start(path)
        terminal.type("L")
        terminal.wait("Limit of debian")
        terminal.write("2M")
        terminal.wait("2M")
        terminal.asks(["Enter"], "limit of 1 2097152")
        terminal.wait("limit of 1 changed")
        terminal.type("L")
        terminal.enter("quick")
        terminal.wait("item-limit")  # says what is wrong, and asks nothing
        terminal.type("Escape")
        terminal.wait_gone("Limit of")
        terminal.type("Space", "Space", "L")
        terminal.wait("Limit of each selected")
        terminal.asks(["Enter"], "limit of 2 selected 0")


def a_wrong_limit_stays_to_be_mended(path):
    with Terminal() as terminal:
        terminal.start(path)
        for key, label, wrong, asked in (("l", "Limit (", "2x", "set jobs 8 limit 2097152"),
                                         ("L", "Limit of debian", "2x", "limit of 1 2097152")):
            terminal.type(key)
            terminal.wait(label)
            terminal.enter(wrong)
            terminal.wait('"2x" is not')
            terminal.wait(label)
            before = terminal.calls()
            terminal.type("BSpace")
            terminal.write("M")  # no key of the list: it is written into the line
            terminal.asks(["Enter"], asked)
            assert terminal.calls() == before + [asked], terminal.calls()


def the_path_is_shown_whole_until_the_next_key(path):
    with Terminal(columns=40, rows=12) as terminal:
        terminal.start(path)
        terminal.type("o")
        terminal.wait("so far in")
        shown = "".join(line.strip() for line in terminal.text().splitlines()[-4:])
        assert "/home/user/Downloads/debian-12.7.0-amd64-DVD-1.iso" in shown, terminal.text()
        terminal.type("j")
        terminal.wait_gone("so far in")


def keys_are_those_of_the_configuration(path):
    with Terminal() as terminal:
        config = os.path.join(terminal.dir.name, "haul.conf")
        with open(config, "w", encoding="utf-8") as file:
            file.write("[keys]\npause = F5 M-p\ncancel = p\nremove = C-k\ndown = j C-n\n")
        terminal.start(path, HAUL_FAKE_CONFIG=config)
        terminal.asks(["C-n", "F5"], "pause 2")
        terminal.asks(["M-p"], "resume 2")
        terminal.asks(["x", "p"], "cancel 2")
        terminal.type("C-k")
        terminal.wait("Remove, and delete")


def removing_bytes_is_asked_for(path):
    with Terminal() as terminal:
        terminal.start(path)
        terminal.type("d")
        terminal.wait("Remove, and delete")
        terminal.type("n")
        terminal.wait_gone("Remove, and delete")
        assert terminal.calls() == [], terminal.calls()
        terminal.type("d")
        terminal.wait("Remove, and delete")
        terminal.asks(["y"], "remove 1")
        terminal.wait_gone("debian-12")


def arrows_come_in_every_form(path):
    """CSI, SS3 and the numbered forms of Home and End."""
    with Terminal() as terminal:
        terminal.start(path)
        for sequence in ("\033[B", "\033OB", "\033[4~", "\033[1~", "\033[8~", "\033[7~", "\033OF",
                         "\033OH", "\033[F", "\033[H", "\033[1;5A"):
            terminal.write(sequence)
        terminal.write("\033[6~\033[5~")
        terminal.asks(["x"], "cancel 1")


def hosts_have_keys_of_their_own(path):
    with Terminal() as terminal:
        terminal.start(path)
        terminal.type("6")
        terminal.wait("mirror")
        terminal.asks(["+"], "set per-host 17")
        terminal.asks(["-"], "set per-host 16")
        terminal.type("j", "Enter")
        terminal.wait("filter: host=mirror.example.net:8443")
        terminal.wait("Nothing fits")
        terminal.type("Escape")
        terminal.wait("debian-12")
        terminal.asks(["p"], "pause 1")
        terminal.type("6")
        terminal.wait("[Hosts]")
        terminal.type("!")
        terminal.wait(" Log ")
        terminal.type("q")
        terminal.wait("mirror")
        terminal.type("Escape")
        terminal.wait("[All]")


def quitting_asks_while_something_runs(path):
    with Terminal() as terminal:
        terminal.start(path)
        terminal.type("q")
        terminal.wait("Quit?")
        terminal.type("Escape")
        terminal.wait_gone("Quit?")
        terminal.type("C-c")
        terminal.wait("Quit?")
        terminal.asks(["s"], "stop")
        terminal.wait("prompt$")


def quitting_an_idle_session_is_not_asked_for(path):
    with Terminal() as terminal:
        terminal.start(path, fake="empty")
        terminal.type("q")
        terminal.wait("prompt$")


def main():
    path = program()
    keys_act_on_the_item_under_the_cursor(path)
    items_go_to_both_ends_of_the_queue(path)
    an_item_has_a_limit_of_its_own(path)
    a_wrong_limit_stays_to_be_mended(path)
    the_path_is_shown_whole_until_the_next_key(path)
    keys_are_those_of_the_configuration(path)
    removing_bytes_is_asked_for(path)
    arrows_come_in_every_form(path)
    hosts_have_keys_of_their_own(path)
    quitting_asks_while_something_runs(path)
    quitting_an_idle_session_is_not_asked_for(path)


main()
