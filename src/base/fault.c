/* Errors that are kept. There are thousands of transfers and few errors, and an error with its text
 * is larger than all else that is known of a connection. */

#include "base/fault.h"

#include <stdlib.h>

#include "base/mem.h"

const struct haul_error *fault_get(const struct fault *fault)
{
    static const struct haul_error none = {.code = HAUL_OK};

    return fault->err ? fault->err : &none;
}

bool fault_is(const struct fault *fault)
{
    return fault_get(fault)->code != HAUL_OK;
}

struct haul_error *fault_need(struct fault *fault)
{
    if (!fault->err)
        fault->err = xcalloc(1, sizeof *fault->err);
    return fault->err;
}

void fault_put(struct fault *fault, const struct haul_error *err)
{
    if (err->code == HAUL_OK && !err->text[0])
        fault_fini(fault);
    else if (err != fault->err)
        *fault_need(fault) = *err;
}

void fault_fini(struct fault *fault)
{
    free(fault->err);
    fault->err = NULL;
}
