#ifndef UI_PROMPT_H
#define UI_PROMPT_H

#include <stdbool.h>
#include <stddef.h>

#include "ui/cells.h"
#include "ui/line_edit.h"

/* The bottom line when it asks something: for a line of text, or for one of a few keys. One
 * question at a time; a new one takes the place of the old. */

#define PROMPT_HINT_SIZE 640
#define PROMPT_LINE_MAX  ((size_t)70000) /* an URL of any accepted length fits */

struct prompt_choice {
    uint32_t key;
    const char *name;  /* "b" */
    const char *label; /* "leave the downloads running" */
    const char *brief; /* the same for a narrow screen; NULL: as LABEL */
    int value;         /* what CHOSEN gets; 0 is kept for Esc */
};

enum prompt_kind { PROMPT_NONE, PROMPT_LINE, PROMPT_CHOICE };

struct prompt {
    enum prompt_kind kind;
    char *label;
    struct line_edit edit;
    const struct prompt_choice *choices;
    size_t choice_count;
    void (*typed)(void *ctx, const char *text);     /* after each key; may be NULL */
    void (*entered)(void *ctx, const char *text);   /* NULL text: given up */
    void (*chosen)(void *ctx, int value);           /* 0: given up */
    char *(*complete)(void *ctx, const char *text); /* on Tab; may be NULL */
    /* On Up (-1) and Down (1); may be NULL. */
    const char *(*recall)(void *ctx, const char *text, int step);
    void *ctx;
    char hint[PROMPT_HINT_SIZE]; /* "": none */
    bool hint_bad;
    bool hint_above; /* on lines of its own */
};

void prompt_init(struct prompt *prompt);
void prompt_fini(struct prompt *prompt);

/* LABEL is clean and copied, CHOICES are borrowed. CTX is what the answer is told to. */
void prompt_ask_line(struct prompt *prompt, const char *label, const char *initial,
                     void (*typed)(void *ctx, const char *text),
                     void (*entered)(void *ctx, const char *text), void *ctx);
/* The line that is asked for now is completed by Tab: COMPLETE returns, newly allocated, what TEXT
 * goes on to. */
void prompt_complete(struct prompt *prompt, char *(*complete)(void *ctx, const char *text));
/* Up and Down go to other lines: RECALL returns the one before or after TEXT, or NULL. */
void prompt_recall(struct prompt *prompt,
                   const char *(*recall)(void *ctx, const char *text, int step));
/* What is said of the line stands above it, whole. */
void prompt_hint_above(struct prompt *prompt);
void prompt_ask(struct prompt *prompt, const char *label, const struct prompt_choice *choices,
                size_t count, void (*chosen)(void *ctx, int value), void *ctx);

/* Says something, clean, of the line that is being typed; until it is said anew or asked for
 * another one. */
void prompt_hint(struct prompt *prompt, bool bad, const char *text);

/* For ENTERED: the line that was just ended is open again, with TEXT in it and WHY, clean, said of
 * it. So nobody's next words are taken for keys. */
void prompt_again(struct prompt *prompt, const char *text, const char *why);

bool prompt_open(const struct prompt *prompt);
void prompt_close(struct prompt *prompt); /* without an answer */
void prompt_key(struct prompt *prompt, const struct input_key *key);

/* Returns the cursor's column, or -1 when there is none to show. */
int prompt_paint(const struct prompt *prompt, const struct cells *cells, int y);

#endif
