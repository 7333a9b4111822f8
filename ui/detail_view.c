/* The details pane. Painting walks through all lines and puts those that are within the area, so
 * nothing is measured twice and scrolling is an offset. */

#include "ui/detail_view.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/fmt.h"
#include "base/mem.h"
#include "base/text.h"
#include "ui/gauge.h"
#include "ui/row.h"
#include "ui/wrap.h"

#define LABEL_WIDTH  12
#define VALUE_LINES  6   /* of a fact */
#define LINK_LINES   500 /* of the link: it is shown whole, and may be 64 KiB */
#define TALL         20  /* lines from which on there is room for graphs of several rows */
#define VERY_TALL    70  /* and for twice as many */
#define TITLE_HEIGHT 30  /* lines from which on what belongs together has a title */
#define GRAPH_ROWS   3
#define MAP_ROWS     3
#define MARK_COLUMNS 2
#define DOING_WIDTH  22 /* "waits for the answer" */
#define RATE_WIDTH   9
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

/* Begins what is called TITLE: a rule with it, or just an empty line. */
static void pen_title(struct pen *pen, const char *title)
{
    int y = pen->area.height >= TITLE_HEIGHT ? pen_row(pen) : -1;
    char text[32];
    pen->line++;
    if (y < 0)
        return;
    snprintf(text, sizeof(text), " %s ", title);
    cells_rule(pen->cells, y, pen->area.x, pen->area.width);
    cells_put(pen->cells, y, pen->area.x + 2, pen->area.width - 2, STYLE_DIM, text);
}

/* LEN bytes of TEXT. */
static void pen_put(const struct pen *pen, int y, int indent, int len, int width,
                    enum theme_style style, const char *text)
{
    char *part = xasprintf("%.*s", len, text);
    cells_put(pen->cells, y, pen->area.x + indent, width, style, part);
    free(part);
}

/* TEXT from column INDENT on, over as many lines as it needs, up to MOST. */
static void pen_wrap(struct pen *pen, int indent, enum theme_style style, const char *text,
                     int most)
{
    int width = pen->area.width - indent - 1;
    if (width < 4)
        return;
    for (int i = 0; i < most; i++) {
        size_t len = wrap_length(text, width);
        int y = pen_row(pen);
        if (y >= 0)
            pen_put(pen, y, indent, (int)len, width, style, text);
        pen->line++;
        text = wrap_next(text, len);
        if (len == 0 || text[0] == '\0')
            return;
    }
}

/* VALUE on at most MOST lines, in cells that may lead somewhere. */
static void pen_fact_in(struct pen *pen, const struct cells *cells, const char *label,
                        const char *value, int most)
{
    const struct cells *plain = pen->cells;
    int y = pen_row(pen);
    if (!value || value[0] == '\0')
        return;
    if (y >= 0)
        cells_put(plain, y, pen->area.x + 1, LABEL_WIDTH - 1, STYLE_DIM, label);
    pen->cells = cells;
    pen_wrap(pen, 1 + LABEL_WIDTH, STYLE_TEXT, value, most);
    pen->cells = plain;
}

