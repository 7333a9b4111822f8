/* Views: what a client looks at, cut out of the queue so that a frame costs what is visible.
 *
 * The plain view (everything in queue order) reads its rows straight from their positions. Any
 * other one keeps the items that match in their order (control/order.h), as does what is looked for
 * within it, and follows the queue's changes item by item; only what was changed since the frame
 * before is looked at. All is matched and sorted anew when something else is to be looked at, and
 * when more happened than the queue remembers; then, if that took long, it waits ten times as long
 * before the next. What moves while it runs (a rate, a share) goes to its new place once a second:
 * a list that is read should not run; and what is filtered by age is matched anew every few
 * seconds. A row is sent only when its version or its place is not the one that the client was sent
 * in the frame before; the client keeps no other rows. */

#include "control/view.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/filter.h"
#include "base/idset.h"
#include "base/mem.h"
#include "base/str.h"
#include "control/json.h"
#include "control/order.h"
#include "control/proto.h"

#define INTERVAL_MIN     50
#define INTERVAL_MAX     10000
#define INTERVAL_DEFAULT 100
#define REST_FACTOR      10 /* of the time that matching took */
#define NEWS_ROWS        ((size_t)1000)
#define SETTLE_MS        1000 /* between two looks at what moves all the time */
#define AGE_MS           5000 /* between two looks at how long ago things were */

/* A row as the client has it. */
struct sent_row {
    uint64_t id;
    uint64_t version;
    uint64_t position;
    uint8_t flags; /* enum haul_row_flag */
};

/* Everything in a frame but the rows. */
struct facts {
    struct haul_totals totals;
    uint64_t matching;
    uint64_t offset;
    uint64_t follow_index;
    uint64_t found, found_before;
    uint64_t marked;
};

struct ids {
    uint64_t *ids;
    size_t count, size;
};

struct view {
    const struct view_source *source;
    const struct clock *clock;
    struct haul_view wanted;  /* its texts are ours */
    struct filter *filter;    /* NULL: none */
    struct filter *find;      /* NULL: nothing is looked for */
    const struct idset *only; /* with wanted.marked: what is marked elsewhere */
    bool pages; /* the offset is taken as it is, for a list that is read page by page */

    struct order *shown; /* what matches; NULL: all, in queue order */
    struct order *found; /* what of it is looked for; NULL: nothing */
    bool moves;          /* an item may move within them, in or out, without more than its numbers
                            changing */
    bool ages;           /* and that by nothing but time going by */
    bool made;
    uint64_t age_at;     /* tick from which on ages are looked at anew */
    uint64_t seen;       /* version of the queue that they are of */
    uint64_t seen_order; /* the same */
    uint64_t rest_until; /* tick before which they are not made again */
    struct ids changed;  /* while changes are looked at */
    struct ids late;     /* what moved and was not put in its new place yet */
    uint64_t settle_at;  /* tick from which on it may be */

    struct idset news; /* with wanted.changed: what is still to be told */
    uint64_t told;     /* version up to which all is told or among it */

    struct idset marks;
    uint64_t marks_seen; /* version from which on items that went were not dropped from them */

    struct sent_row *sent;
    size_t sent_count;
    struct facts sent_facts;
    bool sent_any;
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

static void texts_free(const struct haul_view *wanted)
{
    free((char *)(uintptr_t)wanted->search);
    free((char *)(uintptr_t)wanted->filter);
    free((char *)(uintptr_t)wanted->find);
}

void view_free(struct view *view)
{
    if (!view)
        return;
    texts_free(&view->wanted);
    filter_free(view->filter);
    filter_free(view->find);
    order_free(view->shown);
    order_free(view->found);
    idset_clear(&view->marks);
    idset_clear(&view->news);
    free(view->changed.ids);
    free(view->late.ids);
    free(view->sent);
    free(view);
}

static void ids_push(struct ids *list, uint64_t id)
{
    list->ids = array_reserve(list->ids, list->count, &list->size, sizeof *list->ids);
    list->ids[list->count++] = id;
}

/* ---- what is looked at ---- */

static char *copy_text(const char *text)
{
    return text && *text ? xstrdup(text) : NULL;
}

/* True when the same items match in the same order, and the same are looked for. */
static bool same_list(const struct haul_view *a, const struct haul_view *b)
{
    return a->states == b->states && a->sort == b->sort && a->descending == b->descending &&
           str_same(a->search, b->search) && str_same(a->filter, b->filter) &&
           str_same(a->find, b->find);
}

/* *ret_filter is NULL without an expression. */
static enum haul_err parse(const char *name, const char *text, int64_t now,
                           struct filter **ret_filter, struct haul_error *err)
{
    struct filter_problem problem;

