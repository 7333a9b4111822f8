#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <fcntl.h>
#include <ftw.h>
#include <sqlite3.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "store/store.h"

#define MANY      100000u
#define SECRETIVE 3000u
#define FILE_MOST ((size_t)16 << 20)
#define NOBODY    65534
#define PAGE      ((size_t)4096)

/* A loop, a folder of its own, and a store in it. */
struct bench {
    struct haul_loop *loop;
    struct store *store;
    char dir[64];
    char path[128];
    bool moved;
    size_t told; /* callbacks that came */
    struct haul_error err;
};

static int set_up(void **state)
{
    struct bench *bench = xcalloc(1, sizeof *bench);

    snprintf(bench->dir, sizeof bench->dir, "/tmp/haul-store-XXXXXX");
    assert_non_null(mkdtemp(bench->dir));
    snprintf(bench->path, sizeof bench->path, "%s/state/queue.db", bench->dir);
    assert_int_equal(haul_loop_new(&bench->loop, &bench->err), HAUL_OK);
    *state = bench;
    return 0;
}

static int delete_one(const char *path, const struct stat *st, int kind, struct FTW *ftw)
{
    (void)st;
    (void)kind;
    (void)ftw;
    return remove(path);
}

static void on_closed(void *ctx)
{
    struct bench *bench = ctx;

    bench->store = NULL;
}

static void close_store(struct bench *bench)
{
    store_close(bench->store, on_closed, bench);
    haul_loop_run(bench->loop);
    assert_null(bench->store);
}

static int tear_down(void **state)
{
    struct bench *bench = *state;

    if (bench->store)
        close_store(bench);
    haul_loop_free(bench->loop);
    nftw(bench->dir, delete_one, 8, FTW_DEPTH | FTW_PHYS);
    free(bench);
    return 0;
}

static void open_store(struct bench *bench)
{
    enum haul_err code =
        store_open(bench->loop, bench->path, &bench->store, &bench->moved, &bench->err);

    if (code != HAUL_OK)
        fail_msg("%s", bench->err.text);
}

static void reopen_store(struct bench *bench)
{
    close_store(bench);
    open_store(bench);
}

static void on_done(void *ctx, const struct haul_error *err)
{
    struct bench *bench = ctx;

    bench->told++;
    bench->err = err ? *err : (struct haul_error){0};
}

static struct store_item plain_item(uint64_t id)
{
    return (struct store_item){
        .id = id, .place = (double)id, .total = -1, .url = "http://example.org/a", .added_at = 1};
}

static void add_and_wait(struct bench *bench, const struct store_item *item)
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

static void collect(void *ctx, const struct store_item *item)
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

static struct loaded load(struct bench *bench, size_t room)
{
    struct loaded loaded = {.items = xcalloc(room, sizeof *loaded.items), .size = room};

    assert_int_equal(store_load(bench->store, collect, &loaded, &loaded.next_id, &bench->err),
                     HAUL_OK);
    return loaded;
}

static void loaded_fini(struct loaded *loaded)
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

static void assert_same_text(const char *got, const char *expected)
{
    if (!expected)
        assert_null(got);
    else
        assert_string_equal(got, expected);
}

static void assert_same_item(const struct store_item *got, const struct store_item *expected)
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
}

/* Closes, opens again, and expects exactly EXPECTED. */
static void assert_kept(struct bench *bench, const struct store_item *expected, size_t count)
{
    struct loaded loaded;

    reopen_store(bench);
    loaded = load(bench, count + 8);
    assert_int_equal(loaded.count, count);
    for (size_t i = 0; i < count; i++)
        assert_same_item(&loaded.items[i], &expected[i]);
    loaded_fini(&loaded);
}

/* A look at the database past the store, which must be closed. */
static int64_t ask(struct bench *bench, const char *sql)
{
    sqlite3 *db;
    sqlite3_stmt *statement;
    int64_t answer;

    assert_int_equal(sqlite3_open(bench->path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &statement, NULL), SQLITE_OK);
    answer = sqlite3_step(statement) == SQLITE_ROW ? sqlite3_column_int64(statement, 0) : -1;
    sqlite3_finalize(statement);
    sqlite3_close(db);
    return answer;
}

static void write_file(const char *path, const void *data, size_t len)
{
    FILE *file = fopen(path, "wb");

    assert_non_null(file);
    assert_int_equal(fwrite(data, 1, len, file), len);
    fclose(file);
}

