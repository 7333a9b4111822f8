/* The options of an item, for people.
 *
 * Of a secret one only the name is told, and that is all: not even how long the value is. */

#include "engine/options_told.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/mem.h"
#include "base/same_link.h"
#include "base/text.h"

#define MASK      "***"
#define VALUE_MAX 65536

/* "X-Key: ***", "id=***": what it is the secret of. */
static char *masked_pair(const char *value)
{
    size_t name = strcspn(value, ":=");
    const char *between = value[name] == ':' ? ": " : "=";

    return value[name] == '\0' ? xstrdup(MASK)
                               : xasprintf("%.*s%s" MASK, (int)name, value, between);
}

/* Any other value may be a link. */
static char *masked(const struct haul_option *option, const char *value)
{
    if (option->secret)
        return option->type == HAUL_OPTION_LIST ? masked_pair(value) : xstrdup(MASK);
    return strstr(value, "://") ? same_link_told(value) : xstrdup(value);
}

static void add(struct haul_detail *detail, size_t *size, const struct haul_option *option,
                const char *value)
{
    detail->options =
        array_reserve(detail->options, detail->option_count, size, sizeof *detail->options);
    detail->options[detail->option_count++] = (struct haul_fact){
        .name = xstrdup(option->name),
        .value = text_clean_dup(text_raw_from(value), VALUE_MAX),
    };
}

static void add_values(struct haul_detail *detail, size_t *size, const struct haul_option *option,
                       const struct haul_options *options, bool secrets)
{
    bool is_list = option->type == HAUL_OPTION_LIST;
    char *value;

    for (size_t i = 0; (value = haul_option_get(option, options, i)) != NULL; i++) {
        char *told = secrets ? xstrdup(value) : masked(option, value);

        add(detail, size, option, told);
        secret_free(told);
        secret_free(value);
        if (!is_list)
            break;
    }
}

void options_told(const struct haul_options *options, bool secrets, struct haul_detail *detail)
{
    size_t count, size = 0;
    const struct haul_option *table = haul_option_table(&count);

    for (size_t i = 0; i < count; i++) {
        bool is_dir = table[i].offset == offsetof(struct haul_options, dir);

        if (table[i].scope == HAUL_SCOPE_ITEM && !is_dir && haul_option_given(&table[i], options))
            add_values(detail, &size, &table[i], options, secrets);
    }
}
