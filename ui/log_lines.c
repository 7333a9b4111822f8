/* Lines of the log.
 *
 * A page is filled from its last entry upwards, so the newest line is always seen whole, and what
 * is above it as far as there is room. Only entries near the page are measured. */

#include "ui/log_lines.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "base/text.h"

#define NAME_BYTES 512

void log_lines_clear(struct log_lines *log)
{
    haul_log_lines_free(log->lines, log->count);
    *log = (struct log_lines){0};
}

static struct haul_log_line copy(const struct haul_log_line *line)
{
    struct haul_log_line own = *line;
    own.room = xstrdup(line->room);
    own.text = xstrdup(line->text);
    own.name = line->name ? xstrdup(line->name) : NULL;
    return own;
}

/* Makes room for one more. */
static void drop_first(struct log_lines *log)
{
    free(log->lines[0].room);
    free(log->lines[0].text);
    free(log->lines[0].name);
    log->count--;
    memmove(log->lines, log->lines + 1, log->count * sizeof(*log->lines));
}

void log_lines_take(struct log_lines *log, const struct haul_log_line *lines, size_t count)
{
    if (!log->lines)
        log->lines = xcalloc(HAUL_LOG_TAIL, sizeof(*log->lines));
    for (size_t i = 0; i < count; i++) {
        uint64_t last = log->count > 0 ? log->lines[log->count - 1].number : 0;
        if (lines[i].number <= last)
            continue;
        if (log->count == HAUL_LOG_TAIL)
            drop_first(log);
        log->lines[log->count++] = copy(&lines[i]);
    }
}

/* ---- a page ---- */

static size_t top_for(const struct log_page *page, size_t bottom)
{
    int room = page->height - page->rows(page->ctx, bottom);
    size_t top = bottom;
    while (top > 0) {
        room -= page->rows(page->ctx, top - 1);
        if (room < 0)
            break;
        top--;
    }
    return top;
}

static size_t bottom_for(const struct log_page *page, size_t top)
{
    int room = page->height - page->rows(page->ctx, top);
    size_t bottom = top;
    while (bottom + 1 < page->count) {
        room -= page->rows(page->ctx, bottom + 1);
        if (room < 0)
            break;
        bottom++;
    }
    return bottom;
}

size_t log_page_fit(const struct log_page *page, size_t cursor, size_t *bottom)
{
    *bottom = MIN(*bottom, page->count - 1);
    if (cursor > *bottom)
        *bottom = cursor;
    size_t top = top_for(page, *bottom);
    if (cursor < top) {
        top = cursor;
        *bottom = bottom_for(page, top);
    }
    if (top == 0)
        *bottom = bottom_for(page, 0);
    return top;
}

/* ---- a line ---- */

/* The text behind "item 3", with its colon. */
static const char *behind_item(const char *text)
{
    const char *rest = strpbrk(text, ": ");
    rest = rest ? strpbrk(rest + 1, ": ") : NULL;
    return rest ? rest : "";
}

const char *log_line_text(const struct haul_log_line *line, size_t columns, bool ascii,
                          char buf[LOG_TEXT_SIZE], size_t *ret_name)
{
    char name[NAME_BYTES];
    *ret_name = 0;
    if (!line->name) {
        str_copy(buf, LOG_TEXT_SIZE, line->text);
        return buf;
    }
    text_elide(line->name, MIN(columns, (size_t)(NAME_BYTES - 4) / 4), ascii, name, sizeof(name));
    *ret_name = strlen(name);
    snprintf(buf, LOG_TEXT_SIZE, "%s (%llu)%s", name, (unsigned long long)line->item,
             behind_item(line->text));
    return buf;
}

bool log_line_has(const struct haul_log_line *line, const char *find)
{
    return strcasestr(line->text, find) || strcasestr(line->room, find) ||
           (line->name && strcasestr(line->name, find));
}
