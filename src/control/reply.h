#ifndef CONTROL_REPLY_H
#define CONTROL_REPLY_H

#include <jansson.h>

#include "haul/client.h"

/* What was asked. */
enum call_kind {
    CALL_HELLO,
    CALL_ADD,
    CALL_LIST,
    CALL_SHOW,
    CALL_ACT,
    CALL_CHANGE,
    CALL_MOVE,
    CALL_SET,
    CALL_SETTINGS,
    CALL_WAIT,
    CALL_WATCH,
    CALL_UNWATCH,
    CALL_STOP,
    CALL_KNOWN,
    CALL_PROBE,
    CALL_UNPROBE,
    CALL_MARK,
    CALL_FIND,
    CALL_UNDO,
    CALL_LOG,
    CALL_WATCH_LOG,
    CALL_UNWATCH_LOG,
    CALL_HOSTS,
    CALL_WATCH_HOSTS,
    CALL_UNWATCH_HOSTS,
    CALL_HISTORY,
    CALL_FORGET,
    CALL_PING,
};

/* The method's name in the protocol. */
const char *call_method(enum call_kind kind);

/* What a reply points to. */
struct reply_parts {
    uint64_t *ids;
    struct haul_had_link *had;
    struct haul_item *items;
    struct haul_detail detail;
    struct haul_settings settings;
    struct haul_given known_rows;
    struct haul_totals totals;
    struct haul_known_link *known;
    struct haul_past *past;
    struct haul_probe_answer probed;
    struct haul_log_line *log;
    struct haul_hosts hosts;
    char *json;
};

/* Fills what REPLY has for this kind of call; it borrows from *parts, which is to be freed after
 * it, also on failure. Both begin zeroed. */
HAUL_CHECKED enum haul_err reply_decode(enum call_kind kind, const json_t *result,
                                        struct reply_parts *parts, struct haul_reply *reply,
                                        struct haul_error *err);
void reply_parts_fini(struct reply_parts *parts, const struct haul_reply *reply);

/* An array of items. */
HAUL_CHECKED enum haul_err reply_items(const json_t *array, struct haul_item **ret_items,
                                       size_t *ret_count, struct haul_error *err);
/* client_control.c: the lines of an answer to `log`, newly allocated. */
HAUL_CHECKED enum haul_err reply_log(const json_t *result, struct haul_log_line **ret_lines,
                                     size_t *ret_count, uint64_t *ret_last, struct haul_error *err);
/* An array of hosts, newly allocated. */
HAUL_CHECKED enum haul_err reply_hosts(const json_t *array, struct haul_host **ret_hosts,
                                       size_t *ret_count, struct haul_error *err);
void reply_hosts_free(const struct haul_host *hosts, size_t count);
/* The numbers beside the rows. */
void reply_hosts_facts(const json_t *object, struct haul_hosts *hosts);
/* client_history.c: the entries of an answer to `history`, newly allocated. */
HAUL_CHECKED enum haul_err reply_past(const json_t *result, struct haul_past **ret_past,
                                      size_t *ret_count, struct haul_error *err);
void reply_past_free(struct haul_past *past, size_t count);
void reply_items_free(struct haul_item *items, size_t count);

#endif
