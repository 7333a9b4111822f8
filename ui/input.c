/* Decoding what a terminal sends.
 *
 * Control sequences are parsed by their grammar (ECMA-48, section 5.4), so one that haul does not
 * know is swallowed as a whole instead of being obeyed letter by letter, and every variant of Home
 * and End that terminals send is found, whatever terminfo says. The function `wgetch` would do
 * less: it reads byte by byte, paints its window, and knows no pastes.
 *
 * Terminals without bracketed paste type a paste in. A chunk of input that holds "://" is such a
 * burst, and so is a long one of many different letters: nobody types that fast, and they must not
 * be obeyed as commands. A key that is held down on a slow line repeats itself and is none, nor are
 * keys with Control or Backspace among them. */

#include "ui/input.h"

#include <limits.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"

#define ESCAPE_MS   25u   /* a sequence's second byte comes sooner than this */
#define SEQUENCE_MS 250u  /* the rest may have been cut by the network */
#define BURST_MS    200u  /* silence that ends an unmarked paste */
#define PASTE_MS    3000u /* silence after which a paste's end is believed lost */
#define BURST_LEN   8u
#define MIXED_LEN   24u /* bytes from which on a chunk counts that holds no link, */
#define MIXED_KINDS 8u  /* and how many different ones */

void input_init(struct input *input, const struct input_events *events)
{
    *input = (struct input){.events = *events};
    paste_init(&input->paste, PASTE_MAX);
}

void input_fini(struct input *input)
{
    paste_fini(&input->paste);
}

static void emit(struct input *input, uint32_t code)
{
    struct input_key key = {.code = code};
    input->events.key(input->events.ctx, &key);
}

/* The gathered bytes as one character; what is not valid UTF-8 becomes U+FFFD. */
static void emit_character(struct input *input)
{
    struct input_key key = {.code = 0};
    text_clean((struct text_raw){input->pending, input->pending_len}, key.text, sizeof(key.text));
    input->state = INPUT_GROUND;
    if (text_next(key.text, &key.code) > 0)
        input->events.key(input->events.ctx, &key);
}

static void emit_paste(struct input *input)
{
    input->state = INPUT_GROUND;
    size_t len;
    const char *text = paste_text(&input->paste, &len);
    input->events.paste(input->events.ctx, text, len, input->paste.too_big);
}

static size_t character_length(unsigned char lead)
{
    if (lead >= 0xf0)
        return 4;
    if (lead >= 0xe0)
        return 3;
    return lead >= 0xc0 ? 2 : 1;
}

static void begin(struct input *input, enum input_state state, char first)
{
    input->state = state;
    input->pending[0] = first;
    input->pending_len = 1;
}

static void feed_ground(struct input *input, char byte)
{
    unsigned char code = (unsigned char)byte;
    if (code == INPUT_ESC) {
        begin(input, INPUT_ESCAPE, byte);
    } else if (code == '\n') {
        emit(input, INPUT_ENTER);
    } else if (code == 0x7f || code == INPUT_CTRL('h')) {
        emit(input, INPUT_BACKSPACE);
    } else if (code < 0x20) {
        emit(input, code);
    } else {
        begin(input, INPUT_CHARACTER, byte);
        input->wanted = character_length(code);
        if (input->wanted == 1)
            emit_character(input);
    }
}

/* Returns false when BYTE does not belong to the character: it is then to be fed again. */
static bool feed_character(struct input *input, char byte)
{
    if (((unsigned char)byte & 0xc0u) != 0x80u) {
        emit_character(input);
        return false;
    }
    input->pending[input->pending_len++] = byte;
    if (input->pending_len == input->wanted)
        emit_character(input);
    return true;
}

/* The keys that end in a letter, after ESC [ or ESC O. 0: no key of ours. */
static uint32_t letter_key(char final)
{
    switch (final) {
    case 'A':
        return INPUT_UP;
    case 'B':
        return INPUT_DOWN;
    case 'C':
        return INPUT_RIGHT;
    case 'D':
        return INPUT_LEFT;
    case 'F':
        return INPUT_END;
    case 'H':
        return INPUT_HOME;
    case 'M':
        return INPUT_ENTER; /* of the keypad */
    case 'P':
    case 'Q':
    case 'R':
    case 'S':
        return INPUT_F1 + (uint32_t)(final - 'P');
    case 'Z':
        return INPUT_BACK_TAB;
    default:
        return 0;
    }
}

