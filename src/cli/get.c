/* `haul get`: the engine in this process, without daemon or socket.
 *
 * The first transfers wait for nothing: of a long list the first lines are read and checked, their
 * items begin, and when these have asked for their files all else is checked, before an answer
 * is looked at. A list that is wrong anywhere ends the run there, with nothing on the disk. Then
 * the rest is added to the queue in parts, one a turn of the loop. Runs until every item is over,
 * and answers with the exit status. The first SIGINT, SIGTERM or SIGHUP lets the engine put its
 * work away; a second one ends the process on the spot. Standard output stays empty.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <uv.h>

#include "base/clock.h"
#include "base/loop.h"
#include "base/mem.h"
#include "base/when.h"
#include "cli/collect.h"
#include "cli/command.h"
#include "cli/hooks.h"
#include "cli/outcome.h"
#include "cli/progress.h"
#include "cli/report.h"
#include "config/args.h"
#include "config/config.h"
#include "haul/engine.h"
#include "haul/log.h"

static const int ending_signals[] = {SIGINT, SIGTERM, SIGHUP};

/* A part of a long list takes the loop a millisecond: the first transfers shall ask before the
 * second one does. */
#define HEAD_START_MS 5
#define CHECK_MS      100 /* so long a list may be unchecked, where no connection comes about */
#define FIRST_MOST    UINT64_C(1000) /* items that are added before it, however many slots */

struct get {
    const struct args *args;
    struct haul_loop *loop;
    struct haul_engine *engine;
    struct progress *progress;
    struct hooks *hooks;
    struct outcome outcome;
    struct collected *input; /* what is not added yet */
    struct haul_error err;   /* why it can't be */
    bool refused;            /* for a mistake of the user's */
    uv_idle_t checking;      /* runs once, when the first transfers have asked */
    uv_idle_t adding;        /* while there is any */
    uv_timer_t head_start;   /* until that begins */
    uv_timer_t tick;         /* draws progress */
    uv_timer_t ending;       /* fires in the loop turn after the last item, to stop the engine */
    uv_signal_t signals[COUNT_OF(ending_signals)];
    uint64_t began;     /* ticks */
    int64_t told_start; /* the user was told that items wait until then */
    bool stopping;
};

static void on_hooks_idle(void *ctx)
{
    struct get *get = ctx;
    haul_loop_stop(get->loop);
}

static void on_stopped(void *ctx)
{
    struct get *get = ctx;

    if (!get->outcome.interrupted)
        hooks_rest(get->hooks);
    hooks_when_idle(get->hooks, on_hooks_idle, get);
}

static void stop(struct get *get)
{
    if (get->stopping)
        return;
    get->stopping = true;
    haul_engine_stop(get->engine, on_stopped, get);
}

static void on_ending(uv_timer_t *timer)
{
    stop(timer->data);
}

static void on_tick(uv_timer_t *timer)
{
    struct get *get = timer->data;
    progress_tick(get->progress, get->engine, &get->outcome);
}

static void on_signal(uv_signal_t *handle, int number)
{
    struct get *get = handle->data;

    (void)number;
    if (get->outcome.interrupted)
        _exit(haul_class_exit_status(HAUL_CLASS_INTERRUPTED));
    get->outcome.interrupted = true;
    progress_say(get->progress, "stopping; what came is kept. Once more to stop at once.");
    stop(get);
}

/* Why ITEM does not start. */
static void start_sentence(const struct haul_item *item, char *buf, size_t size)
{
    int64_t now = clock_wall(&clock_system);
    char when[WHEN_SIZE];

    if (!item->off_hours)
        snprintf(buf, size, "waiting: starts %s", when_phrase(item->start_at, now, when));
    else if (item->start_at == 0)
        snprintf(buf, size, "waiting: the schedule allows no downloads; see --schedule off");
    else
        snprintf(buf, size, "waiting: no downloads before %s (schedule); see --schedule off",
                 when_text(item->start_at, now, when));
}

/* Else it looks as if nothing went on: said once for all that start at the same time. */
static void tell_start(struct get *get, uint64_t id)
{
    char sentence[WHEN_SIZE + 80];
    struct haul_item item;
    int64_t at;

    if (get->args->run.quiet || !haul_engine_waits_for_time(get->engine, id) ||
        !haul_engine_item(get->engine, id, &item))
        return;
    at = item.off_hours && item.start_at == 0 ? INT64_MAX : item.start_at;
    if (at != 0 && at != get->told_start) {
        start_sentence(&item, sentence, sizeof sentence);
        progress_say(get->progress, sentence);
        get->told_start = at;
    }
    haul_item_fini(&item);
}

static enum haul_err check_rest(struct get *get, struct haul_error *err)
{
    enum haul_err code = collect_rest(get->input, err);

    get->refused = code != HAUL_OK;
    get->outcome.added = get->input->count;
    return code;
}

