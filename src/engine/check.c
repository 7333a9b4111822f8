/* A transfer's digest: when it is computed, and what follows from one that is not the wanted one.
 *
 * A file gets its name only after its digest was found right, where one was given. One that is
 * wrong stays as the partial, for a person to look at; its record says which digest it does not
 * have, so that no later run takes it for complete, and only another digest makes it worth a second
 * look. */

#include <string.h>

#include "base/mem.h"
#include "disk/digest.h"
#include "engine/transfer_inside.h"

bool transfer_checksum(const struct transfer *transfer, struct checksum *ret_checksum)
{
    const char *text = transfer->item->options->checksum;

    return text && !checksum_parse(text, ret_checksum);
}

bool transfer_must_check(const struct transfer *transfer)
{
    return transfer->item->options->checksum && transfer->file && !transfer->checked;
}

void transfer_hash(struct transfer *transfer)
{
    struct checksum wanted;

    if (transfer_checksum(transfer, &wanted))
        disk_file_hash(transfer->file, &wanted);
    transfer->hashes = true;
}

bool transfer_is_rejected(const struct transfer *transfer, const struct disk_state *found)
{
    char wanted[CHECKSUM_TEXT];
    struct checksum checksum;

    if (!found->rejected)
        return false;
    return !transfer_checksum(transfer, &checksum) || !state_is_whole(found) ||
           strcmp(checksum_text(&checksum, wanted), found->rejected) == 0;
}

static void reject(struct transfer *transfer)
{
    char wanted[CHECKSUM_TEXT];
    struct checksum checksum;

    if (transfer_checksum(transfer, &checksum))
        disk_file_reject(transfer->file, transfer->item->more->done,
                         checksum_text(&checksum, wanted));
}

static void on_checked(void *ctx, const struct haul_error *err)
{
    struct transfer *transfer = ctx;

    transfer->disk_pending = false;
    transfer->checks = false;
    transfer->checked = err->code == HAUL_OK;
    if (err->code == HAUL_E_CHECKSUM)
        reject(transfer);
    if (err->code != HAUL_OK)
        transfer_fail(transfer, err);
    transfer_wants_attention(transfer);
}

void transfer_check(struct transfer *transfer)
{
    if (!transfer->hashes)
        transfer_hash(transfer);
    transfer->disk_pending = true;
    transfer->checks = true;
    disk_file_verify(transfer->file, transfer->item->more->done, on_checked, transfer);
}

void transfer_check_stop(struct transfer *transfer)
{
    if (transfer->checks)
        disk_file_verify_stop(transfer->file);
}
