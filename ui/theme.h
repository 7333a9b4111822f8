#ifndef UI_THEME_H
#define UI_THEME_H

#include "haul/error.h"
#include "ui/color.h"

/* What things look like, by meaning. Everything works without colour too.
 *
 * Themes are files, see assets/themes/default.theme for their form; those that are built in are
 * files that were compiled in. */

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

/* What a theme says of: the styles, and the row under the cursor. */
enum { THEME_SELECTED = STYLE_COUNT, THEME_ROLE_COUNT };

/* By what the terminal can. */
enum theme_depth { THEME_MONO, THEME_8, THEME_16, THEME_256, THEME_TRUE, THEME_DEPTH_COUNT };

enum { LOOK_BOLD = 1, LOOK_DIM = 2, LOOK_UNDERLINE = 4, LOOK_REVERSE = 8 };

struct look {
    struct color color, background;
    unsigned attributes;
};

struct theme {
    struct look looks[THEME_DEPTH_COUNT][THEME_ROLE_COUNT]; /* each of colours its depth has */
};

/* One that is built in; generated. */
struct theme_text {
    const char *name;
    const char *text;
};
extern const struct theme_text theme_texts[];
extern const size_t theme_text_count;

/* NAME is that of a built-in one, of a file NAME.theme in the folder "themes" of the configuration,
 * or a path, which has a '/' in it. A failure's sentence tells file, line, and the word that was
 * probably meant. */
HAUL_CHECKED enum haul_err theme_load(const char *name, struct theme *ret_theme,
                                      struct haul_error *err);

/* Reads TEXT, which FILE is the name of in sentences. */
HAUL_CHECKED enum haul_err theme_parse(const char *file, const char *text, size_t len,
                                       struct theme *ret_theme, struct haul_error *err);

#endif
