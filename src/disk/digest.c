/* Digests of partial files. See digest.h.
 *
 * Invariants: ->hash and ->hashed are the worker's while a job is under way, the loop's otherwise;
 * a file's descriptor is closed only when the job is over; a file that was emptied is hashed from
 * its first byte again, whatever a worker has read of it by then. */

#include "disk/digest.h"

#include <errno.h>
#include <openssl/evp.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "disk/file_inside.h"

#define STEP_BYTES  ((size_t)128 * 1024)         /* read at once: stays in the processor's cache */
#define SLICE_BYTES ((uint64_t)16 * 1024 * 1024) /* then it is somebody else's turn */
#define WORTH_BYTES ((uint64_t)1024 * 1024)      /* less is not worth a worker, but at the end */

struct digest {
    struct disk_job job;
    struct disk_file *file;
    struct checksum wanted;
    EVP_MD_CTX *hash;
    uint64_t hashed;
    uint64_t upto;  /* where the job under way ends */
    uint64_t shown; /* ->hashed as of the last job */
    int error;      /* errno of a read that failed */
    bool busy;
    bool anew;        /* the file was emptied while a job was under way */
    atomic_bool stop; /* the job shall come back */
    bool verifies;
    uint64_t size;
    disk_done_cb *done;
    void *ctx;
};

static const EVP_MD *method_of(enum checksum_kind kind)
{
    switch (kind) {
    case CHECKSUM_MD5:
        return EVP_md5();
    case CHECKSUM_SHA1:
        return EVP_sha1();
    case CHECKSUM_SHA224:
        return EVP_sha224();
    case CHECKSUM_SHA256:
        return EVP_sha256();
    case CHECKSUM_SHA384:
        return EVP_sha384();
    case CHECKSUM_SHA512:
        return EVP_sha512();
    case CHECKSUM_KIND_COUNT:
        break;
    }
    return NULL;
}

/* NULL when this machine's OpenSSL has no such digest: some allow no MD5. */
static EVP_MD_CTX *hash_new(enum checksum_kind kind)
{
    EVP_MD_CTX *hash = EVP_MD_CTX_new();

    if (hash && EVP_DigestInit_ex(hash, method_of(kind), NULL) == 1)
        return hash;
    EVP_MD_CTX_free(hash);
    return NULL;
}

/* Long ones are cut: two of them and what to do must fit into a sentence. */
static enum haul_err judge(EVP_MD_CTX *hash, const struct checksum *wanted, struct haul_error *err)
{
    struct checksum seen = {.kind = wanted->kind};
    char got[CHECKSUM_TEXT], expected[CHECKSUM_TEXT];
    size_t prefix = strlen(checksum_name(wanted->kind)) + 1;
    bool cut = checksum_size(wanted->kind) > 32;

    if (!hash || EVP_DigestFinal_ex(hash, seen.bytes, NULL) != 1)
        return haul_fail(err, HAUL_E_INTERNAL, "this machine's OpenSSL can't compute %s",
                         checksum_name(wanted->kind));
    *err = (struct haul_error){0};
    if (checksum_equal(&seen, wanted))
        return HAUL_OK;
    return haul_fail(err, HAUL_E_CHECKSUM,
                     "its %s is %.64s%s, not %.64s%s; it stays unfinished, a retry begins anew",
                     checksum_name(wanted->kind), checksum_text(&seen, got) + prefix,
                     cut ? "…" : "", checksum_text(wanted, expected) + prefix, cut ? "…" : "");
}

enum haul_err digest_check(const struct checksum *wanted, const void *data, size_t len,
                           struct haul_error *err)
{
    EVP_MD_CTX *hash = hash_new(wanted->kind);
    enum haul_err code;

    if (hash)
        EVP_DigestUpdate(hash, data, len);
    code = judge(hash, wanted, err);
    EVP_MD_CTX_free(hash);
    return code;
}

/* The job. */

static void run_slice(struct disk_job *base)
{
    struct digest *digest = OWNER_OF(base, struct digest, job);
    char *data = xmalloc(STEP_BYTES);

    while (digest->hashed < digest->upto && !atomic_load(&digest->stop)) {
        size_t most = (size_t)MIN((uint64_t)STEP_BYTES, digest->upto - digest->hashed);
        ssize_t len = pread(digest->file->fd, data, most, (off_t)digest->hashed);

        if (len < 0 && errno == EINTR)
            continue;
        if (len <= 0) {
            digest->error = len < 0 ? errno : EIO;
            break;
        }
        EVP_DigestUpdate(digest->hash, data, (size_t)len);
        digest->hashed += (uint64_t)len;
    }
    free(data);
}

