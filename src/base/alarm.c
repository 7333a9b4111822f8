/* An alarm clock: a timerfd of the wall clock, which the kernel ends early when that is set. */

#include "base/alarm.h"

#include <errno.h>
#include <string.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "base/mem.h"

/* In ns; a zero would disarm it, so what is long over is the first moment of 1970. */
static struct itimerspec spec_of(int64_t when)
{
    struct itimerspec spec = {0};

    if (when == INT64_MAX)
        return spec;
    when = MAX(when, 1);
    spec.it_value.tv_sec = (time_t)(when / 1000);
    spec.it_value.tv_nsec = (long)(when % 1000) * 1000000;
    return spec;
}

static void on_readable(uv_poll_t *poll, int status, int events)
{
    struct alarm *alarm = OWNER_OF(poll, struct alarm, poll);
    uint64_t expired;

    (void)status;
    (void)events;
    if (read(alarm->fd, &expired, sizeof expired) < 0 && errno == EAGAIN)
        return;
    alarm_set(alarm, INT64_MAX); /* else, with ECANCELED, the clock was set */
    alarm->ring(alarm);
}

enum haul_err alarm_init(struct alarm *alarm, uv_loop_t *loop, void (*ring)(struct alarm *alarm),
                         struct haul_error *err)
{
    int fd = timerfd_create(CLOCK_REALTIME, TFD_CLOEXEC | TFD_NONBLOCK);

    if (fd < 0)
        return haul_fail(err, HAUL_E_INTERNAL, "the system gives no alarm clock (timerfd): %s",
                         strerror(errno));
    alarm->fd = fd;
    alarm->when = INT64_MAX;
    alarm->ring = ring;
    uv_poll_init(loop, &alarm->poll, fd);
    return HAUL_OK;
}

static bool arm(struct alarm *alarm, int64_t when)
{
    struct itimerspec spec = spec_of(when);

    return timerfd_settime(alarm->fd, TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET, &spec, NULL) ==
           0;
}

/* That the clock was set meanwhile is told here, and then not when the timer is read. */
void alarm_set(struct alarm *alarm, int64_t when)
{
    if (when == alarm->when)
        return;
    alarm->when = when;
    if (!arm(alarm, when) && errno == ECANCELED)
        (void)arm(alarm, 0);
    if (when == INT64_MAX)
        uv_poll_stop(&alarm->poll);
    else
        uv_poll_start(&alarm->poll, UV_READABLE, on_readable);
}

void alarm_close(struct alarm *alarm, uv_close_cb closed)
{
    uv_poll_stop(&alarm->poll);
    close(alarm->fd);
    uv_close((uv_handle_t *)&alarm->poll, closed);
}
