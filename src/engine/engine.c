/* The engine: the queue, the slots, and what happens when.
 *
 * Everything that changes the engine runs on the loop thread, and outside of libcurl. Work that was
 * asked for inside a callback is done by step(), in the same turn of the loop where libcurl caused
 * it, else in the next. While nothing runs and nothing waits, no timer is armed. */

#include "haul/engine.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "base/fmt.h"
#include "base/loop.h"
#include "base/mem.h"
#include "disk/replace.h"
#include "disk/space.h"
#include "engine/folder.h"
#include "engine/glance.h"
#include "engine/keep.h"
#include "engine/past.h"
#include "engine/probe.h"
#include "engine/recall.h"
#include "engine/repeat.h"
#include "engine/slots.h"
#include "engine/transfer_inside.h"
#include "engine/undo.h"
#include "haul/log.h"

#define TICK_MS         1000
#define CLOSING_TICK_MS 20
#define SPACE_EVERY_MS  5000
#define WORKERS         "16" /* a few that hang in a dead network file system leave enough for others */
#define WORKERS_OF_RUN  "4" /* of one command: to start them takes time */
#define OWN_DESCRIPTORS 64  /* not for transfers: log, socket, clients, epoll */
#define PER_TRANSFER    2   /* its connection and its file */
#define LIMIT_EVERY_MS  10
#define CACHE_MIN       16

uint64_t engine_now(const struct haul_engine *engine)
{
    return uv_now(engine->loop);
}

void engine_tell(struct haul_engine *engine, const struct item *item, enum haul_happening what)
{
    if (engine->events.item)
        engine->events.item(engine->events.ctx, item->id, what);
}

void engine_tell_asks(struct haul_engine *engine)
{
    if (engine->events.asks)
        engine->events.asks(engine->events.ctx);
}

/* States. */

static const enum haul_happening happening_of[HAUL_STATE_COUNT] = {
    [HAUL_QUEUED] = HAUL_ITEM_QUEUED,       [HAUL_ACTIVE] = HAUL_ITEM_STARTED,
    [HAUL_WAITING] = HAUL_ITEM_RETRY,       [HAUL_PAUSED] = HAUL_ITEM_PAUSED,
    [HAUL_DONE] = HAUL_ITEM_DONE,           [HAUL_FAILED] = HAUL_ITEM_FAILED,
    [HAUL_CANCELLED] = HAUL_ITEM_CANCELLED,
};

/* Whether the item's error belongs to its new state: it ended a run or the item. It is an old one
 * when the wait after it is over. */
static bool is_news(const struct item *item, enum haul_state from)
{
    bool waited = from == HAUL_WAITING || from == HAUL_PAUSED;

    switch (item->state) {
    case HAUL_ACTIVE:
        return false;
    case HAUL_QUEUED:
        return item_more(item)->err != HAUL_OK && !waited;
    case HAUL_DONE:
        return true;
    default:
        return item_more(item)->err != HAUL_OK;
    }
}

/* Appends the present state, which follows FROM, to the item's history, where one is kept. */
static void log_state(struct haul_engine *engine, struct item *item, enum haul_state from)
{
    const struct item_more *more = item_more(item);
    const char *note = more->note && is_news(item, from) ? more->note : "";
    char at[FMT_SIZE], next[FMT_SIZE + 16] = "";

    if (!engine->keep_history)
        return;
    if (item->state == HAUL_WAITING)
        snprintf(next, sizeof next, "; next try at %s", fmt_clock(item_work(item)->retry_at, at));
    else if (item->state == HAUL_ACTIVE && more->tries > 0)
        snprintf(next, sizeof next, ", try %u", more->tries + 1);
    item_log(item, clock_wall(engine->clock), "%s%s%s%s", haul_state_name(item->state),
             note[0] ? ": " : "", note, next);
}

