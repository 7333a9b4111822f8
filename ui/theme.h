#ifndef UI_THEME_H
#define UI_THEME_H

#include <stdbool.h>

/* What things look like, by meaning. Everything works without colour too. */

enum theme_style {
    STYLE_TEXT,
    STYLE_DIM,    /* rules, labels, what is not running */
    STYLE_STRONG, /* names of keys, titles */
    STYLE_ACCENT, /* haul's own colour */
    STYLE_GOOD,
    STYLE_WAIT,
    STYLE_BAD,
    STYLE_BAR, /* the full part of a bar */
    STYLE_COUNT
};

/* In the order of --theme. */
enum theme_name {
    THEME_DEFAULT,
    THEME_LIGHT,
    THEME_HIGH_CONTRAST,
    THEME_COLOR_BLIND, /* tells states by blue, orange and vermilion, and never by red and green */
    THEME_NONE,
    THEME_NAME_COUNT
};

enum theme_palette { THEME_MONO, THEME_8, THEME_16, THEME_256, THEME_PALETTE_COUNT };

/* Chooses by what the terminal can and by NO_COLOR, and tells curses. After the screen was opened.
 */
enum theme_palette theme_start(enum theme_name name);

/* Attributes for curses. SELECTED: of the row under the cursor. */
unsigned theme_attributes(enum theme_name name, enum theme_palette palette, enum theme_style style,
                          bool selected, short *ret_pair);

#endif
