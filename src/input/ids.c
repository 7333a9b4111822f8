/* Items on the command line. A state means the items in it, a range the items within it that are
 * there: numbers of removed items are never used again, so ranges have holes. */
#include "input/ids.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/mem.h"
#include "base/str.h"
#include "base/suggest.h"

/* "7" or "3-7". */
static bool parse_span(const char *word, struct haul_ids_span *ret_span)
{
    struct haul_ids_span span;
    const char *end;

    if (!str_to_u64(word, &span.first, &end))
        return false;
    span.last = span.first;
    if (*end == '-' && !str_to_u64(end + 1, &span.last, NULL))
        return false;
    if ((*end != '-' && *end != '\0') || span.first == 0 || span.last < span.first)
        return false;
    *ret_span = span;
    return true;
}

static enum haul_err refuse(const char *word, struct haul_error *err)
{
    struct suggest suggest;

    suggest_init(&suggest, word);
    for (unsigned state = 0; state < HAUL_STATE_COUNT; state++)
        suggest_consider(&suggest, haul_state_name((enum haul_state)state));
    suggest_consider(&suggest, "all");
    if (suggest.best)
        return haul_fail(err, HAUL_E_USAGE, "there are no items \"%s\"; did you mean %s?", word,
                         suggest.best);
    return haul_fail(err, HAUL_E_USAGE,
                     "\"%s\" is not an item's number, a range like 3-7, a state like failed, or "
                     "'all'",
                     word);
}

enum haul_err ids_parse(const char *const *words, size_t count, struct ids *ret_ids,
                        struct haul_error *err)
{
    struct ids ids = {.spans = xcalloc(count + 1, sizeof(*ids.spans))};

    for (size_t i = 0; i < count; i++) {
        struct haul_ids_span *span = &ids.spans[ids.count];
        int state = haul_state_from_name(words[i]);

        if (strcmp(words[i], "all") == 0) {
            ids.all = true;
            continue;
        }
        if (state >= 0) {
            ids.states |= 1u << (unsigned)state;
            ids.has_range = true;
            continue;
        }
        if (!parse_span(words[i], span)) {
            ids_fini(&ids);
            return refuse(words[i], err);
        }
        ids.has_range = ids.has_range || strchr(words[i], '-') != NULL;
        ids.count++;
    }
    *ret_ids = ids;
    return HAUL_OK;
}

enum haul_err ids_parse_one(const char *word, uint64_t *ret_id, struct haul_error *err)
{
    uint64_t id;

    if (!str_to_u64(word, &id, NULL) || id == 0)
        return haul_fail(err, HAUL_E_USAGE, "\"%s\" is not an item's number", word);
    *ret_id = id;
    return HAUL_OK;
}

enum haul_err ids_parse_place(const char *word, struct ids_place *ret_place, struct haul_error *err)
{
    int how = haul_move_from_name(word);
    uint64_t position = 0;

    if (how < 0 || how == HAUL_MOVE_TO) {
        if (!str_to_u64(word, &position, NULL) || position == 0)
            return haul_fail(err, HAUL_E_USAGE,
                             "\"%s\" is neither up, down, top or bottom nor a position from 1 on",
                             word);
        how = HAUL_MOVE_TO;
    }
    *ret_place = (struct ids_place){(enum haul_move)how, position};
    return HAUL_OK;
}

void ids_fini(struct ids *ids)
{
    free(ids->spans);
    *ids = (struct ids){0};
}

static int compare(const void *a, const void *b)
{
    const uint64_t *left = a, *right = b;
    return (*left > *right) - (*left < *right);
}

/* A growing array of numbers. */
struct numbers {
    uint64_t *items;
    size_t count;
    size_t size;
};

static void numbers_add(struct numbers *numbers, uint64_t number)
{
    numbers->items =
        array_reserve(numbers->items, numbers->count, &numbers->size, sizeof(*numbers->items));
    numbers->items[numbers->count++] = number;
}

static void add_span(struct numbers *numbers, const struct haul_ids_span *span,
                     const struct haul_item *items, size_t item_count)
{
    if (span->first == span->last) {
        numbers_add(numbers, span->first);
        return;
    }
    for (size_t i = 0; i < item_count; i++) {
        if (items[i].id >= span->first && items[i].id <= span->last)
            numbers_add(numbers, items[i].id);
    }
}

static void drop_repeated(struct numbers *numbers)
{
    size_t kept = 0;

    for (size_t i = 0; i < numbers->count; i++) {
        if (kept == 0 || numbers->items[kept - 1] != numbers->items[i])
            numbers->items[kept++] = numbers->items[i];
    }
    numbers->count = kept;
}

enum haul_err ids_numbers(const struct ids *ids, const struct haul_item *items, size_t item_count,
                          uint64_t **ret_numbers, size_t *ret_count, struct haul_error *err)
{
    struct haul_named named = {ids->spans, ids->count, ids->states};
    struct numbers numbers = {0};

    for (size_t i = 0; i < ids->count; i++)
        add_span(&numbers, &ids->spans[i], items, item_count);
    for (size_t i = 0; i < item_count; i++) {
        if (ids->states & (1u << items[i].state))
            numbers_add(&numbers, items[i].id);
    }
    if (numbers.count == 0)
        return haul_fail(err, HAUL_E_NO_ITEM, "%s", haul_named_none(&named));
    qsort(numbers.items, numbers.count, sizeof(*numbers.items), compare);
    drop_repeated(&numbers);
    *ret_numbers = numbers.items;
    *ret_count = numbers.count;
    return HAUL_OK;
}
