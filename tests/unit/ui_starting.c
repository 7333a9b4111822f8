/* The links of the command line on their way: how many at a time, and what is told of them. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "base/str.h"
#include "haul/client.h"
#include "input/requests.h"
#include "ui/model.h"
#include "ui/starting.h"

#define CALLS_MAX 100

/* In place of the model: the calls, as they came. */
static struct {
    size_t counts[CALLS_MAX];
    model_heard *heard[CALLS_MAX];
    void *ctx[CALLS_MAX];
    size_t made, answered;
    bool reachable;
} calls;

/* Where the links come from. */
static struct {
    size_t left, at_once;
    size_t fails_at; /* with so many left; SIZE_MAX: never */
} source;

static struct starting starting;
static char told[1024];
static bool told_bad;
static unsigned told_times;

bool model_reachable(const struct model *model)
{
    (void)model;
    return calls.reachable;
}

bool model_add_part(struct model *model, const struct haul_request *requests, size_t count,
                    bool only_new, model_heard *heard, void *ctx)
{
    (void)model;
    assert_true(only_new);
    assert_true(calls.made < CALLS_MAX);
    assert_string_equal(requests[0].url, "https://example.org/a");
    calls.counts[calls.made] = count;
    calls.heard[calls.made] = heard;
    calls.ctx[calls.made++] = ctx;
    return true;
}

const char *model_added_text(size_t added, size_t had, char buf[MODEL_ADDED_SIZE])
{
    snprintf(buf, MODEL_ADDED_SIZE, "%zu added, %zu here", added, had);
    return buf;
}

static enum haul_err next(void *ctx, struct requests *requests, struct haul_error *err)
{
    struct haul_options *options = haul_options_new();
    size_t count = MIN(source.left, source.at_once);

    (void)ctx;
    if (source.left == source.fails_at) {
        haul_options_unref(options);
        return haul_fail(err, HAUL_E_USAGE, "line 9 is wrong");
    }
    for (size_t i = 0; i < count; i++)
        requests_add(requests, "https://example.org/a", options);
    source.left -= count;
    haul_options_unref(options);
    return HAUL_OK;
}

static void on_notice(void *ctx, bool bad, const char *text)
{
    (void)ctx;
    told_bad = bad;
    told_times++;
    str_copy(told, sizeof(told), text);
}

static void begin(size_t left, size_t at_once)
{
    static const struct requests_source links = {.next = next};

    memset(&calls, 0, sizeof(calls));
    calls.reachable = true;
    source.left = left;
    source.at_once = at_once;
    source.fails_at = SIZE_MAX;
    told[0] = '\0';
    told_times = 0;
    starting_init(&starting, NULL, &links, on_notice, NULL);
}

/* Answers the call that has waited longest; CODE is HAUL_OK when it went well. */
static void answer(size_t had, enum haul_err code)
{
    size_t i = calls.answered++;
    struct haul_error err;
    struct haul_reply reply = {.id_count = calls.counts[i], .had_count = had};

    if (code != HAUL_OK) {
        (void)haul_fail(&err, code, "it went wrong");
        reply = (struct haul_reply){.err = &err};
    }
    calls.heard[i](calls.ctx[i], &reply);
}

static size_t sent(void)
{
    size_t sum = 0;

    for (size_t i = 0; i < calls.made; i++)
        sum += calls.counts[i];
    return sum;
}

static void answer_all(void)
{
    while (calls.answered < calls.made)
        answer(0, HAUL_OK);
}

static void a_long_list_goes_in_slices_of_which_a_few_are_under_way(void **state)
{
    (void)state;
    begin(20000, 300);
    starting_go_on(&starting);
    assert_int_equal(calls.made, 8);
    assert_int_equal(sent(), 8 * 300);
    assert_int_equal(source.left, 20000 - 8 * 300);
    answer(0, HAUL_OK);
    assert_int_equal(calls.made, 9);
    assert_int_equal(told_times, 0);
    answer_all();
    assert_int_equal(sent(), 20000);
    assert_int_equal(told_times, 1);
    assert_string_equal(told, "20000 added, 0 here");
    assert_false(told_bad);
}

static void single_links_are_gathered(void **state)
{
    (void)state;
    begin(1000, 1);
    starting_go_on(&starting);
    assert_int_equal(calls.made, 4);
    assert_int_equal(calls.counts[0], 256);
    assert_int_equal(calls.counts[3], 1000 - 3 * 256);
    answer(6, HAUL_OK);
    answer_all();
    assert_string_equal(told, "994 added, 6 here");
}

static void what_was_refused_is_told_with_what_was_not(void **state)
{
    (void)state;
    begin(600, 300);
    starting_go_on(&starting);
    answer(0, HAUL_E_BAD_URL);
    answer(0, HAUL_OK);
    assert_string_equal(told, "300 added, 0 here, 300 not: it went wrong");
    assert_true(told_bad);
    begin(600, 300);
    starting_go_on(&starting);
    answer(0, HAUL_E_BAD_URL);
    answer(0, HAUL_E_BAD_URL);
    assert_string_equal(told, "it went wrong");
    assert_true(told_bad);
    assert_int_equal(told_times, 1);
}

static void a_list_that_is_wrong_further_on_ends_there(void **state)
{
    (void)state;
    begin(600, 300);
    source.fails_at = 300;
    starting_go_on(&starting);
    answer_all();
    assert_int_equal(sent(), 300);
    assert_string_equal(told, "300 added, 0 here, and then: line 9 is wrong");
    assert_true(told_bad);
}

/* The links that were not sent wait for the next connection. */
static void without_a_daemon_nothing_is_taken_from_the_list(void **state)
{
    (void)state;
    begin(6000, 300);
    starting_go_on(&starting);
    while (calls.answered < 8)
        answer(0, calls.answered == 0 ? HAUL_OK : HAUL_E_DAEMON_LOST);
    assert_int_equal(calls.made, 9);
    answer(0, HAUL_E_DAEMON_LOST);
    assert_int_equal(source.left, 6000 - 9 * 300);
    calls.reachable = false;
    starting_hurry(&starting);
    assert_int_equal(calls.made, 9);
    calls.reachable = true;
    starting_go_on(&starting);
    answer_all();
    assert_int_equal(source.left, 0);
    assert_string_equal(told, "3600 added, 0 here, 2400 not: it went wrong");
}

static void who_leaves_leaves_nothing_behind(void **state)
{
    (void)state;
    begin(20000, 300);
    starting_go_on(&starting);
    starting_hurry(&starting);
    assert_int_equal(sent(), 20000);
    answer_all();
    assert_string_equal(told, "20000 added, 0 here");
}

static void without_links_nothing_is_told(void **state)
{
    (void)state;
    begin(0, 1);
    starting_init(&starting, NULL, NULL, on_notice, NULL);
    starting_go_on(&starting);
    starting_hurry(&starting);
    assert_int_equal(calls.made + told_times, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_long_list_goes_in_slices_of_which_a_few_are_under_way),
        cmocka_unit_test(single_links_are_gathered),
        cmocka_unit_test(what_was_refused_is_told_with_what_was_not),
        cmocka_unit_test(a_list_that_is_wrong_further_on_ends_there),
        cmocka_unit_test(without_a_daemon_nothing_is_taken_from_the_list),
        cmocka_unit_test(who_leaves_leaves_nothing_behind),
        cmocka_unit_test(without_links_nothing_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
