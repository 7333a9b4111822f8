#ifndef CONTROL_JSON_FIELDS_H
#define CONTROL_JSON_FIELDS_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "haul/error.h"

/* Structs as JSON and back, by a table of their fields. For the files json*.c alone. */

enum field_kind {
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
    enum field_kind kind;
    size_t offset;
};

json_t *json_record_from(const struct field *fields, size_t count, const void *record);
/* Fills the fields of a zeroed RECORD. On failure the strings that were set are the caller's. */
HAUL_CHECKED enum haul_err json_record_to(const struct field *fields, size_t count,
                                          const json_t *json, void *record, struct haul_error *err);

/* One field of RECORD; false: VALUE has another type, or is out of range. */
bool json_field_to(const struct field *field, const json_t *value, void *record);
/* A non-negative integer up to MAX; absent and null count as ABSENT. */
bool json_read_number(const json_t *value, uint64_t max, uint64_t absent, uint64_t *ret_number);
/* The value of the enum whose name VALUE is. Absent is 0. */
bool json_read_name(const json_t *value, int (*from_name)(const char *), int *ret_number);

#endif
