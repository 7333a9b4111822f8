/* Hours and what holds in them.
 *
 * A line is kept as one rule for each of its spans of time, in order. When the next change comes is
 * found by going from one edge of a rule to the next one by the clock on the wall, and looking each
 * time: where that clock is set in between, the moment of that is one more to look at. So no time
 * is ever turned back from local time, which may not exist, or twice. */

#include "config/schedule.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "base/array.h"
#include "base/fmt.h"
#include "base/mem.h"
#include "base/str.h"
#include "base/when.h"

#define DAY_MINUTES   (24 * 60)
#define ALL_DAYS      0x7fu
#define RULES_MAX     256             /* so that a look costs next to nothing */
#define SECONDS_AHEAD (8 * 24 * 3600) /* a week, and a day for clocks that are set */
#define JOBS_MAX      10000

/* From ->from to ->to, minutes of the day that it begins on; past 24:00 it goes on the next day. */
struct span {
    int from, to;
};

struct rule {
    unsigned days; /* on which it begins: a bit for each, the lowest is Sunday's */
    struct span span;
    struct schedule_effect effect;
    size_t line;
};

struct schedule {
    struct rule *rules;
    size_t count, size;
    size_t else_line; /* 0: there is none yet */
};

struct schedule *schedule_new(void)
{
    return xcalloc(1, sizeof(struct schedule));
}

void schedule_free(struct schedule *schedule)
{
    if (!schedule)
        return;
    free(schedule->rules);
    free(schedule);
}

struct schedule *schedule_copy(const struct schedule *schedule)
{
    struct schedule *copy = schedule_new();

    *copy = *schedule;
    copy->rules = xreallocarray(NULL, schedule->count, sizeof *copy->rules);
    copy->size = schedule->count;
    if (schedule->count > 0)
        memcpy(copy->rules, schedule->rules, schedule->count * sizeof *copy->rules);
    return copy;
}

/* Reading: when. */

/* The days and spans of one line, as they are read. */
struct hours {
    unsigned days;
    struct span *spans;
    size_t count, size;
};

static void skip(const char **at, const char *what)
{
    *at += strspn(*at, what);
}

/* Takes a '-' with the spaces around it. */
static bool take_dash(const char **at)
{
    const char *to = *at;

    skip(&to, " \t");
    if (*to != '-')
        return false;
    to++;
    skip(&to, " \t");
    *at = to;
    return true;
}

/* "mon", "fri-mon": *at is behind it. */
static bool take_days(const char **at, unsigned *days)
{
    int first, last;

    if (!when_take_weekday(at, &first))
        return false;
    last = first;
    if (take_dash(at) && !when_take_weekday(at, &last))
        return false;
    for (int day = first;; day = (day + 1) % 7) {
        *days |= 1u << day;
        if (day == last)
            return true;
    }
}

/* "22:00-06:00". */
static bool take_span(const char **at, struct span *ret_span)
{
    struct when_clock from, to;

    if (!when_take_clock(at, false, &from) || !take_dash(at) || !when_take_clock(at, true, &to) ||
        from.second != 0 || to.second != 0)
        return false;
    ret_span->from = from.hour * 60 + from.minute;
    ret_span->to = to.hour * 60 + to.minute;
    if (ret_span->to < ret_span->from)
        ret_span->to += DAY_MINUTES;
    return true;
}

static enum haul_err refuse_when(const char *when, struct haul_error *err)
{
    return haul_fail(err, HAUL_E_BAD_OPTION,
                     "\"%s\" are no hours; write them as 22:00-06:00, mon-fri 08:00-18:00, sat,sun "
                     "or else",
                     when);
}

static enum haul_err read_span(const char *when, const char **at, struct hours *hours,
                               struct haul_error *err)
{
    struct span span;

    if (!take_span(at, &span))
        return refuse_when(when, err);
    if (span.from == span.to)
        return haul_fail(err, HAUL_E_BAD_OPTION,
                         "\"%s\" holds hours that end when they begin; all day is 00:00-24:00, or "
                         "no hours at all",
                         when);
    hours->spans = array_reserve(hours->spans, hours->count, &hours->size, sizeof *hours->spans);
    hours->spans[hours->count++] = span;
    return HAUL_OK;
}

static enum haul_err read_when(const char *when, struct hours *hours, struct haul_error *err)
{
    const char *at = when;
    enum haul_err code = HAUL_OK;

