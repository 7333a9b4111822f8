#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "net/response.h"

static enum haul_err feed(struct net_response *response, const char *line, struct haul_error *err)
{
    return net_response_line(response, line, strlen(line), err);
}

#define FEED(line) assert_int_equal(feed(&response, line, &err), HAUL_OK)

static void fields_are_found_in_any_case_and_trimmed(void **state)
{
    struct net_response response;
    struct haul_error err;

    (void)state;
    net_response_init(&response);
    FEED("HTTP/1.1 206 Partial Content\r\n");
    FEED("CONTENT-range:  bytes 5-9/10 \r\n");
    FEED("content-length:5\r\n");
    FEED("ETag: \"x:y\"\r\n");
    FEED("Accept-Ranges: bytes\r\n");
    assert_false(response.complete);
    FEED("\r\n");
    assert_true(response.complete);
    assert_int_equal(response.status, 206);
    assert_int_equal(response.content_length, 5);
    assert_string_equal(response.content_range, "bytes 5-9/10");
    assert_string_equal(response.etag, "\"x:y\"");
    assert_false(response.refuses_ranges);
    net_response_fini(&response);
}

static void each_answer_starts_afresh(void **state)
{
    struct net_response response;
    struct haul_error err;

    (void)state;
    net_response_init(&response);
    FEED("HTTP/1.1 302 Found\r\n");
    FEED("Location: /there\r\n");
    FEED("Content-Length: 3\r\n");
    FEED("HTTP/1.1 200 OK\r\n");
    assert_null(response.location);
    assert_int_equal(response.content_length, -1);
    assert_int_equal(response.status, 200);
    net_response_fini(&response);
}

static void lengths_that_lie_are_refused(void **state)
{
    const char *const bad[] = {"Content-Length: -1\r\n",
                               "Content-Length: 12x\r\n",
                               "Content-Length: \r\n",
                               "Content-Length: 1, 2\r\n",
                               "Content-Length: 99999999999999999999999\r\n",
                               "Content-Length: 9223372036854775807\r\n"};
    struct net_response response;
    struct haul_error err;

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        net_response_init(&response);
        FEED("HTTP/1.1 200 OK\r\n");
        assert_int_equal(feed(&response, bad[i], &err), HAUL_E_BAD_RESPONSE);
        net_response_fini(&response);
    }
    net_response_init(&response);
    FEED("HTTP/1.1 200 OK\r\n");
    FEED("Content-Length: 10\r\n");
    FEED("Content-Length: 10\r\n");
    assert_int_equal(feed(&response, "Content-Length: 11\r\n", &err), HAUL_E_BAD_RESPONSE);
    net_response_fini(&response);
}

static void a_status_has_three_digits(void **state)
{
    const struct {
        const char *line;
        int status;
    } lines[] = {{"HTTP/1.1 200 OK\r\n", 200},      {"HTTP/1.1 404\r\n", 404},
                 {"HTTP/1.1 99999999999 x\r\n", 0}, {"HTTP/1.1 -1 x\r\n", 0},
                 {"HTTP/1.1 2000 x\r\n", 0},        {"HTTP/1.1 20x OK\r\n", 0},
                 {"HTTP/1.1 +200 OK\r\n", 0},       {"HTTP/1.1\r\n", 0}};
    struct net_response response;
    struct haul_error err;

    (void)state;
    net_response_init(&response);
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        FEED(lines[i].line);
        assert_int_equal(response.status, lines[i].status);
    }
    net_response_fini(&response);
}

/* What another reader of the same bytes could take for something else. */
static void lines_of_two_meanings_are_refused(void **state)
{
    const char *const bad[][2] = {{"Content-Length: 5\r\n", " 6\r\n"},
                                  {"Transfer-Encoding: \r\n", "\tchunked\r\n"},
                                  {"Location: http://a/\r\n", " b\r\n"},
                                  {"X-A: b\r\n", "Content-Length : 5\r\n"},
                                  {"X-A: b\r\n", "ETag\t: \"a\"\r\n"}};
    struct net_response response;
    struct haul_error err;

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        net_response_init(&response);
        FEED("HTTP/1.1 200 OK\r\n");
        FEED(bad[i][0]);
        assert_int_equal(feed(&response, bad[i][1], &err), HAUL_E_BAD_RESPONSE);
        net_response_fini(&response);
    }
    net_response_init(&response);
    FEED("HTTP/1.1 200 OK\r\n");
    FEED("Content-Security-Policy: a\r\n");
    FEED(" Content-Length: 5\r\n");
    FEED("X-A : b\r\n");
    FEED("no colon\r\n");
    FEED("ETag:\r\"a\rb\"\r\n");
    assert_string_equal(response.etag, "\"a b\"");
    assert_int_equal(response.content_length, -1);
    net_response_fini(&response);
}

static void chunks_decide_and_the_length_is_kept_to_compare(void **state)
{
    const char *const orders[][2] = {{"Content-Length: 5\r\n", "Transfer-Encoding: chunked\r\n"},
                                     {"Transfer-Encoding: chunked\r\n", "Content-Length: 5\r\n"}};
    struct net_response response;
    struct haul_error err;

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        net_response_init(&response);
        FEED("HTTP/1.1 200 OK\r\n");
        FEED(orders[i][0]);
        FEED(orders[i][1]);
        FEED("\r\n");
        assert_int_equal(response.content_length, -1);
        assert_int_equal(response.chunked_length, 5);
        net_response_fini(&response);
    }
}

