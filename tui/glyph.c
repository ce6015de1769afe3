// One table: every sign in its three forms. The Unicode ones are all of East Asian width "neutral" or drawn
// narrow by every terminal that was looked at. The console's are in the font that the kernel brings (code
// page 437) and in those of Debian's console-setup, Lat15 and Uni2 among them: of ✓ ✖ ◐ none of these has a
// picture, and ⊘ ○ ▌ … are in one and not in another.
#include "tui/glyph.h"

#include <assert.h>

#include "core/base/mem.h"
#include "core/base/utf8.h"

typedef const char *const forms[SIGNS_COUNT];

static forms glyphs[GLYPH_COUNT] = {
    [GLYPH_DONE] = {"✓", "+", "+"},         [GLYPH_FINDING] = {"✖", "X", "X"},
    [GLYPH_UNKNOWN] = {"?", "?", "?"},      [GLYPH_HELD] = {"⊘", "#", "#"},
    [GLYPH_SKIPPED] = {"–", "-", "-"},      [GLYPH_TODO] = {"·", "·", "."},
    [GLYPH_RUNNING] = {"◐", "*", "*"},      [GLYPH_INNOCENT] = {"○", "o", "o"},
    [GLYPH_MARK] = {"▶", "▶", ">"},         [GLYPH_CITED] = {"▌", "█", "|"},
    [GLYPH_MATCH] = {"•", "•", "*"},        [GLYPH_BRANCH] = {"└", "└", "`"},
    [GLYPH_MORE] = {"…", "~", "~"},         [GLYPH_ARROW] = {"─", "─", "-"},
    [GLYPH_DASHES] = {"┄", "·", "."},       [GLYPH_HEAD] = {"▶", "▶", ">"},
    [GLYPH_POINT] = {"▸", "▶", ">"},        [GLYPH_HORIZONTAL] = {"─", "─", "-"},
    [GLYPH_VERTICAL] = {"│", "│", "|"},     [GLYPH_TOP_LEFT] = {"┌", "┌", "+"},
    [GLYPH_TOP_RIGHT] = {"┐", "┐", "+"},    [GLYPH_BOTTOM_LEFT] = {"└", "└", "+"},
    [GLYPH_BOTTOM_RIGHT] = {"┘", "┘", "+"}, [GLYPH_BAR_1] = {"▁", ".", "."},
    [GLYPH_BAR_2] = {"▂", ".", "."},        [GLYPH_BAR_3] = {"▃", ":", ":"},
    [GLYPH_BAR_4] = {"▄", ":", ":"},        [GLYPH_BAR_5] = {"▅", "|", "|"},
    [GLYPH_BAR_6] = {"▆", "|", "|"},        [GLYPH_BAR_7] = {"▇", "#", "#"},
    [GLYPH_BAR_8] = {"█", "#", "#"},
};

// Of sentences.
static forms typographic[] = {
    {"–", "-", "-"},   {"—", "-", "-"},   {"‘", "'", "'"}, {"’", "'", "'"},
    {"“", "\"", "\""}, {"”", "\"", "\""}, {"→", "→", ">"},
};

const char *glyph_text(enum glyph glyph, enum signs signs)
{
    assert(glyph < GLYPH_COUNT);
    return glyphs[glyph][signs];
}

static const char *find_form(forms *table, size_t n, uint32_t c, enum signs signs)
{
    for (size_t i = 0; i < n; i++) {
        uint32_t own;
        utf8_decode(span_of(table[i][SIGNS_UNICODE]), &own);
        if (own == c)
            return table[i][signs];
    }
    return NULL;
}

const char *glyph_instead(uint32_t c, enum signs signs)
{
    if (c < 0x80 || signs == SIGNS_UNICODE)
        return NULL;
    const char *sign = find_form(glyphs, ARRAY_LEN(glyphs), c, signs);
    if (!sign)
        sign = find_form(typographic, ARRAY_LEN(typographic), c, signs);
    return sign || signs == SIGNS_CONSOLE ? sign : "?";
}
