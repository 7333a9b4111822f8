#ifndef CONTROL_JSON_H
#define CONTROL_JSON_H

#include <jansson.h>

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

json_t *json_from_host(const struct haul_host *host);
HAUL_CHECKED enum haul_err json_to_host(const json_t *json, struct haul_host *ret_host,
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
