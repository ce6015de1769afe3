// The real terminal: the only file that knows curses. Brings a canvas to it, sending only the cells that
// changed, and leaves it as it was found: at term_close, after every signal that can be caught, and after an
// abort.
#ifndef D5_TUI_TERM_H
#define D5_TUI_TERM_H

#include "core/base/error.h"
#include "tui/canvas.h"
#include "tui/theme.h"

struct terminal;

// Whether standard input and output are a terminal that can show a screen. Where not (TERM=dumb), the message
// points to `run`. Sends nothing.
bool term_check(struct error *err);

struct term_look {
    const char *name; // TERM, or NULL
    bool moves;       // it is known here, and can show a screen
    bool no_color;    // NO_COLOR is set
    int colours;
    bool utf8;
    const char *codeset; // of the locale
};

// What is known of the terminal, whether or not standard output is one. Sends nothing.
void term_look(struct term_look *ret);

// Takes the terminal of standard input and output. Fails as term_check does. NO_COLOR and a locale without
// UTF-8 are minded. Asks the terminal nothing.
struct terminal *term_open(struct error *err);
void term_close(struct terminal *term); // takes NULL

int term_input(const struct terminal *term); // to read keys from; its own open file, may be set non-blocking
enum signs term_signs(const struct terminal *term);
void term_size(const struct terminal *term, int *ret_rows, int *ret_cols);

// Draws. The canvas has the size that term_size gave last.
void term_draw(struct terminal *term, const struct canvas *canvas, const struct theme *theme);

// Sends bytes as they are: for what is meant for the terminal itself, as its clipboard.
void term_send(struct terminal *term, struct span bytes);

void term_suspend(
    struct terminal *term); // gives the terminal back, stops the program, takes it again once continued
void term_take_mouse(struct terminal *term); // its wheel moves; marking text then takes Shift
void term_redraw(struct terminal *term);     // the next term_draw sends everything

#endif
