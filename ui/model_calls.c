/* What a user does: the calls of the model, and what their answers are told as.
 *
 * Every call carries a struct call that its answer frees, so an answer always finds its way, also
 * when the connection is lost or closed first. */

#include "ui/model_inside.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/fmt.h"
#include "base/mem.h"

void model_notice(struct model *model, bool bad, const char *text)
{
    model->events.notice(model->events.ctx, bad, text);
}

struct call *model_call_new(struct model *model, call_answer *answer)
{
    if (!model->client) {
        model->events.lost(model->events.ctx, "there is no connection to the daemon", true);
        return NULL;
    }
    if (model->is_away) {
        model_notice(model, true, "nothing was done: there is no line, it is tried again now");
        model_try_now(model);
        return NULL;
    }
    struct call *call = xcalloc(1, sizeof(*call));
    call->model = model;
    call->answer = answer;
    model->calls_open++;
    return call;
}

void model_on_reply(void *ctx, const struct haul_reply *reply)
{
    struct call *call = ctx;
    struct model *model = call->model;
    model->calls_open--;
    model->adds_open -= call->adds;
    if (call->answer)
        call->answer(model, call, reply);
    else if (reply->err && reply->err->code != HAUL_E_CANCELLED)
        model_notice(model, true, reply->err->text);
    free(call);
    model->events.changed(model->events.ctx);
}

bool model_failed(struct model *model, const struct haul_reply *reply)
{
    if (!reply->err)
        return false;
    if (reply->err->code != HAUL_E_CANCELLED)
        model_notice(model, true, reply->err->text);
    return true;
}

/* ---- what a user does ---- */

const char *model_added_text(size_t added, size_t had, char buf[MODEL_ADDED_SIZE])
{
    size_t len = (size_t)snprintf(buf, MODEL_ADDED_SIZE, "%zu added", added);
    if (had > 0)
        snprintf(buf + len, MODEL_ADDED_SIZE - len, ", %zu here already (--again fetches it)", had);
    return buf;
}

static void add_answered(struct model *model, const struct call *call,
                         const struct haul_reply *reply)
{
    char text[MODEL_ADDED_SIZE];
    (void)call;
    if (model_failed(model, reply))
        return;
    model_added_text(reply->id_count - reply->had_count, reply->had_count, text);
    model_notice(model, false, text);
}

static struct call *call_adding(struct model *model, struct call *call)
{
    if (!call)
        return NULL;
    call->adds = true;
    model->adds_open++;
    return call;
}

void model_add(struct model *model, const struct haul_request *requests, size_t count)
{
    struct call *call = call_adding(model, model_call_new(model, add_answered));
    if (call)
        haul_client_add_new(model->client, requests, count, model_on_reply, call);
}

static void heard_answered(struct model *model, const struct call *call,
                           const struct haul_reply *reply)
{
    (void)model;
    call->heard(call->ctx, reply);
}

static struct call *call_heard(struct model *model, model_heard *heard, void *ctx)
{
    struct call *call = model_call_new(model, heard_answered);
    if (!call)
        return NULL;
    call->heard = heard;
    call->ctx = ctx;
    return call;
}

bool model_add_part(struct model *model, const struct haul_request *requests, size_t count,
                    bool only_new, model_heard *heard, void *ctx)
{
    struct call *call = call_adding(model, call_heard(model, heard, ctx));
    if (call && only_new)
        haul_client_add_new(model->client, requests, count, model_on_reply, call);
    else if (call)
        haul_client_add(model->client, requests, count, model_on_reply, call);
    return call != NULL;
}

/* Nobody is bothered with these when there is no connection: they are not what the user asked for.
 */
bool model_known(struct model *model, const char *const *urls, size_t count, model_heard *heard,
                 void *ctx)
{
    struct call *call = model_reachable(model) ? call_heard(model, heard, ctx) : NULL;
    if (call)
        haul_client_known(model->client, urls, count, model_on_reply, call);
    return call != NULL;
}

bool model_probe(struct model *model, const struct haul_request *request, model_heard *heard,
                 void *ctx)
{
    struct call *call = model_reachable(model) ? call_heard(model, heard, ctx) : NULL;
    if (call)
        haul_client_probe(model->client, request, model_on_reply, call);
    return call != NULL;
}

