#ifndef UI_COLOR_H
#define UI_COLOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Colours as people write them, and the nearest ones of a terminal that has fewer. Pure. */

enum color_kind {
    COLOR_OWN,   /* the terminal's own, of text or background */
    COLOR_INDEX, /* 0…255 of the terminal's table; users choose what the first 16 look like */
    COLOR_RGB    /* 0xrrggbb */
};

struct color {
    enum color_kind kind;
    uint32_t value;
};

/* "default", "red", "bright-red", "208", "#ff8700"; false: it is none of these. */
bool color_parse(const char *word, struct color *ret_color);

/* The words that name one, for suggestions; NULL past the end. */
const char *color_word(size_t nth);

/* 0xrrggbb; of an index as xterm has it unless told otherwise. Not for the terminal's own. */
uint32_t color_rgb(struct color color);

/* How far apart two colours are, for finding the nearest one. */
uint32_t color_distance(uint32_t rgb, uint32_t other);

/* COLOR for a terminal of COUNT colours, 8, 16 or 256: as it is, or the index of the nearest one.
 * With 16 and fewer a colour keeps its hue rather than its strength, and with 8 a gray is the
 * terminal's own. */
struct color color_reduce(struct color color, unsigned count);

bool color_same(struct color a, struct color b);

#endif
