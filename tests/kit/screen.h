// A terminal to test on: the real program on a pty of its own, what it draws in libvterm's model. Nothing
// sleeps: a test waits until the model shows what it should, or a deadline passes.
#ifndef D5_TESTS_KIT_SCREEN_H
#define D5_TESTS_KIT_SCREEN_H

#include <stdbool.h>
#include <stddef.h>

struct screen;

struct screen_config {
    int rows, cols;
    const char *const *argv; // behind the program's name; ends with NULL
    const char *const
        *env;            // "NAME=value" over TERM=xterm-256color and LC_ALL=C.UTF-8; ends with NULL; or NULL
    const char *program; // NULL: $D5TUI, else build/d5tui
    bool blind;          // no model: only what it sends. libvterm 0.1.4 dies of some resizes itself
};

struct screen *screen_start(const struct screen_config *config);
void screen_free(struct screen *s); // ends the program where it still runs

void screen_keys(struct screen *s, const char *bytes);
void screen_paste(struct screen *s, const char *text); // bracketed
void screen_resize(struct screen *s, int rows, int cols);
void screen_signal(struct screen *s, int number);
void screen_hang_up(
    struct screen *s); // the terminal is gone, as when a connection drops: only its end can be seen

// Until the text stands on the screen (in one row), or is gone. False when the deadline passes first.
bool screen_shows(struct screen *s, const char *text);
bool screen_lacks(struct screen *s, const char *text);
bool screen_idle(struct screen *s, int milliseconds); // whether no byte comes for so long

const char *screen_text(struct screen *s); // all rows, one a line; until the next call
const char *screen_row(struct screen *s, int row);
void screen_cursor(struct screen *s, int *ret_row, int *ret_col);
const char *screen_raw(struct screen *s, size_t *ret_len); // every byte that came so far
int screen_colours(struct screen *s);                      // cells whose colours are not the default ones

// Looks once, takes in what came, and lets it go on where it stopped itself: its status as below, or -1: it
// runs.
int screen_look(struct screen *s);

// Waits for its end, and lets it go on where it stopped itself. The exit status, or 128 + the signal; -1 when
// the deadline passes.
int screen_exit(struct screen *s);

// Whether the terminal is as it was before: its settings, and no longer on the alternate screen.
bool screen_is_restored(struct screen *s);

#endif
