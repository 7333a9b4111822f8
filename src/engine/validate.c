/* The checks that stand between a changed file and a spliced one.
 *
 * Doubt is never resolved in favour of going on: what can't be parsed does not exist, a validator
 * that differs means another file, and no validator means that nothing is known. */

#include "engine/validate.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "engine/http_date.h"

#define STRONG_AFTER_MS 60000
#define OVER_AFTER_MS   2000 /* later than a date: its second is over */

static bool is_space(char c)
{
    return c == ' ' || c == '\t';
}

static bool take_char(struct text_raw *text, char wanted)
{
    if (text->len == 0 || text->bytes[0] != wanted)
        return false;
    text->bytes++;
    text->len--;
    return true;
}

/* One or more digits, at most VALIDATE_SIZE_MAX. */
static bool take_number(struct text_raw *text, uint64_t *ret_number)
{
    uint64_t number = 0;
    size_t len = 0;

    for (; len < text->len && text->bytes[len] >= '0' && text->bytes[len] <= '9'; len++) {
        uint64_t digit = (uint64_t)(text->bytes[len] - '0');

        if (number > ((uint64_t)VALIDATE_SIZE_MAX - digit) / 10)
            return false;
        number = number * 10 + digit;
    }
    text->bytes += len;
    text->len -= len;
    *ret_number = number;
    return len > 0;
}

static bool take_total(struct text_raw *text, int64_t *ret_total)
{
    uint64_t number;

    if (take_char(text, '*')) {
        *ret_total = -1;
        return true;
    }
    if (!take_number(text, &number))
        return false;
    *ret_total = (int64_t)number;
    return true;
}

/* "bytes" in any case and the spaces behind it. */
static bool take_unit(struct text_raw *text)
{
    static const char unit[] = "bytes";

    for (size_t i = 0; unit[i]; i++) {
        if (!take_char(text, unit[i]) && !take_char(text, (char)(unit[i] - 'a' + 'A')))
            return false;
    }
    if (text->len == 0 || !is_space(text->bytes[0]))
        return false;
    *text = text_raw_trim(*text);
    return true;
}

bool content_range_parse(struct text_raw header, struct content_range *ret_range)
{
    struct content_range range = {0};
    struct text_raw rest = text_raw_trim(header);

    if (!take_unit(&rest))
        return false;
    range.has_range = !take_char(&rest, '*');
    if (range.has_range && (!take_number(&rest, &range.first) || !take_char(&rest, '-') ||
                            !take_number(&rest, &range.last)))
        return false;
    if (!take_char(&rest, '/') || !take_total(&rest, &range.total) || rest.len > 0)
        return false;
    if (range.first > range.last || range.last >= (uint64_t)VALIDATE_SIZE_MAX)
        return false;
    if (!range.has_range && range.total < 0)
        return false;
    if (range.has_range && range.total >= 0 && range.last >= (uint64_t)range.total)
        return false;
    *ret_range = range;
    return true;
}

bool etag_parse(struct text_raw header, struct etag *ret_etag)
{
    struct text_raw rest = text_raw_trim(header);
    struct etag etag = {0};

    etag.weak = rest.len > 1 && rest.bytes[0] == 'W' && rest.bytes[1] == '/';
    if (etag.weak) {
        rest.bytes += 2;
        rest.len -= 2;
    }
    if (rest.len < 2 || !take_char(&rest, '"') || rest.bytes[rest.len - 1] != '"')
        return false;
    rest.len--;
    for (size_t i = 0; i < rest.len; i++) {
        unsigned char byte = (unsigned char)rest.bytes[i];

        if (byte <= 0x20 || byte == 0x7F || byte == '"')
            return false;
    }
    etag.tag = rest;
    *ret_etag = etag;
    return true;
}

