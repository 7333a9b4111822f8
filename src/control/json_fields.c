/* Structs as JSON and back, by a table of their fields: one table for both directions, so that they
 * can't drift apart.
 *
 * "Not known" and "never" are null. Enums travel by name. Numbers are JSON integers; nothing is a
 * float. What comes in is checked for type and range; a field that is missing has its default, so
 * that a newer peer may leave out what became superfluous. */

#include "control/json_fields.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "control/json.h"

static json_t *field_from(const struct field *field, const void *record)
{
    const void *at = (const char *)record + field->offset;

    switch (field->kind) {
    case KIND_U64:
        return json_from_u64(*(const uint64_t *)at);
    case KIND_U32:
        return json_integer(*(const uint32_t *)at);
    case KIND_INT:
        return json_integer(*(const int *)at);
    case KIND_KNOWN:
        return *(const int64_t *)at < 0 ? json_null() : json_integer(*(const int64_t *)at);
    case KIND_TIME:
        return *(const int64_t *)at == 0 ? json_null() : json_integer(*(const int64_t *)at);
    case KIND_END:
        return *(const uint64_t *)at == UINT64_MAX ? json_null()
                                                   : json_from_u64(*(const uint64_t *)at);
    case KIND_BOOL:
        return json_boolean(*(const bool *)at);
    case KIND_TEXT:
        return json_from_text(*(const char *const *)at);
    case KIND_MAYBE:
        return *(const char *const *)at ? json_from_text(*(const char *const *)at) : json_null();
    case KIND_STATE:
        return json_string(haul_state_name(*(const enum haul_state *)at));
    case KIND_PHASE:
        return json_string(haul_phase_name(*(const enum haul_phase *)at));
    case KIND_PRIORITY:
        return json_string(haul_priority_name(*(const enum haul_priority *)at));
    case KIND_ERR:
        return *(const enum haul_err *)at == HAUL_OK
                   ? json_null()
                   : json_string(haul_err_name(*(const enum haul_err *)at));
    }
    return json_null();
}

json_t *json_record_from(const struct field *fields, size_t count, const void *record)
{
    json_t *object = json_object();

    for (size_t i = 0; i < count; i++)
        json_object_set_new(object, fields[i].name, field_from(&fields[i], record));
    return object;
}

bool json_read_number(const json_t *value, uint64_t max, uint64_t absent, uint64_t *ret_number)
{
    json_int_t number = json_integer_value(value);

    if (!value || json_is_null(value)) {
        *ret_number = absent;
        return true;
    }
    if (!json_is_integer(value) || number < 0 || (uint64_t)number > max)
        return false;
    *ret_number = (uint64_t)number;
    return true;
}

bool json_read_name(const json_t *value, int (*from_name)(const char *), int *ret_number)
{
    int number;

    if (!value) {
        *ret_number = 0;
        return true;
    }
    if (!json_is_string(value))
        return false;
    number = from_name(json_string_value(value));
    if (number < 0)
        return false;
    *ret_number = number;
    return true;
}

/* The same for what a daemon tells: a name that a newer one made up is INSTEAD. */
static bool read_newer(const json_t *value, int (*from_name)(const char *), int instead,
                       int *ret_number)
{
    if (json_read_name(value, from_name, ret_number))
        return true;
    *ret_number = instead;
    return json_is_string(value);
}

bool json_field_to(const struct field *field, const json_t *value, void *record)
{
    void *at = (char *)record + field->offset;
    uint64_t number = 0;
    int named = 0;

    switch (field->kind) {
    case KIND_U64:
        return json_read_number(value, INT64_MAX, 0, at);
    case KIND_END:
        return json_read_number(value, INT64_MAX, UINT64_MAX, at);
    case KIND_U32:
        if (!json_read_number(value, UINT32_MAX, 0, &number))
            return false;
        *(uint32_t *)at = (uint32_t)number;
        return true;
    case KIND_INT:
        if (!json_read_number(value, INT32_MAX, 0, &number))
            return false;
        *(int *)at = (int)number;
        return true;
    case KIND_KNOWN:
    case KIND_TIME:
        if (!json_read_number(value, INT64_MAX, field->kind == KIND_KNOWN ? UINT64_MAX : 0,
                              &number))
            return false;
        *(int64_t *)at = number == UINT64_MAX ? -1 : (int64_t)number;
        return true;
    case KIND_BOOL:
        *(bool *)at = json_is_true(value);
        return !value || json_is_boolean(value);
    case KIND_TEXT:
        if (value && !json_is_string(value))
            return false;
        *(char **)at = xstrdup(value ? json_string_value(value) : "");
        return true;
    case KIND_MAYBE:
        if (value && !json_is_null(value) && !json_is_string(value))
            return false;
        xstrset(at, json_string_value(value));
        return true;
    case KIND_STATE:
        if (!read_newer(value, haul_state_from_name, HAUL_WAITING, &named))
            return false;
        *(enum haul_state *)at = (enum haul_state)named;
        return true;
    case KIND_PHASE:
        if (!read_newer(value, haul_phase_from_name, HAUL_PHASE_NONE, &named))
            return false;
        *(enum haul_phase *)at = (enum haul_phase)named;
        return true;
    case KIND_PRIORITY:
        if (!read_newer(value, haul_priority_from_name, HAUL_PRIORITY_NORMAL, &named))
            return false;
        *(enum haul_priority *)at = (enum haul_priority)named;
        return true;
    case KIND_ERR:
        if (value && !json_is_null(value) && !json_is_string(value))
            return false;
        *(enum haul_err *)at =
            json_is_string(value) ? haul_err_from_name(json_string_value(value)) : HAUL_OK;
        return true;
    }
    return false;
}

enum haul_err json_record_to(const struct field *fields, size_t count, const json_t *json,
                             void *record, struct haul_error *err)
{
    if (!json_is_object(json))
        return haul_fail(err, HAUL_E_RPC, "the answer lacks an object");
    for (size_t i = 0; i < count; i++) {
        if (!json_field_to(&fields[i], json_object_get(json, fields[i].name), record))
            return haul_fail(err, HAUL_E_RPC, "the answer has an unusable value for \"%s\"",
                             fields[i].name);
    }
    return HAUL_OK;
}
