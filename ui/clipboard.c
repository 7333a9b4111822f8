/* OSC 52: a terminal that is told a text in base64 puts it on the clipboard of its own machine,
 * which is the one that the user sits at, also through ssh. It does not answer: whether it did so
 * is not known.
 *
 * Multiplexers are terminals of their own. tmux takes the sequence for itself when `set-clipboard`
 * is on, and passes one on that is wrapped for it when `allow-passthrough` is on: both are sent,
 * and what is not meant for it is dropped. It drops what is longer than 32 KiB too. GNU screen
 * passes on what is wrapped, in pieces: what comes in one is bounded, and pieces are put together
 * again by the terminal. Where only $TERM says screen it may be the tmux of another machine. */

#include "ui/clipboard.h"

#include <stdint.h>

#include "base/mem.h"
#include "base/str.h"

#define ESC           "\033"
#define PLAIN_MAX     56000u /* 74,668 characters of base64: what common terminals take at least */
#define TMUX_MAX      24000u /* 32,000 */
#define SCREEN_PIECE  240u   /* bytes of a wrapped piece */
#define SCREEN_PLAIN  480u   /* GNU screen shows the rest of what is not wrapped and longer */
#define SEQUENCE_SIZE ((size_t)1 << 18)

enum clipboard_way clipboard_way(const char *term, const char *tmux, const char *sty)
{
    if (!term || str_starts(term, "linux") || str_starts(term, "dumb"))
        return CLIPBOARD_NONE;
    if ((tmux && *tmux) || str_starts(term, "tmux"))
        return CLIPBOARD_TMUX;
    if ((sty && *sty) || str_starts(term, "screen"))
        return CLIPBOARD_SCREEN;
    return CLIPBOARD_PLAIN;
}

size_t clipboard_max(enum clipboard_way way)
{
    if (way == CLIPBOARD_NONE)
        return 0;
    return way == CLIPBOARD_PLAIN ? PLAIN_MAX : TMUX_MAX;
}

/* RFC 4648, section 4. */
static bool add_base64(struct strbuf *out, const char *text, size_t len)
{
    static const char letters[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const unsigned char *bytes = (const unsigned char *)text;
    bool fits = true;
    for (size_t i = 0; i < len && fits; i += 3) {
        size_t left = len - i;
        uint32_t three = (uint32_t)bytes[i] << 16;
        three |= left > 1 ? (uint32_t)bytes[i + 1] << 8 : 0;
        three |= left > 2 ? bytes[i + 2] : 0;
        char four[5] = {letters[three >> 18], letters[three >> 12 & 63],
                        left > 1 ? letters[three >> 6 & 63] : '=',
                        left > 2 ? letters[three & 63] : '=', '\0'};
        fits = strbuf_puts(out, four);
    }
    return fits;
}

static bool add_plain(struct strbuf *out, const char *text, size_t len)
{
    return strbuf_puts(out, ESC "]52;c;") && add_base64(out, text, len) && strbuf_puts(out, "\a");
}

static bool add_for_tmux(struct strbuf *out, const char *text, size_t len)
{
    return strbuf_puts(out, ESC "Ptmux;" ESC) && add_plain(out, text, len) &&
           strbuf_puts(out, ESC "\\");
}

static bool add_for_screen(struct strbuf *out, const char *text, size_t len)
{
    struct strbuf whole;
    bool fits;
    strbuf_init(&whole, SEQUENCE_SIZE);
    fits = add_plain(&whole, text, len);
    for (size_t at = 0; at < whole.len && fits; at += SCREEN_PIECE)
        fits = strbuf_puts(out, ESC "P") &&
               strbuf_add(out, whole.data + at, MIN(SCREEN_PIECE, whole.len - at)) &&
               strbuf_puts(out, ESC "\\");
    strbuf_fini(&whole);
    return fits;
}

char *clipboard_sequence(enum clipboard_way way, const char *text, size_t len)
{
    struct strbuf out;
    bool fits;
    if (len == 0 || len > clipboard_max(way))
        return NULL;
    strbuf_init(&out, SEQUENCE_SIZE);
    fits = way == CLIPBOARD_SCREEN && len > SCREEN_PLAIN ? true : add_plain(&out, text, len);
    if (way == CLIPBOARD_TMUX)
        fits = fits && add_for_tmux(&out, text, len);
    else if (way == CLIPBOARD_SCREEN)
        fits = fits && add_for_screen(&out, text, len);
    if (fits)
        return strbuf_take(&out);
    strbuf_fini(&out);
    return NULL;
}
