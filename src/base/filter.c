/* Filter expressions, parsed once and then asked for each item.
 *
 * A word is a field with an operator and a value, or plain text. What looks like a field and is
 * none is refused, so that a slip is seen while it is typed; a link ("https://…") and anything in
 * quotes is text. Texts are compared in any case, in ASCII. */

#include "base/filter.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/fmt.h"
#include "base/mem.h"
#include "base/str.h"
#include "base/url.h"

enum field {
    FIELD_ANY, /* name or link */
    FIELD_NAME,
    FIELD_HOST,
    FIELD_URL,
    FIELD_DIR,
    FIELD_STATE,
    FIELD_PRIORITY,
    FIELD_SIZE,
    FIELD_DONE,
    FIELD_RATE,
    FIELD_CONNECTIONS,
    FIELD_TRIES,
    FIELD_STATUS,
    FIELD_ETA,
    FIELD_ADDED,
    FIELD_FINISHED,
    FIELD_COUNT
};

enum kind { KIND_TEXT, KIND_STATE, KIND_PRIORITY, KIND_BYTES, KIND_NUMBER, KIND_SECONDS };

/* What becomes of it without anybody's doing: it changes while the item runs, or as time goes by.
 */
enum course { STAYS, MOVES, AGES };

static const struct {
    const char *name;
    enum kind kind;
    enum course course;
} fields[FIELD_COUNT] = {
    [FIELD_ANY] = {"", KIND_TEXT, STAYS},
    [FIELD_NAME] = {"name", KIND_TEXT, STAYS},
    [FIELD_HOST] = {"host", KIND_TEXT, STAYS},
    [FIELD_URL] = {"url", KIND_TEXT, STAYS},
    [FIELD_DIR] = {"dir", KIND_TEXT, STAYS},
    [FIELD_STATE] = {"state", KIND_STATE, STAYS},
    [FIELD_PRIORITY] = {"priority", KIND_PRIORITY, STAYS},
    [FIELD_SIZE] = {"size", KIND_BYTES, STAYS},
    [FIELD_DONE] = {"done", KIND_BYTES, MOVES},
    [FIELD_RATE] = {"rate", KIND_BYTES, MOVES},
    [FIELD_CONNECTIONS] = {"connections", KIND_NUMBER, MOVES},
    [FIELD_TRIES] = {"tries", KIND_NUMBER, STAYS},
    [FIELD_STATUS] = {"status", KIND_NUMBER, STAYS},
    [FIELD_ETA] = {"eta", KIND_SECONDS, MOVES},
    [FIELD_ADDED] = {"added", KIND_SECONDS, AGES},
    [FIELD_FINISHED] = {"finished", KIND_SECONDS, AGES},
};

enum compare { OP_HAS, OP_EQUAL, OP_LESS, OP_MORE, OP_AT_MOST, OP_AT_LEAST };

struct term {
    enum field field;
    enum compare op;
    bool negated;
    bool percent;   /* the number is a share */
    uint32_t names; /* bits, of states or priorities */
    uint64_t number;
    char *text;
};

struct filter {
    struct term terms[FILTER_TERM_MAX];
    size_t count;
    int64_t now;
};

/* ---- parsing ---- */

/* A word as it was written: from START to END of the expression, and what it says. */
struct word {
    size_t start, end;
    char text[FILTER_SIZE]; /* without quotes and sign */
    size_t bare;            /* so many bytes of it stood before the first quote */
    bool negated;
};

static bool fail(struct filter_problem *problem, const struct word *word, const char *format, ...)
    HAUL_PRINTF(3, 4);
static bool fail(struct filter_problem *problem, const struct word *word, const char *format, ...)
{
    va_list args;
    if (!problem)
        return false;
    va_start(args, format);
    vsnprintf(problem->text, sizeof(problem->text), format, args);
    va_end(args);
    problem->start = word->start;
    problem->end = word->end;
    return false;
}

/* Takes the next word of TEXT from *at on. False at the end, or when a quote is not closed: then
 * *ret_open. */
