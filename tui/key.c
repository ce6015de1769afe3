// A small parser over a growing buffer: each look at its front is a key, or nothing known (swallowed), or not
// enough bytes yet.
#include "tui/key.h"

#include "core/base/mem.h"
#include "core/base/utf8.h"

enum { MOST_PASTE = 1 << 20, MOST_SEQUENCE = 64 };

static const struct {
    uint32_t code;
    const char *name;
} names[] = {
    {K_UP, "Up"},      {K_DOWN, "Down"},         {K_LEFT, "Left"},           {K_RIGHT, "Right"},
    {K_HOME, "Home"},  {K_END, "End"},           {K_PAGE_UP, "PgUp"},        {K_PAGE_DOWN, "PgDn"},
    {K_INSERT, "Ins"}, {K_DELETE, "Del"},        {K_BACKSPACE, "Backspace"}, {K_ENTER, "Enter"},
    {K_TAB, "Tab"},    {K_BACKTAB, "Shift-Tab"}, {K_ESCAPE, "Esc"},          {' ', "Space"},
};

static const struct {
    char final;
    uint32_t code;
} finals[] = {
    {'A', K_UP},     {'B', K_DOWN},    {'C', K_RIGHT}, {'D', K_LEFT},   {'H', K_HOME},
    {'F', K_END},    {'Z', K_BACKTAB}, {'P', K_F1},    {'Q', K_F1 + 1}, {'R', K_F1 + 2},
    {'S', K_F1 + 3}, {'M', K_ENTER},   {'w', K_END}, // PuTTY's, where its Home and End are set to "rxvt"
};

// CSI number ~ (vt220 and what came after); 0: not in use.
static const uint32_t tildes[] = {
    [1] = K_HOME,      [2] = K_INSERT,  [3] = K_DELETE,  [4] = K_END,      [5] = K_PAGE_UP,
    [6] = K_PAGE_DOWN, [7] = K_HOME,    [8] = K_END,     [11] = K_F1,      [12] = K_F1 + 1,
    [13] = K_F1 + 2,   [14] = K_F1 + 3, [15] = K_F1 + 4, [17] = K_F1 + 5,  [18] = K_F1 + 6,
    [19] = K_F1 + 7,   [20] = K_F1 + 8, [21] = K_F1 + 9, [23] = K_F1 + 10, [24] = K_F1 + 11,
};

struct look {
    size_t used;    // bytes; 0: more are needed
    struct key key; // code 0: known to be nothing
    bool paste_start;
};

static uint32_t final_code(char final)
{
    for (size_t i = 0; i < ARRAY_LEN(finals); i++) {
        if (finals[i].final == final)
            return finals[i].code;
    }
    return 0;
}

static unsigned csi_mods(unsigned parameter)
{
    unsigned bits = parameter > 0 ? parameter - 1 : 0;
    return (bits & 2 ? MOD_ALT : 0) | (bits & 4 ? MOD_CTRL : 0);
}

// ESC [ parameters final
static struct look look_csi(struct span s)
{
    unsigned numbers[2] = {0, 0};
    size_t n = 0, at = 2;
    if (s.len > 2 && s.at[2] == '[') // the Linux console's F1 to F5: ESC [ [ A
        return s.len < 4
                   ? (struct look){0}
                   : (struct look){
                         .used = 4,
                         .key.code = s.at[3] >= 'A' && s.at[3] <= 'E' ? K_F1 + (uint32_t)(s.at[3] - 'A') : 0};
    for (; at < s.len && (unsigned char)s.at[at] >= 0x20 && (unsigned char)s.at[at] <= 0x3F; at++) {
        if (s.at[at] >= '0' && s.at[at] <= '9' && n < 2 && numbers[n] < 10000)
            numbers[n] = numbers[n] * 10 + (unsigned)(s.at[at] - '0');
        else if (s.at[at] == ';')
            n++;
    }
    if (at >= s.len)
        return (struct look){.used = s.len > MOST_SEQUENCE ? s.len : 0};
    struct look look = {.used = at + 1, .key.mods = csi_mods(numbers[1])};
    if (s.at[at] == '~' && numbers[0] == 200)
        look.paste_start = true;
    else if (s.at[at] == '~')
        look.key.code = numbers[0] < ARRAY_LEN(tildes) ? tildes[numbers[0]] : 0;
    else if (s.at[at] == 'M' && s.at[2] == '<') // the mouse, where it was asked for: its wheel
        look.key.code = numbers[0] == 64 ? K_UP : numbers[0] == 65 ? K_DOWN : 0;
    else if (s.at[at] != 'M')
        look.key.code = final_code(s.at[at]);
    return look;
}

static struct look look_escape(struct span s)
{
    if (s.len < 2)
        return (struct look){0};
    if (s.at[1] == '[')
        return look_csi(s);
    if (s.at[1] == 'O')
        return s.len < 3 ? (struct look){0} : (struct look){.used = 3, .key.code = final_code(s.at[2])};
    if (s.at[1] == '\x1b')
        return (struct look){.used = 1, .key.code = K_ESCAPE};
    uint32_t c;
    unsigned n = utf8_decode(span_from(s, 1), &c);
    if (c < 0x20 || (c & UTF8_BAD))
        return (struct look){.used = 1, .key.code = K_ESCAPE};
    return (struct look){.used = 1 + n, .key = {c, MOD_ALT}};
}

static struct key control_key(unsigned char c)
{
    switch (c) {
    case '\r':
    case '\n':
        return (struct key){K_ENTER, 0};
    case '\t':
        return (struct key){K_TAB, 0};
    case 0x7F:
    case '\b':
        return (struct key){K_BACKSPACE, 0};
    case 0:
        return (struct key){' ', MOD_CTRL};
    default:
        return (struct key){c < 27 ? 'a' + c - 1u : 0x40u + c, MOD_CTRL};
    }
}

