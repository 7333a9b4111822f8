/* The values of options: the only parser of them, and how they live in the structs of their scopes.
 *
 * A value is text in the form a user types until haul_option_set() has accepted it. The sentence of
 * a refusal never repeats a secret value. What there is to set stands in options.c.
 */
#include "haul/options.h"

#include <assert.h>
#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/fmt.h"
#include "base/mem.h"
#include "base/path.h"
#include "base/str.h"
#include "base/text.h"
#include "base/when.h"
#include "config/run_options.h"

#define SHOWN_SIZE 100 /* of a value in a sentence */

/* The field of a row, as what its type says it is. */
union field {
    void *at;
    bool *flag;
    int64_t *number; /* unsigned fields too: their values stay below INT64_MAX */
    char **text;
    struct haul_strings *list;
    unsigned *choice; /* each of the enums has the size of this */
};

static_assert(sizeof(enum haul_if_exists) == sizeof(unsigned), "choices are stored as unsigned");
static_assert(sizeof(enum haul_priority) == sizeof(unsigned), "choices are stored as unsigned");
static_assert(sizeof(enum run_progress) == sizeof(unsigned), "choices are stored as unsigned");

static union field field_of(const struct haul_option *option, const void *target)
{
    /* Callers with a const target only read through this. */
    return (union field){.at = (char *)(uintptr_t)target + option->offset};
}

static struct haul_given *given_of(const struct haul_option *option, const void *target)
{
    static const size_t offsets[HAUL_SCOPE_COUNT] = {
        [HAUL_SCOPE_ITEM] = offsetof(struct haul_options, given),
        [HAUL_SCOPE_SESSION] = offsetof(struct haul_settings, given),
        [HAUL_SCOPE_CLIENT] = offsetof(struct run_options, given),
    };
    return (struct haul_given *)(void *)((char *)(uintptr_t)target + offsets[option->scope]);
}

static size_t row_of(const struct haul_option *option)
{
    size_t count;

    return (size_t)(option - haul_option_table(&count));
}

static bool has_bit(const struct haul_given *given, size_t row)
{
    return (given->bits[row / 64] >> (row % 64) & 1) != 0;
}

bool haul_option_marked(const struct haul_option *option, const struct haul_given *given)
{
    return has_bit(given, row_of(option));
}

bool haul_option_given(const struct haul_option *option, const void *target)
{
    return has_bit(given_of(option, target), row_of(option));
}

static void mark(struct haul_given *given, size_t row, bool yes)
{
    uint64_t bit = UINT64_C(1) << (row % 64);
    uint64_t *word = &given->bits[row / 64];

    *word = yes ? *word | bit : *word & ~bit;
}

void haul_option_mark(const struct haul_option *option, void *target, bool given)
{
    mark(given_of(option, target), row_of(option), given);
}

bool haul_given_any(const struct haul_given *given)
{
    for (size_t i = 0; i < COUNT_OF(given->bits); i++) {
        if (given->bits[i] != 0)
            return true;
    }
    return false;
}

static void strings_add(struct haul_strings *list, const char *value)
{
    list->items = xreallocarray(list->items, list->count + 1, sizeof(*list->items));
    list->items[list->count++] = xstrdup(value);
}

static void strings_fini(struct haul_strings *list)
{
    for (size_t i = 0; i < list->count; i++)
        secret_free(list->items[i]);
    free(list->items);
    *list = (struct haul_strings){0};
}

/* "NAME: "VALUE" EXPECTED", without the value of a secret. */
static enum haul_err refuse(const struct haul_option *option, const char *value,
                            const char *expected, struct haul_error *err)
{
    char shown[SHOWN_SIZE]; /* what is wrong must not be cut off behind a long value */

    if (option->secret)
        return haul_fail(err, HAUL_E_BAD_OPTION, "%s: the value %s", option->name, expected);
    text_clean(text_raw_from(value), shown, sizeof shown);
    return haul_fail(err, HAUL_E_BAD_OPTION, "%s: \"%s\" %s", option->name, shown, expected);
}

static enum haul_err set_flag(const struct haul_option *option, bool *flag, const char *value,
                              struct haul_error *err)
{
    bool yes = strcmp(value, "true") == 0 || strcmp(value, "yes") == 0;

    if (!yes && strcmp(value, "false") != 0 && strcmp(value, "no") != 0)
        return refuse(option, value, "is neither true nor false", err);
    *flag = yes;
    return HAUL_OK;
}

