#ifndef CONFIG_RETRY_RULE_H
#define CONFIG_RETRY_RULE_H

#include <stdbool.h>
#include <stdint.h>

#include "haul/options.h"

/* Rules of --retry-on, which say for single HTTP statuses whether and when an item is tried again:
 *
 *     rule   = codes [ ":" how ]
 *     codes  = code *( "," code )
 *     code   = a status from 400 to 599, or "4xx" or "5xx" for all of them
 *     how    = "never" | count | "x" wait | count "x" wait
 *     count  = how many retries in a row without progress, 0…1000000; -1 is for ever
 *     wait   = the time before each of them, as 90, 90s, 5m or 1h
 *
 * "403:5x10m" tries a 403 five more times, ten minutes apart; "404" tries a 404 as other failures
 * are; "503:never" gives up at once. What a rule leaves out is as --retries and --retry-wait say.
 */

struct retry_rule {
    bool has_retries, has_wait;
    int64_t retries; /* -1: for ever */
    uint64_t wait;   /* seconds */
};

/* What is wrong with TEXT as a rule, to follow the option's name in a sentence; NULL: nothing. */
const char *retry_rule_check(const char *text);

/* The last of RULES that names STATUS; false when none does. */
HAUL_CHECKED bool retry_rule_find(const struct haul_strings *rules, int status,
                                  struct retry_rule *ret_rule);

#endif