static char *read_file(const char *path, size_t *ret_len)
{
    FILE *file = fopen(path, "rb");
    char *data = xmalloc(1 << 20);

    assert_non_null(file);
    *ret_len = fread(data, 1, 1 << 20, file);
    fclose(file);
    return data;
}

static void every_field_comes_back(void **state)
{
    struct bench *bench = *state;
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
                              .was = "http://example.org/old"};

    open_store(bench);
    assert_false(bench->moved);
    add_and_wait(bench, &item);
    assert_kept(bench, &item, 1);
}

static void every_state_and_error_comes_back(void **state)
{
    struct bench *bench = *state;
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
    struct bench *bench = *state;
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
    struct bench *bench = *state;
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
    struct bench *bench = *state;
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
    struct bench *bench = *state;
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

static void what_was_removed_is_gone_with_its_options(void **state)
{
    static const uint64_t removed[] = {1, 3, 99};
    struct bench *bench = *state;
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

static bool file_has(const struct bench *bench, const char *suffix, const char *word)
{
    char *path = xasprintf("%s%s", bench->path, suffix), *data = xmalloc(FILE_MOST);
    FILE *file = fopen(path, "rb");
    size_t len = file ? fread(data, 1, FILE_MOST, file) : 0;
    bool has = memmem(data, len, word, strlen(word)) != NULL;

    assert_true(len < FILE_MOST);
    if (file)
        fclose(file);
    free(data);
    free(path);
    return has;
}

/* Items whose links and options are their own, in no order: the pages of the database are split
 * often. Every tenth has no secret. */
static void add_secretive(struct bench *bench)
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

static void remove_secretive(struct bench *bench)
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
    struct bench *bench = *state;

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
    struct bench *bench = *state;
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

static void an_id_is_never_given_twice(void **state)
{
    static const uint64_t ids[] = {41, 42, 43};
    struct bench *bench = *state;
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
    struct bench *bench = *state;
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
    struct bench *bench = *state;
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
    struct bench *bench = *state;
    struct store_item items[2] = {plain_item(1), plain_item(2)};

    open_store(bench);
    store_add(bench->store, &items[0], 1, on_done, bench);
    store_add(bench->store, &items[1], 1, on_done, bench);
    assert_kept(bench, items, 2);
    assert_int_equal(bench->told, 2);
}

static void close_when_done(void *ctx, const struct haul_error *err)
{
    struct bench *bench = ctx;

    assert_null(err);
    store_close(bench->store, on_closed, bench);
}

static void an_answer_may_close_the_store(void **state)
{
    struct bench *bench = *state;
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
    struct bench *bench = ctx;
    struct store_item update = *item;

    update.tries++;
    store_update(bench->store, &update);
}

static void items_may_be_changed_while_they_are_loaded(void **state)
{
    struct bench *bench = *state;
    struct store_item items[2] = {plain_item(1), plain_item(2)};
    uint64_t next_id = 0;

    open_store(bench);
    store_add(bench->store, items, 2, on_done, bench);
    haul_loop_run(bench->loop);
    assert_int_equal(store_load(bench->store, count_a_try, bench, &next_id, &bench->err), HAUL_OK);
    items[0].tries = items[1].tries = 1;
    assert_kept(bench, items, 2);
}

static void settings_are_kept(void **state)
{
    struct bench *bench = *state;
    char *value;

    open_store(bench);
    assert_null(store_get(bench->store, "jobs"));
    store_set(bench->store, "jobs", "8");
    store_set(bench->store, "jobs", "16");
    store_set(bench->store, "limit", "");
    reopen_store(bench);
    value = store_get(bench->store, "jobs");
    assert_string_equal(value, "16");
    free(value);
    value = store_get(bench->store, "limit");
    assert_string_equal(value, "");
    free(value);
    store_set(bench->store, "jobs", NULL);
    reopen_store(bench);
    assert_null(store_get(bench->store, "jobs"));
}

struct tokens_seen {
    size_t count;
    uint64_t first, last, last_count; /* ids */
    char name[64];                    /* of the last */
};

static void see_token(void *ctx, const struct store_token *token)
{
    struct tokens_seen *seen = ctx;

    if (seen->count++ == 0)
        seen->first = token->first;
    seen->last = token->first;
    seen->last_count = token->count;
    snprintf(seen->name, sizeof seen->name, "%s", token->token);
}

static struct tokens_seen load_tokens(struct bench *bench)
{
    struct tokens_seen seen = {0};

    assert_int_equal(store_load_tokens(bench->store, see_token, &seen, &bench->err), HAUL_OK);
    return seen;
}

static void the_newest_tokens_are_kept_with_their_adds(void **state)
{
    struct bench *bench = *state;
    struct tokens_seen seen;
    uint64_t id = 1;

    open_store(bench);
    for (; id <= STORE_TOKENS_MAX + 10; id++) {
        struct store_item item = plain_item(id);
        char name[32];

        (void)snprintf(name, sizeof name, "t-%u", (unsigned)id);
        store_token(bench->store, &(struct store_token){name, id, id % 7});
        store_add(bench->store, &item, 1, NULL, NULL);
    }
    reopen_store(bench);
    seen = load_tokens(bench);
    assert_int_equal(seen.count, STORE_TOKENS_MAX);
    assert_int_equal(seen.first, 11);
    assert_int_equal(seen.last, id - 1);
    assert_int_equal(seen.last_count, (id - 1) % 7);
    assert_string_equal(seen.name, "t-4106");
}

struct hosts_seen {
    struct store_host last;
    char name[64];
    size_t count;
};

static void see_host(void *ctx, const struct store_host *host)
{
    struct hosts_seen *seen = ctx;

    seen->count++;
    seen->last = *host;
    snprintf(seen->name, sizeof seen->name, "%s", host->name);
}

static struct hosts_seen load_hosts(struct bench *bench, int64_t since)
{
    struct hosts_seen seen = {0};

    assert_int_equal(store_load_hosts(bench->store, since, see_host, &seen, &bench->err), HAUL_OK);
    return seen;
}

static void hosts_are_remembered(void **state)
{
    struct bench *bench = *state;
    struct store_host host = {"a.example:8080", true, 3, 2, INT64_C(1) << 41, 500};
    struct hosts_seen seen;

    open_store(bench);
    store_host(bench->store, &host);
    host.allowed = 4; /* the newer one counts */
    store_host(bench->store, &host);
    reopen_store(bench);
    seen = load_hosts(bench, 500);
    assert_int_equal(seen.count, 1);
    assert_string_equal(seen.name, host.name);
    seen.last.name = host.name;
    assert_true(seen.last.no_ranges);
    assert_int_equal(seen.last.allowed, 4);
    assert_int_equal(seen.last.rounds, 2);
    assert_int_equal(seen.last.rest_until, host.rest_until);
    assert_int_equal(seen.last.noted_at, 500);
}

static void hosts_of_which_there_is_nothing_to_say_are_forgotten(void **state)
{
    struct bench *bench = *state;
    struct store_host plain = {"plain.example", false, 1, 0, 0, 500};
    struct store_host old = {"old.example", true, 0, 0, 0, 499};

    open_store(bench);
    store_host(bench->store, &plain);
    store_host(bench->store, &old);
    reopen_store(bench);
    plain.allowed = 0;
    store_host(bench->store, &plain);
    reopen_store(bench);
    assert_string_equal(load_hosts(bench, 0).name, "old.example");
    assert_int_equal(load_hosts(bench, 500).count, 0);
    assert_int_equal(load_hosts(bench, 0).count, 0);
}

static void nobody_else_can_read_it(void **state)
{
    struct bench *bench = *state;
    char path[160];
    struct stat st;
    mode_t mask = umask(0);

    open_store(bench);
    umask(mask);
    assert_int_equal(stat(bench->path, &st), 0);
    assert_int_equal(st.st_mode & 07777, 0600);
    snprintf(path, sizeof path, "%s-wal", bench->path);
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 07777, 0600);
    snprintf(path, sizeof path, "%s/state", bench->dir);
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 07777, 0700);
    close_store(bench);
    assert_int_equal(chmod(bench->path, 0644), 0);
    mask = umask(0777);
    open_store(bench);
    umask(mask);
    assert_int_equal(stat(bench->path, &st), 0);
    assert_int_equal(st.st_mode & 07777, 0600);
}

