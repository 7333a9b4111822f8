#ifndef HAUL_OPTIONS_H
#define HAUL_OPTIONS_H

#include "haul/error.h"
#include "haul/types.h"

/* What a user can set, as one table: name, type, scope, default, range and help stand in one row of
 * src/config/options.c, and the command line, the protocol, `--help` and the man page are made from
 * it. Every value travels as text, in the form a user types, so there is one parser. */

enum haul_option_type {
    HAUL_OPTION_FLAG,    /* no value on the command line; "true" or "false" elsewhere */
    HAUL_OPTION_NUMBER,  /* integer within [min, max] */
    HAUL_OPTION_SECONDS, /* number, held in seconds; s m h suffixes */
    HAUL_OPTION_TIME,    /* a point of time, see base/when.h; 0 is at once. A row with choices takes
                            these too: the first is 0, the next 1, and so on */
    HAUL_OPTION_SIZE,    /* bytes; K M G T suffixes of 1024 */
    HAUL_OPTION_RATE,    /* bytes per second, written as a size; 0 is no limit */
    HAUL_OPTION_TEXT,
    HAUL_OPTION_LIST, /* text that may be given several times */
    HAUL_OPTION_CHOICE,
    HAUL_OPTION_TYPE_COUNT
};

enum haul_option_scope {
    HAUL_SCOPE_ITEM,    /* belongs to each item: struct haul_options */
    HAUL_SCOPE_SESSION, /* belongs to the session: struct haul_settings; changed live by `set` */
    HAUL_SCOPE_CLIENT,  /* belongs to this run of the command line: config/run_options.h */
    HAUL_SCOPE_COUNT
};

/* A growing list of strings; owned by the struct that embeds it. */
struct haul_strings {
    char **items;
    size_t count;
};

#define HAUL_OPTIONS_MAX 128 /* rows of the table, a multiple of 64 */

/* Which rows of the table were set rather than defaulted: a bit for each. */
struct haul_given {
    uint64_t bits[HAUL_OPTIONS_MAX / 64];
};

bool haul_given_any(const struct haul_given *given);

#define HAUL_BODY_MAX ((size_t)512 << 10) /* bytes of a request's body */
#define HAUL_OUT_MAX  246                 /* bytes of a name: ".haul.new" fits behind it */

/* How one item is fetched. Shared by all items added in one call: immutable once handed over, with
 * a count of references. Text fields are NULL when not given. */
struct haul_options {
    unsigned refs;
    struct haul_given given;
    char *dir;                   /* absolute once it reaches the engine */
    char *out;                   /* file name for the one item */
    struct haul_strings headers; /* "Name: value" */
    char *user_agent;
    char *referer;
    char *user;                  /* "name:password", secret */
    bool netrc;                  /* logins of ~/.netrc, each for its host */
    struct haul_strings cookies; /* "name=value", secret */
    char *cookie_file;           /* in Netscape's format; absolute once it reaches the engine */
    char *save_cookies;          /* the same, of what servers set; items that name it share it */
    char *bearer;                /* token, secret */
    char *method;                /* of the request; NULL: GET, or POST with a body */
    char *data;                  /* the request's body, secret; one of the three at the most */
    char *json_data;             /* the same, sent as JSON */
    struct haul_strings form;    /* the same, as "name=value" parts */
    char *upload;                /* the same, out of a file: absolute once it reaches the engine */
    char *proxy;                 /* may hold user info, secret */
    char *noproxy;               /* hosts, comma-separated, that are asked directly */
    bool ipv4;                   /* addresses of this kind only; one of the two at the most */
    bool ipv6;
    struct haul_strings resolve; /* "host:port:address" */
    char *dns_servers;           /* "address[:port]", comma-separated */
    char *doh;                   /* link of a server that answers for names; NULL: the system */
    char *cacert;                /* file */
    char *cert;                  /* file: who we are; shown to the origin only */
    char *key;                   /* file, NULL: the same one */
    char *key_pass;              /* secret */
    bool insecure;
    bool http1;             /* HTTP/1.1 only; overrules http2 */
    bool http2;             /* small files may come over HTTP/2 */
    bool http3;             /* the same over HTTP/3 */
    bool allow_downgrade;   /* follow a redirect from https to http */
    char *checksum;         /* "sha256:5fec…", see base/checksum.h */
    bool trust_size;        /* an equal size proves that a partial is of the same file */
    bool no_resume;         /* drop what an earlier item left of it */
    bool adopt;             /* go on with a partial that haul did not begin, if a sample is equal */
    bool any_time;          /* hours in which nothing starts are not for it */
    bool again;             /* also when the history tells that the file is here */
    bool allow_unclean_end; /* take a body whose end the server did not vouch for */
    enum haul_if_exists if_exists;
    enum haul_priority priority;
    int64_t start_at;     /* ms since 1970, whole seconds; it waits until then; 0: it does not */
    uint64_t connections; /* for one file, 1…64 */
    uint64_t min_split;   /* bytes */
    int64_t retries;      /* -1: for ever */
    uint64_t retry_wait;  /* seconds before the first retry; doubles */
    struct haul_strings retry_on; /* rules for single statuses, see config/retry_rule.h */
    uint64_t connect_timeout;     /* seconds, 0: none */
    uint64_t stall_timeout;       /* seconds without a byte, 0: none */
    uint64_t min_speed;           /* bytes per second of a connection; less is a stall; 0: none */
    uint64_t item_limit;          /* bytes per second, 0: none */
    uint64_t timeout;             /* seconds for the whole item, 0: none */
};

