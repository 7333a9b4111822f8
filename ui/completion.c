/* Completing a line of words.
 *
 * The last word decides: the first one is a command, one that begins with a dash is an option, one
 * behind an option that takes a value is that value; anything else is what the command takes. All
 * candidates are offered to one collector, which keeps those that fit. */

#include "ui/completion.h"

#include <stdlib.h>
#include <string.h>

#include "base/complete.h"
#include "base/mem.h"
#include "base/str.h"
#include "config/args.h"
#include "haul/types.h"

#define NAMES_SIZE ((size_t)2000)
#define WORD_SIZE  96

struct collector {
    const char *word; /* what is to be completed */
    char agreed[WORD_SIZE];
    struct strbuf names;
    size_t count;
};

static void offer(struct collector *collector, const char *name)
{
    size_t same = 0;
    if (!str_starts(name, collector->word) || strlen(name) >= WORD_SIZE)
        return;
    if (collector->count++ == 0)
        str_copy(collector->agreed, sizeof(collector->agreed), name);
    while (collector->agreed[same] && collector->agreed[same] == name[same])
        same++;
    collector->agreed[same] = '\0';
    if (!strbuf_printf(&collector->names, "%s%s", collector->count > 1 ? "  " : "", name))
        return; /* there are more than anybody reads */
}

static void offer_commands(struct collector *collector)
{
    size_t count;
    const struct command *table = command_table_typed(&count);
    for (size_t i = 0; i < count; i++) {
        if (table[i].typed != COMMAND_IN_SHELL)
            offer(collector, table[i].name);
    }
}

static const struct command *typed_command(const char *name, size_t len)
{
    size_t count;
    const struct command *table = command_table_typed(&count);
    for (size_t i = 0; i < count; i++) {
        if (table[i].typed != COMMAND_IN_SHELL && strlen(table[i].name) == len &&
            memcmp(table[i].name, name, len) == 0)
            return &table[i];
    }
    return NULL;
}

static void offer_options(struct collector *collector, const struct command *command)
{
    char name[WORD_SIZE];
    size_t count;
    const struct haul_option *table = haul_option_table(&count);
    for (size_t i = 0; i < count; i++) {
        if (!args_takes_typed(command, &table[i]))
            continue;
        str_copy(name, sizeof(name), "--");
        str_copy(name + 2, sizeof(name) - 2, table[i].name);
        offer(collector, name);
    }
}

/* The option whose value comes after WORD of LEN bytes, NULL: none. */
static const struct haul_option *option_before(const char *word, size_t len)
{
    const struct haul_option *option = NULL;
    char *name = xstrndup(word, len);
    if (str_starts(name, "--"))
        option = haul_option_find(name + 2);
    else if (len == 2 && name[0] == '-')
        option = haul_option_find_letter(name[1]);
    free(name);
    return option && option->value_name ? option : NULL;
}

static void offer_choices(struct collector *collector, const struct haul_option *option)
{
    for (size_t i = 0; option->choices && option->choices[i]; i++)
        offer(collector, option->choices[i]);
}

static void offer_session_options(struct collector *collector)
{
    size_t count;
    const struct haul_option *table = haul_option_table(&count);
    for (size_t i = 0; i < count; i++) {
        if (table[i].scope == HAUL_SCOPE_SESSION)
            offer(collector, table[i].name);
    }
}

static void offer_operands(struct collector *collector, const struct command *command)
{
    if (command->id == COMMAND_MOVE) {
        for (unsigned how = 0; how < HAUL_MOVE_TO; how++)
            offer(collector, haul_move_name((enum haul_move)how));
    } else if (command->id == COMMAND_SORT) {
        for (unsigned sort = 0; sort < HAUL_SORT_COUNT; sort++)
            offer(collector, haul_sort_name((enum haul_sort)sort));
    } else if (command->id == COMMAND_SET) {
        offer_session_options(collector);
    } else if (command->id == COMMAND_HELP) {
        offer_commands(collector);
    }
    if (!command->items)
        return;
    for (unsigned state = 0; state < HAUL_STATE_COUNT; state++)
        offer(collector, haul_state_name((enum haul_state)state));
    offer(collector, "all");
}

/* Where the last word of TEXT begins. */
static size_t last_word(const char *text)
{
    const char *space = strrchr(text, ' ');
    return space ? (size_t)(space - text) + 1 : 0;
}

static char *go_on_in_folder(const char *text, size_t at, char **ret_names)
{
    struct complete complete;
    struct strbuf names;
    complete_folder(text + at, &complete);
    char *longer = xasprintf("%.*s%s", (int)at, text, complete.text);
    strbuf_init(&names, NAMES_SIZE);
    for (size_t i = 0; i < MIN(complete.count, (size_t)COMPLETE_NAMES); i++) {
        if (!strbuf_printf(&names, "%s%s/", i > 0 ? "  " : "", complete.names[i]))
            break;
    }
    *ret_names = complete.count == 1   ? NULL
                 : complete.count == 0 ? xstrdup("no such folder: it will be made")
                                       : strbuf_take(&names);
    strbuf_fini(&names);
    complete_fini(&complete);
    return longer;
}

/* The word before the one at AT; *ret_len 0: there is none. */
static const char *word_before(const char *text, size_t at, size_t *ret_len)
{
    size_t end = at;
    while (end > 0 && text[end - 1] == ' ')
        end--;
    size_t begin = end;
    while (begin > 0 && text[begin - 1] != ' ')
        begin--;
    *ret_len = end - begin;
    return text + begin;
}

static void collect(struct collector *collector, const char *text, size_t at,
                    const struct haul_option *option)
{
    const struct command *command = typed_command(text, strcspn(text, " "));
    if (at == 0)
        offer_commands(collector);
    else if (!command || command->text)
        return;
    else if (option && strcmp(option->name, "reset") == 0)
        offer_session_options(collector);
    else if (option)
        offer_choices(collector, option);
    else if (collector->word[0] == '-')
        offer_options(collector, command);
    else
        offer_operands(collector, command);
}

char *completion_go_on(const char *text, char **ret_names)
{
    size_t len;
    size_t at = last_word(text);
    const char *before = word_before(text, at, &len);
    const struct haul_option *option = at > 0 ? option_before(before, len) : NULL;
    struct collector collector = {.word = text + at};
    if (option && strcmp(option->name, "dir") == 0)
        return go_on_in_folder(text, at, ret_names);
    strbuf_init(&collector.names, NAMES_SIZE);
    collect(&collector, text, at, option);
    *ret_names = collector.count > 1 ? strbuf_take(&collector.names) : NULL;
    strbuf_fini(&collector.names);
    if (collector.count == 0)
        return xstrdup(text);
    return xasprintf("%.*s%s%s", (int)at, text, collector.agreed, collector.count == 1 ? " " : "");
}

char *completion_usage(const char *text)
{
    size_t len = strcspn(text, " ");
    const struct command *command = typed_command(text, len);
    struct collector collector = {.word = text};
    const char *operands = command ? command->operands : "";
    const char *other = strstr(operands, " | "); /* "URL… | -i FILE": a list is pasted here */
    int used = other ? (int)(other - operands) : (int)strlen(operands);
    if (command)
        return xasprintf("%s%s%.*s: %s%s", command->name, operands[0] ? " " : "", used, operands,
                         command->summary, command->items ? " Without ID what is selected." : "");
    if (text[len] == ' ')
        return xstrdup("");
    strbuf_init(&collector.names, NAMES_SIZE);
    offer_commands(&collector);
    return strbuf_take(&collector.names);
}
