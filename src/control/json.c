/* haul's structs as JSON and back. Each struct's fields stand in one table that both directions
 * use, so they can't drift apart.
 *
 * "Not known" and "never" are null. Enums travel by name. Numbers are JSON integers; nothing is a
 * float. What comes in is checked for type and range; a field that is missing has its default, so
 * that a newer peer may leave out what became superfluous. */

#include "control/json.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/path.h"
#include "base/str.h"
#include "base/text.h"
#include "control/proto.h"

enum kind {
    KIND_U64,
    KIND_U32,
    KIND_INT,
    KIND_KNOWN, /* int64_t, -1 ↔ null */
    KIND_TIME,  /* int64_t, 0 ↔ null */
    KIND_END,   /* uint64_t, UINT64_MAX ↔ null */
    KIND_BOOL,
    KIND_TEXT,  /* char *, never NULL */
    KIND_MAYBE, /* char *, NULL ↔ null */
    KIND_STATE,
    KIND_PHASE,
    KIND_PRIORITY,
    KIND_ERR, /* HAUL_OK ↔ null */
};

struct field {
    const char *name;
    enum kind kind;
    size_t offset;
};

static const struct field item_fields[] = {
    {"id", KIND_U64, offsetof(struct haul_item, id)},
    {"position", KIND_U64, offsetof(struct haul_item, position)},
    {"version", KIND_U64, offsetof(struct haul_item, version)},
    {"state", KIND_STATE, offsetof(struct haul_item, state)},
    {"phase", KIND_PHASE, offsetof(struct haul_item, phase)},
    {"priority", KIND_PRIORITY, offsetof(struct haul_item, priority)},
    {"error", KIND_ERR, offsetof(struct haul_item, err)},
    {"http_status", KIND_INT, offsetof(struct haul_item, http_status)},
    {"connections", KIND_U32, offsetof(struct haul_item, connections)},
    {"tries", KIND_U32, offsetof(struct haul_item, tries)},
    {"total", KIND_KNOWN, offsetof(struct haul_item, total)},
    {"done", KIND_U64, offsetof(struct haul_item, done)},
    {"rate", KIND_U64, offsetof(struct haul_item, rate)},
    {"eta", KIND_KNOWN, offsetof(struct haul_item, eta)},
    {"start_at", KIND_TIME, offsetof(struct haul_item, start_at)},
    {"off_hours", KIND_BOOL, offsetof(struct haul_item, off_hours)},
    {"retry_at", KIND_TIME, offsetof(struct haul_item, retry_at)},
    {"added_at", KIND_TIME, offsetof(struct haul_item, added_at)},
    {"started_at", KIND_TIME, offsetof(struct haul_item, started_at)},
    {"finished_at", KIND_TIME, offsetof(struct haul_item, finished_at)},
    {"name", KIND_TEXT, offsetof(struct haul_item, name)},
    {"dir", KIND_TEXT, offsetof(struct haul_item, dir)},
    {"url", KIND_TEXT, offsetof(struct haul_item, url)},
    {"note", KIND_TEXT, offsetof(struct haul_item, note)},
};

static const struct field totals_fields[] = {
    {"rate", KIND_U64, offsetof(struct haul_totals, rate)},
    {"received", KIND_U64, offsetof(struct haul_totals, received)},
    {"left", KIND_KNOWN, offsetof(struct haul_totals, left)},
    {"eta", KIND_KNOWN, offsetof(struct haul_totals, eta)},
    {"disk_free", KIND_KNOWN, offsetof(struct haul_totals, disk_free)},
    {"limit", KIND_U64, offsetof(struct haul_totals, limit)},
    {"jobs", KIND_U32, offsetof(struct haul_totals, jobs)},
    {"connections", KIND_U32, offsetof(struct haul_totals, connections)},
    {"limit_scheduled", KIND_BOOL, offsetof(struct haul_totals, limit_scheduled)},
    {"jobs_scheduled", KIND_BOOL, offsetof(struct haul_totals, jobs_scheduled)},
    {"off_hours", KIND_BOOL, offsetof(struct haul_totals, off_hours)},
    {"hours_until", KIND_TIME, offsetof(struct haul_totals, hours_until)},
};

