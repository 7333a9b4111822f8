/* Items: their memory, their notes, and which state may follow which. */

#include "engine/item.h"

#include <stdarg.h>
#include <stddef.h>
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
    /* To done at once: its file was complete when the daemon before this one was killed. */
    [HAUL_QUEUED] = BIT(HAUL_ACTIVE) | BIT(HAUL_PAUSED) | BIT(HAUL_CANCELLED) | BIT(HAUL_FAILED) |
                    BIT(HAUL_DONE),
    [HAUL_ACTIVE] = BIT(HAUL_QUEUED) | BIT(HAUL_WAITING) | BIT(HAUL_PAUSED) | BIT(HAUL_DONE) |
                    BIT(HAUL_FAILED) | BIT(HAUL_CANCELLED),
    [HAUL_WAITING] = BIT(HAUL_QUEUED) | BIT(HAUL_PAUSED) | BIT(HAUL_CANCELLED),
    [HAUL_PAUSED] = BIT(HAUL_QUEUED) | BIT(HAUL_CANCELLED),
    [HAUL_DONE] = 0,
    [HAUL_FAILED] = BIT(HAUL_QUEUED) | BIT(HAUL_CANCELLED),
    [HAUL_CANCELLED] = BIT(HAUL_QUEUED),
};

/* Texts. */

/* What a link suggests as a name; newly allocated. */
static char *guess_name(const char *url, const struct haul_options *options)
{
    char *name = filename_choose(options->out, text_raw_from(""), url, NULL);
    char *clean = text_clean_dup(text_raw_from(name), FILENAME_MAX_BYTES + 64);

    free(name);
    return clean;
}

/* What stands behind the last '/'; a link has one. */
static const char *last_segment(const char *url)
{
    const char *slash = strrchr(url, '/');

    return slash ? slash + 1 : url;
}

/* Is that what the file will be called, as with most links? */
static bool names_itself(const char *url, const struct haul_options *options)
{
    return !options->out && !strpbrk(url, "?#") && filename_is_plain(last_segment(url));
}

/* The texts of an item behind each other, as struct item keeps them. */
struct texts {
    const char *url;
    char *shown; /* NULL: as the link */
    char *name;  /* NULL: as its last segment */
    size_t size; /* of all, with their NULs */
};

static void texts_init(struct texts *texts, const char *url, const struct haul_options *options)
{
    *texts = (struct texts){.url = url, .size = strlen(url) + 1};
    if (!url_is_shown_as_it_is(url)) {
        texts->shown = url_shown(url);
        texts->size += strlen(texts->shown) + 1;
    }
    if (!names_itself(url, options)) {
        texts->name = guess_name(url, options);
        texts->size += strlen(texts->name) + 1;
    }
}

static char *append_text(char *to, const char *text)
{
    size_t size = strlen(text) + 1;

    memcpy(to, text, size);
    return to + size;
}

/* Writes them to TO, texts->size bytes, and lets go of the copies. */
static void texts_put(struct texts *texts, char *to)
{
    to = append_text(to, texts->url);
    if (texts->shown)
        to = append_text(to, texts->shown);
    if (texts->name)
        append_text(to, texts->name);
    free(texts->shown);
    free(texts->name);
}

const char *item_url(const struct item *item)
{
    return item->more && item->more->texts ? item->more->texts : item->texts;
}

const char *item_shown(const struct item *item)
{
    const char *url = item_url(item);

    return item->has_shown ? url + strlen(url) + 1 : url;
}

const char *item_name(const struct item *item)
{
    const char *shown;

    if (item->more && item->more->name)
        return item->more->name;
    if (!item->has_name)
        return last_segment(item_url(item));
    shown = item_shown(item);
    return shown + strlen(shown) + 1;
}

void item_set_url(struct item *item, const char *url)
{
    struct item_more *more = item_need_more(item);
    struct texts texts;
    char *old = more->texts;

    texts_init(&texts, url, item->options);
    more->texts = xmalloc(texts.size);
    item->has_shown = texts.shown != NULL;
    item->has_name = texts.name != NULL;
    texts_put(&texts, more->texts);
    secret_free(old);
}

void item_set_name(struct item *item, const char *raw)
{
    char *clean = text_clean_dup(text_raw_from(raw), FILENAME_MAX_BYTES + 64);

    if (strcmp(clean, item_name(item)) != 0) {
        free(item_need_more(item)->name);
        item->more->name = clean;
    } else {
        free(clean);
    }
}

