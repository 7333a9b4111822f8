/* One run of one item, over one connection or several.
 *
 * Everything that happens inside libcurl (segment.c) or on the way back from the disk only records
 * facts and asks for attention; advance() looks at the facts and does the next thing that can be
 * done. So there is one place that decides, and nothing is started twice.
 *
 * Invariants: at most one disk job that calls back is under way (->disk_pending); the file gets its
 * final name only from GOAL_FINISH, which is reached only when the answers ended properly and every
 * announced byte is here; bytes of an earlier answer and bytes of a later one meet in one file only
 * after validate_resume() said that they are of the same version. */

#include "engine/transfer.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"
#include "base/str.h"
#include "disk/digest.h"
#include "disk/space.h"
#include "engine/filename.h"
#include "engine/folder.h"
#include "engine/host.h"
#include "engine/keep.h"
#include "engine/recall.h"
#include "engine/sample.h"
#include "engine/transfer_inside.h"
#include "engine/validate.h"
#include "haul/log.h"

/* Files up to this size are collected in memory and written whole, while all of them together need
 * no more than SMALL_TOTAL_MAX. */
#define SMALL_MAX       (64 * 1024)
#define SMALL_TOTAL_MAX (4 * 1024 * 1024)
/* A record is written when so many bytes were written since the last one, after a moment when fewer
 * came, and at the latest after a second. */
#define RECORD_BYTES      ((uint64_t)1024 * 1024)
#define RECORD_SOON_BYTES ((uint64_t)64 * 1024)
#define RECORD_SOON_MS    100
#define RECORD_EVERY_MS   1000
#define SYNC_EVERY_MS     10000
#define ROOM_MIN          ((uint64_t)1024 * 1024) /* less than this counts as full */
/* A partial found only after the answer came is worth asking again when it holds this much. */
#define WORTH_ASKING_AGAIN (1024 * 1024)

/* Small things. */

void transfer_wants_attention(struct transfer *transfer)
{
    if (!transfer->needs_attention) {
        transfer->needs_attention = true;
        STAILQ_INSERT_TAIL(&transfer->engine->attention, transfer, attention);
    }
    engine_wake(transfer->engine);
}

void transfer_fail(struct transfer *transfer, const struct haul_error *err)
{
    if (transfer->goal == GOAL_RECEIVE || transfer->goal == GOAL_FINISH) {
        transfer->goal = GOAL_KEEP;
        transfer->fail = *err;
    }
    transfer_wants_attention(transfer);
}

void transfer_note(struct transfer *transfer, const char *what, const char *why)
{
    struct item *item = transfer->item;
    char *text = xasprintf("%s: %s", what, why);

    item_set_note(item, text);
    if (transfer->engine->keep_history)
        item_log(item, clock_wall(transfer->engine->clock), "%s", text);
    LOG_INFO(engine, "item %llu: %s", (unsigned long long)item->id, text);
    free(text);
    queue_touch(&transfer->engine->queue, item);
}

void transfer_set_phase(struct transfer *transfer, enum haul_phase phase)
{
    if (transfer->item->phase == phase)
        return;
    transfer->item->phase = phase;
    queue_touch(&transfer->engine->queue, transfer->item);
}

void transfer_keep_place(struct transfer *transfer)
{
    if (!transfer->has_place)
        host_enter(transfer->host);
    transfer->has_place = true;
}

void transfer_give_place(struct transfer *transfer)
{
    if (transfer->has_place)
        host_leave(transfer->host);
    transfer->has_place = false;
}

static struct disk_place place_of(const struct transfer *transfer)
{
    const struct haul_options *options = transfer->item->options;

    return (struct disk_place){options->dir, transfer->name, options->if_exists, filename_numbered,
                               transfer->item->id};
}

static struct identity stored_identity(const struct disk_state *state)
{
    return (struct identity){.etag = state->etag,
                             .last_modified = state->modified,
                             .last_modified_strong = state->modified != NULL,
                             .total = state->size};
}

