/* The order of a list against the plainest way of sorting: made, and kept through changes. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <cmocka.h>

#include "base/mem.h"
#include "control/order.h"

#define ITEMS 300u
#define STEPS 3000u

struct world {
    struct haul_brief items[ITEMS]; /* id 0: not there */
    char names[ITEMS][16];
    char urls[ITEMS][40];
    uint64_t seed;
};

static uint64_t chance(struct world *world, uint64_t below)
{
    world->seed = world->seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (world->seed >> 33) % below;
}

static bool look(void *ctx, uint64_t id, struct haul_brief *ret_brief, size_t *ret_position)
{
    const struct world *world = ctx;

    for (size_t i = 0; i < ITEMS; i++) {
        if (world->items[i].id == id) {
            *ret_brief = world->items[i];
            *ret_position = i;
            return true;
        }
    }
    return false;
}

/* Few values, so that many are the same. */
static void fill(struct world *world, size_t at, uint64_t id)
{
    static const char *const beginnings[] = {"", "a", "A", "file-file-", "File-file-file-file"};

    (void)snprintf(world->names[at], sizeof world->names[at], "%.12s%llu",
                   beginnings[chance(world, 5)], (unsigned long long)chance(world, 12));
    (void)snprintf(world->urls[at], sizeof world->urls[at], "http://h%llu.example:80/x",
                   (unsigned long long)chance(world, 9));
    world->items[at] = (struct haul_brief){
        .id = id,
        .state = (enum haul_state)chance(world, HAUL_STATE_COUNT),
        .total = (int64_t)chance(world, 5) - 1,
        .done = chance(world, 3),
        .rate = chance(world, 4) << chance(world, 40),
        .eta = (int64_t)chance(world, 4) - 1,
        .added_at = (int64_t)chance(world, 3),
        .finished_at = (int64_t)chance(world, 3),
        .connections = (uint32_t)chance(world, 3),
        .name = world->names[at],
        .url = world->urls[at],
    };
}

static int compare(int64_t a, int64_t b)
{
    return (a > b) - (a < b);
}

/* Unknown ones are last whichever way it is turned. */
static int compare_known(int64_t a, int64_t b, int64_t least, bool down)
{
    if ((a < least) != (b < least))
        return a < least ? 1 : -1;
    return a < least ? 0 : down ? compare(b, a) : compare(a, b);
}

static int rank_of(enum haul_state state)
{
    static const enum haul_state order[] = {HAUL_ACTIVE, HAUL_WAITING, HAUL_QUEUED,   HAUL_PAUSED,
                                            HAUL_FAILED, HAUL_DONE,    HAUL_CANCELLED};
    int rank = 0;

    while (order[rank] != state)
        rank++;
    return rank;
}

static double share(const struct haul_brief *item)
{
    if (item->total <= 0)
        return item->total < 0 ? -1 : 1;
    return (double)item->done / (double)item->total;
}

/* All names here are a word and a number. */
static int compare_names(const char *a, const char *b)
{
    size_t a_len = strcspn(a, "0123456789"), b_len = strcspn(b, "0123456789");

    if (a_len == b_len && strncasecmp(a, b, a_len) == 0)
        return compare(strtoll(a + a_len, NULL, 10), strtoll(b + b_len, NULL, 10));
    return strcasecmp(a, b);
}

static int plain_compare(enum haul_sort sort, bool down, const struct haul_brief *a,
                         const struct haul_brief *b)
{
    int order = 0;

    if (sort == HAUL_SORT_ETA)
        return compare_known(a->eta, b->eta, 0, down);
    if (sort == HAUL_SORT_ADDED)
        return compare_known(a->added_at, b->added_at, 1, down);
    if (sort == HAUL_SORT_FINISHED)
        return compare_known(a->finished_at, b->finished_at, 1, down);
    if (sort == HAUL_SORT_QUEUE)
        order = compare(a - b, 0);
    else if (sort == HAUL_SORT_NAME)
        order = compare_names(a->name, b->name);
    else if (sort == HAUL_SORT_HOST)
        order = strcasecmp(a->url, b->url);
    else if (sort == HAUL_SORT_STATE)
        order = rank_of(a->state) - rank_of(b->state);
    else if (sort == HAUL_SORT_SIZE)
        order = compare(a->total, b->total);
    else if (sort == HAUL_SORT_DONE)
        order = (share(a) > share(b)) - (share(a) < share(b));
    else if (sort == HAUL_SORT_RATE)
        order = (a->rate > b->rate) - (a->rate < b->rate);
    else if (sort == HAUL_SORT_CONNECTIONS)
        order = compare(a->connections, b->connections);
    return down ? -order : order;
}

