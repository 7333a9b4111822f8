/* What a client is shown: which rows, in which order, and how little of it is sent. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "control/proto.h"
#include "control/view.h"

#define NOW INT64_C(1732190651000)

/* A queue, and how often it was looked at. */
struct queue {
    uint64_t *changes; /* the id that each version was about, from 1 on */
    bool forgetful;    /* it tells no changes */
    struct haul_item *items;
    size_t count;
    uint64_t version;
    uint64_t order_version;
    uint64_t rate;
    size_t looks;       /* at briefs */
    size_t copies;      /* of items */
    uint64_t tick;      /* of the fake clock */
    uint64_t look_cost; /* ticks that a look takes */
};

static void fill_brief(const struct haul_item *item, struct haul_brief *ret_brief)
{
    *ret_brief = (struct haul_brief){
        .id = item->id,
        .version = item->version,
        .state = item->state,
        .total = item->total,
        .done = item->done,
        .rate = item->rate,
        .eta = item->eta,
        .added_at = item->added_at,
        .finished_at = item->finished_at,
        .connections = item->connections,
        .name = item->name,
        .url = item->url,
        .dir = item->dir,
    };
}

static size_t queue_count(void *ctx)
{
    return ((struct queue *)ctx)->count;
}

static void queue_at(void *ctx, size_t position, struct haul_brief *ret_brief)
{
    struct queue *queue = ctx;
    const struct haul_item *item = &queue->items[position];

    assert_true(position < queue->count);
    queue->looks++;
    queue->tick += queue->look_cost;
    fill_brief(item, ret_brief);
}

static void changed(struct queue *queue, struct haul_item *item)
{
    queue->version++;
    queue->changes = xreallocarray(queue->changes, queue->version + 1, sizeof *queue->changes);
    queue->changes[queue->version] = item->id;
    item->version = queue->version;
}

static bool queue_look(void *ctx, uint64_t id, struct haul_brief *ret_brief, size_t *ret_position)
{
    struct queue *queue = ctx;

    for (size_t i = 0; i < queue->count; i++) {
        if (queue->items[i].id == id) {
            queue->looks++;
            fill_brief(&queue->items[i], ret_brief);
            *ret_position = i;
            return true;
        }
    }
    return false;
}

static bool queue_changes(void *ctx, uint64_t since, void (*tell)(void *ctx, uint64_t id),
                          void *tell_ctx)
{
    struct queue *queue = ctx;

    for (uint64_t v = since + 1; tell && !queue->forgetful && v <= queue->version; v++)
        tell(tell_ctx, queue->changes[v]);
    return !queue->forgetful;
}

static bool queue_item(void *ctx, uint64_t id, struct haul_item *ret_item)
{
    struct queue *queue = ctx;

    for (size_t i = 0; i < queue->count; i++) {
        if (queue->items[i].id == id) {
            queue->copies++;
            haul_item_copy(ret_item, &queue->items[i]);
            return true;
        }
    }
    return false;
}

static void queue_totals(void *ctx, struct haul_totals *ret_totals)
{
    *ret_totals = (struct haul_totals){.rate = ((struct queue *)ctx)->rate};
}

static uint64_t queue_version(void *ctx)
{
    return ((struct queue *)ctx)->version;
}

static uint64_t queue_order_version(void *ctx)
{
    return ((struct queue *)ctx)->order_version;
}

static uint64_t queue_ticks(void *ctx)
{
    return ((struct queue *)ctx)->tick;
}

static int64_t queue_wall(void *ctx)
{
    return NOW + (int64_t)((struct queue *)ctx)->tick;
}

/* A queue with a view on it. */
struct world {
    struct queue queue;
    struct view_source source;
    struct clock clock;
    struct view *view;
};

static void add(struct queue *queue, const char *name, enum haul_state state)
{
    size_t at = queue->count++;

    queue->items = xreallocarray(queue->items, queue->count, sizeof *queue->items);
    queue->items[at] = (struct haul_item){
        .id = at + 1,
        .position = at + 1,
        .state = state,
        .total = 100,
        .name = xstrdup(name),
        .dir = xstrdup("/dl"),
        .url = xasprintf("http://example.org/%s", name),
        .note = xstrdup(""),
    };
    changed(queue, &queue->items[at]);
    queue->order_version++;
}