    *ret_filter = NULL;
    if (!text || !*text)
        return HAUL_OK;
    *ret_filter = filter_new(text, now, &problem);
    return *ret_filter ? HAUL_OK : haul_fail(err, HAUL_E_RPC, "%s: %s", name, problem.text);
}

/* Everything is to be matched and sorted anew. */
static void forget_list(struct view *view)
{
    order_free(view->shown);
    order_free(view->found);
    view->shown = NULL;
    view->found = NULL;
    view->made = false;
    view->rest_until = 0;
    view->late.count = 0;
}

enum haul_err view_look(struct view *view, const struct haul_view *wanted, struct haul_error *err)
{
    struct haul_view copy = *wanted;
    struct filter *filter = NULL, *find = NULL;
    int64_t now = clock_wall(view->clock);

    if (parse("filter", wanted->filter, now, &filter, err) != HAUL_OK ||
        parse("find", wanted->find, now, &find, err) != HAUL_OK) {
        filter_free(filter);
        return err->code;
    }
    copy.search = copy_text(wanted->search);
    copy.filter = copy_text(wanted->filter);
    copy.find = copy_text(wanted->find);
    if (wanted->interval_ms == 0)
        copy.interval_ms = INTERVAL_DEFAULT;
    copy.interval_ms = MIN(MAX(copy.interval_ms, INTERVAL_MIN), INTERVAL_MAX);
    if (!view->made || !same_list(&copy, &view->wanted)) {
        filter_free(view->filter);
        filter_free(view->find);
        view->filter = filter;
        view->find = find;
        view->moves = order_moves(copy.sort) || (filter && filter_moves(filter)) ||
                      (find && filter_moves(find));
        view->ages = (filter && filter_ages(filter)) || (find && filter_ages(find));
        forget_list(view);
    } else {
        filter_free(filter);
        filter_free(find);
    }
    if (copy.changed && !view->wanted.changed) {
        view->told = view->source->version(view->source->ctx);
        idset_clear(&view->news);
    }
    texts_free(&view->wanted);
    view->wanted = copy;
    return HAUL_OK;
}

uint32_t view_interval(const struct view *view)
{
    return view->wanted.interval_ms;
}

static bool is_plain(const struct haul_view *wanted)
{
    const uint32_t all = (1u << HAUL_STATE_COUNT) - 1;

    return (wanted->states == 0 || (wanted->states & all) == all) && !wanted->search &&
           !wanted->filter && !wanted->marked && wanted->sort == HAUL_SORT_QUEUE &&
           !wanted->descending;
}

static bool fits(const struct view *view, const struct haul_brief *brief)
{
    const struct haul_view *wanted = &view->wanted;

    if (wanted->states != 0 && !(wanted->states & (1u << brief->state)))
        return false;
    if (view->only && !idset_has(view->only, brief->id))
        return false;
    if (wanted->search && !str_find_nocase(brief->name, wanted->search) &&
        !str_find_nocase(brief->url, wanted->search))
        return false;
    return !view->filter || filter_fits(view->filter, brief);
}

/* ---- the lists, made ---- */

static void make_lists(struct view *view)
{
    const struct view_source *source = view->source;
    size_t total = source->count(source->ctx);
    enum haul_sort sort = view->wanted.sort;
    bool descending = view->wanted.descending;

    forget_list(view);
    if (view->filter)
        filter_set_now(view->filter, clock_wall(view->clock));
    if (view->find)
        filter_set_now(view->find, clock_wall(view->clock));
    if (!is_plain(&view->wanted))
        view->shown = order_new(sort, descending, source->look, source->ctx);
    if (view->find)
        view->found = order_new(sort, descending, source->look, source->ctx);
    for (size_t position = 0; position < total && (view->shown || view->found); position++) {
        struct haul_brief brief;

        source->at(source->ctx, position, &brief);
        if (view->shown && !fits(view, &brief))
            continue;
        if (view->shown)
            order_offer(view->shown, &brief, position);
        if (view->found && filter_fits(view->find, &brief))
            order_offer(view->found, &brief, position);
    }
    if (view->shown)
        order_settle(view->shown);
    if (view->found)
        order_settle(view->found);
    view->made = true;
}

/* Makes them anew, unless the last time took so long that it is not time yet. */
static void remake_lists(struct view *view)
{
    const struct view_source *source = view->source;
    uint64_t now = clock_ticks(view->clock);

    if (view->made && now < view->rest_until)
        return;
    make_lists(view);
    view->seen = source->version(source->ctx);
    view->seen_order = source->order_version(source->ctx);
    view->rest_until = now + (clock_ticks(view->clock) - now) * (REST_FACTOR + 1);
    view->age_at = MAX(view->rest_until, now + AGE_MS);
    /* From here on changes are remembered, if they were not before. */
    (void)source->changes(source->ctx, view->seen, NULL, NULL);
}

/* ---- the lists, kept ---- */

/* What becomes of an item in one of the lists. */
enum fate {
    FATE_STAY,
    FATE_LATER, /* it moves all the time: not now */
    FATE_PUT,   /* out, if it is there, and in at its place */
    FATE_DROP
};

static enum fate fate_of(const struct view *view, const struct order *order, bool fits_it,
                         const struct haul_brief *brief, bool settling)
{
    enum haul_state state = brief->state;
    bool there = order_has(order, brief->id, &state);
    /* What was moved within the queue is not put off: it would mislead those that are put in. */
    bool is_where_it_was = there && state == brief->state &&
                           view->seen_order == view->source->order_version(view->source->ctx);

    if (!there && !fits_it)
        return FATE_STAY;
    if (is_where_it_was && fits_it && !order_differs(order, brief))
        return FATE_STAY;
    if (is_where_it_was && view->moves && !settling &&
        (order_moves(view->wanted.sort) || !order_differs(order, brief)))
        return FATE_LATER;
    return fits_it ? FATE_PUT : FATE_DROP;
}

/* Takes an item that changed out of ORDER if it does not stand right there. True: it is to be put
 * in again, by put_back(). */
static bool take_out(struct view *view, struct order *order, bool fits_it,
                     const struct haul_brief *brief, bool settling)
{
    enum fate fate = fate_of(view, order, fits_it, brief, settling);

    if (fate == FATE_LATER)
        ids_push(&view->late, brief->id);
    if (fate == FATE_PUT || fate == FATE_DROP)
        order_drop(order, brief->id);
    return fate == FATE_PUT;
}

static void put_back(struct order *order, bool fits_it, const struct haul_brief *brief,
                     size_t position)
{
    enum haul_state state;

    if (fits_it && !order_has(order, brief->id, &state))
        order_put(order, brief, position);
}

static bool fits_shown(const struct view *view, const struct haul_brief *brief)
{
    return !view->shown || fits(view, brief);
}

static bool fits_found(const struct view *view, const struct haul_brief *brief)
{
    return view->found && fits_shown(view, brief) && filter_fits(view->find, brief);
}

/* First all that changed go out, then they come in: places are found by comparing with items that
 * are what they were when they were put in. */
static void follow_changes(struct view *view, struct ids *changed, bool settling)
{
    const struct view_source *source = view->source;
    size_t again = 0;

    for (size_t i = 0; i < changed->count; i++) {
        uint64_t id = changed->ids[i];
        struct haul_brief brief;
        size_t position;
        bool put = false;

        if (!source->look(source->ctx, id, &brief, &position)) {
            if (view->shown)
                order_drop(view->shown, id);
            if (view->found)
                order_drop(view->found, id);
            continue;
        }
        if (view->shown)
            put |= take_out(view, view->shown, fits(view, &brief), &brief, settling);
        if (view->found)
            put |= take_out(view, view->found, fits_found(view, &brief), &brief, settling);
        if (put)
            changed->ids[again++] = id;
    }
    for (size_t i = 0; i < again; i++) {
        struct haul_brief brief;
        size_t position;

        if (!source->look(source->ctx, changed->ids[i], &brief, &position))
            continue;
        if (view->shown)
            put_back(view->shown, fits(view, &brief), &brief, position);
        if (view->found)
            put_back(view->found, fits_found(view, &brief), &brief, position);
    }
    changed->count = 0;
}

static void on_change(void *ctx, uint64_t id)
{
    struct view *view = ctx;

    /* An item that receives is told again and again. */
    if (view->changed.count == 0 || view->changed.ids[view->changed.count - 1] != id)
        ids_push(&view->changed, id);
}

/* Puts what moved in its new place, when it is time. */
static void settle(struct view *view)
{
    uint64_t now = clock_ticks(view->clock);

    if (view->late.count == 0 || now < view->settle_at)
        return;
    follow_changes(view, &view->late, true);
    view->settle_at = now + SETTLE_MS;
}

/* Brings the lists up to the queue as it is now, or as far as is reasonable. */
static void refresh_lists(struct view *view)
{
    const struct view_source *source = view->source;
    uint64_t version = source->version(source->ctx);

    if (view->made && !view->shown && !view->found)
        return;
    if (view->made && view->seen != version) {
        view->changed.count = 0;
        if (source->changes(source->ctx, view->seen, on_change, view)) {
            follow_changes(view, &view->changed, false);
            view->seen = version;
            view->seen_order = source->order_version(source->ctx);
        }
    }
    if (!view->made || view->seen != version ||
        (view->ages && clock_ticks(view->clock) >= view->age_at))
        remake_lists(view);
    settle(view);
}

uint64_t view_due(const struct view *view)
{
    if (view->wanted.changed)
        return view->news.count > 0 ? clock_ticks(view->clock) + view->wanted.interval_ms : 0;
    if (!view->made || (!view->shown && !view->found))
        return 0;
    if (view->seen != view->source->version(view->source->ctx))
        return view->rest_until;
    if (view->late.count > 0)
        return view->settle_at;
    return view->ages ? view->age_at : 0;
}

/* ---- marks ---- */

static void mark_one(struct view *view, enum haul_mark how, uint64_t id)
{
    if (how == HAUL_MARK_DROP || (how == HAUL_MARK_TURN && idset_has(&view->marks, id)))
        idset_drop(&view->marks, id);
    else
        idset_add(&view->marks, id);
}

/* The id of the item at INDEX of the view. */
static uint64_t id_at(const struct view *view, size_t index)
{
    struct haul_brief brief;

    if (view->shown)
        return order_at(view->shown, index);
    view->source->at(view->source->ctx, index, &brief);
    return brief.id;
}

static size_t matching(const struct view *view)
{
    return view->shown ? order_count(view->shown) : view->source->count(view->source->ctx);
}

/* Where item ID is in the view; SIZE_MAX: nowhere. */
static size_t index_of(const struct view *view, uint64_t id)
{
    struct haul_brief brief;
    size_t position;

    if (view->shown)
        return order_index(view->shown, id);
    return view->source->look(view->source->ctx, id, &brief, &position) ? position : SIZE_MAX;
}

enum haul_err view_mark(struct view *view, enum haul_mark how, const struct haul_range *range,
                        struct haul_error *err)
{
    size_t first = 0, last = SIZE_MAX;

