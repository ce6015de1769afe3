// One table: every sign in both forms. The Unicode ones are all of East Asian width "neutral" or drawn narrow
// by every terminal that was looked at.
#include "tui/glyph.h"

#include <assert.h>

#include "core/base/mem.h"
#include "core/base/utf8.h"

static const struct {
    const char *unicode, *ascii;
} glyphs[GLYPH_COUNT] = {
    [GLYPH_DONE] = {"✓", "+"},        [GLYPH_FINDING] = {"✖", "X"},      [GLYPH_UNKNOWN] = {"?", "?"},
    [GLYPH_HELD] = {"⊘", "#"},        [GLYPH_SKIPPED] = {"–", "-"},      [GLYPH_TODO] = {"·", "."},
    [GLYPH_RUNNING] = {"◐", "*"},     [GLYPH_INNOCENT] = {"○", "o"},     [GLYPH_MARK] = {"▶", ">"},
    [GLYPH_CITED] = {"▌", "|"},       [GLYPH_MATCH] = {"•", "*"},        [GLYPH_BRANCH] = {"└", "`"},
    [GLYPH_MORE] = {"…", "~"},        [GLYPH_ARROW] = {"─", "-"},        [GLYPH_DASHES] = {"┄", "."},
    [GLYPH_HEAD] = {"▶", ">"},        [GLYPH_POINT] = {"▸", ">"},        [GLYPH_HORIZONTAL] = {"─", "-"},
    [GLYPH_VERTICAL] = {"│", "|"},    [GLYPH_TOP_LEFT] = {"┌", "+"},     [GLYPH_TOP_RIGHT] = {"┐", "+"},
    [GLYPH_BOTTOM_LEFT] = {"└", "+"}, [GLYPH_BOTTOM_RIGHT] = {"┘", "+"}, [GLYPH_BAR_1] = {"▁", "."},
    [GLYPH_BAR_2] = {"▂", "."},       [GLYPH_BAR_3] = {"▃", ":"},        [GLYPH_BAR_4] = {"▄", ":"},
    [GLYPH_BAR_5] = {"▅", "|"},       [GLYPH_BAR_6] = {"▆", "|"},        [GLYPH_BAR_7] = {"▇", "#"},
    [GLYPH_BAR_8] = {"█", "#"},
};

const char *glyph_text(enum glyph glyph, bool ascii)
{
    assert(glyph < GLYPH_COUNT);
    return ascii ? glyphs[glyph].ascii : glyphs[glyph].unicode;
}

char glyph_ascii(unsigned c)
{
    if (c < 0x80)
        return (char)c;
    for (size_t i = 0; i < GLYPH_COUNT; i++) {
        uint32_t own;
        utf8_decode(span_of(glyphs[i].unicode), &own);
        if (own == c)
            return glyphs[i].ascii[0];
    }
    switch (c) {
    case 0x2013:
    case 0x2014:
        return '-';
    case 0x2018:
    case 0x2019:
        return '\'';
    case 0x201C:
    case 0x201D:
        return '"';
    case 0x2192:
        return '>';
    default:
        return '?';
    }
}
