/* Finding, filtering and sorting.
 *
 * What is typed holds as it is typed, as soon as it makes sense; until then what held before stays,
 * and the line says what is missing: Enter does not end it, or what is shown would not be what was
 * typed. Esc puts all back. Finding moves the cursor to the first match
 * from where it was when the line was opened; the daemon looks for it, in the order of the list. */

#include "ui/finding.h"

#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"

#define NO_MATCH       "no match"
#define STEPS_DUE_MOST 32 /* a key that is held does not go on for long when it is let go of */
#define HINT           "word  \"two words\"  state:failed  host:x  size>1G  done<50%  added<2h  -word"

void finding_init(struct finding *finding, struct model *model, struct list_view *list,
                  struct prompt *prompt, void (*notice)(void *ctx, bool bad, const char *text),
                  void *ctx)
{
    *finding = (struct finding){
        .model = model, .list = list, .prompt = prompt, .notice = notice, .ctx = ctx};
}

static bool filter_check(const struct finding *finding, const char *text,
                         struct filter_problem *ret_problem)
{
    struct filter *filter = filter_new(text, model_now(finding->model), ret_problem);
    bool sound = filter != NULL;
    filter_free(filter);
    return sound;
}

/* True when TEXT makes sense; else the line says why not. */
static bool text_check(struct finding *finding, const char *text)
{
    struct filter_problem problem;
    bool sound = filter_check(finding, text, &problem);
    if (sound)
        prompt_hint(finding->prompt, false, text[0] ? "" : HINT);
    else
        prompt_hint(finding->prompt, true, problem.text);
    return sound;
}

static void again_if_wrong(struct finding *finding, const char *text)
{
    struct filter_problem problem;
    if (!filter_check(finding, text, &problem))
        prompt_again(finding->prompt, text, problem.text);
}

/* The daemon is told at once: the next question is about it. */
static void list_ask(struct finding *finding)
{
    list_view_update(finding->list, finding->list->height);
}

/* ---- finding ---- */

static void on_find_entered(void *ctx, const char *text);

/* An answer may be of what was typed before: the one after it takes back what it said. */
static void tell_in_line(const struct finding *finding, bool found)
{
    const char *hint = finding->prompt->hint;
    if (finding->prompt->entered != on_find_entered)
        return; /* it asks for something else by now */
    if (!found && !hint[0])
        prompt_hint(finding->prompt, true, NO_MATCH);
    else if (found && strcmp(hint, NO_MATCH) == 0)
        prompt_hint(finding->prompt, false, "");
}

static void on_found(void *ctx, const struct haul_reply *reply)
{
    struct finding *finding = ctx;
    if (reply->err || !finding->list->find[0])
        return;
    if (reply->id != 0)
        list_view_go(finding->list, reply->id, reply->index);
    if (finding->prompt->kind == PROMPT_LINE)
        tell_in_line(finding, reply->id != 0);
    else if (reply->id == 0)
        finding->notice(finding->ctx, true, NO_MATCH);
}

static void on_find_typed(void *ctx, const char *text)
{
    struct finding *finding = ctx;
    if (!text_check(finding, text))
        return;
    list_view_find(finding->list, text);
    list_ask(finding);
    if (text[0])
        model_find(finding->model, finding->from_id, true, false, on_found, finding);
}

static void on_find_entered(void *ctx, const char *text)
{
    struct finding *finding = ctx;
    if (text) {
        again_if_wrong(finding, text);
        return;
    }
    list_view_find(finding->list, finding->before);
    list_view_go(finding->list, finding->from_id, finding->from);
}

static void find_ask(struct finding *finding)
{
    struct list_view *list = finding->list;
    str_copy(finding->before, sizeof(finding->before), list->find);
    finding->from_id = list->cursor_id;
    finding->from = list->cursor;
    prompt_ask_line(finding->prompt, "/", "", on_find_typed, on_find_entered, finding);
    prompt_hint(finding->prompt, false, HINT);
}

static void on_step(void *ctx, const struct haul_reply *reply);

static void step_ask(struct finding *finding, bool backwards)
{
    uint64_t from = finding->list->cursor_id;

    finding->stepping = true;
    if (!model_find(finding->model, from, false, backwards, on_step, finding))
        finding->stepping = false;
}

static void on_step(void *ctx, const struct haul_reply *reply)
{
    struct finding *finding = ctx;
    int due = finding->steps_due;

    finding->stepping = false;
    finding->steps_due = 0;
    on_found(ctx, reply);
    if (reply->err || reply->id == 0 || !finding->list->find[0] || due == 0)
        return;
    step_ask(finding, due < 0);
    finding->steps_due = due < 0 ? due + 1 : due - 1;
}

