/* Reading a file that is sent: two blocks, of which a worker fills one while the other is used.
 *
 * Invariants: one job at a time; each block is judged together with the file's size and time when
 * it was read, so that no byte of a changed file goes out as if it belonged to the others; what a
 * job brings that was started before a rewind is dropped. While a job works its worker reads ->fd,
 * ->was, ->path, ->from and ->target, which stay as they are, and writes what stands behind them;
 * all else is the loop's. */

#include "disk/source.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"

#define BLOCKS 2

struct block {
    char *data; /* of the disk's pool, or NULL */
    size_t size, len, used;
};

enum source_job { SOURCE_OPENS, SOURCE_READS, SOURCE_CHECKS };

struct disk_source {
    struct disk *disk;
    struct disk_source_events events;
    void *ctx;
    char *path;
    int fd;
    struct stat was; /* as it was opened */
    struct block blocks[BLOCKS];
    size_t front;   /* the block that is used next */
    uint64_t next;  /* offset of what is read next */
    uint64_t taken; /* bytes that were handed out since the beginning */
    struct haul_error err;

    struct disk_job job;
    bool works;  /* it does */
    bool halted; /* nothing more is read */
    bool stale;  /* what it brings is of before a rewind */
    bool check_wanted;
    enum source_job does;
    size_t target; /* block that is filled */
    uint64_t from; /* offset of what it is filled with */
    int wrong;     /* errno of the job, 0: none */
    bool changed;
    size_t got;
};

static bool same_file(const struct stat *a, const struct stat *b)
{
    return a->st_size == b->st_size && a->st_mtim.tv_sec == b->st_mtim.tv_sec &&
           a->st_mtim.tv_nsec == b->st_mtim.tv_nsec && a->st_ino == b->st_ino &&
           a->st_dev == b->st_dev;
}

/* On a worker. */

