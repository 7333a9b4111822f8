/* What lies between haul and the file system, for tests: linked in front of the system calls that
 * change files (ld's --wrap), it writes down what is done with them, or lets one of them fail.
 *
 *   HAUL_TORTURE_JOURNAL=FILE  each call that succeeded, with its bytes, in the order in which they
 *                              took effect: flow/power_cuts.py makes of it what a power cut leaves
 *   HAUL_TORTURE_FAIL=CALL:N:ERRNO[:ever|:FILE]  the Nth CALL (from 1) fails, and with `ever` all
 *                              later ones too, with a FILE as long as that is there; ERRNO is a
 *                              number, 0: a write takes one byte less, -1: the process is killed
 *                              just before, -2: it never returns
 *   HAUL_TORTURE_DNS=never     no name is ever resolved, and nobody is told
 *   HAUL_TORTURE_SEND=late    the process stands still when it has sent something
 *   HAUL_TORTURE_COUNT=FILE    how often each call was made, at the end
 *   HAUL_TORTURE_HASTE=N       the engine's clock, all timers and rests run N times as fast
 *   HAUL_TORTURE_HEAP=FILE     each SIGUSR2 appends a line with how many bytes of memory are in use
 *   HAUL_TORTURE_JUMP=FILE     the time of day is so many seconds later as FILE says, if it is
 * there
 *
 * One lock is held over call and entry, so the journal is a true order. */

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <netdb.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include <uv.h>

#define KILLS (-1)
#define HANGS (-2)

enum call {
    CALL_OPENAT,
    CALL_PWRITE,
    CALL_SPLICE,
    CALL_FSYNC,
    CALL_DIRSYNC, /* fsync of a folder */
    CALL_FDATASYNC,
    CALL_FTRUNCATE,
    CALL_FALLOCATE,
    CALL_RENAMEAT,
    CALL_RENAMEAT2,
    CALL_UNLINKAT,
    CALL_LINKAT,
    CALL_MKDIR,
    CALL_FLOCK,
    CALL_COUNT
};

static const char *const names[CALL_COUNT] = {
    "openat",    "pwrite",   "splice",    "fsync",    "dirsync", "fdatasync", "ftruncate",
    "fallocate", "renameat", "renameat2", "unlinkat", "linkat",  "mkdir",     "flock"};

static struct {
    pthread_mutex_t lock;
    FILE *journal;
    const char *count_path;
    unsigned long counts[CALL_COUNT];
    enum call failing; /* CALL_COUNT: none */
    unsigned long fail_at;
    int fail_errno;
    bool fail_ever;
    char fail_while[256]; /* the path of a file; "": none */
    unsigned haste;
    const char *jump_path;
    int heap_fd;
} layer = {.lock = PTHREAD_MUTEX_INITIALIZER, .failing = CALL_COUNT, .haste = 1};

int __real_openat(int dirfd, const char *path, int flags, ...);
ssize_t __real_pwrite(int fd, const void *data, size_t len, off_t offset);
ssize_t __real_splice(int from, off_t *from_at, int to, off_t *to_at, size_t len, unsigned flags);
int __real_fsync(int fd);
int __real_fdatasync(int fd);
int __real_ftruncate(int fd, off_t size);
int __real_fallocate(int fd, int mode, off_t offset, off_t len);
int __real_renameat(int from_fd, const char *from, int to_fd, const char *to);
int __real_renameat2(int from_fd, const char *from, int to_fd, const char *to, unsigned flags);
int __real_unlinkat(int dirfd, const char *path, int flags);
int __real_linkat(int from_fd, const char *from, int to_fd, const char *to, int flags);
int __real_mkdir(const char *path, mode_t mode);
int __real_flock(int fd, int operation);
int __real_clock_gettime(clockid_t clock, struct timespec *ret_now);
int __real_nanosleep(const struct timespec *rest, struct timespec *ret_left);
uint64_t __real_uv_now(const uv_loop_t *loop);
int __real_uv_timer_start(uv_timer_t *timer, uv_timer_cb done, uint64_t ms, uint64_t repeat);

