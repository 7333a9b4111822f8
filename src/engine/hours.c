/* The hours of the day.
 *
 * Nothing is remembered of what was before: whatever happened to the clock, the settings or the
 * file, what holds is worked out anew from what they are now. An item that was halted is a queued
 * one like the others; that it waits for the hours is the schedule's to know, not the item's. */

#include "engine/hours.h"

#include "base/clock.h"
#include "base/fmt.h"
#include "base/mem.h"
#include "base/str.h"
#include "engine/keep.h"
#include "engine/transfer_inside.h"
#include "haul/log.h"

void hours_init(struct hours *hours, struct lanes *lanes)
{
    *hours = (struct hours){.until = INT64_MAX};
    lane_init(&hours->closed, lanes);
}

void hours_fini(struct hours *hours)
{
    schedule_free(hours->schedule);
    lane_fini(&hours->closed);
}

/* The settings' word. */

void hours_settle(const struct haul_engine *engine, struct haul_settings *change)
{
    const struct schedule *schedule = engine->hours.schedule;
    struct schedule_now now;

    if (change->schedule != HAUL_SCHEDULE_SKIP || !schedule)
        return;
    schedule_look(schedule, clock_wall(engine->clock), &now);
    change->schedule = now.until == INT64_MAX ? HAUL_SCHEDULE_OFF : now.until;
}

/* The time from which the schedule was to count again has come: as if nothing had been said. */
static void end_skip(struct haul_engine *engine)
{
    const struct haul_option *option = haul_option_find("schedule");
    struct haul_settings change;

    if (haul_option_given(option, &engine->settings)) {
        haul_settings_init(&change);
        haul_settings_drop(&change, option);
        haul_option_clear(option, &engine->settings);
        haul_option_copy(option, &engine->settings, &engine->configured);
        keep_settings(engine, &change);
    }
    if (engine->settings.schedule > HAUL_SCHEDULE_SKIP)
        engine->settings.schedule = HAUL_SCHEDULE_ON;
}

static void look(struct haul_engine *engine, struct schedule_now *ret_now)
{
    int64_t now = clock_wall(engine->clock);

    hours_settle(engine, &engine->settings);
    hours_settle(engine, &engine->configured);
    if (engine->settings.schedule > HAUL_SCHEDULE_SKIP && engine->settings.schedule <= now)
        end_skip(engine);
    *ret_now = (struct schedule_now){.until = INT64_MAX};
    if (!engine->hours.schedule || engine->settings.schedule == HAUL_SCHEDULE_OFF)
        return;
    if (engine->settings.schedule > now)
        ret_now->until = engine->settings.schedule;
    else
        schedule_look(engine->hours.schedule, now, ret_now);
}

/* What was configured gives way to the hours; what the user set while it ran counts beside them,
 * and so the lower of both. 0 is none. */
static uint64_t lower(const struct haul_engine *engine, const char *name, uint64_t set,
                      uint64_t scheduled)
{
    if (scheduled == 0)
        return set;
    if (set == 0 || !haul_option_given(haul_option_find(name), &engine->settings))
        return scheduled;
    return MIN(set, scheduled);
}

/* Halting. */

/* What can't go on later is not halted: a request that was sent is not one to be sent again. Nor is
 * one of which every byte is here. One that was removed is put away already. */
static bool may_be_halted(const struct item *item)
{
    return item->state == HAUL_ACTIVE && !item->removing && item->phase != HAUL_PHASE_CHECKING &&
           item->phase != HAUL_PHASE_FINISHING && !item->options->any_time &&
           haul_options_plain(item->options);
}

static void halt_all(struct haul_engine *engine)
{
    struct transfer *transfer, *next;

    for (transfer = LIST_FIRST(&engine->transfers); transfer; transfer = next) {
        next = LIST_NEXT(transfer, link);
        if (!may_be_halted(transfer->item))
            continue;
        if (engine->keep_history)
            item_log(transfer->item, clock_wall(engine->clock),
                     "halted: these are hours without downloads");
        engine_set_state(engine, transfer->item, HAUL_QUEUED);
        transfer_stop(transfer, false);
    }
}

/* Their rows tell what they wait for, and that is no time of theirs (--timeout). */
static void tell_queued(struct haul_engine *engine)
{
    for (size_t i = 0; i < engine->queue.count; i++) {
        struct item *item = engine->queue.order[i];

        if (item->state != HAUL_QUEUED)
            continue;
        if (item_work(item)->deadline > 0)
            item->more->work->deadline = 0;
        queue_touch(&engine->queue, item);
    }
}

static void log_change(const struct schedule_now *now)
{
    char limit[FMT_SIZE], until[FMT_SIZE];

    if (now->effect.limit > 0)
        fmt_rate(now->effect.limit, limit);
    else
        str_copy(limit, sizeof limit, now->effect.off ? "no downloads" : "nothing special");
    LOG_INFO(engine, "schedule: %s%s%s", limit, now->until < INT64_MAX ? " until " : "",
             now->until < INT64_MAX ? fmt_time(now->until, until) : "");
}

void hours_follow(struct haul_engine *engine)
{
    struct hours *hours = &engine->hours;
    struct schedule_effect was = hours->now;
    int64_t was_until = hours->until;
    struct schedule_now now;

    look(engine, &now);
    hours->now = now.effect;
    hours->until = now.until;
    hours->limit = lower(engine, "limit", engine->settings.limit, now.effect.limit);
    hours->jobs = lower(engine, "jobs", engine->settings.jobs, now.effect.jobs);
    if (now.effect.off)
        halt_all(engine);
    if (was.off == now.effect.off && was.limit == now.effect.limit && was.jobs == now.effect.jobs &&
        was_until == now.until)
        return;
    log_change(&now);
    if (was.off || now.effect.off)
        tell_queued(engine);
    if (!now.effect.off)
        lane_open(&hours->closed);
    engine->queue.version++;
}

/* Telling. */

bool hours_hold(const struct haul_engine *engine, const struct item *item)
{
    return engine->hours.now.off && !item->options->any_time && item->state == HAUL_QUEUED;
}

void hours_tell_item(const struct haul_engine *engine, const struct item *item,
                     struct haul_item *snapshot)
{
    int64_t until = engine->hours.until;

    if (!hours_hold(engine, item) || snapshot->start_at >= until)
        return;
    snapshot->off_hours = true;
    snapshot->start_at = until == INT64_MAX ? 0 : until;
}

void hours_tell_totals(const struct haul_engine *engine, struct haul_totals *totals)
{
    const struct hours *hours = &engine->hours;

    totals->limit = hours->limit;
    totals->jobs = (uint32_t)hours->jobs;
    totals->off_hours = hours->now.off;
    totals->limit_scheduled = hours->now.limit > 0 && hours->limit == hours->now.limit;
    totals->jobs_scheduled = hours->now.jobs > 0 && hours->jobs == hours->now.jobs;
    totals->hours_until = hours->until == INT64_MAX ? 0 : hours->until;
}
