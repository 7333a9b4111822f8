/* The session as the screen knows it.
 *
 * The daemon pushes frames; what they hold is copied, a row only when its version changed. The view
 * that is asked for may be ahead of the one that frames answer: `current` tells whether they are
 * the same, so that nobody takes the place of an old cursor for that of the new one.
 *
 * Every call carries a struct call that its answer frees, so an answer always finds its way, also
 * when the connection is lost or closed first. */

#include "ui/model.h"

#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/fmt.h"
#include "base/mem.h"
#include "base/str.h"
#include "ui/model_inside.h"

#define DETAIL_MS  1000u /* between two looks at the details */
#define GAP_MAX    2u    /* seconds without a frame that still count as going on */
#define MANY_ADDED 1000u /* so many at once that what they took is worth giving back */

static void changed(struct model *model)
{
    model->events.changed(model->events.ctx);
}

static void notice(struct model *model, bool bad, const char *text)
{
    model->events.notice(model->events.ctx, bad, text);
}

/* ---- calls ---- */

/* Returns NULL, after telling so once more, when there is nobody to call. */
static struct call *call_new(struct model *model, call_answer *answer)
{
    if (!model->client) {
        model->events.lost(model->events.ctx, "there is no connection to the daemon", true);
        return NULL;
    }
    if (model->is_away) {
        notice(model, true, "nothing was done: there is no line, it is tried again now");
        model_try_now(model);
        return NULL;
    }
    struct call *call = xcalloc(1, sizeof(*call));
    call->model = model;
    call->answer = answer;
    model->calls_open++;
    return call;
}

static void on_reply(void *ctx, const struct haul_reply *reply)
{
    struct call *call = ctx;
    struct model *model = call->model;
    model->calls_open--;
    model->adds_open -= call->adds;
    if (call->answer)
        call->answer(model, call, reply);
    else if (reply->err && reply->err->code != HAUL_E_CANCELLED)
        notice(model, true, reply->err->text);
    free(call);
    changed(model);
}

/* Tells of a failure; false when there was none. */
static bool failed(struct model *model, const struct haul_reply *reply)
{
    if (!reply->err)
        return false;
    if (reply->err->code != HAUL_E_CANCELLED)
        notice(model, true, reply->err->text);
    return true;
}

/* The same for model_watching.c. */

struct call *model_call_new(struct model *model, call_answer *answer)
{
    return call_new(model, answer);
}

void model_on_reply(void *ctx, const struct haul_reply *reply)
{
    on_reply(ctx, reply);
}

bool model_failed(struct model *model, const struct haul_reply *reply)
{
    return failed(model, reply);
}

/* ---- frames ---- */

static void rates_push(struct model *model, uint64_t rate)
{
    if (model->rate_count == MODEL_HISTORY) {
        memmove(model->rates, model->rates + 1, (MODEL_HISTORY - 1) * sizeof(model->rates[0]));
        model->rate_count--;
    }
    model->rates[model->rate_count++] = rate;
}

/* One value a second. Seconds in which no frame came are those in which nothing happened. */
static void rates_sample(struct model *model, uint64_t rate)
{
    uint64_t second = clock_ticks(model->clock) / 1000;
    if (model->rate_count == 0) {
        rates_push(model, rate);
        trend_add(&model->trend, rate, 1);
    } else if (second == model->rate_second) {
        model->rates[model->rate_count - 1] = rate;
    } else {
        uint64_t gap = second - model->rate_second;
        trend_add(&model->trend, gap <= GAP_MAX ? rate : 0, gap - 1);
        trend_add(&model->trend, rate, 1);
        for (uint64_t i = 1; i < gap && i < MODEL_HISTORY; i++)
            rates_push(model, gap <= GAP_MAX ? rate : 0);
        rates_push(model, rate);
    }
    model->rate_second = second;
}

static void rows_free(struct haul_item *rows, size_t count)
{
    for (size_t i = 0; i < count; i++)
        haul_item_fini(&rows[i]);
    free(rows);
}

