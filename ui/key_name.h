#ifndef UI_KEY_NAME_H
#define UI_KEY_NAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Keys as people write them: "p", "Space", "PageUp", "F5", "Ctrl-X" or "C-x", "Alt-x" or "M-x". */

#define KEY_NAME_SIZE 16

/* The name of KEY (ui/input.h) as it is shown. */
const char *key_name(uint32_t key, char buf[KEY_NAME_SIZE]);

/* Reads NAME. On false *ret_meant is a name that is near to it, or NULL. */
bool key_name_read(const char *name, uint32_t *ret_key, const char **ret_meant);

#endif
