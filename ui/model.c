/* The session as the screen knows it.
 *
 * The daemon pushes frames; what they hold is copied, a row only when its version changed. The view
 * that is asked for may be ahead of the one that frames answer: `current` tells whether they are
 * the same, so that nobody takes the place of an old cursor for that of the new one. */

#include "ui/model.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/fmt.h"
#include "base/mem.h"
#include "base/str.h"
#include "ui/model_inside.h"

#define DETAIL_MS 1000u /* between two looks at the details */
#define GAP_MAX   2u    /* seconds without a frame that still count as going on */

static void changed(struct model *model)
{
    model->events.changed(model->events.ctx);
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
        model_notice(model, true, frame->totals.trouble);
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
        model_notice(model, false, "the line is there again");
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

static bool same_view(const struct haul_view *a, const struct haul_view *b)
{
    return a->states == b->states && a->sort == b->sort && a->descending == b->descending &&
           a->offset == b->offset && a->rows == b->rows && a->follow == b->follow &&
           str_same(a->filter, b->filter) && str_same(a->find, b->find);
}

static void watch_answered(struct model *model, const struct call *call,
                           const struct haul_reply *reply)
{
    (void)call;
    model->watches_open--;
    (void)model_failed(model, reply);
}

void model_watch(struct model *model, const struct haul_view *view)
{
    if (!model->ready || (model->watching && same_view(view, &model->view)))
        return;
    struct call *call = model_call_new(model, watch_answered);
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
    haul_client_watch(model->client, &model->view, model_on_reply, call);
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
    struct call *call = model->ready ? model_call_new(model, detail_answered) : NULL;
    if (!call)
        return;
    call->id = model->detail_id;
    model->detail_asked = true;
    model->detail_moved = false;
    model->detail_asked_at = clock_ticks(model->clock);
    haul_client_show(model->client, model->detail_id, false, model_on_reply, call);
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
