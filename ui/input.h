#ifndef UI_INPUT_H
#define UI_INPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ui/paste.h"

/* Bytes of a terminal become keys and pastes. Pure: no descriptor, no clock; who owns it reads, and
 * keeps the time that input_patience() asks for. */

/* A character is its code point; the others stand above all of them. Control characters keep their
 * codes ('a' & 0x1f), except those named here. */
enum {
    INPUT_TAB = 0x09,
    INPUT_ENTER = 0x0d,
    INPUT_ESC = 0x1b,
    INPUT_UP = 0x110000,
    INPUT_DOWN,
    INPUT_LEFT,
    INPUT_RIGHT,
    INPUT_HOME,
    INPUT_END,
    INPUT_PAGE_UP,
    INPUT_PAGE_DOWN,
    INPUT_INSERT,
    INPUT_DELETE,
    INPUT_BACKSPACE,
    INPUT_BACK_TAB,
    INPUT_F1, /* F2 to F12 follow */
    INPUT_F12 = INPUT_F1 + 11,
    INPUT_ALT = 0x200000 /* with a character that was typed while Alt was held */
};

#define INPUT_CTRL(letter) ((uint32_t)(letter)&0x1fu)

struct input_key {
    uint32_t code;
    char text[16]; /* the character as clean UTF-8; "" for keys that write nothing */
    bool rushed;   /* it came right behind another one: nobody types so fast. Set by who reads. */
};

/* What is done with the mouse: the left button pressed, or the wheel turned by one notch. */
enum input_mouse_what { INPUT_CLICK, INPUT_WHEEL_UP, INPUT_WHEEL_DOWN };

struct input_mouse {
    enum input_mouse_what what;
    int y, x; /* the cell, from 0 on */
};

struct input_events {
    void (*key)(void *ctx, const struct input_key *key);
    /* BYTES are raw, NUL-terminated, with '\n' for every line end, borrowed for the call. TOO_BIG:
     * the paste was over PASTE_MAX, and BYTES is empty. */
    void (*paste)(void *ctx, const char *bytes, size_t len, bool too_big);
    void (*mouse)(void *ctx, const struct input_mouse *mouse); /* may be NULL */
    /* The terminal tells a private mode's STATE (DECRPM); may be NULL. */
    void (*mode)(void *ctx, unsigned mode, unsigned state);
    void *ctx;
};

enum input_state {
    INPUT_GROUND,
    INPUT_CHARACTER, /* in a UTF-8 character */
    INPUT_ESCAPE,    /* ESC came */
    INPUT_CSI,       /* ESC [ came */
    INPUT_SS3,       /* ESC O came */
    INPUT_CONSOLE,   /* ESC [ [ came: F1 to F5 of the Linux console */
    INPUT_OLD_MOUSE, /* CSI M came: three bytes follow */
    INPUT_PASTE,     /* between the markers of a bracketed paste */
    INPUT_BURST      /* in a paste of a terminal that does not mark it */
};

struct input {
    struct input_events events;
    enum input_state state;
    bool mouse;       /* the terminal was asked to tell of the mouse */
    char pending[32]; /* the sequence or character so far */
    size_t pending_len;
    size_t wanted; /* bytes of the character */
    struct paste paste;
};

void input_init(struct input *input, const struct input_events *events);
void input_fini(struct input *input);

/* Events come before this returns. */
void input_feed(struct input *input, const char *bytes, size_t len);

/* Milliseconds after which input_expire() wants to be called when no byte came; 0: never. */
unsigned input_patience(const struct input *input);

/* Ends what waits for more bytes: a lone ESC is the key, a paste without end is what came. */
void input_expire(struct input *input);

/* Bytes of the paste that is coming in; 0 when there is none. */
size_t input_pasting(const struct input *input);

#endif
