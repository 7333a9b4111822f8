/* Layout and dispatch.
 *
 * From top to bottom: header, tabs, a rule where the screen is high enough, the views, and one line
 * that is a question, else a notice, else the bar of keys. The list is always there; the details
 * stand beside it or over it; the review sheet and the help page cover both.
 *
 * A key goes to the open question first, then to the view with the focus, then to what holds for
 * the whole screen. A notice stays until the next key, or a few seconds. */

#include "ui/screen.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/fmt.h"
#include "base/mem.h"
#include "base/str.h"
#include "base/text.h"
#include "base/url.h"
#include "ui/actions.h"
#include "ui/adding.h"
#include "ui/bindings.h"
#include "ui/commanding.h"
#include "ui/copying.h"
#include "ui/detail_view.h"
#include "ui/finding.h"
#include "ui/header.h"
#include "ui/help_view.h"
#include "ui/hosts_view.h"
#include "ui/list_view.h"
#include "ui/overview.h"
#include "ui/prompt.h"
#include "ui/row.h"
#include "ui/wrap.h"

#define MIN_WIDTH    20
#define MIN_HEIGHT   4
#define RULE_HEIGHT  12  /* from here on there is room for a rule */
#define BESIDE_WIDTH 110 /* from here on the details stand beside the list */
#define OPEN_WIDTH   240 /* from here on they do without being asked for */
#define DETAIL_MIN   44
#define DETAIL_MAX   110
#define NOTICE_SIZE  4600 /* a path fits */
#define NOTICE_LINES 8    /* at most; and half of the screen */
#define WHEEL_LINES  3    /* for one notch */
#define NOTICE_MS    6000 /* then the keys are shown again */

#define ONLY_WATCHES "this screen only watches; 'haul' opens one that changes things"

struct screen {
    struct model *model;
    const struct bindings *bindings;
    struct screen_events events;
    struct list_view list;
    struct detail_view detail;
    struct adding adding;
    struct help_view help;
    bool help_open;
    struct hosts_view hosts;
    bool hosts_open; /* in place of the list */
    struct log_view log;
    bool log_open;
    bool details_open;
    bool details_chosen; /* the user said whether they are open */
    bool details_beside; /* when last painted */
    struct prompt prompt;
    struct actions actions;
    struct finding finding;
    struct copying copying;
    struct commanding commanding;
    struct zones zones;
    struct cells_area pane; /* where the details are painted */
    char notice[NOTICE_SIZE];
    bool notice_bad;
    int64_t notice_at;
    bool notice_stays; /* until the next key */
};

void screen_free(struct screen *screen)
{
    if (!screen)
        return;
    prompt_fini(&screen->prompt);
    adding_fini(&screen->adding);
    commanding_fini(&screen->commanding);
    free(screen);
}

void screen_notice(struct screen *screen, bool bad, const char *text)
{
    str_copy(screen->notice, sizeof(screen->notice), text);
    screen->notice_bad = bad;
    screen->notice_at = model_now(screen->model);
    screen->notice_stays = false;
}

/* Something that was asked for, and is to be read or copied in peace. */
static void on_tell(void *ctx, const char *text)
{
    struct screen *screen = ctx;
    screen_notice(screen, false, text);
    screen->notice_stays = true;
}

static struct view *focus(struct screen *screen)
{
    if (screen->help_open)
        return &screen->help.view;
    if (screen->log_open)
        return &screen->log.view;
    if (screen->adding.open)
        return &screen->adding.view.view;
    if (screen->hosts_open)
        return &screen->hosts.view;
    return screen->details_open && !screen->details_beside ? &screen->detail.view
                                                           : &screen->list.view;
}

/* ---- adding ---- */

static void on_notice(void *ctx, bool bad, const char *text)
{
    screen_notice(ctx, bad, text);
}

static void on_cost(void *ctx, struct log_cost *ret_cost)
{
    struct screen *screen = ctx;
    screen->events.cost(screen->events.ctx, ret_cost);
}

static enum haul_err on_copy(void *ctx, const char *text, size_t len, struct haul_error *err)
{
    struct screen *screen = ctx;
    return screen->events.copy(screen->events.ctx, text, len, err);
}

static void on_adding_work(void *ctx)
{
    struct screen *screen = ctx;
    screen->events.work(screen->events.ctx);
}

bool screen_work(struct screen *screen)
{
    return adding_work(&screen->adding);
}