    if (how == HAUL_MARK_NONE) {
        idset_clear(&view->marks);
        return HAUL_OK;
    }
    refresh_lists(view);
    if (range->first != 0 || range->last != 0) {
        size_t a = index_of(view, range->first), b = index_of(view, range->last);

        if (a == SIZE_MAX || b == SIZE_MAX)
            return haul_fail(err, HAUL_E_NO_ITEM, "there is no item %llu in this view",
                             (unsigned long long)(a == SIZE_MAX ? range->first : range->last));
        first = MIN(a, b);
        last = MAX(a, b);
    } else if (matching(view) > 0) {
        last = matching(view) - 1;
    }
    if (view->marks.count == 0)
        view->marks_seen = view->source->version(view->source->ctx);
    if (how == HAUL_MARK_ONLY)
        idset_clear(&view->marks);
    for (size_t i = first; i <= last && i < matching(view); i++)
        mark_one(view, how, id_at(view, i));
    return HAUL_OK;
}

/* Looks at each marked item: more happened than is remembered. */
static void review_marks(struct view *view)
{
    size_t count = view->marks.count;
    uint64_t *ids = idset_list(&view->marks);

    for (size_t i = 0; i < count; i++) {
        struct haul_brief brief;
        size_t position;

        if (!view->source->look(view->source->ctx, ids[i], &brief, &position))
            idset_drop(&view->marks, ids[i]);
    }
    free(ids);
}

static void on_change_of_marks(void *ctx, uint64_t id)
{
    struct view *view = ctx;
    struct haul_brief brief;
    size_t position;

    if (idset_has(&view->marks, id) &&
        !view->source->look(view->source->ctx, id, &brief, &position))
        idset_drop(&view->marks, id);
}

/* Drops the marks of items that went. */
static void refresh_marks(struct view *view)
{
    const struct view_source *source = view->source;

    if (view->marks.count > 0 &&
        !source->changes(source->ctx, view->marks_seen, on_change_of_marks, view))
        review_marks(view);
    view->marks_seen = source->version(source->ctx);
}

uint64_t *view_marked(struct view *view, size_t *ret_count)
{
    refresh_marks(view);
    *ret_count = view->marks.count;
    return idset_list(&view->marks);
}

/* ---- finding ---- */

/* How many that are looked for stand before item ID. */
static size_t found_before(const struct view *view, uint64_t id)
{
    struct haul_brief brief;
    size_t position;

    if (id == 0 || !view->source->look(view->source->ctx, id, &brief, &position))
        return 0;
    return order_rank(view->found, &brief, position);
}

uint64_t view_find(struct view *view, uint64_t from, bool here, bool backwards, uint64_t *ret_index)
{
    size_t count, rank;
    enum haul_state state;
    uint64_t id;

    refresh_lists(view);
    count = view->found ? order_count(view->found) : 0;
    if (count == 0)
        return 0;
    rank = found_before(view, from);
    if (backwards && !here)
        rank = rank > 0 ? rank - 1 : count - 1;
    else if (!here && from != 0 && order_has(view->found, from, &state))
        rank++;
    id = order_at(view->found, rank % count);
    *ret_index = index_of(view, id);
    return id;
}

/* ---- frames ---- */

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
    uint64_t follow = view->wanted.follow;
    struct facts facts;
    size_t index;

