/* The line of commands.
 *
 * Its words are read by the tables that read the command line (config/commands.c, args.c), and each
 * command asks the daemon what its namesake in the shell asks. Where that needs items and names
 * none, what is selected is meant, else the item under the cursor. A line that makes no sense is
 * not obeyed in part: it comes back to be mended, with what is wrong above it.
 *
 * What is remembered on disk holds no secrets: a line with options that are secret or meant for one
 * server, or with a link that holds a password or a query, is remembered by this screen alone. */

#include "ui/commanding.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "base/suggest.h"
#include "base/url.h"
#include "config/args.h"
#include "haul/version.h"
#include "input/ids.h"
#include "ui/completion.h"
#include "ui/option_line.h"

/* A command on items, while it is found out which ones are meant. */
struct order {
    struct commanding *commanding;
    enum command_id id;
    struct ids_place place;     /* of a move */
    struct haul_options *given; /* referenced, NULL: none */
    struct ids ids;
};

static void order_free(struct order *order)
{
    haul_options_unref(order->given);
    ids_fini(&order->ids);
    free(order);
}

static void notice(struct commanding *commanding, bool bad, const char *text)
{
    commanding->events.notice(commanding->events.ctx, bad, text);
}

/* ---- commands on items ---- */

static enum haul_action action_of(enum command_id id)
{
    switch (id) {
    case COMMAND_PAUSE:
        return HAUL_PAUSE;
    case COMMAND_RESUME:
        return HAUL_RESUME;
    case COMMAND_CANCEL:
        return HAUL_CANCEL;
    case COMMAND_RETRY:
        return HAUL_RETRY;
    default:
        return HAUL_REMOVE;
    }
}

/* COUNT as haul_client_act() has it. */
static void order_send(const struct order *order, const uint64_t *ids, size_t count)
{
    struct model *model = order->commanding->model;
    if (order->id == COMMAND_MOVE && count == 0)
        notice(order->commanding, true, "moving all items changes nothing; name some of them");
    else if (order->id == COMMAND_MOVE)
        model_move_items(model, order->place.how, order->place.position, ids, count);
    else if (order->id == COMMAND_CHANGE)
        model_change_items(model, order->given, ids, count);
    else
        model_act_items(model, action_of(order->id), ids, count);
}

static void send_to_named(const struct order *order)
{
    struct model *model = order->commanding->model;
    struct haul_named named = {order->ids.spans, order->ids.count, order->ids.states};
    if (order->id == COMMAND_MOVE)
        model_move_named(model, order->place.how, order->place.position, &named);
    else if (order->id == COMMAND_CHANGE)
        model_change_named(model, order->given, &named);
    else
        model_act_named(model, action_of(order->id), &named);
}

/* What is selected, else the item under the cursor. */
static enum haul_err send_to_selected(const struct order *order, struct haul_error *err)
{
    struct list_view *list = order->commanding->list;
    const struct haul_item *item = list_view_item(list);
    uint64_t count;
    list_view_range_end(list);
    if (list_view_marked(list, &count))
        order_send(order, NULL, HAUL_MARKED);
    else if (item)
        order_send(order, &item->id, 1);
    else
        return haul_fail(err, HAUL_E_NO_ITEM, "there is no item to do that to");
    return HAUL_OK;
}

/* Takes ORDER. WORDS name its items. */
static enum haul_err order_give(struct order *order, const char *const *words, size_t count,
                                struct haul_error *err)
{
    enum haul_err code = ids_parse(words, count, &order->ids, err);
    if (code == HAUL_OK && count == 0) {
        code = send_to_selected(order, err);
    } else if (code == HAUL_OK && order->ids.all) {
        order_send(order, NULL, 0);
    } else if (code == HAUL_OK) {
        send_to_named(order);
    }
    order_free(order);
    return code;
}

static struct order *order_new(struct commanding *commanding, enum command_id id)
{
    struct order *order = xcalloc(1, sizeof(*order));
    order->commanding = commanding;
    order->id = id;
    return order;
}

