/* Names of the enums that everybody shares, and the way back. */

#include "haul/types.h"

#include <string.h>

#include "base/mem.h"

static const char *const states[HAUL_STATE_COUNT] = {
    [HAUL_QUEUED] = "queued",       [HAUL_ACTIVE] = "active", [HAUL_WAITING] = "waiting",
    [HAUL_PAUSED] = "paused",       [HAUL_DONE] = "done",     [HAUL_FAILED] = "failed",
    [HAUL_CANCELLED] = "cancelled",
};

static const char *const phases[HAUL_PHASE_COUNT] = {
    [HAUL_PHASE_NONE] = "none",           [HAUL_PHASE_CONNECTING] = "connecting",
    [HAUL_PHASE_RECEIVING] = "receiving", [HAUL_PHASE_CHECKING] = "checking",
    [HAUL_PHASE_FINISHING] = "finishing", [HAUL_PHASE_SENDING] = "sending",
};

static const char *const policies[HAUL_IF_EXISTS_COUNT] = {
    [HAUL_EXISTS_RENAME] = "rename",
    [HAUL_EXISTS_SKIP] = "skip",
    [HAUL_EXISTS_OVERWRITE] = "overwrite",
    [HAUL_EXISTS_FAIL] = "fail",
};

static const char *const priorities[HAUL_PRIORITY_COUNT] = {
    [HAUL_PRIORITY_NORMAL] = "normal",
    [HAUL_PRIORITY_HIGH] = "high",
    [HAUL_PRIORITY_LOW] = "low",
};

static const char *const actions[HAUL_ACTION_COUNT] = {
    [HAUL_PAUSE] = "pause", [HAUL_RESUME] = "resume", [HAUL_CANCEL] = "cancel",
    [HAUL_RETRY] = "retry", [HAUL_REMOVE] = "remove",
};

static const char *const moves[HAUL_MOVE_COUNT] = {
    [HAUL_MOVE_UP] = "up",         [HAUL_MOVE_DOWN] = "down", [HAUL_MOVE_TOP] = "top",
    [HAUL_MOVE_BOTTOM] = "bottom", [HAUL_MOVE_TO] = "to",
};

static const char *const sorts[HAUL_SORT_COUNT] = {
    [HAUL_SORT_QUEUE] = "queue",
    [HAUL_SORT_NAME] = "name",
    [HAUL_SORT_STATE] = "state",
    [HAUL_SORT_SIZE] = "size",
    [HAUL_SORT_DONE] = "done",
    [HAUL_SORT_RATE] = "rate",
    [HAUL_SORT_ETA] = "eta",
    [HAUL_SORT_HOST] = "host",
    [HAUL_SORT_CONNECTIONS] = "connections",
    [HAUL_SORT_ADDED] = "added",
    [HAUL_SORT_FINISHED] = "finished",
};

static const char *const host_sorts[HAUL_HOST_SORT_COUNT] = {
    [HAUL_HOST_SORT_STATE] = "state",
    [HAUL_HOST_SORT_NAME] = "name",
    [HAUL_HOST_SORT_CONNECTIONS] = "connections",
    [HAUL_HOST_SORT_CAP] = "cap",
    [HAUL_HOST_SORT_RATE] = "rate",
    [HAUL_HOST_SORT_REST] = "rest",
    [HAUL_HOST_SORT_ACTIVE] = "active",
    [HAUL_HOST_SORT_WAITING] = "waiting",
    [HAUL_HOST_SORT_DONE] = "done",
    [HAUL_HOST_SORT_FAILED] = "failed",
    [HAUL_HOST_SORT_ITEMS] = "items",
};

static const char *name_in(const char *const *names, size_t count, size_t at)
{
    return at < count ? names[at] : "?";
}

static int place_in(const char *const *names, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(names[i], name) == 0)
            return (int)i;
    }
    return -1;
}

const char *haul_state_name(enum haul_state state)
{
    return name_in(states, COUNT_OF(states), state);
}

const char *haul_phase_name(enum haul_phase phase)
{
    return name_in(phases, COUNT_OF(phases), phase);
}

const char *haul_if_exists_name(enum haul_if_exists policy)
{
    return name_in(policies, COUNT_OF(policies), policy);
}

const char *haul_priority_name(enum haul_priority priority)
{
    return name_in(priorities, COUNT_OF(priorities), priority);
}

const char *haul_action_name(enum haul_action action)
{
    return name_in(actions, COUNT_OF(actions), action);
}

const char *haul_move_name(enum haul_move move)
{
    return name_in(moves, COUNT_OF(moves), move);
}

const char *haul_sort_name(enum haul_sort sort)
{
    return name_in(sorts, COUNT_OF(sorts), sort);
}

const char *haul_host_sort_name(enum haul_host_sort sort)
{
    return name_in(host_sorts, COUNT_OF(host_sorts), sort);
}

int haul_state_from_name(const char *name)
{
    return place_in(states, COUNT_OF(states), name);
}

int haul_phase_from_name(const char *name)
{
    return place_in(phases, COUNT_OF(phases), name);
}

int haul_if_exists_from_name(const char *name)
{
    return place_in(policies, COUNT_OF(policies), name);
}

int haul_priority_from_name(const char *name)
{
    return place_in(priorities, COUNT_OF(priorities), name);
}

int haul_action_from_name(const char *name)
{
    return place_in(actions, COUNT_OF(actions), name);
}

int haul_move_from_name(const char *name)
{
    return place_in(moves, COUNT_OF(moves), name);
}

int haul_sort_from_name(const char *name)
{
    return place_in(sorts, COUNT_OF(sorts), name);
}

int haul_host_sort_from_name(const char *name)
{
    return place_in(host_sorts, COUNT_OF(host_sorts), name);
}

bool haul_state_is_final(enum haul_state state)
{
    return state == HAUL_DONE || state == HAUL_FAILED || state == HAUL_CANCELLED;
}

bool haul_named_has(const struct haul_named *named, uint64_t id, enum haul_state state)
{
    if (named->states & (1u << state))
        return true;
    for (size_t i = 0; i < named->span_count; i++) {
        const struct haul_ids_span *span = &named->spans[i];

        if (span->first < span->last && id >= span->first && id <= span->last)
            return true;
    }
    return false;
}

const char *haul_named_none(const struct haul_named *named)
{
    if (named->states == 0)
        return "there is no item in that range; 'haul list' tells which there are";
    return named->span_count == 0 ? "there is no item in that state"
                                  : "there is no item in that state or range";
}
