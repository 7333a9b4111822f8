/* The methods that help to review links before they are added: what the queue knows of them, and
 * what their servers tell. */

#include <stdlib.h>

#include "base/mem.h"
#include "control/json.h"
#include "control/methods.h"
#include "control/peer.h"
#include "control/server.h"

static json_t *null_or_number(uint64_t number)
{
    return number == 0 ? json_null() : json_from_u64(number);
}

static json_t *from_known(size_t index, const struct haul_known *known)
{
    json_t *row = json_object();

    json_object_set_new(row, "index", json_from_u64(index));
    json_object_set_new(row, "id", null_or_number(known->id));
    if (known->id != 0) {
        json_object_set_new(row, "state", json_string(haul_state_name(known->state)));
        json_object_set_new(row, "finished_at", null_or_number((uint64_t)known->finished_at));
    }
    json_object_set_new(row, "heals", null_or_number(known->heals));
    return row;
}

enum haul_err run_known(struct call *call, const json_t *params, json_t **ret_result,
                        struct haul_error *err)
{
    const json_t *urls = json_object_get(params, "urls");
    size_t count = json_array_size(urls);
    const char **texts = xcalloc(count + 1, sizeof *texts);
    struct haul_known *known = xcalloc(count + 1, sizeof *known);
    json_t *rows = json_array();
    enum haul_err code = HAUL_OK;

    for (size_t i = 0; i < count && code == HAUL_OK; i++) {
        texts[i] = json_string_value(json_array_get(urls, i));
        if (!texts[i])
            code = haul_fail(err, HAUL_E_RPC, "urls: each must be a string");
    }
    if (code == HAUL_OK)
        haul_engine_known(server_engine(call->server), texts, count, known);
    for (size_t i = 0; i < count; i++) {
        if (known[i].id != 0 || known[i].heals != 0)
            json_array_append_new(rows, from_known(i, &known[i]));
    }
    free(known);
    free(texts);
    if (code != HAUL_OK) {
        json_decref(rows);
        return code;
    }
    *ret_result = json_object();
    json_object_set_new(*ret_result, "known", rows);
    return HAUL_OK;
}

static void on_probed(void *ctx, const struct haul_probed *probed)
{
    struct call *call = ctx;
    json_t *result;

    call->probe = NULL;
    if (probed->err) {
        method_fail(call, PROTO_REFUSED, probed->err);
        return;
    }
    result = json_object();
    json_object_set_new(result, "size",
                        probed->size < 0 ? json_null() : json_from_u64((uint64_t)probed->size));
    json_object_set_new(result, "name", json_from_text(probed->name));
    json_object_set_new(result, "ranges", json_boolean(probed->ranges));
    json_object_set_new(result, "heals", null_or_number(probed->heals));
    call_succeed(call, result);
}

enum haul_err run_probe(struct call *call, const json_t *params, json_t **ret_result,
                        struct haul_error *err)
{
    const json_t *options = json_object_get(params, "options");
    struct haul_request request = {.url = json_string_value(json_object_get(params, "url"))};
    enum haul_err code = HAUL_OK;

    (void)ret_result;
    if (options)
        code = json_to_given(options, &request.options, err);
    else
        request.options = haul_options_new();
    if (code == HAUL_OK)
        code = haul_engine_probe(server_engine(call->server), &request, on_probed, call,
                                 &call->probe, err);
    haul_options_unref(request.options);
    return code;
}

enum haul_err run_unprobe(struct call *call, const json_t *params, json_t **ret_result,
                          struct haul_error *err)
{
    struct call *other, *next;
    struct haul_error ended;

    (void)params;
    (void)err;
    haul_fail(&ended, HAUL_E_CANCELLED, "the probe was ended");
    for (other = LIST_FIRST(&call->peer->calls); other; other = next) {
        next = LIST_NEXT(other, of_peer);
        if (other->probe)
            method_fail(other, PROTO_REFUSED, &ended);
    }
    *ret_result = json_object();
    return HAUL_OK;
}
