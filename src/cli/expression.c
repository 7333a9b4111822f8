/* Words of the command line as a filter expression. */
#include "cli/expression.h"

#include <stdio.h>

enum haul_err expression_of(const struct args *args, char ret_text[FILTER_SIZE],
                            struct haul_error *err)
{
    size_t len = 0;

    ret_text[0] = '\0';
    for (size_t i = 0; i < args->operand_count; i++) {
        int more = snprintf(ret_text + len, FILTER_SIZE - len, "%s%s", i > 0 ? " " : "",
                            args->operands[i]);

        if (more < 0 || (size_t)more >= FILTER_SIZE - len)
            return haul_fail(err, HAUL_E_USAGE, "an expression has at most %d characters",
                             FILTER_SIZE - 1);
        len += (size_t)more;
    }
    return HAUL_OK;
}
