/* The record beside a partial file: text ↔ struct, pure but for the boot id.
 *
 * There is one way to write a record: what reads back as a state that would be written in another
 * way was not written by us, and is not believed. */

#include "disk/state.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/str.h"

#define BLOCK       UINT64_C(4096)   /* of the usual file systems */
#define ROW_NUMBERS ((size_t)4 * 21) /* bytes of a row before its check number */

void state_fini(struct disk_state *state)
{
    free(state->url);
    free(state->source);
    free(state->etag);
    free(state->modified);
    free(state->rejected);
    free(state->ranges);
    *state = (struct disk_state){.size = -1};
}

void state_copy(struct disk_state *to, const struct disk_state *from)
{
    *to = *from;
    to->url = from->url ? xstrdup(from->url) : NULL;
    to->source = from->source ? xstrdup(from->source) : NULL;
    to->etag = from->etag ? xstrdup(from->etag) : NULL;
    to->modified = from->modified ? xstrdup(from->modified) : NULL;
    to->rejected = from->rejected ? xstrdup(from->rejected) : NULL;
    to->ranges = xreallocarray(NULL, from->range_count, sizeof *to->ranges);
    if (from->range_count > 0)
        memcpy(to->ranges, from->ranges, from->range_count * sizeof *to->ranges);
}

void state_close(struct disk_state *state)
{
    for (size_t i = 0; state->size >= 0 && i < state->range_count; i++) {
        if (state->ranges[i].end == UINT64_MAX)
            state->ranges[i].end = (uint64_t)state->size;
    }
}

static int by_start(const void *a, const void *b)
{
    const struct disk_range *left = a, *right = b;

    return (left->start > right->start) - (left->start < right->start);
}

void state_tidy(struct disk_state *state)
{
    size_t kept = 0;

    for (size_t i = 0; i < state->range_count; i++) {
        if (state->ranges[i].start < state->ranges[i].end)
            state->ranges[kept++] = state->ranges[i];
    }
    state->range_count = MAX(kept, MIN(state->range_count, 1)); /* an empty file has an empty one */
    kept = state->range_count;
    qsort(state->ranges, kept, sizeof *state->ranges, by_start);
}

/* The ranges follow each other without a gap from 0 to the size, each with its marks inside. */
static bool tiles(const struct disk_state *state)
{
    uint64_t at = 0;
    uint64_t size = state->size >= 0 ? (uint64_t)state->size : UINT64_MAX;

    for (size_t i = 0; i < state->range_count; i++) {
        const struct disk_range *range = &state->ranges[i];

        if (range->start != at || range->end < range->start || range->written < range->start ||
            range->written > range->end || range->synced < range->start ||
            range->synced > range->written)
            return false;
        at = range->end;
    }
    return state->range_count > 0 && at == size;
}

static bool one_line(const char *text)
{
    return !text || !strpbrk(text, "\r\n");
}

/* FNV-1a: tells a row that was torn or damaged, not one that somebody forged. */
static uint32_t check_number(const char *text, size_t len)
{
    uint32_t hash = UINT32_C(2166136261);

    for (size_t i = 0; i < len; i++)
        hash = (hash ^ (unsigned char)text[i]) * UINT32_C(16777619);
    return hash;
}

void state_write_row(const struct disk_range *range, char row[STATE_ROW])
{
    char text[STATE_ROW + 1];

    snprintf(text, sizeof text, "%020llu %020llu %020llu %020llu ",
             (unsigned long long)range->start, (unsigned long long)range->end,
             (unsigned long long)range->written, (unsigned long long)range->synced);
    snprintf(text + ROW_NUMBERS, sizeof text - ROW_NUMBERS, "%08x\n",
             (unsigned)check_number(text, ROW_NUMBERS));
    memcpy(row, text, STATE_ROW);
}

char *state_write(const struct disk_state *state, size_t *ret_len, size_t *ret_rows)
{
    struct strbuf text;
    bool fits;

    if (!state->url || !one_line(state->url) || !one_line(state->source) ||
        !one_line(state->etag) || !one_line(state->modified) || !one_line(state->rejected) ||
        state->range_count > STATE_RANGES_MAX || !tiles(state))
        return NULL;
    strbuf_init(&text, STATE_BYTES_MAX);
    fits = strbuf_printf(&text, STATE_MAGIC "url %s\n", state->url);
    if (state->source)
        fits = fits && strbuf_printf(&text, "source %s\n", state->source);
    if (state->size >= 0)
        fits = fits && strbuf_printf(&text, "size %lld\n", (long long)state->size);
    else
        fits = fits && strbuf_puts(&text, "size unknown\n");
    if (state->etag)
        fits = fits && strbuf_printf(&text, "etag %s\n", state->etag);
    if (state->modified)
        fits = fits && strbuf_printf(&text, "modified %s\n", state->modified);
    if (state->rejected)
        fits = fits && strbuf_printf(&text, "rejected %s\n", state->rejected);
    fits = fits && strbuf_printf(&text, "boot %s\nranges %zu\n", state->boot, state->range_count);
    *ret_rows = text.len;
    for (size_t i = 0; fits && i < state->range_count; i++) {
        char row[STATE_ROW];

        state_write_row(&state->ranges[i], row);
        fits = strbuf_add(&text, row, sizeof row);
    }
    if (!fits) {
        strbuf_fini(&text);
        return NULL;
    }
    *ret_len = text.len;
    return strbuf_take(&text);
}

/* A cursor over the lines of the record; each line is terminated in place. */
struct lines {
    char *at;
    char *end;
};

/* The rest of the next line if it starts with KEY and a space; else NULL and nothing is consumed.
 */
