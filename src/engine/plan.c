/* The planner: one rule, applied each time a connection is free. Cutting evenly at the start,
 * stealing from the slowest at the end and taking up what a broken connection left all follow from
 * it. */

#include "engine/plan.h"

#include "base/mem.h"

#define ALIGN      ((uint64_t)64 * 1024) /* cuts fall on whole blocks of the disk */
#define SLOW_SHARE 2                     /* a range is slow when it brings less than 1/2 of RATE */

static bool find_idle(const struct plan_range *ranges, size_t count, size_t *ret_range)
{
    bool found = false;

    for (size_t i = 0; i < count; i++) {
        if (ranges[i].active || ranges[i].pos >= ranges[i].end)
            continue;
        if (!found || ranges[i].pos < ranges[*ret_range].pos)
            *ret_range = i;
        found = true;
    }
    return found;
}

static uint64_t bytes_left(const struct plan_range *range)
{
    return range->pos < range->end ? range->end - range->pos : 0;
}

/* When RANGE will be done, in seconds; unknown rates count as RATE, so that bytes decide. */
static double time_left(const struct plan_range *range, uint64_t rate)
{
    uint64_t pace = range->rate > 0 ? range->rate : MAX(rate, (uint64_t)1);

    return (double)bytes_left(range) / (double)pace;
}

/* The byte where the rest of RANGE is cut so that both parts end together. */
static uint64_t cut_of(const struct plan_range *range, uint64_t rate)
{
    double own = range->rate > 0 ? (double)range->rate : 1.0;
    double other = rate > 0 && range->rate > 0 ? (double)rate : own;
    uint64_t stays = (uint64_t)((double)bytes_left(range) * (own / (own + other)));

    return range->pos + (stays + ALIGN - 1) / ALIGN * ALIGN;
}

static bool may_cut(const struct plan_range *range, uint64_t at, uint64_t rate, uint64_t min_split)
{
    bool slow = range->rate > 0 && rate > 0 && range->rate < rate / SLOW_SHARE;
    uint64_t least = slow ? MIN(PLAN_TAIL_MIN, min_split) : min_split;

    if (at <= range->pos || at >= range->end)
        return false;
    return range->end - at >= least && (slow || at - range->pos >= least);
}

bool plan_next(const struct plan_range *ranges, size_t count, uint64_t rate, uint64_t min_split,
               struct plan_cut *ret_cut)
{
    size_t range = 0;
    bool found = false;

    if (find_idle(ranges, count, &range)) {
        *ret_cut = (struct plan_cut){.range = range, .whole = true, .at = ranges[range].pos};
        return true;
    }
    for (size_t i = 0; i < count; i++) {
        if (ranges[i].end == UINT64_MAX ||
            !may_cut(&ranges[i], cut_of(&ranges[i], rate), rate, min_split))
            continue;
        if (!found || time_left(&ranges[i], rate) > time_left(&ranges[range], rate))
            range = i;
        found = true;
    }
    if (!found)
        return false;
    *ret_cut = (struct plan_cut){.range = range, .at = cut_of(&ranges[range], rate)};
    return true;
}