struct identity transfer_identity(const struct transfer *transfer)
{
    return (struct identity){.etag = transfer->etag,
                             .last_modified = transfer->modified,
                             .last_modified_strong = transfer->modified != NULL,
                             .total = transfer->total};
}

/* Can the rest of a file be asked for and then be believed? By a validator, or by the size where
 * the user takes that for proof. */
static bool provable(const struct transfer *transfer, const struct identity *identity)
{
    if (!haul_options_plain(transfer->item->options))
        return false;
    return identity_if_range(identity) ||
           ((transfer->item->options->trust_size || transfer->compared) && identity->total >= 0);
}

static void transfer_free(struct transfer *transfer)
{
    struct haul_engine *engine = transfer->engine;

    transfer_give_place(transfer);
    host_end(transfer->host, transfer);
    if (transfer->needs_attention)
        STAILQ_REMOVE(&engine->attention, transfer, transfer, attention);
    LIST_REMOVE(transfer, link);
    engine->transfer_count--;
    mirrors_end(transfer);
    free(transfer->name);
    free(transfer->final_url);
    free(transfer->etag);
    free(transfer->modified);
    free(transfer->content_type);
    free(transfer->content_encoding);
    free(transfer->server);
    free(transfer->disposition);
    free(transfer->last_modified);
    free(transfer->trail);
    free(transfer);
}

static void over(struct transfer *transfer)
{
    struct haul_engine *engine = transfer->engine;
    struct item *item = transfer->item;
    struct haul_error err = transfer->fail;
    struct item_work *work = item->more->work;
    struct outcome outcome = {.err = transfer->stopped ? NULL : &err,
                              .retry_after = transfer->retry_after,
                              .progress = transfer->reached > work->best,
                              .unheard = transfer->unheard,
                              .spent = transfer->asked && !haul_options_repeatable(item->options),
                              .host = transfer->host};

    work->best = MAX(work->best, transfer->reached);
    work->transfer = NULL;
    transfer_free(transfer);
    engine_transfer_over(engine, item, &outcome);
}

/* Memory of small files. */

bool transfer_take_small(struct transfer *transfer)
{
    struct haul_engine *engine = transfer->engine;
    size_t size = (size_t)transfer->total;

    if (transfer->total < 0 || transfer->total > SMALL_MAX ||
        engine->small_bytes + size > SMALL_TOTAL_MAX)
        return false;
    engine->small_bytes += size;
    transfer->is_small = true;
    transfer->small = xmalloc(size);
    transfer->small_len = 0;
    return true;
}

static void drop_small(struct transfer *transfer)
{
    if (!transfer->is_small)
        return;
    transfer->engine->small_bytes -= (size_t)transfer->total;
    transfer->is_small = false;
    free(transfer->small);
    transfer->small = NULL;
}

/* Asking. */

static void ask(struct transfer *transfer, struct source *source, size_t range, uint64_t from,
                uint64_t to, const char *if_range)
{
    if (transfer->segment_count == 0)
        transfer_set_phase(transfer, HAUL_PHASE_CONNECTING);
    segment_start(transfer, source, range, from, to, if_range);
    transfer_wants_attention(transfer);
}

static void ask_from_start(struct transfer *transfer)
{
    transfer->planned = transfer->ready = false;
    transfer->recorded_bytes = 0;
    transfer->total = -1;
    transfer->item->more->done = 0;
    transfer->item->more->total = -1;
    mirrors_forget(transfer);
    ask(transfer, transfer->lead, 0, 0, UINT64_MAX, NULL);
}

bool transfer_ask_range(struct transfer *transfer, size_t range)
{
    const struct disk_range *wanted = &disk_file_state(transfer->file)->ranges[range];
    struct source *source = mirrors_next(transfer);
    struct identity own;

    if (!haul_options_plain(transfer->item->options))
        return false; /* parts of an answer can be asked for only where it is that of a GET */
    if (!source && transfer->lead->state == SOURCE_PROVEN && transfer->item->options->trust_size)
        source = transfer->lead;
    if (!source)
        return false;
    own = source_identity(source, transfer->total);
    ask(transfer, source, range, wanted->written, wanted->end, identity_if_range(&own));
    return true;
}

