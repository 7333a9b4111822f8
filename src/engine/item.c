/* Items: their memory, their notes, and which state may follow which. */

#include "engine/item.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/mem.h"
#include "base/text.h"
#include "base/url.h"
#include "engine/filename.h"

#define BIT(state) (1u << (state))

/* Row: the state now; bits: the states that may come next. */
static const unsigned legal_moves[HAUL_STATE_COUNT] = {
    [HAUL_QUEUED] = BIT(HAUL_ACTIVE) | BIT(HAUL_PAUSED) | BIT(HAUL_CANCELLED) | BIT(HAUL_FAILED),
    [HAUL_ACTIVE] = BIT(HAUL_QUEUED) | BIT(HAUL_WAITING) | BIT(HAUL_PAUSED) | BIT(HAUL_DONE) |
                    BIT(HAUL_FAILED) | BIT(HAUL_CANCELLED),
    [HAUL_WAITING] = BIT(HAUL_QUEUED) | BIT(HAUL_PAUSED) | BIT(HAUL_CANCELLED),
    [HAUL_PAUSED] = BIT(HAUL_QUEUED) | BIT(HAUL_CANCELLED),
    [HAUL_DONE] = 0,
    [HAUL_FAILED] = BIT(HAUL_QUEUED) | BIT(HAUL_CANCELLED),
    [HAUL_CANCELLED] = BIT(HAUL_QUEUED),
};

static char *guess_name(const struct haul_request *request)
{
    char *name = filename_choose(request->options->out, text_raw_from(""), request->url, NULL);
    char *clean = text_clean_dup(text_raw_from(name), FILENAME_MAX_BYTES + 64);

    free(name);
    return clean;
}

struct item *item_new(uint64_t id, const struct haul_request *request, int64_t wall_now)
{
    struct item *item = xcalloc(1, sizeof *item);
    char *shown = url_shown(request->url);

    item->id = id;
    item->version = 1;
    item->url = xstrdup(request->url);
    item->shown = item->url;
    if (strcmp(shown, item->url) != 0)
        item->shown = shown;
    else
        free(shown);
    item->name = guess_name(request);
    item->options = haul_options_ref(request->options);
    item->total = -1;
    item->added_at = wall_now;
    item->state = request->paused ? HAUL_PAUSED : HAUL_QUEUED;
    if (request->mirror_count > 0) {
        item->mirrors = xcalloc(request->mirror_count, sizeof *item->mirrors);
        item->mirror_count = request->mirror_count;
        for (size_t i = 0; i < request->mirror_count; i++)
            item->mirrors[i] = xstrdup(request->mirrors[i]);
    }
    return item;
}

static void forget_mirrors(struct item *item)
{
    for (size_t i = 0; i < item->mirror_count; i++)
        secret_free(item->mirrors[i]);
    free(item->mirrors);
    item->mirrors = NULL;
    item->mirror_count = 0;
}

void item_set_mirrors(struct item *item, const char *text)
{
    size_t size = 0;

    forget_mirrors(item);
    while (text && *text) {
        size_t len = strcspn(text, "\n");

        item->mirrors =
            array_reserve(item->mirrors, item->mirror_count, &size, sizeof *item->mirrors);
        item->mirrors[item->mirror_count++] = xstrndup(text, len);
        text += len + (text[len] == '\n');
    }
}

void item_free(struct item *item)
{
    if (!item)
        return;
    if (item->shown != item->url)
        free(item->shown);
    secret_free(item->url);
    free(item->name);
    free(item->base);
    free(item->note);
    forget_mirrors(item);
    for (unsigned i = 0; i < item->event_count; i++)
        free(item->events[i].text);
    free(item->events);
    haul_options_unref(item->options);
    free(item);
}

void item_set_note(struct item *item, const char *text)
{
    xstrset(&item->note, text && text[0] ? text : NULL);
}

void item_log(struct item *item, int64_t wall_now, const char *format, ...)
{
    char raw[HAUL_ERROR_TEXT * 2];
    va_list args;

    va_start(args, format);
    vsnprintf(raw, sizeof raw, format, args);
    va_end(args);
    if (item->event_count == ITEM_EVENTS_MAX) {
        free(item->events[0].text);
        memmove(item->events, item->events + 1, (ITEM_EVENTS_MAX - 1) * sizeof *item->events);
        item->event_count--;
    }
    item->events = xreallocarray(item->events, item->event_count + 1, sizeof *item->events);
    item->events[item->event_count++] = (struct haul_event){
        .at = wall_now,
        .text = text_clean_dup(text_raw_from(raw), sizeof raw),
    };
}

const char *item_dir(const struct item *item)
{
    return item->options->dir;
}

bool item_may_become(const struct item *item, enum haul_state state)
{
    return (legal_moves[item->state] & BIT(state)) != 0;
}
