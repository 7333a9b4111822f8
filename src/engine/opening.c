/* A transfer's way to its first byte: the folder, room on the disk, a partial that lies there, the
 * question for all of the file or for its rest, and the plan of what the file shall hold.
 *
 * Invariant: nobody is asked for a file that has no place, and a partial is gone on with only when
 * its record has something that the answer can be held to. */

#include <stdlib.h>

#include "base/mem.h"
#include "disk/space.h"
#include "engine/doubt.h"
#include "engine/filename.h"
#include "engine/folder.h"
#include "engine/keep.h"
#include "engine/sample.h"
#include "engine/transfer_inside.h"
#include "engine/validate.h"

#define ROOM_MIN ((uint64_t)1024 * 1024) /* less than this counts as full */
/* A partial found only after the answer came is worth asking again when it holds this much. */
#define WORTH_ASKING_AGAIN (1024 * 1024)

static struct identity stored_identity(const struct disk_state *state)
{
    return (struct identity){.etag = state->etag,
                             .last_modified = state->modified,
                             .last_modified_strong = state->modified != NULL,
                             .total = state->size};
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

struct disk_place transfer_place(const struct transfer *transfer)
{
    const struct haul_options *options = transfer->item->options;

    return (struct disk_place){options->dir, transfer->name, options->if_exists, filename_numbered,
                               transfer->item->id};
}

/* Asking. */

void transfer_ask_from_start(struct transfer *transfer)
{
    transfer->planned = transfer->ready = false;
    transfer->recorded_bytes = 0;
    transfer->total = -1;
    transfer->item->more->done = 0;
    transfer->item->more->total = -1;
    mirrors_forget(transfer);
    doubts_clear(transfer);
    transfer_ask(transfer, transfer->lead, 0, 0, UINT64_MAX, NULL);
}

/* Ranges are in the order in which they were cut: the first one is that with the lowest bytes, for
 * a server that knows no ranges sends all that is behind it, too. */
bool transfer_first_missing(const struct disk_state *state, size_t *ret_range)
{
    uint64_t first = UINT64_MAX;

    for (size_t i = 0; i < state->range_count; i++) {
        const struct disk_range *range = &state->ranges[i];

        if (range->written < range->end && range->start < first) {
            first = range->start;
            *ret_range = i;
        }
    }
    return first < UINT64_MAX;
}

static void start_over_unproven(struct transfer *transfer)
{
    if (transfer->item->more->done > 0)
        transfer_note(transfer, "starting over", "nothing proves that the file is still the same");
    else if (disk_file_doubted(transfer->file) > 0)
        transfer_note(transfer, "starting over", "none of what came is known to have lasted");
    transfer_ask_from_start(transfer);
}

/* Asks for the rest of the file. The record's validators are those of one source: only that one can
 * be held to them, whatever another one's look like, and others have to be compared. */
static void ask_owner(struct transfer *transfer, const struct identity *stored, size_t range)
{
    const struct disk_state *state = disk_file_found(transfer->file);
    const struct disk_range *wanted = &state->ranges[range];
    struct source *owner = mirrors_find(transfer, state->source);

    if (owner && mirrors_takes(transfer, owner)) {
        transfer_ask(transfer, owner, range, wanted->written, wanted->end,
                     identity_if_range(stored));
    } else if (!mirrors_compare_all(transfer)) {
        start_over_unproven(transfer);
    }
}

/* What the record says of the file, and whose word that is. */
static void learn_found(struct transfer *transfer)
{
    const struct disk_state *state = disk_file_found(transfer->file);
    struct source *owner = mirrors_find(transfer, state->source);
    struct item *item = transfer->item;

    item->more->done = disk_state_bytes(state);
    item->more->total = transfer->total = state->size;
    xstrset(&transfer->etag, owner ? state->etag : NULL);
    xstrset(&transfer->modified, owner ? state->modified : NULL);
    doubts_add_found(transfer);
    if (!owner)
        return;
    transfer->lead = owner;
    source_learn(owner, state->etag, state->modified);
}

/* A partial of this URL lies here: goes on where it ended, if the server can be made to prove that
 * the file is still the same one. */
static void ask_for_rest(struct transfer *transfer)
{
    const struct disk_state *state = disk_file_found(transfer->file);
    struct identity stored = stored_identity(state);
    size_t range;

    learn_found(transfer);
    if (transfer_is_rejected(transfer, state)) {
        transfer_note(transfer, "starting over", "what is here has another digest");
        transfer_ask_from_start(transfer);
    } else if (!transfer_first_missing(state, &range)) {
        if (transfer->source_count == 1)
            transfer->goal = GOAL_FINISH;
        else
            transfer->want_plan = true; /* what came of others may be in doubt */
    } else if (transfer->item->more->done > 0 && provable(transfer, &stored)) {
        ask_owner(transfer, &stored, range);
    } else {
        start_over_unproven(transfer);
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
        transfer_ask_from_start(transfer);
}

/* A partial was found before anything was asked. */
static void begin_with(struct transfer *transfer)
{
    if (drops_found(transfer) && !disk_file_is_foreign(transfer->file))
        transfer_ask_from_start(transfer);
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
void transfer_plan(struct transfer *transfer)
{
    const struct disk_state *found = disk_file_found(transfer->file);
    struct disk_range all = {.end = transfer->total >= 0 ? (uint64_t)transfer->total : UINT64_MAX};
    bool fresh = transfer->plan_fresh || !found;
    struct disk_state state = {.url = (char *)(uintptr_t)item_shown(transfer->item), /* read only */
                               .source = mirrors_source(transfer),
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

/* The file that was opened after the answer came holds bytes of an earlier run: why they are not
 * gone on with, NULL when they are. */
static const char *why_dropped(const struct transfer *transfer, char reason[VALIDATE_REASON])
{
    const struct disk_state *found = disk_file_found(transfer->file);
    struct identity stored = stored_identity(found), seen = transfer_identity(transfer);

    if (drops_found(transfer))
        return "what an earlier run left is not gone on with";
    if (found->rejected)
        return "what is here has another digest";
    if (mirrors_find(transfer, found->source) != transfer->lead || !identity_if_range(&stored))
        return "nothing proves that the file is still the same";
    if (validate_identity(&stored, &seen, reason) != IDENTITY_SAME)
        return reason;
    if (disk_state_bytes(found) < WORTH_ASKING_AGAIN)
        return "so little is here that it comes with the answer sooner";
    return NULL;
}

/* Asks again for what is missing of the file that was opened, if that is to be gone on with. */
static bool ask_again(struct transfer *transfer)
{
    const struct disk_state *found = disk_file_found(transfer->file);
    char reason[VALIDATE_REASON];
    const char *why;

    if (transfer->goal != GOAL_RECEIVE || !found || disk_state_bytes(found) == 0)
        return false;
    why = why_dropped(transfer, reason);
    if (!why && transfer_drop_segments(transfer, false)) {
        ask_for_rest(transfer);
        return true;
    }
    transfer_note(transfer, "starting over", why ? why : "its answer is under way already");
    return false;
}

/* Another name than one may expect is explained. */
static void tell_beside(struct transfer *transfer)
{
    bool rename = transfer->item->options->if_exists == HAUL_EXISTS_RENAME;
    char *what = NULL, *why = NULL;

    if (transfer->goal != GOAL_RECEIVE)
        return;
    switch (disk_file_beside(transfer->file)) {
    case DISK_BESIDE_BUSY:
        what = xasprintf("%s is being fetched already", transfer->name);
        why = rename ? xasprintf("this one is going to be %s", disk_file_name(transfer->file))
                     : xstrdup("the last one to end stays");
        break;
    case DISK_BESIDE_STRANGER:
        what = xasprintf("%s.part is left alone", transfer->name);
        why = xstrdup("nothing says that it is of this link; --adopt goes on with it");
        break;
    case DISK_BESIDE_ODD:
        what = xasprintf("%s.part is left alone", transfer->name);
        why = xstrdup("it is no plain file of yours");
        break;
    case DISK_BESIDE_NOTHING:
        return;
    }
    transfer_note(transfer, what, why);
    free(what);
    free(why);
}

static void on_opened(void *ctx, struct disk_file *file, const struct haul_error *err)
{
    struct transfer *transfer = ctx;

    transfer->disk_pending = false;
    transfer->file = file;
    if (err->code != HAUL_OK) {
        transfer_fail(transfer, err);
    } else if (!ask_again(transfer)) {
        tell_beside(transfer);
        transfer->want_plan = true;
        transfer->plan_fresh = true;
    }
    transfer_wants_attention(transfer);
}

/* What came of this item before is not there, or is not to be told from somebody else's. */
static void tell_lost(struct transfer *transfer)
{
    if (transfer->item->more->work->base && transfer->item->more->done > 0)
        transfer_note(transfer, "starting over", "what came is gone, or its record can't be read");
}

/* Before the first request: is there a partial under the name that the link suggests? */
static void on_looked(void *ctx, struct disk_file *file, const struct haul_error *err)
{
    struct transfer *transfer = ctx;

    transfer->disk_pending = false;
    transfer->file = file;
    if (err->code != HAUL_OK) {
        transfer_fail(transfer, err);
    } else if (transfer->goal == GOAL_RECEIVE && file) {
        tell_beside(transfer);
        begin_with(transfer);
    } else if (transfer->goal == GOAL_RECEIVE) {
        tell_lost(transfer);
        transfer_ask_from_start(transfer);
    }
    transfer_wants_attention(transfer);
}

void transfer_open_file(struct transfer *transfer, bool only_partial)
{
    struct disk_place place = transfer_place(transfer);
    struct disk_claim claim = {.url = item_shown(transfer->item),
                               .was = item_work(transfer->item)->was,
                               .adopt = transfer->item->options->adopt &&
                                        haul_options_plain(transfer->item->options)};

    transfer->want_open = false;
    transfer->disk_pending = true;
    disk_file_open(transfer->engine->disk, &place, &claim, only_partial,
                   only_partial ? on_looked : on_opened, transfer);
}

/* The slot. */

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
        transfer_open_file(transfer, true);
    else
        transfer_ask_from_start(transfer);
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
void transfer_begin(struct transfer *transfer)
{
    const char *dir = item_dir(transfer->item);

    if (transfer_look_first(transfer))
        return;
    if (!folder_refuses(transfer->engine, dir)) {
        ask_first(transfer);
        return;
    }
    transfer->disk_pending = true;
    disk_check_folder(transfer->engine->disk, dir, on_folder_checked, transfer);
}

/* The disk was full: is there room for the rest now? Asked before the server is bothered again. */
static void on_room(void *ctx, bool room)
{
    struct transfer *transfer = ctx;
    const struct item_more *more = transfer->item->more;
    struct haul_error err;

    transfer->disk_pending = false;
    if (!room) {
        haul_fail(&err, HAUL_E_DISK_FULL, "%s", more->note ? more->note : "the disk is full");
        transfer_fail(transfer, &err);
    } else if (transfer->goal == GOAL_RECEIVE) {
        transfer_begin(transfer);
    }
    transfer_wants_attention(transfer);
}

void transfer_begin_with_room(struct transfer *transfer)
{
    const struct item_more *more = transfer->item->more;
    uint64_t done = more->work->base ? more->done : 0; /* what a partial holds needs no room */
    uint64_t need = more->total > 0 ? (uint64_t)more->total - MIN((uint64_t)more->total, done) : 0;

    transfer->disk_pending = true;
    disk_room(transfer->engine->disk, item_dir(transfer->item), MAX(need, ROOM_MIN), on_room,
              transfer);
}
