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

/* What a key is meant for: what is selected, else the item under the cursor. */
struct target {
    uint64_t id;                  /* MODEL_MARKED: what is selected */
    uint64_t count;               /* 0: not known yet */
    const struct haul_item *item; /* NULL when several are meant */
};

/* False: there is nothing. */
static bool target_find(const struct actions *actions, struct target *target)
{
    *target = (struct target){.id = MODEL_MARKED};
    if (list_view_marked(actions->list, &target->count))
        return true;
    target->item = list_view_item(actions->list);
    if (target->item)
        target->id = target->item->id;
    return target->item != NULL;
}

static void pause_toggle(struct actions *actions, const struct target *target)
{
    const struct haul_item *item = target->item;
    if (!item)
        model_pause_marked(actions->model);
    else if (item->state == HAUL_PAUSED || item->state == HAUL_CANCELLED)
        model_act(actions->model, HAUL_RESUME, item->id);
    else
        model_act(actions->model, HAUL_PAUSE, item->id);
}

static void on_remove_chosen(void *ctx, int value)
{
    struct actions *actions = ctx;
    if (value != 0)
        model_act(actions->model, HAUL_REMOVE, actions->asked_id);
}

/* Bytes that would be lost are asked for; a complete file stays where it is. */
static void remove_ask(struct actions *actions, const struct target *target)
{
    static const struct prompt_choice choices[] = {
        {'y', "y", "remove", NULL, 1},
        {'n', "n", "keep", NULL, 0},
    };
    const struct haul_item *item = target->item;
    char size[FMT_SIZE];
    if (item && (item->state == HAUL_DONE || item->done == 0)) {
        model_act(actions->model, HAUL_REMOVE, item->id);
        return;
    }
    char *label;
    if (item)
        label =
            xasprintf("Remove, and delete the %s of %s?", fmt_bytes(item->done, size), item->name);
    else if (target->count > 0)
        label = xasprintf("Remove %llu selected, and delete what came of unfinished ones?",
                          (unsigned long long)target->count);
    else
        label = xstrdup("Remove all selected, and delete what came of unfinished ones?");
    actions->asked_id = target->id;
    prompt_ask(actions->prompt, label, choices, COUNT_OF(choices), on_remove_chosen, actions);
    free(label);
}

/* False: what was typed for the option NAME is wrong, and the line is open again. */
static bool limit_check(struct actions *actions, const char *name, const char *text)
{
    const struct haul_option *option = haul_option_find(name);
    struct haul_options *options = haul_options_new();
    struct haul_settings settings;
    struct haul_error err;
    haul_settings_init(&settings);
    bool of_session = option->scope == HAUL_SCOPE_SESSION;
    bool sound =
        text[0] == '\0' || haul_option_set(option, of_session ? (void *)&settings : (void *)options,
                                           text, &err) == HAUL_OK;
    if (!sound)
        prompt_again(actions->prompt, text, err.text);
    haul_options_unref(options);
    return sound;
}

static void on_item_limit_entered(void *ctx, const char *text)
{
    struct actions *actions = ctx;
    if (text && limit_check(actions, "item-limit", text))
        model_limit(actions->model, actions->asked_id, text[0] ? text : "0");
}

static void item_limit_ask(struct actions *actions, const struct target *target)
{
    char *label;
    if (target->item)
        label = xasprintf("Limit of %s:", target->item->name);
    else
        label = xstrdup("Limit of each selected:");
    actions->asked_id = target->id;
    prompt_ask_line(actions->prompt, label, "", NULL, on_item_limit_entered, actions);
    prompt_hint(actions->prompt, false, "20M, 500K; empty: none");
    free(label);
}

static void on_priority_chosen(void *ctx, int value)
{
    struct actions *actions = ctx;
    if (value != 0)
        model_prioritize(actions->model, (enum haul_priority)(value - 1), actions->asked_id);
}

static void priority_ask(struct actions *actions, const struct target *target)
{
    static const struct prompt_choice choices[] = {
        {'h', "h", "high", NULL, HAUL_PRIORITY_HIGH + 1},
        {'n', "n", "normal", NULL, HAUL_PRIORITY_NORMAL + 1},
        {'l', "l", "low", NULL, HAUL_PRIORITY_LOW + 1},
    };
    actions->asked_id = target->id;
    prompt_ask(actions->prompt, "Priority:", choices, COUNT_OF(choices), on_priority_chosen,
               actions);
}

static void act_on_target(struct actions *actions, enum keymap_action action,
                          const struct target *target)
{
    switch (action) {
    case ACT_PAUSE:
        pause_toggle(actions, target);
        break;
    case ACT_CANCEL:
        model_act(actions->model, HAUL_CANCEL, target->id);
        break;
    case ACT_RETRY:
        model_act(actions->model, HAUL_RETRY, target->id);
        break;
    case ACT_REMOVE:
        remove_ask(actions, target);
        break;
    case ACT_PRIORITY:
        priority_ask(actions, target);
        break;
    case ACT_MOVE_UP:
        model_move(actions->model, HAUL_MOVE_UP, target->id);
        break;
    case ACT_MOVE_DOWN:
        model_move(actions->model, HAUL_MOVE_DOWN, target->id);
        break;
    case ACT_MOVE_TOP:
        model_move(actions->model, HAUL_MOVE_TOP, target->id);
        break;
    case ACT_MOVE_BOTTOM:
        model_move(actions->model, HAUL_MOVE_BOTTOM, target->id);
        break;
    case ACT_ITEM_LIMIT:
        item_limit_ask(actions, target);
        break;
    default:
        break;
    }
}

static bool is_about_items(enum keymap_action action)
{
    return action == ACT_PAUSE || action == ACT_CANCEL || action == ACT_RETRY ||
           action == ACT_REMOVE || action == ACT_MOVE_UP || action == ACT_MOVE_DOWN ||
           action == ACT_MOVE_TOP || action == ACT_MOVE_BOTTOM || action == ACT_ITEM_LIMIT ||
           action == ACT_PRIORITY;
}

/* False: ACTION is not about items. */
static bool act_on_items(struct actions *actions, enum keymap_action action)
{
    struct target target;
    if (!is_about_items(action))
        return false;
    list_view_range_end(actions->list);
    if (target_find(actions, &target))
        act_on_target(actions, action, &target);
    return true;
}

/* ---- the session ---- */

/* It is set all the same: for other hours. */
static void on_limit_entered(void *ctx, const char *text)
{
    struct actions *actions = ctx;
    if (text && limit_check(actions, "limit", text))
        model_set_limit(actions->model, text[0] ? text : "0");
}

static void limit_ask(struct actions *actions)
{
    const struct haul_option *option = haul_option_find("limit");
    struct haul_settings settings;
    haul_settings_init(&settings);
    if (!model_totals(actions->model)->limit_scheduled)
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
    case ACT_UNDO:
        model_undo(actions->model);
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
        return act_on_items(actions, action);
    }
}
