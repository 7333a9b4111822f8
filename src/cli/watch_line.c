/* Lines for those who can't see a screen move: whole words, no more than are worth hearing. A
 * change of state is always told; that more has come only now and then. */

#include "cli/watch_line.h"

#include <stdlib.h>

#include "base/fmt.h"
#include "base/mem.h"
#include "cli/hours_line.h"

static char *describe(const struct haul_item *item, int64_t now)
{
    char hours[HOURS_LINE_SIZE];
    char size[FMT_SIZE];
    char rate[FMT_SIZE];
    switch (item->state) {
    case HAUL_ACTIVE:
        fmt_progress(item->done, item->total, size);
        if (item->done == 0)
            return xstrdup("started");
        if (item->total <= 0)
            return xasprintf("running, %s, %s", size, fmt_rate(item->rate, rate));
        return xasprintf("running, %u%% of %s, %s", fmt_percent(item->done, item->total),
                         fmt_bytes((uint64_t)item->total, size), fmt_rate(item->rate, rate));
    case HAUL_DONE:
        return xasprintf("done, %s", fmt_bytes(item->done, size));
    default:
        if (hours_line_item(item, now, hours)[0])
            return xasprintf("%s, %s", haul_state_name(item->state), hours);
        return xasprintf("%s%s%s", haul_state_name(item->state), item->note[0] ? ", " : "",
                         item->note);
    }
}

static bool is_news(const struct watch_told *told, const struct haul_item *item, unsigned tenths,
                    int64_t now)
{
    if (!told->any || told->state != item->state || told->err != item->err)
        return true;
    if (item->state != HAUL_ACTIVE)
        return false;
    if (item->total <= 0)
        return now - told->at >= WATCH_SLOW_MS;
    return tenths > told->tenths && now - told->at >= WATCH_PACE_MS;
}

char *watch_line(struct watch_told *told, const struct haul_item *item, int64_t now)
{
    unsigned tenths = item->total > 0 ? fmt_percent(item->done, item->total) / 10 : 0;
    char clock[FMT_SIZE];
    if (!is_news(told, item, tenths, now))
        return NULL;
    *told = (struct watch_told){true, item->state, item->err, tenths, now};
    char *words = describe(item, now);
    char *line = xasprintf("%s %llu %s: %s", fmt_clock(now, clock), (unsigned long long)item->id,
                           words, item->name);
    free(words);
    return line;
}
