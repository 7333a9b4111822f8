/* The review sheet. What was pasted may be megabytes, so only the lines that are seen are made.
 *
 * A line is a mark, the name, the size, and where the link leads to; what the queue knows of it
 * stands in place of the host where there is no room for both. Above stands what is said of the
 * line under the cursor: the options of a copied request, with secrets masked, else the link
 * itself. */

#include "ui/add_view.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/fmt.h"
#include "base/mem.h"
#include "base/path.h"
#include "base/str.h"
#include "base/text.h"
#include "base/url.h"

#define TITLE_LINES 2
#define SHOWN_MAX   1024 /* bytes of a link that are worth showing */
#define HOST_WIDTH  60   /* from here on there is room for the host */
#define BOTH_WIDTH  100  /* and from here on for a remark beside it */
#define SIZE_COLUMN 9
#define REMARK_SIZE 64

static const struct view_ops ops;
static const struct view_ops ops_off;
static const struct view_ops ops_none;

void add_view_clear(struct add_view *add)
{
    sheet_fini(&add->sheet);
    xstrset(&add->hint, NULL);
    add->top = add->cursor = 0;
    add_view_update(add);
}

void add_view_fini(struct add_view *add)
{
    add_view_clear(add);
    free(add->dir);
    free(add->options);
}

void add_view_set_dir(struct add_view *add, const char *dir)
{
    char *absolute = add->host ? path_far(dir) : path_absolute(dir);
    xstrset(&add->dir, absolute);
    free(absolute);
}

static size_t refused(const struct add_view *add)
{
    return add->sheet.pasted.urls.refused_count;
}

static size_t lines_of(const struct add_view *add)
{
    return refused(add) + add->sheet.count;
}

/* The index of the link under the cursor; false: there is none. */
static bool under_cursor(const struct add_view *add, size_t *ret_index)
{
    *ret_index = add->cursor - refused(add);
    return add->cursor >= refused(add) && *ret_index < add->sheet.count;
}

void add_view_seen(const struct add_view *add, size_t *ret_from, size_t *ret_to)
{
    size_t end = add->top + (size_t)MAX(add->height, 0);
    *ret_from = MIN(add->top - MIN(add->top, refused(add)), add->sheet.count);
    *ret_to = MIN(end - MIN(end, refused(add)), add->sheet.count);
}

/* Keeps the cursor on a line, and the line in sight. */
static void settle(struct add_view *add)
{
    size_t height = (size_t)MAX(add->height, 1);
    size_t lines = lines_of(add);
    add->cursor = MIN(add->cursor, lines > 0 ? lines - 1 : 0);
    if (add->cursor < add->top)
        add->top = add->cursor;
    if (add->cursor >= add->top + height)
        add->top = add->cursor - height + 1;
    add->top = MIN(add->top, lines > height ? lines - height : 0);
}

void add_view_update(struct add_view *add)
{
    add->view.ops = add->sheet.count == 0 ? &ops_none : add->sheet.on_count == 0 ? &ops_off : &ops;
}

/* ---- the lines above ---- */

static void count_links(const struct add_view *add, bool wide, struct strbuf *text)
{
    const struct sheet *sheet = &add->sheet;
    const struct urls *urls = &sheet->pasted.urls;
    char size[FMT_SIZE];
    bool all;
    uint64_t bytes = sheet_bytes(sheet, &all);
    bool fits = strbuf_printf(text, "%s%zu %s", pasted_busy(&sheet->pasted) ? "reading: " : "",
                              sheet->count, sheet->count == 1 ? "link" : "links");
    if (sheet->on_count < sheet->count)
        fits = fits && strbuf_printf(text, ", %zu chosen", sheet->on_count);
    if (urls->refused_total > 0)
        fits = fits && strbuf_printf(text, ", %zu refused", urls->refused_total);
    if (urls->repeated > 0 && wide)
        fits = fits && strbuf_printf(text, ", %zu repeated", urls->repeated);
    if (bytes > 0 && wide)
        fits =
            fits && strbuf_printf(text, ", %s%s", all ? "" : "at least ", fmt_bytes(bytes, size));
    (void)fits;
}

/* Where the files will go, for people; newly allocated. */
static char *describe_dir(const struct add_view *add)
{
    if (!add->dir)
        return xasprintf("the download folder of %s", add->host);
    char *clean = text_clean_dup(text_raw_from(add->dir), SHOWN_MAX);
    char *there = add->host ? xasprintf("%s:%s", add->host, clean) : xstrdup(clean);
    free(clean);
    return there;
}

