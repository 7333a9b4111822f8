/* Probes: what is a file called and how large is it, before anybody wants it?
 *
 * A GET for the first byte that is dropped at the head of its answer: servers answer it as they
 * answer the download, which they do not with HEAD. A probe is a favour, so it is the last in line:
 * a few at a time, fewer of one host, none while the host rests or its connections are taken by
 * transfers, and after some time without a turn it is told so. It counts as a connection of its
 * host, but says nothing of the host's health: it was nobody's download. */

#include "engine/probe.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/url.h"
#include "engine/filename.h"
#include "engine/host.h"
#include "engine/item.h"
#include "engine/retry.h"
#include "engine/validate.h"

#define RUNNING_MAX     8
#define RUNNING_OF_HOST 2
#define WATCH_MS        250
#define PATIENCE_MS     10000 /* for a turn, and again for an answer */

struct haul_probe {
    TAILQ_ENTRY(haul_probe) link;
    struct probes *probes;
    char *url;
    struct haul_options *options;
    struct host *host;
    struct net_transfer *net; /* NULL: it waits for its turn */
    uint64_t since;           /* ticks: it waits, or runs */
    bool heard;
    int64_t size;
    char *name;
    bool ranges;
    haul_probed_cb *probed;
    void *ctx;
};

struct probes {
    struct haul_engine *engine;
    uv_timer_t timer; /* while there are any */
    TAILQ_HEAD(, haul_probe) all;
    size_t running;
};

static void begin_more(struct probes *probes);

static void probe_free(struct haul_probe *probe)
{
    struct probes *probes = probe->probes;

    TAILQ_REMOVE(&probes->all, probe, link);
    if (TAILQ_EMPTY(&probes->all))
        uv_timer_stop(&probes->timer);
    haul_options_unref(probe->options);
    secret_free(probe->url);
    free(probe->name);
    free(probe);
}

/* The request is over. */
static void leave(struct haul_probe *probe)
{
    probe->net = NULL;
    probe->probes->running--;
    host_leave(probe->host);
}

/* Tells what became of it, and frees it. */
static void answer(struct haul_probe *probe, const struct haul_error *err)
{
    struct haul_probed probed = {.err = err, .size = -1};

    if (!err) {
        probed.size = probe->size;
        probed.name = probe->name;
        probed.ranges = probe->ranges;
        probed.heals = known_heals(probe->probes->engine, probe->name, probe->size);
    }
    probe->probed(probe->ctx, &probed);
    probe_free(probe);
}

/* The size that the answer tells: of 206 and 416 in the range, else the length. */
static int64_t size_of(const struct net_response *response)
{
    struct content_range range = {.total = -1};

    if (response->status != 206 && response->status != 416)
        return response->content_length;
    if (!content_range_parse(text_raw_from(response->content_range), &range))
        return -1;
    return range.total;
}

static void take(struct haul_probe *probe, const struct net_response *response,
                 const char *final_url)
{
    char *raw = filename_choose(probe->options->out, text_raw_from(response->disposition),
                                probe->url, final_url);

    probe->heard = true;
    probe->size = size_of(response);
    probe->ranges = response->status == 206;
    probe->name = text_clean_dup(text_raw_from(raw), FILENAME_SIZE * 3);
    free(raw);
}

static bool on_head(void *ctx, const struct net_response *response, const char *final_url)
{
    take(ctx, response, final_url);
    return false;
}

static enum net_body on_body(void *ctx, const char *data, size_t len)
{
    (void)ctx;
    (void)data;
    (void)len;
    return NET_BODY_STOP;
}

/* A host that asks to be left alone is, also by transfers. */
static void note_rest(struct haul_probe *probe, const struct net_response *response)
{
    struct haul_engine *engine = probe->probes->engine;
    int64_t seconds =
        retry_after_parse(text_raw_from(response->retry_after), clock_wall(engine->clock));

    if (seconds > 0 && (response->status == 429 || response->status == 503))
        host_rest(probe->host, engine_now(engine) + (uint64_t)seconds * 1000);
}

static void on_done(void *ctx, const struct net_result *result)
{
    struct haul_probe *probe = ctx;
    struct probes *probes = probe->probes;

    note_rest(probe, result->response);
    if (!probe->heard && result->response->status == 416 && size_of(result->response) == 0)
        take(probe, result->response, probe->url); /* an empty file has no first byte */
    leave(probe);
    answer(probe, probe->heard ? NULL : &result->err);
    begin_more(probes);
}

