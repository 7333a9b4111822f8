/* Adds that are asked for again because their answer was lost on the way.
 *
 * A token is kept in the transaction of its items, so after a kill there are both or none. In
 * memory it is known before that; a repetition that comes meanwhile waits until it is decided. The
 * oldest tokens are forgotten: who lost an answer asks again soon, or never. */

#include "engine/repeat.h"

#include <stdlib.h>
#include <string.h>
#include <uthash.h>

#include "base/mem.h"
#include "engine/keep.h"
#include "store/store.h"

#define TOKEN_MAX 64u

struct repeat {
    UT_hash_handle hh; /* by token; in the order in which they came */
    uint64_t first, count;
    char token[];
};

/* Somebody who waits for an add with a token, for the first time or again. */
struct once {
    struct haul_engine *engine;
    haul_added_cb *added;
    void *ctx;
    char token[];
};

static struct repeat *find(const struct haul_engine *engine, const char *token)
{
    struct repeat *repeat;

    HASH_FIND_STR(engine->repeats, token, repeat);
    return repeat;
}

static void drop(struct haul_engine *engine, struct repeat *repeat)
{
    HASH_DEL(engine->repeats, repeat);
    free(repeat);
}

static void remember(struct haul_engine *engine, const struct store_token *token)
{
    size_t size = strlen(token->token) + 1;
    struct repeat *repeat = xcalloc(1, sizeof *repeat + size);

    repeat->first = token->first;
    repeat->count = token->count;
    memcpy(repeat->token, token->token, size);
    HASH_ADD_STR(engine->repeats, token, repeat);
    if (HASH_COUNT(engine->repeats) > STORE_TOKENS_MAX)
        drop(engine, engine->repeats);
}

void repeat_note(struct haul_engine *engine, const char *token, uint64_t first, uint64_t count)
{
    struct store_token row = {token, first, count};

    remember(engine, &row);
    if (engine->store)
        store_token(engine->store, &row);
}

static void load_one(void *ctx, const struct store_token *token)
{
    remember(ctx, token); /* the store has each only once */
}

enum haul_err repeat_load(struct haul_engine *engine, struct haul_error *err)
{
    return store_load_tokens(engine->store, load_one, engine, err);
}

void repeat_free(struct haul_engine *engine)
{
    while (engine->repeats)
        drop(engine, engine->repeats);
}

static struct once *once_new(struct haul_engine *engine, const char *token, haul_added_cb *added,
                             void *ctx)
{
    size_t size = strlen(token) + 1;
    struct once *once = xcalloc(1, sizeof *once + size);

    *once = (struct once){.engine = engine, .added = added, .ctx = ctx};
    memcpy(once->token, token, size);
    return once;
}

/* What could not be kept may be tried again under the same token. */
static void on_added(void *ctx, const uint64_t *ids, size_t count, const struct haul_error *err)
{
    struct once *once = ctx;
    struct repeat *repeat = err ? find(once->engine, once->token) : NULL;

    if (repeat)
        drop(once->engine, repeat);
    if (once->added)
        once->added(once->ctx, ids, count, err);
    free(once);
}

static void answer_again(const struct once *once, const struct repeat *repeat)
{
    uint64_t *ids = xreallocarray(NULL, repeat->count, sizeof *ids);

    for (uint64_t i = 0; i < repeat->count; i++)
        ids[i] = repeat->first + i;
    once->added(once->ctx, ids, repeat->count, NULL);
    free(ids);
}

/* The first one is decided by now. */
static void on_flushed(void *ctx, const struct haul_error *err)
{
    struct once *once = ctx;
    const struct repeat *repeat = find(once->engine, once->token);
    struct haul_error failed;

    (void)err;
    if (once->added && repeat) {
        answer_again(once, repeat);
    } else if (once->added) {
        (void)haul_fail(&failed, HAUL_E_STORE, "the add that this one repeats could not be kept");
        once->added(once->ctx, NULL, 0, &failed);
    }
    free(once);
}

static bool is_usable(const char *token)
{
    size_t len = strlen(token);

    return len > 0 && len <= TOKEN_MAX &&
           strspn(token, "0123456789-abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ") == len;
}

enum haul_err haul_engine_add_once(struct haul_engine *engine, const char *token, bool only_new,
                                   const struct haul_request *requests, size_t count,
                                   haul_added_cb *added, void *ctx, struct haul_error *err)
{
    struct once *once;
    enum haul_err code;

    if (!is_usable(token))
        return haul_fail(err, HAUL_E_RPC, "token: 1 to %u letters, digits and '-'", TOKEN_MAX);
    once = once_new(engine, token, added, ctx);
    if (find(engine, token)) {
        keep_flush(engine, on_flushed, once);
        return HAUL_OK;
    }
    code = engine_add(engine, token, only_new, requests, count, on_added, once, err);
    if (code != HAUL_OK)
        free(once);
    return code;
}
