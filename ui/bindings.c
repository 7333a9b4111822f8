/* Which keys are bound to what.
 *
 * A line of [keys] replaces all keys of its action. Two lines that give one key two meanings in one
 * place are refused; against a key of the table the user's line wins there, so that a new key of a
 * later haul breaks no configuration. A key that the table has for the action too holds where it
 * holds there, any other one where the action's first key does. Leaving, and closing what is open,
 * can't be without a key: nobody would find the way out. */

#include "ui/bindings.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "base/suggest.h"
#include "base/text.h"
#include "config/config.h"
#include "ui/key_name.h"

#define SHOWN_COLUMNS                                                                              \
    10 /* up to here all keys of a row are shown, else the first of each action                    \
        */
#define SHOWN_SIZE 64
#define SPACES     " \t"

struct binding {
    uint32_t key;
    enum keymap_action action;
    unsigned places; /* 0: the key was given to another action */
    size_t line;     /* of the configuration; 0: from the table */
};

struct bindings {
    struct binding *list;
    size_t count;
    size_t lines[ACT_COUNT]; /* that bind the action */
    size_t taken[ACT_COUNT]; /* that gave a key of it away */
    char (*shown)[SHOWN_SIZE];
    char names[ACT_COUNT][KEY_NAME_SIZE]; /* room for bindings_key() */
};

/* ---- what is shown ---- */

static bool is_same(const struct bindings *bindings, enum keymap_action action)
{
    return bindings->lines[action] == 0 && bindings->taken[action] == 0;
}

/* Adds the names of the keys that ACTION has in PLACES, at most MAX of them. */
static void add_names(const struct bindings *bindings, enum keymap_action action, unsigned places,
                      size_t max, char text[SHOWN_SIZE])
{
    uint32_t keys[BINDINGS_KEYS_MAX];
    size_t count = 0;
    for (size_t i = 0; i < bindings->count && count < MIN(max, COUNT_OF(keys)); i++) {
        const struct binding *binding = &bindings->list[i];
        char name[KEY_NAME_SIZE];
        bool seen = false;
        for (size_t j = 0; j < count; j++)
            seen = seen || keys[j] == binding->key;
        if (binding->action != action || !(binding->places & places) || seen)
            continue;
        keys[count++] = binding->key;
        size_t len = strlen(text);
        snprintf(text + len, SHOWN_SIZE - len, "%s%s", len > 0 ? " " : "",
                 key_name(binding->key, name));
    }
}

/* A row that is shown stands for the ones behind it that are not, and for their actions. */
static size_t row_end(const struct keymap_row *rows, size_t count, size_t row)
{
    size_t end = row + 1;
    while (end < count && !rows[end].name)
        end++;
    return end;
}

static void show_row(struct bindings *bindings, const struct keymap_row *rows, size_t row,
                     size_t end)
{
    char *text = bindings->shown[row];
    bool same = true;
    for (size_t i = row; i < end; i++)
        same = same && is_same(bindings, rows[i].action);
    if (same) {
        str_copy(text, SHOWN_SIZE, rows[row].name);
        return;
    }
    for (size_t max = BINDINGS_KEYS_MAX; max > 0; max = max > 1 ? 1 : 0) {
        text[0] = '\0';
        for (size_t i = row; i < end; i++) {
            if (i == row || rows[i].action != rows[i - 1].action)
                add_names(bindings, rows[i].action, rows[row].places, max, text);
        }
        if (text_width(text) <= SHOWN_COLUMNS)
            return;
    }
}

static void show_all(struct bindings *bindings)
{
    size_t count;
    const struct keymap_row *rows = keymap_table(&count);
    for (size_t row = 0; row < count; row++) {
        if (rows[row].name)
            show_row(bindings, rows, row, row_end(rows, count, row));
    }
    for (size_t i = bindings->count; i > 0; i--) {
        const struct binding *binding = &bindings->list[i - 1];
        if (binding->places != 0)
            key_name(binding->key, bindings->names[binding->action]);
    }
}

/* ---- the table ---- */

static void bind(struct bindings *bindings, uint32_t key, enum keymap_action action,
                 unsigned places, size_t line)
{
    bindings->list = xreallocarray(bindings->list, bindings->count + 1, sizeof(*bindings->list));
    bindings->list[bindings->count++] = (struct binding){key, action, places, line};
}

struct bindings *bindings_new(void)
{
    size_t count;
    const struct keymap_row *rows = keymap_table(&count);
    struct bindings *bindings = xcalloc(1, sizeof(*bindings));
    bindings->shown = xcalloc(count, sizeof(*bindings->shown));
    for (size_t i = 0; i < count; i++)
        bind(bindings, rows[i].key, rows[i].action, rows[i].places, 0);
    show_all(bindings);
    return bindings;
}

