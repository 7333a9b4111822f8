/* A client's calls around what it looks at. */

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "control/client_inside.h"
#include "control/json.h"
#include "control/json_views.h"

static const char *const mark_names[HAUL_MARK_COUNT] = {
    [HAUL_MARK_ADD] = "add",   [HAUL_MARK_DROP] = "drop", [HAUL_MARK_TURN] = "turn",
    [HAUL_MARK_ONLY] = "only", [HAUL_MARK_NONE] = "none",
};

const char *haul_mark_name(enum haul_mark how)
{
    return mark_names[how];
}

int haul_mark_from_name(const char *name)
{
    for (int how = 0; how < HAUL_MARK_COUNT; how++) {
        if (strcmp(name, mark_names[how]) == 0)
            return how;
    }
    return -1;
}

void haul_client_mark(struct haul_client *client, enum haul_mark how,
                      const struct haul_range *range, haul_reply_cb *reply, void *ctx)
{
    json_t *params = json_object();

    json_object_set_new(params, "how", json_string(haul_mark_name(how)));
    if (range->first != 0)
        json_object_set_new(params, "first", json_from_u64(range->first));
    if (range->last != 0)
        json_object_set_new(params, "last", json_from_u64(range->last));
    client_call(client, CALL_MARK, params, reply, ctx);
}

void haul_client_find(struct haul_client *client, uint64_t from, bool here, bool backwards,
                      haul_reply_cb *reply, void *ctx)
{
    json_t *params = json_object();

    if (from != 0)
        json_object_set_new(params, "from", json_from_u64(from));
    json_object_set_new(params, "here", json_boolean(here));
    json_object_set_new(params, "backwards", json_boolean(backwards));
    client_call(client, CALL_FIND, params, reply, ctx);
}

/* ---- hosts ---- */

static void call_hosts(struct haul_client *client, enum call_kind kind, json_t *params,
                       const struct haul_hosts_view *view, haul_reply_cb *reply, void *ctx)
{
    struct haul_error err;

    if (json_from_hosts_view(params, view, &err) == HAUL_OK) {
        client_call(client, kind, params, reply, ctx);
        return;
    }
    json_decref(params);
    client_call_failed(client, kind, &err, reply, ctx);
}

void haul_client_hosts(struct haul_client *client, const struct haul_hosts_view *view,
                       haul_reply_cb *reply, void *ctx)
{
    call_hosts(client, CALL_HOSTS, json_object(), view, reply, ctx);
}

void haul_client_watch_hosts(struct haul_client *client, const struct haul_hosts_view *view,
                             haul_reply_cb *reply, void *ctx)
{
    json_t *params;

    if (!view) {
        client_call(client, CALL_UNWATCH_HOSTS, NULL, reply, ctx);
        return;
    }
    params = json_object();
    json_object_set_new(params, "interval_ms", json_integer(view->interval_ms));
    call_hosts(client, CALL_WATCH_HOSTS, params, view, reply, ctx);
}

/* The host of that name among COUNT ones, NULL: none. */
static struct haul_host *host_find(struct haul_host *hosts, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++) {
        if (hosts[i].name && strcmp(hosts[i].name, name) == 0)
            return &hosts[i];
    }
    return NULL;
}

void hosts_rows_clear(struct hosts_rows *rows)
{
    reply_hosts_free(rows->hosts, rows->count);
    *rows = (struct hosts_rows){0};
}

enum haul_err hosts_rows_take(struct hosts_rows *rows, const json_t *params, struct haul_error *err)
{
    const json_t *order = json_object_get(params, "order");
    struct hosts_rows now = {.hosts = xcalloc(json_array_size(order) + 1, sizeof *now.hosts)};
    struct hosts_rows changed = {0};
    enum haul_err code =
        reply_hosts(json_object_get(params, "rows"), &changed.hosts, &changed.count, err);

    for (size_t i = 0; code == HAUL_OK && i < json_array_size(order); i++) {
        const char *name = json_string_value(json_array_get(order, i));
        struct haul_host *found = name ? host_find(changed.hosts, changed.count, name) : NULL;

        if (!found && name)
            found = host_find(rows->hosts, rows->count, name);
        if (found) {
            now.hosts[now.count++] = *found;
            found->name = NULL;
        } else {
            code = haul_fail(err, HAUL_E_RPC, "the daemon left out a host of the list");
        }
    }
    hosts_rows_clear(&changed);
    hosts_rows_clear(rows);
    *rows = now;
    return code;
}