static enum haul_err run_move(struct commanding *commanding, const struct args *args,
                              struct haul_error *err)
{
    struct ids_place place;
    if (ids_parse_place(args->operands[0], &place, err) != HAUL_OK)
        return err->code;
    struct order *order = order_new(commanding, COMMAND_MOVE);
    order->place = place;
    return order_give(order, args->operands + 1, args->operand_count - 1, err);
}

static void on_link_changed(void *ctx, const struct haul_reply *reply)
{
    struct commanding *commanding = ctx;
    if (!reply->err)
        notice(commanding, false, "changed");
    else if (reply->err->code != HAUL_E_CANCELLED)
        notice(commanding, true, reply->err->text);
}

/* Another link is for one item. */
static enum haul_err change_link(struct commanding *commanding, const struct args *args,
                                 struct haul_error *err)
{
    const struct haul_item *item = list_view_item(commanding->list);
    uint64_t id = item ? item->id : 0;
    uint64_t count;
    struct url parts;
    if (args->operand_count > 1 ||
        (args->operand_count == 0 && list_view_marked(commanding->list, &count) && count > 1))
        return haul_fail(err, HAUL_E_USAGE, "--url is for one item");
    if (args->operand_count == 1 && ids_parse_one(args->operands[0], &id, err) != HAUL_OK)
        return err->code;
    if (id == 0)
        return haul_fail(err, HAUL_E_NO_ITEM, "there is no item to do that to");
    if (url_split(args->run.url, &parts, err) != HAUL_OK)
        return err->code;
    /* Where there is no connection, that is told. */
    (void)!model_heal(commanding->model, id, args->run.url, args->item, on_link_changed,
                      commanding);
    return HAUL_OK;
}

static enum haul_err run_change(struct commanding *commanding, const struct args *args,
                                struct haul_error *err)
{
    if (!model_host(commanding->model))
        haul_options_settle_files(args->item);
    if (args->run.url)
        return change_link(commanding, args, err);
    if (!haul_given_any(&args->item->given))
        return haul_fail(err, HAUL_E_USAGE,
                         "nothing to change: give --url, --priority or --item-limit");
    struct order *order = order_new(commanding, COMMAND_CHANGE);
    order->given = haul_options_ref(args->item);
    return order_give(order, args->operands, args->operand_count, err);
}

/* ---- commands on the session ---- */

static void on_settings(void *ctx, const struct haul_reply *reply)
{
    struct commanding *commanding = ctx;
    struct strbuf text;
    size_t count;
    const struct haul_option *table = haul_option_table(&count);
    if (reply->err || !reply->settings)
        return;
    strbuf_init(&text, 1024);
    for (size_t i = 0; i < count; i++) {
        if (table[i].scope != HAUL_SCOPE_SESSION)
            continue;
        char *value = haul_option_get(&table[i], reply->settings, 0);
        bool fits =
            strbuf_printf(&text, "%s%s %s", text.len > 0 ? "   " : "", table[i].name, value);
        free(value);
        if (!fits)
            break;
    }
    notice(commanding, false, text.data ? text.data : "");
    strbuf_fini(&text);
}

static enum haul_err run_set(struct commanding *commanding, const struct args *args,
                             struct haul_error *err)
{
    struct haul_settings change;
    if (args_change(args, &change, err) != HAUL_OK)
        return err->code;
    if (haul_settings_any(&change))
        model_set(commanding->model, &change);
    else
        (void)!model_settings(commanding->model, on_settings, commanding);
    return HAUL_OK;
}

static enum haul_err run_sort(struct commanding *commanding, const struct args *args,
                              struct haul_error *err)
{
    struct suggest suggest;
    int sort = haul_sort_from_name(args->operands[0]);
    const char *way = args->operand_count > 1 ? args->operands[1] : "up";
    if (strcmp(way, "up") != 0 && strcmp(way, "down") != 0)
        return haul_fail(err, HAUL_E_USAGE, "\"%s\" is neither up nor down", way);
    if (sort >= 0) {
        commanding->list->sort = (enum haul_sort)sort;
        commanding->list->descending = strcmp(way, "down") == 0;
        return HAUL_OK;
    }
    suggest_init(&suggest, args->operands[0]);
    for (unsigned i = 0; i < HAUL_SORT_COUNT; i++)
        suggest_consider(&suggest, haul_sort_name((enum haul_sort)i));
    return suggest.best ? haul_fail(err, HAUL_E_USAGE, "there is no column %s; did you mean %s?",
                                    args->operands[0], suggest.best)
                        : haul_fail(err, HAUL_E_USAGE, "there is no column %s", args->operands[0]);
}

