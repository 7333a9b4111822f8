/* Whether a file was fetched before and is still there: the link or the digest that was given has
 * to be the same, and a file of that size to lie where it was put.
 *
 * The store's worker reads the history; the files are looked at by workers of the disk, since a
 * folder on the network may not answer. */

#include "engine/had.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/mem.h"
#include "base/path.h"
#include "base/same_link.h"
#include "disk/disk.h"
#include "haul/log.h"
#include "store/store.h"

/* A file that may be the one of a question. */
struct candidate {
    size_t question;
    struct haul_had had; /* its path is its own */
    bool there;
};

struct look {
    struct disk_job job;
    struct haul_engine *engine;
    struct had_question *questions; /* with texts of their own */
    size_t count;
    struct candidate *candidates;
    size_t candidate_count;
    haul_had_cb *done;
    void *ctx;
};

/* May what MATCH tells of be the file of QUESTION? A masked link says too little: two of them may
 * be two files. */
static bool fits(const struct had_question *question, const struct store_match *match)
{
    const struct haul_past *past = &match->entry.past;
    const char *link = match->by == STORE_BY_FINAL ? past->final_url : past->url;

    if (past->state != HAUL_DONE || past->size < 0)
        return false;
    if (question->digest)
        return past->digest && strcmp(question->digest, past->digest) == 0;
    return question->url && link && same_link(question->url, link) && !same_link_is_masked(link);
}

static void run_look(struct disk_job *job)
{
    struct look *look = OWNER_OF(job, struct look, job);
    struct stat st;

    for (size_t i = 0; i < look->candidate_count; i++) {
        struct candidate *candidate = &look->candidates[i];

        if (i > 0 && candidate[-1].there && candidate[-1].question == candidate->question)
            candidate->there = false;
        else
            candidate->there = stat(candidate->had.path, &st) == 0 && S_ISREG(st.st_mode) &&
                               st.st_size == candidate->had.size;
    }
}

static void look_free(struct look *look)
{
    for (size_t i = 0; i < look->candidate_count; i++)
        free(look->candidates[i].had.path);
    free(look->candidates);
    for (size_t i = 0; i < look->count; i++) {
        free((void *)(uintptr_t)look->questions[i].url);
        free((void *)(uintptr_t)look->questions[i].digest);
    }
    free(look->questions);
    free(look);
}

/* Tells the first of each question that is there. */
static void answer(struct look *look)
{
    struct haul_had *had = xcalloc(look->count + 1, sizeof *had);

    for (size_t i = 0; i < look->candidate_count; i++) {
        const struct candidate *candidate = &look->candidates[i];

        if (candidate->there && !had[candidate->question].path)
            had[candidate->question] = candidate->had;
    }
    look->engine->looks--;
    engine_wake(look->engine);
    look->done(look->ctx, had, look->count);
    free(had);
    look_free(look);
}

static void end_look(struct disk_job *job)
{
    answer(OWNER_OF(job, struct look, job));
}

static void add_candidate(struct look *look, const struct store_match *match)
{
    const struct haul_past *past = &match->entry.past;
    struct haul_had had = {.path = path_join(past->dir, past->name),
                           .size = past->size,
                           .finished_at = past->finished_at,
                           .by_digest = match->by == STORE_BY_DIGEST};

    look->candidates[look->candidate_count++] =
        (struct candidate){.question = match->question, .had = had};
}

static void on_found(void *ctx, const struct store_match *matches, size_t count,
                     const struct haul_error *err)
{
    struct look *look = ctx;

    if (err)
        LOG_WARN(engine, "what was fetched before can't be read: %s", err->text);
    look->candidates = xcalloc(count + 1, sizeof *look->candidates);
    for (size_t i = 0; i < count && !err; i++) {
        if (fits(&look->questions[matches[i].question], &matches[i]))
            add_candidate(look, &matches[i]);
    }
    if (look->candidate_count == 0) {
        answer(look);
        return;
    }
    look->job = (struct disk_job){.run = run_look, .done = end_look};
    disk_submit(look->engine->disk, &look->job);
}

static char *copy(const char *text)
{
    return text ? xstrdup(text) : NULL;
}

bool had_may_be(const struct haul_options *options)
{
    return !options->again && options->if_exists != HAUL_EXISTS_OVERWRITE &&
           haul_options_plain(options);
}

void had_look(struct haul_engine *engine, const struct had_question *questions, size_t count,
              haul_had_cb *done, void *ctx)
{
    struct look *look = xcalloc(1, sizeof *look);
    struct store_question *asked = xcalloc(count + 1, sizeof *asked);

    look->engine = engine;
    look->questions = xcalloc(count + 1, sizeof *look->questions);
    look->count = count;
    look->done = done;
    look->ctx = ctx;
    for (size_t i = 0; i < count; i++) {
        struct had_question *question = &look->questions[i];

        *question = questions[i];
        question->url = copy(questions[i].url);
        question->digest = copy(questions[i].digest);
        asked[i].url_key = question->url ? same_link_key(question->url) : 0;
        asked[i].digest = question->digest;
    }
    engine->looks++;
    store_find(engine->store, asked, count, on_found, look);
    free(asked);
}

bool haul_engine_had(struct haul_engine *engine, const char *const *urls, size_t count,
                     haul_had_cb *done, void *ctx)
{
    struct had_question *questions;

    if (!engine->store || !store_has_history(engine->store))
        return false;
    questions = xcalloc(count + 1, sizeof *questions);
    for (size_t i = 0; i < count; i++)
        questions[i].url = same_link_told(urls[i]);
    had_look(engine, questions, count, done, ctx);
    for (size_t i = 0; i < count; i++)
        free((void *)(uintptr_t)questions[i].url);
    free(questions);
    return true;
}
