/* The list.
 *
 * Only a window of rows is held, a few screens around what is visible, so a queue of any length
 * costs the same. The cursor belongs to an item, not to a line: the daemon is asked to keep that
 * item within the window (view.follow), and where it goes the cursor goes. When the item is gone,
 * the cursor stays at its place and takes the item that is there now. */

#include "ui/list_view.h"

#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "base/text.h"
#include "ui/row.h"

#define WINDOW_SCREENS 3u
#define WINDOW_MAX     500u
#define FRAME_MS       100u
#define SHORT_WIDTH    60 /* below it states are told in a word */
#define NOTE_MIN       16 /* columns that say something */

#define STATE(state) (1u << (state))

static const struct {
    const char *name;
    uint32_t states;
    const char *empty;
} tabs[LIST_TAB_COUNT] = {
    [LIST_ALL] = {"All", 0, "Nothing here yet. Paste links."},
    [LIST_ACTIVE] = {"Active", STATE(HAUL_ACTIVE) | STATE(HAUL_WAITING), "Nothing is running."},
    [LIST_QUEUED] = {"Queued", STATE(HAUL_QUEUED) | STATE(HAUL_PAUSED), "Nothing is waiting."},
    [LIST_DONE] = {"Done", STATE(HAUL_DONE), "Nothing is done yet."},
    [LIST_FAILED] = {"Failed", STATE(HAUL_FAILED) | STATE(HAUL_CANCELLED), "Nothing has failed."},
};

const char *list_tab_name(enum list_tab tab)
{
    return tabs[tab].name;
}

/* The held row with that index among the matching items, or NULL. */
static const struct haul_item *row_at(const struct model_window *window, uint64_t index)
{
    if (index < window->offset || index - window->offset >= window->row_count)
        return NULL;
    return &window->rows[index - window->offset];
}

const struct haul_item *list_view_item(const struct list_view *list)
{
    struct model_window window;
    model_window(list->model, &window);
    const struct haul_item *item = row_at(&window, list->cursor);
    return item && item->id == list->cursor_id ? item : NULL;
}

void list_view_filter(struct list_view *list, const char *text)
{
    str_copy(list->filter, sizeof(list->filter), text);
}

void list_view_find(struct list_view *list, const char *text)
{
    str_copy(list->find, sizeof(list->find), text);
}

void list_view_go(struct list_view *list, uint64_t id, uint64_t index)
{
    list->cursor_id = id;
    list->cursor = index;
}

bool list_view_marked(const struct list_view *list, uint64_t *ret_count)
{
    struct model_window window;
    model_window(list->model, &window);
    *ret_count = window.marking ? 0 : window.marked;
    return window.marking || window.marked > 0;
}

/* Finds the cursor's item in what is held now. */
static void cursor_update(struct list_view *list, const struct model_window *window)
{
    for (size_t i = 0; list->range_id != 0 && i < window->row_count; i++) {
        if (window->rows[i].id == list->range_id)
            list->range = window->offset + i;
    }
    for (size_t i = 0; list->cursor_id != 0 && i < window->row_count; i++) {
        if (window->rows[i].id == list->cursor_id) {
            list->cursor = window->offset + i;
            return;
        }
    }
    if (!window->current)
        return;
    if (list->cursor_id != 0 && window->follow_index != UINT64_MAX) {
        list->cursor = window->follow_index;
        return;
    }
    list->cursor = window->matching > 0 ? MIN(list->cursor, window->matching - 1) : 0;
    const struct haul_item *item = row_at(window, list->cursor);
    list->cursor_id = item ? item->id : 0;
}

/* Moves the visible part so that the cursor is within it and no line is wasted. */
static void top_update(struct list_view *list, const struct model_window *window)
{
    uint64_t height = (uint64_t)MAX(list->height, 1);
    uint64_t last_top = window->matching > height ? window->matching - height : 0;
    if (list->cursor < list->top)
        list->top = list->cursor;
    if (list->cursor >= list->top + height)
        list->top = list->cursor - height + 1;
    if (window->current)
        list->top = MIN(list->top, last_top);
}

