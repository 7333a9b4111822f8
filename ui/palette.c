/* A theme as pairs and attributes of curses.
 *
 * The background is the terminal's own where a theme does not say otherwise, so light and dark
 * terminals both work. The row under the cursor keeps its colours on a background of its own where
 * the theme has one, and is reversed elsewhere.
 *
 * Looks of the same colours share a pair, and those without colours have pair 0, which is that of
 * blank cells: curses writes nothing where the pair stays the same. */

#include "ui/palette.h"

#include <curses.h>
#include <stdlib.h>
#include <string.h>
#include <term.h>

#include "base/mem.h"
#include "base/str.h"

#define DIRECT_COLORS (1 << 24)
#define PAIRS_MAX     (2 * STYLE_COUNT + 1)

/* The pairs that were made. */
struct pairs {
    struct palette *palette;
    bool own; /* the terminal's own colours can be had back */
    short count;
    int colors[PAIRS_MAX][2];
};

static bool is_set(const char *value)
{
    return value && value[0] != '\0';
}

/* It says so itself. COLORTERM is also found where another terminal set it: tmux translates, GNU
 * screen takes the numbers for attributes. */
static bool claims_true_color(const struct palette_terminal *terminal)
{
    bool screen =
        is_set(terminal->sty) || (is_set(terminal->type) && str_starts(terminal->type, "screen"));
    if (terminal->rgb)
        return true;
    if (!is_set(terminal->colorterm) || (screen && !is_set(terminal->tmux)))
        return false;
    return strcmp(terminal->colorterm, "truecolor") == 0 ||
           strcmp(terminal->colorterm, "24bit") == 0;
}

struct palette_ability palette_ability(const struct palette_terminal *terminal)
{
    struct palette_ability ability = {THEME_8, false};
    if (is_set(terminal->no_color) || terminal->colors < 8)
        ability.depth = THEME_MONO;
    else if (terminal->rgb && terminal->colors >= DIRECT_COLORS)
        ability = (struct palette_ability){THEME_TRUE, true};
    else if (terminal->colors > 256)
        ability.depth = THEME_8; /* some other way to tell a colour; the first 8 are as ever */
    else if (terminal->colors == 256)
        ability.depth = terminal->indexed && claims_true_color(terminal) ? THEME_TRUE : THEME_256;
    else if (terminal->colors >= 16)
        ability.depth = THEME_16;
    return ability;
}

/* The name comes as a flag, a number or a text; curses wants names that may be changed. */
static bool has_extension(const char *name)
{
    char own[8];
    str_copy(own, sizeof(own), name);
    const char *text = tigetstr(own);
    return tigetflag(own) > 0 || tigetnum(own) >= 0 || (text && text != (const char *)-1);
}

static bool is_indexed(void)
{
    char name[] = "setaf";
    char *way = tigetstr(name);
    const char *made = way && way != (char *)-1 ? tiparm(way, 200) : NULL;
    return made && strcmp(made, "\033[38;5;200m") == 0;
}

static struct palette_ability ability_here(void)
{
    char colors[] = "colors";
    struct palette_terminal terminal = {.type = getenv("TERM"),
                                        .colorterm = getenv("COLORTERM"),
                                        .no_color = getenv("NO_COLOR"),
                                        .tmux = getenv("TMUX"),
                                        .sty = getenv("STY"),
                                        .colors = tigetnum(colors),
                                        .rgb = has_extension("RGB") || has_extension("Tc"),
                                        .indexed = is_indexed()};
    return palette_ability(&terminal);
}

/* ---- pairs ---- */

/* Where a number is a colour, the lowest ones are still those of the table. */
static int direct_number(struct color color)
{
    uint32_t rgb = color_rgb(color);
    if (color.kind == COLOR_INDEX && color.value < 8)
        return (int)color.value;
    return (int)(rgb < 0x100 ? rgb + 0x100 : rgb);
}