static void paint_title(const struct add_view *add, const struct cells *cells,
                        struct cells_area area)
{
    struct strbuf text;
    int x = area.x + 1;
    int end = area.x + area.width - 1;
    strbuf_init(&text, 256);
    count_links(add, area.width >= HOST_WIDTH, &text);
    x += cells_put(cells, area.y, x, area.width - 2, STYLE_ACCENT, text.data) + 2;
    x += cells_put(cells, area.y, x, end - x, STYLE_DIM, "into") + 1;
    char *dir = describe_dir(add);
    int width = MIN(end - x, (int)text_width(dir));
    zones_add(cells->zones, area.y, x, width, ZONE_ACTION, ACT_FOLDER);
    x += cells_put_name(cells, area.y, x, width, STYLE_TEXT, dir) + 2;
    if (add->options && x + 5 + (int)text_width(add->options) <= end) {
        x += cells_put(cells, area.y, x, end - x, STYLE_DIM, "with") + 1;
        width = cells_put(cells, area.y, x, end - x, STYLE_TEXT, add->options);
        zones_add(cells->zones, area.y, x, width, ZONE_ACTION, ACT_OPTIONS);
    }
    free(dir);
    strbuf_fini(&text);
}

/* What is to be said of link INDEX, newly allocated. */
static char *describe(const struct add_view *add, size_t index, bool ascii)
{
    const struct pasted *pasted = &add->sheet.pasted;
    const struct haul_options *options = pasted_options(pasted, index);
    const char *notes = pasted_notes(pasted, index);
    char *said = options ? sheet_describe(options, ascii) : xstrdup("");
    const char *had = add->sheet.rows[index].had;
    char *text;
    if (had && add->sheet.rows[index].off)
        text = xasprintf("have it: %s  (fetched again when it is chosen)", had);
    else if (notes)
        text = xasprintf("%s%snot done: %s", said, said[0] ? "; " : "", notes);
    else if (said[0] || add->options)
        text = xasprintf("%s%s%s", said, said[0] && add->options ? " " : "",
                         add->options ? add->options : "");
    else
        text = url_shown(sheet_url(&add->sheet, index));
    free(said);
    return text;
}

static void paint_about(const struct add_view *add, const struct cells *cells,
                        struct cells_area area)
{
    size_t index;
    size_t chosen;
    char text[REMARK_SIZE];
    size_t offers = sheet_healing(&add->sheet, &chosen);
    int y = area.y + 1;
    if (add->hint) {
        cells_put_name(cells, y, area.x + 1, area.width - 2, STYLE_ACCENT, add->hint);
    } else if (offers > 0 && chosen == 0) {
        snprintf(text, sizeof(text),
                 offers == 1 ? "%zu link would mend a failed download: h"
                             : "%zu links would mend failed downloads: h",
                 offers);
        cells_put_name(cells, y, area.x + 1, area.width - 2, STYLE_ACCENT, text);
    } else if (under_cursor(add, &index)) {
        char *about = describe(add, index, cells->ascii);
        cells_put_name(cells, y, area.x + 1, area.width - 2, STYLE_DIM, about);
        free(about);
    }
}

/* ---- links ---- */

/* The file name that the link promises, or that its server told. */
static char *name_of(const struct add_view *add, size_t index)
{
    const struct haul_options *options = pasted_options(&add->sheet.pasted, index);
    size_t len;
    if (options && options->out)
        return text_clean_dup(text_raw_from(options->out), SHOWN_MAX);
    if (add->sheet.rows[index].name)
        return xstrdup(add->sheet.rows[index].name);
    char *raw = url_last_segment(sheet_url(&add->sheet, index), &len);
    char *name = text_clean_dup((struct text_raw){raw, len}, SHOWN_MAX);
    free(raw);
    return name;
}

static char *host_of(const char *url)
{
    struct url parts;
    struct haul_error err;
    if (url_split(url, &parts, &err) != HAUL_OK)
        return xstrdup("");
    return text_clean_dup((struct text_raw){parts.host.at, parts.host.len}, SHOWN_MAX);
}

static const char *state_words(enum haul_state state)
{
    switch (state) {
    case HAUL_DONE:
        return "finished";
    case HAUL_FAILED:
        return "failed";
    case HAUL_CANCELLED:
        return "cancelled";
    default:
        return "in the queue";
    }
}

static char *remark_known(const struct sheet_row *row, bool wide)
{
    char day[16] = "";
    time_t at = (time_t)(row->finished_at / 1000);
    struct tm parts;
    if (wide && row->state == HAUL_DONE && row->finished_at > 0 && localtime_r(&at, &parts) &&
        strftime(day, sizeof(day), " %Y-%m-%d", &parts) == 0)
        day[0] = '\0';
    return xasprintf("%s%s as %llu", state_words(row->state), day, (unsigned long long)row->id);
}

/* The queue has it, or will have; one that failed there may have come another time. */
static bool is_queued(const struct sheet_row *row)
{
    return row->id != 0 && row->state != HAUL_FAILED && row->state != HAUL_CANCELLED;
}

