#ifndef HAUL_CLIENT_H
#define HAUL_CLIENT_H

#include "haul/error.h"
#include "haul/log.h"
#include "haul/loop.h"
#include "haul/options.h"
#include "haul/snapshot.h"

/* A connection to a session's daemon, on the caller's loop. Every call is asynchronous: it is sent,
 * and its callback comes later, exactly once, on the loop; also when the connection is lost first.
 * Callbacks may make further calls and may close the client. */

struct haul_client;

/* Where a session is. */
struct haul_place {
    const char *session; /* a checked name */
    const char *host; /* NULL: on this machine; else what ssh is told, like "user@box", checked */
    bool screen;      /* the terminal is a screen's: ssh may not ask on it */
};

/* What a client looks at. A row of the list is sent only when it changed. */
struct haul_view {
    uint32_t states;    /* bit (1 << haul_state); 0 means all */
    const char *search; /* part of name or URL, any case; NULL or "" means all */
    const char *filter; /* an expression, see base/filter.h and PROTOCOL.md; NULL or "": all */
    const char *find;   /* the same: what fits it is marked among the rows; NULL or "": nothing */
    bool changed;       /* only for haul_client_watch(): frames hold whatever changed since the one
                           before, of all items, instead of rows of the list */
    bool marked;        /* only for haul_client_list(): what is marked on this connection */
    bool secrets;       /* the same: links with what is secret in them, which else are masked */
    enum haul_sort sort;
    bool descending;
    uint64_t offset; /* first row wanted, 0-based among the matching ones */
    uint32_t rows;   /* how many, up to 500 */
    uint64_t follow; /* id that must stay within the rows: the offset is moved for it; 0: none */
    uint32_t interval_ms; /* at most one frame in this time, 50…10000 */
};

/* The view as it is now: the client keeps the rows that did not change, so this is whole. Borrowed
 * for the callback. */
struct haul_frame {
    struct haul_totals totals;
    uint64_t matching;     /* items that fit the filter */
    uint64_t offset;       /* of rows[0] among them */
    uint64_t follow_index; /* where the followed item is, UINT64_MAX when it is not there */
    uint64_t found;        /* how many of the matching items fit the view's `find` */
    uint64_t found_before; /* how many of those stand before the followed item */
    uint64_t marked;       /* items that are marked, whether they match or not */
    const struct haul_item *rows;
    const uint8_t *flags; /* of each row: bits of enum haul_row_flag */
    size_t row_count;
};

/* Which hosts a client looks at. */
struct haul_hosts_view {
    enum haul_host_sort sort;
    bool descending;
    const char *search; /* part of the name, any case; NULL or "": all */
    uint64_t offset;    /* first row wanted, 0-based among the matching ones */
    uint32_t rows;      /* how many, up to 500; asked for once 0: as many as one answer has */
    const char *follow; /* name of the host that must stay within the rows; NULL: none */
    uint32_t interval_ms;
};

/* Those hosts as they are now. Borrowed for the callback. */
struct haul_hosts {
    uint64_t matching;
    uint64_t offset;       /* of rows[0] among them */
    uint64_t follow_index; /* UINT64_MAX: not there */
    uint64_t per_host;     /* what is set: connections to each, 0: no limit */
    const struct haul_host *rows;
    size_t row_count;
};

enum haul_row_flag { HAUL_ROW_MARKED = 1, HAUL_ROW_FOUND = 2 };

/* How the marks of a connection change. Marks stay with their items whatever is looked at, and go
 * with them, or with the connection. */
enum haul_mark {
    HAUL_MARK_ADD,
    HAUL_MARK_DROP,
    HAUL_MARK_TURN, /* each: marked when it was not */
    HAUL_MARK_ONLY, /* nothing else */
    HAUL_MARK_NONE, /* nothing at all, whatever the range */
    HAUL_MARK_COUNT
};
const char *haul_mark_name(enum haul_mark how);
int haul_mark_from_name(const char *name); /* -1 when unknown */

