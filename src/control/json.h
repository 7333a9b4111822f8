#ifndef CONTROL_JSON_H
#define CONTROL_JSON_H

#include <jansson.h>

#include "haul/client.h"
#include "haul/options.h"
#include "haul/snapshot.h"

/* haul's structs as JSON and back, as PROTOCOL.md writes them. Values returned are new references;
 * structs filled own their strings. Decoders fail with HAUL_E_RPC, leaving nothing behind, when a
 * field has the wrong type; a missing field has its type's default. */

json_t *json_from_item(const struct haul_item *item);
HAUL_CHECKED enum haul_err json_to_item(const json_t *json, struct haul_item *ret_item,
                                        struct haul_error *err);

/* The folder may be unclean, and is cleaned. */
json_t *json_from_past(const struct haul_past *past);
HAUL_CHECKED enum haul_err json_to_past(const json_t *json, struct haul_past *ret_past,
                                        struct haul_error *err);

json_t *json_from_detail(const struct haul_detail *detail);
HAUL_CHECKED enum haul_err json_to_detail(const json_t *json, struct haul_detail *ret_detail,
                                          struct haul_error *err);

json_t *json_from_totals(const struct haul_totals *totals);
HAUL_CHECKED enum haul_err json_to_totals(const json_t *json, struct haul_totals *ret_totals,
                                          struct haul_error *err);

/* Options and settings: {"long-name": "text" or ["text", …]}. What was not given is left out, but
 * for the folder, which an item always has. NULL with HAUL_E_BAD_OPTION when a value is not UTF-8
 * and so can't travel. Holds secrets: only for the way to the daemon. */
json_t *json_from_options(const struct haul_options *options, struct haul_error *err);
/* Any of an item's options, or none; otherwise as the next one. */
HAUL_CHECKED enum haul_err json_to_given(const json_t *json, struct haul_options **ret_options,
                                         struct haul_error *err);
/* *ret_options has one reference, the caller's. The folder is then there and absolute. */
HAUL_CHECKED enum haul_err json_to_options(const json_t *json, struct haul_options **ret_options,
                                           struct haul_error *err);

/* With ALL, defaults too. */
json_t *json_from_settings(const struct haul_settings *settings, bool all);
/* The names of the rows that count as given, and back: the others of SETTINGS then don't. NULL, as
 * an old daemon has it, changes nothing. */
json_t *json_from_given_settings(const struct haul_settings *settings);
void json_to_given_settings(const json_t *names, struct haul_settings *settings);
/* What is no setting here is an error with ONLY_KNOWN, as in a request, and else passed over: a
 * newer daemon may have more of them. */
HAUL_CHECKED enum haul_err json_to_settings(const json_t *json, bool only_known,
                                            struct haul_settings *ret_settings,
                                            struct haul_error *err);

/* The view's members are added to OBJECT. HAUL_E_RPC when the search is not UTF-8. */
HAUL_CHECKED enum haul_err json_from_view(json_t *object, const struct haul_view *view,
                                          struct haul_error *err);
/* Takes what is there from the members of OBJECT over *view; the search is borrowed from it. */
HAUL_CHECKED enum haul_err json_to_view(const json_t *object, struct haul_view *view,
                                        struct haul_error *err);

json_t *json_from_host(const struct haul_host *host);
HAUL_CHECKED enum haul_err json_to_host(const json_t *json, struct haul_host *ret_host,
                                        struct haul_error *err);

/* As with a view of items; texts are borrowed. */
HAUL_CHECKED enum haul_err json_from_hosts_view(json_t *object, const struct haul_hosts_view *view,
                                                struct haul_error *err);
HAUL_CHECKED enum haul_err json_to_hosts_view(const json_t *object, struct haul_hosts_view *view,
                                              struct haul_error *err);

/* An array of ids. */
json_t *json_from_ids(const uint64_t *ids, size_t count);
/* Newly allocated; NULL for an empty array. Only positive integers are ids. */
HAUL_CHECKED enum haul_err json_to_ids(const json_t *array, uint64_t **ret_ids, size_t *ret_count,
                                       struct haul_error *err);

/* Numbers above INT64_MAX can't travel and are written as that. */
json_t *json_from_u64(uint64_t value);

/* Text from outside as a JSON string: what is not UTF-8 is cleaned first. */
json_t *json_from_text(const char *text);

/* The same tree with every string in it clean (base/text.h). Takes VALUE. */
json_t *json_cleaned(json_t *value);

#endif