/* Rows that stand where they stood and did not change are moved, not copied. */
static void rows_take(struct model *model, const struct haul_frame *frame)
{
    struct haul_item *rows = xcalloc(MAX(frame->row_count, (size_t)1), sizeof(*rows));
    for (size_t i = 0; i < frame->row_count; i++) {
        struct haul_item *old = i < model->row_count ? &model->rows[i] : NULL;
        const struct haul_item *now = &frame->rows[i];
        if (old && old->id == now->id && old->version == now->version) {
            rows[i] = *old;
            rows[i].position = now->position;
            *old = (struct haul_item){0};
        } else {
            haul_item_copy(&rows[i], now);
        }
        if (now->id == model->detail_id)
            model->detail_version = now->version;
    }
    rows_free(model->rows, model->row_count);
    model->rows = rows;
    model->row_count = frame->row_count;
    free(model->flags);
    model->flags = xcalloc(frame->row_count + 1, sizeof(*model->flags));
    if (frame->row_count > 0)
        memcpy(model->flags, frame->flags, frame->row_count);
}

static void on_frame(void *ctx, const struct haul_frame *frame)
{
    struct model *model = ctx;
    if (frame->totals.trouble[0] && strcmp(frame->totals.trouble, model->totals.trouble) != 0)
        notice(model, true, frame->totals.trouble);
    model_note_ends(model, frame);
    model->totals = frame->totals;
    model->matching = frame->matching;
    model->offset = frame->offset;
    model->follow_index = frame->follow_index;
    model->found = frame->found;
    model->found_before = frame->found_before;
    model->marked = frame->marked;
    rows_take(model, frame);
    rates_sample(model, frame->totals.rate);
    model->loaded = true;
    model->fresh = model->watches_open == 0;
    model->detail_moved = model->have_detail && !haul_state_is_final(model->detail.item.state);
    model_tick(model);
    changed(model);
}

static void on_log(void *ctx, const struct haul_log_line *lines, size_t count)
{
    struct model *model = ctx;
    log_lines_take(&model->log, lines, count);
    changed(model);
}

static void on_hosts(void *ctx, const struct haul_hosts *hosts)
{
    struct model *model = ctx;
    host_rows_take(&model->hosts, hosts);
    changed(model);
}

/* ---- the connection ---- */

static void detail_ask(struct model *model);

static void on_ready(void *ctx, const struct haul_hello *hello)
{
    struct model *model = ctx;
    if (model->is_away)
        notice(model, false, "the line is there again");
    model->hello = *hello;
    model->ready = model->was_ready = true;
    model->is_away = false;
    log_lines_clear(&model->log); /* another daemon counts its lines anew */
    model->events.ready(model->events.ctx);
    if (model->detail_id != 0)
        detail_ask(model);
    changed(model);
}

/* Marks go with the connection, and so does what was asked for. */
static void disconnect(struct model *model)
{
    model->marked = 0;
    for (size_t i = 0; i < model->row_count; i++)
        model->flags[i] &= (uint8_t)~HAUL_ROW_MARKED;
    model->ready = false;
    model->watching = false;
    model->log_watched = false;
    model->hosts.watching = false;
}

/* Nobody tells any more what moves: the last state stays, its rates would be untrue. */
static void quiet_down(struct model *model)
{
    model->totals.rate = 0;
    model->totals.eta = -1;
    model->totals.connections = 0;
    for (size_t i = 0; i < model->row_count; i++) {
        model->rows[i].rate = 0;
        model->rows[i].eta = -1;
        model->rows[i].connections = 0;
    }
}

static void on_away(void *ctx, const struct haul_away *away)
{
    struct model *model = ctx;
    if (!model->is_away) {
        disconnect(model);
        model->is_away = true;
        model->away.since = clock_wall(model->clock);
    }
    str_copy(model->away.reason, sizeof(model->away.reason), away->err->text);
    model->away.trying = away->trying;
    model->away.next_at = away->next_at;
    changed(model);
}

static void on_lost(void *ctx, const struct haul_error *err)
{
    struct model *model = ctx;
    bool ever = model->ready;
    disconnect(model);
    quiet_down(model);
    haul_client_close(model->client);
    model->client = NULL;
    model->is_away = false;
    model->events.lost(model->events.ctx, err->text, ever);
}

void model_connect(struct model *model)
{
    struct haul_client_events events = {.ready = on_ready,
                                        .frame = on_frame,
                                        .hosts = on_hosts,
                                        .log = on_log,
                                        .away = on_away,
                                        .lost = on_lost,
                                        .ctx = model};
    struct haul_place place = {
        .session = model->session, .host = model->host, .screen = model->was_ready};
    struct haul_error err;
    if (model->client)
        return;
    if (haul_client_open(model->loop, &place, !model->only_watches, &events, &model->client,
                         &err) != HAUL_OK) {
        model->client = NULL;
        model->events.lost(model->events.ctx, err.text, false);
    }
}