void screen_connected(struct screen *screen)
{
    adding_go_on(&screen->adding);
}

static void act(struct screen *screen, enum keymap_action action);

static void on_command_act(void *ctx, enum keymap_action action)
{
    act(ctx, action);
}

struct screen *screen_new(struct model *model, const struct bindings *bindings,
                          const struct haul_options *options, struct config *config,
                          const char *history_path, const struct screen_events *events)
{
    struct screen *screen = xcalloc(1, sizeof(*screen));
    struct commanding_events from_commanding = {on_notice, on_command_act, screen};
    struct copying_events from_copying = {on_copy, on_notice, on_tell, screen};
    struct adding_events from_adding = {on_notice, on_adding_work, screen};
    screen->model = model;
    screen->bindings = bindings;
    screen->events = *events;
    list_view_init(&screen->list, model, bindings);
    detail_view_init(&screen->detail, model);
    help_view_init(&screen->help, bindings);
    hosts_view_init(&screen->hosts, model, &screen->prompt);
    log_view_init(&screen->log, model, &screen->prompt, on_cost, on_notice, screen);
    prompt_init(&screen->prompt);
    actions_init(&screen->actions, model, &screen->list, &screen->prompt);
    finding_init(&screen->finding, model, &screen->list, &screen->prompt, on_notice, screen);
    copying_init(&screen->copying, model, &screen->list, &from_copying);
    adding_init(&screen->adding, model, &screen->prompt, options, config, &from_adding);
    commanding_init(&screen->commanding, model, &screen->list, &screen->prompt, &screen->adding,
                    &screen->finding, history_path, &from_commanding);
    return screen;
}

/* A line that is being typed takes a pasted line; anything else is for the review sheet. */
void screen_paste(struct screen *screen, const char *bytes, size_t len, bool too_big)
{
    screen->notice[0] = '\0';
    if (too_big) {
        screen_notice(screen, true, "that paste is more than haul takes at once: 64 MiB");
        return;
    }
    if (len == 0)
        return;
    size_t line = len;
    while (!adding_asks(&screen->adding) && line > 0 && strchr("\r\n", bytes[line - 1]))
        line--; /* the end of a line that was copied whole */
    if (screen->prompt.kind == PROMPT_LINE && line > 0 && !memchr(bytes, '\n', line) &&
        line < URL_MAX) {
        char *text = xstrndup(bytes, line);
        line_edit_insert(&screen->prompt.edit, text);
        free(text);
        if (screen->prompt.typed)
            screen->prompt.typed(screen->prompt.ctx, line_edit_text(&screen->prompt.edit));
        return;
    }
    if (model_only_watches(screen->model)) {
        screen_notice(screen, false, ONLY_WATCHES);
        return;
    }
    screen->help_open = false;
    screen->log_open = false;
    const char *typed = line_edit_text(&screen->prompt.edit);
    if (adding_asks(&screen->adding) && typed[0] != '\0')
        adding_text(&screen->adding, typed, strlen(typed));
    prompt_close(&screen->prompt);
    adding_text(&screen->adding, bytes, len);
}

void screen_pasting(struct screen *screen, size_t bytes)
{
    char text[64];
    char size[FMT_SIZE];
    snprintf(text, sizeof(text), "reading a paste: %s", fmt_bytes(bytes, size));
    screen_notice(screen, false, text);
}

/* ---- leaving ---- */

enum { QUIT_STAY, QUIT_LEAVE, QUIT_STOP };

static void stop_all(struct screen *screen)
{
    screen_notice(screen, false, "stopping: putting away what came…");
    model_stop(screen->model);
}

static void on_quit_chosen(void *ctx, int value)
{
    struct screen *screen = ctx;
    if (value == QUIT_LEAVE)
        screen->events.quit(screen->events.ctx);
    else if (value == QUIT_STOP)
        stop_all(screen);
}

/* Asks only when the answer matters. */
static void quit_ask(struct screen *screen)
{
    static const struct prompt_choice choices[] = {
        {'b', "b", "leave the downloads running", "background", QUIT_LEAVE},
        {'s', "s", "stop them", "stop", QUIT_STOP},
        {INPUT_ESC, "Esc", "stay", NULL, QUIT_STAY},
    };
    const uint64_t *counts = model_totals(screen->model)->counts;
    if (model_away(screen->model) || model_only_watches(screen->model)) {
        screen->events.quit(screen->events.ctx); /* nobody there can be told anything */
        return;
    }
    if (counts[HAUL_ACTIVE] + counts[HAUL_QUEUED] + counts[HAUL_WAITING] == 0)
        screen->events.quit(screen->events.ctx);
    else
        prompt_ask(&screen->prompt, "Quit?", choices, COUNT_OF(choices), on_quit_chosen, screen);
}

