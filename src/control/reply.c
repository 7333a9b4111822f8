/* Answers of the daemon as the structs that a client's callbacks are given.
 *
 * Pure. A result may be anything that JSON can say: what does not fit is an error of the call, and
 * nothing of it reaches the callback. Strings have been cleaned before they come here. */

#include "control/reply.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "control/json.h"
#include "control/json_options.h"

static const char *const method_names[] = {
    [CALL_HELLO] = "hello",
    [CALL_ADD] = "add",
    [CALL_LIST] = "list",
    [CALL_SHOW] = "show",
    [CALL_ACT] = "act",
    [CALL_MOVE] = "move",
    [CALL_CHANGE] = "change",
    [CALL_SET] = "set",
    [CALL_SETTINGS] = "settings",
    [CALL_WAIT] = "wait",
    [CALL_WATCH] = "watch",
    [CALL_UNWATCH] = "unwatch",
    [CALL_STOP] = "stop",
    [CALL_KNOWN] = "known",
    [CALL_PROBE] = "probe",
    [CALL_UNPROBE] = "unprobe",
    [CALL_MARK] = "mark",
    [CALL_FIND] = "find",
    [CALL_UNDO] = "undo",
    [CALL_LOG] = "log",
    [CALL_WATCH_LOG] = "watch_log",
    [CALL_UNWATCH_LOG] = "unwatch_log",
    [CALL_HOSTS] = "hosts",
    [CALL_WATCH_HOSTS] = "watch_hosts",
    [CALL_UNWATCH_HOSTS] = "unwatch_hosts",
    [CALL_HISTORY] = "history",
    [CALL_FORGET] = "forget",
    [CALL_PING] = "ping",
};

const char *call_method(enum call_kind kind)
{
    return method_names[kind];
}

void reply_items_free(struct haul_item *items, size_t count)
{
    for (size_t i = 0; i < count; i++)
        haul_item_fini(&items[i]);
    free(items);
}

void reply_parts_fini(struct reply_parts *parts, const struct haul_reply *reply)
{
    free(parts->ids);
    for (size_t i = 0; i < reply->had_count; i++)
        free(parts->had[i].path);
    free(parts->had);
    reply_items_free(parts->items, reply->item_count);
    haul_detail_fini(&parts->detail);
    free(parts->known);
    reply_past_free(parts->past, reply->past_count);
    free(parts->probed.name);
    haul_log_lines_free(parts->log, reply->log_count);
    reply_hosts_free(parts->hosts.rows, parts->hosts.row_count);
    free(parts->json);
}

enum haul_err reply_items(const json_t *array, struct haul_item **ret_items, size_t *ret_count,
                          struct haul_error *err)
{
    size_t count = json_array_size(array);
    struct haul_item *items = count > 0 ? xcalloc(count, sizeof *items) : NULL;

    for (size_t i = 0; i < count; i++) {
        if (json_to_item(json_array_get(array, i), &items[i], err) != HAUL_OK) {
            reply_items_free(items, i);
            return err->code;
        }
    }
    *ret_items = items;
    *ret_count = count;
    return HAUL_OK;
}

static uint64_t number_of(const json_t *object, const char *name)
{
    json_int_t number = json_integer_value(json_object_get(object, name));

    return number > 0 ? (uint64_t)number : 0;
}

void reply_hosts_free(const struct haul_host *hosts, size_t count)
{
    for (size_t i = 0; i < count; i++)
        free(hosts[i].name);
    free((void *)(uintptr_t)hosts);
}

enum haul_err reply_hosts(const json_t *array, struct haul_host **ret_hosts, size_t *ret_count,
                          struct haul_error *err)
{
    size_t count = json_array_size(array);
    struct haul_host *hosts = xcalloc(count + 1, sizeof *hosts);

    for (size_t i = 0; i < count; i++) {
        if (json_to_host(json_array_get(array, i), &hosts[i], err) != HAUL_OK) {
            reply_hosts_free(hosts, i);
            return err->code;
        }
    }
    *ret_hosts = hosts;
    *ret_count = count;
    return HAUL_OK;
}