void model_unprobe(struct model *model)
{
    if (model_reachable(model))
        haul_client_unprobe(model->client, NULL, NULL);
}

bool model_heal(struct model *model, uint64_t id, const char *url, const struct haul_options *given,
                model_heard *heard, void *ctx)
{
    struct call *call = call_heard(model, heard, ctx);
    if (call)
        haul_client_change(model->client, id, url, given, model_on_reply, call);
    return call != NULL;
}

/* A key that did nothing is answered, or it looks as if it were broken. */
/* Whoever did it by mistake looks here first. */
static bool can_be_undone(const struct call *call)
{
    return call->action == HAUL_REMOVE || call->action == HAUL_CANCEL;
}

static void act_one_answered(struct model *model, const struct call *call,
                             const struct haul_reply *reply)
{
    char text[64];
    if (model_failed(model, reply))
        return;
    if (reply->count == 0)
        snprintf(text, sizeof(text), "nothing to %s here", haul_action_name(call->action));
    else if (can_be_undone(call))
        snprintf(text, sizeof(text), "%s; :undo takes it back", call->word);
    else
        return; /* its row tells it */
    model_notice(model, false, text);
}

static void act_answered(struct model *model, const struct call *call,
                         const struct haul_reply *reply)
{
    char text[64];
    if (model_failed(model, reply))
        return;
    snprintf(text, sizeof(text), "%llu %s%s", (unsigned long long)reply->count, call->word,
             reply->count > 0 && can_be_undone(call) ? "; :undo takes them back" : "");
    model_notice(model, false, text);
}

/* What was done, for a notice: "3 paused". */
static const char *done_word(enum haul_action action)
{
    static const char *const words[HAUL_ACTION_COUNT] = {
        [HAUL_PAUSE] = "paused",      [HAUL_RESUME] = "resumed", [HAUL_CANCEL] = "cancelled",
        [HAUL_RETRY] = "tried again", [HAUL_REMOVE] = "removed",
    };
    return words[action];
}

void model_act(struct model *model, enum haul_action action, uint64_t id)
{
    bool marked = id == MODEL_MARKED;
    struct call *call = model_call_new(model, marked ? act_answered : act_one_answered);
    if (!call)
        return;
    call->action = action;
    call->word = done_word(action);
    haul_client_act(model->client, action, marked ? NULL : &id, marked ? HAUL_MARKED : 1,
                    model_on_reply, call);
}

static void prioritize_answered(struct model *model, const struct call *call,
                                const struct haul_reply *reply)
{
    if (!model_failed(model, reply) && reply->count == 0)
        model_notice(model, false, "what is complete has no priority any more");
    else if (!reply->err && call->word)
        act_answered(model, call, reply);
}

void model_prioritize(struct model *model, enum haul_priority priority, uint64_t id)
{
    bool marked = id == MODEL_MARKED;
    struct call *call = model_call_new(model, prioritize_answered);
    struct haul_options *given;
    if (!call)
        return;
    call->word = marked ? "changed" : NULL;
    given = haul_options_new();
    given->priority = priority;
    haul_option_mark(haul_option_find("priority"), given, true);
    haul_client_change_all(model->client, given, marked ? NULL : &id, marked ? HAUL_MARKED : 1,
                           model_on_reply, call);
    haul_options_unref(given);
}

void model_undo(struct model *model)
{
    struct call *call = model_call_new(model, act_answered);
    if (!call)
        return;
    call->word = "taken back";
    haul_client_undo(model->client, model_on_reply, call);
}

void model_move(struct model *model, enum haul_move how, uint64_t id)
{
    bool marked = id == MODEL_MARKED;
    struct call *call = model_call_new(model, NULL);
    if (call)
        haul_client_move(model->client, how, 0, marked ? NULL : &id, marked ? HAUL_MARKED : 1,
                         model_on_reply, call);
}

bool model_whole(struct model *model, uint64_t id, model_heard *heard, void *ctx)
{
    struct call *call = call_heard(model, heard, ctx);
    if (call)
        haul_client_show(model->client, id, true, model_on_reply, call);
    return call != NULL;
}

