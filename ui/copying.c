/* Links and paths of downloads.
 *
 * Links are copied without their logins, but with what is masked in their queries: they would lead
 * nowhere without. The daemon is asked for that, and for what is selected, since the screen holds
 * only the rows that are seen. */

#include "ui/copying.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/same_link.h"
#include "base/str.h"
#include "base/url.h"

#define TEXT_MAX ((size_t)8 << 20) /* far above what any terminal takes */

void copying_init(struct copying *copying, struct model *model, struct list_view *list,
                  const struct copying_events *events)
{
    *copying = (struct copying){.model = model, .list = list, .events = *events};
}

/* Where the file is or will be, newly allocated. */
static char *path_of(const struct haul_item *item)
{
    const char *between = str_ends(item->dir, "/") ? "" : "/";
    return xasprintf("%s%s%s", item->dir, between, item->name);
}

/* ---- showing ---- */

static void tell_path(struct copying *copying, const struct haul_item *item)
{
    const char *host = model_host(copying->model);
    char *path = path_of(item);
    char *text;
    char *where = host ? xasprintf("on %s: ", host) : xstrdup("");
    if (item->state == HAUL_DONE)
        text = xasprintf("%s%s", where, path);
    else if (item->done > 0)
        text = xasprintf("%s%s, so far in %s.part", where, path, item->name);
    else
        text = xasprintf("%s%s, of which nothing is there yet", where, path);
    copying->events.tell(copying->events.ctx, text);
    free(where);
    free(text);
    free(path);
}

/* ---- copying ---- */

/* WHAT is told of it, when it was sent: whether it arrived no terminal tells. */
static void copy(struct copying *copying, const char *text, const char *what)
{
    struct haul_error err;
    if (copying->events.copy(copying->events.ctx, text, strlen(text), &err) != HAUL_OK) {
        copying->events.notice(copying->events.ctx, true, err.text);
        return;
    }
    char *said = xasprintf("sent to the terminal for its clipboard: %s", what);
    copying->events.notice(copying->events.ctx, false, said);
    free(said);
}

static char *text_of(const struct copying *copying, const struct haul_item *item)
{
    return copying->paths ? path_of(item) : url_shown(item->url);
}

static void copy_several(struct copying *copying, const struct haul_item *items, size_t count)
{
    struct strbuf text;
    char what[64];
    bool fits = true;
    strbuf_init(&text, TEXT_MAX);
    for (size_t i = 0; i < count && fits; i++) {
        char *one = text_of(copying, &items[i]);
        fits = strbuf_printf(&text, "%s\n", one);
        free(one);
    }
    snprintf(what, sizeof(what), "%zu %s", count, copying->paths ? "paths" : "links");
    if (fits)
        copy(copying, text.data, what);
    else
        copying->events.notice(copying->events.ctx, true,
                               "that is too much for a terminal's clipboard: select fewer");
    strbuf_fini(&text);
}

static void on_marked(void *ctx, const struct haul_reply *reply)
{
    struct copying *copying = ctx;
    if (reply->err && reply->err->code != HAUL_E_CANCELLED)
        copying->events.notice(copying->events.ctx, true, reply->err->text);
    else if (!reply->err && reply->item_count > 0)
        copy_several(copying, reply->items, reply->item_count);
}

/* What was shown of it is told, not what was copied. */
static void on_whole(void *ctx, const struct haul_reply *reply)
{
    struct copying *copying = ctx;
    if (reply->err && reply->err->code != HAUL_E_CANCELLED) {
        copying->events.notice(copying->events.ctx, true, reply->err->text);
    } else if (!reply->err) {
        char *text = url_shown(reply->detail->item.url);
        char *masked = same_link_masked(text);
        copy(copying, text, masked);
        free(masked);
        free(text);
    }
}

static void copy_one(struct copying *copying, const struct haul_item *item)
{
    if (!copying->paths && same_link_is_masked(item->url)) {
        (void)!model_whole(copying->model, item->id, on_whole, copying);
        return; /* if there is no connection, that was told */
    }
    char *text = text_of(copying, item);
    copy(copying, text, text);
    free(text);
}

static void copy_target(struct copying *copying, bool paths)
{
    const struct haul_item *item = list_view_item(copying->list);
    uint64_t count;
    copying->paths = paths;
    list_view_range_end(copying->list);
    if (list_view_marked(copying->list, &count)) {
        if (!model_list_marked(copying->model, on_marked, copying))
            return; /* that there is no connection was told */
    } else if (item) {
        copy_one(copying, item);
    }
}

bool copying_act(struct copying *copying, enum keymap_action action)
{
    const struct haul_item *item = list_view_item(copying->list);
    if (action == ACT_COPY_LINK || action == ACT_COPY_PATH)
        copy_target(copying, action == ACT_COPY_PATH);
    else if (action == ACT_PATH && item)
        tell_path(copying, item);
    else
        return action == ACT_PATH;
    return true;
}
