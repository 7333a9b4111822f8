/* The hosts.
 *
 * As with the list, only the rows around what is visible are held, and the cursor belongs to a
 * host, not to a line: where it goes when the order changes, the cursor goes. */

#include "ui/hosts_view.h"

#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "ui/header.h"
#include "ui/host_row.h"

#define WINDOW_SCREENS 3u
#define WINDOW_MAX     500u
#define FRAME_MS       500u

/* The held row with that index among the matching hosts, or NULL. */
static const struct haul_host *row_at(const struct haul_hosts *now, uint64_t index)
{
    if (index < now->offset || index - now->offset >= now->row_count)
        return NULL;
    return &now->rows[index - now->offset];
}

static void name_take(struct hosts_view *hosts, const struct haul_host *host)
{
    str_copy(hosts->name, sizeof(hosts->name), host ? host->name : "");
}

/* Finds the cursor's host in what is held now; where it is gone, the one that is in its place. */
static void cursor_update(struct hosts_view *hosts, const struct host_rows *rows)
{
    const struct haul_hosts *now = &rows->now;
    for (size_t i = 0; hosts->name[0] && i < now->row_count; i++) {
        if (strcmp(now->rows[i].name, hosts->name) == 0) {
            hosts->cursor = now->offset + i;
            return;
        }
    }
    if (!rows->fresh)
        return;
    hosts->cursor = now->matching > 0 ? MIN(hosts->cursor, now->matching - 1) : 0;
    name_take(hosts, row_at(now, hosts->cursor));
}

static void top_update(struct hosts_view *hosts, const struct host_rows *rows)
{
    uint64_t height = (uint64_t)MAX(hosts->height, 1);
    uint64_t last = rows->now.matching > height ? rows->now.matching - height : 0;
    if (hosts->cursor < hosts->top)
        hosts->top = hosts->cursor;
    if (hosts->cursor >= hosts->top + height)
        hosts->top = hosts->cursor - height + 1;
    if (rows->fresh)
        hosts->top = MIN(hosts->top, last);
}

void hosts_view_update(struct hosts_view *hosts, int height)
{
    const struct host_rows *rows = model_hosts(hosts->model);
    uint32_t lines = (uint32_t)MAX(height, 1);
    uint32_t held = MIN(lines * WINDOW_SCREENS, WINDOW_MAX);
    hosts->height = height;
    cursor_update(hosts, rows);
    top_update(hosts, rows);
    uint64_t end = MIN(hosts->top + lines, MAX(rows->now.matching, (uint64_t)1));
    if (hosts->top < hosts->asked_offset || end > hosts->asked_offset + held)
        hosts->asked_offset = hosts->top > lines ? hosts->top - lines : 0;
    struct haul_hosts_view view = {.sort = hosts->sort,
                                   .descending = hosts->descending,
                                   .search = hosts->search,
                                   .offset = hosts->asked_offset,
                                   .rows = held,
                                   .follow = hosts->name,
                                   .interval_ms = FRAME_MS};
    model_hosts_want(hosts->model, &view);
}

/* ---- painting ---- */

void hosts_view_paint_row(const struct cells *cells, int y, int x, int width,
                          const struct host_layout *layout, const struct haul_host *host)
{
    struct host_text text;
    host_text(host, layout, cells->ascii, &text);
    if (cells->selected)
        cells_fill(cells, y, x, width, STYLE_TEXT);
    cells_put(cells, y, x + layout->mark.x, layout->mark.width, row_style(text.tone), text.mark);
    cells_put_name(cells, y, x + layout->columns[HOST_NAME].x, layout->columns[HOST_NAME].width,
                   STYLE_TEXT, host->name);
    for (unsigned column = HOST_USE; column < HOST_COLUMN_COUNT; column++) {
        const struct row_column *at = &layout->columns[column];
        enum theme_style style = row_style(text.tones[column]);
        if (cells->sparing && column == HOST_RATE)
            continue; /* it moves most */
        if (column == HOST_NOTE)
            cells_put(cells, y, x + at->x, at->width, style, text.columns[column]);
        else
            cells_put_right(cells, y, x + at->x, at->width, style, text.columns[column]);
    }
}

static void paint_empty(const struct hosts_view *hosts, const struct cells *cells,
                        struct cells_area area)
{
    const char *text = !model_hosts(hosts->model)->loaded ? "Asking the daemon…"
                       : hosts->search[0]                 ? "No host has that in its name."
                                                          : "No hosts: the queue is empty.";
    cells_put(cells, area.y + MIN(1, area.height - 1), area.x + 3, area.width - 4, STYLE_DIM, text);
}

static void paint(struct view *view, const struct cells *cells, struct cells_area area)
{
    struct hosts_view *hosts = OWNER_OF(view, struct hosts_view, view);
    const struct haul_hosts *now = &model_hosts(hosts->model)->now;
    struct cells row_cells = *cells;
    struct host_layout layout;
    hosts->first = area.y;
    host_layout(area.width, &layout);
    for (int line = 0; line < area.height; line++) {
        uint64_t index = hosts->top + (uint64_t)line;
        const struct haul_host *host = row_at(now, index);
        row_cells.selected = index == hosts->cursor;
        if (host)
            hosts_view_paint_row(&row_cells, area.y + line, area.x, area.width, &layout, host);
    }
    if (now->matching == 0)
        paint_empty(hosts, cells, area);
}

