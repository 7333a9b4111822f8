/* Items on disk: all of them come back, in their order, as they were told last. */

#include "store_bench.h"

#define MANY 100000u

static void every_field_comes_back(void **state)
{
    struct store_bench *bench = *state;
    struct store_item item = {.id = 7,
                              .place = 0.1,
                              .state = HAUL_WAITING,
                              .err = HAUL_E_UNCLEAN_END,
                              .http_status = 503,
                              .tries = UINT32_MAX,
                              .total = INT64_MAX,
                              .done = INT64_MAX,
                              .added_at = 1764000000123,
                              .started_at = 1764000000124,
                              .finished_at = -1,
                              .url = "http://u:p@example.org/a",
                              .options = "dir=/tmp\nheader=A: b",
                              .mirrors = "http://a/1\nhttp://b/2",
                              .name = "a.iso",
                              .base = "a (1).iso",
                              .note = "not yet",
                              .was = "http://example.org/old",
                              .look = STORE_LOOK_FIRST};

    open_store(bench);
    assert_false(bench->moved);
    add_and_wait(bench, &item);
    assert_kept(bench, &item, 1);
}

static void every_state_and_error_comes_back(void **state)
{
    struct store_bench *bench = *state;
    struct store_item items[HAUL_E_COUNT];

    for (unsigned i = 0; i < HAUL_E_COUNT; i++) {
        items[i] = plain_item(i + 1);
        items[i].err = (enum haul_err)i;
        items[i].state = (enum haul_state)(i % HAUL_STATE_COUNT);
    }
    open_store(bench);
    store_add(bench->store, items, HAUL_E_COUNT, on_done, bench);
    assert_kept(bench, items, HAUL_E_COUNT);
}

static void texts_keep_their_bytes(void **state)
{
    struct store_bench *bench = *state;
    struct store_item item = plain_item(1);

    item.url = "http://example.org/'; DROP TABLE items; --\"";
    item.options = "header=A: '\"\\\nheader=B: \xff\xfe\x80";
    item.mirrors = "";
    item.name = "\xc3\x28 \xed\xa0\x80 \xf0\x9f\x98\x80.bin";
    item.base = "\x01\x1b[31m\x7f";
    item.note = "line\r\nline\ttab";
    open_store(bench);
    add_and_wait(bench, &item);
    assert_kept(bench, &item, 1);
}

static void items_load_in_the_order_of_their_places(void **state)
{
    static const uint64_t moved[] = {4, 1};
    static const double places[] = {-0.5, 1e300};
    struct store_bench *bench = *state;
    struct store_item items[4], expected[4];

    for (unsigned i = 0; i < 4; i++)
        items[i] = plain_item(i + 1);
    items[1].place = 2.25;
    items[2].place = 2.125;
    open_store(bench);
    store_add(bench->store, items, 4, on_done, bench);
    store_move(bench->store, moved, places, 2);
    items[3].place = -0.5;
    items[0].place = 1e300;
    expected[0] = items[3];
    expected[1] = items[2];
    expected[2] = items[1];
    expected[3] = items[0];
    assert_kept(bench, expected, 4);
}

static void updates_are_kept_and_do_not_touch_what_was_asked_for(void **state)
{
    struct store_bench *bench = *state;
    struct store_item item = plain_item(1);
    struct store_item update = plain_item(1);

    item.options = "dir=/tmp";
    item.mirrors = "http://mirror/";
    open_store(bench);
    add_and_wait(bench, &item);
    for (unsigned i = 0; i < 1000; i++) {
        update = (struct store_item){
            .id = 1, .state = HAUL_ACTIVE, .total = 1000, .done = i, .name = "named"};
        store_update(bench->store, &update);
    }
    haul_loop_run(bench->loop);
    update.url = item.url;
    update.options = item.options;
    update.mirrors = item.mirrors;
    assert_kept(bench, &update, 1);
}

static void another_link_is_kept_with_its_options(void **state)
{
    struct store_bench *bench = *state;
    struct store_item items[2] = {plain_item(1), plain_item(2)};

    items[0].options = items[1].options = "header=A: b";
    items[0].mirrors = "http://mirror/";
    open_store(bench);
    store_add(bench->store, items, 2, on_done, bench);
    haul_loop_run(bench->loop);
    items[0].url = "http://example.org/new";
    items[0].options = "dir=/tmp";
    items[0].was = "http://example.org/a";
    store_change(bench->store, &items[0], on_done, bench);
    haul_loop_run(bench->loop);
    assert_int_equal(bench->told, 2);
    assert_int_equal(bench->err.code, HAUL_OK);
    assert_kept(bench, items, 2);
    items[1].url = "http://example.org/newer";
    items[1].options = NULL;
    store_change(bench->store, &items[1], NULL, NULL);
    store_update(bench->store, &items[1]);
    assert_kept(bench, items, 2);
    close_store(bench);
    assert_int_equal(ask(bench, "SELECT count(*) FROM options"), 1);
    open_store(bench);
}

