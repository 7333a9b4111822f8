/* Room for a file: what it is promised, what it reserves, and what is given back. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/mem.h"
#include "disk/space.h"

#define SIZE   ((uint64_t)8 * 1024 * 1024)
#define LITTLE ((uint64_t)64 * 1024) /* more than a file system needs for a file without a byte */

/* What the file system says; these stand in for libc's. */
static int reserve_error; /* after half of it was reserved */
static struct statfs told;
static unsigned reserved;

int fallocate(int fd, int mode, off_t offset, off_t len)
{
    reserved++;
    if (reserve_error == EOPNOTSUPP) {
        errno = EOPNOTSUPP;
        return -1;
    }
    if (syscall(SYS_fallocate, fd, mode, offset, reserve_error ? len / 2 : len) != 0)
        return -1;
    errno = reserve_error;
    return reserve_error ? -1 : 0;
}

int fstatfs(int fd, struct statfs *ret_fs)
{
    (void)fd;
    *ret_fs = told;
    return 0;
}

struct file {
    struct disk_need need;
    bool reserves;
    struct haul_error err;
};

/* A file of a few bytes on a file system with room for ROOM more. */
static struct file file_with(uint64_t room)
{
    char path[] = "/tmp/haul-room.XXXXXX";
    struct file file = {.need = {.fd = mkstemp(path), .dir = "/tmp", .size = SIZE}};

    assert_true(file.need.fd >= 0);
    unlink(path);
    assert_int_equal(pwrite(file.need.fd, "here", 4, 0), 4);
    reserve_error = 0;
    reserved = 0;
    told = (struct statfs){.f_type = EXT4_SUPER_MAGIC,
                           .f_blocks = room,
                           .f_bfree = room,
                           .f_bavail = room,
                           .f_frsize = 1};
    return file;
}

static enum haul_err take(struct file *file)
{
    return disk_space_take(&file->need, &file->reserves, &file->err);
}

static struct stat stat_of(const struct file *file)
{
    struct stat st;

    assert_int_equal(fstat(file->need.fd, &st), 0);
    return st;
}

/* Not every file system can do that, or counts it. */
static void need_reserving(void)
{
    struct file file = file_with(2 * SIZE);
    bool can = syscall(SYS_fallocate, file.need.fd, FALLOC_FL_KEEP_SIZE, 0, (off_t)SIZE) == 0 &&
               (uint64_t)stat_of(&file).st_blocks * 512 >= SIZE &&
               ftruncate(file.need.fd, 4) == 0 && (uint64_t)stat_of(&file).st_blocks * 512 < LITTLE;

    close(file.need.fd);
    if (!can)
        skip();
}

static void room_is_reserved_behind_the_end(void **state)
{
    struct file file;

    (void)state;
    need_reserving();
    file = file_with(2 * SIZE);
    assert_int_equal(take(&file), HAUL_OK);
    assert_true(file.reserves);
    assert_int_equal(stat_of(&file).st_size, 4);
    assert_true((uint64_t)stat_of(&file).st_blocks * 512 >= SIZE);
    close(file.need.fd);
}

/* As ext4 does where a quota ends, of which statfs() does not tell. */
static void what_was_reserved_in_vain_is_given_back(void **state)
{
    struct file file;

    (void)state;
    need_reserving();
    file = file_with(2 * SIZE);
    reserve_error = EDQUOT;
    assert_int_equal(take(&file), HAUL_E_DISK_FULL);
    assert_int_equal(reserved, 1);
    assert_int_equal(stat_of(&file).st_size, 4);
    assert_true((uint64_t)stat_of(&file).st_blocks * 512 < LITTLE);
    close(file.need.fd);
}

static void nothing_is_reserved_where_there_is_no_room(void **state)
{
    struct file file = file_with(SIZE / 2);

    (void)state;
    assert_int_equal(take(&file), HAUL_E_DISK_FULL);
    assert_int_equal(reserved, 0);
    close(file.need.fd);
}

static void who_cannot_reserve_leaves_others_what_they_were_promised(void **state)
{
    struct file file = file_with(2 * SIZE);

    (void)state;
    reserve_error = EOPNOTSUPP;
    file.need.promised = SIZE;
    assert_int_equal(take(&file), HAUL_OK);
    assert_false(file.reserves);
    file.need.promised = SIZE + LITTLE;
    assert_int_equal(take(&file), HAUL_E_DISK_FULL);
    close(file.need.fd);
}

/* Some have no end, and say so with numbers that no other number holds. */
static void more_room_than_can_be_counted_is_room(void **state)
{
    struct file file = file_with(2 * SIZE);

    (void)state;
    reserve_error = EOPNOTSUPP;
    told.f_frsize = 1 << 20;
    told.f_blocks = told.f_bfree = told.f_bavail = UINT64_C(1) << 44; /* 2^64 bytes */
    assert_int_equal(take(&file), HAUL_OK);
    told.f_blocks = told.f_bfree = told.f_bavail = UINT64_MAX;
    assert_int_equal(take(&file), HAUL_OK);
    close(file.need.fd);
}

static void who_does_not_know_its_room_is_believed_to_have_some(void **state)
{
    struct file file = file_with(0);

    (void)state;
    reserve_error = EOPNOTSUPP;
    assert_int_equal(take(&file), HAUL_OK);
    close(file.need.fd);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(room_is_reserved_behind_the_end),
        cmocka_unit_test(what_was_reserved_in_vain_is_given_back),
        cmocka_unit_test(nothing_is_reserved_where_there_is_no_room),
        cmocka_unit_test(who_cannot_reserve_leaves_others_what_they_were_promised),
        cmocka_unit_test(more_room_than_can_be_counted_is_room),
        cmocka_unit_test(who_does_not_know_its_room_is_believed_to_have_some),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
