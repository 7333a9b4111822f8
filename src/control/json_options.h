#ifndef CONTROL_JSON_OPTIONS_H
#define CONTROL_JSON_OPTIONS_H

#include <jansson.h>
#include <stdbool.h>

#include "haul/error.h"
#include "haul/options.h"

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

#endif