/* False when it is refused: then the run is to be stopped. */
static bool check_now(struct get *get)
{
    if (get->stopping)
        return true;
    return !get->refused &&
           (collected_checked(get->input) || check_rest(get, &get->err) == HAUL_OK);
}

/* It is told of an answer, of a request that fails, or of an item that waits. */
static bool may_be_told(const struct get *get, uint64_t id, enum haul_happening what)
{
    return what == HAUL_ITEM_NAMED || what == HAUL_ITEM_NOTED || what == HAUL_ITEM_RETRY ||
           what == HAUL_ITEM_DONE || what == HAUL_ITEM_FAILED ||
           haul_engine_waits_for_time(get->engine, id);
}

/* Counts how the items end. Called while the engine works: only records. */
static void on_item(void *ctx, uint64_t id, enum haul_happening what)
{
    struct get *get = ctx;
    struct haul_item item;

    if (!collected_checked(get->input) && may_be_told(get, id, what) && !check_now(get))
        uv_timer_start(&get->ending, on_ending, 0, 0);
    if (get->refused)
        return;
    if (what == HAUL_ITEM_DONE)
        get->outcome.done++;
    if (what == HAUL_ITEM_ADDED || what == HAUL_ITEM_QUEUED)
        tell_start(get, id);
    if (what == HAUL_ITEM_FAILED && haul_engine_item(get->engine, id, &item)) {
        outcome_failed(&get->outcome, item.err);
        haul_item_fini(&item);
    }
    progress_event(get->progress, get->engine, id, what);
    hooks_item(get->hooks, get->engine, id, what);
    if (get->outcome.done + get->outcome.failed == get->outcome.added)
        uv_timer_start(&get->ending, on_ending, 0, 0);
}

/* It costs no item, but the run was not what was asked for. */
static void on_trouble(void *ctx, const struct haul_error *err)
{
    struct get *get = ctx;

    get->outcome.failed_by[haul_err_class(err->code)]++;
    progress_trouble(get->progress, err);
}

/* Items that neither end nor go on, because nobody is there to resume them, end the run too. */
static void end_if_over(struct get *get)
{
    if (!get->stopping && collected_checked(get->input) && collected_empty(get->input) &&
        haul_engine_idle(get->engine))
        uv_timer_start(&get->ending, on_ending, 0, 0);
}

static void on_changed(void *ctx)
{
    struct get *get = ctx;

    hooks_run(get->hooks);
    end_if_over(get);
}

/* To ask for them changes nothing. */
static bool all_plain(const struct requests *requests)
{
    for (size_t i = 0; i < requests->count; i++) {
        if (!haul_options_plain(requests->items[i].options))
            return false;
    }
    return true;
}

/* Adds the next part of the input. */
static enum haul_err add_part(struct get *get, struct haul_error *err)
{
    struct requests requests = {0};
    enum haul_err code = collected_next(get->input, &requests, err);

    if (code == HAUL_OK && !collected_checked(get->input) && !all_plain(&requests))
        code = check_rest(get, err);
    if (code == HAUL_OK)
        code = haul_engine_add(get->engine, requests.items, requests.count, NULL, NULL, err);
    requests_fini(&requests);
    return code;
}

static void on_adding(uv_idle_t *idle)
{
    struct get *get = idle->data;

    if (get->stopping || collected_empty(get->input)) {
        uv_idle_stop(idle);
        end_if_over(get);
    } else if (add_part(get, &get->err) != HAUL_OK) {
        stop(get);
    }
}

static void on_head_start_over(uv_timer_t *timer)
{
    struct get *get = timer->data;

    if (!check_now(get))
        stop(get);
    if (!get->stopping)
        uv_idle_start(&get->adding, on_adding);
}

static void on_checking(uv_idle_t *idle)
{
    struct get *get = idle->data;

    uv_idle_stop(idle);
    if (!check_now(get))
        stop(get);
    end_if_over(get);
    uv_timer_start(&get->head_start, on_head_start_over, HEAD_START_MS, 0);
}

/* The rest of the input is looked at in the loop's next turn, which sees no answer before, unless
 * this process was held up and a timer comes first: see on_answers(). */
static void on_asks(void *ctx)
{
    struct get *get = ctx;

    if (!collected_checked(get->input))
        uv_idle_start(&get->checking, on_checking);
}

/* No answer is made use of before the rest of the input was looked at. */
static void on_answers(void *ctx)
{
    struct get *get = ctx;

    if (!check_now(get))
        stop(get);
}

static void watch(struct get *get)
{
    uv_loop_t *uv = loop_uv(get->loop);

    uv_idle_init(uv, &get->checking);
    get->checking.data = get;
    uv_idle_init(uv, &get->adding);
    get->adding.data = get;
    uv_timer_init(uv, &get->head_start);
    get->head_start.data = get;
    uv_timer_init(uv, &get->tick);
    uv_timer_init(uv, &get->ending);
    get->tick.data = get;
    get->ending.data = get;
    uv_timer_start(&get->tick, on_tick, PROGRESS_TICK_MS, PROGRESS_TICK_MS);
    for (size_t i = 0; i < COUNT_OF(ending_signals); i++) {
        uv_signal_init(uv, &get->signals[i]);
        get->signals[i].data = get;
        uv_signal_start(&get->signals[i], on_signal, ending_signals[i]);
    }
}

