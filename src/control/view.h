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
    void *ctx;
};

/* SOURCE and CLOCK are borrowed for the view's life. */
struct view *view_new(const struct view_source *source, const struct clock *clock);
void view_free(struct view *view); /* NULL is fine */

/* Looks at something else from now on; WANTED is copied. What the client has is not forgotten. */
void view_look(struct view *view, const struct haul_view *wanted);

/* At most one frame in this many milliseconds. */
uint32_t view_interval(const struct view *view);

/* The next frame's params, or NULL when the client already has all of it; with FORCE never NULL.
 * The client is then taken to have it. */
json_t *view_frame(struct view *view, bool force);

/* When matching and sorting takes long it is put off, and a frame shows an older order. Tells at
 * which tick a new one may be had; 0 when the last frame's order was the newest. */
uint64_t view_due(const struct view *view);

/* The answer to `list`: the rows of WANTED whole, as of now. */
json_t *view_list(const struct view_source *source, const struct haul_view *wanted);

#endif