static const struct field fact_fields[] = {
    {"name", KIND_TEXT, offsetof(struct haul_fact, name)},
    {"value", KIND_TEXT, offsetof(struct haul_fact, value)},
};

static const struct field span_fields[] = {
    {"start", KIND_U64, offsetof(struct haul_span, start)},
    {"pos", KIND_U64, offsetof(struct haul_span, pos)},
    {"end", KIND_END, offsetof(struct haul_span, end)},
    {"rate", KIND_U64, offsetof(struct haul_span, rate)},
    {"active", KIND_BOOL, offsetof(struct haul_span, active)},
};

static const struct field connection_fields[] = {
    {"pos", KIND_U64, offsetof(struct haul_connection, pos)},
    {"end", KIND_END, offsetof(struct haul_connection, end)},
    {"came", KIND_U64, offsetof(struct haul_connection, came)},
    {"rate", KIND_U64, offsetof(struct haul_connection, rate)},
    {"source", KIND_TEXT, offsetof(struct haul_connection, source)},
    {"doing", KIND_TEXT, offsetof(struct haul_connection, doing)},
};

static const struct field event_fields[] = {
    {"at", KIND_TIME, offsetof(struct haul_event, at)},
    {"text", KIND_TEXT, offsetof(struct haul_event, text)},
};

static const struct field host_fields[] = {
    {"name", KIND_TEXT, offsetof(struct haul_host, name)},
    {"connections", KIND_U32, offsetof(struct haul_host, connections)},
    {"cap", KIND_U32, offsetof(struct haul_host, cap)},
    {"learned", KIND_BOOL, offsetof(struct haul_host, learned)},
    {"rate", KIND_U64, offsetof(struct haul_host, rate)},
    {"rest_until", KIND_TIME, offsetof(struct haul_host, rest_until)},
    {"no_ranges", KIND_BOOL, offsetof(struct haul_host, no_ranges)},
};

static const struct field past_fields[] = {
    {"id", KIND_U64, offsetof(struct haul_past, id)},
    {"state", KIND_STATE, offsetof(struct haul_past, state)},
    {"skipped", KIND_BOOL, offsetof(struct haul_past, skipped)},
    {"error", KIND_ERR, offsetof(struct haul_past, err)},
    {"http_status", KIND_INT, offsetof(struct haul_past, http_status)},
    {"size", KIND_KNOWN, offsetof(struct haul_past, size)},
    {"added_at", KIND_TIME, offsetof(struct haul_past, added_at)},
    {"finished_at", KIND_TIME, offsetof(struct haul_past, finished_at)},
    {"name", KIND_TEXT, offsetof(struct haul_past, name)},
    {"dir", KIND_TEXT, offsetof(struct haul_past, dir)},
    {"url", KIND_TEXT, offsetof(struct haul_past, url)},
    {"final_url", KIND_MAYBE, offsetof(struct haul_past, final_url)},
    {"host", KIND_TEXT, offsetof(struct haul_past, host)},
    {"digest", KIND_MAYBE, offsetof(struct haul_past, digest)},
};

json_t *json_from_u64(uint64_t value)
{
    return json_integer(value > INT64_MAX ? INT64_MAX : (json_int_t)value);
}

json_t *json_from_text(const char *text)
{
    json_t *value = json_string(text);
    char *clean;

    if (value)
        return value;
    clean = text_clean_dup(text_raw_from(text), strlen(text) * 3 + 1);
    value = json_string(clean);
    free(clean);
    return value;
}

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

static json_t *record_from(const struct field *fields, size_t count, const void *record)
{
    json_t *object = json_object();

    for (size_t i = 0; i < count; i++)
        json_object_set_new(object, fields[i].name, field_from(&fields[i], record));
    return object;
}