struct model *model_new(struct haul_loop *loop, const struct haul_place *place,
                        const struct clock *clock, const struct model_events *events)
{
    struct model *model = xcalloc(1, sizeof(*model));
    model->loop = loop;
    model->clock = clock;
    model->events = *events;
    model->session = xstrdup(place->session);
    model->host = place->host ? xstrdup(place->host) : NULL;
    model->follow_index = UINT64_MAX;
    return model;
}

static void ignore(void *ctx)
{
    (void)ctx;
}

static void ignore_notice(void *ctx, bool bad, const char *text)
{
    (void)ctx;
    (void)bad;
    (void)text;
}

void model_free(struct model *model)
{
    if (!model)
        return;
    /* The calls that are open are answered while closing; nobody is to hear of it. */
    model->events.changed = ignore;
    model->events.notice = ignore_notice;
    model->events.stopped = ignore;
    haul_client_close(model->client);
    rows_free(model->rows, model->row_count);
    haul_detail_fini(&model->detail);
    log_lines_clear(&model->log);
    host_rows_clear(&model->hosts);
    free(model->flags);
    free(model->filter);
    free(model->find);
    free(model->session);
    free(model->host);
    free(model);
}

/* ---- what is known ---- */

void model_only_watch(struct model *model)
{
    model->only_watches = true;
}

bool model_only_watches(const struct model *model)
{
    return model->only_watches;
}

const char *model_session(const struct model *model)
{
    return model->session;
}

const char *model_host(const struct model *model)
{
    return model->host;
}

const struct model_away *model_away(const struct model *model)
{
    return model->is_away ? &model->away : NULL;
}

void model_try_now(struct model *model)
{
    if (model->client)
        haul_client_try(model->client);
}

bool model_reachable(const struct model *model)
{
    return model->client && !model->is_away;
}

bool model_unsure(const struct model *model)
{
    return model->is_away && model->adds_open > 0;
}

const struct haul_hello *model_hello(const struct model *model)
{
    return model->ready ? &model->hello : NULL;
}

bool model_loaded(const struct model *model)
{
    return model->loaded;
}

bool model_settled(const struct model *model)
{
    return model->calls_open == 0 && (model->fresh || !model->watching) &&
           (model->hosts.fresh || !model->hosts.watching);
}

const struct haul_totals *model_totals(const struct model *model)
{
    return &model->totals;
}

int64_t model_now(const struct model *model)
{
    return clock_wall(model->clock);
}

const uint64_t *model_rates(const struct model *model, size_t *ret_count)
{
    *ret_count = model->rate_count;
    return model->rates;
}

const struct trend *model_trend(const struct model *model)
{
    return &model->trend;
}

void model_window(const struct model *model, struct model_window *ret_window)
{
    *ret_window = (struct model_window){
        .matching = model->matching,
        .offset = model->offset,
        .follow_index = model->follow_index,
        .found = model->found,
        .found_before = model->found_before,
        .marked = model->marked,
        .marking = model->marks_open > 0,
        .rows = model->rows,
        .flags = model->flags,
        .row_count = model->row_count,
        .current = model->fresh,
    };
}

static bool same_text(const char *a, const char *b)
{
    return strcmp(a ? a : "", b ? b : "") == 0;
}

static bool same_view(const struct haul_view *a, const struct haul_view *b)
{
    return a->states == b->states && a->sort == b->sort && a->descending == b->descending &&
           a->offset == b->offset && a->rows == b->rows && a->follow == b->follow &&
           same_text(a->filter, b->filter) && same_text(a->find, b->find);
}

static void watch_answered(struct model *model, const struct call *call,
                           const struct haul_reply *reply)
{
    (void)call;
    model->watches_open--;
    (void)failed(model, reply);
}

void model_watch(struct model *model, const struct haul_view *view)
{
    if (!model->ready || (model->watching && same_view(view, &model->view)))
        return;
    struct call *call = call_new(model, watch_answered);
    if (!call)
        return;
    xstrset(&model->filter, view->filter);
    xstrset(&model->find, view->find);
    model->view = *view;
    model->view.filter = model->filter;
    model->view.find = model->find;
    model->watching = true;
    model->watches_open++;
    model->fresh = false;
    haul_client_watch(model->client, &model->view, on_reply, call);
}

/* ---- details ---- */