    while (code == HAUL_OK && *at != '\0') {
        bool is_day = isalpha((unsigned char)*at);

        if (is_day && hours->count > 0)
            return haul_fail(err, HAUL_E_BAD_OPTION,
                             "\"%s\": days stand before the hours, as in mon-fri 08:00-18:00; "
                             "other hours on other days are a line of their own",
                             when);
        if (!is_day)
            code = read_span(when, &at, hours, err);
        else if (!take_days(&at, &hours->days))
            code = refuse_when(when, err);
        if (code == HAUL_OK && *at != '\0' && !strchr(", \t", *at))
            code = refuse_when(when, err);
        skip(&at, ", \t");
    }
    if (hours->days == 0)
        hours->days = ALL_DAYS;
    return code;
}

/* Reading: then. */

static enum haul_err refuse_then(const char *then, struct haul_error *err)
{
    return haul_fail(err, HAUL_E_BAD_OPTION,
                     "\"%s\" is not what hours can be; write full, off, or a limit and a number of "
                     "jobs like 2M or 500K, 2 jobs",
                     then);
}

/* "2 jobs", "1 job". */
static bool take_jobs(const char **at, uint64_t *ret_jobs)
{
    const char *to = *at;
    const char *rest;
    size_t digits = strspn(to, "0123456789");
    char number[8];
    uint64_t jobs;

    if (digits == 0 || digits >= sizeof number)
        return false;
    memcpy(number, to, digits);
    number[digits] = '\0';
    to += digits;
    skip(&to, " \t");
    rest = str_starts(to, "jobs") ? to + 4 : str_starts(to, "job") ? to + 3 : NULL;
    if (!rest || !strchr(", \t", *rest) || !str_to_u64(number, &jobs, NULL))
        return false;
    *at = rest;
    *ret_jobs = jobs;
    return true;
}

/* One word of what holds, up to a comma or space. */
static bool take_word(const char **at, char *word, size_t size)
{
    size_t len = strcspn(*at, ", \t");

    if (len == 0 || len >= size)
        return false;
    memcpy(word, *at, len);
    word[len] = '\0';
    *at += len;
    return true;
}

/* What was said so far, so that nothing is said twice. */
struct said {
    bool full, off, limit, jobs;
};

static enum haul_err read_part(const char *then, const char **at, struct said *said,
                               struct schedule_effect *effect, struct haul_error *err)
{
    char word[32];

    if (!said->jobs && take_jobs(at, &effect->jobs)) {
        said->jobs = true;
        if (effect->jobs == 0 || effect->jobs > JOBS_MAX)
            return haul_fail(err, HAUL_E_BAD_OPTION,
                             "\"%s\": jobs are from 1 to %d; hours in which nothing runs are off",
                             then, JOBS_MAX);
        return HAUL_OK;
    }
    if (!take_word(at, word, sizeof word) || said->full || said->off || said->limit)
        return refuse_then(then, err);
    if (strcasecmp(word, "full") == 0) {
        said->full = true;
    } else if (strcasecmp(word, "off") == 0) {
        said->off = effect->off = true;
    } else if (fmt_parse_size(word, &effect->limit) && effect->limit <= INT64_MAX) {
        said->limit = true;
        if (effect->limit == 0)
            return haul_fail(err, HAUL_E_BAD_OPTION,
                             "\"%s\": hours without a limit are full, hours in which nothing runs "
                             "are off",
                             then);
    } else {
        return refuse_then(then, err);
    }
    return HAUL_OK;
}

static enum haul_err read_then(const char *then, struct schedule_effect *ret_effect,
                               struct haul_error *err)
{
    struct schedule_effect effect = {0};
    struct said said = {0};
    const char *at = then;
    enum haul_err code = *at == '\0' ? refuse_then(then, err) : HAUL_OK;

    while (code == HAUL_OK && *at != '\0') {
        code = read_part(then, &at, &said, &effect, err);
        skip(&at, ", \t");
    }
    if (code == HAUL_OK && said.off && said.jobs)
        code = refuse_then(then, err);
    if (code == HAUL_OK)
        *ret_effect = effect;
    return code;
}

/* Reading: a line. */

static void append(struct schedule *schedule, unsigned days, struct span span,
                   const struct schedule_effect *effect, size_t line)
{
    schedule->rules =
        array_reserve(schedule->rules, schedule->count, &schedule->size, sizeof *schedule->rules);
    schedule->rules[schedule->count++] = (struct rule){days, span, *effect, line};
}

