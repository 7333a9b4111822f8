/* Comparing what is in a partial file with bytes in memory, on a worker. */

#include "disk/compare.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "disk/file_inside.h"

struct compare_job {
    struct disk_job job;
    const struct disk_file *file;
    uint64_t offset;
    const char *data;
    size_t len;
    bool equal;
    struct haul_error err;
    disk_compared_cb *compared;
    void *ctx;
};

static void run_compare(struct disk_job *base)
{
    struct compare_job *job = OWNER_OF(base, struct compare_job, job);
    char *here = xmalloc(job->len);
    size_t got = 0;
    ssize_t len;

    while (got < job->len && (len = pread(job->file->fd, here + got, job->len - got,
                                          (off_t)(job->offset + got))) != 0) {
        if (len < 0 && errno != EINTR) {
            haul_fail_errno(&job->err, HAUL_E_DISK, errno, "can't read %s/%s", job->file->dir,
                            job->file->part);
            break;
        }
        got += len > 0 ? (size_t)len : 0;
    }
    job->equal = got == job->len && memcmp(here, job->data, job->len) == 0;
    free(here);
}

static void end_compare(struct disk_job *base)
{
    struct compare_job *job = OWNER_OF(base, struct compare_job, job);

    job->compared(job->ctx, job->equal, &job->err);
    free(job);
}

void disk_file_compare(struct disk_file *file, uint64_t offset, const char *data, size_t len,
                       disk_compared_cb *compared, void *ctx)
{
    struct compare_job *job = xcalloc(1, sizeof *job);

    *job = (struct compare_job){.job = {.run = run_compare, .done = end_compare},
                                .file = file,
                                .offset = offset,
                                .data = data,
                                .len = len,
                                .compared = compared,
                                .ctx = ctx};
    disk_submit(file->disk, &job->job);
}