bool model_list_marked(struct model *model, model_heard *heard, void *ctx)
{
    struct haul_view view = {.marked = true, .secrets = true};
    struct call *call = call_heard(model, heard, ctx);
    if (call)
        haul_client_list(model->client, &view, model_on_reply, call);
    return call != NULL;
}

bool model_settings(struct model *model, model_heard *heard, void *ctx)
{
    struct call *call = call_heard(model, heard, ctx);
    if (call)
        haul_client_settings(model->client, model_on_reply, call);
    return call != NULL;
}

void model_act_named(struct model *model, enum haul_action action, const struct haul_named *named)
{
    struct call *call = model_call_new(model, act_answered);
    if (!call)
        return;
    call->action = action;
    call->word = done_word(action);
    haul_client_act_named(model->client, action, named, model_on_reply, call);
}

void model_move_named(struct model *model, enum haul_move how, uint64_t position,
                      const struct haul_named *named)
{
    struct call *call = model_call_new(model, NULL);
    if (call)
        haul_client_move_named(model->client, how, position, named, model_on_reply, call);
}

void model_change_named(struct model *model, const struct haul_options *given,
                        const struct haul_named *named)
{
    struct call *call = model_call_new(model, act_answered);
    if (!call)
        return;
    call->word = "changed";
    haul_client_change_named(model->client, given, named, model_on_reply, call);
}

void model_act_items(struct model *model, enum haul_action action, const uint64_t *ids,
                     size_t count)
{
    struct call *call = model_call_new(model, act_answered);
    if (!call)
        return;
    call->word = done_word(action);
    haul_client_act(model->client, action, ids, count, model_on_reply, call);
}

void model_move_items(struct model *model, enum haul_move how, uint64_t position,
                      const uint64_t *ids, size_t count)
{
    struct call *call = model_call_new(model, NULL);
    if (call)
        haul_client_move(model->client, how, position, ids, count, model_on_reply, call);
}

void model_change_items(struct model *model, const struct haul_options *given, const uint64_t *ids,
                        size_t count)
{
    struct call *call = model_call_new(model, act_answered);
    if (!call)
        return;
    call->word = "changed";
    haul_client_change_all(model->client, given, ids, count, model_on_reply, call);
}

static void limit_answered(struct model *model, const struct call *call,
                           const struct haul_reply *reply)
{
    char text[64];
    (void)call;
    if (model_failed(model, reply))
        return;
    snprintf(text, sizeof(text), "limit of %llu changed", (unsigned long long)reply->count);
    model_notice(model, false, text);
}

void model_limit(struct model *model, uint64_t id, const char *value)
{
    struct haul_options *given = haul_options_new();
    struct haul_error err;
    enum haul_err code = haul_option_set(haul_option_find("item-limit"), given, value, &err);
    struct call *call = code == HAUL_OK ? model_call_new(model, limit_answered) : NULL;
    if (code != HAUL_OK)
        model_notice(model, true, err.text);
    else if (call)
        haul_client_change_all(model->client, given, &id, id == MODEL_MARKED ? HAUL_MARKED : 1,
                               model_on_reply, call);
    haul_options_unref(given);
}

static void pause_marked_answered(struct model *model, const struct call *call,
                                  const struct haul_reply *reply)
{
    if (!reply->err && reply->count == 0)
        model_act(model, HAUL_RESUME, MODEL_MARKED);
    else
        act_answered(model, call, reply);
}

void model_pause_marked(struct model *model)
{
    struct call *call = model_call_new(model, pause_marked_answered);
    if (!call)
        return;
    call->word = done_word(HAUL_PAUSE);
    haul_client_act(model->client, HAUL_PAUSE, NULL, HAUL_MARKED, model_on_reply, call);
}

/* The next frame would tell it too, but the next key may come before. */
static void mark_answered(struct model *model, const struct call *call,
                          const struct haul_reply *reply)
{
    (void)call;
    model->marks_open--;
    if (!model_failed(model, reply))
        model->marked = reply->count;
}

void model_mark(struct model *model, enum haul_mark how, uint64_t first, uint64_t last)
{
    struct haul_range range = {first, last};
    struct call *call = model->watching ? model_call_new(model, mark_answered) : NULL;
    if (!call)
        return;
    model->marks_open++;
    if (how == HAUL_MARK_NONE)
        model->marked = 0;
    haul_client_mark(model->client, how, &range, model_on_reply, call);
}