static void begin(struct haul_probe *probe)
{
    static const struct net_handlers handlers = {.head = on_head, .body = on_body, .done = on_done};
    struct haul_engine *engine = probe->probes->engine;
    struct net_request request = {
        .url = probe->url, .options = probe->options, .from = 0, .to = 0, .ranged = true};
    struct haul_error err;

    host_enter(probe->host);
    probe->probes->running++;
    probe->since = engine_now(engine);
    if (net_start(engine->net, &request, &handlers, probe, &probe->net, &err) == HAUL_OK)
        return;
    leave(probe);
    answer(probe, &err);
}

static bool may_begin(const struct haul_probe *probe)
{
    const struct haul_probe *other;
    unsigned of_host = 0;

    TAILQ_FOREACH(other, &probe->probes->all, link)
    {
        of_host += other->net && other->host == probe->host;
    }
    return of_host < RUNNING_OF_HOST && host_may_ask(probe->host);
}

static void begin_more(struct probes *probes)
{
    struct haul_probe *probe, *next;

    for (probe = TAILQ_FIRST(&probes->all); probe; probe = next) {
        next = TAILQ_NEXT(probe, link);
        if (probes->running >= RUNNING_MAX)
            return;
        if (!probe->net && may_begin(probe))
            begin(probe);
    }
}

static void give_up(struct haul_probe *probe)
{
    struct haul_error err;

    if (probe->net) {
        net_cancel(probe->net);
        leave(probe);
        haul_fail(&err, HAUL_E_TIMEOUT, "the server took too long");
    } else {
        haul_fail(&err, HAUL_E_TIMEOUT, "the server is busy with other downloads");
    }
    answer(probe, &err);
}

static void on_timer(uv_timer_t *timer)
{
    struct probes *probes = timer->data;
    uint64_t now = engine_now(probes->engine);
    struct haul_probe *probe, *next;

    for (probe = TAILQ_FIRST(&probes->all); probe; probe = next) {
        next = TAILQ_NEXT(probe, link);
        if (now - probe->since >= PATIENCE_MS)
            give_up(probe);
    }
    begin_more(probes);
}

static struct probes *probes_of(struct haul_engine *engine)
{
    struct probes *probes = engine->probes;

    if (probes)
        return probes;
    probes = xcalloc(1, sizeof *probes);
    probes->engine = engine;
    TAILQ_INIT(&probes->all);
    uv_timer_init(engine->loop, &probes->timer);
    probes->timer.data = probes;
    engine->probes = probes;
    return probes;
}

static void on_closed(uv_handle_t *handle)
{
    free(handle->data);
}

void probes_free(struct probes *probes)
{
    if (!probes)
        return;
    while (!TAILQ_EMPTY(&probes->all))
        haul_probe_cancel(TAILQ_FIRST(&probes->all));
    uv_close((uv_handle_t *)&probes->timer, on_closed);
}

enum haul_err haul_engine_probe(struct haul_engine *engine, const struct haul_request *request,
                                haul_probed_cb *probed, void *ctx, struct haul_probe **ret_probe,
                                struct haul_error *err)
{
    struct probes *probes;
    struct haul_probe *probe;
    struct url parts;

    if (url_split(request->url, &parts, err) != HAUL_OK)
        return err->code;
    if (!haul_options_plain(request->options))
        return haul_fail(err, HAUL_E_BAD_OPTION, "a %s is not asked in advance",
                         haul_options_method(request->options));
    if (engine_check_files(engine, request->options, err) != HAUL_OK)
        return err->code;
    probes = probes_of(engine);
    probe = xcalloc(1, sizeof *probe);
    probe->probes = probes;
    probe->url = xstrdup(request->url);
    probe->options = haul_options_ref(request->options);
    probe->host = host_of(&engine->hosts, request->url);
    probe->since = engine_now(engine);
    probe->size = -1;
    probe->probed = probed;
    probe->ctx = ctx;
    TAILQ_INSERT_TAIL(&probes->all, probe, link);
    /* From the timer, so that PROBED never comes before this returns. */
    uv_timer_start(&probes->timer, on_timer, 0, WATCH_MS);
    *ret_probe = probe;
    return HAUL_OK;
}

void haul_probe_cancel(struct haul_probe *probe)
{
    if (probe->net) {
        net_cancel(probe->net);
        leave(probe);
    }
    probe_free(probe);
}