enum { LOST_STAY, LOST_CONNECT, LOST_QUIT };

static void on_lost_chosen(void *ctx, int value)
{
    struct screen *screen = ctx;
    if (value == LOST_CONNECT)
        model_connect(screen->model);
    else if (value == LOST_QUIT)
        screen->events.quit(screen->events.ctx);
}

void screen_lost(struct screen *screen, const char *sentence)
{
    static const struct prompt_choice choices[] = {
        {'r', "r", "start it again", "start", LOST_CONNECT},
        {'q', "q", "quit", NULL, LOST_QUIT},
    };
    static const struct prompt_choice looks[] = {
        {'r', "r", "look again", "again", LOST_CONNECT},
        {'q', "q", "quit", NULL, LOST_QUIT},
    };
    prompt_ask(&screen->prompt, sentence, model_only_watches(screen->model) ? looks : choices,
               COUNT_OF(choices), on_lost_chosen, screen);
}

/* ---- what keys do ---- */

static void details_show(struct screen *screen, bool open)
{
    screen->details_open = open;
    screen->details_chosen = true;
    screen->detail.top = 0;
}

/* Closes the topmost thing; with nothing open it ends selection, find and filter. */
static void back(struct screen *screen)
{
    if (screen->help_open)
        screen->help_open = false;
    else if (screen->log_open)
        screen->log_open = log_view_back(&screen->log);
    else if (screen->adding.open)
        adding_close(&screen->adding);
    else if (screen->hosts_open)
        screen->hosts_open = hosts_view_back(&screen->hosts);
    else if (screen->details_open)
        details_show(screen, false);
    else
        (void)list_view_back(&screen->list);
}

static void details_toggle(struct screen *screen)
{
    if (!list_view_item(&screen->list))
        return;
    details_show(screen, !screen->details_open);
}

/* The hosts are the last one of the tabs. True: that is all that ACTION does. */
static bool tab_act(struct screen *screen, enum keymap_action action)
{
    struct list_view *list = &screen->list;
    bool was_open = screen->hosts_open;
    bool at_end = (action == ACT_NEXT_TAB && list->tab + 1 == LIST_TAB_COUNT) ||
                  (action == ACT_PREVIOUS_TAB && list->tab == LIST_ALL);
    if (action == ACT_TAB_6 || (!was_open && at_end)) {
        screen->hosts_open = true;
        return true;
    }
    if (action != ACT_NEXT_TAB && action != ACT_PREVIOUS_TAB &&
        (action < ACT_TAB_1 || action > ACT_TAB_5))
        return false;
    screen->hosts_open = false;
    if (was_open && action == ACT_NEXT_TAB)
        action = ACT_TAB_1;
    if (was_open && action == ACT_PREVIOUS_TAB)
        action = ACT_TAB_5;
    return list->view.ops->act(&list->view, action);
}

/* All downloads of the host under the cursor. */
static void host_items_show(struct screen *screen)
{
    char filter[HOSTS_NAME_SIZE + 8];
    if (!screen->hosts.name[0])
        return;
    snprintf(filter, sizeof(filter), "host=%s", screen->hosts.name);
    (void)tab_act(screen, ACT_TAB_1);
    list_view_filter(&screen->list, filter);
}

static void log_toggle(struct screen *screen)
{
    screen->log_open = !screen->log_open;
    log_view_open(&screen->log);
}

static void act(struct screen *screen, enum keymap_action action)
{
    if (adding_act(&screen->adding, action) || finding_act(&screen->finding, action) ||
        copying_act(&screen->copying, action))
        return;
    switch (action) {
    case ACT_ADD:
        adding_ask(&screen->adding);
        break;
    case ACT_BACK:
        back(screen);
        break;
    case ACT_COMMAND:
        commanding_ask(&screen->commanding);
        break;
    case ACT_HELP:
        screen->help_open = !screen->help_open;
        break;
    case ACT_HOST_ITEMS:
        host_items_show(screen);
        break;
    case ACT_LOG:
        log_toggle(screen);
        break;
    case ACT_DETAILS:
        details_toggle(screen);
        break;
    case ACT_STOP:
        stop_all(screen);
        break;
    case ACT_QUIT:
        quit_ask(screen);
        break;
    case ACT_SUSPEND:
        screen->events.suspend(screen->events.ctx);
        break;
    case ACT_REDRAW:
        screen->events.redraw(screen->events.ctx);
        break;
    default:
        actions_run(&screen->actions, action);
        break;
    }
}

