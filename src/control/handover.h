#ifndef CONTROL_HANDOVER_H
#define CONTROL_HANDOVER_H

#include <stdbool.h>
#include <stdint.h>

#include "haul/error.h"

/* A session's door, on its way from one daemon to the next: `haul daemon --replace`. */
struct handover {
    int lock_fd;   /* holds the session's lock; -1: nothing is handed over */
    int listen_fd; /* of its socket */
    int talk_fd;   /* between the two daemons; -1: there is no other one any more */
    int64_t asked; /* id of the request at talk_fd */
    bool held;     /* the queue is at rest (haul_engine_hold) */
};

void handover_init(struct handover *handover);
void handover_fini(struct handover *handover); /* closes what it has */

/* The younger daemon's side. Asks the daemon of SESSION for its door and waits until that one has
 * put everything away. HAUL_E_NO_DAEMON when there is none. Blocks. */
HAUL_CHECKED enum haul_err handover_ask(const char *session, struct handover *ret_handover,
                                        struct haul_error *err);
/* Tells it that we serve: it ends. Until then our end makes it go on. */
void handover_taken(struct handover *handover);

/* The older one's side, with everything put away: hands over to who asked at talk_fd, and waits.
 * True: it serves. False: it is gone, and the door is still ours. Blocks. */
bool handover_give(struct handover *handover);

#endif
