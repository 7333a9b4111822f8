"""Files get the name that the user, the server or the URL gives them, made safe."""

import errno
import os

from harness import TORTURE, case, expect, expect_equal, need, run


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
def a_name_of_the_user_is_kept_or_refused(t):
    """Never cut: a script looks for it. The longest one leaves room for what lies beside it, also
    where it is taken and gets a number."""
    longest = "n" * 242 + ".bin"
    for number in range(2):
        file = t.file(f"given{number}", 300_000, chunked=1)
        t.get("-o", longest, file.url)
    t.expect_names(longest, "n" * 238 + " (1).bin")
    t.expect_file("n" * 238 + " (1).bin", file)
    for word in "get", "add":
        result = t.haul(word, "-d", t.dir, "-o", "n" + longest, t.file("given").url)
        expect_equal(result.status, 1, str(result))
        expect(b"must be at most 246 bytes long" in result.err, str(result))
    expect_equal(t.origin.requests("given"), [], "requests")


@case
def encoded_separators_in_urls_lead_nowhere(t):
    t.get(t.file("dir/..%2f..%2fevil.txt", 10).url)
    expect_equal(one_name(t), "evil.txt", "name")


HOSTILE = [
    b"../up.txt", b"../../../../etc/passwd", b"/etc/absolute.txt", b"..", b".", b"...", b"",
    b".hidden", b"..hidden", b"-rf", b"--help", b"~root", b" ", b". .", b"a/b/c.txt", b"a\\b.txt",
    b"C:\\x.txt", b"\x01\x02.txt", b"tab\tname.txt", b"line\rname.txt", b"esc\x1b[2J.txt",
    b"del\x7f.txt", b"c1\xc2\x9b31m.txt", b"bad\xff\xfe.txt", b"cut\xe2\x82", b"over\xc0\xaflong.txt",
    b"rtl\xe2\x80\xaegpj.exe", b"bom\xef\xbb\xbf.txt", b"n" * 3000 + b".tar.gz", b"\xe2\x82\xac" * 200,
    b"x." + b"e" * 3000, b"nul", b"CON.txt", b"aux.tar.gz", b"name.part", b"name.haul", b"trail. ",
    b"%2e%2e%2fup.txt", b"..%2f..%2fup.txt", b"a%00b.txt", b"?*<>|:\".txt",
]


def percent(raw):
    return "".join(f"%{byte:02X}" for byte in raw)


@case
def no_name_leads_out_of_the_folder(t):
    """Each of them as a quoted name, as an encoded one and as the end of a link."""
    plain = os.path.join(t.home, "dl")
    lines = []
    for number, raw in enumerate(HOSTILE):
        quoted = b'attachment; filename="' + raw.replace(b"\\", b"\\\\").replace(b'"', b'\\"') + b'"'
        ways = [t.file(f"q{number}", 100, disposition=quoted),
                t.file(f"e{number}", 100, disposition="attachment; filename*=UTF-8''" + percent(raw)),
                t.file(f"l{number}/" + percent(raw), 100)]
        for way, file in enumerate(ways):
            lines += [file.url, f"  dir={plain}/{number}-{way}"]
    t.get("-j", 30, "-i", t.write("list.txt", "\n".join(lines) + "\n"))
    expect_equal(len(t.names()), 3 * len(HOSTILE), "folders")
    whole = t.dir
    for folder in t.names():
        t.dir = os.path.join(whole, folder)
        name = one_name(t)
        expect(not name.endswith((".part", ".haul")) and name.strip(". ") == name, f"{name!r}")
    t.dir = whole


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


@case
def a_name_that_the_file_system_does_not_take_is_named_with_what_to_do(t):
    """As FAT, NTFS and shares of Windows refuse it, on the way of small files and of large ones."""
    t.program = need(TORTURE)
    t.env["HAUL_TORTURE_FAIL"] = f"openat:1:{errno.EINVAL}:ever"
    for size in 5000, 500_000:
        result = t.get("-q", t.file("what%3F.bin", size).url, status=5)
        expect(b"if no name may have '?' there, choose another one with -o" in result.err,
               f"{size}: {result}")
        t.expect_names()


run()
