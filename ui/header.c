/* Header, tabs and the bar of keys.
 *
 * The header is a row of pieces with a rank each. Those that do not fit are left out, lowest rank
 * first; the ones that are left keep their order. Numbers have fixed widths, so that the pieces
 * stand still while the numbers change. */

#include "ui/header.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/fmt.h"
#include "base/mem.h"
#include "base/str.h"
#include "base/text.h"
#include "base/when.h"
#include "ui/gauge.h"
#include "ui/row.h"

#define PIECE_SIZE    160
#define SPARK_COLUMNS 10
#define GAP           2
#define BRIEF         100 /* columns; below them the schedule is told in few words */
#define WIDE          160 /* columns; from here on there is room for what is nice to know */
#define NARROW        50  /* columns; below it not all has room beside the tabs */

enum piece_id {
    PIECE_HAUL,
    PIECE_SESSION,
    PIECE_RATE,
    PIECE_SPARK,
    PIECE_ETA,
    PIECE_LEFT,
    PIECE_JOBS,
    PIECE_CONNECTIONS,
    PIECE_TROUBLE,
    PIECE_LIMIT,
    PIECE_QUEUED,
    PIECE_DONE,
    PIECE_FAILED,
    PIECE_RECEIVED,
    PIECE_DISK,
    PIECE_COUNT
};

#define RIGHT_FROM PIECE_JOBS /* from here on the pieces stand at the right edge */

struct piece {
    char text[PIECE_SIZE];
    int width;
    int rank; /* the lower, the longer it stays; 0: nothing to say */
    enum theme_style style;
};

static void piece_set(struct piece *piece, int rank, enum theme_style style, const char *text)
{
    str_copy(piece->text, sizeof(piece->text), text);
    piece->width = (int)text_width(piece->text);
    piece->rank = rank;
    piece->style = style;
}

/* Another machine stays on the line longer, and is called what the user calls it. */
static void session_set(struct piece *piece, const struct model *model)
{
    const struct haul_hello *hello = model_hello(model);
    const char *far = model_host(model);
    const char *at = far ? strrchr(far, '@') : NULL;
    const char *host = at ? at + 1 : far ? far : hello ? hello->host : "";
    char text[PIECE_SIZE];
    snprintf(text, sizeof(text), "%s%s%s", model_session(model), host[0] ? "@" : "", host);
    piece_set(piece, far ? 3 : 7, far ? STYLE_STRONG : STYLE_DIM, text);
}

static void fill_left(struct piece pieces[PIECE_COUNT], const struct cells *cells,
                      const struct model *model)
{
    const struct haul_totals *totals = model_totals(model);
    char number[FMT_SIZE];
    char spark[GAUGE_SIZE];
    char text[PIECE_SIZE];
    size_t count;
    const uint64_t *rates = model_rates(model, &count);
    const struct model_away *away = model_away(model);

    if (model_only_watches(model))
        piece_set(&pieces[PIECE_HAUL], 2, STYLE_WAIT, "haul watch");
    else
        piece_set(&pieces[PIECE_HAUL], 8, STYLE_ACCENT, "haul");
    session_set(&pieces[PIECE_SESSION], model);
    snprintf(text, sizeof(text), "%s %9s", cells->ascii ? "v" : "▼",
             fmt_rate(totals->rate, number));
    piece_set(&pieces[PIECE_RATE], 1, STYLE_STRONG, text);
    if (away) {
        int64_t since = MAX(model_now(model) - away->since, (int64_t)0);
        snprintf(text, sizeof(text), "! as of %s ago", fmt_seconds(since / 1000, number));
        piece_set(&pieces[PIECE_RATE], 1, STYLE_BAD, text);
        count = 0; /* of what moves nothing is said */
    }
    gauge_spark(rates, count, SPARK_COLUMNS, cells->ascii, spark);
    piece_set(&pieces[PIECE_SPARK], count > 0 ? 9 : 0, STYLE_BAR, spark);
    pieces[PIECE_SPARK].width = SPARK_COLUMNS;
    snprintf(text, sizeof(text), "eta %-7s", fmt_seconds(totals->eta, number));
    piece_set(&pieces[PIECE_ETA], totals->eta > 0 && !away ? 4 : 0, STYLE_TEXT, text);
    snprintf(text, sizeof(text), "%s to go", fmt_bytes((uint64_t)MAX(totals->left, 0), number));
    piece_set(&pieces[PIECE_LEFT], cells->width >= WIDE && totals->left > 0 ? 11 : 0, STYLE_DIM,
              text);
}

