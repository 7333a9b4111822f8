#ifndef CLI_EXPRESSION_H
#define CLI_EXPRESSION_H

#include "base/filter.h"
#include "config/args.h"
#include "haul/error.h"

/* The operands of a command as one filter expression. None of them is ever left out: what fits the
 * rest may be a lot more. */
HAUL_CHECKED enum haul_err expression_of(const struct args *args, char ret_text[FILTER_SIZE],
                                         struct haul_error *err);

#endif