/* END: what is to be remembered of an end, or NULL. */
static void set_state(struct haul_engine *engine, struct item *item, enum haul_state state,
                      const struct past_end *end)
{
    enum haul_state from = item->state;

    if (state == from)
        return;
    if (state == HAUL_ACTIVE && item_more(item)->started_at == 0)
        item_need_more(item)->started_at = clock_wall(engine->clock);
    if (haul_state_is_final(state))
        item_need_more(item)->finished_at = clock_wall(engine->clock);
    queue_set_state(&engine->queue, item, state);
    if (haul_state_is_final(state))
        item_settle(item);
    if (state != HAUL_ACTIVE && state != HAUL_WAITING)
        keep_state(engine, item, end);
    log_state(engine, item, from);
    engine_tell(engine, item, happening_of[state]);
    engine_wake(engine);
}

void engine_set_state(struct haul_engine *engine, struct item *item, enum haul_state state)
{
    set_state(engine, item, state, NULL);
}

void engine_done(struct haul_engine *engine, struct item *item, const struct past_end *end)
{
    set_state(engine, item, HAUL_DONE, end);
}

void engine_clear_error(struct item *item)
{
    if (!item->more)
        return;
    item->more->err = HAUL_OK;
    item->more->http_status = 0;
    item_set_note(item, NULL);
}

void engine_keep_error(struct item *item, const struct haul_error *err)
{
    struct item_more *more = item_need_more(item);

    more->err = err->code;
    more->http_status = err->http_status;
    item_set_note(item, err->text[0] ? err->text : haul_err_sentence(err->code));
}

/* The rate limit. */

static void step(struct haul_engine *engine);

/* Lets the ones for which there are tokens go on. What runs out of them again queues up behind the
 * others, for the next time. */
static void on_limit(uv_timer_t *timer)
{
    struct haul_engine *engine = timer->data;
    uint64_t now = engine_now(engine);
    struct segment *segment, *next, *last = TAILQ_LAST(&engine->limited, limited);

    for (segment = TAILQ_FIRST(&engine->limited); segment; segment = next) {
        next = segment == last ? NULL : TAILQ_NEXT(segment, limited);
        if (segment_limit_wait(segment, now) == 0)
            segment_unlimit(segment);
    }
    step(engine);
}

/* Looks at most a hundred times a second, however many wait. */
static void arm_limit(struct haul_engine *engine)
{
    const struct segment *segment;
    uint64_t wait = UINT64_MAX;

    if (TAILQ_EMPTY(&engine->limited) || uv_is_active((uv_handle_t *)&engine->limit_timer))
        return;
    TAILQ_FOREACH(segment, &engine->limited, limited)
    {
        wait = MIN(wait, segment_limit_wait(segment, engine_now(engine)));
        if (wait <= LIMIT_EVERY_MS)
            break;
    }
    uv_timer_start(&engine->limit_timer, on_limit, MAX(wait, (uint64_t)LIMIT_EVERY_MS), 0);
}

/* The step. */

static void on_soon(uv_idle_t *idle);

void engine_wake(struct haul_engine *engine)
{
    if (engine->open_handles > 0 && !uv_is_active((uv_handle_t *)&engine->soon))
        uv_idle_start(&engine->soon, on_soon);
}

/* The rows of the items that wait for HOST tell until when it rests. */
static void on_rest_changed(void *ctx, struct host *host)
{
    struct haul_engine *engine = ctx;

    for (size_t i = 0; i < host->lane.count; i++)
        queue_touch(&engine->queue, engine->queue.order[queue_place(host->lane.ranks[i])]);
    if (engine_is_shut(engine, host))
        lane_open(&host->lane);
    engine->queue.version++;
    engine_wake(engine);
}

static void on_host_learned(void *ctx, const struct host *host)
{
    struct haul_engine *engine = ctx;

    engine->queue.version++;
    keep_host(engine, host);
}

static void attend(struct haul_engine *engine)
{
    struct transfer *transfer;
    size_t most = engine->transfer_count;

    /* What asks again meanwhile waits for the next step. */
    for (size_t n = 0; n <= most && (transfer = STAILQ_FIRST(&engine->attention)); n++) {
        STAILQ_REMOVE_HEAD(&engine->attention, attention);
        transfer_attend(transfer);
    }
}

/* Transfers that wait for a host come before items that are queued for it. */
static void wake_held_up(struct haul_engine *engine)
{
    struct transfer *transfer;

    if (!engine->hosts.opened)
        return;
    engine->hosts.opened = false;
    LIST_FOREACH(transfer, &engine->held_up, held_up)
    transfer_wants_attention(transfer);
    attend(engine);
}