static void count_set(struct piece *piece, int rank, enum theme_style style, uint64_t count,
                      const char *word)
{
    char text[PIECE_SIZE];
    snprintf(text, sizeof(text), "%llu %s", (unsigned long long)count, word);
    piece_set(piece, count > 0 ? rank : 0, style, text);
}

/* The limit, and whether the schedule wants something, and until when. */
static void limit_set(struct piece *piece, const struct cells *cells, const struct model *model)
{
    const struct haul_totals *totals = model_totals(model);
    bool brief = cells->width < BRIEF;
    char number[FMT_SIZE];
    char when[WHEN_SIZE] = "";
    char text[PIECE_SIZE];
    if (totals->hours_until > 0)
        when_text(totals->hours_until, model_now(model), when);
    if (totals->off_hours) {
        snprintf(text, sizeof(text), "%s%s",
                 when[0] == '\0' ? "no downloads"
                 : brief         ? "off until "
                                 : "no downloads before ",
                 when);
        piece_set(piece, 3, STYLE_WAIT, text);
        return;
    }
    fmt_rate(totals->limit, number);
    if (totals->limit_scheduled && when[0])
        snprintf(text, sizeof(text), "%s%s until %s", brief ? "" : "limit ", number, when);
    else
        snprintf(text, sizeof(text), "limit %s", number);
    piece_set(piece, totals->limit > 0 ? 6 : 0, STYLE_WAIT, text);
}

static void fill_right(struct piece pieces[PIECE_COUNT], const struct cells *cells,
                       const struct model *model)
{
    const struct haul_totals *totals = model_totals(model);
    char number[FMT_SIZE];
    char text[PIECE_SIZE];
    bool wide = cells->width >= WIDE;

    snprintf(text, sizeof(text), "%llu/%u jobs", (unsigned long long)totals->counts[HAUL_ACTIVE],
             totals->jobs);
    piece_set(&pieces[PIECE_JOBS], 2, STYLE_TEXT, text);
    snprintf(text, sizeof(text), "%u connections", totals->connections);
    piece_set(&pieces[PIECE_CONNECTIONS], wide && totals->connections > 0 ? 12 : 0, STYLE_DIM,
              text);
    snprintf(text, sizeof(text), "received %s", fmt_bytes(totals->received, number));
    piece_set(&pieces[PIECE_RECEIVED], wide && totals->received > 0 ? 13 : 0, STYLE_DIM, text);
    piece_set(&pieces[PIECE_TROUBLE], totals->trouble[0] ? 2 : 0, STYLE_BAD, "! queue");
    limit_set(&pieces[PIECE_LIMIT], cells, model);
    count_set(&pieces[PIECE_QUEUED], 5, STYLE_TEXT, totals->counts[HAUL_QUEUED], "queued");
    count_set(&pieces[PIECE_DONE], 6, STYLE_GOOD, totals->counts[HAUL_DONE], "done");
    count_set(&pieces[PIECE_FAILED], 3, STYLE_BAD, totals->counts[HAUL_FAILED], "failed");
    if (totals->disk_free >= 0) {
        snprintf(text, sizeof(text), "disk %s", fmt_bytes((uint64_t)totals->disk_free, number));
        piece_set(&pieces[PIECE_DISK], 10, STYLE_DIM, text);
    }
}

static int pieces_width(const struct piece pieces[PIECE_COUNT])
{
    int width = 2; /* the air at both edges */
    for (int i = 0; i < PIECE_COUNT; i++)
        width += pieces[i].rank > 0 ? pieces[i].width + GAP : 0;
    return width - GAP;
}

/* Leaves out what does not fit into WIDTH. */
static void pieces_drop(struct piece pieces[PIECE_COUNT], int width)
{
    while (pieces_width(pieces) > width) {
        struct piece *least = &pieces[0];
        for (int i = 0; i < PIECE_COUNT; i++) {
            if (pieces[i].rank > least->rank)
                least = &pieces[i];
        }
        if (least->rank <= 1)
            return;
        least->rank = 0;
    }
}

void header_paint(const struct cells *cells, int y, const struct model *model)
{
    struct piece pieces[PIECE_COUNT] = {0};
    fill_left(pieces, cells, model);
    fill_right(pieces, cells, model);
    for (int i = PIECE_RATE; i < PIECE_COUNT && !model_loaded(model); i++)
        pieces[i].rank = 0; /* no frame has come: there are no numbers yet */
    pieces_drop(pieces, cells->width);

    int right = 1;
    for (int i = RIGHT_FROM; i < PIECE_COUNT; i++)
        right += pieces[i].rank > 0 ? pieces[i].width + GAP : 0;
    int x = 1;
    for (int i = 0; i < PIECE_COUNT; i++) {
        if (i == RIGHT_FROM)
            x = MAX(x, cells->width - right + GAP);
        if (pieces[i].rank == 0)
            continue;
        cells_put(cells, y, x, cells->width - x, pieces[i].style, pieces[i].text);
        x += pieces[i].width + GAP;
    }
}

