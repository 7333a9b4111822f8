#ifndef UI_MODEL_H
#define UI_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/clock.h"
#include "haul/client.h"
#include "ui/host_rows.h"
#include "ui/log_lines.h"
#include "ui/trend.h"

/* What the screen knows of the session, and the one way to change the session: the daemon's client,
 * with copies of what it told last. Answers that a user should hear of become a notice. */

struct model;

#define MODEL_HISTORY 64 /* seconds of the session's rate */

struct model_events {
    void (*ready)(void *ctx);   /* connected; each time */
    void (*changed)(void *ctx); /* something that is shown may be different now */
    /* BAD: something did not work. TEXT is clean. */
    void (*notice)(void *ctx, bool bad, const char *text);
    void (*stopped)(void *ctx); /* the daemon has put everything away, after model_stop() */
    /* The daemon is gone, for good as far as is known. EVER: there was a connection. */
    void (*lost)(void *ctx, const char *sentence, bool ever);
    void *ctx;
};

/* CLOCK is borrowed for the model's life. */
struct model *model_new(struct haul_loop *loop, const struct haul_place *place,
                        const struct clock *clock, const struct model_events *events);
void model_free(struct model *model); /* NULL is fine; no event comes any more */

/* Connects, starting the daemon if need be; also after `lost`. Failures come through `lost`,
 * perhaps before this returns. */
void model_connect(struct model *model);

/* The line to another machine dropped and is tried again by itself; what is known is from before.
 */
struct model_away {
    char reason[HAUL_ERROR_TEXT];
    int64_t since;   /* ms since 1970 */
    bool trying;     /* right now */
    int64_t next_at; /* of the next try; 0: only when it is asked for */
};
const struct model_away *model_away(const struct model *model); /* NULL: it is not */
void model_try_now(struct model *model);
/* False: what is asked of the daemon now is not asked at all. */
bool model_reachable(const struct model *model);
/* The line dropped before the daemon answered an add, so nobody knows whether it has it. */
bool model_unsure(const struct model *model);

/* ---- what is known ---- */

/* From now on nothing is started, and it is known that this screen only watches. */
void model_only_watch(struct model *model);
bool model_only_watches(const struct model *model);
const char *model_session(const struct model *model);
const char *model_host(const struct model *model); /* where it is, for ssh; NULL: here */
const struct haul_hello *model_hello(const struct model *model); /* NULL before the connection */
bool model_loaded(const struct model *model);                    /* a frame has come */
bool model_settled(const struct model *model); /* nothing is asked that was not answered */
const struct haul_totals *model_totals(const struct model *model);
int64_t model_now(const struct model *model);
/* The session's rate, one value a second, oldest first. */
const uint64_t *model_rates(const struct model *model, size_t *ret_count);
/* The same over many minutes, since the screen is there. */
const struct trend *model_trend(const struct model *model);

/* The names of the rows that ended last since they were cleared, "": none did that is held; and
 * whether one of them came since the frame before, so that nobody saw it at work. */
#define MODEL_NAME 512
struct model_ended {
    char done[MODEL_NAME];
    char failed[MODEL_NAME];
    bool between;
};
const struct model_ended *model_ended(const struct model *model);
void model_ended_clear(struct model *model);

/* The rows that are held: ROWS[i] is number offset + i of the matching items. */
struct model_window {
    uint64_t matching;
    uint64_t offset;
    uint64_t follow_index;                /* UINT64_MAX: not there */
    uint64_t found, found_before, marked; /* see struct haul_frame */
    bool marking;                         /* something was marked and is not in ->marked yet */
    const struct haul_item *rows;
    const uint8_t *flags; /* of each row: bits of enum haul_row_flag */
    size_t row_count;
    bool current; /* it answers the view that was asked for last */
};
void model_window(const struct model *model, struct model_window *ret_window);

/* Asks for this view from now on, if it differs from the one asked for last. */
void model_watch(struct model *model, const struct haul_view *view);

/* Wants the details of item ID from now on; 0 ends that. They are asked for again at most once a
 * second, and only when the item changed. */
void model_detail_want(struct model *model, uint64_t id);
const struct haul_detail *model_detail(const struct model *model); /* NULL: nothing came yet */
/* True when the details are older than the item: model_tick() then asks again, in its time. */
bool model_detail_stale(const struct model *model);
void model_tick(struct model *model);

/* Wants the lines of the daemon's log from now on, or not any more. */
void model_log_want(struct model *model, bool wanted);
const struct log_lines *model_log(const struct model *model);

