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

/* More slow streams than there are large blocks: each has its place all the same. */
static void a_slow_disk_serves_thousands_of_slow_streams(void **state)
{
    enum { COUNT = 2000 };
    struct haul_loop *loop;
    struct haul_error err;
    struct clock clock = {.ticks = still, .nanos = still};
    struct disk_range range = {.end = UINT64_MAX};
    struct disk_file file = {.state = {.ranges = &range, .range_count = 1}, .fd = -1};
    struct disk_writer *writers = xcalloc(COUNT, sizeof *writers);

    (void)state;
    assert_int_equal(haul_loop_new(&loop, &err), HAUL_OK);
    file.disk = disk_new(loop, &clock);
    file.volume = disk_volume(file.disk, 1);
    disk_volume_note(file.volume, 1, UINT64_MAX);
    for (int i = 0; i < COUNT; i++) {
        disk_writer_init(&writers[i], &file, 0, on_ready, NULL);
        assert_int_equal(disk_writer_add(&writers[i], "slowly", 6), DISK_TAKEN);
        assert_int_equal(disk_writer_add(&writers[i], "coming", 6), DISK_TAKEN);
    }
    for (int i = 0; i < COUNT; i++)
        disk_writer_fini(&writers[i]);
    free(writers);
    disk_free(file.disk);
    haul_loop_free(loop);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_slow_disk_serves_thousands_of_slow_streams),
        cmocka_unit_test(a_quick_stream_goes_on_without_blocks),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
