#ifndef CONTROL_METHODS_H
#define CONTROL_METHODS_H

#include <jansson.h>
#include <sys/queue.h>

#include "control/proto.h"
#include "control/wait.h"

struct peer;
struct server;

/* A request that has not been answered. It is in its peer's list and in the server's. */
struct call {
    LIST_ENTRY(call) of_peer;
    LIST_ENTRY(call) of_server;
    struct server *server;
    struct peer *peer;        /* NULL once the peer is gone: the answer is then dropped */
    json_t *id;               /* one reference */
    struct wait *wait;        /* of `wait`, else NULL */
    bool awaits_stop;         /* of `stop` */
    json_t *result;           /* of a call that is answered when the store has it, else NULL */
    bool engine_has_it;       /* a callback of the engine will come with it */
    struct haul_probe *probe; /* of `probe`: cancelled with the call; NULL: none */
};

/* Runs one method on PARAMS, which were checked against its row. */
typedef enum haul_err method_handler(struct call *call, const json_t *params, json_t **ret_result,
                                     struct haul_error *err);

/* methods_items.c */
method_handler run_list;
method_handler run_show;
method_handler run_act;
method_handler run_change;
method_handler run_move;
method_handler run_wait;
/* methods_adding.c */
method_handler run_add;
method_handler run_known;
method_handler run_probe;
method_handler run_unprobe;
/* methods_watching.c */
method_handler run_watch;
method_handler run_unwatch;
method_handler run_mark;
method_handler run_find;
method_handler run_hosts;
method_handler run_watch_hosts;
method_handler run_unwatch_hosts;
/* methods_control.c */
method_handler run_hello;
method_handler run_ping;
method_handler run_set;
method_handler run_settings;
method_handler run_undo;
method_handler run_stop;
method_handler run_replace;
method_handler run_log;
method_handler run_watch_log;
method_handler run_unwatch_log;
/* methods_history.c */
method_handler run_history;
method_handler run_forget;

/* A result with one member. VALUE is taken. */
json_t *method_result(const char *name, json_t *value);

/* Each answers the call, if anybody is there to hear it, and frees it. RESULT is taken. */
void call_succeed(struct call *call, json_t *result);
void method_fail(struct call *call, enum proto_code code, const struct haul_error *err);
void call_drop(struct call *call); /* no answer */

/* Answers a `wait` that is over. */
void call_finish_wait(struct call *call);

/* Runs the request in one line from PEER. It may end the peer. */
void methods_run(struct peer *peer, const char *line, size_t len);

#endif
