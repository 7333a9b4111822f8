#ifndef CONTROL_CLIENT_INSIDE_H
#define CONTROL_CLIENT_INSIDE_H

#include <jansson.h>
#include <sys/queue.h>
#include <uv.h>

#include "control/link.h"
#include "control/reconnect.h"
#include "control/reply.h"
#include "control/skew.h"
#include "haul/client.h"

/* What the files of the client share. */

/* The hosts of the last notification. */
struct hosts_rows {
    struct haul_host *hosts;
    size_t count;
};

/* A call that has not been answered. */
struct open_call {
    TAILQ_ENTRY(open_call) link;
    enum call_kind kind;
    haul_reply_cb *reply;
    void *ctx;
    uint64_t first_id; /* its requests have the ids from here on, one a part */
    size_t part_count; /* 0: nothing was sent, it has failed already */
    size_t parts_open;
    json_t **parts;           /* results, by part */
    struct line_copy *copies; /* of an add that can be sent again: its lines by part; or NULL */
    struct haul_error err;
    bool failed;
    struct haul_view view; /* of a list, with `search` owned */
};

/* What was sent of a part that is not answered. */
struct line_copy {
    char *text; /* NULL: it is */
    size_t len;
};

/* A message that waits until the daemon has said hello. */
struct held_line {
    STAILQ_ENTRY(held_line) link;
    char *line;
    size_t len;
};

TAILQ_HEAD(call_list, open_call);

struct haul_client {
    struct haul_client_events events;
    uv_loop_t *loop;
    char *session;
    char *host; /* NULL: this machine */
    struct link *link;
    bool ready;
    bool away; /* there was a line, and there will be one again */
    bool lost;
    bool closed;
    bool replaced; /* the daemon said that another one takes its place */
    bool parted;   /* the daemon said that it goes */
    bool watching;
    struct skew daemon; /* who it says it is */
    uint64_t next_id;
    uv_timer_t later; /* answers calls that failed while they were made */
    uv_timer_t beat;  /* looks after the line, or for a new one */
    int handles;      /* that are not closed yet */
    struct reconnect reconnect;
    struct pulse pulse;
    unsigned pulse_ms;      /* 0: never */
    struct haul_error drop; /* why it is away */
    bool trying;
    struct call_list calls;  /* oldest first, but for hello */
    struct call_list ending; /* those that are just being answered with an error */
    STAILQ_HEAD(, held_line) backlog;
    struct haul_item *rows; /* of the last frame */
    uint8_t *flags;         /* of each */
    size_t row_count;
    struct hosts_rows hosts;
};

static inline struct haul_place client_place(const struct haul_client *client)
{
    return (struct haul_place){.session = client->session, .host = client->host};
}

/* One call that is one request. PARAMS is taken; NULL: there are none. */
void client_call(struct haul_client *client, enum call_kind kind, json_t *params,
                 haul_reply_cb *reply, void *ctx);
/* One that can't be sent: it is answered with ERR, later. */
void client_call_failed(struct haul_client *client, enum call_kind kind,
                        const struct haul_error *err, haul_reply_cb *reply, void *ctx);

/* The parts of that, for calls of several messages. */
struct open_call *client_call_new(struct haul_client *client, enum call_kind kind,
                                  haul_reply_cb *reply, void *ctx);
/* Sends the COUNT messages of a call, whose ids begin with FIRST_ID. LINES are taken. */
void client_call_send(struct haul_client *client, struct open_call *call, uint64_t first_id,
                      char **lines, const size_t *lens, size_t count);
/* The call will be answered with ERR, later. Nothing of it may have been sent. */
void client_call_fail(struct haul_client *client, struct open_call *call,
                      const struct haul_error *err);
/* Takes CALL, which is in no list any more, and never answers it. */
void client_call_free(struct open_call *call);

/* The end of the connection: answers what is open, then tells. */
void client_lose(struct haul_client *client, const struct haul_error *err);
/* Answers with ERR what is open now, but for adds that can be sent again when KEEP_ADDS. Calls that
 * callbacks make meanwhile are not among it, unless the client is being closed: then none may be
 * left. */
void client_answer_all(struct haul_client *client, const struct haul_error *err, bool keep_adds);
/* Forgets what waits to be sent. */
void client_drop_backlog(struct haul_client *client);
/* Forgets the rows of the last frame. */
void client_drop_rows(struct haul_client *client);

/* ---- client_adding.c ---- */

/* All parts of an add are answered: makes one answer of theirs. */
void client_add_over(struct open_call *call);

/* ---- client_watching.c ---- */

void hosts_rows_clear(struct hosts_rows *rows);
/* Notifications of the daemon. What can't be read ends the connection. */
void client_on_frame(struct haul_client *client, const json_t *params);
void client_on_log(struct haul_client *client, const json_t *params);
void client_on_hosts(struct haul_client *client, const json_t *params);

/* ---- client_line.c: the life of its line ---- */

/* The link's events, to be completed with `line`. */
struct link_events client_line_events(struct haul_client *client);
void client_line_init(struct haul_client *client);
/* Bytes that are none of ours came before haul's first answer. */
void client_line_noise(struct haul_client *client, const char *line, size_t len);
/* The daemon said that it goes, for good. */
void client_line_parted(struct haul_client *client);
/* True when adds are to carry tokens: the line may drop and come back, and the daemon knows them.
 */
bool client_line_repeats(const struct haul_client *client);

#endif
