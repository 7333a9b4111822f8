#ifndef INPUT_PASTED_H
#define INPUT_PASTED_H

#include <stdbool.h>
#include <stddef.h>

#include "base/str.h"
#include "input/copied.h"
#include "input/requests.h"
#include "input/urls.h"

/* Everything that can be fetched of the texts that a user pasted: links, and requests that were
 * copied as curl or PowerShell commands. Read in slices, so that a text of any size is no reason to
 * keep anybody waiting. */

/* What belongs to one of the links. */
struct pasted_extra {
    struct haul_options *options; /* of a copied request; NULL: none */
    char *notes;                  /* what haul does not do of it, clean; NULL: nothing */
};

struct pasted {
    struct urls urls;
    struct pasted_extra *extras; /* of urls.items; may be shorter */
    size_t extra_count, extra_size;
    struct strbuf text; /* what was not read yet, from ->at on; may hold secrets */
    size_t at;
    size_t found_before; /* links and refusals that were there before this text */
    bool no_commands;    /* in the rest of the text: a quote of one was never closed */
};

/* CAP: how much text may wait. */
void pasted_init(struct pasted *pasted, size_t cap);
void pasted_fini(struct pasted *pasted);

/* Appends LEN raw bytes of TEXT. False when that is more than haul takes at once. */
HAUL_CHECKED bool pasted_add(struct pasted *pasted, const char *text, size_t len);

/* Reads about BUDGET bytes. False when nothing is left to read. */
bool pasted_work(struct pasted *pasted, size_t budget);
bool pasted_busy(const struct pasted *pasted);

/* NULL where there is nothing to say. Valid until links are added or removed. */
const struct haul_options *pasted_options(const struct pasted *pasted, size_t index);
const char *pasted_notes(const struct pasted *pasted, size_t index);

void pasted_remove(struct pasted *pasted, size_t index);

/* Appends link INDEX to REQUESTS. BASE are the options of all; what the copied request says goes
 * over them. BASE is referenced. */
void pasted_request(const struct pasted *pasted, size_t index, struct haul_options *base,
                    struct requests *requests);

#endif