// Whether s is the front of a character of several bytes, the rest of which has not come.
static bool is_cut_character(struct span s)
{
    unsigned char first = (unsigned char)s.at[0];
    size_t want = first >= 0xF8 ? 1 : first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : first >= 0xC2 ? 2 : 1;
    for (size_t i = 1; i < want && i < s.len; i++) {
        if (((unsigned char)s.at[i] & 0xC0) != 0x80)
            return false;
    }
    return s.len < want;
}

static struct look look_at(struct span s)
{
    unsigned char first = (unsigned char)s.at[0];
    if (first == 0x1b)
        return look_escape(s);
    if (first < 0x20 || first == 0x7F)
        return (struct look){.used = 1, .key = control_key(first)};
    if (is_cut_character(s))
        return (struct look){0};
    uint32_t c;
    unsigned n = utf8_decode(s, &c);
    return (struct look){.used = n, .key.code = c & UTF8_BAD ? 0 : c};
}

// Takes what belongs to the paste off the front. Returns how many bytes; all of them when its end is not
// there.
static size_t take_paste(struct key_reader *reader, struct span s, const struct key_sink *sink)
{
    static const char end[] = "\x1b[201~";
    size_t at = span_find(s, end), keep = at;
    if (at == SIZE_MAX) { // the end may be cut in two by the read
        keep = s.len;
        for (size_t i = s.len; i-- > 0 && s.len - i < sizeof end - 1;)
            keep = s.at[i] == '\x1b' ? i : keep;
    }
    if (reader->paste.len + keep <= MOST_PASTE)
        str_add_span(&reader->paste, span_first(s, keep));
    if (at == SIZE_MAX)
        return keep;
    reader->pasting = false;
    sink->paste(sink->context, str_span(&reader->paste));
    str_clear(&reader->paste);
    return at + sizeof end - 1;
}

void key_read(struct key_reader *reader, struct span bytes, const struct key_sink *sink)
{
    str_add_span(&reader->pending, bytes);
    size_t at = 0;
    while (at < reader->pending.len) {
        struct span rest = span_from(str_span(&reader->pending), at);
        if (reader->pasting) {
            size_t used = take_paste(reader, rest, sink);
            at += used;
            if (used == 0 || reader->pasting)
                break;
            continue;
        }
        struct look look = look_at(rest);
        if (look.used == 0)
            break;
        at += look.used;
        if (look.paste_start)
            reader->pasting = true;
        else if (look.key.code)
            sink->key(sink->context, look.key);
    }
    struct str rest = {0};
    str_add_span(&rest, span_from(str_span(&reader->pending), at));
    str_done(&reader->pending);
    reader->pending = rest;
}

bool key_is_text(struct key key)
{
    return key.code < K_UP && !key.mods && !utf8_is_unsafe(key.code);
}

bool key_waits(const struct key_reader *reader)
{
    return reader->pending.len > 0 && !reader->pasting;
}

void key_flush(struct key_reader *reader, const struct key_sink *sink)
{
    bool is_escape = reader->pending.len > 0 && reader->pending.at[0] == '\x1b';
    bool is_alone = reader->pending.len == 1;
    struct key next = {0};
    if (reader->pending.len == 2 && is_escape) // Alt-[ and Alt-O
        next = (struct key){(unsigned char)reader->pending.at[1], MOD_ALT};
    str_clear(&reader->pending);
    if (is_escape && is_alone)
        sink->key(sink->context, (struct key){K_ESCAPE, 0});
    else if (next.code)
        sink->key(sink->context, next);
}

void key_reader_done(struct key_reader *reader)
{
    str_done(&reader->pending);
    str_done(&reader->paste);
}

bool key_eq(struct key a, struct key b)
{
    return a.code == b.code && a.mods == b.mods;
}

bool key_parse(struct span name, struct key *ret)
{
    struct key key = {0};
    if (span_skip(&name, "Ctrl-"))
        key.mods |= MOD_CTRL;
    else if (name.len > 4 && span_skip(&name, "Alt-"))
        key.mods |= MOD_ALT;
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        if (span_is(name, names[i].name))
            key.code = names[i].code;
    }
    uint64_t number;
    if (!key.code && name.len > 1 && name.at[0] == 'F' && span_to_u64(span_from(name, 1), &number) &&
        number >= 1 && number <= 12)
        key.code = K_F1 + (uint32_t)number - 1;
    if (!key.code && name.len > 0) {
        unsigned n = utf8_decode(name, &key.code);
        if (n != name.len || (key.code & UTF8_BAD))
            return false;
        if (key.mods & MOD_CTRL && key.code >= 'A' && key.code <= 'Z')
            key.code += 'a' - 'A';
    }
    if (!key.code)
        return false;
    *ret = key;
    return true;
}

void key_name(struct key key, struct str *ret)
{
    if (key.mods & MOD_CTRL)
        str_add(ret, "Ctrl-");
    if (key.mods & MOD_ALT)
        str_add(ret, "Alt-");
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        if (names[i].code == key.code) {
            str_add(ret, names[i].name);
            return;
        }
    }
    if (key.code >= K_F1 && key.code <= K_LAST) {
        str_printf(ret, "F%u", key.code - K_F1 + 1);
        return;
    }
    char text[4];
    uint32_t code = key.mods & MOD_CTRL && key.code >= 'a' && key.code <= 'z' ? key.code - 32 : key.code;
    unsigned n = utf8_encode(code, text);
    str_add_span(ret, span_make(text, n));
}
