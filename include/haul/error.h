#ifndef HAUL_ERROR_H
#define HAUL_ERROR_H

#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>

#include "haul/attr.h"

/* What went wrong, for people and for machines.
 *
 * A fallible function returns `enum haul_err` (0 is success) and fills a last `struct haul_error *`
 * with the details. Nothing in it is on the heap; copying the struct is fine. */

/* The kinds that decide the exit status of `haul get` and `haul wait`. */
enum haul_class {
    HAUL_CLASS_NONE,
    HAUL_CLASS_USAGE,       /* exit 1: the request itself is wrong */
    HAUL_CLASS_NETWORK,     /* exit 3: no or broken connection, time-outs, TLS */
    HAUL_CLASS_SERVER,      /* exit 4: the server answered and refused */
    HAUL_CLASS_DISK,        /* exit 5: the file can't be written here */
    HAUL_CLASS_INTEGRITY,   /* exit 6: what came is not what was announced */
    HAUL_CLASS_INTERRUPTED, /* exit 7: stopped by the user, work kept */
    HAUL_CLASS_LOCAL,       /* exit 1: haul's own processes: no daemon, version skew */
    HAUL_CLASS_COUNT
};

/* X(code, protocol name, class, worth another try, sentence for the user) */
#define HAUL_ERRORS(X)                                                                             \
    X(OK, "ok", NONE, false, "no error")                                                           \
    X(USAGE, "usage", USAGE, false, "the request is not understood")                               \
    X(BAD_URL, "bad-url", USAGE, false, "not a usable link")                                       \
    X(BAD_OPTION, "bad-option", USAGE, false, "an option is not usable")                           \
    X(NO_ITEM, "no-item", USAGE, false, "no such item")                                            \
    X(BAD_STATE, "bad-state", USAGE, false, "not possible in the item's state")                    \
    X(TOO_BIG, "too-big", USAGE, false, "larger than haul accepts")                                \
    X(RESOLVE, "resolve", NETWORK, true, "the host name can't be resolved")                        \
    X(CONNECT, "connect", NETWORK, true, "no connection to the server")                            \
    X(TIMEOUT, "timeout", NETWORK, true, "the server took too long")                               \
    X(STALLED, "stalled", NETWORK, true, "no data came for too long")                              \
    X(RESET, "reset", NETWORK, true, "the connection broke")                                       \
    X(TRUNCATED, "truncated", NETWORK, true, "the transfer ended before the announced length")     \
    X(TLS, "tls", NETWORK, false, "the secure connection can't be trusted or made")                \
    X(PROXY, "proxy", NETWORK, true, "the proxy refused or failed")                                \
    X(BAD_RESPONSE, "bad-response", NETWORK, false, "the server's answer makes no sense")          \
    X(HTTP, "http", SERVER, false, "the server refused")                                           \
    X(LOGIN, "login", SERVER, false, "the server wants another user name or password")             \
    X(REMOTE_FILE, "remote-file", SERVER, false, "the server has no such file or denies it")       \
    X(EXPIRED, "expired", SERVER, false, "the link has expired; what came is kept")                \
    X(REDIRECT, "redirect", SERVER, false, "the redirect is not followed")                         \
    X(DISK_FULL, "disk-full", DISK, false, "the disk is full")                                     \
    X(DISK, "disk", DISK, false, "the file can't be written")                                      \
    X(EXISTS, "exists", DISK, false, "the file is already there")                                  \
    X(BUSY, "busy", DISK, false, "another haul is writing this file")                              \
    X(LENGTH, "length", INTEGRITY, false, "the length is not the announced one")                   \
    X(CHANGED, "changed", INTEGRITY, false, "the file changed on the server")                      \
    X(CHECKSUM, "checksum", INTEGRITY, false, "the digest does not match")                         \
    X(UNCLEAN_END, "unclean-end", INTEGRITY, true, "the end of the file is not certain")           \
    X(CANCELLED, "cancelled", INTERRUPTED, false, "cancelled")                                     \
    X(INTERRUPTED, "interrupted", INTERRUPTED, false, "interrupted, what came is kept")            \
    X(NO_DAEMON, "no-daemon", LOCAL, false, "no daemon is running in this session")                \
    X(DAEMON_LOST, "daemon-lost", LOCAL, false, "the daemon went away")                            \
    X(REPLACED, "replaced", LOCAL, true, "another haul took the daemon's place")                   \
    X(VERSION, "version", LOCAL, false, "client and daemon are of different versions")             \
    X(SOCKET, "socket", LOCAL, false, "the control socket is not usable")                          \
    X(RPC, "rpc", LOCAL, false, "a protocol message is not understood")                            \
    X(STORE, "store", LOCAL, false, "the queue can't be kept")                                     \
    X(INTERNAL, "internal", LOCAL, false, "a defect in haul")

enum haul_err {
#define X(code, name, class, again, sentence) HAUL_E_##code,
    HAUL_ERRORS(X)
#undef X
        HAUL_E_COUNT
};

#define HAUL_OK HAUL_E_OK

/* Longest text of an error, with its NUL. Longer ones are cut on a character boundary. */
#define HAUL_ERROR_TEXT 320

struct haul_error {
    enum haul_err code;
    int sys_errno;              /* errno behind it, or 0 */
    int http_status;            /* 100…599, or 0 when no answer came */
    bool retryable;             /* the same request may succeed later */
    char text[HAUL_ERROR_TEXT]; /* clean, one line: what failed, on what, what to do */
};

const char *haul_err_name(enum haul_err code);     /* "disk-full": stable, used by the protocol */
const char *haul_err_sentence(enum haul_err code); /* "the disk is full" */
enum haul_class haul_err_class(enum haul_err code);
enum haul_err haul_err_from_name(const char *name); /* HAUL_E_INTERNAL when unknown */

/* Exit status of `get` and `wait` for one kind of failure (DESIGN.md, section 7). */
int haul_class_exit_status(enum haul_class kind);

/* Fills *err and returns CODE, so that `return haul_fail(err, …)` reads as one step. The text is
 * made clean (no control characters); retryable comes from the table. ERR may be NULL. */
enum haul_err haul_fail(struct haul_error *err, enum haul_err code, const char *format, ...)
    HAUL_PRINTF(3, 4);

/* The same with errno: appends ": " and the system's text for SYS_ERRNO. ENOSPC and EDQUOT turn
 * HAUL_E_DISK into HAUL_E_DISK_FULL. */
enum haul_err haul_fail_errno(struct haul_error *err, enum haul_err code, int sys_errno,
                              const char *format, ...) HAUL_PRINTF(4, 5);

/* Nobody knows an item of that number. */
enum haul_err haul_fail_item(struct haul_error *err, uint64_t id);

#endif