void bindings_free(struct bindings *bindings)
{
    if (!bindings)
        return;
    free(bindings->list);
    free(bindings->shown);
    free(bindings);
}

/* ---- the configuration ---- */

static enum haul_err read_action(const struct config *config, const struct config_line *line,
                                 enum keymap_action *ret_action, struct haul_error *err)
{
    struct suggest suggest;
    suggest_init(&suggest, line->key);
    for (enum keymap_action action = ACT_NONE + 1; action < ACT_COUNT; action++) {
        if (strcmp(keymap_name(action), line->key) == 0) {
            *ret_action = action;
            return HAUL_OK;
        }
        suggest_consider(&suggest, keymap_name(action));
    }
    if (suggest.best)
        return config_refuse(config, line->line, err,
                             "keys have no action \"%s\"; did you mean \"%s\"?", line->key,
                             suggest.best);
    return config_refuse(config, line->line, err,
                         "keys have no action \"%s\"; 'haul config' lists them", line->key);
}

/* Reads the key whose name is WORD, LEN bytes long. */
static enum haul_err read_key(const struct config *config, const struct config_line *line,
                              const char *word, size_t len, uint32_t *ret_key,
                              struct haul_error *err)
{
    const char *meant;
    char *name = xstrndup(word, len);
    enum haul_err code = HAUL_OK;
    if (!key_name_read(name, ret_key, &meant)) {
        if (len > 1 && name[len - 1] == ',')
            code = config_refuse(config, line->line, err, "%s: between keys stands a space, no ','",
                                 line->key);
        else if (meant)
            code = config_refuse(config, line->line, err,
                                 "%s: there is no key \"%s\"; did you mean \"%s\"?", line->key,
                                 name, meant);
        else
            code = config_refuse(config, line->line, err,
                                 "%s: there is no key \"%s\"; write p, Ctrl-P, Alt-p, F5, PageUp",
                                 line->key, name);
    }
    free(name);
    return code;
}

/* Where KEY works for ACTION: see the head of this file. */
static unsigned places_of(enum keymap_action action, uint32_t key)
{
    size_t count;
    const struct keymap_row *rows = keymap_table(&count);
    const struct keymap_row *first = NULL;
    unsigned places = 0;
    unsigned usual = 0;
    for (size_t i = 0; i < count; i++) {
        if (rows[i].action != action)
            continue;
        first = first ? first : &rows[i];
        places |= rows[i].key == key ? rows[i].places : 0;
        usual |= rows[i].key == first->key ? rows[i].places : 0;
    }
    return places != 0 ? places : usual;
}

/* Another line of the user's that has KEY in one of PLACES; NULL: none. */
static const struct binding *conflict(const struct bindings *bindings, uint32_t key,
                                      enum keymap_action action, unsigned places)
{
    for (size_t i = 0; i < bindings->count; i++) {
        const struct binding *binding = &bindings->list[i];
        if (binding->line != 0 && binding->key == key && binding->action != action &&
            (binding->places & places))
            return binding;
    }
    return NULL;
}

static enum haul_err bind_key(struct bindings *bindings, const struct config *config,
                              const struct config_line *line, enum keymap_action action,
                              uint32_t key, struct haul_error *err)
{
    char name[KEY_NAME_SIZE];
    unsigned places = places_of(action, key);
    const struct binding *other = conflict(bindings, key, action, places);
    if (other)
        return config_refuse(config, line->line, err,
                             "%s: the key %s is that of \"%s\" already, in line %zu", line->key,
                             key_name(key, name), keymap_name(other->action), other->line);
    uint32_t keys[BINDINGS_KEYS_MAX];
    if (bindings_keys(bindings, action, keys) == COUNT_OF(keys))
        return config_refuse(config, line->line, err, "%s: at most %zu keys", line->key,
                             COUNT_OF(keys));
    bind(bindings, key, action, places, line->line);
    return HAUL_OK;
}

static void unbind(struct bindings *bindings, enum keymap_action action)
{
    for (size_t i = 0; i < bindings->count; i++) {
        if (bindings->list[i].action == action)
            bindings->list[i].places = 0;
    }
}

static enum haul_err read_keys(struct bindings *bindings, const struct config *config,
                               const struct config_line *line, enum keymap_action action,
                               struct haul_error *err)
{
    const char *word = line->value + strspn(line->value, SPACES);
    if (word[0] == '\0')
        return config_refuse(config, line->line, err, "%s: no key; to have none, write: none",
                             line->key);
    if (strcmp(word, "none") == 0)
        return HAUL_OK;
    while (word[0] != '\0') {
        size_t len = strcspn(word, SPACES);
        uint32_t key;
        enum haul_err code = read_key(config, line, word, len, &key, err);
        if (code == HAUL_OK)
            code = bind_key(bindings, config, line, action, key, err);
        if (code != HAUL_OK)
            return code;
        word += len;
        word += strspn(word, SPACES);
    }
    return HAUL_OK;
}

