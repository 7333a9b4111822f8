#ifndef CLI_TARGETS_H
#define CLI_TARGETS_H

#include "cli/call.h"
#include "input/ids.h"

/* The part that commands on several items share: the items are named by number, range, state or
 * `all`. What a range or a state means the daemon knows; a command that it does not take them from
 * has them looked up in its list. */
struct targets {
    struct ids ids;
    /* Sends the command's request for COUNT items, 0 for all of them, to be answered to
     * call_reply(). */
    void (*send)(struct call *call, struct haul_client *client, const uint64_t *numbers,
                 size_t count);
    /* The same for what a range or a state means, to be answered to REPLY with the call; NULL: the
     * numbers are sent. */
    void (*send_named)(struct call *call, struct haul_client *client,
                       const struct haul_named *named, haul_reply_cb *reply);
    bool none_is_fine; /* that nothing is meant is an answer, not an error */
    void *ctx;         /* the command's */
};

/* Runs CALL, whose ctx is a struct targets with `send` set, on the items that WORDS name. `send`
 * and `ids` are filled here. */
int targets_run(struct call *call, const char *const *words, size_t count);

#endif