/* F1 to F12 as ESC [ number ~; the numbers have gaps. 0: none of them. */
static uint32_t function_key(unsigned number)
{
    if (number >= 11 && number <= 15)
        return INPUT_F1 + number - 11;
    if (number >= 17 && number <= 21)
        return INPUT_F1 + number - 12;
    return number == 23 || number == 24 ? INPUT_F1 + number - 13 : 0;
}

/* The keys written as ESC [ number ~. */
static uint32_t number_key(unsigned number)
{
    switch (number) {
    case 1:
    case 7:
        return INPUT_HOME;
    case 2:
        return INPUT_INSERT;
    case 3:
        return INPUT_DELETE;
    case 4:
    case 8:
        return INPUT_END;
    case 5:
        return INPUT_PAGE_UP;
    case 6:
        return INPUT_PAGE_DOWN;
    default:
        return function_key(number);
    }
}

/* The parameter of that INDEX in the gathered sequence, which begins after ESC [ and perhaps a mark
 * of private use. 0: not there. */
static unsigned parameter(const struct input *input, unsigned index)
{
    unsigned number = 0;
    for (size_t i = 2; i < input->pending_len; i++) {
        char digit = input->pending[i];
        if (i == 2 && digit >= '<' && digit <= '?')
            continue;
        if (digit == ';' && index-- == 0)
            break;
        if (digit != ';' && (digit < '0' || digit > '9' || number > 9999))
            break;
        number = digit == ';' ? 0 : number * 10 + (unsigned)(digit - '0');
    }
    return index == 0 || index == UINT_MAX ? number : 0;
}

/* CSI ? MODE ; STATE $ y: the answer to a question of ours. */
static void finish_mode(struct input *input)
{
    bool asked = input->pending[2] == '?' && input->pending[input->pending_len - 1] == '$';
    if (asked && input->events.mode)
        input->events.mode(input->events.ctx, parameter(input, 0), parameter(input, 1));
}

/* CSI < BUTTON ; COLUMN ; LINE M for a press (xterm's mode 1006), m for a release. Movements and
 * whatever is done with a modifier held are the terminal's own business. */
static void finish_mouse(struct input *input, char final)
{
    struct input_mouse mouse = {.y = (int)parameter(input, 2) - 1,
                                .x = (int)parameter(input, 1) - 1};
    if (!input->events.mouse || final != 'M' || mouse.y < 0 || mouse.x < 0)
        return;
    switch (parameter(input, 0)) {
    case 0:
        mouse.what = INPUT_CLICK;
        break;
    case 64:
        mouse.what = INPUT_WHEEL_UP;
        break;
    case 65:
        mouse.what = INPUT_WHEEL_DOWN;
        break;
    default:
        return;
    }
    input->events.mouse(input->events.ctx, &mouse);
}

static void finish_csi(struct input *input, char final)
{
    input->state = INPUT_GROUND;
    unsigned number = parameter(input, 0);
    if (input->pending_len > 2 && input->pending[2] == '<') {
        finish_mouse(input, final);
        return;
    }
    if (final == 'M' && input->pending_len == 2 && input->mouse) {
        input->state = INPUT_OLD_MOUSE; /* a terminal that knows no mode 1006 */
        return;
    }
    if (final == '~' && number == 200) {
        input->state = INPUT_PASTE;
        paste_begin(&input->paste);
        return;
    }
    if (final == 'y') {
        finish_mode(input);
        return;
    }
    uint32_t code = final == '~' ? number_key(number) : letter_key(final);
    bool modified = parameter(input, 1) > 1; /* Shift and the like: another key than F1 alone */
    if (code != 0 && (code < INPUT_F1 || !modified))
        emit(input, code);
}

static void feed_csi(struct input *input, char byte)
{
    if (byte == '[' && input->pending_len == 2) {
        input->state = INPUT_CONSOLE;
    } else if (byte >= 0x40 && byte <= 0x7e) {
        finish_csi(input, byte);
    } else if (byte == INPUT_ESC) {
        begin(input, INPUT_ESCAPE, byte);
    } else if (input->pending_len < sizeof(input->pending)) {
        input->pending[input->pending_len++] = byte;
    }
}