enum haul_err schedule_add(struct schedule *schedule, const char *when, const char *then,
                           size_t line, struct haul_error *err)
{
    static const struct span all_day = {0, DAY_MINUTES};
    bool is_else = strcasecmp(when, "else") == 0;
    struct hours hours = {0};
    struct schedule_effect effect;
    enum haul_err code = read_then(then, &effect, err);

    if (code == HAUL_OK && schedule->else_line > 0)
        code = haul_fail(err, HAUL_E_BAD_OPTION,
                         "nothing behind else, in line %zu, ever counts; else is the last line",
                         schedule->else_line);
    if (code == HAUL_OK && !is_else)
        code = read_when(when, &hours, err);
    if (code == HAUL_OK && schedule->count + MAX(hours.count, (size_t)1) > RULES_MAX)
        code =
            haul_fail(err, HAUL_E_TOO_BIG, "a schedule has at most %d spans of hours", RULES_MAX);
    if (code == HAUL_OK && is_else)
        schedule->else_line = line;
    if (code == HAUL_OK && hours.count == 0)
        append(schedule, is_else ? ALL_DAYS : hours.days, all_day, &effect, line);
    for (size_t i = 0; code == HAUL_OK && i < hours.count; i++)
        append(schedule, hours.days, hours.spans[i], &effect, line);
    free(hours.spans);
    return code;
}

/* Looking. */

static bool is_within(const struct rule *rule, int day, int minute)
{
    int before = (day + 6) % 7;

    if ((rule->days >> day & 1) != 0 && minute >= rule->span.from && minute < rule->span.to)
        return true;
    return (rule->days >> before & 1) != 0 && minute + DAY_MINUTES < rule->span.to;
}

static const struct rule *rule_at(const struct schedule *schedule, const struct tm *at)
{
    for (size_t i = 0; i < schedule->count; i++) {
        if (is_within(&schedule->rules[i], at->tm_wday, at->tm_hour * 60 + at->tm_min))
            return &schedule->rules[i];
    }
    return NULL;
}

static struct schedule_effect effect_at(const struct schedule *schedule, const struct tm *at)
{
    const struct rule *rule = rule_at(schedule, at);

    return rule ? rule->effect : (struct schedule_effect){0};
}

static bool is_same(const struct schedule_effect *a, const struct schedule_effect *b)
{
    return a->off == b->off && a->limit == b->limit && a->jobs == b->jobs;
}

static void earlier(int minute, int from, int *least)
{
    minute %= DAY_MINUTES;
    if (minute > from && minute < *least)
        *least = minute;
}

/* Seconds from AT to the next minute of that day at which a rule begins or ends, or to midnight. */
static int to_next_edge(const struct schedule *schedule, const struct tm *at)
{
    int minute = at->tm_hour * 60 + at->tm_min;
    int least = DAY_MINUTES;

    for (size_t i = 0; i < schedule->count; i++) {
        earlier(schedule->rules[i].span.from, minute, &least);
        earlier(schedule->rules[i].span.to, minute, &least);
    }
    return (least - minute) * 60 - MIN(at->tm_sec, 59);
}

static void to_local(time_t when, struct tm *ret_local)
{
    if (!localtime_r(&when, ret_local))
        *ret_local = (struct tm){0}; /* a year that no tm holds */
}

/* The clock shows at TO as much later than at FROM as it is, or it was set in between: then the
 * first second after that. */
static time_t or_when_set(time_t from, time_t to)
{
    struct tm first, other;

    to_local(from, &first);
    to_local(to, &other);
    if (first.tm_gmtoff == other.tm_gmtoff)
        return to;
    while (to - from > 1) {
        time_t middle = from + (to - from) / 2;

        to_local(middle, &other);
        if (first.tm_gmtoff == other.tm_gmtoff)
            from = middle;
        else
            to = middle;
    }
    return to;
}

void schedule_look(const struct schedule *schedule, int64_t now, struct schedule_now *ret_now)
{
    time_t begin = (time_t)(now / 1000), at = begin;
    const struct rule *rule;
    struct tm local;

    tzset(); /* the time zone may be another one by now */
    to_local(at, &local);
    rule = rule_at(schedule, &local);
    *ret_now = (struct schedule_now){
        .effect = effect_at(schedule, &local), .line = rule ? rule->line : 0, .until = INT64_MAX};
    while (at - begin < SECONDS_AHEAD) {
        struct schedule_effect next;

        at = or_when_set(at, at + to_next_edge(schedule, &local));
        to_local(at, &local);
        next = effect_at(schedule, &local);
        if (!is_same(&next, &ret_now->effect)) {
            ret_now->until = (int64_t)at * 1000;
            return;
        }
    }
}
