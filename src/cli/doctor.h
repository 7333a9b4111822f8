#ifndef CLI_DOCTOR_H
#define CLI_DOCTOR_H

#include <stddef.h>

#include "haul/attr.h"

/* What `haul doctor` finds. */

enum finding_state {
    FINDING_OK,
    FINDING_NOTE, /* works, but not all of it, or not for ever */
    FINDING_BAD,  /* something will fail */
    FINDING_STATE_COUNT
};

struct finding {
    enum finding_state state;
    const char *what;
    char *text;         /* what is so */
    const char *advice; /* what to do, or NULL */
};

struct findings {
    struct finding *items;
    size_t count;
    size_t size;
};

void findings_add(struct findings *findings, enum finding_state state, const char *what,
                  const char *advice, const char *format, ...) HAUL_PRINTF(5, 6);

/* What the system does to a daemon and its folders: logouts, cleaners. */
void doctor_look_at_system(struct findings *findings);

#endif
