/* The methods around items of the queue: those that tell of them, those that change them, and the
 * one that waits for them. */

#include <stdlib.h>

#include "base/idset.h"
#include "base/mem.h"
#include "control/json.h"
#include "control/json_options.h"
#include "control/json_views.h"
#include "control/methods.h"
#include "control/peer.h"
#include "control/server.h"

#define RANGES_MAX 1000 /* in one request: each item is compared with all of them */

/* A number, or a pair of them. */
static enum haul_err span_of(const json_t *value, struct haul_ids_span *ret_span,
                             struct haul_error *err)
{
    bool is_pair = json_is_array(value) && json_array_size(value) == 2;
    const json_t *first = is_pair ? json_array_get(value, 0) : value;
    const json_t *last = is_pair ? json_array_get(value, 1) : value;
    struct haul_ids_span span = {(uint64_t)json_integer_value(first),
                                 (uint64_t)json_integer_value(last)};

    if (json_integer_value(first) <= 0 || json_integer_value(last) < json_integer_value(first))
        return haul_fail(err, HAUL_E_RPC,
                         "an id is a positive integer, or a pair of them like [3, 7]");
    *ret_span = span;
    return HAUL_OK;
}

/* Reads IDS into *ret_spans, newly allocated. */
static enum haul_err spans_of(const json_t *ids, struct haul_ids_span **ret_spans,
                              bool *ret_any_range, struct haul_error *err)
{
    size_t count = json_array_size(ids);
    struct haul_ids_span *spans = xcalloc(count + 1, sizeof *spans);
    size_t ranges = 0;
    enum haul_err code = HAUL_OK;

    for (size_t i = 0; i < count && code == HAUL_OK; i++) {
        code = span_of(json_array_get(ids, i), &spans[i], err);
        ranges += json_is_array(json_array_get(ids, i));
    }
    if (code == HAUL_OK && ranges > RANGES_MAX)
        code = haul_fail(err, HAUL_E_RPC, "no more than %d ranges in \"ids\"", RANGES_MAX);
    if (code != HAUL_OK) {
        free(spans);
        return code;
    }
    *ret_spans = spans;
    *ret_any_range = ranges > 0;
    return HAUL_OK;
}

/* The numbers that stand alone, and of the queue what is meant otherwise; sorted, each once. Newly
 * allocated. */
static uint64_t *find_named(const struct haul_engine *engine, const struct haul_named *named,
                            size_t *ret_count)
{
    size_t total = haul_engine_count(engine);
    struct idset found = {0};
    uint64_t *ids;

    for (size_t i = 0; i < named->span_count; i++) {
        if (named->spans[i].first == named->spans[i].last)
            idset_add(&found, named->spans[i].first);
    }
    for (size_t position = 0; position < total; position++) {
        struct haul_brief brief;

        haul_engine_at(engine, position, &brief);
        if (haul_named_has(named, brief.id, brief.state))
            idset_add(&found, brief.id);
    }
    *ret_count = found.count;
    ids = idset_list(&found);
    idset_clear(&found);
    return ids;
}

/* Ids with ranges among them, or states. */
static enum haul_err named_of(const struct call *call, const json_t *params, uint64_t **ret_ids,
                              size_t *ret_count, struct haul_error *err)
{
    const json_t *ids = json_object_get(params, "ids");
    const json_t *states = json_object_get(params, "states");
    struct haul_named named = {.span_count = json_array_size(ids)};
    struct haul_ids_span *spans = NULL;
    bool any_range;
    enum haul_err code = spans_of(ids, &spans, &any_range, err);

    if (code != HAUL_OK)
        return code;
    named.spans = spans;
    code = json_to_states(states, &named.states, err);
    if (code == HAUL_OK && !any_range && named.states == 0) {
        code = json_to_ids(ids, ret_ids, ret_count, err);
    } else if (code == HAUL_OK) {
        *ret_ids = find_named(server_engine(call->server), &named, ret_count);
        if (*ret_count == 0) {
            free(*ret_ids);
            *ret_ids = NULL;
            code = haul_fail(err, HAUL_E_NO_ITEM, "%s", haul_named_none(&named));
        }
    }
    free(spans);
    return code;
}

/* The items that a request names: "ids" with "states", "all": true or "marked": true. With all,
 * *ret_count is 0. */
