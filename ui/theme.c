/* The colours: calm, one accent, red only for what needs a user.
 *
 * Four palettes: 256 colours, 16, 8, and none. The background is the terminal's own, so light and
 * dark terminals both work; the selected row has a background of its own where there are colours
 * enough to keep the text readable on it, and is reversed elsewhere.
 *
 * Pairs are numbered: 1 + style, and STYLE_COUNT further for the selected row. */

#include "ui/theme.h"

#include <curses.h>
#include <stdlib.h>

#include "base/mem.h"

struct look {
    short color; /* -1: the terminal's own */
    unsigned attributes;
};

static const struct look looks[THEME_PALETTE_COUNT][STYLE_COUNT] =
    {
        [THEME_MONO] =
            {
                [STYLE_TEXT] = {-1, A_NORMAL},
                [STYLE_DIM] = {-1, A_DIM},
                [STYLE_STRONG] = {-1, A_BOLD},
                [STYLE_ACCENT] = {-1, A_BOLD},
                [STYLE_GOOD] = {-1, A_NORMAL},
                [STYLE_WAIT] = {-1, A_NORMAL},
                [STYLE_BAD] = {-1, A_BOLD},
                [STYLE_BAR] = {-1, A_NORMAL},
            },
        [THEME_8] =
            {
                [STYLE_TEXT] = {-1, A_NORMAL},
                [STYLE_DIM] = {-1, A_DIM},
                [STYLE_STRONG] = {-1, A_BOLD},
                [STYLE_ACCENT] = {COLOR_CYAN, A_BOLD},
                [STYLE_GOOD] = {COLOR_GREEN, A_NORMAL},
                [STYLE_WAIT] = {COLOR_YELLOW, A_NORMAL},
                [STYLE_BAD] = {COLOR_RED, A_BOLD},
                [STYLE_BAR] = {COLOR_CYAN, A_NORMAL},
            },
        [THEME_16] =
            {
                [STYLE_TEXT] = {-1, A_NORMAL},
                [STYLE_DIM] = {8, A_NORMAL},
                [STYLE_STRONG] = {-1, A_BOLD},
                [STYLE_ACCENT] = {14, A_NORMAL},
                [STYLE_GOOD] = {COLOR_GREEN, A_NORMAL},
                [STYLE_WAIT] = {COLOR_YELLOW, A_NORMAL},
                [STYLE_BAD] = {9, A_NORMAL},
                [STYLE_BAR] = {COLOR_CYAN, A_NORMAL},
            },
        [THEME_256] =
            {
                [STYLE_TEXT] = {-1, A_NORMAL},
                [STYLE_DIM] = {244, A_NORMAL},
                [STYLE_STRONG] = {-1, A_BOLD},
                [STYLE_ACCENT] = {74, A_NORMAL},
                [STYLE_GOOD] = {71, A_NORMAL},
                [STYLE_WAIT] = {179, A_NORMAL},
                [STYLE_BAD] = {167, A_NORMAL},
                [STYLE_BAR] = {74, A_NORMAL},
            },
};

#define SELECTED_COLOR      255
#define SELECTED_BACKGROUND 238

static enum theme_palette choose(void)
{
    const char *unwanted = getenv("NO_COLOR");
    if ((unwanted && unwanted[0] != '\0') || !has_colors() || start_color() == ERR)
        return THEME_MONO;
    if (COLORS >= 256 && COLOR_PAIRS > 2 * STYLE_COUNT)
        return THEME_256;
    return COLORS >= 16 ? THEME_16 : THEME_8;
}

enum theme_palette theme_start(void)
{
    enum theme_palette palette = choose();
    if (palette == THEME_MONO)
        return palette;
    short background = use_default_colors() == OK ? -1 : COLOR_BLACK;
    for (short style = 0; style < STYLE_COUNT; style++) {
        short color = looks[palette][style].color;
        if (color < 0 && background >= 0)
            color = COLOR_WHITE;
        init_pair((short)(1 + style), color, background);
        if (palette == THEME_256)
            init_pair((short)(1 + STYLE_COUNT + style), color < 0 ? SELECTED_COLOR : color,
                      SELECTED_BACKGROUND);
    }
    return palette;
}

unsigned theme_attributes(enum theme_palette palette, enum theme_style style, bool selected,
                          short *ret_pair)
{
    const struct look *look = &looks[palette][style];
    *ret_pair = 0;
    if (selected && palette != THEME_256)
        return A_REVERSE | (look->attributes & ~(unsigned)A_DIM);
    if (palette == THEME_MONO)
        return look->attributes;
    *ret_pair = (short)(1 + style + (selected ? STYLE_COUNT : 0));
    return look->attributes;
}
