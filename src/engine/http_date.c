/* Dates in HTTP headers (RFC 9110, section 5.6.7).
 *
 * Each form is a pattern that is matched byte by byte, so the locale has no say and nothing is
 * guessed. The day's name is not checked against the date: servers get it wrong, and it decides
 * nothing. */

#include "engine/http_date.h"

#include <string.h>
#include <time.h>

#include "base/mem.h"

/* In a pattern: A one or more letters, M a month's name, D a day, d a day with a space for its
 * tens, Y a year of four digits, y one of two, h m s the time of day; the rest stands for itself.
 */
static const char *const patterns[] = {
    "A, D M Y h:m:s GMT", /* Sun, 06 Nov 1994 08:49:37 GMT */
    "A, D-M-y h:m:s GMT", /* Sunday, 06-Nov-94 08:49:37 GMT */
    "A M d h:m:s Y",      /* Sun Nov  6 08:49:37 1994 */
};

static bool is_letter(char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

static size_t take_letters(struct text_raw text)
{
    size_t len = 0;

    while (len < text.len && is_letter(text.bytes[len]))
        len++;
    return len;
}

static size_t take_month(struct text_raw text, int *ret_month)
{
    static const char names[] = "JanFebMarAprMayJunJulAugSepOctNovDec";

    for (int month = 0; month < 12 && text.len >= 3; month++) {
        if (memcmp(text.bytes, names + 3 * month, 3) == 0) {
            *ret_month = month;
            return 3;
        }
    }
    return 0;
}

/* Exactly COUNT digits; the first may be a space when PADDED. */
static size_t take_number(struct text_raw text, size_t count, bool padded, int *ret_number)
{
    int number = 0;

    if (text.len < count)
        return 0;
    for (size_t i = 0; i < count; i++) {
        char c = text.bytes[i];

        if (padded && i == 0 && c == ' ')
            continue;
        if (c < '0' || c > '9')
            return 0;
        number = number * 10 + (c - '0');
    }
    *ret_number = number;
    return count;
}

/* Takes what the pattern's letter WANTED stands for; 0 when it isn't there. */
static size_t take(struct text_raw text, char wanted, struct tm *date, bool *ret_short_year)
{
    size_t len;

    switch (wanted) {
    case 'A':
        return take_letters(text);
    case 'M':
        return take_month(text, &date->tm_mon);
    case 'D':
        return take_number(text, 2, false, &date->tm_mday);
    case 'd':
        return take_number(text, 2, true, &date->tm_mday);
    case 'h':
        return take_number(text, 2, false, &date->tm_hour);
    case 'm':
        return take_number(text, 2, false, &date->tm_min);
    case 's':
        return take_number(text, 2, false, &date->tm_sec);
    case 'Y':
    case 'y':
        *ret_short_year = wanted == 'y';
        len = take_number(text, wanted == 'y' ? 2 : 4, false, &date->tm_year);
        date->tm_year -= wanted == 'y' ? 0 : 1900;
        return len;
    default:
        return text.len > 0 && text.bytes[0] == wanted;
    }
}

/* "GMT" in a pattern stands for itself, though M is a month elsewhere. */
static bool match(struct text_raw text, const char *pattern, struct tm *date, bool *ret_short_year)
{
    for (; *pattern; pattern++) {
        size_t len;

        if (*pattern == 'G')
            return text.len == 3 && memcmp(text.bytes, "GMT", 3) == 0;
        len = take(text, *pattern, date, ret_short_year);
        if (len == 0)
            return false;
        text.bytes += len;
        text.len -= len;
    }
    return text.len == 0;
}

/* A two-digit year that looks more than 50 years ahead is the last one in the past that ends so. */
static void widen_year(struct tm *date, int64_t wall_now_ms)
{
    time_t now = (time_t)(wall_now_ms / 1000);
    struct tm today;

    if (!gmtime_r(&now, &today))
        return;
    date->tm_year += today.tm_year / 100 * 100;
    if (date->tm_year > today.tm_year + 50)
        date->tm_year -= 100;
}

/* Days from 1 January 1970; MONTH from 0. A year begins in March here, so that the odd day is its
 * last one. */
static int64_t days_from_1970(int64_t year, int month, int day)
{
    int64_t since_march = (month + 10) % 12;
    int64_t whole = year - (month < 2);

    return 365 * whole + whole / 4 - whole / 100 + whole / 400 + (153 * since_march + 2) / 5 + day -
           1 - 719468;
}

static int days_in(int64_t year, int month)
{
    return (int)(days_from_1970(year + (month == 11), (month + 1) % 12, 1) -
                 days_from_1970(year, month, 1));
}

/* 30 February is no date. A leap second is the next one. */
static bool to_wall(const struct tm *date, int64_t *ret_wall_ms)
{
    int64_t year = date->tm_year + 1900, days, seconds;

    if (date->tm_mday < 1 || date->tm_hour > 23 || date->tm_min > 59 || date->tm_sec > 60 ||
        date->tm_mday > days_in(year, date->tm_mon))
        return false;
    days = days_from_1970(year, date->tm_mon, date->tm_mday);
    seconds = days * 86400 + date->tm_hour * 3600 + date->tm_min * 60 + date->tm_sec;
    *ret_wall_ms = seconds * 1000;
    return true;
}

bool http_date_parse(struct text_raw text, int64_t wall_now_ms, int64_t *ret_wall_ms)
{
    text = text_raw_trim(text);
    for (size_t i = 0; i < COUNT_OF(patterns); i++) {
        struct tm date = {0};
        bool short_year = false;

        if (!match(text, patterns[i], &date, &short_year))
            continue;
        if (short_year)
            widen_year(&date, wall_now_ms);
        return to_wall(&date, ret_wall_ms);
    }
    return false;
}
