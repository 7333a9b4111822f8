/* The log.
 *
 * A line has its time, its level, the room it is from where there is space for it, and its text,
 * over as many rows as that takes. The lines are pushed by the daemon while the view is open; those
 * of items are told with the items' names. Below them stands what the screen costs: the figures are
 * those of the last frames, and no frame is painted for their sake. */

#include "ui/log_view.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/fmt.h"
#include "base/mem.h"
#include "base/str.h"
#include "base/text.h"
#include "ui/log_lines.h"
#include "ui/wrap.h"

#define TEXT_ROWS   6  /* of a line */
#define WIDE        76 /* columns from which on the room is told too */
#define MIDDLE      56 /* and the level by its word */
#define LEVEL_WIDTH 6
#define ROOM_WIDTH  8
#define STAMP_SIZE  24

/* The columns of a line. */
struct columns {
    int stamp, level, room, text; /* where they begin; room -1: not shown */
    int width;                    /* of the text */
    bool dates;                   /* the times have them */
};

/* The lines that are bad enough, as they are to be painted. */
struct shown {
    const struct haul_log_line *lines[HAUL_LOG_TAIL];
    size_t count;
    struct columns columns;
    bool ascii;
};

static bool same_day(int64_t a, int64_t b)
{
    time_t seconds[] = {(time_t)(a / 1000), (time_t)(b / 1000)};
    struct tm day, other;
    return localtime_r(&seconds[0], &day) && localtime_r(&seconds[1], &other) &&
           day.tm_year == other.tm_year && day.tm_yday == other.tm_yday;
}

static void columns_set(struct columns *columns, int width, bool dates)
{
    columns->dates = dates && width >= MIDDLE;
    columns->stamp = 1;
    columns->level = columns->stamp + (columns->dates ? 15 : 9);
    columns->room = width >= WIDE ? columns->level + LEVEL_WIDTH : -1;
    columns->text = columns->level + (width >= MIDDLE ? LEVEL_WIDTH : 2);
    if (columns->room >= 0)
        columns->text += ROOM_WIDTH;
    columns->width = width - columns->text - 1;
}

static void shown_collect(const struct log_view *log, const struct cells *cells, int width,
                          struct shown *ret_shown)
{
    const struct log_lines *all = model_log(log->model);
    int64_t now = model_now(log->model);
    bool dates = false;
    *ret_shown = (struct shown){.ascii = cells->ascii};
    for (size_t i = 0; i < all->count; i++) {
        if (all->lines[i].level > log->level)
            continue;
        dates = dates || (ret_shown->count == 0 && !same_day(all->lines[i].at, now));
        ret_shown->lines[ret_shown->count++] = &all->lines[i];
    }
    columns_set(&ret_shown->columns, width, dates);
}

/* The last of the shown lines up to NUMBER; 0: the newest. There is one. */
static size_t index_of(const struct shown *shown, uint64_t number)
{
    size_t index = shown->count - 1;
    while (number != 0 && index > 0 && shown->lines[index]->number > number)
        index--;
    return index;
}

static int rows_of(void *ctx, size_t index)
{
    const struct shown *shown = ctx;
    char text[LOG_TEXT_SIZE];
    size_t name;
    int width = shown->columns.width;
    return wrap_lines(
        log_line_text(shown->lines[index], (size_t)width / 2, shown->ascii, text, &name), width,
        TEXT_ROWS);
}

/* ---- painting ---- */

static const char *stamp_of(int64_t at, bool dates, char buf[STAMP_SIZE])
{
    time_t seconds = (time_t)(at / 1000);
    struct tm parts;
    buf[0] = '\0';
    if (localtime_r(&seconds, &parts))
        strftime(buf, STAMP_SIZE, dates ? "%m-%d %H:%M:%S" : "%H:%M:%S", &parts);
    return buf;
}

static enum theme_style level_style(enum haul_log_level level)
{
    if (level == HAUL_LOG_ERROR)
        return STYLE_BAD;
    return level == HAUL_LOG_WARN ? STYLE_WAIT : STYLE_DIM;
}

static void paint_line(const struct cells *cells, int y, int bottom, int x,
                       const struct shown *shown, const struct haul_log_line *line, bool found)
{
    const struct columns *columns = &shown->columns;
    char stamp[STAMP_SIZE];
    char text[LOG_TEXT_SIZE];
    char part[LOG_TEXT_SIZE];
    size_t name;
    const char *rest = log_line_text(line, (size_t)columns->width / 2, shown->ascii, text, &name);
    enum theme_style style = level_style(line->level);
    cells_put(cells, y, x + columns->stamp, columns->level - columns->stamp - 1, STYLE_DIM,
              stamp_of(line->at, columns->dates, stamp));
    cells_put(cells, y, x + columns->level, columns->text - columns->level < LEVEL_WIDTH ? 1 : 5,
              style, haul_log_level_name(line->level));
    if (columns->room >= 0)
        cells_put(cells, y, x + columns->room, ROOM_WIDTH - 1, STYLE_DIM, line->room);
    style = found ? STYLE_ACCENT : line->level <= HAUL_LOG_WARN ? style : STYLE_TEXT;
    for (int row = 0; row < TEXT_ROWS && y + row < bottom; row++) {
        size_t len = wrap_length(rest, columns->width);
        snprintf(part, sizeof(part), "%.*s", (int)len, rest);
        cells_put(cells, y + row, x + columns->text, columns->width, style, part);
        if (row == 0 && name > 0 && name <= len && !found) {
            part[name] = '\0';
            cells_put(cells, y, x + columns->text, columns->width, STYLE_STRONG, part);
        }
        rest = wrap_next(rest, len);
        if (len == 0 || rest[0] == '\0')
            break;
    }
}

