/* Views: what a client looks at, cut out of the queue so that a frame costs what is visible.
 *
 * The plain view (everything in queue order) reads its rows straight from their positions. Any
 * other view keeps the ids that match, in their order, and makes that list anew only when something
 * it depends on changed; when that took long it waits ten times as long before the next, so that a
 * huge queue can't keep the loop busy with sorting. A row is sent only when its version is not the
 * one that the client was sent in the frame before; the client keeps no other rows. */

#include "control/view.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/mem.h"
#include "base/str.h"
#include "control/json.h"
#include "control/proto.h"

#define INTERVAL_MIN     50
#define INTERVAL_MAX     10000
#define INTERVAL_DEFAULT 100
#define REST_FACTOR      10 /* of the time that matching took */

/* A row as the client has it. */
struct sent_row {
    uint64_t id;
    uint64_t version;
};

/* Everything in a frame but the rows' contents. */
struct facts {
    struct haul_totals totals;
    uint64_t matching;
    uint64_t offset;
    uint64_t follow_index;
};

struct view {
    const struct view_source *source;
    const struct clock *clock;
    struct haul_view wanted;
    char *search; /* wanted.search, owned */
    bool pages;   /* the offset is taken as it is, for a list that is read page by page */

    uint64_t *matches; /* ids, unless the view is plain */
    size_t match_count;
    size_t match_size;
    uint64_t match_version; /* of what it depends on, when it was made */
    bool match_made;
    uint64_t rest_until; /* tick before which it is not made again */

    struct sent_row *sent;
    size_t sent_count;
    struct facts sent_facts;
    bool sent_any;
};

/* An item that fits the filter, while a list is made. */
struct candidate {
    struct haul_brief brief;
    size_t position;
};

struct view *view_new(const struct view_source *source, const struct clock *clock)
{
    struct view *view = xcalloc(1, sizeof *view);

    view->source = source;
    view->clock = clock;
    view->wanted.rows = 1;
    view->wanted.interval_ms = INTERVAL_DEFAULT;
    return view;
}

void view_free(struct view *view)
{
    if (!view)
        return;
    free(view->search);
    free(view->matches);
    free(view->sent);
    free(view);
}

void view_look(struct view *view, const struct haul_view *wanted)
{
    xstrset(&view->search, wanted->search && *wanted->search ? wanted->search : NULL);
    view->wanted = *wanted;
    view->wanted.search = view->search;
    if (wanted->interval_ms == 0)
        view->wanted.interval_ms = INTERVAL_DEFAULT;
    view->wanted.interval_ms = MIN(MAX(view->wanted.interval_ms, INTERVAL_MIN), INTERVAL_MAX);
    view->match_made = false;
    view->rest_until = 0;
}

uint32_t view_interval(const struct view *view)
{
    return view->wanted.interval_ms;
}

static bool is_plain(const struct haul_view *wanted)
{
    const uint32_t all = (1u << HAUL_STATE_COUNT) - 1;

    return (wanted->states == 0 || (wanted->states & all) == all) && !wanted->search &&
           wanted->sort == HAUL_SORT_QUEUE && !wanted->descending;
}

/* Names, sizes and rates change without a change of order; only then the finer version counts. */
static uint64_t version_needed(const struct view *view)
{
    const struct view_source *source = view->source;
    bool by_value = view->wanted.search ||
                    (view->wanted.sort != HAUL_SORT_QUEUE && view->wanted.sort != HAUL_SORT_STATE);

    return by_value ? source->version(source->ctx) : source->order_version(source->ctx);
}

static bool fits(const struct haul_view *wanted, const struct haul_brief *brief)
{
    if (wanted->states != 0 && !(wanted->states & (1u << brief->state)))
        return false;
    return !wanted->search || str_find_nocase(brief->name, wanted->search) ||
           str_find_nocase(brief->url, wanted->search);
}

/* The order of states in a list: what moves first, what is over last. */
static int state_rank(enum haul_state state)
{
    static const int ranks[HAUL_STATE_COUNT] = {
        [HAUL_ACTIVE] = 0, [HAUL_WAITING] = 1, [HAUL_QUEUED] = 2,    [HAUL_PAUSED] = 3,
        [HAUL_FAILED] = 4, [HAUL_DONE] = 5,    [HAUL_CANCELLED] = 6,
    };
    return ranks[state];
}

static int compare_u64(uint64_t a, uint64_t b)
{
    return (a > b) - (a < b);
}

static int compare_i64(int64_t a, int64_t b)
{
    return (a > b) - (a < b);
}

/* Share that is here; an unknown length sorts below everything. */
static double share_of(const struct haul_brief *brief)
{
    if (brief->total < 0)
        return -1.0;
    return brief->total == 0 ? 1.0 : (double)brief->done / (double)brief->total;
}

