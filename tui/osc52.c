// OSC 52 in the three ways that it takes.
#include "tui/osc52.h"

#include <string.h>

#include "core/base/mem.h"
#include "core/base/utf8.h"

// screen's DCS strings end at 768 bytes in older versions; pieces this long pass in all of them.
enum { SCREEN_PIECE = 252 };

static enum osc52_way way_of(const struct osc52_terminal *t)
{
    if (t->tmux && *t->tmux)
        return OSC52_TMUX;
    return t->screen && *t->screen ? OSC52_SCREEN : OSC52_PLAIN;
}

static bool has_clipboard(const char *term)
{
    static const char *const without[] = {"linux", "vt", "dumb", "cons", "sun"};
    for (size_t i = 0; term && i < ARRAY_LEN(without); i++) {
        if (span_starts(span_of(term), without[i]))
            return false;
    }
    return term && *term;
}

// RFC 4648, section 4.
static void add_base64(struct span text, struct str *ret)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const unsigned char *at = (const unsigned char *)text.at;
    for (size_t i = 0; i < text.len; i += 3) {
        size_t left = text.len - i;
        unsigned bits =
            (unsigned)at[i] << 16 | (left > 1 ? (unsigned)at[i + 1] << 8 : 0) | (left > 2 ? at[i + 2] : 0);
        str_add_char(ret, digits[bits >> 18]);
        str_add_char(ret, digits[bits >> 12 & 63]);
        str_add_char(ret, (char)(left > 1 ? digits[bits >> 6 & 63] : '='));
        str_add_char(ret, (char)(left > 2 ? digits[bits & 63] : '='));
    }
}

static void add_safe(struct span text, struct str *ret)
{
    struct span line;
    while (text.len > 0 && span_cut_line(&text, &line)) {
        utf8_make_safe(line, ret);
        str_add_char(ret, '\n');
    }
}

// tmux takes the plain sequence where set-clipboard is on, and the wrapped one where allow-passthrough is;
// where both are the same text arrives twice, which is as well.
static void wrap_tmux(const struct str *plain, struct str *ret)
{
    str_add_span(ret, str_span(plain));
    str_add(ret, "\033Ptmux;\033");
    str_add_span(ret, str_span(plain));
    str_add(ret, "\033\\");
}

static void wrap_screen(const struct str *plain, struct str *ret)
{
    for (struct span rest = str_span(plain); rest.len > 0; rest = span_from(rest, SCREEN_PIECE)) {
        str_add(ret, "\033P");
        str_add_span(ret, span_first(rest, SCREEN_PIECE));
        str_add(ret, "\033\\");
    }
}

bool osc52_make(const struct osc52_terminal *terminal, struct span text, struct str *ret, struct error *err)
{
    struct str safe = {0}, plain = {0};
    if (!has_clipboard(terminal->term))
        return error_set(err, "TERM=%s has no clipboard that can be written to; write it to a file",
                         terminal->term ? terminal->term : "");
    add_safe(text, &safe);
    bool fits = safe.len <= OSC52_MOST;
    if (fits) {
        str_add(&plain, "\033]52;c;");
        add_base64(str_span(&safe), &plain);
        str_add_char(&plain, '\a');
        if (way_of(terminal) == OSC52_TMUX)
            wrap_tmux(&plain, ret);
        else if (way_of(terminal) == OSC52_SCREEN)
            wrap_screen(&plain, ret);
        else
            str_add_span(ret, str_span(&plain));
    } else {
        error_set(err,
                  "%zu bytes are more than terminals pass on (%d), and they would drop them without a word; "
                  "write it to a file, or send the format text",
                  safe.len, OSC52_MOST);
    }
    str_done(&safe);
    str_done(&plain);
    return fits;
}

const char *osc52_note(const struct osc52_terminal *terminal)
{
    switch (way_of(terminal)) {
    case OSC52_TMUX:
        return "tmux takes them where set-clipboard is on";
    case OSC52_SCREEN:
        return "screen hands them to its terminal";
    default:
        return NULL;
    }
}