static void paint_lines(struct log_view *log, const struct cells *cells, struct cells_area area,
                        struct shown *shown)
{
    struct log_page page = {shown->count, area.height, rows_of, shown};
    struct cells row_cells = *cells;
    size_t cursor = index_of(shown, log->cursor);
    size_t bottom = index_of(shown, log->cursor == 0 ? 0 : log->bottom);
    size_t index = log_page_fit(&page, cursor, &bottom);
    int y = area.y;
    log->bottom = shown->lines[bottom]->number;
    for (; index <= bottom && y < area.y + area.height; index++) {
        const struct haul_log_line *line = shown->lines[index];
        int rows = rows_of(shown, index);
        row_cells.selected = log->cursor != 0 && index == cursor;
        for (int row = 0; row_cells.selected && row < rows && y + row < area.y + area.height; row++)
            cells_fill(&row_cells, y + row, area.x, area.width, STYLE_TEXT);
        paint_line(&row_cells, y, area.y + area.height, area.x, shown, line,
                   log->find[0] && log_line_has(line, log->find));
        y += rows;
    }
}

/* How many of the shown lines are looked for, and how many of those come before the cursor or are
 * under it. */
static size_t found_count(const struct log_view *log, const struct shown *shown, size_t *ret_place)
{
    size_t cursor = shown->count > 0 ? index_of(shown, log->cursor) : 0;
    size_t found = 0;
    *ret_place = 0;
    for (size_t i = 0; i < shown->count; i++) {
        found += log_line_has(shown->lines[i], log->find);
        if (i == cursor)
            *ret_place = found;
    }
    return found;
}

static const char *level_word(enum haul_log_level level)
{
    switch (level) {
    case HAUL_LOG_ERROR:
        return "errors";
    case HAUL_LOG_WARN:
        return "warnings and errors";
    default:
        return "all levels";
    }
}

static void paint_title(const struct log_view *log, const struct cells *cells,
                        struct cells_area area, const struct shown *shown)
{
    char text[LOG_FIND_SIZE + 64];
    size_t place;
    int x = area.x + 1;
    if (log->find[0]) {
        size_t found = found_count(log, shown, &place);
        snprintf(text, sizeof(text), "/%s  %zu of %zu", log->find, place, found);
    } else if (log->cursor != 0) {
        snprintf(text, sizeof(text), "%zu of %zu", index_of(shown, log->cursor) + 1, shown->count);
    } else {
        snprintf(text, sizeof(text), "%zu line%s", shown->count, shown->count == 1 ? "" : "s");
    }
    x += cells_put(cells, area.y, x, area.width - 2, STYLE_ACCENT, "Log") + 2;
    x += cells_put(cells, area.y, x, area.width - x - 1, STYLE_DIM, level_word(log->level)) + 2;
    cells_put_right(cells, area.y, x, area.x + area.width - 1 - x,
                    log->find[0] ? STYLE_TEXT : STYLE_DIM, text);
}

/* "screen: 1.9 KB/s, 8 frames/s; budget 2.3 KB/s, normal pace" */
static void paint_cost(const struct log_view *log, const struct cells *cells,
                       struct cells_area area)
{
    struct log_cost cost;
    char rate[FMT_SIZE];
    char budget[FMT_SIZE];
    char text[160];
    log->cost(log->ctx, &cost);
    const char *pace = !cost.sparing ? "normal pace"
                       : cost.slow   ? "slow line, few columns move"
                                     : "low, few columns move";
    fmt_rate(cost.bytes, rate);
    if (area.width < WIDE)
        snprintf(text, sizeof(text), "%s, %u fps, %s", rate, cost.frames,
                 cost.budget > 0 ? fmt_rate(cost.budget, budget) : "no limit");
    else
        snprintf(text, sizeof(text), "%s, %u frame%s/s; --ui-rate %s, %s", rate, cost.frames,
                 cost.frames == 1 ? "" : "s",
                 cost.budget > 0 ? fmt_rate(cost.budget, budget) : "none", pace);
    int x = area.x + 1;
    int y = area.y + area.height - 1;
    x += cells_put(cells, y, x, area.width - 2, STYLE_STRONG, "screen") + 1;
    cells_put(cells, y, x, area.x + area.width - 1 - x, STYLE_DIM, text);
}

