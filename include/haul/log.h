#ifndef HAUL_LOG_H
#define HAUL_LOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

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

/* The newest lines in memory, for those who look at a daemon: at most HAUL_LOG_TAIL of them. */
#define HAUL_LOG_TAIL 500

struct haul_log_line {
    uint64_t number; /* of the line, from 1 on, without gaps */
    int64_t at;      /* ms since 1970 */
    enum haul_log_level level;
    char *room;
    char *text;    /* clean */
    uint64_t item; /* that the text begins with, as "item 3: "; 0: none */
    char *name;    /* of that item, where somebody looked it up; NULL: not known */
};

const char *haul_log_level_name(enum haul_log_level level);
int haul_log_level_from_name(const char *name); /* -1 when unknown */

/* From now on lines are remembered, until haul_log_close(). */
void haul_log_remember(void);
/* The last MOST lines behind number AFTER that are of LEVEL or worse, oldest first; newly allocated
 * with their texts, *ret_count of them. *ret_last is the number of the newest line of any level. */
struct haul_log_line *haul_log_tail(uint64_t after, enum haul_log_level level, size_t most,
                                    size_t *ret_count, uint64_t *ret_last);
void haul_log_lines_free(struct haul_log_line *lines, size_t count);

/* WRITTEN is called after each line that is remembered, in the thread that wrote it; it may only
 * pass that on, and must not log. NULL ends it: no call is under way then. One listener at a time.
 */
void haul_log_listen(void (*written)(void *ctx), void *ctx);

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
