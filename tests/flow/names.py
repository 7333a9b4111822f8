"""Files get the name that the user, the server or the URL gives them, made safe."""

import os

from harness import case, expect, expect_equal, run


def one_name(t):
    """The single file in the download folder, with a name that can do no harm."""
    names = os.listdir(os.fsencode(t.dir))
    expect_equal(len(names), 1, f"files ({names})")
    raw = names[0]
    text = raw.decode("utf-8")  # must be valid
    expect(len(raw) <= 255, f"{len(raw)} bytes long")
    expect(text[0] not in ".-", f"{text!r} starts with {text[0]!r}")
    expect(all(c.isprintable() or c == " " for c in text), f"{text!r} is not printable")
    expect("/" not in text and "\\" not in text, f"{text!r} holds a separator")
    return text


def offered(t, disposition, path="plain.bin"):
    """The name a Content-Disposition leads to."""
    for name in t.names():
        os.unlink(t.path(name))
    t.get(t.file(path, 100, disposition=disposition).url)
    return one_name(t)


@case
def the_last_segment_of_the_url_is_the_name(t):
    t.get(t.file("a/b/report.pdf", 10).url, t.file("x%20y%C3%A9.txt", 10).url)
    t.expect_names("report.pdf", "x yé.txt")


@case
def the_user_decides_first(t):
    t.get("-o", "mine.bin", t.file("theirs.bin", disposition='attachment; filename="no.bin"').url)
    t.expect_names("mine.bin")


@case
def content_disposition_comes_before_the_url(t):
    expect_equal(offered(t, 'attachment; filename="with space.txt"'), "with space.txt", "name")
    expect_equal(offered(t, "attachment; filename=token.txt"), "token.txt", "name")
    expect_equal(offered(t, "attachment; filename*=UTF-8''%E2%82%AC%20rates.csv"),
                 "€ rates.csv", "name")
    expect_equal(offered(t, "attachment; filename=\"ascii.csv\"; filename*=UTF-8''b%C3%A9.csv"),
                 "bé.csv", "name")


@case
def paths_in_names_lead_nowhere(t):
    expect_equal(offered(t, 'attachment; filename="../../../etc/passwd.txt"'), "passwd.txt", "name")
    expect_equal(offered(t, 'attachment; filename="/tmp/absolute.txt"'), "absolute.txt", "name")
    expect_equal(offered(t, "attachment; filename*=UTF-8''..%2F..%2Fup.txt"), "up.txt", "name")
    for hostile in ("..", ".", "/", "...", "", "~", "dir/", "..\\..\\win.txt", "C:\\boot.ini"):
        offered(t, f'attachment; filename="{hostile}"')


@case
def names_with_a_meaning_lose_it(t):
    expect_equal(offered(t, 'attachment; filename=".bashrc"'), "bashrc", "name")
    expect(not offered(t, 'attachment; filename="-rf.txt"').startswith("-"), "an option")
    for hostile in ("con.txt", "a\x01b.txt", "tab\tname.txt"):
        offered(t, f'attachment; filename="{hostile}"')


@case
def bytes_that_move_a_cursor_are_not_kept(t):
    for hostile in (b"\x1b]52;c;aGk=\x07.txt", b"a\x9bmb.txt", "gpj\u202eexe.txt".encode(),
                    b"bad\xff\xfe.txt", "\u2028line.txt".encode()):
        offered(t, b'attachment; filename="' + hostile + b'"')
    offered(t, "attachment; filename*=UTF-8''a%0Ab%1B%5B2J%E2%80%AE.txt")
    offered(t, "attachment; filename*=UTF-8''a%00b.txt")


@case
def long_names_are_cut_with_their_extension_kept(t):
    expect(offered(t, f'attachment; filename="{"n" * 4000}.tar"').endswith(".tar"), "extension")
    expect(offered(t, f"attachment; filename*=UTF-8''{'%E2%82%AC' * 300}.zip").endswith(".zip"),
           "extension")
    offered(t, 'attachment; filename="x.' + "e" * 4000 + '"')


@case
def encoded_separators_in_urls_lead_nowhere(t):
    t.get(t.file("dir/..%2f..%2fevil.txt", 10).url)
    expect_equal(one_name(t), "evil.txt", "name")


@case
def a_redirect_names_what_the_asked_url_does_not(t):
    final = t.file("files/real.zip", 10)
    t.get(t.origin.url("download", redirect=final.url))
    t.expect_names("real.zip")


@case
def a_redirect_does_not_rename_what_was_asked_for(t):
    final = t.file("cdn/3f2a99", 10)
    t.get(t.origin.url("asked.iso", redirect=final.url))
    t.expect_names("asked.iso")


@case
def an_url_without_a_path_is_named_after_its_host(t):
    t.get(t.file("", 10).url)
    t.expect_names("127.0.0.1")


run()
