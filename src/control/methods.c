/* The methods of the protocol: one table of name, params, handler and help. `methods` lists it, and
 * what a request carries is checked against it before a handler sees it.
 *
 * A handler returns an error, or sets a result, or does neither: then it has answered already or
 * will later, and the call is no longer the dispatcher's to touch. */

#include "control/methods.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "control/peer.h"
#include "control/server.h"
#include "haul/log.h"

enum param_type { PARAM_UINT, PARAM_BOOL, PARAM_TEXT, PARAM_ARRAY, PARAM_OBJECT };

struct param {
    const char *name;
    enum param_type type;
    bool required;
    const char *help;
};

#define PARAMS_MAX 11

struct method {
    const char *name;
    method_handler *run;
    const char *help;
    bool keeps; /* the answer waits until what was changed is in the store */
    struct param params[PARAMS_MAX];
};

static void call_free(struct call *call)
{
    if (call->peer)
        LIST_REMOVE(call, of_peer);
    LIST_REMOVE(call, of_server);
    json_decref(call->id);
    wait_free(call->wait);
    if (call->probe)
        haul_probe_cancel(call->probe);
    free(call);
}

void call_drop(struct call *call)
{
    call_free(call);
}

void call_succeed(struct call *call, json_t *result)
{
    struct peer *peer = call->peer;
    size_t len;
    char *line = proto_result(call->id, result, &len);

    call_free(call);
    if (peer)
        peer_send(peer, line, len);
    else
        free(line);
}

void method_fail(struct call *call, enum proto_code code, const struct haul_error *err)
{
    struct peer *peer = call->peer;
    size_t len;
    char *line = proto_failure(call->id, code, err, &len);

    call_free(call);
    if (peer)
        peer_send(peer, line, len);
    else
        free(line);
}

json_t *method_result(const char *name, json_t *value)
{
    json_t *object = json_object();

    json_object_set_new(object, name, value);
    return object;
}

void call_finish_wait(struct call *call)
{
    call_succeed(call, method_result("exit_status", json_integer(wait_exit_status(call->wait))));
}

static method_handler run_methods;

#define VIEW_PARAMS                                                                                \
    {"states", PARAM_ARRAY, false, "names of states; none means all"},                             \
        {"search", PARAM_TEXT, false, "part of the name or URL, any case"},                        \
        {"filter", PARAM_TEXT, false, "what an item must fit: state:failed size>1G word"},         \
        {"sort", PARAM_TEXT, false, "queue, name, state, size, done, rate, eta, host, …"},         \
        {"descending", PARAM_BOOL, false, "the other way round"},                                  \
        {"offset", PARAM_UINT, false, "first row, 0-based among the matching items"},              \
    {                                                                                              \
        "rows", PARAM_UINT, false, "how many"                                                      \
    }

#define ID_PARAMS                                                                                  \
    {"ids", PARAM_ARRAY, false, "the items; [3, 7]: from 3 to 7"},                                 \
        {"states", PARAM_ARRAY, false, "and those in one of these states"},                        \
    {                                                                                              \
        "all", PARAM_BOOL, false, "every item, instead of ids"                                     \
    }
#define MARKED_PARAM                                                                               \
    {                                                                                              \
        "marked", PARAM_BOOL, false, "what is marked on this connection, instead of ids"           \
    }

#define SECRETS_PARAM                                                                              \
    {                                                                                              \
        "secrets", PARAM_BOOL, false, "with what is secret, instead of masks"                      \
    }

#define HOSTS_PARAMS                                                                               \
    {"sort", PARAM_TEXT, false, "state, name, connections, cap, rate, rest, waiting, …"},          \
        {"descending", PARAM_BOOL, false, "the other way round"},                                  \
        {"search", PARAM_TEXT, false, "part of the name, any case"},                               \
        {"offset", PARAM_UINT, false, "first row, 0-based among the matching hosts"},              \
        {"rows", PARAM_UINT, false, "how many"},                                                   \
    {                                                                                              \
        "follow", PARAM_TEXT, false, "host that must stay within the rows"                         \
    }
#define LOG_PARAMS                                                                                 \
    {"after", PARAM_UINT, false, "only lines behind that number"},                                 \
        {"level", PARAM_TEXT, false, "that bad or worse: error, warn, info, …"},                   \
    {                                                                                              \
        "lines", PARAM_UINT, false, "how many at the most"                                         \
    }

