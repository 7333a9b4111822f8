/* What the model looks at besides the list: the daemon's log, and the hosts. Both are pushed while
 * they are wanted. */

#include "ui/model_inside.h"

#include <stdio.h>

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
