/* Time and silence: connections that bring nothing, or too little, for too long, and items whose
 * time is up. Looked at once a second. */

#include "base/mem.h"
#include "engine/transfer_inside.h"

#define SLOW_TIME 30 /* seconds, where --stall-timeout says nothing */

static void stalled(struct segment *segment, const char *what, uint64_t seconds, const char *option)
{
    segment_hang_up(segment);
    haul_fail(fault_need(&segment->err), HAUL_E_STALLED, "%s for %llu s (%s)", what,
              (unsigned long long)seconds, option);
    transfer_wants_attention(segment->transfer);
}

/* Is it without a byte for too long? While there is no connection, that is the matter of the time
 * for connecting, where one is set. */
static bool is_silent(const struct segment *segment, uint64_t now)
{
    const struct haul_options *options = segment->transfer->item->options;

    return options->stall_timeout > 0 && !segment->waits &&
           (segment->connected || options->connect_timeout == 0) &&
           now - segment->last_byte >= options->stall_timeout * 1000;
}

/* How long a connection may be slower than --min-speed, in seconds. */
static uint64_t slow_time(const struct haul_options *options)
{
    return options->stall_timeout > 0 ? options->stall_timeout : SLOW_TIME;
}

/* Has it brought less than --min-speed on average, for too long? Looks once a second: a stretch
 * that was quick enough begins anew, and so does one in which we did not let it. */
static bool is_slow(struct segment *segment, uint64_t now)
{
    const struct haul_options *options = segment->transfer->item->options;
    uint64_t passed = now - segment->slow_since, due;

    if (options->min_speed == 0 || !segment->connected)
        return false;
    if (segment->waits || segment->was_held || !mul_u64(options->min_speed, passed, &due) ||
        (segment->came - segment->slow_from) * 1000 >= due) {
        segment->slow_since = now;
        segment->slow_from = segment->came;
        segment->was_held = false;
        return false;
    }
    return passed >= slow_time(options) * 1000;
}

static void watch_segment(struct segment *segment, uint64_t now)
{
    const struct haul_options *options = segment->transfer->item->options;

    if (!segment->net)
        return;
    if (is_silent(segment, now))
        stalled(segment, "no data", options->stall_timeout, "--stall-timeout");
    else if (is_slow(segment, now))
        stalled(segment, "too slow", slow_time(options), "--min-speed");
}

void transfer_forgive(struct transfer *transfer, uint64_t late)
{
    uint64_t now = engine_now(transfer->engine);
    struct segment *segment;

    LIST_FOREACH(segment, &transfer->segments, link)
    {
        segment->last_byte = MIN(segment->last_byte + late, now);
        segment->slow_since = MIN(segment->slow_since + late, now);
    }
}

void transfer_watch_time(struct transfer *transfer, uint64_t now)
{
    struct segment *segment;
    struct haul_error err;

    if (transfer->goal != GOAL_RECEIVE)
        return;
    if (transfer->item->more->work->deadline > 0 && now >= transfer->item->more->work->deadline) {
        haul_fail(&err, HAUL_E_TIMEOUT, "not complete after %llu s (--timeout)",
                  (unsigned long long)transfer->item->options->timeout);
        err.retryable = false;
        transfer_fail(transfer, &err);
    }
    LIST_FOREACH(segment, &transfer->segments, link)
    watch_segment(segment, now);
    transfer_watch_silence(transfer, now);
}
