/* Points of time as text. What days and clocks are is left to the C library: it knows the time
 * zone. */

#include "base/when.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "base/mem.h"
#include "base/str.h"

#define DAY_SECONDS 86400
#define AHEAD_MAX   (INT64_C(100) * 366 * DAY_SECONDS)

static const char *const weekdays[] = {"sunday",   "monday", "tuesday", "wednesday",
                                       "thursday", "friday", "saturday"};

/* ---- reading parts ---- */

static void skip_spaces(const char **at)
{
    while (**at == ' ' || **at == '\t')
        (*at)++;
}

/* MIN to MAX digits. */
static bool take_number(const char **at, int min, int max, int *ret_number)
{
    int number = 0, digits = 0;

    for (; digits < max && isdigit((unsigned char)(*at)[digits]); digits++)
        number = number * 10 + ((*at)[digits] - '0');
    if (digits < min)
        return false;
    *at += digits;
    *ret_number = number;
    return true;
}

static bool take_char(const char **at, char c)
{
    if (**at != c)
        return false;
    (*at)++;
    return true;
}

/* WORD in any case, not followed by another letter. */
static bool take_word(const char **at, const char *word)
{
    size_t len = strlen(word);

    if (strncasecmp(*at, word, len) != 0 || isalpha((unsigned char)(*at)[len]))
        return false;
    *at += len;
    return true;
}

bool when_take_clock(const char **at, bool midnight, struct when_clock *ret_clock)
{
    struct when_clock clock = {0};
    const char *from = *at;

    if (!take_number(&from, 1, 2, &clock.hour) || !take_char(&from, ':') ||
        !take_number(&from, 2, 2, &clock.minute))
        return false;
    if (take_char(&from, ':') && !take_number(&from, 2, 2, &clock.second))
        return false;
    if (clock.minute > 59 || clock.second > 59 || isdigit((unsigned char)*from) || *from == ':')
        return false;
    if (clock.hour > 23 &&
        !(midnight && clock.hour == 24 && clock.minute == 0 && clock.second == 0))
        return false;
    *at = from;
    *ret_clock = clock;
    return true;
}

bool when_take_weekday(const char **at, int *ret_day)
{
    for (int day = 0; day < (int)COUNT_OF(weekdays); day++) {
        char brief[4];

        str_copy(brief, sizeof brief, weekdays[day]);
        if (take_word(at, weekdays[day]) || take_word(at, brief)) {
            *ret_day = day;
            return true;
        }
    }
    return false;
}

/* ---- from parts to a point of time ---- */

static bool local_parts(int64_t when, struct tm *ret_parts)
{
    time_t seconds = (time_t)(when / 1000);

    return localtime_r(&seconds, ret_parts) != NULL;
}

/* DAYS after the day of PARTS, by the clock. */
static int64_t on_day(const struct tm *parts, int days, const struct when_clock *clock)
{
    struct tm wanted = {.tm_year = parts->tm_year,
                        .tm_mon = parts->tm_mon,
                        .tm_mday = parts->tm_mday + days,
                        .tm_hour = clock->hour,
                        .tm_min = clock->minute,
                        .tm_sec = clock->second,
                        .tm_isdst = -1};

    return (int64_t)mktime(&wanted) * 1000;
}

/* "1h30m" behind a plus. */
static bool read_ahead(const char *at, int64_t now, int64_t *ret_when)
{
    int64_t sum = 0;

    do {
        static const struct {
            char letter;
            int64_t seconds;
        } units[] = {{'s', 1}, {'m', 60}, {'h', 3600}, {'d', DAY_SECONDS}};
        uint64_t number;
        const char *end;
        int64_t unit = 1;

        if (!str_to_u64(at, &number, &end) || number > (uint64_t)AHEAD_MAX)
            return false;
        for (size_t i = 0; i < COUNT_OF(units); i++) {
            if (*end == units[i].letter)
                unit = units[i].seconds;
        }
        if (*end == '\0' ? sum > 0 : !strchr("smhd", *end))
            return false; /* a bare number is seconds, on its own only */
        sum += (int64_t)number * unit;
        at = end + (*end != '\0');
        if ((int64_t)number > AHEAD_MAX / unit || sum > AHEAD_MAX)
            return false;
    } while (*at != '\0');
    *ret_when = now + sum * 1000;
    return true;
}

/* The next time that the clock shows it: today or tomorrow. */
static bool read_clock(const char *at, int64_t now, int64_t *ret_when)
{
    struct when_clock clock;
    struct tm today;

    if (!when_take_clock(&at, false, &clock) || *at != '\0' || !local_parts(now, &today))
        return false;
    *ret_when = on_day(&today, 0, &clock);
    if (*ret_when < now - now % 1000)
        *ret_when = on_day(&today, 1, &clock);
    return true;
}

/* "tomorrow 06:30", "fri 18:00". */
static bool read_day(const char *at, int64_t now, int64_t *ret_when, const char **ret_wrong)
{
    struct when_clock clock;
    struct tm today;
    int days = 0, weekday = -1;

    if (take_word(&at, "tomorrow"))
        days = 1;
    else if (!take_word(&at, "today") && !when_take_weekday(&at, &weekday))
        return false;
    skip_spaces(&at);
    if (!when_take_clock(&at, false, &clock) || *at != '\0') {
        *ret_wrong = "needs a time behind the day, as in tomorrow 06:30";
        return false;
    }
    if (!local_parts(now, &today))
        return false;
    if (weekday >= 0)
        days = (weekday - today.tm_wday + 7) % 7;
    *ret_when = on_day(&today, days, &clock);
    if (weekday >= 0 && *ret_when < now - now % 1000)
        *ret_when = on_day(&today, days + 7, &clock);
    return true;
}

