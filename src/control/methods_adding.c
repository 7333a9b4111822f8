/* The methods that add links, and those that help to review them before: what the queue knows of
 * them, and what their servers tell. */

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "control/json.h"
#include "control/json_options.h"
#include "control/methods.h"
#include "control/peer.h"
#include "control/server.h"

/* The requests of one `add`. */
struct batch {
    struct haul_request *requests;
    size_t count;
    struct haul_options *shared; /* for items without their own */
};

static void batch_fini(struct batch *batch)
{
    for (size_t i = 0; i < batch->count; i++) {
        haul_options_unref(batch->requests[i].options);
        free((void *)(uintptr_t)batch->requests[i].mirrors);
    }
    free(batch->requests);
    haul_options_unref(batch->shared);
}

/* The texts of MIRRORS, borrowed, in a new array. */
static enum haul_err read_mirrors(const json_t *mirrors, struct haul_request *request,
                                  struct haul_error *err)
{
    size_t count = json_array_size(mirrors);
    const char **texts;

    if (count == 0)
        return HAUL_OK;
    texts = xcalloc(count, sizeof *texts);
    request->mirrors = texts;
    request->mirror_count = count;
    for (size_t i = 0; i < count; i++) {
        texts[i] = json_string_value(json_array_get(mirrors, i));
        if (!texts[i])
            return haul_fail(err, HAUL_E_RPC, "mirrors: each must be a string");
    }
    return HAUL_OK;
}

static bool is_member(const char *name, const json_t *value)
{
    if (strcmp(name, "url") == 0)
        return json_is_string(value);
    if (strcmp(name, "mirrors") == 0)
        return json_is_array(value);
    if (strcmp(name, "options") == 0)
        return json_is_object(value);
    return strcmp(name, "paused") == 0 && json_is_boolean(value);
}

/* As with params: to go on without what is not understood would be to do something else. */
static enum haul_err check_members(json_t *item, struct haul_error *err)
{
    const char *name;
    json_t *value;

    json_object_foreach(item, name, value)
    {
        if (!is_member(name, value))
            return haul_fail(err, HAUL_E_RPC, "items: \"%s\" is not known, or not of that type",
                             name);
    }
    return HAUL_OK;
}

static enum haul_err read_request(json_t *item, struct batch *batch, struct haul_request *request,
                                  struct haul_error *err)
{
    const json_t *options = json_object_get(item, "options");

    if (check_members(item, err) != HAUL_OK)
        return err->code;
    request->url = json_string_value(json_object_get(item, "url"));
    request->paused = json_is_true(json_object_get(item, "paused"));
    if (!request->url)
        return haul_fail(err, HAUL_E_RPC, "items: each needs a \"url\"");
    if (options && json_to_options(options, &request->options, err) != HAUL_OK)
        return err->code;
    if (!options && !batch->shared)
        return haul_fail(err, HAUL_E_RPC, "items: one has no options, and none are shared");
    if (!options)
        request->options = haul_options_ref(batch->shared);
    return read_mirrors(json_object_get(item, "mirrors"), request, err);
}

/* Fills a zeroed BATCH, which is the caller's also on failure. Texts are borrowed from PARAMS. */
static enum haul_err read_batch(const json_t *params, struct batch *batch, struct haul_error *err)
{
    const json_t *items = json_object_get(params, "items");
    const json_t *shared = json_object_get(params, "options");
    size_t count = json_array_size(items);
    enum haul_err code = HAUL_OK;

    if (count == 0)
        return haul_fail(err, HAUL_E_RPC, "\"items\" holds none");
    if (shared && json_to_options(shared, &batch->shared, err) != HAUL_OK)
        return err->code;
    batch->requests = xcalloc(count, sizeof *batch->requests);
    for (size_t i = 0; i < count && code == HAUL_OK; i++) {
        batch->count = i + 1;
        code = read_request(json_array_get(items, i), batch, &batch->requests[i], err);
    }
    return code;
}

