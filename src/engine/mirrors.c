/* The sources of a file: which one is asked next, and what becomes of one that fails or differs.
 *
 * Nothing is asked of a source for the file before it has proved (proof.c) that it has the same
 * one. */

#include "engine/mirrors.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/fmt.h"
#include "base/mem.h"
#include "base/same_link.h"
#include "base/str.h"
#include "base/url.h"
#include "engine/host.h"
#include "engine/proof.h"
#include "engine/transfer_inside.h"
#include "haul/log.h"

#define STRIKES_MAX   3u
#define STRIKE_MS     UINT64_C(2000) /* after the first failure; doubles */
#define CHECK_MOST_MS UINT64_C(10000)
#define PENDING_MS    UINT64_C(2000) /* so long connections are kept for one that is checked */

/* Choosing. */

static double rate_of(const struct source *source, uint64_t now)
{
    uint64_t rate = source->came > 0 ? speed_rate(&source->speed, now) : 0;

    return (double)rate / MAX(source->connections, 1u);
}

size_t source_pick(const struct source *sources, const bool *room, size_t count, uint64_t now)
{
    double sum = 0.0, most = 0.0, mean;
    unsigned known = 0;
    size_t best = count;

    for (size_t i = 0; i < count; i++) {
        double rate = rate_of(&sources[i], now);

        sum += rate;
        known += rate > 0.0;
    }
    mean = known > 0 ? sum / known : 1.0;
    for (size_t i = 0; i < count; i++) {
        double rate = rate_of(&sources[i], now);
        double share = (rate > 0.0 ? rate : mean) / (sources[i].connections + 1);

        if (room[i] && share > most) {
            most = share;
            best = i;
        }
    }
    return best;
}

static bool may_ask(const struct transfer *transfer, const struct source *source)
{
    struct identity own = source_identity(source, transfer->total);

    return source->state == SOURCE_PROVEN && identity_if_range(&own) &&
           engine_now(transfer->engine) >= source->not_before;
}

unsigned mirrors_places(const struct transfer *transfer, const struct host *host)
{
    return transfer->has_place && transfer->host == host;
}

bool mirrors_takes(const struct transfer *transfer, const struct source *source)
{
    return host_takes(source->host, transfer, mirrors_places(transfer, source->host));
}

/* It is being found out, by one connection, whether it sends parts without If-Range. */
static bool tries_without_if(const struct transfer *transfer, const struct source *source)
{
    const struct segment *segment;

    if (!source->no_if || source->no_if_works)
        return false;
    LIST_FOREACH(segment, &transfer->segments, link)
    {
        if (segment->source == source && segment->part && !segment->has_if && !segment->accepted)
            return true;
    }
    return false;
}

/* How many further connections there may be. An item that has none always gets one where its host
 * takes it. */
static unsigned room_at(const struct transfer *transfer, const struct source *source)
{
    unsigned room = host_room(source->host, mirrors_places(transfer, source->host));

    if (tries_without_if(transfer, source))
        return 0;
    return MAX(room, transfer->segment_count == 0 && mirrors_takes(transfer, source));
}

bool mirrors_provable(const struct transfer *transfer, const struct source *source)
{
    const struct haul_options *options = transfer->item->options;
    struct identity own = source_identity(source, transfer->total);

    return haul_options_plain(options) && source->state == SOURCE_PROVEN &&
           (identity_if_range(&own) || options->trust_size);
}

/* Where there is nothing better than an equal size, one answer after the other is put together. */
static struct source *trusted_lead(const struct transfer *transfer)
{
    struct source *lead = transfer->lead;

    if (transfer->segment_count > 0 || !mirrors_provable(transfer, lead) ||
        !mirrors_takes(transfer, lead))
        return NULL;
    return lead;
}

struct source *mirrors_next(struct transfer *transfer)
{
    size_t count = transfer->source_count, best;
    bool *room = xcalloc(count, sizeof *room);

    for (size_t i = 0; i < count; i++) {
        const struct source *source = &transfer->sources[i];

        room[i] = may_ask(transfer, source) && room_at(transfer, source) > 0;
    }
    best = source_pick(transfer->sources, room, count, engine_now(transfer->engine));
    free(room);
    return best < count ? &transfer->sources[best] : trusted_lead(transfer);
}