/* Pieces. */

const struct item_more *item_more(const struct item *item)
{
    static const struct item_more none = {.total = -1};

    return item->more ? item->more : &none;
}

const struct item_work *item_work(const struct item *item)
{
    static const struct item_work none = {0};

    return item->more && item->more->work ? item->more->work : &none;
}

struct item_more *item_need_more(struct item *item)
{
    if (!item->more) {
        item->more = xcalloc(1, sizeof *item->more);
        item->more->total = -1;
    }
    return item->more;
}

struct item_work *item_need_work(struct item *item)
{
    struct item_more *more = item_need_more(item);

    if (!more->work)
        more->work = xcalloc(1, sizeof *more->work);
    return more->work;
}

struct item *item_new(uint64_t id, const struct haul_request *request)
{
    struct texts texts;
    struct item *item;

    texts_init(&texts, request->url, request->options);
    item = xmalloc(offsetof(struct item, texts) + texts.size);
    *item = (struct item){.id = id & ITEM_ID_MAX,
                          .options = haul_options_ref(request->options),
                          .version = 1,
                          .state = request->paused ? HAUL_PAUSED : HAUL_QUEUED,
                          .has_shown = texts.shown != NULL,
                          .has_name = texts.name != NULL};
    texts_put(&texts, item->texts);
    if (request->mirror_count > 0) {
        struct item_work *work = item_need_work(item);

        work->mirrors = xcalloc(request->mirror_count, sizeof *work->mirrors);
        work->mirror_count = request->mirror_count;
        for (size_t i = 0; i < request->mirror_count; i++)
            work->mirrors[i] = xstrdup(request->mirrors[i]);
    }
    return item;
}

static void forget_mirrors(struct item_work *work)
{
    for (size_t i = 0; i < work->mirror_count; i++)
        secret_free(work->mirrors[i]);
    free(work->mirrors);
    work->mirrors = NULL;
    work->mirror_count = 0;
}

void item_set_mirrors(struct item *item, const char *text)
{
    struct item_work *work;
    size_t size = 0;

    if (!text && item_work(item)->mirror_count == 0)
        return;
    work = item_need_work(item);
    forget_mirrors(work);
    while (text && *text) {
        size_t len = strcspn(text, "\n");

        work->mirrors =
            array_reserve(work->mirrors, work->mirror_count, &size, sizeof *work->mirrors);
        work->mirrors[work->mirror_count++] = xstrndup(text, len);
        text += len + (text[len] == '\n');
    }
}

static void work_free(struct item_work *work)
{
    if (!work)
        return;
    free(work->base);
    free(work->was);
    forget_mirrors(work);
    free(work);
}

static void more_free(struct item_more *more)
{
    if (!more)
        return;
    work_free(more->work);
    secret_free(more->texts);
    free(more->name);
    free(more->note);
    for (unsigned i = 0; i < more->event_count; i++)
        free(more->events[i].text);
    free(more->events);
    free(more);
}

void item_free(struct item *item)
{
    if (!item)
        return;
    more_free(item->more);
    haul_options_unref(item->options);
    explicit_bzero(item->texts, strlen(item->texts));
    free(item);
}

void item_settle(struct item *item)
{
    const struct item_work *work = item_work(item);

    if (!item->more || work->transfer)
        return;
    if (item->state == HAUL_DONE || (!work->base && work->mirror_count == 0)) {
        work_free(item->more->work);
        item->more->work = NULL;
    }
}

void item_set_note(struct item *item, const char *text)
{
    bool none = !text || !text[0];

    if (!none || item->more)
        xstrset(&item_need_more(item)->note, none ? NULL : text);
}

void item_log(struct item *item, int64_t wall_now, const char *format, ...)
{
    struct item_more *more = item_need_more(item);
    char raw[HAUL_ERROR_TEXT * 2];
    va_list args;

    va_start(args, format);
    vsnprintf(raw, sizeof raw, format, args);
    va_end(args);
    if (more->event_count == ITEM_EVENTS_MAX) {
        free(more->events[0].text);
        memmove(more->events, more->events + 1, (ITEM_EVENTS_MAX - 1) * sizeof *more->events);
        more->event_count--;
    }
    more->events = xreallocarray(more->events, more->event_count + 1, sizeof *more->events);
    more->events[more->event_count++] = (struct haul_event){
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
