"""~/.netrc (--netrc): each login goes to the host it is for, wherever the way leads, and to no
other; a file that others may read is not used."""

import base64
import os

from harness import case, expect, expect_equal, header, run


def netrc(t, text, mode=0o600):
    path = os.path.join(t.env["HOME"], ".netrc")
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    os.chmod(path, mode)
    t.closers.append(lambda: os.path.exists(path) and os.unlink(path))


def login(t, name):
    """Who the last request for NAME logged in as, or None."""
    value = header(t.origin.requests(name)[-1], "Authorization")
    return value and base64.b64decode(value.removeprefix("Basic ")).decode()


LOCAL = "machine 127.0.0.1 login me password hunter2\n"


def wanted(t, name, user="me:hunter2", **more):
    return t.origin.file(name, auth="basic", user=user, **more)


@case
def a_host_gets_its_login_and_another_one_its_own(t):
    netrc(t, "# of mine\nmacdef init\nmachine localhost login macro password no\n\n"
             "machine other.example login x password y\n" + LOCAL +
             'machine localhost\n  login "you and me"\n  account a\n  password "a \\"b\\" #c"\n'
             "machine localhost login second password no\n")
    here, there = wanted(t, "here.bin"), wanted(t, "there.bin", 'you and me:a "b" #c',
                                                host="localhost")
    t.get("--netrc", "-j", 1, "--retries", 0, here.url, there.url)
    t.expect_file("here.bin", here)
    t.expect_file("there.bin", there)
    expect_equal(login(t, "here.bin"), "me:hunter2", "login")
    t.get("--retries", 0, wanted(t, "asked.bin").url, status=4)
    expect_equal(login(t, "asked.bin"), None, "login without --netrc")


@case
def digest_and_parts_of_a_file_work_with_it(t):
    netrc(t, LOCAL)
    file = t.origin.file("parts.bin", 6 << 20, auth="digest", user="me:hunter2")
    t.get("--netrc", "-x", 3, "--min-split", "1M", file.url)
    t.expect_file("parts.bin", file)


@case
def a_host_without_an_entry_gets_the_default_or_nothing(t):
    netrc(t, LOCAL + "default login any password one\n")
    t.get("--netrc", wanted(t, "default.bin", "any:one", host="localhost").url)
    expect_equal(login(t, "default.bin"), "any:one", "login")
    netrc(t, "machine example.org login me password hunter2\n")
    t.get("--netrc", t.file("free.bin").url)
    t.get("--netrc", "--retries", 0, wanted(t, "no.bin").url, status=4)
    expect_equal([login(t, name) for name in ("free.bin", "no.bin")], [None, None], "logins")


@case
def a_redirect_changes_the_login_with_the_host(t):
    netrc(t, LOCAL + "machine localhost login you password other\n"
                     "default login any password hunter2\n")
    for number, (host, port, user) in enumerate((
            ("localhost", None, "you:other"), ("127.0.0.1", t.origin.other, "me:hunter2"))):
        end = wanted(t, f"end{number}.bin", user, host=host, port=port)
        t.get("--netrc", t.origin.url(f"start{number}", redirect=end.url, auth="basic",
                                      user="me:hunter2"))
        expect_equal([login(t, f"start{number}"), login(t, f"end{number}.bin")],
                     ["me:hunter2", user], "logins")


@case
def the_default_is_for_links_of_the_users_and_not_where_a_redirect_leads(t):
    netrc(t, "default login any password hunter2\n")
    end = wanted(t, "away.bin", "any:hunter2", host="localhost")
    start = dict(auth="basic", user="any:hunter2")
    t.get("--netrc", "--retries", 0, t.origin.url("start", redirect=end.url, **start), status=4)
    expect_equal([login(t, "start"), login(t, "away.bin")], ["any:hunter2", None], "logins")
    here = wanted(t, "here.bin", "any:hunter2", port=t.origin.other)
    t.get("--netrc", t.origin.url("start", redirect=here.url, **start))
    expect_equal(login(t, "here.bin"), "any:hunter2", "login at another port of the host")


