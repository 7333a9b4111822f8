#ifndef CONTROL_VIEW_H
#define CONTROL_VIEW_H

#include <jansson.h>

#include "base/clock.h"
#include "haul/client.h"
#include "haul/engine.h"

/* What one client looks at, and what it was last sent of it. */
struct view;

/* Where the items come from: the engine, or a test. */
struct view_source {
    size_t (*count)(void *ctx);
    void (*at)(void *ctx, size_t position, struct haul_brief *ret_brief);
    bool (*item)(void *ctx, uint64_t id, struct haul_item *ret_item);
    void (*totals)(void *ctx, struct haul_totals *ret_totals);
    uint64_t (*version)(void *ctx);
    uint64_t (*order_version)(void *ctx);
    /* The item with that id, and its place; false: there is none. */
    bool (*look)(void *ctx, uint64_t id, struct haul_brief *ret_brief, size_t *ret_position);
    /* Tells which items came, went, moved or changed after version SINCE; false: it can't. */
    bool (*changes)(void *ctx, uint64_t since, void (*changed)(void *ctx, uint64_t id),
                    void *changed_ctx);
    void *ctx;
};

/* SOURCE and CLOCK are borrowed for the view's life. */
struct view *view_new(const struct view_source *source, const struct clock *clock);
void view_free(struct view *view); /* NULL is fine */

/* Looks at something else from now on; WANTED is copied. What the client has, and what is marked,
 * is not forgotten. On failure, which is about an expression, all stays as it was. */
HAUL_CHECKED enum haul_err view_look(struct view *view, const struct haul_view *wanted,
                                     struct haul_error *err);

/* Marks, and finds, as the client's calls of that name (haul/client.h) say. */
HAUL_CHECKED enum haul_err view_mark(struct view *view, enum haul_mark how,
                                     const struct haul_range *range, struct haul_error *err);
uint64_t view_find(struct view *view, uint64_t from, bool here, bool backwards,
                   uint64_t *ret_index); /* the id, 0: none */
/* What is marked and still there, ascending, newly allocated. */
uint64_t *view_marked(struct view *view, size_t *ret_count);

/* At most one frame in this many milliseconds. */
uint32_t view_interval(const struct view *view);

/* The next frame's params, or NULL when the client already has all of it; with FORCE never NULL.
 * The client is then taken to have it. */
json_t *view_frame(struct view *view, bool force);

/* What moves all the time is put in its new place once in a while only, ages are looked at once in
 * a while, and when all must be matched and sorted anew that is put off if it takes long: until
 * then a frame shows an older order. Tells at which tick a newer one may be had; 0 when the last
 * frame's order is the newest until something changes. */
uint64_t view_due(const struct view *view);

/* The answer to `list`: the rows of WANTED whole, as of now. WATCHED is what the client looks at
 * (NULL: nothing), for what is marked there. */
HAUL_CHECKED enum haul_err view_list(const struct view_source *source,
                                     const struct haul_view *wanted, struct view *watched,
                                     json_t **ret_list, struct haul_error *err);

#endif
