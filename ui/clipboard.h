#ifndef UI_CLIPBOARD_H
#define UI_CLIPBOARD_H

#include <stddef.h>

/* Text for the clipboard of the machine that the terminal is on (OSC 52), pure. */

/* What stands between this program and the terminal. */
enum clipboard_way {
    CLIPBOARD_NONE,   /* a terminal that prints what it does not know */
    CLIPBOARD_PLAIN,  /* nothing */
    CLIPBOARD_TMUX,   /* tmux, which takes it itself or passes it on, as it is set up */
    CLIPBOARD_SCREEN, /* GNU screen, which passes it on; or, without its environment, perhaps tmux
                       */
};

/* By $TERM, $TMUX and $STY, each NULL when it is not set. */
enum clipboard_way clipboard_way(const char *term, const char *tmux, const char *sty);

/* The most bytes of text that arrive whole. */
size_t clipboard_max(enum clipboard_way way);

/* What is to be written to the terminal, newly allocated; NULL: there is no way, or LEN is too
 * much. Nothing of TEXT can be taken for a command of the terminal. */
char *clipboard_sequence(enum clipboard_way way, const char *text, size_t len);

#endif