static void arm_tick(struct haul_engine *engine);

static void on_kept(void *ctx)
{
    struct haul_engine *engine = ctx;

    engine->stopped(engine->stopped_ctx);
}

static void finish_stopping(struct haul_engine *engine)
{
    if (!engine->stopped || engine->transfer_count > 0 || engine->looks > 0 ||
        disk_busy(engine->disk) || engine->store_closing)
        return;
    engine->store_closing = true;
    uv_timer_stop(&engine->tick);
    keep_close(engine, on_kept, engine);
}

static void apply_settings(struct haul_engine *engine);

static void on_cookies_saved(void *ctx, const char *path, const struct haul_error *err)
{
    struct haul_engine *engine = ctx;

    if (err) {
        LOG_ERROR(engine, "cookies are not saved: %s", err->text);
        xstrset(&engine->news, NULL);
        engine->news = xasprintf("cookies are not saved: %s", err->text);
        if (engine->events.trouble)
            engine->events.trouble(engine->events.ctx, err);
    }
    net_cookies_saved(engine->net, path, !err);
    engine_wake(engine);
}

static void on_cookies(void *ctx, const char *path, char *text)
{
    struct haul_engine *engine = ctx;

    disk_replace(engine->disk, path, text, on_cookies_saved, engine);
}

static void on_alarm(struct alarm *alarm)
{
    struct haul_engine *engine = OWNER_OF(alarm, struct haul_engine, alarm);

    if (engine->open_handles == 0)
        return;
    starts_tick(&engine->starts, clock_wall(engine->clock));
    apply_settings(engine);  /* what the schedule makes of them */
    engine->queue.version++; /* the rows tell what they wait for */
    step(engine);
}

static void tell_answers(struct haul_engine *engine)
{
    bool answered = engine->answered;

    engine->answered = false;
    if (answered && engine->events.answers)
        engine->events.answers(engine->events.ctx);
}

static void step(struct haul_engine *engine)
{
    tell_answers(engine);
    attend(engine);
    hosts_tick(&engine->hosts, engine_now(engine));
    wake_held_up(engine);
    if (!engine->closing && !engine->held)
        slots_fill(engine);
    arm_tick(engine);
    arm_limit(engine);
    alarm_set(&engine->alarm,
              engine->closing ? INT64_MAX : MIN(engine->starts.next, engine->hours.until));
    if (disk_small_waits(engine->small))
        engine_wake(engine); /* to begin with them once the turn is over */
    if (engine->told_version != engine->queue.version) {
        engine->told_version = engine->queue.version;
        if (engine->events.changed)
            engine->events.changed(engine->events.ctx);
    }
    if (engine->closing)
        finish_stopping(engine);
}

static void on_soon(uv_idle_t *idle)
{
    struct haul_engine *engine = idle->data;

    uv_idle_stop(idle);
    disk_small_begin(engine->small);
    step(engine);
}

static void on_nudge(uv_timer_t *timer)
{
    struct haul_engine *engine = timer->data;
    struct transfer *transfer;

    LIST_FOREACH(transfer, &engine->transfers, link)
    {
        if (transfer->put_off)
            transfer_wants_attention(transfer);
    }
}

void engine_nudge(struct haul_engine *engine, uint64_t ms)
{
    if (!uv_is_active((uv_handle_t *)&engine->nudge) || uv_timer_get_due_in(&engine->nudge) > ms)
        uv_timer_start(&engine->nudge, on_nudge, ms, 0);
}

static void on_settled(void *ctx)
{
    struct haul_engine *engine = ctx;

    if (engine->open_handles > 0)
        step(engine);
}

/* Time. */

static void wake_waiting(struct haul_engine *engine)
{
    uint64_t now = engine_now(engine);
    struct item *item;

    while ((item = due_first(&engine->queue.waiting)) && item_work(item)->due <= now)
        engine_set_state(engine, item, HAUL_QUEUED);
}

