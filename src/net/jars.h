#ifndef NET_JARS_H
#define NET_JARS_H

#include <curl/curl.h>
#include <sys/queue.h>

#include "haul/options.h"

/* Cookies that servers set, for as long as somebody works with them: a jar a file of
 * --save-cookies. All functions on the loop thread. */

struct jar;

struct jars {
    LIST_HEAD(, jar) all;
    /* TEXT, to be freed as a secret, is to become the content of PATH; jars_saved() tells how that
     * ended. NULL: nothing is saved any more. */
    void (*save)(void *ctx, const char *path, char *text);
    void *ctx;
};

/* The jar of the options' file, with what is in that file, and with the cookies of --cookies. Each
 * use needs a leave. */
struct jar *jars_use(struct jars *jars, const struct haul_options *options);
/* What transfers share that use it. */
CURLSH *jar_share(const struct jar *jar);
/* Has it saved if it is no longer what its file holds. No handle of the user's may be at its share
 * any more. */
void jar_leave(struct jar *jar);
void jars_saved(struct jars *jars, const char *path, bool ok);
void jars_fini(struct jars *jars); /* nobody uses any */

#endif
