/* Requests copied from browsers, as curl commands for bash and cmd and as PowerShell. The texts
 * have the shape of what Chrome, Edge, Firefox and Safari copy. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "haul/options.h"
#include "input/pasted.h"

/* Reads TEXT whole. */
static void read_text(struct pasted *pasted, const char *text)
{
    pasted_init(pasted, 64 << 20);
    assert_true(pasted_add(pasted, text, strlen(text)));
    while (pasted_work(pasted, 1 << 20))
        continue;
}

/* Asserts that entry NTH of option NAME of link INDEX is VALUE; NULL: there is none. */
static void assert_option(const struct pasted *pasted, size_t index, const char *name, size_t nth,
                          const char *value)
{
    const struct haul_options *options = pasted_options(pasted, index);
    const struct haul_option *option = haul_option_find(name);
    char *text;

    assert_non_null(option);
    if (!value && (!options || !haul_option_given(option, options)))
        return;
    assert_non_null(options);
    text = haul_option_get(option, options, nth);
    if (value) {
        assert_non_null(text);
        assert_string_equal(text, value);
    } else {
        assert_null(text);
    }
    free(text);
}

/* Asserts that TEXT is one request for URL whose options are the NULL-terminated pairs. */
static void assert_request(const char *text, const char *url, const char *const *pairs)
{
    struct pasted pasted;
    size_t headers = 0;
    size_t fields = 0;

    read_text(&pasted, text);
    if (pasted.urls.refused_total > 0)
        print_message("refused: %s\n", pasted.urls.refused[0].why);
    assert_int_equal(pasted.urls.refused_total, 0);
    assert_int_equal(pasted.urls.count, 1);
    assert_string_equal(pasted.urls.items[0], url);
    for (; pairs[0] != NULL; pairs += 2) {
        size_t nth = strcmp(pairs[0], "header") == 0 ? headers++
                     : strcmp(pairs[0], "form") == 0 ? fields++
                                                     : 0;
        assert_option(&pasted, 0, pairs[0], nth, pairs[1]);
    }
    assert_option(&pasted, 0, "header", headers, NULL);
    pasted_fini(&pasted);
}

#define REQUEST(text, url, ...) assert_request(text, url, (const char *const[]){__VA_ARGS__, NULL})

static void assert_notes(const char *text, const char *notes)
{
    struct pasted pasted;

    read_text(&pasted, text);
    assert_true(pasted.urls.count > 0);
    if (notes)
        assert_string_equal(pasted_notes(&pasted, 0), notes);
    else
        assert_null(pasted_notes(&pasted, 0));
    pasted_fini(&pasted);
}

static void assert_refused(const char *text, const char *why)
{
    struct pasted pasted;

    read_text(&pasted, text);
    assert_int_equal(pasted.urls.count, 0);
    assert_int_equal(pasted.urls.refused_total, 1);
    assert_non_null(strstr(pasted.urls.refused[0].why, why));
    pasted_fini(&pasted);
}

static void chrome_for_bash(void **state)
{
    (void)state;
    REQUEST("curl 'https://dl.example.org/files/report.pdf?id=7&v=2' \\\n"
            "  -H 'accept: text/html,application/xhtml+xml,*/*;q=0.8' \\\n"
            "  -H 'accept-encoding: gzip, deflate, br, zstd' \\\n"
            "  -H 'accept-language: de-DE,de;q=0.9' \\\n"
            "  -b 'session=abc123; theme=dark' \\\n"
            "  -H 'if-none-match: \"5e1\"' \\\n"
            "  -H 'referer: https://www.example.org/list' \\\n"
            "  -H 'sec-ch-ua: \"Chromium\";v=\"128\", \"Not;A=Brand\";v=\"24\"' \\\n"
            "  -H 'range: bytes=0-' \\\n"
            "  -H 'user-agent: Mozilla/5.0 (X11; Linux x86_64)' \\\n"
            "  --compressed",
            "https://dl.example.org/files/report.pdf?id=7&v=2", "header",
            "accept: text/html,application/xhtml+xml,*/*;q=0.8", "header",
            "accept-language: de-DE,de;q=0.9", "header",
            "sec-ch-ua: \"Chromium\";v=\"128\", \"Not;A=Brand\";v=\"24\"", "cookie",
            "session=abc123; theme=dark", "referer", "https://www.example.org/list", "user-agent",
            "Mozilla/5.0 (X11; Linux x86_64)");
}