/* What is special about the link, newly allocated; "" when nothing is. */
static char *remark(const struct add_view *add, size_t index, bool wide,
                    enum theme_style *ret_style)
{
    const struct sheet_row *row = &add->sheet.rows[index];
    const struct haul_options *options = pasted_options(&add->sheet.pasted, index);
    unsigned long long heal = row->heal;
    *ret_style = row->heals ? STYLE_GOOD : row->heal != 0 ? STYLE_ACCENT : STYLE_WAIT;
    if (row->heals)
        return xasprintf(wide ? "becomes the link of %llu" : "mends %llu", heal);
    if (row->heal != 0)
        return xasprintf(wide ? "would mend failed %llu: h" : "h mends %llu", heal);
    if (row->had && !is_queued(row))
        return wide ? xasprintf("have it: %s", row->had) : xstrdup("have it");
    if (row->id != 0)
        return remark_known(row, wide);
    if (options && !haul_options_plain(options))
        return xstrdup(haul_options_method(options));
    if (row->refusal != 0)
        return xasprintf(wide ? "the server says %d" : "says %d", row->refusal);
    return xstrdup("");
}

static const char *size_text(const struct sheet_row *row, bool ascii, char buf[FMT_SIZE])
{
    if (row->size >= 0)
        return fmt_bytes((uint64_t)row->size, buf);
    if (row->asked == SHEET_ASKED)
        return ascii ? "..." : "…";
    return row->asked == SHEET_TOLD ? "?" : "";
}

static const char *mark_of(const struct sheet_row *row, bool ascii)
{
    if (row->off)
        return ascii ? "-" : "·";
    return ascii ? "+" : "✓";
}

/* The columns of a link. */
struct columns {
    int name, size, host, remark; /* -1: there is none */
    int width;                    /* of host and remark */
    int end;
};

static struct columns columns_of(struct cells_area area)
{
    int end = area.x + area.width - 1;
    struct columns columns = {area.x + 5, end - SIZE_COLUMN, -1, -1, 0, end};
    if (area.width >= BOTH_WIDTH) {
        columns.width = (area.width - 20) / 4;
        columns.remark = end - columns.width;
        columns.host = columns.remark - columns.width - 2;
        columns.size = columns.host - SIZE_COLUMN - 2;
    } else if (area.width >= HOST_WIDTH) {
        columns.width = area.width / 3;
        columns.host = columns.remark = end - columns.width;
        columns.size = columns.host - SIZE_COLUMN - 2;
    }
    return columns;
}

/* Host and remark, each where there is room. True when a remark stands in place of the size. */
static bool paint_right(const struct add_view *add, const struct cells *cells, int y,
                        const struct columns *columns, size_t index, int *ret_name_end)
{
    enum theme_style style;
    char *text = remark(add, index, columns->remark >= 0, &style);
    bool instead = columns->remark < 0 && text[0];
    int used = (int)text_width(text);
    char *host = host_of(sheet_url(&add->sheet, index));
    *ret_name_end = columns->size - 1;
    if (columns->host >= 0 && (columns->host != columns->remark || !text[0]))
        cells_put_name(cells, y, columns->host, columns->width, STYLE_DIM, host);
    if (columns->remark >= 0)
        cells_put_name(cells, y, columns->remark, columns->width, style, text);
    if (instead) {
        cells_put_right(cells, y, columns->end - used, used, style, text);
        *ret_name_end = columns->end - used - 1;
    }
    free(host);
    free(text);
    return instead;
}

static void paint_link(const struct add_view *add, const struct cells *cells, int y,
                       struct cells_area area, size_t index)
{
    const struct sheet_row *row = &add->sheet.rows[index];
    struct columns columns = columns_of(area);
    char buf[FMT_SIZE];
    int name_end;
    char *name = name_of(add, index);
    bool covered = paint_right(add, cells, y, &columns, index, &name_end);
    cells_put_right(cells, y, area.x, 3, row->off ? STYLE_DIM : STYLE_GOOD,
                    mark_of(row, cells->ascii));
    if (!covered)
        cells_put_right(cells, y, columns.size, SIZE_COLUMN, row->off ? STYLE_DIM : STYLE_TEXT,
                        size_text(row, cells->ascii, buf));
    cells_put_name(cells, y, columns.name, name_end - columns.name,
                   row->off || !name[0] ? STYLE_DIM : STYLE_TEXT, name[0] ? name : "(no name yet)");
    free(name);
}

static void paint_refused(const struct cells *cells, int y, struct cells_area area,
                          const struct urls_refused *what)
{
    int x = area.x + 5;
    int half = (area.width - 8) / 2;
    cells_put_right(cells, y, area.x, 3, STYLE_BAD, cells->ascii ? "!" : "✗");
    cells_put_name(cells, y, x, half, STYLE_TEXT, what->text);
    cells_put_name(cells, y, x + half + 2, half, STYLE_BAD, what->why);
}

