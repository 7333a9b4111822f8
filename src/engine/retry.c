/* The retry policy: one place, no state.
 *
 * Back-off doubles from the wait that the user set up to a minute; chance takes off up to half of
 * it, so that items that failed together do not come back together, and none comes back at once.
 * A wait that the user set for a status is kept as it is. What a server asks for with Retry-After
 * is never shortened. */

#include "engine/retry.h"

#include <stdio.h>

#include "base/fmt.h"
#include "base/mem.h"
#include "engine/http_date.h"

#define SECOND_MS    UINT64_C(1000)
#define LONGEST_MS   (60 * SECOND_MS)
#define SHORTEST_MS  UINT64_C(100) /* with --retry-wait 0: never a busy loop */
#define SECONDS_MOST INT32_MAX

static uint64_t backoff_ms(const struct retry_case *failed)
{
    uint64_t wait = MIN(failed->retry_wait, UINT64_MAX / SECOND_MS) * SECOND_MS;
    uint64_t half;

    wait = MAX(wait, SHORTEST_MS);
    for (uint32_t i = 1; i < failed->tries && wait < LONGEST_MS; i++)
        wait = MIN(wait * 2, LONGEST_MS);
    half = wait / 2;
    return wait - half + failed->chance % (half + 1);
}

static struct retry_decision give_up(void)
{
    return (struct retry_decision){.again = false};
}

/* What the user said of this very status. An error without one follows the table of errors. */
static bool find_rule(const struct retry_case *failed, struct retry_rule *ret_rule)
{
    return failed->retry_on && failed->err->http_status > 0 &&
           retry_rule_find(failed->retry_on, failed->err->http_status, ret_rule);
}

/* The server says that it did nothing (RFC 9110, sections 15.5.9 and 15.6.4; RFC 6585; RFC 8470).
 */
static bool did_nothing(int status)
{
    return status == 408 || status == 425 || status == 429 || status == 503;
}

struct retry_decision retry_decide(const struct retry_case *failed)
{
    struct retry_decision decision = {.again = true};
    struct retry_rule rule = {0};
    bool ruled = find_rule(failed, &rule);
    int64_t retries = rule.has_retries ? rule.retries : failed->retries;

    if (!ruled && !failed->err->retryable)
        return give_up();
    if (failed->spent && !ruled && !did_nothing(failed->err->http_status)) {
        decision = give_up();
        snprintf(decision.note, sizeof(decision.note),
                 "it may have done its work: haul does not send it again by itself");
        return decision;
    }
    if (failed->retry_after > RETRY_AFTER_LIMIT) {
        char asked[FMT_SIZE], limit[FMT_SIZE];

        decision = give_up();
        snprintf(decision.note, sizeof(decision.note),
                 "the server asks to wait %s, haul waits %s at most by itself; retry it later",
                 fmt_seconds(failed->retry_after, asked), fmt_seconds(RETRY_AFTER_LIMIT, limit));
        return decision;
    }
    if (retries >= 0 && failed->tries > (uint64_t)retries)
        return give_up();
    decision.delay_ms =
        rule.has_wait ? MAX(rule.wait * SECOND_MS, SHORTEST_MS) : backoff_ms(failed);
    if (failed->retry_after > 0)
        decision.delay_ms = MAX(decision.delay_ms, (uint64_t)failed->retry_after * SECOND_MS);
    return decision;
}

/* Digits only, saturating: a number too large for us still means "much later". */
static bool parse_delta(struct text_raw text, int64_t *ret_seconds)
{
    int64_t seconds = 0;

    for (size_t i = 0; i < text.len; i++) {
        if (text.bytes[i] < '0' || text.bytes[i] > '9')
            return false;
        seconds = MIN(seconds * 10 + (text.bytes[i] - '0'), SECONDS_MOST);
    }
    *ret_seconds = seconds;
    return text.len > 0;
}

int64_t retry_after_parse(struct text_raw header, int64_t wall_now_ms)
{
    int64_t seconds, at;

    header = text_raw_trim(header);
    if (parse_delta(header, &seconds))
        return seconds;
    if (!http_date_parse(header, wall_now_ms, &at))
        return -1;
    if (at <= wall_now_ms)
        return 0;
    return MIN((at - wall_now_ms - 1) / 1000 + 1, SECONDS_MOST);
}
