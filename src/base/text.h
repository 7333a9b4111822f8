#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The one gate for text that haul did not write: from servers, files, peers, the clipboard. Until
 * it has passed text_clean() it is a `struct text_raw`, and nothing prints that. */
struct text_raw {
    const char *bytes;
    size_t len;
};

struct text_raw text_raw_from(const char *text); /* NULL counts as "" */

/* The part without spaces and tabs at both ends. */
struct text_raw text_raw_trim(struct text_raw text);

/* Writes printable UTF-8 into BUF, NUL-terminated, at most SIZE bytes, cut on a character boundary
 * (the last character is then U+2026). Rules:
 *   - C0 controls and DEL become '^' and a letter ("^["); tab and newline become one space;
 *   - C1 controls, bidi controls and isolates (U+200E/F, U+061C, U+202A…E, U+2066…9) and all other
 *     format characters, line and paragraph separators, BOM, unassigned code points and private use
 *     become U+FFFD;
 *   - ZWJ, ZWNJ and variation selectors are dropped, so a cell's width is what tables say;
 *   - each byte of invalid UTF-8 becomes U+FFFD (Unicode 15, section 3.9, U+FFFD per maximal
 * subpart);
 *   - at most 2 combining marks in a row are kept; one without a base before it becomes U+FFFD.
 * Returns the length. Clean text passes unchanged: cleaning twice is cleaning once. */
size_t text_clean(struct text_raw raw, char *buf, size_t size);

/* The same, newly allocated, at most MAX bytes with the NUL. */
char *text_clean_dup(struct text_raw raw, size_t max);

bool text_is_utf8(struct text_raw raw);

/* For clean text only. Columns of a terminal: 0 for combining marks, 2 for wide characters. */
int text_char_width(uint32_t code);
size_t text_width(const char *clean);

/* Decodes the character at TEXT (valid, clean UTF-8), returns its length in bytes, 0 at the end. */
size_t text_next(const char *clean, uint32_t *ret_code);

/* Length in bytes of the longest start of TEXT that fits COLUMNS; *ret_columns its width. */
size_t text_fit(const char *clean, size_t columns, size_t *ret_columns);

#define TEXT_CHAR_SIZE 5 /* a character in UTF-8, and a NUL */

/* Encodes CODE into BUF, NUL-terminated; returns the length. What is no character, a half of one in
 * UTF-16 among them, becomes U+FFFD. */
size_t text_put(uint32_t code, char buf[TEXT_CHAR_SIZE]);

/* The character whose halves in UTF-16 are HIGH and LOW; 0: they are none. */
uint32_t text_join_halves(uint32_t high, uint32_t low);

/* Shortens to COLUMNS by taking out the middle and putting an ellipsis there, keeping the end of
 * name and extension visible. ASCII uses "..". BUF of SIZE ≥ 4 * COLUMNS + 4 bytes. */
void text_elide(const char *clean, size_t columns, bool ascii, char *buf, size_t size);

#endif
