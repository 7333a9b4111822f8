#ifndef NET_FTP_H
#define NET_FTP_H

#include <curl/curl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uv.h>

#include "haul/attr.h"
#include "haul/error.h"
#include "net/multi.h"

#define FTP_SAID_MAX 128

/* What an FTP server says on its control connection, and the end of what it sends. Inside of the
 * net room; NULL where a transfer is not FTP. */
struct ftp_talk {
    int code;                /* of the last answer */
    char said[FTP_SAID_MAX]; /* with it, raw */
    bool bad_size;           /* the last size that was told is none */
    bool under_way; /* the server began to send the file; never where a proxy speaks HTTP */
    bool plain;     /* what it sends can be told from what TLS adds */
    bool holds;     /* ->last is here, and was not given on */
    bool waits;     /* until it can be */
    char last;
    curl_socket_t control; /* where it says all this */
    curl_socket_t data;    /* the socket that was made last: that of the data, once there is one */
    uint64_t heard;        /* bytes of ->control that libcurl told us of, and those before ->data */
    enum { FTP_LOOKS_NOT_YET, FTP_LOOKS, FTP_LOOKS_NO_MORE } looks; /* for the end */
    uv_timer_t look;
    bool has_timer;   /* ->look is one */
    uint64_t look_ms; /* to the next one */
    uint64_t waited;  /* ms */
};

HAUL_CHECKED bool ftp_is(const char *url);
struct ftp_talk *ftp_talk_new(const char *url);
void ftp_talk_free(struct ftp_talk *talk); /* NULL is fine */

/* ftp.c: what it says. */

/* Takes a line of an answer. False: nothing that comes of this can be trusted. */
HAUL_CHECKED bool ftp_line(struct net_transfer *transfer, const char *line, size_t len);
/* The code of the last line of an answer, 0 of any other line. */
HAUL_CHECKED int ftp_code(const char *line, size_t len);
/* Fills *err where the server's words say more than libcurl's result; else leaves it alone. */
void ftp_judge(const struct net_transfer *transfer, const char *host, struct haul_error *err);

/* ftp_end.c: the end of what it sends. */

/* Bytes for the handler `body`, but for the last one that was announced. */
HAUL_CHECKED enum net_body ftp_take(struct net_transfer *transfer, const char *data, size_t len);
/* All is well: the last one may go, too. False: it has to wait for net_unpause(), and then this is
 * called again. */
HAUL_CHECKED bool ftp_give_last(struct net_transfer *transfer);
HAUL_CHECKED bool ftp_waits(const struct net_transfer *transfer);

/* For libcurl's options of these names; CTX is the struct net_transfer. */
curl_socket_t ftp_on_open(void *ctx, curlsocktype purpose, struct curl_sockaddr *address);
int ftp_on_progress(void *ctx, curl_off_t size, curl_off_t came, curl_off_t up_size, curl_off_t up);
int ftp_on_told(CURL *easy, curl_infotype what, char *data, size_t len, void *ctx);

#endif