static void detail_answered(struct model *model, const struct call *call,
                            const struct haul_reply *reply)
{
    model->detail_asked = false;
    if (call->id != model->detail_id)
        return;
    if (reply->err && reply->err->code == HAUL_E_DAEMON_LOST)
        return; /* what is known of it stays */
    if (reply->err || !reply->detail) {
        haul_detail_fini(&model->detail);
        model->have_detail = false;
        return;
    }
    haul_detail_fini(&model->detail);
    haul_detail_copy(&model->detail, reply->detail);
    model->have_detail = true;
}

static void detail_ask(struct model *model)
{
    struct call *call = model->ready ? call_new(model, detail_answered) : NULL;
    if (!call)
        return;
    call->id = model->detail_id;
    model->detail_asked = true;
    model->detail_moved = false;
    model->detail_asked_at = clock_ticks(model->clock);
    haul_client_show(model->client, model->detail_id, false, on_reply, call);
}

void model_detail_want(struct model *model, uint64_t id)
{
    if (id == model->detail_id)
        return;
    haul_detail_fini(&model->detail);
    model->have_detail = false;
    model->detail_id = id;
    model->detail_version = 0;
    if (id != 0)
        detail_ask(model);
}

const struct haul_detail *model_detail(const struct model *model)
{
    return model->have_detail ? &model->detail : NULL;
}

bool model_detail_stale(const struct model *model)
{
    return model->detail_id != 0 && model->have_detail &&
           (model->detail_moved || model->detail_version > model->detail.item.version);
}

void model_tick(struct model *model)
{
    if (model_detail_stale(model) && !model->detail_asked &&
        clock_ticks(model->clock) - model->detail_asked_at >= DETAIL_MS)
        detail_ask(model);
}

/* ---- what a user does ---- */

static void add_answered(struct model *model, const struct call *call,
                         const struct haul_reply *reply)
{
    char text[128];
    size_t had = reply->had_count;
    (void)call;
    if (failed(model, reply))
        return;
    size_t len = (size_t)snprintf(text, sizeof(text), "%zu added", reply->id_count - had);
    if (had > 0)
        snprintf(text + len, sizeof(text) - len, ", %zu here already (--again fetches it)", had);
    notice(model, false, text);
    if (reply->id_count >= MANY_ADDED)
        malloc_trim(0);
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
    struct call *call = call_adding(model, call_new(model, add_answered));
    if (call)
        haul_client_add_new(model->client, requests, count, on_reply, call);
}

static void heard_answered(struct model *model, const struct call *call,
                           const struct haul_reply *reply)
{
    (void)model;
    call->heard(call->ctx, reply);
}

static struct call *call_heard(struct model *model, model_heard *heard, void *ctx)
{
    struct call *call = call_new(model, heard_answered);
    if (!call)
        return NULL;
    call->heard = heard;
    call->ctx = ctx;
    return call;
}

bool model_add_part(struct model *model, const struct haul_request *requests, size_t count,
                    model_heard *heard, void *ctx)
{
    struct call *call = call_adding(model, call_heard(model, heard, ctx));
    if (call)
        haul_client_add(model->client, requests, count, on_reply, call);
    return call != NULL;
}

/* Nobody is bothered with these when there is no connection: they are not what the user asked for.
 */
bool model_known(struct model *model, const char *const *urls, size_t count, model_heard *heard,
                 void *ctx)
{
    struct call *call = model_reachable(model) ? call_heard(model, heard, ctx) : NULL;
    if (call)
        haul_client_known(model->client, urls, count, on_reply, call);
    return call != NULL;
}

bool model_probe(struct model *model, const struct haul_request *request, model_heard *heard,
                 void *ctx)
{
    struct call *call = model_reachable(model) ? call_heard(model, heard, ctx) : NULL;
    if (call)
        haul_client_probe(model->client, request, on_reply, call);
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
        haul_client_change(model->client, id, url, given, on_reply, call);
    return call != NULL;
}

/* A key that did nothing is answered, or it looks as if it were broken. */
static void act_one_answered(struct model *model, const struct call *call,
                             const struct haul_reply *reply)
{
    char text[64];
    if (failed(model, reply) || reply->count > 0)
        return;
    snprintf(text, sizeof(text), "nothing to %s here", haul_action_name(call->action));
    notice(model, false, text);
}

