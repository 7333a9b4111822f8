#ifndef UI_SCREEN_H
#define UI_SCREEN_H

#include "haul/options.h"
#include "ui/cells.h"
#include "ui/input.h"
#include "ui/log_view.h"
#include "ui/model.h"

/* The screen as a whole: which views are open, what the keys do, and where everything is painted.
 */

struct bindings;
struct config;
struct screen;

struct screen_events {
    void (*quit)(void *ctx); /* the user is done */
    void (*suspend)(void *ctx);
    void (*redraw)(void *ctx);
    /* As term_copy(). */
    enum haul_err (*copy)(void *ctx, const char *text, size_t len, struct haul_error *err);
    void (*work)(void *ctx); /* screen_work() has something to do */
    void (*cost)(void *ctx, struct log_cost *ret_cost);
    void *ctx;
};

/* All is borrowed; OPTIONS (for what is added here), CONFIG (for its links) and HISTORY_PATH (for
 * typed commands) may be NULL. */
struct screen *screen_new(struct model *model, const struct bindings *bindings,
                          const struct haul_options *options, struct config *config,
                          const char *history_path, const struct screen_events *events);
void screen_free(struct screen *screen); /* NULL is fine */

/* Any of these may change what is to be painted. */
void screen_key(struct screen *screen, const struct input_key *key);
void screen_mouse(struct screen *screen, const struct input_mouse *mouse);
void screen_paste(struct screen *screen, const char *bytes, size_t len, bool too_big);
void screen_pasting(struct screen *screen, size_t bytes);
void screen_notice(struct screen *screen, bool bad, const char *text);
void screen_connected(struct screen *screen); /* each time */
void screen_lost(struct screen *screen, const char *sentence);

/* Does a slice of what takes long; false when nothing is left. */
bool screen_work(struct screen *screen);

/* Paints all onto the empty screen. *ret_x is the cursor's column on line *ret_y, -1 for none. */
void screen_paint(struct screen *screen, const struct cells *cells, int *ret_y, int *ret_x);

/* After how many ms time alone may have changed what was painted; UINT64_MAX: never. */
uint64_t screen_changes_in(const struct screen *screen);

#endif
