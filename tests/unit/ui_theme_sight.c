/* Whether people can see what the built-in themes show.
 *
 * Contrast is that of WCAG 2.1 (relative luminance, 1.4.3 and 1.4.11). Colour blindness is
 * simulated with the matrices of Machado, Oliveira and Fernandes (2009) for severity 1.0, on linear
 * RGB; how far apart two colours look is their Euclidean distance in CIE L*a*b* (1976), where 2.3
 * is just noticeable. Of the first 16 colours xterm's are meant. */

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/mem.h"
#include "ui/theme.h"

#define APART 20.0 /* states, in L*a*b* */

enum sight { SIGHT_FULL, SIGHT_PROTANOPIA, SIGHT_DEUTERANOPIA, SIGHT_COUNT };

static const double sights[SIGHT_COUNT][3][3] = {
    [SIGHT_FULL] = {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}},
    [SIGHT_PROTANOPIA] = {{0.152286, 1.052583, -0.204868},
                          {0.114503, 0.786281, 0.099216},
                          {-0.003882, -0.048116, 1.051998}},
    [SIGHT_DEUTERANOPIA] = {{0.367322, 0.860646, -0.227968},
                            {0.280085, 0.672501, 0.047413},
                            {-0.011820, 0.042940, 0.968881}},
};

struct rgb {
    double channels[3]; /* linear, 0…1 */
};

static struct rgb linear(uint32_t color)
{
    struct rgb rgb;

    for (unsigned i = 0; i < 3; i++) {
        double value = (color >> (16 - 8 * i) & 0xff) / 255.0;

        rgb.channels[i] = value <= 0.04045 ? value / 12.92 : pow((value + 0.055) / 1.055, 2.4);
    }
    return rgb;
}

static double luminance(uint32_t color)
{
    struct rgb rgb = linear(color);

    return 0.2126 * rgb.channels[0] + 0.7152 * rgb.channels[1] + 0.0722 * rgb.channels[2];
}

static double contrast(uint32_t a, uint32_t b)
{
    double bright = fmax(luminance(a), luminance(b));
    double dark = fmin(luminance(a), luminance(b));

    return (bright + 0.05) / (dark + 0.05);
}

static struct rgb seen(uint32_t color, enum sight sight)
{
    struct rgb from = linear(color);
    struct rgb to = {{0}};

    for (unsigned i = 0; i < 3; i++) {
        for (unsigned j = 0; j < 3; j++)
            to.channels[i] += sights[sight][i][j] * from.channels[j];
        to.channels[i] = fmin(fmax(to.channels[i], 0), 1);
    }
    return to;
}

static double bent(double value)
{
    return value > 216.0 / 24389 ? cbrt(value) : (24389.0 / 27 * value + 16) / 116;
}

/* sRGB's primaries, white D65. */
static void to_lab(struct rgb rgb, double ret_lab[3])
{
    const double *c = rgb.channels;
    double x = bent((0.4124564 * c[0] + 0.3575761 * c[1] + 0.1804375 * c[2]) / 0.95047);
    double y = bent(0.2126729 * c[0] + 0.7151522 * c[1] + 0.0721750 * c[2]);
    double z = bent((0.0193339 * c[0] + 0.1191920 * c[1] + 0.9503041 * c[2]) / 1.08883);

    ret_lab[0] = 116 * y - 16;
    ret_lab[1] = 500 * (x - y);
    ret_lab[2] = 200 * (y - z);
}

static double apart(uint32_t a, uint32_t b, enum sight sight)
{
    double one[3];
    double two[3];

    to_lab(seen(a, sight), one);
    to_lab(seen(b, sight), two);
    return sqrt(pow(one[0] - two[0], 2) + pow(one[1] - two[1], 2) + pow(one[2] - two[2], 2));
}

static struct theme loaded(const char *name)
{
    struct haul_error err = {0};
    struct theme theme;

    if (theme_load(name, &theme, &err) != HAUL_OK)
        fail_msg("%s", err.text);
    return theme;
}

static void the_measures_are_right(void **state)
{
    (void)state;
    assert_true(fabs(contrast(0x000000, 0xffffff) - 21) < 0.001);
    assert_true(fabs(contrast(0x777777, 0xffffff) - 4.48) < 0.01); /* the gray just below 4.5 */
    assert_true(apart(0xff0000, 0x00ff00, SIGHT_FULL) > 150);
    /* Grays look the same to all. */
    assert_true(fabs(apart(0x000000, 0xffffff, SIGHT_DEUTERANOPIA) - 100) < 0.1);
    assert_true(apart(0x808080, 0x808080, SIGHT_PROTANOPIA) < 0.001);
}

