/* Pushing at a pace.
 *
 * The notification is made when the timer fires, so it is of the newest state; where the client has
 * not read the last one, that is put off until it has, and what happened meanwhile is one change.
 */

#include "control/feed.h"

#include <stdlib.h>
#include <uv.h>

#include "base/clock.h"
#include "base/mem.h"
#include "control/proto.h"

struct feed {
    uv_timer_t timer; /* runs only while one is due */
    const struct conn *conn;
    struct feed_source source;
    uint32_t interval_ms;
    uint64_t made_at; /* tick at which the last one was, or was to be, made */
    bool held_back;   /* one is due, and the client has not read the last */
};

static void on_closed(uv_handle_t *handle)
{
    free(OWNER_OF(handle, struct feed, timer));
}

struct feed *feed_new(uv_loop_t *loop, const struct conn *conn, const struct feed_source *source,
                      uint32_t interval_ms)
{
    struct feed *feed = xcalloc(1, sizeof *feed);

    feed->conn = conn;
    feed->source = *source;
    feed->interval_ms = interval_ms;
    (void)uv_timer_init(loop, &feed->timer);
    return feed;
}

void feed_free(struct feed *feed)
{
    if (feed)
        uv_close((uv_handle_t *)&feed->timer, on_closed);
}

void feed_pace(struct feed *feed, uint32_t interval_ms)
{
    if (feed)
        feed->interval_ms = interval_ms;
}

static void on_timer(uv_timer_t *timer)
{
    struct feed *feed = OWNER_OF(timer, struct feed, timer);
    size_t len;
    json_t *params;
    char *line;

    feed->held_back = conn_unsent(feed->conn) > 0;
    if (feed->held_back)
        return;
    params = feed->source.make(feed->source.ctx);
    feed->made_at = clock_ticks(&clock_system);
    if (!params)
        return;
    line = proto_notification(feed->source.method, params, &len);
    feed->source.send(feed->source.ctx, line, len);
}

static void set_timer(struct feed *feed, uint64_t due)
{
    uint64_t now = clock_ticks(&clock_system);

    uv_update_time(feed->timer.loop);
    (void)uv_timer_start(&feed->timer, on_timer, due > now ? due - now : 0, 0);
}

void feed_changed(struct feed *feed)
{
    if (feed && !feed->held_back && !uv_is_active((uv_handle_t *)&feed->timer))
        set_timer(feed, feed->made_at + feed->interval_ms);
}

void feed_now(struct feed *feed)
{
    if (feed)
        set_timer(feed, 0);
}

void feed_drained(struct feed *feed)
{
    if (!feed || !feed->held_back)
        return;
    feed->held_back = false;
    feed_changed(feed);
}
