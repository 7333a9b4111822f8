/* The record beside a partial file: what is believed tiles the file, comes out the same when it is
 * written again, and never claims more than the file holds. */

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "disk/state.h"
#include "fuzz.h"

static uint64_t end_of(const struct disk_state *state)
{
    return state->size >= 0 ? (uint64_t)state->size : UINT64_MAX;
}

static void check_tiles(const struct disk_state *state)
{
    uint64_t at = 0;

    CHECK(state->url && state->size >= -1);
    CHECK(state->range_count > 0 && state->range_count <= STATE_RANGES_MAX);
    for (size_t i = 0; i < state->range_count; i++) {
        const struct disk_range *range = &state->ranges[i];

        CHECK(range->start == at && range->start <= range->synced);
        CHECK(range->synced <= range->written && range->written <= range->end);
        at = range->end;
    }
    CHECK(at == end_of(state));
    CHECK(disk_state_bytes(state) <= end_of(state));
}

static void check_same(const struct disk_state *a, const struct disk_state *b)
{
    CHECK(strcmp(a->url, b->url) == 0 && strcmp(a->boot, b->boot) == 0 && a->size == b->size);
    CHECK(!a->source == !b->source && (!a->source || strcmp(a->source, b->source) == 0));
    CHECK(!a->etag == !b->etag && (!a->etag || strcmp(a->etag, b->etag) == 0));
    CHECK(!a->modified == !b->modified || strcmp(a->modified, b->modified) == 0);
    CHECK(a->range_count == b->range_count);
    CHECK(memcmp(a->ranges, b->ranges, a->range_count * sizeof *a->ranges) == 0);
}

/* Written again it is the same text: there is one way to write a record. */
static void check_round(const struct disk_state *state, const char *data, size_t size)
{
    struct disk_state copy, back;
    size_t len = 0, rows = 0;
    char *text = state_write(state, &len, &rows);

    CHECK(text && len == size && memcmp(text, data, size) == 0);
    CHECK(rows + state->range_count * STATE_ROW == len);
    CHECK(state_read(text, len, &back));
    check_same(state, &back);
    state_fini(&back);
    free(text);
    state_copy(&copy, state);
    state_tidy(&copy);
    check_tiles(&copy);
    text = state_write(&copy, &len, &rows);
    CHECK(text);
    free(text);
    state_fini(&copy);
}

static void check_belief(const struct disk_state *state, const char *boot, uint64_t file_size)
{
    struct disk_state copy;

    state_copy(&copy, state);
    state_believe(&copy, boot, file_size);
    for (size_t i = 0; i < copy.range_count; i++) {
        const struct disk_range *range = &copy.ranges[i];
        bool same_boot = boot[0] && strcmp(boot, state->boot) == 0;
        uint64_t told = same_boot ? state->ranges[i].written : state->ranges[i].synced;

        CHECK(range->synced <= range->written && range->written >= range->start);
        CHECK(range->synced <= state->ranges[i].synced);
        CHECK(range->written == range->start || range->written <= file_size);
        CHECK(range->written <= told);
    }
    check_tiles(&copy);
    CHECK(disk_state_bytes(&copy) <= file_size);
    state_fini(&copy);
}

/* Puts the right check number on whatever looks like a row: a fuzzer does not guess them. */
static void repair(char *text, size_t size)
{
    for (size_t at = 0; at + STATE_ROW <= size; at++) {
        uint32_t hash = UINT32_C(2166136261);
        char number[16];

        if ((at > 0 && text[at - 1] != '\n') || text[at + STATE_ROW - 1] != '\n')
            continue;
        for (size_t i = 0; i < STATE_ROW - 9; i++)
            hash = (hash ^ (uint8_t)text[at + i]) * UINT32_C(16777619);
        snprintf(number, sizeof(number), "%08x", hash);
        memcpy(text + at + STATE_ROW - 9, number, 8);
    }
}

static void read_record(const char *data, size_t size)
{
    struct disk_state state = {.size = -1};

    if (state_read(data, size, &state)) {
        check_tiles(&state);
        check_round(&state, data, size);
        check_belief(&state, state.boot, UINT64_MAX);
        check_belief(&state, "another", UINT64_MAX);
        check_belief(&state, state.boot, end_of(&state) / 2);
        check_belief(&state, "", 0);
        state_fini(&state);
    } else {
        CHECK(!state.url && !state.ranges);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = fuzz_text(data, size);

    read_record(text, size);
    repair(text, size);
    read_record(text, size);
    free(text);
    return 0;
}
