#ifndef NET_TRANSFER_H
#define NET_TRANSFER_H

#include <curl/curl.h>
#include <sys/queue.h>
#include <uv.h>

#include "base/fault.h"
#include "net/easies.h"
#include "net/multi.h"
#include "net/watch.h"

/* Inside of the net room: one transfer, shared by its files. */
struct net_transfer {
    LIST_ENTRY(net_transfer) link;  /* all of a net */
    STAILQ_ENTRY(net_transfer) end; /* of the ones that ended and are not told yet */
    struct net *net;
    CURL *easy;       /* NULL when the body comes past libcurl */
    bool prepared;    /* it is set up for the transfer_use() of this one */
    curl_socket_t fd; /* libcurl reads the answer from it; CURL_SOCKET_BAD: it reads none now */
    struct curl_slist *headers;   /* own ones; NULL when the common list does */
    struct curl_slist *elsewhere; /* addresses of hosts, or NULL */
    curl_mime *form;              /* the body of a form in parts, or NULL */
    struct jar *jar;              /* jars.c: cookies that it shares with others; NULL: none */
    struct haul_options *options;
    const struct net_handlers *handlers;
    void *ctx;
    struct net_response response;
    struct fault stop; /* why we ended it ourselves */
    char *url;         /* the one asked now, without user info */
    char *origin;      /* of the first URL, once there was a redirect */
    char *user;        /* "name:password" for that origin, or NULL */
    char *if_range;
    uint64_t from, to;
    int64_t upload_size;
    uint64_t discarded; /* bytes of an error's or redirect's body that were thrown away */
    unsigned redirects;
    char *trail; /* see net_transfer_trail() */
    CURLcode result;
    bool ranged;
    bool is_http;
    bool same_origin; /* secrets may be sent */
    bool downgraded;  /* a redirect led from https to http */
    bool http2;       /* asked for, where the server can */
    bool shared;      /* ->easy may have been on a connection with others */
    bool again;       /* the same once more, over HTTP/1.1 */
    bool fresh;       /* over a connection that is made for it */
    bool foreign;     /* but not those of the options */
    bool bare;        /* a plain GET by now, whatever the options say: a redirect made it one */
    bool head_told;   /* over HTTP: of a complete answer whose body is wanted */
    bool connected;
    bool surplus;            /* bytes came behind those that were announced */
    bool lingers;            /* its answer is no, and the body that tells why does not come */
    struct tls_end *tls_end; /* tls.c: watches for a proper end, NULL: no need */
    bool ended;
    bool held;             /* libcurl keeps bytes that were not taken */
    uint64_t body_bytes;   /* that were taken from libcurl */
    struct ftp_talk *ftp;  /* ftp.c: what was said; NULL: it is not FTP */
    struct direct *direct; /* direct.c: the body comes past libcurl; NULL: it does not */
    int direct_errno;      /* what broke it */
    int64_t mtime;         /* as of then */
    char error_text[CURL_ERROR_SIZE];
};

/* Room for the schemes of all links that are fetched, as a list with commas. */
#define NET_PROTOCOLS 32

/* What all transfers of a net share. */
struct net_shared {
    CURLSH *share; /* names and TLS sessions */
    CURLSH *apart; /* TLS sessions, of those that ask for names in a way of their own */
    struct curl_slist *headers; /* of a request that has none of its own */
    struct watches watches;
    size_t held;                   /* transfers that libcurl keeps bytes of: see ->held */
    char protocols[NET_PROTOCOLS]; /* that libcurl may speak */
    bool proxies;                  /* the environment names some, or who needs none */
};

/* request.c: the schemes that are fetched and that are among KNOWN, those of this libcurl, up to
 * NULL. */
void transfer_protocols(const char *const *known, char ret_list[NET_PROTOCOLS]);
/* Whether the ENVIRONMENT, up to NULL, has a word on proxies. */
HAUL_CHECKED bool transfer_environment_proxies(char *const *environment);
/* Takes apart REQUEST and fills the easy handle for the transfer's present URL. RUNNING
 * is how many transfers there are: they share the memory for reading. */
HAUL_CHECKED enum haul_err transfer_describe(struct net_transfer *transfer,
                                             const struct net_request *request,
                                             struct haul_error *err);
/* Where there is no login yet and the user wants that, takes it from ~/.netrc for the present URL's
 * host. A host that a redirect led to must be named there. */
HAUL_CHECKED enum haul_err transfer_look_up_login(struct net_transfer *transfer,
                                                  struct haul_error *err);
/* What the easy handle is set up for, if another transfer may find it so: options and all that
 * matters besides the URL. */
struct easy_use transfer_use(const struct net_transfer *transfer);
HAUL_CHECKED enum haul_err transfer_prepare(struct net_transfer *transfer,
                                            struct net_shared *shared, size_t running,
                                            struct haul_error *err);

/* redirect.c: true when the answer sends us elsewhere; then the transfer's URL is the new one and
 * what belongs to the old origin only is dropped. False with *err set when it must not be followed,
 * false with code OK when the answer is no redirect. */
HAUL_CHECKED bool transfer_redirect(struct net_transfer *transfer, struct haul_error *err);

