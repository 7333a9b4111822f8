#ifndef ENGINE_RETRY_H
#define ENGINE_RETRY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/text.h"
#include "config/retry_rule.h"
#include "haul/error.h"

/* Whether a failed item is tried again, and when (DESIGN.md section 6, RELIABILITY.md R11). Pure:
 * time and chance are given. */

/* The longest Retry-After that is waited for, in seconds. */
#define RETRY_AFTER_LIMIT 300

struct retry_case {
    const struct haul_error *err;
    uint32_t tries;      /* attempts in a row that failed without progress, this one counted */
    int64_t retries;     /* option: how many retries, -1 for ever */
    uint64_t retry_wait; /* option: seconds before the first one */
    const struct haul_strings *retry_on; /* option: rules for single statuses; NULL: none */
    int64_t retry_after;                 /* seconds that the server asked for, -1 none */
    bool spent;                          /* the request is not one to be sent twice, and was sent */
    uint64_t chance;                     /* 64 random bits */
};

struct retry_decision {
    bool again;
    uint64_t delay_ms; /* from now; 0 unless again */
    char note[128];    /* why not, when the error does not tell by itself; else "" */
};

struct retry_decision retry_decide(const struct retry_case *failed);

/* Retry-After (RFC 9110, section 10.2.3): seconds from now, from either form; 0 for a date that has
 * passed, -1 when unreadable. Never more than INT32_MAX. */
int64_t retry_after_parse(struct text_raw header, int64_t wall_now_ms);

#endif