/* A non-negative integer up to MAX; absent and null count as DEFAULT. */
static bool read_number(const json_t *value, uint64_t max, uint64_t absent, uint64_t *ret_number)
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

/* The value of the enum whose name VALUE is. Absent is 0. */
static bool read_name(const json_t *value, int (*from_name)(const char *), int *ret_number)
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
    if (read_name(value, from_name, ret_number))
        return true;
    *ret_number = instead;
    return json_is_string(value);
}

static bool field_to(const struct field *field, const json_t *value, void *record)
{
    void *at = (char *)record + field->offset;
    uint64_t number = 0;
    int named = 0;

    switch (field->kind) {
    case KIND_U64:
        return read_number(value, INT64_MAX, 0, at);
    case KIND_END:
        return read_number(value, INT64_MAX, UINT64_MAX, at);
    case KIND_U32:
        if (!read_number(value, UINT32_MAX, 0, &number))
            return false;
        *(uint32_t *)at = (uint32_t)number;
        return true;
    case KIND_INT:
        if (!read_number(value, INT32_MAX, 0, &number))
            return false;
        *(int *)at = (int)number;
        return true;
    case KIND_KNOWN:
    case KIND_TIME:
        if (!read_number(value, INT64_MAX, field->kind == KIND_KNOWN ? UINT64_MAX : 0, &number))
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

/* Fills the fields of a zeroed RECORD. On failure the strings that were set are the caller's. */
static enum haul_err record_to(const struct field *fields, size_t count, const json_t *json,
                               void *record, struct haul_error *err)
{
    if (!json_is_object(json))
        return haul_fail(err, HAUL_E_RPC, "the answer lacks an object");
    for (size_t i = 0; i < count; i++) {
        if (!field_to(&fields[i], json_object_get(json, fields[i].name), record))
            return haul_fail(err, HAUL_E_RPC, "the answer has an unusable value for \"%s\"",
                             fields[i].name);
    }
    return HAUL_OK;
}

json_t *json_from_item(const struct haul_item *item)
{
    return record_from(item_fields, COUNT_OF(item_fields), item);
}

/* A state that is newer than we are counts as waiting: the item is not over, and nothing is to be
 * seen of it. Its note tells. */
static void note_unknown_state(const json_t *json, struct haul_item *item)
{
    const char *state = json_string_value(json_object_get(json, "state"));

    if (!state || haul_state_from_name(state) >= 0 || item->note[0] != '\0')
        return;
    free(item->note);
    item->note = xasprintf("%.40s (the daemon is of a newer haul)", state);
}

enum haul_err json_to_item(const json_t *json, struct haul_item *ret_item, struct haul_error *err)
{
    struct haul_item item = {0};
    enum haul_err code = record_to(item_fields, COUNT_OF(item_fields), json, &item, err);

    if (code == HAUL_OK)
        note_unknown_state(json, &item);
    if (code != HAUL_OK)
        haul_item_fini(&item);
    else
        *ret_item = item;
    return code;
}

json_t *json_from_past(const struct haul_past *past)
{
    json_t *object = record_from(past_fields, COUNT_OF(past_fields), past);
    char *dir = text_clean_dup(text_raw_from(past->dir), 4096);

    json_object_set_new(object, "dir", json_string(dir));
    free(dir);
    return object;
}

enum haul_err json_to_past(const json_t *json, struct haul_past *ret_past, struct haul_error *err)
{
    struct haul_past past = {0};
    enum haul_err code = record_to(past_fields, COUNT_OF(past_fields), json, &past, err);

    if (code != HAUL_OK)
        haul_past_fini(&past);
    else
        *ret_past = past;
    return code;
}

char *haul_item_json(const struct haul_item *item)
{
    json_t *json = json_from_item(item);
    char *text = proto_text(json, NULL);

    json_decref(json);
    return text;
}

static json_t *counts_from(const uint64_t counts[HAUL_STATE_COUNT])
{
    json_t *object = json_object();

    for (int state = 0; state < HAUL_STATE_COUNT; state++)
        json_object_set_new(object, haul_state_name((enum haul_state)state),
                            json_from_u64(counts[state]));
    return object;
}

static enum haul_err counts_to(const json_t *object, uint64_t counts[HAUL_STATE_COUNT],
                               struct haul_error *err)
{
    for (int state = 0; state < HAUL_STATE_COUNT; state++) {
        const char *name = haul_state_name((enum haul_state)state);

        if (!read_number(json_object_get(object, name), INT64_MAX, 0, &counts[state]))
            return haul_fail(err, HAUL_E_RPC, "the answer has an unusable count of %s items", name);
    }
    return HAUL_OK;
}

json_t *json_from_host(const struct haul_host *host)
{
    json_t *object = record_from(host_fields, COUNT_OF(host_fields), host);

    json_object_set_new(object, "counts", counts_from(host->counts));
    return object;
}

enum haul_err json_to_host(const json_t *json, struct haul_host *ret_host, struct haul_error *err)
{
    struct haul_host host = {0};
    enum haul_err code = record_to(host_fields, COUNT_OF(host_fields), json, &host, err);

    if (code == HAUL_OK)
        code = counts_to(json_object_get(json, "counts"), host.counts, err);
    if (code != HAUL_OK)
        haul_host_fini(&host);
    else
        *ret_host = host;
    return code;
}

json_t *json_from_totals(const struct haul_totals *totals)
{
    json_t *object = record_from(totals_fields, COUNT_OF(totals_fields), totals);

    json_object_set_new(object, "counts", counts_from(totals->counts));
    if (totals->trouble[0])
        json_object_set_new(object, "trouble", json_string(totals->trouble));
    return object;
}

static void read_trouble(const json_t *json, struct haul_totals *totals)
{
    const char *text = json_string_value(json_object_get(json, "trouble"));
    char *clean;

    if (!text)
        return;
    clean = text_clean_dup(text_raw_from(text), sizeof totals->trouble - 1);
    str_copy(totals->trouble, sizeof totals->trouble, clean);
    free(clean);
}

enum haul_err json_to_totals(const json_t *json, struct haul_totals *ret_totals,
                             struct haul_error *err)
{
    struct haul_totals totals = {0};
    const json_t *counts = json_object_get(json, "counts");
    enum haul_err code = record_to(totals_fields, COUNT_OF(totals_fields), json, &totals, err);

    if (code != HAUL_OK)
        return code;
    code = counts_to(counts, totals.counts, err);
    if (code != HAUL_OK)
        return code;
    read_trouble(json, &totals);
    *ret_totals = totals;
    return HAUL_OK;
}

/* An array of records of SIZE bytes each. */
static json_t *array_from(const struct field *fields, size_t field_count, const void *records,
                          size_t count, size_t size)
{
    json_t *array = json_array();

    for (size_t i = 0; i < count; i++)
        json_array_append_new(array,
                              record_from(fields, field_count, (const char *)records + i * size));
    return array;
}

/* Always leaves an array that the caller frees with its strings, also on failure. */
static enum haul_err array_to(const struct field *fields, size_t field_count, const json_t *array,
                              void **ret_records, size_t *ret_count, size_t size,
                              struct haul_error *err)
{
    size_t count = json_array_size(array);
    char *records = count > 0 ? xcalloc(count, size) : NULL;
    enum haul_err code = HAUL_OK;

    for (size_t i = 0; i < count && code == HAUL_OK; i++)
        code = record_to(fields, field_count, json_array_get(array, i), records + i * size, err);
    *ret_records = records;
    *ret_count = count;
    return code;
}

json_t *json_from_detail(const struct haul_detail *detail)
{
    json_t *object = json_object();

    json_object_set_new(object, "item", json_from_item(&detail->item));
    json_object_set_new(object, "facts",
                        array_from(fact_fields, COUNT_OF(fact_fields), detail->facts,
                                   detail->fact_count, sizeof *detail->facts));
    json_object_set_new(object, "options",
                        array_from(fact_fields, COUNT_OF(fact_fields), detail->options,
                                   detail->option_count, sizeof *detail->options));
    json_object_set_new(object, "spans",
                        array_from(span_fields, COUNT_OF(span_fields), detail->spans,
                                   detail->span_count, sizeof *detail->spans));
    json_object_set_new(object, "events",
                        array_from(event_fields, COUNT_OF(event_fields), detail->events,
                                   detail->event_count, sizeof *detail->events));
    json_object_set_new(object, "connections",
                        array_from(connection_fields, COUNT_OF(connection_fields),
                                   detail->connections, detail->connection_count,
                                   sizeof *detail->connections));
    json_object_set_new(object, "rates", json_from_ids(detail->rates, detail->rate_count));
    json_object_set_new(object, "diagnosis",
                        json_from_text(detail->diagnosis ? detail->diagnosis : ""));
    return object;
}

/* Whatever comes in, no more than HAUL_RATES_MAX are taken. */
static enum haul_err rates_to(const json_t *array, struct haul_detail *detail,
                              struct haul_error *err)
{
    size_t count = MIN(json_array_size(array), (size_t)HAUL_RATES_MAX);

    detail->rates = count > 0 ? xcalloc(count, sizeof *detail->rates) : NULL;
    detail->rate_count = count;
    for (size_t i = 0; i < count; i++) {
        if (!read_number(json_array_get(array, i), INT64_MAX, 0, &detail->rates[i]))
            return haul_fail(err, HAUL_E_RPC, "the answer has an unusable rate");
    }
    return HAUL_OK;
}

static enum haul_err diagnosis_to(const json_t *text, struct haul_detail *detail,
                                  struct haul_error *err)
{
    if (text && !json_is_string(text))
        return haul_fail(err, HAUL_E_RPC, "the answer has an unusable diagnosis");
    detail->diagnosis = text ? xstrdup(json_string_value(text)) : NULL;
    return HAUL_OK;
}

enum haul_err json_to_detail(const json_t *json, struct haul_detail *ret_detail,
                             struct haul_error *err)
{
    struct haul_detail detail = {0};
    void *facts = NULL, *options = NULL, *spans = NULL, *events = NULL, *connections = NULL;
    enum haul_err code = json_to_item(json_object_get(json, "item"), &detail.item, err);

    if (code == HAUL_OK)
        code = array_to(fact_fields, COUNT_OF(fact_fields), json_object_get(json, "facts"), &facts,
                        &detail.fact_count, sizeof *detail.facts, err);
    if (code == HAUL_OK)
        code = array_to(fact_fields, COUNT_OF(fact_fields), json_object_get(json, "options"),
                        &options, &detail.option_count, sizeof *detail.options, err);
    if (code == HAUL_OK)
        code = array_to(span_fields, COUNT_OF(span_fields), json_object_get(json, "spans"), &spans,
                        &detail.span_count, sizeof *detail.spans, err);
    if (code == HAUL_OK)
        code = array_to(event_fields, COUNT_OF(event_fields), json_object_get(json, "events"),
                        &events, &detail.event_count, sizeof *detail.events, err);
    if (code == HAUL_OK)
        code = array_to(connection_fields, COUNT_OF(connection_fields),
                        json_object_get(json, "connections"), &connections,
                        &detail.connection_count, sizeof *detail.connections, err);
    if (code == HAUL_OK)
        code = rates_to(json_object_get(json, "rates"), &detail, err);
    if (code == HAUL_OK)
        code = diagnosis_to(json_object_get(json, "diagnosis"), &detail, err);
    detail.facts = facts;
    detail.options = options;
    detail.spans = spans;
    detail.events = events;
    detail.connections = connections;
    if (code != HAUL_OK)
        haul_detail_fini(&detail);
    else
        *ret_detail = detail;
    return code;
}

/* The value of a row in its travelling form; NULL when there is nothing to send. */
static json_t *option_from(const struct haul_option *option, const void *target, bool *ret_bad)
{
    json_t *list;
    char *value;

    if (option->type != HAUL_OPTION_LIST) {
        json_t *text;

        value = haul_option_get(option, target, 0);
        text = json_string(value);
        *ret_bad |= !text;
        secret_free(value);
        return text;
    }
    list = json_array();
    for (size_t i = 0; (value = haul_option_get(option, target, i)) != NULL; i++) {
        *ret_bad |= json_array_append_new(list, json_string(value)) != 0;
        secret_free(value);
    }
    return list;
}

json_t *json_from_options(const struct haul_options *options, struct haul_error *err)
{
    size_t count;
    const struct haul_option *table = haul_option_table(&count);
    json_t *object = json_object();

    for (size_t i = 0; i < count; i++) {
        const struct haul_option *option = &table[i];
        bool is_dir = option->offset == offsetof(struct haul_options, dir);
        bool bad = false;

        if (option->scope != HAUL_SCOPE_ITEM)
            continue;
        if (!haul_option_given(option, options) && !(is_dir && options->dir))
            continue;
        json_object_set_new(object, option->name, option_from(option, options, &bad));
        if (bad) {
            json_decref(object);
            (void)haul_fail(err, HAUL_E_BAD_OPTION, "%s: the value is not valid UTF-8",
                            option->name);
            return NULL;
        }
    }
    return object;
}

/* One member of an options object into TARGET, a struct of SCOPE. */
static enum haul_err option_to(const char *name, const json_t *value, enum haul_option_scope scope,
                               void *target, struct haul_error *err)
{
    const struct haul_option *option = haul_option_find(name);
    enum haul_err code = HAUL_OK;

    if (!option || option->scope != scope)
        return haul_fail(err, HAUL_E_BAD_OPTION, "there is no %s option \"%s\"",
                         scope == HAUL_SCOPE_ITEM ? "item" : "session", name);
    if (json_is_string(value))
        return haul_option_set(option, target, json_string_value(value), err);
    if (option->type != HAUL_OPTION_LIST || !json_is_array(value))
        return haul_fail(err, HAUL_E_BAD_OPTION, "%s: the value must be a string", name);
    for (size_t i = 0; i < json_array_size(value) && code == HAUL_OK; i++) {
        const char *text = json_string_value(json_array_get(value, i));

        if (!text)
            return haul_fail(err, HAUL_E_BAD_OPTION, "%s: the values must be strings", name);
        code = haul_option_set(option, target, text, err);
    }
    return code;
}

/* json_object_foreach() needs a tree that may be changed; nothing here does. */
static json_t *unconst(const json_t *json)
{
    return (json_t *)(uintptr_t)json;
}

static enum haul_err options_to(const json_t *json, enum haul_option_scope scope, void *target,
                                struct haul_error *err)
{
    enum haul_err code = HAUL_OK;
    const char *name;
    json_t *value;

    json_object_foreach(unconst(json), name, value)
    {
        code = option_to(name, value, scope, target, err);
        if (code != HAUL_OK)
            break;
    }
    return code;
}

enum haul_err json_to_given(const json_t *json, struct haul_options **ret_options,
                            struct haul_error *err)
{
    struct haul_options *options = haul_options_new();
    enum haul_err code = options_to(json, HAUL_SCOPE_ITEM, options, err);

    if (code != HAUL_OK)
        haul_options_unref(options);
    else
        *ret_options = options;
    return code;
}

/* The folder as a client may name it that can't look at this machine: below our home, or none. What
 * is neither that nor absolute is refused. */
static void settle_dir(struct haul_options *options)
{
    char *dir = NULL;

    if (!options->dir)
        dir = path_daemon_download_dir();
    else if (strcmp(options->dir, "~") == 0 || str_starts(options->dir, "~/"))
        dir = path_absolute(options->dir);
    if (!dir)
        return;
    free(options->dir);
    options->dir = dir;
}

enum haul_err json_to_options(const json_t *json, struct haul_options **ret_options,
                              struct haul_error *err)
{
    struct haul_options *options = haul_options_new();
    enum haul_err code = options_to(json, HAUL_SCOPE_ITEM, options, err);

    settle_dir(options);
    if (code == HAUL_OK && options->dir[0] != '/')
        code = haul_fail(err, HAUL_E_BAD_OPTION, "dir: an absolute path is needed here");
    if (code != HAUL_OK)
        haul_options_unref(options);
    else
        *ret_options = options;
    return code;
}

json_t *json_from_settings(const struct haul_settings *settings, bool all)
{
    size_t count;
    const struct haul_option *table = haul_option_table(&count);
    json_t *object = json_object();

    for (size_t i = 0; i < count; i++) {
        const struct haul_option *option = &table[i];
        bool bad = false;

        if (option->scope != HAUL_SCOPE_SESSION || option->secret)
            continue;
        if (!all && haul_settings_drops(settings, option))
            json_object_set_new(object, option->name, json_null());
        else if (all || haul_option_given(option, settings))
            json_object_set_new(object, option->name, option_from(option, settings, &bad));
    }
    return object;
}

json_t *json_from_given_settings(const struct haul_settings *settings)
{
    size_t count;
    const struct haul_option *table = haul_option_table(&count);
    json_t *names = json_array();

    for (size_t i = 0; i < count; i++) {
        if (table[i].scope == HAUL_SCOPE_SESSION && haul_option_given(&table[i], settings))
            json_array_append_new(names, json_string(table[i].name));
    }
    return names;
}

static bool has_name(const json_t *names, const char *name)
{
    for (size_t i = 0; i < json_array_size(names); i++) {
        const char *one = json_string_value(json_array_get(names, i));

        if (one && strcmp(one, name) == 0)
            return true;
    }
    return false;
}

void json_to_given_settings(const json_t *names, struct haul_settings *settings)
{
    size_t count;
    const struct haul_option *table = haul_option_table(&count);

    for (size_t i = 0; i < count && json_is_array(names); i++) {
        if (table[i].scope == HAUL_SCOPE_SESSION)
            haul_option_mark(&table[i], settings, has_name(names, table[i].name));
    }
}

/* null: as configured again. */
static enum haul_err setting_to(const char *name, const json_t *value,
                                struct haul_settings *settings, struct haul_error *err)
{
    const struct haul_option *option = haul_option_find(name);

    if (!json_is_null(value) || !option || option->scope != HAUL_SCOPE_SESSION)
        return option_to(name, value, HAUL_SCOPE_SESSION, settings, err);
    haul_settings_drop(settings, option);
    return HAUL_OK;
}

static bool is_setting(const char *name)
{
    const struct haul_option *option = haul_option_find(name);

    return option && option->scope == HAUL_SCOPE_SESSION;
}

enum haul_err json_to_settings(const json_t *json, bool only_known,
                               struct haul_settings *ret_settings, struct haul_error *err)
{
    struct haul_settings settings;
    enum haul_err code = HAUL_OK;
    const char *name;
    json_t *value;

    haul_settings_init(&settings);
    json_object_foreach(unconst(json), name, value)
    {
        if (only_known || is_setting(name))
            code = setting_to(name, value, &settings, err);
        if (code != HAUL_OK)
            break;
    }
    if (code == HAUL_OK)
        *ret_settings = settings;
    return code;
}

enum haul_err json_from_view(json_t *object, const struct haul_view *view, struct haul_error *err)
{
    json_t *states = json_array();

    for (unsigned state = 0; state < HAUL_STATE_COUNT; state++) {
        if (view->states & (1u << state))
            json_array_append_new(states, json_string(haul_state_name((enum haul_state)state)));
    }
    json_object_set_new(object, "states", states);
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
    if ((view->search && json_object_set_new(object, "search", json_string(view->search)) != 0) ||
        (view->filter && json_object_set_new(object, "filter", json_string(view->filter)) != 0) ||
        (view->find && json_object_set_new(object, "find", json_string(view->find)) != 0))
        return haul_fail(err, HAUL_E_RPC, "what is looked for is not valid UTF-8");
    return HAUL_OK;
}

static enum haul_err states_to(const json_t *array, uint32_t *ret_states, struct haul_error *err)
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

        if (value && !field_to(&numbers[i], value, view))
            return haul_fail(err, HAUL_E_RPC, "%s: the number is out of range", numbers[i].name);
    }
    if (!read_name(sort, haul_sort_from_name, &named))
        return haul_fail(err, HAUL_E_RPC, "sort: that is no order that haul knows");
    view->sort = (enum haul_sort)named;
    view->descending = json_is_true(json_object_get(object, "descending"));
    view->changed = json_is_true(json_object_get(object, "changed"));
    view->marked = json_is_true(json_object_get(object, "marked"));
    view->secrets = json_is_true(json_object_get(object, "secrets"));
    view->search = json_string_value(json_object_get(object, "search"));
    view->filter = json_string_value(json_object_get(object, "filter"));
    view->find = json_string_value(json_object_get(object, "find"));
    return states_to(json_object_get(object, "states"), &view->states, err);
}

