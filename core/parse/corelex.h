// Words of a Corefile, as the caddyfile lexer cuts them (coredns/caddy caddyfile/lexer.go). For
// parse/corefile*.c only.
#ifndef D5_PARSE_CORELEX_H
#define D5_PARSE_CORELEX_H

#include "core/parse/corefile.h"

struct core_token {
    const char *text; // quotes taken off
    uint32_t line;    // in the Corefile, from 1
    bool first;       // of its line
    bool quoted;      // so that "{" is no brace
    struct place place;
};

struct core_tokens {
    struct core_token *items;
    size_t n, cap;
    bool unclosed; // the last quotation mark has no partner
    bool cut;      // there were more than the limit
};

void core_lex(struct arena *arena, const struct corefile_text *text, struct core_tokens *ret);

#endif