/* COUNT items "f0000"…, all queued. */
static struct world *world_new(size_t count)
{
    struct world *world = xcalloc(1, sizeof *world);
    char name[32];

    for (size_t i = 0; i < count; i++) {
        (void)snprintf(name, sizeof name, "f%04zu", i);
        add(&world->queue, name, HAUL_QUEUED);
    }
    world->source = (struct view_source){.count = queue_count,
                                         .at = queue_at,
                                         .item = queue_item,
                                         .totals = queue_totals,
                                         .version = queue_version,
                                         .order_version = queue_order_version,
                                         .look = queue_look,
                                         .changes = queue_changes,
                                         .ctx = &world->queue};
    world->clock = (struct clock){.ticks = queue_ticks, .wall = queue_wall, .ctx = &world->queue};
    world->view = view_new(&world->source, &world->clock);
    return world;
}

static void world_free(struct world *world)
{
    view_free(world->view);
    for (size_t i = 0; i < world->queue.count; i++)
        haul_item_fini(&world->queue.items[i]);
    free(world->queue.items);
    free(world->queue.changes);
    free(world);
}

static void touch(struct world *world, size_t position)
{
    changed(&world->queue, &world->queue.items[position]);
}

static void set_state(struct world *world, size_t position, enum haul_state state)
{
    world->queue.items[position].state = state;
    touch(world, position);
}

/* "1 2 3" of an array of ids, or of rows. */
static const char *words(const json_t *array, char *buf, size_t size)
{
    size_t at = 0;

    buf[0] = '\0';
    for (size_t i = 0; i < json_array_size(array); i++) {
        const json_t *entry = json_array_get(array, i);
        json_int_t id =
            json_integer_value(json_is_object(entry) ? json_object_get(entry, "id") : entry);

        at += (size_t)snprintf(buf + at, size - at, "%s%lld", i ? " " : "", (long long)id);
    }
    return buf;
}

/* Asserts that the next frame has the order and the rows; ORDER NULL: that there is none. */
static void assert_frame(struct world *world, bool force, const char *order, const char *rows)
{
    json_t *frame = view_frame(world->view, force);
    char buf[256];

    if (!order) {
        assert_null(frame);
        return;
    }
    assert_non_null(frame);
    assert_string_equal(words(json_object_get(frame, "order"), buf, sizeof buf), order);
    assert_string_equal(words(json_object_get(frame, "rows"), buf, sizeof buf), rows);
    json_decref(frame);
}

static void look(struct world *world, struct haul_view wanted)
{
    struct haul_error err;

    assert_int_equal(view_look(world->view, &wanted, &err), HAUL_OK);
}

static void only_what_changed_is_sent(void **state)
{
    struct world *world = world_new(10);

    (void)state;
    look(world, (struct haul_view){.rows = 3});
    assert_frame(world, true, "1 2 3", "1 2 3");
    assert_frame(world, false, NULL, NULL);
    assert_frame(world, true, "1 2 3", "");
    touch(world, 1);
    assert_frame(world, false, "1 2 3", "2");
    touch(world, 7);
    assert_frame(world, false, NULL, NULL);
    world->queue.rate = 5;
    assert_frame(world, false, "1 2 3", "");
    world_free(world);
}

static void a_row_that_was_out_of_sight_is_sent_again(void **state)
{
    struct world *world = world_new(10);

    (void)state;
    look(world, (struct haul_view){.rows = 3});
    assert_frame(world, true, "1 2 3", "1 2 3");
    look(world, (struct haul_view){.rows = 3, .offset = 2});
    assert_frame(world, true, "3 4 5", "4 5");
    look(world, (struct haul_view){.rows = 3});
    assert_frame(world, true, "1 2 3", "1 2");
    world_free(world);
}