/* What an action means in the view with the focus. */
static void dispatch(struct screen *screen, enum keymap_action action)
{
    struct view *view = focus(screen);
    if (model_only_watches(screen->model) && !keymap_only_looks(action)) {
        screen_notice(screen, false, ONLY_WATCHES);
        return;
    }
    if (action == ACT_RETRY && model_away(screen->model)) {
        model_try_now(screen->model);
        return;
    }
    if (action == ACT_NONE || tab_act(screen, action) || view->ops->act(view, action))
        return;
    /* The details follow the list's cursor, so what they leave alone may be the list's. */
    if (view == &screen->detail.view && screen->list.view.ops->act(&screen->list.view, action))
        return;
    act(screen, action);
}

void screen_key(struct screen *screen, const struct input_key *key)
{
    screen->notice[0] = '\0';
    if (!prompt_open(&screen->prompt) && adding_rushed(&screen->adding, key))
        return;
    if (prompt_open(&screen->prompt)) {
        prompt_key(&screen->prompt, key);
        return;
    }
    /* Frames may have come since the last painting: a key means what is known now. */
    list_view_update(&screen->list, screen->list.height);
    if (screen->hosts_open)
        hosts_view_update(&screen->hosts, screen->hosts.height);
    dispatch(screen, bindings_find(screen->bindings, key->code, focus(screen)->ops->place));
}

/* ---- what the mouse does ---- */

static bool list_covered(const struct screen *screen)
{
    return screen->help_open || screen->log_open || screen->adding.open;
}

/* A tab that is clicked on is seen; only links under review are not left for it. */
static void show_tab(struct screen *screen, enum keymap_action tab)
{
    if (screen->adding.open)
        return;
    screen->help_open = screen->log_open = false;
    if (!screen->details_beside && screen->details_open)
        details_show(screen, false);
    dispatch(screen, tab);
}

static void click_zone(struct screen *screen, const struct zone *zone)
{
    struct input_key key = {.code = zone->value};
    if (zone->kind == ZONE_KEY)
        prompt_key(&screen->prompt, &key);
    else if (zone->kind == ZONE_SORT && screen->hosts_open)
        hosts_view_sort(&screen->hosts, (enum haul_host_sort)zone->value);
    else if (zone->kind == ZONE_SORT)
        list_view_sort(&screen->list, (enum haul_sort)zone->value);
    else if (zone->value >= ACT_TAB_1 && zone->value <= ACT_TAB_6)
        show_tab(screen, (enum keymap_action)zone->value);
    else
        dispatch(screen, (enum keymap_action)zone->value);
}

/* A host that is clicked on twice shows its downloads. */
static void click_host(struct screen *screen, int y)
{
    bool again;
    if (hosts_view_click(&screen->hosts, y, &again) && again)
        host_items_show(screen);
}

/* An item that is clicked on twice shows its details. */
static void click(struct screen *screen, int y, int x)
{
    const struct zone *zone = zones_at(&screen->zones, y, x);
    bool again;
    if (prompt_open(&screen->prompt) && (!zone || zone->kind != ZONE_KEY))
        return;
    if (zone)
        click_zone(screen, zone);
    else if (focus(screen) == &screen->adding.view.view)
        (void)add_view_click(&screen->adding.view, y);
    else if (focus(screen) == &screen->hosts.view)
        click_host(screen, y);
    else if (!list_covered(screen) && focus(screen) == &screen->list.view &&
             list_view_click(&screen->list, y, x, &again) && again && !screen->details_open)
        details_toggle(screen);
}

static void wheel(struct screen *screen, int y, int x, bool down)
{
    const struct cells_area *pane = &screen->pane;
    struct view *view = focus(screen);
    bool on_pane = !list_covered(screen) && !screen->hosts_open && screen->details_open &&
                   y >= pane->y && y < pane->y + pane->height && x >= pane->x &&
                   x < pane->x + pane->width;
    if (on_pane) {
        detail_view_scroll(&screen->detail, down ? WHEEL_LINES : -WHEEL_LINES);
        return;
    }
    for (int i = 0; i < WHEEL_LINES; i++)
        (void)view->ops->act(view, down ? ACT_DOWN : ACT_UP);
}