static void an_id_is_never_given_twice(void **state)
{
    static const uint64_t ids[] = {41, 42, 43};
    struct store_bench *bench = *state;
    struct store_item items[2] = {plain_item(41), plain_item(42)};
    struct store_item last = plain_item(43);
    struct loaded loaded;

    open_store(bench);
    loaded = load(bench, 1);
    assert_int_equal(loaded.count, 0);
    assert_int_equal(loaded.next_id, 1);
    loaded_fini(&loaded);
    store_add(bench->store, items, 2, on_done, bench);
    store_add(bench->store, &last, 1, on_done, bench);
    store_remove(bench->store, ids, 3); /* the last one before it was written */
    for (int i = 0; i < 2; i++) {
        reopen_store(bench);
        loaded = load(bench, 1);
        assert_int_equal(loaded.count, 0);
        assert_int_equal(loaded.next_id, 44);
        loaded_fini(&loaded);
    }
}

static void a_hundred_thousand_adds_are_one_commit_and_one_answer(void **state)
{
    struct store_bench *bench = *state;
    struct store_item *items = xcalloc(MANY, sizeof *items);
    char(*urls)[64] = xcalloc(MANY, sizeof *urls);
    struct loaded loaded;

    for (unsigned i = 0; i < MANY; i++) {
        snprintf(urls[i], sizeof urls[i], "http://example.org/some/folder/file-%06u.bin", i);
        items[i] = plain_item(i + 1);
        items[i].url = urls[i];
        items[i].options = "dir=/home/somebody/Downloads\nheader=Cookie: c=1";
    }
    open_store(bench);
    store_add(bench->store, items, MANY, on_done, bench);
    assert_int_equal(bench->told, 0);
    haul_loop_run(bench->loop);
    assert_int_equal(bench->told, 1);
    assert_int_equal(bench->err.code, HAUL_OK);
    assert_false(store_busy(bench->store));
    close_store(bench);
    assert_int_equal(ask(bench, "SELECT count(*) FROM options"), 1);
    assert_int_equal(ask(bench, "SELECT count(*) FROM items WHERE options = 1"), MANY);
    open_store(bench);
    loaded = load(bench, MANY);
    assert_int_equal(loaded.count, MANY);
    assert_same_item(&loaded.items[MANY - 1], &items[MANY - 1]);
    loaded_fini(&loaded);
    free(items);
    free(urls);
}

static void adds_of_one_turn_are_answered_in_order_and_none_is_lost(void **state)
{
    struct store_bench *bench = *state;
    struct loaded loaded;

    open_store(bench);
    for (unsigned i = 0; i < 500; i++) {
        struct store_item item = plain_item(i + 1);

        store_add(bench->store, &item, 1, on_done, bench);
    }
    store_add(bench->store, NULL, 0, on_done, bench);
    assert_true(store_busy(bench->store));
    haul_loop_run(bench->loop);
    assert_int_equal(bench->told, 501);
    loaded = load(bench, 500);
    assert_int_equal(loaded.count, 500);
    loaded_fini(&loaded);
}

static void closing_writes_and_answers_what_waits(void **state)
{
    struct store_bench *bench = *state;
    struct store_item items[2] = {plain_item(1), plain_item(2)};

    open_store(bench);
    store_add(bench->store, &items[0], 1, on_done, bench);
    store_add(bench->store, &items[1], 1, on_done, bench);
    assert_kept(bench, items, 2);
    assert_int_equal(bench->told, 2);
}

static void close_when_done(void *ctx, const struct haul_error *err)
{
    struct store_bench *bench = ctx;

    assert_null(err);
    store_close(bench->store, bench_on_closed, bench);
}

static void an_answer_may_close_the_store(void **state)
{
    struct store_bench *bench = *state;
    struct store_item items[2] = {plain_item(1), plain_item(2)};

    open_store(bench);
    store_add(bench->store, &items[0], 1, close_when_done, bench);
    store_add(bench->store, &items[1], 1, NULL, NULL);
    haul_loop_run(bench->loop);
    assert_null(bench->store);
    open_store(bench);
    assert_kept(bench, items, 2);
}

static void count_a_try(void *ctx, const struct store_item *item)
{
    struct store_bench *bench = ctx;
    struct store_item update = *item;

    update.tries++;
    store_update(bench->store, &update);
}

static void items_may_be_changed_while_they_are_loaded(void **state)
{
    struct store_bench *bench = *state;
    struct store_item items[2] = {plain_item(1), plain_item(2)};
    uint64_t next_id = 0;

    open_store(bench);
    store_add(bench->store, items, 2, on_done, bench);
    haul_loop_run(bench->loop);
    assert_int_equal(store_load(bench->store, count_a_try, bench, &next_id, &bench->err), HAUL_OK);
    items[0].tries = items[1].tries = 1;
    assert_kept(bench, items, 2);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, bench_set_up, bench_tear_down)
    const struct CMUnitTest tests[] = {
        TEST(every_field_comes_back),
        TEST(every_state_and_error_comes_back),
        TEST(texts_keep_their_bytes),
        TEST(items_load_in_the_order_of_their_places),
        TEST(updates_are_kept_and_do_not_touch_what_was_asked_for),
        TEST(another_link_is_kept_with_its_options),
        TEST(an_id_is_never_given_twice),
        TEST(a_hundred_thousand_adds_are_one_commit_and_one_answer),
        TEST(adds_of_one_turn_are_answered_in_order_and_none_is_lost),
        TEST(closing_writes_and_answers_what_waits),
        TEST(an_answer_may_close_the_store),
        TEST(items_may_be_changed_while_they_are_loaded),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
