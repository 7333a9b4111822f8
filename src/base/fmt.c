/* Numbers as people read and type them.
 *
 * Integer arithmetic only, so the same number always reads the same, and every parser refuses what
 * it does not understand wholly: signs, spaces, exponents and overflow are errors. Nothing here
 * depends on the locale. */

#include "base/fmt.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/mem.h"
#include "base/str.h"

#define MINUTE UINT64_C(60)
#define HOUR   (60 * MINUTE)
#define DAY    (24 * HOUR)

#define UNIT_COUNT 7

static const char *const size_units[UNIT_COUNT] = {"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
static const char *const rate_units[UNIT_COUNT] = {"B/s",  "KB/s", "MB/s", "GB/s",
                                                   "TB/s", "PB/s", "EB/s"};

/* BYTES / 1024^UNIT * 10, rounded. */
static uint64_t tenths_of(uint64_t bytes, unsigned unit)
{
    unsigned shift = unit * 10;
    uint64_t rest = unit ? bytes & ((UINT64_C(1) << shift) - 1) : 0;
    uint64_t half = unit ? UINT64_C(1) << (shift - 1) : 0;

    return (bytes >> shift) * 10 + ((rest * 10 + half) >> shift);
}

/* BYTES / 1024^UNIT, rounded. */
static uint64_t whole_of(uint64_t bytes, unsigned unit)
{
    unsigned shift = unit * 10;

    return unit ? (bytes >> shift) + ((bytes >> (shift - 1)) & 1) : bytes;
}

/* The smallest unit in which BYTES takes no more than three figures. */
static unsigned unit_for(uint64_t bytes)
{
    unsigned unit = 0;

    while (unit < UNIT_COUNT - 1 && whole_of(bytes, unit) > 999)
        unit++;
    return unit;
}

/* "12.4" or "107"; always whole when the unit is the byte. */
static void figures(uint64_t bytes, unsigned unit, char buf[FMT_SIZE])
{
    uint64_t tenths = unit ? tenths_of(bytes, unit) : 0;

    if (unit > 0 && tenths < 1000)
        snprintf(buf, FMT_SIZE, "%u.%u", (unsigned)(tenths / 10), (unsigned)(tenths % 10));
    else
        snprintf(buf, FMT_SIZE, "%" PRIu64, whole_of(bytes, unit));
}

const char *fmt_bytes(uint64_t bytes, char buf[FMT_SIZE])
{
    unsigned unit = unit_for(bytes);
    char number[FMT_SIZE];

    figures(bytes, unit, number);
    snprintf(buf, FMT_SIZE, "%.20s %s", number, size_units[unit]);
    return buf;
}

const char *fmt_rate(uint64_t bytes_per_second, char buf[FMT_SIZE])
{
    unsigned unit = unit_for(bytes_per_second);
    char number[FMT_SIZE];

    figures(bytes_per_second, unit, number);
    snprintf(buf, FMT_SIZE, "%.20s %s", number, rate_units[unit]);
    return buf;
}

const char *fmt_progress(uint64_t done, int64_t total, char buf[FMT_SIZE])
{
    char first[FMT_SIZE], second[FMT_SIZE];
    unsigned unit;

    if (total < 0)
        return fmt_bytes(done, buf);
    unit = unit_for((uint64_t)total);
    figures(done, unit, first);
    figures((uint64_t)total, unit, second);
    snprintf(buf, FMT_SIZE, "%.20s/%.5s %s", first, second, size_units[unit]);
    return buf;
}

const char *fmt_seconds(int64_t seconds, char buf[FMT_SIZE])
{
    uint64_t left = (uint64_t)seconds;

    if (seconds < 0)
        snprintf(buf, FMT_SIZE, "--:--");
    else if (left < HOUR)
        snprintf(buf, FMT_SIZE, "%02u:%02u", (unsigned)(left / MINUTE), (unsigned)(left % MINUTE));
    else if (left < DAY)
        snprintf(buf, FMT_SIZE, "%u:%02u:%02u", (unsigned)(left / HOUR),
                 (unsigned)(left % HOUR / MINUTE), (unsigned)(left % MINUTE));
    else if (left < 100 * DAY)
        snprintf(buf, FMT_SIZE, "%ud %02uh", (unsigned)(left / DAY), (unsigned)(left % DAY / HOUR));
    else
        snprintf(buf, FMT_SIZE, ">99d");
    return buf;
}

unsigned fmt_percent(uint64_t done, int64_t total)
{
    uint64_t whole = (uint64_t)total;
    uint64_t share;

    if (total < 0 || done == 0)
        return 0;
    if (done >= whole)
        return 100;
    share = done <= UINT64_MAX / 100 ? done * 100 / whole : done / (whole / 100);
    return (unsigned)MIN(share, 99);
}

const char *fmt_time(int64_t wall_ms, char buf[FMT_SIZE])
{
    time_t seconds = (time_t)(wall_ms / 1000 - (wall_ms % 1000 < 0));
    struct tm parts;

    if (!gmtime_r(&seconds, &parts) || strftime(buf, FMT_SIZE, "%Y-%m-%dT%H:%M:%SZ", &parts) == 0)
        buf[0] = '\0';
    return buf;
}

const char *fmt_clock(int64_t wall_ms, char buf[FMT_SIZE])
{
    time_t seconds = (time_t)(wall_ms / 1000 - (wall_ms % 1000 < 0));
    struct tm parts;

    if (!localtime_r(&seconds, &parts) || strftime(buf, FMT_SIZE, "%H:%M:%S", &parts) == 0)
        buf[0] = '\0';
    return buf;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* A digit after the point beyond the sixth is read and has no weight. */
static bool parse_fraction(const char *text, uint64_t *ret_millionths, const char **ret_end)
{
    uint64_t sum = 0;

    if (!is_digit(*text))
        return false;
    for (uint64_t weight = 100000; is_digit(*text); text++, weight /= 10)
        sum += weight * (uint64_t)(*text - '0');
    *ret_millionths = sum;
    *ret_end = text;
    return true;
}

/* "", "B", "K", "KB", "KiB" and the like, in any case: the power of 1024 in bits, -1 otherwise. */
static int parse_unit(const char *text)
{
    static const char letters[] = "kmgt";
    const char *letter = *text ? strchr(letters, *text | 0x20) : NULL;
    int shift = letter ? 10 * (int)(letter - letters + 1) : 0;

    if (letter)
        text++;
    if (*text == '\0')
        return shift;
    if (letter && str_equal_nocase(text, "ib"))
        return shift;
    return str_equal_nocase(text, "b") ? shift : -1;
}

bool fmt_parse_size(const char *text, uint64_t *ret_bytes)
{
    uint64_t whole, bytes, part = 0;
    bool has_part;
    int shift;

    if (!str_to_u64(text, &whole, &text))
        return false;
    has_part = *text == '.';
    if (has_part && !parse_fraction(text + 1, &part, &text))
        return false;
    shift = parse_unit(text);
    if (shift < 0 || (has_part && shift == 0))
        return false;
    if (!mul_u64(whole, UINT64_C(1) << shift, &bytes))
        return false;
    return add_u64(bytes, (part << shift) / 1000000, ret_bytes);
}

bool fmt_parse_seconds(const char *text, uint64_t *ret_seconds)
{
    uint64_t number;
    uint64_t unit = 1;

    if (!str_to_u64(text, &number, &text))
        return false;
    if (*text == 'm')
        unit = MINUTE;
    else if (*text == 'h')
        unit = HOUR;
    else if (*text == 'd')
        unit = DAY;
    else if (*text != 's' && *text != '\0')
        return false;
    if (*text != '\0' && text[1] != '\0')
        return false;
    return mul_u64(number, unit, ret_seconds);
}