static void a_plain_frame_touches_only_what_is_visible(void **state)
{
    struct world *world = world_new(5000);

    (void)state;
    look(world, (struct haul_view){.rows = 20, .offset = 3000});
    json_decref(view_frame(world->view, true));
    assert_int_equal(world->queue.looks, 20);
    assert_int_equal(world->queue.copies, 20);
    touch(world, 3001);
    json_decref(view_frame(world->view, false));
    assert_int_equal(world->queue.looks, 40);
    assert_int_equal(world->queue.copies, 21);
    world_free(world);
}

static void the_offset_stays_within_the_list(void **state)
{
    struct world *world = world_new(5);

    (void)state;
    look(world, (struct haul_view){.rows = 3, .offset = 100});
    assert_frame(world, true, "3 4 5", "3 4 5");
    look(world, (struct haul_view){.rows = 30, .offset = 4});
    assert_frame(world, true, "1 2 3 4 5", "1 2");
    look(world, (struct haul_view){.rows = 0, .offset = 4});
    assert_frame(world, true, "", "");
    world_free(world);
    world = world_new(0);
    look(world, (struct haul_view){.rows = 3, .offset = 7, .follow = 1});
    assert_frame(world, true, "", "");
    world_free(world);
}

static void the_followed_item_stays_within_the_rows(void **state)
{
    struct world *world = world_new(20);
    json_t *frame;

    (void)state;
    look(world, (struct haul_view){.rows = 3, .follow = 10});
    assert_frame(world, true, "8 9 10", "8 9 10");
    look(world, (struct haul_view){.rows = 3, .offset = 15, .follow = 10});
    assert_frame(world, true, "10 11 12", "11 12");
    look(world, (struct haul_view){.rows = 3, .search = "f000", .follow = 9});
    assert_frame(world, true, "7 8 9", "7 8 9");
    look(world, (struct haul_view){.rows = 3, .search = "f000", .follow = 15});
    frame = view_frame(world->view, true);
    assert_true(json_is_null(json_object_get(frame, "follow_index")));
    json_decref(frame);
    world_free(world);
}

static void filters_by_state_and_text(void **state)
{
    struct world *world = world_new(4);

    (void)state;
    set_state(world, 1, HAUL_FAILED);
    set_state(world, 3, HAUL_DONE);
    look(world, (struct haul_view){.rows = 9, .states = 1u << HAUL_FAILED | 1u << HAUL_DONE});
    assert_frame(world, true, "2 4", "2 4");
    set_state(world, 3, HAUL_QUEUED);
    assert_frame(world, false, "2", "");
    look(world, (struct haul_view){.rows = 9, .states = 1u << HAUL_QUEUED});
    assert_frame(world, false, "1 3 4", "1 3 4");
    look(world, (struct haul_view){.rows = 9, .search = "F0002"});
    assert_frame(world, true, "3", "");
    look(world, (struct haul_view){.rows = 9, .search = "EXAMPLE.org"});
    assert_frame(world, true, "1 2 3 4", "1 2 4");
    world_free(world);
}

static void sorts_by_each_column(void **state)
{
    struct world *world = world_new(0);
    struct queue *queue = &world->queue;

    (void)state;
    add(queue, "b", HAUL_DONE);
    add(queue, "A", HAUL_ACTIVE);
    add(queue, "c", HAUL_FAILED);
    add(queue, "a", HAUL_QUEUED);
    queue->items[0].total = 500;
    queue->items[0].done = 100;
    queue->items[1].rate = 7;
    queue->items[2].total = -1;
    queue->items[2].done = 99;
    queue->items[3].done = 100;
    look(world, (struct haul_view){.rows = 9, .sort = HAUL_SORT_NAME});
    assert_frame(world, true, "2 4 1 3", "2 4 1 3");
    look(world, (struct haul_view){.rows = 9, .sort = HAUL_SORT_NAME, .descending = true});
    assert_frame(world, true, "3 1 2 4", "");
    look(world, (struct haul_view){.rows = 9, .sort = HAUL_SORT_STATE});
    assert_frame(world, true, "2 4 3 1", "");
    look(world, (struct haul_view){.rows = 9, .sort = HAUL_SORT_SIZE});
    assert_frame(world, true, "3 2 4 1", "");
    look(world, (struct haul_view){.rows = 9, .sort = HAUL_SORT_DONE, .descending = true});
    assert_frame(world, true, "4 1 2 3", "");
    look(world, (struct haul_view){.rows = 9, .sort = HAUL_SORT_RATE, .descending = true});
    assert_frame(world, true, "2 1 3 4", "");
    look(world, (struct haul_view){.rows = 9, .descending = true});
    assert_frame(world, true, "4 3 2 1", "");
    world_free(world);
}

