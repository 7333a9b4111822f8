"""Through a proxy, in plain text and through a tunnel."""

from harness import Origin, case, dead_port, expect, expect_equal, header, run


def through(origin, user=""):
    return ["--proxy", f"http://{user}127.0.0.1:{origin.port}", "--cacert", origin.cert]


@case
def plain_text_goes_in_absolute_form(t):
    file = t.origin.file("a.bin", host="files.test", port=80)
    t.get(*through(t.origin), file.url)
    t.expect_file("a.bin", file)
    request = t.origin.requests("a.bin")[0]
    expect(request["proxied"] and request["target"].startswith("http://files.test"), str(request))


@case
def https_goes_through_a_tunnel(t):
    file = t.origin.file("b.bin", scheme="https", host="files.test", port=443)
    t.get(*through(t.origin), file.url)
    t.expect_file("b.bin", file)
    tunnels = [entry for entry in t.origin.log() if entry["method"] == "CONNECT"]
    expect_equal(tunnels[-1]["target"], "files.test:443", "tunnel")


@case
def a_login_for_the_proxy_goes_to_the_proxy_only(t):
    origin = Origin("--proxy-user", "who:pass")
    t.closers.append(origin.close)
    file = origin.file("c.bin", scheme="https", host="files.test", port=443)
    t.get("--retries", 0, *through(origin), file.url, status=3)
    t.get("--retries", 0, *through(origin, "who:wrong@"), file.url, status=3)
    t.get(*through(origin, "who:pass@"), file.url)
    t.expect_file("c.bin", file)
    request = origin.requests("c.bin")[0]
    expect_equal(header(request, "Proxy-Authorization"), None, "inside the tunnel")
    tunnels = [entry for entry in origin.log() if entry["method"] == "CONNECT"]
    expect(header(tunnels[-1], "Proxy-Authorization"), "the proxy got no login")
    expect_equal(header(tunnels[-1], "Authorization"), None, "to the proxy")


@case
def a_server_login_does_not_go_to_the_proxy(t):
    file = t.origin.file("d.bin", scheme="https", host="files.test", port=443, auth="basic",
                         user="me:secret")
    t.get(*through(t.origin), "-u", "me:secret", "-H", "X-Key: 1", file.url)
    tunnels = [entry for entry in t.origin.log() if entry["method"] == "CONNECT"]
    for name in ("Authorization", "X-Key"):
        expect_equal(header(tunnels[-1], name), None, f"{name} to the proxy")


@case
def hosts_that_need_no_proxy_are_asked_directly(t):
    nowhere = ["--proxy", f"http://127.0.0.1:{dead_port(t)}", "--retries", 0]
    file = t.file("e.bin")
    t.get(*nowhere, file.url, status=3)
    t.get(*nowhere, "--noproxy", "files.test,127.0.0.1", file.url)
    t.expect_file("e.bin", file)
    (request,) = t.origin.requests("e.bin")
    expect(not request["proxied"], f"{request}")


@case
def a_proxy_that_is_down_is_named(t):
    """And not the server, which nobody has asked. Its password stays secret."""
    proxy = f"127.0.0.1:{dead_port(t)}"
    words = f"no connection to the proxy {proxy}, for files.test: Connection refused"
    for scheme in ("http", "socks5h"):
        result = t.get("--retries", 0, "--proxy", f"{scheme}://me:secret@{proxy}",
                       "http://files.test/a.bin", status=3)
        expect(words.encode() in result.err and b"secret" not in result.err, f"{result}")
    result = t.get("--retries", 0, "ftp://files.test/a.bin", status=3,
                   env={"all_proxy": f"http://me:secret@{proxy}"})
    expect(words.encode() in result.err and b"secret" not in result.err, f"{result}")


@case
def a_server_that_is_down_is_not_taken_for_a_proxy(t):
    server = f"127.0.0.1:{dead_port(t)}"
    result = t.get("--retries", 0, f"http://{server}/a.bin", status=3,
                   env={"http_proxy": "http://127.0.0.1:1", "no_proxy": "127.0.0.1"})
    expect(b"no connection to 127.0.0.1: " in result.err, f"{result}")


@case
def the_environment_may_name_a_proxy(t):
    here = f"http://127.0.0.1:{t.origin.port}"
    for number, variable in enumerate(("http_proxy", "all_proxy", "ALL_PROXY")):
        file = t.origin.file(f"env{number}.bin", host="files.test", port=80)
        t.get(file.url, env={variable: here})
        t.expect_file(f"env{number}.bin", file)
        expect(t.origin.requests(f"env{number}.bin")[0]["proxied"], f"not by {variable}")
    file = t.file("env.bin")
    t.get(file.url, env={"http_proxy": here, "no_proxy": "127.0.0.1"})
    expect(not t.origin.requests("env.bin")[0]["proxied"], "a host that needs none")
    t.get("--retries", 0, "--if-exists", "overwrite", file.url,
          env={"http_proxy": f"http://127.0.0.1:{dead_port(t)}"}, status=3)


@case
def a_proxy_that_refuses_or_is_not_there_is_a_network_failure(t):
    t.get(*through(t.origin), "--retries", 0, "https://refused.test/x", status=3)
    t.get("--proxy", f"http://127.0.0.1:{dead_port(t)}", "--retries", 0, "http://files.test/x",
          status=3)
    t.expect_names()


@case
def a_proxy_that_wants_a_login_is_told_so_in_one_way(t):
    """Whether it was asked for a tunnel or for the file itself."""
    origin = Origin("--proxy-user", "who:pass")
    t.closers.append(origin.close)
    for scheme, status in ("http", 4), ("https", 3):
        result = t.get(*through(origin, "who:wrong@"), "--retries", 0, f"{scheme}://files.test/x",
                       status=status)
        expect(b"the proxy wants a user name and password" in result.err, str(result))
        expect(b"wrong" not in result.err, f"a password is told: {result}")


run()
