/* What a user binds keys to: names of keys, lines of [keys], and what is refused. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/mem.h"
#include "config/config.h"
#include "ui/bindings.h"
#include "ui/input.h"
#include "ui/key_name.h"

/* The bindings of a configuration that says TEXT; NULL with a sentence in ERR when it is refused.
 */
static struct bindings *bound(const char *text, struct haul_error *err)
{
    char path[] = "/tmp/bindings-XXXXXX";
    int fd = mkstemp(path);
    struct config *config = NULL;
    struct bindings *bindings = bindings_new();

    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, strlen(text)), strlen(text));
    close(fd);
    if (config_load(path, &config, err) != HAUL_OK)
        fail_msg("%s", err->text);
    unlink(path);
    if (bindings_read(bindings, config, err) != HAUL_OK) {
        bindings_free(bindings);
        bindings = NULL;
    }
    config_free(config);
    return bindings;
}

static struct bindings *accepted(const char *text)
{
    struct haul_error err = {0};
    struct bindings *bindings = bound(text, &err);

    if (!bindings)
        fail_msg("%s", err.text);
    return bindings;
}

static void refused(const char *text, const char *why)
{
    struct haul_error err = {0};
    struct bindings *bindings = bound(text, &err);

    if (bindings)
        fail_msg("not refused: %s", text);
    if (!strstr(err.text, why))
        fail_msg("\"%s\" is not in \"%s\"", why, err.text);
}

/* What is shown for ACTION in PLACE. */
static const char *shown(const struct bindings *bindings, enum keymap_action action, unsigned place)
{
    size_t count;
    const struct keymap_row *rows = keymap_table(&count);

    for (size_t i = 0; i < count; i++) {
        if (rows[i].name && rows[i].action == action && (rows[i].places & place))
            return bindings_shown(bindings, i);
    }
    fail_msg("action %d is not shown", (int)action);
    return NULL;
}

static uint32_t key_of(const char *name)
{
    const char *meant;
    uint32_t key = 0;

    if (!key_name_read(name, &key, &meant))
        fail_msg("%s is no key", name);
    return key;
}

static void keys_have_the_names_people_write(void **state)
{
    static const struct {
        const char *name;
        uint32_t key;
    } known[] = {
        {"p", 'p'},
        {"P", 'P'},
        {"#", '#'},
        {"\xc3\xb6", 0xf6},
        {"C-x", INPUT_CTRL('x')},
        {"Ctrl-X", INPUT_CTRL('x')},
        {"^x", INPUT_CTRL('x')},
        {"^", '^'},
        {"C-h", INPUT_BACKSPACE},
        {"C-i", INPUT_TAB},
        {"C-j", INPUT_ENTER},
        {"C-[", INPUT_ESC},
        {"M-x", INPUT_ALT | 'x'},
        {"Alt-X", INPUT_ALT | 'X'},
        {"f5", INPUT_F1 + 4},
        {"F12", INPUT_F12},
        {"pageup", INPUT_PAGE_UP},
        {"PgUp", INPUT_PAGE_UP},
        {"Space", ' '},
        {"S-Tab", INPUT_BACK_TAB},
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(known); i++)
        assert_int_equal(key_of(known[i].name), known[i].key);
}

static void the_name_of_each_key_is_read_back(void **state)
{
    static const uint32_t codes[] = {0xf6, 0x20ac, 0x1f600, INPUT_ALT | '~'};
    char name[KEY_NAME_SIZE];

    (void)state;
    for (uint32_t key = 1; key < 0x7f; key++) {
        uint32_t seen = key_of(key_name(key, name));
        /* The codes of Ctrl-H and Ctrl-J are never sent as such: see ui/input.c. */
        if (key != INPUT_CTRL('h') && key != INPUT_CTRL('j'))
            assert_int_equal(seen, key);
    }
    for (uint32_t key = INPUT_UP; key <= INPUT_F12; key++)
        assert_int_equal(key_of(key_name(key, name)), key);
    for (size_t i = 0; i < COUNT_OF(codes); i++)
        assert_int_equal(key_of(key_name(codes[i], name)), codes[i]);
}

static void what_is_no_key_is_not_read(void **state)
{
    static const char *const wrong[] = {"",     "pp",  "C-",       "C-xx",         "C-1",     "M-",
                                        "M-xx", "F13", "\xc2\x80", "\xe2\x80\xae", "\xcc\x81"};
    const char *meant;
    uint32_t key;

    (void)state;
    for (size_t i = 0; i < COUNT_OF(wrong); i++) {
        if (key_name_read(wrong[i], &key, &meant))
            fail_msg("\"%s\" was read as a key", wrong[i]);
    }
    assert_false(key_name_read("PagDown", &key, &meant));
    assert_string_equal(meant, "PageDown");
}

