#ifndef HAUL_LOG_H
#define HAUL_LOG_H

#include <stdbool.h>

#include "haul/attr.h"
#include "haul/error.h"

/* The log: one line an event, "2026-11-21T10:04:11.123Z info  net    text". Text is cleaned on its
 * way out. Never put URLs with user info, cookies or authorisation headers into it.
 * The sink is haul's only mutable global. Any thread may log. */

enum haul_log_level {
    HAUL_LOG_ERROR,
    HAUL_LOG_WARN,
    HAUL_LOG_INFO,
    HAUL_LOG_DEBUG,
    HAUL_LOG_TRACE,
    HAUL_LOG_LEVEL_COUNT
};

/* Appends to PATH (made 0600), or to stderr when PATH is NULL. Without a call nothing is logged. */
HAUL_CHECKED enum haul_err haul_log_open(const char *path, enum haul_log_level level,
                                         struct haul_error *err);
void haul_log_close(void);
bool haul_log_wants(enum haul_log_level level);
void haul_log_write(enum haul_log_level level, const char *room, const char *format, ...)
    HAUL_PRINTF(3, 4);

#define HAUL_LOG_AT(level, room, ...)                                                              \
    do {                                                                                           \
        if (haul_log_wants(level))                                                                 \
            haul_log_write(level, #room, __VA_ARGS__);                                             \
    } while (0)

#define LOG_ERROR(room, ...) HAUL_LOG_AT(HAUL_LOG_ERROR, room, __VA_ARGS__)
#define LOG_WARN(room, ...)  HAUL_LOG_AT(HAUL_LOG_WARN, room, __VA_ARGS__)
#define LOG_INFO(room, ...)  HAUL_LOG_AT(HAUL_LOG_INFO, room, __VA_ARGS__)
#define LOG_DEBUG(room, ...) HAUL_LOG_AT(HAUL_LOG_DEBUG, room, __VA_ARGS__)
#define LOG_TRACE(room, ...) HAUL_LOG_AT(HAUL_LOG_TRACE, room, __VA_ARGS__)

#endif
