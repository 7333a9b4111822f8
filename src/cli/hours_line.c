/* What the schedule does, as text. */

#include "cli/hours_line.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/fmt.h"
#include "base/str.h"
#include "base/when.h"

/* UNTIL is 0 when that does not end. */
static const char *without_downloads(int64_t until, int64_t now, char buf[HOURS_LINE_SIZE])
{
    char when[WHEN_SIZE];

    if (until == 0)
        str_copy(buf, HOURS_LINE_SIZE, "no downloads by the schedule");
    else
        snprintf(buf, HOURS_LINE_SIZE, "no downloads before %s", when_text(until, now, when));
    return buf;
}

const char *hours_line(const struct haul_totals *totals, int64_t now, char buf[HOURS_LINE_SIZE])
{
    char rate[FMT_SIZE] = "", jobs[32] = "", until[WHEN_SIZE + 8] = "", when[WHEN_SIZE];

    if (totals->off_hours)
        return without_downloads(totals->hours_until, now, buf);
    if (totals->limit_scheduled)
        fmt_rate(totals->limit, rate);
    if (totals->jobs_scheduled)
        snprintf(jobs, sizeof jobs, "%s%" PRIu32 " job%s", rate[0] ? ", " : "", totals->jobs,
                 totals->jobs == 1 ? "" : "s");
    if (totals->hours_until > 0)
        snprintf(until, sizeof until, " until %s", when_text(totals->hours_until, now, when));
    snprintf(buf, HOURS_LINE_SIZE, "%s%s%s", rate, jobs, rate[0] || jobs[0] ? until : "");
    return buf;
}

const char *hours_line_item(const struct haul_item *item, int64_t now, char buf[HOURS_LINE_SIZE])
{
    buf[0] = '\0';
    if (item->off_hours && (item->start_at == 0 || item->start_at > now))
        return without_downloads(item->start_at, now, buf);
    return buf;
}
