/* A client's connection to its session's daemon: calls go out as requests, answers come back to
 * their callbacks, frames are put together from what changed and what was there.
 *
 * Every call is answered exactly once, later, on the loop, whatever happens. A call is one request,
 * but a large add is cut into several that are sent at once, and a long list is asked for page by
 * page. Calls made before the daemon has answered `hello` wait in the backlog. All text from the
 * daemon is cleaned as it comes in, before anything else looks at it. */

#include "haul/client.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>
#include <uv.h>

#include "base/loop.h"
#include "base/mem.h"
#include "base/str.h"
#include "control/client_inside.h"
#include "control/json.h"
#include "control/json_options.h"
#include "control/json_views.h"
#include "control/link.h"
#include "control/proto.h"
#include "control/reply.h"
#include "control/skew.h"
#include "haul/version.h"

#define SECRETS_MINOR 5 /* of the protocol: from there on it masks, and tells all when asked to */

void client_call_free(struct open_call *call)
{
    for (size_t i = 0; i < call->part_count; i++) {
        json_decref(call->parts[i]);
        if (call->copies)
            free(call->copies[i].text);
    }
    free(call->copies);
    free(call->parts);
    free((void *)(uintptr_t)call->view.search);
    free((void *)(uintptr_t)call->view.filter);
    free(call);
}

/* Answers CALL, which is in no list any more, with the results of all its parts, and frees it. */
static void call_answer(struct open_call *call)
{
    struct haul_reply reply = {0};
    struct reply_parts parts = {0};
    const json_t *result = call->part_count > 0 ? call->parts[0] : NULL;

    if (!call->failed && reply_decode(call->kind, result, &parts, &reply, &call->err) != HAUL_OK) {
        reply_parts_fini(&parts, &reply);
        parts = (struct reply_parts){0};
        reply = (struct haul_reply){0};
        call->failed = true;
    }
    if (call->failed) {
        reply.err = &call->err;
    } else {
        parts.json = proto_text(result, NULL);
        reply.json = parts.json;
    }
    if (call->reply)
        call->reply(call->ctx, &reply);
    reply_parts_fini(&parts, &reply);
    client_call_free(call);
}

static void call_set_failed(struct open_call *call, const struct haul_error *err)
{
    if (call->failed)
        return;
    call->failed = true;
    call->err = *err;
}

static bool can_repeat(const struct open_call *call)
{
    return call->copies && !call->failed;
}

/* A callback may close the client, which answers the rest before it returns. */
void client_answer_all(struct haul_client *client, const struct haul_error *err, bool keep_adds)
{
    struct open_call *call, *next;

    do {
        for (call = TAILQ_FIRST(&client->calls); call; call = next) {
            next = TAILQ_NEXT(call, link);
            if (keep_adds && can_repeat(call))
                continue;
            TAILQ_REMOVE(&client->calls, call, link);
            TAILQ_INSERT_TAIL(&client->ending, call, link);
            call_set_failed(call, err);
        }
        while ((call = TAILQ_FIRST(&client->ending)) != NULL) {
            TAILQ_REMOVE(&client->ending, call, link);
            call_answer(call);
        }
    } while (client->closed && !TAILQ_EMPTY(&client->calls));
}

static void on_timer_closed(uv_handle_t *handle)
{
    struct haul_client *client = handle->data;

    if (--client->handles == 0)
        free(client);
}

void client_drop_backlog(struct haul_client *client)
{
    struct held_line *held;

    while ((held = STAILQ_FIRST(&client->backlog)) != NULL) {
        STAILQ_REMOVE_HEAD(&client->backlog, link);
        free(held->line);
        free(held);
    }
}

void client_drop_rows(struct haul_client *client)
{
    reply_items_free(client->rows, client->row_count);
    client->rows = NULL;
    client->row_count = 0;
    free(client->flags);
    client->flags = NULL;
}