static void chrome_for_bash_with_a_body(void **state)
{
    (void)state;
    REQUEST(
        "curl 'https://example.org/export' -H 'content-type: application/json' "
        "--data-raw $'{\"name\":\"it\\'s\",\"tab\":\"a\\\\tb\",\"uml\":\"\\u00fc\\ud83d\\ude00\","
        "\"bang\":\"\\u0021\"}' --compressed",
        "https://example.org/export", "header", "content-type: application/json", "data",
        "{\"name\":\"it's\",\"tab\":\"a\\tb\",\"uml\":\"\xc3\xbc\xf0\x9f\x98\x80\",\"bang\":\"!"
        "\"}");
}

static void firefox_for_bash(void **state)
{
    (void)state;
    REQUEST(
        "curl 'https://example.org/a%20b.zip' --compressed -X POST "
        "-H 'User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0' "
        "-H 'Accept: */*' -H 'Accept-Encoding: gzip, deflate, br' "
        "-H 'Content-Type: application/x-www-form-urlencoded' -H 'Origin: https://example.org' "
        "-H 'Connection: keep-alive' -H 'Cookie: a=1; b=2' -H 'TE: trailers' "
        "--data-raw 'x=1&y=2'",
        "https://example.org/a%20b.zip", "request", "POST", "header", "Accept: */*", "header",
        "Content-Type: application/x-www-form-urlencoded", "header", "Origin: https://example.org",
        "cookie", "a=1; b=2", "data", "x=1&y=2");
}

static void safari(void **state)
{
    (void)state;
    REQUEST("curl 'https://example.org/movie.mov' \\\n"
            "-X 'GET' \\\n"
            "-H 'Accept: video/*;q=0.8' \\\n"
            "-H 'Range: bytes=0-1' \\\n"
            "-H 'Cookie: k=\"v\"' \\\n"
            "-H 'User-Agent: Mozilla/5.0 (Macintosh)' \\\n"
            "-H 'Accept-Encoding: identity' \\\n"
            "-H 'Connection: Keep-Alive'",
            "https://example.org/movie.mov", "request", "GET", "header", "Accept: video/*;q=0.8",
            "cookie", "k=\"v\"", "user-agent", "Mozilla/5.0 (Macintosh)");
}

static void chrome_and_edge_for_cmd(void **state)
{
    (void)state;
    REQUEST("curl ^\"https://example.org/get?a=1^&b=^%^20x^\" ^\r\n"
            "  -H ^\"accept: */*^\" ^\r\n"
            "  -b ^\"id=1; t=a^%^3Db^\" ^\r\n"
            "  -H ^\"sec-ch-ua: ^\\^\"Chromium^\\^\";v=^\\^\"128^\\^\"^\" ^\r\n"
            "  -H ^\"content-type: application/json^\" ^\r\n"
            "  --data-raw ^\"^{^\\^\"a^\\^\":^\\^\"c:^\\\\x^\\^\"^}^\"",
            "https://example.org/get?a=1&b=%20x", "header", "accept: */*", "header",
            "sec-ch-ua: \"Chromium\";v=\"128\"", "header", "content-type: application/json",
            "cookie", "id=1; t=a%3Db", "data", "{\"a\":\"c:\\\\x\"}");
}

