#ifndef CONTROL_REMOTE_H
#define CONTROL_REMOTE_H

#include <stdbool.h>
#include <uv.h>

#include "haul/client.h"

/* One run of the user's ssh that joins us to `haul bridge` on another machine. */
struct remote;

struct remote_events {
    /* It has ended, ERR tells why, and whether another try may do better by itself. Comes once,
     * only after remote_hang_up(). The owner frees it then. */
    void (*over)(void *ctx, const struct haul_error *err);
    void *ctx;
};

/* Starts ssh; *ret_fd is a connected socket to its standard input and output, the caller's.
 * MAY_ASK: there is a terminal on which ssh may ask for passwords and the like. */
HAUL_CHECKED enum haul_err remote_start(uv_loop_t *loop, const struct haul_place *place,
                                        bool may_ask, const struct remote_events *events,
                                        struct remote **ret_remote, int *ret_fd,
                                        struct haul_error *err);

/* The socket is closed, or about to be: `over` follows once ssh has ended, which it is helped to
 * after a while. WAS_GOOD: it had carried a conversation. */
void remote_hang_up(struct remote *remote, bool was_good);

/* Lets go of it; no event comes any more. With its socket closed it ends by itself. KILL: it does
 * not, for the line is dead. NULL is fine. */
void remote_free(struct remote *remote, bool kill);

#endif
