/* Lifetimes of the snapshot structs. */

#include "haul/snapshot.h"

#include <stdlib.h>

#include "base/mem.h"

void haul_item_fini(struct haul_item *item)
{
    free(item->name);
    free(item->dir);
    free(item->url);
    free(item->note);
    *item = (struct haul_item){0};
}

void haul_item_copy(struct haul_item *to, const struct haul_item *from)
{
    *to = *from;
    to->name = xstrdup(from->name);
    to->dir = xstrdup(from->dir);
    to->url = xstrdup(from->url);
    to->note = xstrdup(from->note);
}

void haul_detail_fini(struct haul_detail *detail)
{
    haul_item_fini(&detail->item);
    for (size_t i = 0; i < detail->fact_count; i++) {
        free(detail->facts[i].name);
        free(detail->facts[i].value);
    }
    for (size_t i = 0; i < detail->event_count; i++)
        free(detail->events[i].text);
    free(detail->facts);
    free(detail->spans);
    free(detail->events);
    *detail = (struct haul_detail){0};
}
