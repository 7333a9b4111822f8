"""Keys as they are typed: what each asks of the session."""

from tmux import Terminal, program


def asks(terminal, keys, *calls):
    """KEYS lead to CALLS and to no other."""
    known = len(terminal.calls())
    terminal.type(*keys)
    terminal.until(str(calls), lambda: len(terminal.calls()) >= known + len(calls))
    assert terminal.calls()[known:] == list(calls), terminal.calls()[known:]


def keys_act_on_the_item_under_the_cursor(path):
    with Terminal() as terminal:
        terminal.start(path)
        asks(terminal, ["j", "p"], "pause 2")
        asks(terminal, ["p"], "resume 2")
        asks(terminal, ["x"], "cancel 2")
        asks(terminal, ["r"], "retry 2")
        asks(terminal, ["J"], "move down 2")
        asks(terminal, ["J"], "move down 2")
        asks(terminal, ["K"], "move up 2")
        asks(terminal, ["+"], "set jobs 9 limit 0")
        asks(terminal, ["-"], "set jobs 8 limit 0")
        terminal.type("l")
        terminal.wait("Limit")
        terminal.write("2M")
        asks(terminal, ["Enter"], "set jobs 8 limit 2097152")
        asks(terminal, ["G", "g", "j", "j", "j", "j", "p"], "pause 5")
        terminal.wait("nothing to pause here")
        asks(terminal, ["R"], "retry 5")
        asks(terminal, ["c"], "remove 6")
        asks(terminal, ["P"], "pause all")


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
        asks(terminal, ["y"], "remove 1")
        terminal.wait_gone("debian-12")


def arrows_come_in_every_form(path):
    """CSI, SS3 and the numbered forms of Home and End."""
    with Terminal() as terminal:
        terminal.start(path)
        for sequence in ("\033[B", "\033OB", "\033[4~", "\033[1~", "\033[8~", "\033[7~", "\033OF",
                         "\033OH", "\033[F", "\033[H", "\033[1;5A"):
            terminal.write(sequence)
        terminal.write("\033[6~\033[5~")
        asks(terminal, ["x"], "cancel 1")


def quitting_asks_while_something_runs(path):
    with Terminal() as terminal:
        terminal.start(path)
        terminal.type("q")
        terminal.wait("Quit?")
        terminal.type("Escape")
        terminal.wait_gone("Quit?")
        terminal.type("C-c")
        terminal.wait("Quit?")
        asks(terminal, ["s"], "stop")
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
