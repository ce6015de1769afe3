// UTF-8 without the locale: what is safe and how wide it is must not depend on the bastion's LC_CTYPE.
#include "core/base/utf8.h"

#include "core/base/mem.h"

struct range {
    uint32_t first, last;
};

static bool in_ranges(uint32_t c, const struct range *table, size_t n)
{
    size_t low = 0, high = n;
    while (low < high) {
        size_t mid = (low + high) / 2;
        if (c > table[mid].last)
            low = mid + 1;
        else if (c < table[mid].first)
            high = mid;
        else
            return true;
    }
    return false;
}

unsigned utf8_decode(struct span s, uint32_t *ret)
{
    const unsigned char *b = (const unsigned char *)s.at;
    if (b[0] < 0x80) {
        *ret = b[0];
        return 1;
    }
    unsigned n = b[0] >= 0xF0 ? 4 : b[0] >= 0xE0 ? 3 : 2;
    static const uint32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000};
    *ret = UTF8_BAD | b[0];
    if (b[0] < 0xC2 || b[0] > 0xF4 || s.len < n)
        return 1;
    uint32_t c = b[0] & (0x7Fu >> n);
    for (unsigned i = 1; i < n; i++) {
        if ((b[i] & 0xC0) != 0x80)
            return 1;
        c = c << 6 | (b[i] & 0x3Fu);
    }
    if (c < smallest[n] || c > 0x10FFFF || (c >= 0xD800 && c <= 0xDFFF))
        return 1;
    *ret = c;
    return n;
}

unsigned utf8_encode(uint32_t c, char ret[static 4])
{
    if (c < 0x80) {
        ret[0] = (char)c;
        return 1;
    }
    unsigned n = c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
    for (unsigned i = n - 1; i > 0; i--, c >>= 6)
        ret[i] = (char)(0x80 | (c & 0x3F));
    ret[0] = (char)((0xF00u >> n & 0xF0) | c);
    return n;
}

// Unicode 15: combining marks (Mn, Me) of the scripts that logs are seen in, and the variation selectors.
static const struct range zero_width[] = {
    {0x0300, 0x036F}, {0x0483, 0x0489},   {0x0591, 0x05BD}, {0x05BF, 0x05BF}, {0x05C1, 0x05C2},
    {0x05C4, 0x05C5}, {0x0610, 0x061A},   {0x064B, 0x065F}, {0x0670, 0x0670}, {0x06D6, 0x06DC},
    {0x06DF, 0x06E4}, {0x0900, 0x0902},   {0x093A, 0x093A}, {0x093C, 0x093C}, {0x0941, 0x0948},
    {0x094D, 0x094D}, {0x0E31, 0x0E31},   {0x0E34, 0x0E3A}, {0x0E47, 0x0E4E}, {0x1AB0, 0x1ACE},
    {0x1DC0, 0x1DFF}, {0x20D0, 0x20F0},   {0x302A, 0x302D}, {0x3099, 0x309A}, {0xFE00, 0xFE0F},
    {0xFE20, 0xFE2F}, {0xE0100, 0xE01EF},
};

// East Asian Wide and Fullwidth (UAX #11), emoji presentation included.
static const struct range double_width[] = {
    {0x1100, 0x115F},   {0x231A, 0x231B},   {0x2329, 0x232A},   {0x23E9, 0x23EC},   {0x23F0, 0x23F0},
    {0x23F3, 0x23F3},   {0x25FD, 0x25FE},   {0x2614, 0x2615},   {0x2648, 0x2653},   {0x267F, 0x267F},
    {0x2693, 0x2693},   {0x26A1, 0x26A1},   {0x26AA, 0x26AB},   {0x26BD, 0x26BE},   {0x26C4, 0x26C5},
    {0x26CE, 0x26CE},   {0x26D4, 0x26D4},   {0x26EA, 0x26EA},   {0x26F2, 0x26F3},   {0x26F5, 0x26F5},
    {0x26FA, 0x26FA},   {0x26FD, 0x26FD},   {0x2705, 0x2705},   {0x270A, 0x270B},   {0x2728, 0x2728},
    {0x274C, 0x274C},   {0x274E, 0x274E},   {0x2753, 0x2755},   {0x2757, 0x2757},   {0x2795, 0x2797},
    {0x27B0, 0x27B0},   {0x27BF, 0x27BF},   {0x2B1B, 0x2B1C},   {0x2B50, 0x2B50},   {0x2B55, 0x2B55},
    {0x2E80, 0x303E},   {0x3041, 0x3247},   {0x3250, 0x4DBF},   {0x4E00, 0xA4C6},   {0xA960, 0xA97C},
    {0xAC00, 0xD7A3},   {0xF900, 0xFAFF},   {0xFE10, 0xFE19},   {0xFE30, 0xFE6B},   {0xFF01, 0xFF60},
    {0xFFE0, 0xFFE6},   {0x16FE0, 0x18CD5}, {0x1B000, 0x1B2FB}, {0x1F004, 0x1F004}, {0x1F0CF, 0x1F0CF},
    {0x1F18E, 0x1F18E}, {0x1F191, 0x1F19A}, {0x1F200, 0x1F265}, {0x1F300, 0x1F320}, {0x1F32D, 0x1F335},
    {0x1F337, 0x1F37C}, {0x1F37E, 0x1F393}, {0x1F3A0, 0x1F3CA}, {0x1F3CF, 0x1F3D3}, {0x1F3E0, 0x1F3F0},
    {0x1F3F4, 0x1F3F4}, {0x1F3F8, 0x1F43E}, {0x1F440, 0x1F440}, {0x1F442, 0x1F4FC}, {0x1F4FF, 0x1F53D},
    {0x1F54B, 0x1F54E}, {0x1F550, 0x1F567}, {0x1F57A, 0x1F57A}, {0x1F595, 0x1F596}, {0x1F5A4, 0x1F5A4},
    {0x1F5FB, 0x1F64F}, {0x1F680, 0x1F6C5}, {0x1F6CC, 0x1F6CC}, {0x1F6D0, 0x1F6D2}, {0x1F6D5, 0x1F6DF},
    {0x1F6EB, 0x1F6EC}, {0x1F6F4, 0x1F6FC}, {0x1F7E0, 0x1F7F0}, {0x1F90C, 0x1F9FF}, {0x1FA70, 0x1FAF8},
    {0x20000, 0x3FFFD},
};