/* Checks a number against the row's range and stores it. WHAT names the kind: "a number". */
static enum haul_err set_in_range(const struct haul_option *option, int64_t *field, int64_t number,
                                  const char *value, const char *what, struct haul_error *err)
{
    char expected[128];

    if (number >= option->min && (option->max == 0 || number <= option->max)) {
        *field = number;
        return HAUL_OK;
    }
    if (option->max == 0)
        snprintf(expected, sizeof(expected), "is not %s of at least %" PRId64, what, option->min);
    else
        snprintf(expected, sizeof(expected), "is not %s from %" PRId64 " to %" PRId64, what,
                 option->min, option->max);
    return refuse(option, value, expected, err);
}

static enum haul_err set_number(const struct haul_option *option, int64_t *field, const char *value,
                                struct haul_error *err)
{
    bool negative = *value == '-';
    uint64_t digits;

    if (!str_to_u64(value + negative, &digits, NULL) || digits > INT64_MAX)
        return refuse(option, value, "is not a whole number", err);
    return set_in_range(option, field, negative ? -(int64_t)digits : (int64_t)digits, value,
                        "a number", err);
}

static enum haul_err set_seconds(const struct haul_option *option, int64_t *field,
                                 const char *value, struct haul_error *err)
{
    uint64_t seconds;

    if (!fmt_parse_seconds(value, &seconds) || seconds > INT64_MAX)
        return refuse(option, value, "is not a time like 90, 90s, 5m, 1h or 30d", err);
    return set_in_range(option, field, (int64_t)seconds, value, "a number of seconds", err);
}

/* The place of VALUE among the row's choices, -1: it is none of them. */
static int choice_of(const struct haul_option *option, const char *value)
{
    for (int i = 0; option->choices && option->choices[i] != NULL; i++) {
        if (strcmp(option->choices[i], value) == 0)
            return i;
    }
    return -1;
}

/* "is not one of a, b": into BUF. */
static void list_choices(const struct haul_option *option, char *buf, size_t size)
{
    str_copy(buf, size, "is not one of");
    for (unsigned i = 0; option->choices[i] != NULL; i++) {
        size_t len = strlen(buf);

        snprintf(buf + len, size - len, "%s %s", i == 0 ? "" : ",", option->choices[i]);
    }
}

static enum haul_err refuse_time(const struct haul_option *option, const char *value,
                                 const char *wrong, struct haul_error *err)
{
    char expected[256];
    size_t len;

    if (!option->choices)
        return refuse(option, value, wrong, err);
    list_choices(option, expected, sizeof expected);
    len = strlen(expected);
    snprintf(expected + len, sizeof expected - len, ", and %s", wrong);
    return refuse(option, value, expected, err);
}

/* Whole seconds, as it is written; a part of one is waited out. */
static enum haul_err set_time(const struct haul_option *option, int64_t *field, const char *value,
                              struct haul_error *err)
{
    int choice = choice_of(option, value);
    const char *wrong = NULL;
    int64_t when;

    if (choice >= 0) {
        *field = choice;
        return HAUL_OK;
    }
    if (!when_parse(value, clock_wall(&clock_system), &when, &wrong))
        return refuse_time(option, value, wrong, err);
    *field = (when + 999) / 1000 * 1000;
    return HAUL_OK;
}

static enum haul_err set_bytes(const struct haul_option *option, int64_t *field, const char *value,
                               struct haul_error *err)
{
    uint64_t bytes;

    if (!fmt_parse_size(value, &bytes) || bytes > INT64_MAX)
        return refuse(option, value, "is not a number of bytes like 500K, 20M or 1.5G", err);
    return set_in_range(option, field, (int64_t)bytes, value, "a number of bytes", err);
}

static enum haul_err set_choice(const struct haul_option *option, unsigned *field,
                                const char *value, struct haul_error *err)
{
    int choice = choice_of(option, value);
    char expected[128];

    if (choice < 0) {
        list_choices(option, expected, sizeof expected);
        return refuse(option, value, expected, err);
    }
    *field = (unsigned)choice;
    return HAUL_OK;
}

static enum haul_err set_field(const struct haul_option *option, union field field,
                               const char *value, struct haul_error *err)
{
    const char *wrong = option->check != NULL ? option->check(value) : NULL;

    if (wrong != NULL)
        return refuse(option, value, wrong, err);
    switch (option->type) {
    case HAUL_OPTION_FLAG:
        return set_flag(option, field.flag, value, err);
    case HAUL_OPTION_NUMBER:
        return set_number(option, field.number, value, err);
    case HAUL_OPTION_SECONDS:
        return set_seconds(option, field.number, value, err);
    case HAUL_OPTION_TIME:
        return set_time(option, field.number, value, err);
    case HAUL_OPTION_SIZE:
    case HAUL_OPTION_RATE:
        return set_bytes(option, field.number, value, err);
    case HAUL_OPTION_TEXT:
        xstrset(field.text, value);
        return HAUL_OK;
    case HAUL_OPTION_LIST:
        strings_add(field.list, value);
        return HAUL_OK;
    case HAUL_OPTION_CHOICE:
        return set_choice(option, field.choice, value, err);
    case HAUL_OPTION_TYPE_COUNT:
        break;
    }
    return haul_fail(err, HAUL_E_INTERNAL, "%s: an option without a type", option->name);
}