static void only_what_changed_is_matched_again(void **state)
{
    struct world *world = world_new(100);

    (void)state;
    look(world, (struct haul_view){.rows = 3, .states = 1u << HAUL_QUEUED});
    assert_frame(world, true, "1 2 3", "1 2 3");
    world->queue.looks = 0;
    touch(world, 0);
    assert_frame(world, false, "1 2 3", "1");
    assert_in_range(world->queue.looks, 1, 6);
    world->queue.looks = 0;
    set_state(world, 0, HAUL_ACTIVE);
    assert_frame(world, false, "2 3 4", "4");
    assert_in_range(world->queue.looks, 1, 6);
    world_free(world);
}

static void slow_matching_is_put_off_and_made_up_for(void **state)
{
    struct world *world = world_new(100);

    (void)state;
    world->queue.forgetful = true;
    world->queue.look_cost = 1;
    world->queue.tick = 1000;
    look(world, (struct haul_view){.rows = 3, .states = 1u << HAUL_QUEUED});
    assert_frame(world, true, "1 2 3", "1 2 3");
    assert_int_equal(view_due(world->view), 0);
    set_state(world, 0, HAUL_DONE);
    assert_frame(world, false, "1 2 3", "1");
    assert_int_equal(view_due(world->view), 1000 + 100 + 10 * 100);
    world->queue.tick = view_due(world->view);
    assert_frame(world, false, "2 3 4", "4");
    assert_int_equal(view_due(world->view), 0);
    world_free(world);
}

static void remove_last(struct world *world)
{
    struct queue *queue = &world->queue;

    changed(queue, &queue->items[--queue->count]);
    queue->order_version++;
    haul_item_fini(&queue->items[queue->count]);
}

static void rows_that_are_gone_are_left_out_of_an_old_order(void **state)
{
    struct world *world = world_new(4);

    (void)state;
    world->queue.forgetful = true;
    world->queue.look_cost = 10;
    look(world, (struct haul_view){.rows = 9, .sort = HAUL_SORT_NAME, .descending = true});
    assert_frame(world, true, "4 3 2 1", "4 3 2 1");
    remove_last(world);
    assert_frame(world, false, "3 2 1", "");
    world_free(world);
}

static void what_moves_goes_to_its_new_place_once_a_second(void **state)
{
    struct world *world = world_new(3);
    struct haul_item *items = world->queue.items;

    (void)state;
    items[0].rate = 30;
    items[1].rate = 20;
    items[2].rate = 10;
    world->queue.tick = 5000;
    look(world, (struct haul_view){.rows = 9, .sort = HAUL_SORT_RATE, .descending = true});
    assert_frame(world, true, "1 2 3", "1 2 3");
    items[2].rate = 99;
    touch(world, 2);
    assert_frame(world, false, "3 1 2", "3");
    items[2].rate = 5;
    touch(world, 2);
    assert_frame(world, false, "3 1 2", "3");
    assert_int_equal(view_due(world->view), 6000);
    set_state(world, 1, HAUL_DONE);
    world->queue.tick = 6000;
    assert_frame(world, false, "1 2 3", "2");
    assert_int_equal(view_due(world->view), 0);
    world_free(world);
}

