#ifndef UI_PALETTE_H
#define UI_PALETTE_H

#include "ui/theme.h"
#include "ui/true_color.h"

/* A theme on this terminal: what curses is told. */

/* What decides how many colours there are. */
struct palette_terminal {
    const char *type;      /* TERM, or NULL, as the others */
    const char *colorterm; /* COLORTERM */
    const char *no_color;  /* NO_COLOR */
    const char *tmux;      /* TMUX */
    const char *sty;       /* STY: GNU screen */
    int colors;            /* of its terminfo entry */
    bool rgb;              /* the entry says that colours may be told by red, green and blue */
    bool indexed;          /* and selects one of 256 by the usual sequence */
};

struct palette_ability {
    enum theme_depth depth;
    bool direct; /* a colour's number is its red, green and blue */
};

/* Pure. */
struct palette_ability palette_ability(const struct palette_terminal *terminal);

/* For curses. */
struct palette_look {
    unsigned attributes;
    short pair;
};

struct palette {
    struct palette_ability ability;
    struct palette_look looks[2][STYLE_COUNT]; /* 1: of the row under the cursor */
    struct true_color true_color;              /* what the bytes of curses have to pass */
};

/* After the screen was opened. */
void palette_start(struct palette *palette, const struct theme *theme);

#endif