static enum haul_err ids_of(const struct call *call, const json_t *params, uint64_t **ret_ids,
                            size_t *ret_count, struct haul_error *err)
{
    const json_t *ids = json_object_get(params, "ids");
    bool all = json_is_true(json_object_get(params, "all"));
    bool marked = json_is_true(json_object_get(params, "marked"));
    bool named = ids || json_object_get(params, "states");

    if ((int)all + (int)marked + (int)named != 1)
        return haul_fail(err, HAUL_E_RPC, "give one of \"ids\", \"all\": true, \"marked\": true");
    if (marked) {
        *ret_ids = call->peer->view ? view_marked(call->peer->view, ret_count) : NULL;
        return *ret_ids && *ret_count > 0 ? HAUL_OK
                                          : haul_fail(err, HAUL_E_NO_ITEM, "nothing is selected");
    }
    if (named && json_array_size(ids) == 0 &&
        json_array_size(json_object_get(params, "states")) == 0)
        return haul_fail(err, HAUL_E_RPC, "\"ids\" names no item");
    return named ? named_of(call, params, ret_ids, ret_count, err)
                 : json_to_ids(NULL, ret_ids, ret_count, err);
}

/* Whether it does so, of whatever kind. */
static bool names_several(const json_t *params)
{
    return json_object_get(params, "ids") || json_object_get(params, "states") ||
           json_is_true(json_object_get(params, "all")) ||
           json_is_true(json_object_get(params, "marked"));
}

/* The value of the enum that a text param names. */
static enum haul_err name_of(const json_t *params, const char *param,
                             int (*from_name)(const char *), int *ret_value, struct haul_error *err)
{
    const char *name = json_string_value(json_object_get(params, param));
    int value = from_name(name);

    if (value < 0)
        return haul_fail(err, HAUL_E_RPC, "%s: there is no \"%s\"", param, name);
    *ret_value = value;
    return HAUL_OK;
}

/* As the engine's own snapshot, with the link as it was asked for. */
static bool unmasked_item(void *ctx, uint64_t id, struct haul_item *ret_item)
{
    const struct haul_engine *engine = server_engine(ctx);

    if (!haul_engine_item(engine, id, ret_item))
        return false;
    free(ret_item->url);
    ret_item->url = haul_engine_link(engine, id);
    return true;
}

enum haul_err run_list(struct call *call, const json_t *params, json_t **ret_result,
                       struct haul_error *err)
{
    struct haul_view view = {.rows = PROTO_LIST_ROWS};
    struct view_source source = *server_source(call->server);
    enum haul_err code = json_to_view(params, &view, err);

    if (code != HAUL_OK)
        return code;
    if (view.rows == 0 || view.rows > PROTO_LIST_ROWS)
        view.rows = PROTO_LIST_ROWS;
    if (view.secrets)
        source.item = unmasked_item;
    return view_list(&source, &view, call->peer->view, ret_result, err);
}

enum haul_err run_show(struct call *call, const json_t *params, json_t **ret_result,
                       struct haul_error *err)
{
    uint64_t id = (uint64_t)json_integer_value(json_object_get(params, "id"));
    bool secrets = json_is_true(json_object_get(params, "secrets"));
    struct haul_detail detail;

    if (!haul_engine_detail(server_engine(call->server), id, secrets, &detail))
        return haul_fail_item(err, id);
    *ret_result = json_from_detail(&detail);
    haul_detail_fini(&detail);
    return HAUL_OK;
}

enum haul_err run_act(struct call *call, const json_t *params, json_t **ret_result,
                      struct haul_error *err)
{
    uint64_t *ids = NULL;
    size_t count = 0, changed = 0;
    int action = 0;
    enum haul_err code = name_of(params, "action", haul_action_from_name, &action, err);

    if (code == HAUL_OK)
        code = ids_of(call, params, &ids, &count, err);
    if (code == HAUL_OK)
        code = haul_engine_act(server_engine(call->server), (enum haul_action)action, ids, count,
                               &changed, err);
    free(ids);
    if (code == HAUL_OK)
        *ret_result = method_result("count", json_from_u64(changed));
    return code;
}

/* Only what belongs to the new link, and what may be changed at any time: the rest of an item's
 * options stays what it is. */
static enum haul_err check_given(const struct haul_options *given, bool has_link,
                                 struct haul_error *err)
{
    size_t count;
    const struct haul_option *table = haul_option_table(&count);

    for (size_t i = 0; i < count; i++) {
        bool fits = table[i].live || (table[i].of_origin && has_link);

        if (table[i].scope == HAUL_SCOPE_ITEM && !fits && haul_option_given(&table[i], given))
            return haul_fail(err, HAUL_E_RPC, "options: %s can't be changed%s", table[i].name,
                             table[i].of_origin ? " without a new link" : "");
    }
    return HAUL_OK;
}

static void on_link_changed(void *ctx, const struct haul_error *err)
{
    struct call *call = ctx;

    if (err)
        method_fail(call, PROTO_REFUSED, err);
    else
        call_succeed(call, json_object());
}

/* Other options for all items that are named. */
static enum haul_err change_many(struct call *call, const json_t *params,
                                 const struct haul_options *given, json_t **ret_result,
                                 struct haul_error *err)
{
    uint64_t *ids = NULL;
    size_t count = 0, changed = 0;
    enum haul_err code = ids_of(call, params, &ids, &count, err);