static void older_browsers_for_cmd(void **state)
{
    (void)state;
    REQUEST("curl \"https://example.org/get?a=1&b=2\" ^\n"
            "  -H \"accept: text/html\" ^\n"
            "  -H \"sec-ch-ua: ^\\^\"Chromium^\\^\";v=^\\^\"110^\\^\"\" ^\n"
            "  --compressed",
            "https://example.org/get?a=1&b=2", "header", "accept: text/html", "header",
            "sec-ch-ua: \"Chromium\";v=\"110\"");
    REQUEST("curl.exe \"https://example.org/x\" ^\r\n -H \"X-Say: \"\"hi\"\" there\" ^  \r\n"
            " --data-raw \"a=1^\r\n\r\nb=2\"",
            "https://example.org/x", "header", "X-Say: \"hi\" there", "data", "a=1\nb=2");
}

static void powershell_of_chrome(void **state)
{
    (void)state;
    REQUEST("$session = New-Object Microsoft.PowerShell.Commands.WebRequestSession\n"
            "$session.UserAgent = \"Mozilla/5.0 (Windows NT 10.0)\"\n"
            "$session.Cookies.Add((New-Object System.Net.Cookie(\"sid\", \"a`\"b\", \"/\", "
            "\".example.org\")))\n"
            "$session.Cookies.Add((New-Object System.Net.Cookie(\"t\", \"2\", \"/\", "
            "\"www.example.org\")))\n"
            "Invoke-WebRequest -UseBasicParsing -Uri \"https://www.example.org/f.zip?a=1&b=2\" `\n"
            "-WebSession $session `\n"
            "-Headers @{\n"
            "\"authority\"=\"www.example.org\"\n"
            "  \"method\"=\"GET\"\n"
            "  \"path\"=\"/f.zip\"\n"
            "  \"scheme\"=\"https\"\n"
            "  \"accept\"=\"text/html\"\n"
            "  \"accept-encoding\"=\"gzip, deflate, br\"\n"
            "  \"sec-ch-ua\"=\"`\"Chromium`\";v=`\"128`\"\"\n"
            "}",
            "https://www.example.org/f.zip?a=1&b=2", "header", "accept: text/html", "header",
            "sec-ch-ua: \"Chromium\";v=\"128\"", "cookie", "sid=a\"b", "user-agent",
            "Mozilla/5.0 (Windows NT 10.0)");
}

static void powershell_with_a_body(void **state)
{
    (void)state;
    REQUEST("Invoke-WebRequest -UseBasicParsing -Uri \"https://example.org/export\" `\r\n"
            "-Method \"POST\" `\r\n"
            "-ContentType \"application/json\" `\r\n"
            "-Body ([System.Text.Encoding]::UTF8.GetBytes(\"{`\"a`\":`\"$([char]252)`$`\"}\"))",
            "https://example.org/export", "request", "POST", "header",
            "Content-Type: application/json", "data", "{\"a\":\"\xc3\xbc$\"}");
    REQUEST("iwr https://example.org/x -Body \"$([char]55357)$([char]56397)$([char]0xd83d)!\"",
            "https://example.org/x", "data", "\xf0\x9f\x91\x8d\xef\xbf\xbd!");
    REQUEST("iwr 'https://example.org/it''s.bin' -Headers @{ Accept = 'a/b'; 'X-A' = \"1\" } "
            "-OutFile out.bin -SkipCertificateCheck",
            "https://example.org/it's.bin", "header", "Accept: a/b", "header", "X-A: 1", "out",
            "out.bin", "insecure", "true");
}

/* What a comment names gets nothing of what the command says. */
static void a_comment_ends_a_command(void **state)
{
    struct pasted pasted;

    (void)state;
    read_text(&pasted, "curl https://a.example.org/1#x -H 'X: 1' # see https://b.example.org/2\n"
                       "https://a.example.org/3\n");
    assert_int_equal(pasted.urls.count, 3);
    assert_string_equal(pasted.urls.items[1], "https://b.example.org/2");
    assert_option(&pasted, 0, "header", 0, "X: 1");
    assert_option(&pasted, 1, "header", 0, NULL);
    pasted_fini(&pasted);
}

