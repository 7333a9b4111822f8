/* The methods around what a client looks at: watching, marking, finding. */

#include <stdlib.h>

#include "control/json.h"
#include "control/json_views.h"
#include "control/methods.h"
#include "control/peer.h"
#include "control/proto.h"
#include "control/server.h"

enum haul_err run_watch(struct call *call, const json_t *params, json_t **ret_result,
                        struct haul_error *err)
{
    struct haul_view view = {0};
    enum haul_err code = json_to_view(params, &view, err);

    if (code != HAUL_OK)
        return code;
    if (view.rows > PROTO_WATCH_ROWS)
        return haul_fail(err, HAUL_E_RPC, "rows: no more than %d", PROTO_WATCH_ROWS);
    haul_engine_hold(server_engine(call->server), false);
    code = peer_watch(call->peer, &view, err);
    if (code == HAUL_OK)
        *ret_result = json_object();
    return code;
}

enum haul_err run_unwatch(struct call *call, const json_t *params, json_t **ret_result,
                          struct haul_error *err)
{
    (void)params;
    (void)err;
    peer_unwatch(call->peer);
    *ret_result = json_object();
    return HAUL_OK;
}

static enum haul_err need_view(const struct call *call, struct haul_error *err)
{
    if (call->peer->view)
        return HAUL_OK;
    return haul_fail(err, HAUL_E_RPC, "nothing is watched on this connection");
}

static uint64_t number_of(const json_t *params, const char *name)
{
    return (uint64_t)json_integer_value(json_object_get(params, name));
}

enum haul_err run_mark(struct call *call, const json_t *params, json_t **ret_result,
                       struct haul_error *err)
{
    const char *name = json_string_value(json_object_get(params, "how"));
    struct haul_range range = {number_of(params, "first"), number_of(params, "last")};
    int how = haul_mark_from_name(name);
    enum haul_err code = need_view(call, err);
    size_t count;

    if (code != HAUL_OK)
        return code;
    if (how < 0)
        return haul_fail(err, HAUL_E_RPC, "how: there is no \"%s\"", name);
    code = view_mark(call->peer->view, (enum haul_mark)how, &range, err);
    if (code != HAUL_OK)
        return code;
    free(view_marked(call->peer->view, &count));
    peer_changed(call->peer);
    *ret_result = json_object();
    json_object_set_new(*ret_result, "count", json_from_u64(count));
    return HAUL_OK;
}

enum haul_err run_find(struct call *call, const json_t *params, json_t **ret_result,
                       struct haul_error *err)
{
    bool here = json_is_true(json_object_get(params, "here"));
    bool backwards = json_is_true(json_object_get(params, "backwards"));
    enum haul_err code = need_view(call, err);
    uint64_t index = 0;
    uint64_t id;

    if (code != HAUL_OK)
        return code;
    id = view_find(call->peer->view, number_of(params, "from"), here, backwards, &index);
    *ret_result = json_object();
    json_object_set_new(*ret_result, "id", id == 0 ? json_null() : json_from_u64(id));
    json_object_set_new(*ret_result, "index", id == 0 ? json_null() : json_from_u64(index));
    return HAUL_OK;
}

enum haul_err run_hosts(struct call *call, const json_t *params, json_t **ret_result,
                        struct haul_error *err)
{
    struct haul_hosts_view view = {0};
    enum haul_err code = json_to_hosts_view(params, &view, err);

    if (code == HAUL_OK)
        *ret_result = hosts_view_list(server_hosts(call->server), &view);
    return code;
}

enum haul_err run_watch_hosts(struct call *call, const json_t *params, json_t **ret_result,
                              struct haul_error *err)
{
    struct haul_hosts_view view = {0};
    enum haul_err code = json_to_hosts_view(params, &view, err);

    if (code != HAUL_OK)
        return code;
    if (view.rows == 0 || view.rows > PROTO_WATCH_ROWS)
        return haul_fail(err, HAUL_E_RPC, "rows: from 1 to %d", PROTO_WATCH_ROWS);
    haul_engine_hold(server_engine(call->server), false);
    peer_watch_hosts(call->peer, &view);
    *ret_result = json_object();
    return HAUL_OK;
}

enum haul_err run_unwatch_hosts(struct call *call, const json_t *params, json_t **ret_result,
                                struct haul_error *err)
{
    (void)params;
    (void)err;
    peer_watch_hosts(call->peer, NULL);
    *ret_result = json_object();
    return HAUL_OK;
}
