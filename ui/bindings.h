#ifndef UI_BINDINGS_H
#define UI_BINDINGS_H

#include "haul/error.h"
#include "ui/keymap.h"

/* Which keys are bound to what: the key table (ui/keymap.h), with what the section [keys] of the
 * configuration says instead:
 *
 *     [keys]
 *     pause = p F5
 *     quit = Ctrl-Q
 *     stop = none
 */

#define BINDINGS_KEYS_MAX 8 /* for one action */

struct bindings;
struct config;

struct bindings *bindings_new(void); /* as the table has them */
void bindings_free(struct bindings *bindings);

/* Takes over what CONFIG says. A failure's sentence tells the line; BINDINGS are then of no use. */
HAUL_CHECKED enum haul_err bindings_read(struct bindings *bindings, const struct config *config,
                                         struct haul_error *err);

/* ACT_NONE when KEY does nothing in PLACE. */
enum keymap_action bindings_find(const struct bindings *bindings, uint32_t key,
                                 enum keymap_place place);

/* The keys to show for the row of that index in the key table; "" when nothing is bound. */
const char *bindings_shown(const struct bindings *bindings, size_t row);
/* The key to name in a sentence: "a"; "" when nothing is bound. */
const char *bindings_key(const struct bindings *bindings, enum keymap_action action);

/* The keys of ACTION, at most BINDINGS_KEYS_MAX; returns how many. */
size_t bindings_keys(const struct bindings *bindings, enum keymap_action action,
                     uint32_t ret_keys[BINDINGS_KEYS_MAX]);
/* The line of the configuration that binds ACTION, 0: none does. */
size_t bindings_line(const struct bindings *bindings, enum keymap_action action);
/* The one that gave a key of it to another action; 0: none did. */
size_t bindings_taken(const struct bindings *bindings, enum keymap_action action);

#endif
