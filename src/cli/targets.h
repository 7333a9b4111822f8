#ifndef CLI_TARGETS_H
#define CLI_TARGETS_H

#include "cli/call.h"
#include "input/ids.h"

/* The part that commands on several items share: the items are named by number, range or `all`,
 * and a range is looked up in the daemon's list before anything is asked of it. */
struct targets {
    struct ids ids;
    /* Sends the command's request for COUNT items, 0 for all of them, to be answered to
     * call_reply(). */
    void (*send)(struct call *call, struct haul_client *client, const uint64_t *numbers,
                 size_t count);
    bool none_is_fine; /* that nothing is meant is an answer, not an error */
    void *ctx;         /* the command's */
};

/* Runs CALL, whose ctx is a struct targets with `send` set, on the items that WORDS name. `send`
 * and `ids` are filled here. */
int targets_run(struct call *call, const char *const *words, size_t count);

#endif