enum haul_err json_from_hosts_view(json_t *object, const struct haul_hosts_view *view,
                                   struct haul_error *err)
{
    json_object_set_new(object, "sort", json_string(haul_host_sort_name(view->sort)));
    json_object_set_new(object, "descending", json_boolean(view->descending));
    json_object_set_new(object, "offset", json_from_u64(view->offset));
    json_object_set_new(object, "rows", json_integer(view->rows));
    if ((view->search && json_object_set_new(object, "search", json_string(view->search)) != 0) ||
        (view->follow && json_object_set_new(object, "follow", json_string(view->follow)) != 0))
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

        if (value && !field_to(&numbers[i], value, view))
            return haul_fail(err, HAUL_E_RPC, "%s: the number is out of range", numbers[i].name);
    }
    if (!read_name(json_object_get(object, "sort"), haul_host_sort_from_name, &named))
        return haul_fail(err, HAUL_E_RPC, "sort: that is no order of hosts that haul knows");
    view->sort = (enum haul_host_sort)named;
    view->descending = json_is_true(json_object_get(object, "descending"));
    view->search = json_string_value(json_object_get(object, "search"));
    view->follow = json_string_value(json_object_get(object, "follow"));
    return HAUL_OK;
}

json_t *json_from_ids(const uint64_t *ids, size_t count)
{
    json_t *array = json_array();

    for (size_t i = 0; i < count; i++)
        json_array_append_new(array, json_from_u64(ids[i]));
    return array;
}