static const struct method methods[] = {
    {
        .name = "hello",
        .run = run_hello,
        .help = "Tell who speaks; the first call on every connection",
        .params = {{"major", PARAM_UINT, true, "protocol version of the client"},
                   {"minor", PARAM_UINT, true, "protocol version of the client"},
                   {"version", PARAM_TEXT, false, "of the client's program"}},
    },
    {
        .name = "methods",
        .run = run_methods,
        .help = "List the methods with their params",
    },
    {
        .name = "ping",
        .run = run_ping,
        .help = "Give a sign of life",
    },
    {
        .name = "add",
        .run = run_add,
        .help = "Add items at the end of the queue, all or none",
        .params = {{"items", PARAM_ARRAY, true, "of {url, mirrors, options, paused}"},
                   {"options", PARAM_OBJECT, false, "for the items that have none of their own"},
                   {"token", PARAM_TEXT, false, "a name for this add, which may be sent again"},
                   {"new", PARAM_BOOL, false, "leave out what is here already"}},
    },
    {
        .name = "known",
        .run = run_known,
        .help = "Tell which links the queue has already, and which could heal an item",
        .params = {{"urls", PARAM_ARRAY, true, "the links"},
                   {"had", PARAM_BOOL, false, "true: tell what was fetched before and is there"}},
    },
    {
        .name = "probe",
        .run = run_probe,
        .help = "Ask a server for name and size of a file",
        .params = {{"url", PARAM_TEXT, true, "the link"},
                   {"options", PARAM_OBJECT, false, "as of an item that is added"}},
    },
    {
        .name = "unprobe",
        .run = run_unprobe,
        .help = "End all probes of this client",
    },
    {
        .name = "list",
        .run = run_list,
        .help = "List items",
        .params = {VIEW_PARAMS,
                   {"marked", PARAM_BOOL, false, "only what is marked on this connection"},
                   SECRETS_PARAM},
    },
    {
        .name = "show",
        .run = run_show,
        .help = "Tell everything about one item",
        .params = {{"id", PARAM_UINT, true, "the item"}, SECRETS_PARAM},
    },
    {
        .name = "act",
        .run = run_act,
        .keeps = true,
        .help = "Pause, resume, cancel, retry or remove items",
        .params = {{"action", PARAM_TEXT, true, "pause, resume, cancel, retry or remove"},
                   ID_PARAMS,
                   MARKED_PARAM},
    },
    {
        .name = "undo",
        .run = run_undo,
        .help = "Undo the newest removal (for a minute) or cancellation",
    },
    {
        .name = "change",
        .run = run_change,
        .keeps = true,
        .help = "Give an item another link to the same file, or items other options",
        .params = {{"id", PARAM_UINT, false, "the one item"},
                   {"url", PARAM_TEXT, false, "its new link"},
                   {"options", PARAM_OBJECT, false,
                    "item-limit, priority; with url what is sent to its origin: header, user, …"},
                   ID_PARAMS,
                   MARKED_PARAM},
    },
    {
        .name = "move",
        .run = run_move,
        .keeps = true,
        .help = "Move items within the queue",
        .params = {{"how", PARAM_TEXT, true, "up, down, top, bottom or to"},
                   {"position", PARAM_UINT, false, "with \"to\": 1-based place"},
                   {"ids", PARAM_ARRAY, false, "the items; [3, 7]: from 3 to 7"},
                   {"states", PARAM_ARRAY, false, "and those in one of these states"},
                   MARKED_PARAM},
    },
    {
        .name = "set",
        .run = run_set,
        .keeps = true,
        .help = "Change settings of the session",
        .params = {{"settings", PARAM_OBJECT, true,
                    "{\"long-name\": \"value\"}; null: as configured"}},
    },
    {
        .name = "settings",
        .run = run_settings,
        .help = "Tell the settings of the session",
    },
    {
        .name = "history",
        .run = run_history,
        .help = "Tell what became of items, the newest first, a part at a time",
        .params = {{"filter", PARAM_TEXT, false, "an expression that entries must fit"},
                   {"from", PARAM_TEXT, false, "\"next\" of the answer before"},
                   {"rows", PARAM_UINT, false, "how many at the most"}},
    },
    {
        .name = "forget",
        .run = run_forget,
        .help = "Clear the history",
        .params = {{"filter", PARAM_TEXT, false, "an expression that entries must fit"}},
    },
    {
        .name = "log",
        .run = run_log,
        .help = "Tell the newest lines of the daemon's log",
        .params = {LOG_PARAMS},
    },
    {
        .name = "watch_log",
        .run = run_watch_log,
        .help = "Send the log's lines as they are written; those there are follow at once",
        .params = {LOG_PARAMS},
    },
    {
        .name = "unwatch_log",
        .run = run_unwatch_log,
        .help = "Send no more lines of the log",
    },
    {
        .name = "wait",
        .run = run_wait,
        .help = "Answer when all the items are done, failed, cancelled, removed or paused",
        .params = {ID_PARAMS},
    },
    {
        .name = "watch",
        .run = run_watch,
        .help = "Look at a part of the queue; frames follow",
        .params = {VIEW_PARAMS,
                   {"find", PARAM_TEXT, false, "what is looked for within: as filter"},
                   {"changed", PARAM_BOOL, false, "what changed of all items, instead of rows"},
                   {"follow", PARAM_UINT, false, "item that must stay within the rows"},
                   {"interval_ms", PARAM_UINT, false, "at most one frame in this time"}},
    },
    {
        .name = "unwatch",
        .run = run_unwatch,
        .help = "Send no more frames",
    },
    {
        .name = "hosts",
        .run = run_hosts,
        .help = "Tell of the hosts that items are of: connections, rates, caps, rests, items",
        .params = {HOSTS_PARAMS},
    },
    {
        .name = "watch_hosts",
        .run = run_watch_hosts,
        .help = "Look at a part of the hosts; notifications follow",
        .params = {HOSTS_PARAMS,
                   {"interval_ms", PARAM_UINT, false, "at most one notification in this time"}},
    },
    {
        .name = "unwatch_hosts",
        .run = run_unwatch_hosts,
        .help = "Send no more of the hosts",
    },
    {
        .name = "mark",
        .run = run_mark,
        .help = "Mark items of the view that is watched, for act and move",
        .params = {{"how", PARAM_TEXT, true, "add, drop, turn, only or none"},
                   {"first", PARAM_UINT, false, "from this item on, as they stand in the view"},
                   {"last", PARAM_UINT, false, "to this one; without both all that match"}},
    },
    {
        .name = "find",
        .run = run_find,
        .help = "Tell the next item of the view that fits \"find\"",
        .params = {{"from", PARAM_UINT, false, "the item to begin at"},
                   {"here", PARAM_BOOL, false, "it counts itself"},
                   {"backwards", PARAM_BOOL, false, "the one before"}},
    },
    {
        .name = "replace",
        .run = run_replace,
        .help = "Put everything away and give the socket to who asks; instead of hello",
        .params = {{"version", PARAM_TEXT, false, "of the asking program"}},
    },
    {
        .name = "stop",
        .run = run_stop,
        .help = "Put everything away and end the daemon",
    },
};

