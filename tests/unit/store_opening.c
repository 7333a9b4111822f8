/* Which files the store opens, makes, refuses and moves aside. */

#include "store_bench.h"

#include <sys/stat.h>
#include <unistd.h>

#define NOBODY 65534
#define PAGE   ((size_t)4096)

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

static void nobody_else_can_read_it(void **state)
{
    struct store_bench *bench = *state;
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
static void become_newer(struct store_bench *bench)
{
    sqlite3 *db = bench_database(bench);

    sqlite3_db_config(db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
    assert_int_equal(sqlite3_exec(db, "PRAGMA user_version = 9999", NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(db);
}

/* As a haul made it that knew nothing of other links and of hosts. */
static void a_queue_of_the_first_version_is_taken_over(void **state)
{
    struct store_bench *bench = *state;
    struct store_item item = plain_item(1);

    item.name = "a";
    item.note = "as it was";
    open_store(bench);
    add_and_wait(bench, &item);
    close_store(bench);
    bench_run_sql(bench, "ALTER TABLE items DROP COLUMN was; DROP TABLE hosts;"
                         "ALTER TABLE items DROP COLUMN look;"
                         "DROP TABLE history; DROP TABLE adds;"
                         "PRAGMA user_version = 1");
    open_store(bench);
    assert_false(bench->moved);
    assert_kept(bench, &item, 1);
}

static void a_newer_queue_is_refused_and_left_alone(void **state)
{
    static const char *const suffixes[] = {"", "-wal"};
    struct store_bench *bench = *state;
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
static void assert_moved_aside(struct store_bench *bench, unsigned number, const char *data,
                               size_t len)
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
    struct store_bench *bench = *state;

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
    struct store_bench *bench = *state;
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
    struct store_bench *bench = *state;
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
    struct store_bench *bench = *state;
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

static void a_log_is_not_put_beside_another_database(void **state)
{
    struct store_bench *bench = *state;
    char path[160];

    open_store(bench);
    close_store(bench);
    write_file(bench->path, "garbage", 7);
    snprintf(path, sizeof path, "%s.damaged-1", bench->path);
    write_file(path, "an older one", 12);
    snprintf(path, sizeof path, "%s-wal", bench->path);
    write_file(path, "a log", 5);
    open_store(bench);
    assert_true(bench->moved);
    snprintf(path, sizeof path, "%s.damaged-1-wal", bench->path);
    assert_int_equal(access(path, F_OK), -1);
    snprintf(path, sizeof path, "%s.damaged-2-wal", bench->path);
    assert_int_equal(access(path, F_OK), 0);
}

static void a_second_haul_is_told_so(void **state)
{
    struct store_bench *bench = *state;
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
    struct store_bench *bench = *state;
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
    struct store_bench *bench = *state;
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
#define TEST(name) cmocka_unit_test_setup_teardown(name, bench_set_up, bench_tear_down)
    const struct CMUnitTest tests[] = {
        TEST(nobody_else_can_read_it),
        TEST(a_queue_of_the_first_version_is_taken_over),
        TEST(a_newer_queue_is_refused_and_left_alone),
        TEST(a_file_that_is_no_database_is_moved_aside),
        TEST(another_programs_database_is_moved_aside),
        TEST(a_damaged_database_is_moved_aside),
        TEST(a_log_moves_with_its_damaged_database),
        TEST(a_log_is_not_put_beside_another_database),
        TEST(a_second_haul_is_told_so),
        TEST(a_folder_that_can_not_be_written_is_told),
        TEST(a_read_only_folder_is_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
