"""What is a secret reaches the server it was meant for, and nobody else: no other host, no log, no
screen."""

import os

from harness import case, command_line, expect, expect_equal, header, run, until

SECRETS = ["-u", "me:hunter2", "-H", "X-Key: key-hunter2", "-H", "Cookie: id=cookie-hunter2"]


def sent(request):
    """The secrets in a request."""
    return [name for name in ("Authorization", "X-Key", "Cookie") if header(request, name)]


LOGIN = {"auth": "basic", "user": "me:hunter2"}


def redirect_to(t, **place):
    """Downloads with secrets through a redirect to PLACE; returns the second request's secrets."""
    final = t.origin.file("final.bin", **place)
    t.get(*SECRETS, "-o", "out.bin", "--cacert", t.origin.cert,
          t.origin.url("start", redirect=final.url, **LOGIN))
    t.expect_file("out.bin", final)
    expect(sent(t.origin.requests("start")[-1]), "nothing was sent to the first server")
    return sent(t.origin.requests("final.bin")[-1])


@case
def the_same_server_keeps_them(t):
    expect_equal(redirect_to(t, **LOGIN), ["Authorization", "X-Key", "Cookie"], "secrets")


@case
def another_port_does_not_get_them(t):
    expect_equal(redirect_to(t, port=t.origin.other), [], "secrets")


@case
def another_host_does_not_get_them(t):
    expect_equal(redirect_to(t, host="localhost"), [], "secrets")


@case
def another_scheme_does_not_get_them(t):
    expect_equal(redirect_to(t, scheme="https"), [], "secrets")


@case
def an_authorization_header_is_a_secret_too(t):
    final = t.origin.file("final.bin", port=t.origin.other)
    t.get("-H", "Authorization: Bearer hunter2", t.origin.url("start", redirect=final.url))
    expect_equal(header(t.origin.requests("start")[-1], "Authorization"), "Bearer hunter2", "first")
    expect_equal(sent(t.origin.requests("final.bin")[-1]), [], "secrets")


@case
def a_login_in_a_url_stays_with_its_server(t):
    final = t.origin.file("final.bin", port=t.origin.other)
    start = t.origin.url("start", redirect=final.url, **LOGIN)
    start = start.replace("http://", "http://me:hunter2@")
    t.get(start)
    expect_equal(sent(t.origin.requests("final.bin")[-1]), [], "secrets")


@case
def a_way_there_and_back_gives_nothing_away(t):
    back = t.file("back.bin")
    away = t.origin.url("away", port=t.origin.other, redirect=back.url)
    t.get(*SECRETS, t.origin.url("start", redirect=away, **LOGIN))
    expect_equal(sent(t.origin.requests("away")[-1]), [], "secrets")


@case
def cookies_and_tokens_are_sent_to_the_first_server(t):
    file = t.file("a.bin")
    t.get("-b", "id=1", "-b", "lang=en; theme=dark", "--bearer", "abc.DEF-1", file.url)
    (request,) = t.origin.requests("a.bin")
    cookies = [value for name, value in request["headers"] if name == "Cookie"]
    expect_equal(cookies, ["id=1; lang=en; theme=dark"], "Cookie")
    expect_equal(header(request, "Authorization"), "Bearer abc.DEF-1", "Authorization")


@case
def cookies_and_tokens_stay_with_their_server(t):
    """Not on another port, host or scheme, and not when the way leads back."""
    given = ["-b", "id=cookie-hunter2", "--bearer", "hunter2", "--cacert", t.origin.cert]
    for i, place in enumerate(({"port": t.origin.other}, {"host": "localhost"},
                               {"scheme": "https"})):
        back = t.file(f"back{i}.bin")
        away = t.origin.url(f"away{i}", redirect=back.url, **place)
        t.get(*given, "--allow-downgrade", "-o", f"{i}.bin",
              t.origin.url(f"start{i}", redirect=away))
        t.expect_file(f"{i}.bin", back)
        expect_equal(sent(t.origin.requests(f"start{i}")[-1]), ["Authorization", "Cookie"], "first")
        expect_equal(sent(t.origin.requests(f"away{i}")[-1]), [], f"secrets to {place}")
        expect_equal(sent(t.origin.requests(f"back{i}.bin")[-1]), [], f"secrets behind {place}")
    t.get(*given, "-o", "same.bin", t.origin.url("same", redirect=t.file("end.bin").url))
    expect_equal(sent(t.origin.requests("end.bin")[-1]), ["Authorization", "Cookie"], "same server")


@case
def cookies_of_servers_are_not_kept(t):
    jar = "Set-Cookie: id=1; Path=/"
    final = t.file("next.bin", header=jar)
    t.get("-j", 1, t.origin.url("first", redirect=final.url, header=jar), t.file("later.bin").url)
    for name in ("next.bin", "later.bin"):
        expect_equal(header(t.origin.requests(name)[-1], "Cookie"), None, f"Cookie for {name}")


