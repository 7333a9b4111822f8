#ifndef TESTS_TUI_SCREENS_H
#define TESTS_TUI_SCREENS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <time.h>
#include <vterm.h>

/* Inside of the golden screens: the cases (screens.c), the program in its terminal
 * (screen_run.c), and what is seen there (screen_seen.c). */

#define TEXT_MAX ((size_t)1 << 18)

struct screen_case {
    const char *name;
    const char *fake; /* HAUL_FAKE */
    int cols, rows;
    const char *script;
    bool review;        /* what is pasted: links that the queue knows, and a copied request */
    const char *locale; /* NULL: UTF-8 */
    const char *type;   /* TERM; NULL: xterm-256color */
    bool no_color;
    const char *theme;  /* see --theme; NULL: the default */
    const char *config; /* the configuration; NULL: none */
    bool watch;         /* a screen that only watches */
    bool ascii;
    bool links;  /* cells lead somewhere */
    bool colors; /* compare them */
    bool depths; /* on terminals of few and many colours, and the colours themselves */
    bool hard;   /* instead of a golden file: all but names is where it is with plain names */
};

/* A kind of terminal. */
struct depth {
    const char *name, *type, *colorterm;
};

struct run {
    const struct screen_case *what;
    char dir[64];
    pid_t pid;
    int pty;
    VTerm *vterm;
    VTermScreen *screen;
    bool alternate; /* the terminal shows its other screen */
    bool cursor;
    bool plain;                /* names are of '~' */
    const struct depth *depth; /* the terminal, NULL: that of the case */
    time_t deadline;
};

/* ---- the program ---- */

_Noreturn void die(const char *text);
/* The caller frees what these two return; "" when there is no file. */
char *file_path(const struct run *run, const char *name);
char *file_read(const char *path);
void file_write(const char *path, const char *text);

void run_start(struct run *run, const char *program);
/* Waits until the terminal shows what the program says it shows. TEXT gets it. */
bool screen_settle(struct run *run, char *text);
/* Asked to end, the program gives the terminal back. */
bool run_end(struct run *run);
void dump_remove(const struct run *run); /* of the run before in the same folder */
void files_remove(const struct run *run);

/* ---- what is seen ---- */

/* The screen as lines without trailing spaces; as one letter a cell for what it looks like. */
void screen_text(const struct run *run, char *text);
void screen_looks(const struct run *run, char *text);
/* What each cell shows; the caller frees it. */
uint32_t *screen_cells(const struct run *run);
/* Adds what cells look like, in words; returns the length. */
size_t put_depth(const struct run *run, char *text);
bool golden_same(const char *golden_dir, const char *name, const char *suffix, const char *text);
/* Nothing but printable characters may have come through. */
bool text_harmless(const char *text);
/* Everything beside names is the same. */
bool columns_same(const struct screen_case *what, const uint32_t *plain, const uint32_t *hard);

#endif
