/* The hosts that a client looks at: their order, which of them are its rows, and what is sent. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "control/hosts_view.h"

struct hosts {
    struct haul_host_brief all[8];
    size_t count;
    uint64_t per_host;
};

static void each(void *ctx, void (*host)(void *host_ctx, const struct haul_host_brief *brief),
                 void *host_ctx)
{
    struct hosts *hosts = ctx;

    for (size_t i = 0; i < hosts->count; i++)
        host(host_ctx, &hosts->all[i]);
}

static bool one(void *ctx, const char *name, struct haul_host_brief *ret_brief)
{
    struct hosts *hosts = ctx;

    for (size_t i = 0; i < hosts->count; i++) {
        if (strcmp(hosts->all[i].name, name) == 0) {
            *ret_brief = hosts->all[i];
            return true;
        }
    }
    return false;
}

static uint64_t per_host(void *ctx)
{
    return ((struct hosts *)ctx)->per_host;
}

static struct hosts_source source_of(struct hosts *hosts)
{
    return (struct hosts_source){.each = each, .one = one, .per_host = per_host, .ctx = hosts};
}

/* In no order: one that has nothing left to do, one that rests, two at work, one with items that
 * wait. */
static struct hosts sample(void)
{
    return (struct hosts){
        .all = {{.name = "over.example", .cap = 16, .counts = {[HAUL_DONE] = 9, [HAUL_FAILED] = 1}},
                {.name = "rests.example",
                 .cap = 16,
                 .rest_until = 5000,
                 .counts = {[HAUL_WAITING] = 2, [HAUL_QUEUED] = 3}},
                {.name = "works.example",
                 .connections = 4,
                 .cap = 4,
                 .learned = true,
                 .rate = 100,
                 .counts = {[HAUL_ACTIVE] = 2}},
                {.name = "waits.example", .cap = 16, .counts = {[HAUL_QUEUED] = 7}},
                {.name = "also.example",
                 .connections = 1,
                 .rate = 900,
                 .counts = {[HAUL_ACTIVE] = 1}}},
        .count = 5,
        .per_host = 16,
    };
}

/* The names of the rows in NAMES, with a space behind each. */
static const char *names_in(const json_t *array, const char *member)
{
    static char names[256];
    size_t used = 0;
    size_t i;
    json_t *row;

    names[0] = '\0';
    json_array_foreach(array, i, row)
    {
        const json_t *name = member ? json_object_get(row, member) : row;

        used += (size_t)snprintf(names + used, sizeof names - used, "%s ", json_string_value(name));
        assert_true(used < sizeof names);
    }
    return names;
}

static void assert_order(struct hosts *hosts, const struct haul_hosts_view *wanted,
                         const char *expected)
{
    struct hosts_source source = source_of(hosts);
    json_t *list = hosts_view_list(&source, wanted);

    assert_string_equal(names_in(json_object_get(list, "hosts"), "name"), expected);
    json_decref(list);
}

static void hosts_at_work_come_first_and_those_with_nothing_to_do_last(void **state)
{
    struct hosts hosts = sample();

    (void)state;
    assert_order(&hosts, &(struct haul_hosts_view){0},
                 "also.example works.example rests.example waits.example over.example ");
}

static void each_column_sorts_both_ways_and_equal_ones_by_name(void **state)
{
    static const struct {
        enum haul_host_sort sort;
        const char *up, *down; /* the first letters of the names */
    } orders[] = {
        {HAUL_HOST_SORT_NAME, "aorww", "wwroa"},    {HAUL_HOST_SORT_CONNECTIONS, "orwaw", "waorw"},
        {HAUL_HOST_SORT_CAP, "worwa", "aorww"},     {HAUL_HOST_SORT_RATE, "orwwa", "aworw"},
        {HAUL_HOST_SORT_REST, "raoww", "aowwr"},    {HAUL_HOST_SORT_ACTIVE, "orwaw", "waorw"},
        {HAUL_HOST_SORT_WAITING, "aowrw", "wraow"}, {HAUL_HOST_SORT_DONE, "arwwo", "oarww"},
        {HAUL_HOST_SORT_FAILED, "arwwo", "oarww"},  {HAUL_HOST_SORT_ITEMS, "awrwo", "owrwa"},
    };
    struct hosts hosts = sample();
    struct hosts_source source = source_of(&hosts);

    (void)state;
    for (size_t i = 0; i < COUNT_OF(orders); i++) {
        for (unsigned down = 0; down < 2; down++) {
            struct haul_hosts_view wanted = {.sort = orders[i].sort, .descending = down};
            const char *letters = down ? orders[i].down : orders[i].up;
            json_t *list = hosts_view_list(&source, &wanted);

            for (size_t at = 0; letters[at]; at++) {
                json_t *row = json_array_get(json_object_get(list, "hosts"), at);
                const char *name = json_string_value(json_object_get(row, "name"));

                if (name[0] != letters[at])
                    fail_msg("%s %s: %s is at %zu", haul_host_sort_name(orders[i].sort),
                             down ? "down" : "up", name, at);
            }
            json_decref(list);
        }
    }
}

