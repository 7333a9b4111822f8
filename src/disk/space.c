/* Free space of a folder's file system. */

#include "disk/space.h"

#include <stdlib.h>
#include <sys/statvfs.h>

#include "base/mem.h"

struct space_job {
    struct disk_job job;
    char *dir;
    int64_t free_bytes;
    disk_space_cb *told;
    void *ctx;
};

static void run_space(struct disk_job *base)
{
    struct space_job *job = OWNER_OF(base, struct space_job, job);
    struct statvfs vfs;

    if (statvfs(job->dir, &vfs) == 0)
        job->free_bytes = (int64_t)((uint64_t)vfs.f_bavail * vfs.f_frsize);
}

static void end_space(struct disk_job *base)
{
    struct space_job *job = OWNER_OF(base, struct space_job, job);

    job->told(job->ctx, job->free_bytes);
    free(job->dir);
    free(job);
}

void disk_space(struct disk *disk, const char *dir, disk_space_cb *told, void *ctx)
{
    struct space_job *job = xcalloc(1, sizeof *job);

    *job = (struct space_job){.job = {.run = run_space, .done = end_space},
                              .dir = xstrdup(dir),
                              .free_bytes = -1,
                              .told = told,
                              .ctx = ctx};
    disk_submit(disk, &job->job);
}