static char *take(struct lines *lines, const char *key)
{
    size_t len = strlen(key);
    char *newline = memchr(lines->at, '\n', (size_t)(lines->end - lines->at));
    char *value;

    if (!newline || (size_t)(newline - lines->at) < len + 1 || memcmp(lines->at, key, len) != 0 ||
        lines->at[len] != ' ')
        return NULL;
    *newline = '\0';
    value = lines->at + len + 1;
    lines->at = newline + 1;
    return value;
}

static bool read_number(const char *at, char follows, uint64_t *ret_value)
{
    const char *end;

    return str_to_u64(at, ret_value, &end) && end == at + 20 && *end == follows;
}

static bool read_row(const char *row, struct disk_range *range)
{
    return read_number(row, ' ', &range->start) && read_number(row + 21, ' ', &range->end) &&
           read_number(row + 42, ' ', &range->written) &&
           read_number(row + 63, ' ', &range->synced);
}

static bool read_head(struct lines *lines, struct disk_state *state, uint64_t *ret_count)
{
    const char *magic = take(lines, "haul");
    const char *url = take(lines, "url");
    const char *source = take(lines, "source");
    const char *size = take(lines, "size");
    const char *etag = take(lines, "etag");
    const char *modified = take(lines, "modified");
    const char *rejected = take(lines, "rejected");
    const char *boot = take(lines, "boot");
    const char *count = take(lines, "ranges");
    uint64_t bytes = 0;

    if (!magic || strcmp(magic, "1") != 0 || !url || !size || !boot || !count)
        return false;
    if (strcmp(size, "unknown") != 0 && (!str_to_u64(size, &bytes, NULL) || bytes > INT64_MAX / 2))
        return false;
    state->size = strcmp(size, "unknown") == 0 ? -1 : (int64_t)bytes;
    state->url = xstrdup(url);
    state->source = source ? xstrdup(source) : NULL;
    state->etag = etag ? xstrdup(etag) : NULL;
    state->modified = modified ? xstrdup(modified) : NULL;
    state->rejected = rejected ? xstrdup(rejected) : NULL;
    return str_copy(state->boot, sizeof state->boot, boot) && str_to_u64(count, ret_count, NULL) &&
           *ret_count <= STATE_RANGES_MAX;
}

static bool read_all(struct lines *lines, struct disk_state *state)
{
    uint64_t count = 0;

    if (!read_head(lines, state, &count) || (size_t)(lines->end - lines->at) != count * STATE_ROW)
        return false;
    state->ranges = xcalloc(count, sizeof *state->ranges);
    state->range_count = count;
    for (size_t i = 0; i < count; i++) {
        if (!read_row(lines->at + i * STATE_ROW, &state->ranges[i]))
            return false;
    }
    return tiles(state);
}

/* Check numbers, leading zeros, line ends, NUL bytes: all that reading took as it came. */
static bool writes_back(const struct disk_state *state, const char *text, size_t len)
{
    size_t again_len = 0, rows = 0;
    char *again = state_write(state, &again_len, &rows);
    bool same = again && again_len == len && memcmp(again, text, len) == 0;

    free(again);
    return same;
}

bool state_read(const char *text, size_t len, struct disk_state *ret_state)
{
    struct disk_state state = {.size = -1};
    struct lines lines;
    char *copy;
    bool good;

    if (len == 0 || len > STATE_BYTES_MAX)
        return false;
    copy = xmalloc(len + 1);
    memcpy(copy, text, len);
    copy[len] = '\0';
    lines = (struct lines){copy, copy + len};
    good = read_all(&lines, &state) && writes_back(&state, text, len);
    free(copy);
    if (!good) {
        state_fini(&state);
        return false;
    }
    *ret_state = state;
    return true;
}

/* A disk may have lost power within the last block that it was given, whatever it said of it. */
static uint64_t without_last_block(uint64_t upto)
{
    return upto == 0 ? 0 : (upto - 1) / BLOCK * BLOCK;
}

void state_believe(struct disk_state *state, const char *boot, uint64_t file_size)
{
    bool same_boot = boot[0] != '\0' && strcmp(state->boot, boot) == 0;

    for (size_t i = 0; i < state->range_count; i++) {
        struct disk_range *range = &state->ranges[i];
        uint64_t upto = same_boot ? range->written : without_last_block(range->synced);

        range->written = MAX(range->start, MIN(upto, file_size));
        range->synced = MIN(range->synced, range->written);
    }
}

uint64_t disk_state_bytes(const struct disk_state *state)
{
    uint64_t bytes = 0;

    for (size_t i = 0; i < state->range_count; i++)
        bytes += state->ranges[i].written - state->ranges[i].start;
    return bytes;
}

uint64_t disk_state_reach(const struct disk_state *state)
{
    uint64_t reach = 0;

    for (size_t i = 0; i < state->range_count; i++) {
        if (state->ranges[i].written > state->ranges[i].start)
            reach = MAX(reach, state->ranges[i].written);
    }
    return reach;
}

bool state_is_whole(const struct disk_state *state)
{
    return state->size >= 0 && disk_state_bytes(state) == (uint64_t)state->size;
}

static char boot_id[40]; /* constant for the life of the process */
static pthread_once_t boot_id_once = PTHREAD_ONCE_INIT;

static void read_boot_id(void)
{
    int fd = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC);
    ssize_t len;

    if (fd < 0)
        return;
    len = read(fd, boot_id, sizeof boot_id - 1);
    close(fd);
    boot_id[len > 0 ? len : 0] = '\0';
    boot_id[strcspn(boot_id, "\n")] = '\0';
}

const char *state_boot_id(void)
{
    pthread_once(&boot_id_once, read_boot_id);
    return boot_id;
}
