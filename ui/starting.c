/* From the command line to the daemon.
 *
 * A list may have a hundred thousand links, and each may have options of its own: they are made
 * into requests a slice at a time, and a few slices are on their way at once, so that the screen
 * holds little and a line that is far away is not waited for after each one. What came of them is
 * told in one sentence. */

#include "ui/starting.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"
#include "base/str.h"
#include "haul/client.h"
#include "input/requests.h"
#include "ui/model.h"

#define SLICE     256u /* links in a call, or a few more */
#define CALLS_MAX 8u

void starting_init(struct starting *starting, struct model *model,
                   const struct requests_source *links,
                   void (*notice)(void *ctx, bool bad, const char *text), void *ctx)
{
    *starting = (struct starting){.model = model,
                                  .links = links,
                                  .notice = notice,
                                  .ctx = ctx,
                                  .over = !links,
                                  .told = !links};
}

static void note_refusal(struct starting *starting, size_t count, const char *why)
{
    if (!starting->why[0])
        str_copy(starting->why, sizeof(starting->why), why);
    starting->refused += count;
}

static void tell(struct starting *starting)
{
    char text[MODEL_ADDED_SIZE];
    char whole[MODEL_ADDED_SIZE + HAUL_ERROR_TEXT + 64];
    if (starting->told || !starting->over || starting->calls > 0)
        return;
    starting->told = true;
    model_added_text(starting->added, starting->had, text);
    if (!starting->why[0]) {
        starting->notice(starting->ctx, false, text);
    } else if (starting->added + starting->had == 0) {
        starting->notice(starting->ctx, true, starting->why);
    } else {
        if (starting->refused > 0)
            snprintf(whole, sizeof(whole), "%s, %zu not: %s", text, starting->refused,
                     starting->why);
        else
            snprintf(whole, sizeof(whole), "%s, and then: %s", text, starting->why);
        starting->notice(starting->ctx, true, whole);
    }
}

/* A slice on its way. */
struct slice {
    struct starting *starting;
    size_t count;
};

/* Then there is nobody to send more to; starting_go_on() comes when there is. */
static bool is_lost(enum haul_err code)
{
    return code == HAUL_E_DAEMON_LOST || code == HAUL_E_REPLACED || code == HAUL_E_CANCELLED;
}

static void on_answer(void *ctx, const struct haul_reply *reply)
{
    struct slice *slice = ctx;
    struct starting *starting = slice->starting;
    starting->calls--;
    bool lost = reply->err && is_lost(reply->err->code);
    if (reply->err) {
        note_refusal(starting, slice->count, reply->err->text);
    } else {
        starting->added += reply->id_count - reply->had_count;
        starting->had += reply->had_count;
    }
    free(slice);
    if (!lost)
        starting_go_on(starting);
}

/* Takes the next links from the source. */
static void slice_take(struct starting *starting, struct requests *requests)
{
    struct haul_error err;
    while (!starting->over && requests->count < SLICE) {
        size_t before = requests->count;
        if (starting->links->next(starting->links->ctx, requests, &err) != HAUL_OK)
            note_refusal(starting, 0, err.text);
        starting->over = requests->count == before;
    }
}

static void slice_send(struct starting *starting)
{
    struct requests requests = {0};
    slice_take(starting, &requests);
    if (requests.count > 0) {
        struct slice *slice = xmalloc(sizeof(*slice));
        *slice = (struct slice){starting, requests.count};
        starting->calls++;
        if (!model_add_part(starting->model, requests.items, requests.count, true, on_answer,
                            slice)) {
            starting->calls--;
            note_refusal(starting, slice->count, "there was no connection to the daemon");
            free(slice);
        }
    }
    requests_fini(&requests);
}

static void send_up_to(struct starting *starting, unsigned calls)
{
    while (!starting->over && starting->calls < calls && model_reachable(starting->model))
        slice_send(starting);
    tell(starting);
}

void starting_go_on(struct starting *starting)
{
    send_up_to(starting, CALLS_MAX);
}

void starting_hurry(struct starting *starting)
{
    send_up_to(starting, UINT_MAX);
}

bool starting_is_over(const struct starting *starting)
{
    return starting->over && starting->calls == 0;
}

size_t starting_answered(const struct starting *starting)
{
    return starting->added + starting->had + starting->refused;
}