int __wrap_openat(int dirfd, const char *path, int flags, ...);
ssize_t __wrap_pwrite(int fd, const void *data, size_t len, off_t offset);
ssize_t __wrap_splice(int from, off_t *from_at, int to, off_t *to_at, size_t len, unsigned flags);
int __wrap_fsync(int fd);
int __wrap_fdatasync(int fd);
int __wrap_ftruncate(int fd, off_t size);
int __wrap_fallocate(int fd, int mode, off_t offset, off_t len);
int __wrap_renameat(int from_fd, const char *from, int to_fd, const char *to);
int __wrap_renameat2(int from_fd, const char *from, int to_fd, const char *to, unsigned flags);
int __wrap_unlinkat(int dirfd, const char *path, int flags);
int __wrap_linkat(int from_fd, const char *from, int to_fd, const char *to, int flags);
int __wrap_mkdir(const char *path, mode_t mode);
int __wrap_flock(int fd, int operation);
uint64_t __wrap_uv_now(const uv_loop_t *loop);
int __wrap_uv_timer_start(uv_timer_t *timer, uv_timer_cb done, uint64_t ms, uint64_t repeat);
int __wrap_clock_gettime(clockid_t clock, struct timespec *ret_now);
int __wrap_nanosleep(const struct timespec *rest, struct timespec *ret_left);

/* Set-up and end. */

static void read_failure(const char *text)
{
    char call[16] = "", how[256] = "";

    if (sscanf(text, "%15[a-z0-9]:%lu:%d:%255s", call, &layer.fail_at, &layer.fail_errno, how) < 3)
        abort();
    layer.fail_ever = how[0] != '\0';
    if (how[0] == '/')
        memcpy(layer.fail_while, how, sizeof how);
    for (unsigned i = 0; i < CALL_COUNT; i++) {
        if (strcmp(call, names[i]) == 0)
            layer.failing = (enum call)i;
    }
    if (layer.failing == CALL_COUNT)
        abort(); /* a misspelt call would pass every test */
}

/* The sanitizer's count; how much the process has from the system says little of that. */
__attribute__((weak)) size_t __sanitizer_get_current_allocated_bytes(void);

static void tell_heap(int number)
{
    size_t bytes = __sanitizer_get_current_allocated_bytes
                       ? __sanitizer_get_current_allocated_bytes()
                       : mallinfo2().uordblks;
    char line[32];
    int len = snprintf(line, sizeof line, "%zu\n", bytes);

    (void)number;
    if (write(layer.heap_fd, line, (size_t)len) != len)
        abort();
}

static void watch_heap(const char *path)
{
    struct sigaction action = {.sa_handler = tell_heap, .sa_flags = SA_RESTART};

    layer.heap_fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (layer.heap_fd < 0 || sigaction(SIGUSR2, &action, NULL) != 0)
        abort();
}

__attribute__((constructor)) static void layer_init(void)
{
    const char *heap = getenv("HAUL_TORTURE_HEAP");
    const char *journal = getenv("HAUL_TORTURE_JOURNAL");
    const char *fail = getenv("HAUL_TORTURE_FAIL");
    const char *haste = getenv("HAUL_TORTURE_HASTE");

    if (journal && !(layer.journal = fopen(journal, "ae")))
        abort();
    if (fail)
        read_failure(fail);
    if (haste)
        layer.haste = (unsigned)strtoul(haste, NULL, 10);
    if (heap)
        watch_heap(heap);
    layer.count_path = getenv("HAUL_TORTURE_COUNT");
    layer.jump_path = getenv("HAUL_TORTURE_JUMP");
}

__attribute__((destructor)) static void layer_fini(void)
{
    FILE *out = layer.count_path ? fopen(layer.count_path, "we") : NULL;

    for (unsigned i = 0; out && i < CALL_COUNT; i++)
        fprintf(out, "%s %lu\n", names[i], layer.counts[i]);
    if (out)
        fclose(out);
    if (layer.journal)
        fclose(layer.journal);
}

/* As a worker does whose disk no longer answers; the others go on. */
static void hang(void)
{
    pthread_mutex_unlock(&layer.lock);
    for (;;)
        pause();
}

/* Takes the lock and counts; true when this call is to fail, with errno set (0: in part). */
static bool begin(enum call call)
{
    unsigned long count;

    pthread_mutex_lock(&layer.lock);
    count = ++layer.counts[call];
    if (call != layer.failing || count < layer.fail_at ||
        (count > layer.fail_at && !layer.fail_ever) ||
        (layer.fail_while[0] && access(layer.fail_while, F_OK) != 0))
        return false;
    if (layer.fail_errno == KILLS)
        raise(SIGKILL);
    if (layer.fail_errno == HANGS)
        hang();
    errno = layer.fail_errno;
    return true;
}

/* Gives the lock back; errno and RESULT are the call's. */
static long end(long result)
{
    int kept = errno;

    if (layer.journal)
        fflush(layer.journal);
    pthread_mutex_unlock(&layer.lock);
    errno = kept;
    return result;
}

static unsigned long long ino_of(int fd)
{
    struct stat st;

    return fstat(fd, &st) == 0 ? (unsigned long long)st.st_ino : 0;
}

