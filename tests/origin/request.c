/* Reads the head of an HTTP/1.1 request (RFC 9112, section 3), strictly enough to notice a client
 * that writes nonsense. A body is read when its length is announced. */

#include "request.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

size_t request_head_len(const char *data, size_t len)
{
    const char *end = memmem(data, len, "\r\n\r\n", 4);
    return end ? (size_t)(end - data) + 4 : 0;
}

size_t request_body_len(const char *head, size_t head_len)
{
    static const char name[] = "\r\nContent-Length:";
    char *copy = strndup(head, head_len);
    const char *at = copy ? strcasestr(copy, name) : NULL;
    size_t len = at ? (size_t)strtoul(at + strlen(name), NULL, 10) : 0;
    free(copy);
    return len;
}

/* Cuts the line at AT, returns the start of the next one. */
static char *line_cut(char *at)
{
    char *end = strstr(at, "\r\n");
    if (!end)
        return NULL;
    *end = '\0';
    return end + 2;
}

/* "METHOD target HTTP/1.x" */
static bool start_line_parse(struct request *request, char *line)
{
    char *target = strchr(line, ' ');
    char *version = target ? strchr(target + 1, ' ') : NULL;
    if (!version || strncmp(version + 1, "HTTP/1.", 7) != 0)
        return false;
    *target++ = '\0';
    *version = '\0';
    request->method = line;
    request->target = target;
    return true;
}

/* Path and query of the target, in whichever form it came (RFC 9112, section 3.2). */
static bool target_split(struct request *request)
{
    const char *at = request->target;
    request->proxied = *at != '/';
    if (strcmp(request->method, "CONNECT") == 0) {
        request->path = strdup(at);
        return request->path != NULL;
    }
    if (strncmp(at, "http://", 7) == 0)
        at += 7 + strcspn(at + 7, "/?");
    request->path = *at == '/' ? strdup(at) : strdup("/");
    if (!request->path)
        return false;
    char *mark = strchr(request->path, '?');
    if (mark) {
        *mark = '\0';
        request->query = mark + 1;
    }
    return true;
}

bool request_parse(struct request *request, const char *data, size_t len)
{
    *request = (struct request){.buffer = strndup(data, len)};
    char *line = request->buffer;
    char *next = line ? line_cut(line) : NULL;
    if (!next || !start_line_parse(request, line))
        return false;
    for (line = next; (next = line_cut(line)) && *line; line = next) {
        char *colon = strchr(line, ':');
        if (!colon || request->header_count == REQUEST_HEADERS)
            return false;
        *colon = '\0';
        struct header *header = &request->headers[request->header_count++];
        header->name = line;
        header->value = colon + 1 + strspn(colon + 1, " \t");
    }
    return target_split(request);
}

void request_fini(struct request *request)
{
    free(request->buffer);
    free(request->path);
    *request = (struct request){0};
}

const char *request_header(const struct request *request, const char *name)
{
    for (size_t i = 0; i < request->header_count; i++) {
        if (strcasecmp(request->headers[i].name, name) == 0)
            return request->headers[i].value;
    }
    return NULL;
}
