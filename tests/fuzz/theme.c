/* Theme files: any text is one whose every colour its terminal has, or is refused with a sentence
 * that is harmless on a terminal. */

#include "ui/theme.h"
#include "base/mem.h"
#include "base/text.h"
#include "fuzz.h"

static const unsigned counts[THEME_DEPTH_COUNT] = {
    [THEME_8] = 8, [THEME_16] = 16, [THEME_256] = 256, [THEME_TRUE] = 256};

static void check_color(unsigned depth, struct color color)
{
    if (color.kind == COLOR_INDEX)
        CHECK(color.value < counts[depth]);
    if (color.kind == COLOR_RGB)
        CHECK(depth == THEME_TRUE && color.value <= 0xffffff);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct haul_error err = {0};
    struct theme theme;

    if (theme_parse("fuzz", (const char *)data, size, &theme, &err) != HAUL_OK) {
        char *clean = text_clean_dup(text_raw_from(err.text), 4 * sizeof(err.text));

        CHECK(err.text[0] != '\0' && strcmp(clean, err.text) == 0);
        free(clean);
        return 0;
    }
    for (unsigned depth = 0; depth < THEME_DEPTH_COUNT; depth++) {
        for (unsigned role = 0; role < THEME_ROLE_COUNT; role++) {
            check_color(depth, theme.looks[depth][role].color);
            check_color(depth, theme.looks[depth][role].background);
        }
    }
    return 0;
}