static void advance(struct digest *digest);

static void begin_anew(struct digest *digest)
{
    digest->anew = false;
    digest->error = 0;
    digest->hashed = digest->shown = 0;
    EVP_MD_CTX_free(digest->hash);
    digest->hash = hash_new(digest->wanted.kind);
}

static void end_slice(struct disk_job *base)
{
    struct digest *digest = OWNER_OF(base, struct digest, job);

    digest->busy = false;
    digest->shown = digest->hashed;
    if (digest->file->ending) {
        disk_file_settle(digest->file);
        return;
    }
    if (digest->anew)
        begin_anew(digest);
    advance(digest);
}

static void submit(struct digest *digest, uint64_t upto)
{
    digest->upto = MIN(upto, digest->hashed + SLICE_BYTES);
    digest->busy = true;
    atomic_store(&digest->stop, false);
    digest->job.run = run_slice;
    digest->job.done = end_slice;
    disk_submit_busy(digest->file->disk, &digest->job);
}

/* Behind the last of the bytes that are here without a gap from FROM on. */
static uint64_t reach(const struct disk_state *state, uint64_t from)
{
    uint64_t at = from;
    bool further = true;

    while (further) {
        further = false;
        for (size_t i = 0; i < state->range_count; i++) {
            const struct disk_range *range = &state->ranges[i];

            if (range->start <= at && at < range->written) {
                at = range->written;
                further = true;
            }
        }
    }
    return at;
}

static void tell(struct digest *digest, const struct haul_error *err)
{
    digest->verifies = false;
    digest->done(digest->ctx, err);
}

static void conclude(struct digest *digest)
{
    const struct disk_file *file = digest->file;
    struct haul_error err;

    if (digest->error)
        haul_fail_errno(&err, HAUL_E_DISK, digest->error, "can't read %s/%s back", file->dir,
                        file->part);
    else
        (void)judge(digest->hash, &digest->wanted, &err);
    tell(digest, &err);
}

/* Submits the next slice if there is enough for one, or tells the verdict. */
static void advance(struct digest *digest)
{
    uint64_t upto = digest->size;

    if (digest->busy)
        return;
    if (digest->verifies && (digest->error || !digest->hash || digest->hashed >= digest->size)) {
        conclude(digest);
        return;
    }
    if (!digest->verifies)
        upto = reach(&digest->file->state, digest->hashed);
    if (digest->hash && !digest->error &&
        upto - digest->hashed >= (digest->verifies ? 1 : WORTH_BYTES))
        submit(digest, upto);
}

/* For the file. */

void disk_file_hash(struct disk_file *file, const struct checksum *wanted)
{
    struct digest *digest = file->digest;

    if (!digest) {
        digest = file->digest = xcalloc(1, sizeof *digest);
        digest->file = file;
    }
    digest->wanted = *wanted;
    digest->anew = digest_hurry(digest);
    if (!digest->anew)
        begin_anew(digest);
    advance(digest);
}

void disk_file_hash_on(struct disk_file *file)
{
    if (file->digest && !file->ending)
        advance(file->digest);
}

uint64_t disk_file_hashed(const struct disk_file *file)
{
    return file->digest ? file->digest->shown : 0;
}

void disk_file_verify(struct disk_file *file, uint64_t size, disk_done_cb *done, void *ctx)
{
    struct digest *digest = file->digest;

    digest->verifies = true;
    digest->size = size;
    digest->done = done;
    digest->ctx = ctx;
    advance(digest);
}

void disk_file_verify_stop(struct disk_file *file)
{
    struct digest *digest = file->digest;
    struct haul_error err;

    if (!digest || !digest->verifies)
        return;
    digest_hurry(digest);
    haul_fail(&err, HAUL_E_CANCELLED, "%s", haul_err_sentence(HAUL_E_CANCELLED));
    tell(digest, &err);
}

bool digest_hurry(struct digest *digest)
{
    if (!digest || !digest->busy)
        return false;
    if (disk_take_back(digest->file->disk, &digest->job))
        digest->busy = false;
    else
        atomic_store(&digest->stop, true);
    return digest->busy;
}

void digest_free(struct digest *digest)
{
    if (!digest)
        return;
    EVP_MD_CTX_free(digest->hash);
    free(digest);
}
