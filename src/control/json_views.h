#ifndef CONTROL_JSON_VIEWS_H
#define CONTROL_JSON_VIEWS_H

#include <jansson.h>

#include "haul/client.h"

/* States (bits) as an array of their names. */
json_t *json_from_states(uint32_t states);
HAUL_CHECKED enum haul_err json_to_states(const json_t *array, uint32_t *ret_states,
                                          struct haul_error *err);

/* The view's members are added to OBJECT. HAUL_E_RPC when the search is not UTF-8. */
HAUL_CHECKED enum haul_err json_from_view(json_t *object, const struct haul_view *view,
                                          struct haul_error *err);
/* Takes what is there from the members of OBJECT over *view; the search is borrowed from it. */
HAUL_CHECKED enum haul_err json_to_view(const json_t *object, struct haul_view *view,
                                        struct haul_error *err);

/* As with a view of items; texts are borrowed. */
HAUL_CHECKED enum haul_err json_from_hosts_view(json_t *object, const struct haul_hosts_view *view,
                                                struct haul_error *err);
HAUL_CHECKED enum haul_err json_to_hosts_view(const json_t *object, struct haul_hosts_view *view,
                                              struct haul_error *err);

#endif