/* Whether the hours of the configuration's [schedule] count. */
#define HAUL_SCHEDULE_ON   0
#define HAUL_SCHEDULE_OFF  1
#define HAUL_SCHEDULE_SKIP 2 /* from its next change on; the engine makes a time of it */

/* What holds for the session as a whole. */
struct haul_settings {
    struct haul_given given;
    struct haul_given dropped; /* of a change only: rows that are as configured again */
    uint64_t jobs;             /* items that may run at once, 1…10000 */
    uint64_t per_host;         /* connections to one host over all items, 0: no limit */
    uint64_t limit;            /* bytes per second over all, 0: none */
    int64_t schedule;          /* HAUL_SCHEDULE_…, or from when on it counts, ms since 1970 */
    uint64_t history_keep;     /* entries, 0: no history is kept */
    uint64_t history_age;      /* seconds after which an entry is too old, 0: never */
};

/* One row of the table. OFFSET is that of the field in the scope's struct. */
struct haul_option {
    const char *name; /* long name without dashes; the key of config files and the protocol */
    char letter;      /* short form, or 0 */
    enum haul_option_type type;
    enum haul_option_scope scope;
    size_t offset;
    const char *initial;        /* default, in user form, or NULL */
    int64_t min, max;           /* of numbers; max 0: no bound */
    const char *const *choices; /* of a text: only the usual ones */
    const char *value_name;     /* "DIR", "N", "RATE"; NULL for flags */
    const char *help;
    const char *instead_of; /* of flags: the one that it takes back where it is true; or NULL */
    bool secret;            /* never shown, logged or sent back */
    bool of_origin;         /* sent only to the origin of the link that it was given with */
    bool live;              /* of items: may be changed for one that is there, even while it runs */
    bool once;    /* of one file or one call: neither in a configuration file nor the environment */
    bool is_path; /* a file or folder here */
    bool lasting; /* means something only where the queue outlives the process */
    /* What is wrong with a text, to follow the option's name in a sentence; NULL: nothing. A row
     * without a check takes any text. */
    const char *(*check)(const char *value);
};

const struct haul_option *haul_option_table(size_t *ret_count);
const struct haul_option *haul_option_find(const char *name); /* NULL when there is none */
const struct haul_option *haul_option_find_letter(char letter);

struct haul_options *haul_options_new(void); /* defaults, one reference */
struct haul_options *haul_options_ref(struct haul_options *options);
void haul_options_unref(struct haul_options *options); /* frees with the last one; NULL is fine */
struct haul_options *haul_options_copy(const struct haul_options *options); /* may be changed */
void haul_settings_init(struct haul_settings *settings);

/* Parses VALUE into the row's field of TARGET, a struct of the row's scope. A bad value is
 * HAUL_E_BAD_OPTION with a sentence that names option, value and what is accepted; the field is
 * then as before. Lists grow by one entry. */
HAUL_CHECKED enum haul_err haul_option_set(const struct haul_option *option, void *target,
                                           const char *value, struct haul_error *err);

/* The value in user form, newly allocated ("" when not given); the Nth entry for lists, NULL past
 * the end. Parses back to the same value. */
char *haul_option_get(const struct haul_option *option, const void *target, size_t nth);

/* True when the row's bit is set. */
bool haul_option_marked(const struct haul_option *option, const struct haul_given *given);
/* True when the row was set in TARGET rather than defaulted. */
bool haul_option_given(const struct haul_option *option, const void *target);

void haul_option_mark(const struct haul_option *option, void *target, bool given);

/* Marks the row of a change of settings as one that is to be as configured again. */
void haul_settings_drop(struct haul_settings *settings, const struct haul_option *option);
bool haul_settings_drops(const struct haul_settings *settings, const struct haul_option *option);
/* True when it changes anything. */
bool haul_settings_any(const struct haul_settings *settings);

/* Makes the row in TO equal to that in FROM, both structs of its scope, without a word on whether
 * it was given. */
void haul_option_copy(const struct haul_option *option, void *to, const void *from);

/* Back to the default, as though it had never been given. */
void haul_option_clear(const struct haul_option *option, void *target);

/* Makes the paths of files that the options name absolute, against the working directory; the
 * folder is left alone. */
void haul_options_settle_files(struct haul_options *options);

/* What an HTTP request asks: "GET" where nothing else was said, "POST" with a body. */
const char *haul_options_method(const struct haul_options *options);
bool haul_options_has_body(const struct haul_options *options);
/* True for a GET without a body: parts of the answer can be asked for, over several connections and
 * after an interruption. */
bool haul_options_plain(const struct haul_options *options);
/* True when asking twice is as good as asking once (RFC 9110, section 9.2.2). Another request is
 * never sent again without the user's word once a server may have seen it. */
bool haul_options_repeatable(const struct haul_options *options);

/* Copies each row that was set in FROM over TO. */
void haul_options_merge(struct haul_options *to, const struct haul_options *from);
void haul_settings_merge(struct haul_settings *to, const struct haul_settings *from);

/* One thing to fetch. Borrowed for the call; OPTIONS is referenced. */
struct haul_request {
    const char *url;            /* checked by the engine again */
    const char *const *mirrors; /* further URLs of the same file, or NULL */
    size_t mirror_count;
    struct haul_options *options; /* never NULL; options->dir is absolute */
    bool paused;                  /* do not start by itself */
};

#endif
