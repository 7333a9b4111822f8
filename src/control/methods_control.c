/* The methods around the daemon itself: who speaks, its settings, its log, its end, and what a user
 * takes back. */

#include <errno.h>
#include <unistd.h>

#include "control/json.h"
#include "control/json_options.h"
#include "control/methods.h"
#include "control/peer.h"
#include "control/server.h"
#include "control/skew.h"
#include "haul/log.h"
#include "haul/version.h"

#define LINES_DEFAULT  200
#define SCHEDULE_MINOR 5u /* the first that knows the setting */

enum haul_err run_hello(struct call *call, const json_t *params, json_t **ret_result,
                        struct haul_error *err)
{
    json_int_t major = json_integer_value(json_object_get(params, "major"));
    json_int_t minor = json_integer_value(json_object_get(params, "minor"));
    const char *version = json_string_value(json_object_get(params, "version"));
    char host[64] = "";
    json_t *result;

    if (major != HAUL_PROTOCOL_MAJOR)
        return skew_refuse((uint64_t)major, (uint64_t)minor, version ? version : "?", err);
    if (call->peer->greeted)
        return haul_fail(err, HAUL_E_RPC, "hello was said before");
    if (server_is_full(call->server))
        return haul_fail(err, HAUL_E_TOO_BIG, "the daemon serves no more than %d clients at once",
                         PROTO_CLIENTS_MAX);
    (void)gethostname(host, sizeof host - 1);
    result = json_object();
    json_object_set_new(result, "major", json_integer(HAUL_PROTOCOL_MAJOR));
    json_object_set_new(result, "minor", json_integer(HAUL_PROTOCOL_MINOR));
    json_object_set_new(result, "version", json_string(HAUL_VERSION));
    json_object_set_new(result, "session", json_string(server_session(call->server)));
    json_object_set_new(result, "host", json_from_text(host));
    json_object_set_new(result, "pid", json_integer(getpid()));
    call->peer->greeted = true;
    call->peer->minor = minor > 0 ? (uint64_t)minor : 0;
    server_peer_greeted(call->server);
    *ret_result = result;
    return HAUL_OK;
}

enum haul_err run_ping(struct call *call, const json_t *params, json_t **ret_result,
                       struct haul_error *err)
{
    (void)call;
    (void)params;
    (void)err;
    *ret_result = json_object();
    return HAUL_OK;
}

static json_t *settings_now(const struct call *call)
{
    struct haul_settings settings;
    struct haul_totals totals;
    json_t *result;

    haul_engine_totals(server_engine(call->server), &totals);
    haul_engine_settings(server_engine(call->server), &settings);
    result = method_result("settings", json_from_settings(&settings, true));
    if (call->peer->minor < SCHEDULE_MINOR) /* it takes no row that it does not know */
        json_object_del(json_object_get(result, "settings"), "schedule");
    json_object_set_new(result, "set", json_from_given_settings(&settings));
    json_object_set_new(result, "totals", json_from_totals(&totals));
    return result;
}

enum haul_err run_set(struct call *call, const json_t *params, json_t **ret_result,
                      struct haul_error *err)
{
    struct haul_settings settings;
    enum haul_err code =
        json_to_settings(json_object_get(params, "settings"), true, &settings, err);

    if (code != HAUL_OK)
        return code;
    haul_engine_set(server_engine(call->server), &settings);
    *ret_result = settings_now(call);
    return HAUL_OK;
}

enum haul_err run_settings(struct call *call, const json_t *params, json_t **ret_result,
                           struct haul_error *err)
{
    (void)params;
    (void)err;
    *ret_result = settings_now(call);
    return HAUL_OK;
}

enum haul_err run_stop(struct call *call, const json_t *params, json_t **ret_result,
                       struct haul_error *err)
{
    (void)params;
    (void)ret_result;
    (void)err;
    call->awaits_stop = true;
    server_stop_told(call->server);
    return HAUL_OK;
}

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