static void a_state_that_changes_is_not_put_off(void **state)
{
    struct world *world = world_new(3);

    (void)state;
    world->queue.tick = 5000;
    look(world, (struct haul_view){.rows = 9, .states = 1u << HAUL_QUEUED, .sort = HAUL_SORT_RATE});
    assert_frame(world, true, "1 2 3", "1 2 3");
    world->queue.items[1].rate = 7;
    touch(world, 1);
    assert_frame(world, false, "1 3 2", "2");
    set_state(world, 0, HAUL_DONE);
    assert_frame(world, false, "3 2", "");
    world_free(world);
}

/* Moves an item to the top of the queue. */
static void move_to_top(struct world *world, size_t position)
{
    struct haul_item *items = world->queue.items, moved = items[position];

    memmove(items + 1, items, position * sizeof *items);
    items[0] = moved;
    world->queue.order_version++;
    touch(world, 0);
}

static void what_is_moved_in_the_queue_is_not_put_off(void **state)
{
    struct world *world = world_new(4);

    (void)state;
    world->queue.tick = 5000;
    look(world, (struct haul_view){.rows = 9, .sort = HAUL_SORT_RATE, .descending = true});
    assert_frame(world, true, "1 2 3 4", "1 2 3 4");
    world->queue.items[3].rate = 7;
    touch(world, 3);
    assert_frame(world, false, "4 1 2 3", "4");
    move_to_top(world, 2);
    assert_frame(world, false, "4 3 1 2", "3 1 2");
    move_to_top(world, 2);
    set_state(world, 1, HAUL_DONE);
    assert_frame(world, false, "4 2 3 1", "2 3 1");
    world_free(world);
}

static void expressions_filter(void **state)
{
    struct world *world = world_new(4);
    struct haul_view wanted = {.rows = 9, .filter = "size>"};
    struct haul_error err;

    (void)state;
    world->queue.items[2].total = 5000;
    look(world, (struct haul_view){.rows = 9, .filter = "size>4K -f0001"});
    assert_frame(world, true, "3", "3");
    assert_int_equal(view_look(world->view, &wanted, &err), HAUL_E_RPC);
    assert_non_null(strstr(err.text, "filter: size takes a size"));
    assert_frame(world, true, "3", "");
    world->queue.items[0].total = 5000;
    touch(world, 0);
    assert_frame(world, false, "1 3", "1");
    world_free(world);
}

/* Asserts that the item after FROM that is looked for is ID. */
/* Nothing happens but that time goes by. */
static void what_gets_too_old_leaves_the_list(void **state)
{
    struct world *world = world_new(3);

    (void)state;
    for (size_t i = 0; i < 3; i++)
        world->queue.items[i].added_at = NOW - 60000 + 4000 * (int64_t)i;
    look(world, (struct haul_view){.rows = 9, .filter = "added<1m"});
    assert_frame(world, true, "2 3", "2 3");
    assert_int_equal(view_due(world->view), 5000);
    world->queue.tick = 4000;
    assert_frame(world, false, NULL, NULL);
    world->queue.tick = 5000;
    assert_frame(world, false, "3", "");
    look(world, (struct haul_view){.rows = 9, .find = "added>1m"});
    assert_frame(world, false, "1 2 3", "1 2");
    assert_int_equal(view_due(world->view), 10000);
    look(world, (struct haul_view){.rows = 9, .filter = "size>1"});
    assert_frame(world, true, "1 2 3", "");
    assert_int_equal(view_due(world->view), 0);
    world_free(world);
}

static void assert_found(struct world *world, uint64_t from, bool here, bool backwards, uint64_t id,
                         uint64_t index)
{
    uint64_t at = 77;

    assert_int_equal(view_find(world->view, from, here, backwards, &at), id);
    if (id != 0)
        assert_int_equal(at, index);
}