static void rows_are_filled_and_hold_the_followed_host(void **state)
{
    struct hosts hosts = sample();
    struct haul_hosts_view wanted = {.sort = HAUL_HOST_SORT_NAME, .rows = 2, .offset = 9};

    (void)state;
    assert_order(&hosts, &wanted, "waits.example works.example ");
    wanted.follow = "also.example";
    assert_order(&hosts, &wanted, "also.example over.example ");
    wanted.offset = 0;
    wanted.follow = "rests.example";
    assert_order(&hosts, &wanted, "over.example rests.example ");
    wanted.follow = "nowhere.example";
    assert_order(&hosts, &wanted, "also.example over.example ");
}

static void part_of_the_name_is_enough_to_match(void **state)
{
    struct hosts hosts = sample();
    struct hosts_source source = source_of(&hosts);
    struct haul_hosts_view wanted = {.search = "W", .rows = 1};
    json_t *list = hosts_view_list(&source, &wanted);

    (void)state;
    assert_int_equal(json_integer_value(json_object_get(list, "matching")), 2);
    json_decref(list);
    assert_order(&hosts, &wanted, "works.example ");
}

static void only_what_changed_is_sent(void **state)
{
    struct hosts hosts = sample();
    struct hosts_source source = source_of(&hosts);
    struct hosts_view *view = hosts_view_new(&source);
    struct haul_hosts_view wanted = {.sort = HAUL_HOST_SORT_NAME, .rows = 3};
    json_t *frame;

    (void)state;
    hosts_view_look(view, &wanted);
    frame = hosts_view_frame(view);
    assert_string_equal(names_in(json_object_get(frame, "rows"), "name"),
                        "also.example over.example rests.example ");
    json_decref(frame);
    assert_null(hosts_view_frame(view));
    hosts.all[2].rate = 7; /* which is no row */
    assert_null(hosts_view_frame(view));
    hosts.all[4].rate = 7;
    frame = hosts_view_frame(view);
    assert_string_equal(names_in(json_object_get(frame, "order"), NULL),
                        "also.example over.example rests.example ");
    assert_string_equal(names_in(json_object_get(frame, "rows"), "name"), "also.example ");
    json_decref(frame);
    wanted.offset = 1;
    hosts_view_look(view, &wanted);
    frame = hosts_view_frame(view);
    assert_string_equal(names_in(json_object_get(frame, "rows"), "name"), "waits.example ");
    json_decref(frame);
    hosts_view_look(view, &wanted);
    frame = hosts_view_frame(view);
    assert_non_null(frame); /* who asks anew is answered */
    assert_int_equal(json_array_size(json_object_get(frame, "rows")), 0);
    json_decref(frame);
    hosts.per_host = 3;
    frame = hosts_view_frame(view);
    assert_int_equal(json_integer_value(json_object_get(frame, "per_host")), 3);
    json_decref(frame);
    hosts_view_free(view);
}

static void names_are_made_clean(void **state)
{
    struct hosts hosts = {.all = {{.name = "ev\xe2\x80\xaeil.example"}}, .count = 1};
    struct hosts_source source = source_of(&hosts);
    json_t *list = hosts_view_list(&source, &(struct haul_hosts_view){0});
    const char *names = names_in(json_object_get(list, "hosts"), "name");

    (void)state;
    assert_null(strstr(names, "\xe2\x80\xae"));
    assert_non_null(strstr(names, "il.example"));
    json_decref(list);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hosts_at_work_come_first_and_those_with_nothing_to_do_last),
        cmocka_unit_test(each_column_sorts_both_ways_and_equal_ones_by_name),
        cmocka_unit_test(rows_are_filled_and_hold_the_followed_host),
        cmocka_unit_test(part_of_the_name_is_enough_to_match),
        cmocka_unit_test(only_what_changed_is_sent),
        cmocka_unit_test(names_are_made_clean),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
