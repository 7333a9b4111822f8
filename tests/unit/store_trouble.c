/* What the store does when the disk is full, or broken. */

#include "store_bench.h"

#include <errno.h>
#include <stdatomic.h>
#include <sys/stat.h>
#include <unistd.h>

/* SQLite's writes go through here: after `left` good ones, `failing` in a row fail with `error`. */
static _Atomic long left, failing;
static _Atomic int error;

static void break_writes(int sys_errno, long after, long count)
{
    error = sys_errno;
    left = after;
    failing = count;
}

#define FOR_EVER 1000000000

static ssize_t breakable_pwrite(int fd, const void *data, size_t len, off_t offset)
{
    if (left > 0) {
        left--;
    } else if (failing > 0) {
        failing--;
        errno = error;
        return -1;
    }
    return pwrite(fd, data, len, offset);
}

static ssize_t breakable_write(int fd, const void *data, size_t len)
{
    if (left > 0) {
        left--;
    } else if (failing > 0) {
        failing--;
        errno = error;
        return -1;
    }
    return write(fd, data, len);
}

/* Reads fail, for ever, after so many good ones; negative: never. */
static _Atomic long reads_left = -1;

static ssize_t breakable_pread(int fd, void *data, size_t len, off_t offset)
{
    if (reads_left == 0) {
        errno = EIO;
        return -1;
    }
    if (reads_left > 0)
        reads_left--;
    return pread(fd, data, len, offset);
}

/* The executable's functions stand before the C library's, for SQLite too. */
static _Atomic unsigned syncs;
static _Atomic bool syncs_fail;

static int sync_file(void)
{
    syncs++;
    if (!syncs_fail)
        return 0;
    errno = EIO;
    return -1;
}

int fsync(int fd)
{
    (void)fd;
    return sync_file();
}

int fdatasync(int fd)
{
    (void)fd;
    return sync_file();
}

static int take_writes(void **state)
{
    sqlite3_vfs *vfs = sqlite3_vfs_find(NULL);
    int taken = 0;

    (void)state;
    taken += vfs->xSetSystemCall(vfs, "pwrite", (sqlite3_syscall_ptr)breakable_pwrite) == SQLITE_OK;
    taken += vfs->xSetSystemCall(vfs, "pread", (sqlite3_syscall_ptr)breakable_pread) == SQLITE_OK;
    taken += vfs->xSetSystemCall(vfs, "pread64", (sqlite3_syscall_ptr)breakable_pread) == SQLITE_OK;
    taken +=
        vfs->xSetSystemCall(vfs, "pwrite64", (sqlite3_syscall_ptr)breakable_pwrite) == SQLITE_OK;
    taken += vfs->xSetSystemCall(vfs, "write", (sqlite3_syscall_ptr)breakable_write) == SQLITE_OK;
    return taken > 0 ? 0 : -1;
}

static int set_up(void **state)
{
    break_writes(0, 0, 0);
    syncs_fail = false;
    reads_left = -1;
    return bench_set_up(state);
}

/* The id stands in every field that can tell. */
static struct store_item item_of(uint64_t id)
{
    return (struct store_item){
        .id = id, .place = (double)id, .total = (int64_t)id, .url = "http://example.org/"};
}

static enum haul_err add(struct store_bench *bench, uint64_t id)
{
    struct store_item item = item_of(id);
    size_t told = bench->told;

    bench->stop_when_told = true;
    store_add(bench->store, &item, 1, on_done, bench);
    haul_loop_run(bench->loop);
    bench->stop_when_told = false;
    assert_int_equal(bench->told, told + 1);
    return bench->err.code;
}

struct seen {
    uint64_t ids; /* a bit each */
    uint64_t done[64];
};

static void see(void *ctx, const struct store_item *item)
{
    struct seen *seen = ctx;

    assert_true(item->id < 64);
    assert_int_equal(item->total, item->id);
    seen->ids |= UINT64_C(1) << item->id;
    seen->done[item->id] = item->done;
}

