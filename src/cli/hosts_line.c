/* `haul hosts` as text. Pure; the names are clean, and widths are columns. */
#include "cli/hosts_line.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/fmt.h"
#include "base/mem.h"
#include "base/text.h"

#define NAME_MIN  16
#define NAME_MOST 60 /* a longer one moves the rest of its line */

size_t hosts_line_columns(const struct haul_host *hosts, size_t count)
{
    size_t columns = NAME_MIN;

    for (size_t i = 0; i < count; i++)
        columns = MAX(columns, MIN(text_width(hosts[i].name), (size_t)NAME_MOST));
    return columns;
}

void hosts_line_head(struct strbuf *to, size_t name_columns)
{
    (void)!strbuf_printf(to, "%-*s  %9s  %9s  %7s  %7s  %7s  %7s\n", (int)name_columns, "HOST",
                         "CONN", "RATE", "ITEMS", "ACTIVE", "WAITING", "FAILED");
}

static void put_padded(struct strbuf *to, const char *name, size_t columns)
{
    size_t width = text_width(name);

    (void)!strbuf_printf(to, "%s%*s", name, width < columns ? (int)(columns - width) : 0, "");
}

/* What is special: "back-off until 14:02:11, allows 4, no ranges". */
static void put_notes(struct strbuf *to, const struct haul_host *host)
{
    char until[FMT_SIZE];
    const char *gap = "  ";

    if (host->rest_until > 0) {
        (void)!strbuf_printf(to, "%sback-off until %s", gap, fmt_clock(host->rest_until, until));
        gap = ", ";
    }
    if (host->learned) {
        (void)!strbuf_printf(to, "%sallows %" PRIu32, gap, host->cap);
        gap = ", ";
    }
    if (host->no_ranges)
        (void)!strbuf_printf(to, "%sno ranges", gap);
    (void)!strbuf_puts(to, "\n");
}

void hosts_line(struct strbuf *to, const struct haul_host *host, size_t name_columns)
{
    char rate[FMT_SIZE] = "", use[FMT_SIZE];
    uint64_t items = 0;

    for (unsigned state = 0; state < HAUL_STATE_COUNT; state++)
        items += host->counts[state];
    if (host->connections > 0)
        fmt_rate(host->rate, rate);
    if (host->cap > 0)
        snprintf(use, sizeof use, "%" PRIu32 "/%" PRIu32, host->connections, host->cap);
    else
        snprintf(use, sizeof use, "%" PRIu32, host->connections);
    put_padded(to, host->name, name_columns);
    (void)!strbuf_printf(to, "  %9s  %9s  %7" PRIu64 "  %7" PRIu64 "  %7" PRIu64 "  %7" PRIu64, use,
                         rate, items, host->counts[HAUL_ACTIVE],
                         host->counts[HAUL_QUEUED] + host->counts[HAUL_WAITING],
                         host->counts[HAUL_FAILED]);
    put_notes(to, host);
}

void hosts_line_foot(struct strbuf *to, uint64_t matching, size_t shown, uint64_t per_host)
{
    if (matching == 0)
        (void)!strbuf_puts(to, "no hosts");
    else
        (void)!strbuf_printf(to, "%" PRIu64 " host%s", matching, matching == 1 ? "" : "s");
    if (shown < matching)
        (void)!strbuf_printf(to, ", of which the first %zu are shown", shown);
    if (per_host > 0)
        (void)!strbuf_printf(to, "; up to %" PRIu64 " connection%s to each\n", per_host,
                             per_host == 1 ? "" : "s");
    else
        (void)!strbuf_puts(to, "; no limit of connections to each\n");
}