/* What each theme is made for. */
static const struct {
    const char *name;
    uint32_t background;   /* the worst that is assumed */
    double text;           /* least contrast of what is read, with 256 colours and more */
    uint32_t background16; /* assumed with 16 and 8 colours, which can't be fitted */
    double text16;
} wanted[] = {
    {"default", 0x1e1e1e, 4.5, 0x000000, 3.0},
    {"color-blind", 0x1e1e1e, 4.5, 0x000000, 3.0},
    {"light", 0xffffff, 4.5, 0xffffff, 3.0},
    {"high-contrast", 0x000000, 7.0, 0x000000, 3.0},
};

/* Of one with a colour of its own; the terminal's own is for its user to choose. */
static void assert_contrast(const char *name, unsigned depth, unsigned role, struct color color,
                            uint32_t background, double least)
{
    double found = contrast(color_rgb(color), background);

    if (color.kind != COLOR_OWN && found < least)
        fail_msg("%s, depth %u, role %u: contrast %.2f", name, depth, role, found);
}

static void what_is_read_stands_out(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(wanted); i++) {
        struct theme theme = loaded(wanted[i].name);

        for (unsigned depth = THEME_8; depth <= THEME_TRUE; depth++) {
            bool many = depth >= THEME_256;

            for (unsigned role = 0; role < STYLE_COUNT; role++)
                assert_contrast(wanted[i].name, depth, role, theme.looks[depth][role].color,
                                many ? wanted[i].background : wanted[i].background16,
                                role == STYLE_DIM ? 3.0
                                : many            ? wanted[i].text
                                                  : wanted[i].text16);
        }
    }
}

static void so_it_does_under_the_cursor(void **state)
{
    unsigned seen_any = 0;

    (void)state;
    for (size_t i = 0; i < COUNT_OF(wanted); i++) {
        struct theme theme = loaded(wanted[i].name);

        for (unsigned depth = THEME_8; depth <= THEME_TRUE; depth++) {
            const struct look *row = &theme.looks[depth][THEME_SELECTED];

            if (row->background.kind == COLOR_OWN)
                continue; /* reversed: in the terminal's own colours */
            uint32_t background = color_rgb(row->background);

            assert_contrast(wanted[i].name, depth, THEME_SELECTED, row->color, background, 7.0);
            for (unsigned role = 0; role < STYLE_COUNT; role++)
                assert_contrast(wanted[i].name, depth, role, theme.looks[depth][role].color,
                                background, 3.0);
            seen_any++;
        }
    }
    assert_int_equal(seen_any, 6);
}

/* The least distance between the colours of two states. */
static double least_apart(const struct theme *theme, unsigned depth, enum sight sight)
{
    static const unsigned states[] = {STYLE_GOOD, STYLE_WAIT, STYLE_BAD};
    double least = INFINITY;

    for (size_t i = 0; i < COUNT_OF(states); i++) {
        for (size_t j = 0; j < i; j++) {
            struct color a = theme->looks[depth][states[i]].color;
            struct color b = theme->looks[depth][states[j]].color;

            assert_int_not_equal(a.kind, COLOR_OWN);
            least = fmin(least, apart(color_rgb(a), color_rgb(b), sight));
        }
    }
    return least;
}

static void the_colour_blind_tell_states_apart(void **state)
{
    struct theme theme = loaded("color-blind");

    (void)state;
    for (unsigned depth = THEME_8; depth <= THEME_TRUE; depth++) {
        for (unsigned sight = 0; sight < SIGHT_COUNT; sight++) {
            double least = least_apart(&theme, depth, (enum sight)sight);

            if (least < APART)
                fail_msg("depth %u, sight %u: %.1f apart", depth, sight, least);
        }
    }
}

/* Which is what that theme is for: by red and green they can't. */
static void with_the_default_theme_they_do_not(void **state)
{
    struct theme theme = loaded("default");

    (void)state;
    for (unsigned depth = THEME_16; depth <= THEME_TRUE; depth++) {
        assert_true(least_apart(&theme, depth, SIGHT_FULL) >= APART);
        assert_true(least_apart(&theme, depth, SIGHT_DEUTERANOPIA) < APART);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_measures_are_right),
        cmocka_unit_test(what_is_read_stands_out),
        cmocka_unit_test(so_it_does_under_the_cursor),
        cmocka_unit_test(the_colour_blind_tell_states_apart),
        cmocka_unit_test(with_the_default_theme_they_do_not),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
