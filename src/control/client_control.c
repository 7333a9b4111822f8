/* The client's calls for what a user takes back, and for looking at the daemon itself. */

#include <stdlib.h>

#include "base/mem.h"
#include "control/client_inside.h"
#include "control/json.h"

void haul_client_undo(struct haul_client *client, haul_reply_cb *reply, void *ctx)
{
    client_call(client, CALL_UNDO, NULL, reply, ctx);
}

static json_t *log_params(uint64_t after, enum haul_log_level level, uint32_t lines)
{
    json_t *params = json_object();

    json_object_set_new(params, "after", json_from_u64(after));
    json_object_set_new(params, "level", json_string(haul_log_level_name(level)));
    json_object_set_new(params, "lines", json_integer(lines));
    return params;
}

void haul_client_log(struct haul_client *client, uint64_t after, enum haul_log_level level,
                     uint32_t lines, haul_reply_cb *reply, void *ctx)
{
    client_call(client, CALL_LOG, log_params(after, level, lines), reply, ctx);
}

void haul_client_watch_log(struct haul_client *client, uint64_t after, enum haul_log_level level,
                           uint32_t lines, haul_reply_cb *reply, void *ctx)
{
    client_call(client, CALL_WATCH_LOG, log_params(after, level, lines), reply, ctx);
}

void haul_client_unwatch_log(struct haul_client *client, haul_reply_cb *reply, void *ctx)
{
    client_call(client, CALL_UNWATCH_LOG, NULL, reply, ctx);
}

static bool decode_line(const json_t *row, struct haul_log_line *line)
{
    const char *room = json_string_value(json_object_get(row, "room"));
    const char *text = json_string_value(json_object_get(row, "text"));
    const char *name = json_string_value(json_object_get(row, "name"));
    int level = haul_log_level_from_name(json_string_value(json_object_get(row, "level")));

    if (!room || !text || level < 0)
        return false;
    *line = (struct haul_log_line){
        .number = (uint64_t)json_integer_value(json_object_get(row, "number")),
        .at = json_integer_value(json_object_get(row, "at")),
        .level = (enum haul_log_level)level,
        .room = xstrdup(room),
        .text = xstrdup(text),
        .item = (uint64_t)json_integer_value(json_object_get(row, "item")),
        .name = name ? xstrdup(name) : NULL,
    };
    return true;
}

enum haul_err reply_log(const json_t *result, struct haul_log_line **ret_lines, size_t *ret_count,
                        uint64_t *ret_last, struct haul_error *err)
{
    const json_t *rows = json_object_get(result, "lines");
    size_t count = json_array_size(rows);
    struct haul_log_line *lines = xcalloc(count + 1, sizeof *lines);

    for (size_t i = 0; i < count; i++) {
        if (!decode_line(json_array_get(rows, i), &lines[i])) {
            haul_log_lines_free(lines, i);
            return haul_fail(err, HAUL_E_RPC, "the answer has an unusable line of the log");
        }
    }
    *ret_lines = lines;
    *ret_count = count;
    *ret_last = (uint64_t)json_integer_value(json_object_get(result, "last"));
    return HAUL_OK;
}
