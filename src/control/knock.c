/* The daemon that has the queue, found by the lock on it.
 *
 * A system takes the runtime folder away when its user has logged out for good, with the socket in
 * it; a daemon that goes on is then out of reach, and its session could not be used any more. The
 * lock on the queue's file lies elsewhere and tells which process it is. SIGHUP, which makes a
 * daemon read its configuration again, makes it look after its socket too. Nobody else is ever sent
 * a signal: the process has to hold that lock and to be called like us. */

#include "control/knock.h"

#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/str.h"
#include "control/endpoint.h"
#include "haul/engine.h"

#define REST_MS    50
#define RESTS      100
#define RESTS_LOOK 40 /* for another program, which was not asked for anything */

void knock_rest(void)
{
    struct timespec rest = {.tv_nsec = REST_MS * 1000000L};

    (void)nanosleep(&rest, NULL);
}

/* What the program of a process is called, "" when it can't be told. */
static void program_of(long pid, char name[64])
{
    char path[64], target[PATH_MAX];
    const char *slash;
    ssize_t len;

    (void)snprintf(path, sizeof path, "/proc/%ld/exe", pid);
    len = readlink(path, target, sizeof target - 1);
    target[MAX(len, 0)] = '\0';
    slash = strrchr(target, '/');
    (void)str_copy(name, 64, slash ? slash + 1 : "");
    name[strcspn(name, " ")] = '\0'; /* " (deleted)", once there is another one in its place */
}

static bool is_haul(long pid)
{
    char theirs[64], ours[64];

    program_of(pid, theirs);
    program_of((long)getpid(), ours);
    return theirs[0] != '\0' && strcmp(theirs, ours) == 0;
}

/* False when nobody answers at PATH, for so many RESTS, or as soon as the queue is nobody's. */
static bool answers_soon(const char *session, const char *path, unsigned rests)
{
    for (; rests > 0 && haul_engine_holder(session) > 0; rests--) {
        if (endpoint_answers(path))
            return true;
        knock_rest();
    }
    return false;
}

/* HAUL_OK when HOLDER makes itself heard. */
static enum haul_err call_holder(const char *session, long holder, const char *path,
                                 struct haul_error *err)
{
    bool ours = is_haul(holder);

    if (ours)
        (void)kill((pid_t)holder, SIGHUP);
    if (answers_soon(session, path, ours ? RESTS : RESTS_LOOK))
        return HAUL_OK;
    holder = haul_engine_holder(session);
    if (holder <= 0)
        return haul_fail(err, HAUL_E_NO_DAEMON, "nobody has the queue of session %s", session);
    return haul_fail(err, HAUL_E_BUSY,
                     "process %ld has the queue of session %s and does not answer at %s; "
                     "end it with: kill %ld",
                     holder, session, path, holder);
}

enum haul_err knock(const char *session, struct haul_error *err)
{
    long holder = haul_engine_holder(session);
    enum haul_err code;
    char *path;

    if (holder <= 0)
        return haul_fail(err, HAUL_E_NO_DAEMON, "nobody has the queue of session %s", session);
    code = endpoint_path(session, &path, err);
    if (code != HAUL_OK)
        return code;
    if (!endpoint_answers(path))
        code = call_holder(session, holder, path, err);
    free(path);
    return code;
}