static void on_added(void *ctx, const uint64_t *ids, size_t count, const struct haul_error *err)
{
    struct call *call = ctx;

    if (err)
        method_fail(call, PROTO_REFUSED, err);
    else {
        json_t *result = json_object();

        json_object_set_new(result, "ids", json_from_ids(ids, count));
        call_succeed(call, result);
    }
}

static json_t *from_had(size_t index, const struct haul_had *had)
{
    json_t *object = json_object();
    char *path = text_clean_dup(text_raw_from(had->path), 8192);

    json_object_set_new(object, "index", json_from_u64(index));
    json_object_set_new(object, "path", json_string(path));
    json_object_set_new(object, "size", json_integer(had->size));
    json_object_set_new(object, "finished_at", json_integer(had->finished_at));
    json_object_set_new(object, "by", json_string(had->by_digest ? "digest" : "link"));
    free(path);
    return object;
}

static void on_added_new(void *ctx, const uint64_t *ids, const struct haul_had *had, size_t count,
                         const struct haul_error *err)
{
    struct call *call = ctx;
    json_t *result, *numbers, *rows;

    if (err) {
        method_fail(call, PROTO_REFUSED, err);
        return;
    }
    result = json_object();
    numbers = json_array();
    rows = json_array();
    for (size_t i = 0; i < count; i++) {
        json_array_append_new(numbers, ids[i] == 0 ? json_null() : json_from_u64(ids[i]));
        if (ids[i] == 0)
            json_array_append_new(rows, from_had(i, &had[i]));
    }
    json_object_set_new(result, "ids", numbers);
    json_object_set_new(result, "had", rows);
    call_succeed(call, result);
}

enum haul_err run_add(struct call *call, const json_t *params, json_t **ret_result,
                      struct haul_error *err)
{
    struct haul_engine *engine = server_engine(call->server);
    const char *token = json_string_value(json_object_get(params, "token"));
    bool only_new = json_is_true(json_object_get(params, "new"));
    struct batch batch = {0};
    enum haul_err code = read_batch(params, &batch, err);

    (void)ret_result;
    if (code == HAUL_OK) {
        call->engine_has_it = true;
        code =
            token ? haul_engine_add_once(engine, token, only_new, batch.requests, batch.count,
                                         on_added, call, err)
            : only_new
                ? haul_engine_add_new(engine, batch.requests, batch.count, on_added_new, call, err)
                : haul_engine_add(engine, batch.requests, batch.count, on_added, call, err);
        if (code != HAUL_OK)
            call->engine_has_it = false;
    }
    batch_fini(&batch);
    return code;
}

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

/* An answer to `known` that waits for what the history tells. */
struct waiting_known {
    struct call *call;
    json_t *result;
};

static void on_had(void *ctx, const struct haul_had *had, size_t count)
{
    struct waiting_known *waiting = ctx;
    json_t *rows = json_array();

    for (size_t i = 0; i < count; i++) {
        if (had[i].path)
            json_array_append_new(rows, from_had(i, &had[i]));
    }
    json_object_set_new(waiting->result, "had", rows);
    call_succeed(waiting->call, waiting->result);
    free(waiting);
}

/* Answers with RESULT, which is taken, and with what of TEXTS is here already. */
static void answer_with_had(struct call *call, const char *const *texts, size_t count,
                            json_t *result, json_t **ret_result)
{
    struct waiting_known *waiting = xcalloc(1, sizeof *waiting);

    waiting->call = call;
    waiting->result = result;
    call->engine_has_it =
        haul_engine_had(server_engine(call->server), texts, count, on_had, waiting);
    if (call->engine_has_it)
        return;
    free(waiting);
    json_object_set_new(result, "had", json_array());
    *ret_result = result;
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
    if (code == HAUL_OK) {
        json_t *result = json_object();

        json_object_set(result, "known", rows);
        if (json_is_true(json_object_get(params, "had")))
            answer_with_had(call, texts, count, result, ret_result);
        else
            *ret_result = result;
    }
    json_decref(rows);
    free(texts);
    return code;
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