static struct seen look(struct store_bench *bench)
{
    struct seen seen = {0};
    uint64_t next_id = 0;

    close_store(bench);
    break_writes(0, 0, 0);
    open_store(bench);
    assert_false(bench->moved);
    assert_int_equal(store_load(bench->store, see, &seen, &next_id, &bench->err), HAUL_OK);
    return seen;
}

static void a_full_disk_fails_adds_and_keeps_everything_else(void **state)
{
    static const uint64_t removed[] = {2};
    struct store_bench *bench = *state;
    struct store_item update = item_of(1);
    struct haul_error trouble;
    struct seen seen;

    open_store(bench);
    assert_int_equal(add(bench, 1), HAUL_OK);
    assert_int_equal(add(bench, 2), HAUL_OK);
    assert_false(store_in_trouble(bench->store, &trouble));
    break_writes(ENOSPC, 0, FOR_EVER);
    assert_int_equal(add(bench, 3), HAUL_E_DISK_FULL);
    assert_non_null(strstr(bench->err.text, bench->path));
    assert_true(store_in_trouble(bench->store, &trouble));
    assert_int_equal(trouble.code, HAUL_E_DISK_FULL);
    update.done = 77;
    store_update(bench->store, &update);
    store_remove(bench->store, removed, 1);
    assert_int_equal(add(bench, 4), HAUL_E_DISK_FULL);
    assert_true(store_busy(bench->store));
    break_writes(0, 0, 0);
    assert_int_equal(add(bench, 5), HAUL_OK);
    assert_false(store_busy(bench->store));
    assert_false(store_in_trouble(bench->store, &trouble));
    seen = look(bench);
    assert_int_equal(seen.ids, 1 << 1 | 1 << 5);
    assert_int_equal(seen.done[1], 77);
}

static void it_catches_up_by_itself(void **state)
{
    struct store_bench *bench = *state;
    struct store_item update = item_of(1);
    struct seen seen;

    open_store(bench);
    assert_int_equal(add(bench, 1), HAUL_OK);
    break_writes(ENOSPC, 0, 1);
    update.done = 5;
    store_update(bench->store, &update);
    haul_loop_run(bench->loop);
    assert_false(store_busy(bench->store));
    seen = look(bench);
    assert_int_equal(seen.done[1], 5);
}

/* The add that fails takes the waiting update with it: one try, not one for each. */
static void a_full_disk_is_not_tried_for_every_change(void **state)
{
    struct store_bench *bench = *state;
    struct store_item update = item_of(1);
    long one_try, before;

    open_store(bench);
    assert_int_equal(add(bench, 1), HAUL_OK);
    break_writes(ENOSPC, 0, FOR_EVER);
    assert_int_equal(add(bench, 2), HAUL_E_DISK_FULL);
    one_try = FOR_EVER - failing;
    before = failing;
    store_update(bench->store, &update);
    assert_int_equal(add(bench, 3), HAUL_E_DISK_FULL);
    assert_int_equal(before - failing, one_try);
}

static void other_errors_name_the_cause(void **state)
{
    struct store_bench *bench = *state;

    open_store(bench);
    break_writes(EDQUOT, 0, FOR_EVER);
    assert_int_equal(add(bench, 1), HAUL_E_DISK_FULL);
    break_writes(EIO, 0, FOR_EVER);
    assert_int_equal(add(bench, 1), HAUL_E_STORE);
    assert_non_null(strstr(bench->err.text, "Input/output error"));
    break_writes(0, 0, 0);
    assert_int_equal(add(bench, 1), HAUL_OK);
}

static void what_is_told_as_kept_is_synced(void **state)
{
    static const uint64_t moved[] = {1};
    static const double places[] = {2};
    struct store_bench *bench = *state;
    struct store_item update = item_of(1);
    unsigned before;

    open_store(bench);
    before = syncs;
    assert_int_equal(add(bench, 1), HAUL_OK);
    assert_true(syncs > before);

    before = syncs;
    update.state = HAUL_ACTIVE;
    store_update(bench->store, &update);
    haul_loop_run(bench->loop);
    assert_int_equal(syncs, before);

    update.state = HAUL_DONE;
    store_update(bench->store, &update);
    haul_loop_run(bench->loop);
    assert_true(syncs > before);

    before = syncs;
    store_move(bench->store, moved, places, 1);
    haul_loop_run(bench->loop);
    assert_true(syncs > before);
}

