/* What a client looks at, items or hosts, as JSON and back. */

#include "control/json_views.h"

#include "base/mem.h"
#include "control/json.h"
#include "control/json_fields.h"

/* Without words it is left out, as an older daemon may not know it. False: no UTF-8. */
static bool add_words(json_t *object, const char *name, const char *words)
{
    return !words || !words[0] || json_object_set_new(object, name, json_string(words)) == 0;
}

json_t *json_from_states(uint32_t states)
{
    json_t *names = json_array();

    for (unsigned state = 0; state < HAUL_STATE_COUNT; state++) {
        if (states & (1u << state))
            json_array_append_new(names, json_string(haul_state_name((enum haul_state)state)));
    }
    return names;
}

enum haul_err json_from_view(json_t *object, const struct haul_view *view, struct haul_error *err)
{
    json_object_set_new(object, "states", json_from_states(view->states));
    json_object_set_new(object, "sort", json_string(haul_sort_name(view->sort)));
    json_object_set_new(object, "descending", json_boolean(view->descending));
    json_object_set_new(object, "offset", json_from_u64(view->offset));
    json_object_set_new(object, "rows", json_integer(view->rows));
    if (view->changed)
        json_object_set_new(object, "changed", json_true());
    if (view->marked)
        json_object_set_new(object, "marked", json_true());
    if (view->secrets)
        json_object_set_new(object, "secrets", json_true());
    if (!add_words(object, "search", view->search) || !add_words(object, "filter", view->filter) ||
        !add_words(object, "find", view->find))
        return haul_fail(err, HAUL_E_RPC, "what is looked for is not valid UTF-8");
    return HAUL_OK;
}

enum haul_err json_to_states(const json_t *array, uint32_t *ret_states, struct haul_error *err)
{
    uint32_t states = 0;

    for (size_t i = 0; i < json_array_size(array); i++) {
        const char *name = json_string_value(json_array_get(array, i));
        int state = name ? haul_state_from_name(name) : -1;

        if (state < 0)
            return haul_fail(err, HAUL_E_RPC, "states: \"%s\" is no state", name ? name : "");
        states |= 1u << (unsigned)state;
    }
    *ret_states = states;
    return HAUL_OK;
}

enum haul_err json_to_view(const json_t *object, struct haul_view *view, struct haul_error *err)
{
    static const struct field numbers[] = {
        {"offset", KIND_U64, offsetof(struct haul_view, offset)},
        {"rows", KIND_U32, offsetof(struct haul_view, rows)},
        {"follow", KIND_U64, offsetof(struct haul_view, follow)},
        {"interval_ms", KIND_U32, offsetof(struct haul_view, interval_ms)},
    };
    const json_t *sort = json_object_get(object, "sort");
    int named = 0;

    for (size_t i = 0; i < COUNT_OF(numbers); i++) {
        const json_t *value = json_object_get(object, numbers[i].name);

        if (value && !json_field_to(&numbers[i], value, view))
            return haul_fail(err, HAUL_E_RPC, "%s: the number is out of range", numbers[i].name);
    }
    if (!json_read_name(sort, haul_sort_from_name, &named))
        return haul_fail(err, HAUL_E_RPC, "sort: that is no order that haul knows");
    view->sort = (enum haul_sort)named;
    view->descending = json_is_true(json_object_get(object, "descending"));
    view->changed = json_is_true(json_object_get(object, "changed"));
    view->marked = json_is_true(json_object_get(object, "marked"));
    view->secrets = json_is_true(json_object_get(object, "secrets"));
    view->search = json_string_value(json_object_get(object, "search"));
    view->filter = json_string_value(json_object_get(object, "filter"));
    view->find = json_string_value(json_object_get(object, "find"));
    return json_to_states(json_object_get(object, "states"), &view->states, err);
}

enum haul_err json_from_hosts_view(json_t *object, const struct haul_hosts_view *view,
                                   struct haul_error *err)
{
    json_object_set_new(object, "sort", json_string(haul_host_sort_name(view->sort)));
    json_object_set_new(object, "descending", json_boolean(view->descending));
    json_object_set_new(object, "offset", json_from_u64(view->offset));
    json_object_set_new(object, "rows", json_integer(view->rows));
    if (!add_words(object, "search", view->search) || !add_words(object, "follow", view->follow))
        return haul_fail(err, HAUL_E_RPC, "what is looked for is not valid UTF-8");
    return HAUL_OK;
}

enum haul_err json_to_hosts_view(const json_t *object, struct haul_hosts_view *view,
                                 struct haul_error *err)
{
    static const struct field numbers[] = {
        {"offset", KIND_U64, offsetof(struct haul_hosts_view, offset)},
        {"rows", KIND_U32, offsetof(struct haul_hosts_view, rows)},
        {"interval_ms", KIND_U32, offsetof(struct haul_hosts_view, interval_ms)},
    };
    int named = 0;

    for (size_t i = 0; i < COUNT_OF(numbers); i++) {
        const json_t *value = json_object_get(object, numbers[i].name);

        if (value && !json_field_to(&numbers[i], value, view))
            return haul_fail(err, HAUL_E_RPC, "%s: the number is out of range", numbers[i].name);
    }
    if (!json_read_name(json_object_get(object, "sort"), haul_host_sort_from_name, &named))
        return haul_fail(err, HAUL_E_RPC, "sort: that is no order of hosts that haul knows");
    view->sort = (enum haul_host_sort)named;
    view->descending = json_is_true(json_object_get(object, "descending"));
    view->search = json_string_value(json_object_get(object, "search"));
    view->follow = json_string_value(json_object_get(object, "follow"));
    return HAUL_OK;
}