static void trailers_change_nothing(void **state)
{
    struct net_response response;
    struct haul_error err;
    enum haul_err code = HAUL_OK;

    (void)state;
    net_response_init(&response);
    FEED("HTTP/1.1 299 Odd\r\n");
    FEED("Transfer-Encoding: chunked\r\n");
    FEED("\r\n");
    FEED("HTTP/1.1 302 Found\r\n");
    FEED("Location: http://elsewhere.test/\r\n");
    FEED("Content-Length: 5\r\n");
    FEED("\r\n");
    assert_int_equal(response.status, 299);
    assert_null(response.location);
    assert_int_equal(response.content_length, -1);
    for (unsigned i = 0; i < NET_HEADER_LINES_MAX && code == HAUL_OK; i++)
        code = feed(&response, "X-Trailer: b\r\n", &err);
    assert_int_equal(code, HAUL_E_BAD_RESPONSE);
    net_response_fini(&response);
}

static void endless_headers_are_cut_off(void **state)
{
    struct net_response response;
    struct haul_error err;
    enum haul_err code = HAUL_OK;
    unsigned lines = 0;

    (void)state;
    net_response_init(&response);
    while (code == HAUL_OK && lines < 100000) {
        code = feed(&response, lines == 500 ? "HTTP/1.1 100 Continue\r\n" : "X-A: b\r\n", &err);
        lines++;
    }
    assert_int_equal(code, HAUL_E_BAD_RESPONSE);
    assert_int_equal(lines, NET_HEADER_LINES_MAX + 1);
    net_response_fini(&response);
}

static void large_headers_are_cut_off(void **state)
{
    static char line[NET_HEADER_BYTES_MAX / 4];
    char usual[257] = {0};
    struct net_response response;
    struct haul_error err;

    (void)state;
    memset(line, 'x', sizeof line);
    line[1] = ':';
    net_response_init(&response);
    memcpy(usual, line, sizeof usual - 1);
    FEED(usual);
    net_response_fini(&response);
    for (unsigned i = 0; i < 4; i++)
        assert_int_equal(net_response_line(&response, line, sizeof line, &err), HAUL_OK);
    assert_int_equal(feed(&response, "\r\n", &err), HAUL_E_BAD_RESPONSE);
    net_response_fini(&response);
    for (unsigned i = 0; i < 3; i++)
        assert_int_equal(net_response_line(&response, line, sizeof line, &err), HAUL_OK);
    FEED("HTTP/1.1 100 Continue\r\n"); /* all answers together */
    assert_int_equal(net_response_line(&response, line, sizeof line, &err), HAUL_E_BAD_RESPONSE);
    net_response_fini(&response);
}

static void what_was_said_first_stands(void **state)
{
    struct net_response response;
    struct haul_error err;

    (void)state;
    net_response_init(&response);
    FEED("HTTP/1.1 200 OK\r\n");
    FEED("ETag: \"a\"\r\n");
    FEED("ETag: \"b\"\r\n");
    FEED("Transfer-Encoding: chunked\r\n");
    FEED("Transfer-Encoding: gzip\r\n");
    FEED("Accept-Ranges: None\r\n");
    assert_string_equal(response.etag, "\"a\"");
    assert_true(response.chunked);
    assert_true(response.refuses_ranges);
    net_response_fini(&response);
}

static void interim_answers_are_counted(void **state)
{
    struct net_response response;
    struct haul_error err;
    enum haul_err code = HAUL_OK;
    unsigned answers = 0;

    (void)state;
    net_response_init(&response);
    while (code == HAUL_OK && answers < 100) {
        code = feed(&response, answers % 2 ? "HTTP/1.1 100 Continue\r\n" : "HTTP/1.1 199 Odd\r\n",
                    &err);
        answers++;
    }
    assert_int_equal(code, HAUL_E_BAD_RESPONSE);
    assert_int_equal(answers, NET_INTERIM_MAX + 2); /* the one behind the first too many */
    net_response_fini(&response);
}

/* A digest whose nonce is never fresh enough: libcurl would go on until the headers' bound. */
static void logins_in_a_row_are_counted(void **state)
{
    struct net_response response;
    struct haul_error err;

    (void)state;
    net_response_init(&response);
    for (unsigned round = 0; round < 2; round++) {
        for (unsigned i = 0; i < NET_LOGINS_MAX; i++)
            FEED("HTTP/1.1 401 Unauthorized\r\n");
        FEED("HTTP/1.1 302 Found\r\n");
    }
    for (unsigned i = 0; i < NET_LOGINS_MAX; i++)
        FEED("HTTP/1.1 401 Unauthorized\r\n");
    assert_int_equal(feed(&response, "HTTP/1.1 401 Unauthorized\r\n", &err), HAUL_E_LOGIN);
    net_response_fini(&response);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fields_are_found_in_any_case_and_trimmed),
        cmocka_unit_test(each_answer_starts_afresh),
        cmocka_unit_test(lengths_that_lie_are_refused),
        cmocka_unit_test(a_status_has_three_digits),
        cmocka_unit_test(lines_of_two_meanings_are_refused),
        cmocka_unit_test(chunks_decide_and_the_length_is_kept_to_compare),
        cmocka_unit_test(trailers_change_nothing),
        cmocka_unit_test(large_headers_are_cut_off),
        cmocka_unit_test(what_was_said_first_stands),
        cmocka_unit_test(endless_headers_are_cut_off),
        cmocka_unit_test(interim_answers_are_counted),
        cmocka_unit_test(logins_in_a_row_are_counted),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