/* Each -o and -O is for the next link that has none. */
static void names_go_to_their_links(void **state)
{
    struct pasted pasted;

    (void)state;
    read_text(&pasted, "curl -O https://example.org/1 https://example.org/2 -o two "
                       "https://example.org/3 https://example.org/4 -o three\n");
    assert_int_equal(pasted.urls.count, 4);
    assert_option(&pasted, 0, "out", 0, NULL);
    assert_option(&pasted, 1, "out", 0, "two");
    assert_option(&pasted, 2, "out", 0, "three");
    assert_option(&pasted, 3, "out", 0, NULL);
    pasted_fini(&pasted);
}

static void cookies_of_another_host_stay_away(void **state)
{
    struct pasted pasted;

    (void)state;
    read_text(&pasted,
              "$s = New-Object Microsoft.PowerShell.Commands.WebRequestSession;\n"
              "$s.Cookies.Add((New-Object System.Net.Cookie(\"a\", \"1\", \"/\", \"ample.org\")))\n"
              "Invoke-WebRequest -Uri \"https://example.org/x\" -WebSession $s\n");
    assert_int_equal(pasted.urls.count, 1);
    assert_option(&pasted, 0, "cookie", 0, NULL);
    assert_string_equal(pasted_notes(&pasted, 0), "a cookie of another host");
    pasted_fini(&pasted);
}

static void options_that_haul_has(void **state)
{
    (void)state;
    REQUEST("curl -sSfLo out.bin -u 'me:p w' -Amyself -e https://r.example.org/ -k -XPUT "
            "--proxy http://p.example.org:3128 --noproxy 10.0.0.0/8 --max-time 2.5 "
            "--connect-timeout=7 --retry 3 --limit-rate 200K --oauth2-bearer tok --cacert ca.pem "
            "-4 --resolve example.org:443:192.0.2.7 -- https://example.org/x",
            "https://example.org/x", "ipv4", "true", "resolve", "example.org:443:192.0.2.7", "out",
            "out.bin", "user", "me:p w", "user-agent", "myself", "referer",
            "https://r.example.org/", "insecure", "true", "request", "PUT", "proxy",
            "http://p.example.org:3128", "noproxy", "10.0.0.0/8", "timeout", "3", "connect-timeout",
            "7", "retries", "3", "item-limit", "200K", "bearer", "tok", "cacert", "ca.pem");
    REQUEST("curl -bsid=1 -H'X-A: 1' --user me:pw 'https://example.org/x'", "https://example.org/x",
            "cookie", "sid=1", "header", "X-A: 1", "user", "me:pw");
    REQUEST("curl --netrc-optional --xattr -0 example.org/x", "http://example.org/x", "http1",
            "true");
    REQUEST("curl example.org/x -o - --insec", "http://example.org/x", "out", NULL, "insecure",
            "true");
}

static void bodies(void **state)
{
    (void)state;
    REQUEST("curl https://example.org/x -d a=1 --data-raw '@b' --data-urlencode 'c=d e&f' "
            "--data-urlencode =g/h",
            "https://example.org/x", "data", "a=1&@b&c=d%20e%26f&g%2Fh");
    REQUEST("curl https://example.org/x --json '{\"a\":1}'", "https://example.org/x", "json-data",
            "{\"a\":1}");
    REQUEST("curl https://example.org/x -F a=1 -F 'b=c d' --form-string 'e=@f'",
            "https://example.org/x", "form", "a=1", "form", "b=c d", "form", "e=@f");
    REQUEST("curl -G https://example.org/x?a=1#f -d b=2 --data-urlencode 'c= '",
            "https://example.org/x?a=1&b=2&c=%20", "data", NULL);
    REQUEST("curl https://example.org/x -d ''", "https://example.org/x", "data", "");
}