static const struct method *method_find(const char *name)
{
    for (size_t i = 0; i < COUNT_OF(methods); i++) {
        if (strcmp(methods[i].name, name) == 0)
            return &methods[i];
    }
    return NULL;
}

static const char *type_name(enum param_type type)
{
    static const char *const names[] = {
        [PARAM_UINT] = "unsigned", [PARAM_BOOL] = "boolean",  [PARAM_TEXT] = "string",
        [PARAM_ARRAY] = "array",   [PARAM_OBJECT] = "object",
    };
    return names[type];
}

static json_t *describe(const struct method *method)
{
    json_t *object = json_object();
    json_t *params = json_array();

    for (const struct param *param = method->params;
         param < method->params + PARAMS_MAX && param->name; param++) {
        json_t *row = json_object();

        json_object_set_new(row, "name", json_string(param->name));
        json_object_set_new(row, "type", json_string(type_name(param->type)));
        json_object_set_new(row, "required", json_boolean(param->required));
        json_object_set_new(row, "help", json_string(param->help));
        json_array_append_new(params, row);
    }
    json_object_set_new(object, "name", json_string(method->name));
    json_object_set_new(object, "help", json_string(method->help));
    json_object_set_new(object, "params", params);
    return object;
}

static enum haul_err run_methods(struct call *call, const json_t *params, json_t **ret_result,
                                 struct haul_error *err)
{
    json_t *list = json_array();

    (void)call;
    (void)params;
    (void)err;
    for (size_t i = 0; i < COUNT_OF(methods); i++)
        json_array_append_new(list, describe(&methods[i]));
    *ret_result = method_result("methods", list);
    return HAUL_OK;
}

static bool has_type(const json_t *value, enum param_type type)
{
    switch (type) {
    case PARAM_UINT:
        return json_is_integer(value) && json_integer_value(value) >= 0;
    case PARAM_BOOL:
        return json_is_boolean(value);
    case PARAM_TEXT:
        return json_is_string(value);
    case PARAM_ARRAY:
        return json_is_array(value);
    case PARAM_OBJECT:
        return json_is_object(value);
    }
    return false;
}