/* Puts TEXT before *right, if there is room from LEFT on, and moves *right. */
static bool put_before(const struct cells *cells, int y, int left, int *right,
                       enum theme_style style, const char *text)
{
    int width = (int)text_width(text);
    if (width == 0 || *right - width < left)
        return false;
    *right -= width;
    cells_put(cells, y, *right, width, style, text);
    *right -= GAP;
    return true;
}

/* What is looked at, from the right edge on, the most telling first: what is selected, what is
 * looked for, the filter, the order. */
static void paint_looked_at(const struct cells *cells, int y, int left,
                            const struct list_view *list)
{
    struct model_window window;
    char text[FILTER_SIZE + 64];
    int right = cells->width - 1;
    const char *arrow = cells->ascii ? " v" : " ↓";
    model_window(list->model, &window);
    if (window.marked > 0 || list->range_id != 0) {
        snprintf(text, sizeof(text), "%llu selected", (unsigned long long)window.marked);
        if (list->range_id != 0)
            str_copy(text, sizeof(text), "selecting");
        if (!put_before(cells, y, left, &right, STYLE_ACCENT, text)) {
            snprintf(text, sizeof(text), "%llu sel", (unsigned long long)window.marked);
            (void)put_before(cells, y, left - 1, &right, STYLE_ACCENT, text);
        }
    }
    if (list->find[0]) {
        snprintf(text, sizeof(text), "/%s  %llu of %llu", list->find,
                 (unsigned long long)MIN(window.found_before + 1, window.found),
                 (unsigned long long)window.found);
        if (!window.current) /* those would be of what was looked for before */
            snprintf(text, sizeof(text), "/%s  %s", list->find, cells->ascii ? "..." : "…");
        (void)put_before(cells, y, left, &right, STYLE_TEXT, text);
    }
    if (list->filter[0]) {
        snprintf(text, sizeof(text), "filter: %s", list->filter);
        (void)put_before(cells, y, left, &right, STYLE_WAIT, text);
    }
    snprintf(text, sizeof(text), "sort: %s%s", haul_sort_name(list->sort),
             list->descending ? arrow : "");
    (void)put_before(cells, y, left, &right, STYLE_DIM, text);
}

/* The same for the hosts: how many connections each gets, which are shown, the order. */
static void paint_hosts_looked_at(const struct cells *cells, int y, int left,
                                  const struct hosts_view *hosts)
{
    const struct host_rows *rows = model_hosts(hosts->model);
    char text[HOSTS_SEARCH_SIZE + 64];
    int right = cells->width - 1;
    const char *arrow = cells->ascii ? " v" : " ↓";
    if (rows->loaded) {
        snprintf(text, sizeof(text), "%llu per host", (unsigned long long)rows->now.per_host);
        if (rows->now.per_host == 0)
            str_copy(text, sizeof(text), "no cap per host");
        (void)put_before(cells, y, left, &right, STYLE_TEXT, text);
    }
    if (hosts->search[0]) {
        snprintf(text, sizeof(text), "hosts: %s", hosts->search);
        (void)put_before(cells, y, left, &right, STYLE_WAIT, text);
    }
    snprintf(text, sizeof(text), "sort: %s%s",
             hosts->sort == HAUL_HOST_SORT_REST ? "back-off" : haul_host_sort_name(hosts->sort),
             hosts->descending ? arrow : "");
    (void)put_before(cells, y, left, &right, STYLE_DIM, text);
}

static int paint_tab(const struct cells *cells, int y, int x, bool open, const char *name,
                     unsigned tab)
{
    char text[32];
    snprintf(text, sizeof(text), open ? "[%s]" : "%s", name);
    int used = cells_put(cells, y, x, cells->width - x, open ? STYLE_ACCENT : STYLE_DIM, text);
    zones_add(cells->zones, y, x, used, ZONE_ACTION, ACT_TAB_1 + tab);
    return used + 1;
}