void screen_mouse(struct screen *screen, const struct input_mouse *mouse)
{
    screen->notice[0] = '\0';
    list_view_update(&screen->list, screen->list.height);
    if (mouse->what == INPUT_CLICK)
        click(screen, mouse->y, mouse->x);
    else if (!prompt_open(&screen->prompt))
        wheel(screen, mouse->y, mouse->x, mouse->what == INPUT_WHEEL_DOWN);
}

/* ---- painting ---- */

static void paint_view(struct view *view, const struct cells *cells, struct cells_area area)
{
    view->ops->paint(view, cells, area);
}

/* Where list, details and overview stand in AREA; the last two have no lines where they are not
 * open or there is no room. */
struct places {
    struct cells_area list;
    struct cells_area pane;
    struct cells_area overview;
};

static void places_find(const struct screen *screen, struct cells_area area,
                        struct places *ret_places)
{
    struct places places = {area, area, area};
    if (!screen->details_open) {
        places.pane.height = 0;
    } else if (screen->details_beside) {
        places.pane.width = MIN(MAX(area.width * 2 / 5, DETAIL_MIN), DETAIL_MAX);
        places.pane.x = area.x + area.width - places.pane.width;
        places.list.width = area.width - places.pane.width - 1;
    }
    places.overview.width = places.list.width;
    places.overview.height = overview_height(places.list.width, area.height);
    places.list.height -= places.overview.height;
    places.overview.y = area.y + places.list.height;
    *ret_places = places;
}

/* As much as a very wide screen has room for is shown, until the user says otherwise. */
static void details_decide(struct screen *screen, struct cells_area area)
{
    screen->details_beside = area.width >= BESIDE_WIDTH;
    if (!screen->details_chosen)
        screen->details_open = area.width >= OPEN_WIDTH && list_view_item(&screen->list);
}

static void paint_lists(struct screen *screen, const struct cells *cells, struct cells_area area,
                        const struct places *places)
{
    const struct cells_area *pane = &places->pane;
    if (screen->details_open && screen->details_beside)
        cells_rule_down(cells, area.y, pane->x - 1, area.height);
    if (cells->height >= RULE_HEIGHT && screen->details_open && !screen->details_beside)
        header_paint_details(cells, area.y - 1, area.width, &screen->list);
    else if (cells->height >= RULE_HEIGHT)
        header_paint_columns(cells, area.y - 1, places->list.width, &screen->list);
    paint_view(&screen->list.view, cells, places->list);
    if (places->overview.height > 0)
        overview_paint(screen->model, cells, places->overview);
    else
        model_hosts_want(screen->model, NULL);
    const struct haul_item *item = list_view_item(&screen->list);
    model_detail_want(screen->model, screen->details_open && item ? item->id : 0);
    if (!screen->details_open)
        return;
    if (!screen->details_beside) {
        for (int i = 0; i < area.height; i++)
            cells_fill(cells, area.y + i, area.x, area.width, STYLE_TEXT);
    }
    screen->pane = *pane;
    paint_view(&screen->detail.view, cells, *pane);
}

static void paint_hosts(struct screen *screen, const struct cells *cells, struct cells_area area)
{
    hosts_view_update(&screen->hosts, area.height);
    if (cells->height >= RULE_HEIGHT)
        hosts_view_paint_heads(&screen->hosts, cells, area.y - 1, area.width);
    paint_view(&screen->hosts.view, cells, area);
    model_detail_want(screen->model, 0);
}

static void notice_fade(struct screen *screen)
{
    int64_t age = model_now(screen->model) - screen->notice_at;
    if (screen->notice_stays)
        return;
    if (age < 0 || age >= NOTICE_MS)
        screen->notice[0] = '\0';
}