static bool word_next(const char *text, size_t *at, struct word *word, bool *ret_open)
{
    size_t pos = *at;
    size_t len = 0;
    bool quoted = false;
    bool ever = false;
    *ret_open = false;
    while (text[pos] == ' ' || text[pos] == '\t')
        pos++;
    if (!text[pos])
        return false;
    *word = (struct word){.start = pos};
    if (text[pos] == '-' && text[pos + 1] && text[pos + 1] != ' ') {
        word->negated = true;
        pos++;
    }
    for (; text[pos] && (quoted || (text[pos] != ' ' && text[pos] != '\t')); pos++) {
        if (text[pos] != '"') {
            word->text[len++] = text[pos];
            continue;
        }
        if (!ever)
            word->bare = len;
        ever = true;
        quoted = !quoted;
    }
    if (!ever)
        word->bare = len;
    word->end = pos;
    *at = pos;
    *ret_open = quoted;
    return !quoted;
}

static size_t operator_read(const char *text, enum compare *ret_op)
{
    static const struct {
        const char *sign;
        enum compare op;
    } signs[] = {{"<=", OP_AT_MOST}, {">=", OP_AT_LEAST}, {"<", OP_LESS},
                 {">", OP_MORE},     {"=", OP_EQUAL},     {":", OP_HAS}};
    for (size_t i = 0; i < COUNT_OF(signs); i++) {
        if (str_starts(text, signs[i].sign)) {
            *ret_op = signs[i].op;
            return strlen(signs[i].sign);
        }
    }
    return 0;
}

static enum field field_find(const char *name, size_t len)
{
    for (enum field field = FIELD_NAME; field < FIELD_COUNT; field++) {
        if (strlen(fields[field].name) == len && strncmp(fields[field].name, name, len) == 0)
            return field;
    }
    return FIELD_COUNT;
}

/* How many letters WORD has before an operator that makes a field of them; 0: it is text. */
static size_t field_length(const struct word *word)
{
    size_t len = 0;
    enum compare op;
    while (len < word->bare && isalpha((unsigned char)word->text[len]))
        len++;
    if (len == 0 || len >= word->bare || operator_read(word->text + len, &op) == 0)
        return 0;
    return str_starts(word->text + len, "://") ? 0 : len;
}

/* What a field with a few values may have. */
struct names {
    int count;
    const char *(*name)(int value);
    const char *all;
};

static const char *state_name(int value)
{
    return haul_state_name((enum haul_state)value);
}

static const char *priority_name(int value)
{
    return haul_priority_name((enum haul_priority)value);
}

static const struct names state_names = {HAUL_STATE_COUNT, state_name,
                                         "queued active waiting paused done failed cancelled"};
static const struct names priority_names = {HAUL_PRIORITY_COUNT, priority_name, "high normal low"};

/* One value's name, or how one begins or several begin. */
static uint32_t names_of(const struct names *names, const char *name, size_t len)
{
    uint32_t bits = 0;
    for (int value = 0; len > 0 && value < names->count; value++) {
        if (strncmp(names->name(value), name, len) == 0)
            bits |= 1u << value;
    }
    return bits;
}

static bool read_names(const struct word *word, const struct names *names, const char *value,
                       struct term *term, struct filter_problem *problem)
{
    const char *field = fields[term->field].name;
    if (term->op != OP_HAS && term->op != OP_EQUAL)
        return fail(problem, word, "%s takes : and one of %s", field, names->all);
    for (const char *at = value;;) {
        size_t len = strcspn(at, ",");
        uint32_t bits = names_of(names, at, len);
        if (len == 0)
            return fail(problem, word, "%s: %s", field, names->all);
        if (bits == 0)
            return fail(problem, word, "no %s \"%.*s\": %s", field, (int)MIN(len, (size_t)40), at,
                        names->all);
        term->names |= bits;
        at += len;
        if (!*at)
            return true;
        at++;
    }
}

/* "50%" of something that has a whole. */
static bool read_share(const char *value, uint64_t *ret_number)
{
    const char *end;
    return str_to_u64(value, ret_number, &end) && strcmp(end, "%") == 0 && *ret_number <= 100;
}

