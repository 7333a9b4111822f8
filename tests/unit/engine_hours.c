/* The hours of the day: whose word counts, what is halted, and what is told. Time is given. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <time.h>

#include <cmocka.h>

#include "base/mem.h"
#include "base/when.h"
#include "engine/transfer_inside.h"

#define MIB ((uint64_t)1 << 20)

/* As much of an engine as the hours look at. */
struct world {
    struct haul_engine engine;
    struct clock clock;
    int64_t wall;
};

static int64_t wall(void *ctx)
{
    const struct world *world = ctx;

    return world->wall;
}

static int64_t at(const char *text)
{
    int64_t when;

    assert_true(when_parse(text, 0, &when, NULL));
    return when;
}

/* Two lines at most; a Wednesday morning. */
static void world_init(struct world *world, const char *when, const char *then)
{
    struct haul_engine *engine = &world->engine;
    struct haul_error err;

    *world = (struct world){.wall = at("2026-11-25 08:00")};
    world->clock = (struct clock){.wall = wall, .ctx = world};
    engine->clock = &world->clock;
    queue_init(&engine->queue);
    hours_init(&engine->hours, &engine->queue.lanes);
    haul_settings_init(&engine->settings);
    haul_settings_init(&engine->configured);
    LIST_INIT(&engine->transfers);
    STAILQ_INIT(&engine->attention);
    engine->hours.schedule = schedule_new();
    assert_int_equal(schedule_add(engine->hours.schedule, when, then, 1, &err), HAUL_OK);
}

static void world_fini(struct world *world)
{
    struct transfer *transfer;

    while ((transfer = LIST_FIRST(&world->engine.transfers))) {
        LIST_REMOVE(transfer, link);
        free(transfer);
    }
    queue_fini(&world->engine.queue);
    hours_fini(&world->engine.hours);
}

/* Another word than the configured one. */
static void user_sets(struct world *world, const char *name, const char *value)
{
    struct haul_error err;

    assert_int_equal(haul_option_set(haul_option_find(name), &world->engine.settings, value, &err),
                     HAUL_OK);
}

static struct item *add(struct world *world, struct haul_options *options)
{
    struct haul_request request = {.url = "http://example.org/x", .options = options};
    struct item *item = item_new(world->engine.queue.next_id++, &request);

    queue_append(&world->engine.queue, item, 0);
    return item;
}

static struct item *add_plain(struct world *world)
{
    struct haul_options *options = haul_options_new();
    struct item *item = add(world, options);

    haul_options_unref(options);
    return item;
}

/* A transfer that receives, and nothing more of one. */
static struct transfer *run(struct world *world, struct item *item)
{
    struct transfer *transfer = xcalloc(1, sizeof *transfer);

    transfer->engine = &world->engine;
    transfer->item = item;
    LIST_INSERT_HEAD(&world->engine.transfers, transfer, link);
    engine_set_state(&world->engine, item, HAUL_ACTIVE);
    item->phase = HAUL_PHASE_RECEIVING;
    return transfer;
}

static void the_lower_counts_where_the_user_set_one(void **state)
{
    struct world world;
    const struct hours *hours = &world.engine.hours;

    (void)state;
    world_init(&world, "else", "2M, 3 jobs");
    world.engine.settings.limit = world.engine.configured.limit = MIB;
    hours_follow(&world.engine);
    assert_int_equal(hours->limit, 2 * MIB); /* what is configured is for other hours */
    assert_int_equal(hours->jobs, 3);
    user_sets(&world, "limit", "1M");
    user_sets(&world, "jobs", "5");
    hours_follow(&world.engine);
    assert_int_equal(hours->limit, MIB);
    assert_int_equal(hours->jobs, 3);
    user_sets(&world, "limit", "0");
    hours_follow(&world.engine);
    assert_int_equal(hours->limit, 2 * MIB); /* no limit is not the lower one */
    world_fini(&world);
}

static void it_is_told_whose_word_counts(void **state)
{
    struct haul_totals totals = {0};
    struct world world;

    (void)state;
    world_init(&world, "else", "2M, 3 jobs");
    user_sets(&world, "limit", "1M");
    hours_follow(&world.engine);
    hours_tell_totals(&world.engine, &totals);
    assert_false(totals.limit_scheduled);
    assert_true(totals.jobs_scheduled);
    assert_int_equal(totals.hours_until, 0); /* nothing else will ever hold */
    world_fini(&world);
}

/* Where the schedule is `off`, is ITEM halted in PHASE? */
static bool is_halted(struct world *world, struct transfer *transfer, enum haul_phase phase)
{
    bool halted;

    if (transfer->item->state == HAUL_QUEUED)
        engine_set_state(&world->engine, transfer->item, HAUL_ACTIVE);
    transfer->item->phase = phase;
    transfer->goal = GOAL_RECEIVE;
    transfer->stopped = false;
    hours_follow(&world->engine);
    halted = transfer->item->state == HAUL_QUEUED;
    assert_int_equal(transfer->stopped, halted);
    assert_int_equal(transfer->goal, halted ? GOAL_KEEP : GOAL_RECEIVE);
    return halted;
}