static void run_version(struct commanding *commanding)
{
    const struct haul_hello *hello = model_hello(commanding->model);
    char *text = hello ? xasprintf("haul %s; the daemon is %s, process %d", HAUL_VERSION,
                                   hello->version, hello->pid)
                       : xstrdup("haul " HAUL_VERSION);
    notice(commanding, false, text);
    free(text);
}

static void act(struct commanding *commanding, enum keymap_action action)
{
    commanding->events.act(commanding->events.ctx, action);
}

static enum haul_err run(struct commanding *commanding, const struct args *args,
                         struct haul_error *err)
{
    switch (args->command->id) {
    case COMMAND_ADD:
        return adding_direct(commanding->adding, args->operands, args->operand_count, args->item,
                             &args->settings, err);
    case COMMAND_PAUSE:
    case COMMAND_RESUME:
    case COMMAND_CANCEL:
    case COMMAND_RETRY:
    case COMMAND_REMOVE:
        return order_give(order_new(commanding, args->command->id), args->operands,
                          args->operand_count, err);
    case COMMAND_CHANGE:
        return run_change(commanding, args, err);
    case COMMAND_MOVE:
        return run_move(commanding, args, err);
    case COMMAND_SET:
        return run_set(commanding, args, err);
    case COMMAND_SORT:
        return run_sort(commanding, args, err);
    case COMMAND_CLEAR:
        act(commanding, ACT_CLEAR);
        return HAUL_OK;
    case COMMAND_UNDO:
        act(commanding, ACT_UNDO);
        return HAUL_OK;
    case COMMAND_STOP:
        act(commanding, ACT_STOP);
        return HAUL_OK;
    case COMMAND_HELP:
        act(commanding, ACT_HELP);
        return HAUL_OK;
    case COMMAND_QUIT:
        act(commanding, ACT_QUIT);
        return HAUL_OK;
    case COMMAND_VERSION:
        run_version(commanding);
        return HAUL_OK;
    default:
        return haul_fail(err, HAUL_E_USAGE, "'%s' is for the shell", args->command->name);
    }
}

/* ---- the line ---- */

static bool is_secret_link(const char *word)
{
    struct url parts;
    struct haul_error err;
    return url_split(word, &parts, &err) == HAUL_OK && (parts.userinfo.at || parts.query.at);
}

/* Whether the line that ARGS came from may be written to a file. */
static bool may_be_kept(const struct args *args)
{
    size_t count;
    const struct haul_option *table = haul_option_table(&count);
    for (size_t i = 0; i < count; i++) {
        if (table[i].scope == HAUL_SCOPE_ITEM && (table[i].secret || table[i].of_origin) &&
            haul_option_given(&table[i], args->item))
            return false;
    }
    for (size_t i = 0; i < args->operand_count; i++) {
        if (is_secret_link(args->operands[i]))
            return false;
    }
    return !args->run.url || !is_secret_link(args->run.url);
}

static const struct command *find_command(const char *name, struct haul_error *err)
{
    struct suggest suggest;
    size_t count;
    const struct command *table = command_table_typed(&count);
    suggest_init(&suggest, name);
    for (size_t i = 0; i < count; i++) {
        bool here = table[i].typed != COMMAND_IN_SHELL;
        if (here && strcmp(table[i].name, name) == 0)
            return &table[i];
        if (here)
            suggest_consider(&suggest, table[i].name);
    }
    if (command_find(name))
        (void)haul_fail(err, HAUL_E_USAGE, "'%s' is for the shell: haul %s", name, name);
    else if (suggest.best)
        (void)haul_fail(err, HAUL_E_USAGE, "there is no command %s; did you mean %s?", name,
                        suggest.best);
    else
        (void)haul_fail(err, HAUL_E_USAGE, "there is no command %s; Tab shows all", name);
    return NULL;
}

