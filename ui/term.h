#ifndef UI_TERM_H
#define UI_TERM_H

#include <stdbool.h>
#include <stddef.h>

#include "config/run_options.h"
#include "haul/error.h"
#include "haul/loop.h"
#include "ui/input.h"

/* The terminal: opened, given back, and watched on the loop. One to a process, as curses is. */

struct hyperlinks;
struct term;
struct true_color;
struct wire_figures;

struct term_events {
    void (*key)(void *ctx, const struct input_key *key);
    void (*mouse)(void *ctx, const struct input_mouse *mouse);
    void (*paste)(void *ctx, const char *bytes, size_t len, bool too_big); /* as ui/input.h */
    void (*pasting)(void *ctx); /* more of a paste came; term_pasting() tells how much */
    void (*drained)(void *ctx); /* a frame was refused, and there is room now */
    void (*resized)(void *ctx); /* or otherwise to be painted anew */
    void (*gone)(void *ctx, bool terminated); /* lost, or by SIGTERM; at most once */
    void *ctx;
};

/* What a terminal is asked for; copied. */
struct term_setup {
    const char *log_path; /* takes stderr until term_close(); NULL: nowhere */
    enum run_switch mouse;
    const char *hello;    /* sent whenever the screen is taken over; NULL: nothing */
    const char *farewell; /* and whenever it is given back; shorter than TERM_FAREWELL_MAX */
};

#define TERM_FAREWELL_MAX 160

/* Takes the terminal of stdout over. On failure the terminal is as before. */
HAUL_CHECKED enum haul_err term_open(struct haul_loop *loop, const struct term_setup *setup,
                                     const struct term_events *events, struct term **ret_term,
                                     struct haul_error *err);

/* Gives the terminal back as it was and closes the handles; the loop frees the rest when it next
 * runs. NULL is fine. */
void term_close(struct term *term);

/* True when the terminal has taken the frame before. Applies a new size, so ask for it after this.
 * False: `drained` comes when it has. */
bool term_frame_begin(struct term *term);
/* NOW, in ms, is what its cost is counted by. Never waits. */
void term_frame_end(struct term *term, uint64_t now);

/* From now on COLORS, borrowed, are put into what is painted. */
void term_true_color(struct term *term, struct true_color *colors);
/* And LINKS, borrowed, which may be NULL. */
void term_links(struct term *term, struct hyperlinks *links);

/* What the frames cost. */
const struct wire_figures *term_figures(const struct term *term);

/* Within a frame: bytes of a terminal's own, which move no cursor and change no cell. */
void term_say(struct term *term, const char *bytes);

/* Within a frame, as its last step: where the cursor is seen, or that it is not. */
void term_cursor(struct term *term, bool shown, int y, int x);

/* Hands TEXT to the terminal for the clipboard of its machine. It does not tell whether it took it.
 * HAUL_E_TOO_BIG, or HAUL_E_USAGE where it can't be asked at all. */
HAUL_CHECKED enum haul_err term_copy(struct term *term, const char *text, size_t len,
                                     struct haul_error *err);

/* Forgets what the terminal shows: the next frame paints every cell. */
void term_redraw(struct term *term);

/* Stops the process as Ctrl-Z does and comes back when it is continued. */
void term_suspend(struct term *term);

void term_size(const struct term *term, int *ret_width, int *ret_height);
size_t term_pasting(const struct term *term);

#endif
