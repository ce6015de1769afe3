// Words under one another: paragraphs, each of one role and with a word in front where it has one, wrapped to
// the width that there is.
#ifndef D5_TUI_PROSE_H
#define D5_TUI_PROSE_H

#include "core/base/arena.h"
#include "tui/canvas.h"

struct paragraph {
    enum role role;
    const char *label; // muted, in a column of its own; or NULL
    const char *text;
};

struct prose { // zero-initialized is empty
    struct arena arena;
    struct paragraph *items;
    size_t n, cap;
};

void prose_done(struct prose *p);
void prose_add(struct prose *p, enum role role, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void prose_label(struct prose *p, const char *label, enum role role, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
void prose_gap(struct prose *p); // an empty row

// The rows that it takes at that width.
int prose_rows(const struct prose *p, int cols);

// Draws it without its first `skip` rows. Returns how many rows there are in all.
int prose_draw(const struct prose *p, struct canvas *canvas, struct rect area, int skip);

#endif