/* nginx makes an ETag of the date, in seconds, and the size. */
static bool is_made_of(const char *etag, int64_t modified, int64_t total)
{
    char made[64];

    snprintf(made, sizeof made, "\"%" PRIx64 "-%" PRIx64 "\"", (uint64_t)(modified / 1000),
             (uint64_t)total);
    return strcmp(etag, made) == 0;
}

struct identity identity_told(const struct validators *told, int64_t total, int64_t wall_now_ms)
{
    struct identity identity = {
        .etag = told->etag, .last_modified = told->last_modified, .total = total};
    int64_t modified, answered = wall_now_ms - told->clock_doubt_ms;

    if (!http_date_parse(text_raw_from(told->last_modified), wall_now_ms, &modified))
        return identity;
    if (told->clock_doubt_ms == 0 &&
        !http_date_parse(text_raw_from(told->date), wall_now_ms, &answered))
        return identity;
    identity.last_modified_strong = answered - modified >= STRONG_AFTER_MS;
    if (told->etag && answered - modified < OVER_AFTER_MS &&
        is_made_of(told->etag, modified, total))
        identity.etag = NULL;
    return identity;
}

static bool has_strong_etag(const struct identity *identity)
{
    struct etag etag;

    return etag_parse(text_raw_from(identity->etag), &etag) && !etag.weak;
}

const char *identity_if_range(const struct identity *stored)
{
    if (stored->etag)
        return has_strong_etag(stored) ? stored->etag : NULL;
    return stored->last_modified_strong ? stored->last_modified : NULL;
}

static void set_reason(char reason[VALIDATE_REASON], const char *format, ...) HAUL_PRINTF(2, 3);

static void set_reason(char reason[VALIDATE_REASON], const char *format, ...)
{
    va_list args;

    va_start(args, format);
    vsnprintf(reason, VALIDATE_REASON, format, args);
    va_end(args);
}

/* What a pair of validators says; UNKNOWN also when one is missing. */
static enum identity_verdict compare_etags(const struct identity *stored,
                                           const struct identity *seen)
{
    struct etag before, now;

    if (!etag_parse(text_raw_from(stored->etag), &before) ||
        !etag_parse(text_raw_from(seen->etag), &now))
        return IDENTITY_UNKNOWN;
    if (before.tag.len != now.tag.len || memcmp(before.tag.bytes, now.tag.bytes, now.tag.len) != 0)
        return IDENTITY_CHANGED;
    return before.weak || now.weak ? IDENTITY_UNKNOWN : IDENTITY_SAME;
}

static bool trimmed_equal(const char *a, const char *b)
{
    struct text_raw left = text_raw_trim(text_raw_from(a));
    struct text_raw right = text_raw_trim(text_raw_from(b));

    return left.len == right.len && memcmp(left.bytes, right.bytes, left.len) == 0;
}

static enum identity_verdict compare_dates(const struct identity *stored,
                                           const struct identity *seen)
{
    if (!stored->last_modified || !seen->last_modified)
        return IDENTITY_UNKNOWN;
    if (!trimmed_equal(stored->last_modified, seen->last_modified))
        return IDENTITY_CHANGED;
    return stored->last_modified_strong ? IDENTITY_SAME : IDENTITY_UNKNOWN;
}

enum identity_verdict validate_identity(const struct identity *stored, const struct identity *seen,
                                        char reason[VALIDATE_REASON])
{
    enum identity_verdict by_etag = compare_etags(stored, seen);
    enum identity_verdict by_date = compare_dates(stored, seen);

    if (stored->total >= 0 && seen->total >= 0 && stored->total != seen->total) {
        set_reason(reason, "its size was %" PRId64 " and is %" PRId64 " bytes now", stored->total,
                   seen->total);
        return IDENTITY_CHANGED;
    }
    if (by_etag == IDENTITY_CHANGED) {
        set_reason(reason, "its ETag is another one");
        return IDENTITY_CHANGED;
    }
    if (by_date == IDENTITY_CHANGED) {
        set_reason(reason, "its date is another one");
        return IDENTITY_CHANGED;
    }
    if (by_etag == IDENTITY_SAME) {
        set_reason(reason, "its ETag is the same");
        return IDENTITY_SAME;
    }
    /* An ETag that was there and is not any more leaves the date alone to prove it, which it can
     * only where no ETag ever was the better proof. */
    if (by_date == IDENTITY_SAME && !has_strong_etag(stored)) {
        set_reason(reason, "its date is the same");
        return IDENTITY_SAME;
    }
    set_reason(reason, "the server gives no proof that it is still the same file");
    return IDENTITY_UNKNOWN;
}

