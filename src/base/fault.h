#ifndef BASE_FAULT_H
#define BASE_FAULT_H

#include "haul/error.h"

/* Room for an error that most never have: it takes memory only once there is one. Embedded; all
 * zero is one without. */
struct fault {
    struct haul_error *err; /* NULL: none */
};

/* Never NULL; its code is HAUL_OK while there is none. */
const struct haul_error *fault_get(const struct fault *fault);
bool fault_is(const struct fault *fault);
/* To be filled. */
struct haul_error *fault_need(struct fault *fault);
/* A copy of ERR, which may be what fault_get() gave; of one that says nothing: as if there had been
 * none. */
void fault_put(struct fault *fault, const struct haul_error *err);
void fault_fini(struct fault *fault);

#endif