static void a_body_in_a_file_is_refused(void **state)
{
    (void)state;
    assert_refused("curl https://example.org/x -d @body.json", "in a file");
    assert_refused("curl https://example.org/x --data-urlencode n@file", "in a file");
    assert_refused("curl https://example.org/x -F 'f=@photo.jpg'", "in a file");
    assert_refused("curl -T up.bin https://example.org/x", "in a file");
    assert_refused("Invoke-WebRequest -Uri https://example.org/x -InFile a.bin", "in a file");
}

static void what_haul_does_not_do_is_noted(void **state)
{
    (void)state;
    assert_notes("curl --resolve a:1:2 -r 0-99 --frobnicate https://example.org/x",
                 "--resolve, -r, --frobnicate");
    assert_notes("curl --frobnicate yes https://example.org/x -n", "--frobnicate, -n");
    assert_notes("curl https://example.org/x --cert a.pem:pass --key a.key", "--cert, --key");
    assert_notes("curl https://example.org/x -o a/b.bin -b jar.txt -H @f",
                 "the folder of -o, -b FILE, -H @FILE");
    assert_notes("curl https://example.org/x -H \"Authorization: Bearer $TOKEN\"",
                 "a $ that only a shell fills in");
    assert_notes("curl 'https://example.org/$x' --compressed -sS -# -L", NULL);
    assert_notes("Invoke-WebRequest -Uri https://example.org/x -Credential $me", "-Credential");
    assert_notes("curl 'https://example.org/x[1-3].bin'", "patterns like [1-9] in a link");
    assert_notes("curl 'https://example.org/{a,b}'", "patterns like [1-9] in a link");
    assert_notes("curl -g 'https://example.org/x?a[]=1' https://[::1]/x", NULL);
    assert_notes("curl https://[::1]:80/x", NULL);
}

static void values_are_in_no_note_and_no_reason(void **state)
{
    static const char *const texts[] = {
        "curl https://me:hush@example.org:99999/x -H 'Authorization: hush'",
        "curl https://example.org/x --unknown=hush -H 'X: 1'",
        "curl https://example.org/x -H 'Cookie' -H 'hush\x01: hush' -b '=hush'",
        "curl https://example.org/x --proxy ftp://u:hush@h",
        "curl https://example.org/x -H 'X: hush",
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(texts); i++) {
        struct pasted pasted;

        read_text(&pasted, texts[i]);
        assert_true(pasted.urls.count + pasted.urls.refused_total > 0);
        for (size_t j = 0; j < pasted.urls.refused_count; j++) {
            assert_null(strstr(pasted.urls.refused[j].text, "hush"));
            assert_null(strstr(pasted.urls.refused[j].why, "hush"));
        }
        if (pasted.urls.count > 0 && pasted_notes(&pasted, 0))
            assert_null(strstr(pasted_notes(&pasted, 0), "hush"));
        pasted_fini(&pasted);
    }
}

static void several_commands_among_links(void **state)
{
    struct pasted pasted;

    (void)state;
    read_text(&pasted, "First https://a.example.org/1, then:\n"
                       "curl 'https://b.example.org/2' -H 'X: 2' ;\n"
                       "curl 'https://b.example.org/3' -b c=3 && curl https://b.example.org/4\n"
                       "me@box:~$ curl https://b.example.org/5 -A five | tar x\n"
                       "curl https://b.example.org/6 https://b.example.org/7 -d x=1 --next "
                       "https://b.example.org/8\n"
                       "and https://a.example.org/9.\n");
    assert_int_equal(pasted.urls.count, 9);
    assert_int_equal(pasted.urls.refused_total, 0);
    for (size_t i = 0; i < 9; i++)
        assert_int_equal(pasted.urls.items[i][strlen(pasted.urls.items[i]) - 1], '1' + (int)i);
    assert_option(&pasted, 0, "header", 0, NULL);
    assert_option(&pasted, 1, "header", 0, "X: 2");
    assert_option(&pasted, 2, "cookie", 0, "c=3");
    assert_option(&pasted, 3, "cookie", 0, NULL);
    assert_option(&pasted, 4, "user-agent", 0, "five");
    assert_option(&pasted, 5, "data", 0, "x=1");
    assert_option(&pasted, 6, "data", 0, "x=1");
    assert_option(&pasted, 7, "data", 0, NULL);
    assert_option(&pasted, 8, "data", 0, NULL);
    pasted_fini(&pasted);
}