static void on_space(void *ctx, int64_t free_bytes)
{
    struct haul_engine *engine = ctx;

    engine->asking_space = false;
    if (engine->disk_free != free_bytes)
        engine->queue.version++;
    engine->disk_free = free_bytes;
    engine_wake(engine);
}

static void ask_space(struct haul_engine *engine)
{
    uint64_t now = engine_now(engine);
    struct transfer *newest = LIST_FIRST(&engine->transfers);

    if (!newest || engine->asking_space ||
        (engine->space_asked > 0 && now - engine->space_asked < SPACE_EVERY_MS))
        return;
    engine->asking_space = true;
    engine->space_asked = MAX(now, (uint64_t)1);
    disk_space(engine->disk, item_dir(newest->item), on_space, engine);
}

static void on_tick(uv_timer_t *timer)
{
    struct haul_engine *engine = timer->data;
    uint64_t late = engine_now(engine) - MIN(engine->tick_due, engine_now(engine));
    struct transfer *transfer, *next;

    for (transfer = LIST_FIRST(&engine->transfers); transfer; transfer = next) {
        next = LIST_NEXT(transfer, link);
        if (late >= TICK_MS)
            transfer_forgive(transfer, late);
        transfer_tick(transfer);
    }
    if (!engine->closing) {
        wake_waiting(engine);
        undo_tick(engine);
        ask_space(engine);
    }
    step(engine);
}

/* Ticks at which the first item runs again, or the first host has rested. */
static uint64_t next_due(const struct haul_engine *engine)
{
    const struct item *waiting = due_first(&engine->queue.waiting);
    uint64_t due = MIN(hosts_due(&engine->hosts), undo_due(engine));

    return waiting ? MIN(due, item_work(waiting)->due) : due;
}

static void start_tick(struct haul_engine *engine, uint64_t delay)
{
    engine->tick_due = engine_now(engine) + delay;
    uv_timer_start(&engine->tick, on_tick, delay, 0);
}

static void arm_tick(struct haul_engine *engine)
{
    uint64_t now = engine_now(engine), due, delay;

    if (uv_is_active((uv_handle_t *)&engine->tick))
        return;
    if (engine->closing) {
        if (engine->stopped && !engine->store_closing)
            start_tick(engine, CLOSING_TICK_MS);
        return;
    }
    if (engine->transfer_count > 0) {
        start_tick(engine, TICK_MS);
        return;
    }
    due = next_due(engine);
    if (due == UINT64_MAX)
        return;
    delay = due > now ? due - now : 0;
    start_tick(engine, MIN(delay, (uint64_t)TICK_MS));
}

/* Life. */

/* Raises the soft limit of open files to the hard one; returns how many items that is room for. */
static uint64_t raise_descriptors(void)
{
    struct rlimit limit;

    if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return UINT64_MAX;
    limit.rlim_cur = limit.rlim_max;
    if (setrlimit(RLIMIT_NOFILE, &limit) != 0)
        LOG_WARN(engine, "the limit of open files can't be raised: %s", strerror(errno));
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY)
        return UINT64_MAX;
    if (limit.rlim_cur <= OWN_DESCRIPTORS + PER_TRANSFER)
        return 1;
    return (limit.rlim_cur - OWN_DESCRIPTORS) / PER_TRANSFER;
}

static void open_handles(struct haul_engine *engine)
{
    uv_idle_init(engine->loop, &engine->soon);
    uv_timer_init(engine->loop, &engine->tick);
    uv_timer_init(engine->loop, &engine->limit_timer);
    uv_timer_init(engine->loop, &engine->nudge);
    engine->soon.data = engine->tick.data = engine->limit_timer.data = engine->nudge.data = engine;
    engine->alarm.poll.data = engine;
    engine->open_handles = 5;
}

/* Rates are smoothed: a lower limit would be seen seconds after it holds. */
static void rates_follow_limit(struct haul_engine *engine)
{
    uint64_t limit = engine->hours.limit;
    uint64_t rate = speed_rate(&engine->speed, engine_now(engine));
    double factor = rate > 0 ? (double)limit / (double)rate : 1.0;
    struct transfer *transfer;

    if (limit == 0 || rate <= limit)
        return;
    speed_scale(&engine->speed, factor);
    hosts_scale_rates(&engine->hosts, factor);
    LIST_FOREACH(transfer, &engine->transfers, link)
    transfer_scale_rates(transfer, factor);
}

