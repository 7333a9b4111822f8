/* Words against the option table. Knows how options are written, not what any of them means. */

#include "config/option_words.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

/* What is still to be read. */
struct reader {
    const struct option_words *words;
    size_t at;
};

static const char *next_word(struct reader *reader)
{
    return reader->at < reader->words->count ? reader->words->words[reader->at++] : NULL;
}

static enum haul_err unknown_option(const struct reader *reader, const char *name,
                                    struct haul_error *err)
{
    const struct option_words *words = reader->words;

    if (words->unknown)
        return words->unknown(words->ctx, name, err);
    return haul_fail(err, HAUL_E_USAGE, "there is no option --%s", name);
}

/* "--name", "--name=value" or "--name value"; WORD is without the dashes. */
static enum haul_err read_long(struct reader *reader, const char *word, struct haul_error *err)
{
    const struct option_words *words = reader->words;
    size_t name_len = strcspn(word, "=");
    const char *value = word[name_len] == '=' ? word + name_len + 1 : NULL;
    char *name = xstrndup(word, name_len);
    const struct haul_option *option = haul_option_find(name);
    void *target = option ? words->target(words->ctx, option, err) : NULL;
    enum haul_err code = HAUL_OK;

    if (!option)
        code = unknown_option(reader, name, err);
    else if (!target)
        code = err->code;
    free(name);
    if (code != HAUL_OK)
        return code;
    if (value == NULL)
        value = option->type == HAUL_OPTION_FLAG ? "true" : next_word(reader);
    if (value == NULL)
        return haul_fail(err, HAUL_E_USAGE, "--%s needs a value: --%s %s", option->name,
                         option->name, option->value_name);
    return haul_option_set(option, target, value, err);
}

/* "-j8", "-j 8", "-qv", "-qj8"; WORD is without the dash. */
static enum haul_err read_short(struct reader *reader, const char *word, struct haul_error *err)
{
    const struct option_words *words = reader->words;

    for (; *word != '\0'; word++) {
        const struct haul_option *option = haul_option_find_letter(*word);
        const char *value = "true";
        enum haul_err code;
        void *target;

        if (option == NULL)
            return haul_fail(err, HAUL_E_USAGE, "there is no option -%.1s", word);
        if ((target = words->target(words->ctx, option, err)) == NULL)
            return err->code;
        if (option->type != HAUL_OPTION_FLAG)
            value = word[1] != '\0' ? word + 1 : next_word(reader);
        if (value == NULL)
            return haul_fail(err, HAUL_E_USAGE, "-%c needs a value: -%c %s", option->letter,
                             option->letter, option->value_name);
        if ((code = haul_option_set(option, target, value, err)) != HAUL_OK)
            return code;
        if (option->type != HAUL_OPTION_FLAG)
            break;
    }
    return HAUL_OK;
}

enum haul_err option_words_read(const struct option_words *words, struct haul_error *err)
{
    struct reader reader = {.words = words};
    bool options_over = false;
    struct haul_error own;
    const char *word;

    if (!err)
        err = &own; /* the callbacks may rely on it */
    while ((word = next_word(&reader)) != NULL) {
        enum haul_err code = HAUL_OK;

        if (options_over || word[0] != '-' || word[1] == '\0') {
            options_over |= words->ends && words->ends(words->ctx, word);
            code = words->operand(words->ctx, word, err);
        } else if (word[1] != '-') {
            code = read_short(&reader, word + 1, err);
        } else if (word[2] != '\0') {
            code = read_long(&reader, word + 2, err);
        } else {
            options_over = true;
        }
        if (code != HAUL_OK)
            return code;
    }
    return HAUL_OK;
}