void model_act_all(struct model *model, enum haul_action action, const char *done_word)
{
    struct call *call = model_call_new(model, act_answered);
    if (!call)
        return;
    call->word = done_word;
    haul_client_act(model->client, action, NULL, 0, model_on_reply, call);
}

/* That there are none is no mistake: nobody named one. */
static void states_answered(struct model *model, const struct call *call,
                            const struct haul_reply *reply)
{
    struct haul_reply none = {0};
    bool is_none = reply->err && reply->err->code == HAUL_E_NO_ITEM;
    act_answered(model, call, is_none ? &none : reply);
}

void model_act_states(struct model *model, enum haul_action action, uint32_t states,
                      const char *done_word)
{
    struct haul_named named = {.states = states};
    struct call *call = model_call_new(model, states_answered);
    if (!call)
        return;
    call->action = action;
    call->word = done_word;
    haul_client_act_named(model->client, action, &named, model_on_reply, call);
}

/* The next frame would tell it too, but the next key may come before. */
static void set_answered(struct model *model, const struct call *call,
                         const struct haul_reply *reply)
{
    (void)call;
    model->sets_open--;
    if (model_failed(model, reply) || !reply->settings)
        return;
    if (!model->totals.jobs_scheduled)
        model->totals.jobs = (uint32_t)reply->settings->jobs;
    if (!model->totals.limit_scheduled)
        model->totals.limit = reply->settings->limit;
    model->hosts.now.per_host = reply->settings->per_host;
}

void model_set(struct model *model, const struct haul_settings *settings)
{
    struct call *call = model_call_new(model, set_answered);
    if (!call)
        return;
    model->sets_open++;
    haul_client_set(model->client, settings, model_on_reply, call);
}

void model_set_option(struct model *model, const char *name, const char *value)
{
    const struct haul_option *option = haul_option_find(name);
    struct haul_settings settings;
    struct haul_error err;
    haul_settings_init(&settings);
    if (!option || haul_option_set(option, &settings, value, &err) != HAUL_OK)
        model_notice(model, true, option ? err.text : "there is no such option");
    else
        model_set(model, &settings);
}

void model_set_limit(struct model *model, const char *value)
{
    char rate[FMT_SIZE];
    char text[128];
    uint64_t limit;
    model_set_option(model, "limit", value);
    if (!model->totals.limit_scheduled || !fmt_parse_size(value, &limit) ||
        (limit > 0 && limit <= model->totals.limit))
        return;
    snprintf(text, sizeof(text), "set; but now the schedule allows %s (:set schedule skip)",
             fmt_rate(model->totals.limit, rate));
    model_notice(model, false, text);
}

/* To set more than the schedule allows has no effect now, and would have one later. */
static void refuse_more_jobs(struct model *model)
{
    char text[96];
    snprintf(text, sizeof(text), "the schedule allows %u; :set schedule skip for more",
             model->totals.jobs);
    model_notice(model, true, text);
}

void model_change_jobs(struct model *model, int by)
{
    char value[16];
    uint32_t jobs = model->sets_open > 0 ? model->jobs_wanted : model->totals.jobs;
    if (by > 0 && model->totals.jobs_scheduled) {
        refuse_more_jobs(model);
        return;
    }
    if (by < 0 && jobs <= 1)
        return;
    model->jobs_wanted = by < 0 ? jobs - 1 : jobs + 1;
    snprintf(value, sizeof(value), "%u", model->jobs_wanted);
    model_set_option(model, "jobs", value);
}

static void stop_answered(struct model *model, const struct call *call,
                          const struct haul_reply *reply)
{
    (void)call;
    if (!model_failed(model, reply))
        model->events.stopped(model->events.ctx);
}

void model_stop(struct model *model)
{
    struct call *call = model_call_new(model, stop_answered);
    if (call)
        haul_client_stop(model->client, model_on_reply, call);
}

bool model_find(struct model *model, uint64_t from, bool here, bool backwards, model_heard *heard,
                void *ctx)
{
    struct call *call = model->watching ? call_heard(model, heard, ctx) : NULL;
    if (call)
        haul_client_find(model->client, from, here, backwards, model_on_reply, call);
    return call != NULL;
}