/* Of flags that exclude each other the last one that is true counts. */
static void take_back_other(const struct haul_option *option, void *target)
{
    if (option->instead_of && *field_of(option, target).flag)
        *field_of(haul_option_find(option->instead_of), target).flag = false;
}

enum haul_err haul_option_set(const struct haul_option *option, void *target, const char *value,
                              struct haul_error *err)
{
    enum haul_err code = set_field(option, field_of(option, target), value, err);

    if (code != HAUL_OK)
        return code;
    haul_option_mark(option, target, true);
    take_back_other(option, target);
    return HAUL_OK;
}

/* The shortest form that parses back to the same number of bytes. */
static char *bytes_text(uint64_t bytes)
{
    static const char suffixes[] = {'T', 'G', 'M', 'K'};

    for (size_t i = 0; i < sizeof(suffixes) && bytes != 0; i++) {
        uint64_t unit = UINT64_C(1) << (10 * (sizeof(suffixes) - i));
        if (bytes % unit == 0)
            return xasprintf("%" PRIu64 "%c", bytes / unit, suffixes[i]);
    }
    return xasprintf("%" PRIu64, bytes);
}

/* What its choices are, or a time. */
static char *time_text(const struct haul_option *option, int64_t when)
{
    char text[FMT_SIZE];

    for (int64_t i = 0; option->choices && option->choices[i] != NULL; i++) {
        if (i == when)
            return xstrdup(option->choices[i]);
    }
    return xstrdup(when == 0 ? "now" : fmt_time(when, text));
}

char *haul_option_get(const struct haul_option *option, const void *target, size_t nth)
{
    union field field = field_of(option, target);

    if (option->type == HAUL_OPTION_LIST)
        return nth < field.list->count ? xstrdup(field.list->items[nth]) : NULL;
    if (nth > 0)
        return NULL;
    switch (option->type) {
    case HAUL_OPTION_FLAG:
        return xstrdup(*field.flag ? "true" : "false");
    case HAUL_OPTION_NUMBER:
    case HAUL_OPTION_SECONDS:
        return xasprintf("%" PRId64, *field.number);
    case HAUL_OPTION_TIME:
        return time_text(option, *field.number);
    case HAUL_OPTION_SIZE:
    case HAUL_OPTION_RATE:
        return bytes_text((uint64_t)*field.number);
    case HAUL_OPTION_CHOICE:
        return xstrdup(option->choices[*field.choice]);
    default:
        return xstrdup(*field.text != NULL ? *field.text : "");
    }
}

/* Frees what the row's field owns and leaves it empty. */
static void field_clear(const struct haul_option *option, void *target)
{
    union field field = field_of(option, target);

    if (option->type == HAUL_OPTION_LIST) {
        strings_fini(field.list);
    } else if (option->type == HAUL_OPTION_TEXT) {
        secret_free(*field.text);
        *field.text = NULL;
    }
}

void haul_option_clear(const struct haul_option *option, void *target)
{
    union field field = field_of(option, target);

    field_clear(option, target);
    if (option->initial != NULL && set_field(option, field, option->initial, NULL) != HAUL_OK)
        abort();
    haul_option_mark(option, target, false);
}

void haul_option_copy(const struct haul_option *option, void *to, const void *from)
{
    union field target = field_of(option, to);
    union field source = field_of(option, from);

    field_clear(option, to);
    switch (option->type) {
    case HAUL_OPTION_FLAG:
        *target.flag = *source.flag;
        break;
    case HAUL_OPTION_TEXT:
        xstrset(target.text, *source.text);
        break;
    case HAUL_OPTION_LIST:
        for (size_t i = 0; i < source.list->count; i++)
            strings_add(target.list, source.list->items[i]);
        break;
    case HAUL_OPTION_CHOICE:
        *target.choice = *source.choice;
        break;
    default:
        *target.number = *source.number;
        break;
    }
}

