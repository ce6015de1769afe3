// Cutting a listing into words: braces, parentheses, commas and semicolons stand alone, quotes hold anything,
// `#` and /* … */ are remarks. Chain names may hold slashes and dots, so all else belongs to a word.
#include "core/parse/nft_words.h"

#include "core/base/mem.h"

static bool is_single(char c)
{
    return c == '{' || c == '}' || c == '(' || c == ')' || c == ',' || c == ';';
}

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static void skip_blank(struct nft_words *w)
{
    for (;;) {
        while (w->rest.len > 0 && is_space(w->rest.at[0]))
            w->rest = span_from(w->rest, 1);
        if (span_starts(w->rest, "/*")) {
            size_t end = span_find(w->rest, "*/");
            w->rest = span_from(w->rest, end == SIZE_MAX ? w->rest.len : end + 2);
        } else if (w->rest.len > 0 && w->rest.at[0] == '#') {
            size_t end = span_find_char(w->rest, '\n');
            w->rest = span_from(w->rest, end == SIZE_MAX ? w->rest.len : end);
        } else {
            return;
        }
    }
}

// "@th,64,16": the only word with commas in it.
static bool is_raw(struct span s)
{
    return span_starts(s, "@th,") || span_starts(s, "@nh,") || span_starts(s, "@ll,") ||
           span_starts(s, "@ih,");
}

void nft_next(struct nft_words *w)
{
    skip_blank(w);
    w->begin = w->rest.at;
    w->quoted = false;
    w->at_end = w->rest.len == 0;
    if (w->at_end) {
        w->word = span_make(w->rest.at, 0);
        return;
    }
    size_t n = 1;
    if (w->rest.at[0] == '"') {
        w->quoted = true;
        while (n < w->rest.len && w->rest.at[n] != '"')
            n++;
        w->word = span_make(w->rest.at + 1, n - 1);
        w->rest = span_from(w->rest, n + 1);
        return;
    }
    bool raw = is_raw(w->rest);
    if (!is_single(w->rest.at[0])) {
        while (n < w->rest.len && !is_space(w->rest.at[n]) && w->rest.at[n] != '"' &&
               (!is_single(w->rest.at[n]) || (raw && w->rest.at[n] == ',')))
            n++;
    }
    w->word = span_first(w->rest, n);
    if (n > 2 && span_starts(w->word, "!=")) // "ct status !=dnat", as 1.0.6 prints what iptables-nft wrote
        w->word = span_first(w->word, n = 2);
    w->rest = span_from(w->rest, n);
}

void nft_words_init(struct nft_words *w, struct ruleset *rs, uint32_t table, struct span text)
{
    *w = (struct nft_words){.build = {.rs = rs, .table = table}, .rest = text};
    nft_next(w);
}

bool nft_is_word(const struct nft_words *w, const char *word)
{
    return !w->at_end && !w->quoted && span_is(w->word, word);
}

bool nft_take(struct nft_words *w, const char *word)
{
    if (!nft_is_word(w, word))
        return false;
    nft_next(w);
    return true;
}

void nft_skip_words(struct nft_words *w, unsigned n)
{
    for (; n > 0 && !w->at_end; n--)
        nft_next(w);
}

// Steps over a group in braces, whose opening one is the word.
void nft_skip_braces(struct nft_words *w)
{
    unsigned depth = 0;
    do {
        if (nft_is_word(w, "{"))
            depth++;
        else if (nft_is_word(w, "}"))
            depth--;
        nft_next(w);
    } while (depth > 0 && !w->at_end);
}

struct span nft_unnamed_chain(struct ruleset *rs, uint32_t line)
{
    return span_of(arena_printf(&rs->arena, "{line %u}", line));
}
