#ifndef INPUT_CURL_COMMAND_H
#define INPUT_CURL_COMMAND_H

#include <stdbool.h>
#include <stddef.h>

#include "input/copied.h"

/* Reads one command line of curl, as browsers copy it ("Copy as cURL") or as it stands in a manual.
 * TEXT begins with the word curl; what it would fetch is appended to LIST, an item for each URL.
 * Returns how many bytes the command takes. *ret_is_command is false when it is none after all but
 * a sentence that begins with that word; then nothing is appended. *ret_unclosed tells that a quote
 * was never closed: the text's end was reached in search of it, and the one item that is appended
 * is wrong. */
size_t curl_command_read(const char *text, size_t len, struct copied_list *list,
                         bool *ret_is_command, bool *ret_unclosed);

/* The same for a command that a shell has split: COUNT words, of which the first is curl. */
void curl_command_take(const char *const *words, size_t count, struct copied_list *list,
                       bool *ret_is_command);

/* True when a command begins with the LEN bytes at TEXT: the word curl or curl.exe, then a blank.
 */
bool curl_command_begins(const char *text, size_t len);

#endif
