/* What an FTP server says, where libcurl makes too little of it.
 *
 * libcurl 7.88 takes the digits at the end of the answer to SIZE for the size, whatever stands in
 * front of them, and those that no number holds for 0; it ends at that size, whatever comes behind,
 * and does not look at the server's last word where a part was asked for; a server that is busy
 * (421) it calls a time-out; and for that last word it waits up to a minute in one go, in which
 * nothing else in this process moves.
 *
 * So the last byte that was announced is held back until the server said that this was all: what is
 * not confirmed never looks complete. */

#include "net/ftp.h"

#include <ctype.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>

#include "base/mem.h"
#include "base/text.h"
#include "net/transfer.h"

#define LAST_WORD_MS UINT64_C(5000) /* as long as everything may stand still for it */
#define GOOD_BYE_MS  UINT64_C(500)  /* the same of one that is not needed */
#define SIZE_DIGITS  18             /* that a number holds for certain */
#define SAID_MAX     128

struct ftp_talk {
    int code;            /* of the last answer */
    char said[SAID_MAX]; /* with it, raw */
    bool bad_size;       /* the last size that was told is none */
    bool under_way;      /* the server began to send the file; never where a proxy speaks HTTP */
    uint64_t all_at;     /* ms, when it said that this was all; 0: it has not */
    bool plain;          /* what it sends can be told from what TLS adds */
    bool holds;          /* ->last is here, and was not given on */
    bool waits;          /* until it can be */
    char last;
    curl_socket_t fd; /* the socket that was made last: that of the data, once there is one */
};

bool ftp_is(const char *url)
{
    return strncasecmp(url, "ftp:", 4) == 0 || strncasecmp(url, "ftps:", 5) == 0;
}

struct ftp_talk *ftp_talk_new(const char *url)
{
    struct ftp_talk *talk = xcalloc(1, sizeof *talk);

    talk->plain = strncasecmp(url, "ftps:", 5) != 0;
    talk->fd = CURL_SOCKET_BAD;
    return talk;
}

void ftp_talk_free(struct ftp_talk *talk)
{
    free(talk);
}

static uint64_t now_ms(void)
{
    return uv_hrtime() / 1000000;
}

/* Answers. */

/* The code of an answer's last line, 0 of any other line. */
static int code_of(const char *line, size_t len)
{
    for (size_t i = 0; i < 3; i++) {
        if (i >= len || !isdigit((unsigned char)line[i]))
            return 0;
    }
    if (len > 3 && line[3] == '-')
        return 0;
    return (line[0] - '0') * 100 + (line[1] - '0') * 10 + line[2] - '0';
}

static size_t trimmed(const char *line, size_t len)
{
    while (len > 0 && isspace((unsigned char)line[len - 1]))
        len--;
    return len;
}

/* As in libcurl, words in front of the digits do no harm. */
static bool is_size(const char *line, size_t len)
{
    size_t digits = 0;

    while (digits < len && isdigit((unsigned char)line[len - 1 - digits]))
        digits++;
    return digits > 0 && digits <= SIZE_DIGITS && (digits == len || line[len - 1 - digits] != '-');
}

bool ftp_line(struct ftp_talk *talk, const char *line, size_t len)
{
    size_t end = trimmed(line, len), said;
    int code = code_of(line, end);

    if (code == 0)
        return true;
    said = end > 4 ? MIN(end - 4, (size_t)SAID_MAX - 1) : 0;
    memcpy(talk->said, said > 0 ? line + 4 : "", said);
    talk->said[said] = '\0';
    talk->code = code;
    if (code == 213) /* the file's time comes in front of its size, and has 14 digits */
        talk->bad_size = !is_size(line + 3, end - 3);
    else if (code >= 400)
        talk->bad_size = false; /* it tells none */
    if (talk->under_way && code >= 200 && code < 300 && talk->all_at == 0)
        talk->all_at = now_ms();
    talk->under_way = talk->under_way || code == 150 || code == 125;
    return !(talk->under_way && talk->bad_size);
}

/* What is here of the answer that could not be taken. */
static enum haul_err refuse(const struct ftp_talk *talk, const char *host, enum haul_err code,
                            const char *what, struct haul_error *err)
{
    char said[SAID_MAX];

    text_clean(text_raw_from(talk->said), said, sizeof said);
    return haul_fail(err, code, "%s %s: %d %s", host, what, talk->code, said);
}

