#ifndef TESTS_STORE_BENCH_H
#define TESTS_STORE_BENCH_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <ftw.h>
#include <sqlite3.h>
#include <sys/stat.h>

#include "base/mem.h"
#include "store/store.h"

/* A loop, a folder of its own, and a store in it, for the tests of the store. */
struct store_bench {
    struct haul_loop *loop;
    struct store *store;
    char dir[64];
    char path[128]; /* of the database; its folder is the store's to make */
    bool moved, stop_when_told;
    size_t told; /* callbacks that came */
    struct haul_error err;
};

static inline void bench_init(struct store_bench *bench)
{
    *bench = (struct store_bench){0};
    (void)snprintf(bench->dir, sizeof bench->dir, "/tmp/haul-store-XXXXXX");
    assert_non_null(mkdtemp(bench->dir));
    (void)snprintf(bench->path, sizeof bench->path, "%s/state/queue.db", bench->dir);
    assert_int_equal(haul_loop_new(&bench->loop, &bench->err), HAUL_OK);
}

static inline int bench_delete_one(const char *path, const struct stat *st, int kind,
                                   struct FTW *ftw)
{
    (void)st;
    (void)kind;
    (void)ftw;
    return remove(path);
}

static inline void bench_on_closed(void *ctx)
{
    struct store_bench *bench = ctx;

    bench->store = NULL;
}

static inline void close_store(struct store_bench *bench)
{
    store_close(bench->store, bench_on_closed, bench);
    haul_loop_run(bench->loop);
    assert_null(bench->store);
}

static inline void bench_fini(struct store_bench *bench)
{
    if (bench->store)
        close_store(bench);
    haul_loop_free(bench->loop);
    nftw(bench->dir, bench_delete_one, 8, FTW_DEPTH | FTW_PHYS);
}

/* For tests that need nothing else. */
static inline int bench_set_up(void **state)
{
    struct store_bench *bench = xcalloc(1, sizeof *bench);

    bench_init(bench);
    *state = bench;
    return 0;
}

static inline int bench_tear_down(void **state)
{
    bench_fini(*state);
    free(*state);
    return 0;
}

static inline enum haul_err try_open(struct store_bench *bench)
{
    return store_open(bench->loop, bench->path, &bench->store, &bench->moved, &bench->err);
}

static inline void open_store(struct store_bench *bench)
{
    if (try_open(bench) != HAUL_OK)
        fail_msg("%s", bench->err.text);
}

static inline void reopen_store(struct store_bench *bench)
{
    close_store(bench);
    open_store(bench);
}

static inline void on_done(void *ctx, const struct haul_error *err)
{
    struct store_bench *bench = ctx;

    bench->told++;
    bench->err = err ? *err : (struct haul_error){0};
    if (bench->stop_when_told)
        haul_loop_stop(bench->loop);
}

static inline struct store_item plain_item(uint64_t id)
{
    return (struct store_item){
        .id = id, .place = (double)id, .total = -1, .url = "http://example.org/a", .added_at = 1};
}

static inline void add_and_wait(struct store_bench *bench, const struct store_item *item)
{
    size_t told = bench->told;

    store_add(bench->store, item, 1, on_done, bench);
    haul_loop_run(bench->loop);
    assert_int_equal(bench->told, told + 1);
    assert_int_equal(bench->err.code, HAUL_OK);
}

/* What a load gives, with texts of its own. */
struct loaded {
    struct store_item *items;
    size_t count, size;
    uint64_t next_id;
};

static inline void collect(void *ctx, const struct store_item *item)
{
    struct loaded *loaded = ctx;
    const char **texts[] = {
        &loaded->items[loaded->count].url,     &loaded->items[loaded->count].options,
        &loaded->items[loaded->count].mirrors, &loaded->items[loaded->count].name,
        &loaded->items[loaded->count].base,    &loaded->items[loaded->count].note,
        &loaded->items[loaded->count].was};

    assert_true(loaded->count < loaded->size);
    loaded->items[loaded->count++] = *item;
    for (size_t i = 0; i < COUNT_OF(texts); i++)
        *texts[i] = *texts[i] ? xstrdup(*texts[i]) : NULL;
}