void header_paint_tabs(const struct cells *cells, int y, const struct list_view *list,
                       const struct hosts_view *hosts)
{
    uint64_t count;
    int x = 1;
    bool marked = list_view_marked(list, &count) || list->range_id != 0;
    for (enum list_tab tab = 0; tab < LIST_TAB_COUNT; tab++)
        x += paint_tab(cells, y, x, !hosts && tab == list->tab, list_tab_name(tab), tab);
    /* What is selected matters more, where there is no room for both. */
    if (hosts || !marked || cells->width >= NARROW)
        x += paint_tab(cells, y, x, hosts != NULL, "Hosts", ACT_TAB_6 - ACT_TAB_1);
    if (hosts)
        paint_hosts_looked_at(cells, y, x + 1, hosts);
    else
        paint_looked_at(cells, y, x + 1, list);
}

void header_paint_heading(const struct cells *cells, int y, const struct row_column *column,
                          const char *text, bool right, bool sorted, bool descending, unsigned sort)
{
    const char *arrow = cells->ascii ? (descending ? "v" : "^") : descending ? "↓" : "↑";
    char heading[32];
    snprintf(heading, sizeof(heading), " %s%s%s ", text, sorted && cells->ascii ? " " : "",
             sorted ? arrow : "");
    int used = (int)text_width(heading);
    if (column->width == 0 || used > column->width + 2)
        return;
    int x = right ? column->x + column->width + 1 - used : column->x - 1;
    cells_put(cells, y, x, used, sorted ? STYLE_ACCENT : STYLE_DIM, heading);
    zones_add(cells->zones, y, x, used, ZONE_SORT, sort);
}

void header_paint_columns(const struct cells *cells, int y, int width, const struct list_view *list)
{
    struct row_layout layout;
    struct cells still = *cells; /* for what there is no order by */
    still.zones = NULL;
    row_layout(width, list->sort, &layout);
    for (enum row_head head = 0; head < ROW_HEAD_COUNT; head++) {
        struct row_heading heading = row_heading(&layout, head);
        bool sorts = heading.sort < HAUL_SORT_COUNT;
        header_paint_heading(sorts ? cells : &still, y, heading.column, heading.text, heading.right,
                             heading.sort == list->sort, list->descending, heading.sort);
    }
}

void header_paint_details(const struct cells *cells, int y, int width, const struct list_view *list)
{
    struct model_window window;
    char which[48];
    struct row_column title = {3, width - 4};
    struct cells still = *cells;
    still.zones = NULL;
    model_window(list->model, &window);
    header_paint_heading(&still, y, &title, "details", false, false, false, 0);
    if (!list_view_item(list))
        return;
    snprintf(which, sizeof(which), "%" PRIu64 " of %" PRIu64, list->cursor + 1, window.matching);
    header_paint_heading(&still, y, &title, which, true, false, false, 0);
}

/* Help and quit are always there: their room is kept. */
void header_paint_keys(const struct cells *cells, int y, const struct bindings *bindings,
                       enum keymap_place place, bool only_looks)
{
    size_t count;
    const struct keymap_row *rows = keymap_table(&count);
    int needed[KEYMAP_MAX] = {0};
    int kept = 0;
    for (size_t i = 0; i < count && i < COUNT_OF(needed); i++) {
        const char *keys = bindings_shown(bindings, i);
        bool shown = (!only_looks || keymap_only_looks(rows[i].action)) && rows[i].brief &&
                     keys[0] && (rows[i].places & place);
        needed[i] = shown ? (int)(text_width(keys) + text_width(rows[i].brief)) + 3 : 0;
        if (rows[i].action == ACT_HELP || rows[i].action == ACT_QUIT)
            kept += needed[i];
    }
    int x = 1;
    for (size_t i = 0; i < count && i < COUNT_OF(needed); i++) {
        bool always = rows[i].action == ACT_HELP || rows[i].action == ACT_QUIT;
        if (needed[i] == 0 || (!always && x + needed[i] + kept > cells->width + 1))
            continue;
        kept -= always ? needed[i] : 0;
        int at =
            x +
            cells_put(cells, y, x, cells->width - x, STYLE_STRONG, bindings_shown(bindings, i)) + 1;
        cells_put(cells, y, at, cells->width - at, STYLE_DIM, rows[i].brief);
        zones_add(cells->zones, y, x, needed[i] - 1, ZONE_ACTION, rows[i].action);
        x += needed[i];
    }
}

void header_paint_tiny(const struct cells *cells, const struct model *model)
{
    const struct haul_totals *totals = model_totals(model);
    char rate[FMT_SIZE];
    char text[64];
    snprintf(text, sizeof(text), "%s %llu/%u", fmt_rate(totals->rate, rate),
             (unsigned long long)totals->counts[HAUL_ACTIVE], totals->jobs);
    cells_put(cells, 0, 0, cells->width, STYLE_TEXT, text);
}
