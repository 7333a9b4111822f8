/* The help page: the rows of the key table that have a help text, in two columns where there is
 * room. */

#include "ui/help_view.h"

#include <stdio.h>

#include "base/mem.h"

#define COLUMN_WIDTH 60
#define NAME_WIDTH   10
#define TITLE_LINES  2
#define PAGE_LINES   10

/* The rows that have something to say and a key, at most MAX of them. */
static int rows_collect(const struct bindings *bindings, size_t ret_rows[], int max)
{
    size_t count;
    int found = 0;
    const struct keymap_row *table = keymap_table(&count);
    for (size_t i = 0; i < count && found < max; i++) {
        if (table[i].help && bindings_shown(bindings, i)[0])
            ret_rows[found++] = i;
    }
    return found;
}

static void paint_row(const struct cells *cells, int y, int x, int width,
                      const struct bindings *bindings, size_t row)
{
    size_t count;
    cells_put(cells, y, x, MIN(NAME_WIDTH - 1, width), STYLE_STRONG, bindings_shown(bindings, row));
    cells_put(cells, y, x + NAME_WIDTH, width - NAME_WIDTH, STYLE_TEXT,
              keymap_table(&count)[row].help);
}

/* "1-18 of 26" when there is more than can be seen. */
static void paint_place(const struct cells *cells, struct cells_area area, int top, int height,
                        int lines)
{
    char text[48];
    if (lines <= height)
        return;
    snprintf(text, sizeof(text), "%d-%d of %d", top + 1, MIN(top + height, lines), lines);
    cells_put_right(cells, area.y, area.x, area.width - 1, STYLE_DIM, text);
}

static void paint(struct view *view, const struct cells *cells, struct cells_area area)
{
    struct help_view *help = OWNER_OF(view, struct help_view, view);
    size_t rows[KEYMAP_MAX];
    int count = rows_collect(help->bindings, rows, (int)COUNT_OF(rows));
    int columns = area.width >= 2 * COLUMN_WIDTH ? 2 : 1;
    int width = MIN(area.width / columns, 2 * COLUMN_WIDTH);
    int lines = (count + columns - 1) / columns;
    int height = MAX(area.height - TITLE_LINES, 1);
    help->top = MAX(MIN(help->top, lines - height), 0);
    cells_put(cells, area.y, area.x + 1, area.width - 2, STYLE_ACCENT, "Keys");
    cells_put(cells, area.y, area.x + 1 + NAME_WIDTH, area.width - NAME_WIDTH - 15, STYLE_DIM,
              "paste any text with links: you see them first");
    paint_place(cells, area, help->top, height, lines);
    for (int line = 0; line < height; line++) {
        for (int column = 0; column < columns; column++) {
            int index = column * lines + help->top + line;
            if (help->top + line >= lines || index >= count)
                continue;
            paint_row(cells, area.y + TITLE_LINES + line, area.x + 1 + column * width, width - 2,
                      help->bindings, rows[index]);
        }
    }
}

static bool act(struct view *view, enum keymap_action action)
{
    struct help_view *help = OWNER_OF(view, struct help_view, view);
    uint64_t to;
    if (!keymap_step(action, (uint64_t)help->top, PAGE_LINES, &to))
        return false;
    help->top = (int)MIN(to, (uint64_t)KEYMAP_MAX); /* painting knows the end */
    return true;
}

static const struct view_ops ops = {.place = PLACE_HELP, .paint = paint, .act = act};

void help_view_init(struct help_view *help, const struct bindings *bindings)
{
    *help = (struct help_view){.view = {&ops}, .bindings = bindings};
}
