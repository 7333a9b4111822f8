#ifndef BASE_FMT_H
#define BASE_FMT_H

#include <stddef.h>
#include <stdint.h>

#include "haul/error.h"

/* Numbers as people read and type them. Buffers of FMT_SIZE always suffice. */
#define FMT_SIZE 32

/* "0 B", "999 B", "1.0 KiB", "12.4 MiB", "107 GiB": three figures, binary. */
const char *fmt_bytes(uint64_t bytes, char buf[FMT_SIZE]);
/* "12.4 MB/s" with 1024 as DESIGN.md section 8 shows it; "0 B/s" */
const char *fmt_rate(uint64_t bytes_per_second, char buf[FMT_SIZE]);
/* "2.1/3.7 GiB": one unit for both, TOTAL -1 gives just the first with its unit. */
const char *fmt_progress(uint64_t done, int64_t total, char buf[FMT_SIZE]);
/* "00:04", "12:59", "1:02:03", "3d 04h", ">99d"; "--:--" for -1. */
const char *fmt_seconds(int64_t seconds, char buf[FMT_SIZE]);
/* Whole per cent, 100 only when all is there; 0 when the total is unknown or 0 with nothing done.
 */
unsigned fmt_percent(uint64_t done, int64_t total);
/* UTC, "2026-11-21T10:04:11Z". */
const char *fmt_time(int64_t wall_ms, char buf[FMT_SIZE]);
/* The user's time of day, "14:02:11". */
const char *fmt_clock(int64_t wall_ms, char buf[FMT_SIZE]);

/* "20M", "1.5G", "512", "500k", "1MiB": bytes. False on anything else, or on overflow. */
HAUL_CHECKED bool fmt_parse_size(const char *text, uint64_t *ret_bytes);
/* "90", "90s", "5m", "1h", "30d": seconds. */
HAUL_CHECKED bool fmt_parse_seconds(const char *text, uint64_t *ret_seconds);

#endif