/* As a newer haul that was killed leaves it: its version stands in the log alone. */
static void become_newer(struct bench *bench)
{
    sqlite3 *db;

    assert_int_equal(sqlite3_open(bench->path, &db), SQLITE_OK);
    sqlite3_db_config(db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
    assert_int_equal(sqlite3_exec(db, "PRAGMA user_version = 9999", NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(db);
}

/* As a haul made it that knew nothing of other links and of hosts. */
static void a_queue_of_the_first_version_is_taken_over(void **state)
{
    struct bench *bench = *state;
    struct store_item item = plain_item(1);
    sqlite3 *db;

    item.name = "a";
    item.note = "as it was";
    open_store(bench);
    add_and_wait(bench, &item);
    close_store(bench);
    assert_int_equal(sqlite3_open(bench->path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db,
                                  "ALTER TABLE items DROP COLUMN was; DROP TABLE hosts;"
                                  "DROP TABLE history; DROP TABLE adds;"
                                  "PRAGMA user_version = 1",
                                  NULL, NULL, NULL),
                     SQLITE_OK);
    sqlite3_close(db);
    open_store(bench);
    assert_false(bench->moved);
    assert_kept(bench, &item, 1);
}

static void a_newer_queue_is_refused_and_left_alone(void **state)
{
    static const char *const suffixes[] = {"", "-wal"};
    struct bench *bench = *state;
    struct store_item item = plain_item(1);
    char paths[2][160], *before[2], *after[2];
    size_t len[2], len_after[2];

    open_store(bench);
    add_and_wait(bench, &item);
    close_store(bench);
    become_newer(bench);
    for (unsigned i = 0; i < 2; i++) {
        snprintf(paths[i], sizeof paths[i], "%s%s", bench->path, suffixes[i]);
        before[i] = read_file(paths[i], &len[i]);
        assert_true(len[i] > 0);
    }
    assert_int_equal(
        store_open(bench->loop, bench->path, &bench->store, &bench->moved, &bench->err),
        HAUL_E_VERSION);
    assert_non_null(strstr(bench->err.text, "newer haul"));
    assert_null(bench->store);
    assert_false(bench->moved);
    for (unsigned i = 0; i < 2; i++) {
        after[i] = read_file(paths[i], &len_after[i]);
        assert_int_equal(len_after[i], len[i]);
        assert_memory_equal(after[i], before[i], len[i]);
        free(before[i]);
        free(after[i]);
    }
}

/* The file as it was is at PATH.damaged-N, and the new queue works. */
static void assert_moved_aside(struct bench *bench, unsigned number, const char *data, size_t len)
{
    struct store_item item = plain_item(1);
    char path[160];
    char *kept;
    size_t kept_len;

    assert_true(bench->moved);
    snprintf(path, sizeof path, "%s.damaged-%u", bench->path, number);
    kept = read_file(path, &kept_len);
    assert_int_equal(kept_len, len);
    assert_memory_equal(kept, data, len);
    free(kept);
    add_and_wait(bench, &item);
    assert_kept(bench, &item, 1);
    assert_false(bench->moved);
}

static void a_file_that_is_no_database_is_moved_aside(void **state)
{
    static const char garbage[] = "this is not a database, but it is somebody's, so it is kept "
                                  "with all of its bytes, more than a hundred of them in fact";
    struct bench *bench = *state;

    open_store(bench);
    for (unsigned number = 1; number < 4; number++) {
        close_store(bench);
        write_file(bench->path, garbage, sizeof garbage);
        open_store(bench);
        assert_moved_aside(bench, number, garbage, sizeof garbage);
    }
}

static void another_programs_database_is_moved_aside(void **state)
{
    struct bench *bench = *state;
    char *data;
    size_t len;

    open_store(bench);
    close_store(bench);
    assert_int_equal(remove(bench->path), 0);
    assert_int_equal(ask(bench, "CREATE TABLE items (id INTEGER PRIMARY KEY)"), -1);
    data = read_file(bench->path, &len);
    open_store(bench);
    assert_moved_aside(bench, 1, data, len);
    free(data);
}

static void a_damaged_database_is_moved_aside(void **state)
{
    struct bench *bench = *state;
    struct store_item *items = xcalloc(1000, sizeof *items);
    char *data;
    size_t len;

    for (unsigned i = 0; i < 1000; i++)
        items[i] = plain_item(i + 1);
    open_store(bench);
    store_add(bench->store, items, 1000, on_done, bench);
    close_store(bench);
    data = read_file(bench->path, &len);
    assert_true(len > 16 * PAGE);
    memset(data + 10 * PAGE, 0x5a, PAGE);
    write_file(bench->path, data, len);
    open_store(bench);
    assert_moved_aside(bench, 1, data, len);
    free(data);
    free(items);
}

static void a_log_moves_with_its_damaged_database(void **state)
{
    static const char log[] = "a log";
    struct bench *bench = *state;
    char path[160];
    char *kept;
    size_t len;

    open_store(bench);
    close_store(bench);
    write_file(bench->path, "garbage", 7);
    snprintf(path, sizeof path, "%s-wal", bench->path);
    write_file(path, log, sizeof log);
    open_store(bench);
    assert_true(bench->moved);
    snprintf(path, sizeof path, "%s.damaged-1-wal", bench->path);
    kept = read_file(path, &len);
    assert_int_equal(len, sizeof log);
    free(kept);
}

static void a_second_haul_is_told_so(void **state)
{
    struct bench *bench = *state;
    struct store *second = NULL;
    struct store_item item = plain_item(1);

    open_store(bench);
    add_and_wait(bench, &item);
    assert_int_equal(store_open(bench->loop, bench->path, &second, &bench->moved, &bench->err),
                     HAUL_E_STORE);
    assert_non_null(strstr(bench->err.text, "another haul"));
    assert_false(bench->moved);
    assert_kept(bench, &item, 1);
}

static void a_folder_that_can_not_be_written_is_told(void **state)
{
    struct bench *bench = *state;
    char path[160];

    snprintf(path, sizeof path, "%s/file", bench->dir);
    write_file(path, "", 0);
    snprintf(bench->path, sizeof bench->path, "%s/file/queue.db", bench->dir);
    assert_int_not_equal(
        store_open(bench->loop, bench->path, &bench->store, &bench->moved, &bench->err), HAUL_OK);
    assert_non_null(strstr(bench->err.text, path));
    assert_non_null(strstr(bench->err.text, "Not a directory"));

    snprintf(bench->path, sizeof bench->path, "%s/queue.db", bench->dir);
    assert_int_equal(mkdir(bench->path, 0700), 0);
    assert_int_equal(
        store_open(bench->loop, bench->path, &bench->store, &bench->moved, &bench->err),
        HAUL_E_STORE);
    assert_non_null(strstr(bench->err.text, bench->path));
    assert_null(bench->store);
}

static void a_read_only_folder_is_told(void **state)
{
    struct bench *bench = *state;
    uid_t self = geteuid();
    enum haul_err code;

    assert_int_equal(chmod(bench->dir, 0500), 0);
    assert_int_equal(seteuid(self == 0 ? NOBODY : self), 0); /* root may write everywhere */
    code = store_open(bench->loop, bench->path, &bench->store, &bench->moved, &bench->err);
    assert_int_equal(seteuid(self), 0);
    assert_int_not_equal(code, HAUL_OK);
    assert_non_null(strstr(bench->err.text, "Permission denied"));
    assert_int_equal(chmod(bench->dir, 0700), 0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(every_field_comes_back),
        TEST(every_state_and_error_comes_back),
        TEST(texts_keep_their_bytes),
        TEST(items_load_in_the_order_of_their_places),
        TEST(updates_are_kept_and_do_not_touch_what_was_asked_for),
        TEST(another_link_is_kept_with_its_options),
        TEST(a_queue_of_the_first_version_is_taken_over),
        TEST(what_was_removed_is_gone_with_its_options),
        TEST(nothing_is_left_of_what_was_removed),
        TEST(nothing_is_left_of_a_link_that_was_changed),
        TEST(an_id_is_never_given_twice),
        TEST(a_hundred_thousand_adds_are_one_commit_and_one_answer),
        TEST(adds_of_one_turn_are_answered_in_order_and_none_is_lost),
        TEST(closing_writes_and_answers_what_waits),
        TEST(an_answer_may_close_the_store),
        TEST(items_may_be_changed_while_they_are_loaded),
        TEST(settings_are_kept),
        TEST(the_newest_tokens_are_kept_with_their_adds),
        TEST(hosts_are_remembered),
        TEST(hosts_of_which_there_is_nothing_to_say_are_forgotten),
        TEST(nobody_else_can_read_it),
        TEST(a_newer_queue_is_refused_and_left_alone),
        TEST(a_file_that_is_no_database_is_moved_aside),
        TEST(another_programs_database_is_moved_aside),
        TEST(a_damaged_database_is_moved_aside),
        TEST(a_log_moves_with_its_damaged_database),
        TEST(a_second_haul_is_told_so),
        TEST(a_folder_that_can_not_be_written_is_told),
        TEST(a_read_only_folder_is_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