static struct resume_result start_over(enum haul_err err, bool whole, int64_t total)
{
    return (struct resume_result){
        .verdict = RESUME_START_OVER, .err = err, .whole = whole, .total = total};
}

/* Does the 206 hold what was asked for, as far as numbers tell? Otherwise fills *ret_result. */
static bool range_fits(const struct resume_case *asked, struct content_range *ret_range,
                       struct resume_result *ret_result)
{
    const char *why = NULL;
    struct content_range range = {.total = -1};

    if (!content_range_parse(text_raw_from(asked->content_range), &range) || !range.has_range)
        why = "the server does not say which bytes it sends";
    else if (range.first != asked->offset)
        why = "the server sends other bytes than were asked for";
    else if (range.total < 0)
        why = "the server does not say how large the file is now";
    else if (asked->content_length >= 0 &&
             (uint64_t)asked->content_length != range.last - range.first + 1)
        why = "the server contradicts itself about how much it sends";
    if (why) {
        *ret_result = start_over(HAUL_E_BAD_RESPONSE, false, range.total);
        set_reason(ret_result->reason, "%s", why);
        return false;
    }
    *ret_range = range;
    return true;
}

static struct resume_result judge_partial(const struct resume_case *asked)
{
    struct resume_result result = {0};
    struct content_range range;
    struct identity seen = asked->seen;
    enum identity_verdict same;

    if (!range_fits(asked, &range, &result))
        return result;
    seen.total = range.total;
    same = validate_identity(&asked->stored, &seen, result.reason);
    if (same == IDENTITY_UNKNOWN && asked->trust_size && asked->stored.total >= 0) {
        set_reason(result.reason, "its size is the same");
        same = IDENTITY_SAME;
    }
    result.total = range.total;
    if (same == IDENTITY_SAME) {
        result.verdict = RESUME_CONTINUE;
        result.end = MIN(range.last + 1, asked->end);
        return result;
    }
    result.verdict = RESUME_START_OVER;
    result.err = HAUL_E_CHANGED;
    return result;
}

/* 200: the whole file, because it changed, or because the server knows no ranges or refuses our
 * If-Range although nothing changed. */
static struct resume_result judge_whole(const struct resume_case *asked)
{
    struct resume_result result = start_over(HAUL_E_CHANGED, true, asked->content_length);
    struct identity seen = asked->seen;

    seen.total = asked->content_length;
    if (validate_identity(&asked->stored, &seen, result.reason) != IDENTITY_SAME)
        return result;
    result.verdict = RESUME_RANGES_IGNORED;
    result.err = HAUL_OK;
    set_reason(result.reason, "%s",
               asked->if_range ? "the server sends the whole file although it is the same"
                               : "the server can't send parts of the file");
    return result;
}

static struct resume_result judge_unsatisfiable(const struct resume_case *asked)
{
    struct content_range range = {.total = -1};
    struct resume_result result = {.verdict = RESUME_NOT_SATISFIABLE, .total = -1};
    struct identity seen = asked->seen;

    if (content_range_parse(text_raw_from(asked->content_range), &range))
        result.total = range.total;
    seen.total = result.total;
    if (validate_identity(&asked->stored, &seen, result.reason) == IDENTITY_CHANGED) {
        result.verdict = RESUME_START_OVER;
        result.err = HAUL_E_CHANGED;
        return result;
    }
    set_reason(result.reason, "the server has no byte at %" PRIu64, asked->offset);
    return result;
}

