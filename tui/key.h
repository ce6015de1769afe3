// Keys and pasted text out of the bytes that a terminal sends. Understands xterm, rxvt, the Linux console,
// PuTTY and vt100 in normal and in application mode, and bracketed paste; what it does not know is swallowed
// whole, so that the end of a strange sequence is never taken for typing.
#ifndef D5_TUI_KEY_H
#define D5_TUI_KEY_H

#include <stdbool.h>
#include <stdint.h>

#include "core/base/str.h"

enum { // beyond Unicode
    K_UP = 0x200000,
    K_DOWN,
    K_LEFT,
    K_RIGHT,
    K_HOME,
    K_END,
    K_PAGE_UP,
    K_PAGE_DOWN,
    K_INSERT,
    K_DELETE,
    K_BACKSPACE,
    K_ENTER,
    K_TAB,
    K_BACKTAB,
    K_ESCAPE,
    K_F1, // … K_F1 + 11 is F12
    K_LAST = K_F1 + 11,
};

enum { MOD_ALT = 1, MOD_CTRL = 2 };

struct key {
    uint32_t code; // Unicode, or K_…; control characters are the letter with MOD_CTRL
    unsigned mods;
};

typedef void key_fn(void *context, struct key key);
typedef void key_paste_fn(void *context, struct span text); // all of one paste, control bytes and all

struct key_reader {     // zero-initialized is ready
    struct str pending; // an unfinished sequence
    struct str paste;
    bool pasting;
};

struct key_sink {
    key_fn *key;
    key_paste_fn *paste;
    void *context;
};

void key_reader_done(struct key_reader *reader);

// Takes bytes and gives out what is complete.
void key_read(struct key_reader *reader, struct span bytes, const struct key_sink *sink);

// Whether a field takes it as a character to be typed.
bool key_is_text(struct key key);

// Whether an unfinished sequence waits: after a few milliseconds it is what it is (a lone Escape).
bool key_waits(const struct key_reader *reader);
void key_flush(struct key_reader *reader, const struct key_sink *sink);

// "Enter", "PgDn", "Ctrl-C", "Alt-x", "j". Parsing takes the names that formatting gives.
bool key_parse(struct span name, struct key *ret);
void key_name(struct key key, struct str *ret);
bool key_eq(struct key a, struct key b);

#endif
