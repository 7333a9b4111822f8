/* What a daemon tells of items, hosts and its session, as JSON and back. */

#include "control/json.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "base/text.h"
#include "control/json_fields.h"
#include "control/proto.h"
#include "haul/client.h"

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

json_t *json_from_item(const struct haul_item *item)
{
    return json_record_from(item_fields, COUNT_OF(item_fields), item);
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
    enum haul_err code = json_record_to(item_fields, COUNT_OF(item_fields), json, &item, err);

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
    json_t *object = json_record_from(past_fields, COUNT_OF(past_fields), past);
    char *dir = text_clean_dup(text_raw_from(past->dir), 4096);

    json_object_set_new(object, "dir", json_string(dir));
    free(dir);
    return object;
}

enum haul_err json_to_past(const json_t *json, struct haul_past *ret_past, struct haul_error *err)
{
    struct haul_past past = {0};
    enum haul_err code = json_record_to(past_fields, COUNT_OF(past_fields), json, &past, err);

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

        if (!json_read_number(json_object_get(object, name), INT64_MAX, 0, &counts[state]))
            return haul_fail(err, HAUL_E_RPC, "the answer has an unusable count of %s items", name);
    }
    return HAUL_OK;
}

json_t *json_from_host(const struct haul_host *host)
{
    json_t *object = json_record_from(host_fields, COUNT_OF(host_fields), host);

    json_object_set_new(object, "counts", counts_from(host->counts));
    return object;
}

enum haul_err json_to_host(const json_t *json, struct haul_host *ret_host, struct haul_error *err)
{
    struct haul_host host = {0};
    enum haul_err code = json_record_to(host_fields, COUNT_OF(host_fields), json, &host, err);

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
    json_t *object = json_record_from(totals_fields, COUNT_OF(totals_fields), totals);

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
    enum haul_err code = json_record_to(totals_fields, COUNT_OF(totals_fields), json, &totals, err);

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
        json_array_append_new(
            array, json_record_from(fields, field_count, (const char *)records + i * size));
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
        code =
            json_record_to(fields, field_count, json_array_get(array, i), records + i * size, err);
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
        if (!json_read_number(json_array_get(array, i), INT64_MAX, 0, &detail->rates[i]))
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
