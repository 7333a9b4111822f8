/* The log sink: the one mutable global of haul. Each line is one write(2), so lines of several
 * threads and processes that append to one file do not mix. */

#include "haul/log.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "base/text.h"

#define LINE_MAX_BYTES 2048

static const char *const level_names[HAUL_LOG_LEVEL_COUNT] = {"error", "warn", "info", "debug",
                                                              "trace"};

static struct {
    atomic_int fd;    /* -1: nothing is logged */
    atomic_int level; /* the most talkative one that is written */
} sink = {-1, -1};

enum haul_err haul_log_open(const char *path, enum haul_log_level level, struct haul_error *err)
{
    int fd = STDERR_FILENO;

    if (path) {
        fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
        if (fd < 0)
            return haul_fail_errno(err, HAUL_E_DISK, errno, "can't open the log %s", path);
    }
    haul_log_close();
    atomic_store(&sink.fd, fd);
    atomic_store(&sink.level, (int)level);
    return HAUL_OK;
}

void haul_log_close(void)
{
    int fd = atomic_exchange(&sink.fd, -1);

    atomic_store(&sink.level, -1);
    if (fd > STDERR_FILENO)
        close(fd);
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
    size_t len;
    va_list args;

    if (fd < 0 || !haul_log_wants(level))
        return;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    len = put_prefix(line, sizeof line, level, room);
    len += text_clean(text_raw_from(text), line + len, sizeof line - len - 1);
    line[len++] = '\n';
    written = write(fd, line, len);
    (void)written; /* A log that can't be written has nobody to be told to. */
}
