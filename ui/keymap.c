/* The keys. A row that is not here does not exist; a row that is here works. Rows stand in the
 * order in which the help page and the bottom bar show them, so the bar's first ones survive on a
 * narrow screen. */

#include "ui/keymap.h"

#include "base/mem.h"
#include "ui/input.h"

#define LISTS  (PLACE_LIST | PLACE_DETAIL)
#define VIEWS  (LISTS | PLACE_HOSTS)
#define LINKS  (PLACE_SHEET | PLACE_SHEET_OFF)
#define SHEETS (LINKS | PLACE_SHEET_NONE)

static const struct keymap_row rows[] = {
    {INPUT_ESC, "Esc", ACT_BACK, PLACE_DETAIL | PLACE_LOG, "back", NULL},
    {INPUT_ENTER, "Enter", ACT_HOST_ITEMS, PLACE_HOSTS, "its downloads", NULL},
    {'a', "a", ACT_ADD, VIEWS, "add", "add links: type or paste them"},
    {'p', "p", ACT_PAUSE, LISTS, "pause", "pause, or go on"},
    {'P', "P", ACT_PAUSE_ALL, LISTS, NULL, "pause all, or go on with all paused ones"},
    {'x', "x", ACT_CANCEL, LISTS, "cancel", "cancel; what came is kept until it is removed"},
    {'r', "r", ACT_RETRY, LISTS, "retry", "try again now"},
    {'R', "R", ACT_RETRY_ALL, LISTS, NULL, "try all failed ones again"},
    {'d', "d", ACT_REMOVE, LISTS, "remove", "remove from the list; a complete file stays"},
    {INPUT_DELETE, NULL, ACT_REMOVE, LISTS, NULL, NULL},
    {'u', "u", ACT_UNDO, VIEWS, NULL,
     "take back the last cancel or removal; again: the one before"},
    {'c', "c", ACT_CLEAR, LISTS, NULL, "clear the finished ones from the list"},
    {'+', "+/-", ACT_MORE_JOBS, LISTS, "jobs",
     "more or fewer downloads at once; what runs goes on"},
    {'=', NULL, ACT_MORE_JOBS, LISTS, NULL, NULL},
    {'-', NULL, ACT_FEWER_JOBS, LISTS, NULL, NULL},
    {'+', "+/-", ACT_MORE_PER_HOST, PLACE_HOSTS, "per host",
     "hosts: more or fewer connections to each"},
    {'=', NULL, ACT_MORE_PER_HOST, PLACE_HOSTS, NULL, NULL},
    {'-', NULL, ACT_FEWER_PER_HOST, PLACE_HOSTS, NULL, NULL},
    {'l', "l", ACT_LIMIT, VIEWS, "limit", "limit the rate of the whole session"},
    {'L', "L", ACT_ITEM_LIMIT, LISTS, NULL, "limit the rate of a download"},
    {' ', "Space", ACT_MARK, LISTS, "select",
     "select, and down; then keys act on all selected ones"},
    {'v', "v", ACT_MARK_RANGE, LISTS, NULL, "select from here on; once more: to there"},
    {'*', "*", ACT_MARK_ALL, LISTS, NULL, "select all of this view, or none"},
    {'/', "/", ACT_FIND, LISTS | PLACE_LOG, "find",
     "find: word  state:failed  host:x  size>1G  -word"},
    {'n', "n N", ACT_FIND_NEXT, LISTS | PLACE_LOG, NULL, "next match, the one before"},
    {'N', NULL, ACT_FIND_PREVIOUS, LISTS | PLACE_LOG, NULL, NULL},
    {'f', "f", ACT_FILTER, LISTS, "filter", "show only what fits; words as in find"},
    {INPUT_ENTER, "Enter", ACT_DETAILS, LISTS, "details", "details of the download, on and off"},
    {'!', "!", ACT_LOG, VIEWS | PLACE_LOG, NULL, "log of the daemon, and what the screen costs"},
    {'l', "l", ACT_LEVEL, PLACE_LOG, "level", "there: all levels, warnings, errors"},
    {'/', "/", ACT_FIND, PLACE_HOSTS, "find", NULL},
    {INPUT_ENTER, "Enter", ACT_ACCEPT, PLACE_SHEET, "add these", NULL},
    {' ', "Space *", ACT_TOGGLE, LINKS, "choose", "links under review: choose one, all"},
    {'*', NULL, ACT_TOGGLE_ALL, LINKS, NULL, NULL},
    {'x', "x", ACT_DROP, LINKS, "drop", NULL},
    {'h', "h", ACT_HEAL, LINKS, NULL, "there: give it to the download whose link is refused"},
    {'d', "d", ACT_FOLDER, LINKS, "folder", NULL},
    {'o', "o", ACT_OPTIONS, LINKS, "options", "there: options of all, as on the command line"},
    {'a', "a", ACT_ADD, SHEETS, NULL, NULL},
    {'J', "J K", ACT_MOVE_DOWN, LISTS, NULL, "move down, up in the queue"},
    {'K', NULL, ACT_MOVE_UP, LISTS, NULL, NULL},
    {'T', "T B", ACT_MOVE_TOP, LISTS, NULL, "move to the top, to the bottom of the queue"},
    {'B', NULL, ACT_MOVE_BOTTOM, LISTS, NULL, NULL},
    {'o', "o", ACT_PATH, LISTS, NULL, "show where the file is, or will be"},
    {'y', "y Y", ACT_COPY_LINK, LISTS, NULL,
     "copy the link, the file's path, through the terminal"},
    {'Y', NULL, ACT_COPY_PATH, LISTS, NULL, NULL},
    {'i', "i", ACT_PRIORITY, LISTS, NULL, "importance (priority): high ones start first"},
    {'s', "s", ACT_SORT, VIEWS, "sort", "sort: a letter for the column; again to turn it"},
    {'S', "S", ACT_SORT_TURN, VIEWS, NULL, "turn the order round"},
    {INPUT_TAB, "Tab", ACT_NEXT_TAB, VIEWS, NULL, "next view"},
    {INPUT_BACK_TAB, NULL, ACT_PREVIOUS_TAB, VIEWS, NULL, NULL},
    {'1', "1-6", ACT_TAB_1, VIEWS, NULL, "views: all, active, queued, done, failed, hosts"},
    {'2', NULL, ACT_TAB_2, VIEWS, NULL, NULL},
    {'3', NULL, ACT_TAB_3, VIEWS, NULL, NULL},
    {'4', NULL, ACT_TAB_4, VIEWS, NULL, NULL},
    {'5', NULL, ACT_TAB_5, VIEWS, NULL, NULL},
    {'6', NULL, ACT_TAB_6, VIEWS, NULL, NULL},
    {'j', "j k", ACT_DOWN, PLACE_ANY, NULL, "down, up; the arrows too"},
    {INPUT_DOWN, NULL, ACT_DOWN, PLACE_ANY, NULL, NULL},
    {'k', NULL, ACT_UP, PLACE_ANY, NULL, NULL},
    {INPUT_UP, NULL, ACT_UP, PLACE_ANY, NULL, NULL},
    {INPUT_PAGE_DOWN, "PgDn PgUp", ACT_PAGE_DOWN, PLACE_ANY, NULL, "a screen down, up"},
    {INPUT_CTRL('f'), NULL, ACT_PAGE_DOWN, PLACE_ANY, NULL, NULL},
    {INPUT_PAGE_UP, NULL, ACT_PAGE_UP, PLACE_ANY, NULL, NULL},
    {INPUT_CTRL('b'), NULL, ACT_PAGE_UP, PLACE_ANY, NULL, NULL},
    {'g', "g G", ACT_TOP, PLACE_ANY, NULL, "first, last; Home and End too"},
    {INPUT_HOME, NULL, ACT_TOP, PLACE_ANY, NULL, NULL},
    {'G', NULL, ACT_BOTTOM, PLACE_ANY, NULL, NULL},
    {INPUT_END, NULL, ACT_BOTTOM, PLACE_ANY, NULL, NULL},
    {INPUT_ESC, "Esc", ACT_BACK, PLACE_ANY, NULL,
     "close what is open; end selection, find, filter"},
    {':', ":", ACT_COMMAND, LISTS, NULL, "command line: pause 3-7, set limit 2M, …; Tab completes"},
    {'q', "q", ACT_BACK, SHEETS | PLACE_HELP, "back", NULL},
    {'q', NULL, ACT_BACK, PLACE_LOG, NULL, NULL},
    {'?', "?", ACT_HELP, PLACE_ANY, "help", "this page"},
    {INPUT_CTRL('l'), "Ctrl-L", ACT_REDRAW, PLACE_ANY, NULL, "draw the screen anew"},
    {INPUT_CTRL('z'), "Ctrl-Z", ACT_SUSPEND, PLACE_ANY, NULL, "back to the shell for a while"},
    {'q', "q", ACT_QUIT, VIEWS, "quit", "quit; asks whether downloads go on"},
    {INPUT_CTRL('c'), NULL, ACT_QUIT, PLACE_ANY, NULL, NULL},
    {'Q', "Q", ACT_STOP, VIEWS, NULL, "stop all downloads and quit; the queue is kept"},
};

