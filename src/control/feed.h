#ifndef CONTROL_FEED_H
#define CONTROL_FEED_H

#include <jansson.h>
#include <stdint.h>

#include "control/conn.h"

/* Something that is pushed to a client besides the frames of its view: the hosts, the log. At most
 * one notification in an interval, made of the newest state, and none while the client has not read
 * what it was sent. To find out that there is nothing to tell costs as much, so that is not done
 * more often either. With nothing new no timer runs. */
struct feed;

struct feed_source {
    const char *method; /* of the notification */
    /* The next one's params; NULL: there is nothing new. */
    json_t *(*make)(void *ctx);
    /* Sends LINE, which is taken; it may be the end of the client, and with it of the feed. */
    void (*send)(void *ctx, char *line, size_t len);
    void *ctx;
};

/* SOURCE is copied, CONN borrowed: the client's connection, to see what it has not read. */
struct feed *feed_new(uv_loop_t *loop, const struct conn *conn, const struct feed_source *source,
                      uint32_t interval_ms);
/* Freed on the loop. NULL is fine, here and below. */
void feed_free(struct feed *feed);

void feed_pace(struct feed *feed, uint32_t interval_ms);

/* Something may be new: one is due when its time has come. NOW: at once. */
void feed_changed(struct feed *feed);
void feed_now(struct feed *feed);
/* The client has read what it was sent. */
void feed_drained(struct feed *feed);

#endif