void reply_hosts_facts(const json_t *object, struct haul_hosts *hosts)
{
    const json_t *follow = json_object_get(object, "follow_index");

    hosts->matching = number_of(object, "matching");
    hosts->offset = number_of(object, "offset");
    hosts->per_host = number_of(object, "per_host");
    hosts->follow_index =
        json_is_integer(follow) ? (uint64_t)json_integer_value(follow) : UINT64_MAX;
}

static enum haul_err decode_hosts(const json_t *result, struct haul_hosts *hosts,
                                  struct haul_error *err)
{
    struct haul_host *rows;
    enum haul_err code =
        reply_hosts(json_object_get(result, "hosts"), &rows, &hosts->row_count, err);

    if (code != HAUL_OK)
        return code;
    hosts->rows = rows;
    reply_hosts_facts(result, hosts);
    return HAUL_OK;
}

/* The links of an answer to `known`, newly allocated. */
static void decode_known(const json_t *result, struct haul_known_link **ret_known,
                         size_t *ret_count)
{
    const json_t *rows = json_object_get(result, "known");
    size_t count = json_array_size(rows);
    struct haul_known_link *known = count > 0 ? xcalloc(count, sizeof *known) : NULL;

    for (size_t i = 0; i < count; i++) {
        const json_t *row = json_array_get(rows, i);
        const char *name = json_string_value(json_object_get(row, "state"));
        int state = name ? haul_state_from_name(name) : 0;

        known[i] = (struct haul_known_link){
            .index = (size_t)number_of(row, "index"),
            .id = number_of(row, "id"),
            .state = state < 0 ? HAUL_WAITING : (enum haul_state)state, /* newer than we are */
            .finished_at = (int64_t)number_of(row, "finished_at"),
            .heals = number_of(row, "heals"),
        };
    }
    *ret_known = known;
    *ret_count = count;
}

static enum haul_err decode_had(const json_t *row, struct haul_had_link *had,
                                struct haul_error *err)
{
    const char *path = json_string_value(json_object_get(row, "path"));
    const char *by = json_string_value(json_object_get(row, "by"));

    if (!path)
        return haul_fail(err, HAUL_E_RPC, "the daemon has a file without a path");
    *had = (struct haul_had_link){
        .index = (size_t)number_of(row, "index"),
        .path = xstrdup(path),
        .size = number_of(row, "size"),
        .finished_at = (int64_t)number_of(row, "finished_at"),
        .by_digest = by && strcmp(by, "digest") == 0,
    };
    return HAUL_OK;
}

static enum haul_err decode_all_had(const json_t *result, struct reply_parts *parts,
                                    struct haul_reply *reply, struct haul_error *err)
{
    const json_t *rows = json_object_get(result, "had");
    size_t count = json_array_size(rows);

    parts->had = xcalloc(count + 1, sizeof *parts->had);
    for (size_t i = 0; i < count; i++) {
        if (decode_had(json_array_get(rows, i), &parts->had[i], err) != HAUL_OK)
            return err->code;
        reply->had_count++;
    }
    reply->had = parts->had;
    return HAUL_OK;
}

/* An id that is null: the file is here already, and `had` tells where. */
static enum haul_err decode_added(const json_t *result, struct reply_parts *parts,
                                  struct haul_reply *reply, struct haul_error *err)
{
    const json_t *ids = json_object_get(result, "ids");
    size_t count = json_array_size(ids);

    parts->ids = xcalloc(count + 1, sizeof *parts->ids);
    for (size_t i = 0; i < count; i++) {
        const json_t *id = json_array_get(ids, i);

        if (!json_is_null(id) && json_integer_value(id) <= 0)
            return haul_fail(err, HAUL_E_RPC, "the daemon told something that is no id");
        parts->ids[i] = (uint64_t)json_integer_value(id);
    }
    reply->id_count = count;
    return decode_all_had(result, parts, reply, err);
}

static enum haul_err decode_undo(const json_t *result, struct haul_reply *reply,
                                 struct haul_error *err)
{
    const char *name = json_string_value(json_object_get(result, "action"));
    int action = name ? haul_action_from_name(name) : -1;

    if (action < 0)
        return haul_fail(err, HAUL_E_RPC, "the daemon undid what is not known here");
    reply->action = (enum haul_action)action;
    reply->count = number_of(result, "count");
    return HAUL_OK;
}

static enum haul_err decode_probe(const json_t *result, struct haul_probe_answer *probed,
                                  struct haul_error *err)
{
    const json_t *size = json_object_get(result, "size");
    const char *name = json_string_value(json_object_get(result, "name"));

