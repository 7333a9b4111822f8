/* What the history keeps of an end, what it is found by, and when old entries go. */

#include "store_bench.h"

#include <uv.h>

#include "base/filter.h"
#include "base/loop.h"
#include "engine/past.h"

#define WALL INT64_C(1800000000000)

/* As much of an engine as the history looks at. */
struct world {
    struct store_bench bench;
    struct haul_engine engine;
    struct clock clock;
    size_t entries;
};

static int64_t wall(void *ctx)
{
    (void)ctx;
    return WALL;
}

static int set_up(void **state)
{
    struct world *world = xcalloc(1, sizeof *world);
    struct haul_engine *engine = &world->engine;

    bench_init(&world->bench);
    open_store(&world->bench);
    world->clock.wall = wall;
    engine->clock = &world->clock;
    engine->loop = loop_uv(world->bench.loop);
    engine->store = world->bench.store;
    haul_settings_init(&engine->settings);
    queue_init(&engine->queue);
    *state = world;
    return 0;
}

static int tear_down(void **state)
{
    struct world *world = *state;

    queue_fini(&world->engine.queue);
    bench_fini(&world->bench);
    free(world);
    return 0;
}

static struct item *add(struct world *world, const char *option, const char *value)
{
    struct haul_options *options = haul_options_new();
    struct haul_request request = {.url = "http://me:pw@h/a?token=s3", .options = options};
    struct item *item;
    struct haul_error err;

    assert_int_equal(haul_option_set(haul_option_find("dir"), options, "/dl", &err), HAUL_OK);
    if (option) {
        assert_int_equal(haul_option_set(haul_option_find(option), options, value, &err), HAUL_OK);
    }
    item = item_new(world->engine.queue.next_id++, &request);
    haul_options_unref(options);
    queue_append(&world->engine.queue, item, 0);
    item->state = HAUL_DONE;
    item_need_more(item)->total = 5;
    item->more->finished_at = WALL;
    return item;
}

/* Is an entry of it found by its link, when the same file is added again? */
static bool is_findable(struct world *world, const struct item *item, const struct past_end *end)
{
    struct store_entry entry;
    bool findable;

    assert_true(past_entry(&world->engine, item, end, &entry));
    findable = entry.url_key != 0;
    store_entry_fini(&entry);
    return findable;
}

static void only_a_whole_file_of_a_plain_request_is_found_again(void **state)
{
    static const struct past_end skipped = {.skipped = true};
    struct world *world = *state;
    struct item *item = add(world, NULL, NULL);

    assert_true(is_findable(world, item, NULL));
    assert_false(is_findable(world, item, &skipped));
    item->more->total = -1;
    assert_false(is_findable(world, item, NULL));
    item->more->total = 5;
    item->state = HAUL_FAILED;
    assert_false(is_findable(world, item, NULL));
    assert_false(is_findable(world, add(world, "data", "a=b"), NULL));
}

static void a_digest_is_told_where_it_was_verified(void **state)
{
    struct world *world = *state;
    struct item *item = add(world, "checksum", "md5:0123456789abcdef0123456789ABCDEF");
    struct store_entry entry;

    assert_true(past_entry(&world->engine, item, NULL, &entry));
    assert_string_equal(entry.past.digest, "md5:0123456789abcdef0123456789abcdef");
    assert_true(entry.by_digest);
    store_entry_fini(&entry);
    item->state = HAUL_FAILED;
    assert_true(past_entry(&world->engine, item, NULL, &entry));
    assert_null(entry.past.digest);
    assert_false(entry.by_digest);
    store_entry_fini(&entry);
}

static void without_a_history_there_is_no_entry(void **state)
{
    struct world *world = *state;
    struct item *item = add(world, NULL, NULL);
    struct store_entry entry;

    world->engine.settings.history_keep = 0;
    assert_false(past_entry(&world->engine, item, NULL, &entry));
}

/* Keeps the end of an item that was over at AT. */
static void end_at(struct world *world, int64_t at)
{
    struct item *item = add(world, NULL, NULL);
    struct store_item row = {.id = item->id, .state = HAUL_DONE, .url = item_url(item)};
    struct store_entry entry;

    item->more->finished_at = at;
    assert_true(past_entry(&world->engine, item, NULL, &entry));
    store_end(world->engine.store, &row, &entry);
    store_entry_fini(&entry);
    haul_loop_run(world->bench.loop);
}

static void on_page(void *ctx, const struct haul_past *entries, size_t count, bool more,
                    const struct store_mark *next, const struct haul_error *err)
{
    struct world *world = ctx;

    (void)entries;
    (void)more;
    (void)next;
    assert_null(err);
    world->entries = count;
}

static size_t entries(struct world *world)
{
    store_page(world->engine.store, filter_new("", WALL, NULL), STORE_TOP, 100, on_page, world);
    haul_loop_run(world->bench.loop);
    return world->entries;
}

static void what_is_too_old_goes(void **state)
{
    struct world *world = *state;

    world->engine.settings.history_age = 60;
    end_at(world, WALL - 61000);
    end_at(world, WALL - 59000);
    past_cut(&world->engine);
    assert_int_equal(entries(world), 1);
    world->engine.settings.history_age = 0; /* however old */
    end_at(world, 1000);
    past_cut(&world->engine);
    assert_int_equal(entries(world), 2);
}

static void it_is_cut_after_so_many_entries(void **state)
{
    struct world *world = *state;

    end_at(world, WALL);
    world->engine.past_cut_at = engine_now(&world->engine);
    for (unsigned i = 1; i < 1000; i++)
        past_written(&world->engine);
    assert_int_equal(world->engine.past_written, 999);
    past_written(&world->engine);
    assert_int_equal(world->engine.past_written, 0);
}

static void it_is_cut_after_so_long(void **state)
{
    struct world *world = *state;
    uint64_t hour = 3600 * 1000, now;

    end_at(world, WALL);
    now = engine_now(&world->engine);
    world->engine.past_cut_at = now - (hour - 1);
    past_written(&world->engine);
    assert_int_equal(world->engine.past_written, 1);
    world->engine.past_cut_at = now - hour;
    past_written(&world->engine);
    assert_int_equal(world->engine.past_written, 0);
    assert_int_equal(world->engine.past_cut_at, now);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(only_a_whole_file_of_a_plain_request_is_found_again, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_digest_is_told_where_it_was_verified, set_up, tear_down),
        cmocka_unit_test_setup_teardown(without_a_history_there_is_no_entry, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_is_too_old_goes, set_up, tear_down),
        cmocka_unit_test_setup_teardown(it_is_cut_after_so_many_entries, set_up, tear_down),
        cmocka_unit_test_setup_teardown(it_is_cut_after_so_long, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
