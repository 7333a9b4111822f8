#ifndef DISK_STATE_H
#define DISK_STATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "haul/attr.h"

/* The record that stands beside a partial file, as NAME.haul: whose bytes NAME.part holds, and
 * which of them. Text, so that a person can read it:
 *
 *     haul 1
 *     url https://example.org/big.iso
 *     size 4700000000
 *     etag "5f3-a1"
 *     modified Sat, 21 Nov 2026 10:00:00 GMT
 *     boot 1b4e28ba-2fa1-11d2-883f-0016d3cca427
 *     ranges 1
 *     00000000000000000000 00000000004700000000 00000000000268435456 00000000000134217728 4d2a90c1
 *
 * One row a range: start, end, written, synced, and a check number over them. Bytes [start,
 * written) survive a killed process, [start, synced) a power cut too. Rows have a fixed width, so
 * one is changed in place by one small write; a power cut in the middle of it can leave digits of
 * two rows in one, which the check number shows. "size unknown" goes with a single range that ends
 * at 2^64-1. Lines that are not known are left out where there is nothing to say (etag, modified).
 * "rejected sha256:5fec…" behind these two says that all bytes are here and do not have this
 * digest. "source https://mirror.example/big.iso" behind the link says whose size, etag and
 * modified these are, where that is another source of the file. */

struct disk_range {
    uint64_t start;
    uint64_t end; /* exclusive; UINT64_MAX: not known */
    uint64_t written;
    uint64_t synced;
};

struct disk_state {
    char *url;      /* as asked for, without user info */
    char *source;   /* whose validators these are, NULL: the link's */
    int64_t size;   /* -1: not known */
    char *etag;     /* as sent, NULL: none */
    char *modified; /* Last-Modified as sent, NULL: none */
    char *rejected; /* digest that the whole file does not have, NULL: none */
    char boot[40];  /* the system's boot id when the record was written */
    struct disk_range *ranges;
    size_t range_count;
};

#define STATE_MAGIC      "haul 1\n" /* begins a record */
#define STATE_ROW        93u        /* bytes of a row with its newline */
#define STATE_RANGES_MAX 4096
#define STATE_BYTES_MAX  (1024 * 1024)

void state_fini(struct disk_state *state);
void state_copy(struct disk_state *to, const struct disk_state *from); /* TO is overwritten */

/* Lets the range that was open while the size was not known end at the size. */
void state_close(struct disk_state *state);

/* Brings the ranges into the order of the file and drops empty ones: the form that is written. */
void state_tidy(struct disk_state *state);

/* The whole record of a tidy state, newly allocated; *ret_rows is the offset of the first row. NULL
 * when a text holds a line end (then there must be no record). */
char *state_write(const struct disk_state *state, size_t *ret_len, size_t *ret_rows);
void state_write_row(const struct disk_range *range, char row[STATE_ROW]);

/* Believes nothing that is not exactly as state_write() makes it: false when a line, a number, or
 * the tiling of [0, size) by the ranges is off. *ret_state is untouched then. */
HAUL_CHECKED bool state_read(const char *text, size_t len, struct disk_state *ret_state);

/* How far each range can be believed: `written` under the same boot id, else `synced` but for its
 * last block, which is fetched again; never beyond FILE_SIZE. Sets `written` to that. What was only
 * written is not synced by having been found: a power cut can still take it. */
void state_believe(struct disk_state *state, const char *boot, uint64_t file_size);

/* How many bytes are here. */
uint64_t disk_state_bytes(const struct disk_state *state);

/* Behind the last byte that is here. */
uint64_t disk_state_reach(const struct disk_state *state);

/* True when the size is known and all bytes are here. */
bool state_is_whole(const struct disk_state *state);

/* The running system's boot id, "" when it has none. On any thread. */
const char *state_boot_id(void);

#endif