static void act_answered(struct model *model, const struct call *call,
                         const struct haul_reply *reply)
{
    char text[64];
    if (failed(model, reply))
        return;
    snprintf(text, sizeof(text), "%llu %s", (unsigned long long)reply->count, call->word);
    notice(model, false, text);
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
    struct call *call = call_new(model, marked ? act_answered : act_one_answered);
    if (!call)
        return;
    call->action = action;
    call->word = done_word(action);
    haul_client_act(model->client, action, marked ? NULL : &id, marked ? HAUL_MARKED : 1, on_reply,
                    call);
}

static void prioritize_answered(struct model *model, const struct call *call,
                                const struct haul_reply *reply)
{
    if (!failed(model, reply) && reply->count == 0)
        notice(model, false, "what is complete has no priority any more");
    else if (!reply->err && call->word)
        act_answered(model, call, reply);
}

void model_prioritize(struct model *model, enum haul_priority priority, uint64_t id)
{
    bool marked = id == MODEL_MARKED;
    struct call *call = call_new(model, prioritize_answered);
    struct haul_options *given;
    if (!call)
        return;
    call->word = marked ? "changed" : NULL;
    given = haul_options_new();
    given->priority = priority;
    haul_option_mark(haul_option_find("priority"), given, true);
    haul_client_change_all(model->client, given, marked ? NULL : &id, marked ? HAUL_MARKED : 1,
                           on_reply, call);
    haul_options_unref(given);
}

void model_undo(struct model *model)
{
    struct call *call = call_new(model, act_answered);
    if (!call)
        return;
    call->word = "taken back";
    haul_client_undo(model->client, on_reply, call);
}

void model_move(struct model *model, enum haul_move how, uint64_t id)
{
    bool marked = id == MODEL_MARKED;
    struct call *call = call_new(model, NULL);
    if (call)
        haul_client_move(model->client, how, 0, marked ? NULL : &id, marked ? HAUL_MARKED : 1,
                         on_reply, call);
}

bool model_whole(struct model *model, uint64_t id, model_heard *heard, void *ctx)
{
    struct call *call = call_heard(model, heard, ctx);
    if (call)
        haul_client_show(model->client, id, true, on_reply, call);
    return call != NULL;
}

bool model_list_marked(struct model *model, model_heard *heard, void *ctx)
{
    struct haul_view view = {.marked = true, .secrets = true};
    struct call *call = call_heard(model, heard, ctx);
    if (call)
        haul_client_list(model->client, &view, on_reply, call);
    return call != NULL;
}

bool model_list_all(struct model *model, model_heard *heard, void *ctx)
{
    struct haul_view view = {0};
    struct call *call = call_heard(model, heard, ctx);
    if (call)
        haul_client_list(model->client, &view, on_reply, call);
    return call != NULL;
}

bool model_settings(struct model *model, model_heard *heard, void *ctx)
{
    struct call *call = call_heard(model, heard, ctx);
    if (call)
        haul_client_settings(model->client, on_reply, call);
    return call != NULL;
}

void model_act_items(struct model *model, enum haul_action action, const uint64_t *ids,
                     size_t count)
{
    struct call *call = call_new(model, act_answered);
    if (!call)
        return;
    call->word = done_word(action);
    haul_client_act(model->client, action, ids, count, on_reply, call);
}

void model_move_items(struct model *model, enum haul_move how, uint64_t position,
                      const uint64_t *ids, size_t count)
{
    struct call *call = call_new(model, NULL);
    if (call)
        haul_client_move(model->client, how, position, ids, count, on_reply, call);
}

void model_change_items(struct model *model, const struct haul_options *given, const uint64_t *ids,
                        size_t count)
{
    struct call *call = call_new(model, act_answered);
    if (!call)
        return;
    call->word = "changed";
    haul_client_change_all(model->client, given, ids, count, on_reply, call);
}

static void limit_answered(struct model *model, const struct call *call,
                           const struct haul_reply *reply)
{
    char text[64];
    (void)call;
    if (failed(model, reply))
        return;
    snprintf(text, sizeof(text), "limit of %llu changed", (unsigned long long)reply->count);
    notice(model, false, text);
}

