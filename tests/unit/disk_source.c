/* A file that is sent, from its beginning as often as that is asked for. Under ThreadSanitizer the
 * rewinds, which come while a worker reads, show that the two share nothing. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <unistd.h>
#include <uv.h>

#include "base/loop.h"
#include "base/mem.h"
#include "disk/source.h"

#define SIZE    ((size_t)3 * 1024 * 1024 + 17)
#define REWINDS 50

struct world {
    struct haul_loop *loop;
    struct disk *disk;
    struct disk_source *source;
};

static void on_opened(void *ctx, struct disk_source *source, const struct haul_error *err)
{
    struct world *world = ctx;

    assert_int_equal(err->code, HAUL_OK);
    world->source = source;
}

static void on_ready(void *ctx)
{
    (void)ctx;
}

static void on_checked(void *ctx, const struct haul_error *err)
{
    (void)ctx;
    (void)err;
}

static char byte_at(size_t at)
{
    return (char)(at * 31 + at / 251);
}

static void turn(struct world *world)
{
    uv_run(loop_uv(world->loop), UV_RUN_ONCE);
}

/* Reads UPTO bytes from the beginning and compares them. */
static void read_upto(struct world *world, size_t upto)
{
    char data[20000];
    size_t at = 0;

    while (at < upto) {
        ssize_t got = disk_source_read(world->source, data, sizeof data);

        assert_true(got >= 0);
        for (ssize_t i = 0; i < got; i++, at++)
            assert_int_equal(data[i], byte_at(at));
        if (got == 0)
            turn(world);
    }
}

static void each_rewind_brings_the_first_byte_again(void **state)
{
    static const struct disk_source_events events = {on_opened, on_ready, on_checked};
    char path[] = "/tmp/haul-source.XXXXXX";
    char *bytes = xmalloc(SIZE);
    int fd = mkstemp(path);
    struct world world = {0};
    struct haul_error err;

    (void)state;
    for (size_t i = 0; i < SIZE; i++)
        bytes[i] = byte_at(i);
    assert_int_equal(pwrite(fd, bytes, SIZE, 0), SIZE);
    close(fd);
    free(bytes);
    assert_int_equal(haul_loop_new(&world.loop, &err), HAUL_OK);
    world.disk = disk_new(world.loop, &clock_system);
    disk_source_open(world.disk, path, &events, &world);
    while (!world.source)
        turn(&world);
    for (unsigned i = 0; i < REWINDS; i++) {
        read_upto(&world, i * (SIZE / REWINDS / 2));
        disk_source_rewind(world.source);
    }
    read_upto(&world, SIZE);
    assert_true(disk_source_at_end(world.source));
    while (!disk_source_halt(world.source))
        turn(&world);
    disk_source_close(world.source);
    disk_free(world.disk);
    haul_loop_free(world.loop);
    unlink(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_rewind_brings_the_first_byte_again),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
