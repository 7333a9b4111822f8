/* Rules of --retry-on: text in, numbers out, nothing on the heap. A rule may come from anybody who
 * may write a list file, so every number is bounded. */

#include "config/retry_rule.h"

#include <stdio.h>
#include <string.h>

#include "base/fmt.h"
#include "base/str.h"

#define RETRIES_MOST 1000000
#define WAIT_MOST    ((uint64_t)366 * 24 * 3600)
#define NUMBER_MOST  16 /* characters of a count or a wait */

static const char no_code[] = "must name statuses from 400 to 599, 4xx or 5xx, as in 403,5xx:5x10m";
static const char no_how[] = "must say 'never', or how often and how far apart, as in 403:5x10m";

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Reads the code that LEN characters are; *ret_last is 99 behind *ret_first for "4xx". */
static bool read_code(const char *text, size_t len, int *ret_first, int *ret_last)
{
    if (len != 3 || (text[0] != '4' && text[0] != '5'))
        return false;
    *ret_first = (text[0] - '0') * 100;
    *ret_last = *ret_first + 99;
    if (text[1] == 'x' && text[2] == 'x')
        return true;
    if (!is_digit(text[1]) || !is_digit(text[2]))
        return false;
    *ret_first += (text[1] - '0') * 10 + (text[2] - '0');
    *ret_last = *ret_first;
    return true;
}

/* Reads all codes, up to ':' or the end; *ret_named: STATUS is among them. */
static bool read_codes(const char *text, int status, bool *ret_named)
{
    size_t len = strcspn(text, ":"), at = 0;

    *ret_named = false;
    for (;;) {
        size_t part = strcspn(text + at, ",:");
        int first, last;

        if (!read_code(text + at, part, &first, &last))
            return false;
        *ret_named |= status >= first && status <= last;
        at += part;
        if (at >= len)
            return true;
        at++;
    }
}

static bool read_count(const char *text, size_t len, struct retry_rule *rule)
{
    char digits[NUMBER_MOST];
    uint64_t count;

    if (len == 0)
        return true;
    rule->has_retries = true;
    rule->retries = -1;
    if (len == 2 && strncmp(text, "-1", len) == 0)
        return true;
    if (len >= sizeof digits)
        return false;
    snprintf(digits, sizeof digits, "%.*s", (int)len, text);
    if (!str_to_u64(digits, &count, NULL) || count > RETRIES_MOST)
        return false;
    rule->retries = (int64_t)count;
    return true;
}

static bool read_how(const char *how, struct retry_rule *rule)
{
    size_t count = strcspn(how, "x");

    if (strcmp(how, "never") == 0) {
        rule->has_retries = true;
        return true;
    }
    if (how[0] == '\0' || !read_count(how, count, rule))
        return false;
    if (how[count] == '\0')
        return true;
    rule->has_wait = true;
    return strlen(how + count + 1) < NUMBER_MOST &&
           fmt_parse_seconds(how + count + 1, &rule->wait) && rule->wait <= WAIT_MOST;
}

/* What is wrong, or NULL; *ret_named as above. */
static const char *parse(const char *text, int status, bool *ret_named, struct retry_rule *ret_rule)
{
    const char *colon = strchr(text, ':');
    struct retry_rule rule = {0};

    if (!read_codes(text, status, ret_named))
        return no_code;
    if (colon && !read_how(colon + 1, &rule))
        return no_how;
    *ret_rule = rule;
    return NULL;
}

const char *retry_rule_check(const char *text)
{
    struct retry_rule rule;
    bool named;

    return parse(text, 0, &named, &rule);
}

bool retry_rule_find(const struct haul_strings *rules, int status, struct retry_rule *ret_rule)
{
    for (size_t i = rules->count; i > 0; i--) {
        struct retry_rule rule;
        bool named;

        if (!parse(rules->items[i - 1], status, &named, &rule) && named) {
            *ret_rule = rule;
            return true;
        }
    }
    return false;
}
