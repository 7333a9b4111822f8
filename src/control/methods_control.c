/* The methods for what a user takes back, and for looking at the daemon itself. */

#include <errno.h>

#include "control/json.h"
#include "control/methods.h"
#include "control/peer.h"
#include "control/server.h"
#include "haul/log.h"

#define LINES_DEFAULT 200

/* The connection goes to the file that talks to the next daemon, and is no peer's any more. */
enum haul_err run_replace(struct call *call, const json_t *params, json_t **ret_result,
                          struct haul_error *err)
{
    struct server *server = call->server;
    struct peer *peer = call->peer;
    int64_t asked = json_integer_value(call->id);
    enum haul_err code;
    int fd;

    (void)params;
    (void)ret_result;
    if (peer->greeted || !json_is_integer(call->id))
        return haul_fail(err, HAUL_E_RPC, "replace comes first on its connection, with a number");
    fd = conn_twin(peer->conn);
    if (fd < 0)
        return haul_fail_errno(err, HAUL_E_SOCKET, errno, "can't hand the socket over");
    code = server_replace(server, fd, asked, err);
    if (code == HAUL_OK)
        peer_end(peer, false);
    return code;
}

enum haul_err run_undo(struct call *call, const json_t *params, json_t **ret_result,
                       struct haul_error *err)
{
    enum haul_action action = HAUL_REMOVE;
    size_t count = 0;
    enum haul_err code = haul_engine_undo(server_engine(call->server), &action, &count, err);

    (void)params;
    if (code != HAUL_OK)
        return code;
    *ret_result = json_object();
    json_object_set_new(*ret_result, "action", json_string(haul_action_name(action)));
    json_object_set_new(*ret_result, "count", json_from_u64(count));
    return HAUL_OK;
}

/* What PARAMS wants of the log. */
static enum haul_err read_look(const json_t *params, struct log_look *look, struct haul_error *err)
{
    const json_t *name = json_object_get(params, "level");
    const json_t *wanted = json_object_get(params, "lines");
    int level = name ? haul_log_level_from_name(json_string_value(name)) : HAUL_LOG_TRACE;

    if (level < 0)
        return haul_fail(err, HAUL_E_RPC, "level: there is no \"%s\"", json_string_value(name));
    *look = (struct log_look){
        .after = (uint64_t)json_integer_value(json_object_get(params, "after")),
        .level = (enum haul_log_level)level,
        .most = wanted ? (size_t)json_integer_value(wanted) : LINES_DEFAULT,
    };
    return HAUL_OK;
}

enum haul_err run_log(struct call *call, const json_t *params, json_t **ret_result,
                      struct haul_error *err)
{
    struct log_look look;
    enum haul_err code = read_look(params, &look, err);

    if (code == HAUL_OK)
        *ret_result = log_look(&look, server_source(call->server), false);
    return code;
}

enum haul_err run_watch_log(struct call *call, const json_t *params, json_t **ret_result,
                            struct haul_error *err)
{
    struct log_look look;
    enum haul_err code = read_look(params, &look, err);

    if (code != HAUL_OK)
        return code;
    peer_watch_log(call->peer, &look);
    *ret_result = json_object();
    return HAUL_OK;
}

enum haul_err run_unwatch_log(struct call *call, const json_t *params, json_t **ret_result,
                              struct haul_error *err)
{
    (void)params;
    (void)err;
    peer_watch_log(call->peer, NULL);
    *ret_result = json_object();
    return HAUL_OK;
}