static void feed_escape(struct input *input, char byte)
{
    if (byte == '[' || byte == 'O') {
        input->pending[input->pending_len++] = byte;
        input->state = byte == '[' ? INPUT_CSI : INPUT_SS3;
    } else if (byte == INPUT_ESC) {
        emit(input, INPUT_ESC);
    } else {
        input->state = INPUT_GROUND;
        if (byte > ' ' && byte < 0x7f)
            emit(input, INPUT_ALT | (uint32_t)byte);
    }
}

/* One byte outside pastes. Returns false when it has to be fed again, in the new state. */
static bool feed_byte(struct input *input, char byte)
{
    uint32_t code;
    switch (input->state) {
    case INPUT_CHARACTER:
        return feed_character(input, byte);
    case INPUT_ESCAPE:
        feed_escape(input, byte);
        return true;
    case INPUT_CSI:
        feed_csi(input, byte);
        return true;
    case INPUT_SS3:
        input->state = INPUT_GROUND;
        code = letter_key(byte);
        if (code != 0)
            emit(input, code);
        return true;
    case INPUT_OLD_MOUSE:
        input->pending[input->pending_len++] = byte;
        if (input->pending_len == 5)
            input->state = INPUT_GROUND;
        return true;
    case INPUT_CONSOLE:
        input->state = INPUT_GROUND;
        if (byte >= 'A' && byte <= 'E')
            emit(input, INPUT_F1 + (uint32_t)(byte - 'A'));
        return true;
    default:
        feed_ground(input, byte);
        return true;
    }
}

/* Control characters that only keys send: texts have tabs, ends of lines and of pages. */
static bool is_control_key(unsigned char byte)
{
    return (byte < 0x20 || byte == 0x7f) && !strchr("\t\n\r\f", byte);
}

/* Text of many different characters: no keys that send sequences or edit, and none that repeats. */
static bool is_mixed(const char *bytes, size_t len)
{
    bool seen[256] = {false};
    size_t kinds = 0;
    if (len < MIXED_LEN)
        return false;
    for (size_t i = 0; i < len; i++) {
        bool *kind = &seen[(unsigned char)bytes[i]];
        if (is_control_key((unsigned char)bytes[i]))
            return false;
        kinds += !*kind;
        *kind = true;
    }
    return kinds >= MIXED_KINDS;
}

/* True when the chunk can't have been typed: see the head of this file. */
static bool is_burst(const char *bytes, size_t len)
{
    if (len < BURST_LEN || bytes[0] == INPUT_ESC)
        return false;
    return memmem(bytes, len, "://", 3) != NULL || is_mixed(bytes, len);
}

void input_feed(struct input *input, const char *bytes, size_t len)
{
    if (input->state == INPUT_GROUND && is_burst(bytes, len)) {
        input->state = INPUT_BURST;
        paste_begin(&input->paste);
    }
    size_t used = 0;
    while (used < len) {
        bool ended = false;
        if (input->state == INPUT_BURST) {
            paste_add(&input->paste, bytes + used, len - used);
            return;
        }
        if (input->state == INPUT_PASTE) {
            used += paste_feed(&input->paste, bytes + used, len - used, &ended);
            if (ended)
                emit_paste(input);
        } else if (feed_byte(input, bytes[used])) {
            used++;
        }
    }
}

unsigned input_patience(const struct input *input)
{
    switch (input->state) {
    case INPUT_GROUND:
        return 0;
    case INPUT_ESCAPE:
        return ESCAPE_MS;
    case INPUT_BURST:
        return BURST_MS;
    case INPUT_PASTE:
        return PASTE_MS;
    default:
        return SEQUENCE_MS;
    }
}

void input_expire(struct input *input)
{
    enum input_state state = input->state;
    input->state = INPUT_GROUND;
    if (state == INPUT_ESCAPE)
        emit(input, INPUT_ESC);
    else if (state == INPUT_CHARACTER)
        emit_character(input);
    else if (state == INPUT_PASTE || state == INPUT_BURST)
        emit_paste(input);
}

size_t input_pasting(const struct input *input)
{
    bool pasting = input->state == INPUT_PASTE || input->state == INPUT_BURST;
    return pasting ? input->paste.text.len : 0;
}
