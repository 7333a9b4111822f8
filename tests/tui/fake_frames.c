/* What of the fake queue a view shows, in its order, and the frames that tell it. */

#include "fake.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

bool matches(const struct haul_item *item, const char *expression)
{
    struct haul_brief brief = {
        .id = item->id,
        .state = item->state,
        .http_status = item->http_status,
        .total = item->total,
        .done = item->done,
        .rate = item->rate,
        .eta = item->eta,
        .added_at = item->added_at,
        .finished_at = item->finished_at,
        .connections = item->connections,
        .name = item->name,
        .url = item->url,
        .dir = item->dir,
    };
    struct filter *filter = filter_new(expression ? expression : "", NOW, NULL);
    bool fit = filter && filter_fits(filter, &brief);
    filter_free(filter);
    return fit;
}

static bool fits(const struct haul_client *client, const struct haul_item *item,
                 const struct haul_view *view)
{
    if (view->states != 0 && !(view->states & 1u << item->state))
        return false;
    if (view->marked && !idset_has(&client->marks, item->id))
        return false;
    return !view->filter || view->filter[0] == '\0' || matches(item, view->filter);
}

static int by_name(const void *a, const void *b)
{
    const struct haul_item *const *left = a;
    const struct haul_item *const *right = b;
    return strcmp((*left)->name, (*right)->name);
}

static int by_rate(const void *a, const void *b)
{
    const struct haul_item *const *left = a;
    const struct haul_item *const *right = b;
    if ((*left)->rate != (*right)->rate)
        return (*left)->rate < (*right)->rate ? -1 : 1;
    return (*left)->id < (*right)->id ? -1 : 1;
}

const struct haul_item **select_items(const struct haul_client *client,
                                      const struct haul_view *view, size_t *ret_count)
{
    const struct haul_item **found = xreallocarray(NULL, client->count + 1, sizeof(*found));
    size_t count = 0;
    for (size_t i = 0; i < client->count; i++) {
        if (fits(client, &client->items[i], view))
            found[count++] = &client->items[i];
    }
    if (view->sort == HAUL_SORT_NAME)
        qsort(found, count, sizeof(*found), by_name);
    if (view->sort == HAUL_SORT_RATE)
        qsort(found, count, sizeof(*found), by_rate);
    for (size_t i = 0; view->descending && i < count / 2; i++) {
        const struct haul_item *kept = found[i];
        found[i] = found[count - 1 - i];
        found[count - 1 - i] = kept;
    }
    *ret_count = count;
    return found;
}

static void totals_count(struct haul_client *client)
{
    memset(client->totals.counts, 0, sizeof(client->totals.counts));
    for (size_t i = 0; i < client->count; i++)
        client->totals.counts[client->items[i].state]++;
}

void frame_send(struct haul_client *client)
{
    size_t count;
    struct haul_view *view = &client->view;
    const struct haul_item **found = select_items(client, view, &count);
    struct haul_frame frame = {.matching = count, .follow_index = UINT64_MAX};
    for (size_t i = 0; i < count; i++) {
        if (view->follow != 0 && found[i]->id == view->follow)
            frame.follow_index = i;
        if (!view->find[0] || !matches(found[i], view->find))
            continue;
        frame.found++;
        frame.found_before += frame.follow_index == UINT64_MAX;
    }
    frame.offset = MIN(view->offset, count > view->rows ? count - view->rows : 0);
    if (frame.follow_index != UINT64_MAX && frame.follow_index < frame.offset)
        frame.offset = frame.follow_index;
    if (frame.follow_index != UINT64_MAX && frame.follow_index >= frame.offset + view->rows)
        frame.offset = frame.follow_index - view->rows + 1;
    frame.row_count = MIN((size_t)view->rows, count - (size_t)frame.offset);
    struct haul_item *rows = xreallocarray(NULL, frame.row_count + 1, sizeof(*rows));
    uint8_t *flags = xcalloc(frame.row_count + 1, sizeof(*flags));
    for (size_t i = 0; i < frame.row_count; i++) {
        unsigned bits = 0;
        rows[i] = *found[frame.offset + i];
        if (idset_has(&client->marks, rows[i].id))
            bits |= HAUL_ROW_MARKED;
        if (view->find[0] && matches(&rows[i], view->find))
            bits |= HAUL_ROW_FOUND;
        flags[i] = (uint8_t)bits;
    }
    frame.rows = rows;
    frame.flags = flags;
    frame.marked = client->marks.count;
    totals_count(client);
    frame.totals = client->totals;
    client->events.frame(client->events.ctx, &frame);
    free(flags);
    free(rows);
    free(found);
}
