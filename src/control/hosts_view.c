/* Hosts in an order, and the part of them that is looked at.
 *
 * All hosts are looked at for each answer, but of those that are not among the rows no more than
 * what they are sorted by; items are not looked at at all, the engine has counted them. What was
 * sent is kept as it was sent, so a row travels again only when something in it changed. */

#include "control/hosts_view.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/mem.h"
#include "base/str.h"
#include "base/text.h"
#include "control/json.h"
#include "control/proto.h"

#define NAME_MAX_BYTES   400
#define INTERVAL_DEFAULT 500u
#define INTERVAL_MIN     50u
#define INTERVAL_MAX     10000u

/* A host that matches. */
struct entry {
    const char *name; /* the source's */
    uint64_t key;     /* what it is sorted by */
};

struct entries {
    struct entry *all;
    size_t count, size;
    const struct haul_hosts_view *wanted;
};

struct hosts_view {
    const struct hosts_source *source;
    struct haul_hosts_view wanted; /* its texts are ours */
    json_t *sent;                  /* the last notification with all its rows; NULL: none yet */
    json_t *sent_rows;             /* the same rows by name */
};

/* ---- the order ---- */

static uint64_t count_all(const struct haul_host_brief *host)
{
    uint64_t count = 0;

    for (unsigned state = 0; state < HAUL_STATE_COUNT; state++)
        count += host->counts[state];
    return count;
}

/* From the ones at work to those with nothing left to do. */
static uint64_t state_of(const struct haul_host_brief *host)
{
    if (host->rest_until > 0)
        return 1;
    if (host->connections > 0 || host->counts[HAUL_ACTIVE] > 0)
        return 0;
    return host->counts[HAUL_QUEUED] + host->counts[HAUL_WAITING] > 0 ? 2 : 3;
}

static uint64_t key_of(const struct haul_host_brief *host, enum haul_host_sort sort)
{
    switch (sort) {
    case HAUL_HOST_SORT_STATE:
        return state_of(host);
    case HAUL_HOST_SORT_CONNECTIONS:
        return host->connections;
    case HAUL_HOST_SORT_CAP:
        return host->cap == 0 ? UINT64_MAX : host->cap;
    case HAUL_HOST_SORT_RATE:
        return host->rate;
    case HAUL_HOST_SORT_REST:
        return UINT64_MAX - (uint64_t)host->rest_until;
    case HAUL_HOST_SORT_ACTIVE:
        return host->counts[HAUL_ACTIVE];
    case HAUL_HOST_SORT_WAITING:
        return host->counts[HAUL_QUEUED] + host->counts[HAUL_WAITING];
    case HAUL_HOST_SORT_DONE:
        return host->counts[HAUL_DONE];
    case HAUL_HOST_SORT_FAILED:
        return host->counts[HAUL_FAILED];
    case HAUL_HOST_SORT_ITEMS:
        return count_all(host);
    case HAUL_HOST_SORT_NAME:
    case HAUL_HOST_SORT_COUNT:
        break;
    }
    return 0;
}

static int compare(const void *a, const void *b)
{
    const struct entry *left = a, *right = b;

    if (left->key != right->key)
        return left->key < right->key ? -1 : 1;
    return strcmp(left->name, right->name);
}

static void offer(void *ctx, const struct haul_host_brief *host)
{
    struct entries *entries = ctx;
    const char *search = entries->wanted->search;
    uint64_t key = key_of(host, entries->wanted->sort);

    if (search && search[0] && !str_find_nocase(host->name, search))
        return;
    entries->all =
        array_reserve(entries->all, entries->count, &entries->size, sizeof *entries->all);
    /* Turned round, equal ones still stand in the order of their names. */
    entries->all[entries->count++] =
        (struct entry){host->name, entries->wanted->descending ? UINT64_MAX - key : key};
}

static void turn(struct entries *entries)
{
    for (size_t i = 0; i < entries->count / 2; i++) {
        struct entry kept = entries->all[i];

        entries->all[i] = entries->all[entries->count - 1 - i];
        entries->all[entries->count - 1 - i] = kept;
    }
}

static struct entries collect(const struct hosts_source *source,
                              const struct haul_hosts_view *wanted)
{
    struct entries entries = {.wanted = wanted};

    source->each(source->ctx, offer, &entries);
    if (entries.count > 0)
        qsort(entries.all, entries.count, sizeof *entries.all, compare);
    if (wanted->descending && wanted->sort == HAUL_HOST_SORT_NAME)
        turn(&entries);
    return entries;
}

/* ---- the rows ---- */

static json_t *row_of(const struct hosts_source *source, const char *name)
{
    struct haul_host_brief brief;
    struct haul_host host = {0};
    json_t *row;

    if (!source->one(source->ctx, name, &brief))
        return NULL;
    host = (struct haul_host){
        .name = text_clean_dup(text_raw_from(brief.name), NAME_MAX_BYTES),
        .rate = brief.rate,
        .connections = brief.connections,
        .cap = brief.cap,
        .learned = brief.learned,
        .no_ranges = brief.no_ranges,
        .rest_until = brief.rest_until,
    };
    memcpy(host.counts, brief.counts, sizeof host.counts);
    row = json_from_host(&host);
    haul_host_fini(&host);
    return row;
}