void haul_client_close(struct haul_client *client)
{
    struct haul_error err;

    if (!client || client->closed)
        return;
    client->closed = true;
    link_free(client->link);
    client->link = NULL;
    (void)haul_fail(&err, HAUL_E_CANCELLED, "the connection was closed");
    client_answer_all(client, &err, false);
    client_drop_backlog(client);
    client_drop_rows(client);
    hosts_rows_clear(&client->hosts);
    free(client->session);
    free(client->host);
    uv_close((uv_handle_t *)&client->later, on_timer_closed);
    uv_close((uv_handle_t *)&client->beat, on_timer_closed);
}

void client_lose(struct haul_client *client, const struct haul_error *err)
{
    struct haul_error copy = *err;

    if (client->closed || client->lost)
        return;
    client->lost = true;
    link_free(client->link);
    client->link = NULL;
    client_drop_backlog(client);
    client_answer_all(client, &copy, false);
    if (!client->closed && client->events.lost)
        client->events.lost(client->events.ctx, &copy);
}

static void send_line(struct haul_client *client, enum call_kind kind, char *line, size_t len)
{
    struct held_line *held;

    if (link_is_open(client->link) && (client->ready || kind == CALL_HELLO)) {
        link_send(client->link, line, len);
        return;
    }
    held = xcalloc(1, sizeof *held);
    held->line = line;
    held->len = len;
    STAILQ_INSERT_TAIL(&client->backlog, held, link);
}

/* The first call that failed while it was made. */
static struct open_call *find_unsent(struct haul_client *client)
{
    struct open_call *call;

    TAILQ_FOREACH(call, &client->calls, link)
    {
        if (call->part_count == 0)
            return call;
    }
    return NULL;
}

static void on_later(uv_timer_t *timer)
{
    struct haul_client *client = OWNER_OF(timer, struct haul_client, later);
    struct open_call *call = find_unsent(client);

    if (!call)
        return;
    TAILQ_REMOVE(&client->calls, call, link);
    if (find_unsent(client))
        (void)uv_timer_start(timer, on_later, 0, 0);
    call_answer(call);
}

struct open_call *client_call_new(struct haul_client *client, enum call_kind kind,
                                  haul_reply_cb *reply, void *ctx)
{
    struct open_call *call = xcalloc(1, sizeof *call);

    call->kind = kind;
    call->reply = reply;
    call->ctx = ctx;
    if (kind == CALL_HELLO)
        TAILQ_INSERT_HEAD(&client->calls, call, link);
    else
        TAILQ_INSERT_TAIL(&client->calls, call, link);
    return call;
}

void client_call_fail(struct haul_client *client, struct open_call *call,
                      const struct haul_error *err)
{
    call_set_failed(call, err);
    (void)uv_timer_start(&client->later, on_later, 0, 0);
}

void client_call_send(struct haul_client *client, struct open_call *call, uint64_t first_id,
                      char **lines, const size_t *lens, size_t count)
{
    struct haul_error err;

    if (client->lost || client->closed || (client->away && call->kind != CALL_HELLO)) {
        for (size_t i = 0; i < count; i++)
            free(lines[i]);
        (void)haul_fail(&err, HAUL_E_DAEMON_LOST, "the connection to the daemon is gone");
        client_call_fail(client, call, &err);
        return;
    }
    call->first_id = first_id;
    call->part_count = count;
    call->parts_open = count;
    call->parts = xreallocarray(call->parts, count, sizeof(json_t *));
    for (size_t i = 0; i < count; i++) {
        call->parts[i] = NULL;
        send_line(client, call->kind, lines[i], lens[i]);
    }
}

void client_call(struct haul_client *client, enum call_kind kind, json_t *params,
                 haul_reply_cb *reply, void *ctx)
{
    struct open_call *call = client_call_new(client, kind, reply, ctx);
    uint64_t id = client->next_id++;
    size_t len;
    char *line = proto_request(id, call_method(kind), params, &len);
    struct haul_error err;

    if (len <= PROTO_LINE_MAX) {
        client_call_send(client, call, id, &line, &len, 1);
        return;
    }
    free(line);
    (void)haul_fail(&err, HAUL_E_TOO_BIG, "the request is longer than the daemon accepts");
    client_call_fail(client, call, &err);
}

void client_call_failed(struct haul_client *client, enum call_kind kind,
                        const struct haul_error *err, haul_reply_cb *reply, void *ctx)
{
    client_call_fail(client, client_call_new(client, kind, reply, ctx), err);
}