/* Each neighbour is right, places and ids agree, and nothing is missing. */
static void assert_sorted(const struct world *world, const struct order *order, enum haul_sort sort,
                          bool down)
{
    const struct haul_brief *last = NULL;
    size_t count = 0;

    for (size_t i = 0; i < ITEMS; i++)
        count += world->items[i].id != 0;
    assert_int_equal(order_count(order), count);
    for (size_t index = 0; index < count; index++) {
        uint64_t id = order_at(order, index);
        const struct haul_brief *item = world->items;
        enum haul_state state;

        while (item->id != id)
            item++;
        assert_int_equal(order_index(order, id), index);
        assert_int_equal(order_rank(order, item, (size_t)(item - world->items)), index);
        assert_true(order_has(order, id, &state));
        assert_int_equal(state, item->state);
        if (last) {
            int compared = plain_compare(sort, down, last, item);
            assert_true(compared < 0 || (compared == 0 && last < item));
        }
        last = item;
    }
}

static void make(struct world *world, struct order *order)
{
    for (size_t i = 0; i < ITEMS; i++) {
        if (world->items[i].id != 0)
            order_offer(order, &world->items[i], i);
    }
    order_settle(order);
}

static void change_one(struct world *world, struct order *order, uint64_t *next_id)
{
    size_t at = (size_t)chance(world, ITEMS);
    uint64_t id = world->items[at].id;

    if (id != 0)
        order_drop(order, id);
    world->items[at].id = 0;
    if (chance(world, 4) == 0)
        return;
    fill(world, at, id != 0 ? id : (*next_id)++);
    order_put(order, &world->items[at], at);
}

static void every_sort_both_ways_through_changes(void **state)
{
    (void)state;
    for (int sort = 0; sort < HAUL_SORT_COUNT; sort++) {
        for (int down = 0; down < 2; down++) {
            struct world world = {.seed = (uint64_t)(sort * 2 + down)};
            struct order *order = order_new((enum haul_sort)sort, down, look, &world);
            uint64_t next_id = 1;

            for (size_t i = 0; i < ITEMS; i += 2)
                fill(&world, i, next_id++);
            make(&world, order);
            assert_sorted(&world, order, (enum haul_sort)sort, down);
            for (size_t step = 0; step < STEPS; step++)
                change_one(&world, order, &next_id);
            assert_sorted(&world, order, (enum haul_sort)sort, down);
            make(&world, order);
            assert_sorted(&world, order, (enum haul_sort)sort, down);
            order_free(order);
        }
    }
}

static void a_difference_is_one_of_the_column(void **state)
{
    struct world world = {.seed = 1};
    struct order *by_name = order_new(HAUL_SORT_NAME, false, look, &world);
    struct haul_brief brief;

    (void)state;
    fill(&world, 0, 7);
    make(&world, by_name);
    brief = world.items[0];
    brief.rate++;
    assert_false(order_differs(by_name, &brief));
    brief.name = "another";
    assert_true(order_differs(by_name, &brief));
    brief.id = 8;
    assert_false(order_differs(by_name, &brief));
    assert_int_equal(order_index(by_name, 8), SIZE_MAX);
    order_drop(by_name, 8);
    assert_int_equal(order_count(by_name), 1);
    order_free(by_name);
}

static void names_stand_as_people_count(void **state)
{
    static const char *const sorted[] = {
        "",
        "0",
        "00",
        "1.txt",
        "2.txt",
        "02.txt",
        "10.txt",
        "18446744073709551616.txt",
        "18446744073709551617.txt",
        "part",
        "part 9 of 10",
        "Part 09 of 11",
        "part 10 of 10",
        "part-1-2",
        "part-1-10",
        "part1x",
        "part001y",
    };
    const size_t count = sizeof sorted / sizeof *sorted;
    struct world world = {.seed = 1};
    struct order *order = order_new(HAUL_SORT_NAME, false, look, &world);

    (void)state;
    for (size_t i = 0; i < count; i++) {
        fill(&world, i, i + 1);
        world.items[i].name = sorted[i * 5 % count];
    }
    make(&world, order);
    for (size_t i = 0; i < count; i++)
        assert_int_equal(order_index(order, i + 1), i * 5 % count);
    order_free(order);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_stand_as_people_count),
        cmocka_unit_test(every_sort_both_ways_through_changes),
        cmocka_unit_test(a_difference_is_one_of_the_column),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
