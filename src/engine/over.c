/* The end of a transfer, for its item: done, another try or none, and what that says of its host.
 *
 * How the host fares is judged before the item is: what a host refuses because it works for others
 * is not the item's failure. */

#include "engine/over.h"

#include <errno.h>
#include <stdlib.h>

#include "base/mem.h"
#include "base/str.h"
#include "engine/filename.h"
#include "engine/keep.h"
#include "engine/past.h"
#include "engine/retry.h"
#include "engine/transfer_inside.h"
#include "engine/undo.h"
#include "haul/log.h"

#define SLOT_WAIT_MS  1000
#define REST_MOST_MS  60000 /* of a host that did not say for how long */
#define ROOM_EVERY_MS 10000 /* how often a full disk is looked at again */

/* The error's text is what is to be said of the file all the same, or "". */
static void complete(struct haul_engine *engine, struct item *item, const struct outcome *outcome)
{
    struct past_end end = {.final_url = outcome->final_url, .etag = outcome->etag};

    engine_clear_error(item);
    item_set_note(item, outcome->err->text);
    item->more->total = (int64_t)item->more->done;
    if (engine->slots_max < UINT64_MAX)
        engine->slots_max++; /* descriptors ran short once: see whether more is possible again */
    engine_done(engine, item, &end);
}

/* A file of that name is there, or on its way, and the user said to leave it, or the very file is
 * there: done, without a byte. */
static void skip(struct haul_engine *engine, struct item *item, const struct outcome *outcome)
{
    struct past_end end = {.skipped = true, .final_url = outcome->final_url};
    char *note = outcome->had ? xasprintf("already here: %s; --again fetches it", outcome->had)
                              : xasprintf("skipped: %s", outcome->err->text);

    engine_clear_error(item);
    item_set_note(item, note);
    free(note);
    engine_done(engine, item, &end);
}

static bool is_here(const struct item *item, const struct outcome *outcome)
{
    return outcome->err->code == HAUL_E_EXISTS &&
           (outcome->had || item->options->if_exists == HAUL_EXISTS_SKIP);
}

static void wait_and_try(struct haul_engine *engine, struct item *item,
                         const struct haul_error *err, uint64_t delay_ms)
{
    struct item_work *work = item_need_work(item);

    engine_keep_error(item, err);
    work->due = engine_now(engine) + delay_ms;
    work->retry_at = clock_wall(engine->clock) + (int64_t)delay_ms;
    engine_set_state(engine, item, HAUL_WAITING);
}

static bool out_of_descriptors(const struct haul_error *err)
{
    return err->sys_errno == EMFILE || err->sys_errno == ENFILE;
}

/* Nothing is wrong with the item: it runs a little later, and fewer run at once until then. */
static void give_slot_back(struct haul_engine *engine, struct item *item,
                           const struct haul_error *err)
{
    uint64_t running = engine->queue.counts[HAUL_ACTIVE];

    engine->slots_max = MAX(running, (uint64_t)2) - 1;
    LOG_WARN(engine, "%s; at most %llu items run at once for now", err->text,
             (unsigned long long)engine->slots_max);
    wait_and_try(engine, item, err, SLOT_WAIT_MS);
}

/* The server no longer gives what it gave before: links that are signed for a while end so. */
static bool has_expired(const struct item *item, const struct haul_error *err)
{
    int status = err->http_status;

    return (status == 401 || status == 403 || status == 404 || status == 410) &&
           item_work(item)->base && item_more(item)->done > 0;
}

/* What came is kept for the file's next link. Only a session has items to give one to. */
static void expire(const struct haul_engine *engine, const struct item *item,
                   struct haul_error *err)
{
    int status = err->http_status;

    if (engine->keep_history)
        haul_fail(err, HAUL_E_EXPIRED,
                  "expired link (%d): give it a new one with 'haul change %llu --url NEW'", status,
                  (unsigned long long)item->id);
    else
        haul_fail(err, HAUL_E_EXPIRED,
                  "expired link (%d): what came is kept; get its new link with --adopt", status);
    err->http_status = status;
}

static void fail_item(struct haul_engine *engine, struct item *item, const char *note)
{
    if (note[0]) {
        char *text = xasprintf("%s; %s", item->more->note, note);

        item_set_note(item, text);
        free(text);
    }
    engine_set_state(engine, item, HAUL_FAILED);
}

/* Lets the host have its rest, if it asked for one or needs it. FRESH: this is the first failure
 * since the last one. */
static void rest_host(struct haul_engine *engine, const struct outcome *outcome,
                      enum host_verdict verdict, bool fresh, const struct retry_decision *decision)
{
    uint64_t now = engine_now(engine);
    int status = outcome->err->http_status;
    bool needs = fresh || (verdict == HOST_IS_FULL && status == 429);

    if (verdict == HOST_IS_FULL)
        host_refused(outcome->host, now);
    if (needs && decision->again)
        host_rest(outcome->host, now + MIN(decision->delay_ms, (uint64_t)REST_MOST_MS));
    if (outcome->retry_after > 0 && (status == 429 || status == 503))
        host_rest(outcome->host, now + (uint64_t)outcome->retry_after * 1000);
}

/* Was it perhaps refused only because the host has enough connections, of which none has told so
 * far that it works? That is believed once in a row. */
