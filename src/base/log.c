/* The log sink: the one mutable global of haul. Each line is one write(2), so lines of several
 * threads and processes that append to one file do not mix. */

#include "haul/log.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/text.h"

#define LINE_MAX_BYTES 2048

static const char *const level_names[HAUL_LOG_LEVEL_COUNT] = {"error", "warn", "info", "debug",
                                                              "trace"};

static struct {
    atomic_int fd;              /* -1: nothing is logged */
    atomic_int level;           /* the most talkative one that is written */
    pthread_mutex_t lock;       /* of what follows */
    struct haul_log_line *tail; /* a ring of HAUL_LOG_TAIL lines, NULL: none are remembered */
    uint64_t last;              /* number of the newest one */
    void (*written)(void *ctx); /* told of each, NULL: nobody is */
    void *written_ctx;
} sink = {.fd = -1, .level = -1, .lock = PTHREAD_MUTEX_INITIALIZER};

const char *haul_log_level_name(enum haul_log_level level)
{
    return level_names[level];
}

int haul_log_level_from_name(const char *name)
{
    for (int level = 0; name && level < HAUL_LOG_LEVEL_COUNT; level++) {
        if (strcmp(name, level_names[level]) == 0)
            return level;
    }
    return -1;
}

static void close_file(void)
{
    int fd = atomic_exchange(&sink.fd, -1);

    atomic_store(&sink.level, -1);
    if (fd > STDERR_FILENO)
        close(fd);
}

enum haul_err haul_log_open(const char *path, enum haul_log_level level, struct haul_error *err)
{
    int fd = STDERR_FILENO;

    if (path) {
        fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
        if (fd < 0)
            return haul_fail_errno(err, HAUL_E_DISK, errno, "can't open the log %s", path);
    }
    close_file();
    atomic_store(&sink.fd, fd);
    atomic_store(&sink.level, (int)level);
    return HAUL_OK;
}

void haul_log_close(void)
{
    close_file();
    pthread_mutex_lock(&sink.lock);
    haul_log_lines_free(sink.tail, sink.tail ? HAUL_LOG_TAIL : 0);
    sink.tail = NULL;
    sink.last = 0;
    pthread_mutex_unlock(&sink.lock);
}

void haul_log_lines_free(struct haul_log_line *lines, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        free(lines[i].room);
        free(lines[i].text);
        free(lines[i].name);
    }
    free(lines);
}

void haul_log_remember(void)
{
    pthread_mutex_lock(&sink.lock);
    if (!sink.tail)
        sink.tail = xcalloc(HAUL_LOG_TAIL, sizeof *sink.tail);
    pthread_mutex_unlock(&sink.lock);
}

void haul_log_listen(void (*written)(void *ctx), void *ctx)
{
    pthread_mutex_lock(&sink.lock);
    sink.written = written;
    sink.written_ctx = ctx;
    pthread_mutex_unlock(&sink.lock);
}

/* The number in "item 3: …" and "item 3 …"; 0: there is none. */
static uint64_t item_in(const char *text)
{
    static const char word[] = "item ";
    char *end;
    unsigned long long id;

    if (strncmp(text, word, sizeof word - 1) != 0)
        return 0;
    id = strtoull(text + sizeof word - 1, &end, 10);
    return *end == ':' || *end == ' ' ? id : 0;
}

static void remember(enum haul_log_level level, const char *room, const char *text)
{
    struct haul_log_line *line;

    pthread_mutex_lock(&sink.lock);
    if (sink.tail) {
        line = &sink.tail[sink.last++ % HAUL_LOG_TAIL];
        free(line->room);
        free(line->text);
        *line = (struct haul_log_line){.number = sink.last,
                                       .at = clock_wall(&clock_system),
                                       .level = level,
                                       .room = xstrdup(room),
                                       .text = xstrdup(text),
                                       .item = item_in(text)};
        if (sink.written)
            sink.written(sink.written_ctx);
    }
    pthread_mutex_unlock(&sink.lock);
}

/* Walks back from the newest line, then turns the found ones round. */
static size_t collect(uint64_t after, enum haul_log_level level, size_t most,
                      struct haul_log_line *lines)
{
    size_t count = 0;

    for (uint64_t back = 0; back < HAUL_LOG_TAIL && back < sink.last && count < most; back++) {
        const struct haul_log_line *line = &sink.tail[(sink.last - 1 - back) % HAUL_LOG_TAIL];

        if (line->number <= after)
            break;
        if (line->level <= level)
            lines[count++] = *line;
    }
    for (size_t i = 0; i < count / 2; i++) {
        struct haul_log_line other = lines[i];

        lines[i] = lines[count - 1 - i];
        lines[count - 1 - i] = other;
    }
    return count;
}

struct haul_log_line *haul_log_tail(uint64_t after, enum haul_log_level level, size_t most,
                                    size_t *ret_count, uint64_t *ret_last)
{
    struct haul_log_line *lines;

    most = MIN(most, (size_t)HAUL_LOG_TAIL);
    lines = xcalloc(most + 1, sizeof *lines);
    pthread_mutex_lock(&sink.lock);
    *ret_last = sink.last;
    *ret_count = sink.tail ? collect(after, level, most, lines) : 0;
    for (size_t i = 0; i < *ret_count; i++) {
        lines[i].room = xstrdup(lines[i].room);
        lines[i].text = xstrdup(lines[i].text);
    }
    pthread_mutex_unlock(&sink.lock);
    return lines;
}

bool haul_log_wants(enum haul_log_level level)
{
    return (int)level <= atomic_load_explicit(&sink.level, memory_order_relaxed);
}

/* "2026-11-21T10:04:11.123Z info  net    " */
static size_t put_prefix(char *line, size_t size, enum haul_log_level level, const char *room)
{
    struct timespec now;
    struct tm utc;
    size_t len;
    int more;

    clock_gettime(CLOCK_REALTIME, &now);
    gmtime_r(&now.tv_sec, &utc);
    len = strftime(line, size, "%Y-%m-%dT%H:%M:%S", &utc);
    more = snprintf(line + len, size - len, ".%03dZ %-5s %-7s ", (int)(now.tv_nsec / 1000000),
                    level_names[level], room);
    return len + (more > 0 ? (size_t)more : 0);
}

void haul_log_write(enum haul_log_level level, const char *room, const char *format, ...)
{
    char text[LINE_MAX_BYTES];
    char line[LINE_MAX_BYTES + 64];
    int fd = atomic_load(&sink.fd);
    ssize_t written;
    size_t len, prefix;
    va_list args;

    if (fd < 0 || !haul_log_wants(level))
        return;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    len = put_prefix(line, sizeof line, level, room);
    prefix = len;
    len += text_clean(text_raw_from(text), line + len, sizeof line - len - 1);
    remember(level, room, line + prefix);
    line[len++] = '\n';
    written = write(fd, line, len);
    (void)written; /* A log that can't be written has nobody to be told to. */
}
