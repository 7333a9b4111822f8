/* The event loop of a process. Freeing it closes handles that their owners left open, so that a
 * defect elsewhere shows as a log line and not as a use after free inside libuv. */

#include "base/loop.h"

#include <stdlib.h>
#include <uv.h>

#include "base/mem.h"
#include "haul/log.h"

struct haul_loop {
    uv_loop_t uv;
};

enum haul_err haul_loop_new(struct haul_loop **ret_loop, struct haul_error *err)
{
    struct haul_loop *loop = xcalloc(1, sizeof *loop);
    int status = uv_loop_init(&loop->uv);

    if (status != 0) {
        free(loop);
        return haul_fail(err, HAUL_E_INTERNAL, "no event loop: %s", uv_strerror(status));
    }
    *ret_loop = loop;
    return HAUL_OK;
}

static void close_left_over(uv_handle_t *handle, void *ctx)
{
    (void)ctx;
    if (uv_is_closing(handle))
        return;
    LOG_WARN(base, "a %s handle was left open", uv_handle_type_name(handle->type));
    uv_close(handle, NULL);
}

void haul_loop_free(struct haul_loop *loop)
{
    if (!loop)
        return;
    uv_run(&loop->uv, UV_RUN_NOWAIT);
    uv_walk(&loop->uv, close_left_over, NULL);
    while (uv_loop_close(&loop->uv) == UV_EBUSY)
        uv_run(&loop->uv, UV_RUN_ONCE);
    free(loop);
}

void haul_loop_run(struct haul_loop *loop)
{
    uv_run(&loop->uv, UV_RUN_DEFAULT);
}

void haul_loop_stop(struct haul_loop *loop)
{
    uv_stop(&loop->uv);
}

uv_loop_t *loop_uv(struct haul_loop *loop)
{
    return &loop->uv;
}