static int compare_share(const struct haul_brief *a, const struct haul_brief *b)
{
    double share_a = share_of(a), share_b = share_of(b);

    return (share_a > share_b) - (share_a < share_b);
}

static int compare_briefs(enum haul_sort sort, const struct haul_brief *a,
                          const struct haul_brief *b)
{
    switch (sort) {
    case HAUL_SORT_NAME:
        return strcasecmp(a->name, b->name);
    case HAUL_SORT_STATE:
        return state_rank(a->state) - state_rank(b->state);
    case HAUL_SORT_SIZE:
        return compare_i64(a->total, b->total);
    case HAUL_SORT_DONE:
        return compare_share(a, b);
    case HAUL_SORT_RATE:
        return compare_u64(a->rate, b->rate);
    case HAUL_SORT_QUEUE:
    case HAUL_SORT_COUNT:
        break;
    }
    return 0;
}

/* For qsort_r(): equal items stay in queue order, whichever way the view is turned. */
static int compare_candidates(const void *a, const void *b, void *ctx)
{
    const struct candidate *left = a, *right = b;
    const struct haul_view *wanted = ctx;
    int order = compare_briefs(wanted->sort, &left->brief, &right->brief);

    if (wanted->sort == HAUL_SORT_QUEUE)
        order = compare_u64(left->position, right->position);
    if (wanted->descending)
        order = -order;
    return order != 0 ? order : compare_u64(left->position, right->position);
}

/* All items that fit, in queue order; *ret_count of them, the caller frees. */
static struct candidate *gather(const struct view *view, size_t *ret_count)
{
    const struct view_source *source = view->source;
    size_t total = source->count(source->ctx);
    struct candidate *found = NULL;
    size_t count = 0, size = 0;

    for (size_t position = 0; position < total; position++) {
        struct haul_brief brief;

        source->at(source->ctx, position, &brief);
        if (!fits(&view->wanted, &brief))
            continue;
        found = array_reserve(found, count, &size, sizeof *found);
        found[count++] = (struct candidate){.brief = brief, .position = position};
    }
    *ret_count = count;
    return found;
}

static void make_matches(struct view *view)
{
    size_t count;
    struct candidate *found = gather(view, &count);

    if (count > 1 && (view->wanted.sort != HAUL_SORT_QUEUE || view->wanted.descending))
        qsort_r(found, count, sizeof *found, compare_candidates, &view->wanted);
    if (count > view->match_size) {
        view->matches = xreallocarray(view->matches, count, sizeof *view->matches);
        view->match_size = count;
    }
    for (size_t i = 0; i < count; i++)
        view->matches[i] = found[i].brief.id;
    view->match_count = count;
    free(found);
}

/* Makes the list of matches anew when it is out of date and the last time did not cost too much. */
static void refresh_matches(struct view *view)
{
    uint64_t version = version_needed(view);
    uint64_t now = clock_ticks(view->clock);

    if (view->match_made && (view->match_version == version || now < view->rest_until))
        return;
    make_matches(view);
    view->match_made = true;
    view->match_version = version;
    view->rest_until = now + (clock_ticks(view->clock) - now) * (REST_FACTOR + 1);
}

uint64_t view_due(const struct view *view)
{
    if (is_plain(&view->wanted) || !view->match_made)
        return 0;
    return view->match_version == version_needed(view) ? 0 : view->rest_until;
}

/* Where the followed item is among the matching ones; UINT64_MAX: nowhere. */
static uint64_t follow_index(const struct view *view)
{
    const struct view_source *source = view->source;
    struct haul_item item;
    uint64_t index;

    if (view->wanted.follow == 0)
        return UINT64_MAX;
    if (!is_plain(&view->wanted)) {
        for (size_t i = 0; i < view->match_count; i++) {
            if (view->matches[i] == view->wanted.follow)
                return i;
        }
        return UINT64_MAX;
    }
    if (!source->item(source->ctx, view->wanted.follow, &item))
        return UINT64_MAX;
    index = item.position - 1;
    haul_item_fini(&item);
    return index;
}

/* Moves the offset so that the rows hold the followed item and no more emptiness than needed. */
static void place_offset(struct view *view, const struct facts *facts)
{
    struct haul_view *wanted = &view->wanted;
    uint64_t last = facts->matching;

    if (!view->pages)
        last = facts->matching > wanted->rows ? facts->matching - wanted->rows : 0;
    if (facts->follow_index != UINT64_MAX && wanted->rows > 0) {
        if (facts->follow_index < wanted->offset)
            wanted->offset = facts->follow_index;
        else if (facts->follow_index - wanted->offset >= wanted->rows)
            wanted->offset = facts->follow_index - wanted->rows + 1;
    }
    wanted->offset = MIN(wanted->offset, last);
}

