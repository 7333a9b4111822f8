/* What an FTP server says, where libcurl makes too little of it.
 *
 * libcurl 7.88 takes the digits at the end of the answer to SIZE for the size, whatever stands in
 * front of them, and those that no number holds for 0; it ends at that size, whatever comes behind,
 * and does not look at the server's last word where a part was asked for; a server that is busy
 * (421) it calls a time-out. */

#include "net/ftp.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "base/text.h"
#include "net/transfer.h"

#define SIZE_DIGITS 18 /* that a number holds for certain */

bool ftp_is(const char *url)
{
    return strncasecmp(url, "ftp:", 4) == 0 || strncasecmp(url, "ftps:", 5) == 0;
}

struct ftp_talk *ftp_talk_new(const char *url)
{
    struct ftp_talk *talk = xcalloc(1, sizeof *talk);

    talk->plain = strncasecmp(url, "ftps:", 5) != 0;
    talk->control = talk->data = CURL_SOCKET_BAD;
    return talk;
}

static void on_closed(uv_handle_t *handle)
{
    free(handle->data);
}

void ftp_talk_free(struct ftp_talk *talk)
{
    if (!talk || !talk->has_timer) {
        free(talk);
        return;
    }
    talk->look.data = talk;
    uv_close((uv_handle_t *)&talk->look, on_closed);
}

/* Answers. */

int ftp_code(const char *line, size_t len)
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

bool ftp_line(struct net_transfer *transfer, const char *line, size_t len)
{
    struct ftp_talk *talk = transfer->ftp;
    size_t end = trimmed(line, len), said;
    int code = ftp_code(line, end);

    talk->heard += len;
    if (code == 0)
        return true;
    if (talk->control == CURL_SOCKET_BAD)
        talk->control = transfer->fd;
    said = end > 4 ? MIN(end - 4, (size_t)FTP_SAID_MAX - 1) : 0;
    memcpy(talk->said, said > 0 ? line + 4 : "", said);
    talk->said[said] = '\0';
    talk->code = code;
    if (code == 213) /* the file's time comes in front of its size, and has 14 digits */
        talk->bad_size = !is_size(line + 3, end - 3);
    else if (code >= 400)
        talk->bad_size = false; /* it tells none */
    talk->under_way = talk->under_way || code == 150 || code == 125;
    return !(talk->under_way && talk->bad_size);
}

/* What is here of the answer that could not be taken. */
static enum haul_err refuse(const struct ftp_talk *talk, const char *host, enum haul_err code,
                            const char *what, struct haul_error *err)
{
    char said[FTP_SAID_MAX];

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
