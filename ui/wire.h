#ifndef UI_WIRE_H
#define UI_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "base/str.h"
#include "ui/hyperlink.h"
#include "ui/true_color.h"

/* The way of bytes to the terminal: what curses composes is collected in memory, queued, and
 * written as far as the terminal takes it. Nothing here waits, but wire_flush(), which says how
 * long. */

/* What the screen costs, for people who look at it over a slow line. */
struct wire_figures {
    uint64_t bytes;         /* since the start */
    uint64_t painted;       /* that frames were made of, sent or not yet */
    uint64_t frames;        /* that changed anything */
    uint64_t dropped;       /* that the terminal had no room for */
    uint32_t last_bytes;    /* in the last whole second in which anything was painted */
    uint32_t last_frames;   /* in that second */
    uint32_t frame_bytes;   /* of the last frame */
    uint64_t second;        /* the one that is going on */
    uint32_t second_bytes;  /* so far */
    uint32_t second_frames; /* so far */
};

struct wire {
    int fd;   /* the terminal, non-blocking; borrowed */
    int sink; /* the file in memory that curses writes to */
    struct strbuf queue;
    struct true_color *colors; /* that are put in on the way, borrowed; NULL: none */
    struct hyperlinks *links;  /* likewise; NULL: no cell has a mark */
    bool broken;               /* the terminal takes nothing any more */
    struct wire_figures figures;
};

/* False when there is no file in memory to be had; nothing is left open then. */
HAUL_CHECKED bool wire_init(struct wire *wire, int fd);
void wire_fini(struct wire *wire);

/* From now on what is written to OUT comes to the wire. */
HAUL_CHECKED bool wire_catch(struct wire *wire, FILE *out);

void wire_puts(struct wire *wire, const char *bytes);
/* Queues what curses wrote, between BEFORE and AFTER when it wrote anything. Returns its length. */
size_t wire_collect(struct wire *wire, const char *before, const char *after);
/* The bytes collected were a frame, at NOW in ms. */
void wire_count(struct wire *wire, uint64_t now, size_t len);

/* Writes what the terminal takes. False when it is gone. */
bool wire_drain(struct wire *wire);
bool wire_pending(const struct wire *wire);
/* Waits until all is written, at most PATIENCE_MS; what is left then is dropped. */
void wire_flush(struct wire *wire, int patience_ms);

#endif