/* Sets the defaults of every row of SCOPE in a zeroed TARGET; none counts as given. */
static void scope_init(enum haul_option_scope scope, void *target)
{
    size_t count;
    const struct haul_option *rows = haul_option_table(&count);

    for (size_t i = 0; i < count; i++) {
        if (rows[i].scope != scope || rows[i].initial == NULL)
            continue;
        enum haul_err code = set_field(&rows[i], field_of(&rows[i], target), rows[i].initial, NULL);
        assert(code == HAUL_OK);
        (void)code;
    }
}

static void scope_fini(enum haul_option_scope scope, void *target)
{
    size_t count;
    const struct haul_option *rows = haul_option_table(&count);

    for (size_t i = 0; i < count; i++) {
        if (rows[i].scope == scope)
            field_clear(&rows[i], target);
    }
}

struct haul_options *haul_options_new(void)
{
    struct haul_options *options = xcalloc(1, sizeof(*options));

    options->refs = 1;
    scope_init(HAUL_SCOPE_ITEM, options);
    return options;
}

struct haul_options *haul_options_ref(struct haul_options *options)
{
    options->refs++;
    return options;
}

void haul_options_unref(struct haul_options *options)
{
    if (options == NULL || --options->refs > 0)
        return;
    scope_fini(HAUL_SCOPE_ITEM, options);
    free(options);
}

struct haul_options *haul_options_copy(const struct haul_options *options)
{
    struct haul_options *copy = xcalloc(1, sizeof(*copy));
    size_t count;
    const struct haul_option *rows = haul_option_table(&count);

    copy->refs = 1;
    copy->given = options->given;
    for (size_t i = 0; i < count; i++) {
        if (rows[i].scope == HAUL_SCOPE_ITEM)
            haul_option_copy(&rows[i], copy, options);
    }
    return copy;
}

static void copy_given(enum haul_option_scope scope, void *to, const void *from)
{
    size_t count;
    const struct haul_option *rows = haul_option_table(&count);

    for (size_t i = 0; i < count; i++) {
        if (rows[i].scope != scope || !haul_option_given(&rows[i], from))
            continue;
        haul_option_copy(&rows[i], to, from);
        haul_option_mark(&rows[i], to, true);
        take_back_other(&rows[i], to);
    }
}

static void settle_file(char **path)
{
    char *absolute = *path ? path_absolute(*path) : NULL;

    xstrset(path, absolute);
    free(absolute);
}

void haul_options_settle_files(struct haul_options *options)
{
    settle_file(&options->cacert);
    settle_file(&options->cookie_file);
    settle_file(&options->save_cookies);
    settle_file(&options->upload);
    settle_file(&options->cert);
    settle_file(&options->key);
}

bool haul_options_has_body(const struct haul_options *options)
{
    return options->data || options->json_data || options->form.count > 0 || options->upload;
}

const char *haul_options_method(const struct haul_options *options)
{
    if (options->method)
        return options->method;
    if (options->upload)
        return "PUT";
    return haul_options_has_body(options) ? "POST" : "GET";
}

bool haul_options_plain(const struct haul_options *options)
{
    return strcmp(haul_options_method(options), "GET") == 0 && !haul_options_has_body(options);
}

bool haul_options_repeatable(const struct haul_options *options)
{
    static const char *const methods[] = {"GET", "OPTIONS", "TRACE", "PUT", "DELETE"};

    for (size_t i = 0; i < COUNT_OF(methods); i++) {
        if (strcmp(haul_options_method(options), methods[i]) == 0)
            return true;
    }
    return false;
}

void haul_options_merge(struct haul_options *to, const struct haul_options *from)
{
    copy_given(HAUL_SCOPE_ITEM, to, from);
}

void haul_settings_merge(struct haul_settings *to, const struct haul_settings *from)
{
    copy_given(HAUL_SCOPE_SESSION, to, from);
}

void haul_settings_drop(struct haul_settings *settings, const struct haul_option *option)
{
    mark(&settings->dropped, row_of(option), true);
}

bool haul_settings_drops(const struct haul_settings *settings, const struct haul_option *option)
{
    return has_bit(&settings->dropped, row_of(option));
}

bool haul_settings_any(const struct haul_settings *settings)
{
    return haul_given_any(&settings->given) || haul_given_any(&settings->dropped);
}

void haul_settings_init(struct haul_settings *settings)
{
    *settings = (struct haul_settings){0};
    scope_init(HAUL_SCOPE_SESSION, settings);
}

void run_options_init(struct run_options *run)
{
    *run = (struct run_options){0};
    scope_init(HAUL_SCOPE_CLIENT, run);
}

void run_options_merge(struct run_options *to, const struct run_options *from)
{
    copy_given(HAUL_SCOPE_CLIENT, to, from);
}

void run_options_fini(struct run_options *run)
{
    scope_fini(HAUL_SCOPE_CLIENT, run);
}