/* An older daemon can't tell what is secret: to go on without a word would be taken for an answer.
 */
static bool lacks_secrets(const struct haul_client *client, bool wanted, struct haul_error *err)
{
    struct haul_place place = client_place(client);

    if (!wanted || client->daemon.minor >= SECRETS_MINOR)
        return false;
    (void)haul_fail(err, HAUL_E_VERSION, "the daemon does not know --secrets");
    skew_explain(&client->daemon, &place, PROTO_NO_METHOD, err);
    return true;
}

/* The next page of a list; FROM is how many rows came before. */
static void list_send(struct haul_client *client, struct open_call *call, uint64_t from)
{
    struct haul_view page = call->view;
    json_t *params = json_object();
    uint64_t id = client->next_id++;
    struct haul_error err;
    size_t len;
    char *line;

    page.offset += from;
    page.rows = PROTO_LIST_ROWS;
    if (call->view.rows > 0)
        page.rows = (uint32_t)MIN(page.rows, call->view.rows - from);
    if (lacks_secrets(client, page.secrets, &err) ||
        json_from_view(params, &page, &err) != HAUL_OK) {
        json_decref(params);
        client_call_fail(client, call, &err);
        return;
    }
    line = proto_request(id, call_method(CALL_LIST), params, &len);
    client_call_send(client, call, id, &line, &len, 1);
}

/* Puts a page behind those that came before; true when another one has been asked for. */
static bool list_continue(struct haul_client *client, struct open_call *call, json_t *page)
{
    json_t *whole = call->parts[0];
    json_t *items = json_object_get(page, "items");
    size_t got = json_array_size(items);
    uint64_t matching = (uint64_t)json_integer_value(json_object_get(page, "matching"));
    uint64_t have;

    if (!whole) {
        whole = json_incref(page);
    } else {
        json_array_extend(json_object_get(whole, "items"), items);
        json_object_set(whole, "totals", json_object_get(page, "totals"));
        json_object_set(whole, "matching", json_object_get(page, "matching"));
    }
    call->parts[0] = whole;
    have = json_array_size(json_object_get(whole, "items"));
    if (got == 0 || call->view.offset + have >= matching ||
        (call->view.rows > 0 && have >= call->view.rows))
        return false;
    list_send(client, call, have);
    call->parts[0] = whole;
    return true;
}

static struct open_call *call_find(struct haul_client *client, uint64_t id)
{
    struct open_call *call;

    TAILQ_FOREACH(call, &client->calls, link)
    {
        if (id >= call->first_id && id - call->first_id < call->part_count)
            return call;
    }
    return NULL;
}

/* Why the daemon refused, and what to do when it is too old for what was asked. */
static void read_refusal(struct haul_client *client, const json_t *error,
                         struct haul_error *ret_err)
{
    struct haul_place place = client_place(client);

    proto_error_read(error, ret_err);
    skew_explain(&client->daemon, &place,
                 (enum proto_code)json_integer_value(json_object_get(error, "code")), ret_err);
}

/* One answer: the call is answered when it was the last that it needed. */
static void on_answer(struct haul_client *client, const struct proto_message *message)
{
    uint64_t id = (uint64_t)json_integer_value(message->id);
    struct open_call *call = call_find(client, id);
    struct haul_error err;

    if (!call) {
        (void)haul_fail(&err, HAUL_E_RPC, "the daemon answered what was not asked");
        client_lose(client, &err);
        return;
    }
    if (message->error) {
        read_refusal(client, message->error, &err);
        call_set_failed(call, &err);
    } else if (call->kind == CALL_LIST) {
        if (list_continue(client, call, message->result))
            return;
    } else {
        json_decref(call->parts[id - call->first_id]);
        call->parts[id - call->first_id] = json_incref(message->result);
    }
    if (call->copies) {
        free(call->copies[id - call->first_id].text);
        call->copies[id - call->first_id].text = NULL;
    }
    if (--call->parts_open > 0)
        return;
    if (call->kind == CALL_ADD)
        client_add_over(call);
    if (call->kind == CALL_UNWATCH)
        client_drop_rows(client);
    if (call->kind == CALL_UNWATCH_HOSTS)
        hosts_rows_clear(&client->hosts);
    TAILQ_REMOVE(&client->calls, call, link);
    call_answer(call);
}