static void run_open(struct disk_source *source)
{
    source->fd = open(source->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (source->fd < 0 || fstat(source->fd, &source->was) != 0)
        source->wrong = errno;
    else if (!S_ISREG(source->was.st_mode))
        source->wrong = S_ISDIR(source->was.st_mode) ? EISDIR : EINVAL;
}

static void run_read(struct disk_source *source)
{
    struct block *block = &source->blocks[source->target];
    size_t wanted =
        (size_t)MIN((uint64_t)block->size, (uint64_t)source->was.st_size - source->from);
    struct stat now;

    source->got = 0;
    while (source->got < wanted) {
        ssize_t got = pread(source->fd, block->data + source->got, wanted - source->got,
                            (off_t)(source->from + source->got));

        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            source->wrong = errno;
        if (got <= 0)
            break;
        source->got += (size_t)got;
    }
    source->changed = source->wrong == 0 && (source->got < wanted || fstat(source->fd, &now) != 0 ||
                                             !same_file(&now, &source->was));
}

/* By its name too: another file may have taken its place. */
static void run_check(struct disk_source *source)
{
    struct stat open_one, named;

    source->changed = fstat(source->fd, &open_one) != 0 || !same_file(&open_one, &source->was) ||
                      stat(source->path, &named) != 0 || !same_file(&named, &source->was);
}

static void run(struct disk_job *job)
{
    struct disk_source *source = OWNER_OF(job, struct disk_source, job);

    source->wrong = 0;
    source->changed = false;
    switch (source->does) {
    case SOURCE_OPENS:
        run_open(source);
        break;
    case SOURCE_READS:
        run_read(source);
        break;
    case SOURCE_CHECKS:
        run_check(source);
        break;
    }
}

/* On the loop. */

static void source_free(struct disk_source *source)
{
    for (size_t i = 0; i < BLOCKS; i++) {
        if (source->blocks[i].data)
            disk_block_put(source->disk, source->blocks[i].data, source->blocks[i].size);
    }
    if (source->fd >= 0)
        close(source->fd);
    free(source->path);
    free(source);
}

static void submit(struct disk_source *source, enum source_job does)
{
    source->does = does;
    source->works = true;
    source->stale = false;
    disk_submit(source->disk, &source->job);
}

/* A block that can be filled, with memory; NULL: none now. */
static struct block *free_block(struct disk_source *source, size_t *ret_at)
{
    for (size_t i = 0; i < BLOCKS; i++) {
        struct block *block;

        *ret_at = (source->front + i) % BLOCKS;
        block = &source->blocks[*ret_at];
        if (block->used < block->len)
            continue;
        if (block->data)
            return block;
        block->size = DISK_BLOCK;
        block->data = disk_block_get(source->disk, block->size);
        if (block->data)
            return block;
        block->size = disk_block_small(source->disk, 1);
        block->data = disk_block_get(source->disk, block->size);
        return block->data ? block : NULL;
    }
    return NULL;
}

static void read_on(struct disk_source *source)
{
    struct block *block;
    size_t at;

    if (source->works || source->halted || source->err.code != HAUL_OK ||
        source->next >= disk_source_size(source))
        return;
    block = free_block(source, &at);
    if (!block)
        return;
    block->len = block->used = 0;
    source->target = at;
    source->from = source->next;
    submit(source, SOURCE_READS);
}

static void note_error(struct disk_source *source)
{
    if (source->err.code != HAUL_OK)
        return;
    if (source->wrong != 0)
        (void)haul_fail_errno(&source->err, HAUL_E_DISK, source->wrong, "%s can't be read",
                              source->path);
    else if (source->changed)
        (void)haul_fail(&source->err, HAUL_E_CHANGED,
                        "%s changed while it was sent: what the server has may be a mixture",
                        source->path);
}

static void end_read(struct disk_source *source)
{
    struct block *block = &source->blocks[source->target];

    if (!source->stale) {
        note_error(source);
        block->len = source->err.code == HAUL_OK ? source->got : 0;
        source->next += block->len;
    }
    read_on(source);
    source->events.ready(source->ctx);
}

static void end_open(struct disk_source *source)
{
    struct haul_error err = {0};

    if (source->wrong != 0) {
        (void)haul_fail_errno(&err, HAUL_E_DISK, source->wrong, "%s can't be sent", source->path);
        source->events.opened(source->ctx, NULL, &err);
        source_free(source);
        return;
    }
    source->events.opened(source->ctx, source, &err);
}

static void end(struct disk_job *job)
{
    struct disk_source *source = OWNER_OF(job, struct disk_source, job);

    source->works = false;
    switch (source->does) {
    case SOURCE_OPENS:
        end_open(source);
        return;
    case SOURCE_READS:
        if (!source->check_wanted)
            end_read(source);
        else
            submit(source, SOURCE_CHECKS);
        return;
    case SOURCE_CHECKS:
        note_error(source);
        source->events.checked(source->ctx, &source->err);
        return;
    }
}

bool disk_may_hang(const char *path)
{
    struct stat info;

    return stat(path, &info) == 0 && !S_ISREG(info.st_mode) && !S_ISDIR(info.st_mode) &&
           strcmp(path, "/dev/null") != 0;
}

enum haul_err disk_source_test(const char *path, struct haul_error *err)
{
    struct stat info;

    if (stat(path, &info) != 0 || access(path, R_OK) != 0)
        return haul_fail_errno(err, HAUL_E_BAD_OPTION, errno, "%s can't be sent", path);
    if (!S_ISREG(info.st_mode))
        return haul_fail(err, HAUL_E_BAD_OPTION,
                         "%s is not a file of the usual kind, it can't be sent", path);
    return HAUL_OK;
}

void disk_source_open(struct disk *disk, const char *path, const struct disk_source_events *events,
                      void *ctx)
{
    struct disk_source *source = xcalloc(1, sizeof *source);

    *source = (struct disk_source){.disk = disk,
                                   .events = *events,
                                   .ctx = ctx,
                                   .path = xstrdup(path),
                                   .fd = -1,
                                   .job = {.run = run, .done = end}};
    submit(source, SOURCE_OPENS);
}

uint64_t disk_source_size(const struct disk_source *source)
{
    return (uint64_t)source->was.st_size;
}

bool disk_source_at_end(const struct disk_source *source)
{
    return source->taken == disk_source_size(source);
}

const struct haul_error *disk_source_error(const struct disk_source *source)
{
    return &source->err;
}

ssize_t disk_source_read(struct disk_source *source, char *to, size_t size)
{
    struct block *block = &source->blocks[source->front];
    size_t take = MIN(size, block->len - block->used);

    if (source->err.code != HAUL_OK)
        return -1;
    if (take > 0) {
        memcpy(to, block->data + block->used, take);
        block->used += take;
        source->taken += take;
        if (block->used == block->len)
            source->front = (source->front + 1) % BLOCKS;
    }
    read_on(source);
    return (ssize_t)take;
}

void disk_source_rewind(struct disk_source *source)
{
    for (size_t i = 0; i < BLOCKS; i++)
        source->blocks[i].len = source->blocks[i].used = 0;
    source->stale = source->works;
    source->next = source->taken = 0;
    read_on(source);
}

void disk_source_check(struct disk_source *source)
{
    source->check_wanted = true;
    if (!source->works)
        submit(source, SOURCE_CHECKS);
}

bool disk_source_halt(struct disk_source *source)
{
    source->halted = true;
    return !source->works;
}

void disk_source_close(struct disk_source *source)
{
    if (source)
        source_free(source);
}