/* Protocols that tell length and time of a file: what is left there must be what is missing here.
 */
static struct resume_result judge_plain(const struct resume_case *asked)
{
    int64_t total = asked->content_length;
    struct identity seen = asked->seen;
    struct resume_result result;
    enum identity_verdict same;

    if (total >= 0 && total <= VALIDATE_SIZE_MAX &&
        asked->offset <= (uint64_t)(VALIDATE_SIZE_MAX - total))
        total += (int64_t)asked->offset;
    else
        total = -1;
    result = start_over(HAUL_E_CHANGED, false, total);
    if (total < 0 || asked->stored.total < 0) {
        set_reason(result.reason, "its size is not known to be the same");
        return result;
    }
    seen.total = total;
    same = validate_identity(&asked->stored, &seen, result.reason);
    if (same == IDENTITY_UNKNOWN && asked->trust_size) {
        set_reason(result.reason, "its size is the same");
        same = IDENTITY_SAME;
    }
    if (same != IDENTITY_SAME)
        return result;
    result.verdict = RESUME_CONTINUE;
    result.err = HAUL_OK;
    result.end = MIN((uint64_t)total, asked->end);
    return result;
}

struct resume_result validate_resume(const struct resume_case *asked)
{
    struct resume_result result = {.verdict = RESUME_FAIL, .total = -1};

    switch (asked->status) {
    case 0:
        return judge_plain(asked);
    case 206:
        return judge_partial(asked);
    case 200:
        return judge_whole(asked);
    case 416:
        return judge_unsatisfiable(asked);
    default:
        result.err = asked->status >= 400 ? HAUL_E_HTTP : HAUL_E_BAD_RESPONSE;
        set_reason(result.reason, "the server answers %d to a request for a part of the file",
                   asked->status);
        return result;
    }
}

static struct sample_result other(const char *reason)
{
    struct sample_result result = {.verdict = SAMPLE_OTHER, .total = -1};

    set_reason(result.reason, "%s", reason);
    return result;
}

/* An answer of the whole file: it can only be told by a validator. */
static struct sample_result judge_whole_sample(const struct resume_case *asked)
{
    struct sample_result result = other("the server can't send parts of it to compare");
    struct identity seen = asked->seen;
    char reason[VALIDATE_REASON];

    seen.total = asked->content_length;
    if (validate_identity(&asked->stored, &seen, reason) != IDENTITY_SAME)
        return result;
    result.verdict = SAMPLE_SAME;
    result.total = seen.total;
    set_reason(result.reason, "%s", reason);
    return result;
}

static struct sample_result judge_part_sample(const struct resume_case *asked,
                                              const struct identity *first, uint64_t here)
{
    struct sample_result result = {.verdict = SAMPLE_COMPARE};
    struct identity seen = asked->seen;
    struct resume_result misfit;
    struct content_range range;

    if (!range_fits(asked, &range, &misfit))
        return other(misfit.reason);
    if (range.last + 1 != asked->end)
        return other("the server sends other bytes than were asked for");
    seen.total = result.total = range.total;
    if (asked->stored.total >= 0 ? asked->stored.total != range.total
                                 : (uint64_t)range.total < here)
        return other("its size is another one");
    if (first && validate_identity(first, &seen, result.reason) == IDENTITY_CHANGED)
        return other("the file changes while it is compared");
    if (!first && validate_identity(&asked->stored, &seen, result.reason) == IDENTITY_SAME)
        result.verdict = SAMPLE_SAME;
    return result;
}

struct sample_result validate_sample(const struct resume_case *asked, const struct identity *first,
                                     uint64_t here)
{
    switch (asked->status) {
    case 206:
        return judge_part_sample(asked, first, here);
    case 200:
        return judge_whole_sample(asked);
    case 0:
        return other("what comes from such a link can't be compared");
    default:
        return other("the server sends no part of it to compare");
    }
}
