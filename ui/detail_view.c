/* The details pane. Painting walks through all lines and puts those that are within the area, so
 * nothing is measured twice and scrolling is an offset. */

#include "ui/detail_view.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/fmt.h"
#include "base/mem.h"
#include "base/text.h"
#include "ui/gauge.h"
#include "ui/row.h"

#define LABEL_WIDTH  12
#define VALUE_LINES  6 /* a link may be long; the pane is not for reading it all */
#define STAMP_LENGTH 9 /* "10:04:11 " */

/* Where the next line goes. */
struct pen {
    const struct cells *cells;
    struct cells_area area;
    int line; /* of all lines */
    int top;
};

/* The row of the screen for the line at hand, or -1 when it is not seen. */
static int pen_row(const struct pen *pen)
{
    int line = pen->line - pen->top;
    return line >= 0 && line < pen->area.height ? pen->area.y + line : -1;
}

/* TEXT from column INDENT on, over as many lines as it needs, up to VALUE_LINES. */
static void pen_wrap(struct pen *pen, int indent, enum theme_style style, const char *text)
{
    int width = pen->area.width - indent - 1;
    if (width < 4)
        return;
    for (int i = 0; i < VALUE_LINES; i++) {
        size_t columns;
        size_t len = text_fit(text, (size_t)width, &columns);
        int y = pen_row(pen);
        if (y >= 0)
            cells_put(pen->cells, y, pen->area.x + indent, width, style, text);
        pen->line++;
        text += len;
        if (len == 0 || text[0] == '\0')
            return;
    }
}

static void pen_fact(struct pen *pen, const char *label, const char *value)
{
    int y = pen_row(pen);
    if (!value || value[0] == '\0')
        return;
    if (y >= 0)
        cells_put(pen->cells, y, pen->area.x + 1, LABEL_WIDTH - 1, STYLE_DIM, label);
    pen_wrap(pen, 1 + LABEL_WIDTH, STYLE_TEXT, value);
}

/* "2026-11-21 10:04:11", or just the time of day; "" for never. */
static const char *local_time(int64_t wall_ms, bool with_date, char buf[FMT_SIZE])
{
    time_t seconds = (time_t)(wall_ms / 1000);
    struct tm parts;
    buf[0] = '\0';
    if (wall_ms > 0 && localtime_r(&seconds, &parts))
        strftime(buf, FMT_SIZE, with_date ? "%Y-%m-%d %H:%M:%S" : "%H:%M:%S", &parts);
    return buf;
}

static enum theme_style style_of(enum haul_state state)
{
    static const enum theme_style styles[] = {
        [ROW_PLAIN] = STYLE_TEXT, [ROW_BUSY] = STYLE_ACCENT, [ROW_QUIET] = STYLE_DIM,
        [ROW_GOOD] = STYLE_GOOD,  [ROW_WAIT] = STYLE_WAIT,   [ROW_BAD] = STYLE_BAD,
    };
    return styles[row_state_tone(state)];
}

static void paint_state(struct pen *pen, const struct haul_item *item)
{
    char text[640];
    const char *word = haul_state_name(item->state);
    if (item->state == HAUL_ACTIVE && item->phase != HAUL_PHASE_NONE)
        word = haul_phase_name(item->phase);
    snprintf(text, sizeof(text), "%s %s%s%.500s", row_mark(item->state, pen->cells->ascii), word,
             item->note[0] ? ": " : "", item->note);
    pen_wrap(pen, 1, style_of(item->state), text);
}

static void paint_progress(struct pen *pen, const struct haul_item *item)
{
    char size[FMT_SIZE];
    char rate[FMT_SIZE];
    char eta[FMT_SIZE];
    char text[4 * FMT_SIZE];
    int y = pen_row(pen);
    fmt_progress(item->done, item->total, size);
    fmt_rate(item->rate, rate);
    fmt_seconds(item->eta, eta);
    if (item->state == HAUL_ACTIVE)
        snprintf(text, sizeof(text), "%3u%%  %s  %s  %s", fmt_percent(item->done, item->total),
                 size, rate, eta);
    else
        snprintf(text, sizeof(text), "%3u%%  %s", fmt_percent(item->done, item->total), size);
    if (y >= 0)
        cells_put(pen->cells, y, pen->area.x + 1, pen->area.width - 2, STYLE_TEXT, text);
    pen->line++;
}

