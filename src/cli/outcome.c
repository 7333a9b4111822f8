/* The exit status of `get`, as a pure function of what happened. */
#include "cli/outcome.h"

void outcome_failed(struct outcome *outcome, enum haul_err err)
{
    outcome->failed++;
    outcome->failed_by[haul_err_class(err)]++;
}

int outcome_status(const struct outcome *outcome)
{
    int status = 0;

    if (outcome->interrupted || outcome->done + outcome->failed < outcome->added)
        return haul_class_exit_status(HAUL_CLASS_INTERRUPTED);
    for (int kind = 0; kind < HAUL_CLASS_COUNT; kind++) {
        int its = haul_class_exit_status((enum haul_class)kind);

        if (outcome->failed_by[kind] == 0)
            continue;
        if (status != 0 && status != its)
            return 2;
        status = its;
    }
    return status;
}