void hosts_view_paint_names(const struct cells *cells, int y, int x,
                            const struct host_layout *layout)
{
    for (unsigned column = 0; column < HOST_COLUMN_COUNT; column++) {
        struct row_column at = layout->columns[column];
        struct host_heading heading = host_heading(column);
        at.x += x;
        header_paint_heading(cells, y, &at, heading.text, heading.right, false, false, 0);
    }
}

void hosts_view_paint_heads(const struct hosts_view *hosts, const struct cells *cells, int y,
                            int width)
{
    struct host_layout layout;
    host_layout(width, &layout);
    for (unsigned column = 0; column < HOST_COLUMN_COUNT; column++) {
        struct host_heading heading = host_heading(column);
        header_paint_heading(cells, y, &layout.columns[column], heading.text, heading.right,
                             heading.sort == hosts->sort, hosts->descending, heading.sort);
    }
}

/* ---- keys ---- */

static void cursor_go(struct hosts_view *hosts, uint64_t index)
{
    const struct haul_hosts *now = &model_hosts(hosts->model)->now;
    if (now->matching == 0)
        return;
    hosts->cursor = MIN(index, now->matching - 1);
    name_take(hosts, row_at(now, hosts->cursor));
}

bool hosts_view_click(struct hosts_view *hosts, int y, bool *ret_again)
{
    uint64_t index = hosts->top + (uint64_t)(y - hosts->first);
    if (y < hosts->first || y >= hosts->first + hosts->height ||
        index >= model_hosts(hosts->model)->now.matching)
        return false;
    *ret_again = index == hosts->cursor;
    cursor_go(hosts, index);
    return true;
}

void hosts_view_sort(struct hosts_view *hosts, enum haul_host_sort sort)
{
    bool is_name = sort == HAUL_HOST_SORT_STATE || sort == HAUL_HOST_SORT_NAME;
    bool first_is_least = is_name || sort == HAUL_HOST_SORT_CAP || sort == HAUL_HOST_SORT_REST;
    hosts->descending = sort == hosts->sort ? !hosts->descending : !first_is_least;
    hosts->sort = sort;
}

static void on_sort_chosen(void *ctx, int value)
{
    if (value != 0)
        hosts_view_sort(ctx, (enum haul_host_sort)(value - 1));
}

static void sort_ask(struct hosts_view *hosts)
{
    static const struct prompt_choice choices[] = {
        {'t', "t", "state", "sta", HAUL_HOST_SORT_STATE + 1},
        {'n', "n", "name", "nam", HAUL_HOST_SORT_NAME + 1},
        {'c', "c", "conn", "con", HAUL_HOST_SORT_CONNECTIONS + 1},
        {'p', "p", "cap", "cap", HAUL_HOST_SORT_CAP + 1},
        {'r', "r", "rate", "rat", HAUL_HOST_SORT_RATE + 1},
        {'b', "b", "back-off", "bac", HAUL_HOST_SORT_REST + 1},
        {'i', "i", "items", "ite", HAUL_HOST_SORT_ITEMS + 1},
        {'a', "a", "active", "act", HAUL_HOST_SORT_ACTIVE + 1},
        {'w', "w", "waiting", "wai", HAUL_HOST_SORT_WAITING + 1},
        {'d', "d", "done", "don", HAUL_HOST_SORT_DONE + 1},
        {'f', "f", "failed", "fai", HAUL_HOST_SORT_FAILED + 1},
    };
    prompt_ask(hosts->prompt, "Sort:", choices, COUNT_OF(choices), on_sort_chosen, hosts);
}

static void on_search_typed(void *ctx, const char *text)
{
    struct hosts_view *hosts = ctx;
    str_copy(hosts->search, sizeof(hosts->search), text);
}

static void on_search_entered(void *ctx, const char *text)
{
    struct hosts_view *hosts = ctx;
    if (!text)
        str_copy(hosts->search, sizeof(hosts->search), hosts->search_before);
}

static void search_ask(struct hosts_view *hosts)
{
    str_copy(hosts->search_before, sizeof(hosts->search_before), hosts->search);
    prompt_ask_line(hosts->prompt, "hosts:", hosts->search, on_search_typed, on_search_entered,
                    hosts);
    prompt_hint(hosts->prompt, false, "part of a name");
}

bool hosts_view_back(struct hosts_view *hosts)
{
    bool searched = hosts->search[0] != '\0';
    hosts->search[0] = '\0';
    return searched;
}

static bool act_on_view(struct hosts_view *hosts, enum keymap_action action)
{
    switch (action) {
    case ACT_SORT:
        sort_ask(hosts);
        return true;
    case ACT_SORT_TURN:
        hosts->descending = !hosts->descending;
        return true;
    case ACT_FIND:
        search_ask(hosts);
        return true;
    case ACT_MORE_PER_HOST:
        model_change_per_host(hosts->model, 1);
        return true;
    case ACT_FEWER_PER_HOST:
        model_change_per_host(hosts->model, -1);
        return true;
    default:
        return false;
    }
}

static bool act(struct view *view, enum keymap_action action)
{
    struct hosts_view *hosts = OWNER_OF(view, struct hosts_view, view);
    uint64_t to;
    if (!keymap_step(action, hosts->cursor, (uint64_t)MAX(hosts->height - 1, 1), &to))
        return act_on_view(hosts, action);
    cursor_go(hosts, to);
    return true;
}

static const struct view_ops ops = {.place = PLACE_HOSTS, .paint = paint, .act = act};

void hosts_view_init(struct hosts_view *hosts, struct model *model, struct prompt *prompt)
{
    *hosts = (struct hosts_view){.view = {&ops}, .model = model, .prompt = prompt};
}