static unsigned long long ino_at(int dirfd, const char *path)
{
    struct stat st;

    return fstatat(dirfd, path, &st, AT_SYMLINK_NOFOLLOW) == 0 ? (unsigned long long)st.st_ino : 0;
}

/* The folder that PATH, which may have many parts, is in; *ret_name is its last part. */
static unsigned long long folder_of(int dirfd, const char *path, const char **ret_name)
{
    const char *slash = strrchr(path, '/');
    char folder[4096];

    *ret_name = slash ? slash + 1 : path;
    if (!slash)
        return ino_of(dirfd);
    snprintf(folder, sizeof folder, "%.*s", slash == path ? 1 : (int)(slash - path), path);
    return ino_at(AT_FDCWD, folder);
}

/* The calls. */

int __wrap_openat(int dirfd, const char *path, int flags, ...)
{
    bool makes;
    va_list args;
    int fd, mode;

    va_start(args, flags);
    mode = (flags & O_CREAT) || (flags & O_TMPFILE) == O_TMPFILE ? va_arg(args, int) : 0;
    va_end(args);
    if (begin(CALL_OPENAT))
        return (int)end(-1);
    makes = (flags & O_CREAT) && ino_at(dirfd, path) == 0;
    fd = __real_openat(dirfd, path, flags, (mode_t)mode);
    if (fd >= 0 && (flags & O_TMPFILE) == O_TMPFILE && layer.journal)
        fprintf(layer.journal, "nameless %llu %llu -\n", ino_of(dirfd), ino_of(fd));
    else if (fd >= 0 && makes && layer.journal)
        fprintf(layer.journal, "create %llu %llu %s\n", ino_of(dirfd), ino_of(fd), path);
    return (int)end(fd);
}

static void note_write(int fd, const void *data, ssize_t len, off_t offset)
{
    if (len <= 0 || !layer.journal)
        return;
    fprintf(layer.journal, "write %llu %lld %zd\n", ino_of(fd), (long long)offset, len);
    fwrite(data, 1, (size_t)len, layer.journal);
    fputc('\n', layer.journal);
}

ssize_t __wrap_pwrite(int fd, const void *data, size_t len, off_t offset)
{
    bool fails = begin(CALL_PWRITE);
    ssize_t put = -1;

    if (fails && errno == 0 && len > 1)
        put = __real_pwrite(fd, data, len - 1, offset);
    else if (!fails)
        put = __real_pwrite(fd, data, len, offset);
    note_write(fd, data, put, offset);
    return (ssize_t)end(put);
}

/* Into a file; the other way is no business of ours. What is noted has to be looked at, so then it
 * goes through memory. */
ssize_t __wrap_splice(int from, off_t *from_at, int to, off_t *to_at, size_t len, unsigned flags)
{
    static char bytes[65536];
    ssize_t moved = -1;

    if (!to_at)
        return __real_splice(from, from_at, to, to_at, len, flags);
    if (begin(CALL_SPLICE))
        return (ssize_t)end(-1);
    if (!layer.journal)
        return (ssize_t)end(__real_splice(from, from_at, to, to_at, len, flags));
    moved = read(from, bytes, len < sizeof bytes ? len : sizeof bytes);
    if (moved > 0)
        moved = __real_pwrite(to, bytes, (size_t)moved, *to_at);
    note_write(to, bytes, moved, *to_at);
    *to_at += moved > 0 ? moved : 0;
    return (ssize_t)end(moved);
}

static int sync_with(enum call call, int (*sync)(int fd), int fd)
{
    int status = begin(call) ? -1 : sync(fd);

    if (status == 0 && layer.journal)
        fprintf(layer.journal, "sync %llu\n", ino_of(fd));
    return (int)end(status);
}

static bool is_folder(int fd)
{
    struct stat st;

    return fstat(fd, &st) == 0 && S_ISDIR(st.st_mode);
}

int __wrap_fsync(int fd)
{
    return sync_with(is_folder(fd) ? CALL_DIRSYNC : CALL_FSYNC, __real_fsync, fd);
}

int __wrap_fdatasync(int fd)
{
    return sync_with(CALL_FDATASYNC, __real_fdatasync, fd);
}

int __wrap_ftruncate(int fd, off_t size)
{
    int status = begin(CALL_FTRUNCATE) ? -1 : __real_ftruncate(fd, size);

    if (status == 0 && layer.journal)
        fprintf(layer.journal, "truncate %llu %lld\n", ino_of(fd), (long long)size);
    return (int)end(status);
}

int __wrap_fallocate(int fd, int mode, off_t offset, off_t len)
{
    return (int)end(begin(CALL_FALLOCATE) ? -1 : __real_fallocate(fd, mode, offset, len));
}

