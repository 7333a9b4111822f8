#ifndef CLI_COLLECT_H
#define CLI_COLLECT_H

#include "cli/args.h"
#include "haul/error.h"
#include "input/requests.h"

/* Makes requests of the URLs and list files that a command line names, in that order; "-" is the
 * standard input. Folders become
 * absolute, that of args->item too. On failure *ret_requests is not touched, and the
 * sentence says which URL or line is wrong. */
HAUL_CHECKED enum haul_err collect_requests(const struct args *args, struct requests *ret_requests,
                                            struct haul_error *err);

#endif
