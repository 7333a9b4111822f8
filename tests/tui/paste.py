"""Pasting: marked by the terminal or not, anywhere, with keys and control characters in it."""

from tmux import Terminal, program


def marked_paste_is_reviewed_and_obeys_nothing(path):
    """The text holds every key that would stop, quit or suspend."""
    with Terminal() as terminal:
        terminal.start(path)
        terminal.paste(b"qQxd\x03\x1a\x04\x1b[A\x1bOB see https://example.org/one.iso\r\n"
                       b"\x1b[20 https://example.org/two.iso, y\n")
        terminal.wait("2 links")
        terminal.wait("two.iso")
        assert terminal.calls() == [], terminal.calls()
        terminal.type("Enter")
        terminal.wait("2 added")
        assert terminal.calls() == [
            "add 2 first https://example.org/one.iso into /home/user/Downloads"], terminal.calls()


def unmarked_paste_is_reviewed_too(path):
    with Terminal() as terminal:
        terminal.start(path)
        terminal.paste(b"https://example.org/pq.iso\nhttps://example.org/xd.iso\n", bracketed=False)
        terminal.wait("2 links")
        assert terminal.calls() == [], terminal.calls()
        terminal.type("Escape")
        terminal.wait_gone("2 links")
        terminal.wait("debian-12")


def typed_link_is_reviewed(path):
    with Terminal() as terminal:
        terminal.start(path, fake="empty")
        terminal.type("a")
        terminal.wait("Add link:")
        for letter in "https://example.org/typed.iso":
            terminal.write(letter)
        terminal.wait("typed.iso")
        terminal.type("Enter")
        terminal.wait("1 link")
        terminal.type("Enter")
        terminal.wait("1 added")


def pasted_lines_end_the_line_that_is_typed(path):
    with Terminal() as terminal:
        terminal.start(path, fake="empty")
        terminal.type("a")
        terminal.wait("Add link:")
        terminal.paste(b"https://example.org/first.iso")
        terminal.wait("first.iso")
        terminal.paste(b" https://example.org/second.iso\nhttps://example.org/third.iso\n")
        terminal.wait("3 links")


def large_paste_arrives_whole(path):
    """5 MB, as fast as the terminal sends them."""
    lines = b"".join(b"https://example.org/folder/file-%06d.bin words\n" % i for i in range(100000))
    with Terminal() as terminal:
        terminal.start(path, fake="empty")
        terminal.paste(lines)
        terminal.wait("100000 links")
        terminal.type("G")
        terminal.wait("file-099999.bin")


def next_paste_joins_the_sheet(path):
    with Terminal() as terminal:
        terminal.start(path, fake="empty")
        terminal.paste(b"https://example.org/one.iso\n")
        terminal.wait("1 link")
        terminal.paste(b"https://example.org/two.iso\n")
        terminal.wait("2 links")


def main():
    path = program()
    marked_paste_is_reviewed_and_obeys_nothing(path)
    unmarked_paste_is_reviewed_too(path)
    typed_link_is_reviewed(path)
    pasted_lines_end_the_line_that_is_typed(path)
    large_paste_arrives_whole(path)
    next_paste_joins_the_sheet(path)


main()
