/* The life of a client's line to its daemon: hello, signs of life, its drop, and the next one.
 *
 * On this machine a drop is the end, unless another daemon takes the place of this one. A line to
 * another machine breaks for reasons that pass, so it is made anew, by ssh without a question, for
 * as long as the owner stays; only what a person has to settle is not tried again before somebody
 * asks for it. A line that carries nothing for a while is asked for a sign, because a connection
 * may be dead without anybody telling. One timer does both: there is either a line to look after or
 * one to be made. */

#include <stdlib.h>

#include "base/loop.h"
#include "base/mem.h"
#include "base/str.h"
#include "control/client_inside.h"
#include "control/proto.h"
#include "haul/version.h"

#define PULSE_ENV   "HAUL_KEEPALIVE" /* seconds */
#define TRY_MS      30000u           /* for ssh and haul to say hello, when nobody is asked */
#define TOKEN_MINOR 4                /* of the protocol: adds have tokens from there on */

static void try_again(struct haul_client *client);

/* ---- signs of life ---- */

static void cut(struct haul_client *client)
{
    struct haul_error err;

    (void)haul_fail(&err, HAUL_E_DAEMON_LOST, "%s does not answer any more",
                    client->host ? client->host : "the daemon");
    err.retryable = true;
    link_cut(client->link, &err);
}

static void on_beat(uv_timer_t *timer)
{
    struct haul_client *client = OWNER_OF(timer, struct haul_client, beat);
    enum pulse_step step;

    if (client->away) {
        if (client->trying)
            cut(client);
        else
            try_again(client);
        return;
    }
    step = pulse_look(&client->pulse, link_moved(client->link));
    if (step == PULSE_DEAD) {
        cut(client);
        return;
    }
    if (step == PULSE_ASK) {
        client_call(client, CALL_PING, NULL, NULL, NULL);
        pulse_asked(&client->pulse, link_moved(client->link));
    }
    (void)uv_timer_start(&client->beat, on_beat, client->pulse_ms, 0);
}

/* A daemon on this machine can't be silently gone. */
static void watch_over(struct haul_client *client)
{
    client->pulse = (struct pulse){0};
    if (client->host && client->pulse_ms > 0)
        (void)uv_timer_start(&client->beat, on_beat, client->pulse_ms, 0);
}

/* ---- away ---- */

static bool may_return(const struct haul_client *client)
{
    return (client->host || client->replaced) && client->events.away && !client->parted &&
           (client->ready || client->away);
}

static void tell_away(struct haul_client *client, int64_t next_at)
{
    struct haul_away away = {
        .err = &client->drop,
        .tries = client->reconnect.tries - 1,
        .trying = client->trying,
        .next_at = next_at,
    };

    client->events.away(client->events.ctx, &away);
}

/* ssh goes without questions from here on: there is a screen, or nobody who looks on any more. */
static void try_again(struct haul_client *client)
{
    (void)uv_timer_start(&client->beat, on_beat, TRY_MS, 0);
    client->trying = true;
    link_connect(client->link, true, false);
    tell_away(client, 0);
}

void haul_client_try(struct haul_client *client)
{
    if (client->away && !client->trying && !client->closed)
        try_again(client);
}

/* A hello to somebody who went away before answering is forgotten. */
static void forget_hello(struct haul_client *client)
{
    struct open_call *hello = TAILQ_FIRST(&client->calls);

    if (!hello || hello->kind != CALL_HELLO)
        return;
    TAILQ_REMOVE(&client->calls, hello, link);
    client_call_free(hello);
}

static void go_away(struct haul_client *client, const struct haul_error *err)
{
    const struct clock *clock = client->reconnect.clock;
    uint64_t wait;

    client->drop = *err;
    client->away = true;
    client->ready = client->trying = false;
    (void)uv_timer_stop(&client->beat);
    wait = reconnect_failed(&client->reconnect);
    forget_hello(client);
    client_drop_backlog(client); /* what was asked while ssh was ending */
    client_drop_rows(client);
    hosts_rows_clear(&client->hosts);
    client_answer_all(client, &client->drop, true);
    if (client->closed)
        return;
    if (err->retryable)
        (void)uv_timer_start(&client->beat, on_beat, wait, 0);
    tell_away(client, err->retryable ? clock_wall(clock) + (int64_t)wait : 0);
}

/* ---- what the link tells ---- */

static void send_backlog(struct haul_client *client)
{
    struct held_line *held;

    while ((held = STAILQ_FIRST(&client->backlog)) != NULL) {
        STAILQ_REMOVE_HEAD(&client->backlog, link);
        link_send(client->link, held->line, held->len);
        free(held);
    }
}

