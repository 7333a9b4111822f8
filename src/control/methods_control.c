/* The methods for what a user takes back, and for looking at the daemon itself. */

#include "control/json.h"
#include "control/methods.h"
#include "control/peer.h"
#include "control/server.h"
#include "haul/log.h"

#define LINES_DEFAULT 200

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

static json_t *from_line(const struct haul_log_line *line)
{
    json_t *object = json_object();

    json_object_set_new(object, "number", json_from_u64(line->number));
    json_object_set_new(object, "at", json_integer(line->at));
    json_object_set_new(object, "level", json_string(haul_log_level_name(line->level)));
    json_object_set_new(object, "room", json_from_text(line->room));
    json_object_set_new(object, "text", json_from_text(line->text));
    return object;
}

enum haul_err run_log(struct call *call, const json_t *params, json_t **ret_result,
                      struct haul_error *err)
{
    const json_t *name = json_object_get(params, "level");
    const json_t *wanted = json_object_get(params, "lines");
    uint64_t after = (uint64_t)json_integer_value(json_object_get(params, "after")), last;
    size_t most = wanted ? (size_t)json_integer_value(wanted) : LINES_DEFAULT, count;
    int level = name ? haul_log_level_from_name(json_string_value(name)) : HAUL_LOG_TRACE;
    struct haul_log_line *lines;
    json_t *rows;

    (void)call;
    if (level < 0)
        return haul_fail(err, HAUL_E_RPC, "level: there is no \"%s\"", json_string_value(name));
    lines = haul_log_tail(after, (enum haul_log_level)level, most, &count, &last);
    rows = json_array();
    for (size_t i = 0; i < count; i++)
        json_array_append_new(rows, from_line(&lines[i]));
    haul_log_lines_free(lines, count);
    *ret_result = json_object();
    json_object_set_new(*ret_result, "last", json_from_u64(last));
    json_object_set_new(*ret_result, "lines", rows);
    return HAUL_OK;
}
