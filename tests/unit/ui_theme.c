/* Theme files: what they may say, what is refused, and where they are found. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/mem.h"
#include "ui/theme.h"

static char home[] = "/tmp/haul-themes-XXXXXX"; /* $XDG_CONFIG_HOME */

static char *theme_path(const char *name)
{
    return xasprintf("%s/haul/themes/%s.theme", home, name);
}

static void theme_write(const char *name, const char *text)
{
    char *path = theme_path(name);
    FILE *file = fopen(path, "we");

    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
    free(path);
}

static void theme_remove(const char *name)
{
    char *path = theme_path(name);

    assert_int_equal(unlink(path), 0);
    free(path);
}

static struct theme parsed(const char *text)
{
    struct haul_error err = {0};
    struct theme theme;

    if (theme_parse("my.theme", text, strlen(text), &theme, &err) != HAUL_OK)
        fail_msg("%s", err.text);
    return theme;
}

static struct theme loaded(const char *name)
{
    struct haul_error err = {0};
    struct theme theme;

    if (theme_load(name, &theme, &err) != HAUL_OK)
        fail_msg("%s", err.text);
    return theme;
}

static void refused(const char *text, const char *sentence)
{
    struct haul_error err = {0};
    struct theme theme;

    if (theme_parse("my.theme", text, strlen(text), &theme, &err) == HAUL_OK)
        fail_msg("not refused: %s", text);
    assert_string_equal(err.text, sentence);
}

/* SENTENCE is without the folder of the configuration. */
static void not_loaded(const char *name, const char *sentence)
{
    struct haul_error err = {0};
    struct theme theme;
    char *at;

    assert_int_not_equal(theme_load(name, &theme, &err), HAUL_OK);
    if ((at = strstr(err.text, home)) != NULL)
        memmove(at, at + strlen(home), strlen(at + strlen(home)) + 1);
    assert_string_equal(err.text, sentence);
}

static void assert_look(struct look look, struct color color, unsigned attributes)
{
    assert_int_equal(look.color.kind, color.kind);
    assert_int_equal(look.color.value, color.value);
    assert_int_equal(look.attributes, attributes);
}

static void assert_same(const struct theme *a, const struct theme *b)
{
    for (size_t depth = 0; depth < THEME_DEPTH_COUNT; depth++) {
        for (size_t role = 0; role < THEME_ROLE_COUNT; role++) {
            assert_look(a->looks[depth][role], b->looks[depth][role].color,
                        b->looks[depth][role].attributes);
            assert_true(
                color_same(a->looks[depth][role].background, b->looks[depth][role].background));
        }
    }
}

static const struct color own = {COLOR_OWN, 0};

static void the_built_in_themes_are_right(void **state)
{
    static const char *const names[] = {"default", "light", "high-contrast", "color-blind", "mono"};

    (void)state;
    assert_int_equal(theme_text_count, COUNT_OF(names));
    for (size_t i = 0; i < COUNT_OF(names); i++)
        (void)loaded(names[i]);
}

/* The one that is documented says all of it: a copy that inherits nothing is the same. */
static void the_sample_is_complete(void **state)
{
    struct theme built_in = loaded("default");

    (void)state;
    for (size_t i = 0; i < theme_text_count; i++) {
        if (strcmp(theme_texts[i].name, "default") != 0)
            continue;
        struct theme copy = parsed(theme_texts[i].text);
        size_t lines = 0;

        assert_same(&copy, &built_in);
        assert_non_null(strstr(theme_texts[i].text, "\ninherits = none\n"));
        for (const char *at = theme_texts[i].text; (at = strstr(at, " = ")) != NULL; at++)
            lines++;
        /* Two of them are in the comment on top, one is "inherits". */
        assert_int_equal(lines, 3 + THEME_ROLE_COUNT * THEME_DEPTH_COUNT);
    }
}

static void without_a_word_a_theme_is_the_default_one(void **state)
{
    struct theme theme = parsed("# nothing\n");
    struct theme built_in = loaded("default");

    (void)state;
    assert_same(&theme, &built_in);
}

static void a_look_has_colour_attributes_and_background(void **state)
{
    struct theme theme = parsed("accent = bold #5fafd7 on 17 underline\n"
                                "text = dim\n"
                                "bad = on red\n"
                                "wait = default reverse\n");
    const struct look *looks = theme.looks[THEME_TRUE];

    (void)state;
    assert_look(looks[STYLE_ACCENT], (struct color){COLOR_RGB, 0x5fafd7},
                LOOK_BOLD | LOOK_UNDERLINE);
    assert_int_equal(looks[STYLE_ACCENT].background.value, 17);
    assert_look(looks[STYLE_TEXT], own, LOOK_DIM);
    assert_look(looks[STYLE_BAD], own, 0);
    assert_int_equal(looks[STYLE_BAD].background.value, 1);
    assert_look(looks[STYLE_WAIT], own, LOOK_REVERSE);
}

