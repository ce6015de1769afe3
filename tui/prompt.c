// The line editor. The text is always valid UTF-8, so moving by characters is moving over continuation bytes.
#include "tui/prompt.h"

#include "core/base/utf8.h"

enum { MOST_BYTES = 4096 };

void prompt_open(struct prompt *prompt, const char *label, const char *text)
{
    prompt->open = true;
    prompt->label = label;
    str_clear(&prompt->text);
    str_add(&prompt->text, text ? text : "");
    prompt->at = prompt->text.len;
}

void prompt_close(struct prompt *prompt)
{
    prompt->open = false;
}

void prompt_done(struct prompt *prompt)
{
    str_done(&prompt->text);
}

void prompt_set(struct prompt *prompt, struct span text)
{
    str_clear(&prompt->text);
    str_add_span(&prompt->text, text);
    prompt->at = prompt->text.len;
}

static bool is_continuation(char c)
{
    return ((unsigned char)c & 0xC0) == 0x80;
}

static size_t before(const struct prompt *prompt, size_t at)
{
    if (at > 0)
        at--;
    while (at > 0 && is_continuation(prompt->text.at[at]))
        at--;
    return at;
}

static size_t behind(const struct prompt *prompt, size_t at)
{
    if (at < prompt->text.len)
        at++;
    while (at < prompt->text.len && is_continuation(prompt->text.at[at]))
        at++;
    return at;
}

static size_t word_before(const struct prompt *prompt, size_t at)
{
    while (at > 0 && prompt->text.at[at - 1] == ' ')
        at--;
    while (at > 0 && prompt->text.at[at - 1] != ' ')
        at--;
    return at;
}

// Replaces [from, to) by `text` and puts the cursor behind it.
static enum prompt_result replace(struct prompt *prompt, size_t from, size_t to, struct span text)
{
    if (from == to && text.len == 0)
        return PROMPT_MOVED;
    if (prompt->text.len - (to - from) + text.len > MOST_BYTES)
        return PROMPT_IGNORED;
    struct str fresh = {0};
    str_add_span(&fresh, span_first(str_span(&prompt->text), from));
    str_add_span(&fresh, text);
    str_add_span(&fresh, span_from(str_span(&prompt->text), to));
    str_done(&prompt->text);
    prompt->text = fresh;
    prompt->at = from + text.len;
    return PROMPT_CHANGED;
}

static enum prompt_result move(struct prompt *prompt, size_t at)
{
    prompt->at = at;
    return PROMPT_MOVED;
}

// The keys of every shell's line.
static enum prompt_result control_key(struct prompt *prompt, uint32_t letter)
{
    switch (letter) {
    case 'a':
        return move(prompt, 0);
    case 'e':
        return move(prompt, prompt->text.len);
    case 'b':
        return move(prompt, before(prompt, prompt->at));
    case 'f':
        return move(prompt, behind(prompt, prompt->at));
    case 'u':
        return replace(prompt, 0, prompt->at, span_of(""));
    case 'k':
        return replace(prompt, prompt->at, prompt->text.len, span_of(""));
    case 'w':
        return replace(prompt, word_before(prompt, prompt->at), prompt->at, span_of(""));
    case 'c':
    case 'g':
        return PROMPT_CANCELLED;
    default:
        return PROMPT_IGNORED;
    }
}

enum prompt_result prompt_key(struct prompt *prompt, struct key key)
{
    if (key.mods & MOD_CTRL)
        return control_key(prompt, key.code);
    switch (key.code) {
    case K_ENTER:
        return PROMPT_ACCEPTED;
    case K_ESCAPE:
        return PROMPT_CANCELLED;
    case K_LEFT:
        return move(prompt, before(prompt, prompt->at));
    case K_RIGHT:
        return move(prompt, behind(prompt, prompt->at));
    case K_HOME:
        return move(prompt, 0);
    case K_END:
        return move(prompt, prompt->text.len);
    case K_BACKSPACE:
        return replace(prompt, before(prompt, prompt->at), prompt->at, span_of(""));
    case K_DELETE:
        return replace(prompt, prompt->at, behind(prompt, prompt->at), span_of(""));
    default:
        break;
    }
    if (!key_is_text(key))
        return PROMPT_IGNORED;
    char text[4];
    unsigned n = utf8_encode(key.code, text);
    return replace(prompt, prompt->at, prompt->at, span_make(text, n));
}

enum prompt_result prompt_paste(struct prompt *prompt, struct span text)
{
    struct str clean = {0};
    text = span_trim(text);
    while (text.len > 0) {
        uint32_t c;
        unsigned n = utf8_decode(text, &c);
        if (c == '\n' || c == '\r')
            break;
        if (c == '\t')
            str_add_char(&clean, ' ');
        else if (!utf8_is_unsafe(c))
            str_add_span(&clean, span_first(text, n));
        text = span_from(text, n);
    }
    enum prompt_result result = replace(prompt, prompt->at, prompt->at, str_span(&clean));
    str_done(&clean);
    return result;
}

void prompt_draw(const struct prompt *prompt, struct canvas *canvas, struct rect area)
{
    canvas_fill(canvas, rect_rows(area, 0, 1), ROLE_PROMPT);
    struct pen pen = pen_at(canvas, area, 0, 0);
    pen_text(&pen, ROLE_KEY, prompt->label);
    struct span text = str_span(&prompt->text);
    int left = pen_left(&pen), to_cursor = text_columns(span_first(text, prompt->at));
    if (to_cursor >= left)
        pen.skip = to_cursor - left + 1;
    int cursor = pen.col + to_cursor - pen.skip;
    pen_span(&pen, ROLE_PROMPT, text);
    canvas_cursor(canvas, area.row, area.col + cursor);
}
