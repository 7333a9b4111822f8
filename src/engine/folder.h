#ifndef ENGINE_FOLDER_H
#define ENGINE_FOLDER_H

#include <stdbool.h>

#include "haul/engine.h"

/* Which partial files with a record lie in the folders that are downloaded to: each folder is
 * looked through once, on a worker, when its first item starts. So a first start of ten thousand
 * new files costs one readdir and not ten thousand look-ups, and what was left by a haul that was
 * killed is found before the first byte is asked for. */

struct lane;

/* NULL once DIR was looked through; else that is begun, and its items wait in this lane. */
HAUL_CHECKED struct lane *folder_wait(struct haul_engine *engine, const char *dir);
/* It is being looked through right now, which its items wait for. */
HAUL_CHECKED bool folder_is_silent(const struct haul_engine *engine, const char *dir);
/* No file could be made in it then; worth another look before a server is asked. */
HAUL_CHECKED bool folder_refuses(const struct haul_engine *engine, const char *dir);
void folder_accept(struct haul_engine *engine, const char *dir); /* it can be used now */
/* A partial named NAME (before ".part") was there then. */
HAUL_CHECKED bool folder_has(const struct haul_engine *engine, const char *dir, const char *name);
void folders_free(struct haul_engine *engine);

#endif
