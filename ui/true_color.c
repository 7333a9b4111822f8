/* True colour without a terminfo entry that has it.
 *
 * The terminals that have true colour mostly call themselves "xterm-256color", and curses believes
 * them; entries such as "xterm-direct" are rarely installed, and change the keys too. So curses
 * goes on with 256 colours, of which some stand for others, and what it writes is read once more on
 * its way to the terminal: "38;5;N" becomes "38;2;R;G;B". An index that is not put in another's
 * place is left as it is, so whatever goes unnoticed here shows the nearest colour. */

#include "ui/true_color.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "ui/color.h"

#define FIRST 16u /* those before are as the user chose them */
#define COUNT 256u

void true_color_init(struct true_color *colors)
{
    *colors = (struct true_color){0};
    for (size_t i = 0; i < COUNT; i++)
        colors->rgb[i] = -1;
}

void true_color_reserve(struct true_color *colors, unsigned index)
{
    colors->used[index] = true;
}

unsigned true_color_index(struct true_color *colors, uint32_t rgb)
{
    unsigned best = FIRST;
    uint32_t least = UINT32_MAX;
    for (unsigned i = FIRST; i < COUNT; i++) {
        if (colors->rgb[i] == (int32_t)rgb)
            return i;
        uint32_t distance = color_distance(rgb, color_rgb((struct color){COLOR_INDEX, i}));
        if (!colors->used[i] && distance < least) {
            least = distance;
            best = i;
        }
    }
    colors->used[best] = true;
    colors->rgb[best] = (int32_t)rgb;
    colors->any = true;
    return best;
}

/* The bytes of "38;5;N" or "48;5;N" at AT, 0 when there is none, and the colour that N stands for,
 * -1 when it means itself. */
static size_t chosen(const struct true_color *colors, const char *at, int32_t *ret_rgb)
{
    char *end;
    if (strncmp(at, "38;5;", 5) != 0 && strncmp(at, "48;5;", 5) != 0)
        return 0;
    unsigned long index = strtoul(at + 5, &end, 10);
    *ret_rgb = index < COUNT ? colors->rgb[index] : -1;
    return end > at + 5 ? (size_t)(end - at) : 0;
}

/* The sequence is "ESC [ … m": its parameters one after the other. */
static bool put_colors(const struct true_color *colors, struct strbuf *out)
{
    const char *at = colors->sequence + 2;
    bool good = strbuf_puts(out, "\033[");
    while (good && *at != '\0') {
        int32_t rgb = -1;
        size_t len = chosen(colors, at, &rgb);
        if (len == 0)
            len = strcspn(at, ";m") + 1;
        if (rgb >= 0)
            good =
                strbuf_printf(out, "%c8;2;%d;%d;%d", at[0], rgb >> 16, rgb >> 8 & 0xff, rgb & 0xff);
        else
            good = strbuf_add(out, at, len);
        at += len;
    }
    return good;
}

static bool put_sequence(struct true_color *colors, struct strbuf *out)
{
    size_t len = colors->len;
    bool selects = len > 2 && colors->sequence[1] == '[' && colors->sequence[len - 1] == 'm';
    colors->sequence[len] = '\0';
    colors->len = 0;
    return selects ? put_colors(colors, out) : strbuf_add(out, colors->sequence, len);
}

/* ESC, then what is no letter, then the one that ends it. */
static bool is_end(const struct true_color *colors, char byte)
{
    bool control = colors->len > 2 && colors->sequence[1] == '[';
    return (control && byte >= 0x40 && byte <= 0x7e) || (colors->len == 2 && byte != '[') ||
           colors->len + 1 == TRUE_COLOR_SEQUENCE;
}

bool true_color_pass(struct true_color *colors, const char *bytes, size_t len, struct strbuf *out)
{
    const char *end = bytes + len;
    bool good = true;
    while (good && bytes < end) {
        if (colors->len == 0 && *bytes != '\033') {
            const char *escape = memchr(bytes, '\033', (size_t)(end - bytes));
            size_t plain = (size_t)((escape ? escape : end) - bytes);
            good = strbuf_add(out, bytes, plain);
            bytes += plain;
            continue;
        }
        colors->sequence[colors->len++] = *bytes;
        if (is_end(colors, *bytes))
            good = put_sequence(colors, out);
        bytes++;
    }
    return good;
}