static void apply_settings(struct haul_engine *engine)
{
    hours_follow(engine);
    net_set_cache(engine->net, (long)MAX(engine->hours.jobs, (uint64_t)CACHE_MIN));
    engine->hosts.most = engine->settings.per_host;
    lanes_open(&engine->queue.lanes);
    engine->hosts.opened = true;
    if (engine->limiter.rate != engine->hours.limit) {
        limiter_set(&engine->limiter, engine->hours.limit, engine_now(engine));
        uv_timer_stop(&engine->limit_timer); /* set for the old limit */
        rates_follow_limit(engine);
    }
}

static void ignore(void *ctx)
{
    (void)ctx;
}

enum haul_err haul_engine_new(struct haul_loop *loop, const struct haul_settings *settings,
                              const char *session, const struct haul_engine_events *events,
                              struct haul_engine **ret_engine, struct haul_error *err)
{
    struct haul_engine *engine = xcalloc(1, sizeof *engine);
    struct hosts_events from_hosts = {on_rest_changed, on_host_learned, engine};
    enum haul_err code;

    engine->slots_room = raise_descriptors();
    setenv("UV_THREADPOOL_SIZE", session ? WORKERS : WORKERS_OF_RUN, 0); /* before the first job */
    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN); /* a file that may not grow is an error of that file */
    engine->loop = loop_uv(loop);
    engine->haul_loop = loop;
    engine->clock = &clock_system;
    engine->settings = engine->configured = *settings;
    engine->keep_history = session != NULL;
    engine->disk_free = -1;
    engine->slots_max = UINT64_MAX;
    LIST_INIT(&engine->transfers);
    LIST_INIT(&engine->held_up);
    STAILQ_INIT(&engine->attention);
    STAILQ_INIT(&engine->adds);
    TAILQ_INIT(&engine->limited);
    queue_init(&engine->queue);
    starts_init(&engine->starts, &engine->queue.lanes);
    hours_init(&engine->hours, &engine->queue.lanes);
    hosts_init(&engine->hosts, &engine->queue.lanes, &from_hosts);
    code = session ? keep_open(engine, session, err) : HAUL_OK;
    if (code == HAUL_OK)
        code = net_new(loop, on_settled, engine, &engine->net, err);
    if (code == HAUL_OK)
        net_keep_cookies(engine->net, on_cookies, engine);
    if (code == HAUL_OK)
        code = alarm_init(&engine->alarm, engine->loop, on_alarm, err);
    if (code != HAUL_OK) {
        if (engine->net)
            net_free(engine->net);
        keep_close(engine, ignore, NULL);
        hosts_fini(&engine->hosts);
        hours_fini(&engine->hours);
        queue_fini(&engine->queue);
        xstrset(&engine->news, NULL);
        free(engine);
        return code;
    }
    engine->disk = disk_new(loop, engine->clock);
    engine->small = disk_small_new(engine->disk);
    open_handles(engine);
    apply_settings(engine);
    if (session)
        keep_take_ends(engine, session);
    past_cut(engine);
    if (session)
        glance_begin(engine);
    if (events) /* nobody is told of what was over before there is an engine to ask */
        engine->events = *events;
    engine_wake(engine); /* what was kept may run */
    *ret_engine = engine;
    return HAUL_OK;
}

void haul_engine_stop(struct haul_engine *engine, void (*stopped)(void *ctx), void *ctx)
{
    struct transfer *transfer, *next;

    engine->closing = true;
    undo_forget_all(engine);
    engine->stopped = stopped;
    engine->stopped_ctx = ctx;
    for (transfer = LIST_FIRST(&engine->transfers); transfer; transfer = next) {
        next = LIST_NEXT(transfer, link);
        transfer_stop(transfer, false);
    }
    uv_timer_stop(&engine->tick);
    engine_wake(engine);
}

static void on_handle_closed(uv_handle_t *handle)
{
    struct haul_engine *engine = handle->data;

    if (--engine->open_handles == 0)
        free(engine);
}

