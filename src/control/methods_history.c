/* The methods around the history. They answer later: a worker reads it. */

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"
#include "base/str.h"
#include "control/json.h"
#include "control/methods.h"
#include "control/peer.h"
#include "control/server.h"

#define ROWS_DEFAULT 1000
#define ROWS_MOST    5000

/* A place in the history as a word: "TIME-ID". */
static json_t *from_place(const struct haul_past_at *at)
{
    char text[64];

    snprintf(text, sizeof text, "%" PRId64 "-%" PRIu64, at->finished_at, at->id);
    return json_string(text);
}

static bool to_place(const char *text, struct haul_past_at *at)
{
    uint64_t finished_at, id;

    if (!str_to_u64(text, &finished_at, &text) || finished_at > INT64_MAX || *text != '-' ||
        !str_to_u64(text + 1, &id, NULL) || id > INT64_MAX)
        return false;
    *at = (struct haul_past_at){(int64_t)finished_at, id};
    return true;
}

static void on_page(void *ctx, const struct haul_past *entries, size_t count,
                    const struct haul_past_at *next, const struct haul_error *err)
{
    struct call *call = ctx;
    json_t *result, *rows;

    if (err) {
        method_fail(call, PROTO_REFUSED, err);
        return;
    }
    result = json_object();
    rows = json_array();
    for (size_t i = 0; i < count; i++)
        json_array_append_new(rows, json_from_past(&entries[i]));
    json_object_set_new(result, "entries", rows);
    json_object_set_new(result, "next", next ? from_place(next) : json_null());
    call_succeed(call, result);
}

enum haul_err run_history(struct call *call, const json_t *params, json_t **ret_result,
                          struct haul_error *err)
{
    const char *filter = json_string_value(json_object_get(params, "filter"));
    const char *from = json_string_value(json_object_get(params, "from"));
    const json_t *wanted = json_object_get(params, "rows");
    uint64_t rows = wanted ? (uint64_t)json_integer_value(wanted) : ROWS_DEFAULT;
    struct haul_past_at at;
    enum haul_err code;

    (void)ret_result;
    if (from && !to_place(from, &at))
        return haul_fail(err, HAUL_E_RPC, "from: \"%s\" is not what an answer gave", from);
    if (rows == 0 || rows > ROWS_MOST)
        return haul_fail(err, HAUL_E_RPC, "rows: must be from 1 to %d", ROWS_MOST);
    code = haul_engine_history(server_engine(call->server), filter, from ? &at : NULL, rows,
                               on_page, call, err);
    call->engine_has_it = code == HAUL_OK;
    return code;
}

static void on_forgot(void *ctx, uint64_t count, const struct haul_error *err)
{
    struct call *call = ctx;
    json_t *result;

    if (err) {
        method_fail(call, PROTO_REFUSED, err);
        return;
    }
    result = json_object();
    json_object_set_new(result, "count", json_from_u64(count));
    call_succeed(call, result);
}

enum haul_err run_forget(struct call *call, const json_t *params, json_t **ret_result,
                         struct haul_error *err)
{
    const char *filter = json_string_value(json_object_get(params, "filter"));
    enum haul_err code =
        haul_engine_forget(server_engine(call->server), filter, on_forgot, call, err);

    (void)ret_result;
    call->engine_has_it = code == HAUL_OK;
    return code;
}
