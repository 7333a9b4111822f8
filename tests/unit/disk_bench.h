#ifndef TESTS_DISK_BENCH_H
#define TESTS_DISK_BENCH_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <uv.h>

#include "base/loop.h"
#include "base/mem.h"
#include "base/str.h"
#include "disk/file.h"
#include "disk/writer.h"

#define STORY   "http://h/a"
#define SIZE    200000 /* of what it leads to */
#define NO_TIME (-1)

/* A loop, a folder of its own, and a download to "a" in it, for the tests of partial files. */
struct disk_bench {
    struct haul_loop *loop;
    struct disk *disk;
    char dir[32];
    enum haul_if_exists policy;
    struct disk_file *file;
    struct disk_writer writer;
    unsigned ends;         /* of files, that came */
    char name[64];         /* that the file got, "" none */
    struct haul_error err; /* of the last thing that was asked for */
};

static inline int set_up(void **state)
{
    struct disk_bench *bench = xcalloc(1, sizeof *bench);

    str_copy(bench->dir, sizeof bench->dir, "/tmp/haul-disk.XXXXXX");
    assert_non_null(mkdtemp(bench->dir));
    assert_int_equal(haul_loop_new(&bench->loop, &bench->err), HAUL_OK);
    bench->disk = disk_new(bench->loop, &clock_system);
    bench->policy = HAUL_EXISTS_RENAME;
    *state = bench;
    return 0;
}

/* Waits until no job is under way. */
static inline void settle(struct disk_bench *bench)
{
    while (disk_busy(bench->disk))
        uv_run(loop_uv(bench->loop), UV_RUN_ONCE);
}

/* How many files in the folder have a name that ends with END. */
static inline size_t files_in(const struct disk_bench *bench, const char *end)
{
    DIR *dir = opendir(bench->dir);
    struct dirent *entry;
    size_t count = 0;

    assert_non_null(dir);
    while ((entry = readdir(dir)))
        count += entry->d_name[0] != '.' && str_ends(entry->d_name, end);
    closedir(dir);
    return count;
}

static inline int tear_down(void **state)
{
    struct disk_bench *bench = *state;
    struct dirent *entry;
    DIR *dir;

    settle(bench);
    dir = opendir(bench->dir);
    while ((entry = readdir(dir)))
        unlinkat(dirfd(dir), entry->d_name, 0);
    closedir(dir);
    assert_int_equal(rmdir(bench->dir), 0);
    disk_free(bench->disk);
    haul_loop_free(bench->loop);
    free(bench);
    return 0;
}

static inline void bench_on_opened(void *ctx, struct disk_file *file, const struct haul_error *err)
{
    struct disk_bench *bench = ctx;

    bench->file = file;
    bench->err = *err;
}

static inline void bench_on_planned(void *ctx, const struct haul_error *err)
{
    struct disk_bench *bench = ctx;

    bench->err = *err;
}

static inline void on_end(void *ctx, const struct haul_error *err)
{
    struct disk_bench *bench = ctx;

    bench->ends++;
    bench->err = *err;
}

static inline void bench_on_finished(void *ctx, const char *name, const struct haul_error *err)
{
    struct disk_bench *bench = ctx;

    on_end(bench, err);
    str_copy(bench->name, sizeof bench->name, name ? name : "");
}

static inline void bench_on_ready(void *ctx)
{
    (void)ctx;
}

static inline char *bench_numbered(const char *name, unsigned n)
{
    return xasprintf("%s (%u)", name, n);
}

static inline void open_as(struct disk_bench *bench, const struct disk_claim *claim,
                           bool only_partial)
{
    struct disk_place place = {bench->dir, "a", bench->policy, bench_numbered, 0};

    disk_file_open(bench->disk, &place, claim, only_partial, bench_on_opened, bench);
    settle(bench);
}

/* Opens the partial of URL, or begins one. */
static inline void open_it(struct disk_bench *bench, const char *url)
{
    struct disk_claim claim = {.url = url};

    open_as(bench, &claim, false);
    assert_non_null(bench->file);
}

static inline void plan_it(struct disk_bench *bench, const char *url, disk_done_cb *done)
{
    struct disk_range all = {.end = SIZE};
    struct disk_state state = {
        .url = (char *)(uintptr_t)url, .size = SIZE, .ranges = &all, .range_count = 1};

    disk_file_plan(bench->file, &state, true, done, bench);
}

static inline void write_half(struct disk_bench *bench)
{
    char *data = xcalloc(1, SIZE / 2);

    assert_int_equal(disk_writer_add(&bench->writer, data, SIZE / 2), DISK_TAKEN);
    assert_true(disk_writer_flush(&bench->writer));
    settle(bench);
    free(data);
}

/* A download of URL of which half is here. */
static inline void begin(struct disk_bench *bench, const char *url)
{
    open_it(bench, url);
    plan_it(bench, url, bench_on_planned);
    settle(bench);
    assert_int_equal(bench->err.code, HAUL_OK);
    disk_writer_init(&bench->writer, bench->file, 0, bench_on_ready, NULL);
    write_half(bench);
}

static inline void keep(struct disk_bench *bench)
{
    disk_writer_fini(&bench->writer);
    disk_file_keep(bench->file, on_end, bench);
    settle(bench);
}

static inline void finish(struct disk_bench *bench)
{
    disk_writer_fini(&bench->writer);
    disk_file_finish(bench->file, SIZE, NO_TIME, bench_on_finished, bench);
    settle(bench);
}

#endif
