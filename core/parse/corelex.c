// The lexer: words parted by white space, "quoted words" that may run over lines, # comments. It counts the
// place of every word while it goes, in the file's own lines or, for a Corefile inside a JSON string, in that
// string's escaped bytes.
#include "core/parse/corelex.h"

#include <string.h>

#include "core/base/str.h"

enum { MAX_TOKENS = 65536 };

struct lexer {
    struct arena *arena;
    const struct corefile_text *text;
    struct core_tokens *tokens;
    size_t at;
    uint32_t line, column; // column: of the place, from 0
    bool line_has_token;
};

// How many bytes one byte of a string takes in JSON as kubectl writes it (RFC 8259, section 7).
static uint32_t json_width(char c)
{
    if (c == '"' || c == '\\' || (c && strchr("\n\t\r\b\f", c)))
        return 2;
    return (unsigned char)c < 0x20 ? 6 : 1;
}

static char peek(const struct lexer *l)
{
    if (l->at >= l->text->bytes.len)
        return '\0';
    return l->text->bytes.at[l->at];
}

static bool at_end(const struct lexer *l)
{
    return l->at >= l->text->bytes.len;
}

static void step(struct lexer *l)
{
    char c = peek(l);
    l->column += l->text->in_json ? json_width(c) : 1;
    l->at++;
    if (c != '\n')
        return;
    l->line++;
    l->line_has_token = false;
    if (!l->text->in_json)
        l->column = 0;
}

static struct place place_here(const struct lexer *l)
{
    struct place place = l->text->place;
    if (!l->text->in_json) {
        place.line += l->line - 1;
        place.last = place.line;
    }
    place.column = l->column;
    return place;
}

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\v' || c == '\f';
}

static void skip_blanks(struct lexer *l)
{
    while (!at_end(l) && (is_space(peek(l)) || peek(l) == '#')) {
        bool comment = peek(l) == '#';
        step(l);
        while (comment && !at_end(l) && peek(l) != '\n')
            step(l);
    }
}

static void read_quoted(struct lexer *l, struct str *word)
{
    step(l);
    while (!at_end(l) && peek(l) != '"') {
        if (peek(l) == '\\' && l->at + 1 < l->text->bytes.len && l->text->bytes.at[l->at + 1] == '"')
            step(l);
        str_add_char(word, peek(l));
        step(l);
    }
    l->tokens->unclosed = at_end(l);
    if (!at_end(l))
        step(l);
}

static void read_plain(struct lexer *l, struct str *word)
{
    while (!at_end(l) && !is_space(peek(l))) {
        str_add_char(word, peek(l));
        step(l);
    }
}

static void read_token(struct lexer *l, struct str *word)
{
    struct core_token token = {
        .line = l->line,
        .first = !l->line_has_token,
        .quoted = peek(l) == '"',
        .place = place_here(l),
    };
    l->line_has_token = true;
    str_clear(word);
    if (token.quoted)
        read_quoted(l, word);
    else
        read_plain(l, word);
    token.text = arena_strdup(l->arena, str_text(word));
    *ARENA_PUSH(l->arena, l->tokens->items, l->tokens->n, l->tokens->cap) = token;
}

void core_lex(struct arena *arena, const struct corefile_text *text, struct core_tokens *ret)
{
    *ret = (struct core_tokens){0};
    struct lexer l = {.arena = arena, .text = text, .tokens = ret, .line = 1, .column = text->place.column};
    if (text->in_json)
        l.column++; // the quotation mark that opens the string
    struct str word = {0};
    for (skip_blanks(&l); !at_end(&l) && ret->n < MAX_TOKENS; skip_blanks(&l))
        read_token(&l, &word);
    ret->cut = !at_end(&l);
    str_done(&word);
}