_Static_assert(COUNT_OF(rows) <= KEYMAP_MAX, "who paints them has room for so many");

/* As the configuration names them. */
static const char *const names[ACT_COUNT] = {
    [ACT_NONE] = "none",
    [ACT_ADD] = "add",
    [ACT_PAUSE] = "pause",
    [ACT_PAUSE_ALL] = "pause-all",
    [ACT_CANCEL] = "cancel",
    [ACT_RETRY] = "retry",
    [ACT_RETRY_ALL] = "retry-all",
    [ACT_REMOVE] = "remove",
    [ACT_CLEAR] = "clear",
    [ACT_UNDO] = "undo",
    [ACT_MORE_JOBS] = "more-jobs",
    [ACT_FEWER_JOBS] = "fewer-jobs",
    [ACT_LIMIT] = "limit",
    [ACT_ITEM_LIMIT] = "item-limit",
    [ACT_MOVE_UP] = "move-up",
    [ACT_MOVE_DOWN] = "move-down",
    [ACT_MOVE_TOP] = "move-top",
    [ACT_MOVE_BOTTOM] = "move-bottom",
    [ACT_PRIORITY] = "priority",
    [ACT_PATH] = "path",
    [ACT_COPY_LINK] = "copy-link",
    [ACT_COPY_PATH] = "copy-path",
    [ACT_FIND] = "find",
    [ACT_FIND_NEXT] = "find-next",
    [ACT_FIND_PREVIOUS] = "find-previous",
    [ACT_FILTER] = "filter",
    [ACT_SORT] = "sort",
    [ACT_SORT_TURN] = "sort-turn",
    [ACT_MARK] = "select",
    [ACT_MARK_RANGE] = "select-range",
    [ACT_MARK_ALL] = "select-all",
    [ACT_DETAILS] = "details",
    [ACT_LOG] = "log",
    [ACT_COMMAND] = "command",
    [ACT_LEVEL] = "log-level",
    [ACT_MORE_PER_HOST] = "more-per-host",
    [ACT_FEWER_PER_HOST] = "fewer-per-host",
    [ACT_HOST_ITEMS] = "host-downloads",
    [ACT_NEXT_TAB] = "next-view",
    [ACT_PREVIOUS_TAB] = "previous-view",
    [ACT_TAB_1] = "view-all",
    [ACT_TAB_2] = "view-active",
    [ACT_TAB_3] = "view-queued",
    [ACT_TAB_4] = "view-done",
    [ACT_TAB_5] = "view-failed",
    [ACT_TAB_6] = "view-hosts",
    [ACT_UP] = "up",
    [ACT_DOWN] = "down",
    [ACT_PAGE_UP] = "page-up",
    [ACT_PAGE_DOWN] = "page-down",
    [ACT_TOP] = "top",
    [ACT_BOTTOM] = "bottom",
    [ACT_FOLDER] = "folder",
    [ACT_OPTIONS] = "options",
    [ACT_TOGGLE] = "choose",
    [ACT_TOGGLE_ALL] = "choose-all",
    [ACT_DROP] = "drop",
    [ACT_HEAL] = "heal",
    [ACT_ACCEPT] = "accept",
    [ACT_BACK] = "back",
    [ACT_HELP] = "help",
    [ACT_REDRAW] = "redraw",
    [ACT_SUSPEND] = "suspend",
    [ACT_QUIT] = "quit",
    [ACT_STOP] = "stop",
};

