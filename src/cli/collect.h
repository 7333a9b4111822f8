#ifndef CLI_COLLECT_H
#define CLI_COLLECT_H

#include <sys/queue.h>

#include "config/args.h"
#include "haul/error.h"
#include "input/list_file.h"
#include "input/requests.h"

/* What a command line names, in its order, checked but not yet made into requests: of a list only
 * its text is kept, and that no longer than it is needed. */
struct collected {
    const struct args *args;
    struct list_set *sets;
    STAILQ_HEAD(, collected_part) parts;
    size_t count;                /* items in all that is checked */
    size_t files;                /* lists that were begun with */
    struct list_walk *unchecked; /* the one whose rest is not checked, NULL: none */
};

/* Reads and checks the URLs and list files that a command line names; "-" is the standard input.
 * args->item gets an absolute folder; ARGS is borrowed until collected_fini(). On failure there is
 * nothing to free, and the sentence says which URL or line is wrong. */
HAUL_CHECKED enum haul_err collect(const struct args *args, struct collected *ret_collected,
                                   struct haul_error *err);
/* The same for what comes first: the URLs, or of a list its first block with an item. The rest may
 * be wrong. With options that are of one file, or a list that can be waited for (the standard
 * input, a pipe), all is checked. */
HAUL_CHECKED enum haul_err collect_first(const struct args *args, struct collected *ret_collected,
                                         struct haul_error *err);
/* Reads and checks what collect_first() left. */
HAUL_CHECKED enum haul_err collect_rest(struct collected *collected, struct haul_error *err);
bool collected_checked(const struct collected *collected); /* nothing is left to check */
/* True when there is nothing left to take of what is checked. */
bool collected_empty(const struct collected *collected);
/* Appends requests for the next part, one to some hundreds, to REQUESTS, and frees its text.
 * Folders are absolute. */
HAUL_CHECKED enum haul_err collected_next(struct collected *collected, struct requests *requests,
                                          struct haul_error *err);
void collected_fini(struct collected *collected);

/* Gives OPTIONS an absolute folder, and absolute paths to the files that it names; with --host a
 * folder that the other machine can resolve, and files as they are named there. */
void collect_settle_dir(const struct args *args, struct haul_options *options);

/* The same in one go. */
HAUL_CHECKED enum haul_err collect_requests(const struct args *args, struct requests *ret_requests,
                                            struct haul_error *err);

#endif