    memset(&facts, 0, sizeof facts); /* padding too: facts are compared as bytes */
    source->totals(source->ctx, &facts.totals);
    refresh_lists(view);
    refresh_marks(view);
    index = follow != 0 ? index_of(view, follow) : SIZE_MAX;
    facts.matching = matching(view);
    facts.follow_index = index == SIZE_MAX ? UINT64_MAX : index;
    facts.marked = view->marks.count;
    if (view->found) {
        facts.found = order_count(view->found);
        facts.found_before = found_before(view, follow);
    }
    place_offset(view, &facts);
    facts.offset = view->wanted.offset;
    return facts;
}

/* True when the client has row ROW as it is now. GUESS is where it was likely. */
static bool is_sent(const struct view *view, const struct sent_row *row, size_t guess)
{
    const struct sent_row *sent = NULL;

    if (guess < view->sent_count && view->sent[guess].id == row->id)
        sent = &view->sent[guess];
    for (size_t i = 0; !sent && i < view->sent_count; i++) {
        if (view->sent[i].id == row->id)
            sent = &view->sent[i];
    }
    return sent && sent->version == row->version && sent->position == row->position;
}

static uint8_t flags_of(const struct view *view, uint64_t id)
{
    enum haul_state state;
    unsigned flags = 0;

    if (idset_has(&view->marks, id))
        flags |= HAUL_ROW_MARKED;
    if (view->found && order_has(view->found, id, &state))
        flags |= HAUL_ROW_FOUND;
    return (uint8_t)flags;
}

