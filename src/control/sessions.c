/* Which sessions there are: by their sockets, and by the folders of their queues. Nothing is
 * opened, made or removed; a socket is only tried. */

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/path.h"
#include "base/str.h"
#include "control/endpoint.h"
#include "haul/client.h"

#define SOCKET_SUFFIX ".sock"

struct found {
    struct haul_session *items;
    size_t count;
};

static struct haul_session *session_of(struct found *found, const char *name)
{
    struct haul_session *session;

    for (size_t i = 0; i < found->count; i++) {
        if (strcmp(found->items[i].name, name) == 0)
            return &found->items[i];
    }
    found->items = xreallocarray(found->items, found->count + 1, sizeof *found->items);
    session = &found->items[found->count++];
    *session = (struct haul_session){0};
    (void)str_copy(session->name, sizeof session->name, name);
    session->folder = path_state_dir(name);
    return session;
}

static void look_at_socket(struct found *found, const char *dir, const char *file)
{
    char *name = xstrdup(file);
    char *path = path_join(dir, file);
    struct stat st;

    name[strlen(name) - strlen(SOCKET_SUFFIX)] = '\0';
    if (path_session_ok(name) && lstat(path, &st) == 0 && S_ISSOCK(st.st_mode)) {
        struct haul_session *session = session_of(found, name);

        session->running = endpoint_answers(path);
        session->stale = !session->running;
        session->socket = path;
        path = NULL;
    }
    free(path);
    free(name);
}

static void look_at_sockets(struct found *found, const char *path)
{
    DIR *dir = opendir(path);

    for (struct dirent *entry; dir && (entry = readdir(dir)) != NULL;) {
        if (str_ends(entry->d_name, SOCKET_SUFFIX))
            look_at_socket(found, path, entry->d_name);
    }
    if (dir)
        closedir(dir);
}

/* A folder without a queue has nothing but the log of a daemon that could not run. */
static void look_at_queues(struct found *found)
{
    char *top = path_state_dir(".");
    DIR *dir = opendir(top);

    for (struct dirent *entry; dir && (entry = readdir(dir)) != NULL;) {
        char *folder = path_join(top, entry->d_name);
        char *queue = path_join(folder, "queue.db");

        if (path_session_ok(entry->d_name) && access(queue, F_OK) == 0)
            session_of(found, entry->d_name)->has_queue = true;
        free(queue);
        free(folder);
    }
    if (dir)
        closedir(dir);
    free(top);
}

static int by_name(const void *a, const void *b)
{
    return strcmp(((const struct haul_session *)a)->name, ((const struct haul_session *)b)->name);
}

enum haul_err haul_sessions_find(struct haul_session **ret_sessions, size_t *ret_count,
                                 struct haul_error *err)
{
    struct found found = {0};
    char *dir;
    enum haul_err code = path_runtime_dir(&dir, err);

    if (code != HAUL_OK)
        return code;
    look_at_sockets(&found, dir);
    look_at_queues(&found);
    free(dir);
    if (found.count > 0)
        qsort(found.items, found.count, sizeof *found.items, by_name);
    *ret_sessions = found.items;
    *ret_count = found.count;
    return HAUL_OK;
}

void haul_sessions_free(struct haul_session *sessions, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        free(sessions[i].socket);
        free(sessions[i].folder);
    }
    free(sessions);
}