static int number_of(const struct pairs *pairs, struct color color, int own)
{
    struct palette *palette = pairs->palette;
    if (color.kind == COLOR_OWN)
        return pairs->own ? -1 : own;
    if (palette->ability.direct)
        return direct_number(color);
    if (color.kind == COLOR_RGB)
        return (int)true_color_index(&palette->true_color, color.value);
    return (int)color.value;
}

static short pair_for(struct pairs *pairs, struct color color, struct color background)
{
    int text = number_of(pairs, color, COLOR_WHITE);
    int behind = number_of(pairs, background, COLOR_BLACK);
    if (text < 0 && behind < 0)
        return 0;
    for (short i = 1; i <= pairs->count; i++) {
        if (pairs->colors[i][0] == text && pairs->colors[i][1] == behind)
            return i;
    }
    if (pairs->count + 1 == PAIRS_MAX || init_extended_pair(pairs->count + 1, text, behind) == ERR)
        return 0;
    pairs->count++;
    pairs->colors[pairs->count][0] = text;
    pairs->colors[pairs->count][1] = behind;
    return pairs->count;
}

/* ---- looks ---- */

static unsigned curses_attributes(unsigned attributes)
{
    return ((attributes & LOOK_BOLD) ? A_BOLD : 0) | ((attributes & LOOK_DIM) ? A_DIM : 0) |
           ((attributes & LOOK_UNDERLINE) ? A_UNDERLINE : 0) |
           ((attributes & LOOK_REVERSE) ? A_REVERSE : 0);
}

/* LOOK in the row under the cursor. What is reversed has the row's colours only, and is not dim. */
static struct look selected_look(struct look look, const struct look *row)
{
    look.attributes |= row->attributes;
    if (row->attributes & LOOK_REVERSE) {
        look.attributes &= ~(unsigned)LOOK_DIM;
        look.color = row->color;
    } else if (look.color.kind == COLOR_OWN) {
        look.color = row->color;
    }
    look.background = row->background;
    return look;
}

static struct palette_look take_look(struct pairs *pairs, const struct look *look)
{
    struct palette_look taken = {.attributes = curses_attributes(look->attributes)};
    if (pairs->palette->ability.depth != THEME_MONO)
        taken.pair = pair_for(pairs, look->color, look->background);
    return taken;
}

static bool has_any_color(const struct look *looks)
{
    for (size_t i = 0; i < THEME_ROLE_COUNT; i++) {
        if (looks[i].color.kind != COLOR_OWN || looks[i].background.kind != COLOR_OWN)
            return true;
    }
    return false;
}

/* An index that a theme means may not stand for anything else. */
static void reserve(struct palette *palette, const struct look *looks)
{
    true_color_init(&palette->true_color);
    for (size_t i = 0; i < THEME_ROLE_COUNT; i++) {
        if (looks[i].color.kind == COLOR_INDEX)
            true_color_reserve(&palette->true_color, looks[i].color.value);
        if (looks[i].background.kind == COLOR_INDEX)
            true_color_reserve(&palette->true_color, looks[i].background.value);
    }
}

void palette_start(struct palette *palette, const struct theme *theme)
{
    struct pairs pairs = {.palette = palette};
    palette->ability = ability_here();
    if (!has_any_color(theme->looks[palette->ability.depth]) || start_color() == ERR)
        palette->ability = (struct palette_ability){THEME_MONO, false};
    const struct look *looks = theme->looks[palette->ability.depth];
    if (palette->ability.depth != THEME_MONO)
        pairs.own = use_default_colors() == OK;
    reserve(palette, looks);
    for (size_t style = 0; style < STYLE_COUNT; style++) {
        struct look selected = selected_look(looks[style], &looks[THEME_SELECTED]);
        palette->looks[0][style] = take_look(&pairs, &looks[style]);
        palette->looks[1][style] = take_look(&pairs, &selected);
    }
}