/* Looks at the row at INDEX of the view and appends it to ROWS unless the client has it. False when
 * the item is gone since the list was made. */
static bool add_row(struct view *view, uint64_t index, size_t guess, json_t *rows,
                    struct sent_row *ret_row)
{
    const struct view_source *source = view->source;
    struct haul_brief brief;
    struct haul_item item;
    size_t position = (size_t)index;

    if (!view->shown)
        source->at(source->ctx, position, &brief);
    else if (!source->look(source->ctx, order_at(view->shown, position), &brief, &position))
        return false;
    *ret_row = (struct sent_row){brief.id, brief.version, position, flags_of(view, brief.id)};
    if (is_sent(view, ret_row, guess))
        return true;
    if (!source->item(source->ctx, brief.id, &item))
        return false;
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
        if (rows[i].id != view->sent[i].id || rows[i].flags != view->sent[i].flags)
            return false;
    }
    return true;
}

/* The ids of the rows that have FLAG. */
static json_t *ids_with(enum haul_row_flag flag, const struct sent_row *visible, size_t count)
{
    json_t *ids = json_array();

    for (size_t i = 0; i < count; i++) {
        if (visible[i].flags & flag)
            json_array_append_new(ids, json_from_u64(visible[i].id));
    }
    return ids;
}

