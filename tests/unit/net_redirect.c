/* Redirects: which are followed, and what goes along. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "base/url.h"
#include "net/transfer.h"

static void set(struct net_transfer *transfer, const char *name, const char *value)
{
    struct haul_error err;

    assert_int_equal(haul_option_set(haul_option_find(name), transfer->options, value, &err),
                     HAUL_OK);
}

/* A transfer of https://h/a with a login. */
static int set_up(void **state)
{
    struct net_transfer *transfer = xcalloc(1, sizeof *transfer);

    transfer->options = haul_options_new();
    transfer->url = xstrdup("https://h/a");
    transfer->user = xstrdup("me:pw");
    transfer->same_origin = true;
    transfer->upload_size = -1;
    net_response_init(&transfer->response);
    *state = transfer;
    return 0;
}

static int tear_down(void **state)
{
    struct net_transfer *transfer = *state;

    net_response_fini(&transfer->response);
    haul_options_unref(transfer->options);
    free(transfer->url);
    free(transfer->origin);
    free(transfer->trail);
    secret_free(transfer->user);
    free(transfer);
    return 0;
}

/* Is an answer with STATUS followed to LOCATION? */
static bool follows(struct net_transfer *transfer, int status, const char *location)
{
    struct haul_error err;
    bool followed;

    transfer->response.status = status;
    xstrset(&transfer->response.location, location);
    followed = transfer_redirect(transfer, &err);
    if (!followed && err.code != HAUL_OK) {
        assert_int_equal(err.code, HAUL_E_REDIRECT);
        assert_int_equal(err.http_status, status);
    }
    return followed;
}

static void go_to(struct net_transfer *transfer, const char *location)
{
    assert_true(follows(transfer, 302, location));
}

static void these_statuses_lead_elsewhere(void **state)
{
    static const int statuses[] = {301, 302, 303, 307, 308};
    static const int others[] = {200, 206, 300, 304, 305, 306, 309, 404};

    for (size_t i = 0; i < COUNT_OF(statuses); i++)
        assert_true(follows(*state, statuses[i], "b"));
    for (size_t i = 0; i < COUNT_OF(others); i++)
        assert_false(follows(*state, others[i], "c"));
    assert_string_equal(((struct net_transfer *)*state)->url, "https://h/b");
}

static void ten_are_enough(void **state)
{
    for (int i = 0; i < 10; i++)
        go_to(*state, "b");
    assert_false(follows(*state, 302, "b"));
}

static void only_http_is_gone_to_and_not_without_a_lock(void **state)
{
    static const char *const bad[] = {
        "ftp://h/a", "file:///etc/passwd", "http://h/a", "scp://h/a", NULL, ""};
    struct net_transfer *transfer = *state;

    for (size_t i = 0; i < COUNT_OF(bad); i++)
        assert_false(follows(transfer, 302, bad[i]));
    assert_string_equal(transfer->url, "https://h/a");
    transfer->options->allow_downgrade = true;
    assert_false(follows(transfer, 302, "ftp://h/a"));
    assert_false(transfer->downgraded);
    go_to(transfer, "http://h/a");
    assert_true(transfer->downgraded);
    go_to(transfer, "https://h/a");
    assert_true(transfer->downgraded); /* somebody in between may have sent us there */
}

static void a_login_stays_at_its_origin(void **state)
{
    struct net_transfer *transfer = *state;

    go_to(transfer, "/b");
    go_to(transfer, "https://H:443/c");
    assert_true(transfer->same_origin);
    assert_string_equal(transfer->user, "me:pw");
    go_to(transfer, "https://h:444/c");
    assert_false(transfer->same_origin);
    assert_null(transfer->user);
    go_to(transfer, "https://h/a"); /* whoever sends us back may have chosen the way */
    assert_false(transfer->same_origin);
}

/* Port 0 makes no origin: nothing is trusted there. */
static void what_has_no_origin_gets_no_login(void **state)
{
    struct net_transfer *transfer = *state;

    go_to(transfer, "https://h:0/b");
    assert_false(transfer->same_origin);
    assert_null(transfer->user);
}

static void a_link_is_as_short_as_one_that_is_given(void **state)
{
    char *location = xmalloc(URL_MAX + 2);

    memset(location, 'b', URL_MAX + 1);
    location[0] = '/';
    location[URL_MAX + 1] = '\0';
    assert_false(follows(*state, 302, location));
    location[URL_MAX / 2] = '\0';
    go_to(*state, location);
    free(location);
}

static void a_link_brings_no_login_and_no_fragment(void **state)
{
    struct net_transfer *transfer = *state;

    go_to(transfer, "https://you:pw@h/b#c");
    assert_string_equal(transfer->url, "https://h/b");
}

static void a_body_becomes_a_get_or_stays_at_its_origin(void **state)
{
    struct net_transfer *transfer = *state;

    set(transfer, "data", "a=b");
    assert_true(follows(transfer, 307, "/b"));
    assert_true(follows(transfer, 308, "/c"));
    assert_false(transfer->bare);
    assert_false(follows(transfer, 307, "https://other/b"));
    assert_false(follows(transfer, 308, "https://h/b")); /* nor is it trusted again */
}

static void the_others_fetch_the_answer(void **state)
{
    static const int statuses[] = {301, 302, 303};
    struct net_transfer *transfer = *state;

    set(transfer, "data", "a=b");
    for (size_t i = 0; i < COUNT_OF(statuses); i++) {
        transfer->bare = false;
        assert_true(follows(transfer, statuses[i], "/b"));
        assert_true(transfer->bare);
    }
    assert_true(follows(transfer, 307, "https://other/b")); /* there is nothing left to keep */
}

static void an_upload_is_not_sent_elsewhere(void **state)
{
    struct net_transfer *transfer = *state;

    set(transfer, "upload", "/f");
    transfer->upload_size = 0;
    assert_false(follows(transfer, 302, "/b"));
    transfer->upload_size = 5;
    assert_false(follows(transfer, 301, "/b"));
    assert_false(follows(transfer, 302, "/b"));
    assert_true(follows(transfer, 307, "/b"));
    assert_false(transfer->bare);
    assert_true(follows(transfer, 303, "/done"));
    assert_true(transfer->bare);
}

static void the_way_is_told_line_by_line(void **state)
{
    struct net_transfer *transfer = *state;

    go_to(transfer, "/b");
    assert_true(follows(transfer, 301, "/c"));
    assert_string_equal(transfer->trail, "302 https://h/b\n301 https://h/c");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(these_statuses_lead_elsewhere),
        TEST(ten_are_enough),
        TEST(only_http_is_gone_to_and_not_without_a_lock),
        TEST(a_login_stays_at_its_origin),
        TEST(what_has_no_origin_gets_no_login),
        TEST(a_link_is_as_short_as_one_that_is_given),
        TEST(a_link_brings_no_login_and_no_fragment),
        TEST(a_body_becomes_a_get_or_stays_at_its_origin),
        TEST(the_others_fetch_the_answer),
        TEST(an_upload_is_not_sent_elsewhere),
        TEST(the_way_is_told_line_by_line),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
