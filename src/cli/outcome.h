#ifndef CLI_OUTCOME_H
#define CLI_OUTCOME_H

#include <stdbool.h>
#include <stdint.h>

#include "haul/error.h"

/* How a run of `get` ended: counts, and the exit status they amount to. */
struct outcome {
    uint64_t added;
    uint64_t done;
    uint64_t failed;
    uint64_t failed_by[HAUL_CLASS_COUNT];
    uint64_t received; /* bytes */
    uint64_t ms;       /* how long it took */
    bool interrupted;  /* by a signal, before all was over */
};

void outcome_failed(struct outcome *outcome, enum haul_err err);

/* DESIGN.md, section 7: 0 when every item is complete; 7 when interrupted, or when an item is
 * neither complete nor failed; the one kind's status when all failures are of one kind; else 2. */
int outcome_status(const struct outcome *outcome);

#endif
