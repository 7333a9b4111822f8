#ifndef ENGINE_HTTP_DATE_H
#define ENGINE_HTTP_DATE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/text.h"
#include "haul/attr.h"

/* Reads an HTTP-date (RFC 9110, section 5.6.7) in any of its three forms, spaces around it allowed.
 * NOW (ms since 1970) decides the century of a two-digit year. False when it is none. */
HAUL_CHECKED bool http_date_parse(struct text_raw text, int64_t wall_now_ms, int64_t *ret_wall_ms);

#endif