static bool shares_host(const struct transfer *transfer, size_t i)
{
    for (size_t k = 0; k < i; k++) {
        if (may_ask(transfer, &transfer->sources[k]) &&
            transfer->sources[k].host == transfer->sources[i].host)
            return true;
    }
    return false;
}

/* It brings bytes, or may be asked for some now. */
static bool is_good(const struct transfer *transfer, const struct source *source)
{
    return may_ask(transfer, source) && (source->connections > 0 || room_at(transfer, source) > 0);
}

bool mirrors_may_check(const struct transfer *transfer, const struct source *source)
{
    return engine_now(transfer->engine) >= source->not_before && mirrors_takes(transfer, source) &&
           (transfer->segment_count == 0 || !host_is_awaited(source->host));
}

/* Will soon be known to be good, or not. */
static bool is_pending(const struct transfer *transfer, const struct source *source)
{
    uint64_t now = engine_now(transfer->engine);

    if (source->state == SOURCE_CHECKING)
        return proof_waits(source->proof, now) < PENDING_MS;
    return source->state == SOURCE_UNTRIED && mirrors_may_check(transfer, source);
}

/* Connections that the ones which are not known yet shall have. */
static unsigned reserved(const struct transfer *transfer)
{
    unsigned most = (unsigned)transfer->item->options->connections;
    size_t good = 0, pending = 0;

    for (size_t i = 0; i < transfer->source_count; i++) {
        good += is_good(transfer, &transfer->sources[i]);
        pending += is_pending(transfer, &transfer->sources[i]);
    }
    return pending == 0 ? 0 : (unsigned)(most * pending / (good + pending));
}

bool mirrors_has_other(const struct transfer *transfer, const struct source *source)
{
    for (size_t i = 0; i < transfer->source_count; i++) {
        const struct source *other = &transfer->sources[i];

        if (other != source && (other->state == SOURCE_CHECKING || is_good(transfer, other) ||
                                is_pending(transfer, other)))
            return true;
    }
    return false;
}

unsigned mirrors_room(const struct transfer *transfer)
{
    unsigned most = (unsigned)transfer->item->options->connections;
    unsigned taken = transfer->segment_count + reserved(transfer);
    unsigned room = 0;

    for (size_t i = 0; i < transfer->source_count; i++) {
        const struct source *source = &transfer->sources[i];

        if (may_ask(transfer, source) && !shares_host(transfer, i))
            room += room_at(transfer, source);
    }
    return taken < most ? MIN(room, most - taken) : 0;
}

/* Life. */

static void source_init(struct transfer *transfer, struct source *source, const char *url)
{
    source->url = xstrdup(url);
    source->shown = same_link_told(url);
    source->host = host_of(&transfer->engine->hosts, url);
}

static bool is_foreign(const struct transfer *transfer, const char *url)
{
    char *own = url_origin(item_url(transfer->item));
    char *origin = url_origin(url);
    bool foreign = !own || !origin || strcmp(own, origin) != 0;

    free(own);
    free(origin);
    return foreign;
}

struct source *mirrors_find(const struct transfer *transfer, const char *link)
{
    if (!link)
        return &transfer->sources[0];
    for (size_t i = 1; i < transfer->source_count; i++) {
        if (strcmp(transfer->sources[i].shown, link) == 0)
            return &transfer->sources[i];
    }
    return NULL;
}

char *mirrors_source(const struct transfer *transfer)
{
    return transfer->lead == &transfer->sources[0] ? NULL : transfer->lead->shown;
}

void mirrors_begin(struct transfer *transfer)
{
    const struct item_work *work = item_work(transfer->item);

    transfer->source_count = 1 + work->mirror_count;
    transfer->sources = xcalloc(transfer->source_count, sizeof *transfer->sources);
    source_init(transfer, &transfer->sources[0], item_url(transfer->item));
    for (size_t i = 0; i < work->mirror_count; i++) {
        source_init(transfer, &transfer->sources[i + 1], work->mirrors[i]);
        transfer->sources[i + 1].foreign = is_foreign(transfer, work->mirrors[i]);
    }
    transfer->lead = &transfer->sources[0];
}