/* Which items a mark is about: ids FIRST to LAST as they stand in the view at that moment, one of
 * them perhaps below the other; 0 and 0 mean all that match. */
struct haul_range {
    uint64_t first, last;
};

struct haul_hello {
    char version[32]; /* of the daemon's haul */
    char session[64];
    char host[64];
    int pid;
};

/* A line to another machine that dropped, and what is done about it. */
struct haul_away {
    const struct haul_error *err; /* why there is none */
    unsigned tries;               /* that failed since it dropped; 0: it has just done so */
    bool trying;                  /* one is under way */
    int64_t next_at; /* ms since 1970, of the next one; 0: only when haul_client_try() is called */
};

struct haul_client_events {
    /* Connected; also each time that the line is there again after `away`. What was watched is
     * not any more, and marks are gone. */
    void (*ready)(void *ctx, const struct haul_hello *hello);
    void (*frame)(void *ctx, const struct haul_frame *frame); /* may be NULL */
    void (*hosts)(void *ctx, const struct haul_hosts *hosts); /* may be NULL */
    /* Lines of the daemon's log, oldest first, borrowed; may be NULL. */
    void (*log)(void *ctx, const struct haul_log_line *lines, size_t count);
    /* The line to another machine dropped, after the callbacks of the calls that were open; it is
     * tried again by itself, and this comes whenever that changes. Adds stay open: they are sent
     * again, and nothing is added twice. Other calls fail until `ready` comes. NULL: a drop is a
     * loss. */
    void (*away)(void *ctx, const struct haul_away *away);
    /* The connection is gone or never came to be. Comes at most once, after the callbacks of all
     * calls that were open; not after haul_client_close(). */
    void (*lost)(void *ctx, const struct haul_error *err);
    void *ctx;
};

/* What the queue knows of one of the links that were asked about. */
struct haul_known_link {
    size_t index; /* of the link in the call */
    uint64_t id;  /* the item that has it; 0: none */
    enum haul_state state;
    int64_t finished_at; /* ms since 1970, 0: it did not end */
    uint64_t heals;      /* an item whose link is refused and which this one could heal; 0: none */
};

/* A request whose file was fetched before and is still there. */
struct haul_had_link {
    size_t index; /* of the request in the call */
    char *path;   /* clean */
    uint64_t size;
    int64_t finished_at; /* ms since 1970 */
    bool by_digest;      /* it has the digest that was asked for; else it is of the same link */
};

/* What a server told of a file. */
struct haul_probe_answer {
    int64_t size; /* bytes, -1: not told */
    char *name;   /* clean */
    bool ranges;
    uint64_t heals; /* as above, by name or size */
};

/* The answer to a call. Only what the call asks for is set. Borrowed for the callback. */
struct haul_reply {
    const struct haul_error *err; /* NULL: it worked */
    const char *json;             /* the result as it came, one line, as in PROTOCOL.md */
    const uint64_t *ids;          /* add: in the order of the requests; 0: it is here already */
    size_t id_count;
    const struct haul_had_link *had; /* add: where those are; known: the links whose files are */
    size_t had_count;
    uint64_t count; /* act, move, undo, change_all: items changed; mark: items marked now; forget:
                       entries */
    uint64_t id, index;            /* find: the item, 0 for none, and where it is in the view */
    const struct haul_item *items; /* list, set, settings; of these NULL from one that is older */
    size_t item_count;
    uint64_t matching;                    /* list: how many there are in all */
    const struct haul_detail *detail;     /* show */
    const struct haul_settings *settings; /* set, settings */
    const struct haul_given
        *known_rows;                  /* of those, what the daemon has: an older one lacks some */
    const struct haul_totals *totals; /* list */
    enum haul_action action;          /* undo: what was undone */
    const struct haul_log_line *log;  /* log: the oldest first */
    size_t log_count;
    uint64_t log_last;                   /* number of the newest line, shown or not */
    int exit_status;                     /* wait */
    const struct haul_known_link *known; /* known: those that the queue knows something of */
    size_t known_count;
    const struct haul_probe_answer *probed; /* probe */
    const struct haul_hosts *hosts;         /* hosts */
    const struct haul_past *past;           /* history: the newest first */
    size_t past_count;
    const char *next; /* history: where to go on, NULL: there are no more */
};
typedef void haul_reply_cb(void *ctx, const struct haul_reply *reply);