static void keys_hold_only_in_their_place(void **state)
{
    struct bindings *table = bindings_new();

    (void)state;
    assert_int_equal(bindings_find(table, 'd', PLACE_LIST), ACT_REMOVE);
    assert_int_equal(bindings_find(table, 'd', PLACE_SHEET), ACT_FOLDER);
    assert_int_equal(bindings_find(table, 'd', PLACE_HELP), ACT_NONE);
    assert_int_equal(bindings_find(table, 'q', PLACE_LIST), ACT_QUIT);
    assert_int_equal(bindings_find(table, 'q', PLACE_SHEET), ACT_BACK);
    assert_int_equal(bindings_find(table, INPUT_CTRL('c'), PLACE_SHEET), ACT_QUIT);
    bindings_free(table);
}

/* In each place, the letters of vi and the keys of the keyboard. */
static void letters_and_arrows_move_everywhere(void **state)
{
    static const struct {
        uint32_t letter, key;
        enum keymap_action action;
    } moves[] = {
        {'j', INPUT_DOWN, ACT_DOWN},
        {'k', INPUT_UP, ACT_UP},
        {'g', INPUT_HOME, ACT_TOP},
        {'G', INPUT_END, ACT_BOTTOM},
        {INPUT_CTRL('f'), INPUT_PAGE_DOWN, ACT_PAGE_DOWN},
        {INPUT_CTRL('b'), INPUT_PAGE_UP, ACT_PAGE_UP},
    };
    struct bindings *table = bindings_new();

    (void)state;
    for (size_t i = 0; i < COUNT_OF(moves); i++) {
        for (unsigned place = 1; place < PLACE_ANY; place <<= 1) {
            enum keymap_place one = (enum keymap_place)place;
            assert_int_equal(bindings_find(table, moves[i].letter, one), moves[i].action);
            assert_int_equal(bindings_find(table, moves[i].key, one), moves[i].action);
        }
    }
    bindings_free(table);
}

static void a_line_replaces_all_keys_of_its_action(void **state)
{
    uint32_t keys[BINDINGS_KEYS_MAX];
    struct bindings *bindings = accepted("[keys]\nremove = F8 \t D\n");

    (void)state;
    assert_int_equal(bindings_find(bindings, INPUT_F1 + 7, PLACE_LIST), ACT_REMOVE);
    assert_int_equal(bindings_find(bindings, 'D', PLACE_DETAIL), ACT_REMOVE);
    assert_int_equal(bindings_find(bindings, 'd', PLACE_LIST), ACT_NONE);
    assert_int_equal(bindings_find(bindings, INPUT_DELETE, PLACE_LIST), ACT_NONE);
    assert_int_equal(bindings_find(bindings, 'D', PLACE_SHEET), ACT_NONE);
    assert_int_equal(bindings_find(bindings, 'd', PLACE_SHEET), ACT_FOLDER);
    assert_int_equal(bindings_keys(bindings, ACT_REMOVE, keys), 2);
    assert_int_equal(bindings_line(bindings, ACT_REMOVE), 2);
    assert_string_equal(shown(bindings, ACT_REMOVE, PLACE_LIST), "F8 D");
    bindings_free(bindings);
}

static void none_unbinds_and_is_not_shown(void **state)
{
    uint32_t keys[BINDINGS_KEYS_MAX];
    struct bindings *bindings = accepted("[keys]\nstop = none\n");

    (void)state;
    assert_int_equal(bindings_find(bindings, 'Q', PLACE_LIST), ACT_NONE);
    assert_int_equal(bindings_keys(bindings, ACT_STOP, keys), 0);
    assert_string_equal(shown(bindings, ACT_STOP, PLACE_LIST), "");
    bindings_free(bindings);
}

static void a_key_of_the_table_yields_to_the_user(void **state)
{
    struct bindings *bindings = accepted("[keys]\nremove = x\n");

    (void)state;
    assert_int_equal(bindings_find(bindings, 'x', PLACE_LIST), ACT_REMOVE);
    assert_int_equal(bindings_find(bindings, 'x', PLACE_SHEET), ACT_DROP);
    assert_int_equal(bindings_taken(bindings, ACT_CANCEL), 2);
    assert_string_equal(shown(bindings, ACT_CANCEL, PLACE_LIST), "");
    bindings_free(bindings);
}