/* Where in the file the bytes are that came, one column for each equal part of it. */
static void paint_map(struct pen *pen, const struct haul_detail *detail)
{
    struct gauge_map map;
    int y = pen_row(pen);
    int width = MIN(pen->area.width - 2, GAUGE_MAX);
    if (detail->span_count == 0 || detail->item.total <= 0 || width < 4)
        return;
    pen->line++;
    if (y < 0)
        return;
    gauge_map(detail->spans, detail->span_count, (uint64_t)detail->item.total, (size_t)width, &map);
    for (int i = 0; i < width; i++) {
        bool active = map.active[i];
        cells_put(pen->cells, y, pen->area.x + 1 + i, 1,
                  active ? STYLE_GOOD : (map.level[i] > 0 ? STYLE_BAR : STYLE_DIM),
                  gauge_map_cell(map.level[i], pen->cells->ascii));
    }
}

static void paint_facts(struct pen *pen, const struct haul_detail *detail)
{
    const struct haul_item *item = &detail->item;
    char text[FMT_SIZE];
    pen_fact(pen, "link", item->url);
    pen_fact(pen, "folder", item->dir);
    for (size_t i = 0; i < detail->fact_count; i++)
        pen_fact(pen, detail->facts[i].name, detail->facts[i].value);
    if (item->connections > 0) {
        snprintf(text, sizeof(text), "%u", item->connections);
        pen_fact(pen, "connections", text);
    }
    pen_fact(pen, "added", local_time(item->added_at, true, text));
    pen_fact(pen, "finished", local_time(item->finished_at, true, text));
}

static void paint_events(struct pen *pen, const struct haul_detail *detail)
{
    char stamp[FMT_SIZE];
    if (detail->event_count > 0)
        pen->line++;
    for (size_t i = 0; i < detail->event_count; i++) {
        int y = pen_row(pen);
        if (y >= 0)
            cells_put(pen->cells, y, pen->area.x + 1, STAMP_LENGTH, STYLE_DIM,
                      local_time(detail->events[i].at, false, stamp));
        pen_wrap(pen, 1 + STAMP_LENGTH, STYLE_TEXT, detail->events[i].text);
    }
}

static void paint(struct view *view, const struct cells *cells, struct cells_area area)
{
    struct detail_view *pane = OWNER_OF(view, struct detail_view, view);
    const struct haul_detail *detail = model_detail(pane->model);
    pane->height = area.height;
    pane->top = MAX(MIN(pane->top, pane->lines - area.height), 0);
    struct pen pen = {.cells = cells, .area = area, .top = pane->top};
    if (!detail) {
        cells_put(cells, area.y, area.x + 1, area.width - 2, STYLE_DIM, "…");
        return;
    }
    pen_wrap(&pen, 1, STYLE_STRONG, detail->item.name);
    paint_state(&pen, &detail->item);
    paint_progress(&pen, &detail->item);
    paint_map(&pen, detail);
    pen.line++;
    paint_facts(&pen, detail);
    paint_events(&pen, detail);
    pane->lines = pen.line;
}

static bool act(struct view *view, enum keymap_action action)
{
    struct detail_view *pane = OWNER_OF(view, struct detail_view, view);
    int page = MAX(pane->height - 1, 1);
    switch (action) {
    case ACT_PAGE_UP:
        pane->top = MAX(pane->top - page, 0);
        return true;
    case ACT_PAGE_DOWN:
        pane->top = MAX(MIN(pane->top + page, pane->lines - pane->height), 0);
        return true;
    default:
        return false;
    }
}

static const struct view_ops ops = {.place = PLACE_DETAIL, .paint = paint, .act = act};

void detail_view_init(struct detail_view *detail, struct model *model)
{
    *detail = (struct detail_view){.view = {&ops}, .model = model};
}
