/* The review sheet. What was pasted may be megabytes, so only the lines that are seen are made.
 * Text that comes while the sheet is open joins what is there. */

#include "ui/add_view.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/path.h"
#include "base/text.h"
#include "base/url.h"
#include "ui/paste.h"

#define TITLE_LINES 2
#define SHOWN_MAX   1024 /* bytes of a link that are worth showing */

void add_view_clear(struct add_view *add)
{
    urls_fini(&add->urls);
    add->urls = (struct urls){0};
    strbuf_fini(&add->text);
    add->top = 0;
}

void add_view_fini(struct add_view *add)
{
    add_view_clear(add);
    free(add->dir);
}

bool add_view_text(struct add_view *add, const char *text, size_t len)
{
    if (!strbuf_add(&add->text, text, len) || !strbuf_puts(&add->text, "\n"))
        return false;
    urls_fini(&add->urls);
    urls_find(&add->urls, add->text.data, add->text.len);
    return true;
}

void add_view_set_dir(struct add_view *add, const char *dir)
{
    char *absolute = path_absolute(dir);
    xstrset(&add->dir, absolute);
    free(absolute);
}

void add_view_requests(const struct add_view *add, const struct haul_options *options,
                       struct requests *ret_requests)
{
    struct haul_options *own = options ? haul_options_copy(options) : haul_options_new();
    /* A folder that was chosen here counts more than one of the configuration. */
    bool chosen = own->dir && strcmp(own->dir, add->dir) != 0;
    if (!chosen || haul_option_set(haul_option_find("dir"), own, add->dir, NULL) != HAUL_OK)
        xstrset(&own->dir, add->dir);
    *ret_requests = (struct requests){0};
    for (size_t i = 0; i < add->urls.count; i++)
        requests_add(ret_requests, add->urls.items[i], own);
    haul_options_unref(own);
}

static void paint_title(const struct add_view *add, const struct cells *cells,
                        struct cells_area area)
{
    char text[160];
    int at = snprintf(text, sizeof(text), "%zu %s", add->urls.count,
                      add->urls.count == 1 ? "link" : "links");
    if (add->urls.refused_total > 0)
        at += snprintf(text + at, sizeof(text) - (size_t)at, ", %zu refused",
                       add->urls.refused_total);
    if (add->urls.repeated > 0)
        snprintf(text + at, sizeof(text) - (size_t)at, ", %zu repeated", add->urls.repeated);
    int x = area.x + 1;
    x += cells_put(cells, area.y, x, area.width - 2, STYLE_ACCENT, text) + 2;
    x += cells_put(cells, area.y, x, area.x + area.width - x - 1, STYLE_DIM, "into") + 1;
    char *dir = text_clean_dup(text_raw_from(add->dir), SHOWN_MAX);
    cells_put_name(cells, area.y, x, area.x + area.width - x - 1, STYLE_TEXT, dir);
    free(dir);
}

/* The file name that the link promises; the answer may tell another. */
static char *name_of(const char *url)
{
    size_t len;
    char *raw = url_last_segment(url, &len);
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

static void paint_link(const struct cells *cells, int y, struct cells_area area, const char *url,
                       size_t number)
{
    char text[32];
    int host_width = area.width / 3;
    int number_width = 6;
    char *name = name_of(url);
    char *host = host_of(url);
    snprintf(text, sizeof(text), "%zu", number);
    cells_put_right(cells, y, area.x, number_width, STYLE_DIM, text);
    int x = area.x + number_width + 2;
    int width = area.width - number_width - host_width - 5;
    cells_put_name(cells, y, x, width, name[0] ? STYLE_TEXT : STYLE_DIM,
                   name[0] ? name : "(no name yet)");
    cells_put_name(cells, y, x + width + 2, host_width, STYLE_DIM, host);
    free(name);
    free(host);
}

static void paint_refused(const struct cells *cells, int y, struct cells_area area,
                          const struct urls_refused *refused)
{
    int x = area.x + 8;
    int half = (area.width - 11) / 2;
    cells_put_right(cells, y, area.x, 6, STYLE_BAD, cells->ascii ? "!" : "✗");
    cells_put_name(cells, y, x, half, STYLE_TEXT, refused->text);
    cells_put_name(cells, y, x + half + 2, half, STYLE_BAD, refused->why);
}

/* The refused ones come first: they are few, and they are what needs a look. */
static void paint_line(const struct add_view *add, const struct cells *cells, int y,
                       struct cells_area area, size_t line)
{
    const struct urls *urls = &add->urls;
    if (line < urls->refused_count)
        paint_refused(cells, y, area, &urls->refused[line]);
    else if (line - urls->refused_count < urls->count)
        paint_link(cells, y, area, urls->items[line - urls->refused_count],
                   line - urls->refused_count + 1);
}

static size_t lines_of(const struct add_view *add)
{
    return add->urls.refused_count + add->urls.count;
}

static size_t last_top(const struct add_view *add)
{
    size_t height = (size_t)MAX(add->height, 1);
    return lines_of(add) > height ? lines_of(add) - height : 0;
}

static void paint(struct view *view, const struct cells *cells, struct cells_area area)
{
    struct add_view *add = OWNER_OF(view, struct add_view, view);
    int title = area.height > TITLE_LINES + 1 ? TITLE_LINES : 1;
    add->height = area.height - title;
    add->top = MIN(add->top, last_top(add));
    paint_title(add, cells, area);
    for (int line = 0; line < add->height; line++)
        paint_line(add, cells, area.y + title + line, area, add->top + (size_t)line);
    if (lines_of(add) == 0)
        cells_put(cells, area.y + title, area.x + 3, area.width - 4, STYLE_DIM,
                  "No link was found in that text.");
}

static bool act(struct view *view, enum keymap_action action)
{
    struct add_view *add = OWNER_OF(view, struct add_view, view);
    size_t page = (size_t)MAX(add->height - 1, 1);
    switch (action) {
    case ACT_UP:
        add->top -= MIN(add->top, (size_t)1);
        return true;
    case ACT_DOWN:
        add->top = MIN(add->top + 1, last_top(add));
        return true;
    case ACT_PAGE_UP:
        add->top -= MIN(add->top, page);
        return true;
    case ACT_PAGE_DOWN:
        add->top = MIN(add->top + page, last_top(add));
        return true;
    case ACT_TOP:
        add->top = 0;
        return true;
    case ACT_BOTTOM:
        add->top = last_top(add);
        return true;
    default:
        return false;
    }
}

static const struct view_ops ops = {.place = PLACE_SHEET, .paint = paint, .act = act};

void add_view_init(struct add_view *add, const char *dir)
{
    *add = (struct add_view){.view = {&ops}};
    strbuf_init(&add->text, PASTE_MAX + 1);
    add_view_set_dir(add, dir);
}
