/* Keys as people write them.
 *
 * One table for both ways: the first name of a key is the one that is shown. Upper and lower case
 * tell letters apart and nothing else. What a terminal sends for Ctrl with a letter may be another
 * key's code (Ctrl-I is Tab, Ctrl-M Enter, Ctrl-H Backspace): it then has that one's name. */

#include "ui/key_name.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "base/str.h"
#include "base/suggest.h"
#include "base/text.h"
#include "ui/input.h"

static const struct {
    const char *name;
    uint32_t key;
} names[] = {
    {"Space", ' '},
    {"Enter", INPUT_ENTER},
    {"Return", INPUT_ENTER},
    {"Esc", INPUT_ESC},
    {"Escape", INPUT_ESC},
    {"Tab", INPUT_TAB},
    {"Shift-Tab", INPUT_BACK_TAB},
    {"S-Tab", INPUT_BACK_TAB},
    {"BackTab", INPUT_BACK_TAB},
    {"Up", INPUT_UP},
    {"Down", INPUT_DOWN},
    {"Left", INPUT_LEFT},
    {"Right", INPUT_RIGHT},
    {"Home", INPUT_HOME},
    {"End", INPUT_END},
    {"PgUp", INPUT_PAGE_UP},
    {"PageUp", INPUT_PAGE_UP},
    {"PgDn", INPUT_PAGE_DOWN},
    {"PageDown", INPUT_PAGE_DOWN},
    {"Ins", INPUT_INSERT},
    {"Insert", INPUT_INSERT},
    {"Del", INPUT_DELETE},
    {"Delete", INPUT_DELETE},
    {"Backspace", INPUT_BACKSPACE},
    {"F1", INPUT_F1},
    {"F2", INPUT_F1 + 1},
    {"F3", INPUT_F1 + 2},
    {"F4", INPUT_F1 + 3},
    {"F5", INPUT_F1 + 4},
    {"F6", INPUT_F1 + 5},
    {"F7", INPUT_F1 + 6},
    {"F8", INPUT_F1 + 7},
    {"F9", INPUT_F1 + 8},
    {"F10", INPUT_F1 + 9},
    {"F11", INPUT_F1 + 10},
    {"F12", INPUT_F1 + 11},
};

static const char *const control_marks[] = {"Ctrl-", "C-", "^"};
static const char *const alt_marks[] = {"Alt-", "M-"};

const char *key_name(uint32_t key, char buf[KEY_NAME_SIZE])
{
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        if (names[i].key == key) {
            str_copy(buf, KEY_NAME_SIZE, names[i].name);
            return buf;
        }
    }
    if (key & INPUT_ALT) {
        char rest[KEY_NAME_SIZE];
        snprintf(buf, KEY_NAME_SIZE, "Alt-%.8s", key_name(key & ~(uint32_t)INPUT_ALT, rest));
    } else if (key < 0x20) {
        snprintf(buf, KEY_NAME_SIZE, "Ctrl-%c", (char)(key + '@'));
    } else {
        (void)text_put(key, buf);
    }
    return buf;
}

/* NAME is exactly one character that can be typed and seen. */
static bool read_character(const char *name, uint32_t *ret_key)
{
    char clean[KEY_NAME_SIZE];
    text_clean(text_raw_from(name), clean, sizeof(clean));
    if (strcmp(clean, name) != 0)
        return false;
    size_t len = text_next(name, ret_key);
    return len > 0 && name[len] == '\0' && *ret_key > ' ' && text_char_width(*ret_key) > 0;
}

/* What is behind one of the COUNT marks at the beginning of NAME; NULL: none is there. */
static const char *behind(const char *name, const char *const *marks, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        size_t len = strlen(marks[i]);
        if (strncasecmp(name, marks[i], len) == 0 && name[len] != '\0')
            return name + len;
    }
    return NULL;
}

/* The keys that send a control character of their own; those of other names are theirs. */
static bool read_control(const char *name, uint32_t *ret_key)
{
    char letter = name[0];
    if (letter >= 'a' && letter <= 'z')
        letter = (char)(letter - 'a' + 'A');
    if (name[1] != '\0' || letter <= '@' || letter > '_')
        return false;
    *ret_key = INPUT_CTRL(letter);
    if (*ret_key == INPUT_CTRL('h'))
        *ret_key = INPUT_BACKSPACE;
    else if (*ret_key == INPUT_CTRL('j'))
        *ret_key = INPUT_ENTER;
    return true;
}

static bool read_named(const char *name, uint32_t *ret_key, const char **ret_meant)
{
    struct suggest suggest;
    suggest_init(&suggest, name);
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        if (strcasecmp(names[i].name, name) == 0) {
            *ret_key = names[i].key;
            return true;
        }
        suggest_consider(&suggest, names[i].name);
    }
    *ret_meant = suggest.best;
    return false;
}

bool key_name_read(const char *name, uint32_t *ret_key, const char **ret_meant)
{
    *ret_meant = NULL;
    if (read_character(name, ret_key))
        return true;
    const char *letter = behind(name, control_marks, COUNT_OF(control_marks));
    if (letter)
        return read_control(letter, ret_key);
    letter = behind(name, alt_marks, COUNT_OF(alt_marks));
    if (!letter)
        return read_named(name, ret_key, ret_meant);
    if (!read_character(letter, ret_key) || *ret_key >= 0x7f)
        return false;
    *ret_key |= INPUT_ALT;
    return true;
}