/* The same of the lead, by what the record says of the file. */
static void ask_lead(struct transfer *transfer, const struct identity *stored, size_t range)
{
    const struct disk_range *wanted = &disk_file_state(transfer->file)->ranges[range];

    ask(transfer, transfer->lead, range, wanted->written, wanted->end, identity_if_range(stored));
}

/* The first byte range that misses bytes; false when there is none. */
static bool first_missing(const struct disk_state *state, size_t *ret_range)
{
    for (size_t i = 0; i < state->range_count; i++) {
        if (state->ranges[i].written < state->ranges[i].end) {
            *ret_range = i;
            return true;
        }
    }
    return false;
}

/* A partial of this URL lies here: goes on where it ended, if the server can be made to prove that
 * the file is still the same one. */
static void ask_for_rest(struct transfer *transfer)
{
    const struct disk_state *state = disk_file_found(transfer->file);
    struct identity stored = stored_identity(state);
    struct item *item = transfer->item;
    size_t range;

    item->more->done = disk_state_bytes(state);
    item->more->total = transfer->total = state->size;
    xstrset(&transfer->etag, state->etag);
    xstrset(&transfer->modified, state->modified);
    if (transfer_is_rejected(transfer, state)) {
        transfer_note(transfer, "starting over", "what is here has another digest");
        ask_from_start(transfer);
    } else if (!first_missing(state, &range)) {
        transfer->goal = GOAL_FINISH;
    } else if (item->more->done > 0 && provable(transfer, &stored)) {
        ask_lead(transfer, &stored, range);
    } else {
        if (item->more->done > 0)
            transfer_note(transfer, "starting over",
                          "nothing proves that the file is still the same");
        ask_from_start(transfer);
    }
    transfer_wants_attention(transfer);
}

/* --no-resume: what an earlier item left is not gone on with; what this one left is. What came of
 * an answer to something else than a GET never is. */
static bool drops_found(const struct transfer *transfer)
{
    if (!haul_options_plain(transfer->item->options))
        return true;
    return transfer->item->options->no_resume && !item_work(transfer->item)->base;
}

void transfer_go_on(struct transfer *transfer, bool believed)
{
    if (believed)
        ask_for_rest(transfer);
    else
        ask_from_start(transfer);
}

/* A partial was found before anything was asked. */
static void begin_with(struct transfer *transfer)
{
    if (drops_found(transfer) && !disk_file_is_foreign(transfer->file))
        ask_from_start(transfer);
    else if (sample_is_needed(transfer))
        sample_start(transfer);
    else
        ask_for_rest(transfer);
}

/* Disk jobs come back. */

/* The link that the record on the disk is of, when the item has got another one meanwhile. */
static void remember_link(struct transfer *transfer)
{
    const char *recorded = disk_file_state(transfer->file)->url;
    bool same = strcmp(recorded, item_shown(transfer->item)) == 0;

    xstrset(&transfer->item->more->work->was, same ? NULL : recorded);
}

static void on_planned(void *ctx, const struct haul_error *err)
{
    struct transfer *transfer = ctx;
    struct segment *segment;

    transfer->disk_pending = false;
    if (err->code != HAUL_OK) {
        transfer_fail(transfer, err);
    } else {
        transfer->ready = true;
        xstrset(&transfer->item->more->work->base,
                transfer->name); /* whoever comes after us finds it */
        remember_link(transfer);
        keep_item(transfer->engine, transfer->item);
        LIST_FOREACH(segment, &transfer->segments, link)
        {
            if (segment->accepted)
                segment_write_to(segment, transfer->file);
        }
        transfer_hash(transfer);
    }
    transfer_wants_attention(transfer);
}