static struct facts take_facts(struct view *view)
{
    const struct view_source *source = view->source;
    struct facts facts;

    memset(&facts, 0, sizeof facts); /* padding too: facts are compared as bytes */
    source->totals(source->ctx, &facts.totals);
    if (is_plain(&view->wanted)) {
        facts.matching = source->count(source->ctx);
    } else {
        refresh_matches(view);
        facts.matching = view->match_count;
    }
    facts.follow_index = follow_index(view);
    place_offset(view, &facts);
    facts.offset = view->wanted.offset;
    return facts;
}

/* The version of row ID that the client has, 0 when it has none. GUESS is where it was likely. */
static uint64_t sent_version(const struct view *view, uint64_t id, size_t guess)
{
    if (guess < view->sent_count && view->sent[guess].id == id)
        return view->sent[guess].version;
    for (size_t i = 0; i < view->sent_count; i++) {
        if (view->sent[i].id == id)
            return view->sent[i].version;
    }
    return 0;
}

/* Looks at the row at INDEX of the view and appends it to ROWS unless the client has it. False when
 * the item is gone since the list was made. */
static bool add_row(struct view *view, uint64_t index, size_t guess, json_t *rows,
                    struct sent_row *ret_row)
{
    const struct view_source *source = view->source;
    struct haul_brief brief;
    struct haul_item item;
    uint64_t id;

    if (is_plain(&view->wanted)) {
        source->at(source->ctx, (size_t)index, &brief);
        *ret_row = (struct sent_row){brief.id, brief.version};
        if (sent_version(view, brief.id, guess) == brief.version)
            return true;
        id = brief.id;
    } else {
        id = view->matches[index];
    }
    if (!source->item(source->ctx, id, &item))
        return false;
    *ret_row = (struct sent_row){id, item.version};
    if (sent_version(view, id, guess) != item.version)
        json_array_append_new(rows, json_from_item(&item));
    haul_item_fini(&item);
    return true;
}

/* The visible rows; those that the client lacks go into ROWS. Newly allocated. */
static struct sent_row *collect_rows(struct view *view, const struct facts *facts, json_t *rows,
                                     size_t *ret_count)
{
    uint64_t end = MIN(facts->matching, facts->offset + view->wanted.rows);
    struct sent_row *visible = xcalloc((size_t)(end - facts->offset) + 1, sizeof *visible);
    size_t count = 0;

    for (uint64_t index = facts->offset; index < end; index++) {
        if (add_row(view, index, count, rows, &visible[count]))
            count++;
    }
    *ret_count = count;
    return visible;
}

static bool same_order(const struct view *view, const struct sent_row *rows, size_t count)
{
    if (count != view->sent_count)
        return false;
    for (size_t i = 0; i < count; i++) {
        if (rows[i].id != view->sent[i].id)
            return false;
    }
    return true;
}

static json_t *encode(const struct facts *facts, const struct sent_row *visible, size_t count,
                      json_t *rows)
{
    json_t *frame = json_object();
    json_t *order = json_array();

    for (size_t i = 0; i < count; i++)
        json_array_append_new(order, json_from_u64(visible[i].id));
    json_object_set_new(frame, "totals", json_from_totals(&facts->totals));
    json_object_set_new(frame, "matching", json_from_u64(facts->matching));
    json_object_set_new(frame, "offset", json_from_u64(facts->offset));
    json_object_set_new(frame, "follow_index",
                        facts->follow_index == UINT64_MAX ? json_null()
                                                          : json_from_u64(facts->follow_index));
    json_object_set_new(frame, "order", order);
    json_object_set_new(frame, "rows", rows);
    return frame;
}

json_t *view_frame(struct view *view, bool force)
{
    struct facts facts = take_facts(view);
    json_t *rows = json_array();
    size_t count;
    struct sent_row *visible = collect_rows(view, &facts, rows, &count);
    bool same = view->sent_any && json_array_size(rows) == 0 && same_order(view, visible, count) &&
                memcmp(&facts, &view->sent_facts, sizeof facts) == 0;

    if (same && !force) {
        json_decref(rows);
        free(visible);
        return NULL;
    }
    free(view->sent);
    view->sent = visible;
    view->sent_count = count;
    view->sent_facts = facts;
    view->sent_any = true;
    return encode(&facts, visible, count, rows);
}

json_t *view_list(const struct view_source *source, const struct haul_view *wanted)
{
    struct view *view = view_new(source, &clock_system);
    json_t *list;

    view_look(view, wanted);
    view->wanted.follow = 0;
    view->pages = true;
    list = view_frame(view, true);
    json_object_del(list, "follow_index");
    json_object_del(list, "order");
    json_object_set(list, "items", json_object_get(list, "rows"));
    json_object_del(list, "rows");
    view_free(view);
    return list;
}