static void on_line(void *ctx, const char *line, size_t len)
{
    struct haul_client *client = ctx;
    struct proto_message message;
    enum proto_code code;
    struct haul_error err;

    if (proto_parse(line, len, &message, &code, &err) != HAUL_OK) {
        if (client->host && !client->ready)
            client_line_noise(client, line, len);
        else
            client_lose(client, &err);
        return;
    }
    json_cleaned(message.root);
    if (message.method && strcmp(message.method, "replaced") == 0) {
        client->replaced = true;
    } else if (message.method && strcmp(message.method, "frame") == 0) {
        client_on_frame(client, message.params);
    } else if (message.method && strcmp(message.method, "hosts") == 0) {
        client_on_hosts(client, message.params);
    } else if (message.method && strcmp(message.method, "log") == 0) {
        client_on_log(client, message.params);
    } else if (message.method && strcmp(message.method, "bye") == 0) {
        client_line_parted(client);
    } else if (message.error && !message.id) {
        proto_error_read(message.error, &err);
        client_lose(client, &err);
    } else if (!message.method) {
        on_answer(client, &message);
    }
    proto_message_fini(&message);
}

enum haul_err haul_client_open(struct haul_loop *loop, const struct haul_place *place, bool start,
                               const struct haul_client_events *events,
                               struct haul_client **ret_client, struct haul_error *err)
{
    struct haul_client *client = xcalloc(1, sizeof *client);
    struct link_events from_link = client_line_events(client);
    enum haul_err code;

    from_link.line = on_line;
    code = link_new(loop_uv(loop), place, &from_link, &client->link, err);
    if (code != HAUL_OK) {
        free(client);
        return code;
    }
    proto_setup();
    signal(SIGPIPE, SIG_IGN); /* a write to a daemon that has died is an error of that line */
    client->events = *events;
    client->loop = loop_uv(loop);
    client->session = xstrdup(place->session);
    client->host = place->host ? xstrdup(place->host) : NULL;
    client->next_id = 1;
    TAILQ_INIT(&client->calls);
    TAILQ_INIT(&client->ending);
    STAILQ_INIT(&client->backlog);
    (void)uv_timer_init(client->loop, &client->later);
    (void)uv_timer_init(client->loop, &client->beat);
    client->later.data = client->beat.data = client;
    client->handles = 2;
    client_line_init(client);
    link_connect(client->link, start, !place->screen);
    *ret_client = client;
    return HAUL_OK;
}

void haul_client_list(struct haul_client *client, const struct haul_view *view,
                      haul_reply_cb *reply, void *ctx)
{
    struct open_call *call = client_call_new(client, CALL_LIST, reply, ctx);

    call->view = *view;
    call->view.search = view->search ? xstrdup(view->search) : NULL;
    call->view.filter = view->filter ? xstrdup(view->filter) : NULL;
    call->view.find = NULL;
    list_send(client, call, 0);
}

static json_t *number_param(const char *name, uint64_t value)
{
    json_t *params = json_object();

    json_object_set_new(params, name, json_from_u64(value));
    return params;
}

void haul_client_show(struct haul_client *client, uint64_t id, bool secrets, haul_reply_cb *reply,
                      void *ctx)
{
    struct haul_error err;
    json_t *params;

    if (lacks_secrets(client, secrets, &err)) {
        client_call_failed(client, CALL_SHOW, &err, reply, ctx);
        return;
    }
    params = number_param("id", id);
    if (secrets)
        json_object_set_new(params, "secrets", json_true());
    client_call(client, CALL_SHOW, params, reply, ctx);
}

/* The items a call is about: COUNT 0 is all, HAUL_MARKED what is marked. */
static void set_ids(json_t *params, const uint64_t *ids, size_t count)
{
    if (count == HAUL_MARKED)
        json_object_set_new(params, "marked", json_true());
    else if (count == 0)
        json_object_set_new(params, "all", json_true());
    else
        json_object_set_new(params, "ids", json_from_ids(ids, count));
}