static void what_is_looked_for_is_found_in_the_order_of_the_view(void **state)
{
    struct world *world = world_new(6);

    (void)state;
    set_state(world, 1, HAUL_FAILED);
    set_state(world, 4, HAUL_FAILED);
    look(world, (struct haul_view){.rows = 9, .find = "state:failed"});
    assert_found(world, 0, true, false, 2, 1);
    assert_found(world, 2, true, false, 2, 1);
    assert_found(world, 2, false, false, 5, 4);
    assert_found(world, 3, false, false, 5, 4);
    assert_found(world, 5, false, false, 2, 1);
    assert_found(world, 5, false, true, 2, 1);
    assert_found(world, 1, false, true, 5, 4);
    look(world, (struct haul_view){
                    .rows = 9, .find = "state:failed", .sort = HAUL_SORT_NAME, .descending = true});
    assert_found(world, 5, false, false, 2, 4);
    set_state(world, 4, HAUL_DONE);
    assert_found(world, 2, false, false, 2, 4);
    look(world, (struct haul_view){.rows = 9, .find = "nowhere"});
    assert_found(world, 1, false, false, 0, 0);
    look(world, (struct haul_view){.rows = 9});
    assert_found(world, 1, false, false, 0, 0);
    world_free(world);
}

/* The next frame's member NAME, a number or ids, in words. */
static const char *member(struct world *world, const char *name, char *buf, size_t size)
{
    json_t *frame = view_frame(world->view, true);
    const json_t *value = json_object_get(frame, name);

    if (json_is_integer(value))
        (void)snprintf(buf, size, "%lld", json_integer_value(value));
    else
        words(value, buf, size);
    json_decref(frame);
    return buf;
}

static void found_rows_are_told(void **state)
{
    struct world *world = world_new(6);
    char buf[64];

    (void)state;
    set_state(world, 1, HAUL_FAILED);
    set_state(world, 4, HAUL_FAILED);
    look(world, (struct haul_view){.rows = 3, .find = "state:failed", .follow = 3});
    assert_string_equal(member(world, "found", buf, sizeof buf), "2");
    assert_string_equal(member(world, "found_before", buf, sizeof buf), "1");
    assert_string_equal(member(world, "found_rows", buf, sizeof buf), "2");
    world_free(world);
}

static void mark(struct world *world, enum haul_mark how, uint64_t first, uint64_t last)
{
    struct haul_range range = {first, last};
    struct haul_error err;

    assert_int_equal(view_mark(world->view, how, &range, &err), HAUL_OK);
}

static void marks_stay_with_their_items(void **state)
{
    struct world *world = world_new(6);
    struct haul_range nowhere = {1, 99};
    struct haul_error err;
    uint64_t *ids;
    size_t count;
    char buf[64];

    (void)state;
    look(world, (struct haul_view){.rows = 9});
    mark(world, HAUL_MARK_ADD, 4, 2);
    assert_string_equal(member(world, "marked_rows", buf, sizeof buf), "2 3 4");
    mark(world, HAUL_MARK_TURN, 3, 3);
    mark(world, HAUL_MARK_TURN, 6, 6);
    assert_string_equal(member(world, "marked_rows", buf, sizeof buf), "2 4 6");
    look(world, (struct haul_view){.rows = 9, .sort = HAUL_SORT_NAME, .descending = true});
    assert_string_equal(member(world, "marked_rows", buf, sizeof buf), "6 4 2");
    look(world, (struct haul_view){.rows = 9, .filter = "f0003"});
    assert_string_equal(member(world, "marked_rows", buf, sizeof buf), "4");
    assert_string_equal(member(world, "marked", buf, sizeof buf), "3");
    assert_int_equal(view_mark(world->view, HAUL_MARK_ADD, &nowhere, &err), HAUL_E_NO_ITEM);
    remove_last(world);
    assert_string_equal(member(world, "marked", buf, sizeof buf), "2");
    ids = view_marked(world->view, &count);
    assert_int_equal(count, 2);
    assert_int_equal(ids[0], 2);
    assert_int_equal(ids[1], 4);
    free(ids);
    mark(world, HAUL_MARK_ONLY, 0, 0);
    assert_string_equal(member(world, "marked", buf, sizeof buf), "1");
    mark(world, HAUL_MARK_DROP, 0, 0);
    assert_string_equal(member(world, "marked", buf, sizeof buf), "");
    look(world, (struct haul_view){.rows = 9});
    mark(world, HAUL_MARK_ADD, 1, 3);
    mark(world, HAUL_MARK_NONE, 0, 0);
    assert_string_equal(member(world, "marked", buf, sizeof buf), "");
    world_free(world);
}

