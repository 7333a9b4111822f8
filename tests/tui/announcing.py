"""The window's title, in a real terminal."""

from tmux import Terminal, program


def tell(terminal, what):
    return terminal.tmux("display-message", "-p", what).strip()


def the_title_is_set_and_given_back(path):
    with Terminal() as terminal:
        terminal.tmux("select-pane", "-T", "mine")
        terminal.start(path)
        terminal.until("the title", lambda: tell(terminal, "#{pane_title}").endswith("haul"))
        assert "/s" in tell(terminal, "#{pane_title}"), tell(terminal, "#{pane_title}")
        terminal.type("q")
        terminal.wait("Quit?")
        terminal.type("b")
        terminal.wait("prompt$")
        terminal.until("the old title", lambda: tell(terminal, "#{pane_title}") == "mine")


def it_is_given_back_to_the_shell_for_a_while(path):
    with Terminal() as terminal:
        terminal.tmux("select-pane", "-T", "mine")
        terminal.start(path)
        terminal.until("the title", lambda: tell(terminal, "#{pane_title}").endswith("haul"))
        terminal.type("C-z")
        terminal.wait("Stopped")
        terminal.until("the old title", lambda: tell(terminal, "#{pane_title}") == "mine")
        terminal.write("fg")
        terminal.type("Enter")
        terminal.until("the title again", lambda: tell(terminal, "#{pane_title}").endswith("haul"))


def it_can_be_left_alone(path):
    with Terminal() as terminal:
        terminal.tmux("select-pane", "-T", "mine")
        terminal.start(path, HAUL_TITLE="off")
        terminal.asks(["p"], "pause 1")
        assert tell(terminal, "#{pane_title}") == "mine", tell(terminal, "#{pane_title}")


def main():
    path = program()
    the_title_is_set_and_given_back(path)
    it_is_given_back_to_the_shell_for_a_while(path)
    it_can_be_left_alone(path)


main()