// C0, DEL and C1; soft hyphen; bidi and format controls (Cf); separators; interlinear and object specials;
// tags; surrogates and noncharacters do not decode, private use areas are left alone (fonts draw them,
// terminals do not obey).
static const struct range unsafe[] = {
    {0x0000, 0x001F},   {0x007F, 0x009F},   {0x00AD, 0x00AD}, {0x034F, 0x034F}, {0x0600, 0x0605},
    {0x061C, 0x061C},   {0x06DD, 0x06DD},   {0x070F, 0x070F}, {0x115F, 0x1160}, {0x17B4, 0x17B5},
    {0x180B, 0x180F},   {0x200B, 0x200F},   {0x2028, 0x202E}, {0x2060, 0x206F}, {0x3164, 0x3164},
    {0xFEFF, 0xFEFF},   {0xFFA0, 0xFFA0},   {0xFFF0, 0xFFFB}, {0xFFFE, 0xFFFF}, {0x1BCA0, 0x1BCA3},
    {0x1D173, 0x1D17A}, {0xE0000, 0xE0FFF},
};

int utf8_width(uint32_t c)
{
    if (c < 0x300)
        return 1;
    if (in_ranges(c, unsafe, ARRAY_LEN(unsafe)))
        return 1;
    if (in_ranges(c, zero_width, ARRAY_LEN(zero_width)))
        return 0;
    return in_ranges(c, double_width, ARRAY_LEN(double_width)) ? 2 : 1;
}

bool utf8_is_unsafe(uint32_t c)
{
    if (c >= 0x20 && c < 0x7F)
        return false;
    return (c & UTF8_BAD) || in_ranges(c, unsafe, ARRAY_LEN(unsafe));
}

static void add_escape(uint32_t c, struct str *ret)
{
    switch (c) {
    case '\t':
        str_add(ret, "\\t");
        break;
    case '\n':
        str_add(ret, "\\n");
        break;
    case '\r':
        str_add(ret, "\\r");
        break;
    case 0x1B:
        str_add(ret, "\\e");
        break;
    default:
        if (c & UTF8_BAD || c < 0x100)
            str_printf(ret, "\\x%02x", (unsigned)(c & 0xFF));
        else
            str_printf(ret, "\\x{%x}", (unsigned)c);
    }
}

void utf8_make_safe(struct span s, struct str *ret)
{
    while (s.len) {
        uint32_t c;
        unsigned n = utf8_decode(s, &c);
        if (utf8_is_unsafe(c))
            add_escape(c, ret);
        else
            str_add_span(ret, span_first(s, n));
        s = span_from(s, n);
    }
}

struct span utf8_first(struct span s, size_t n)
{
    if (s.len <= n)
        return s;
    while (n > 0 && ((unsigned char)s.at[n] & 0xC0) == 0x80)
        n--;
    return span_first(s, n);
}

bool utf8_is_valid(struct span s)
{
    while (s.len) {
        uint32_t c;
        unsigned n = utf8_decode(s, &c);
        if (c & UTF8_BAD)
            return false;
        s = span_from(s, n);
    }
    return true;
}