void mirrors_stop(struct transfer *transfer)
{
    for (size_t i = 0; i < transfer->source_count; i++) {
        if (transfer->sources[i].proof)
            proof_drop(transfer->sources[i].proof);
    }
}

/* In the list of those that wait for a host, or not. */
static void set_waits(struct transfer *transfer, bool waits)
{
    if (waits && !transfer->waits)
        LIST_INSERT_HEAD(&transfer->engine->held_up, transfer, held_up);
    else if (!waits && transfer->waits)
        LIST_REMOVE(transfer, held_up);
    transfer->waits = waits;
}

void mirrors_end(struct transfer *transfer)
{
    mirrors_stop(transfer);
    set_waits(transfer, false);
    for (size_t i = 0; i < transfer->source_count; i++) {
        struct source *source = &transfer->sources[i];

        secret_free(source->url);
        free(source->shown);
        free(source->etag);
        free(source->modified);
        free(source->why);
    }
    free(transfer->sources);
    transfer->sources = NULL;
    transfer->source_count = 0;
}

/* What becomes of a source. */

void mirrors_tell(struct transfer *transfer, const struct source *source, const char *what)
{
    struct haul_engine *engine = transfer->engine;

    if (transfer->source_count == 1)
        return;
    LOG_INFO(engine, "item %llu: %s: %s", (unsigned long long)transfer->item->id, source->shown,
             what);
    if (engine->keep_history)
        item_log(transfer->item, clock_wall(engine->clock), "%s: %s", source->shown, what);
}

struct identity source_identity(const struct source *source, int64_t total)
{
    return (struct identity){.etag = source->etag,
                             .last_modified = source->modified,
                             .last_modified_strong = source->modified != NULL,
                             .total = total};
}

void source_learn(struct source *source, const char *etag, const char *modified)
{
    xstrset(&source->etag, etag);
    xstrset(&source->modified, modified);
    source->state = SOURCE_PROVEN;
    source->strikes = 0;
    xstrset(&source->why, NULL);
}

void source_drop(struct transfer *transfer, struct source *source, const char *why)
{
    char *text = xasprintf("not used any more: %s", why);

    source->state = SOURCE_DROPPED;
    xstrset(&source->why, why);
    mirrors_tell(transfer, source, text);
    free(text);
}

void source_differs(struct transfer *transfer, struct source *source, const char *why)
{
    source->differs = true;
    source_drop(transfer, source, why);
}

void source_failed(struct transfer *transfer, struct source *source, const struct haul_error *err)
{
    source->strikes++;
    if (transfer->source_count == 1)
        return;
    if (!err->retryable || source->strikes >= STRIKES_MAX) {
        source_drop(transfer, source, err->text);
        return;
    }
    xstrset(&source->why, err->text);
    source->not_before = engine_now(transfer->engine) + (STRIKE_MS << (source->strikes - 1));
    mirrors_tell(transfer, source, err->text);
}

/* Checks. */

/* Sources that are proven or about to be; more than there are connections are no use. */
static uint64_t count_good(const struct transfer *transfer)
{
    uint64_t count = 0;

    for (size_t i = 0; i < transfer->source_count; i++)
        count += transfer->sources[i].state == SOURCE_CHECKING ||
                 is_good(transfer, &transfer->sources[i]);
    return count;
}

static bool misses_bytes(const struct transfer *transfer)
{
    size_t range;

    return transfer_first_missing(disk_file_state(transfer->file), &range);
}

void mirrors_check(struct transfer *transfer)
{
    uint64_t now = engine_now(transfer->engine);
    uint64_t most = transfer->item->options->connections;

    if (transfer->source_count == 1 || !transfer->ready || transfer->total < 0)
        return;
    for (size_t i = 0; i < transfer->source_count; i++) {
        struct source *source = &transfer->sources[i];

        if (source->proof && proof_waits(source->proof, now) >= CHECK_MOST_MS) {
            struct haul_error err;

            haul_fail(&err, HAUL_E_STALLED, "it does not answer");
            proof_drop(source->proof);
            source_failed(transfer, source, &err);
        }
        if (source->state == SOURCE_UNTRIED && misses_bytes(transfer) &&
            mirrors_may_check(transfer, source) && count_good(transfer) < most)
            proof_begin(transfer, source);
    }
}