/* As options take it. */
static bool read_seconds(const char *value, uint64_t *ret_seconds)
{
    return fmt_parse_seconds(value, ret_seconds) && *ret_seconds < UINT32_MAX;
}

static bool read_number(const struct word *word, const char *value, struct term *term,
                        struct filter_problem *problem)
{
    const char *name = fields[term->field].name;
    switch (fields[term->field].kind) {
    case KIND_BYTES:
        term->percent = term->field == FIELD_DONE && read_share(value, &term->number);
        if (term->percent || fmt_parse_size(value, &term->number))
            return true;
        return fail(problem, word, "%s takes a size%s: %s>20M", name,
                    term->field == FIELD_DONE ? ", or a share to 100%" : "", name);
    case KIND_SECONDS:
        if (read_seconds(value, &term->number))
            return true;
        return fail(problem, word, "%s takes a time: %s<90s, 10m, 2h, 3d", name, name);
    default:
        if (str_to_u64(value, &term->number, NULL))
            return true;
        return fail(problem, word, "%s takes a number: %s>3", name, name);
    }
}

static bool read_field(const struct word *word, size_t len, struct term *term,
                       struct filter_problem *problem)
{
    const char *value = word->text + len;
    term->field = field_find(word->text, len);
    if (term->field == FIELD_COUNT)
        return fail(
            problem, word,
            "no field \"%.*s\": name host url dir state priority size done rate eta added finished "
            "tries status connections",
            (int)MIN(len, (size_t)20), word->text);
    value += operator_read(value, &term->op);
    if (fields[term->field].kind == KIND_STATE)
        return read_names(word, &state_names, value, term, problem);
    if (fields[term->field].kind == KIND_PRIORITY)
        return read_names(word, &priority_names, value, term, problem);
    if (fields[term->field].kind != KIND_TEXT)
        return read_number(word, value, term, problem);
    if (term->op != OP_HAS && term->op != OP_EQUAL)
        return fail(problem, word, "%s takes : (part of it) or = (all of it)",
                    fields[term->field].name);
    if (!*value)
        return fail(problem, word, "%s: what is looked for?", fields[term->field].name);
    term->text = xstrdup(value);
    return true;
}

static bool read_word(const struct word *word, struct term *term, struct filter_problem *problem)
{
    size_t len = field_length(word);
    *term = (struct term){.negated = word->negated};
    if (len > 0)
        return read_field(word, len, term, problem);
    term->text = xstrdup(word->text);
    return true;
}

struct filter *filter_new(const char *text, int64_t now, struct filter_problem *problem)
{
    struct filter *filter = xcalloc(1, sizeof(*filter));
    struct word word = {0};
    size_t at = 0;
    bool open = false;
    bool good = true;
    filter->now = now;
    if (strlen(text) >= FILTER_SIZE) {
        good = fail(problem, &word, "that is too long: %d bytes at most", FILTER_SIZE - 1);
        text = "";
    }
    while (good && word_next(text, &at, &word, &open)) {
        if (filter->count == FILTER_TERM_MAX)
            good = fail(problem, &word, "no more than %d words", FILTER_TERM_MAX);
        else
            good = read_word(&word, &filter->terms[filter->count++], problem);
    }
    if (open)
        good = fail(problem, &word, "a \" is missing at the end");
    if (good)
        return filter;
    filter_free(filter);
    return NULL;
}

void filter_free(struct filter *filter)
{
    if (!filter)
        return;
    for (size_t i = 0; i < filter->count; i++)
        free(filter->terms[i].text);
    free(filter);
}

/* ---- asking ---- */

static bool number_fits(const struct term *term, uint64_t value, uint64_t wanted)
{
    switch (term->op) {
    case OP_LESS:
        return value < wanted;
    case OP_MORE:
        return value > wanted;
    case OP_AT_MOST:
        return value <= wanted;
    case OP_AT_LEAST:
        return value >= wanted;
    default:
        return value == wanted;
    }
}