static void note_rename(int from_fd, const char *from, int to_fd, const char *to)
{
    if (layer.journal)
        fprintf(layer.journal, "rename %llu %llu %s/%s\n", ino_of(from_fd), ino_at(to_fd, to), from,
                to);
}

int __wrap_renameat(int from_fd, const char *from, int to_fd, const char *to)
{
    int status = begin(CALL_RENAMEAT) ? -1 : __real_renameat(from_fd, from, to_fd, to);

    if (status == 0)
        note_rename(from_fd, from, to_fd, to);
    return (int)end(status);
}

int __wrap_renameat2(int from_fd, const char *from, int to_fd, const char *to, unsigned flags)
{
    int status = begin(CALL_RENAMEAT2) ? -1 : __real_renameat2(from_fd, from, to_fd, to, flags);

    if (status == 0)
        note_rename(from_fd, from, to_fd, to);
    return (int)end(status);
}

int __wrap_unlinkat(int dirfd, const char *path, int flags)
{
    int status = begin(CALL_UNLINKAT) ? -1 : __real_unlinkat(dirfd, path, flags);

    if (status == 0 && layer.journal)
        fprintf(layer.journal, "unlink %llu 0 %s\n", ino_of(dirfd), path);
    return (int)end(status);
}

/* Only as it is used: a file without a name gets one. */
int __wrap_linkat(int from_fd, const char *from, int to_fd, const char *to, int flags)
{
    int status = begin(CALL_LINKAT) ? -1 : __real_linkat(from_fd, from, to_fd, to, flags);

    if (status == 0 && layer.journal)
        fprintf(layer.journal, "link %llu %llu %s\n", ino_of(to_fd), ino_at(to_fd, to), to);
    return (int)end(status);
}

int __wrap_mkdir(const char *path, mode_t mode)
{
    int status = begin(CALL_MKDIR) ? -1 : __real_mkdir(path, mode);
    const char *name;

    if (status == 0 && layer.journal) {
        unsigned long long folder = folder_of(AT_FDCWD, path, &name);

        fprintf(layer.journal, "mkdir %llu %llu %s\n", folder, ino_at(AT_FDCWD, path), name);
    }
    return (int)end(status);
}

int __wrap_flock(int fd, int operation)
{
    return (int)end(begin(CALL_FLOCK) ? -1 : __real_flock(fd, operation));
}

/* Not wrapped: libcurl is to meet it too, and so it stands before the C library's. */
int getaddrinfo(const char *node, const char *service, const struct addrinfo *hints,
                struct addrinfo **ret_found)
{
    int (*real)(const char *, const char *, const struct addrinfo *, struct addrinfo **);
    void *symbol = dlsym(RTLD_NEXT, "getaddrinfo");

    while (getenv("HAUL_TORTURE_DNS"))
        pause();
    memcpy(&real, &symbol, sizeof real);
    return real(node, service, hints, ret_found);
}

/* So as well. Whoever gets the bytes has all that time to answer them. */
ssize_t send(int fd, const void *data, size_t len, int flags)
{
    static const struct timespec late = {.tv_nsec = 300000000};
    ssize_t (*real)(int, const void *, size_t, int);
    void *symbol = dlsym(RTLD_NEXT, "send");
    ssize_t sent;

    memcpy(&real, &symbol, sizeof real);
    sent = real(fd, data, len, flags);
    if (getenv("HAUL_TORTURE_SEND"))
        (void)__real_nanosleep(&late, NULL);
    return sent;
}

uint64_t __wrap_uv_now(const uv_loop_t *loop)
{
    return __real_uv_now(loop) * layer.haste;
}

int __wrap_clock_gettime(clockid_t clock, struct timespec *ret_now)
{
    int status = __real_clock_gettime(clock, ret_now);
    FILE *jump = clock == CLOCK_REALTIME && layer.jump_path ? fopen(layer.jump_path, "r") : NULL;
    long seconds;

    if (!jump)
        return status;
    if (fscanf(jump, "%ld", &seconds) == 1)
        ret_now->tv_sec += seconds;
    fclose(jump);
    return status;
}

/* Rests of a fixed length; those that wait for a time are made of timers. */
int __wrap_nanosleep(const struct timespec *rest, struct timespec *ret_left)
{
    struct timespec shorter = {.tv_sec = rest->tv_sec / layer.haste,
                               .tv_nsec = rest->tv_nsec / layer.haste};

    return __real_nanosleep(&shorter, ret_left);
}

int __wrap_uv_timer_start(uv_timer_t *timer, uv_timer_cb done, uint64_t ms, uint64_t repeat)
{
    uint64_t haste = layer.haste;

    return __real_uv_timer_start(timer, done, (ms + haste - 1) / haste,
                                 (repeat + haste - 1) / haste);
}
