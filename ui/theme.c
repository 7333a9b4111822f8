/* The colours: calm, one accent, red only for what needs a user.
 *
 * Each theme has three palettes, of 256 colours, 16 and 8; without colours there is one for all.
 * The background is the terminal's own, so light and dark terminals both work; the selected row has
 * a background of its own where there are colours enough to keep the text readable on it, and is
 * reversed elsewhere.
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

/* Of the palette without colours there is one. */
static const struct look plain[STYLE_COUNT] = {
    [STYLE_TEXT] = {-1, A_NORMAL}, [STYLE_DIM] = {-1, A_DIM},     [STYLE_STRONG] = {-1, A_BOLD},
    [STYLE_ACCENT] = {-1, A_BOLD}, [STYLE_GOOD] = {-1, A_NORMAL}, [STYLE_WAIT] = {-1, A_NORMAL},
    [STYLE_BAD] = {-1, A_BOLD},    [STYLE_BAR] = {-1, A_NORMAL},
};

static const struct look looks[THEME_NAME_COUNT][THEME_PALETTE_COUNT]
                              [STYLE_COUNT] =
                                  {
                                      [THEME_DEFAULT] =
                                          {
                                              [THEME_8] =
                                                  {
                                                      [STYLE_TEXT] = {-1, A_NORMAL},
                                                      [STYLE_DIM] = {-1, A_DIM},
                                                      [STYLE_STRONG] = {-1, A_BOLD},
                                                      [STYLE_ACCENT] = {6, A_BOLD},
                                                      [STYLE_GOOD] = {2, A_NORMAL},
                                                      [STYLE_WAIT] = {3, A_NORMAL},
                                                      [STYLE_BAD] = {1, A_BOLD},
                                                      [STYLE_BAR] = {6, A_NORMAL},
                                                  },
                                              [THEME_16] =
                                                  {
                                                      [STYLE_TEXT] = {-1, A_NORMAL},
                                                      [STYLE_DIM] = {8, A_NORMAL},
                                                      [STYLE_STRONG] = {-1, A_BOLD},
                                                      [STYLE_ACCENT] = {14, A_NORMAL},
                                                      [STYLE_GOOD] = {2, A_NORMAL},
                                                      [STYLE_WAIT] = {3, A_NORMAL},
                                                      [STYLE_BAD] = {9, A_NORMAL},
                                                      [STYLE_BAR] = {6, A_NORMAL},
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
                                          },
                                      [THEME_LIGHT] =
                                          {
                                              [THEME_8] =
                                                  {
                                                      [STYLE_TEXT] = {-1, A_NORMAL},
                                                      [STYLE_DIM] = {-1, A_DIM},
                                                      [STYLE_STRONG] = {-1, A_BOLD},
                                                      [STYLE_ACCENT] = {4, A_BOLD},
                                                      [STYLE_GOOD] = {2, A_NORMAL},
                                                      [STYLE_WAIT] = {5, A_NORMAL},
                                                      [STYLE_BAD] = {1, A_BOLD},
                                                      [STYLE_BAR] = {4, A_NORMAL},
                                                  },
                                              [THEME_16] =
                                                  {
                                                      [STYLE_TEXT] = {-1, A_NORMAL},
                                                      [STYLE_DIM] = {8, A_NORMAL},
                                                      [STYLE_STRONG] = {-1, A_BOLD},
                                                      [STYLE_ACCENT] = {4, A_NORMAL},
                                                      [STYLE_GOOD] = {2, A_NORMAL},
                                                      [STYLE_WAIT] = {5, A_NORMAL},
                                                      [STYLE_BAD] = {1, A_NORMAL},
                                                      [STYLE_BAR] = {4, A_NORMAL},
                                                  },
                                              [THEME_256] =
                                                  {
                                                      [STYLE_TEXT] = {-1, A_NORMAL},
                                                      [STYLE_DIM] = {243, A_NORMAL},
                                                      [STYLE_STRONG] = {-1, A_BOLD},
                                                      [STYLE_ACCENT] = {25, A_NORMAL},
                                                      [STYLE_GOOD] = {28, A_NORMAL},
                                                      [STYLE_WAIT] = {130, A_NORMAL},
                                                      [STYLE_BAD] = {124, A_NORMAL},
                                                      [STYLE_BAR] = {25, A_NORMAL},
                                                  },
                                          },
                                      [THEME_HIGH_CONTRAST] =
                                          {
                                              [THEME_8] =
                                                  {
                                                      [STYLE_TEXT] = {-1, A_BOLD},
                                                      [STYLE_DIM] = {-1, A_NORMAL},
                                                      [STYLE_STRONG] = {-1, A_BOLD},
                                                      [STYLE_ACCENT] = {6, A_BOLD},
                                                      [STYLE_GOOD] = {2, A_BOLD},
                                                      [STYLE_WAIT] = {3, A_BOLD},
                                                      [STYLE_BAD] = {1, A_BOLD},
                                                      [STYLE_BAR] = {-1, A_BOLD},
                                                  },
                                              [THEME_16] =
                                                  {
                                                      [STYLE_TEXT] = {-1, A_BOLD},
                                                      [STYLE_DIM] = {-1, A_NORMAL},
                                                      [STYLE_STRONG] = {-1, A_BOLD},
                                                      [STYLE_ACCENT] = {14, A_BOLD},
                                                      [STYLE_GOOD] = {10, A_BOLD},
                                                      [STYLE_WAIT] = {11, A_BOLD},
                                                      [STYLE_BAD] = {9, A_BOLD},
                                                      [STYLE_BAR] = {-1, A_BOLD},
                                                  },
                                              [THEME_256] =
                                                  {
                                                      [STYLE_TEXT] = {-1, A_BOLD},
                                                      [STYLE_DIM] = {-1, A_NORMAL},
                                                      [STYLE_STRONG] = {-1, A_BOLD},
                                                      [STYLE_ACCENT] = {51, A_BOLD},
                                                      [STYLE_GOOD] = {46, A_BOLD},
                                                      [STYLE_WAIT] = {226, A_BOLD},
                                                      [STYLE_BAD] = {203, A_BOLD},
                                                      [STYLE_BAR] = {-1, A_BOLD},
                                                  },
                                          },
                                      [THEME_COLOR_BLIND] =
                                          {
                                              [THEME_8] =
                                                  {
                                                      [STYLE_TEXT] = {-1, A_NORMAL},
                                                      [STYLE_DIM] = {-1, A_DIM},
                                                      [STYLE_STRONG] = {-1, A_BOLD},
                                                      [STYLE_ACCENT] = {6, A_BOLD},
                                                      [STYLE_GOOD] = {4, A_BOLD},
                                                      [STYLE_WAIT] = {3, A_NORMAL},
                                                      [STYLE_BAD] = {5, A_BOLD},
                                                      [STYLE_BAR] = {6, A_NORMAL},
                                                  },
                                              [THEME_16] =
                                                  {
                                                      [STYLE_TEXT] = {-1, A_NORMAL},
                                                      [STYLE_DIM] = {8, A_NORMAL},
                                                      [STYLE_STRONG] = {-1, A_BOLD},
                                                      [STYLE_ACCENT] = {14, A_NORMAL},
                                                      [STYLE_GOOD] = {12, A_NORMAL},
                                                      [STYLE_WAIT] = {11, A_NORMAL},
                                                      [STYLE_BAD] = {13, A_BOLD},
                                                      [STYLE_BAR] = {6, A_NORMAL},
                                                  },
                                              [THEME_256] =
                                                  {
                                                      [STYLE_TEXT] = {-1, A_NORMAL},
                                                      [STYLE_DIM] = {244, A_NORMAL},
                                                      [STYLE_STRONG] = {-1, A_BOLD},
                                                      [STYLE_ACCENT] = {36, A_NORMAL},
                                                      [STYLE_GOOD] = {74, A_NORMAL},
                                                      [STYLE_WAIT] = {214, A_NORMAL},
                                                      [STYLE_BAD] = {202, A_BOLD},
                                                      [STYLE_BAR] = {74, A_NORMAL},
                                                  },
                                          },
};

/* Of the row under the cursor, where there are 256 colours; background -1: reversed instead. */
static const struct {
    short color, background;
} selections[THEME_NAME_COUNT] = {
    [THEME_DEFAULT] = {255, 238},     [THEME_LIGHT] = {235, 253}, [THEME_HIGH_CONTRAST] = {-1, -1},
    [THEME_COLOR_BLIND] = {255, 238}, [THEME_NONE] = {-1, -1},
};

static bool has_selection(enum theme_name name, enum theme_palette palette)
{
    return palette == THEME_256 && selections[name].background >= 0;
}

static enum theme_palette choose(enum theme_name name)
{
    const char *unwanted = getenv("NO_COLOR");
    if (name == THEME_NONE || (unwanted && unwanted[0] != '\0') || !has_colors() ||
        start_color() == ERR)
        return THEME_MONO;
    if (COLORS >= 256 && COLOR_PAIRS > 2 * STYLE_COUNT)
        return THEME_256;
    return COLORS >= 16 ? THEME_16 : THEME_8;
}

enum theme_palette theme_start(enum theme_name name)
{
    enum theme_palette palette = choose(name);
    if (palette == THEME_MONO)
        return palette;
    short background = use_default_colors() == OK ? -1 : COLOR_BLACK;
    for (short style = 0; style < STYLE_COUNT; style++) {
        short color = looks[name][palette][style].color;
        if (color < 0 && background >= 0)
            color = COLOR_WHITE;
        init_pair((short)(1 + style), color, background);
        if (has_selection(name, palette))
            init_pair((short)(1 + STYLE_COUNT + style), color < 0 ? selections[name].color : color,
                      selections[name].background);
    }
    return palette;
}

unsigned theme_attributes(enum theme_name name, enum theme_palette palette, enum theme_style style,
                          bool selected, short *ret_pair)
{
    const struct look *look = palette == THEME_MONO ? &plain[style] : &looks[name][palette][style];
    *ret_pair = 0;
    if (selected && !has_selection(name, palette))
        return A_REVERSE | (look->attributes & ~(unsigned)A_DIM);
    if (palette == THEME_MONO)
        return look->attributes;
    *ret_pair = (short)(1 + style + (selected ? STYLE_COUNT : 0));
    return look->attributes;
}