enum haul_err json_to_ids(const json_t *array, uint64_t **ret_ids, size_t *ret_count,
                          struct haul_error *err)
{
    size_t count = json_array_size(array);
    uint64_t *ids = count > 0 ? xcalloc(count, sizeof *ids) : NULL;

    for (size_t i = 0; i < count; i++) {
        json_int_t id = json_integer_value(json_array_get(array, i));

        if (id <= 0) {
            free(ids);
            return haul_fail(err, HAUL_E_RPC, "an id is a positive integer");
        }
        ids[i] = (uint64_t)id;
    }
    *ret_ids = ids;
    *ret_count = count;
    return HAUL_OK;
}

static json_t *cleaned_string(json_t *value)
{
    const char *raw = json_string_value(value);
    char *clean = text_clean_dup(text_raw_from(raw), strlen(raw) * 3 + 1);

    if (strcmp(raw, clean) != 0)
        json_string_set(value, clean);
    free(clean);
    return value;
}

json_t *json_cleaned(json_t *value)
{
    const char *name;
    json_t *member;
    size_t i;

    if (json_is_string(value))
        return cleaned_string(value);
    json_array_foreach(value, i, member)
    {
        json_cleaned(member);
    }
    json_object_foreach(value, name, member)
    {
        json_cleaned(member);
    }
    return value;
}
