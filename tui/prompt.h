// A line editor: what is typed after '/', ':' or a question. Pasted text comes in one piece; of it only the
// first line is taken, without control bytes, so a paste can neither press Enter nor send an escape.
#ifndef D5_TUI_PROMPT_H
#define D5_TUI_PROMPT_H

#include <stdbool.h>

#include "core/base/str.h"
#include "tui/canvas.h"
#include "tui/key.h"

struct prompt { // zero-initialized is closed
    bool open;
    const char *label; // borrowed: "/", "Why skip?"
    struct str text;
    size_t at; // byte that the cursor stands on
};

enum prompt_result { PROMPT_IGNORED, PROMPT_MOVED, PROMPT_CHANGED, PROMPT_ACCEPTED, PROMPT_CANCELLED };

void prompt_open(struct prompt *prompt, const char *label, const char *text); // text NULL: empty
void prompt_close(struct prompt *prompt); // keeps the text until the next prompt_open
void prompt_done(struct prompt *prompt);

// Enter accepts and Escape cancels: the caller closes.
enum prompt_result prompt_key(struct prompt *prompt, struct key key);
enum prompt_result prompt_paste(struct prompt *prompt, struct span text);
void prompt_set(struct prompt *prompt, struct span text); // completion; the cursor goes to the end

// Draws label and text into the first row of the area and puts the hardware cursor there. A text that is too
// long shows its part around the cursor.
void prompt_draw(const struct prompt *prompt, struct canvas *canvas, struct rect area);

#endif
