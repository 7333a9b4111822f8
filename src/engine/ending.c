/* A transfer's end: the file gets its name, or its partial is put away, and the engine is told.
 *
 * Invariant: the final name is given only to what was received whole, is on the disk, and has the
 * digest it should have. */

#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"
#include "base/str.h"
#include "disk/digest.h"
#include "engine/doubt.h"
#include "engine/host.h"
#include "engine/over.h"
#include "engine/recall.h"
#include "engine/sample.h"
#include "engine/transfer_inside.h"
#include "engine/upload.h"
#include "engine/validate.h"
#include "haul/log.h"

/* Files up to this size are collected in memory and written whole, while all of them together need
 * no more than SMALL_TOTAL_MAX. Where thousands may run at once they come slowly, and every
 * transfer needs some memory anyway: each takes a share from it, down to SMALL_TOTAL_MIN. */
#define SMALL_MAX       ((size_t)64 * 1024)
#define SMALL_TOTAL_MAX ((size_t)4 * 1024 * 1024)
#define SMALL_TOTAL_MIN ((size_t)512 * 1024)
#define SMALL_SHARE     ((size_t)2 * 1024)

/* Memory of small files. */

static size_t small_total(const struct haul_engine *engine)
{
    uint64_t most = (SMALL_TOTAL_MAX - SMALL_TOTAL_MIN) / SMALL_SHARE;

    return SMALL_TOTAL_MAX - (size_t)MIN(engine->settings.jobs, most) * SMALL_SHARE;
}

bool transfer_take_small(struct transfer *transfer)
{
    struct haul_engine *engine = transfer->engine;
    size_t size = (size_t)transfer->total;

    if (transfer->total < 0 || size > SMALL_MAX || engine->small_bytes + size > small_total(engine))
        return false;
    engine->small_bytes += size;
    transfer->small_held = size;
    transfer->is_small = true;
    transfer->small = xmalloc(size);
    transfer->small_len = 0;
    return true;
}

/* Its memory is free for others. */
static void give_small(struct transfer *transfer)
{
    transfer->engine->small_bytes -= transfer->small_held;
    transfer->small_held = 0;
}

static void drop_small(struct transfer *transfer)
{
    if (!transfer->is_small)
        return;
    transfer->is_small = false;
    free(transfer->small);
    transfer->small = NULL;
    give_small(transfer);
}

/* Putting away. */

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
    doubts_clear(transfer);
    transfer_forget_look(transfer);
    free(transfer->had);
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
    trace_fini(&transfer->trace);
    fault_fini(&transfer->last_err);
    fault_fini(&transfer->fail);
    free(transfer);
}

static bool is_strong(const char *header)
{
    struct etag etag;

    return header && etag_parse(text_raw_from(header), &etag) && !etag.weak;
}

void transfer_over(struct transfer *transfer)
{
    struct haul_engine *engine = transfer->engine;
    struct item *item = transfer->item;
    struct haul_error err = *fault_get(&transfer->fail);
    struct item_work *work = item->more->work;
    char *final_url = transfer->final_url, *etag = transfer->etag, *had = transfer->had;
    struct outcome outcome = {.err = transfer->stopped ? NULL : &err,
                              .retry_after = transfer->retry_after,
                              .progress = transfer->reached > work->best,
                              .unheard = transfer->unheard,
                              .crowded = transfer->crowded,
                              .spent = transfer->asked && !haul_options_repeatable(item->options),
                              .held_until = transfer->held_until,
                              .final_url = final_url,
                              .had = had,
                              .etag = is_strong(etag) ? etag : NULL,
                              .host = transfer->blamed ? transfer->blamed : transfer->host};

    work->best = MAX(work->best, transfer->reached);
    work->transfer = NULL;
    transfer->final_url = transfer->etag = transfer->had = NULL;
    transfer_free(transfer);
    engine_transfer_over(engine, item, &outcome);
    free(final_url);
    free(etag);
    free(had);
}

/* Ends all requests and frees the segments; false while bytes are on their way to the disk. */
bool transfer_drop_segments(struct transfer *transfer, bool flush)
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

/* To be said in the row of a complete file; errors have words of their own. */
static void remark(struct transfer *transfer, const char *text)
{
    struct haul_error *err = fault_need(&transfer->fail);

    if (err->code == HAUL_OK)
        str_copy(err->text, sizeof err->text, text);
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
    fault_put(&transfer->fail, err);
    give_small(transfer);
    if (name && transfer->item->options->checksum)
        remark_checked(transfer);
    else if (name && transfer->unclean_end)
        remark(transfer, "its end is not certain: the secure connection was cut off "
                         "(--allow-unclean-end)");
    if (name) {
        item_set_name(item, name);
    }
    xstrset(&item->more->work->base, name ? NULL : transfer->name);
    transfer_over(transfer);
}

static void on_put_away(void *ctx, const struct haul_error *err)
{
    struct transfer *transfer = ctx;

    if (err->code != HAUL_OK)
        LOG_WARN(engine, "item %llu: %s", (unsigned long long)transfer->item->id, err->text);
    transfer->disk_pending = false;
    transfer->file = NULL;
    transfer_over(transfer);
}

static void finish_small(struct transfer *transfer)
{
    struct disk_place place = transfer_place(transfer);
    struct checksum wanted;
    struct disk_small_file file = {.data = transfer->small,
                                   .len = transfer->small_len,
                                   .mtime = transfer->mtime,
                                   .url = item_shown(transfer->item),
                                   .wanted = transfer_checksum(transfer, &wanted) ? &wanted : NULL};

    transfer->small = NULL; /* it is held until that is done */
    transfer->is_small = false;
    transfer->disk_pending = true;
    disk_small_put(transfer->engine->small, &place, &file, on_finished, transfer);
}

void transfer_finish(struct transfer *transfer)
{
    bool check = transfer_must_check(transfer);
    struct haul_error err;

    transfer_set_phase(transfer, check ? HAUL_PHASE_CHECKING : HAUL_PHASE_FINISHING);
    if (!transfer_drop_segments(transfer, true) || transfer->goal != GOAL_FINISH)
        return;
    if (transfer->upload) {
        recall_keep(transfer);
        upload_finish(transfer);
        return;
    }
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

void transfer_put_away(struct transfer *transfer)
{
    bool keep = transfer->goal == GOAL_KEEP;

    sample_drop(transfer);
    if (!transfer_drop_segments(transfer, keep) || !upload_drop(transfer))
        return;
    if (keep)
        recall_keep(transfer);
    if (transfer->is_small) {
        drop_small(transfer);
        queue_set_done(&transfer->engine->queue, transfer->item, 0);
    }
    if (!transfer->file) {
        transfer_over(transfer);
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
