// The clipboard of whoever sits before the terminal, by way of the terminal: OSC 52 (xterm, "Operating System
// Commands"). Whether the terminal took it cannot be known, so nobody may say more than that it was sent.
//
// In between may stand tmux, which takes the sequence itself where set-clipboard is on, and passes it on in a
// DCS where allow-passthrough is on; and screen, which passes on DCS strings, a few hundred bytes at a time.
#ifndef D5_TUI_OSC52_H
#define D5_TUI_OSC52_H

#include "core/base/error.h"
#include "core/base/str.h"

enum osc52_way { OSC52_PLAIN, OSC52_TMUX, OSC52_SCREEN };

// hterm and others take no more than 100,000 bytes of base64, and drop longer ones without a word.
enum { OSC52_MOST = 74994 };

struct osc52_terminal { // what the environment says; each may be NULL
    const char *term;   // TERM
    const char *tmux;   // TMUX
    const char *screen; // STY
};

// Appends the bytes to send. The text is made safe first: what is pasted elsewhere must not act there. False:
// the terminal has no clipboard, or the text is too long; the error names the way out.
bool osc52_make(const struct osc52_terminal *terminal, struct span text, struct str *ret, struct error *err);

// What must be set for it to arrive, in words; NULL: nothing in between.
const char *osc52_note(const struct osc52_terminal *terminal);

#endif
