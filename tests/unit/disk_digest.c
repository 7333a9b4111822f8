/* Digests that follow a file while it grows. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <uv.h>

#include "base/loop.h"
#include "base/mem.h"
#include "disk/digest.h"
#include "disk/file_inside.h"

#define MIB  ((size_t)1024 * 1024)
#define SIZE (4 * MIB)

/* 4 MiB of 'h'. */
#define RIGHT "sha256:806582984e335c4f5fb7d310dbf7a790d51df348d77dc797a3b27c6da316995e"

struct world {
    struct haul_loop *loop;
    struct disk *disk;
    struct disk_range ranges[2];
    struct disk_file file;
    unsigned verdicts;
    struct haul_error verdict;
};

static int set_up(void **state)
{
    struct world *world = xcalloc(1, sizeof *world);
    char path[] = "/tmp/haul-digest.XXXXXX";
    char *data = xmalloc(SIZE);
    struct haul_error err;

    assert_int_equal(haul_loop_new(&world->loop, &err), HAUL_OK);
    world->disk = disk_new(world->loop, &clock_system);
    world->ranges[0] = (struct disk_range){.end = SIZE / 2};
    world->ranges[1] = (struct disk_range){SIZE / 2, SIZE, SIZE / 2, SIZE / 2};
    world->file = (struct disk_file){.disk = world->disk,
                                     .fd = mkstemp(path),
                                     .state = {.ranges = world->ranges, .range_count = 2}};
    assert_true(world->file.fd >= 0);
    unlink(path);
    memset(data, 'h', SIZE);
    assert_int_equal(pwrite(world->file.fd, data, SIZE, 0), SIZE);
    free(data);
    *state = world;
    return 0;
}

static int tear_down(void **state)
{
    struct world *world = *state;

    while (digest_hurry(world->file.digest))
        uv_run(loop_uv(world->loop), UV_RUN_ONCE);
    assert_false(disk_busy(world->disk));
    digest_free(world->file.digest);
    close(world->file.fd);
    disk_free(world->disk);
    haul_loop_free(world->loop);
    free(world);
    return 0;
}

static void on_verdict(void *ctx, const struct haul_error *err)
{
    struct world *world = ctx;

    world->verdicts++;
    world->verdict = *err;
}

static struct checksum right(void)
{
    struct checksum checksum;

    assert_null(checksum_parse(RIGHT, &checksum));
    return checksum;
}

/* Waits until no job is under way. */
static void settle(struct world *world)
{
    while (disk_busy(world->disk))
        uv_run(loop_uv(world->loop), UV_RUN_ONCE);
}

static void wait_for_verdict(struct world *world)
{
    while (world->verdicts == 0)
        uv_run(loop_uv(world->loop), UV_RUN_ONCE);
}

static void it_follows_what_is_here_without_a_gap(void **state)
{
    struct world *world = *state;
    struct checksum wanted = right();

    disk_file_hash(&world->file, &wanted);
    settle(world);
    assert_int_equal(disk_file_hashed(&world->file), 0);
    world->ranges[1].written = SIZE; /* behind a gap */
    disk_file_hash_on(&world->file);
    settle(world);
    assert_int_equal(disk_file_hashed(&world->file), 0);
    world->ranges[0].written = MIB;
    disk_file_hash_on(&world->file);
    settle(world);
    assert_int_equal(disk_file_hashed(&world->file), MIB);
    world->ranges[0].written = SIZE / 2; /* and the gap is closed */
    disk_file_hash_on(&world->file);
    settle(world);
    assert_int_equal(disk_file_hashed(&world->file), SIZE);
    disk_file_verify(&world->file, SIZE, on_verdict, world);
    assert_int_equal(world->verdicts, 1); /* nothing was left to read */
    assert_int_equal(world->verdict.code, HAUL_OK);
}

static void the_rest_is_read_at_the_end(void **state)
{
    struct world *world = *state;
    struct checksum wanted = right();

    disk_file_hash(&world->file, &wanted);
    disk_file_verify(&world->file, SIZE, on_verdict, world);
    wait_for_verdict(world);
    assert_int_equal(world->verdict.code, HAUL_OK);
}

static void one_byte_that_differs_is_told(void **state)
{
    struct world *world = *state;
    struct checksum wanted = right();

    assert_int_equal(pwrite(world->file.fd, "H", 1, SIZE - 1), 1);
    disk_file_hash(&world->file, &wanted);
    disk_file_verify(&world->file, SIZE, on_verdict, world);
    wait_for_verdict(world);
    assert_int_equal(world->verdict.code, HAUL_E_CHECKSUM);
    assert_false(world->verdict.retryable);
}

static void a_file_that_was_emptied_is_hashed_anew(void **state)
{
    struct world *world = *state;
    struct checksum wanted = right();

    assert_int_equal(pwrite(world->file.fd, "H", 1, 0), 1);
    world->ranges[0].written = SIZE / 2;
    disk_file_hash(&world->file, &wanted); /* a job is under way now */
    assert_int_equal(pwrite(world->file.fd, "h", 1, 0), 1);
    world->ranges[0].written = 0;
    disk_file_hash(&world->file, &wanted);
    settle(world);
    assert_int_equal(disk_file_hashed(&world->file), 0);
    disk_file_verify(&world->file, SIZE, on_verdict, world);
    wait_for_verdict(world);
    assert_int_equal(world->verdict.code, HAUL_OK);
}

static void it_can_be_stopped(void **state)
{
    struct world *world = *state;
    struct checksum wanted = right();

    disk_file_hash(&world->file, &wanted);
    disk_file_verify(&world->file, SIZE, on_verdict, world);
    disk_file_verify_stop(&world->file);
    assert_int_equal(world->verdicts, 1);
    assert_int_equal(world->verdict.code, HAUL_E_CANCELLED);
    disk_file_verify_stop(&world->file);
    settle(world);
    assert_int_equal(world->verdicts, 1);
}

static void a_file_that_is_too_short_is_no_match(void **state)
{
    struct world *world = *state;
    struct checksum wanted = right();

    assert_int_equal(ftruncate(world->file.fd, SIZE - 1), 0);
    disk_file_hash(&world->file, &wanted);
    disk_file_verify(&world->file, SIZE, on_verdict, world);
    wait_for_verdict(world);
    assert_int_equal(world->verdict.code, HAUL_E_DISK);
}

static void memory_is_checked_too(void **state)
{
    struct checksum wanted;
    struct haul_error err;

    (void)state;
    assert_null(checksum_parse("md5:900150983cd24fb0d6963f7d28e17f72", &wanted));
    assert_int_equal(digest_check(&wanted, "abc", 3, &err), HAUL_OK);
    assert_int_equal(digest_check(&wanted, "abd", 3, &err), HAUL_E_CHECKSUM);
    assert_non_null(strstr(err.text, "900150983cd24fb0d6963f7d28e17f72"));
    assert_null(checksum_parse("sha512:"
                               "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
                               "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
                               &wanted));
    assert_int_equal(digest_check(&wanted, "abc", 3, &err), HAUL_OK);
    assert_int_equal(digest_check(&wanted, "", 0, &err), HAUL_E_CHECKSUM);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(it_follows_what_is_here_without_a_gap, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_rest_is_read_at_the_end, set_up, tear_down),
        cmocka_unit_test_setup_teardown(one_byte_that_differs_is_told, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_file_that_was_emptied_is_hashed_anew, set_up, tear_down),
        cmocka_unit_test_setup_teardown(it_can_be_stopped, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_file_that_is_too_short_is_no_match, set_up, tear_down),
        cmocka_unit_test(memory_is_checked_too),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