/* A share in hundredths is compared without dividing, so that 99.9% is less than 100%. */
static bool done_fits(const struct term *term, const struct haul_brief *brief)
{
    uint64_t total = brief->total < 0 ? 0 : (uint64_t)brief->total;
    if (!term->percent)
        return number_fits(term, brief->done, term->number);
    if (brief->total < 0 || total > UINT64_MAX / 100 || brief->done > UINT64_MAX / 100)
        return false;
    if (total == 0)
        return number_fits(term, 100, term->number);
    return number_fits(term, brief->done * 100, total * term->number);
}

static bool age_fits(const struct filter *filter, const struct term *term, int64_t when)
{
    if (when <= 0)
        return false;
    int64_t seconds = (filter->now - when) / 1000;
    return number_fits(term, seconds > 0 ? (uint64_t)seconds : 0, term->number);
}

static bool text_fits(const struct term *term, const char *value)
{
    return term->op == OP_EQUAL ? str_equal_nocase(value, term->text)
                                : str_find_nocase(value, term->text) != NULL;
}

/* "example.org:8080", "[::1]:80", but not "::1". */
static bool names_port(const char *text)
{
    const char *colon = strrchr(text, ':');
    if (!colon || colon == text || colon[1] == '\0' ||
        strspn(colon + 1, "0123456789") < strlen(colon + 1))
        return false;
    return colon[-1] == ']' || strchr(text, ':') == colon;
}

static bool host_fits(const struct term *term, const struct haul_brief *brief)
{
    char host[256];
    size_t len;
    const char *start = url_host_within(brief->url, &len);
    if (names_port(term->text) && start[len] == ':')
        len += 1 + strspn(start + len + 1, "0123456789");
    if (len >= sizeof(host))
        return false;
    memcpy(host, start, len);
    host[len] = '\0';
    return text_fits(term, host);
}

static bool term_fits(const struct filter *filter, const struct term *term,
                      const struct haul_brief *brief)
{
    switch (term->field) {
    case FIELD_NAME:
        return text_fits(term, brief->name);
    case FIELD_HOST:
        return host_fits(term, brief);
    case FIELD_URL:
        return text_fits(term, brief->url);
    case FIELD_DIR:
        return text_fits(term, brief->dir);
    case FIELD_STATE:
        return (term->names & 1u << brief->state) != 0;
    case FIELD_PRIORITY:
        return (term->names & 1u << brief->priority) != 0;
    case FIELD_SIZE:
        return brief->total >= 0 && number_fits(term, (uint64_t)brief->total, term->number);
    case FIELD_DONE:
        return done_fits(term, brief);
    case FIELD_RATE:
        return number_fits(term, brief->rate, term->number);
    case FIELD_CONNECTIONS:
        return number_fits(term, brief->connections, term->number);
    case FIELD_TRIES:
        return number_fits(term, brief->tries, term->number);
    case FIELD_STATUS:
        return brief->http_status > 0 &&
               number_fits(term, (uint64_t)brief->http_status, term->number);
    case FIELD_ETA:
        return brief->eta >= 0 && number_fits(term, (uint64_t)brief->eta, term->number);
    case FIELD_ADDED:
        return age_fits(filter, term, brief->added_at);
    case FIELD_FINISHED:
        return age_fits(filter, term, brief->finished_at);
    default:
        return text_fits(term, brief->name) || text_fits(term, brief->url);
    }
}

bool filter_fits(const struct filter *filter, const struct haul_brief *brief)
{
    for (size_t i = 0; i < filter->count; i++) {
        if (term_fits(filter, &filter->terms[i], brief) == filter->terms[i].negated)
            return false;
    }
    return true;
}

static bool has_course(const struct filter *filter, enum course course)
{
    for (size_t i = 0; i < filter->count; i++) {
        if (fields[filter->terms[i].field].course == course)
            return true;
    }
    return false;
}

bool filter_moves(const struct filter *filter)
{
    return has_course(filter, MOVES);
}

bool filter_ages(const struct filter *filter)
{
    return has_course(filter, AGES);
}

void filter_set_now(struct filter *filter, int64_t now)
{
    filter->now = now;
}
