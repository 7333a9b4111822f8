#ifndef ENGINE_OPTIONS_TOLD_H
#define ENGINE_OPTIONS_TOLD_H

#include <stdbool.h>

#include "haul/options.h"
#include "haul/snapshot.h"

/* Adds to DETAIL the options that were given, but for the folder, which is told anyway; what is
 * secret in them is masked unless SECRETS is set. */
void options_told(const struct haul_options *options, bool secrets, struct haul_detail *detail);

#endif