static void a_key_that_the_table_has_too_keeps_its_places(void **state)
{
    struct bindings *bindings = accepted("[keys]\nback = Esc q\nquit = q F10 C-c\n");

    (void)state;
    assert_int_equal(bindings_find(bindings, 'q', PLACE_HELP), ACT_BACK);
    assert_int_equal(bindings_find(bindings, 'q', PLACE_LIST), ACT_QUIT);
    assert_int_equal(bindings_find(bindings, INPUT_F1 + 9, PLACE_LIST), ACT_QUIT);
    assert_int_equal(bindings_find(bindings, INPUT_CTRL('c'), PLACE_SHEET), ACT_QUIT);
    bindings_free(bindings);
}

/* "J K" stands for two actions; only one of them has other keys now. */
static void rows_of_two_actions_show_both(void **state)
{
    struct bindings *bindings = accepted("[keys]\nmove-up = M-k\npage-up = C-u\n");

    (void)state;
    assert_string_equal(shown(bindings, ACT_MOVE_DOWN, PLACE_LIST), "J Alt-k");
    /* All of them would not fit: the first of each. */
    assert_string_equal(shown(bindings, ACT_PAGE_DOWN, PLACE_LIST), "PgDn Ctrl-U");
    assert_string_equal(shown(bindings, ACT_DOWN, PLACE_LIST), "j k");
    assert_string_equal(bindings_key(bindings, ACT_MOVE_UP), "Alt-k");
    assert_string_equal(bindings_key(bindings, ACT_ADD), "a");
    bindings_free(bindings);
}

static void mistakes_tell_the_line_and_what_was_meant(void **state)
{
    (void)state;
    refused("[keys]\n\npuase = p\n",
            "line 3: keys have no action \"puase\"; did you mean \"pause\"");
    refused("[keys]\nfrobnicate = p\n",
            "line 2: keys have no action \"frobnicate\"; 'haul config'");
    refused("[keys]\npause = PagDown\n",
            "pause: there is no key \"PagDown\"; did you mean \"PageDown\"");
    refused("[keys]\npause = walrus\n", "pause: there is no key \"walrus\"; write");
    refused("[keys]\npause = p, F5\n", "between keys stands a space");
    refused("[keys]\npause =\n", "write: none");
    refused("[keys]\npause = none p\n", "there is no key \"none\"");
    refused("[keys]\npause = p\npause = F5\n",
            "line 3: the keys of pause are set already, in line 2");
    refused("[keys]\npause = 1 2 3 4 5 6 7 8 9\n", "at most 8 keys");
}

static void two_lines_for_one_key_are_a_conflict(void **state)
{
    (void)state;
    refused("[keys]\npause = F5\nretry = r F5\n",
            "line 3: retry: the key F5 is that of \"pause\" already, in line 2");
    /* In places apart from each other there is none. */
    bindings_free(accepted("[keys]\nremove = F8\nfolder = F8\n"));
}

static void nobody_is_locked_in(void **state)
{
    (void)state;
    refused("[keys]\nquit = none\n", "line 2: this leaves \"quit\" without a key");
    refused("[keys]\nadd = a\nback = none\n", "line 3: this leaves \"back\" without a key");
    refused("[keys]\npause = C-c\nretry = q\n", "line 3: this leaves \"quit\" without a key");
    refused("[keys]\nup = Esc\n", "line 2: this leaves \"back\" without a key");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keys_have_the_names_people_write),
        cmocka_unit_test(the_name_of_each_key_is_read_back),
        cmocka_unit_test(what_is_no_key_is_not_read),
        cmocka_unit_test(keys_hold_only_in_their_place),
        cmocka_unit_test(letters_and_arrows_move_everywhere),
        cmocka_unit_test(a_line_replaces_all_keys_of_its_action),
        cmocka_unit_test(none_unbinds_and_is_not_shown),
        cmocka_unit_test(a_key_of_the_table_yields_to_the_user),
        cmocka_unit_test(a_key_that_the_table_has_too_keeps_its_places),
        cmocka_unit_test(rows_of_two_actions_show_both),
        cmocka_unit_test(mistakes_tell_the_line_and_what_was_meant),
        cmocka_unit_test(two_lines_for_one_key_are_a_conflict),
        cmocka_unit_test(nobody_is_locked_in),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
