/* One question to the daemon and its answer, on a loop of its own.
 *
 * The first answer or loss decides and ends the loop; whatever comes after is not looked at. With
 * --json the reply's text goes out as it came, so that scripts read the protocol's forms.
 */
#include "cli/call.h"

#include <stdio.h>
#include <stdlib.h>

#include "cli/report.h"

#define TRIES_MAX 5 /* to make a line anew, when one dropped */
#define ASK_MOST  5 /* times, of daemons that replace each other */

static void finish(struct call *call, int status)
{
    if (call->over)
        return;
    call->over = true;
    call->status = status;
    haul_loop_stop(call->loop);
}

/* A daemon that gives its place away has done nothing of what it answers so, and the next one is
 * at the same door. */
static bool ask_next(struct call *call, const struct haul_error *err)
{
    if (err->code != HAUL_E_REPLACED || call->asked >= ASK_MOST)
        return false;
    call->replaced = true;
    haul_loop_stop(call->loop);
    return true;
}

void call_reply(void *ctx, const struct haul_reply *reply)
{
    struct call *call = ctx;

    if (call->over || call->replaced || (reply->err != NULL && ask_next(call, reply->err)))
        return;
    if (reply->err != NULL) {
        finish(call, report_error(reply->err));
        return;
    }
    if (call->args->run.json && !call->own_json)
        printf("%s\n", reply->json);
    finish(call, report_written(call->show(call, reply)));
}

void call_give_up(struct call *call, const struct haul_error *err)
{
    finish(call, report_error(err));
}

static void on_ready(void *ctx, const struct haul_hello *hello)
{
    struct call *call = ctx;

    call->hello = *hello;
    if (!call->sent)
        call->send(call, call->client);
    else
        call->send_again(call, call->client);
    call->sent = true;
}

/* A command does not wait for ever, but longer than a line is mostly away. */
static void on_away(void *ctx, const struct haul_away *away)
{
    struct call *call = ctx;

    if (call->over || call->replaced || away->trying)
        return;
    if (away->next_at == 0 || away->tries >= TRIES_MAX)
        finish(call, report_error(away->err));
    else if (away->tries == 0)
        report_note("%s; trying again", away->err->text);
}

/* Without a daemon the queue is at rest: that is an answer to a question, not an error. */
static void answer_without_daemon(struct call *call)
{
    if (call->args->run.json)
        printf("%s\n", call->json_without_daemon);
    else
        report_note("no daemon is running in session '%s'", call->args->run.session);
    finish(call, report_written(0));
}

static void on_lost(void *ctx, const struct haul_error *err)
{
    struct call *call = ctx;

    if (call->over || call->replaced || ask_next(call, err))
        return;
    if (call->no_answer)
        finish(call, report_written(call->no_answer(call, err)));
    else if (err->code == HAUL_E_NO_DAEMON && call->json_without_daemon != NULL)
        answer_without_daemon(call);
    else
        finish(call, report_error(err));
}

int call_run(struct call *call)
{
    struct haul_client_events events = {
        .ready = on_ready, .away = call->send_again ? on_away : NULL, .lost = on_lost, .ctx = call};
    struct haul_place place = {.session = call->args->run.session, .host = call->args->run.host};
    struct haul_error err;

    if (haul_loop_new(&call->loop, &err) != HAUL_OK)
        return report_error(&err);
    if (call->question)
        (void)setenv("HAUL_HOLD", "1", 1);
    do {
        call->replaced = call->sent = false;
        call->asked++;
        if (haul_client_open(call->loop, &place, call->start, &events, &call->client, &err) ==
            HAUL_OK) {
            haul_loop_run(call->loop);
            haul_client_close(call->client);
        } else {
            on_lost(call, &err);
        }
    } while (call->replaced);
    haul_loop_free(call->loop);
    return call->status;
}