static enum haul_err run_text(struct commanding *commanding, const struct command *command,
                              const char *text, struct haul_error *err)
{
    return command->id == COMMAND_FILTER ? finding_filter(commanding->finding, text, err)
                                         : finding_find(commanding->finding, text, err);
}

/* The words behind the command's name. *ret_keep: whether the line may be kept. */
static enum haul_err run_words(struct commanding *commanding, const struct command *command,
                               const char *rest, bool *ret_keep, struct haul_error *err)
{
    char **words;
    size_t count;
    struct args args;
    enum haul_err code = option_line_split(rest, &words, &count, err);
    if (code == HAUL_OK)
        code = args_parse_typed(command, (const char *const *)words, count, &args, err);
    if (code == HAUL_OK) {
        *ret_keep = may_be_kept(&args);
        code = run(commanding, &args, err);
        args_fini(&args);
    }
    option_line_free(words, count);
    return code;
}

static enum haul_err run_line(struct commanding *commanding, const char *line, bool *ret_keep,
                              struct haul_error *err)
{
    size_t len = strcspn(line, " ");
    const char *rest = line + len + strspn(line + len, " ");
    char *name = xstrndup(line, len);
    const struct command *command = find_command(name, err);
    free(name);
    *ret_keep = true;
    if (!command)
        return err->code;
    if (command->text)
        return run_text(commanding, command, rest, err);
    /* A copied request is reviewed, as when it is pasted. */
    if (command->id == COMMAND_ADD && str_starts(rest, "curl ")) {
        *ret_keep = false;
        adding_text(commanding->adding, rest, strlen(rest));
        return HAUL_OK;
    }
    return run_words(commanding, command, rest, ret_keep, err);
}

static void on_entered(void *ctx, const char *text)
{
    struct commanding *commanding = ctx;
    struct haul_error err;
    bool keep;
    if (!text)
        return;
    const char *line = text + strspn(text, " :");
    if (line[0] == '\0')
        return;
    if (run_line(commanding, line, &keep, &err) == HAUL_OK) {
        history_add(&commanding->history, line, keep);
        return;
    }
    prompt_again(commanding->prompt, line, err.text);
}

static void on_typed(void *ctx, const char *text)
{
    struct commanding *commanding = ctx;
    char *usage = completion_usage(text);
    history_rewind(&commanding->history);
    prompt_hint(commanding->prompt, false, usage);
    free(usage);
}

static char *complete(void *ctx, const char *text)
{
    struct commanding *commanding = ctx;
    char *names;
    char *longer = completion_go_on(text, &names);
    char *usage = names ? NULL : completion_usage(longer);
    prompt_hint(commanding->prompt, false, names ? names : usage);
    free(names);
    free(usage);
    return longer;
}

static const char *recall(void *ctx, const char *text, int step)
{
    struct commanding *commanding = ctx;
    return history_go(&commanding->history, text, step);
}

void commanding_ask(struct commanding *commanding)
{
    history_rewind(&commanding->history);
    prompt_ask_line(commanding->prompt, ":", "", on_typed, on_entered, commanding);
    prompt_complete(commanding->prompt, complete);
    prompt_recall(commanding->prompt, recall);
    prompt_hint_above(commanding->prompt);
    on_typed(commanding, "");
}

void commanding_init(struct commanding *commanding, struct model *model, struct list_view *list,
                     struct prompt *prompt, struct adding *adding, struct finding *finding,
                     const char *history_path, const struct commanding_events *events)
{
    *commanding = (struct commanding){.model = model,
                                      .list = list,
                                      .prompt = prompt,
                                      .adding = adding,
                                      .finding = finding,
                                      .events = *events};
    history_init(&commanding->history, history_path);
}

void commanding_fini(struct commanding *commanding)
{
    history_fini(&commanding->history);
}