static void unwatch(struct get *get)
{
    uv_close((uv_handle_t *)&get->checking, NULL);
    uv_close((uv_handle_t *)&get->adding, NULL);
    uv_close((uv_handle_t *)&get->head_start, NULL);
    uv_close((uv_handle_t *)&get->tick, NULL);
    uv_close((uv_handle_t *)&get->ending, NULL);
    for (size_t i = 0; i < COUNT_OF(ending_signals); i++)
        uv_close((uv_handle_t *)&get->signals[i], NULL);
}

/* Adds as many items as there are slots, in whole parts; the first one is small. */
static enum haul_err add_first(struct get *get, struct haul_error *err)
{
    uint64_t enough = MIN(get->args->initial.jobs, FIRST_MOST);
    enum haul_err code = HAUL_OK;
    struct haul_totals totals;

    do {
        code = add_part(get, err);
        haul_engine_totals(get->engine, &totals);
    } while (code == HAUL_OK && !collected_empty(get->input) &&
             totals.counts[HAUL_QUEUED] < enough);
    return code;
}

/* Adds the input and runs until all of it is over. */
static enum haul_err fetch(struct get *get, struct haul_error *err)
{
    struct haul_totals totals;
    enum haul_err code;

    get->outcome.added = collected_checked(get->input) ? get->input->count : UINT64_MAX;
    code = add_first(get, err);
    if (code != HAUL_OK)
        return code;
    if (!collected_checked(get->input) || !collected_empty(get->input))
        uv_timer_start(&get->head_start, on_head_start_over,
                       collected_checked(get->input) ? HEAD_START_MS : CHECK_MS, 0);
    haul_loop_run(get->loop);
    haul_engine_totals(get->engine, &totals);
    get->outcome.received = totals.received;
    get->outcome.added = get->input->count; /* also where it was interrupted before the check */
    if (get->err.code != HAUL_OK)
        *err = get->err;
    return get->err.code;
}

static enum haul_err run_engine(struct get *get, const struct args *args, struct haul_error *err)
{
    struct haul_engine_events events = {.item = on_item,
                                        .changed = on_changed,
                                        .asks = on_asks,
                                        .answers = on_answers,
                                        .trouble = on_trouble,
                                        .ctx = get};
    enum haul_err code = haul_loop_new(&get->loop, err);

    if (code != HAUL_OK)
        return code;
    code = hooks_new(get->loop, NULL, &args->run, &get->hooks, err);
    if (code == HAUL_OK)
        code = haul_engine_new(get->loop, &args->initial, NULL, &events, &get->engine, err);
    if (code == HAUL_OK) {
        haul_engine_schedule(get->engine, config_schedule(args->config));
        watch(get);
        code = fetch(get, err);
        unwatch(get);
        haul_engine_free(get->engine);
    }
    hooks_free(get->hooks);
    haul_loop_free(get->loop);
    return code;
}

static int get_all(const struct args *args, struct collected *input)
{
    struct get get = {.args = args,
                      .input = input,
                      .progress = progress_new(&args->run),
                      .began = clock_ticks(&clock_system)};
    struct haul_error err;
    enum haul_err code = run_engine(&get, args, &err);

    get.outcome.ms = clock_ticks(&clock_system) - get.began;
    if (code != HAUL_OK) {
        progress_free(get.progress);
        return get.refused ? report_usage("get", &err) : report_error(&err);
    }
    /* A signal that came when everything was over interrupted nothing. */
    if (get.outcome.done + get.outcome.failed == get.outcome.added)
        get.outcome.interrupted = false;
    progress_finish(get.progress, &get.outcome);
    return outcome_status(&get.outcome);
}

/* --log, or nothing: without it there is no log. */
static enum haul_err open_log(const struct run_options *run, struct haul_error *err)
{
    if (run->log == NULL)
        return HAUL_OK;
    return haul_log_open(run->log, run->verbose ? HAUL_LOG_DEBUG : HAUL_LOG_INFO, err);
}

int get_run(const struct args *args)
{
    struct collected input;
    struct haul_error err;
    int status;

    if (open_log(&args->run, &err) != HAUL_OK)
        return report_error(&err);
    if (args->operand_count == 0 && args->run.input_files.count == 0) {
        (void)haul_fail(&err, HAUL_E_USAGE, "no URL to get; name one, or a list with -i FILE");
        status = report_usage("get", &err);
    } else if (collect_first(args, &input, &err) != HAUL_OK) {
        status = report_usage("get", &err);
    } else {
        status = input.count == 0 ? 0 : get_all(args, &input);
        collected_fini(&input);
    }
    haul_log_close();
    return status;
}
