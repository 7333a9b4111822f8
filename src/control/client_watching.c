/* What a client looks at: its calls around that, and what the daemon then tells unasked. */

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "control/client_inside.h"
#include "control/json.h"
#include "control/json_views.h"
#include "control/proto.h"
#include "control/reply.h"

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

static enum haul_err hosts_rows_take(struct hosts_rows *rows, const json_t *params,
                                     struct haul_error *err)
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

/* ---- what the daemon tells ---- */

/* Takes over what a frame's new rows are: those it carries, and those that were there. */
static bool take_rows(struct haul_client *client, const json_t *order, struct haul_item *changed,
                      size_t changed_count)
{
    size_t count = json_array_size(order);
    struct haul_item *rows = xcalloc(count + 1, sizeof *rows);
    size_t used = 0;
    bool whole = true;

    for (size_t i = 0; i < count && whole; i++) {
        uint64_t id = (uint64_t)json_integer_value(json_array_get(order, i));
        struct haul_item *found = NULL;

        if (used < changed_count && changed[used].id == id)
            found = &changed[used++];
        else if (i < client->row_count && client->rows[i].id == id)
            found = &client->rows[i];
        for (size_t old = 0; !found && old < client->row_count; old++) {
            if (client->rows[old].id == id)
                found = &client->rows[old];
        }
        whole = found && found->id != 0;
        if (whole) {
            rows[i] = *found;
            *found = (struct haul_item){0};
        }
    }
    client_drop_rows(client);
    client->rows = rows;
    client->row_count = count;
    return whole;
}

static uint64_t number_of(const json_t *object, const char *name)
{
    json_int_t number = json_integer_value(json_object_get(object, name));

    return number > 0 ? (uint64_t)number : 0;
}

/* Sets FLAG for the rows whose ids are in IDS, which stand as the rows do. */
static void take_flags(struct haul_client *client, const json_t *ids, enum haul_row_flag flag)
{
    size_t at = 0;

    for (size_t row = 0; row < client->row_count && at < json_array_size(ids); row++) {
        if (client->rows[row].id != (uint64_t)json_integer_value(json_array_get(ids, at)))
            continue;
        client->flags[row] = (uint8_t)(client->flags[row] | flag);
        at++;
    }
}

static void take_all_flags(struct haul_client *client, const json_t *params)
{
    client->flags = xcalloc(client->row_count + 1, sizeof *client->flags);
    take_flags(client, json_object_get(params, "found_rows"), HAUL_ROW_FOUND);
    take_flags(client, json_object_get(params, "marked_rows"), HAUL_ROW_MARKED);
}

void client_on_frame(struct haul_client *client, const json_t *params)
{
    struct haul_frame frame = {0};
    const json_t *order = json_object_get(params, "order");
    const json_t *follow = json_object_get(params, "follow_index");
    struct haul_item *changed;
    size_t changed_count;
    struct haul_error err;
    bool whole;

    if (json_to_totals(json_object_get(params, "totals"), &frame.totals, &err) != HAUL_OK ||
        reply_items(json_object_get(params, "rows"), &changed, &changed_count, &err) != HAUL_OK) {
        client_lose(client, &err);
        return;
    }
    whole = take_rows(client, order, changed, changed_count);
    reply_items_free(changed, changed_count);
    if (!whole) {
        (void)haul_fail(&err, HAUL_E_RPC, "the daemon left out a row of the list");
        client_lose(client, &err);
        return;
    }
    take_all_flags(client, params);
    frame.matching = number_of(params, "matching");
    frame.offset = number_of(params, "offset");
    frame.found = number_of(params, "found");
    frame.found_before = number_of(params, "found_before");
    frame.marked = number_of(params, "marked");
    frame.flags = client->flags;
    frame.follow_index =
        json_is_integer(follow) ? (uint64_t)json_integer_value(follow) : UINT64_MAX;
    frame.rows = client->rows;
    frame.row_count = client->row_count;
    if (client->watching && client->events.frame)
        client->events.frame(client->events.ctx, &frame);
}

void client_on_log(struct haul_client *client, const json_t *params)
{
    struct haul_log_line *lines;
    struct haul_error err;
    uint64_t last;
    size_t count;

    if (reply_log(params, &lines, &count, &last, &err) != HAUL_OK) {
        client_lose(client, &err);
        return;
    }
    if (client->events.log)
        client->events.log(client->events.ctx, lines, count);
    haul_log_lines_free(lines, count);
}

void client_on_hosts(struct haul_client *client, const json_t *params)
{
    struct haul_hosts hosts = {0};
    struct haul_error err;

    if (hosts_rows_take(&client->hosts, params, &err) != HAUL_OK) {
        client_lose(client, &err);
        return;
    }
    reply_hosts_facts(params, &hosts);
    hosts.rows = client->hosts.hosts;
    hosts.row_count = client->hosts.count;
    if (client->events.hosts)
        client->events.hosts(client->events.ctx, &hosts);
}
