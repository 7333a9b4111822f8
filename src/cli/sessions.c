/* `haul sessions`: the sessions there are, running or at rest. A running one is asked how much is
 * in its queue; none is started for that. */
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/str.h"
#include "cli/call.h"
#include "cli/command.h"
#include "cli/list_line.h"
#include "cli/report.h"
#include "config/args.h"
#include "haul/client.h"

#define NAME_COLUMNS  12
#define STATE_COLUMNS 8
#define ROW_MAX       1024

struct asked {
    struct haul_totals totals;
    char trouble[HAUL_ERROR_TEXT]; /* why it did not tell */
    bool told;
};

static void send_list(struct call *call, struct haul_client *client)
{
    struct haul_view one = {.rows = 1, .interval_ms = 1000}; /* the totals are what is wanted */

    haul_client_list(client, &one, call_reply, call);
}

static int note_totals(struct call *call, const struct haul_reply *reply)
{
    struct asked *asked = call->ctx;

    asked->totals = *reply->totals;
    asked->told = true;
    return 0;
}

static int note_trouble(struct call *call, const struct haul_error *err)
{
    struct asked *asked = call->ctx;

    (void)str_copy(asked->trouble, sizeof asked->trouble, err->text);
    return 0;
}

static void ask(const struct args *args, const struct haul_session *session, struct asked *asked)
{
    struct args own = *args;
    struct call call = {.args = &own,
                        .send = send_list,
                        .show = note_totals,
                        .no_answer = note_trouble,
                        .own_json = true,
                        .ctx = asked};

    own.run.session = xstrdup(session->name);
    (void)call_run(&call);
    free(own.run.session);
}

static const char *state_of(const struct haul_session *session)
{
    return session->running ? "running" : session->stale ? "stale" : "at rest";
}

static void print_row(const struct haul_session *session, const struct asked *asked)
{
    struct strbuf text;

    strbuf_init(&text, ROW_MAX);
    if (asked->told)
        list_line_totals(&text, &asked->totals, clock_wall(&clock_system));
    else if (session->running)
        (void)!strbuf_printf(&text, "%s\n", asked->trouble);
    else if (session->stale)
        (void)!strbuf_printf(&text, "nobody answers at %s; its next daemon takes it away\n",
                             session->socket);
    else
        (void)!strbuf_printf(&text, "%s\n", session->folder);
    printf("%-*s %-*s %s", NAME_COLUMNS, session->name, STATE_COLUMNS, state_of(session),
           text.data ? text.data : "\n");
    strbuf_fini(&text);
}

static json_t *json_row(const struct haul_session *session, const struct asked *asked)
{
    json_t *row = json_object();
    json_t *counts = json_object();

    for (unsigned state = 0; asked->told && state < HAUL_STATE_COUNT; state++)
        json_object_set_new(counts, haul_state_name((enum haul_state)state),
                            json_integer((json_int_t)asked->totals.counts[state]));
    json_object_set_new(row, "name", json_string(session->name));
    json_object_set_new(row, "state", json_string(state_of(session)));
    json_object_set_new(row, "socket",
                        session->socket ? json_string(session->socket) : json_null());
    json_object_set_new(row, "folder", json_string(session->folder));
    json_object_set_new(row, "queue", json_boolean(session->has_queue));
    json_object_set_new(row, "counts", asked->told ? json_incref(counts) : json_null());
    json_decref(counts);
    return row;
}

static void print_all(const struct args *args, const struct haul_session *sessions, size_t count)
{
    json_t *list = json_array();

    for (size_t i = 0; i < count; i++) {
        struct asked asked = {0};

        if (sessions[i].running)
            ask(args, &sessions[i], &asked);
        if (args->run.json)
            json_array_append_new(list, json_row(&sessions[i], &asked));
        else
            print_row(&sessions[i], &asked);
    }
    if (args->run.json) {
        json_t *answer = json_pack("{s:O}", "sessions", list);
        char *text = json_dumps(answer, JSON_COMPACT);

        puts(text);
        free(text);
        json_decref(answer);
    } else if (count == 0) {
        report_note("there is no session yet");
    }
    json_decref(list);
}

int sessions_run(const struct args *args)
{
    struct haul_session *sessions;
    struct haul_error err;
    size_t count;

    if (haul_sessions_find(&sessions, &count, &err) != HAUL_OK)
        return report_error(&err);
    print_all(args, sessions, count);
    haul_sessions_free(sessions, count);
    return report_written(0);
}
