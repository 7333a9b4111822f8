/* Sending a file: one request, whose body is read ahead on workers and whose answer is only looked
 * at.
 *
 * Nothing is kept of the answer but its status, nothing has a name here, and nothing is continued:
 * a request that broke is made anew from the first byte, where that is safe (over.c). A file that
 * changes on the way fails the item, for nobody knows what the server has then. */

#include "engine/upload.h"

#include <stdio.h>

#include "base/str.h"
#include "disk/source.h"

#define ANSWER_MAX ((size_t)1024 * 1024)

static void on_opened(void *ctx, struct disk_source *source, const struct haul_error *err)
{
    struct transfer *transfer = ctx;

    transfer->disk_pending = false;
    transfer->upload = source;
    if (!source) {
        transfer_fail(transfer, err);
        return;
    }
    if (transfer->goal == GOAL_RECEIVE) {
        transfer->total = (int64_t)disk_source_size(source);
        transfer->item->more->done = 0;
        transfer->item->more->total = transfer->total;
        transfer_ask(transfer, transfer->lead, 0, 0, UINT64_MAX, NULL);
    }
    transfer_wants_attention(transfer);
}

static void on_ready(void *ctx)
{
    transfer_wants_attention(ctx);
}

static void on_checked(void *ctx, const struct haul_error *err)
{
    struct transfer *transfer = ctx;
    struct haul_error *said = fault_need(&transfer->fail);

    transfer->disk_pending = false;
    *said = *err;
    if (err->code == HAUL_OK)
        snprintf(said->text, sizeof said->text, "sent; the server answered %d", transfer->status);
    disk_source_close(transfer->upload);
    transfer->upload = NULL;
    transfer_over(transfer);
}

void upload_begin(struct transfer *transfer)
{
    static const struct disk_source_events events = {on_opened, on_ready, on_checked};

    transfer->disk_pending = true;
    disk_source_open(transfer->engine->disk, transfer->item->options->upload, &events, transfer);
}

enum net_body upload_read(struct transfer *transfer, char *to, size_t size, size_t *ret_len)
{
    ssize_t got = disk_source_read(transfer->upload, to, size);

    if (got < 0) {
        transfer_fail(transfer, disk_source_error(transfer->upload));
        return NET_BODY_STOP;
    }
    *ret_len = (size_t)got;
    if (got == 0 && !disk_source_at_end(transfer->upload))
        return NET_BODY_PAUSE;
    transfer_set_phase(transfer, HAUL_PHASE_SENDING);
    return NET_BODY_TAKEN;
}

void upload_rewind(struct transfer *transfer)
{
    if (transfer->upload)
        disk_source_rewind(transfer->upload);
    transfer->item->more->done = 0;
    transfer->answer_len = 0;
}

bool upload_skip(struct transfer *transfer, size_t len)
{
    transfer->answer_len += len;
    return transfer->answer_len <= ANSWER_MAX;
}

void upload_judge(const struct transfer *transfer, struct haul_error *ret_err)
{
    const struct item_more *more = transfer->item->more;

    *ret_err = (struct haul_error){0};
    if (transfer->upload && !disk_source_at_end(transfer->upload))
        (void)haul_fail(ret_err, HAUL_E_TRUNCATED, "the server took %llu of %lld bytes",
                        (unsigned long long)more->done, (long long)transfer->total);
}

void upload_finish(struct transfer *transfer)
{
    transfer->disk_pending = true;
    disk_source_check(transfer->upload);
}

bool upload_drop(struct transfer *transfer)
{
    if (transfer->upload && !disk_source_halt(transfer->upload))
        return false;
    disk_source_close(transfer->upload);
    transfer->upload = NULL;
    return true;
}
