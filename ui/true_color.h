#ifndef UI_TRUE_COLOR_H
#define UI_TRUE_COLOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/str.h"

/* Colours by red, green and blue for a terminal that curses knows 256 of: an index stands for each,
 * the nearest one, and where curses' output selects it the colour itself is put. Pure. */

#define TRUE_COLOR_SEQUENCE 64 /* bytes of a sequence that is looked into; longer ones pass */

struct true_color {
    bool any;
    bool used[256];                     /* the index means itself, or one of the below */
    int32_t rgb[256];                   /* what stands for it, -1: nothing */
    char sequence[TRUE_COLOR_SEQUENCE]; /* that has begun */
    size_t len;
};

void true_color_init(struct true_color *colors);

/* The index means itself from now on. */
void true_color_reserve(struct true_color *colors, unsigned index);

/* The index that stands for RGB. All that mean themselves have to be reserved before. */
unsigned true_color_index(struct true_color *colors, uint32_t rgb);

/* Adds LEN bytes of curses to OUT; what has not ended waits for the next ones. False: OUT is full.
 */
HAUL_CHECKED bool true_color_pass(struct true_color *colors, const char *bytes, size_t len,
                                  struct strbuf *out);

#endif
