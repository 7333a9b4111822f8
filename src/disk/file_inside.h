#ifndef DISK_FILE_INSIDE_H
#define DISK_FILE_INSIDE_H

#include "disk/file.h"

struct digest;

/* Which file it is, whatever its name; ->ino 0: none. */
struct file_id {
    dev_t dev;
    ino_t ino;
};

/* Inside of the disk room: what a partial file is made of. open.c makes it, file.c owns it,
 * close.c ends it; the writer uses the descriptor, the volume and the ranges. */
struct disk_file {
    struct disk *disk;
    struct disk_volume *volume;
    int fd;    /* NAME.part, locked */
    int dirfd; /* ->folder's once there is one */
    struct disk_folder *folder;
    size_t rows_at;    /* where the rows are in NAME.haul; 0: it must be written whole */
    struct file_id id; /* of NAME.part */
    dev_t dir_dev;
    ino_t dir_ino;
    unsigned layout; /* grows with what rows alone can't tell: cuts, joins, plans, rejections */
    unsigned plans;  /* made so far */
    char *dir;
    char *base; /* the name asked for */
    char *name; /* its numbered form that was free */
    char *part;
    char *record;
    unsigned number;
    enum haul_if_exists policy;
    char *(*numbered)(const char *name, unsigned n);
    uint64_t item;
    struct disk_state state;
    bool foreign;             /* nobody may change it, nor its record */
    bool found;               /* ->state is an old record that is not confirmed yet */
    enum disk_beside beside;  /* what had the name before */
    uint64_t doubted;         /* bytes of that record that are not believed */
    struct file_id record_id; /* of the NAME.haul that is ours; the jobs' */
    bool takes_record;        /* adopted: what lies in its place is taken over, too */
    bool entries_new;         /* made or moved in the folder since that was synced; the jobs' */
    uint64_t extent;          /* behind the last byte that was written */
    uint64_t cut_at; /* it was shorter than that once: so short; UINT64_MAX: it never was */
    int sync_errno;  /* of a sync that failed: from then on only `synced` is true */
    bool busy;       /* a job works on its record */
    struct plan_job *planning; /* waits for that one */
    bool syncing;              /* one brings its bytes to the disk */
    bool sync_due;             /* and did: the record shall tell so, and be synced itself */
    uint64_t unpushed;   /* bytes since their way to the disk was begun, see disk_volume_push() */
    uint64_t unrecorded; /* bytes written since the record was brought up to date */
    uint64_t promised;   /* room that is not reserved: our share of the volume's */
    unsigned reads;      /* jobs that only read */
    struct end_job *ending;
    struct digest *digest; /* digest.c; NULL: none is wanted */
};

/* Did somebody cut off some of the EXTENT bytes that FD had? What is written behind them would
 * leave zeros in their place. *ret_size is how many it has. On any thread. */
bool disk_file_cut(int fd, uint64_t extent, uint64_t *ret_size);
/* MORE bytes of the room that was promised are taken. */
void disk_file_filled(struct disk_file *file, uint64_t more);
struct disk_place disk_file_place(const struct disk_file *file);
/* close.c. A job on FILE came back: begins the end that waits for it, if nothing else is under way.
 */
void disk_file_settle(struct disk_file *file);
/* record.c: the partial is still the file that we opened: nothing else may be renamed or removed.
 */
bool disk_file_is_there(const struct disk_file *file);
/* digest.c. The job must be over; NULL is fine. */
void digest_free(struct digest *digest);
/* Lets the worker come back soon; false when none is at it (any more). NULL is fine. */
bool digest_hurry(struct digest *digest);
/* Closes what only this file uses, which can take long: worker threads. */
void disk_file_close(struct disk_file *file);
void disk_file_free(struct disk_file *file); /* loop thread */

#endif