/* Asks for the rows around what is visible. The window moves only when it must. */
static void watch(struct list_view *list, const struct model_window *window)
{
    uint32_t height = (uint32_t)MAX(list->height, 1);
    uint32_t rows = MIN(height * WINDOW_SCREENS, WINDOW_MAX);
    uint64_t end = MIN(list->top + height, MAX(window->matching, (uint64_t)1));
    if (list->top < list->asked_offset || end > list->asked_offset + rows)
        list->asked_offset = list->top > height ? list->top - height : 0;
    struct haul_view view = {
        .states = tabs[list->tab].states,
        .filter = list->filter,
        .find = list->find,
        .sort = list->sort,
        .descending = list->descending,
        .offset = list->asked_offset,
        .rows = rows,
        .follow = list->cursor_id,
        .interval_ms = FRAME_MS,
    };
    model_watch(list->model, &view);
}

static void put_right(const struct cells *cells, int y, int x, const struct row_column *column,
                      const char *text)
{
    cells_put_right(cells, y, x + column->x, column->width, STYLE_TEXT, text);
}

static void put_quiet(const struct cells *cells, int y, int x, const struct row_column *column,
                      const char *text)
{
    cells_put_right(cells, y, x + column->x, column->width, STYLE_DIM, text);
}

static void paint_numbers(const struct cells *cells, int y, int x, const struct row_layout *layout,
                          const struct row_text *text)
{
    /* Bar and percentage say what matters, and move least. */
    if (!cells->sparing) {
        put_right(cells, y, x, &layout->size, text->size);
        put_right(cells, y, x, &layout->rate, text->rate);
        put_right(cells, y, x, &layout->eta, text->eta);
        put_quiet(cells, y, x, &layout->ends, text->ends);
    }
    cells_put_right(cells, y, x + layout->connections.x, layout->connections.width, STYLE_DIM,
                    text->connections);
}

/* Where a row is said to be selected, and its name, which tells whether it is looked for. */
static void paint_name(const struct cells *cells, int y, int x, const struct row_layout *layout,
                       const struct haul_item *item, unsigned flags)
{
    struct cells name =
        item->state == HAUL_DONE ? cells_to_file(cells, item->dir, item->name) : *cells;
    if (flags & HAUL_ROW_MARKED)
        cells_put(cells, y, x, 1, STYLE_ACCENT, cells->ascii ? "+" : "●");
    cells_put_name(&name, y, x + layout->name.x, layout->name.width,
                   flags & HAUL_ROW_FOUND    ? STYLE_ACCENT
                   : flags & HAUL_ROW_MARKED ? STYLE_STRONG
                                             : STYLE_TEXT,
                   item->name);
}

/* Behind the name of what runs, where there is room: that it starts over, and why. */
static void paint_note(const struct cells *cells, int y, int x, const struct row_layout *layout,
                       const struct haul_item *item)
{
    int used = (int)MIN(text_width(item->name), (size_t)layout->name.width) + 2;
    if (item->state == HAUL_ACTIVE && used + NOTE_MIN <= layout->name.width)
        cells_put(cells, y, x + layout->name.x + used, layout->name.width - used, STYLE_DIM,
                  item->note);
}

/* What is looked up now and then. */
static void paint_extra(const struct cells *cells, int y, int x, const struct row_layout *layout,
                        const struct haul_item *item, int64_t now)
{
    char text[ROW_EXTRA_SIZE];
    cells_put(cells, y, x + layout->priority.x, layout->priority.width, STYLE_WAIT,
              row_priority(item, text));
    put_quiet(cells, y, x, &layout->tries, row_tries(item, text));
    put_quiet(cells, y, x, &layout->added, row_when(item->added_at, now, text));
    put_quiet(cells, y, x, &layout->finished, row_when(item->finished_at, now, text));
    cells_put_name(cells, y, x + layout->host.x, layout->host.width, STYLE_DIM,
                   row_host(item, text));
    cells_put_name(cells, y, x + layout->folder.x, layout->folder.width, STYLE_DIM, item->dir);
}

/* Instead of bar and numbers. A size that comes with it stays in its column, or follows it where
 * there is none. */
static void paint_sentence(const struct cells *cells, int y, int x, const struct row_layout *layout,
                           const struct row_text *text)
{
    char both[sizeof(text->sentence) + sizeof(text->size) + 2];
    enum theme_style style = row_style(text->tone);
    bool has_column = layout->size.width > 0;
    int width = layout->sentence.width;
    snprintf(both, sizeof(both), "%s%s%s", text->sentence, text->size[0] && !has_column ? ", " : "",
             has_column ? "" : text->size);
    if (text->size[0] && has_column) {
        width = layout->size.x - 1 - layout->sentence.x;
        put_quiet(cells, y, x, &layout->size, text->size);
    }
    cells_put_name(cells, y, x + layout->sentence.x, width, style, both);
}

