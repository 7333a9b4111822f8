#ifndef UI_LOG_LINES_H
#define UI_LOG_LINES_H

#include <stdbool.h>
#include <stddef.h>

#include "haul/log.h"

/* The newest lines of the daemon's log, oldest first, and which of them a page shows. Pure. */

struct log_lines {
    struct haul_log_line *lines;
    size_t count; /* at most HAUL_LOG_TAIL */
};

/* Copies those of the COUNT lines that are newer than what is there. */
void log_lines_take(struct log_lines *log, const struct haul_log_line *lines, size_t count);
void log_lines_clear(struct log_lines *log);

/* A page of HEIGHT rows over COUNT entries; ROWS tells how many an entry takes. */
struct log_page {
    size_t count;
    int height;
    int (*rows)(void *ctx, size_t index);
    void *ctx;
};

/* The first entry that is seen, *bottom the last one. *bottom is what it was before, and is moved
 * so that CURSOR is seen and no row is wasted. There is an entry. */
size_t log_page_fit(const struct log_page *page, size_t cursor, size_t *bottom);

#define LOG_TEXT_SIZE 2304

/* What a line says, into BUF, which is returned: "NAME (3): text" where it is about item 3 and that
 * has a name, of which COLUMNS are shown. *ret_name is the length of the name in it. */
const char *log_line_text(const struct haul_log_line *line, size_t columns, bool ascii,
                          char buf[LOG_TEXT_SIZE], size_t *ret_name);

/* True when what is looked for, in any case, is in the line: in its text, its room, or the name of
 * its item. */
bool log_line_has(const struct haul_log_line *line, const char *find);

#endif
