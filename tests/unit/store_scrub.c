/* Nothing is left of what was removed, which may be secret. */

#include "store_bench.h"

#include <dlfcn.h>
#include <inttypes.h>

#define SECRETIVE   3000u
#define LARGE       640u
#define LINK_LENGTH 2500u
#define SECRET      500u

/* What deletions cost, in steps of the database, which also runs statements of its own: the
 * executable's function stands before the library's. */
static uint64_t worked;

int sqlite3_step(sqlite3_stmt *statement)
{
    int (*real)(sqlite3_stmt *);
    void *symbol = dlsym(RTLD_NEXT, "sqlite3_step");
    const char *sql = sqlite3_sql(statement);
    int rc;

    memcpy(&real, &symbol, sizeof real);
    rc = real(statement);
    if (sql && strncmp(sql, "DELETE", 6) == 0)
        worked += (uint64_t)sqlite3_stmt_status(statement, SQLITE_STMTSTATUS_VM_STEP, 1);
    return rc;
}

static void what_was_removed_is_gone_with_its_options(void **state)
{
    static const uint64_t removed[] = {1, 3, 99};
    struct store_bench *bench = *state;
    struct store_item items[3] = {plain_item(1), plain_item(2), plain_item(3)};

    items[0].options = "bearer=secret";
    items[1].options = "dir=/tmp";
    items[2].options = "dir=/tmp";
    open_store(bench);
    store_add(bench->store, items, 3, on_done, bench);
    haul_loop_run(bench->loop);
    store_remove(bench->store, removed, 3);
    store_update(bench->store, &items[0]); /* too late: stays removed */
    assert_kept(bench, &items[1], 1);
    close_store(bench);
    assert_int_equal(ask(bench, "SELECT count(*) FROM options"), 1);
    open_store(bench);
}

/* Items whose links and options are their own, in no order: the pages of the database are split
 * often. Every tenth has no secret. */
static void add_secretive(struct store_bench *bench)
{
    for (uint64_t i = 0; i < SECRETIVE; i++) {
        const char *word = i % 10 == 0 ? "harmless" : "zanzibar";
        uint64_t mixed = i * 7919 % SECRETIVE;
        char *url = xasprintf("http://me:%s@example.org/%" PRIu64, word, mixed);
        char *options = xasprintf("bearer=%04" PRIu64 "-%s", mixed, word);
        struct store_item item = plain_item(i + 1);

        item.url = item.mirrors = url;
        item.options = options;
        store_add(bench->store, &item, 1, on_done, bench);
        if (i % 100 == 0)
            haul_loop_run(bench->loop); /* several batches */
        free(url);
        free(options);
    }
    haul_loop_run(bench->loop);
}

static void remove_secretive(struct store_bench *bench)
{
    for (uint64_t id = 1; id <= SECRETIVE; id++) {
        if (id % 10 != 1)
            store_remove(bench->store, &id, 1);
    }
    store_flush(bench->store, on_done, bench);
    haul_loop_run(bench->loop);
}

static void nothing_is_left_of_what_was_removed(void **state)
{
    struct store_bench *bench = *state;

    open_store(bench);
    add_secretive(bench);
    assert_true(file_has(bench, "", "zanzibar") || file_has(bench, "-wal", "zanzibar"));
    remove_secretive(bench);
    assert_false(file_has(bench, "-wal", "zanzibar"));
    assert_false(file_has(bench, "", "zanzibar"));
    assert_true(file_has(bench, "", "harmless"));
}

static void nothing_is_left_of_a_link_that_was_changed(void **state)
{
    struct store_bench *bench = *state;
    struct store_item item = plain_item(1);

    open_store(bench);
    item.url = "http://me:zanzibar@example.org/a";
    item.options = "bearer=zanzibar";
    add_and_wait(bench, &item);
    assert_true(file_has(bench, "-wal", "zanzibar"));
    item.url = "http://example.org/b";
    item.options = NULL;
    store_change(bench->store, &item, on_done, bench);
    haul_loop_run(bench->loop);
    assert_false(file_has(bench, "-wal", "zanzibar"));
    assert_false(file_has(bench, "", "zanzibar"));
}

static unsigned number_at(const unsigned char *page, size_t at)
{
    return (unsigned)page[at] << 8 | page[at + 1];
}

/* Where in a page of rows nothing is kept, 0: it is of another kind, or full. */
static size_t free_space(const unsigned char *page)
{
    size_t begin = 8 + 2 * (size_t)number_at(page, 3), end = number_at(page, 5);

    return page[0] == 0x0d && end > begin + sizeof "zanzibar" ? begin : 0;
}

/* What SQLite does now and then when it moves rows: a copy stays in the free space of a page. */
static void plant_copy(const struct store_bench *bench)
{
    unsigned char page[4096];
    FILE *file = fopen(bench->path, "r+b");
    size_t at = 0;

    assert_non_null(file);
    while (at == 0 && fread(page, 1, sizeof page, file) == sizeof page)
        at = free_space(page);
    assert_int_not_equal(at, 0);
    assert_int_equal(fseek(file, (long)at - (long)sizeof page, SEEK_CUR), 0);
    assert_int_equal(fwrite("zanzibar", 1, 8, file), 8);
    assert_int_equal(fclose(file), 0);
}

/* Opens more than is written anew with each removal, with such a copy. */
static void open_large(struct store_bench *bench)
{
    char link[LINK_LENGTH];
    struct stat st;

    memset(link, 'a', sizeof link - 1);
    link[sizeof link - 1] = '\0';
    open_store(bench);
    for (uint64_t id = 1; id <= LARGE; id++) {
        struct store_item item = plain_item(id);

        item.url = id == SECRET ? "http://me:zanzibar@example.org/a" : link;
        store_add(bench->store, &item, 1, NULL, NULL);
    }
    haul_loop_run(bench->loop);
    close_store(bench);
    plant_copy(bench);
    assert_int_equal(stat(bench->path, &st), 0);
    assert_true(st.st_size > 2 << 20);
    open_store(bench);
}