bool mirrors_checking(const struct transfer *transfer)
{
    for (size_t i = 0; i < transfer->source_count; i++) {
        if (transfer->sources[i].state == SOURCE_CHECKING)
            return true;
    }
    return false;
}

/* Going on. */

/* Enough is here that another source can be checked against it, and that is worth keeping. */
static bool worth_keeping(const struct transfer *transfer)
{
    return transfer->file && transfer->total >= 0 &&
           (transfer->planned || disk_file_found(transfer->file)) && proof_possible(transfer);
}

/* May be worth a try, as far as it is known itself. */
static bool is_candidate(const struct transfer *transfer, const struct source *source)
{
    return source->state != SOURCE_DROPPED && source->state != SOURCE_CHECKING &&
           engine_now(transfer->engine) >= source->not_before;
}

static struct source *untried(struct transfer *transfer)
{
    for (size_t i = 0; i < transfer->source_count; i++) {
        struct source *source = &transfer->sources[i];

        if (is_candidate(transfer, source) && mirrors_takes(transfer, source))
            return source;
    }
    return NULL;
}

/* Waiting for a host. */

/* Its host wants to be left alone, though not for longer than is waited for. */
static bool rests(const struct transfer *transfer, const struct source *source)
{
    return source->host->until > 0 && !engine_is_shut(transfer->engine, source->host);
}

/* The candidates' host that has its rest over first; NULL: none rests. */
static const struct host *first_rested(const struct transfer *transfer)
{
    const struct host *first = NULL;

    for (size_t i = 0; i < transfer->source_count; i++) {
        const struct source *source = &transfer->sources[i];

        if (is_candidate(transfer, source) && rests(transfer, source) &&
            (!first || source->host->until < first->until))
            first = source->host;
    }
    return first;
}

/* The item has to come again when HOST has rested; it keeps no slot until then. */
static void wait_for_rest(struct transfer *transfer, const struct host *host)
{
    struct haul_error err = {.code = HAUL_E_HTTP};
    const struct haul_error *last_err = fault_get(&transfer->last_err);
    const char *last = last_err->text;
    char *text = xasprintf("%s%s%s is backing off", last, last[0] ? "; " : "", host->name);

    if (last_err->code != HAUL_OK)
        err = *last_err;
    str_copy(err.text, sizeof err.text, text);
    free(text);
    transfer->held_until = host->until;
    transfer_fail(transfer, &err);
}

/* All hosts that could be asked have enough connections: what runs there ends some time. The own
 * place is given up, or two items could wait for each other's. */
static bool wait_for_room(struct transfer *transfer)
{
    const struct host *host = NULL;
    char *text;

    for (size_t i = 0; i < transfer->source_count; i++) {
        const struct source *source = &transfer->sources[i];

        if (is_candidate(transfer, source) && source->host->until == 0) {
            host_want(source->host);
            host = source->host;
        }
    }
    if (!host)
        return false;
    transfer_give_place(transfer);
    if (transfer->waits)
        return true; /* and told so */
    set_waits(transfer, true);
    text = xasprintf("waiting: %s has all the connections it may have", host->name);
    item_set_note(transfer->item, text);
    free(text);
    queue_touch(&transfer->engine->queue, transfer->item);
    return true;
}

/* All that could be asked wants to be left alone for longer than is waited for. */
static bool refuse_shut(struct transfer *transfer)
{
    for (size_t i = 0; i < transfer->source_count; i++) {
        const struct source *source = &transfer->sources[i];
        struct haul_error err;

        if (is_candidate(transfer, source) && engine_is_shut(transfer->engine, source->host)) {
            engine_refuse_shut(transfer->engine, source->host, &err);
            transfer_fail(transfer, &err);
            return true;
        }
    }
    return false;
}

bool mirrors_wait(struct transfer *transfer)
{
    const struct host *host;

    if (wait_for_room(transfer))
        return true;
    host = first_rested(transfer);
    if (!host)
        return refuse_shut(transfer);
    wait_for_rest(transfer, host);
    return true;
}