/* Tells the file what it shall hold: the ranges it has, or one over everything. What further
 * connections fetch is known then; making room on the disk can take longer than their answers. */
static void plan(struct transfer *transfer)
{
    const struct disk_state *found = disk_file_found(transfer->file);
    struct disk_range all = {.end = transfer->total >= 0 ? (uint64_t)transfer->total : UINT64_MAX};
    bool fresh = transfer->plan_fresh || !found;
    struct disk_state state = {.url = (char *)(uintptr_t)item_shown(transfer->item), /* read only */
                               .size = transfer->total,
                               .etag = transfer->etag,
                               .modified = transfer->modified,
                               .ranges = fresh ? &all : found->ranges,
                               .range_count = fresh ? 1 : found->range_count};

    transfer->want_plan = false;
    transfer->plan_fresh = false;
    if (fresh && disk_file_is_foreign(transfer->file)) {
        struct haul_error err;

        haul_fail(&err, HAUL_E_CHANGED, "%s.part is not adopted: the file changed meanwhile",
                  transfer->name);
        transfer_fail(transfer, &err);
        return;
    }
    transfer->disk_pending = true;
    disk_file_plan(transfer->file, &state, fresh, on_planned, transfer);
    transfer->planned = true;
    transfer_spread(transfer);
}

/* The file that was opened after the answer came holds bytes of an earlier run. */
static bool worth_asking_again(const struct transfer *transfer)
{
    const struct disk_state *found = disk_file_found(transfer->file);
    struct identity stored, seen = transfer_identity(transfer);
    char reason[VALIDATE_REASON];

    if (!found)
        return false;
    stored = stored_identity(found);
    return disk_state_bytes(found) >= WORTH_ASKING_AGAIN && !drops_found(transfer) &&
           !found->rejected && identity_if_range(&stored) &&
           validate_identity(&stored, &seen, reason) == IDENTITY_SAME;
}

/* Ends all requests and frees the segments; false while bytes are on their way to the disk. */
static bool drop_segments(struct transfer *transfer, bool flush)
{
    struct segment *segment, *next;
    bool all = true;

    mirrors_stop(transfer);
    for (segment = LIST_FIRST(&transfer->segments); segment; segment = next) {
        next = LIST_NEXT(segment, link);
        segment_hang_up(segment);
        if (segment_quiesce(segment, flush))
            segment_free(segment);
        else
            all = false;
    }
    return all;
}

static void on_opened(void *ctx, struct disk_file *file, const struct haul_error *err)
{
    struct transfer *transfer = ctx;

    transfer->disk_pending = false;
    transfer->file = file;
    if (err->code != HAUL_OK) {
        transfer_fail(transfer, err);
    } else if (transfer->goal == GOAL_RECEIVE && worth_asking_again(transfer) &&
               drop_segments(transfer, false)) {
        ask_for_rest(transfer);
    } else {
        transfer->want_plan = true;
        transfer->plan_fresh = true;
    }
    transfer_wants_attention(transfer);
}

/* Before the first request: is there a partial under the name that the link suggests? */
static void on_looked(void *ctx, struct disk_file *file, const struct haul_error *err)
{
    struct transfer *transfer = ctx;

    transfer->disk_pending = false;
    transfer->file = file;
    if (err->code != HAUL_OK)
        transfer_fail(transfer, err);
    else if (transfer->goal == GOAL_RECEIVE && file)
        begin_with(transfer);
    else if (transfer->goal == GOAL_RECEIVE)
        ask_from_start(transfer);
    transfer_wants_attention(transfer);
}

/* To be said in the row of a complete file; errors have words of their own. */
static void remark(struct transfer *transfer, const char *text)
{
    if (transfer->fail.code == HAUL_OK)
        str_copy(transfer->fail.text, sizeof transfer->fail.text, text);
}