/* What is looked for and what is marked: only when there is any. */
static void encode_flags(json_t *frame, const struct facts *facts, const struct sent_row *visible,
                         size_t count)
{
    if (facts->found > 0) {
        json_object_set_new(frame, "found", json_from_u64(facts->found));
        json_object_set_new(frame, "found_before", json_from_u64(facts->found_before));
        json_object_set_new(frame, "found_rows", ids_with(HAUL_ROW_FOUND, visible, count));
    }
    if (facts->marked > 0) {
        json_object_set_new(frame, "marked", json_from_u64(facts->marked));
        json_object_set_new(frame, "marked_rows", ids_with(HAUL_ROW_MARKED, visible, count));
    }
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
    encode_flags(frame, facts, visible, count);
    return frame;
}

/* ---- changes, instead of rows ---- */

static void on_news(void *ctx, uint64_t id)
{
    struct view *view = ctx;

    idset_add(&view->news, id);
}

/* More happened than the queue remembers: all items are asked for their version. */
static void look_for_news(struct view *view)
{
    const struct view_source *source = view->source;
    size_t total = source->count(source->ctx);

    for (size_t position = 0; position < total; position++) {
        struct haul_brief brief;

        source->at(source->ctx, position, &brief);
        if (brief.version > view->told)
            idset_add(&view->news, brief.id);
    }
}

/* The items that changed since the frame before, up to NEWS_ROWS; the rest comes with the next. */
static json_t *news_frame(struct view *view, bool force)
{
    const struct view_source *source = view->source;
    struct facts facts;
    json_t *rows = json_array();
    struct sent_row *told;
    uint64_t *ids;
    size_t count, told_count = 0;

    memset(&facts, 0, sizeof facts);
    source->totals(source->ctx, &facts.totals);
    facts.follow_index = UINT64_MAX;
    facts.matching = source->count(source->ctx);
    if (!source->changes(source->ctx, view->told, on_news, view))
        look_for_news(view);
    view->told = source->version(source->ctx);
    count = view->news.count;
    ids = idset_list(&view->news);
    told = xcalloc(MIN(count, NEWS_ROWS) + 1, sizeof *told);
    for (size_t i = 0; i < MIN(count, NEWS_ROWS); i++) {
        struct haul_item item;

        idset_drop(&view->news, ids[i]);
        if (!source->item(source->ctx, ids[i], &item))
            continue;
        told[told_count++].id = ids[i];
        json_array_append_new(rows, json_from_item(&item));
        haul_item_fini(&item);
    }
    free(ids);
    if (told_count == 0 && !force && view->sent_any &&
        memcmp(&facts, &view->sent_facts, sizeof facts) == 0) {
        json_decref(rows);
        free(told);
        return NULL;
    }
    view->sent_facts = facts;
    view->sent_any = true;
    view->sent_count = 0; /* the rows of a list are to be sent anew */
    json_t *frame = encode(&facts, told, told_count, rows);
    free(told);
    return frame;
}

static json_t *rows_frame(struct view *view, bool force)
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

json_t *view_frame(struct view *view, bool force)
{
    return view->wanted.changed ? news_frame(view, force) : rows_frame(view, force);
}

enum haul_err view_list(const struct view_source *source, const struct haul_view *wanted,
                        struct view *watched, json_t **ret_list, struct haul_error *err)
{
    struct view *view;
    enum haul_err code;
    json_t *list;

    if (watched)
        refresh_marks(watched);
    if (wanted->marked && (!watched || watched->marks.count == 0))
        return haul_fail(err, HAUL_E_NO_ITEM, "nothing is selected");
    view = view_new(source, &clock_system);
    view->only = wanted->marked ? &watched->marks : NULL;
    code = view_look(view, wanted, err);
    if (code != HAUL_OK) {
        view_free(view);
        return code;
    }
    view->wanted.follow = 0;
    view->pages = true;
    list = view_frame(view, true);
    json_object_del(list, "follow_index");
    json_object_del(list, "order");
    json_object_set(list, "items", json_object_get(list, "rows"));
    json_object_del(list, "rows");
    view_free(view);
    *ret_list = list;
    return HAUL_OK;
}
