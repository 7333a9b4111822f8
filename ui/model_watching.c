/* What the model looks at besides the list: the daemon's log, and the hosts. Both are pushed while
 * they are wanted. */

#include "ui/model_inside.h"

#include <stdio.h>

#include "base/mem.h"
#include "base/text.h"

#define PER_HOST_AGAIN 16u /* where fewer begin that had no bound */

/* ---- the log ---- */

void model_log_want(struct model *model, bool wanted)
{
    if (!model->ready || wanted == model->log_watched)
        return;
    struct call *call = model_call_new(model, NULL);
    if (!call)
        return;
    model->log_watched = wanted;
    uint64_t after = model->log.count > 0 ? model->log.lines[model->log.count - 1].number : 0;
    if (wanted)
        haul_client_watch_log(model->client, after, HAUL_LOG_TRACE, HAUL_LOG_TAIL, model_on_reply,
                              call);
    else
        haul_client_unwatch_log(model->client, model_on_reply, call);
}

const struct log_lines *model_log(const struct model *model)
{
    return &model->log;
}

/* ---- hosts ---- */

static void hosts_answered(struct model *model, const struct call *call,
                           const struct haul_reply *reply)
{
    (void)call;
    model->hosts.asks_open--;
    (void)model_failed(model, reply);
}

void model_hosts_want(struct model *model, const struct haul_hosts_view *view)
{
    if (!model->ready || (!view && !model->hosts.watching))
        return;
    if (view && !host_rows_ask(&model->hosts, view))
        return;
    struct call *call = model_call_new(model, view ? hosts_answered : NULL);
    if (!call)
        return;
    haul_client_watch_hosts(model->client, view ? &model->hosts.view : NULL, model_on_reply, call);
    if (!view)
        host_rows_clear(&model->hosts);
}

const struct host_rows *model_hosts(const struct model *model)
{
    return &model->hosts;
}

void model_change_per_host(struct model *model, int by)
{
    char value[32];
    uint64_t now = model->sets_open > 0 ? model->per_host_wanted : model->hosts.now.per_host;
    if (!model->hosts.loaded || (by < 0 && now == 1) || (by > 0 && now == 0))
        return;
    model->per_host_wanted = by > 0 ? now + 1 : now == 0 ? PER_HOST_AGAIN : now - 1;
    snprintf(value, sizeof(value), "%llu", (unsigned long long)model->per_host_wanted);
    model_set_option(model, "per-host", value);
}

/* ---- what ended ---- */

/* Was the item of ROW among those that are held, and with something to do? What was added since
 * the frame before has ended, too: numbers grow, and what comes back after a removal has its old
 * one. */
static bool was_unfinished(const struct model *model, const struct haul_item *row, bool *ret_new)
{
    *ret_new = model->loaded && row->id > model->newest_id;
    for (size_t i = 0; i < model->row_count; i++) {
        if (model->rows[i].id == row->id)
            return !haul_state_is_final(model->rows[i].state);
    }
    return *ret_new;
}

/* Remembers what came to its end between the rows that are held and those of FRAME. */
void model_note_ends(struct model *model, const struct haul_frame *frame)
{
    bool more_done = frame->totals.counts[HAUL_DONE] > model->totals.counts[HAUL_DONE];
    bool more_failed = frame->totals.counts[HAUL_FAILED] > model->totals.counts[HAUL_FAILED];
    uint64_t newest = model->newest_id;
    for (size_t i = 0; i < frame->row_count; i++) {
        const struct haul_item *row = &frame->rows[i];
        bool is_new;
        newest = MAX(newest, row->id);
        bool is_done = row->state == HAUL_DONE && more_done;
        if ((!is_done && (row->state != HAUL_FAILED || !more_failed)) ||
            !was_unfinished(model, row, &is_new))
            continue;
        model->ended.between = model->ended.between || is_new;
        text_elide(row->name, MODEL_NAME / 4 - 1, false,
                   is_done ? model->ended.done : model->ended.failed, MODEL_NAME);
    }
    model->newest_id = newest;
}

const struct model_ended *model_ended(const struct model *model)
{
    return &model->ended;
}

void model_ended_clear(struct model *model)
{
    model->ended.done[0] = model->ended.failed[0] = '\0';
    model->ended.between = false;
}
