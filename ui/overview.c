/* The session at a glance.
 *
 * The graph's columns are of several seconds each and its scale is a round number: it moves on
 * seldom, and a line that is slow can carry it. While bytes are counted closely its newest column
 * waits until it is whole. */

#include "ui/overview.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/fmt.h"
#include "base/mem.h"
#include "ui/gauge.h"
#include "ui/header.h"
#include "ui/host_row.h"
#include "ui/hosts_view.h"
#include "ui/trend.h"

#define LEAST_WIDTH  100
#define LEAST_HEIGHT 40
#define LINES_LEAST  6
#define LINES_MOST   16
#define PART         7 /* of the height */
#define HOSTS_LEAST  52
#define HOSTS_MOST   100
#define AIR          4 /* columns around and between graph and hosts */
#define HOSTS_MS     1000u

int overview_height(int width, int height)
{
    if (width < LEAST_WIDTH || height < LEAST_HEIGHT)
        return 0;
    return MIN(MAX(height / PART, LINES_LEAST), LINES_MOST) + 1;
}

static void paint_graph(const struct model *model, const struct cells *cells,
                        struct cells_area area)
{
    const struct trend *trend = model_trend(model);
    size_t count = trend->count;
    size_t rows = (size_t)(area.height - 1);
    size_t columns = (size_t)MIN(area.width, (int)TREND_MAX);
    char line[GAUGE_SIZE];
    char rate[FMT_SIZE];
    char heading[FMT_SIZE + 2];
    cells_put(cells, area.y, area.x + 1, area.width, STYLE_DIM, " rate ");
    if (cells->sparing && count > 0)
        count--;
    uint64_t top = gauge_round(gauge_peak(trend->values, count, columns));
    if (top == 0)
        return;
    snprintf(heading, sizeof(heading), " %s ", fmt_rate(top, rate));
    cells_put_right(cells, area.y, area.x, area.width, STYLE_DIM, heading);
    for (size_t row = 0; row < rows; row++) {
        gauge_graph(trend->values, count, columns, top, rows, row, cells->ascii, line);
        cells_put_right(cells, area.y + 1 + (int)row, area.x, area.width, STYLE_BAR, line);
    }
}

static void paint_hosts(struct model *model, const struct cells *cells, struct cells_area area)
{
    const struct haul_hosts *now = &model_hosts(model)->now;
    struct haul_hosts_view view = {.sort = HAUL_HOST_SORT_STATE,
                                   .search = "",
                                   .follow = "",
                                   .rows = (uint32_t)(area.height - 1),
                                   .interval_ms = HOSTS_MS};
    struct host_layout layout;
    char more[48];
    model_hosts_want(model, &view);
    host_layout(area.width, &layout);
    hosts_view_paint_names(cells, area.y, area.x, &layout);
    /* What was asked for by the view of the hosts may be another part of them. */
    for (int line = 1; line < area.height && now->offset == 0; line++) {
        size_t index = (size_t)line - 1;
        bool last = line == area.height - 1;
        if (last && now->matching > index + 1) {
            snprintf(more, sizeof(more), "%" PRIu64 " more hosts", now->matching - index);
            cells_put(cells, area.y + line, area.x + layout.columns[HOST_NAME].x,
                      area.width - layout.columns[HOST_NAME].x, STYLE_DIM, more);
        } else if (index < now->row_count) {
            hosts_view_paint_row(cells, area.y + line, area.x, area.width, &layout,
                                 &now->rows[index]);
        }
    }
}

void overview_paint(struct model *model, const struct cells *cells, struct cells_area area)
{
    struct cells quiet = *cells;
    struct cells_area graph = area;
    struct cells_area hosts = area;
    quiet.dim = model_away(model) != NULL;
    quiet.zones = NULL; /* its headings are in no order of the list */
    hosts.width = MIN(MAX(area.width / 2, HOSTS_LEAST), HOSTS_MOST);
    hosts.x = area.x + area.width - hosts.width;
    graph.x = area.x + 1;
    graph.width = area.width - hosts.width - AIR + 1;
    cells_rule(&quiet, area.y, area.x, area.width);
    paint_graph(model, &quiet, graph);
    paint_hosts(model, &quiet, hosts);
    for (int line = 0; line < hosts.height; line++) /* all of them */
        zones_add(cells->zones, hosts.y + line, hosts.x, hosts.width, ZONE_ACTION, ACT_TAB_6);
}
