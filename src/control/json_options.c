/* Options of items and settings of the session, as JSON and back: by the table of options, as the
 * words that the command line has for them. */

#include "control/json_options.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/path.h"
#include "base/str.h"

/* The value of a row in its travelling form; NULL when there is nothing to send. */
static json_t *option_from(const struct haul_option *option, const void *target, bool *ret_bad)
{
    json_t *list;
    char *value;

    if (option->type != HAUL_OPTION_LIST) {
        json_t *text;

        value = haul_option_get(option, target, 0);
        text = json_string(value);
        *ret_bad |= !text;
        secret_free(value);
        return text;
    }
    list = json_array();
    for (size_t i = 0; (value = haul_option_get(option, target, i)) != NULL; i++) {
        *ret_bad |= json_array_append_new(list, json_string(value)) != 0;
        secret_free(value);
    }
    return list;
}

json_t *json_from_options(const struct haul_options *options, struct haul_error *err)
{
    size_t count;
    const struct haul_option *table = haul_option_table(&count);
    json_t *object = json_object();

    for (size_t i = 0; i < count; i++) {
        const struct haul_option *option = &table[i];
        bool is_dir = option->offset == offsetof(struct haul_options, dir);
        bool bad = false;

        if (option->scope != HAUL_SCOPE_ITEM)
            continue;
        if (!haul_option_given(option, options) && !(is_dir && options->dir))
            continue;
        json_object_set_new(object, option->name, option_from(option, options, &bad));
        if (bad) {
            json_decref(object);
            (void)haul_fail(err, HAUL_E_BAD_OPTION, "%s: the value is not valid UTF-8",
                            option->name);
            return NULL;
        }
    }
    return object;
}

/* One member of an options object into TARGET, a struct of SCOPE. */
static enum haul_err option_to(const char *name, const json_t *value, enum haul_option_scope scope,
                               void *target, struct haul_error *err)
{
    const struct haul_option *option = haul_option_find(name);
    enum haul_err code = HAUL_OK;

    if (!option || option->scope != scope)
        return haul_fail(err, HAUL_E_BAD_OPTION, "there is no %s option \"%s\"",
                         scope == HAUL_SCOPE_ITEM ? "item" : "session", name);
    if (json_is_string(value))
        return haul_option_set(option, target, json_string_value(value), err);
    if (option->type != HAUL_OPTION_LIST || !json_is_array(value))
        return haul_fail(err, HAUL_E_BAD_OPTION, "%s: the value must be a string", name);
    for (size_t i = 0; i < json_array_size(value) && code == HAUL_OK; i++) {
        const char *text = json_string_value(json_array_get(value, i));

        if (!text)
            return haul_fail(err, HAUL_E_BAD_OPTION, "%s: the values must be strings", name);
        code = haul_option_set(option, target, text, err);
    }
    return code;
}

/* json_object_foreach() needs a tree that may be changed; nothing here does. */
static json_t *unconst(const json_t *json)
{
    return (json_t *)(uintptr_t)json;
}

static enum haul_err options_to(const json_t *json, enum haul_option_scope scope, void *target,
                                struct haul_error *err)
{
    enum haul_err code = HAUL_OK;
    const char *name;
    json_t *value;

    json_object_foreach(unconst(json), name, value)
    {
        code = option_to(name, value, scope, target, err);
        if (code != HAUL_OK)
            break;
    }
    return code;
}

enum haul_err json_to_given(const json_t *json, struct haul_options **ret_options,
                            struct haul_error *err)
{
    struct haul_options *options = haul_options_new();
    enum haul_err code = options_to(json, HAUL_SCOPE_ITEM, options, err);

    if (code != HAUL_OK)
        haul_options_unref(options);
    else
        *ret_options = options;
    return code;
}

/* The folder as a client may name it that can't look at this machine: below our home, or none. What
 * is neither that nor absolute is refused. */
static void settle_dir(struct haul_options *options)
{
    char *dir = NULL;

    if (!options->dir)
        dir = path_daemon_download_dir();
    else if (strcmp(options->dir, "~") == 0 || str_starts(options->dir, "~/"))
        dir = path_absolute(options->dir);
    if (!dir)
        return;
    free(options->dir);
    options->dir = dir;
}

enum haul_err json_to_options(const json_t *json, struct haul_options **ret_options,
                              struct haul_error *err)
{
    struct haul_options *options = haul_options_new();
    enum haul_err code = options_to(json, HAUL_SCOPE_ITEM, options, err);

    settle_dir(options);
    if (code == HAUL_OK && options->dir[0] != '/')
        code = haul_fail(err, HAUL_E_BAD_OPTION, "dir: an absolute path is needed here");
    if (code != HAUL_OK)
        haul_options_unref(options);
    else
        *ret_options = options;
    return code;
}

json_t *json_from_settings(const struct haul_settings *settings, bool all)
{
    size_t count;
    const struct haul_option *table = haul_option_table(&count);
    json_t *object = json_object();

    for (size_t i = 0; i < count; i++) {
        const struct haul_option *option = &table[i];
        bool bad = false;

        if (option->scope != HAUL_SCOPE_SESSION || option->secret)
            continue;
        if (!all && haul_settings_drops(settings, option))
            json_object_set_new(object, option->name, json_null());
        else if (all || haul_option_given(option, settings))
            json_object_set_new(object, option->name, option_from(option, settings, &bad));
    }
    return object;
}

json_t *json_from_given_settings(const struct haul_settings *settings)
{
    size_t count;
    const struct haul_option *table = haul_option_table(&count);
    json_t *names = json_array();

    for (size_t i = 0; i < count; i++) {
        if (table[i].scope == HAUL_SCOPE_SESSION && haul_option_given(&table[i], settings))
            json_array_append_new(names, json_string(table[i].name));
    }
    return names;
}

static bool has_name(const json_t *names, const char *name)
{
    for (size_t i = 0; i < json_array_size(names); i++) {
        const char *one = json_string_value(json_array_get(names, i));

        if (one && strcmp(one, name) == 0)
            return true;
    }
    return false;
}

void json_to_given_settings(const json_t *names, struct haul_settings *settings)
{
    size_t count;
    const struct haul_option *table = haul_option_table(&count);

    for (size_t i = 0; i < count && json_is_array(names); i++) {
        if (table[i].scope == HAUL_SCOPE_SESSION)
            haul_option_mark(&table[i], settings, has_name(names, table[i].name));
    }
}

/* null: as configured again. */
static enum haul_err setting_to(const char *name, const json_t *value,
                                struct haul_settings *settings, struct haul_error *err)
{
    const struct haul_option *option = haul_option_find(name);

    if (!json_is_null(value) || !option || option->scope != HAUL_SCOPE_SESSION)
        return option_to(name, value, HAUL_SCOPE_SESSION, settings, err);
    haul_settings_drop(settings, option);
    return HAUL_OK;
}

static bool is_setting(const char *name)
{
    const struct haul_option *option = haul_option_find(name);

    return option && option->scope == HAUL_SCOPE_SESSION;
}

enum haul_err json_to_settings(const json_t *json, bool only_known,
                               struct haul_settings *ret_settings, struct haul_error *err)
{
    struct haul_settings settings;
    enum haul_err code = HAUL_OK;
    const char *name;
    json_t *value;

    haul_settings_init(&settings);
    json_object_foreach(unconst(json), name, value)
    {
        if (only_known || is_setting(name))
            code = setting_to(name, value, &settings, err);
        if (code != HAUL_OK)
            break;
    }
    if (code == HAUL_OK)
        *ret_settings = settings;
    return code;
}