static void all_requests_of_a_page_for_cmd(void **state)
{
    struct pasted pasted;

    (void)state;
    read_text(&pasted, "curl ^\"https://a.example.org/1^\" ^\r\n  -H ^\"X: 1^\" &\r\n"
                       "curl ^\"https://a.example.org/2^\" ^\r\n  -H ^\"X: 2^\"\r\n");
    assert_int_equal(pasted.urls.count, 2);
    assert_option(&pasted, 1, "header", 0, "X: 2");
    pasted_fini(&pasted);
}

static void sentences_about_curl_are_no_commands(void **state)
{
    struct pasted pasted;

    (void)state;
    read_text(&pasted, "curl is a tool, see https://curl.example.org/docs.\n"
                       "Use curl https://a.example.org/1, it's fine.\n"
                       "curling https://a.example.org/2\n");
    assert_int_equal(pasted.urls.count, 3);
    assert_string_equal(pasted.urls.items[0], "https://curl.example.org/docs");
    assert_string_equal(pasted.urls.items[1], "https://a.example.org/1");
    pasted_fini(&pasted);
}

static void a_command_that_is_not_whole_is_refused(void **state)
{
    struct pasted pasted;

    (void)state;
    read_text(&pasted, "curl 'https://a.example.org/1' -H 'X: it\nhttps://a.example.org/2\n"
                       "curl https://a.example.org/3\n");
    assert_int_equal(pasted.urls.refused_total, 1);
    assert_non_null(strstr(pasted.urls.refused[0].why, "quote is open"));
    assert_int_equal(pasted.urls.count, 2);
    pasted_fini(&pasted);
}

/* The command knows more of a link than the link alone. */
static void a_command_tells_more_of_a_link_that_is_there(void **state)
{
    struct pasted pasted;

    (void)state;
    read_text(&pasted, "https://a.example.org/1\ncurl https://a.example.org/1 -b c=1\n"
                       "https://a.example.org/1\ncurl https://a.example.org/1 -b c=2\n");
    assert_int_equal(pasted.urls.count, 1);
    assert_int_equal(pasted.urls.repeated, 3);
    assert_option(&pasted, 0, "cookie", 0, "c=1");
    pasted_fini(&pasted);
}

static void requests_join_what_all_have(void **state)
{
    struct haul_options *base = haul_options_new();
    const struct haul_option *dir = haul_option_find("dir");
    struct requests requests = {0};
    struct pasted pasted;

    (void)state;
    assert_int_equal(haul_option_set(dir, base, "/tmp/x", NULL), HAUL_OK);
    read_text(&pasted, "https://a.example.org/1 https://a.example.org/2\n"
                       "curl https://a.example.org/3 -b c=3\n");
    pasted_remove(&pasted, 0);
    for (size_t i = 0; i < pasted.urls.count; i++)
        pasted_request(&pasted, i, base, &requests);
    assert_int_equal(requests.count, 2);
    assert_ptr_equal(requests.items[0].options, base);
    assert_string_equal(requests.items[1].options->dir, "/tmp/x");
    assert_string_equal(requests.items[1].options->cookies.items[0], "c=3");
    assert_int_equal(base->cookies.count, 0);
    requests_fini(&requests);
    pasted_fini(&pasted);
    haul_options_unref(base);
}