    if (code == HAUL_OK)
        code = haul_engine_tune(server_engine(call->server), ids, count, given, &changed, err);
    free(ids);
    if (code == HAUL_OK)
        *ret_result = method_result("count", json_from_u64(changed));
    return code;
}

static enum haul_err change_one(struct call *call, uint64_t id, const char *url,
                                const struct haul_options *given, struct haul_error *err)
{
    enum haul_err code;

    call->engine_has_it = true;
    code =
        haul_engine_change(server_engine(call->server), id, url, given, on_link_changed, call, err);
    if (code != HAUL_OK)
        call->engine_has_it = false;
    return code;
}

enum haul_err run_change(struct call *call, const json_t *params, json_t **ret_result,
                         struct haul_error *err)
{
    const json_t *id = json_object_get(params, "id");
    const char *url = json_string_value(json_object_get(params, "url"));
    const json_t *options = json_object_get(params, "options");
    struct haul_options *given = NULL;
    enum haul_err code = options ? json_to_given(options, &given, err) : HAUL_OK;

    if (code == HAUL_OK && !id && url)
        code = haul_fail(err, HAUL_E_RPC, "change: \"url\" goes with \"id\"");
    if (code == HAUL_OK && id && names_several(params))
        code = haul_fail(err, HAUL_E_RPC, "change: \"id\" is one item, and no others go with it");
    if (code == HAUL_OK && given)
        code = check_given(given, url != NULL, err);
    else if (code == HAUL_OK && !url)
        code = haul_fail(err, HAUL_E_RPC, "change: neither url nor options are given");
    if (code == HAUL_OK && id)
        code = change_one(call, (uint64_t)json_integer_value(id), url, given, err);
    else if (code == HAUL_OK)
        code = change_many(call, params, given, ret_result, err);
    haul_options_unref(given);
    return code;
}

enum haul_err run_move(struct call *call, const json_t *params, json_t **ret_result,
                       struct haul_error *err)
{
    const json_t *position = json_object_get(params, "position");
    uint64_t *ids = NULL;
    size_t count = 0;
    int how = 0;
    enum haul_err code = name_of(params, "how", haul_move_from_name, &how, err);

    if (code != HAUL_OK)
        return code;
    if ((how == HAUL_MOVE_TO) != (position != NULL))
        return haul_fail(err, HAUL_E_RPC, "\"position\" goes with \"how\": \"%s\" and only there",
                         haul_move_name(HAUL_MOVE_TO));
    code = ids_of(call, params, &ids, &count, err);
    if (code == HAUL_OK && count == 0)
        code = haul_fail(err, HAUL_E_RPC, "all of them can't be moved");
    if (code == HAUL_OK)
        code = haul_engine_move(server_engine(call->server), (enum haul_move)how,
                                (uint64_t)json_integer_value(position), ids, count, err);
    free(ids);
    if (code == HAUL_OK)
        *ret_result = method_result("count", json_from_u64(count));
    return code;
}

/* Every item there is now. */
static void wait_for_all(struct wait *wait, struct haul_engine *engine)
{
    size_t count = haul_engine_count(engine);

    for (size_t position = 0; position < count; position++) {
        struct haul_brief brief;
        struct haul_item item;

        haul_engine_at(engine, position, &brief);
        if (brief.state != HAUL_FAILED) {
            wait_add(wait, brief.id, brief.state, HAUL_OK);
        } else if (haul_engine_item(engine, brief.id, &item)) {
            wait_add(wait, item.id, item.state, item.err);
            haul_item_fini(&item);
        }
    }
}

static enum haul_err wait_for_ids(struct wait *wait, struct haul_engine *engine,
                                  const uint64_t *ids, size_t count, struct haul_error *err)
{
    for (size_t i = 0; i < count; i++) {
        struct haul_item item;

        if (!haul_engine_item(engine, ids[i], &item))
            return haul_fail_item(err, ids[i]);
        wait_add(wait, item.id, item.state, item.err);
        haul_item_fini(&item);
    }
    return HAUL_OK;
}

enum haul_err run_wait(struct call *call, const json_t *params, json_t **ret_result,
                       struct haul_error *err)
{
    struct haul_engine *engine = server_engine(call->server);
    uint64_t *ids = NULL;
    size_t count = 0;
    enum haul_err code = ids_of(call, params, &ids, &count, err);

    (void)ret_result;
    if (code != HAUL_OK)
        return code;
    haul_engine_hold(engine, false);
    call->wait = wait_new();
    if (count == 0)
        wait_for_all(call->wait, engine);
    else
        code = wait_for_ids(call->wait, engine, ids, count, err);
    free(ids);
    if (code == HAUL_OK && wait_over(call->wait))
        call_finish_wait(call);
    return code;
}