static void remark_checked(struct transfer *transfer)
{
    struct checksum checksum;
    char text[64] = "";

    if (transfer_checksum(transfer, &checksum))
        snprintf(text, sizeof text, "%s verified", checksum_name(checksum.kind));
    remark(transfer, text);
}

static void on_finished(void *ctx, const char *name, const struct haul_error *err)
{
    struct transfer *transfer = ctx;
    struct item *item = transfer->item;

    transfer->disk_pending = false;
    transfer->file = NULL;
    transfer->fail = *err;
    if (name && transfer->item->options->checksum)
        remark_checked(transfer);
    else if (name && transfer->unclean_end)
        remark(transfer, "its end is not certain: the secure connection was cut off "
                         "(--allow-unclean-end)");
    if (name) {
        item_set_name(item, name);
    }
    xstrset(&item->more->work->base, name ? NULL : transfer->name);
    over(transfer);
}

static void on_put_away(void *ctx, const struct haul_error *err)
{
    struct transfer *transfer = ctx;

    if (err->code != HAUL_OK)
        LOG_WARN(engine, "item %llu: %s", (unsigned long long)transfer->item->id, err->text);
    transfer->disk_pending = false;
    transfer->file = NULL;
    over(transfer);
}

/* Deciding. */

static void open_file(struct transfer *transfer, bool only_partial)
{
    struct disk_place place = place_of(transfer);
    struct disk_claim claim = {.url = item_shown(transfer->item),
                               .was = item_work(transfer->item)->was,
                               .adopt = transfer->item->options->adopt &&
                                        haul_options_plain(transfer->item->options)};

    transfer->want_open = false;
    transfer->disk_pending = true;
    disk_file_open(transfer->engine->disk, &place, &claim, only_partial,
                   only_partial ? on_looked : on_opened, transfer);
}

static void finish_small(struct transfer *transfer)
{
    struct disk_place place = place_of(transfer);
    struct checksum wanted;
    struct disk_small_file file = {.data = transfer->small,
                                   .len = transfer->small_len,
                                   .mtime = transfer->mtime,
                                   .url = item_shown(transfer->item),
                                   .wanted = transfer_checksum(transfer, &wanted) ? &wanted : NULL};

    transfer->small = NULL;
    drop_small(transfer);
    transfer->disk_pending = true;
    disk_small_put(transfer->engine->small, &place, &file, on_finished, transfer);
}

static void finish(struct transfer *transfer)
{
    bool check = transfer_must_check(transfer);
    struct haul_error err;

    transfer_set_phase(transfer, check ? HAUL_PHASE_CHECKING : HAUL_PHASE_FINISHING);
    if (!drop_segments(transfer, true) || transfer->goal != GOAL_FINISH)
        return;
    if (!transfer->file) {
        recall_keep(transfer);
        finish_small(transfer);
        return;
    }
    if (disk_file_unwritten(transfer->file, transfer->item->more->done)) {
        haul_fail(&err, HAUL_E_INTERNAL, "bytes of %s are missing on disk",
                  item_name(transfer->item));
        transfer_fail(transfer, &err);
        return;
    }
    if (check) {
        transfer_check(transfer);
        return;
    }
    recall_keep(transfer);
    transfer->disk_pending = true;
    disk_file_finish(transfer->file, transfer->item->more->done, transfer->mtime, on_finished,
                     transfer);
}

static void put_away(struct transfer *transfer)
{
    bool keep = transfer->goal == GOAL_KEEP;

    sample_drop(transfer);
    if (!drop_segments(transfer, keep))
        return;
    if (keep)
        recall_keep(transfer);
    if (transfer->is_small) {
        drop_small(transfer);
        queue_set_done(&transfer->engine->queue, transfer->item, 0);
    }
    if (!transfer->file) {
        over(transfer);
        return;
    }
    transfer->disk_pending = true;
    xstrset(&transfer->item->more->work->base,
            keep && !disk_file_is_foreign(transfer->file) ? transfer->name : NULL);
    if (keep)
        disk_file_keep(transfer->file, on_put_away, transfer);
    else
        disk_file_discard(transfer->file, on_put_away, transfer);
}