static void what_can_not_go_on_later_is_not_halted(void **state)
{
    struct haul_options *sent = haul_options_new(), *told = haul_options_new();
    struct world world;
    struct transfer *transfer;
    struct haul_error err;

    (void)state;
    world_init(&world, "else", "off");
    transfer = run(&world, add_plain(&world));
    assert_true(is_halted(&world, transfer, HAUL_PHASE_RECEIVING));
    assert_false(is_halted(&world, transfer, HAUL_PHASE_CHECKING));
    assert_false(is_halted(&world, transfer, HAUL_PHASE_FINISHING));
    assert_int_equal(haul_option_set(haul_option_find("data"), sent, "a=b", &err), HAUL_OK);
    assert_false(is_halted(&world, run(&world, add(&world, sent)), HAUL_PHASE_RECEIVING));
    told->any_time = true;
    assert_false(is_halted(&world, run(&world, add(&world, told)), HAUL_PHASE_RECEIVING));
    world_fini(&world);
    haul_options_unref(sent);
    haul_options_unref(told);
}

/* It is in the queue no more, and neither are the counts about it. */
static void what_was_removed_and_is_being_put_away_is_left_alone(void **state)
{
    struct world world;
    struct item *item;

    (void)state;
    world_init(&world, "else", "off");
    item = add_plain(&world);
    run(&world, item);
    item->removing = true;
    queue_take(&world.engine.queue, &item, 1);
    hours_follow(&world.engine);
    assert_int_equal(item->state, HAUL_ACTIVE);
    assert_int_equal(world.engine.queue.counts[HAUL_ACTIVE], 0);
    assert_int_equal(world.engine.queue.counts[HAUL_QUEUED], 0);
    item_free(item);
    world_fini(&world);
}

static void a_skip_lasts_until_the_schedule_has_another_word(void **state)
{
    struct world world;
    struct haul_engine *engine = &world.engine;

    (void)state;
    world_init(&world, "06:00-10:00", "off");
    user_sets(&world, "schedule", "skip");
    engine->configured.schedule = HAUL_SCHEDULE_SKIP;
    hours_follow(engine);
    assert_int_equal(engine->settings.schedule, at("2026-11-25 10:00"));
    assert_int_equal(engine->configured.schedule, at("2026-11-25 10:00"));
    assert_false(engine->hours.now.off);
    assert_int_equal(engine->hours.until, at("2026-11-25 10:00"));
    engine->configured.schedule = HAUL_SCHEDULE_ON;
    world.wall = at("2026-11-25 10:00") - 1;
    hours_follow(engine);
    assert_int_equal(engine->settings.schedule, at("2026-11-25 10:00"));
    world.wall = at("2026-11-25 10:00");
    hours_follow(engine);
    assert_int_equal(engine->settings.schedule, HAUL_SCHEDULE_ON);
    assert_false(haul_option_given(haul_option_find("schedule"), &engine->settings));
    world.wall = at("2026-11-26 06:00");
    hours_follow(engine);
    assert_true(engine->hours.now.off);
    world_fini(&world);
}

static void rows_tell_until_when_they_wait_for_the_hours(void **state)
{
    struct haul_item row = {0};
    struct world world;
    struct item *item;

    (void)state;
    world_init(&world, "06:00-10:00", "off");
    item = add_plain(&world);
    item_need_work(item)->deadline = 5000;
    hours_follow(&world.engine);
    assert_int_equal(item_work(item)->deadline, 0); /* its own time has not begun */
    hours_tell_item(&world.engine, item, &row);
    assert_true(row.off_hours);
    assert_int_equal(row.start_at, at("2026-11-25 10:00"));
    assert_true(hours_hold(&world.engine, item));
    item->options->any_time = true;
    assert_false(hours_hold(&world.engine, item));
    item->options->any_time = false;
    row = (struct haul_item){.start_at = at("2026-11-25 11:00")};
    hours_tell_item(&world.engine, item, &row);
    assert_false(row.off_hours); /* it waits longer for its own time */
    assert_int_equal(row.start_at, at("2026-11-25 11:00"));
    world.engine.hours.until = INT64_MAX;
    row = (struct haul_item){0};
    hours_tell_item(&world.engine, item, &row);
    assert_true(row.off_hours);
    assert_int_equal(row.start_at, 0);
    world_fini(&world);
}

/* Longer hours of the same kind are news to whoever shows until when they last. */
static void another_end_alone_is_a_change(void **state)
{
    struct world world;
    struct haul_error err;
    uint64_t version;

    (void)state;
    world_init(&world, "06:00-10:00", "off");
    hours_follow(&world.engine);
    version = world.engine.queue.version;
    hours_follow(&world.engine);
    assert_int_equal(world.engine.queue.version, version);
    assert_int_equal(schedule_add(world.engine.hours.schedule, "10:00-12:00", "off", 2, &err),
                     HAUL_OK);
    hours_follow(&world.engine);
    assert_true(world.engine.queue.version > version);
    world_fini(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_lower_counts_where_the_user_set_one),
        cmocka_unit_test(it_is_told_whose_word_counts),
        cmocka_unit_test(what_can_not_go_on_later_is_not_halted),
        cmocka_unit_test(what_was_removed_and_is_being_put_away_is_left_alone),
        cmocka_unit_test(a_skip_lasts_until_the_schedule_has_another_word),
        cmocka_unit_test(rows_tell_until_when_they_wait_for_the_hours),
        cmocka_unit_test(another_end_alone_is_a_change),
    };

    setenv("TZ", "UTC", 1);
    tzset();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
