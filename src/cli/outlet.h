#ifndef CLI_OUTLET_H
#define CLI_OUTLET_H

#include <stdbool.h>

#include "base/str.h"

/* A way out to a terminal, pipe or file that never makes the caller wait: what can't be written
 * now is kept and goes first next time. When the reader is gone everything is dropped in silence.
 */
struct outlet {
    int fd;
    bool own; /* fd is a second opening of the caller's, and closed by us */
    bool gone;
    bool waits; /* writing to fd can block: write little, and only when it is ready */
    struct strbuf pending;
};

/* FD stays the caller's; its flags are left alone, for they are shared with other programs. */
void outlet_init(struct outlet *outlet, int fd);

/* Where to add text that is to be written. */
struct strbuf *outlet_text(struct outlet *outlet);

/* Writes what can be written at once. True when nothing is left. */
bool outlet_flush(struct outlet *outlet);

/* Writes all of it, waiting as long as it takes, and frees what the outlet owns. */
void outlet_finish(struct outlet *outlet);

#endif