/* With START the daemon is started when none answers; on another machine it always is. Failures to
 * reach it come through `lost`. From then on the whole process ignores SIGPIPE: a daemon may die at
 * any moment. */
HAUL_CHECKED enum haul_err haul_client_open(struct haul_loop *loop, const struct haul_place *place,
                                            bool start, const struct haul_client_events *events,
                                            struct haul_client **ret_client,
                                            struct haul_error *err);
/* Open calls are answered with HAUL_E_CANCELLED first. NULL is fine. */
void haul_client_close(struct haul_client *client);

/* While the line is away: tries at once. Else nothing. */
void haul_client_try(struct haul_client *client);

/* REPLY may be NULL everywhere. Large adds are cut into several messages and still answered once,
 * in order. */
void haul_client_add(struct haul_client *client, const struct haul_request *requests, size_t count,
                     haul_reply_cb *reply, void *ctx);
/* The same without what was fetched before and is still there, unless its option `again` says so.
 * All is added by a daemon before protocol 1.4. Over a line that may drop and come back all is
 * added too, but what is here is done without a transfer (before protocol 1.6 it is fetched again).
 */
void haul_client_add_new(struct haul_client *client, const struct haul_request *requests,
                         size_t count, haul_reply_cb *reply, void *ctx);
void haul_client_list(struct haul_client *client, const struct haul_view *view,
                      haul_reply_cb *reply, void *ctx); /* rows 0: all of them */
/* SECRETS: link and options with what is secret in them, which else is masked. */
void haul_client_show(struct haul_client *client, uint64_t id, bool secrets, haul_reply_cb *reply,
                      void *ctx);
/* COUNT 0: every item; HAUL_MARKED: those that are marked, here and with haul_client_move() and
 * _change_all(). */
#define HAUL_MARKED SIZE_MAX
void haul_client_act(struct haul_client *client, enum haul_action action, const uint64_t *ids,
                     size_t count, haul_reply_cb *reply, void *ctx);
/* The same for items that the daemon finds: HAUL_E_NO_ITEM when there are none. One that is older
 * than protocol 1.7 is asked for its list first. */
void haul_client_act_named(struct haul_client *client, enum haul_action action,
                           const struct haul_named *named, haul_reply_cb *reply, void *ctx);
void haul_client_change_named(struct haul_client *client, const struct haul_options *given,
                              const struct haul_named *named, haul_reply_cb *reply, void *ctx);
void haul_client_move_named(struct haul_client *client, enum haul_move how, uint64_t position,
                            const struct haul_named *named, haul_reply_cb *reply, void *ctx);
/* GIVEN: options that were given with the new link; see haul_engine_change(). Answered when it is
 * kept. */
void haul_client_change(struct haul_client *client, uint64_t id, const char *url,
                        const struct haul_options *given, haul_reply_cb *reply, void *ctx);
/* The same of several items, without a link: GIVEN holds live options. IDS and COUNT as above;
 * those that are done are left out. */
void haul_client_change_all(struct haul_client *client, const struct haul_options *given,
                            const uint64_t *ids, size_t count, haul_reply_cb *reply, void *ctx);
void haul_client_move(struct haul_client *client, enum haul_move how, uint64_t position,
                      const uint64_t *ids, size_t count, haul_reply_cb *reply, void *ctx);
/* See haul_engine_undo(). */
void haul_client_undo(struct haul_client *client, haul_reply_cb *reply, void *ctx);
/* The daemon's newest log lines of LEVEL or worse, behind line number AFTER, at most LINES. */
void haul_client_log(struct haul_client *client, uint64_t after, enum haul_log_level level,
                     uint32_t lines, haul_reply_cb *reply, void *ctx);