static void marks_of_items_that_went_unseen_go_too(void **state)
{
    struct world *world = world_new(6);
    char buf[64];

    (void)state;
    look(world, (struct haul_view){.rows = 9});
    mark(world, HAUL_MARK_ADD, 0, 0);
    assert_string_equal(member(world, "marked", buf, sizeof buf), "6");
    remove_last(world);
    world->queue.forgetful = true;
    assert_string_equal(member(world, "marked", buf, sizeof buf), "5");
    world_free(world);
}

static void a_new_place_alone_is_told(void **state)
{
    struct world *world = world_new(3);
    struct haul_item first = world->queue.items[0];

    (void)state;
    look(world, (struct haul_view){.rows = 9});
    assert_frame(world, true, "1 2 3", "1 2 3");
    world->queue.items[0] = world->queue.items[1];
    world->queue.items[1] = first;
    changed(&world->queue, &world->queue.items[1]);
    world->queue.order_version++;
    assert_frame(world, false, "2 1 3", "2 1");
    world_free(world);
}

static void intervals_are_kept_within_bounds(void **state)
{
    struct world *world = world_new(0);

    (void)state;
    look(world, (struct haul_view){.rows = 1});
    assert_int_equal(view_interval(world->view), 100);
    look(world, (struct haul_view){.rows = 1, .interval_ms = 1});
    assert_int_equal(view_interval(world->view), 50);
    look(world, (struct haul_view){.rows = 1, .interval_ms = 99999});
    assert_int_equal(view_interval(world->view), 10000);
    world_free(world);
}

static json_t *list_of(struct world *world, const struct haul_view *wanted)
{
    struct haul_error err;
    json_t *list;

    assert_int_equal(view_list(&world->source, wanted, NULL, &list, &err), HAUL_OK);
    return list;
}

static void a_list_may_hold_only_what_is_marked(void **state)
{
    struct world *world = world_new(6);
    struct haul_view wanted = {.rows = 9, .marked = true, .sort = HAUL_SORT_QUEUE};
    struct haul_error err;
    json_t *list = NULL;
    char buf[64];

    (void)state;
    look(world, (struct haul_view){.rows = 2});
    assert_int_equal(view_list(&world->source, &wanted, world->view, &list, &err), HAUL_E_NO_ITEM);
    assert_int_equal(view_list(&world->source, &wanted, NULL, &list, &err), HAUL_E_NO_ITEM);
    mark(world, HAUL_MARK_ADD, 2, 2);
    mark(world, HAUL_MARK_ADD, 5, 5);
    assert_int_equal(view_list(&world->source, &wanted, world->view, &list, &err), HAUL_OK);
    assert_string_equal(words(json_object_get(list, "items"), buf, sizeof buf), "2 5");
    assert_int_equal(json_integer_value(json_object_get(list, "matching")), 2);
    json_decref(list);
    mark(world, HAUL_MARK_ONLY, 6, 6);
    remove_last(world);
    assert_int_equal(view_list(&world->source, &wanted, world->view, &list, &err), HAUL_E_NO_ITEM);
    world_free(world);
}

static void touch_all(struct world *world)
{
    for (size_t i = 0; i < world->queue.count; i++)
        touch(world, i);
}

/* How many rows the next frame has; SIZE_MAX: there is none. */
static size_t count_rows(struct world *world, bool force)
{
    json_t *frame = view_frame(world->view, force);
    size_t count = frame ? json_array_size(json_object_get(frame, "rows")) : SIZE_MAX;

    json_decref(frame);
    return count;
}

