"""Selecting, finding, filtering and sorting as they are typed, and what the actions then mean."""

from tmux import Terminal, program


def the_actions_mean_what_is_selected(path):
    with Terminal() as terminal:
        terminal.start(path)
        terminal.type("Space", "Space")
        terminal.wait("2 selected")
        terminal.asks(["p"], "pause 1", "pause 2")
        terminal.wait("2 paused")
        terminal.asks(["r"], "retry 1", "retry 2")
        terminal.asks(["x"], "cancel 1", "cancel 2")
        terminal.asks(["J"], "move down 2 selected")
        terminal.type("Escape")
        terminal.wait_gone("2 selected")
        terminal.asks(["p"], "pause 3")


def a_priority_is_asked_for(path):
    with Terminal() as terminal:
        terminal.start(path)
        terminal.type("Space", "Space", "i")
        terminal.wait("Priority:  h high  n normal  l low")
        terminal.asks(["h"], "priority of 2 selected high")
        terminal.wait("2 changed")
        terminal.type("Escape")
        terminal.wait_gone("2 selected")
        terminal.type("f")
        terminal.enter("photos-003")
        terminal.wait("photos-003")
        terminal.type("i")
        terminal.wait("Priority:")
        terminal.asks(["l"], "priority of 13 low")
        terminal.wait("queued, low")
        terminal.type("i", "Escape")
        terminal.wait_gone("Priority:")


def a_range_goes_from_v_to_the_key_that_means_it(path):
    with Terminal() as terminal:
        terminal.start(path)
        terminal.type("j", "v", "j", "j")
        terminal.wait("selecting")
        terminal.asks(["x"], "cancel 2", "cancel 3", "cancel 4")
        terminal.wait("3 selected")


def what_is_selected_stays_so(path):
    """By another order, in another view, behind a filter."""
    with Terminal() as terminal:
        terminal.start(path)
        terminal.type("Space")
        terminal.wait("1 selected")
        terminal.type("s", "n")
        terminal.wait("sort: name")
        terminal.wait("1 selected")
        terminal.type("f")
        terminal.enter("video")
        terminal.wait("filter: video")
        terminal.wait("1 selected")
        terminal.asks(["x"], "cancel 1")


def all_that_match_are_selected_and_removed(path):
    with Terminal() as terminal:
        terminal.start(path)
        terminal.type("f")
        terminal.write("photos-00")
        terminal.type("Enter", "*")
        terminal.wait("9 selected")
        terminal.type("d")
        terminal.wait("Remove 9 selected")
        terminal.asks(["y"], *[f"remove {number}" for number in range(11, 20)])
        terminal.wait("Nothing fits the filter")
        terminal.type("Escape")
        terminal.wait("photos-010")


def finding_moves_the_cursor(path):
    with Terminal() as terminal:
        terminal.start(path)
        terminal.type("/")
        terminal.write("photos")
        terminal.wait("1 of 30")
        terminal.type("Enter", "n")
        terminal.wait("2 of 30")
        terminal.asks(["x"], "cancel 12")
        terminal.write("NN")  # the second one comes before the answer to the first
        terminal.wait("30 of 30")
        terminal.asks(["x"], "cancel 40")
        terminal.type("/")
        terminal.write("video")
        terminal.wait("1 of 1")
        terminal.type("Escape")
        terminal.wait("of 30")
        terminal.asks(["r"], "retry 40")


def mistakes_are_told_while_they_are_typed(path):
    with Terminal() as terminal:
        terminal.start(path)
        terminal.type("f")
        terminal.write("state:gone")
        terminal.wait("no state")
        terminal.type("BSpace", "BSpace", "BSpace", "BSpace")
        terminal.write("fail")
        terminal.wait_gone("no state")
        terminal.wait_gone("debian")
        terminal.wait("video.mp4")


def a_line_that_makes_no_sense_is_not_ended(path):
    with Terminal() as terminal:
        terminal.start(path)
        for key, label in (("f", "filter:"), ("/", "/")):
            terminal.type(key)
            terminal.enter("state:gone")
            terminal.wait("queued active waiting paused done failed")  # the sentence, to its end
            terminal.wait(f"{label} state:gone")
            terminal.type("C-u")
            terminal.write("state:failed")
            terminal.wait_gone("no state")
            terminal.type("Enter")
            terminal.wait("q quit")
        assert terminal.calls() == [], terminal.calls()


def main():
    path = program()
    for story in (the_actions_mean_what_is_selected,
                  a_priority_is_asked_for,
                  a_range_goes_from_v_to_the_key_that_means_it,
                  what_is_selected_stays_so,
                  all_that_match_are_selected_and_removed,
                  finding_moves_the_cursor,
                  mistakes_are_told_while_they_are_typed,
                  a_line_that_makes_no_sense_is_not_ended):
        story(path)


main()