void ftp_judge(const struct net_transfer *transfer, const char *host, struct haul_error *err)
{
    const struct ftp_talk *talk = transfer->ftp;
    CURLcode result = transfer->result;

    if (talk->code == 421) {
        refuse(talk, host, HAUL_E_CONNECT, "takes no further connection for now", err);
    } else if (talk->under_way && talk->bad_size) {
        haul_fail(err, HAUL_E_BAD_RESPONSE, "%s tells a size that is none", host);
    } else if (result == CURLE_FTP_COULDNT_USE_REST) {
        refuse(talk, host, HAUL_E_BAD_RESPONSE, "sends no file from the middle on", err);
        err->http_status = 416; /* as HTTP says it */
    } else if (result == CURLE_WEIRD_SERVER_REPLY && talk->code >= 400) {
        refuse(talk, host, HAUL_E_REMOTE_FILE, "refuses", err);
        err->retryable = talk->code < 500;
    } else if (result == CURLE_OK && talk->under_way && talk->code >= 400) {
        refuse(talk, host, HAUL_E_TRUNCATED, "does not say that this was all of the file", err);
    }
}

/* Bytes. */

curl_socket_t ftp_on_open(void *ctx, curlsocktype purpose, struct curl_sockaddr *address)
{
    struct net_transfer *transfer = ctx;

    transfer->ftp->fd = watches_open(net_watches(transfer->net), purpose, address);
    return transfer->ftp->fd;
}

/* Does more come behind the last byte that was announced? An end comes at once from a server that
 * told the truth, and before its last word, for which libcurl would make everything wait as well.
 */
static bool more_comes(const struct ftp_talk *talk)
{
    struct pollfd poll_fd = {.fd = talk->fd, .events = POLLIN};
    char byte;

    return talk->plain && poll(&poll_fd, 1, (int)LAST_WORD_MS) > 0 &&
           recv(talk->fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) > 0;
}

enum net_body ftp_take(struct net_transfer *transfer, const char *data, size_t len)
{
    struct ftp_talk *talk = transfer->ftp;
    int64_t size = transfer->response.content_length;
    uint64_t came = transfer->body_bytes + len;
    enum net_body answer = NET_BODY_TAKEN;

    if (!talk->under_way || size < 0 || came < (uint64_t)size)
        return transfer->handlers->body(transfer->ctx, data, len);
    if (came > (uint64_t)size || more_comes(talk)) {
        haul_fail(fault_need(&transfer->stop), HAUL_E_LENGTH,
                  "the server sends more than the %lld bytes that it announced", (long long)size);
        return NET_BODY_STOP;
    }
    if (len > 1)
        answer = transfer->handlers->body(transfer->ctx, data, len - 1);
    talk->holds = answer == NET_BODY_TAKEN;
    talk->last = data[len - 1];
    return answer;
}

bool ftp_give_last(struct net_transfer *transfer)
{
    struct ftp_talk *talk = transfer->ftp;

    if (!talk->holds)
        return true;
    talk->waits = transfer->handlers->body(transfer->ctx, &talk->last, 1) == NET_BODY_PAUSE;
    talk->holds = talk->waits;
    return !talk->waits;
}

bool ftp_waits(const struct net_transfer *transfer)
{
    return transfer->ftp && transfer->ftp->waits;
}

/* Called all the time; but while libcurl makes the loop wait, no turn of it begins. */
int ftp_on_progress(void *ctx, curl_off_t size, curl_off_t came, curl_off_t up_size, curl_off_t up)
{
    struct net_transfer *transfer = ctx;
    const struct ftp_talk *talk = transfer->ftp;

    (void)size;
    (void)came;
    (void)up_size;
    (void)up;
    if (talk->all_at > 0)
        return now_ms() >= talk->all_at + GOOD_BYE_MS;
    if (now_ms() < uv_now(net_loop(transfer->net)) + LAST_WORD_MS)
        return 0;
    haul_fail(fault_need(&transfer->stop), HAUL_E_TIMEOUT,
              "the server does not say whether this was all of the file");
    return 1;
}