static uint64_t index_of(const struct entries *entries, const char *name)
{
    for (size_t i = 0; name && i < entries->count; i++) {
        if (strcmp(entries->all[i].name, name) == 0)
            return i;
    }
    return UINT64_MAX;
}

/* The first row: moved so that the rows are filled, and the followed host is among them. */
static uint64_t offset_of(const struct entries *entries, uint64_t rows, uint64_t follow)
{
    uint64_t last = entries->count > rows ? entries->count - rows : 0;
    uint64_t offset = MIN(entries->wanted->offset, last);

    if (follow == UINT64_MAX || rows == 0)
        return offset;
    offset = MIN(offset, follow);
    return follow >= offset + rows ? follow - rows + 1 : offset;
}

json_t *hosts_view_list(const struct hosts_source *source, const struct haul_hosts_view *wanted)
{
    struct entries entries = collect(source, wanted);
    uint64_t rows = wanted->rows == 0 ? PROTO_HOSTS_ROWS : MIN(wanted->rows, PROTO_HOSTS_ROWS);
    uint64_t follow = index_of(&entries, wanted->follow);
    uint64_t offset = offset_of(&entries, rows, follow);
    json_t *list = json_object(), *array = json_array();

    for (uint64_t i = offset; i < entries.count && i - offset < rows; i++) {
        json_t *row = row_of(source, entries.all[i].name);

        if (row)
            json_array_append_new(array, row);
    }
    json_object_set_new(list, "per_host", json_from_u64(source->per_host(source->ctx)));
    json_object_set_new(list, "matching", json_from_u64(entries.count));
    json_object_set_new(list, "offset", json_from_u64(offset));
    json_object_set_new(list, "follow_index",
                        follow == UINT64_MAX ? json_null() : json_from_u64(follow));
    json_object_set_new(list, "hosts", array);
    free(entries.all);
    return list;
}

/* ---- what one client has ---- */

struct hosts_view *hosts_view_new(const struct hosts_source *source)
{
    struct hosts_view *view = xcalloc(1, sizeof *view);

    view->source = source;
    return view;
}

static void texts_free(struct haul_hosts_view *wanted)
{
    free((char *)(uintptr_t)wanted->search);
    free((char *)(uintptr_t)wanted->follow);
}

void hosts_view_free(struct hosts_view *view)
{
    if (!view)
        return;
    texts_free(&view->wanted);
    json_decref(view->sent);
    json_decref(view->sent_rows);
    free(view);
}

void hosts_view_look(struct hosts_view *view, const struct haul_hosts_view *wanted)
{
    struct haul_hosts_view copy = *wanted;

    copy.search = wanted->search ? xstrdup(wanted->search) : NULL;
    copy.follow = wanted->follow ? xstrdup(wanted->follow) : NULL;
    texts_free(&view->wanted);
    view->wanted = copy;
    json_decref(view->sent);
    view->sent = NULL;
}

uint32_t hosts_view_interval(const struct hosts_view *view)
{
    uint32_t wanted = view->wanted.interval_ms;

    return wanted == 0 ? INTERVAL_DEFAULT : MIN(MAX(wanted, INTERVAL_MIN), INTERVAL_MAX);
}

/* Puts the rows of LIST that the client has not, or not as they are, into FRAME. */
static void put_rows(const struct hosts_view *view, const json_t *list, json_t *frame)
{
    json_t *order = json_array(), *rows = json_array(), *row;
    size_t i;

    json_array_foreach(json_object_get(list, "hosts"), i, row)
    {
        json_t *name = json_object_get(row, "name");

        json_array_append(order, name);
        if (!json_equal(row, json_object_get(view->sent_rows, json_string_value(name))))
            json_array_append(rows, row);
    }
    json_object_set_new(frame, "order", order);
    json_object_set_new(frame, "rows", rows);
}

static void remember(struct hosts_view *view, json_t *list)
{
    json_t *row;
    size_t i;

    json_decref(view->sent);
    json_decref(view->sent_rows);
    view->sent = list;
    view->sent_rows = json_object();
    json_array_foreach(json_object_get(list, "hosts"), i, row)
    {
        json_object_set(view->sent_rows, json_string_value(json_object_get(row, "name")), row);
    }
}

json_t *hosts_view_frame(struct hosts_view *view)
{
    json_t *list = hosts_view_list(view->source, &view->wanted), *frame;

    if (view->sent && json_equal(list, view->sent)) {
        json_decref(list);
        return NULL;
    }
    frame = json_copy(list);
    json_object_del(frame, "hosts");
    put_rows(view, list, frame);
    remember(view, list);
    return frame;
}