void model_limit(struct model *model, uint64_t id, const char *value)
{
    struct haul_options *given = haul_options_new();
    struct haul_error err;
    enum haul_err code = haul_option_set(haul_option_find("item-limit"), given, value, &err);
    struct call *call = code == HAUL_OK ? call_new(model, limit_answered) : NULL;
    if (code != HAUL_OK)
        notice(model, true, err.text);
    else if (call)
        haul_client_change_all(model->client, given, &id, id == MODEL_MARKED ? HAUL_MARKED : 1,
                               on_reply, call);
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
    struct call *call = call_new(model, pause_marked_answered);
    if (!call)
        return;
    call->word = done_word(HAUL_PAUSE);
    haul_client_act(model->client, HAUL_PAUSE, NULL, HAUL_MARKED, on_reply, call);
}

/* The next frame would tell it too, but the next key may come before. */
static void mark_answered(struct model *model, const struct call *call,
                          const struct haul_reply *reply)
{
    (void)call;
    model->marks_open--;
    if (!failed(model, reply))
        model->marked = reply->count;
}

void model_mark(struct model *model, enum haul_mark how, uint64_t first, uint64_t last)
{
    struct haul_range range = {first, last};
    struct call *call = model->watching ? call_new(model, mark_answered) : NULL;
    if (!call)
        return;
    model->marks_open++;
    if (how == HAUL_MARK_NONE)
        model->marked = 0;
    haul_client_mark(model->client, how, &range, on_reply, call);
}

void model_act_all(struct model *model, enum haul_action action, const char *done_word)
{
    struct call *call = call_new(model, act_answered);
    if (!call)
        return;
    call->word = done_word;
    haul_client_act(model->client, action, NULL, 0, on_reply, call);
}

/* The ids are known: now the action itself. */
static void list_answered(struct model *model, const struct call *list,
                          const struct haul_reply *reply)
{
    if (failed(model, reply))
        return;
    if (reply->item_count == 0) {
        char text[64];
        snprintf(text, sizeof(text), "0 %s", list->word);
        notice(model, false, text);
        return;
    }
    struct call *call = call_new(model, act_answered);
    if (!call)
        return;
    call->word = list->word;
    uint64_t *ids = xreallocarray(NULL, reply->item_count, sizeof(*ids));
    for (size_t i = 0; i < reply->item_count; i++)
        ids[i] = reply->items[i].id;
    haul_client_act(model->client, list->action, ids, reply->item_count, on_reply, call);
    free(ids);
}

void model_act_states(struct model *model, enum haul_action action, uint32_t states,
                      const char *done_word)
{
    struct call *call = call_new(model, list_answered);
    if (!call)
        return;
    call->action = action;
    call->word = done_word;
    struct haul_view view = {.states = states};
    haul_client_list(model->client, &view, on_reply, call);
}

/* The next frame would tell it too, but the next key may come before. */
static void set_answered(struct model *model, const struct call *call,
                         const struct haul_reply *reply)
{
    (void)call;
    model->sets_open--;
    if (failed(model, reply) || !reply->settings)
        return;
    if (!model->totals.jobs_scheduled)
        model->totals.jobs = (uint32_t)reply->settings->jobs;
    if (!model->totals.limit_scheduled)
        model->totals.limit = reply->settings->limit;
    model->hosts.now.per_host = reply->settings->per_host;
}

void model_set(struct model *model, const struct haul_settings *settings)
{
    struct call *call = call_new(model, set_answered);
    if (!call)
        return;
    model->sets_open++;
    haul_client_set(model->client, settings, on_reply, call);
}

void model_set_option(struct model *model, const char *name, const char *value)
{
    const struct haul_option *option = haul_option_find(name);
    struct haul_settings settings;
    struct haul_error err;
    haul_settings_init(&settings);
    if (!option || haul_option_set(option, &settings, value, &err) != HAUL_OK)
        notice(model, true, option ? err.text : "there is no such option");
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
    notice(model, false, text);
}

/* To set more than the schedule allows has no effect now, and would have one later. */
static void refuse_more_jobs(struct model *model)
{
    char text[96];
    snprintf(text, sizeof(text), "the schedule allows %u; :set schedule skip for more",
             model->totals.jobs);
    notice(model, true, text);
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
    if (!failed(model, reply))
        model->events.stopped(model->events.ctx);
}

void model_stop(struct model *model)
{
    struct call *call = call_new(model, stop_answered);
    if (call)
        haul_client_stop(model->client, on_reply, call);
}

bool model_find(struct model *model, uint64_t from, bool here, bool backwards, model_heard *heard,
                void *ctx)
{
    struct call *call = model->watching ? call_heard(model, heard, ctx) : NULL;
    if (call)
        haul_client_find(model->client, from, here, backwards, on_reply, call);
    return call != NULL;
}
