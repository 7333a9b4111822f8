/* The client's calls around the history. */

#include <stdlib.h>

#include "base/mem.h"
#include "control/client_inside.h"
#include "control/json.h"

/* Adds a text of the user; false with a sentence when it can't travel. */
static bool add_filter(json_t *params, const char *filter, struct haul_error *err)
{
    if (!filter || !*filter || json_object_set_new(params, "filter", json_string(filter)) == 0)
        return true;
    (void)haul_fail(err, HAUL_E_USAGE, "what is looked for is not valid UTF-8");
    return false;
}

/* Takes PARAMS. */
static void ask(struct haul_client *client, enum call_kind kind, json_t *params, const char *filter,
                haul_reply_cb *reply, void *ctx)
{
    struct haul_error err;

    if (add_filter(params, filter, &err)) {
        client_call(client, kind, params, reply, ctx);
        return;
    }
    json_decref(params);
    client_call_failed(client, kind, &err, reply, ctx);
}

void haul_client_history(struct haul_client *client, const char *filter, const char *from,
                         uint32_t rows, haul_reply_cb *reply, void *ctx)
{
    json_t *params = json_object();

    if (from)
        json_object_set_new(params, "from", json_string(from));
    if (rows > 0)
        json_object_set_new(params, "rows", json_integer(rows));
    ask(client, CALL_HISTORY, params, filter, reply, ctx);
}

void haul_client_forget(struct haul_client *client, const char *filter, haul_reply_cb *reply,
                        void *ctx)
{
    ask(client, CALL_FORGET, json_object(), filter, reply, ctx);
}

void reply_past_free(struct haul_past *past, size_t count)
{
    for (size_t i = 0; i < count; i++)
        haul_past_fini(&past[i]);
    free(past);
}

enum haul_err reply_past(const json_t *result, struct haul_past **ret_past, size_t *ret_count,
                         struct haul_error *err)
{
    const json_t *rows = json_object_get(result, "entries");
    size_t count = json_array_size(rows);
    struct haul_past *past = xcalloc(count + 1, sizeof *past);

    for (size_t i = 0; i < count; i++) {
        if (json_to_past(json_array_get(rows, i), &past[i], err) != HAUL_OK) {
            reply_past_free(past, i);
            return err->code;
        }
    }
    *ret_past = past;
    *ret_count = count;
    return HAUL_OK;
}