static inline struct loaded load(struct store_bench *bench, size_t room)
{
    struct loaded loaded = {.items = xcalloc(room, sizeof *loaded.items), .size = room};

    assert_int_equal(store_load(bench->store, collect, &loaded, &loaded.next_id, &bench->err),
                     HAUL_OK);
    return loaded;
}

static inline void loaded_fini(struct loaded *loaded)
{
    for (size_t i = 0; i < loaded->count; i++) {
        free((void *)loaded->items[i].url);
        free((void *)loaded->items[i].options);
        free((void *)loaded->items[i].mirrors);
        free((void *)loaded->items[i].name);
        free((void *)loaded->items[i].base);
        free((void *)loaded->items[i].note);
        free((void *)loaded->items[i].was);
    }
    free(loaded->items);
}

static inline void assert_same_text(const char *got, const char *expected)
{
    if (!expected)
        assert_null(got);
    else
        assert_string_equal(got, expected);
}

static inline void assert_same_item(const struct store_item *got, const struct store_item *expected)
{
    assert_int_equal(got->id, expected->id);
    assert_true(got->place == expected->place);
    assert_int_equal(got->state, expected->state);
    assert_int_equal(got->err, expected->err);
    assert_int_equal(got->http_status, expected->http_status);
    assert_int_equal(got->tries, expected->tries);
    assert_int_equal(got->total, expected->total);
    assert_int_equal(got->done, expected->done);
    assert_int_equal(got->added_at, expected->added_at);
    assert_int_equal(got->started_at, expected->started_at);
    assert_int_equal(got->finished_at, expected->finished_at);
    assert_same_text(got->url, expected->url);
    assert_same_text(got->options, expected->options);
    assert_same_text(got->mirrors, expected->mirrors);
    assert_same_text(got->name, expected->name);
    assert_same_text(got->base, expected->base);
    assert_same_text(got->note, expected->note);
    assert_same_text(got->was, expected->was);
    assert_int_equal(got->look, expected->look);
}

/* Closes, opens again, and expects exactly EXPECTED. */
static inline void assert_kept(struct store_bench *bench, const struct store_item *expected,
                               size_t count)
{
    struct loaded loaded;

    reopen_store(bench);
    loaded = load(bench, count + 8);
    assert_int_equal(loaded.count, count);
    for (size_t i = 0; i < count; i++)
        assert_same_item(&loaded.items[i], &expected[i]);
    loaded_fini(&loaded);
}

/* The database past the store, which must be closed. */
static inline sqlite3 *bench_database(const struct store_bench *bench)
{
    sqlite3 *db;

    assert_int_equal(sqlite3_open(bench->path, &db), SQLITE_OK);
    return db;
}

static inline void bench_run_sql(const struct store_bench *bench, const char *sql)
{
    sqlite3 *db = bench_database(bench);

    assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(db);
}

/* The first number of what SQL finds, -1: it finds nothing. */
static inline int64_t ask(const struct store_bench *bench, const char *sql)
{
    sqlite3 *db = bench_database(bench);
    sqlite3_stmt *statement;
    int64_t answer;

    assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &statement, NULL), SQLITE_OK);
    answer = sqlite3_step(statement) == SQLITE_ROW ? sqlite3_column_int64(statement, 0) : -1;
    sqlite3_finalize(statement);
    sqlite3_close(db);
    return answer;
}

/* Whether the file PATH SUFFIX holds WORD; there may be no such file. */
static inline bool file_has(const struct store_bench *bench, const char *suffix, const char *word)
{
    char *path = xasprintf("%s%s", bench->path, suffix), *data;
    FILE *file = fopen(path, "rb");
    struct stat st;
    bool has;

    free(path);
    if (!file)
        return false;
    assert_int_equal(fstat(fileno(file), &st), 0);
    data = xmalloc((size_t)st.st_size + 1);
    assert_int_equal(fread(data, 1, (size_t)st.st_size, file), st.st_size);
    has = memmem(data, (size_t)st.st_size, word, strlen(word)) != NULL;
    (void)fclose(file);
    free(data);
    return has;
}

#endif
