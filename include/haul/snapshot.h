#ifndef HAUL_SNAPSHOT_H
#define HAUL_SNAPSHOT_H

#include "haul/error.h"
#include "haul/types.h"

/* Copies of what the engine knows, made for one moment. They own their strings; every string is
 * clean (base/text.h) and holds no credentials, so it may be shown, logged and sent as it is. All
 * points of time (…_at, …_until) are ms since 1970, all sizes bytes. */

/* One row of the list. */
struct haul_item {
    uint64_t id;
    uint64_t position; /* 1-based place in the queue's order */
    uint64_t version;  /* grows with every change of this item */
    enum haul_state state;
    enum haul_phase phase;
    enum haul_err err; /* why it waits or failed, else HAUL_OK */
    int http_status;   /* of that error, else 0 */
    uint32_t connections;
    enum haul_priority priority;
    uint32_t tries;      /* attempts begun since the last progress */
    int64_t total;       /* bytes, -1 when not known */
    uint64_t done;       /* bytes that are here */
    uint64_t rate;       /* bytes per second, smoothed; 0 unless active */
    int64_t eta;         /* seconds to go, -1 when not known */
    int64_t start_at;    /* when one that is queued or paused may start at the earliest; 0: now */
    bool off_hours;      /* that is because the schedule lets nothing start before; with ->start_at
                            0 it never will */
    int64_t retry_at;    /* when it tries again, 0 unless waiting */
    int64_t added_at;    /* ms since 1970, 0 where the queue does not outlive the process */
    int64_t started_at;  /* 0 before the first start */
    int64_t finished_at; /* 0 before the end */
    char *name;          /* file name, a guess from the URL until the answer came; never NULL */
    char *dir;           /* folder it goes to; never NULL */
    char *url;           /* as asked for, without user info; never NULL */
    char *note;          /* the error's or the state's sentence, "" when there is nothing to say */
};

/* A look at one item without copying: strings are borrowed and valid until the engine next works
 * (until the caller returns to the loop). Numbers are as in struct haul_item. */
struct haul_brief {
    uint64_t id;
    uint64_t version;
    enum haul_state state;
    enum haul_priority priority;
    int http_status;
    int64_t total;
    uint64_t done;
    uint64_t rate;
    int64_t eta;
    int64_t added_at;
    int64_t finished_at;
    uint32_t connections;
    uint32_t tries;
    const char *name;
    const char *url; /* as shown */
    const char *dir; /* as asked for: to be compared, not to be shown */
};

/* A line of an item's history. */
struct haul_event {
    int64_t at; /* ms since 1970 */
    char *text;
};

/* A fact of the details pane: "server", "nginx/1.22.1". */
struct haul_fact {
    char *name;
    char *value;
};

/* One byte range of the file: [start, end), of which [start, pos) is here. */
struct haul_span {
    uint64_t start;
    uint64_t pos;
    uint64_t end;  /* UINT64_MAX when the length is not known */
    uint64_t rate; /* bytes per second, 0 when no connection works on it */
    bool active;
};

/* An open connection of an item. */
struct haul_connection {
    uint64_t pos;  /* of the next byte that comes over it */
    uint64_t end;  /* behind the last one, UINT64_MAX when that is not known */
    uint64_t came; /* bytes over this connection */
    uint64_t rate; /* bytes per second, smoothed */
    char *source;  /* host and port; never NULL */
    char *doing;   /* "receiving", "connecting", "waits for the disk", …; never NULL */
};

#define HAUL_RATES_MAX 120

/* Everything about one item, for `show` and the details pane. */
struct haul_detail {
    struct haul_item item;
    struct haul_fact *facts;
    size_t fact_count;
    struct haul_fact *options; /* that were given; one a value */
    size_t option_count;
    struct haul_span *spans;
    size_t span_count;
    struct haul_event *events; /* oldest first; the engine keeps the last 32 */
    size_t event_count;
    struct haul_connection *connections; /* in the order in which they began */
    size_t connection_count;
    uint64_t *rates; /* bytes in each of the last seconds that it ran, oldest first, at most
                        HAUL_RATES_MAX */
    size_t rate_count;
    char *diagnosis; /* why it is as slow as it is, or does not run: a sentence, NULL for none */
};

/* A host: a name and a port as links have them; a default port is left out. An item is of the host
 * of its link. */
struct haul_host {
    char *name; /* never NULL */
    uint64_t counts[HAUL_STATE_COUNT];
    uint64_t rate;        /* bytes per second over all its connections */
    uint32_t connections; /* requests under way, and items that are about to make one */
    uint32_t cap;         /* how many it may have, 0: no limit */
    bool learned;         /* that is what it was found to allow, not what was set */
    bool no_ranges;       /* it was asked for a part and sent the whole */
    int64_t rest_until;   /* it is left alone until then, 0: it is not */
};

/* The same without a copy: NAME is borrowed, and to be compared, not to be shown. */
struct haul_host_brief {
    const char *name;
    uint64_t counts[HAUL_STATE_COUNT];
    uint64_t rate;
    uint32_t connections;
    uint32_t cap;
    bool learned;
    bool no_ranges;
    int64_t rest_until;
};

/* An entry of the history: what became of an item, kept when that is long removed. No member holds
 * a credential: links are masked (base/same_link.h). */
struct haul_past {
    uint64_t id;           /* the item's */
    enum haul_state state; /* done or failed */
    bool skipped;          /* done without a transfer: the file was there */
    enum haul_err err;     /* why it failed, else HAUL_OK */
    int http_status;       /* of that error, else 0 */
    int64_t size;          /* of the file, bytes; -1: not known */
    int64_t added_at, finished_at;
    char *url;
    char *final_url; /* behind redirects; NULL: not known, or the same */
    char *host;
    char *dir;    /* in the engine and the store as it is, elsewhere clean */
    char *name;   /* clean */
    char *digest; /* that was verified, "sha256:5fec…"; NULL: none */
};

/* The session as a whole. */
struct haul_totals {
    uint64_t counts[HAUL_STATE_COUNT];
    uint64_t rate;        /* bytes per second over all active items */
    uint64_t received;    /* bytes since the engine started */
    int64_t left;         /* bytes to go over all items not final, -1 when any size is unknown */
    int64_t eta;          /* seconds, -1 when not known */
    int64_t disk_free;    /* bytes free where the newest active item is written, -1 not known */
    uint64_t limit;       /* bytes per second that hold now, 0 for none */
    uint32_t jobs;        /* how many items may run at once now */
    bool limit_scheduled; /* that limit is the schedule's, not one that was set */
    bool jobs_scheduled;  /* and the jobs are */
    bool off_hours;       /* the schedule lets nothing start */
    int64_t hours_until;  /* when the schedule's present word on all this ends, 0: it does not */
    uint32_t connections; /* open now */
    /* What is wrong with the session as a whole, a sentence: its queue can't be written, or was
     * lost; "" when nothing is. */
    char trouble[HAUL_ERROR_TEXT];
};

void haul_item_fini(struct haul_item *item); /* frees the strings, zeroes the struct */
void haul_item_copy(struct haul_item *to, const struct haul_item *from); /* TO is overwritten */
void haul_host_copy(struct haul_host *to, const struct haul_host *from); /* likewise */
void haul_host_fini(struct haul_host *host);
void haul_past_fini(struct haul_past *past);
void haul_past_copy(struct haul_past *to, const struct haul_past *from); /* TO is overwritten */
void haul_detail_copy(struct haul_detail *to, const struct haul_detail *from);
void haul_detail_fini(struct haul_detail *detail);

#endif