static void flush(struct transfer *transfer)
{
    struct segment *segment;

    LIST_FOREACH(segment, &transfer->segments, link)
    {
        if (segment->writing)
            disk_writer_flush(&segment->writer);
    }
}

bool transfer_record_due(const struct transfer *transfer, uint64_t now)
{
    uint64_t done = transfer->item->more->done;
    uint64_t fresh = done - MIN(done, transfer->recorded_bytes);
    uint64_t passed = now - transfer->recorded_at;

    return disk_file_unrecorded(transfer->file) >= RECORD_BYTES ||
           (passed >= RECORD_SOON_MS && fresh >= RECORD_SOON_BYTES) ||
           (passed >= RECORD_EVERY_MS && fresh > 0);
}

/* What a killed process loses is what came since the last record. At full speed that is a part of
 * what was written; else blocks that are not full are written for it too. */
static void keep_record(struct transfer *transfer, uint64_t now)
{
    if (!transfer->ready || transfer->goal != GOAL_RECEIVE || !transfer_record_due(transfer, now))
        return;
    if (now - transfer->recorded_at >= RECORD_SOON_MS)
        flush(transfer);
    if (!disk_file_record(transfer->file))
        return;
    transfer->recorded_at = now;
    transfer->recorded_bytes = disk_state_bytes(disk_file_state(transfer->file));
    if (now - transfer->synced_at < SYNC_EVERY_MS)
        return;
    transfer->synced_at = now;
    disk_file_sync(transfer->file);
}

/* No source may be asked for the rest now: one that is being compared may be next, or all have
 * failed. */
static void other_source(struct transfer *transfer)
{
    mirrors_check(transfer);
    if (mirrors_checking(transfer))
        return;
    /* Going on must change something, or this would be asked again for ever: where nothing can be
     * proved, the next try begins anew. */
    if (mirrors_go_on(transfer, &transfer->last_err) &&
        (transfer->want_plan || transfer->start_over))
        return;
    if (transfer->last_err.code == HAUL_OK)
        haul_fail(&transfer->last_err, HAUL_E_TRUNCATED, "no source sends the rest of the file");
    transfer_fail(transfer, &transfer->last_err);
}

/* Nobody works: the file is complete, or the rest is asked for anew. */
static void close_gap(struct transfer *transfer)
{
    size_t range;

    if (transfer->is_small || !transfer->file || transfer->total < 0 ||
        !first_missing(disk_file_state(transfer->file), &range)) {
        transfer->goal = GOAL_FINISH;
        finish(transfer);
    } else if (transfer_ask_range(transfer, range)) {
        return;
    } else if (transfer->source_count > 1) {
        other_source(transfer);
    } else {
        transfer->start_over = true;
        transfer_wants_attention(transfer);
    }
}

static void begin_anew(struct transfer *transfer)
{
    struct haul_error err;

    if (!drop_segments(transfer, false))
        return;
    if (transfer->asked && !haul_options_repeatable(transfer->item->options)) {
        haul_fail(&err, HAUL_E_TRUNCATED, "the answer is not whole");
        transfer_fail(transfer, &err);
        return;
    }
    transfer->start_over = false;
    transfer->want_plan = false;
    ask_from_start(transfer);
}

static void receive(struct transfer *transfer)
{
    if (transfer->sample) {
        sample_advance(transfer);
        return;
    }
    if (transfer->start_over) {
        begin_anew(transfer);
        return;
    }
    if (transfer->want_plan) {
        plan(transfer);
        return;
    }
    if (transfer->want_open && transfer->segment_count > 0 &&
        LIST_FIRST(&transfer->segments)->net) {
        open_file(transfer, false);
        return;
    }
    transfer_tend(transfer);
    if (transfer->goal != GOAL_RECEIVE || transfer->start_over)
        return;
    keep_record(transfer, engine_now(transfer->engine));
    if (transfer->ready)
        disk_file_hash_on(transfer->file);
    transfer_spread(transfer);
    if (transfer->segment_count == 0)
        close_gap(transfer);
}

