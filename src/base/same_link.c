/* Links that may be remembered.
 *
 * What is a secret can only be guessed from the names of a query's parts. The guess is a generous
 * one, as its price is low: a link that lost something is compared with more care, never with less.
 */

#include "base/same_link.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "base/str.h"
#include "base/url.h"

#define MASK "***"

/* Anywhere in a name: x-amz-security-token, client_secret. */
static const char *const parts[] = {"token",  "secret",  "passw",   "signature", "credential",
                                    "apikey", "api_key", "api-key", "session",   "accesskey"};
/* All of a name. */
static const char *const names[] = {"sig",  "auth", "authorization", "key", "pwd",
                                    "pass", "sid",  "jwt",           "hmac"};

static bool is_secret(const char *name, size_t len)
{
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        if (strlen(names[i]) == len && strncasecmp(names[i], name, len) == 0)
            return true;
    }
    for (size_t i = 0; i < COUNT_OF(parts); i++) {
        size_t part = strlen(parts[i]);

        for (size_t at = 0; at + part <= len; at++) {
            if (strncasecmp(name + at, parts[i], part) == 0)
                return true;
        }
    }
    return false;
}

/* What has a meaning in a query, plain or as it stands within a link that is itself a value. */
enum mark { MARK_NONE, MARK_BREAK, MARK_BREAK_WITHIN, MARK_EQUALS, MARK_EQUALS_WITHIN };

static enum mark mark_at(const char *at, size_t *ret_len)
{
    static const struct {
        const char *text;
        enum mark mark;
    } marks[] = {{"&", MARK_BREAK},          {";", MARK_BREAK},          {"=", MARK_EQUALS},
                 {"%26", MARK_BREAK_WITHIN}, {"%3B", MARK_BREAK_WITHIN}, {"%3F", MARK_BREAK_WITHIN},
                 {"?", MARK_BREAK_WITHIN},   {"%3D", MARK_EQUALS_WITHIN}};

    for (size_t i = 0; strchr("&;=?%", *at) && i < COUNT_OF(marks); i++) {
        *ret_len = strlen(marks[i].text);
        if (strncasecmp(at, marks[i].text, *ret_len) == 0)
            return marks[i].mark;
    }
    *ret_len = 1;
    return MARK_NONE;
}

/* Where the value at AT ends; WITHIN: it is one of a link that is a value. */
static const char *value_end(const char *at, bool within)
{
    enum mark mark;
    size_t len;

    for (; *at != '\0'; at += len) {
        mark = mark_at(at, &len);
        if (mark == MARK_BREAK || (within && mark == MARK_BREAK_WITHIN))
            break;
    }
    return at;
}

char *same_link_masked(const char *shown)
{
    const char *query = strchr(shown, '?');
    const char *at = query ? query + 1 : "", *name = at, *from = shown;
    struct strbuf masked;
    size_t len;

    if (!query)
        return xstrdup(shown);
    /* A mask stands for a name and an equals sign at the least, and is as long as both are. */
    strbuf_init(&masked, 4 * strlen(shown) + sizeof MASK);
    for (; *at != '\0'; at += len) {
        enum mark mark = mark_at(at, &len);
        bool equals = mark == MARK_EQUALS || mark == MARK_EQUALS_WITHIN;

        if (equals && is_secret(name, (size_t)(at - name))) {
            (void)!strbuf_add(&masked, from, (size_t)(at + len - from));
            (void)!strbuf_puts(&masked, MASK);
            at = from = value_end(at + len, mark == MARK_EQUALS_WITHIN);
            name = at;
            len = 0;
        } else if (mark != MARK_NONE) {
            name = at + len;
        }
    }
    (void)!strbuf_puts(&masked, from);
    return strbuf_take(&masked);
}

char *same_link_told(const char *url)
{
    char *shown = url_shown(url);
    char *told = same_link_masked(shown);

    free(shown);
    return told;
}

bool same_link_is_masked(const char *masked)
{
    const char *query = strchr(masked, '?');

    return query && strstr(query, MASK);
}

/* How much of the link counts. */
static size_t length(const char *masked)
{
    return same_link_is_masked(masked) ? strcspn(masked, "?") : strlen(masked);
}

/* FNV-1a, 64 bits. */
uint64_t same_link_key(const char *masked)
{
    uint64_t key = UINT64_C(0xcbf29ce484222325);
    size_t len = length(masked);

    for (size_t i = 0; i < len; i++)
        key = (key ^ (unsigned char)masked[i]) * UINT64_C(0x100000001b3);
    return key == 0 ? 1 : key;
}

bool same_link(const char *masked, const char *other)
{
    size_t len = length(masked);

    return len == length(other) && strncmp(masked, other, len) == 0 &&
           same_link_is_masked(masked) == same_link_is_masked(other);
}