    if (!name)
        return haul_fail(err, HAUL_E_RPC, "the daemon tells no name");
    *probed = (struct haul_probe_answer){
        .size = json_is_integer(size) ? json_integer_value(size) : -1,
        .name = xstrdup(name),
        .ranges = json_is_true(json_object_get(result, "ranges")),
        .heals = number_of(result, "heals"),
    };
    return HAUL_OK;
}

static enum haul_err decode_list(const json_t *result, struct reply_parts *parts,
                                 struct haul_reply *reply, struct haul_error *err)
{
    reply->totals = &parts->totals;
    reply->matching = number_of(result, "matching");
    if (json_to_totals(json_object_get(result, "totals"), &parts->totals, err) != HAUL_OK ||
        reply_items(json_object_get(result, "items"), &parts->items, &reply->item_count, err) !=
            HAUL_OK)
        return err->code;
    reply->items = parts->items;
    return HAUL_OK;
}

static enum haul_err decode_settings(const json_t *result, struct reply_parts *parts,
                                     struct haul_reply *reply, struct haul_error *err)
{
    struct haul_settings *settings = &parts->settings;
    const json_t *totals = json_object_get(result, "totals");

    if (json_to_settings(json_object_get(result, "settings"), false, settings, err) != HAUL_OK)
        return err->code;
    parts->known_rows = settings->given;
    json_to_given_settings(json_object_get(result, "set"), settings);
    reply->known_rows = &parts->known_rows;
    reply->settings = settings;
    if (totals && json_to_totals(totals, &parts->totals, err) != HAUL_OK)
        return err->code;
    reply->totals = totals ? &parts->totals : NULL;
    return HAUL_OK;
}

enum haul_err reply_decode(enum call_kind kind, const json_t *result, struct reply_parts *parts,
                           struct haul_reply *reply, struct haul_error *err)
{
    enum haul_err code = HAUL_OK;

    switch (kind) {
    case CALL_ADD:
        code = decode_added(result, parts, reply, err);
        reply->ids = parts->ids;
        reply->had = parts->had;
        break;
    case CALL_LIST:
        code = decode_list(result, parts, reply, err);
        break;
    case CALL_SHOW:
        code = json_to_detail(result, &parts->detail, err);
        reply->detail = &parts->detail;
        break;
    case CALL_SET:
    case CALL_SETTINGS:
        code = decode_settings(result, parts, reply, err);
        break;
    case CALL_ACT:
    case CALL_MOVE:
    case CALL_MARK:
    case CALL_CHANGE:
    case CALL_FORGET:
        reply->count = (uint64_t)json_integer_value(json_object_get(result, "count"));
        break;
    case CALL_FIND:
        reply->id = number_of(result, "id");
        reply->index = number_of(result, "index");
        break;
    case CALL_UNDO:
        code = decode_undo(result, reply, err);
        break;
    case CALL_LOG:
        code = reply_log(result, &parts->log, &reply->log_count, &reply->log_last, err);
        reply->log = parts->log;
        break;
    case CALL_HOSTS:
        code = decode_hosts(result, &parts->hosts, err);
        reply->hosts = &parts->hosts;
        break;
    case CALL_HISTORY:
        code = reply_past(result, &parts->past, &reply->past_count, err);
        reply->past = parts->past;
        reply->next = json_string_value(json_object_get(result, "next"));
        break;
    case CALL_WAIT:
        reply->exit_status = (int)json_integer_value(json_object_get(result, "exit_status"));
        break;
    case CALL_KNOWN:
        decode_known(result, &parts->known, &reply->known_count);
        reply->known = parts->known;
        code = decode_all_had(result, parts, reply, err);
        break;
    case CALL_PROBE:
        code = decode_probe(result, &parts->probed, err);
        reply->probed = &parts->probed;
        break;
    case CALL_HELLO:
    case CALL_UNPROBE:
    case CALL_WATCH:
    case CALL_UNWATCH:
    case CALL_WATCH_LOG:
    case CALL_UNWATCH_LOG:
    case CALL_WATCH_HOSTS:
    case CALL_UNWATCH_HOSTS:
    case CALL_PING:
    case CALL_STOP:
        break;
    }
    return code;
}