/* Over as many lines as it needs, the last one on line Y; what is over that ends in an ellipsis. */
static void paint_notice(const struct screen *screen, const struct cells *cells, int y)
{
    enum theme_style style = screen->notice_bad ? STYLE_BAD : STYLE_ACCENT;
    int room = cells->width - 2;
    int most = MAX(MIN(cells->height / 2, NOTICE_LINES), 1);
    const char *starts[NOTICE_LINES] = {screen->notice};
    int count = 1;
    for (const char *text = screen->notice; count < most; count++) {
        text = wrap_next(text, wrap_length(text, room));
        if (text[0] == '\0')
            break;
        starts[count] = text;
    }
    for (int i = 0; i < count; i++) {
        int line = y - count + 1 + i;
        size_t len = i + 1 < count ? wrap_length(starts[i], room) : strlen(starts[i]);
        char *part = xstrndup(starts[i], len);
        cells_fill(cells, line, 0, cells->width, STYLE_TEXT);
        cells_put_name(cells, line, 1, room, style, part);
        free(part);
    }
}

/* The lowest line while there is no line to the other machine: since when, and what is done. */
static void paint_away(const struct screen *screen, const struct cells *cells, int y)
{
    const struct model_away *away = model_away(screen->model);
    int64_t now = model_now(screen->model);
    char next[64] = "r: try again  q: quit";
    char lasts[FMT_SIZE];
    char wait[FMT_SIZE];
    if (away->trying)
        str_copy(next, sizeof(next), "trying now");
    else if (away->next_at > 0)
        snprintf(next, sizeof(next), "next try in %s  r: now",
                 fmt_seconds(MAX(away->next_at - now + 999, (int64_t)1000) / 1000, wait));
    char *text = xasprintf("No line for %s  %s",
                           fmt_seconds(MAX(now - away->since, (int64_t)0) / 1000, lasts), next);
    if ((int)text_width(text) > cells->width - 2) {
        free(text);
        text = xasprintf("No line  %s", next); /* the header has the age */
    }
    cells_put_name(cells, y, 1, cells->width - 2, STYLE_BAD, text);
    free(text);
}

static int paint_bottom(struct screen *screen, const struct cells *cells, int y)
{
    const struct model_away *away = model_away(screen->model);
    notice_fade(screen);
    if (away)
        cells_put_name(cells, y - 1, 1, cells->width - 2, STYLE_BAD, away->reason);
    if (prompt_open(&screen->prompt))
        return prompt_paint(&screen->prompt, cells, y);
    if (screen->notice[0])
        paint_notice(screen, cells, y);
    else if (away)
        paint_away(screen, cells, y);
    else
        header_paint_keys(cells, y, screen->bindings, focus(screen)->ops->place,
                          model_only_watches(screen->model));
    return -1;
}

void screen_paint(struct screen *screen, const struct cells *on, int *ret_y, int *ret_x)
{
    struct cells clickable = *on;
    const struct cells *cells = &clickable;
    clickable.zones = &screen->zones;
    zones_clear(&screen->zones);
    *ret_x = -1;
    *ret_y = cells->height - 1;
    if (cells->width < MIN_WIDTH || cells->height < MIN_HEIGHT) {
        list_view_update(&screen->list, 1);
        header_paint_tiny(cells, screen->model);
        return;
    }
    int bottom = model_away(screen->model) ? 2 : 1; /* lines below the views */
    struct cells_area area = {.y = 2, .height = cells->height - 2 - bottom, .width = cells->width};
    if (cells->height >= RULE_HEIGHT) {
        cells_rule(cells, area.y, 0, cells->width);
        area.y++;
        area.height--;
    }
    struct places places;
    bool covered = screen->help_open || screen->log_open || screen->adding.open;
    details_decide(screen, area);
    places_find(screen, area, &places);
    list_view_update(&screen->list, places.list.height);
    header_paint(cells, 0, screen->model);
    header_paint_tabs(cells, 1, &screen->list, screen->hosts_open ? &screen->hosts : NULL);
    model_log_want(screen->model, screen->log_open);
    if (covered && !screen->hosts_open)
        model_hosts_want(screen->model, NULL);
    if (covered)
        paint_view(focus(screen), cells, area);
    else if (screen->hosts_open)
        paint_hosts(screen, cells, area);
    else
        paint_lists(screen, cells, area, &places);
    adding_look(&screen->adding);
    *ret_x = paint_bottom(screen, cells, cells->height - 1);
}

uint64_t screen_changes_in(const struct screen *screen)
{
    bool counts = model_away(screen->model) || (screen->notice[0] && !screen->notice_stays) ||
                  model_detail_stale(screen->model);
    uint64_t header =
        row_time_changes_in(model_totals(screen->model)->hours_until, model_now(screen->model));
    return counts ? ROW_SECOND_MS : MIN(screen->list.changes_in, header);
}