@case
def a_secret_is_not_seen_by_other_users(t):
    """Not in the record beside the partial, and not in the command lines that ps shows of what haul
    starts itself."""
    file = t.file("a.bin", 300_000, gate=150_000)
    url = file.url.replace("http://", "http://me:url-hunter2@")
    t.keeps("a.bin.part", "a.bin.haul")
    (number,) = t.add("-b", "id=hunter2", "--bearer", "hunter2", "-H", "X-Key: hunter2", url)
    until("a record is there", lambda: "a.bin.haul" in t.names())
    with open(t.path("a.bin.haul"), "rb") as record:
        expect(b"hunter2" not in record.read(), "a secret is in the record")
    expect_equal(os.stat(t.path("a.bin.haul")).st_mode & 0o077, 0, "permissions of the record")
    for pid in t.daemons():
        expect("hunter2" not in command_line(pid), f"a secret is in {command_line(pid)}")
    for arguments in (["list", "--json"], ["show", number], ["show", "--json", number]):
        expect(b"hunter2" not in t.ok(*arguments).out, f"a secret in {arguments}")
    t.ok("remove", number)


@case
def a_bad_secret_is_refused_without_being_repeated(t):
    for wrong in (["-b", "hunter2"], ["--bearer", "hunter2 x"], ["-b", "id=hunter2\r\nX: y"],
                  ["-u", ":hunter2"]):
        result = t.haul("get", "-d", t.dir, *wrong, t.file("refused.bin").url)
        expect_equal(result.status, 1, f"{result}")
        expect(b"hunter2" not in result.err, f"it is repeated: {result}")
    expect_equal(t.origin.requests("refused.bin"), [], "requests")


@case
def the_page_is_not_told_where_we_came_from(t):
    """Nor is another server told what the user gave as that."""
    final = t.origin.file("final.bin", port=t.origin.other)
    for i, given in enumerate(([], ["-e", "http://secret.example/page"])):
        t.get(*given, "-o", f"{i}.bin", t.origin.url("start", redirect=final.url))
        expect_equal(header(t.origin.requests("final.bin")[-1], "Referer"), None, "Referer")
    expect_equal(header(t.origin.requests("start")[-1], "Referer"), given[1], "the one given")


@case
def nothing_secret_is_printed_or_logged(t):
    log = os.path.join(t.home, "log.txt")
    good = t.file("a.bin")
    bad = t.origin.url("b.bin", status=404).replace("http://", "http://me:hunter2@")
    result = t.get("-v", "--log", log, "--retries", 0, *SECRETS, "-b", "id=hunter2", good.url, bad,
                   "--proxy", f"http://who:hunter2@127.0.0.1:{t.origin.port}", status=4)
    with open(log, "rb") as file:
        text = file.read()
    expect(text, "the log is empty")
    expect(b"hunter2" not in text, "a secret is in the log")
    expect(b"hunter2" not in result.err, f"a secret is on the screen: {result}")
    expect_equal(os.stat(log).st_mode & 0o077, 0, "permissions of the log for others")


@case
def nothing_secret_leaves_the_daemon(t):
    log = os.path.join(t.env["XDG_STATE_HOME"], "haul")
    url = t.origin.url("b.bin", status=404).replace("http://", "http://me:hunter2@")
    (number,) = t.add(*SECRETS, "-b", "id=hunter2", "--bearer", "hunter2", "--retries", 0, url)
    t.haul("wait")
    for arguments in (["list"], ["list", "--json"], ["show", number], ["show", "--json", number]):
        expect(b"hunter2" not in t.ok(*arguments).out, f"a secret in {arguments}")
    t.stop()
    for folder, _, names in os.walk(log):
        for name in names:
            with open(os.path.join(folder, name), "rb") as file:
                if name.startswith("queue.db"):  # it must know them to go on after a restart
                    expect_equal(os.stat(file.fileno()).st_mode & 0o777, 0o600, f"mode of {name}")
                    continue
                expect(b"hunter2" not in file.read(), f"a secret in {name}")


@case
def an_item_of_a_list_keeps_its_options_to_itself(t):
    """The handles that fetch one after the other are used again, as they are set up."""
    files = [t.file(f"{number}.bin") for number in range(12)]
    listed = ""
    for number, file in enumerate(files):
        listed += f"{file.url}\n"
        if number % 3 == 1:
            listed += f"  header=X-Key: {number}\n  user-agent=agent-{number}\n"
        elif number % 3 == 2:
            listed += f"  cookie=id={number}\n  referer=http://from.example/{number}\n"
    t.get("-j", "1", "-i", t.write("list", listed))
    for number, file in enumerate(files):
        (request,) = t.origin.requests(f"{number}.bin")
        agent = header(request, "User-Agent")
        expect_equal(header(request, "X-Key"), str(number) if number % 3 == 1 else None, "X-Key")
        expect_equal(agent == f"agent-{number}", number % 3 == 1, "its own agent")
        expect_equal(agent.startswith("haul/"), number % 3 != 1, "haul's agent")
        expect_equal(header(request, "Cookie"), f"id={number}" if number % 3 == 2 else None,
                     "Cookie")
        expect_equal(header(request, "Referer"),
                     f"http://from.example/{number}" if number % 3 == 2 else None, "Referer")
        t.expect_file(f"{number}.bin", file)


run()
