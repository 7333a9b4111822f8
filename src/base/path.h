#ifndef BASE_PATH_H
#define BASE_PATH_H

#include <stdbool.h>

#include "haul/error.h"

/* haul's own folders (XDG base directory specification 0.8) and joining of names. Nothing here
 * touches the user's downloads. Returned strings are the caller's. */

/* A session's name is 1…32 of [A-Za-z0-9_-]. */
bool path_session_ok(const char *name);

char *path_join(const char *dir, const char *name);
char *path_absolute(const char *path); /* against the working directory; "~/" is expanded */
/* A folder on another machine: what is not absolute is below the home there. */
char *path_far(const char *path);
char *path_config_dir(void);               /* $XDG_CONFIG_HOME/haul */
char *path_state_dir(const char *session); /* $XDG_STATE_HOME/haul/SESSION: log, database */
char *path_daemon_download_dir(void);      /* $XDG_DOWNLOAD_DIR if set, else the home folder */
char *path_default_download_dir(void); /* $XDG_DOWNLOAD_DIR if set, else the working directory */

/* $XDG_RUNTIME_DIR/haul, else <tmp>/haul-<uid>/. Made 0700 when missing; refused (HAUL_E_SOCKET)
 * when it is a symlink, owned by another user, or open to others. */
HAUL_CHECKED enum haul_err path_runtime_dir(char **ret_dir, struct haul_error *err);

/* NAME ends as the files beside an unfinished download do, in letters of any case: a complete file
 * of that name would pass for one of them. */
bool path_ends_like_ours(const char *name);

/* Makes DIR and its parents with MODE for the ones that are missing. */
HAUL_CHECKED enum haul_err path_make_dirs(const char *dir, unsigned mode, struct haul_error *err);

#endif
