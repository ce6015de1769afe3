// A card: paragraphs under each other that wrap at the width, each with a label in front or without one. It
// can also only count its rows, so that a screen is divided before anything is drawn.
#ifndef D5_TUI_CARD_H
#define D5_TUI_CARD_H

#include "tui/canvas.h"

struct card {
    struct canvas *canvas;
    struct rect area;
    int row;     // the next one
    int most;    // rows that one paragraph may take; 0: as many as it needs
    bool counts; // draws nothing
};

// Each goes on below what was drawn; what does not fit is cut, with the sign for "goes on".
void card_text(struct card *card, int col, enum role role, const char *text);
void card_label(struct card *card, const char *label, enum role role, const char *text); // NULL: nothing
void card_rule(struct card *card);                                                       // a line across
void card_skip(struct card *card, int rows);

// A pen on the next row, which is then taken.
struct pen card_pen(struct card *card);

#endif
