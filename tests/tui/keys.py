"""Keys as they are typed: what each asks of the session."""

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
        terminal.asks(["Enter"], "set jobs 8 limit 2097152")
        terminal.asks(["G", "g", "j", "j", "j", "j", "p"], "pause 5")
        terminal.wait("nothing to pause here")
        terminal.asks(["R"], "retry 5")
        terminal.asks(["c"], "remove 6")
        terminal.asks(["u"], "undo")
        terminal.wait("1 taken back")
        terminal.asks(["P"], "pause all")


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
    removing_bytes_is_asked_for(path)
    arrows_come_in_every_form(path)
    quitting_asks_while_something_runs(path)
    quitting_an_idle_session_is_not_asked_for(path)


main()