static enum haul_err read_line(struct bindings *bindings, const struct config *config,
                               const struct config_line *line, struct haul_error *err)
{
    enum keymap_action action = ACT_NONE;
    enum haul_err code = read_action(config, line, &action, err);
    if (code != HAUL_OK)
        return code;
    if (bindings->lines[action] != 0)
        return config_refuse(config, line->line, err, "the keys of %s are set already, in line %zu",
                             line->key, bindings->lines[action]);
    bindings->lines[action] = line->line;
    unbind(bindings, action);
    return read_keys(bindings, config, line, action, err);
}

/* What the table has for a key that the user bound ends where that one holds. */
static void yield(struct bindings *bindings)
{
    for (size_t i = 0; i < bindings->count; i++) {
        struct binding *binding = &bindings->list[i];
        if (binding->line != 0 || binding->places == 0)
            continue;
        for (size_t j = 0; j < bindings->count; j++) {
            const struct binding *other = &bindings->list[j];
            if (other->line == 0 || other->key != binding->key ||
                !(other->places & binding->places))
                continue;
            binding->places &= ~other->places;
            size_t *taken = &bindings->taken[binding->action];
            *taken = MAX(*taken, other->line);
        }
    }
}

/* The places where ACTION has a key. */
static unsigned reach(const struct bindings *bindings, enum keymap_action action)
{
    unsigned places = 0;
    for (size_t i = 0; i < bindings->count; i++)
        places |= bindings->list[i].action == action ? bindings->list[i].places : 0;
    return places;
}

static enum haul_err check_way_out(const struct bindings *bindings, const struct config *config,
                                   struct haul_error *err)
{
    static const struct {
        enum keymap_action action;
        unsigned places;
    } needed[] = {{ACT_QUIT, PLACE_LIST}, {ACT_BACK, PLACE_ANY & ~(unsigned)PLACE_LIST}};
    for (size_t i = 0; i < COUNT_OF(needed); i++) {
        enum keymap_action action = needed[i].action;
        size_t line = MAX(bindings->lines[action], bindings->taken[action]);
        if ((needed[i].places & ~reach(bindings, action)) == 0)
            continue;
        return config_refuse(config, line, err, "this leaves \"%s\" without a key; give it one",
                             keymap_name(action));
    }
    return HAUL_OK;
}

enum haul_err bindings_read(struct bindings *bindings, const struct config *config,
                            struct haul_error *err)
{
    struct config_line line;
    size_t cursor = 0;
    enum haul_err code = HAUL_OK;
    while (code == HAUL_OK && config_next(config, "keys", &cursor, &line))
        code = read_line(bindings, config, &line, err);
    if (code != HAUL_OK)
        return code;
    yield(bindings);
    memset(bindings->names, 0, sizeof(bindings->names));
    show_all(bindings);
    return check_way_out(bindings, config, err);
}

/* ---- what is bound ---- */

enum keymap_action bindings_find(const struct bindings *bindings, uint32_t key,
                                 enum keymap_place place)
{
    for (size_t i = 0; i < bindings->count; i++) {
        const struct binding *binding = &bindings->list[i];
        if (binding->key == key && (binding->places & place))
            return binding->action;
    }
    return ACT_NONE;
}

const char *bindings_shown(const struct bindings *bindings, size_t row)
{
    return bindings->shown[row];
}

const char *bindings_key(const struct bindings *bindings, enum keymap_action action)
{
    return bindings->names[action];
}

size_t bindings_keys(const struct bindings *bindings, enum keymap_action action,
                     uint32_t ret_keys[BINDINGS_KEYS_MAX])
{
    size_t count = 0;
    for (size_t i = 0; i < bindings->count && count < BINDINGS_KEYS_MAX; i++) {
        const struct binding *binding = &bindings->list[i];
        bool seen = binding->action != action || binding->places == 0;
        for (size_t j = 0; j < count && !seen; j++)
            seen = ret_keys[j] == binding->key;
        if (!seen)
            ret_keys[count++] = binding->key;
    }
    return count;
}

size_t bindings_line(const struct bindings *bindings, enum keymap_action action)
{
    return bindings->lines[action];
}

size_t bindings_taken(const struct bindings *bindings, enum keymap_action action)
{
    return bindings->taken[action];
}
