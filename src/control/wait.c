/* Waiting for items. Every item of the set has an entry with the exit status that it alone would
 * give, or none yet; how many have none is counted, so an event costs one look-up, however many
 * items are waited for. An item that is taken up again before all the others rest is open again. */

#include "control/wait.h"

#include <stdlib.h>
#include <uthash.h>

#include "base/mem.h"

#define OPEN           (-1)
#define STATUS_SEVERAL 2

struct entry {
    uint64_t id;
    int status; /* OPEN until the item rests */
    UT_hash_handle hh;
};

struct wait {
    struct entry *entries;
    size_t open;
};

struct wait *wait_new(void)
{
    return xcalloc(1, sizeof(struct wait));
}

void wait_free(struct wait *wait)
{
    struct entry *entry, *next;

    if (!wait)
        return;
    entry = wait->entries;
    HASH_CLEAR(hh, wait->entries); /* the table; the entries are still chained */
    for (; entry; entry = next) {
        next = entry->hh.next;
        free(entry);
    }
    free(wait);
}

static struct entry *find(const struct wait *wait, uint64_t id)
{
    struct entry *entry;

    HASH_FIND(hh, wait->entries, &id, sizeof id, entry);
    return entry;
}

bool wait_has(const struct wait *wait, uint64_t id)
{
    return find(wait, id) != NULL;
}

static void set_status(struct wait *wait, struct entry *entry, int status)
{
    wait->open -= entry->status == OPEN;
    entry->status = status;
    wait->open += status == OPEN;
}

static int status_of(enum haul_state state, enum haul_err err)
{
    switch (state) {
    case HAUL_DONE:
        return 0;
    case HAUL_FAILED:
        return haul_class_exit_status(haul_err_class(err));
    case HAUL_PAUSED:
    case HAUL_CANCELLED:
        return haul_class_exit_status(HAUL_CLASS_INTERRUPTED);
    case HAUL_QUEUED:
    case HAUL_ACTIVE:
    case HAUL_WAITING:
    case HAUL_STATE_COUNT:
        break;
    }
    return OPEN;
}

void wait_add(struct wait *wait, uint64_t id, enum haul_state state, enum haul_err err)
{
    struct entry *entry = find(wait, id);

    if (!entry) {
        entry = xcalloc(1, sizeof *entry);
        entry->id = id;
        entry->status = OPEN;
        wait->open++;
        HASH_ADD(hh, wait->entries, id, sizeof entry->id, entry);
    }
    set_status(wait, entry, status_of(state, err));
}

void wait_removed(struct wait *wait, uint64_t id)
{
    struct entry *entry = find(wait, id);

    if (entry && entry->status == OPEN)
        set_status(wait, entry, haul_class_exit_status(HAUL_CLASS_INTERRUPTED));
}

bool wait_over(const struct wait *wait)
{
    return wait->open == 0;
}

int wait_exit_status(const struct wait *wait)
{
    int found = 0;

    for (const struct entry *entry = wait->entries; entry; entry = entry->hh.next) {
        if (entry->status <= 0 || entry->status == found)
            continue;
        if (found != 0)
            return STATUS_SEVERAL;
        found = entry->status;
    }
    return found;
}
