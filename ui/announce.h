#ifndef UI_ANNOUNCE_H
#define UI_ANNOUNCE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"
#include "config/run_options.h"
#include "haul/snapshot.h"

/* What the terminal shows besides the screen: the window's title, the progress of its tab, and
 * notes when a batch ends or an item fails. Pure: it makes the bytes, who owns the terminal sends
 * them. */

#define ANNOUNCE_SIZE 256

/* What the environment tells of the terminal; each may be NULL. */
struct announce_terminal {
    const char *type;    /* TERM */
    const char *program; /* TERM_PROGRAM */
    const char *version; /* TERM_PROGRAM_VERSION */
    const char *vte;     /* VTE_VERSION */
    const char *windows; /* WT_SESSION */
    const char *conemu;  /* ConEmuANSI */
    const char *tmux;    /* TMUX */
    const char *sty;     /* STY: GNU screen */
    const char *konsole; /* KONSOLE_VERSION */
};

struct announce {
    enum run_notify note; /* never RUN_NOTIFY_AUTO */
    bool title;
    bool progress;
    bool tmux; /* what tmux does not know itself has to be handed through */
    const char *session;
    char shown[ANNOUNCE_SIZE]; /* the title; "": none was set */
    int percent;               /* what the tab shows; -1: nothing, 101: busy */
    uint64_t shown_at;
    bool known; /* the counts below are those of the last look */
    uint64_t unfinished, done, failed;
    uint64_t batch_done, batch_failed; /* when it began */
    uint64_t batch_received;
    bool noted;
    uint64_t noted_at; /* when a failure was last told */
};

struct announce_terminal announce_terminal_here(void);

/* Are cells to lead somewhere (OSC 8) on TERMINAL, when WANTED is what the user said of it? */
bool announce_links(enum run_switch wanted, const struct announce_terminal *terminal);

/* SESSION is a checked name and borrowed. */
void announce_init(struct announce *announce, const struct run_options *run,
                   const struct announce_terminal *terminal, const char *session);

/* What begins and what ends all of it; BUF holds ANNOUNCE_SIZE bytes. */
const char *announce_hello(const struct announce *announce, char *buf);
const char *announce_farewell(const struct announce *announce, char *buf);

/* The names of the last items that ended since the last look, clean; "": not known. BETWEEN: one of
 * them began only since then. */
struct announce_ended {
    const char *done;
    const char *failed;
    bool between;
};

/* Adds to OUT what is to be told of TOTALS at NOW, in ms; nothing when nothing changed. SPARING:
 * the line is slow. */
void announce_look(struct announce *announce, const struct haul_totals *totals,
                   const struct announce_ended *ended, uint64_t now, bool sparing,
                   struct strbuf *out);

/* The terminal has forgotten what it showed. */
void announce_again(struct announce *announce);

#endif
