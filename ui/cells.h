#ifndef UI_CELLS_H
#define UI_CELLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ui/hyperlink.h"
#include "ui/palette.h"
#include "ui/zones.h"

/* Putting clean text into the cells of the screen, by columns: nothing here writes outside the
 * width it was given, and a wide character is shown whole or not at all. */

struct cells {
    int width, height; /* of the screen */
    const struct palette *palette;
    bool ascii;               /* the locale or the user wants no other characters */
    bool sparing;             /* the line is slow: only what matters most should move */
    bool dim;                 /* what is put now is not of this moment */
    struct zones *zones;      /* where what is painted can be clicked on; may be NULL */
    bool selected;            /* what is put now belongs to the row under the cursor */
    struct hyperlinks *links; /* NULL: the terminal has none, or the line is slow */
    unsigned link;            /* what is put now leads there; 0: nowhere */
};

struct cells_area {
    int y, x, height, width;
};

/* CELLS whose texts lead to a link as it is shown, or to a file or (NAME NULL) a folder; to nowhere
 * where the terminal has no links. */
struct cells cells_to_link(const struct cells *cells, const char *shown);
struct cells cells_to_file(const struct cells *cells, const char *dir, const char *name);

/* Each returns the columns used. WIDTH is what there is room for; negative counts as none. */
int cells_put(const struct cells *cells, int y, int x, int width, enum theme_style style,
              const char *clean);
int cells_put_right(const struct cells *cells, int y, int x, int width, enum theme_style style,
                    const char *clean);
/* Shortened in the middle when it is too long: for names. */
int cells_put_name(const struct cells *cells, int y, int x, int width, enum theme_style style,
                   const char *clean);

void cells_fill(const struct cells *cells, int y, int x, int width, enum theme_style style);
void cells_rule(const struct cells *cells, int y, int x, int width);       /* ───── */
void cells_rule_down(const struct cells *cells, int y, int x, int height); /* │ */
void cells_bar(const struct cells *cells, int y, int x, int width, enum theme_style style,
               uint64_t done, uint64_t total);

#endif