/* Only until it is answered. */
static void remove_secret(struct store_bench *bench)
{
    static const uint64_t id = SECRET;

    store_remove(bench->store, &id, 1);
    bench->stop_when_told = true;
    store_flush(bench->store, on_done, bench);
    haul_loop_run(bench->loop);
    bench->stop_when_told = false;
    assert_int_equal(bench->err.code, HAUL_OK);
    assert_false(file_has(bench, "-wal", "zanzibar"));
    assert_false(file_has(bench, "", "me:zanzibar"));
    assert_true(file_has(bench, "", "zanzibar"));
}

static void of_a_large_database_copies_go_a_while_later(void **state)
{
    struct store_bench *bench = *state;

    open_large(bench);
    haul_loop_run(bench->loop); /* a clean end left nothing to do */
    assert_true(file_has(bench, "", "zanzibar"));
    remove_secret(bench);
    haul_loop_run(bench->loop);
    assert_false(file_has(bench, "", "zanzibar"));
    assert_false(file_has(bench, "-wal", "zanzibar"));
}

static void of_a_large_database_copies_go_when_it_is_closed(void **state)
{
    struct store_bench *bench = *state;

    open_large(bench);
    remove_secret(bench);
    close_store(bench);
    assert_false(file_has(bench, "", "zanzibar"));
    open_store(bench);
    plant_copy(bench);
    reopen_store(bench);
    assert_true(file_has(bench, "", "zanzibar")); /* nothing was owed any more */
}

/* COPY gets the path of a copy. */
static void copy_database(const struct store_bench *bench, struct store_bench *copy)
{
    char block[4096];
    size_t got;
    FILE *from = fopen(bench->path, "rb"), *to;

    assert_true(snprintf(copy->path, sizeof copy->path, "%s.copy", bench->path) > 0);
    to = fopen(copy->path, "wb");
    assert_non_null(from);
    assert_non_null(to);
    while ((got = fread(block, 1, sizeof block, from)) > 0)
        assert_int_equal(fwrite(block, 1, got, to), got);
    assert_int_equal(fclose(to), 0);
    (void)fclose(from);
}

/* As after a kill: the file as it is, with an empty log. */
static void copies_that_a_killed_one_left_go_with_the_next(void **state)
{
    struct store_bench *bench = *state, next = {.loop = bench->loop};

    open_large(bench);
    remove_secret(bench);
    copy_database(bench, &next);
    close_store(bench);
    open_store(&next);
    haul_loop_run(next.loop);
    assert_false(file_has(&next, "", "zanzibar"));
    close_store(&next);
    open_store(bench);
}

/* What it takes to remove one of COUNT items, each with options of its own. */
static uint64_t work_of_a_removal(struct store_bench *bench, uint64_t first, uint64_t count)
{
    uint64_t before, id = first + count / 2;

    for (uint64_t i = 0; i < count; i++) {
        char *options = xasprintf("bearer=%" PRIu64, first + i);
        struct store_item item = plain_item(first + i);

        item.options = options;
        store_add(bench->store, &item, 1, NULL, NULL);
        free(options);
    }
    haul_loop_run(bench->loop);
    before = worked;
    store_remove(bench->store, &id, 1);
    store_flush(bench->store, on_done, bench);
    haul_loop_run(bench->loop);
    assert_int_equal(bench->err.code, HAUL_OK);
    return worked - before;
}

static void a_removal_looks_at_no_options_but_its_own(void **state)
{
    struct store_bench *bench = *state;
    uint64_t of_few, of_many;

    open_store(bench);
    of_few = work_of_a_removal(bench, 1, 10);
    of_many = work_of_a_removal(bench, 1000, 5000);
    assert_true(of_few > 0);
    assert_true(of_many < 2 * of_few);
    close_store(bench);
    assert_int_equal(ask(bench, "SELECT count(*) FROM options"), 10 + 5000 - 2);
    open_store(bench);
}

/* Within one batch: the row of the options may be gone when the next item comes with them. */
static void options_that_go_and_come_in_one_batch_are_there(void **state)
{
    static const uint64_t removed[] = {1};
    struct store_bench *bench = *state;
    struct store_item items[3] = {plain_item(1), plain_item(2), plain_item(3)};

    items[0].options = items[1].options = items[2].options = "dir=/tmp";
    open_store(bench);
    add_and_wait(bench, &items[0]);
    store_remove(bench->store, removed, 1);
    store_add(bench->store, &items[1], 1, NULL, NULL);
    items[1].options = "dir=/else";
    store_change(bench->store, &items[1], NULL, NULL);
    store_add(bench->store, &items[2], 1, NULL, NULL);
    assert_kept(bench, &items[1], 2);
    close_store(bench);
    assert_int_equal(ask(bench, "SELECT count(*) FROM options"), 2);
    open_store(bench);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, bench_set_up, bench_tear_down)
    const struct CMUnitTest tests[] = {
        TEST(what_was_removed_is_gone_with_its_options),
        TEST(a_removal_looks_at_no_options_but_its_own),
        TEST(options_that_go_and_come_in_one_batch_are_there),
        TEST(nothing_is_left_of_what_was_removed),
        TEST(nothing_is_left_of_a_link_that_was_changed),
        TEST(of_a_large_database_copies_go_a_while_later),
        TEST(of_a_large_database_copies_go_when_it_is_closed),
        TEST(copies_that_a_killed_one_left_go_with_the_next),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
