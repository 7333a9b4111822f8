"""The mouse: what a click, the wheel and a drag do."""

from tmux import Terminal, program


def press(terminal, line, column, button=0):
    """At a cell counted from 0, as the terminal tells of it: pressed and let go."""
    where = f"{column + 1};{line + 1}"
    terminal.write(f"\033[<{button};{where}M\033[<{button};{where}m")


def place(terminal, text):
    """Line and column of the first TEXT that is seen."""
    terminal.wait(text)
    for line, seen in enumerate(terminal.text().splitlines()):
        if text in seen:
            return line, seen.index(text)
    raise AssertionError(f"{text!r} is not seen")


def modes(terminal):
    return terminal.tmux("display-message", "-p", "#{mouse_standard_flag}#{mouse_sgr_flag}").strip()


def it_is_taken_and_given_back(path):
    with Terminal() as terminal:
        terminal.start(path, fake="empty")
        assert modes(terminal) == "11", modes(terminal)
        terminal.type("q")
        terminal.wait("prompt$")
        terminal.until("the mouse given back", lambda: modes(terminal) == "00")
        terminal.tmux("clear-history")
        terminal.type("clear", "Enter")
        terminal.wait_gone("HAUL_FAKE")
        terminal.start(path, fake="empty", HAUL_MOUSE="off")
        assert modes(terminal) == "00", modes(terminal)


def a_click_selects_and_one_more_opens(path):
    with Terminal() as terminal:
        terminal.start(path)
        third = terminal.text().splitlines()[3 + 2][4:20]
        press(terminal, 3 + 2, 8)
        terminal.asks(["p"], "pause 3")
        assert "https://" not in terminal.text(), "a click opened the details"
        press(terminal, *place(terminal, third))
        terminal.wait("https://")  # the link, in the details
        terminal.type("Escape")
        terminal.wait_gone("https://")
        press(terminal, 3 + 1, 8)
        terminal.asks(["p"], "pause 2")


def the_wheel_moves(path):
    with Terminal() as terminal:
        terminal.start(path)
        press(terminal, 8, 8, button=65)
        terminal.asks(["x"], "cancel 4")
        press(terminal, 8, 8, button=64)
        terminal.asks(["x"], "cancel 1")


def the_bar_and_the_tabs_are_buttons(path):
    with Terminal(columns=120, rows=30) as terminal:
        terminal.start(path)
        press(terminal, *place(terminal, "p pause"))
        terminal.until("pause 1", lambda: terminal.calls()[-1:] == ["pause 1"])
        press(terminal, *place(terminal, "Failed"))
        terminal.wait("[Failed]")
        press(terminal, *place(terminal, "? help"))
        terminal.wait("this page")
        press(terminal, *place(terminal, "All"))
        terminal.wait("[All]")
        terminal.wait_gone("this page")
        press(terminal, *place(terminal, "q quit"))
        terminal.wait("Quit?")
        press(terminal, 5, 8)  # only its answers count while a question is open
        press(terminal, *place(terminal, "stay"))
        terminal.wait_gone("Quit?")
        press(terminal, *place(terminal, " name"))
        terminal.wait("sort: name")


def the_sheet_is_clicked_on(path):
    with Terminal(columns=120, rows=30) as terminal:
        terminal.start(path, fake="empty")
        links = [f"https://example.org/file-{number:02}.bin" for number in range(1, 41)]
        terminal.paste("\n".join(links).encode())
        terminal.wait("40 links")
        press(terminal, *place(terminal, "file-03.bin"))
        terminal.wait("40 links, 39 chosen")
        terminal.wait("·  file-03.bin")
        press(terminal, *place(terminal, "·  file-03.bin"))
        terminal.wait_gone("39 chosen")
        assert "file-40" not in terminal.text(), "it does not need scrolling"
        for _ in range(12):
            press(terminal, 8, 8, button=65)
        terminal.wait("file-39.bin")
        terminal.wait_gone("file-01.bin")
        press(terminal, 29, 110)  # nothing is there, and the links stay
        press(terminal, *place(terminal, "Failed"))
        terminal.wait("40 links")
        press(terminal, *place(terminal, "Downloads"))
        terminal.wait("Into folder:")
        terminal.type("Escape")
        terminal.wait_gone("Into folder:")
        press(terminal, *place(terminal, "x drop"))
        terminal.wait("39 links")
        press(terminal, *place(terminal, "q back"))
        terminal.wait_gone("39 links")


def the_wheel_scrolls_the_details(path):
    """Beside the list and over it; the cursor stays where it is."""
    for columns, rows in ((120, 24), (80, 16)):
        with Terminal(columns=columns, rows=rows) as terminal:
            terminal.start(path)
            terminal.type("Enter")
            terminal.wait("receiving")
            for _ in range(20):
                press(terminal, 8, columns - 9, button=65)
            terminal.wait("resumed: the server")
            for _ in range(20):
                press(terminal, 8, columns - 9, button=64)
            terminal.wait("▶ receiving")
            press(terminal, 8, columns - 9)  # a click there means no item
            terminal.asks(["p"], "pause 1")


def hosts_are_clicked_on(path):
    with Terminal(columns=160, rows=48) as terminal:
        terminal.start(path)
        terminal.wait(" rate ")
        press(terminal, *place(terminal, "slow.example"))  # below the list
        terminal.wait("[Hosts]")
        press(terminal, *place(terminal, "slow.example"))
        press(terminal, *place(terminal, "slow.example"))
        terminal.wait("filter: host=slow.example")


def a_drag_does_nothing(path):
    with Terminal() as terminal:
        terminal.start(path)
        terminal.write("\033[<0;9;6M\033[<32;9;7M\033[<32;9;9M\033[<0;9;9m")
        terminal.write("\033[<4;9;9M\033[<4;9;9m")  # with Shift it is the terminal's
        terminal.write("\033[<2;9;9M\033[<2;9;9m")
        terminal.asks(["p"], "pause 3")


def main():
    path = program()
    it_is_taken_and_given_back(path)
    a_click_selects_and_one_more_opens(path)
    the_wheel_moves(path)
    the_bar_and_the_tabs_are_buttons(path)
    a_drag_does_nothing(path)
    the_sheet_is_clicked_on(path)
    the_wheel_scrolls_the_details(path)
    hosts_are_clicked_on(path)


main()