static void changes_of_all_items_are_told(void **state)
{
    struct world *world = world_new(1200);

    (void)state;
    look(world, (struct haul_view){.changed = true});
    assert_frame(world, false, "", "");
    assert_frame(world, false, NULL, NULL);
    touch(world, 1199);
    touch(world, 0);
    assert_frame(world, false, "1 1200", "1 1200");
    touch_all(world);
    assert_int_equal(count_rows(world, false), 1000);
    assert_int_not_equal(view_due(world->view), 0);
    assert_int_equal(count_rows(world, false), 200);
    assert_int_equal(view_due(world->view), 0);
    assert_int_equal(count_rows(world, false), SIZE_MAX);
    world->queue.forgetful = true;
    touch(world, 5);
    assert_frame(world, false, "6", "6");
    world_free(world);
}

static void who_looks_at_changes_anew_is_told_those_to_come(void **state)
{
    struct world *world = world_new(1200);

    (void)state;
    look(world, (struct haul_view){.changed = true});
    assert_int_equal(count_rows(world, false), 0);
    touch_all(world);
    assert_int_equal(count_rows(world, false), 1000);
    look(world, (struct haul_view){.rows = 1});
    assert_frame(world, false, "1", "1");
    look(world, (struct haul_view){.changed = true});
    assert_int_equal(count_rows(world, true), 0);
    world_free(world);
}

static void a_list_is_read_page_by_page(void **state)
{
    struct world *world = world_new(10);
    json_t *list = list_of(world, &(struct haul_view){.rows = 4, .offset = 5});
    char buf[64];

    (void)state;
    assert_string_equal(words(json_object_get(list, "items"), buf, sizeof buf), "6 7 8 9");
    assert_int_equal(json_integer_value(json_object_get(list, "matching")), 10);
    assert_int_equal(json_integer_value(json_object_get(list, "offset")), 5);
    assert_null(json_object_get(list, "order"));
    json_decref(list);
    list = list_of(world, &(struct haul_view){.rows = 4, .offset = 8});
    assert_string_equal(words(json_object_get(list, "items"), buf, sizeof buf), "9 10");
    json_decref(list);
    list = list_of(world, &(struct haul_view){.rows = 4, .offset = 99});
    assert_string_equal(words(json_object_get(list, "items"), buf, sizeof buf), "");
    json_decref(list);
    world_free(world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_what_changed_is_sent),
        cmocka_unit_test(a_row_that_was_out_of_sight_is_sent_again),
        cmocka_unit_test(a_plain_frame_touches_only_what_is_visible),
        cmocka_unit_test(the_offset_stays_within_the_list),
        cmocka_unit_test(the_followed_item_stays_within_the_rows),
        cmocka_unit_test(filters_by_state_and_text),
        cmocka_unit_test(sorts_by_each_column),
        cmocka_unit_test(only_what_changed_is_matched_again),
        cmocka_unit_test(slow_matching_is_put_off_and_made_up_for),
        cmocka_unit_test(rows_that_are_gone_are_left_out_of_an_old_order),
        cmocka_unit_test(what_moves_goes_to_its_new_place_once_a_second),
        cmocka_unit_test(a_state_that_changes_is_not_put_off),
        cmocka_unit_test(what_is_moved_in_the_queue_is_not_put_off),
        cmocka_unit_test(expressions_filter),
        cmocka_unit_test(what_gets_too_old_leaves_the_list),
        cmocka_unit_test(what_is_looked_for_is_found_in_the_order_of_the_view),
        cmocka_unit_test(found_rows_are_told),
        cmocka_unit_test(marks_stay_with_their_items),
        cmocka_unit_test(marks_of_items_that_went_unseen_go_too),
        cmocka_unit_test(a_new_place_alone_is_told),
        cmocka_unit_test(intervals_are_kept_within_bounds),
        cmocka_unit_test(a_list_may_hold_only_what_is_marked),
        cmocka_unit_test(a_list_is_read_page_by_page),
        cmocka_unit_test(changes_of_all_items_are_told),
        cmocka_unit_test(who_looks_at_changes_anew_is_told_those_to_come),
    };

    proto_setup();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