static void paint_row(const struct cells *cells, int y, struct cells_area area,
                      const struct row_layout *layout, const struct haul_item *item, int64_t now,
                      unsigned flags)
{
    struct row_text text;
    int x = area.x;
    row_text(item, now, cells->ascii, area.width < SHORT_WIDTH, &text);
    enum theme_style style = row_style(text.tone);
    if (cells->selected)
        cells_fill(cells, y, x, area.width, STYLE_TEXT);
    cells_put(cells, y, x + layout->mark.x, layout->mark.width, style, text.mark);
    paint_name(cells, y, x, layout, item, flags);
    paint_note(cells, y, x, layout, item);
    paint_extra(cells, y, x, layout, item, now);
    if (text.sentence[0]) {
        paint_sentence(cells, y, x, layout, &text);
        return;
    }
    if (text.bar && layout->bar.width > 0)
        cells_bar(cells, y, x + layout->bar.x, layout->bar.width,
                  item->state == HAUL_ACTIVE ? STYLE_BAR : STYLE_DIM, item->done,
                  item->total > 0 ? (uint64_t)item->total : 0);
    if (text.words[0] && layout->words.x == layout->percent.x) {
        cells_put(cells, y, x + layout->words.x, layout->words.width, style, text.words);
        return;
    }
    put_right(cells, y, x, &layout->percent, text.percent);
    if (text.words[0])
        cells_put(cells, y, x + layout->words.x, layout->words.width, style, text.words);
    else
        paint_numbers(cells, y, x, layout, &text);
}

static void paint_empty(const struct list_view *list, const struct cells *cells,
                        struct cells_area area)
{
    const char *text = list->filter[0] ? "Nothing fits the filter." : tabs[list->tab].empty;
    char with_key[80];
    const char *key = bindings_key(list->bindings, ACT_ADD);
    if (!model_loaded(list->model)) {
        text = "Asking the daemon…";
    } else if (list->tab == LIST_ALL && !list->filter[0] && key[0]) {
        snprintf(with_key, sizeof(with_key),
                 "Nothing here yet. Paste links, or press %s to type one.", key);
        text = with_key;
    }
    cells_put(cells, area.y + MIN(1, area.height - 1), area.x + 3, area.width - 4, STYLE_DIM, text);
}

void list_view_update(struct list_view *list, int height)
{
    struct model_window window;
    list->height = height;
    list->changes_in = ROW_NEVER;
    model_window(list->model, &window);
    cursor_update(list, &window);
    top_update(list, &window);
    watch(list, &window);
}

/* What is known of the row at INDEX, which is held; rows of an open range count as selected. */
static unsigned flags_at(const struct list_view *list, const struct model_window *window,
                         uint64_t index)
{
    unsigned flags = window->flags[index - window->offset];
    bool in_range =
        index >= MIN(list->range, list->cursor) && index <= MAX(list->range, list->cursor);
    return list->range_id != 0 && in_range ? flags | HAUL_ROW_MARKED : flags;
}

static void paint(struct view *view, const struct cells *cells, struct cells_area area)
{
    struct list_view *list = OWNER_OF(view, struct list_view, view);
    struct cells row_cells = *cells;
    struct model_window window;
    struct row_layout layout;
    int64_t now = model_now(list->model);
    row_cells.dim = model_away(list->model) != NULL;
    list->area = area;
    model_window(list->model, &window);
    row_layout(area.width, list->sort, &layout);
    for (int line = 0; line < area.height; line++) {
        uint64_t index = list->top + (uint64_t)line;
        const struct haul_item *item = row_at(&window, index);
        if (!item)
            continue;
        row_cells.selected = index == list->cursor;
        paint_row(&row_cells, area.y + line, area, &layout, item, now,
                  flags_at(list, &window, index));
        list->changes_in = MIN(list->changes_in, row_changes_in(item, now));
    }
    if (window.matching == 0)
        paint_empty(list, cells, area);
}

/* Puts the cursor on the item with that index; its id may have to be asked for. */
static void cursor_go(struct list_view *list, uint64_t index)
{
    struct model_window window;
    model_window(list->model, &window);
    if (window.matching == 0)
        return;
    list->cursor = MIN(index, window.matching - 1);
    if (model_away(list->model) && window.row_count > 0) /* there is no asking for others */
        list->cursor = MIN(MAX(list->cursor, window.offset), window.offset + window.row_count - 1);
    const struct haul_item *item = row_at(&window, list->cursor);
    list->cursor_id = item ? item->id : 0;
}