void haul_engine_free(struct haul_engine *engine)
{
    uv_handle_t *handles[4];

    if (!engine)
        return;
    handles[0] = (uv_handle_t *)&engine->soon;
    handles[1] = (uv_handle_t *)&engine->tick;
    handles[2] = (uv_handle_t *)&engine->limit_timer;
    handles[3] = (uv_handle_t *)&engine->nudge;
    keep_close(engine, ignore, NULL);
    probes_free(engine->probes);
    net_free(engine->net);
    disk_small_free(engine->small);
    disk_free(engine->disk);
    folders_free(engine);
    recall_free(engine);
    undo_free(engine);
    repeat_free(engine);
    hosts_fini(&engine->hosts);
    starts_fini(&engine->starts);
    hours_fini(&engine->hours);
    queue_fini(&engine->queue);
    xstrset(&engine->news, NULL);
    alarm_close(&engine->alarm, on_handle_closed);
    for (size_t i = 0; i < COUNT_OF(handles); i++)
        uv_close(handles[i], on_handle_closed);
}

const char *haul_engine_libraries(void)
{
    return net_library_version();
}

/* Settings and looks. */

/* Rows that nobody has set are as configured; so are those that CHANGE drops. */
static void follow_configuration(struct haul_engine *engine, const struct haul_settings *change)
{
    size_t count;
    const struct haul_option *table = haul_option_table(&count);

    for (size_t i = 0; i < count; i++) {
        if (table[i].scope != HAUL_SCOPE_SESSION)
            continue;
        if (change && haul_settings_drops(change, &table[i]))
            haul_option_clear(&table[i], &engine->settings);
        if (!haul_option_given(&table[i], &engine->settings))
            haul_option_copy(&table[i], &engine->settings, &engine->configured);
    }
}

static void settings_changed(struct haul_engine *engine)
{
    engine->slots_max = UINT64_MAX;
    apply_settings(engine);
    past_cut(engine);
    engine->queue.version++;
}

void haul_engine_set(struct haul_engine *engine, const struct haul_settings *settings)
{
    struct haul_settings change = *settings;

    hours_settle(engine, &change);
    haul_settings_merge(&engine->settings, &change);
    follow_configuration(engine, &change);
    keep_settings(engine, &change);
    settings_changed(engine);
    haul_engine_hold(engine, false);
}

void haul_engine_configure(struct haul_engine *engine, const struct haul_settings *settings)
{
    engine->configured = *settings;
    follow_configuration(engine, NULL);
    settings_changed(engine);
    engine_wake(engine);
}

void haul_engine_schedule(struct haul_engine *engine, const struct schedule *schedule)
{
    schedule_free(engine->hours.schedule);
    engine->hours.schedule = schedule ? schedule_copy(schedule) : NULL;
    settings_changed(engine);
    engine_wake(engine);
}

void haul_engine_settings(const struct haul_engine *engine, struct haul_settings *ret_settings)
{
    *ret_settings = engine->settings;
}

uint64_t haul_engine_version(const struct haul_engine *engine)
{
    return engine->queue.version;
}

uint64_t haul_engine_order_version(const struct haul_engine *engine)
{
    return engine->queue.order_version;
}

bool haul_engine_changes(struct haul_engine *engine, uint64_t since,
                         void (*changed)(void *ctx, uint64_t id), void *ctx)
{
    return queue_changes(&engine->queue, since, changed, ctx);
}

size_t haul_engine_count(const struct haul_engine *engine)
{
    return engine->queue.count;
}

bool haul_engine_idle(const struct haul_engine *engine)
{
    const uint64_t *counts = engine->queue.counts;

    return engine->transfer_count == 0 &&
           (engine->held || counts[HAUL_QUEUED] + counts[HAUL_ACTIVE] + counts[HAUL_WAITING] == 0);
}

bool haul_engine_held(const struct haul_engine *engine)
{
    return engine->held;
}

void haul_engine_hold(struct haul_engine *engine, bool held)
{
    engine->held = held;
    if (!held)
        xstrset(&engine->news, NULL);
    engine_wake(engine);
}
