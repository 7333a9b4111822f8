#ifndef CONTROL_WAIT_H
#define CONTROL_WAIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "haul/error.h"
#include "haul/types.h"

/* A set of items that somebody waits for until all of them have come to rest: done, failed,
 * cancelled, paused or removed. Pure bookkeeping. */
struct wait;

struct wait *wait_new(void);
void wait_free(struct wait *wait); /* NULL is fine */

/* Puts an item into the set, or tells its new state. ERR is why it failed, else HAUL_OK. */
void wait_add(struct wait *wait, uint64_t id, enum haul_state state, enum haul_err err);
bool wait_has(const struct wait *wait, uint64_t id);
/* The item is gone; one that had come to rest before counts as it was. */
void wait_removed(struct wait *wait, uint64_t id);

bool wait_over(const struct wait *wait);
/* As DESIGN.md section 7 has it: 0 all done; one kind of failure gives that kind's number, several
 * give 2. Paused, cancelled and removed items are "interrupted". */
int wait_exit_status(const struct wait *wait);

#endif
