#ifndef TESTS_TUI_FAKE_H
#define TESTS_TUI_FAKE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uv.h>

#include "base/filter.h"
#include "base/idset.h"
#include "base/str.h"
#include "haul/client.h"

/* Inside of the fake client: the contract (fake_client.c), the queues that it begins with
 * (fake_queues.c), what of them a view shows (fake_frames.c), and what is told beside the list
 * (fake_facts.c). */

#define NOW       INT64_C(1732190651000) /* 2024-11-21 12:04:11 UTC */
#define ITEM_MAX  100000
#define LOG_LINES 30
#define KIB       UINT64_C(1024)
#define MIB       (1024 * KIB)
#define GIB       (1024 * MIB)

struct answer {
    struct answer *next;
    haul_reply_cb *callback;
    void *ctx;
    struct haul_error err;
    bool failed;
    uint64_t count;
    uint64_t *ids;
    size_t id_count;
    uint64_t *item_ids; /* list */
    size_t item_count;
    uint64_t show;
    bool settings;
    struct haul_known_link *known; /* known */
    size_t known_count;
    struct haul_had_link *had; /* known: paths are their own */
    size_t had_count;
    struct haul_probe_answer probed; /* probe: its name is set */
    uint64_t found, index;           /* find */
    bool log;
    bool hosts_pushed;
    bool log_pushed; /* through the event, not the answer */
    uint64_t log_after;
    enum haul_log_level log_level;
};

struct haul_client {
    struct haul_client_events events;
    uv_timer_t timer;
    uv_prepare_t turns;
    unsigned long turns_left; /* until the process is asked to end; 0: it is not */
    unsigned open_handles;
    struct answer *first;
    struct answer **last;
    struct haul_item *items;
    size_t count;
    uint64_t next_id;
    uint64_t version;
    struct haul_totals totals;
    uint64_t per_host;
    struct haul_hosts_view hosts; /* its texts are ours */
    struct haul_view view;
    char filter[FILTER_SIZE];
    char find[FILTER_SIZE];
    struct idset marks;
    bool watching;
    bool said_ready;
    bool dirty;
    struct strbuf log;
};

/* ---- queues ---- */

/* Is that the queue which HAUL_FAKE names? */
bool is_wanted(const char *name);
bool is_away_wanted(void); /* one of those whose line drops */

void fill(struct haul_client *client);
struct haul_item *item_add(struct haul_client *client, enum haul_state state, const char *name,
                           uint64_t done, int64_t total);
void item_note(struct haul_item *item, enum haul_err err, int status, const char *note);
struct haul_item *item_find(struct haul_client *client, uint64_t id);
/* A name that is hard to measure; with HAUL_FAKE_PLAIN one of '~' and of the same width. */
char *hard_name(size_t nth);

/* ---- what a view shows ---- */

/* Does EXPRESSION fit ITEM? */
bool matches(const struct haul_item *item, const char *expression);
/* The items of the view in its order; it sorts by name and rate only. The caller frees them. */
const struct haul_item **select_items(const struct haul_client *client,
                                      const struct haul_view *view, size_t *ret_count);
void frame_send(struct haul_client *client);

/* ---- what is told beside the list ---- */

/* Valid until the next one is made. */
struct haul_detail *detail_make(struct haul_client *client, uint64_t id);
/* The lines that ANSWER is to tell; their texts are borrowed. */
size_t log_make(const struct answer *answer, struct haul_log_line lines[LOG_LINES]);
void hosts_send(struct haul_client *client);

#endif
