/* A typed line of options: split as bash would, read as the command line is. */

#include "ui/option_line.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/mem.h"
#include "base/suggest.h"
#include "config/option_words.h"
#include "input/shell_words.h"

struct targets {
    struct haul_options *options;
    struct haul_settings *settings;
};

static void *target_of(void *ctx, const struct haul_option *option, struct haul_error *err)
{
    struct targets *targets = ctx;

    if (option->scope == HAUL_SCOPE_ITEM)
        return targets->options;
    if (option->scope == HAUL_SCOPE_SESSION)
        return targets->settings;
    haul_fail(err, HAUL_E_USAGE, "--%s is for the command line", option->name);
    return NULL;
}

static enum haul_err unknown_option(void *ctx, const char *name, struct haul_error *err)
{
    struct suggest suggest;
    size_t count;
    const struct haul_option *table = haul_option_table(&count);

    (void)ctx;
    suggest_init(&suggest, name);
    for (size_t i = 0; i < count; i++) {
        if (table[i].scope != HAUL_SCOPE_CLIENT)
            suggest_consider(&suggest, table[i].name);
    }
    if (suggest.best)
        return haul_fail(err, HAUL_E_USAGE, "there is no option --%s; did you mean --%s?", name,
                         suggest.best);
    return haul_fail(err, HAUL_E_USAGE, "there is no option --%s", name);
}

static enum haul_err refuse_operand(void *ctx, const char *word, struct haul_error *err)
{
    (void)ctx;
    return haul_fail(err, HAUL_E_USAGE, "\"%.60s\" is no option; they begin with a dash", word);
}

enum haul_err option_line_split(const char *line, char ***ret_words, size_t *ret_count,
                                struct haul_error *err)
{
    struct shell_words words;
    char **list = NULL;
    size_t count = 0, size = 0;
    const char *word;
    bool whole;

    shell_words_init(&words, SHELL_BASH, line, strlen(line));
    while ((word = shell_words_next(&words))) {
        list = array_reserve(list, count, &size, sizeof(*list));
        list[count++] = xstrdup(word);
    }
    whole = !words.unclosed && words.at >= words.len;
    shell_words_fini(&words);
    *ret_words = list;
    *ret_count = count;
    return whole ? HAUL_OK : haul_fail(err, HAUL_E_USAGE, "a quote is missing in this line");
}

void option_line_free(char **words, size_t count)
{
    for (size_t i = 0; i < count; i++)
        secret_free(words[i]);
    free(words);
}

enum haul_err option_line_read(const char *line, struct haul_options *options,
                               struct haul_settings *settings, struct haul_error *err)
{
    struct targets targets = {options, settings};
    char **words;
    size_t count;
    enum haul_err code = option_line_split(line, &words, &count, err);

    if (code == HAUL_OK)
        code = option_words_read(&(struct option_words){.words = (const char *const *)words,
                                                        .count = count,
                                                        .target = target_of,
                                                        .unknown = unknown_option,
                                                        .operand = refuse_operand,
                                                        .ctx = &targets},
                                 err);
    option_line_free(words, count);
    return code;
}