static void what_is_said_for_all_is_reduced_and_sections_say_better(void **state)
{
    struct theme theme = parsed("good = #5faf5f\naccent = #5fafd7 bold\n[16]\naccent = yellow\n");
    struct theme built_in = loaded("default");

    (void)state;
    assert_look(theme.looks[THEME_TRUE][STYLE_GOOD], (struct color){COLOR_RGB, 0x5faf5f}, 0);
    assert_look(theme.looks[THEME_256][STYLE_GOOD], (struct color){COLOR_INDEX, 71}, 0);
    assert_look(theme.looks[THEME_16][STYLE_GOOD], (struct color){COLOR_INDEX, 2}, 0);
    assert_look(theme.looks[THEME_8][STYLE_ACCENT], (struct color){COLOR_INDEX, 6}, LOOK_BOLD);
    assert_look(theme.looks[THEME_16][STYLE_ACCENT], (struct color){COLOR_INDEX, 3}, 0);
    /* Attributes alone tell the roles apart there, so colours elsewhere do not touch them. */
    assert_look(theme.looks[THEME_MONO][STYLE_ACCENT], own, LOOK_BOLD);
    assert_look(theme.looks[THEME_16][STYLE_BAD], built_in.looks[THEME_16][STYLE_BAD].color,
                built_in.looks[THEME_16][STYLE_BAD].attributes);
}

/* It might be the one that the terminal has anyway. */
static void a_gray_background_is_reversed_where_grays_are_few(void **state)
{
    struct theme theme = parsed("selected = #eeeeee on #3a3f45 bold\ntext = black on #5fafd7\n");

    (void)state;
    for (unsigned depth = THEME_8; depth <= THEME_16; depth++) {
        const struct look *looks = theme.looks[depth];

        assert_look(looks[THEME_SELECTED], own, LOOK_REVERSE | LOOK_BOLD);
        assert_int_equal(looks[THEME_SELECTED].background.kind, COLOR_OWN);
        assert_int_equal(looks[STYLE_TEXT].background.kind, COLOR_INDEX);
    }
    assert_int_equal(theme.looks[THEME_256][THEME_SELECTED].background.value, 238);
}

static void a_theme_inherits(void **state)
{
    struct theme light = loaded("light");
    struct theme none = parsed("inherits = none\n");

    (void)state;
    theme_write("base", "inherits = light\nbad = magenta\n");
    theme_write("mine", "good = cyan\ninherits = base\n");
    struct theme mine = loaded("mine");
    assert_look(mine.looks[THEME_8][STYLE_GOOD], (struct color){COLOR_INDEX, 6}, 0);
    assert_look(mine.looks[THEME_8][STYLE_BAD], (struct color){COLOR_INDEX, 5}, 0);
    assert_look(mine.looks[THEME_8][STYLE_WAIT], light.looks[THEME_8][STYLE_WAIT].color, 0);
    for (size_t depth = 0; depth < THEME_DEPTH_COUNT; depth++)
        assert_look(none.looks[depth][STYLE_BAD], own, LOOK_BOLD);
    theme_remove("base");
    theme_remove("mine");
}

/* Wherever haul was started. */
static void a_path_to_inherit_from_is_one_from_the_file(void **state)
{
    (void)state;
    theme_write("base", "bad = magenta\n");
    theme_write("middle", "inherits = ../themes/base.theme\n");
    theme_write("mine", "inherits = ./middle.theme\n");
    struct theme mine = loaded("mine");
    assert_look(mine.looks[THEME_8][STYLE_BAD], (struct color){COLOR_INDEX, 5}, 0);
    theme_remove("base");
    theme_remove("middle");
    theme_remove("mine");
}

static void a_path_is_taken_as_one(void **state)
{
    char *path = theme_path("here");

    (void)state;
    theme_write("here", "bad = 208\n");
    struct theme by_path = loaded(path);
    struct theme by_name = loaded("here");
    assert_look(by_path.looks[THEME_256][STYLE_BAD], (struct color){COLOR_INDEX, 208}, 0);
    assert_same(&by_path, &by_name);
    theme_remove("here");
    free(path);
}