static const struct param *param_find(const struct method *method, const char *name)
{
    for (size_t i = 0; i < PARAMS_MAX && method->params[i].name; i++) {
        if (strcmp(method->params[i].name, name) == 0)
            return &method->params[i];
    }
    return NULL;
}

/* Every param is known and of its type, and none is missing. */
static enum haul_err check_params(const struct method *method, json_t *params,
                                  struct haul_error *err)
{
    const char *name;
    json_t *value;

    json_object_foreach(params, name, value)
    {
        const struct param *param = param_find(method, name);

        if (!param)
            return haul_fail(err, HAUL_E_RPC, "%s has no param \"%s\"", method->name, name);
        if (!has_type(value, param->type))
            return haul_fail(err, HAUL_E_RPC, "%s: \"%s\" must be of type %s", method->name, name,
                             type_name(param->type));
    }
    for (size_t i = 0; i < PARAMS_MAX && method->params[i].name; i++) {
        if (method->params[i].required && !json_object_get(params, method->params[i].name))
            return haul_fail(err, HAUL_E_RPC, "%s needs \"%s\"", method->name,
                             method->params[i].name);
    }
    return HAUL_OK;
}

/* Answers a line that never became a call. */
static void refuse(struct peer *peer, json_t *id, enum proto_code code,
                   const struct haul_error *err)
{
    size_t len;
    char *line = proto_failure(id, code, err, &len);

    LOG_DEBUG(control, "a request is refused: %s", err->text);
    peer_send(peer, line, len);
}

/* What is wrong with the request before its method is asked. */
static enum haul_err check_request(const struct peer *peer, const struct proto_message *message,
                                   const struct method **ret_method, enum proto_code *ret_code,
                                   struct haul_error *err)
{
    *ret_code = PROTO_NOT_REQUEST;
    if (!message->method || !message->id)
        return haul_fail(err, HAUL_E_RPC, "a request needs a \"method\" and an \"id\"");
    *ret_code = PROTO_REFUSED;
    if (!peer->greeted && strcmp(message->method, "hello") != 0 &&
        strcmp(message->method, "replace") != 0)
        return haul_fail(err, HAUL_E_RPC, "the first call must be \"hello\"");
    if (server_is_stopping(peer->server))
        return server_refuse(peer->server, err);
    *ret_code = PROTO_NO_METHOD;
    *ret_method = method_find(message->method);
    if (!*ret_method)
        return haul_fail(err, HAUL_E_RPC, "there is no method \"%s\"", message->method);
    *ret_code = PROTO_BAD_PARAMS;
    return check_params(*ret_method, message->params, err);
}

/* What can't be written holds in memory and is tried again: that is told as the session's trouble,
 * not as a failure of the call. */
static void on_kept(void *ctx, const struct haul_error *err)
{
    struct call *call = ctx;

    (void)err;
    call_succeed(call, call->result);
}

static void answer_when_kept(struct call *call, json_t *result)
{
    call->result = result;
    call->engine_has_it = true;
    haul_engine_flush(server_engine(call->server), on_kept, call);
}

static void run_call(struct peer *peer, const struct method *method,
                     const struct proto_message *message)
{
    struct call *call = xcalloc(1, sizeof *call);
    json_t *result = NULL;
    struct haul_error err;
    enum haul_err code;

    call->server = peer->server;
    call->peer = peer;
    call->id = json_incref(message->id);
    LIST_INSERT_HEAD(&peer->calls, call, of_peer);
    server_hold(peer->server, call);
    code = method->run(call, message->params, &result, &err);
    if (code != HAUL_OK)
        method_fail(call, code == HAUL_E_RPC ? PROTO_BAD_PARAMS : PROTO_REFUSED, &err);
    else if (result && method->keeps)
        answer_when_kept(call, result);
    else if (result)
        call_succeed(call, result);
}

void methods_run(struct peer *peer, const char *line, size_t len)
{
    const struct method *method = NULL;
    struct proto_message message;
    struct haul_error err;
    enum proto_code code;

    if (peer->overrun)
        return;
    if (proto_parse(line, len, &message, &code, &err) != HAUL_OK) {
        refuse(peer, NULL, code, &err);
    } else {
        if (check_request(peer, &message, &method, &code, &err) != HAUL_OK)
            refuse(peer, message.id, code, &err);
        else
            run_call(peer, method, &message);
        proto_message_fini(&message);
    }
    /* Who can't even say hello is not listened to any longer. */
    if (!peer->greeted)
        peer_end(peer, true);
}
