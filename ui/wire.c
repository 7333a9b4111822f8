/* The queue between curses and the terminal.
 *
 * Curses writes with write(2) and tries again in a tight loop while a descriptor is not ready, so
 * it must never see the terminal itself: it writes to a file in memory, which always takes all.
 * From there the bytes go to the terminal by a descriptor of its own, opened non-blocking: the
 * flag belongs to the open file, and that of stdout is shared with the shell. */

#include "ui/wire.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/mem.h"

#define QUEUE_MAX (8u << 20) /* far above a frame of any terminal, and only one waits at a time */
#define CHUNK     16384u

bool wire_init(struct wire *wire, int fd)
{
    *wire = (struct wire){.fd = fd, .sink = memfd_create("haul-screen", MFD_CLOEXEC)};
    strbuf_init(&wire->queue, QUEUE_MAX);
    return wire->sink >= 0;
}

void wire_fini(struct wire *wire)
{
    strbuf_fini(&wire->queue);
    if (wire->sink >= 0)
        close(wire->sink);
    wire->sink = -1;
}

bool wire_catch(struct wire *wire, FILE *out)
{
    return fflush(out) == 0 && dup3(wire->sink, fileno(out), O_CLOEXEC) >= 0;
}

/* What does not fit is lost, which a whole repaint mends; see QUEUE_MAX. */
static void queue_add(struct wire *wire, const char *bytes, size_t len)
{
    if (!strbuf_add(&wire->queue, bytes, len))
        strbuf_clear(&wire->queue);
}

void wire_puts(struct wire *wire, const char *bytes)
{
    queue_add(wire, bytes, strlen(bytes));
}

/* What curses wrote, with the colours that it does not know. */
static void queue_add_colors(struct wire *wire, const char *bytes, size_t len)
{
    if (!wire->colors)
        queue_add(wire, bytes, len);
    else if (!true_color_pass(wire->colors, bytes, len, &wire->queue))
        strbuf_clear(&wire->queue);
}

/* The same with the links of what is marked; ENDS: nothing follows for now. */
static void queue_add_screen(struct wire *wire, const char *bytes, size_t len, bool ends)
{
    struct strbuf linked;
    if (!wire->links) {
        queue_add_colors(wire, bytes, len);
        return;
    }
    strbuf_init(&linked, QUEUE_MAX);
    if (!hyperlinks_pass(wire->links, bytes, len, &linked) ||
        (ends && !hyperlinks_end(wire->links, &linked)))
        strbuf_clear(&linked);
    if (linked.len > 0)
        queue_add_colors(wire, linked.data, linked.len);
    strbuf_fini(&linked);
}

size_t wire_collect(struct wire *wire, const char *before, const char *after)
{
    char chunk[CHUNK];
    size_t queued = wire->queue.len;
    off_t end = lseek(wire->sink, 0, SEEK_CUR);
    off_t at = 0;
    if (end <= 0)
        return 0;
    wire_puts(wire, before);
    while (at < end) {
        ssize_t len = pread(wire->sink, chunk, MIN(sizeof(chunk), (size_t)(end - at)), at);
        if (len <= 0)
            break;
        at += len;
        queue_add_screen(wire, chunk, (size_t)len, at >= end);
    }
    wire_puts(wire, after);
    lseek(wire->sink, 0, SEEK_SET);
    return wire->queue.len - MIN(queued, wire->queue.len);
}

void wire_count(struct wire *wire, uint64_t now, size_t len)
{
    struct wire_figures *figures = &wire->figures;
    if (now / 1000 != figures->second) {
        figures->last_bytes = figures->second_bytes;
        figures->last_frames = figures->second_frames;
        figures->second = now / 1000;
        figures->second_bytes = 0;
        figures->second_frames = 0;
    }
    figures->painted += len;
    figures->frames++;
    figures->second_frames++;
    figures->second_bytes += (uint32_t)len;
    figures->frame_bytes = (uint32_t)len;
}

bool wire_drain(struct wire *wire)
{
    while (!wire->broken && wire->queue.len > 0) {
        ssize_t len = write(wire->fd, wire->queue.data, wire->queue.len);
        if (len < 0 && errno == EINTR)
            continue;
        if (len < 0 && errno == EAGAIN)
            return true;
        if (len <= 0) {
            wire->broken = true;
            break;
        }
        wire->figures.bytes += (uint64_t)len;
        strbuf_drop(&wire->queue, (size_t)len);
    }
    return !wire->broken;
}

bool wire_pending(const struct wire *wire)
{
    return wire->queue.len > 0 && !wire->broken;
}

/* The patience is for each time that the terminal takes something: a slow one is not cut off. */
void wire_flush(struct wire *wire, int patience_ms)
{
    struct pollfd out = {.fd = wire->fd, .events = POLLOUT};
    while (wire_drain(wire) && wire_pending(wire)) {
        if (poll(&out, 1, patience_ms) != 1 || (out.revents & (POLLERR | POLLHUP)))
            break;
    }
    strbuf_clear(&wire->queue);
}
