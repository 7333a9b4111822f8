/* Calls about items that the daemon finds by what is said of them. A queue may be of any length: no
 * client has to hold its list to pause what has failed. A daemon that does not know that yet is
 * asked for the list all the same, and then by number. */

#include <stdlib.h>

#include "base/mem.h"
#include "control/client_inside.h"
#include "control/json.h"
#include "control/json_options.h"
#include "control/json_views.h"

#define NAMED_MINOR 7 /* of the protocol: ids may be ranges, and states go with them */

/* A call that waits for an older daemon's list. */
struct waiting {
    struct haul_client *client;
    enum call_kind kind;
    json_t *params;
    struct haul_ids_span *spans;
    struct haul_named named;
    haul_reply_cb *reply;
    void *ctx;
};

static json_t *spans_to_json(const struct haul_named *named)
{
    json_t *ids = json_array();

    for (size_t i = 0; i < named->span_count; i++) {
        const struct haul_ids_span *span = &named->spans[i];
        json_t *first = json_from_u64(span->first);

        if (span->first != span->last) {
            json_t *pair = json_array();

            json_array_append_new(pair, first);
            json_array_append_new(pair, json_from_u64(span->last));
            first = pair;
        }
        json_array_append_new(ids, first);
    }
    return ids;
}

/* The numbers that stand alone, and those of the ITEMS that are meant otherwise. */
static json_t *numbers_among(const struct haul_named *named, const struct haul_item *items,
                             size_t item_count)
{
    json_t *ids = json_array();

    for (size_t i = 0; i < named->span_count; i++) {
        if (named->spans[i].first == named->spans[i].last)
            json_array_append_new(ids, json_from_u64(named->spans[i].first));
    }
    for (size_t i = 0; i < item_count; i++) {
        if (haul_named_has(named, items[i].id, items[i].state))
            json_array_append_new(ids, json_from_u64(items[i].id));
    }
    return ids;
}

static void waiting_free(struct waiting *waiting)
{
    json_decref(waiting->params);
    free(waiting->spans);
    free(waiting);
}

static void on_list(void *ctx, const struct haul_reply *reply)
{
    struct waiting *waiting = ctx;
    struct haul_error err;
    json_t *ids;

    if (reply->err) {
        if (waiting->reply)
            waiting->reply(waiting->ctx, reply);
        waiting_free(waiting);
        return;
    }
    ids = numbers_among(&waiting->named, reply->items, reply->item_count);
    if (json_array_size(ids) == 0) {
        (void)haul_fail(&err, HAUL_E_NO_ITEM, "%s", haul_named_none(&waiting->named));
        client_call_failed(waiting->client, waiting->kind, &err, waiting->reply, waiting->ctx);
        json_decref(ids);
    } else {
        json_object_set_new(waiting->params, "ids", ids);
        client_call(waiting->client, waiting->kind, json_incref(waiting->params), waiting->reply,
                    waiting->ctx);
    }
    waiting_free(waiting);
}

static void ask_for_list(struct haul_client *client, enum call_kind kind, json_t *params,
                         const struct haul_named *named, haul_reply_cb *reply, void *ctx)
{
    struct haul_view everything = {.interval_ms = 1000};
    struct waiting *waiting = xcalloc(1, sizeof *waiting);

    *waiting = (struct waiting){
        .client = client, .kind = kind, .params = params, .reply = reply, .ctx = ctx};
    waiting->named = *named;
    waiting->spans = xreallocarray(NULL, named->span_count + 1, sizeof *waiting->spans);
    for (size_t i = 0; i < named->span_count; i++)
        waiting->spans[i] = named->spans[i];
    waiting->named.spans = waiting->spans;
    haul_client_list(client, &everything, on_list, waiting);
}

/* Numbers alone were always understood. */
static bool is_new(const struct haul_named *named)
{
    bool ranges = false;

    for (size_t i = 0; i < named->span_count; i++)
        ranges = ranges || named->spans[i].first < named->spans[i].last;
    return ranges || named->states != 0;
}

/* Takes PARAMS. */
static void call_named(struct haul_client *client, enum call_kind kind, json_t *params,
                       const struct haul_named *named, haul_reply_cb *reply, void *ctx)
{
    if (client->daemon.minor < NAMED_MINOR && is_new(named)) {
        ask_for_list(client, kind, params, named, reply, ctx);
        return;
    }
    if (named->span_count > 0)
        json_object_set_new(params, "ids", spans_to_json(named));
    if (named->states != 0)
        json_object_set_new(params, "states", json_from_states(named->states));
    client_call(client, kind, params, reply, ctx);
}

void haul_client_act_named(struct haul_client *client, enum haul_action action,
                           const struct haul_named *named, haul_reply_cb *reply, void *ctx)
{
    json_t *params = json_object();

    json_object_set_new(params, "action", json_string(haul_action_name(action)));
    call_named(client, CALL_ACT, params, named, reply, ctx);
}

void haul_client_move_named(struct haul_client *client, enum haul_move how, uint64_t position,
                            const struct haul_named *named, haul_reply_cb *reply, void *ctx)
{
    json_t *params = json_object();

    json_object_set_new(params, "how", json_string(haul_move_name(how)));
    if (how == HAUL_MOVE_TO)
        json_object_set_new(params, "position", json_from_u64(position));
    call_named(client, CALL_MOVE, params, named, reply, ctx);
}

void haul_client_change_named(struct haul_client *client, const struct haul_options *given,
                              const struct haul_named *named, haul_reply_cb *reply, void *ctx)
{
    struct haul_error err = {0};
    json_t *params = json_object();
    json_t *options = json_from_options(given, &err);

    if (options && json_object_set_new(params, "options", options) == 0) {
        call_named(client, CALL_CHANGE, params, named, reply, ctx);
        return;
    }
    json_decref(params);
    client_call_failed(client, CALL_CHANGE, &err, reply, ctx);
}