/* Wants these hosts from now on, if they differ from those asked for last; NULL ends it. */
void model_hosts_want(struct model *model, const struct haul_hosts_view *view);
const struct host_rows *model_hosts(const struct model *model);

/* ---- what a user does ---- */

void model_add(struct model *model, const struct haul_request *requests, size_t count);
/* "2 added, 1 here already (--again fetches it)". */
#define MODEL_ADDED_SIZE 128
const char *model_added_text(size_t added, size_t had, char buf[MODEL_ADDED_SIZE]);
/* The same, but HEARD is told and not the user. ONLY_NEW: without what is here already. False:
 * there is nobody to call, HEARD comes never. */
typedef void model_heard(void *ctx, const struct haul_reply *reply);
HAUL_CHECKED bool model_add_part(struct model *model, const struct haul_request *requests,
                                 size_t count, bool only_new, model_heard *heard, void *ctx);
/* Likewise: what is known of links that may be added, see haul/client.h. */
HAUL_CHECKED bool model_known(struct model *model, const char *const *urls, size_t count,
                              model_heard *heard, void *ctx);
HAUL_CHECKED bool model_probe(struct model *model, const struct haul_request *request,
                              model_heard *heard, void *ctx);
void model_unprobe(struct model *model);
/* Gives item ID another link, with the options that were given for that. */
HAUL_CHECKED bool model_heal(struct model *model, uint64_t id, const char *url,
                             const struct haul_options *given, model_heard *heard, void *ctx);
/* ID may be MODEL_MARKED in both. */
#define MODEL_MARKED 0u /* instead of an id: all that is marked */
void model_act(struct model *model, enum haul_action action, uint64_t id);
void model_move(struct model *model, enum haul_move how, uint64_t id);
/* Pauses what is marked; when none of it can be paused, goes on with it. */
void model_pause_marked(struct model *model);
/* One item with nothing masked: HEARD gets ->detail. */
HAUL_CHECKED bool model_whole(struct model *model, uint64_t id, model_heard *heard, void *ctx);
/* The items that are marked, with nothing masked: HEARD gets ->items. */
HAUL_CHECKED bool model_list_marked(struct model *model, model_heard *heard, void *ctx);
/* Limits the rate of item ID, perhaps MODEL_MARKED; VALUE is what was typed. */
void model_limit(struct model *model, uint64_t id, const char *value);
/* The same of COUNT items, 0: all, HAUL_MARKED: what is marked. */
void model_act_items(struct model *model, enum haul_action action, const uint64_t *ids,
                     size_t count);
void model_move_items(struct model *model, enum haul_move how, uint64_t position,
                      const uint64_t *ids, size_t count);
void model_change_items(struct model *model, const struct haul_options *given, const uint64_t *ids,
                        size_t count);
/* The same of items that the daemon finds. */
void model_act_named(struct model *model, enum haul_action action, const struct haul_named *named);
void model_move_named(struct model *model, enum haul_move how, uint64_t position,
                      const struct haul_named *named);
void model_change_named(struct model *model, const struct haul_options *given,
                        const struct haul_named *named);
/* HEARD gets ->settings. */
HAUL_CHECKED bool model_settings(struct model *model, model_heard *heard, void *ctx);
void model_mark(struct model *model, enum haul_mark how, uint64_t first, uint64_t last);
/* The next item that the view's `find` fits, see haul_client_find(). HEARD gets ->id and ->index;
 * false: it never does. */
bool model_find(struct model *model, uint64_t from, bool here, bool backwards, model_heard *heard,
                void *ctx);
/* Every item that ACTION fits. DONE_WORD tells the user: "3 paused". */
void model_act_all(struct model *model, enum haul_action action, const char *done_word);
/* Every item in one of STATES (bits). */
void model_act_states(struct model *model, enum haul_action action, uint32_t states,
                      const char *done_word);
void model_set(struct model *model, const struct haul_settings *settings);
/* NAME is a row of the option table, VALUE what was typed. A refusal is a notice. */
void model_set_option(struct model *model, const char *name, const char *value);
/* The session's limit, as it was typed; says so when the schedule allows less. */
void model_set_limit(struct model *model, const char *value);
void model_change_jobs(struct model *model, int by);
/* How many connections each host gets; only while hosts are wanted. */
void model_change_per_host(struct model *model, int by);
/* The newest cancellation or removal that still can be taken back. */
void model_prioritize(struct model *model, enum haul_priority priority, uint64_t id);
void model_undo(struct model *model);
void model_stop(struct model *model);

#endif
