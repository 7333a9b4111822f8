#ifndef UI_KEYMAP_H
#define UI_KEYMAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What the keys do, as one table: dispatch, help page and bottom bar are made from it. What a user
 * bound otherwise is in ui/bindings.h. */

enum keymap_action {
    ACT_NONE,
    ACT_ADD,
    ACT_PAUSE,
    ACT_PAUSE_ALL,
    ACT_CANCEL,
    ACT_RETRY,
    ACT_RETRY_ALL,
    ACT_REMOVE,
    ACT_CLEAR,
    ACT_UNDO,
    ACT_MORE_JOBS,
    ACT_FEWER_JOBS,
    ACT_LIMIT,
    ACT_ITEM_LIMIT,
    ACT_PRIORITY,
    ACT_MOVE_UP,
    ACT_MOVE_DOWN,
    ACT_MOVE_TOP,
    ACT_MOVE_BOTTOM,
    ACT_PATH,
    ACT_COPY_LINK,
    ACT_COPY_PATH,
    ACT_FIND,
    ACT_FIND_NEXT,
    ACT_FIND_PREVIOUS,
    ACT_FILTER,
    ACT_SORT,
    ACT_SORT_TURN,
    ACT_MARK,
    ACT_MARK_RANGE,
    ACT_MARK_ALL,
    ACT_DETAILS,
    ACT_LOG,
    ACT_LEVEL,
    ACT_MORE_PER_HOST,
    ACT_FEWER_PER_HOST,
    ACT_HOST_ITEMS,
    ACT_NEXT_TAB,
    ACT_PREVIOUS_TAB,
    ACT_TAB_1, /* the tabs stand in a row */
    ACT_TAB_2,
    ACT_TAB_3,
    ACT_TAB_4,
    ACT_TAB_5,
    ACT_TAB_6,
    ACT_UP,
    ACT_DOWN,
    ACT_PAGE_UP,
    ACT_PAGE_DOWN,
    ACT_TOP,
    ACT_BOTTOM,
    ACT_FOLDER,
    ACT_OPTIONS,
    ACT_TOGGLE,
    ACT_TOGGLE_ALL,
    ACT_DROP,
    ACT_HEAL,
    ACT_ACCEPT,
    ACT_BACK,
    ACT_COMMAND,
    ACT_HELP,
    ACT_REDRAW,
    ACT_SUSPEND,
    ACT_QUIT,
    ACT_STOP,
    ACT_COUNT
};

/* Where a key works. The details pane beside the list takes keys of both. */
enum keymap_place {
    PLACE_LIST = 1 << 0,
    PLACE_DETAIL = 1 << 1,
    PLACE_SHEET = 1 << 2, /* the review of what is to be added */
    PLACE_HELP = 1 << 3,
    PLACE_SHEET_NONE = 1 << 4, /* the same with no link on it */
    PLACE_SHEET_OFF = 1 << 5,  /* and with none that is chosen */
    PLACE_LOG = 1 << 6,
    PLACE_HOSTS = 1 << 7,
    PLACE_ANY = PLACE_LIST | PLACE_DETAIL | PLACE_SHEET | PLACE_HELP | PLACE_SHEET_NONE |
                PLACE_SHEET_OFF | PLACE_LOG | PLACE_HOSTS
};

struct keymap_row {
    uint32_t key;     /* ui/input.h */
    const char *name; /* "Enter"; NULL: another key for the action of the row before */
    enum keymap_action action;
    unsigned places;
    const char *brief; /* for the bottom bar; NULL: not shown there */
    const char *help;  /* for the help page; NULL: not shown there */
};

#define KEYMAP_MAX 160 /* rows, at the most */

/* True when ACTION only looks: a screen that watches obeys no other. */
bool keymap_only_looks(enum keymap_action action);

/* Where ACTION leads from line AT, perhaps beyond the last one, with pages of PAGE lines. False: it
 * is no movement. */
bool keymap_step(enum keymap_action action, uint64_t at, uint64_t page, uint64_t *ret_to);

const struct keymap_row *keymap_table(size_t *ret_count);

/* The word for ACTION in the configuration: "pause-all". */
const char *keymap_name(enum keymap_action action);

#endif
