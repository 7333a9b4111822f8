/* The alarm clock, by the clock of the machine. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "base/alarm.h"
#include "base/clock.h"
#include "base/mem.h"

/* Somebody did so just before the timer is told of its time: the kernel then says it there. */
static bool clock_is_set;

int timerfd_settime(int fd, int flags, const struct itimerspec *spec, struct itimerspec *old)
{
    int status = (int)syscall(SYS_timerfd_settime, fd, flags, spec, old);

    if (!clock_is_set)
        return status;
    clock_is_set = false;
    errno = ECANCELED;
    return -1;
}

struct world {
    uv_loop_t loop;
    struct alarm alarm;
    unsigned rings;
    int64_t rang_at;
};

static void on_ring(struct alarm *alarm)
{
    struct world *world = OWNER_OF(alarm, struct world, alarm);

    world->rings++;
    world->rang_at = clock_wall(&clock_system);
}

static void setup(struct world *world)
{
    struct haul_error err;

    *world = (struct world){0};
    assert_int_equal(uv_loop_init(&world->loop), 0);
    assert_int_equal(alarm_init(&world->alarm, &world->loop, on_ring, &err), HAUL_OK);
}

static void teardown(struct world *world)
{
    alarm_close(&world->alarm, NULL);
    assert_int_equal(uv_run(&world->loop, UV_RUN_DEFAULT), 0);
    assert_int_equal(uv_loop_close(&world->loop), 0);
}

static void it_rings_once_and_not_too_early(void **state)
{
    struct world world;
    int64_t when = clock_wall(&clock_system) + 30;

    (void)state;
    setup(&world);
    alarm_set(&world.alarm, when);
    uv_run(&world.loop, UV_RUN_DEFAULT); /* until nothing is to come */
    assert_int_equal(world.rings, 1);
    assert_true(world.rang_at >= when);
    teardown(&world);
}

static void what_is_over_rings_at_once(void **state)
{
    struct world world;

    (void)state;
    setup(&world);
    alarm_set(&world.alarm, clock_wall(&clock_system) - 100000);
    uv_run(&world.loop, UV_RUN_DEFAULT);
    alarm_set(&world.alarm, 0);
    uv_run(&world.loop, UV_RUN_DEFAULT);
    assert_int_equal(world.rings, 2);
    teardown(&world);
}

static void it_can_be_set_anew_and_turned_off(void **state)
{
    struct world world;

    (void)state;
    setup(&world);
    alarm_set(&world.alarm, clock_wall(&clock_system) + 3600000);
    alarm_set(&world.alarm, clock_wall(&clock_system) + 10);
    uv_run(&world.loop, UV_RUN_DEFAULT);
    assert_int_equal(world.rings, 1);
    alarm_set(&world.alarm, clock_wall(&clock_system) + 3600000);
    alarm_set(&world.alarm, INT64_MAX);
    assert_int_equal(uv_run(&world.loop, UV_RUN_DEFAULT), 0); /* nothing keeps the loop alive */
    assert_int_equal(world.rings, 1);
    teardown(&world);
}

static void it_rings_when_the_clock_was_set_before_its_time(void **state)
{
    struct world world;

    (void)state;
    setup(&world);
    clock_is_set = true;
    alarm_set(&world.alarm, clock_wall(&clock_system) + 3600000);
    uv_run(&world.loop, UV_RUN_ONCE);
    assert_int_equal(world.rings, 1);
    teardown(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_rings_once_and_not_too_early),
        cmocka_unit_test(what_is_over_rings_at_once),
        cmocka_unit_test(it_can_be_set_anew_and_turned_off),
        cmocka_unit_test(it_rings_when_the_clock_was_set_before_its_time),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
