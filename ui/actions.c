/* What keys do to downloads and to the session.
 *
 * Nothing is changed here: the daemon is asked, and what came of it is seen in the next frame. What
 * would lose bytes is asked for first, and the question remembers what it was about, since the
 * cursor may be on something else by the time of the answer. */

#include "ui/actions.h"

#include <stdlib.h>

#include "base/fmt.h"
#include "base/mem.h"
#include "base/str.h"

void actions_init(struct actions *actions, struct model *model, struct list_view *list,
                  struct prompt *prompt)
{
    *actions = (struct actions){.model = model, .list = list, .prompt = prompt};
}

/* ---- items ---- */

static void pause_toggle(struct actions *actions, const struct haul_item *item)
{
    bool stopped = item->state == HAUL_PAUSED || item->state == HAUL_CANCELLED;
    model_act(actions->model, stopped ? HAUL_RESUME : HAUL_PAUSE, item->id);
}

static void on_remove_chosen(void *ctx, int value)
{
    struct actions *actions = ctx;
    if (value != 0)
        model_act(actions->model, HAUL_REMOVE, actions->asked_id);
}

/* Bytes that would be lost are asked for; a complete file stays where it is. */
static void remove_ask(struct actions *actions, const struct haul_item *item)
{
    static const struct prompt_choice choices[] = {
        {'y', "y", "remove", NULL, 1},
        {'n', "n", "keep", NULL, 0},
    };
    char size[FMT_SIZE];
    if (item->state == HAUL_DONE || item->done == 0) {
        model_act(actions->model, HAUL_REMOVE, item->id);
        return;
    }
    char *label =
        xasprintf("Remove, and delete the %s of %s?", fmt_bytes(item->done, size), item->name);
    actions->asked_id = item->id;
    prompt_ask(actions->prompt, label, choices, COUNT_OF(choices), on_remove_chosen, actions);
    free(label);
}

/* False: ACTION is not about an item. */
static bool act_on_item(struct actions *actions, enum keymap_action action)
{
    const struct haul_item *item = list_view_item(actions->list);
    switch (action) {
    case ACT_PAUSE:
        if (item)
            pause_toggle(actions, item);
        return true;
    case ACT_CANCEL:
        if (item)
            model_act(actions->model, HAUL_CANCEL, item->id);
        return true;
    case ACT_RETRY:
        if (item)
            model_act(actions->model, HAUL_RETRY, item->id);
        return true;
    case ACT_REMOVE:
        if (item)
            remove_ask(actions, item);
        return true;
    case ACT_MOVE_UP:
        if (item)
            model_move(actions->model, HAUL_MOVE_UP, item->id);
        return true;
    case ACT_MOVE_DOWN:
        if (item)
            model_move(actions->model, HAUL_MOVE_DOWN, item->id);
        return true;
    default:
        return false;
    }
}

/* ---- the session ---- */

static void on_limit_entered(void *ctx, const char *text)
{
    struct actions *actions = ctx;
    if (text)
        model_set_option(actions->model, "limit", text[0] ? text : "0");
}

static void limit_ask(struct actions *actions)
{
    const struct haul_option *option = haul_option_find("limit");
    struct haul_settings settings;
    haul_settings_init(&settings);
    settings.limit = model_totals(actions->model)->limit;
    char *now = option && settings.limit > 0 ? haul_option_get(option, &settings, 0) : xstrdup("");
    prompt_ask_line(actions->prompt, "Limit (20M, 500K; empty: none):", now, NULL, on_limit_entered,
                    actions);
    free(now);
}

/* To resume all would take up the cancelled ones too, so the paused ones are named. */
static void pause_all_toggle(struct actions *actions)
{
    const uint64_t *counts = model_totals(actions->model)->counts;
    if (counts[HAUL_ACTIVE] + counts[HAUL_QUEUED] + counts[HAUL_WAITING] > 0)
        model_act_all(actions->model, HAUL_PAUSE, "paused");
    else
        model_act_states(actions->model, HAUL_RESUME, 1u << HAUL_PAUSED, "resumed");
}

bool actions_run(struct actions *actions, enum keymap_action action)
{
    switch (action) {
    case ACT_PAUSE_ALL:
        pause_all_toggle(actions);
        return true;
    case ACT_RETRY_ALL:
        model_act_states(actions->model, HAUL_RETRY, 1u << HAUL_FAILED, "tried again");
        return true;
    case ACT_CLEAR:
        model_act_states(actions->model, HAUL_REMOVE, 1u << HAUL_DONE, "cleared");
        return true;
    case ACT_MORE_JOBS:
        model_change_jobs(actions->model, 1);
        return true;
    case ACT_FEWER_JOBS:
        model_change_jobs(actions->model, -1);
        return true;
    case ACT_LIMIT:
        limit_ask(actions);
        return true;
    default:
        return act_on_item(actions, action);
    }
}
