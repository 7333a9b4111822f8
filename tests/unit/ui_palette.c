/* How many colours a terminal gets, by what it says of itself. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/mem.h"
#include "ui/palette.h"

#define RGB_COLORS (1 << 24)

static const struct {
    const char *what;
    struct palette_terminal terminal;
    enum theme_depth depth;
    bool direct;
} rows[] = {
    {"xterm-256color", {.colors = 256, .indexed = true}, THEME_256, false},
    {"the same with true colour",
     {.colors = 256, .indexed = true, .colorterm = "truecolor"},
     THEME_TRUE,
     false},
    {"an older word for it",
     {.colors = 256, .indexed = true, .colorterm = "24bit"},
     THEME_TRUE,
     false},
    {"another word", {.colors = 256, .indexed = true, .colorterm = "yes"}, THEME_256, false},
    {"an entry with RGB", {.colors = 256, .indexed = true, .rgb = true}, THEME_TRUE, false},
    {"a way of its own to choose colours",
     {.colors = 256, .colorterm = "truecolor"},
     THEME_256,
     false},
    {"xterm-direct", {.colors = RGB_COLORS, .rgb = true}, THEME_TRUE, true},
    {"xterm-direct, as said twice",
     {.colors = RGB_COLORS, .rgb = true, .colorterm = "truecolor"},
     THEME_TRUE,
     true},
    {"very many, told nobody knows how", {.colors = RGB_COLORS}, THEME_8, false},
    {"tmux",
     {.type = "tmux-256color", .tmux = "/tmp/tmux,1,0", .colors = 256, .indexed = true},
     THEME_256,
     false},
    {"tmux, which hands colours on",
     {.type = "screen-256color",
      .tmux = "/tmp/tmux,1,0",
      .colors = 256,
      .indexed = true,
      .colorterm = "truecolor"},
     THEME_TRUE,
     false},
    {"screen, which found the word",
     {.type = "screen-256color", .colors = 256, .indexed = true, .colorterm = "truecolor"},
     THEME_256,
     false},
    {"screen under another name",
     {.type = "xterm-256color",
      .sty = "1.pts-0.box",
      .colors = 256,
      .indexed = true,
      .colorterm = "truecolor"},
     THEME_256,
     false},
    {"rxvt", {.colors = 88}, THEME_16, false},
    {"xterm-16color", {.colors = 16}, THEME_16, false},
    {"linux", {.type = "linux", .colors = 8}, THEME_8, false},
    {"xterm, where the word says more than curses can do",
     {.type = "xterm", .colors = 8, .colorterm = "truecolor"},
     THEME_8,
     false},
    {"vt100", {.colors = -1}, THEME_MONO, false},
    {"NO_COLOR", {.colors = 256, .indexed = true, .no_color = "1"}, THEME_MONO, false},
    {"an empty NO_COLOR", {.colors = 256, .indexed = true, .no_color = ""}, THEME_256, false},
    {"NO_COLOR with true colour",
     {.colors = RGB_COLORS, .rgb = true, .colorterm = "truecolor", .no_color = "1"},
     THEME_MONO,
     false},
};

static void each_terminal_gets_what_it_can_show(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct palette_ability ability = palette_ability(&rows[i].terminal);

        if (ability.depth != rows[i].depth || ability.direct != rows[i].direct)
            fail_msg("%s: depth %d", rows[i].what, (int)ability.depth);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(each_terminal_gets_what_it_can_show)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
