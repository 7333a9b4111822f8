#ifndef CONTROL_LINK_H
#define CONTROL_LINK_H

#include <stdbool.h>
#include <stddef.h>
#include <uv.h>

#include "haul/client.h"

/* A client's way to its daemon: the session's socket here, where a daemon is started when there is
 * none, or ssh to another machine. It carries lines. */
struct link;

struct link_events {
    void (*connected)(void *ctx); /* somebody is there; perhaps not for the first time */
    void (*line)(void *ctx, const char *line, size_t len);
    /* Nothing can be sent any more; link_connect() may be called again. */
    void (*ended)(void *ctx, const struct haul_error *err);
    void *ctx;
};

/* Nothing happens before link_connect(). Copies all it is given. */
HAUL_CHECKED enum haul_err link_new(uv_loop_t *loop, const struct haul_place *place,
                                    const struct link_events *events, struct link **ret_link,
                                    struct haul_error *err);
void link_free(struct link *link); /* at once; NULL is fine */

/* `connected` or `ended` follow, never before this returns. MAY_START: a daemon, when there is
 * none; elsewhere `haul bridge` sees to that. MAY_ASK: ssh may put questions to the user's
 * terminal. */
void link_connect(struct link *link, bool may_start, bool may_ask);

/* The daemon said hello: its end from now on is an end. */
void link_greeted(struct link *link);
/* It refused to talk. When it was just ending, another one is started. */
void link_refused(struct link *link, const struct haul_error *err);

bool link_is_open(const struct link *link);
/* See conn_moved(); of this connection. */
uint64_t link_moved(const struct link *link);
void link_send(struct link *link, char *line, size_t len); /* takes LINE */
/* Gives up what there is, for ERR; `ended` follows. The line is believed dead. */
void link_cut(struct link *link, const struct haul_error *err);

#endif