static bool pardon(struct item *item, const struct outcome *outcome, enum host_verdict verdict)
{
    struct item_work *work = item_need_work(item);

    work->pardoned = !work->pardoned && verdict == HOST_IS_DOWN && outcome->err->http_status > 0 &&
                     outcome->host->connections > 0;
    return work->pardoned;
}

/* Whether it is tried again, and when. How the host fares is judged first: a refusal because it
 * works for others costs the item nothing, and where it works for nobody, what others tried counts
 * as if the item had tried it. */
static struct retry_decision judge_failure(struct haul_engine *engine, struct item *item,
                                           const struct outcome *outcome)
{
    const struct haul_error *err = outcome->err;
    enum host_verdict verdict = host_judge(outcome->host, err, outcome->unheard, outcome->crowded);
    bool free = pardon(item, outcome, verdict) || verdict == HOST_IS_FULL;
    bool fresh = !free && verdict == HOST_IS_DOWN && host_failed(outcome->host, err);
    struct retry_case failed = {.err = err,
                                .retries = free ? -1 : item->options->retries,
                                .retry_wait = item->options->retry_wait,
                                .retry_on = &item->options->retry_on,
                                .retry_after = outcome->retry_after,
                                .spent = outcome->spent,
                                .chance = clock_chance(engine->clock)};
    struct retry_decision decision;
    uint64_t now = engine_now(engine);

    if (verdict == HOST_IS_FINE && err->http_status > 0)
        host_heard(outcome->host);
    item->more->tries = outcome->progress ? 1 : item->more->tries + !free;
    if (fresh)
        item->more->tries = MAX(item->more->tries, outcome->host->rounds);
    failed.tries = MAX(item->more->tries, 1u);
    decision = retry_decide(&failed);
    rest_host(engine, outcome, verdict, fresh, &decision);
    if (decision.again && outcome->host->until > now)
        decision.delay_ms = MAX(decision.delay_ms, outcome->host->until - now);
    return decision;
}

/* Another source may work once its host has rested: to wait for that costs no try. */
static bool waits_for_rest(const struct haul_engine *engine, const struct outcome *outcome,
                           struct retry_decision *ret_decision)
{
    uint64_t now = engine_now(engine), until = outcome->held_until;

    if (ret_decision->again || until == 0)
        return false;
    *ret_decision =
        (struct retry_decision){.again = true, .delay_ms = until > now ? until - now : 0};
    return true;
}

static void try_later_or_give_up(struct haul_engine *engine, struct item *item,
                                 const struct outcome *outcome)
{
    uint32_t tries = item_more(item)->tries;
    struct retry_decision decision = judge_failure(engine, item, outcome);
    uint64_t deadline = item_work(item)->deadline;
    struct haul_error final = *outcome->err;

    if (waits_for_rest(engine, outcome, &decision))
        item->more->tries = tries;
    if (decision.again && deadline > 0 && engine_now(engine) + decision.delay_ms >= deadline) {
        decision.again = false;
        str_copy(decision.note, sizeof decision.note, "its time (--timeout) is over by then");
    }
    if (!decision.again && has_expired(item, outcome->err))
        expire(engine, item, &final);
    engine_keep_error(item, &final);
    LOG_INFO(engine, "item %llu: %s", (unsigned long long)item->id, outcome->err->text);
    if (decision.again)
        wait_and_try(engine, item, outcome->err, decision.delay_ms);
    else
        fail_item(engine, item, decision.note);
}

/* What a removed item left on the disk goes too; a complete file stays. */
void engine_drop_partial(struct haul_engine *engine, const struct item *item)
{
    const char *base = item_work(item)->base;
    struct disk_place place = {item_dir(item), base, item->options->if_exists, filename_numbered,
                               item->id};

    struct disk_claim claim = {.url = item_shown(item), .was = item_work(item)->was};

    if (base)
        disk_partial_remove(engine->disk, &place, &claim);
}

/* A full disk is waited out: somebody will make room, and nothing is lost meanwhile. Only in a
 * session; `get` is asked for a result. */
static void wait_for_room(struct haul_engine *engine, struct item *item,
                          const struct haul_error *err)
{
    undo_forget_all(engine); /* what was removed makes some */
    wait_and_try(engine, item, err, ROOM_EVERY_MS);
}

void engine_transfer_over(struct haul_engine *engine, struct item *item,
                          const struct outcome *outcome)
{
    const struct haul_error *err = outcome->err;

    engine_wake(engine);
    if (item->removed) {
        engine_drop_partial(engine, item);
        item_free(item);
        return;
    }
    if (item->removing) {
        undo_transfer_over(engine, item, err);
        return;
    }
    if (!err || item->state != HAUL_ACTIVE) {
        keep_item(engine, item); /* the user's word stands; what is here may be more */
        queue_put_away(&engine->queue, item);
        if (haul_state_is_final(item->state))
            item_settle(item);
        return;
    }
    if (err->code == HAUL_OK)
        complete(engine, item, outcome);
    else if (is_here(item, outcome))
        skip(engine, item, outcome);
    else if (out_of_descriptors(err) && !outcome->spent)
        give_slot_back(engine, item, err);
    else if (err->code == HAUL_E_DISK_FULL && engine->keep_history && !outcome->spent)
        wait_for_room(engine, item, err);
    else
        try_later_or_give_up(engine, item, outcome);
}
