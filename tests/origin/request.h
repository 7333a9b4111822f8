#ifndef ORIGIN_REQUEST_H
#define ORIGIN_REQUEST_H

#include <stdbool.h>
#include <stddef.h>

struct header {
    const char *name;
    const char *value;
};

#define REQUEST_HEADERS 256

/* A request's head, as views into one buffer of its own. */
struct request {
    char *buffer;
    const char *method;
    const char *target; /* as it came */
    char *path;         /* origin form, without query */
    const char *query;  /* after '?', or NULL */
    bool proxied;       /* came in absolute form, or is a CONNECT */
    struct header headers[REQUEST_HEADERS];
    size_t header_count;
    const char *body; /* BODY_LEN bytes; NULL: none */
    size_t body_len;
};

/* Length of the head at the start of DATA with its empty line, 0 while it is not complete. */
size_t request_head_len(const char *data, size_t len);

/* Length of the body that a head of HEAD_LEN bytes announces: its Content-Length, else 0. */
size_t request_body_len(const char *head, size_t head_len);

/* Reads a complete head. False when it makes no sense. request_fini() in both cases. */
bool request_parse(struct request *request, const char *data, size_t len);
void request_fini(struct request *request);

/* The value of the first header NAME (any case), or NULL. */
const char *request_header(const struct request *request, const char *name);

#endif