static void what_is_wrong_is_told_with_its_line_and_what_was_meant(void **state)
{
    (void)state;
    refused("\nacent = red\n",
            "my.theme, line 2: there is no role \"acent\"; did you mean \"accent\"?");
    refused("inherit = light\n",
            "my.theme, line 1: there is no role \"inherit\"; did you mean \"inherits\"?");
    refused("accent = bleu\n",
            "my.theme, line 1: there is no colour or attribute \"bleu\"; did you mean \"blue\"?");
    refused("accent = red blod\n",
            "my.theme, line 1: there is no colour or attribute \"blod\"; did you mean \"bold\"?");
    refused("accent = 256\n", "my.theme, line 1: colours have the numbers 0 to 255");
    refused("accent = #fff\n",
            "my.theme, line 1: a colour is written #rrggbb, and a comment on a line of its own");
    refused("accent = red # as ever\n",
            "my.theme, line 1: a colour is written #rrggbb, and a comment on a line of its own");
    refused("accent = red blue\n", "my.theme, line 1: one colour is enough, and one behind \"on\"");
    refused("accent =\n", "my.theme, line 1: a look is written: COLOUR [bold] [dim] [underline] "
                          "[reverse] [on COLOUR]");
    refused("accent = red on\n", "my.theme, line 1: a look is written: COLOUR [bold] [dim] "
                                 "[underline] [reverse] [on COLOUR]");
    refused("bad = red\nbad = blue\n", "my.theme, line 2: bad is set already, in line 1");
    refused("inherits = light\ninherits = mono\n",
            "my.theme, line 2: inherits is set already, in line 1");
    refused("[25]\n", "my.theme, line 1: there is no section \"25\"; did you mean \"256\"?");
    refused("[256 \"x\"]\n", "my.theme, line 1: the section is written [256]");
    refused("[mono]\nbad = red\n", "my.theme, line 2: there are no colours in [mono]");
    refused("bad\n", "my.theme, line 1: there is no '='; write: key = value");
}

/* A theme may be from anybody, and the sentence goes to a terminal. */
static void what_is_shown_of_a_theme_is_harmless(void **state)
{
    (void)state;
    refused("accent = \033[31mred\n",
            "my.theme, line 1: there is no colour or attribute \"^[[31mred\"");
    refused("\033]0;x = red\n", "my.theme, line 1: there is no role \"^[]0;x\"");
    refused("inherits = /\033]0;x\n", "can't open the theme /^[]0;x: No such file or directory");
}

static void what_is_nowhere_is_told_with_what_was_meant(void **state)
{
    (void)state;
    theme_write("solar", "bad = red\n");
    not_loaded("ligth", "there is no theme \"ligth\"; did you mean \"light\"?");
    not_loaded("solat", "there is no theme \"solat\"; did you mean \"solar\"?");
    not_loaded("something-else",
               "there is no theme \"something-else\", and no /haul/themes/something-else.theme");
    not_loaded("", "there is no theme \"\", and no /haul/themes/.theme");
    theme_remove("solar");
    not_loaded("/nowhere/x.theme",
               "can't open the theme /nowhere/x.theme: No such file or directory");
    not_loaded("/", "can't read /: Is a directory");
}

static void a_broken_theme_is_told_by_its_own_name(void **state)
{
    (void)state;
    theme_write("broken", "\nbad = rde\n");
    theme_write("mine", "inherits = broken\n");
    not_loaded("mine", "/haul/themes/broken.theme, line 2: there is no colour or attribute "
                       "\"rde\"; did you mean \"red\"?");
    theme_write("mine", "# mine\ninherits = borken\n");
    not_loaded("mine", "/haul/themes/mine.theme, line 2: there is no theme \"borken\"; did you "
                       "mean \"broken\"?");
    theme_remove("broken");
    theme_remove("mine");
}

static void themes_in_a_circle_are_refused(void **state)
{
    (void)state;
    theme_write("a", "inherits = b\n");
    theme_write("b", "inherits = a\n");
    not_loaded("a", "/haul/themes/a.theme, line 1: more than 8 themes inherit from one another");
    theme_remove("a");
    theme_remove("b");
}

static int set_up(void **state)
{
    char *folder;

    (void)state;
    if (!mkdtemp(home))
        return -1;
    setenv("XDG_CONFIG_HOME", home, 1);
    folder = xasprintf("%s/haul", home);
    (void)mkdir(folder, 0700);
    free(folder);
    folder = xasprintf("%s/haul/themes", home);
    (void)mkdir(folder, 0700);
    free(folder);
    return 0;
}

static int tear_down(void **state)
{
    static const char *const folders[] = {"/haul/themes", "/haul", ""};

    (void)state;
    for (size_t i = 0; i < COUNT_OF(folders); i++) {
        char *folder = xasprintf("%s%s", home, folders[i]);

        (void)rmdir(folder);
        free(folder);
    }
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_built_in_themes_are_right),
        cmocka_unit_test(the_sample_is_complete),
        cmocka_unit_test(without_a_word_a_theme_is_the_default_one),
        cmocka_unit_test(a_look_has_colour_attributes_and_background),
        cmocka_unit_test(what_is_said_for_all_is_reduced_and_sections_say_better),
        cmocka_unit_test(a_gray_background_is_reversed_where_grays_are_few),
        cmocka_unit_test(a_theme_inherits),
        cmocka_unit_test(a_path_to_inherit_from_is_one_from_the_file),
        cmocka_unit_test(a_path_is_taken_as_one),
        cmocka_unit_test(what_is_wrong_is_told_with_its_line_and_what_was_meant),
        cmocka_unit_test(what_is_shown_of_a_theme_is_harmless),
        cmocka_unit_test(what_is_nowhere_is_told_with_what_was_meant),
        cmocka_unit_test(a_broken_theme_is_told_by_its_own_name),
        cmocka_unit_test(themes_in_a_circle_are_refused),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
