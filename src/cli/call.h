#ifndef CLI_CALL_H
#define CLI_CALL_H

#include <stdbool.h>

#include "config/args.h"
#include "haul/client.h"

/* One question to the session's daemon and its answer: what most commands are. */
struct call {
    const struct args *args;
    bool start;    /* start a daemon when none runs */
    bool question; /* and then let it hold its queue: it was only asked */
    /* For a question that has an answer without a daemon too: what --json prints then. NULL: it is
     * an error. */
    const char *json_without_daemon;
    /* Or deals itself with a daemon that is not there, or that can't be talked to, and returns the
     * exit status; may be NULL. */
    int (*no_answer)(struct call *call, const struct haul_error *err);
    /* For an add, which may be sent again: the line may drop and is made anew. Sends what else was
     * asked, once more; NULL: a drop is the end. */
    void (*send_again)(struct call *call, struct haul_client *client);
    bool own_json; /* the command prints its own with --json, not the daemon's reply */
    /* Sends what the command asks; its last request is answered to call_reply(). */
    void (*send)(struct call *call, struct haul_client *client);
    /* Prints the answer for people, unless --json was given, and returns the exit status. */
    int (*show)(struct call *call, const struct haul_reply *reply);
    void *ctx; /* the command's */

    /* The rest is the call's own. */
    struct haul_hello hello; /* who answers */
    struct haul_loop *loop;
    struct haul_client *client;
    unsigned asked; /* how often */
    bool replaced;  /* another daemon took the place of the one that was asked */
    bool sent;
    bool over;
    int status;
};

/* Connects, sends, waits for the answer, shows it. Returns the exit status. */
int call_run(struct call *call);

/* The haul_reply_cb that ends a call, which is CTX. */
void call_reply(void *ctx, const struct haul_reply *reply);

/* Ends the call with an error, from within a callback of the command's own. */
void call_give_up(struct call *call, const struct haul_error *err);

#endif