/* However a text is cut into slices, the same is found. */
static void slices_do_not_matter(void **state)
{
    static const char text[] = "see https://a.example.org/1 and https://a.example.org/2\n\n"
                               "curl 'https://b.example.org/3' \\\n -H 'X: 3'\n"
                               "<a href=\"https://a.example.org/4\">x</a> https://a.example.org/5";

    (void)state;
    for (size_t budget = 1; budget < sizeof text; budget++) {
        struct pasted pasted;

        pasted_init(&pasted, 1 << 20);
        assert_true(pasted_add(&pasted, text, strlen(text)));
        while (pasted_work(&pasted, budget))
            continue;
        assert_int_equal(pasted.urls.count, 5);
        assert_option(&pasted, 2, "header", 0, "X: 3");
        pasted_fini(&pasted);
    }
}

static void a_large_text_is_read_in_slices(void **state)
{
    struct pasted pasted;
    size_t slices = 0;

    (void)state;
    pasted_init(&pasted, 64 << 20);
    for (size_t i = 0; i < 50000; i++) {
        char line[200];
        int len = snprintf(line, sizeof line,
                           "%zu. https://example.org/some/folder/with/a/name/file-%05zu.tar.gz and "
                           "words after it",
                           i, i);
        assert_true(pasted_add(&pasted, line, (size_t)len));
    }
    while (pasted_work(&pasted, 65536))
        slices++;
    assert_true(slices > 50);
    assert_int_equal(pasted.urls.count, 50000);
    assert_null(pasted.text.data); /* what was read is not kept */
    pasted_fini(&pasted);
}

static void nasty_texts_are_done_with(void **state)
{
    static const char *const pieces[] = {"curl '",
                                         "curl a \\\n",
                                         "curl -H \"$'",
                                         "\ncurl ^\"^",
                                         "$s = .WebRequestSession\n",
                                         "\niwr @{\"a\"=",
                                         "curl -d ",
                                         "curl 'x' -H $'\\u",
                                         "\ncurl x://y -F \"a=$(",
                                         "\niwr ((",
                                         "curl x; ",
                                         "curl x # "};

    (void)state;
    for (size_t i = 0; i < COUNT_OF(pieces); i++) {
        struct pasted pasted;

        pasted_init(&pasted, 8 << 20);
        while (pasted.text.len < (1 << 18))
            assert_true(strbuf_puts(&pasted.text, pieces[i]));
        while (pasted_work(&pasted, 65536))
            continue;
        pasted_fini(&pasted);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(chrome_for_bash),
        cmocka_unit_test(chrome_for_bash_with_a_body),
        cmocka_unit_test(firefox_for_bash),
        cmocka_unit_test(safari),
        cmocka_unit_test(chrome_and_edge_for_cmd),
        cmocka_unit_test(older_browsers_for_cmd),
        cmocka_unit_test(powershell_of_chrome),
        cmocka_unit_test(powershell_with_a_body),
        cmocka_unit_test(a_comment_ends_a_command),
        cmocka_unit_test(names_go_to_their_links),
        cmocka_unit_test(cookies_of_another_host_stay_away),
        cmocka_unit_test(options_that_haul_has),
        cmocka_unit_test(bodies),
        cmocka_unit_test(a_body_in_a_file_is_refused),
        cmocka_unit_test(what_haul_does_not_do_is_noted),
        cmocka_unit_test(values_are_in_no_note_and_no_reason),
        cmocka_unit_test(several_commands_among_links),
        cmocka_unit_test(all_requests_of_a_page_for_cmd),
        cmocka_unit_test(sentences_about_curl_are_no_commands),
        cmocka_unit_test(a_command_that_is_not_whole_is_refused),
        cmocka_unit_test(a_command_tells_more_of_a_link_that_is_there),
        cmocka_unit_test(requests_join_what_all_have),
        cmocka_unit_test(slices_do_not_matter),
        cmocka_unit_test(a_large_text_is_read_in_slices),
        cmocka_unit_test(nasty_texts_are_done_with),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