@case
def after_a_step_from_https_to_http_none_is_sent(t):
    netrc(t, LOCAL)
    end = wanted(t, "plain.bin")
    t.get("--netrc", "--allow-downgrade", "--retries", 0, "--cacert", t.origin.cert,
          t.origin.url("start", scheme="https", redirect=end.url), status=4)
    expect_equal(login(t, "plain.bin"), None, "login")


@case
def what_is_given_for_the_link_goes_first(t):
    netrc(t, LOCAL)
    url = wanted(t, "given.bin", "who:else").url
    t.get("--netrc", "-u", "who:else", url)
    t.get("--netrc", url.replace("//", "//who:else@"))
    expect_equal(login(t, "given.bin"), "who:else", "login")
    t.get("--netrc", "--bearer", "abc", t.file("bearer.bin").url)
    expect_equal(header(t.origin.requests("bearer.bin")[-1], "Authorization"), "Bearer abc", "token")
    end = wanted(t, "end.bin", host="localhost")
    t.get("--netrc", "-u", "who:else", "--retries", 0,
          t.origin.url("start", redirect=end.url, auth="basic", user="who:else"), status=4)
    expect_equal(login(t, "end.bin"), None, "at a host without an entry")


@case
def items_without_the_option_get_none_and_the_configuration_has_it(t):
    netrc(t, LOCAL)
    listed = "".join(t.file(f"{number}.bin", auth="basic", user="me:hunter2").url +
                     f"\n  netrc={'false' if number % 2 else 'true'}\n" for number in range(4))
    t.get("-j", 1, "--retries", 0, "-i", t.write("list", listed), status=4)
    expect_equal([login(t, f"{number}.bin") for number in range(4)],
                 ["me:hunter2", None, "me:hunter2", None], "logins")
    t.get("--config", t.write("haul.conf", "netrc = true\n"), wanted(t, "conf.bin").url)


@case
def a_file_that_is_missing_or_open_to_others_is_refused(t):
    url = wanted(t, "refused.bin").url
    result = t.get("--netrc", url, status=1)
    expect(b".netrc (--netrc) can't be read" in result.err, f"{result}")
    for mode in (0o640, 0o604, 0o620):
        netrc(t, LOCAL, mode)
        result = t.get("--netrc", url, status=1)
        expect(b"chmod 600" in result.err and b"hunter2" not in result.err, f"{result}")
    os.unlink(os.path.join(t.env["HOME"], ".netrc"))
    os.mkdir(os.path.join(t.env["HOME"], ".netrc"))
    result = t.get("--netrc", url, status=1)
    expect(b".netrc is not a file" in result.err, f"{result}")
    os.rmdir(os.path.join(t.env["HOME"], ".netrc"))
    expect_equal(t.origin.requests("refused.bin"), [], "requests")


@case
def nothing_of_it_is_shown_or_kept(t):
    netrc(t, LOCAL)
    log = t.home + "/log.txt"
    urls = t.file("a.bin").url, t.origin.url("b.bin", auth="basic")
    result = t.get("--netrc", "-v", "--log", log, "--retries", 0, *urls, status=4)
    expect_equal(login(t, "b.bin"), "me:hunter2", "login")
    with open(log, "rb") as file:
        expect(b"hunter2" not in file.read() + result.err, f"the password is told: {result}")
    (number,) = t.add("--netrc", "--retries", 0, urls[1])
    t.haul("wait", number)
    expect(b"hunter2" not in t.ok("show", "--json", number).out, "the password is shown")
    t.stop()
    for folder, _, names in os.walk(t.env["XDG_STATE_HOME"]):
        for name in names:
            with open(os.path.join(folder, name), "rb") as file:
                expect(b"hunter2" not in file.read(), f"the password is in {name}")


run()