static void advance(struct transfer *transfer)
{
    if (transfer->goal != GOAL_RECEIVE)
        transfer_give_place(transfer);
    if (transfer->disk_pending)
        return;
    switch (transfer->goal) {
    case GOAL_RECEIVE:
        receive(transfer);
        break;
    case GOAL_FINISH:
        finish(transfer);
        break;
    case GOAL_KEEP:
    case GOAL_DISCARD:
        put_away(transfer);
        break;
    }
}

void transfer_attend(struct transfer *transfer)
{
    transfer->needs_attention = false;
    advance(transfer);
}

/* From the engine. */

/* The partial's name is known from the last run, or may be the link's; with `skip` and `fail` a
 * file of that name settles the matter before anything is asked for. */
static bool look_first(const struct transfer *transfer)
{
    enum haul_if_exists policy = transfer->item->options->if_exists;

    return transfer->item->more->work->base || transfer->item->options->adopt ||
           policy == HAUL_EXISTS_SKIP || policy == HAUL_EXISTS_FAIL ||
           folder_has(transfer->engine, transfer->item->options->dir, transfer->name);
}

static void ask_first(struct transfer *transfer)
{
    if (look_first(transfer))
        open_file(transfer, true);
    else
        ask_from_start(transfer);
}

static void on_folder_checked(void *ctx, const struct haul_error *err)
{
    struct transfer *transfer = ctx;

    transfer->disk_pending = false;
    if (err->code != HAUL_OK) {
        transfer_fail(transfer, err);
    } else {
        folder_accept(transfer->engine, item_dir(transfer->item));
        if (transfer->goal == GOAL_RECEIVE)
            ask_first(transfer);
    }
    transfer_wants_attention(transfer);
}

/* No server is bothered for a file that has no place. */
static void begin(struct transfer *transfer)
{
    const char *dir = item_dir(transfer->item);

    if (!folder_refuses(transfer->engine, dir)) {
        ask_first(transfer);
        return;
    }
    transfer->disk_pending = true;
    disk_check_folder(transfer->engine->disk, dir, on_folder_checked, transfer);
}

/* The disk was full: is there room for the rest now? Asked before the server is bothered again. */
static void on_room(void *ctx, int64_t free_bytes)
{
    struct transfer *transfer = ctx;
    struct item *item = transfer->item;
    const struct item_more *more = item->more;
    uint64_t done = more->work->base ? more->done : 0; /* what a partial holds needs no room */
    uint64_t need = more->total > 0 ? (uint64_t)more->total - MIN((uint64_t)more->total, done) : 0;
    struct haul_error err;

    transfer->disk_pending = false;
    if (free_bytes >= 0 && (uint64_t)free_bytes < MAX(need, ROOM_MIN)) {
        haul_fail(&err, HAUL_E_DISK_FULL, "%s", more->note ? more->note : "the disk is full");
        transfer_fail(transfer, &err);
    } else if (transfer->goal == GOAL_RECEIVE) {
        begin(transfer);
    }
    transfer_wants_attention(transfer);
}

void transfer_limit(struct transfer *transfer)
{
    struct haul_engine *engine = transfer->engine;

    limiter_set(&transfer->limiter, transfer->item->options->item_limit, engine_now(engine));
    uv_timer_stop(&engine->limit_timer); /* set for the old limit */
    engine_wake(engine);
}

