/* The history on disk: what is kept of an end, how it is found again, and how it is forgotten. */

#include "store_bench.h"

#include "base/filter.h"

/* A store, and what it answered last. */
struct bench {
    struct store_bench base;
    struct haul_past past[16];
    enum store_found_by by[16];
    size_t count;
    bool more;
    struct store_mark next;
    uint64_t forgotten;
};

static int set_up(void **state)
{
    struct bench *bench = xcalloc(1, sizeof *bench);

    bench_init(&bench->base);
    open_store(&bench->base);
    *state = bench;
    return 0;
}

static void drop_past(struct bench *bench)
{
    while (bench->count > 0)
        haul_past_fini(&bench->past[--bench->count]);
}

static int tear_down(void **state)
{
    struct bench *bench = *state;

    drop_past(bench);
    bench_fini(&bench->base);
    free(bench);
    return 0;
}

static struct store_entry entry_of(uint64_t id, int64_t finished_at)
{
    static char url[] = "http://h/a", host[] = "h", dir[] = "/dl", name[] = "a.bin";

    return (struct store_entry){.past = {.id = id,
                                         .state = HAUL_DONE,
                                         .size = 100,
                                         .finished_at = finished_at,
                                         .url = url,
                                         .host = host,
                                         .dir = dir,
                                         .name = name},
                                .url_key = 7};
}

/* Keeps the end of an item that may not be there. */
static void end(struct bench *bench, const struct store_entry *entry)
{
    struct store_item item = {
        .id = entry->past.id, .state = HAUL_DONE, .total = 100, .url = entry->past.url};

    store_end(bench->base.store, &item, entry);
}

static void end_many(struct bench *bench, uint64_t count)
{
    for (uint64_t i = 1; i <= count; i++) {
        struct store_entry entry = entry_of(i, (int64_t)(1000 + i));

        end(bench, &entry);
    }
}

static void take(struct bench *bench, const struct haul_past *past, enum store_found_by by)
{
    assert_true(bench->count < COUNT_OF(bench->past));
    bench->by[bench->count] = by;
    haul_past_copy(&bench->past[bench->count++], past);
}

static void on_found(void *ctx, const struct store_match *matches, size_t count,
                     const struct haul_error *err)
{
    struct bench *bench = ctx;

    assert_null(err);
    bench->base.told++;
    for (size_t i = 0; i < count; i++)
        take(bench, &matches[i].entry.past, matches[i].by);
}

static size_t find(struct bench *bench, uint64_t key, const char *digest)
{
    struct store_question question = {key, digest};
    size_t told = bench->base.told;

    drop_past(bench);
    store_find(bench->base.store, &question, 1, on_found, bench);
    haul_loop_run(bench->base.loop);
    assert_int_equal(bench->base.told, told + 1);
    return bench->count;
}

static void on_page(void *ctx, const struct haul_past *entries, size_t count, bool more,
                    const struct store_mark *next, const struct haul_error *err)
{
    struct bench *bench = ctx;

    assert_null(err);
    bench->base.told++;
    bench->more = more;
    bench->next = *next;
    for (size_t i = 0; i < count; i++)
        take(bench, &entries[i], STORE_BY_URL);
}

static size_t page(struct bench *bench, const char *text, struct store_mark from, size_t count)
{
    struct filter *filter = text ? filter_new(text, 1000000, NULL) : NULL;

    drop_past(bench);
    store_page(bench->base.store, filter, from, count, on_page, bench);
    haul_loop_run(bench->base.loop);
    return bench->count;
}

static void on_forgot(void *ctx, uint64_t count, const struct haul_error *err)
{
    struct bench *bench = ctx;

    assert_null(err);
    bench->base.told++;
    bench->forgotten = count;
}

static uint64_t forget(struct bench *bench, const char *text)
{
    struct filter *filter = text ? filter_new(text, 1000000, NULL) : NULL;

    store_forget(bench->base.store, filter, STORE_TOP, on_forgot, bench);
    haul_loop_run(bench->base.loop);
    return bench->forgotten;
}

static void every_field_comes_back(void **state)
{
    struct bench *bench = *state;
    struct store_entry entry = entry_of(5, 2000);
    char digest[] = "sha256:ab", final[] = "http://i/b";
    const struct haul_past *past;

    entry.past.state = HAUL_FAILED;
    entry.past.skipped = true;
    entry.past.err = HAUL_E_HTTP;
    entry.past.http_status = 404;
    entry.past.size = -1;
    entry.past.added_at = 1500;
    entry.past.final_url = final;
    entry.past.digest = digest;
    assert_false(store_has_history(bench->base.store));
    end(bench, &entry);
    assert_true(store_has_history(bench->base.store));
    close_store(&bench->base);
    open_store(&bench->base);
    assert_true(store_has_history(bench->base.store));
    assert_int_equal(page(bench, NULL, STORE_TOP, 10), 1);
    assert_false(bench->more);
    past = &bench->past[0];
    assert_int_equal(past->id, 5);
    assert_int_equal(past->state, HAUL_FAILED);
    assert_true(past->skipped);
    assert_int_equal(past->err, HAUL_E_HTTP);
    assert_int_equal(past->http_status, 404);
    assert_int_equal(past->size, -1);
    assert_int_equal(past->added_at, 1500);
    assert_int_equal(past->finished_at, 2000);
    assert_string_equal(past->url, "http://h/a");
    assert_string_equal(past->final_url, "http://i/b");
    assert_string_equal(past->host, "h");
    assert_string_equal(past->dir, "/dl");
    assert_string_equal(past->name, "a.bin");
    assert_string_equal(past->digest, "sha256:ab");
}

