/* Breaking text. Columns are counted, not bytes; a character that needs two stays whole. */

#include "ui/wrap.h"

#include "base/text.h"

size_t wrap_length(const char *text, int width)
{
    size_t columns;
    size_t len = width > 0 ? text_fit(text, (size_t)width, &columns) : 0;
    size_t cut = len;
    if (text[len] == '\0' || text[len] == ' ')
        return len;
    while (cut > 0 && text[cut] != ' ')
        cut--;
    return cut > len / 2 ? cut : len;
}

const char *wrap_next(const char *text, size_t len)
{
    text += len;
    return text[0] == ' ' ? text + 1 : text;
}

int wrap_lines(const char *text, int width, int most)
{
    int lines = 1;
    for (; lines < most; lines++) {
        size_t len = wrap_length(text, width);
        text = wrap_next(text, len);
        if (len == 0 || text[0] == '\0')
            break;
    }
    return lines;
}