static void paint(struct view *view, const struct cells *cells, struct cells_area area)
{
    struct log_view *log = OWNER_OF(view, struct log_view, view);
    struct cells_area lines = area;
    struct shown shown;
    shown_collect(log, cells, area.width, &shown);
    paint_title(log, cells, area, &shown);
    paint_cost(log, cells, area);
    lines.y++;
    lines.height = MAX(area.height - 2, 1);
    log->height = lines.height;
    if (shown.count > 0)
        paint_lines(log, cells, lines, &shown);
    else
        cells_put(cells, lines.y, area.x + 3, area.width - 4, STYLE_DIM,
                  log->level == HAUL_LOG_TRACE ? "Nothing was logged yet."
                                               : "Nothing this bad was logged.");
}

/* ---- keys ---- */

/* The shown lines, for those who do not paint. */
static void shown_now(const struct log_view *log, struct shown *ret_shown)
{
    struct cells cells = {0};
    shown_collect(log, &cells, 0, ret_shown);
}

/* Puts the cursor on a line; on the last one it follows the end again. */
static void cursor_go(struct log_view *log, const struct shown *shown, size_t index)
{
    log->cursor = index + 1 >= shown->count ? 0 : shown->lines[index]->number;
}

/* The next line that is looked for, in the direction of STEP, from the cursor on; the ends meet. */
static void find_step(struct log_view *log, long step, bool here)
{
    struct shown shown;
    shown_now(log, &shown);
    long count = (long)shown.count;
    long at = count > 0 ? (long)index_of(&shown, log->cursor) : 0;
    for (long i = here ? 0 : 1; i < count + 1 && count > 0; i++) {
        long index = ((at + i * step) % count + count) % count;
        if (log_line_has(shown.lines[index], log->find)) {
            log->cursor = shown.lines[index]->number;
            return;
        }
    }
    if (prompt_open(log->prompt))
        prompt_hint(log->prompt, true, "no match");
    else
        log->notice(log->ctx, true, "no match");
}

/* Looks upwards from where the cursor was: the newest match comes first. */
static void on_find_typed(void *ctx, const char *text)
{
    struct log_view *log = ctx;
    str_copy(log->find, sizeof(log->find), text);
    log->cursor = log->cursor_before;
    prompt_hint(log->prompt, false, "");
    if (text[0])
        find_step(log, -1, true);
}

static void on_find_entered(void *ctx, const char *text)
{
    struct log_view *log = ctx;
    if (text)
        return;
    str_copy(log->find, sizeof(log->find), log->find_before);
    log->cursor = log->cursor_before;
}

static void find_ask(struct log_view *log)
{
    str_copy(log->find_before, sizeof(log->find_before), log->find);
    log->cursor_before = log->cursor;
    prompt_ask_line(log->prompt, "/", "", on_find_typed, on_find_entered, log);
}

static void find_again(struct log_view *log, long step)
{
    if (log->find[0])
        find_step(log, step, false);
    else
        log->notice(log->ctx, false, "nothing is looked for: / finds");
}

static void level_turn(struct log_view *log)
{
    log->level = log->level == HAUL_LOG_TRACE  ? HAUL_LOG_WARN
                 : log->level == HAUL_LOG_WARN ? HAUL_LOG_ERROR
                                               : HAUL_LOG_TRACE;
}

static bool act_on_cursor(struct log_view *log, enum keymap_action action)
{
    struct shown shown;
    uint64_t at, to;
    shown_now(log, &shown);
    at = shown.count > 0 ? index_of(&shown, log->cursor) : 0;
    if (!keymap_step(action, at, (uint64_t)MAX(log->height - 1, 1), &to))
        return false;
    if (shown.count > 0)
        cursor_go(log, &shown, MIN(to, shown.count - 1));
    return true;
}

static bool act(struct view *view, enum keymap_action action)
{
    struct log_view *log = OWNER_OF(view, struct log_view, view);
    switch (action) {
    case ACT_FIND:
        find_ask(log);
        return true;
    case ACT_FIND_NEXT:
        find_again(log, 1);
        return true;
    case ACT_FIND_PREVIOUS:
        find_again(log, -1);
        return true;
    case ACT_LEVEL:
        level_turn(log);
        return true;
    default:
        return act_on_cursor(log, action);
    }
}

void log_view_open(struct log_view *log)
{
    log->cursor = 0;
    log->find[0] = '\0';
}

bool log_view_back(struct log_view *log)
{
    bool found = log->find[0] != '\0';
    log->find[0] = '\0';
    return found;
}

static const struct view_ops ops = {.place = PLACE_LOG, .paint = paint, .act = act};

void log_view_init(struct log_view *log, struct model *model, struct prompt *prompt,
                   void (*cost)(void *ctx, struct log_cost *ret_cost),
                   void (*notice)(void *ctx, bool bad, const char *text), void *ctx)
{
    *log = (struct log_view){.view = {&ops},
                             .model = model,
                             .prompt = prompt,
                             .cost = cost,
                             .notice = notice,
                             .ctx = ctx,
                             .level = HAUL_LOG_TRACE};
}
