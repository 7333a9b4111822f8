#ifndef CONFIG_OPTION_WORDS_H
#define CONFIG_OPTION_WORDS_H

#include <stddef.h>

#include "haul/options.h"

/* Options as they are written in words: "--name=value", "--name value", "-jN", "-j N", clustered
 * flags; `--` ends options. One reader for the command line and for lines that are typed on the
 * screen. */

struct option_words {
    const char *const *words;
    size_t count;
    /* Which struct the row is set in; NULL with *err set when it is not taken here. */
    void *(*target)(void *ctx, const struct haul_option *option, struct haul_error *err);
    /* A long NAME that the table does not have: fails with a sentence. NULL: a plain one. */
    enum haul_err (*unknown)(void *ctx, const char *name, struct haul_error *err);
    /* A word that is no option; "-" alone is one. */
    enum haul_err (*operand)(void *ctx, const char *word, struct haul_error *err);
    /* True for an operand behind which no word is an option. NULL: there is none. */
    bool (*ends)(void *ctx, const char *word);
    void *ctx;
};

/* Stops at the first mistake. What was read before it has been set. */
HAUL_CHECKED enum haul_err option_words_read(const struct option_words *words,
                                             struct haul_error *err);

#endif