/* The refused ones come first: they are few, and they are what needs a look. */
static void paint_line(const struct add_view *add, const struct cells *cells, int y,
                       struct cells_area area, size_t line)
{
    struct cells own = *cells;
    if (line >= lines_of(add))
        return;
    own.selected = line == add->cursor;
    if (own.selected)
        cells_fill(&own, y, area.x, area.width, STYLE_TEXT);
    if (line < refused(add))
        paint_refused(&own, y, area, &add->sheet.pasted.urls.refused[line]);
    else
        paint_link(add, &own, y, area, line - refused(add));
}

static void paint(struct view *view, const struct cells *cells, struct cells_area area)
{
    struct add_view *add = OWNER_OF(view, struct add_view, view);
    int title = area.height > TITLE_LINES + 1 ? TITLE_LINES : 1;
    add->height = area.height - title;
    add->first = area.y + title;
    settle(add);
    paint_title(add, cells, area);
    if (title == TITLE_LINES)
        paint_about(add, cells, area);
    for (int line = 0; line < add->height; line++)
        paint_line(add, cells, area.y + title + line, area, add->top + (size_t)line);
    if (lines_of(add) == 0 && !pasted_busy(&add->sheet.pasted))
        cells_put(cells, area.y + title, area.x + 3, area.width - 4, STYLE_DIM,
                  "No link was found in that text.");
}

/* ---- keys ---- */

static void move_to(struct add_view *add, size_t line)
{
    add->cursor = line;
    settle(add);
}

static void toggle(struct add_view *add)
{
    size_t index;
    if (under_cursor(add, &index))
        sheet_set_off(&add->sheet, index, !add->sheet.rows[index].off);
    move_to(add, add->cursor + 1);
}

bool add_view_click(struct add_view *add, int y)
{
    size_t line = add->top + (size_t)(y - add->first);
    size_t index;
    if (y < add->first || y >= add->first + add->height || line >= lines_of(add))
        return false;
    add->cursor = line;
    if (under_cursor(add, &index))
        sheet_set_off(&add->sheet, index, !add->sheet.rows[index].off);
    add_view_update(add);
    return true;
}

/* All, or none when all are chosen. */
static void toggle_all(struct add_view *add)
{
    bool off = add->sheet.on_count == add->sheet.count;
    for (size_t i = 0; i < add->sheet.count; i++)
        sheet_set_off(&add->sheet, i, off);
}

static void drop(struct add_view *add)
{
    size_t index;
    if (under_cursor(add, &index))
        sheet_remove(&add->sheet, index);
    settle(add);
}

static void heal(struct add_view *add, size_t index, bool heals)
{
    struct sheet_row *row = &add->sheet.rows[index];
    if (row->heal == 0)
        return;
    row->heals = heals;
    sheet_set_off(&add->sheet, index, false);
}

/* The one under the cursor, or all of them from any other line. */
static void toggle_healing(struct add_view *add)
{
    size_t index;
    size_t chosen;
    if (under_cursor(add, &index) && add->sheet.rows[index].heal != 0) {
        heal(add, index, !add->sheet.rows[index].heals);
        return;
    }
    size_t offers = sheet_healing(&add->sheet, &chosen);
    for (size_t i = 0; i < add->sheet.count; i++)
        heal(add, i, chosen < offers);
}

static bool act_on_links(struct add_view *add, enum keymap_action action)
{
    switch (action) {
    case ACT_TOGGLE:
        toggle(add);
        break;
    case ACT_TOGGLE_ALL:
        toggle_all(add);
        break;
    case ACT_DROP:
        drop(add);
        break;
    case ACT_HEAL:
        toggle_healing(add);
        break;
    default:
        return false;
    }
    add_view_update(add);
    return true;
}

static bool act(struct view *view, enum keymap_action action)
{
    struct add_view *add = OWNER_OF(view, struct add_view, view);
    uint64_t to;
    if (!keymap_step(action, add->cursor, (uint64_t)MAX(add->height - 1, 1), &to))
        return act_on_links(add, action);
    move_to(add, to);
    return true;
}

static const struct view_ops ops = {.place = PLACE_SHEET, .paint = paint, .act = act};
static const struct view_ops ops_off = {.place = PLACE_SHEET_OFF, .paint = paint, .act = act};
static const struct view_ops ops_none = {.place = PLACE_SHEET_NONE, .paint = paint, .act = act};

void add_view_init(struct add_view *add, const char *dir, const char *host)
{
    *add = (struct add_view){.view = {&ops_none}, .host = host};
    sheet_init(&add->sheet);
    if (dir)
        add_view_set_dir(add, dir);
}
