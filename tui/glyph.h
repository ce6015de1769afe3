// The signs that the screen is drawn with, each in three forms. All of them are one column wide.
#ifndef D5_TUI_GLYPH_H
#define D5_TUI_GLYPH_H

#include <stdint.h>

enum signs {
    SIGNS_UNICODE,
    SIGNS_CONSOLE, // of those only what the fonts of the Linux console have
    SIGNS_ASCII,
    SIGNS_COUNT
};

enum glyph {
    GLYPH_DONE,
    GLYPH_FINDING,
    GLYPH_UNKNOWN,
    GLYPH_HELD,
    GLYPH_SKIPPED,
    GLYPH_TODO,
    GLYPH_RUNNING,
    GLYPH_INNOCENT,
    GLYPH_MARK,   // in the margin: the current line
    GLYPH_CITED,  // in the margin: a line that something rests on
    GLYPH_MATCH,  // in the margin: a line that the search found
    GLYPH_BRANCH, // in front of what is written under a line
    GLYPH_MORE,   // text goes on
    GLYPH_ARROW,  // one hop to the next, the way was seen
    GLYPH_DASHES, // one hop to the next, not seen
    GLYPH_HEAD,   // the arrow's head
    GLYPH_POINT,  // in front of the selected entry
    GLYPH_HORIZONTAL,
    GLYPH_VERTICAL,
    GLYPH_TOP_LEFT,
    GLYPH_TOP_RIGHT,
    GLYPH_BOTTOM_LEFT,
    GLYPH_BOTTOM_RIGHT,
    GLYPH_BAR_1, // bars for counts, from low to high
    GLYPH_BAR_2,
    GLYPH_BAR_3,
    GLYPH_BAR_4,
    GLYPH_BAR_5,
    GLYPH_BAR_6,
    GLYPH_BAR_7,
    GLYPH_BAR_8,
    GLYPH_COUNT
};

const char *glyph_text(enum glyph glyph, enum signs signs);

// What stands for a character where it may not be shown: another form of a sign above, a plain dash or quote
// for typographic ones, in ASCII else "?". NULL: it is shown as it is, as are letters on the console, whose
// font is the user's choice.
const char *glyph_instead(uint32_t c, enum signs signs);

#endif
