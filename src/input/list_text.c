/* Blocks of a list.
 *
 * A block is cut where a line begins that is neither indented, nor blank, nor a comment: there
 * begins an item, or a mistake that is one wherever it stands. */

#include "input/list_text.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

void list_text_init(struct list_text *list, size_t most)
{
    *list = (struct list_text){.most = most};
    STAILQ_INIT(&list->blocks);
}

size_t list_text_cut(const char *text, size_t len)
{
    size_t at = len;

    while (--at > 0) {
        if (text[at - 1] == '\n' && !strchr(" \t\r\n#", text[at]))
            break;
    }
    return at;
}

static void open_block(struct list_text *list, size_t size)
{
    list->open_size = size;
    list->open = xmalloc(sizeof *list->open + list->open_size);
    list->open->len = 0;
}

static void close_block(struct list_text *list)
{
    /* What it does not use is given back. */
    list->open = xrealloc(list->open, sizeof *list->open + list->open->len);
    STAILQ_INSERT_TAIL(&list->blocks, list->open, link);
    list->open = NULL;
}

/* The open block is full: cuts it where its last item begins, or makes it larger. */
static void make_room(struct list_text *list)
{
    struct list_block *full = list->open;
    size_t cut = list_text_cut(full->text, full->len), rest = full->len - cut;

    if (cut == 0 || rest > LIST_BLOCK / 2) {
        list->open_size *= 2;
        list->open = xrealloc(full, sizeof *full + list->open_size);
        return;
    }
    full->len = cut;
    open_block(list, LIST_BLOCK);
    memcpy(list->open->text, full->text + cut, rest);
    list->open->len = rest;
    full = xrealloc(full, sizeof *full + cut);
    STAILQ_INSERT_TAIL(&list->blocks, full, link);
}

char *list_text_room(struct list_text *list, size_t *ret_size)
{
    if (!list->open)
        open_block(list, LIST_BLOCK_FIRST);
    if (list->open->len == list->open_size)
        make_room(list);
    *ret_size = list->open_size - list->open->len;
    return list->open->text + list->open->len;
}

bool list_text_came(struct list_text *list, size_t len)
{
    if (len > list->most - list->total)
        return false;
    list->total += len;
    list->open->len += len;
    return true;
}

bool list_text_add(struct list_text *list, const char *bytes, size_t len)
{
    if (len > list->most - list->total)
        return false;
    while (len > 0) {
        size_t size;
        char *room = list_text_room(list, &size);

        size = MIN(size, len);
        memcpy(room, bytes, size);
        if (!list_text_came(list, size))
            return false;
        bytes += size;
        len -= size;
    }
    return true;
}

void list_text_take(struct list_text *list, struct list_blocks *to)
{
    if (list->open && list->open->len > 0)
        close_block(list);
    STAILQ_CONCAT(to, &list->blocks);
    list_text_fini(list);
}

void list_text_fini(struct list_text *list)
{
    struct list_block *block;

    while ((block = STAILQ_FIRST(&list->blocks))) {
        STAILQ_REMOVE_HEAD(&list->blocks, link);
        free(block);
    }
    free(list->open);
    list->open = NULL;
}