static void what_can_not_be_synced_is_not_told_as_kept(void **state)
{
    struct store_bench *bench = *state;

    open_store(bench);
    syncs_fail = true;
    assert_int_equal(add(bench, 1), HAUL_E_STORE);
    syncs_fail = false;
    assert_int_equal(add(bench, 2), HAUL_OK);
    assert_int_equal(look(bench).ids, 1 << 2);
}

static void it_closes_on_a_full_disk_and_loses_nothing_that_was_told(void **state)
{
    struct store_bench *bench = *state;
    struct store_item update = item_of(1);
    struct seen seen;

    open_store(bench);
    assert_int_equal(add(bench, 1), HAUL_OK);
    break_writes(ENOSPC, 0, FOR_EVER);
    update.done = 5;
    store_update(bench->store, &update);
    store_update(bench->store, &update); /* waits while the first is tried */
    seen = look(bench);
    assert_int_equal(seen.ids, 1 << 1);
    assert_int_equal(seen.done[1], 0);
}

/* Each of the writes of opening, adding, changing and closing fails once. */
static void no_failed_write_breaks_a_promise(void **state)
{
    struct store_bench *bench = *state;
    bool reached = true;

    for (long after = 0; reached; after++) {
        struct store_item update = item_of(1);
        bool kept[4] = {false};
        struct seen seen;

        nftw(bench->dir, bench_delete_one, 8, FTW_DEPTH | FTW_PHYS);
        assert_int_equal(mkdir(bench->dir, 0700), 0);
        break_writes(ENOSPC, after, 1);
        if (try_open(bench) != HAUL_OK) {
            assert_int_equal(bench->err.code, HAUL_E_DISK_FULL);
            assert_false(bench->moved);
            continue;
        }
        kept[1] = add(bench, 1) == HAUL_OK;
        kept[2] = add(bench, 2) == HAUL_OK;
        update.done = 9;
        store_update(bench->store, &update);
        kept[3] = add(bench, 3) == HAUL_OK;
        reached = failing == 0;
        seen = look(bench);
        for (unsigned id = 1; id < 4; id++)
            assert_int_equal(seen.ids >> id & 1, kept[id]);
        if (kept[1] && kept[3])
            assert_int_equal(seen.done[1], 9);
        close_store(bench);
    }
}

/* A disk that can't be read just now says nothing of the database. */
static void no_failed_read_moves_the_queue_aside(void **state)
{
    struct store_bench *bench = *state;
    unsigned refused = 0;

    open_store(bench);
    assert_int_equal(add(bench, 1), HAUL_OK);
    close_store(bench);
    for (long after = 0;; after++) {
        enum haul_err code;

        reads_left = after;
        code = try_open(bench);
        reads_left = -1;
        assert_false(bench->moved);
        if (code == HAUL_OK)
            break;
        assert_int_equal(code, HAUL_E_STORE);
        refused++;
    }
    assert_true(refused > 0);
    assert_int_equal(look(bench).ids, 1 << 1);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, bench_tear_down)
    const struct CMUnitTest tests[] = {
        TEST(a_full_disk_fails_adds_and_keeps_everything_else),
        TEST(it_catches_up_by_itself),
        TEST(a_full_disk_is_not_tried_for_every_change),
        TEST(other_errors_name_the_cause),
        TEST(what_is_told_as_kept_is_synced),
        TEST(what_can_not_be_synced_is_not_told_as_kept),
        TEST(it_closes_on_a_full_disk_and_loses_nothing_that_was_told),
        TEST(no_failed_write_breaks_a_promise),
        TEST(no_failed_read_moves_the_queue_aside),
    };

    return cmocka_run_group_tests(tests, take_writes, NULL);
}
