/* Which failures are worth another try, and of which kind they are. */

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <curl/curl.h>

#include "net/neterr.h"

static void a_proxy_that_says_no_is_not_asked_again(void **state)
{
    struct haul_error err;

    (void)state;
    assert_int_equal(neterr_from_proxy(403, "example.org", &err), HAUL_E_PROXY);
    assert_int_equal(err.http_status, 403);
    assert_false(err.retryable);
    assert_int_equal(neterr_from_proxy(503, "example.org", &err), HAUL_E_PROXY);
    assert_true(err.retryable);
}

static void statuses_that_pass_are_worth_another_try(void **state)
{
    const int pass[] = {408, 425, 429, 500, 502, 503, 504, 522};
    const int stay[] = {400, 401, 403, 404, 410, 416, 501};
    struct haul_error err;

    (void)state;
    for (size_t i = 0; i < sizeof pass / sizeof *pass; i++) {
        assert_int_equal(neterr_from_status(pass[i], "example.org", &err), HAUL_E_HTTP);
        assert_true(err.retryable);
    }
    for (size_t i = 0; i < sizeof stay / sizeof *stay; i++) {
        assert_int_not_equal(neterr_from_status(stay[i], "example.org", &err), HAUL_OK);
        assert_false(err.retryable);
    }
}

/* libcurl's words for it name no reason. */
static void what_the_system_said_tells_why_there_is_no_connection(void **state)
{
    const char *words = "Failed to connect to 127.0.0.1 port 1 after 0 ms: Couldn't connect";
    struct haul_error err;

    (void)state;
    neterr_from_curl(CURLE_COULDNT_CONNECT, words, "127.0.0.1", ECONNREFUSED, &err);
    assert_int_equal(err.code, HAUL_E_CONNECT);
    assert_string_equal(err.text, "no connection to 127.0.0.1: Connection refused");
    assert_true(err.retryable);
    neterr_from_curl(CURLE_COULDNT_CONNECT, words, "127.0.0.1", 0, &err);
    assert_non_null(strstr(err.text, words));
    neterr_from_curl(CURLE_COULDNT_RESOLVE_HOST, "Could not resolve host: a.org", "a.org", 0, &err);
    assert_string_equal(err.text, "the name a.org can't be resolved");
    neterr_from_curl(CURLE_COULDNT_RESOLVE_HOST, "", "a.org", 0, &err);
    assert_non_null(strstr(err.text, "can't be resolved: "));
    neterr_from_curl(CURLE_RECV_ERROR, "Recv failure", "a.org", ECONNRESET, &err);
    assert_string_equal(err.text, "the connection to a.org broke: Recv failure");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_proxy_that_says_no_is_not_asked_again),
        cmocka_unit_test(statuses_that_pass_are_worth_another_try),
        cmocka_unit_test(what_the_system_said_tells_why_there_is_no_connection),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