/* A step begins where the one before it leads to: what is pressed before the daemon has told that
 * waits for it. */
static void find_step(struct finding *finding, bool backwards)
{
    if (!finding->list->find[0])
        finding->notice(finding->ctx, false, "nothing is looked for: / finds");
    else if (!finding->stepping)
        step_ask(finding, backwards);
    else if (backwards ? finding->steps_due > -STEPS_DUE_MOST : finding->steps_due < STEPS_DUE_MOST)
        finding->steps_due += backwards ? -1 : 1;
}

/* ---- filtering ---- */

static void on_filter_typed(void *ctx, const char *text)
{
    struct finding *finding = ctx;
    if (!text_check(finding, text))
        return;
    list_view_filter(finding->list, text);
    list_ask(finding);
}

static void on_filter_entered(void *ctx, const char *text)
{
    struct finding *finding = ctx;
    if (text)
        again_if_wrong(finding, text);
    else
        list_view_filter(finding->list, finding->before);
}

static void filter_ask(struct finding *finding)
{
    struct list_view *list = finding->list;
    str_copy(finding->before, sizeof(finding->before), list->filter);
    prompt_ask_line(finding->prompt, "filter:", list->filter, on_filter_typed, on_filter_entered,
                    finding);
    prompt_hint(finding->prompt, false, list->filter[0] ? "" : HINT);
}

/* ---- sorting ---- */

#define NEXT HAUL_SORT_COUNT

/* The column itself once more turns the order. */
static void on_sort_chosen(void *ctx, int value)
{
    struct finding *finding = ctx;
    struct list_view *list = finding->list;
    if (value == 0)
        return;
    unsigned sort = (unsigned)value - 1;
    if (sort == NEXT) {
        list->sort = (list->sort + 1u) % HAUL_SORT_COUNT;
        list->descending = false;
    } else {
        list_view_sort(list, (enum haul_sort)sort);
    }
}

static void sort_ask(struct finding *finding)
{
    static const struct prompt_choice choices[] = {
        {'q', "q", "queue", "que", HAUL_SORT_QUEUE + 1},
        {'n', "n", "name", "nam", HAUL_SORT_NAME + 1},
        {'t', "t", "state", "sta", HAUL_SORT_STATE + 1},
        {'z', "z", "size", "siz", HAUL_SORT_SIZE + 1},
        {'d', "d", "done", "don", HAUL_SORT_DONE + 1},
        {'r', "r", "rate", "rat", HAUL_SORT_RATE + 1},
        {'e', "e", "eta", "eta", HAUL_SORT_ETA + 1},
        {'h', "h", "host", "hos", HAUL_SORT_HOST + 1},
        {'c', "c", "conn", "con", HAUL_SORT_CONNECTIONS + 1},
        {'a', "a", "added", "add", HAUL_SORT_ADDED + 1},
        {'f', "f", "finished", "fin", HAUL_SORT_FINISHED + 1},
        {'s', "s", "next", "nxt", NEXT + 1},
    };
    prompt_ask(finding->prompt, "Sort:", choices, COUNT_OF(choices), on_sort_chosen, finding);
}

/* ---- as commands ---- */

static enum haul_err check(const struct finding *finding, const char *text, struct haul_error *err)
{
    struct filter_problem problem;
    return filter_check(finding, text, &problem) ? HAUL_OK
                                                 : haul_fail(err, HAUL_E_USAGE, "%s", problem.text);
}

enum haul_err finding_filter(struct finding *finding, const char *text, struct haul_error *err)
{
    if (check(finding, text, err) != HAUL_OK)
        return err->code;
    list_view_filter(finding->list, text);
    list_ask(finding);
    return HAUL_OK;
}

enum haul_err finding_find(struct finding *finding, const char *text, struct haul_error *err)
{
    if (check(finding, text, err) != HAUL_OK)
        return err->code;
    list_view_find(finding->list, text);
    list_ask(finding);
    if (text[0])
        model_find(finding->model, finding->list->cursor_id, false, false, on_found, finding);
    return HAUL_OK;
}

bool finding_act(struct finding *finding, enum keymap_action action)
{
    switch (action) {
    case ACT_FIND:
        find_ask(finding);
        return true;
    case ACT_FIND_NEXT:
        find_step(finding, false);
        return true;
    case ACT_FIND_PREVIOUS:
        find_step(finding, true);
        return true;
    case ACT_FILTER:
        filter_ask(finding);
        return true;
    case ACT_SORT:
        sort_ask(finding);
        return true;
    default:
        return false;
    }
}
