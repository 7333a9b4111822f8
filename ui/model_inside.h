#ifndef UI_MODEL_INSIDE_H
#define UI_MODEL_INSIDE_H

#include "ui/model.h"

/* Inside of the model: what model.c, model_calls.c and model_watching.c share. */

struct call;
typedef void call_answer(struct model *model, const struct call *call,
                         const struct haul_reply *reply);

struct call {
    struct model *model;
    call_answer *answer; /* NULL: only failures matter */
    bool adds;
    const char *word; /* what was done, for a notice; static */
    enum haul_action action;
    uint64_t id;
    model_heard *heard; /* who is told instead of the user, NULL: nobody */
    void *ctx;
};

struct model {
    struct haul_loop *loop;
    const struct clock *clock;
    struct model_events events;
    struct haul_client *client; /* NULL without a connection */
    char *session;
    char *host; /* NULL: this machine */
    bool only_watches;
    bool ready;
    bool was_ready; /* since the model is there */
    bool is_away;
    struct model_away away;
    struct haul_hello hello;
    unsigned calls_open;
    unsigned adds_open; /* of those */

    bool loaded;
    struct haul_totals totals;
    struct haul_item *rows;
    size_t row_count;
    uint8_t *flags;
    uint64_t matching, offset, follow_index;
    uint64_t found, found_before, marked;
    unsigned marks_open;
    struct haul_view view; /* asked for last; its texts are ours */
    char *filter, *find;
    bool watching;
    unsigned watches_open;
    bool fresh; /* a frame came that answers the view */

    uint64_t rates[MODEL_HISTORY];
    size_t rate_count;
    uint64_t rate_second; /* of the newest value */
    struct trend trend;
    struct model_ended ended;
    uint64_t newest_id; /* of all rows that were ever held */

    uint64_t detail_id;
    struct haul_detail detail;
    bool have_detail;
    bool detail_asked;
    uint64_t detail_asked_at;
    uint64_t detail_version; /* newest seen in a frame */
    bool detail_moved;       /* something else has changed, and what holds the item up with it */

    struct log_lines log;
    bool log_watched;
    struct host_rows hosts;

    uint32_t jobs_wanted; /* while a change is on its way */
    uint64_t per_host_wanted;
    unsigned sets_open;
};

/* A call that ANSWER is told of; its answer goes to model_on_reply(). NULL: there is nobody to
 * call, and the user was told so. */
struct call *model_call_new(struct model *model, call_answer *answer);
haul_reply_cb model_on_reply;
/* Tells of a failure; false when there was none. */
bool model_failed(struct model *model, const struct haul_reply *reply);
void model_notice(struct model *model, bool bad, const char *text);
/* Before FRAME is taken in. */
void model_note_ends(struct model *model, const struct haul_frame *frame);

#endif