void haul_client_act(struct haul_client *client, enum haul_action action, const uint64_t *ids,
                     size_t count, haul_reply_cb *reply, void *ctx)
{
    json_t *params = json_object();

    json_object_set_new(params, "action", json_string(haul_action_name(action)));
    set_ids(params, ids, count);
    client_call(client, CALL_ACT, params, reply, ctx);
}

void haul_client_move(struct haul_client *client, enum haul_move how, uint64_t position,
                      const uint64_t *ids, size_t count, haul_reply_cb *reply, void *ctx)
{
    json_t *params = json_object();

    json_object_set_new(params, "how", json_string(haul_move_name(how)));
    if (how == HAUL_MOVE_TO)
        json_object_set_new(params, "position", json_from_u64(position));
    set_ids(params, ids, count);
    client_call(client, CALL_MOVE, params, reply, ctx);
}

void haul_client_change(struct haul_client *client, uint64_t id, const char *url,
                        const struct haul_options *given, haul_reply_cb *reply, void *ctx)
{
    struct haul_error err = {0};
    json_t *params = json_object();
    json_t *options = json_from_options(given, &err);

    json_object_set_new(params, "id", json_from_u64(id));
    if (options && json_object_size(options) > 0)
        json_object_set_new(params, "options", options);
    else
        json_decref(options);
    if (url && json_object_set_new(params, "url", json_string(url)) != 0)
        (void)haul_fail(&err, HAUL_E_BAD_URL, "the link is not valid UTF-8");
    if (err.code == HAUL_OK) {
        client_call(client, CALL_CHANGE, params, reply, ctx);
        return;
    }
    json_decref(params);
    client_call_failed(client, CALL_CHANGE, &err, reply, ctx);
}

void haul_client_change_all(struct haul_client *client, const struct haul_options *given,
                            const uint64_t *ids, size_t count, haul_reply_cb *reply, void *ctx)
{
    struct haul_error err = {0};
    json_t *params = json_object();
    json_t *options = json_from_options(given, &err);

    set_ids(params, ids, count);
    if (options && json_object_set_new(params, "options", options) == 0) {
        client_call(client, CALL_CHANGE, params, reply, ctx);
        return;
    }
    json_decref(params);
    client_call_failed(client, CALL_CHANGE, &err, reply, ctx);
}

void haul_client_set(struct haul_client *client, const struct haul_settings *settings,
                     haul_reply_cb *reply, void *ctx)
{
    json_t *params = json_object();

    json_object_set_new(params, "settings", json_from_settings(settings, false));
    client_call(client, CALL_SET, params, reply, ctx);
}

void haul_client_settings(struct haul_client *client, haul_reply_cb *reply, void *ctx)
{
    client_call(client, CALL_SETTINGS, NULL, reply, ctx);
}

void haul_client_wait(struct haul_client *client, const uint64_t *ids, size_t count,
                      haul_reply_cb *reply, void *ctx)
{
    json_t *params = json_object();

    set_ids(params, ids, count);
    client_call(client, CALL_WAIT, params, reply, ctx);
}

void haul_client_stop(struct haul_client *client, haul_reply_cb *reply, void *ctx)
{
    client_call(client, CALL_STOP, NULL, reply, ctx);
}

void haul_client_watch(struct haul_client *client, const struct haul_view *view,
                       haul_reply_cb *reply, void *ctx)
{
    json_t *params;
    struct haul_error err;

    client->watching = view != NULL;
    if (!view) {
        client_call(client, CALL_UNWATCH, NULL, reply, ctx);
        return;
    }
    params = json_object();
    if (json_from_view(params, view, &err) != HAUL_OK) {
        json_decref(params);
        client_call_failed(client, CALL_WATCH, &err, reply, ctx);
        return;
    }
    json_object_set_new(params, "follow", json_from_u64(view->follow));
    json_object_set_new(params, "interval_ms", json_integer(view->interval_ms));
    client_call(client, CALL_WATCH, params, reply, ctx);
}