static void an_item_has_one_entry_its_newest(void **state)
{
    struct bench *bench = *state;
    struct store_entry entry = entry_of(5, 2000);

    end(bench, &entry);
    entry.past.finished_at = 3000;
    end(bench, &entry);
    haul_loop_run(bench->base.loop);
    entry.past.finished_at = 4000;
    end(bench, &entry);
    assert_int_equal(page(bench, NULL, STORE_TOP, 10), 1);
    assert_int_equal(bench->past[0].finished_at, 4000);
}

static void it_outlives_its_item(void **state)
{
    struct bench *bench = *state;
    uint64_t id = 5;
    struct store_entry entry = entry_of(id, 2000);

    end(bench, &entry);
    store_remove(bench->base.store, &id, 1);
    haul_loop_run(bench->base.loop);
    assert_int_equal(page(bench, NULL, STORE_TOP, 10), 1);
}

static void it_is_found_by_link_final_link_and_digest(void **state)
{
    struct bench *bench = *state;
    struct store_entry entry = entry_of(1, 1001);
    char digest[] = "sha256:ab";

    entry.final_key = 8;
    entry.past.digest = digest;
    entry.by_digest = true;
    end(bench, &entry);
    haul_loop_run(bench->base.loop);
    assert_int_equal(find(bench, 7, NULL), 1);
    assert_int_equal(bench->by[0], STORE_BY_URL);
    assert_int_equal(find(bench, 8, NULL), 1);
    assert_int_equal(bench->by[0], STORE_BY_FINAL);
    assert_int_equal(find(bench, 0, "sha256:ab"), 1);
    assert_int_equal(bench->by[0], STORE_BY_DIGEST);
    assert_int_equal(find(bench, 9, "sha256:ac"), 0);
}

static void what_has_no_key_is_not_found(void **state)
{
    struct bench *bench = *state;
    struct store_entry entry = entry_of(1, 1001);
    char digest[] = "sha256:ab";

    entry.url_key = 0;
    entry.past.digest = digest;
    end(bench, &entry);
    haul_loop_run(bench->base.loop);
    assert_int_equal(find(bench, 7, "sha256:ab"), 0);
    assert_int_equal(page(bench, NULL, STORE_TOP, 10), 1);
}

static void only_the_newest_of_a_link_are_told(void **state)
{
    struct bench *bench = *state;

    end_many(bench, 100);
    haul_loop_run(bench->base.loop);
    assert_int_equal(find(bench, 7, NULL), 8);
    assert_int_equal(bench->past[0].id, 100);
    assert_int_equal(bench->past[7].id, 93);
}

static void pages_are_joined_without_gap_or_overlap(void **state)
{
    struct bench *bench = *state;
    struct store_mark from = STORE_TOP;
    uint64_t next = 25;

    end_many(bench, 25); /* pairs of them end at the same time */
    for (uint64_t i = 1; i <= 25; i++) {
        struct store_entry entry = entry_of(i, (int64_t)(1000 + i / 2));

        end(bench, &entry);
    }
    haul_loop_run(bench->base.loop);
    do {
        page(bench, NULL, from, 10);
        for (size_t i = 0; i < bench->count; i++)
            assert_int_equal(bench->past[i].id, next--);
        from = bench->next;
    } while (bench->more);
    assert_int_equal(next, 0);
}

/* Looking at all of them takes more than one call allows. */
static void a_long_search_is_cut_and_goes_on(void **state)
{
    struct bench *bench = *state;
    struct store_mark from = STORE_TOP;
    char odd[] = "odd.bin";
    struct store_entry entry = entry_of(1, 1);
    size_t calls = 0, found = 0;

    entry.past.name = odd;
    end(bench, &entry);
    for (uint64_t i = 2; i <= 21000; i++) {
        entry = entry_of(i, (int64_t)i);
        end(bench, &entry);
    }
    haul_loop_run(bench->base.loop);
    do {
        found += page(bench, "odd", from, 10);
        from = bench->next;
        calls++;
    } while (bench->more);
    assert_int_equal(found, 1);
    assert_int_equal(calls, 2);
}

static void all_is_forgotten_and_nothing_is_left_of_it(void **state)
{
    struct bench *bench = *state;
    static char secretive[] = "zanzibar";
    struct store_entry entry = entry_of(7000, 1);

    end_many(bench, 5000); /* several rounds */
    entry.past.name = secretive;
    end(bench, &entry);
    haul_loop_run(bench->base.loop);
    assert_true(file_has(&bench->base, "-wal", secretive));
    assert_int_equal(forget(bench, NULL), 5001);
    assert_false(file_has(&bench->base, "-wal", secretive));
    assert_false(file_has(&bench->base, "", secretive));
    assert_int_equal(page(bench, NULL, STORE_TOP, 10), 0);
    close_store(&bench->base);
    open_store(&bench->base);
    assert_false(store_has_history(bench->base.store));
}