/* What may be done is named, so that an action that is new can't slip through. */
bool keymap_only_looks(enum keymap_action action)
{
    switch (action) {
    case ACT_NONE:
    case ACT_PATH:
    case ACT_COPY_LINK:
    case ACT_COPY_PATH:
    case ACT_FIND:
    case ACT_FIND_NEXT:
    case ACT_FIND_PREVIOUS:
    case ACT_FILTER:
    case ACT_SORT:
    case ACT_SORT_TURN:
    case ACT_MARK:
    case ACT_MARK_RANGE:
    case ACT_MARK_ALL:
    case ACT_DETAILS:
    case ACT_LOG:
    case ACT_LEVEL:
    case ACT_NEXT_TAB:
    case ACT_PREVIOUS_TAB:
    case ACT_TAB_1:
    case ACT_TAB_2:
    case ACT_TAB_3:
    case ACT_TAB_4:
    case ACT_TAB_5:
    case ACT_TAB_6:
    case ACT_UP:
    case ACT_DOWN:
    case ACT_PAGE_UP:
    case ACT_PAGE_DOWN:
    case ACT_TOP:
    case ACT_BOTTOM:
    case ACT_BACK:
    case ACT_HELP:
    case ACT_REDRAW:
    case ACT_SUSPEND:
    case ACT_QUIT:
        return true;
    default:
        return false;
    }
}

bool keymap_step(enum keymap_action action, uint64_t at, uint64_t page, uint64_t *ret_to)
{
    switch (action) {
    case ACT_UP:
        *ret_to = at - MIN(at, (uint64_t)1);
        return true;
    case ACT_DOWN:
        *ret_to = at + 1;
        return true;
    case ACT_PAGE_UP:
        *ret_to = at - MIN(at, page);
        return true;
    case ACT_PAGE_DOWN:
        *ret_to = at + page;
        return true;
    case ACT_TOP:
        *ret_to = 0;
        return true;
    case ACT_BOTTOM:
        *ret_to = UINT64_MAX;
        return true;
    default:
        return false;
    }
}

const struct keymap_row *keymap_table(size_t *ret_count)
{
    *ret_count = COUNT_OF(rows);
    return rows;
}

const char *keymap_name(enum keymap_action action)
{
    return names[action];
}
