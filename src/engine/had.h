#ifndef ENGINE_HAD_H
#define ENGINE_HAD_H

#include "engine/engine_inside.h"

/* Whether a file was fetched before and is still there: what the history knows, and what lies on
 * the disk. */

/* What is known of a file that somebody wants. */
struct had_question {
    const char *url;    /* masked (base/same_link.h), NULL: not by that */
    const char *digest; /* that it must have, as checksum_text() writes it; NULL: any */
};

/* Can it do without being fetched? Who asks for something else than a plain file, or for it to be
 * written over, wants it now. */
bool had_may_be(const struct haul_options *options);

/* Answers later, once. QUESTIONS are copied. Where the history is certainly empty nobody need be
 * asked: see store_has_history(). */
void had_look(struct haul_engine *engine, const struct had_question *questions, size_t count,
              haul_had_cb *done, void *ctx);

#endif