void transfer_start(struct haul_engine *engine, struct item *item)
{
    struct transfer *transfer = xcalloc(1, sizeof *transfer);
    struct item_work *work = item_need_work(item);
    const struct haul_options *options = item->options;

    transfer->engine = engine;
    transfer->item = item;
    transfer->total = -1;
    transfer->mtime = -1;
    transfer->retry_after = -1;
    speed_start(&transfer->speed, engine_now(engine));
    trace_start(&transfer->trace, engine_now(engine));
    transfer_limit(transfer);
    transfer->recorded_at = transfer->synced_at = engine_now(engine);
    transfer->name = work->base
                         ? xstrdup(work->base)
                         : filename_choose(options->out, text_raw_from(""), item_url(item), NULL);
    transfer->host = host_of(&engine->hosts, item_url(item));
    mirrors_begin(transfer);
    LIST_INIT(&transfer->segments);
    transfer_keep_place(transfer);
    host_begin(transfer->host, transfer);
    work->transfer = transfer;
    LIST_INSERT_HEAD(&engine->transfers, transfer, link);
    engine->transfer_count++;
    transfer_set_phase(transfer, HAUL_PHASE_CONNECTING);
    if (options->timeout > 0 && work->deadline == 0)
        work->deadline = engine_now(engine) + options->timeout * 1000;
    if (item->more->err == HAUL_E_DISK_FULL) {
        transfer->disk_pending = true;
        disk_space(engine->disk, item_dir(item), on_room, transfer);
        return;
    }
    begin(transfer);
}

void transfer_stop(struct transfer *transfer, bool discard)
{
    if (transfer->goal == GOAL_FINISH && transfer->disk_pending && !transfer->checks)
        return; /* it is getting its name right now */
    transfer->stopped = true;
    transfer->goal = discard ? GOAL_DISCARD : GOAL_KEEP;
    transfer_check_stop(transfer);
    transfer_wants_attention(transfer);
}

static void trace_second(struct transfer *transfer, uint64_t now)
{
    struct segment *segment;
    uint64_t passed;

    LIST_FOREACH(segment, &transfer->segments, link)
    {
        if (segment->net)
            segment_book_hold(segment);
    }
    passed = trace_tick(&transfer->trace, now, transfer_connections(transfer));
    LIST_FOREACH(segment, &transfer->segments, link)
    {
        if (passed > 0)
            recent_tick(&segment->recent, segment->came, passed);
    }
}

void transfer_tick(struct transfer *transfer)
{
    uint64_t now = engine_now(transfer->engine);

    trace_second(transfer, now);
    transfer_watch_time(transfer, now);
    sample_watch(transfer, now);
    keep_record(transfer, now);
    transfer_wants_attention(transfer); /* to spread, or when memory for blocks is free again */
    if (transfer_rate(transfer) != transfer->told_rate)
        queue_touch(&transfer->engine->queue, transfer->item);
    transfer->told_rate = transfer_rate(transfer);
}

uint64_t transfer_rate(const struct transfer *transfer)
{
    return speed_rate(&transfer->speed, engine_now(transfer->engine));
}

int64_t transfer_eta(const struct transfer *transfer)
{
    uint64_t done = transfer->item->more->done;

    if (transfer->total < 0 || done > (uint64_t)transfer->total)
        return -1;
    return speed_eta(&transfer->speed, engine_now(transfer->engine),
                     (uint64_t)transfer->total - done);
}

unsigned transfer_connections(const struct transfer *transfer)
{
    const struct segment *segment;
    unsigned count = 0;

    LIST_FOREACH(segment, &transfer->segments, link)
    count += segment->net != NULL;
    return count;
}

uint32_t transfers_connections(const struct haul_engine *engine)
{
    const struct transfer *transfer;
    uint32_t count = 0;

    LIST_FOREACH(transfer, &engine->transfers, link)
    count += transfer_connections(transfer);
    return count;
}

bool transfers_left(const struct haul_engine *engine, uint64_t *ret_left)
{
    const struct transfer *transfer;

    LIST_FOREACH(transfer, &engine->transfers, link)
    {
        const struct item *item = transfer->item;

        if (item->state != HAUL_ACTIVE)
            continue;
        if (item->more->total < 0)
            return false;
        *ret_left +=
            (uint64_t)item->more->total - MIN((uint64_t)item->more->total, item->more->done);
    }
    return true;
}