/* The same lines, and from then on those that are written, through the `log` event. */
void haul_client_watch_log(struct haul_client *client, uint64_t after, enum haul_log_level level,
                           uint32_t lines, haul_reply_cb *reply, void *ctx);
void haul_client_unwatch_log(struct haul_client *client, haul_reply_cb *reply, void *ctx);
void haul_client_set(struct haul_client *client, const struct haul_settings *settings,
                     haul_reply_cb *reply, void *ctx);
void haul_client_settings(struct haul_client *client, haul_reply_cb *reply, void *ctx);
/* Answered when all the items are done, failed, cancelled, removed or paused; COUNT 0: all there
 * are now. exit_status is the one of DESIGN.md section 7. */
void haul_client_wait(struct haul_client *client, const uint64_t *ids, size_t count,
                      haul_reply_cb *reply, void *ctx);
/* Answered when the daemon has put everything away and is about to exit. */
void haul_client_stop(struct haul_client *client, haul_reply_cb *reply, void *ctx);

/* What the queue knows of these links; at most HAUL_KNOWN_MAX of them, and 1 MiB of text. */
#define HAUL_KNOWN_MAX 5000
void haul_client_known(struct haul_client *client, const char *const *urls, size_t count,
                       haul_reply_cb *reply, void *ctx);
/* Asks the server of REQUEST for name and size of its file, in its turn. */
void haul_client_probe(struct haul_client *client, const struct haul_request *request,
                       haul_reply_cb *reply, void *ctx);
/* Ends all probes; they are answered with HAUL_E_CANCELLED. */
void haul_client_unprobe(struct haul_client *client, haul_reply_cb *reply, void *ctx);

/* The entries of the history that fit FILTER (NULL: all), from FROM on, which is the `next` of the
 * answer before (NULL: the newest); at most ROWS, 0: as the daemon likes. It may be fewer of them,
 * or none, with a `next` all the same. */
void haul_client_history(struct haul_client *client, const char *filter, const char *from,
                         uint32_t rows, haul_reply_cb *reply, void *ctx);
/* Forgets all entries that fit. */
void haul_client_forget(struct haul_client *client, const char *filter, haul_reply_cb *reply,
                        void *ctx);

/* Subscribes, or changes what is looked at; frames follow. NULL ends it. */
void haul_client_watch(struct haul_client *client, const struct haul_view *view,
                       haul_reply_cb *reply, void *ctx);

/* The hosts of the queue, once; or again and again through the `hosts` event, NULL ends that. */
void haul_client_hosts(struct haul_client *client, const struct haul_hosts_view *view,
                       haul_reply_cb *reply, void *ctx);
void haul_client_watch_hosts(struct haul_client *client, const struct haul_hosts_view *view,
                             haul_reply_cb *reply, void *ctx);

/* Of what is watched: changes marks, and looks for the next item that fits `find`, from FROM on (0:
 * the first row of all), which counts itself when HERE. Behind the last one comes the first. */
void haul_client_mark(struct haul_client *client, enum haul_mark how,
                      const struct haul_range *range, haul_reply_cb *reply, void *ctx);
void haul_client_find(struct haul_client *client, uint64_t from, bool here, bool backwards,
                      haul_reply_cb *reply, void *ctx);

/* The item as the protocol writes it, one line of JSON; the caller frees it. For `get --progress
 * json`, so that a script reads one form everywhere. */
char *haul_item_json(const struct haul_item *item);

/* A session that there is on this machine. */
struct haul_session {
    char name[33];
    bool running;   /* its daemon answers */
    bool stale;     /* there is a socket that nobody answers */
    bool has_queue; /* kept on disk */
    char *socket;   /* NULL: there is none */
    char *folder;   /* of its queue and log */
};

/* All of them, in the order of their names. Blocks for a moment. */
HAUL_CHECKED enum haul_err haul_sessions_find(struct haul_session **ret_sessions, size_t *ret_count,
                                              struct haul_error *err);
void haul_sessions_free(struct haul_session *sessions, size_t count);

#endif
