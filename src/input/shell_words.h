#ifndef INPUT_SHELL_WORDS_H
#define INPUT_SHELL_WORDS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/str.h"

/* Splits a command line as the shell would that it was written for: the bash of Unix, or the cmd of
 * Windows. Nothing is expanded and nothing is run. */

enum shell {
    SHELL_BASH,
    SHELL_CMD,
    SHELL_SPLIT /* a shell has split it: the text is words, each with its NUL */
};

struct shell_words {
    enum shell shell;
    const char *text; /* borrowed */
    size_t len;
    size_t at;     /* where the next word begins */
    bool unclosed; /* a quote is open at the end of the text: the command is not whole */
    bool too_long; /* a word is longer than SHELL_WORD_MAX: the command can't be used */
    bool expands;  /* it holds something that only a shell could fill in, like "$TOKEN" */
    struct strbuf word;
};

#define SHELL_WORD_MAX ((size_t)4 << 20)

/* TEXT is borrowed for the life of WORDS. */
void shell_words_init(struct shell_words *words, enum shell shell, const char *text, size_t len);
void shell_words_fini(struct shell_words *words);

/* The next word of the command, valid until the next call; NULL at the command's end. ->at is then
 * behind it, separator included. */
const char *shell_words_next(struct shell_words *words);

/* The shell that LEN bytes of a command's text were written for, from the look of the first line.
 */
enum shell shell_of(const char *text, size_t len);

#endif
