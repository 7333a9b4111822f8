#ifndef CLI_CONFIGURE_H
#define CLI_CONFIGURE_H

#include "config/args.h"
#include "config/config.h"
#include "haul/error.h"

/* Adds to a command line what the configuration file and the environment say. Afterwards
 * args->item holds what environment and command line set, args->run all of it, args->initial what
 * the session begins with, and args->config answers for the links. On failure ARGS is as before. */
HAUL_CHECKED enum haul_err configure(struct args *args, struct haul_error *err);

/* Reads file and environment anew: what the session begins with, under the options of the command
 * line, which count as given. RUN, which was initialised, becomes args->run with what they say. */
HAUL_CHECKED enum haul_err configure_session(const struct args *args, struct config **ret_config,
                                             struct haul_settings *ret_initial,
                                             struct run_options *run, struct haul_error *err);

#endif