bool list_view_click(struct list_view *list, int y, int x, bool *ret_again)
{
    const struct cells_area *area = &list->area;
    struct model_window window;
    if (y < area->y || y >= area->y + area->height || x < area->x || x >= area->x + area->width)
        return false;
    uint64_t index = list->top + (uint64_t)(y - area->y);
    model_window(list->model, &window);
    if (index >= window.matching)
        return false;
    *ret_again = index == list->cursor;
    cursor_go(list, index);
    return true;
}

void list_view_sort(struct list_view *list, enum haul_sort sort)
{
    if (list->sort == sort) {
        list->descending = !list->descending;
        return;
    }
    list->sort = sort;
    list->descending = sort == HAUL_SORT_RATE || sort == HAUL_SORT_FINISHED;
}

static void tab_go(struct list_view *list, unsigned tab)
{
    list->range_id = 0;
    list->tab = tab % LIST_TAB_COUNT;
    list->top = 0;
    list->asked_offset = 0;
}

/* ---- selecting ---- */

static void cursor_mark(struct list_view *list)
{
    if (list->range_id != 0) {
        list_view_range_end(list);
        return;
    }
    if (list->cursor_id == 0)
        return;
    model_mark(list->model, HAUL_MARK_TURN, list->cursor_id, list->cursor_id);
    cursor_go(list, list->cursor + 1);
}

void list_view_range_end(struct list_view *list)
{
    if (list->range_id != 0 && list->cursor_id != 0)
        model_mark(list->model, HAUL_MARK_ADD, list->range_id, list->cursor_id);
    list->range_id = 0;
}

static void range_turn(struct list_view *list)
{
    if (list->range_id != 0) {
        list_view_range_end(list);
        return;
    }
    list->range_id = list->cursor_id;
    list->range = list->cursor;
}

/* All of the view, unless just as many are selected already. */
static void all_mark(struct list_view *list)
{
    struct model_window window;
    model_window(list->model, &window);
    list->range_id = 0;
    if (window.marked > 0 && window.marked == window.matching)
        model_mark(list->model, HAUL_MARK_NONE, 0, 0);
    else if (window.matching > 0)
        model_mark(list->model, HAUL_MARK_ADD, 0, 0);
}

bool list_view_back(struct list_view *list)
{
    uint64_t count;
    if (list->range_id != 0)
        list->range_id = 0;
    else if (list_view_marked(list, &count))
        model_mark(list->model, HAUL_MARK_NONE, 0, 0);
    else if (list->find[0])
        list->find[0] = '\0';
    else if (list->filter[0])
        list->filter[0] = '\0';
    else
        return false;
    return true;
}

static bool act_on_view(struct list_view *list, enum keymap_action action)
{
    switch (action) {
    case ACT_NEXT_TAB:
        tab_go(list, list->tab + 1u);
        return true;
    case ACT_PREVIOUS_TAB:
        tab_go(list, list->tab + LIST_TAB_COUNT - 1u);
        return true;
    case ACT_TAB_1:
    case ACT_TAB_2:
    case ACT_TAB_3:
    case ACT_TAB_4:
    case ACT_TAB_5:
        tab_go(list, (unsigned)(action - ACT_TAB_1));
        return true;
    case ACT_MARK:
        cursor_mark(list);
        return true;
    case ACT_MARK_RANGE:
        range_turn(list);
        return true;
    case ACT_MARK_ALL:
        all_mark(list);
        return true;
    case ACT_SORT_TURN:
        list->descending = !list->descending;
        return true;
    default:
        return false;
    }
}

static bool act(struct view *view, enum keymap_action action)
{
    struct list_view *list = OWNER_OF(view, struct list_view, view);
    uint64_t to;
    if (!keymap_step(action, list->cursor, (uint64_t)MAX(list->height - 1, 1), &to))
        return act_on_view(list, action);
    cursor_go(list, to);
    return true;
}

static const struct view_ops ops = {.place = PLACE_LIST, .paint = paint, .act = act};

void list_view_init(struct list_view *list, struct model *model, const struct bindings *bindings)
{
    *list = (struct list_view){.view = {&ops}, .model = model, .bindings = bindings};
}
