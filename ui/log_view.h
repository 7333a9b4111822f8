#ifndef UI_LOG_VIEW_H
#define UI_LOG_VIEW_H

#include "ui/model.h"
#include "ui/prompt.h"
#include "ui/view.h"

/* The daemon's log, and what the screen costs: over the list, as long as it is open. It follows the
 * newest line until the cursor is moved away from it. */

/* What the screen costs, for people who look at it over a slow line. */
struct log_cost {
    uint32_t bytes, frames; /* in the last whole second in which anything was painted */
    uint64_t budget;        /* bytes a second, 0: no bound */
    bool sparing;           /* fewer columns move */
    bool slow;              /* because the line is slow, not because the budget is low */
};

#define LOG_FIND_SIZE 200

struct log_view {
    struct view view;
    struct model *model;
    struct prompt *prompt;
    void (*cost)(void *ctx, struct log_cost *ret_cost);
    void (*notice)(void *ctx, bool bad, const char *text);
    void *ctx;
    enum haul_log_level level; /* lines of this one and worse ones are shown */
    uint64_t cursor;           /* number of the line under it; 0: the newest, whatever comes */
    uint64_t bottom;           /* number of the lowest line that is seen */
    char find[LOG_FIND_SIZE];  /* "": nothing */
    char find_before[LOG_FIND_SIZE];
    uint64_t cursor_before;
    int height; /* of the lines, when last painted */
};

/* COST and NOTICE are called with CTX. */
void log_view_init(struct log_view *log, struct model *model, struct prompt *prompt,
                   void (*cost)(void *ctx, struct log_cost *ret_cost),
                   void (*notice)(void *ctx, bool bad, const char *text), void *ctx);

/* Begins at the newest line. */
void log_view_open(struct log_view *log);
/* Ends what is looked for; false when that was nothing. */
bool log_view_back(struct log_view *log);

#endif
