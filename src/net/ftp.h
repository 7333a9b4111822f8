#ifndef NET_FTP_H
#define NET_FTP_H

#include <curl/curl.h>
#include <stdbool.h>
#include <stddef.h>

#include "haul/attr.h"
#include "haul/error.h"
#include "net/multi.h"

/* What an FTP server says on its control connection, and the end of what it sends. Inside of the
 * net room. */
struct ftp_talk;

HAUL_CHECKED bool ftp_is(const char *url);
struct ftp_talk *ftp_talk_new(const char *url);
void ftp_talk_free(struct ftp_talk *talk); /* NULL is fine */

/* Takes a line of an answer. False: nothing that comes of this can be trusted. */
HAUL_CHECKED bool ftp_line(struct ftp_talk *talk, const char *line, size_t len);
/* Fills *err where the server's words say more than libcurl's result; else leaves it alone. */
void ftp_judge(const struct net_transfer *transfer, const char *host, struct haul_error *err);

/* Bytes for the handler `body`, but for the last one that was announced. */
HAUL_CHECKED enum net_body ftp_take(struct net_transfer *transfer, const char *data, size_t len);
/* All is well: the last one may go, too. False: it has to wait for net_unpause(), and then this is
 * called again. */
HAUL_CHECKED bool ftp_give_last(struct net_transfer *transfer);
HAUL_CHECKED bool ftp_waits(const struct net_transfer *transfer);

/* For CURLOPT_OPENSOCKETFUNCTION and CURLOPT_XFERINFOFUNCTION; CTX is the struct net_transfer. The
 * second one ends a transfer for which libcurl makes the loop wait. */
curl_socket_t ftp_on_open(void *ctx, curlsocktype purpose, struct curl_sockaddr *address);
int ftp_on_progress(void *ctx, curl_off_t size, curl_off_t came, curl_off_t up_size, curl_off_t up);

#endif
