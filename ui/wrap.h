#ifndef UI_WRAP_H
#define UI_WRAP_H

#include <stddef.h>

/* Breaking clean text into lines of a width. Pure. */

/* The bytes of TEXT that go on one line: up to a space where there is one in the later half, so
 * that words stay whole and links fill their lines. 0 only when there is no room for a character.
 */
size_t wrap_length(const char *text, int width);

/* TEXT behind a line of LEN bytes, without the space where it was broken. */
const char *wrap_next(const char *text, size_t len);

/* How many lines TEXT takes, at least 1 and at most MOST. */
int wrap_lines(const char *text, int width, int most);

#endif