/* tls.c: libcurl's SSL object; NULL without TLS. */
struct ssl_st *transfer_ssl(const struct net_transfer *transfer);
bool tls_agreed_on_http2(const struct ssl_st *ssl);
/* Version and cipher of its connection; "" without TLS. */
void transfer_tls_text(const struct net_transfer *transfer, char *buf, size_t size);
/* From the moment the answer's headers are here, for a body that only the end of the
 * connection delimits. */
void transfer_watch_end(struct net_transfer *transfer);
/* False when such a body ended without the server's word (close_notify, RFC 8446 section 6.1). */
bool transfer_ended_cleanly(const struct net_transfer *transfer);
void transfer_unwatch_end(struct net_transfer *transfer);

/* direct.c (see net_go_direct). What all direct transfers of a net share. */
struct direct_shared {
    int pipe[2];
    size_t pipe_size; /* 0: the pipe is not open */
    char *chunk;      /* NET_CHUNK_MAX bytes; NULL: not needed yet */
};
void direct_shared_fini(struct direct_shared *shared);
void direct_close(struct net_transfer *transfer); /* nothing to do for one that is not direct */
void direct_go_on(struct net_transfer *transfer); /* after a pause */
/* A piece that libcurl was about to read when it was told to rest: the next bytes, in order.
 * Returns as a write callback does. */
size_t direct_take(struct net_transfer *transfer, const char *data, size_t len);

/* direct_tls.c: reading from the TLS session of a transfer. Borrowed from
 * libcurl; gone when libcurl closes the connection. */
struct direct_tls {
    struct ssl_st *ssl; /* NULL: no TLS */
    struct feed *feed;
};
/* False: nothing has changed. */
HAUL_CHECKED bool direct_tls_take(const struct net_transfer *transfer, struct direct_tls *ret_tls);
/* The same of a session and its socket. */
HAUL_CHECKED bool direct_tls_open(struct ssl_st *ssl, int fd, struct direct_tls *ret_tls);
/* As recv(): 0 at the end, -1 with errno. */
ssize_t direct_tls_read(struct direct_tls *tls, char *to, size_t size);
/* The same, and the bytes stay where they are. */
ssize_t direct_tls_peek(struct direct_tls *tls, char *to, size_t size);
/* Of any session, libcurl's too: what is decrypted and not read yet; 0: nothing. */
ssize_t direct_tls_peek_pending(struct ssl_st *ssl, char *to, size_t size);
/* Bytes are here that no event of the socket will tell of. */
bool direct_tls_pending(const struct direct_tls *tls);

/* multi.c */
uv_loop_t *net_loop(const struct net *net);
struct direct_shared *net_direct_shared(struct net *net);
struct watches *net_watches(struct net *net);
/* It is over: told with the next net_settle(). */
void transfer_note_end(struct net_transfer *transfer, CURLcode result);
/* Tells what ended, then `settled`. */
void net_settle(struct net *net);
/* Another transfer is on its connection, which is none that can be shared. */
HAUL_CHECKED bool transfer_intrudes(const struct net_transfer *transfer);
/* Whether libcurl keeps bytes of it. */
void transfer_set_held(struct net_transfer *transfer, bool held);
/* libcurl forgets the transfer and closes its descriptor. */
void transfer_leave_libcurl(struct net_transfer *transfer);
/* libcurl looks after the transfer that it wants to hear of FD for. It may be gone then. */
void transfer_nudge(struct net_transfer *transfer, curl_socket_t fd);
/* libcurl keeps the connection, and hears nothing of it any more. */
void transfer_mute(struct net_transfer *transfer);

/* callbacks.c. Are the bytes behind the announced ones more of the body? */
bool net_is_surplus(const char *bytes, size_t len);
/* Notes that they came, as the reason to end; returns 0. */
size_t transfer_stop_surplus(struct net_transfer *transfer);
/* callbacks.c: called by libcurl through request.c. */
size_t transfer_on_header(char *data, size_t size, size_t count, void *ctx);
size_t transfer_on_body(char *data, size_t size, size_t count, void *ctx);
size_t transfer_on_want(char *to, size_t size, size_t count, void *ctx);
int transfer_on_rewind(void *ctx, curl_off_t offset, int origin);
int transfer_on_told(CURL *easy, curl_infotype what, char *data, size_t len, void *ctx);
int transfer_on_connected(void *ctx, char *peer_ip, char *own_ip, int peer_port, int own_port);
/* Notes that we end it ourselves. Returns 0, which makes libcurl stop. */
size_t transfer_stop_with(struct net_transfer *transfer, enum haul_err code);
/* verdict.c. */
bool transfer_is_ssh(const struct net_transfer *transfer);
/* The body of its answer is the file, and not what tells of an error or a redirect. */
bool transfer_wants_body(const struct net_transfer *transfer);
/* Tells of the answer, once; false when it is not wanted. */
HAUL_CHECKED bool transfer_tell_head(struct net_transfer *transfer);

/* verdict.c: how it ended. What it tells first may be the head of an empty answer. */
void transfer_judge(struct net_transfer *transfer, struct haul_error *ret_err);

#endif