static bool take_date(const char **at, struct tm *ret_parts)
{
    static const int lengths[] = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    int year, month, day;
    bool leap;

    if (!take_number(at, 4, 4, &year) || !take_char(at, '-') || !take_number(at, 2, 2, &month) ||
        !take_char(at, '-') || !take_number(at, 2, 2, &day))
        return false;
    leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    if (year < 1970 || month < 1 || month > 12 || day < 1 || day > lengths[month - 1] ||
        (month == 2 && day == 29 && !leap))
        return false;
    *ret_parts = (struct tm){.tm_year = year - 1900, .tm_mon = month - 1, .tm_mday = day};
    return true;
}

/* "Z", "+02:00", "-0730", "+01". */
static bool take_offset(const char **at, int *ret_seconds)
{
    int hours, minutes = 0;
    bool west = **at == '-';

    *ret_seconds = 0;
    if (take_char(at, 'Z') || take_char(at, 'z'))
        return true;
    if ((!take_char(at, '+') && !take_char(at, '-')) || !take_number(at, 2, 2, &hours))
        return false;
    if (**at == ':' || isdigit((unsigned char)**at)) {
        (void)take_char(at, ':');
        if (!take_number(at, 2, 2, &minutes))
            return false;
    }
    *ret_seconds = (west ? -1 : 1) * (hours * 3600 + minutes * 60);
    return hours < 24 && minutes < 60;
}

static bool read_date(const char *at, int64_t *ret_when)
{
    struct when_clock clock = {0};
    struct tm parts;
    int offset;

    if (!take_date(&at, &parts))
        return false;
    if (*at != '\0') {
        if (*at != 'T' && *at != 't' && *at != ' ')
            return false;
        at++;
        if (!when_take_clock(&at, false, &clock))
            return false;
    }
    if (*at == '.') /* fractions of a second: who writes them does not mean them */
        at += 1 + strspn(at + 1, "0123456789");
    if (*at == '\0') {
        *ret_when = on_day(&parts, 0, &clock);
        return true;
    }
    if (!take_offset(&at, &offset) || *at != '\0')
        return false;
    parts.tm_hour = clock.hour;
    parts.tm_min = clock.minute;
    parts.tm_sec = clock.second;
    *ret_when = ((int64_t)timegm(&parts) - offset) * 1000;
    return true;
}

bool when_parse(const char *text, int64_t now, int64_t *ret_when, const char **ret_wrong)
{
    const char *wrong = "is not a time like 22:00, tomorrow 06:30, 2026-12-01 02:00 or +2h";
    int64_t when = 0;
    bool good;

    skip_spaces(&text);
    if (strcasecmp(text, "now") == 0)
        good = true;
    else if (*text == '+')
        good = read_ahead(text + 1, now, &when);
    else if (isalpha((unsigned char)*text))
        good = read_day(text, now, &when, &wrong);
    else
        good = read_date(text, &when) || read_clock(text, now, &when);
    if (good && when < 0) {
        wrong = "is before 1970";
        good = false;
    }
    if (good)
        *ret_when = when;
    else if (ret_wrong)
        *ret_wrong = wrong;
    return good;
}

/* ---- writing ---- */

/* How many days by the calendar AFTER is behind BEFORE, which is not later; 7: that many or more.
 */
static int days_between(const struct tm *before, const struct tm *after, int64_t distance)
{
    if (distance >= INT64_C(8) * DAY_SECONDS * 1000)
        return 7;
    for (int days = 0; days < 7; days++) {
        struct tm day = {.tm_year = before->tm_year,
                         .tm_mon = before->tm_mon,
                         .tm_mday = before->tm_mday + days,
                         .tm_hour = 12,
                         .tm_isdst = -1};

        if (mktime(&day) != -1 && day.tm_yday == after->tm_yday && day.tm_year == after->tm_year)
            return days;
    }
    return 7;
}

/* WHEN as text behind one of the words for times of today and for dates. */
static const char *text_behind(const char *at, const char *on, int64_t when, int64_t now,
                               char buf[WHEN_SIZE])
{
    static const char *const names[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    struct tm then, today;
    char clock[sizeof "22:00:00"];
    int days;

    buf[0] = '\0';
    if (!local_parts(when, &then) || !local_parts(now, &today) ||
        strftime(clock, sizeof clock, then.tm_sec == 0 ? "%H:%M" : "%H:%M:%S", &then) == 0)
        return buf;
    days = when < now ? 7 : days_between(&today, &then, when - now);
    if (days == 0)
        snprintf(buf, WHEN_SIZE, "%s%s", at, clock);
    else if (days == 1)
        snprintf(buf, WHEN_SIZE, "tomorrow %s", clock);
    else if (days < 7)
        snprintf(buf, WHEN_SIZE, "%s %s", names[then.tm_wday], clock);
    else
        snprintf(buf, WHEN_SIZE, "%s%04d-%02d-%02d %s", on, (then.tm_year + 1900) % 10000,
                 then.tm_mon + 1, then.tm_mday, clock);
    return buf;
}

const char *when_text(int64_t when, int64_t now, char buf[WHEN_SIZE])
{
    return text_behind("", "", when, now, buf);
}

const char *when_phrase(int64_t when, int64_t now, char buf[WHEN_SIZE])
{
    return text_behind("at ", "on ", when, now, buf);
}
