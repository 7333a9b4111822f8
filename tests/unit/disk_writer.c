/* The way of bytes into a file, with and without memory for blocks. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/array.h"
#include "base/mem.h"
#include "disk/file_inside.h"
#include "disk/writer.h"

static uint64_t still(void *ctx)
{
    (void)ctx;
    return 1;
}

static void on_ready(void *ctx)
{
    (void)ctx;
}

static void a_quick_stream_goes_on_without_blocks(void **state)
{
    struct haul_loop *loop;
    struct haul_error err;
    struct clock clock;
    struct disk_range range = {.end = UINT64_MAX};
    struct disk_file file = {.state = {.ranges = &range, .range_count = 1}};
    struct disk_writer writer;
    char path[] = "/tmp/haul-writer.XXXXXX", chunk[16384], back[16384];
    char **blocks = NULL;
    size_t count = 0, size = 0;
    char *block;

    (void)state;
    assert_int_equal(haul_loop_new(&loop, &err), HAUL_OK);
    clock = (struct clock){.ticks = still, .nanos = still};
    file.disk = disk_new(loop, &clock);
    file.fd = mkstemp(path);
    assert_true(file.fd >= 0);
    unlink(path);
    file.volume = disk_volume(file.disk, 1);
    while ((block = disk_block_get(file.disk, DISK_BLOCK))) {
        blocks = array_reserve(blocks, count, &size, sizeof *blocks);
        blocks[count++] = block;
    }
    disk_writer_init(&writer, &file, 0, on_ready, NULL);
    memset(chunk, 'h', sizeof chunk);
    for (int i = 0; i < 64; i++)
        assert_int_equal(disk_writer_add(&writer, chunk, sizeof chunk), DISK_TAKEN);
    assert_true(writer.quick);
    assert_int_equal(range.written, 64 * sizeof chunk);
    assert_int_equal(pread(file.fd, back, sizeof back, 63 * sizeof chunk), sizeof back);
    assert_memory_equal(back, chunk, sizeof chunk);
    disk_volume_note(file.volume, 1, UINT64_MAX); /* slow now: the loop may not wait for it */
    assert_int_equal(disk_writer_add(&writer, chunk, sizeof chunk), DISK_FULL);
    while (count > 0)
        disk_block_put(file.disk, blocks[--count], DISK_BLOCK);
    assert_int_equal(disk_writer_add(&writer, chunk, sizeof chunk), DISK_TAKEN);
    disk_writer_fini(&writer);
    free(blocks);
    close(file.fd);
    disk_free(file.disk);
    haul_loop_free(loop);
}

/* More slow streams than there are large blocks: each has its place all the same, and all together
 * they take no more than a few MiB. */
static void a_slow_disk_serves_thousands_of_slow_streams(void **state)
{
    enum { COUNT = 2000 };
    struct haul_loop *loop;
    struct haul_error err;
    struct clock clock = {.ticks = still, .nanos = still};
    struct disk_range range = {.end = UINT64_MAX};
    struct disk_file file = {.state = {.ranges = &range, .range_count = 1}, .fd = -1};
    struct disk_writer *writers = xcalloc(COUNT, sizeof *writers);
    size_t bytes = 0;

    (void)state;
    assert_int_equal(haul_loop_new(&loop, &err), HAUL_OK);
    file.disk = disk_new(loop, &clock);
    file.volume = disk_volume(file.disk, 1);
    disk_volume_note(file.volume, 1, UINT64_MAX);
    for (int i = 0; i < COUNT; i++) {
        disk_writer_init(&writers[i], &file, 0, on_ready, NULL);
        assert_int_equal(disk_writer_add(&writers[i], "slowly", 6), DISK_TAKEN);
        assert_int_equal(disk_writer_add(&writers[i], "coming", 6), DISK_TAKEN);
        bytes += writers[i].size;
    }
    assert_int_equal(writers[0].size, 16 * 1024);
    assert_true(bytes <= (size_t)11 * 1024 * 1024);
    for (int i = 0; i < COUNT; i++)
        disk_writer_fini(&writers[i]);
    free(writers);
    disk_free(file.disk);
    haul_loop_free(loop);
}

/* A clock on which each write takes 8 ms, and waits for the disk or not. */
struct busy {
    uint64_t now, waits;
    bool waits_grow;
};

static uint64_t busy_nanos(void *ctx)
{
    struct busy *busy = ctx;

    return busy->now += 8000000;
}

static uint64_t busy_waits(void *ctx)
{
    struct busy *busy = ctx;

    return busy->waits_grow ? busy->waits++ : busy->waits;
}

/* After some writes that took long: does the loop still write by itself? */
static bool stays_quick(bool waits_grow)
{
    struct busy busy = {.waits_grow = waits_grow};
    struct clock clock = {.ticks = still, .nanos = busy_nanos, .waits = busy_waits, .ctx = &busy};
    struct haul_loop *loop;
    struct haul_error err;
    struct disk_volume *volume;
    struct disk *disk;
    bool quick;

    assert_int_equal(haul_loop_new(&loop, &err), HAUL_OK);
    disk = disk_new(loop, &clock);
    volume = disk_volume(disk, 1);
    for (int i = 0; i < 5; i++) {
        struct disk_timing timing = disk_volume_start(volume);

        disk_volume_end(volume, 1, &timing);
    }
    quick = disk_volume_quick(volume);
    disk_free(disk);
    haul_loop_free(loop);
    return quick;
}

static void a_busy_processor_makes_no_disk_slow(void **state)
{
    (void)state;
    assert_true(stays_quick(false));
    assert_false(stays_quick(true));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_busy_processor_makes_no_disk_slow),
        cmocka_unit_test(a_slow_disk_serves_thousands_of_slow_streams),
        cmocka_unit_test(a_quick_stream_goes_on_without_blocks),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