static void pen_fact(struct pen *pen, const char *label, const char *value)
{
    pen_fact_in(pen, pen->cells, label, value, VALUE_LINES);
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

/* The finished file can be opened from here. */
static void paint_name(struct pen *pen, const struct haul_item *item)
{
    const struct cells *plain = pen->cells;
    struct cells file =
        item->state == HAUL_DONE ? cells_to_file(plain, item->dir, item->name) : *plain;
    pen->cells = &file;
    pen_wrap(pen, 1, STYLE_STRONG, item->name, VALUE_LINES);
    pen->cells = plain;
}

static void paint_state(struct pen *pen, const struct haul_item *item)
{
    char text[640];
    const char *word = haul_state_name(item->state);
    if (item->state == HAUL_ACTIVE && item->phase != HAUL_PHASE_NONE)
        word = haul_phase_name(item->phase);
    snprintf(text, sizeof(text), "%s %s%s%.500s", row_mark(item->state, pen->cells->ascii), word,
             item->note[0] ? ": " : "", item->note);
    pen_wrap(pen, 1, row_style(row_state_tone(item->state)), text, VALUE_LINES);
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

/* It comes and goes while an item runs: what is below does not jump for it, so the room that it
 * once took is kept. */
static void keep_room(struct detail_view *pane, struct pen *pen, const struct haul_item *item,
                      int lines)
{
    bool same = pane->diagnosed == item->id && pane->diagnosed_width == pen->area.width;
    if (item->state != HAUL_ACTIVE || pen->area.height < TALL) {
        pane->diagnosed = 0;
        return;
    }
    pane->diagnosed_lines = MAX(lines, same ? pane->diagnosed_lines : 1);
    pane->diagnosed = item->id;
    pane->diagnosed_width = pen->area.width;
    pen->line += pane->diagnosed_lines - lines;
}

static void paint_diagnosis(struct pen *pen, const struct haul_detail *detail)
{
    enum haul_state state = detail->item.state;
    bool calm = state == HAUL_ACTIVE || state == HAUL_DONE || haul_state_is_final(state);
    const char *text = detail->diagnosis ? detail->diagnosis : "";
    /* The state's own words may be the same ones. */
    if (text[0] != '\0' && strcmp(text, detail->item.note) != 0)
        pen_wrap(pen, 1, calm ? STYLE_ACCENT : STYLE_WAIT, text, VALUE_LINES);
}

/* How high a picture is that has TALL_ROWS lines where there is room. */
static size_t lines_by_height(const struct pen *pen, size_t tall_rows)
{
    if (pen->area.height >= VERY_TALL)
        return 2 * tall_rows;
    return pen->area.height >= TALL ? tall_rows : 1;
}

/* The item's rate in the last minutes, its peak beside it. */
static void paint_graph(struct pen *pen, const struct haul_detail *detail)
{
    char line[GAUGE_SIZE];
    char peak[FMT_SIZE];
    size_t rows = lines_by_height(pen, GRAPH_ROWS);
    int width = MIN(pen->area.width - 3 - RATE_WIDTH, (int)HAUL_RATES_MAX);
    if (detail->rate_count < 2 || width < 8)
        return;
    uint64_t most = gauge_peak(detail->rates, detail->rate_count, (size_t)width);
    for (size_t row = 0; row < rows; row++, pen->line++) {
        int y = pen_row(pen);
        if (y < 0)
            continue;
        gauge_graph(detail->rates, detail->rate_count, (size_t)width, most, rows, row,
                    pen->cells->ascii, line);
        cells_put(pen->cells, y, pen->area.x + 1, width, STYLE_BAR, line);
        if (row == 0)
            cells_put_right(pen->cells, y, pen->area.x + 2 + width, RATE_WIDTH, STYLE_DIM,
                            fmt_rate(most, peak));
    }
}

static enum theme_style map_style(const struct gauge_map *map, size_t cell)
{
    if (map->here[cell] > 0)
        return STYLE_GOOD;
    return map->level[cell] > 0 ? STYLE_BAR : STYLE_DIM;
}

/* Where in the file the bytes are that came, one cell for each equal part of it, and where each
 * connection is, by its mark. */
static void paint_map(struct pen *pen, const struct haul_detail *detail)
{
    struct gauge_map map;
    int width = pen->area.width - 2;
    int rows = (int)lines_by_height(pen, MAP_ROWS);
    if (detail->span_count == 0 || detail->item.total <= 0 || width < 4)
        return;
    pen->line += pen->area.height >= TALL; /* apart from the graph */
    width = MIN(width, GAUGE_MAP_MAX / rows);
    gauge_map(detail, (size_t)(rows * width), &map);
    for (int row = 0; row < rows; row++, pen->line++) {
        int y = pen_row(pen);
        for (int i = 0; y >= 0 && i < width; i++) {
            size_t cell = (size_t)(row * width + i);
            cells_put(pen->cells, y, pen->area.x + 1 + i, 1, map_style(&map, cell),
                      gauge_map_cell(&map, cell, pen->cells->ascii));
        }
    }
}

/* Mark, source, what it does, rate; narrow panes leave out what is least telling. */
static void paint_connection(struct pen *pen, const struct haul_connection *connection,
                             size_t index)
{
    char rate[FMT_SIZE];
    int y = pen_row(pen);
    int x = pen->area.x + 1 + MARK_COLUMNS;
    int room = pen->area.width - 2 - MARK_COLUMNS - RATE_WIDTH - 1;
    int doing = room >= 2 * DOING_WIDTH ? DOING_WIDTH : 0;
    pen->line++;
    if (y < 0 || room < 8)
        return;
    cells_put(pen->cells, y, pen->area.x + 1, 1, STYLE_GOOD, gauge_connection_mark(index));
    cells_put_name(pen->cells, y, x, room - doing - 1, STYLE_TEXT,
                   doing > 0 || connection->came > 0 ? connection->source : connection->doing);
    if (doing > 0)
        cells_put(pen->cells, y, x + room - doing, doing, STYLE_DIM, connection->doing);
    cells_put_right(pen->cells, y, x + room, RATE_WIDTH, STYLE_TEXT,
                    fmt_rate(connection->rate, rate));
}

static void paint_connections(struct pen *pen, const struct haul_detail *detail)
{
    if (detail->connection_count > 0)
        pen_title(pen, "connections");
    for (size_t i = 0; i < detail->connection_count; i++)
        paint_connection(pen, &detail->connections[i], i);
}

/* "302 https://example.org/a.iso" and "https://example.org/a.iso: in use" lead there. */
static struct cells cells_of_fact(const struct cells *cells, const struct haul_fact *fact)
{
    const char *from = fact->value;
    const char *to = from + strlen(from);
    if (strcmp(fact->name, "redirect") == 0)
        from = strchr(from, ' ') ? strchr(from, ' ') + 1 : from;
    else if (strcmp(fact->name, "source") == 0)
        to = strstr(from, ": ") ? strstr(from, ": ") : to;
    else
        return *cells;
    char *link = xstrndup(from, (size_t)(to - from));
    struct cells leading = cells_to_link(cells, link);
    free(link);
    return leading;
}

static void paint_facts(struct pen *pen, const struct haul_detail *detail)
{
    const struct haul_item *item = &detail->item;
    char text[FMT_SIZE];
    struct cells link = cells_to_link(pen->cells, item->url);
    struct cells folder = cells_to_file(pen->cells, item->dir, NULL);
    pen_fact_in(pen, &link, "link", item->url, LINK_LINES);
    pen_fact_in(pen, &folder, "folder", item->dir, VALUE_LINES);
    for (size_t i = 0; i < detail->fact_count; i++) {
        const struct haul_fact *fact = &detail->facts[i];
        struct cells leading = cells_of_fact(pen->cells, fact);
        pen_fact_in(pen, &leading, fact->name, fact->value, VALUE_LINES);
    }
    pen_fact(pen, "added", local_time(item->added_at, true, text));
    pen_fact(pen, "finished", local_time(item->finished_at, true, text));
}

static void paint_events(struct pen *pen, const struct haul_detail *detail)
{
    char stamp[FMT_SIZE];
    if (detail->event_count > 0)
        pen_title(pen, "events");
    for (size_t i = 0; i < detail->event_count; i++) {
        int y = pen_row(pen);
        if (y >= 0)
            cells_put(pen->cells, y, pen->area.x + 1, STAMP_LENGTH, STYLE_DIM,
                      local_time(detail->events[i].at, false, stamp));
        pen_wrap(pen, 1 + STAMP_LENGTH, STYLE_TEXT, detail->events[i].text, VALUE_LINES);
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
        cells_put(cells, area.y, area.x + 1, area.width - 2, STYLE_DIM,
                  model_away(pane->model) ? "Only its row is known: there is no line." : "…");
        return;
    }
    paint_name(&pen, &detail->item);
    paint_state(&pen, &detail->item);
    int before = pen.line;
    paint_diagnosis(&pen, detail);
    keep_room(pane, &pen, &detail->item, pen.line - before);
    paint_progress(&pen, &detail->item);
    paint_graph(&pen, detail);
    paint_map(&pen, detail);
    paint_connections(&pen, detail);
    pen_title(&pen, "facts");
    paint_facts(&pen, detail);
    paint_events(&pen, detail);
    pane->lines = pen.line;
}

void detail_view_scroll(struct detail_view *detail, int lines)
{
    detail->top = MAX(MIN(detail->top + lines, detail->lines - detail->height), 0);
}

static bool act(struct view *view, enum keymap_action action)
{
    struct detail_view *pane = OWNER_OF(view, struct detail_view, view);
    int page = MAX(pane->height - 1, 1);
    switch (action) {
    case ACT_PAGE_UP:
        detail_view_scroll(pane, -page);
        return true;
    case ACT_PAGE_DOWN:
        detail_view_scroll(pane, page);
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