/* Adds whose answers were lost with the line. */
static void send_again(struct haul_client *client)
{
    struct open_call *call;

    TAILQ_FOREACH(call, &client->calls, link)
    {
        for (size_t i = 0; call->copies && i < call->part_count; i++) {
            const struct line_copy *copy = &call->copies[i];

            if (copy->text)
                link_send(client->link, xstrndup(copy->text, copy->len), copy->len);
        }
    }
}

static void copy_text(char *to, size_t size, const json_t *from)
{
    (void)str_copy(to, size, json_is_string(from) ? json_string_value(from) : "");
}

static enum haul_err read_hello(struct haul_client *client, const char *json,
                                struct haul_hello *hello, struct haul_error *err)
{
    struct haul_place place = client_place(client);
    json_t *result = json_loads(json, 0, NULL);
    enum haul_err code = skew_read(result, &place, &client->daemon, err);

    copy_text(hello->version, sizeof hello->version, json_object_get(result, "version"));
    copy_text(hello->session, sizeof hello->session, json_object_get(result, "session"));
    copy_text(hello->host, sizeof hello->host, json_object_get(result, "host"));
    hello->pid = (int)json_integer_value(json_object_get(result, "pid"));
    json_decref(result);
    return code;
}

/* The daemon's hello came: the connection is of use now. */
static void on_hello(void *ctx, const struct haul_reply *reply)
{
    struct haul_client *client = ctx;
    struct haul_hello hello = {0};
    struct haul_error err;

    if (client->closed || client->lost)
        return;
    if (reply->err) {
        err = *reply->err;
        link_refused(client->link, &err);
        return;
    }
    if (read_hello(client, reply->json, &hello, &err) != HAUL_OK) {
        client_lose(client, &err);
        return;
    }
    client->ready = true;
    client->away = client->trying = client->replaced = false;
    reconnect_made(&client->reconnect);
    link_greeted(client->link);
    watch_over(client);
    send_again(client);
    send_backlog(client);
    if (client->events.ready)
        client->events.ready(client->events.ctx, &hello);
}

static void on_connected(void *ctx)
{
    struct haul_client *client = ctx;
    json_t *params = json_object();

    forget_hello(client);
    json_object_set_new(params, "major", json_integer(HAUL_PROTOCOL_MAJOR));
    json_object_set_new(params, "minor", json_integer(HAUL_PROTOCOL_MINOR));
    json_object_set_new(params, "version", json_string(HAUL_VERSION));
    client_call(client, CALL_HELLO, params, on_hello, client);
}

static void on_ended(void *ctx, const struct haul_error *err)
{
    struct haul_client *client = ctx;
    struct haul_error told = *err;
    const char *on = client->host ? " on " : "";
    const char *host = client->host ? client->host : "";

    if (client->closed || client->lost)
        return;
    if (client->replaced && client->ready)
        (void)haul_fail(&told, HAUL_E_REPLACED,
                        "another haul took the daemon's place in session %s%s%s", client->session,
                        on, host);
    if (may_return(client)) {
        go_away(client, &told);
        return;
    }
    if (client->parted)
        (void)haul_fail(&told, HAUL_E_DAEMON_LOST, "the daemon of session %s%s%s was stopped",
                        client->session, on, host);
    else if (client->ready && !client->host && told.code == HAUL_E_DAEMON_LOST)
        (void)haul_fail(&told, HAUL_E_DAEMON_LOST,
                        "the daemon of session %s went away; 'haul' starts it again",
                        client->session);
    client_lose(client, &told);
}

void client_line_noise(struct haul_client *client, const char *line, size_t len)
{
    struct haul_error err;

    (void)haul_fail(&err, HAUL_E_RPC,
                    "on %s something else is written before haul's answer, \"%.*s\"; let its shell "
                    "start silently when it runs a command",
                    client->host, (int)MIN(len, (size_t)60), line);
    client_lose(client, &err);
}

void client_line_parted(struct haul_client *client)
{
    client->parted = true;
}

bool client_line_repeats(const struct haul_client *client)
{
    return client->host && client->events.away && client->ready &&
           client->daemon.minor >= TOKEN_MINOR;
}

void client_line_init(struct haul_client *client)
{
    reconnect_init(&client->reconnect, &clock_system);
    client->pulse_ms = pulse_seconds(getenv(PULSE_ENV)) * 1000;
}

struct link_events client_line_events(struct haul_client *client)
{
    /* `line` is the reader's. */
    return (struct link_events){.connected = on_connected, .ended = on_ended, .ctx = client};
}
