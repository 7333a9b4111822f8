/* Colours as people write them. The first 16 of a terminal's table are its user's choice, so a
 * colour that was asked for by its red, green and blue is never taken for one of those while there
 * are others. */

#include "ui/color.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"

#define CUBE        16u  /* the first of 6×6×6 */
#define GRAYS       232u /* the first of 24 */
#define TABLE_COUNT 256u

static const char *const words[] = {
    "black",        "red",           "green",       "yellow",         "blue",
    "magenta",      "cyan",          "white",       "bright-black",   "bright-red",
    "bright-green", "bright-yellow", "bright-blue", "bright-magenta", "bright-cyan",
    "bright-white", "default",
};

#define NAMED_COUNT 16u

static const uint32_t named[NAMED_COUNT] = {
    0x000000, 0xcd0000, 0x00cd00, 0xcdcd00, 0x0000ee, 0xcd00cd, 0x00cdcd, 0xe5e5e5,
    0x7f7f7f, 0xff0000, 0x00ff00, 0xffff00, 0x5c5cff, 0xff00ff, 0x00ffff, 0xffffff,
};

const char *color_word(size_t nth)
{
    return nth < COUNT_OF(words) ? words[nth] : NULL;
}

static bool parse_hex(const char *digits, uint32_t *ret_value)
{
    if (strlen(digits) != 6 || strspn(digits, "0123456789abcdefABCDEF") != 6)
        return false;
    *ret_value = (uint32_t)strtoul(digits, NULL, 16);
    return true;
}

bool color_parse(const char *word, struct color *ret_color)
{
    uint64_t number;
    uint32_t rgb;
    if (word[0] == '#') {
        if (!parse_hex(word + 1, &rgb))
            return false;
        *ret_color = (struct color){COLOR_RGB, rgb};
        return true;
    }
    if (str_to_u64(word, &number, NULL)) {
        if (number >= TABLE_COUNT)
            return false;
        *ret_color = (struct color){COLOR_INDEX, (uint32_t)number};
        return true;
    }
    for (uint32_t i = 0; i < COUNT_OF(words); i++) {
        if (strcmp(words[i], word) != 0)
            continue;
        *ret_color = i < NAMED_COUNT ? (struct color){COLOR_INDEX, i} : (struct color){0};
        return true;
    }
    return false;
}

/* One of three channels of the cube. */
static uint32_t cube_level(uint32_t step)
{
    return step == 0 ? 0 : 55 + 40 * step;
}

uint32_t color_rgb(struct color color)
{
    uint32_t index = color.value;
    if (color.kind != COLOR_INDEX)
        return color.value;
    if (index < NAMED_COUNT)
        return named[index];
    if (index >= GRAYS)
        return (8 + 10 * (index - GRAYS)) * 0x010101;
    index -= CUBE;
    return cube_level(index / 36) << 16 | cube_level(index / 6 % 6) << 8 | cube_level(index % 6);
}

uint32_t color_distance(uint32_t rgb, uint32_t other)
{
    uint32_t sum = 0;
    for (unsigned shift = 0; shift <= 16; shift += 8) {
        int apart = (int)(rgb >> shift & 0xff) - (int)(other >> shift & 0xff);
        sum += (uint32_t)(apart * apart);
    }
    return sum;
}

static uint32_t nearest_of_256(uint32_t rgb)
{
    uint32_t best = CUBE;
    uint32_t least = UINT32_MAX;
    for (uint32_t i = CUBE; i < TABLE_COUNT; i++) {
        uint32_t distance = color_distance(rgb, color_rgb((struct color){COLOR_INDEX, i}));
        if (distance < least) {
            least = distance;
            best = i;
        }
    }
    return best;
}

/* By hue: a muted green is a green, though a gray is nearer to it. */
static uint32_t nearest_of_16(uint32_t rgb)
{
    uint32_t red = rgb >> 16 & 0xff;
    uint32_t green = rgb >> 8 & 0xff;
    uint32_t blue = rgb & 0xff;
    uint32_t most = MAX(red, MAX(green, blue));
    uint32_t least = MIN(red, MIN(green, blue));
    uint32_t middle = (most + least) / 2;
    if (most - least < 0x28) {
        static const uint32_t grays[] = {0, 8, 7, 15};
        return grays[(middle >= 0x40) + (middle >= 0xa0) + (middle >= 0xf0)];
    }
    uint32_t hue =
        (red > middle) | (uint32_t)(green > middle) << 1 | (uint32_t)(blue > middle) << 2;
    return most >= 0xd0 ? hue + 8 : hue;
}

struct color color_reduce(struct color color, unsigned count)
{
    if (color.kind == COLOR_OWN || (color.kind == COLOR_INDEX && color.value < count))
        return color;
    if (count >= TABLE_COUNT)
        return (struct color){COLOR_INDEX, nearest_of_256(color.value)};
    if (color.kind == COLOR_RGB || color.value >= NAMED_COUNT)
        color.value = nearest_of_16(color_rgb(color));
    if (count >= NAMED_COUNT || color.value < 8)
        return (struct color){COLOR_INDEX, color.value};
    /* Of 8 there is no gray: black and white would be lost on one background or the other. */
    if (color.value == 8)
        return (struct color){COLOR_OWN, 0};
    return (struct color){COLOR_INDEX, color.value - 8};
}

bool color_same(struct color a, struct color b)
{
    return a.kind == b.kind && (a.kind == COLOR_OWN || a.value == b.value);
}
