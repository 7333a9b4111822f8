/* The only place that hands text to curses.
 *
 * Each character goes to a cell that we computed, so a character that curses measures otherwise
 * damages no neighbour; those two must agree, else a stand-in is shown. */

#include "ui/cells.h"

#include <curses.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#include "base/mem.h"
#include "base/str.h"
#include "base/text.h"
#include "ui/gauge.h"

#define FLAG_A     0x1F1E6u
#define CELL_CODES 5 /* a character, the mark of its link, its combining marks, and the end */
#define MARKS_MAX  2 /* of the combining ones */

static bool is_ascii(uint32_t code)
{
    return code >= 0x20 && code < 0x7f;
}

/* What stands for CODE on this screen, of the same width; 0 when nothing of one column does. */
static wchar_t stand_in(const struct cells *cells, uint32_t code, int width)
{
    if (is_ascii(code))
        return (wchar_t)code;
    /* Half a flag: terminals disagree about one, and about two. */
    if (code >= FLAG_A && code <= FLAG_A + 25)
        return L'A' + (wchar_t)(code - FLAG_A);
    if (cells->ascii)
        return code == 0x2026 ? L'.' : L'?';
    if (wcwidth((wchar_t)code) == width)
        return (wchar_t)code;
    return L'?';
}

/* Gathers the character at TEXT and the marks over it; returns its length in bytes. */
static size_t gather(const struct cells *cells, const char *text, wchar_t codes[CELL_CODES],
                     int *ret_width)
{
    uint32_t code;
    size_t len = text_next(text, &code);
    size_t count = 0;
    int marks = 0;
    int width = text_char_width(code);
    codes[count++] = stand_in(cells, code, width);
    if (cells->link != 0)
        codes[count++] = hyperlink_mark(cells->link);
    for (;;) {
        size_t more = text_next(text + len, &code);
        if (more == 0 || text_char_width(code) != 0)
            break;
        if (!cells->ascii && marks++ < MARKS_MAX && wcwidth((wchar_t)code) == 0)
            codes[count++] = (wchar_t)code;
        len += more;
    }
    codes[count] = L'\0';
    *ret_width = width;
    return len;
}

static void put_cell(const struct cells *cells, int y, int x, enum theme_style style,
                     const wchar_t *codes, int width)
{
    const struct palette_look *look =
        &cells->palette->looks[cells->selected][cells->dim ? STYLE_DIM : style];
    cchar_t cell;
    if (setcchar(&cell, codes, look->attributes, look->pair, NULL) == ERR)
        return;
    mvadd_wch(y, x, &cell);
    /* A wide character whose stand-in is narrow leaves a column to fill. */
    if (width == 2 && wcwidth(codes[0]) != 2)
        mvadd_wch(y, x + 1, &cell);
}

/* LINK is freed. */
static struct cells leading(const struct cells *cells, char *link)
{
    struct cells to = *cells;
    to.link = link ? hyperlinks_number(cells->links, link) : 0;
    free(link);
    return to;
}

struct cells cells_to_link(const struct cells *cells, const char *shown)
{
    return leading(cells, cells->links ? hyperlink_of(shown) : NULL);
}

struct cells cells_to_file(const struct cells *cells, const char *dir, const char *name)
{
    if (!cells->links)
        return *cells;
    char *path = xasprintf("%s%s%s", dir, name && !str_ends(dir, "/") ? "/" : "", name ? name : "");
    char *link = hyperlink_of_file(cells->links->host, path);
    free(path);
    return leading(cells, link);
}

int cells_put(const struct cells *cells, int y, int x, int width, enum theme_style style,
              const char *clean)
{
    int used = 0;
    wchar_t codes[CELL_CODES];
    if (y < 0 || y >= cells->height || x < 0)
        return 0;
    width = MIN(width, cells->width - x);
    while (clean[0] != '\0') {
        int columns;
        size_t len = gather(cells, clean, codes, &columns);
        if (used + columns > width)
            break;
        if (columns > 0)
            put_cell(cells, y, x + used, style, codes, columns);
        used += columns;
        clean += len;
    }
    return used;
}

int cells_put_right(const struct cells *cells, int y, int x, int width, enum theme_style style,
                    const char *clean)
{
    int columns = (int)MIN(text_width(clean), (size_t)MAX(width, 0));
    cells_put(cells, y, x + width - columns, columns, style, clean);
    return columns;
}

int cells_put_name(const struct cells *cells, int y, int x, int width, enum theme_style style,
                   const char *clean)
{
    char buf[4 * 512 + 4];
    size_t columns = (size_t)MIN(MAX(width, 0), 512);
    text_elide(clean, columns, cells->ascii, buf, sizeof(buf));
    return cells_put(cells, y, x, width, style, buf);
}

void cells_fill(const struct cells *cells, int y, int x, int width, enum theme_style style)
{
    for (int i = 0; i < width; i++)
        cells_put(cells, y, x + i, 1, style, " ");
}

void cells_rule(const struct cells *cells, int y, int x, int width)
{
    for (int i = 0; i < width; i++)
        cells_put(cells, y, x + i, 1, STYLE_DIM, cells->ascii ? "-" : "─");
}

void cells_rule_down(const struct cells *cells, int y, int x, int height)
{
    for (int i = 0; i < height; i++)
        cells_put(cells, y + i, x, 1, STYLE_DIM, cells->ascii ? "|" : "│");
}

void cells_bar(const struct cells *cells, int y, int x, int width, enum theme_style style,
               uint64_t done, uint64_t total)
{
    struct gauge gauge;
    gauge_bar(done, total, (size_t)MAX(width, 0), cells->ascii, &gauge);
    int full = cells_put(cells, y, x, width, style, gauge.full);
    cells_put(cells, y, x + full, width - full, STYLE_DIM, gauge.rest);
}