static void what_fits_is_forgotten_and_the_rest_stays(void **state)
{
    struct bench *bench = *state;
    static char odd[] = "odd.bin";

    for (uint64_t i = 1; i <= 6; i++) {
        struct store_entry entry = entry_of(i, (int64_t)(i * 1000));

        entry.past.name = i % 2 ? odd : entry.past.name;
        end(bench, &entry);
    }
    haul_loop_run(bench->base.loop);
    assert_int_equal(forget(bench, "name:odd"), 3);
    assert_int_equal(page(bench, NULL, STORE_TOP, 10), 3);
    assert_int_equal(bench->past[2].id, 2);
    assert_int_equal(forget(bench, "finished>996s"), 1);
    assert_int_equal(page(bench, NULL, STORE_TOP, 10), 2);
    assert_int_equal(bench->past[1].id, 4);
}

static void expire(struct bench *bench, uint64_t kept, int64_t since)
{
    store_expire(bench->base.store, kept, since);
    haul_loop_run(bench->base.loop);
    page(bench, NULL, STORE_TOP, 10);
}

static void entries_expire_by_number_and_by_age(void **state)
{
    struct bench *bench = *state;

    end_many(bench, 9);
    haul_loop_run(bench->base.loop);
    expire(bench, 9, 1001);
    assert_int_equal(bench->count, 9);
    expire(bench, 7, 0);
    assert_int_equal(bench->count, 7);
    assert_int_equal(bench->past[6].id, 3);
    expire(bench, 100, 1006);
    assert_int_equal(bench->count, 4);
    assert_int_equal(bench->past[3].id, 6);
    expire(bench, 2, 1007); /* both say something, more go by the number */
    assert_int_equal(bench->count, 2);
    expire(bench, 1, 1010); /* and by the age */
    assert_int_equal(bench->count, 0);
    assert_false(bench->more);
}

static void on_added(void *ctx, const struct haul_error *err)
{
    struct bench *bench = ctx;

    assert_null(err);
    assert_int_equal(bench->base.told++, 0);
}

static void to_forget_a_lot_does_not_hold_up_what_is_to_be_written(void **state)
{
    struct bench *bench = *state;
    struct store_item item = {.id = 99999, .total = -1, .url = "http://h/new"};

    end_many(bench, 9000);
    haul_loop_run(bench->base.loop);
    store_forget(bench->base.store, NULL, STORE_TOP, on_forgot, bench);
    store_add(bench->base.store, &item, 1, on_added, bench);
    haul_loop_run(bench->base.loop);
    assert_int_equal(bench->base.told, 2);
    assert_int_equal(bench->forgotten, 9000);
}

static void on_forgot_some(void *ctx, uint64_t count, const struct haul_error *err)
{
    struct bench *bench = ctx;

    assert_non_null(err);
    assert_int_equal(err->code, HAUL_E_INTERRUPTED);
    bench->base.told++;
    bench->forgotten = count;
}

/* Who asked for it must not take it for done. */
static void closing_ends_what_is_forgotten(void **state)
{
    struct bench *bench = *state;

    end_many(bench, 9000);
    haul_loop_run(bench->base.loop);
    store_forget(bench->base.store, NULL, STORE_TOP, on_forgot_some, bench);
    close_store(&bench->base);
    assert_int_equal(bench->base.told, 1);
    assert_true(bench->forgotten >= 2000 && bench->forgotten < 9000);
    open_store(&bench->base);
    assert_true(store_has_history(bench->base.store));
}

/* As the haul before this one left it. */
static void a_queue_without_a_history_gets_one(void **state)
{
    struct bench *bench = *state;

    close_store(&bench->base);
    bench_run_sql(&bench->base, "DROP TABLE history; DROP TABLE adds; PRAGMA user_version = 3");
    open_store(&bench->base);
    end_many(bench, 3);
    haul_loop_run(bench->base.loop);
    assert_int_equal(find(bench, 7, NULL), 3);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(every_field_comes_back),
        TEST(an_item_has_one_entry_its_newest),
        TEST(it_outlives_its_item),
        TEST(it_is_found_by_link_final_link_and_digest),
        TEST(what_has_no_key_is_not_found),
        TEST(only_the_newest_of_a_link_are_told),
        TEST(pages_are_joined_without_gap_or_overlap),
        TEST(a_long_search_is_cut_and_goes_on),
        TEST(all_is_forgotten_and_nothing_is_left_of_it),
        TEST(what_fits_is_forgotten_and_the_rest_stays),
        TEST(entries_expire_by_number_and_by_age),
        TEST(to_forget_a_lot_does_not_hold_up_what_is_to_be_written),
        TEST(closing_ends_what_is_forgotten),
        TEST(a_queue_without_a_history_gets_one),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
