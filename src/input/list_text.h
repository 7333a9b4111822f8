#ifndef INPUT_LIST_TEXT_H
#define INPUT_LIST_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/queue.h>

#include "haul/attr.h"

/* The text of a list as it is read, cut into blocks that hold whole items: an item's line and what
 * belongs to it. So a long list can be made into requests a piece at a time, and each piece be let
 * go of. */

struct list_block {
    STAILQ_ENTRY(list_block) link;
    size_t len;
    char text[];
};

STAILQ_HEAD(list_blocks, list_block);

struct list_text {
    struct list_blocks blocks;
    struct list_block *open; /* the last one, which more is added to */
    size_t open_size;
    size_t total, most;
};

/* Bytes of a block, more only when one item has more; and of the first one: what begins with it
 * begins sooner. */
#define LIST_BLOCK       ((size_t)32 * 1024)
#define LIST_BLOCK_FIRST ((size_t)4 * 1024)

/* Where the last item of TEXT begins, which may go on behind it; 0: none but the first one. What
 * stands before it is whole items. */
size_t list_text_cut(const char *text, size_t len);

/* MOST: how many bytes are taken. */
void list_text_init(struct list_text *list, size_t most);
/* Adds bytes that were read; false: too many. */
HAUL_CHECKED bool list_text_add(struct list_text *list, const char *bytes, size_t len);
/* The same without copying them: where the next bytes may be put, as many as *ret_size; and that
 * LEN bytes were. */
char *list_text_room(struct list_text *list, size_t *ret_size);
HAUL_CHECKED bool list_text_came(struct list_text *list, size_t len);
/* Appends the blocks to TO, whose they are then, and ends the list. Each is to be freed. */
void list_text_take(struct list_text *list, struct list_blocks *to);
void list_text_fini(struct list_text *list);

#endif