bool mirrors_wait_over(struct transfer *transfer)
{
    struct haul_error err = *fault_get(&transfer->last_err);

    if (!untried(transfer) && mirrors_wait(transfer))
        return false;
    set_waits(transfer, false);
    item_set_note(transfer->item, NULL);
    queue_touch(&transfer->engine->queue, transfer->item);
    if (transfer->start_over || transfer->source_count == 1)
        return true;
    if (!mirrors_go_on(transfer, &err))
        transfer_fail(transfer, &err);
    return !transfer->waits && transfer->goal == GOAL_RECEIVE;
}

bool mirrors_take_lead(struct transfer *transfer)
{
    struct source *next = transfer->lead;

    if (!mirrors_takes(transfer, next))
        next = untried(transfer);
    if (next)
        transfer->lead = next;
    return next != NULL;
}

bool mirrors_compare_all(struct transfer *transfer)
{
    if (transfer->source_count == 1 || !worth_keeping(transfer))
        return false;
    transfer->want_plan = true;
    return true;
}

void mirrors_forget(struct transfer *transfer)
{
    mirrors_stop(transfer);
    for (size_t i = 0; i < transfer->source_count; i++) {
        struct source *source = &transfer->sources[i];

        if (source->state == SOURCE_PROVEN)
            source->state = SOURCE_UNTRIED;
    }
}

/* All of them send another file than the one that was begun: it has changed everywhere. */
static bool all_differ(const struct transfer *transfer)
{
    for (size_t i = 0; i < transfer->source_count; i++) {
        if (!transfer->sources[i].differs)
            return false;
    }
    return true;
}

/* The file has changed: nobody has the version that was begun, or the one whose it is says so and
 * no other goes on. Once a run: sources that send another one each time would be asked for ever. */
static bool has_changed(const struct transfer *transfer)
{
    return !transfer->begun_anew && (all_differ(transfer) || transfer->lead->differs);
}

static void start_over(struct transfer *transfer)
{
    transfer->begun_anew = true;
    transfer_note(transfer, "starting over", "all sources have another file now");
    for (size_t i = 0; i < transfer->source_count; i++) {
        transfer->sources[i].differs = false;
        transfer->sources[i].state = SOURCE_UNTRIED;
    }
    transfer->lead = &transfer->sources[0];
    transfer->start_over = true;
}

static void name_all(const struct transfer *transfer, struct haul_error *err)
{
    char *text =
        xasprintf("none of %zu sources works; the last: %s", transfer->source_count, err->text);

    str_copy(err->text, sizeof err->text, text);
    free(text);
}

bool mirrors_go_on(struct transfer *transfer, struct haul_error *err)
{
    struct source *next = untried(transfer);

    if (transfer->source_count == 1)
        return false;
    if (!next && !mirrors_checking(transfer)) {
        if (has_changed(transfer)) {
            start_over(transfer);
            return true;
        }
        if (mirrors_wait(transfer))
            return true;
        name_all(transfer, err);
        return false;
    }
    if (worth_keeping(transfer)) {
        transfer->want_plan = !transfer->planned; /* by the record: the checks prove the rest */
    } else if (next) {
        transfer->lead = next;
        transfer->start_over = true;
    }
    transfer_wants_attention(transfer);
    return true;
}

/* For people. */

static const char *state_word(const struct transfer *transfer, const struct source *source)
{
    if (source->state == SOURCE_DROPPED)
        return "dropped";
    if (source->state == SOURCE_CHECKING)
        return "being compared";
    if (engine_now(transfer->engine) < source->not_before)
        return "waits";
    if (source->host->until > 0)
        return "its host is backing off";
    return source->state == SOURCE_PROVEN ? "in use" : "not tried";
}

void mirrors_facts(const struct transfer *transfer,
                   void (*add)(void *ctx, const char *name, const char *value), void *ctx)
{
    if (transfer->source_count == 1)
        return;
    for (size_t i = 0; i < transfer->source_count; i++) {
        const struct source *source = &transfer->sources[i];
        uint64_t rate = speed_rate(&source->speed, engine_now(transfer->engine));
        char speed[FMT_SIZE];
        char *text =
            xasprintf("%s: %s%s%s, %u connections, %s", source->shown, state_word(transfer, source),
                      source->why ? ": " : "", source->why ? source->why : "", source->connections,
                      fmt_rate(rate, speed));

        add(ctx, "source", text);
        free(text);
    }
}
